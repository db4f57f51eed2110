package paper_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/paper"
)

func face(t testing.TB) *paper.Font {
	t.Helper()
	f, err := paper.LoadFont(paper.FontFiles...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var imprint = paper.Imprint{Book: "红寺堡区财政局", PrintedBy: "某会计", PrintedAt: time.Date(2026, 3, 5, 9, 7, 0, 0, time.UTC)}

func keep(t testing.TB, name string, pdf []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.ArtifactDir(), name+".pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func line(basis, account, name, debit, credit string) paper.VoucherLine {
	l := paper.VoucherLine{Basis: basis, Account: account, Name: name, About: "2025-05-01 大河乡卫生院业务用房；指标 2025-05-01/2025-01；合同 HT-1"}
	if debit != "" {
		l.Debit = accounting.MustMoney(debit)
	}
	if credit != "" {
		l.Credit = accounting.MustMoney(credit)
	}
	return l
}

func TestVoucher(t *testing.T) {
	v := paper.Voucher{Unit: "卫生健康局", No: accounting.VoucherNo{Period: 202506, Number: 12}, Date: accounting.MustDate("2025-06-30"), Memo: "ZF-2025-0007 支付卫生院业务用房进度款", Attachments: 3,
		PreparedBy: "甲", ReviewedBy: "乙", PostedBy: "丙", Lines: []paper.VoucherLine{
			line("financial", "2302.02", "应付账款 应付工程款", "2200000.00", ""), line("financial", "4001.01", "财政拨款收入 一般公共预算", "", "2200000.00"),
			line("budgetary", "7101", "行政支出", "2200000.00", ""), line("budgetary", "6001", "财政拨款预算收入", "", "2200000.00"),
			line("authority", "9401", "指标支出", "2200000.00", ""), line("authority", "9301.04", "可执行指标 支付占用", "", "2200000.00")}}
	for _, layout := range []paper.Layout{paper.A4, paper.TwoUp, paper.Narrow} {
		pdf, err := paper.PrintVoucher(face(t), imprint, layout, v)
		keep(t, "voucher-"+string(layout), pdf, err)
	}
	v.Red = true
	demo := imprint
	demo.Demo = true
	pdf, err := paper.PrintVoucher(face(t), demo, paper.A4, v)
	keep(t, "voucher-demo", pdf, err)
}

func textOf(t testing.TB, path string) string {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-raw", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext (Debian package poppler-utils): %v", err)
	}
	return string(text)
}

func bare(text string) string { return strings.Join(strings.Fields(text), "") }

// hostile are 200 texts as nobody should write them.
func hostile() []string {
	all := []string{
		"<script>alert(1)</script>", "=HYPERLINK(\"http://x\")", "'; drop table accounting.lines; --", "%PDF-1.7 endobj stream", "(\\)\\(unbalanced", "BT /F1 12 Tf ET", "{{.}} {{template}}", "\u202egnp.exe", "\u2066isolate\u2069",
		"\x00null", "bell\a back\b", "line\nfeed\r\nand\rreturn", "tab\ttab", "\u0001\u001f\u007f\u0085", "\ufeffmark", "zero\u200bwidth\u200djoin", "é composed and e\u0301", "🙂🏗️👨‍👩‍👧", "𠮷野家 𡈽", "ﷺ שלום العربية", "ไทย हिन्दी",
		"\xff\xfe broken", "\u2028line\u2029paragraph", strings.Repeat("长", 500), strings.Repeat("W", 500), strings.Repeat("https://example/", 40), strings.Repeat("，", 80), strings.Repeat("（", 80), strings.Repeat(" ", 300) + "end",
		"1,234,567,890,123,456,789.00", "人民币〇零壹￥¥", "Ａ１全角", "■□▪", "\U0010ffff", "\ue000private",
	}
	for i := len(all); i < 200; i++ {
		all = append(all, fmt.Sprintf("%d %s%s", i, all[i%35], strings.Repeat(all[(i*7)%35], i%3)))
	}
	return all
}

