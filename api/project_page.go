package api

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

type (
	projectData struct {
		Above      []web.MenuItem
		Head       []web.Fact
		Kept       []web.Hidden // of the address, beside what the form asks
		Filters    []web.Field
		Tabs       []web.MenuItem
		Actions    []web.MenuItem
		Stack      *web.Stack
		StackNotes []string
		Curve      *web.Curve
		CurveNotes []string
		Months     *web.Table
		Sections   []projectSection
	}

	projectSection struct {
		ID     string
		Title  string
		Facts  []web.Fact
		Table  *web.Table
		Quotes []quotedFact
		Text   []markedText
		Notes  []string
	}

	// projectView is a project as one of its tabs shows it.
	projectView struct {
		*projectData
		node *projects.Node
		ids  []accounting.ProjectID // it and what is below, as far as the reader reads it
		unit accounting.UnitID      // zero: all
		row  projects.TreeRow
		all  *projects.ProjectTree
		asOf accounting.Date
		list *web.Table // to be had as a file
	}
)

// projectTabs are the addresses below a project, in their order; the one without a name comes first.
var projectTabs = []struct {
	name string
	show func(*Server, *look, *projectView) error
}{
	{"", (*Server).projectSummary},
	{"funds", (*Server).projectFunds},
	{"contracts", (*Server).projectContracts},
	{"certificates", (*Server).projectCertificates},
	{"payments", (*Server).projectPayments},
	{"progress", (*Server).projectProgress},
	{"ledger", (*Server).projectLines},
	{"vouchers", (*Server).projectVouchers},
	{"files", (*Server).projectFiles},
	{"reconciliation", (*Server).projectReconciliation},
}

// projectPage shows a project and one of its tabs.
func (s *Server) projectPage(l *look) (*answer, error) {
	code, tab := l.Param("code"), l.values.Get("tab")
	at := slices.IndexFunc(projectTabs, func(t struct {
		name string
		show func(*Server, *look, *projectView) error
	}) bool {
		return t.name == tab
	})
	if at < 0 {
		return nil, fault.NotFound("request_invalid", "tab: there is no %q of a project", tab)
	}
	v := &projectView{projectData: &projectData{}}
	var err error
	if v.asOf, err = s.asOf(l); err != nil {
		return nil, err
	}
	if v.unit, err = s.unitID(l.ctx, l.who.Book, l.values.Get("unit")); err != nil {
		return nil, err
	}
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if v.node, v.ids, err = projects.Below(ctx, tx, l.who.Book, code); err != nil {
			return err
		}
		v.all, err = projects.ProjectTreeOf(ctx, tx, projects.TreeQuery{Book: l.who.Book, AsOf: v.asOf, Unit: v.unit, Node: code})
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range v.all.Rows {
		if r.Code == code {
			v.row = r
		}
	}
	if v.row.Code == "" { // nothing of the unit asked about
		v.row = projects.TreeRow{Node: *v.node, ProjectRow: projects.ProjectRow{Code: code, Name: v.node.NameZH}}
	}
	s.projectHead(l, v)
	if err := projectTabs[at].show(s, l, v); err != nil {
		return nil, err
	}
	return &answer{template: "project", title: l.nodeName(*v.node), list: v.list, data: v.projectData}, nil
}

// projectHead is what stands above every tab.
func (s *Server) projectHead(l *look, v *projectView) {
	byCode := map[string]projects.TreeRow{}
	for _, r := range v.all.Rows {
		byCode[r.Code] = r
	}
	v.Above = []web.MenuItem{{Title: l.t("page.projects"), Path: l.overviewLink(v.asOf)}}
	var above []web.MenuItem
	for p := v.row.Parent; p != ""; p = byCode[p].Parent {
		item := web.MenuItem{Title: l.nodeName(byCode[p].Node)}
		if byCode[p].Readable {
			item.Path = l.projectLink(p, v.asOf)
		}
		above = append([]web.MenuItem{item}, above...)
	}
	v.Above = append(v.Above, above...)
	v.Head = l.projectFacts(v)
	tab := l.values.Get("tab")
	if tab != "" {
		v.Kept = append(v.Kept, web.Hidden{Name: "tab", Value: tab})
	}
	for _, name := range []string{"unit", "figure", "account", "line"} {
		if value := l.values.Get(name); value != "" {
			v.Kept = append(v.Kept, web.Hidden{Name: name, Value: value})
		}
	}
	v.Filters = []web.Field{{Name: "as_of", Label: l.t("project.as_of"), Kind: web.DayField, Value: v.asOf.String()}}
	for _, t := range projectTabs {
		name := t.name
		if name == "" {
			name = "summary"
		}
		v.Tabs = append(v.Tabs, web.MenuItem{Title: l.t("project.tab." + name), Path: l.projectLink(v.row.Code, v.asOf, "tab", t.name), Here: t.name == tab})
	}
}

