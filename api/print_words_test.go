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
