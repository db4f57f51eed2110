package accounting_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

func asFault(err error, f **fault.Error) bool { return errors.As(err, f) }

// batchMaker makes random batches for a county: mostly vouchers that draw on tight floors, and all that can be wrong.
type batchMaker struct {
	*county
	rnd      *rand.Rand
	requests []accounting.Subject
	ledgers  []accounting.ProjectID // without vouchers yet
	sent     []accounting.Posting   // in earlier batches
	posted   []accounting.VoucherNo
	reversed []accounting.VoucherNo
	of       map[accounting.VoucherNo]accounting.Voucher
	next     map[accounting.Period]int
	made     []accounting.Posting // in this batch
	n        int
}

func newBatchMaker(t testing.TB, c *county, rnd *rand.Rand) *batchMaker {
	t.Helper()
	g := &batchMaker{county: c, rnd: rnd, of: map[accounting.VoucherNo]accounting.Voucher{}, next: map[accounting.Period]int{}}
	for i := range 60 {
		p := accounting.ProjectID{UUID: accounting.NewID()}
		c.exec(t, `insert into accounting.ledgers (book_id, project_id, unit_id, code) values (?, ?, ?, ?)`, c.id, p, c.unit, fmt.Sprintf("2025-07-%d", i))
		g.ledgers = append(g.ledgers, p)
	}
	return g
}

// learn notes what became of a voucher.
func (g *batchMaker) learn(p accounting.Posting, r accounting.Receipt, err error) {
	g.sent = append(g.sent, p)
	if err == nil && !r.Replayed {
		g.posted, g.of[r.No], g.next[r.No.Period] = append(g.posted, r.No), p.Voucher, r.No.Number
		if p.Voucher.Kind == accounting.Reversal {
			g.reversed = append(g.reversed, *p.Voucher.Refers)
		}
	}
}

func (g *batchMaker) batch() []accounting.Posting {
	g.made = nil
	for range 1 + g.rnd.IntN(40) {
		g.made = append(g.made, g.posting())
	}
	return g.made
}

func (g *batchMaker) posting() accounting.Posting {
	g.n++
	earlier := append(g.sent[max(0, len(g.sent)-50):len(g.sent):len(g.sent)], g.made...)
	if len(earlier) > 0 && g.rnd.IntN(12) == 0 { // a key that was sent before, in this batch or an earlier one
		p := earlier[g.rnd.IntN(len(earlier))]
		if g.rnd.IntN(3) == 0 {
			p.Command.Body = fmt.Sprint("another body ", g.n)
		}
		return p
	}
	v := g.any()
	if v.Memo == "" {
		v.Memo = v.Source
	}
	v.Memo = fmt.Sprintf("%s, number %d", v.Memo, g.n)
	if g.rnd.IntN(150) == 0 {
		v.Memo += "\n"
	}
	return accounting.Posting{Voucher: v, Command: accounting.Command{
		Book: g.id, Key: fmt.Sprint("k", g.n), Name: "voucher.post", By: accounting.Actor{Person: g.person[3]}, Body: v.Memo,
	}}
}

// any is a voucher, right or wrong.
func (g *batchMaker) any() accounting.Voucher {
	switch g.rnd.IntN(20) {
	case 0, 1, 2, 3, 4:
		return g.right()
	case 5, 6, 7, 8, 9, 10, 11, 12:
		return g.draw()
	case 13:
		return g.opening()
	case 14, 15:
		return g.reversal()
	case 16:
		return g.registering()
	default:
		return g.wrong()
	}
}

func (g *batchMaker) amount() accounting.Money { return accounting.Fen(1 + g.rnd.Int64N(3000)) }

func (g *batchMaker) date() string { return fmt.Sprintf("2025-%02d-15", 1+g.rnd.IntN(12)) }

// right adds authority.
func (g *batchMaker) right() accounting.Voucher {
	i, m := g.rnd.IntN(3), g.amount()
	return g.voucher(g.date(), "I3+", accounting.Dr("9201", m, g.on(i)), accounting.Cr("9101", m, g.on(i)), accounting.Dr("9301.01", m, g.on(i)), accounting.Cr("9201", m, g.on(i)))
}

