package web_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mingzhang/api/web"
)

// Both languages say everything.
func TestBothLanguagesHaveTheSameTexts(t *testing.T) {
	zh, en := web.Messages("zh"), web.Messages("en")
	for key, text := range zh {
		if en[key] == "" || text == "" {
			t.Errorf("%s: zh %q, en %q", key, text, en[key])
		}
	}
	for key := range en {
		if _, ok := zh[key]; !ok {
			t.Errorf("%s is in English only", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(zh)) {
		if strings.Count(zh[key], "{") != strings.Count(en[key], "{") {
			t.Errorf("%s: the languages fill in different numbers of values: %q, %q", key, zh[key], en[key])
		}
	}
}

var (
	inTemplate = regexp.MustCompile(`\bt "([a-z_0-9.]+)"`)
	inCode     = regexp.MustCompile(`(?:\bl\.t\(|web\.T\([a-z.]+, |web\.C\(web\.[A-Za-z]+, )"([a-zA-Z_0-9.]+)"[,)]`)
)

// A text that a page asks for is there; what is put together while the page is made (states, roles, fields) is looked for by
// the walks through the pages.
func TestEveryTextAskedForIsThere(t *testing.T) {
	for _, pattern := range []string{"templates/*.html", "../*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			form := inTemplate
			if strings.HasSuffix(name, ".go") {
				form = inCode
			}
			for _, m := range form.FindAllStringSubmatch(string(text), -1) {
				if !web.Has(m[1]) {
					t.Errorf("%s asks for the text %s, which no catalogue has", name, m[1])
				}
			}
		}
	}
}

// What a browser of 2020 does not know is not asked of it.
func TestStylesAndScriptAreOfChromium80(t *testing.T) {
	newer := map[string][]string{
		"app.css": {":has(", ":is(", ":where(", ":focus-visible", "aspect-ratio", "inset:", "@layer", "@container", "accent-color", "margin-inline", "padding-inline", "margin-block", "padding-block", "color-mix(", "place-items", "&:"},
		"app.js":  {".replaceAll(", ".at(", "||=", "&&=", "??=", "structuredClone", "Object.hasOwn", ".findLast(", "import ", "#private", "crypto.randomUUID", "requestSubmit", "<dialog"},
	}
	for name, words := range newer {
		text, err := fs.ReadFile(web.Static(), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if strings.Contains(string(text), w) {
				t.Errorf("%s uses %s, which Chromium 80 does not know", name, w)
			}
		}
		if name == "app.css" && regexp.MustCompile(`(?s)display: flex[^}]*[^-]gap:`).MatchString(string(text)) {
			t.Error("app.css uses gap in a flex box; Chromium 80 knows it in a grid only")
		}
	}
}
