package projects

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

// ReconcileQuery asks how spend stands against plan as of a day, as the books knew it at a moment.
type ReconcileQuery struct {
	Book  accounting.BookID
	AsOf  accounting.Date
	Known time.Time         // zero: now
	Unit  accounting.UnitID // zero: all units

	Projects []accounting.ProjectID // empty: all
	KeptOnly bool                   // the checks are of the kept balances alone, quick at any size: see accounting.LastVerification for the rest
}

// Figures are the columns of the reconciliation in yuan; nil is unknown or does not apply, never zero. The first seven
// after the plan are of the as-of date's fiscal year before its closing, ExecutedTotal and Certified of all years.
type Figures struct {
	Plan              *accounting.Money `json:"plan"`
	Approved          *accounting.Money `json:"approved"`
	ToIssue           *accounting.Money `json:"to_issue"`
	Available         *accounting.Money `json:"available"`
	Frozen            *accounting.Money `json:"frozen"`
	HeldByContract    *accounting.Money `json:"held_by_contract"`
	HeldByRequest     *accounting.Money `json:"held_by_request"`
	Executed          *accounting.Money `json:"executed"`
	ExecutedTotal     *accounting.Money `json:"executed_total"`
	Certified         *accounting.Money `json:"certified"` // works only
	Advance           *accounting.Money `json:"advance"`
	Payable           *accounting.Money `json:"payable"`
	Retention         *accounting.Money `json:"retention"`
	PlanMinusExecuted *accounting.Money `json:"plan_minus_executed"` // with ExecutedTotal
}

// Reasons say where the money is that the plan has and nobody has spent; they add up to PlanMinusExecuted. NotApproved is
// below zero where more was approved than planned.
type Reasons struct {
	NotApproved    accounting.Money `json:"not_approved"`
	ToIssue        accounting.Money `json:"to_issue"`
	Available      accounting.Money `json:"available"`
	Frozen         accounting.Money `json:"frozen"`
	HeldByContract accounting.Money `json:"held_by_contract"`
	HeldByRequest  accounting.Money `json:"held_by_request"`
}

// ProjectRow is one node of the tree: its inclusive figures, and under Own those of its own ledger and plan lines.
type ProjectRow struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Parent string `json:"parent"`
	Figures
	Own     Figures  `json:"own"`
	Reasons *Reasons `json:"reasons"` // nil without a plan
	Checks  []Check  `json:"checks"`

	id    accounting.ProjectID
	works bool
}

// Check is a promise about a project's books, and what breaks it.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// OpenItem is an amount that waits for somebody: a request approved and not paid, an overpayment not yet returned, a payment of the
// treasury's list that is not booked.
type OpenItem struct {
	Kind    string           `json:"kind"`
	Project string           `json:"project"`
	Subject string           `json:"subject"`
	Amount  accounting.Money `json:"amount"`
	Day     accounting.Date  `json:"day,omitzero"`
	Age     *int             `json:"age_days,omitempty"` // on the as-of day
	Reason  string           `json:"reason,omitempty"`
	Owner   string           `json:"owner,omitempty"` // code of a person
	Unit    string           `json:"unit,omitempty"`  // code of the accounting unit whose it is
	Since   accounting.Date  `json:"since,omitzero"`  // of what stands in the ledger: the day of its first line

	ID uuid.UUID `json:"-"` // of the contract, request, batch or injection: its document
}

// Began is the day since which an item is open, as far as it is known.
func (o OpenItem) Began() accounting.Date {
	if o.Day.IsZero() {
		return o.Since
	}
	return o.Day
}

// Reconciliation is spend against plan, from lines and turnover only, the plan apart.
type Reconciliation struct {
	Book        accounting.BookID `json:"book"`
	AsOf        accounting.Date   `json:"as_of"`
	KnownAt     *time.Time        `json:"known_at"`
	Projects    []ProjectRow      `json:"projects"`
	Total       Figures           `json:"total"` // over the programmes; plan and plan − executed over those with a plan
	WithoutPlan []string          `json:"without_plan"`
	OpenItems   []OpenItem        `json:"open_items"`
	OK          bool              `json:"ok"`
}

// Reconcile makes the report in one transaction, so that its figures are of one moment.
// Codes: known_in_future, date_invalid.
func Reconcile(ctx context.Context, db *bun.DB, q ReconcileQuery) (*Reconciliation, error) {
	r := &Reconciliation{Book: q.Book, AsOf: q.AsOf, Projects: []ProjectRow{}, WithoutPlan: []string{}, OpenItems: []OpenItem{}}
	if !q.Known.IsZero() {
		r.KnownAt = &q.Known
	}
	err := accounting.ReadKnown(ctx, db, q.Book, q.Known, func(ctx context.Context, tx bun.Tx) error {
		if err := r.addProjects(ctx, tx, q); err != nil {
			return err
		}
		if err := r.addChecks(ctx, tx, q); err != nil {
			return err
		}
		if err := r.addOpenItems(ctx, tx, q); err != nil {
			return err
		}
		return r.treasuryItems(ctx, tx, q)
	})
	return r, err
}

