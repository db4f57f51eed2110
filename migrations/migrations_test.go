package migrations_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
	"mingzhang/migrations/pgtest"
)

const (
	one = "create table public.one (n int);"
	two = "create table public.two (n int);"
)

// set makes a folder of migrations: 0001_step, 0002_step and so on.
func set(texts ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i, text := range texts {
		m[fmt.Sprintf("%04d_step.tx.up.sql", i+1)] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

// open lets the owner use the schema public, so that the examples stay short.
func open(t testing.TB) *bun.DB {
	t.Helper()
	db := pgtest.Unmigrated(t)
	do(t, db, "grant create on schema public to public")
	return db
}

func do(t testing.TB, db *bun.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func ask(t testing.TB, db *bun.DB, query string) string {
	t.Helper()
	var s string
	if err := db.QueryRowContext(t.Context(), query).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

// tables lists what the examples made.
func tables(t testing.TB, db *bun.DB) string {
	t.Helper()
	return ask(t, db, "select coalesce(string_agg(relname, ' ' order by relname), '') from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'")
}

func wants(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; it should say %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("the error does not say %q: %v", p, err)
		}
	}
}

func TestUpMakesTheWholeDatabaseOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.Unmigrated(t)
	for range 2 { // the second finds nothing to do
		if err := migrations.Up(t.Context(), db.DB); err != nil {
			t.Fatal(err)
		}
	}
	app := pgtest.Login(t, db, migrations.App)
	if err := migrations.Check(t.Context(), app.DB); err != nil {
		t.Errorf("the service does not accept what Up made: %v", err)
	}
	if got := ask(t, db, `select coalesce(string_agg(nspname || '.' || relname, ' '), '') from pg_class c join pg_namespace n on n.oid = relnamespace
		where nspname in ('accounting', 'projects', 'api', 'migrations') and relowner <> 'mingzhang_owner'::regrole`); got != "" {
		t.Errorf("objects that do not belong to the owner: %s", got)
	}
	if _, err := app.ExecContext(t.Context(), "insert into migrations.applied (name, sha256) values ('x', repeat('0', 64))"); err == nil {
		t.Error("the service can write the list of migrations")
	}
	if got := ask(t, db, "select (reltuples >= 0)::text from pg_class where oid = 'accounting.books'::regclass"); got != "true" {
		t.Error("tables were left without statistics")
	}
}

func TestUpWorksForAMemberOfTheOwner(t *testing.T) {
	t.Parallel()
	db := open(t)
	if err := migrations.UpFS(t.Context(), db.DB, set()); err != nil { // what the DBA prepares
		t.Fatal(err)
	}
	do(t, db, "drop role if exists releaser; create role releaser login in role mingzhang_owner; drop role if exists stranger; create role stranger login")
	t.Cleanup(func() { _, _ = db.Exec("drop role releaser; drop role stranger") })
	wants(t, migrations.UpFS(t.Context(), pgtest.Login(t, db, "stranger").DB, set(one)), "no member of mingzhang_owner")
	if err := migrations.UpFS(t.Context(), pgtest.Login(t, db, "releaser").DB, set(one)); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, db, "select relowner::regrole || ' ' || applied_by from pg_class, migrations.applied where relname = 'one'"); got != "mingzhang_owner releaser" {
		t.Errorf("owner and login: %s", got)
	}
}

func TestUpRefuses(t *testing.T) {
	t.Parallel()
	sum := func(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }
	for _, tt := range []struct {
		name     string
		had, has fstest.MapFS
		says     []string
	}{
		{"an edited file", set(one), set(two), []string{"0001_step.tx.up.sql was edited after it ran", sum(one), sum(two)}},
		{"a newer database", set(one, two), set(one), []string{"newer than this program", "0002_step.tx.up.sql"}},
		{"a file that comes too late", fstest.MapFS{"0002_b.tx.up.sql": {Data: []byte(two)}},
			fstest.MapFS{"0001_a.tx.up.sql": {Data: []byte(one)}, "0002_b.tx.up.sql": {Data: []byte(two)}},
			[]string{"0001_a.tx.up.sql comes before 0002_b.tx.up.sql"}},
		{"a number used twice", nil, fstest.MapFS{"0001_a.tx.up.sql": {}, "0001_b.tx.up.sql": {}}, []string{"same number"}},
		{"a name without number", nil, fstest.MapFS{"a.tx.up.sql": {}}, []string{"a.tx.up.sql is not of the form"}},
		{"its own commit", nil, set(one + "\n commit ;\n"), []string{"0001_step.tx.up.sql", "commit ;"}},
		{"a name without schema", nil, set("create table lost (n int);"), []string{"0001_step.tx.up.sql", "no schema has been selected"}},
		{"a fault, and says the line", nil, set("-- 说明\n" + one + "\ncreate table public.bad (n integer, m nonsense);"),
			[]string{"0001_step.tx.up.sql line 3", "nonsense"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			if tt.had != nil {
				if err := migrations.UpFS(t.Context(), db.DB, tt.had); err != nil {
					t.Fatal(err)
				}
			}
			before := tables(t, db)
			wants(t, migrations.UpFS(t.Context(), db.DB, tt.has), tt.says...)
			if after := tables(t, db); after != before {
				t.Errorf("tables before %q, after the refusal %q", before, after)
			}
		})
	}
}

