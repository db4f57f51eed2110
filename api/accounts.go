package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// DemoPassword is every person's in a demonstration. It is published, so it counts from this machine to this machine only.
const DemoPassword = "mingzhang-demo-2025" //nolint:gosec // published, and good for nothing but a demonstration

// OpenAccount opens an account by hand of the operator, for the first persons of a book: afterwards accounts are opened by
// documents of two persons. The start password is shown once and only its digest is kept.
// Codes: document_invalid (the name), person_unknown, duplicate.
func OpenAccount(ctx context.Context, db *bun.DB, c accounting.Command, personCode, name string) (password string, err error) {
	if !projects.AccountName.MatchString(name) {
		return "", fault.Invalid("document_invalid", "account: %q; 2 to 64 small letters, digits, dots, dashes and underscores, a letter or digit first", name)
	}
	password = startPassword()
	hash := hashPassword(password)
	c.Name, c.Body = "account.open", []string{personCode, name}
	_, err = accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (string, error) {
		p, err := projects.FindPerson(ctx, tx, c.Book, personCode)
		if err != nil {
			return "", err
		}
		_, err = tx.ExecContext(ctx, `select api.open_account(?, ?, ?, ?)`, c.Book, p.ID, name, hash)
		return name, fault.FromSQL(err)
	})
	if err != nil {
		return "", err
	}
	return password, nil
}

// OpenDemonstrationAccounts gives every person of a demonstration an account by the person's code. All share one digest under
// one salt: there is nothing to hide, and a hundred digests would take seconds.
func OpenDemonstrationAccounts(ctx context.Context, db bun.IDB, book accounting.BookID) error {
	var missing bool
	err := db.NewRaw(`select exists (select from accounting.persons p where p.book_id = ? and not exists (select from api.accounts a where a.book_id = p.book_id and a.person_id = p.person_id))`, book).Scan(ctx, &missing)
	if err != nil || !missing {
		return fault.FromSQL(err)
	}
	_, err = db.ExecContext(ctx, `select api.open_demonstration_accounts(?, ?)`, book, hashPassword(DemoPassword))
	return fault.FromSQL(err)
}

type (
	// SignInAccountOutput is an account without its password.
	SignInAccountOutput struct {
		Account      string       `json:"account"`
		Person       SignerOutput `json:"person"`
		State        string       `json:"state" enum:"waits_for_start_password,has_start_password,own_password,disabled"`
		SecondFactor bool         `json:"second_factor"`
		OpenedAt     time.Time    `json:"opened_at"`
		LastSignIn   *time.Time   `json:"last_sign_in,omitempty"`
	}

	// SignInOutput is an attempt to sign in and what it came to.
	SignInOutput struct {
		At      time.Time `json:"at"`
		Account string    `json:"account" doc:"? and a digest for a name that is no account, because people type passwords there"`
		Address string    `json:"address"`
		Outcome string    `json:"outcome" enum:"refused,locked,signed_in,confirmed" doc:"confirmed: a session showed its password again"`
	}

	StartPasswordInput struct {
		Document string `json:"document" format:"uuid" doc:"identity of the approved document that opened or reset the account"`
	}

	DisableInput struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
)

