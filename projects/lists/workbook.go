package lists

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"mingzhang/accounting/fault"
)

// The parts of a workbook a list needs: which sheets there are, the texts they share, and each cell with how it is stored.
// The library that writes our workbooks gives texts row by row, but not whether a cell is a number or a formula unless it
// holds the whole sheet as objects, which 10^5 rows are too many for; so the sheet is read here, once, as a stream.
type workbook struct {
	parts  map[string]*zip.File
	sheets []sheetPart
	shared []string

	from1904 bool
	left     int64 // bytes that may still be unpacked
}

type sheetPart struct{ name, path string }

func readWorkbook(content io.ReaderAt, size int64, sheet string) (*Table, error) {
	z, err := zip.NewReader(content, size)
	if err != nil {
		return nil, fault.Invalid("list_invalid", "the workbook is cut or damaged: %v", err)
	}
	w := &workbook{parts: map[string]*zip.File{}, left: maxUnpacked}
	var unpacked uint64
	for _, f := range z.File {
		unpacked += f.UncompressedSize64
		w.parts[strings.TrimPrefix(f.Name, "/")] = f
	}
	if unpacked > maxUnpacked {
		return nil, tooLarge("the workbook of %d bytes unpacks to %d, at most %d", size, unpacked, maxUnpacked)
	}
	if err := w.open(); err != nil {
		return nil, err
	}
	return w.table(sheet)
}

