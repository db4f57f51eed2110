package api

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// dayAsked is the day a page of the office is about: today unless another is asked for.
func (s *Server) dayAsked(l *look) (accounting.Date, error) {
	if text := strings.TrimSpace(l.values.Get("as_of")); text != "" {
		return accounting.ParseDate(text)
	}
	return s.today(l.ctx)
}

// asked keeps the day of a page in a link to another, when the page was asked for one.
func (l *look) asked(path string, pairs ...string) string {
	q := url.Values{}
	if day := l.values.Get("as_of"); day != "" {
		q.Set("as_of", day)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// inspectionPage is the one screen that says who is late and why: by lead unit, by leader, and the programmes.
func (s *Server) inspectionPage(l *look) (*answer, error) {
	if l.values.Get("measure") == "" {
		l.values.Set("measure", "wan") // overviews are in 万元 unless asked otherwise
	}
	day, err := s.dayAsked(l)
	if err != nil {
		return nil, err
	}
	out, err := s.overview(l.ctx, &dayRequest{AsOf: Day{day}})
	if err != nil {
		return nil, err
	}
	o := &out.Body
	unit, leader := l.values.Get("unit"), l.values.Get("leader")
	byUnit := l.groupTable("by-unit", l.t("inspection.by_unit"), o.ByUnit, o.Total, func(g projects.OverviewGroup) string {
		return l.asked("/inspection", "unit", g.Name, "measure", l.values.Get("measure"))
	})
	byLeader := l.groupTable("by-leader", l.t("inspection.by_leader"), o.ByLeader, o.Total, func(g projects.OverviewGroup) string {
		return l.asked("/inspection", "leader", g.Name, "measure", l.values.Get("measure"))
	})
	chosen := o.Programmes
	var words []string
	tables := []section{{Words: []string{l.inLanguage(o.Formula.ZH, o.Formula.EN)}, Note: l.t("inspection.formula_note")}}
	if name := unit + leader; name != "" {
		chosen = slices.DeleteFunc(slices.Clone(chosen), func(r projects.OverviewRow) bool {
			return unit != "" && !slices.ContainsFunc(r.Leads, func(u projects.PartyUnit) bool { return u.Name == unit }) || leader != "" && !slices.Contains(r.Leaders, leader)
		})
		for _, g := range slices.Concat(o.ByUnit, o.ByLeader) {
			if g.Name == unit && unit != "" || g.Name == leader && leader != "" {
				words = l.groupArithmetic(g, chosen)
			}
		}
	}
	programmes := l.programmeTable(chosen)
	if unit+leader != "" {
		programmes.Caption = l.t("inspection.programmes_of", unit+leader)
		tables = append(tables, section{Title: unit + leader, Words: words, Table: programmes, Note: l.t("inspection.joint_note")})
	}
	if len(o.WithoutPlan) > 0 {
		programmes.Notes = append(programmes.Notes, l.t("inspection.without_plan", l.listed(o.WithoutPlan)))
	}
	byUnit.Notes = append(byUnit.Notes, l.t("inspection.joint_note"))
	tables = append(tables, section{Table: byUnit}, section{Table: byLeader})
	if unit+leader == "" {
		tables = append(tables, section{Table: programmes})
	}
	data := moneyList{sectionsData: sectionsData{Lead: l.t("inspection.lead", day, countLights(l, o.Total)), Sections: tables, Actions: []web.MenuItem{
		{Title: l.t("inspection.register_xlsx"), Path: base + "/project-register?format=xlsx&as_of=" + day.String()}, {Title: l.t("inspection.register_csv"), Path: base + "/project-register?format=csv&as_of=" + day.String()},
		{Title: l.t("inspection.register_print"), Path: base + "/project-register/print?as_of=" + day.String()}, {Title: l.t("page.overdue"), Path: l.asked("/overdue")}, {Title: l.t("page.notices"), Path: "/notices"}, {Title: l.t("page.payment_days"), Path: "/payment-days"}}},
		Filters: []web.Field{{Name: "as_of", Label: l.t("money.as_of"), Kind: web.DayField, Value: day.String()}}}
	list := byUnit
	if unit+leader != "" {
		list = programmes
	}
	return &answer{template: "money_list", title: l.t("page.inspection"), list: list, wan: true, data: data}, nil
}

func countLights(l *look, g projects.OverviewGroup) string {
	var said []string
	for _, light := range []projects.Light{projects.Red, projects.Yellow, projects.Green, projects.NoLight} {
		if g.Lights[light] == 0 {
			continue
		}
		said = append(said, fmt.Sprintf("%s %d", l.t("office.light."+string(light)), g.Lights[light]))
	}
	return strings.Join(said, l.t("office.comma"))
}

// lightCell is a light as a word and a shape.
func lightCell(l *look, light projects.Light) web.Cell {
	shape := string(light)
	if light == projects.NoLight {
		shape = "draft"
	}
	return web.State(shape, l.t("office.light."+string(light)))
}

// rateText is a share in percent, or what stands for one that is not known.
func rateText(share *string, after string) web.Cell {
	if share == nil {
		return web.Figure("—")
	}
	return web.Figure(*share + after)
}

// paidBar is the payment progress with the mark of time.
func paidBar(l *look, f projects.OverviewFigures, light projects.Light) *web.Bar {
	if f.PaymentProgress == nil {
		return nil
	}
	class := string(light)
	if light == projects.NoLight {
		class = "paid"
	}
	b := &web.Bar{Label: l.t("inspection.payment_progress") + " " + *f.PaymentProgress + "%", Parts: []web.BarPart{{Class: class, Width: permille(decimal.RequireFromString(*f.PaymentProgress))}}}
	if f.TimeProgress != nil {
		mark := min(permille(decimal.RequireFromString(*f.TimeProgress)), 994) // its own width before the end
		b.Mark, b.Label = &mark, b.Label+" "+l.t("inspection.time_progress")+" "+*f.TimeProgress+"%"
	}
	return b
}

// lagLight is the light of a programme's payments alone.
func lagLight(r projects.OverviewRow) projects.Light {
	for _, p := range r.Points {
		if p.Rule == "lag" {
			return p.Light
		}
	}
	return projects.NoLight
}

// groupTable ranks leaders or lead units, who is furthest behind first. A programme of several stands under each and is counted
// once in the total.
func (l *look) groupTable(name, caption string, groups []projects.OverviewGroup, total projects.OverviewGroup, link func(projects.OverviewGroup) string) *web.Table {
	t := &web.Table{Name: name, Dense: true, Caption: caption, Wan: l.wan(), Counted: true, Count: len(groups), Empty: l.t("inspection.empty"), Columns: web.Columns(web.C(web.TextColumn, "money.name"), web.C(web.TextColumn, "inspection.programmes"), web.C(web.MoneyColumn, "inspection.plan"),
		web.C(web.MoneyColumn, "inspection.approved"), web.C(web.MoneyColumn, "inspection.executed"), web.C(web.MoneyColumn, "inspection.executed_total"), web.C(web.NumberColumn, "inspection.payment_progress"), web.C(web.NumberColumn, "inspection.time_progress"),
		web.C(web.NumberColumn, "inspection.lag"), web.C(web.StateColumn, "inspection.light"), web.C(web.TextColumn, "inspection.lights"))}
	cells := func(g projects.OverviewGroup, link string) []web.Cell {
		lead := func(c web.Cell) web.Cell {
			if link != "" {
				return c.To(link)
			}
			return c
		}
		count := l.t("inspection.count", len(g.Programmes))
		if len(g.Joint) > 0 {
			count = l.t("inspection.count_joint", len(g.Programmes), len(g.Joint))
		}
		return []web.Cell{lead(web.Text(g.Name)), lead(web.Text(count)), lead(planCell(l, g.Plan)), lead(web.Maybe(g.Approved)), lead(web.Maybe(g.Executed)), lead(web.Maybe(g.ExecutedTotal)), lead(rateText(g.PaymentProgress, "%")).With(paidBar(l, g.OverviewFigures, g.Light)),
			rateText(g.TimeProgress, "%"), lead(rateText(g.Lag, "")), lightCell(l, g.Light), web.Text(countLights(l, g))}
	}
	for _, g := range groups {
		t.Rows = append(t.Rows, web.Row{Cells: cells(g, link(g))})
	}
	t.Total = cells(total, "")
	t.Total[0].Text = l.t("inspection.total_once")
	return t
}

// groupArithmetic is how the lag of a leader or unit comes about.
func (l *look) groupArithmetic(g projects.OverviewGroup, rows []projects.OverviewRow) (words []string) {
	if g.Lag == nil || g.TimeProgress == nil || g.PaymentProgress == nil {
		return []string{l.t("inspection.no_arithmetic")}
	}
	var parts []string
	var plan, paid accounting.Money
	for _, r := range rows {
		if r.Plan == nil || r.TimeProgress == nil {
			continue
		}
		plan = plan.Add(*r.Plan)
		parts = append(parts, web.Grouped(r.Plan.String())+" × "+*r.TimeProgress+"%")
		if r.PaidOfPlan != nil {
			paid = paid.Add(*r.PaidOfPlan)
		}
	}
	return []string{l.t("inspection.group_payment", web.Grouped(paid.String()), web.Grouped(plan.String()), *g.PaymentProgress), l.t("inspection.group_time", strings.Join(parts, " + "), web.Grouped(plan.String()), *g.TimeProgress),
		l.t("inspection.group_lag", *g.TimeProgress, *g.PaymentProgress, *g.Lag)}
}

func (l *look) programmeTable(rows []projects.OverviewRow) *web.Table {
	t := &web.Table{Name: "programmes", Dense: true, Caption: l.t("inspection.programmes"), Wan: l.wan(), Counted: true, Count: len(rows), Empty: l.t("inspection.empty"), Columns: web.Columns(web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "office.leaders"), web.C(web.TextColumn, "office.leads"),
		web.C(web.DayColumn, "office.due_month"), web.C(web.StateColumn, "column.state"), web.C(web.MoneyColumn, "inspection.plan"), web.C(web.MoneyColumn, "inspection.executed_total"), web.C(web.NumberColumn, "inspection.payment_progress"),
		web.C(web.NumberColumn, "inspection.time_progress"), web.C(web.NumberColumn, "inspection.lag"), web.C(web.NumberColumn, "progress.percent"), web.C(web.StateColumn, "inspection.light"))}
	for _, r := range rows {
		why := l.asked("/inspection/" + url.PathEscape(r.Code))
		plan := web.Maybe(r.Plan)
		if r.NoPlan {
			plan = web.Text(l.t("inspection.no_plan"))
		}
		percent := web.Figure("—")
		if r.Entry != nil {
			percent = web.Figure(l.t("progress.percent_of", r.Entry.Percent, r.Entry.Month))
		}
		due := web.Text("")
		if !r.To.IsZero() {
			due = web.Code(r.To.String()[:7])
		}
		row := web.Row{Cells: []web.Cell{l.names.project(r.Code), web.Text(l.listed(r.Leaders)), web.Text(l.unitNames(r.Leads)), due, stateCell(l, r.State), plan.To(why), web.Maybe(r.ExecutedTotal).To(why),
			rateText(r.PaymentProgress, "%").To(why).With(paidBar(l, r.OverviewFigures, lagLight(r))), rateText(r.TimeProgress, "%").To(why), rateText(r.Lag, "").To(why), percent.To("/progress/" + url.PathEscape(r.Code)), lightCell(l, r.Light).To(why)}}
		if r.Light == projects.Red {
			row.Class = "alert"
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// lightPage says how the light of a programme comes about, point by point, and leads to what each figure is made of.
func (s *Server) lightPage(l *look) (*answer, error) {
	day, err := s.dayAsked(l)
	if err != nil {
		return nil, err
	}
	code := l.Param("code")
	out, err := s.overview(l.ctx, &dayRequest{AsOf: Day{day}})
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(out.Body.Programmes, func(r projects.OverviewRow) bool { return r.Code == code })
	if at < 0 {
		return nil, fault.NotFound("node_unknown", "there is no programme %q in this book", code)
	}
	r := out.Body.Programmes[at]
	project := "/projects/" + url.PathEscape(code)
	lines := func(figure string) string {
		return project + "?" + url.Values{"tab": {"ledger"}, "figure": {figure}, "as_of": {day.String()}}.Encode()
	}
	plan := web.Maybe(r.Plan)
	if r.NoPlan {
		plan = web.Text(l.t("inspection.no_plan"))
	}
	facts := []web.Fact{fact(l.t("inspection.light"), lightCell(l, r.Light)), fact(l.t("column.state"), stateCell(l, r.State)), fact(l.t("office.leaders"), web.Text(l.listed(r.Leaders))), fact(l.t("office.leads"), web.Text(l.unitNames(r.Leads))),
		fact(l.t("inspection.period"), web.Text(r.From.String()+" – "+dayOrDash(r.To))), fact(l.t("inspection.plan"), plan.To(project)), fact(l.t("inspection.approved"), web.Maybe(r.Approved).To(lines("approved"))),
		fact(l.t("inspection.executed"), web.Maybe(r.Executed).To(lines("executed"))), fact(l.t("inspection.executed_total"), web.Maybe(r.ExecutedTotal).To(lines("executed_total"))), fact(l.t("inspection.certified"), certifiedCell(r, lines("certified"))),
		fact(l.t("inspection.payment_progress"), rateText(r.PaymentProgress, "%").With(paidBar(l, r.OverviewFigures, lagLight(r)))), fact(l.t("inspection.time_progress"), rateText(r.TimeProgress, "%")), fact(l.t("inspection.year_progress"), web.Figure(r.YearProgress+"%")), fact(l.t("inspection.lag"), rateText(r.Lag, ""))}
	if r.Entry != nil {
		facts = append(facts, fact(l.t("progress.newest"), web.Figure(l.t("progress.percent_of", r.Entry.Percent, r.Entry.Month)).With(progressBar(l, r.Entry.Percent)).To("/progress/"+url.PathEscape(code))))
	}
	t := &web.Table{Name: "light-" + code, Caption: l.t("inspection.points"), Empty: l.t("inspection.no_points"), Columns: web.Columns(web.C(web.TextColumn, "inspection.rule"), web.C(web.StateColumn, "inspection.light"), web.C(web.TextColumn, "inspection.why"), web.C(web.TextColumn, "inspection.origin"))}
	for _, p := range r.Points {
		origin := web.Text(l.t("inspection.to_lines")).To(lines("executed_total"))
		switch p.Rule {
		case "entry":
			origin = web.Text(l.t("inspection.to_entries")).To("/progress/" + url.PathEscape(code))
		case "due":
			origin = web.Text(l.t("inspection.to_project")).To(project)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("inspection.rule." + p.Rule)), lightCell(l, p.Light), web.Text(l.inLanguage(p.ZH, p.EN)), origin}})
	}
	var words []string
	if r.PaymentProgress != nil && r.PaidOfPlan != nil {
		end := r.To
		if end.IsZero() {
			end = accounting.NewDate(day.Year(), 12, 31)
		}
		words = []string{l.t("inspection.arithmetic_payment", web.Grouped(r.PaidOfPlan.String()), web.Grouped(r.Plan.String()), *r.PaymentProgress), l.t("inspection.arithmetic_time", r.From, day, projects.DaysPassed(r.From, end, day), projects.DaysPassed(r.From, end, end), *r.TimeProgress)}
	}
	data := sectionsData{Facts: facts, Actions: []web.MenuItem{{Title: l.t("inspection.to_project"), Path: project}, {Title: l.t("inspection.to_entries"), Path: "/progress/" + url.PathEscape(code)}, {Title: l.t("page.inspection"), Path: l.asked("/inspection")}},
		Sections: []section{{Table: t, Words: words, Note: l.t("inspection.as_of", day)}, {Title: l.t("inspection.formula"), Words: []string{l.inLanguage(out.Body.Formula.ZH, out.Body.Formula.EN)}, Note: l.t("inspection.formula_note")}}}
	return &answer{template: "sections", title: l.t("inspection.light_title", code+" "+l.names.nodes[code]), data: data}, nil
}

// certifiedCell is the certified investment, which only works have.
func certifiedCell(r projects.OverviewRow, lines string) web.Cell {
	if r.Certified == nil {
		return web.Text("—")
	}
	return web.Yuan(*r.Certified).To(lines)
}

func dayOrDash(d accounting.Date) string {
	if d.IsZero() {
		return "—"
	}
	return d.String()
}

// overduePage lists what is overdue: who owes it, since when and why. Units see what they read.
func (s *Server) overduePage(l *look) (*answer, error) {
	day, err := s.dayAsked(l)
	if err != nil {
		return nil, err
	}
	out, err := s.overdue(l.ctx, &dayRequest{AsOf: Day{day}})
	if err != nil {
		return nil, err
	}
	unit, kind := l.values.Get("unit"), l.values.Get("kind")
	kinds := []projects.OverdueKind{projects.EntryOverdue, projects.CompletionOverdue, projects.FinalAccountOverdue, projects.RetentionOverdue, projects.RepaymentOverdue}
	units, known := []web.Option{{Text: l.t("choice.all")}}, map[string]bool{}
	var items []projects.OverdueItem
	for _, i := range out.Body.Items {
		for _, u := range i.Owes {
			if !known[u.Name] {
				known[u.Name] = true
				units = append(units, web.Option{Value: u.Name, Text: u.Name, Chosen: u.Name == unit})
			}
		}
		if (unit == "" || slices.ContainsFunc(i.Owes, func(u projects.PartyUnit) bool { return u.Name == unit })) && (kind == "" || string(i.Kind) == kind) {
			items = append(items, i)
		}
	}
	choices := []web.Option{{Text: l.t("choice.all")}}
	for _, k := range kinds {
		choices = append(choices, web.Option{Value: string(k), Text: l.t("overdue.kind." + string(k)), Chosen: string(k) == kind})
	}
	t := l.overdueTable(items)
	return &answer{template: "list", title: l.t("page.overdue"), list: t, data: listData{Lead: l.t("overdue.lead", day), Tables: []*web.Table{t}, Filters: []web.Field{{Name: "as_of", Label: l.t("money.as_of"), Kind: web.DayField, Value: day.String()},
		{Name: "kind", Label: l.t("overdue.what"), Kind: web.ChoiceField, Options: choices}, {Name: "unit", Label: l.t("overdue.owes"), Kind: web.ChoiceField, Options: units}}}}, nil
}

func (l *look) overdueTable(items []projects.OverdueItem) *web.Table {
	t := &web.Table{Name: "overdue", Caption: l.t("page.overdue"), Counted: true, Count: len(items), Empty: l.t("overdue.empty"), Columns: web.Columns(web.C(web.TextColumn, "overdue.what"), web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "overdue.owes"), web.C(web.TextColumn, "office.leaders"),
		web.C(web.DayColumn, "overdue.since"), web.C(web.NumberColumn, "overdue.days"), web.C(web.TextColumn, "inspection.why"), web.C(web.MoneyColumn, "column.amount"))}
	for _, i := range items {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("overdue.kind." + string(i.Kind))).To(overdueOrigin(i)), l.names.project(i.Project), web.Text(l.unitNames(i.Owes)), web.Text(l.listed(i.Leaders)), web.Day(i.Since), web.Number(i.Days),
			web.Text(l.inLanguage(i.WhyZH, i.WhyEN)), overdueAmount(i)}})
	}
	return t
}

