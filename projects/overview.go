package projects

import (
	"context"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// OverviewQuery asks for the tree with its figures as far as somebody reads it.
	OverviewQuery struct {
		Book accounting.BookID
		AsOf accounting.Date
		Unit accounting.UnitID // zero: all units
		Node string            // code: this node with what is below and above it; empty: all
	}

	// Overview is the tree of projects with the figures of Reconcile, without its checks, and the pace of each.
	Overview struct {
		AsOf accounting.Date
		Rows []OverviewRow
	}

	// OverviewRow is a node with its figures.
	OverviewRow struct {
		ProjectRow
		Node     Node
		Due      accounting.Date // end of its month, or of the programme's; zero: not said
		Accepted bool            // 验收, or everything below it is
		Readable bool            // its own page may be opened
		Partial  bool            // the figures are those of some of its units only, the plan is of all
		Pace     Pace
	}
)

// ReadableProjects are those whose books the reader of a transaction reads; all says that nothing is kept from them.
func ReadableProjects(ctx context.Context, tx bun.IDB) (ids []accounting.ProjectID, all bool, err error) {
	if err := tx.NewRaw(`select coalesce(current_setting('mingzhang.reads', true), '') = 'all'`).Scan(ctx, &all); err != nil || all {
		return nil, all, fault.FromSQL(err)
	}
	ids, err = projectIDs(ctx, tx, `select p as id from projects.readable_projects() p`)
	return ids, false, err
}

