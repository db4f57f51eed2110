package seeds

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// firstYear is the year of the notice, the first that a book can hold.
const firstYear = 2025

// duty is a person of a new book, known by the duty until the bureau enters a name, with the roles the book begins with.
type duty struct {
	code, name, unit string
	roles            []string
}

// firstPersons are the duties nobody may hold together: who prepares, who checks, who pays. Names of real persons are not
// ours to invent; the bureau fills them in.
var firstPersons = []duty{
	{"admin", "系统管理员（待填姓名）", "101", []string{"admin"}},
	{"budget", "预算股经办（待填姓名）", "101", []string{"budget_officer"}},
	{"budget-head", "预算股负责人（待填姓名）", "101", []string{"budget_officer"}},
	{"treasury", "国库股审核（待填姓名）", "101", []string{"treasury_officer"}},
	{"payer", "国库股支付（待填姓名）", "101", []string{"treasury_officer"}},
	{"accountant", "总账会计（待填姓名）", "101", []string{"treasury_officer"}},
}

// InitBook makes an empty real book: chart, units, the duties as persons, and the years from 2025 to today's; with the
// notice if it is wanted. The code is the county's division code (640303), which is also the book's identity. Running it
// again completes what was interrupted. Codes: book_unknown (the code is no number), duplicate (another book has the code).
func InitBook(ctx context.Context, db *bun.DB, code, name string, withNotice bool, today accounting.Date) (accounting.BookID, error) {
	number, err := strconv.ParseInt(code, 10, 64)
	if err != nil || number <= 0 {
		return 0, fault.Invalid("book_unknown", "%q is not a division code such as 640303", code)
	}
	book := accounting.Book{ID: accounting.BookID(number), Code: code, Name: name, Kind: accounting.RealBook}
	if err := openBook(ctx, db, book, firstPersons, today.Year()); err != nil {
		return 0, err
	}
	if !withNotice {
		return book.ID, nil
	}
	persons, err := personsOf(ctx, db, book.ID)
	if err != nil {
		return 0, err
	}
	return book.ID, loadPublished(ctx, db, book.ID, persons["budget"])
}

// loadPublished loads the notice as published, with the default settings.
func loadPublished(ctx context.Context, db *bun.DB, book accounting.BookID, by accounting.Actor) error {
	plan, err := Published()
	if err != nil {
		return err
	}
	settings, err := DefaultUnitSettings()
	if err != nil {
		return err
	}
	return LoadNotice(ctx, db, book, by, plan, settings)
}

// openBook registers the book with all that vouchers refer to, or nothing of it. A book that stands already stays as it is.
func openBook(ctx context.Context, db *bun.DB, book accounting.Book, persons []duty, lastYear int) error {
	units, err := Units()
	if err != nil {
		return err
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var there []accounting.Book
		if err := tx.NewSelect().Model(&there).Where("book_id = ? or code = ?", book.ID, book.Code).Scan(ctx); err != nil {
			return fault.FromSQL(err)
		}
		if len(there) > 0 {
			if b := there[0]; b.ID != book.ID || b.Code != book.Code || b.Name != book.Name || b.Kind != book.Kind {
				return fault.Conflict("duplicate", "there is a %s book %d %s (%s) already", b.Kind, b.ID, b.Code, b.Name)
			}
			return giveFirstRoles(ctx, tx, book.ID, persons)
		}
		if err := accounting.AddBook(ctx, tx, book); err != nil {
			return err
		}
		ids := map[string]accounting.UnitID{}
		for _, u := range units {
			u.Book, u.ID = book.ID, accounting.UnitID{UUID: accounting.NewID()}
			ids[u.Code] = u.ID
			if err := accounting.AddUnit(ctx, tx, u); err != nil {
				return err
			}
		}
		for _, d := range persons {
			p := accounting.Person{Book: book.ID, ID: accounting.PersonID{UUID: accounting.NewID()}, Code: d.code, Name: d.name, Unit: ids[d.unit]}
			if err := accounting.AddPerson(ctx, tx, p); err != nil {
				return fmt.Errorf("person %s: %w", d.code, err)
			}
		}
		if err := accounting.AddAccounts(ctx, tx, book.ID, projects.Chart()); err != nil {
			return err
		}
		for year := firstYear; year <= max(lastYear, firstYear); year++ {
			if err := accounting.OpenYear(ctx, tx, book.ID, year); err != nil {
				return err
			}
		}
		return giveFirstRoles(ctx, tx, book.ID, persons)
	})
}

// giveFirstRoles gives the persons of a book in which nobody holds a role theirs, from the first day of its first year.
func giveFirstRoles(ctx context.Context, tx bun.Tx, book accounting.BookID, persons []duty) error {
	var given bool
	if err := tx.NewRaw(`select exists (select from projects.role_grants where book_id = ?)`, book).Scan(ctx, &given); err != nil || given {
		return fault.FromSQL(err)
	}
	there, err := personsOf(ctx, tx, book)
	if err != nil {
		return err
	}
	var holders []projects.RoleHolder
	for _, d := range persons {
		for _, role := range d.roles {
			if who, known := there[d.code]; known {
				holders = append(holders, projects.RoleHolder{Person: who.Person, Unit: who.Unit, Role: role})
			}
		}
	}
	return projects.FirstRoles(ctx, tx, book, accounting.NewDate(firstYear, time.January, 1), holders...)
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