// Whatever people write comes out as text inside its cell: nothing breaks a form, nothing hides or turns the line round.
func TestHostileTextsComeOutAsText(t *testing.T) {
	t.Parallel()
	facts := make([]paper.Fact, 0, 200)
	for _, text := range hostile() {
		facts = append(facts, paper.Fact{Name: text, Value: text})
	}
	pdf, err := paper.PrintSheet(face(t), imprint, paper.Sheet{Title: "合同", Number: "HT-1", Unit: facts[7].Value, Project: facts[24].Value, Facts: facts, Signatures: []paper.Signature{{Office: facts[0].Value, Name: facts[24].Value, Remark: facts[23].Value}}})
	path := keep(t, "hostile", pdf, err)
	text := textOf(t, path)
	for _, want := range []string{"<script>alert(1)</script>", "=HYPERLINK(\"http://x\")", "'; drop table accounting.lines; --", "(\\)\\(unbalanced", "□gnp.exe", "□null", "bell□ back□", "line", "zero□width□join", strings.Repeat("长", 500), strings.Repeat("W", 500), "人民币〇零壹￥¥", "□ 表示字库无法印出的字符", "U+202E", "第 1/"} {
		if !strings.Contains(bare(text), bare(want)) {
			t.Errorf("%q is not in the print", want)
		}
	}
	for _, r := range text {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\n' && r != '\f' {
			t.Errorf("%U is in the print's text", r)
		}
	}
	within(t, path, 20, 210-12)
}

// within fails for a word that stands outside the margins, in millimetres from the left.
func within(t testing.TB, path string, from, to float64) {
	t.Helper()
	boxes, err := exec.CommandContext(t.Context(), "pdftotext", "-bbox", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	words := regexp.MustCompile(`xMin="([0-9.]+)" yMin="([0-9.-]+)" xMax="([0-9.]+)" yMax="([0-9.]+)"`).FindAllStringSubmatch(string(boxes), -1)
	if len(words) < 20 {
		t.Fatalf("%s: only %d words", path, len(words))
	}
	page := regexp.MustCompile(`<page width="[0-9.]+" height="([0-9.]+)"`).FindStringSubmatch(string(boxes))
	height, _ := strconv.ParseFloat(page[1], 64)
	for _, w := range words {
		var at [4]float64
		for i := range at {
			at[i], _ = strconv.ParseFloat(w[i+1], 64)
		}
		if at[0] < from*72/25.4-1 || at[2] > to*72/25.4+1 || at[1] < 0 || at[3] > height {
			t.Errorf("%s: a word stands at %.1f, beyond the margins", filepath.Base(path), at)
		}
	}
}

// fill puts hostile texts into every text of a form, and two parts into every list.
func fill(v reflect.Value, next func() string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(next())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), next)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 12, 12))
		for i := range v.Len() {
			fill(v.Index(i), next)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), next)
	default:
	}
}

// In every form, every text may be hostile.
func TestHostileTextsInEveryForm(t *testing.T) {
	t.Parallel()
	texts, f, i := hostile(), face(t), 0
	next := func() string { i++; return texts[i%len(texts)] }
	print := func(name string, from, to float64, form any, draw func() ([]byte, error)) {
		fill(reflect.ValueOf(form).Elem(), next)
		pdf, err := draw()
		path := keep(t, "hostile-"+name, pdf, err)
		within(t, path, from, to)
		for _, r := range textOf(t, path) {
			if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\n' && r != '\f' {
				t.Errorf("%s: %U is in the text", name, r)
			}
		}
	}
	bad := imprint
	bad.Book, bad.PrintedBy = strings.Repeat("很长的账套名称", 40), "\u202e"+strings.Repeat("某", 90)
	for _, layout := range []paper.Layout{paper.A4, paper.TwoUp, paper.Narrow} {
		to := map[paper.Layout]float64{paper.A4: 198, paper.TwoUp: 200, paper.Narrow: 232}[layout]
		var v paper.Voucher
		print("voucher-"+string(layout), 20, to, &v, func() ([]byte, error) {
			for i := range v.Lines {
				v.Lines[i].Basis = []string{"financial", "budgetary", "authority"}[i%3]
			}
			return paper.PrintVoucher(f, bad, layout, v)
		})
	}
	var (
		r paper.Request
		o paper.Order
		b paper.BankSheet
		y paper.TreasurySheet
		c paper.Reconciliation
		e paper.Execution
		l paper.Ledger
		g paper.Register
		n paper.Notice
	)
	print("request", 20, 198, &r, func() ([]byte, error) { return paper.PrintRequest(f, bad, r) })
	print("order", 20, 232, &o, func() ([]byte, error) { return paper.PrintOrder(f, bad, o) })
	print("bank", 20, 198, &b, func() ([]byte, error) { return paper.PrintBankSheet(f, bad, b) })
	print("treasury", 12, 285, &y, func() ([]byte, error) { return paper.PrintTreasurySheet(f, bad, y) })
	print("reconciliation", 12, 285, &c, func() ([]byte, error) { return paper.PrintReconciliation(f, bad, c) })
	print("execution", 12, 285, &e, func() ([]byte, error) { return paper.PrintExecution(f, bad, e) })
	print("register", 14, 410, &g, func() ([]byte, error) { return paper.PrintRegister(f, bad, g) })
	print("notice", 20, 198, &n, func() ([]byte, error) { return paper.PrintNotice(f, bad, n) })
	print("ledger", 12, 285, &l, func() ([]byte, error) { l.Normal = accounting.Debit; return paper.PrintLedger(f, bad, l) })
}

