package api_test

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/migrations/pgtest"
)

// The book is the demonstration's; nobody's browser runs a script.
func TestPagesOfMoney(t *testing.T) {
	b := demonstration(t)
	t.Run("a request is filed, approved, ordered and confirmed over pages and posts what the API posts", func(t *testing.T) { payByPages(t, b) })
	t.Run("a returned payment is ordered again, or given up", func(t *testing.T) { returnByPages(t, b) })
	t.Run("budget lines have the figures of their JSON", func(t *testing.T) { budgetFigures(t, b) })
	t.Run("contracts have the figures of their JSON", func(t *testing.T) { contractFigures(t, b) })
	t.Run("subsidies, villages, injections and funds are listed", func(t *testing.T) { registers(t, b) })
	t.Run("a budget line is registered once", func(t *testing.T) { lineByPage(t, b) })
	t.Run("a payee is registered, and a refused form keeps what was typed", func(t *testing.T) { payeeByPages(t, b) })
	t.Run("an invoice used before is named beside its field", func(t *testing.T) { invoiceTwice(t, b) })
	t.Run("a link fills in what a contract allows", func(t *testing.T) { filledFromContract(t, b) })
	t.Run("the demonstration writes a list that can be taken in", func(t *testing.T) { demonstrationList(t, b) })
}

// json reads what the API says to the same session.
func (r *reader) json(path string, out any) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.url+"/api/v1"+path, nil)
	r.must(err)
	res, err := r.client.Do(req)
	r.must(err)
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: %d", path, res.StatusCode)
	}
	r.must(json.NewDecoder(res.Body).Decode(out))
}

const requestForm = "/documents/new?kind=payment_request"

// asks fills in a payment request of fees and answers its number and identity.
func asks(r *reader, purpose, amount string, more map[string]string) (number, id string) {
	r.t.Helper()
	form := r.get(requestForm).form("/documents/new")
	for name, value := range map[string]string{"date": "2026-03-10", "node": "2025-05", "payment": "fees", "purpose": purpose, "economic_class": "31005", "sources.0.budget_line": "2025-05/2026", "sources.0.amount": amount,
		"payees.0.payee": payeeOf(r), "payees.0.amount": amount, "payees.0.kind": "other"} {
		form.Set(name, value)
	}
	for name, value := range more {
		form.Set(name, value)
	}
	r.send("/documents/new", form).sees("已保存")
	id = strings.Split(strings.TrimSuffix(r.at, "?done=kept"), "/")[2]
	var d struct{ Number string }
	r.json("/documents/"+id, &d)
	if r.send("/documents/new", form); !strings.Contains(r.at, id) {
		r.t.Errorf("the same form sent twice made %s beside %s", r.at, id)
	}
	return d.Number, id
}

// payeeOf is a payee with one account.
func payeeOf(r *reader) string {
	r.t.Helper()
	var all struct {
		Payees []struct {
			Code, Kind string
			Accounts   []string
		}
	}
	r.json("/payees", &all)
	for _, p := range all.Payees {
		if p.Kind == "company" && len(p.Accounts) == 1 {
			return p.Code
		}
	}
	r.t.Fatal("the demonstration has no company with one account")
	return ""
}

// steps takes a step by the document's review page.
func steps(r *reader, id, verb string) *reader {
	r.t.Helper()
	r.get("/documents/" + id + "/review?verb=" + verb)
	return r.fills("/documents/"+id+"/"+verb, nil)
}

type roundTrip struct{ clerk, head, budget, treasury, payer *reader }

func (b *bureau) desks(t *testing.T) roundTrip {
	return roundTrip{b.reads(t, "clerk-106"), b.reads(t, "head-106"), b.reads(t, "budget"), b.reads(t, "treasury"), b.reads(t, "payer")}
}

// approved brings a request as far as its approval.
func (d roundTrip) approved(purpose, amount string) (number, id string) {
	number, id = asks(d.clerk, purpose, amount, nil)
	var detail struct{ Flow string }
	d.clerk.json("/documents/"+id, &detail)
	steps(d.clerk, id, "file")
	if detail.Flow == "works" {
		steps(d.head, id, "review")
		steps(d.budget, id, "finance_review")
	}
	steps(d.treasury, id, "approve").sees("已审批")
	return number, id
}

