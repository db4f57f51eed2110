package api_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// hostileForm is a form that somebody meets on a page, with the fields into which any text may be typed.
type hostileForm struct {
	by            *reader
	action, lands string // where it is sent, and which page shows it
	values        url.Values
	fields        []string
}

// Every form that a link of some role leads to takes hostile texts in every field a text is typed into. Whatever becomes of them,
// no page makes an element of one, a refused form gives back what was typed, and no table takes one for a formula. A form that is
// new is found by itself.
func TestHostileTextsInEveryForm(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	forms := map[string]hostileForm{}
	var people []*reader
	for _, account := range []string{"budget", "treasury", "clerk-105", "head-105", "lead-105", "admin"} {
		r := b.reads(t, account)
		people = append(people, r)
		r.eachPage("/desk", func() {
			for _, f := range r.formsHere() {
				if _, known := forms[f.key()]; !known {
					forms[f.key()] = f
				}
			}
		})
	}
	b.offersFirstStart()
	visitor := b.nobody(t)
	for _, path := range []string{"/first-start", "/sign-in"} { // where nobody is signed in
		for _, f := range visitor.get(path).formsHere() {
			forms[f.key()] = f
			f.values, f.fields = maps.Clone(f.values), slices.DeleteFunc(slices.Clone(f.fields), func(name string) bool { return name == "code" })
			f.values.Set("code", "640303") // comes as far as the review
			forms[f.key()] = f
		}
	}
	if n := len(forms); n < 40 {
		t.Fatalf("only %d forms: %v", n, slices.Sorted(maps.Keys(forms)))
	}
	single, heaps, piles := dealt(1), dealt(8), dealt(40)
	sent, taken := 0, map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(forms)) {
		f := forms[key]
		tried := single[:8]
		try := func(texts []string) {
			for round := range texts {
				taken[key] = f.send(t, texts, sent+round) || taken[key]
			}
			sent += len(texts)
		}
		if try(tried); taken[key] { // what it takes is shown elsewhere too
			try(single[8:])
			try(heaps)
		} else {
			try(piles)
		}
	}
	refused := map[string]bool{}
	for key, f := range forms {
		f.sendControls(t)
		if name := f.name(); !taken[key] {
			refused[name] = true
		} else if refusals[name] != "" {
			t.Errorf("the form %s takes hostile texts by now: take it out of refusals", name)
		}
	}
	for name := range refused {
		if refusals[name] == "" {
			t.Errorf("the form %s takes no hostile text: say in refusals why, and see to it that TestHostileTextsComeOutWhole types into it", name)
		}
	}
	files := map[string]bool{}
	for _, r := range people {
		r.eachPage("/desk", func() {
			noElement(t, r)
			r.tablesAreHarmless(t, files)
		})
	}
	maps.DeleteFunc(taken, func(_ string, took bool) bool { return !took })
	t.Logf("%d forms, of which %d took some text; %d sent; %d tables looked into", len(forms), len(taken), sent, len(files))
	for _, needed := range []string{"/settings/people ", "/settings/units ", "/settings/sources ", "/progress/# "} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(taken)), func(key string) bool { return strings.HasPrefix(key, needed) }) {
			t.Errorf("no hostile text was taken by a form to %s, so none was shown", needed)
		}
	}
	if len(taken) < 15 || len(files) < 20 {
		t.Errorf("%d forms took a text, %d tables were looked into: %v", len(taken), len(files), slices.Sorted(maps.Keys(taken)))
	}
}

// dealt are the hostile texts as they are typed: one of each sort, or all of them in heaps.
func dealt(heap int) (typed []string) {
	all := hostile()
	for i := 0; i < len(all); i += max(heap, 8) {
		typed = append(typed, strings.Join(all[i:i+heap], " "))
	}
	return typed
}

// eachPage opens every page that links lead to from a start.
func (r *reader) eachPage(start string, look func()) {
	patterns, queue, known := map[string]int{}, []string{start}, map[string]bool{start: true}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if r.get(path); r.status != http.StatusOK {
			r.t.Errorf("%s: %d %s", path, r.status, words(r.page))
			continue
		}
		for a := range nodes(r.page, "a") {
			to := attribute(a, "href")
			u, err := url.Parse(to)
			if err != nil || u.Host != "" || u.Path == "" || strings.HasPrefix(u.Path, "/api/") || strings.HasPrefix(u.Path, "/demonstration") || u.Query().Has("lang") || u.Query().Has("format") {
				continue
			}
			pattern := identities.ReplaceAllString(u.Path, "#") + " " + u.Query().Get("kind") + " " + u.Query().Get("tab")
			if !known[to] && patterns[pattern] == 0 {
				known[to] = true
				patterns[pattern]++
				queue = append(queue, to)
			}
		}
		look()
	}
}

// formsHere are the forms of the page into which texts are typed, otherwise filled in plausibly.
func (r *reader) formsHere() (all []hostileForm) {
	for form := range nodes(r.page, "form") {
		action := attribute(form, "action")
		if attribute(form, "method") != "post" || strings.HasPrefix(action, "/demonstration") || action == "/sign-out" || action == "/password" || action == "/second-factor" {
			continue
		}
		f := hostileForm{by: r, action: action, lands: r.at, values: url.Values{}}
		for i := range nodes(form, "input", "select", "textarea") {
			f.takes(i)
		}
		if len(f.fields) > 0 {
			all = append(all, f)
		}
	}
	return all
}

