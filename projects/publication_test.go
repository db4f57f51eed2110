package projects_test

import (
	"testing"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// A book gives out nothing until two persons say so, and then how it stood at the end of the last closed month: what is posted
// later is not told before its month is closed.
func TestPublication(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	nobody := pgtest.Service(t, b.db)
	told := func() *projects.Publication {
		all, err := projects.Publications(t.Context(), nobody)
		b.must(err)
		if len(all) == 0 {
			return nil
		}
		return &all[0]
	}
	b.must(accounting.AddBook(t.Context(), b.db, accounting.Book{ID: 640304, Code: "640304", Name: "另一个县", Kind: accounting.RealBook}))
	if s, err := projects.SettingsOf(t.Context(), b.db, 640304); err != nil || s.PublicProgress != "not_published" {
		t.Errorf("a real book from its start: %+v, %v", s.PublicProgress, err)
	}
	desks := b.desks([2]string{"ma", "budget_officer"}, [2]string{"li", "budget_officer"})
	sets := func(value string) {
		doc, err := projects.Draft(t.Context(), b.db, desks["ma budget_officer"].command(), "setting", &projects.Setting{Paper: paperOf("2025-01-05"), PublicProgress: value})
		b.must(err)
		_, err = desks["ma budget_officer"].take(doc, "submit")
		b.must(err)
		_, err = desks["li budget_officer"].take(doc, "approve")
		b.must(err)
	}
	b.node("2025-05", "ADM", 2025)
	b.node("2025-05-01", "ADM", 2025)
	_, err := projects.AddPlanLine(t.Context(), b.db, b.command(), projects.NewPlanLine{Node: "2025-05", Amount: money("1000.00")})
	b.must(err)
	b.mustRecord(projects.Approve{Head: b.on("2025-01-06"), Draw: draw("2025-05-01/2025", "900.00")}, projects.Issue{Head: b.on("2025-01-06"), Draw: draw("2025-05-01/2025", "900.00")})
	spends := func(day, request, amount string) {
		line := draws("2025-05-01/2025", amount)
		b.mustRecord(projects.HoldForRequest{Head: b.on(day), Request: projects.Ref(request), Sources: line},
			projects.Grant{Paid: projects.Paid{Head: b.on(day), Request: projects.Ref(request), Sources: line, EconomicClass: goodsUsed}, Expense: "5001.02"})
	}
	spends("2025-01-10", "ZF-1", "250.00")
	if p := told(); p != nil {
		t.Errorf("before a month was closed: %+v", p)
	}
	_, err = projects.CloseMonth(t.Context(), b.db, b.command(), b.mustPropose(202501))
	b.must(err)
	spends("2025-02-10", "ZF-2", "100.00")
	shows := func(day, paid, share string) {
		t.Helper()
		p := told()
		if p == nil {
			t.Fatal("nothing is given out")
		}
		x, parts := p.Find("2025-05")
		if p.AsOf.String() != day || x.Paid.String() != paid || x.PaidShare == nil || *x.PaidShare != share || len(parts) != 1 || parts[0].Plan != nil || parts[0].Paid.String() != paid || p.Total.Paid.String() != paid {
			t.Errorf("as of %s: %+v, parts %+v", p.AsOf, x, parts)
		}
	}
	shows("2025-01-31", "250.00", "25.00")
	_, err = projects.CloseMonth(t.Context(), b.db, b.command(), b.mustPropose(202502))
	b.must(err)
	shows("2025-02-28", "350.00", "35.00")
	sets("not_published")
	if p := told(); p != nil {
		t.Errorf("switched off: %+v", p)
	}
	sets("published")
	shows("2025-02-28", "350.00", "35.00")
}
