package projects_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// again repeats a key: the same body hears the same, another is refused.
func (m *machine) again(rt *rapid.T) {
	if len(m.done) == 0 {
		return
	}
	h := rapid.SampledFrom(m.done).Draw(rt, "which")
	receipts, err := projects.Record(m.t.Context(), m.books, m.db, h.command, h.event)
	if err != nil || len(receipts) != len(h.receipts) || receipts[0].No != h.receipts[0].No || receipts[0].Digest != h.receipts[0].Digest {
		rt.Fatalf("the repeat of %T answered %v, %v; first it was %v", h.event, receipts, err, h.receipts)
	}
	other := rapid.SampledFrom(m.done).Draw(rt, "other")
	if h.command.Key == other.command.Key || fmt.Sprintf("%T%+v", h.event, h.event) == fmt.Sprintf("%T%+v", other.event, other.event) {
		return
	}
	if h.event.EventCode() == "Y4" || other.event.EventCode() == "Y4" { // what it carries in is found before the key
		return
	}
	if _, err := projects.Record(m.t.Context(), m.books, m.db, h.command, other.event); fault.Code(err) != "key_reused" {
		rt.Fatalf("%T under the key of %T: %v, want key_reused", other.event, h.event, err)
	}
}

// reverse takes a voucher back, which may be red, paid, closed or taken back already.
func (m *machine) reverse(rt *rapid.T) {
	o := rapid.SampledFrom(m.ledger.vouchers).Draw(rt, "voucher")
	year := o.period / 100
	if o.period%100 < 13 && rapid.IntRange(0, 9).Draw(rt, "other year") == 0 {
		year = 2025 + 2026 - year
	}
	date := fmt.Sprintf("%d-%02d-28", year, rapid.IntRange(1, 12).Draw(rt, "month"))
	red := redOf(o, date)
	want := m.ledger.judge([]*modelVoucher{red})
	receipt, err := accounting.ReverseVoucher(m.t.Context(), m.books, m.db, m.command(), accounting.ReversalRequest{
		No: o.no(), On: accounting.MustDate(date), Reason: "误记", PreparedBy: m.clerk, ReviewedBy: m.head,
	})
	if got := fault.Code(err); got != want {
		rt.Fatalf("reversal of %v on %s: the books answer %q (%v), the reference %q", o.no(), date, got, err, want)
	}
	m.seen["reverse "+want]++
	if want == "" {
		m.booked(rt, []*modelVoucher{red}, []accounting.Receipt{receipt})
	}
}

// correct replaces a payment of costs by one for another cost, red and right voucher in one act.
func (m *machine) correct(rt *rapid.T) {
	var paid []*modelVoucher
	for _, v := range m.ledger.vouchers {
		if v.kind == accounting.Ordinary && v.pays() && len(v.lines) == 6 && strings.HasPrefix(v.lines[2].account, "1613.0") && v.lines[2].fen > 0 {
			paid = append(paid, v)
		}
	}
	if len(paid) == 0 {
		return
	}
	o := rapid.SampledFrom(paid).Draw(rt, "payment")
	cost := rapid.SampledFrom([]string{"1613.02", "1613.03"}).Draw(rt, "cost")
	date := fmt.Sprintf("%d-%02d-28", o.period/100, rapid.IntRange(1, 12).Draw(rt, "month"))
	red := redOf(o, date)
	red.corrected = true
	right := &modelVoucher{date: date, period: red.period, kind: accounting.Correction, paper: true, lines: slices.Clone(o.lines)}
	right.lines[2].account = cost
	request, fen, line := o.lines[1].subject, o.lines[0].fen, o.lines[0].place
	want := m.ledger.judge([]*modelVoucher{red, right})
	receipts, err := projects.Correct(m.t.Context(), m.db, m.command(), o.no(), projects.PayCost{Cost: cost, Paid: projects.Paid{
		Head: m.on(date), Request: ref(request), Sources: []projects.Draw{{BudgetLine: line, Amount: accounting.Fen(fen)}}, EconomicClass: goodsUsed,
	}}, "误记")
	if got := fault.Code(err); got != want {
		rt.Fatalf("correction of %v on %s: the books answer %q (%v), the reference %q", o.no(), date, got, err, want)
	}
	m.seen["correct "+want]++
	if want == "" {
		m.booked(rt, []*modelVoucher{red, right}, receipts)
	}
}

// close closes the next month, or is refused another.
func (m *machine) close(rt *rapid.T) {
	month := m.ledger.closed + rapid.SampledFrom([]int{0, 1, 1, 2}).Draw(rt, "month")
	if month < 1 || month > 12 {
		return
	}
	want := "close_blocked"
	if month == m.ledger.closed+1 {
		want = ""
	}
	root, err := m.closePeriod(accounting.Period(202500 + month))
	if fault.Code(err) != want {
		rt.Fatalf("closing month %d after %d: %v, want %q", month, m.ledger.closed, err, want)
	}
	if want == "" {
		m.ledger.closed = month
		if root.TreeSize != m.ledger.last[202500+month] {
			rt.Fatalf("month %d closed with %d vouchers, the reference has %d", month, root.TreeSize, m.ledger.last[202500+month])
		}
	}
	m.seen["close "+want]++
}

// asks compares a trial balance as of a day, as the books knew it at a moment.
func (m *machine) asks(rt *rapid.T) {
	known := moment{known: len(m.ledger.vouchers)}
	if len(m.moments) > 0 && rapid.Bool().Draw(rt, "as known then") {
		known = rapid.SampledFrom(m.moments).Draw(rt, "moment")
	}
	date := fmt.Sprintf("%d-%02d-%02d", rapid.SampledFrom([]int{2025, 2025, 2026}).Draw(rt, "year"), rapid.IntRange(1, 12).Draw(rt, "month"), rapid.SampledFrom([]int{1, 15, 28}).Draw(rt, "day"))
	got := map[string]string{}
	m.must(accounting.ReadKnown(m.t.Context(), m.db, book, known.at, func(ctx context.Context, tx bun.Tx) error {
		rows, err := accounting.TrialBalance(ctx, tx, accounting.TrialBalanceQuery{Book: book, AsOf: accounting.MustDate(date), Known: known.at, By: accounting.ByBudgetLine})
		for _, r := range rows {
			if r.Normal == accounting.Credit {
				r.Closing = r.Closing.Neg()
			}
			if r.Leaf && !r.Closing.IsZero() {
				got[strings.Join([]string{r.Account, r.ProjectCode, r.BudgetLineCode, ""}, " | ")] = r.Closing.String()
			}
		}
		return err
	}))
	want := m.ledger.asOf(date, known.known)
	if diff := cmp.Diff(want, got); diff != "" {
		rt.Fatalf("as of %s, known after voucher %d of %d (-reference +books)\n%s", date, known.known, len(m.ledger.vouchers), diff)
	}
}
