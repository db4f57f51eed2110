package api_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"mingzhang/api"
)

var update = flag.Bool("update", false, "rewrite what is generated: openapi.yaml, docs/ERRORS.md")

// same compares what is checked in with what the program gives, or rewrites it.
func same(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the program gives; rewrite it with -update and look at the difference", file)
	}
}

func TestOpenAPIIsCheckedIn(t *testing.T) {
	text, err := api.Description()
	if err != nil {
		t.Fatal(err)
	}
	same(t, "openapi.yaml", text)
}
