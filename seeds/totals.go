package seeds

import (
	"slices"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

// What follows is added up from the programmes only: what the notice states for a part (the injection of programme 3) lies
// within its programme, and a target is no plan.

// Stated is the fiscal money the notice states, of programmes of the given types or of all. Programmes without an amount
// add nothing and are named by Unstated.
func (p *Plan) Stated(types ...string) accounting.Money {
	var total accounting.Money
	for _, n := range p.Nodes {
		if n.Parent == "" && n.Plan != nil && (len(types) == 0 || slices.Contains(types, n.Type)) {
			total = total.Add(*n.Plan)
		}
	}
	return total
}

// Unstated are the codes of the programmes whose amount the notice does not state.
func (p *Plan) Unstated() []string {
	var codes []string
	for _, n := range p.Nodes {
		if n.Parent == "" && n.Plan == nil {
			codes = append(codes, n.Code)
		}
	}
	return codes
}

// Named are the distinct names with a role, in the order in which the notice first names them.
func (p *Plan) Named(role Role) []string {
	var all []string
	for _, g := range p.Programmes {
		for _, name := range g.Of(role) {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// Children are the nodes directly below a code, in order.
func (p *Plan) Children(code string) []*Node {
	var all []*Node
	for i := range p.Nodes {
		if p.Nodes[i].Parent == code {
			all = append(all, &p.Nodes[i])
		}
	}
	return all
}

// Planned is what a node's own plan lines come to; nil when it has none or one of them is not known.
func (n *Node) Planned() *accounting.Money {
	if len(n.Lines) == 0 {
		return nil
	}
	var total accounting.Money
	for _, l := range n.Lines {
		m := l.Amount()
		if m == nil {
			return nil
		}
		total = total.Add(*m)
	}
	return &total
}

// Kept is what stays on a node because the notice gives it to none of its parts: money whose split is not stated. Nil when
// the node itself has no plan.
func (p *Plan) Kept(code string) *accounting.Money {
	n := p.Node(code)
	if n == nil || n.Planned() == nil {
		return nil
	}
	rest := *n.Planned()
	for _, c := range p.Children(code) {
		if m := c.Planned(); m != nil {
			rest = rest.Sub(*m)
		}
	}
	return &rest
}

// Total adds up the figures of a name over the parts of a node, such as the lengths of two roads.
func (p *Plan) Total(code, figure string) decimal.Decimal {
	var total decimal.Decimal
	for _, c := range p.Children(code) {
		if f := c.Figure(figure); f != nil {
			total = total.Add(f.Value)
		}
	}
	return total
}
