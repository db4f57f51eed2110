package lists_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// payments is a form with a column of each type.
var payments = lists.Form{Kind: "payments", NameZH: "支付明细", NameEN: "payments", Columns: []lists.Column{
	{Field: "voucher", Heading: "支付凭证号", Type: lists.IdentifierColumn, Required: true, Help: "国库的凭证号", Example: "640303250000017"},
	{Field: "day", Heading: "日期", Also: []string{"支付日期"}, Type: lists.DayColumn, Required: true},
	{Field: "payee", Heading: "收款人", Also: []string{"收款人名称"}, Type: lists.TextColumn, Required: true},
	{Field: "account", Heading: "账号", Also: []string{"收款人账号"}, Type: lists.IdentifierColumn},
	{Field: "amount", Heading: "金额", Also: []string{"支付金额"}, Type: lists.AmountColumn, Required: true},
	{Field: "returned", Heading: "退回标志", Type: lists.MarkColumn},
}}

const plainCSV = "支付凭证号,日期,收款人,账号,金额,退回标志\n0017,2025-03-14,某建筑公司,6402000000000000123,\"2,340,000.00\",否\n0018,20250711,某监理公司,6402,￥420000.5,是\n合计,,,,\"2,760,000.50\",\n"

func read(t *testing.T, content []byte, p lists.Profile) (*lists.List, []lists.Defect, error) {
	t.Helper()
	table, err := lists.Read(bytes.NewReader(content), int64(len(content)), p.Sheet)
	if err != nil {
		return nil, nil, err
	}
	l, problems := payments.Read(table, p)
	return l, problems, nil
}

func understood(t *testing.T, content []byte, p lists.Profile) *lists.List {
	t.Helper()
	l, problems, err := read(t, content, p)
	if err != nil || len(problems) > 0 {
		t.Fatalf("not understood: %v %v", err, problems)
	}
	return l
}

func line(r lists.Record) string {
	m, _ := r.Amount("amount")
	return fmt.Sprintf("%d %s %s %s %s %s %t", r.Place, r.Text("voucher"), r.Day("day"), r.Text("payee"), r.Text("account"), m, r.Marked("returned"))
}

