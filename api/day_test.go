package api_test

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// Everybody's day in a real browser, in one bureau: what the one sends on waits on the other's desk. Beside it everybody opens every
// page of the menu, on the office's screen and on a telephone. Whatever the browser complains about fails, and what lies wrong.
func TestADayOfEachRole(t *testing.T) {
	b := demonstration(t)
	root := starts(t, office, "zh-CN")
	t.Run("menus", func(t *testing.T) {
		t.Parallel()
		h := b.houses(t, root)
		for _, account := range []string{"clerk-106", "head-106", "lead-106", "budget", "treasury", "accountant", "auditor", "inspector", "admin"} {
			t.Run(account, func(t *testing.T) { h.at(t, account).roams() })
		}
		for _, account := range []string{"clerk-106", "budget"} { // between them they open every page
			t.Run(account+" in English", func(t *testing.T) { h.at(t, account).visits("/desk?lang=en").roams() })
		}
	})
	t.Run("days", func(t *testing.T) {
		t.Parallel()
		h := b.houses(t, root)
		for _, day := range []struct {
			name string
			does func(*testing.T, *house)
		}{
			{"the administrator", dayOfTheAdministrator},
			{"the budget officer and the second person", dayOfTheBudget},
			{"the clerk and the head of the unit", dayOfTheUnit},
			{"the lead unit", dayOfTheLeadUnit},
			{"the treasury", dayOfTheTreasury},
			{"the bank", dayOfTheBank},
			{"the accountant", dayOfTheAccountant},
			{"the auditor", dayOfTheAuditor},
			{"the inspection", dayOfTheInspection},
		} {
			t.Run(day.name, func(t *testing.T) { day.does(t, h) })
		}
	})
}

// house is the bureau in one Chromium: everybody sits at a window of their own, with cookies of their own, and stays signed in.
type house struct {
	*bureau
	root    context.Context //nolint:containedctx // the browser's, in which windows are opened
	lies    string          // folder where what is downloaded lies
	windows map[string]*chromium
}

func (b *bureau) houses(t *testing.T, root context.Context) *house {
	t.Helper()
	return &house{bureau: b, root: root, lies: t.TempDir(), windows: map[string]*chromium{}}
}

// at is somebody's window.
func (h *house) at(t *testing.T, account string) *chromium {
	t.Helper()
	c := h.windows[account]
	if c == nil {
		ctx, _ := chromedp.NewContext(h.root, chromedp.WithNewBrowserContext()) // it is closed with its browser
		c = &chromium{t: t, url: h.url, lies: h.lies, shots: t.ArtifactDir()}
		c.window(ctx, office, true)
		_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(ctx).BrowserContextID, DownloadPath: h.lies})
		h.must(err)
		c.is(account)
		if c.path() == "/role" { // who has two chooses the first
			c.press(`form[action="/role"] button`)
		}
		h.windows[account] = c
	}
	c.t, c.shots = t, t.ArtifactDir()
	return c
}

// roams opens every page of the menu, on the office's screen and on a telephone.
func (c *chromium) roams() {
	c.t.Helper()
	for _, path := range c.all(`nav.menu a`, "pathname") {
		c.press(`nav.menu a[href="` + path + `"]`).narrow()
	}
}

// narrow looks at the page as it lies on a telephone.
func (c *chromium) narrow() *chromium {
	c.t.Helper()
	c.do(chromedp.EmulateViewport(telephone.width, telephone.height))
	c.narrowed = "-narrow"
	c.looks()
	c.narrowed = ""
	c.do(chromedp.EmulateViewport(office.width, office.height))
	return c
}
