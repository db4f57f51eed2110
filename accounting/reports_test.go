package accounting_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
)

// read runs a report the way the service does.
func (s *story) read(t testing.TB, known time.Time, report func(ctx context.Context, tx bun.Tx) error) {
	t.Helper()
	if err := accounting.ReadKnown(t.Context(), s.db, s.id, known, report); err != nil {
		t.Fatal(err)
	}
}

func (s *story) trialBalance(t testing.TB, q accounting.TrialBalanceQuery) []accounting.TrialBalanceRow {
	t.Helper()
	q.Book = s.id
	var rows []accounting.TrialBalanceRow
	s.read(t, q.Known, func(ctx context.Context, tx bun.Tx) (err error) {
		rows, err = accounting.TrialBalance(ctx, tx, q)
		return err
	})
	return rows
}

// closing is the closing balance of an account as text, "" if it has no row.
func closing(rows []accounting.TrialBalanceRow, account string) string {
	for _, r := range rows {
		if r.Account == account {
			return r.Closing.String()
		}
	}
	return ""
}

func (s *story) vouchers(t testing.TB) []accounting.Posted {
	t.Helper()
	var all []accounting.Posted
	s.read(t, time.Time{}, func(ctx context.Context, tx bun.Tx) error {
		for v, err := range accounting.Vouchers(ctx, tx, accounting.VoucherQuery{Book: s.id}) {
			if err != nil {
				return err
			}
			all = append(all, v)
		}
		return nil
	})
	return all
}

// counts says whether a report as of a day and as known at a moment counts a voucher: the definition, in plain words.
func counts(v accounting.Posted, asOf accounting.Date, known time.Time, afterClosing bool) bool {
	if !known.IsZero() && v.RecordedAt.After(known) {
		return false
	}
	yearEnd := asOf.Month() == time.December && asOf.Day() == 31
	switch v.No.Period.Month() {
	case 13:
		return v.No.Period.Year() < asOf.Year() || v.No.Period.Year() == asOf.Year() && yearEnd
	case 14:
		return v.No.Period.Year() < asOf.Year() || v.No.Period.Year() == asOf.Year() && yearEnd && afterClosing
	}
	return !v.Date.After(asOf)
}

// Whatever the day, the moment and the closing: the trial balance is what adding up the vouchers one by one gives.
func TestTrialBalanceEqualsAddingUpVouchers(t *testing.T) {
	t.Parallel()
	s := tell(t)
	all := s.vouchers(t)
	days := map[string]bool{"2024-12-31": true, "2025-12-31": true, "2026-01-01": true, "2026-12-31": true, "2025-06-30": true}
	for _, v := range all {
		for _, n := range []int{-1, 0, 1} {
			days[v.Date.AddDays(n).String()] = true
		}
	}
	moments := []time.Time{{}, all[0].RecordedAt, all[0].RecordedAt.Add(-time.Hour)}
	for _, m := range s.moment {
		moments = append(moments, m)
	}
	for i := range all {
		if i%5 == 0 {
			moments = append(moments, all[i].RecordedAt)
		}
	}
	for day := range days {
		asOf := accounting.MustDate(day)
		january := accounting.Period(asOf.Year()*100 + 1)
		for i, known := range moments {
			afterClosing := i%2 == 0
			type sums struct{ opening, debit, credit, monthDebit, monthCredit accounting.Money }
			want := map[string]sums{}
			for _, v := range all {
				if !counts(v, asOf, known, afterClosing) {
					continue
				}
				for _, l := range v.Lines {
					k := l.Account + " " + l.ProjectCode + " " + l.BudgetLineCode
					w := want[k]
					if v.No.Period < january {
						w.opening = w.opening.Add(l.Debit).Sub(l.Credit)
					} else {
						w.debit, w.credit = w.debit.Add(l.Debit), w.credit.Add(l.Credit)
					}
					if v.No.Period >= asOf.Period() {
						w.monthDebit, w.monthCredit = w.monthDebit.Add(l.Debit), w.monthCredit.Add(l.Credit)
					}
					want[k] = w
				}
			}
			rows := s.trialBalance(t, accounting.TrialBalanceQuery{AsOf: asOf, Known: known, AfterClosing: afterClosing, By: accounting.ByBudgetLine})
			leaves := 0
			for _, r := range rows {
				if !r.Leaf {
					continue
				}
				k := r.Account + " " + r.ProjectCode + " " + r.BudgetLineCode
				w := want[k]
				leaves++
				signed := r.Opening
				if r.Normal == accounting.Credit {
					signed = signed.Neg()
				}
				got := fmt.Sprint(signed, r.Debit, r.Credit, r.MonthDebit, r.MonthCredit)
				if expected := fmt.Sprint(w.opening, w.debit, w.credit, w.monthDebit, w.monthCredit); got != expected {
					t.Fatalf("%s, known %v, after closing %v, %s: the report says %s, the vouchers %s", day, known, afterClosing, k, got, expected)
				}
			}
			for k, w := range want {
				if w.opening.IsZero() && w.debit.IsZero() && w.credit.IsZero() {
					delete(want, k)
				}
			}
			if leaves != len(want) {
				t.Fatalf("%s: %d of %d accounts in the report", day, leaves, len(want))
			}
		}
	}
}

