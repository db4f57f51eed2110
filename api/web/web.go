// Package web holds what a browser gets: templates, the style sheet, the small script and the texts in two languages. It draws
// what it is handed and asks nobody: no database, no request.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed templates static messages said said.json
var files embed.FS

// Languages are those the pages speak, the first unless another is asked for.
var Languages = []string{"zh", "en"}

// Static are the files a browser loads beside a page.
func Static() fs.FS {
	sub, err := fs.Sub(files, "static")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return sub
}

// Version changes with every static file, so that browsers keep them until a new program brings new ones.
var Version = func() string {
	sum := sha256.New()
	for _, name := range []string{"app.css", "app.js"} {
		content, err := files.ReadFile("static/" + name)
		if err != nil {
			panic(err)
		}
		_, _ = sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}()

// Messages are the texts of a language by key; both languages have the same keys.
func Messages(lang string) map[string]string {
	return catalogues[lang]
}

var catalogues = func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, lang := range Languages {
		parts, err := fs.Glob(files, "messages/*."+lang+".json")
		if err != nil {
			panic(err)
		}
		all[lang] = map[string]string{}
		for _, part := range parts {
			text, err := files.ReadFile(part)
			if err != nil {
				panic(err)
			}
			var texts map[string]string
			if err := json.Unmarshal(text, &texts); err != nil {
				panic(part + ": " + err.Error())
			}
			for key, said := range texts {
				if _, twice := all[lang][key]; twice {
					panic(part + ": " + key + " stands in another part too")
				}
				all[lang][key] = said
			}
		}
	}
	return all
}()

// missing marks a text that no catalogue has. A test looks for it on every page.
const missing = "⟦"

// T is the text of a key in a language, with {0}, {1}, … filled in.
func T(lang, key string, args ...any) string {
	text, ok := catalogues[lang][key]
	if !ok {
		return missing + key + "⟧"
	}
	for i, a := range args {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), fmt.Sprint(a))
	}
	return text
}

// Has says whether there is a text for a key.
func Has(key string) bool {
	_, ok := catalogues[Languages[0]][key]
	return ok
}

// Page is what every page has around its own content.
type Page struct {
	Lang        string
	Title       string
	Path        string // of this page, with its query
	Book        string // name of the book; empty before one is chosen
	Demo        bool   // the demonstration is marked everywhere
	Switcher    bool   // persons are changed without a password: a demonstration on this machine only
	Person      string
	Role        string // as people read it, with the unit
	OnBehalfOf  string
	Menu        []MenuGroup
	Notice      string // what has just been done
	Wan         bool   // amounts in 万元
	WanOffered  bool
	Downloads   bool // the page's list is to be had as XLSX and CSV
	Data        any
	WithoutMenu bool
}

// MenuGroup and MenuItem are the way to every page the role may open.
type (
	MenuGroup struct {
		Title string
		Items []MenuItem
	}
	MenuItem struct {
		Title, Path string
		Here        bool
	}
)

// Render draws the page of a template. Nothing is written when it fails.
func Render(w io.Writer, name string, p Page) error {
	t := templates[p.Lang][name]
	if t == nil {
		return fmt.Errorf("no template %s in %q", name, p.Lang)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "layout", p); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// parts are the templates that pages share.
var parts = []string{"templates/layout.html", "templates/parts_*.html"}

// templates are all pages in each language.
var templates = func() map[string]map[string]*template.Template {
	all := map[string]map[string]*template.Template{}
	for _, lang := range Languages {
		shared := template.Must(template.New("").Funcs(functions(lang)).ParseFS(files, parts...))
		all[lang] = map[string]*template.Template{}
		names, err := fs.Glob(files, "templates/*.html")
		if err != nil {
			panic(err)
		}
		for _, name := range names {
			base := path.Base(name)
			if base == "layout.html" || strings.HasPrefix(base, "parts_") {
				continue
			}
			all[lang][strings.TrimSuffix(base, ".html")] = template.Must(template.Must(shared.Clone()).ParseFS(files, name))
		}
	}
	return all
}()

// Templates lists the pages there are.
func Templates() (names []string) {
	for name := range templates[Languages[0]] {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
