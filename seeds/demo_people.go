package seeds

import (
	"fmt"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// Money for people: programmes 1 to 4 and 9. Programmes 1 and 2 have no plan in the notice; the example pays a thousand
// persons, so that rates and months can be seen at work.
func peopleStory() []act {
	acts := []act{
		{step: "M01", date: "2025-01-20", project: "2025-01", text: "预算批复 医保缴费奖补 按1000人", by: budgetOffice, event: approve("50000.00")},
		{step: "M02", date: "2025-02-10", project: "2025-01", text: "指标下达 医保局", by: budgetOffice, event: issue("50000.00")},
		{step: "M03", date: "2025-03-05", project: "2025-01", text: "名单核定 1000人×50", by: unitOnly, event: listApproved("BT-01-01", "50000.00", medicalAid)},
		{step: "M04", date: "2025-03-10", project: "2025-01", text: "奖补发放申请审核通过", by: unitAsks, event: hold("ZF-01-01", "", "50000.00")},
		{step: "M05", date: "2025-03-14", project: "2025-01", text: "发放缴费奖补", by: treasuryPays, event: paySubsidy("ZF-01-01", "BT-01-01", "50000.00", medicalAid)},

		{step: "N01", date: "2025-01-20", project: "2025-02", text: "预算批复 基础养老金调增 按1000人", by: budgetOffice, event: approve("240000.00")},
		{step: "N02", date: "2025-01-25", project: "2025-02", text: "指标下达 人社局", by: budgetOffice, event: issue("240000.00")},

		{step: "W01", date: "2025-01-20", project: "2025-04", text: "预算批复 教育评价激励", by: budgetOffice, event: approveStated},
		{step: "W02", date: "2025-02-10", project: "2025-04", text: "指标下达 教育局", by: budgetOffice, event: issue("5000000.00")},
		{step: "W03", date: "2025-09-08", project: "2025-04", text: "奖励名单核定", by: unitOnly, event: listApproved("BT-04-01", "4800000.00", awardMoney)},
		{step: "W04", date: "2025-09-10", project: "2025-04", text: "奖励发放申请审核通过", by: unitAsks, event: hold("ZF-04-01", "", "4800000.00")},
		{step: "W05", date: "2025-09-15", project: "2025-04", text: "发放教育评价奖励", by: treasuryPays, event: paySubsidy("ZF-04-01", "BT-04-01", "4800000.00", awardMoney)},

		{step: "B01", date: "2025-01-20", project: "2025-09", text: "预算批复 残疾人关爱", by: budgetOffice, event: approveStated},
		{step: "B02", date: "2025-02-10", project: "2025-09", text: "切块 阳光助残小康计划", by: budgetOffice, event: split("2025-09-1", "1200000.00")},
		{step: "B03", date: "2025-02-12", project: "2025-09-1", text: "指标下达 残联", by: budgetOffice, event: issue("1200000.00")},
		{step: "B04", date: "2025-05-20", project: "2025-09-1", text: "名单核定 300户×4000", by: unitOnly, event: listApproved("BT-09-01", "1200000.00", otherAid)},
		{step: "B05", date: "2025-06-03", project: "2025-09-1", text: "发放申请审核通过", by: unitAsks, event: hold("ZF-09-01", "", "1200000.00")},
		{step: "B06", date: "2025-06-10", project: "2025-09-1", text: "发放到户", by: treasuryPays, event: paySubsidy("ZF-09-01", "BT-09-01", "1200000.00", otherAid)},
		{step: "B07", date: "2025-06-16", project: "2025-09-1", text: "3户退票 款项待重付", by: treasuryPays, event: func(t telling) projects.Event {
			return projects.Refund{
				Head: t.Head, PaidOn: accounting.MustDate("2025-06-10"), Debited: "2303", To: projects.PayAgain, Sources: []projects.Draw{t.draw("12000.00")},
				Request: projects.Ref("ZF-09-01"), Batch: projects.Ref("BT-09-01"), EconomicClass: otherAid,
			}
		}},
		{step: "B08", date: "2025-06-25", project: "2025-09-1", text: "更正账号后重付3户", by: treasuryPays, event: paySubsidy("ZF-09-01", "BT-09-01", "12000.00", otherAid)},
	}
	for month := 1; month <= 12; month++ {
		request, m := fmt.Sprintf("ZF-02-%02d", month), "20000.00"
		acts = append(acts,
			act{step: fmt.Sprintf("N%da", month+2), date: fmt.Sprintf("2025-%02d-26", month), project: "2025-02", text: fmt.Sprintf("%d月养老金申请审核通过 1000人×20", month), by: unitAsks, event: hold(request, "", m)},
			act{step: fmt.Sprintf("N%db", month+2), date: fmt.Sprintf("2025-%02d-28", month), project: "2025-02", text: fmt.Sprintf("拨付%d月养老金至社保专户", month), by: treasuryPays, event: grant(request, "5001.03", m, livingAid)})
	}
	return append(acts, fundStory()...)
}

// fundStory is programme 3: an injection within the budget, money that only passes through, and the relief fund, whose
// six million are an aim and not the budget's money.
func fundStory() []act {
	return []act{
		{step: "C01", date: "2025-01-20", project: "2025-03", text: "预算批复 兜底基金注资", by: budgetOffice, event: approveStated},
		{step: "C02", date: "2025-02-10", project: "2025-03", text: "切块 注资", by: budgetOffice, event: split("2025-03-1", "30000000.00")},
		{step: "C03", date: "2025-02-12", project: "2025-03-1", text: "指标下达 民政局", by: budgetOffice, event: issue("30000000.00")},
		{step: "C04", date: "2025-08-01", project: "2025-03-1", text: "注资申请审核通过", by: unitAsks, event: hold("ZF-03-01", "", "30000000.00")},
		{step: "C05", date: "2025-08-06", project: "2025-03-1", text: "注入园区企业", by: treasuryPays, event: func(t telling) projects.Event {
			return projects.Inject{Paid: t.paid("30000000.00", "ZF-03-01", injection)}
		}},
		{step: "C06", date: "2025-09-01", project: "2025-03-1", text: "收到预算外注资款", by: unitOnly, event: func(t telling) projects.Event {
			return projects.ReceiveInjection{Head: t.Head, Project: t.project, Injection: projects.Ref("ZZ-03-01"), Amount: yuanOf("500000.00")}
		}},
		{step: "C07", date: "2025-09-08", project: "2025-03-1", text: "转付预算外注资款", by: unitOnly, event: func(t telling) projects.Event {
			return projects.PassOnInjection{Head: t.Head, Project: t.project, Injection: projects.Ref("ZZ-03-01"), Amount: yuanOf("500000.00")}
		}},
		{step: "D01", date: "2025-10-15", project: "2025-03-2", text: "收到资产收益和企业捐助", by: unitOnly, event: func(t telling) projects.Event {
			return projects.FundReceipt{Head: t.Head, Project: t.project, Amount: yuanOf("6000000.00")}
		}},
		{step: "D02", date: "2025-11-05", project: "2025-03-2", text: "救助急难型困难家庭", by: unitOnly, event: func(t telling) projects.Event {
			return projects.Relief{Head: t.Head, Project: t.project, Amount: yuanOf("5000.00")}
		}},
	}
}