// A voucher dated in June and recorded in July changes June's report, but not what was known of June before it.
func TestLateVoucherChangesTheReportButNotWhatWasKnown(t *testing.T) {
	t.Parallel()
	s := tell(t)
	june := accounting.MustDate("2025-06-30")
	for _, tt := range []struct {
		name, asOf string
		known      time.Time
		deferred   string // 1613.03
	}{
		{"June as it is known now", "2025-06-30", time.Time{}, "100.00"},
		{"June as known before the late voucher", "2025-06-30", s.moment["before the late voucher"], ""},
		{"June as known after it", "2025-06-30", s.moment["after the late voucher"], "100.00"},
		{"the day before its date", "2025-06-09", time.Time{}, ""},
		{"its date", "2025-06-10", time.Time{}, "100.00"},
	} {
		rows := s.trialBalance(t, accounting.TrialBalanceQuery{AsOf: accounting.MustDate(tt.asOf), Known: tt.known})
		if got := closing(rows, "1613.03"); got != tt.deferred {
			t.Errorf("%s: 1613.03 %q, want %q", tt.name, got, tt.deferred)
		}
	}
	// roll-up accounts hold the sum of their parts
	rows := s.trialBalance(t, accounting.TrialBalanceQuery{AsOf: june})
	if got := closing(rows, "1613"); got != "4100.00" {
		t.Errorf("1613 in June: %s", got)
	}
	_, err := accounting.TrialBalance(t.Context(), s.db, accounting.TrialBalanceQuery{Book: s.id, AsOf: june, Known: time.Now().Add(time.Hour)})
	if fault.Code(err) != "known_in_future" {
		t.Errorf("the future: %v", err)
	}
	err = accounting.ReadKnown(t.Context(), s.db, s.id, time.Now().Add(time.Hour), nil)
	if fault.Code(err) != "known_in_future" {
		t.Errorf("the future: %v", err)
	}
}

// What was known at a moment never changes: a report on a recent moment waits for a posting recorded before it whose
// commit is still to come. Without the wait it would count nothing now and the voucher later.
func TestRecentMomentWaitsForPostingsInFlight(t *testing.T) {
	t.Parallel()
	s := tell(t)
	watch := pgtest.Superuser(t, s.db)
	tx, err := s.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := accounting.Post(t.Context(), tx, s.entry("2026-03-01", "I5", 0, "D 9301.02 N 7", "C 9301.01 N 7")); err != nil {
		t.Fatal(err)
	}
	known := s.now(t)
	frozen := make(chan string, 1)
	go func() {
		var rows []accounting.TrialBalanceRow
		err := accounting.ReadKnown(t.Context(), s.db, s.id, known, func(ctx context.Context, tx bun.Tx) (err error) {
			rows, err = accounting.TrialBalance(ctx, tx, accounting.TrialBalanceQuery{Book: s.id, AsOf: accounting.MustDate("2026-03-31"), Known: known})
			return err
		})
		frozen <- fmt.Sprint(closing(rows, "9301.02"), err)
	}()
	for waiting := 0; waiting == 0; {
		if err := watch.NewRaw(`select count(*) from pg_stat_activity where datname = current_database() and query like '%settle%' and cardinality(pg_blocking_pids(pid)) > 0`).Scan(t.Context(), &waiting); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-frozen:
			t.Fatalf("the report did not wait: %s", got)
		case <-time.After(10 * time.Millisecond):
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := <-frozen; got != "7.00<nil>" && got != "7.00 <nil>" {
		t.Errorf("after the commit the report says %s", got)
	}
}

// However the books are narrowed, what is left still adds up: each basis, project and budget line balances by itself.
func TestEverySelectionBalances(t *testing.T) {
	t.Parallel()
	s := tell(t)
	for _, tt := range []struct {
		name string
		q    accounting.TrialBalanceQuery
		want int // leaf accounts
	}{
		{"all", accounting.TrialBalanceQuery{}, 16},
		{"financial", accounting.TrialBalanceQuery{Basis: "financial"}, 8},
		{"budgetary", accounting.TrialBalanceQuery{Basis: "budgetary"}, 2},
		{"authority", accounting.TrialBalanceQuery{Basis: "authority"}, 6},
		{"a project", accounting.TrialBalanceQuery{Projects: s.project[1:2]}, 9},
		{"a budget line's authority", accounting.TrialBalanceQuery{BudgetLine: s.line[1], Basis: "authority"}, 5},
		{"the unit", accounting.TrialBalanceQuery{Unit: s.unit}, 16},
		{"another unit", accounting.TrialBalanceQuery{Unit: accounting.UnitID{UUID: accounting.NewID()}}, 0},
		{"from July", accounting.TrialBalanceQuery{From: 202507}, 15},
	} {
		tt.q.AsOf = accounting.MustDate("2025-09-15")
		leaves, sums := 0, map[string]accounting.Money{}
		for _, r := range s.trialBalance(t, tt.q) {
			if !r.Leaf {
				continue
			}
			leaves++
			signed := r.Closing
			if r.Normal == accounting.Credit {
				signed = signed.Neg()
			}
			sums[r.Basis] = sums[r.Basis].Add(signed)
		}
		for basis, sum := range sums {
			if !sum.IsZero() {
				t.Errorf("%s: %s is out by %s", tt.name, basis, sum)
			}
		}
		if leaves != tt.want {
			t.Errorf("%s: %d accounts, want %d", tt.name, leaves, tt.want)
		}
	}
}
