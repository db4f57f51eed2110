package projects

import (
	"context"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// Allocation 分配 deals authority of a parent's budget line out to projects below it, one batch of several: by a list of
	// amounts in 元 or 万元, or by weights of a total in whole steps. Budget lines the children lack are made with it.
	Allocation struct {
		Paper
		Node    string            `json:"node"`            // the parent
		Parent  string            `json:"parent"`          // its budget line
		Measure string            `json:"measure"`         // yuan or wan: how the list is written
		Rows    []AllocationRow   `json:"rows"`            //
		Total   *accounting.Money `json:"total,omitempty"` // with weights: what is dealt out, yuan
		Step    *accounting.Money `json:"step,omitempty"`  // with weights: 0.01, 1.00 or 10000.00

		Amount *accounting.Money `json:"amount,omitempty"` // what the rows come to; computed
		Rest   *accounting.Money `json:"rest,omitempty"`   // what no step holds and stays on the parent; computed
	}

	// AllocationRow is one child's share.
	AllocationRow struct {
		Project string            `json:"project"`
		Value   string            `json:"value,omitempty"`  // as the list writes it, in its measure
		Weight  *decimal.Decimal  `json:"weight,omitempty"` //
		Amount  *accounting.Money `json:"amount,omitempty"` // yuan; computed
	}

	// AllocatedChild is what a project below a parent has got so far; nil amount: nothing yet.
	AllocatedChild struct {
		Project   string            `json:"project"`
		Name      string            `json:"name"`
		Allocated *accounting.Money `json:"allocated"`
	}
)

var allocationDocument = documentType{
	kind: "allocation", prefix: "FP", zh: "分配", en: "allocation",
	content: func() Content { return new(Allocation) },
	effects: map[string]effect{"submit": stillSays[Allocation], "approve": postAllocation},
}

// complete reads the rows to the fen. Codes: document_no_required, document_invalid, allocation_invalid, budget_line_unknown.
func (a Allocation) complete(ctx context.Context, r resolver) (Content, error) {
	if strings.TrimSpace(a.DocumentNo) == "" {
		return nil, fault.Invalid("document_no_required", "an allocation has its number (文号)")
	}
	if a.Measure != "yuan" && a.Measure != "wan" {
		return nil, fault.Invalid("document_invalid", "measure: %q; the list is in yuan or wan (万元)", a.Measure)
	}
	if len(a.Rows) == 0 || len(a.Rows) > 5000 {
		return nil, fault.Invalid("document_invalid", "rows: %d; an allocation has 1 to 5000", len(a.Rows))
	}
	seen := map[string]int{}
	for i, row := range a.Rows {
		if before, twice := seen[row.Project]; twice {
			return nil, fault.Invalid("document_invalid", "row %d: %s stands in row %d already", i+1, row.Project, before)
		}
		seen[row.Project] = i + 1
	}
	var err error
	if a.Total != nil {
		a, err = a.byWeights()
	} else {
		a, err = a.byList()
	}
	if err != nil {
		return nil, err
	}
	_, err = r.onLines(ctx, Draw{a.Parent, *a.Amount})
	return &a, err
}

// byList reads each value exactly: what is not whole fen is refused with its row and the arithmetic.
func (a Allocation) byList() (Allocation, error) {
	total, rows := accounting.Money{}, make([]AllocationRow, len(a.Rows))
	for i, row := range a.Rows {
		d, err := decimal.NewFromString(row.Value)
		if err != nil || row.Weight != nil || strings.ContainsAny(row.Value, "eE+") || d.Sign() <= 0 {
			return a, fault.Invalid("document_invalid", "row %d, %s: %q is no amount above zero", i+1, row.Project, row.Value)
		}
		yuan := d
		if a.Measure == "wan" {
			yuan = d.Shift(4)
		}
		if !yuan.Equal(yuan.Round(2)) {
			return a, fault.Invalid("document_invalid", "row %d, %s: %s %s is %s yuan, which is not whole fen", i+1, row.Project, row.Value, map[string]string{"wan": "万元", "yuan": "元"}[a.Measure], yuan)
		}
		m := accounting.RoundToMoney(yuan)
		if row.Amount != nil && !row.Amount.Equal(m) {
			return a, fault.Invalid("document_invalid", "row %d, %s: amount %s, the value is %s", i+1, row.Project, row.Amount, m)
		}
		row.Amount, rows[i], total = &m, row, total.Add(m)
		rows[i].Amount = &m
	}
	if err := agree("amount", a.Amount, total, "the sum of the rows"); err != nil {
		return a, err
	}
	a.Rows, a.Amount = rows, &total
	return a, nil
}

