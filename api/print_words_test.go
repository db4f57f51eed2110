package api

import (
	"reflect"
	"strings"
	"testing"

	"mingzhang/projects"
)

// Everything a document says has a name on paper: its fields, its states, who acts on it and what is done.
func TestPrintsHaveWordsForAllDocumentsSay(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var walk func(of reflect.Type)
	walk = func(of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] || !strings.HasPrefix(of.PkgPath(), "mingzhang/projects") {
			return
		}
		seen[of] = true
		for i := range of.NumField() {
			f := of.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" {
				continue
			}
			if name != "" && fieldWords[name] == "" {
				t.Errorf("no word for %s of %s", name, of.Name())
			}
			walk(f.Type)
		}
	}
	for _, f := range projects.DocumentForms() {
		walk(reflect.TypeOf(f.New()))
	}
	for _, e := range projects.Events() {
		walk(reflect.TypeOf(e.New()))
	}
	for _, role := range TokenRoles {
		if roleWords[role] == "" {
			t.Errorf("no word for the role %s", role)
		}
	}
}

// An amount is printed as ledgers print it; a number, a memo or a name that looks like one is printed as it was written.
func TestPrintsKeepTextsThatLookLikeAmounts(t *testing.T) {
	t.Parallel()
	facts, err := factsOf([]byte(`{"memo":"2025.10","document_no":"1234.50","amount":"1234.50","items":[{"name":"4000.00","amount":"4000.00"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range facts {
		got = append(got, f.Value)
	}
	if want := "2025.10 1234.50 1,234.50 4000.00 4,000.00"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
