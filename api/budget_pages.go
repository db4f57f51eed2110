package api

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

const linesShown = 50

// budgetPage shows the budget lines of a year, each with its ladder, and the latest documents that made them.
func (s *Server) budgetPage(l *look) (*answer, error) {
	years, err := s.budgetYears(l)
	if err != nil {
		return nil, err
	}
	in := laddersRequest{Project: strings.TrimSpace(l.values.Get("project")), After: l.values.Get("after"), Limit: linesShown}
	if in.Year, err = s.chosenYear(l, years); err != nil {
		return nil, err
	}
	out, err := s.listLadders(l.ctx, &in)
	if err != nil {
		return nil, err
	}
	t := ladderTable(l, out.Body.Lines, out.Body.Total)
	if t.Rows == nil {
		t.Empty = l.t("budget.empty")
	}
	if out.Body.Next != "" {
		t.Next, _ = withQuery(l, "after", out.Body.Next)
	}
	if in.After != "" {
		t.First, _ = withQuery(l, "after", "")
	}
	papers, err := s.papers(l, projects.PaperQuery{Kinds: budgetKinds, Limit: 10})
	if err != nil {
		return nil, err
	}
	data := sectionsData{Lead: l.t("budget.lead"), Actions: l.budgetActions(in.Project), Sections: []section{
		{Table: t, Note: l.t("budget.ladder_note")},
		{Table: papersTable(l, l.t("budget.latest"), l.t("budget.no_documents"), papers)},
	}}
	data.Actions = append(data.Actions, web.MenuItem{Title: l.t("page.budget_documents"), Path: "/budget/documents"})
	if l.who.Role == "budget_officer" {
		f, err := s.lineForm(l, nil)
		if err != nil {
			return nil, err
		}
		data.Sections = append(data.Sections, section{Title: l.t("budget.new_line"), Form: f, Note: l.t("budget.new_line_note")})
	}
	return &answer{template: "money_list", title: l.t("page.budget"), list: t, wan: true, data: moneyList{sectionsData: data, Filters: []web.Field{yearFilter(l, years, in.Year), {Name: "project", Label: l.t("column.project"), Kind: web.TextField, Value: in.Project, Help: l.t("money.project_and_below")}}}}, nil
}

// moneyList is a page of sections with filters before them.
type moneyList struct {
	sectionsData
	Filters []web.Field
}

var budgetKinds = []string{"budget", "allocation", "cash_plan"}

// budgetActions are the documents that change budget lines, for whoever writes them.
func (l *look) budgetActions(project string) (items []web.MenuItem) {
	for _, f := range projects.DocumentForms() {
		for _, event := range f.Events {
			for _, e := range projects.Events() {
				if f.Kind == "budget" && e.Name == event {
					items = append(items, l.newDocument(eventName(l.lang, e), "budget", "event", event, "node", project)...)
				}
			}
		}
	}
	items = append(items, l.newDocument(kindName(l.lang, "allocation"), "allocation", "node", project)...)
	return append(items, l.newDocument(kindName(l.lang, "cash_plan"), "cash_plan")...)
}

func (s *Server) budgetYears(l *look) (years []int, err error) {
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		years, err = projects.BudgetYears(ctx, tx, l.who.Book)
		return err
	})
	return years, err
}

// chosenYear is the one asked for, else this one, else the latest that has lines.
func (s *Server) chosenYear(l *look, years []int) (int, error) {
	if text := l.values.Get("year"); text != "" {
		year, err := strconv.Atoi(text)
		if err != nil || year < 2000 || year > 2999 {
			return 0, fault.Invalid("request_invalid", "year: %q is no year", text)
		}
		return year, nil
	}
	today, err := s.today(l.ctx)
	if err != nil {
		return 0, err
	}
	for _, y := range years {
		if y == today.Year() {
			return y, nil
		}
	}
	if len(years) > 0 {
		return years[0], nil
	}
	return today.Year(), nil
}

func yearFilter(l *look, years []int, chosen int) web.Field {
	f := web.Field{Name: "year", Label: l.t("field.year"), Kind: web.ChoiceField}
	there := false
	for _, y := range years {
		f.Options = append(f.Options, web.Option{Value: strconv.Itoa(y), Text: strconv.Itoa(y), Chosen: y == chosen})
		there = there || y == chosen
	}
	if !there {
		f.Options = append(f.Options, web.Option{Value: strconv.Itoa(chosen), Text: strconv.Itoa(chosen), Chosen: true})
	}
	return f
}

