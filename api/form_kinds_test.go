package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mingzhang/projects"
)

// filled is a form of a kind filled in by who writes it; what is not named stays as the form comes.
type filled struct {
	account, kind, event string
	values               map[string]string
}

var everyKind = []filled{
	{"admin", "role_grant", "", map[string]string{"person": "clerk-106", "role": "auditor", "from": "2026-11-01", "unit": "101"}},
	{"clerk-106", "delegation", "", map[string]string{"to": "head-106", "role": "project_clerk", "from": "2026-11-01", "until": "2027-01-31"}},
	{"admin", "departure", "", map[string]string{"person": "clerk-105", "left_on": "2026-11-30", "successor": "clerk-106"}},
	{"admin", "account", "", map[string]string{"person": "clerk-106", "account": "wj-clerk"}},
	{"admin", "setting", "", map[string]string{"flows.0.flow": "small", "flows.0.minimum_persons": "3", "flows.0.up_to": "50,000.00", "payee_wait_hours": "24"}},
	{"budget", "budget", "Approve", map[string]string{"document_no": "红财指〔2026〕1号", "input.budget_line": "2025-05/2026", "input.amount": "10,000"}},
	{"budget", "budget", "Issue", map[string]string{"document_no": "红财指〔2026〕2号", "input.budget_line": "2025-05/2026", "input.amount": "１０００"}},
	{"budget", "budget", "Indicators", map[string]string{"document_no": "红财指〔2026〕3号", "input.rows.0.budget_line": "2025-05/2026", "input.rows.0.amount": "1"}},
	{"budget", "budget", "Supplement", map[string]string{"document_no": "红财指〔2026〕4号", "input.budget_line": "2025-05/2026", "input.amount": "￥5"}},
	{"budget", "budget", "Reduce", map[string]string{"document_no": "红财指〔2026〕5号", "input.budget_line": "2025-05/2026", "input.amount": "1", "input.from": "available"}},
	{"budget", "budget", "Transfer", map[string]string{"document_no": "红财指〔2026〕6号", "input.from": "2025-05/2026", "input.to": "2025-04/2026", "input.amount": "1"}},
	{"budget", "budget", "Split", map[string]string{"document_no": "红财指〔2026〕7号", "input.parent": "2025-10/2025", "input.parts.0.budget_line": "2025-10-001/2025", "input.parts.0.amount": "1"}},
	{"budget", "budget", "Freeze", map[string]string{"document_no": "红财指〔2026〕8号", "input.budget_line": "2025-05/2026", "input.amount": "1"}},
	{"budget", "budget", "Thaw", map[string]string{"document_no": "红财指〔2026〕9号", "input.budget_line": "2025-05/2026", "input.amount": "1"}},
	{"budget", "budget", "Lapse", map[string]string{"document_no": "红财指〔2026〕10号", "input.budget_line": "2025-05/2026", "input.amount": "1"}},
	{"budget", "allocation", "", map[string]string{"document_no": "红财指〔2026〕11号", "node": "2025-10", "parent": "2025-10/2025", "measure": "wan", "rows.0.project": "2025-10-001", "rows.0.value": "1.5"}},
	{"budget", "cash_plan", "", map[string]string{"quarters.0.budget_line": "2025-05/2026", "quarters.0.quarter": "4", "quarters.0.amount": "1,000"}},
	{"budget", "year_end", "CloseBudgetary", map[string]string{"input.year": "2026"}},
	{"budget", "year_end", "CloseFinancial", map[string]string{"input.year": "2026"}},
	{"budget", "year_end", "CarryAuthority", map[string]string{"input.year": "2026"}},
	{"budget", "year_end", "CarryIn", map[string]string{"input.year": "2027"}},
	{"budget", "year_end", "Lapse", map[string]string{"document_no": "红财指〔2026〕12号", "input.budget_line": "2025-05/2026", "input.amount": "1"}},
	{"budget", "opening", "", map[string]string{"date": "2026-10-31", "indicators.0.budget_line": "2025-05/2026", "indicators.0.approved": "100", "indicators.0.issued": "100"}},
	{"clerk-106", "contract", "", map[string]string{"node": "2025-05", "number": "HT-每类-1", "name": "附属工程", "type": "works", "supplier.name": "某工程队", "price": "1,000", "items.0.code": "1", "items.0.name": "围墙", "items.0.unit": "米", "items.0.quantity": "10", "items.0.unit_price": "100",
		"funding.0.budget_line": "2025-05/2026", "funding.0.amount": "1,000", "draw_by": "shares", "retention_rate": "3", "defects_months": "12"}},
	{"clerk-106", "completion", "Apportion", map[string]string{"input.project": "2025-05", "input.works": "1", "input.total": "1"}},
	{"clerk-106", "completion", "HandOver", map[string]string{"input.project": "2025-05", "input.asset": "1601", "input.works": "5", "assets.0.class": "房屋", "assets.0.name": "门房", "assets.0.value": "5"}},
	{"clerk-106", "completion", "TransferOut", map[string]string{"input.project": "2025-05", "input.works": "5", "assets.0.class": "构筑物", "assets.0.name": "围墙", "assets.0.owner": "某村", "assets.0.value": "5"}},
	{"clerk-106", "completion", "WriteOff", map[string]string{"input.project": "2025-05", "input.amount": "5", "input.economic_class": "31005"}},
	{"clerk-106", "completion", "ForfeitRetention", map[string]string{"input.project": "2025-05", "input.contract": "HT-05-01", "input.amount": "5", "input.cost": "1601", "memo": "缺陷未修"}},
	{"clerk-106", "completion", "OverpaymentBack", map[string]string{"node": "2025-05", "input.contract": "HT-05-01", "input.sources.0.budget_line": "2025-05/2026", "input.sources.0.amount": "5", "input.economic_class": "31001"}},
	{"clerk-106", "final_account", "", map[string]string{"node": "2025-05", "cost.works": "5", "uses.handed_over": "5"}},
	{"clerk-106", "milestone", "", map[string]string{"node": "2025-05", "milestone": "in_progress"}},
	{"clerk-106", "payee", "", map[string]string{"name": "每类收款人", "kind": "person", "accounts.0.number": "00012345", "accounts.0.bank": "某银行"}},
	{"clerk-106", "refund", "", map[string]string{"request": "ZF-2026-0001", "line": "1", "amount": "5", "to": "available"}},
	{"clerk-106", "correction", "", map[string]string{"voucher": "2026-03 记-0001", "reason": "记错"}},
	{"clerk-106", "manual_voucher", "", map[string]string{"lines.0.account": "1601", "lines.0.project": "2025-05", "lines.0.debit": "5", "lines.1.account": "1801", "lines.1.project": "2025-05", "lines.1.credit": "5"}},
	{"clerk-106", "subsidy_batch", "", map[string]string{"node": "2025-05", "code": "BT-每类", "month": "2026-11", "count": "3", "rate": "12.3456", "economic_class": "30305", "published_at": "村务公开栏", "published_from": "2026-11-01", "published_until": "2026-11-10"}},
	{"clerk-106", "fund", "FundReceipt", map[string]string{"input.project": "2025-05", "input.amount": "5"}},
	{"clerk-106", "fund", "Relief", map[string]string{"input.project": "2025-05", "input.amount": "5"}},
	{"clerk-106", "fund", "ReceiveInjection", map[string]string{"input.project": "2025-05", "input.injection": "协议1", "input.amount": "5"}},
	{"clerk-106", "fund", "PassOnInjection", map[string]string{"input.project": "2025-05", "input.injection": "协议1", "input.amount": "5"}},
	{"clerk-106", "injection_record", "", map[string]string{"node": "2025-05", "investee": "某企业", "amount": "5", "share": "12.5", "agreement": "协议1"}},
}

