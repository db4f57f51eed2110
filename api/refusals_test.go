package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// Bad input gets an answer that names what is wrong, and leaves nothing in the books.
func TestBadInputGets(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	// 1: a voucher already reversed. 2: one behind a confirmed payment.
	issued := numberOf(t, b.made("/vouchers", voucher()))
	red := numberOf(t, b.made("/vouchers/2025-04/"+issued+"/reverse", `{"date":"2025-04-02","reason":"测试","prepared_by":"clerk"}`))
	paid := numberOf(t, b.made("/vouchers", voucher("9301.01", "9401", `"9201"`, `"9301.01"`)))

	const debit = `"debit":"1000.00"`
	post := func(changes ...string) string { return voucher(changes...) }
	event := func(figures string) string {
		return `{"date":"2025-03-05","document_no":"红财发〔2025〕1号","prepared_by":"clerk","attachments":1,` + figures + `}`
	}
	type row struct {
		situation, path, body string
		status                int
		code, says            string
	}
	rows := []row{
		{"an unknown field", "/vouchers", post(`"memo"`, `"colour":"red","memo"`), 400, "request_invalid", "colour"},
		{"an unknown field of a line", "/vouchers", post(`"account":"9201"`, `"colour":"red","account":"9201"`), 400, "request_invalid", "lines[1].colour"},
		{"an unknown field of an event", "/events/approval", event(`"budget_line":"2025-05-01/2025","amount":"1.00","colour":"red"`), 400, "request_invalid", "colour"},
		{"no JSON", "/vouchers", `{"date":`, 400, "request_malformed", ""},
		{"a control character in the memo", "/vouchers", post("测试", `测\u0007试`), 400, "text_invalid", "U+0007"},
		{"a line break in the memo", "/vouchers", post("测试", `测\n试`), 400, "text_invalid", "U+000A"},
		{"NUL in a project's code", "/vouchers", post(`"2025-05-01"`, `"2025\u0000"`), 400, "text_invalid", "U+0000"},
		{"a control character in an event", "/events/approval", event(`"memo":"\u001b[31m","budget_line":"2025-05-01/2025","amount":"1.00"`), 400, "text_invalid", "U+001B"},
		{"a control character in a name", "/projects/2025-06/rename", `{"name_zh":"a\u0085b"}`, 400, "text_invalid", "U+0085"},
		{"an empty name", "/projects/2025-06/rename", `{"name_zh":""}`, 400, "text_invalid", "名称是空的"},
		{"a day that is none", "/vouchers", post("2025-04-01", "2025-02-30"), 400, "date_invalid", "date"},
		{"a day without zeros", "/vouchers", post("2025-04-01", "2025-4-1"), 400, "date_invalid", "date"},
		{"a day of an event that is none", "/events/issue", strings.Replace(event(`"budget_line":"2025-05-01/2025","amount":"1.00"`), "2025-03-05", "2025-13-05", 1), 400, "date_invalid", ""},
		{"an unknown account", "/vouchers", post(`"9201"`, `"9999"`), 400, "account_unknown", "9999"},
		{"an account that is summed up", "/vouchers", post("9301.01", "9301"), 400, "account_summary", "9301"},
		{"another basis than the account's", "/vouchers", post(`"account":"9201"`, `"account":"9201","basis":"budgetary"`), 400, "basis_mismatch", "9201"},
		{"a missing budget line", "/vouchers", post(`"account":"9201","project":"2025-05-01","budget_line":"2025-05-01/2025"`, `"account":"9201","project":"2025-05-01"`), 400, "dimension_required", "9201"},
		{"a superfluous budget line", "/vouchers", post(`"9201"`, `"3001"`), 400, "dimension_not_allowed", "3001"},
		{"a missing subject", "/vouchers", post("9301.01", "9301.03"), 400, "dimension_required", "9301.03"},
		{"a superfluous subject", "/vouchers", post(`"account":"9201"`, `"subject":{"kind":"contract","code":"C1"},"account":"9201"`), 400, "dimension_not_allowed", "9201"},
		{"a budget line of another project", "/vouchers", post("2025-05-01/2025", "2025-06/2025"), 400, "budget_line_mismatch", "2025-06/2025"},
		{"a budget line of another year", "/vouchers", post("2025-05-01/2025", "2025-05-01/2026"), 400, "budget_line_mismatch", "2026"},
		{"an unknown budget line", "/vouchers", post("2025-05-01/2025", "2025-05-01/2030"), 400, "budget_line_unknown", "2025-05-01/2030"},
		{"a project of another book", "/vouchers", post(`"2025-05-01"`, `"2024-01"`), 400, "project_unknown", "2024-01"},
		{"an unknown preparer", "/vouchers", post(`"clerk"`, `"nobody"`), 400, "person_unknown", "nobody"},
		{"sides that differ", "/vouchers", post(debit, `"debit":"1000.01"`), 400, "voucher_unbalanced", "1,000.01"},
		{"one side only", "/vouchers", post(`"credit":"1000.00"`, debit), 400, "voucher_unbalanced", "2,000.00"},
		{"nothing but zeros", "/vouchers", post("1000.00", "0.00"), 400, "amount_invalid", ""},
		{"both sides on a line", "/vouchers", post(debit, debit+`,"credit":"1000.00"`), 400, "amount_invalid", ""},
		{"a negative amount", "/vouchers", post("1000.00", "-1000.00"), 400, "line_negative", ""},
		{"one line", "/vouchers", `{"date":"2025-04-01","memo":"m","prepared_by":"clerk","attachments":1,"lines":[{"account":"9201","project":"2025-05-01","budget_line":"2025-05-01/2025","credit":"1.00"}]}`, 400, "voucher_empty", ""},
		{"no attachment", "/vouchers", post(`"attachments":1`, `"attachments":0`), 400, "attachment_required", ""},
		{"a day outside every period", "/vouchers", post("2025-04-01", "2031-04-01"), 409, "period_unknown", "2031"},
		{"more than there is", "/vouchers", post("1000.00", "400000.01"), 409, "budget_exceeded", "400000.01"},
		{"the sender as preparer", "/vouchers", post(`"clerk"`, `"head"`), 403, "same_person", ""},
		{"a second reversal", "/vouchers/2025-04/" + issued + "/reverse", `{"date":"2025-04-03","reason":"再","prepared_by":"clerk"}`, 409, "already_reversed", ""},
		{"the reversal of a red voucher", "/vouchers/2025-04/" + red + "/reverse", `{"date":"2025-04-03","reason":"再","prepared_by":"clerk"}`, 409, "reversal_of_red", ""},
		{"the plain reversal of a payment", "/vouchers/2025-04/" + paid + "/reverse", `{"date":"2025-04-03","reason":"再","prepared_by":"clerk"}`, 409, "payment_confirmed", ""},
		{"a reversal in another year", "/vouchers/2025-04/" + paid + "/reverse", `{"date":"2026-04-03","reason":"再","prepared_by":"clerk"}`, 409, "reversal_year", ""},
		{"the reversal of no voucher", "/vouchers/2025-04/999/reverse", `{"date":"2025-04-03","reason":"再","prepared_by":"clerk"}`, 404, "voucher_unknown", "0999"},
		{"a period that is none", "/vouchers/2025-15/1/reverse", `{"date":"2025-04-03","reason":"再","prepared_by":"clerk"}`, 400, "period_invalid", ""},
		{"a node code in use", "/projects", `{"code":"2025-06","kind":"project","name_zh":"项目","type":"works"}`, 409, "duplicate", "2025-06"},
		{"a node below none", "/projects", `{"code":"2025-07","parent":"2024-01","kind":"project","name_zh":"项目","type":"works"}`, 404, "node_unknown", "2024-01"},
		{"a second accounting unit", "/projects/2025-06/unit", `{"unit":"101"}`, 409, "unit_for_life", "2025-06"},
		{"a plan with a lump sum and a rate", "/projects/2025-06/plan-lines", `{"amount":"1.00","rate":"1"}`, 400, "plan_invalid", ""},
		{"a budget line without source", "/budget-lines", `{"project":"2025-06","fiscal_year":2026,"fund_nature":"government_fund","funding_source":"moon"}`, 404, "funding_source_unknown", "moon"},
		{"a close proposed out of order", "/periods/2025-05/close-proposals", `{"vouchers":0}`, 409, "close_blocked", "202504"},
		{"a close out of order", "/periods/2025-05/close", `{"proposal":1}`, 409, "close_blocked", "202504"},
		{"a close nobody proposed", "/periods/2025-01/close", `{"proposal":1}`, 409, "close_not_proposed", "没有第 1 次结账申请"},
		{"a close with other vouchers than were seen", "/periods/2025-01/close-proposals", `{"vouchers":7}`, 409, "close_outdated", "看到的是 7 张凭证，现有 0 张"},
		{"a close without what was seen", "/periods/2025-01/close-proposals", `{}`, 400, "request_invalid", "vouchers"},
		{"withdrawing what nobody proposed", "/periods/2025-01/close-proposals/1/withdraw", `{"reason":"误"}`, 409, "close_not_proposed", "没有第 1 次结账申请"},
	}
	for _, bad := range []string{`"1.001"`, `"1e2"`, `"NaN"`, `"-0"`, `"-0.00"`, `"9999999999999999.99"`, `"１０００.00"`, `1000`, `1000.00`, `"+1.00"`, `"1,000.00"`, `" 1.00"`, `""`, `"01.00"`, `".5"`, `"1."`, `"0x10"`, `"Infinity"`, `true`, `{}`} {
		rows = append(rows,
			row{bad + " as an amount of a line", "/vouchers", post(debit, `"debit":`+bad), 400, "amount_invalid", "lines[0].debit"},
			row{bad + " as an amount of an event", "/events/approval", event(`"budget_line":"2025-05-01/2025","amount":` + bad), 400, "amount_invalid", ""},
			row{bad + " as a stated amount", "/projects", `{"code":"2025-07","kind":"project","name_zh":"项目","type":"works","stated_amount":` + bad + `}`, 400, "amount_invalid", "stated_amount"},
			row{bad + " in a plan", "/projects/2025-06/plan-lines", `{"amount":` + bad + `}`, 400, "amount_invalid", "amount"})
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			before := b.written()
			a := b.post(r.path, r.body)
			if a.status != r.status || a.code() != r.code || !strings.Contains(string(a.body), r.says) {
				t.Errorf("got %d %s, want %d %s saying %q", a.status, a.body, r.status, r.code, r.says)
			}
			if got := a.header.Get("Content-Type"); got != "application/problem+json" {
				t.Errorf("content type %q", got)
			}
			if after := b.written(); after != before {
				t.Errorf("vouchers and commands were %d and are %d", before, after)
			}
		})
	}
}

