package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/seeds"
)

// The book is the demonstration's; nobody's browser runs a script.
func TestPagesOfSettings(t *testing.T) {
	b := demonstration(t)
	t.Run("the settings in effect lead to the document that changes them", func(t *testing.T) { settingsByPages(t, b) })
	t.Run("a unit and a project join the book and are mended", func(t *testing.T) { projectByPages(t, b) })
	t.Run("a person joins, gets a role and an account, signs in, and is shut out", func(t *testing.T) { personByPages(t, b) })
	t.Run("sources and codes are registered once, and what is wrong is said beside the field", func(t *testing.T) { registersByPages(t, b) })
	t.Run("a token is revoked by its owner or the administrator", func(t *testing.T) { tokensByPages(t, b) })
	t.Run("the chart is searched by code, name and basis", func(t *testing.T) {
		r := b.reads(t, "auditor").get("/settings/chart").sees("9301.01", "1002.02")
		if r.get("/settings/chart?basis=authority").sees("9101"); strings.Contains(words(r.page), "1002.02") {
			t.Error("the basis does not restrict")
		}
	})
}

func settingsByPages(t *testing.T, b *bureau) {
	r := b.reads(t, "budget").get("/settings").sees("工程流程", "至少 5 人", "黄灯 5.00，红灯 15.00", "次月 5 日", "没有成功的备份").follows("修改")
	if form := r.form("/documents/new"); form.Get("flows.0.flow") != "works" || form.Get("flows.0.minimum_persons") != "5" {
		t.Errorf("the document begins with %v", form)
	}
	lights := r.get("/documents/new?kind=setting&lights.yellow=5.00&lights.red=15.00").form("/documents/new")
	lights.Set("lights.yellow", "8")
	lights.Set("lights.red", "20")
	lights.Set("date", "2026-11-20")
	for name := range lights {
		if strings.HasPrefix(name, "flows.") || strings.HasPrefix(name, "approval_bands.") {
			lights.Del(name)
		}
	}
	r.send("/documents/new", lights).sees("已保存")
	id := strings.TrimSuffix(strings.Split(r.at, "/")[2], "?done=kept")
	steps(r, id, "submit")
	steps(b.reads(t, "budget-head"), id, "approve")
	r.get("/settings").sees("黄灯 8.00，红灯 20.00")
	b.reads(t, "inspector").get("/inspection").sees("超过 8.00 为黄")
	if unit := b.reads(t, "clerk-105").get("/settings").sees("工程流程"); strings.Contains(words(unit.page), "备份") || strings.Contains(unit.text, "kind=setting&amp;") {
		t.Error("a unit sees backups, or is offered to change settings")
	}
}

