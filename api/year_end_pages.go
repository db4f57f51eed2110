package api

import (
	"net/url"
	"regexp"
	"strings"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// blockersShown are as many of a step's as show what is the matter.
const blockersShown = 5

// yearEndSection are the steps of the year's end; each leads to where it is done, and so does what stands in its way.
func (s *Server) yearEndSection(l *look, year int, periods []PeriodOutput) (*section, error) {
	out, err := s.yearEnd(l.ctx, &yearEndRequest{Year: year})
	if err != nil {
		return nil, err
	}
	t := &web.Table{Caption: l.t("periods.year_end", year), Columns: web.Columns(web.C(web.TextColumn, "periods.step"), web.C(web.StateColumn, "column.state"), web.C(web.NumberColumn, "periods.left"), web.C(web.TextColumn, "periods.blockers"), web.C(web.TextColumn, "periods.do"))}
	for _, x := range out.Body.Steps {
		name, state, none := x.NameZH, web.State("draft", l.t("periods.to_do")), web.Text("")
		if l.lang == "en" {
			name = x.NameEN
		}
		switch {
		case x.Done:
			state = web.State("ok", l.t("periods.done"))
		case x.Name == out.Body.Next:
			state = web.State("half", l.t("periods.next"))
		}
		row := web.Row{Cells: []web.Cell{web.Text(name), state, web.Number(x.Left), none, l.doStep(&x, year, periods)}}
		if len(x.Blockers) == 0 {
			t.Rows = append(t.Rows, row)
		}
		for i := range x.Blockers {
			if i == blockersShown {
				t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{none, none, none, web.Text(l.t("periods.more_blockers", len(x.Blockers)-i)), none}})
				break
			}
			if i > 0 {
				row = web.Row{Cells: []web.Cell{none, none, none, none, none}}
			}
			row.Cells[3] = l.stepBlocker(&x.Blockers[i], year)
			t.Rows = append(t.Rows, row)
		}
	}
	return &section{Table: t, Note: l.t("periods.year_end_note"), More: []web.MenuItem{{Title: l.t("periods.year_end_documents"), Path: "/documents?kind=year_end"}}}, nil
}

// doStep leads to where a step is done, or says who does it.
func (l *look) doStep(x *projects.YearStep, year int, periods []PeriodOutput) web.Cell {
	if x.Done {
		return web.Text("")
	}
	officer := l.who.Role == "budget_officer"
	switch {
	case x.Event != "" && officer:
		q := url.Values{"kind": {"year_end"}, "event": {x.Event}, "date": {itoa(year) + "-12-31"}}
		if x.Event != "Lapse" { // which is of a budget line, and not of a year
			q.Set("input.year", itoa(year))
		}
		if x.Name == "carry_in" || x.Name == "lapse" {
			q.Set("date", itoa(year+1)+"-01-01")
		}
		return web.Text(l.t("periods.make_document")).To("/documents/new?" + q.Encode())
	case x.Name == "return_requests" && l.who.Role == "treasury_officer":
		return web.Text(l.t("periods.return_requests")).To("#return-requests")
	case x.Name == "return_requests":
		return web.Text(l.t("periods.see_requests")).To("/payments")
	case x.Name == "open_next_year" && officer:
		return web.Text(l.t("periods.open_year")).To("#open-year")
	case strings.HasPrefix(x.Name, "close_") && x.Event == "":
		for _, p := range periods {
			if !p.Closed && strings.HasPrefix(p.Period, itoa(year)+"-") {
				return web.Text(l.t("periods.to_close", p.Period)).To("/periods/" + p.Period)
			}
		}
	}
	return web.Text(l.t("periods.by_budget_officer"))
}

// stepBlockers are what stands in the way of a step beyond what stands in the way of a close: how it is told, and where it is mended.
var stepBlockers = []struct {
	text string
	said *regexp.Regexp
	path func(m []string) string
}{
	{"next_year_not_opened", regexp.MustCompile(`^(\d+): \d+ next year: not opened, periods still open$`), func([]string) string { return "#open-year" }},
	{"earlier_periods_open", regexp.MustCompile(`^(\d+): (\d+) (?:months|periods) still open$`), func(m []string) string { return "/periods?year=" + m[1] }},
	{"request_in_flight", regexp.MustCompile(`^(\S+) is (\w+)(?:: (.+))?$`), func([]string) string { return "/payments" }},
	{"payment_ordered", regexp.MustCompile(`^(\S+) is ordered and neither confirmed nor returned(?:: (.+))?$`), func([]string) string { return "/payments" }},
}

// stepBlocker says what stands in the way of a step of the year's end, and leads to where it is mended.
func (l *look) stepBlocker(b *projects.YearBlocker, year int) web.Cell {
	for _, k := range stepBlockers {
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
		c := web.Text(l.t("blocker."+k.text, args...)).To(k.path(m))
		if b.Document != "" {
			c = c.To("/documents/" + b.Document)
		}
		return c
	}
	period := accounting.Period(year*100 + 14)
	return web.Text(web.Said(l.lang, b.Detail)).To(l.mend(BlockerOutput(b.Blocker), period).Link)
}
