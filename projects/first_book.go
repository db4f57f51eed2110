package projects

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// FirstBook is a book with all that vouchers refer to and the persons it begins with.
	FirstBook struct {
		accounting.Book
		Units     []accounting.Unit
		Persons   []FirstPerson
		FirstYear int
		LastYear  int
	}

	// FirstPerson is a person of a new book with the roles held from the first day of its first year.
	FirstPerson struct {
		Code, Name string
		Unit       string // code
		Roles      []string
	}
)

// FirstPersons are the duties nobody may hold together: who prepares, who checks, who pays. Each is known by the duty until the
// bureau enters a name: names of real persons are not ours to invent.
func FirstPersons() []FirstPerson {
	return []FirstPerson{
		{"admin", "系统管理员（待填姓名）", "101", []string{"admin"}},
		{"budget", "预算股经办（待填姓名）", "101", []string{"budget_officer"}},
		{"budget-head", "预算股负责人（待填姓名）", "101", []string{"budget_officer"}},
		{"treasury", "国库股审核（待填姓名）", "101", []string{"treasury_officer"}},
		{"payer", "国库股支付（待填姓名）", "101", []string{"treasury_officer"}},
		{"accountant", "总账会计（待填姓名）", "101", []string{"treasury_officer"}},
	}
}

// OpenBook registers a book whole: units, persons, chart, years and the first roles. A book that stands already stays as it is;
// only roles that nobody holds yet are given. Codes: duplicate (another book has the code), unit_unknown.
func OpenBook(ctx context.Context, tx bun.Tx, b FirstBook) error {
	var there []accounting.Book
	if err := tx.NewSelect().Model(&there).Where("book_id = ? or code = ?", b.ID, b.Code).Scan(ctx); err != nil {
		return fault.FromSQL(err)
	}
	if len(there) > 0 {
		if x := there[0]; x.ID != b.ID || x.Code != b.Code || x.Name != b.Name || x.Kind != b.Kind {
			return fault.Conflict("duplicate", "there is a %s book %d %s (%s) already", x.Kind, x.ID, x.Code, x.Name)
		}
		return b.giveRoles(ctx, tx)
	}
	if err := accounting.AddBook(ctx, tx, b.Book); err != nil {
		return err
	}
	units := map[string]accounting.UnitID{}
	for _, u := range b.Units {
		u.Book, u.ID = b.ID, accounting.UnitID{UUID: accounting.NewID()}
		units[u.Code] = u.ID
		if err := accounting.AddUnit(ctx, tx, u); err != nil {
			return err
		}
	}
	for _, p := range b.Persons {
		unit, known := units[p.Unit]
		if !known {
			return fault.NotFound("unit_unknown", "there is no unit %q", p.Unit)
		}
		if err := accounting.AddPerson(ctx, tx, accounting.Person{Book: b.ID, ID: accounting.PersonID{UUID: accounting.NewID()}, Code: p.Code, Name: p.Name, Unit: unit}); err != nil {
			return fmt.Errorf("person %s: %w", p.Code, err)
		}
	}
	if err := accounting.AddAccounts(ctx, tx, b.ID, Chart()); err != nil {
		return err
	}
	for year := b.FirstYear; year <= max(b.LastYear, b.FirstYear); year++ {
		if err := accounting.OpenYear(ctx, tx, b.ID, year); err != nil {
			return err
		}
	}
	return b.giveRoles(ctx, tx)
}

// giveRoles gives the persons of a book in which nobody holds a role theirs, from the first day of its first year.
func (b FirstBook) giveRoles(ctx context.Context, tx bun.Tx) error {
	var given bool
	if err := tx.NewRaw(`select exists (select from projects.role_grants where book_id = ?)`, b.ID).Scan(ctx, &given); err != nil || given {
		return fault.FromSQL(err)
	}
	var persons []accounting.Person
	if err := tx.NewSelect().Model(&persons).Where("book_id = ?", b.ID).Scan(ctx); err != nil {
		return fault.FromSQL(err)
	}
	there := make(map[string]accounting.Person, len(persons))
	for _, p := range persons {
		there[p.Code] = p
	}
	var holders []RoleHolder
	for _, p := range b.Persons {
		for _, role := range p.Roles {
			if who, known := there[p.Code]; known {
				holders = append(holders, RoleHolder{Person: who.ID, Unit: who.Unit, Role: role})
			}
		}
	}
	return FirstRoles(ctx, tx, b.ID, accounting.NewDate(b.FirstYear, time.January, 1), holders...)
}
