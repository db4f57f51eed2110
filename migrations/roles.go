package migrations

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// The three roles of a database. The owner owns every object and is nobody's login: what the service may do is
// granted, and what it may not do (write to the journal past the posting function) stays impossible.
const (
	Owner   = "mingzhang_owner"
	App     = "mingzhang_app"
	Auditor = "mingzhang_auditor"
)

// PrepareRoles makes what a dump of a database does not hold and its contents are restored upon: the three roles and the
// rights on the database itself. The login is as for Up.
func PrepareRoles(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer func() { _ = conn.Close() }()
	_, err = prepareRoles(ctx, conn)
	return err
}

// prepareRoles answers the name of the database.
func prepareRoles(ctx context.Context, conn *sql.Conn) (name string, err error) {
	for _, r := range []struct{ name, login string }{{Owner, "nologin"}, {App, "login"}, {Auditor, "login"}} {
		if err := ensureRole(ctx, conn, r.name, r.login); err != nil {
			return "", err
		}
	}
	var ready bool
	if err := conn.QueryRowContext(ctx, "select current_database(), has_database_privilege('"+Owner+
		"', current_database(), 'create') and not has_database_privilege('"+App+"', current_database(), 'temporary')").
		Scan(&name, &ready); err != nil {
		return "", fmt.Errorf("migrations: %w", err)
	}
	if !ready {
		return name, GrantDatabase(ctx, conn, name)
	}
	return name, nil
}

// prepare makes what every migration relies on: the roles, the right to create schemas, the list of what was applied.
// It leaves the session acting as the owner, so that no object ever belongs to a login.
func prepare(ctx context.Context, conn *sql.Conn) error {
	name, err := prepareRoles(ctx, conn)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "set role "+Owner); err != nil {
		return fmt.Errorf("migrations: this login is no member of %s: %w", Owner, err)
	}
	// One transaction, because several statements in one call are one; the service reads the list at its start.
	_, err = conn.ExecContext(ctx, `
		create schema if not exists migrations;
		create table if not exists migrations.applied (
			name       text primary key,
			sha256     text not null check (sha256 ~ '^[0-9a-f]{64}$'),
			applied_at timestamptz not null default clock_timestamp(),
			applied_by text not null default session_user
		);
		grant usage on schema migrations to `+App+", "+Auditor+`;
		grant select on migrations.applied to `+App+", "+Auditor)
	if pq.As(err, pqerror.InsufficientPrivilege) != nil { // a grant without the right to it is only a warning
		return fmt.Errorf("migrations: %s may not create schemas in database %s (%s): %w", Owner, name, databaseRights(name), err)
	}
	if err != nil {
		return fmt.Errorf("migrations: list of applied migrations: %w", err)
	}
	return nil
}

// databaseRights says what to type for the rights of GrantDatabase.
func databaseRights(name string) string {
	q := pq.QuoteIdentifier(name)
	return "its owner or a superuser may run: grant create, temporary on database " + q + " to " + Owner + "; revoke temporary on database " + q + " from public"
}

// GrantDatabase sets the rights that belong to a database and not to its contents, and that a copy made from a
// template therefore loses: the owner may create schemas, and nobody else may create temporary tables, whose names
// could stand before ours in a search path.
func GrantDatabase(ctx context.Context, db interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}, name string) error {
	q := pq.QuoteIdentifier(name)
	_, err := db.ExecContext(ctx, "grant create, temporary on database "+q+" to "+Owner+
		"; revoke temporary on database "+q+" from public")
	if err != nil {
		return fmt.Errorf("migrations: rights on database %s (%s): %w", name, databaseRights(name), err)
	}
	return nil
}

// ensureRole creates a role once per cluster. Databases of one cluster may be migrated at the same moment, and the
// advisory lock is per database, so losing that race is not an error.
func ensureRole(ctx context.Context, conn *sql.Conn, name, login string) error {
	var there bool
	if err := conn.QueryRowContext(ctx, "select exists (select from pg_catalog.pg_roles where rolname = '"+name+"')").
		Scan(&there); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if there {
		return nil
	}
	create := "create role " + name + " " + login + " nosuperuser nocreatedb nocreaterole noreplication nobypassrls" //nolint:gosec // words of this file
	_, err := conn.ExecContext(ctx, create)
	if err == nil || pq.As(err, pqerror.DuplicateObject, pqerror.UniqueViolation) != nil {
		return nil
	}
	return fmt.Errorf("migrations: role %s is missing (a superuser may run: %s): %w", name, create, err)
}
