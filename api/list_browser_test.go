package api_test

import (
	"strings"
	"testing"
)

// The pages of lists in a real browser, wide and narrow, with what they are made for in them: nothing runs over, nothing
// complains, and a reason is given by hand.
func TestListsInABrowser(t *testing.T) {
	b := demonstration(t)
	const number = "6402000000000000199"
	payer, budget := b.reads(t, "payer"), b.reads(t, "budget")
	payer.uploads("treasury-payments", map[string]string{"source": "国库", "month": "2026-03"}, "清单.csv", "支付凭证号,日期,收款人,账号,金额,用途,退回标志\nGK-0099,2026/3/25,某物业公司,6402099,\"8,800.00\",物业费,\nGK-0100,2026/3/26,某检测所,6402100,60.00,检测费,\nGK-0100,2026/3/28,某检测所,6402100,60.00,检测费,是\n")
	preview := payer.at
	payer.fills("/imports", nil).sees("已导入")
	list := payer.link("看清单各行")
	payer.uploads("treasury-payments", map[string]string{"source": "国库", "month": "2026-04"}, "坏清单.csv", "国库集中支付清单（单位：元）\n支付凭证号,日期,收款人,账号,金额,备注\nA-1,2026-04-01,甲公司,1.5E+18,1.00,x\n合计,,,,9.00,\n")
	refused := payer.at
	payer.uploads("treasury-payments", map[string]string{"source": "别的系统", "month": "2026-04"}, "别的.csv", "序号,凭证编号,付款日,金额\n1,A-9,2026-04-01,5.00\n")
	strange := payer.at
	form := budget.get("/bank").form("/bank")
	form.Set("number", number)
	form.Set("bank", "某银行")
	form.Set("project", "2025-10-002")
	form.Set("ledger_account", "1002.01")
	budget.send("/bank", form).sees("已登记")
	budget.uploads("bank-statement", map[string]string{"source": "某银行", "month": "2026-03", "account": number}, "三月.csv", "交易日期,摘要,对方户名,借方发生额,贷方发生额,余额,交易流水号\n2026-03-12,退款,某村集体,,3000.00,3000.00,20260312001\n2026-03-21,结息,,,1.23,3001.23,20260321001\n")
	budget.fills("/imports", nil).sees("已导入")
	item := payer.get("/treasury/items?month=2026-03").link("GK-0099")

	for _, way := range []struct {
		name, accept string
		screen       screen
	}{{"office", "zh-CN", office}, {"telephone", "en-US", telephone}} {
		t.Run(way.name, func(t *testing.T) {
			c := b.opens(t, way.screen, way.accept, true).is("treasury")
			for _, path := range []string{"/imports", "/imports/new?kind=bank-statement", preview, refused, strange, list, strings.Replace(list, "/treasury/lists", "/imports", 1), "/treasury?month=2026-03", "/treasury/items?month=2026-03", item, "/treasury/sheet?month=2026-03",
				"/bank", "/bank/" + number, "/bank/" + number + "/2026-03", "/bank/" + number + "/2026-03/lines", "/bank/" + number + "/2026-03/matches/1", "/months", "/months/2026-03"} {
				c.visits(path)
			}
			c.visits(item).types(map[string]string{"reason": "财政代扣，补报申请 " + way.name, "owner": "clerk-106"}).press("form.entry button.main").sees("财政代扣，补报申请 " + way.name)
		})
	}
}
