package seeds

import "mingzhang/projects"

// Lighting, roads and villages: programmes 7, 8 and 10, with what happens to authority and contracts on the way.

// lightingStory is worked example H: an opening balance, a cut, an overpayment of a contract from before this book that
// comes back, and that contract's retention forfeited.
func lightingStory() []act {
	const contract, old, node = "HT-07-01", "HT-07-00", "2025-07"
	return []act{
		{step: "H01", date: "2025-01-05", project: node, text: "期初 2024年已付设计费 一期工程质保金", by: unitOnly, event: openingOf(
			openingBalance(node, "1613.03", "80000.00", ""), openingBalance(node, "1613.01", "60000.00", ""), openingBalance(node, "2307.01", "10000.00", old))},
		{step: "H02", date: "2025-01-20", project: node, text: "预算批复 照明智慧化", kind: "budget", content: approveStated},
		{step: "H03", date: "2025-02-10", project: node, text: "指标下达 住建局", kind: "budget", content: issue("20000000.00")},
		{step: "H04", date: "2025-03-05", project: node, text: "签订合同", kind: "contract", content: agreement(contract, "路灯智慧化改造", "10000000.00", nil)},
		{step: "X01", date: "2025-04-01", project: node, text: "冻结 误列项目", kind: "budget", content: budget("Freeze", fields{"amount": "100000.00"})},
		{step: "X02", date: "2025-04-02", project: node, text: "应冻结梨花村路，误列照明项目", kind: "correction", content: takesBack("X01", nil)},
		{step: "H05", date: "2025-05-20", project: node, text: "第一期计量4000000", kind: "certificate", content: certified(contract, "40")},
		{step: "H06", date: "2025-05-25", project: node, text: "支付进度款", kind: "payment_request", content: asks("progress", contractor, "3880000.00", infrastructure, ofContract(contract))},
		{step: "H07", date: "2025-05-30", project: node, pays: "H06"},
		{step: "H08", date: "2025-06-20", project: node, text: "第二期计量2000000", kind: "certificate", content: certified(contract, "20")},
		{step: "H09", date: "2025-07-20", project: node, text: "结算5980000 第二期审减20000", kind: "settlement", content: settled(contract, "5980000.00")},
		{step: "H10", date: "2025-07-20", project: node, text: "一期工程发现多付50000", kind: "completion", content: completes("ClaimOverpayment", fields{"project": node, "contract": old, "amount": "50000.00"})},
		{step: "H11", date: "2025-08-11", project: node, text: "多付款当年退回", kind: "completion", content: func(t telling) projects.Content {
			return completes("OverpaymentBack", fields{"contract": old, "sources": []projects.Draw{t.draw("50000.00")}, "economic_class": infrastructure})(t)
		}},
		{step: "H12", date: "2025-12-10", project: node, text: "一期工程缺陷未修 质保金没收10000", kind: "completion", content: completes("ForfeitRetention",
			fields{"project": node, "contract": old, "amount": "10000.00", "cost": "1613.01"})},
	}
}

// takesBack corrects the voucher of a step: the right event beside its red one, or the red one alone.
func takesBack(step string, right func(t telling) *projects.RightEvent) maker {
	return func(t telling) projects.Content {
		c := projects.Correction{Paper: t.paper, Voucher: t.story.posted[step][0].String(), Reason: t.paper.Memo}
		if right != nil {
			c.Right = right(t)
		}
		return &c
	}
}

// roadStory is worked example F.
func roadStory() []act {
	const contract, zhonghang, lihua = "HT-08-02", "2025-08-1", "2025-08-2"
	return []act{
		{step: "F01", date: "2025-01-20", project: "2025-08", text: "预算批复 两条道路", kind: "budget", content: approveStated},
		{step: "F02", date: "2025-02-18", project: "2025-08", text: "切块 中航路 梨花村路", kind: "budget", content: split(zhonghang, "24000000.00", lihua, "12100000.00")},
		{step: "F03", date: "2025-02-20", project: zhonghang, text: "指标下达 中航路", kind: "budget", content: issue("24000000.00")},
		{step: "F04", date: "2025-02-20", project: lihua, text: "指标下达 G344至梨花村", kind: "budget", content: issue("12100000.00")},
		{step: "F05", date: "2025-03-20", project: lihua, text: "签订梨花村路合同", kind: "contract", content: agreement(contract, "G344至梨花村公路", "12000000.00", func(a *projects.Agreement) { a.DefectsMonths = 24 })},
		{step: "F06", date: "2025-04-02", project: lihua, text: "冻结", kind: "budget", content: budget("Freeze", fields{"amount": "100000.00"})},
		{step: "F07", date: "2025-09-02", project: lihua, text: "解冻", kind: "budget", content: budget("Thaw", fields{"amount": "100000.00"})},
		{step: "F08", date: "2025-09-10", project: lihua, text: "调剂 梨花村路到中航路", kind: "budget", content: budget("Transfer", fields{"from": lihua + "/2025", "to": zhonghang + "/2025", "amount": "40000.00"})},
		{step: "F09", date: "2025-09-15", project: zhonghang, text: "追加 中航路", kind: "budget", content: budget("Supplement", fields{"amount": "200000.00"})},
		{step: "F10", date: "2025-09-20", project: lihua, text: "追减 梨花村路", kind: "budget", content: budget("Reduce", fields{"amount": "50000.00", "from": "available"})},
		{step: "F11", date: "2025-10-20", project: lihua, text: "结算12000000 质保金3%一年以上", kind: "settlement", content: settled(contract, "12000000.00")},
		{step: "F12", date: "2025-10-25", project: lihua, text: "支付结算款", kind: "payment_request", content: asks("settlement", contractor, "11640000.00", infrastructure, ofContract(contract))},
		{step: "F13", date: "2025-10-30", project: lihua, pays: "F12"},
		{step: "F14", date: "2025-11-25", project: lihua, text: "交付使用 公路", kind: "completion", content: completes("HandOver",
			fields{"project": lihua, "asset": "1801", "works": "12000000.00", "equipment": "0.00", "other": "0.00"}, projects.CompletionAsset{Class: "公路", Name: "G344至梨花村公路", Value: yuanOf("12000000.00")})},
	}
}

