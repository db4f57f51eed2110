package projects_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// crowd is some people who hold every role that works with money, each with a second account, and who have delegated every
// role to each other: whatever an order of acts needs besides persons, they have.
type crowd struct {
	t        *testing.T
	tx       bun.Tx
	unit     accounting.UnitID
	document string
	persons  []accounting.PersonID
	steps    []stepRow
	alone    bool              // nobody acts for another
	seen     map[string]string // what was reached, by state and duties, and by which acts
}

func newCrowd(t *testing.T, flow string, people, asked int) *crowd {
	t.Helper()
	b := newBureau(t)
	ctx, c := t.Context(), &crowd{t: t, unit: b.unit, document: accounting.NewID().String(), seen: map[string]string{}}
	b.must(b.db.NewRaw(`select * from projects.steps() where kind = 'payment_request' and flow in ('', ?)`, flow).Scan(ctx, &c.steps))
	var holders []projects.RoleHolder
	for i := range people {
		id := accounting.PersonID{UUID: accounting.NewID()}
		b.must(accounting.AddPerson(ctx, b.db, accounting.Person{Book: book, ID: id, Code: fmt.Sprint("person ", i), Name: "某", Unit: b.unit}))
		c.persons = append(c.persons, id)
		for _, role := range allRoles[:6] { // who works with money neither audits nor administers
			holders = append(holders, projects.RoleHolder{Person: id, Unit: b.unit, Role: role})
		}
	}
	b.must(projects.FirstRoles(ctx, b.db, book, accounting.MustDate("2025-01-01"), holders...))
	super := pgtest.Superuser(t, b.db)
	if asked > 0 {
		_, err := super.ExecContext(ctx, `insert into projects.flows (book_id, flow, minimum_persons) values (?, ?, ?)`, book, flow, asked)
		b.must(err)
	}
	_, err := super.ExecContext(ctx, `insert into projects.delegations (book_id, delegation_id, from_person, to_person, unit_id, role, from_day, until_day)
		select g.book_id, gen_random_uuid(), g.person_id, o.person_id, g.unit_id, g.role, '2025-01-01', '9999-01-01' from projects.role_grants g join projects.role_grants o using (book_id, unit_id, role) where o.person_id <> g.person_id`)
	b.must(err)
	c.tx, err = super.BeginTx(ctx, nil)
	b.must(err)
	t.Cleanup(func() { _ = c.tx.Rollback() })
	_, err = c.tx.ExecContext(ctx, `insert into projects.documents (book_id, document_id, kind, number, unit_id, flow, amount, content, content_hash, state, created_by)
		values (?, ?, 'payment_request', 'ZF', ?, ?, 1000, '{}', sha256('{}'), 'draft', ?)`, book, c.document, c.unit, flow, c.persons[0])
	b.must(err)
	return c
}

// explore takes, from where the document stands, every act by everybody in every role that the steps name, for oneself and
// on behalf of each other, and signatures on paper; then goes on from each. What was reached before is not gone through
// again: a refused act changes nothing, and the persons are all alike, so every order of acts ends in one of these places.
func (c *crowd) explore(way string) {
	var state, duties string
	err := c.tx.NewRaw(`select d.state, coalesce((select string_agg(x.duty, ', ' order by x.duty) from projects.duties x where x.document_id = d.document_id), '')
		from projects.documents d where d.document_id = ?`, c.document).Scan(c.t.Context(), &state, &duties)
	if err != nil {
		c.t.Fatal(err)
	}
	key := state + ": " + duties
	if _, been := c.seen[key]; been {
		return
	}
	c.seen[key] = way
	for _, s := range c.steps {
		if s.FromState != state {
			continue
		}
		for i := range c.persons {
			for j := range c.persons {
				if c.alone && i != j {
					continue
				}
				for _, role := range s.Roles {
					c.try(fmt.Sprintf("%s, %s by %d as %s for %d", way, s.Verb, i, role, j), s.Verb, i, j, role)
				}
			}
		}
	}
}

// try takes an act and goes on from there; what comes of it is taken back.
func (c *crowd) try(way, verb string, person, behalf int, role string) {
	ctx := c.t.Context()
	act := func(ctx context.Context) error {
		var lender, outside any
		if behalf != person {
			lender = c.persons[behalf]
		}
		if role == "outside" { // entered by one, checked by the other
			id := accounting.NewID()
			if _, err := c.tx.ExecContext(ctx, `select projects.enter_outside_act(?, ?, ?, ?, sha256('{}'), '某', '某局', '2025-03-01', sha256('scan'), ?, ?, 'project_clerk')`, book, id, c.document, verb, c.persons[behalf], c.unit); err != nil {
				return err
			}
			lender, outside, role = nil, id, "project_clerk"
		}
		_, err := c.tx.ExecContext(ctx, `select projects.act(?, ?, ?, ?, ?, ?, ?, sha256('{}'), 'because', ?)`, book, c.document, verb, c.persons[person], c.unit, role, lender, outside)
		return err
	}
	if _, err := c.tx.ExecContext(ctx, `savepoint before`); err != nil {
		c.t.Fatal(err)
	}
	if act(ctx) == nil {
		c.explore(way)
	}
	if _, err := c.tx.ExecContext(ctx, `rollback to savepoint before; release savepoint before`); err != nil {
		c.t.Fatal(err)
	}
}

// reached tells by which acts a state was reached, if it was.
func (c *crowd) reached(state string) string {
	for key, way := range c.seen {
		if strings.HasPrefix(key, state+":") {
			return way
		}
	}
	return ""
}

// In whatever order two persons with all roles, several accounts and delegations from each other act on a payment request,
// it is never ordered; it takes five persons for works and three for small payments.
func TestTooFewPeopleNeverPay(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		flow   string
		people int
		asked  int // minimum persons by the book's own setting; 0: the flow's
		never  []string
		once   string
	}{
		{"works", 2, 0, []string{"finance_reviewed", "approved", "ordered", "confirmed"}, "unit_reviewed"},
		{"works", 4, 0, []string{"ordered", "confirmed"}, "approved"},
		{"works", 5, 0, nil, "ordered"},
		{"small", 2, 0, []string{"ordered", "confirmed"}, "approved"},
		{"small", 3, 0, nil, "ordered"},
		{"small", 3, 4, []string{"ordered", "confirmed"}, "approved"}, // a book may ask for more
	} {
		t.Run(fmt.Sprint(x.flow, x.people, x.asked), func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, x.flow, x.people, x.asked)
			c.alone = x.never == nil
			c.explore("")
			for _, state := range x.never {
				if way := c.reached(state); way != "" {
					t.Errorf("%d persons got it %s:%s", x.people, state, way)
				}
			}
			t.Logf("%d places; confirmed by:%s", len(c.seen), c.reached("confirmed"))
			if c.reached(x.once) == "" {
				t.Errorf("%d persons do not even get it %s: %v", x.people, x.once, slices.Sorted(maps.Keys(c.seen)))
			}
		})
	}
}
