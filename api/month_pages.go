package api

import (
	"cmp"
	"net/url"
	"slices"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// monthsPage lists the months of the book, which are closed, and the one that is closed next.
func (s *Server) monthsPage(l *look) (*answer, error) {
	next, months, err := s.monthAsked(l)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "months", Caption: l.t("lists.months"), Empty: l.t("lists.no_months"), Count: len(months), Counted: true, Columns: web.Columns(web.C(web.DayColumn, "field.month"), web.C(web.StateColumn, "column.state"), web.C(web.NumberColumn, "lists.vouchers"), web.C(web.DayColumn, "lists.closed_at"), web.C(web.TextColumn, "lists.closed_by"))}
	first := slices.IndexFunc(months, func(m accounting.PeriodState) bool { return !m.Closed })
	for i, m := range months {
		state, at := web.State("draft", l.t("lists.month_open")), web.Text("")
		if i == first {
			state = web.State("yellow", l.t("lists.month_next"))
		}
		if m.Closed {
			state, at = web.State("closed", l.t("lists.month_is_closed")), web.Moment(m.ClosedAt)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(m.Period.String()).To("/months/" + m.Period.String()), state, web.Number(m.Vouchers), at, web.Text(m.ClosedBy.Name)}})
	}
	return &answer{template: "sections", title: l.t("page.months"), list: t, data: sectionsData{Lead: l.t("lists.months_lead"), Actions: []web.MenuItem{{Title: l.t("lists.month_of", next), Path: "/months/" + next.String(), Here: true}}, Sections: []section{{Table: t}}}}, nil
}

// monthPage shows what is missing before a month can be closed, each with what mends it, and the month's files and sheets.
func (s *Server) monthPage(l *look) (*answer, error) {
	month, err := calendarMonth(l.Param("month"))
	if err != nil {
		return nil, err
	}
	out, err := s.blockers(l.ctx, &blockersRequest{Period: Month{month}})
	if err != nil {
		return nil, err
	}
	closed := slices.ContainsFunc(out.Body.Blockers, func(b BlockerOutput) bool { return b.Name == "period_closed" })
	t := l.blockerTable(out.Body.Blockers, month)
	if closed {
		t = nil
	}
	files, err := s.fileTable(l, month)
	if err != nil {
		return nil, err
	}
	state := web.State("draft", l.t("lists.month_open"))
	if closed {
		state = web.State("closed", l.t("lists.month_is_closed"))
	}
	data := sectionsData{Lead: l.t("lists.month_lead"), Facts: []web.Fact{fact(l.t("column.state"), state)}}
	if t != nil {
		data.Sections = append(data.Sections, section{Table: t})
		if len(t.Rows) == 0 {
			data.Actions = []web.MenuItem{{Title: l.t("lists.close", month), Path: "/periods/" + month.String(), Here: true}}
		}
	}
	data.Sections = append(data.Sections, section{Table: files, More: []web.MenuItem{{Title: l.t("page.treasury"), Path: "/treasury?month=" + month.String()}, {Title: l.t("page.bank"), Path: "/bank"}, {Title: l.t("page.months"), Path: "/months"}}})
	return &answer{template: "sections", title: l.t("lists.month_of", month), list: files, data: data}, nil
}

// closeBlockersShown are as many as a page lists: a year that was not carried over has hundreds.
const closeBlockersShown = 40

// blockerTable lists what stands in the way of closing a period, what comes first in time first, each with where it is mended.
func (l *look) blockerTable(blockers []BlockerOutput, period accounting.Period) *web.Table {
	t := &web.Table{Name: "missing", Caption: l.t("lists.missing"), Empty: l.t("lists.nothing_missing"), Counted: true, Count: len(blockers), Columns: web.Columns(web.C(web.TextColumn, "lists.missing_kind"), web.C(web.TextColumn, "lists.detail"), web.C(web.TextColumn, "lists.mend"))}
	rank := func(b BlockerOutput) int {
		if b.Name == "earlier_period_open" {
			return 0
		}
		return 1
	}
	blockers = slices.Clone(blockers)
	slices.SortStableFunc(blockers, func(a, b BlockerOutput) int { return cmp.Compare(rank(a), rank(b)) })
	for i, b := range blockers {
		if i == closeBlockersShown {
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(""), web.Text(l.t("periods.more_blockers", len(blockers)-i)), web.Text("")}})
			break
		}
		t.Rows = append(t.Rows, web.Row{Class: "alert", Cells: []web.Cell{web.Text(l.t("lists.blocker." + b.Name)), l.blocker(b, period), l.mend(b, period)}})
	}
	return t
}

