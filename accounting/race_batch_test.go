package accounting_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
)

// together has postings wait until the worker takes all of them at once.
func (c *county) together(t testing.TB, all []accounting.Posting) []accounting.Outcome {
	t.Helper()
	ctx := t.Context()
	plug := accounting.Posting{Command: c.command("plug"), Voucher: c.i1("2031-01-01", 0)} // refused in any book
	release, err := c.books.HoldBack(plug)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the worker is held", func() bool {
		var there bool
		if err := c.db.NewRaw(`select exists (select from accounting.refusals where key = ?)`, plug.Command.Key).Scan(ctx, &there); err != nil {
			t.Fatal(err)
		}
		return there
	})
	answers := make(chan []accounting.Outcome, 1)
	go func() { answers <- c.books.PostAll(ctx, all) }()
	n := 0
	for _, p := range all {
		if accounting.WellFormed(p) {
			n++
		}
	}
	eventually(t, "all wait", func() bool { return c.books.Waiting(c.id) == n })
	release()
	return <-answers
}

// The same key within one batch: the second is a repeat, and with another body refused.
func TestOneKeyTwiceInABatch(t *testing.T) {
	t.Parallel()
	c := newCounty(t, pgtest.Open(t))
	cmd, v := c.command("twice"), c.i1("2025-02-02", 0)
	other := cmd
	other.Body = "something else"
	out := c.together(t, []accounting.Posting{{Command: cmd, Voucher: v}, {Command: cmd, Voucher: v}, {Command: other, Voucher: v}})
	if out[0].Err != nil || out[1].Err != nil || out[0].Receipt.Replayed || !out[1].Receipt.Replayed || out[0].Receipt.No != out[1].Receipt.No {
		t.Errorf("answers %+v and %+v", out[0], out[1])
	}
	if fault.Code(out[2].Err) != "key_reused" {
		t.Errorf("another body: %v", out[2].Err)
	}
	if n := c.count(t); n != 1 {
		t.Errorf("%d vouchers", n)
	}
}

// Two vouchers of one call register the same contract number for different contracts. Only the guard sees it, and it
// refuses the call as a whole; the first keeps the number, the second is told, the neighbours are posted.
func TestOneBadVoucherDoesNotHarmItsNeighbours(t *testing.T) {
	t.Parallel()
	c := newCounty(t, pgtest.Open(t))
	c.approve(t, 0, "2025-01-20", "100.00")
	m := accounting.MustMoney("5.00")
	sign := func(code string) accounting.Voucher {
		d := c.on(0)
		d.Subject = accounting.Subject{ID: accounting.SubjectID{UUID: accounting.NewID()}, Kind: accounting.Contract, Code: code}
		return c.voucher("2025-02-01", "I6", accounting.Dr("9301.03", m, d), accounting.Cr("9301.01", m, c.on(0)))
	}
	var all []accounting.Posting
	for _, v := range []accounting.Voucher{c.i1("2025-02-01", 1), sign("HT-1"), c.i1("2025-02-01", 2), sign("HT-1"), sign("HT-2")} {
		all = append(all, accounting.Posting{Command: c.command("sign"), Voucher: v})
	}
	var codes []string
	for _, o := range c.together(t, all) {
		codes = append(codes, fault.Code(o.Err))
	}
	if got, want := fmt.Sprintf("%q", codes), `["" "" "" "subject_code_taken" ""]`; got != want {
		t.Errorf("answers %s, want %s", got, want)
	}
	if n := c.count(t); n != 6 {
		t.Errorf("%d vouchers, want 2 before and 4", n)
	}
	c.sound(t)
}

// Sixteen move authority crosswise between five budget lines. Locks are taken in one order, so nobody ever stands in a
// circle; what leaves one line arrives on another.
func TestTransfersCrosswise(t *testing.T) {
	t.Parallel()
	const workers, each = 16, 12
	c := newCounty(t, pgtest.Open(t))
	super := pgtest.Superuser(t, c.db)
	lines := []accounting.Dims{c.on(0), c.on(1), c.on(2)}
	for i := range 2 {
		d := accounting.Dims{Project: c.project[0], BudgetLine: accounting.BudgetLineID{UUID: accounting.NewID()}}
		c.exec(t, `insert into accounting.budget_lines (book_id, budget_line_id, project_id, fiscal_year, code, fund_nature, funding_source) values (?, ?, ?, 2025, ?, 'general_public_budget', 'county')`,
			c.id, d.BudgetLine, d.Project, fmt.Sprint("extra-", i))
		lines = append(lines, d)
	}
	for _, d := range lines {
		m := accounting.MustMoney("50.00")
		c.mustPost(t, c.voucher("2025-01-20", "I3+", accounting.Dr("9201", m, d), accounting.Cr("9101", m, d), accounting.Dr("9301.01", m, d), accounting.Cr("9201", m, d)))
	}
	var keys atomic.Int64
	var posted atomic.Int64
	release := holdPositions(t, super, "9301.01")
	var wait sync.WaitGroup
	for w := range workers {
		rnd := rand.New(rand.NewPCG(uint64(w), 7))
		wait.Go(func() {
			for range each {
				from := rnd.IntN(len(lines))
				to := (from + 1 + rnd.IntN(len(lines)-1)) % len(lines)
				m := accounting.Fen(rnd.Int64N(1500) + 1)
				v := c.voucher("2025-02-01", "I4", accounting.Dr("9101", m, lines[from]), accounting.Cr("9301.01", m, lines[from]), accounting.Dr("9301.01", m, lines[to]), accounting.Cr("9101", m, lines[to]))
				cmd := accounting.Command{Book: c.id, Key: fmt.Sprint("move-", keys.Add(1)), Name: "move", By: accounting.Actor{Person: c.person[3]}}
				var err error
				if rnd.IntN(4) == 0 {
					_, err = c.books.Post(t.Context(), cmd, v)
				} else {
					_, err = c.throughDo(cmd, v)
				}
				switch fault.Code(err) {
				case "":
					posted.Add(1)
				case "budget_exceeded":
				default:
					t.Errorf("a transfer was answered %v", err)
				}
			}
		})
	}
	c.awaitBlocked(t, super, 8)
	release()
	wait.Wait()
	if n := c.count(t); n != 5+int(posted.Load()) || posted.Load() < workers*each/4 {
		t.Errorf("%d vouchers, %d transfers answered as posted", n, posted.Load())
	}
	for _, table := range []string{"positions", "lines", "turnover"} {
		if got := c.sum(t, table, "9301.01"); got != "250.00" {
			t.Errorf("%s: %s available in all, want 250.00", table, got)
		}
	}
	c.sound(t)
	_ = c.db.Close() // sessions report their statistics when they end
	eventually(t, "the sessions end", func() bool {
		var n int
		if err := super.NewRaw(`select count(*) from pg_stat_activity where datname = current_database() and usename = 'mingzhang_app'`).Scan(t.Context(), &n); err != nil {
			t.Fatal(err)
		}
		return n <= 1 // the batch worker keeps its own
	})
	var deadlocks int
	if err := super.NewRaw(`select deadlocks from pg_stat_database where datname = current_database()`).Scan(t.Context(), &deadlocks); err != nil || deadlocks != 0 {
		t.Errorf("%d deadlocks, %v", deadlocks, err)
	}
}
