package projects

import (
	"context"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// RoleHolder is a person in a role of a unit.
type RoleHolder struct {
	Person accounting.PersonID
	Unit   accounting.UnitID
	Role   string
}

// FirstRoles gives the roles a book begins with, once, before anyone holds any; later ones are granted by document.
// Codes: role_not_held (the book has roles already).
func FirstRoles(ctx context.Context, db bun.IDB, book accounting.BookID, from accounting.Date, holders ...RoleHolder) error {
	var persons, units, roles []string
	for _, h := range holders {
		persons, units, roles = append(persons, h.Person.String()), append(units, h.Unit.String()), append(roles, h.Role)
	}
	_, err := db.ExecContext(ctx, `select projects.first_roles(?, ?::uuid[], ?::uuid[], ?, ?)`, book, pq.Array(persons), pq.Array(units), pq.Array(roles), from)
	return fault.FromSQL(err)
}
