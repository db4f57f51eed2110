package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Contract 合同 is what was agreed and how far it is certified, paid and kept back, in yuan; rates are percent. Its row is
// written by the functions of migration 0014 only, out of documents that were signed.
type Contract struct {
	bun.BaseModel `bun:"table:projects.contracts,alias:contract"`

	Book          accounting.BookID    `bun:"book_id,pk"`
	ID            uuid.UUID            `bun:"contract_id,pk"` // the document and the ledger's subject
	Number        string               `bun:"number"`
	Node          accounting.ProjectID `bun:"node_id"`
	NodeCode      string               `bun:"node_code,scanonly"`
	Name          string
	Type          ContractType
	Supplier      string
	CreditCode    string
	Payee         string
	SignedOn      accounting.Date
	OriginalPrice accounting.Money
	Price         accounting.Money // with the changes approved since
	Funded        accounting.Money
	DrawBy        string
	RecoupRate    *decimal.Decimal // nil: everything at settlement
	ProgressRate  decimal.Decimal
	SettledRate   decimal.Decimal
	RetentionRate decimal.Decimal
	DefectsMonths int
	State         string
	SettledPrice  *accounting.Money
	SettledOn     accounting.Date `bun:",nullzero"`
	TerminatedOn  accounting.Date `bun:",nullzero"`

	AdvanceTerms       accounting.Money
	AdvanceHeld        accounting.Money
	AdvancePaid        accounting.Money
	AdvanceRecouped    accounting.Money
	Certified          accounting.Money
	CertifiedPayable   accounting.Money
	PayableHeld        accounting.Money
	PayablePaid        accounting.Money
	Deducted           accounting.Money
	RetentionKept      accounting.Money
	RetentionHeld      accounting.Money
	RetentionPaid      accounting.Money
	RetentionForfeited accounting.Money
	Claimed            accounting.Money // paid too much, to come back
	ClaimReturned      accounting.Money
	PayableNow         accounting.Money `bun:",scanonly"`
	PayableFormula     string           `bun:",scanonly"` // how payable now is reckoned
}

// ContractType is what is bought; it decides the cap of the retention.
type ContractType string

const (
	WorksContract    ContractType = "works"
	GoodsContract    ContractType = "goods"
	ServicesContract ContractType = "services"
)

// Unfunded is what the price of a contract of several years has no budget behind yet.
func (k Contract) Unfunded() accounting.Money {
	if k.SettledPrice != nil {
		return k.SettledPrice.Sub(k.Funded)
	}
	return k.Price.Sub(k.Funded)
}

// overOneYear decides whether the retention stands on 2502.01 or 2307.01.
func (k Contract) overOneYear() bool { return k.DefectsMonths > 12 }

func (k Contract) subject() SubjectRef {
	return SubjectRef{ID: accounting.SubjectID{UUID: k.ID}, Code: k.Number}
}

// advanceOpen is the advance neither recouped nor returned.
func (k Contract) advanceOpen() accounting.Money { return k.AdvancePaid.Sub(k.AdvanceRecouped) }

// needed is the hold a contract still needs: what is certified or kept back and neither paid nor requested.
func (k Contract) needed() accounting.Money {
	return k.CertifiedPayable.Sub(k.PayableHeld).Sub(k.PayablePaid).Add(k.RetentionKept).Sub(k.RetentionForfeited).Sub(k.RetentionHeld).Sub(k.RetentionPaid)
}

// ContractItem 清单项 is agreed by quantity and unit price, or as a lump sum certified by percent.
type ContractItem struct {
	bun.BaseModel `bun:"table:projects.contract_items,alias:item"`

	Book              accounting.BookID `bun:"book_id,pk"`
	Contract          uuid.UUID         `bun:"contract_id,pk"`
	Code              string            `bun:"code,pk"`
	Ordinal           int
	Name              string
	Unit              string
	Quantity          *decimal.Decimal
	UnitPrice         *decimal.Decimal
	Amount            accounting.Money
	CertifiedQuantity decimal.Decimal
	CertifiedPercent  decimal.Decimal
	CertifiedAmount   accounting.Money
	SettledAmount     *accounting.Money
}

// ContractFunding is what one document added to the money of a contract or, below zero, gave back.
type ContractFunding struct {
	Document   uuid.UUID
	BudgetLine string
	Amount     accounting.Money
}

