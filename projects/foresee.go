package projects

import (
	"context"
	"sort"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Foreseen is what a step would bring about: the document after it, the vouchers, and the balances they move that may not
// go below their floor. Nothing of it has happened.
type Foreseen struct {
	State    string // of the document afterwards
	Complete bool   // false: it still needs others
	Vouchers []accounting.Posted
	Balances []BalanceChange // with the payments

	// Of an order: what the bank's confirmations will post, as if they came today; or why they would be refused.
	Payments        []accounting.Posted
	PaymentsRefused error
}

// BalanceChange is what an account of a budget line or subject has before and after, in yuan on its normal side.
type BalanceChange struct {
	Account, AccountName string
	Project              string
	BudgetLine           string
	Subject              string
	Before, After        accounting.Money
}

// Foresee does a step, looks at what it brought about and takes everything back. Whoever decides sees exactly what will
// be posted, by the code that will post it. A step that would be refused gives its refusal.
func Foresee(ctx context.Context, db *bun.DB, c accounting.Command, s Step) (*Foreseen, error) {
	return undone(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*Foreseen, error) {
		taken, err := take(ctx, tx, c, s)
		if err != nil {
			return nil, fault.FromSQL(err)
		}
		f := &Foreseen{State: taken.Document.State, Complete: taken.Complete}
		if f.Vouchers, err = postedBy(ctx, tx, c, taken.Receipts); err != nil {
			return nil, err
		}
		if s.Verb == "order" && taken.Document.Kind == paymentDocument.kind {
			if err := f.foreseePayments(ctx, tx, c, taken.Document); err != nil {
				return nil, err
			}
		}
		f.Balances, err = balancesMoved(ctx, tx, c.Book, append(f.Vouchers[:len(f.Vouchers):len(f.Vouchers)], f.Payments...))
		return f, err
	})
}

// ForeseeConfirm is Foresee for the confirmation of a payment line from its receipt.
func ForeseeConfirm(ctx context.Context, db *bun.DB, c accounting.Command, number string, line int) (*Foreseen, error) {
	return undone(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*Foreseen, error) {
		return foreseeLine(ctx, tx, c, number, func(d *Document) ([]accounting.Receipt, error) { return confirmLine(ctx, tx, c, d, line) })
	})
}

// ForeseeCancel is Foresee for giving up a payment line that failed.
func ForeseeCancel(ctx context.Context, db *bun.DB, c accounting.Command, number string, line int, day accounting.Date) (*Foreseen, error) {
	return undone(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*Foreseen, error) {
		return foreseeLine(ctx, tx, c, number, func(d *Document) ([]accounting.Receipt, error) { return cancelLine(ctx, tx, c, d, line, day) })
	})
}

// undone runs something in a transaction that is always taken back.
func undone(ctx context.Context, db *bun.DB, c accounting.Command, run func(context.Context, bun.Tx) (*Foreseen, error)) (*Foreseen, error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	defer func() { _ = tx.Rollback() }() // always: nothing of it happens
	if err := accounting.ReadAs(ctx, tx, c.By); err != nil {
		return nil, err
	}
	return run(ctx, tx)
}

func foreseeLine(ctx context.Context, tx bun.Tx, c accounting.Command, number string, run func(*Document) ([]accounting.Receipt, error)) (*Foreseen, error) {
	d, err := documentByNumber(ctx, tx, c.Book, number)
	if err != nil {
		return nil, err
	}
	receipts, err := run(d)
	if err != nil {
		return nil, err
	}
	if d, err = FindDocument(ctx, tx, c.Book, d.ID); err != nil {
		return nil, err
	}
	f := &Foreseen{State: d.State, Complete: true}
	if f.Vouchers, err = postedBy(ctx, tx, c, receipts); err != nil {
		return nil, err
	}
	f.Balances, err = balancesMoved(ctx, tx, c.Book, f.Vouchers)
	return f, err
}

