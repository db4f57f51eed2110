package projects_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// needsLists makes the book close its months with the treasury's lists only, as real books do from the start.
func (b *payingBureau) needsLists() {
	b.t.Helper()
	_, err := pgtest.Superuser(b.t, b.db).ExecContext(b.t.Context(), `insert into projects.settings (book_id, document_id, treasury_lists) select book_id, document_id, 'required' from projects.documents limit 1`)
	b.must(err)
}

func (b *payingBureau) closes(month accounting.Period) error {
	b.t.Helper()
	_, err := b.closePeriod(month)
	return err
}

func (b *payingBureau) blocking(month accounting.Period) int {
	b.t.Helper()
	all, err := accounting.Blockers(b.t.Context(), b.db, book, month)
	b.must(err)
	return len(all)
}

func (b *payingBureau) sheet(month accounting.Period) (s *projects.TreasurySheet) {
	b.t.Helper()
	b.read(func(ctx context.Context, tx bun.Tx) (err error) {
		s, err = projects.Sheet(ctx, tx, book, month)
		return err
	})
	return s
}

// balanced checks that a sheet is the ledger's and the list's, to the fen, and that its columns add up.
func (b *payingBureau) balanced(s *projects.TreasurySheet) {
	b.t.Helper()
	var ledger, list accounting.Money
	b.read(func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw(`select coalesce((select sum(t.debit - t.credit) from accounting.turnover t where t.book_id = ?0 and t.period = ?1 and t.account = '9401'), 0),
			coalesce((select sum(case when p.returned then -p.amount else p.amount end) from projects.treasury_payments p where p.book_id = ?0 and p.month = ?1), 0)`, book, s.Of).Scan(ctx, &ledger, &list)
	})
	if !s.Total.Ours.Equal(ledger) || !s.Total.Theirs.Equal(list) {
		b.t.Errorf("%s: the sheet has %s and %s, the ledger %s, the list %s", s.Month, s.Total.Ours, s.Total.Theirs, ledger, list)
	}
	for _, l := range append([]projects.SheetLine{{BudgetLine: "total", SheetFigures: s.Total}}, s.Lines...) {
		if !l.Both.Add(l.OnlyOurs).Equal(l.Ours) || !l.Both.Add(l.OnlyTheirs).Equal(l.Theirs) {
			b.t.Errorf("%s %s does not add up: %+v", s.Month, l.BudgetLine, l.SheetFigures)
		}
	}
}

// A month with payments closes with its list and a reason and an owner for each difference, not before; what is named is
// carried, and booked later on the first open day with the bank's day kept.
func TestMonthClosesWithItsTreasuryList(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	b.needsLists()
	b.must(b.closes(202501))
	b.must(b.closes(202502))
	_, first := b.orderedFees("100.00")
	late, second := b.orderedFees("200.00")
	pays := func(order, day, amount string) string {
		return fmt.Sprintf("%s,%s,%s,%s,%s,,,,", order, day, builder, contractorAccount, amount)
	}
	_, err := b.confirm(late, 1, "2025-03-20")
	b.must(err)
	if err := b.closes(202503); fault.Code(err) != "close_blocked" || !strings.Contains(err.Error(), "treasury_list_missing: executed in 202503: 200.00") {
		t.Fatalf("without its list: %v", err)
	}
	list := b.payer.bringsList("2025-03", pays(first, "2025-03-14", "100.00"), "64030325000003,2025-03-19,某超市,6402-9999,70.00,,,办公用品,")
	if err := b.closes(202503); fault.Code(err) != "close_blocked" || b.blocking(202503) != 3 || !strings.Contains(err.Error(), "not_in_list 2025-03 记-0003 of 2025-03-20: 200.00") {
		t.Fatalf("with unexplained differences: %v", err)
	}
	s := b.sheet(202503)
	b.balanced(s)
	if s.Unnamed != 3 || s.Total.OnlyOurs.String() != "200.00" || s.Total.OnlyTheirs.String() != "170.00" || len(s.Lines) != 2 || s.Lines[0].BudgetLine != "" || s.Lines[1].Theirs.String() != "100.00" {
		t.Errorf("sheet %+v", s)
	}
	for _, i := range b.items(projects.OpenState) {
		b.explain(i.ID, "四月办理")
	}
	b.must(b.closes(202503))
	// Carried: the next month's list brings what was only ours, and the closed month's payment is booked in April.
	if done := b.treasury.confirmsList(list); len(done) != 1 || !done[0].Confirmed || done[0].Receipts[0].No.Period != 202504 {
		t.Fatalf("%+v", done)
	}
	if paid := b.countAll(`select count(*) from projects.payment_lines where paid_on = '2025-03-14'`); paid != 1 {
		t.Errorf("the bank's day is kept on %d lines", paid)
	}
	b.payer.bringsList("2025-04", pays(second, "2025-04-01", "200.00"))
	if got := b.kinds(projects.OpenState); got != "disagrees "+second {
		t.Errorf("open: %s", got)
	}
	if got := b.kinds(projects.ExplainedState); got != "paid_not_booked 64030325000003" {
		t.Errorf("carried: %s", got)
	}
	for _, month := range []accounting.Period{202503, 202504} {
		b.balanced(b.sheet(month))
	}
	b.carriedIsShown()
	var book bytes.Buffer
	b.must(b.sheet(202503).WriteWorkbook(&book))
	if book.Len() < 2000 {
		t.Errorf("a workbook of %d bytes", book.Len())
	}
	if err := b.closes(202504); fault.Code(err) != "close_blocked" || b.blocking(202504) != 1 {
		t.Errorf("April: %v", err)
	}
}

