package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

func bankPath(account string, rest ...string) string {
	return strings.Join(append([]string{"/bank", url.PathEscape(account)}, rest...), "/")
}

func bankTwin(account string, month accounting.Period) string {
	return base + "/bank-reconciliation/" + url.PathEscape(account) + "/" + month.String()
}

// bankPage lists the accounts with a bank.
func (s *Server) bankPage(l *look) (*answer, error) { return s.askBankAccount(l, nil) }

func (s *Server) askBankAccount(l *look, wrong *web.Problem) (*answer, error) {
	out, err := s.bankAccounts(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "bank-accounts", Caption: l.t("lists.accounts"), Empty: l.t("lists.no_accounts"), Count: len(out.Body.Accounts), Counted: true, Columns: web.Columns(web.C(web.TextColumn, "lists.account"), web.C(web.TextColumn, "field.bank"), web.C(web.TextColumn, "column.account"),
		web.C(web.TextColumn, "column.unit"), web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "lists.statements"))}
	for _, a := range out.Body.Accounts {
		statements := web.Text(l.t("lists.no_statement"))
		if a.Until != nil {
			until := accounting.Period(*a.Until)
			statements = web.Text(l.t("lists.from_until", accounting.Period(*a.From), until)).To(bankPath(a.Number, until.String()))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(a.Number).To(bankPath(a.Number)), web.Text(a.Bank), web.Text(a.Account), l.names.unit(a.Unit), l.names.project(a.Project), statements}})
	}
	data := sectionsData{Lead: l.t("lists.bank_lead"), Sections: []section{{Table: t}}}
	if l.who.Role == "budget_officer" {
		kinds := []web.Option{}
		for _, code := range []string{"1002.01", "1002.02"} {
			kinds = append(kinds, web.Option{Value: code, Text: code + " " + l.t("lists.account."+code), Chosen: code == l.values.Get("ledger_account")})
		}
		set, err := s.registered(l, 0, "nodes", "units")
		if err != nil {
			return nil, err
		}
		chosen := func(name, registry string) web.Field {
			f := web.Field{Name: name, Label: l.t("column." + name), Kind: web.ChoiceField, Options: []web.Option{{Text: l.t("lists.all_of_unit")}}}
			if name == "unit" {
				f.Options[0].Text = l.t("lists.unit_of_project")
			}
			for _, o := range set[registry] {
				o.Chosen = o.Value == l.values.Get(name)
				f.Options = append(f.Options, o)
			}
			return f
		}
		data.Sections = append(data.Sections, section{Title: l.t("lists.register_account"), Form: &web.Form{Action: "/bank", Key: l.key(), Error: wrong, Lead: l.t("lists.register_lead"), Submit: l.t("lists.register_account"), Fields: []web.Field{
			{Name: "number", Label: l.t("lists.account"), Kind: web.TextField, Required: true, Value: l.values.Get("number")}, {Name: "bank", Label: l.t("field.bank"), Kind: web.TextField, Required: true, Value: l.values.Get("bank")},
			{Name: "ledger_account", Label: l.t("column.account"), Kind: web.ChoiceField, Options: kinds}, chosen("project", "nodes"), chosen("unit", "units")}}})
	}
	a := &answer{template: "sections", title: l.t("page.bank"), list: t, data: data}
	if wrong != nil {
		a.status = http.StatusUnprocessableEntity
	}
	return a, nil
}

func (s *Server) registerBankAccountByPage(l *look) (*answer, error) {
	in := newBankAccountRequest{KeyHeader{l.key()}, projects.NewBankAccount{Number: strings.TrimSpace(l.values.Get("number")), Bank: strings.TrimSpace(l.values.Get("bank")), Account: l.values.Get("ledger_account"), Unit: l.values.Get("unit"), Project: l.values.Get("project")}}
	out, err := s.registerBankAccount(l.ctx, &in)
	switch {
	case err == nil:
		return goTo("/bank?done=bank_account&what=" + url.QueryEscape(out.Body.Number))
	case unsaid(err):
		return nil, err
	default:
		return s.askBankAccount(l, s.wrong(l, err))
	}
}