// A ledger of several sheets carries its sums over, and they are the sums.
func TestLedgerCarriesOver(t *testing.T) {
	t.Parallel()
	l := paper.Ledger{Account: "9401", Name: "指标支出", Normal: accounting.Debit, From: accounting.MustDate("2025-01-01"), To: accounting.MustDate("2025-12-31"), Opening: accounting.MustMoney("100.00")}
	sum, balance := accounting.Money{}, l.Opening
	var after []string
	for i := range 95 {
		m := accounting.Fen(int64(1000 + i))
		sum, balance = sum.Add(m), balance.Add(m)
		l.Lines = append(l.Lines, paper.LedgerLine{Date: accounting.MustDate("2025-03-05"), No: accounting.VoucherNo{Period: 202503, Number: i + 1}, Memo: "支付", Debit: m, Balance: balance})
		after = append(after, paper.Yuan(sum)+" 0.00 借 "+paper.Yuan(balance))
	}
	pdf, err := paper.PrintLedger(face(t), imprint, l)
	text := textOf(t, keep(t, "ledger", pdf, err))
	sheets := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	done := 0
	for i, s := range sheets {
		done += len(regexp.MustCompile(`(?m)^2025-03-05`).FindAllString(s, -1))
		if strings.Contains(s, "过次页") != (i < len(sheets)-1) || strings.Contains(s, "承前页") != (i > 0) || !strings.Contains(s, "凭证字号") {
			t.Errorf("sheet %d:\n%s", i+1, s)
		}
		if i < len(sheets)-1 {
			carried := bare(after[done-1])
			if !strings.Contains(bare(s), "过次页"+carried) || !strings.Contains(bare(sheets[i+1]), "承前页"+carried) {
				t.Errorf("after %d lines %s is not carried over:\n%s\n%s", done, after[done-1], s, sheets[i+1])
			}
		}
	}
	if len(sheets) < 3 || done != 95 || !strings.Contains(bare(sheets[len(sheets)-1]), "累计"+bare(after[94])) {
		t.Errorf("%d sheets, %d lines", len(sheets), done)
	}
}

// A table in 万元 says so when its shown cells do not add up, and only then.
func TestFootnoteOfTablesInWan(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		parts []string
		noted bool
	}{{[]string{"50.00", "50.00"}, true}, {[]string{"2500000.00", "100.00"}, false}} {
		e := paper.Execution{AsOf: accounting.MustDate("2025-03-31"), TimeShare: "24.66"}
		for i, part := range x.parts {
			m := accounting.MustMoney(part)
			e.Rows = append(e.Rows, paper.ExecutionRow{Code: fmt.Sprint(i), Original: m})
			e.Total.Original = e.Total.Original.Add(m)
		}
		pdf, err := paper.PrintExecution(face(t), imprint, e)
		text := textOf(t, keep(t, fmt.Sprintf("wan-%t", x.noted), pdf, err))
		if strings.Contains(bare(text), bare(paper.WanNote)) != x.noted || !strings.Contains(text, paper.Wan(e.Total.Original)) {
			t.Errorf("%v:\n%s", x.parts, text)
		}
	}
}

