package api

import (
	"net/url"
	"slices"
	"strings"

	"mingzhang/accounting"
	"mingzhang/api/web"
)

// trialBalancePage is the 科目余额表: a table for each basis, whose debits equal its credits, every figure a link to its lines.
func (s *Server) trialBalancePage(l *look) (*answer, error) {
	in := trialBalanceRequest{Whose: l.whoseAsked(), Account: strings.TrimSpace(l.values.Get("account")), Basis: l.values.Get("basis"), By: l.values.Get("by")}
	var err error
	if in.Cut, err = s.cutAsked(l); err != nil {
		return nil, err
	}
	if in.From, err = l.monthAsked("from"); err != nil {
		return nil, err
	}
	if in.From.Period == 0 {
		in.From.Period = accounting.Period(in.AsOf.Year()*100 + 1)
	}
	if in.By == "" {
		in.By = "account"
	}
	out, err := s.trialBalance(l.ctx, &in)
	if err != nil {
		return nil, err
	}
	b := balanceView{l: l, in: &in, cut: l.cutQuery(in.AsOf.Date)}
	var sections []section
	check := &web.Table{Caption: l.t("trial.check"), Wan: l.wan(), Columns: web.Columns(web.C(web.TextColumn, "column.basis"), web.C(web.MoneyColumn, "trial.opening_debit"), web.C(web.MoneyColumn, "trial.opening_credit"),
		web.C(web.MoneyColumn, "trial.year_debit"), web.C(web.MoneyColumn, "trial.year_credit"), web.C(web.MoneyColumn, "trial.closing_debit"), web.C(web.MoneyColumn, "trial.closing_credit"), web.C(web.StateColumn, "trial.balanced"))}
	whole := &web.Table{Name: "trial-balance", Caption: l.t("page.trial_balance"), Columns: append(web.Columns(web.C(web.TextColumn, "column.basis")), b.columns()...)}
	for _, basis := range bases {
		if in.Basis != "" && in.Basis != basis {
			continue
		}
		rows := slices.DeleteFunc(slices.Clone(out.Body.Rows), func(r TrialBalanceRow) bool { return r.Basis != basis })
		t, sums := b.table(basis, rows)
		sections = append(sections, section{Table: t})
		check.Rows = append(check.Rows, sums.row(l, basis))
		for _, r := range append(slices.Clone(t.Rows), web.Row{Cells: t.Total}) {
			if len(r.Cells) > 0 {
				whole.Rows = append(whole.Rows, web.Row{Cells: append([]web.Cell{web.Text(l.t("basis." + basis))}, r.Cells...), Class: r.Class})
			}
		}
	}
	sections = append([]section{{Table: check, Note: l.t("trial.check_note")}}, sections...)
	scope, err := s.scopeFields(l)
	if err != nil {
		return nil, err
	}
	filters := append([]web.Field{l.dayField("as_of", "column.as_of", in.AsOf.Date), {Name: "from", Label: l.t("trial.from"), Kind: web.TextField, Value: in.From.String(), Help: l.t("help.month")}}, scope...)
	filters = append(filters, l.checkField("below", "books.below"), l.basisField(), l.choiceOf("by", "trial.by", in.By, "account", "project", "budget_line"), l.choiceOf("level", "trial.level", l.values.Get("level"), "", "1"),
		l.textField("account", "column.account", "help.account"), l.textField("known_at", "column.known_at", "help.known_at"), l.checkField("after_closing", "books.after_closing"))
	data := moneyList{Filters: filters, sectionsData: sectionsData{Lead: l.t("trial.lead"), Sections: sections}}
	return &answer{template: "money_list", title: l.t("page.trial_balance"), list: whole, wan: true, data: data}, nil
}

// choiceOf is a field with a few words, the text of each NAME.WORD.
func (l *look) choiceOf(name, label, value string, words ...string) web.Field {
	f := web.Field{Name: name, Label: l.t(label), Kind: web.ChoiceField}
	for _, w := range words {
		key := label + "." + w
		if w == "" {
			key = label + ".all"
		}
		f.Options = append(f.Options, web.Option{Value: w, Text: l.t(key), Chosen: w == value})
	}
	return f
}

// balanceView draws a trial balance.
type balanceView struct {
	l   *look
	in  *trialBalanceRequest
	cut url.Values
}

func (b balanceView) columns() []web.Column {
	all := web.Columns(web.C(web.TextColumn, "column.account"))
	if b.in.By != "account" {
		all = append(all, web.C(web.TextColumn, "column.project"))
	}
	if b.in.By == "budget_line" {
		all = append(all, web.C(web.CodeColumn, "column.budget_line"))
	}
	for _, name := range []string{"opening", "month", "year", "closing"} {
		all = append(all, web.C(web.MoneyColumn, "trial."+name+"_debit"), web.C(web.MoneyColumn, "trial."+name+"_credit"))
	}
	return all
}

// balanceSums are the sums of a basis, each side by itself.
type balanceSums struct{ opening, turnover, month, closing [2]accounting.Money }

