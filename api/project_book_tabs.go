package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// sourceName is what a voucher is about, in words.
func (l *look) sourceName(source string, kind accounting.Kind) string {
	name := ""
	for _, e := range projects.Events() {
		if e.Code == source {
			name = eventName(l.lang, e)
			break
		}
	}
	if name == "" {
		name = l.t("project.voucher_kind.ordinary")
	}
	if kind == accounting.Reversal || kind == accounting.Correction {
		return l.t("project.voucher_kind."+string(kind), name)
	}
	return name
}

// projectVouchers is 项目专账: the vouchers of the project in its own sequence n/N, beside their numbers in the book.
func (s *Server) projectVouchers(l *look, v *projectView) error {
	q := accounting.VoucherQuery{Book: l.who.Book, Projects: v.ids, Limit: l.pageSize(tabRows) + 1}
	var err error
	if next := l.values.Get("next"); next != "" {
		if q.After, err = voucherNo(next); err != nil {
			return err
		}
	}
	var places []accounting.VoucherPlace
	t := &web.Table{Name: "vouchers-" + v.row.Code, Caption: l.t("project.vouchers"), Empty: l.t("project.no_vouchers"), Notes: []string{l.t("project.vouchers_note")}, Columns: web.Columns(web.C(web.CodeColumn, "project.place"), web.C(web.CodeColumn, "column.voucher"),
		web.C(web.DayColumn, "column.date"), web.C(web.TextColumn, "column.event"), web.C(web.TextColumn, "column.memo"), web.C(web.MoneyColumn, "project.own_debit"), web.C(web.CodeColumn, "project.document"))}
	next := ""
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if places, err = accounting.VoucherPlaces(ctx, tx, q); err != nil {
			return err
		}
		q.Found = each(places, func(p accounting.VoucherPlace) accounting.VoucherNo { return p.No })
		i := 0
		for p, err := range accounting.Vouchers(ctx, tx, q) {
			if err != nil {
				return err
			}
			if i == q.Limit-1 {
				next = fmt.Sprintf("%s/%d", places[i-1].No.Period, places[i-1].No.Number)
				break
			}
			t.Rows = append(t.Rows, l.projectVoucher(p, places[i], v.ids))
			i++
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(places) > 0 {
		t.Count, t.Counted = places[0].Of, true
	}
	l.turn(t, "next", next)
	v.Sections, v.list = []projectSection{{Table: t}}, t
	return nil
}

func (l *look) projectVoucher(p accounting.Posted, place accounting.VoucherPlace, ids []accounting.ProjectID) web.Row {
	var debit accounting.Money
	for _, line := range p.Lines {
		if slices.Contains(ids, line.Project) {
			debit = debit.Add(line.Debit)
		}
	}
	to := fmt.Sprintf("/vouchers/%s/%d", p.No.Period, p.No.Number)
	document := web.Text("")
	if p.Document != uuid.Nil {
		document = web.Code(l.t("project.open_document")).To("/documents/" + p.Document.String())
	}
	row := web.Row{Cells: []web.Cell{web.Code(fmt.Sprintf("%d/%d", place.Place, place.Of)), web.Code(p.No.String()).To(to), web.Day(p.Date), web.Text(l.sourceName(p.Source, p.Kind)), web.Text(p.Memo), web.Yuan(debit).To(to), document}}
	if p.Kind == accounting.Reversal {
		row.Class = "alert"
	}
	return row
}

// ledgerFigures are those whose lines a page shows, in the order of the choice.
var ledgerFigures = []string{"approved", "to_issue", "issued", "available", "frozen", "held_by_contract", "held_by_request", "executed", "executed_total", "certified", "advance", "payable", "retention"}

// projectLines is 台账: what a figure or an account is made of, with the balance after each line; without one, every account
// of the project.
func (s *Server) projectLines(l *look, v *projectView) error {
	q := accounting.StatementQuery{Book: l.who.Book, AsOf: v.asOf, Unit: v.unit, Projects: v.ids}
	page := Page{Limit: l.pageSize(tabRows), Next: l.values.Get("next")}
	var err error
	if from := l.values.Get("from"); from != "" {
		if q.From, err = accounting.ParseDate(from); err != nil {
			return err
		}
	}
	if line := l.values.Get("line"); line != "" {
		id, err := s.directory.find(l.ctx, l.who.Book, "budget line", line)
		if err != nil {
			return err
		}
		q.BudgetLine = accounting.BudgetLineID{UUID: id}
	}
	figure, account := l.values.Get("figure"), strings.TrimSpace(l.values.Get("account"))
	report := accounting.ProjectLedger
	caption := l.t("project.all_lines")
	switch {
	case figure != "":
		report = func(ctx context.Context, db bun.IDB, q accounting.StatementQuery) (*accounting.Statement, error) {
			return accounting.FigureLines(ctx, db, q, figure)
		}
		if !slices.Contains(ledgerFigures, figure) {
			return fault.Invalid("request_invalid", "figure: there is no figure %q", figure)
		}
		caption = l.t("project.lines_of", l.t("overview.column."+figure))
	case account != "":
		q.Account, report = account, accounting.AccountStatement
		caption = l.t("project.lines_of", account)
	}
	out, err := s.statement(l.ctx, q, page, report)
	if err != nil {
		return err
	}
	s.ledgerFilters(l, v, figure, account)
	lines, err := s.lineTable(l, v, out.Body, caption, figure != "")
	if err != nil {
		return err
	}
	if lines.Name = "ledger-" + v.row.Code; figure+account != "" {
		lines.Name += "-" + figure + account
	}
	l.turn(lines, "next", out.Body.Next)
	if figure == "" {
		v.Sections = append(v.Sections, projectSection{Table: s.accountTable(l, v, out.Body.Accounts)})
	} else {
		lines.Notes = []string{l.t("project.figure_note." + noteOf(figure, q))}
	}
	v.Sections, v.list = append(v.Sections, projectSection{Table: lines}), lines
	return nil
}

// noteOf says over which time a figure adds up.
func noteOf(figure string, q accounting.StatementQuery) string {
	switch {
	case !q.From.IsZero():
		return "from"
	case !q.BudgetLine.IsZero(), figure == "executed_total", figure == "certified":
		return "years"
	case slices.Contains([]string{"advance", "payable", "retention"}, figure):
		return "balance"
	default:
		return "year"
	}
}

func (s *Server) ledgerFilters(l *look, v *projectView, figure, account string) {
	options := []web.Option{{Text: l.t("choice.all")}}
	for _, name := range ledgerFigures {
		options = append(options, web.Option{Value: name, Text: l.t("overview.column." + name), Chosen: name == figure})
	}
	v.Kept = slices.DeleteFunc(v.Kept, func(h web.Hidden) bool { return h.Name == "figure" || h.Name == "account" })
	v.Filters = append(v.Filters, web.Field{Name: "from", Label: l.t("project.from"), Kind: web.DayField, Value: l.values.Get("from")}, web.Field{Name: "figure", Label: l.t("project.figure"), Kind: web.ChoiceField, Options: options},
		web.Field{Name: "account", Label: l.t("column.account"), Kind: web.TextField, Value: account})
}

// accountTable are the accounts of a ledger; each leads to its lines.
func (s *Server) accountTable(l *look, v *projectView, accounts []AccountRow) *web.Table {
	t := &web.Table{Name: "accounts-" + v.row.Code, Caption: l.t("project.accounts"), Empty: l.t("project.no_lines"), Columns: web.Columns(web.C(web.TextColumn, "column.account"), web.C(web.MoneyColumn, "project.opening"), web.C(web.MoneyColumn, "column.debit"),
		web.C(web.MoneyColumn, "column.credit"), web.C(web.TextColumn, "project.side"), web.C(web.MoneyColumn, "project.closing"))}
	for _, a := range accounts {
		to := l.projectLink(v.row.Code, v.asOf, "tab", "ledger", "account", a.Account, "as_of", v.asOf.String(), "from", l.values.Get("from"), "unit", l.values.Get("unit"))
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(a.Account + " " + a.Name).To(to), web.Yuan(a.Opening.Money).To(to), web.Yuan(a.Debit.Money).To(to), web.Yuan(a.Credit.Money).To(to), web.Text(l.t("project.side." + a.Normal)), web.Yuan(a.Closing.Money).To(to)}})
	}
	return t
}

