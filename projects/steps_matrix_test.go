package projects_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// stepRow is a row of projects.steps().
type stepRow struct {
	Kind, Flow, Verb, FromState, ToState, Duty string
	Roles                                      pq.StringArray
}

// everybody is a person for each role in each of two units: own is the documents' unit, foreign the other.
type everybody struct {
	*bureau
	super   *bun.DB
	own     accounting.UnitID
	foreign accounting.UnitID
	steps   []stepRow
}

// allRoles are the roles a person can hold.
var allRoles = []string{"budget_officer", "treasury_officer", "project_clerk", "project_head", "supervisor", "lead_approver", "auditor", "inspector", "admin"}

// bureauRoles reach every unit's documents.
var bureauRoles = []string{"budget_officer", "treasury_officer", "auditor", "inspector", "admin"}

func newEverybody(t *testing.T) everybody {
	t.Helper()
	b := newBureau(t)
	e := everybody{bureau: b, super: pgtest.Superuser(t, b.db), own: b.unit}
	b.must(b.db.NewRaw(`select unit_id from accounting.units where code = 'INS'`).Scan(t.Context(), &e.foreign))
	b.must(b.db.NewRaw(`select * from projects.steps()`).Scan(t.Context(), &e.steps))
	var holders []projects.RoleHolder
	for _, unit := range []accounting.UnitID{e.own, e.foreign} {
		for _, role := range allRoles {
			id := accounting.PersonID{UUID: accounting.NewID()}
			b.must(accounting.AddPerson(t.Context(), b.db, accounting.Person{Book: book, ID: id, Code: role + " " + unit.String(), Name: role, Unit: unit}))
			holders = append(holders, projects.RoleHolder{Person: id, Unit: unit, Role: role})
		}
	}
	for i := range 5 {
		b.must(accounting.AddPerson(t.Context(), b.db, accounting.Person{Book: book, ID: accounting.PersonID{UUID: accounting.NewID()}, Code: fmt.Sprint("other ", i), Name: "其他", Unit: e.own}))
	}
	b.must(projects.FirstRoles(t.Context(), b.db, book, accounting.MustDate("2025-01-01"), holders...))
	return e
}

// attempts tries a verb on a document of the own unit, as everybody; what somebody can do is tried again, in the last
// column, as the same person who has another duty on it already. Each attempt is taken back. It answers the new state or the
// SQLSTATE.
const attempts = `
	create function pg_temp.attempt(document uuid, verb text, person uuid, unit uuid, role text, busy boolean) returns text language plpgsql as $$
	declare came text;
	begin
		if busy then
			insert into projects.duties values (640303, document, person, 'another');
		end if;
		select a.new_state into came from projects.act(640303, document, verb, person, unit, role, null, sha256('{}'), 'because') a;
		raise exception '%', came using errcode = 'ZZ000';
	exception when others then
		return case sqlstate when 'ZZ000' then sqlerrm else sqlstate end;
	end $$;
	create function pg_temp.attempts(document uuid, verb text, out role text, out unit uuid, out fresh text, out another text) returns setof record language plpgsql as $$
	declare g projects.role_grants;
	begin
		for g in select * from projects.role_grants loop
			role := g.role; unit := g.unit_id; another := null;
			fresh := pg_temp.attempt(document, verb, g.person_id, g.unit_id, g.role, false);
			if fresh !~ '^[A-Z0-9]{5}$' then
				another := pg_temp.attempt(document, verb, g.person_id, g.unit_id, g.role, true);
			end if;
			return next;
		end loop;
	end $$`

// standing puts a document of the own unit into a state. Four others have acted on it, so that a payment has its minimum of
// five persons with whoever orders it.
const standing = `with d as (insert into projects.documents (book_id, document_id, kind, number, unit_id, flow, content, content_hash, state, created_by)
		select 640303, ?0, ?1, ?0, ?4, ?2, '{}', sha256('{}'), ?3, person_id from accounting.persons where code = 'other 0' returning *)
	insert into projects.duties select 640303, d.document_id, p.person_id, 'other ' || p.code from d, accounting.persons p where p.code like 'other%' and p.code <> 'other 4'`