func same(t *testing.T, l *lists.List, want ...string) {
	t.Helper()
	got := make([]string, len(l.Records))
	for i, r := range l.Records {
		got[i] = line(r)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("read\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// One list in each encoding offices send gives the same rows.
func TestTextTablesInTheirEncodings(t *testing.T) {
	t.Parallel()
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(strings.ReplaceAll(plainCSV, "￥", ""))
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.NewReplacer(`"2,340,000.00"`, "2,340,000.00", `"2,760,000.50"`, "2,760,000.50", ",", "\t").Replace(strings.NewReplacer("2,340,", "2340", "2,760,", "2760").Replace(plainCSV)))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"UTF-8": plainCSV, "UTF-8 with a byte-order mark": "\xef\xbb\xbf" + plainCSV, "GBK": gbk, "lines of Windows": strings.ReplaceAll(plainCSV, "\n", "\r\n"),
		"UTF-16 with tabs": utf16, "semicolons": strings.NewReplacer(`"2,340,000.00"`, "2340000.00", `"2,760,000.50"`, "2760000.50", ",", ";").Replace(plainCSV),
	} {
		t.Run(name, func(t *testing.T) {
			l := understood(t, []byte(content), lists.Profile{})
			same(t, l, "2 0017 2025-03-14 某建筑公司 6402000000000000123 2340000.00 false", "3 0018 2025-07-11 某监理公司 6402 420000.50 true")
			if got := l.Totals["amount"].String(); got != "2760000.50" || len(l.Confirmed) != 1 {
				t.Errorf("total %s, confirmed by the list: %v", got, l.Confirmed)
			}
		})
	}
}

// workbook writes cells as a workbook; rows begin in row 1.
func workbook(t *testing.T, rows [][]any, change func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var heading = []any{"序号", "支付凭证号", "支付日期", "收款人名称", "收款人账号", "支付金额（万元）"}

// A workbook as an office makes it: a merged title, its unit, days as counts, amounts in 万元, a total and who made it.
func TestWorkbookOfAnOffice(t *testing.T) {
	t.Parallel()
	content := workbook(t, [][]any{
		{"红寺堡区2025年3月国库集中支付明细表"}, {}, {"单位：万元"}, heading,
		{1, "0017", 45730, "某建筑公司", "6402000000000000123", 234}, {2, "0018", "2025年7月11日", "某监理公司", "6402", 42.00005}, {"小计", nil, nil, nil, nil, 276.00005},
		{3, "0019", "2025/12/5 00:00:00", "某公司", "6403", "１.５"}, {"合 计", nil, nil, nil, nil, 277.50005}, {"制表人：马", nil, nil, "审核人：海"},
	}, func(f *excelize.File) { _ = f.MergeCell("Sheet1", "A1", "F2") })
	l := understood(t, content, lists.Profile{})
	same(t, l, "5 0017 2025-03-14 某建筑公司 6402000000000000123 2340000.00 false", "6 0018 2025-07-11 某监理公司 6402 420000.50 false", "8 0019 2025-12-05 某公司 6403 15000.00 false")
	if l.Measure != lists.Wan || len(l.Notes) != 1 || l.Title[0] != "红寺堡区2025年3月国库集中支付明细表" || len(l.Unused) != 1 || l.Unused[0] != "序号" {
		t.Errorf("understood as %+v", l)
	}
}

// What a bureau must not book by mistake is refused with its cell and why.
func TestListsThatAreRefused(t *testing.T) {
	t.Parallel()
	row := func(cells ...any) [][]any { return [][]any{heading, append([]any{1}, cells...)} }
	good := []any{"0017", "2025-03-14", "某公司", "6402", "1"}
	with := func(at int, v any) [][]any {
		cells := append([]any{}, good...)
		cells[at] = v
		return row(cells...)
	}
	for name, c := range map[string]struct {
		rows   [][]any
		change func(f *excelize.File)
		want   string // cell and what is said of it
	}{
		"an account that lost its digits": {with(3, 1.5e17), nil, "E2: \"150000000000000000\" is stored as a number and has lost its digits after the fifteenth"},
		"an account typed as 1.5E+17":     {with(3, "1.5E+17"), nil, "E2: \"1.5E+17\" has lost its digits"},
		"a formula":                       {with(4, nil), func(f *excelize.File) { _ = f.SetCellFormula("Sheet1", "F2", "=1+1") }, "F2: a formula"},
		"half a fen":                      {with(4, 0.0000005), nil, "F2: \"0.0000005\" comes to 0.005 yuan, which is not whole fen"},
		"an amount with its unit":         {with(4, "2500万"), nil, "F2: \"2500万\" is written with its unit"},
		"commas that group nothing":       {with(4, "1,5"), nil, "F2: \"1,5\": the commas do not group thousands"},
		"a day that is none":              {with(1, "2025-02-30"), nil, "C2: \"2025-02-30\" is no day of the calendar"},
		"a day that is a number":          {with(1, 7), nil, "C2: \"7\" is stored as a number and is no count of days"},
		"no payee":                        {with(2, nil), nil, "D2: empty, and every row has it"},
		"a missing column":                {[][]any{{"支付凭证号", "日期"}, {"1", "2025-01-01"}}, nil, ": columns 收款人、金额 were not found in row 1"},
		"no heading":                      {[][]any{{"你好"}}, nil, ": columns 支付凭证号、日期、收款人、金额 were not found in the first 40 rows"},
		"no row":                          {[][]any{heading}, nil, ": there is no row below the heading"},
		"a total that is wrong":           {append(row(good...), []any{"合计", nil, nil, nil, nil, 1.01}), nil, "F3: the total states 10100.00 yuan, the rows come to 10000.00: 100.00 apart"},
		"a row below the total":           {append(row(good...), []any{"合计", nil, nil, nil, nil, 1}, append([]any{2}, good...)), nil, ": a row below the total"},
		"a payee merged over rows":        {append(row(good...), append([]any{2}, good...)), func(f *excelize.File) { _ = f.MergeCell("Sheet1", "D2", "D3") }, "D2: D2:D3 are merged"},
		"two units":                       {append([][]any{{"单位：元"}}, row(good...)...), nil, "one list has one unit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems, err := read(t, workbook(t, c.rows, c.change), lists.Profile{})
			if err != nil || len(problems) == 0 {
				t.Fatalf("understood: %v", err)
			}
			if got := problems[0].Cell + ": " + problems[0].Detail; !strings.Contains(got, c.want) {
				t.Errorf("said %s\nwant %s", got, c.want)
			}
		})
	}
}

// Lines within a cell are one text; other control characters are none.
func TestTextsOfSeveralLines(t *testing.T) {
	t.Parallel()
	l := understood(t, []byte("支付凭证号,日期,收款人,金额\n1,2025-01-02,\"某建筑\r\n有限公司\",1\n"), lists.Profile{})
	same(t, l, "2 1 2025-01-02 某建筑 有限公司  1.00 false")
	_, problems, err := read(t, []byte("支付凭证号,日期,收款人,金额\n1,2025-01-02,某\x0b公司,1\n"), lists.Profile{})
	if err != nil || len(problems) != 1 || problems[0].Cell != "C2" || !strings.Contains(problems[0].Detail, "U+000B") {
		t.Errorf("said %v %v", err, problems)
	}
}

// Files that are no lists, or made to hurt, are refused before they do.
func TestFilesThatAreNoLists(t *testing.T) {
	t.Parallel()
	bomb := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, _ := z.Create("xl/workbook.xml")
		zeros := make([]byte, 1<<20)
		for range 700 {
			_, _ = w.Write(zeros)
		}
		_ = z.Close()
		return b.Bytes()
	}
	whole := workbook(t, [][]any{heading}, nil)
	for name, c := range map[string]struct {
		content    []byte
		code, want string
	}{
		"a zip bomb":        {bomb(), "list_too_large", "unpacks to"},
		"a cut workbook":    {whole[:len(whole)/2], "list_invalid", "cut or damaged"},
		"an old workbook":   {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"), "list_invalid", "save it as .xlsx"},
		"a picture":         {[]byte("\x89PNG\r\n\x1a\n\x00\x00\xff\xff\xff"), "list_invalid", "neither a workbook nor text"},
		"another archive":   {zipOf("readme.txt"), "list_invalid", "no workbook"},
		"an open quotation": {[]byte("a,b\n\"x,1\n"), "list_invalid", "quotation mark"},
		"too many rows":     {[]byte(strings.Repeat("1,2\n", 200_001)), "list_too_large", "more than 200000 rows"},
		"several sheets": {workbook(t, [][]any{heading}, func(f *excelize.File) {
			_, _ = f.NewSheet("二")
			_ = f.SetCellStr("二", "A1", "x")
		}), "list_invalid", `"Sheet1" "二"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := read(t, c.content, lists.Profile{})
			if fault.Code(err) != c.code || !strings.Contains(err.Error(), c.want) {
				t.Errorf("said %v, want %s: %s", err, c.code, c.want)
			}
		})
	}
}

func zipOf(name string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	_, _ = z.Create(name)
	_ = z.Close()
	return b.Bytes()
}

// A profile says where a source has its columns under headings of its own.
func TestProfileOfASource(t *testing.T) {
	t.Parallel()
	content := []byte("凭证,日期,户名,发生额\n1,2025-01-02,甲,10.00\n")
	l := understood(t, content, lists.Profile{Headings: map[string]string{"voucher": "凭证", "payee": "户名", "amount": "发生额"}})
	same(t, l, "2 1 2025-01-02 甲  10.00 false")
	if _, problems, _ := read(t, content, lists.Profile{}); len(problems) != 1 {
		t.Errorf("without it: %v", problems)
	}
}

// A template is read back as a list of its form once it is filled in, with its help beside it.
func TestTemplateIsReadBack(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := payments.WriteTemplate(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	filled := []any{"0017", "2025-03-14", "甲", "0640200000000000001", 12.5}
	if err := f.SetSheetRow(payments.NameZH, "A3", &filled); err != nil {
		t.Fatal(err)
	}
	b.Reset()
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	same(t, understood(t, b.Bytes(), lists.Profile{}), "3 0017 2025-03-14 甲 0640200000000000001 12.50 false")
}

// What is written as a workbook is read as it was: digits that are names, amounts beyond what a workbook's numbers hold, and
// texts that look like formulas.
func TestWrittenListIsReadBack(t *testing.T) {
	t.Parallel()
	rows := [][]any{
		{"0017", accounting.MustDate("2025-03-14"), "=1+1", "0640200000000000001", accounting.MustMoney("2307692.31")},
		{"0018", accounting.MustDate("2025-03-14"), "乙", "1", accounting.MustMoney("123456789012345.67")},
	}
	var b bytes.Buffer
	if err := lists.WriteList(&b, "支付", []string{"支付凭证号", "日期", "收款人", "账号", "金额"}, rows); err != nil {
		t.Fatal(err)
	}
	same(t, understood(t, b.Bytes(), lists.Profile{}), "2 0017 2025-03-14 =1+1 0640200000000000001 2307692.31 false", "3 0018 2025-03-14 乙 1 123456789012345.67 false")
}

// A hundred thousand rows are read in seconds.
func BenchmarkWorkbookOf100000Rows(b *testing.B) {
	content := many(b, 100_000)
	b.ResetTimer()
	for b.Loop() {
		table, err := lists.Read(bytes.NewReader(content), int64(len(content)), "")
		if err != nil {
			b.Fatal(err)
		}
		if l, problems := payments.Read(table, lists.Profile{}); len(problems) > 0 || len(l.Records) != 100_000 {
			b.Fatal(problems)
		}
	}
}

// many writes a workbook of so many payments.
func many(t testing.TB, rows int) []byte {
	t.Helper()
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.SetRow("A1", heading); err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := w.SetRow(fmt.Sprintf("A%d", i+2), []any{i + 1, fmt.Sprintf("%06d", i), 45730, "某建筑公司", "6402000000000000123", 234.5}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
