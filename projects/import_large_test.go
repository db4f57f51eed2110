package projects_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// largeList is a treasury list of so many rows whose last one pays an amount.
func largeList(rows int, last string) []string {
	all := make([]string, rows)
	for n := range all {
		all[n] = fmt.Sprintf("6403032500%06d,2025-03-%02d,某公司%d,6402-%04d,%d.%02d,,,货款,", n, n%28+1, n%900, n%900, n+1, n%100)
	}
	all[rows-1] = fmt.Sprintf("6403032500%06d,2025-03-14,某公司,6402-9999,%s,,,货款,", rows-1, last)
	return all
}

// A list of 10^5 rows of which the last alone is wrong is refused with that row named, in seconds, and leaves nothing; the
// mended one goes in, and tells how far it is.
func TestLargeListWithItsLastRowWrong(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	const rows = 100_000
	begun := time.Now()
	total := "合计,,,,1.00,,,,"
	_, err := b.payer.takesIn(b.payer.treasuryList("2025-03", append(largeList(rows, "12O.00"), total)...))
	if words := fmt.Sprintf("nothing was taken in: row %d, E%[1]d (金额): ", rows+2); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "the total states") {
		t.Errorf("said %v", err)
	}
	refused := time.Since(begun)
	if n := b.countAll(`select (select count(*) from projects.imports) + (select count(*) from projects.treasury_payments)`); n != 0 {
		t.Errorf("%d rows stayed", n)
	}
	var told []int
	mended, err := projects.TakeIn(t.Context(), b.db, b.files, b.payer.command(), b.payer.treasuryList("2025-03", largeList(rows, "120.00")...), func(done, of int) {
		if told = append(told, done); of != rows {
			t.Errorf("%d of %d", done, of)
		}
	})
	b.must(err)
	taken := time.Since(begun) - refused
	if mended.Added != rows || len(told) != 20 || told[0] != 5000 || told[19] != rows {
		t.Errorf("%d rows added, told %v", mended.Added, told)
	}
	b.must(b.treasury.withdraws(mended, "试导"))
	if n := b.countAll(`select count(*) from projects.treasury_payments`); n != 0 {
		t.Errorf("%d rows stay", n)
	}
	if refused > 60*time.Second || taken > 120*time.Second {
		t.Errorf("refused after %s, taken in after %s", refused, taken)
	}
	t.Logf("refused after %s, taken in after %s, withdrawn after %s", refused, taken, time.Since(begun)-refused-taken)
}

// The connection dies in the middle of a treasury list: nothing of it is there, and the same can be brought again.
func TestTreasuryListKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	r := b.payer.treasuryList("2025-03", largeList(12_000, "1.00")...)
	c := b.payer.command()
	killed := 0
	_, err := projects.TakeIn(t.Context(), b.db, b.files, c, r, func(done, _ int) {
		if done == 5000 {
			killed = b.countAll(`select count(*) from (select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and state = 'idle in transaction' and query ~ 'keep_treasury_payments') x`)
		}
	})
	if err == nil || killed != 1 {
		t.Fatalf("%d connections killed, said %v", killed, err)
	}
	if n := b.countAll(`select (select count(*) from projects.imports) + (select count(*) from projects.treasury_payments)`); n != 0 {
		t.Errorf("%d rows stayed", n)
	}
	if again, err := projects.TakeIn(t.Context(), b.db, b.files, c, r, func(int, int) {}); err != nil || again.Added != 12_000 {
		t.Errorf("again: %+v, %v", again, err)
	}
}
