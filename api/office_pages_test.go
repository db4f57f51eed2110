package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// The book is the demonstration's; nobody's browser runs a script.
func TestPagesOfInspection(t *testing.T) {
	b := demonstration(t)
	t.Run("a unit files the entry of a month, mends it, and says why the work is less far", func(t *testing.T) { progressByPages(t, b) })
	t.Run("the overview has the figures of its JSON and counts joint programmes once", func(t *testing.T) { overviewByPages(t, b) })
	t.Run("each point of a light leads to what it is made of", func(t *testing.T) { lightsByPages(t, b) })
	t.Run("the overdue list says who owes what, and leads to where it is done", func(t *testing.T) { overdueByPages(t, b) })
	t.Run("payments have their days, by unit and each", func(t *testing.T) { daysByPages(t, b) })
	t.Run("a unit does not open the office's overview", func(t *testing.T) {
		if r := b.reads(t, "clerk-106").get("/inspection"); r.status != http.StatusForbidden {
			t.Errorf("the overview for a clerk: %d", r.status)
		}
	})
}

func progressByPages(t *testing.T, b *bureau) {
	clerk := b.reads(t, "clerk-107").get("/progress").sees("进度填报", "2025-07", "填报进度")
	if strings.Contains(clerk.text, "/projects/2025-08") {
		t.Error("another unit's project is on the list")
	}
	const to = "/progress/2025-07"
	form := clerk.get(to+"?month=2026-10").sees("历次填报", "60.00%").form(to)
	for name, value := range map[string]string{"percent": "70.5", "problems": "灯杆到货滞后", "measures": "约谈供货单位", "date": "2026-11-05"} {
		form.Set(name, value)
	}
	clerk.send(to, form).sees("2026-10 的进度已填报", "70.50%", "灯杆到货滞后")
	if n := count(t, b, `select count(*) from projects.progress_entries where month = 202610 and percent = 70.5`); n != 1 {
		t.Fatalf("%d entries of one form", n)
	}
	if clerk.send(to, form).sees("70.50%"); count(t, b, `select count(*) from projects.progress_entries where month = 202610 and percent = 70.5`) != 1 {
		t.Error("a double click filed twice")
	}

	mended := clerk.get(to + "?month=2026-10").form(to)
	if mended.Get("percent") != "70.50" || mended.Get("problems") != "灯杆到货滞后" {
		t.Errorf("the entry that is mended is not filled in: %v", mended)
	}
	mended.Set("percent", "50")
	clerk.send(to, mended).sees("形象进度下降须说明原因")
	if again := clerk.form(to); clerk.status != http.StatusUnprocessableEntity || again.Get("percent") != "50" || again.Get("problems") != "灯杆到货滞后" || again.Get("month") != "2026-10" || again.Get("key") == mended.Get("key") {
		t.Errorf("the refused form: %d %v", clerk.status, again)
	}
	clerk.fills(to, map[string]string{"reason": "上月误报"}).sees("已填报", "50.00%", "已更正", "上月误报")
	for field, wrong := range map[string]string{"percent": "一半", "month": "2026-13", "date": "5 月"} {
		if r := clerk.get(to).fills(to, map[string]string{"percent": "60", field: wrong}); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s %q: %d %s", field, wrong, r.status, words(r.page))
		}
	}
	if r := clerk.send("/progress/2025-08", form); r.status != http.StatusNotFound {
		t.Errorf("another unit's project: %d", r.status)
	}
	if r := b.reads(t, "inspector").get(to).sees("历次填报"); strings.Contains(r.text, `name="percent"`) {
		t.Error("who reads only is asked for an entry")
	}
	b.reads(t, "clerk-107").get("/projects/2025-07?tab=progress").sees("历次填报", "50.00%").follows("填报进度").sees("存在问题")
}

