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
