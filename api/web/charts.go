package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

// ChartPart is one part of a stacked bar, with what makes it.
type ChartPart struct {
	Class string // decides the colour
	Name  string
	Money accounting.Money
	Link  string
	From  int // of 10000
	Width int
}

// Percent is the part's share of the whole bar, with two decimals.
func (p ChartPart) Percent() string { return fmt.Sprintf("%d.%02d", p.Width/100, p.Width%100) }

// Middle is where a label within the part stands.
func (p ChartPart) Middle() int { return p.From + p.Width/2 }

// Fits says whether a name has room within its part, on a bar 860 wide: a Chinese character takes 13, a Latin one 7.
func (p ChartPart) Fits() bool {
	need := 16
	for _, r := range p.Name {
		if need += 7; r > 0x2e80 {
			need += 6
		}
	}
	return p.Width*860/10000 >= need
}

// Stack is a stacked bar: its parts stand side by side and come to the whole exactly.
type Stack struct {
	ID    string
	Title string
	Desc  string
	Parts []ChartPart // without those that are nothing
	Whole accounting.Money
	Mark  *int // where the plan ends, when more than it was approved; of 10000
	Said  string
}

const stackWidth = 10000

// NewStack lays the parts out. Each ends where the sum of all up to it ends, so that roundings never add up. What is below
// zero takes no room.
func NewStack(id, title, desc string, parts []ChartPart) *Stack {
	s := &Stack{ID: id, Title: title, Desc: desc}
	for _, p := range parts {
		if p.Money.Sign() > 0 {
			s.Whole = s.Whole.Add(p.Money)
			s.Parts = append(s.Parts, p)
		}
	}
	var upTo accounting.Money
	end := 0
	for i := range s.Parts {
		p := &s.Parts[i]
		upTo = upTo.Add(p.Money)
		p.From, end = end, s.at(upTo)
		p.Width = end - p.From
	}
	return s
}

func (s *Stack) at(m accounting.Money) int {
	return int(m.Decimal().Mul(decimal.New(stackWidth, 0)).DivRound(s.Whole.Decimal(), 0).IntPart())
}

// MarkAt marks an amount on the bar.
func (s *Stack) MarkAt(m accounting.Money) {
	if s.Whole.Sign() > 0 && m.Cmp(s.Whole) < 0 {
		mark := s.at(m)
		s.Mark = &mark
	}
}

// MarkPlace is where the mark stands.
func (s *Stack) MarkPlace() int { return *s.Mark }

// MarkAnchor keeps the mark's text on the drawing.
func (s *Stack) MarkAnchor() string {
	if *s.Mark > stackWidth*9/10 {
		return "end"
	}
	return "middle"
}

// X is a place of 10000 on a bar that is 860 wide.
func (s *Stack) X(place int) string {
	return tenth(decimal.New(int64(place)*860, 0).DivRound(decimal.New(stackWidth, 0), 3))
}

func tenth(d decimal.Decimal) string { return d.StringFixed(1) }

// Curve is a chart of cumulative amounts over months.
type Curve struct {
	ID, Title, Desc string
	Rows, Months    []ChartTick
	Lines           []CurveLine
	Marks           []ChartTick // upright lines: today, the month it is due
	From, To        string      // x of the plot
	Top, Bottom     string      // y of the plot
}

// ChartTick is a place on an axis with what stands there.
type ChartTick struct{ At, Text, Anchor string }

// CurveLine is one line of the chart.
type CurveLine struct {
	Class  string
	Path   string
	Area   string // below the line; empty: none
	Points []CurvePoint
	Label  string
	Value  string
	LabelX string
	LabelY string
}

// CurvePoint is an amount at the end of a month.
type CurvePoint struct{ X, Y, Text string }

// Series is what a line shows: a cumulative amount at each place, counted in months from the left edge; places may be fractions.
type Series struct {
	Class string
	Label string
	At    []decimal.Decimal
	Sum   []accounting.Money
	Dots  bool
	Fill  bool
}

// the drawing, in the units of its view box
const (
	curveWidth, curveHeight   = 860, 330
	curveLeft, curveRight     = 64, 720
	curveTop, curveBottom     = 26, 290
	curveLabelGap             = 34
	mostMonthTexts, mostSteps = 13, 5
)

var tenThousand = decimal.New(1, 4)

