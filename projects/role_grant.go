package projects

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// RoleGrant 角色授予 gives a person a role in a unit, from a day on and until another, or ends one that is held. Its unit is
// the one the role is of, so that unit's head may check it. Whoever gets the role does not.
type RoleGrant struct {
	Paper
	Person string          `json:"person"` // code
	Role   string          `json:"role"`
	From   accounting.Date `json:"from,omitzero"`
	Until  accounting.Date `json:"until,omitzero"` // its last day; open when left out
	End    bool            `json:"end,omitempty"`  // the role that is held ends after the day "until"
}

// heldRoles are the roles a person can hold in a unit.
var heldRoles = append(slices.Clone(desks), "auditor", "inspector")

func (g RoleGrant) about(ctx context.Context, r resolver) (about, error) {
	if g.Unit == "" {
		return about{}, fault.Invalid("document_invalid", "unit: the unit whose role it is is missing")
	}
	if !slices.Contains(heldRoles, g.Role) {
		return about{}, fault.Invalid("role_unknown", "%q is none of the roles %s", g.Role, strings.Join(heldRoles, ", "))
	}
	if err := days(g.From, g.Until, g.End); err != nil {
		return about{}, err
	}
	_, err := FindPerson(ctx, r.db, r.c.Book, g.Person)
	return about{}, err
}

// days checks the days of a role: one that begins has a first day, one that ends has its last.
func days(from, until accounting.Date, end bool) error {
	switch {
	case end && (until.IsZero() || !from.IsZero()):
		return fault.Invalid("document_invalid", "until: what ends has its last day, and no first")
	case !end && from.IsZero():
		return fault.Invalid("document_invalid", "from: the first day of the role is missing")
	case !end && !until.IsZero() && until.Before(from):
		return fault.Invalid("document_invalid", "until: %s is before the first day %s", until, from)
	default:
		return nil
	}
}

var roleGrantDocument = documentType{
	kind: "role_grant", prefix: "QX", zh: "角色授予", en: "grant of a role",
	content: func() Content { return new(RoleGrant) },
	effects: map[string]effect{"approve": byFunction("projects.grant_role")},
}

// byFunction is an effect of the database's own: its function reads what the document says and writes that.
func byFunction(name string) effect {
	return func(ctx context.Context, tx bun.Tx, _ accounting.Command, d *Document, _ Step) ([]accounting.Receipt, error) {
		_, err := tx.ExecContext(ctx, `select ?(?, ?)`, bun.Safe(name), d.Book, d.ID)
		return nil, fault.FromSQL(err)
	}
}
