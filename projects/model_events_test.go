package projects_test

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// deed is an event to be recorded with what the reference says of it: the vouchers it makes and, where no voucher decides,
// the code it is refused with.
type deed struct {
	event    projects.Event
	vouchers []*modelVoucher
	refused  string
}

type modelPlace struct {
	line    string
	project string
	year    int
}

// pick draws what most events need: a budget line, a day of its year, and who signs; now and then one thing is wrong.
type pick struct {
	*machine
	rt    *rapid.T
	place modelPlace
	date  string
	head  projects.Head
	wrong string // the code the mutation is refused with, before the books are asked
	form  modelVoucher
}

func (m *machine) pick(rt *rapid.T) *pick {
	p := &pick{machine: m, rt: rt}
	p.place = rapid.SampledFrom(m.places).Draw(rt, "line")
	month := rapid.SampledFrom([]string{"02", "04", "05", "06", "08", "09", "11", "12"}).Draw(rt, "month")
	p.date = map[int]string{2025: "2025-", 2026: "2026-"}[p.place.year] + month + "-15"
	p.head = m.on(p.date)
	p.form = modelVoucher{date: p.date, period: periodOf(p.date), kind: accounting.Ordinary, paper: true}
	switch rapid.IntRange(0, 60).Draw(rt, "mutation") {
	case 1:
		p.head.PreparedBy, p.form.samePerson = m.head, true
	case 2:
		p.head.Attachments, p.form.paper = 0, false
	case 3:
		p.place.line, p.place.project, p.wrong = "2025-99/2025", "2025-99", "unknown"
	}
	return p
}

// amount is around what an account holds, to land on the limit and beside it.
func (p *pick) amount(account, subject string) int64 {
	l := modelLine{account: account, place: p.place.line, subject: subject}
	held := p.ledger.balance[key(l)]
	if held < 0 {
		held = -held
	}
	switch rapid.IntRange(0, 5).Draw(p.rt, "size") {
	case 0:
		return held + 1
	case 1, 2:
		return max(1, held)
	case 3:
		return rapid.Int64Range(1, 900_000_00).Draw(p.rt, "fen")
	default:
		return rapid.Int64Range(1, max(1, held/2)).Draw(p.rt, "fen")
	}
}

func (p *pick) one(codes ...string) string { return rapid.SampledFrom(codes).Draw(p.rt, "one of") }

func (p *pick) draw(fen int64) projects.Draw {
	return projects.Draw{BudgetLine: p.place.line, Amount: accounting.Fen(fen)}
}
func (p *pick) draws(fen int64) []projects.Draw { return []projects.Draw{p.draw(fen)} }

// dr and cr are lines at the place drawn.
func (p *pick) dr(account string, fen int64, subject ...string) modelLine {
	return modelLine{account, p.place.line, strings.Join(subject, ""), fen}
}
func (p *pick) cr(account string, fen int64, subject ...string) modelLine {
	return p.dr(account, -fen, subject...)
}

// does is the usual deed: one voucher. The subjects that the event does not introduce must be known.
func (p *pick) does(e projects.Event, introduces string, lines ...modelLine) deed {
	v := p.form
	v.lines = slices.DeleteFunc(lines, func(l modelLine) bool { return l.fen == 0 })
	d := deed{event: e, vouchers: []*modelVoucher{&v}}
	if p.wrong != "" {
		d.refused = "unknown place"
		return d
	}
	for _, l := range lines {
		if l.subject != "" && l.subject != introduces && !p.ledger.subjects[l.subject] {
			d.refused = "subject_unknown"
		}
	}
	if d.refused == "" && len(v.lines) == 0 {
		d.refused = "nothing_to_post"
	}
	return d
}

func ref(subject string) projects.SubjectRef {
	_, code, _ := strings.Cut(subject, ":")
	return projects.Ref(code)
}

func (p *pick) contract() string { return p.known("contract:HT-1", "contract:HT-2", "contract:HT-3") }
func (p *pick) request() string  { return p.known("request:ZF-1", "request:ZF-2", "request:ZF-3") }
func (p *pick) batch() string    { return p.known("batch:BT-1", "batch:BT-2") }

// known prefers subjects that the books know.
func (p *pick) known(codes ...string) string {
	if rapid.IntRange(0, 7).Draw(p.rt, "any subject") > 0 {
		codes = append(codes[:1:1], slices.DeleteFunc(codes[1:], func(c string) bool { return !p.ledger.subjects[c] })...)
	}
	return p.one(codes...)
}

// expenditure and subsidy tell the health bureau, an administrative unit, from the hospital, an institution.
func (p *pick) expenditure() string {
	if p.place.project == "2025-04" {
		return "7201"
	}
	return "7101"
}

func (p *pick) subsidy() string {
	if p.place.project == "2025-04" {
		return "2307.03"
	}
	return "2303"
}

// pays is every payment: out of the request's hold into an account, in all three bases.
func (p *pick) pays(account, about string, make func(projects.Paid) projects.Event, more ...modelLine) deed {
	request := p.request()
	fen := p.amount("9301.04", request)
	spend := p.expenditure()
	if account == "5901" {
		spend = "7901"
	}
	for i := range more {
		more[i].fen *= fen
	}
	paid := projects.Paid{Head: p.head, Request: ref(request), Sources: p.draws(fen), EconomicClass: goodsUsed}
	return p.does(make(paid), "", append([]modelLine{
		p.dr("9401", fen), p.cr("9301.04", fen, request), p.dr(account, fen, about), p.cr("4001.01", fen), p.dr(spend, fen), p.cr("6001", fen),
	}, more...)...)
}

func (p *pick) other() modelPlace {
	return rapid.SampledFrom(p.places).Draw(p.rt, "other line")
}

// closing is a deed of the year's end: a voucher per project or line in period 14, in the order of their codes.
func (p *pick) closing(e projects.Event, lines [][]modelLine) deed {
	d := deed{event: e}
	for _, ls := range lines {
		d.vouchers = append(d.vouchers, &modelVoucher{date: "2025-12-31", period: 202514, kind: accounting.Closing, samePerson: p.form.samePerson, lines: ls})
	}
	if len(lines) == 0 {
		d.refused = "nothing_to_post"
	}
	return d
}

// group gives the cells of each place, in order.
func group(cells []modelLine, of func(modelLine) string) [][]modelLine {
	slices.SortStableFunc(cells, func(a, b modelLine) int { return strings.Compare(of(a), of(b)) })
	var out [][]modelLine
	for i, c := range cells {
		if i == 0 || of(cells[i-1]) != of(c) {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], c)
	}
	return out
}

// clears empties cells and puts their sum elsewhere.
func clears(cells []modelLine, into string) (lines []modelLine) {
	var sum int64
	for _, c := range cells {
		sum += c.fen
		c.fen = -c.fen
		lines = append(lines, c)
	}
	return append(lines, modelLine{into, project(cells[0].place), "", sum})
}
