package api

import (
	"net/http"
	"strconv"
	"strings"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// pairing offers 手工勾对: an open item of the bank and one of the books that are the same, where the month is open.
func (l *look) pairing(s *projects.BankReconciliation, wrong *web.Problem) []section {
	if !holds(orderDesks, l.who.Role) || s.Kept != nil {
		return nil
	}
	bank := web.Field{Name: "bank_item", Label: l.t("lists.bank_side"), Kind: web.ChoiceField, Required: true, Options: []web.Option{{Text: l.t("form.choose")}}}
	ours := web.Field{Name: "our_item", Label: l.t("lists.our_side"), Kind: web.ChoiceField, Required: true, Options: []web.Option{{Text: l.t("form.choose")}}}
	for _, i := range s.Items {
		of := &bank
		switch {
		case strings.HasPrefix(i.Side, "unit"):
			of = &ours
		case !strings.HasPrefix(i.Side, "bank"):
			continue
		}
		said := strings.TrimSpace(strings.Join([]string{i.Date.String(), web.Said(l.lang, i.Side), web.Grouped(i.Amount.String()), i.Voucher, i.Memo, i.Party, i.Serial}, " "))
		of.Options = append(of.Options, web.Option{Value: i.ID.String(), Text: said, Chosen: i.ID.String() == l.values.Get(of.Name)})
	}
	if len(bank.Options) == 1 || len(ours.Options) == 1 {
		return nil
	}
	why := web.Field{Name: "because", Label: l.t("field.reason"), Kind: web.TextField, Required: true, Wide: true, Value: l.values.Get("because")}
	return []section{{Title: l.t("lists.pair"), Form: &web.Form{Action: bankPath(s.Account.Number, s.Month.String(), "matches"), Key: l.key(), Error: wrong, Lead: l.t("lists.pair_lead"), Submit: l.t("lists.pair"), Fields: []web.Field{bank, ours, why}}}}
}

func (s *Server) pairByPage(l *look) (*answer, error) {
	number := l.Param("account")
	in := bankPairRequest{KeyHeader: KeyHeader{l.key()}, Account: number}
	in.Body.Reason = strings.TrimSpace(l.values.Get("because"))
	var err error
	if in.Body.Bank, err = accounting.ParseID(l.values.Get("bank_item")); err == nil {
		in.Body.Ours, err = accounting.ParseID(l.values.Get("our_item"))
	}
	if err != nil {
		err = fault.Invalid("request_invalid", "%s", l.t("lists.pair_both"))
	} else {
		_, err = s.matchBankItems(l.ctx, &in)
	}
	switch {
	case err == nil:
		return goTo(bankPath(number, l.Param("month")) + "?done=bank_paired")
	case unsaid(err):
		return nil, err
	default:
		return s.askBankSheet(l, nil, s.wrong(l, err))
	}
}

// matchTable lists what was found of the month's statement, and by what; a match of an open month can be taken apart.
func (l *look) matchTable(s *projects.BankReconciliation) *web.Table {
	t := &web.Table{Name: "bank-matches", Caption: l.t("lists.bank_matches"), Empty: l.t("lists.no_matches"), Count: len(s.Matches), Counted: true, Columns: web.Columns(web.C(web.NumberColumn, "lists.row"), web.C(web.DayColumn, "column.date"), web.C(web.MoneyColumn, "column.amount"), web.C(web.TextColumn, "column.voucher"),
		web.C(web.TextColumn, "lists.matched_by"), web.C(web.TextColumn, "field.reason"), web.C(web.TextColumn, "lists.pair_undo"))}
	for _, m := range s.Matches {
		because, undo := web.Text(""), web.Text("")
		if m.Because != "" {
			because = web.Text(m.Because + "（" + l.personName(m.By) + "）")
		}
		if holds(orderDesks, l.who.Role) && s.Kept == nil {
			undo = web.Text(l.t("lists.pair_undo_line", m.Line)).To(bankPath(s.Account.Number, s.Month.String(), "matches", strconv.Itoa(m.Line)))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Number(m.Line).To(bankPath(s.Account.Number, s.Month.String(), "lines")), web.Day(m.Date), web.Yuan(m.Amount), voucherCell(m.Voucher), web.Text(l.t("lists.bank_match." + m.Reason)), because, undo}})
	}
	return t
}

// matchPage asks why a match is taken apart.
func (s *Server) matchPage(l *look) (*answer, error) { return s.askEndMatch(l, nil) }

func (s *Server) askEndMatch(l *look, wrong *web.Problem) (*answer, error) {
	number := l.Param("account")
	month, err := calendarMonth(l.Param("month"))
	if err != nil {
		return nil, err
	}
	out, err := s.bankSheet(l.ctx, &bankSheetRequest{Account: number, Month: Month{month}})
	if err != nil {
		return nil, err
	}
	back := section{More: []web.MenuItem{{Title: l.t("lists.bank_sheet"), Path: bankPath(number, month.String())}}}
	for _, m := range out.Body.Matches {
		if strconv.Itoa(m.Line) != l.Param("line") {
			continue
		}
		reason := web.Field{Name: "reason", Label: l.t("field.reason"), Kind: web.AreaField, Wide: true, Required: true, Value: l.values.Get("reason")}
		data := sectionsData{Lead: l.t("lists.pair_undo_lead"), Facts: []web.Fact{fact(l.t("lists.row"), web.Number(m.Line)), fact(l.t("column.date"), web.Day(m.Date)), fact(l.t("column.amount"), web.Yuan(m.Amount)), fact(l.t("column.voucher"), voucherCell(m.Voucher)), fact(l.t("lists.matched_by"), web.Text(l.t("lists.bank_match."+m.Reason)))},
			Sections: []section{{Form: &web.Form{Action: bankPath(number, month.String(), "matches", l.Param("line")), Key: l.key(), Error: wrong, Submit: l.t("lists.pair_undo"), Fields: []web.Field{reason}}}, back}}
		a := &answer{template: "sections", title: l.t("lists.pair_undo_line", m.Line), data: data}
		if wrong != nil {
			a.status = http.StatusUnprocessableEntity
		}
		return a, nil
	}
	return nil, fault.NotFound("document_unknown", "line %s of %s is not matched", l.Param("line"), month)
}

func (s *Server) endMatchByPage(l *look) (*answer, error) {
	number := l.Param("account")
	month, err := calendarMonth(l.Param("month"))
	if err != nil {
		return nil, err
	}
	line, err := strconv.Atoi(l.Param("line"))
	if err != nil {
		return nil, fault.NotFound("document_unknown", "there is no such line")
	}
	in := unmatchBankRequest{KeyHeader: KeyHeader{l.key()}, Account: number, Month: Month{month}, Line: line}
	in.Body.Reason = strings.TrimSpace(l.values.Get("reason"))
	if _, err := s.endBankMatch(l.ctx, &in); err != nil {
		if unsaid(err) {
			return nil, err
		}
		return s.askEndMatch(l, s.wrong(l, err))
	}
	return goTo(bankPath(number, month.String()) + "?done=bank_unpaired")
}
