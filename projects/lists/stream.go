package lists

import (
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Workbook is written row by row, sheet after sheet, so that a long list takes no more memory than a short one.
type Workbook struct {
	file              *excelize.File
	sheet             *excelize.StreamWriter
	row               int
	sheets            int
	bold, money, text int
}

// sheetRows is as many rows as a sheet can have.
const sheetRows = 1 << 20

// NewWorkbook begins a workbook. Whoever began it closes it.
func NewWorkbook() (*Workbook, error) {
	b := &Workbook{file: excelize.NewFile()}
	number, plainText := "#,##0.00", "@"
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{{&b.bold, excelize.Style{Font: &excelize.Font{Bold: true}}}, {&b.money, excelize.Style{CustomNumFmt: &number}}, {&b.text, excelize.Style{CustomNumFmt: &plainText}}} {
		var err error
		if *s.id, err = b.file.NewStyle(&s.style); err != nil {
			return nil, fault.Internal(err)
		}
	}
	return b, nil
}

// Sheet begins the next sheet with its headings, which stay in view.
func (b *Workbook) Sheet(name string, headings []string) error {
	if err := b.flush(); err != nil {
		return err
	}
	var err error
	if b.sheets++; b.sheets == 1 {
		err = b.file.SetSheetName("Sheet1", name)
	} else {
		_, err = b.file.NewSheet(name)
	}
	if err == nil {
		b.sheet, err = b.file.NewStreamWriter(name)
	}
	if err == nil {
		err = b.sheet.SetColWidth(1, max(len(headings), 1), 16)
	}
	if err == nil {
		err = b.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	}
	if err != nil {
		return fault.Internal(err)
	}
	b.row = 0
	cells := make([]any, len(headings))
	for i, h := range headings {
		cells[i] = excelize.Cell{StyleID: b.bold, Value: h}
	}
	return b.put(cells)
}

// Row writes amounts and whole numbers as numbers, everything else as text: no text is taken for a formula. Code: list_invalid
// when the sheet is full.
func (b *Workbook) Row(values ...any) error {
	cells := make([]any, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case accounting.Money:
			if exact, err := strconv.ParseFloat(v.String(), 64); err == nil && v.Decimal().NumDigits() <= 15 {
				cells[i] = excelize.Cell{StyleID: b.money, Value: exact}
			} else {
				cells[i] = excelize.Cell{StyleID: b.text, Value: v.String()}
			}
		case int:
			cells[i] = v
		case string:
			if v != "" {
				cells[i] = excelize.Cell{StyleID: b.text, Value: v}
			}
		}
	}
	return b.put(cells)
}

func (b *Workbook) put(cells []any) error {
	if b.row++; b.row > sheetRows {
		return fault.Invalid("list_invalid", "a sheet has at most %d rows; take the CSV files instead", sheetRows)
	}
	if err := b.sheet.SetRow("A"+strconv.Itoa(b.row), cells); err != nil {
		return fault.Internal(err)
	}
	return nil
}

func (b *Workbook) flush() error {
	if b.sheet == nil {
		return nil
	}
	if err := b.sheet.Flush(); err != nil {
		return fault.Internal(err)
	}
	return nil
}

// Write writes the workbook out.
func (b *Workbook) Write(w io.Writer) error {
	if err := b.flush(); err != nil {
		return err
	}
	if err := b.file.Write(w); err != nil {
		return fault.Internal(err)
	}
	return nil
}

// Close gives up what it holds.
func (b *Workbook) Close() error { return b.file.Close() }
