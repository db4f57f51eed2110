package api_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The main journey in a real browser: a village's road money is asked for, approved, ordered, paid and reconciled, in both
// languages, with and without the script, at the office's screen and on a telephone.
func TestTheJourneyInABrowser(t *testing.T) {
	b := demonstration(t)
	for i, way := range []struct {
		name, accept string
		script       bool
		screen       screen
		words        [3]string // in effect, waiting for the bank, confirmed
	}{
		{"in Chinese", "zh-CN", true, office, [3]string{"已批准", "等待银行", "已到账"}},
		{"in English without script", "en-US", false, office, [3]string{"approved", "waiting for the bank", "confirmed"}},
		{"in Chinese on a telephone", "zh-CN", true, telephone, [3]string{"已批准", "等待银行", "已到账"}},
	} {
		t.Run(way.name, func(t *testing.T) {
			c := b.opens(t, way.screen, way.accept, way.script)
			if i == 0 {
				c.pictures = "../docs/pictures"
				c.do(chromedp.Navigate(c.url + "/demonstration"))
				c.keeps("1-persons")
				c.is("inspector").visits("/projects?as_of=2025-10-31").keeps("2-projects")
			}
			amount := fmt.Sprintf("%d,000.00", 10+i)
			request, number := c.asksForVillage(b, amount)
			c.is("lead-111").takes(request, "lead_approve")
			c.is("treasury").visits("/documents/" + request + "/review?verb=approve").keeps("4-review")
			c.takes(request, "approve").sees(way.words[0])
			c.is("payer").visits("/payments").keeps("5-payments")
			c.do(chromedp.Click(chromedp.CSS(`input[name=id][value="` + request + `"]`)))
			c.press(`form[action="/review"] p.buttons button`).sees(number, amount)
			c.press(`form.entry button.main`)
			line := "/payments/" + number + "/lines/1"
			c.visits(line).sees(amount).types(map[string]string{"date": "2026-11-24", "serial": fmt.Sprintf("HD-88%d", i)})
			c.press(`form[action="` + line + `/receipt"] button.main`)
			c.is("treasury").visits(line).sees("6001", "9401").keeps("6-confirm")
			c.press(`form[action="` + line + `/confirm"] button.main`)
			c.visits("/documents/" + request).sees(way.words[2])
			c.is("auditor").visits("/reconciliation?as_of=2026-11-30").sees("2025-10-002").keeps("7-reconciliation")
		})
	}
}

// asksForVillage files a request of direct grant to a village's collective, and answers its identity and number.
func (c *chromium) asksForVillage(b *bureau, amount string) (id, number string) {
	c.t.Helper()
	c.is("clerk-101").visits(requestForm)
	var payee string
	must := func(err error) {
		c.t.Helper()
		if err != nil {
			c.t.Fatal(err)
		}
	}
	must(b.db.NewRaw(`select code from projects.payees where name = '示例村集体' order by code limit 1`).Scan(c.t.Context(), &payee))
	c.types(map[string]string{"date": "2026-11-20", "node": "2025-10-002", "payment": "direct_grant", "purpose": "村道硬化补助", "expense": "5001.04", "economic_class": "31299",
		"sources.0.budget_line": "2025-10-002/2026", "sources.0.amount": amount, "payees.0.payee": payee, "payees.0.amount": amount, "payees.0.kind": "other"})
	c.keeps("3-request")
	c.press("form.entry button.main").sees(amount)
	at, err := chromedp.Run(c.ctx, chromedp.Location())
	must(err)
	id = strings.Split(strings.TrimPrefix(at, c.url), "/")[2][:36]
	must(b.db.NewRaw(`select number from projects.documents where document_id = ?`, id).Scan(c.t.Context(), &number))
	c.takes(id, "file")
	return id, number
}

// takes takes a step by the page that shows what it will do.
func (c *chromium) takes(id, verb string) *chromium {
	c.t.Helper()
	return c.visits("/documents/" + id + "/review?verb=" + verb).press(`form[action="/documents/` + id + `/` + verb + `"] button.main`)
}

// keeps keeps a picture for the README, at the way whose pictures stand there. They are made anew by -update.
func (c *chromium) keeps(name string) *chromium {
	c.t.Helper()
	if c.pictures == "" {
		return c
	}
	file := filepath.Join(c.pictures, name+".png")
	if !*update {
		if _, err := os.Stat(file); err != nil {
			c.t.Errorf("the README's picture is missing; make it by -update: %v", err)
		}
		return c
	}
	picture, err := chromedp.Run(c.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(file, picture, 0o644)
	}
	if err != nil {
		c.t.Error(err)
	}
	return c
}
