package api

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// reconciledFigure is a column of the reconciliation: its name, and which lines it adds up. Without accounts it is no sum of lines.
type reconciledFigure struct {
	name     string
	of       func(projects.Figures) *accounting.Money
	accounts []string
	normal   string
	years    string // this: the as-of date's year; unclosed: all, without the closing of any; all
}

var reconciledFigures = []reconciledFigure{
	{"plan", func(f projects.Figures) *accounting.Money { return f.Plan }, nil, "", ""},
	{"approved", func(f projects.Figures) *accounting.Money { return f.Approved }, []string{"9101"}, "credit", "this"},
	{"to_issue", func(f projects.Figures) *accounting.Money { return f.ToIssue }, []string{"9201"}, "debit", "this"},
	{"available", func(f projects.Figures) *accounting.Money { return f.Available }, []string{"9301.01"}, "debit", "this"},
	{"frozen", func(f projects.Figures) *accounting.Money { return f.Frozen }, []string{"9301.02"}, "debit", "this"},
	{"held_by_contract", func(f projects.Figures) *accounting.Money { return f.HeldByContract }, []string{"9301.03"}, "debit", "this"},
	{"held_by_request", func(f projects.Figures) *accounting.Money { return f.HeldByRequest }, []string{"9301.04"}, "debit", "this"},
	{"executed", func(f projects.Figures) *accounting.Money { return f.Executed }, []string{"9401"}, "debit", "this"},
	{"executed_total", func(f projects.Figures) *accounting.Money { return f.ExecutedTotal }, []string{"9401"}, "debit", "unclosed"},
	{"certified", func(f projects.Figures) *accounting.Money { return f.Certified }, []string{"1613", "-1613.07", "1601", "1801", "3401", "5301"}, "debit", "unclosed"},
	{"advance", func(f projects.Figures) *accounting.Money { return f.Advance }, []string{"1214"}, "debit", "all"},
	{"payable", func(f projects.Figures) *accounting.Money { return f.Payable }, []string{"2302.02"}, "credit", "all"},
	{"retention", func(f projects.Figures) *accounting.Money { return f.Retention }, []string{"2307.01", "2502.01"}, "credit", "all"},
	{"plan_minus_executed", func(f projects.Figures) *accounting.Money { return f.PlanMinusExecuted }, nil, "", ""},
}

// firstFigures are the columns that are shown unless all are asked for: as many as the office's screen holds.
var firstFigures = []string{"plan", "approved", "available", "held_by_contract", "held_by_request", "executed_total", "certified", "plan_minus_executed"}

// figuresShown are the columns that the page is asked for.
func (l *look) figuresShown() []reconciledFigure {
	if l.values.Get("columns") == "all" {
		return reconciledFigures
	}
	return slices.DeleteFunc(slices.Clone(reconciledFigures), func(f reconciledFigure) bool { return !slices.Contains(firstFigures, f.name) })
}

// openItemAccounts are where the open items of the ledger stand.
var openItemAccounts = map[string]struct {
	accounts        []string
	subject, normal string
}{
	"request_approved_not_paid": {[]string{"9301.04"}, "request", "debit"},
	"overpayment_to_return":     {[]string{"1218"}, "contract", "debit"},
	"subsidy_approved_not_paid": {[]string{"2303", "2307.03"}, "batch", "credit"},
	"injection_not_passed_on":   {[]string{"2307.02"}, "injection", "credit"},
}

// reconciled asks for the report that the JSON twin answers.
func (s *Server) reconciled(l *look) (*projects.Reconciliation, url.Values, error) {
	cut, err := s.cutAsked(l)
	if err != nil {
		return nil, nil, err
	}
	in := reconciliationRequest{AsOf: cut.AsOf, Known: cut.Known, Unit: l.values.Get("unit")}
	report, err := s.reconcile(l.ctx, &in, !byLines(l))
	if err != nil {
		return nil, nil, err
	}
	q := url.Values{"as_of": {cut.AsOf.String()}}
	if in.Unit == "" && !l.who.ReadsAll() { // the report is of the own unit then
		if in.Unit, err = s.directory.code(l.ctx, l.who.Book, "unit", l.who.Unit.UUID); err != nil {
			return nil, nil, err
		}
	}
	for name, value := range map[string]string{"known_at": l.values.Get("known_at"), "unit": in.Unit} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return report, q, nil
}

