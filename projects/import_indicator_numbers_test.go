package projects_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
	"mingzhang/projects/lists"
)

// typed is a budget document typed by hand under a number, submitted.
func (b *budgetBureau) typed(number, event, input string) *projects.Document {
	b.t.Helper()
	p := paperOf("2025-01-20")
	p.DocumentNo = number
	doc, err := projects.Draft(b.t.Context(), b.db, b.ma.command(), "budget", &projects.Budget{EventPaper: projects.EventPaper{Paper: p, Event: event, Input: json.RawMessage(input)}})
	b.must(err)
	_, err = b.ma.take(doc, "submit")
	b.must(err)
	return doc
}

func programmeRow(number, amount string) string {
	return number + ",2025,2025-10,,,一般公共预算,,," + amount + ",追加,2025-03-01"
}

// What was typed by hand is known by its number: a list with the same figures adds nothing, one with others is refused, and what
// only moves authority is left as it is.
func TestIndicatorsKnowWhatWasTyped(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 1)
	b.typed("红财预〔2025〕5号", "Approve", `{"budget_line":"2025-10/2025","amount":"100.00"}`)
	b.typed("红财预〔2025〕5号", "Issue", `{"budget_line":"2025-10/2025","amount":"100.00"}`)
	b.li.approvesAll()
	b.node("2025-11", "ADM", 2025)
	b.typed("红财预〔2025〕6号", "Transfer", `{"from":"2025-10/2025","to":"2025-11/2025","amount":"10.00"}`)
	p := b.ma.previews(b.ma.indicators(programmeRow("红财预〔2025〕5号", "100.00"), programmeRow("红财预［2025］6号", "-10.00")))
	if len(p.Problems) > 0 || p.Counts[projects.SameRow] != 1 || p.Counts[projects.NewRow] != 0 || fmt.Sprint(told(p, projects.ChangedRow)) != "[红财预［2025］6号: YS-2025-0003 moves authority by it between budget lines here; it is left as it is]" {
		t.Errorf("%+v", p)
	}
	if _, err := b.ma.takesIn(b.ma.indicators(programmeRow("红财预〔2025〕5号", "200.00"))); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), "is here by YS-2025-0001 and says otherwise: 2025-10/2025 100.00 here, 200.00 in the list") {
		t.Errorf("another amount: %v", err)
	}
}

// Whatever way a number comes a second time, the database lets it bring its money about once.
func TestNumberOfAListIsUsedOnce(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 1)
	row := `{"rows":[{"budget_line":"2025-10/2025","amount":"100.00"}]}`
	b.typed("红财预〔2025〕5号", "Indicators", row)
	p := paperOf("2025-01-20")
	p.DocumentNo = "红财预[2025] ５号"
	again := &projects.Budget{EventPaper: projects.EventPaper{Paper: p, Event: "Indicators", Input: json.RawMessage(row)}}
	if _, err := projects.Draft(t.Context(), b.db, b.ma.command(), "budget", again); fault.Code(err) != "duplicate" {
		t.Errorf("a second document of the list: %v", err)
	}
	b.li.approvesAll()
	line := b.line("2025-10/2025")
	for event, input := range map[string]string{"Supplement": `{"budget_line":"2025-10/2025","amount":"100.00"}`, "Approve": `{"budget_line":"` + line + `","amount":"100.00"}`} {
		if _, err := b.li.take(b.typed("红财预【2025】5号", event, input), "approve"); fault.Code(err) != "document_no_used" || !strings.Contains(err.Error(), "by YS-2025-0001") {
			t.Errorf("%s by hand under the list's number: %v", event, err)
		}
	}
	_, err := b.li.take(b.typed("红财预〔2025〕6号", "Supplement", `{"budget_line":"2025-10/2025","amount":"1.00"}`), "approve")
	b.must(err)
	if _, err := b.li.take(b.typed("红财预〔2025〕6号", "Supplement", `{"budget_line":"`+line+`","amount":"1.00"}`), "approve"); fault.Code(err) != "document_no_used" {
		t.Errorf("a budget line by another name: %v", err)
	}
	if n := b.countAll(`select count(*) from accounting.vouchers`); n != 2 {
		t.Errorf("%d vouchers", n)
	}
}