// The key is part of the request: what is wrong with it is said like all else.
func TestKeysThatAreWrong(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	before := b.written()
	for _, r := range []struct{ name, key, path, code string }{
		{"none", "", "/vouchers", "key_required"},
		{"none, for an event", "", "/events/approval", "key_required"},
		{"none, for a bulk", "", "/vouchers/bulk", "key_required"},
		{"too long", strings.Repeat("k", 201), "/vouchers", "key_malformed"},
	} {
		if a := b.send(http.MethodPost, "/api/v1"+r.path, b.tokens[sender(r.path)], r.key, voucher()); a.status != 400 || a.code() != r.code {
			t.Errorf("%s: got %d %s, want %s", r.name, a.status, a.body, r.code)
		}
	}
	if after := b.written(); after != before {
		t.Errorf("vouchers and commands were %d and are %d", before, after)
	}
	for _, path := range []string{"/trial-balance?as_of=2025-02-30", "/reconciliation?as_of=yesterday", "/accounts/9201/statement?as_of=2025-6-1", "/trial-balance?as_of=2025-06-30&known_at=now"} {
		if a := b.send(http.MethodGet, "/api/v1"+path, b.tokens["system"], "", ""); a.status != 400 || a.code() != "date_invalid" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

// What no text may hold is refused in an address too, wherever it stands there, and is no fault of ours.
func TestControlCharactersInAnAddress(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	token := b.token("budget_officer", time.Hour)
	for _, path := range []string{"/documents?kind=%00", "/payment-requests?project=a%00b", "/contracts/%00", "/persons/%1b/roles", "/vouchers?source=%C2%85", "/log/commands?name=%00"} {
		if got := b.send(http.MethodGet, "/api/v1"+path, token, "", ""); got.status != http.StatusBadRequest || !strings.Contains(string(got.body), "text_invalid") {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}
