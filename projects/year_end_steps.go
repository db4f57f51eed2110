package projects

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// YearEndState is where the year's end of a book stands: its steps in order, and the first that is not done.
type YearEndState struct {
	Year  int        `json:"year"`
	Steps []YearStep `json:"steps"`
	Next  string     `json:"next,omitempty"` // name of a step; empty: the year is over
}

// YearStep is one step of the year's end. Steps before it need not all be done: what is posted later is closed by posting
// the step again, until period 14 is closed.
type YearStep struct {
	Name     string        `json:"name"`
	NameZH   string        `json:"name_zh"`
	NameEN   string        `json:"name_en"`
	Event    string        `json:"event,omitempty"` // of the year_end document that does it
	Done     bool          `json:"done"`
	Left     int           `json:"left"` // requests, periods, balances or budget lines still to do
	Blockers []YearBlocker `json:"blockers"`
}

// YearBlocker is what stands in the way of a step, and the document it is about.
type YearBlocker struct {
	accounting.Blocker
	Document string `json:"document,omitempty" format:"uuid"` // of a request that is under way
}

// YearEnds tells where the year's end stands. Codes: period_unknown when the year was never opened.
func YearEnds(ctx context.Context, db bun.IDB, book accounting.BookID, year int) (YearEndState, error) {
	state := YearEndState{Year: year}
	periods, err := openPeriods(ctx, db, book, year)
	if err != nil {
		return state, err
	}
	requests, err := requestBlockers(ctx, db, book, year)
	if err != nil {
		return state, err
	}
	var left struct{ Budgetary, Financial, Authority, Uncarried, Lapsing int }
	err = db.NewRaw(`with cells as (
			select account from accounting.turnover where book_id = ?0 and period between ?1 * 100 + 1 and ?1 * 100 + 14
			group by account, project_id, budget_line_id having sum(debit) <> sum(credit)
		), rest as (
			select l.budget_line_id, b.carried_from is not null as carried, exists (select from accounting.budget_lines n where n.book_id = ?0 and n.carried_from = l.budget_line_id) as continued
			from accounting.lines l join accounting.budget_lines b on b.book_id = l.book_id and b.budget_line_id = l.budget_line_id and b.fiscal_year = ?1
			where l.book_id = ?0 and l.period = ?1 * 100 + 14 and l.account in ('9201', '9301.01', '9301.02', '9301.03') group by 1, 2 having sum(l.credit - l.debit) <> 0
		)
		select (select count(*) from cells where account ~ '^[67]') as budgetary, (select count(*) from cells where account ~ '^([45]|3401|3501)') as financial,
			(select count(*) from cells where account ~ '^9') as authority, (select count(*) from rest where not continued) as uncarried,
			(select count(*) from rest join accounting.budget_lines n on n.book_id = ?0 and n.carried_from = rest.budget_line_id
				join accounting.positions p on p.book_id = ?0 and p.budget_line_id = n.budget_line_id and p.account = '9301.01' and p.debit > p.credit where rest.carried) as lapsing`,
		book, year).Scan(ctx, &left)
	if err != nil {
		return state, fault.FromSQL(err)
	}
	standing, err := accounting.Blockers(ctx, db, book, accounting.Period(year*100+14))
	if err != nil {
		return state, err
	}
	var closing []YearBlocker
	if periods.year > 0 { // else it is closed
		for _, b := range standing {
			closing = append(closing, YearBlocker{Blocker: b})
		}
	}
	state.Steps = []YearStep{
		{Name: "return_requests", NameZH: "清理在途支付申请", NameEN: "pay or return what is in flight", Left: len(requests), Blockers: requests},
		{Name: "close_months", NameZH: "十二个月结账", NameEN: "close the months", Left: periods.months},
		{Name: "close_adjustment", NameZH: "调整期结账", NameEN: "close period 13", Left: periods.adjustment, Blockers: openBefore(periods.months, "months", year)},
		{Name: "close_budgetary", NameZH: "预算会计年末结转", NameEN: "carry budgetary accounts over", Event: "CloseBudgetary", Left: left.Budgetary, Blockers: openBefore(periods.months+periods.adjustment, "periods", year)},
		{Name: "close_financial", NameZH: "财务会计年末结转", NameEN: "carry financial accounts over", Event: "CloseFinancial", Left: left.Financial, Blockers: openBefore(periods.months+periods.adjustment, "periods", year)},
		{Name: "carry_authority", NameZH: "指标结转", NameEN: "carry authority over", Event: "CarryAuthority", Left: left.Authority, Blockers: requests},
		{Name: "close_year", NameZH: "年度结账", NameEN: "close period 14", Left: periods.year, Blockers: closing},
		{Name: "open_next_year", NameZH: "启用新年度", NameEN: "open the next year", Left: periods.next},
		{Name: "carry_in", NameZH: "上年结转转入", NameEN: "carry into the next year's budget lines", Event: "CarryIn", Left: left.Uncarried, Blockers: openBefore(periods.next, "next year: not opened, periods", year)},
		{Name: "lapse", NameZH: "结余收回", NameEN: "take back what stood unspent for two years", Event: "Lapse", Left: left.Lapsing},
	}
	for i := range state.Steps {
		x := &state.Steps[i]
		x.Done = x.Left == 0 && (x.Name != "carry_in" && x.Name != "lapse" || left.Authority == 0)
		if x.Done || x.Blockers == nil {
			x.Blockers = []YearBlocker{}
		}
		if !x.Done && state.Next == "" {
			state.Next = x.Name
		}
	}
	return state, nil
}

