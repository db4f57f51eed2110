package seeds

import "mingzhang/projects"

// The works of programmes 5 and 6.

// clinicStory is worked example A, with the equipment first booked as a fee and then put right.
func clinicStory() []act {
	const contract = "HT-05-01"
	return []act{
		{step: "A01", date: "2025-01-20", project: "2025-05", text: "预算批复 卫生院综合楼", by: budgetOffice, event: approveStated},
		{step: "A02", date: "2025-02-10", project: "2025-05", text: "指标下达 卫健局", by: budgetOffice, event: issue("8600000.00")},
		{step: "A03", date: "2025-03-05", project: "2025-05", text: "签订施工合同", by: unitOnly, event: commit(contract, "7800000.00")},
		{step: "A04", date: "2025-03-10", project: "2025-05", text: "预付款申请审核通过", by: unitAsks, event: hold("ZF-05-01", contract, "2340000.00")},
		{step: "A05", date: "2025-03-14", project: "2025-05", text: "支付预付款30%", by: treasuryPays, event: payAdvance("ZF-05-01", contract, "2340000.00", buildings)},
		{step: "A06", date: "2025-06-30", project: "2025-05", text: "计量结算4000000 扣回30% 扣质保金3%", by: unitOnly, event: certify(contract, "4000000.00", "1200000.00", "120000.00")},
		{step: "A07", date: "2025-07-05", project: "2025-05", text: "进度款申请 85%×4000000−1200000", by: unitAsks, event: hold("ZF-05-02", contract, "2200000.00")},
		{step: "A08", date: "2025-07-11", project: "2025-05", text: "支付进度款", by: treasuryPays, event: payProgress("ZF-05-02", contract, "2200000.00", buildings)},
		{step: "A09", date: "2025-07-20", project: "2025-05", text: "监理设计费申请审核通过", by: unitAsks, event: hold("ZF-05-03", "", "420000.00")},
		{step: "A10", date: "2025-07-25", project: "2025-05", text: "支付监理设计费", by: treasuryPays, event: payCost("ZF-05-03", "1613.03", "420000.00", buildings)},
		{step: "A11", date: "2025-09-10", project: "2025-05", text: "设备款申请审核通过", by: unitAsks, event: hold("ZF-05-04", "", "380000.00")},
		{step: "A12", date: "2025-09-15", project: "2025-05", text: "支付设备款 误记待摊投资", by: treasuryPays, event: payCost("ZF-05-04", "1613.03", "380000.00", buildings)},
		{step: "X06", date: "2025-09-18", project: "2025-05", text: "设备款误记待摊投资，更正为设备投资", by: treasuryPays, corrects: "A12", event: func(t telling) projects.Event {
			t.Attachments = 1 // a correction needs paper also here: the wrong voucher itself is it
			return payCost("ZF-05-04", "1613.02", "380000.00", buildings)(t)
		}},
		{step: "A13", date: "2025-11-20", project: "2025-05", text: "竣工结算7760000 本期3760000", by: unitOnly, event: certify(contract, "3760000.00", "1140000.00", "112800.00")},
		{step: "A14", date: "2025-11-20", project: "2025-05", text: "审减40000 释放合同占用", by: unitOnly, event: func(t telling) projects.Event {
			return projects.Release{Head: t.Head, Contract: projects.Ref(contract), Sources: []projects.Draw{t.draw("40000.00")}}
		}},
		{step: "A15", date: "2025-12-01", project: "2025-05", text: "结算款申请 97%×7760000−2340000−2200000", by: unitAsks, event: hold("ZF-05-05", contract, "2987200.00")},
		{step: "A16", date: "2025-12-05", project: "2025-05", text: "支付结算款", by: treasuryPays, event: payProgress("ZF-05-05", contract, "2987200.00", buildings)},
		{step: "A17", date: "2025-12-20", project: "2025-05", text: "分摊待摊投资", by: unitOnly, event: func(t telling) projects.Event {
			return projects.Apportion{Head: t.Head, Project: t.project, Works: yuanOf("400393.12"), Equipment: yuanOf("19606.88"), Total: yuanOf("420000.00")}
		}},
		{step: "A18", date: "2025-12-22", project: "2025-05", text: "交付使用 综合楼", by: unitOnly, event: func(t telling) projects.Event {
			return projects.HandOver{Head: t.Head, Project: t.project, Asset: "1601", Works: yuanOf("8160393.12"), Equipment: yuanOf("399606.88")}
		}},
	}
}

