package api

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// directory finds identities by the codes people write. Registries only grow and are never re-keyed, so what was found
// once stays true and is kept.
type directory struct {
	db    *bun.DB
	known sync.Map // entry -> uuid.UUID
}

type entry struct {
	book     accounting.BookID
	registry string
	code     string
}

func newDirectory(db *bun.DB) *directory { return &directory{db: db} }

// The statement of each registry, and the code of not finding.
var registries = map[string]struct{ statement, fault string }{
	"project":     {`select project_id from accounting.ledgers where book_id = ? and code = ?`, "project_unknown"},
	"budget line": {`select budget_line_id from accounting.budget_lines where book_id = ? and code = ?`, "budget_line_unknown"},
	"person":      {`select person_id from accounting.persons where book_id = ? and code = ?`, "person_unknown"},
	"unit":        {`select unit_id from accounting.units where book_id = ? and code = ?`, "unit_unknown"},
}

func (d *directory) find(ctx context.Context, book accounting.BookID, registry, code string) (uuid.UUID, error) {
	key := entry{book, registry, code}
	if id, ok := d.known.Load(key); ok {
		return id.(uuid.UUID), nil
	}
	var id uuid.UUID
	err := d.db.NewRaw(registries[registry].statement, book, code).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, fault.Invalid(registries[registry].fault, "this book has no %s with the code %q", registry, code)
	}
	if err != nil {
		return uuid.Nil, fault.FromSQL(err)
	}
	d.known.Store(key, id)
	return id, nil
}

// subject finds a contract, request, batch or injection by its code; a new one gets an identity and is registered by the
// posting that first names it. A caller who knows the identity sends it along and saves the look-up.
func (d *directory) subject(ctx context.Context, book accounting.BookID, in SubjectInput) (accounting.Subject, error) {
	s := accounting.Subject{Kind: accounting.SubjectKind(in.Kind), Code: in.Code}
	if in.ID != "" {
		id, err := accounting.ParseID(in.ID)
		s.ID = accounting.SubjectID{UUID: id}
		return s, err
	}
	key := entry{book, in.Kind, in.Code}
	if id, ok := d.known.Load(key); ok {
		return accounting.Subject{ID: accounting.SubjectID{UUID: id.(uuid.UUID)}, Kind: s.Kind}, nil
	}
	err := d.db.NewRaw(`select subject_id from accounting.subjects where book_id = ? and kind = ? and code = ?`, book, in.Kind, in.Code).Scan(ctx, &s.ID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		s.ID = accounting.SubjectID{UUID: accounting.NewID()}
		return s, nil
	case err != nil:
		return s, fault.FromSQL(err)
	}
	d.known.Store(key, s.ID.UUID)
	s.Code = "" // registered already
	return s, nil
}
