package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// PaperRow is a document in a list by its 文号, contract or event.
	PaperRow struct {
		ID         uuid.UUID         `bun:"document_id"`
		Number     string            `bun:"number"`
		Kind       DocumentKind      `bun:"kind"`
		DocumentNo string            `bun:"document_no"`
		Event      string            `bun:"event"`
		Memo       string            `bun:"memo"`
		Project    string            `bun:"project"`
		Amount     *accounting.Money `bun:"amount"` // yuan; of a document of one event its amount
		State      string            `bun:"state"`
		Day        accounting.Date   `bun:"day"`
	}

	// PaperQuery asks for documents of some kinds as far as the context's reader reads them, the newest first; zero values do
	// not restrict.
	PaperQuery struct {
		Book     accounting.BookID
		Kinds    []string
		Contract string // number
		Words    string // in 文号 or number
		Before   uuid.UUID
		Limit    int
	}
)

// Papers lists documents with what they say of themselves in their content.
func Papers(ctx context.Context, db bun.IDB, q PaperQuery) ([]PaperRow, error) {
	rows := []PaperRow{}
	err := db.NewRaw(`select d.document_id, d.number, d.kind, coalesce(k ->> 'document_no', '') as document_no, coalesce(k ->> 'event', '') as event, coalesce(k ->> 'memo', '') as memo,
			coalesce(n.code, '') as project, coalesce(d.amount, (k -> 'input' ->> 'amount')::numeric, (select sum((r ->> 'amount')::numeric) from jsonb_path_query(k, '$.input.rows[*]') r)) as amount, d.state, (k ->> 'date')::date as day
		from projects.documents d cross join lateral (select d.content::jsonb) as c (k)
		left join projects.nodes n on n.book_id = d.book_id and n.node_id = d.node_id
		where d.book_id = ?0 and d.kind in (?1) and (?2 = '' or k ->> 'contract' = ?2) and (?3 = '' or strpos(k ->> 'document_no', ?3) > 0 or strpos(d.number, ?3) > 0) and (?4 or d.document_id < ?5)
		order by d.document_id desc limit ?6`, q.Book, bun.List(q.Kinds), q.Contract, q.Words, q.Before == uuid.Nil, q.Before, q.Limit).Scan(ctx, &rows)
	return rows, fault.FromSQL(err)
}

// BudgetYears are the years that have budget lines, the latest first.
func BudgetYears(ctx context.Context, db bun.IDB, book accounting.BookID) (years []int, err error) {
	err = db.NewRaw(`select distinct fiscal_year from accounting.budget_lines where book_id = ? order by 1 desc`, book).Scan(ctx, &years)
	return years, fault.FromSQL(err)
}
