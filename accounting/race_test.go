package accounting_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
)

// What happens when two meet. That they do meet is asked of the server (who waits for whom), never assumed from time.

// eventually asks until the answer is yes; the limit only ends a broken test.
func eventually(t testing.TB, what string, yes func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !yes(); {
		if time.Now().After(end) {
			t.Fatalf("never happened: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// awaitBlocked returns once n sessions of the database wait for others.
func (c *county) awaitBlocked(t testing.TB, super *bun.DB, n int) {
	t.Helper()
	eventually(t, fmt.Sprint(n, " sessions wait for another"), func() bool {
		var blocked int
		err := super.NewRaw(`select count(*) from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`).Scan(t.Context(), &blocked)
		if err != nil {
			t.Fatal(err)
		}
		return blocked >= n
	})
}

// awaitBehind returns once n sessions wait for the one with this process id.
func (c *county) awaitBehind(t testing.TB, super *bun.DB, pid, n int) {
	t.Helper()
	eventually(t, fmt.Sprint(n, " sessions wait for session ", pid), func() bool {
		var blocked int
		if err := super.NewRaw(`select count(*) from pg_stat_activity where ? = any (pg_blocking_pids(pid))`, pid).Scan(t.Context(), &blocked); err != nil {
			t.Fatal(err)
		}
		return blocked >= n
	})
}

// holdPositions locks the balances of an account, so that whoever posts to it stands in a row until release.
func holdPositions(t testing.TB, super *bun.DB, account string) (release func()) {
	t.Helper()
	tx, err := super.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), `select 1 from accounting.positions where account = ? for update`, account); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	release = func() { once.Do(func() { _ = tx.Rollback() }) }
	t.Cleanup(release)
	return release
}

// sum is debit less credit of an account in a table of the books.
func (c *county) sum(t testing.TB, table, account string) (balance string) {
	t.Helper()
	if err := c.db.NewRaw(`select coalesce(sum(debit - credit), 0)::numeric(20, 2)::text from accounting.`+table+` where account = ?`, account).Scan(t.Context(), &balance); err != nil {
		t.Fatal(err)
	}
	return balance
}

// sound runs every check over the books.
func (c *county) sound(t testing.TB) {
	t.Helper()
	report, err := accounting.Verify(t.Context(), c.db, accounting.VerifyOptions{Book: c.id})
	if err != nil || !report.OK() {
		t.Errorf("verification: %v, %v", report.Failed(), err)
	}
}

// throughDo posts within a document's transaction.
func (c *county) throughDo(cmd accounting.Command, v accounting.Voucher) (accounting.Receipt, error) {
	return accounting.Do(context.Background(), c.db, cmd, func(ctx context.Context, tx bun.Tx) (accounting.Receipt, error) {
		r, err := accounting.Post(ctx, tx, v)
		if err != nil {
			return accounting.Receipt{}, err
		}
		return r[0], nil
	})
}

// Sixty-four payers of 20.00 each against one approved request of 1,000.00: exactly fifty are paid and nothing is left,
// whichever way they come to the books.
func TestPayersLandExactlyOnTheLimit(t *testing.T) {
	t.Parallel()
	const payers, fit = 64, 50
	for _, tt := range []struct {
		name      string
		documents func(i int) bool // whether payer i comes by a document's transaction
		meet      int              // sessions that are seen waiting for each other
	}{
		{"through the batch worker", func(int) bool { return false }, 1},
		{"by document transactions", func(int) bool { return true }, 12},
		{"both at once", func(i int) bool { return i%2 == 0 }, 12},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, pgtest.Open(t))
			super := pgtest.Superuser(t, s.db)
			s.approve(t, 0, "2025-01-20", "1234.56")
			s.mustPost(t, s.entry("2025-03-01", "I7", 0, "D 9301.04 L r:ZF-1 1000", "C 9301.01 L 1000"))
			release := holdPositions(t, super, "9301.04")
			var wait sync.WaitGroup
			codes := make([]string, payers)
			for i := range payers {
				v := s.entry("2025-03-02", "P4", 0, "D 1613.03 20", "C 4001.01 L 20", "D 7101 L k:30201 20", "C 6001 L 20", "D 9401 L 20", "C 9301.04 L r:ZF-1 20")
				cmd := s.command("pay")
				wait.Go(func() {
					var err error
					if tt.documents(i) {
						_, err = s.throughDo(cmd, v)
					} else {
						_, err = s.books.Post(t.Context(), cmd, v)
					}
					codes[i] = fault.Code(err)
				})
			}
			s.awaitBlocked(t, super, tt.meet)
			release()
			wait.Wait()
			counted := map[string]int{}
			for _, code := range codes {
				counted[code]++
			}
			if counted[""] != fit || counted["budget_exceeded"] != payers-fit {
				t.Errorf("answers: %v, want %d paid, the others budget_exceeded", counted, fit)
			}
			for _, table := range []string{"positions", "lines", "turnover"} {
				if left, paid := s.sum(t, table, "9301.04"), s.sum(t, table, "9401"); left != "0.00" || paid != "1000.00" {
					t.Errorf("%s: %s left of the hold, %s executed; want 0.00 and 1000.00", table, left, paid)
				}
			}
			s.sound(t)
		})
	}
}

// Two take the same voucher back at once: one red voucher, and the others hear that it was.
func TestReversedOnceHoweverManyTry(t *testing.T) {
	t.Parallel()
	c := newCounty(t, pgtest.Open(t))
	super := pgtest.Superuser(t, c.db)
	c.approve(t, 0, "2025-01-20", "100.00")
	five := accounting.MustMoney("5.00")
	original := c.mustPost(t, c.voucher("2025-01-21", "I5", accounting.Dr("9301.02", five, c.on(0)), accounting.Cr("9301.01", five, c.on(0))))
	right := c.voucher("2025-01-22", "I5", accounting.Dr("9301.02", accounting.MustMoney("4.00"), c.on(0)), accounting.Cr("9301.01", accounting.MustMoney("4.00"), c.on(0)))
	release := holdPositions(t, super, "9301.02")
	const each = 4
	answers := make([]error, 2*each)
	var wait sync.WaitGroup
	for i := range each { // services of their own, or one worker would take them one after the other
		books := accounting.NewBooks(c.db)
		t.Cleanup(books.Close)
		reverse, correct := c.command("reverse"), c.command("correct")
		wait.Go(func() {
			_, answers[i] = accounting.ReverseVoucher(t.Context(), books, c.db, reverse, accounting.ReversalRequest{
				No: original.No, On: accounting.MustDate("2025-01-22"), Reason: "误冻结", PreparedBy: c.person[1], ReviewedBy: c.person[0],
			})
		})
		wait.Go(func() {
			_, answers[each+i] = accounting.CorrectVoucher(t.Context(), c.db, correct, original.No, right, "金额有误")
		})
	}
	c.awaitBlocked(t, super, 2*each)
	release()
	wait.Wait()
	codes := make([]string, len(answers))
	for i, err := range answers {
		codes[i] = fault.Code(err)
	}
	slices.Sort(codes)
	if codes[0] != "" || codes[1] != "already_reversed" || codes[len(codes)-1] != "already_reversed" {
		t.Errorf("answers %q: one reverses, all others are told already_reversed", codes)
	}
	var red int
	if err := c.db.NewRaw(`select count(*) from accounting.vouchers where kind = 'reversal'`).Scan(t.Context(), &red); err != nil || red != 1 {
		t.Errorf("%d red vouchers, %v", red, err)
	}
	c.sound(t)
}
