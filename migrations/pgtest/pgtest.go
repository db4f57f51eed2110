// Package pgtest gives each test a freshly migrated database of its own. A test process runs one private cluster,
// which ends with it; databases are copied from a template that was migrated once. Nothing is ever skipped: where
// PostgreSQL is missing the test fails and says how to install it.
package pgtest

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
)

const template = "mingzhang_template"

// place is where a test's database is.
type place struct {
	cluster  *cluster
	database string
}

// places finds the place of a database that was handed to a test.
var places sync.Map // *bun.DB -> place

// Open returns a migrated, empty database, logged in as mingzhang_app, the only login the service has. It disappears
// with the test. The server forgets everything in a crash; see Durable. A test's own questions read all, as an operator's;
// see Service for a login to which nobody said who reads.
func Open(t testing.TB) *bun.DB {
	t.Helper()
	return open(t, place{shared(t), ""}, migrations.App, template)
}

// Durable is like Open, on a cluster of its own that keeps what was committed, as in production: for tests that crash
// the server (see Crash). It takes about half a second.
func Durable(t testing.TB) *bun.DB {
	t.Helper()
	c, err := startCluster(durable)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.end)
	return open(t, place{c, ""}, migrations.App, template)
}

// Unmigrated returns an empty database and a superuser of it, for tests of the migrations themselves.
func Unmigrated(t testing.TB) *bun.DB {
	t.Helper()
	return open(t, place{shared(t), ""}, pglocal.Admin, "template0")
}

// Superuser logs in to the same database as the all-powerful administrator. It is for attacks only: tests that drop a
// guard or tamper with rows, to see who notices. Ordinary tests use the app login, as the service does.
func Superuser(t testing.TB, db *bun.DB) *bun.DB {
	t.Helper()
	return Login(t, db, pglocal.Admin)
}

// Service logs in to the same database exactly as the service does: a transaction that does not say who reads sees nothing
// of vouchers, balances and documents.
func Service(t testing.TB, db *bun.DB) *bun.DB {
	t.Helper()
	return Login(t, db, migrations.App)
}

// Login logs in to the same database as another role. It is for attacks only, like Superuser.
// The owner is nobody's login: reach it by SET ROLE from the superuser.
func Login(t testing.TB, db *bun.DB, role string) *bun.DB {
	t.Helper()
	return connect(t, where(t, db), role, "")
}

// DSN is the address of the test's database for a role, for tests that start the built program.
func DSN(t testing.TB, db *bun.DB, role string) string {
	t.Helper()
	p := where(t, db)
	return p.cluster.pg.DSN(role, p.database)
}

// Tool is the path of a client program (pg_dump, psql) of the server's own version.
func Tool(t testing.TB, db *bun.DB, name string) string {
	t.Helper()
	return where(t, db).cluster.pg.BinDir + "/" + name
}

// Crash kills the server of a Durable database with signal 9 and starts it again. Open connections break.
func Crash(t testing.TB, db *bun.DB) {
	t.Helper()
	c := where(t, db).cluster
	if c.kind != durable {
		t.Fatal("pgtest: only a Durable database may be crashed; others share their server and do not survive")
	}
	if err := syscall.Kill(c.pg.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-c.pg.Done()
	if err := c.start(); err != nil {
		t.Fatal(err)
	}
}

var counter atomic.Int64

// open creates the database, connects and arranges the end of both.
func open(t testing.TB, p place, role, from string) *bun.DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p.database = "t_" + strconv.FormatInt(counter.Add(1), 10)
	// The copy of files costs two checkpoints, which are cheap here, and is faster than logging every page.
	if _, err := p.cluster.admin.ExecContext(ctx, "create database "+p.database+" template "+from+" strategy file_copy"); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() { p.drop(t) })
	if from != "template0" { // what roles may with a database is not copied with it
		if err := migrations.GrantDatabase(ctx, p.cluster.admin, p.database); err != nil {
			t.Fatal(err)
		}
	}
	db := connect(t, p, role, " mingzhang.reads=all")
	places.Store(db, p)
	t.Cleanup(func() { places.Delete(db) })
	return db
}

// drop also ends the sessions of programs that a test started and did not wait for.
func (p place) drop(t testing.TB) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := p.cluster.admin.ExecContext(ctx, "drop database "+pq.QuoteIdentifier(p.database)+" with (force)"); err != nil {
		t.Errorf("pgtest: %v", err)
	}
}

func connect(t testing.TB, p place, role, settings string) *bun.DB {
	t.Helper()
	db, err := migrations.OpenDB(p.cluster.pg.DSN(role, p.database) + settings)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func where(t testing.TB, db *bun.DB) place {
	t.Helper()
	p, ok := places.Load(db)
	if !ok {
		t.Fatal("pgtest: this database was not opened by pgtest, or its test is over")
	}
	return p.(place) //nolint:errcheck // nothing else is stored
}
