package pgtest

import (
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/migrations"
)

// prepared are the databases that were filled once in this process, by name.
var prepared sync.Map // string -> *sync.Once

// Prepared is like Open, with what fill has put into the database. It is filled once in a test process, by the first test that
// asks for the name, and copied for each: a story that takes seconds to tell is told once.
func Prepared(t testing.TB, name string, fill func(db *bun.DB)) *bun.DB {
	t.Helper()
	once, _ := prepared.LoadOrStore(name, new(sync.Once))
	once.(*sync.Once).Do(func() { //nolint:errcheck // nothing else is stored
		p := place{shared(t), "prepared_" + name}
		if _, err := p.cluster.admin.ExecContext(t.Context(), "create database "+p.database+" template "+template+" strategy file_copy"); err != nil {
			t.Fatalf("pgtest: %v", err)
		}
		if err := migrations.GrantDatabase(t.Context(), p.cluster.admin, p.database); err != nil {
			t.Fatal(err)
		}
		db, err := migrations.OpenDB(p.cluster.pg.DSN(migrations.App, p.database) + " mingzhang.reads=all")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }() // a database that somebody is in cannot be copied
		fill(db)
	})
	return open(t, place{shared(t), ""}, migrations.App, "prepared_"+name)
}
