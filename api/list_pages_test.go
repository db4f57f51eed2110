package api_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mingzhang/api/web"
	"mingzhang/projects"
)

// The book is the demonstration's; nobody's browser runs a script.
func TestPagesOfLists(t *testing.T) {
	b := demonstration(t)
	t.Run("a refused file names its rows and leaves nothing", func(t *testing.T) { refusedFile(t, b) })
	t.Run("a column by another name is told once and remembered", func(t *testing.T) { rememberedColumns(t, b) })
	t.Run("hostile names and cells come out as text", func(t *testing.T) { hostileLists(t, b) })
	t.Run("the province's indicators, by a project code that was not known", func(t *testing.T) { indicatorsByPage(t, b) })
	t.Run("the treasury officer's month", func(t *testing.T) { treasuryMonth(t, b) })
	t.Run("the bank's months", func(t *testing.T) { bankMonths(t, b) })
	t.Run("who may not is told so", func(t *testing.T) { listsOfOthers(t, b) })
}

// A month with nothing missing leads to its close, and its sheets are those kept then.
func TestMonthsSheetIsKeptAtItsClose(t *testing.T) {
	b := demonstration(t)
	r := b.reads(t, "budget").get("/months/2025-11").sees("前面的月份没有结账").follows("先结 2025-10").sees("会计期间 2025-10", "没有阻碍，可以申请结账").get("/months/2025-10").sees("月末检查 2025-10", "什么都不缺，可以结账")
	if to := r.link("去结账 2025-10"); to != "/periods/2025-10" {
		t.Errorf("the close is at %s", to)
	}
	b.closesOnPages(t, "2025-10")
	r.get("/treasury/sheet?month=2025-10").sees("结账时留存", "留存指纹", "20,000.00").get("/months").sees("已结账", "下一个要结的月").get("/months/2025-10").sees("已结账")
}

// uploads fills in the form of a list with its file, as a browser sends it, and lands on the preview.
func (r *reader) uploads(kind string, fields map[string]string, name, content string) *reader {
	r.t.Helper()
	form := r.get("/imports/new?kind=" + kind).form("/imports/new")
	for field, value := range fields {
		form.Set(field, value)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for field := range form {
		r.must(w.WriteField(field, form.Get(field)))
	}
	part, err := w.CreateFormFile("file.files", name)
	r.must(err)
	_, err = io.WriteString(part, content)
	r.must(err)
	r.must(w.Close())
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+"/imports/new", &body)
	r.must(err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Origin", r.url)
	return r.look(req)
}

// link is where the first link with that text leads.
func (r *reader) link(text string) string {
	r.t.Helper()
	for n := range nodes(r.page, "a") {
		if strings.TrimSpace(words(n)) == text {
			return attribute(n, "href")
		}
	}
	r.t.Fatalf("%s has no link %q: %s", r.at, text, words(r.page))
	return ""
}

// file is what a link downloads.
func (r *reader) file(path string) string {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.url+path, nil)
	r.must(err)
	res, err := r.client.Do(req)
	r.must(err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	r.must(err)
	if res.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: %d %s", path, res.StatusCode, text)
	}
	return string(text)
}

// imported counts what lists have left in the book.
func imported(t *testing.T, b *bureau) int {
	t.Helper()
	return count(t, b, `select (select count(*) from projects.imports) + (select count(*) from projects.list_profiles) + (select count(*) from projects.treasury_payments) + (select count(*) from projects.documents where kind in ('payee', 'contract'))`)
}

