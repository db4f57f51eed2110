package projects

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// The year's end. Y1 to Y3 are computed from the books and go into period 14, Y4 brings into the new year what Y3 left.
// Running one again closes only what was posted since.
type (
	// YearEnd says which year and which projects (codes; none means all of the book).
	YearEnd struct {
		Head
		Year     int      `json:"year"`
		Projects []string `json:"projects,omitempty"`
	}

	// CloseBudgetary is Y1 年末结转: receipts and expenditure of the budgetary accounts, a voucher per project.
	CloseBudgetary struct{ YearEnd }

	// CloseFinancial is Y2 年末结转: revenue and expenses of the financial accounts, a voucher per project.
	CloseFinancial struct{ YearEnd }

	// CarryAuthority is Y3 指标结转: what is left of each budget line, a voucher per line.
	CarryAuthority struct{ YearEnd }

	// CarryIn is Y4 上年结转转入: new lines of the year after Year continue what Y3 left, contracts included. Date lies in that year.
	CarryIn struct{ YearEnd }

	// Lapse is Y5 结余收回: available authority of a line is taken back.
	Lapse struct {
		Head
		Draw
	}
)

func (CloseBudgetary) EventCode() string { return "Y1" }
func (CloseFinancial) EventCode() string { return "Y2" }
func (CarryAuthority) EventCode() string { return "Y3" }
func (CarryIn) EventCode() string        { return "Y4" }
func (Lapse) EventCode() string          { return "Y5" }

func (YearEnd) readsBalances() bool { return true }

// head is dated on the last day of the year, in its period 14.
func (y YearEnd) head() Head {
	h := y.Head
	h.Date, h.Period = accounting.NewDate(y.Year, time.December, 31), accounting.Period(y.Year*100+14)
	return h
}

func (e CarryIn) head() Head { return e.Head }

func (e Lapse) entries(ctx context.Context, r resolver) ([]entry, error) {
	return r.authority(ctx, "Y5", "", e.Draw)
}

// yearCell is what an account of a project holds at the year's end, on its credit side.
type yearCell struct {
	Code    string // of the project
	Project accounting.ProjectID
	Line    accounting.BudgetLineID
	Account string
	Class   string
	Balance accounting.Money
}

// moved gives each project's cells of the accounts that start with one of the digits or codes, project by project.
func (y YearEnd) moved(ctx context.Context, r resolver, accounts string) ([][]yearCell, error) {
	var rows []yearCell
	err := r.db.NewRaw(`select g.code, l.project_id as project, l.budget_line_id as line, l.account, l.economic_class as class, sum(l.credit - l.debit) as balance
		from accounting.lines l join accounting.ledgers g on g.book_id = l.book_id and g.project_id = l.project_id
		where l.book_id = ? and l.period between ? and ? and l.account ~ ? and (? or g.code in (?))
		group by 1, 2, 3, 4, 5 having sum(l.credit - l.debit) <> 0 order by 1, 4, 3, 5`,
		r.c.Book, y.Year*100+1, y.Year*100+14, accounts, len(y.Projects) == 0, bun.List(y.Projects)).Scan(ctx, &rows)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	var byProject [][]yearCell
	for i, x := range rows {
		if i == 0 || rows[i-1].Code != x.Code {
			byProject = append(byProject, nil)
		}
		byProject[len(byProject)-1] = append(byProject[len(byProject)-1], x)
	}
	return byProject, nil
}

// cell is the closing of one balance: in takes it from its credit side, out from its debit side.
func (x yearCell) cell(in, out figure, choice string) eventCell {
	c := eventCell{project: x.Project, line: x.Line, code: x.Code, class: x.Class, choices: map[string]string{choice: x.Account}, figures: map[figure]accounting.Money{in: {}, out: {}}}
	if strings.HasPrefix(x.Account, "4") || strings.HasPrefix(x.Account, "6") {
		c.figures[in] = x.Balance
	} else {
		c.figures[out] = x.Balance.Neg()
	}
	return c
}

func (e CloseBudgetary) entries(ctx context.Context, r resolver) ([]entry, error) {
	projects, err := e.moved(ctx, r, "^[67]")
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, len(projects))
	for _, cells := range projects {
		f := eventFacts{cells: map[role][]eventCell{}}
		var surplus accounting.Money
		for _, x := range cells {
			surplus = surplus.Add(x.Balance)
			f.cells[own] = append(f.cells[own], x.cell("received", "spent", "{expenditure}"))
		}
		f.cells["sum"] = []eventCell{{project: cells[0].Project, code: cells[0].Code, figures: map[figure]accounting.Money{"surplus": surplus}}}
		entries = append(entries, entry{eventRule("Y1", ""), f, cells[0].Code})
	}
	return entries, nil
}

func (e CloseFinancial) entries(ctx context.Context, r resolver) ([]entry, error) {
	projects, err := e.moved(ctx, r, "^([45]|3401|3501)")
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, len(projects))
	for _, cells := range projects {
		f := eventFacts{cells: map[role][]eventCell{}}
		sums := map[figure]accounting.Money{"surplus": {}, "moved": {}, "adjusted": {}}
		for _, x := range cells {
			switch {
			case x.Account == "3401":
				sums["moved"] = x.Balance.Neg()
			case x.Account == "3501":
				sums["adjusted"] = x.Balance.Neg()
			case strings.HasPrefix(x.Account, "4"):
				f.cells[own] = append(f.cells[own], x.cell("earned", "consumed", "{revenue}"))
				sums["surplus"] = sums["surplus"].Add(x.Balance)
			default:
				f.cells[own] = append(f.cells[own], x.cell("earned", "consumed", "{expense}"))
				sums["surplus"] = sums["surplus"].Add(x.Balance)
			}
		}
		f.cells["sum"] = []eventCell{{project: cells[0].Project, code: cells[0].Code, figures: sums}}
		entries = append(entries, entry{eventRule("Y2", ""), f, cells[0].Code})
	}
	return entries, nil
}

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
