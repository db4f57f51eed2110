package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/paper"
	"mingzhang/projects"
)

// What one print holds at most; more is asked for in parts.
const (
	mostPrintedVouchers = 3000
	mostPrintedLines    = 20_000
)

type (
	printMonthRequest struct {
		Period Month `path:"period"`
		Layout
		Unit string `query:"unit" maxLength:"64" doc:"code of an accounting unit: vouchers with lines of its projects"`
		From int    `query:"from" minimum:"1" maximum:"9999999" default:"1" doc:"first number"`
		To   int    `query:"to" minimum:"1" maximum:"9999999" default:"9999999" doc:"last number"`
	}
	printStatementRequest struct {
		Account string `path:"account" maxLength:"10" doc:"with its sub-accounts"`
		Cut
		From    Day    `query:"from" doc:"first day; 1 January of the as-of date's year when left out"`
		Unit    string `query:"unit" maxLength:"64"`
		Project string `query:"project" maxLength:"64"`
	}
)

// printMonth binds a month's vouchers: cover, 科目汇总表, vouchers.
func (s *Server) printMonth(ctx context.Context, in *printMonthRequest) (*printResponse, error) {
	unit, err := s.unitID(ctx, by(ctx).Book, in.Unit)
	if err != nil {
		return nil, err
	}
	return s.print(ctx, fmt.Sprintf("记账凭证-%s", in.Period), time.Time{}, func(ctx context.Context, p printing) (form, error) {
		var all []accounting.Posted
		q := accounting.VoucherQuery{Book: p.who.Book, From: in.Period.Period, To: in.Period.Period, Unit: unit, After: accounting.VoucherNo{Period: in.Period.Period, Number: in.From - 1}}
		for v, err := range accounting.Vouchers(ctx, p.tx, q) {
			if err != nil {
				return nil, err
			}
			if v.No.Number > in.To {
				break
			}
			if all = append(all, v); len(all) > mostPrintedVouchers {
				return nil, fault.Invalid("request_invalid", "more than %d vouchers; print them in parts by from and to", mostPrintedVouchers)
			}
		}
		if len(all) == 0 {
			return nil, fault.NotFound("voucher_unknown", "there are no vouchers of %s to print", in.Period)
		}
		names, err := p.nodeNames(ctx, all...)
		if err != nil {
			return nil, err
		}
		m := paper.Month{Of: in.Period.Period, Layout: paper.Layout(in.Layout.Layout)}
		if m.Close, err = p.closeOf(ctx, in.Period.Period); err != nil {
			return nil, err
		}
		if m.Unit, err = p.unitName(ctx, unit); err != nil {
			return nil, err
		}
		m.Vouchers = each(all, func(v accounting.Posted) paper.Voucher { return voucherForm(v, names) })
		return func(f *paper.Font, imprint paper.Imprint) ([]byte, error) { return paper.PrintMonth(f, imprint, m) }, nil
	})
}

// closeOf says who closed a period, for its cover.
func (p printing) closeOf(ctx context.Context, period accounting.Period) (c paper.Close, err error) {
	all, err := accounting.Periods(ctx, p.tx, p.who.Book)
	for _, x := range all {
		if x.Period != period || !x.Closed {
			continue
		}
		c = paper.Close{Closed: true, ClosedBy: x.ClosedBy.Name, On: dayHere(x.ClosedAt).String()}
		if x.Proposal != nil {
			c.ProposedBy, c.ProposedOn = x.Proposal.By.Name, dayHere(x.Proposal.At).String()
		}
	}
	return c, err
}

// unitName is what a unit is called on forms; of no unit it is empty.
func (p printing) unitName(ctx context.Context, unit accounting.UnitID) (string, error) {
	if unit.IsZero() {
		return "", nil
	}
	units, err := accounting.Units(ctx, p.tx, p.who.Book)
	for _, u := range units {
		if u.ID == unit {
			return u.Name, err
		}
	}
	return "", err
}

// printStatement prints an account's 明细账.
func (s *Server) printStatement(ctx context.Context, in *printStatementRequest) (*printResponse, error) {
	q := in.query(by(ctx).Book, Page{From: in.From})
	q.Account = in.Account
	var err error
	if q.Unit, q.Projects, err = s.whose(ctx, q.Book, in.Unit, in.Project); err != nil {
		return nil, err
	}
	return s.print(ctx, "明细账-"+in.Account, in.Known, func(ctx context.Context, p printing) (form, error) {
		st, err := accounting.AccountStatement(ctx, p.tx, q)
		if err != nil {
			return nil, err
		}
		names, err := projects.ProjectNames(ctx, p.tx, p.who.Book, nil)
		if err != nil {
			return nil, err
		}
		a := st.Accounts[0]
		l := paper.Ledger{Account: a.Account, Name: a.Name, Normal: a.Normal, From: q.From, To: q.AsOf, Opening: a.Opening}
		if l.From.IsZero() {
			l.From = accounting.NewDate(q.AsOf.Year(), 1, 1)
		}
		if l.Of, err = p.unitName(ctx, q.Unit); err != nil {
			return nil, err
		}
		for _, project := range q.Projects {
			l.Of = strings.TrimSpace(l.Of + " " + names[project].Code + " " + names[project].Name)
		}
		for x, err := range st.Lines {
			if err != nil {
				return nil, err
			}
			if len(l.Lines) == mostPrintedLines {
				return nil, fault.Invalid("request_invalid", "more than %d lines; print them in parts by from and as_of", mostPrintedLines)
			}
			l.Lines = append(l.Lines, ledgerLine(x, a.Account, names))
		}
		return func(f *paper.Font, imprint paper.Imprint) ([]byte, error) { return paper.PrintLedger(f, imprint, l) }, nil
	})
}

func ledgerLine(x accounting.StatementLine, account string, names map[accounting.ProjectID]projects.ProjectName) paper.LedgerLine {
	about := aboutLine(accounting.PostedLine{Project: x.Project, ProjectCode: x.ProjectCode, BudgetLineCode: x.BudgetLineCode, SubjectKind: x.SubjectKind, SubjectCode: x.SubjectCode, EconomicClass: x.EconomicClass}, names)
	if x.Account != account {
		about = x.Account + "；" + about
	}
	return paper.LedgerLine{Date: x.Date, No: x.No, Memo: x.Memo, About: about, Debit: x.Debit, Credit: x.Credit, Balance: x.Balance}
}