func projectByPages(t *testing.T, b *bureau) {
	r := b.reads(t, "budget")
	unit := r.get("/settings/units").form("/settings/units")
	unit.Set("code", "112")
	unit.Set("name", "水务局")
	if r.send("/settings/units", unit); r.status != http.StatusUnprocessableEntity || r.form("/settings/units").Get("name") != "水务局" {
		t.Errorf("a unit without a kind: %d %s", r.status, words(r.page))
	}
	r.fills("/settings/units", map[string]string{"kind": "administrative"}).sees("单位“水务局”已登记", "112")
	if r.get("/settings/units").fills("/settings/units", map[string]string{"code": "112", "name": "又一个", "kind": "other"}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.text, `id="code.wrong"`) {
		t.Errorf("a code twice: %d", r.status)
	}
	r.get("/settings/units").follows("112").fills("/settings/units/112", map[string]string{"name": "区水务局"}).sees("已更名为“区水务局”")

	const to = "/settings/projects/"
	node := r.get("/settings/projects").follows("新建项目").form(to + "new")
	for name, value := range map[string]string{"code": "2025-11", "name_zh": "农村饮水", "name_en": "Rural water", "kind": "programme", "type": "works", "due_month": "2026-13"} {
		node.Set(name, value)
	}
	if r.send(to+"new", node); r.status != http.StatusUnprocessableEntity || r.form(to+"new").Get("name_zh") != "农村饮水" {
		t.Errorf("a month that is none: %d", r.status)
	}
	r.fills(to+"new", map[string]string{"due_month": "2026-12", "stated_amount": "１２0,000.00"}).sees("项目 2025-11 已登记", "120,000.00")
	const own = to + "2025-11"
	r.fills(own+"/unit", map[string]string{"unit": "112"}).sees("已修改", "区水务局")
	r.fills(own+"/rename", map[string]string{"name_zh": "农村饮水安全"}).sees("农村饮水安全")
	r.fills(own+"/dates", map[string]string{"due_month": "2026-11"}).sees("2026-11")
	if r.fills(own+"/dates", map[string]string{"due_month": "明年"}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.text, `id="due_month.wrong"`) {
		t.Errorf("a due month that is none: %d", r.status)
	}

	r.get(own)
	form := r.form(own + "/parties")
	form.Set("parties.0.role", "lead")
	form.Set("parties.0.name", "区水务局")
	form.Set("more", "parties")
	r.send(own+"/parties", form)
	form = r.form(own + "/parties")
	if form.Get("parties.0.name") != "区水务局" || !form.Has("parties.1.name") {
		t.Fatalf("one row more: %v", form)
	}
	form.Set("parties.1.role", "leader")
	form.Set("parties.1.name", "杨继东")
	r.send(own+"/parties", form).sees("已修改")
	if n := count(t, b, `select count(*) from projects.node_parties p join projects.nodes n using (book_id, node_id) where n.code = '2025-11' and p.valid and (p.role = 'leader' or p.unit_id is not null)`); n != 2 {
		t.Errorf("%d parties", n)
	}

	if r.get(own).fills(own+"/plan", map[string]string{"amount": "1", "rate": "2"}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a lump sum and a rate: %d", r.status)
	}
	r.get(own).fills(own+"/plan", map[string]string{"rate": "80.5", "measure": "户", "note": "入户"}).sees("未知", "80.5")
	quantity := r.form(own + "/quantity")
	line := ""
	for n := range nodes(r.page, "option") {
		if strings.Contains(words(n), "入户") {
			line = attribute(n, "value")
		}
	}
	quantity.Set("line", line)
	quantity.Set("new_quantity", "1,000")
	r.send(own+"/quantity", quantity).sees("80,500.00")
	b.reads(t, "inspector").get("/inspection").sees("农村饮水安全", "区水务局")
	if clerk := b.reads(t, "clerk-105").get(own); clerk.status != http.StatusForbidden {
		t.Errorf("the set-up of a project for a clerk: %d", clerk.status)
	}
}

// document drafts, submits and approves by two persons, and answers the document.
func (b *bureau) document(t *testing.T, maker, checker *reader, link string, fields map[string]string) string {
	t.Helper()
	form := maker.get(link).form("/documents/new")
	for name, value := range fields {
		form.Set(name, value)
	}
	maker.send("/documents/new", form).sees("已保存")
	id := strings.TrimSuffix(strings.Split(maker.at, "/")[2], "?done=kept")
	steps(maker, id, "submit")
	steps(checker, id, "approve")
	return id
}

func personByPages(t *testing.T, b *bureau) {
	admin, budget := b.reads(t, "admin"), b.reads(t, "budget-head")
	admin.get("/settings/people").fills("/settings/people", map[string]string{"code": "clerk-new", "name": "马小云", "unit": "105"}).sees("马小云 已登记", "今天没有角色")
	if admin.get("/settings/people").fills("/settings/people", map[string]string{"code": "clerk-new", "name": "又一个", "unit": "105"}); admin.status != http.StatusUnprocessableEntity {
		t.Errorf("a code twice: %d", admin.status)
	}
	admin.get("/settings/people/clerk-new").fills("/settings/people/clerk-new", map[string]string{"name": "马晓云"}).sees("已更名为“马晓云”")

	link := func(text string) string {
		for n := range nodes(admin.page, "a") {
			if words(n) == text {
				return attribute(n, "href")
			}
		}
		t.Fatalf("no link %s", text)
		return ""
	}
	grant := link("授予角色")
	b.document(t, admin, budget, grant, map[string]string{"role": "project_clerk", "from": "2026-11-01", "date": "2026-11-01"})
	admin.get("/settings/people/clerk-new").sees("项目单位经办", "2026-11-01", "在岗")
	id := b.document(t, admin, budget, link("开通账号"), map[string]string{"date": "2026-11-01"})
	if admin.get("/settings/accounts").sees("clerk-new", "待取初始口令"); strings.Contains(words(admin.page), "显示初始口令") {
		t.Error("who made the document is offered the start password")
	}
	form := budget.get("/settings/accounts").sees("待交付的初始口令（1）").form("/settings/accounts/start-password")
	if form.Get("document") != id {
		t.Fatalf("the form is %v, the document %s", form, id)
	}
	budget.send("/settings/accounts/start-password", form).sees("马晓云 的初始口令", "clerk-new")
	var password string
	for td := range nodes(budget.page, "td") {
		password = words(td)
	}
	if len(password) != 19 || budget.status != http.StatusOK {
		t.Fatalf("the password is %q", password)
	}
	if budget.send("/settings/accounts/start-password", form); budget.status != http.StatusConflict || strings.Contains(budget.text, password) {
		t.Errorf("the password once more: %d", budget.status)
	}
	budget.get("/settings/accounts").sees("没有待交付的初始口令")

	person := b.nobody(t)
	person.get("/sign-in").fills("/sign-in", map[string]string{"book": "640303900", "account": "clerk-new", "password": password})
	if person.get("/desk"); person.at != "/password" {
		t.Fatalf("a start password leads to %s", person.at)
	}
	person.fills("/password", map[string]string{"old": password, "new": "一串足够长的新口令0001", "again": "一串足够长的新口令0001"})
	if person.get("/desk").sees("工作台"); person.at != "/desk" {
		t.Fatalf("after the change it leads to %s", person.at)
	}

	admin.get("/settings/sign-ins?account=clerk-new").sees("登录成功")
	admin.get("/settings/accounts").fills("/settings/accounts/disable", map[string]string{"account": "clerk-new", "reason": "已调离"}).sees("账号 clerk-new 已停用")
	if person.get("/desk"); !strings.HasPrefix(person.at, "/sign-in") {
		t.Errorf("a disabled account still sees %s", person.at)
	}
	b.document(t, admin, budget, "/documents/new?kind=departure&person=clerk-new", map[string]string{"successor": "clerk-105", "left_on": "2026-11-10", "date": "2026-11-09"})
	admin.get("/settings/people/clerk-new").sees("离岗", "示例·教育局经办")
	if other := b.reads(t, "clerk-106").get("/settings/people"); strings.Contains(words(other.page), "教育局") {
		t.Error("a unit sees another unit's people")
	}
}