func refusedFile(t *testing.T, b *bureau) {
	r, before := b.reads(t, "payer"), imported(t, b)
	r.uploads("treasury-payments", map[string]string{"source": "国库", "month": "2026-09"}, "清单.csv", "支付凭证号,日期,收款人,金额\nA-1,2026-09-01,甲,1.00\nA-2,2026-10-01,乙,一元\n,2026-09-03,丙,3.00\n合计,,,4.00\n")
	r.sees("第 3 行", "D3", `"一元" 不是金额`, "第 4 行", "是空的，每一行都必须填", "整张表没有导入")
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong list is previewed with %d", r.status)
	}
	checkPage(t, r)
	for n := range nodes(r.page, "form") {
		if attribute(n, "action") == "/imports" {
			t.Error("a wrong list can be taken in")
		}
	}
	q, err := url.ParseQuery(strings.SplitN(r.at, "?", 2)[1])
	b.must(err)
	q.Set("key", "by-force")
	if r.send("/imports", q).sees("第 3 行", "D3"); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong list was sent all the same: %d", r.status)
	}
	for name, c := range map[string]struct{ content, says string }{
		"清单.exe":  {"MZ\x00\x01", "不能"},
		"空.csv":   {"", ""},
		"旧.xls":   {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ""},
		"网页.csv":  {"<html><script>alert(1)</script>", ""},
		"坏.xlsx":  {"PK\x03\x04 not a workbook", ""},
		"别的表.csv": {"a,b,c\n1,2,3\n", "没有找到这些列：支付凭证号、日期、金额"},
	} {
		r.uploads("treasury-payments", map[string]string{"source": "国库", "month": "2026-09"}, name, c.content)
		if checkPage(t, r); r.status != http.StatusUnprocessableEntity || !strings.Contains(words(r.page), c.says) && c.says != "不能" {
			t.Errorf("%s: %d %s", name, r.status, words(r.page))
		}
	}
	if after := imported(t, b); after != before {
		t.Errorf("refused files left %d things", after-before)
	}
}

func rememberedColumns(t *testing.T, b *bureau) {
	r := b.reads(t, "treasury")
	r.uploads("payees", map[string]string{"source": "卫健局"}, "收款人.csv", "供方,卡号,支行\n某检测所,6402123400,某支行\n")
	r.sees("没有找到这些列", "文件的前几行", "供方", "卡号")
	form := r.form("/imports/preview")
	form.Set("heading.name", "供方")
	form.Set("heading.account", "卡号")
	form.Set("heading.bank", "支行")
	r.send("/imports/preview", form).sees("新增", "某检测所", "账号 1 个", "列对应")
	take := r.form("/imports")
	if r.send("/imports", take).sees("已导入", "收款人"); !strings.HasPrefix(r.at, "/imports/") {
		t.Fatalf("taken in at %s", r.at)
	}
	first := strings.SplitN(r.at, "?", 2)[0]
	if r.send("/imports", take); strings.SplitN(r.at, "?", 2)[0] != first {
		t.Errorf("the same form sent twice made %s and %s", first, r.at)
	}
	if n := count(t, b, `select count(*) from projects.imports where source = '卫健局'`); n != 1 {
		t.Errorf("%d imports", n)
	}
	r.uploads("payees", map[string]string{"source": "卫健局"}, "收款人2.csv", "供方,卡号,支行\n某设计所,6402123401,某支行\n").sees("新增", "某设计所")
	if kept := r.form("/imports/preview").Get("heading.name"); kept != "供方" {
		t.Errorf("the kept column is %q", kept)
	}
	r.get("/imports?kind=payees").sees("卫健局", "收款人", "示例·国库股审核").get("/documents?kind=payee").sees("已提交")
}

func indicatorsByPage(t *testing.T, b *bureau) {
	r := b.reads(t, "budget")
	list := "文号,年度,项目代码,项目名称,资金性质,功能分类,金额（万元）,预算来源,下达日期\n红财预〔2026〕77号,2026,640303-X5,,一般公共预算,2100302,8.6,追加,2026-03-20\n合计,,,,,,8.6,,\n"
	preview := func() *reader {
		return r.uploads("indicators", map[string]string{"source": "省一体化"}, "指标.csv", list)
	}
	preview().sees("项目代码 640303-X5 这里不认识")
	if to := r.link("写明 640303-X5 是哪个项目"); !strings.HasPrefix(to, "/settings/codes?code=640303-X5") {
		t.Errorf("an unknown code leads to %s", to)
	}
	r.call("/external-codes", `{"system":"省一体化","code":"640303-X5","project":"2025-05"}`)
	preview().sees("新增 1 条", "红财预〔2026〕77号", "万元", "86,000.00", "相符")
	r.fills("/imports", nil).sees("已导入", "由另一位预算人员核对批准").follows("看预算文件").sees("已提交")
}