// byWeights deals the total out in whole steps, by largest remainder, ties by the rows' order; the rest stays on the parent.
func (a Allocation) byWeights() (Allocation, error) {
	step := accounting.StepFen
	if a.Step != nil {
		step = *a.Step
	}
	weights := make([]decimal.Decimal, len(a.Rows))
	for i, row := range a.Rows {
		if row.Weight == nil || row.Value != "" {
			return a, fault.Invalid("document_invalid", "row %d, %s: with a total every row has a weight and no value", i+1, row.Project)
		}
		weights[i] = *row.Weight
	}
	parts, rest, err := accounting.Allocate(*a.Total, weights, step)
	if err != nil {
		return a, err
	}
	rows := make([]AllocationRow, len(a.Rows))
	for i, row := range a.Rows {
		row.Amount = &parts[i]
		rows[i] = row
	}
	amount := a.Total.Sub(rest)
	a.Rows, a.Amount, a.Rest = rows, &amount, &rest
	return a, nil
}

func (a Allocation) about(context.Context, resolver) (about, error) {
	return about{node: a.Node, amount: a.Amount}, nil
}

// postAllocation makes the children's missing lines and splits the parent's authority to them (I4s), in one voucher.
func postAllocation(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	a, err := contentOf[Allocation](d)
	if err != nil {
		return nil, err
	}
	lines, err := childLines(ctx, tx, c.Book, a)
	if err != nil {
		return nil, err
	}
	h, err := eventHead(ctx, tx, d, a.Paper, s)
	if err != nil {
		return nil, err
	}
	e := Split{Head: h, Parent: a.Parent}
	for i, row := range a.Rows {
		if row.Amount.Sign() > 0 { // a weight too small for a step gets nothing
			e.Parts = append(e.Parts, SplitPart{BudgetLine: lines[i], Amount: row.Amount})
		}
	}
	return postEvent(ctx, tx, c, e)
}

// childLines finds the children's lines of the parent's year, nature, source and class, and makes those that are missing.
// Codes: budget_line_unknown, node_unknown, unit_missing.
func childLines(ctx context.Context, tx bun.Tx, book accounting.BookID, a Allocation) ([]string, error) {
	var parent []accounting.BudgetLine
	if err := tx.NewSelect().Model(&parent).Where("book_id = ? and (code = ? or budget_line_id::text = ?)", book, a.Parent, a.Parent).Scan(ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	if len(parent) != 1 {
		return nil, fault.Invalid("budget_line_unknown", "there is no budget line %q in this book", a.Parent)
	}
	lines := make([]string, len(a.Rows))
	for i, row := range a.Rows {
		n, err := FindNode(ctx, tx, book, row.Project)
		if err != nil {
			return nil, err
		}
		if n.Unit.IsZero() {
			return nil, fault.Conflict("unit_missing", "row %d: %s has no accounting unit yet", i+1, row.Project)
		}
		var there []string
		if err := tx.NewRaw(`select code from accounting.budget_lines where book_id = ? and project_id = ? and fiscal_year = ? and fund_nature = ? and funding_source = ? and functional_class = ? order by code limit 1`,
			book, n.ID, parent[0].FiscalYear, parent[0].FundNature, parent[0].FundingSource, parent[0].FunctionalClass).Scan(ctx, &there); err != nil {
			return nil, fault.FromSQL(err)
		}
		if len(there) == 0 {
			line := parent[0]
			line.ID, line.Project, line.Code = accounting.BudgetLineID{UUID: accounting.NewID()}, n.ID, fmt.Sprintf("%s/%d", n.Code, line.FiscalYear)
			line.CarriedFrom = accounting.BudgetLineID{}
			if err := accounting.AddBudgetLine(ctx, tx, line); err != nil {
				return nil, err
			}
			there = []string{line.Code}
		}
		lines[i] = there[0]
	}
	return lines, nil
}

// Allocated lists every project directly below a node with what it has of a year, also those with nothing.
func Allocated(ctx context.Context, db bun.IDB, book accounting.BookID, parent string, year int) ([]AllocatedChild, error) {
	rows := []AllocatedChild{}
	err := db.NewRaw(`select n.code as project, n.name_zh as name, (select sum(t.credit - t.debit) from accounting.turnover t join accounting.budget_lines b on b.book_id = t.book_id and b.budget_line_id = t.budget_line_id
			where t.book_id = n.book_id and t.account = '9101' and t.project_id = n.node_id and b.fiscal_year = ? and t.period / 100 = ?) as allocated
		from projects.nodes p join projects.nodes n on n.book_id = p.book_id and n.parent_id = p.node_id where p.book_id = ? and p.code = ? order by n.code`, year, year, book, parent).Scan(ctx, &rows)
	return rows, fault.FromSQL(err)
}