// Every step of every kind of document from every state, by every role of the own and of another unit: what the steps name
// is done, and everything else refused with its reason.
func TestStepsByRoles(t *testing.T) {
	t.Parallel()
	e := newEverybody(t)
	tx, err := e.super.BeginTx(t.Context(), nil)
	e.must(err)
	defer func() { _ = tx.Rollback() }()
	_, err = tx.Tx.ExecContext(t.Context(), attempts)
	e.must(err)
	tried, done := 0, 0
	for _, kind := range distinct(e.steps, func(s stepRow) string { return s.Kind }) {
		steps := slices.DeleteFunc(slices.Clone(e.steps), func(s stepRow) bool { return s.Kind != kind })
		states := slices.Compact(slices.Sorted(slices.Values(append(distinct(steps, func(s stepRow) string { return s.FromState }), distinct(steps, func(s stepRow) string { return s.ToState })...))))
		flows := []string{"works"}
		if slices.ContainsFunc(steps, func(s stepRow) bool { return s.Flow != "" }) {
			flows = append(flows, "small")
		}
		for _, flow := range flows {
			for _, state := range states {
				document := accounting.NewID()
				_, err := tx.ExecContext(t.Context(), standing, document, kind, flow, state, e.own)
				e.must(err)
				for _, verb := range distinct(steps, func(s stepRow) string { return s.Verb }) {
					var rows []struct {
						Role    string
						Unit    accounting.UnitID
						Fresh   string
						Another *string
					}
					e.must(tx.NewRaw(`select * from pg_temp.attempts(?, ?)`, document, verb).Scan(t.Context(), &rows))
					for _, r := range rows {
						want, refused := expected(steps, flow, verb, state, r.Role, r.Unit == e.own)
						tried++
						if refused {
							r.Another = &dutyTaken
						} else {
							done++
						}
						if r.Fresh != want || r.Another == nil || *r.Another != dutyTaken {
							t.Errorf("%s (%s): %s from %s by %s, own unit %t: %s, want %s; with another duty: %v", kind, flow, verb, state, r.Role, r.Unit == e.own, r.Fresh, want, r.Another)
						}
					}
				}
			}
		}
	}
	t.Logf("%d attempts, %d of them accepted", tried, done)
	if tried < 10_000 || done < 300 {
		t.Errorf("only %d attempts, %d of them accepted", tried, done)
	}
}

var dutyTaken = "AC045"

// expected is what an attempt comes to: the state the step leads to, or why it is refused.
func expected(steps []stepRow, flow, verb, state, role string, own bool) (answer string, refused bool) {
	const unknown, notAllowed, notHeld = "AC041", "AC043", "AC044"
	if !own && !slices.Contains(bureauRoles, role) {
		return unknown, true
	}
	if role == "auditor" || role == "inspector" {
		return notHeld, true
	}
	i := slices.IndexFunc(steps, func(s stepRow) bool {
		return s.Verb == verb && s.FromState == state && (s.Flow == "" || s.Flow == flow)
	})
	switch {
	case i < 0:
		return notAllowed, true
	case !slices.Contains(steps[i].Roles, role), leftToAdmin(steps[i], role):
		return notHeld, true
	default:
		return steps[i].ToState, false
	}
}

// leftToAdmin are the steps that others take only in a book without an administrator; this one has some.
func leftToAdmin(s stepRow, role string) bool {
	return slices.Contains([]string{"role_grant", "departure", "account"}, s.Kind) && s.Duty == "prepare" && role != "admin"
}

func distinct(steps []stepRow, of func(stepRow) string) []string {
	var all []string
	for _, s := range steps {
		if !slices.Contains(all, of(s)) {
			all = append(all, of(s))
		}
	}
	return all
}
