package api_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// A list narrows as one types and says that the form looks further; what is sent keeps the unit 万元.
func TestListsNarrowAsOneTypes(t *testing.T) {
	b := demonstration(t)
	c := b.opens(t, office, "zh-CN", true).is("auditor").visits("/villages")
	shown := func() int {
		n, err := chromedp.Run(c.ctx, chromedp.Evaluate[int](`Array.from(document.querySelectorAll("main tbody tr")).filter(function (row) { return row.getClientRects().length > 0; }).length`))
		b.must(err)
		return n
	}
	all := shown()
	c.do(chromedp.SendKeys(chromedp.CSS(`main [name="q"]`), "2025-10-00"))
	if n := shown(); n != 9 || all != 65 {
		t.Errorf("%d of %d villages are shown, not 9 of 65", n, all)
	}
	c.sees("本页 65 行中显示 9 行")
	c.press(".filter button").sees("共 9 条")
	c.visits("/contracts?measure=wan").types(map[string]string{"q": "HT-05-01"}).press(".filter button").sees("共 1 条", "单位：万元", "780.00")
}
