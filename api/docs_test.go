package api_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestOpenAPIDocumentsEveryOperation(t *testing.T) {
	t.Parallel()
	b := serve(t, nil, nowhere(t))
	seen := map[string]bool{}
	for _, op := range b.operations() {
		if op.ID == "" || seen[op.ID] {
			t.Errorf("%s %s: its identity %q is missing or taken", op.method, op.path, op.ID)
		}
		seen[op.ID] = true
		for _, status := range []string{"400", "401", "403", "404", "409", "422", "503"} {
			if !strings.Contains(string(op.Responses[status]), "Problem") {
				t.Errorf("%s does not say what %s means", op.ID, status)
			}
		}
	}
}

var (
	asset    = regexp.MustCompile(`(?:src|href)\s*=\s*["']([^"']+)["']`)
	loads    = regexp.MustCompile(`(?:import\s*\(|fetch\s*\(|@import|url\s*\()\s*["']?((?:https?:)?//[^"')\s]+)`)
	external = regexp.MustCompile(`^(https?:)?//`)
)

// The documentation works in an office without internet.
func TestDocsNeedNoInternet(t *testing.T) {
	t.Parallel()
	b := serve(t, nil, nowhere(t))
	page := b.send(http.MethodGet, "/docs/", "", "", "")
	if page.status != http.StatusOK || !strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'self'") {
		t.Fatalf("%d, policy %q", page.status, page.header.Get("Content-Security-Policy"))
	}
	files := asset.FindAllStringSubmatch(string(page.body), -1)
	if len(files) < 3 {
		t.Fatalf("the page names %d files", len(files))
	}
	look := func(name string, text []byte) {
		for _, m := range loads.FindAllSubmatch(text, -1) {
			t.Errorf("%s loads %s", name, m[1])
		}
	}
	look("the page", page.body)
	for _, f := range files {
		name := f[1]
		if strings.HasPrefix(name, "data:") {
			continue
		}
		if external.MatchString(name) {
			t.Errorf("the page loads %s", name)
			continue
		}
		if !strings.HasPrefix(name, "/") {
			name = "/docs/" + name
		}
		a := b.send(http.MethodGet, name, "", "", "")
		if a.status != http.StatusOK || len(a.body) == 0 {
			t.Errorf("%s: %d", name, a.status)
		}
		if strings.HasSuffix(name, ".css") {
			look(name, a.body)
		}
	}
	if a := b.send(http.MethodGet, "/openapi.json", "", "", ""); a.status != http.StatusOK || !strings.Contains(string(page.body), "/openapi.json") {
		t.Errorf("the description: %d", a.status)
	}
}
