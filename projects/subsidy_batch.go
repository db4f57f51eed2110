package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// SubsidyBatch 补贴批次 says what a published list comes to: a count times a rate, in yuan. Names stay with the unit.
type SubsidyBatch struct {
	Paper
	Node           string            `json:"node"`
	Code           string            `json:"code"`  // of the batch
	Month          string            `json:"month"` // 2025-06
	Count          int               `json:"count"` // persons or households
	Rate           decimal.Decimal   `json:"rate"`  // yuan each, up to four decimals
	Total          *accounting.Money `json:"total,omitempty"`
	EconomicClass  string            `json:"economic_class"`
	PublishedAt    string            `json:"published_at"` // where the list hung
	PublishedFrom  accounting.Date   `json:"published_from"`
	PublishedUntil accounting.Date   `json:"published_until"`
}

var subsidyDocument = documentType{
	kind: "subsidy_batch", prefix: "BT", zh: "补贴批次", en: "subsidy batch",
	content: func() Content { return new(SubsidyBatch) },
	effects: map[string]effect{"submit": stillSays[SubsidyBatch], "lock": lockBatch},
}

// complete computes the total, rounded half up to the fen. Codes: document_invalid, text_invalid.
func (b SubsidyBatch) complete(context.Context, resolver) (Content, error) {
	for field, text := range map[string]string{"code": b.Code, "published_at": b.PublishedAt} {
		if err := accounting.CheckText(field, text, 100); err != nil {
			return nil, err
		}
	}
	if b.Node == "" {
		return nil, fault.Invalid("document_invalid", "node: a batch belongs to a project")
	}
	if _, err := accounting.ParsePeriod(b.Month); err != nil {
		return nil, fault.Invalid("document_invalid", "month: %q is not a month such as 2025-06", b.Month)
	}
	if b.Count < 1 || b.Rate.Sign() <= 0 {
		return nil, fault.Invalid("document_invalid", "count %d and rate %s are above zero", b.Count, b.Rate)
	}
	if err := places("rate", b.Rate, 4); err != nil {
		return nil, err
	}
	if b.PublishedFrom.IsZero() || b.PublishedUntil.Before(b.PublishedFrom) {
		return nil, fault.Invalid("document_invalid", "published from %s until %s: the list hangs for some days", b.PublishedFrom, b.PublishedUntil)
	}
	total := accounting.RoundToMoney(b.Rate.Mul(decimal.NewFromInt(int64(b.Count))))
	if err := agree("total", b.Total, total, "count × rate"); err != nil {
		return nil, err
	}
	b.Total = &total
	return &b, nil
}

func (b SubsidyBatch) about(context.Context, resolver) (about, error) {
	return about{node: b.Node, amount: b.Total}, nil
}

// lockBatch makes what the list comes to owed (B1), once it has hung for its days (R22). Codes: list_not_published.
func lockBatch(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	b, err := contentOf[SubsidyBatch](d)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `select projects.lock_batch(?, ?, ?)`, c.Book, d.ID, s.dated(b.Date)); err != nil {
		return nil, fault.FromSQL(err)
	}
	h, err := eventHead(ctx, tx, d, b.Paper, s)
	if err != nil {
		return nil, err
	}
	return postEvent(ctx, tx, c, ApproveList{Head: h, Project: b.Node, Batch: SubjectRef{ID: accounting.SubjectID{UUID: d.ID}, Code: b.Code}, Amount: *b.Total, EconomicClass: b.EconomicClass})
}

// BatchRow is a subsidy batch in a list, with what is owed of it once it is locked and what requests hold. Amounts are yuan.
type BatchRow struct {
	ID             uuid.UUID `bun:"document_id"`
	Number         string
	Code           string
	Project        string
	Month          string
	Count          int
	Rate           decimal.Decimal
	Total          accounting.Money
	EconomicClass  string
	PublishedFrom  accounting.Date
	PublishedUntil accounting.Date
	State          string
	Owed           accounting.Money
	Held           accounting.Money
}

// Batches lists the subsidy batches that the context's reader reads, the newest first.
func Batches(ctx context.Context, db bun.IDB, book accounting.BookID) ([]BatchRow, error) {
	rows := []BatchRow{}
	err := db.NewRaw(`select d.document_id, d.number, k ->> 'code' as code, coalesce(n.code, '') as project, k ->> 'month' as month, (k ->> 'count')::int as count, (k ->> 'rate')::numeric as rate, d.amount as total,
			coalesce(k ->> 'economic_class', '') as economic_class, (k ->> 'published_from')::date as published_from, (k ->> 'published_until')::date as published_until, d.state, coalesce(r.owed, 0) as owed, coalesce(r.held, 0) as held
		from projects.documents d cross join lateral (select d.content::jsonb) as c (k)
		left join projects.nodes n on n.book_id = d.book_id and n.node_id = d.node_id
		left join lateral projects.batch_room(d.book_id, d.node_id, d.document_id) r on d.state = 'locked'
		where d.book_id = ? and d.kind = 'subsidy_batch' order by d.document_id desc`, book).Scan(ctx, &rows)
	return rows, fault.FromSQL(err)
}