type (
	startPasswordRequest struct {
		KeyHeader
		Account string `path:"account" maxLength:"64"`
		Body    StartPasswordInput
	}
	disableRequest struct {
		KeyHeader
		Account string `path:"account" maxLength:"64"`
		Body    DisableInput
	}
	signInsRequest struct {
		Account string    `query:"account" maxLength:"64"`
		Address string    `query:"address" maxLength:"64"`
		Before  time.Time `query:"before" doc:"moment of the last one of the page before"`
		Limit   int       `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	}

	signInAccountsResponse struct {
		Body struct {
			Accounts []SignInAccountOutput `json:"accounts" nullable:"false"`
		}
	}
	signInAccountResponse struct{ Body SignInAccountOutput }
	startPasswordResponse struct {
		CacheControl string `header:"Cache-Control"`
		Body         struct {
			Account  string `json:"account"`
			Password string `json:"password" doc:"shown this once; good for seven days, and changed at the first sign-in"`
		}
	}
	signInsResponse struct {
		Body struct {
			SignIns []SignInOutput `json:"sign_ins" nullable:"false"`
		}
	}
)

func (s *Server) accountRoutes(api huma.API) {
	route := func(id, method, path, summary string, roles ...string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: base + path, Summary: summary, Tags: []string{"People"}, DefaultStatus: http.StatusOK, MaxBodyBytes: bodyLimit, Metadata: map[string]any{rolesKey: roles}}
	}
	operation(s, api, route("list-sign-in-accounts", http.MethodGet, "/sign-in-accounts", "登录账号 Accounts; they are opened and reset by documents of the kind account", "admin"), s.listAccounts)
	operation(s, api, route("make-start-password", http.MethodPost, "/sign-in-accounts/{account}/start-password", "初始口令 The start password of an approved document, shown once to who approved it", "admin", "budget_officer"), s.makeStartPassword)
	operation(s, api, route("disable-sign-in-account", http.MethodPost, "/sign-in-accounts/{account}/disable", "停用 End an account's sessions and sign-ins; a document resets it", "admin"), s.disableAccount)
	operation(s, api, route("list-sign-ins", http.MethodGet, "/sign-ins", "登录记录 Attempts to sign in, newest first", "admin"), s.listSignIns)
}

const shownAccounts = `select a.account, p.code, p.name, case when a.disabled_at is not null then 'disabled' when a.password_hash is null then 'waits_for_start_password'
		when a.start_until is not null then 'has_start_password' else 'own_password' end as state, f.secret is not null or f.code_set is not null as second_factor, a.opened_at,
		(select max(s.at) from api.sign_ins s where s.book_id = a.book_id and s.account = a.account and s.outcome = 'signed_in') as last_sign_in
	from api.accounts a join accounting.persons p using (book_id, person_id) left join api.second_factors f on f.book_id = a.book_id and f.account = a.account
	where a.book_id = ?0 and ?1 in ('', a.account) order by p.code, a.account`

func (s *Server) accountsShown(ctx context.Context, book accounting.BookID, name string) ([]SignInAccountOutput, error) {
	var rows []struct {
		Account, Code, Name, State string
		SecondFactor               bool
		OpenedAt                   time.Time
		LastSignIn                 *time.Time
	}
	if err := s.db.NewRaw(shownAccounts, book, name).Scan(ctx, &rows); err != nil {
		return nil, fault.FromSQL(err)
	}
	all := make([]SignInAccountOutput, len(rows))
	for i, r := range rows {
		all[i] = SignInAccountOutput{r.Account, SignerOutput{r.Code, r.Name}, r.State, r.SecondFactor, r.OpenedAt, r.LastSignIn}
	}
	return all, nil
}

func (s *Server) listAccounts(ctx context.Context, _ *struct{}) (*signInAccountsResponse, error) {
	out := &signInAccountsResponse{}
	var err error
	out.Body.Accounts, err = s.accountsShown(ctx, by(ctx).Book, "")
	return out, err
}

// makeStartPassword answers a password that is stored nowhere in clear, so a repeat of the key has none to answer.
func (s *Server) makeStartPassword(ctx context.Context, in *startPasswordRequest) (*startPasswordResponse, error) {
	who := by(ctx)
	c := who.command(in.Key, "account.start_password")
	c.Body = in.Account
	id, err := accounting.ParseID(in.Body.Document)
	if err != nil {
		return nil, accounting.Refuse(ctx, s.db, c, err)
	}
	c.Target = id
	password, hash, made := startPassword(), "", false
	if err := s.hashing.wait(ctx, func() { hash = hashPassword(password) }); err != nil {
		return nil, err
	}
	name, err := accounting.Do(ctx, s.db, c, func(ctx context.Context, tx bun.Tx) (name string, err error) {
		made = true
		if err = tx.NewRaw(`select api.start_password(?, ?, ?, ?)`, c.Book, id, c.By.Person, hash).Scan(ctx, &name); err == nil && name != in.Account {
			err = fault.NotFound("sign_in_account_unknown", "the document is not about an account %s", in.Account)
		}
		return name, err
	})
	if err == nil && !made {
		err = fault.Conflict("start_password_made", "the start password of %s was shown before, and once only", name)
	}
	if err != nil {
		return nil, err
	}
	out := &startPasswordResponse{CacheControl: neverKept}
	out.Body.Account, out.Body.Password = name, password
	return out, nil
}

// disableAccount needs one person: it shuts somebody out and lets nobody in.
func (s *Server) disableAccount(ctx context.Context, in *disableRequest) (*signInAccountResponse, error) {
	who := by(ctx)
	c := who.command(in.Key, "account.disable")
	c.Body = []string{in.Account, in.Body.Reason}
	_, err := accounting.Do(ctx, s.db, c, func(ctx context.Context, tx bun.Tx) (string, error) {
		if err := accounting.CheckText("reason", in.Body.Reason, 500); err != nil {
			return "", err
		}
		_, err := tx.ExecContext(ctx, `select api.disable_account(?, ?)`, c.Book, in.Account)
		return fmt.Sprintf("%s: %s", in.Account, in.Body.Reason), err
	})
	if err != nil {
		return nil, err
	}
	shown, err := s.accountsShown(ctx, who.Book, in.Account)
	if err != nil || len(shown) == 0 {
		return nil, err
	}
	return &signInAccountResponse{shown[0]}, nil
}

func (s *Server) listSignIns(ctx context.Context, in *signInsRequest) (*signInsResponse, error) {
	out := &signInsResponse{}
	q := s.db.NewSelect().TableExpr("api.sign_ins").Column("at", "account", "address", "outcome").Where("book_id = ?", by(ctx).Book).Where("outcome <> 'tried'").OrderExpr("at desc").Limit(int64(in.Limit))
	if in.Account != "" {
		q = q.Where("account = ?", in.Account)
	}
	if in.Address != "" {
		q = q.Where("address = ?", in.Address)
	}
	if !in.Before.IsZero() {
		q = q.Where("at < ?", in.Before)
	}
	err := q.Scan(ctx, &out.Body.SignIns)
	out.Body.SignIns = slices.Concat([]SignInOutput{}, out.Body.SignIns)
	return out, fault.FromSQL(err)
}
