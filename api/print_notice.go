package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mingzhang/accounting"
	"mingzhang/api/paper"
	"mingzhang/projects"
)

var (
	lightWords      = map[projects.Light]string{projects.Green: "绿灯", projects.Yellow: "黄灯", projects.Red: "红灯", projects.NoLight: "无灯"}
	noticeRuleWords = map[string]string{"lag": "支付滞后", "unspent": "指标未支付", "document": "单据积压", "progress_entry": "进度未填报", "completion": "逾期未完成", "final_account": "竣工财务决算逾期", "retention": "质保金到期未返还", "repayment": "多付款逾期未收回"}
	basisWords      = map[string]string{"ledger": "账簿指标支出，项目 %s", "entries": "进度填报记录，项目 %s", "project": "项目节点单，项目 %s", "document": "单据 %s"}
)

// printNotice prints a 督查通报 as it was kept, whatever the books say meanwhile.
func (s *Server) printNotice(ctx context.Context, in *noticeRequest) (*printResponse, error) {
	id, err := accounting.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	k, err := s.keptNotice(ctx, id)
	if err != nil {
		return nil, err
	}
	n, err := k.Says()
	if err != nil {
		return nil, err
	}
	out := noticeOnPaper(k, n)
	return s.print(ctx, "督查通报-"+n.Month, time.Time{}, func(context.Context, printing) (form, error) {
		return func(f *paper.Font, imprint paper.Imprint) ([]byte, error) {
			return paper.PrintNotice(f, imprint, out)
		}, nil
	})
}

func noticeOnPaper(k *projects.KeptNotice, n *projects.Notice) paper.Notice {
	out := paper.Notice{Title: fmt.Sprintf("关于 %d 年 %d 月重点项目推进情况的通报", k.Month.Year(), k.Month.Month()), Date: n.Date, AsOf: n.AsOf, Formula: n.Formula.ZH, Hash: k.Hash.String(), DraftedBy: k.Drafter, IssueBy: "　",
		Demands: n.Demands}
	switch k.State {
	case "issued":
		out.Number, out.IssueBy = fmt.Sprintf("督查通报〔%d〕第 %d 期", k.Day.Year(), k.Issue), k.Decider
	case "withdrawn":
		out.State = "（草稿，已作废）"
	default:
		out.State = "（草稿，未签发）"
	}
	out.Summary = noticeSummary(n)
	for i, g := range n.Units {
		u := noticeUnit(g)
		u.Place = "—"
		if p := n.Place(i); p > 0 {
			u.Place = fmt.Sprint(p)
		}
		out.Units = append(out.Units, u)
	}
	out.Total = noticeUnit(n.Total)
	out.Total.Name = "合计"
	names := map[string]string{}
	for _, p := range n.Programmes {
		names[p.Code] = p.Code + " " + p.Name
		if len(p.Reasons) == 0 {
			continue
		}
		out.Late = append(out.Late, paper.NoticeLate{Name: names[p.Code], Leads: joined(p.Leads), Leaders: strings.Join(p.Leaders, "、"), Light: lightWords[p.Light], Reasons: each(p.Reasons, func(r projects.NoticeReason) paper.NoticeReason {
			return paper.NoticeReason{Rule: word(noticeRuleWords, r.Rule), Text: r.ZH, Basis: fmt.Sprintf(word(basisWords, r.Basis), r.Source)}
		})})
	}
	out.Overdue = each(n.Overdue, func(i projects.OverdueItem) paper.NoticeOverdue {
		return paper.NoticeOverdue{What: word(noticeRuleWords, string(i.Kind)), Project: i.Project + " " + i.Name, Owes: joined(i.Owes), Since: i.Since.String(), Days: fmt.Sprint(i.Days), Why: i.WhyZH}
	})
	out.Problems = each(n.Issues(), func(p projects.NoticeProgramme) paper.NoticeProblem {
		return paper.NoticeProblem{Project: names[p.Code], Percent: p.Entry.Percent + "\n" + p.Entry.Month, Problems: p.Entry.Problems, Measures: p.Entry.Measures, FiledOn: p.Entry.Date.String()}
	})
	return out
}

// noticeSummary is the first part: how the programmes stand together.
func noticeSummary(n *projects.Notice) []string {
	t := n.Total
	said := fmt.Sprintf("截至 %s，%d 项重点项目累计支付 %s 万元", paper.Day(n.AsOf), len(n.Programmes), paper.Wan(maybeMoney(t.ExecutedTotal)))
	if t.Plan != nil && t.PaymentProgress != nil && t.TimeProgress != nil {
		said += fmt.Sprintf("；有计划数的项目计划 %s 万元，已支付 %s 万元，支付进度 %s%%，序时进度 %s%%，滞后 %s 个百分点", paper.Wan(*t.Plan), paper.Wan(maybeMoney(t.PaidOfPlan)), *t.PaymentProgress, *t.TimeProgress, *t.Lag)
	}
	said += "。"
	lights := fmt.Sprintf("红灯 %d 项、黄灯 %d 项、绿灯 %d 项", t.Lights[projects.Red], t.Lights[projects.Yellow], t.Lights[projects.Green])
	if none := t.Lights[projects.NoLight]; none > 0 {
		lights += fmt.Sprintf("、无灯 %d 项", none)
	}
	if len(n.WithoutPlan) > 0 {
		lights += fmt.Sprintf("；其中 %d 项无计划数，不以资金亮灯", len(n.WithoutPlan))
	}
	return []string{said, lights + fmt.Sprintf("。逾期事项 %d 件。", len(n.Overdue))}
}

func noticeUnit(g projects.OverviewGroup) paper.NoticeUnit {
	text := func(share *string) string {
		if share == nil {
			return "—"
		}
		return *share
	}
	u := paper.NoticeUnit{Name: g.Name, Programmes: fmt.Sprintf("%d 项", len(g.Programmes)), Plan: g.Plan, Paid: g.ExecutedTotal, PaidShare: text(g.PaymentProgress), TimeShare: text(g.TimeProgress), Lag: text(g.Lag), Light: lightWords[g.Light]}
	if len(g.Joint) > 0 {
		u.Programmes += fmt.Sprintf("（联合 %d）", len(g.Joint))
	}
	return u
}

func joined(units []projects.PartyUnit) string {
	return strings.Join(each(units, func(u projects.PartyUnit) string { return u.Name }), "、")
}

func maybeMoney(m *accounting.Money) accounting.Money {
	if m == nil {
		return accounting.Money{}
	}
	return *m
}