func (l *look) overviewLink(asOf accounting.Date) string {
	if l.values.Get("as_of") == "" {
		return "/projects"
	}
	return "/projects?as_of=" + asOf.String()
}

// projectFacts are the figures people ask for first, each leading to its lines.
func (l *look) projectFacts(v *projectView) (facts []web.Fact) {
	r := v.row
	fact := func(key string, c web.Cell) { facts = append(facts, web.Fact{Label: l.t(key), Cell: c}) }
	figure := func(key, name string, m *accounting.Money) {
		if m != nil {
			fact(key, web.Yuan(*m).To(l.linesLink(r.Code, name, v.asOf)))
		}
	}
	plan := web.Text(l.t("overview.no_plan"))
	if r.Plan != nil {
		plan = web.Yuan(*r.Plan).To(l.projectLink(r.Code, v.asOf) + "#plan")
	}
	fact("overview.column.plan", plan)
	if v.node.Target != nil {
		fact("fact.target", web.Yuan(*v.node.Target))
	}
	figure("overview.column.executed_total", "executed_total", r.ExecutedTotal)
	figure("overview.column.available", "available", r.Available)
	figure("overview.column.certified", "certified", r.Certified)
	fact("overview.column.pace", l.paceCell(r))
	times := l.t("project.time_year", projects.YearPassed(v.asOf).StringFixed(2))
	if r.Judged && r.Standing.TimeProgress != nil {
		times = l.t("project.times", projects.YearPassed(v.asOf).StringFixed(2), *r.Standing.TimeProgress)
	}
	fact("overview.column.time", web.Text(times))
	if rate := projects.Percent(r.Executed, r.Approved); rate != nil {
		fact("project.year_rate", web.Text(rate.StringFixed(2)+" %"))
	}
	fact("overview.column.light", l.lightCell(r))
	if v.node.DueMonth != "" {
		fact("project.due", web.Text(v.node.DueMonth))
	}
	fact("project.kind", web.Text(l.t("project.kind."+string(v.node.Kind))+" · "+l.t("project.type."+string(v.node.Type))))
	names := map[projects.PartyRole][]string{}
	for _, p := range v.node.Parties {
		names[p.Role] = append(names[p.Role], p.Name)
	}
	for _, role := range []projects.PartyRole{projects.Leader, projects.Lead} {
		if len(names[role]) > 0 {
			fact("project.party."+string(role), web.Text(strings.Join(names[role], l.t("list.separator"))))
		}
	}
	return facts
}

// projectSummary is the first tab: the two charts, what is below, what the notice says, milestones and parties.
func (s *Server) projectSummary(l *look, v *projectView) error {
	r, code := v.row, v.row.Code
	var months []accounting.MonthRow
	var quarters []projects.QuarterPlanned
	var reached []projects.Milestone
	var lines []projects.PlanLine
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if months, err = accounting.MonthRows(ctx, tx, accounting.ReconcileQuery{Book: l.who.Book, AsOf: v.asOf, Unit: v.unit, Projects: v.ids}); err != nil {
			return err
		}
		if quarters, err = projects.QuartersPlanned(ctx, tx, l.who.Book, v.ids); err != nil {
			return err
		}
		if reached, err = projects.Milestones(ctx, tx, l.who.Book, l.who.Actor, code); err != nil {
			return err
		}
		lines, err = projects.PlanLines(ctx, tx, l.who.Book, v.node.ID)
		return err
	})
	if err != nil {
		return err
	}
	if v.Stack = l.ladder("ladder", l.nodeName(*v.node), r, v.asOf); v.Stack.Parts == nil {
		v.Stack = nil
	} else {
		v.StackNotes = []string{l.t("ladder.note", v.asOf.String(), v.asOf.Year())}
		if r.Plan != nil && v.Stack.Mark != nil {
			v.StackNotes = append(v.StackNotes, l.t("ladder.above_plan", amountIn(v.Stack.Whole.Sub(*r.Plan), false)))
		}
	}
	due := v.all.Due(code)
	d := curveData{r, months, quarters, v.asOf, due}
	if v.Curve = l.curve(d); v.Curve != nil {
		v.Months = l.monthTable(d, code)
		switch {
		case len(quarters) > 0:
			v.CurveNotes = []string{l.t("curve.note_cash_plan")}
		case r.Plan != nil && !due.IsZero():
			v.CurveNotes = []string{l.t("curve.note_even")}
		}
	}
	if l.light(r) != projects.NoLight {
		v.Sections = append(v.Sections, projectSection{ID: "lights", Table: l.lightTable(v)})
	}
	if t := l.childrenTable(v); len(t.Rows) > 0 {
		v.Sections = append(v.Sections, projectSection{Table: t})
	}
	if facts := l.facts(*v.node); len(facts) > 0 {
		v.Sections = append(v.Sections, projectSection{Title: l.t("project.facts"), Quotes: facts, Text: noticeText(*v.node)})
	}
	v.Sections = append(v.Sections, projectSection{ID: "plan", Table: l.planTable(lines)}, projectSection{Table: l.milestoneTable(reached, v.asOf)}, projectSection{Table: l.partyTable(*v.node)})
	if starts := l.starts(); len(starts) > 0 && !v.node.Unit.IsZero() {
		for _, kind := range []string{"milestone", "contract", "payment_request"} {
			if holds(projects.Drafters(projects.DocumentKind(kind)), l.who.Role) {
				v.Actions = append(v.Actions, web.MenuItem{Title: l.t("document.new", kindName(l.lang, projects.DocumentKind(kind))), Path: "/documents/new?" + url.Values{"kind": {kind}, "node": {code}}.Encode()})
			}
		}
	}
	return nil
}