// lineTable are lines with the balance after each.
func (s *Server) lineTable(l *look, v *projectView, out StatementOutput, caption string, figure bool) (*web.Table, error) {
	accounts, err := accounting.Accounts(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(accounts))
	for _, a := range accounts {
		if names[a.Code] = a.NameZH; l.lang == "en" && a.NameEN != "" {
			names[a.Code] = a.NameEN
		}
	}
	balance := "project.balance"
	if figure {
		balance = "project.sum_so_far"
	}
	t := &web.Table{Caption: caption, Empty: l.t("project.no_lines"), Columns: web.Columns(web.C(web.DayColumn, "column.date"), web.C(web.CodeColumn, "column.voucher"), web.C(web.TextColumn, "column.event"), web.C(web.TextColumn, "column.memo"),
		web.C(web.TextColumn, "column.account"), web.C(web.CodeColumn, "column.project"), web.C(web.CodeColumn, "column.budget_line"), web.C(web.CodeColumn, "column.subject"), web.C(web.MoneyColumn, "column.debit"), web.C(web.MoneyColumn, "column.credit"),
		web.C(web.MoneyColumn, balance))}
	for _, line := range out.Lines {
		to := citedVoucher(line.Voucher)
		subject := web.Code(line.Subject)
		if line.SubjectKind == string(accounting.Contract) {
			subject = subject.To("/contracts/" + line.Subject)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Code(line.Date), web.Code(line.Voucher).To(to), web.Text(l.sourceName(line.Source, accounting.Kind(line.Kind))), web.Text(line.Memo), web.Text(line.Account + " " + names[line.Account]),
			web.Code(line.Project).To(l.projectLink(line.Project, v.asOf)), web.Code(line.BudgetLine), subject, notZero(line.Debit.Money, to), notZero(line.Credit.Money, to), web.Yuan(line.Balance.Money)}})
	}
	return t, nil
}

// citedVoucher is the address of a voucher cited as 2025-06 记-0012.
func citedVoucher(cited string) string {
	period, number, _ := strings.Cut(cited, " 记-")
	return "/vouchers/" + period + "/" + strings.TrimLeft(number, "0")
}

// notZero is an amount, or nothing on the side of a line that has none.
func notZero(m accounting.Money, to string) web.Cell {
	if m.IsZero() {
		return web.Text("")
	}
	return web.Yuan(m).To(to)
}
