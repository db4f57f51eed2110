package accounting

import (
	"context"
	"time"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// Verification is a verification of a whole book that was done: the books as they were at a moment, and what did not hold.
type Verification struct {
	At       time.Time
	Vouchers int      // that were read
	Failed   []string // names of checks; none: all held
	Since    int      // vouchers posted after it
}

// NoteVerification keeps what a verification came to. It is never changed.
func NoteVerification(ctx context.Context, db bun.IDB, book BookID, v Verification) error {
	_, err := db.NewRaw(`insert into accounting.verifications (book_id, verified_at, vouchers, failed) values (?, ?, ?, ?)`, book, v.At, v.Vouchers, pq.Array(v.Failed)).Exec(ctx)
	return fault.FromSQL(err)
}

// LastVerification is the last one of a book; nil: nobody has verified it yet.
func LastVerification(ctx context.Context, db bun.IDB, book BookID) (*Verification, error) {
	found, err := collect(ctx, db, fragment{`select v.verified_at, v.vouchers, v.failed, (select coalesce(sum(p.last_number), 0) from accounting.periods p where p.book_id = v.book_id) - v.vouchers
		from accounting.verifications v where v.book_id = ? order by v.verified_at desc limit 1`, []any{book}}, func(v *Verification) []any { return []any{&v.At, &v.Vouchers, pq.Array(&v.Failed), &v.Since} })
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}
