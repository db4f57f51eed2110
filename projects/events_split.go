package projects

import (
	"context"
	"sort"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

func (e Split) readsBalances() bool { return e.Full }

func (e Split) entries(ctx context.Context, r resolver) ([]entry, error) {
	shares, _, err := e.Shares()
	if err != nil {
		return nil, err
	}
	amounts := make([]accounting.Money, len(shares))
	for i, s := range shares {
		amounts[i] = s.Amount
	}
	sum := accounting.Sum(amounts...)
	cells, err := r.onLines(ctx, append([]Draw{{e.Parent, sum}}, shares...)...)
	if err != nil {
		return nil, err
	}
	if err := r.below(ctx, cells[0], cells[1:]); err != nil {
		return nil, err
	}
	if err := sameNature(cells[0], cells[1:]); err != nil {
		return nil, err
	}
	if e.Full {
		if err := r.usesUp(ctx, cells[0], sum); err != nil {
			return nil, err
		}
	}
	return one("I4s", "", eventFacts{cells: map[role][]eventCell{"parent": cells[:1], "child": cells[1:]}}), nil
}

// Shares are the amounts of the parts, by code, and what no whole step holds: that rest stays on the parent.
// Codes: allocation_invalid, amount_invalid.
func (e Split) Shares() (shares []Draw, rest accounting.Money, err error) {
	parts := append([]SplitPart(nil), e.Parts...)
	sort.SliceStable(parts, func(i, j int) bool { return parts[i].BudgetLine < parts[j].BudgetLine })
	weights := make([]decimal.Decimal, 0, len(parts))
	for i, p := range parts {
		if i > 0 && parts[i-1].BudgetLine == p.BudgetLine {
			return nil, rest, fault.Invalid("allocation_invalid", "budget line %s stands twice in the list", p.BudgetLine)
		}
		switch {
		case p.Amount != nil && p.Weight == nil && e.Total == nil:
			shares = append(shares, Draw{p.BudgetLine, *p.Amount})
		case p.Weight != nil && p.Amount == nil && e.Total != nil:
			weights = append(weights, *p.Weight)
		default:
			return nil, rest, fault.Invalid("allocation_invalid", "%s: a split states an amount for each part, or a total and a weight for each", p.BudgetLine)
		}
	}
	if e.Total == nil {
		return shares, rest, nil
	}
	step := accounting.StepFen
	if e.Step != nil {
		step = *e.Step
	}
	amounts, rest, err := accounting.Allocate(*e.Total, weights, step)
	if err != nil {
		return nil, rest, err
	}
	for i, m := range amounts {
		if m.Sign() > 0 { // a part too light for one step gets nothing, and no line
			shares = append(shares, Draw{parts[i].BudgetLine, m})
		}
	}
	return shares, rest, nil
}

// below refuses parts that are not of the parent's own tree. Codes: not_below_parent.
func (r resolver) below(ctx context.Context, parent eventCell, children []eventCell) error {
	ids := make([]accounting.ProjectID, len(children))
	for i, c := range children {
		ids[i] = c.project
	}
	var inside []uuid.UUID
	err := r.db.NewRaw(`with recursive tree as (
			select node_id from projects.nodes where book_id = ? and parent_id = ?
			union all
			select n.node_id from projects.nodes n join tree t on n.book_id = ? and n.parent_id = t.node_id)
		select node_id from tree where node_id in (?)`, r.c.Book, parent.project, r.c.Book, bun.List(ids)).Scan(ctx, &inside)
	if err != nil {
		return fault.FromSQL(err)
	}
	known := make(map[accounting.ProjectID]bool, len(inside))
	for _, id := range inside {
		known[accounting.ProjectID{UUID: id}] = true
	}
	for _, c := range children {
		if !known[c.project] {
			return fault.Invalid("not_below_parent", "budget line %s is not of a project below that of %s; between other projects use a transfer (I4)", c.code, parent.code)
		}
	}
	return nil
}

// usesUp refuses a full split that leaves or lacks a fen. Codes: split_not_exact.
func (r resolver) usesUp(ctx context.Context, parent eventCell, sum accounting.Money) error {
	var has accounting.Money
	err := r.db.NewRaw(`select coalesce(sum(debit - credit), 0) from accounting.positions where book_id = ? and account = '9201' and project_id = ? and budget_line_id = ?`,
		r.c.Book, parent.project, parent.line).Scan(ctx, &has)
	if err != nil {
		return fault.FromSQL(err)
	}
	if !sum.Equal(has) {
		return fault.Conflict("split_not_exact", "a full split of %s: %s is not issued, the parts add up to %s, difference %s", parent.code, has, sum, has.Sub(sum))
	}
	return nil
}