// ladderColumns are the steps of the ladder in their order, with the account each stands on.
var ladderColumns = []struct{ heading, account string }{
	{"money.approved", "9101"}, {"money.to_issue", "9201"}, {"money.available", "9301.01"}, {"money.frozen", "9301.02"}, {"money.held_by_contract", "9301.03"}, {"money.held_by_request", "9301.04"}, {"money.executed", "9401"},
}

func ladderFigures(f projects.Ladder) []accounting.Money {
	return []accounting.Money{f.Approved, f.ToIssue, f.Available, f.Frozen, f.HeldByContract, f.HeldByRequest, f.Executed}
}

func ladderTable(l *look, lines []projects.LadderLine, sum projects.LadderSum) *web.Table {
	t := &web.Table{Name: "budget-lines", Dense: true, Caption: l.t("budget.lines"), Count: sum.Lines, Counted: true, Sum: &sum.Approved, Wan: l.wan(), Columns: web.Columns(web.C(web.TextColumn, "column.budget_line"), web.C(web.TextColumn, "column.project"),
		web.C(web.TextColumn, "money.funding_source"))}
	for _, c := range ladderColumns {
		t.Columns = append(t.Columns, web.C(web.MoneyColumn, c.heading))
	}
	for _, b := range lines {
		row := web.Row{Cells: []web.Cell{web.Code(b.BudgetLine), l.names.project(b.Project), web.Text(l.t("choice.fund_nature."+b.FundNature) + " " + b.FundingSource)}}
		for i, m := range ladderFigures(b.Ladder) {
			c := web.Yuan(m)
			if !m.IsZero() {
				c = c.To("/accounts/" + ladderColumns[i].account + "?" + url.Values{"project": {b.Project}, "budget_line": {b.BudgetLine}, "as_of": {fmt.Sprintf("%d-12-31", b.FiscalYear)}}.Encode())
			}
			if i == 0 {
				c.Bar = ladderBar(l, b.Ladder)
			}
			row.Cells = append(row.Cells, c)
		}
		t.Rows = append(t.Rows, row)
	}
	t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(l.t("table.count", sum.Lines)), web.Text("")}
	for _, m := range ladderFigures(sum.Ladder) {
		t.Total = append(t.Total, web.Yuan(m))
	}
	return t
}

// ladderBar is a line's ladder as a bar: from what is paid to what is not issued yet.
func ladderBar(l *look, f projects.Ladder) *web.Bar {
	if f.Approved.Sign() <= 0 {
		return nil
	}
	bar := &web.Bar{}
	from := 0
	var said []string
	for _, p := range []struct {
		class, heading string
		m              accounting.Money
	}{{"paid", "money.executed", f.Executed}, {"request", "money.held_by_request", f.HeldByRequest}, {"contract", "money.held_by_contract", f.HeldByContract}, {"frozen", "money.frozen", f.Frozen},
		{"free", "money.available", f.Available}, {"toissue", "money.to_issue", f.ToIssue}} {
		if p.m.Sign() <= 0 {
			continue
		}
		width := int(p.m.Decimal().Shift(3).Div(f.Approved.Decimal()).Round(0).IntPart())
		width = min(width, 1000-from)
		bar.Parts = append(bar.Parts, web.BarPart{Class: p.class, From: from, Width: width})
		from += width
		said = append(said, l.t(p.heading)+" "+web.Grouped(p.m.String()))
	}
	bar.Label = strings.Join(said, ", ")
	return bar
}

func (s *Server) papers(l *look, q projects.PaperQuery) (rows []projects.PaperRow, err error) {
	q.Book = l.who.Book
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		rows, err = projects.Papers(ctx, tx, q)
		return err
	})
	return rows, err
}

