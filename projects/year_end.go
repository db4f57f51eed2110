package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

// YearClosing 年终单据 is one step of the year's end for some projects or all of the book: Y1, Y2, Y3, Y4 or Y5. What it
// posts is computed from the books when it is approved; posting it again closes only what came since.
type YearClosing struct{ EventPaper }

var yearEndEvents = []string{"CloseBudgetary", "CloseFinancial", "CarryAuthority", "CarryIn", "Lapse"}

var yearEndDocument = documentType{
	events: yearEndEvents,
	kind:   "year_end", prefix: "NZ", zh: "年终单据", en: "year-end document",
	content: func() Content { return new(YearClosing) },
	effects: map[string]effect{"submit": checkYearClosing, "approve": postPaper},
}

func (y YearClosing) about(context.Context, resolver) (about, error) {
	return about{node: y.Node}, y.says(yearEndEvents...)
}

// checkYearClosing runs the event and takes back what the run made: Y4 makes the new year's budget lines.
func checkYearClosing(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	trial, err := tx.BeginTx(ctx, nil) // a savepoint
	if err != nil {
		return nil, err
	}
	_, err = checkEvent(ctx, trial, c, d, s)
	if undone := trial.Rollback(); err == nil {
		err = undone
	}
	return nil, err
}
