package api_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mingzhang/accounting"
)

// figures are the links of a page to the lines behind its figures, with what the figures say.
func (r *reader) figures() map[string]string {
	all := map[string]string{}
	for a := range nodes(r.page, "a") {
		if to := attribute(a, "href"); strings.HasPrefix(to, "/lines?") {
			all[to] = strings.ReplaceAll(words(a), ",", "")
		}
	}
	return all
}

// adds reads the lines behind a figure as a table and adds them up, apart from the total that the table itself states.
func (r *reader) adds(t *testing.T, figure string) (sum accounting.Money) {
	t.Helper()
	u, err := url.Parse(figure)
	r.must(err)
	q, rows := u.Query(), r.table(t, figure)
	var debit, credit accounting.Money
	for _, row := range rows[1 : len(rows)-1] {
		for i, side := range []*accounting.Money{&debit, &credit} {
			if text := row[len(row)-2+i]; text != "" {
				*side = side.Add(accounting.MustMoney(text))
			}
		}
	}
	switch {
	case q.Get("figure") == "debit":
		return debit
	case q.Get("figure") == "credit":
		return credit
	case q.Get("normal_side") == "credit":
		return credit.Sub(debit)
	}
	return debit.Sub(credit)
}

// table reads a page's table as the CSV it offers.
func (r *reader) table(t *testing.T, page string) [][]string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+page+"&format=csv", nil)
	r.must(err)
	req.Header.Set("Accept", "text/html")
	res, err := r.client.Do(req)
	r.must(err)
	defer func() { _ = res.Body.Close() }()
	rows, err := csv.NewReader(res.Body).ReadAll()
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", page, res.StatusCode, err)
	}
	return rows
}

// Every figure of the trial balance and of the reconciliation is the sum of the lines it leads to, to the fen, for whoever looks.
func TestEveryFigureOfTheBooksIsTheSumOfItsLines(t *testing.T) {
	b := demonstration(t)
	for account, pages := range map[string][]string{
		"auditor": {"/trial-balance?as_of=2025-12-31", "/trial-balance?as_of=2025-12-31&after_closing=true&basis=authority", "/trial-balance?as_of=2025-06-15&by=project&basis=financial", "/trial-balance?as_of=2026-03-31&by=budget_line&basis=budgetary", "/trial-balance?as_of=2025-09-30&from=2025-07&project=2025-09&below=true",
			"/reconciliation?as_of=2025-12-31", "/reconciliation?as_of=2026-03-31&unit=106", "/reconciliation/2025-05?as_of=2026-03-31"},
		"clerk-105": {"/trial-balance?as_of=2025-12-31", "/reconciliation?as_of=2026-03-31"},
	} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			r, sums := b.reads(t, account), map[string]accounting.Money{}
			for _, page := range pages {
				r.get(page)
				if r.status != http.StatusOK {
					t.Fatalf("%s: %d %s", page, r.status, words(r.page))
				}
				figures := r.figures()
				if len(figures) < 8 {
					t.Errorf("%s has only %d figures", page, len(figures))
				}
				everyFigureLeadsOn(t, r, page)
				for figure, said := range figures {
					sum, known := sums[figure]
					if !known {
						sum = r.adds(t, figure)
						sums[figure] = sum
					}
					if sum.String() != said {
						t.Errorf("%s: %s says %s, its lines come to %s", page, figure, said, sum)
					}
				}
			}
			t.Logf("%d figures", len(sums))
		})
	}
}

// everyFigureLeadsOn fails for an amount in the body of a table that leads nowhere; rows of checks add up what stands below them.
func everyFigureLeadsOn(t *testing.T, r *reader, page string) {
	t.Helper()
	bare := 0
	for body := range nodes(r.page, "tbody") {
		for cell := range nodes(body, "td") {
			if !strings.Contains(attribute(cell, "class"), "money") || words(cell) == "" || words(cell) == "—" {
				continue
			}
			linked := false
			for range nodes(cell, "a") {
				linked = true
			}
			if !linked && !checked(body) {
				bare++
			}
		}
	}
	if bare > 0 && !strings.HasPrefix(page, "/reconciliation/") { // there the plan and what follows from it are worked out beside
		t.Errorf("%s: %d figures lead nowhere", page, bare)
	}
}