// bankAccountPage shows an account's chain of statements: each opens with what the month before closed with.
func (s *Server) bankAccountPage(l *look) (*answer, error) {
	number := l.Param("account")
	out, err := s.bankMonths(l.ctx, &bankMonthsRequest{Account: number})
	if err != nil {
		return nil, err
	}
	a := out.Body.Account
	t := &web.Table{Name: "statements", Caption: l.t("lists.chain"), Empty: l.t("lists.no_statements"), Count: len(out.Body.Months), Counted: true, Columns: web.Columns(web.C(web.DayColumn, "field.month"), web.C(web.MoneyColumn, "lists.opening"), web.C(web.MoneyColumn, "lists.received"), web.C(web.MoneyColumn, "lists.paid"),
		web.C(web.MoneyColumn, "lists.closing"), web.C(web.NumberColumn, "lists.lines"), web.C(web.StateColumn, "lists.follows"), web.C(web.TextColumn, "lists.bank_sheet"))}
	var next accounting.Period
	for n, m := range out.Body.Months {
		follows := web.State("ok", l.t("lists.first_statement"))
		if n > 0 {
			follows = web.State("ok", l.t("lists.as_before", out.Body.Months[n-1].Of))
			if !m.Opening.Equal(out.Body.Months[n-1].Closing) {
				follows = web.State("yellow", l.t("lists.not_as_before", out.Body.Months[n-1].Of))
			}
		}
		lines := bankPath(number, m.Of, "lines")
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(m.Of).To(bankPath(number, m.Of)), web.Yuan(m.Opening), web.Yuan(m.Received).To(lines), web.Yuan(m.Paid).To(lines), web.Yuan(m.Closing), web.Number(m.Lines).To(lines), follows,
			web.Text(l.t("lists.bank_sheet")).To(bankPath(number, m.Of))}})
		next = m.Month + 1
		if m.Month.Month() == 12 {
			next = accounting.Period((m.Month.Year()+1)*100 + 1)
		}
	}
	data := sectionsData{Facts: l.accountFacts(a), Sections: []section{{Table: t}}}
	if holds(projects.Importers("bank-statement"), l.who.Role) {
		bring := "/imports/new?" + url.Values{"kind": {"bank-statement"}, "account": {number}}.Encode()
		if len(out.Body.Months) > 0 {
			bring += "&month=" + next.String()
		}
		data.Actions = []web.MenuItem{{Title: l.t("lists.bring_statement"), Path: bring, Here: true}}
		data.Sections = append(data.Sections, section{Title: l.t("lists.match_again"), Note: l.t("lists.match_again_note"), Form: &web.Form{Action: bankPath(number, "match"), Key: l.key(), Submit: l.t("lists.match_again")}})
	}
	return &answer{template: "sections", title: a.Bank + " " + number, list: t, data: data}, nil
}

func (l *look) accountFacts(a projects.OwnBankAccount) []web.Fact {
	facts := []web.Fact{fact(l.t("lists.account"), web.Text(a.Number).To(bankPath(a.Number))), fact(l.t("field.bank"), web.Text(a.Bank)), fact(l.t("column.account"), web.Text(a.Account+" "+l.t("lists.account."+a.Account))), fact(l.t("column.unit"), l.names.unit(a.Unit))}
	if a.Project != "" {
		facts = append(facts, fact(l.t("column.project"), l.names.project(a.Project)))
	}
	return facts
}

func (s *Server) matchBankByPage(l *look) (*answer, error) {
	number := l.Param("account")
	out, err := s.matchBank(l.ctx, &matchBankRequest{KeyHeader{l.key()}, number})
	if err != nil {
		return nil, err
	}
	return goTo(bankPath(number) + "?done=bank_matched&what=" + url.QueryEscape(l.t("lists.count", out.Body.Found)))
}

// bankSheetPage is 余额调节表 of an account at the end of a month, with what is open and what was found by what.
func (s *Server) bankSheetPage(l *look) (*answer, error) { return s.askBankSheet(l, nil, nil) }

