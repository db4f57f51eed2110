package projects

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Budget 预算文件 is a budget version: original, issue, supplement, reduction, transfer, split, freeze, thaw or withdrawal.
// One number 文号 is one event and one voucher, also for 65 villages, and brings it about once.
type Budget struct{ EventPaper }

// about asks for the number. Codes: document_no_required, document_invalid.
func (b Budget) about(context.Context, resolver) (about, error) {
	if strings.TrimSpace(b.DocumentNo) == "" {
		return about{}, fault.Invalid("document_no_required", "a budget document has its number (文号)")
	}
	return about{node: b.Node, amount: b.comesTo()}, b.says(budgetEvents...)
}

// comesTo is the sum that the second person sees waiting: the amount, or what the rows add up to; nil where weights decide.
func (b Budget) comesTo() *accounting.Money {
	var input struct {
		Amount, Total *accounting.Money
		Rows, Parts   []struct{ Amount *accounting.Money }
	}
	if json.Unmarshal(b.Input, &input) != nil {
		return nil // says tells what is wrong with it
	}
	if input.Amount != nil {
		return input.Amount
	}
	if input.Total != nil {
		return input.Total
	}
	var sum accounting.Money
	for _, row := range append(input.Rows, input.Parts...) {
		if row.Amount == nil {
			return nil
		}
		sum = sum.Add(*row.Amount)
	}
	if sum.IsZero() {
		return nil
	}
	return &sum
}

var budgetEvents = []string{"Approve", "Issue", "Indicators", "Supplement", "Reduce", "Transfer", "Split", "Freeze", "Thaw", "Lapse"}

var budgetDocument = documentType{
	events: budgetEvents,
	kind:   "budget", prefix: "YS", zh: "预算文件", en: "budget document",
	content: func() Content { return new(Budget) },
	effects: map[string]effect{"submit": checkEvent, "approve": approveBudget},
}

// approveBudget posts the event under its number. Codes: document_no_used and those of the event.
func approveBudget(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	if _, err := tx.ExecContext(ctx, `select projects.use_budget_number(?, ?)`, c.Book, d.ID); err != nil {
		return nil, fault.FromSQL(err)
	}
	return postPaper(ctx, tx, c, d, s)
}
