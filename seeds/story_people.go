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
		{step: "M01", date: "2025-01-20", project: "2025-01", text: "预算批复 医保缴费奖补 按1000人", kind: "budget", content: approve("50000.00")},
		{step: "M02", date: "2025-02-10", project: "2025-01", text: "指标下达 医保局", kind: "budget", content: issue("50000.00")},
		{step: "M03", date: "2025-03-05", project: "2025-01", text: "名单核定 1000人×50", kind: "subsidy_batch", content: listOf("BT-01-01", 1000, "50", medicalAid)},
		{step: "M04", date: "2025-03-10", project: "2025-01", text: "发放缴费奖补", kind: "payment_request", content: asks("subsidy", cardAgent, "50000.00", medicalAid, ofBatch("BT-01-01"))},
		{step: "M05", date: "2025-03-14", project: "2025-01", pays: "M04"},

		{step: "N01", date: "2025-01-20", project: "2025-02", text: "预算批复 基础养老金调增 按1000人", kind: "budget", content: approve("240000.00")},
		{step: "N02", date: "2025-01-25", project: "2025-02", text: "指标下达 人社局", kind: "budget", content: issue("240000.00")},

		{step: "W01", date: "2025-01-20", project: "2025-04", text: "预算批复 教育评价激励", kind: "budget", content: approveStated},
		{step: "W02", date: "2025-02-10", project: "2025-04", text: "指标下达 教育局", kind: "budget", content: issue("5000000.00")},
		{step: "W03", date: "2025-09-08", project: "2025-04", text: "奖励名单核定 1200人×4000", kind: "subsidy_batch", content: listOf("BT-04-01", 1200, "4000", awardMoney)},
		{step: "W04", date: "2025-09-10", project: "2025-04", text: "发放教育评价奖励", kind: "payment_request", content: asks("subsidy", cardAgent, "4800000.00", awardMoney, ofBatch("BT-04-01"))},
		{step: "W05", date: "2025-09-15", project: "2025-04", pays: "W04"},

		{step: "B01", date: "2025-01-20", project: "2025-09", text: "预算批复 残疾人关爱", kind: "budget", content: approveStated},
		{step: "B02", date: "2025-02-10", project: "2025-09", text: "切块 阳光助残小康计划", kind: "budget", content: split("2025-09-1", "1200000.00")},
		{step: "B03", date: "2025-02-12", project: "2025-09-1", text: "指标下达 残联", kind: "budget", content: issue("1200000.00")},
		{step: "B04", date: "2025-05-20", project: "2025-09-1", text: "名单核定 300户×4000", kind: "subsidy_batch", content: listOf("BT-09-01", 300, "4000", otherAid)},
		{step: "B05", date: "2025-06-03", project: "2025-09-1", text: "发放到户", kind: "payment_request", content: asks("subsidy", cardAgent, "1200000.00", otherAid, ofBatch("BT-09-01"), lastHouseholds("12000.00"))},
		{step: "B06", date: "2025-06-10", project: "2025-09-1", pays: "B05"},
		{step: "B07", date: "2025-06-16", project: "2025-09-1", text: "3户退票 款项待重付", kind: "refund", content: comesBack("B05", func(f *projects.RefundForm) {
			f.Line, f.Amount, f.To = 2, yuanOf("12000.00"), projects.PayAgain
		})},
		{step: "B08", date: "2025-06-25", project: "2025-09-1", text: "更正账号后重付3户", fails: "B05"},
	}
	for month := 1; month <= 12; month++ {
		asked := fmt.Sprintf("N%da", month+2)
		acts = append(acts,
			act{step: asked, date: fmt.Sprintf("2025-%02d-26", month), project: "2025-02", text: fmt.Sprintf("拨付%d月养老金至社保专户 1000人×20", month), kind: "payment_request",
				content: asks("direct_grant", pensionFund, "20000.00", livingAid, asGrant("5001.03"))},
			act{step: fmt.Sprintf("N%db", month+2), date: fmt.Sprintf("2025-%02d-28", month), project: "2025-02", pays: asked})
	}
	return append(acts, fundStory()...)
}

