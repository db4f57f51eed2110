package seeds

import (
	"time"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// year2025 is 2025 up to its closing, which goes into period 14: a view as of 31 December leaves it out.
func (s *Story) year2025() []act {
	var acts []act
	for _, part := range [][]act{peopleStory(), clinicStory(), heatingStory(), lightingStory(), roadStory(), villageStory(s.villages()), progressActs(FirstYear), monthsClosed(), {noticeOfSeptember()}, bank2025()} {
		acts = append(acts, part...)
	}
	return append(acts,
		act{step: "Y1", date: "2025-12-31", text: "年末结转 预算会计", kind: "year_end", content: closesYear("CloseBudgetary")},
		act{step: "Y2", date: "2025-12-31", text: "年末结转 财务会计", kind: "year_end", content: closesYear("CloseFinancial")},
		act{step: "Y3", date: "2025-12-31", text: "指标结转", kind: "year_end", content: closesYear("CarryAuthority")},
	)
}

// monthsClosed are closed a week into the next month each, up to September: what everybody may read is of its end. The months
// from October on stay open to try things.
func monthsClosed() (acts []act) {
	for m := time.January; m <= time.September; m++ {
		month := accounting.NewDate(FirstYear, m, 1)
		acts = append(acts, act{step: "close/" + month.Period().String(), date: month.LastOfMonth().AddDays(8).String(), closes: month.Period()})
	}
	return acts
}

// noticeOfSeptember is the inspection's notice of the last closed month.
func noticeOfSeptember() act {
	day := accounting.NewDate(FirstYear, time.October, 10)
	return act{step: "notice/2025-09", date: day.String(), notice: &projects.NewNotice{Month: 202509, Date: day, Demands: []string{"【示例】亮红灯项目的牵头单位于十日内书面说明滞后原因，并报支付计划。", "【示例】未填报进度的单位三日内补报。"}}}
}

func closesYear(event string) maker {
	return func(t telling) projects.Content {
		return &projects.YearClosing{EventPaper: t.says(event, fields{"year": FirstYear})}
	}
}

// year2026 is what 2025 left: carried in, retention paid back, money returned, final accounts, a rest that lapses.
func (s *Story) year2026() []act {
	const clinic, road, village = "2025-05", "2025-08-2", "2025-10-002"
	return append(append(progressActs(FirstYear+1), bank2026()...), []act{
		{step: "Y4", date: "2026-01-05", text: "上年结转转入", kind: "year_end", content: closesYear("CarryIn")},
		{step: "A23", date: "2026-03-02", project: clinic, text: "返还质保金", kind: "payment_request", content: asks("retention", contractor, "232800.00", buildings, ofContract("HT-05-01"))},
		{step: "A24", date: "2026-03-06", project: clinic, pays: "A23"},
		{step: "A25", date: "2026-03-10", project: clinic, text: "收回上年多付监理费 退回国库", kind: "refund", content: func(t telling) projects.Content {
			return comesBack("A09", func(f *projects.RefundForm) { f.Amount, f.Standing, f.BudgetLine = yuanOf("5000.00"), "1601", t.line })(t)
		}},
		{step: "A26", date: "2026-03-10", project: clinic, text: "以前年度盈余调整转累计盈余", kind: "completion", content: movesOldSurplus},
		{step: "A27", date: "2026-03-20", project: clinic, text: "结余资金收回", kind: "budget", content: budget("Lapse", fields{"amount": "40000.00"})},
		{step: "F15", date: "2026-04-15", project: road, text: "竣工财务决算 调增资产暂估价值", by: unitOnly, event: settlesAsset("1801", "15000.00")},
		{step: "E17", date: "2026-03-12", project: village, text: "村集体退回上年补助 缴本单位账户", kind: "refund", content: comesBack("E10", func(f *projects.RefundForm) {
			f.Amount, f.Standing, f.OwnBank = yuanOf("3000.00"), "3501", true
		})},
		{step: "E18", date: "2026-03-13", project: village, text: "以前年度盈余调整转累计盈余", kind: "completion", content: movesOldSurplus},
	}...)
}

// movesOldSurplus is an adjustment that settles no asset: what earlier years' surplus was adjusted by joins the surplus.
func movesOldSurplus(t telling) projects.Content {
	return completes("AdjustAsset", fields{"project": t.project, "increase": "0.00"})(t)
}

func settlesAsset(asset, increase string) func(t telling) projects.Event {
	return func(t telling) projects.Event {
		return projects.AdjustAsset{Head: t.head, Project: t.project, Asset: asset, Increase: yuanOf(increase)}
	}
}