func registersByPages(t *testing.T, b *bureau) {
	r := b.reads(t, "budget")
	form := r.get("/settings/sources").form("/settings/sources")
	for name, value := range map[string]string{"code": "gift", "name": "社会捐赠", "kind": "donation"} {
		form.Set(name, value)
	}
	r.send("/settings/sources", form).sees("社会捐赠", "已登记")
	r.send("/settings/sources", form)
	if n := count(t, b, `select count(*) from projects.funding_sources where code = 'gift'`); n != 1 || r.status != http.StatusOK {
		t.Errorf("a form sent twice: %d sources, %d", n, r.status)
	}
	if r.get("/settings/sources").fills("/settings/sources", map[string]string{"code": "gift", "name": "又", "kind": "bond"}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.text, `id="code.wrong"`) {
		t.Errorf("a code twice: %d", r.status)
	}
	r.get("/settings/codes").fills("/settings/codes", map[string]string{"system": "省一体化", "code": "P-2025-05", "project": "2025-05"}).sees("P-2025-05", "大河乡卫生院")
	if r.get("/settings/codes").fills("/settings/codes", map[string]string{"system": "省一体化", "code": "P-2025-06"}); r.status != http.StatusUnprocessableEntity || r.form("/settings/codes").Get("code") != "P-2025-06" {
		t.Errorf("a code of nothing: %d", r.status)
	}
}

func tokensByPages(t *testing.T, b *bureau) {
	var by accounting.Actor
	b.must(b.db.NewRaw(`select person_id as person, unit_id as unit from accounting.persons where book_id = ? and code = 'treasury'`, seeds.DemoBook).Scan(t.Context(), &by.Person, &by.Unit))
	_, err := api.CreateToken(t.Context(), b.db, accounting.Command{Book: seeds.DemoBook, Key: "token", Name: "token.create", By: by}, api.NewToken{Person: "treasury", Role: "treasury_officer", Valid: 3600e9})
	b.must(err)
	if r := b.reads(t, "budget").get("/settings/tokens").sees("没有令牌"); r.status != http.StatusOK {
		t.Errorf("tokens of others: %d", r.status)
	}
	r := b.reads(t, "treasury").get("/settings/tokens").sees("有效", "国库股")
	form := r.form("/settings/tokens/revoke")
	for n := range nodes(r.page, "option") {
		if v := attribute(n, "value"); v != "" {
			form.Set("id", v)
		}
	}
	if other := b.reads(t, "budget").send("/settings/tokens/revoke", url.Values{"key": {"x"}, "id": form["id"]}); other.status != http.StatusNotFound {
		t.Errorf("another's token: %d", other.status)
	}
	r.send("/settings/tokens/revoke", form).sees("已吊销")
}