func hostileLists(t *testing.T, b *bureau) {
	r := b.reads(t, "payer")
	all := hostile()
	for i := 0; i < len(all); i += 8 {
		text := all[i]
		var content bytes.Buffer
		w := csv.NewWriter(&content)
		b.must(w.WriteAll([][]string{{"支付凭证号", "日期", "收款人", "金额", "用途", text}, {fmt.Sprintf("H-%d", i), "2026-08-03", text, "1.00", text, "x"}, {text, "2026-08-04", "乙", text, "", ""}}))
		r.uploads("treasury-payments", map[string]string{"source": "国库", "month": "2026-08"}, strings.NewReplacer("/", "", "\\", "", `"`, "").Replace(text)+".csv", content.String())
		asText(t, r, text)
		content.Reset()
		w = csv.NewWriter(&content)
		b.must(w.WriteAll([][]string{{"支付凭证号", "日期", "收款人", "金额", "用途"}, {fmt.Sprintf("H-%d", i), "2026-08-03", text, "1.00", text}}))
		if r.uploads("treasury-payments", map[string]string{"source": text, "month": "2026-08"}, fmt.Sprintf("h%d.csv", i), content.String()); r.status != http.StatusOK {
			asText(t, r, text)
			continue
		}
		asText(t, r, text)
		r.send("/imports", r.form("/imports"))
		asText(t, r, text)
		for _, path := range []string{"/imports", "/treasury?month=2026-08", "/treasury/items?month=2026-08", "/treasury/sheet?month=2026-08", r.get(strings.SplitN(r.at, "?", 2)[0]).link("看清单各行")} {
			asText(t, r.get(path), text)
		}
	}
}

// asText fails when a text has become something else than text.
func asText(t *testing.T, r *reader, text string) {
	t.Helper()
	checkPage(t, r)
	for n := range nodes(r.page, "img", "script", "svg") {
		if n.Data == "img" || n.Data == "script" && attribute(n, "src") == "" || n.Data == "svg" && has(n, "onload") {
			t.Errorf("%s: %q became the element %s", r.at, text, n.Data)
		}
	}
	for n := range r.page.Descendants() {
		if n.Type == html.CommentNode && strings.Contains(n.Data, text) {
			t.Errorf("%s: %q became a comment", r.at, text)
		}
	}
}

// ordered brings a request as far as its order.
func (d roundTrip) ordered(purpose, amount string) (number, id string) {
	number, id = asks(d.clerk, purpose, amount, map[string]string{"date": "2026-09-03"})
	d.toOrder(id)
	return number, id
}

func (d roundTrip) toOrder(id string) {
	var detail struct{ Flow string }
	d.clerk.json("/documents/"+id, &detail)
	steps(d.clerk, id, "file")
	if detail.Flow == "works" {
		steps(d.head, id, "review")
		steps(d.budget, id, "finance_review")
	}
	steps(d.treasury, id, "approve")
	steps(d.payer, id, "order").sees("已下达支付")
}