func (s *Server) askBankSheet(l *look, wrong, unpaired *web.Problem) (*answer, error) {
	number := l.Param("account")
	month, err := calendarMonth(l.Param("month"))
	if err != nil {
		return nil, err
	}
	out, err := s.bankSheet(l.ctx, &bankSheetRequest{Account: number, Month: Month{month}})
	if err != nil {
		return nil, err
	}
	sheet := out.Body
	data := sectionsData{Facts: slices.Concat(l.accountFacts(sheet.Account), l.statementFacts(sheet), l.keptFacts(sheet.Kept)), Actions: []web.MenuItem{{Title: l.t("lists.print"), Path: bankTwin(number, month) + "/print", Here: true}, {Title: l.t("lists.workbook"), Path: bankTwin(number, month) + "/workbook"}}}
	if sheet.Bank == nil && holds(projects.Importers("bank-statement"), l.who.Role) {
		data.Actions = append(data.Actions, web.MenuItem{Title: l.t("lists.bring_statement"), Path: "/imports/new?" + url.Values{"kind": {"bank-statement"}, "account": {number}, "month": {month.String()}}.Encode()})
	}
	items := l.bankItemTable(sheet, holds(projects.Importers("bank-statement"), l.who.Role))
	open := section{Table: items, Note: l.t("lists.bank_items_note")}
	if len(sheet.Items) > 0 && holds(projects.Importers("bank-statement"), l.who.Role) {
		fields, err := s.reasonFields(l)
		if err != nil {
			return nil, err
		}
		open.Choose = &web.Form{Action: bankPath(number, month.String()), Key: l.key(), Error: wrong, Submit: l.t("lists.explain_ticked"), Fields: fields}
	}
	data.Sections = []section{{Table: l.balanceTable(sheet)}, open}
	data.Sections = append(data.Sections, l.pairing(sheet, unpaired)...)
	data.Sections = append(data.Sections, section{Table: l.matchTable(sheet), More: l.monthsAround(number, month)})
	a := &answer{template: "sections", title: l.t("lists.bank_sheet_of", sheet.Account.Bank, number, month), data: data}
	if wrong != nil || unpaired != nil {
		a.status = http.StatusUnprocessableEntity
	}
	return a, nil
}

func (l *look) statementFacts(sheet *projects.BankReconciliation) []web.Fact {
	in := web.State("yellow", l.t("lists.not_in"))
	if sheet.Bank != nil {
		in = web.State("ok", l.t("lists.is_in")).To(bankPath(sheet.Account.Number, sheet.Month.String(), "lines"))
	}
	apart := web.Text("—")
	if sheet.Apart != nil {
		if apart = web.State("ok", l.t("lists.no_difference")); !sheet.Apart.IsZero() {
			apart = web.Yuan(*sheet.Apart)
		}
	}
	return []web.Fact{fact(l.t("lists.statement"), in), fact(l.t("lists.apart"), apart)}
}

// balanceTable is the sheet as people know it: our side and the bank's beside each other, both coming to the same.
func (l *look) balanceTable(s *projects.BankReconciliation) *web.Table {
	t := &web.Table{Name: "bank-sheet", Fits: true, Caption: l.t("lists.bank_sheet"), Columns: web.Columns(web.C(web.TextColumn, "lists.our_side"), web.C(web.MoneyColumn, "column.amount"), web.C(web.TextColumn, "lists.bank_side"), web.C(web.MoneyColumn, "column.amount"))}
	row := func(ours string, a web.Cell, theirs string, b web.Cell) web.Row {
		return web.Row{Cells: []web.Cell{web.Text(l.t("lists.sheet." + ours)), a, web.Text(l.t("lists.sheet." + theirs)), b}}
	}
	ledger := web.Yuan(s.Ledger)
	q := url.Values{"as_of": {monthEnd(s.Month).String()}}
	if s.Account.Project != "" {
		q.Set("project", s.Account.Project)
	} else {
		q.Set("unit", s.Account.Unit)
	}
	ledger = ledger.To("/accounts/" + s.Account.Account + "?" + q.Encode())
	bank := web.Maybe(s.Bank)
	if s.Bank != nil {
		bank = bank.To(bankPath(s.Account.Number, s.Month.String(), "lines"))
	}
	t.Rows = []web.Row{row("ledger", ledger, "bank", bank), row("bank_in", web.Yuan(s.BankIn), "unit_in", web.Yuan(s.UnitIn)), row("bank_out", web.Yuan(s.BankOut), "unit_out", web.Yuan(s.UnitOut)),
		{Class: "group", Cells: row("adjusted", web.Yuan(s.Adjusted), "adjusted", web.Maybe(s.BankSide)).Cells}}
	return t
}

