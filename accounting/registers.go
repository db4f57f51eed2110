package accounting

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// PeriodState is a period of a book. A closed one has the root that froze it.
type PeriodState struct {
	Period      Period
	Closed      bool
	Vouchers    int // numbers given so far
	Root        Hash
	ClosedAt    time.Time
	ClosedBy    Signer
	ClosedByOne bool           // before two persons were needed
	Proposal    *CloseProposal // the one that stands; of a closed period the one that was confirmed
}

// Periods lists the periods of a book in order.
func Periods(ctx context.Context, db bun.IDB, book BookID) ([]PeriodState, error) {
	found, err := collect(ctx, db, fragment{`select p.period, p.state = 'closed', p.last_number, coalesce(p.root, '\x'), coalesce(p.closed_at, '0001-01-01 00:00:00+00'), coalesce(p.closed_by, '00000000-0000-0000-0000-000000000000'), coalesce(c.code, ''), coalesce(c.name, ''), p.closed_by_one
		from accounting.periods p left join accounting.persons c on c.book_id = p.book_id and c.person_id = p.closed_by where p.book_id = ? order by p.period`, []any{book}},
		func(p *PeriodState) []any {
			return []any{&p.Period, &p.Closed, &p.Vouchers, (*rootColumn)(&p.Root), &p.ClosedAt, &p.ClosedBy.ID, &p.ClosedBy.Code, &p.ClosedBy.Name, &p.ClosedByOne}
		})
	if err != nil {
		return nil, err
	}
	proposals, err := proposalsWhere(ctx, db, `x.book_id = ? and (x.outcome is null or x.outcome = 'confirmed')`, book)
	if err != nil {
		return nil, err
	}
	for i := range proposals {
		at, _ := slices.BinarySearchFunc(found, proposals[i].Period, func(p PeriodState, of Period) int { return cmp.Compare(p.Period, of) })
		found[at].Proposal = &proposals[i]
	}
	return found, nil
}

// CloseProposals lists the proposals to close a period, the first made first.
func CloseProposals(ctx context.Context, db bun.IDB, book BookID, period Period) ([]CloseProposal, error) {
	return proposalsWhere(ctx, db, `x.book_id = ? and x.period = ?`, book, period)
}

// StandingProposals lists the proposals to close that wait for another person, by period.
func StandingProposals(ctx context.Context, db bun.IDB, book BookID) ([]CloseProposal, error) {
	return proposalsWhere(ctx, db, `x.book_id = ? and x.outcome is null`, book)
}

// findProposal reads a proposal that is there.
func findProposal(ctx context.Context, db bun.IDB, book BookID, period Period, number int) (CloseProposal, error) {
	found, err := proposalsWhere(ctx, db, `x.book_id = ? and x.period = ? and x.number = ?`, book, period, number)
	if err != nil {
		return CloseProposal{}, err
	}
	return found[0], nil
}

func proposalsWhere(ctx context.Context, db bun.IDB, condition string, args ...any) ([]CloseProposal, error) {
	return collect(ctx, db, fragment{`select x.period, x.number, x.last_number, x.proposed_at, a.person_id, a.code, a.name, coalesce(x.outcome, ''), coalesce(x.ended_at, '0001-01-01 00:00:00+00'),
			coalesce(x.ended_by, '00000000-0000-0000-0000-000000000000'), coalesce(b.code, ''), coalesce(b.name, ''), coalesce(x.ended_because, ''), p.last_number
		from accounting.close_proposals x join accounting.periods p on p.book_id = x.book_id and p.period = x.period join accounting.persons a on a.book_id = x.book_id and a.person_id = x.proposed_by
		left join accounting.persons b on b.book_id = x.book_id and b.person_id = x.ended_by where ` + condition + ` order by x.period, x.number`, args},
		func(x *CloseProposal) []any {
			return []any{&x.Period, &x.Number, &x.Vouchers, &x.At, &x.By.ID, &x.By.Code, &x.By.Name, &x.Outcome, &x.EndedAt, &x.EndedBy.ID, &x.EndedBy.Code, &x.EndedBy.Name, &x.Because, &x.VouchersNow}
		})
}

// rootColumn reads a root, which an open period does not have.
type rootColumn Hash

func (r *rootColumn) Scan(src any) error {
	b, _ := src.([]byte)
	copy(r[:], b)
	return nil
}

// OpenBookYear is the command that opens the fourteen periods of a year. Codes: value_invalid (a year no book can hold).
func OpenBookYear(ctx context.Context, db *bun.DB, c Command, year int) (int, error) {
	c.Body = year
	return Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (int, error) {
		return year, OpenYear(ctx, tx, c.Book, year)
	})
}

// FindBook reads what a set of books is. Code: book_unknown.
func FindBook(ctx context.Context, db bun.IDB, book BookID) (Book, error) {
	var found []Book
	if err := db.NewSelect().Model(&found).Where("book_id = ?", book).Scan(ctx); err != nil {
		return Book{}, fault.FromSQL(err)
	}
	if len(found) == 0 {
		return Book{}, fault.NotFound("book_unknown", "there is no book %d", book)
	}
	return found[0], nil
}

// Units lists the accounting units of a book by code.
func Units(ctx context.Context, db bun.IDB, book BookID) ([]Unit, error) {
	return registered[Unit](ctx, db, book)
}

// Persons lists the persons of a book by code.
func Persons(ctx context.Context, db bun.IDB, book BookID) ([]Person, error) {
	return registered[Person](ctx, db, book)
}

// Accounts lists the chart of a book by code.
func Accounts(ctx context.Context, db bun.IDB, book BookID) ([]Account, error) {
	return registered[Account](ctx, db, book)
}

// BudgetLines lists the indicators of a book by code.
func BudgetLines(ctx context.Context, db bun.IDB, book BookID) ([]BudgetLine, error) {
	return registered[BudgetLine](ctx, db, book)
}

func registered[T any](ctx context.Context, db bun.IDB, book BookID) ([]T, error) {
	var rows []T
	err := db.NewSelect().Model(&rows).Where("book_id = ?", book).Order("code").Scan(ctx)
	return rows, fault.FromSQL(err)
}

// FindSubject finds what a line may be about besides its project, by its code. Code: subject_unknown.
func FindSubject(ctx context.Context, db bun.IDB, book BookID, kind SubjectKind, code string) (SubjectID, error) {
	found, err := collect(ctx, db, fragment{`select s.subject_id from accounting.subjects s where s.book_id = ? and s.kind <> '' and s.kind = ? and s.code = ?`, []any{book, kind, code}},
		func(id *SubjectID) []any { return []any{id} })
	if err == nil && len(found) == 0 {
		err = fault.Invalid("subject_unknown", "this book has no %s %q", kind, clip(code))
	}
	if err != nil {
		return SubjectID{}, err
	}
	return found[0], nil
}
