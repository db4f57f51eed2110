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
	// GivenReason is a reason and an owner that somebody named for an open item, of the treasury or of a bank.
	GivenReason struct {
		Reason  string    `json:"reason"`
		Owner   string    `json:"owner"`    // name
		GivenBy string    `json:"given_by"` // name
		GivenAt time.Time `json:"given_at"`
	}

	// LateRequest 补录 is what the treasury's row says about a payment that nobody here has asked for, as the request that is to
	// follow begins. Parts that cannot be known are empty; the account is chosen among the payee's registered ones.
	LateRequest struct {
		VoucherNo  string           `json:"voucher_no"`
		Day        accounting.Date  `json:"day"`
		Amount     accounting.Money `json:"amount"` // yuan
		Purpose    string           `json:"purpose"`
		PayeeName  string           `bun:"payee_name" json:"payee_name"`
		Payee      string           `json:"payee,omitempty"` // code, of the one registered payee with that account, or else that name
		Project    string           `json:"project,omitempty"`
		BudgetLine string           `bun:"budget_line" json:"budget_line,omitempty"` // the only one of the project in that year
	}
)

// FindTreasuryItem finds an open item, or one that was open. Codes: document_unknown.
func FindTreasuryItem(ctx context.Context, db bun.IDB, book accounting.BookID, item uuid.UUID, asOf accounting.Date) (*TreasuryItem, error) {
	found, err := TreasuryItems(ctx, db, ItemQuery{Book: book, Item: item, AsOf: asOf})
	if err != nil {
		return nil, err
	}
	if item == uuid.Nil || len(found) == 0 {
		return nil, fault.NotFound("document_unknown", "there is no such open item")
	}
	return &found[0], nil
}

// ItemReasons are all reasons an open item was given, the last first; those before stay as its history.
func ItemReasons(ctx context.Context, db bun.IDB, book accounting.BookID, item uuid.UUID) ([]GivenReason, error) {
	found := []GivenReason{}
	err := db.NewRaw(`select r.reason, o.name as owner, g.name as given_by, r.given_at from projects.item_reasons r
		join accounting.persons o on o.book_id = r.book_id and o.person_id = r.owner_id join accounting.persons g on g.book_id = r.book_id and g.person_id = r.given_by
		where r.book_id = ? and r.item_id = ? order by r.ordinal desc`, book, item).Scan(ctx, &found)
	return found, fault.FromSQL(err)
}

// FindLateRequest is what a request for a paid and not booked item begins with; nil where there is nothing to ask for late: the
// item is of another kind, or a request fits it. Its purpose names the treasury's voucher, by which both find each other.
func FindLateRequest(ctx context.Context, db bun.IDB, book accounting.BookID, item TreasuryItem) (*LateRequest, error) {
	if item.Kind != PaidNotBooked || item.State == ClearedState || item.Request != "" {
		return nil, nil
	}
	var found []LateRequest
	err := db.NewRaw(`select t.voucher_no, t.day, t.amount, t.purpose, t.payee as payee_name, coalesce(p.code, '') as payee, coalesce(e.code, '') as project, coalesce(b.code, '') as budget_line
		from projects.treasury_rows(?0, ?1, ?1, 'infinity') t
		left join lateral (select min(y.code) as code from projects.payees y
			left join projects.payee_accounts a on a.book_id = y.book_id and a.payee_id = y.payee_id and a.account_number = t.account_number
			where y.book_id = ?0 and (a.account_number is not null or t.account_number = '' and y.name = t.payee) having count(distinct y.payee_id) = 1) p on true
		left join lateral (select min(n.code) as code, (array_agg(n.node_id))[1] as node_id from projects.nodes n
			where n.book_id = ?0 and t.project_code <> '' and (n.code = t.project_code or exists (select from projects.external_codes x where x.book_id = ?0 and x.code = t.project_code and x.project_id = n.node_id)) having count(*) = 1) e on true
		left join lateral (select min(l.code) as code from accounting.budget_lines l where l.book_id = ?0 and l.project_id = e.node_id and l.fiscal_year = extract(year from t.day)::int having count(*) = 1) b on true
		where t.item_id = ?2`, book, item.Of, item.ID).Scan(ctx, &found)
	if err != nil || len(found) == 0 {
		return nil, fault.FromSQL(err)
	}
	return &found[0], nil
}
