package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Apportionment is how the deferred investment of a project goes to what was built, by the actual rate (R21): the parts
// add up to it to the fen. Amounts are yuan.
type Apportionment struct {
	Project        string           `json:"project"`
	Works          accounting.Money `json:"works"`     // 1613.01
	Equipment      accounting.Money `json:"equipment"` // 1613.02
	Deferred       accounting.Money `json:"deferred"`  // 1613.03
	Rate           string           `json:"rate"`      // percent, six decimals; empty while nothing was built
	WorksShare     accounting.Money `json:"works_share"`
	EquipmentShare accounting.Money `json:"equipment_share"`
}

// ProposeApportionment computes T1 from what the books hold. Codes: project_unknown.
func ProposeApportionment(ctx context.Context, db bun.IDB, book accounting.BookID, who accounting.Actor, project string) (Apportionment, error) {
	r := resolver{db, accounting.Command{Book: book, By: who}}
	c, err := r.onProject(ctx, project, nil)
	if err != nil {
		return Apportionment{}, err
	}
	a := Apportionment{Project: c.code}
	err = db.NewRaw(`select coalesce(sum(debit - credit) filter (where account = '1613.01'), 0) as works, coalesce(sum(debit - credit) filter (where account = '1613.02'), 0) as equipment,
			coalesce(sum(debit - credit) filter (where account = '1613.03'), 0) as deferred
		from accounting.turnover where book_id = ? and project_id = ? and account in ('1613.01', '1613.02', '1613.03')`, book, c.project).Scan(ctx, &a.Works, &a.Equipment, &a.Deferred)
	if err != nil {
		return a, fault.FromSQL(err)
	}
	built := a.Works.Add(a.Equipment)
	if built.Sign() <= 0 {
		return a, nil
	}
	a.Rate = a.Deferred.Decimal().Mul(decimal.NewFromInt(100)).DivRound(built.Decimal(), 6).StringFixed(6)
	parts, _, err := accounting.Allocate(a.Deferred, []decimal.Decimal{a.Works.Decimal(), a.Equipment.Decimal()}, accounting.StepFen)
	if err == nil {
		a.WorksShare, a.EquipmentShare = parts[0], parts[1]
	}
	return a, err
}

// Asset 资产 is what a project made: provisional from its hand-over until an adjustment or the final account settles it (R20).
type Asset struct {
	bun.BaseModel `bun:"table:projects.assets,alias:asset" json:"-"`

	ID           uuid.UUID         `bun:"asset_id" json:"id"`
	Account      string            `bun:",nullzero" json:"account,omitempty"` // 1601 or 1801; empty: it belongs to another body
	Class        string            `json:"class"`
	Name         string            `json:"name"`
	Owner        string            `json:"owner"`
	Value        accounting.Money  `json:"value"` // at the hand-over
	HandedOverOn accounting.Date   `json:"handed_over_on"`
	SettledValue *accounting.Money `json:"settled_value,omitempty"`
	Provisional  bool              `json:"provisional"`
	Document     uuid.UUID         `bun:"document_id" json:"document"`
	SettledBy    uuid.UUID         `bun:",nullzero" json:"settled_by,omitzero"`
}

// Assets lists what a project made. Codes: project_unknown.
func Assets(ctx context.Context, db bun.IDB, book accounting.BookID, who accounting.Actor, project string) ([]Asset, error) {
	c, err := resolver{db, accounting.Command{Book: book, By: who}}.onProject(ctx, project, nil)
	if err != nil {
		return nil, err
	}
	assets := []Asset{}
	err = db.NewSelect().Model(&assets).Where("book_id = ? and node_id = ?", book, c.project).Order("handed_over_on", "document_id", "ordinal").Scan(ctx)
	return assets, fault.FromSQL(err)
}
