package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

func (r *run) main() *service { return r.services[mainDatabase] }

// ours is a side that drives a service.
func (r *run) ours(name string, s *service, clients int, streams func(int) stream) side {
	return side{name, func(ctx context.Context) (sample, error) { return s.load(ctx, clients, r.length(), streams) }}
}

// once sends one request that prepares a case.
func (s *service) once(ctx context.Context, next stream) error {
	_, err := s.drive(ctx, 1, func(_ time.Time, sent int) bool { return sent == 0 }, func(int) stream { return next })
	return err
}

func spreadCase(ctx context.Context, r *run) error {
	for _, clients := range []int{1, 8, 32} {
		m, err := r.alternate(ctx, clients, r.pgbench("limit/post_spread.sql", clients, 1), r.pgbench("rows/post_rows.sql", clients, 1), r.ours("spread", r.main(), clients, spread(currentDay)))
		if err != nil {
			return err
		}
		r.report("spread", clients, m[2], &m[0])
		r.report("spread/rows", clients, m[2], &m[1])
	}
	return nil
}

func hotCase(ctx context.Context, r *run) error {
	if err := r.main().once(ctx, hotBudget); err != nil {
		return err
	}
	for _, clients := range []int{1, 8, 32} {
		m, err := r.alternate(ctx, clients, r.pgbench("limit/post_hot.sql", clients, 1), r.ours("hot", r.main(), clients, hot))
		if err != nil {
			return err
		}
		r.report("hot", clients, m[1], &m[0])
	}
	return nil
}

func refusedCase(ctx context.Context, r *run) error {
	m, err := r.alternate(ctx, 32, r.pgbench("limit/post_spread.sql", 32, 1), r.ours("refused", r.main(), 32, partlyRefused))
	if err == nil {
		r.report("refused", 32, m[1], &m[0])
	}
	return err
}

func paymentCase(ctx context.Context, r *run) error {
	m, err := r.alternate(ctx, 32, r.pgbench("limit/post_spread.sql", 32, 2), r.ours("payment", r.main(), 32, payments))
	if err == nil {
		r.report("payment", 32, m[1], &m[0])
	}
	return err
}

func bulkCase(ctx context.Context, r *run) error {
	m, err := r.alternate(ctx, 1, r.pgbench("limit/post_many100.sql", 1, 200), r.ours("bulk", r.main(), 1, bulkSpread))
	if err == nil {
		r.report("bulk", 1, m[1], &m[0])
	}
	return err
}

// fill gives the main database a history of payments from January to November, by bulk requests in order of time.
func (r *run) fill(ctx context.Context) error {
	if r.filled {
		return nil
	}
	r.filled = true
	rounds := max(1, r.Lines/(bulkSize*paymentLines))
	var signed []contract
	day, at := "", 0
	from := time.Now()
	_, err := r.main().drive(ctx, 1, func(_ time.Time, sent int) bool { return sent < 2*rounds }, func(int) stream {
		return func(random *rand.Rand, q *request) {
			if len(signed) == 0 {
				days := 334 * at / rounds // 334 days from January to November
				day = time.Date(year, 1, 1+days, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
				at++
				signed = make([]contract, contractsPerBulk)
				bulk(q, contractsPerBulk, paymentLines, func(i int, b []byte) []byte {
					signed[i], b = sign(random, b, day)
					return b
				})
				return
			}
			bulk(q, bulkSize, paymentLines, func(i int, b []byte) []byte { return signed[i/paymentsOfOne].pay(random, b, day) })
			signed = nil
		}
	})
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	r.say("history: %d lines in %.1f s", rounds*(bulkSize+contractsPerBulk)*paymentLines, time.Since(from).Seconds())
	return nil
}

// backdatedCase: the ratio is back-dated to current, so that 1 means no difference.
func backdatedCase(ctx context.Context, r *run) error {
	if err := r.fill(ctx); err != nil {
		return err
	}
	m, err := r.alternate(ctx, 32, r.ours("current", r.main(), 32, spread(currentDay)), r.ours("backdated", r.main(), 32, spread(pastDay)))
	if err == nil {
		r.report("backdated", 32, m[1], &m[0])
	}
	return err
}

// asOfCase asks for a trial balance in the middle of a month, through the route of it where there is one.
func asOfCase(ctx context.Context, r *run) error {
	if err := r.fill(ctx); err != nil {
		return err
	}
	if err := r.main().start(ctx); err != nil {
		return err
	}
	c, err := dial(ctx, r.main())
	if err != nil {
		return err
	}
	defer c.close()
	const path = "/api/v1/trial-balance?as_of=" + asOfDay
	status, err := c.get(path)
	if err != nil {
		return err
	}
	name, ask := "asof", func(context.Context) error {
		status, err := c.get(path)
		if err == nil && status != 200 {
			err = fmt.Errorf("status %d: %.1000s", status, c.body)
		}
		return err
	}
	if status == 404 {
		r.say("the service has no trial balance: measured by the function it would call")
		db, err := r.main().open()
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		name, ask = "asof/function", func(ctx context.Context) error { return trialBalance(ctx, db) }
	}
	m, err := r.alternate(ctx, 1, side{name, func(ctx context.Context) (sample, error) { return repeat(ctx, r.length(), ask) }})
	if err == nil {
		r.report(name, 1, m[0], nil)
	}
	return err
}

func trialBalance(ctx context.Context, db *bun.DB) error {
	return accounting.Read(ctx, db, func(ctx context.Context, tx bun.Tx) error {
		rows, err := accounting.TrialBalance(ctx, tx, accounting.TrialBalanceQuery{Book: book, AsOf: accounting.MustDate(asOfDay)})
		if err == nil && len(rows) == 0 {
			err = errors.New("an empty trial balance")
		}
		return err
	})
}

// repeat measures calls one after the other.
func repeat(ctx context.Context, length time.Duration, call func(context.Context) error) (sample, error) {
	t := tally{}
	start := time.Now()
	for time.Since(start) < length {
		from := time.Now()
		if err := call(ctx); err != nil {
			return sample{}, err
		}
		t.latencies = append(t.latencies, uint32(time.Since(from).Microseconds())) //nolint:gosec // far below an hour
		t.units++
	}
	t.end = time.Now()
	return summary(start, []tally{t})
}

// sizesCase: plans are made once and kept. Those made on empty tables, and those made without statistics, must carry the
// same load as those of a large database. The services run all along, so that none makes its plans anew.
func sizesCase(ctx context.Context, r *run) error {
	if err := r.fill(ctx); err != nil {
		return err
	}
	var sides []side
	names := []string{freshDatabase, unanalysedDatabase, mainDatabase}
	for _, name := range names {
		sides = append(sides, r.ours(name, r.services[name], 32, spread(currentDay)))
	}
	m, err := r.alternate(ctx, 32, sides...)
	if err != nil {
		return err
	}
	for i, label := range []string{"size/fresh", "size/unanalysed", "size/large"} {
		r.report(label, 32, m[i], &m[0])
	}
	return nil
}
