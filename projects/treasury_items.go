package projects

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// TreasuryItem 未达事项 is something of which the books and the treasury's list do not say the same yet. With a named reason
	// and an owner it is carried over the end of the month; it is cleared by the fact that was missing, never by itself.
	TreasuryItem struct {
		ID      uuid.UUID         `bun:"item_id" json:"id"`
		Kind    ItemKind          `json:"kind"`
		State   ItemState         `json:"state"`
		Of      accounting.Period `bun:"month" json:"-"`
		Month   string            `bun:"-" json:"month"` // 2025-03
		Day     accounting.Date   `json:"day"`
		Voucher string            `json:"voucher"` // 支付凭证号; of our own payments 2025-03 记-0006
		Amount  accounting.Money  `json:"amount"`  // yuan
		Request string            `json:"request,omitempty"`
		LineNo  int               `json:"line,omitempty"`
		Detail  string            `json:"detail,omitempty"`
		Reason  string            `json:"reason,omitempty"`
		Owner   string            `json:"owner,omitempty"` // code of a person
		GivenBy string            `json:"given_by,omitempty"`
		GivenAt *time.Time        `json:"given_at,omitempty"`
		Age     int               `json:"age_days"`
	}

	// ItemKind says on which side something is missing.
	ItemKind string

	// ItemState says what became of it.
	ItemState string

	// ItemReason names why something is open and whose it is.
	ItemReason struct {
		Reason string `json:"reason"`
		Owner  string `json:"owner"` // code of a person
	}

	// ItemQuery says which items; zero values do not restrict.
	ItemQuery struct {
		Book  accounting.BookID
		State ItemState
		Month accounting.Period
		Item  uuid.UUID
		AsOf  accounting.Date // ages are counted to this day
	}
)

// The kinds: paid by the treasury and not booked 已付未记, sent back and not booked, booked and not in the list, both but not
// alike.
const (
	PaidNotBooked ItemKind = "paid_not_booked"
	CameBack      ItemKind = "returned"
	NotInList     ItemKind = "not_in_list"
	DisagreesItem ItemKind = "disagrees"
)

const (
	OpenState      ItemState = "open"      // nobody has named a reason: the month does not close
	ExplainedState ItemState = "explained" // carried
	ClearedState   ItemState = "cleared"
)

const itemColumns = `i.item_id, i.kind, i.state, i.month, i.day, i.voucher, i.amount, coalesce(i.request, '') as request, coalesce(i.line_no, 0) as line_no, coalesce(i.detail, '') as detail,
	coalesce(i.reason, '') as reason, coalesce(o.code, '') as owner, coalesce(g.code, '') as given_by, i.given_at, greatest(?::date - i.day, 0) as age`

const itemPeople = ` left join accounting.persons o on o.book_id = ? and o.person_id = i.owner_id left join accounting.persons g on g.book_id = ? and g.person_id = i.given_by`

// TreasuryItems lists what is open between the books and the treasury, oldest first.
func TreasuryItems(ctx context.Context, db bun.IDB, q ItemQuery) ([]TreasuryItem, error) {
	from, to := accounting.Period(0), accounting.Period(999912)
	if q.Month != 0 {
		from, to = q.Month, q.Month
	}
	found := []TreasuryItem{}
	err := db.NewRaw(`select `+itemColumns+` from projects.open_items(?, ?, ?, 'infinity') i`+itemPeople+` where (? = '' or i.state = ?) and (? or i.item_id = ?) order by i.day, i.voucher, i.kind`,
		q.AsOf, q.Book, from, to, q.Book, q.Book, q.State, q.State, q.Item == uuid.Nil, q.Item).Scan(ctx, &found)
	for n := range found {
		found[n].Month = found[n].Of.String()
	}
	return found, fault.FromSQL(err)
}

// ExplainItem names a reason and an owner; what was named before stays as its history. Codes: open_item_unknown, person_unknown,
// reason_required, role_not_held.
func ExplainItem(ctx context.Context, db *bun.DB, c accounting.Command, item uuid.UUID, in ItemReason) error {
	c.Name, c.Body, c.Target = "treasury.explain", in, item
	_, err := accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (struct{}, error) {
		if err := accounting.CheckText("reason", in.Reason, 500); err != nil {
			return struct{}{}, fault.Invalid("reason_required", "write why it is open, in at most 500 characters")
		}
		var owners []uuid.UUID
		if err := tx.NewRaw(`select person_id from accounting.persons where book_id = ? and code = ?`, c.Book, in.Owner).Scan(ctx, &owners); err != nil {
			return struct{}{}, fault.FromSQL(err)
		}
		if len(owners) == 0 {
			return struct{}{}, fault.NotFound("person_unknown", "there is no person %q", in.Owner)
		}
		_, err := tx.ExecContext(ctx, `select projects.explain_item(?, ?, ?, ?, ?, ?, ?)`, c.Book, item, in.Reason, owners[0], c.By.Person, c.By.Unit, c.By.Role)
		return struct{}{}, fault.FromSQL(err)
	})
	return err
}

// treasuryItems are those of the reconciliation: open on a day, as known at a moment.
func (r *Reconciliation) treasuryItems(ctx context.Context, db bun.IDB, q ReconcileQuery) error {
	if !q.Unit.IsZero() {
		return nil // the treasury's list is of all units at once
	}
	var known any
	if !q.Known.IsZero() {
		known = q.Known
	}
	var found []TreasuryItem
	err := db.NewRaw(`select `+itemColumns+` from projects.open_items(?, 0, ?, coalesce(?::timestamptz, 'infinity')) i`+itemPeople+` where (i.state <> 'cleared' or i.cleared_in > ?) and i.day <= ? order by i.day, i.voucher, i.kind`,
		q.AsOf, q.Book, q.AsOf.Period(), known, q.Book, q.Book, q.AsOf.Period(), q.AsOf).Scan(ctx, &found)
	for _, i := range found {
		r.OpenItems = append(r.OpenItems, OpenItem{Kind: string(i.Kind), Subject: i.Voucher, Amount: i.Amount, Day: i.Day, Age: &i.Age, Reason: i.Reason, Owner: i.Owner})
	}
	return fault.FromSQL(err)
}