// takes fills in one control, or notes it as one for texts.
func (f *hostileForm) takes(control *html.Node) {
	name, kind, value := attribute(control, "name"), attribute(control, "type"), attribute(control, "value")
	switch {
	case name == "" || kind == "file" || kind == "checkbox" && !has(control, "checked"):
	case control.Data == "textarea", kind == "text" && attribute(control, "inputmode") == "":
		f.fields = append(f.fields, name)
	case control.Data == "select":
		f.values[name] = chosen(control)
		for o := range nodes(control, "option") {
			if value := attribute(o, "value"); value != "" && strings.Join(f.values[name], "") == "" {
				f.values[name] = []string{value}
			}
		}
	case kind == "date" && value == "":
		f.values.Add(name, "2026-11-20")
	case attribute(control, "inputmode") == "decimal" && value == "":
		f.values.Add(name, "1.00")
	default:
		f.values.Add(name, value)
	}
}

// key tells forms apart that say something else.
func (f hostileForm) key() string {
	return identities.ReplaceAllString(f.action, "#") + " " + f.values.Get("document_kind") + " " + strings.Join(f.fields, " ")
}

// name is what a form is called in refusals.
func (f hostileForm) name() string {
	return strings.TrimSpace(identities.ReplaceAllString(f.action, "#") + " " + f.values.Get("document_kind"))
}

// sendControls types what no form prints: whoever does that is told so, and nothing breaks.
func (f hostileForm) sendControls(t *testing.T) {
	t.Helper()
	values := maps.Clone(f.values)
	values.Set("key", "controls "+f.key()[:min(len(f.key()), 60)])
	for i, name := range f.fields {
		values[name] = []string{[]string{"a\x00b", "\x1b[31m", "\u0085x\u009b", "\xff\xfe"}[i%4]}
	}
	if r := f.by.send(f.action, values); r.status >= http.StatusInternalServerError {
		t.Errorf("%s of %s: %d with %q: %s", f.action, f.lands, r.status, values, words(r.page))
	}
}

// send types another text into each field and sends the form; true: it was taken.
func (f hostileForm) send(t *testing.T, texts []string, round int) bool {
	t.Helper()
	values := maps.Clone(f.values)
	values.Set("key", fmt.Sprintf("%x-%d", len(f.key())*7919+len(f.action), round)+"-"+fmt.Sprint(round*len(f.fields)))
	for i, name := range f.fields {
		values[name] = []string{texts[(round+i)%len(texts)]}
	}
	r := f.by.send(f.action, values)
	if r.status >= http.StatusInternalServerError && r.status != http.StatusServiceUnavailable {
		t.Errorf("%s of %s: %d with %q: %s", f.action, f.lands, r.status, values, words(r.page))
	}
	noElement(t, r)
	if r.status == http.StatusOK && r.at != f.action {
		return true
	}
	back := map[string]string{}
	for n := range nodes(r.page, "input", "textarea") {
		if attribute(n, "type") != "hidden" {
			back[attribute(n, "name")] = attribute(n, "value")
		}
		if n.Data == "textarea" && n.FirstChild != nil {
			back[attribute(n, "name")] = n.FirstChild.Data
		}
	}
	for _, name := range f.fields {
		if f.action == "/sign-in" && name == "code" { // a code is of one moment
			continue
		}
		if got, shown := back[name]; shown && strings.TrimSpace(got) != strings.TrimSpace(values.Get(name)) {
			t.Errorf("%s of %s: %s was %q and came back as %q", f.action, f.lands, name, values.Get(name), got)
		}
	}
	return false
}

// noElement fails if a page has what only a hostile text would bring.
func noElement(t *testing.T, r *reader) {
	t.Helper()
	for n := range r.page.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "img" || n.Data == "script" && attribute(n, "src") == "" || slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return strings.HasPrefix(a.Key, "on") }) ||
			strings.HasPrefix(strings.ToLower(attribute(n, "href")), "javascript:")) {
			t.Errorf("%s: a text became the element %s %v", r.at, n.Data, n.Attr)
		}
	}
}

var formulaCell = regexp.MustCompile(`<f[ >/]`)

// tablesAreHarmless looks into the page's list as the files that spreadsheets open, unless it was seen from another page of its kind.
func (r *reader) tablesAreHarmless(t *testing.T, seen map[string]bool) {
	t.Helper()
	for a := range nodes(r.page, "a") {
		to, err := url.Parse(attribute(a, "href"))
		if err != nil || !to.Query().Has("format") || to.Host != "" {
			continue
		}
		kind := identities.ReplaceAllString(to.Path, "#") + " " + to.Query().Get("kind") + " " + to.Query().Get("tab") + " " + to.Query().Get("format")
		if seen[kind] {
			continue
		}
		seen[kind] = true
		switch to.Query().Get("format") {
		case "csv":
			table := csv.NewReader(strings.NewReader(strings.TrimPrefix(r.file(to.String()), "\ufeff")))
			table.FieldsPerRecord = -1 // some have lines above their heading
			rows, err := table.ReadAll()
			r.must(err)
			for _, row := range rows {
				for _, cell := range row {
					if cell != "" && strings.ContainsAny(cell[:1], "=+@\t\r") || strings.HasPrefix(cell, "-") && !plainNumber.MatchString(cell) {
						t.Errorf("%s: the cell %q is a formula", to, cell)
					}
				}
			}
		case "xlsx":
			book := r.file(to.String())
			archive, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
			r.must(err)
			for _, part := range archive.File {
				if strings.HasPrefix(part.Name, "xl/worksheets/") {
					in, err := part.Open()
					r.must(err)
					sheet, err := io.ReadAll(in)
					r.must(err)
					if formulaCell.Match(sheet) || bytes.Contains(sheet, []byte("<script")) {
						t.Errorf("%s: a text became a formula", to)
					}
				}
			}
		}
	}
}

var plainNumber = regexp.MustCompile(`^-[0-9.]*$`)
