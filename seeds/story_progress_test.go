package seeds

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// inspected looks at the demonstration as the inspection office does: one programme stopped reporting, one falls behind and
// says why, and one without a plan has no light from money.
func inspected(t *testing.T, db *bun.DB) {
	t.Helper()
	ctx := accounting.WithReader(t.Context(), accounting.Operator)
	o, err := projects.OverviewOf(ctx, db, DemoBook, accounting.MustDate("2025-10-31"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]projects.OverviewRow{}
	for _, r := range o.Programmes {
		rows[r.Code] = r
		t.Log(r.Code, r.Name, r.Light, r.Points, r.State)
	}
	late, behind, unplanned := rows["2025-07"], rows["2025-08"], rows["2025-01"]
	if late.Light != projects.Red || !strings.Contains(points(late), "entry") || behind.Light != projects.Red || points(behind) != "lag" || behind.Entry.Problems == "" {
		t.Errorf("late: %+v; behind: %+v", late, behind)
	}
	if !unplanned.NoPlan || unplanned.Light != projects.NoLight || len(o.WithoutPlan) != 2 {
		t.Errorf("without a plan: %+v, %v", unplanned, o.WithoutPlan)
	}
	if len(o.ByLeader) != 7 || len(o.ByUnit) != 11 || o.Total.Plan.String() != "277200000.00" {
		t.Errorf("%d leaders, %d lead units, plan %s", len(o.ByLeader), len(o.ByUnit), o.Total.Plan)
	}
	var items []projects.OverdueItem
	err = accounting.Read(ctx, db, func(ctx context.Context, tx bun.Tx) (err error) {
		items, err = projects.OverdueItems(ctx, tx, DemoBook, accounting.MustDate("2025-10-31"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		t.Log(i.Kind, i.Project, i.Owes, i.Since, i.WhyZH)
		if i.Project != "2025-07" {
			t.Errorf("overdue besides the lighting: %+v", i)
		}
	}
	r, err := projects.RegisterOf(ctx, db, DemoBook, accounting.MustDate("2025-12-31"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Total.Plan.String() != "277200000.00" {
		t.Errorf("the register's plan comes to %s", r.Total.Plan)
	}
	for _, row := range r.Rows {
		if row.Certified == nil {
			continue
		}
		if parts := accounting.Sum(*row.Works, *row.Equipment, *row.Deferred, *row.Other); !parts.Equal(*row.Certified) {
			t.Errorf("%s: certified %s, made of %s + %s + %s + %s", row.Code, row.Certified, row.Works, row.Equipment, row.Deferred, row.Other)
		}
	}
}

func points(r projects.OverviewRow) string {
	var rules []string
	for _, p := range r.Points {
		rules = append(rules, p.Rule)
	}
	return strings.Join(rules, " ")
}
