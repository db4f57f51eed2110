package projects_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
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

// desksMore gives one more person a role.
func (b *bureau) desksMore(name, role string) desk {
	b.t.Helper()
	id := accounting.PersonID{UUID: accounting.NewID()}
	b.must(accounting.AddPerson(b.t.Context(), b.db, accounting.Person{Book: book, ID: id, Code: name, Name: name, Unit: b.unit}))
	_, err := pgtest.Superuser(b.t, b.db).ExecContext(b.t.Context(), `insert into projects.role_grants (book_id, grant_id, person_id, unit_id, role, from_day) values (?, gen_random_uuid(), ?, ?, ?, '2025-01-01')`, book, id, b.unit, role)
	b.must(err)
	return desk{b, accounting.Actor{Person: id, Unit: b.unit, Role: role}, name}
}

func villageRow(n int, amount string) string {
	return fmt.Sprintf("红财指〔2025〕7号,2025,64030325000%03d,村项目,ADM,一般公共预算,2130505,31005,%s,年初预算,2025-02-10", n, amount)
}

// One number with 65 rows is one document and one voucher; budget lines that are missing are made and found again by what the
// province calls them. The list brought again adds nothing.
func TestIndicatorsOfOneNumberAreOneVoucher(t *testing.T) {
	t.Parallel()
	b, desks := importingBureau(t)
	bai := desks["bai budget_officer"]
	second := b.desksMore("gu", "budget_officer")
	var villages, rows []string
	for n := 1; n <= 65; n++ {
		villages = append(villages, fmt.Sprintf("2025-10-%03d,第%d村,ADM,64030325000%03d", n, n, n))
		rows = append(rows, villageRow(n, "100000.01"))
	}
	tree := bai.list("villages", "项目代码,项目名称,核算单位代码,外部项目代码\n"+strings.Join(villages, "\n")+"\n")
	tree.Project = "2025-10"
	_, err := bai.takesIn(tree)
	b.must(err)
	list := bai.indicators(append(rows, "合计,,,,,,,,6500000.65,,")...)
	if p := bai.previews(list); len(p.Problems) > 0 || p.Counts[projects.NewRow] != 1 || p.Differences[0].Detail != "65 rows, 6500000.65" {
		t.Fatalf("preview %+v", p)
	}
	i, err := bai.takesIn(list)
	b.must(err)
	again, err := bai.takesIn(list)
	b.must(err)
	docs := b.submitted()
	if i.Rows != 65 || i.Added != 1 || again.ID != i.ID || len(docs) != 1 {
		t.Fatalf("taken in as %+v, %d documents", i, len(docs))
	}
	if n := b.countAll(`select count(*) from accounting.vouchers`); n != 0 {
		t.Errorf("the list posted %d vouchers by itself", n)
	}
	if _, err := bai.take(&docs[0], "approve"); fault.Code(err) != "duty_taken" {
		t.Errorf("who brought the list approves it: %v", err)
	}
	_, err = second.take(&docs[0], "approve")
	b.must(err)
	if n := b.countAll(`select count(*) from accounting.vouchers where source = 'I1' and line_count = 260 and memo like '%红财指〔2025〕7号%' and attachment_count = 1 and date = '2025-02-10'`); n != 1 {
		t.Errorf("%d vouchers of 65 lines", n)
	}
	if n := b.countAll(`select count(*) from accounting.positions where account = '9301.01' and debit - credit = 100000.01`); n != 65 {
		t.Errorf("%d lines have it available", n)
	}
	if n := b.countAll(`select count(*) from projects.external_codes where budget_line_id is not null and code like '2025/64030325000%/一般公共预算/2130505/31005'`); n != 65 {
		t.Errorf("%d budget lines are known by the province's codes", n)
	}
	// Another list of the year: one number the same, one new on the same lines, and a number changed is refused with both figures.
	next := bai.indicators(append(rows, "红财指〔2025〕19号,2025,64030325000001,,,一般公共预算,2130505,31005,-40000,追减,2025-03-01")...)
	if p := bai.previews(next); p.Counts[projects.SameRow] != 1 || p.Counts[projects.NewRow] != 1 || len(p.Problems) > 0 {
		t.Errorf("the next list: %+v", p)
	}
	rows[4] = villageRow(5, "100000.02")
	if _, err := bai.takesIn(bai.indicators(rows...)); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), "2025-10-005/2025 100000.01 here, 100000.02 in the list") {
		t.Errorf("a changed number: %v", err)
	}
	if p := bai.previews(bai.indicators("红财指〔2025〕8号,2025,64030325000001,,,一般公共预算,2130505,31005,1.00,,2025-03-01")); p.Counts[projects.MissingThere] != 1 {
		t.Errorf("a list without the first number: %+v", p)
	}
	_, err = bai.takesIn(next)
	b.must(err)
	_, err = second.take(&b.submitted()[0], "approve")
	b.must(err)
	if n := b.countAll(`select count(*) from accounting.vouchers where source = 'I3-' and line_count = 2`); n != 1 {
		t.Errorf("%d reductions", n)
	}
}