// reconciliationPage sets spend against plan: what does not hold first, then what is open, then every project's figures.
func (s *Server) reconciliationPage(l *look) (*answer, error) {
	r, cut, err := s.reconciled(l)
	if err != nil {
		return nil, err
	}
	persons, err := s.personNames(l)
	if err != nil {
		return nil, err
	}
	verified, err := s.verifiedFacts(l)
	if err != nil {
		return nil, err
	}
	list := l.reconciliationTable(r, cut)
	sections := []section{{Table: l.brokenTable(r)}, {Table: l.openTable(r, cut, persons)}, {Table: l.reasonTable(r, cut)}, {Table: list, Note: l.t("reconciliation.note")}}
	scope, err := s.scopeFields(l)
	if err != nil {
		return nil, err
	}
	download := with(cut, "format", "csv")
	data := moneyList{Filters: []web.Field{l.dayField("as_of", "column.as_of", r.AsOf), scope[0], l.choiceOf("level", "reconciliation.level", l.values.Get("level"), "", "1"), l.choiceOf("columns", "reconciliation.columns", l.values.Get("columns"), "main", "all"), l.textField("known_at", "column.known_at", "help.known_at")}, sectionsData: sectionsData{Lead: l.t("reconciliation.lead"),
		Facts:    verified,
		Actions:  []web.MenuItem{{Title: l.t("document.print"), Path: "/api/v1/reconciliation/print?" + cut.Encode()}, {Title: l.t("reconciliation.signed_csv"), Path: "/api/v1/reconciliation?" + download.Encode()}},
		Sections: sections}}
	return &answer{template: "money_list", title: l.t("page.reconciliation"), list: list, wan: true, data: data}, nil
}

// byLines says whether a page is to compute its checks from every line, as the program's report does. Otherwise it checks what
// is kept and says when a verification of all lines was done last.
func byLines(l *look) bool { return l.values.Get("checks") == "lines" }

// verifiedFacts say how far the checks of the page reach.
func (s *Server) verifiedFacts(l *look) ([]web.Fact, error) {
	if byLines(l) {
		return []web.Fact{fact(l.t("reconciliation.by_lines"), web.Text(l.t("reconciliation.by_lines_now")))}, nil
	}
	last, err := accounting.LastVerification(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	said := web.State("draft", l.t("reconciliation.by_lines_never"))
	if last != nil {
		at := web.Moment(last.At).Text
		if said = web.State("ok", l.t("reconciliation.by_lines_held", at, last.Vouchers, last.Since)); len(last.Failed) > 0 {
			said = web.State("failed", l.t("reconciliation.by_lines_failed", at, len(last.Failed), last.Vouchers, last.Since))
		}
	}
	now, _ := withQuery(l, "checks", "lines")
	return []web.Fact{fact(l.t("reconciliation.by_lines"), said), fact(l.t("reconciliation.again"), web.Text(l.t("reconciliation.run_by_lines")).To(now))}, nil
}

func (s *Server) personNames(l *look) (map[string]string, error) {
	persons, err := accounting.Persons(l.ctx, s.db, l.who.Book)
	names := make(map[string]string, len(persons))
	for _, p := range persons {
		names[p.Code] = p.Name
	}
	return names, err
}

// brokenTable lists the checks that do not hold. When all hold it says how many there are.
func (l *look) brokenTable(r *projects.Reconciliation) *web.Table {
	t := &web.Table{Caption: l.t("reconciliation.broken"), Columns: web.Columns(web.C(web.TextColumn, "column.project"), web.C(web.StateColumn, "reconciliation.check"), web.C(web.TextColumn, "column.detail"))}
	held := 0
	for _, p := range r.Projects {
		for _, c := range p.Checks {
			if c.OK {
				held++
				continue
			}
			t.Rows = append(t.Rows, web.Row{Class: "alert", Cells: []web.Cell{l.names.project(p.Code), web.State("failed", l.t("check."+c.Name)), web.Text(l.checkDetail(c))}})
		}
	}
	t.Empty = l.t("reconciliation.all_hold", held)
	return t
}

// openTable lists what waits for somebody, oldest first.
func (l *look) openTable(r *projects.Reconciliation, cut url.Values, persons map[string]string) *web.Table {
	t := &web.Table{Name: "open-items", Caption: l.t("reconciliation.open"), Wan: l.wan(), Empty: l.t("reconciliation.nothing_open"), Count: len(r.OpenItems), Counted: true, Columns: web.Columns(web.C(web.TextColumn, "column.kind"), web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "column.subject"),
		web.C(web.MoneyColumn, "column.amount"), web.C(web.DayColumn, "reconciliation.since"), web.C(web.NumberColumn, "reconciliation.age"), web.C(web.TextColumn, "column.reason"), web.C(web.TextColumn, "reconciliation.owner"))}
	items := slices.Clone(r.OpenItems)
	slices.SortStableFunc(items, func(a, b projects.OpenItem) int {
		switch {
		case a.Began().Before(b.Began()):
			return -1
		case b.Began().Before(a.Began()):
			return 1
		}
		return 0
	})
	var sum accounting.Money
	for _, o := range items {
		amount, subject, owner := web.Yuan(o.Amount), web.Text(o.Subject), persons[o.Owner]
		if at, known := openItemAccounts[o.Kind]; known {
			pairs := []string{"project", o.Project, "subject_kind", at.subject, "subject", o.Subject, "figure", "balance", "normal_side", at.normal}
			for _, a := range at.accounts {
				pairs = append(pairs, "account", a)
			}
			amount = amount.To(linesOf(cut, pairs...))
			subject = web.Text(l.subjectName(at.subject, o.Subject)).To(subjectLink(at.subject, o))
			if owner == "" {
				owner = l.names.units[o.Unit]
			}
		}
		if !o.Began().IsZero() {
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("open." + o.Kind)), l.names.project(o.Project), subject, amount, web.Day(o.Began()), web.Number(o.Began().DaysTo(r.AsOf)), web.Text(o.Reason), web.Text(owner)}})
		} else {
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("open." + o.Kind)), l.names.project(o.Project), subject, amount, web.Text(""), web.Text(""), web.Text(o.Reason), web.Text(owner)}})
		}
		sum = sum.Add(o.Amount)
	}
	t.Sum = &sum
	return t
}

