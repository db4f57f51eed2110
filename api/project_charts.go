package api

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// ladderParts are the steps of the authority ladder from what is spent to what is only planned. Those of years before lead
// the bar: what they executed was approved then. They add up to the plan, or to what was approved where there is none.
func (l *look) ladderParts(f projects.Figures, plan *accounting.Money, code string, asOf accounting.Date) (parts []web.ChartPart) {
	part := func(class, name, figure string, m *accounting.Money) {
		p := web.ChartPart{Class: class, Name: l.t("ladder." + name)}
		if m != nil {
			p.Money = *m
		}
		if code != "" && figure != "" {
			p.Link = l.linesLink(code, figure, asOf)
		}
		parts = append(parts, p)
	}
	var earlier, missing *accounting.Money
	if f.Executed != nil {
		m := f.ExecutedTotal.Sub(*f.Executed)
		earlier = &m
		if plan != nil {
			rest := plan.Sub(*f.Approved).Sub(m)
			missing = &rest
		}
	}
	part("earlier", "earlier", "executed_total", earlier)
	part("paid", "executed", "executed", f.Executed)
	part("request", "held_by_request", "held_by_request", f.HeldByRequest)
	part("contract", "held_by_contract", "held_by_contract", f.HeldByContract)
	part("frozen", "frozen", "frozen", f.Frozen)
	part("free", "available", "available", f.Available)
	part("toissue", "to_issue", "to_issue", f.ToIssue)
	part("unplanned", "not_approved", "", missing)
	return parts
}

// ladder is the stacked bar of a project. Where figures are of some units only, the plan, which is of all, stays out.
func (l *look) ladder(id, name string, r projects.TreeRow, asOf accounting.Date) *web.Stack {
	plan := r.Plan
	if r.Partial {
		plan = nil
	}
	parts := l.ladderParts(r.Figures, plan, r.Code, asOf)
	var said []string
	for _, p := range parts {
		if p.Money.Sign() > 0 {
			said = append(said, p.Name+" "+amountIn(p.Money, false))
		}
	}
	s := web.NewStack(id, l.t("ladder.title", name), l.t("ladder.desc", strings.Join(said, l.t("list.separator"))), parts)
	if plan != nil {
		s.MarkAt(*plan)
		s.Said = l.t("ladder.plan_ends", amountIn(*plan, true))
	}
	return s
}

// curveMonths is a stretch of months on a chart.
type curveMonths struct{ first, last accounting.Date } // first days of months

func monthStart(d accounting.Date) accounting.Date { return accounting.NewDate(d.Year(), d.Month(), 1) }

func monthsFrom(a, b accounting.Date) int {
	return (b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month())
}

// at is where a day stands, in months from the left edge.
func (m curveMonths) at(d accounting.Date) decimal.Decimal {
	whole := decimal.New(int64(monthsFrom(m.first, d)), 0)
	return whole.Add(decimal.New(int64(d.Day()), 0).DivRound(decimal.New(int64(d.LastOfMonth().Day()), 0), 3))
}

func (m curveMonths) names() (names []string) {
	for i := range monthsFrom(m.first, m.last) + 1 {
		d := accounting.NewDate(m.first.Year(), m.first.Month()+time.Month(i), 1)
		name := fmt.Sprint(int(d.Month()))
		if i == 0 || d.Month() == 1 {
			name = fmt.Sprintf("%d-%02d", d.Year(), d.Month())
		}
		names = append(names, name)
	}
	return names
}

// curveData is what the S-curve of a project is drawn from.
type curveData struct {
	row      projects.TreeRow
	months   []accounting.MonthRow
	quarters []projects.QuarterPlanned
	asOf     accounting.Date
	due      accounting.Date
}

func (d curveData) stretch() curveMonths {
	m := curveMonths{monthStart(d.asOf), monthStart(d.asOf)}
	widen := func(day accounting.Date) {
		if day.Before(m.first) {
			m.first = monthStart(day)
		}
		if day.After(m.last) {
			m.last = monthStart(day)
		}
	}
	widen(accounting.NewDate(d.asOf.Year(), 1, 1))
	if !d.due.IsZero() {
		widen(accounting.NewDate(d.due.Year(), 1, 1))
		widen(d.due)
	}
	for _, r := range d.months {
		widen(firstOf(r.Period))
	}
	for _, q := range d.quarters {
		widen(quarterEnd(q))
	}
	return m
}

func firstOf(p accounting.Period) accounting.Date {
	return accounting.NewDate(p.Year(), time.Month(p.Month()), 1)
}

func quarterEnd(q projects.QuarterPlanned) accounting.Date {
	return accounting.NewDate(q.Year, time.Month(q.Quarter*3), 1).LastOfMonth()
}

