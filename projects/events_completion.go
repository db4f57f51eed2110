package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Completion: costs find their place, and what was built goes to whom it belongs.
type (
	// Apportion is T1 分摊待摊: deferred investment goes to what was built, by the cost of each.
	Apportion struct {
		Head
		Project   string           `json:"project"`
		Works     accounting.Money `json:"works"`
		Equipment accounting.Money `json:"equipment"`
		Total     accounting.Money `json:"total"` // must be the sum of both
	}

	// PassDown is T1s 上级费用分摊到子项目.
	PassDown struct {
		Head
		Parent   string          `json:"parent"` // project
		Children []ProjectAmount `json:"children"`
	}

	// ProjectAmount is an amount of one project.
	ProjectAmount struct {
		Project string           `json:"project"`
		Amount  accounting.Money `json:"amount"`
	}

	// ClearPassedDown is T1s at completion: 1613.07 of the parent and its children goes to 3001, whatever it holds.
	ClearPassedDown struct {
		Head
		Projects []string `json:"projects"`
	}

	// HandOver is T2 交付使用: the unit keeps what was built.
	HandOver struct {
		Head
		Project   string           `json:"project"`
		Asset     string           `json:"asset"` // 1601 or 1801
		Works     accounting.Money `json:"works"`
		Equipment accounting.Money `json:"equipment"`
		Other     accounting.Money `json:"other"`
	}

	// TransferOut is T3 转出: what was built belongs to another body.
	TransferOut struct {
		Head
		Project   string           `json:"project"`
		Works     accounting.Money `json:"works"`
		Equipment accounting.Money `json:"equipment"`
	}

	// WriteOff is T4 核销: the cost makes no asset.
	WriteOff struct {
		Head
		Project       string           `json:"project"`
		Amount        accounting.Money `json:"amount"`
		EconomicClass string           `json:"economic_class"`
	}

	// AdjustAsset is T5 决算调整暂估: the final account differs from the provisional value, and 3501 of the project, with what
	// else it holds, goes to 3001. Both amounts may be zero.
	AdjustAsset struct {
		Head
		Project  string           `json:"project"`
		Asset    string           `json:"asset,omitempty"` // 1601 or 1801
		Increase accounting.Money `json:"increase"`
		Decrease accounting.Money `json:"decrease"`
	}
)

func (Apportion) EventCode() string       { return "T1" }
func (PassDown) EventCode() string        { return "T1s" }
func (ClearPassedDown) EventCode() string { return "T1s" }
func (HandOver) EventCode() string        { return "T2" }
func (TransferOut) EventCode() string     { return "T3" }
func (WriteOff) EventCode() string        { return "T4" }
func (AdjustAsset) EventCode() string     { return "T5" }

func (ClearPassedDown) readsBalances() bool { return true }
func (HandOver) readsBalances() bool        { return true }
func (TransferOut) readsBalances() bool     { return true }
func (AdjustAsset) readsBalances() bool     { return true }

func (e Apportion) entries(ctx context.Context, r resolver) ([]entry, error) {
	figures := map[figure]accounting.Money{"works": e.Works, "equipment": e.Equipment, "total": e.Total}
	if err := notNegative(figures); err != nil {
		return nil, err
	}
	if sum := e.Works.Add(e.Equipment); !sum.Equal(e.Total) {
		return nil, fault.Invalid("allocation_invalid", "works %s + equipment %s = %s, to apportion %s, difference %s", e.Works, e.Equipment, sum, e.Total, e.Total.Sub(sum))
	}
	c, err := r.onProject(ctx, e.Project, figures)
	return one("T1", "", eventFacts{cells: map[role][]eventCell{own: {c}}}), err
}

func (e PassDown) entries(ctx context.Context, r resolver) ([]entry, error) {
	names := []string{e.Parent}
	var sum accounting.Money
	for _, c := range e.Children {
		if err := positive("amount of "+c.Project, c.Amount); err != nil {
			return nil, err
		}
		names, sum = append(names, c.Project), sum.Add(c.Amount)
	}
	cells, err := r.onProjects(ctx, names...)
	if err != nil {
		return nil, err
	}
	cells[0].figures = map[figure]accounting.Money{"": sum}
	for i, c := range e.Children {
		cells[i+1].figures = map[figure]accounting.Money{"": c.Amount}
	}
	if err := r.below(ctx, cells[0], cells[1:]); err != nil {
		return nil, err
	}
	return one("T1s", "", eventFacts{cells: map[role][]eventCell{"parent": cells[:1], "child": cells[1:]}}), nil
}