// NewCurve draws series over months; names are what stands below each month's end, said is the amount of a point in words.
func NewCurve(id, title, desc string, months []string, series []Series, marks map[string]decimal.Decimal) *Curve {
	c := &Curve{ID: id, Title: title, Desc: desc, From: strconv.Itoa(curveLeft), To: strconv.Itoa(curveRight), Top: strconv.Itoa(curveTop), Bottom: strconv.Itoa(curveBottom)}
	most := decimal.Zero
	for _, s := range series {
		for _, m := range s.Sum {
			most = decimal.Max(most, m.Decimal())
		}
	}
	step := niceStep(most)
	top := step
	for top.LessThan(most) {
		top = top.Add(step)
	}
	x := func(month decimal.Decimal) string {
		return tenth(decimal.New(curveLeft, 0).Add(month.Mul(decimal.New(curveRight-curveLeft, 0)).DivRound(decimal.New(int64(max(len(months), 1)), 0), 3)))
	}
	y := func(amount decimal.Decimal) decimal.Decimal {
		return decimal.New(curveBottom, 0).Sub(amount.Mul(decimal.New(curveBottom-curveTop, 0)).DivRound(top, 3))
	}
	for at := decimal.Zero; !at.GreaterThan(top); at = at.Add(step) {
		c.Rows = append(c.Rows, ChartTick{At: tenth(y(at)), Text: Grouped(at.Div(tenThousand).String())})
	}
	every := (len(months) + mostMonthTexts - 1) / mostMonthTexts
	for i, name := range months {
		if (i+1)%max(every, 1) == 0 {
			c.Months = append(c.Months, ChartTick{At: x(decimal.New(int64(i+1), 0)), Text: name})
		}
	}
	for _, s := range series {
		c.Lines = append(c.Lines, curveLine(s, x, y))
	}
	c.placeLabels()
	for _, text := range slices.Sorted(keysOf(marks)) {
		anchor := "middle"
		if marks[text].LessThan(decimal.New(int64(len(months)), -1)) {
			anchor = "start"
		} else if marks[text].GreaterThan(decimal.New(int64(len(months))*9, -1)) {
			anchor = "end"
		}
		c.Marks = append(c.Marks, ChartTick{At: x(marks[text]), Text: text, Anchor: anchor})
	}
	return c
}

func keysOf(m map[string]decimal.Decimal) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func curveLine(s Series, x func(decimal.Decimal) string, y func(decimal.Decimal) decimal.Decimal) CurveLine {
	line := CurveLine{Class: s.Class, Label: s.Label}
	var path strings.Builder
	for i, m := range s.Sum {
		command := "L"
		if i == 0 {
			command = "M"
		}
		px, py := x(s.At[i]), y(m.Decimal())
		fmt.Fprintf(&path, "%s%s %s ", command, px, tenth(py))
		if s.Dots && i > 0 {
			line.Points = append(line.Points, CurvePoint{X: px, Y: tenth(py), Text: Grouped(m.String())})
		}
		line.LabelY = tenth(py)
		line.LabelX = px
		line.Value = Grouped(m.Decimal().Div(tenThousand).StringFixed(2))
	}
	line.Path = strings.TrimSpace(path.String())
	if s.Fill && len(s.Sum) > 1 {
		line.Area = fmt.Sprintf("%s L%s %d L%s %d Z", line.Path, line.LabelX, curveBottom, x(s.At[0]), curveBottom)
	}
	return line
}

// placeLabels puts the lines' names beside the plot without one covering another.
func (c *Curve) placeLabels() {
	order := make([]*CurveLine, 0, len(c.Lines))
	for i := range c.Lines {
		if c.Lines[i].Path != "" {
			order = append(order, &c.Lines[i])
		}
	}
	height := func(l *CurveLine) decimal.Decimal { return decimal.RequireFromString(l.LabelY) }
	slices.SortStableFunc(order, func(a, b *CurveLine) int { return height(a).Cmp(height(b)) })
	floor := decimal.New(curveTop, 0)
	room := decimal.New(curveLabelGap, 0)
	for i, l := range order {
		left := decimal.New(int64(len(order)-1-i)*curveLabelGap, 0)
		at := decimal.Min(decimal.Max(height(l), floor), decimal.New(curveBottom-12, 0).Sub(left))
		l.LabelY = tenth(at)
		floor = at.Add(room)
	}
}

// niceStep is the distance of the rows of a chart: 1, 2 or 5 times a power of ten, so that there are at most five of them.
func niceStep(most decimal.Decimal) decimal.Decimal {
	step := tenThousand.Div(decimal.New(10, 0)) // 0.1 万元
	for _, factor := range slices.Repeat([]int64{2, 5, 10}, 16) {
		if !step.Mul(decimal.New(mostSteps, 0)).LessThan(most) {
			return step
		}
		base := decimal.New(1, int32(len(step.Truncate(0).String())-1)) //nolint:gosec // a number of digits
		if factor == 10 {
			step = decimal.New(1, base.Exponent()+1)
		} else {
			step = base.Mul(decimal.New(factor, 0))
		}
	}
	return step
}
