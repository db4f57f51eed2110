package api_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mingzhang/api/web"
)

// Whoever writes a refusal, a warning, a blocker or the defect of a row learns here that a Chinese page would show it in English.
func TestEverySentenceOfTheBooksIsSaidInChinese(t *testing.T) {
	known := map[string]bool{}
	for said := range web.Sayings() {
		known[plainPlaces.ReplaceAllString(said, "{$1}")] = true
	}
	spoken := map[string]string{}
	for _, dir := range []string{"../accounting", "../accounting/fault", "../projects", "../projects/lists", "."} {
		sentencesOfGo(t, dir, spoken)
	}
	if n := len(spoken); n < 400 {
		t.Fatalf("found %d sentences in Go", n)
	}
	sentencesOfChecks(t, spoken)
	ofGo := len(spoken)
	sentencesOfSQL(t, spoken)
	if n := len(spoken) - ofGo; n < 150 {
		t.Fatalf("found %d sentences in SQL", n)
	}
	parts := map[string]bool{} // of sentences that the database puts together
	for form := range known {
		parts[anyPlace.ReplaceAllString(form, "{}")] = true
	}
	for _, form := range slices.Sorted(maps.Keys(spoken)) {
		if !known[form] && !partKnown(parts, form) {
			t.Errorf("%s: said.json does not know %s", spoken[form], strconv.Quote(form))
		}
	}
}

// partKnown says whether a piece such as ": no subject {0}" stands in a known sentence.
func partKnown(known map[string]bool, form string) bool {
	piece := anyPlace.ReplaceAllString(form, "{}")
	if !strings.HasPrefix(piece, ", ") && !strings.HasPrefix(piece, ": ") && !strings.HasPrefix(piece, "; ") && !strings.HasSuffix(piece, " ") && !strings.Contains(piece, "{}{}") {
		return false
	}
	for _, whole := range strings.Split(piece, "{}{}") { // between them stands what may be absent
		if !slices.ContainsFunc(slices.Collect(maps.Keys(known)), func(k string) bool { return strings.Contains(k, strings.Trim(whole, "{}")) }) {
			return false
		}
	}
	return true
}

var (
	anyPlace    = regexp.MustCompile(`\{[0-9]+\}`)
	plainPlaces = regexp.MustCompile(`\{(?:[=@]|[a-z]+:)?([0-9]+)\}`)
	verbs       = regexp.MustCompile(`%(%|[-+# 0]*[0-9.]*[a-zA-Z])`)
	letters     = regexp.MustCompile(`[a-z]{2}`)
	sentence    = regexp.MustCompile(`[a-z]{2,} [a-z]{2,}`)
)

// formOf turns a format into the form said.json has: "%s is closed" into "{0} is closed".
func formOf(format string) string {
	n := -1
	return verbs.ReplaceAllStringFunc(format, func(verb string) string {
		if verb == "%%" {
			return "%"
		}
		n++
		return fmt.Sprintf("{%d}", n)
	})
}

// sentencesOfGo finds what a package says in faults, and in what it gives to fmt and errors where that is a sentence.
func sentencesOfGo(t *testing.T, dir string, spoken map[string]string) {
	t.Helper()
	set := token.NewFileSet()
	var files []*ast.File
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || p != "." && d.IsDir() {
			return cmpErr(err, fs.SkipDir)
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(set, path.Join(dir, p), nil, 0)
		files = append(files, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	forwards := forwarders(files)
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			at, isFault, internal := formatAt(call, forwards)
			if internal {
				return false // logged, never shown
			}
			if at < 0 || at >= len(call.Args) {
				return true
			}
			where := set.Position(call.Pos()).String()
			format, ok := literal(call.Args[at])
			switch {
			case !ok && isFault && !isFormat(call.Args[at]):
				t.Errorf("%s: the format is no literal", where)
			case !ok, strings.Trim(format, "%s") == "": // a sentence made elsewhere
			case strings.Contains(format, "\n"), strings.HasPrefix(format, "case when"), !letters.MatchString(anyPlace.ReplaceAllString(formOf(format), "")): // no sentence
			case isFault || sentence.MatchString(format) && !unshown(where):
				spoken[formOf(format)] = where
			}
			return true
		})
	}
}

func cmpErr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// unshown says whether what a file formats is for the log or for whoever starts the program.
func unshown(where string) bool {
	for _, file := range []string{"accounting/verify.go", "accounting/post.go", "accounting/money.go", "accounting/date.go", "accounting/voucher.go", "projects/first_book.go", "api/health.go", "projects/overdue.go", "projects/overview.go", "projects/lists/template.go"} {
		if strings.Contains(where, file+":") {
			return true
		}
	}
	return false
}

