package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// PersonInOffice is a person with what may be acted as today.
	PersonInOffice struct {
		Code   string
		Name   string
		Unit   string          // code
		LeftOn accounting.Date `bun:",nullzero"` // the first day without the person
		Roles  []HeldRole      `bun:"-"`
	}

	// NamedCode is what another system calls a project or budget line of ours.
	NamedCode struct {
		System     string
		Code       string
		Project    string // code
		BudgetLine string // code
		SetBy      string // name
	}
)

// PersonsInOffice lists the persons of a book, or of a unit, by unit and code, each with the roles held today.
func PersonsInOffice(ctx context.Context, db bun.IDB, book accounting.BookID, unit accounting.UnitID) ([]PersonInOffice, error) {
	var persons []PersonInOffice
	err := db.NewRaw(`select p.code, p.name, u.code as unit, d.left_on from accounting.persons p join accounting.units u on u.book_id = p.book_id and u.unit_id = p.unit_id
		left join projects.departures d on d.book_id = p.book_id and d.person_id = p.person_id
		where p.book_id = ?0 and (?1::uuid is null or p.unit_id = ?1) order by u.code, p.code`, book, nullable(unit.UUID)).Scan(ctx, &persons)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	var held []struct {
		HeldRole `bun:",extend"`
		Person   string
	}
	err = db.NewRaw(`select p.code as person, r.*, u.code as unit_code, u.name as unit_name, coalesce(o.code, '') as lender
		from accounting.persons p cross join lateral projects.roles_held(p.book_id, p.person_id) r
		join accounting.units u on u.book_id = p.book_id and u.unit_id = r.unit_id
		left join accounting.persons o on o.book_id = p.book_id and o.person_id = r.on_behalf_of
		where p.book_id = ?0 and (?1::uuid is null or p.unit_id = ?1) order by r.on_behalf_of is not null, u.code, r.role`, book, nullable(unit.UUID)).Scan(ctx, &held)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	at := make(map[string]int, len(persons))
	for i, p := range persons {
		at[p.Code] = i
	}
	for _, h := range held {
		persons[at[h.Person]].Roles = append(persons[at[h.Person]].Roles, h.HeldRole)
	}
	return persons, nil
}

// FundingSources lists where money comes from, by code.
func FundingSources(ctx context.Context, db bun.IDB, book accounting.BookID) (sources []FundingSource, err error) {
	err = db.NewSelect().Model(&sources).Where("book_id = ?", book).Order("code").Scan(ctx)
	return sources, fault.FromSQL(err)
}

// ExternalCodes lists what other systems call projects and budget lines of ours, by system and code.
func ExternalCodes(ctx context.Context, db bun.IDB, book accounting.BookID) ([]NamedCode, error) {
	var codes []NamedCode
	err := db.NewRaw(`select x.system, x.code, coalesce(n.code, '') as project, coalesce(b.code, '') as budget_line, coalesce(p.name, '') as set_by from projects.external_codes x
		left join projects.nodes n on n.book_id = x.book_id and n.node_id = x.project_id
		left join accounting.budget_lines b on b.book_id = x.book_id and b.budget_line_id = x.budget_line_id
		left join accounting.persons p on p.book_id = x.book_id and p.person_id = x.set_by
		where x.book_id = ? order by x.system, x.code`, book).Scan(ctx, &codes)
	return codes, fault.FromSQL(err)
}
