package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Retention 质保金 is what a contract keeps back, in yuan, and from when it is due: the defects period after acceptance, by
// the acceptance document and not by hand. Of a project that is not accepted the day of the settlement stands for it.
type Retention struct {
	Kept      accounting.Money `json:"kept"`
	Requested accounting.Money `json:"requested"`
	Paid      accounting.Money `json:"paid"`
	Forfeited accounting.Money `json:"forfeited"`
	From      accounting.Date  `json:"from,omitzero"`   // acceptance, else settlement
	DueOn     accounting.Date  `json:"due_on,omitzero"` // empty: neither accepted nor settled yet
	Due       accounting.Money `json:"due"`             // what may be requested on the day asked about
	State     string           `json:"state"`           // none, held, due, requested, released
}

// retentionDue tells what of the retention may be requested on a day. Codes: contract_unknown.
func retentionDue(ctx context.Context, db bun.IDB, book accounting.BookID, contract uuid.UUID, day accounting.Date) (Retention, error) {
	found, err := readContracts(ctx, db, book, "contract.contract_id = ?", contract)
	if err != nil {
		return Retention{}, err
	}
	if len(found) == 0 {
		return Retention{}, fault.NotFound("contract_unknown", "there is no such contract for you")
	}
	return RetentionOf(ctx, db, found[0], day)
}

// RetentionOf is the retention of a contract as it stands on a day, today when none is named.
func RetentionOf(ctx context.Context, db bun.IDB, k Contract, day accounting.Date) (Retention, error) {
	var when struct {
		From, DueOn accounting.Date
		Due         bool
	}
	err := db.NewRaw(`select f.day as "from", d.day as due_on, coalesce(d.day <= coalesce(?::date, current_date), false) as due
		from (select coalesce((select m.day from projects.node_milestones m where m.book_id = ? and m.node_id = ? and m.milestone = 'accepted'), ?::date)) as f (day),
			lateral (select (f.day + make_interval(months => ?))::date) as d (day)`, day, k.Book, k.Node, k.SettledOn, k.DefectsMonths).Scan(ctx, &when)
	if err != nil {
		return Retention{}, fault.FromSQL(err)
	}
	r := Retention{Kept: k.RetentionKept, Requested: k.RetentionHeld, Paid: k.RetentionPaid, Forfeited: k.RetentionForfeited, From: when.From, DueOn: when.DueOn, State: "held"}
	left := r.Kept.Sub(r.Requested).Sub(r.Paid).Sub(r.Forfeited)
	switch {
	case r.Kept.IsZero():
		r.State = "none"
	case left.IsZero() && r.Requested.IsZero():
		r.State = "released"
	case left.IsZero():
		r.State = "requested"
	case when.Due:
		r.State, r.Due = "due", left
	}
	return r, nil
}
