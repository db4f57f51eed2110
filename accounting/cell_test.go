package accounting_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Every cell of a trial balance is the sum of its lines, whatever the day, the moment of knowing and the breakdown; and the head
// of the list says the same as its lines, page by page.
func TestEveryCellOfATrialBalanceIsTheSumOfItsLines(t *testing.T) {
	t.Parallel()
	s := tell(t)
	cells := 0
	for _, q := range []accounting.TrialBalanceQuery{
		{AsOf: accounting.MustDate("2025-06-15"), Known: s.moment["before the late voucher"], By: accounting.ByProject},
		{AsOf: accounting.MustDate("2025-12-31"), AfterClosing: true, By: accounting.ByBudgetLine},
		{AsOf: accounting.MustDate("2026-02-03")},
	} {
		q.Book = s.id
		s.read(t, q.Known, func(ctx context.Context, tx bun.Tx) error {
			rows, err := accounting.TrialBalance(ctx, tx, q)
			for _, r := range rows {
				cells += s.addsUp(ctx, t, tx, q, r)
			}
			return err
		})
	}
	if cells < 150 {
		t.Errorf("only %d cells were looked at", cells)
	}
	_, err := accounting.SumCell(t.Context(), s.db, accounting.CellQuery{Book: s.id, AsOf: accounting.MustDate("2025-07-31"), Accounts: []string{"1999"}})
	if fault.Code(err) != "account_unknown" {
		t.Errorf("a cell of an account that is not in the chart: %v", err)
	}
}

// addsUp compares the cells of a row with their lines; it answers how many there were.
func (s *story) addsUp(ctx context.Context, t *testing.T, tx bun.Tx, q accounting.TrialBalanceQuery, r accounting.TrialBalanceRow) int {
	t.Helper()
	cell := accounting.CellQuery{Book: q.Book, AsOf: q.AsOf, Known: q.Known, AfterClosing: q.AfterClosing, Accounts: []string{r.Account}, BudgetLine: r.BudgetLine}
	if !r.Project.IsZero() {
		cell.Projects = []accounting.ProjectID{r.Project}
	}
	january := accounting.Period(q.AsOf.Year()*100 + 1)
	opening, year, month := cell, cell, cell
	opening.To, year.From, month.From = january-1, january, q.AsOf.Period()
	for name, c := range map[string]struct {
		q             accounting.CellQuery
		debit, credit accounting.Money
	}{"year": {year, r.Debit, r.Credit}, "month": {month, r.MonthDebit, r.MonthCredit}} {
		got := s.cell(ctx, t, tx, c.q)
		if !got.Debit.Equal(c.debit) || !got.Credit.Equal(c.credit) {
			t.Errorf("%s %s %s %s: lines %s and %s, cell %s and %s", q.AsOf, r.Account, r.ProjectCode, name, got.Debit, got.Credit, c.debit, c.credit)
		}
	}
	for _, c := range []struct {
		q    accounting.CellQuery
		want accounting.Money
	}{{opening, r.Opening}, {cell, r.Closing}} {
		got := s.cell(ctx, t, tx, c.q)
		balance := got.Debit.Sub(got.Credit)
		if r.Normal == accounting.Credit {
			balance = balance.Neg()
		}
		if !balance.Equal(c.want) {
			t.Errorf("%s %s %s: lines come to %s, cell %s", q.AsOf, r.Account, r.ProjectCode, balance, c.want)
		}
	}
	return 4
}