// villageStory is worked example E: an even split to the fen, a road for one village, a grant to another and, in a third,
// spending that makes no asset of anybody's. The paying bureau leads these projects, so the other lead unit approves first.
func villageStory(villages []string) []act {
	const contract, first, second, third = "HT-10-001", "2025-10-001", "2025-10-002", "2025-10-003"
	return []act{
		{step: "E01", date: "2025-01-20", project: "2025-10", text: "预算批复 65个行政村", kind: "budget", content: approveStated},
		{step: "E02", date: "2025-02-20", project: "2025-10", text: "切块到村 65个项目 平均分配", kind: "budget", content: splitEvenly(villages)},
		{step: "E02a", date: "2025-02-24", project: first, text: "村民会议决议 村道硬化", kind: "village_record", content: resolved("builds", "2307692.31")},
		{step: "E02b", date: "2025-03-24", project: second, text: "村民会议决议 产业补助", kind: "village_record", content: resolved("grants", "2307692.31")},
		{step: "E02c", date: "2025-03-24", project: third, text: "村民会议决议 河道清淤", kind: "village_record", content: resolved("builds", "200000.00")},
		{step: "E03", date: "2025-02-25", project: first, text: "指标下达 001村", kind: "budget", content: issue("2307692.31")},
		{step: "E04", date: "2025-04-10", project: first, text: "签订村道合同", kind: "contract", content: agreement(contract, "村道硬化", "2250000.00", nil)},
		{step: "E05", date: "2025-08-20", project: first, text: "结算 扣质保金3%", kind: "settlement", content: settled(contract, "2250000.00")},
		{step: "E06", date: "2025-08-25", project: first, text: "支付结算款", kind: "payment_request", content: asks("settlement", contractor, "2182500.00", infrastructure, ofContract(contract))},
		{step: "E07", date: "2025-08-29", project: first, pays: "E06"},
		{step: "E08", date: "2025-09-30", project: first, text: "村道移交村集体", kind: "completion", content: completes("TransferOut",
			fields{"project": first, "works": "2250000.00", "equipment": "0.00"}, projects.CompletionAsset{Class: "道路", Name: "村道", Owner: "示例001村集体", Value: yuanOf("2250000.00")})},
		{step: "E09", date: "2025-10-08", project: second, text: "指标下达 002村", kind: "budget", content: issue("2307692.31")},
		{step: "E10", date: "2025-10-09", project: second, text: "拨付村集体 产业补助", kind: "payment_request", content: asks("direct_grant", collective, "500000.00", villageGrant, asGrant("5001.04"))},
		{step: "E11", date: "2025-10-10", project: second, text: "退回补充村民会议决议", returns: "E10"},
		{step: "E12", date: "2025-10-13", project: second, refiles: "E10"},
		{step: "E13", date: "2025-10-15", project: second, pays: "E10"},
		{step: "E14", date: "2025-10-20", project: third, text: "指标下达 003村", kind: "budget", content: issue("2307692.31")},
		{step: "E15", date: "2025-10-22", project: third, text: "河道清淤 不形成资产", kind: "payment_request", content: asks("written_off", contractor, "200000.00", infrastructure)},
		{step: "E16", date: "2025-10-24", project: third, pays: "E15"},
	}
}

// resolved is what a village voted for and published the week before.
func resolved(mode, county string) maker {
	return func(t telling) projects.Content {
		return &projects.VillageForm{Paper: t.paper, Node: t.project, VotedOn: t.paper.Date.AddDays(-7), PublishedOn: t.paper.Date.AddDays(-6), Mode: mode, Township: "示例乡", Owner: "示例村集体", County: yuanOf(county)}
	}
}
