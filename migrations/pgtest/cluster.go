package pgtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
)

// seedVersion is part of the name of a stored seed: raise it when the way of making one changes.
const seedVersion = 1

// kind is how much a cluster cares about its data.
type kind bool

const (
	forgetful kind = false // fast, loses committed rows in a crash
	durable   kind = true  // as in production
)

// hasty turns off all that only matters when a machine or a server crashes.
var hasty = map[string]string{
	"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off",
	"shared_buffers": "64MB", "max_wal_size": "256MB", "max_connections": "200",
}

// cluster is a server of this test process.
type cluster struct {
	kind   kind
	dir    string
	pg     *pglocal.Cluster
	admin  *sql.DB
	reaper *os.File // closing it, as the end of the process does, lets the reaper remove dir
}

var (
	once      sync.Once
	theShared *cluster
	errShared error
)

// shared is the process's one forgetful cluster. It is never stopped: it ends with the process.
func shared(t testing.TB) *cluster {
	t.Helper()
	once.Do(func() { theShared, errShared = startCluster(forgetful) })
	if errShared != nil {
		t.Fatal(errShared)
	}
	return theShared
}

// startCluster copies the seed, a cluster whose template database is migrated, and starts the copy.
func startCluster(k kind) (*cluster, error) {
	root, err := rootDir()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	seed, err := makeSeed(ctx, root)
	if err != nil {
		return nil, err
	}
	dir, err := newRun(root)
	if err != nil {
		return nil, err
	}
	c := &cluster{kind: k, dir: dir}
	if err := copyTree(ctx, filepath.Join(seed, "pg"), filepath.Join(dir, "pg")); err != nil {
		return nil, err
	}
	if err := c.start(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *cluster) start() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	o := pglocal.Options{DataDir: c.dir, Settings: hasty}
	if c.kind == durable {
		o.Settings = map[string]string{"shared_buffers": "64MB", "max_wal_size": "256MB"}
	}
	var err error
	if c.pg, err = pglocal.Start(ctx, o); err != nil {
		return err
	}
	if c.admin != nil {
		return nil // started again after a crash
	}
	if c.reaper, err = reap(c.dir, c.pg.SocketDir); err != nil {
		return err
	}
	c.admin, err = migrations.OpenOwner(c.pg.DSN(pglocal.Admin, "postgres"))
	return err
}

// end stops a cluster before the process ends.
func (c *cluster) end() {
	_ = c.admin.Close()
	_ = c.pg.Stop() // the reaper removes the files whether or not this went well
	_ = c.reaper.Close()
}

// makeSeed returns the folder of a stopped, migrated cluster, and builds it if no earlier process has.
func makeSeed(ctx context.Context, root string) (string, error) {
	version, err := serverVersion(ctx)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s %d", seedVersion, migrations.Digest(), version, os.Getuid()))
	seed := filepath.Join(root, "seed-"+hex.EncodeToString(sum[:8]))
	unlock, err := lock(filepath.Join(root, "seed.lock"), true)
	if err != nil {
		return "", err
	}
	defer unlock()
	now := time.Now()
	if os.Chtimes(seed, now, now) == nil { // there, and in use
		return seed, nil
	}
	sweepSeeds(root)
	fresh := filepath.Join(root, "building")
	if err := os.RemoveAll(fresh); err != nil {
		return "", err
	}
	if err := os.Mkdir(fresh, 0o755); err != nil {
		return "", err
	}
	c, err := pglocal.Start(ctx, pglocal.Options{DataDir: fresh, Settings: hasty, InitdbArgs: []string{"--wal-segsize=1", "--no-sync"}})
	if err != nil {
		return "", err
	}
	if err := migrateTemplate(ctx, c); err != nil {
		_ = c.Stop() // the first error is the one to tell
		return "", err
	}
	if err := c.Stop(); err != nil {
		return "", err
	}
	return seed, os.Rename(fresh, seed)
}

func migrateTemplate(ctx context.Context, c *pglocal.Cluster) error {
	if err := c.EnsureDatabase(ctx, template); err != nil {
		return err
	}
	db, err := migrations.OpenOwner(c.DSN(pglocal.Admin, template))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return migrations.Up(ctx, db)
}

// serverVersion tells servers apart, so that an upgraded package gets a new seed. The path of the client program is
// in the PATH on Debian for every installed version; the newest is the one pglocal takes.
func serverVersion(ctx context.Context) (string, error) {
	dir, err := pglocal.BinDir(ctx)
	if err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	return strings.TrimSpace(string(out)) + dir, err
}

func copyTree(ctx context.Context, from, to string) error {
	out, err := exec.CommandContext(ctx, "cp", "-a", "--reflink=auto", from, to).CombinedOutput()
	if err != nil {
		return fmt.Errorf("pgtest: copy the seed: %w: %s", err, out)
	}
	return nil
}

// reap starts a small shell that waits for our end, however it comes, then for the server's, and removes the files.
// The server writes its number into a file that it removes last; a dead one that nobody has waited for yet is state Z.
func reap(dir, socketDir string) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	const script = `read -r _; i=0
		while [ $i -lt 100 ] && p=$(head -n1 "$1/pg/data/postmaster.pid") && grep -q '^State:.[^Z]' "/proc/$p/status"; do
			sleep 0.05; i=$((i+1))
		done 2>/dev/null
		rm -rf "$1" "$1.lock"; rmdir "$2" 2>/dev/null`
	cmd := exec.Command("/bin/sh", "-c", script, "reap", dir, socketDir) //nolint:noctx // outlives us on purpose
	cmd.Stdin = r
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C to the tests must not end it first
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { _ = cmd.Wait() }()
	return w, nil
}
