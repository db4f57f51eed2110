package projects

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// PayeeForm 收款人登记 registers a payee with its accounts, or further accounts of one that is registered. An account
	// never changes: a changed one is another, used only when its waiting time is over.
	PayeeForm struct {
		Paper
		Code       string        `json:"code,omitempty"` // of a registered payee that gets further accounts
		Name       string        `json:"name"`
		Kind       PayeeKind     `json:"kind"`
		CreditCode string        `json:"credit_code,omitempty"` // 统一社会信用代码
		Accounts   []BankAccount `json:"accounts"`
	}

	// BankAccount 收款账户; the number is text, because it may begin with zero.
	BankAccount struct {
		Number   string `json:"number"`
		Bank     string `json:"bank"`
		BankCode string `json:"bank_code,omitempty"` // 行号
	}

	// PayeeKind is who is paid.
	PayeeKind string

	// Payee is a registered payee; account numbers show their last four digits only (R32).
	Payee struct {
		bun.BaseModel `bun:"table:projects.payees,alias:payee" json:"-"`

		Book       accounting.BookID `bun:"book_id,pk" json:"-"`
		ID         uuid.UUID         `bun:"payee_id,pk" json:"-"`
		Code       string            `json:"code"`
		Name       string            `json:"name"`
		Kind       PayeeKind         `json:"kind"`
		CreditCode string            `json:"credit_code"`
		Accounts   []string          `bun:"-" json:"accounts"`
	}
)

var payeeKinds = []string{"company", "person", "wages_account", "government", "village"}

var payeeDocument = documentType{
	kind: "payee", prefix: "SK", zh: "收款人登记", en: "payee registration",
	content: func() Content { return new(PayeeForm) },
	effects: map[string]effect{"approve": registerPayee},
}

func (p PayeeForm) about(ctx context.Context, r resolver) (about, error) {
	if err := accounting.CheckText("name", p.Name, 200); err != nil {
		return about{}, err
	}
	if !slices.Contains(payeeKinds, string(p.Kind)) {
		return about{}, fault.Invalid("document_invalid", "kind: %q is none of %v", p.Kind, payeeKinds)
	}
	if len(p.Accounts) == 0 || len(p.Accounts) > 20 {
		return about{}, fault.Invalid("document_invalid", "accounts: %d; a registration has 1 to 20", len(p.Accounts))
	}
	seen := map[string]bool{}
	for _, a := range p.Accounts {
		if len(a.Number) < 4 || len(a.Number) > 40 || !plainNumber(a.Number) {
			return about{}, fault.Invalid("document_invalid", "accounts: a number has 4 to 40 digits, letters or hyphens")
		}
		if seen[a.Number] {
			return about{}, fault.Invalid("document_invalid", "accounts: one number stands twice")
		}
		seen[a.Number] = true
		if err := accounting.CheckText("bank", a.Bank, 100); err != nil {
			return about{}, err
		}
	}
	return about{flow: SmallFlow}, p.known(ctx, r)
}

// known refuses a payee that has a code already, and accounts for a code that is somebody else's. Codes: duplicate, payee_unknown.
func (p PayeeForm) known(ctx context.Context, r resolver) error {
	var codes []string
	err := r.db.NewRaw(`select code from projects.payees where book_id = ?0 and case when ?1 <> '' then code = ?1 and name = ?2 and kind = ?3
			else 'wages_account' not in (kind, ?3) and (credit_code <> '' and credit_code = ?4 or 'person' not in (kind, ?3) and name = ?2) end order by code`,
		r.c.Book, p.Code, p.Name, p.Kind, p.CreditCode).Scan(ctx, &codes)
	switch {
	case err != nil:
		return fault.FromSQL(err)
	case p.Code == "" && len(codes) > 0:
		return fault.Conflict("duplicate", "payee %s is registered as %s: name that code to add accounts", p.Name, codes[0])
	case p.Code != "" && len(codes) == 0:
		return fault.Invalid("payee_unknown", "payee %s is not %s, a %s", p.Code, p.Name, p.Kind)
	}
	return nil
}

func plainNumber(text string) bool {
	for _, r := range text {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' {
			return false
		}
	}
	return true
}

func registerPayee(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, _ Step) ([]accounting.Receipt, error) {
	_, err := tx.ExecContext(ctx, `select projects.register_payee(?, ?)`, c.Book, d.ID)
	return nil, fault.FromSQL(err)
}

// Payees lists the registered payees of a book, by code, with masked accounts.
func Payees(ctx context.Context, db bun.IDB, book accounting.BookID) ([]Payee, error) {
	var payees []Payee
	if err := db.NewSelect().Model(&payees).Where("book_id = ?", book).Order("code").Scan(ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	var accounts []struct {
		PayeeID uuid.UUID
		Masked  string
	}
	err := db.NewRaw(`select payee_id, '****' || right(account_number, 4) as masked from projects.payee_accounts where book_id = ? order by usable_from, account_number`, book).Scan(ctx, &accounts)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	of := map[uuid.UUID][]string{}
	for _, a := range accounts {
		of[a.PayeeID] = append(of[a.PayeeID], a.Masked)
	}
	for i := range payees {
		payees[i].Accounts = of[payees[i].ID]
	}
	return payees, nil
}
