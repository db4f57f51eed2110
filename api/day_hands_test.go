package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// What hands do at a page: fields are typed into, links and buttons are pressed by what they say, figures are read off.

// writes types into fields, in the order given: name, value, name, value.
func (c *chromium) writes(fields ...string) *chromium {
	c.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		c.writesOne(fields[i], fields[i+1])
	}
	return c
}

// writesOne chooses, picks a day, or types over what stands in a field.
func (c *chromium) writesOne(name, value string) {
	c.t.Helper()
	c.runs(`(function (name, value) {
		var e = document.querySelector("main [name=\"" + name + "\"]:not([type=hidden])");
		if (!e) { throw new Error("no field " + name); }
		e.focus();
		if (e.tagName == "SELECT" || e.type == "date") {
			e.value = value;
			if (e.value != value) { throw new Error(name + " does not offer " + value); }
			e.dispatchEvent(new Event("input", {bubbles: true}));
			e.dispatchEvent(new Event("change", {bubbles: true}));
		} else { e.select(); }
	})(` + quoted(name) + `, ` + quoted(value) + `)`)
	if c.asks(`document.activeElement.tagName == "SELECT" || document.activeElement.type == "date"`) == "true" {
		return
	}
	c.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: value})
		return err
	}))
}

// runs runs a script of the test at the page.
func (c *chromium) runs(script string) {
	c.t.Helper()
	if _, err := chromedp.Run(c.ctx, chromedp.Evaluate[any](script+`, null`)); err != nil {
		c.fails("%v", err)
	}
}

// asks is what a script of the test says, as text.
func (c *chromium) asks(script string) string {
	c.t.Helper()
	said, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](`String(`+script+`)`))
	if err != nil {
		c.fails("%v", err)
	}
	return said
}

// fails stops with a picture and what the page says.
func (c *chromium) fails(format string, args ...any) {
	c.t.Helper()
	at, _ := chromedp.Run(c.ctx, chromedp.Location())
	said, _ := chromedp.Run(c.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	c.shot("failed")
	c.t.Fatalf("at %s: %s; the page says: %s", at, fmt.Sprintf(format, args...), strings.Join(strings.Fields(said), " "))
}

// follows presses the first link or button of the page that says this, and nothing else.
func (c *chromium) follows(text string) *chromium {
	c.t.Helper()
	c.marks(text)
	return c.press(`[data-hand]`)
}

// marks finds what a hand is about to press.
func (c *chromium) marks(text string) {
	c.t.Helper()
	c.runs(`(function (text) {
		document.querySelectorAll("[data-hand]").forEach(function (e) { e.removeAttribute("data-hand"); });
		var found = [].filter.call(document.querySelectorAll("main a, main button:not(.hidden), main summary"), function (e) { return e.innerText.trim() == text && e.offsetParent; })[0];
		if (!found) { throw new Error("nothing to press says " + text); }
		found.setAttribute("data-hand", "");
	})(` + quoted(text) + `)`)
}

// figure is what stands in the row and column of the table whose caption begins like this.
func (c *chromium) figure(caption, row, column string) string {
	c.t.Helper()
	said, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](`(function (caption, row, column) {
		var tables = [].filter.call(document.querySelectorAll("table"), function (t) { return t.caption && t.caption.innerText.trim().indexOf(caption) == 0; });
		if (!tables.length) { throw new Error("no table " + caption); }
		var t = tables[0], heads = [].map.call(t.tHead.rows[0].cells, function (c) { return c.innerText.trim(); }), at = heads.indexOf(column);
		if (at < 0) { throw new Error("no column " + column + " among " + heads.join(", ")); }
		var r = [].filter.call(t.querySelectorAll("tbody tr, tfoot tr"), function (r) { return r.innerText.indexOf(row) >= 0; })[0];
		if (!r) { throw new Error("no row " + row); }
		return r.cells[at].innerText.trim();
	})(`+quoted(caption)+`, `+quoted(row)+`, `+quoted(column)+`)`))
	if err != nil {
		c.fails("%v", err)
	}
	return said
}

// fact is what a page says of itself under a label.
func (c *chromium) fact(label string) string {
	c.t.Helper()
	return c.asks(`(function () {
		var found = [].filter.call(document.querySelectorAll("dl.facts div"), function (d) { return d.querySelector("dt").innerText.trim() == ` + quoted(label) + `; })[0];
		if (!found) { throw new Error("no fact " + ` + quoted(label) + `); }
		return found.querySelector("dd").innerText.trim();
	})()`)
}

// is fails unless the two are the same.
func (c *chromium) same(what, got, want string) *chromium {
	c.t.Helper()
	if got != want {
		c.fails("%s is %q, want %q", what, got, want)
	}
	return c
}

// all are a property of each element.
func (c *chromium) all(css, property string) []string {
	c.t.Helper()
	said, err := chromedp.Run(c.ctx, chromedp.Evaluate[[]string](`[].map.call(document.querySelectorAll(`+quoted(css)+`), function (e) { return e.`+property+`; })`))
	if err != nil {
		c.t.Fatal(err)
	}
	return said
}

// path is where the page is.
func (c *chromium) path() string {
	c.t.Helper()
	return c.asks(`location.pathname`)
}

// document is the identity of the document whose page this is.
func (c *chromium) document() string {
	c.t.Helper()
	parts := strings.Split(c.path(), "/")
	if len(parts) < 3 || parts[1] != "documents" {
		c.fails("this is no document's page")
	}
	return parts[2]
}

func quoted(text string) string {
	said, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(said)
}

// does takes a step of the document on the screen: its link, then the page that shows what will happen, then its button.
func (c *chromium) does(verb string, fields ...string) *chromium {
	c.t.Helper()
	return c.follows(verb).writes(fields...).press(`form.entry p.buttons button.main`)
}

// numbered is the number in the heading of a document's page.
func (c *chromium) numbered() string {
	c.t.Helper()
	words := strings.Fields(c.asks(`document.querySelector("h1").innerText`))
	return words[len(words)-1]
}

// said is what the page says.
func (c *chromium) said() string {
	c.t.Helper()
	return c.asks(`document.body.innerText`)
}

// ticks ticks every box of a kind that is not ticked.
func (c *chromium) ticks(css string) *chromium {
	c.t.Helper()
	for i := range c.all(css, "value") {
		c.runs(`(function () { document.querySelectorAll("[data-hand]").forEach(function (e) { e.removeAttribute("data-hand"); });
			document.querySelectorAll(` + quoted(css) + `)[` + strconv.Itoa(i) + `].setAttribute("data-hand", ""); })()`)
		if c.asks(`document.querySelector("[data-hand]").checked`) == "false" {
			c.do(chromedp.Click(chromedp.CSS("[data-hand]")))
		}
	}
	return c
}

// gives chooses a file of this machine.
func (c *chromium) gives(css, file string) *chromium {
	c.t.Helper()
	c.do(chromedp.SetUploadFiles(chromedp.CSS(css), []string{file}))
	return c
}

// downloads presses what gives a file and waits until it lies there whole.
func (c *chromium) downloads(css string) (file string) {
	c.t.Helper()
	before := files(c.lies)
	c.do(chromedp.Click(chromedp.CSS(css)))
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		for name := range files(c.lies) {
			if !before[name] && !strings.HasSuffix(name, ".crdownload") {
				return filepath.Join(c.lies, name)
			}
		}
	}
	c.fails("%s gave no file", css)
	return ""
}

func files(folder string) map[string]bool {
	all := map[string]bool{}
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		all[e.Name()] = true
	}
	return all
}
