package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

// ContractRoom is what payments do to the figures of a contract.
var ContractRoom = map[string]func(ctx context.Context, tx bun.Tx, book accounting.BookID, contract uuid.UUID, kind contractMoney, amount accounting.Money) error{
	"hold": holdOnContract, "release": releaseOnContract, "pay": payOnContract, "return": returnOnContract,
}

// RowNames are the names of the rows of the event table.
func RowNames() []string {
	names := make([]string, len(eventTable))
	for i, r := range eventTable {
		names[i] = r.zh
	}
	return names
}

// ContractMoney is a part of a contract by its name.
type ContractMoney = contractMoney

// Carry drafts a document and takes its steps in one transaction, one command each, all of one unit: for tests of very
// many documents.
func Carry(ctx context.Context, tx bun.Tx, kind DocumentKind, content Content, verbs []string, by []accounting.Command) (*Document, error) {
	reads := func(who string) error {
		_, err := tx.ExecContext(ctx, `select set_config('mingzhang.reads', ?, true)`, who)
		return err
	}
	if err := reads(by[0].By.Unit.String()); err != nil {
		return nil, err
	}
	d, err := draft(ctx, tx, by[0], kind, content)
	for i := 0; err == nil && i < len(verbs); i++ {
		c := by[i]
		c.Target = d.ID
		_, err = take(ctx, tx, c, Step{Document: d.ID, Verb: verbs[i], Hash: d.Hash})
	}
	if err != nil {
		return nil, err
	}
	return d, reads("all")
}

// PostIn posts an event in a transaction.
func PostIn(ctx context.Context, tx bun.Tx, c accounting.Command, e Event) error {
	_, err := postEvent(ctx, tx, c, e)
	return err
}

// Within is what tests do many times within one transaction, taken back piece by piece.
var Within = struct {
	Draft  func(ctx context.Context, tx bun.Tx, c accounting.Command, kind DocumentKind, content Content) (*Document, error)
	Take   func(ctx context.Context, tx bun.Tx, c accounting.Command, s Step) (*Taken, error)
	Line   func(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, line int) ([]accounting.Receipt, error) // confirms it
	Cancel func(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, line int, day accounting.Date) ([]accounting.Receipt, error)
}{draft, take, confirmLine, cancelLine}
