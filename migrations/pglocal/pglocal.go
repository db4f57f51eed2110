// Package pglocal runs a private PostgreSQL cluster out of the server binaries of this machine, as a child of this
// process. It exists so that one command on one server starts the whole service; with a database of one's own it is
// not used. The cluster listens on a unix socket in a folder that only its OS user can enter: there is no port, no
// password and no system service. It needs Linux.
package pglocal

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// Admin is the superuser of the cluster.
const Admin = "postgres"

// Options says where the cluster lives and how it differs from the defaults of production.
type Options struct {
	DataDir    string            // the program's --data-dir; the cluster lives in its sub-folder pg
	Settings   map[string]string // server settings, on top of the defaults in server.go
	InitdbArgs []string          // for tests
}

// Cluster is a running PostgreSQL.
type Cluster struct {
	Adopted   bool   // another process started it and will stop it
	BinDir    string // pg_dump and the like, of the cluster's own version
	SocketDir string

	paths  paths
	user   osUser
	server *server // nil when adopted
}

// Start runs the cluster of o.DataDir, makes it first if there is none, or adopts it if it is running already. An
// existing data folder is never deleted or made anew, whatever is wrong with it.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	u, err := serverUser()
	if err != nil {
		return nil, err
	}
	p, err := makePaths(o.DataDir, u)
	if err != nil {
		return nil, err
	}
	// Two programs started at once on one folder: the second waits here and then adopts.
	unlock, err := lockFile(ctx, p.lock)
	if err != nil {
		return nil, err
	}
	defer unlock()

	want, err := dataVersion(p.data)
	if err != nil {
		return nil, err
	}
	bin, err := chooseBinaries(ctx, binaryDirs(ctx), want)
	if err != nil {
		return nil, err
	}
	c := &Cluster{BinDir: bin, SocketDir: p.socket, paths: p, user: u}
	if c.adopt(ctx) {
		return c, nil
	}
	if want == 0 {
		if err := c.initdb(ctx, o.InitdbArgs); err != nil {
			return nil, err
		}
	}
	if err := makeSocketDir(p.socket, u); err != nil {
		return nil, err
	}
	if err := c.launch(ctx, o.Settings); err != nil {
		return nil, err
	}
	return c, nil
}

// DSN is the address of a database for a login of the cluster.
func (c *Cluster) DSN(user, database string) string {
	q := func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" }
	return "host=" + q(c.SocketDir) + " port=" + port + " user=" + q(user) + " dbname=" + q(database) + " sslmode=disable"
}

// PID is the postmaster's process number, 0 when the cluster is adopted.
func (c *Cluster) PID() int {
	if c.server == nil {
		return 0
	}
	return c.server.pid
}

// Done is closed when the server has ended, for whatever reason. It is nil, and so never closed, when adopted.
func (c *Cluster) Done() <-chan struct{} {
	if c.server == nil {
		return nil
	}
	return c.server.done
}

// EnsureDatabase creates a database if it is missing.
func (c *Cluster) EnsureDatabase(ctx context.Context, name string) error {
	db, err := sql.Open("postgres", c.DSN(Admin, "postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var there bool
	if err := db.QueryRowContext(ctx, "select exists (select from pg_catalog.pg_database where datname = $1)", name).
		Scan(&there); err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	if there {
		return nil
	}
	_, err = db.ExecContext(ctx, "create database "+pq.QuoteIdentifier(name))
	if err != nil && pq.As(err, pqerror.DuplicateDatabase) == nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// Stop ends the server: sessions are cut, what was committed is on disk. An adopted cluster is left alone.
func (c *Cluster) Stop() error {
	if c.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	// A program about to adopt this cluster finishes first; it will see the connection end, not a half-made start.
	if unlock, err := lockFile(ctx, c.paths.lock); err == nil {
		defer unlock()
	}
	return c.server.stop(ctx, c.paths)
}

// stopLimit is generous because a fast stop writes all changed pages out; it is not followed by a kill.
const stopLimit = 60 * time.Second

// adopt looks whether a server already runs on our data. The server itself names its data folder, so a socket of
// some other cluster is never taken for ours.
func (c *Cluster) adopt(ctx context.Context) bool {
	// The one who started it may have another TMPDIR, so its own note says where the socket is.
	note, err := os.ReadFile(filepath.Join(c.paths.data, "postmaster.pid"))
	if err != nil {
		return false
	}
	fields := strings.Split(string(note), "\n")
	if len(fields) < 5 || !filepath.IsAbs(fields[4]) {
		return false
	}
	was := c.SocketDir
	c.SocketDir = strings.TrimSpace(fields[4])
	if c.ready(ctx) == nil {
		c.Adopted = true
		return true
	}
	c.SocketDir = was
	return false
}

// ready answers nil when the server of our data folder takes connections.
func (c *Cluster) ready(ctx context.Context) error {
	db, err := sql.Open("postgres", c.DSN(Admin, "postgres")+" connect_timeout=5")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var dir string
	if err := db.QueryRowContext(ctx, "show data_directory").Scan(&dir); err != nil {
		return err
	}
	if !sameDir(dir, c.paths.data) {
		return fmt.Errorf("the server on socket folder %s runs on data of %s, not %s", c.SocketDir, dir, c.paths.data)
	}
	return nil
}

func sameDir(a, b string) bool {
	var x, y syscall.Stat_t
	return syscall.Stat(a, &x) == nil && syscall.Stat(b, &y) == nil && x.Dev == y.Dev && x.Ino == y.Ino
}