// stillOpen counts the periods of a year that are open; next is 1 while the year after has none.
type stillOpen struct{ months, adjustment, year, next int }

func openPeriods(ctx context.Context, db bun.IDB, book accounting.BookID, year int) (stillOpen, error) {
	var o struct{ Known, Months, Adjustment, Year, Next int }
	err := db.NewRaw(`select count(*) filter (where period / 100 = ?1) as known, count(*) filter (where period / 100 = ?1 and state = 'open' and period % 100 <= 12) as months,
			count(*) filter (where period = ?1 * 100 + 13 and state = 'open') as adjustment, count(*) filter (where period = ?1 * 100 + 14 and state = 'open') as year,
			(count(*) filter (where period / 100 = ?1 + 1) = 0)::int as next
		from accounting.periods where book_id = ?0 and period / 100 in (?1, ?1 + 1)`, book, year).Scan(ctx, &o)
	if err == nil && o.Known == 0 {
		return stillOpen{}, fault.NotFound("period_unknown", "the year %d was never opened in this book", year)
	}
	return stillOpen{o.Months, o.Adjustment, o.Year, o.Next}, fault.FromSQL(err)
}

func openBefore(n int, what string, year int) []YearBlocker {
	if n == 0 {
		return nil
	}
	return []YearBlocker{{Blocker: accounting.Blocker{Name: "earlier_period_open", Detail: fmt.Sprintf("%d: %d %s still open", year, n, what)}}}
}

// requestBlockers names every request that holds authority of the year: those whose documents can be returned, and what
// the books hold for others.
func requestBlockers(ctx context.Context, db bun.IDB, book accounting.BookID, year int) ([]YearBlocker, error) {
	inFlight, err := requestsInFlight(ctx, db, book, year)
	if err != nil {
		return nil, err
	}
	var found []YearBlocker
	known := []string{}
	for _, d := range inFlight {
		amount := ""
		if d.Amount != nil {
			amount = ": " + d.Amount.String()
		}
		b := accounting.Blocker{Name: "request_in_flight", Detail: fmt.Sprintf("%s is %s%s", d.Number, d.State, amount)}
		if d.State == "ordered" {
			b = accounting.Blocker{Name: "payment_ordered", Detail: fmt.Sprintf("%s is ordered and neither confirmed nor returned%s", d.Number, amount)}
		}
		found, known = append(found, YearBlocker{b, d.ID.String()}), append(known, d.ID.String())
	}
	var held []struct {
		Line, Request string
		Held          accounting.Money
	}
	err = db.NewRaw(`select b.code as line, s.code as request, x.debit - x.credit as held from accounting.positions x
		join accounting.budget_lines b on b.book_id = x.book_id and b.budget_line_id = x.budget_line_id and b.fiscal_year = ?
		join accounting.subjects s on s.book_id = x.book_id and s.subject_id = x.subject_id
		where x.book_id = ? and x.account = '9301.04' and x.debit <> x.credit and x.subject_id::text not in (?) order by 1, 2`, year, book, bun.List(append(known, ""))).Scan(ctx, &held)
	for _, h := range held {
		found = append(found, YearBlocker{Blocker: accounting.Blocker{Name: "request_hold_left", Detail: fmt.Sprintf("budget line %s: request %s still holds %s", h.Line, h.Request, h.Held)}})
	}
	return found, fault.FromSQL(err)
}