// foreseePayments posts what the bank's confirmations of an order will post: today, or on the request's day when today is of
// another year, whose budget does not pay it.
func (f *Foreseen) foreseePayments(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document) error {
	var lines []struct {
		LineNo int
		Today  accounting.Date
	}
	err := tx.NewRaw(`select l.line_no, (now() at time zone 'Asia/Shanghai')::date as today from projects.payment_lines l where l.book_id = ? and l.document_id = ? and l.round = ? and l.state = 'ordered' order by l.line_no`,
		c.Book, d.ID, d.Round).Scan(ctx, &lines)
	if err != nil {
		return fault.FromSQL(err)
	}
	q, err := contentOf[PaymentRequest](d)
	if err != nil {
		return err
	}
	err = tx.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		for _, l := range lines {
			day := l.Today
			if day.Year() != q.Date.Year() {
				day = q.Date
			}
			receipts, err := postPaid(ctx, tx, c, d, paidLine{round: d.Round, line: l.LineNo, bankDay: day})
			if err != nil {
				return fault.FromSQL(err)
			}
			posted, err := postedBy(ctx, tx, c, receipts)
			if err != nil {
				return err
			}
			f.Payments = append(f.Payments, posted...)
		}
		return nil
	})
	if kind := fault.KindOf(err); err != nil && kind != fault.KindInternal && kind != fault.KindUnavailable {
		f.Payments, f.PaymentsRefused = nil, err // the order goes; what stands in the way of the payment has its time
		return nil
	}
	return err
}

// postedBy reads the vouchers of receipts.
func postedBy(ctx context.Context, tx bun.Tx, c accounting.Command, receipts []accounting.Receipt) (all []accounting.Posted, err error) {
	for _, r := range receipts {
		v, err := accounting.FindVoucher(ctx, tx, c.Book, r.No)
		if err != nil {
			return nil, err
		}
		all = append(all, *v)
	}
	return all, nil
}

// balancesMoved reads what the lines have left of each balance with a floor, and counts back to what there was.
func balancesMoved(ctx context.Context, tx bun.Tx, book accounting.BookID, vouchers []accounting.Posted) ([]BalanceChange, error) {
	type cell struct {
		account string
		project accounting.ProjectID
		line    accounting.BudgetLineID
		subject accounting.SubjectID
	}
	moved, names := map[cell]accounting.Money{}, map[cell]BalanceChange{}
	for _, v := range vouchers {
		for _, l := range v.Lines {
			at := cell{l.Account, l.Project, l.BudgetLine, l.Subject}
			moved[at] = moved[at].Add(l.Debit).Sub(l.Credit)
			names[at] = BalanceChange{Account: l.Account, AccountName: l.AccountName, Project: l.ProjectCode, BudgetLine: l.BudgetLineCode, Subject: l.SubjectCode}
		}
	}
	changes := []BalanceChange{}
	for at, by := range moved {
		if by.IsZero() {
			continue // it only passed through
		}
		var rows []struct {
			NormalSide string
			Balance    accounting.Money
		}
		err := tx.NewRaw(`select normal_side, debit - credit as balance from accounting.positions where book_id = ? and account = ? and project_id = ? and budget_line_id = ? and subject_id = ?`,
			book, at.account, at.project, at.line, at.subject).Scan(ctx, &rows)
		if err != nil {
			return nil, fault.FromSQL(err)
		}
		for _, r := range rows {
			change := names[at]
			change.After, change.Before = r.Balance, r.Balance.Sub(by)
			if r.NormalSide == string(accounting.Credit) {
				change.After, change.Before = change.After.Neg(), change.Before.Neg()
			}
			changes = append(changes, change)
		}
	}
	sort.Slice(changes, func(i, j int) bool {
		a, b := changes[i], changes[j]
		return a.BudgetLine+a.Account+a.Subject < b.BudgetLine+b.Account+b.Subject
	})
	return changes, nil
}