// What a contract holds is not cut: the list is refused with the row, and so is the approval when it came between.
func TestIndicatorsDoNotCutWhatIsHeld(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	cut := func(number, amount string) projects.ImportRequest {
		return b.finance.indicators(number + ",2025,2025-05,卫生院,卫健局,一般公共预算,2100302,31001," + amount + ",追减,2025-03-10")
	}
	b.must(func() error { _, err := b.finance.takesIn(cut("红财指〔2025〕40号", "-1000000.00")); return err }())
	b.mustCarry("contract", clinicContract())
	_, err := b.finance.takesIn(cut("红财指〔2025〕41号", "-800000.01"))
	if fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), "row 3: budget line 2025-05/2025: asked to cut 800000.01; contracts hold 7800000.00, requests 0.00, frozen 0.00, spent 0.00: at most 800000.00 may be cut") {
		t.Errorf("in the list: %v", err)
	}
	waiting := b.submitted()
	if _, err := b.desksMore("gu", "budget_officer").take(&waiting[0], "approve"); fault.Code(err) != "budget_exceeded" || !strings.Contains(err.Error(), "contracts hold 7800000.00") || !strings.Contains(err.Error(), "at most 800000.00 may be cut") {
		t.Errorf("at the approval: %v", err)
	}
}

// Each row that cannot be an indicator is named; none is taken in.
func TestIndicatorRowsThatAreNone(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	b.node("2025-06", "ADM")
	row := func(number, year, project, nature, amount, origin, day string) string {
		return strings.Join([]string{number, year, project, "某项目", "", nature, "2100302", "31001", amount, origin, day}, ",")
	}
	for name, x := range map[string]struct{ rows, want string }{
		"an unknown project":    {row("甲1号", "2025", "640303999", "一般公共预算", "1.00", "", "2025-03-01"), "row 3: 项目代码 640303999 某项目 is not known here"},
		"another year":          {row("甲1号", "2025", "2025-05", "一般公共预算", "1.00", "", "2025-03-01") + "\n" + row("甲2号", "2026", "2025-05", "一般公共预算", "1.00", "", "2026-03-01"), "row 4: year 2026, the rows above say 2025"},
		"another nature":        {row("甲1号", "2025", "2025-05", "社保基金", "1.00", "", "2025-03-01"), "资金性质"},
		"nothing":               {row("甲1号", "2025", "2025-05", "一般公共预算", "0", "", "2025-03-01"), "issues nothing"},
		"two days of a number":  {row("甲1号", "2025", "2025-05", "一般公共预算", "1.00", "", "2025-03-01") + "\n" + row("甲1号", "2025", "2025-05", "一般公共预算", "1.00", "", "2025-03-02"), "row 3 says otherwise"},
		"a day of another year": {row("甲1号", "2025", "2025-05", "一般公共预算", "1.00", "", "2024-03-01"), "issued in its year"},
		"a formula's total":     {row("甲1号", "2025", "2025-05", "一般公共预算", "1.00", "", "2025-03-01") + "\n合计,,,,,,,,1.01,,", "the total states 1.01 yuan, the rows come to 1.00"},
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
