package projects

import (
	"context"
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
	return about{node: b.Node}, b.says(budgetEvents...)
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
