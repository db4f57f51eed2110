package seeds

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

func demonstrate(t *testing.T) *bun.DB {
	t.Helper()
	db := pgtest.Open(t)
	books := accounting.NewBooks(db)
	t.Cleanup(books.Close)
	if err := Demonstrate(t.Context(), books, db, folder(t)); err != nil {
		t.Fatal(err)
	}
	return db
}

func folder(t *testing.T) *projects.FileStore {
	t.Helper()
	files, err := projects.OpenFileFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	return files
}

func ask[A any](t *testing.T, db bun.IDB, query string, args ...any) A {
	t.Helper()
	var a A
	if err := db.NewRaw(query, args...).Scan(t.Context(), &a); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return a
}

func TestDemonstrate(t *testing.T) {
	start := time.Now()
	db := demonstrate(t)
	if took := time.Since(start); took > time.Minute {
		t.Errorf("the demonstration took %s, at most a minute", took)
	}
	const counted = `select count(*) from accounting.vouchers where book_id = ?`
	vouchers := ask[int](t, db, counted, DemoBook)
	books := accounting.NewBooks(db)
	defer books.Close()
	persons, err := OpenDemonstration(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if err := Tell(t.Context(), &clerks{books: books, db: db, files: folder(t), persons: persons}, db); err != nil {
		t.Fatalf("a second run: %v", err)
	}
	if err := Demonstrate(t.Context(), nil, db, nil); err != nil { // without hands it can do nothing
		t.Fatalf("one that was told: %v", err)
	}
	if again := ask[int](t, db, counted, DemoBook); again != vouchers {
		t.Errorf("the second run made %d vouchers of %d", again, vouchers)
	}

	for what, query := range map[string]string{
		"vouchers not marked as an example":            `select count(*) from accounting.vouchers where book_id = ? and position('【示例】' in memo) = 0`,
		"documents made up":                            `select count(*) from accounting.vouchers where book_id = ? and kind not in ('correction', 'reversal') and attachment_count <> 0`,
		"vouchers prepared and reviewed by one person": `select count(*) from accounting.vouchers where book_id = ? and prepared_by = reviewed_by`,
	} {
		if n := ask[int](t, db, query, DemoBook); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	if n := ask[int](t, db, `select count(distinct x.p) from accounting.vouchers v cross join lateral (values (v.prepared_by), (v.reviewed_by)) x(p) where v.book_id = ?`, DemoBook); n < 4 {
		t.Errorf("%d persons acted, want at least 4", n)
	}

	t.Run("events", func(t *testing.T) { everyEvent(t, db) })
	t.Run("figures", func(t *testing.T) { figures(t, db) })
	t.Run("closing", func(t *testing.T) { closing(t, db) })
	t.Run("inspected", func(t *testing.T) { inspected(t, db) })
	t.Run("banked", func(t *testing.T) { banked(t, db) })
	t.Run("verify", func(t *testing.T) {
		err := accounting.Read(t.Context(), db, func(ctx context.Context, tx bun.Tx) error {
			r, err := accounting.Verify(ctx, tx, accounting.VerifyOptions{Book: DemoBook})
			for _, c := range r.Checks {
				for _, f := range c.Findings {
					t.Errorf("%s: %s", c.Name, f)
				}
			}
			if len(r.Checks) == 0 || r.Vouchers != vouchers {
				t.Errorf("%d checks over %d vouchers", len(r.Checks), r.Vouchers)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("scaled", func(t *testing.T) { scaled(t, db) })
}

// everyEvent wants each row of the event table; a variant is told by an account that only it moves.
func everyEvent(t *testing.T, db bun.IDB) {
	for _, want := range strings.Fields("O1 I1 I2 I3+ I3- I4 I4s I5 I6 I6r I7 I7r P1 P2 P2d P3 P4 P5 P5f P6 P7 T1 T1s T2 T3 T4 T5 H1 H2 B1 B2 G1 K1 K2a K2b R1 R2 Y1 Y2 Y3 Y4 Y5" +
		" I5:9301.01 T4:9401 P7:9101 P7:8001.02 T1s:3001 T1s:1613.03 T5:1801") {
		event, account, _ := strings.Cut(want, ":")
		n := ask[int](t, db, `select count(*) from accounting.vouchers v join accounting.lines l on l.book_id = v.book_id and l.period = v.period and l.number = v.number
			where v.book_id = ? and v.source = ? and (? = '' or l.account = ?)`, DemoBook, event, account, account)
		if n == 0 {
			t.Errorf("event %s does not occur", want)
		}
	}
	for _, kind := range []string{"opening", "closing", "reversal", "correction", "demonstration"} {
		if n := ask[int](t, db, `select count(*) from accounting.vouchers where book_id = ? and kind = ?`, DemoBook, kind); n == 0 {
			t.Errorf("no voucher of kind %s", kind)
		}
	}
}

// figures are those of the worked examples, as the books showed them on 31 December 2025, before the closing.
func figures(t *testing.T, db bun.IDB) {
	balance := func(account, project string) string {
		return ask[accounting.Money](t, db, `select coalesce(sum(l.debit - l.credit), 0) from accounting.lines l join accounting.ledgers g on g.book_id = l.book_id and g.project_id = l.project_id
			where l.book_id = ? and l.period between 202501 and 202513 and l.account like ? and g.code like ?`, DemoBook, account, project).String()
	}
	for _, tt := range []struct{ account, project, want string }{
		{"9401", "2025-01", "50000.00"},
		{"9401", "2025-02", "240000.00"},
		{"9401", "2025-03-1", "30000000.00"},
		{"2901", "2025-03-2", "-5995000.00"},
		{"9401", "2025-04", "4800000.00"},
		{"9401", "2025-05", "8327200.00"},
		{"2307.01", "2025-05", "-232800.00"},
		{"1601", "2025-05", "8560000.00"},
		{"9401", "2025-06%", "24265000.00"},
		{"1613.%", "2025-06%", "0.00"},
		{"9401", "2025-07", "3830000.00"},
		{"1801", "2025-08-2", "12000000.00"},
		{"9101", "2025-08-1", "-24240000.00"},
		{"9401", "2025-09-1", "1200000.00"},
		{"9101", "2025-09", "-1300000.00"},
		{"9101", "2025-10-050", "-2307692.31"},
		{"9101", "2025-10-051", "-2307692.30"},
		{"9401", "2025-10%", "2882500.00"},
		{"9301.04", "%", "0.00"},
		{"9101", "%", "-277640000.00"}, // the plans 277,200,000, examples of 1 and 2 290,000, supplement 200,000 less reduction 50,000
	} {
		if got := balance(tt.account, tt.project); got != tt.want {
			t.Errorf("%s of %s: %s, want %s", tt.account, tt.project, got, tt.want)
		}
	}
}

// closing wants nothing but open months in the way of locking 2025, and of the clinic what worked example A leaves.
func closing(t *testing.T, db bun.IDB) {
	blockers, err := accounting.Blockers(t.Context(), db, DemoBook, 202514)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blockers {
		if b.Name != "earlier_period_open" {
			t.Errorf("2025 cannot be locked: %s: %s", b.Name, b.Detail)
		}
	}
	left := ask[string](t, db, `select string_agg(account || ' ' || balance::numeric(20,2), ', ' order by account) from (
		select l.account, sum(l.debit - l.credit) as balance from accounting.lines l join accounting.ledgers g on g.book_id = l.book_id and g.project_id = l.project_id
		where l.book_id = ? and l.period <= 202514 and l.account < '6' and g.code = '2025-05' group by 1 having sum(l.debit - l.credit) <> 0) x`, DemoBook)
	if want := "1601 8560000.00, 2307.01 -232800.00, 3001 -8327200.00"; left != want {
		t.Errorf("after closing the clinic holds %s, want %s", left, want)
	}
	if carried := ask[accounting.Money](t, db, `select sum(l.credit - l.debit) from accounting.lines l join accounting.budget_lines b on b.book_id = l.book_id and b.budget_line_id = l.budget_line_id
		where l.book_id = ? and l.period = 202601 and l.account = '9101' and b.code = '2025-05/2026'`, DemoBook); carried.String() != "272800.00" {
		t.Errorf("carried into 2026 for the clinic: %s, want 272800.00", carried)
	}
}
