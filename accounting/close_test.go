package accounting_test

import (
	"fmt"
	"testing"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

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
	if _, err := accounting.ClosePeriod(t.Context(), s.db, s.command("period.close"), 202503); fault.Code(err) != "close_blocked" {
		t.Errorf("March before February: %v", err)
	}
	c := s.command("period.close")
	first, err := accounting.ClosePeriod(t.Context(), s.db, c, 202502)
	if err != nil || first.TreeSize != 2 {
		t.Fatalf("February: %+v, %v", first, err)
	}
	again, err := accounting.ClosePeriod(t.Context(), s.db, c, 202502)
	if err != nil || fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("the same key: %+v, %v", again, err)
	}
	if _, err := s.post(s.entry("2025-02-11", "I5", 0, "D 9301.02 L 1", "C 9301.01 L 1")); fault.Code(err) != "period_closed" {
		t.Errorf("a voucher in a closed month: %v", err)
	}
	for p := accounting.Period(202503); p <= 202514; p++ {
		if _, err := accounting.ClosePeriod(t.Context(), s.db, s.command("period.close"), p); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
	}
	if report := s.verify(t); !report.OK() {
		t.Errorf("after closing the year: %v", report.Failed())
	}
}