// checked says whether a table is the one of debits against credits, or of open items of the treasury.
func checked(body *html.Node) bool {
	for c := range nodes(body.Parent, "caption") {
		said := words(c)
		return strings.HasPrefix(said, "试算平衡") || strings.HasPrefix(said, "未了事项")
	}
	return false
}

// From a figure one comes to its lines, to the voucher, to its document, and back; the voucher is corrected from its page.
func TestAFigureIsFollowedToItsDocument(t *testing.T) {
	b := demonstration(t)
	r := b.reads(t, "budget").get("/reconciliation/2025-05?as_of=2025-12-31")
	r.follows("8,327,200.00").sees("数字的来历", "8,327,200.00", "2025-03 记-0007")
	r.follows("2025-03 记-0007").sees("财务会计", "预算会计", "预算指标", "1214.02 预付工程款", "制单", "审核", "记账", "单位序号", "卫健局")
	voucher := r.at
	r.follows("支付申请 ZF-2025-0004").sees("ZF-2025-0004").follows("2025-03 记-0007")
	if r.at != voucher {
		t.Errorf("from the document one comes to %s, not back to %s", r.at, voucher)
	}
	r.follows("冲销并更正")
	if got := r.form("/documents/new"); got.Get("voucher") != "2025-03 记-0007" {
		t.Errorf("the correction is of %q", got.Get("voucher"))
	}
	r.get("/vouchers/2025-03/7").follows("1214.02 预付工程款").sees("明细账 1214.02 预付工程款", "期初余额", "2,340,000.00")
	r.get("/vouchers/2025-09/11").sees("冲销", "2025-09 记-0009").follows("2025-09 记-0009").sees("已被冲销", "被冲销于")
	if r.get("/vouchers/2025-09/999"); r.status != http.StatusNotFound {
		t.Errorf("a voucher that is not there: %d", r.status)
	}
}

// Vouchers are found by period, unit, event and text, and the head says how many there are and what they come to.
func TestVouchersAreFound(t *testing.T) {
	b := demonstration(t)
	r := b.reads(t, "inspector")
	r.get("/vouchers?from=2025-03&to=2025-03").sees("共 12 条")
	r.get("/vouchers?from=&to=&source=red").sees("没有凭证")
	r.get("/vouchers?from=&to=&search=12,000.00").sees("【示例】3户退票")
	r.get("/vouchers?from=&to=&search=2025-06+%E8%AE%B0-0004").sees("共 1 条", "2025-06 记-0004")
	r.get("/vouchers?from=2025-03&to=2025-03&unit=106").sees("单位序号 n/N", "1/")
	all := r.get("/vouchers?from=&to=").text
	for page := 0; strings.Contains(r.text, `rel="next"`) && page < 20; page++ {
		r.follows("下一页")
	}
	if all == r.text || strings.Contains(r.text, `rel="next"`) {
		t.Error("the pages do not end")
	}
	clerk := b.reads(t, "clerk-105").get("/vouchers?from=&to=")
	if strings.Contains(clerk.text, "2025-07 城区照明") {
		t.Error("the clerk sees another unit's vouchers")
	}
}

// The log is searched by person, time and act, and says in words what was done.
func TestTheOperationLogIsSearched(t *testing.T) {
	b := demonstration(t)
	var names []string
	b.must(b.db.NewRaw(`select distinct name from accounting.commands`).Scan(t.Context(), &names))
	r := b.reads(t, "auditor").get("/log?format=csv")
	for _, raw := range names {
		if strings.Contains(r.text, ","+raw+",") {
			t.Errorf("the log says %s", raw)
		}
	}
	r.get("/log?name=payment.confirm").sees("确认到账", "2025-12 记-0007")
	r.get("/log?actor=payer&from=2020-01-01&to=2020-01-02").sees("没有符合条件的操作")
	r.get("/log?of=refusals").sees("拒绝")
	if r := b.reads(t, "clerk-105").get("/log"); r.status != http.StatusForbidden {
		t.Errorf("a clerk reads the log: %d", r.status)
	}
}

