package projects_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

const indicatorHeading = "文号,年度,项目代码,项目名称,单位,资金性质,功能分类,经济分类,金额,预算来源,下达日期\n"

// indicators stores rows as the province's list of indicators, in yuan.
func (d desk) indicators(rows ...string) projects.ImportRequest {
	d.b.t.Helper()
	return d.list("indicators", "2025年指标下达明细（单位：元）\n"+indicatorHeading+strings.Join(rows, "\n")+"\n")
}

// submitted are the budget documents that wait for the second person.
func (b *bureau) submitted() (docs []projects.Document) {
	b.t.Helper()
	b.must(accounting.Read(accounting.WithReader(b.t.Context(), accounting.Operator), b.db, func(ctx context.Context, tx bun.Tx) (err error) {
		docs, err = projects.Documents(ctx, tx, projects.DocumentQuery{Book: book, Kind: "budget", State: "submitted", Limit: 99})
		return err
	}))
	return docs
}

func villageRow(n int, amount string) string {
	return fmt.Sprintf("红财指〔2025〕7号,2025,64030325000%03d,第%d村,ADM,一般公共预算,2130505,31005,%s,年初预算,2025-02-10", n, n, amount)
}

// villages makes villages below 2025-10 that the province calls by 64030325000001 and on.
func (d desk) villages(count int) {
	d.b.t.Helper()
	var rows []string
	for n := 1; n <= count; n++ {
		rows = append(rows, fmt.Sprintf("2025-10-%03d,第%d村,ADM,64030325000%03d", n, n, n))
	}
	tree := d.list("villages", "项目代码,项目名称,核算单位代码,外部项目代码\n"+strings.Join(rows, "\n")+"\n")
	tree.Project = "2025-10"
	_, err := d.takesIn(tree)
	d.b.must(err)
}

// approvesAll lets the second person approve all that waits, from the first on.
func (d desk) approvesAll() {
	d.b.t.Helper()
	docs := d.b.submitted()
	slices.SortFunc(docs, func(x, y projects.Document) int { return strings.Compare(x.Number, y.Number) })
	for _, doc := range docs {
		_, err := d.take(&doc, "approve")
		d.b.must(err)
	}
}

func (d desk) mustTakeIn(r projects.ImportRequest) *projects.Import {
	d.b.t.Helper()
	i, err := d.takesIn(r)
	d.b.must(err)
	return i
}

// told are the differences of a change, without the rest.
func told(p *projects.ImportPreview, change projects.Change) (words []string) {
	for _, d := range p.Differences {
		if d.Change == change {
			words = append(words, d.Key+": "+d.Detail)
		}
	}
	return words
}

// One number with 65 rows is one document and one voucher; budget lines that are missing are made and found again by what the
// province calls them. The list brought again adds nothing, and the books reconcile.
func TestIndicatorsOfOneNumberAreOneVoucher(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 0)
	b.ma.villages(65)
	var rows []string
	for n := 1; n <= 65; n++ {
		rows = append(rows, villageRow(n, "100000.01"))
	}
	list := b.ma.indicators(append(rows, "合计,,,,,,,,6500000.65,,")...)
	if p := b.ma.previews(list); len(p.Problems) > 0 || p.Counts[projects.NewRow] != 1 || p.Differences[0].Detail != "65 rows, 6500000.65, new budget lines: 65" || len(p.Confirmed) != 1 {
		t.Fatalf("preview %+v", p)
	}
	i, again := b.ma.mustTakeIn(list), b.ma.mustTakeIn(list)
	docs := b.submitted()
	if i.Rows != 65 || i.Added != 1 || again.ID != i.ID || len(docs) != 1 {
		t.Fatalf("taken in as %+v, %d documents", i, len(docs))
	}
	if n := b.countAll(`select count(*) from accounting.vouchers`); n != 0 {
		t.Errorf("the list posted %d vouchers by itself", n)
	}
	if _, err := b.ma.take(&docs[0], "approve"); fault.Code(err) != "duty_taken" {
		t.Errorf("who brought the list approves it: %v", err)
	}
	b.li.approvesAll()
	for what, x := range map[string]struct {
		query string
		want  int
	}{
		"voucher of 65 lines":                        {`select count(*) from accounting.vouchers where source = 'I1' and line_count = 260 and memo like '%红财指〔2025〕7号%' and attachment_count = 1 and date = '2025-02-10'`, 1},
		"lines with it available":                    {`select count(*) from accounting.positions where account = '9301.01' and debit - credit = 100000.01`, 65},
		"budget lines known by the province's codes": {`select count(*) from projects.external_codes where budget_line_id is not null and code like '2025/64030325000%/一般公共预算/2130505/31005'`, 65},
		"budget lines that know their number":        {`select count(distinct budget_line) from projects.budget_numbers where document_no = '红财指〔2025〕7号' and budget_line like '2025-10-%/2025'`, 65},
	} {
		if n := b.countAll(x.query); n != x.want {
			t.Errorf("%s: %d", what, n)
		}
	}
	if p := b.ma.previews(b.ma.indicators(rows...)); p.Counts[projects.SameRow] != 1 || len(p.Differences) > 0 {
		t.Errorf("the list without its total: %+v", p)
	}
	report, err := projects.Reconcile(t.Context(), b.db, projects.ReconcileQuery{Book: book, AsOf: accounting.MustDate("2025-12-31")})
	if b.must(err); !report.OK {
		t.Error("the books do not reconcile")
	}
}

