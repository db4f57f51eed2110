package api

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
)

// blockersShown are as many of a step's as show what is the matter.
const blockersShown = 5

// periodsPage lists a year's periods, and the steps of the year's end with what stands in their way.
func (s *Server) periodsPage(l *look) (*answer, error) {
	out, err := s.periods(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	var years []int
	for _, p := range out.Body.Periods {
		if y, _ := strconv.Atoi(p.Period[:4]); !slices.Contains(years, y) {
			years = append(years, y)
		}
	}
	year, err := l.yearAsked(s, years)
	if err != nil {
		return nil, err
	}
	persons, err := s.personNames(l)
	if err != nil {
		return nil, err
	}
	data := moneyList{sectionsData: sectionsData{Lead: l.t("periods.lead"), Sections: []section{{Table: l.periodTable(out.Body.Periods, year, persons), Note: l.t("periods.root_note")}}}}
	if len(years) > 0 {
		f := web.Field{Name: "year", Label: l.t("field.year"), Kind: web.ChoiceField}
		for _, y := range slices.Backward(years) {
			f.Options = append(f.Options, web.Option{Value: itoa(y), Text: itoa(y), Chosen: y == year})
		}
		data.Filters = []web.Field{f}
		if l.who.ReadsAll() {
			steps, err := s.yearEndSection(l, year)
			if err != nil {
				return nil, err
			}
			data.Sections = append(data.Sections, *steps)
		}
	}
	if l.who.Role == "treasury_officer" && len(years) > 0 {
		data.Sections = append(data.Sections, section{Title: l.t("periods.return_requests"), Note: l.t("periods.return_note"), Form: &web.Form{Action: "/years/" + itoa(year) + "/return-requests", Key: l.key(), Submit: l.t("periods.return_requests"),
			Fields: []web.Field{{Name: "reason", Label: l.t("field.reason"), Kind: web.AreaField, Wide: true, Required: true, Value: l.values.Get("reason")}}}})
	}
	if l.who.Role == "budget_officer" {
		next := year
		if len(years) > 0 {
			next = slices.Max(years) + 1
		}
		data.Sections = append(data.Sections, section{Title: l.t("periods.open_year"), Note: l.t("periods.open_year_note"), Form: &web.Form{Action: "/years", Key: l.key() + "/open", Submit: l.t("periods.open_year"),
			Fields: []web.Field{{Name: "new_year", Label: l.t("field.year"), Kind: web.NumberField, Required: true, Value: itoa(next)}}}})
	}
	return &answer{template: "money_list", title: l.t("page.periods"), list: data.Sections[0].Table, data: data}, nil
}

// yearAsked is the year of the query, else this year or the last there is.
func (l *look) yearAsked(s *Server, years []int) (int, error) {
	today, err := s.today(l.ctx)
	if err != nil {
		return 0, err
	}
	year := today.Year()
	if len(years) > 0 && !slices.Contains(years, year) {
		year = slices.Max(years)
	}
	if text := l.values.Get("year"); text != "" {
		if year, err = strconv.Atoi(text); err != nil || len(years) > 0 && !slices.Contains(years, year) {
			return 0, fault.NotFound("period_unknown", "the year %s was never opened in this book", text)
		}
	}
	return year, nil
}

func (l *look) periodTable(periods []PeriodOutput, year int, persons map[string]string) *web.Table {
	t := &web.Table{Name: "periods-" + itoa(year), Caption: l.t("periods.of_year", year), Empty: l.t("periods.none"), Columns: web.Columns(web.C(web.CodeColumn, "periods.period"), web.C(web.TextColumn, "column.kind"), web.C(web.StateColumn, "column.state"), web.C(web.NumberColumn, "periods.vouchers"),
		web.C(web.TextColumn, "periods.closed_by"), web.C(web.DayColumn, "periods.closed_at"), web.C(web.TextColumn, "periods.root"))}
	for _, p := range periods {
		if !strings.HasPrefix(p.Period, itoa(year)+"-") {
			continue
		}
		kind := "month"
		switch p.Period[5:] {
		case "13":
			kind = "adjustment"
		case "14":
			kind = "closing"
		}
		row := web.Row{Cells: []web.Cell{web.Code(p.Period).To("/periods/" + p.Period), web.Text(l.t("periods.kind." + kind)), web.State("draft", l.t("periods.open")), web.Number(p.Vouchers)}}
		if p.Vouchers > 0 {
			row.Cells[3] = row.Cells[3].To("/vouchers?" + url.Values{"from": {p.Period}, "to": {p.Period}}.Encode())
		}
		if p.Closed {
			row.Cells[2] = web.State("closed", l.t("periods.closed"))
			row.Cells = append(row.Cells, web.Text(persons[p.ClosedBy]), web.Moment(*p.ClosedAt), web.Text(p.Root[:16]+"…"))
		} else {
			row.Cells = append(row.Cells, web.Text(""), web.Text(""), web.Text(""))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// yearEndSection are the steps of the year's end; each that posts leads to the document that does it.
func (s *Server) yearEndSection(l *look, year int) (*section, error) {
	out, err := s.yearEnd(l.ctx, &yearEndRequest{Year: year})
	if err != nil {
		return nil, err
	}
	t := &web.Table{Caption: l.t("periods.year_end", year), Columns: web.Columns(web.C(web.TextColumn, "periods.step"), web.C(web.StateColumn, "column.state"), web.C(web.NumberColumn, "periods.left"), web.C(web.TextColumn, "periods.blockers"), web.C(web.TextColumn, "periods.do"))}
	for _, x := range out.Body.Steps {
		name, state, do := x.NameZH, web.State("draft", l.t("periods.to_do")), web.Text("")
		if l.lang == "en" {
			name = x.NameEN
		}
		switch {
		case x.Done:
			state = web.State("ok", l.t("periods.done"))
		case x.Name == out.Body.Next:
			state = web.State("half", l.t("periods.next"))
		}
		if x.Event != "" && !x.Done && l.who.Role == "budget_officer" {
			do = web.Text(l.t("periods.make_document")).To("/documents/new?" + url.Values{"kind": {"year_end"}, "event": {x.Event}}.Encode())
		}
		if len(x.Blockers) == 0 {
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(name), state, web.Number(x.Left), web.Text(""), do}})
		}
		for i, b := range x.Blockers {
			if i == blockersShown {
				t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(""), web.Text(""), web.Text(""), web.Text(l.t("periods.more_blockers", len(x.Blockers)-i)), web.Text("")}})
				break
			}
			row := web.Row{Cells: []web.Cell{web.Text(""), web.Text(""), web.Text(""), l.blocker(BlockerOutput(b), accounting.Period(year*100+14)), web.Text("")}}
			if i == 0 {
				row.Cells[0], row.Cells[1], row.Cells[2], row.Cells[4] = web.Text(name), state, web.Number(x.Left), do
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return &section{Table: t, Note: l.t("periods.year_end_note")}, nil
}

// blockers are what may stand in the way of closing: how the database says it, how people read it, and where it is mended.
var blockers = []struct {
	name  string
	said  *regexp.Regexp
	place func(m []string, period accounting.Period) string
}{
	{"earlier_period_open", regexp.MustCompile(`^period (\d{4})(\d{2}) is still open$`), func(m []string, _ accounting.Period) string { return "/periods/" + m[1] + "-" + m[2] }},
	{"next_year_not_opened", regexp.MustCompile(`^(\d+): (\d+) next year: not opened, periods still open$`), func([]string, accounting.Period) string { return "/periods" }},
	{"earlier_periods_open", regexp.MustCompile(`^(\d+): (\d+) (?:months|periods) still open$`), func(m []string, _ accounting.Period) string { return "/periods?year=" + m[1] }},
	{"request_hold_left", regexp.MustCompile(`^budget line (.+): request (.+) still holds (.+)$`), func(m []string, p accounting.Period) string {
		return "/lines?" + url.Values{"as_of": {itoa(p.Year()) + "-12-31"}, "account": {"9301.04"}, "budget_line": {m[1]}, "subject_kind": {"request"}, "subject": {m[2]}, "figure": {"balance"}}.Encode()
	}},
	{"request_in_flight", regexp.MustCompile(`^(\S+) is (\w+)(?:: (.+))?$`), func([]string, accounting.Period) string { return "/payments" }},
	{"payment_ordered", regexp.MustCompile(`^(\S+) is ordered and neither confirmed nor returned(?:: (.+))?$`), func([]string, accounting.Period) string { return "/payments" }},
	{"account_not_cleared", regexp.MustCompile(`^project (.+), account (.+): (.+) is left$`), func(m []string, p accounting.Period) string {
		return "/lines?" + url.Values{"as_of": {itoa(p.Year()) + "-12-31"}, "after_closing": {"true"}, "from": {itoa(p.Year()) + "-01"}, "account": {m[2]}, "project": {m[1]}, "figure": {"balance"}}.Encode()
	}},
	{"treasury_list_missing", regexp.MustCompile(`^executed in \d+: (.+); no treasury list of the month was taken in$`), func(_ []string, p accounting.Period) string { return "/months/" + p.String() }},
	{"difference_unexplained", regexp.MustCompile(`^(\w+) (.*) of (\S+): (\S+); (.*)$`), func(_ []string, p accounting.Period) string { return "/months/" + p.String() }},
	{"bank_account_missing", regexp.MustCompile(`^project (\S+) has money on (\S+) and no account with a bank is registered for it$`), func([]string, accounting.Period) string { return "/bank" }},
	{"bank_statement_missing", regexp.MustCompile(`^account (\S+): the statement of \d+ is not in$`), func(m []string, _ accounting.Period) string { return "/bank/" + url.PathEscape(m[1]) }},
	{"bank_item_open", regexp.MustCompile(`^account (\S+): (.+) of (.+) has no reason and owner$`), func(m []string, p accounting.Period) string {
		return "/bank/" + url.PathEscape(m[1]) + "/" + p.String()
	}},
}

// blocker says what stands in the way, in the reader's language, and leads to where it is mended.
func (l *look) blocker(b BlockerOutput, period accounting.Period) web.Cell {
	for _, k := range blockers {
		m := k.said.FindStringSubmatch(b.Detail)
		if m == nil {
			continue
		}
		args := make([]any, len(m)-1)
		for i, part := range m[1:] {
			args[i] = part
			if web.Has("state." + part) {
				args[i] = l.t("state." + part)
			}
		}
		return web.Text(l.t("blocker."+k.name, args...)).To(k.place(m, period))
	}
	if web.Has("blocker." + b.Name) {
		return web.Text(l.t("blocker." + b.Name))
	}
	return web.Text(web.Said(l.lang, b.Detail))
}

// periodPage shows what stands in the way of closing a period, and closes it when nothing does.
func (s *Server) periodPage(l *look) (*answer, error) { return s.askClosing(l, nil) }

func (s *Server) askClosing(l *look, wrong *web.Problem) (*answer, error) {
	period, err := accounting.ParsePeriod(l.Param("period"))
	if err != nil {
		return nil, fault.NotFound("period_unknown", "there is no period %s", l.Param("period"))
	}
	out, err := s.periods(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(out.Body.Periods, func(p PeriodOutput) bool { return p.Period == period.String() })
	if i < 0 {
		return nil, fault.NotFound("period_unknown", "the year %d was never opened in this book", period.Year())
	}
	p := out.Body.Periods[i]
	persons, err := s.personNames(l)
	if err != nil {
		return nil, err
	}
	t := l.periodTable(out.Body.Periods[i:i+1], period.Year(), persons)
	t.Caption = l.t("periods.period") + " " + p.Period
	data := sectionsData{Actions: []web.MenuItem{{Title: l.t("page.trial_balance"), Path: "/trial-balance?" + url.Values{"as_of": {lastDayOf(period).String()}}.Encode()}, {Title: l.t("page.periods"), Path: "/periods?year=" + itoa(period.Year())}}, Sections: []section{{Table: t}}}
	if p.Vouchers > 0 {
		data.Actions = append(data.Actions, web.MenuItem{Title: l.t("vouchers.print_month"), Path: "/api/v1/periods/" + p.Period + "/vouchers/print?layout=a4"})
	}
	if p.Closed {
		data.Sections = append(data.Sections, section{Facts: []web.Fact{fact(l.t("periods.root"), web.Text(p.Root))}, Note: l.t("periods.root_note")})
		return &answer{template: "sections", title: l.t("page.period") + " " + p.Period, data: data}, nil
	}
	if l.who.ReadsAll() {
		blocked, err := s.blockers(l.ctx, &blockersRequest{Period: Month{period}})
		if err != nil {
			return nil, err
		}
		b := &web.Table{Caption: l.t("periods.blockers"), Empty: l.t("periods.no_blockers"), Counted: true, Count: len(blocked.Body.Blockers), Columns: web.Columns(web.C(web.TextColumn, "periods.blocker"))}
		for _, x := range blocked.Body.Blockers {
			b.Rows = append(b.Rows, web.Row{Class: "alert", Cells: []web.Cell{l.blocker(x, period)}})
		}
		data.Sections = append(data.Sections, section{Table: b})
		if l.who.Role == "budget_officer" && len(b.Rows) == 0 {
			data.Sections = append(data.Sections, section{Title: l.t("periods.close", p.Period), Note: l.t("periods.close_note"), Form: &web.Form{Action: "/periods/" + p.Period + "/close", Key: l.key(), Error: wrong, Submit: l.t("periods.close", p.Period),
				Fields: []web.Field{{Name: "confirmed", Label: l.t("periods.confirm", p.Period, p.Vouchers), Kind: web.CheckField}}}})
		}
	}
	a := &answer{template: "sections", title: l.t("page.period") + " " + p.Period, data: data}
	if wrong != nil {
		a.status = 422
	}
	return a, nil
}

// lastDayOf is the last day of a period; of those beyond the months, of the year.
func lastDayOf(p accounting.Period) accounting.Date {
	return accounting.NewDate(p.Year(), time.Month(min(p.Month(), 12)), 1).LastOfMonth()
}

// closeByPage closes a period that somebody has confirmed to close for good.
func (s *Server) closeByPage(l *look) (*answer, error) {
	period, err := accounting.ParsePeriod(l.Param("period"))
	if err != nil {
		return nil, err
	}
	if l.values.Get("confirmed") != "true" {
		return s.askClosing(l, &web.Problem{Title: l.t("periods.not_confirmed")})
	}
	in := closePeriodRequest{Period: Month{period}}
	in.Key = l.key()
	if _, err := s.closePeriod(l.ctx, &in); err != nil {
		if kind := fault.KindOf(err); kind == fault.KindUnavailable || kind == fault.KindInternal {
			return nil, err
		}
		l.values.Del("key")
		return s.askClosing(l, s.asProblem(l, err))
	}
	return goTo("/periods/" + period.String() + "?done=period_closed&what=" + period.String())
}

func (s *Server) openYearByPage(l *look) (*answer, error) {
	year, err := strconv.Atoi(strings.TrimSpace(l.values.Get("new_year")))
	if err != nil || year < 2024 || year > 2040 {
		return nil, fault.Invalid("request_invalid", "%s", l.t("periods.bad_year"))
	}
	in := openYearRequest{Year: year}
	in.Key = l.key()
	if _, err := s.openYear(l.ctx, &in); err != nil {
		return nil, err
	}
	return goTo("/periods?done=year_opened&what=" + itoa(year) + "&year=" + itoa(year))
}

// returnRequestsByPage sends back every request of the year that is approved and not paid, and says what became of each.
func (s *Server) returnRequestsByPage(l *look) (*answer, error) {
	year, err := strconv.Atoi(l.Param("year"))
	if err != nil {
		return nil, fault.NotFound("period_unknown", "there is no year %s", l.Param("year"))
	}
	in := returnRequestsRequest{Year: year}
	in.Key, in.Body.Reason = l.key(), strings.TrimSpace(l.values.Get("reason"))
	out, err := s.returnRequests(l.ctx, &in)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Caption: l.t("periods.returned", year), Empty: l.t("periods.nothing_to_return"), Columns: web.Columns(web.C(web.TextColumn, "column.number"), web.C(web.StateColumn, "column.state"), web.C(web.TextColumn, "column.detail"))}
	for _, r := range out.Body.Requests {
		row := web.Row{Cells: []web.Cell{web.Text(r.Number).To("/payments"), web.State("returned", l.t("state.returned")), web.Text("")}}
		if r.Code != "" {
			row.Class, row.Cells[1], row.Cells[2] = "alert", web.State("failed", l.t("review.refused")), web.Text(web.Said(l.lang, r.Detail))
		}
		t.Rows = append(t.Rows, row)
	}
	return &answer{template: "sections", title: l.t("periods.return_requests"), data: sectionsData{Actions: []web.MenuItem{{Title: l.t("page.periods"), Path: "/periods?year=" + itoa(year)}}, Sections: []section{{Table: t}}}}, nil
}
