package api_test

import (
	"bytes"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// rooms are the longest texts that fields of documents take, by the last of their name; what is not here names something or has a shape.
var rooms = map[string]int{"memo": 160, "document_no": 30, "purpose": 200, "name": 200, "unit": 40, "reason": 100, "number": 40, "bank": 100, "investee": 200, "agreement": 200, "published_at": 100, "township": 100, "owner": 100, "class": 100, "note": 200}

// goOn are kinds of which each document is passed on as far as it goes; the others stay drafts, or they would end the book.
var goOn = []string{"role_grant", "delegation", "cash_plan", "milestone", "injection_record", "subsidy_batch", "completion", "fund", "allocation"}

// narrow is how lists write the signs of numbers.
var narrow = func() *strings.Replacer {
	pairs := []string{"　", " ", "\u00a0", " ", "\u2028", ""}
	for r := '！'; r <= '～'; r++ {
		pairs = append(pairs, string(r), string(r-'！'+'!'))
	}
	return strings.NewReplacer(pairs...)
}()

// heldOf are fields of a document's form that are texts of other sorts there.
var heldOf = map[string][]string{"payee": {"accounts.0.number"}, "payment_request": {"payees.0.name"}, "village_record": {"owner"}}

// Texts that mean something to a browser, a table, a printer or a database are taken by every form that takes texts at all, stand in
// documents that go their way to the books, and come out as what was typed on every page, in every table and on every print.
func TestHostileTextsComeOutWhole(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	k := newInk(t)
	s := &scribe{ink: k, bureau: b, readers: map[string]*reader{}}
	s.closes()
	s.names()
	s.books()
	request, line := s.pays()
	s.returns()
	s.month(b)
	notice := s.inspects()
	for _, f := range everyKind {
		id := s.drafts(f)
		if slices.Contains(goOn, f.kind) {
			for _, desk := range []string{f.account, "head-106", "lead-106", "budget-head"} {
				if verbs := s.offered(desk, id); len(verbs) > 0 {
					s.step(desk, id, verbs[0])
				}
			}
		}
	}
	s.rest()
	s.looks(request, line, notice)
}

// scribe is who types hostile texts: everybody of the demonstration.
type scribe struct {
	*ink
	*bureau
	readers map[string]*reader
	papers  []string // documents that were made
}

func (s *scribe) as(account string) *reader {
	if s.readers[account] == nil {
		s.readers[account] = s.reads(s.ink.t, account)
	}
	s.readers[account].t = s.ink.t
	return s.readers[account]
}

// fills opens a page and types into its form.
func (s *scribe) fills(account, page, action string, fields map[string]any) *reader {
	s.ink.t.Helper()
	return s.types(s.as(account).get(page), action, fields)
}

// names gives hostile names to what every page calls by its name, and registers things whose very code is hostile.
func (s *scribe) names() {
	budget, admin := "budget", "admin"
	s.fills(budget, "/settings/projects/2025-05", "/settings/projects/2025-05/rename", map[string]any{"name_zh": 200, "name_en": 200})
	s.fills(budget, "/settings/projects/2025-05", "/settings/projects/2025-05/parties", map[string]any{"parties.0.role": "leader", "parties.0.name": 100})
	s.fills(budget, "/settings/projects/new", "/settings/projects/new", map[string]any{"code": 40, "name_zh": 200, "name_en": 200, "kind": "project", "type": "works", "parent": "2025-05", "due_month": "2026-12", "unit": "106"})
	s.fills(budget, "/settings/projects/2025-05", "/settings/projects/2025-05/plan", map[string]any{"rate": "80.5", "measure": 40, "note": 200})
	s.fills(budget, "/settings/units/106", "/settings/units/106", map[string]any{"name": 100})
	s.fills(budget, "/settings/units", "/settings/units", map[string]any{"code": 60, "name": 100, "kind": "other"})
	s.fills(budget, "/settings/sources", "/settings/sources", map[string]any{"code": 40, "name": 100, "kind": "donation"})
	s.fills(budget, "/settings/codes", "/settings/codes", map[string]any{"system": 100, "code": 100, "project": "2025-05"})
	s.fills(budget, "/budget", "/budget/lines", map[string]any{"code": 60, "line_project": "2025-05", "fiscal_year": "2026", "fund_nature": "general_public_budget", "funding_source": "county"})
	s.fills(admin, "/settings/people", "/settings/people", map[string]any{"code": 60, "name": 100, "unit": "106"})
	for _, person := range []string{"clerk-106", "head-106", "lead-106", "budget", "treasury", "payer", "inspector", "inspector-head", "accountant"} {
		s.fills(admin, "/settings/people/"+person, "/settings/people/"+person, map[string]any{"name": 100})
	}
	s.fills(admin, "/settings/accounts", "/settings/accounts/disable", map[string]any{"account": "clerk-110", "reason": 400})
}

// books posts an indicator, a contract whose number is hostile, and a voucher by hand.
func (s *scribe) books() {
	s.drafts(filled{"budget", "budget", "Supplement", map[string]string{"input.budget_line": "2025-05/2026", "input.amount": "5,000", "date": "2026-03-01"}}, "budget", "budget-head")
	contract := s.drafts(filled{"clerk-106", "contract", "", map[string]string{"date": "2026-03-02", "node": "2025-05", "type": "works", "price": "1,000", "items.0.code": "1", "items.0.quantity": "10", "items.0.unit_price": "100", "funding.0.budget_line": "2025-05/2026", "funding.0.amount": "1,000", "defects_months": "12"}}, "clerk-106", "head-106", "lead-106")
	s.drafts(filled{"clerk-106", "manual_voucher", "", map[string]string{"date": "2026-03-03", "lines.0.account": "1601", "lines.0.project": "2025-05", "lines.0.debit": "5", "lines.1.account": "1801", "lines.1.project": "2025-05", "lines.1.credit": "5"}}, "clerk-106", "head-106", "budget")
	s.drafts(filled{"clerk-106", "payee", "", map[string]string{"date": "2026-03-03", "kind": "person", "accounts.0.number": "00054321", "accounts.0.bank_code": ""}}, "clerk-106", "head-106")
	s.measures(contract)
}

// pays brings a request with an invoice and a file to its payment, and says which line was paid.
func (s *scribe) pays() (id, line string) {
	s.field, s.file = "attachments", s.changed(120, strings.NewReplacer("/", "", "\\", "", `"`, ""))+".txt" // of a path, a name is the last part
	id = s.drafts(filled{"clerk-106", "payment_request", "", map[string]string{"date": "2026-03-10", "node": "2025-05", "payment": "fees", "economic_class": "31005", "sources.0.budget_line": "2025-05/2026", "sources.0.amount": "100",
		"payees.0.payee": payeeOf(s.as("clerk-106")), "payees.0.amount": "100", "payees.0.kind": "other"}}, "clerk-106", "head-106", "budget", "treasury", "payer")
	return id, s.line(id, true)
}

func (s *scribe) line(id string, confirm bool) string {
	var d struct{ Number, State string }
	s.as("auditor").json("/documents/"+id, &d)
	line := "/payments/" + d.Number + "/lines/1"
	if !confirm {
		s.fills("payer", line, line+"/fail", map[string]any{"reason": 400})
		for n := range nodes(s.as("payer").get(line).page, "option") {
			if v := attribute(n, "value"); len(v) == 4 {
				s.fills("payer", line, line+"/reissue", map[string]any{"account": v, "reason": 400})
				break
			}
		}
		return line
	}
	s.fills("payer", line, line+"/receipt", map[string]any{"date": "2026-03-12", "serial": 60})
	s.fills("treasury", line, line+"/confirm", nil)
	return line
}

// returns has a payment come back, and a document given back for a reason.
func (s *scribe) returns() {
	values := map[string]string{"date": "2026-03-11", "node": "2025-05", "payment": "fees", "economic_class": "31005", "sources.0.budget_line": "2025-05/2026", "sources.0.amount": "50", "payees.0.payee": payeeOf(s.as("clerk-106")), "payees.0.amount": "50", "payees.0.kind": "other"}
	s.line(s.drafts(filled{"clerk-106", "payment_request", "", values}, "clerk-106", "head-106", "budget", "treasury", "payer"), false)
	id := s.drafts(filled{"clerk-106", "payment_request", "", values}, "clerk-106")
	s.step("head-106", id, "return")
	s.drafts(filled{"clerk-106", "payment_request", "", values}, "clerk-106", "head-106", "budget", "treasury") // for the year's end
}

// month takes in a bank's statement and the treasury's list, and explains what stays open.
func (s *scribe) month(b *bureau) {
	const number = "6402000000000000199"
	s.fills("budget", "/bank", "/bank", map[string]any{"number": number, "bank": 100, "project": "2025-10-002", "ledger_account": "1002.01"})
	row := func(cells ...string) string { return `"` + strings.Join(cells, `","`) + "\"\n" }
	identifier := func(most int) string { // numbers are kept in the digits and signs of a keyboard; a list has no formulas
		return "N" + strings.ReplaceAll(s.changed(most-1, narrow), `"`, `""`)
	}
	quoted := func(most int) string { return "某" + strings.ReplaceAll(s.text(most-1), `"`, `""`) }
	budget := s.as("budget")
	budget.uploads("bank-statement", map[string]string{"source": s.text(100), "month": "2026-03", "account": number}, "三月.csv", row("交易日期", "摘要", "对方户名", "借方发生额", "贷方发生额", "余额", "交易流水号")+
		row("2026-03-12", quoted(200), quoted(100), "", "3000.00", "3000.00", "20260312001")+row("2026-03-21", quoted(200), quoted(100), "", "1.23", "3001.23", identifier(60)))
	s.types(budget, "/imports", nil)
	sheet := "/bank/" + number + "/2026-03"
	budget.get(sheet)
	for n := range nodes(budget.page, "input") {
		if attribute(n, "name") == "id" {
			s.types(budget, sheet, map[string]any{"id": attribute(n, "value"), "reason": 400, "owner": "clerk-106"})
			break
		}
	}
	payer := s.as("payer")
	payer.uploads("treasury-payments", map[string]string{"source": s.text(100), "month": "2026-08"}, "清单.csv", row("支付凭证号", "日期", "收款人", "金额", "用途")+row(identifier(40), "2026-08-03", quoted(100), "1.00", quoted(200)))
	s.types(payer, "/imports", nil)
	payer.get("/treasury/items?month=2026-08&state=open")
	for n := range nodes(payer.page, "input") {
		if attribute(n, "name") == "id" {
			s.types(payer, "/treasury/items", map[string]any{"id": attribute(n, "value"), "reason": 400, "owner": "clerk-106"})
			break
		}
	}
}

// inspects files the month's progress and issues a notice of it.
func (s *scribe) inspects() string {
	s.fills("clerk-106", "/progress/2025-05?month=2025-10", "/progress/2025-05", map[string]any{"percent": "92.5", "problems": 480, "measures": 480, "date": "2025-11-05"})
	r := s.fills("inspector", "/notices", "/notices", map[string]any{"month": "2025-10", "date": "2025-11-10", "demands": 480})
	page, _, _ := strings.Cut(r.at, "?")
	s.fills("inspector-head", page, page+"/issue", map[string]any{"confirmed": "true"})
	return page
}

// drafts fills in a document's form, every text of it hostile, and passes it on from desk to desk as far as it goes.
func (s *scribe) drafts(f filled, desks ...string) (id string) {
	s.ink.t.Helper()
	r := s.as(f.account).get("/documents/new?" + url.Values{"kind": {f.kind}, "event": {f.event}}.Encode())
	fields := map[string]any{}
	for _, form := range r.formsHere() {
		for _, name := range form.fields {
			last := name[strings.LastIndex(name, ".")+1:]
			if room := rooms[last]; room > 0 && !slices.Contains(heldOf[f.kind], name) && form.action == "/documents/new" {
				fields[name] = room
			}
		}
	}
	for name, value := range f.values {
		if _, free := fields[name]; !free {
			fields[name] = value
		}
	}
	if s.types(r, "/documents/new", fields); !strings.HasSuffix(r.at, "done=kept") {
		return ""
	}
	id = strings.TrimSuffix(strings.Split(r.at, "/")[2], "?done=kept")
	s.papers = append(s.papers, id)
	s.page(r.get("/documents/" + id + "/edit"))
	for _, desk := range desks {
		if verbs := s.offered(desk, id); len(verbs) > 0 {
			s.step(desk, id, verbs[0])
		} else {
			s.ink.t.Errorf("%s %s: %s has nothing to do on it: %s", f.kind, f.event, desk, words(s.as(desk).page))
		}
	}
	return id
}

// offered are the steps forward that somebody may take on a document.
func (s *scribe) offered(account, id string) (verbs []string) {
	for a := range nodes(s.as(account).get("/documents/"+id).page, "a") {
		verb, there := strings.CutPrefix(attribute(a, "href"), "/documents/"+id+"/review?verb=")
		if there && !slices.Contains([]string{"return", "reject", "recall", "cancel_order", "withdraw", "wait_for_cash"}, verb) {
			verbs = append(verbs, verb)
		}
	}
	return verbs
}

// step takes a step with a hostile remark, if it can be taken.
func (s *scribe) step(account, id, verb string) {
	s.ink.t.Helper()
	r := s.as(account).get("/documents/" + id + "/review?verb=" + verb)
	s.page(r)
	for form := range nodes(r.page, "form") { // without one, the page says why it cannot be
		if to := "/documents/" + id + "/" + verb; attribute(form, "action") == to {
			s.types(r, to, map[string]any{"reason": 300})
			return
		}
	}
}

// attached sends a form with a file beside its values.
func (r *reader) attached(action string, form url.Values, field, name string, content io.Reader) *reader {
	r.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for field := range maps.Keys(form) {
		for _, value := range form[field] {
			r.must(w.WriteField(field, value))
		}
	}
	part, err := w.CreateFormFile(field+".files", name)
	r.must(err)
	_, err = io.Copy(part, content)
	r.must(err)
	r.must(w.Close())
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+action, &body)
	r.must(err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Origin", r.url)
	return r.look(req)
}
