package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"mingzhang/accounting"
	"mingzhang/migrations"
	"mingzhang/projects"
)

// migrate compares what was loaded with the manifest, and brings an older schema up to this program's.
func (r *restoring) migrate(ctx context.Context, db *sql.DB, m *manifest, lacking []string) error {
	start := time.Now()
	found, err := countRows(ctx, db)
	if err != nil {
		return err
	}
	if err := compareTables(m.Tables, found); err != nil {
		return err
	}
	if err := compareBooks(ctx, db, m); err != nil {
		return err
	}
	if err := migrations.Up(ctx, db); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "analyze"); err != nil { // a dump carries no statistics, and plans without them were a hundred times slower
		return err
	}
	if len(lacking) > 0 {
		r.say("schema    %d migrations more, the first %s: %.1f s", len(lacking), strings.TrimSuffix(lacking[0], ".tx.up.sql"), time.Since(start).Seconds())
		return compareBooks(ctx, db, m)
	}
	r.say("schema    as this program's: %.1f s", time.Since(start).Seconds())
	return nil
}

func compareBooks(ctx context.Context, db *sql.DB, m *manifest) error {
	found, err := totals(ctx, db)
	if err != nil {
		return err
	}
	return compareTotals(m.Books, found)
}

// verify lets the books prove themselves before anybody opens them.
func (r *restoring) verify(ctx context.Context, db *sql.DB, m *manifest) error {
	files, err := r.openFiles(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = files.Close() }()
	books := bun.NewDB(db, pgdialect.New())
	ctx = accounting.WithReader(ctx, accounting.Operator)
	for _, b := range m.Books {
		start := time.Now()
		var report accounting.Report
		err := accounting.Read(ctx, books, func(ctx context.Context, tx bun.Tx) (err error) {
			report, err = accounting.Verify(ctx, tx, accounting.VerifyOptions{Book: b.Book, Progress: progress()})
			return err
		})
		if err != nil {
			return err
		}
		if !report.OK() {
			return refuse("restore_differs", "book %d: the checks %s do not hold, the first finding is %v; the books were not whole when they were backed up", b.Book, strings.Join(report.Failed(), ", "), report.Findings(report.Failed()[0])[0])
		}
		var missing []error
		var lacking []lackingFile // of this book
		n, err := projects.EachDamagedFile(ctx, books, files, b.Book, func(f projects.File, how error) {
			if i := m.lacks(f); i >= 0 {
				lacking = append(lacking, m.Lacking[i])
				return
			}
			missing = append(missing, fmt.Errorf("%s: %w", f.Name, how))
		})
		if err != nil {
			return err
		}
		if len(missing) > 0 {
			return refuse("restore_differs", "book %d: %d files are not what their rows say, the first: %v", b.Book, len(missing), missing[0])
		}
		roots := 0
		for _, p := range b.Periods {
			if p.Root != "" {
				roots++
			}
		}
		r.say("verified  book %d %s: %d vouchers, sums and %d roots as in the archive, %d checks hold, %d files%s: %.1f s", b.Book, b.Name, report.Vouchers, roots, len(report.Checks), n, withoutText(lacking), time.Since(start).Seconds())
	}
	return nil
}

// databaseOf is the name of the database in an address.
func databaseOf(dsn string) string {
	cfg, err := pq.NewConfig(dsn)
	if err != nil {
		return ""
	}
	return cfg.Database
}
