package projects

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// warnings are what whoever approves should know; what the contract does not allow is refused.
// Codes: contract_unknown, contract_exceeded, subject_unknown, village_not_voted.
func (q PaymentRequest) warnings(ctx context.Context, r resolver, n *Node) ([]string, error) {
	var all []string
	leads, err := r.leadUnits(ctx, n)
	if err != nil {
		return nil, err
	}
	if leads > 1 {
		all = append(all, "several units lead this project; if the paying unit is one of them, another lead unit approves first")
	}
	plan, err := cashPlanWarnings(ctx, r.db, r.c.Book, q.Sources, q.Date)
	if err != nil {
		return nil, err
	}
	all = append(all, plan...)
	village, err := r.ofVillage(ctx, q.Node)
	if err != nil {
		return nil, err
	}
	if village {
		if err := r.villageReady(ctx, q.Node); err != nil {
			return nil, err
		}
	}
	if q.Payment == "subsidy" {
		if _, err := r.subject(ctx, accounting.Batch, Ref(q.Batch), false); err != nil {
			return nil, err
		}
	}
	if q.Contract == "" {
		short, err := q.beyondAvailable(ctx, r)
		return append(all, short...), err
	}
	k, err := FindContract(ctx, r.db, r.c.Book, q.Contract)
	if err != nil {
		return nil, err
	}
	if k.Node != n.ID {
		return nil, fault.Invalid("document_invalid", "contract %s is not of %s", q.Contract, q.Node)
	}
	room, text, err := q.room(ctx, r, *k)
	if err != nil {
		return nil, err
	}
	if q.Amount.Cmp(room) > 0 {
		return nil, fault.Conflict("contract_exceeded", "contract %s: %s, asked %s: %s too much", k.Number, text, q.Amount, q.Amount.Sub(room))
	}
	if paid := k.PayablePaid.Add(k.PayableHeld).Add(k.AdvanceRecouped).Add(*q.Amount); paymentRules[q.Payment].contract == payableMoney && k.Certified.Sign() > 0 && below(paid, k.Certified, 80) {
		all = append(all, fmt.Sprintf("paid with this request %s of %s certified: below 80 %% (R17)", paid, k.Certified))
	}
	return all, nil
}

// beyondAvailable tells what the budget lines cannot bear today. The approval decides; until then a budget may be raised.
func (q PaymentRequest) beyondAvailable(ctx context.Context, r resolver) (all []string, err error) {
	states, err := budgetOf(ctx, r.db, r.c.Book, q.Sources)
	for _, b := range states {
		if b.ThisTime.Cmp(b.Available) > 0 {
			all = append(all, fmt.Sprintf("budget line %s has %s available, asked %s: short by %s, not to be approved as it is", b.BudgetLine, b.Available, b.ThisTime, b.ThisTime.Sub(b.Available)))
		}
	}
	return all, err
}

// room is what the contract allows of this kind now, with its arithmetic.
func (q PaymentRequest) room(ctx context.Context, r resolver, k Contract) (accounting.Money, string, error) {
	switch paymentRules[q.Payment].contract {
	case advanceMoney:
		left := k.AdvanceTerms.Sub(k.AdvanceHeld).Sub(k.AdvancePaid)
		return left, fmt.Sprintf("advance agreed %s, requested %s, paid %s, left %s", k.AdvanceTerms, k.AdvanceHeld, k.AdvancePaid, left), nil
	case payableMoney:
		now, err := payableNow(ctx, r.db, r.c.Book, k.ID)
		return now.Amount, "payable now " + now.Formula, err
	default:
		kept, err := retentionDue(ctx, r.db, r.c.Book, k.ID, q.Date)
		return kept.Due, fmt.Sprintf("retention kept %s, requested %s, paid %s, due on %s, payable on %s %s", kept.Kept, kept.Requested, kept.Paid, kept.DueOn, q.Date, kept.Due), err
	}
}

func below(part, whole accounting.Money, percent int64) bool {
	return part.Decimal().Mul(hundred).LessThan(whole.Decimal().Mul(decimal.NewFromInt(percent)))
}

func (r resolver) leadUnits(ctx context.Context, n *Node) (int, error) {
	var count int
	err := r.db.NewRaw(`select count(*) from projects.leads(?, ?)`, r.c.Book, n.ID).Scan(ctx, &count)
	return count, fault.FromSQL(err)
}
