package projects_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// A contract reckoned a second time, in whole fen and integers, by nothing of the program.
type (
	reckoned struct {
		items                                          []reckonedItem
		price, terms, paidAdvance, recouped            int64
		certified, payable, held, paid, deducted, kept int64
		recoup, progress, settled, retention           int64 // in 1/10000 percent; recoup below zero: at settlement
		defects                                        int
		isSettled                                      bool
	}
	reckonedItem struct {
		quantity, price int64 // thousandths, 1/10000 yuan; quantity 0: a lump sum
		amount          int64
		done, reached   int64 // thousandths of the unit or of a percent; fen
	}
)

func halfUp(n, by int64) int64 { return (2*n + by) / (2 * by) }

func (i reckonedItem) at(done int64) int64 {
	if i.quantity > 0 {
		return halfUp(done*i.price, 100_000)
	}
	return halfUp(done*i.amount, 100_000)
}

func (k reckoned) percent(rate, of int64) int64 { return halfUp(rate*of, 1_000_000) }

func (k reckoned) payableNow() int64 {
	rate := k.progress
	if k.isSettled {
		rate = k.settled
	}
	return max(0, min(k.payable-k.held-k.paid, k.price-k.paidAdvance-k.held-k.paid-k.kept, k.percent(rate, k.certified)-k.recouped-k.held-k.paid-k.deducted))
}

// add certifies a gross and gives what is recouped, kept and owed of it.
func (k *reckoned) add(gross int64, last bool) (recouped, kept, net int64) {
	kept = k.percent(k.retention, k.certified+gross) - k.kept
	recouped = k.paidAdvance - k.recouped
	if !last {
		recouped = min(recouped, k.percent(max(0, k.recoup), gross))
	}
	recouped = min(recouped, gross-kept)
	net = gross - recouped - kept
	k.certified, k.recouped, k.kept, k.payable = k.certified+gross, k.recouped+recouped, k.kept+kept, k.payable+net
	return recouped, kept, net
}

func drawContract(t *rapid.T) *reckoned {
	k := &reckoned{recoup: -1, defects: rapid.IntRange(0, 24).Draw(t, "defects")}
	for range rapid.IntRange(1, 3).Draw(t, "items") {
		it := reckonedItem{}
		if rapid.Bool().Draw(t, "measured") {
			it.quantity, it.price = rapid.Int64Range(1, 200_000).Draw(t, "quantity"), rapid.Int64Range(1, 5_000_000).Draw(t, "price")
			it.amount = halfUp(it.quantity*it.price, 100_000)
		} else {
			it.amount = rapid.Int64Range(1, 10_000_000).Draw(t, "amount")
		}
		k.items, k.price = append(k.items, it), k.price+it.amount
	}
	if k.price == 0 { // a thousandth at a price that comes to no fen
		k.items, k.price = append(k.items, reckonedItem{amount: 1}), 1
	}
	k.progress, k.settled = rapid.Int64Range(1, 1_000_000).Draw(t, "progress"), rapid.Int64Range(1, 1_000_000).Draw(t, "settled")
	k.retention = rapid.Int64Range(0, 30_000).Draw(t, "retention")
	k.terms = rapid.Int64Range(0, k.price).Draw(t, "advance")
	if rapid.Bool().Draw(t, "by certificate") {
		k.recoup = rapid.Int64Range(0, 1_000_000).Draw(t, "recoup")
	}
	return k
}

