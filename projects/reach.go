package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// MayRead says whether the context's reader reads a project's books: of the bureau everybody does, of a unit those it
// keeps and those it leads.
func MayRead(ctx context.Context, db *bun.DB, project accounting.ProjectID) (bool, error) {
	var may bool
	err := accounting.Read(ctx, db, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw(`select current_setting('mingzhang.reads', true) = 'all' or exists (select from projects.readable_projects() p where p = ?)`, project).Scan(ctx, &may)
	})
	return may, err
}

// asWho makes the vouchers of an event as far as who records it reads: a unit's people find their own projects only. The
// bureau's officers need no transaction for it.
func asWho(ctx context.Context, db *bun.DB, c accounting.Command, e Event) (vs []accounting.Voucher, err error) {
	if c.By.ReadsAll() {
		return Vouchers(ctx, db, c, e)
	}
	err = accounting.Read(accounting.WithReader(ctx, c.By), db, func(ctx context.Context, tx bun.Tx) error {
		vs, err = Vouchers(ctx, tx, c, e)
		return err
	})
	return vs, fault.FromSQL(err)
}
