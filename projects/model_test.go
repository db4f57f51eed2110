package projects_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// machine plays random business to the bureau and to the reference and compares every answer and, after each, all balances.
type machine struct {
	*bureau
	ledger  *modelLedger
	places  []modelPlace
	carried map[string]string // line of 2025 → the line of 2026 that continues it
	done    []happened
	moments []moment
	seen    map[string]int // answers, by event and code
}

// happened is a command that was booked, to be repeated.
type happened struct {
	command  accounting.Command
	event    projects.Event
	receipts []accounting.Receipt
}

// moment is a time between two vouchers: what the books knew then.
type moment struct {
	at    time.Time
	known int
}

// bounded lets a database end with one run of the machine; a test's own would all live until the last.
type bounded struct {
	testing.TB
	ends []func()
}

func (b *bounded) Cleanup(f func()) { b.ends = append(b.ends, f) }

func (b *bounded) end() {
	for _, f := range slices.Backward(b.ends) {
		f()
	}
}

// askedFor are the flags of the command line, as they were before this test set its own.
var askedFor = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { names[f.Name] = true })
	return names
})

// Whatever happens to a bureau, in whatever order, right or wrong, the books answer and hold what the reference does.
// More than the default: -rapid.checks and -rapid.steps.
func TestBooksAgreeWithTheReference(t *testing.T) {
	for name, few := range map[string]string{"rapid.checks": "12", "rapid.steps": "80"} {
		if !askedFor()[name] {
			t.Cleanup(func() { _ = flag.Set(name, flag.Lookup(name).DefValue) })
			_ = flag.Set(name, few)
		}
	}
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		life := &bounded{TB: t}
		defer life.end()
		m := newMachine(newBureau(life), seen)
		acts := map[string]func(*rapid.T){
			"again": m.again, "reverse": m.reverse, "reverse it": m.reverse, "correct": m.correct, "correct it": m.correct, "close": m.close, "as of": m.asks, "as of then": m.asks, "year end": m.yearEnd,
		}
		for name, make := range deeds {
			acts[name] = func(rt *rapid.T) {
				p := m.pick(rt)
				m.record(rt, name, make(p))
			}
		}
		names := slices.Sorted(maps.Keys(acts))
		step := 0
		rt.Repeat(map[string]func(*rapid.T){"": m.compare, "act": func(rt *rapid.T) {
			step += 17 // rapid prefers what stands first; so each has its turn at that
			name := names[(rapid.IntRange(0, len(names)-1).Draw(rt, "act")+step)%len(names)]
			acts[name](rt)
		}})
	})
	var answers []string
	for _, k := range slices.Sorted(maps.Keys(seen)) {
		answers = append(answers, fmt.Sprint(k, " ", seen[k]))
	}
	t.Log(strings.Join(answers, ", "))
}

// newMachine starts with authority on every line, so that business is mostly possible.
func newMachine(b *bureau, seen map[string]int) *machine {
	m := &machine{bureau: b, seen: seen, carried: map[string]string{}, ledger: &modelLedger{balance: map[string]int64{}, last: map[int]int{}, subjects: map[string]bool{}}}
	b.node("2025-04", "INS", 2025)
	b.node("2025-05", "ADM", 2025, 2026)
	b.node("2025-05-1", "ADM", 2025)
	b.node("2025-09", "ADM")
	for _, l := range []string{"2025-04/2025", "2025-05/2025", "2025-05/2026", "2025-05-1/2025"} {
		year := 2025
		if strings.HasSuffix(l, "6") {
			year = 2026
		}
		m.places = append(m.places, modelPlace{l, project(l), year})
		date := fmt.Sprintf("%d-01-20", year)
		h := b.on(date)
		m.starts(date, projects.Supplement{Head: h, Draw: draw(l, "1000000")}, modelLine{"9301.01", l, "", 1_000_000_00}, modelLine{"9101", l, "", -1_000_000_00})
		m.starts(date, projects.Approve{Head: h, Draw: draw(l, "300000")}, modelLine{"9201", l, "", 300_000_00}, modelLine{"9101", l, "", -300_000_00})
		m.starts(date, projects.Commit{Head: h, Contract: projects.Ref("HT-1"), Sources: draws(l, "300000")}, modelLine{"9301.03", l, "contract:HT-1", 300_000_00}, modelLine{"9301.01", l, "", -300_000_00})
		m.starts(date, projects.HoldForRequest{Head: h, Request: projects.Ref("ZF-1"), Sources: draws(l, "200000")}, modelLine{"9301.04", l, "request:ZF-1", 200_000_00}, modelLine{"9301.01", l, "", -200_000_00})
		m.starts(date, projects.Certify{Head: h, Project: project(l), Contract: projects.Ref("HT-1"), Gross: yuan("90000"), Retained: yuan("5000")},
			modelLine{"1613.01", l, "", 90_000_00}, modelLine{"2307.01", l, "contract:HT-1", -5_000_00}, modelLine{"2302.02", l, "contract:HT-1", -85_000_00})
		spend := "7101"
		if project(l) == "2025-04" {
			spend = "7201"
		}
		m.starts(date, projects.PayCost{Cost: "1613.03", Paid: projects.Paid{Head: h, Request: projects.Ref("ZF-1"), Sources: draws(l, "50000"), EconomicClass: goodsUsed}},
			modelLine{"9401", l, "", 50_000_00}, modelLine{"9301.04", l, "request:ZF-1", -50_000_00}, modelLine{"1613.03", l, "", 50_000_00}, modelLine{"4001.01", l, "", -50_000_00},
			modelLine{spend, l, "", 50_000_00}, modelLine{"6001", l, "", -50_000_00})
		if spend == "7201" { // an advance that is open from the start
			m.starts(date, projects.PayAdvance{Contract: projects.Ref("HT-1"), Paid: projects.Paid{Head: h, Request: projects.Ref("ZF-1"), Sources: draws(l, "20000"), EconomicClass: goodsUsed}},
				modelLine{"9401", l, "", 20_000_00}, modelLine{"9301.04", l, "request:ZF-1", -20_000_00}, modelLine{"1214.02", l, "contract:HT-1", 20_000_00}, modelLine{"4001.01", l, "", -20_000_00},
				modelLine{spend, l, "", 20_000_00}, modelLine{"6001", l, "", -20_000_00})
		}
	}
	return m
}

