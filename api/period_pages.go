package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
)

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
			steps, err := s.yearEndSection(l, year, out.Body.Periods)
			if err != nil {
				return nil, err
			}
			data.Sections = append(data.Sections, *steps)
		}
	}
	if l.who.Role == "treasury_officer" && len(years) > 0 {
		data.Sections = append(data.Sections, section{ID: "return-requests", Title: l.t("periods.return_requests"), Note: l.t("periods.return_note"), Form: &web.Form{Action: "/years/" + itoa(year) + "/return-requests", Key: l.key(), Submit: l.t("periods.return_requests"),
			Fields: []web.Field{{Name: "reason", Label: l.t("field.reason"), Kind: web.AreaField, Wide: true, Required: true, Value: l.values.Get("reason")}}}})
	}
	if l.who.Role == "budget_officer" {
		next := year
		if len(years) > 0 {
			next = slices.Max(years) + 1
		}
		data.Sections = append(data.Sections, section{ID: "open-year", Title: l.t("periods.open_year"), Note: l.t("periods.open_year_note"), Form: &web.Form{Action: "/years", Key: l.key() + "/open", Submit: l.t("periods.open_year"),
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

// periodTable shows periods with where each stands and who proposed and confirmed its close.
func (l *look) periodTable(periods []PeriodOutput, year int, persons map[string]string) *web.Table {
	t := &web.Table{Name: "periods-" + itoa(year), Caption: l.t("periods.of_year", year), Empty: l.t("periods.none"), Columns: web.Columns(web.C(web.CodeColumn, "periods.period"), web.C(web.TextColumn, "column.kind"), web.C(web.StateColumn, "column.state"), web.C(web.NumberColumn, "periods.vouchers"),
		web.C(web.TextColumn, "periods.proposed_by"), web.C(web.TextColumn, "periods.closed_by"), web.C(web.DayColumn, "periods.closed_at"), web.C(web.TextColumn, "periods.root"))}
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
		none := web.Text("")
		row := web.Row{Cells: []web.Cell{web.Code(p.Period).To("/periods/" + p.Period), web.Text(l.t("periods.kind." + kind)), l.periodState(&p, persons), web.Number(p.Vouchers), none, none, none, none}}
		if p.Vouchers > 0 {
			row.Cells[3] = row.Cells[3].To("/vouchers?" + url.Values{"from": {p.Period}, "to": {p.Period}}.Encode())
		}
		if p.Proposal != nil {
			row.Cells[4] = web.Text(persons[p.Proposal.ProposedBy])
			row.Cells[4].Note = web.Moment(p.Proposal.ProposedAt).Text
		}
		if p.ClosedByOne {
			row.Cells[4] = web.Text(l.t("periods.by_one"))
		}
		if p.Closed {
			row.Cells[5], row.Cells[6], row.Cells[7] = web.Text(persons[p.ClosedBy]), web.Moment(*p.ClosedAt), web.Text(p.Root[:16]+"…")
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// periodState says where a period stands: open, proposed by somebody, proposed and overtaken by vouchers, closed.
func (l *look) periodState(p *PeriodOutput, persons map[string]string) web.Cell {
	switch {
	case p.Closed:
		return web.State("closed", l.t("periods.closed"))
	case p.Proposal == nil:
		return web.State("draft", l.t("periods.open"))
	case p.Proposal.overtaken():
		return web.State("yellow", l.t("periods.overtaken"))
	default:
		return web.State("half", l.t("periods.proposed", persons[p.Proposal.ProposedBy]))
	}
}

// lastDayOf is the last day of a period; of those beyond the months, of the year.
func lastDayOf(p accounting.Period) accounting.Date {
	return accounting.NewDate(p.Year(), time.Month(min(p.Month(), 12)), 1).LastOfMonth()
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