// carriedIsShown looks at the reconciliation as of the month's end: with what was booked later still open then, and without
// any of it before the list was known.
func (b *payingBureau) carriedIsShown() {
	b.t.Helper()
	var imported time.Time
	b.must(pgtest.Superuser(b.t, b.db).NewRaw(`select min(imported_at) - interval '1 millisecond' from projects.imports`).Scan(b.t.Context(), &imported))
	ctx := accounting.WithReader(b.t.Context(), accounting.Operator)
	for known, want := range map[time.Time]string{
		{}:       "未达事项 已付未记：2 笔，170.00，最长 17 天\n  2025-03-14  ZFPZ-2025-000001  100.00  17  四月办理，责任人 tian\n  2025-03-19  64030325000003  70.00  12  四月办理，责任人 tian\n",
		imported: "",
	} {
		r, err := projects.Reconcile(ctx, b.db, projects.ReconcileQuery{Book: book, AsOf: accounting.MustDate("2025-03-31"), Known: known})
		b.must(err)
		var table bytes.Buffer
		b.must(r.WriteTable(&table, "zh"))
		if shown := strings.Contains(table.String(), "已付未记"); shown != (want != "") || !strings.Contains(table.String(), want) {
			b.t.Errorf("known at %s:\n%s", known, table.String())
		}
	}
}

// A book whose setting asks for no lists closes as before; a document of two turns it.
func TestTreasuryListsAreASetting(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	b.paid(b.request("fees", "", "100.00"), "2025-01-14")
	b.must(b.closes(202501))
	var settings projects.Settings
	b.read(func(ctx context.Context, tx bun.Tx) (err error) {
		settings, err = projects.SettingsOf(ctx, tx, book)
		return err
	})
	if settings.TreasuryLists != "not_required" {
		t.Errorf("a demonstration asks for lists: %+v", settings)
	}
}

// Corrections, refunds in the same month and lines over two budget lines: the sheet stays the ledger's.
func TestSheetIsTheLedgers(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	paid, order := b.orderedFees("100.00")
	list := b.payer.bringsList("2025-03", order+",2025-03-14,"+builder+","+contractorAccount+",100.00,,,,", order+",2025-03-20,"+builder+","+contractorAccount+",40.00,,,,退回", "64030325000008,2025-03-21,某,6402-9999,5.00,,,,退回")
	if done := b.treasury.confirmsList(list); len(done) != 1 || !done[0].Confirmed {
		t.Fatalf("a payment of which a part came back: %+v", done)
	}
	refund := b.mustDraft("refund", &projects.RefundForm{Paper: paperOf("2025-03-25"), Request: paid.Number, Line: 1, Amount: yuan("40.00"), To: projects.BackAvailable})
	b.mustTake(refund, b.clerk, "submit")
	b.mustTake(refund, b.treasury, "approve")
	b.balanced(b.sheet(202503))
	if s := b.sheet(202503); s.Total.Both.String() != "60.00" || s.Total.OnlyTheirs.String() != "-5.00" || s.Unnamed != 1 {
		t.Errorf("%+v", s)
	}
}
