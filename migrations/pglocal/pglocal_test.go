package pglocal_test

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/lib/pq"

	"mingzhang/migrations/pglocal"
)

// The data here need not survive a power cut of the test machine, only kills.
var quick = []string{"--no-sync", "--wal-segsize=1"}

// tempDir is t.TempDir for a folder that the server's OS user may enter.
func tempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "mingzhang-test-") //nolint:usetesting // its folders are closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t testing.TB, dir string) *pglocal.Cluster {
	t.Helper()
	c, err := pglocal.Start(t.Context(), pglocal.Options{DataDir: dir, InitdbArgs: quick})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func sqlDo(t testing.TB, c *pglocal.Cluster, statement string) {
	t.Helper()
	if _, err := connect(t, c).ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func sqlAsk(t testing.TB, c *pglocal.Cluster, query string) (s string) {
	t.Helper()
	if err := connect(t, c).QueryRowContext(t.Context(), query).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

func connect(t testing.TB, c *pglocal.Cluster) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", c.DSN(pglocal.Admin, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestFirstStartMakesASafeCluster(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	c := start(t, dir)
	for setting, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
		"standard_conforming_strings": "on", "listen_addresses": "", "server_encoding": "UTF8", "lc_collate": "C",
		"TimeZone": "Asia/Shanghai", "max_connections": "100", "shared_buffers": "256MB", "max_wal_size": "4GB",
	} {
		if got := sqlAsk(t, c, "show "+setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	sqlDo(t, c, "alter system set fsync = off")
	sqlDo(t, c, "select pg_reload_conf()")
	if got := sqlAsk(t, c, "show fsync"); got != "on" {
		t.Error("fsync can be switched off from inside")
	}
	for _, path := range []string{c.SocketDir, filepath.Join(dir, "pg", "data")} {
		st, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if st.Mode().Perm() != 0o700 {
			t.Errorf("%s is open to others: %v", path, st.Mode())
		}
	}
	for range 2 { // the second time it is there already
		if err := c.EnsureDatabase(t.Context(), "账 'x'"); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("postgres", c.DSN(pglocal.Admin, "账 'x'"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.PingContext(t.Context()); err != nil {
		t.Errorf("the DSN does not quote a database name: %v", err)
	}
}

func TestSecondStartAdoptsAndLeavesAlone(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	first := start(t, dir)
	second := start(t, dir)
	if first.Adopted || !second.Adopted || second.PID() != 0 {
		t.Fatalf("adopted: first %v, second %v", first.Adopted, second.Adopted)
	}
	if err := second.Stop(); err != nil {
		t.Fatal(err)
	}
	sqlDo(t, first, "create table t ()")
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(first.SocketDir); !os.IsNotExist(err) {
		t.Errorf("the socket folder is left behind: %v", err)
	}
	third := start(t, dir)
	if third.Adopted {
		t.Error("a stopped cluster was adopted")
	}
	sqlDo(t, third, "table t")
}

func TestTwoFirstStartsAtOnceShareOneCluster(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	type result struct {
		c   *pglocal.Cluster
		err error
	}
	results := make(chan result)
	for range 2 {
		go func() {
			c, err := pglocal.Start(t.Context(), pglocal.Options{DataDir: dir, InitdbArgs: quick})
			results <- result{c, err}
		}()
	}
	adopted := 0
	for range 2 {
		r := <-results
		if r.err != nil {
			t.Fatal(r.err)
		}
		t.Cleanup(func() { _ = r.c.Stop() })
		if r.c.Adopted {
			adopted++
		}
	}
	if adopted != 1 {
		t.Errorf("%d of 2 adopted the cluster", adopted)
	}
}

func TestKilledServerKeepsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	c := start(t, dir)
	sqlDo(t, c, "create table kept as select generate_series(1, 20000) n")
	if err := syscall.Kill(c.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	again := start(t, dir) // at once, while the last children of the killed one may still be there
	if got := sqlAsk(t, again, "select count(*)::text from kept"); got != "20000" {
		t.Errorf("%s of 20000 committed rows are left", got)
	}
	if err := c.Stop(); err != nil {
		t.Errorf("stop of the killed one: %v", err)
	}
	sqlDo(t, again, "table kept limit 1") // and that Stop hit nobody else
}

// A restart may come so early that the killed server's sessions still hold its memory: the start waits for them.
func TestStartWaitsForTheKilledServersLastSession(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	c := start(t, dir)
	conn, err := connect(t, c).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	var backend int
	if err := conn.QueryRowContext(t.Context(), "select pg_backend_pid()").Scan(&backend); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(backend, syscall.SIGSTOP); err != nil { // it cannot notice that its parent is gone
		t.Fatal(err)
	}
	if err := syscall.Kill(c.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	log := filepath.Join(dir, "pg", "server.log")
	go func() { // lets the session go once the first attempt has failed
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			if b, err := os.ReadFile(log); err == nil && strings.Contains(string(b), "shared memory block") {
				break
			}
		}
		_ = syscall.Kill(backend, syscall.SIGKILL)
	}()
	start(t, dir)
	if b, err := os.ReadFile(log); err != nil || !strings.Contains(string(b), "shared memory block") {
		t.Errorf("the situation did not arise (%v)", err)
	}
}

const childDir = "PGLOCAL_CHILD_DIR"

// TestKilledParentTakesTheServerAlong runs this binary once more as the program that started the cluster.
func TestKilledParentTakesTheServerAlong(t *testing.T) {
	if dir := os.Getenv(childDir); dir != "" {
		c := start(t, dir)
		sqlDo(t, c, "create table kept as select 1 n")
		note := filepath.Join(dir, "note")
		if err := os.WriteFile(note+".new", []byte(strconv.Itoa(c.PID())), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(note+".new", note); err != nil {
			t.Fatal(err)
		}
		select {} // until killed
	}
	t.Parallel()
	dir := tempDir(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKilledParentTakesTheServerAlong$")
	child.Env = append(os.Environ(), childDir+"="+dir)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var note []byte
	wait(t, "the child has started a cluster", func() bool { note, _ = os.ReadFile(filepath.Join(dir, "note")); return len(note) > 0 })
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed, which is an error
	wait(t, "the server has ended", func() bool {
		s, err := os.ReadFile(filepath.Join("/proc", string(note), "status"))
		return err != nil || strings.Contains(string(s), "State:\tZ")
	})
	log, err := os.ReadFile(filepath.Join(dir, "pg", "server.log"))
	if err != nil || !strings.Contains(string(log), "database system is shut down") {
		t.Errorf("the server did not stop in good order (%v)", err)
	}
	if got := sqlAsk(t, start(t, dir), "select n::text from kept"); got != "1" {
		t.Errorf("kept: %s", got)
	}
}

func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after 30 s still waiting until %s", what)
		}
	}
}
