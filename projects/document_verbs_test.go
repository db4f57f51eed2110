package projects_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/lib/pq"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// The list of verbs in the program says of each who may, as the steps in the database do, no role more and none less.
func TestVerbsAreThoseOfTheSteps(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	var steps []struct {
		Kind, Verb, FromState string
		Roles                 pq.StringArray
	}
	if err := db.NewRaw(`select kind, verb, from_state, roles from projects.steps()`).Scan(t.Context(), &steps); err != nil {
		t.Fatal(err)
	}
	byVerb, byKind := map[string][]string{}, map[projects.DocumentKind][]string{}
	for _, s := range steps {
		byVerb[s.Verb] = append(byVerb[s.Verb], s.Roles...)
		if s.FromState == "draft" {
			byKind[projects.DocumentKind(s.Kind)] = append(byKind[projects.DocumentKind(s.Kind)], s.Roles...)
		}
	}
	sorted := func(roles []string) []string {
		if slices.Contains(roles, "outside") {
			roles = projects.DeskRoles()
		}
		roles = slices.Clone(roles)
		slices.Sort(roles)
		return slices.Compact(roles)
	}
	for _, v := range projects.DocumentVerbs() {
		if want, got := sorted(byVerb[v.Name]), sorted(v.Roles); !slices.Equal(want, got) {
			t.Errorf("%s is for %v by the steps, for %v by the list of verbs", v.Name, want, got)
		}
		delete(byVerb, v.Name)
	}
	for verb, roles := range byVerb {
		if len(roles) == 0 {
			continue // follows from payment lines; nobody takes it
		}
		t.Errorf("the list of verbs lacks %s, which is for %v", verb, sorted(roles))
	}
	for kind, roles := range byKind {
		if want, got := sorted(roles), sorted(projects.Drafters(kind)); !slices.Equal(want, got) {
			t.Errorf("a %s is drafted by %v by the steps, by %v by the list", kind, want, got)
		}
	}
	for _, f := range projects.DocumentForms() {
		if len(byKind[f.Kind]) == 0 {
			t.Errorf("no step begins a %s", f.Kind)
		}
	}
}

// What is offered to a person is what that person's role, state and duties allow.
func TestPossibleVerbsFollowRoleStateAndDuties(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	desks := b.desks([2]string{"ma", "budget_officer"}, [2]string{"li", "budget_officer"}, [2]string{"sun", "auditor"}, [2]string{"wu", "project_clerk"})
	ma, li := desks["ma budget_officer"], desks["li budget_officer"]
	paper := &projects.Budget{EventPaper: projects.EventPaper{Paper: projects.Paper{Date: accounting.MustDate("2025-01-20"), DocumentNo: "红财发〔2025〕1号", Attachments: []accounting.Hash{b.file("批复")}},
		Node: "2025-05", Event: "Approve", Input: []byte(`{"budget_line":"2025-05/2025","amount":"8600000.00"}`)}}
	doc, err := projects.Draft(t.Context(), b.db, ma.command(), "budget", paper)
	b.must(err)
	possible := func(d desk) []string {
		verbs, err := projects.PossibleVerbs(t.Context(), b.db, book, doc.ID, d.who)
		b.must(err)
		return verbs
	}
	if got := possible(ma); !slices.Equal(got, []string{"submit", "withdraw"}) {
		t.Errorf("the maker of a draft may %v", got)
	}
	_, err = ma.take(doc, "submit")
	b.must(err)
	for name, want := range map[string][]string{"ma budget_officer": {}, "li budget_officer": {"approve", "reject", "return"}, "sun auditor": {}, "wu project_clerk": {}} {
		if got := possible(desks[name]); !slices.Equal(got, want) {
			t.Errorf("%s may %v with a submitted budget, want %v", name, got, want)
		}
	}
	stranger := li.who
	stranger.Role = "treasury_officer" // not held
	if got := possible(desk{b, stranger, "li"}); len(got) != 0 {
		t.Errorf("with a role that is not held: %v", got)
	}
}

// Who has written what a document says does not check it, whoever handed it on: neither its first writer nor its last.
func TestWritersDoNotApprove(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	desks := b.desks([2]string{"ma", "budget_officer"}, [2]string{"li", "budget_officer"}, [2]string{"bai", "budget_officer"}, [2]string{"wu", "budget_officer"})
	ma, li, bai, wu := desks["ma budget_officer"], desks["li budget_officer"], desks["bai budget_officer"], desks["wu budget_officer"]
	paper := func(amount string) *projects.Budget {
		return &projects.Budget{EventPaper: projects.EventPaper{Paper: projects.Paper{Date: accounting.MustDate("2025-01-20"), DocumentNo: "红财发〔2025〕1号", Attachments: []accounting.Hash{b.file("批复")}},
			Node: "2025-05", Event: "Approve", Input: json.RawMessage(`{"budget_line":"2025-05/2025","amount":"` + amount + `"}`)}}
	}
	doc, err := projects.Draft(t.Context(), b.db, ma.command(), "budget", paper("100.00"))
	b.must(err)
	doc, err = projects.Revise(t.Context(), b.db, li.command(), doc.ID, paper("900.00"))
	b.must(err)
	_, err = bai.take(doc, "submit")
	b.must(err)
	for name, writer := range map[string]desk{"its first writer": ma, "its last writer": li, "who submitted it": bai} {
		_, err := writer.take(doc, "approve")
		b.refused(name, err, "duty_taken")
	}
	_, err = wu.take(doc, "approve")
	b.must(err)
}
