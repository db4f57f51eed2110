package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"mingzhang/api"
	"mingzhang/projects"
)

// step is one step of a document by a colleague.
type step struct {
	by   colleague
	verb string
}

// passes drafts a document and takes it through its steps, each by its colleague.
func (c colleague) passes(kind, content string, steps ...step) {
	c.b.t.Helper()
	var drafted api.DocumentOutput
	c.does(http.MethodPost, "/documents/"+kind, content, &drafted)
	for _, s := range steps {
		var taken struct{ Document api.DocumentOutput }
		s.by.does(http.MethodPost, "/documents/"+drafted.ID+"/"+s.verb, fmt.Sprintf(`{"hash":%q}`, drafted.Hash), &taken)
	}
}

// A small book goes through a year, its end and the next year's retention by the API alone, and reconciles all along.
func TestYearEndsByTheAPI(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	people := b.colleagues("budget_officer", "budget_officer", "treasury_officer", "project_clerk", "lead_approver", "auditor")
	maker, checker, treasury, clerk, lead := people["budget_officer"], people["budget_officer 2"], people["treasury_officer"], people["project_clerk"], people["lead_approver"]
	reconciled := func(when, day string) {
		t.Helper()
		var report projects.Reconciliation
		b.get("/reconciliation?as_of="+day, &report)
		for _, p := range report.Projects {
			for _, c := range p.Checks {
				if !c.OK {
					t.Errorf("%s: %s: %+v", when, p.Code, c)
				}
			}
		}
	}
	const line = `{"budget_line":"2025-06/2025","amount":"%s"}`
	sources := func(amount string) string { return `"sources":[` + fmt.Sprintf(line, amount) + `]` }
	b.event("approval", `"budget_line":"2025-06/2025","amount":"1000.00"`)
	b.event("issue", `"budget_line":"2025-06/2025","amount":"1000.00"`)
	b.event("commitment", `"contract":"HT-06-01",`+sources("900.00"))
	b.event("certificate", `"project":"2025-06","contract":"HT-06-01","gross":"900.00","recouped":"0.00","retained":"27.00"`)
	b.event("request-approval", `"request":"ZF-06-01","contract":"HT-06-01",`+sources("873.00"))

	var state projects.YearEndState
	at := func() string {
		state = projects.YearEndState{}
		b.get("/years/2025/end", &state)
		return state.Next
	}
	if at() != "return_requests" || state.Steps[0].Blockers[0].Name != "request_hold_left" || !strings.Contains(state.Steps[0].Blockers[0].Detail, "ZF-06-01 still holds 873.00") {
		t.Errorf("in flight: %+v", state.Steps[0])
	}
	var returned struct{ Requests []projects.RequestOutcome }
	treasury.does(http.MethodPost, "/years/2025/return-requests", `{"reason":"年终清理"}`, &returned)
	if len(returned.Requests) != 0 {
		t.Errorf("a request without a document was returned: %+v", returned)
	}
	b.event("progress-payment", `"request":"ZF-06-01","contract":"HT-06-01","economic_class":"31006",`+sources("873.00"))
	var proposed projects.FinalAccountState
	clerk.passes("milestone", `{"date":"2025-12-20","node":"2025-06","milestone":"accepted"}`, step{clerk, "submit"}, step{lead, "approve"})
	b.get("/projects/2025-06/final-account", &proposed)
	if proposed.AcceptedOn.String() != "2025-12-20" || proposed.DueOn.String() != "2026-03-20" || proposed.Proposed.Uses.Rest.String() != "900.00" || proposed.Proposed.Sources.Retention.String() != "27.00" {
		t.Errorf("the final account proposed: %+v", proposed)
	}
	var reached struct{ Milestones []projects.Milestone }
	var made struct{ Assets []projects.Asset }
	var shares projects.Apportionment
	b.get("/projects/2025-06/milestones", &reached)
	b.get("/projects/2025-06/assets", &made)
	b.get("/projects/2025-06/apportionment", &shares)
	if len(reached.Milestones) != 1 || len(made.Assets) != 0 || shares.Rate != "0.000000" || shares.Works.String() != "900.00" {
		t.Errorf("milestones %+v, assets %+v, shares %+v", reached, made, shares)
	}

	// What was posted by a program, without a request, is in no list of the treasury: the book says that it closes without one.
	maker.passes("setting", `{"date":"2025-12-31","treasury_lists":"not_required"}`, step{maker, "submit"}, step{checker, "approve"})
	for m := range 13 {
		b.closes(fmt.Sprintf("2025-%02d", m+1))
	}
	reconciled("before the year's end", "2025-12-31")
	for _, event := range []string{"CloseBudgetary", "CloseFinancial", "CarryAuthority"} {
		maker.passes("year-end", fmt.Sprintf(`{"date":"2025-12-31","event":%q,"input":{"year":2025}}`, event), step{maker, "submit"}, step{checker, "approve"})
		reconciled("after "+event, "2025-12-31")
	}
	if at() != "close_year" || len(state.Steps[6].Blockers) != 0 {
		t.Errorf("after Y3: %+v", state)
	}
	b.closes("2025-14")
	maker.passes("year-end", `{"date":"2026-01-05","event":"CarryIn","input":{"year":2025}}`, step{maker, "submit"}, step{checker, "approve"})
	if at() != "" {
		t.Errorf("the year is not over: %+v", state)
	}
	reconciled("after Y4", "2026-01-31")

	next := func(name, figures string) {
		b.made("/events/"+name, `{"date":"2026-06-05","document_no":"红财发〔2026〕1号","prepared_by":"clerk","attachments":1,`+strings.ReplaceAll(figures, "/2025", "/2026")+`}`)
	}
	next("request-approval", `"request":"ZF-06-02","contract":"HT-06-01",`+sources("27.00"))
	next("retention-payment", `"request":"ZF-06-02","contract":"HT-06-01","economic_class":"31006",`+sources("27.00"))
	maker.passes("year-end", `{"date":"2026-12-05","node":"2025-06","event":"Lapse","input":{"budget_line":"2025-06/2026","amount":"100.00"}}`, step{maker, "submit"}, step{checker, "approve"})
	reconciled("after the retention", "2026-12-31")
}
