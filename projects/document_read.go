package projects

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Act 签署 is what one person did on a document; an outside act is shown as such everywhere.
type Act struct {
	bun.BaseModel `bun:"table:projects.acts,alias:act" json:"-"`

	Ordinal       int                 `json:"ordinal"`
	Round         int                 `json:"round"`
	Verb          string              `json:"verb"`
	Duty          string              `json:"duty"`
	FromState     string              `json:"from"`
	ToState       string              `json:"to"`
	Person        accounting.PersonID `bun:"person_id" json:"person_id"`
	Unit          accounting.UnitID   `bun:"unit_id" json:"unit_id"`
	Role          string              `json:"role"`
	OnBehalfOf    accounting.PersonID `bun:"on_behalf_of,nullzero" json:"on_behalf_of,omitzero"`
	DocumentHash  accounting.Hash     `json:"hash"`
	Reason        string              `json:"reason,omitempty"`
	At            time.Time           `json:"at"`
	OutsideName   string              `bun:",nullzero" json:"outside_name,omitempty"`
	OutsideOffice string              `bun:",nullzero" json:"outside_office,omitempty"`
	OutsideDate   accounting.Date     `bun:",nullzero" json:"outside_date,omitzero"`
	PaperHash     *accounting.Hash    `json:"paper,omitempty"`
	EnteredBy     accounting.PersonID `bun:",nullzero" json:"entered_by,omitzero"`
}

// FindDocument finds a document. Codes: document_unknown.
func FindDocument(ctx context.Context, db bun.IDB, book accounting.BookID, id uuid.UUID) (*Document, error) {
	return oneDocument(db.NewSelect().Where("book_id = ? and document_id = ?", book, id), ctx)
}

func documentByNumber(ctx context.Context, db bun.IDB, book accounting.BookID, number string) (*Document, error) {
	return oneDocument(db.NewSelect().Where("book_id = ? and number = ?", book, number), ctx)
}

func oneDocument(q *bun.SelectQuery, ctx context.Context) (*Document, error) {
	var found []Document
	if err := q.Model(&found).Scan(ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	if len(found) == 0 {
		return nil, fault.NotFound("document_unknown", "there is no such document for you")
	}
	return &found[0], nil
}

// DocumentQuery says which documents to list, newest first; zero values do not restrict.
type DocumentQuery struct {
	Book   accounting.BookID
	Kind   DocumentKind
	State  string
	Node   string    // code
	Number string    // begins so
	Before uuid.UUID // documents made before this one: the next page
	Limit  int
}

// Documents lists documents, newest first.
func Documents(ctx context.Context, db bun.IDB, q DocumentQuery) ([]Document, error) {
	var found []Document
	s := q.where(db.NewSelect().Model(&found)).OrderExpr("document.document_id desc").Limit(int64(q.Limit))
	if q.Before != uuid.Nil {
		s.Where("document.document_id < ?", q.Before)
	}
	return found, fault.FromSQL(s.Scan(ctx))
}

// DocumentStates are the states that documents of a kind go through, in the order of their names; of all kinds without one.
func DocumentStates(ctx context.Context, db bun.IDB, kind DocumentKind) (states []string, err error) {
	err = db.NewRaw(`select distinct x.state from projects.steps() s cross join lateral (values (s.from_state), (s.to_state)) x(state) where ? in ('', s.kind) order by 1`, kind).Scan(ctx, &states)
	return states, fault.FromSQL(err)
}

// SumDocuments is the head of the list: how many there are on all pages and what those with an amount come to.
func SumDocuments(ctx context.Context, db bun.IDB, q DocumentQuery) (n int, sum accounting.Money, err error) {
	err = q.where(db.NewSelect().Model((*Document)(nil)).ColumnExpr("count(*), coalesce(sum(document.amount), 0)")).Scan(ctx, &n, &sum)
	return n, sum, fault.FromSQL(err)
}

func (q DocumentQuery) where(s *bun.SelectQuery) *bun.SelectQuery {
	s.Where("document.book_id = ?", q.Book)
	if q.Kind != "" {
		s.Where("document.kind = ?", q.Kind)
	}
	if q.State != "" {
		s.Where("document.state = ?", q.State)
	}
	if q.Node != "" {
		s.Where("document.node_id = (select n.node_id from projects.nodes n where n.book_id = ? and n.code = ?)", q.Book, q.Node)
	}
	if q.Number != "" {
		s.Where("starts_with(document.number, ?)", q.Number)
	}
	return s
}

// Acts lists what was done on a document, in order.
func Acts(ctx context.Context, db bun.IDB, book accounting.BookID, document uuid.UUID) ([]Act, error) {
	var acts []Act
	err := db.NewSelect().Model(&acts).Where("book_id = ? and document_id = ?", book, document).Order("ordinal").Scan(ctx)
	return acts, fault.FromSQL(err)
}

// DeskTime is how long a document stood at a desk, over all its rounds.
type DeskTime struct {
	State string        `json:"state"`
	Stood time.Duration `json:"stood"`
}

// DeskTimes tells how long a document stood at each desk so far: who falls behind is told by it.
func DeskTimes(ctx context.Context, db bun.IDB, book accounting.BookID, document uuid.UUID) ([]DeskTime, error) {
	var rows []struct {
		State   string
		Seconds int64
	}
	err := db.NewRaw(`with moves as (
			select 0 as ordinal, 'draft' as state, d.created_at as since from projects.documents d where d.book_id = ?0 and d.document_id = ?1
			union all select a.ordinal, a.to_state, a.at from projects.acts a where a.book_id = ?0 and a.document_id = ?1 and a.to_state <> a.from_state)
		select state, extract(epoch from sum(coalesce(until, clock_timestamp()) - since))::bigint as seconds
		from (select *, lead(since) over (order by ordinal) as until from moves) m group by state order by min(ordinal)`, book, document).Scan(ctx, &rows)
	times := make([]DeskTime, len(rows))
	for i, r := range rows {
		times[i] = DeskTime{r.State, time.Duration(r.Seconds) * time.Second}
	}
	return times, fault.FromSQL(err)
}
