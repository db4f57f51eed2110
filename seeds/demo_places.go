package seeds

import (
	"mingzhang/accounting"
	"mingzhang/projects"
)

// Lighting, roads and villages: programmes 7, 8 and 10, with what happens to authority and contracts on the way.

// lightingStory is worked example H: an opening balance, a cut, an overpayment that comes back, a retention forfeited.
func lightingStory() []act {
	const contract = "HT-07-01"
	return []act{
		{step: "H01", date: "2025-01-05", project: "2025-07", text: "期初 2024年已付设计费", by: unitOnly, event: func(t telling) projects.Event {
			return projects.Opening{Head: t.Head, Balances: []projects.OpeningBalance{{Account: "1613.03", Project: t.project, Balance: yuanOf("80000.00")}}}
		}},
		{step: "H02", date: "2025-01-20", project: "2025-07", text: "预算批复 照明智慧化", by: budgetOffice, event: approveStated},
		{step: "H03", date: "2025-02-10", project: "2025-07", text: "指标下达 住建局", by: budgetOffice, event: issue("20000000.00")},
		{step: "H04", date: "2025-03-05", project: "2025-07", text: "签订合同", by: unitOnly, event: commit(contract, "10000000.00")},
		{step: "X01", date: "2025-04-01", project: "2025-07", text: "冻结 误列项目", by: budgetOffice, event: func(t telling) projects.Event {
			return projects.Freeze{Head: t.Head, Draw: t.draw("100000.00")}
		}},
		{step: "X02", date: "2025-04-02", project: "2025-07", text: "【示例】应冻结梨花村路，误列照明项目", by: budgetOffice, reverses: "X01"},
		{step: "H05", date: "2025-05-20", project: "2025-07", text: "第一期计量4000000", by: unitOnly, event: certify(contract, "4000000.00", "0.00", "120000.00")},
		{step: "H06", date: "2025-05-25", project: "2025-07", text: "进度款申请审核通过", by: unitAsks, event: hold("ZF-07-01", contract, "3880000.00")},
		{step: "H07", date: "2025-05-30", project: "2025-07", text: "支付进度款", by: treasuryPays, event: payProgress("ZF-07-01", contract, "3880000.00", infrastructure)},
		{step: "H08", date: "2025-06-20", project: "2025-07", text: "第二期计量2000000", by: unitOnly, event: certify(contract, "2000000.00", "0.00", "60000.00")},
		{step: "H09", date: "2025-07-20", project: "2025-07", text: "第二期审减20000", by: unitOnly, event: func(t telling) projects.Event {
			return projects.CutSettlement{Head: t.Head, Project: t.project, Contract: projects.Ref(contract), Unpaid: yuanOf("19400.00"), Retained: yuanOf("600.00")}
		}},
		{step: "H10", date: "2025-07-20", project: "2025-07", text: "结算发现多付50000", by: unitOnly, event: func(t telling) projects.Event {
			return projects.ClaimOverpayment{Head: t.Head, Project: t.project, Contract: projects.Ref(contract), Amount: yuanOf("50000.00")}
		}},
		{step: "H11", date: "2025-08-11", project: "2025-07", text: "多付款当年退回", by: treasuryPays, event: func(t telling) projects.Event {
			return projects.OverpaymentBack{Head: t.Head, Contract: projects.Ref(contract), Sources: []projects.Draw{t.draw("50000.00")}, EconomicClass: infrastructure}
		}},
		{step: "H12", date: "2025-12-10", project: "2025-07", text: "质保金没收10000", by: unitOnly, event: func(t telling) projects.Event {
			return projects.ForfeitRetention{Head: t.Head, Project: t.project, Contract: projects.Ref(contract), Amount: yuanOf("10000.00"), Cost: "1613.01", Release: []projects.Draw{t.draw("10000.00")}}
		}},
	}
}

