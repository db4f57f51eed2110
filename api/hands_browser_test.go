package api_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Two clicks make one thing, and so does going back and sending again, with the script and without it; who goes back and says something
// else is told, and nothing typed is lost.
func TestTwiceInABrowser(t *testing.T) {
	b := demonstration(t)
	requests := func() int {
		return count(t, b, `select count(*) from projects.documents where kind = 'payment_request'`)
	}
	for name, script := range map[string]bool{"with the script": true, "without the script": false} {
		t.Run(name, func(t *testing.T) {
			c := b.opens(t, office, "zh-CN", script).is("clerk-106").visits(requestForm)
			before := requests()
			c.types(feeOf("1,100.00"))
			c.leads("two clicks", chromedp.DoubleClick(chromedp.CSS(`form.entry p.buttons button.main`)))
			c.sees("已保存", "1,100.00")
			id := c.document()
			c.back().clicks(`form.entry p.buttons button.main`)
			if again := c.document(); again != id || requests() != before+1 {
				t.Errorf("%d requests were made, %s and %s", requests()-before, id, again)
			}
			c.back().writes("purpose", "另一件事").clicks(`form.entry p.buttons button.main`)
			if requests() != before+1 {
				t.Errorf("%d requests were made", requests()-before)
			}
			c.sees("这张表已经提交过")

			c.visits("/documents/" + id + "/review?verb=file")
			c.leads("two clicks", chromedp.DoubleClick(chromedp.CSS(`form.entry p.buttons button.main`)))
			c.sees("已填报")
			c.back().clicks(`form.entry p.buttons button.main`)
			c.sees("已填报")
			if n := count(t, b, `select count(*) from projects.acts where document_id = ? and verb = 'file'`, id); n != 1 {
				t.Errorf("it was filed %d times", n)
			}
		})
	}
}

// back goes to the page before.
func (c *chromium) back() *chromium {
	c.t.Helper()
	return c.leads("going back", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[any](`history.back(), null`))
		return err
	}))
}

// clicks presses what lies at a place of the screen: of a page that was gone back to, the browser does not tell its parts anew.
func (c *chromium) clicks(css string) *chromium {
	c.t.Helper()
	var x, y float64
	at := c.asks(`(function () { var e = document.querySelector(` + quoted(css) + `); e.scrollIntoView({block: "center"}); var r = e.getBoundingClientRect(); return (r.left + r.width / 2) + " " + (r.top + r.height / 2); })()`)
	if _, err := fmt.Sscan(at, &x, &y); err != nil {
		c.fails("%s: %v", css, err)
	}
	return c.leads(css, chromedp.MouseClickXY(x, y))
}

// feeOf is a small request as it is typed.
func feeOf(amount string) map[string]string {
	return map[string]string{"date": "2026-11-20", "node": "2025-05", "payment": "fees", "purpose": "检测费", "economic_class": "31005", "sources.0.budget_line": "2025-05/2026", "sources.0.amount": amount,
		"payees.0.payee": "SK-2025-0002", "payees.0.amount": amount, "payees.0.kind": "other"}
}

// The keyboard reaches every control of the main form in the order it is read, and one sees where it is; the form is filled in and kept
// without a mouse.
func TestKeyboardReachesEverything(t *testing.T) {
	b := demonstration(t)
	c := b.opens(t, office, "zh-CN", true).is("clerk-106").visits(requestForm)
	want := c.all(`a[href], button:not([tabindex="-1"]), input:not([type=hidden]):not(.menu-shown), select, textarea, summary, [tabindex="0"]`, "outerHTML")
	var reached []string
	for i := 0; i < 3*len(want); i++ {
		c.do(chromedp.KeyEvent(kb.Tab))
		at := c.asks(`document.activeElement === document.body ? "" : document.activeElement.outerHTML`)
		if at == "" {
			break
		}
		if len(reached) > 0 && reached[len(reached)-1] == at { // the parts of a day, and its calendar
			continue
		}
		reached = append(reached, at)
		if seen := c.asks(`(function () { var e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
			return s.outlineStyle != "none" && parseFloat(s.outlineWidth) >= 2 && r.bottom > 0 && r.top < window.innerHeight && r.right > 0 && r.left < window.innerWidth; })()`); seen != "true" {
			t.Errorf("one does not see that the keyboard is at %.100s", at)
		}
	}
	if !slices.Equal(reached, want) {
		for i := range want {
			if i >= len(reached) || reached[i] != want[i] {
				t.Fatalf("the keyboard reaches %d of %d; it should be at %.120s, it is at %.120s", len(reached), len(want), want[i], reached[min(i, len(reached)-1)])
			}
		}
	}

	c.visits(requestForm)
	for _, field := range [][2]string{{"node", "2025-05"}, {"payment", "fees"}, {"purpose", "inspection"}, {"economic_class", "31005"}, {"sources.0.budget_line", "2025-05/2026"}, {"sources.0.amount", "1200"}, {"payees.0.payee", "SK-2025-0002"}, {"payees.0.amount", "1200"}, {"payees.0.kind", "other"}} {
		c.tabs(`document.activeElement.name`, field[0])
		if c.asks(`document.activeElement.tagName`) != "SELECT" {
			c.do(chromedp.KeyEvent(field[1]))
			continue
		}
		for c.asks(`document.activeElement.value`) != field[1] {
			before := c.asks(`document.activeElement.selectedIndex`)
			c.do(chromedp.KeyEvent(kb.ArrowDown))
			if c.asks(`document.activeElement.selectedIndex`) == before {
				c.fails("%s does not come to %s by the keyboard", field[0], field[1])
			}
		}
	}
	c.tabs(`document.activeElement.tagName + document.activeElement.className`, "BUTTONmain")
	c.leads("Enter", chromedp.KeyEvent(kb.Enter)).sees("已保存", "inspection", "1,200.00", "示例监理公司")
	c.visits("/desk").do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Tab))
	if past := c.asks(`document.activeElement.closest("main") !== null`); past != "true" {
		t.Error("the skip link does not lead past the menu")
	}
}

// tabs goes on by the Tab key until the keyboard is where a script of the test says.
func (c *chromium) tabs(where, want string) {
	c.t.Helper()
	for range 120 {
		if c.do(chromedp.KeyEvent(kb.Tab)); c.asks(where) == want {
			return
		}
	}
	c.fails("the keyboard does not come to %s", want)
}