// draw takes from a balance that may not hold it, and sometimes pays.
func (g *batchMaker) draw() accounting.Voucher {
	i, m := g.rnd.IntN(3), g.amount()
	switch g.rnd.IntN(4) {
	case 0:
		return g.voucher(g.date(), "I5", accounting.Dr("9301.02", m, g.on(i)), accounting.Cr("9301.01", m, g.on(i)))
	case 1:
		return g.voucher(g.date(), "I5", accounting.Dr("9301.01", m, g.on(i)), accounting.Cr("9301.02", m, g.on(i)))
	case 2:
		held := g.on(i)
		held.Subject = g.request()
		return g.voucher(g.date(), "I7", accounting.Dr("9301.04", m, held), accounting.Cr("9301.01", m, g.on(i)))
	default:
		held, classed := g.on(i), g.on(i)
		held.Subject, classed.EconomicClass = g.request(), "30201"
		return g.voucher(g.date(), "P4", accounting.Dr("1613.03", m, g.at(i)), accounting.Cr("4001.01", m, g.on(i)),
			accounting.Dr("7101", m, classed), accounting.Cr("6001", m, g.on(i)), accounting.Dr("9401", m, g.on(i)), accounting.Cr("9301.04", m, held))
	}
}

// request is one of a few, registered over and over; mostly it is named without its code.
func (g *batchMaker) request() accounting.Subject {
	if len(g.requests) < 4 || g.rnd.IntN(40) == 0 {
		g.requests = append(g.requests, accounting.Subject{ID: accounting.SubjectID{UUID: accounting.NewID()}, Kind: accounting.Request, Code: fmt.Sprint("ZF-", len(g.requests))})
	}
	s := g.requests[g.rnd.IntN(len(g.requests))]
	if g.rnd.IntN(4) > 0 {
		s.Code = ""
	}
	return s
}

// registering gives a code to a new identity, mostly one that is taken, perhaps by a neighbour.
func (g *batchMaker) registering() accounting.Voucher {
	d, m := g.on(g.rnd.IntN(3)), accounting.Fen(1)
	plain := d
	d.Subject = accounting.Subject{ID: accounting.SubjectID{UUID: accounting.NewID()}, Kind: accounting.Contract, Code: fmt.Sprint("HT-", g.n/50, "-", g.rnd.IntN(3))}
	return g.voucher(g.date(), "I6", accounting.Dr("9301.03", m, d), accounting.Cr("9301.01", m, plain))
}

func (g *batchMaker) opening() accounting.Voucher {
	d := accounting.Dims{Project: g.ledgers[g.rnd.IntN(len(g.ledgers))]}
	v := g.voucher(g.date(), "O1", accounting.Dr("1601", accounting.Fen(100), d), accounting.Cr("3001", accounting.Fen(100), d))
	v.Kind, v.Attachments = accounting.Opening, 0
	return v
}

// reversal takes back a voucher of the books, or one of this batch by the number it may get.
func (g *batchMaker) reversal() accounting.Voucher {
	var no accounting.VoucherNo
	var original accounting.Voucher
	if len(g.made) > 0 && g.rnd.IntN(2) == 0 {
		original = g.made[g.rnd.IntN(len(g.made))].Voucher
		no = accounting.VoucherNo{Period: original.Date.Period(), Number: g.next[original.Date.Period()] + 1 + g.rnd.IntN(4)}
	} else if len(g.reversed) > 0 && g.rnd.IntN(4) == 0 { // once more
		no = g.reversed[g.rnd.IntN(len(g.reversed))]
		original = g.of[no]
	} else if len(g.posted) > 0 {
		no = g.posted[max(0, len(g.posted)-1-g.rnd.IntN(12))]
		original = g.of[no]
	} else {
		return g.right()
	}
	red := g.voucher(g.date(), original.Source)
	red.Kind, red.Attachments, red.Refers = accounting.Reversal, 0, &no
	for _, l := range original.Lines {
		l.Debit, l.Credit, l.Subject.Code = l.Debit.Neg(), l.Credit.Neg(), ""
		red.Lines = append(red.Lines, l)
	}
	if g.rnd.IntN(8) == 0 {
		red.Kind = accounting.Correction // never alone
		red.Attachments = 1
		for i := range red.Lines {
			red.Lines[i].Debit, red.Lines[i].Credit = red.Lines[i].Debit.Neg(), red.Lines[i].Credit.Neg()
		}
	}
	return red
}

// wrong is a voucher with one thing wrong.
func (g *batchMaker) wrong() accounting.Voucher {
	v := g.right()
	switch g.rnd.IntN(9) {
	case 0:
		v.Lines[0].Account = "9999"
	case 1:
		v.Lines[0].BudgetLine = accounting.BudgetLineID{}
	case 2:
		v.Lines[0].Debit = v.Lines[0].Debit.Add(accounting.Fen(1))
	case 3:
		v.Date = accounting.MustDate("2026-03-01") // the lines are of 2025
	case 4:
		v.Date = accounting.MustDate("2031-03-01")
	case 5:
		v.ReviewedBy = v.PreparedBy
	case 6:
		v.Lines[1].Credit = accounting.Money{}
	case 7:
		v.Lines[0].Debit, v.Lines[1].Credit = v.Lines[0].Debit.Neg(), v.Lines[1].Credit.Neg()
	default:
		v.Lines = v.Lines[:1]
	}
	return v
}
