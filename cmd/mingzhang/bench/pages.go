package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/migrations"
	"mingzhang/projects"
	"mingzhang/seeds"
)

// PageOptions of a run over the pages that people work in.
type PageOptions struct {
	DB    *bun.DB             // of a demonstration that was scaled up; nil: a throw-away cluster with one
	Files *projects.FileStore // of that demonstration

	Scale    int // of the throw-away one, in times the demonstration
	Requests int // of each page
	Out      io.Writer
	Log      io.Writer
}

// ErrTooSlow says that a page misses its limit.
var ErrTooSlow = errors.New("not all pages keep their limit")

// Limits of server time at the 99th percentile. What is looked at all day answers at once; a list has its head added up too. A
// report shows every project or every line of a project at once, and is asked for less often.
const (
	pageLimit   = 50 * time.Millisecond
	headLimit   = 100 * time.Millisecond
	reportLimit = 150 * time.Millisecond
)

// enough ends the measurement of a page that is far too slow: its place is known by then.
const enough = 20 * time.Second

// Pages lets persons of the demonstration open the pages of the service and measures how long it takes to make them: from
// the request read to the answer written, in this process, one request at a time.
func Pages(ctx context.Context, o PageOptions) (err error) {
	if o.Requests < 2 || o.DB == nil && o.Scale < 1 {
		return errors.New("bench --pages needs at least two requests of a page, and a scale of at least one")
	}
	if o.DB == nil {
		p, err := openPlace(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, p.close(false)) }()
		if err := o.demonstrate(ctx, p); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, o.DB.Close(), o.Files.Close()) }()
		return o.measure(ctx)
	}
	return o.measure(ctx)
}

// demonstrate makes a demonstration of the asked size, with statistics as a database has that was not filled a minute ago.
func (o *PageOptions) demonstrate(ctx context.Context, p *place) error {
	if err := p.cluster.EnsureDatabase(ctx, mainDatabase); err != nil {
		return err
	}
	owner, err := p.connect(mainDatabase)
	if err != nil {
		return err
	}
	if err := errors.Join(migrations.Up(ctx, owner), owner.Close()); err != nil {
		return err
	}
	if o.Files, err = projects.OpenFileFolder(filepath.Join(p.dir, "files")); err != nil {
		return err
	}
	if o.DB, err = migrations.OpenDB(p.cluster.DSN(migrations.App, mainDatabase)); err != nil {
		return err
	}
	books := accounting.NewBooks(o.DB)
	defer books.Close()
	if err := seeds.Demonstrate(ctx, books, o.DB, o.Files); err != nil {
		return err
	}
	if err := api.OpenDemonstrationAccounts(ctx, o.DB, seeds.DemoBook); err != nil {
		return err
	}
	start := time.Now()
	s, err := seeds.Scale(ctx, books, o.DB, accounting.Book{ID: seeds.DemoBook, Kind: accounting.DemoBook}, o.Scale, func(int, seeds.Scaled) {})
	if err != nil {
		return err
	}
	o.say("added %d projects, %d vouchers, %d documents in %s", s.Projects, s.Vouchers, s.Documents, time.Since(start).Round(time.Second))
	return p.in(ctx, mainDatabase, "vacuum analyze")
}

func (o *PageOptions) say(format string, args ...any) {
	_, _ = fmt.Fprintf(o.Log, format+"\n", args...)
}

// measure opens every page as its persons do, and prints what each took.
func (o *PageOptions) measure(ctx context.Context) (err error) {
	asked, err := o.pages(ctx)
	if err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the service does
	}
	f, err := openFront(ctx, o.DB, o.Files, slog.New(slog.NewTextHandler(o.Log, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close(ctx)) }()
	o.say("%d processors, %s, Go %s; load %s", runtime.NumCPU(), processor(), runtime.Version(), load())
	table := tabwriter.NewWriter(o.Out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintf(table, "page\tn\tfirst ms\tp50 ms\tp99 ms\tlimit ms\t\t\n")
	slow := false
	for _, p := range asked {
		first, took, err := o.open(ctx, f, p)
		if err != nil {
			return fmt.Errorf("page %s: %w", p.name, err)
		}
		verdict := "ok"
		if quantile(took, 0.99) > p.limit {
			verdict, slow = "MISSED", true
		}
		_, _ = fmt.Fprintf(table, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.0f\t%s\t\n", p.name, len(took), milliseconds(first), milliseconds(quantile(took, 0.5)), milliseconds(quantile(took, 0.99)), milliseconds(p.limit), verdict)
	}
	o.say("load %s", load())
	if err := table.Flush(); err != nil {
		return err
	}
	if slow {
		return ErrTooSlow
	}
	return nil
}

// open asks for a page by its addresses and persons in turn. The first round is told apart: the service keeps some sums of
// closed days, which whoever comes first after a start waits for.
func (o *PageOptions) open(ctx context.Context, f *front, p page) (first time.Duration, took []uint32, err error) {
	start := time.Now()
	for i := -len(p.visits); i < o.Requests; i++ {
		v := p.visits[(i+len(p.visits))%len(p.visits)]
		one, err := f.get(ctx, v)
		if err != nil {
			return 0, nil, fmt.Errorf("%s as %s: %w", v.path, v.account, err)
		}
		if i < 0 {
			first = max(first, one)
			continue
		}
		took = append(took, uint32(one.Microseconds())) //nolint:gosec // far below an hour
		if time.Since(start) > enough && len(took) > 1 {
			break
		}
	}
	slices.Sort(took)
	return first, took, nil
}
