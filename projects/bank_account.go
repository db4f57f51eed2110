package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// OwnBankAccount 银行账户 holds money that the ledger has on 1002.*: of one project or, without one, of all projects of a unit
	// that have none of their own. Payments from the treasury pass no such account.
	OwnBankAccount struct {
		bun.BaseModel `bun:"table:projects.bank_accounts,alias:bank_account" json:"-"`

		Book    accounting.BookID `bun:"book_id,pk" json:"-"`
		ID      uuid.UUID         `bun:"bank_account_id,pk" json:"-"`
		Number  string            `json:"number"`
		Bank    string            `json:"bank"`
		Account string            `bun:"ledger_account" json:"ledger_account"` // 1002.01 or 1002.02
		Unit    string            `bun:",scanonly" json:"unit"`
		Project string            `bun:",scanonly" json:"project,omitempty"`
		From    *int              `bun:",scanonly" json:"from,omitempty"`  // the first month there is a statement of, 202503
		Until   *int              `bun:",scanonly" json:"until,omitempty"` // the last
	}

	// NewBankAccount registers an account with a bank.
	NewBankAccount struct {
		Number  string `json:"number"`
		Bank    string `json:"bank"`
		Account string `json:"ledger_account"`    // 1002.01 自有 or 1002.02 受托代理
		Unit    string `json:"unit,omitempty"`    // code; empty: the project's
		Project string `json:"project,omitempty"` // code; empty: all of the unit's that have no account of their own
	}
)

// RegisterBankAccount registers an account whose statements will be brought. Codes: unit_unknown, node_unknown, unit_missing,
// document_invalid, duplicate.
func RegisterBankAccount(ctx context.Context, db *bun.DB, c accounting.Command, in NewBankAccount) (*OwnBankAccount, error) {
	c.Name, c.Body = "bank_account.register", in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*OwnBankAccount, error) {
		for field, text := range map[string]string{"number": in.Number, "bank": in.Bank} {
			if err := accounting.CheckText(field, text, 100); err != nil {
				return nil, err
			}
		}
		if in.Account != "1002.01" && in.Account != "1002.02" {
			return nil, fault.Invalid("document_invalid", "ledger_account: 1002.01 or 1002.02, not %q", in.Account)
		}
		unit, node, err := holderOf(ctx, tx, c, in)
		if err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, `select projects.register_bank_account(?, ?, ?, ?, ?, ?, ?, ?)`, c.Book, accounting.NewID(), in.Number, in.Bank, in.Account, unit.UUID, nullable(node.UUID), c.By.Person); err != nil {
			return nil, fault.FromSQL(err)
		}
		return FindBankAccount(ctx, tx, c.Book, in.Number)
	})
}

// holderOf is the unit whose account it is and the project, if it is of one alone.
func holderOf(ctx context.Context, tx bun.Tx, c accounting.Command, in NewBankAccount) (unit accounting.UnitID, node accounting.ProjectID, err error) {
	if in.Project != "" {
		n, err := FindNode(ctx, tx, c.Book, in.Project)
		if err != nil {
			return unit, node, err
		}
		if n.Unit.IsZero() {
			return unit, node, fault.Conflict("unit_missing", "project %s has no accounting unit yet", in.Project)
		}
		unit, node = n.Unit, n.ID
	}
	if in.Unit == "" && in.Project == "" {
		return unit, node, fault.Invalid("document_invalid", "a bank account is of a project or of a unit")
	}
	if in.Unit != "" {
		if err := tx.NewRaw(`select unit_id from accounting.units where book_id = ? and code = ?`, c.Book, in.Unit).Scan(ctx, &unit); err != nil {
			return unit, node, fault.NotFound("unit_unknown", "there is no unit %q", in.Unit)
		}
	}
	return unit, node, nil
}

func selectBankAccounts(db bun.IDB, into any, book accounting.BookID) *bun.SelectQuery {
	return db.NewSelect().Model(into).ColumnExpr(`bank_account.book_id, bank_account.bank_account_id, bank_account.number, bank_account.bank, bank_account.ledger_account, u.code as unit, coalesce(g.code, '') as project, s.first as "from", s.last as "until"`).
		Join("join accounting.units u on u.book_id = bank_account.book_id and u.unit_id = bank_account.unit_id").
		Join("left join accounting.ledgers g on g.book_id = bank_account.book_id and g.project_id = bank_account.node_id").
		Join("left join lateral (select min(s.month) as first, max(s.month) as last from projects.bank_statements s where s.book_id = bank_account.book_id and s.bank_account_id = bank_account.bank_account_id) s on true").
		Where("bank_account.book_id = ?", book).Order("bank_account.number")
}

// BankAccounts lists the accounts the context's reader reads.
func BankAccounts(ctx context.Context, db bun.IDB, book accounting.BookID) ([]OwnBankAccount, error) {
	found := []OwnBankAccount{}
	return found, fault.FromSQL(selectBankAccounts(db, &found, book).Scan(ctx))
}

// FindBankAccount finds an account by its number. Codes: bank_account_unknown.
func FindBankAccount(ctx context.Context, db bun.IDB, book accounting.BookID, number string) (*OwnBankAccount, error) {
	var found []OwnBankAccount
	if err := selectBankAccounts(db, &found, book).Where("bank_account.number = ?", number).Scan(ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	if len(found) == 0 {
		return nil, fault.NotFound("bank_account_unknown", "there is no account %q with a bank for you", number)
	}
	return &found[0], nil
}
