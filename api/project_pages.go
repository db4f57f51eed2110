package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// projectPages are the overview and each project with its tabs.
func (s *Server) projectPages(e *echo.Echo) {
	s.page(e, http.MethodGet, "/projects", everyone, s.overviewPage)
	s.page(e, http.MethodGet, "/projects/:code", everyone, s.projectPage)
}

// projectsMenu leads there.
var projectsMenu = []menuItem{{"projects", "/projects", nil}}

type (
	overviewData struct {
		Lead    string
		Measure string
		Filters []web.Field
		Days    []web.MenuItem
		Legend  []web.ChartPart
		Stacks  []overviewStack
		Table   *web.Table
	}
	// overviewStack is the ladder of one programme.
	overviewStack struct {
		Name, Link, Said string
		Stack            *web.Stack
	}
)

// asOf is the day a page is about: the one in its address, else today, else the last day with vouchers when that lies in
// an earlier year.
func (s *Server) asOf(l *look) (accounting.Date, error) {
	if text := l.values.Get("as_of"); text != "" {
		return accounting.ParseDate(text)
	}
	today, err := s.today(l.ctx)
	if err != nil {
		return today, err
	}
	var last accounting.Date
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		last, err = accounting.LastPostingBefore(ctx, tx, l.who.Book, today.Year())
		return err
	})
	if err == nil && !last.IsZero() {
		return last, nil
	}
	return today, err
}

// overviewPage is the tree of programmes with where their money stands.
func (s *Server) overviewPage(l *look) (*answer, error) {
	if l.values.Get("measure") == "" {
		l.values.Set("measure", "wan") // plans and overviews are in 万元 unless asked otherwise
	}
	q := projects.TreeQuery{Book: l.who.Book}
	var err error
	if q.AsOf, err = s.asOf(l); err != nil {
		return nil, err
	}
	if q.Unit, err = s.unitID(l.ctx, l.who.Book, l.values.Get("unit")); err != nil {
		return nil, err
	}
	o, err := s.projectTree(l, q)
	if err != nil {
		return nil, err
	}
	data := overviewData{Measure: l.values.Get("measure"), Days: l.otherDays(q.AsOf), Legend: l.ladderParts(projects.Figures{}, nil, "", q.AsOf)}
	if data.Filters, err = s.overviewFilters(l, o, q.AsOf); err != nil {
		return nil, err
	}
	data.Lead = l.t("overview.lead", q.AsOf.String(), projects.YearPassed(q.AsOf).StringFixed(2))
	rows, tops := l.chosenRows(o)
	data.Table = l.overviewTable(o, rows, tops)
	for i, r := range tops {
		name, whole := l.nodeName(r.Node), l.t("overview.no_plan")
		if r.Plan != nil {
			whole = l.t("overview.planned", amountIn(*r.Plan, l.wan()))
		}
		link := ""
		if r.Readable {
			link = l.projectLink(r.Code, q.AsOf)
		}
		data.Stacks = append(data.Stacks, overviewStack{Name: name, Link: link, Said: whole, Stack: l.ladder("ladder-"+strconv.Itoa(i+1), name, r, q.AsOf)})
	}
	return &answer{template: "projects", title: l.t("page.projects"), list: data.Table, wan: true, data: data}, nil
}

func (s *Server) projectTree(l *look, q projects.TreeQuery) (o *projects.ProjectTree, err error) {
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		o, err = projects.ProjectTreeOf(ctx, tx, q)
		return err
	})
	return o, err
}

// otherDays leads to the days people compare with: today, the ends of the last month and of the years before.
func (l *look) otherDays(asOf accounting.Date) (items []web.MenuItem) {
	day := func(title string, d accounting.Date) {
		to, _ := withQuery(l, "as_of", d.String())
		items = append(items, web.MenuItem{Title: l.t(title, d.String()), Path: to, Here: d == asOf})
	}
	to, _ := withQuery(l, "as_of", "")
	items = append(items, web.MenuItem{Title: l.t("overview.today"), Path: to, Here: l.values.Get("as_of") == ""})
	day("overview.month_end", accounting.NewDate(asOf.Year(), asOf.Month(), 0))
	day("overview.quarter_end", accounting.NewDate(asOf.Year(), (asOf.Month()-1)/3*3+1, 0))
	day("overview.year_end", accounting.NewDate(asOf.Year()-1, 12, 31))
	return items
}