func payByPages(t *testing.T, b *bureau) {
	d := b.desks(t)
	number, id := d.approved("设计费", "1,234.50")
	if copied := d.clerk.get("/documents/" + id).follows("照此新建").form("/documents/new"); copied.Get("purpose") != "设计费" || copied.Get("payees.0.amount") != "1234.50" {
		t.Errorf("the request that is written like it begins with %v", copied)
	}

	d.payer.get("/payments").sees("已批准，待下达支付令", number, "设计费", "1,234.50")
	d.payer.get("/review?verb=order&id="+id).sees("到账时生成凭证 1 张", "到账时将记的凭证", "1613.03", "2025-05/2026", "人民币壹仟贰佰叁拾肆元伍角整")
	d.payer.fills("/review", nil).sees(number, "已下达支付")
	line := "/payments/" + number + "/lines/1"
	d.payer.get("/payments").sees("已下达，等待银行", number, "****").get(line).sees("等待银行", "人民币壹仟贰佰叁拾肆元伍角整")
	entered := d.payer.form(line + "/receipt")
	entered.Set("date", "2026-03-12")
	d.payer.send(line+"/receipt", entered)
	if d.payer.status != http.StatusUnprocessableEntity {
		t.Errorf("a receipt without a serial number: %d", d.payer.status)
	}
	if kept := d.payer.form(line + "/receipt"); kept.Get("date") != "2026-03-12" {
		t.Errorf("the refused receipt came back as %v", kept)
	}
	d.payer.fills(line+"/receipt", map[string]string{"serial": "HD-1"}).sees("回单已录入", "待核对", "录入的人不能自己核对")
	before := count(t, b, `select count(*) from accounting.vouchers`)
	d.treasury.get(line).sees("核对回单并确认到账", "HD-1", "财务会计", "预算会计", "预算指标", "1613.03", "9301.04", "余额变化")
	if after := count(t, b, `select count(*) from accounting.vouchers`); after != before {
		t.Errorf("looking at the voucher posted it: %d, then %d", before, after)
	}
	confirm := d.treasury.form(line + "/confirm")
	foreseen := vouchersShown(d.treasury)
	d.treasury.send(line+"/confirm", confirm).sees("已确认到账并记账", "已到账")
	if d.treasury.send(line+"/confirm", confirm); d.treasury.status != http.StatusOK {
		t.Errorf("the confirmation sent twice: %d %s", d.treasury.status, words(d.treasury.page))
	}
	if n := count(t, b, `select count(*) from accounting.vouchers where source_document = ? and source = 'P4'`, id); n != 1 {
		t.Errorf("%d vouchers of one payment", n)
	}
	posted := b.linesOf(t, id, "P4")
	for _, l := range posted {
		if !strings.Contains(foreseen, l.account) || !strings.Contains(foreseen, web.Grouped(l.amount)) {
			t.Errorf("%s %s was posted, not foreseen in %s", l.account, l.amount, foreseen)
		}
	}
	if want := b.payByAPI(t, d, "1234.50"); !equalLines(posted, want) {
		t.Errorf("over pages %v, over the API %v", posted, want)
	}
}

type postedLine struct{ account, side, amount string }

// linesOf are a document's lines of an event.
func (b *bureau) linesOf(t *testing.T, document, event string) (lines []postedLine) {
	t.Helper()
	var rows []struct {
		Account       string
		Debit, Credit accounting.Money
	}
	b.must(b.db.NewRaw(`select l.account, l.debit, l.credit from accounting.vouchers v join accounting.lines l on l.book_id = v.book_id and l.period = v.period and l.number = v.number
		where v.source_document = ? and v.source = ? order by l.line_no`, document, event).Scan(t.Context(), &rows))
	for _, r := range rows {
		if r.Debit.IsZero() {
			lines = append(lines, postedLine{r.Account, "credit", r.Credit.String()})
		} else {
			lines = append(lines, postedLine{r.Account, "debit", r.Debit.String()})
		}
	}
	return lines
}

