package projects

import (
	"context"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// TreeQuery asks for the tree of projects with its figures as far as somebody reads it.
	TreeQuery struct {
		Book accounting.BookID
		AsOf accounting.Date
		Unit accounting.UnitID // zero: all units
		Node string            // code: this node with what is below and above it; empty: all
	}

	// ProjectTree is the tree with the figures of Reconcile, without its checks, and the lights of the inspection office.
	ProjectTree struct {
		AsOf    accounting.Date
		Formula LightFormula
		Rows    []TreeRow
	}

	// TreeRow is a node with its figures.
	TreeRow struct {
		ProjectRow
		Node     Node
		Readable bool // its own page may be opened
		Partial  bool // the figures are those of some of its units only, the plan is of all: nothing is judged by it
		Judged   bool // it is due on a date of its own, so it has a light
		Standing OverviewRow
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

// ProjectTreeOf makes it inside a transaction that reads as who asks. Codes: date_invalid, node_unknown.
func ProjectTreeOf(ctx context.Context, tx bun.Tx, q TreeQuery) (*ProjectTree, error) {
	s, err := readStandings(ctx, tx, q.Book, q.AsOf)
	if err != nil {
		return nil, err
	}
	readable, all, err := ReadableProjects(ctx, tx)
	if err != nil {
		return nil, err
	}
	var points LightPoints
	if err := tx.NewRaw(`select l.yellow, l.red from projects.light_points(?) l`, q.Book).Scan(ctx, &points.Yellow, &points.Red); err != nil {
		return nil, fault.FromSQL(err)
	}
	nodes := make([]Node, len(s.all))
	for i, x := range s.all {
		nodes[i] = x.Node
	}
	t := newTree(nodes)
	only := ReconcileQuery{Book: q.Book, AsOf: q.AsOf, Unit: q.Unit}
	if q.Node != "" {
		if only.Projects = t.below(q.Node); only.Projects == nil {
			return nil, fault.NotFound("node_unknown", "there is no node %q in this book", q.Node)
		}
	}
	reads, readable := t.read(readable, all)
	if !all {
		only.Projects = intersect(only.Projects, readable, reads)
	}
	r := &Reconciliation{Book: q.Book, AsOf: q.AsOf}
	if err := r.addProjects(ctx, tx, only); err != nil {
		return nil, err
	}
	o := &ProjectTree{AsOf: q.AsOf, Formula: points.formula(), Rows: make([]TreeRow, len(r.Projects))}
	for i, p := range r.Projects {
		x := s.all[t.place[p.id]]
		o.Rows[i] = TreeRow{ProjectRow: p, Node: x.Node, Readable: reads[p.id], Partial: t.partial(p.id, q.Unit, reads), Judged: x.DueMonth != "", Standing: s.row(x, p.Figures, points)}
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

// Due is the end of the month in which the node, or the nearest above it that says so, is to be done; zero: nobody says.
func (o *ProjectTree) Due(code string) accounting.Date {
	for i := len(o.Rows) - 1; i >= 0; i-- {
		if r := o.Rows[i]; r.Code == code {
			if !r.Standing.To.IsZero() || r.Parent == "" {
				return r.Standing.To
			}
			code = r.Parent
		}
	}
	return accounting.Date{}
}

// Percent is a ÷ b in percent with two decimals; nil where there is nothing to divide by.
func Percent(a, b *accounting.Money) *decimal.Decimal {
	if a == nil || b == nil || b.Sign() <= 0 {
		return nil
	}
	p := percentOf(a.Decimal(), b.Decimal())
	return &p
}

// YearPassed is how much of a day's year has passed with it, in percent.
func YearPassed(day accounting.Date) decimal.Decimal {
	return passed(accounting.NewDate(day.Year(), 1, 1), accounting.NewDate(day.Year(), 12, 31), day)
}

// Sum adds up rows of which none lies below another; plans are of those that have one.
func (o *ProjectTree) Sum(rows []TreeRow) (total Figures, withoutPlan []TreeRow) {
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