// Each kind is drafted by filling in its form: choices are chosen, amounts are written as people write them.
func TestEveryKindIsDraftedByItsForm(t *testing.T) {
	b := demonstration(t)
	readers, drafted := map[string]*reader{}, map[projects.DocumentKind]bool{}
	draft := func(f filled) *reader {
		t.Helper()
		if readers[f.account] == nil {
			readers[f.account] = b.reads(t, f.account)
		}
		r := readers[f.account].get("/documents/new?" + url.Values{"kind": {f.kind}, "event": {f.event}}.Encode())
		offered := map[string]map[string]bool{}
		for s := range nodes(r.page, "select") {
			options := map[string]bool{}
			for o := range nodes(s, "option") {
				options[attribute(o, "value")] = true
			}
			offered[attribute(s, "name")] = options
		}
		form := r.form("/documents/new")
		for name, value := range f.values {
			if options, chooses := offered[name]; chooses && !options[value] {
				t.Errorf("%s %s: %s does not offer %q", f.kind, f.event, name, value)
			}
			form.Set(name, value)
		}
		if r.send("/documents/new", form); r.status != http.StatusOK || !strings.HasSuffix(r.at, "done=kept") {
			t.Errorf("%s %s by %s: %d %s", f.kind, f.event, f.account, r.status, problemOf(r))
		}
		drafted[projects.DocumentKind(f.kind)] = true
		return r
	}
	for _, f := range everyKind {
		draft(f)
	}
	village := b.villageOf(t)
	draft(filled{"clerk-" + village.unit, "village_record", "", map[string]string{"node": village.code, "voted_on": "2026-03-01", "published_on": "2026-03-02", "date": "2026-03-10", "mode": "grants", "township": "某乡", "county": "5"}})
	draft(filled{"clerk-106", "payment_request", "", map[string]string{"node": "2025-05", "payment": "fees", "purpose": "设计费", "economic_class": "31005", "sources.0.budget_line": "2025-05/2026", "sources.0.amount": "5", "payees.0.payee": payeeOf(readers["clerk-106"]), "payees.0.amount": "5", "payees.0.kind": "other"}})
	draft(filled{"clerk-106", "settlement", "", map[string]string{"contract": concluded(t, b, "HT-每类-2", "1"), "settled_price": "80"}})
	number := concluded(t, b, "HT-每类-3", "2")
	draft(filled{"clerk-106", "certificate", "", map[string]string{"contract": number, "items.0.code": "1", "items.0.quantity": "1", "deductions.0.kind": "fine", "deductions.0.note": "误工", "deductions.0.amount": "5"}})
	draft(filled{"clerk-106", "termination", "", map[string]string{"contract": concluded(t, b, "HT-每类-4", "3"), "reason": "不再建设"}})
	draft(filled{"clerk-106", "change_order", "", map[string]string{"contract": concluded(t, b, "HT-每类-5", "4"), "items.0.code": "9", "items.0.name": "大门", "items.0.amount": "5", "fund.0.budget_line": "2025-05/2026", "fund.0.amount": "5"}})
	for _, f := range projects.DocumentForms() {
		if !drafted[f.Kind] {
			t.Errorf("no form of %s was filled in", f.Kind)
		}
	}
	correctionWithEvent(t, readers["clerk-106"])
}

