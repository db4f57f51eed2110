package lists

import (
	"strings"

	"mingzhang/accounting"
)

type (
	// Form is the columns a kind of list has.
	Form struct {
		Kind    string
		NameZH  string
		NameEN  string
		Columns []Column
	}

	// Column is a column of a form; headings other systems give it are known too.
	Column struct {
		Field    string // stable name
		Heading  string // ours, in templates
		Also     []string
		Type     ColumnType
		Required bool   // in every row; the column itself too
		Example  string // for the template
		Help     string // for the template: what to write
	}

	// ColumnType says how a column is read.
	ColumnType string

	// Profile 列对应 says how the lists of one source are read; it is kept, so that the next list of that source needs no
	// telling. Empty parts are found by the headings.
	Profile struct {
		Sheet    string            `json:"sheet,omitempty"`
		Headings map[string]string `json:"headings,omitempty"` // field to the heading it has in this source
		Measure  Measure           `json:"measure,omitempty"`  // empty: what the heading or title says, else yuan
	}

	// List is what was understood of a table.
	List struct {
		Form      Form
		Sheet     string
		Title     []string          // texts above the heading
		Measure   Measure           // of the amounts
		Headings  map[string]string // field to the heading it was found under
		Unused    []string          // headings no field was found for
		Records   []Record
		Totals    map[string]accounting.Money // of each column of amounts, added up here
		Confirmed []string                    // fields whose total the list itself states, and rightly
		Notes     []string                    // texts below the last row, which were not read

		columns map[string]int
	}

	// Record is one row, its fields by name. A field that is not in the list, or empty in the row, is missing.
	Record struct {
		Place   int // its row in the file
		texts   map[string]string
		amounts map[string]accounting.Money
		days    map[string]accounting.Date
	}

	// Defect is one cell, row or list that was not understood; Row 0: the list as a whole.
	Defect struct {
		Row    int    `json:"row,omitempty"`
		Cell   string `json:"cell,omitempty"` // C17
		Column string `json:"column,omitempty"`
		Detail string `json:"detail"`
	}
)

const (
	TextColumn       ColumnType = "text"
	IdentifierColumn ColumnType = "identifier" // digits that are a name
	AmountColumn     ColumnType = "amount"     // money, in the list's measure
	BalanceColumn    ColumnType = "balance"    // money that is not added up: what an account holds after the row
	NumberColumn     ColumnType = "number"     // a quantity or price, not money of the list's measure
	DayColumn        ColumnType = "day"
	MarkColumn       ColumnType = "mark" // yes or no
)

func (r Record) Text(field string) string { return r.texts[field] }
func (r Record) Marked(field string) bool { return r.texts[field] == "1" }
func (r Record) Amount(field string) (accounting.Money, bool) {
	m, ok := r.amounts[field]
	return m, ok
}
func (r Record) Day(field string) accounting.Date { return r.days[field] }

// plain is a heading without what people and systems vary: spaces, brackets with a unit, line breaks, punctuation.
func plain(heading string) string {
	text := strings.ToLower(narrow.Replace(heading))
	for _, cut := range []string{"(元)", "(万元)", "(单位:元)", "(单位:万元)", "*", " ", "\n", "\r", "\t", ":", "_"} {
		text = strings.ReplaceAll(text, cut, "")
	}
	return text
}

// measureIn finds 万元 or 元 in a heading or title, where they stand as a unit.
func measureIn(text string) Measure {
	text = strings.ReplaceAll(narrow.Replace(text), " ", "")
	switch {
	case strings.Contains(text, "(万元)") || strings.Contains(text, "单位:万元") || strings.Contains(text, "单位为万元"):
		return Wan
	case strings.Contains(text, "(元)") || strings.Contains(text, "单位:元") || strings.Contains(text, "单位为元"):
		return Yuan
	}
	return ""
}
