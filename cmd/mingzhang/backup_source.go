package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
)

// source is a database as a backup needs it: read whole, which the service's own login may not, and noted in by the service.
type source struct {
	dsn     string  // of a login that reads everything
	role    string  // which pg_dump takes on; empty: the login's own
	service *bun.DB // as mingzhang_app, or nil
}

// backupSource finds the database for the command. It changes nothing there, not even an old schema: a backup comes before an upgrade.
func (o *options) backupSource(ctx context.Context) (src source, done func() error, err error) {
	done = func() error { return nil }
	if service := os.Getenv("DATABASE_URL"); service != "" {
		if src, err = sourceFromEnvironment(); err != nil {
			return src, nil, err
		}
		if src.service, err = migrations.OpenDB(service); err != nil {
			return src, nil, err
		}
		return src, src.service.Close, nil
	}
	if os.Getenv("OWNER_DATABASE_URL") != "" || os.Getenv("BACKUP_DATABASE_URL") != "" {
		src, err = sourceFromEnvironment()
		return src, done, err
	}
	if _, err := os.Stat(filepath.Join(o.dataDir, "pg", "data", "PG_VERSION")); err != nil {
		return src, nil, fmt.Errorf("there are no books below %s: name their folder with --data-dir", o.dataDir)
	}
	cluster, err := pglocal.Start(ctx, pglocal.Options{DataDir: o.dataDir})
	if err != nil {
		return src, nil, err
	}
	src, err = clusterSource(cluster)
	if err != nil {
		return src, nil, errors.Join(err, cluster.Stop())
	}
	return src, func() error { return errors.Join(src.service.Close(), cluster.Stop()) }, nil
}

func clusterSource(cluster *pglocal.Cluster) (src source, err error) {
	src.dsn = cluster.DSN(pglocal.Admin, databaseName)
	src.service, err = migrations.OpenDB(cluster.DSN(migrations.App, databaseName))
	return src, err
}

// sourceFromEnvironment prefers a login that only reads to one that may change everything.
func sourceFromEnvironment() (source, error) {
	if dsn := os.Getenv("BACKUP_DATABASE_URL"); dsn != "" {
		return source{dsn: dsn}, nil
	}
	if dsn := os.Getenv("OWNER_DATABASE_URL"); dsn != "" {
		return source{dsn: dsn, role: migrations.Owner}, nil
	}
	return source{}, errors.New("a backup reads everything, which the service's own login may not: set BACKUP_DATABASE_URL (a login with bypassrls in pg_read_all_data) or OWNER_DATABASE_URL")
}

// snapshot is a moment of the database that other sessions can be shown.
type snapshot struct {
	db *sql.DB
	tx *sql.Tx
	id string
}

func (s source) snapshot(ctx context.Context) (*snapshot, error) {
	db, err := migrations.OpenOwner(s.dsn)
	if err != nil {
		return nil, err
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	snap := &snapshot{db: db, tx: tx}
	if s.role != "" {
		if _, err := tx.ExecContext(ctx, "set local role "+pq.QuoteIdentifier(s.role)); err != nil {
			return nil, errors.Join(err, snap.end())
		}
	}
	if _, err := tx.ExecContext(ctx, "set local row_security = off"); err != nil { // an error rather than an archive of a part
		return nil, errors.Join(err, snap.end())
	}
	if err := tx.QueryRowContext(ctx, "select pg_export_snapshot()").Scan(&snap.id); err != nil {
		return nil, errors.Join(err, snap.end())
	}
	return snap, nil
}

func (s *snapshot) end() error {
	_ = s.tx.Rollback() // it only read
	return s.db.Close()
}

// settled waits per book until no posting is in flight. What the books knew at these moments is all in a snapshot taken after.
func (s source) settled(ctx context.Context) map[accounting.BookID]sql.NullTime {
	moments := map[accounting.BookID]sql.NullTime{}
	if s.service == nil {
		return moments
	}
	var books []accounting.BookID
	if err := s.service.NewRaw(`select book_id from accounting.books order by book_id`).Scan(ctx, &books); err != nil {
		return moments
	}
	for _, b := range books {
		var at sql.NullTime
		// A book too busy to be waited for is backed up all the same; only this moment is not known.
		if err := s.service.NewRaw(`select accounting.settle(?)`, b).Scan(ctx, &at.Time); err == nil {
			at.Valid = true
		}
		moments[b] = at
	}
	return moments
}

// clientCommand runs a client program of PostgreSQL on a database. The address goes by the environment, where other users of the
// machine do not see a password.
func clientCommand(ctx context.Context, program, dsn string, args ...string) (*exec.Cmd, error) {
	cfg, err := pq.NewConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	env := []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "PGCONNECT_TIMEOUT=10", "PGAPPNAME=mingzhang"}
	for name, value := range map[string]string{
		"PGHOST": cfg.Host, "PGPORT": strconv.Itoa(int(cfg.Port)), "PGDATABASE": cfg.Database, "PGUSER": cfg.User, "PGPASSWORD": cfg.Password, "PGPASSFILE": cfg.Passfile,
		"PGSSLMODE": string(cfg.SSLMode), "PGSSLCERT": cfg.SSLCert, "PGSSLKEY": cfg.SSLKey, "PGSSLROOTCERT": cfg.SSLRootCert, "HOME": os.Getenv("HOME"),
	} {
		if value != "" {
			env = append(env, name+"="+value)
		}
	}
	if cfg.Hostaddr.IsValid() {
		env = append(env, "PGHOSTADDR="+cfg.Hostaddr.String())
	}
	cmd := exec.CommandContext(ctx, program, append(args, "--no-password")...) //nolint:gosec // the binary was found by us
	cmd.Env, cmd.Dir = env, "/"
	return cmd, nil
}

// runClient runs it and answers with its own words if it fails.
func runClient(cmd *exec.Cmd) error {
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, strings.TrimSpace(said.String()))
	}
	return nil
}
