package projects

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// Agreement is what a contract document 合同 says. Whoever writes it states the terms; the amounts that follow from them
	// are computed when it is written and stay as they were signed. Amounts are yuan, rates percent.
	Agreement struct {
		Paper
		Node     string           `json:"node"`
		Number   string           `json:"number"` // the contract's own, CN-1
		Name     string           `json:"name"`
		Type     ContractType     `json:"type"`
		Supplier Supplier         `json:"supplier"`
		Price    accounting.Money `json:"price"`
		Items    []AgreedItem     `json:"items"`

		Funding []FundingLine     `json:"funding"`
		Funded  *accounting.Money `json:"funded,omitempty"`  // with shares: what they are shares of, the price when left out
		DrawBy  string            `json:"draw_by,omitempty"` // payments draw on the lines in their order (default) or by their shares

		AdvanceRate        *decimal.Decimal  `json:"advance_rate,omitempty"`
		Advance            *accounting.Money `json:"advance,omitempty"`
		RecoupRate         *decimal.Decimal  `json:"recoup_rate,omitempty"` // of each certificate; the advance rate when left out
		RecoupAtSettlement bool              `json:"recoup_at_settlement,omitempty"`
		ProgressRate       *decimal.Decimal  `json:"progress_rate,omitempty"`  // 80 when left out
		SettledRate        *decimal.Decimal  `json:"settled_rate,omitempty"`   // 97 when left out
		RetentionRate      *decimal.Decimal  `json:"retention_rate,omitempty"` // at most 3 of works (R16)
		DefectsMonths      int               `json:"defects_months"`

		EstimateChange string            `json:"estimate_change,omitempty"` // 文号 of the approved change of the estimate 概算 (R18)
		Unfunded       *accounting.Money `json:"unfunded,omitempty"`
		Warnings       []string          `json:"warnings,omitempty"`
	}

	// Supplier 供应商 is named by text; its payee is the one registered for payments, once there is one.
	Supplier struct {
		Name       string `json:"name"`
		CreditCode string `json:"credit_code,omitempty"` // 统一社会信用代码
		Payee      string `json:"payee,omitempty"`
	}

	// FundingLine is money of a budget line: an amount, or a share of what is funded.
	FundingLine struct {
		BudgetLine string            `json:"budget_line"`
		Amount     *accounting.Money `json:"amount,omitempty"`
		Share      *decimal.Decimal  `json:"share,omitempty"`
	}
)

const (
	drawInOrder  = "order"
	drawByShares = "shares"
)

var hundred = decimal.NewFromInt(100)

var contractDocument = documentType{
	kind: "contract", prefix: "HT", zh: "合同", en: "contract",
	content: func() Content { return new(Agreement) },
	effects: map[string]effect{"submit": stillSays[Agreement], "approve": concludeContract},
}

func (a Agreement) about(context.Context, resolver) (about, error) {
	return about{node: a.Node, amount: &a.Price}, nil
}

// complete computes what follows from the terms. Codes: document_invalid, retention_rate, contract_exceeded (R18),
// budget_line_unknown, duplicate.
func (a Agreement) complete(ctx context.Context, r resolver) (Content, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	var err error
	if a.Items, err = agreedItems(a.Items); err != nil {
		return nil, err
	}
	if err = agree("price", &a.Price, totalOf(a.Items), "the sum of the items"); err != nil {
		return nil, err
	}
	if err = a.setTerms(); err != nil {
		return nil, err
	}
	if err = a.setFunding(ctx, r); err != nil {
		return nil, err
	}
	return &a, a.setEstimate(ctx, r)
}

