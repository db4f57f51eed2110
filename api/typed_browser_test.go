package api_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// While a payment is typed, the page says what its budget line has and which invoice another request uses; whoever may not read
// that request is not told its number.
func TestWhatIsSaidAsOneTypes(t *testing.T) {
	b := demonstration(t)
	r := b.reads(t, "clerk-106")
	payee := payeeOf(r)
	number, id := asks(r, "第一次", "300.00", map[string]string{"invoices.0.payee": payee, "invoices.0.number": "24642000000000000007", "invoices.0.date": "2026-03-01", "invoices.0.amount": "500.00", "invoices.0.use": "300.00"})
	steps(r, id, "file")
	c := b.opens(t, office, "zh-CN", true).is("clerk-106").visits(requestForm).press(`button[name=more][value=invoices]`)
	c.types(map[string]string{"date": "2026-03-10", "node": "2025-05", "sources.0.budget_line": "2025-05/2026", "sources.0.amount": "999999999.00", "payees.0.payee": payee, "invoices.0.payee": payee, "invoices.0.number": "24642000000000000007"})
	c.typing("sources.0.amount").waits("可用 ", "本次 999,999,999.00，超出 ", "发票 24642000000000000007 金额 500.00，已用 300.00（"+number+"），还可用 200.00")
	c.types(map[string]string{"sources.0.amount": "1.00", "invoices.0.use": "300.00"}).typing("invoices.0.use").waits("本次 1.00，余 ", "还可用 200.00，本次 300.00，超出 100.00")
	c.looks()
	asked := "/documents/new/said?" + url.Values{"invoices.0.payee": {payee}, "invoices.0.number": {"24642000000000000007"}, "node": {"2025-05"}, "date": {"2026-03-10"}, "sources.0.budget_line": {"2025-05/2026"}}.Encode()
	own := r.file(asked)
	other := b.reads(t, "clerk-107").file(asked)
	if !strings.Contains(own, number) || !strings.Contains(own, "sources.0.amount") || !strings.Contains(other, "已用 300.00") || strings.Contains(other, number) || strings.Contains(other, "sources.0.amount") {
		t.Errorf("its own unit is told %s, another %s", own, other)
	}
}

// typing tells the page that a field is typed into.
func (c *chromium) typing(name string) *chromium {
	c.t.Helper()
	if _, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool](`document.querySelector('main [name="`+name+`"]').dispatchEvent(new Event("input", {bubbles: true}))`)); err != nil {
		c.t.Fatal(err)
	}
	return c
}

// waits until the page says each of the texts.
func (c *chromium) waits(texts ...string) *chromium {
	c.t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		said, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		if err != nil {
			c.t.Fatal(err)
		}
		missing := false
		for _, text := range texts {
			missing = missing || !strings.Contains(said, text)
		}
		if !missing {
			return c
		}
	}
	return c.sees(texts...)
}
