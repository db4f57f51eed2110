package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// PlanLine 计划明细 is a lump sum, or a rate per unit times a quantity. Its amount is unknown while the quantity is.
type PlanLine struct {
	bun.BaseModel `bun:"table:projects.plan_lines,alias:plan_line"`

	Book     accounting.BookID    `bun:"book_id,pk"`
	ID       PlanLineID           `bun:"plan_line_id,pk"`
	Node     accounting.ProjectID `bun:"node_id"`
	Kind     PlanKind
	Amount   *accounting.Money // yuan, of a lump sum
	Rate     *decimal.Decimal  // yuan per unit, four decimals
	Quantity *decimal.Decimal  // three decimals; nil: not known yet
	Unit     string            // 人, 户, 月·人, …
	Note     string
}

// PlanLineID identifies a line of the plan.
type PlanLineID struct{ uuid.UUID }

// PlanKind is how the amount is stated.
type PlanKind string

const (
	Lump PlanKind = "lump"
	Rate PlanKind = "rate"
)

// Planned is the amount in yuan, rate times quantity rounded half up to the fen; nil while it is unknown.
func (l PlanLine) Planned() *accounting.Money {
	if l.Kind == Lump {
		return l.Amount
	}
	if l.Quantity == nil || l.Rate == nil {
		return nil
	}
	m := accounting.RoundToMoney(l.Rate.Mul(*l.Quantity))
	return &m
}

// Plan is what a node is planned to cost: nil is 无计划数, never zero.
type Plan struct {
	Node      accounting.ProjectID
	Code      string
	Own       *accounting.Money // of its own plan lines, if at least one is known
	Inclusive *accounting.Money // its own or, where that is unknown, what its children come to
	Unknown   int               // own plan lines without a quantity
}

// Inputs of the commands on the plan.
type (
	NewPlanLine struct {
		Node     string            `json:"node"`
		Amount   *accounting.Money `json:"amount,omitempty"` // a lump sum, or
		Rate     *decimal.Decimal  `json:"rate,omitempty"`
		Quantity *decimal.Decimal  `json:"quantity,omitempty"`
		Unit     string            `json:"unit,omitempty"`
		Note     string            `json:"note,omitempty"`
	}

	PlanQuantity struct {
		Line     uuid.UUID        `json:"line"`
		Quantity *decimal.Decimal `json:"quantity"` // nil: not known after all
	}
)

// AddPlanLine adds a lump sum or a rate to a node's plan. Codes: node_unknown, plan_invalid, amount_invalid.
func AddPlanLine(ctx context.Context, db *bun.DB, c accounting.Command, in NewPlanLine) (*PlanLine, error) {
	c.Name, c.Body = "plan.add", in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*PlanLine, error) {
		n, err := FindNode(ctx, tx, c.Book, in.Node)
		if err != nil {
			return nil, err
		}
		l := PlanLine{Book: c.Book, ID: PlanLineID{accounting.NewID()}, Node: n.ID, Kind: Lump, Amount: in.Amount, Rate: in.Rate, Quantity: in.Quantity, Unit: in.Unit, Note: in.Note}
		if in.Amount == nil {
			l.Kind = Rate
		}
		if err := l.check(); err != nil {
			return nil, err
		}
		_, err = tx.NewInsert().Model(&l).Exec(ctx)
		return &l, fault.FromSQL(err)
	})
}

// SetPlanQuantity says how many there are, once that is known. Codes: plan_line_unknown, plan_invalid.
func SetPlanQuantity(ctx context.Context, db *bun.DB, c accounting.Command, in PlanQuantity) (*PlanLine, error) {
	c.Name, c.Body, c.Target = "plan.quantity", in, in.Line
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*PlanLine, error) {
		var lines []PlanLine
		if err := tx.NewSelect().Model(&lines).Where("book_id = ? and plan_line_id = ?", c.Book, in.Line).Scan(ctx); err != nil {
			return nil, fault.FromSQL(err)
		}
		if len(lines) == 0 {
			return nil, fault.NotFound("plan_line_unknown", "there is no plan line %s in this book", in.Line)
		}
		l := lines[0]
		l.Quantity = in.Quantity
		if err := l.check(); err != nil {
			return nil, err
		}
		_, err := tx.NewUpdate().Model(&l).Column("quantity").WherePK().Exec(ctx)
		return &l, fault.FromSQL(err)
	})
}