func (a Agreement) check() error {
	texts := []struct {
		field, text string
		most        int
	}{{"number", a.Number, 40}, {"name", a.Name, 200}, {"supplier.name", a.Supplier.Name, 200}}
	for _, t := range texts {
		if err := accounting.CheckText(t.field, t.text, t.most); err != nil {
			return err
		}
	}
	for field, text := range map[string]string{"supplier.credit_code": a.Supplier.CreditCode, "supplier.payee": a.Supplier.Payee, "estimate_change": a.EstimateChange} {
		if text == "" {
			continue
		}
		if err := accounting.CheckText(field, text, 100); err != nil {
			return err
		}
	}
	if a.Node == "" {
		return fault.Invalid("document_invalid", "node: a contract belongs to a project")
	}
	if !slices.Contains([]ContractType{WorksContract, GoodsContract, ServicesContract}, a.Type) {
		return fault.Invalid("document_invalid", "type: works, goods or services, not %q", a.Type)
	}
	if a.DefectsMonths < 0 || a.DefectsMonths > 120 {
		return fault.Invalid("document_invalid", "defects_months: 0 to 120, not %d", a.DefectsMonths)
	}
	return positive("price", a.Price)
}

// setTerms fills in the usual terms and refuses those the rules do not allow.
func (a *Agreement) setTerms() error {
	a.Warnings = nil
	for _, x := range []struct {
		field string
		rate  **decimal.Decimal
		usual int64
	}{{"progress_rate", &a.ProgressRate, 80}, {"settled_rate", &a.SettledRate, 97}, {"retention_rate", &a.RetentionRate, 0}} {
		if *x.rate == nil {
			usual := decimal.NewFromInt(x.usual)
			*x.rate = &usual
		}
		if err := percent(x.field, **x.rate); err != nil {
			return err
		}
	}
	if a.ProgressRate.IsZero() || a.SettledRate.IsZero() {
		return fault.Invalid("document_invalid", "progress_rate %s, settled_rate %s: above zero", a.ProgressRate, a.SettledRate)
	}
	if a.RetentionRate.Equal(hundred) {
		return fault.Invalid("retention_rate", "retention %s %%: nothing would be payable", a.RetentionRate)
	}
	if a.Type == WorksContract && a.RetentionRate.GreaterThan(decimal.NewFromInt(3)) {
		return fault.Invalid("retention_rate", "retention %s %%, at most 3 %% of works: %s too much", a.RetentionRate, a.RetentionRate.Sub(decimal.NewFromInt(3)))
	}
	if a.ProgressRate.LessThan(decimal.NewFromInt(80)) {
		a.Warnings = append(a.Warnings, fmt.Sprintf("progress rate %s %%: progress payments are at least 80 %% of finished work (R17)", a.ProgressRate))
	}
	return a.setAdvance()
}

func (a *Agreement) setAdvance() error {
	advance := accounting.Money{}
	if a.AdvanceRate != nil {
		if err := percent("advance_rate", *a.AdvanceRate); err != nil {
			return err
		}
		advance = share(*a.AdvanceRate, a.Price)
		if err := agree("advance", a.Advance, advance, fmt.Sprintf("%s %% × %s", a.AdvanceRate, a.Price)); err != nil {
			return err
		}
	} else if a.Advance != nil {
		advance = *a.Advance
	}
	if advance.Sign() < 0 || advance.Cmp(a.Price) > 0 {
		return fault.Invalid("document_invalid", "advance: %s of a price of %s", advance, a.Price)
	}
	a.Advance = &advance
	switch {
	case a.RecoupAtSettlement && a.RecoupRate != nil:
		return fault.Invalid("document_invalid", "recoup_rate: %s %% of each certificate, or all at settlement", a.RecoupRate)
	case a.RecoupAtSettlement:
		return nil
	case a.RecoupRate == nil && a.AdvanceRate != nil:
		a.RecoupRate = a.AdvanceRate
	case a.RecoupRate == nil:
		rate := advance.Decimal().Mul(hundred).DivRound(a.Price.Decimal(), 4)
		a.RecoupRate = &rate
	}
	return percent("recoup_rate", *a.RecoupRate)
}

