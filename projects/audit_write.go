package projects

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// AuditFile is a table as it was written, for the control sheet 控制表.
type AuditFile struct {
	Name   string
	Rows   int
	SHA256 string
}

// WriteAuditWorkbook writes all tables into one workbook, with the data dictionary and the control sheet, which has the
// fingerprints of the CSV files with the same rows. Codes: book_unknown, period_unknown, list_invalid (more rows than a sheet has).
func WriteAuditWorkbook(ctx context.Context, tx bun.Tx, w io.Writer, q AuditQuery) error {
	a, err := audit(ctx, tx, q)
	if err != nil {
		return err
	}
	book, err := lists.NewWorkbook()
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }() // what was written is judged by Write
	var files []AuditFile
	for _, t := range AuditTables() {
		if err := book.Sheet(t.Name, t.headings()); err != nil {
			return err
		}
		f, err := a.write(t, io.Discard, book.Row)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	if err := book.Sheet("数据字典", dictionaryColumns); err != nil {
		return err
	}
	for _, row := range dictionaryRows() {
		if err := book.Row(row...); err != nil {
			return err
		}
	}
	if err := book.Sheet("控制表", controlColumns); err != nil {
		return err
	}
	for _, row := range append(a.headRows(), a.controlRows(files)...) {
		if err := book.Row(row...); err != nil {
			return err
		}
	}
	return book.Write(w)
}

// WriteAuditFiles writes all tables as CSV files into one archive, with the data dictionary and the control sheet.
func WriteAuditFiles(ctx context.Context, tx bun.Tx, w io.Writer, q AuditQuery) error {
	a, err := audit(ctx, tx, q)
	if err != nil {
		return err
	}
	archive := zip.NewWriter(w)
	var files []AuditFile
	for _, t := range AuditTables() {
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: t.Name + ".csv", Method: zip.Deflate})
		if err != nil {
			return fault.Internal(err)
		}
		f, err := a.write(t, entry, nil)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	for _, t := range []struct {
		name     string
		headings []string
		rows     [][]any
	}{{"数据字典", dictionaryColumns, dictionaryRows()}, {"控制表", controlColumns, append(a.headRows(), a.controlRows(files)...)}} {
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: t.name + ".csv", Method: zip.Deflate})
		if err != nil {
			return fault.Internal(err)
		}
		out := newAuditCSV(entry, t.headings)
		for _, row := range t.rows {
			out.put(row)
		}
		if err := out.close(); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return fault.Internal(err)
	}
	return nil
}

// WriteAuditTable writes one table as CSV. Code: not_found.
func WriteAuditTable(ctx context.Context, tx bun.Tx, w io.Writer, q AuditQuery, key string) error {
	a, err := audit(ctx, tx, q)
	if err != nil {
		return err
	}
	for _, t := range AuditTables() {
		if t.Key == key {
			_, err := a.write(t, w, nil)
			return err
		}
	}
	return fault.NotFound("not_found", "there is no audit table %q", key)
}

// write writes a table as CSV and, row by row, to wherever else it goes.
func (a *auditing) write(t AuditTable, w io.Writer, also func(...any) error) (AuditFile, error) {
	out := newAuditCSV(w, t.headings())
	err := t.rows(a, func(row ...any) error {
		out.put(row)
		if also != nil {
			return also(row...)
		}
		return nil
	})
	if err = errors.Join(err, out.close()); err != nil {
		return AuditFile{}, err
	}
	return AuditFile{t.Name + ".csv", out.rows, hex.EncodeToString(out.sum.Sum(nil))}, nil
}

func (t AuditTable) headings() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// auditCSV is a table as UTF-8 with a mark, and the fingerprint of its bytes.
type auditCSV struct {
	csv   *csv.Writer
	sum   hash.Hash
	width int
	rows  int
}

func newAuditCSV(w io.Writer, headings []string) *auditCSV {
	o := &auditCSV{sum: sha256.New(), width: len(headings)}
	both := io.MultiWriter(w, o.sum)
	_, _ = io.WriteString(both, "\ufeff") // an error stays with the csv writer, which meets it again
	o.csv = csv.NewWriter(both)
	_ = o.csv.Write(headings)
	return o
}

func (o *auditCSV) put(row []any) {
	cells := make([]string, o.width)
	for i, v := range row {
		switch v := v.(type) {
		case accounting.Money:
			cells[i] = v.String()
		case int:
			cells[i] = strconv.Itoa(v)
		case string:
			cells[i] = PlainCell(v)
		}
	}
	_ = o.csv.Write(cells)
	o.rows++
}

func (o *auditCSV) close() error {
	o.csv.Flush()
	if err := o.csv.Error(); err != nil {
		return fault.Internal(err)
	}
	return nil
}

var (
	dictionaryColumns = []string{"表", "序号", "字段", "类型", "说明"}
	controlColumns    = []string{"项目", "名称", "指标一", "数值一", "指标二", "数值二", "备注"}
)

// dictionaryRows say what every column of every table means.
func dictionaryRows() (rows [][]any) {
	for _, t := range AuditTables() {
		for i, c := range t.Columns {
			rows = append(rows, []any{t.Name, i + 1, c.Name, c.Type, c.Meaning})
		}
	}
	return rows
}

// headRows say of which books the tables are.
func (a *auditing) headRows() [][]any {
	unit := "全部核算单位"
	if !a.q.Unit.IsZero() && len(a.units) == 1 {
		unit = a.units[0].Code + " " + a.units[0].Name
	}
	return [][]any{{"账套", a.book.Name, "编号", int(a.q.Book), "年度", strconv.Itoa(a.q.Year)}, {"核算单位", unit}, {"导出时刻", a.at.In(time.FixedZone("Asia/Shanghai", 8*60*60)).Format("2006-01-02 15:04:05")}, {"标准", "列名取自审计采集常用三表；未经一致性验证"}, {"金额单位", "元"}}
}
