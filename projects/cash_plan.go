package projects

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// CashPlan 用款计划 says how much is meant to be paid of budget lines in each quarter, in yuan. Asking for more is warned
	// of, never refused.
	CashPlan struct {
		Paper
		Quarters []QuarterPlan `json:"quarters"`
	}

	// QuarterPlan is a budget line's plan of a quarter of its year.
	QuarterPlan struct {
		BudgetLine string           `json:"budget_line"` // code
		Quarter    int              `json:"quarter"`
		Amount     accounting.Money `json:"amount"`
	}
)

var cashPlanDocument = documentType{
	kind: "cash_plan", prefix: "YK", zh: "用款计划", en: "cash plan",
	content: func() Content { return new(CashPlan) },
	effects: map[string]effect{"approve": byFunction("projects.keep_cash_plan")},
}

func (p CashPlan) about(ctx context.Context, r resolver) (about, error) {
	if len(p.Quarters) == 0 {
		return about{}, fault.Invalid("document_invalid", "quarters: a cash plan says at least one")
	}
	seen := map[string]bool{}
	var total accounting.Money
	for _, q := range p.Quarters {
		key := fmt.Sprint(q.BudgetLine, " ", q.Quarter)
		if q.Quarter < 1 || q.Quarter > 4 || q.Amount.Sign() < 0 || seen[key] {
			return about{}, fault.Invalid("document_invalid", "quarters: %s with %s; each line has one plan of a quarter 1 to 4, not below zero", key, q.Amount)
		}
		seen[key], total = true, total.Add(q.Amount)
		var known bool
		if err := r.db.NewRaw(`select exists (select from accounting.budget_lines where book_id = ? and code = ?)`, r.c.Book, q.BudgetLine).Scan(ctx, &known); err != nil {
			return about{}, fault.FromSQL(err)
		}
		if !known {
			return about{}, fault.Invalid("budget_line_unknown", "there is no budget line %q in this book", q.BudgetLine)
		}
	}
	return about{amount: &total}, nil
}

// cashPlanWarnings tells which draws ask for more than the plan of their quarter leaves.
func cashPlanWarnings(ctx context.Context, db bun.IDB, book accounting.BookID, draws []Draw, day accounting.Date) ([]string, error) {
	quarter := (int(day.Month())-1)/3 + 1
	first := accounting.NewDate(day.Year(), day.Month()-(day.Month()-1)%3, 1)
	var all []string
	for _, d := range draws {
		var found []struct{ Plan, Asked accounting.Money }
		err := db.NewRaw(`select p.amount as plan, coalesce((select sum(l.debit) from accounting.lines l where l.book_id = b.book_id and l.account = '9301.04' and l.budget_line_id = b.budget_line_id
				and l.period between ? and ? and l.date >= ?), 0) as asked
			from accounting.budget_lines b join lateral (select c.amount from projects.cash_plans c where c.book_id = b.book_id and c.budget_line_id = b.budget_line_id and c.quarter = ?
				order by c.document_id desc limit 1) p on true
			where b.book_id = ? and (b.code = ? or b.budget_line_id::text = ?)`,
			int(first.Period()), int(day.Period()), first, quarter, book, d.BudgetLine, d.BudgetLine).Scan(ctx, &found)
		if err != nil {
			return nil, fault.FromSQL(err)
		}
		if len(found) == 1 && found[0].Asked.Add(d.Amount).Cmp(found[0].Plan) > 0 {
			all = append(all, fmt.Sprintf("cash plan of %s for quarter %d is %s, asked before %s, now %s: %s above it", d.BudgetLine, quarter, found[0].Plan, found[0].Asked, d.Amount,
				found[0].Asked.Add(d.Amount).Sub(found[0].Plan)))
		}
	}
	return all, nil
}
