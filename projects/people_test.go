package projects_test

import (
	"encoding/json"
	"testing"
	"time"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// day is so many days from today: roles are held, lent and left by the day.
func day(after int) accounting.Date {
	now := time.Now().In(time.FixedZone("Asia/Shanghai", 8*60*60)) // as the database counts days
	return accounting.NewDate(now.Year(), now.Month(), now.Day()).AddDays(after)
}

func paperOn(date accounting.Date) projects.Paper { return projects.Paper{Date: date} }

// signed drafts a document, submits it and has it approved by another: what the approval came to.
func (d desk) signed(kind projects.DocumentKind, content projects.Content, by desk) error {
	d.b.t.Helper()
	doc, err := d.submitted(kind, content)
	if err != nil {
		return err
	}
	_, err = by.take(doc, "approve")
	return err
}

func (d desk) submitted(kind projects.DocumentKind, content projects.Content) (*projects.Document, error) {
	d.b.t.Helper()
	doc, err := projects.Draft(d.b.t.Context(), d.b.db, d.command(), kind, content)
	if err != nil {
		return nil, err
	}
	_, err = d.take(doc, "submit")
	return doc, err
}

func (b *bureau) roles(d desk) map[string]string {
	b.t.Helper()
	held, err := projects.RolesHeld(b.t.Context(), b.db, book, d.who.Person)
	b.must(err)
	roles := map[string]string{}
	for _, h := range held {
		roles[h.Role] = h.Lender
	}
	return roles
}

func (b *bureau) refused(what string, err error, code string) {
	b.t.Helper()
	if fault.Code(err) != code {
		b.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// staffed is a bureau with an administrator, a head, two clerks, an auditor and a newcomer without roles.
func staffed(t *testing.T) (*bureau, map[string]desk) {
	t.Helper()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	desks := b.desks([2]string{"xu", "admin"}, [2]string{"ma", "budget_officer"}, [2]string{"li", "project_head"}, [2]string{"wu", "project_clerk"}, [2]string{"he", "treasury_officer"},
		[2]string{"lu", "auditor"}, [2]string{"ya", "lead_approver"})
	all := map[string]desk{}
	for _, d := range desks {
		all[d.name] = d
	}
	p, err := projects.AddPerson(t.Context(), b.db, b.command(), projects.NewPerson{Code: "su", Name: "苏", Unit: "ADM"})
	b.must(err)
	all["su"] = desk{b, accounting.Actor{Person: p.ID, Unit: b.unit, Role: "project_clerk"}, "su"}
	return b, all
}

// A role is given by a document that one makes and another checks, and never checked by whom it is for.
func TestRolesAreGrantedByMakerAndChecker(t *testing.T) {
	t.Parallel()
	b, desks := staffed(t)
	xu, li, wu, su := desks["xu"], desks["li"], desks["wu"], desks["su"]
	grant := func(person, role string) *projects.RoleGrant {
		return &projects.RoleGrant{Paper: projects.Paper{Unit: "ADM", Date: day(0)}, Person: person, Role: role, From: day(0)}
	}
	_, err := wu.submitted("role_grant", grant("su", "project_clerk"))
	b.refused("a clerk granting a role", err, "role_not_held")
	b.refused("the administrator alone", xu.signed("role_grant", grant("su", "project_clerk"), xu), "duty_taken")
	b.refused("a role for the approver", xu.signed("role_grant", grant("li", "lead_approver"), li), "duty_taken")
	b.must(xu.signed("role_grant", grant("su", "project_clerk"), li))
	if held := b.roles(su); len(held) != 1 || held["project_clerk"] != "" {
		t.Errorf("the newcomer holds %v", held)
	}
	b.refused("the same role again", xu.signed("role_grant", grant("su", "project_clerk"), li), "step_not_allowed")
	b.refused("a role that is none", xu.signed("role_grant", grant("su", "mayor"), li), "role_unknown")
	b.refused("a person who is none", xu.signed("role_grant", grant("nobody", "project_clerk"), li), "person_unknown")
	// Ended yesterday, it is held no longer; it cannot be ended in the past, nor twice.
	end := func(last accounting.Date) *projects.RoleGrant {
		g := grant("wu", "project_clerk")
		g.From, g.Until, g.End = accounting.Date{}, last, true
		return g
	}
	b.refused("ended in the past", xu.signed("role_grant", end(day(-2)), li), "step_not_allowed")
	b.must(xu.signed("role_grant", end(day(-1)), li))
	if held := b.roles(wu); len(held) != 0 {
		t.Errorf("whose role has ended holds %v", held)
	}
	b.refused("ended twice", xu.signed("role_grant", end(day(-1)), li), "role_not_held")
	var documents int
	b.must(b.db.NewRaw(`select count(*) from projects.role_grants where document_id is not null or ended_by is not null`).Scan(t.Context(), &documents))
	if documents != 2 {
		t.Errorf("%d grants name their document", documents)
	}
}

// Who administers, who audits and who works with money are different persons, whoever writes it and however.
func TestAdministratorsHoldNoMoneyRole(t *testing.T) {
	t.Parallel()
	b, desks := staffed(t)
	xu, ma, li, he := desks["xu"], desks["ma"], desks["li"], desks["he"]
	for _, x := range [][2]string{{"wu", "admin"}, {"wu", "auditor"}, {"lu", "project_clerk"}, {"xu", "inspector"}} {
		g := &projects.RoleGrant{Paper: projects.Paper{Unit: "ADM", Date: day(0)}, Person: x[0], Role: x[1], From: day(5)}
		b.refused(x[0]+" as "+x[1], xu.signed("role_grant", g, li), "roles_conflict")
	}
	lent := &projects.Delegation{Paper: paperOn(day(0)), Role: "treasury_officer", To: "xu", From: day(0), Until: day(3)}
	b.refused("money lent to the administrator", he.signed("delegation", lent, ma), "roles_conflict")
	other := newBureau(t)
	p := other.clerk
	err := projects.FirstRoles(t.Context(), other.db, book, day(0), projects.RoleHolder{Person: p, Unit: other.unit, Role: "admin"}, projects.RoleHolder{Person: p, Unit: other.unit, Role: "project_clerk"})
	other.refused("both from the beginning", err, "roles_conflict")
}

// What a document has granted is written once and says what the document says; past the functions nothing is written.
func TestGrantsCannotBeMadeUp(t *testing.T) {
	t.Parallel()
	b, desks := staffed(t)
	xu, li := desks["xu"], desks["li"]
	doc, err := xu.submitted("role_grant", &projects.RoleGrant{Paper: projects.Paper{Unit: "ADM", Date: day(0)}, Person: "su", Role: "project_clerk", From: day(0)})
	b.must(err)
	app := pgtest.Service(t, b.db)
	try := func(sql string, args ...any) error {
		_, err := app.ExecContext(t.Context(), sql, args...)
		return fault.FromSQL(err)
	}
	b.refused("before it is approved", try(`select projects.grant_role(?, ?)`, book, doc.ID), "step_not_allowed")
	_, err = li.take(doc, "approve")
	b.must(err)
	b.refused("a second time", try(`select projects.grant_role(?, ?)`, book, doc.ID), "step_not_allowed")
	b.refused("as something else", try(`select projects.lend_role(?, ?)`, book, doc.ID), "step_not_allowed")
	for _, sql := range []string{
		`insert into projects.role_grants (book_id, grant_id, person_id, unit_id, role, from_day) select book_id, gen_random_uuid(), person_id, unit_id, 'treasury_officer', '2025-01-01' from accounting.persons limit 1`,
		`update projects.role_grants set until_day = null`, `delete from projects.departures`, `insert into projects.delegations default values`, `update projects.delegations set until_day = '9999-01-01'`,
	} {
		if try(sql) == nil {
			t.Errorf("the service may %s", sql)
		}
	}
}

// A lent role acts for its lender and shows so; whoever made a document does not check it for another, and what was lent is
// not lent on.
func TestRolesAreLentForSomeDays(t *testing.T) {
	t.Parallel()
	b, desks := staffed(t)
	xu, ma, li, wu, he, su := desks["xu"], desks["ma"], desks["li"], desks["wu"], desks["he"], desks["su"]
	lend := func(role, to string, from, until int) *projects.Delegation {
		return &projects.Delegation{Paper: paperOn(day(0)), Role: role, To: to, From: day(from), Until: day(until)}
	}
	b.refused("a role that is not held", he.signed("delegation", lend("budget_officer", "su", 0, 3), ma), "role_not_held")
	b.refused("to oneself", he.signed("delegation", lend("treasury_officer", "he", 0, 3), ma), "document_invalid")
	b.refused("approved by who gets it", he.signed("delegation", lend("treasury_officer", "ma", 0, 3), ma), "duty_taken")
	b.refused("without a last day", he.signed("delegation", &projects.Delegation{Paper: paperOn(day(0)), Role: "treasury_officer", To: "su", From: day(0)}, ma), "document_invalid")
	b.must(ma.signed("delegation", lend("budget_officer", "wu", 0, 3), xu))
	b.must(he.signed("delegation", lend("treasury_officer", "su", 1, 3), xu))
	if held := b.roles(su); len(held) != 0 {
		t.Errorf("before its first day a lent role is held: %v", held)
	}
	if held := b.roles(wu); held["budget_officer"] != "ma" {
		t.Errorf("the borrower holds %v", held)
	}

	// ma makes a budget paper; wu, who has a role lent by ma, may check it. What wu has made, wu does not check for ma.
	paper := func(documentNo string) *projects.Budget {
		return &projects.Budget{EventPaper: projects.EventPaper{Paper: projects.Paper{Date: accounting.MustDate("2025-01-20"), DocumentNo: documentNo, Attachments: []accounting.Hash{b.file("批复")}},
			Node: "2025-05", Event: "Approve", Input: json.RawMessage(`{"budget_line":"2025-05/2025","amount":"100.00"}`)}}
	}
	borrowed := desk{b, accounting.Actor{Person: wu.who.Person, Unit: b.unit, Role: "budget_officer"}, "wu"}
	behalf := func(doc *projects.Document, verb string) error {
		_, err := projects.Take(t.Context(), b.db, borrowed.command(), projects.Step{Document: doc.ID, Verb: verb, Hash: doc.Hash, OnBehalfOf: ma.who.Person})
		return err
	}
	made, err := ma.submitted("budget", paper("红财发〔2025〕1号"))
	b.must(err)
	_, err = borrowed.take(made, "approve")
	b.refused("a lent role as an own one", err, "role_not_held")
	b.must(behalf(made, "approve"))
	acts, err := projects.Acts(t.Context(), b.db, book, made.ID)
	b.must(err)
	if last := acts[len(acts)-1]; last.Person != wu.who.Person || last.OnBehalfOf != ma.who.Person {
		t.Errorf("the act shows %+v", last)
	}
	drafted, err := projects.Draft(t.Context(), b.db, ma.command(), "budget", paper("红财发〔2025〕2号"))
	b.must(err)
	b.must(behalf(drafted, "submit"))
	b.refused("checking for the lender what one has submitted for the lender", behalf(drafted, "approve"), "duty_taken")
	_, err = ma.take(drafted, "approve")
	b.refused("approving what one has written and another has submitted", err, "duty_taken")

	// Not lent on, in the borrower's name or the lender's.
	_, err = borrowed.submitted("delegation", lend("budget_officer", "su", 0, 2))
	b.refused("a borrower drafting", err, "role_not_held")
	onward, err := projects.Draft(t.Context(), b.db, ma.command(), "delegation", lend("budget_officer", "su", 0, 2))
	b.must(err)
	b.must(behalf(onward, "submit"))
	_, err = xu.take(onward, "approve")
	b.refused("a borrower lending on", err, "role_not_held")

	// Ended before its time by a document too, of who lent it.
	end := &projects.Delegation{Paper: paperOn(day(0)), Role: "budget_officer", To: "wu", Until: day(-1), End: true}
	b.refused("ending what another has lent", he.signed("delegation", end, li), "role_not_held")
	b.must(ma.signed("delegation", end, li))
	if held := b.roles(wu); len(held) != 1 {
		t.Errorf("after the end the borrower holds %v", held)
	}
}