func (l *look) bankItemTable(s *projects.BankReconciliation, tick bool) *web.Table {
	t := &web.Table{Name: "bank-items", Caption: l.t("lists.bank_items"), Empty: l.t("lists.no_bank_items"), Count: len(s.Items), Counted: true, Columns: web.Columns(web.C(web.TextColumn, "lists.item_kind"), web.C(web.DayColumn, "column.date"), web.C(web.MoneyColumn, "column.amount"), web.C(web.TextColumn, "column.voucher"),
		web.C(web.TextColumn, "lists.about"), web.C(web.NumberColumn, "lists.age"), web.C(web.TextColumn, "field.reason"), web.C(web.TextColumn, "lists.owner"))}
	for _, i := range s.Items {
		day := web.Text(l.t("lists.at_beginning"))
		if !i.Date.IsZero() {
			day = web.Day(i.Date)
		}
		row := web.Row{Cells: []web.Cell{web.Text(web.Said(l.lang, i.Side)), day, web.Yuan(i.Amount), voucherCell(i.Voucher), web.Text(strings.TrimSpace(strings.Join([]string{i.Memo, i.Party, i.Serial}, " "))), web.Number(i.Days), l.given(i.Reason), web.Text(i.Owner)}}
		if tick {
			row.Select = i.ID.String()
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// monthsAround lead to the sheets before and after.
func (l *look) monthsAround(number string, month accounting.Period) []web.MenuItem {
	before, after := month-1, month+1
	if month.Month() == 1 {
		before = accounting.Period((month.Year()-1)*100 + 12)
	}
	if month.Month() == 12 {
		after = accounting.Period((month.Year()+1)*100 + 1)
	}
	items := []web.MenuItem{{Title: l.t("lists.month_before", before), Path: bankPath(number, before.String())}, {Title: l.t("lists.month_after", after), Path: bankPath(number, after.String())}, {Title: l.t("lists.chain"), Path: bankPath(number)}}
	if l.who.ReadsAll() {
		items = append(items, web.MenuItem{Title: l.t("lists.month_of", month), Path: "/months/" + month.String()})
	}
	return items
}

// explainBankItemsByPage gives the ticked items one reason and owner; each is a command of its own.
func (s *Server) explainBankItemsByPage(l *look) (*answer, error) {
	number, key, ids := l.Param("account"), l.key(), l.ticked()
	month, err := calendarMonth(l.Param("month"))
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return s.askBankSheet(l, &web.Problem{Title: l.t("lists.tick_first"), Detail: l.t("lists.tick_first_detail")}, nil)
	}
	for _, id := range ids {
		in := bankReasonRequest{KeyHeader{key + "/" + id}, number, Month{month}, id, projects.BankItemReason{Reason: strings.TrimSpace(l.values.Get("reason")), Owner: l.values.Get("owner")}}
		if _, err := s.explainBankItem(l.ctx, &in); err != nil {
			if unsaid(err) {
				return nil, err
			}
			return s.askBankSheet(l, s.wrong(l, err), nil)
		}
	}
	return goTo(bankPath(number, month.String()) + "?done=explained&what=" + url.QueryEscape(l.t("lists.count", len(ids))))
}

// bankLinesPage shows a statement as it was taken in.
func (s *Server) bankLinesPage(l *look) (*answer, error) {
	number := l.Param("account")
	month, err := calendarMonth(l.Param("month"))
	if err != nil {
		return nil, err
	}
	out, err := s.bankLines(l.ctx, &bankSheetRequest{Account: number, Month: Month{month}})
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "statement", Caption: l.t("lists.statement_of", number, month), Empty: l.t("lists.statement_missing"), Count: len(out.Body.Lines), Counted: true, Columns: web.Columns(web.C(web.NumberColumn, "lists.row"), web.C(web.DayColumn, "column.date"), web.C(web.TextColumn, "column.memo"), web.C(web.TextColumn, "lists.party"),
		web.C(web.MoneyColumn, "lists.received"), web.C(web.MoneyColumn, "lists.paid"), web.C(web.MoneyColumn, "field.balance"), web.C(web.TextColumn, "lists.serial"))}
	var received, paid accounting.Money
	for _, b := range out.Body.Lines {
		received, paid = received.Add(b.Received), paid.Add(b.Paid)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Number(b.Line), web.Day(b.Date), web.Text(b.Memo), web.Text(b.Party), side(Amount{b.Received}), side(Amount{b.Paid}), web.Yuan(b.Balance), web.Text(b.Serial)}})
	}
	t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text(""), web.Yuan(received), web.Yuan(paid), web.Text(""), web.Text("")}
	return &answer{template: "sections", title: l.t("lists.statement_of", number, month), list: t, data: sectionsData{Sections: []section{{Table: t, More: []web.MenuItem{{Title: l.t("lists.bank_sheet"), Path: bankPath(number, month.String())}, {Title: l.t("lists.chain"), Path: bankPath(number)}}}}}}, nil
}
