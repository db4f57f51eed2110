package projects

import (
	"context"
	"slices"
	"strings"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// notStated are the financial accounts an opening does not state as balances, with why.
var notStated = map[string]string{
	"1214.02": "stated with its contract", "2302.02": "stated with its contract", "2307.01": "stated with its contract", "2502.01": "stated with its contract", "1218": "claimed from the contract after the opening (H1)",
	"1214.01": "recouped or returned before the book begins", "1214.03": "asked for anew", "2303": "its list is approved anew", "2307.03": "its list is approved anew",
}

// mayState refuses a balance that another list states, or that no document here could ever move. Codes: account_unknown.
func mayState(b OpeningBalance) error {
	a, known := byCode[b.Account]
	switch why := notStated[b.Account]; {
	case !known || !a.Leaf:
		return fault.Invalid("account_unknown", "%q is no leaf of the chart", b.Account)
	case a.Basis == "authority":
		return fault.Invalid("account_unknown", "%s %s is stated with the indicators and contracts", a.Code, a.NameZH)
	case why != "":
		return fault.Invalid("account_unknown", "%s %s: %s", a.Code, a.NameZH, why)
	}
	return nil
}

// openedLine is a budget line of an opening with what the lists say of it.
type openedLine struct {
	OpeningIndicator
	project, natureAccount string
	held                   accounting.Money
	moved                  map[string]accounting.Money // 4001, 6001 and 7 on their natural side
}

func (l openedLine) available() accounting.Money {
	return l.Issued.Sub(l.Frozen).Sub(l.held).Sub(l.Executed)
}

func differs(format string, args ...any) error {
	return fault.Conflict("opening_differs", format, args...)
}

// agrees refuses lists that contradict each other, with the arithmetic: the authority of each budget line, what was executed
// against revenue and expenditure of the year, debits against credits of each project and basis. Codes: opening_differs,
// account_unknown, budget_line_unknown.
func (o OpeningBook) agrees(ctx context.Context, r resolver) error {
	lines, err := o.lines(ctx, r)
	if err != nil {
		return err
	}
	for _, code := range sortedKeys(lines) {
		if err := lines[code].agrees(); err != nil {
			return err
		}
	}
	sums := map[string]map[string]accounting.Money{} // by basis and project: debit less credit
	add := func(basis, project string, m accounting.Money) {
		if sums[basis] == nil {
			sums[basis] = map[string]accounting.Money{}
		}
		sums[basis][project] = sums[basis][project].Add(m)
	}
	stated := map[string]accounting.Money{}
	for _, k := range o.Contracts {
		for _, b := range k.balances(SubjectRef{}) {
			add("financial", b.Project, b.onDebit())
		}
	}
	for _, b := range o.Balances {
		project := b.Project
		if l := lines[b.BudgetLine]; l != nil {
			project = l.project
		}
		if b.Account == "3001" {
			stated[project] = stated[project].Add(b.Balance)
		}
		add(byCode[b.Account].Basis, project, b.onDebit())
	}
	for _, basis := range sortedKeys(sums) {
		for _, code := range sortedKeys(sums[basis]) {
			if rest := sums[basis][code]; !rest.IsZero() && basis == "financial" {
				return differs("project %s: debits less credits of the financial accounts come to %s with 3001 at %s; 3001 累计盈余 would be %s", code, rest, stated[code], stated[code].Add(rest))
			} else if !rest.IsZero() {
				return differs("project %s: debits less credits of the budgetary accounts come to %s", code, rest)
			}
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// lines gathers what the lists say of each budget line.
func (o OpeningBook) lines(ctx context.Context, r resolver) (map[string]*openedLine, error) {
	lines := map[string]*openedLine{}
	for _, i := range o.Indicators {
		if lines[i.BudgetLine] != nil {
			return nil, differs("budget line %s stands there twice", i.BudgetLine)
		}
		lines[i.BudgetLine] = &openedLine{OpeningIndicator: i, moved: map[string]accounting.Money{}}
	}
	if err := o.findLines(ctx, r, lines); err != nil {
		return nil, err
	}
	for _, k := range o.Contracts {
		for _, h := range k.Held {
			l := lines[h.BudgetLine]
			if l == nil {
				return nil, differs("contract %s holds %s of budget line %s, which is not among the indicators", k.Agreement.Number, h.Amount, h.BudgetLine)
			}
			l.held = l.held.Add(h.Amount)
		}
	}
	for _, b := range o.Balances {
		if err := mayState(b); err != nil {
			return nil, err
		}
		if !byCode[b.Account].TakesLine {
			continue
		}
		l := lines[b.BudgetLine]
		if l == nil {
			return nil, differs("%s is stated of budget line %q, which is not among the indicators", b.Account, b.BudgetLine)
		}
		if strings.HasPrefix(b.Account, "4001") && b.Account != l.natureAccount {
			return nil, differs("budget line %s: its revenue stands on %s, not on %s", b.BudgetLine, l.natureAccount, b.Account)
		}
		kind := b.Account[:1]
		l.moved[kind] = l.moved[kind].Add(b.Balance)
	}
	return lines, nil
}

// findLines finds the project of each line and where its revenue stands.
func (o OpeningBook) findLines(ctx context.Context, r resolver, lines map[string]*openedLine) error {
	codes := sortedKeys(lines)
	if len(codes) == 0 {
		return nil
	}
	draws := make([]Draw, len(codes))
	for n, code := range codes {
		draws[n] = Draw{code, accounting.Fen(1)}
	}
	cells, err := r.onLines(ctx, draws...)
	if err != nil {
		return err
	}
	var projects []struct {
		Code, Project string
		Year          int
	}
	if err := r.db.NewRaw(`select b.code, l.code as project, b.fiscal_year as year from accounting.budget_lines b join accounting.ledgers l on l.book_id = b.book_id and l.project_id = b.project_id where b.book_id = ?`, r.c.Book).Scan(ctx, &projects); err != nil {
		return fault.FromSQL(err)
	}
	for _, p := range projects {
		if l := lines[p.Code]; l != nil {
			if l.project = p.Project; p.Year != o.Date.Year() {
				return differs("budget line %s is of %d; a book that begins on %s takes lines of that year", p.Code, p.Year, o.Date)
			}
		}
	}
	for n, c := range cells {
		lines[codes[n]].natureAccount = map[bool]string{true: "4001.02", false: "4001.01"}[c.nature == accounting.GovernmentFund]
	}
	return nil
}

func (l *openedLine) agrees() error {
	for name, m := range map[string]accounting.Money{"approved": l.Approved, "issued": l.Issued, "frozen": l.Frozen, "executed": l.Executed} {
		if m.Sign() < 0 {
			return differs("budget line %s: %s is %s; below zero", l.BudgetLine, name, m)
		}
	}
	if l.Issued.Cmp(l.Approved) > 0 {
		return differs("budget line %s: issued %s of %s approved: %s too much", l.BudgetLine, l.Issued, l.Approved, l.Issued.Sub(l.Approved))
	}
	left := l.available()
	if left.Sign() < 0 {
		return differs("budget line %s: issued %s − frozen %s − held by contracts %s − executed %s = %s, below zero", l.BudgetLine, l.Issued, l.Frozen, l.held, l.Executed, left)
	}
	if l.Available != nil && !l.Available.Equal(left) {
		return differs("budget line %s: issued %s − frozen %s − held by contracts %s − executed %s = %s, available is stated as %s: %s apart", l.BudgetLine, l.Issued, l.Frozen, l.held, l.Executed, left, l.Available, l.Available.Sub(left))
	}
	for kind, name := range map[string]string{"4": "revenue 4001", "6": "budget receipts 6001", "7": "expenditure 7xxx"} {
		if m := l.moved[kind]; !m.Equal(l.Executed) {
			return differs("budget line %s: executed %s, %s %s: %s apart", l.BudgetLine, l.Executed, name, m, l.Executed.Sub(m))
		}
	}
	return nil
}

// openings are the events, one for each project in the order of codes. What 3001 and 9101 take follows from the rest, which was
// compared with what is stated.
func (o OpeningBook) openings(ctx context.Context, r resolver, refs []SubjectRef) ([]Opening, error) {
	lines, err := o.lines(ctx, r)
	if err != nil {
		return nil, err
	}
	byProject := map[string][]OpeningBalance{}
	add := func(project string, b OpeningBalance) {
		if !b.Balance.IsZero() {
			byProject[project] = append(byProject[project], b)
		}
	}
	for _, code := range sortedKeys(lines) {
		l := lines[code]
		for _, x := range []struct {
			account string
			m       accounting.Money
		}{{"9201", l.Approved.Sub(l.Issued)}, {"9301.01", l.available()}, {"9301.02", l.Frozen}, {"9401", l.Executed}} {
			add(l.project, OpeningBalance{Account: x.account, BudgetLine: code, Balance: x.m})
		}
	}
	for n, k := range o.Contracts {
		for _, h := range k.Held {
			add(lines[h.BudgetLine].project, OpeningBalance{Account: "9301.03", BudgetLine: h.BudgetLine, Subject: refs[n], Balance: h.Amount})
		}
		for _, b := range k.balances(refs[n]) {
			add(b.Project, b)
		}
	}
	for _, b := range o.Balances {
		project := b.Project
		if l := lines[b.BudgetLine]; l != nil {
			project = l.project
		}
		if b.Account != "3001" {
			add(project, b)
		}
	}
	events := make([]Opening, 0, len(byProject))
	for _, code := range sortedKeys(byProject) {
		events = append(events, Opening{Balances: byProject[code]})
	}
	return events, nil
}
