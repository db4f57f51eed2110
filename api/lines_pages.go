package api

import (
	"net/url"
	"strconv"
	"strings"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
)

const (
	cellLinesShown = 100
	mostExported   = 100_000 // rows of a downloaded list
)

func itoa(n int) string { return strconv.Itoa(n) }

// linesPage shows the lines that a figure of a report adds up, with their sum, which is the figure.
func (s *Server) linesPage(l *look) (*answer, error) {
	in, err := s.linesAsked(l)
	if err != nil {
		return nil, err
	}
	out, err := s.lines(l.ctx, &in)
	if err != nil {
		return nil, err
	}
	if in.Limit == mostExported && out.Body.Next != "" {
		return nil, fault.Invalid("request_invalid", "%s", l.t("lines.too_many", out.Body.Count, mostExported))
	}
	t := l.lineTable(&in, &out.Body)
	if out.Body.Next != "" {
		t.Next, _ = withQuery(l, "next", out.Body.Next)
	}
	if in.Next != "" {
		t.First, _ = withQuery(l, "next", "")
	}
	data := sectionsData{Facts: l.figureFacts(&in, &out.Body), Sections: []section{{Table: t}}}
	return &answer{template: "sections", title: l.t("page.lines"), list: t, wan: true, data: data}, nil
}

// linesAsked reads the address of a figure.
func (s *Server) linesAsked(l *look) (in linesRequest, err error) {
	if in.Cut, err = s.cutAsked(l); err != nil {
		return in, err
	}
	in.Whose, in.Basis, in.NoClosing, in.Subject, in.SubjectKind = l.whoseAsked(), l.values.Get("basis"), l.values.Get("no_closing") == "true", l.values.Get("subject"), l.values.Get("subject_kind")
	for _, a := range l.values["account"] {
		if a = strings.TrimSpace(a); a != "" {
			in.Account = append(in.Account, a)
		}
	}
	if in.From, err = l.monthAsked("from"); err != nil {
		return in, err
	}
	in.To, err = l.monthAsked("to")
	in.Limit, in.Next = cellLinesShown, l.values.Get("next")
	if l.values.Get("format") != "" {
		in.Limit, in.Next = mostExported, ""
	}
	return in, err
}

// figureFacts say what the figure is and which lines were looked for.
func (l *look) figureFacts(in *linesRequest, out *LinesOutput) []web.Fact {
	figure, name := out.Balance.Money, "lines.balance"
	switch {
	case l.values.Get("figure") == "debit":
		figure, name = out.Debit.Money, "lines.debit"
	case l.values.Get("figure") == "credit":
		figure, name = out.Credit.Money, "lines.credit"
	case l.values.Get("normal_side") == "credit":
		figure, name = figure.Neg(), "lines.credit_balance"
	}
	facts := []web.Fact{fact(l.t(name), web.Yuan(figure))}
	say := func(label, text string) {
		if text != "" {
			facts = append(facts, fact(l.t(label), web.Text(text)))
		}
	}
	say("column.account", strings.Join(in.Account, " "))
	if in.Basis != "" {
		say("column.basis", l.t("basis."+in.Basis))
	}
	if in.Project != "" {
		cell := l.names.project(in.Project)
		if in.Below {
			cell.Text += l.t("lines.and_below")
		}
		facts = append(facts, fact(l.t("column.project"), cell))
	}
	if in.Unit != "" {
		say("column.unit", l.names.units[in.Unit])
	}
	say("column.budget_line", in.BudgetLine)
	say("column.subject", l.subjectName(in.SubjectKind, in.Subject))
	if in.From.Period != 0 || in.To.Period != 0 {
		say("lines.periods", l.t("lines.from_to", periodOr(in.From, "…"), periodOr(in.To, "…")))
	}
	say("column.as_of", in.AsOf.String())
	if !in.Known.IsZero() {
		say("column.known_at", in.Known.In(web.Shanghai).Format("2006-01-02 15:04:05"))
	}
	return facts
}

func periodOr(m Month, none string) string {
	if m.Period == 0 {
		return none
	}
	return m.String()
}

func (l *look) lineTable(in *linesRequest, out *LinesOutput) *web.Table {
	t := &web.Table{Name: "lines", Caption: l.t("lines.caption"), Count: out.Count, Counted: true, Wan: l.wan(), Empty: l.t("lines.empty"), Columns: web.Columns(web.C(web.CodeColumn, "column.voucher"), web.C(web.DayColumn, "column.date"), web.C(web.TextColumn, "column.event"),
		web.C(web.TextColumn, "column.memo"), web.C(web.TextColumn, "column.account"), web.C(web.TextColumn, "column.project"), web.C(web.CodeColumn, "column.budget_line"), web.C(web.TextColumn, "column.subject"), web.C(web.MoneyColumn, "column.debit"), web.C(web.MoneyColumn, "column.credit"))}
	cut := l.cutQuery(in.AsOf.Date)
	for _, x := range out.Lines {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Code(x.Voucher).To(voucherLink(x.Period, x.Number)), saidDay(x.Date), web.Text(l.event(x.Source)), web.Text(x.Memo),
			web.Text(l.named(x.Account, x.AccountName)).To(accountLink(x.Account, cut)), l.names.project(x.Project), web.Code(x.BudgetLine), web.Text(l.subjectName(x.SubjectKind, x.Subject)), side(x.Debit), side(x.Credit)}})
	}
	t.Total = []web.Cell{web.Text(l.t("lines.total", out.Count)), {}, {}, {}, {}, {}, {}, {}, web.Yuan(out.Debit.Money), web.Yuan(out.Credit.Money)}
	return t
}