func (k *reckoned) agreement(number string) *projects.Agreement {
	rate := func(r int64) *decimal.Decimal { d := decimal.New(r, -4); return &d }
	price, advance := accounting.Fen(k.price), accounting.Fen(k.terms)
	a := &projects.Agreement{Paper: paperOf("2025-02-10"), Node: "2025-05", Number: number, Name: "合同", Type: projects.WorksContract, Supplier: projects.Supplier{Name: "公司"}, Price: price, Advance: &advance,
		Funding: []projects.FundingLine{{BudgetLine: "2025-05/2025", Amount: &price}}, ProgressRate: rate(k.progress), SettledRate: rate(k.settled), RetentionRate: rate(k.retention), DefectsMonths: k.defects}
	if k.recoup >= 0 {
		a.RecoupRate = rate(k.recoup)
	} else {
		a.RecoupAtSettlement = true
	}
	for i, it := range k.items {
		agreed := projects.AgreedItem{Code: fmt.Sprint(i), Name: "项"}
		if it.quantity > 0 {
			q, p := decimal.New(it.quantity, -3), decimal.New(it.price, -4)
			agreed.Quantity, agreed.UnitPrice = &q, &p
		} else {
			m := accounting.Fen(it.amount)
			agreed.Amount = &m
		}
		a.Items = append(a.Items, agreed)
	}
	return a
}

// play is one contract on its way through documents, within one transaction.
type play struct {
	t      *rapid.T
	b      *contractBureau
	tx     bun.Tx
	number string
	k      *reckoned
}

func (p play) carry(kind projects.DocumentKind, content projects.Content, verbs ...string) (*projects.Document, error) {
	by := []accounting.Command{p.b.clerk.command(), p.b.head.command(), p.b.lead.command()}
	return projects.Carry(p.b.t.Context(), p.tx, kind, content, verbs, by)
}

func (p play) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", p.number, err)
	}
}

// pay asks for an amount of the contract and pays a part of it, in the books and on the contract.
func (p play) pay(kind string, asked, paid int64) {
	if asked == 0 {
		return
	}
	id := p.id()
	p.must(projects.ContractRoom["hold"](p.b.t.Context(), p.tx, book, id, projects.ContractMoney(kind), accounting.Fen(asked)))
	head, request := p.b.on("2025-07-01"), projects.Ref("R-"+accounting.NewID().String())
	of := func(m int64) []projects.Draw {
		return []projects.Draw{{BudgetLine: "2025-05/2025", Amount: accounting.Fen(m)}}
	}
	p.must(projects.PostIn(p.b.t.Context(), p.tx, p.b.command(), projects.HoldForRequest{Head: head, Request: request, Contract: projects.Ref(p.number), Sources: of(asked)}))
	if paid > 0 {
		e := projects.Paid{Head: head, Request: request, Sources: of(paid), EconomicClass: "31001"}
		if kind == "advance" {
			p.must(projects.PostIn(p.b.t.Context(), p.tx, p.b.command(), projects.PayAdvance{Paid: e, Contract: projects.Ref(p.number)}))
		} else {
			p.must(projects.PostIn(p.b.t.Context(), p.tx, p.b.command(), projects.PayProgress{Paid: e, Contract: projects.Ref(p.number)}))
		}
		p.must(projects.ContractRoom["pay"](p.b.t.Context(), p.tx, book, id, projects.ContractMoney(kind), accounting.Fen(paid)))
	}
	if rest := asked - paid; rest > 0 {
		p.must(projects.ContractRoom["release"](p.b.t.Context(), p.tx, book, id, projects.ContractMoney(kind), accounting.Fen(rest)))
		p.must(projects.PostIn(p.b.t.Context(), p.tx, p.b.command(), projects.ReturnRequest{Head: head, Request: request, Contract: projects.Ref(p.number), Sources: of(rest)}))
	}
}

func (p play) id() [16]byte {
	k, err := projects.FindContract(p.b.t.Context(), p.tx, book, p.number)
	p.must(err)
	return k.ID
}

