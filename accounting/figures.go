package accounting

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// figure says which lines a column of the ladder adds up, on which side, and over which years.
type figure struct {
	where    string // on lines x
	side     Side
	allYears bool // else of the as-of date's year
	closings bool // with the closing entries of earlier years
}

// certified is what was invested, whoever has it now: see LadderRow.
const certified = `(x.account like '1613.%' and x.account <> '1613.07' or x.account in ('1601', '1801', '3401', '5301'))`

// figures are the columns of LadderRow by the names the reconciliation gives them; issued is what was approved and is not to issue.
var figures = map[string]figure{
	"approved":         {`x.account = '9101'`, Credit, false, false},
	"to_issue":         {`x.account = '9201'`, Debit, false, false},
	"issued":           {`x.account in ('9101', '9201')`, Credit, false, false},
	"available":        {`x.account = '9301.01'`, Debit, false, false},
	"frozen":           {`x.account = '9301.02'`, Debit, false, false},
	"held_by_contract": {`x.account = '9301.03'`, Debit, false, false},
	"held_by_request":  {`x.account = '9301.04'`, Debit, false, false},
	"executed":         {`x.account = '9401'`, Debit, false, false},
	"executed_total":   {`x.account = '9401'`, Debit, true, false},
	"certified":        {certified, Debit, true, false},
	"advance":          {`x.account like '1214.%'`, Debit, true, true},
	"payable":          {`x.account = '2302.02'`, Credit, true, true},
	"retention":        {`x.account in ('2307.01', '2502.01')`, Credit, true, true},
}

// FigureLines gives the lines that a figure of LadderRows or LineLadders adds up, with the sum after each; the last sum is
// the figure. With From it is what that day and those after it brought. Codes: date_invalid, known_in_future, request_invalid.
func FigureLines(ctx context.Context, db bun.IDB, q StatementQuery, name string) (*Statement, error) {
	g, known := figures[name]
	if !known {
		return nil, fault.Invalid("request_invalid", "figure: there is no figure %q", clip(name))
	}
	c, err := scope{q.Book, q.AsOf, q.Known, false}.cut(ctx, db)
	if err != nil {
		return nil, err
	}
	only := filter{unit: q.Unit, projects: q.Projects, budgetLine: q.BudgetLine, figure: g.where}
	from := NewDate(q.AsOf.Year(), 1, 1)
	if g.allYears || !q.BudgetLine.IsZero() { // a budget line is of one year
		from = NewDate(2000, 1, 1)
	}
	if !q.From.IsZero() {
		from = q.From
	}
	if !g.closings {
		only.figure += ` and x.period % 100 <> 14`
	}
	return &Statement{nil, statementLines(ctx, db, c, from, q, only, map[string]Money{}, false, g.side)}, nil
}

// LineLadder is the ladder of a budget line over all that was posted to it but the closing of its year, in yuan.
type LineLadder struct {
	Line       BudgetLineID
	Code       string
	Project    ProjectID
	FiscalYear int
	Source     string // code of where the money comes from

	Approved, ToIssue, Available, Frozen, HeldByContract, HeldByRequest, Executed Money
}

// LineLadders gives the ladder of every budget line of the projects asked about, by year and code.
func LineLadders(ctx context.Context, db bun.IDB, q ReconcileQuery) ([]LineLadder, error) {
	c, err := scope{q.Book, q.AsOf, q.Known, false}.cut(ctx, db)
	if err != nil {
		return nil, err
	}
	only := filter{basis: "authority", unit: q.Unit, projects: q.Projects}
	moves, where := c.moves(only, ByBudgetLine, "case when x.period % 100 = 14 then 1 else 0 end"), filter{unit: q.Unit, projects: q.Projects}.where(q.Book)
	f := fragment{sql: `select x.budget_line_id, x.code, x.project_id, x.fiscal_year, x.funding_source`}
	for _, column := range []struct{ sign, account string }{{"-", "9101"}, {"", "9201"}, {"", "9301.01"}, {"", "9301.02"}, {"", "9301.03"}, {"", "9301.04"}, {"", "9401"}} {
		f.add(`, coalesce(sum(` + column.sign + `(m.debit - m.credit)) filter (where m.account = '` + column.account + `'), 0)`)
	}
	f.add(` from accounting.budget_lines x left join `)
	f.add(moves.sql, moves.args...)
	f.add(` m on m.budget_line_id = x.budget_line_id and m.slot = 0 where x.book_id = ?`+where.sql, append([]any{q.Book}, where.args...)...)
	f.add(` group by x.budget_line_id, x.code, x.project_id, x.fiscal_year, x.funding_source order by x.fiscal_year, x.code`)
	return collect(ctx, db, f, func(r *LineLadder) []any {
		return []any{&r.Line, &r.Code, &r.Project, &r.FiscalYear, &r.Source, &r.Approved, &r.ToIssue, &r.Available, &r.Frozen, &r.HeldByContract, &r.HeldByRequest, &r.Executed}
	})
}