// Before anything is taken in, the list tells what is new, the same, changed, missing here and missing there. A number that was
// taken in does not change: its line is named with both figures.
func TestIndicatorsTellWhatDiffers(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 0)
	b.ma.villages(2)
	b.ma.mustTakeIn(b.ma.indicators(villageRow(1, "100.00"), villageRow(2, "200.00")))
	b.li.approvesAll()
	first := func(number, name, unit, amount string) string {
		return number + ",2025,64030325000001," + name + "," + unit + ",一般公共预算,2130505,31005," + amount + ",追加,2025-03-01"
	}
	p := b.ma.previews(b.ma.indicators(villageRow(1, "100.00"), villageRow(2, "200.00"), first("红财指〔2025〕8号", "村道", "卫生健康局", "1.00"), first("红财指〔2025〕8号", "村道", "卫生健康局", "2.00")))
	if len(p.Problems) > 0 || p.Counts[projects.SameRow] != 1 || fmt.Sprint(told(p, projects.NewRow)) != "[红财指〔2025〕8号: 2 rows, 3.00]" ||
		fmt.Sprint(told(p, projects.ChangedRow)) != "[2025-10-001: 项目名称 第1村 here, 村道 in the list 2025-10-001: 单位 卫健局 here, 卫生健康局 in the list]" {
		t.Errorf("one the same, one new: %+v", p)
	}
	if p = b.ma.previews(b.ma.indicators(first("红财指〔2025〕8号", "", "", "1.00"))); fmt.Sprint(told(p, projects.MissingThere)) != "[红财指〔2025〕7号: 红财指〔2025〕7号 is here by YS-2025-0001 and not in the list]" {
		t.Errorf("without the first number: %+v", p)
	}
	if p = b.ma.previews(b.ma.indicators(strings.Replace(first("红财指〔2025〕8号", "某村", "", "1.00"), "64030325000001", "64030399", 1))); fmt.Sprint(told(p, projects.MissingHere)) != "[64030399: 某村]" || len(p.Problems) != 1 {
		t.Errorf("an unknown project: %+v", p)
	}
	for name, x := range map[string]struct {
		rows []string
		want string
	}{
		"a changed amount":            {[]string{villageRow(1, "100.00"), villageRow(2, "200.01")}, "row 3: 红财指〔2025〕7号 is here by YS-2025-0001 and says otherwise: 2025-10-002/2025 200.00 here, 200.01 in the list"},
		"a row less":                  {[]string{villageRow(1, "100.00")}, "2025-10-002/2025 200.00 here, 0.00 in the list"},
		"a number in other brackets":  {[]string{strings.NewReplacer("〔", "[", "〕", "］", "7号", " ７号").Replace(villageRow(1, "300.00"))}, "is here by YS-2025-0001 and says otherwise"},
		"another village's name":      {[]string{first("红财指〔2025〕8号", "第 2村", "", "1.00")}, "row 3: 2025-10-001: the 项目名称 is 第1村 here; the list says 第 2村, which is 2025-10-002"},
		"another unit's name or code": {[]string{first("红财指〔2025〕8号", "", "INS", "1.00")}, "row 3: 2025-10-001: the 单位 is 卫健局 here; the list says INS, which is INS"},
	} {
		if _, err := b.ma.takesIn(b.ma.indicators(x.rows...)); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := b.countAll(`select count(*) from projects.documents where kind = 'budget'`); n != 1 {
		t.Errorf("%d documents", n)
	}
}

// A number that adds here and cuts there is one voucher; one that only cuts is a reduction.
func TestIndicatorsAddAndCut(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 0)
	b.ma.villages(2)
	b.ma.mustTakeIn(b.ma.indicators(villageRow(1, "100.00"), villageRow(2, "200.00")))
	b.li.approvesAll()
	later := func(number, project, amount, day string) string {
		return number + ",2025," + project + ",,,一般公共预算,2130505,31005," + amount + ",追加," + day
	}
	b.ma.mustTakeIn(b.ma.indicators(later("红财指〔2025〕8号", "64030325000001", "-60.00", "2025-03-01"), later("红财指〔2025〕8号", "64030325000002", "60.00", ""), later("红财指〔2025〕8号", "64030325000002", "-5.00", ""),
		later("红财指〔2025〕9号", "64030325000002", "-250.00", "2025-03-02"), "合计,,,,,,,,-255.00,,"))
	b.li.approvesAll()
	for what, query := range map[string]string{
		"the mixed number":     `select count(*) from accounting.vouchers where source = 'I3+' and line_count = 8 and memo like '%8号%'`,
		"the reduction":        `select count(*) from accounting.vouchers where source = 'I3-' and line_count = 2 and memo like '%9号%'`,
		"what is left on both": `select (array_agg(p.debit - p.credit order by b.code) = '{40.00,5.00}')::int from accounting.positions p join accounting.budget_lines b using (book_id, budget_line_id) where p.account = '9301.01'`,
		"documents of numbers": `select (count(*) = 3)::int from projects.documents where kind = 'budget' and state = 'posted'`,
	} {
		if n := b.countAll(query); n != 1 {
			t.Errorf("%s: %d", what, n)
		}
	}
}

