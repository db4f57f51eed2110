package projects_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// inspected is a bureau with three programmes: a clinic of one lead unit, roads of two, and one without a plan.
func inspected(t *testing.T) (*bureau, map[string]desk) {
	t.Helper()
	b := newBureau(t)
	for _, n := range []projects.NewNode{
		{Code: "2025-05", NameZH: "卫生院", Kind: projects.Programme, Type: projects.Works, DueMonth: "2025-12", Unit: "ADM",
			Parties: []projects.Party{{Role: projects.Leader, Name: "慈小荣"}, {Role: projects.Lead, Name: "卫健局"}}},
		{Code: "2025-08", NameZH: "道路", Kind: projects.Programme, Type: projects.Works, DueMonth: "2025-06", Unit: "INS",
			Parties: []projects.Party{{Role: projects.Leader, Name: "杨继东"}, {Role: projects.Leader, Name: "刘炳枢"}, {Role: projects.Lead, Name: "卫健局"}, {Role: projects.Lead, Name: "卫生院"}}},
		{Code: "2025-02", NameZH: "养老金", Kind: projects.Programme, Type: projects.Subsidy, DueMonth: "2025-12", Unit: "ADM",
			Parties: []projects.Party{{Role: projects.Leader, Name: "慈小荣"}, {Role: projects.Lead, Name: "人社局"}}},
	} {
		_, err := projects.CreateNode(t.Context(), b.db, b.command(), n)
		b.must(err)
		_, err = projects.AddBudgetLine(t.Context(), b.db, b.command(), projects.NewBudgetLine{Node: n.Code, FiscalYear: 2025, FundNature: accounting.GeneralPublicBudget, FundingSource: "county"})
		b.must(err)
	}
	for node, plan := range map[string]string{"2025-05": "100.00", "2025-08": "300.00"} {
		_, err := projects.AddPlanLine(t.Context(), b.db, b.command(), projects.NewPlanLine{Node: node, Amount: money(plan)})
		b.must(err)
		b.mustRecord(&projects.Approve{Head: b.on("2025-01-10"), Draw: draw(node+"/2025", plan)}, &projects.Issue{Head: b.on("2025-01-20"), Draw: draw(node+"/2025", plan)})
	}
	return b, b.desks([2]string{"wu", "project_clerk"}, [2]string{"ma", "budget_officer"}, [2]string{"cai", "inspector"}, [2]string{"dong", "inspector"})
}

func (b *bureau) overdue(who accounting.Actor, day string) (items []projects.OverdueItem) {
	b.t.Helper()
	b.must(accounting.Read(accounting.WithReader(b.t.Context(), who), b.db, func(ctx context.Context, tx bun.Tx) (err error) {
		items, err = projects.OverdueItems(ctx, tx, book, accounting.MustDate(day))
		return err
	}))
	return items
}