func treasuryMonth(t *testing.T, b *bureau) {
	d := b.desks(t)
	d.budget.get("/documents/new?kind=setting")
	d.budget.fills("/documents/new", map[string]string{"date": "2026-09-01", "treasury_lists": "required"})
	setting := strings.Split(strings.TrimSuffix(d.budget.at, "?done=kept"), "/")[2]
	steps(d.budget, setting, "submit")
	steps(b.reads(t, "budget-head"), setting, "approve").sees("已审批")

	supervision, supervisionID := d.ordered("监理费", "420.00")
	design, _ := d.ordered("设计费", "60.00")
	_, _ = d.ordered("检测费", "30.00")
	orders := d.payer.get("/imports").link("已下达、未到账的支付 CSV")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(d.payer.file(orders), "\ufeff"))).ReadAll()
	b.must(err)
	list := "支付凭证号,日期,收款人,账号,金额,用途,退回标志\n"
	for _, row := range rows[1:] {
		switch row[0] {
		case supervision:
			list += fmt.Sprintf("%s,2026-09-14,%s,%s,%s,%s,\n", row[2], row[16], row[17], row[20], row[21])
		case design:
			list += fmt.Sprintf("%s,2026-09-14,%s,%s,%s,%s,\n%s,20260920,%s,%s,%s,%s,是\n", row[2], row[16], row[17], row[20], row[21], row[2], row[16], row[17], row[20], row[21])
		}
	}
	list += "GK-0099,2026/9/25,某物业公司,6402099,\"1,234.50\",物业费,\n合计,,,,\"1,774.50\",,\n"

	d.payer.get("/months/2026-09").sees("未导入").get("/treasury?month=2026-09").sees("还没有导入")
	vouchers := count(t, b, `select count(*) from accounting.vouchers`)
	d.payer.uploads("treasury-payments", map[string]string{"source": "国库", "month": "2026-09"}, "清单.csv", list).sees("新增 4 条", "支付凭证 GK-0099", "1,774.50", "相符", "元", "支付凭证 GK-0099")
	take := d.payer.form("/imports")
	d.payer.send("/imports", take).sees("已导入", "不会自己记账")
	once := strings.SplitN(d.payer.at, "?", 2)[0]
	if d.payer.send("/imports", take); strings.SplitN(d.payer.at, "?", 2)[0] != once {
		t.Errorf("sent twice: %s and %s", once, d.payer.at)
	}
	rowsPage := d.payer.link("看清单各行")
	d.payer.get(rowsPage).sees("由另一位国库人员确认", "支付凭证号", "没有对应的申请", "已对上，待确认", supervision, design)
	if n := count(t, b, `select count(*) from accounting.vouchers`); n != vouchers {
		t.Errorf("the list posted %d vouchers", n-vouchers)
	}
	figuresOfRows(t, d.payer, rowsPage)

	confirm := rowsPage + "/confirm"
	d.treasury.get(rowsPage).sees("确认全部对上的 2 笔，480.00 元")
	if d.treasury.fills(confirm, nil).sees("还没有勾选"); d.treasury.status != http.StatusUnprocessableEntity {
		t.Errorf("nothing ticked: %d", d.treasury.status)
	}
	form := d.treasury.form(confirm)
	form.Set("all", "yes")
	d.treasury.send(confirm, form).sees("确认结果", "已确认", "没有确认", "清单说已退回")
	d.treasury.send(confirm, form).sees("已确认")
	if lines := b.linesOf(t, supervisionID, "P4"); len(lines) == 0 || lines[0].amount != "420.00" {
		t.Errorf("the confirmation posted %v", lines)
	}
	if n := count(t, b, `select count(*) from accounting.vouchers where source_document = ? and source = 'P4'`, supervisionID); n != 1 {
		t.Errorf("%d vouchers of one confirmation", n)
	}

	d.payer.get("/treasury/items?month=2026-09&state=open").sees("已付未记", "已退未记", "没有对应的支付申请", "GK-0099")
	d.budget.get("/months/2026-09").sees("与国库不一致，没有说明", "已付未记 GK-0099（2026-09-25）1,234.50：没有对应的支付申请")
	d.budget.follows("写明原因").sees("未达事项 2026-09")
	line := "/payments/" + design + "/lines/1"
	d.payer.get(line)
	d.payer.fills(line+"/fail", map[string]string{"reason": "账号户名不符"}).sees("退票已登记")
	d.treasury.get(line)
	d.treasury.fills(line+"/cancel", map[string]string{"day": "2026-09-21"}).sees("已撤销")

	items := "/treasury/items"
	d.payer.get(items + "?month=2026-09&state=open")
	explain := d.payer.form(items)
	for n := range nodes(d.payer.page, "input") {
		if attribute(n, "name") == "id" {
			explain.Add("id", attribute(n, "value"))
		}
	}
	if len(explain["id"]) != 1 {
		t.Fatalf("%d items are open: %s", len(explain["id"]), words(d.payer.page))
	}
	if d.payer.send(items, explain).sees("请写明原因，最多 500 字"); d.payer.status != http.StatusUnprocessableEntity {
		t.Errorf("no reason: %d", d.payer.status)
	}
	explain.Set("key", d.payer.form(items).Get("key"))
	explain.Set("reason", "财政代扣物业费，补报申请")
	explain.Set("owner", "clerk-106")
	d.payer.send(items, explain).sees("已写明原因和责任人：1 条").get(items+"?month=2026-09").sees("已说明，结转", "财政代扣物业费，补报申请")
	d.payer.get(items+"/"+explain.Get("id")).sees("补录申请", "某物业公司", "写过的原因", "财政代扣物业费，补报申请")
	late := ""
	for n := range nodes(d.payer.page, "p") {
		if address, ok := strings.CutPrefix(words(n), b.url+"/documents/new?"); ok {
			late = "/documents/new?" + address
		}
	}
	sheetEqualsJSON(t, d.payer, "2026-09")
	d.budget.get("/months/2026-09")
	if said := words(d.budget.page); strings.Contains(said, "（2026-09-") || !strings.Contains(said, "前面的月份没有结账") {
		t.Errorf("everything is named: %s", said)
	}

	// The late request clears what was open.
	form = d.clerk.get(late).form("/documents/new")
	if form.Get("purpose") != "GK-0099 物业费" || form.Get("payees.0.amount") != "1234.50" {
		t.Errorf("the late request begins with %v", form)
	}
	for name, value := range map[string]string{"date": "2026-09-26", "node": "2025-05", "payment": "fees", "economic_class": "31005", "sources.0.budget_line": "2025-05/2026", "payees.0.payee": payeeOf(d.clerk), "payees.0.kind": "other"} {
		form.Set(name, value)
	}
	d.clerk.send("/documents/new", form).sees("已保存", "GK-0099")
	id := strings.Split(strings.TrimSuffix(d.clerk.at, "?done=kept"), "/")[2]
	d.toOrder(id)
	d.treasury.get(rowsPage)
	form = d.treasury.form(confirm)
	form.Set("id", "GK-0099")
	d.treasury.send(confirm, form).sees("确认结果", "申请中写明的凭证号")
	d.payer.get(items + "?month=2026-09").sees("GK-0099")
}

