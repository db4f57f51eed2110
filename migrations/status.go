package migrations

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// querier is what reading the state needs: a pool, a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Pending names the migrations that the database lacks. It is an error when the database knows one that this program
// does not, or another text under the same name. The app login may ask.
func Pending(ctx context.Context, db *sql.DB) ([]string, error) {
	list, err := load(files)
	if err != nil {
		return nil, err
	}
	todo, err := pending(ctx, db, list)
	if err != nil {
		return nil, err
	}
	return namesOf(todo), nil
}

func namesOf(list []migration) []string {
	names := make([]string, len(list))
	for i, m := range list {
		names[i] = m.name
	}
	return names
}

// Check refuses a database that is older or newer than this program, or that was made from other files.
func Check(ctx context.Context, db *sql.DB) error {
	names, err := Pending(ctx, db)
	if err != nil {
		return err
	}
	if len(names) > 0 {
		return fmt.Errorf("the database lacks %d migration(s), the first is %s: run `mingzhang migrate` first", len(names), names[0])
	}
	return nil
}

// Applied is a migration that a database has had: its file's name and the hash of its text.
type Applied struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// History lists what a database has had, in order.
func History(ctx context.Context, db querier) ([]Applied, error) {
	done, err := readApplied(ctx, db)
	list := make([]Applied, len(done))
	for i, a := range done {
		list[i] = Applied{a.name, a.sha256}
	}
	return list, err
}

// Lacking names what this program would add to a database with such a history. It is an error when the program does not
// know all of it: the database, or the backup of one, is newer or made from other files.
func Lacking(history []Applied) ([]string, error) {
	list, err := load(files)
	if err != nil {
		return nil, err
	}
	done := make([]applied, len(history))
	for i, a := range history {
		done[i] = applied{a.Name, a.SHA256, "the history"}
	}
	todo, err := lacking(done, list)
	return namesOf(todo), err
}

// pending compares the files with the rows. Rows must be the first files, unchanged: a file that sorts before one
// already applied would run in another order here than in the next database.
func pending(ctx context.Context, db querier, list []migration) ([]migration, error) {
	done, err := readApplied(ctx, db)
	if err != nil {
		return nil, err
	}
	return lacking(done, list)
}

func lacking(done []applied, list []migration) ([]migration, error) {
	for _, a := range done {
		i := slices.IndexFunc(list, func(m migration) bool { return m.name == a.name })
		if i < 0 {
			return nil, fmt.Errorf("the database is newer than this program: migration %s of %s is unknown here",
				a.name, a.at)
		}
		if list[i].sha256 != a.sha256 {
			return nil, fmt.Errorf("migration %s was edited after it ran: the database has sha256 %s, this program %s; "+
				"restore the file and put the change into a new one", a.name, a.sha256, list[i].sha256)
		}
	}
	for i, a := range done {
		if list[i].name != a.name {
			return nil, fmt.Errorf("migration %s comes before %s, which the database already has: give it a higher number",
				list[i].name, a.name)
		}
	}
	return list[len(done):], nil
}

func readApplied(ctx context.Context, db querier) ([]applied, error) {
	// The catalogue answers also where the schema is not there yet or not open to this login.
	there, err := query(ctx, db, `select 'migrations', '', '' from pg_catalog.pg_class c
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = 'migrations' and c.relname = 'applied'`)
	if err != nil || len(there) == 0 {
		return nil, err
	}
	return query(ctx, db, `select name, sha256, to_char(applied_at, 'YYYY-MM-DD HH24:MI') from migrations.applied order by name collate "C"`)
}

func query(ctx context.Context, db querier, q string) ([]applied, error) {
	rows, err := db.QueryContext(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []applied
	for rows.Next() {
		var a applied
		if err := rows.Scan(&a.name, &a.sha256, &a.at); err != nil {
			return nil, fmt.Errorf("migrations: %w", err)
		}
		all = append(all, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return all, nil
}