// curve is planned, paid and certified over the months; nil when there is nothing to draw.
func (l *look) curve(d curveData) *web.Curve {
	m := d.stretch()
	var paid, certified web.Series
	paid = web.Series{Class: "paid", Label: l.t("curve.paid"), Dots: true, Fill: true}
	certified = web.Series{Class: "certified", Label: l.t("curve.certified"), Dots: true}
	var paidSum, certifiedSum accounting.Money
	point := func(s *web.Series, at decimal.Decimal, sum accounting.Money) {
		s.At, s.Sum = append(s.At, at), append(s.Sum, sum)
	}
	point(&paid, decimal.Zero, paidSum)
	point(&certified, decimal.Zero, certifiedSum)
	of := map[accounting.Period]accounting.MonthRow{}
	for _, r := range d.months {
		of[r.Period] = r
	}
	for i := range monthsFrom(m.first, d.asOf) + 1 {
		end := accounting.NewDate(m.first.Year(), m.first.Month()+time.Month(i), 1).LastOfMonth()
		if end.After(d.asOf) {
			end = d.asOf
		}
		paidSum, certifiedSum = paidSum.Add(of[end.Period()].Executed), certifiedSum.Add(of[end.Period()].Certified)
		point(&paid, m.at(end), paidSum)
		point(&certified, m.at(end), certifiedSum)
	}
	planned := d.planned(l, m)
	if paidSum.IsZero() && certifiedSum.IsZero() && len(planned.Sum) == 0 && len(d.months) == 0 {
		return nil
	}
	series := []web.Series{planned, paid}
	said := l.t("curve.desc", d.asOf.String(), amountIn(paidSum, false))
	if d.row.Certified != nil {
		series = append(series, certified)
		said += l.t("curve.desc_certified", amountIn(certifiedSum, false))
	}
	if n := len(planned.Sum); n > 0 {
		said += l.t("curve.desc_planned", amountIn(planned.Sum[n-1], false))
	}
	marks := map[string]decimal.Decimal{}
	if d.asOf.Before(m.last.LastOfMonth()) {
		marks[d.asOf.String()] = m.at(d.asOf)
	}
	if !d.due.IsZero() {
		marks[l.t("curve.due")] = m.at(d.due)
	}
	return web.NewCurve("curve", l.t("curve.title"), said, m.names(), series, marks)
}

// planned follows the cash plans by quarter or, where there are none, grows evenly to the plan until the month it is due.
func (d curveData) planned(l *look, m curveMonths) web.Series {
	s := web.Series{Class: "plan", Label: l.t("curve.planned")}
	point := func(at decimal.Decimal, sum accounting.Money) { s.At, s.Sum = append(s.At, at), append(s.Sum, sum) }
	end := decimal.New(int64(monthsFrom(m.first, m.last)+1), 0)
	switch {
	case len(d.quarters) > 0:
		var sum accounting.Money
		point(decimal.Zero, sum)
		for _, q := range d.quarters {
			from := m.at(quarterEnd(q)).Sub(decimal.New(3, 0))
			if from.GreaterThan(s.At[len(s.At)-1]) {
				point(from, sum)
			}
			sum = sum.Add(q.Amount)
			point(m.at(quarterEnd(q)), sum)
		}
		if s.At[len(s.At)-1].LessThan(end) {
			point(end, sum)
		}
	case d.row.Plan != nil && !d.due.IsZero() && !d.row.Partial:
		start := decimal.New(int64(monthsFrom(m.first, accounting.NewDate(d.due.Year(), 1, 1))), 0)
		point(decimal.Max(start, decimal.Zero), accounting.Money{})
		point(m.at(d.due), *d.row.Plan)
		if m.at(d.due).LessThan(end) {
			point(end, *d.row.Plan)
		}
	}
	return s
}

// monthTable is the curve in figures.
func (l *look) monthTable(d curveData, code string) *web.Table {
	t := &web.Table{Name: "months-" + code, Caption: l.t("curve.title"), Columns: web.Columns(web.C(web.DayColumn, "curve.month"), web.C(web.MoneyColumn, "curve.paid_month"), web.C(web.MoneyColumn, "curve.paid"))}
	works := d.row.Certified != nil
	if works {
		t.Columns = append(t.Columns, web.C(web.MoneyColumn, "curve.certified_month"), web.C(web.MoneyColumn, "curve.certified"))
	}
	var paid, certified accounting.Money
	for _, r := range d.months {
		if r.Executed.IsZero() && r.Certified.IsZero() {
			continue
		}
		from := firstOf(r.Period)
		to := from.LastOfMonth()
		if to.After(d.asOf) {
			to = d.asOf
		}
		paid, certified = paid.Add(r.Executed), certified.Add(r.Certified)
		cells := []web.Cell{web.Text(r.Period.String()), web.Yuan(r.Executed).To(l.linesLink(code, "executed_total", to, "from", from.String())), web.Yuan(paid).To(l.linesLink(code, "executed_total", to))}
		if works {
			cells = append(cells, web.Yuan(r.Certified).To(l.linesLink(code, "certified", to, "from", from.String())), web.Yuan(certified).To(l.linesLink(code, "certified", to)))
		}
		t.Rows = append(t.Rows, web.Row{Cells: cells})
	}
	return t
}
