package projects_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

func (s *site) yearEnd(year int) (state projects.YearEndState) {
	s.t.Helper()
	s.read(func(tx bun.Tx) (err error) {
		state, err = projects.YearEnds(s.t.Context(), tx, book, year)
		return err
	})
	return state
}

// closing passes a year-end document for all projects of the book, or those named.
func (s *site) closing(date, event string, names ...string) (*projects.Taken, error) {
	s.t.Helper()
	input, err := json.Marshal(map[string]any{"year": 2025, "projects": names})
	s.must(err)
	return s.pass(s.budget, "year_end", &projects.YearClosing{EventPaper: projects.EventPaper{Paper: projects.Paper{Date: accounting.MustDate(date)}, Event: event, Input: input}}, deskStep{s.budget, "submit"}, deskStep{s.budget2, "approve"})
}

func (s *site) close(periods ...accounting.Period) {
	s.t.Helper()
	for _, p := range periods {
		_, err := s.closePeriod(p)
		s.must(err)
	}
}

func names(blockers []projects.YearBlocker) (all []string) {
	for _, b := range blockers {
		all = append(all, b.Name+" "+b.Detail)
	}
	return all
}

// The year's end leads from what is in flight to the next year's budget lines, each step with what stands in its way, and
// the retention is then paid from the new line under the same contract.
func TestYearEndsStepByStep(t *testing.T) {
	t.Parallel()
	s := newSite(t, "A15") // a request for the last payment is in flight
	state := s.yearEnd(2025)
	if state.Next != "return_requests" || !slices.Contains(names(state.Steps[0].Blockers), "request_hold_left budget line 2025-05/2025: request ZF-05-05 still holds 2987200.00") {
		t.Errorf("in flight: %+v", state.Steps[0])
	}
	_, err := s.closing("2025-12-31", "CarryAuthority")
	refused(t, "carrying over what is in flight", err, "request_hold_left", "ZF-05-05", "2987200.00")
	s.build("A18")
	if state = s.yearEnd(2025); state.Next != "close_months" || state.Steps[1].Left != 12 || len(state.Steps[3].Blockers) != 1 {
		t.Errorf("before the months are closed: %+v", state)
	}
	for m := accounting.Period(202501); m <= 202513; m++ {
		s.close(m)
	}
	if state = s.yearEnd(2025); state.Next != "close_budgetary" || state.Steps[3].Left != 2 || len(state.Steps[3].Blockers) != 0 {
		t.Errorf("before Y1: %+v", state)
	}
	if held := strings.Join(names(state.Steps[6].Blockers), "; "); !strings.Contains(held, "account_not_cleared project 2025-05, account 6001: -8327200.00 is left") {
		t.Errorf("the year's blockers: %s", held)
	}
	for i, event := range []string{"CloseBudgetary", "CloseFinancial", "CarryAuthority"} {
		taken, err := s.closing("2025-12-31", event)
		s.must(err)
		if len(taken.Receipts) != 1 || taken.Receipts[0].No.Period != 202514 {
			t.Errorf("%s: %+v", event, taken.Receipts)
		}
		if state = s.yearEnd(2025); !state.Steps[3+i].Done {
			t.Errorf("after %s: %+v", event, state)
		}
		_, err = s.closing("2025-12-31", event)
		refused(t, event+" again", err, "nothing_to_post")
	}
	if state.Next != "close_year" || len(state.Steps[6].Blockers) != 0 {
		t.Errorf("after Y3: %+v", state)
	}
	s.close(202514)
	if state = s.yearEnd(2025); state.Next != "carry_in" || state.Steps[8].Left != 1 {
		t.Errorf("after period 14: %+v", state)
	}
	_, err = s.closing("2025-12-31", "CarryIn")
	refused(t, "carrying into the old year", err, "date_invalid")
	_, err = s.closing("2026-01-04", "CarryIn", "2025-05")
	s.must(err) // its trial at submission has not made the line that its approval makes
	if state = s.yearEnd(2025); state.Next != "" {
		t.Errorf("the year is not over: %+v", state)
	}
	s.next = slices.IndexFunc(s.steps, func(x step) bool { return x[0].step == "A23" })
	s.build("A24") // retention of the same contract, from the line of 2026
	_, err = s.pass(s.budget, "year_end", &projects.YearClosing{EventPaper: projects.EventPaper{Paper: s.paper("2026-12-25"), Node: "2025-05", Event: "Lapse", Input: json.RawMessage(`{"budget_line":"2025-05/2026","amount":"40000.01"}`)}}, deskStep{s.budget, "submit"}, deskStep{s.budget2, "approve"})
	refused(t, "taking back a fen too much", err, "budget_exceeded")
}

