package projects_test

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
