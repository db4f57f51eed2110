package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Withdrawal 撤回 says why a list that was taken in goes out again.
type Withdrawal struct {
	Reason string `json:"reason"`
}

// WithdrawImport withdraws a treasury list or a bank statement that was taken in by mistake: its rows and their matches go,
// nothing posted is touched, and its file, who withdrew it and why stay. Who took it in does not withdraw it.
// Codes: list_unknown, reason_required, role_not_held, duty_taken, list_stays.
func WithdrawImport(ctx context.Context, db *bun.DB, c accounting.Command, list uuid.UUID, in Withdrawal) (*Import, error) {
	c.Name, c.Body, c.Target = "list.withdraw", in, list
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*Import, error) {
		if err := accounting.CheckText("reason", in.Reason, 500); err != nil {
			return nil, fault.Invalid("reason_required", "write why it is withdrawn, in at most 500 characters")
		}
		if _, err := FindImport(ctx, tx, c.Book, list); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, `select projects.withdraw_list(?, ?, ?, ?, ?, ?)`, c.Book, list, in.Reason, c.By.Person, c.By.Unit, c.By.Role); err != nil {
			return nil, fault.FromSQL(err)
		}
		return FindImport(ctx, tx, c.Book, list)
	})
}

// FindImport finds a list that was taken in, or withdrawn since. Codes: list_unknown.
func FindImport(ctx context.Context, db bun.IDB, book accounting.BookID, list uuid.UUID) (*Import, error) {
	var found []Import
	err := db.NewSelect().Model(&found).Where("import.book_id = ? and import.import_id = ?", book, list).Scan(ctx)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	if len(found) == 0 {
		return nil, fault.NotFound("list_unknown", "there is no such list for you")
	}
	return found[0].said(), nil
}
