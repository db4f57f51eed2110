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
	Balances []BalanceChange
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
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	defer func() { _ = tx.Rollback() }() // always: nothing of it happens
	if err := accounting.ReadAs(ctx, tx, c.By); err != nil {
		return nil, err
	}
	return foresee(ctx, tx, c, s)
}

func foresee(ctx context.Context, tx bun.Tx, c accounting.Command, s Step) (*Foreseen, error) {
	taken, err := take(ctx, tx, c, s)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	f := &Foreseen{State: taken.Document.State, Complete: taken.Complete}
	for _, r := range taken.Receipts {
		v, err := accounting.FindVoucher(ctx, tx, c.Book, r.No)
		if err != nil {
			return nil, err
		}
		f.Vouchers = append(f.Vouchers, *v)
	}
	f.Balances, err = balancesMoved(ctx, tx, c.Book, f.Vouchers)
	return f, err
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
