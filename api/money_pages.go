package api

import (
	"net/http"
	"net/url"
	"regexp"

	"github.com/labstack/echo/v4"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// moneyPages registers the pages of budget lines, contracts, payments and what is given out.
func (s *Server) moneyPages(e *echo.Echo) {
	page := func(method, path string, roles []string, show func(*look) (*answer, error)) {
		s.page(e, method, path, roles, func(l *look) (*answer, error) {
			if _, err := s.called(l); err != nil { // tables name projects
				return nil, err
			}
			return show(l)
		})
	}
	page(http.MethodGet, "/budget", everyone, s.budgetPage)
	page(http.MethodGet, "/budget/documents", everyone, s.budgetDocumentsPage)
	page(http.MethodPost, "/budget/lines", []string{"budget_officer"}, s.addBudgetLineByPage)
	page(http.MethodGet, "/contracts", everyone, s.contractsPage)
	page(http.MethodGet, "/contracts/:number", everyone, s.contractPage)
	page(http.MethodGet, "/contracts/:number/certificates/:no", everyone, s.certificatePage)
	page(http.MethodGet, "/payees", everyone, s.payeesPage)
	page(http.MethodGet, "/payments", everyone, s.paymentsPage)
	page(http.MethodGet, "/payments/:number/lines/:line", everyone, s.linePage)
	page(http.MethodPost, "/payments/:number/lines/:line/:act", receiptDesks, s.lineActByPage)
	page(http.MethodPost, "/payments/treasury-list", orderDesks, s.demonstrationList)
	page(http.MethodGet, "/subsidies", everyone, s.subsidiesPage)
	page(http.MethodGet, "/villages", everyone, s.villagesPage)
	page(http.MethodGet, "/injections", everyone, s.injectionsPage)
	page(http.MethodGet, "/funds/:code", everyone, s.fundPage)
}

// sectionsData is a page about one thing: what it is, what can be done with it, and the parts it has.
type sectionsData struct {
	Lead     string
	Problem  *web.Problem
	Tabs     []web.MenuItem
	Search   []web.Field
	Facts    []web.Fact
	Actions  []web.MenuItem
	Sections []section
}

// section is one part of such a page.
type section struct {
	ID     string // where links on the page lead; most have none
	Title  string
	Facts  []web.Fact
	Words  []string
	Effect *effect
	Table  *web.Table
	Review *reviewOf // the table's documents are ticked for it
	Choose *web.Form // around the table, whose rows are ticked for it
	Form   *web.Form
	Note   string
	More   []web.MenuItem // where to go on from here
}

// reviewOf is the step for which documents are ticked; each button is one of several.
type reviewOf struct {
	Verb    string
	Action  string // empty: /review
	Buttons []web.Button
}

// newDocument is the link to a form, filled in beforehand by pairs of a field and its value; nothing where the role writes none.
func (l *look) newDocument(title string, kind projects.DocumentKind, pairs ...string) []web.MenuItem {
	if !holds(projects.Drafters(kind), l.who.Role) {
		return nil
	}
	q := url.Values{"kind": {string(kind)}}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return []web.MenuItem{{Title: title, Path: "/documents/new?" + q.Encode()}}
}

// papersTable lists documents by what they say of themselves.
func papersTable(l *look, caption, empty string, rows []projects.PaperRow) *web.Table {
	t := &web.Table{Name: "documents", Caption: caption, Empty: empty, Columns: web.Columns(web.C(web.TextColumn, "column.number"), web.C(web.TextColumn, "money.document_no"), web.C(web.DayColumn, "column.date"),
		web.C(web.TextColumn, "column.event"), web.C(web.TextColumn, "column.project"), web.C(web.MoneyColumn, "column.amount"), web.C(web.StateColumn, "column.state"), web.C(web.TextColumn, "column.memo"))}
	for _, r := range rows {
		said := kindName(l.lang, r.Kind)
		for _, e := range projects.Events() {
			if e.Name == r.Event {
				said = eventName(l.lang, e)
			}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Code(r.Number).To("/documents/" + r.ID.String()), web.Text(r.DocumentNo), web.Day(r.Day), web.Text(said), l.names.project(r.Project), web.Maybe(r.Amount),
			web.State(r.State, l.t("state."+r.State)), web.Text(r.Memo)}})
	}
	return t
}

var storedFormula = regexp.MustCompile(`^([\d.]+) % × ([\d.-]+) certified − ([\d.-]+) recouped − ([\d.-]+) paid − ([\d.-]+) requested − ([\d.-]+) deductions = ([\d.-]+), at most ([\d.-]+) certified and unpaid and ([\d.-]+) left of the price$`)

// formula is how payable now is reckoned, as the database wrote it, in the reader's language.
func (l *look) formula(stored string, now accounting.Money) string {
	m := storedFormula.FindStringSubmatch(stored)
	if m == nil {
		return stored
	}
	args := []any{m[1]}
	for _, figure := range m[2:] {
		args = append(args, web.Grouped(figure))
	}
	return l.t("contract.formula", append(args, web.Grouped(now.String()))...)
}

func fact(label string, c web.Cell) web.Fact { return web.Fact{Label: label, Cell: c} }