// blocker says what stands in the way of a close; what is about an account leads to its lines.
func (l *look) blocker(b BlockerOutput, period accounting.Period) web.Cell {
	key, figures := web.KeyOf(b.Detail)
	lines := func(text string, q url.Values) web.Cell {
		q.Set("as_of", lastDayOf(period).String())
		q.Set("figure", "balance")
		return web.Text(text).To("/lines?" + q.Encode())
	}
	switch {
	case key == "hold_left":
		return lines(web.Said(l.lang, b.Detail), url.Values{"account": {"9301.04"}, "budget_line": {figures[0]}, "subject_kind": {"request"}, "subject": {figures[1]}})
	case key == "not_cleared" && l.names != nil:
		return lines(l.t("blocker.not_cleared", figures[0]+" "+l.names.nodes[figures[0]], l.account(figures[1]), web.Grouped(figures[2])), url.Values{"after_closing": {"true"}, "from": {itoa(period.Year()) + "-01"}, "account": {figures[1]}, "project": {figures[0]}})
	}
	return web.Text(web.Said(l.lang, b.Detail))
}

// named is an account as whoever looks reads it; the books keep the Chinese name with each line.
func (l *look) named(code, nameZH string) string {
	if l.lang == "zh" {
		return code + " " + nameZH
	}
	return l.account(code)
}

// account is an account's code and what the chart calls it.
func (l *look) account(code string) string {
	for _, a := range projects.Chart() {
		if a.Code == code {
			return accountText(l.lang, a)
		}
	}
	return code
}

// mend leads to where what stands in the way of closing a month is mended.
func (l *look) mend(b BlockerOutput, month accounting.Period) web.Cell {
	key, figures := web.KeyOf(b.Detail)
	to := func(text, address string, of ...any) web.Cell {
		return web.Text(l.t("lists.mend."+text, of...)).To(address)
	}
	switch key {
	case "list_missing":
		return to("list_missing", "/imports/new?kind=treasury-payments&month="+month.String())
	case "difference":
		return to("difference", "/treasury/items?state=open&month="+monthOfDay(figures[2], month))
	case "account_missing":
		return to("account_missing", "/bank?"+url.Values{"project": {figures[0]}, "ledger_account": {figures[1]}}.Encode())
	case "statement_missing":
		return to("statement_missing", "/imports/new?"+url.Values{"kind": {"bank-statement"}, "account": {figures[0]}, "month": {month.String()}}.Encode())
	case "bank_item":
		return to("bank_item", bankPath(figures[0], month.String()))
	case "earlier_open":
		return to("earlier_open", "/periods/"+dashed(figures[0]), dashed(figures[0]))
	case "hold_left":
		return to("hold_left", "/payments")
	case "not_cleared":
		return to("not_cleared", "/periods?year="+itoa(month.Year())+"#year-end")
	}
	return web.Text("")
}

// monthOfDay is the month an item of a day is of; one that is booked and not listed may be of a later one.
func monthOfDay(day string, otherwise accounting.Period) string {
	if d, err := accounting.ParseDate(day); err == nil {
		return d.Period().String()
	}
	return otherwise.String()
}

// dashed writes the period 202503 as 2025-03.
func dashed(period string) string {
	if len(period) == 6 {
		return period[:4] + "-" + period[4:]
	}
	return period
}

// fileTable shows the files and sheets of a month: the treasury's list, each account's statement.
func (s *Server) fileTable(l *look, month accounting.Period) (*web.Table, error) {
	t := &web.Table{Name: "files-of-month", Caption: l.t("lists.files_of_month", month), Columns: web.Columns(web.C(web.TextColumn, "lists.kind"), web.C(web.StateColumn, "column.state"), web.C(web.StateColumn, "lists.without_reason"), web.C(web.TextColumn, "lists.sheet_to_sign"), web.C(web.TextColumn, "lists.print"))}
	is := func(in bool) web.Cell {
		if in {
			return web.State("ok", l.t("lists.is_in"))
		}
		return web.State("draft", l.t("lists.not_in"))
	}
	named := func(n int) web.Cell {
		if n == 0 {
			return web.State("ok", l.t("lists.all_named"))
		}
		return web.State("yellow", l.t("lists.count", n))
	}
	sheet, err := s.sheetOf(l, month)
	if err != nil {
		return nil, err
	}
	at := "?month=" + month.String()
	t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(listName(l.lang, "treasury-payments")), is(sheet.ListTaken).To("/treasury" + at), named(sheet.Unnamed).To("/treasury/items" + at), web.Text(l.t("lists.treasury_sheet")).To("/treasury/sheet" + at),
		web.Text(l.t("lists.print_of", l.t("lists.treasury_sheet"))).To(base + "/treasury-reconciliation/" + month.String() + "/print")}})
	accounts, err := s.bankAccounts(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts.Body.Accounts {
		out, err := s.bankSheet(l.ctx, &bankSheetRequest{Account: a.Number, Month: Month{month}})
		if err != nil {
			return nil, err
		}
		unnamed := 0
		for _, i := range out.Body.Items {
			if i.Reason == "" {
				unnamed++
			}
		}
		page := bankPath(a.Number, month.String())
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(listName(l.lang, "bank-statement") + " " + a.Bank + " " + a.Number), is(out.Body.Bank != nil).To(page), named(unnamed).To(page), web.Text(l.t("lists.bank_sheet")).To(page),
			web.Text(l.t("lists.print_of", l.t("lists.bank_sheet"))).To(bankTwin(a.Number, month) + "/print")}})
	}
	return t, nil
}