// cell reads the lines of a cell, seven at a time, and compares them with its head.
func (s *story) cell(ctx context.Context, t *testing.T, tx bun.Tx, q accounting.CellQuery) (sum accounting.CellSum) {
	t.Helper()
	head, err := accounting.SumCell(ctx, tx, q)
	if err != nil {
		t.Fatal(err)
	}
	q.Limit = 7
	for {
		page, err := accounting.CellLines(ctx, tx, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range page {
			sum.Lines, sum.Debit, sum.Credit = sum.Lines+1, sum.Debit.Add(l.Debit), sum.Credit.Add(l.Credit)
			q.After = accounting.CellMark{No: l.No, LineNo: l.LineNo}
		}
		if len(page) < q.Limit {
			break
		}
	}
	if sum.Lines != head.Lines || !sum.Debit.Equal(head.Debit) || !sum.Credit.Equal(head.Credit) {
		t.Errorf("%v: %d lines come to %s and %s, the head says %d, %s and %s", q.Accounts, sum.Lines, sum.Debit, sum.Credit, head.Lines, head.Debit, head.Credit)
	}
	return sum
}

// A statement read page by page is the statement, balances and all.
func TestAStatementByPagesIsTheStatement(t *testing.T) {
	t.Parallel()
	s := tell(t)
	for _, q := range []accounting.StatementQuery{
		{Account: "1613", AsOf: accounting.MustDate("2025-07-31")},
		{Account: "9301", AsOf: accounting.MustDate("2026-06-30"), From: accounting.MustDate("2025-06-11")},
		{Account: "4001.01", AsOf: accounting.MustDate("2025-12-31"), AfterClosing: true},
		{Account: "2307.01", Subject: s.subjects["HT-1"], AsOf: accounting.MustDate("2026-06-30"), From: accounting.MustDate("2025-01-01")},
		{Account: "1613", AsOf: accounting.MustDate("2025-07-31"), Known: s.moment["before the late voucher"]},
	} {
		_, want := s.statement(t, q)
		q.Book = s.id
		var got []string
		s.read(t, q.Known, func(ctx context.Context, tx bun.Tx) error {
			var after *accounting.CellMark
			for {
				p, err := accounting.PageStatement(ctx, tx, q, after, 2)
				if err != nil {
					return err
				}
				if p.Count != len(want) {
					t.Errorf("%s: %d lines, counted %d", q.Account, len(want), p.Count)
				}
				for _, l := range p.Lines {
					got = append(got, fmt.Sprintf("%s %s %s %s %s", l.Date, l.Account, l.Debit, l.Credit, l.Balance))
				}
				if after = p.Next; after == nil {
					return nil
				}
			}
		})
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s by pages:\n%s\nwhole:\n%s", q.Account, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	_, err := accounting.PageStatement(t.Context(), s.db, accounting.StatementQuery{Book: s.id, Account: "1613", AsOf: accounting.MustDate("2025-07-31")}, &accounting.CellMark{No: s.no["late"], LineNo: 2}, 2)
	if fault.Code(err) != "request_invalid" {
		t.Errorf("a page after another account's line: %v", err)
	}
}

// The head of a list of vouchers counts what the list has, also after more were posted.
func TestTheHeadOfAListOfVouchers(t *testing.T) {
	t.Parallel()
	s := tell(t)
	heads := accounting.NewVoucherHeads(s.db)
	check := func() {
		t.Helper()
		for _, q := range []accounting.VoucherQuery{{}, {From: 202506, To: 202507}, {Source: "P4"}, {Unit: s.unit, Source: "I7"}, {Project: s.project[1]}, {Search: "2025-07"}, {Search: "记-0001"}, {Search: "2025-06 记-0002"}, {Search: "420.00"}, {Search: "100%"}, {Search: "x"}} {
			q.Book = s.id
			want := accounting.VoucherSum{}
			for v, err := range accounting.Vouchers(t.Context(), s.db, q) {
				if err != nil {
					t.Fatal(err)
				}
				want.Vouchers++
				for _, l := range v.Lines {
					if !q.Project.IsZero() && l.Project != q.Project {
						continue
					}
					switch l.Basis {
					case "financial":
						want.Financial = want.Financial.Add(l.Debit)
					case "budgetary":
						want.Budgetary = want.Budgetary.Add(l.Debit)
					default:
						want.Authority = want.Authority.Add(l.Debit)
					}
				}
			}
			got, err := heads.Sum(t.Context(), accounting.Operator, q)
			if err != nil || fmt.Sprint(got.Vouchers, got.Financial, got.Budgetary, got.Authority) != fmt.Sprint(want.Vouchers, want.Financial, want.Budgetary, want.Authority) {
				t.Errorf("%+v: head %v, list %v, %v", q, got, want, err)
			}
		}
	}
	check()
	s.mustPost(t, s.entry("2026-02-20", "I5", 0, "D 9301.02 N 7", "C 9301.01 N 7"))
	check()
	places, err := accounting.UnitPlaces(t.Context(), s.db, s.id, s.unit, s.no["late"])
	if err != nil || len(places) != 1 || places[0].Place != s.no["late"].Number {
		t.Errorf("the only unit's own sequence is the book's: %+v %v", places, err)
	}
}
