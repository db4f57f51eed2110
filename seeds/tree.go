package seeds

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// declared is the form of programmes-2025.json: the shape of the project tree, and for each figure the sentence that
// states it. The numbers themselves stand nowhere but in the notice.
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
	Lists     []declaredList   `json:"lists"`
	Numbered  *declaredSeries  `json:"numbered"`
	Lines     []declaredLine   `json:"lines"`
}

type declaredFigure struct {
	Name string `json:"name"`
	Unit string `json:"unit"` // that the value must have
	Text string `json:"text"` // the sentence, with {amount} for the number and its unit
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
	if d.Mention != "" {
		if _, err := s.find("project "+d.Code, d.Mention); err != nil {
			return nil, err
		}
	}
	for _, f := range d.Figures {
		one, err := s.figure(f.Name, f.Unit, f.Text)
		if err != nil {
			return nil, err
		}
		n.Figures = append(n.Figures, one)
	}
	nodes := []Node{n}
	for _, l := range d.Lists {
		one, err := s.list(l.Name, l.Text)
		if err != nil {
			return nil, err
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

var partyLines = []struct {
	role  Role
	label string
	line  *regexp.Regexp
}{
	{Leader, "责任领导", regexp.MustCompile(`(?m)^责任领导：(.*\S)\s*?$`)},
	{Lead, "牵头单位", regexp.MustCompile(`(?m)^牵头单位：(.*\S)\s*?$`)},
	{Cooperating, "配合单位", regexp.MustCompile(`(?m)^配合单位：(.*\S)\s*?$`)},
}

var dueLine = regexp.MustCompile(`(?m)^完成时间：\s*([0-9]{4})\s*年\s*([0-9]{1,2})\s*月`)

// programme reads what the lines below the task say: who answers for it, and by when it is done.
func (s section) programme(year int) (Programme, error) {
	p := Programme{Number: s.number, Code: fmt.Sprintf("%d-%02d", year, s.number), Heading: s.heading, Body: s.body}
	for _, l := range partyLines {
		at := l.line.FindStringSubmatchIndex(s.text)
		if at == nil {
			return p, fmt.Errorf("programme %d (%s): no line %q", s.number, s.heading, l.label+"：")
		}
		where := s.at(at[0], at[3])
		for _, name := range names(s.text[at[2]:at[3]]) {
			p.Parties = append(p.Parties, Party{Role: l.role, Name: name, Quote: where.quote, Start: where.start, End: where.end})
		}
	}
	at := dueLine.FindStringSubmatchIndex(s.text)
	if at == nil {
		return p, fmt.Errorf("programme %d (%s): no line %q", s.number, s.heading, "完成时间：… 年 … 月")
	}
	where := s.at(at[0], at[1])
	p.Due = Due{Quote: where.quote, Start: where.start, End: where.end}
	p.Due.Year, _ = strconv.Atoi(s.text[at[2]:at[3]]) // the pattern has let digits through only
	p.Due.Month, _ = strconv.Atoi(s.text[at[4]:at[5]])
	if p.Due.Month < 1 || p.Due.Month > 12 {
		return p, fmt.Errorf("programme %d (%s): %q is no month", s.number, s.heading, p.Due.Quote)
	}
	return p, nil
}