// figuresOfRows compares the rows of a list with their JSON.
func figuresOfRows(t *testing.T, r *reader, page string) {
	t.Helper()
	var out struct{ Payments []projects.TreasuryPayment }
	r.json("/treasury-lists/"+strings.TrimPrefix(page, "/treasury/lists/"), &out)
	said := words(r.get(page).page)
	for _, p := range out.Payments {
		if !strings.Contains(said, p.VoucherNo) || !strings.Contains(said, web.Grouped(p.Amount.String())) || strings.Contains(said, "6402099 ") {
			t.Errorf("%+v is not on the page", p)
		}
	}
}

// sheetEqualsJSON compares 支出对账 with its JSON, cell by cell.
func sheetEqualsJSON(t *testing.T, r *reader, month string) {
	t.Helper()
	var sheet projects.TreasurySheet
	r.json("/treasury-reconciliation/"+month, &sheet)
	shown := cells(r.get("/treasury/sheet?month="+month), "支出对账")
	same := func(name string, f projects.SheetFigures) {
		want := []string{f.Ours.String(), f.Theirs.String(), f.Both.String(), f.OnlyOurs.String(), f.OnlyTheirs.String()}
		if got := strings.Join(shown[name], " "); got != strings.Join(want, " ") {
			t.Errorf("%s: the page says %s, the JSON %v", name, got, want)
		}
	}
	for _, line := range sheet.Lines {
		if line.BudgetLine == "" {
			line.BudgetLine = "（不知道属于哪条指标）"
		}
		same(line.BudgetLine, line.SheetFigures)
	}
	same("合计", sheet.Total)
	if len(sheet.Lines) == 0 || sheet.Total.OnlyTheirs.String() != "1234.50" {
		t.Errorf("%+v", sheet.Total)
	}
}