// What was not filed by the day of the setting is overdue with who owes it; so is what is not finished by the notice's month.
func TestOverdueSaysWhoOwesWhatSinceWhen(t *testing.T) {
	t.Parallel()
	b, desks := inspected(t)
	wu, ma := desks["wu project_clerk"], desks["ma budget_officer"]
	for _, month := range []string{"2025-01", "2025-02"} {
		for _, node := range []string{"2025-05", "2025-02"} {
			_, err := wu.files(percent(node, month, "10.00", "2025-03-05"))
			b.must(err)
		}
	}
	_, err := wu.files(percent("2025-08", "2025-01", "10.00", "2025-02-05"))
	b.must(err)
	say := func(items []projects.OverdueItem) string {
		var said []string
		for _, i := range items {
			owes := ""
			for _, u := range i.Owes {
				owes += "+" + u.Name
			}
			said = append(said, strings.Join([]string{string(i.Kind), i.Project, owes, i.Since.String(), strings.Join(i.Months, ",")}, " "))
		}
		return strings.Join(said, "; ")
	}
	for _, x := range []struct{ day, want string }{
		{"2025-03-05", ""}, // the last day in time
		{"2025-03-06", "progress_entry 2025-08 +卫健局+卫生院 2025-03-06 2025-02"},
		{"2025-07-01", "progress_entry 2025-08 +卫健局+卫生院 2025-03-06 2025-02,2025-03,2025-04,2025-05; progress_entry 2025-02 +人社局 2025-04-06 2025-03,2025-04,2025-05; " +
			"progress_entry 2025-05 +卫健局 2025-04-06 2025-03,2025-04,2025-05; completion 2025-08 +卫健局+卫生院 2025-07-01 "},
	} {
		if got := say(b.overdue(ma.who, x.day)); got != x.want {
			t.Errorf("on %s: %s, want %s", x.day, got, x.want)
		}
	}
	stranger := accounting.Actor{Person: wu.who.Person, Unit: accounting.UnitID{UUID: accounting.NewID()}, Role: "project_clerk"}
	if items := b.overdue(stranger, "2025-07-01"); len(items) != 0 {
		t.Errorf("a stranger sees %s", say(items))
	}
	// An entry that says all is done ends what is owed of a programme without works.
	_, err = wu.files(percent("2025-02", "2025-03", "100.00", "2025-04-06"))
	b.must(err)
	if got := say(b.overdue(ma.who, "2026-03-01")); strings.Contains(got, "2025-02 ") {
		t.Errorf("finished and owed: %s", got)
	}
}

// The overview shows joint programmes under each who leads them and counts them once; a programme without plan has no light
// from money; each light tells its arithmetic.
func TestOverviewCountsJointProgrammesOnce(t *testing.T) {
	t.Parallel()
	b, desks := inspected(t)
	wu, ma := desks["wu project_clerk"], desks["ma budget_officer"]
	for _, node := range []string{"2025-05", "2025-08", "2025-02"} {
		for i, month := range []string{"2025-01", "2025-02", "2025-03"} {
			_, err := wu.files(percent(node, month, []string{"5", "10", "20"}[i], "2025-03-31"))
			b.must(err)
		}
	}
	o, err := projects.OverviewOf(accounting.WithReader(t.Context(), ma.who), b.db, book, accounting.MustDate("2025-03-31"))
	b.must(err)
	rows := map[string]projects.OverviewRow{}
	for _, r := range o.Programmes {
		rows[r.Code] = r
	}
	clinic, road, pension := rows["2025-05"], rows["2025-08"], rows["2025-02"]
	if *clinic.TimeProgress != "24.66" || *clinic.PaymentProgress != "0.00" || *clinic.Lag != "24.66" || clinic.Light != projects.Red || clinic.YearProgress != "24.66" || clinic.Points[0].ZH != "序时进度 24.66 − 支付进度 0.00 = 24.66 个百分点" {
		t.Errorf("clinic %+v", clinic)
	}
	if *road.TimeProgress != "49.72" || road.Entry.Percent != "20.00" { // 90 of 181 days
		t.Errorf("road %+v", road)
	}
	if !pension.NoPlan || pension.Light != projects.NoLight || pension.Lag != nil || pension.Plan != nil || len(o.WithoutPlan) != 1 {
		t.Errorf("pension %+v", pension)
	}
	groups := map[string]projects.OverviewGroup{}
	for _, g := range append(o.ByLeader, o.ByUnit...) {
		groups[g.Name] = g
	}
	for name, plan := range map[string]string{"卫健局": "400.00", "卫生院": "300.00", "杨继东": "300.00", "刘炳枢": "300.00", "慈小荣": "100.00"} {
		if g := groups[name]; g.Plan == nil || g.Plan.String() != plan {
			t.Errorf("%s has %v, want %s", name, g.Plan, plan)
		}
	}
	r := b.reconcile("2025-03-31")
	if g := groups["卫健局"]; *g.TimeProgress != "43.46" || *g.Lag != "43.46" || len(g.Joint) != 1 || g.Code != "ADM" { // (100 × 24.66 + 300 × 49.72) ÷ 400, rounded half away from zero
		t.Errorf("by unit %+v", g)
	}
	if o.Total.Plan.String() != "400.00" || !o.Total.Plan.Equal(*r.Total.Plan) || !o.Total.Approved.Equal(*r.Total.Approved) || o.Total.Lights[projects.Red] != 2 {
		t.Errorf("total %+v", o.Total)
	}
	if groups["人社局"].Light != projects.NoLight || o.ByUnit[len(o.ByUnit)-1].Name != "人社局" || o.ByUnit[0].Name != "卫生院" {
		t.Errorf("ranked %+v", o.ByUnit)
	}
}

