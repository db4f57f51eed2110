package seeds

import (
	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// Shorthand for the events of the story: each takes its figures and leaves date, persons and project to the act.
type maker = func(t telling) projects.Event

// Economic classes 部门经济分类 the story spends on.
const (
	medicalAid     = "30307"
	livingAid      = "30305"
	awardMoney     = "30309"
	otherAid       = "30399"
	buildings      = "31001"
	infrastructure = "31005"
	injection      = "31201"
	villageGrant   = "31299"
)

func yuanOf(text string) accounting.Money { return accounting.MustMoney(text) }

func (t telling) draw(m string) projects.Draw {
	return projects.Draw{BudgetLine: t.line, Amount: yuanOf(m)}
}

func (t telling) paid(m, request, class string) projects.Paid {
	return projects.Paid{Head: t.Head, Request: projects.Ref(request), Sources: []projects.Draw{t.draw(m)}, EconomicClass: class}
}

// approveStated approves what the notice states as the plan.
func approveStated(t telling) projects.Event {
	return projects.Approve{Head: t.Head, Draw: projects.Draw{BudgetLine: t.line, Amount: *t.plan}}
}

func approve(m string) maker {
	return func(t telling) projects.Event { return projects.Approve{Head: t.Head, Draw: t.draw(m)} }
}

func issue(m string) maker {
	return func(t telling) projects.Event { return projects.Issue{Head: t.Head, Draw: t.draw(m)} }
}

// split deals out amounts to children, given as code and amount in turn.
func split(parts ...string) maker {
	return func(t telling) projects.Event {
		s := projects.Split{Head: t.Head, Parent: t.line}
		for i := 0; i < len(parts); i += 2 {
			m := yuanOf(parts[i+1])
			s.Parts = append(s.Parts, projects.SplitPart{BudgetLine: parts[i] + "/2025", Amount: &m})
		}
		return s
	}
}

// splitEvenly deals the whole plan out to the children by equal weights.
func splitEvenly(children []string) maker {
	return func(t telling) projects.Event {
		s := projects.Split{Head: t.Head, Parent: t.line, Total: t.plan, Full: true}
		for _, c := range children {
			one := decimal.NewFromInt(1)
			s.Parts = append(s.Parts, projects.SplitPart{BudgetLine: c + "/2025", Weight: &one})
		}
		return s
	}
}

func commit(contract, m string) maker {
	return func(t telling) projects.Event {
		return projects.Commit{Head: t.Head, Contract: projects.Ref(contract), Sources: []projects.Draw{t.draw(m)}}
	}
}

// hold approves a request; contract is empty where the money comes out of what is available.
func hold(request, contract, m string) maker {
	return func(t telling) projects.Event {
		e := projects.HoldForRequest{Head: t.Head, Request: projects.Ref(request), Sources: []projects.Draw{t.draw(m)}}
		if contract != "" {
			e.Contract = projects.Ref(contract)
		}
		return e
	}
}

func certify(contract, gross, recouped, retained string) maker {
	return func(t telling) projects.Event {
		return projects.Certify{Head: t.Head, Project: t.project, Contract: projects.Ref(contract), Gross: yuanOf(gross), Recouped: yuanOf(recouped), Retained: yuanOf(retained)}
	}
}

func payAdvance(request, contract, m, class string) maker {
	return func(t telling) projects.Event {
		return projects.PayAdvance{Paid: t.paid(m, request, class), Contract: projects.Ref(contract)}
	}
}

func payProgress(request, contract, m, class string) maker {
	return func(t telling) projects.Event {
		return projects.PayProgress{Paid: t.paid(m, request, class), Contract: projects.Ref(contract)}
	}
}

func payCost(request, cost, m, class string) maker {
	return func(t telling) projects.Event {
		return projects.PayCost{Paid: t.paid(m, request, class), Cost: cost}
	}
}

func listApproved(batch, m, class string) maker {
	return func(t telling) projects.Event {
		return projects.ApproveList{Head: t.Head, Project: t.project, Batch: projects.Ref(batch), Amount: yuanOf(m), EconomicClass: class}
	}
}

func paySubsidy(request, batch, m, class string) maker {
	return func(t telling) projects.Event {
		return projects.PaySubsidy{Paid: t.paid(m, request, class), Batch: projects.Ref(batch)}
	}
}

func grant(request, expense, m, class string) maker {
	return func(t telling) projects.Event {
		return projects.Grant{Paid: t.paid(m, request, class), Expense: expense}
	}
}
