package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
	"mingzhang/seeds"
)

// proposes proposes a close on the period's page.
func (r *reader) proposes(period string) *reader {
	r.t.Helper()
	return r.get("/periods/"+period).fills("/periods/"+period+"/close-proposals", map[string]string{"confirmed": "true"})
}

// closesOnPages closes a period by two people on its page.
func (b *bureau) closesOnPages(t *testing.T, period string) {
	t.Helper()
	b.reads(t, "budget-head").proposes(period).sees("已申请结账 " + period)
	b.reads(t, "budget").get("/periods/"+period).fills("/periods/"+period+"/close", map[string]string{"confirmed": "true"}).sees(period + " 已结账。")
}

// A period is proposed for closing by one who may and confirmed by another, once nothing stands in the way, and only in its turn.
func TestAPeriodIsClosedOnItsPageByTwo(t *testing.T) {
	b := demonstration(t)
	const propose, confirm, withdraw = "/periods/2025-10/close-proposals", "/periods/2025-10/close", "/periods/2025-10/withdraw-close"
	maker, checker := b.reads(t, "budget"), b.reads(t, "budget-head")
	maker.get("/periods?year=2025").sees("未结账", "十二个月结账").follows("去结账 2025-10")
	maker.get("/periods/2025-11").sees("前面的月份没有结账", "期间 2025-10 还没有结账").follows("先结 2025-10").sees("没有阻碍，可以申请结账", "支出对账")
	if strings.Contains(maker.text, `action="`+confirm+`"`) || strings.Contains(maker.text, withdraw) {
		t.Error("a close can be confirmed that nobody has proposed")
	}
	maker.fills(propose, nil).sees("请勾选后再申请结账")
	sent := maker.form(propose)
	sent.Set("confirmed", "true")
	maker.send(propose, sent).sees("已申请结账 2025-10，等待另一人确认。", "示例·预算股经办已申请结账", "申请人不能确认自己的申请")
	maker.send(propose, sent).sees("已申请结账 2025-10，等待另一人确认。") // a second click does it once
	if strings.Contains(maker.text, `action="`+confirm+`"`) {
		t.Error("who has proposed is offered to confirm")
	}
	maker.get("/").sees("没有")
	if strings.Contains(maker.text, "等待结账确认") {
		t.Error("the close waits for who has proposed it")
	}
	// what the page does not offer is refused when it is sent
	own := maker.get("/periods/2025-10").form(withdraw)
	own.Set("proposal", "1")
	own.Set("confirmed", "true")
	maker.send(confirm, own).sees("同一人不得在同一单据或同一结账上承担两项职责", "谁申请结账，谁就不能确认")

	checker.get("/").sees("等待结账确认", "期间 2025-10 等待结账确认", "示例·预算股经办").follows("期间 2025-10 等待结账确认").sees("结账申请", "申请时凭证张数")
	checker.fills(withdraw, map[string]string{"reason": ""}).sees("原因")
	checker.get("/periods/2025-10").fills(withdraw, map[string]string{"reason": "漏记一张凭证"}).sees("已撤回 2025-10 的结账申请。", "没有结账的申请", "漏记一张凭证", "已撤回")
	old := checker.proposes("2025-10").get("/periods/2025-10").form(withdraw) // as shown to the checker, who has proposed now
	maker.get("/periods/2025-10").fills(confirm, nil).sees("请勾选确认后再结账")
	sent = maker.form(confirm)
	sent.Set("confirmed", "true")
	maker.send(confirm, sent).sees("2025-10 已结账。", "凭证树根")
	maker.send(confirm, sent).sees("2025-10 已结账。") // a second click does it once
	day := time.Now().In(web.Shanghai).Format("2006-01-02")
	cover := b.printer(t, "treasury", "treasury_officer").print("month", "/periods/2025-10/vouchers/print")
	if !strings.Contains(bare(cover), "结账申请示例·预算股负责人"+day+"结账确认示例·预算股经办"+day) {
		t.Errorf("the cover says %.300s", cover)
	}
	old.Set("reason", "晚了")
	checker.send(withdraw, old).sees("没有他人提出的有效结账申请", "第 2 次结账申请已于")
	b.reads(t, "auditor").get("/periods/2025-10").sees("已结账", "示例·预算股负责人", "示例·预算股经办", "漏记一张凭证").get("/log").sees("申请结账", "撤回结账申请", "结账")
	if r := b.reads(t, "clerk-105").get("/periods/2025-11"); strings.Contains(r.text, "/close") {
		t.Error("a clerk is offered to close")
	}
}

