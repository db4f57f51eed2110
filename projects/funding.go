package projects

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// FundingSource 资金来源 is where money comes from.
type FundingSource struct {
	bun.BaseModel `bun:"table:projects.funding_sources"`

	Book accounting.BookID `bun:"book_id,pk"`
	Code string            `bun:"code,pk"`
	Name string
	Kind SourceKind
}

// SourceKind is the kind of a funding source.
type SourceKind string

const (
	CentralTransfer    SourceKind = "central_transfer"
	ProvincialTransfer SourceKind = "provincial_transfer"
	County             SourceKind = "county"
	Bond               SourceKind = "bond"
	AssetIncome        SourceKind = "asset_income"
	Donation           SourceKind = "donation"
)

var sourceKinds = map[SourceKind]bool{CentralTransfer: true, ProvincialTransfer: true, County: true, Bond: true, AssetIncome: true, Donation: true}

// Inputs.
type (
	NewFundingSource struct {
		Code string     `json:"code"`
		Name string     `json:"name"`
		Kind SourceKind `json:"kind"`
	}

	NewBudgetLine struct {
		Node            string                `json:"node"`
		FiscalYear      int                   `json:"fiscal_year"`
		Code            string                `json:"code,omitempty"` // 2025-05/2025 when empty
		FundNature      accounting.FundNature `json:"fund_nature"`
		FundingSource   string                `json:"funding_source"` // code
		FunctionalClass string                `json:"functional_class,omitempty"`
	}
)

// AddFundingSource registers where money comes from. Codes: text_invalid, funding_source_invalid, duplicate.
func AddFundingSource(ctx context.Context, db *bun.DB, c accounting.Command, in NewFundingSource) (*FundingSource, error) {
	c.Name, c.Body = "source.add", in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*FundingSource, error) {
		s := FundingSource{Book: c.Book, Code: in.Code, Name: in.Name, Kind: in.Kind}
		if err := accounting.CheckText("code", in.Code, 40); err != nil {
			return nil, err
		}
		if err := accounting.CheckText("name", in.Name, 100); err != nil {
			return nil, err
		}
		if !sourceKinds[in.Kind] {
			return nil, fault.Invalid("funding_source_invalid", "%q is no kind of funding source", in.Kind)
		}
		if err := freeCode(ctx, tx, (*FundingSource)(nil), c.Book, in.Code); err != nil {
			return nil, err
		}
		_, err := tx.NewInsert().Model(&s).Exec(ctx)
		return &s, fault.FromSQL(err)
	})
}

// AddBudgetLine registers an indicator 指标 of a node that has its accounting unit. It holds nothing until I1 approves an
// amount on it. Codes: node_unknown, unit_missing, funding_source_unknown, budget_line_invalid, duplicate.
func AddBudgetLine(ctx context.Context, db *bun.DB, c accounting.Command, in NewBudgetLine) (*accounting.BudgetLine, error) {
	c.Name, c.Body = "budget_line.add", in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*accounting.BudgetLine, error) {
		n, err := FindNode(ctx, tx, c.Book, in.Node)
		if err != nil {
			return nil, err
		}
		if n.Unit.IsZero() {
			return nil, fault.Conflict("unit_missing", "node %s has no accounting unit yet; give it one first", n.Code)
		}
		b := accounting.BudgetLine{
			Book: c.Book, ID: accounting.BudgetLineID{UUID: accounting.NewID()}, Project: n.ID, FiscalYear: in.FiscalYear, Code: in.Code,
			FundNature: in.FundNature, FundingSource: in.FundingSource, FunctionalClass: in.FunctionalClass,
		}
		if err := completeBudgetLine(ctx, tx, n, &b); err != nil {
			return nil, err
		}
		return &b, accounting.AddBudgetLine(ctx, tx, b)
	})
}

// completeBudgetLine gives the line its code and refuses what the registry could not hold.
func completeBudgetLine(ctx context.Context, tx bun.IDB, n *Node, b *accounting.BudgetLine) error {
	if b.FiscalYear < 2000 || b.FiscalYear > 2999 || b.FundNature != accounting.GeneralPublicBudget && b.FundNature != accounting.GovernmentFund {
		return fault.Invalid("budget_line_invalid", "fiscal year %d, fund nature %q: a line has a year and is of %q or %q", b.FiscalYear, b.FundNature, accounting.GeneralPublicBudget, accounting.GovernmentFund)
	}
	if b.Code == "" {
		b.Code = fmt.Sprintf("%s/%d", n.Code, b.FiscalYear)
	}
	if err := accounting.CheckText("code", b.Code, 60); err != nil {
		return err
	}
	known, err := tx.NewSelect().Model((*FundingSource)(nil)).Where("book_id = ? and code = ?", b.Book, b.FundingSource).Exists(ctx)
	if err != nil {
		return fault.FromSQL(err)
	}
	if !known {
		return fault.NotFound("funding_source_unknown", "there is no funding source %q in this book", b.FundingSource)
	}
	return freeCode(ctx, tx, (*accounting.BudgetLine)(nil), b.Book, b.Code)
}