// CertifiedWork 计量支付证书 is a certificate as it stands in the books of the contract, final.
type CertifiedWork struct {
	bun.BaseModel `bun:"table:projects.certificates,alias:certificate"`

	Book       accounting.BookID `bun:"book_id,pk"`
	ID         uuid.UUID         `bun:"certificate_id,pk"` // the document: a certificate or the settlement
	Contract   uuid.UUID         `bun:"contract_id"`
	Number     int
	Day        accounting.Date
	Gross      accounting.Money
	Recouped   accounting.Money
	Retained   accounting.Money
	Deducted   accounting.Money
	Net        accounting.Money
	Certified  accounting.Money // with the earlier ones
	PayableNow accounting.Money // when it was certified
	Formula    string

	Items []CertifiedItemRow `bun:"-"`
}

// CertifiedItemRow is one item of a certificate in the books of the contract.
type CertifiedItemRow struct {
	bun.BaseModel `bun:"table:projects.certificate_items,alias:item"`

	Book        accounting.BookID `bun:"book_id,pk"`
	Certificate uuid.UUID         `bun:"certificate_id,pk"`
	Contract    uuid.UUID         `bun:"contract_id"`
	Code        string            `bun:"code,pk"`
	Quantity    *decimal.Decimal
	Percent     *decimal.Decimal
	Cumulative  *decimal.Decimal // quantity or percent, with the earlier ones; nil in a settlement
	Amount      accounting.Money
}

// FindContract finds a contract by its number. Codes: contract_unknown.
func FindContract(ctx context.Context, db bun.IDB, book accounting.BookID, number string) (*Contract, error) {
	found, err := readContracts(ctx, db, book, "contract.number = ?", number)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.NotFound("contract_unknown", "there is no contract %q for you", number)
	}
	return &found[0], nil
}

// Contracts lists the contracts of a book by number; of one project when its code is given.
func Contracts(ctx context.Context, db bun.IDB, book accounting.BookID, node string) ([]Contract, error) {
	return readContracts(ctx, db, book, "? in ('', node.code)", node)
}

func readContracts(ctx context.Context, db bun.IDB, book accounting.BookID, condition string, arg any) ([]Contract, error) {
	var found []Contract
	err := db.NewSelect().Model(&found).ColumnExpr("contract.*, node.code as node_code, projects.payable_formula(contract) as payable_formula").
		Join("join projects.nodes node on node.book_id = contract.book_id and node.node_id = contract.node_id").
		Where("contract.book_id = ?", book).Where(condition, arg).Order("contract.number").Scan(ctx)
	return found, fault.FromSQL(err)
}

// ContractItems lists the items of a contract in their order.
func ContractItems(ctx context.Context, db bun.IDB, book accounting.BookID, contract uuid.UUID) ([]ContractItem, error) {
	var items []ContractItem
	err := db.NewSelect().Model(&items).Where("book_id = ? and contract_id = ?", book, contract).Order("ordinal").Scan(ctx)
	return items, fault.FromSQL(err)
}

// FundingOf lists where the money of a contract comes from, in the order it was agreed.
func FundingOf(ctx context.Context, db bun.IDB, book accounting.BookID, contract uuid.UUID) ([]ContractFunding, error) {
	var funding []ContractFunding
	err := db.NewRaw(`select f.document_id as document, b.code as budget_line, f.amount from projects.contract_funding f
		join accounting.budget_lines b on b.book_id = f.book_id and b.budget_line_id = f.budget_line_id
		where f.book_id = ? and f.contract_id = ? order by f.document_id, f.ordinal`, book, contract).Scan(ctx, &funding)
	return funding, fault.FromSQL(err)
}

// Certificates lists the certificates of a contract, the one within its settlement last.
func Certificates(ctx context.Context, db bun.IDB, book accounting.BookID, contract uuid.UUID) ([]CertifiedWork, error) {
	var found []CertifiedWork
	if err := db.NewSelect().Model(&found).Where("book_id = ? and contract_id = ?", book, contract).Order("number").Scan(ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	var items []CertifiedItemRow
	err := db.NewSelect().Model(&items).Where("item.book_id = ? and item.contract_id = ?", book, contract).
		Join("join projects.contract_items agreed on agreed.book_id = item.book_id and agreed.contract_id = item.contract_id and agreed.code = item.code").
		Order("agreed.ordinal").Scan(ctx)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	for i := range found {
		for _, it := range items {
			if it.Certificate == found[i].ID {
				found[i].Items = append(found[i].Items, it)
			}
		}
	}
	return found, nil
}
