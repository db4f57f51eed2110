package seeds

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

// Plan is what the notice says. What it does not say is nil, never zero.
type Plan struct {
	Year       int
	Programmes []Programme // in the notice's order
	Nodes      []Node      // parents before their children
}

// Programme is an item of the notice: who is responsible for what, by when.
type Programme struct {
	Number  int
	Code    string
	Heading string
	Body    string
	Parties []Party
	Due     Due
}

// Role is what the notice makes of a party.
type Role string

const (
	Leader      Role = "leader"      // 责任领导
	Lead        Role = "lead"        // 牵头单位
	Cooperating Role = "cooperating" // 配合单位
)

// Party is a leader or unit the notice names, and the line that names it.
type Party struct {
	Role  Role   `json:"role"`
	Name  string `json:"name"`
	Quote string `json:"quote"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// Due is the month of completion 完成时间.
type Due struct {
	Year  int    `json:"year"`
	Month int    `json:"month"`
	Quote string `json:"quote"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// Node is a node of the project tree.
type Node struct {
	Code, Parent   string
	Programme      int
	Kind, Type     string
	NameZH, NameEN string
	Plan           *accounting.Money // stated amount
	Target         *accounting.Money // a fund's aim, which is no plan
	Approximate    bool              // of Plan
	Figures        []Figure
	Lists          []List
	Lines          []PlanLine
}

// PlanLine is a line of the plan 计划明细: a lump sum, or a rate times a quantity the notice may not state.
type PlanLine struct {
	Text        string
	Unit        string // of Quantity
	Month       int    // of the plan's year; 0 for the whole year
	Lump        *accounting.Money
	Rate        *decimal.Decimal
	Quantity    *decimal.Decimal
	Approximate bool
	Sources     []Figure
}

// Amount is the line's money; nil as long as the quantity is unknown.
func (l PlanLine) Amount() *accounting.Money {
	if l.Lump != nil || l.Rate == nil || l.Quantity == nil {
		return l.Lump
	}
	m := accounting.RoundToMoney(l.Rate.Mul(*l.Quantity))
	return &m
}

// ReadNotice reads the plan out of a notice's text. Every figure must be found in its sentence: a notice that lacks one is
// refused as a whole, with the programme, the figure and the words that were looked for.
func ReadNotice(text string) (*Plan, error) {
	declared, err := readDeclaration()
	if err != nil {
		return nil, err
	}
	all, err := sections(text)
	if err != nil {
		return nil, err
	}
	p := &Plan{Year: declared.Year}
	refused := []error{announced(text, declared.Year, len(all))}
	for _, s := range all {
		one, err := s.programme(declared.Year)
		refused = append(refused, err)
		p.Programmes = append(p.Programmes, one)
	}
	seen := map[int]bool{}
	for _, d := range declared.Nodes {
		if d.Programme < 1 || d.Programme > len(all) {
			refused = append(refused, fmt.Errorf("programme %d (%s %s): the notice has %d programmes", d.Programme, d.Code, d.NameZH, len(all)))
			continue
		}
		seen[d.Programme] = true
		nodes, err := d.read(all[d.Programme-1])
		refused = append(refused, err)
		p.Nodes = append(p.Nodes, nodes...)
	}
	for _, s := range all {
		if !seen[s.number] {
			refused = append(refused, fmt.Errorf("programme %d (%s): no project tree is declared for it", s.number, s.heading))
		}
	}
	if err := errors.Join(refused...); err != nil {
		return nil, err
	}
	return p, nil
}

// Node finds a node by its code; nil when there is none.
func (p *Plan) Node(code string) *Node {
	for i := range p.Nodes {
		if p.Nodes[i].Code == code {
			return &p.Nodes[i]
		}
	}
	return nil
}

// Programme finds the programme a node belongs to.
func (p *Plan) Programme(number int) *Programme {
	return &p.Programmes[number-1]
}

// Of are the names with a role, in the notice's order.
func (p Programme) Of(role Role) []string {
	var all []string
	for _, x := range p.Parties {
		if x.Role == role {
			all = append(all, x.Name)
		}
	}
	return all
}

// Figure finds a figure of the node by its name; nil when the notice states none.
func (n *Node) Figure(name string) *Figure {
	for i := range n.Figures {
		if n.Figures[i].Name == name {
			return &n.Figures[i]
		}
	}
	return nil
}

//go:embed programmes-2025.json
var declaration []byte

// readDeclaration refuses a word it does not know: a misspelt "figures" would silently leave figures out.
func readDeclaration() (d declared, err error) {
	r := json.NewDecoder(bytes.NewReader(declaration))
	r.DisallowUnknownFields()
	if err = r.Decode(&d); err != nil {
		err = fmt.Errorf("programmes-2025.json: %w", err)
	}
	return d, err
}
