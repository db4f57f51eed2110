package accounting_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
)

// holdPosting posts a voucher of January by a document's transaction that stays open until goOn; pid is its session.
func (c *county) holdPosting(t *testing.T) (pid int, goOn func()) {
	t.Helper()
	held, free, posted := make(chan int), make(chan struct{}), make(chan struct{})
	cmd, v := c.command("document"), c.i1("2025-01-20", 0)
	go func() {
		defer close(posted)
		_, err := accounting.Do(t.Context(), c.db, cmd, func(ctx context.Context, tx bun.Tx) ([]accounting.Receipt, error) {
			r, err := accounting.Post(ctx, tx, v)
			held <- backend(t, tx)
			<-free
			return r, err
		})
		if err != nil {
			t.Error(err)
		}
	}()
	return <-held, func() { close(free); <-posted }
}

// A voucher that is being posted while a close is confirmed has overtaken the proposal: the second person has not seen it.
// Proposed anew, it is in the root.
func TestCloseWaitsForThePosting(t *testing.T) {
	t.Parallel()
	c := newCounty(t, pgtest.Open(t))
	super := pgtest.Superuser(t, c.db)
	proposed := c.proposed(t, 202501)
	pid, goOn := c.holdPosting(t)
	refused := make(chan error, 1)
	closing := c.command("period.close")
	go func() {
		_, err := accounting.ClosePeriod(t.Context(), c.db, closing, proposed)
		refused <- err
	}()
	c.awaitBehind(t, super, pid, 1)
	goOn()
	if err := <-refused; fault.Code(err) != "close_outdated" || !strings.Contains(err.Error(), "proposed with 0 vouchers, 1 are there now, 1 more") {
		t.Errorf("the confirmation that came second: %v", err)
	}
	again := c.proposed(t, 202501)
	if again.Proposal != 2 {
		t.Errorf("proposed anew as %d", again.Proposal)
	}
	if root, err := accounting.ClosePeriod(t.Context(), c.db, c.command("period.close"), again); err != nil || root.TreeSize != 1 {
		t.Errorf("closed with %d vouchers, %v", root.TreeSize, err)
	}
	c.sound(t)
}

// Who proposes a close while a voucher is being posted has not seen it either.
func TestProposalWaitsForThePosting(t *testing.T) {
	t.Parallel()
	c := newCounty(t, pgtest.Open(t))
	super := pgtest.Superuser(t, c.db)
	pid, goOn := c.holdPosting(t)
	refused := make(chan error, 1)
	proposing := c.command("period.propose_close")
	go func() {
		_, err := accounting.ProposeClose(t.Context(), c.db, proposing, accounting.CloseRequest{Period: 202501})
		refused <- err
	}()
	c.awaitBehind(t, super, pid, 1)
	goOn()
	if err := <-refused; fault.Code(err) != "close_outdated" || !strings.Contains(err.Error(), "0 vouchers were seen, 1 are there now, 1 more") {
		t.Errorf("the proposal that came second: %v", err)
	}
}

// A posting that meets a close under way waits for it and is then refused, by either door.
func TestPostingWaitsForTheClose(t *testing.T) {
	t.Parallel()
	c := newCounty(t, pgtest.Open(t))
	super := pgtest.Superuser(t, c.db)
	ctx := t.Context()
	c.mustPost(t, c.i1("2025-01-19", 0))
	held, goOn := make(chan int), make(chan struct{})
	var wait sync.WaitGroup
	closing, proposed := c.command("period.close"), c.proposed(t, 202501)
	wait.Go(func() {
		root, err := accounting.Do(ctx, c.db, closing, func(ctx context.Context, tx bun.Tx) (accounting.Root, error) {
			root, err := accounting.Close(ctx, tx, c.id, proposed, c.person[3])
			held <- backend(t, tx)
			<-goOn
			return root, err
		})
		if err != nil || root.TreeSize != 1 {
			t.Errorf("close: %+v, %v", root, err)
		}
	})
	pid := <-held
	worker, document := c.command("late"), c.command("late")
	v, w := c.i1("2025-01-21", 0), c.i1("2025-01-22", 1)
	wait.Go(func() {
		if _, err := c.books.Post(ctx, worker, v); fault.Code(err) != "period_closed" {
			t.Errorf("through the batch worker: %v", err)
		}
	})
	wait.Go(func() {
		if _, err := c.throughDo(document, w); fault.Code(err) != "period_closed" {
			t.Errorf("by a document's transaction: %v", err)
		}
	})
	c.awaitBlocked(t, super, 2)
	c.awaitBehind(t, super, pid, 1)
	close(goOn)
	wait.Wait()
	var last int
	if err := c.db.NewRaw(`select last_number from accounting.periods where period = 202501`).Scan(ctx, &last); err != nil || last != 1 {
		t.Errorf("last number %d, %v; nothing may come in after the close", last, err)
	}
	c.sound(t)
}

