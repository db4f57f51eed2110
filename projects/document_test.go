package projects_test

import (
	"encoding/json"
	"testing"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// desk is a person in a role of a unit, with commands under keys of their own.
type desk struct {
	b    *bureau
	who  accounting.Actor
	name string
}

// desks gives persons their first roles, one person for each "name role" pair; the same name is the same person.
func (b *bureau) desks(roles ...[2]string) map[string]desk {
	b.t.Helper()
	persons := map[string]accounting.PersonID{}
	desks := map[string]desk{}
	var holders []projects.RoleHolder
	for _, r := range roles {
		id, known := persons[r[0]]
		if !known {
			id = accounting.PersonID{UUID: accounting.NewID()}
			persons[r[0]] = id
			b.must(accounting.AddPerson(b.t.Context(), b.db, accounting.Person{Book: book, ID: id, Code: r[0], Name: r[0], Unit: b.unit}))
		}
		holders = append(holders, projects.RoleHolder{Person: id, Unit: b.unit, Role: r[1]})
		desks[r[0]+" "+r[1]] = desk{b, accounting.Actor{Person: id, Unit: b.unit, Role: r[1]}, r[0]}
	}
	b.must(projects.FirstRoles(b.t.Context(), b.db, book, accounting.MustDate("2025-01-01"), holders...))
	return desks
}

func (d desk) command() accounting.Command {
	c := d.b.command()
	c.By = d.who
	return c
}

func (d desk) take(doc *projects.Document, verb string) (*projects.Taken, error) {
	return projects.Take(d.b.t.Context(), d.b.db, d.command(), projects.Step{Document: doc.ID, Verb: verb, Hash: doc.Hash, Reason: "because"})
}

// A budget document becomes one voucher when a second person approves exactly what it says.
func TestBudgetDocumentIsApprovedByAnother(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	desks := b.desks([2]string{"ma", "budget_officer"}, [2]string{"li", "budget_officer"}, [2]string{"wu", "project_clerk"})
	ma, li, wu := desks["ma budget_officer"], desks["li budget_officer"], desks["wu project_clerk"]
	input := json.RawMessage(`{"budget_line":"2025-05/2025","amount":"8600000.00"}`)
	paper := &projects.Budget{EventPaper: projects.EventPaper{Paper: projects.Paper{Date: accounting.MustDate("2025-01-20"), DocumentNo: "红财发〔2025〕1号", Attachments: []accounting.Hash{b.file("批复")}},
		Node: "2025-05", Event: "Approve", Input: input}}
	doc, err := projects.Draft(t.Context(), b.db, ma.command(), "budget", paper)
	b.must(err)
	if doc.Number != "YS-2025-0001" || doc.State != "draft" {
		t.Errorf("drafted %s as %s", doc.Number, doc.State)
	}
	if _, err := projects.Draft(t.Context(), b.db, wu.command(), "budget", paper); fault.Code(err) != "role_not_held" {
		t.Errorf("a clerk drafting a budget: %v", err)
	}
	_, err = ma.take(doc, "submit")
	b.must(err)
	if _, err := ma.take(doc, "approve"); fault.Code(err) != "duty_taken" {
		t.Errorf("approving one's own: %v", err)
	}
	if _, err := wu.take(doc, "approve"); fault.Code(err) != "role_not_held" {
		t.Errorf("a clerk approving: %v", err)
	}
	other := *doc
	other.Hash[0]++
	if _, err := li.take(&other, "approve"); fault.Code(err) != "document_changed" {
		t.Errorf("approving what was not shown: %v", err)
	}
	done, err := li.take(doc, "approve")
	b.must(err)
	if done.Document.State != "posted" || len(done.Receipts) != 1 {
		t.Errorf("approved: %s with %d vouchers", done.Document.State, len(done.Receipts))
	}
	acts, err := projects.Acts(t.Context(), b.db, book, doc.ID)
	b.must(err)
	if len(acts) != 2 || acts[1].Person != li.who.Person {
		t.Errorf("acts %+v", acts)
	}
}
