package projects

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// UnitConcerns are what a unit is told of without asking.
	UnitConcerns struct {
		Overdue []OverdueItem   // what it owes, alone or with others; what has been overdue longest first
		Month   string          // that is reported on now
		Due     accounting.Date // until this day
		Open    []string        // codes of its projects whose entry of the month is not filed yet
	}

	// OwnedItem is something open between the books and the treasury or a bank, which its owner clears.
	OwnedItem struct {
		Kind   string          // treasury or bank
		Day    accounting.Date // since when it is open
		Days   int
		Amount accounting.Money
		Reason string
		Month  string // of the treasury's list
		Number string // of the treasury's voucher, or of the bank account
	}
)

// ConcernsOf tells what concerns a unit at the end of a day.
func ConcernsOf(ctx context.Context, db bun.IDB, book accounting.BookID, unit accounting.UnitID, asOf accounting.Date) (*UnitConcerns, error) {
	s, err := readStandings(ctx, db, book, asOf)
	if err != nil {
		return nil, err
	}
	money, err := s.overdueMoney(ctx, db, book)
	if err != nil {
		return nil, err
	}
	owes := func(units []PartyUnit) bool {
		return slices.ContainsFunc(units, func(u PartyUnit) bool { return u.Code != "" && u.id == unit })
	}
	c := &UnitConcerns{}
	for _, i := range append(s.overdue(), money...) {
		if owes(i.Owes) {
			c.Overdue = append(c.Overdue, i)
		}
	}
	slices.SortStableFunc(c.Overdue, func(a, b OverdueItem) int {
		return cmp.Or(cmp.Compare(a.Since.String(), b.Since.String()), cmp.Compare(a.Project, b.Project))
	})
	month := asOf.Period()
	if asOf.Day() <= s.due {
		month = monthOf(asOf).AddDays(-1).Period()
	}
	c.Month, c.Due = month.String(), s.entryDue(month)
	for _, x := range s.all {
		if x.mine && x.DueMonth != "" && x.state() == "in_progress" && owes(x.answers()) && !slices.ContainsFunc(x.entries, func(e ProgressEntry) bool { return e.period == month }) {
			c.Open = append(c.Open, x.Code)
		}
	}
	return c, nil
}

// OwnedItems lists what is open and has a person as its owner. Nobody who never was one waits for the search.
func OwnedItems(ctx context.Context, db bun.IDB, book accounting.BookID, person accounting.PersonID, asOf accounting.Date) ([]OwnedItem, error) {
	var items []OwnedItem
	var owner bool
	err := db.NewRaw(`select exists (select from projects.item_reasons r where r.book_id = ? and r.owner_id = ?)`, book, person).Scan(ctx, &owner)
	if err != nil || !owner {
		return nil, fault.FromSQL(err)
	}
	err = db.NewRaw(`select 'treasury' as kind, i.day, greatest(?2::date - i.day, 0) as days, i.amount, coalesce(i.reason, '') as reason, to_char(make_date(i.month / 100, i.month % 100, 1), 'YYYY-MM') as month, i.voucher as number
			from projects.open_items(?0, 0, 999912, 'infinity') i where i.owner_id = ?1 and i.state = 'explained'
		union all
		select 'bank', coalesce(i.day, ?2::date), greatest(?2::date - coalesce(i.day, ?2::date), 0), abs(i.amount), coalesce(i.reason, ''), '', a.number
			from projects.bank_accounts a cross join lateral projects.bank_open_items(?0, a.bank_account_id, ?3) i where a.book_id = ?0 and i.owner_id = ?1
		order by day, number`, book, person, asOf, int(asOf.Period())).Scan(ctx, &items)
	return items, fault.FromSQL(err)
}
