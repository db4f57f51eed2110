package seeds

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// FirstYear is the year of the notice, the first that a book can hold.
const FirstYear = 2025

// InitBook makes an empty real book: chart, units, the duties as persons, and the years from 2025 to today's; with the
// notice if it is wanted. The code is the county's division code (640303), which is also the book's identity. Running it
// again completes what was interrupted. Codes: book_unknown (the code is no number), duplicate (another book has the code).
func InitBook(ctx context.Context, db *bun.DB, code, name string, withNotice bool, today accounting.Date) (accounting.BookID, error) {
	number, err := strconv.ParseInt(code, 10, 64)
	if err != nil || number <= 0 {
		return 0, fault.Invalid("book_unknown", "%q is not a division code such as 640303", code)
	}
	book := accounting.Book{ID: accounting.BookID(number), Code: code, Name: name, Kind: accounting.RealBook}
	if err := openBook(ctx, db, book, projects.FirstPersons(), today.Year()); err != nil || !withNotice {
		return book.ID, err
	}
	return book.ID, LoadPublished(ctx, db, book.ID)
}

// LoadPublished loads the notice as published, with the default settings, in the name of the budget officer.
func LoadPublished(ctx context.Context, db *bun.DB, book accounting.BookID) error {
	persons, err := personsOf(ctx, db, book)
	if err != nil {
		return err
	}
	plan, err := Published()
	if err != nil {
		return err
	}
	settings, err := DefaultUnitSettings()
	if err != nil {
		return err
	}
	return LoadNotice(ctx, db, book, persons["budget"], plan, settings)
}

// openBook registers the book with the units of the notice, or nothing of it.
func openBook(ctx context.Context, db *bun.DB, book accounting.Book, persons []projects.FirstPerson, lastYear int) error {
	units, err := Units()
	if err != nil {
		return err
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		return projects.OpenBook(ctx, tx, projects.FirstBook{Book: book, Units: units, Persons: persons, FirstYear: FirstYear, LastYear: lastYear})
	})
}

// personsOf are the persons of a book as actors, by their codes.
func personsOf(ctx context.Context, db bun.IDB, book accounting.BookID) (map[string]accounting.Actor, error) {
	var persons []accounting.Person
	if err := db.NewSelect().Model(&persons).Where("book_id = ?", book).Scan(ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	actors := make(map[string]accounting.Actor, len(persons))
	for _, p := range persons {
		actors[p.Code] = accounting.Actor{Person: p.ID, Unit: p.Unit}
	}
	return actors, nil
}
