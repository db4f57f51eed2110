package projects

import (
	"context"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Departure 离岗 says that a person leaves, from which day on, and who goes on with the person's drafts. Who left is
// disabled, never deleted (R31): roles and what was lent end, and so does every sign-in.
type Departure struct {
	Paper
	Person    string          `json:"person"` // code
	LeftOn    accounting.Date `json:"left_on"`
	Successor string          `json:"successor"` // code; roles are granted by documents of their own
}

// complete gives the document to the unit of who leaves, so that its head may check it. Codes: person_unknown.
func (l Departure) complete(ctx context.Context, r resolver) (Content, error) {
	var err error
	if l.Unit == "" {
		l.Unit, err = unitOfPerson(ctx, r, l.Person)
	}
	return l, err
}

func (l Departure) about(ctx context.Context, r resolver) (about, error) {
	if l.LeftOn.IsZero() {
		return about{}, fault.Invalid("document_invalid", "left_on: the first day without the person is missing")
	}
	if l.Successor == l.Person {
		return about{}, fault.Invalid("document_invalid", "successor: somebody else goes on with what is open")
	}
	for _, code := range []string{l.Person, l.Successor} {
		if _, err := FindPerson(ctx, r.db, r.c.Book, code); err != nil {
			return about{}, err
		}
	}
	return about{}, nil
}

var departureDocument = documentType{
	kind: "departure", prefix: "LG", zh: "离岗交接", en: "departure of a person",
	content: func() Content { return new(Departure) },
	effects: map[string]effect{"approve": byFunction("projects.record_departure")},
}