func (s *balanceSums) add(r TrialBalanceRow) {
	side := 0
	if r.Normal == "credit" {
		side = 1
	}
	s.opening[side], s.closing[side] = s.opening[side].Add(r.Opening.Money), s.closing[side].Add(r.Closing.Money)
	s.turnover[0], s.turnover[1] = s.turnover[0].Add(r.Debit.Money), s.turnover[1].Add(r.Credit.Money)
	s.month[0], s.month[1] = s.month[0].Add(r.MonthDebit.Money), s.month[1].Add(r.MonthCredit.Money)
}

func (s balanceSums) row(l *look, basis string) web.Row {
	verdict := web.State("ok", l.t("trial.equal"))
	for _, pair := range [][2]accounting.Money{s.opening, s.turnover, s.month, s.closing} {
		if off := pair[0].Sub(pair[1]); !off.IsZero() {
			verdict = web.State("failed", l.t("trial.off", web.Grouped(off.String())))
		}
	}
	return web.Row{Cells: []web.Cell{web.Text(l.t("basis." + basis)), web.Yuan(s.opening[0]), web.Yuan(s.opening[1]), web.Yuan(s.turnover[0]), web.Yuan(s.turnover[1]), web.Yuan(s.closing[0]), web.Yuan(s.closing[1]), verdict}}
}

// table is the part of one basis: accounts above their sub-accounts, and above each account's projects their sum.
func (b balanceView) table(basis string, rows []TrialBalanceRow) (*web.Table, balanceSums) {
	t := &web.Table{Dense: true, Name: "trial-balance-" + basis, Caption: b.l.t("basis." + basis), Wan: b.l.wan(), Empty: b.l.t("trial.empty"), Columns: b.columns()}
	var sums balanceSums
	for i, r := range rows {
		if r.Leaf {
			sums.add(r)
		}
		if b.l.values.Get("level") == "1" && strings.Contains(r.Account, ".") {
			continue
		}
		if b.in.By != "account" && (i == 0 || rows[i-1].Account != r.Account) {
			group := r
			for _, more := range rows[i+1:] {
				if more.Account != r.Account {
					break
				}
				group = sumRows(group, more)
			}
			group.Project, group.BudgetLine = "", ""
			t.Rows = append(t.Rows, web.Row{Class: "group", Indent: strings.Count(r.Account, "."), Cells: b.cells(group)})
		}
		row := web.Row{Cells: b.cells(r), Indent: strings.Count(r.Account, ".")}
		if !r.Leaf && b.in.By == "account" {
			row.Class = "group"
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) == 0 {
		return t, sums
	}
	t.Total = []web.Cell{web.Text(b.l.t("table.sum"))}
	for len(t.Total) < len(t.Columns)-8 {
		t.Total = append(t.Total, web.Cell{})
	}
	for _, pair := range [][2]accounting.Money{sums.opening, sums.month, sums.turnover, sums.closing} {
		t.Total = append(t.Total, web.Yuan(pair[0]), web.Yuan(pair[1]))
	}
	return t, sums
}

func sumRows(a, b TrialBalanceRow) TrialBalanceRow {
	a.Opening.Money, a.Closing.Money = a.Opening.Add(b.Opening.Money), a.Closing.Add(b.Closing.Money)
	a.Debit.Money, a.Credit.Money = a.Debit.Add(b.Debit.Money), a.Credit.Add(b.Credit.Money)
	a.MonthDebit.Money, a.MonthCredit.Money = a.MonthDebit.Add(b.MonthDebit.Money), a.MonthCredit.Add(b.MonthCredit.Money)
	return a
}

// cells are a row's, each figure leading to its lines; a balance stands on the account's normal side.
func (b balanceView) cells(r TrialBalanceRow) []web.Cell {
	cut := b.cut
	if r.Project != "" {
		cut = with(cut, "project", r.Project, "below", "")
	}
	if r.BudgetLine != "" {
		cut = with(cut, "budget_line", r.BudgetLine)
	}
	all := []web.Cell{web.Text(b.l.named(r.Account, r.Name)).To(accountLink(r.Account, cut))}
	if b.in.By != "account" {
		all = append(all, b.l.names.project(r.Project))
	}
	if b.in.By == "budget_line" {
		all = append(all, web.Code(r.BudgetLine))
	}
	from, month := b.in.From.String(), b.in.AsOf.Period().String()
	balance := func(m Amount, pairs ...string) []web.Cell {
		cell := web.Yuan(m.Money).To(linesOf(cut, append(pairs, "account", r.Account, "figure", "balance", "normal_side", r.Normal)...))
		if r.Normal == "credit" {
			return []web.Cell{{}, cell}
		}
		return []web.Cell{cell, {}}
	}
	all = append(all, balance(r.Opening, "to", before(b.in.From.Period).String())...)
	for _, x := range []struct {
		m    Amount
		from string
		side string
	}{{r.MonthDebit, month, "debit"}, {r.MonthCredit, month, "credit"}, {r.Debit, from, "debit"}, {r.Credit, from, "credit"}} {
		all = append(all, web.Yuan(x.m.Money).To(linesOf(cut, "account", r.Account, "from", x.from, "figure", x.side)))
	}
	return append(all, balance(r.Closing)...)
}

// before is the last period before one: those of closing belong to the end of their year.
func before(p accounting.Period) accounting.Period {
	if p.Month() == 1 {
		return accounting.Period((p.Year()-1)*100 + 14)
	}
	return p - 1
}
