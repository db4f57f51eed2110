package migrations_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
	"mingzhang/migrations/pgtest"
)

// refuses checks that CheckServer gives exactly these reasons.
func refuses(t testing.TB, db *bun.DB, want ...error) {
	t.Helper()
	got := migrations.CheckServer(t.Context(), db)
	for _, reason := range []error{
		migrations.ErrFsync, migrations.ErrSynchronous, migrations.ErrFullPageWrites, migrations.ErrConformingString,
		migrations.ErrSuperuser, migrations.ErrOwner, migrations.ErrPooler, migrations.ErrSession,
	} {
		expected := false
		for _, w := range want {
			expected = expected || errors.Is(w, reason)
		}
		if errors.Is(got, reason) != expected {
			t.Errorf("refused for %q: %v, want %v", reason, !expected, expected)
		}
	}
	if len(want) == 0 && got != nil {
		t.Errorf("refused: %v", got)
	}
}

func TestCheckServerJudgesSettings(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	for _, tt := range []struct {
		name     string
		settings map[string]string
		want     error
	}{
		{"production", nil, nil},
		{"fsync", map[string]string{"fsync": "off"}, migrations.ErrFsync},
		{"synchronous_commit", map[string]string{"synchronous_commit": "off"}, migrations.ErrSynchronous},
		{"full_page_writes", map[string]string{"full_page_writes": "off"}, migrations.ErrFullPageWrites},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := pglocal.Start(t.Context(), pglocal.Options{DataDir: dir, Settings: tt.settings, InitdbArgs: []string{"--no-sync"}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := c.Stop(); err != nil {
					t.Error(err)
				}
			})
			owner, err := migrations.OpenOwner(c.DSN(pglocal.Admin, "postgres"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = owner.Close() }()
			if err := migrations.UpFS(t.Context(), owner, set()); err != nil {
				t.Fatal(err)
			}
			app, err := migrations.OpenDB(c.DSN(migrations.App, "postgres"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = app.Close() }()
			if tt.want == nil {
				refuses(t, app)
			} else {
				refuses(t, app, tt.want)
			}
		})
	}
}

func TestCheckServerJudgesLoginAndSession(t *testing.T) {
	t.Parallel()
	db := pgtest.Durable(t)
	admin := pgtest.Superuser(t, db)
	refuses(t, db)
	refuses(t, admin, migrations.ErrSuperuser)
	refuses(t, pgtest.Login(t, db, migrations.Auditor))

	do(t, admin, "create role as_owner login in role mingzhang_owner; create role shell login in role pg_execute_server_program")
	do(t, admin, "create role by_owner login noinherit in role as_owner; create role maker login createrole; create role seer login bypassrls")
	for role, want := range map[string]error{
		"as_owner": migrations.ErrOwner, "by_owner": migrations.ErrOwner, "shell": migrations.ErrOwner,
		"maker": migrations.ErrSuperuser, "seer": migrations.ErrSuperuser,
	} {
		refuses(t, pgtest.Login(t, db, role), want)
	}

	for _, tt := range []struct {
		extra string
		want  error
	}{
		{"lock_timeout=0", migrations.ErrSession},
		{"statement_timeout=0", migrations.ErrSession},
		{"idle_in_transaction_session_timeout=0", migrations.ErrSession},
		{"synchronous_commit=off", migrations.ErrSynchronous},
		{"statement_timeout=5min", nil},
		{"TimeZone=UTC standard_conforming_strings=off", nil}, // ours stand
	} {
		other, err := migrations.OpenDB(pgtest.DSN(t, db, migrations.App) + " " + tt.extra)
		if err != nil {
			t.Fatal(err)
		}
		if tt.want == nil {
			refuses(t, other)
		} else {
			refuses(t, other, tt.want)
		}
		_ = other.Close()
	}

	// Another driver setting, or a role default that a DBA set with the best intentions.
	c, err := pq.NewConnector(pgtest.DSN(t, db, migrations.App) + " standard_conforming_strings=off lock_timeout=3s statement_timeout=1s idle_in_transaction_session_timeout=1s timezone=Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	foreign := bunOf(t, c)
	refuses(t, foreign, migrations.ErrConformingString)
}

// TestCheckServerFindsAPooler runs a small pooler of our own: see pooler_test.go.
func TestCheckServerFindsAPooler(t *testing.T) {
	t.Parallel()
	db := pgtest.Durable(t)
	for _, tt := range []struct {
		name string
		pool *pooler
		want error
	}{
		{"shares server connections between transactions", &pooler{keepsSettings: true}, migrations.ErrPooler},
		{"hands out any server connection", &pooler{keepsSettings: true, spare: 4}, migrations.ErrPooler},
		{"lets clients wait for its one server connection", &pooler{keepsSettings: true, limit: 1}, migrations.ErrPooler},
		{"drops the settings of a session of its own", &pooler{perSession: true}, migrations.ErrSession},
		{"is none: passes all through", &pooler{perSession: true, keepsSettings: true}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.pool.target = pgtest.DSN(t, db, migrations.App)
			through, err := migrations.OpenDB(tt.pool.start(t))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = through.Close() }()
			if tt.want == nil {
				refuses(t, through)
			} else {
				refuses(t, through, tt.want)
			}
		})
	}
}

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

// Sentences are searched for by operators, so changing one is a decision.
func TestReasonsNameWhatToDo(t *testing.T) {
	t.Parallel()
	for _, e := range []error{migrations.ErrSuperuser, migrations.ErrOwner} {
		if !strings.HasSuffix(e.Error(), "give it mingzhang_app") {
			t.Errorf("%q does not say which login to use", e)
		}
	}
	for _, e := range []error{migrations.ErrPooler, migrations.ErrSession} {
		if !strings.HasSuffix(e.Error(), "connect directly") {
			t.Errorf("%q does not say what to do", e)
		}
	}
}