// problemOf is what a page says is wrong.
func problemOf(r *reader) string {
	for n := range nodes(r.page, "div") {
		if attribute(n, "class") == "problem" {
			return words(n)
		}
	}
	return words(r.page)
}

type village struct{ code, unit string }

func (b *bureau) villageOf(t *testing.T) (v village) {
	t.Helper()
	var row struct{ Code, Unit string }
	b.must(b.db.NewRaw(`select n.code, u.code as unit from projects.nodes n join accounting.ledgers l on l.book_id = n.book_id and l.project_id = n.node_id join accounting.units u on u.book_id = l.book_id and u.unit_id = l.unit_id
		where n.code like '2025-10-0%' order by n.code limit 1`).Scan(t.Context(), &row))
	return village{row.Code, row.Unit}
}

// concluded is a contract of 100 yuan in force.
func concluded(t *testing.T, b *bureau, number, tens string) string {
	t.Helper()
	d := b.desks(t)
	form := d.clerk.get("/documents/new?kind=contract").form("/documents/new")
	for name, value := range map[string]string{"date": "2026-03-02", "node": "2025-05", "number": number, "name": "附属工程" + tens, "type": "works", "supplier.name": "某附属工程队", "price": "100", "items.0.code": "1", "items.0.name": "围墙", "items.0.unit": "米",
		"items.0.quantity": "10", "items.0.unit_price": "10", "funding.0.budget_line": "2025-05/2026", "funding.0.amount": "100", "defects_months": "12"} {
		form.Set(name, value)
	}
	d.clerk.send("/documents/new", form).sees("已保存")
	id := strings.TrimSuffix(strings.Split(d.clerk.at, "/")[2], "?done=kept")
	steps(d.clerk, id, "submit")
	steps(d.head, id, "sign")
	steps(b.reads(t, "lead-106"), id, "approve").sees("已审批")
	return number
}

// correctionWithEvent says what should have been posted: the fields of the right event come when it is chosen.
func correctionWithEvent(t *testing.T, r *reader) {
	t.Helper()
	form := r.get("/documents/new?kind=correction").form("/documents/new")
	for name, value := range map[string]string{"voucher": "2026-03 记-0001", "reason": "记错", "right.event": "PayCost", "more": "right"} {
		form.Set(name, value)
	}
	form = r.send("/documents/new", form).form("/documents/new")
	if _, there := form["right.input.cost"]; !there || form.Get("right.event") != "PayCost" || form.Get("reason") != "记错" {
		t.Errorf("the correction's form with its event is %v", form)
	}
}
