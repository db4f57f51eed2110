package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/uptrace/bun"
	"golang.org/x/net/html"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
	"mingzhang/seeds"
)

// rowOf is the table row whose first cell begins with a text.
func (r *reader) rowOf(first string) (cells []*html.Node) {
	r.t.Helper()
	for tr := range nodes(r.page, "tr") {
		var found []*html.Node
		for c := range nodes(tr, "th", "td") {
			found = append(found, c)
		}
		if len(found) > 4 && (words(found[0]) == first || strings.HasPrefix(words(found[0]), first+" ")) {
			return found
		}
	}
	r.t.Fatalf("%s has no row %q", r.at, first)
	return nil
}

func shown(m *accounting.Money) string {
	if m == nil {
		return "—"
	}
	return web.Grouped(m.String())
}

func reconciled(t *testing.T, b *bureau, day string) *projects.Reconciliation {
	t.Helper()
	report, err := projects.Reconcile(accounting.WithReader(t.Context(), accounting.Operator), b.db, projects.ReconcileQuery{Book: seeds.DemoBook, AsOf: accounting.MustDate(day)})
	b.must(err)
	return report
}

// The overview shows what the reconciliation says, to the fen; every figure's lines add up to it; what has no plan says so
// and is named under the total.
func TestOverviewIsTheReconciliation(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	r := b.reads(t, "auditor")
	for _, day := range []string{"2025-06-30", "2025-12-31", "2026-06-30"} {
		report := reconciled(t, b, day)
		r.get("/projects?lang=zh").get("/projects?measure=yuan&open=all&as_of=" + day)
		for _, p := range append(report.Projects, projects.ProjectRow{Code: "合计", Figures: report.Total}) {
			issued := p.Approved.Sub(*p.ToIssue)
			want := []string{shown(p.Plan), shown(p.Approved), shown(&issued), shown(p.HeldByContract), shown(p.HeldByRequest), shown(p.Executed), shown(p.ExecutedTotal), shown(p.Available), shown(p.Certified)}
			if p.Plan == nil {
				want[0] = "无计划数"
			}
			cells := r.rowOf(p.Code)
			for i, text := range want {
				if got := words(cells[i+2]); got != text {
					t.Errorf("%s, %s, column %d: the page says %s, the reconciliation %s", day, p.Code, i, got, text)
				}
			}
		}
		for _, code := range report.WithoutPlan {
			r.sees("不含无计划数的项目", code)
		}
	}
}

// Each figure of a programme leads to lines whose last sum is the figure.
func TestFiguresLeadToTheirLines(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	r := b.reads(t, "auditor").get("/projects?lang=zh")
	for _, day := range []string{"2025-10-31", "2026-06-30"} {
		report := reconciled(t, b, day)
		for _, p := range report.Projects {
			if p.Parent != "" && p.Code != "2025-08-2" {
				continue
			}
			r.get("/projects?measure=yuan&open=all&as_of=" + day)
			for _, c := range r.rowOf(p.Code)[3:11] {
				for a := range nodes(c, "a") {
					addsUp(t, r, attribute(a, "href"), words(c))
				}
			}
		}
	}
	for _, figure := range []string{"advance", "payable", "retention"} {
		addsUp(t, r, "/projects/2025-07?tab=ledger&as_of=2025-08-31&figure="+figure, map[string]string{"advance": shown(at(t, b, "2025-08-31", "2025-07").Advance), "payable": shown(at(t, b, "2025-08-31", "2025-07").Payable), "retention": shown(at(t, b, "2025-08-31", "2025-07").Retention)}[figure])
	}
	r.get("/projects/2025-06?tab=funds&as_of=2026-06-30")
	for _, code := range []string{"2025-06-1/2025", "2025-06-2/2026"} {
		r.get("/projects/2025-06?tab=funds&as_of=2026-06-30")
		for _, c := range r.rowOf(code)[3:10] {
			for a := range nodes(c, "a") {
				addsUp(t, r, attribute(a, "href"), words(c))
			}
		}
	}
}

func at(t *testing.T, b *bureau, day, code string) projects.ProjectRow {
	t.Helper()
	for _, p := range reconciled(t, b, day).Projects {
		if p.Code == code {
			return p
		}
	}
	t.Fatalf("no %s", code)
	return projects.ProjectRow{}
}