// lightTable says how the light came about, rule by rule.
func (l *look) lightTable(v *projectView) *web.Table {
	t := &web.Table{Name: "lights-" + v.row.Code, Caption: l.t("project.lights"), Notes: []string{l.lightFormula(v.all.Formula)}, Columns: web.Columns(web.C(web.TextColumn, "project.rule"), web.C(web.StateColumn, "overview.column.light"), web.C(web.TextColumn, "project.arithmetic"))}
	for _, p := range v.row.Standing.Points {
		why := p.ZH
		if l.lang == "en" {
			why = p.EN
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("light.rule." + p.Rule)), web.State(string(p.Light), l.t("light."+string(p.Light))), web.Text(why)}})
	}
	return t
}

// childrenTable are the projects directly below, with their figures.
func (l *look) childrenTable(v *projectView) *web.Table {
	t := &web.Table{Name: "below-" + v.row.Code, Caption: l.t("project.below"), Columns: web.Columns(web.C(web.TextColumn, "column.project"))}
	for _, c := range overviewColumns {
		t.Columns = append(t.Columns, web.C(web.MoneyColumn, "overview.column."+c.name))
	}
	for _, r := range v.all.Rows {
		if r.Parent != v.row.Code {
			continue
		}
		name := web.Text(l.nodeName(r.Node))
		if r.Readable {
			name = name.To(l.projectLink(r.Code, v.asOf))
		}
		t.Rows = append(t.Rows, web.Row{Cells: append([]web.Cell{name}, l.figureCells(r.Figures, r.Code, v.asOf, r.Readable)...)})
	}
	return t
}

// planTable is the plan line by line. What has no quantity yet has no amount.
func (l *look) planTable(lines []projects.PlanLine) *web.Table {
	t := &web.Table{Name: "plan", Caption: l.t("project.plan"), Empty: l.t("project.no_plan_lines"), Columns: web.Columns(web.C(web.TextColumn, "column.memo"), web.C(web.NumberColumn, "project.rate"), web.C(web.NumberColumn, "project.quantity"),
		web.C(web.TextColumn, "project.measure"), web.C(web.MoneyColumn, "project.planned"))}
	for _, line := range lines {
		rate, quantity, planned := "", "", web.Figure(l.t("overview.no_plan"))
		if line.Rate != nil {
			rate, quantity = web.Grouped(line.Rate.String()), "—"
		}
		if line.Quantity != nil {
			quantity = web.Grouped(line.Quantity.String())
		}
		if m := line.Planned(); m != nil {
			planned = web.Yuan(*m)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(line.Note), web.Figure(rate), web.Figure(quantity), web.Text(l.unit(line.Unit)), planned}})
	}
	return t
}

func (l *look) milestoneTable(reached []projects.Milestone, asOf accounting.Date) *web.Table {
	t := &web.Table{Name: "milestones", Caption: l.t("project.milestones"), Empty: l.t("project.no_milestones"), Columns: web.Columns(web.C(web.TextColumn, "project.milestone"), web.C(web.DayColumn, "column.date"), web.C(web.TextColumn, "project.document"))}
	for _, m := range reached {
		if m.Day.After(asOf) {
			continue
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("choice.milestone." + m.Milestone)), web.Day(m.Day), web.Text(l.t("project.open_document")).To("/documents/" + m.Document.String())}})
	}
	return t
}

func (l *look) partyTable(n projects.Node) *web.Table {
	t := &web.Table{Name: "parties", Caption: l.t("project.parties"), Empty: l.t("project.no_parties"), Columns: web.Columns(web.C(web.TextColumn, "project.party"), web.C(web.TextColumn, "project.name"))}
	for _, role := range []projects.PartyRole{projects.Leader, projects.Lead, projects.Cooperating, projects.Supervisor, projects.Contractor} {
		for _, p := range n.Parties {
			if p.Role == role {
				t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("project.party." + string(role))), web.Text(p.Name)}})
			}
		}
	}
	return t
}
