// Package lists reads the tables people bring, workbooks and text tables as they come out of offices' systems, and says
// exactly what it understood and which cell it did not. It knows no database: what a list means to the books is decided
// in package projects.
package lists

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"mingzhang/accounting/fault"
)

// Limits of a list. They hold what a province's system exports for a county in years, and stop a file that is made to
// hurt before it is unpacked.
const (
	maxRows     = 200_000
	maxColumns  = 256
	maxUnpacked = 600 << 20 // bytes of a workbook's parts
)

type (
	// Table is the cells of one sheet as they stand, from its first row to its last.
	Table struct {
		Sheet string
		Rows  []Row
		Merge []Range // of more than one cell

		From1904 bool // days are counted from 1904, as workbooks of old Macs do

		message bool // of a bank's message, whose headings are ours whatever its source calls them
	}

	// Row is a row with any text in it; Place is its number in the file, from 1.
	Row struct {
		Place int
		Cells []Cell // from column A on; a row ends with its last cell that says something
	}

	// Cell is one cell. A number is as the file stores it, without the format it is shown in.
	Cell struct {
		Text string
		Kind CellKind
	}

	// CellKind says how a workbook stores a cell; a text table has texts only.
	CellKind byte

	// Range is a merged block of cells, rows and columns from 1.
	Range struct{ FromRow, FromColumn, ToRow, ToColumn int }
)

const (
	TextCell CellKind = iota
	NumberCell
	FormulaCell // its last computed value; who sent it may have another one
)

// sheetNeeded says that a workbook has several sheets with cells and which.
func sheetNeeded(names []string) error {
	return fault.Invalid("list_invalid", "the workbook has several sheets with cells, %q: say which", names)
}

func tooLarge(format string, args ...any) error {
	return fault.Invalid("list_too_large", format, args...)
}

// Read reads a workbook (.xlsx), a text table (CSV or tab-separated; UTF-8, UTF-16 or GB 18030) or a bank's statement in
// XML (camt.053). Which it is, its content
// says. The sheet is needed only where a workbook has several with cells. Codes: list_invalid, list_too_large.
func Read(content io.ReaderAt, size int64, sheet string) (*Table, error) {
	head := make([]byte, 8)
	n, err := content.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fault.Internal(err)
	}
	switch head = head[:n]; {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return readWorkbook(content, size, sheet)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return nil, fault.Invalid("list_invalid", "this is an old workbook (.xls) or one with a password: save it as .xlsx without one")
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<")):
		return readStatement(io.NewSectionReader(content, 0, size), size)
	default:
		return readText(io.NewSectionReader(content, 0, size))
	}
}

// Begins are the texts of the first rows, for whoever has to say which of them is the heading.
func (t *Table) Begins(rows int) (texts [][]string) {
	for _, r := range t.Rows[:min(len(t.Rows), rows)] {
		cells := make([]string, len(r.Cells))
		for i, c := range r.Cells {
			cells[i] = c.Text
		}
		texts = append(texts, cells)
	}
	return texts
}

// cellName is how people call a cell: C17.
func cellName(row, column int) string { return columnName(column) + fmt.Sprint(row) }

func columnName(column int) (name string) {
	for ; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}

// trimmed drops the empty cells at a row's end.
func trimmed(cells []Cell) []Cell {
	for len(cells) > 0 && cells[len(cells)-1] == (Cell{}) {
		cells = cells[:len(cells)-1]
	}
	return cells
}
