package projects_test

import (
	"context"
	"slices"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

func (b *bureau) handover(who accounting.Actor, code string) (h *projects.Handover, err error) {
	b.t.Helper()
	err = accounting.Read(accounting.WithReader(b.t.Context(), who), b.db, func(ctx context.Context, tx bun.Tx) (err error) {
		h, err = projects.HandoverOf(ctx, tx, who, book, code, accounting.MustDate("2025-12-31"))
		return err
	})
	return h, err
}

// Who left acts no more; a successor goes on with the drafts, and a list says what there was to go on with.
func TestWhoLeavesHandsOver(t *testing.T) {
	t.Parallel()
	b, desks := staffed(t)
	xu, ma, li, wu, su, ya := desks["xu"], desks["ma"], desks["li"], desks["wu"], desks["su"], desks["ya"]
	b.mustRecord(&projects.Approve{Head: b.on("2025-03-01"), Draw: draw("2025-05/2025", "100.00")})
	paper := func(memo string) *projects.MilestonePaper {
		return &projects.MilestonePaper{Paper: projects.Paper{Date: accounting.MustDate("2025-04-01"), Memo: memo}, Node: "2025-05", Milestone: "approved"}
	}
	draft, err := projects.Draft(t.Context(), b.db, wu.command(), "milestone", paper("a draft"))
	b.must(err)
	returned, err := wu.submitted("milestone", paper("returned"))
	b.must(err)
	_, err = ya.take(returned, "return")
	b.must(err)
	submitted, err := wu.submitted("milestone", paper("submitted"))
	b.must(err)
	b.must(ma.signed("delegation", &projects.Delegation{Paper: paperOn(day(0)), Role: "budget_officer", To: "wu", From: day(0), Until: day(9)}, li))
	b.must(wu.signed("delegation", &projects.Delegation{Paper: paperOn(day(0)), Role: "project_clerk", To: "he", From: day(0), Until: day(9)}, li))

	leave := func(successor string, on accounting.Date) *projects.Departure {
		return &projects.Departure{Paper: paperOn(day(0)), Person: "wu", LeftOn: on, Successor: successor}
	}
	b.refused("succeeding oneself", xu.signed("departure", leave("wu", day(0)), li), "document_invalid")
	b.refused("a successor who is none", xu.signed("departure", leave("nobody", day(0)), li), "person_unknown")
	other := leave("ma", day(0))
	other.Person = "li"
	b.refused("approving one's own departure", xu.signed("departure", other, li), "duty_taken")
	b.must(xu.signed("departure", leave("su", day(0)), li))

	if wus, hes := b.roles(wu), b.roles(desks["he"]); len(wus) != 0 || len(hes) != 1 {
		t.Errorf("who left holds %v, whom they lent to %v", wus, hes)
	}
	var ended int
	b.must(b.db.NewRaw(`select count(*) from projects.delegations where ended_on = ?`, day(-1)).Scan(t.Context(), &ended))
	if ended != 2 {
		t.Errorf("%d delegations by and to who left have ended", ended)
	}
	_, err = wu.take(draft, "submit")
	b.refused("acting after leaving", err, "role_not_held")
	b.refused("leaving twice", xu.signed("departure", leave("su", day(0)), li), "role_not_held")
	back := &projects.RoleGrant{Paper: projects.Paper{Unit: "ADM", Date: day(0)}, Person: "wu", Role: "project_clerk", From: day(3)}
	b.refused("a role for who left", xu.signed("role_grant", back, li), "role_not_held")

	list, err := b.handover(li.who, "wu")
	b.must(err)
	open := func(h *projects.Handover) (numbers []string) {
		for _, d := range h.Open {
			numbers = append(numbers, d.Number)
		}
		slices.Sort(numbers)
		return numbers
	}
	if got := open(list); !slices.Equal(got, []string{draft.Number, returned.Number, submitted.Number}) {
		t.Errorf("open are %v", got)
	}
	if list.Successor == nil || list.Successor.Code != "su" || len(list.Roles) != 1 || list.Roles[0].Role != "project_clerk" || list.Roles[0].SuccessorHoldsIt {
		t.Errorf("the list: successor %+v, roles %+v", list.Successor, list.Roles)
	}
	if len(list.Periods) != 14 || list.Periods[2].Vouchers != 1 || len(list.Balances) != 2 || list.Balances[0].ProjectCode != "2025-05" {
		t.Errorf("the books at the handover: %+v, %+v", list.Periods, list.Balances)
	}

	// The successor is given the role, goes on with what is there, and has it checked by the same others.
	b.must(xu.signed("role_grant", &projects.RoleGrant{Paper: projects.Paper{Unit: "ADM", Date: day(0)}, Person: "su", Role: "project_clerk", From: day(0)}, li))
	for _, d := range []*projects.Document{draft, returned} {
		mended, err := projects.Revise(t.Context(), b.db, su.command(), d.ID, paper("mended by the successor"))
		b.must(err)
		_, err = su.take(mended, "submit")
		b.must(err)
	}
	_, err = ya.take(submitted, "approve")
	b.must(err)
	if list, err = b.handover(li.who, "wu"); err != nil || len(list.Open) != 2 || !list.Roles[0].SuccessorHoldsIt {
		t.Errorf("afterwards: %v, %+v", err, list)
	}
	if list, err = b.handover(ya.who, "ya"); err != nil || len(list.Waiting) != 1 || len(list.Open) != 1 || list.Successor != nil {
		t.Errorf("what waits for the approver: %v, %+v", err, list)
	}
	var foreign accounting.UnitID
	b.must(b.db.NewRaw(`select unit_id from accounting.units where code = 'INS'`).Scan(t.Context(), &foreign))
	_, err = b.handover(accounting.Actor{Person: li.who.Person, Unit: foreign, Role: "project_head"}, "wu")
	b.refused("a person of another unit", err, "person_unknown")
}

// Persons and units join the book under codes of their own; names are mended, and a unit becomes the party that was named
// before it was registered.
func TestPersonsAndUnitsJoinTheBook(t *testing.T) {
	t.Parallel()
	b, _ := staffed(t)
	_, err := projects.SetParties(t.Context(), b.db, b.command(), projects.NodeParties{Node: "2025-05", Parties: []projects.Party{{Role: "lead", Name: "交通局"}}})
	b.must(err)
	u, err := projects.AddUnit(t.Context(), b.db, b.command(), projects.NewUnit{Code: "202", Name: "交通", Kind: accounting.Administrative})
	b.must(err)
	leads := func() (n int) {
		b.must(b.db.NewRaw(`select count(*) from projects.node_parties where unit_id = ?`, u.ID).Scan(t.Context(), &n))
		return n
	}
	if leads() != 0 {
		t.Error("a unit of another name leads")
	}
	_, err = projects.RenameUnit(t.Context(), b.db, b.command(), projects.Renaming{Code: "202", Name: "交通局"})
	b.must(err)
	if leads() != 1 {
		t.Error("the unit is not the party that was named")
	}
	_, err = projects.AddUnit(t.Context(), b.db, b.command(), projects.NewUnit{Code: "202", Name: "又一个", Kind: accounting.Administrative})
	b.refused("a code that is taken", err, "duplicate")
	_, err = projects.AddUnit(t.Context(), b.db, b.command(), projects.NewUnit{Code: "203", Name: "某", Kind: "club"})
	b.refused("a kind that is none", err, "value_invalid")
	p, err := projects.AddPerson(t.Context(), b.db, b.command(), projects.NewPerson{Code: "gu", Name: "（待填姓名）", Unit: "202"})
	b.must(err)
	p, err = projects.RenamePerson(t.Context(), b.db, b.command(), projects.Renaming{Code: p.Code, Name: "顾"})
	b.must(err)
	if p.Name != "顾" || p.Unit != u.ID {
		t.Errorf("the person is %+v", p)
	}
	_, err = projects.AddPerson(t.Context(), b.db, b.command(), projects.NewPerson{Code: "gu", Name: "顾", Unit: "202"})
	b.refused("a code that is taken", err, "duplicate")
	_, err = projects.AddPerson(t.Context(), b.db, b.command(), projects.NewPerson{Code: "qi", Name: "", Unit: "202"})
	b.refused("no name", err, "text_invalid")
	_, err = projects.AddPerson(t.Context(), b.db, b.command(), projects.NewPerson{Code: "qi", Name: "齐", Unit: "999"})
	b.refused("no unit", err, "unit_unknown")
}