func (b *bureau) line(code string) (id string) {
	b.t.Helper()
	b.must(b.db.NewRaw(`select budget_line_id::text from accounting.budget_lines where book_id = ? and code = ?`, book, code).Scan(b.t.Context(), &id))
	return id
}

// What was rejected is not here any more: the same list brings it again, and only it.
func TestRejectedIndicatorsComeAgain(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 1)
	list := b.ma.indicators(programmeRow("甲1号", "100.00"), programmeRow("甲2号", "200.00"))
	b.ma.mustTakeIn(list)
	for _, doc := range b.submitted() {
		_, err := b.li.take(&doc, map[bool]string{true: "approve", false: "reject"}[doc.Number == "YS-2025-0001"])
		b.must(err)
	}
	b.ma.mustTakeIn(list)
	if docs := b.submitted(); len(docs) != 1 || !strings.Contains(string(docs[0].Content), "甲2号") {
		t.Errorf("%d wait", len(docs))
	}
	b.ma.mustTakeIn(list)
	if n := b.countAll(`select count(*) from projects.documents where kind = 'budget'`); n != 3 {
		t.Errorf("%d documents", n)
	}
}

// A list is one list as a text in GBK and as a workbook, in yuan and in 万元.
func TestIndicatorsInEveryForm(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 1)
	stored := func(name string, content []byte) projects.ImportRequest {
		f, err := b.ma.store(name, string(content))
		b.must(err)
		return projects.ImportRequest{Kind: "indicators", Source: "省一体化", File: f.Hash}
	}
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte("红寺堡区指标明细\n预算文号,预算年度,预算项目代码,资金性质,指标金额（万元）,指标类型,文件日期\n红财预〔2025〕5号,2025年,2025-10,一般公共预算资金,12.34,年初预算,20250120\n合计,,,,12.34,,\n"))
	b.must(err)
	if i := b.ma.mustTakeIn(stored("指标.csv", gbk)); i.Added != 1 || i.Total.String() != "123400.00" {
		t.Errorf("in GBK: %+v", i)
	}
	var workbook bytes.Buffer
	b.must(lists.WriteList(&workbook, "指标", []string{"文号", "年度", "项目代码", "资金性质", "金额", "下达日期"}, [][]any{{"红财预〔2025〕5号", 2025, "2025-10", "一般公共预算", yuan("123400.00"), accounting.MustDate("2025-01-20")}, {"红财预〔2025〕6号", 2025, "2025-10", "一般公共预算", yuan("1.00"), accounting.MustDate("2025-01-21")}}))
	if p := b.ma.previews(stored("指标.xlsx", workbook.Bytes())); p.Counts[projects.SameRow] != 1 || p.Counts[projects.NewRow] != 1 || len(p.Problems) > 0 {
		t.Errorf("as a workbook: %+v", p)
	}
}

// Authority up to an opening is in its figures: a list of the whole year issues only what came after.
func TestIndicatorsUpToAnOpeningAreInIt(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	b.node("2025-06", "ADM", 2025)
	b.node("2025-07", "ADM")
	b.must(b.finance.bringsOpening("opening-indicators", []fields{{"project": "2025-06", "year": "2025", "source": "county", "approved": "100.00", "issued": "100.00", "executed": "0.00"}}))
	row := func(number, project, day string) string {
		return number + ",2025," + project + ",,,一般公共预算,,,100.00,追加," + day
	}
	p := b.finance.previews(b.finance.indicators(row("甲1号", "2025-06", "2025-06-30"), row("甲2号", "2025-06", "2025-07-01"), row("甲3号", "2025-07", "2025-02-01")))
	if len(p.Problems) > 0 || fmt.Sprint(told(p, projects.ChangedRow)) != "[甲1号: 100.00 is in the opening of 2025-06-30; it is not issued again]" || p.Counts[projects.NewRow] != 2 {
		t.Errorf("%+v", p)
	}
	for rows, want := range map[string]string{
		row("甲1号", "2025-06", ""): "budget line 2025-06/2025 was opened at 2025-06-30; say the 下达日期",
		row("甲1号", "2025-06", "2025-02-01") + "\n" + row("甲1号", "2025-07", "2025-02-01"): "is in its opening of 2025-06-30, on 2025-07/2025 it is not",
	} {
		if _, err := b.finance.takesIn(b.finance.indicators(rows)); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