// part reads a part's elements one by one.
func (w *workbook) part(name string, element func(d *xml.Decoder, e xml.StartElement) error) error {
	f := w.parts[name]
	if f == nil {
		return fault.Invalid("list_invalid", "this is no workbook (.xlsx): it has no %s", name)
	}
	r, err := f.Open()
	if err != nil {
		return fault.Invalid("list_invalid", "the workbook is damaged: %s: %v", name, err)
	}
	defer func() { _ = r.Close() }()
	limited := &io.LimitedReader{R: r, N: w.left}
	d := xml.NewDecoder(limited)
	for {
		token, err := d.RawToken()
		if limited.N <= 0 { // what the directory said of its size was not true
			return tooLarge("the workbook unpacks to more than %d bytes", maxUnpacked)
		}
		if errors.Is(err, io.EOF) {
			w.left = limited.N
			return nil
		}
		if err == nil {
			if e, ok := token.(xml.StartElement); ok {
				err = element(d, e)
			}
		}
		if known := (*fault.Error)(nil); err != nil && !errors.As(err, &known) {
			err = fault.Invalid("list_invalid", "the workbook is damaged: %s: %v", name, err)
		}
		if err != nil {
			return err
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// open reads the directory of sheets and the shared texts.
func (w *workbook) open() error {
	targets := map[string]string{}
	err := w.part("xl/_rels/workbook.xml.rels", func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local == "Relationship" {
			target := attribute(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join("xl", target)
			}
			targets[attribute(e, "Id")] = strings.TrimPrefix(target, "/")
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = w.part("xl/workbook.xml", func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			w.from1904 = attribute(e, "date1904") == "1" || attribute(e, "date1904") == "true"
		case "sheet":
			if state := attribute(e, "state"); state == "" || state == "visible" {
				w.sheets = append(w.sheets, sheetPart{attribute(e, "name"), targets[attribute(e, "id")]})
			}
		}
		return nil
	})
	if err != nil || w.parts["xl/sharedStrings.xml"] == nil {
		return err
	}
	return w.part("xl/sharedStrings.xml", func(d *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		text, err := richText(d)
		w.shared = append(w.shared, text)
		return err
	})
}

// richText joins the runs of a text up to its end; readings in another script (rPh) are not part of it.
func richText(d *xml.Decoder) (string, error) {
	var b strings.Builder
	for depth, skipped := 1, 0; depth > 0; {
		token, err := d.RawToken()
		if err != nil {
			return "", err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth++; e.Name.Local == "rPh" || skipped > 0 {
				skipped++
			}
		case xml.EndElement:
			depth--
			skipped = max(0, skipped-1)
		case xml.CharData:
			if skipped == 0 && depth > 1 {
				b.Write(e)
			}
		}
	}
	return b.String(), nil
}

// table reads the named sheet, or the only one that has cells beside a template's help.
func (w *workbook) table(name string) (*Table, error) {
	var found *Table
	var names []string
	for _, s := range w.sheets {
		if name != "" && s.name != name || name == "" && s.name == helpSheet && len(w.sheets) > 1 {
			continue
		}
		t, err := w.sheet(s)
		if err != nil {
			return nil, err
		}
		if len(t.Rows) > 0 || name != "" {
			found, names = t, append(names, s.name)
		}
	}
	switch {
	case len(names) > 1:
		return nil, sheetNeeded(names)
	case found == nil && name != "":
		return nil, fault.Invalid("list_invalid", "the workbook has no visible sheet %q", name)
	case found == nil:
		return &Table{}, nil
	default:
		return found, nil
	}
}

func (w *workbook) sheet(s sheetPart) (*Table, error) {
	t := &Table{Sheet: s.name, From1904: w.from1904}
	last := 0
	err := w.part(s.path, func(d *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "row":
			place := last + 1
			if r := attribute(e, "r"); r != "" {
				n, err := strconv.Atoi(r)
				if err != nil || n <= last {
					return fault.Invalid("list_invalid", "sheet %s: row %q after row %d", s.name, r, last)
				}
				place = n
			}
			last = place
			cells, err := w.row(d, place)
			if err != nil || len(cells) == 0 {
				return err
			}
			if t.Rows = append(t.Rows, Row{place, cells}); len(t.Rows) > maxRows {
				return tooLarge("sheet %s: more than %d rows", s.name, maxRows)
			}
		case "mergeCell":
			from, to, _ := strings.Cut(attribute(e, "ref"), ":")
			if r, ok := rangeOf(from, to); ok {
				t.Merge = append(t.Merge, r)
			}
		}
		return nil
	})
	return t, err
}

// row reads the cells of a row up to its end.
func (w *workbook) row(d *xml.Decoder, place int) ([]Cell, error) {
	var cells []Cell
	for {
		token, err := d.RawToken()
		if err != nil {
			return nil, err
		}
		switch e := token.(type) {
		case xml.EndElement:
			if e.Name.Local == "row" {
				return trimmed(cells), nil
			}
		case xml.StartElement:
			if e.Name.Local != "c" {
				if err := d.Skip(); err != nil {
					return nil, err
				}
				continue
			}
			column := len(cells) + 1
			if ref := attribute(e, "r"); ref != "" {
				if _, column = placeOf(ref); column < len(cells)+1 || column > maxColumns {
					return nil, tooLarge("row %d: a cell %q; at most %d columns, in their order", place, ref, maxColumns)
				}
			}
			for len(cells) < column-1 {
				cells = append(cells, Cell{})
			}
			cell, err := w.cell(d, attribute(e, "t"))
			if err != nil {
				return nil, err
			}
			cells = append(cells, cell)
		}
	}
}

// cell reads a cell up to its end by the type it is stored as.
func (w *workbook) cell(d *xml.Decoder, stored string) (c Cell, err error) {
	var value strings.Builder
	into := (*strings.Builder)(nil)
	for {
		token, err := d.RawToken()
		if err != nil {
			return c, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "f":
				c.Kind = FormulaCell
				into = nil
			case "v":
				into = &value
			case "is":
				c.Text, err = richText(d)
				if err != nil {
					return c, err
				}
			}
		case xml.CharData:
			if into != nil {
				into.Write(e)
			}
		case xml.EndElement:
			if into = nil; e.Name.Local == "c" {
				return w.stored(c, stored, value.String())
			}
		}
	}
}

func (w *workbook) stored(c Cell, stored, value string) (Cell, error) {
	switch stored {
	case "s":
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 || n >= len(w.shared) {
			return c, errors.New("a cell's text is missing")
		}
		c.Text = w.shared[n]
	case "inlineStr":
	case "str", "b", "d":
		c.Text = value
	case "e": // #REF!: a formula that has no value
		c.Text, c.Kind = value, FormulaCell
	default:
		if c.Text = value; c.Kind == TextCell && value != "" {
			c.Kind = NumberCell
		}
	}
	c.Text = strings.TrimSpace(c.Text)
	return c, nil
}

// placeOf reads C17 as row 17, column 3.
func placeOf(ref string) (row, column int) {
	for i, r := range ref {
		if r < 'A' || r > 'Z' {
			row, _ = strconv.Atoi(ref[i:])
			return row, column
		}
		if column = column*26 + int(r-'A') + 1; column > 1<<20 {
			return 0, 0
		}
	}
	return 0, 0
}

func rangeOf(from, to string) (r Range, ok bool) {
	r.FromRow, r.FromColumn = placeOf(from)
	r.ToRow, r.ToColumn = placeOf(to)
	return r, r.FromRow > 0 && r.ToRow >= r.FromRow && r.ToColumn >= r.FromColumn
}
