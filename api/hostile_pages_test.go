package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mingzhang/api"
	"mingzhang/migrations"
	"mingzhang/migrations/pgtest"
)

// hostile are texts that mean something to a browser, a template, a table or a database.
func hostile() (texts []string) {
	for _, t := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'; drop table accounting.lines; --`, `{{.}}`, `${7*7}`, `</textarea><script>alert(1)</script>`, `<svg/onload=alert(1)>`, `javascript:alert(1)`,
		`&lt;b&gt;`, `=HYPERLINK("http://x","y")`, `+1+1`, `-1`, `@SUM(A1)`, `%00`, `\u0000`, `../../etc/passwd`, `a"b'c<d>e&f`, `𠮷野家`, `👷‍♀️🏗️`, `مرحبا`, `e\u0301e\u0301`, `<!--`, `-->`, `]]>`, `<![CDATA[`,
	} {
		for i, around := range []string{"%s", "前%s后", "%[1]s%[1]s", "x%sy", " %s ", "（%s）", "《%s》", "%s。"} {
			_ = i
			texts = append(texts, fmt.Sprintf(around, t))
		}
	}
	return texts
}

// Whatever somebody writes into a text comes out as that text on every page that shows it, and as nothing else.
func TestHostileTextsComeOutAsText(t *testing.T) {
	b := demonstration(t)
	maker := b.reads(t, "budget")
	shown := 0
	for i, text := range hostile() {
		r := maker.get(supplement).fills("/documents/new", map[string]string{"input.budget_line": "2025-05/2026", "input.amount": "1.00", "date": "2026-11-20", "document_no": fmt.Sprintf("指%d", i), "memo": text})
		switch {
		case r.status == http.StatusUnprocessableEntity: // refused, with what was typed
			if got := r.form("/documents/new").Get("memo"); strings.TrimSpace(got) != strings.TrimSpace(text) {
				t.Errorf("%q was refused and came back as %q", text, got)
			}
			continue
		case r.status != http.StatusOK:
			t.Errorf("%q: %d %s", text, r.status, words(r.page))
			continue
		}
		shown++
		for _, path := range []string{r.at, "/documents?kind=budget", strings.Split(r.at, "?")[0] + "/edit"} {
			page := maker.get(path)
			checkPage(t, page)
			for n := range nodes(page.page, "img", "svg", "script") {
				if n.Data == "img" || n.Data == "script" && attribute(n, "src") == "" {
					t.Errorf("%s: %q became the element %s", path, text, n.Data)
				}
			}
			if path != "/documents?kind=budget" && !strings.Contains(words(page.page), strings.Join(strings.Fields(text), " ")) {
				t.Errorf("%s does not show %q", path, text)
			}
		}
	}
	if shown < 100 {
		t.Errorf("only %d texts were taken and shown", shown)
	}
}

// The answer to a form is lost: the page says that nobody knows, and the safe retry finds what was done.
func TestLostAnswersLeadToTheUnknownPage(t *testing.T) {
	db := demonstrated(t)
	c, dsn := newCutter(t, pgtest.DSN(t, db, migrations.App))
	served, err := migrations.OpenDB(dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = served.Close() })
	b := serve(t, db, served)
	b.reach(api.Reach{Loopback: true})
	maker := b.reads(t, "budget").get(supplement)
	form := maker.form("/documents/new")
	for name, value := range map[string]string{"input.budget_line": "2025-05/2026", "input.amount": "10.00", "date": "2026-11-20", "document_no": "红财指〔2026〕701号", "memo": "答复丢失"} {
		form.Set(name, value)
	}
	c.cutReplyTo("COMMIT")
	if maker.send("/documents/new", form).sees("结果不明", "安全重试"); maker.status != http.StatusServiceUnavailable {
		t.Fatalf("got %d: %s", maker.status, words(maker.page))
	}
	again := url.Values{}
	for name, values := range maker.form("/documents/new") {
		again[name] = values
	}
	maker.send("/documents/new", again).sees("已保存", "红财指〔2026〕701号")
	if n := count(t, b, `select count(*) from projects.documents where content::jsonb ->> 'document_no' = '红财指〔2026〕701号'`); n != 1 {
		t.Errorf("the lost answer made %d documents", n)
	}
}
