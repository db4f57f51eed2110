package api_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium is a real browser at the service, as one person sits at it. Whatever it complains about fails the test: an error on
// its console, something the content policy forbids, an answer of 500, a page wider than the screen.
type chromium struct {
	t        *testing.T
	ctx      context.Context
	url      string
	shots    string
	pictures string // folder of the README's pictures; empty: none are kept
	lies     string // folder where what is downloaded lies
	who      string // who sits there
	narrowed string // in the name of a picture of the same page on a telephone
	number   int
	mu       sync.Mutex
	wrong    []string
}

// screen is how people look: the office's usual screen, or a telephone.
type screen struct{ width, height int64 }

var (
	office    = screen{1366, 768}
	telephone = screen{420, 800}
)

// opens starts a browser for one person. Its program is Debian's chromium.
func (b *bureau) opens(t *testing.T, s screen, lang string, script bool) *chromium {
	t.Helper()
	c := &chromium{t: t, url: b.url, shots: t.ArtifactDir()}
	c.window(starts(t, s, lang), s, script)
	return c
}

// starts starts the browser's program.
func starts(t *testing.T, s screen, lang string) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.WindowSize(int(s.width), int(s.height)), chromedp.Flag("lang", lang), chromedp.Flag("accept-lang", lang))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v; apt-get install -y chromium", err)
	}
	return ctx
}

// window listens to what the browser complains about in a window of it.
func (c *chromium) window(ctx context.Context, s screen, script bool) {
	c.t.Helper()
	c.ctx = ctx
	err := chromedp.Do(ctx)
	if err == nil {
		err = chromedp.Listen(ctx, c.heard)
	}
	if err == nil {
		err = chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			if _, err := cdp.Call(ctx, target, log.Enable, cdp.Empty{}); err != nil {
				return err
			}
			if _, err := cdp.Call(ctx, target, network.Enable, network.EnableParams{}); err != nil {
				return err
			}
			_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script})
			return err
		}), chromedp.EmulateViewport(s.width, s.height))
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// heard notes what the browser complains about.
func (c *chromium) heard(event any) {
	var wrong string
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || strings.Contains(e.Entry.Text, "Content Security Policy") {
			wrong = "console: " + e.Entry.Text
		}
	case *runtime.EventExceptionThrown:
		wrong = "exception: " + e.ExceptionDetails.Text
	case *network.EventResponseReceived:
		if e.Response.Status >= 500 {
			wrong = fmt.Sprintf("%d of %s", int(e.Response.Status), e.Response.URL)
		}
	}
	if wrong != "" && !strings.Contains(wrong, "status of 422") {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.wrong = append(c.wrong, wrong)
	}
}

func (c *chromium) do(steps ...chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, 15*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		c.fails("%v", err)
	}
}

// is signs in as a person of the demonstration.
func (c *chromium) is(account string) *chromium {
	c.t.Helper()
	c.do(chromedp.Navigate(c.url + "/demonstration"))
	c.who = account
	return c.press(`button[value="` + account + `"]`)
}

func (c *chromium) visits(path string) *chromium {
	c.t.Helper()
	c.do(chromedp.Navigate(c.url + path))
	c.looks()
	return c
}

// press clicks what leads to another page, and waits for it.
func (c *chromium) press(css string) *chromium {
	c.t.Helper()
	return c.leads(css, chromedp.Click(chromedp.CSS(css)))
}

