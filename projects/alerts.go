package projects

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// OwnedItem is something open between the books and the treasury or a bank, which somebody has to clear.
	OwnedItem struct {
		Kind   string           `json:"kind"` // treasury or bank
		Day    accounting.Date  `json:"day"`
		Amount accounting.Money `json:"amount"` // yuan
		Reason string           `json:"reason"`
		Month  string           `json:"month,omitempty"`
		Number string           `json:"number"` // of the treasury's voucher, or of the bank account
	}
)

// OverdueOf lists what is overdue of a unit: of several that answer together, of each.
func OverdueOf(ctx context.Context, db bun.IDB, book accounting.BookID, unit accounting.UnitID, asOf accounting.Date) ([]OverdueItem, error) {
	var code string
	if err := db.NewRaw(`select code from accounting.units where book_id = ? and unit_id = ?`, book, unit).Scan(ctx, &code); err != nil {
		return nil, fault.FromSQL(err)
	}
	items, err := OverdueItems(ctx, db, book, asOf)
	return slices.DeleteFunc(items, func(i OverdueItem) bool {
		return !slices.ContainsFunc(i.Owes, func(u PartyUnit) bool { return u.Code == code })
	}), err
}

// OwnedItems lists what is open and has a person as its owner. Nobody who never was one waits for the search.
func OwnedItems(ctx context.Context, db bun.IDB, book accounting.BookID, person accounting.PersonID, asOf accounting.Date) ([]OwnedItem, error) {
	var items []OwnedItem
	var owner bool
	err := db.NewRaw(`select exists (select from projects.item_reasons r where r.book_id = ? and r.owner_id = ?)`, book, person).Scan(ctx, &owner)
	if err != nil || !owner {
		return nil, fault.FromSQL(err)
	}
	err = db.NewRaw(`select 'treasury' as kind, i.day, i.amount, coalesce(i.reason, '') as reason, to_char(make_date(i.month / 100, i.month % 100, 1), 'YYYY-MM') as month, i.voucher as number
			from projects.open_items(?0, 0, 999912, 'infinity') i where i.owner_id = ?1 and i.state = 'explained'
		union all
		select 'bank', coalesce(i.day, ?2), abs(i.amount), coalesce(i.reason, ''), '', a.number
			from projects.bank_accounts a cross join lateral projects.bank_open_items(?0, a.bank_account_id, ?3) i where a.book_id = ?0 and i.owner_id = ?1
		order by day, number`, book, person, asOf, int(asOf.Period())).Scan(ctx, &items)
	return items, fault.FromSQL(err)
}
