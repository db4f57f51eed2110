package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/lib/pq"

	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
)

// place is the throw-away cluster. It runs with production's settings: what counts is the speed of writes that last.
type place struct {
	dir     string
	cluster *pglocal.Cluster
	admin   *sql.DB
}

// Databases of the cluster. Those of the service are copies of the seed.
const (
	seedDatabase       = "seed"
	mainDatabase       = "main"
	freshDatabase      = "fresh"
	unanalysedDatabase = "unanalysed"
	limitDatabase      = "limit"
)

func openPlace(ctx context.Context) (*place, error) {
	dir, err := os.MkdirTemp("", "mingzhang-bench-")
	if err != nil {
		return nil, err
	}
	p := &place{dir: dir}
	err = os.Chmod(dir, 0o755) //nolint:gosec // the server's user passes through; its own folder is closed
	if err == nil {
		p.cluster, err = pglocal.Start(ctx, pglocal.Options{DataDir: dir})
	}
	if err == nil {
		p.admin, err = p.connect("postgres")
	}
	if err != nil {
		return nil, errors.Join(err, p.close(false))
	}
	return p, nil
}

func (p *place) close(keep bool) error {
	var err error
	if p.admin != nil {
		err = p.admin.Close()
	}
	if p.cluster != nil {
		err = errors.Join(err, p.cluster.Stop())
	}
	if keep {
		return err
	}
	return errors.Join(err, os.RemoveAll(p.dir))
}

// connect logs in as the cluster's administrator.
func (p *place) connect(database string) (*sql.DB, error) {
	return migrations.OpenOwner(p.cluster.DSN(pglocal.Admin, database))
}

// in runs statements in a database as its administrator.
func (p *place) in(ctx context.Context, database string, statements ...string) error {
	db, err := p.connect(database)
	if err != nil {
		return err
	}
	for _, s := range statements {
		if _, err = db.ExecContext(ctx, s); err != nil {
			err = fmt.Errorf("database %s: %w", database, err)
			break
		}
	}
	return errors.Join(err, db.Close())
}

// copySeed makes a database like the seed.
func (p *place) copySeed(ctx context.Context, name string) error {
	if _, err := p.admin.ExecContext(ctx, "create database "+pq.QuoteIdentifier(name)+" template "+seedDatabase); err != nil {
		return err
	}
	return migrations.GrantDatabase(ctx, p.admin, name)
}

// prepare makes the seed (migrated, with a book), its copies and the database of the limit.
func (r *run) prepare(ctx context.Context) error {
	if err := r.place.cluster.EnsureDatabase(ctx, seedDatabase); err != nil {
		return err
	}
	owner, err := r.place.connect(seedDatabase)
	if err != nil {
		return err
	}
	if err := errors.Join(migrations.Up(ctx, owner), owner.Close()); err != nil {
		return err
	}
	// The seed keeps no statistics and lets nobody gather any: one copy stays so, the others are analysed at once.
	if err := r.place.in(ctx, seedDatabase, autovacuum("false")); err != nil {
		return err
	}
	db, err := migrations.OpenDB(r.place.cluster.DSN(migrations.App, seedDatabase))
	if err != nil {
		return err
	}
	token, err := fillBook(ctx, db)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	for _, name := range []string{mainDatabase, freshDatabase, unanalysedDatabase} {
		if err := r.place.copySeed(ctx, name); err != nil {
			return err
		}
		if name != unanalysedDatabase {
			if err := r.place.in(ctx, name, autovacuum("true"), "analyze"); err != nil {
				return err
			}
		}
		r.services[name] = newService(r.place, name, token)
	}
	if err := r.place.cluster.EnsureDatabase(ctx, limitDatabase); err != nil {
		return err
	}
	return r.place.prepareLimit(ctx)
}

// autovacuum switches it for every table of ours.
func autovacuum(on string) string {
	return `do $$ declare t regclass; begin
		for t in select c.oid from pg_class c where c.relkind = 'r' and c.relnamespace::regnamespace::text in ('accounting', 'projects', 'api') loop
			execute format('alter table %s set (autovacuum_enabled = ` + on + `)', t);
		end loop; end $$`
}
