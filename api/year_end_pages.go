package api

import (
	"cmp"
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
	first := firstOpen(periods, year)
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
		row := web.Row{Cells: []web.Cell{web.Text(name), state, web.Number(x.Left), none, l.doStep(&x, year, first)}}
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
			row.Cells[3] = l.stepBlocker(&x.Blockers[i], year, first)
			t.Rows = append(t.Rows, row)
		}
	}
	return &section{ID: "year-end", Table: t, Note: l.t("periods.year_end_note"), More: []web.MenuItem{{Title: l.t("periods.year_end_documents"), Path: "/documents?kind=year_end"}}}, nil
}

// firstOpen is the first period of a year that is not closed, which is closed next; empty: all are closed.
func firstOpen(periods []PeriodOutput, year int) string {
	for _, p := range periods {
		if !p.Closed && strings.HasPrefix(p.Period, itoa(year)+"-") {
			return p.Period
		}
	}
	return ""
}

// doStep leads to where a step is done, or says who does it.
func (l *look) doStep(x *projects.YearStep, year int, open string) web.Cell {
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
		return web.Text(l.t("periods.to_close", open)).To("/periods/" + open)
	}
	return web.Text(l.t("periods.by_budget_officer"))
}

// stepBlockers are what stands in the way of a step beyond what stands in the way of a close: how it is told, and where it is mended.
var stepBlockers = []struct {
	text string
	said *regexp.Regexp
	path string // empty: to the period that is closed next
}{
	{"next_year_not_opened", regexp.MustCompile(`^(\d+): \d+ next year: not opened, periods still open$`), "#open-year"},
	{"earlier_periods_open", regexp.MustCompile(`^(\d+): (\d+) (?:months|periods) still open$`), ""},
	{"request_in_flight", regexp.MustCompile(`^(\S+) is (\w+)(?:: (.+))?$`), "/payments"},
	{"payment_ordered", regexp.MustCompile(`^(\S+) is ordered and neither confirmed nor returned(?:: (.+))?$`), "/payments"},
}

// stepBlocker says what stands in the way of a step of the year's end, and leads to where it is mended.
func (l *look) stepBlocker(b *projects.YearBlocker, year int, open string) web.Cell {
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
		c := web.Text(l.t("blocker."+k.text, args...)).To(cmp.Or(k.path, "/periods/"+open))
		if b.Document != "" {
			c = c.To("/documents/" + b.Document)
		}
		return c
	}
	period := accounting.Period(year*100 + 14)
	c := l.blocker(BlockerOutput(b.Blocker), period)
	if c.Link == "" {
		c = c.To(l.mend(BlockerOutput(b.Blocker), period).Link)
	}
	return c
}