// What a contract holds is not cut: the list is refused with the row, and so is the approval when it came between.
func TestIndicatorsDoNotCutWhatIsHeld(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	cut := func(number, amount string) projects.ImportRequest {
		return b.finance.indicators(number + ",2025,2025-05,项目 2025-05,卫健局,一般公共预算,2100302,31001," + amount + ",追减,2025-03-10")
	}
	b.must(func() error { _, err := b.finance.takesIn(cut("红财指〔2025〕40号", "-1000000.00")); return err }())
	b.mustCarry("contract", clinicContract())
	_, err := b.finance.takesIn(cut("红财指〔2025〕41号", "-800000.01"))
	if fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), "row 3: budget line 2025-05/2025: asked to cut 800000.01; contracts hold 7800000.00, requests 0.00, frozen 0.00, spent 0.00: at most 800000.00 may be cut") {
		t.Errorf("in the list: %v", err)
	}
	both := b.finance.indicators("红财指〔2025〕42号,2025,2025-05,,,一般公共预算,,,-500000.00,追减,2025-03-10\n红财指〔2025〕43号,2025,2025-05,,,一般公共预算,,,-400000.00,追减,2025-03-10")
	if _, err := b.finance.takesIn(both); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), "asked to cut 900000.00") {
		t.Errorf("two numbers that cut too much together: %v", err)
	}
	made := b.finance.indicators("红财指〔2025〕44号,2025,2025-05,,,政府性基金,,,-1.00,追减,2025-03-10")
	if _, err := b.finance.takesIn(made); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), "asked to cut 1.00; it is new and holds nothing") {
		t.Errorf("a cut of a line that is not there: %v", err)
	}
	waiting := b.submitted()
	if _, err := b.second.take(&waiting[0], "approve"); fault.Code(err) != "budget_exceeded" || !strings.Contains(err.Error(), "contracts hold 7800000.00") || !strings.Contains(err.Error(), "at most 800000.00 may be cut") {
		t.Errorf("at the approval: %v", err)
	}
}

// Each row that cannot be an indicator is named; none is taken in.
func TestIndicatorRowsThatAreNone(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	b.node("2025-06", "ADM")
	row := func(number, year, project, nature, amount, origin, day string) string {
		return strings.Join([]string{number, year, project, "", "", nature, "2100302", "31001", amount, origin, day}, ",")
	}
	for name, x := range map[string]struct{ rows, want string }{
		"an unknown project":    {row("甲1号", "2025", "640303999", "一般公共预算", "1.00", "", "2025-03-01"), "row 3: 项目代码 640303999  is not known here"},
		"no year":               {row("甲1号", "今年", "2025-05", "一般公共预算", "1.00", "", "2025-03-01"), `row 3: 年度 "今年" is no year`},
		"another year":          {row("甲1号", "2025", "2025-05", "一般公共预算", "1.00", "", "2025-03-01") + "\n" + row("甲2号", "2026", "2025-05", "一般公共预算", "1.00", "", "2026-03-01"), "row 4: 年度 2026, the rows above say 2025"},
		"another nature":        {row("甲1号", "2025", "2025-05", "社保基金", "1.00", "", "2025-03-01"), "资金性质"},
		"nothing":               {row("甲1号", "2025", "2025-05", "一般公共预算", "0", "", "2025-03-01"), "issues nothing"},
		"two days of a number":  {row("甲1号", "2025", "2025-05", "一般公共预算", "1.00", "", "2025-03-01") + "\n" + row("甲1号", "2025", "2025-05", "一般公共预算", "1.00", "", "2025-03-02"), "row 3 says otherwise"},
		"a day of another year": {row("甲1号", "2025", "2025-05", "一般公共预算", "1.00", "", "2024-03-01"), "issued in its year"},
		"a formula's total":     {row("甲1号", "2025", "2025-05", "一般公共预算", "1.00", "", "2025-03-01") + "\n合计,,,,,,,,1.01,,", "the total states 1.01 yuan, the rows come to 1.00"},
		"another source":        {row("甲1号", "2025", "2025-05", "一般公共预算", "1.00", "收回", "2025-03-01"), `预算来源 "收回" is neither`},
		"2500万":                 {row("甲1号", "2025", "2025-05", "一般公共预算", "2500万", "", "2025-03-01"), "2500万"},
	} {
		if _, err := b.finance.takesIn(b.finance.indicators(x.rows)); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := b.countAll(`select count(*) from projects.imports`); n != 0 {
		t.Errorf("%d lists stayed", n)
	}
}