// certify draws the work of a period and compares the figures of the document with those reckoned.
func (p play) certify() {
	var gross, deducted int64
	content := &projects.Certificate{Paper: paperOf("2025-06-20"), Contract: p.number}
	before := slices.Clone(p.k.items)
	for i := range p.k.items {
		it := &p.k.items[i]
		most := it.quantity
		if most == 0 {
			most = 100_000
		}
		done := it.done + rapid.Int64Range(0, most-it.done).Draw(p.t, "done")
		if rapid.IntRange(0, 3).Draw(p.t, "all") == 0 {
			done = most
		}
		this := decimal.New(done-it.done, -3)
		measured := projects.MeasuredItem{Code: fmt.Sprint(i), Percent: &this}
		if it.quantity > 0 {
			measured.Quantity, measured.Percent = &this, nil
		}
		content.Items = append(content.Items, measured)
		reached := it.at(done)
		gross, it.done, it.reached = gross+reached-it.reached, done, reached
	}
	if rapid.IntRange(0, 3).Draw(p.t, "deduct") == 0 {
		deducted = rapid.Int64Range(1, 100_000).Draw(p.t, "deducted")
		content.Deductions = []projects.Deduction{{Kind: "fine", Note: "罚款", Amount: accounting.Fen(deducted)}}
	}
	if gross == 0 {
		p.k.items = before
		if _, err := projects.Carry(p.b.t.Context(), p.tx, "certificate", content, nil, []accounting.Command{p.b.clerk.command()}); fault.Code(err) != "document_invalid" {
			p.t.Fatalf("a certificate of nothing: %v", err)
		}
		return
	}
	p.k.deducted += deducted
	recouped, kept, net := p.k.add(gross, false)
	doc, err := p.carry("certificate", content, "submit", "verify", "certify")
	p.must(err)
	var said map[string]json.RawMessage
	p.must(json.Unmarshal(doc.Content, &said))
	for field, want := range map[string]int64{"gross": gross, "recouped": recouped, "retained": kept, "net": net, "deducted": deducted, "certified": p.k.certified} {
		if got := string(said[field]); got != `"`+accounting.Fen(want).String()+`"` {
			p.t.Fatalf("%s of the document: %s, reckoned %s", field, got, accounting.Fen(want))
		}
	}
	certificates, err := projects.Certificates(p.b.t.Context(), p.tx, book, p.id())
	p.must(err)
	last := certificates[len(certificates)-1]
	p.same("the certificate", [][2]string{{last.Gross.String(), accounting.Fen(gross).String()}, {last.Recouped.String(), accounting.Fen(recouped).String()}, {last.Retained.String(), accounting.Fen(kept).String()},
		{last.Net.String(), accounting.Fen(net).String()}, {last.PayableNow.String(), accounting.Fen(p.k.payableNow()).String()}})
}

func (p play) same(what string, pairs [][2]string) {
	p.t.Helper()
	for i, pair := range pairs {
		if pair[0] != pair[1] {
			p.t.Fatalf("%s of %s, figure %d: %s, reckoned %s\n%+v", what, p.number, i, pair[0], pair[1], *p.k)
		}
	}
}

// settle draws a settled price, above or below what is certified.
func (p play) settle() {
	price := rapid.Int64Range(p.k.certified, p.k.price).Draw(p.t, "settled price")
	if p.k.certified > 0 && rapid.Bool().Draw(p.t, "cut") {
		price = rapid.Int64Range(1, p.k.certified).Draw(p.t, "cut to")
	}
	if price == 0 {
		return
	}
	content := &projects.Settlement{Paper: paperOf("2025-11-20"), Contract: p.number, SettledPrice: accounting.Fen(price)}
	for i := range p.k.items {
		content.Items = append(content.Items, projects.SettledItem{Code: fmt.Sprint(i)})
	}
	content.Items[0].Amount = accounting.Fen(price)
	after := *p.k
	var overpaid int64
	if price > after.certified {
		after.add(price-after.certified, true)
	} else {
		cut := after.certified - price
		kept := min(cut, after.kept-after.percent(after.retention, price))
		unpaid := min(cut-kept, after.payable-after.paid)
		overpaid = cut - kept - unpaid
		after.certified, after.kept, after.payable = price, after.kept-kept, after.payable-unpaid
	}
	after.isSettled = true
	if after.recouped < after.paidAdvance {
		if _, err := p.carry("settlement", content); fault.Code(err) != "advance_open" {
			p.t.Fatalf("settled over an open advance: %v", err)
		}
		return
	}
	_, err := p.carry("settlement", content, "submit", "review", "approve")
	p.must(err)
	*p.k = after
	p.compare(overpaid)
}

