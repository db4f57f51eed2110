package accounting_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
)

func backend(t testing.TB, tx bun.Tx) (pid int) {
	if err := tx.NewRaw(`select pg_backend_pid()`).Scan(t.Context(), &pid); err != nil {
		t.Error(err)
	}
	return pid
}

// i1 approves a budget of 7.00 for project i.
func (c *county) i1(date string, i int) accounting.Voucher {
	m := accounting.MustMoney("7.00")
	return c.voucher(date, "I1", accounting.Dr("9201", m, c.on(i)), accounting.Cr("9101", m, c.on(i)))
}

// Each row sends one key twice at once. One act happens; the other sender hears the same, or is asked to repeat and then
// hears the same.
func TestOneKeyTwiceAtOnce(t *testing.T) {
	t.Parallel()
	type door func(c *county, cmd accounting.Command, v accounting.Voucher) (accounting.Receipt, error)
	worker := func(c *county, cmd accounting.Command, v accounting.Voucher) (accounting.Receipt, error) {
		books := accounting.NewBooks(c.db) // a service of its own
		defer books.Close()
		return books.Post(t.Context(), cmd, v)
	}
	for _, tt := range []struct {
		name   string
		first  door
		second door
		meet   int // sessions seen waiting: of two documents the second stands at the key, behind the first at the balance
	}{
		{"by two services", worker, worker, 2},
		{"by two document transactions", (*county).throughDo, (*county).throughDo, 2},
		{"by a document transaction and a service", (*county).throughDo, worker, 2},
		{"by a service and a document transaction", worker, (*county).throughDo, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCounty(t, pgtest.Open(t))
			super := pgtest.Superuser(t, c.db)
			c.mustPost(t, c.i1("2025-02-01", 0))
			// it takes all there is: were it posted again, or decided again after it was posted, it would be refused
			cmd, m := c.command("twice"), accounting.MustMoney("7.00")
			v := c.voucher("2025-02-02", "I2", accounting.Dr("9301.01", m, c.on(0)), accounting.Cr("9201", m, c.on(0)))
			release := holdPositions(t, super, "9201")
			var wait sync.WaitGroup
			answers, errs := make([]accounting.Receipt, 2), make([]error, 2)
			for i, send := range []door{tt.first, tt.second} {
				wait.Go(func() { answers[i], errs[i] = send(c, cmd, v) })
				c.awaitBlocked(t, super, i+1)
			}
			release()
			wait.Wait()
			for i, send := range []door{tt.first, tt.second} {
				if errs[i] != nil && fault.KindOf(errs[i]) == fault.KindUnavailable {
					answers[i], errs[i] = send(c, cmd, v) // as the answer asks
				}
				if errs[i] != nil {
					t.Fatalf("sender %d: %v", i+1, errs[i])
				}
			}
			if answers[0].No != answers[1].No || answers[0].Digest != answers[1].Digest || answers[0].No.Number != 2 {
				t.Errorf("one key, two answers: %v and %v", answers[0], answers[1])
			}
			if n := c.count(t); n != 2 {
				t.Errorf("%d vouchers, want the one before and one", n)
			}
		})
	}
}

// The document's transaction has taken the key and not yet posted; the service has posted and waits for the key. Each
// holds what the other needs: the server ends one, which repeats, and nobody is shown the deadlock.
func TestKeyAndBalanceHeldCrosswise(t *testing.T) {
	t.Parallel()
	c := newCounty(t, pgtest.Open(t))
	super := pgtest.Superuser(t, c.db)
	c.mustPost(t, c.i1("2025-02-01", 0))
	cmd, v := c.command("crosswise"), c.i1("2025-02-02", 0)
	held, goOn := make(chan int, 1), make(chan struct{})
	var runs atomic.Int32
	var wait sync.WaitGroup
	var document, service accounting.Receipt
	wait.Go(func() {
		var err error
		document, err = accounting.Do(t.Context(), c.db, cmd, func(ctx context.Context, tx bun.Tx) (accounting.Receipt, error) {
			if runs.Add(1) == 1 {
				held <- backend(t, tx)
				<-goOn
			}
			r, err := accounting.Post(ctx, tx, v)
			if err != nil {
				return accounting.Receipt{}, err
			}
			return r[0], nil
		})
		if err != nil {
			t.Errorf("document: %v", err)
		}
	})
	pid := <-held
	wait.Go(func() {
		var err error
		if service, err = c.books.Post(t.Context(), cmd, v); err != nil {
			t.Errorf("service: %v", err)
		}
	})
	c.awaitBehind(t, super, pid, 1)
	close(goOn)
	wait.Wait()
	if document.No != service.No || document.Digest != service.Digest {
		t.Errorf("one key, two answers: %v and %v", document, service)
	}
	if n := c.count(t); n != 2 {
		t.Errorf("%d vouchers, want the one before and one", n)
	}
}
