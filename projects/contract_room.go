package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// contractMoney is the part of a contract a payment consumes.
type contractMoney string

const (
	advanceMoney   contractMoney = "advance"   // 预付款, within the terms
	payableMoney   contractMoney = "payable"   // 进度款 and 结算款, within what is payable now
	retentionMoney contractMoney = "retention" // 质保金
	claimMoney     contractMoney = "claim"     // 多付工程款, which can only come back
)

// holdOnContract reserves on the contract what an approved request will consume, so that no bank fact is ever refused by
// it. A hold of payableMoney is within payable now: the rate agreed and the deductions bind, not only what was certified.
// Codes: contract_exceeded.
func holdOnContract(ctx context.Context, tx bun.Tx, book accounting.BookID, contract uuid.UUID, kind contractMoney, amount accounting.Money) error {
	return moveOnContract(ctx, tx, book, contract, kind, "hold", amount)
}

// releaseOnContract gives the hold of a returned request back. Codes: contract_exceeded.
func releaseOnContract(ctx context.Context, tx bun.Tx, book accounting.BookID, contract uuid.UUID, kind contractMoney, amount accounting.Money) error {
	return moveOnContract(ctx, tx, book, contract, kind, "release", amount)
}

// payOnContract makes what was held paid. Codes: contract_exceeded.
func payOnContract(ctx context.Context, tx bun.Tx, book accounting.BookID, contract uuid.UUID, kind contractMoney, amount accounting.Money) error {
	return moveOnContract(ctx, tx, book, contract, kind, "pay", amount)
}

// returnOnContract takes a payment back that came back (P6; of claimMoney H2): what it paid is owed again. A request that
// pays again holds anew. Codes: contract_exceeded.
func returnOnContract(ctx context.Context, tx bun.Tx, book accounting.BookID, contract uuid.UUID, kind contractMoney, amount accounting.Money) error {
	return moveOnContract(ctx, tx, book, contract, kind, "return", amount)
}

// forfeitOnContract keeps retention for good that was neither requested nor paid (P5f). Codes: contract_exceeded.
func forfeitOnContract(ctx context.Context, tx bun.Tx, book accounting.BookID, contract uuid.UUID, amount accounting.Money) error {
	return moveOnContract(ctx, tx, book, contract, retentionMoney, "forfeit", amount)
}

func moveOnContract(ctx context.Context, tx bun.Tx, book accounting.BookID, contract uuid.UUID, kind contractMoney, act string, amount accounting.Money) error {
	_, err := tx.ExecContext(ctx, `select projects.move_on_contract(?, ?, ?, ?, ?)`, book, contract, string(kind), act, amount)
	return fault.FromSQL(err)
}

// PayableNow 本期可付 is what may be requested of a contract now, in yuan: the rate of what was certified, less the advance
// recouped, what is paid or requested and the deductions, never above what is certified and neither paid nor requested, nor
// above what advance and retention leave of the price.
type PayableNow struct {
	Rate            decimal.Decimal  `json:"rate"` // percent: the progress rate, after settlement the settled rate
	Certified       accounting.Money `json:"certified"`
	Recouped        accounting.Money `json:"recouped"`
	Paid            accounting.Money `json:"paid"`
	Held            accounting.Money `json:"held"`
	Deducted        accounting.Money `json:"deducted"`
	CertifiedUnpaid accounting.Money `json:"certified_unpaid"`
	Amount          accounting.Money `json:"amount"`
	Formula         string           `json:"formula"`
}

// payableNow reads the stored figure with what it was made from. Codes: contract_unknown.
func payableNow(ctx context.Context, db bun.IDB, book accounting.BookID, contract uuid.UUID) (PayableNow, error) {
	var found []PayableNow
	err := db.NewRaw(`select case when c.state = 'settled' then c.settled_rate else c.progress_rate end as rate, c.certified, c.advance_recouped as recouped, c.payable_paid as paid, c.payable_held as held,
			c.deducted, c.certified_payable - c.payable_held - c.payable_paid as certified_unpaid, c.payable_now as amount, projects.payable_formula(c) as formula
		from projects.contracts c where c.book_id = ? and c.contract_id = ?`, book, contract).Scan(ctx, &found)
	if err != nil {
		return PayableNow{}, fault.FromSQL(err)
	}
	if len(found) == 0 {
		return PayableNow{}, fault.NotFound("contract_unknown", "there is no such contract")
	}
	return found[0], nil
}
