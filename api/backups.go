package api

import (
	"context"
	"database/sql"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// Backup is one attempt to write the database and its files into an archive; size in bytes.
type Backup struct {
	StartedAt, FinishedAt time.Time
	Good                  bool // written, read again and whole
	File                  string
	Size                  *int64
	SHA256                []byte
	Encrypted             bool
	Trouble               string // why it is not good
}

// NoteBackup notes an attempt for every book: an archive holds them all.
func NoteBackup(ctx context.Context, db *bun.DB, b Backup) error {
	_, err := db.NewRaw(`insert into api.backups (book_id, started_at, finished_at, good, file, size, sha256, encrypted, trouble)
		select book_id, ?::timestamptz, greatest(?::timestamptz, ?::timestamptz), ?, ?, ?, ?, ?, ? from accounting.books`,
		b.StartedAt, b.FinishedAt, b.StartedAt, b.Good, b.File, b.Size, b.SHA256, b.Encrypted, b.Trouble).Exec(ctx)
	return fault.FromSQL(err)
}

// BackupState is how the books stand with their backups.
type BackupState struct {
	Good    *Backup       // the last good one of the book whose last good one is oldest; nil: a book has none
	Age     time.Duration // since it began
	Trouble string        // of the last attempt, if that went wrong
}

// BackupLate is the age from which the last good backup is too old: a night's, and two hours of grace.
const BackupLate = 26 * time.Hour

// Late says whether somebody must be told.
func (s BackupState) Late() bool { return s.Good == nil || s.Age > BackupLate }

// Backups asks how the books stand with their backups. A database without books has nothing to lose and is told as such by ok.
func Backups(ctx context.Context, db bun.IDB) (s BackupState, ok bool, err error) {
	var rows []struct {
		StartedAt, FinishedAt sql.NullTime
		File                  sql.NullString
		Size                  sql.NullInt64
		Age                   sql.NullInt64
		Trouble               sql.NullString
	}
	err = db.NewRaw(`select g.started_at, g.finished_at, g.file, g.size, extract(epoch from clock_timestamp() - g.started_at)::bigint as age, l.trouble
		from accounting.books b
		left join lateral (select * from api.backups x where x.book_id = b.book_id and x.good order by x.started_at desc limit 1) g on true
		left join lateral (select x.trouble from api.backups x where x.book_id = b.book_id order by x.started_at desc limit 1) l on true
		order by g.started_at nulls first limit 1`).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return s, false, fault.FromSQL(err)
	}
	r := rows[0]
	s.Trouble = r.Trouble.String
	if r.StartedAt.Valid {
		s.Good = &Backup{StartedAt: r.StartedAt.Time, FinishedAt: r.FinishedAt.Time, Good: true, File: r.File.String, Size: &r.Size.Int64}
		s.Age = time.Duration(r.Age.Int64) * time.Second
	}
	return s, true, nil
}
