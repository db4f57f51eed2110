package projects_test

import (
	"fmt"
	"slices"
	"strings"

	"mingzhang/accounting"
)

// The reference ledger: the same bureau kept in memory by another hand. It counts in whole fen, knows no event table and
// shares no code with the books; what it cannot do in a few lines it does not do.

// modelLine is an amount in fen on an account: debit above zero, credit below. Place is a project or one of its budget lines.
type modelLine struct {
	account, place, subject string
	fen                     int64
}

type modelVoucher struct {
	date              string
	period            int
	kind              accounting.Kind
	lines             []modelLine
	samePerson, paper bool
	red               *modelVoucher // what it reverses
	corrected         bool          // the right voucher follows in the same act
	reversed          bool
	bad               string // what is wrong with its lines
	number            int
}

func (v *modelVoucher) no() accounting.VoucherNo {
	return accounting.VoucherNo{Period: accounting.Period(v.period), Number: v.number}
}

func (v *modelVoucher) pays() bool {
	return slices.ContainsFunc(v.lines, func(l modelLine) bool { return l.account == "9401" && l.fen > 0 })
}

type modelLedger struct {
	vouchers []*modelVoucher
	balance  map[string]int64 // by account, project, budget line, subject
	last     map[int]int      // numbers given, by period
	closed   int              // months of 2025
	subjects map[string]bool
}

func project(place string) string { p, _, _ := strings.Cut(place, "/"); return p }

func key(l modelLine) string {
	line := ""
	if takesLine(l.account) {
		line = l.place
	}
	return strings.Join([]string{l.account, project(l.place), line, l.subject}, " | ")
}

func takesLine(account string) bool {
	return strings.ContainsAny(account[:1], "679") || strings.HasPrefix(account, "4001")
}

// floor says on which side an account must not fall below zero; 0 where it may.
func floor(account string) int64 {
	switch {
	case account == "1613.07", account == "1601", account == "1801":
		return 0
	case account[0] == '1', strings.HasPrefix(account, "92"), strings.HasPrefix(account, "93"), strings.HasPrefix(account, "94"):
		return 1
	case account[0] == '2':
		return -1
	}
	return 0
}

// judge says why vouchers that belong together are not booked; "" means that they are.
func (m *modelLedger) judge(vs []*modelVoucher) string {
	changed := map[string]int64{}
	for _, v := range vs {
		if code := m.form(v); code != "" {
			return code
		}
		net := map[string]int64{}
		var crossed []string
		for _, l := range v.lines {
			if floor(l.account) != 0 {
				net[key(l)] += l.fen
			}
		}
		for k, fen := range net {
			account, _, _ := strings.Cut(k, " ")
			if (m.balance[k]+changed[k]+fen)*floor(account) < 0 {
				crossed = append(crossed, account)
			}
			changed[k] += fen
		}
		if len(crossed) > 0 {
			if slices.Min(crossed)[0] == '9' {
				return "budget_exceeded"
			}
			return "balance_exceeded"
		}
	}
	return ""
}

// form is what may be wrong before balances are asked.
func (m *modelLedger) form(v *modelVoucher) string {
	special := v.kind == accounting.Opening || v.kind == accounting.Closing || v.kind == accounting.Reversal
	switch {
	case v.red != nil && v.red.period/100 != v.period/100:
		return "reversal_year"
	case v.period <= 202500+m.closed:
		return "period_closed"
	case v.samePerson:
		return "same_person"
	case !v.paper && !special:
		return "attachment_required"
	case v.bad != "":
		return v.bad
	case v.kind == accounting.Opening && slices.ContainsFunc(m.vouchers, func(o *modelVoucher) bool {
		return slices.ContainsFunc(o.lines, func(l modelLine) bool { return project(l.place) == project(v.lines[0].place) })
	}):
		return "opening_late"
	case v.red == nil:
		return ""
	case v.red.kind == accounting.Reversal:
		return "reversal_of_red"
	case v.red.reversed:
		return "already_reversed"
	case v.red.pays() && !v.corrected:
		return "payment_confirmed"
	}
	return ""
}

func (m *modelLedger) book(vs []*modelVoucher) {
	for _, v := range vs {
		m.last[v.period]++
		v.number = m.last[v.period]
		m.vouchers = append(m.vouchers, v)
		if v.red != nil {
			v.red.reversed = true
		}
		for _, l := range v.lines {
			m.balance[key(l)] += l.fen
			if l.subject != "" {
				m.subjects[l.subject] = true
			}
		}
	}
}

// redOf takes a voucher back.
func redOf(o *modelVoucher, date string) *modelVoucher {
	v := &modelVoucher{date: date, period: periodOf(date), kind: accounting.Reversal, red: o}
	if o.period%100 == 14 {
		v.period = o.period
	}
	for _, l := range o.lines {
		l.fen = -l.fen
		v.lines = append(v.lines, l)
	}
	return v
}

func periodOf(date string) int { return int(accounting.MustDate(date).Period()) }

// balances are all that are not zero, written as the books write theirs.
func (m *modelLedger) balances() map[string]string {
	out := map[string]string{}
	for k, fen := range m.balance {
		if fen != 0 {
			out[k] = inYuan(fen)
		}
	}
	return out
}

func inYuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return fmt.Sprintf("%s%d.%02d", sign, fen/100, fen%100)
}

// asOf adds up what the first n vouchers say of the days up to a date, without subjects. The year's closing entries come
// after its last day.
func (m *modelLedger) asOf(date string, n int) map[string]string {
	sums := map[string]int64{}
	for _, v := range m.vouchers[:n] {
		if v.date > date || v.period == 202514 && date < "2026" {
			continue
		}
		for _, l := range v.lines {
			l.subject = ""
			sums[key(l)] += l.fen
		}
	}
	out := map[string]string{}
	for k, fen := range sums {
		if fen != 0 {
			out[k] = inYuan(fen)
		}
	}
	return out
}

// cells are the balances of accounts that begin with one of the prefixes over the periods from one to another, by key.
func (m *modelLedger) cells(from, to int, prefixes ...string) []modelLine {
	sums := map[string]modelLine{}
	for _, v := range m.vouchers {
		if v.period < from || v.period > to {
			continue
		}
		for _, l := range v.lines {
			if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(l.account, p) }) {
				sum := sums[key(l)]
				l.fen += sum.fen
				if !takesLine(l.account) {
					l.place = project(l.place)
				}
				sums[key(l)] = l
			}
		}
	}
	var out []modelLine
	for _, l := range sums {
		if l.fen != 0 {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b modelLine) int { return strings.Compare(key(a), key(b)) })
	return out
}

// total is the balance of some accounts of a project at the end of a year.
func (m *modelLedger) total(place string, year int, accounts ...string) (fen int64) {
	for _, l := range m.cells(0, year*100+14, accounts...) {
		if project(l.place) == project(place) {
			fen += l.fen
		}
	}
	return fen
}
