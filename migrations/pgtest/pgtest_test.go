package pgtest_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
	"mingzhang/migrations/pgtest"
)

func ask(t testing.TB, db *bun.DB, query string) string {
	t.Helper()
	var s string
	if err := db.QueryRowContext(t.Context(), query).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

func do(t testing.TB, db *bun.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestOpenGivesTheServicesLoginOnAMigratedDatabase(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	for query, want := range map[string]string{
		"select session_user || ' ' || current_user":                       "mingzhang_app mingzhang_app",
		"select rolsuper::text from pg_roles where rolname = current_user": "false",
		"show standard_conforming_strings":                                 "on",
		"show timezone":                                                    "Asia/Shanghai",
		"show lock_timeout":                                                "3s",
		"show statement_timeout":                                           "1min",
		"show idle_in_transaction_session_timeout":                         "1min",
		"select has_database_privilege(current_database(), 'temporary')":   "false",
	} {
		if got := ask(t, db, query); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
	if err := migrations.Check(t.Context(), db.DB); err != nil {
		t.Errorf("not migrated: %v", err)
	}
}

func TestDatabasesAreApartAndLoginsMeet(t *testing.T) {
	t.Parallel()
	a, b := pgtest.Open(t), pgtest.Open(t)
	do(t, pgtest.Superuser(t, a), "create schema mark; grant usage on schema mark to mingzhang_auditor")
	there := "select exists (select from pg_namespace where nspname = 'mark')::text"
	if got := ask(t, a, there); got != "true" {
		t.Error("the superuser of a database works in another one")
	}
	if got := ask(t, b, there); got != "false" {
		t.Error("two tests share a database")
	}
	if got := ask(t, pgtest.Login(t, a, migrations.Auditor), "select session_user || has_schema_privilege('mark', 'usage')"); got != "mingzhang_auditortrue" {
		t.Errorf("auditor: %s", got)
	}
	db, err := migrations.OpenDB(pgtest.DSN(t, a, migrations.App))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if got := ask(t, db, there); got != "true" {
		t.Error("the DSN leads to another database")
	}
}

// The test behind this one in the same process must not find rows, sessions or databases of this one.
func TestDatabaseEndsWithItsTest(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("inner", func(t *testing.T) {
		db := pgtest.Open(t)
		name = ask(t, db, "select current_database()")
		conn, err := db.Conn(t.Context()) // left open on purpose
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.PingContext(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	admin := pgtest.Unmigrated(t)
	if got := ask(t, admin, "select count(*) from pg_database where datname = '"+name+"'"); got != "0" {
		t.Errorf("database %s outlives its test", name)
	}
}

func TestDurableSurvivesACrash(t *testing.T) {
	t.Parallel()
	db := pgtest.Durable(t)
	for _, s := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		if got := ask(t, db, "show "+s); got != "on" {
			t.Errorf("%s is %s", s, got)
		}
	}
	do(t, pgtest.Superuser(t, db), "create table public.kept (n int); insert into public.kept select generate_series(1, 1000); grant select on public.kept to public")
	pgtest.Crash(t, db)
	var n string
	for deadline := time.Now().Add(10 * time.Second); ; {
		// Connections of before the crash are found broken one by one.
		if err := db.QueryRowContext(t.Context(), "select count(*) from public.kept").Scan(&n); err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	if n != "1000" {
		t.Errorf("%s of 1000 committed rows survived", n)
	}
}

const childDir = "PGTEST_CHILD_NOTE"

// TestClusterEndsWithItsProcess runs this test binary once more and kills it: nothing may be left running or lying about.
func TestClusterEndsWithItsProcess(t *testing.T) {
	if note := os.Getenv(childDir); note != "" {
		dsn := pgtest.DSN(t, pgtest.Open(t), pglocal.Admin)
		db, err := migrations.OpenDB(dsn)
		if err != nil {
			t.Fatal(err)
		}
		dir := ask(t, db, "show data_directory")
		pid, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
		if err != nil {
			t.Fatal(err)
		}
		number, _, _ := strings.Cut(string(pid), "\n")
		if err := os.WriteFile(note+".new", []byte(number+" "+dir), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(note+".new", note); err != nil {
			t.Fatal(err)
		}
		select {} // until killed
	}
	t.Parallel()
	note := filepath.Join(t.TempDir(), "note")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestClusterEndsWithItsProcess$")
	child.Env = append(os.Environ(), childDir+"="+note)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var text []byte
	wait(t, "the child opens a database", func() bool { text, _ = os.ReadFile(note); return len(text) > 0 })
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed, which is an error
	number, dir, _ := strings.Cut(string(text), " ")
	pid, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, "the server ends", func() bool {
		s, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
		return err != nil || strings.Contains(string(s), "State:\tZ")
	})
	wait(t, "its files are removed", func() bool { _, err := os.Stat(dir); return os.IsNotExist(err) })
}

func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after 20 s still waiting until %s", what)
		}
	}
}