// The register's total is that of the reconciliation, and its text table says what its workbook says.
func TestRegisterAddsUp(t *testing.T) {
	t.Parallel()
	b, desks := inspected(t)
	r, err := projects.RegisterOf(accounting.WithReader(t.Context(), desks["ma budget_officer"].who), b.db, book, accounting.MustDate("2025-03-31"))
	b.must(err)
	spent := b.reconcile("2025-03-31")
	if len(r.Rows) != 3 || !r.Total.Plan.Equal(*spent.Total.Plan) || !r.Total.BudgetRest.Equal(*spent.Total.Available) || r.Rows[0].Code != "2025-02" || r.Rows[0].Plan != nil {
		t.Errorf("register %+v", r)
	}
	var text bytes.Buffer
	b.must(r.WriteCSV(&text))
	lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text.Bytes(), []byte("\ufeff")))).ReadAll()
	b.must(err)
	if len(lines) != 5 || lines[1][10] != "无计划数" || lines[2][10] != "100.00" || lines[4][10] != "400.00" {
		t.Errorf("%v", lines)
	}
}

// Two persons set the day of the entry and the thresholds of the lights; what stands out of order is refused.
func TestLightsAreSet(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	desks := b.desks([2]string{"ma", "budget_officer"}, [2]string{"li", "budget_officer"})
	ma, li := desks["ma budget_officer"], desks["li budget_officer"]
	points := func(yellow, red string) *projects.LightPoints {
		return &projects.LightPoints{Yellow: decimal.RequireFromString(yellow), Red: decimal.RequireFromString(red)}
	}
	for _, p := range []*projects.LightPoints{points("10", "10"), points("-1", "5"), points("5", "100.01"), points("5.001", "6")} {
		if _, err := projects.Draft(t.Context(), b.db, ma.command(), "setting", &projects.Setting{Paper: paperOf("2025-02-01"), Lights: p}); fault.Code(err) != "document_invalid" {
			t.Errorf("%+v: %v", p, err)
		}
	}
	late := 29
	if _, err := projects.Draft(t.Context(), b.db, ma.command(), "setting", &projects.Setting{Paper: paperOf("2025-02-01"), ProgressDueDay: &late}); fault.Code(err) != "document_invalid" {
		t.Errorf("due on the 29th: %v", err)
	}
	before, err := projects.SettingsOf(t.Context(), b.db, book)
	b.must(err)
	day := 10
	b.passes("setting", &projects.Setting{Paper: paperOf("2025-02-01"), ProgressDueDay: &day, Lights: points("30", "60.50")}, passing{ma, "submit"}, passing{li, "approve"})
	after, err := projects.SettingsOf(t.Context(), b.db, book)
	b.must(err)
	if before.ProgressDueDay != 5 || before.Lights.Red.StringFixed(2) != "15.00" || before.Lights.Yellow.StringFixed(2) != "5.00" || after.ProgressDueDay != 10 || after.Lights.Red.StringFixed(2) != "60.50" || after.Lights.Yellow.StringFixed(2) != "30.00" {
		t.Errorf("before %+v, after %+v", before, after)
	}
}
