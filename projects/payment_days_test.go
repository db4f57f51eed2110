package projects_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// How long a payment stood where is told by its acts, over all its rounds; a unit's month shows the middle and the longest.
func TestPaymentDaysAreToldByActs(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	straight := b.paid(b.request("fees", "", "100.00"), "2025-03-20")
	sent := b.mustDraft("payment_request", b.request("fees", "", "200.00"))
	for _, s := range []struct {
		who  desk
		verb string
	}{{b.clerk, "file"}, {b.head, "review"}, {b.finance, "return"}, {b.clerk, "file"}, {b.head, "review"}, {b.finance, "finance_review"}, {b.treasury, "approve"}, {b.payer, "wait"}, {b.payer, "order"}} {
		b.mustTake(sent, s.who, s.verb)
	}
	open := b.mustDraft("payment_request", b.request("fees", "", "300.00"))
	_, err := b.confirm(sent, 1, "2025-03-20")
	b.must(err)

	// The nth move of a document is at day 0, and then each of them so many days later.
	super := pgtest.Superuser(t, b.db)
	for doc, days := range map[*projects.Document][]int{straight: {1, 2, 4, 3, 5, 6}, sent: {1, 1, 2, 3, 1, 1, 1, 2, 3, 4}} {
		for _, q := range []string{`alter table projects.acts disable trigger all`, `alter table projects.documents disable trigger all`,
			fmt.Sprintf(`update projects.documents set created_at = '2025-03-01T08:00:00Z' where document_id = '%s'`, doc.ID)} {
			_, err := super.ExecContext(t.Context(), q)
			b.must(err)
		}
		at := 0
		for i, d := range days {
			at += d
			_, err := super.ExecContext(t.Context(), `update projects.acts set at = '2025-03-01T08:00:00Z'::timestamptz + make_interval(days => ?) where document_id = ? and ordinal = ?`, at, doc.ID, i+1)
			b.must(err)
		}
	}
	b.read(func(ctx context.Context, tx bun.Tx) error {
		q := projects.PaymentDaysQuery{Book: book, Limit: 10}
		all, err := projects.DaysOfPayments(ctx, tx, q)
		b.must(err)
		said := map[string]string{}
		for _, p := range all {
			said[p.Request] = fmt.Sprintf("%s %s unit %s finance %s cash %s bank %s total %s", p.State, p.Month, p.AtUnit, p.Finance, p.Cash, p.Bank, p.Total)
		}
		for doc, want := range map[*projects.Document]string{
			straight: "confirmed 2025-03 unit 3.00 finance 7.00 cash 5.00 bank 6.00 total 21.00",
			sent:     "confirmed 2025-03 unit 6.00 finance 4.00 cash 5.00 bank 4.00 total 19.00",
			open:     "draft  unit 0.00 finance 0.00 cash 0.00 bank 0.00 total 0.00",
		} {
			if said[doc.Number] != want {
				t.Errorf("%s: %s, want %s", doc.Number, said[doc.Number], want)
			}
		}
		q.Before = open.ID
		if page, err := projects.DaysOfPayments(ctx, tx, q); err != nil || len(page) != 2 || page[0].Request != sent.Number {
			t.Errorf("the next page: %v %v", page, err)
		}
		q = projects.PaymentDaysQuery{Book: book, Month: 202504}
		if none, err := projects.DaysOfPayments(ctx, tx, q); err != nil || len(none) != 0 {
			t.Errorf("of another month: %v %v", none, err)
		}
		units, err := projects.DaysByUnit(ctx, tx, projects.PaymentDaysQuery{Book: book, Unit: b.unit, Month: 202503})
		if err != nil || len(units) != 1 {
			t.Fatalf("by unit: %v %v", units, err)
		}
		if u := units[0]; u.Payments != 2 || u.Finance != (projects.Spread{Median: "5.50", Max: "7.00"}) || u.Total != (projects.Spread{Median: "20.00", Max: "21.00"}) || u.Unit != "ADM" {
			t.Errorf("by unit: %+v", u)
		}
		return nil
	})
}
