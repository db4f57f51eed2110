package api_test

import (
	"net/http"
	"strings"
	"testing"

	"mingzhang/projects"
)

// A treasury officer's month by the API: the list in, what no request fits open until it is named, the sheet, the export.
func TestTreasuryMonthByTheAPI(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	people := b.colleagues("treasury_officer", "treasury_officer", "budget_officer")
	maker, other, budget := people["treasury_officer"], people["treasury_officer 2"], people["budget_officer"]
	file := b.store("treasury_officer", "国库.csv", "支付凭证号,日期,收款人,账号,金额,用途\n64030325000001,2025-03-14,某公司,64029999,70.00,货款\n").Hash
	list := `{"kind":"treasury-payments","source":"国库","month":"2025-03","file":"` + file + `"}`
	var i struct {
		ID    string
		Added int
	}
	maker.does(http.MethodPost, "/imports", list, &i)
	var payments struct{ Payments []projects.TreasuryPayment }
	maker.does(http.MethodGet, "/treasury-lists/"+i.ID, "", &payments)
	if i.Added != 1 || len(payments.Payments) != 1 || payments.Payments[0].State != "unknown" || payments.Payments[0].Account != "****9999" {
		t.Errorf("%+v %+v", i, payments)
	}
	if a := maker.send(http.MethodPost, "/treasury-lists/"+i.ID+"/confirm", `{}`); a.code() != "duty_taken" {
		t.Errorf("who took it in confirms: %d %s", a.status, a.body)
	}
	for body, code := range map[string]string{`{"voucher_nos":["64030325000001"]}`: "step_not_allowed", `{"voucher_nos":["9"]}`: "list_unknown"} {
		if a := other.send(http.MethodPost, "/treasury-lists/"+i.ID+"/confirm", body); !strings.Contains(string(a.body), code) {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	var items struct{ Items []projects.TreasuryItem }
	budget.does(http.MethodGet, "/open-items?state=open&month=2025-03&as_of=2025-03-24", "", &items)
	if len(items.Items) != 1 || items.Items[0].Kind != projects.PaidNotBooked || items.Items[0].Age != 10 || items.Items[0].Month != "2025-03" {
		t.Fatalf("%+v", items)
	}
	explain := "/open-items/" + items.Items[0].ID.String() + "/explain"
	for body, code := range map[string]string{`{"reason":"补录","owner":"nobody"}`: "person_unknown", `{"reason":"","owner":"clerk"}`: "reason_required"} {
		if a := budget.send(http.MethodPost, explain, body); a.code() != code {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	var said projects.ItemReason
	budget.does(http.MethodPost, explain, `{"reason":"补录申请办理中","owner":"clerk"}`, &said)
	var sheet projects.TreasurySheet
	budget.does(http.MethodGet, "/treasury-reconciliation/2025-03", "", &sheet)
	if sheet.Total.OnlyTheirs.String() != "70.00" || len(sheet.Entries) != 1 || sheet.Entries[0].Owner != "clerk" || sheet.Unnamed != 0 || !sheet.ListTaken {
		t.Errorf("%+v", sheet)
	}
	var report projects.Reconciliation
	b.get("/reconciliation?as_of=2025-03-31", &report)
	if n := len(report.OpenItems); n == 0 || report.OpenItems[n-1].Kind != "paid_not_booked" || *report.OpenItems[n-1].Age != 17 || report.OpenItems[n-1].Owner != "clerk" {
		t.Errorf("reconcile shows %+v", report.OpenItems)
	}
	for path, kind := range map[string]string{"/treasury-reconciliation/2025-03?format=xlsx": "spreadsheetml", "/payment-exports?state=approved": "spreadsheetml", "/payment-exports?state=ordered&format=csv": "text/csv"} {
		if a := maker.send(http.MethodGet, path, ""); a.status != http.StatusOK || !strings.Contains(a.header.Get("Content-Type"), kind) || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
	}
}
