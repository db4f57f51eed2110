package projects

import (
	"context"
	"slices"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Delegation 授权 lends a role its maker holds to another person for some days, or ends that before its time. It is never
// lent on, and the borrower's own duties on a document stand as before: nobody checks what they made, for whomever they act.
type Delegation struct {
	Paper
	Lender string          `json:"lender,omitempty"` // code of the maker; written by the books
	Role   string          `json:"role"`
	To     string          `json:"to"` // code
	From   accounting.Date `json:"from,omitzero"`
	Until  accounting.Date `json:"until"`
	End    bool            `json:"end,omitempty"` // what was lent ends after the day "until"
}

// complete writes who lends. Codes: document_invalid.
func (g Delegation) complete(ctx context.Context, r resolver) (Content, error) {
	lender, err := personByID(ctx, r.db, r.c.Book, r.c.By.Person)
	if err != nil {
		return nil, err
	}
	if g.Lender != "" && g.Lender != lender.Code {
		return nil, fault.Invalid("document_invalid", "lender: %s lends an own role, not one of %s", lender.Code, g.Lender)
	}
	g.Lender = lender.Code
	return g, nil
}

func (g Delegation) about(ctx context.Context, r resolver) (about, error) {
	if !slices.Contains(drafters["delegation"], g.Role) {
		return about{}, fault.Invalid("role_unknown", "the role %q is not lent", g.Role)
	}
	if g.Until.IsZero() {
		return about{}, fault.Invalid("document_invalid", "until: a role is lent for some days; the last is missing")
	}
	if err := days(g.From, g.Until, g.End); err != nil {
		return about{}, err
	}
	if g.To == g.Lender {
		return about{}, fault.Invalid("document_invalid", "to: nobody lends to oneself")
	}
	_, err := FindPerson(ctx, r.db, r.c.Book, g.To)
	return about{}, err
}

var delegationDocument = documentType{
	kind: "delegation", prefix: "SQ", zh: "授权", en: "delegation of a role",
	content: func() Content { return new(Delegation) },
	effects: map[string]effect{"approve": byFunction("projects.lend_role")},
}