// What was proposed and then overtaken by a voucher is shown with the arithmetic, told to whoever may close, and proposed anew.
func TestAVoucherOvertakesAProposal(t *testing.T) {
	b := demonstration(t)
	maker, checker := b.reads(t, "budget"), b.reads(t, "budget-head")
	maker.proposes("2025-10").sees("等待另一人确认")
	shown := checker.get("/periods/2025-10").form("/periods/2025-10/close")
	var was int
	b.must(b.db.NewRaw(`select count(*) from accounting.vouchers v where v.period = 202510`).Scan(t.Context(), &was))
	b.postsInto("2025-10-25")
	shown.Set("confirmed", "true")
	checker.send("/periods/2025-10/close", shown).sees("申请结账后又有凭证记入", fmt.Sprintf("申请时 %d 张凭证，现有 %d 张，多 1 张", was, was+1), "结账申请已过时")
	if strings.Contains(checker.text, `action="/periods/2025-10/close"`) {
		t.Error("an overtaken proposal can still be confirmed")
	}
	for _, r := range []*reader{maker, checker} {
		r.get("/").sees("结账申请过时", "期间 2025-10 的结账申请之后又记入凭证 1 张")
	}
	checker.follows("结账申请过时").fills("/periods/2025-10/close-proposals", map[string]string{"confirmed": "true"}).sees("示例·预算股负责人已申请结账", "已过时")
	maker.get("/periods/2025-10").fills("/periods/2025-10/close", map[string]string{"confirmed": "true"}).sees("2025-10 已结账。")
}

// A close that has waited since another day is an alert, and what was closed before two persons were needed reads as it was.
func TestClosesThatWaitAndClosesOfOne(t *testing.T) {
	b := demonstration(t)
	b.reads(t, "budget").proposes("2025-10")
	super := pgtest.Superuser(t, b.db)
	_, err := super.ExecContext(t.Context(), `alter table accounting.close_proposals disable trigger all; update accounting.close_proposals set proposed_at = now() - interval '3 days'`)
	b.must(err)
	b.reads(t, "budget-head").get("/").sees("结账待确认", "期间 2025-10 等待结账确认，由示例·预算股经办申请")
	_, err = super.ExecContext(t.Context(), `alter table accounting.periods disable trigger all; alter table accounting.close_proposals disable trigger all; delete from accounting.close_proposals;
		update accounting.periods set state = 'closed', root = sha256(''), tree_size = last_number, closed_at = now(), closed_by_one = true, closed_by = (select person_id from accounting.persons where code = 'budget-head') where period = 202501`)
	b.must(err)
	b.reads(t, "auditor").get("/periods?year=2025").sees("一人结账（当时的规定）", "示例·预算股负责人")
}

// postsInto posts a voucher of a day past the documents, as a program of the bureau does.
func (b *bureau) postsInto(day string) {
	b.t.Helper()
	books := accounting.NewBooks(b.db)
	b.t.Cleanup(books.Close)
	var by struct{ Maker, Head accounting.PersonID }
	b.must(b.db.NewRaw(`select (select person_id from accounting.persons where code = 'budget') as maker, (select person_id from accounting.persons where code = 'budget-head') as head`).Scan(b.t.Context(), &by.Maker, &by.Head))
	_, err := projects.Record(b.t.Context(), books, b.db, accounting.Command{Book: seeds.DemoBook, Key: "late " + day, Name: "event.approve", By: accounting.Actor{Person: by.Head, Role: "system"}},
		projects.Approve{Head: projects.Head{Date: accounting.MustDate(day), DocumentNo: "示例〔2025〕99号", PreparedBy: by.Maker, Attachments: 1}, Draw: projects.Draw{BudgetLine: "2025-10/2025", Amount: accounting.MustMoney("1.00")}})
	b.must(err)
}

// Two people at their own screens close a month in Chromium, with script and without: one looks and proposes, the other finds it on
// the desk, confirms it, and the first sees it closed. A withdrawal in between leaves its reason.
func TestTwoCloseAMonthInABrowser(t *testing.T) {
	b := demonstration(t)
	for n, way := range []struct {
		name   string
		screen screen
		script bool
	}{{"with script", office, true}, {"without script, narrow", telephone, false}} {
		t.Run(way.name, func(t *testing.T) {
			month := []string{"2025-10", "2025-11"}[n]
			maker, checker := b.opens(t, way.screen, "zh-CN", way.script).is("budget"), b.opens(t, way.screen, "zh-CN", way.script).is("budget-head")
			form := func(path string) string { return `form[action="/periods/` + month + path + `"] ` }
			proposes := func() {
				t.Helper()
				maker.visits("/periods/"+month).sees("没有阻碍，可以申请结账", "张凭证，申请结账").ticks(form("/close-proposals") + "[name=confirmed]").press(form("/close-proposals") + "button.main")
				maker.sees("已申请结账 "+month+"，等待另一人确认。", "示例·预算股经办已申请结账", "申请人不能确认自己的申请")
			}
			maker.visits("/periods?year=2025").sees("年终结账步骤", "未结账", "去结账 "+month)
			proposes()
			checker.visits("/").sees("期间 " + month + " 等待结账确认").press(`a[href="/periods/` + month + `"]`)
			checker.types(map[string]string{"reason": "漏记一张凭证"}).press(form("/withdraw-close")+"button.main").sees("已撤回 "+month+" 的结账申请。", "漏记一张凭证")
			proposes()
			checker.visits("/periods/" + month).sees("申请时凭证张数").press(form("/close") + "button.main").sees("请勾选确认后再结账")
			checker.ticks(form("/close")+"[name=confirmed]").press(form("/close")+"button.main").sees(month+" 已结账。", "凭证树根")
			maker.visits("/periods?year=2025").sees("已结账", "示例·预算股负责人")
		})
	}
}
