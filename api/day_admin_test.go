package api_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// The administrator brings a supervisor into the book: person, role and account by document, each approved by the bureau; the start
// password is read once by who approved and changed by whom it is for.
func dayOfTheAdministrator(t *testing.T, h *house) {
	admin, bureau := h.at(t, "admin"), h.at(t, "budget-head")
	admin.visits("/settings/people").writes("code", "supervisor-1", "name", "示例·监理", "unit", "106").press(`form[action="/settings/people"] p.buttons button.main`).sees("示例·监理 已登记", "今天没有角色")
	person := admin.visits("/settings/people/supervisor-1").path()
	for _, paper := range [][]string{{"授予角色", "role", "supervisor", "from", "2026-11-01", "date", "2026-11-01"}, {"开通账号", "date", "2026-11-01"}} {
		admin.visits(person).follows(paper[0]).writes(paper[1:]...).follows("保存草稿").does("提交").sees("已提交")
		bureau.visits("/documents/" + admin.document()).does("审批").sees("已审批")
	}
	admin.visits(person).sees("监理", "在岗")
	bureau.visits("/settings/accounts").press(`form[action="/settings/accounts/start-password"] p.buttons button`).sees("示例·监理 的初始口令")
	password := bureau.all("main td:last-child", "innerText")[0]

	admin.visits("/settings").sees("工程流程", "次月 5 日").follows("修改")
	admin.visits("/settings/accounts").sees("supervisor-1")
	admin.visits("/settings/sign-ins").visits("/settings/tokens")

	ctx, _ := chromedp.NewContext(h.root, chromedp.WithNewBrowserContext())
	c := &chromium{t: t, url: h.url, lies: h.lies, shots: t.ArtifactDir()}
	c.window(ctx, office, true)
	h.windows["supervisor-1"] = c
	const own = "一串足够长的新口令0001"
	c.visits("/sign-in").writes("book", "640303900", "account", "supervisor-1", "password", password).press("form button.main")
	c.writes("old", password, "new", own, "again", own).press("form button.main")
	c.visits("/desk").sees("示例·监理", "没有等您办理的单据")
	admin.visits("/settings/sign-ins?account=supervisor-1").sees("登录成功")
}
