package api_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mingzhang/projects"
)

// The book is the demonstration's; nobody's browser runs a script.
func TestPagesOfDocuments(t *testing.T) {
	b := demonstration(t)
	t.Run("a budget document goes from its maker to another officer and into the books", func(t *testing.T) { supplementByPages(t, b) })
	t.Run("what is wrong is said beside the field and nothing typed is lost", func(t *testing.T) { nothingIsLost(t, b) })
	t.Run("every kind of document has a form", func(t *testing.T) { everyForm(t, b) })
	t.Run("a floor that refuses says its arithmetic", func(t *testing.T) { theArithmetic(t, b) })
	t.Run("a form of another site is refused", func(t *testing.T) { foreignForm(t, b) })
	t.Run("who is not signed in is led to the sign-in and back", func(t *testing.T) { ledToSignIn(t, b) })
}

const supplement = "/documents/new?kind=budget&event=Supplement"

func supplementByPages(t *testing.T, b *bureau) {
	maker := b.reads(t, "budget").get(supplement)
	typed := map[string]string{"input.budget_line": "2025-05/2026", "input.amount": "￥１,234.5", "document_no": "红财指〔2026〕501号", "date": "2026-11-20", "memo": "追加"}
	form := maker.form("/documents/new")
	for name, value := range typed {
		form.Set(name, value)
	}
	maker.send("/documents/new", form).sees("已保存", "1,234.50", "2025-05/2026")
	first := maker.at
	if maker.send("/documents/new", form); maker.at != first {
		t.Errorf("the same form sent twice made two: %s and %s", first, maker.at)
	}
	form.Set("memo", "另一件")
	if maker.send("/documents/new", form).sees("这张表已经提交过"); maker.status != http.StatusUnprocessableEntity {
		t.Errorf("another text under a used key: %d", maker.status)
	}
	maker.get(first).follows("提交").sees("将要发生", "这一步不记账")
	document := strings.Split(maker.at, "/")[2]
	maker.fills("/documents/"+document+"/submit", nil).sees("已提交")

	checker := b.reads(t, "budget-head").get("/desk").sees("待我审批")
	checker.get("/documents/"+document).follows("审批").sees("财务会计", "预算会计", "预算指标", "9301.01", "1,234.50", "余额变化", "5,000.00", "6,234.50")
	review := checker.form("/documents/" + document + "/approve")
	checker.send("/documents/"+document+"/approve", review).sees("已审批", "已生效")
	if checker.send("/documents/"+document+"/approve", review); checker.status != http.StatusOK {
		t.Errorf("a double click on approval: %d %s", checker.status, words(checker.page))
	}
	if n := count(t, b, `select count(*) from accounting.vouchers where source_document = ?`, document); n != 1 {
		t.Errorf("%d vouchers of one approval", n)
	}
}

func nothingIsLost(t *testing.T, b *bureau) {
	maker := b.reads(t, "budget").get(supplement)
	maker.fills("/documents/new", map[string]string{"input.budget_line": "2025-05/2026", "input.amount": "1.005", "document_no": "红财指〔2026〕502号", "date": "2026-11-20", "memo": "原样保留的摘要"})
	if maker.status != http.StatusUnprocessableEntity {
		t.Errorf("a third decimal: %d", maker.status)
	}
	form := maker.sees("原样保留的摘要").form("/documents/new")
	if form.Get("input.amount") != "1.005" || form.Get("document_no") != "红财指〔2026〕502号" || form.Get("input.budget_line") != "2025-05/2026" {
		t.Errorf("the form came back as %v", form)
	}
}

func everyForm(t *testing.T, b *bureau) {
	accounts := map[string]string{"budget_officer": "budget", "treasury_officer": "treasury", "project_clerk": "clerk-105", "admin": "admin", "project_head": "head-105", "lead_approver": "lead-105"}
	readers := map[string]*reader{}
	for _, f := range projects.DocumentForms() {
		role := projects.Drafters(f.Kind)[0]
		if readers[role] == nil {
			readers[role] = b.reads(t, accounts[role])
		}
		r := readers[role]
		events := f.Events
		if len(events) == 0 {
			events = []string{""}
		}
		for _, event := range events {
			path := "/documents/new?" + url.Values{"kind": {string(f.Kind)}, "event": {event}}.Encode()
			if r.get(path); r.status != http.StatusOK {
				t.Errorf("%s: %d %s", path, r.status, words(r.page))
				continue
			}
			r.form("/documents/new")
			for control := range nodes(r.page, "input", "select", "textarea", "button") {
				if attribute(control, "type") != "hidden" && attribute(control, "aria-label") == "" && attribute(control, "id") == "" && words(control) == "" {
					t.Errorf("%s: a control without a name: %v", path, control.Attr)
				}
			}
		}
	}
}

func foreignForm(t *testing.T, b *bureau) {
	r := b.reads(t, "budget")
	for _, header := range []map[string]string{{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {}} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/documents/new", strings.NewReader("kind=budget"))
		b.must(err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for name, value := range header {
			req.Header.Set(name, value)
		}
		if r.look(req); r.status != http.StatusForbidden {
			t.Errorf("a form with %v: %d", header, r.status)
		}
	}
}

func ledToSignIn(t *testing.T, b *bureau) {
	r := b.reads(t, "budget")
	r.client.Jar = nil
	if r.get("/documents?kind=budget"); !strings.HasPrefix(r.at, "/sign-in?then=%2Fdocuments%3Fkind%3Dbudget") {
		t.Errorf("came to %s", r.at)
	}
	if then := regexp.MustCompile(`name="then" value="([^"]*)"`).FindStringSubmatch(r.get("/sign-in?then=https://elsewhere.example/").text); then[1] != "" {
		t.Errorf("the sign-in leads to %q", then[1])
	}
}

func count(t *testing.T, b *bureau, query string, args ...any) (n int) {
	t.Helper()
	if err := b.db.NewRaw(query, args...).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func theArithmetic(t *testing.T, b *bureau) {
	maker := b.reads(t, "budget").get("/documents/new?kind=budget&event=Freeze")
	maker.fills("/documents/new", map[string]string{"input.budget_line": "2025-05/2026", "input.amount": "99,999,999.00", "document_no": "红财指〔2026〕503号", "date": "2026-11-20"}).sees("已保存")
	document := strings.Split(strings.Split(maker.at, "?")[0], "/")[2]
	steps(maker, document, "submit")
	checker := b.reads(t, "budget-head").get("/documents/" + document + "/review?verb=approve")
	checker.sees("可用 ", "本次 99,999,999.00", "超出 ")
	if strings.Contains(checker.text, `action="/documents/`+document+`/approve"`) {
		t.Error("what would be refused is offered all the same")
	}
}
