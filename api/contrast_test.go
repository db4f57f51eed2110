package api_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// faint is what on a page is harder to read than WCAG 2.1 AA allows: 4.5 to 1 against what lies behind it, 3 to 1 for large
// letters, the shapes of states and the borders of fields. Letters in charts lie on colours that it cannot see and are left out.
const faint = `(function () {
	function channels(colour) {
		var found = /rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)/.exec(colour);
		return found ? [+found[1], +found[2], +found[3], found[4] === undefined ? 1 : +found[4]] : null;
	}
	function light(c) {
		var parts = c.slice(0, 3).map(function (v) { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); });
		return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
	}
	function contrast(a, b) { var x = light(a), y = light(b); return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); }
	function behind(element) {
		for (var at = element; at; at = at.parentElement) {
			var c = channels(getComputedStyle(at).backgroundColor);
			if (c && c[3] === 1) { return c; }
		}
		return [255, 255, 255, 1];
	}
	function say(what, c, ground, wanted) {
		var has = contrast(c, ground);
		if (has < wanted) { wrong[what.trim().slice(0, 40) + " has " + has.toFixed(2) + " of " + wanted + ", rgb " + c.slice(0, 3) + " on " + ground.slice(0, 3)] = true; }
	}
	var wrong = {}, letters = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (letters.nextNode()) {
		var element = letters.currentNode.parentElement, style = getComputedStyle(element);
		if (!letters.currentNode.textContent.trim() || style.visibility === "hidden" || !element.getClientRects().length || element.closest("option, .hidden, .skip, svg")) { continue; }
		var size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && +style.fontWeight >= 700;
		say(letters.currentNode.textContent, channels(style.color), behind(element), large ? 3 : 4.5);
	}
	document.querySelectorAll("span.state").forEach(function (state) {
		say("the shape of " + state.textContent, channels(getComputedStyle(state, "::before").color), behind(state), 3);
	});
	document.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), select, textarea").forEach(function (control) {
		say("the border of " + control.name, channels(getComputedStyle(control).borderTopColor), behind(control.parentElement), 3);
	});
	return Object.keys(wrong).join("\n");
})()`

// Whatever is written on a page can be read by weak eyes and on weak screens: letters, shapes of states, borders of fields.
func TestContrast(t *testing.T) {
	b := demonstration(t)
	c := b.opens(t, office, "zh-CN", true)
	for account, paths := range map[string][]string{
		"treasury":  {"/desk", "/payments", "/payees", "/treasury", "/bank", "/months", "/imports", "/reconciliation?as_of=2025-12-31", "/periods", "/trial-balance?as_of=2025-12-31", "/vouchers/2025-09/11"},
		"inspector": {"/projects?as_of=2025-10-31", "/projects/2025-07?as_of=2025-10-31", "/inspection", "/overdue", "/payment-days", "/log"},
		"clerk-105": {"/documents/new?kind=payment_request", "/documents", "/progress", "/projects/2025-04?lang=en"},
		"admin":     {"/settings/accounts", "/settings/people", "/me", "/password"},
	} {
		c.is(account)
		for _, path := range paths {
			c.visits(path)
			wrong, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](faint))
			b.must(err)
			if wrong != "" {
				t.Errorf("%s for %s:\n%s", path, account, strings.ReplaceAll(wrong, "\n\n", "\n"))
			}
		}
	}
	c.visits("/sign-in")
	if wrong, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](faint)); err != nil || wrong != "" {
		t.Errorf("/sign-in: %v\n%s", err, wrong)
	}
}
