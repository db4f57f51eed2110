package projects

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Light is how something stands. NoLight says nothing, not that all is well.
type Light string

const (
	Green   Light = "green"
	Yellow  Light = "yellow"
	Red     Light = "red"
	NoLight Light = "none"
)

type (
	// Overview 督查总览 shows the programmes by who answers for them. A programme of several leaders or lead units stands under
	// each of them and is counted once in the total. Amounts are yuan, shares and points percent with two decimals.
	Overview struct {
		AsOf        accounting.Date `json:"as_of"`
		Formula     LightFormula    `json:"formula"`
		Programmes  []OverviewRow   `json:"programmes" nullable:"false"`
		ByLeader    []OverviewGroup `json:"by_leader" nullable:"false"` // who is furthest behind first
		ByUnit      []OverviewGroup `json:"by_unit" nullable:"false"`
		Total       OverviewGroup   `json:"total"`
		WithoutPlan []string        `json:"without_plan" nullable:"false"` // 无计划数
	}

	// LightFormula is what makes a light: the thresholds in effect and the rule in words.
	LightFormula struct {
		Yellow string `json:"yellow"` // points
		Red    string `json:"red"`
		ZH     string `json:"zh"`
		EN     string `json:"en"`
	}

	// OverviewFigures are the money of a programme or a group, of the reconciliation of spend against plan.
	OverviewFigures struct {
		Plan            *accounting.Money `json:"plan,omitempty"`
		Approved        *accounting.Money `json:"approved,omitempty"`
		Executed        *accounting.Money `json:"executed,omitempty"`         // of the year
		ExecutedTotal   *accounting.Money `json:"executed_total,omitempty"`   // of all years
		Certified       *accounting.Money `json:"certified,omitempty"`        // works only
		PaidOfPlan      *accounting.Money `json:"paid_of_plan,omitempty"`     // executed_total of what has a plan
		PaymentProgress *string           `json:"payment_progress,omitempty"` // 支付进度: executed_total of what has a plan, by plan
		TimeProgress    *string           `json:"time_progress,omitempty"`    // 序时进度 of the period; of a group weighted by plan
		Lag             *string           `json:"lag,omitempty"`              // time − payment, in points
	}

	// OverviewRow is a programme.
	OverviewRow struct {
		Code    string          `json:"code"`
		Name    string          `json:"name"`
		Leaders []string        `json:"leaders" nullable:"false"`
		Leads   []PartyUnit     `json:"leads" nullable:"false"`
		From    accounting.Date `json:"from"`
		To      accounting.Date `json:"to,omitzero"`
		State   string          `json:"state"` // in_progress, finished, suspended, cancelled
		OverviewFigures
		YearProgress string         `json:"year_progress"`   // 序时进度 of the year
		NoPlan       bool           `json:"no_plan"`         // 无计划数: no light from money
		Entry        *ProgressEntry `json:"entry,omitempty"` // the newest: 形象进度
		Light        Light          `json:"light"`           // the worst of the points
		Points       []LightPoint   `json:"points" nullable:"false"`

		figures Figures
	}

	// LightPoint is one rule on one programme, with its arithmetic.
	LightPoint struct {
		Rule  string `json:"rule"` // lag, due, entry
		Light Light  `json:"light"`
		ZH    string `json:"zh"`
		EN    string `json:"en"`
	}

	// OverviewGroup is what one leader or lead unit answers for, or all.
	OverviewGroup struct {
		Name       string   `json:"name,omitempty"`
		Code       string   `json:"code,omitempty"`              // of a unit
		Programmes []string `json:"programmes" nullable:"false"` // codes
		Joint      []string `json:"joint" nullable:"false"`      // of those, which others answer for too
		OverviewFigures
		Light  Light         `json:"light"`  // of its lag
		Lights map[Light]int `json:"lights"` // of its programmes
	}
)

// OverviewOf makes the overview as it stood at the end of a day, in one transaction. Codes: date_invalid.
func OverviewOf(ctx context.Context, db *bun.DB, book accounting.BookID, asOf accounting.Date) (*Overview, error) {
	var o *Overview
	err := accounting.Read(ctx, db, func(ctx context.Context, tx bun.Tx) (err error) {
		o, err = overviewIn(ctx, tx, book, asOf)
		return err
	})
	return o, err
}