// yearEnd brings a year to its end: requests are returned, then Y1 to Y4; business may go on afterwards, and any of it be
// taken back.
func (m *machine) yearEnd(rt *rapid.T) {
	if rapid.IntRange(0, 2).Draw(rt, "really") > 0 {
		return
	}
	for _, held := range m.ledger.cells(202501, 202514, "9301.04") {
		p := m.pick(rt)
		if held.fen < 0 || !strings.HasSuffix(held.place, "/2025") || p.wrong != "" || p.place.year != 2025 {
			continue
		}
		p.place = modelPlace{held.place, project(held.place), 2025}
		m.record(rt, "I7r", p.does(projects.ReturnRequest{Head: p.head, Request: ref(held.subject), Sources: p.draws(held.fen)}, "", p.dr("9301.01", held.fen), p.cr("9301.04", held.fen, held.subject)))
	}
	for _, event := range []string{"Y1", "Y2", "Y3", "Y4"} {
		m.record(rt, event, deeds[event](m.pick(rt)))
	}
}

func (m *machine) starts(date string, e projects.Event, lines ...modelLine) {
	m.mustRecord(e)
	m.ledger.book([]*modelVoucher{{date: date, period: periodOf(date), kind: accounting.Ordinary, paper: true, lines: lines}})
}

// record has an event happen in both and compares the answers.
func (m *machine) record(rt *rapid.T, name string, d deed) {
	want := d.refused
	if want == "" {
		want = m.ledger.judge(d.vouchers)
	}
	c := m.command()
	receipts, err := projects.Record(m.t.Context(), m.books, m.db, c, d.event)
	got := fault.Code(err)
	if want == "unknown place" && (got == "budget_line_unknown" || got == "project_unknown") {
		want = got
	}
	if got != want {
		rt.Fatalf("%s %+v: the books answer %q (%v), the reference %q", name, d.event, got, err, want)
	}
	m.seen[name+" "+got]++
	if got != "" {
		return
	}
	m.booked(rt, d.vouchers, receipts)
	m.done = append(m.done, happened{c, d.event, receipts})
	if carry, ok := d.event.(projects.CarryIn); ok {
		for _, v := range d.vouchers {
			to := v.lines[0].place
			m.places = append(m.places, modelPlace{to, project(to), carry.Year + 1})
			m.carried[strings.TrimSuffix(strings.TrimSuffix(to, "-c"), "2026")+"2025"] = to
		}
	}
}

func (m *machine) booked(rt *rapid.T, vs []*modelVoucher, receipts []accounting.Receipt) {
	m.ledger.book(vs)
	if len(vs) != len(receipts) {
		rt.Fatalf("%d vouchers, the reference has %d", len(receipts), len(vs))
	}
	for i, v := range vs {
		if v.no() != receipts[i].No {
			rt.Fatalf("voucher %v, the reference numbers it %v", receipts[i].No, v.no())
		}
	}
	var now time.Time
	m.must(m.db.NewRaw(`select clock_timestamp()`).Scan(m.t.Context(), &now))
	m.moments = append(m.moments, moment{now, len(m.ledger.vouchers)})
}

func (m *machine) compare(rt *rapid.T) {
	if diff := cmp.Diff(m.ledger.balances(), m.balances()); diff != "" {
		rt.Fatalf("balances (-reference +books)\n%s", diff)
	}
}

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
	root, err := accounting.ClosePeriod(m.t.Context(), m.db, m.command(), accounting.Period(202500+month))
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