// lastHouseholds pays some households by a line of their own.
func lastHouseholds(m string) func(q *projects.PaymentRequest) {
	return func(q *projects.PaymentRequest) {
		rest := q.Payees[0]
		rest.Amount = yuanOf(m)
		q.Payees[0].Amount = q.Payees[0].Amount.Sub(rest.Amount)
		q.Payees = append(q.Payees, rest)
	}
}

// listOf is a list that hung for the week before its day.
func listOf(batch string, count int, rate, class string) maker {
	return func(t telling) projects.Content {
		return &projects.SubsidyBatch{Paper: t.paper, Node: t.project, Code: batch, Month: t.paper.Date.String()[:7], Count: count, Rate: *rateOf(rate), EconomicClass: class,
			PublishedAt: "示例·单位公示栏", PublishedFrom: t.paper.Date.AddDays(-7), PublishedUntil: t.paper.Date.AddDays(-1)}
	}
}

// fundStory is programme 3: an injection within the budget, money that only passes through, and the relief fund, whose
// six million are an aim and not the budget's money.
func fundStory() []act {
	return []act{
		{step: "C01", date: "2025-01-20", project: "2025-03", text: "预算批复 兜底基金注资", kind: "budget", content: approveStated},
		{step: "C02", date: "2025-02-10", project: "2025-03", text: "切块 注资", kind: "budget", content: split("2025-03-1", "30000000.00")},
		{step: "C03", date: "2025-02-12", project: "2025-03-1", text: "指标下达 民政局", kind: "budget", content: issue("30000000.00")},
		{step: "C04", date: "2025-08-01", project: "2025-03-1", text: "注入园区企业", kind: "payment_request", content: asks("injection", enterprise, "30000000.00", injection)},
		{step: "C05", date: "2025-08-06", project: "2025-03-1", pays: "C04"},
		{step: "C05b", date: "2025-08-06", project: "2025-03-1", text: "注资备查登记", kind: "injection_record", content: func(t telling) projects.Content {
			return &projects.InjectionRecord{Paper: t.paper, Node: t.project, Investee: enterprise, Amount: yuanOf("30000000.00"), Share: rateOf("12.5"), Agreement: "示例注资协议〔2025〕1号", ExpectedIncome: amountOf("900000.00")}
		}},
		{step: "C06", date: "2025-09-01", project: "2025-03-1", text: "收到预算外注资款", kind: "fund", content: fundPaper("ReceiveInjection", fields{"injection": "ZZ-03-01", "amount": "500000.00"})},
		{step: "C07", date: "2025-09-08", project: "2025-03-1", text: "转付预算外注资款", kind: "fund", content: fundPaper("PassOnInjection", fields{"injection": "ZZ-03-01", "amount": "500000.00"})},
		{step: "D01", date: "2025-10-15", project: "2025-03-2", text: "收到资产收益和企业捐助", kind: "fund", content: fundPaper("FundReceipt", fields{"amount": "6000000.00"})},
		{step: "D02", date: "2025-11-05", project: "2025-03-2", text: "救助急难型困难家庭", kind: "fund", content: fundPaper("Relief", fields{"amount": "2000.00"})},
		{step: "D03", date: "2025-11-28", project: "2025-03-2", text: "救助支出型困难家庭", kind: "fund", content: fundPaper("Relief", fields{"amount": "1800.00"})},
		{step: "D04", date: "2025-12-31", project: "2025-03-2", text: "救助急难型困难家庭 年末", kind: "fund", content: fundPaper("Relief", fields{"amount": "1200.00"})},
	}
}

func fundPaper(event string, input fields) maker {
	return func(t telling) projects.Content {
		with := fields{"project": t.project}
		for k, v := range input {
			with[k] = v
		}
		return &projects.FundPaper{EventPaper: t.says(event, with)}
	}
}

// openingOf is what a project brings from before this book; lists of opening balances come with the imports.
func openingOf(balances ...projects.OpeningBalance) func(t telling) projects.Event {
	return func(t telling) projects.Event { return projects.Opening{Head: t.head, Balances: balances} }
}

func openingBalance(t string, account, amount string, subject string) projects.OpeningBalance {
	b := projects.OpeningBalance{Account: account, Project: t, Balance: yuanOf(amount)}
	if subject != "" {
		b.Subject = projects.SubjectRef{Code: subject, ID: accounting.SubjectID{}}
	}
	return b
}
