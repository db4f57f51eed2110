package api_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"mingzhang/api"
)

func numberOf(t testing.TB, a answer) string {
	t.Helper()
	var r api.ReceiptOutput
	if err := json.Unmarshal(a.body, &r); err != nil || r.Number == 0 {
		t.Fatalf("no receipt: %s", a.body)
	}
	return strconv.Itoa(r.Number)
}

// A repeat answers what the first one answered, whatever kind of command it is, and another body under its key is refused.
func TestRepeatAnswersTheSame(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	first, second := numberOf(t, b.made("/vouchers", voucher())), numberOf(t, b.made("/vouchers", voucher()))
	for _, c := range []struct{ path, body, other string }{
		{"/vouchers", voucher(), voucher("测试", "另一个")},
		{"/vouchers/2025-04/" + first + "/reverse", `{"date":"2025-04-02","reason":"一","prepared_by":"clerk"}`, `{"date":"2025-04-02","reason":"二","prepared_by":"clerk"}`},
		{"/vouchers/2025-04/" + second + "/correct", `{"reason":"一","voucher":` + voucher("1000.00", "900.00") + `}`, `{"reason":"二","voucher":` + voucher("1000.00", "900.00") + `}`},
		{"/events/issue", `{"date":"2025-03-06","prepared_by":"clerk","attachments":1,"budget_line":"2025-05-01/2025","amount":"5.00"}`, `{"date":"2025-03-06","prepared_by":"clerk","attachments":1,"budget_line":"2025-05-01/2025","amount":"6.00"}`},
		{"/projects", `{"code":"2025-08","kind":"project","name_zh":"甲","type":"works"}`, `{"code":"2025-08","kind":"project","name_zh":"乙","type":"works"}`},
		{"/projects/2025-06/plan-lines", `{"rate":"80.5","unit":"人"}`, `{"rate":"80.6","unit":"人"}`},
		{"/budget-lines", `{"project":"2025-06","fiscal_year":2026,"fund_nature":"general_public_budget","funding_source":"county"}`, `{"project":"2025-06","fiscal_year":2026,"fund_nature":"government_fund","funding_source":"county"}`},
		{"/periods/2025-01/close-proposals", `{"vouchers":0}`, `{"vouchers":1}`},
		{"/periods/2025-01/close-proposals/1/withdraw", `{"reason":"漏记"}`, `{"reason":"另一个"}`},
		{"/periods/2025-01/close-proposals?again", `{"vouchers":0}`, ""},
		{"/periods/2025-01/close", `{"proposal":2}`, `{"proposal":1}`},
		{"/years/2027/open", "", ""},
	} {
		one := b.send(http.MethodPost, "/api/v1"+c.path, b.tokens[sender(c.path)], "k"+c.path, c.body)
		if one.status >= 300 {
			t.Fatalf("%s: %d %s", c.path, one.status, one.body)
		}
		after := b.written()
		two := b.send(http.MethodPost, "/api/v1"+c.path, b.tokens[sender(c.path)], "k"+c.path, c.body)
		if got := strings.ReplaceAll(string(two.body), `"replayed":true`, `"replayed":false`); two.status != one.status || got != string(one.body) {
			t.Errorf("%s: first %d %s, then %d %s", c.path, one.status, one.body, two.status, two.body)
		}
		if strings.Contains(string(one.body), "replayed") && !strings.Contains(string(two.body), `"replayed":true`) {
			t.Errorf("%s: the repeat does not say so", c.path)
		}
		if c.other != "" {
			if a := b.send(http.MethodPost, "/api/v1"+c.path, b.tokens[sender(c.path)], "k"+c.path, c.other); a.status != 422 || a.code() != "key_reused" {
				t.Errorf("%s with another body: %d %s", c.path, a.status, a.body)
			}
		}
		if got := b.written(); got != after {
			t.Errorf("%s: repeats wrote: vouchers and commands were %d and are %d", c.path, after, got)
		}
	}
}

// Each voucher of a bulk is answered in its place: the bad ones harm nobody, and a repeat posts only what is missing.
func TestBulkAnswersEachByItself(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	texts := []string{
		voucher(),
		voucher(`"debit":"1000.00"`, `"debit":"1000.001"`),
		voucher("1000.00", "2.00"),
		voucher(`"memo"`, `"colour":"red","memo"`),
		voucher(`"9201"`, `"9999"`),
		voucher(`"2025-05-01"`, `"2024-01"`),
		`17`,
		voucher("1000.00", "999999.00"),
		voucher("1000.00", "3.00"),
	}
	want := []string{"", "amount_invalid", "", "request_invalid", "account_unknown", "project_unknown", "request_invalid", "budget_exceeded", ""}
	send := func(texts []string) []api.BulkResult {
		a := b.send(http.MethodPost, "/api/v1/vouchers/bulk", b.tokens["system"], "bulk", `{"vouchers":[`+strings.Join(texts, ",")+`]}`)
		var out struct{ Results []api.BulkResult }
		b.must(json.Unmarshal(a.body, &out))
		if a.status != http.StatusOK || len(out.Results) != len(texts) {
			t.Fatalf("%d %s", a.status, a.body)
		}
		return out.Results
	}
	before := b.written()
	results := send(texts)
	for i, r := range results {
		code := ""
		if r.Problem != nil {
			code = r.Problem.Code
		}
		if r.Ordinal != i+1 || code != want[i] || (r.Receipt == nil) == (code == "") {
			t.Errorf("%d: got %q, want %q: %+v", i+1, code, want[i], r)
		}
	}
	if after := b.written(); after != [2]int{before[0] + 3, before[1] + 3} {
		t.Errorf("vouchers and commands were %d and are %d", before, after)
	}
	texts[1] = voucher("1000.00", "4.00")
	again := send(texts)
	for i, r := range again {
		if want[i] == "" && (r.Receipt == nil || !r.Receipt.Replayed || r.Receipt.Number != results[i].Receipt.Number) {
			t.Errorf("repeat of %d: %+v", i+1, r)
		}
	}
	if again[1].Receipt == nil || again[1].Receipt.Replayed {
		t.Errorf("the mended voucher: %+v", again[1].Problem)
	}
	if after := b.written(); after != [2]int{before[0] + 4, before[1] + 4} {
		t.Errorf("after the repeat, vouchers and commands were %d and are %d", before, after)
	}
}
