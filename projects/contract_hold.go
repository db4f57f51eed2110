package projects

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// heldForContract is the authority a contract still holds (9301.03) on each budget line, oldest first; what its requests
// hold is no longer in it.
func heldForContract(ctx context.Context, db bun.IDB, k Contract) (held []Draw, total accounting.Money, err error) {
	err = db.NewRaw(`select b.code as budget_line, p.debit - p.credit as amount from accounting.positions p
		join accounting.budget_lines b on b.book_id = p.book_id and b.budget_line_id = p.budget_line_id
		where p.book_id = ? and p.account = '9301.03' and p.project_id = ? and p.subject_id = ? and p.debit > p.credit order by b.fiscal_year, b.code`, k.Book, k.Node, k.ID).Scan(ctx, &held)
	for _, h := range held {
		total = total.Add(h.Amount)
	}
	return held, total, fault.FromSQL(err)
}

// notNeeded is what a contract gives back when all that is certified and kept stays covered: from the last line when its
// money is drawn in order, else from each by its share.
func notNeeded(ctx context.Context, db bun.IDB, k Contract) ([]Draw, error) {
	held, total, err := heldForContract(ctx, db, k)
	if err != nil {
		return nil, err
	}
	surplus := total.Sub(k.needed())
	if surplus.Sign() <= 0 {
		return nil, nil // a contract not wholly funded holds less than it needs
	}
	parts := make([]accounting.Money, len(held))
	if k.DrawBy == drawByShares {
		weights := make([]decimal.Decimal, len(held))
		for i, h := range held {
			weights[i] = h.Amount.Decimal()
		}
		if parts, _, err = accounting.Allocate(surplus, weights, accounting.StepFen); err != nil {
			return nil, err
		}
	} else {
		for i := len(held) - 1; i >= 0; i-- {
			parts[i] = least(surplus, held[i].Amount)
			surplus = surplus.Sub(parts[i])
		}
	}
	var release []Draw
	for i, h := range held {
		if parts[i].Sign() > 0 {
			release = append(release, Draw{h.BudgetLine, parts[i]})
		}
	}
	return release, nil
}

// mayRelease refuses to give back what a line does not hold or what certified work and retention need.
// Codes: contract_exceeded, budget_line_mismatch.
func (r resolver) mayRelease(ctx context.Context, k Contract, release []Draw) error {
	asked, err := r.ofNode(ctx, k.Node, release)
	if err != nil || len(release) == 0 {
		return err
	}
	held, total, err := heldForContract(ctx, r.db, k)
	if err != nil {
		return err
	}
	for _, d := range release {
		i := slices.IndexFunc(held, func(h Draw) bool { return h.BudgetLine == d.BudgetLine })
		has := accounting.Money{}
		if i >= 0 {
			has = held[i].Amount
		}
		if d.Amount.Cmp(has) > 0 {
			return fault.Conflict("contract_exceeded", "contract %s holds %s of %s beside its requests, asked back %s: %s too much", k.Number, has, d.BudgetLine, d.Amount, d.Amount.Sub(has))
		}
	}
	if rest := total.Sub(asked).Sub(k.needed()); rest.Sign() < 0 {
		return fault.Conflict("contract_exceeded", "contract %s holds %s, certified and kept %s, asked back %s: %s too much", k.Number, total, k.needed(), asked, rest.Neg())
	}
	return nil
}

// postRelease gives authority of a contract back (I6r), if any is given.
func postRelease(ctx context.Context, tx bun.Tx, c accounting.Command, h Head, k Contract, release []Draw) ([]accounting.Receipt, error) {
	if len(release) == 0 {
		return nil, nil
	}
	return postEvent(ctx, tx, c, Release{Head: h, Contract: k.subject(), Sources: release})
}

// lockContract keeps the figures of a contract as they are until the transaction ends.
func lockContract(ctx context.Context, tx bun.Tx, book accounting.BookID, number string) (*Contract, error) {
	k, err := FindContract(ctx, tx, book, number)
	if err != nil {
		return nil, err
	}
	if _, err = tx.ExecContext(ctx, `select projects.lock_contract(?, ?)`, book, k.ID); err != nil {
		return nil, fault.FromSQL(err)
	}
	return FindContract(ctx, tx, book, number)
}