func equalLines(a, b []postedLine) bool {
	if len(a) != len(b) || len(a) == 0 {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// call sends a command of the JSON API in the session of a browser.
func (r *reader) call(path, body string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+"/api/v1"+path, strings.NewReader(body))
	r.must(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", r.url)
	req.Header.Set("Idempotency-Key", strconv.FormatUint(uint64(len(path)), 10)+path)
	res, err := r.client.Do(req)
	r.must(err)
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 300 {
		var p struct{ Code, Detail string }
		_ = json.NewDecoder(res.Body).Decode(&p)
		r.t.Fatalf("%s: %d %s %s", path, res.StatusCode, p.Code, p.Detail)
	}
}

// payByAPI pays the same over the JSON API.
func (b *bureau) payByAPI(t *testing.T, d roundTrip, amount string) []postedLine {
	number, id := asks(d.clerk, "设计费二", amount, nil)
	act := func(r *reader, verb string) {
		var doc struct{ Hash string }
		r.json("/documents/"+id, &doc)
		r.call("/documents/"+id+"/"+verb, `{"hash":"`+doc.Hash+`"}`)
	}
	act(d.clerk, "file")
	var detail struct{ Flow string }
	d.clerk.json("/documents/"+id, &detail)
	if detail.Flow == "works" {
		act(d.head, "review")
		act(d.budget, "finance_review")
	}
	act(d.treasury, "approve")
	act(d.payer, "order")
	d.payer.call("/payment-requests/"+number+"/lines/1/receipt", `{"date":"2026-03-12","serial":"HD-API"}`)
	d.treasury.call("/payment-requests/"+number+"/lines/1/confirm", "")
	return b.linesOf(t, id, "P4")
}

// vouchersShown is what a page says in its vouchers.
func vouchersShown(r *reader) string {
	var all []string
	for n := range nodes(r.page, "section") {
		if attribute(n, "class") == "voucher" {
			all = append(all, words(n))
		}
	}
	return strings.Join(all, " ")
}

func returnByPages(t *testing.T, b *bureau) {
	d := b.desks(t)
	number, id := d.approved("监理费", "800.00")
	steps(d.payer, id, "order")
	line := "/payments/" + number + "/lines/1"
	d.payer.get(line)
	d.payer.fills(line+"/fail", map[string]string{"reason": "账户户名不符"}).sees("退票已登记", "账户户名不符", "登记退票的人不能自己撤销")
	d.payer.get("/payments").sees("退票，待处理", "账户户名不符")
	var account string
	for n := range nodes(d.payer.get(line).page, "option") {
		if v := attribute(n, "value"); len(v) == 4 {
			account = v
		}
	}
	d.payer.fills(line+"/reissue", map[string]string{"account": account, "reason": "户名已更正"}).sees("已申请重发", "****"+account, "户名已更正")
	d.treasury.get(line).sees("同意重发支付令")
	d.treasury.fills(line+"/approve-reissue", nil).sees("已重新下达支付令", "等待银行")
	d.payer.get(line)
	d.payer.fills(line+"/fail", map[string]string{"reason": "再次退票"}).sees("再次退票")
	d.treasury.get(line).sees("撤销本笔，退回占用", "9301.04", "余额变化")
	d.treasury.fills(line+"/cancel", map[string]string{"day": "2026-03-20"}).sees("已撤销")
	if lines := b.linesOf(t, id, "I7r"); len(lines) != 2 || lines[0].amount != "800.00" {
		t.Errorf("giving the line up posted %v", lines)
	}
}

// cells are the amounts of a page's table with that caption, by the first cell of the row.
func cells(r *reader, caption string) map[string][]string {
	r.t.Helper()
	all := map[string][]string{}
	for n := range nodes(r.page, "table") {
		said := ""
		for c := range nodes(n, "caption") {
			said = words(c)
		}
		if !strings.HasPrefix(said, caption) {
			continue
		}
		for row := range nodes(n, "tr") {
			first, amounts := "", []string{}
			for c := row.FirstChild; c != nil; c = c.NextSibling {
				if c.Type != html.ElementNode {
					continue
				}
				if first == "" && c.Data == "th" {
					first = words(c)
				} else if strings.Contains(attribute(c, "class"), "money") {
					amounts = append(amounts, strings.ReplaceAll(words(c), ",", ""))
				}
			}
			all[first] = amounts
		}
	}
	if len(all) == 0 {
		r.t.Fatalf("%s has no table %q", r.at, caption)
	}
	return all
}

type ladder struct {
	Approved, Available, Frozen, Executed string
	BudgetLine                            string `json:"budget_line"`
	ToIssue                               string `json:"to_issue"`
	HeldByContract                        string `json:"held_by_contract"`
	HeldByRequest                         string `json:"held_by_request"`
	Lines                                 int
}

func budgetFigures(t *testing.T, b *bureau) {
	r := b.reads(t, "budget")
	var said struct {
		Lines []ladder
		Total ladder
		Next  string
	}
	r.json("/budget-ladders?year=2025&limit=50", &said)
	shown := cells(r.get("/budget?year=2025"), "指标")
	same := func(name string, l ladder, got []string) {
		want := []string{l.Approved, l.ToIssue, l.Available, l.Frozen, l.HeldByContract, l.HeldByRequest, l.Executed}
		sum := accounting.Money{}
		for i := range want {
			if len(got) != len(want) || got[i] != want[i] {
				t.Fatalf("%s shows %v, its JSON says %v", name, got, want)
			}
			m, err := accounting.ParseMoney(got[i])
			b.must(err)
			if i == 0 {
				sum = m
			} else {
				sum = sum.Sub(m)
			}
		}
		if !sum.IsZero() {
			t.Errorf("%s: the steps of the ladder miss %s of what was approved", name, sum)
		}
	}
	for _, l := range said.Lines {
		same(l.BudgetLine, l, shown[l.BudgetLine])
	}
	same("合计", said.Total, shown["合计"])
	if len(said.Lines) != 50 || said.Next == "" || said.Total.Lines <= 50 {
		t.Errorf("%d lines of %v, next %q", len(said.Lines), said.Total.Lines, said.Next)
	}
	clerk := b.reads(t, "clerk-106")
	own := cells(clerk.get("/budget?year=2025"), "指标")
	if _, foreign := own["2025-04/2025"]; foreign || own["2025-05/2025"] == nil {
		t.Errorf("a unit's clerk sees %v", own)
	}
	r.get("/budget/documents?q="+url.QueryEscape("E09")).sees("E09", "指标下达")
}

func contractFigures(t *testing.T, b *bureau) {
	r := b.reads(t, "budget")
	var said struct {
		Contracts []struct {
			Number, Price string
			Payable       struct{ Certified, Now string }
		}
	}
	r.json("/contracts", &said)
	shown := cells(r.get("/contracts"), "合同")
	for _, k := range said.Contracts {
		if got := shown[k.Number]; len(got) < 4 || got[0] != k.Price || got[1] != k.Payable.Certified || got[3] != k.Payable.Now {
			t.Errorf("%s shows %v, its JSON says %v", k.Number, got, k)
		}
	}
	r.get("/contracts/HT-05-01").sees("工程量清单", "97% × 累计完成 7,760,000.00 − 扣回预付款 2,340,000.00", "到期日", "2026-03-01", "已返还")
	r.follows("第 1 期").sees("本期完成 4,000,000.00 − 扣回预付款 1,200,000.00 − 扣留质保金 120,000.00 = 应付净额 2,680,000.00", "人民币贰佰陆拾捌万元整", "85% × 累计完成")
	if r.get("/contracts/none"); r.status != http.StatusNotFound {
		t.Errorf("a contract that is not there: %d", r.status)
	}
	r.get("/contracts?lang=en").sees("Contracts", "settled")
}

func registers(t *testing.T, b *bureau) {
	r := b.reads(t, "budget")
	var injections struct {
		Injections []struct{ Investee, Amount string }
	}
	r.json("/injections", &injections)
	if r.get("/injections").sees("注资备查簿"); len(injections.Injections) == 0 {
		t.Error("the demonstration has no injection")
	}
	for _, i := range injections.Injections {
		r.sees(i.Investee, i.Amount[:strings.Index(i.Amount, ".")][:2])
	}
	r.follows("查看备查簿").sees("代管资金收支")
	r.get("/subsidies").sees("补助发放", "已锁定", "2025-02")
	r.get("/villages").sees("村级记录", "县级资金")
}

func lineByPage(t *testing.T, b *bureau) {
	r := b.reads(t, "budget").get("/budget")
	form := r.form("/budget/lines")
	for name, value := range map[string]string{"line_project": "2025-05", "fiscal_year": "2027", "fund_nature": "general_public_budget", "funding_source": "county"} {
		form.Set(name, value)
	}
	r.send("/budget/lines", form).sees("指标 2025-05/2027 已登记")
	r.send("/budget/lines", form).sees("指标 2025-05/2027 已登记")
	form.Set("key", "another-"+form.Get("key"))
	if r.send("/budget/lines", form); r.status != http.StatusUnprocessableEntity || r.form("/budget/lines").Get("fiscal_year") != "2027" {
		t.Errorf("the same line by another form: %d %s", r.status, words(r.page))
	}
}

func payeeByPages(t *testing.T, b *bureau) {
	r := b.reads(t, "clerk-106").get("/payees").sees("账号只显示末四位").follows("新建收款人登记")
	typed := map[string]string{"name": "某检测公司", "kind": "company", "credit_code": "91640303000000000X", "accounts.0.number": "6402", "accounts.0.bank": "", "memo": "原样保留"}
	r.fills("/documents/new", typed)
	form := r.form("/documents/new")
	if r.status != http.StatusUnprocessableEntity || form.Get("kind") != "company" || form.Get("name") != "某检测公司" || form.Get("memo") != "原样保留" {
		t.Errorf("the refused form (%d) came back as %v", r.status, form)
	}
	r.fills("/documents/new", map[string]string{"accounts.0.number": "0064029999", "accounts.0.bank": "某银行"}).sees("已保存", "0064029999")
	id := strings.Split(r.at, "/")[2]
	id = strings.TrimSuffix(id, "?done=kept")
	steps(r, id, "submit")
	steps(b.reads(t, "treasury"), id, "approve")
	r.get("/payees?q="+url.QueryEscape("某检测公司")).sees("****9999", "企业").follows("增加账户")
	if form := r.form("/documents/new"); form.Get("name") != "某检测公司" || form.Get("kind") != "company" || form.Get("code") == "" {
		t.Errorf("more accounts: the form is %v", form)
	}
}

func invoiceTwice(t *testing.T, b *bureau) {
	r := b.reads(t, "clerk-106")
	r.get(requestForm)
	with := map[string]string{"invoices.0.payee": payeeOf(r), "invoices.0.number": "24642000000000000001", "invoices.0.date": "2026-03-01", "invoices.0.amount": "500.00", "invoices.0.use": "300.00"}
	number, id := asks(r, "第一次", "300.00", with)
	steps(r, id, "file")
	form := r.get(requestForm).form("/documents/new")
	for name, value := range map[string]string{"date": "2026-03-10", "node": "2025-05", "payment": "fees", "purpose": "第二次", "economic_class": "31005", "sources.0.budget_line": "2025-05/2026", "sources.0.amount": "300.00", "payees.0.payee": payeeOf(r),
		"payees.0.amount": "300.00", "payees.0.kind": "other"} {
		form.Set(name, value)
	}
	for name, value := range with {
		form.Set(name, value)
	}
	r.send("/documents/new", form)
	beside := ""
	for n := range nodes(r.page, "p") {
		if attribute(n, "id") == "invoices.0.number.wrong" {
			beside = words(n)
		}
	}
	if want := "发票 24642000000000000001 金额 500.00，已用 300.00（" + number + "），还可用 200.00，本次 300.00，超出 100.00"; r.status != http.StatusUnprocessableEntity || beside != want {
		t.Errorf("%d, beside the number: %q, want %q", r.status, beside, want)
	}
	r.fills("/documents/new", map[string]string{"invoices.0.use": "200.00"}).sees("已保存")
}

// filledFromContract concludes a contract over pages and begins its certificate and its payment from what it says.
func filledFromContract(t *testing.T, b *bureau) {
	d := b.desks(t)
	form := d.clerk.get("/documents/new?kind=contract").form("/documents/new")
	for name, value := range map[string]string{"date": "2026-03-02", "node": "2025-05", "number": "HT-05-9", "name": "附属工程", "type": "works", "supplier.name": "某附属工程队", "price": "1000.00", "items.0.code": "1", "items.0.name": "围墙", "items.0.unit": "米",
		"items.0.quantity": "100", "items.0.unit_price": "10", "funding.0.budget_line": "2025-05/2026", "funding.0.amount": "1000.00", "advance_rate": "30", "retention_rate": "3", "defects_months": "12"} {
		form.Set(name, value)
	}
	d.clerk.send("/documents/new", form).sees("已保存", "工程", "HT-05-9")
	id := strings.TrimSuffix(strings.Split(d.clerk.at, "/")[2], "?done=kept")
	steps(d.clerk, id, "submit")
	steps(d.head, id, "sign")
	steps(b.reads(t, "lead-106"), id, "approve").sees("已审批", "2026-03 记-")

	d.clerk.get("/contracts/HT-05-9").sees("约定预付款", "300.00", "某附属工程队").follows("新建计量支付证书").sees("合同 HT-05-9", "围墙")
	if form := d.clerk.form("/documents/new"); form.Get("contract") != "HT-05-9" || form.Get("items.0.code") != "1" {
		t.Errorf("a certificate's form is %v", form)
	}
	d.clerk.get("/contracts/HT-05-9").follows("申请预付款").sees("还可申请 300.00", "质保金：已扣")
	form = d.clerk.form("/documents/new")
	for name, want := range map[string]string{"contract": "HT-05-9", "payment": "advance", "node": "2025-05", "payees.0.amount": "300.00", "sources.0.budget_line": "2025-05/2026", "sources.0.amount": "300.00"} {
		if form.Get(name) != want {
			t.Errorf("the request begins with %s %q, want %q", name, form.Get(name), want)
		}
	}
}

// The treasury's list of the demonstration is of the orders that wait, each on the day of its order, the earliest month first. One person
// writes it and takes it in, another confirms, and the payments are made.
func demonstrationList(t *testing.T, b *bureau) {
	d := b.desks(t)
	early, earlyID := d.approved("检测费", "90.00")
	late, lateID := d.approved("复检费", "60.00")
	steps(d.payer, earlyID, "order")
	steps(d.payer, lateID, "order")
	for id, at := range map[string]string{earlyID: "2026-08-12T23:30:00Z", lateID: "2026-09-03T02:00:00Z"} { // on the 13th here
		_, err := pgtest.Superuser(t, b.db).NewRaw(`alter table projects.acts disable trigger all; update projects.acts set at = ? where document_id = ? and verb = 'order'; alter table projects.acts enable trigger all`, at, id).Exec(t.Context())
		b.must(err)
	}
	for _, tt := range []struct{ month, day, request, amount string }{{"2026-08", "2026-08-13", early, "90.00"}, {"2026-09", "2026-09-03", late, "60.00"}} {
		d.payer.get("/payments").sees("演示：国库清单", "日期为下达支付令的日期")
		name, list := d.payer.saves("/payments/treasury-list")
		if name != "国库支付清单-"+tt.month+".xlsx" {
			t.Errorf("the list of %s is called %s", tt.month, name)
		}
		f, err := excelize.OpenReader(strings.NewReader(list))
		b.must(err)
		rows, err := f.GetRows(f.GetSheetName(0))
		b.must(err)
		if len(rows) != 2 || rows[1][1] != tt.day || !strings.Contains(rows[1][7], tt.request) {
			t.Fatalf("the list of %s: %q", tt.month, rows)
		}
		d.payer.uploads("treasury-payments", map[string]string{"source": "国库", "month": tt.month}, name, list).sees("新增 1 条", tt.amount)
		d.payer.fills("/imports", nil).sees("已导入").follows("看清单各行").sees("已对上，待确认", tt.day, tt.request)
		page := strings.TrimPrefix(d.payer.at, b.url)
		form := d.treasury.get(page).form(page + "/confirm")
		form.Set("all", "yes")
		d.treasury.send(page+"/confirm", form).sees("确认结果", "已确认")
		d.treasury.get("/payments/"+tt.request+"/lines/1").sees("已到账", tt.day)
	}
	if posted := count(t, b, `select count(*) from accounting.vouchers where source = 'P4' and (source_document, date) in ((?, '2026-08-13'), (?, '2026-09-03'))`, earlyID, lateID); posted != 2 {
		t.Errorf("%d payments were posted on the days of their orders", posted)
	}
	if said := words(d.payer.get("/payments").page); strings.Contains(said, "演示：国库清单") {
		t.Error("nothing waits, and a list is offered")
	}
}

// saves sends a form of the page that answers a file, and keeps it.
func (r *reader) saves(action string) (name, content string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+action, strings.NewReader(r.form(action).Encode()))
	r.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", r.url)
	res, err := r.client.Do(req)
	r.must(err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	r.must(err)
	kind, fields, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
	if res.StatusCode != http.StatusOK || err != nil || kind != "attachment" {
		r.t.Fatalf("%s: %d %q %v", action, res.StatusCode, res.Header, err)
	}
	return fields["filename"], string(text)
}
