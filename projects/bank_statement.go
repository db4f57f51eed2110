package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// BankMonth is a statement 对账单 as it was taken in: each opens with what the month before closed with. Amounts are yuan.
	BankMonth struct {
		Month    accounting.Period `json:"-"`
		Of       string            `bun:"-" json:"month"` // 2025-03
		Opening  accounting.Money  `json:"opening"`
		Received accounting.Money  `json:"received"`
		Paid     accounting.Money  `json:"paid"`
		Closing  accounting.Money  `json:"closing"`
		Lines    int               `bun:"line_count" json:"lines"`
		Import   uuid.UUID         `bun:"import_id" json:"import"`
	}

	// BankLine is a movement of a statement.
	BankLine struct {
		Line     int              `bun:"line_no" json:"line"`
		Date     accounting.Date  `bun:"day" json:"date"`
		Memo     string           `json:"memo"`
		Party    string           `json:"party"`
		Received accounting.Money `json:"received"`
		Paid     accounting.Money `json:"paid"`
		Balance  accounting.Money `json:"balance"` // after it
		Serial   string           `json:"serial"`
	}
)

// BankMonths are the statements of an account that are in, oldest first. Codes: bank_account_unknown.
func BankMonths(ctx context.Context, db bun.IDB, book accounting.BookID, number string) ([]BankMonth, error) {
	account, err := FindBankAccount(ctx, db, book, number)
	if err != nil {
		return nil, err
	}
	found := []BankMonth{}
	err = db.NewRaw(`select month, opening, received, paid, closing, line_count, import_id from projects.bank_statements where book_id = ? and bank_account_id = ? order by month`, book, account.ID).Scan(ctx, &found)
	for i := range found {
		found[i].Of = found[i].Month.String()
	}
	return found, fault.FromSQL(err)
}

// BankLines are the movements of a month's statement in their order. Codes: bank_account_unknown.
func BankLines(ctx context.Context, db bun.IDB, book accounting.BookID, number string, month accounting.Period) ([]BankLine, error) {
	account, err := FindBankAccount(ctx, db, book, number)
	if err != nil {
		return nil, err
	}
	found := []BankLine{}
	err = db.NewRaw(`select line_no, day, memo, party, received, paid, balance, serial from projects.bank_lines where book_id = ? and bank_account_id = ? and month = ? order by line_no`, book, account.ID, int(month)).Scan(ctx, &found)
	return found, fault.FromSQL(err)
}
