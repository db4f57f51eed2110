package projects

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Handover 移交清单 is what a person leaves to the successor: the documents that are open, the state of the books and what
// the unit's projects hold.
type Handover struct {
	Person    accounting.Person
	LeftOn    accounting.Date    // zero: no departure is recorded
	Successor *accounting.Person // nil: none is named yet
	Roles     []HandedRole
	Open      []Document // that the person made or acted on
	Waiting   []Document // of others, at the desks of the person's roles
	Periods   []accounting.PeriodState
	Balances  []accounting.TrialBalanceRow // of the unit's projects, by account; in yuan
}

// HandedRole is a role that ends with the departure or is held today. A successor who does not hold it cannot go on.
type HandedRole struct {
	Unit             string          `bun:"unit"` // code
	Role             string          `bun:"role"`
	From             accounting.Date `bun:"from_day"`
	Until            accounting.Date `bun:"until_day,nullzero"`
	SuccessorHoldsIt bool            `bun:"successor_holds_it"`
}

// handedRoles are the roles a person holds, or held until the departure.
const handedRoles = `(select g.* from projects.role_grants g left join projects.departures l on l.book_id = g.book_id and l.person_id = g.person_id
	where g.book_id = ?0 and g.person_id = ?1 and (g.ended_by = l.document_id or g.from_day <= current_date and coalesce(g.until_day, 'infinity') >= current_date))`

// open says of a document d that something can still be done with it; what is confirmed is reopened only by a returned payment.
const open = `exists (select from projects.steps() s where s.kind = d.kind and s.flow in ('', d.flow) and s.from_state = d.state and s.to_state <> s.from_state and s.verb <> 'reopen')`

// handoverLimit bounds each list of documents: newest first, what is older is found by the desks.
const handoverLimit = 500

// HandoverOf lists what a person hands over, as of a day. A unit's people see their own unit's persons only.
// Codes: person_unknown.
func HandoverOf(ctx context.Context, tx bun.Tx, who accounting.Actor, book accounting.BookID, code string, asOf accounting.Date) (*Handover, error) {
	p, err := ReadablePerson(ctx, tx, who, book, code)
	if err != nil {
		return nil, err
	}
	h := Handover{Person: p}
	if err := h.readDeparture(ctx, tx); err != nil {
		return nil, err
	}
	if err := h.readDesks(ctx, tx); err != nil {
		return nil, err
	}
	if h.Periods, err = accounting.Periods(ctx, tx, book); err != nil {
		return nil, err
	}
	h.Periods = slices.DeleteFunc(h.Periods, func(s accounting.PeriodState) bool { return s.Period.Year() != asOf.Year() })
	h.Balances, err = accounting.TrialBalance(ctx, tx, accounting.TrialBalanceQuery{Book: book, AsOf: asOf, Unit: p.Unit, By: accounting.ByProject})
	h.Balances = slices.DeleteFunc(h.Balances, func(r accounting.TrialBalanceRow) bool { return !r.Leaf || r.Closing.IsZero() })
	return &h, err
}

func (h *Handover) readDeparture(ctx context.Context, tx bun.Tx) error {
	var left []struct {
		LeftOn    accounting.Date
		Successor accounting.PersonID
	}
	if err := tx.NewRaw(`select left_on, successor from projects.departures where book_id = ? and person_id = ?`, h.Person.Book, h.Person.ID).Scan(ctx, &left); err != nil || len(left) == 0 {
		return fault.FromSQL(err)
	}
	h.LeftOn = left[0].LeftOn
	heir, err := personByID(ctx, tx, h.Person.Book, left[0].Successor)
	h.Successor = &heir
	return err
}

func (h *Handover) readDesks(ctx context.Context, tx bun.Tx) error {
	book, person := h.Person.Book, h.Person.ID
	var heir accounting.PersonID
	if h.Successor != nil {
		heir = h.Successor.ID
	}
	err := tx.NewRaw(`select u.code as unit, g.role, g.from_day, g.until_day, projects.holds(?0, ?2, g.unit_id, g.role, null) as successor_holds_it
		from `+handedRoles+` g join accounting.units u on u.book_id = g.book_id and u.unit_id = g.unit_id order by u.code, g.role`, book, person, heir).Scan(ctx, &h.Roles)
	if err != nil {
		return fault.FromSQL(err)
	}
	const mine = `(d.created_by = ?1 or exists (select from projects.duties x where x.book_id = d.book_id and x.document_id = d.document_id and x.person_id = ?1))`
	err = tx.NewRaw(`select d.* from projects.documents d where d.book_id = ?0 and `+mine+` and `+open+` order by d.document_id desc limit ?2`, book, person, handoverLimit).Scan(ctx, &h.Open)
	if err != nil {
		return fault.FromSQL(err)
	}
	err = tx.NewRaw(`select d.* from projects.documents d where d.book_id = ?0 and not `+mine+` and d.state not in ('draft', 'returned') and `+open+`
			and exists (select from `+handedRoles+` g join projects.steps() s on g.role = any (s.roles)
				where s.kind = d.kind and s.flow in ('', d.flow) and s.from_state = d.state and s.to_state <> s.from_state and s.verb <> 'reopen' and projects.reaches(d, g.role, g.unit_id))
		order by d.document_id desc limit ?2`, book, person, handoverLimit).Scan(ctx, &h.Waiting)
	return fault.FromSQL(err)
}
