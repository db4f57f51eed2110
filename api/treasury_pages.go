package api

import (
	"net/http"
	"net/url"
	"slices"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// treasuryTabs lead from one look at a month to the others.
func (l *look) treasuryTabs(here string, month accounting.Period) (tabs []web.MenuItem) {
	for _, t := range []struct{ name, path string }{{"lists.tab_lists", "/treasury"}, {"lists.tab_items", "/treasury/items"}, {"lists.tab_sheet", "/treasury/sheet"}} {
		tabs = append(tabs, web.MenuItem{Title: l.t(t.name), Path: t.path + "?month=" + month.String(), Here: t.path == here})
	}
	return tabs
}

// treasuryPage shows a month between the books and the treasury: its lists, how both sides stand, what came back.
func (s *Server) treasuryPage(l *look) (*answer, error) {
	month, months, err := s.monthAsked(l)
	if err != nil {
		return nil, err
	}
	sheet, err := s.sheetOf(l, month)
	if err != nil {
		return nil, err
	}
	out, err := s.listImports(l.ctx, &importsRequest{Kind: "treasury-payments"})
	if err != nil {
		return nil, err
	}
	persons, err := namesOf(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	lists := importTable(l, persons, slices.DeleteFunc(out.Body.Imports, func(i projects.Import) bool { return i.Of != month.String() }))
	lists.Caption, lists.Empty, lists.Counted = l.t("lists.lists_of", month), l.t("lists.no_treasury_list"), true
	lists.Count = len(lists.Rows)
	for n, i := range slices.DeleteFunc(out.Body.Imports, func(i projects.Import) bool { return i.Of != month.String() }) {
		lists.Rows[n].Cells[0] = lists.Rows[n].Cells[0].To("/treasury/lists/" + i.ID.String())
	}
	items, err := s.openItems(l.ctx, &openItemsRequest{Month: Month{month}, AsOf: Day{Date: monthEnd(month)}})
	if err != nil {
		return nil, err
	}
	back := l.itemTable(slices.DeleteFunc(items.Body.Items, func(i projects.TreasuryItem) bool { return i.Kind != projects.CameBack }), false)
	back.Caption, back.Empty = l.t("lists.came_back"), l.t("lists.none_came_back")
	data := sectionsData{Lead: l.t("lists.treasury_lead"), Tabs: l.treasuryTabs("/treasury", month), Search: []web.Field{l.monthField(months, month)}, Facts: l.sheetFacts(sheet), Sections: []section{{Table: lists}, {Table: back, Note: l.t("lists.came_back_note")}}}
	if holds(projects.Importers("treasury-payments"), l.who.Role) {
		data.Actions = []web.MenuItem{{Title: l.t("lists.bring", listName(l.lang, "treasury-payments")), Path: "/imports/new?kind=treasury-payments&month=" + month.String(), Here: !sheet.ListTaken}}
	}
	return &answer{template: "sections", title: l.t("lists.treasury_of", month), list: lists, data: data}, nil
}

func (s *Server) sheetOf(l *look, month accounting.Period) (*projects.TreasurySheet, error) {
	out, err := s.treasurySheet(l.ctx, &treasurySheetRequest{Month: Month{month}})
	if err != nil {
		return nil, err
	}
	sheet, ok := out.Body.(*projects.TreasurySheet)
	if !ok {
		return nil, fault.NotFound("not_found", "there is no sheet of %s", month)
	}
	return sheet, nil
}

// sheetFacts are how both sides of a month stand.
func (l *look) sheetFacts(sheet *projects.TreasurySheet) []web.Fact {
	taken := web.State("yellow", l.t("lists.not_in"))
	if sheet.ListTaken {
		taken = web.State("ok", l.t("lists.is_in"))
	}
	address := "/treasury/sheet?month=" + sheet.Month
	unnamed := web.State("ok", l.t("lists.all_named"))
	if sheet.Unnamed > 0 {
		unnamed = web.State("yellow", l.t("lists.count", sheet.Unnamed)).To("/treasury/items?state=open&month=" + sheet.Month)
	}
	return []web.Fact{fact(l.t("lists.treasury_list"), taken), fact(l.t("lists.ours"), web.Yuan(sheet.Total.Ours).To(address)), fact(l.t("lists.theirs"), web.Yuan(sheet.Total.Theirs).To(address)), fact(l.t("lists.both"), web.Yuan(sheet.Total.Both).To(address)),
		fact(l.t("lists.only_ours"), web.Yuan(sheet.Total.OnlyOurs).To(address)), fact(l.t("lists.only_theirs"), web.Yuan(sheet.Total.OnlyTheirs).To(address)), fact(l.t("lists.without_reason"), unnamed)}
}

// treasuryListPage shows the rows of a list with the line each is of and why, to be confirmed by another person.
func (s *Server) treasuryListPage(l *look) (*answer, error) { return s.askConfirm(l, nil, nil) }

func (s *Server) askConfirm(l *look, done *web.Table, wrong *web.Problem) (*answer, error) {
	out, err := s.treasuryList(l.ctx, &treasuryListRequest{Import: l.Param("id")})
	if err != nil {
		return nil, err
	}
	imports, err := s.listImports(l.ctx, &importsRequest{Kind: "treasury-payments"})
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(imports.Body.Imports, func(i projects.Import) bool { return i.ID.String() == l.Param("id") })
	var i projects.Import
	if at >= 0 {
		i = imports.Body.Imports[at]
	}
	persons, err := namesOf(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	rows, waiting, sum := l.rowTable(out.Body.Payments)
	data := sectionsData{Lead: l.t("lists.list_lead"), Problem: wrong, Facts: []web.Fact{fact(l.t("lists.source"), web.Text(i.Source)), fact(l.t("field.month"), web.Text(i.Of).To("/treasury?month="+i.Of)), fact(l.t("lists.brought_by"), web.Text(persons[i.ImportedBy].Name)),
		fact(l.t("column.at"), web.Moment(i.ImportedAt).To("/imports/"+i.ID.String()))}}
	if done != nil {
		data.Sections = append(data.Sections, section{Table: done})
	}
	part := section{Table: rows}
	mayConfirm := holds(orderDesks, l.who.Role) && i.ImportedBy != l.who.Person
	switch {
	case waiting == 0:
		part.Note = l.t("lists.nothing_to_confirm")
	case mayConfirm:
		part.Choose = &web.Form{Action: "/treasury/lists/" + l.Param("id") + "/confirm", Key: l.key(), Submit: l.t("lists.confirm_ticked"), Buttons: []web.Button{{Name: "all", Value: "yes", Text: l.t("lists.confirm_all", waiting, web.Grouped(sum.String())), Quiet: true}}}
		part.Note = l.t("lists.confirm_note")
	case holds(orderDesks, l.who.Role):
		part.Note = l.t("lists.confirm_another")
	default:
		part.Note = l.t("lists.confirm_treasury")
	}
	if !mayConfirm {
		for n := range rows.Rows {
			rows.Rows[n].Select = ""
		}
	}
	data.Sections = append(data.Sections, part, section{More: []web.MenuItem{{Title: l.t("lists.tab_items"), Path: "/treasury/items?month=" + i.Of}, {Title: l.t("lists.see_sheet"), Path: "/treasury/sheet?month=" + i.Of}}})
	a := &answer{template: "sections", title: l.t("lists.list_of", i.Of), list: rows, data: data}
	if wrong != nil {
		a.status = http.StatusUnprocessableEntity
	}
	return a, nil
}

// rowTable lists the treasury's payments; those that match an ordered line can be ticked.
func (l *look) rowTable(payments []projects.TreasuryPayment) (t *web.Table, waiting int, sum accounting.Money) {
	t = &web.Table{Name: "treasury-payments", Caption: l.t("lists.rows_of_list"), Empty: l.t("lists.no_rows"), Count: len(payments), Counted: true, Columns: web.Columns(web.C(web.TextColumn, "lists.order_number"), web.C(web.DayColumn, "column.date"), web.C(web.TextColumn, "lists.payee"),
		web.C(web.TextColumn, "field.account"), web.C(web.MoneyColumn, "column.amount"), web.C(web.TextColumn, "field.purpose"), web.C(web.TextColumn, "lists.request"), web.C(web.TextColumn, "lists.matched_by"), web.C(web.StateColumn, "column.state"))}
	var total accounting.Money
	for _, p := range payments {
		amount := p.Amount
		if p.Returned {
			amount = amount.Neg()
		}
		total = total.Add(amount)
		request, why := web.Text(""), web.Text("")
		if p.Request != "" {
			request, why = web.Text(p.Request).To("/documents/"+p.Document.String()), web.Text(web.Said(l.lang, p.Reason))
		}
		if p.Disagrees != "" {
			why.Text += l.t("lists.but", web.Said(l.lang, p.Disagrees))
		}
		state := web.State(map[string]string{"booked": "posted", "matched": "submitted", "not_needed": "cancelled", "unknown": "yellow"}[p.State], l.t("lists.row."+p.State))
		switch p.State {
		case "booked":
			state = state.To(voucherCell(accounting.VoucherNo{Period: p.Period, Number: p.Number}.String()).Link)
		case "unknown":
			state = state.To("/treasury/items/" + p.ItemID.String())
		}
		row := web.Row{Cells: []web.Cell{web.Text(p.VoucherNo), web.Day(p.Day), web.Text(p.Payee), web.Text(p.Account), web.Yuan(amount), web.Text(p.Purpose), request, why, state}}
		if p.State == "matched" && !p.Returned {
			row.Select = p.VoucherNo
			waiting, sum = waiting+1, sum.Add(amount)
		}
		t.Rows = append(t.Rows, row)
	}
	t.Sum = &total
	return t, waiting, sum
}

// confirmListByPage confirms the lines that rows of a list are of, each by itself, and shows what became of each.
func (s *Server) confirmListByPage(l *look) (*answer, error) {
	in := confirmListRequest{KeyHeader: KeyHeader{l.key()}, Import: l.Param("id")}
	if in.Body.VoucherNos = l.ticked(); len(in.Body.VoucherNos) == 0 && l.values.Get("all") == "" {
		return s.askConfirm(l, nil, &web.Problem{Title: l.t("lists.tick_first"), Detail: l.t("lists.tick_first_detail")})
	}
	if l.values.Get("all") != "" {
		in.Body.VoucherNos = nil
	}
	out, err := s.confirmList(l.ctx, &in)
	if err != nil {
		if unsaid(err) {
			return nil, err
		}
		return s.askConfirm(l, nil, s.wrong(l, err))
	}
	done := &web.Table{Name: "confirmed", Caption: l.t("lists.confirmed_rows"), Empty: l.t("lists.none_confirmed"), Columns: web.Columns(web.C(web.TextColumn, "lists.order_number"), web.C(web.TextColumn, "lists.request"), web.C(web.StateColumn, "column.state"), web.C(web.TextColumn, "column.voucher"), web.C(web.TextColumn, "column.reason"))}
	for _, p := range out.Body.Payments {
		row := web.Row{Cells: []web.Cell{web.Text(p.VoucherNo), web.Text(p.Request), web.State("confirmed", l.t("lists.was_confirmed")), web.Text(""), web.Text(web.Said(l.lang, p.Reason))}}
		if !p.Confirmed {
			row.Class, row.Cells[2], row.Cells[4] = "alert", web.State("rejected", l.t("lists.was_refused")), web.Text(title(p.Code, l.lang)+"："+web.Said(l.lang, p.Detail))
		}
		for _, r := range p.Receipts {
			row.Cells[3] = voucherCell(r.Voucher)
		}
		done.Rows = append(done.Rows, row)
	}
	l.values.Del("key")
	return s.askConfirm(l, done, nil)
}

// treasurySheetPage is 支出对账: per budget line what both have, only ours and only theirs, then what is not alike.
func (s *Server) treasurySheetPage(l *look) (*answer, error) {
	month, months, err := s.monthAsked(l)
	if err != nil {
		return nil, err
	}
	sheet, err := s.sheetOf(l, month)
	if err != nil {
		return nil, err
	}
	called, err := s.called(l)
	if err != nil {
		return nil, err
	}
	t := l.sheetTable(sheet, called)
	entries := l.entryTable(sheet)
	address := base + "/treasury-reconciliation/" + month.String()
	data := sectionsData{Lead: l.t("lists.sheet_lead"), Tabs: l.treasuryTabs("/treasury/sheet", month), Search: []web.Field{l.monthField(months, month)}, Facts: append(l.sheetFacts(sheet), l.keptFacts(sheet.Kept)...), Sections: []section{{Table: t}, {Table: entries, Note: l.t("lists.entries_note")}},
		Actions: []web.MenuItem{{Title: l.t("lists.print"), Path: address + "/print", Here: true}, {Title: l.t("lists.workbook"), Path: address + "?format=xlsx"}}}
	return &answer{template: "sections", title: l.t("lists.sheet_of", month), list: t, wan: true, data: data}, nil
}

func (l *look) sheetTable(sheet *projects.TreasurySheet, called *namesHere) *web.Table {
	t := &web.Table{Name: "treasury-sheet", Caption: l.t("lists.treasury_sheet"), Empty: l.t("lists.sheet_empty"), Wan: l.wan(), Columns: web.Columns(web.C(web.TextColumn, "column.budget_line"), web.C(web.TextColumn, "column.project"), web.C(web.MoneyColumn, "lists.ours"), web.C(web.MoneyColumn, "lists.theirs"),
		web.C(web.MoneyColumn, "lists.both"), web.C(web.MoneyColumn, "lists.only_ours"), web.C(web.MoneyColumn, "lists.only_theirs"))}
	figures := func(f projects.SheetFigures) []web.Cell {
		return []web.Cell{web.Yuan(f.Ours), web.Yuan(f.Theirs), web.Yuan(f.Both), web.Yuan(f.OnlyOurs), web.Yuan(f.OnlyTheirs)}
	}
	for _, line := range sheet.Lines {
		name, cells := web.Text(line.BudgetLine), figures(line.SheetFigures)
		if line.BudgetLine == "" {
			name = web.Text(l.t("lists.no_budget_line"))
		} else {
			cells[0] = cells[0].To("/accounts/9401?" + url.Values{"project": {line.Project}, "budget_line": {line.BudgetLine}, "from": {sheet.Month + "-01"}, "as_of": {monthEnd(sheet.Of).String()}}.Encode())
		}
		cells[1] = cells[1].To("/treasury?month=" + sheet.Month)
		row := web.Row{Cells: append([]web.Cell{name, called.project(line.Project)}, cells...)}
		if !line.OnlyOurs.IsZero() || !line.OnlyTheirs.IsZero() {
			row.Class = "alert"
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) > 0 {
		t.Total = append([]web.Cell{web.Text(l.t("table.sum")), web.Text("")}, figures(sheet.Total)...)
	}
	return t
}

// entryTable lists what is not on both sides alike; what needs a reason leads to where it is given.
func (l *look) entryTable(sheet *projects.TreasurySheet) *web.Table {
	t := &web.Table{Name: "entries", Caption: l.t("lists.entries"), Empty: l.t("lists.no_entries"), Count: len(sheet.Entries), Counted: true, Columns: web.Columns(web.C(web.TextColumn, "column.voucher"), web.C(web.TextColumn, "lists.side"), web.C(web.TextColumn, "column.budget_line"), web.C(web.DayColumn, "column.date"),
		web.C(web.MoneyColumn, "column.amount"), web.C(web.TextColumn, "lists.request"), web.C(web.TextColumn, "lists.detail"), web.C(web.TextColumn, "field.reason"), web.C(web.TextColumn, "lists.owner"))}
	for _, e := range sheet.Entries {
		voucher, reason := voucherCell(e.Voucher), web.Text(e.Reason)
		if e.Item != nil {
			reason = l.given(e.Reason).To("/treasury/items/" + e.Item.String())
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{voucher, web.Text(l.t("lists.side." + e.Side)), web.Text(e.BudgetLine), web.Day(e.Day), web.Yuan(e.Amount), web.Text(e.Request), web.Text(l.detail(e.Detail)), reason, web.Text(l.personName(e.Owner))}})
	}
	return t
}
