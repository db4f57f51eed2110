package projects_test

import (
	"encoding/csv"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mingzhang/projects"
)

var update = flag.Bool("update", false, "rewrite the generated part of docs/ACCOUNTING.md")

const (
	accountingDoc  = "../docs/ACCOUNTING.md"
	generatedBegin = "<!-- generated from projects/event_table.go and projects/chart.go: go test ./projects -run TestAccountingDoc -update -->\n"
	generatedEnd   = "<!-- end of the generated part -->\n"
)

// What an accountant reads in the documentation is what the program posts.
func TestAccountingDocShowsTheEventTable(t *testing.T) {
	text, err := os.ReadFile(accountingDoc)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(text), generatedBegin)
	generated, after, ended := strings.Cut(rest, generatedEnd)
	if !begun || !ended {
		t.Fatalf("%s lacks the marks of its generated part", accountingDoc)
	}
	if *update {
		if err := os.WriteFile(accountingDoc, []byte(before+generatedBegin+projects.PostingTable()+generatedEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(projects.PostingTable(), generated); diff != "" {
		t.Errorf("%s differs from the event table; run go test ./projects -run TestAccountingDoc -update (-code +document)\n%s", accountingDoc, diff)
	}
}

// The chart agrees with the one of the worked examples, which nothing of ours made.
func TestChartIsTheOneOfTheExamples(t *testing.T) {
	f, err := os.Open("../accounting/testdata/oracle/accounts.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for _, r := range rows[1:] {
		want[r[0]] = []string{r[2], r[3], r[4], r[5], r[6]}
	}
	got := map[string][]string{}
	for _, a := range projects.Chart() {
		if !a.Leaf {
			continue
		}
		takes := ""
		if a.TakesLine {
			takes = "line"
		}
		got[a.Code] = []string{a.Basis, string(a.NormalSide), takes, string(a.TakesSubject), string(a.Rule)}
		if a.TakesClass != strings.ContainsAny(a.Code[:1], "57") {
			t.Errorf("%s: economic class %v", a.Code, a.TakesClass)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("chart (-examples +ours)\n%s", diff)
	}
}
