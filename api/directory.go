package api

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
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
	known sync.Map // entry by code -> uuid.UUID
	codes sync.Map // entry by identity -> code
}

type entry struct {
	book     accounting.BookID
	registry string
	code     string
}

func newDirectory(db *bun.DB) *directory { return &directory{db: db} }

// load gives what was found before.
func (d *directory) load(key entry) (uuid.UUID, bool) {
	found, _ := d.known.Load(key)
	id, ok := found.(uuid.UUID)
	return id, ok
}

// The table of each registry with its identity, and the code of not finding.
var registries = map[string]struct{ table, id, fault string }{
	"project":     {"accounting.ledgers", "project_id", "project_unknown"},
	"node":        {"projects.nodes", "node_id", "node_unknown"},
	"budget line": {"accounting.budget_lines", "budget_line_id", "budget_line_unknown"},
	"person":      {"accounting.persons", "person_id", "person_unknown"},
	"unit":        {"accounting.units", "unit_id", "unit_unknown"},
}

// find gives the identity behind a code. Codes: text_invalid, and that of the registry.
func (d *directory) find(ctx context.Context, book accounting.BookID, registry, code string) (uuid.UUID, error) {
	key := entry{book, registry, code}
	if id, ok := d.load(key); ok {
		return id, nil
	}
	if err := accounting.CheckText(registry, code, 64); err != nil {
		return uuid.Nil, err
	}
	r := registries[registry]
	var id uuid.UUID
	err := d.db.NewRaw(`select ? from ? where book_id = ? and code = ?`, bun.Ident(r.id), bun.Ident(r.table), book, code).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, notFound(registry, code)
	}
	if err != nil {
		return uuid.Nil, fault.FromSQL(err)
	}
	d.known.Store(key, id)
	return id, nil
}

func notFound(registry, code string) error {
	return fault.ByCode(registries[registry].fault, fmt.Sprintf("this book has no %s with the code %q", registry, code), nil)
}

// code is the way back: what people write for an identity, "" for none.
func (d *directory) code(ctx context.Context, book accounting.BookID, registry string, id uuid.UUID) (string, error) {
	if id == uuid.Nil {
		return "", nil
	}
	key := entry{book, registry, id.String()}
	found, _ := d.codes.Load(key)
	if code, ok := found.(string); ok {
		return code, nil
	}
	r := registries[registry]
	var code string
	if err := d.db.NewRaw(`select code from ? where book_id = ? and ? = ?`, bun.Ident(r.table), book, bun.Ident(r.id), id).Scan(ctx, &code); err != nil {
		return "", fault.FromSQL(err)
	}
	d.codes.Store(key, code)
	return code, nil
}

// subject finds a contract, request, batch or injection by its code; a new one gets an identity and is registered by the
// posting that first names it. A caller who knows the identity sends it along and saves the look-up.
func (d *directory) subject(ctx context.Context, book accounting.BookID, in SubjectInput) (accounting.Subject, error) {
	s := accounting.Subject{Kind: accounting.SubjectKind(in.Kind), Code: in.Code}
	if err := accounting.CheckText("subject", in.Code, 64); err != nil {
		return s, err
	}
	if in.ID != "" {
		id, err := accounting.ParseID(in.ID)
		s.ID = accounting.SubjectID{UUID: id}
		return s, err
	}
	key := entry{book, in.Kind, in.Code}
	if id, ok := d.load(key); ok {
		return accounting.Subject{ID: accounting.SubjectID{UUID: id}, Kind: s.Kind}, nil
	}
	err := d.db.NewRaw(`select subject_id from accounting.subjects where book_id = ? and kind <> '' and kind = ? and code = ?`, book, in.Kind, in.Code).Scan(ctx, &s.ID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		s.ID = newSubject(book, in)
		return s, nil
	case err != nil:
		return s, fault.FromSQL(err)
	}
	d.known.Store(key, s.ID.UUID)
	s.Code = "" // registered already
	return s, nil
}

// newSubject derives the identity of a subject from its code: several lines, the vouchers of a bulk and concurrent requests
// may all name it first, and must then mean the same one.
func newSubject(book accounting.BookID, in SubjectInput) accounting.SubjectID {
	name := fmt.Sprintf("mingzhang.subject/%d/%s/%s", book, in.Kind, in.Code)
	return accounting.SubjectID{UUID: uuid.NewHash(sha256.New(), uuid.Nil, []byte(name), 8)}
}