// MonthRow is what a month paid and certified, in yuan; adjustments (13) belong to December.
type MonthRow struct {
	Period    Period
	Executed  Money
	Certified Money
}

// MonthRows gives the months with payments or certified work of the projects asked about; they add up to ExecutedTotal and
// Certified of LadderRows.
func MonthRows(ctx context.Context, db bun.IDB, q ReconcileQuery) ([]MonthRow, error) {
	c, err := scope{q.Book, q.AsOf, q.Known, false}.cut(ctx, db)
	if err != nil {
		return nil, err
	}
	moves := c.moves(filter{unit: q.Unit, projects: q.Projects, figure: `(x.account = '9401' or ` + certified + `) and x.period % 100 <> 14`}, ByAccount, "case when x.period % 100 > 12 then x.period / 100 * 100 + 12 else x.period end")
	f := fragment{sql: `select m.slot, coalesce(sum(m.debit - m.credit) filter (where m.account = '9401'), 0), coalesce(sum(m.debit - m.credit) filter (where m.account <> '9401'), 0) from `}
	f.add(moves.sql, moves.args...)
	f.add(` m group by m.slot order by m.slot`)
	return collect(ctx, db, f, func(r *MonthRow) []any { return []any{&r.Period, &r.Executed, &r.Certified} })
}

// LastPostingBefore is the day of the latest voucher of a book that has none in a year or later; else it is zero, because the
// day would be looked for among all vouchers of a month and nobody asks for it.
func LastPostingBefore(ctx context.Context, db bun.IDB, book BookID, year int) (day Date, err error) {
	days, err := collect(ctx, db, fragment{`select v.date from accounting.vouchers v where v.book_id = ?0 and v.period =
		(select max(p.period) from accounting.periods p where p.book_id = ?0 and p.last_number > 0 and p.period % 100 < 13) and v.period < ?1 order by v.date desc limit 1`, []any{book, year * 100}}, func(d *Date) []any { return []any{d} })
	if err == nil && len(days) > 0 {
		day = days[0]
	}
	return day, err
}

// VoucherPlace is a voucher's place n of N among those of a project: the project's own sequence, beside the book's number.
type VoucherPlace struct {
	No    VoucherNo
	Place int
	Of    int
}

// VoucherPlaces gives the places of a page of vouchers with a line of the projects, in order.
func VoucherPlaces(ctx context.Context, db bun.IDB, q VoucherQuery) ([]VoucherPlace, error) {
	f := fragment{`with mine as (select distinct x.period, x.number from accounting.lines x where x.book_id = ?`, []any{q.Book}}
	where := filter{projects: q.Projects}.where(q.Book)
	f.add(where.sql+`), placed as (select m.period, m.number, row_number() over (order by m.period, m.number) as place, count(*) over () as total from mine m)
		select p.period, p.number, p.place, p.total from placed p where (p.period, p.number) > (?, ?) order by p.period, p.number limit ?`, append(where.args, q.After.Period, q.After.Number, q.Limit)...)
	return collect(ctx, db, f, func(p *VoucherPlace) []any { return []any{&p.No.Period, &p.No.Number, &p.Place, &p.Of} })
}