// overviewIn is OverviewOf inside a transaction.
func overviewIn(ctx context.Context, tx bun.IDB, book accounting.BookID, asOf accounting.Date) (*Overview, error) {
	o := &Overview{AsOf: asOf, Programmes: []OverviewRow{}, WithoutPlan: []string{}}
	s, err := readStandings(ctx, tx, book, asOf)
	if err != nil {
		return nil, err
	}
	var points LightPoints
	if err := tx.NewRaw(`select l.yellow, l.red from projects.light_points(?) l`, book).Scan(ctx, &points.Yellow, &points.Red); err != nil {
		return nil, fault.FromSQL(err)
	}
	o.Formula = points.formula()
	r := Reconciliation{}
	if err := r.addProjects(ctx, tx, ReconcileQuery{Book: book, AsOf: asOf}); err != nil {
		return nil, err
	}
	o.add(s, points, r)
	return o, nil
}

func (p LightPoints) formula() LightFormula {
	yellow, red := p.Yellow.StringFixed(2), p.Red.StringFixed(2)
	return LightFormula{Yellow: yellow, Red: red,
		ZH: fmt.Sprintf("滞后（百分点）= 序时进度 − 支付进度；序时进度 = 已过天数 ÷ 建设期天数，支付进度 = 累计支付 ÷ 计划，均保留两位小数。滞后不超过 %s 为绿，超过 %s 为黄，超过 %s 为红；逾期未完成或有月份逾期未填报为红。无计划数的项目不以资金亮灯。", yellow, yellow, red),
		EN: fmt.Sprintf("lag (points) = time − payment progress; time = days passed ÷ days of the period, payment = executed in all ÷ plan, each to two decimals. Up to %s green, above %s yellow, above %s red; past its date and not finished, or a month's entry overdue: red. A programme without plan has no light from money.", yellow, yellow, red)}
}

func (o *Overview) add(s *standings, points LightPoints, r Reconciliation) {
	figures := map[string]Figures{}
	for _, row := range r.Projects {
		figures[row.Code] = row.Figures
	}
	for _, x := range s.all {
		if !x.Parent.IsZero() {
			continue
		}
		row := s.row(x, figures[x.Code], points)
		if row.NoPlan {
			o.WithoutPlan = append(o.WithoutPlan, x.Code)
		}
		o.Programmes = append(o.Programmes, row)
	}
	byLeader, byUnit := map[string]*OverviewGroup{}, map[string]*OverviewGroup{}
	sums := map[*OverviewGroup][]OverviewRow{}
	under := func(groups map[string]*OverviewGroup, code, name string, joint bool, row OverviewRow) {
		g := groups[name]
		if g == nil {
			g = &OverviewGroup{Name: name, Code: code, Programmes: []string{}, Joint: []string{}}
			groups[name] = g
		}
		if joint {
			g.Joint = append(g.Joint, row.Code)
		}
		sums[g] = append(sums[g], row)
	}
	for _, row := range o.Programmes {
		for _, leader := range row.Leaders {
			under(byLeader, "", leader, len(row.Leaders) > 1, row)
		}
		for _, unit := range row.Leads {
			under(byUnit, unit.Code, unit.Name, len(row.Leads) > 1, row)
		}
	}
	ranked := func(groups map[string]*OverviewGroup) []OverviewGroup {
		all := []OverviewGroup{}
		for _, g := range groups {
			g.sum(sums[g], points)
			all = append(all, *g)
		}
		slices.SortFunc(all, func(a, b OverviewGroup) int { return cmp.Or(b.behind().Cmp(a.behind()), cmp.Compare(a.Name, b.Name)) })
		return all
	}
	o.ByLeader, o.ByUnit = ranked(byLeader), ranked(byUnit)
	o.Total = OverviewGroup{Programmes: []string{}, Joint: []string{}}
	o.Total.sum(o.Programmes, points)
}