// Each request in flight is returned by a step of its own: what is refused stands as it was and says why.
func TestRequestsAreReturnedOneByOne(t *testing.T) {
	t.Parallel()
	s := newSite(t, "A02")
	_, err := projects.ReturnRequests(t.Context(), s.db, s.treasury.command(), 2025, "")
	refused(t, "without a reason", err, "reason_required")
	c := s.treasury.command()
	c.Key = strings.Repeat("k", 151)
	_, err = projects.ReturnRequests(t.Context(), s.db, c, 2025, "年终清理")
	refused(t, "a key without room", err, "key_malformed")
	early, waiting, ordered, own, later := s.request("2025-11-02", ""), s.request("2025-12-03", "wait"), s.request("2025-12-04", "order"), s.request("2025-12-05", "approved by gu"), s.request("2026-01-05", "")
	state := s.yearEnd(2025)
	for _, want := range []string{"request_in_flight " + early + " is approved: 100.00", "request_in_flight " + waiting + " is waiting_for_cash: 100.00", "payment_ordered " + ordered + " is ordered and neither confirmed nor returned: 100.00"} {
		if !slices.Contains(names(state.Steps[0].Blockers), want) {
			t.Errorf("%q is not named in %v", want, names(state.Steps[0].Blockers))
		}
	}
	if state.Steps[0].Left != 4 {
		t.Errorf("%d requests in flight, %s is of another year", state.Steps[0].Left, later)
	}
	c = s.treasury.command()
	first, err := projects.ReturnRequests(t.Context(), s.db, c, 2025, "年终清理")
	s.must(err)
	got := map[string]projects.RequestOutcome{}
	for _, o := range first {
		got[o.Number] = o
	}
	for _, number := range []string{early, waiting, ordered} {
		if o := got[number]; !o.Returned || o.State != "returned" {
			t.Errorf("%s: %+v", number, o)
		}
	}
	if o := got[own]; o.Returned || o.Code != "duty_taken" || o.State != "approved" || len(first) != 4 {
		t.Errorf("who approved does not return: %+v", first)
	}
	again, err := projects.ReturnRequests(t.Context(), s.db, c, 2025, "年终清理")
	s.must(err)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("a repeat of the key answers otherwise (-first +again)\n%s", diff)
	}
	if left := s.yearEnd(2025).Steps[0]; left.Left != 1 || !strings.Contains(left.Blockers[0].Detail, own) {
		t.Errorf("afterwards %+v", left)
	}
}

// request brings a payment request of 100.00 to approved and on, by steps alone, and answers its number.
func (s *site) request(date, then string) (number string) {
	s.t.Helper()
	id, content := accounting.NewID(), fmt.Sprintf(`{"date":%q}`, date)
	hash := sha256.Sum256([]byte(content))
	s.must(s.db.NewRaw(`select projects.draft(?, ?, 'payment_request', 'ZF', ?, ?, (select node_id from projects.nodes where book_id = ?0 and code = '2025-05'), 'works', 100, ?, ?, ?, ?)`,
		book, id, accounting.MustDate(date).Year(), s.unit, content, s.clerk.who.Person, s.unit, "project_clerk").Scan(s.t.Context(), &number))
	act := func(d desk, verb string) {
		_, err := s.db.ExecContext(s.t.Context(), `select projects.act(?, ?, ?, ?, ?, ?, null, ?, 'because')`, book, id, verb, d.who.Person, d.who.Unit, d.who.Role, hash[:])
		s.must(err)
	}
	approver := s.approver
	if then == "approved by gu" {
		approver, then = s.treasury, ""
	}
	act(s.clerk, "file")
	act(s.head, "review")
	act(s.budget, "finance_review")
	act(approver, "approve")
	if then != "" {
		act(s.treasury, then)
	}
	return number
}
