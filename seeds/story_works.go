package seeds

import "mingzhang/projects"

// The works of programmes 5 and 6.

// clinicStory is worked example A, with the equipment first booked as a fee and then put right.
func clinicStory() []act {
	const contract, node = "HT-05-01", "2025-05"
	terms := func(a *projects.Agreement) {
		a.Items = []projects.AgreedItem{{Code: "1", Name: "主体工程", Unit: "平方米", Quantity: rateOf("2000"), UnitPrice: rateOf("2000")}, {Code: "2", Name: "其余工程", Amount: amountOf("3800000.00")}}
		a.AdvanceRate, a.ProgressRate, a.DefectsMonths = rateOf("30"), rateOf("85"), 3
	}
	measured := func(t telling) projects.Content {
		return &projects.Certificate{Paper: t.paper, Contract: contract, Items: []projects.MeasuredItem{{Code: "1", Quantity: rateOf("2000")}}}
	}
	return []act{
		{step: "A01", date: "2025-01-20", project: node, text: "预算批复 卫生院综合楼", kind: "budget", content: approveStated},
		{step: "A02", date: "2025-02-10", project: node, text: "指标下达 卫健局", kind: "budget", content: issue("8600000.00")},
		{step: "A03", date: "2025-03-05", project: node, text: "签订施工合同", kind: "contract", content: agreement(contract, "卫生院综合楼", "7800000.00", terms)},
		{step: "A04", date: "2025-03-10", project: node, text: "支付预付款30%", kind: "payment_request", content: asks("advance", contractor, "2340000.00", buildings, ofContract(contract))},
		{step: "A05", date: "2025-03-14", project: node, pays: "A04"},
		{step: "A06", date: "2025-06-30", project: node, text: "计量结算4000000 扣回30% 扣质保金3%", kind: "certificate", content: measured},
		{step: "A07", date: "2025-07-05", project: node, text: "支付进度款 85%×4000000−1200000", kind: "payment_request", content: asks("progress", contractor, "2200000.00", buildings, ofContract(contract), wagesAndWorks("400000.00", "1800000.00"))},
		{step: "A08", date: "2025-07-11", project: node, pays: "A07"},
		{step: "A09", date: "2025-07-20", project: node, text: "支付监理设计费", kind: "payment_request", content: asks("fees", supervisor, "420000.00", buildings)},
		{step: "A10", date: "2025-07-25", project: node, pays: "A09"},
		{step: "A11", date: "2025-09-10", project: node, text: "支付设备款", kind: "payment_request", content: asks("fees", supplier, "380000.00", buildings)},
		{step: "A12", date: "2025-09-15", project: node, pays: "A11"},
		{step: "X06", date: "2025-09-18", project: node, text: "设备款误记待摊投资，更正为设备投资", kind: "correction", content: takesBack("A12", func(t telling) *projects.RightEvent {
			return t.right("PayCost", fields{"request": t.story.documents["A11"].Number, "sources": []projects.Draw{t.draw("380000.00")}, "economic_class": buildings, "cost": "1613.02"})
		})},
		{step: "A13", date: "2025-11-20", project: node, text: "竣工结算7760000 审减40000", kind: "settlement",
			content: settled(contract, "7760000.00", projects.SettledItem{Code: "1", Amount: yuanOf("4010000.00")}, projects.SettledItem{Code: "2", Amount: yuanOf("3750000.00")})},
		{step: "A15", date: "2025-12-01", project: node, text: "支付结算款 97%×7760000−2340000−2200000", kind: "payment_request", content: asks("settlement", contractor, "2987200.00", buildings, ofContract(contract))},
		{step: "A16", date: "2025-12-05", project: node, pays: "A15"},
		{step: "A16b", date: "2025-12-01", project: node, text: "竣工验收", kind: "milestone", content: reaches("accepted")},
		{step: "A17", date: "2025-12-20", project: node, text: "分摊待摊投资", kind: "completion",
			content: completes("Apportion", fields{"project": node, "works": "400393.12", "equipment": "19606.88", "total": "420000.00"})},
		{step: "A18", date: "2025-12-22", project: node, text: "交付使用 综合楼", kind: "completion", content: completes("HandOver",
			fields{"project": node, "asset": "1601", "works": "8160393.12", "equipment": "399606.88", "other": "0.00"}, projects.CompletionAsset{Class: "房屋", Name: "卫生院综合楼", Value: yuanOf("8560000.00")})},
	}
}

