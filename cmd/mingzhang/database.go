package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
)

// options are the flags every command shares.
type options struct {
	dataDir  string
	filesURL string
	book     int64
}

// databaseName is the private cluster's one database.
const databaseName = "mingzhang"

// database is where the books are: a private cluster under the data folder, or what DATABASE_URL names.
type database struct {
	*bun.DB
	cluster *pglocal.Cluster // nil with DATABASE_URL
}

// open finds the database, brings a private one up to date, and logs in as the service.
func (o *options) open(ctx context.Context) (*database, error) {
	if dsn := os.Getenv("DATABASE_URL"); dsn != "" {
		db, err := migrations.OpenDB(dsn)
		if err != nil {
			return nil, err
		}
		if err := migrations.Check(ctx, db.DB); err != nil {
			return nil, errors.Join(err, db.Close())
		}
		return &database{DB: db}, nil
	}
	if _, err := os.Stat(filepath.Join(o.dataDir, unfinished)); err == nil {
		return nil, fmt.Errorf("%s was left by a restore that did not end well: remove it and restore again", o.dataDir)
	}
	cluster, err := pglocal.Start(ctx, pglocal.Options{DataDir: o.dataDir})
	if err != nil {
		return nil, err
	}
	d := &database{cluster: cluster}
	if err := d.connect(ctx); err != nil {
		return nil, errors.Join(err, cluster.Stop())
	}
	return d, nil
}

func (d *database) connect(ctx context.Context) error {
	if err := d.cluster.EnsureDatabase(ctx, databaseName); err != nil {
		return err
	}
	if err := migrateAs(ctx, d.cluster.DSN(pglocal.Admin, databaseName)); err != nil {
		return err
	}
	db, err := migrations.OpenDB(d.cluster.DSN(migrations.App, databaseName))
	d.DB = db
	return err
}

func migrateAs(ctx context.Context, dsn string) error {
	owner, err := migrations.OpenOwner(dsn)
	if err != nil {
		return err
	}
	return errors.Join(migrations.Up(ctx, owner), owner.Close())
}

// close leaves a cluster running that another process started.
func (d *database) close() error {
	err := d.Close()
	if d.cluster != nil {
		err = errors.Join(err, d.cluster.Stop())
	}
	return err
}

// theBook is the one named by --book, or the only one there is.
func (o *options) theBook(ctx context.Context, db bun.IDB) (accounting.Book, error) {
	var books []accounting.Book
	q := db.NewSelect().Model(&books).OrderExpr("book_id")
	if o.book != 0 {
		q = q.Where("book_id = ?", o.book)
	}
	if err := q.Scan(ctx); err != nil {
		return accounting.Book{}, err
	}
	switch {
	case len(books) == 1:
		return books[0], nil
	case len(books) == 0 && o.book != 0:
		return accounting.Book{}, fmt.Errorf("there is no book %d", o.book)
	case len(books) == 0:
		return accounting.Book{}, errors.New("there is no book yet: mingzhang init --book CODE --name NAME")
	}
	names := make([]string, len(books))
	for i, b := range books {
		names[i] = fmt.Sprintf("%d %s", b.ID, b.Name)
	}
	return accounting.Book{}, fmt.Errorf("say which book with --book: %s", strings.Join(names, "; "))
}

// withDatabase runs a command on the open database.
func (o *options) withDatabase(ctx context.Context, run func(ctx context.Context, db *database) error) error {
	db, err := o.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(run(accounting.WithReader(ctx, accounting.Operator), db), db.close())
}