// roadStory is worked example F.
func roadStory() []act {
	const contract = "HT-08-02"
	return []act{
		{step: "F01", date: "2025-01-20", project: "2025-08", text: "预算批复 两条道路", by: budgetOffice, event: approveStated},
		{step: "F02", date: "2025-02-18", project: "2025-08", text: "切块 中航路 梨花村路", by: budgetOffice, event: split("2025-08-1", "24000000.00", "2025-08-2", "12100000.00")},
		{step: "F03", date: "2025-02-20", project: "2025-08-1", text: "指标下达 中航路", by: budgetOffice, event: issue("24000000.00")},
		{step: "F04", date: "2025-02-20", project: "2025-08-2", text: "指标下达 G344至梨花村", by: budgetOffice, event: issue("12100000.00")},
		{step: "F05", date: "2025-03-20", project: "2025-08-2", text: "签订梨花村路合同", by: unitOnly, event: commit(contract, "12000000.00")},
		{step: "F06", date: "2025-04-02", project: "2025-08-2", text: "冻结", by: budgetOffice, event: func(t telling) projects.Event {
			return projects.Freeze{Head: t.Head, Draw: t.draw("100000.00")}
		}},
		{step: "F07", date: "2025-09-02", project: "2025-08-2", text: "解冻", by: budgetOffice, event: func(t telling) projects.Event {
			return projects.Thaw{Head: t.Head, Draw: t.draw("100000.00")}
		}},
		{step: "F08", date: "2025-09-10", project: "2025-08-2", text: "调剂 梨花村路到中航路", by: budgetOffice, event: func(t telling) projects.Event {
			return projects.Transfer{Head: t.Head, From: t.line, To: "2025-08-1/2025", Amount: yuanOf("40000.00")}
		}},
		{step: "F09", date: "2025-09-15", project: "2025-08-1", text: "追加 中航路", by: budgetOffice, event: func(t telling) projects.Event {
			return projects.Supplement{Head: t.Head, Draw: t.draw("200000.00")}
		}},
		{step: "F10", date: "2025-09-20", project: "2025-08-2", text: "追减 梨花村路", by: budgetOffice, event: func(t telling) projects.Event {
			return projects.Reduce{Head: t.Head, Draw: t.draw("50000.00"), From: projects.Available}
		}},
		{step: "F11", date: "2025-10-20", project: "2025-08-2", text: "结算12000000 质保金3%一年以上", by: unitOnly, event: func(t telling) projects.Event {
			return projects.Certify{Head: t.Head, Project: t.project, Contract: projects.Ref(contract), Gross: yuanOf("12000000.00"), Retained: yuanOf("360000.00"), OverOneYear: true}
		}},
		{step: "F12", date: "2025-10-25", project: "2025-08-2", text: "结算款申请审核通过", by: unitAsks, event: hold("ZF-08-01", contract, "11640000.00")},
		{step: "F13", date: "2025-10-30", project: "2025-08-2", text: "支付结算款", by: treasuryPays, event: payProgress("ZF-08-01", contract, "11640000.00", infrastructure)},
		{step: "F14", date: "2025-11-25", project: "2025-08-2", text: "交付使用 公路", by: unitOnly, event: func(t telling) projects.Event {
			return projects.HandOver{Head: t.Head, Project: t.project, Asset: "1801", Works: yuanOf("12000000.00")}
		}},
	}
}

// villageStory is worked example E: an even split to the fen, a road for one village, a grant to another and, in a third,
// spending that makes no asset of anybody's.
func (d *demo) villageStory() []act {
	const contract = "HT-10-001"
	return []act{
		{step: "E01", date: "2025-01-20", project: "2025-10", text: "预算批复 65个行政村", by: budgetOffice, event: approveStated},
		{step: "E02", date: "2025-02-20", project: "2025-10", text: "切块到村 65个项目 平均分配", by: budgetOffice, event: splitEvenly(d.villages())},
		{step: "E03", date: "2025-02-25", project: "2025-10-001", text: "指标下达 001村", by: budgetOffice, event: issue("2307692.31")},
		{step: "E04", date: "2025-04-10", project: "2025-10-001", text: "签订村道合同", by: unitOnly, event: commit(contract, "2250000.00")},
		{step: "E05", date: "2025-08-20", project: "2025-10-001", text: "计量结算 扣质保金3%", by: unitOnly, event: certify(contract, "2250000.00", "0.00", "67500.00")},
		{step: "E06", date: "2025-08-25", project: "2025-10-001", text: "结算款申请审核通过", by: unitAsks, event: hold("ZF-10-001", contract, "2182500.00")},
		{step: "E07", date: "2025-08-29", project: "2025-10-001", text: "支付结算款", by: treasuryPays, event: payProgress("ZF-10-001", contract, "2182500.00", infrastructure)},
		{step: "E08", date: "2025-09-30", project: "2025-10-001", text: "村道移交村集体", by: unitOnly, event: func(t telling) projects.Event {
			return projects.TransferOut{Head: t.Head, Project: t.project, Works: yuanOf("2250000.00")}
		}},
		{step: "E09", date: "2025-10-08", project: "2025-10-002", text: "指标下达 002村", by: budgetOffice, event: issue("2307692.31")},
		{step: "E10", date: "2025-10-09", project: "2025-10-002", text: "产业补助申请审核通过", by: unitAsks, event: hold("ZF-10-002", "", "500000.00")},
		{step: "E11", date: "2025-10-10", project: "2025-10-002", text: "退回补充村民会议决议", by: unitAsks, event: func(t telling) projects.Event {
			return projects.ReturnRequest{Head: t.Head, Request: projects.Ref("ZF-10-002"), Sources: []projects.Draw{t.draw("500000.00")}}
		}},
		{step: "E12", date: "2025-10-13", project: "2025-10-002", text: "产业补助申请再次审核通过", by: unitAsks, event: hold("ZF-10-002", "", "500000.00")},
		{step: "E13", date: "2025-10-15", project: "2025-10-002", text: "拨付村集体", by: treasuryPays, event: grant("ZF-10-002", "5001.04", "500000.00", villageGrant)},
		{step: "E14", date: "2025-10-20", project: "2025-10-003", text: "指标下达 003村", by: budgetOffice, event: issue("2307692.31")},
		{step: "E15", date: "2025-10-22", project: "2025-10-003", text: "河道清淤申请审核通过", by: unitAsks, event: hold("ZF-10-003", "", "200000.00")},
		{step: "E16", date: "2025-10-24", project: "2025-10-003", text: "支付河道清淤 不形成资产", by: treasuryPays, event: func(t telling) projects.Event {
			return projects.PayWrittenOff{Paid: t.paid("200000.00", "ZF-10-003", infrastructure)}
		}},
	}
}

