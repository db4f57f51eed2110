package projects

import (
	"context"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// Indicators is what a list of one number 文号 says of many budget lines: each is approved and issued at once (I1 and I2), as
	// the treasury's indicators come, or cut where the amount is below zero. However many rows, it is one voucher.
	Indicators struct {
		Head
		Origin IndicatorOrigin `json:"origin,omitempty"`
		Rows   []IndicatorRow  `json:"rows"`
	}

	// IndicatorRow is one budget line's part, in yuan; below zero: it is reduced.
	IndicatorRow struct {
		BudgetLine string           `json:"budget_line"`
		Amount     accounting.Money `json:"amount"`
	}

	// IndicatorOrigin 预算来源 says whether the list is the year's budget or comes in addition to it.
	IndicatorOrigin string
)

const (
	OriginalBudget IndicatorOrigin = ""           // 年初预算
	AddedBudget    IndicatorOrigin = "supplement" // 追加, 预算调整: I3+
)

// mostIndicators is how many rows one voucher takes: each has up to four of its 10,000 lines.
const mostIndicators = 2500

// EventCode is I3- when all rows are reductions, else I3+ of a supplement and I1 of the year's budget.
func (e Indicators) EventCode() string {
	cuts := len(e.Rows) > 0
	for _, r := range e.Rows {
		cuts = cuts && r.Amount.Sign() < 0
	}
	switch {
	case cuts:
		return "I3-"
	case e.Origin == AddedBudget:
		return "I3+"
	}
	return "I1"
}

func (e Indicators) entries(ctx context.Context, r resolver) ([]entry, error) {
	if e.Origin != OriginalBudget && e.Origin != AddedBudget {
		return nil, fault.Invalid("document_invalid", "origin: %q is neither empty nor %q", e.Origin, AddedBudget)
	}
	if len(e.Rows) > mostIndicators {
		return nil, fault.Invalid("voucher_too_long", "%d rows; one voucher takes %d", len(e.Rows), mostIndicators)
	}
	draws := make([]Draw, len(e.Rows))
	for i, row := range e.Rows {
		draws[i] = Draw{row.BudgetLine, magnitude(row.Amount)}
	}
	cells, err := r.onLines(ctx, draws...)
	if err != nil {
		return nil, err
	}
	for i, row := range e.Rows {
		cells[i].figures = map[figure]accounting.Money{"issued": row.Amount, "cut": {}}
		if row.Amount.Sign() < 0 {
			cells[i].figures = map[figure]accounting.Money{"issued": {}, "cut": row.Amount.Neg()}
		}
	}
	row := eventRule("I1", "list")
	row.event = e.EventCode() // the same lines under each of its codes
	return []entry{{row: row, facts: eventFacts{cells: map[role][]eventCell{own: cells}}}}, nil
}

// explain says of the line that cannot be cut who holds its authority.
func (e Indicators) explain(ctx context.Context, r resolver, refused *fault.Error) {
	net := map[string]accounting.Money{}
	for _, row := range e.Rows {
		net[row.BudgetLine] = net[row.BudgetLine].Add(row.Amount)
	}
	for _, line := range sortedKeys(net) {
		if net[line].Sign() >= 0 {
			continue
		}
		var available accounting.Money
		err := r.db.NewRaw(`select coalesce(sum(p.debit - p.credit), 0) from accounting.positions p join accounting.budget_lines b on b.book_id = p.book_id and b.budget_line_id = p.budget_line_id
			where p.book_id = ? and p.account = '9301.01' and (b.code = ? or b.budget_line_id::text = ?)`, r.c.Book, line, line).Scan(ctx, &available)
		if err == nil && available.Cmp(net[line].Neg()) < 0 {
			Reduce{Draw: Draw{line, net[line].Neg()}, From: Available}.explain(ctx, r, refused)
			return
		}
	}
}
