package accounting

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// The registries that lines point to. Rows are added and, except for names, never changed or removed.
type (
	// Book is a set of books 账套.
	Book struct {
		bun.BaseModel `bun:"table:accounting.books"`

		ID       BookID `bun:"book_id,pk"`
		Code     string
		Name     string
		Kind     BookKind
		Currency string
	}

	// Unit is an accounting unit 核算单位; its kind decides which expenditure and payable accounts it uses.
	Unit struct {
		bun.BaseModel `bun:"table:accounting.units"`

		Book BookID `bun:"book_id,pk"`
		ID   UnitID `bun:"unit_id,pk"`
		Code string
		Name string
		Kind UnitKind
	}

	// Person is somebody who may prepare, review or post.
	Person struct {
		bun.BaseModel `bun:"table:accounting.persons"`

		Book BookID   `bun:"book_id,pk"`
		ID   PersonID `bun:"person_id,pk"`
		Code string
		Name string
		Unit UnitID `bun:"unit_id"`
	}

	// Account is a row of the chart, with the dimensions its lines carry and the rule its balance keeps.
	Account struct {
		bun.BaseModel `bun:"table:accounting.accounts"`

		Book          BookID `bun:"book_id,pk"`
		Code          string `bun:"code,pk"`
		NameZH        string `bun:"name_zh"`
		NameEN        string `bun:"name_en"`
		Type          string
		NormalSide    Side
		Basis         string
		Leaf          bool
		TakesLine     bool
		TakesSubject  SubjectKind
		TakesClass    bool // an economic class, on 5xxx and 7xxx
		Rule          AccountRule
		StatutoryCode string `bun:"statutory_code,nullzero"`
	}

	// Ledger is a project's self-balancing set of accounts. Its unit stays for life.
	Ledger struct {
		bun.BaseModel `bun:"table:accounting.ledgers"`

		Book    BookID    `bun:"book_id,pk"`
		Project ProjectID `bun:"project_id,pk"`
		Unit    UnitID    `bun:"unit_id"`
		Code    string
	}

	// BudgetLine is an indicator 指标, the cell of control: one project, source, year and class.
	BudgetLine struct {
		bun.BaseModel `bun:"table:accounting.budget_lines"`

		Book            BookID       `bun:"book_id,pk"`
		ID              BudgetLineID `bun:"budget_line_id,pk"`
		Project         ProjectID    `bun:"project_id"`
		FiscalYear      int
		Code            string
		FundNature      FundNature
		FundingSource   string
		FunctionalClass string
		CarriedFrom     BudgetLineID `bun:"carried_from,nullzero"` // last year's line whose rest this one continues
	}
)

// BookKind tells a real set of books from a demonstration, which is marked on every page and print.
type BookKind string

const (
	RealBook BookKind = "real"
	DemoBook BookKind = "demo"
)

// UnitKind is the unit's standing in the budget.
type UnitKind string

const (
	Administrative UnitKind = "administrative" // 行政单位
	Institution    UnitKind = "institution"    // 事业单位
	Enterprise     UnitKind = "enterprise"
	OtherUnit      UnitKind = "other"
)

// FundNature is the budget the money belongs to 资金性质.
type FundNature string

const (
	GeneralPublicBudget FundNature = "general_public_budget" // 一般公共预算
	GovernmentFund      FundNature = "government_fund"       // 政府性基金
)

// AccountRule is what the balance of an account must keep.
type AccountRule string

const (
	RuleNone        AccountRule = ""
	RuleFloor       AccountRule = "floor"        // never below zero on its normal side, per project, budget line and subject
	RuleVoucherZero AccountRule = "voucher_zero" // zero after each voucher
	RuleBookZero    AccountRule = "book_zero"    // cancels over the book
)

// AddBook registers a set of books. Codes: already_exists.
func AddBook(ctx context.Context, db bun.IDB, b Book) error {
	if b.Currency == "" {
		b.Currency = "CNY"
	}
	return insert(ctx, db, &b)
}

// AddUnit registers an accounting unit.
func AddUnit(ctx context.Context, db bun.IDB, u Unit) error { return insert(ctx, db, &u) }

// AddPerson registers a person of a unit.
func AddPerson(ctx context.Context, db bun.IDB, p Person) error { return insert(ctx, db, &p) }

// AddLedger gives a project its accounting unit, once and for life.
func AddLedger(ctx context.Context, db bun.IDB, l Ledger) error { return insert(ctx, db, &l) }

// AddBudgetLine registers an indicator; it holds nothing until a voucher approves an amount on it.
func AddBudgetLine(ctx context.Context, db bun.IDB, b BudgetLine) error { return insert(ctx, db, &b) }

// AddAccounts registers accounts of the chart in a book.
func AddAccounts(ctx context.Context, db bun.IDB, book BookID, accounts []Account) error {
	rows := make([]Account, len(accounts))
	for i, a := range accounts {
		a.Book = book
		rows[i] = a
	}
	return insert(ctx, db, &rows)
}

// OpenYear opens the fourteen periods of a year; what is open or closed already stays as it is.
func OpenYear(ctx context.Context, db bun.IDB, book BookID, year int) error {
	_, err := db.ExecContext(ctx, `select accounting.open_year(?, ?)`, book, year)
	return fault.FromSQL(err)
}

func insert(ctx context.Context, db bun.IDB, rows any) error {
	_, err := db.NewInsert().Model(rows).Exec(ctx)
	return fault.FromSQL(err)
}
