package api_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mingzhang/accounting/fault"
	"mingzhang/api"
)

func TestErrorsPageIsTheCatalogue(t *testing.T) {
	same(t, "../docs/ERRORS.md", []byte(api.ErrorsPage()))
}

var (
	raised    = regexp.MustCompile(`fault\.(?:Invalid|NotFound|Denied|Conflict|KeyReused|Unavailable|ByCode)\(\s*"([a-z_]+)"`)
	mentioned = regexp.MustCompile(`["']([a-z_]+)["']`)
)

// A code nobody explains helps nobody, and an explained code nobody raises misleads whoever prepares for it.
func TestEveryCodeIsExplainedAndUsed(t *testing.T) {
	known := map[string]bool{}
	for _, c := range fault.Catalogue {
		known[c.Code] = false
		if c.EN == "" || c.ZH == "" || c.Do == "" {
			t.Errorf("%s: not explained", c.Code)
		}
	}
	for _, dir := range []string{"../accounting", "../projects", "../api", "../seeds", "../migrations"} {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".up.sql") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "catalogue.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range raised.FindAllSubmatch(text, -1) {
				if _, ok := known[string(m[1])]; !ok {
					t.Errorf("%s raises %s, which the catalogue does not explain", path, m[1])
				}
			}
			for _, m := range mentioned.FindAllSubmatch(text, -1) {
				if _, ok := known[string(m[1])]; ok {
					known[string(m[1])] = true
				}
			}
			for _, c := range fault.Catalogue { // guards of the database raise by SQLSTATE
				if c.SQLState != "" && strings.Contains(string(text), c.SQLState) {
					known[c.Code] = true
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for code, used := range known {
		if !used {
			t.Errorf("the catalogue explains %s, which nothing raises", code)
		}
	}
}
