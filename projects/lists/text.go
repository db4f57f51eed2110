package lists

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"mingzhang/accounting/fault"
)

// readText reads a text table. Nobody says which encoding a file has, so its bytes do: a byte-order mark, else valid UTF-8,
// else GB 18030, which offices' systems and older Excel write.
func readText(r io.Reader) (*Table, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fault.Internal(err)
	}
	text, err := decoded(raw)
	if err != nil {
		return nil, err
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma, reader.FieldsPerRecord, reader.ReuseRecord = separator(text), -1, true
	t := &Table{}
	for {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
			return nil, fault.Invalid("list_invalid", "row %d: a quotation mark is not closed or stands within a cell that does not begin with one", bad.StartLine)
		}
		if err != nil {
			return nil, fault.Internal(err)
		}
		place, _ := reader.FieldPos(0)
		if len(fields) > maxColumns {
			return nil, tooLarge("row %d has %d columns, at most %d", place, len(fields), maxColumns)
		}
		cells := make([]Cell, len(fields))
		for i, f := range fields {
			cells[i] = textCell(f)
		}
		if cells = trimmed(cells); len(cells) == 0 {
			continue
		}
		if t.Rows = append(t.Rows, Row{place, cells}); len(t.Rows) > maxRows {
			return nil, tooLarge("more than %d rows", maxRows)
		}
	}
}

// textCell reads ="0123", by which Excel is made to keep a number's zeros, as the text it stands for. Any other formula is
// kept as one.
func textCell(field string) Cell {
	text := strings.TrimSpace(field)
	if inner, ok := strings.CutPrefix(text, `="`); ok && strings.HasSuffix(inner, `"`) {
		return Cell{Text: strings.TrimSuffix(inner, `"`)}
	}
	if len(text) > 1 && strings.HasPrefix(text, "=") {
		return Cell{text, FormulaCell}
	}
	return Cell{Text: strings.TrimPrefix(text, "\t")}
}

func decoded(raw []byte) (string, error) {
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		from = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case utf8.Valid(raw):
		return string(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))), nil
	default:
		from = simplifiedchinese.GB18030
	}
	text, err := from.NewDecoder().Bytes(raw)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return "", fault.Invalid("list_invalid", "the file is neither a workbook nor text in UTF-8, UTF-16 or GBK: %s cannot be read", badLine(text))
	}
	return string(text), nil
}

// badLine says where the text stops being text.
func badLine(text []byte) string {
	before, _, _ := bytes.Cut(text, []byte(string(utf8.RuneError)))
	return "line " + strconv.Itoa(bytes.Count(before, []byte("\n"))+1)
}

// separator is the one that stands most often in the first lines outside quotation marks.
func separator(text string) rune {
	lines := strings.SplitN(text, "\n", 21)
	best, most := ',', 0
	for _, sep := range []rune{',', '\t', ';'} {
		count := 0
		for _, l := range lines[:min(len(lines), 20)] {
			for i, outside := range strings.Split(l, `"`) {
				if i%2 == 0 {
					count += strings.Count(outside, string(sep))
				}
			}
		}
		if count > most {
			best, most = sep, count
		}
	}
	return best
}
