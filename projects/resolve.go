package projects

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Draw is an amount of one budget line, which is named by its code (2025-05/2025) or identity.
type Draw struct {
	BudgetLine string           `json:"budget_line"`
	Amount     accounting.Money `json:"amount"`
}

// SubjectRef names a contract, request, batch or injection document by its code or identity; with both, the code is
// registered for that identity when the event may introduce one.
type SubjectRef struct {
	ID   accounting.SubjectID
	Code string
}

// Ref names a subject by its code.
func Ref(code string) SubjectRef { return SubjectRef{Code: code} }

func (s SubjectRef) isZero() bool { return s.ID.IsZero() && s.Code == "" }

func (s SubjectRef) MarshalText() ([]byte, error) {
	if s.Code == "" && !s.ID.IsZero() {
		return s.ID.MarshalText()
	}
	return []byte(s.Code), nil
}

func (s *SubjectRef) UnmarshalText(text []byte) error {
	if id, err := accounting.ParseID(string(text)); err == nil {
		*s = SubjectRef{ID: accounting.SubjectID{UUID: id}}
		return nil
	}
	*s = SubjectRef{Code: string(text)}
	return nil
}

// resolver finds in the registries what an event names.
type resolver struct {
	db bun.IDB
	c  accounting.Command
}

// onLines gives a cell with its one amount for each draw, in their order.
// Codes: amount_invalid, budget_line_unknown.
func (r resolver) onLines(ctx context.Context, draws ...Draw) ([]eventCell, error) {
	if len(draws) == 0 {
		return nil, fault.Invalid("budget_line_unknown", "the event names no budget line")
	}
	names := make([]string, len(draws))
	for i, d := range draws {
		if err := positive("amount of "+d.BudgetLine, d.Amount); err != nil {
			return nil, err
		}
		names[i] = d.BudgetLine
	}
	found, err := r.find(ctx, "budget_line_unknown", "budget line", names, `select b.code, b.budget_line_id as id, b.budget_line_id as line, b.project_id as project, b.fund_nature as nature, u.kind as unit
		from accounting.budget_lines b
		join accounting.ledgers l on l.book_id = b.book_id and l.project_id = b.project_id
		join accounting.units u on u.book_id = l.book_id and u.unit_id = l.unit_id
		where b.book_id = ? and (b.code in (?) or b.budget_line_id in (?)) and (? or b.project_id in (select projects.readable_projects()))`)
	if err != nil {
		return nil, err
	}
	for i, d := range draws {
		found[i].figures = map[figure]accounting.Money{"": d.Amount}
	}
	return found, nil
}

// onProject gives the cell of a project, named by its code (2025-05) or identity, for events without a budget line.
// Codes: project_unknown.
func (r resolver) onProject(ctx context.Context, name string, figures map[figure]accounting.Money) (eventCell, error) {
	found, err := r.onProjects(ctx, name)
	if err != nil {
		return eventCell{}, err
	}
	found[0].figures = figures
	return found[0], nil
}

func (r resolver) onProjects(ctx context.Context, names ...string) ([]eventCell, error) {
	return r.find(ctx, "project_unknown", "project with an accounting unit", names, `select l.code, l.project_id as id, l.project_id as project, u.kind as unit
		from accounting.ledgers l
		join accounting.units u on u.book_id = l.book_id and u.unit_id = l.unit_id
		where l.book_id = ? and (l.code in (?) or l.project_id in (?)) and (? or l.project_id in (select projects.readable_projects()))`)
}

// find answers one cell per name, in the order of the names. What a unit's people do not read is not there for them.
func (r resolver) find(ctx context.Context, code, what string, names []string, query string) ([]eventCell, error) {
	var ids []uuid.UUID
	for _, n := range names {
		if id, err := accounting.ParseID(n); err == nil {
			ids = append(ids, id)
		}
	}
	var rows []struct {
		Code    string
		ID      uuid.UUID
		Line    accounting.BudgetLineID
		Project accounting.ProjectID
		Nature  accounting.FundNature
		Unit    accounting.UnitKind
	}
	if err := r.db.NewRaw(query, r.c.Book, bun.List(names), bun.List(ids), r.c.By.ReadsAll()).Scan(ctx, &rows); err != nil {
		return nil, fault.FromSQL(err)
	}
	byName := make(map[string]eventCell, 2*len(rows))
	for _, x := range rows {
		c := eventCell{project: x.Project, code: x.Code, line: x.Line, nature: x.Nature, unit: x.Unit}
		byName[x.Code], byName[x.ID.String()] = c, c
	}
	cells := make([]eventCell, len(names))
	for i, n := range names {
		c, ok := byName[n]
		if !ok {
			return nil, fault.Invalid(code, "there is no %s %q in this book", what, n)
		}
		cells[i] = c
	}
	return cells, nil
}

// subject finds what a line is about. Only an event that introduces a subject may register its code: elsewhere a mistyped
// number would make a new contract. Codes: subject_unknown.
func (r resolver) subject(ctx context.Context, kind accounting.SubjectKind, ref SubjectRef, introduces bool) (accounting.Subject, error) {
	s := accounting.Subject{ID: ref.ID, Kind: kind}
	switch {
	case ref.isZero():
		return s, fault.Invalid("subject_unknown", "the event names no %s", kind)
	case ref.ID.IsZero():
		var ids []uuid.UUID
		if err := r.db.NewRaw(`select subject_id from accounting.subjects where book_id = ? and kind <> '' and kind = ? and code = ?`, r.c.Book, kind, ref.Code).Scan(ctx, &ids); err != nil {
			return s, fault.FromSQL(err)
		}
		if len(ids) == 1 {
			s.ID = accounting.SubjectID{UUID: ids[0]}
			return s, nil
		}
		if !introduces {
			return s, fault.Invalid("subject_unknown", "there is no %s %q in this book", kind, ref.Code)
		}
		s.ID = accounting.SubjectID{UUID: accounting.NewID()}
	}
	if introduces {
		s.Code = ref.Code
	}
	return s, nil
}

// subjects finds several of an event at once; those not named are left out.
func (r resolver) subjects(ctx context.Context, refs map[accounting.SubjectKind]SubjectRef, introduces accounting.SubjectKind) (map[accounting.SubjectKind]accounting.Subject, error) {
	found := make(map[accounting.SubjectKind]accounting.Subject, len(refs))
	for kind, ref := range refs {
		if ref.isZero() && kind != introduces {
			continue
		}
		s, err := r.subject(ctx, kind, ref, kind == introduces)
		if err != nil {
			return nil, err
		}
		found[kind] = s
	}
	return found, nil
}

// positive refuses what no document states. Codes: amount_invalid.
func positive(what string, m accounting.Money) error {
	if m.Sign() <= 0 {
		return fault.Invalid("amount_invalid", "%s is %s; an event states amounts above zero", what, m)
	}
	return nil
}

// notNegative is for the figures an event may leave out.
func notNegative(figures map[figure]accounting.Money) error {
	for name, m := range figures {
		if m.Sign() < 0 {
			return fault.Invalid("amount_invalid", "%s is %s; it cannot be below zero", name, m)
		}
	}
	return nil
}

func asFault(err error) (*fault.Error, bool) {
	var f *fault.Error
	ok := errors.As(err, &f)
	return f, ok
}
