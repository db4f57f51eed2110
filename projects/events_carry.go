package projects

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// authorityCell is what one account of a budget line holds, per contract or request.
type authorityCell struct {
	Code            string
	Line            accounting.BudgetLineID
	Project         accounting.ProjectID
	FiscalYear      int
	FundNature      accounting.FundNature
	FundingSource   string
	FunctionalClass string
	Account         string
	Subject         accounting.SubjectID
	SubjectCode     string
	Balance         accounting.Money
}

// authorityFigures are where the balances of a budget line stand in the rows of Y3 and Y4.
var authorityFigures = map[string]figure{"9101": "approved", "9201": "unissued", "9301.01": "available", "9301.02": "frozen", "9401": "executed"}

// byLine sorts the cells of each budget line into the facts of its voucher; at is the line they stand on.
func byLine(cells []authorityCell, at func(authorityCell) accounting.BudgetLineID) []eventFacts {
	var all []eventFacts
	for i, x := range cells {
		if i == 0 || cells[i-1].Line != x.Line {
			c := eventCell{project: x.Project, line: at(x), code: x.Code, figures: map[figure]accounting.Money{"left": {}, "carried": {}}}
			for _, f := range authorityFigures {
				c.figures[f] = accounting.Money{}
			}
			all = append(all, eventFacts{cells: map[role][]eventCell{own: {c}}})
		}
		f := &all[len(all)-1]
		figures := f.cells[own][0].figures
		if name, ok := authorityFigures[x.Account]; ok {
			figures[name] = x.Balance
		} else {
			s := accounting.Subject{ID: x.Subject, Kind: accounting.Contract}
			f.cells["held"] = append(f.cells["held"], eventCell{
				project: x.Project, line: at(x), code: x.Code, figures: map[figure]accounting.Money{"contracted": x.Balance},
				subjects: map[accounting.SubjectKind]accounting.Subject{accounting.Contract: s},
			})
		}
		if x.Account != "9101" && x.Account != "9401" {
			figures["left"] = figures["left"].Add(x.Balance)
			if x.Account != "9201" {
				figures["carried"] = figures["carried"].Add(x.Balance)
			}
		}
	}
	return all
}

func (e CarryAuthority) entries(ctx context.Context, r resolver) ([]entry, error) {
	var cells []authorityCell
	err := r.db.NewRaw(`select b.code, b.budget_line_id as line, b.project_id as project, x.account, x.subject_id as subject, coalesce(s.code, '') as subject_code, x.balance
		from (select account, project_id, budget_line_id, subject_id, debit - credit as balance from accounting.positions where book_id = ? and account in ('9201', '9301.01', '9301.02', '9301.03', '9301.04', '9401') and debit <> credit
			union all
			select account, project_id, budget_line_id, '00000000-0000-0000-0000-000000000000', sum(credit - debit) from accounting.turnover where book_id = ? and period between ? and ? and account = '9101' group by 1, 2, 3 having sum(credit - debit) <> 0) x
		join accounting.budget_lines b on b.book_id = ? and b.budget_line_id = x.budget_line_id and b.fiscal_year = ?
		join accounting.ledgers g on g.book_id = b.book_id and g.project_id = b.project_id
		left join accounting.subjects s on s.book_id = b.book_id and s.subject_id = x.subject_id
		where ? or g.code in (?) order by b.code, x.account, s.code`,
		r.c.Book, r.c.Book, e.Year*100+1, e.Year*100+14, r.c.Book, e.Year, len(e.Projects) == 0, bun.List(e.Projects)).Scan(ctx, &cells)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	var inFlight []string
	for _, x := range cells {
		if x.Account == "9301.04" {
			inFlight = append(inFlight, fmt.Sprintf("budget line %s: request %s holds %s", x.Code, x.SubjectCode, x.Balance))
		}
	}
	if len(inFlight) > 0 {
		return nil, fault.Conflict("request_hold_left", "%d requests are neither paid nor returned: %s", len(inFlight), strings.Join(inFlight[:min(len(inFlight), 20)], "; "))
	}
	var entries []entry
	for _, f := range byLine(cells, func(x authorityCell) accounting.BudgetLineID { return x.Line }) {
		entries = append(entries, entry{eventRule("Y3", ""), f, f.cells[own][0].code})
	}
	return entries, nil
}

func (e CarryIn) entries(ctx context.Context, r resolver) ([]entry, error) {
	if e.Date.Year() != e.Year+1 {
		return nil, fault.Invalid("date_invalid", "what %d left is carried into %d, not by a voucher of %s", e.Year, e.Year+1, e.Date)
	}
	var cells []authorityCell
	err := r.db.NewRaw(`select b.code, b.budget_line_id as line, b.project_id as project, b.fund_nature, b.funding_source, b.functional_class, l.account, l.subject_id as subject, sum(l.credit - l.debit) as balance
		from accounting.lines l
		join accounting.budget_lines b on b.book_id = l.book_id and b.budget_line_id = l.budget_line_id and b.fiscal_year = ?
		join accounting.ledgers g on g.book_id = b.book_id and g.project_id = b.project_id
		where l.book_id = ? and l.period = ? and l.account in ('9201', '9301.01', '9301.02', '9301.03') and (? or g.code in (?))
			and not exists (select 1 from accounting.budget_lines n where n.book_id = b.book_id and n.carried_from = b.budget_line_id)
		group by 1, 2, 3, 4, 5, 6, 7, 8 having sum(l.credit - l.debit) <> 0 order by 1, 7`,
		e.Year, r.c.Book, e.Year*100+14, len(e.Projects) == 0, bun.List(e.Projects)).Scan(ctx, &cells)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	lines := map[accounting.BudgetLineID]accounting.BudgetLineID{}
	for _, x := range cells {
		if _, done := lines[x.Line]; done {
			continue
		}
		code, err := r.carriedCode(ctx, x.Code, e.Year)
		if err != nil {
			return nil, err
		}
		n := accounting.BudgetLine{
			Book: r.c.Book, ID: accounting.BudgetLineID{UUID: accounting.NewID()}, Project: x.Project, FiscalYear: e.Year + 1,
			Code: code, FundNature: x.FundNature, FundingSource: x.FundingSource, FunctionalClass: x.FunctionalClass, CarriedFrom: x.Line,
		}
		if err := accounting.AddBudgetLine(ctx, r.db, n); err != nil {
			return nil, err
		}
		lines[x.Line] = n.ID
	}
	var entries []entry
	for _, f := range byLine(cells, func(x authorityCell) accounting.BudgetLineID { return lines[x.Line] }) {
		entries = append(entries, entry{eventRule("Y4", ""), f, f.cells[own][0].code})
	}
	return entries, nil
}

// carriedCode is the code of the line that continues 2025-05/2025: 2025-05/2026 or, where the bureau has given that to new
// money already, 2025-05/2026-c.
func (r resolver) carriedCode(ctx context.Context, code string, year int) (string, error) {
	next := strings.TrimSuffix(code, fmt.Sprintf("/%d", year)) + fmt.Sprintf("/%d", year+1)
	taken, err := r.db.NewSelect().Model((*accounting.BudgetLine)(nil)).Where("book_id = ? and code = ?", r.c.Book, next).Exists(ctx)
	if taken {
		next += "-c"
	}
	return next, fault.FromSQL(err)
}
