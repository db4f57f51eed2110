package projects

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// NewPerson is somebody who begins to work with the books. What a person may do is granted by a document: see RoleGrant.
	NewPerson struct {
		Code string `json:"code"`
		Name string `json:"name"`
		Unit string `json:"unit"` // code
	}

	// NewUnit is an accounting unit 核算单位 that joins the book.
	NewUnit struct {
		Code string              `json:"code"`
		Name string              `json:"name"`
		Kind accounting.UnitKind `json:"kind"`
	}

	// Renaming mends the name of a person or unit. The code stays for life.
	Renaming struct {
		Code string `json:"code"`
		Name string `json:"name"`
	}
)

// FindPerson finds a person by code. Codes: person_unknown.
func FindPerson(ctx context.Context, db bun.IDB, book accounting.BookID, code string) (accounting.Person, error) {
	var p accounting.Person
	err := db.NewSelect().Model(&p).Where("book_id = ? and code = ?", book, code).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.Invalid("person_unknown", "this book has no person with the code %q", code)
	}
	return p, fault.FromSQL(err)
}

// ReadablePerson finds a person for somebody: a unit's people see their own unit's persons only. Codes: person_unknown.
func ReadablePerson(ctx context.Context, db bun.IDB, who accounting.Actor, book accounting.BookID, code string) (accounting.Person, error) {
	p, err := FindPerson(ctx, db, book, code)
	if err == nil && !who.ReadsAll() && p.Unit != who.Unit {
		return accounting.Person{}, fault.Invalid("person_unknown", "this book has no person with the code %q", code)
	}
	return p, err
}

func personByID(ctx context.Context, db bun.IDB, book accounting.BookID, id accounting.PersonID) (p accounting.Person, err error) {
	err = db.NewSelect().Model(&p).Where("book_id = ? and person_id = ?", book, id).Scan(ctx)
	return p, fault.FromSQL(err)
}

func findUnit(ctx context.Context, db bun.IDB, book accounting.BookID, code string) (accounting.Unit, error) {
	var u accounting.Unit
	err := db.NewSelect().Model(&u).Where("book_id = ? and code = ?", book, code).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return u, fault.NotFound("unit_unknown", "there is no unit %q", code)
	}
	return u, fault.FromSQL(err)
}

// AddPerson registers a person of a unit. Codes: text_invalid, unit_unknown, duplicate.
func AddPerson(ctx context.Context, db *bun.DB, c accounting.Command, in NewPerson) (*accounting.Person, error) {
	c.Name, c.Body = "person.add", in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*accounting.Person, error) {
		if err := checkNames(in.Code, in.Name); err != nil {
			return nil, err
		}
		unit, err := findUnit(ctx, tx, c.Book, in.Unit)
		if err != nil {
			return nil, err
		}
		if err := freeCode(ctx, tx, (*accounting.Person)(nil), c.Book, in.Code); err != nil {
			return nil, err
		}
		p := accounting.Person{Book: c.Book, ID: accounting.PersonID{UUID: accounting.NewID()}, Code: in.Code, Name: in.Name, Unit: unit.ID}
		return &p, accounting.AddPerson(ctx, tx, p)
	})
}

// RenamePerson mends a person's name: documents and vouchers show it from then on. Codes: text_invalid, person_unknown.
func RenamePerson(ctx context.Context, db *bun.DB, c accounting.Command, in Renaming) (*accounting.Person, error) {
	c.Name, c.Body = "person.rename", in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*accounting.Person, error) {
		p, err := FindPerson(ctx, tx, c.Book, in.Code)
		if err != nil {
			return nil, err
		}
		p.Name = in.Name
		return &p, rename(ctx, tx, &p, in.Name)
	})
}

// AddUnit registers an accounting unit. Codes: text_invalid, duplicate, value_invalid (a kind that is none).
func AddUnit(ctx context.Context, db *bun.DB, c accounting.Command, in NewUnit) (*accounting.Unit, error) {
	c.Name, c.Body = "unit.add", in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*accounting.Unit, error) {
		if err := checkNames(in.Code, in.Name); err != nil {
			return nil, err
		}
		if err := freeCode(ctx, tx, (*accounting.Unit)(nil), c.Book, in.Code); err != nil {
			return nil, err
		}
		u := accounting.Unit{Book: c.Book, ID: accounting.UnitID{UUID: accounting.NewID()}, Code: in.Code, Name: in.Name, Kind: in.Kind}
		return &u, accounting.AddUnit(ctx, tx, u)
	})
}

// RenameUnit mends a unit's name. Codes: text_invalid, unit_unknown.
func RenameUnit(ctx context.Context, db *bun.DB, c accounting.Command, in Renaming) (*accounting.Unit, error) {
	c.Name, c.Body = "unit.rename", in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*accounting.Unit, error) {
		u, err := findUnit(ctx, tx, c.Book, in.Code)
		if err != nil {
			return nil, err
		}
		u.Name = in.Name
		return &u, rename(ctx, tx, &u, in.Name)
	})
}

func checkNames(code, name string) error {
	if err := accounting.CheckText("code", code, 64); err != nil {
		return err
	}
	return accounting.CheckText("name", name, 100)
}

func rename(ctx context.Context, tx bun.Tx, row any, name string) error {
	if err := accounting.CheckText("name", name, 100); err != nil {
		return err
	}
	_, err := tx.NewUpdate().Model(row).Column("name").WherePK().Exec(ctx)
	return fault.FromSQL(err)
}

// HeldRole is a role of a unit that a person holds today, of the own or lent by another.
type HeldRole struct {
	Unit       accounting.UnitID   `bun:"unit_id"`
	UnitCode   string              `bun:"unit_code"`
	UnitName   string              `bun:"unit_name"`
	Role       string              `bun:"role"`
	OnBehalfOf accounting.PersonID `bun:"on_behalf_of,nullzero"`
	Lender     string              `bun:"lender"` // code, "" for an own role
	From       accounting.Date     `bun:"from_day"`
	Until      accounting.Date     `bun:"until_day,nullzero"`
}

// RolesHeld lists what a person may act as today: own roles before lent ones.
func RolesHeld(ctx context.Context, db bun.IDB, book accounting.BookID, person accounting.PersonID) ([]HeldRole, error) {
	var held []HeldRole
	err := db.NewRaw(`select r.*, u.code as unit_code, u.name as unit_name, coalesce(p.code, '') as lender from projects.roles_held(?0, ?1) r
		join accounting.units u on u.book_id = ?0 and u.unit_id = r.unit_id
		left join accounting.persons p on p.book_id = ?0 and p.person_id = r.on_behalf_of
		order by r.on_behalf_of is not null, u.code, r.role, p.code`, book, person).Scan(ctx, &held)
	return held, fault.FromSQL(err)
}
