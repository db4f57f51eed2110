package api_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// identities are the parts of addresses that name one of many; a few of each page are looked at.
var identities = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|[0-9]{4}-[0-9]{2}(-[0-9A-Za-z-]+)?|\b[0-9]+(\.[0-9]+)*\b|%[0-9A-F]{2}`)

// eachPage is how many pages of one pattern are opened.
const eachPage = 1

// Whoever looks, in whichever language: every link leads to a page, every text is there, every control has a name, every
// table a caption, and nothing needs what the strict policy forbids.
func TestEveryLinkOfEveryRole(t *testing.T) {
	b := demonstration(t)
	opened := map[string]bool{}
	for _, account := range []string{"budget", "treasury", "clerk-105", "head-105", "lead-105", "auditor", "inspector", "admin"} {
		langs := []string{"zh"}
		if account == "budget" || account == "clerk-105" { // between them they open every page
			langs = append(langs, "en")
		}
		for _, lang := range langs {
			t.Run(account+" "+lang, func(t *testing.T) {
				r := b.reads(t, account).get("/desk?lang=" + lang)
				for pattern := range crawl(t, r, "/desk") {
					opened[pattern] = true
				}
			})
		}
	}
	t.Logf("%d patterns of pages: %v", len(opened), opened)
}

// crawl follows the links of pages from a start and checks each page.
func crawl(t *testing.T, r *reader, start string) map[string]int {
	t.Helper()
	patterns, queue, known := map[string]int{}, []string{start}, map[string]bool{start: true}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		r.get(path)
		if r.status != http.StatusOK {
			t.Errorf("%s: %d %s", path, r.status, words(r.page))
			continue
		}
		checkPage(t, r)
		for a := range nodes(r.page, "a") {
			to := attribute(a, "href")
			u, err := url.Parse(to)
			if err != nil || u.Host != "" || u.Path == "" || strings.HasPrefix(u.Path, "/api/") || strings.HasPrefix(u.Path, "/demonstration") || u.Query().Has("lang") || u.Query().Has("format") {
				continue
			}
			pattern := identities.ReplaceAllString(u.Path, "#")
			for _, name := range []string{"kind", "event", "tab", "by"} { // what else stands behind an address narrows the same page
				pattern += " " + u.Query().Get(name)
			}
			if !known[to] && patterns[pattern] < eachPage {
				known[to] = true
				patterns[pattern]++
				queue = append(queue, to)
			}
		}
	}
	return patterns
}

// checkPage is what holds for every page.
func checkPage(t *testing.T, r *reader) {
	t.Helper()
	labelled := map[string]bool{}
	for l := range nodes(r.page, "label") {
		labelled[attribute(l, "for")] = true
	}
	for control := range nodes(r.page, "input", "select", "textarea", "button") {
		named := attribute(control, "type") == "hidden" || attribute(control, "aria-label") != "" || control.Parent.Data == "label" || labelled[attribute(control, "id")] && has(control, "id") || control.Data == "button" && words(control) != ""
		if !named {
			t.Errorf("%s: a control without a name: %v", r.at, control.Attr)
		}
	}
	for table := range nodes(r.page, "table") {
		captioned := false
		for range nodes(table, "caption") {
			captioned = true
		}
		for c := range nodes(table, "th") {
			captioned = captioned || attribute(c, "scope") != "" && table.Parent.Parent.Data == "fieldset"
		}
		if !captioned {
			t.Errorf("%s: a table without a caption: %s", r.at, words(table))
		}
	}
	for n := range r.page.Descendants() {
		if has(n, "style") || strings.HasPrefix(attribute(n, "href"), "javascript:") || n.Data == "script" && attribute(n, "src") == "" || has(n, "onclick") {
			t.Errorf("%s: %s with %v, which the policy forbids", r.at, n.Data, n.Attr)
		}
	}
	ids := map[string]bool{}
	for n := range r.page.Descendants() {
		if id := attribute(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("%s: two elements are called %s", r.at, id)
			}
			ids[id] = true
		}
	}
}