// check refuses what could not be stored without rounding. Codes: plan_invalid, amount_invalid.
func (l PlanLine) check() error {
	switch {
	case (l.Amount == nil) == (l.Rate == nil), l.Amount != nil && l.Quantity != nil:
		return fault.Invalid("plan_invalid", "a plan line states a lump sum, or a rate with a quantity once that is known")
	case l.Amount != nil:
		return positive("amount", *l.Amount)
	case l.Rate.Sign() <= 0 || !l.Rate.Equal(l.Rate.Round(4)):
		return fault.Invalid("plan_invalid", "rate %s: above zero, at most four decimals", l.Rate)
	case l.Quantity != nil && (l.Quantity.Sign() < 0 || !l.Quantity.Equal(l.Quantity.Round(3))):
		return fault.Invalid("plan_invalid", "quantity %s: not below zero, at most three decimals", l.Quantity)
	case len([]rune(l.Unit)) > 40 || len([]rune(l.Note)) > 200:
		return fault.Invalid("plan_invalid", "unit at most 40, note at most 200 characters")
	}
	return nil
}

// Plans gives the plan of every node of a book, by code. A node whose own plan is stated speaks for its subtree.
func Plans(ctx context.Context, db bun.IDB, book accounting.BookID) ([]Plan, error) {
	var rows []struct {
		Node, Parent accounting.ProjectID
		Code         string
		Own          *accounting.Money
		Unknown      int
	}
	err := db.NewRaw(`select n.node_id as node, n.parent_id as parent, n.code, sum(projects.planned(p)) as own, count(p.plan_line_id) filter (where projects.planned(p) is null) as unknown
		from projects.nodes n left join projects.plan_lines p on p.book_id = n.book_id and p.node_id = n.node_id
		where n.book_id = ? group by n.book_id, n.node_id order by n.code`, book).Scan(ctx, &rows)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	tree := make([]plannedNode[accounting.ProjectID], len(rows))
	plans := make([]Plan, len(rows))
	for i, x := range rows {
		tree[i] = plannedNode[accounting.ProjectID]{x.Node, x.Parent, x.Own}
	}
	for i, m := range inclusivePlans(tree) {
		plans[i] = Plan{Node: rows[i].Node, Code: rows[i].Code, Own: rows[i].Own, Inclusive: m, Unknown: rows[i].Unknown}
	}
	return plans, nil
}

// plannedNode is a node of a tree with its own plan; a node without a parent has the zero key there.
type plannedNode[K comparable] struct {
	key, parent K
	own         *accounting.Money
}

// inclusivePlans are the plans of nodes with what is below each.
func inclusivePlans[K comparable](nodes []plannedNode[K]) []*accounting.Money {
	children, plans := make(map[K][]int), make([]*accounting.Money, len(nodes))
	for i, x := range nodes {
		children[x.parent] = append(children[x.parent], i)
	}
	var include func(i int) *accounting.Money
	include = func(i int) *accounting.Money {
		plans[i] = nodes[i].own
		for _, j := range children[nodes[i].key] {
			if m := include(j); nodes[i].own == nil { // the node's own plan covers its children; an unknown child adds nothing
				plans[i] = plus(plans[i], m)
			}
		}
		return plans[i]
	}
	var top K
	for _, i := range children[top] {
		include(i)
	}
	return plans
}

// PlanOf gives the plan of one node. Codes: node_unknown.
func PlanOf(ctx context.Context, db bun.IDB, book accounting.BookID, code string) (Plan, error) {
	plans, err := Plans(ctx, db, book)
	if err != nil {
		return Plan{}, err
	}
	for _, p := range plans {
		if p.Code == code {
			return p, nil
		}
	}
	return Plan{}, fault.NotFound("node_unknown", "there is no node %q in this book", code)
}