func (e ClearPassedDown) entries(ctx context.Context, r resolver) ([]entry, error) {
	cells, err := r.onProjects(ctx, e.Projects...)
	if err != nil {
		return nil, err
	}
	for i := range cells {
		balance, err := r.balance(ctx, cells[i].project, e.Date, "1613.07")
		if err != nil {
			return nil, err
		}
		cells[i].figures = map[figure]accounting.Money{"passed down": balance.Neg()} // a parent's debit changes the sides
	}
	return one("T1s", "clear", eventFacts{cells: map[role][]eventCell{"child": cells}}), nil
}

func (e HandOver) entries(ctx context.Context, r resolver) ([]entry, error) {
	if err := among("asset", e.Asset, "1601", "1801"); err != nil {
		return nil, err
	}
	figures := map[figure]accounting.Money{"works": e.Works, "equipment": e.Equipment, "other": e.Other}
	return r.handOver(ctx, "T2", e.Project, e.Date, figures, map[string]string{"{asset}": e.Asset})
}

func (e TransferOut) entries(ctx context.Context, r resolver) ([]entry, error) {
	return r.handOver(ctx, "T3", e.Project, e.Date, map[figure]accounting.Money{"works": e.Works, "equipment": e.Equipment}, nil)
}

// handOver refuses while money was advanced for work that is not certified. Codes: advance_open.
func (r resolver) handOver(ctx context.Context, event, project string, on accounting.Date, figures map[figure]accounting.Money, choices map[string]string) ([]entry, error) {
	if err := notNegative(figures); err != nil {
		return nil, err
	}
	var total accounting.Money
	for _, m := range figures {
		total = total.Add(m)
	}
	figures["total"] = total
	c, err := r.onProject(ctx, project, figures)
	if err != nil {
		return nil, err
	}
	advance, err := r.balance(ctx, c.project, on, "1214.01", "1214.02")
	if err != nil {
		return nil, err
	}
	if advance.Sign() != 0 {
		return nil, fault.Conflict("advance_open", "project %s: %s of advances is neither recouped nor returned; certify the work first", c.code, advance)
	}
	return one(event, "", eventFacts{cells: map[role][]eventCell{own: {c}}, choices: choices}), nil
}

func (e WriteOff) entries(ctx context.Context, r resolver) ([]entry, error) {
	c, err := r.amountOn(ctx, e.Project, e.Amount)
	return one("T4", "", eventFacts{cells: map[role][]eventCell{own: {c}}, class: e.EconomicClass}), err
}

func (e AdjustAsset) entries(ctx context.Context, r resolver) ([]entry, error) {
	figures := map[figure]accounting.Money{"increase": e.Increase, "decrease": e.Decrease}
	if err := notNegative(figures); err != nil {
		return nil, err
	}
	if e.Asset != "" {
		if err := among("asset", e.Asset, "1601", "1801"); err != nil {
			return nil, err
		}
	}
	c, err := r.onProject(ctx, e.Project, figures)
	if err != nil {
		return nil, err
	}
	adjusted, err := r.balance(ctx, c.project, e.Date, "3501")
	if err != nil {
		return nil, err
	}
	loss := adjusted.Sub(e.Increase).Add(e.Decrease) // what 3501 holds on its debit side after this event
	figures["deficit"], figures["surplus"] = loss, accounting.Money{}
	if loss.Sign() < 0 {
		figures["deficit"], figures["surplus"] = accounting.Money{}, loss.Neg()
	}
	return one("T5", "", eventFacts{cells: map[role][]eventCell{own: {c}}, choices: map[string]string{"{asset}": e.Asset}}), nil
}

// balance is debit less credit of some accounts of a project, over all periods to the end of the date's year.
func (r resolver) balance(ctx context.Context, project accounting.ProjectID, on accounting.Date, accounts ...string) (accounting.Money, error) {
	var m accounting.Money
	err := r.db.NewRaw(`select coalesce(sum(debit - credit), 0) from accounting.turnover where book_id = ? and period <= ? and account in (?) and project_id = ?`,
		r.c.Book, on.Year()*100+14, bun.List(accounts), project).Scan(ctx, &m)
	return m, fault.FromSQL(err)
}
