package accounting

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting/evidence"
	"mingzhang/accounting/fault"
)

// Blocker is what stands in the way of closing a period, with its figures.
type Blocker struct {
	Name   string `json:"name"` // period_unknown, period_closed, earlier_period_open, request_hold_left, account_not_cleared
	Detail string `json:"detail"`
}

// Root is the frozen evidence of a closed period: the root of the tree over its vouchers' digests (RFC 6962).
type Root struct {
	Period   Period
	Hash     Hash
	TreeSize int
}

// Blockers lists what stands in the way of closing a period; none means that it can be closed. The close asks again.
func Blockers(ctx context.Context, db bun.IDB, book BookID, period Period) ([]Blocker, error) {
	return collect(ctx, db, fragment{`select b.name, b.detail from accounting.blockers(?, ?) b order by b.name, b.detail`, []any{book, period}},
		func(b *Blocker) []any { return []any{&b.Name, &b.Detail} })
}

// ClosePeriod is the command that closes a period for good: there is no way to open it again (R30).
// Codes: close_blocked, with every blocker in the detail.
func ClosePeriod(ctx context.Context, db *bun.DB, c Command, period Period) (Root, error) {
	c.Body = period
	return Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (Root, error) {
		return Close(ctx, tx, c.Book, period, c.By.Person)
	})
}

// Close closes a period in the caller's transaction, for callers who have conditions of their own. The root that the
// database froze must be the one this program computes from the digests; otherwise nothing is closed.
func Close(ctx context.Context, tx bun.Tx, book BookID, period Period, by PersonID) (Root, error) {
	var frozen []byte
	if err := tx.NewRaw(`select accounting.close_period(?, ?, ?)`, book, period, by).Scan(ctx, &frozen); err != nil {
		return Root{}, fault.FromSQL(err)
	}
	leaves, err := digests(ctx, tx, book, period)
	if err != nil {
		return Root{}, err
	}
	root := Root{Period: period, Hash: evidence.Root(leaves), TreeSize: len(leaves)}
	if string(frozen) != string(root.Hash[:]) {
		return Root{}, fault.Internal(fmt.Errorf("period %s: the database froze root %x, its %d digests give %x", period, frozen, len(leaves), root.Hash))
	}
	return root, nil
}

// digests are the leaves of a period's tree, in order of number.
func digests(ctx context.Context, db bun.IDB, book BookID, period Period) ([][32]byte, error) {
	rows, err := collect(ctx, db, fragment{`select v.digest from accounting.vouchers v where v.book_id = ? and v.period = ? order by v.number`, []any{book, period}},
		func(b *[]byte) []any { return []any{b} })
	if err != nil {
		return nil, err
	}
	leaves := make([][32]byte, len(rows))
	for i, r := range rows {
		leaves[i] = Hash(r)
	}
	return leaves, nil
}
