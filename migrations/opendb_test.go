package migrations_test

import (
	"io"
	"net"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lib/pq"

	"mingzhang/migrations"
	"mingzhang/migrations/pgtest"
)

// TestSilentNetworkDoesNotHangForEver lets a proxy swallow what the server says while the connection stays open.
func TestSilentNetworkDoesNotHangForEver(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	addr, silent := proxy(t, pgtest.DSN(t, db, migrations.App))
	through, err := migrations.OpenDB(addr + " statement_timeout=500ms")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = through.Close() }()
	if got := ask(t, through, "select 'heard'"); got != "heard" {
		t.Fatal(got)
	}
	silent.Store(true)
	began := time.Now()
	var s string
	if err := through.QueryRowContext(t.Context(), "select 'lost'").Scan(&s); err == nil {
		t.Fatal("an answer came through the silent proxy")
	}
	// database/sql repeats a query on a fresh connection where nothing was sent for sure, hence the room above 2.5 s.
	if took := time.Since(began); took < 2*time.Second || took > 15*time.Second {
		t.Errorf("the query gave up after %v, want statement_timeout and a margin of 2 s", took)
	}
	silent.Store(false)
	if got := ask(t, through, "select 'heard again'"); got != "heard again" {
		t.Error(got)
	}
}

func TestIdleConnectionOutlivesTheReadDeadline(t *testing.T) {
	t.Parallel()
	db, err := migrations.OpenDB(pgtest.DSN(t, pgtest.Open(t), migrations.App) + " statement_timeout=300ms")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	pid := ask(t, db, "select pg_backend_pid()::text")
	time.Sleep(2400 * time.Millisecond) // longer than the timeout and its margin
	if again := ask(t, db, "select pg_backend_pid()::text"); again != pid {
		t.Errorf("the pool lost its idle connection")
	}
}

func TestOpenDBRefusesAnAddressItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{"host", "host=127.0.0.1 statement_timeout=soon", "host=127.0.0.1 sslmode=perhaps"} {
		if _, err := migrations.OpenDB(dsn); err == nil {
			t.Errorf("%q was accepted", dsn)
		}
	}
}

// proxy listens on loopback for the server behind a DSN. While silent is set, the server's answers are dropped.
func proxy(t testing.TB, dsn string) (addr string, silent *atomic.Bool) {
	t.Helper()
	cfg, err := pq.NewConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	silent = new(atomic.Bool)
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", filepath.Join(cfg.Host, ".s.PGSQL."+strconv.Itoa(int(cfg.Port)))) //nolint:noctx // a local socket
			if err != nil {
				_ = client.Close()
				continue
			}
			t.Cleanup(func() { _, _ = client.Close(), server.Close() })
			go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
			go func() { _, _ = io.Copy(&mute{client, silent}, server); _ = client.Close() }()
		}
	}()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return "host=127.0.0.1 port=" + port + " sslmode=disable user=" + cfg.User + " dbname=" + cfg.Database, silent
}

type mute struct {
	io.Writer
	silent *atomic.Bool
}

func (m *mute) Write(b []byte) (int, error) {
	if m.silent.Load() {
		return len(b), nil
	}
	return m.Writer.Write(b)
}
