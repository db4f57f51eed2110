package seeds

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// declared is the form of programmes-2025.json: the shape of the project tree, and for each figure the sentence that
// states it. The numbers themselves are read from the notice.
type declared struct {
	Year  int            `json:"year"`
	Nodes []declaredNode `json:"nodes"`
}

type declaredNode struct {
	Code      string           `json:"code"`
	Programme int              `json:"programme"`
	Kind      string           `json:"kind"`
	Type      string           `json:"type"`
	NameZH    string           `json:"name_zh"`
	NameEN    string           `json:"name_en"`
	Plan      string           `json:"plan"`    // the figure that is its plan
	Target    string           `json:"target"`  // the figure that is its target
	Mention   string           `json:"mention"` // words that name it, where no figure does
	Figures   []declaredFigure `json:"figures"`
	Sum       *declaredSum     `json:"sum"`
	Lists     []declaredList   `json:"lists"`
	Numbered  *declaredSeries  `json:"numbered"`
	Lines     []declaredLine   `json:"lines"`
}

type declaredFigure struct {
	Name string `json:"name"`
	Unit string `json:"unit"` // that the value must have
	Text string `json:"text"` // the sentence, with {amount} for the number and its unit
}

// declaredSum is arithmetic inside the notice: a text that contradicts itself is for people to settle first.
type declaredSum struct {
	Of []string `json:"of"`
	Is string   `json:"is"`
}

type declaredList struct {
	Name string `json:"name"`
	Text string `json:"text"`
	Kind string `json:"kind"` // of the child that each name becomes; empty: none
}

// declaredSeries makes as many children as a figure says, which the notice does not name.
type declaredSeries struct {
	Figure string `json:"figure"`
	Kind   string `json:"kind"`
	NameZH string `json:"name_zh"`
	NameEN string `json:"name_en"`
}

type declaredLine struct {
	Text     string `json:"text"`
	Lump     string `json:"lump"`
	Rate     string `json:"rate"`
	Quantity string `json:"quantity"`
	Unit     string `json:"unit"`
	Monthly  bool   `json:"monthly"`
}

// read makes the node and the children it names or counts.
func (d declaredNode) read(s section) ([]Node, error) {
	n := Node{Code: d.Code, Programme: d.Programme, Kind: d.Kind, Type: d.Type, NameZH: d.NameZH, NameEN: d.NameEN}
	if d.Kind != "programme" {
		n.Parent = d.Code[:strings.LastIndex(d.Code, "-")]
	}
	var missing []error // all of them, so that whoever edits the notice learns everything at once
	if d.Mention != "" {
		if _, err := s.find("project "+d.Code, d.Mention); err != nil {
			missing = append(missing, err)
		}
	}
	for _, f := range d.Figures {
		one, err := s.figure(d.Code, f)
		if err != nil {
			missing = append(missing, err)
			continue
		}
		n.Figures = append(n.Figures, one)
	}
	nodes := []Node{n}
	for _, l := range d.Lists {
		one, err := s.list(l.Name, l.Text)
		if err != nil {
			missing = append(missing, err)
			continue
		}
		nodes[0].Lists = append(nodes[0].Lists, one)
		if l.Kind == "" {
			continue
		}
		for i, name := range one.Items {
			nodes = append(nodes, Node{
				Code: fmt.Sprintf("%s-%d", d.Code, i+1), Parent: d.Code, Programme: d.Programme,
				Kind: l.Kind, Type: d.Type, NameZH: name, NameEN: fmt.Sprintf("%s, site %d", d.NameEN, i+1),
			})
		}
	}
	if missing != nil {
		return nil, errors.Join(missing...)
	}
	if err := d.addUp(&nodes[0]); err != nil {
		return nil, err
	}
	if err := d.amounts(&nodes[0]); err != nil {
		return nil, err
	}
	if c := d.Numbered; c != nil {
		count := nodes[0].Figure(c.Figure)
		if count == nil || !count.Value.IsInteger() {
			return nil, fmt.Errorf("%s: figure %s counts no children", d.Code, c.Figure)
		}
		for i := range int(count.Value.IntPart()) {
			nodes = append(nodes, Node{
				Code: fmt.Sprintf("%s-%03d", d.Code, i+1), Parent: d.Code, Programme: d.Programme,
				Kind: c.Kind, Type: d.Type, NameZH: fmt.Sprintf(c.NameZH, i+1), NameEN: fmt.Sprintf(c.NameEN, i+1),
			})
		}
	}
	return nodes, nil
}

// addUp checks the sum that the notice itself states.
func (d declaredNode) addUp(n *Node) error {
	if d.Sum == nil {
		return nil
	}
	total, err := n.named(d.Sum.Is)
	if err != nil {
		return err
	}
	var sum decimal.Decimal
	var quotes []string
	for _, name := range d.Sum.Of {
		f, err := n.named(name)
		if err != nil {
			return err
		}
		sum, quotes = sum.Add(f.Value), append(quotes, f.Quote)
	}
	if !sum.Equal(total.Value) {
		return fmt.Errorf("programme %d: %s: the notice contradicts itself: %s come to %s, not to %s", n.Programme, n.Code, strings.Join(quotes, " and "), sum, total.Quote)
	}
	return nil
}

// amounts puts the figures where the declaration says: plan, target, lines.
func (d declaredNode) amounts(n *Node) error {
	if d.Plan != "" {
		f, err := n.named(d.Plan)
		if err != nil {
			return err
		}
		m, err := f.Money()
		if err != nil {
			return err
		}
		n.Plan, n.Approximate = &m, f.Approximate
	}
	if d.Target != "" {
		f, err := n.named(d.Target)
		if err != nil {
			return err
		}
		m, err := f.Money()
		if err != nil {
			return err
		}
		n.Target = &m
	}
	for _, l := range d.Lines {
		one, err := l.read(n)
		if err != nil {
			return err
		}
		if !l.Monthly {
			n.Lines = append(n.Lines, one)
			continue
		}
		for month := 1; month <= 12; month++ {
			one.Month = month
			n.Lines = append(n.Lines, one)
		}
	}
	return nil
}

func (d declaredLine) read(n *Node) (PlanLine, error) {
	l := PlanLine{Text: d.Text, Unit: d.Unit}
	for _, name := range []string{d.Lump, d.Rate, d.Quantity} {
		if name == "" {
			continue
		}
		f, err := n.named(name)
		if err != nil {
			return l, err
		}
		value := f.Value
		switch name {
		case d.Lump:
			m, err := f.Money()
			if err != nil {
				return l, err
			}
			l.Lump, l.Approximate = &m, f.Approximate
		case d.Rate:
			l.Rate = &value
		default:
			l.Quantity = &value
		}
		l.Sources = append(l.Sources, *f)
	}
	return l, nil
}

func (n *Node) named(figure string) (*Figure, error) {
	f := n.Figure(figure)
	if f == nil {
		return nil, fmt.Errorf("programmes-2025.json: %s has no figure %q", n.Code, figure)
	}
	return f, nil
}