// row is a programme with its lights.
func (s *standings) row(x *standing, f Figures, points LightPoints) OverviewRow {
	from, to := x.begins(s.asOf.Year()), x.ends()
	year := accounting.NewDate(s.asOf.Year(), 1, 1)
	row := OverviewRow{Code: x.Code, Name: x.NameZH, Leaders: x.leaders, Leads: x.answers(), From: from, To: to, State: x.state(), YearProgress: passed(year, accounting.NewDate(s.asOf.Year(), 12, 31), s.asOf).StringFixed(2),
		NoPlan: f.Plan == nil, Entry: x.lastEntry(), Light: NoLight, Points: []LightPoint{}, figures: f}
	if row.Leaders == nil {
		row.Leaders = []string{}
	}
	end := to
	if end.IsZero() {
		from, end = year, accounting.NewDate(s.asOf.Year(), 12, 31)
		row.From = from
	}
	row.take(f, passed(from, end, s.asOf))
	if row.Lag != nil {
		light := points.light(decimal.RequireFromString(*row.Lag))
		row.Points = append(row.Points, LightPoint{"lag", light, fmt.Sprintf("序时进度 %s − 支付进度 %s = %s 个百分点", *row.TimeProgress, *row.PaymentProgress, *row.Lag),
			fmt.Sprintf("time %s − payment %s = %s points", *row.TimeProgress, *row.PaymentProgress, *row.Lag)})
	}
	for _, i := range s.overdueOf(x) {
		row.Points = append(row.Points, LightPoint{map[OverdueKind]string{EntryOverdue: "entry", CompletionOverdue: "due"}[i.Kind], Red, i.WhyZH, i.WhyEN})
	}
	for _, p := range row.Points {
		row.Light = worse(row.Light, p.Light)
	}
	return row
}

// overdueOf are the dates a programme has let pass itself.
func (s *standings) overdueOf(x *standing) []OverdueItem {
	one := standings{all: []*standing{x}, asOf: s.asOf, due: s.due}
	return one.overdue()
}

// take makes the shares of figures at a time.
func (f *OverviewFigures) take(o Figures, time decimal.Decimal) {
	f.Plan, f.Approved, f.Executed, f.ExecutedTotal, f.Certified = o.Plan, o.Approved, o.Executed, o.ExecutedTotal, o.Certified
	shown := time.StringFixed(2)
	f.TimeProgress = &shown
	if o.Plan == nil || o.PlanMinusExecuted == nil {
		return
	}
	executed := o.Plan.Sub(*o.PlanMinusExecuted)
	f.PaidOfPlan = &executed
	paid := percentOf(executed.Decimal(), o.Plan.Decimal())
	payment, lag := paid.StringFixed(2), time.Round(2).Sub(paid).StringFixed(2)
	f.PaymentProgress, f.Lag = &payment, &lag
}

// percentOf is a part of a whole in percent with two decimals.
func percentOf(part, whole decimal.Decimal) decimal.Decimal {
	return part.Mul(hundredPercent).DivRound(whole, 2)
}

// passed is the share of the days of a period that have passed at the end of a day.
func passed(from, to, asOf accounting.Date) decimal.Decimal {
	whole, gone := daysBetween(from, to)+1, DaysPassed(from, to, asOf)
	if whole <= 0 {
		return hundredPercent
	}
	return percentOf(decimal.NewFromInt(int64(gone)), decimal.NewFromInt(int64(whole)))
}

// DaysPassed counts the days of a period that have passed at the end of a day.
func DaysPassed(from, to, asOf accounting.Date) int {
	return max(0, min(daysBetween(from, asOf)+1, daysBetween(from, to)+1))
}

func (p LightPoints) light(lag decimal.Decimal) Light {
	switch {
	case lag.GreaterThan(p.Red):
		return Red
	case lag.GreaterThan(p.Yellow):
		return Yellow
	}
	return Green
}

func worse(a, b Light) Light {
	order := []Light{NoLight, Green, Yellow, Red}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// sum adds up programmes. The time of a group is that of its programmes with a plan, weighted by it; without any there is none.
func (g *OverviewGroup) sum(rows []OverviewRow, points LightPoints) {
	var total Figures
	weighted, weight := decimal.Zero, decimal.Zero
	g.Lights, g.Light = map[Light]int{Green: 0, Yellow: 0, Red: 0, NoLight: 0}, NoLight
	for _, row := range rows {
		g.Programmes = append(g.Programmes, row.Code)
		g.Lights[row.Light]++
		total.add(row.figures)
		if row.Plan != nil {
			weighted = weighted.Add(row.Plan.Decimal().Mul(decimal.RequireFromString(*row.TimeProgress)))
			weight = weight.Add(row.Plan.Decimal())
		}
	}
	if weight.IsZero() {
		g.take(total, decimal.Zero)
		g.TimeProgress = nil
		return
	}
	g.take(total, weighted.DivRound(weight, 2))
	if g.Lag != nil {
		g.Light = points.light(decimal.RequireFromString(*g.Lag))
	}
}

// behind ranks groups: those without a plan come last.
func (g OverviewGroup) behind() decimal.Decimal {
	if g.Lag == nil {
		return decimal.NewFromInt(-1000)
	}
	return decimal.RequireFromString(*g.Lag)
}
