package projects

import (
	"context"
	"regexp"

	"mingzhang/accounting/fault"
)

// Account 登录账号 opens an account by which a person signs in, or resets one: then its password, second factor and sessions
// end with the approval. A person may have several accounts, such as one for each post, and stays one person: duties go by
// persons. Whoever approves is shown the start password once; who gets the account does not approve it.
type Account struct {
	Paper
	Person  string `json:"person"`          // code
	Account string `json:"account"`         // the name to sign in with
	Reset   bool   `json:"reset,omitempty"` // the account is there already
}

// AccountName is what accounts are called: nothing that two people could write in two ways.
var AccountName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,63}$`)

// complete gives the document to the unit of whose account it is. Codes: person_unknown.
func (a Account) complete(ctx context.Context, r resolver) (Content, error) {
	var err error
	if a.Unit == "" {
		a.Unit, err = unitOfPerson(ctx, r, a.Person)
	}
	return a, err
}

// unitOfPerson is the code of a person's own unit. Codes: person_unknown.
func unitOfPerson(ctx context.Context, r resolver, person string) (unit string, err error) {
	p, err := FindPerson(ctx, r.db, r.c.Book, person)
	if err != nil {
		return "", err
	}
	err = r.db.NewRaw(`select code from accounting.units where book_id = ? and unit_id = ?`, r.c.Book, p.Unit).Scan(ctx, &unit)
	return unit, fault.FromSQL(err)
}

func (a Account) about(ctx context.Context, r resolver) (about, error) {
	if !AccountName.MatchString(a.Account) {
		return about{}, fault.Invalid("document_invalid", "account: %q; 2 to 64 small letters, digits, dots, dashes and underscores, a letter or digit first", a.Account)
	}
	p, err := FindPerson(ctx, r.db, r.c.Book, a.Person)
	if err != nil {
		return about{}, err
	}
	var own []bool // of the one account of that name, if there is one
	if err := r.db.NewRaw(`select person_id = ? from api.accounts where book_id = ? and account = ?`, p.ID, r.c.Book, a.Account).Scan(ctx, &own); err != nil {
		return about{}, fault.FromSQL(err)
	}
	switch {
	case a.Reset && (len(own) == 0 || !own[0]):
		return about{}, fault.NotFound("sign_in_account_unknown", "%s has no account %s", a.Person, a.Account)
	case !a.Reset && len(own) > 0:
		return about{}, fault.Conflict("duplicate", "there is an account %s already", a.Account)
	}
	return about{}, nil
}

var accountDocument = documentType{
	kind: "account", prefix: "ZH", zh: "登录账号", en: "account to sign in with",
	content: func() Content { return new(Account) },
	effects: map[string]effect{"approve": byFunction("api.carry_out_account")},
}
