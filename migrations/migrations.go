// Package migrations brings a PostgreSQL database to the state this program expects, opens connections to it and
// judges whether it may be served. It imports no domain package.
//
// Why an own loop and not bun/migrate: that one marks a migration in a second statement, after the migration itself
// has committed (or, by default, before it has run), and takes its lock as a row that a crash leaves behind for ever.
// Here the mark is written in the migration's own transaction and the lock belongs to the connection, so a kill -9 at
// any moment leaves whole migrations only and nothing to clean up.
package migrations

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"github.com/lib/pq"
)

//go:embed *.tx.up.sql
var files embed.FS

// lockKey is the advisory lock that orders two programs which migrate one database at once ("mingzhan" in ASCII).
const lockKey int64 = 0x6d696e677a68616e

// migration is one file. Its hash is kept in the database, so that a file edited after it ran is noticed.
type migration struct {
	name, text, sha256 string
}

// Up applies what the database lacks. The login behind db is a superuser (our private cluster) or a member of
// mingzhang_owner (elsewhere, where the DBA has made the three roles). Open it with OpenOwner: a migration may take
// longer than the limits of ordinary connections allow. Of two programs that call it at once the second waits and
// finds nothing to do.
func Up(ctx context.Context, db *sql.DB) error { return up(ctx, db, files) }

// Digest names the set of migrations in this program; two programs with equal digests make equal databases.
func Digest() string {
	list, err := load(files)
	if err != nil {
		return "invalid" // Up reports the reason to whoever uses the set
	}
	h := sha256.New()
	for _, m := range list {
		h.Write([]byte(m.name + " " + m.sha256 + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func up(ctx context.Context, db *sql.DB, fsys fs.FS) error {
	list, err := load(fsys)
	if err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	// The session carries the lock and a changed role: it is closed rather than given back to the pool.
	defer func() { _ = conn.Raw(func(any) error { return driver.ErrBadConn }) }()

	// Waiting for the other program has no limit, waiting for a table does: behind a waiting ALTER TABLE every
	// reader queues, so it gives up and leaves the work to a quieter moment.
	for _, s := range []string{
		"set lock_timeout = 0", "set statement_timeout = 0", "set idle_in_transaction_session_timeout = 0",
		"select pg_advisory_lock(" + strconv.FormatInt(lockKey, 10) + ")",
		"set lock_timeout = '30s'",
	} {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("migrations: %s: %w", s, err)
		}
	}
	if err := prepare(ctx, conn); err != nil {
		return err
	}
	todo, err := pending(ctx, conn, list)
	if err != nil {
		return err
	}
	for _, m := range todo {
		if err := apply(ctx, conn, m); err != nil {
			return err
		}
	}
	if len(todo) == 0 {
		return nil
	}
	// Plans made on tables without statistics were seen to be a hundred times slower, and plpgsql keeps them.
	if _, err := conn.ExecContext(ctx, "analyze"); err != nil {
		return fmt.Errorf("migrations: analyze: %w", err)
	}
	return nil
}

// apply runs one file and notes it in the same transaction: both happened or neither did.
func apply(ctx context.Context, conn *sql.Conn, m migration) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	// Without a search path every name in a file must say its schema, as on Citus and in functions that run as owner.
	if _, err := tx.ExecContext(ctx, "set local search_path = ''"); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := tx.ExecContext(ctx, m.text); err != nil {
		return fmt.Errorf("migration %s%s: %w", m.name, line(m.text, err), err)
	}
	if _, err := tx.ExecContext(ctx, "insert into migrations.applied (name, sha256) values ($1, $2)", m.name, m.sha256); err != nil {
		return fmt.Errorf("migration %s: note it as applied: %w", m.name, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("migration %s: commit: %w", m.name, err)
	}
	return nil
}

// line says where in the file the server found the fault, when the server knows.
func line(text string, err error) string {
	e := pq.As(err)
	if e == nil {
		return ""
	}
	at, convErr := strconv.Atoi(e.Position)
	chars := []rune(text)
	if convErr != nil || at < 1 || at > len(chars) {
		return ""
	}
	return " line " + strconv.Itoa(1+strings.Count(string(chars[:at-1]), "\n"))
}

var (
	fileName = regexp.MustCompile(`^[0-9]{4}_[a-z0-9_]+\.tx\.up\.sql$`)
	// A COMMIT in a file would end our transaction and leave half a migration behind. BEGIN and END of a function
	// body have no semicolon after BEGIN, and END is not matched.
	txControl = regexp.MustCompile(`(?im)^\s*(begin|start\s+transaction|commit|rollback)\b[^;\n]*;`)
)

// load reads the files in the order of their names.
func load(fsys fs.FS) ([]migration, error) {
	names, err := fs.Glob(fsys, "*.tx.up.sql") // sorted
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	list := make([]migration, 0, len(names))
	for _, n := range names {
		b, err := fs.ReadFile(fsys, n)
		if err != nil {
			return nil, fmt.Errorf("migrations: %w", err)
		}
		if !fileName.MatchString(n) {
			return nil, fmt.Errorf("migrations: file name %s is not of the form 0001_words.tx.up.sql", n)
		}
		if i := len(list); i > 0 && list[i-1].name[:4] == n[:4] {
			return nil, fmt.Errorf("migrations: %s and %s have the same number", list[i-1].name, n)
		}
		if w := txControl.FindString(string(b)); w != "" {
			return nil, fmt.Errorf("migrations: %s contains %q: each file is one transaction already", n, strings.TrimSpace(w))
		}
		sum := sha256.Sum256(b)
		list = append(list, migration{n, string(b), hex.EncodeToString(sum[:])})
	}
	return list, nil
}

// applied is one row of migrations.applied.
type applied struct {
	name, sha256, at string
}