// subjectLink leads to a contract, or to the document of what else an item is about.
func subjectLink(kind string, o projects.OpenItem) string {
	if kind == "contract" {
		return "/contracts/" + url.PathEscape(o.Subject)
	}
	return "/documents/" + o.ID.String()
}

// reasonNames are where money is that the plan has and nobody has spent.
var reasonNames = []struct {
	name string
	of   func(*projects.Reasons) accounting.Money
}{
	{"not_approved", func(r *projects.Reasons) accounting.Money { return r.NotApproved }}, {"to_issue", func(r *projects.Reasons) accounting.Money { return r.ToIssue }}, {"available", func(r *projects.Reasons) accounting.Money { return r.Available }},
	{"frozen", func(r *projects.Reasons) accounting.Money { return r.Frozen }}, {"held_by_contract", func(r *projects.Reasons) accounting.Money { return r.HeldByContract }}, {"held_by_request", func(r *projects.Reasons) accounting.Money { return r.HeldByRequest }},
}

// reasonTable explains plan less spend of each programme with a plan: the reasons add up to it.
func (l *look) reasonTable(r *projects.Reconciliation, cut url.Values) *web.Table {
	t := &web.Table{Name: "reasons", Caption: l.t("reconciliation.reasons"), Wan: l.wan(), Empty: l.t("reconciliation.no_plan"), Columns: web.Columns(web.C(web.TextColumn, "column.project"), web.C(web.MoneyColumn, "figure.plan_minus_executed"))}
	for _, n := range reasonNames {
		t.Columns = append(t.Columns, web.C(web.MoneyColumn, "figure."+n.name))
	}
	t.Columns = append(t.Columns, web.C(web.StateColumn, "reconciliation.adds_up"))
	for _, p := range r.Projects {
		if p.Parent == "" && p.Reasons != nil {
			t.Rows = append(t.Rows, web.Row{Cells: l.reasonCells(p, cut)})
		}
	}
	return t
}

func (l *look) reasonCells(p projects.ProjectRow, cut url.Values) []web.Cell {
	cells := []web.Cell{l.names.project(p.Code), web.Maybe(p.PlanMinusExecuted).To(reconciledLink(p.Code, cut))}
	var sum accounting.Money
	for _, n := range reasonNames {
		amount := n.of(p.Reasons)
		sum = sum.Add(amount)
		cells = append(cells, web.Yuan(amount).To(figureLink(n.name, p.Code, cut)))
	}
	if off := p.PlanMinusExecuted.Sub(sum); !off.IsZero() {
		return append(cells, web.State("failed", l.t("trial.off", web.Grouped(off.String()))))
	}
	return append(cells, web.State("ok", l.t("reconciliation.adds")))
}

func reconciledLink(project string, cut url.Values) string {
	return "/reconciliation/" + url.PathEscape(project) + "?" + cut.Encode()
}