// leads does what leads to another page, and waits for it.
func (c *chromium) leads(what string, step chromedp.Action[chromedp.Void]) *chromium {
	c.t.Helper()
	before, err := chromedp.Run(c.ctx, chromedp.Evaluate[float64](`performance.timeOrigin`))
	if err != nil {
		c.t.Fatal(err)
	}
	c.do(step)
	deadline := time.Now().Add(20 * time.Second)
	for {
		now, err := chromedp.Run(c.ctx, chromedp.Evaluate[float64](`document.readyState == "complete" ? performance.timeOrigin : 0`))
		if err == nil && now != 0 && now != before {
			break
		}
		if time.Now().After(deadline) {
			c.shot("failed")
			c.t.Fatalf("%s led nowhere", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
	c.looks()
	return c
}

// types fills fields of the page.
func (c *chromium) types(fields map[string]string) *chromium {
	c.t.Helper()
	for name, value := range fields {
		c.do(chromedp.SetValue(chromedp.CSS(`main [name="`+name+`"]:not([type=hidden])`), value))
	}
	return c
}

// sees fails unless the page says each of the texts.
func (c *chromium) sees(texts ...string) *chromium {
	c.t.Helper()
	said, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		c.t.Fatal(err)
	}
	said = strings.Join(strings.Fields(said), " ")
	for _, text := range texts {
		if !strings.Contains(said, text) {
			c.fails("it does not say %q", text)
		}
	}
	return c
}

// wrongs are what lies wrong on the screen: a page wider than it, what runs over its cell, a text that is missing, a control that
// nobody can be told the name of; on the office's screen a table that must be pushed sideways.
const wrongs = `(function () {
	var wrong = [];
	if (document.documentElement.scrollWidth > window.innerWidth + 1) { wrong.push("the page is " + document.documentElement.scrollWidth + " wide"); }
	document.querySelectorAll("td, th, dd, button:not(.hidden), .button").forEach(function (cell) {
		if (cell.scrollWidth > cell.clientWidth + 2 && cell.clientWidth > 0 && getComputedStyle(cell).display !== "inline") { wrong.push("a cell runs over: " + cell.textContent.trim().slice(0, 60)); }
	});
	if (window.innerWidth > 1300) {
		document.querySelectorAll(".scroll:not(.wide)").forEach(function (table) {
			if (table.scrollWidth > table.clientWidth + 1) { wrong.push("a table is " + table.scrollWidth + " wide in " + table.clientWidth + ": " + table.textContent.trim().slice(0, 30)); }
		});
	}
	document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href], summary").forEach(function (control) {
		var by = control.getAttribute("aria-labelledby");
		var name = control.getAttribute("aria-label") || by && document.getElementById(by) && document.getElementById(by).textContent || control.title || control.textContent;
		if (control.labels) { [].forEach.call(control.labels, function (l) { name += l.textContent; }); }
		if (!name.trim()) { wrong.push("a control without a name: " + control.outerHTML.slice(0, 80)); }
	});
	if (document.body.innerText.indexOf("⟦") >= 0) { wrong.push("a text is missing"); }
	return wrong.join("; ");
})()`

// looks checks the page as it lies on the screen, and keeps its picture.
func (c *chromium) looks() {
	c.t.Helper()
	wide, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](wrongs))
	at, _ := chromedp.Run(c.ctx, chromedp.Location())
	if err != nil || wide != "" {
		c.t.Errorf("%s: %s %v", at, wide, err)
	}
	c.mu.Lock()
	wrong := c.wrong
	c.wrong = nil
	c.mu.Unlock()
	for _, w := range wrong {
		c.t.Errorf("%s: %s", at, w)
	}
	c.shot(strings.NewReplacer("/", "_", "?", "_", "&", "_", "=", "_").Replace(strings.TrimPrefix(at, c.url)))
}

// kept says whether pictures are kept: to make one of each page and throw it away would take longer than all the rest.
func kept() bool { return flag.Lookup("test.artifacts").Value.String() == "true" }

// shot keeps a picture of the page for somebody to look at.
func (c *chromium) shot(name string) {
	c.t.Helper()
	if !kept() {
		return
	}
	picture, err := chromedp.Run(c.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		c.t.Logf("no picture of %s: %v", name, err)
		return
	}
	c.number++
	if err := os.WriteFile(filepath.Join(c.shots, fmt.Sprintf("%03d-%s%s%s.png", c.number, c.who, c.narrowed, name[:min(len(name), 60)])), picture, 0o600); err != nil {
		c.t.Error(err)
	}
}
