package migrations

import (
	"context"
	"database/sql"
	"io/fs"
)

// Tests run migrations of their own; the program has only the embedded ones.

func UpFS(ctx context.Context, db *sql.DB, fsys fs.FS) error { return up(ctx, db, fsys) }

func PendingFS(ctx context.Context, db *sql.DB, fsys fs.FS) ([]string, error) {
	list, err := load(fsys)
	if err != nil {
		return nil, err
	}
	todo, err := pending(ctx, db, list)
	var names []string
	for _, m := range todo {
		names = append(names, m.name)
	}
	return names, err
}

const LockKey = lockKey
