package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"mingzhang/projects"
	"mingzhang/projects/lists"
)

// The province's indicators by the API: the template comes with the headings that are read, the preview tells what would be done,
// one officer brings the list, another approves its number, and the budget line has the money.
func TestIndicatorsByTheAPI(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	people := b.colleagues("budget_officer", "budget_officer", "treasury_officer")
	maker, other := people["budget_officer"], people["budget_officer 2"]
	template := maker.send(http.MethodGet, "/list-kinds/indicators/template", "")
	table, err := lists.Read(bytes.NewReader(template.body), int64(len(template.body)), "")
	b.must(err)
	heading := table.Rows[1].Cells
	if template.status != http.StatusOK || len(heading) != 12 || heading[0].Text != "文号" || heading[8].Text != "金额" {
		t.Errorf("the template: %d %v", template.status, heading)
	}
	list := func(amount string) string {
		content := "文号,年度,项目代码,资金性质,金额,预算来源,下达日期\n红财指〔2025〕31号,2025,2025-06,一般公共预算," + amount + ",追加,2025-03-14\n合计,,,," + amount + ",,\n"
		return `{"kind":"indicators","source":"省一体化","file":"` + b.store("budget_officer", "指标.csv", content).Hash + `"}`
	}
	var preview projects.ImportPreview
	maker.does(http.MethodPost, "/imports/preview", list("5000.00"), &preview)
	if preview.Counts[projects.NewRow] != 1 || len(preview.Differences) != 1 || preview.Differences[0].Detail != "1 rows, 5000.00" || len(preview.Problems) > 0 {
		t.Errorf("%+v", preview)
	}
	if a := people["treasury_officer"].send(http.MethodPost, "/imports", list("5000.00")); a.code() != "forbidden" {
		t.Errorf("a treasury officer brings indicators: %d %s", a.status, a.body)
	}
	var first, again projects.Import
	maker.does(http.MethodPost, "/imports", list("5000.00"), &first)
	maker.does(http.MethodPost, "/imports", list("5000.00"), &again)
	if first.Added != 1 || first.Total.String() != "5000.00" || again.ID != first.ID {
		t.Errorf("%+v, again %+v", first, again)
	}
	var docs struct{ Documents []struct{ ID, Hash string } }
	other.does(http.MethodGet, "/documents?kind=budget&state=submitted", "", &docs)
	if len(docs.Documents) != 1 {
		t.Fatalf("%d documents wait", len(docs.Documents))
	}
	approve, hash := "/documents/"+docs.Documents[0].ID+"/approve", `{"hash":"`+docs.Documents[0].Hash+`"}`
	if a := maker.send(http.MethodPost, approve, hash); a.code() != "duty_taken" {
		t.Errorf("who brought the list approves: %d %s", a.status, a.body)
	}
	var taken struct{ Receipts []struct{ Number int } }
	other.does(http.MethodPost, approve, hash, &taken)
	if len(taken.Receipts) != 1 {
		t.Errorf("%+v", taken)
	}
	a := maker.send(http.MethodPost, "/imports", list("-5000.01"))
	if a.code() != "list_invalid" || !strings.Contains(string(a.body), "本系统 5,000.00，表中 -5,000.01") {
		t.Errorf("a number that changed: %d %s", a.status, a.body)
	}
	var report projects.Reconciliation
	b.get("/reconciliation?as_of=2025-03-31", &report)
	if !report.OK {
		t.Error("the books do not reconcile")
	}
}
