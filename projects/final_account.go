package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// FinalAccount 竣工财务决算 says what a project cost, where the cost went, where the money came from and what each asset is
// worth. Its totals are equal and each figure is what the books hold, with the adjustment its approval brings (T5) where
// an asset is settled at another value than it was handed over with. Amounts are yuan.
type FinalAccount struct {
	Paper
	Node    string         `json:"node"` // code
	Cost    FinalCost      `json:"cost"`
	Uses    FinalUses      `json:"uses"`
	Sources FinalSources   `json:"sources"`
	Assets  []SettledAsset `json:"assets,omitempty"` // all of the project
}

type (
	// FinalCost is the settled cost by component, before deferred investment is apportioned.
	FinalCost struct {
		Works      accounting.Money `json:"works"`        // 建筑安装工程投资 1613.01
		Equipment  accounting.Money `json:"equipment"`    // 设备投资 1613.02
		Deferred   accounting.Money `json:"deferred"`     // 待摊投资 1613.03
		Other      accounting.Money `json:"other"`        // 其他投资 1613.04
		ToWriteOff accounting.Money `json:"to_write_off"` // 待核销基建支出 1613.05, as far as it was paid as such
		Adjustment accounting.Money `json:"adjustment"`   // of assets after their hand-over: T5, P7, P5f
	}

	// FinalUses 资金占用: the first four are where the cost went.
	FinalUses struct {
		HandedOver     accounting.Money `json:"handed_over"`     // 交付使用资产
		TransferredOut accounting.Money `json:"transferred_out"` // 转出投资
		WrittenOff     accounting.Money `json:"written_off"`     // 核销支出
		Rest           accounting.Money `json:"rest"`            // 在建工程, what is left on 1613
		Advances       accounting.Money `json:"advances"`        // 1214
		Claims         accounting.Money `json:"claims"`          // 1218
		Money          accounting.Money `json:"money"`           // 1002
		Expenses       accounting.Money `json:"expenses"`        // spent without making an asset
	}

	// FinalSources 资金来源.
	FinalSources struct {
		Funding   []SourceAmount   `json:"funding,omitempty"` // appropriations by funding source
		Payables  accounting.Money `json:"payables"`
		Retention accounting.Money `json:"retention"`
		Carried   accounting.Money `json:"carried"` // between projects and years: opening, adjustments of earlier years, fees passed down
	}

	// SourceAmount is what came from one funding source.
	SourceAmount struct {
		Source string           `json:"source"` // code
		Amount accounting.Money `json:"amount"`
	}

	// SettledAsset is the final value of an asset of the register.
	SettledAsset struct {
		Asset uuid.UUID        `json:"asset"`
		Value accounting.Money `json:"value"`
	}
)

var finalAccountDocument = documentType{
	kind: "final_account", prefix: "JG", zh: "竣工财务决算", en: "final account",
	content: func() Content { return new(FinalAccount) },
	effects: map[string]effect{"submit": checkFinalAccount, "review": checkFinalAccount, "approve": approveFinalAccount},
}

func (f FinalAccount) about(ctx context.Context, r resolver) (about, error) {
	cost := accounting.Sum(f.Cost.Works, f.Cost.Equipment, f.Cost.Deferred, f.Cost.Other, f.Cost.ToWriteOff, f.Cost.Adjustment)
	a := about{node: f.Node, amount: &cost}
	if f.Node == "" {
		return a, fault.Invalid("document_invalid", "node: a final account is a project's")
	}
	for _, x := range f.Assets {
		if x.Value.Sign() < 0 {
			return a, fault.Invalid("amount_invalid", "asset %s: value %s is below zero", x.Asset, x.Value)
		}
	}
	for _, x := range f.Sources.Funding {
		known, err := r.db.NewSelect().Model((*FundingSource)(nil)).Where("book_id = ? and code = ?", r.c.Book, x.Source).Exists(ctx)
		if err != nil {
			return a, fault.FromSQL(err)
		}
		if !known {
			return a, fault.NotFound("funding_source_unknown", "there is no funding source %q in this book", x.Source)
		}
	}
	return a, nil
}

// checkFinalAccount refuses what does not add up or is not what the books hold, with the arithmetic.
// Codes: final_account_unequal, asset_final, milestone_order.
func checkFinalAccount(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, _ Step) ([]accounting.Receipt, error) {
	_, err := tx.ExecContext(ctx, `select projects.check_final_account(?, ?)`, c.Book, d.ID)
	return nil, fault.FromSQL(err)
}

// approveFinalAccount records it, makes the project's assets final and posts what their values differ by (T5).
func approveFinalAccount(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	if _, err := tx.ExecContext(ctx, `select projects.record_final_account(?, ?)`, c.Book, d.ID); err != nil {
		return nil, fault.FromSQL(err)
	}
	var changes []struct {
		Account string
		Change  accounting.Money
	}
	if err := tx.NewRaw(`select * from projects.settle_assets(?, ?)`, c.Book, d.ID).Scan(ctx, &changes); err != nil {
		return nil, fault.FromSQL(err)
	}
	content, err := contentOf[FinalAccount](d)
	if err != nil {
		return nil, err
	}
	head, err := eventHead(ctx, tx, d, content.Paper, s)
	if err != nil {
		return nil, err
	}
	var receipts []accounting.Receipt
	for _, x := range changes {
		e := AdjustAsset{Head: head, Project: content.Node, Asset: x.Account, Increase: x.Change}
		if x.Change.Sign() < 0 {
			e.Increase, e.Decrease = accounting.Money{}, x.Change.Neg()
		}
		if x.Change.IsZero() {
			continue
		}
		posted, err := postEvent(ctx, tx, c, e)
		if err != nil {
			return nil, err
		}
		receipts = append(receipts, posted...)
	}
	return receipts, nil
}
