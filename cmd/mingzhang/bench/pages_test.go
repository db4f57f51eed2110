package bench_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"mingzhang/cmd/mingzhang/bench"
)

// The pages are opened by persons of a demonstration that was scaled up, each is whole, and each is judged by its limit. Whether
// they keep it is for a quiet machine to say.
func TestPagesAreMeasured(t *testing.T) {
	var out, log bytes.Buffer
	err := bench.Pages(t.Context(), bench.PageOptions{Scale: 1, Requests: 2, Out: &out, Log: &log})
	if err != nil && !errors.Is(err, bench.ErrTooSlow) {
		t.Fatalf("%v\n%s", err, &log)
	}
	rows := strings.Split(strings.TrimSpace(out.String()), "\n")[1:]
	judged := map[string]bool{}
	for _, row := range rows {
		if f := strings.Fields(row); len(f) < 7 || f[len(f)-1] != "ok" && f[len(f)-1] != "MISSED" {
			t.Errorf("no verdict in %q", row)
		} else {
			judged[strings.Join(f[:len(f)-6], " ")] = true
		}
	}
	for _, page := range []string{"overview", "project", "payments", "desk", "trial balance", "vouchers", "documents", "reconciliation"} {
		if !judged[page] {
			t.Errorf("page %s is not measured:\n%s", page, &out)
		}
	}
	if slow := strings.Contains(out.String(), "MISSED"); slow != errors.Is(err, bench.ErrTooSlow) {
		t.Errorf("the verdict is %v for\n%s", err, &out)
	}
	if !strings.Contains(log.String(), "the book has ") {
		t.Errorf("the log does not say how large the book is: %s", &log)
	}
}

// A run that would measure nothing is refused.
func TestPagesWantRequests(t *testing.T) {
	if err := bench.Pages(t.Context(), bench.PageOptions{Scale: 1, Requests: 1}); err == nil || !strings.Contains(err.Error(), "two requests") {
		t.Errorf("one request answers %v", err)
	}
}
