package projects_test

import (
	"testing"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// Money of the government fund stays apart from the general public budget, also when it moves between projects.
func TestBudgetsStayApart(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 0)
	for _, code := range []string{"2025-11", "2025-10-1"} {
		b.node(code, "ADM")
		_, err := projects.AddBudgetLine(t.Context(), b.db, b.command(), projects.NewBudgetLine{Node: code, FiscalYear: 2025, FundNature: accounting.GovernmentFund, FundingSource: "county"})
		b.must(err)
	}
	for _, event := range []string{"Approve", "Issue"} {
		_, err := b.budget(event, `{"budget_line":"2025-10/2025","amount":"100.00"}`)
		b.must(err)
	}
	for event, in := range map[string]string{"Transfer": `{"from":"2025-10/2025","to":"2025-11/2025","amount":"10.00"}`, "Split": `{"parent":"2025-10/2025","parts":[{"budget_line":"2025-10-1/2025","amount":"10.00"}]}`} {
		if _, err := b.budget(event, in); fault.Code(err) != "budget_line_mismatch" {
			t.Errorf("%s from the general public budget to the government fund: %v", event, err)
		}
	}
}

// What was injected on a day by an agreement is entered once, and a village's record follows its published list.
func TestRegistersBesideTheBudget(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 1)
	for _, tt := range []struct{ day, code string }{{"2025-06-01", ""}, {"2025-06-01", "duplicate"}, {"2025-07-01", ""}} {
		form := projects.InjectionRecord{Paper: paperOf(tt.day), Node: "2025-10", Investee: "供暖公司", Agreement: "注资协议1号", Amount: yuan("100.00")}
		if _, err := b.pass(b.clerk, "injection_record", &form, deskStep{b.clerk, "submit"}, deskStep{b.head, "approve"}); fault.Code(err) != tt.code {
			t.Errorf("injected on %s: %v, want %q", tt.day, err, tt.code)
		}
	}
	early := projects.VillageForm{Paper: paperOf("2025-02-11"), Node: "2025-10-001", VotedOn: accounting.MustDate("2025-02-10"), PublishedOn: accounting.MustDate("2025-02-12"), Mode: "builds", Township: "大河乡", County: yuan("10.00")}
	if _, err := projects.Draft(t.Context(), b.db, b.clerk.command(), "village_record", &early); fault.Code(err) != "document_invalid" {
		t.Errorf("recorded before it was published: %v", err)
	}
}