func bankMonths(t *testing.T, b *bureau) {
	const number = "6402000000000000199"
	r := b.reads(t, "budget").get("/bank").sees("9999-2001", "示例银行")
	form := r.form("/bank")
	form.Set("number", number)
	form.Set("bank", "某银行")
	form.Set("project", "2025-10-002")
	form.Set("ledger_account", "1002.01")
	r.send("/bank", form).sees("账户 "+number+" 已登记", "某银行")
	if r.send("/bank", form); r.status != http.StatusOK || count(t, b, `select count(*) from projects.bank_accounts where number = ?`, number) != 1 {
		t.Errorf("registered twice: %d", r.status)
	}
	r.get("/months/2026-03").sees("缺银行对账单", "没有导入 2026-03 的对账单").follows("导入对账单")
	if chosen := r.form("/imports/new"); chosen.Get("account") != number || chosen.Get("month") != "2026-03" {
		t.Errorf("the link chose %v", chosen)
	}
	heading := "交易日期,摘要,对方户名,借方发生额,贷方发生额,余额,交易流水号\n"
	bring := func(month, rows string) *reader {
		return r.uploads("bank-statement", map[string]string{"source": "某银行", "month": month, "account": number}, month+".csv", heading+rows)
	}
	bring("2026-02", "2026-02-09,存入,某企业,,600.00,601.00,20260209001\n").sees("新增 1 条")
	bring("2026-02", "2026-02-09,存入,某企业,,600.00,600.00,20260209001\n2026-02-10,手续费,,5.00,,596.00,2\n").sees("余额栏为 596.00，相差 1.00")
	bring("2026-02", "2026-02-09,误汇,某企业,,600.00,600.00,20260209001\n2026-02-10,误汇退回,某企业,600.00,,0.00,20260210001\n").sees("新增 2 条")
	r.fills("/imports", nil).sees("已导入")
	bring("2026-04", "2026-04-05,支取,某户,500.00,,2501.23,1\n").sees("先导入 2026-03 的对账单")
	bring("2026-03", "2026-03-12,退款,某村集体,,3000.00,3000.00,20260312001\n2026-03-21,结息,,,1.23,3001.23,20260321001\n")
	r.fills("/imports", nil).sees("已导入").follows("余额衔接").sees("余额衔接", "等于 2026-02 期末", "600.00", "3,001.23")

	r.follows("2026-03").sees("余额调节表", "银行已收、单位未收", "结息", "未说明", "金额和日期", "2026-03 记-0005", "3,001.23")
	var sheet projects.BankReconciliation
	r.json("/bank-reconciliation/"+number+"/2026-03", &sheet)
	shown := cells(r, "余额调节表")
	for name, want := range map[string][]string{"单位账面余额": {sheet.Ledger.String(), sheet.Bank.String()}, "加：银行已收、单位未收": {sheet.BankIn.String(), sheet.UnitIn.String()}, "减：银行已付、单位未付": {sheet.BankOut.String(), sheet.UnitOut.String()}, "调节后余额": {sheet.Adjusted.String(), sheet.BankSide.String()}} {
		if got := shown[name]; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("%s: the page says %v, the JSON %v", name, got, want)
		}
	}
	page := "/bank/" + number + "/2026-03"
	explain := r.form(page)
	for _, i := range sheet.Items {
		if i.Memo == "结息" {
			explain.Set("id", i.ID.String())
		}
	}
	explain.Set("reason", "银行结息，下月入账")
	explain.Set("owner", "clerk-105")
	r.send(page, explain).sees("已写明原因和责任人：1 条", "银行结息，下月入账")
	r.follows("打印") // a PDF: the browser shows it
	if r.get(page).follows("已导入").sees("20260321001", "1.23"); r.status != http.StatusOK {
		t.Errorf("the statement: %d", r.status)
	}
	var lines struct{ Lines []projects.BankLine }
	r.json("/bank-reconciliation/"+number+"/2026-03/lines", &lines)
	if len(lines.Lines) != 2 || lines.Lines[1].Balance.String() != "3001.23" {
		t.Errorf("%+v", lines)
	}
	r.get("/months/2026-03").sees("某银行 "+number, "已导入", "都已说明")
	byHand(t, b, number)
	withdrawnStatement(t, b, number)
}

