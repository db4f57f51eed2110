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
	// RequestQuery says which payment requests to list, newest first; zero values do not restrict.
	RequestQuery struct {
		Book     accounting.BookID
		Unit     accounting.UnitID
		State    string
		Node     string // code
		Nodes    []accounting.ProjectID
		Contract string    // number
		Before   uuid.UUID // requests made before this one: the next page
		Limit    int
	}

	// RequestRow is a payment request in a list: what it asks, what became of it since its last approval, and where it stands.
	// Amounts are yuan.
	RequestRow struct {
		ID         uuid.UUID            `bun:"document_id"`
		Number     string               `bun:"number"`
		Unit       accounting.UnitID    `bun:"unit_id"`
		Node       accounting.ProjectID `bun:"node_id"`
		Payment    PaymentKind          `bun:"payment"`
		Purpose    string               `bun:"purpose"`
		Contract   string               `bun:"contract"`
		Flow       Flow                 `bun:"flow"`
		State      string               `bun:"state"`
		Round      int                  `bun:"round"`
		Amount     accounting.Money     `bun:"amount"`
		Held       accounting.Money     `bun:"held"` // reserved and not paid
		Paid       accounting.Money     `bun:"paid"`
		PayableNow *accounting.Money    `bun:"payable_now"` // of its contract, besides this request once it is approved; nil: no contract
		Since      time.Time            `bun:"since"`
		DaysAtDesk int                  `bun:"days_at_desk"` // whole ones, at its present desk
	}
)

// Requests lists the payment requests that the context's reader sees.
func Requests(ctx context.Context, db bun.IDB, q RequestQuery) ([]RequestRow, error) {
	found := []RequestRow{}
	s := db.NewSelect().TableExpr("projects.documents as d").
		ColumnExpr("d.document_id, d.number, d.unit_id, d.node_id, d.flow, d.state, d.round, d.amount, d.since").
		ColumnExpr("k.content ->> 'payment' as payment, coalesce(k.content ->> 'purpose', '') as purpose, coalesce(k.content ->> 'contract', '') as contract").
		ColumnExpr("coalesce(r.held, 0) as held, coalesce(r.paid, 0) as paid, c.payable_now").
		ColumnExpr("floor(extract(epoch from clock_timestamp() - d.since) / 86400)::int as days_at_desk").
		Join("cross join lateral (select d.content::jsonb) as k (content)").
		Join("left join lateral (select sum(x.held) as held, sum(x.paid) as paid from projects.payment_requests x where x.book_id = d.book_id and x.document_id = d.document_id) as r on true").
		Join("left join projects.contracts c on c.book_id = d.book_id and c.number = k.content ->> 'contract'").
		Where("d.book_id = ? and d.kind = 'payment_request'", q.Book).OrderExpr("d.document_id desc").Limit(int64(q.Limit))
	if !q.Unit.IsZero() {
		s.Where("d.unit_id = ?", q.Unit)
	}
	if q.State != "" {
		s.Where("d.state = ?", q.State)
	}
	if q.Node != "" {
		s.Where("d.node_id in (select n.node_id from projects.nodes n where n.book_id = d.book_id and n.code = ?)", q.Node)
	}
	if len(q.Nodes) > 0 {
		s.Where("d.node_id = any (?::uuid[])", nodeList(q.Nodes))
	}
	if q.Contract != "" {
		s.Where("k.content ->> 'contract' = ?", q.Contract)
	}
	if q.Before != uuid.Nil {
		s.Where("d.document_id < ?", q.Before)
	}
	return found, fault.FromSQL(s.Scan(ctx, &found))
}
