package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"mingzhang/accounting"
	"mingzhang/api"
)

// colleague is a person in a role, at work by the API.
type colleague struct {
	b     *bureau
	who   accounting.Actor
	token string
}

// colleagues gives persons of the unit their first roles, one person for each role, named by it; and each a token.
func (b *bureau) colleagues(roles ...string) map[string]colleague {
	b.t.Helper()
	var desks []desk
	for i, role := range roles {
		name := role
		if slices.Contains(roles[:i], role) {
			name += " 2"
		}
		desks = append(desks, desk{name, b.head.Unit, role})
	}
	return b.staff(desks...)
}

// desk is a role of a unit with the name of who holds it.
type desk struct {
	name string
	unit accounting.UnitID
	role string
}

// staff gives persons roles, and each a token.
func (b *bureau) staff(desks ...desk) map[string]colleague {
	b.t.Helper()
	all := map[string]colleague{}
	for _, d := range desks {
		who := accounting.Actor{Person: accounting.PersonID{UUID: accounting.NewID()}, Unit: d.unit, Role: d.role}
		b.must(accounting.AddPerson(b.t.Context(), b.db, accounting.Person{Book: book, ID: who.Person, Code: d.name, Name: "某" + d.name, Unit: d.unit}))
		b.grant(who.Person, d.unit, d.role)
		all[d.name] = colleague{b, who, b.tokenOf(api.NewToken{Person: d.name, Role: d.role, Valid: time.Hour})}
	}
	return all
}

func (c colleague) send(method, path, body string) answer {
	c.b.t.Helper()
	c.b.keys++
	return c.b.send(method, "/api/v1"+path, c.token, fmt.Sprint("key-", c.b.keys), body)
}

// does sends a command that must be accepted and reads its answer.
func (c colleague) does(method, path, body string, out any) {
	c.b.t.Helper()
	a := c.send(method, path, body)
	if a.status != http.StatusOK && a.status != http.StatusCreated {
		c.b.t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
	}
	c.b.must(json.Unmarshal(a.body, out))
}

// paperFile is a file that every bureau's head has handed in.
const paperFile = "%PDF-1.7 红财发〔2025〕9号"

var budgetPaper = `{"date":"2025-02-01","document_no":"红财发〔2025〕9号","attachments":["` + hashOf(paperFile) + `"],"node":"2025-06","event":"Approve","input":{"budget_line":"2025-06/2025","amount":"%s"}}`

// A budget document is drafted, mended, submitted by one and approved by another, all by the API, and shows who did what.
func TestDocumentGoesItsWayByTheAPI(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	people := b.colleagues("budget_officer", "budget_officer", "auditor", "project_clerk")
	maker, checker, auditor := people["budget_officer"], people["budget_officer 2"], people["auditor"]
	var drafted api.DocumentOutput
	maker.does(http.MethodPost, "/documents/budget", fmt.Sprintf(budgetPaper, "50000.00"), &drafted)
	if drafted.Number != "YS-2025-0001" || drafted.State != "draft" || drafted.Project != "2025-06" || drafted.Unit != "101" || drafted.CreatedBy.Code != "budget_officer" {
		t.Errorf("drafted %+v", drafted)
	}
	path := "/documents/" + drafted.ID
	var mended api.DocumentOutput
	maker.does(http.MethodPut, path, fmt.Sprintf(budgetPaper, "60000.00"), &mended)
	if mended.Hash == drafted.Hash {
		t.Error("another amount has the same hash")
	}
	step := func(hash string) string { return fmt.Sprintf(`{"hash":%q}`, hash) }
	if a := maker.send(http.MethodPost, path+"/submit", step(drafted.Hash)); a.code() != "document_changed" {
		t.Errorf("submitting what is no longer said: %d %s", a.status, a.body)
	}
	var taken struct {
		Document api.DocumentOutput
		From     string
		Complete bool
		Receipts []api.ReceiptOutput
	}
	maker.does(http.MethodPost, path+"/submit", step(mended.Hash), &taken)
	if a := maker.send(http.MethodPost, path+"/approve", step(mended.Hash)); a.code() != "duty_taken" {
		t.Errorf("approving one's own: %d %s", a.status, a.body)
	}
	if a := auditor.send(http.MethodPost, path+"/approve", step(mended.Hash)); a.code() != "forbidden" {
		t.Errorf("an auditor approving: %d %s", a.status, a.body)
	}
	if a := checker.send(http.MethodPost, path+"/return", step(mended.Hash)); a.code() != "reason_required" {
		t.Errorf("returning without a reason: %d %s", a.status, a.body)
	}
	checker.does(http.MethodPost, path+"/approve", step(mended.Hash), &taken)
	if taken.Document.State != "posted" || taken.From != "submitted" || !taken.Complete || len(taken.Receipts) != 1 {
		t.Errorf("approved: %+v", taken)
	}
	var detail api.DocumentDetail
	b.must(json.Unmarshal(auditor.send(http.MethodGet, path, "").body, &detail))
	if len(detail.Acts) != 2 || detail.Acts[0].Person.Code != "budget_officer" || detail.Acts[1].Person.Name != "某budget_officer 2" || len(detail.Verbs) != 0 || len(detail.DeskTimes) != 3 || len(detail.Content) == 0 {
		t.Errorf("the document shows %+v", detail)
	}
	var voucher api.VoucherOutput
	b.get(fmt.Sprintf("/vouchers/%s/%d", taken.Receipts[0].Period, taken.Receipts[0].Number), &voucher)
	if voucher.Document != drafted.ID || voucher.PreparedBy != "budget_officer" || voucher.ReviewedBy != "budget_officer 2" {
		t.Errorf("the voucher shows %+v", voucher)
	}
}