func overviewByPages(t *testing.T, b *bureau) {
	r := b.reads(t, "inspector")
	var o projects.Overview
	r.json("/overview?as_of=2025-10-31", &o)
	r.get("/inspection?as_of=2025-10-31&measure=yuan").sees(o.Formula.ZH, "合计（共同项目只计一次）", web.Grouped(o.Total.Plan.String()), web.Grouped(o.Total.ExecutedTotal.String()), *o.Total.Lag, "无计划数")
	var sum accounting.Money
	joint := false
	for _, g := range o.ByUnit {
		r.sees(g.Name)
		if g.Plan != nil {
			r.sees(web.Grouped(g.Plan.String()))
			sum = sum.Add(*g.Plan)
		}
		joint = joint || len(g.Joint) > 0
	}
	if !joint || sum.Cmp(*o.Total.Plan) <= 0 {
		t.Errorf("no joint programme: units come to %s, the total is %s", sum, o.Total.Plan)
	}
	for _, g := range o.ByUnit {
		if g.Lag == nil {
			continue
		}
		r.get("/inspection?"+url.Values{"as_of": {"2025-10-31"}, "unit": {g.Name}}.Encode()).sees("滞后 = "+*g.TimeProgress+" − "+*g.PaymentProgress+" = "+*g.Lag, web.Grouped(g.PaidOfPlan.String()))
		for _, code := range g.Programmes {
			r.sees(code)
		}
	}
	for _, path := range []string{"/api/v1/project-register?format=xlsx&as_of=2025-10-31", "/api/v1/project-register/print?as_of=2025-10-31", "/inspection?format=xlsx"} {
		if r.get(path); r.status != http.StatusOK {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

func lightsByPages(t *testing.T, b *bureau) {
	r := b.reads(t, "inspector")
	var o projects.Overview
	r.json("/overview?as_of=2025-10-31", &o)
	for _, p := range o.Programmes {
		r.get("/inspection/"+p.Code+"?as_of=2025-10-31").sees("亮灯规则", p.Name)
		for _, point := range p.Points {
			r.sees(point.ZH)
		}
		if p.NoPlan != (p.Lag == nil) {
			t.Errorf("%s: no plan %v, lag %v", p.Code, p.NoPlan, p.Lag)
		}
	}
	r.get("/inspection/2025-07?as_of=2025-10-31").follows("历次填报").sees("进度")
	r.get("/inspection/2025-07?as_of=2025-10-31").follows("支付明细").sees("2025-07")
	if r.get("/inspection/2025-99"); r.status != http.StatusNotFound {
		t.Errorf("a programme that is none: %d", r.status)
	}
}

func overdueByPages(t *testing.T, b *bureau) {
	r := b.reads(t, "inspector")
	var all struct{ Items []projects.OverdueItem }
	r.json("/overdue?as_of=2026-10-31", &all)
	r.get("/overdue?as_of=2026-10-31")
	for _, i := range all.Items {
		r.sees(i.WhyZH)
	}
	if len(all.Items) == 0 {
		t.Fatal("nothing is overdue in the demonstration")
	}
	r.get("/overdue?as_of=2026-10-31&kind=progress_entry").follows("进度未填报").sees("历次填报")
	if clerk := b.reads(t, "clerk-107").get("/overdue?as_of=2026-10-31").sees("2025-07"); strings.Contains(clerk.text, "/projects/2025-08") {
		t.Error("a unit sees what others owe")
	}
	if r.get("/overdue?as_of=yesterday"); r.status != http.StatusBadRequest {
		t.Errorf("a day that is none: %d", r.status)
	}
}

func daysByPages(t *testing.T, b *bureau) {
	r := b.reads(t, "inspector")
	var days struct{ Payments []projects.PaymentDays }
	r.json("/payment-days?limit=5", &days)
	r.get("/payment-days").sees("待库款", "中位数")
	for _, p := range days.Payments {
		r.sees(p.Request, web.Grouped(p.Amount.String()), p.Total)
	}
	r.follows(days.Payments[0].Request).sees("签署记录")
}

// What concerns a unit stands on its desk, and only there; who looks only is told of nothing.
func TestAlertsOnTheDesk(t *testing.T) {
	b := demonstration(t)
	var desk struct {
		Alerts []struct{ Kind, Text, Project string }
	}
	clerk := b.reads(t, "clerk-107").get("/desk").sees("提醒", "未填报进度：2025-07", "应于 2025-08 完成", "进度待填报")
	clerk.json("/desk", &desk)
	kinds := map[string]int{}
	for _, a := range desk.Alerts {
		kinds[a.Kind]++
		if a.Project != "" && !strings.HasPrefix(a.Project, "2025-06") && a.Project != "2025-07" {
			t.Errorf("an alert of another unit's project: %v", a)
		}
		clerk.sees(a.Text)
	}
	if kinds["progress_entry"] == 0 || kinds["completion"] == 0 || kinds["entry_due"] != 1 {
		t.Errorf("alerts: %v", kinds)
	}
	clerk.follows("逾期未完成").sees("2025-07")
	clerk.get("/desk").follows("进度待填报").sees("填报进度", "2025-07")
	b.reads(t, "clerk-107").get("/desk?lang=en").sees("Alerts", "no progress entry of")
	for account, none := range map[string]string{"inspector": "提醒", "auditor": "提醒", "clerk-105": "2025-07"} {
		if r := b.reads(t, account).get("/desk"); strings.Contains(words(r.page), none) {
			t.Errorf("%s is told %q", account, none)
		}
	}
	b.reads(t, "admin").get("/desk").sees("提醒", "没有成功的备份").follows("备份过期").sees("备份")
}