// addProjects reads the tree with plan and own figures and sums them up from the leaves.
func (r *Reconciliation) addProjects(ctx context.Context, db bun.IDB, q ReconcileQuery) error {
	nodes, err := Tree(ctx, db, q.Book)
	if err != nil {
		return err
	}
	plans, err := Plans(ctx, db, q.Book)
	if err != nil {
		return err
	}
	ladder, err := accounting.LadderRows(ctx, db, accounting.ReconcileQuery{Book: q.Book, AsOf: q.AsOf, Known: q.Known, Unit: q.Unit, Projects: q.Projects})
	if err != nil {
		return err
	}
	planOf := make(map[accounting.ProjectID]Plan, len(plans))
	for _, p := range plans {
		planOf[p.Node] = p
	}
	ladderOf := make(map[accounting.ProjectID]*accounting.LadderRow, len(ladder))
	for i := range ladder {
		ladderOf[ladder[i].Project] = &ladder[i]
	}
	rows := make([]ProjectRow, len(nodes))
	place := make(map[accounting.ProjectID]int, len(nodes))
	for i, n := range nodes {
		place[n.ID] = i
		rows[i] = ProjectRow{Code: n.Code, Name: n.NameZH, id: n.ID, works: n.Type == Works}
		rows[i].Own = ownFigures(ladderOf[n.ID], rows[i].works)
		rows[i].Own.setPlan(planOf[n.ID].Own)
		rows[i].Figures = ownFigures(ladderOf[n.ID], rows[i].works)
	}
	// Codes sort a parent before its children, so going backwards every child is complete before it is added up.
	shown := make([]bool, len(nodes))
	for i := len(nodes) - 1; i >= 0; i-- {
		shown[i] = shown[i] || q.Unit.IsZero() && (len(q.Projects) == 0 || slices.Contains(q.Projects, nodes[i].ID)) || ladderOf[nodes[i].ID] != nil
		rows[i].setPlan(planOf[nodes[i].ID].Inclusive)
		rows[i].Reasons = rows[i].reasons()
		if nodes[i].Parent.IsZero() {
			r.Total.add(rows[i].Figures)
			continue
		}
		parent := place[nodes[i].Parent]
		rows[i].Parent = nodes[parent].Code
		rows[parent].addSpend(rows[i].Figures)
		shown[parent] = shown[parent] || shown[i]
	}
	for i := range rows {
		if shown[i] {
			r.Projects = append(r.Projects, rows[i])
			if rows[i].Parent == "" && rows[i].Plan == nil {
				r.WithoutPlan = append(r.WithoutPlan, rows[i].Code)
			}
		}
	}
	return nil
}

// ownFigures are a ledger's, zero for a node that has none yet. Certified is about works only.
func ownFigures(l *accounting.LadderRow, works bool) Figures {
	if l == nil {
		l = &accounting.LadderRow{}
	}
	f := Figures{Approved: &l.Approved, ToIssue: &l.ToIssue, Available: &l.Available, Frozen: &l.Frozen, HeldByContract: &l.HeldByContract, HeldByRequest: &l.HeldByRequest,
		Executed: &l.Executed, ExecutedTotal: &l.ExecutedTotal, Advance: &l.Advance, Payable: &l.Payable, Retention: &l.Retention}
	if works {
		f.Certified = &l.Certified
	}
	return f
}

func (f *Figures) setPlan(plan *accounting.Money) {
	if f.Plan = plan; plan != nil {
		rest := plan.Sub(*f.ExecutedTotal)
		f.PlanMinusExecuted = &rest
	}
}

// spend lists the columns that are added up over children: all but plan and plan − executed.
func (f *Figures) spend() []**accounting.Money {
	return []**accounting.Money{&f.Approved, &f.ToIssue, &f.Available, &f.Frozen, &f.HeldByContract, &f.HeldByRequest, &f.Executed, &f.ExecutedTotal, &f.Certified, &f.Advance, &f.Payable, &f.Retention}
}

func (f *Figures) addSpend(o Figures) {
	others := o.spend()
	for i, mine := range f.spend() {
		*mine = plus(*mine, *others[i])
	}
}

// add adds a programme to the total.
func (f *Figures) add(o Figures) {
	f.addSpend(o)
	f.Plan, f.PlanMinusExecuted = plus(f.Plan, o.Plan), plus(f.PlanMinusExecuted, o.PlanMinusExecuted)
}

// plus adds two figures of which nil means none: an unknown never becomes zero by being added up.
func plus(a, b *accounting.Money) *accounting.Money {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	sum := a.Add(*b)
	return &sum
}

// reasons of a row with a plan. What earlier years executed was approved then, so it is no part of this year's ladder.
func (f Figures) reasons() *Reasons {
	if f.Plan == nil {
		return nil
	}
	earlier := f.ExecutedTotal.Sub(*f.Executed)
	return &Reasons{NotApproved: f.Plan.Sub(*f.Approved).Sub(earlier), ToIssue: *f.ToIssue, Available: *f.Available, Frozen: *f.Frozen, HeldByContract: *f.HeldByContract, HeldByRequest: *f.HeldByRequest}
}