func TestBankSheet(t *testing.T) {
	t.Parallel()
	m := accounting.MustMoney
	bank, side, apart := m("5995000.00"), m("5990000.00"), m("0.00")
	pdf, err := paper.PrintBankSheet(face(t), imprint, paper.BankSheet{Unit: "民政局", Bank: "农业银行", Number: "29370101040000001", Account: "1002.02", Month: 202503, Ledger: m("5990000.00"), Adjusted: m("5990000.00"), Statement: &bank, UnitOut: m("5000.00"),
		StatementAdjusted: &side, Apart: &apart, Items: []paper.BankSheetItem{{Side: "单位已付、银行未付", Date: accounting.MustDate("2025-03-30"), About: "救助 2025-03 记-0009", Days: 1, Reason: "在途", Owner: "某出纳", Amount: m("5000.00")}}})
	text := bare(textOf(t, keep(t, "bank", pdf, err)))
	for _, want := range []string{"银行存款余额调节表", "5,990,000.00对账单余额5,995,000.00", "减：单位已付、银行未付5,000.00", "调节后余额5,990,000.00调节后余额5,990,000.00", "差额0.00", "救助2025-03记-0009"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	pdf, err = paper.PrintBankSheet(face(t), imprint, paper.BankSheet{Month: 202503})
	if text := textOf(t, keep(t, "bank-empty", pdf, err)); strings.Count(text, "对账单未到") != 3 || !strings.Contains(text, "无未达账项") {
		t.Errorf("without a statement:\n%s", text)
	}
}

// The register has its columns in their order, a project without plan has no figure, and a part is not added twice.
func TestRegister(t *testing.T) {
	t.Parallel()
	m := func(text string) *accounting.Money { a := accounting.MustMoney(text); return &a }
	row := paper.RegisterRow{Place: "1", Top: true, Name: "大河乡卫生院综合楼", Leader: "某某", Lead: "卫健局", With: "大河乡", Content: "业务用房 3,000 平方米", Due: "2025-12", Planned: m("8600000.00"), Sources: "区本级财政", DocumentNos: "红财发〔2025〕1号", Issued: m("8600000.00"),
		Contractor: "某建筑公司", ContractPrice: m("7800000.00"), Progress: "85.00", Certified: m("8560000.00"), Works: m("7760000.00"), Equipment: m("380000.00"), Deferred: m("420000.00"), OtherCost: m("0.00"), Payable: m("0.00"), Advance: m("0.00"), Retention: m("232800.00"),
		Paid: m("8327200.00"), Rest: m("272800.00"), InvestedShare: "99.53", PaidShare: "96.83", Problems: "冬季停工", Measures: "三月复工", FiledBy: "某经办", FiledOn: "2025-12-31"}
	part := row
	part.Part, part.Place, part.Planned, part.Top = "一期", "1.1", nil, false
	pdf, err := paper.PrintRegister(face(t), imprint, paper.Register{AsOf: accounting.MustDate("2025-12-31"), Rows: []paper.RegisterRow{row, part}, Total: row})
	text := bare(textOf(t, keep(t, "register", pdf, err)))
	for _, want := range []string{"项目资金台账", "860.00区本级财政红财发〔2025〕1号860.00某建筑公司780.0085.00856.00776.0038.0042.000.000.000.0023.28832.7227.2899.5396.83冬季停工三月复工某经办2025-12-31", "无计划数区本级财政"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, bare(paper.WanNote)) {
		t.Error("the parts of a row are added beside it")
	}
}

// Without the face there is no print, and the answer says what to install.
func TestFontMissing(t *testing.T) {
	t.Parallel()
	for _, files := range [][]string{{"/nowhere/wqy-microhei.ttc"}, {os.Args[0]}} {
		if _, err := paper.LoadFont(files...); fault.Code(err) != "font_missing" || !strings.Contains(err.Error(), "apt-get install fonts-wqy-microhei") {
			t.Errorf("%v: %v", files, err)
		}
	}
}
