package api_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// The office at a real browser: nothing on its console, nothing wider than the screen, on the office's screen and on a telephone, in
// both languages, with and without script.
func TestOfficeAtABrowser(t *testing.T) {
	b := demonstration(t)
	b.offersFirstStart()
	for _, at := range []struct {
		screen screen
		lang   string
		script bool
	}{{office, "zh-CN", true}, {telephone, "en", false}} {
		c := b.opens(t, at.screen, at.lang, at.script).is("clerk-107").visits("/progress").visits("/progress/2025-07").visits("/overdue").visits("/me")
		c.visits("/progress/2025-07?month=2026-09").types(map[string]string{"percent": "66", "problems": "灯杆到货滞后"}).press(`form[action="/progress/2025-07"] button.main`).sees("66.00%")
		c.is("inspector").visits("/inspection").visits("/inspection/2025-07").visits("/payment-days")
		for _, path := range []string{"/settings", "/settings/units", "/settings/units/107", "/settings/people", "/settings/people/clerk-107", "/settings/projects", "/settings/projects/new", "/settings/projects/2025-02", "/settings/sources", "/settings/codes", "/settings/chart"} {
			c.is("budget").visits(path)
		}
		c.is("admin").visits("/settings/accounts").visits("/settings/sign-ins").visits("/settings/tokens")
	}
}

// A real book is made at a browser without script, from the sign-in to the administrator's first look at it.
func TestFirstStartAtABrowser(t *testing.T) {
	b := demonstration(t)
	b.offersFirstStart()
	c := b.opens(t, office, "zh-CN", false).visits("/sign-in").press(`a[href="/first-start"]`)
	said := firstForm()
	delete(said, "notice")
	c.types(said).press("button.main").sees("初始口令", "王经办")
	password, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](`document.querySelector("tbody tr td:last-child").innerText.trim()`))
	b.must(err)
	c.press("button.main").sees("账套已建立")
	c.types(map[string]string{"password": password}).press("button.main").sees("修改口令")
	c.types(map[string]string{"old": password, "new": "管理员自己的口令0001", "again": "管理员自己的口令0001"}).press("button.main")
	c.visits("/settings/people").sees("王经办", "国库股")
}
