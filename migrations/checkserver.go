package migrations

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
)

// The reasons not to serve. Their words are stable: operators search for them.
var (
	ErrFsync            = errors.New("the database server runs with fsync = off: a power cut would lose posted vouchers")
	ErrSynchronous      = errors.New("the connection runs with synchronous_commit = off: a crash would lose acknowledged vouchers")
	ErrFullPageWrites   = errors.New("the database server runs with full_page_writes = off: a power cut could damage pages for good")
	ErrConformingString = errors.New("the connection runs with standard_conforming_strings = off: quoted text could become SQL")
	ErrSuperuser        = errors.New("the service's login is a superuser, creates roles or bypasses row security: give it mingzhang_app")
	ErrOwner            = errors.New("the service's login is a member of mingzhang_owner, or reads and writes everything: give it mingzhang_app")
	ErrPooler           = errors.New("the connection goes through a transaction pooler: sessions are not ours alone, connect directly")
	ErrSession          = errors.New("the settings of our connections do not reach the server: a pooler drops them, connect directly")
)

// CheckServer refuses to serve on a server, with a login or through a path on which the books would not be safe.
// It returns all reasons, joined.
func CheckServer(ctx context.Context, db *bun.DB) error {
	a, err := db.DB.Conn(ctx)
	if err != nil {
		return fmt.Errorf("check of the database server: %w", err)
	}
	defer func() { _ = a.Close() }()
	b, err := db.DB.Conn(ctx)
	if err != nil {
		return fmt.Errorf("check of the database server: %w", err)
	}
	defer func() { _ = b.Close() }()

	pooled, err := samePool(ctx, a, b)
	if err != nil {
		return fmt.Errorf("check of the database server: %w", err)
	}
	if pooled {
		return ErrPooler // what else a shared session says is not about our connection
	}
	var reasons []error
	for _, c := range []struct {
		refuse string // a condition in SQL
		reason error
	}{
		{"current_setting('fsync') = 'off'", ErrFsync},
		{"current_setting('synchronous_commit') = 'off'", ErrSynchronous},
		{"current_setting('full_page_writes') = 'off'", ErrFullPageWrites},
		{"current_setting('standard_conforming_strings') = 'off'", ErrConformingString},
		{"(select rolsuper or rolcreaterole or rolbypassrls from pg_catalog.pg_roles where rolname = session_user)", ErrSuperuser},
		// Membership, not use: whoever may SET ROLE to the owner is the owner. A superuser is a member of everything
		// and has its own sentence.
		{`not (select rolsuper from pg_catalog.pg_roles where rolname = session_user) and exists (
			select from pg_catalog.pg_roles where rolname in ('` + Owner + `', 'pg_write_all_data', 'pg_read_server_files',
				'pg_write_server_files', 'pg_execute_server_program') and pg_has_role(session_user, oid, 'member'))`, ErrOwner},
		{"current_setting('lock_timeout') = '0' or current_setting('statement_timeout') = '0'" +
			" or current_setting('idle_in_transaction_session_timeout') = '0'" +
			" or current_setting('timezone') <> '" + session["timezone"] + "'", ErrSession},
	} {
		var refused bool
		if err := a.QueryRowContext(ctx, "select "+c.refuse).Scan(&refused); err != nil {
			return fmt.Errorf("check of the database server: %w", err)
		}
		if refused {
			reasons = append(reasons, c.reason)
		}
	}
	return errors.Join(reasons...)
}

// samePool finds a transaction pooler out: while b is inside a transaction, a must still have its own server process.
// A pooler that is idle would give a the same process each time, so asking a alone proves nothing.
func samePool(ctx context.Context, a, b *sql.Conn) (bool, error) {
	before, err := backend(ctx, a)
	if err != nil {
		return false, err
	}
	tx, err := b.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }()
	other, err := backend(ctx, tx)
	if err != nil {
		return false, err
	}
	if other == before {
		return true, nil
	}
	after, err := backend(ctx, a)
	return after != before, err
}

func backend(ctx context.Context, c interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}) (pid int, err error) {
	err = c.QueryRowContext(ctx, "select pg_backend_pid()").Scan(&pid)
	return pid, err
}
