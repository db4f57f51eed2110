package web

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

// Table is a list as the page, its XLSX, its CSV and the tests see it: the same cells, the same sum.
type Table struct {
	Name    string // of the downloaded file
	Caption string
	Columns []Column
	Rows    []Row
	Total   []Cell // the last row 合计; empty: none
	Count   int    // how many rows the whole list has
	Counted bool   // Count is known
	Sum     *accounting.Money
	Empty   string // what an empty list says: what it is for and the first step
	Next    string // address of the next page
	First   string // address of the first page, on a later one
	Wan     bool
	Wide    bool // more columns than the office's screen holds, because they were asked for
	Dense   bool // many columns of money: smaller, so that they stand beside each other on the office's screen
	Fits    bool // two halves that are compared: a telephone's screen holds both, smaller
	Notes   []string

	SelectName string // of the rows' checkboxes; empty: id
}

// HasMoney says whether a table shows amounts, which have a unit.
func (t *Table) HasMoney() bool {
	return slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Kind == MoneyColumn })
}

// DrawnCell is a cell as it stands on a page.
type DrawnCell struct {
	Cell
	Said  string // its text, or its amount in yuan or 万元
	Class string
}

// Drawn makes a cell ready for its template, which is asked for thousands of them.
func (c Cell) Drawn(wan bool) DrawnCell {
	d := DrawnCell{Cell: c, Said: c.Text, Class: string(c.Kind)}
	if c.Kind == MoneyColumn {
		d.Said = amountText(c.Money, wan)
	}
	if c.Money != nil && c.Money.Sign() < 0 {
		d.Class += " minus"
	}
	return d
}

// Drawn makes the cells of a row ready. Words that stand in a column of figures stand where its figures do.
func (t *Table) Drawn(cells []Cell) []DrawnCell {
	drawn := make([]DrawnCell, len(cells))
	for i, c := range cells {
		drawn[i] = c.Drawn(t.Wan)
		if i < len(t.Columns) && (t.Columns[i].Kind == MoneyColumn || t.Columns[i].Kind == NumberColumn) {
			drawn[i].Class += " right"
		}
	}
	return drawn
}

// Unsummed are the columns whose amounts come to their total, but not as they are shown in 万元, because each is rounded.
// It asks both ways of reading a tree: the rows at the top, and those that have none below them. A list shown in part
// does not come to its total either way.
func (t *Table) Unsummed() (columns []Column) {
	if !t.Wan {
		return nil
	}
	for i, total := range t.Total {
		if total.Money != nil && (t.roundedApart(i, t.top) || t.roundedApart(i, t.lowest)) {
			columns = append(columns, t.Columns[i])
		}
	}
	return columns
}

func (t *Table) top(row int) bool { return t.Rows[row].Indent == 0 }

func (t *Table) lowest(row int) bool {
	r, last := t.Rows[row], row+1 == len(t.Rows)
	return last || t.Rows[row+1].Indent <= r.Indent && (r.Class != "group" || t.Rows[row+1].Class == "group")
}

// roundedApart says whether a column's amounts in the rows that count add up to the fen, and no more when each is rounded.
func (t *Table) roundedApart(column int, counts func(row int) bool) bool {
	rounded := func(m accounting.Money) decimal.Decimal { return m.Decimal().Div(tenThousand).Round(2) }
	sum, shown, total := accounting.Money{}, decimal.Zero, *t.Total[column].Money
	for i, r := range t.Rows {
		if counts(i) && column < len(r.Cells) && r.Cells[column].Money != nil {
			m := *r.Cells[column].Money
			sum, shown = sum.Add(m), shown.Add(rounded(m))
		}
	}
	return sum.Equal(total) && !shown.Equal(rounded(total))
}

// ColumnKind says how a column is written: amounts to the right, account numbers as text.
type ColumnKind string

const (
	TextColumn   ColumnKind = "text"
	MoneyColumn  ColumnKind = "money"
	NumberColumn ColumnKind = "number"
	DayColumn    ColumnKind = "day"
	StateColumn  ColumnKind = "state"
	CodeColumn   ColumnKind = "code" // a text that stays on one line
	LongColumn   ColumnKind = "long" // a text that needs room
)

// Column is one of a table's; its heading is a text of the catalogue.
type Column struct {
	Heading string
	Kind    ColumnKind
}

// Row is one line of a table.
type Row struct {
	Cells  []Cell
	Indent int    // of the first cell: how deep in the tree
	Class  string // group: a row that sums up those below it; alert: one to look at
	Select string // value of the row's checkbox; empty: none
}

// Cell is a text, an amount or a state, which may lead somewhere.
type Cell struct {
	Text  string
	Money *accounting.Money
	Kind  ColumnKind
	Link  string
	State string // of a document: decides the shape before the word
	Bar   *Bar
	Note  string // below it, small
}

// Text, Number, Yuan, Day, Moment and State make cells.
func Text(text string) Cell          { return Cell{Text: text, Kind: TextColumn} }
func Code(text string) Cell          { return Cell{Text: text, Kind: CodeColumn} }
func Number(n int) Cell              { return Cell{Text: strconv.Itoa(n), Kind: NumberColumn} }
func Figure(text string) Cell        { return Cell{Text: text, Kind: NumberColumn} }
func Yuan(m accounting.Money) Cell   { return Cell{Money: &m, Kind: MoneyColumn} }
func Maybe(m *accounting.Money) Cell { return Cell{Money: m, Kind: MoneyColumn} }
func Day(d accounting.Date) Cell     { return Cell{Text: d.String(), Kind: DayColumn} }
func Moment(t time.Time) Cell {
	return Cell{Text: t.In(Shanghai).Format("2006-01-02 15:04"), Kind: DayColumn}
}
func State(state, said string) Cell      { return Cell{Text: said, State: state, Kind: StateColumn} }
func (c Cell) To(address string) Cell    { c.Link = address; return c }
func (c Cell) With(b *Bar) Cell          { c.Bar = b; return c }
func Columns(kinds ...Column) []Column   { return kinds }
func C(kind ColumnKind, h string) Column { return Column{h, kind} }

// Shape is the sign before a state's word, so that colour is never the only difference.
func (c Cell) Shape() string { return Shape(c.State) }

// Shape is the sign of a document's state.
func Shape(state string) string {
	switch state {
	case "draft":
		return "open"
	case "returned", "rejected", "withdrawn", "failed", "cancelled", "terminated", "red":
		return "cross"
	case "posted", "effective", "certified", "confirmed", "registered", "granted", "locked", "accounted", "settled", "ok", "green", "closed", "paid":
		return "full"
	case "yellow":
		return "warn"
	default:
		return "half"
	}
}

// Bar is a small bar in a cell: parts of a whole in per mille.
type Bar struct {
	Label string // what it says to whoever does not see it
	Parts []BarPart
	Mark  *int // where time stands, per mille of the whole
}

// BarPart is one part of a bar.
type BarPart struct {
	Class string
	From  int
	Width int
}