func (s *Server) overviewFilters(l *look, o *projects.ProjectTree, asOf accounting.Date) ([]web.Field, error) {
	units, err := accounting.Units(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	chosen := func(name string, options []web.Option) web.Field {
		f := web.Field{Name: name, Label: l.t("overview.by_" + name), Kind: web.ChoiceField, Options: []web.Option{{Text: l.t("choice.all")}}}
		for _, option := range options {
			option.Chosen = option.Value == l.values.Get(name)
			f.Options = append(f.Options, option)
		}
		return f
	}
	var unitOptions, leaders, kinds, lights []web.Option
	for _, u := range units {
		unitOptions = append(unitOptions, web.Option{Value: u.Code, Text: u.Code + " " + u.Name})
	}
	for _, name := range leadersOf(o) {
		leaders = append(leaders, web.Option{Value: name, Text: name})
	}
	for _, kind := range []projects.NodeType{projects.Works, projects.Subsidy, projects.Award, projects.Investment, projects.FundType} {
		kinds = append(kinds, web.Option{Value: string(kind), Text: l.t("project.type." + string(kind))})
	}
	for _, light := range []projects.Light{projects.Green, projects.Yellow, projects.Red} {
		lights = append(lights, web.Option{Value: string(light), Text: l.t("light." + string(light))})
	}
	fields := []web.Field{{Name: "as_of", Label: l.t("project.as_of"), Kind: web.DayField, Value: asOf.String()}}
	if l.who.ReadsAll() {
		fields = append(fields, chosen("unit", unitOptions))
	}
	return append(fields, chosen("leader", leaders), chosen("kind", kinds), chosen("light", lights)), nil
}

func leadersOf(o *projects.ProjectTree) (names []string) {
	for _, r := range o.Rows {
		for _, p := range r.Node.Parties {
			if p.Role == projects.Leader && !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// chosenRows are the programmes that pass the filters and, of those that are opened, what is below.
func (l *look) chosenRows(o *projects.ProjectTree) (rows, tops []projects.TreeRow) {
	opened, leader, kind, light := l.QueryParams()["open"], l.values.Get("leader"), l.values.Get("kind"), l.values.Get("light")
	shown := map[string]bool{}
	for _, r := range o.Rows {
		if r.Parent == "" {
			led := slices.ContainsFunc(r.Node.Parties, func(p projects.NodeParty) bool { return p.Role == projects.Leader && p.Name == leader })
			if leader != "" && !led || kind != "" && string(r.Node.Type) != kind || light != "" && string(l.light(r)) != light {
				continue
			}
			tops = append(tops, r)
		} else if !shown[r.Parent] || !slices.Contains(opened, r.Parent) && !slices.Contains(opened, "all") {
			continue
		}
		shown[r.Code] = true
		rows = append(rows, r)
	}
	return rows, tops
}

// overviewColumns are the figures of a row, with the names under which the ledger gives their lines.
var overviewColumns = []struct {
	name, figure string
	of           func(projects.Figures) *accounting.Money
}{
	{"plan", "", func(f projects.Figures) *accounting.Money { return f.Plan }},
	{"approved", "approved", func(f projects.Figures) *accounting.Money { return f.Approved }},
	{"issued", "issued", issued},
	{"held_by_contract", "held_by_contract", func(f projects.Figures) *accounting.Money { return f.HeldByContract }},
	{"held_by_request", "held_by_request", func(f projects.Figures) *accounting.Money { return f.HeldByRequest }},
	{"executed", "executed", func(f projects.Figures) *accounting.Money { return f.Executed }},
	{"executed_total", "executed_total", func(f projects.Figures) *accounting.Money { return f.ExecutedTotal }},
	{"available", "available", func(f projects.Figures) *accounting.Money { return f.Available }},
	{"certified", "certified", func(f projects.Figures) *accounting.Money { return f.Certified }},
}

// issued 已下达 is what was approved and is not to be issued any more.
func issued(f projects.Figures) *accounting.Money {
	if f.Approved == nil || f.ToIssue == nil {
		return nil
	}
	m := f.Approved.Sub(*f.ToIssue)
	return &m
}

func (l *look) overviewTable(o *projects.ProjectTree, rows, tops []projects.TreeRow) *web.Table {
	t := &web.Table{Name: "projects-" + o.AsOf.String(), Caption: l.t("overview.caption", o.AsOf.String()), Wan: l.wan(), Empty: l.t("overview.empty")}
	t.Columns = append(t.Columns, web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "overview.column.below"))
	for _, c := range overviewColumns {
		t.Columns = append(t.Columns, web.C(web.MoneyColumn, "overview.column."+c.name))
	}
	t.Columns = append(t.Columns, web.C(web.NumberColumn, "overview.column.pace"), web.C(web.NumberColumn, "overview.column.time"), web.C(web.StateColumn, "overview.column.light"))
	children, depth := map[string]int{}, map[string]int{}
	for _, r := range o.Rows {
		children[r.Parent]++
		if r.Parent != "" {
			depth[r.Code] = depth[r.Parent] + 1
		}
	}
	for _, r := range rows {
		name := web.Text(l.nodeName(r.Node))
		if r.Readable {
			name = name.To(l.projectLink(r.Code, o.AsOf))
		}
		row := web.Row{Indent: min(depth[r.Code], 3), Cells: []web.Cell{name, l.opener(r.Code, children[r.Code])}}
		if l.light(r) == projects.Red {
			row.Class = "alert"
		}
		row.Cells = append(row.Cells, l.figureCells(r.Figures, r.Code, o.AsOf, r.Readable)...)
		row.Cells = append(row.Cells, l.paceCell(r), l.timeCell(r), l.lightCell(r))
		t.Rows = append(t.Rows, row)
	}
	total, without := o.Sum(tops)
	if len(tops) > 0 {
		t.Total = append([]web.Cell{web.Text(l.t("table.sum")), web.Text("")}, l.figureCells(total, "", o.AsOf, false)...)
		paid := web.Figure("—")
		if total.Plan != nil {
			of := total.Plan.Sub(*total.PlanMinusExecuted) // of those with a plan
			paid = l.percentBar(projects.Percent(&of, total.Plan), nil)
		}
		t.Total = append(t.Total, paid, web.Text(""), web.Text(""))
	}
	t.Notes = l.overviewNotes(o, tops, without)
	return t
}

func (l *look) overviewNotes(o *projects.ProjectTree, tops, without []projects.TreeRow) (notes []string) {
	if len(without) > 0 {
		var names []string
		for _, r := range without {
			names = append(names, l.nodeName(r.Node))
		}
		notes = append(notes, l.t("overview.without_plan", strings.Join(names, l.t("list.separator"))))
	}
	if slices.ContainsFunc(tops, func(r projects.TreeRow) bool { return r.Partial }) {
		notes = append(notes, l.t("overview.partial"))
	}
	return append(notes, l.t("overview.year_note", o.AsOf.Year()), l.t("overview.pace_note"), l.lightFormula(o.Formula))
}

// figureCells are the columns of a row; each leads to the lines that make it.
func (l *look) figureCells(f projects.Figures, code string, asOf accounting.Date, linked bool) (cells []web.Cell) {
	for _, c := range overviewColumns {
		m := c.of(f)
		cell := web.Maybe(m)
		switch {
		case m == nil && c.name == "plan":
			cell = web.Figure(l.t("overview.no_plan"))
		case m == nil || !linked:
		case c.figure == "":
			cell = cell.To(l.projectLink(code, asOf) + "#plan")
		default:
			cell = cell.To(l.linesLink(code, c.figure, asOf))
		}
		cells = append(cells, cell)
	}
	return cells
}

// opener shows or hides what is below a project; which are open stands in the address.
func (l *look) opener(code string, below int) web.Cell {
	if below == 0 {
		return web.Text("")
	}
	u := *l.Request().URL
	q := u.Query()
	opened := q["open"]
	q.Del("open")
	text := l.t("overview.open", below)
	if slices.Contains(opened, code) {
		text = l.t("overview.close")
	} else {
		q.Add("open", code)
	}
	for _, o := range opened {
		if o != code {
			q.Add("open", o)
		}
	}
	u.RawQuery = q.Encode()
	return web.Text(text).To(u.RequestURI())
}

// light is that of a row that has one.
func (l *look) light(r projects.TreeRow) projects.Light {
	if !r.Judged || r.Partial {
		return projects.NoLight
	}
	return r.Standing.Light
}

func (l *look) lightFormula(f projects.LightFormula) string {
	if l.lang == "en" {
		return f.EN
	}
	return f.ZH
}

// paceCell is 支付进度 as a bar with a mark where time stands.
func (l *look) paceCell(r projects.TreeRow) web.Cell {
	if r.Standing.PaymentProgress == nil || r.Partial {
		return web.Figure("—")
	}
	var time *decimal.Decimal
	if r.Judged && r.Standing.TimeProgress != nil {
		at := decimal.RequireFromString(*r.Standing.TimeProgress)
		time = &at
	}
	paid := decimal.RequireFromString(*r.Standing.PaymentProgress)
	return l.percentBar(&paid, time)
}

// timeCell is 序时进度 of what is due on a date of its own.
func (l *look) timeCell(r projects.TreeRow) web.Cell {
	if !r.Judged || r.Standing.TimeProgress == nil {
		return web.Figure("—")
	}
	return web.Figure(*r.Standing.TimeProgress + " %")
}

func (l *look) percentBar(paid, time *decimal.Decimal) web.Cell {
	if paid == nil {
		return web.Figure("—")
	}
	b := &web.Bar{Label: l.t("overview.paid_said", paid.StringFixed(2)), Parts: []web.BarPart{{Class: "paid", Width: perMille(*paid)}}}
	if time != nil {
		mark := min(perMille(*time), 994) // its own width from the end
		b.Mark, b.Label = &mark, l.t("overview.pace_said", paid.StringFixed(2), time.StringFixed(2))
	}
	return web.Figure(paid.StringFixed(2) + " %").With(b)
}

func perMille(percent decimal.Decimal) int {
	return int(min(max(percent.Mul(decimal.New(10, 0)).IntPart(), 0), 1000))
}

// lightCell is a word, a shape and why: the rules that gave it.
func (l *look) lightCell(r projects.TreeRow) web.Cell {
	light := l.light(r)
	if light == projects.NoLight {
		if r.Plan == nil && r.Judged {
			return web.Text(l.t("overview.no_plan"))
		}
		return web.Text("—")
	}
	var why []string
	for _, p := range r.Standing.Points {
		text := l.t("light.rule." + p.Rule)
		if p.Rule == "lag" {
			lag := decimal.RequireFromString(*r.Standing.Lag)
			if text = l.t("light.behind", lag.StringFixed(2)); lag.Sign() < 0 {
				text = l.t("light.ahead", lag.Neg().StringFixed(2))
			}
		}
		if p.Light == light && !slices.Contains(why, text) {
			why = append(why, text)
		}
	}
	return web.State(string(light), l.t("light."+string(light))+" "+strings.Join(why, l.t("list.separator")))
}

// nodeName is a project's code with its name in the reader's language, as far as it has one.
func (l *look) nodeName(n projects.Node) string {
	if l.lang == "en" && n.NameEN != "" {
		return n.Code + " " + n.NameEN
	}
	return n.Code + " " + n.NameZH
}

// projectLink leads to a project on the day this page is about, when its address says one.
func (l *look) projectLink(code string, asOf accounting.Date, pairs ...string) string {
	q := url.Values{}
	if l.values.Get("as_of") != "" {
		q.Set("as_of", asOf.String())
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	u := url.URL{Path: "/projects/" + code, RawQuery: q.Encode()}
	return u.String()
}

// linesLink leads to the lines that a figure adds up.
func (l *look) linesLink(code, figure string, asOf accounting.Date, pairs ...string) string {
	pairs = append([]string{"tab", "ledger", "figure", figure, "as_of", asOf.String(), "unit", l.values.Get("unit")}, pairs...)
	return l.projectLink(code, asOf, pairs...)
}

func amountIn(m accounting.Money, wan bool) string {
	if wan {
		return web.Grouped(m.Decimal().Div(decimal.New(1, 4)).StringFixed(2))
	}
	return web.Grouped(m.String())
}
