package projects

import "context"

// Budget 预算文件 is a budget version: original, issue, supplement, reduction, transfer, split, freeze, thaw or withdrawal.
// One number 文号 is one event and one voucher, also for 65 villages.
type Budget struct{ EventPaper }

func (b Budget) about(context.Context, resolver) (about, error) {
	return about{node: b.Node}, b.says("Approve", "Issue", "Supplement", "Reduce", "Transfer", "Split", "Freeze", "Thaw", "Lapse")
}

var budgetDocument = documentType{
	kind: "budget", prefix: "YS", zh: "预算文件", en: "budget document",
	content: func() Content { return new(Budget) },
	effects: map[string]effect{"submit": checkEvent, "approve": postPaper},
}
