package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// BankPair 手工勾对 says that two open items of an account's sheet are one, and why.
type BankPair struct {
	Bank   uuid.UUID `json:"bank_item"` // as the sheet names it
	Ours   uuid.UUID `json:"our_item"`
	Reason string    `json:"reason"`
}

// MatchBankItems matches a line of the bank with one of the books by hand: same account, amount and side, neither matched.
// The match counts from the first open month in which both are there, so a closed month's sheet stays.
// Codes: bank_account_unknown, reason_required, role_not_held, document_unknown (no such open item), bank_match_unequal.
func MatchBankItems(ctx context.Context, db *bun.DB, c accounting.Command, number string, in BankPair) error {
	c.Name, c.Body, c.Target = "bank.match_by_hand", []any{number, in}, in.Bank
	return atBankAccount(ctx, db, c, number, in.Reason, `select projects.match_bank_items(?0, ?1, ?5, ?6, ?2, ?3, ?4, ?7)`, in.Bank, in.Ours)
}

// EndBankMatch takes the match of a statement's line apart while the month it counts from is open. The two lines are not put
// together again by themselves. Codes: bank_account_unknown, reason_required, role_not_held, document_unknown (not matched),
// period_closed.
func EndBankMatch(ctx context.Context, db *bun.DB, c accounting.Command, number string, month accounting.Period, line int, reason string) error {
	c.Name, c.Body = "bank.unmatch", []any{number, month, line, reason}
	return atBankAccount(ctx, db, c, number, reason, `select projects.end_bank_match(?0, ?1, ?5, ?6, ?2, ?3, ?4, ?7)`, int(month), line)
}

// atBankAccount does something by hand at an account, with a reason: ?0 book, ?1 account, ?2 reason, ?3 person, ?4 unit, ?7 role.
// The log of what was done keeps the reason as what it came to: nothing else shows why a match was taken apart.
func atBankAccount(ctx context.Context, db *bun.DB, c accounting.Command, number, reason, call string, first, second any) error {
	_, err := accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (any, error) {
		if err := accounting.CheckText("reason", reason, 500); err != nil {
			return nil, fault.Invalid("reason_required", "write why, in at most 500 characters")
		}
		account, err := FindBankAccount(ctx, tx, c.Book, number)
		if err != nil {
			return nil, err
		}
		_, err = tx.NewRaw(call, c.Book, account.ID, reason, c.By.Person, c.By.Unit, first, second, c.By.Role).Exec(ctx)
		return number + "：" + reason, fault.FromSQL(err)
	})
	return err
}