// year2025 is 2025 up to its closing, which goes into period 14: a view as of 31 December leaves it out.
func (d *demo) year2025() []act {
	var acts []act
	for _, part := range [][]act{peopleStory(), clinicStory(), heatingStory(), lightingStory(), roadStory(), d.villageStory()} {
		acts = append(acts, part...)
	}
	year := func(t telling) projects.YearEnd { return projects.YearEnd{Head: t.Head, Year: firstYear} }
	return append(acts,
		act{step: "Y1", date: "2025-12-31", text: "年末结转 预算会计", by: accountsOffice, event: func(t telling) projects.Event { return projects.CloseBudgetary{YearEnd: year(t)} }},
		act{step: "Y2", date: "2025-12-31", text: "年末结转 财务会计", by: accountsOffice, event: func(t telling) projects.Event { return projects.CloseFinancial{YearEnd: year(t)} }},
		act{step: "Y3", date: "2025-12-31", text: "指标结转", by: accountsOffice, event: func(t telling) projects.Event { return projects.CarryAuthority{YearEnd: year(t)} }},
	)
}

// year2026 is what 2025 left: carried in, retention paid back, money returned, final accounts, a rest that lapses.
func (d *demo) year2026() []act {
	return []act{
		{step: "Y4", date: "2026-01-05", text: "上年结转转入", by: accountsOffice, event: func(t telling) projects.Event {
			return projects.CarryIn{YearEnd: projects.YearEnd{Head: t.Head, Year: firstYear}}
		}},
		{step: "A23", date: "2026-03-02", project: "2025-05", text: "质保金返还申请", by: unitAsks, event: hold("ZF-05-06", "HT-05-01", "232800.00")},
		{step: "A24", date: "2026-03-06", project: "2025-05", text: "返还质保金", by: treasuryPays, event: func(t telling) projects.Event {
			return projects.ReturnRetention{Paid: t.paid("232800.00", "ZF-05-06", buildings), Contract: projects.Ref("HT-05-01")}
		}},
		{step: "A25", date: "2026-03-10", project: "2025-05", text: "收回上年多付监理费 退回国库", by: treasuryPays, event: func(t telling) projects.Event {
			return projects.RefundEarlierYear{Head: t.Head, PaidOn: accounting.MustDate("2025-07-25"), Standing: "1601", BudgetLine: t.line, Amount: yuanOf("5000.00")}
		}},
		{step: "A26", date: "2026-03-10", project: "2025-05", text: "以前年度盈余调整转累计盈余", by: unitOnly, event: func(t telling) projects.Event {
			return projects.AdjustAsset{Head: t.Head, Project: t.project}
		}},
		{step: "A27", date: "2026-03-20", project: "2025-05", text: "结余资金收回", by: budgetOffice, event: func(t telling) projects.Event {
			return projects.Lapse{Head: t.Head, Draw: t.draw("40000.00")}
		}},
		{step: "F15", date: "2026-04-15", project: "2025-08-2", text: "竣工财务决算 调增资产暂估价值", by: unitOnly, event: func(t telling) projects.Event {
			return projects.AdjustAsset{Head: t.Head, Project: t.project, Asset: "1801", Increase: yuanOf("15000.00")}
		}},
		{step: "E17", date: "2026-03-12", project: "2025-10-002", text: "村集体退回上年补助 缴本单位账户", by: unitOnly, event: func(t telling) projects.Event {
			return projects.RefundEarlierYear{Head: t.Head, PaidOn: accounting.MustDate("2025-10-15"), Standing: "3501", Project: t.project, Amount: yuanOf("3000.00"), OwnBank: true}
		}},
		{step: "E18", date: "2026-03-13", project: "2025-10-002", text: "以前年度盈余调整转累计盈余", by: unitOnly, event: func(t telling) projects.Event {
			return projects.AdjustAsset{Head: t.Head, Project: t.project}
		}},
	}
}