func projectIDs(ctx context.Context, db bun.IDB, query string, args ...any) ([]accounting.ProjectID, error) {
	var rows []struct{ ID accounting.ProjectID }
	if err := db.NewRaw(query, args...).Scan(ctx, &rows); err != nil {
		return nil, fault.FromSQL(err)
	}
	ids := make([]accounting.ProjectID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, nil
}

// OverviewOf makes it inside a transaction that reads as who asks. Codes: date_invalid, node_unknown.
func OverviewOf(ctx context.Context, tx bun.Tx, q OverviewQuery) (*Overview, error) {
	nodes, err := Tree(ctx, tx, q.Book)
	if err != nil {
		return nil, err
	}
	readable, all, err := ReadableProjects(ctx, tx)
	if err != nil {
		return nil, err
	}
	t := newTree(nodes)
	r := &Reconciliation{Book: q.Book, AsOf: q.AsOf}
	only := ReconcileQuery{Book: q.Book, AsOf: q.AsOf, Unit: q.Unit}
	if q.Node != "" {
		below := t.below(q.Node)
		if below == nil {
			return nil, fault.NotFound("node_unknown", "there is no node %q in this book", q.Node)
		}
		only.Projects = below
	}
	reads, readable := t.read(readable, all)
	if !all {
		only.Projects = intersect(only.Projects, readable, reads)
	}
	if err := r.addProjects(ctx, tx, only); err != nil {
		return nil, err
	}
	accepted, err := acceptedBy(ctx, tx, q.Book, q.AsOf)
	if err != nil {
		return nil, err
	}
	o := &Overview{AsOf: q.AsOf, Rows: make([]OverviewRow, len(r.Projects))}
	for i, p := range r.Projects {
		n := t.nodes[t.place[p.id]]
		row := OverviewRow{ProjectRow: p, Node: n, Due: t.due(p.id), Accepted: t.accepted(p.id, accepted), Readable: reads[p.id]}
		row.Partial = t.partial(p.id, q.Unit, reads)
		row.Pace = paceOf(row, q.AsOf)
		o.Rows[i] = row
	}
	return o, nil
}

// intersect keeps of the asked projects (nil: all) those that are read. None at all is a list of nobody's project, because
// an empty one restricts nothing.
func intersect(asked, readable []accounting.ProjectID, reads map[accounting.ProjectID]bool) []accounting.ProjectID {
	kept := readable
	if asked != nil {
		kept = nil
		for _, id := range asked {
			if reads[id] {
				kept = append(kept, id)
			}
		}
	}
	if len(kept) == 0 {
		return []accounting.ProjectID{{}}
	}
	return kept
}

// acceptedBy are the nodes that were accepted by a day.
func acceptedBy(ctx context.Context, db bun.IDB, book accounting.BookID, day accounting.Date) (map[accounting.ProjectID]bool, error) {
	ids, err := projectIDs(ctx, db, `select distinct m.node_id as id from projects.node_milestones m where m.book_id = ? and m.milestone = 'accepted' and m.day <= ?`, book, day)
	accepted := make(map[accounting.ProjectID]bool, len(ids))
	for _, id := range ids {
		accepted[id] = true
	}
	return accepted, err
}

// tree finds a node's place, children and what it has from above.
type tree struct {
	nodes    []Node
	place    map[accounting.ProjectID]int
	children map[accounting.ProjectID][]accounting.ProjectID
}

func newTree(nodes []Node) tree {
	t := tree{nodes, make(map[accounting.ProjectID]int, len(nodes)), make(map[accounting.ProjectID][]accounting.ProjectID)}
	for i, n := range nodes {
		t.place[n.ID] = i
		t.children[n.Parent] = append(t.children[n.Parent], n.ID)
	}
	return t
}

// below is a node with everything under it; nil: there is no such code.
func (t tree) below(code string) (ids []accounting.ProjectID) {
	for _, n := range t.nodes {
		if n.Code == code {
			ids = append(ids, n.ID)
		}
	}
	for i := 0; i < len(ids); i++ {
		ids = append(ids, t.children[ids[i]]...)
	}
	return ids
}

// due is the end of the month in which a node, or the nearest above that says so, is to be done.
func (t tree) due(id accounting.ProjectID) accounting.Date {
	for !id.IsZero() {
		n := t.nodes[t.place[id]]
		if n.DueMonth != "" {
			day, err := accounting.ParseDate(n.DueMonth + "-01")
			if err != nil {
				return accounting.Date{}
			}
			return day.LastOfMonth()
		}
		id = n.Parent
	}
	return accounting.Date{}
}

// read marks what somebody reads: who reads a node reads what stands below it without an accounting unit of its own.
func (t tree) read(readable []accounting.ProjectID, all bool) (map[accounting.ProjectID]bool, []accounting.ProjectID) {
	reads := make(map[accounting.ProjectID]bool, len(t.nodes))
	for _, id := range readable {
		reads[id] = true
	}
	for _, n := range t.nodes { // parents stand before their children
		if reads[n.ID] = reads[n.ID] || all || n.Unit.IsZero() && reads[n.Parent]; reads[n.ID] {
			readable = append(readable, n.ID)
		}
	}
	return reads, readable
}

func (t tree) accepted(id accounting.ProjectID, own map[accounting.ProjectID]bool) bool {
	if own[id] {
		return true
	}
	for _, c := range t.children[id] {
		if !t.accepted(c, own) {
			return false
		}
	}
	return len(t.children[id]) > 0
}

// partial says whether something at or below a node is left out of its figures.
func (t tree) partial(id accounting.ProjectID, unit accounting.UnitID, reads map[accounting.ProjectID]bool) bool {
	if n := t.nodes[t.place[id]]; !n.Unit.IsZero() && (!unit.IsZero() && n.Unit != unit || !reads[id]) {
		return true
	}
	for _, c := range t.children[id] {
		if t.partial(c, unit, reads) {
			return true
		}
	}
	return false
}

// Light 灯 tells at a glance whether money keeps pace; empty: nothing to tell it from.
type Light string

const (
	Green  Light = "green"
	Yellow Light = "yellow"
	Red    Light = "red"
)

// Pace compares what was paid with the time that has passed, in percent with two decimals (public-finance rules, 4.8).
type Pace struct {
	Paid      *decimal.Decimal // 支付进度: executed ÷ approved of the as-of date's year; nil: nothing was approved
	Time      decimal.Decimal  // 序时进度 of the year
	Project   *decimal.Decimal // 序时进度 of the project: days since 1 January of its year ÷ days to the end of its month
	Invested  *decimal.Decimal // 投资完成率: certified ÷ plan, of works
	Total     *decimal.Decimal // paid in all years ÷ plan
	Gap       *decimal.Decimal // Paid − Time, in points
	Light     Light
	Reason    string // pace, overdue, accepted, paid_up, invested; empty without a light
	DueMissed bool
}

var (
	yellowGap = decimal.New(-5, 0)  // points behind
	redGap    = decimal.New(-15, 0) //
)

// PercentOf is a ÷ b in percent; nil where there is nothing to divide by.
func PercentOf(a, b *accounting.Money) *decimal.Decimal {
	if a == nil || b == nil || b.Sign() <= 0 {
		return nil
	}
	p := a.Decimal().Mul(hundred).DivRound(b.Decimal(), 2)
	return &p
}

// YearPassed is how much of a day's year has passed with it, in percent.
func YearPassed(day accounting.Date) decimal.Decimal {
	return passed(accounting.NewDate(day.Year(), 1, 1), day, accounting.NewDate(day.Year(), 12, 31))
}

// passed is how much of the time from one day to another has passed with a day, both counted, in percent.
func passed(from, day, to accounting.Date) decimal.Decimal {
	switch {
	case day.Before(from):
		return decimal.Zero
	case day.After(to):
		return hundred
	}
	return decimal.New(int64(daysFrom(from, day)), 2).DivRound(decimal.New(int64(daysFrom(from, to)), 0), 2)
}

// daysFrom counts the days from one to another, both included.
func daysFrom(from, to accounting.Date) (n int) {
	for d := from; !d.After(to); d = d.AddDays(1) {
		n++
	}
	return n
}

// paceOf judges a row: overdue first, then how far payments lie behind time. What is accepted is not late; what has no plan
// has no light from money.
func paceOf(r OverviewRow, asOf accounting.Date) Pace {
	p := Pace{Paid: PercentOf(r.Executed, r.Approved), Time: YearPassed(asOf), Invested: PercentOf(r.Certified, r.Plan), Total: PercentOf(r.ExecutedTotal, r.Plan)}
	if !r.Due.IsZero() {
		passed := passed(accounting.NewDate(r.Due.Year(), 1, 1), asOf, r.Due)
		p.Project = &passed
	}
	if p.Paid != nil {
		gap := p.Paid.Sub(p.Time)
		p.Gap = &gap
	}
	if r.Plan == nil || r.Partial {
		return p
	}
	done := r.ExecutedTotal
	if r.Certified != nil {
		done = r.Certified
	}
	p.DueMissed = !r.Due.IsZero() && asOf.After(r.Due) && done.Cmp(*r.Plan) < 0 && !r.Accepted
	switch {
	case p.DueMissed:
		p.Light, p.Reason = Red, "overdue"
	case r.ExecutedTotal.Cmp(*r.Plan) >= 0:
		p.Light, p.Reason = Green, "paid_up"
	case r.Certified != nil && r.Certified.Cmp(*r.Plan) >= 0 && r.Payable.Sign() <= 0: // what is left is retention
		p.Light, p.Reason = Green, "invested"
	case r.Accepted:
		p.Light, p.Reason = Green, "accepted"
	case p.Gap == nil: // nothing was approved this year
	case p.Gap.Cmp(redGap) < 0:
		p.Light, p.Reason = Red, "pace"
	case p.Gap.Cmp(yellowGap) < 0:
		p.Light, p.Reason = Yellow, "pace"
	default:
		p.Light, p.Reason = Green, "pace"
	}
	return p
}

// Sum adds up rows of which none lies below another; plans are of those that have one.
func (o *Overview) Sum(rows []OverviewRow) (total Figures, withoutPlan []OverviewRow) {
	for _, r := range rows {
		total.add(r.Figures)
		if r.Plan == nil {
			withoutPlan = append(withoutPlan, r)
		}
	}
	return total, withoutPlan
}

// Below are the identities of a node and of what is under it, as far as the reader of a transaction reads their books.
// Codes: node_unknown.
func Below(ctx context.Context, tx bun.IDB, book accounting.BookID, code string) (*Node, []accounting.ProjectID, error) {
	nodes, err := Tree(ctx, tx, book)
	if err != nil {
		return nil, nil, err
	}
	readable, all, err := ReadableProjects(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	t := newTree(nodes)
	ids := t.below(code)
	reads, readable := t.read(readable, all)
	if len(ids) == 0 || !reads[ids[0]] {
		return nil, nil, fault.NotFound("node_unknown", "there is no node %q for you", code)
	}
	n := &nodes[t.place[ids[0]]]
	if !all {
		ids = intersect(ids, readable, reads)
	}
	return n, ids, nil
}