// figureLink leads to the lines of a project's figure; one that is no sum of lines leads to where it is worked out.
func figureLink(name, project string, cut url.Values) string {
	i := slices.IndexFunc(reconciledFigures, func(f reconciledFigure) bool { return f.name == name })
	switch {
	case name == "plan":
		return "/projects/" + url.PathEscape(project)
	case i < 0 || reconciledFigures[i].accounts == nil:
		return reconciledLink(project, cut)
	}
	f := reconciledFigures[i]
	pairs := []string{"project", project, "below", "true", "figure", "balance", "normal_side", f.normal}
	for _, a := range f.accounts {
		pairs = append(pairs, "account", a)
	}
	switch f.years {
	case "this":
		pairs = append(pairs, "from", cut.Get("as_of")[:4]+"-01")
	case "unclosed":
		pairs = append(pairs, "no_closing", "true")
	}
	if project == "" {
		pairs = append(pairs, "below", "")
	}
	return linesOf(cut, pairs...)
}

// reconciliationTable has every project's figures.
func (l *look) reconciliationTable(r *projects.Reconciliation, cut url.Values) *web.Table {
	shown := l.figuresShown()
	t := &web.Table{Name: "reconciliation", Dense: true, Wide: len(shown) == len(reconciledFigures), Caption: l.t("reconciliation.figures"), Wan: l.wan(), Counted: true, Empty: l.t("reconciliation.empty"), Columns: web.Columns(web.C(web.TextColumn, "column.project"))}
	for _, f := range shown {
		t.Columns = append(t.Columns, web.C(web.MoneyColumn, "figure."+f.name))
	}
	t.Columns = append(t.Columns, web.C(web.StateColumn, "reconciliation.checks"))
	depth := map[string]int{}
	for _, p := range r.Projects {
		if p.Parent != "" {
			depth[p.Code] = depth[p.Parent] + 1
		}
		row := web.Row{Indent: min(depth[p.Code], 3), Cells: []web.Cell{l.names.project(p.Code)}}
		if p.Parent == "" {
			row.Class = "group"
		} else if l.values.Get("level") == "1" {
			continue
		}
		for _, f := range shown {
			row.Cells = append(row.Cells, figureCell(f.of(p.Figures), figureLink(f.name, p.Code, cut)))
		}
		row.Cells = append(row.Cells, l.checkCell(p).To(reconciledLink(p.Code, cut)))
		t.Rows = append(t.Rows, row)
	}
	t.Count = len(t.Rows)
	t.Total = []web.Cell{web.Text(l.t("table.sum"))}
	for _, f := range shown {
		cell := web.Maybe(f.of(r.Total))
		if f.accounts != nil && f.name != "certified" { // of works only: no condition on lines says which projects are works
			cell = figureCell(f.of(r.Total), figureLink(f.name, "", cut))
		}
		t.Total = append(t.Total, cell)
	}
	t.Total = append(t.Total, web.Cell{})
	if len(r.WithoutPlan) > 0 {
		var names []string
		for _, code := range r.WithoutPlan {
			names = append(names, l.names.nodes[code])
		}
		t.Notes = append(t.Notes, l.t("reconciliation.without_plan", strings.Join(names, l.t("list.separator"))))
	}
	return t
}

// figureCell leads to where a figure comes from; an unknown one comes from nowhere.
func figureCell(m *accounting.Money, link string) web.Cell {
	if m == nil {
		return web.Maybe(nil)
	}
	return web.Yuan(*m).To(link)
}

func (l *look) checkCell(p projects.ProjectRow) web.Cell {
	broken := 0
	for _, c := range p.Checks {
		if !c.OK {
			broken++
		}
	}
	if broken > 0 {
		return web.State("failed", l.t("reconciliation.checks_broken", broken))
	}
	return web.State("ok", l.t("reconciliation.checks_hold", len(p.Checks)))
}

