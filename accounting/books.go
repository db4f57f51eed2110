package accounting

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// Books takes commands that only post. Each book has one worker, which takes everything that waits, without a timer, and
// commits it in one call of accounting.post. One worker, because a second only meets the first on the period row (measured).
type Books struct {
	db      *bun.DB
	mu      sync.Mutex
	workers map[BookID]*worker
	closed  bool
}

// Posting is one command with its voucher.
type Posting struct {
	Command Command
	Voucher Voucher
}

// Outcome is the answer to one of several postings, by ordinal.
type Outcome struct {
	Receipt Receipt
	Err     error
}

const (
	waitingAtMost = 8192             // postings that may wait for a book before more are sent away with busy
	linesAtMost   = 10_000           // lines of one call
	callTimeout   = 20 * time.Second // longer than every server-side timeout, so that the server's answer comes first
)

// NewBooks serves postings over db. Close stops the workers.
func NewBooks(db *bun.DB) *Books { return &Books{db: db, workers: make(map[BookID]*worker)} }

// Post posts one voucher under its command's key and answers when it is committed.
// Codes: those of accounting.post; busy and outcome_unknown (503): repeat with the same key.
func (b *Books) Post(ctx context.Context, c Command, v Voucher) (Receipt, error) {
	out := b.PostAll(ctx, []Posting{{c, v}})
	return out[0].Receipt, out[0].Err
}

// PostAll posts vouchers that do not depend on each other's success, in order; each is answered by itself.
func (b *Books) PostAll(ctx context.Context, all []Posting) []Outcome {
	out := make([]Outcome, len(all))
	waiting := make([]*posting, len(all))
	for i, one := range all {
		one.Voucher.Book = one.Command.Book
		err := one.Command.check()
		var p *posting
		if err == nil {
			p, err = prepare(one.Voucher, one.Command)
		}
		if err != nil {
			recordRefusal(ctx, b.db, one.Command, err)
			out[i].Err = err
			continue
		}
		p.done = make(chan result, 1)
		waiting[i] = p
		if err := b.enqueue(p); err != nil {
			waiting[i] = nil
			out[i].Err = err
		}
	}
	for i, p := range waiting {
		if p == nil {
			continue
		}
		select {
		case r := <-p.done:
			out[i] = Outcome{r.receipt, r.err}
		case <-ctx.Done():
			out[i].Err = fault.OutcomeUnknown(ctx.Err())
		}
	}
	return out
}

func (b *Books) enqueue(p *posting) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return fault.Unavailable("unavailable", "the service is stopping; repeat with the same key")
	}
	w := b.workers[p.command.Book]
	if w == nil {
		w = &worker{db: b.db, queue: make(chan *posting, waitingAtMost), stopped: make(chan struct{})}
		b.workers[p.command.Book] = w
		go w.run()
	}
	select {
	case w.queue <- p:
		return nil
	default:
		return fault.Unavailable("busy", "%d postings are waiting; repeat with the same key", waitingAtMost)
	}
}

// Close lets each worker finish what waits, then returns.
func (b *Books) Close() {
	b.mu.Lock()
	b.closed = true
	workers := b.workers
	b.workers = nil
	b.mu.Unlock()
	for _, w := range workers {
		close(w.queue)
	}
	for _, w := range workers {
		<-w.stopped
	}
}

// worker is a book's batch worker. It keeps one connection with the statement prepared on it.
type worker struct {
	db      *bun.DB
	queue   chan *posting
	stopped chan struct{}
	conn    *sql.Conn
	stmt    *sql.Stmt
	waiting []*posting // taken from the queue, not yet called
}

func (w *worker) run() {
	defer close(w.stopped)
	defer w.disconnect()
	for {
		if len(w.waiting) == 0 {
			p, open := <-w.queue
			if !open {
				return
			}
			w.waiting = append(w.waiting, p)
		}
		w.take()
		n := min(independent(w.waiting), fitting(w.waiting))
		w.answer(w.waiting[:n])
		w.waiting = append(w.waiting[:0:0], w.waiting[n:]...)
	}
}

// take adds whatever else waits by now.
func (w *worker) take() {
	for len(w.waiting) < waitingAtMost {
		select {
		case p, open := <-w.queue:
			if !open {
				return
			}
			w.waiting = append(w.waiting, p)
		default:
			return
		}
	}
}

// fitting is how many vouchers keep a call within linesAtMost; the first always fits.
func fitting(ps []*posting) int {
	lines := 0
	for i, p := range ps {
		if lines += len(p.voucher.Lines); i > 0 && lines > linesAtMost {
			return i
		}
	}
	return len(ps)
}

// answer calls for a set and tells each its result. A guard that refuses the set as a whole names no voucher of it, so
// then each is called alone: nothing was written, and one bad voucher must not harm its neighbours.
func (w *worker) answer(ps []*posting) {
	results, err := w.call(ps)
	if err != nil && len(ps) > 1 && fault.KindOf(err) != fault.KindUnavailable {
		for i := range ps {
			w.answer(ps[i : i+1])
		}
		return
	}
	if err != nil && len(ps) == 1 {
		recordRefusal(context.Background(), w.db, ps[0].command, err)
	}
	for i, p := range ps {
		if err != nil {
			p.done <- result{err: err}
		} else {
			p.done <- results[i]
		}
	}
}

// call runs accounting.post, again when the database asks for it: a period closed in between, a deadlock, a race on a key.
func (w *worker) call(ps []*posting) (results []result, err error) {
	for range attempts {
		results, err = w.callOnce(ps)
		if err == nil || !fault.Retryable(err) {
			return results, err
		}
	}
	return results, err
}

func (w *worker) callOnce(ps []*posting) ([]result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	if err := w.connect(ctx); err != nil {
		return nil, fault.Unavailable("unavailable", "no connection to the database; repeat with the same key").Wrap(err)
	}
	rows, err := w.stmt.QueryContext(ctx, arguments(ps[0].voucher.Book, ps, true)...)
	if err != nil {
		w.forget(err)
		return nil, fault.FromSQL(err)
	}
	results, err := callRows(rows, ps)
	if err != nil {
		w.forget(err)
		return nil, fault.FromSQL(err)
	}
	return results, nil
}

func (w *worker) connect(ctx context.Context) error {
	if w.stmt != nil {
		return nil
	}
	conn, err := w.db.DB.Conn(ctx)
	if err != nil {
		return err
	}
	stmt, err := conn.PrepareContext(ctx, postStatement)
	if err != nil {
		_ = conn.Close()
		return err
	}
	w.conn, w.stmt = conn, stmt
	return nil
}

// forget gives a connection up after an error that may have broken it; the next call opens another.
func (w *worker) forget(err error) {
	if fault.KindOf(fault.FromSQL(err)) == fault.KindUnavailable {
		w.disconnect()
	}
}

func (w *worker) disconnect() {
	if w.stmt != nil {
		_ = w.stmt.Close()
		_ = w.conn.Close()
		w.conn, w.stmt = nil, nil
	}
}