// Two propose the same close at once: one proposal stands, the other person is told of it and confirms it instead.
func TestTwoProposeAtOnce(t *testing.T) {
	t.Parallel()
	c := newCounty(t, pgtest.Open(t))
	super := pgtest.Superuser(t, c.db)
	tx, err := super.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(), `select from accounting.periods for update`); err != nil {
		t.Fatal(err)
	}
	var answers [2]error
	var wait sync.WaitGroup
	for i := range answers {
		cmd := c.command("period.propose_close")
		cmd.By.Person = c.person[2+i]
		wait.Go(func() {
			_, answers[i] = accounting.ProposeClose(t.Context(), c.db, cmd, accounting.CloseRequest{Period: 202501})
		})
	}
	c.awaitBlocked(t, super, 2)
	_ = tx.Rollback()
	wait.Wait()
	codes := [2]string{fault.Code(answers[0]), fault.Code(answers[1])}
	if codes != [2]string{"", "close_proposed"} && codes != [2]string{"close_proposed", ""} {
		t.Fatalf("answers %q: %v", codes, answers)
	}
	second := 2
	if codes[0] == "" {
		second = 3
	}
	confirm := c.command("period.close")
	confirm.By.Person = c.person[second]
	if _, err := accounting.ClosePeriod(t.Context(), c.db, confirm, accounting.CloseConfirmation{Period: 202501, Proposal: 1}); err != nil {
		t.Error(err)
	}
}

// A confirmation and a withdrawal of one proposal: whoever comes second is told what the first has done.
func TestConfirmingMeetsTheWithdrawal(t *testing.T) {
	t.Parallel()
	for name, withdrawnFirst := range map[string]bool{"the withdrawal first": true, "the confirmation first": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCounty(t, pgtest.Open(t))
			super := pgtest.Superuser(t, c.db)
			in := c.proposed(t, 202501)
			in.Reason = "漏了一张凭证"
			confirm, withdraw := c.command("period.close"), c.command("period.withdraw_close")
			held, goOn := make(chan int), make(chan struct{})
			var first, second error
			var wait sync.WaitGroup
			wait.Go(func() {
				_, first = accounting.Do(t.Context(), c.db, c.command("first"), func(ctx context.Context, tx bun.Tx) (int, error) {
					var err error
					if withdrawnFirst {
						_, err = tx.ExecContext(ctx, `select accounting.withdraw_close(?, ?, ?, ?, ?)`, c.id, in.Period, in.Proposal, in.Reason, c.person[2])
					} else {
						_, err = accounting.Close(ctx, tx, c.id, in, c.person[3])
					}
					held <- backend(t, tx)
					<-goOn
					return 0, err
				})
			})
			pid := <-held
			wait.Go(func() {
				if withdrawnFirst {
					_, second = accounting.ClosePeriod(t.Context(), c.db, confirm, in)
				} else {
					_, second = accounting.WithdrawClose(t.Context(), c.db, withdraw, in)
				}
			})
			c.awaitBehind(t, super, pid, 1)
			close(goOn)
			wait.Wait()
			if fault.Code(first) != "" || fault.Code(second) != "close_not_proposed" {
				t.Errorf("first %v, second %v", first, second)
			}
			c.sound(t)
		})
	}
}