// setFunding deals shares out to the fen and shows what of the price no budget stands behind yet.
func (a *Agreement) setFunding(ctx context.Context, r resolver) (err error) {
	total := a.Price
	if a.Funded != nil {
		total = *a.Funded
	}
	if a.Funding, err = dealFunding(a.Funding, total); err != nil {
		return err
	}
	if a.DrawBy == "" {
		a.DrawBy = drawInOrder
	}
	if a.DrawBy != drawInOrder && a.DrawBy != drawByShares {
		return fault.Invalid("document_invalid", "draw_by: order or shares, not %q", a.DrawBy)
	}
	n, err := FindNode(ctx, r.db, r.c.Book, a.Node)
	if err != nil {
		return err
	}
	funded, err := r.ofNode(ctx, n.ID, drawsOf(a.Funding))
	if err != nil {
		return err
	}
	if err = agree("funded", a.Funded, funded, "the sum of the funding lines"); err != nil {
		return err
	}
	if funded.Cmp(a.Price) > 0 {
		return fault.Invalid("document_invalid", "funding %s of a price of %s: %s too much", funded, a.Price, funded.Sub(a.Price))
	}
	unfunded := a.Price.Sub(funded)
	a.Funded, a.Unfunded = &funded, &unfunded
	return nil
}

// setEstimate compares what the project comes to with its estimate (R18). The database asks again when it takes effect.
func (a *Agreement) setEstimate(ctx context.Context, r resolver) error {
	warning, err := overEstimate(ctx, r, a.Node, a.Number, a.Price, a.EstimateChange)
	if warning != "" {
		a.Warnings = append(a.Warnings, warning)
	}
	return err
}

// overEstimate refuses what brings a project above its estimate 概算 without an approved change, and warns when none is
// known. Codes: contract_exceeded.
func overEstimate(ctx context.Context, r resolver, node, number string, added accounting.Money, change string) (warning string, err error) {
	var use struct {
		Estimate           *accounting.Money
		Contracted, Beside accounting.Money
	}
	err = r.db.NewRaw(`select e.* from projects.nodes n, projects.estimate_use(n.book_id, n.node_id) e where n.book_id = ? and n.code = ?`, r.c.Book, node).Scan(ctx, &use)
	if err != nil {
		return "", fault.FromSQL(err)
	}
	if use.Estimate == nil {
		return "project " + node + " has no known estimate: nothing says whether the contract is within it (R18)", nil
	}
	total := accounting.Sum(use.Contracted, use.Beside, added)
	if total.Cmp(*use.Estimate) <= 0 {
		return "", nil
	}
	if change == "" {
		return "", fault.Conflict("contract_exceeded", "contract %s: estimate of %s %s, contracts %s, paid or requested beside contracts %s, added %s: %s too much without an approved change of the estimate",
			number, node, use.Estimate, use.Contracted, use.Beside, added, total.Sub(*use.Estimate))
	}
	return fmt.Sprintf("project %s comes to %s, %s above its estimate, by %s", node, total, total.Sub(*use.Estimate), change), nil
}

// concludeContract makes the contract known and holds the money of its funding lines (I6).
func concludeContract(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	a, err := contentOf[Agreement](d)
	if err != nil {
		return nil, err
	}
	if _, err = tx.ExecContext(ctx, `select projects.conclude_contract(?, ?)`, c.Book, d.ID); err != nil {
		return nil, fault.FromSQL(err)
	}
	h, err := eventHead(ctx, tx, d, a.Paper, s)
	if err != nil {
		return nil, err
	}
	return postEvent(ctx, tx, c, Commit{Head: h, Contract: SubjectRef{ID: accounting.SubjectID{UUID: d.ID}, Code: a.Number}, Sources: drawsOf(a.Funding)})
}

// stillSays refuses to send a document on whose figures the books have left behind since it was written.
// Codes: document_changed and those of its kind.
func stillSays[T completed](ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, _ Step) ([]accounting.Receipt, error) {
	was, err := contentOf[T](d)
	if err != nil {
		return nil, err
	}
	now, err := was.complete(ctx, resolver{tx, c})
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(now)
	if err != nil {
		return nil, fault.Internal(err)
	}
	if string(text) != string(d.Content) {
		return nil, fault.Conflict("document_changed", "%s: what it was computed from has changed since; revise it", d.Number)
	}
	return nil, nil
}
