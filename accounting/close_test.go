package accounting_test

import (
	"fmt"
	"strings"
	"testing"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
)

// by makes a command in the name of a person.
func (c *county) by(person int, name string) accounting.Command {
	cmd := c.command(name)
	cmd.By.Person = c.person[person]
	return cmd
}

// A month closes only after the months before it, for good, and only once per key; a year only when it is cleared.
func TestClosingAPeriod(t *testing.T) {
	t.Parallel()
	s := tell(t) // January 2025 is closed
	named := func(p accounting.Period) (names string) {
		found, err := accounting.Blockers(t.Context(), s.db, s.id, p)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range found {
			names += b.Name + " "
		}
		return names
	}
	if got := named(202501) + "|" + named(202503) + "|" + named(202502) + "|" + named(202401); got != "period_closed |earlier_period_open ||period_unknown " {
		t.Errorf("blockers: %s", got)
	}
	if _, err := accounting.ProposeClose(t.Context(), s.db, s.by(2, "period.propose_close"), accounting.CloseRequest{Period: 202503}); fault.Code(err) != "close_blocked" {
		t.Errorf("March before February: %v", err)
	}
	ask, in := s.by(2, "period.propose_close"), accounting.CloseRequest{Period: 202502, Vouchers: 2}
	proposed, err := accounting.ProposeClose(t.Context(), s.db, ask, in)
	if err != nil || proposed.Number != 1 || proposed.By.Name != "人员3" || proposed.Outcome != "" {
		t.Fatalf("proposing February: %+v, %v", proposed, err)
	}
	if again, err := accounting.ProposeClose(t.Context(), s.db, ask, in); err != nil || again.Number != 1 || !again.At.Equal(proposed.At) {
		t.Errorf("the same key: %+v, %v", again, err)
	}
	c, confirmed := s.command("period.close"), accounting.CloseConfirmation{Period: 202502, Proposal: 1}
	first, err := accounting.ClosePeriod(t.Context(), s.db, c, confirmed)
	if err != nil || first.TreeSize != 2 {
		t.Fatalf("February: %+v, %v", first, err)
	}
	again, err := accounting.ClosePeriod(t.Context(), s.db, c, confirmed)
	if err != nil || fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("the same key: %+v, %v", again, err)
	}
	if _, err := accounting.ClosePeriod(t.Context(), s.db, s.command("period.close"), confirmed); fault.Code(err) != "close_blocked" {
		t.Errorf("another key: %v", err)
	}
	if _, err := s.post(s.entry("2025-02-11", "I5", 0, "D 9301.02 L 1", "C 9301.01 L 1")); fault.Code(err) != "period_closed" {
		t.Errorf("a voucher in a closed month: %v", err)
	}
	for p := accounting.Period(202503); p <= 202514; p++ {
		s.close(t, p)
	}
	if report := s.verify(t); !report.OK() {
		t.Errorf("after closing the year: %v", report.Failed())
	}
}

// A close is confirmed by another person than proposed it, exactly as it was proposed, and only while the proposal stands.
func TestClosingTakesTwo(t *testing.T) {
	t.Parallel()
	c := newCounty(t, pgtest.Open(t))
	ctx := t.Context()
	post := func(date string) { c.mustPost(t, c.i1(date, 0)) }
	post("2025-01-20")
	propose := func(person, seen int) (accounting.CloseProposal, error) {
		return accounting.ProposeClose(ctx, c.db, c.by(person, "period.propose_close"), accounting.CloseRequest{Period: 202501, Vouchers: seen})
	}
	confirm := func(person, proposal int) error {
		_, err := accounting.ClosePeriod(ctx, c.db, c.by(person, "period.close"), accounting.CloseConfirmation{Period: 202501, Proposal: proposal})
		return err
	}
	withdraw := func(person, proposal int, why string) error {
		_, err := accounting.WithdrawClose(ctx, c.db, c.by(person, "period.withdraw_close"), accounting.CloseConfirmation{Period: 202501, Proposal: proposal, Reason: why})
		return err
	}
	refused := func(what string, err error, code, says string) {
		t.Helper()
		if fault.Code(err) != code || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %s %q", what, err, code, says)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := propose(2, 0)
	refused("proposing what was not seen", err, "close_outdated", "0 vouchers were seen, 1 are there now, 1 more")
	refused("confirming what nobody proposed", confirm(3, 1), "close_not_proposed", "no proposal 1")
	_, err = propose(2, 1)
	must(err)
	_, err = propose(3, 1)
	refused("proposing it a second time", err, "close_proposed", "proposal 1 to close it with 1 vouchers stands")
	refused("confirming one's own", confirm(2, 1), "duty_taken", "another person does")
	refused("withdrawing without a reason", withdraw(2, 1, ""), "reason_required", "")
	must(withdraw(3, 1, "少一张发票"))
	refused("confirming what was withdrawn", confirm(3, 1), "close_not_proposed", "proposal 1 to close it was withdrawn on ")
	refused("withdrawing it again", withdraw(2, 1, "x"), "close_not_proposed", "withdrawn")

	_, err = propose(2, 1)
	must(err)
	post("2025-01-21")
	refused("confirming with a voucher more", confirm(3, 2), "close_outdated", "proposed with 1 vouchers, 2 are there now, 1 more")
	_, err = propose(3, 2) // anew, by the other
	must(err)
	refused("confirming what was overtaken", confirm(3, 2), "close_not_proposed", "was outdated on ")
	refused("confirming one's own", confirm(3, 3), "duty_taken", "")
	must(confirm(2, 3))

	all, err := accounting.CloseProposals(ctx, c.db, c.id, 202501)
	must(err)
	told := ""
	for _, p := range all {
		told += fmt.Sprintf("%d: %s with %d, %s by %s %s; ", p.Number, p.By.Code, p.Vouchers, p.Outcome, p.EndedBy.Code, p.Because)
	}
	if told != "1: p3 with 1, withdrawn by p4 少一张发票; 2: p3 with 1, outdated by p4 ; 3: p4 with 2, confirmed by p3 ; " {
		t.Error(told)
	}
	periods, err := accounting.Periods(ctx, c.db, c.id)
	must(err)
	if p := periods[0]; !p.Closed || p.ClosedByOne || p.ClosedBy.Code != "p3" || p.Proposal == nil || p.Proposal.By.Code != "p4" || periods[1].Proposal != nil {
		t.Errorf("January reads as %+v, February as %+v", p, periods[1])
	}
	c.sound(t)
}