// wagesAndWorks pays the wages account 工资专户 beside the contractor's own.
func wagesAndWorks(wages, works string) func(q *projects.PaymentRequest) {
	return func(q *projects.PaymentRequest) {
		own := q.Payees[0]
		own.Amount = yuanOf(works)
		q.Payees = []projects.PayeeLine{{Payee: own.Payee, Account: wagesAccount, Amount: yuanOf(wages), Kind: "wages"}, own}
	}
}

// heatingStory is worked example G: fees of the parent go down to its parts, and nothing that was built stays.
func heatingStory() []act {
	const risers, yards = "HT-06-01", "HT-06-02"
	return []act{
		{step: "G01", date: "2025-01-20", project: "2025-06", text: "预算批复 供暖管网", kind: "budget", content: approveStated},
		{step: "G02", date: "2025-02-18", project: "2025-06", text: "切块 立管 庭院管网", kind: "budget", content: split("2025-06-1", "8820000.00", "2025-06-2", "15680000.00")},
		{step: "G03", date: "2025-02-20", project: "2025-06", text: "指标下达 住建局 设计费", kind: "budget", content: issue("500000.00")},
		{step: "G04", date: "2025-02-20", project: "2025-06-1", text: "指标下达 立管", kind: "budget", content: issue("8820000.00")},
		{step: "G05", date: "2025-02-20", project: "2025-06-2", text: "指标下达 庭院管网", kind: "budget", content: issue("15680000.00")},
		{step: "G06", date: "2025-03-20", project: "2025-06", text: "支付设计费", kind: "payment_request", content: asks("fees", supervisor, "500000.00", infrastructure)},
		{step: "G07", date: "2025-03-25", project: "2025-06", pays: "G06"},
		{step: "G08", date: "2025-04-10", project: "2025-06-1", text: "签订立管合同", kind: "contract", content: agreement(risers, "户内立管改造", "8820000.00", nil)},
		{step: "G12", date: "2025-04-10", project: "2025-06-2", text: "签订庭院管网合同", kind: "contract", content: agreement(yards, "庭院管网改造", "15680000.00", nil)},
		{step: "G09", date: "2025-09-20", project: "2025-06-1", text: "立管结算 扣质保金3%", kind: "settlement", content: settled(risers, "8820000.00")},
		{step: "G13", date: "2025-09-20", project: "2025-06-2", text: "庭院管网结算 扣质保金3%", kind: "settlement", content: settled(yards, "15680000.00")},
		{step: "G10", date: "2025-09-25", project: "2025-06-1", text: "支付立管结算款", kind: "payment_request", content: asks("settlement", contractor, "8555400.00", infrastructure, ofContract(risers))},
		{step: "G14", date: "2025-09-25", project: "2025-06-2", text: "支付庭院管网结算款", kind: "payment_request", content: asks("settlement", contractor, "15209600.00", infrastructure, ofContract(yards))},
		{step: "G11", date: "2025-09-29", project: "2025-06-1", pays: "G10"},
		{step: "G15", date: "2025-09-29", project: "2025-06-2", pays: "G14"},
		{step: "G16", date: "2025-10-10", project: "2025-06", text: "设计费分摊到子项目 9:16", kind: "completion",
			content: completes("PassDown", fields{"parent": "2025-06", "children": []fields{{"project": "2025-06-1", "amount": "180000.00"}, {"project": "2025-06-2", "amount": "320000.00"}}})},
		{step: "G17", date: "2025-10-20", project: "2025-06-1", text: "户内立管核销", kind: "completion",
			content: completes("WriteOff", fields{"project": "2025-06-1", "amount": "9000000.00", "economic_class": infrastructure})},
		{step: "G18", date: "2025-10-20", project: "2025-06-2", text: "庭院管网移交供暖公司", kind: "completion", content: completes("TransferOut",
			fields{"project": "2025-06-2", "works": "16000000.00", "equipment": "0.00"}, projects.CompletionAsset{Class: "构筑物", Name: "庭院管网", Owner: "示例供暖公司", Value: yuanOf("16000000.00")})},
		{step: "G19", date: "2025-10-31", project: "2025-06", text: "完工清理内部结转", kind: "completion",
			content: completes("ClearPassedDown", fields{"projects": []string{"2025-06-1", "2025-06-2", "2025-06"}})},
		{step: "G20", date: "2025-10-31", project: "2025-06", text: "完工", kind: "milestone", content: reaches("completed")},
	}
}