// A repeat of a key makes no second document, and unknown fields, kinds and identities are refused in words.
func TestDraftsAreMadeOnceAndReadStrictly(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	maker := b.colleagues("budget_officer")["budget_officer"]
	paper := fmt.Sprintf(budgetPaper, "50000.00")
	var first, second api.DocumentOutput
	for _, out := range []*api.DocumentOutput{&first, &second} {
		a := b.send(http.MethodPost, "/api/v1/documents/budget", maker.token, "once", paper)
		b.must(json.Unmarshal(a.body, out))
	}
	if first.ID != second.ID || first.ID == "" {
		t.Errorf("one key made %q and %q", first.ID, second.ID)
	}
	const absent = "/documents/0190a6c2-7d3e-7000-8000-000000000001"
	hash := first.Hash
	for name, x := range map[string]struct{ method, path, body, code string }{
		"an unknown field":           {http.MethodPost, "/documents/budget", `{"date":"2025-02-01","colour":"red"}`, "request_invalid"},
		"a third decimal":            {http.MethodPost, "/documents/budget", fmt.Sprintf(budgetPaper, "1.001"), "amount_invalid"},
		"no JSON":                    {http.MethodPost, "/documents/budget", `{`, "request_malformed"},
		"an unknown project":         {http.MethodPost, "/documents/budget", `{"date":"2025-02-01","document_no":"1","node":"2024-99","event":"Approve","input":{}}`, "node_unknown"},
		"revising what is not there": {http.MethodPut, absent, paper, "document_unknown"},
		"moving what is not there":   {http.MethodPost, absent + "/submit", `{"hash":"` + hash + `"}`, "document_unknown"},
		"a hash that is none":        {http.MethodPost, "/documents/" + first.ID + "/submit", `{"hash":"x"}`, "request_invalid"},
		"an unknown lender":          {http.MethodPost, "/documents/" + first.ID + "/submit", `{"hash":"` + hash + `","on_behalf_of":"nobody"}`, "person_unknown"},
		"a verb of another kind":     {http.MethodPost, "/documents/" + first.ID + "/finance_review", `{"hash":"` + hash + `"}`, "step_not_allowed"},
		"a paper nobody signs":       {http.MethodPost, "/documents/" + first.ID + "/outside-acts", `{"verb":"countersign","hash":"` + hash + `","name":"某","office":"某局","date":"2025-02-01","paper":"` + hash + `"}`, "step_not_allowed"},
	} {
		if a := maker.send(x.method, x.path, x.body); a.code() != x.code || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s, want %s", name, a.status, a.body, x.code)
		}
	}
	var page struct {
		Documents []api.DocumentOutput
		Next      string
	}
	for range 2 {
		maker.does(http.MethodPost, "/documents/budget", paper, &second)
	}
	b.get("/documents?kind=budget&state=draft&project=2025-06&limit=2", &page)
	if len(page.Documents) != 2 || page.Documents[0].ID != second.ID || page.Next == "" {
		t.Errorf("the first page: %+v", page)
	}
	next := page.Next
	page.Documents, page.Next = nil, ""
	b.get("/documents?limit=2&before="+next, &page)
	if len(page.Documents) != 1 || page.Documents[0].ID != first.ID || page.Next != "" {
		t.Errorf("the last page: %+v", page)
	}
}