// The pages of the books lie well on the office's screen and on a telephone, in both languages, with and without script.
func TestTheBooksInABrowser(t *testing.T) {
	b := demonstration(t)
	for _, way := range []struct {
		name, accept string
		script       bool
		screen       screen
	}{{"zh", "zh-CN", true, office}, {"en without script", "en-US", false, office}, {"zh on a telephone", "zh-CN", true, telephone}} {
		t.Run(way.name, func(t *testing.T) {
			c := b.opens(t, way.screen, way.accept, way.script).is("auditor")
			for _, page := range []string{"/vouchers?from=2025-09&to=2025-09&unit=106", "/vouchers/2025-09/11", "/trial-balance?as_of=2025-12-31", "/trial-balance?as_of=2025-06-30&by=budget_line&measure=wan", "/accounts/1613?as_of=2025-12-31",
				"/lines?account=9401&as_of=2025-12-31", "/reconciliation?as_of=2025-12-31", "/reconciliation/2025-08?as_of=2025-12-31", "/periods?year=2025", "/periods/2025-14", "/audit?year=2025", "/log", "/log?of=refusals"} {
				c.visits(page)
			}
		})
	}
}

// Each figure of the budget's ladder leads to its account's statement, whose opening balance and lines come to the figure.
func TestEveryFigureOfTheBudgetIsItsStatement(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	for account, least := range map[string]int{"budget": 60, "clerk-105": 3} {
		r, seen := b.reads(t, account), 0
		for _, year := range []string{"2025", "2026"} {
			r.get("/budget?year=" + year)
			for to, said := range r.ladder(t) {
				if came := r.comesTo(t, to); came.String() != said {
					t.Errorf("%s: the budget says %s, the statement comes to %s", to, said, came)
				}
				seen++
			}
		}
		if seen < least {
			t.Errorf("%s: only %d figures of the budget lead to a statement", account, seen)
		}
	}
}

// ladder are the figures of the budget's table of lines other than zero, by the address each leads to.
func (r *reader) ladder(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for table := range nodes(r.page, "table") {
		for caption := range nodes(table, "caption") {
			if !strings.HasPrefix(words(caption), "指标 ") {
				continue
			}
			for body := range nodes(table, "tbody") {
				for cell := range nodes(body, "td") {
					to, said := "", strings.ReplaceAll(words(cell), ",", "")
					if !strings.Contains(attribute(cell, "class"), "money") || said == "0.00" {
						continue
					}
					for a := range nodes(cell, "a") {
						to = attribute(a, "href")
					}
					if !strings.HasPrefix(to, "/accounts/") {
						t.Errorf("%s: %s leads to %q, not to a statement", r.at, said, to)
					}
					all[to] = said
				}
			}
		}
	}
	return all
}

// comesTo adds up the lines of a statement of authority after its opening balance, apart from the sums the statement states.
func (r *reader) comesTo(t *testing.T, statement string) accounting.Money {
	t.Helper()
	rows := r.table(t, statement)
	opening, sides := rows[1], [2]accounting.Money{}
	for _, row := range rows[2 : len(rows)-1] {
		for i := range sides {
			if text := row[len(row)-3+i]; text != "" {
				sides[i] = sides[i].Add(accounting.MustMoney(text))
			}
		}
	}
	moved := sides[0].Sub(sides[1])
	if strings.HasPrefix(statement, "/accounts/9101?") { // what is approved stands on the credit side, what became of it on the debit
		moved = moved.Neg()
	}
	return accounting.MustMoney(opening[len(opening)-1]).Add(moved)
}
