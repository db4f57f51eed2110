package seeds

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// Shorthand for the documents of the story: each takes its figures and leaves day, number and summary to the act.
type maker = func(t telling) projects.Content

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

func amountOf(text string) *accounting.Money {
	m := yuanOf(text)
	return &m
}

func rateOf(text string) *decimal.Decimal {
	d := decimal.RequireFromString(text)
	return &d
}

func (t telling) draw(m string) projects.Draw {
	return projects.Draw{BudgetLine: t.line, Amount: yuanOf(m)}
}

// says is a paper that says one event; the input is the event without its head.
func (t telling) says(event string, input any) projects.EventPaper {
	text, err := json.Marshal(input)
	if err != nil {
		panic(err) // inputs are plain maps of this package
	}
	return projects.EventPaper{Paper: t.paper, Node: t.project, Event: event, Input: text}
}

// right is the event as it should have been.
func (t telling) right(event string, input fields) *projects.RightEvent {
	return &projects.RightEvent{Event: event, Input: t.says(event, input).Input}
}

type fields = map[string]any

func budget(event string, input fields) maker {
	return func(t telling) projects.Content {
		with := fields{"budget_line": t.line}
		for k, v := range input {
			with[k] = v
		}
		if event == "Split" || event == "Transfer" {
			delete(with, "budget_line")
		}
		return &projects.Budget{EventPaper: t.says(event, with)}
	}
}

// approveStated approves what the notice states as the plan.
func approveStated(t telling) projects.Content {
	return &projects.Budget{EventPaper: t.says("Approve", fields{"budget_line": t.line, "amount": t.plan})}
}

func approve(m string) maker { return budget("Approve", fields{"amount": m}) }
func issue(m string) maker   { return budget("Issue", fields{"amount": m}) }

// split deals out amounts to children, given as code and amount in turn.
func split(parts ...string) maker {
	return func(t telling) projects.Content {
		var list []fields
		for i := 0; i < len(parts); i += 2 {
			list = append(list, fields{"budget_line": parts[i] + "/2025", "amount": parts[i+1]})
		}
		return &projects.Budget{EventPaper: t.says("Split", fields{"parent": t.line, "parts": list})}
	}
}

// splitEvenly deals the whole plan out to the children by equal weights.
func splitEvenly(children []string) maker {
	return func(t telling) projects.Content {
		var list []fields
		for _, c := range children {
			list = append(list, fields{"budget_line": c + "/2025", "weight": "1"})
		}
		return &projects.Budget{EventPaper: t.says("Split", fields{"parent": t.line, "total": t.plan, "full": true, "parts": list})}
	}
}

// agreement is a works contract over the whole of one budget line's money.
func agreement(number, name, price string, terms func(a *projects.Agreement)) maker {
	return func(t telling) projects.Content {
		a := projects.Agreement{
			Paper: t.paper, Node: t.project, Number: number, Name: "示例·" + name, Type: projects.WorksContract, Supplier: projects.Supplier{Name: contractor, Payee: t.story.payees[contractor]},
			Price: yuanOf(price), Items: []projects.AgreedItem{{Code: "1", Name: name, Amount: amountOf(price)}},
			Funding: []projects.FundingLine{{BudgetLine: t.line, Amount: amountOf(price)}}, ProgressRate: rateOf("97"), RetentionRate: rateOf("3"), DefectsMonths: 12,
		}
		if terms != nil {
			terms(&a)
		}
		return &a
	}
}

// certified certifies a share of the only item of a contract.
func certified(contract, percent string) maker {
	return func(t telling) projects.Content {
		return &projects.Certificate{Paper: t.paper, Contract: contract, Items: []projects.MeasuredItem{{Code: "1", Percent: rateOf(percent)}}}
	}
}

func settled(contract, price string, items ...projects.SettledItem) maker {
	return func(t telling) projects.Content {
		return &projects.Settlement{Paper: t.paper, Contract: contract, SettledPrice: yuanOf(price), Items: items}
	}
}

// asks is a payment request to one payee; change what it says otherwise.
func asks(kind projects.PaymentKind, payee, m, class string, changes ...func(q *projects.PaymentRequest)) maker {
	return func(t telling) projects.Content {
		q := projects.PaymentRequest{
			Paper: t.paper, Node: t.project, Payment: kind, Purpose: t.paper.Memo, EconomicClass: class, Sources: []projects.Draw{t.draw(m)},
			Payees: []projects.PayeeLine{{Payee: t.story.payees[payee], Account: accountOf(payee), Amount: yuanOf(m), Kind: "other"}},
		}
		for _, change := range changes {
			change(&q)
		}
		return &q
	}
}

func ofContract(number string) func(q *projects.PaymentRequest) {
	return func(q *projects.PaymentRequest) { q.Contract, q.Payees[0].Kind = number, "works" }
}

func ofBatch(code string) func(q *projects.PaymentRequest) {
	return func(q *projects.PaymentRequest) { q.Batch = code }
}

func asGrant(expense string) func(q *projects.PaymentRequest) {
	return func(q *projects.PaymentRequest) { q.Expense = expense }
}

// completes is a completion document.
func completes(event string, input fields, assets ...projects.CompletionAsset) maker {
	return func(t telling) projects.Content {
		return &projects.Completion{EventPaper: t.says(event, input), Assets: assets}
	}
}

func reaches(milestone string) maker {
	return func(t telling) projects.Content {
		return &projects.MilestonePaper{Paper: t.paper, Node: t.project, Milestone: milestone}
	}
}

// comesBack is money of a request's line that returned.
func comesBack(request string, change func(f *projects.RefundForm)) maker {
	return func(t telling) projects.Content {
		f := projects.RefundForm{Paper: t.paper, Request: t.story.documents[request].Number, Line: 1}
		change(&f)
		return &f
	}
}

// Who is paid. None of them is real.
const (
	contractor   = "示例建筑有限公司"
	wagesAccount = "9999-1001"
	supervisor   = "示例监理公司"
	supplier     = "示例设备有限公司"
	cardAgent    = "示例银行一卡通代发专户"
	pensionFund  = "示例社保基金财政专户"
	enterprise   = "示例园区企业"
	collective   = "示例村集体"
)

var payees = []string{contractor, supervisor, supplier, cardAgent, pensionFund, enterprise, collective}

// accountOf is the account of a payee: its place in the list makes the number.
func accountOf(name string) string {
	for i, p := range payees {
		if p == name {
			return "9999-000" + string(rune('1'+i))
		}
	}
	panic("no payee " + name)
}