// budgetDocumentsPage lists budget documents by their number 文号.
func (s *Server) budgetDocumentsPage(l *look) (*answer, error) {
	q := projects.PaperQuery{Kinds: budgetKinds, Words: strings.TrimSpace(l.values.Get("q")), Limit: linesShown + 1}
	if text := l.values.Get("before"); text != "" {
		var err error
		if q.Before, err = accounting.ParseID(text); err != nil {
			return nil, err
		}
	}
	rows, err := s.papers(l, q)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(rows) > linesShown {
		rows = rows[:linesShown]
		next, _ = withQuery(l, "before", rows[linesShown-1].ID.String())
	}
	t := papersTable(l, l.t("page.budget_documents"), l.t("budget.no_documents"), rows)
	t.Next = next
	if q.Before != uuid.Nil {
		t.First, _ = withQuery(l, "before", "")
	}
	return &answer{template: "list", title: l.t("page.budget_documents"), list: t, data: listData{Filters: []web.Field{{Name: "q", Label: l.t("field.document_no"), Kind: web.TextField, Value: q.Words}},
		Actions: l.budgetActions(""), Tables: []*web.Table{t}}}, nil
}

// lineForm registers a budget line; it holds nothing until a document approves something.
func (s *Server) lineForm(l *look, wrong *web.Problem) (*web.Form, error) {
	set, err := s.registered(l, 0, "nodes", "funding_sources")
	if err != nil {
		return nil, err
	}
	today, err := s.today(l.ctx)
	if err != nil {
		return nil, err
	}
	year := l.values.Get("fiscal_year")
	if year == "" {
		year = strconv.Itoa(today.Year())
	}
	choose := func(options []web.Option, name string) []web.Option {
		all := []web.Option{{Text: l.t("form.choose")}}
		for _, o := range options {
			o.Chosen = o.Value == l.values.Get(name)
			all = append(all, o)
		}
		return all
	}
	natures := []web.Option{}
	for _, n := range []accounting.FundNature{accounting.GeneralPublicBudget, accounting.GovernmentFund} {
		natures = append(natures, web.Option{Value: string(n), Text: l.t("choice.fund_nature." + string(n))})
	}
	return &web.Form{Action: "/budget/lines", Key: l.key(), Submit: l.t("budget.new_line"), Error: wrong, Fields: []web.Field{
		{Name: "line_project", Label: l.t("column.project"), Kind: web.ChoiceField, Required: true, Options: choose(set["nodes"], "line_project")},
		{Name: "fiscal_year", Label: l.t("field.year"), Kind: web.NumberField, Required: true, Value: year},
		{Name: "fund_nature", Label: l.t("money.fund_nature"), Kind: web.ChoiceField, Required: true, Options: choose(natures, "fund_nature")},
		{Name: "funding_source", Label: l.t("field.source"), Kind: web.ChoiceField, Required: true, Options: choose(set["funding_sources"], "funding_source")},
		{Name: "functional_class", Label: l.t("money.functional_class"), Kind: web.TextField, Value: l.values.Get("functional_class"), Help: l.t("budget.functional_class_help")},
		{Name: "code", Label: l.t("field.code"), Kind: web.TextField, Value: l.values.Get("code"), Help: l.t("money.budget_line_code")},
	}}, nil
}

func (s *Server) addBudgetLineByPage(l *look) (*answer, error) {
	year, err := strconv.Atoi(strings.TrimSpace(l.values.Get("fiscal_year")))
	if err != nil || year < 2000 || year > 2999 {
		err = fault.Invalid("request_invalid", "fiscal_year: %q is no year", l.values.Get("fiscal_year"))
	} else {
		in := budgetLineRequest{Body: BudgetLineInput{Project: l.values.Get("line_project"), FiscalYear: year, Code: strings.TrimSpace(l.values.Get("code")), FundNature: l.values.Get("fund_nature"),
			FundingSource: l.values.Get("funding_source"), FunctionalClass: strings.TrimSpace(l.values.Get("functional_class"))}}
		in.Key = l.key()
		var out *budgetLineResponse
		if out, err = s.addBudgetLine(l.ctx, &in); err == nil {
			return goTo("/budget?" + url.Values{"year": {strconv.Itoa(year)}, "project": {out.Body.Project}, "done": {"budget_line"}, "what": {out.Body.Code}}.Encode())
		}
	}
	if kind := fault.KindOf(err); kind == fault.KindUnavailable || kind == fault.KindInternal {
		return nil, err
	}
	wrong := s.asProblem(l, err)
	l.values.Del("key")
	f, err := s.lineForm(l, wrong)
	if err != nil {
		return nil, err
	}
	return &answer{template: "form", title: l.t("budget.new_line"), data: *f, status: 422}, nil
}
