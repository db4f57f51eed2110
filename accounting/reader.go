package accounting

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// Operator reads all: the operator's own programs (reports, exports, verification) look at whole books.
var Operator = Actor{Role: "system"}

type readerKey struct{}

// WithReader says for whom Read reads. Without a reader the database shows nothing of vouchers, balances and documents.
func WithReader(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, readerKey{}, a)
}

// ReadsAll says whether somebody in this role reads the books of every unit; the others read their own unit's and those it
// leads. Programs without a role are the operator's.
func (a Actor) ReadsAll() bool {
	switch a.Role {
	case "budget_officer", "treasury_officer", "auditor", "inspector", "admin", "system", "":
		return true
	default:
		return false
	}
}

// reads is what the database's setting mingzhang.reads says of an actor, which its policies ask (0016_reading).
func (a Actor) reads() string {
	if a.ReadsAll() {
		return "all"
	}
	return a.Unit.String()
}

// readAs lets the transaction see what its reader may see.
func readAs(ctx context.Context, tx bun.Tx) error {
	reader, said := ctx.Value(readerKey{}).(Actor)
	if !said {
		return nil
	}
	return ReadAs(ctx, tx, reader)
}

// ReadAs lets a transaction that was opened elsewhere see what an actor may see.
func ReadAs(ctx context.Context, tx bun.Tx, reader Actor) error {
	_, err := tx.ExecContext(ctx, `select set_config('mingzhang.reads', ?, true)`, reader.reads())
	return fault.FromSQL(err)
}
