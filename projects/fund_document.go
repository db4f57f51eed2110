package projects

import (
	"context"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// FundPaper 基金单据 is money outside the budget: the relief fund's receipts and relief (R1, R2), injections that only pass
	// through (K2a, K2b).
	FundPaper struct{ EventPaper }

	// InjectionRecord 注资备查 is what the bureau owns of an enterprise; no account shows it. Amounts are yuan.
	InjectionRecord struct {
		Paper
		Node           string            `json:"node"`
		Investee       string            `json:"investee"`
		Amount         accounting.Money  `json:"amount"`
		Share          *decimal.Decimal  `json:"share,omitempty"` // percent
		Agreement      string            `json:"agreement"`       // its number
		ExpectedIncome *accounting.Money `json:"expected_income,omitempty"`
	}

	// Injection is a row of the memo register of injections.
	Injection struct {
		bun.BaseModel `bun:"table:projects.injections,alias:injection" json:"-"`

		Project        string            `bun:"project,scanonly" json:"project"`
		Investee       string            `json:"investee"`
		Day            accounting.Date   `json:"date"`
		Amount         accounting.Money  `json:"amount"`
		Share          *decimal.Decimal  `json:"share,omitempty"`
		Agreement      string            `json:"agreement"`
		ExpectedIncome *accounting.Money `json:"expected_income,omitempty"`
	}
)

var fundEvents = []string{"FundReceipt", "Relief", "ReceiveInjection", "PassOnInjection"}

var fundDocument = documentType{
	events: fundEvents,
	kind:   "fund", prefix: "JJ", zh: "基金单据", en: "fund document",
	content: func() Content { return new(FundPaper) },
	effects: map[string]effect{"submit": checkEvent, "approve": postPaper},
}

var injectionDocument = documentType{
	kind: "injection_record", prefix: "ZB", zh: "注资备查", en: "record of an injection",
	content: func() Content { return new(InjectionRecord) },
	effects: map[string]effect{"approve": byFunction("projects.keep_injection")},
}

func (f FundPaper) about(context.Context, resolver) (about, error) {
	if f.Node == "" {
		return about{}, fault.Invalid("document_invalid", "node: a fund document is about a project")
	}
	return about{node: f.Node, flow: SmallFlow}, f.says(fundEvents...)
}

func (i InjectionRecord) about(context.Context, resolver) (about, error) {
	for field, text := range map[string]string{"investee": i.Investee, "agreement": i.Agreement} {
		if err := accounting.CheckText(field, text, 200); err != nil {
			return about{}, err
		}
	}
	if i.Node == "" {
		return about{}, fault.Invalid("document_invalid", "node: an injection belongs to a project")
	}
	if i.Share != nil {
		if err := percent("share", *i.Share); err != nil {
			return about{}, err
		}
	}
	return about{node: i.Node, flow: SmallFlow, amount: &i.Amount}, positive("amount", i.Amount)
}

// Injections lists the memo register, by day.
func Injections(ctx context.Context, db bun.IDB, book accounting.BookID) ([]Injection, error) {
	rows := []Injection{}
	err := db.NewSelect().Model(&rows).ColumnExpr("n.code as project, injection.investee, injection.day, injection.amount, injection.share, injection.agreement, injection.expected_income").Join("join projects.nodes n on n.book_id = injection.book_id and n.node_id = injection.node_id").
		Where("injection.book_id = ?", book).Order("day", "investee").Scan(ctx)
	return rows, fault.FromSQL(err)
}
