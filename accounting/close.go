package accounting

import (
	"context"
	"fmt"
	"time"

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

// Blockers lists what stands in the way of closing a period; none means that it can be proposed. Proposal and close ask again.
func Blockers(ctx context.Context, db bun.IDB, book BookID, period Period) ([]Blocker, error) {
	return collect(ctx, db, fragment{`select b.name, b.detail from accounting.blockers(?, ?) b order by b.name, b.detail`, []any{book, period}},
		func(b *Blocker) []any { return []any{&b.Name, &b.Detail} })
}

// CloseProposal is a person's proposal to close a period with the vouchers it had. Another person confirms it, or it is
// withdrawn, or vouchers overtake it.
type CloseProposal struct {
	Period   Period
	Number   int // of the period: 1, 2, …
	Vouchers int // of the period when it was looked at
	By       Signer
	At       time.Time
	Outcome  CloseOutcome // empty: it stands
	EndedBy  Signer
	EndedAt  time.Time
	Because  string // of a withdrawn one

	VouchersNow int // of the period; more than Vouchers: it cannot be confirmed any more
}

// CloseOutcome is what became of a proposal to close.
type CloseOutcome string

// What becomes of a proposal: outdated is one that vouchers have overtaken and another proposal has replaced.
const (
	CloseConfirmed CloseOutcome = "confirmed"
	CloseWithdrawn CloseOutcome = "withdrawn"
	CloseOutdated  CloseOutcome = "outdated"
)

type (
	// CloseRequest asks for the close of a period by who has seen so many vouchers of it.
	CloseRequest struct {
		Period   Period
		Vouchers int
	}
	// CloseConfirmation names the proposal that a second person confirms, or that is withdrawn, and why.
	CloseConfirmation struct {
		Period   Period
		Proposal int
		Reason   string // of a withdrawal
	}
)

// ProposeClose is the command of the first person: it proposes to close a period that nothing stands in the way of.
// Codes: close_blocked, with every blocker in the detail; close_outdated (not the vouchers that were seen); close_proposed.
func ProposeClose(ctx context.Context, db *bun.DB, c Command, in CloseRequest) (CloseProposal, error) {
	c.Body = in
	return Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (CloseProposal, error) {
		var number int
		if err := tx.NewRaw(`select accounting.propose_close(?, ?, ?, ?)`, c.Book, in.Period, in.Vouchers, c.By.Person).Scan(ctx, &number); err != nil {
			return CloseProposal{}, fault.FromSQL(err)
		}
		return findProposal(ctx, tx, c.Book, in.Period, number)
	})
}

// WithdrawClose withdraws a proposal that stands, by whoever may close. Codes: close_not_proposed, reason_required.
func WithdrawClose(ctx context.Context, db *bun.DB, c Command, in CloseConfirmation) (CloseProposal, error) {
	c.Body = in
	return Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (CloseProposal, error) {
		if err := CheckText("reason", in.Reason, 500); err != nil {
			return CloseProposal{}, fault.Invalid("reason_required", "write why the proposal is withdrawn, in at most 500 characters")
		}
		if _, err := tx.ExecContext(ctx, `select accounting.withdraw_close(?, ?, ?, ?, ?)`, c.Book, in.Period, in.Proposal, in.Reason, c.By.Person); err != nil {
			return CloseProposal{}, fault.FromSQL(err)
		}
		return findProposal(ctx, tx, c.Book, in.Period, in.Proposal)
	})
}

// ClosePeriod is the command of the second person: it closes a period for good as it was proposed; there is no way to open it
// again (R30). Codes: those of Close.
func ClosePeriod(ctx context.Context, db *bun.DB, c Command, in CloseConfirmation) (Root, error) {
	c.Body = in
	return Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (Root, error) {
		return Close(ctx, tx, c.Book, in, c.By.Person)
	})
}

// Close closes a period in the caller's transaction, for callers who have conditions of their own. The root that the
// database froze must be the one this program computes from the digests; otherwise nothing is closed.
// Codes: close_blocked, with every blocker in the detail; close_not_proposed; duty_taken (who proposed it does not confirm it);
// close_outdated (vouchers came in since).
func Close(ctx context.Context, tx bun.Tx, book BookID, in CloseConfirmation, by PersonID) (Root, error) {
	var frozen []byte
	if err := tx.NewRaw(`select accounting.close_period(?, ?, ?, ?)`, book, in.Period, in.Proposal, by).Scan(ctx, &frozen); err != nil {
		return Root{}, fault.FromSQL(err)
	}
	leaves, err := digests(ctx, tx, book, in.Period)
	if err != nil {
		return Root{}, err
	}
	root := Root{Period: in.Period, Hash: evidence.Root(leaves), TreeSize: len(leaves)}
	if string(frozen) != string(root.Hash[:]) {
		return Root{}, fault.Internal(fmt.Errorf("period %s: the database froze root %x, its %d digests give %x", in.Period, frozen, len(leaves), root.Hash))
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
