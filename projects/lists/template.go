package lists

import (
	"io"
	"strconv"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// helpSheet is the sheet of a template that says what its columns take; it is no list.
const helpSheet = "说明"

// WriteTemplate writes an empty list of a form to fill in: its headings, and on a second sheet what each column takes.
// Columns of digits that are names are formatted as text, so that no digit is lost.
func (f Form) WriteTemplate(w io.Writer) error {
	book := newBook(f.NameZH)
	book.line(true, f.NameZH+"（单位：元）")
	headings := make([]any, len(f.Columns))
	for i, c := range f.Columns {
		headings[i] = c.Heading
		switch c.Type {
		case IdentifierColumn, TextColumn:
			book.style(f.NameZH, i+1, "@")
		case DayColumn:
			book.style(f.NameZH, i+1, "yyyy-mm-dd")
		case AmountColumn, BalanceColumn:
			book.style(f.NameZH, i+1, "#,##0.00")
		case NumberColumn, MarkColumn: // as they come
		}
	}
	book.line(true, headings...)
	book.sheet(helpSheet)
	book.line(true, "列", "必填", "填写内容", "示例")
	for _, c := range f.Columns {
		must := ""
		if c.Required {
			must = "是"
		}
		book.line(false, c.Heading, must, c.Help, c.Example)
	}
	return book.write(w)
}

// WriteList writes rows under headings as a workbook: amounts and shares as numbers as far as a workbook keeps them exactly, all else as
// text, so that no account number loses a digit and no text becomes a formula.
func WriteList(w io.Writer, name string, headings []string, rows [][]any) error {
	book := newBook(name)
	titles := make([]any, len(headings))
	for i, h := range headings {
		titles[i] = h
	}
	book.line(true, titles...)
	for _, r := range rows {
		book.line(false, r...)
	}
	return book.write(w)
}

// book writes a workbook sheet by sheet; the first error stays.
type book struct {
	file    *excelize.File
	current string
	row     int
	bold    int
	money   int
	text    int
	err     error
}

func newBook(first string) *book {
	b := &book{file: excelize.NewFile(), current: first}
	b.err = b.file.SetSheetName("Sheet1", first)
	made := func(s excelize.Style) int {
		id, err := b.file.NewStyle(&s)
		b.keep(err)
		return id
	}
	number, plainText := "#,##0.00", "@"
	b.bold = made(excelize.Style{Font: &excelize.Font{Bold: true}})
	b.money = made(excelize.Style{CustomNumFmt: &number})
	b.text = made(excelize.Style{CustomNumFmt: &plainText})
	return b
}

func (b *book) keep(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *book) sheet(name string) {
	_, err := b.file.NewSheet(name)
	b.keep(err)
	b.current, b.row = name, 0
}

func (b *book) style(sheet string, column int, format string) {
	id, err := b.file.NewStyle(&excelize.Style{CustomNumFmt: &format})
	b.keep(err)
	b.keep(b.file.SetColStyle(sheet, columnName(column), id))
	b.keep(b.file.SetColWidth(sheet, columnName(column), columnName(column), 18))
}

func (b *book) line(heading bool, values ...any) {
	b.row++
	for i, v := range values {
		cell := columnName(i+1) + strconv.Itoa(b.row)
		style := b.text
		switch v := v.(type) {
		case accounting.Money:
			style = b.money
			if exact, err := strconv.ParseFloat(v.String(), 64); err == nil && v.Decimal().NumDigits() <= 15 {
				b.keep(b.file.SetCellFloat(b.current, cell, exact, 2, 64))
			} else {
				b.keep(b.file.SetCellStr(b.current, cell, v.String()))
			}
		case decimal.Decimal: // a share in percent
			style = b.money
			b.keep(b.file.SetCellFloat(b.current, cell, v.InexactFloat64(), 2, 64))
		case accounting.Date:
			b.keep(b.file.SetCellStr(b.current, cell, v.String()))
		case int:
			style = 0
			b.keep(b.file.SetCellInt(b.current, cell, int64(v)))
		case string:
			b.keep(b.file.SetCellStr(b.current, cell, v))
		}
		if heading {
			style = b.bold
		}
		b.keep(b.file.SetCellStyle(b.current, cell, cell, style))
	}
}

func (b *book) write(w io.Writer) error {
	if b.err == nil {
		b.err = b.file.Write(w)
	}
	if err := b.file.Close(); b.err == nil {
		b.err = err
	}
	if b.err != nil {
		return fault.Internal(b.err)
	}
	return nil
}