func TestBrokenMigrationLeavesWholeOnesOnly(t *testing.T) {
	t.Parallel()
	db := open(t)
	wants(t, migrations.UpFS(t.Context(), db.DB, set(one, two+"select 1/0;")), "0002_step.tx.up.sql", "division by zero")
	if got := tables(t, db); got != "one" {
		t.Errorf("tables %q, want the first migration only", got)
	}
	left, err := migrations.PendingFS(t.Context(), pgtest.Login(t, db, migrations.App).DB, set(one, two))
	if err != nil || !slices.Equal(left, []string{"0002_step.tx.up.sql"}) {
		t.Errorf("pending %v, %v", left, err)
	}
	if err := migrations.UpFS(t.Context(), db.DB, set(one, two)); err != nil {
		t.Fatal(err)
	}
	if got := tables(t, db); got != "one two" {
		t.Errorf("tables %q after the repair", got)
	}
}

// No kill can come between a migration and its mark, because one transaction wrote both.
func TestMarkBelongsToTheMigrationsOwnTransaction(t *testing.T) {
	t.Parallel()
	db := open(t)
	if err := migrations.UpFS(t.Context(), db.DB, set(one)); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, db, "select (c.xmin = a.xmin)::text from pg_class c, migrations.applied a where relname = 'one'"); got != "true" {
		t.Error("the migration and its mark were written by two transactions")
	}
}

func TestServiceSeesAnUnmigratedDatabase(t *testing.T) {
	t.Parallel()
	db := pgtest.Unmigrated(t)
	app := pgtest.Login(t, db, migrations.App)
	wants(t, migrations.Check(t.Context(), app.DB), "the database lacks", "mingzhang migrate")
}

// TestTwoAtOnce holds the lock until both wait for it, then lets them go.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	db := open(t)
	gate, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = gate.Close() }()
	if _, err := gate.ExecContext(t.Context(), "select pg_advisory_lock(?)", migrations.LockKey); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 2)
	for range 2 {
		other := pgtest.Superuser(t, db)
		go func() { done <- migrations.UpFS(t.Context(), other.DB, set(one, two)) }()
	}
	waiting(t, db, "2")
	if _, err := gate.ExecContext(t.Context(), "select pg_advisory_unlock(?)", migrations.LockKey); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// waiting returns when so many sessions of this database wait for an advisory lock.
func waiting(t testing.TB, db *bun.DB, n string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		got := ask(t, db, `select count(*) from pg_locks where locktype = 'advisory' and not granted
			and database = (select oid from pg_database where datname = current_database())`)
		if got == n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s sessions wait for the lock, want %s", got, n)
		}
	}
}

const childDSN = "MIGRATIONS_CHILD_DSN"

// TestKilledInTheMiddle kills a migrating process with signal 9 while its second migration has done half its work.
func TestKilledInTheMiddle(t *testing.T) {
	stuck := set(one, two+"select pg_advisory_lock(42); select pg_advisory_unlock(42);")
	if dsn := os.Getenv(childDSN); dsn != "" {
		db, err := migrations.OpenOwner(dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Fatal(migrations.UpFS(t.Context(), db, stuck)) // the parent kills us here
	}
	t.Parallel()
	db := open(t)
	gate, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = gate.Close() }()
	if _, err := gate.ExecContext(t.Context(), "select pg_advisory_lock(42)"); err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledInTheMiddle$")
	child.Env = append(os.Environ(), childDSN+"="+pgtest.DSN(t, db, pglocal.Admin))
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	waiting(t, db, "1")
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed, which is an error
	if _, err := gate.ExecContext(t.Context(), "select pg_advisory_unlock(42)"); err != nil {
		t.Fatal(err)
	}
	if got := tables(t, db); got != "one" {
		t.Errorf("tables %q, want the first migration only", got)
	}
	if err := migrations.UpFS(t.Context(), db.DB, stuck); err != nil {
		t.Fatal(err)
	}
	if got := tables(t, db); got != "one two" {
		t.Errorf("tables %q after the repeat", got)
	}
}