// addsUp adds the lines of an address up and compares with the figure that led there.
func addsUp(t *testing.T, r *reader, to, figure string) {
	t.Helper()
	var sum accounting.Money
	last := "0.00"
	for page := to; page != ""; {
		next := ""
		here := *r
		here.get(page)
		for a := range nodes(here.page, "a") {
			if attribute(a, "rel") == "next" {
				next = attribute(a, "href")
			}
		}
		for tr := range nodes(here.page, "tr") {
			var cells []string
			for c := range nodes(tr, "th", "td") {
				cells = append(cells, words(c))
			}
			if len(cells) == 11 && strings.HasPrefix(cells[0], "20") {
				sum = sum.Add(yuan(t, cells[8])).Sub(yuan(t, cells[9]))
				last = cells[10]
			}
		}
		page = next
	}
	if want := strings.TrimPrefix(figure, "-"); last != figure || strings.TrimPrefix(web.Grouped(sum.String()), "-") != want {
		t.Errorf("%s: the figure is %s, the lines come to %s, the last sum is %s", to, figure, sum, last)
	}
}

func yuan(t *testing.T, text string) accounting.Money {
	t.Helper()
	if text == "" {
		return accounting.Money{}
	}
	m, err := accounting.ParseMoney(strings.ReplaceAll(text, ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A unit's people see what their unit keeps or leads and no other; an address of another unit's project leads nowhere,
// on whichever tab.
func TestUnitsSeeTheirOwnProjectsOnly(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	for account, sees := range map[string][2]string{"clerk-105": {"2025-04", "2025-05"}, "lead-105": {"2025-04", "2025-05"}, "head-107": {"2025-06-1", "2025-04"}} {
		r := b.reads(t, account).get("/projects?lang=zh").get("/projects?open=all&as_of=2025-12-31")
		r.rowOf(sees[0])
		if strings.Contains(r.text, sees[1]) {
			t.Errorf("%s sees %s on the overview", account, sees[1])
		}
		if r.get("/projects/" + sees[0]); r.status != http.StatusOK {
			t.Errorf("%s does not see %s: %d", account, sees[0], r.status)
		}
		for _, tab := range []string{"", "funds", "contracts", "certificates", "payments", "ledger", "vouchers", "files", "reconciliation"} {
			if r.get("/projects/" + sees[1] + "?tab=" + tab); r.status != http.StatusNotFound {
				t.Errorf("%s, another unit's project, %s: %d", account, tab, r.status)
			}
		}
	}
	r := b.reads(t, "auditor")
	for _, nowhere := range []string{"/projects/nix", "/projects/2025-05?tab=nix"} {
		if r.get(nowhere); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", nowhere, r.status)
		}
	}
	if r.get("/projects/2025-05?tab=ledger&figure=nix"); r.status != http.StatusUnprocessableEntity && r.status != http.StatusBadRequest {
		t.Errorf("an unknown figure: %d", r.status)
	}
}

// The overview is filtered in its address: by unit, leader, kind and light; the total is of what is shown.
func TestOverviewIsFiltered(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	r := b.reads(t, "inspector").get("/projects?lang=zh")
	for query, want := range map[string][]string{
		"leader=" + url.QueryEscape("杨继东"): {"2025-06", "2025-07", "2025-08"},
		"kind=award":                       {"2025-04"},
		"unit=106":                         {"2025-05"},
		"leader=" + url.QueryEscape("慈小荣") + "&kind=works": {"2025-05"},
		"light=green&kind=fund":                            nil,
	} {
		r.get("/projects?as_of=2025-12-31&measure=yuan&" + query)
		var got []string
		for i := range 10 {
			if code := fmt.Sprintf("2025-%02d", i+1); strings.Contains(words(r.page), code+" ") {
				got = append(got, code)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	r.get("/projects?as_of=2025-12-31&kind=works").sees("单位：万元", "按元显示")
	var sum accounting.Money
	for _, p := range reconciled(t, b, "2025-12-31").Projects {
		if p.Parent == "" && p.Certified != nil {
			sum = sum.Add(*p.Approved)
		}
	}
	r.get("/projects?as_of=2025-12-31&kind=works&measure=yuan")
	if got := words(r.rowOf("合计")[3]); got != web.Grouped(sum.String()) {
		t.Errorf("the works have %s approved, the total says %s", sum, got)
	}
}

// The parts of a ladder fill its bar exactly and come to the plan, or to what was approved; every chart says in words what it shows.
func TestChartsAddUp(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	r := b.reads(t, "auditor").get("/projects?lang=zh")
	for _, day := range []string{"2025-06-30", "2026-06-30"} {
		for _, p := range reconciled(t, b, day).Projects {
			if p.Parent != "" {
				continue
			}
			r.get("/projects/" + p.Code + "?as_of=" + day)
			whole := p.Approved.Add(p.ExecutedTotal.Sub(*p.Executed))
			if p.Plan != nil && p.Plan.Cmp(whole) > 0 {
				whole = *p.Plan
			}
			var sum accounting.Money
			parts := 0
			for table := range nodes(r.page, "table") {
				if attribute(table, "class") != "parts" {
					continue
				}
				for body := range nodes(table, "tbody") {
					for tr := range nodes(body, "tr") {
						for td := range nodes(tr, "td") {
							if attribute(td, "class") == "money" {
								sum, parts = sum.Add(yuan(t, words(td))), parts+1
							}
						}
					}
				}
			}
			if !sum.Equal(whole) || parts == 0 && whole.Sign() > 0 {
				t.Errorf("%s on %s: %d parts come to %s, not %s", p.Code, day, parts, sum, whole)
			}
			drawn(t, r)
		}
	}
	for svg := range nodes(r.get("/projects?as_of=2025-10-31").page, "svg") {
		if attribute(svg, "class") != "stackline" {
			continue
		}
		end := 0
		for rect := range nodes(svg, "rect") {
			if !strings.Contains(attribute(rect, "class"), "part") {
				continue
			}
			from, err := strconv.Atoi(attribute(rect, "x"))
			b.must(err)
			width, err := strconv.Atoi(attribute(rect, "width"))
			b.must(err)
			if from != end {
				t.Errorf("a part begins at %d, the one before ends at %d", from, end)
			}
			end = from + width
		}
		if end != 10000 {
			t.Errorf("the parts end at %d of 10000", end)
		}
	}
	drawn(t, r)
}

// drawn says that every chart has a title and a description, whose identities are their own, and no colour of its own.
func drawn(t *testing.T, r *reader) {
	t.Helper()
	for svg := range nodes(r.page, "svg") {
		if attribute(svg, "role") != "img" {
			if attribute(svg, "aria-hidden") != "true" {
				t.Errorf("%s: a drawing that is neither named nor hidden", r.at)
			}
			continue
		}
		if attribute(svg, "aria-label") != "" {
			continue
		}
		said := 0
		for id := range strings.FieldsSeq(attribute(svg, "aria-labelledby")) {
			for n := range nodes(svg, "title", "desc") {
				if attribute(n, "id") == id && words(n) != "" {
					said++
				}
			}
		}
		if said != 2 {
			t.Errorf("%s: a chart says %d of title and description", r.at, said)
		}
	}
}

// The S-curve ends where the books are: paid and certified of all years.
func TestMonthsComeToTheLadder(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	for _, day := range []string{"2025-07-15", "2025-12-31", "2026-06-30"} {
		for _, p := range reconciled(t, b, day).Projects {
			if p.Parent != "" || p.Certified == nil {
				continue
			}
			var paid, certified accounting.Money
			b.must(accounting.Read(accounting.WithReader(t.Context(), accounting.Operator), b.db, func(ctx context.Context, tx bun.Tx) error {
				_, ids, err := projects.Below(ctx, tx, seeds.DemoBook, p.Code)
				b.must(err)
				rows, err := accounting.MonthRows(ctx, tx, accounting.ReconcileQuery{Book: seeds.DemoBook, AsOf: accounting.MustDate(day), Projects: ids})
				for _, m := range rows {
					paid, certified = paid.Add(m.Executed), certified.Add(m.Certified)
				}
				return err
			}))
			if !paid.Equal(*p.ExecutedTotal) || !certified.Equal(*p.Certified) {
				t.Errorf("%s on %s: the months paid %s and certified %s, the ladder %s and %s", p.Code, day, paid, certified, p.ExecutedTotal, p.Certified)
			}
		}
	}
}

// A project's vouchers are counted n of N in its own sequence, whoever looks and on whichever page.
func TestProjectVouchersAreCounted(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	r := b.reads(t, "auditor").get("/projects?lang=zh").get("/projects/2025-06?tab=vouchers")
	n := 0
	for tr := range nodes(r.page, "tr") {
		for c := range nodes(tr, "th") {
			if place, of, ok := strings.Cut(words(c), "/"); ok && attribute(c, "scope") == "row" {
				n++
				if place != fmt.Sprint(n) || !strings.Contains(r.text, "共 "+of+" 条") {
					t.Errorf("voucher %d is counted %s of %s", n, place, of)
				}
			}
		}
	}
	if n < 10 {
		t.Errorf("%d vouchers", n)
	}
}

// What the notice says stands there with its words, the figure marked in the sentence.
func TestFactsComeWithTheirSentence(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	r := b.reads(t, "inspector").get("/projects?lang=zh").get("/projects/2025-05").sees("8,600,000 元", "计划投入资金", "860 万元", "新建大河乡卫生院综合楼", "责任领导：慈小荣")
	var marked []string
	for m := range nodes(r.page, "mark") {
		marked = append(marked, words(m))
	}
	if got := strings.Join(marked, " "); !strings.HasPrefix(got, "860 万元 一栋") {
		t.Errorf("marked: %s", got)
	}
	r.get("/projects/2025-04").sees("约 5,000,000 元")
	r.get("/projects/2025-03-2").sees("6,000,000.00", "无计划数", "三类监测户")
}