// reconciledProjectPage works a project's plan less spend out and shows each of its checks.
func (s *Server) reconciledProjectPage(l *look) (*answer, error) {
	r, cut, err := s.reconciled(l)
	if err != nil {
		return nil, err
	}
	code := l.Param("project")
	i := slices.IndexFunc(r.Projects, func(p projects.ProjectRow) bool { return p.Code == code })
	if i < 0 {
		return nil, notFound("node", code)
	}
	p := r.Projects[i]
	figures := &web.Table{Caption: l.t("reconciliation.figures"), Wan: l.wan(), Columns: web.Columns(web.C(web.TextColumn, "reconciliation.figure"), web.C(web.MoneyColumn, "reconciliation.with_below"), web.C(web.MoneyColumn, "reconciliation.own"))}
	for _, f := range reconciledFigures {
		own := web.Maybe(f.of(p.Own))
		if f.accounts != nil && f.of(p.Own) != nil {
			own = own.To(linesOfOwn(figureLink(f.name, p.Code, cut)))
		}
		figures.Rows = append(figures.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("figure." + f.name)), figureCell(f.of(p.Figures), figureLink(f.name, p.Code, cut)), own}})
	}
	checks := &web.Table{Caption: l.t("reconciliation.checks"), Columns: web.Columns(web.C(web.TextColumn, "reconciliation.check"), web.C(web.StateColumn, "column.state"), web.C(web.TextColumn, "column.detail"))}
	for _, c := range p.Checks {
		state := web.State("ok", l.t("reconciliation.holds"))
		if !c.OK {
			state = web.State("failed", l.t("reconciliation.broken_one"))
		}
		checks.Rows = append(checks.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("check." + c.Name)), state, web.Text(l.checkDetail(c))}})
	}
	sections := []section{{Table: figures}, {Table: checks}}
	if p.Reasons != nil {
		sections = append([]section{{Table: l.reasonsOf(p, cut), Words: []string{l.t("reconciliation.formula", grouped(p.Plan), grouped(p.ExecutedTotal), grouped(p.PlanMinusExecuted))}}}, sections...)
	}
	verified, err := s.verifiedFacts(l)
	if err != nil {
		return nil, err
	}
	data := sectionsData{Facts: append([]web.Fact{fact(l.t("column.project"), l.names.project(p.Code)), fact(l.t("column.as_of"), web.Day(r.AsOf))}, verified...), Actions: []web.MenuItem{{Title: l.t("page.reconciliation"), Path: "/reconciliation?" + cut.Encode()}}, Sections: sections}
	return &answer{template: "sections", title: l.t("page.reconciliation") + " " + p.Code + " " + l.names.nodes[p.Code], list: figures, wan: true, data: data}, nil
}

// linesOfOwn narrows a link to a project's own lines.
func linesOfOwn(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	u.RawQuery = with(u.Query(), "below", "").Encode()
	return u.String()
}

// checkDetail is what a check says in the reader's language: where something was found, and what.
func (l *look) checkDetail(c projects.Check) string {
	told := web.Said(l.lang, c.Detail)
	if c.Detail == "" || l.lang == "en" || told != c.Detail {
		return told
	}
	parts := strings.Split(c.Detail, ", ")
	for i, p := range parts {
		if place := findingPlace.FindStringSubmatch(p); place != nil {
			parts[i] = l.t("finding."+strings.ReplaceAll(place[1], " ", "_"), place[2])
		} else if i > 0 {
			return strings.Join(append(parts[:i:i], web.Said(l.lang, strings.Join(parts[i:], ", "))), "，")
		}
	}
	return strings.Join(parts, "，")
}

var findingPlace = regexp.MustCompile(`^(period|project|budget line|account|difference) (\S+)$`)

func grouped(m *accounting.Money) string {
	if m == nil {
		return "—"
	}
	return web.Grouped(m.String())
}

// reasonsOf lists a project's reasons one below the other; the last line is their sum.
func (l *look) reasonsOf(p projects.ProjectRow, cut url.Values) *web.Table {
	t := &web.Table{Name: "reasons-" + p.Code, Caption: l.t("reconciliation.reasons"), Wan: l.wan(), Columns: web.Columns(web.C(web.TextColumn, "column.reason"), web.C(web.MoneyColumn, "column.amount"), web.C(web.TextColumn, "reconciliation.worked_out"))}
	var sum accounting.Money
	for _, n := range reasonNames {
		amount, said := n.of(p.Reasons), ""
		if n.name == "not_approved" {
			earlier := p.ExecutedTotal.Sub(*p.Executed)
			said = l.t("reconciliation.not_approved", grouped(p.Plan), grouped(p.Approved), grouped(&earlier))
		}
		cell := web.Yuan(amount)
		if n.name != "not_approved" {
			cell = cell.To(figureLink(n.name, p.Code, cut))
		}
		sum = sum.Add(amount)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("figure." + n.name)), cell, web.Text(said)}})
	}
	t.Total = []web.Cell{web.Text(l.t("figure.plan_minus_executed")), web.Yuan(sum), {}}
	return t
}
