package api_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"
	"golang.org/x/net/html"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
	"mingzhang/seeds"
)

// demonstration is the demonstration book served to a browser on this machine.
func demonstration(t *testing.T) *bureau {
	t.Helper()
	db := demonstrated(t)
	b := serve(t, db, pgtest.Service(t, db))
	b.reach(api.Reach{Loopback: true})
	return b
}

// demonstrated is a database of its own with the demonstration and its accounts.
func demonstrated(t *testing.T) *bun.DB {
	t.Helper()
	return pgtest.Prepared(t, "demonstration", func(db *bun.DB) {
		files, err := projects.OpenFileFolder(t.TempDir())
		if err == nil {
			books := accounting.NewBooks(db)
			defer books.Close()
			err = seeds.Demonstrate(t.Context(), books, db, files)
		}
		if err == nil {
			err = api.OpenDemonstrationAccounts(t.Context(), db, seeds.DemoBook)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
}

// reader is somebody with a browser that runs no script: links are followed and forms are sent as they stand.
type reader struct {
	t      testing.TB
	url    string
	client http.Client
	at     string
	status int
	page   *html.Node
	text   string
}

// reads is a person of the demonstration at a browser.
func (b *bureau) reads(t testing.TB, account string) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	b.must(err)
	r := &reader{t: t, url: b.url, client: http.Client{Jar: jar}}
	r.send("/demonstration", url.Values{"account": {account}})
	return r
}

func (r *reader) get(path string) *reader {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.url+path, nil)
	r.must(err)
	return r.look(req)
}

func (r *reader) send(path string, values url.Values) *reader {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+path, strings.NewReader(values.Encode()))
	r.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", r.url)
	return r.look(req)
}

func (r *reader) look(req *http.Request) *reader {
	r.t.Helper()
	req.Header.Set("Accept", "text/html")
	res, err := r.client.Do(req)
	r.must(err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	r.must(err)
	r.text, r.status, r.at = string(text), res.StatusCode, res.Request.URL.RequestURI()
	r.page, err = html.Parse(strings.NewReader(r.text))
	r.must(err)
	for n := range nodes(r.page, "div") {
		if said := english.FindString(words(n)); said != "" && !strings.HasPrefix(said, "drop table") && attribute(n, "class") == "problem" && strings.Contains(r.text, `<html lang="zh-CN"`) {
			r.t.Errorf("%s tells whoever reads Chinese %q: %s", r.at, said, words(n))
		}
	}
	if i := strings.Index(r.text, "⟦"); i >= 0 {
		r.t.Errorf("%s lacks a text: %s", r.at, r.text[i:min(len(r.text), i+60)])
	}
	return r
}

func (r *reader) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// sees fails unless the page says each of the texts.
func (r *reader) sees(texts ...string) *reader {
	r.t.Helper()
	said := words(r.page)
	for _, text := range texts {
		if !strings.Contains(said, text) {
			r.t.Fatalf("%s (%d) does not say %q; it says: %s", r.at, r.status, text, said)
		}
	}
	return r
}

// follows goes where a link of that text leads.
func (r *reader) follows(text string) *reader {
	r.t.Helper()
	for n := range nodes(r.page, "a") {
		if strings.TrimSpace(words(n)) == text {
			return r.get(attribute(n, "href"))
		}
	}
	r.t.Fatalf("%s has no link %q", r.at, text)
	return r
}

// form is the values of the page's form with that action, as a browser would send them.
func (r *reader) form(action string) (values url.Values) {
	r.t.Helper()
	for n := range nodes(r.page, "form") {
		if attribute(n, "action") != action || attribute(n, "method") != "post" {
			continue
		}
		values = url.Values{}
		for i := range nodes(n, "input", "select", "textarea") {
			name, kind := attribute(i, "name"), attribute(i, "type")
			switch {
			case name == "" || kind == "file" || kind == "checkbox" && !has(i, "checked"):
			case i.Data == "select":
				values[name] = append(values[name], chosen(i)...)
			case i.Data == "textarea":
				text := ""
				for c := range i.Descendants() {
					text += c.Data
				}
				values.Add(name, text)
			default:
				values.Add(name, attribute(i, "value"))
			}
		}
		return values
	}
	r.t.Fatalf("%s (%d) has no form to %s: %s", r.at, r.status, action, words(r.page))
	return nil
}

// fills sends the form of that action with some of its fields changed.
func (r *reader) fills(action string, fields map[string]string) *reader {
	r.t.Helper()
	values := r.form(action)
	for name, value := range fields {
		values.Set(name, value)
	}
	return r.send(action, values)
}

func chosen(n *html.Node) (values []string) {
	first, any := "", false
	for o := range nodes(n, "option") {
		if !any {
			first, any = attribute(o, "value"), true
		}
		if has(o, "selected") {
			values = append(values, attribute(o, "value"))
		}
	}
	if values == nil && !has(n, "multiple") && any {
		values = []string{first}
	}
	return values
}

// nodes walks the elements of the given kinds below a node.
func nodes(n *html.Node, kinds ...string) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for c := range n.Descendants() {
			if c.Type == html.ElementNode && slices.Contains(kinds, c.Data) && !yield(c) {
				return
			}
		}
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// words is what a node says, spaces put together.
func words(n *html.Node) string {
	var all []string
	for c := range n.Descendants() {
		if c.Type == html.TextNode && c.Parent.Data != "script" && c.Parent.Data != "style" {
			all = append(all, c.Data)
		}
	}
	return strings.Join(strings.Fields(strings.Join(all, " ")), " ")
}