// compare holds the contract and the ledger against what was reckoned.
func (p play) compare(overpaid int64) {
	k, err := projects.FindContract(p.b.t.Context(), p.tx, book, p.number)
	p.must(err)
	fen := func(m int64) string { return accounting.Fen(m).String() }
	p.same("the contract", [][2]string{{k.Certified.String(), fen(p.k.certified)}, {k.CertifiedPayable.String(), fen(p.k.payable)}, {k.RetentionKept.String(), fen(p.k.kept)},
		{k.AdvanceRecouped.String(), fen(p.k.recouped)}, {k.PayablePaid.String(), fen(p.k.paid)}, {k.Deducted.String(), fen(p.k.deducted)}, {k.PayableNow.String(), fen(p.k.payableNow())}, {k.Claimed.String(), fen(overpaid)}})
	var ledger struct{ Advance, Owed, Kept, Claim, Hold accounting.Money }
	p.must(p.tx.NewRaw(`select coalesce(sum(debit - credit) filter (where account = '1214.02'), 0) as advance, coalesce(sum(credit - debit) filter (where account = '2302.02'), 0) as owed,
			coalesce(sum(credit - debit) filter (where account = ?), 0) as kept, coalesce(sum(debit - credit) filter (where account = '1218'), 0) as claim,
			coalesce(sum(debit - credit) filter (where account = '9301.03'), 0) as hold
		from accounting.positions where book_id = ? and subject_id = ? and account in ('1214.02', '2302.02', '2307.01', '2502.01', '1218', '9301.03')`,
		map[bool]string{true: "2502.01", false: "2307.01"}[k.DefectsMonths > 12], book, k.ID).Scan(p.b.t.Context(), &ledger))
	hold := p.k.price - p.k.paidAdvance - p.k.paid
	if p.k.isSettled {
		hold = p.k.payable - p.k.paid + p.k.kept
	}
	p.same("the ledger", [][2]string{{ledger.Advance.String(), fen(p.k.paidAdvance - p.k.recouped)}, {ledger.Owed.String(), fen(p.k.payable - p.k.paid)}, {ledger.Kept.String(), fen(p.k.kept)},
		{ledger.Claim.String(), fen(overpaid)}, {ledger.Hold.String(), fen(hold)}})
}

var errUndo = errors.New("undo")

// Certificate, contract, ledger and a reckoning in whole fen agree for random contracts: 5 in each check, 500 in all;
// -rapid.checks=20000 makes it 10⁵.
func TestContractsAgreeToTheFen(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	b.mustRecord(projects.Supplement{Head: b.on("2025-01-07"), Draw: draw("2025-05/2025", "900000000.00")})
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		err := b.db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			for range 5 {
				n++
				p := play{r, b, tx, fmt.Sprintf("CN-%d", n), drawContract(r)}
				if _, err := p.carry("contract", p.k.agreement(p.number), "submit", "sign", "approve"); err != nil {
					r.Fatalf("%s: %v", p.number, err)
				}
				advance := rapid.Int64Range(0, p.k.terms).Draw(r, "asked")
				paid := rapid.Int64Range(0, advance).Draw(r, "paid")
				p.pay("advance", advance, paid)
				p.k.paidAdvance = paid
				for range rapid.IntRange(0, 3).Draw(r, "certificates") {
					p.certify()
					asked := rapid.Int64Range(0, p.k.payableNow()).Draw(r, "asked")
					paid := rapid.Int64Range(0, asked).Draw(r, "paid")
					p.pay("payable", asked, paid)
					p.k.paid += paid
					p.compare(0)
				}
				p.settle()
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			r.Fatal(err)
		}
	})
}
