// Package bench measures the built program through its ordinary routes against what PostgreSQL itself can do with the
// least work, in the same minutes on the same cluster. Only the ratio of the two travels from machine to machine.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Options of a run.
type Options struct {
	Cases   []string
	Rounds  int
	Seconds int
	Lines   int
	Full    bool
	Keep    bool
	Out     io.Writer // results, one JSON object a line
	Log     io.Writer // raw rows and progress
}

// run is a bench under way.
type run struct {
	Options
	place    *place
	services map[string]*service // by database
	filled   bool                // the main database has its history
}

// benchCase measures one question. Those behind the history need it in the main database.
type benchCase struct {
	name string
	run  func(context.Context, *run) error
}

var cases = []benchCase{
	{"spread", spreadCase}, {"hot", hotCase}, {"refused", refusedCase}, {"payment", paymentCase}, {"bulk", bulkCase},
	{"backdated", backdatedCase}, {"asof", asOfCase}, {"sizes", sizesCase},
}

// Names of the cases, in the order they run.
func Names() []string {
	names := make([]string, len(cases))
	for i, c := range cases {
		names[i] = c.name
	}
	return names
}

// result is what a case says, in machine-readable form. Rates are vouchers a second, in bulk and payment lines a second.
type result struct {
	Case     string   `json:"case"`
	Clients  int      `json:"clients"`
	PerS     float64  `json:"per_s"`
	LimitPer *float64 `json:"limit_per_s"`
	Ratio    *float64 `json:"ratio"`
	P50      float64  `json:"p50_ms"`
	P99      float64  `json:"p99_ms"`
}

// Run makes a cluster, measures, judges the books and the count of commands, and takes everything away again.
func Run(ctx context.Context, o Options) (err error) {
	if o.Full {
		o.Lines = max(o.Lines, 1_000_000)
	}
	if o.Rounds < 1 || o.Seconds < 1 || o.Lines < 1000 {
		return errors.New("bench needs at least one round, one second and a thousand lines")
	}
	for _, c := range o.Cases {
		if !slices.Contains(Names(), c) {
			return fmt.Errorf("there is no case %q; cases are %s", c, strings.Join(Names(), ", "))
		}
	}
	r := &run{Options: o, services: make(map[string]*service)}
	r.say("%d processors, %s, Go %s; load %s", runtime.NumCPU(), processor(), runtime.Version(), load())
	if r.place, err = openPlace(ctx); err != nil {
		return err
	}
	defer func() {
		for _, s := range r.services {
			err = errors.Join(err, s.stop())
		}
		err = errors.Join(err, r.place.close(o.Keep))
		if o.Keep {
			r.say("kept: %s", r.place.dir)
		}
	}()
	if err := r.prepare(ctx); err != nil {
		return err
	}
	for _, c := range cases {
		if len(o.Cases) > 0 && !slices.Contains(o.Cases, c.name) {
			continue
		}
		if _, err := r.place.admin.ExecContext(ctx, "checkpoint"); err != nil { // no case pays for the pages another has dirtied
			return err
		}
		r.say("-- %s; load %s", c.name, load())
		if err := c.run(ctx, r); err != nil {
			return fmt.Errorf("case %s: %w", c.name, err)
		}
	}
	return r.judge(ctx)
}

func (r *run) say(format string, args ...any) { _, _ = fmt.Fprintf(r.Log, format+"\n", args...) }

func (r *run) length() time.Duration { return time.Duration(r.Seconds) * time.Second }

// report prints a result; against nil it stands alone.
func (r *run) report(name string, clients int, ours sample, limit *sample) {
	out := result{Case: name, Clients: clients, PerS: round(ours.perSecond), P50: milliseconds(ours.p50), P99: milliseconds(ours.p99)}
	if limit != nil && limit.perSecond > 0 {
		per, ratio := round(limit.perSecond), round(ours.perSecond/limit.perSecond)
		out.LimitPer, out.Ratio = &per, &ratio
	}
	text, err := json.Marshal(out)
	if err == nil {
		_, _ = fmt.Fprintf(r.Out, "%s\n", text)
	}
}

// side is one of the things measured in turn.
type side struct {
	name string
	run  func(context.Context) (sample, error)
}

// alternate measures the sides in turn, so that a disturbance meets all of them, and answers each one's median.
func (r *run) alternate(ctx context.Context, clients int, sides ...side) ([]sample, error) {
	all := make([][]sample, len(sides))
	for round := range r.Rounds {
		for i, s := range sides {
			usage := startUsage(r)
			got, err := s.run(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			r.say("%-12s c=%-3d round %d  %10.1f/s  %s  %s", s.name, clients, round+1, got.perSecond, got.latency(), usage.since(r))
			all[i] = append(all[i], got)
		}
	}
	medians := make([]sample, len(sides))
	for i := range sides {
		medians[i] = median(all[i])
	}
	return medians, nil
}

// processor is the machine's name for itself; figures without it say nothing.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