// A match is taken apart, and the two lines put together by hand again.
func byHand(t *testing.T, b *bureau, number string) {
	r, page := b.reads(t, "treasury"), "/bank/"+number+"/2026-03"
	r.get(page).follows("取消第 1 笔的勾对").sees("2026-03 记-0005", "3,000.00")
	undo := page + "/matches/1"
	if r.fills(undo, nil).sees("请写明原因"); r.status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", r.status)
	}
	r.fills(undo, map[string]string{"reason": "核对有误"}).sees("已取消勾对", "单位已收、银行未收", "手工勾对")
	form := r.form(page + "/matches")
	for n := range nodes(r.page, "option") {
		for name, said := range map[string]string{"bank_item": "银行已收、单位未收 3,000.00", "our_item": "单位已收、银行未收 3,000.00"} {
			if strings.Contains(words(n), said) {
				form.Set(name, attribute(n, "value"))
			}
		}
	}
	form.Set("because", "回单核对一致")
	r.send(page+"/matches", form).sees("已勾对", "回单核对一致", "示例·国库股审核")
	if r.send(page+"/matches", form); r.status != http.StatusOK || count(t, b, `select count(*) from projects.bank_matches where reason = 'by_hand'`) != 1 {
		t.Errorf("matched twice: %d", r.status)
	}
}

// A statement goes out again by another person; what continues it goes first.
func withdrawnStatement(t *testing.T, b *bureau, number string) {
	maker, other := b.reads(t, "budget"), b.reads(t, "treasury")
	statements := map[string]string{}
	for n := range nodes(other.get("/imports?kind=bank-statement").page, "tr") {
		for a := range nodes(n, "a") {
			if to := attribute(a, "href"); strings.HasPrefix(to, "/imports/0") && strings.Contains(words(n), number) {
				statements[words(n)[strings.Index(words(n), "2026-0"):][:7]] = to
			}
		}
	}
	maker.get(statements["2026-03"]).sees("由另一人办理")
	if other.get(statements["2026-02"]).fills(statements["2026-02"]+"/withdraw", map[string]string{"reason": "导错"}).sees("2026-03 的对账单接着它：先撤回那一份"); other.status != http.StatusUnprocessableEntity {
		t.Errorf("the middle of the chain: %d", other.status)
	}
	form := other.get(statements["2026-03"]).form(statements["2026-03"] + "/withdraw")
	form.Set("reason", "导错了账户")
	other.send(statements["2026-03"]+"/withdraw", form).sees("已撤回", "导错了账户", "示例·国库股审核")
	other.send(statements["2026-03"]+"/withdraw", form).sees("已撤回")
	other.get("/imports?kind=bank-statement").sees("已撤回").get("/bank/" + number).sees("2026-02")
	if strings.Contains(words(other.page), "2026-03") {
		t.Errorf("the chain still has what was withdrawn: %s", words(other.page))
	}
}

func listsOfOthers(t *testing.T, b *bureau) {
	for account, paths := range map[string][]string{"auditor": {"/imports/new?kind=payees"}, "clerk-105": {"/treasury", "/treasury/items", "/months", "/imports/new?kind=treasury-payments"}, "inspector": {"/imports/preview?kind=payees&source=x&file=0"}} {
		r := b.reads(t, account)
		for _, path := range paths {
			if r.get(path); r.status != http.StatusForbidden {
				t.Errorf("%s opens %s: %d", account, path, r.status)
			}
		}
	}
	r := b.reads(t, "payer")
	for path, status := range map[string]int{"/imports/new?kind=no": 404, "/imports/preview?kind=payees&source=x&file=zz": 422, "/imports/preview?kind=payees&source=x&file=" + strings.Repeat("0", 64): 422, "/treasury?month=2026-13": 400,
		"/bank/0/2026-01": 404, "/bank/0": 404, "/months/x": 400, "/treasury/items/" + "00000000-0000-0000-0000-000000000000": 404, "/treasury/lists/00000000-0000-0000-0000-000000000000": 404, "/imports/00000000-0000-0000-0000-000000000000": 404} {
		if r.get(path); r.status != status {
			t.Errorf("%s: %d %s", path, r.status, words(r.page))
		}
	}
	var kinds struct {
		Kinds []struct{ Kind string }
	}
	r.json("/list-kinds", &kinds)
	admin := b.reads(t, "budget")
	for _, k := range kinds.Kinds {
		if text, _ := json.Marshal(k); len(text) == 0 {
			t.Fatal(k)
		}
		admin.get("/imports/new?kind=" + k.Kind)
		if holdsKind := len(projects.Importers(projects.ListKind(k.Kind))) > 0; !holdsKind || admin.status != http.StatusOK && admin.status != http.StatusForbidden {
			t.Errorf("%s: %d", k.Kind, admin.status)
		}
	}
}