// forwarders are functions that hand a format on: where in their parameters it stands.
func forwarders(files []*ast.File) map[string]int {
	all := map[string]int{}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch d := n.(type) {
			case *ast.FuncDecl:
				if at := formatParameter(d.Type); at >= 0 {
					all[callName(d)] = at
				}
			case *ast.AssignStmt:
				lit, isFunc := d.Rhs[0].(*ast.FuncLit)
				name, named := d.Lhs[0].(*ast.Ident)
				if isFunc && named {
					if at := formatParameter(lit.Type); at >= 0 {
						all[name.Name] = at
					}
				}
			}
			return true
		})
	}
	return all
}

// callName is how a function is called: a method behind a dot.
func callName(d *ast.FuncDecl) string {
	if d.Recv != nil {
		return "." + d.Name.Name
	}
	return d.Name.Name
}

func formatParameter(f *ast.FuncType) int {
	at := 0
	if f.Params.NumFields() < 2 || len(f.Params.List[len(f.Params.List)-1].Names) == 0 || f.Params.List[len(f.Params.List)-1].Names[0].Name != "args" {
		return -1
	}
	for _, p := range f.Params.List {
		for _, name := range p.Names {
			if name.Name == "format" {
				return at
			}
			at++
		}
	}
	return -1
}

// formatAt is the place of the format among a call's arguments; -1: it takes none.
func formatAt(call *ast.CallExpr, forwards map[string]int) (at int, isFault, internal bool) {
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		of, _ := fun.X.(*ast.Ident)
		name := fun.Sel.Name
		switch {
		case of != nil && of.Name == "fault":
			switch name {
			case "Internal":
				return -1, false, true
			case "Invalid", "NotFound", "Denied", "Conflict", "KeyReused", "Unavailable":
				return 1, true, false
			}
		case of != nil && (of.Name == "fmt" && (name == "Sprintf" || name == "Errorf") || of.Name == "errors" && name == "New"):
			return 0, false, false
		}
		if at, ok := forwards["."+name]; ok && (of == nil || of.Name != "fmt") {
			return at, true, false
		}
	case *ast.Ident:
		switch fun.Name { // package fault itself
		case "Invalid", "NotFound", "Denied", "Conflict", "KeyReused", "Unavailable":
			return 1, true, false
		case "Internal":
			return -1, false, true
		}
		if at, ok := forwards[fun.Name]; ok {
			return at, true, false
		}
	}
	return -1, false, false
}

func isFormat(e ast.Expr) bool {
	name, ok := e.(*ast.Ident)
	return ok && name.Name == "format"
}

func literal(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(x.Value)
		return text, err == nil && x.Kind == token.STRING
	case *ast.BinaryExpr:
		a, okA := literal(x.X)
		b, okB := literal(x.Y)
		return a + b, okA && okB
	}
	return "", false
}

var checkSentence = regexp.MustCompile(`'([a-z%][^'\n]*)'`)

// sentencesOfChecks finds what verify says of a finding; its checks are SQL within Go.
func sentencesOfChecks(t *testing.T, spoken map[string]string) {
	t.Helper()
	text, err := os.ReadFile("../accounting/verify_checks.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range checkSentence.FindAllStringSubmatch(string(text), -1) {
		if sentence.MatchString(m[1]) {
			spoken[formOf(m[1])] = "accounting/verify_checks.go"
		}
	}
}

var sqlSentence = regexp.MustCompile(`(?s)(raise exception|format\(|:=) ?'((?:[^']|'')+)'`)

// sentencesOfSQL finds what the functions in force raise and format.
func sentencesOfSQL(t *testing.T, spoken map[string]string) {
	t.Helper()
	schema, err := os.ReadFile("../migrations/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range sqlSentence.FindAllStringSubmatchIndex(string(schema), -1) {
		said := strings.ReplaceAll(string(schema[m[4]:m[5]]), "''", "'")
		if !sentence.MatchString(said) || strings.HasPrefix(said, "YYYY") {
			continue
		}
		if string(schema[m[2]:m[3]]) == "raise exception" {
			said = strings.ReplaceAll(strings.ReplaceAll(said, "%%", "\x00"), "%", "%s")
			said = strings.ReplaceAll(said, "\x00", "%%")
		}
		spoken[formOf(said)] = fmt.Sprintf("schema.sql:%d", 1+strings.Count(string(schema[:m[0]]), "\n"))
	}
}
