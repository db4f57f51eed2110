package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"
)

// sample is one measurement.
type sample struct {
	perSecond float64
	p50, p99  time.Duration
	mean      time.Duration // all that pgbench tells
	refused   float64       // a second
}

func (s sample) latency() string {
	if s.mean > 0 {
		return fmt.Sprintf("mean %.2f ms", milliseconds(s.mean))
	}
	text := fmt.Sprintf("p50 %.2f ms  p99 %.2f ms", milliseconds(s.p50), milliseconds(s.p99))
	if s.refused > 0 {
		text += fmt.Sprintf("  and %.1f refused/s", s.refused)
	}
	return text
}

// request is what a client sends next.
type request struct {
	path     string
	body     []byte
	units    int  // what it counts for when it is posted: a voucher, or its lines; 0 for preparations
	vouchers int  // of a bulk request, all of which must be posted
	refusal  bool // a refusal by the floor is the expected answer
}

// stream writes the requests of one client, one after the other. It keeps its own random numbers and books.
type stream func(random *rand.Rand, r *request)

// tally is what one client counted.
type tally struct {
	latencies []uint32 // microseconds, of what counts
	units     int
	refused   int
	err       error
	end       time.Time
}

const (
	singlePath = "/api/v1/vouchers"
	bulkPath   = "/api/v1/vouchers/bulk"
)

// load lets clients post in a closed loop for a time. Any answer that is neither expected nor booked is an error.
func (s *service) load(ctx context.Context, clients int, length time.Duration, streams func(client int) stream) (sample, error) {
	return s.drive(ctx, clients, func(start time.Time, _ int) bool { return time.Since(start) < length }, streams)
}

// drive is load for as long as more says so.
func (s *service) drive(ctx context.Context, clients int, more func(start time.Time, sent int) bool, streams func(client int) stream) (sample, error) {
	if err := s.start(ctx); err != nil {
		return sample{}, err
	}
	name := "b" + strconv.FormatInt(s.runs.Add(1), 10) + "-"
	tallies, conns := make([]tally, clients), make([]*conn, clients)
	for i := range conns {
		c, err := dial(ctx, s)
		if err != nil {
			return sample{}, err
		}
		defer c.close()
		conns[i] = c
		tallies[i].latencies = make([]uint32, 0, 1<<20/clients)
	}
	var all sync.WaitGroup
	start := time.Now()
	for i := range tallies {
		all.Go(func() {
			t := &tallies[i]
			t.err = s.client(ctx, conns[i], name+strconv.Itoa(i)+"-", t, start, more, streams(i))
			t.end = time.Now()
		})
	}
	all.Wait()
	return summary(start, tallies)
}

// client is the closed loop of one connection.
func (s *service) client(ctx context.Context, c *conn, name string, t *tally, start time.Time, more func(time.Time, int) bool, next stream) error {
	random := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) //nolint:gosec // choices of a load, no secrets
	r := request{body: make([]byte, 0, 4096)}
	key := []byte(name)
	for sent := 0; more(start, sent) && ctx.Err() == nil; sent++ {
		r = request{path: singlePath, body: r.body[:0], units: 1}
		next(random, &r)
		key = strconv.AppendInt(key[:len(name)], int64(sent), 10)
		from := time.Now()
		status, err := c.post(r.path, key, r.body)
		took := time.Since(from)
		if err != nil {
			return err
		}
		switch {
		case status == 201:
			s.posted.Add(1)
		case status == 200 && r.vouchers > 0:
			booked := bytes.Count(c.body, []byte(`"receipt":`))
			s.posted.Add(int64(booked))
			if booked != r.vouchers {
				return fmt.Errorf("%d of %d vouchers of a bulk were posted: %.1000s", booked, r.vouchers, c.body)
			}
		case status >= 400 && status < 500 && r.refusal && bytes.Contains(c.body, []byte("budget_exceeded")):
			t.refused++
			continue
		default:
			return fmt.Errorf("status %d: %.1000s\nsent: %.1000s", status, c.body, r.body)
		}
		if r.units > 0 {
			t.units += r.units
			t.latencies = append(t.latencies, uint32(min(took.Microseconds(), math.MaxUint32))) //nolint:gosec // bounded here
		}
	}
	return ctx.Err()
}

// summary joins the clients' tallies. The time runs to the last answer: what was sent counts as long as it took.
func summary(start time.Time, tallies []tally) (sample, error) {
	var latencies []uint32
	var errs []error
	end := start
	units, refused := 0, 0
	for _, t := range tallies {
		latencies = append(latencies, t.latencies...)
		units, refused = units+t.units, refused+t.refused
		if t.end.After(end) {
			end = t.end
		}
		if t.err != nil && len(errs) < 3 {
			errs = append(errs, t.err)
		}
	}
	if len(errs) > 0 {
		return sample{}, errors.Join(errs...)
	}
	slices.Sort(latencies)
	seconds := end.Sub(start).Seconds()
	return sample{perSecond: float64(units) / seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), refused: float64(refused) / seconds}, nil
}

func quantile(sorted []uint32, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return time.Duration(sorted[int(q*float64(len(sorted)-1))]) * time.Microsecond
}

// median takes each figure's own median.
func median(all []sample) sample {
	return sample{
		perSecond: middle(all, func(s sample) float64 { return s.perSecond }),
		p50:       time.Duration(middle(all, func(s sample) float64 { return float64(s.p50) })),
		p99:       time.Duration(middle(all, func(s sample) float64 { return float64(s.p99) })),
		refused:   middle(all, func(s sample) float64 { return s.refused }),
	}
}

func middle(all []sample, figure func(sample) float64) float64 {
	figures := make([]float64, len(all))
	for i, s := range all {
		figures[i] = figure(s)
	}
	slices.Sort(figures)
	n := len(figures)
	return (figures[(n-1)/2] + figures[n/2]) / 2
}

// round keeps three decimals.
func round(f float64) float64 { return math.Round(f*1000) / 1000 }

func milliseconds(d time.Duration) float64 { return round(float64(d) / float64(time.Millisecond)) }