func overdueAmount(i projects.OverdueItem) web.Cell {
	if i.Amount == nil {
		return web.Text("")
	}
	return web.Yuan(*i.Amount).To(overdueOrigin(i))
}

// overdueOrigin is where somebody does what is overdue.
func overdueOrigin(i projects.OverdueItem) string {
	switch {
	case i.Contract != "":
		return contractPageOf(i.Contract)
	case i.Kind == projects.EntryOverdue:
		return "/progress/" + url.PathEscape(i.Project) + "?month=" + i.Months[0]
	}
	return "/projects/" + url.PathEscape(i.Project)
}

// paymentDaysPage shows where payments stood how long: by unit and month, and each.
func (s *Server) paymentDaysPage(l *look) (*answer, error) {
	in := paymentDaysRequest{Unit: l.values.Get("unit"), Limit: 100, Before: l.values.Get("before")}
	var err error
	if text := l.values.Get("month"); text != "" {
		if in.Month.Period, err = calendarMonth(text); err != nil {
			return nil, err
		}
	}
	payments, err := s.paymentDays(l.ctx, &in)
	if err != nil {
		return nil, err
	}
	byUnit, err := s.unitDays(l.ctx, &unitDaysRequest{Unit: in.Unit, Month: in.Month})
	if err != nil {
		return nil, err
	}
	places := []string{"at_unit", "finance", "cash", "bank", "total"}
	spread := &web.Table{Name: "payment-days-by-unit", Caption: l.t("days.by_unit"), Counted: true, Count: len(byUnit.Body.Units), Empty: l.t("days.none_confirmed"), Columns: web.Columns(web.C(web.TextColumn, "column.unit"), web.C(web.DayColumn, "field.month"), web.C(web.NumberColumn, "days.payments")), Notes: []string{l.t("days.spread_note")}}
	for _, place := range places {
		spread.Columns = append(spread.Columns, web.C(web.NumberColumn, "days."+place))
	}
	for _, u := range byUnit.Body.Units {
		cells := []web.Cell{web.Text(u.UnitName), web.Code(u.Month), web.Number(u.Payments).To("/payment-days?" + url.Values{"unit": {u.Unit}, "month": {u.Month}}.Encode())}
		for _, x := range []projects.Spread{u.AtUnit, u.Finance, u.Cash, u.Bank, u.Total} {
			cells = append(cells, web.Figure(l.t("days.spread", x.Median, x.Max)))
		}
		spread.Rows = append(spread.Rows, web.Row{Cells: cells})
	}
	t := &web.Table{Name: "payment-days", Caption: l.t("days.each"), Empty: l.t("days.empty"), Columns: web.Columns(web.C(web.CodeColumn, "money.request"), web.C(web.TextColumn, "column.unit"), web.C(web.TextColumn, "column.project"), web.C(web.MoneyColumn, "column.amount"), web.C(web.StateColumn, "column.state"), web.C(web.DayColumn, "days.confirmed_in"))}
	for _, place := range places {
		t.Columns = append(t.Columns, web.C(web.NumberColumn, "days."+place))
	}
	for _, p := range payments.Body.Payments {
		cells := []web.Cell{web.Code(p.Request).To("/documents/" + p.ID.String()), l.names.unit(p.Unit), l.names.project(p.Project), web.Yuan(p.Amount), web.State(p.State, l.t("state."+p.State)), web.Code(p.Month)}
		for _, d := range []string{p.AtUnit, p.Finance, p.Cash, p.Bank} {
			cells = append(cells, web.Figure(d))
		}
		t.Rows = append(t.Rows, web.Row{Cells: append(cells, web.Figure(p.Total).With(daysBar(l, p)))})
	}
	if payments.Body.Next != "" {
		t.Next, _ = withQuery(l, "before", payments.Body.Next)
	}
	if in.Before != "" {
		t.First, _ = withQuery(l, "before", "")
	}
	units, err := accounting.Units(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	options := []web.Option{{Text: l.t("choice.all")}}
	for _, u := range units {
		options = append(options, web.Option{Value: u.Code, Text: u.Name, Chosen: u.Code == in.Unit})
	}
	return &answer{template: "list", title: l.t("page.payment_days"), list: t, data: listData{Lead: l.t("days.lead"), Tables: []*web.Table{spread, t}, Filters: []web.Field{{Name: "unit", Label: l.t("column.unit"), Kind: web.ChoiceField, Options: options},
		{Name: "month", Label: l.t("days.confirmed_in"), Kind: web.TextField, Value: l.values.Get("month"), Help: l.t("days.month_help")}}}}, nil
}

// daysBar shows where the days of a payment went.
func daysBar(l *look, p projects.PaymentDays) *web.Bar {
	total, err := decimal.NewFromString(p.Total)
	if err != nil || total.Sign() <= 0 {
		return nil
	}
	b, from := &web.Bar{}, 0
	var said []string
	for _, part := range []struct{ class, name, days string }{{"contract", "at_unit", p.AtUnit}, {"request", "finance", p.Finance}, {"frozen", "cash", p.Cash}, {"free", "bank", p.Bank}} {
		days, err := decimal.NewFromString(part.days)
		if err != nil || days.Sign() <= 0 {
			continue
		}
		width := min(permille(days.Mul(decimal.NewFromInt(100)).Div(total)), 1000-from)
		b.Parts = append(b.Parts, web.BarPart{Class: part.class, From: from, Width: width})
		from += width
		said = append(said, l.t("days."+part.name)+" "+part.days)
	}
	b.Label = strings.Join(said, ", ")
	return b
}