// heatingStory is worked example G: fees of the parent go down to its parts, and nothing that was built stays.
func heatingStory() []act {
	const risers, yards = "HT-06-01", "HT-06-02"
	return []act{
		{step: "G01", date: "2025-01-20", project: "2025-06", text: "预算批复 供暖管网", by: budgetOffice, event: approveStated},
		{step: "G02", date: "2025-02-18", project: "2025-06", text: "切块 立管 庭院管网", by: budgetOffice, event: split("2025-06-1", "8820000.00", "2025-06-2", "15680000.00")},
		{step: "G03", date: "2025-02-20", project: "2025-06", text: "指标下达 住建局 设计费", by: budgetOffice, event: issue("500000.00")},
		{step: "G04", date: "2025-02-20", project: "2025-06-1", text: "指标下达 立管", by: budgetOffice, event: issue("8820000.00")},
		{step: "G05", date: "2025-02-20", project: "2025-06-2", text: "指标下达 庭院管网", by: budgetOffice, event: issue("15680000.00")},
		{step: "G06", date: "2025-03-20", project: "2025-06", text: "设计费申请审核通过", by: unitAsks, event: hold("ZF-06-01", "", "500000.00")},
		{step: "G07", date: "2025-03-25", project: "2025-06", text: "支付设计费", by: treasuryPays, event: payCost("ZF-06-01", "1613.03", "500000.00", infrastructure)},
		{step: "G08", date: "2025-04-10", project: "2025-06-1", text: "签订立管合同", by: unitOnly, event: commit(risers, "8820000.00")},
		{step: "G12", date: "2025-04-10", project: "2025-06-2", text: "签订庭院管网合同", by: unitOnly, event: commit(yards, "15680000.00")},
		{step: "G09", date: "2025-09-20", project: "2025-06-1", text: "立管结算 扣质保金3%", by: unitOnly, event: certify(risers, "8820000.00", "0.00", "264600.00")},
		{step: "G13", date: "2025-09-20", project: "2025-06-2", text: "庭院管网结算 扣质保金3%", by: unitOnly, event: certify(yards, "15680000.00", "0.00", "470400.00")},
		{step: "G10", date: "2025-09-25", project: "2025-06-1", text: "立管结算款申请审核通过", by: unitAsks, event: hold("ZF-06-02", risers, "8555400.00")},
		{step: "G14", date: "2025-09-25", project: "2025-06-2", text: "庭院管网结算款申请审核通过", by: unitAsks, event: hold("ZF-06-03", yards, "15209600.00")},
		{step: "G11", date: "2025-09-29", project: "2025-06-1", text: "支付立管结算款", by: treasuryPays, event: payProgress("ZF-06-02", risers, "8555400.00", infrastructure)},
		{step: "G15", date: "2025-09-29", project: "2025-06-2", text: "支付庭院管网结算款", by: treasuryPays, event: payProgress("ZF-06-03", yards, "15209600.00", infrastructure)},
		{step: "G16", date: "2025-10-10", project: "2025-06", text: "设计费分摊到子项目 9:16", by: unitOnly, event: func(t telling) projects.Event {
			return projects.PassDown{Head: t.Head, Parent: t.project, Children: []projects.ProjectAmount{{Project: "2025-06-1", Amount: yuanOf("180000.00")}, {Project: "2025-06-2", Amount: yuanOf("320000.00")}}}
		}},
		{step: "G17", date: "2025-10-20", project: "2025-06-1", text: "户内立管核销", by: unitOnly, event: func(t telling) projects.Event {
			return projects.WriteOff{Head: t.Head, Project: t.project, Amount: yuanOf("9000000.00"), EconomicClass: infrastructure}
		}},
		{step: "G18", date: "2025-10-20", project: "2025-06-2", text: "庭院管网移交供暖公司", by: unitOnly, event: func(t telling) projects.Event {
			return projects.TransferOut{Head: t.Head, Project: t.project, Works: yuanOf("16000000.00")}
		}},
		{step: "G19", date: "2025-10-31", project: "2025-06", text: "完工清理内部结转", by: unitOnly, event: func(t telling) projects.Event {
			return projects.ClearPassedDown{Head: t.Head, Projects: []string{"2025-06-1", "2025-06-2", "2025-06"}}
		}},
	}
}