// accountLink is the address of an account's statement of the same books.
func accountLink(account string, cut url.Values) string {
	q := url.Values{}
	for _, name := range cutNames {
		if name != "basis" && cut.Get(name) != "" {
			q.Set(name, cut.Get(name))
		}
	}
	return "/accounts/" + account + "?" + q.Encode()
}

// statementPage is an account's 明细账: what was there before, its lines with the balance after each, and what they come to.
func (s *Server) statementPage(l *look) (*answer, error) {
	cut, err := s.cutAsked(l)
	if err != nil {
		return nil, err
	}
	in := accountStatementRequest{Account: l.Param("account"), Cut: cut, Whose: l.whoseAsked(), Page: Page{Limit: cellLinesShown, Next: l.values.Get("next")}}
	if day := strings.TrimSpace(l.values.Get("from")); day != "" {
		if err := in.From.UnmarshalText([]byte(day)); err != nil {
			return nil, err
		}
	} else {
		in.From.Date = accounting.NewDate(cut.AsOf.Year(), 1, 1)
	}
	if l.values.Get("format") != "" {
		in.Limit, in.Next = mostExported, ""
	}
	out, err := s.accountStatement(l.ctx, &in)
	if err != nil {
		return nil, err
	}
	a := out.Body.Accounts[0]
	t := l.statementTable(&in, &out.Body)
	scope, err := s.scopeFields(l)
	if err != nil {
		return nil, err
	}
	filters := append([]web.Field{l.dayField("from", "column.from_day", in.From.Date), l.dayField("as_of", "column.as_of", cut.AsOf.Date)}, scope...)
	filters = append(filters, l.checkField("below", "books.below"), l.textField("known_at", "column.known_at", "help.known_at"), l.checkField("after_closing", "books.after_closing"))
	print := url.Values{"as_of": {cut.AsOf.String()}, "from": {in.From.String()}}
	for _, name := range []string{"unit", "project", "after_closing"} {
		if v := l.values.Get(name); v != "" {
			print.Set(name, v)
		}
	}
	data := moneyList{Filters: filters, sectionsData: sectionsData{Facts: []web.Fact{fact(l.t("column.account"), web.Text(a.Account+" "+a.Name)), fact(l.t("column.normal_side"), web.Text(l.t("side."+a.Normal))),
		fact(l.t("books.opening"), web.Yuan(a.Opening.Money)), fact(l.t("books.closing"), web.Yuan(a.Closing.Money))},
		Actions: []web.MenuItem{{Title: l.t("document.print"), Path: "/api/v1/accounts/" + url.PathEscape(a.Account) + "/statement/print?" + print.Encode()}, {Title: l.t("page.trial_balance"), Path: "/trial-balance?" + l.cutQuery(cut.AsOf.Date).Encode()}}, Sections: []section{{Table: t}}}}
	return &answer{template: "money_list", title: l.t("page.account") + " " + a.Account + " " + a.Name, list: t, wan: true, data: data}, nil
}

func (l *look) statementTable(in *accountStatementRequest, out *StatementOutput) *web.Table {
	a := out.Accounts[0]
	t := &web.Table{Name: "account-" + a.Account, Caption: l.t("page.account") + " " + a.Account + " " + a.Name, Count: *out.Count, Counted: true, Wan: l.wan(), Columns: web.Columns(web.C(web.DayColumn, "column.date"), web.C(web.CodeColumn, "column.voucher"), web.C(web.TextColumn, "column.memo"),
		web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "column.about"), web.C(web.MoneyColumn, "column.debit"), web.C(web.MoneyColumn, "column.credit"), web.C(web.MoneyColumn, "column.balance"))}
	begin := "books.opening_row"
	if in.Next != "" {
		begin = "books.brought_forward"
		t.First, _ = withQuery(l, "next", "")
	}
	t.Rows = append(t.Rows, web.Row{Class: "group", Cells: []web.Cell{web.Text(""), web.Code(""), web.Text(l.t(begin)), {}, {}, {}, {}, web.Yuan(out.Before.Money)}})
	for _, x := range out.Lines {
		about := strings.TrimSpace(strings.Join([]string{otherThan(a.Account, x.Account), x.BudgetLine, l.subjectName(x.SubjectKind, x.Subject), x.EconomicClass}, " "))
		period, number, _ := strings.Cut(x.Voucher, " 记-")
		n, _ := strconv.Atoi(number)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{saidDay(x.Date), web.Code(x.Voucher).To(voucherLink(period, n)), web.Text(x.Memo), l.names.project(x.Project), web.Text(about), side(x.Debit), side(x.Credit), web.Yuan(x.Balance.Money)}})
	}
	if out.Next != "" {
		t.Next, _ = withQuery(l, "next", out.Next)
	}
	t.Total = []web.Cell{web.Text(l.t("lines.total", *out.Count)), {}, {}, {}, {}, web.Yuan(a.Debit.Money), web.Yuan(a.Credit.Money), web.Yuan(a.Closing.Money)}
	return t
}

// otherThan is an account under a summary account; the summary account itself needs no saying.
func otherThan(account, of string) string {
	if account == of {
		return ""
	}
	return of
}
