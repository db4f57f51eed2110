package projects_test

import (
	"context"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// percent is an entry of a month, filed on a day.
func percent(node, month, value, day string) projects.NewProgress {
	period, err := accounting.ParsePeriod(month)
	if err != nil {
		panic(err)
	}
	return projects.NewProgress{Node: node, Month: period, Percent: decimal.RequireFromString(value), Problems: "管材供应偏紧", Measures: "增加班组", Date: accounting.MustDate(day)}
}

func (d desk) files(in projects.NewProgress) (*projects.ProgressEntry, error) {
	return projects.FileProgress(d.b.t.Context(), d.b.db, d.command(), in)
}

// An entry is filed by who keeps or leads the project, of no month to come; a later one of the month stands before it as its
// next version; what goes back says why.
func TestProgressIsFiledByTheUnit(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.node("2025-05", "ADM")
	b.node("2025-06", "INS")
	desks := b.desks([2]string{"wu", "project_clerk"}, [2]string{"an", "lead_approver"}, [2]string{"ma", "budget_officer"})
	wu, an, ma := desks["wu project_clerk"], desks["an lead_approver"], desks["ma budget_officer"]

	filed, err := wu.files(percent("2025-05", "2025-03", "20.00", "2025-04-02"))
	b.must(err)
	if filed.Percent != "20.00" || filed.Version != 1 || filed.Person != "wu" || filed.Month != "2025-03" {
		t.Errorf("filed %+v", filed)
	}
	reasoned := percent("2025-05", "2025-03", "15.00", "2025-04-03")
	reasoned.Reason = "复核后核减"
	for _, x := range []struct {
		what string
		by   desk
		in   projects.NewProgress
		code string
	}{
		{"less in the same month", wu, percent("2025-05", "2025-03", "19.99", "2025-04-03"), "progress_falls"},
		{"less in the next month", wu, percent("2025-05", "2025-04", "19.99", "2025-05-03"), "progress_falls"},
		{"more in a month before", wu, percent("2025-05", "2025-02", "20.01", "2025-04-03"), "progress_falls"},
		{"a month to come", wu, percent("2025-05", "2099-03", "30.00", "2025-04-03"), "progress_invalid"},
		{"a day to come", wu, percent("2025-05", "2025-04", "30.00", "2099-04-03"), "progress_invalid"},
		{"a day before the month", wu, percent("2025-05", "2025-04", "30.00", "2025-03-31"), "progress_invalid"},
		{"more than all", wu, percent("2025-05", "2025-04", "100.01", "2025-05-03"), "progress_invalid"},
		{"three decimals", wu, percent("2025-05", "2025-04", "30.001", "2025-05-03"), "progress_invalid"},
		{"the closing month", wu, percent("2025-05", "2025-14", "30.00", "2025-05-03"), "progress_invalid"},
		{"another unit's project", wu, percent("2025-06", "2025-04", "30.00", "2025-05-03"), "node_unknown"},
		{"no project", wu, percent("2025-99", "2025-04", "30.00", "2025-05-03"), "node_unknown"},
		{"a budget officer", ma, percent("2025-05", "2025-04", "30.00", "2025-05-03"), "role_not_held"},
		{"a month before with less", an, percent("2025-05", "2025-02", "10.00", "2025-04-03"), ""},
		{"less with a reason", an, reasoned, ""},
		{"the next month", wu, percent("2025-05", "2025-04", "30.50", "2025-05-03"), ""},
	} {
		if _, err := x.by.files(x.in); fault.Code(err) != x.code {
			t.Errorf("%s: %v, want %q", x.what, err, x.code)
		}
	}
	list := func(who accounting.Actor, q projects.ProgressQuery) (said []string) {
		q.Book = book
		b.must(accounting.Read(accounting.WithReader(t.Context(), who), b.db, func(ctx context.Context, tx bun.Tx) error {
			entries, err := projects.ProgressEntries(ctx, tx, q)
			for _, e := range entries {
				said = append(said, e.Key()+" "+e.Percent)
			}
			return err
		}))
		return said
	}
	same := func(what string, got []string, want ...string) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
	}
	same("what counts", list(wu.who, projects.ProgressQuery{}), "2025-04/2025-05/1 30.50", "2025-03/2025-05/2 15.00", "2025-02/2025-05/1 10.00")
	same("all versions", list(ma.who, projects.ProgressQuery{Versions: true}), "2025-04/2025-05/1 30.50", "2025-03/2025-05/2 15.00", "2025-03/2025-05/1 20.00", "2025-02/2025-05/1 10.00")
	same("the next page", list(ma.who, projects.ProgressQuery{Versions: true, Before: "2025-03/2025-05/2", Limit: 1}), "2025-03/2025-05/1 20.00")
	same("as of a day", list(ma.who, projects.ProgressQuery{AsOf: accounting.MustDate("2025-04-02")}), "2025-03/2025-05/1 20.00")
	same("a stranger", list(accounting.Actor{Person: wu.who.Person, Unit: accounting.UnitID{UUID: accounting.NewID()}, Role: "project_clerk"}, projects.ProgressQuery{}))
}

// The unit that leads a project files for it too.
func TestProgressIsFiledByTheLeadUnit(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.node("2025-06", "INS")
	b.parties("2025-06", projects.Party{Role: projects.Lead, Name: "卫健局"})
	an := b.desks([2]string{"an", "lead_approver"})["an lead_approver"]
	if _, err := an.files(percent("2025-06", "2025-03", "20.00", "2025-04-02")); err != nil {
		t.Error(err)
	}
}
