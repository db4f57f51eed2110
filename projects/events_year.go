package projects

import (
	"context"
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
