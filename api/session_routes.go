package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// How people sign in and choose in which role they act. A browser keeps the session in a cookie.
type (
	SignInInput struct {
		Book     int64  `json:"book" minimum:"1" doc:"division code"`
		Account  string `json:"account" minLength:"1" maxLength:"100"`
		Password string `json:"password" minLength:"1" maxLength:"800"`
		Code     string `json:"code,omitempty" maxLength:"40" doc:"of the second factor, where the account has one: of the moment, or a printed one"`
	}

	RoleInput struct {
		Unit       string `json:"unit" maxLength:"64" doc:"code"`
		Role       string `json:"role" maxLength:"40"`
		OnBehalfOf string `json:"on_behalf_of,omitempty" maxLength:"64" doc:"code of the person who lent the role"`
	}

	PasswordInput struct {
		Old string `json:"old" minLength:"1" maxLength:"800"`
		New string `json:"new" minLength:"1" maxLength:"800" doc:"at least 12 characters"`
	}

	PasswordAgainInput struct {
		Password string `json:"password" minLength:"1" maxLength:"800" doc:"the account's, once more"`
	}

	CodeInput struct {
		Code string `json:"code" minLength:"6" maxLength:"10"`
	}
)

type (
	SessionOutput struct {
		Book               int64              `json:"book"`
		Account            string             `json:"account"`
		Person             SignerOutput       `json:"person"`
		Acting             *RoleOutput        `json:"acting,omitempty" doc:"the role chosen; left out before one is, and when it is not held any more"`
		Roles              []RoleOutput       `json:"roles" nullable:"false" doc:"to choose from"`
		MustChangePassword bool               `json:"must_change_password" doc:"nothing else is done before"`
		SecondFactor       SecondFactorOutput `json:"second_factor"`
		EndsAt             time.Time          `json:"ends_at" doc:"at the latest; after 30 minutes unseen before that"`
	}

	SecondFactorOutput struct {
		Shown        bool     `json:"shown" doc:"by this session"`
		CodesOfTime  bool     `json:"codes_of_time" doc:"the account has a device that shows codes of the moment (TOTP)"`
		OneTimeCodes int      `json:"one_time_codes" doc:"printed ones that are left"`
		AskedBy      []string `json:"asked_by" nullable:"false" doc:"roles that ask for one"`
	}
)

type (
	signInRequest struct{ Body SignInInput }
	roleRequest   struct {
		KeyHeader
		Body RoleInput
	}
	passwordRequest struct {
		KeyHeader
		Body PasswordInput
	}
	passwordAgainRequest struct {
		KeyHeader
		Body PasswordAgainInput
	}
	codeRequest struct {
		KeyHeader
		Body CodeInput
	}
	endSessionRequest struct{ KeyHeader }

	sessionResponse struct {
		SetCookie    string `header:"Set-Cookie"`
		CacheControl string `header:"Cache-Control"`
		Body         SessionOutput
	}
	endedResponse struct {
		SetCookie string `header:"Set-Cookie"`
	}
	secretResponse struct {
		CacheControl string `header:"Cache-Control"`
		Body         struct {
			Secret string `json:"secret" doc:"base32, shown once"`
			URL    string `json:"url" doc:"otpauth, for a picture that a device reads"`
		}
	}
	codesResponse struct {
		SetCookie    string `header:"Set-Cookie"`
		CacheControl string `header:"Cache-Control"`
		Body         struct {
			Codes []string `json:"codes" nullable:"false" doc:"to print; each is used once; shown once"`
		}
	}
)

const neverKept = "no-store"

func (s *Server) sessionRoutes(api huma.API) {
	route := func(id, method, path, summary, way string, status int) huma.Operation {
		op := huma.Operation{OperationID: id, Method: method, Path: base + "/session" + path, Summary: summary, Tags: []string{"Session"}, DefaultStatus: status, MaxBodyBytes: bodyLimit,
			Metadata: map[string]any{wayKey: way}}
		if way == openWay || path != "" && path != "/role" {
			op.Errors = []int{http.StatusTooManyRequests}
		}
		return op
	}
	operation(s, api, route("sign-in", http.MethodPost, "", "登录 Sign in; the session comes as a cookie", openWay, http.StatusOK), s.postSession)
	operation(s, api, route("get-session", http.MethodGet, "", "Who is signed in, in which role, and what roles there are to choose from", sessionWay, http.StatusOK), s.getSession)
	operation(s, api, route("sign-out", http.MethodDelete, "", "退出 Sign out", sessionWay, http.StatusNoContent), s.endSession)
	operation(s, api, route("choose-role", http.MethodPost, "/role", "选择角色 Choose in which role to act", sessionWay, http.StatusOK), s.chooseRole)
	operation(s, api, route("change-password", http.MethodPost, "/password", "修改口令 Change the own password; the account's other sessions end", sessionWay, http.StatusOK), s.changePassword)
	operation(s, api, route("offer-second-factor", http.MethodPost, "/second-factor", "动态码 A secret for a device that shows codes of the moment (TOTP); it counts when confirmed", sessionWay, http.StatusOK), s.offerSecondFactor)
	operation(s, api, route("confirm-second-factor", http.MethodPost, "/second-factor/confirm", "Confirm the secret by a first code", sessionWay, http.StatusOK), s.confirmSecondFactor)
	operation(s, api, route("list-own-sessions", http.MethodGet, "/all", "会话 The account's sessions that have not ended", sessionWay, http.StatusOK), s.ownSessions)
	operation(s, api, route("end-other-sessions", http.MethodPost, "/end-others", "End the account's sessions but this one", sessionWay, http.StatusOK), s.endOtherSessions)
	operation(s, api, route("print-one-time-codes", http.MethodPost, "/one-time-codes", "一次性码 Ten codes to print, in place of those before; each is a second factor once", sessionWay, http.StatusOK), s.printOneTimeCodes)
}

func (s *Server) postSession(ctx context.Context, in *signInRequest) (*sessionResponse, error) {
	try := attempt{book: accounting.BookID(in.Body.Book), name: in.Body.Account, password: in.Body.Password, code: in.Body.Code, visit: by(ctx).visit}
	a, err := s.signIn(ctx, try)
	if err != nil {
		return nil, err
	}
	text, err := s.openSession(ctx, try.book, a, try.address)
	if err != nil {
		return nil, err
	}
	return s.sessionAnswer(ctx, text)
}

func (s *Server) getSession(ctx context.Context, _ *struct{}) (*sessionResponse, error) {
	return s.showSession(ctx, by(ctx).session)
}

func (s *Server) endSession(ctx context.Context, _ *endSessionRequest) (*endedResponse, error) {
	v := by(ctx).session
	_, err := s.db.ExecContext(ctx, `delete from api.sessions where book_id = ? and session_hash = ?`, v.book, v.hash)
	return &endedResponse{SetCookie: s.cookie("")}, fault.FromSQL(err)
}

func (s *Server) chooseRole(ctx context.Context, in *roleRequest) (*sessionResponse, error) {
	v := by(ctx).session
	held, err := projects.RolesHeld(ctx, s.db, v.book, v.PersonID)
	if err != nil {
		return nil, err
	}
	for _, r := range held {
		if r.UnitCode != in.Body.Unit || r.Role != in.Body.Role || r.Lender != in.Body.OnBehalfOf {
			continue
		}
		text, err := s.actAs(ctx, v, r)
		if err != nil {
			return nil, err
		}
		return s.sessionAnswer(ctx, text)
	}
	return nil, fault.Denied("role_not_held", "role %s of the unit %s is not held today", in.Body.Role, in.Body.Unit)
}

// actAs lets a session act in a role that its person holds.
func (s *Server) actAs(ctx context.Context, v session, r projects.HeldRole) (text string, err error) {
	lender := uuid.NullUUID{UUID: r.OnBehalfOf.UUID, Valid: !r.OnBehalfOf.IsZero()}
	return s.renew(ctx, v, `, unit_id = ?, role = ?, on_behalf_of = ?`, r.Unit, r.Role, lender)
}

// again lets a session show its password once more, before what whoever sits down at an open screen must not do.
func (s *Server) again(ctx context.Context, password string) (session, account, error) {
	who := by(ctx)
	a, err := s.signIn(ctx, attempt{book: who.Book, name: who.session.Account, password: password, again: true, visit: who.visit})
	return who.session, a, err
}

func (s *Server) changePassword(ctx context.Context, in *passwordRequest) (*sessionResponse, error) {
	if err := checkPassword(by(ctx).session.Account, in.Body.New); err != nil {
		return nil, err
	}
	if in.Body.New == in.Body.Old {
		return nil, fault.Invalid("password_weak", "the new password is the old one")
	}
	v, a, err := s.again(ctx, in.Body.Old)
	if err != nil {
		return nil, err
	}
	var hash string
	if err := s.hashing.wait(ctx, func() { hash = hashPassword(in.Body.New) }); err != nil {
		return nil, err
	}
	err = s.act(ctx, v, "password.change", func(ctx context.Context, tx bun.Tx) error {
		var changed bool
		err := tx.NewRaw(`select api.change_password(?, ?, ?, ?, ?)`, v.book, v.Account, a.PasswordHash, hash, v.hash).Scan(ctx, &changed)
		if err == nil && !changed {
			err = errSignIn // it was changed meanwhile
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.renewed(ctx, v, "")
}

func (s *Server) offerSecondFactor(ctx context.Context, in *passwordAgainRequest) (*secretResponse, error) {
	v, _, err := s.again(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	out := &secretResponse{CacheControl: neverKept}
	out.Body.Secret, out.Body.URL, err = s.offerSecret(ctx, v)
	return out, err
}

func (s *Server) confirmSecondFactor(ctx context.Context, in *codeRequest) (*sessionResponse, error) {
	v := by(ctx).session
	if err := s.confirmSecret(ctx, v, in.Body.Code); err != nil {
		return nil, err
	}
	return s.renewed(ctx, v, `, second_factor = true`)
}

func (s *Server) printOneTimeCodes(ctx context.Context, in *passwordAgainRequest) (*codesResponse, error) {
	v, _, err := s.again(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	out := &codesResponse{CacheControl: neverKept}
	if out.Body.Codes, err = s.printCodes(ctx, v); err != nil {
		return nil, err
	}
	text, err := s.renew(ctx, v, `, second_factor = true`)
	out.SetCookie = s.cookie(text)
	return out, err
}

func (s *Server) renewed(ctx context.Context, v session, change string) (*sessionResponse, error) {
	text, err := s.renew(ctx, v, change)
	if err != nil {
		return nil, err
	}
	return s.sessionAnswer(ctx, text)
}

// sessionAnswer shows a session that has just got its identity, and gives that to the browser.
func (s *Server) sessionAnswer(ctx context.Context, text string) (*sessionResponse, error) {
	v, err := s.session(ctx, text)
	if err != nil {
		return nil, err
	}
	out, err := s.showSession(ctx, v)
	if err == nil {
		out.SetCookie = s.cookie(text)
	}
	return out, err
}

func (s *Server) showSession(ctx context.Context, v session) (*sessionResponse, error) {
	out := &sessionResponse{CacheControl: neverKept, Body: SessionOutput{Book: int64(v.book), Account: v.Account, Roles: []RoleOutput{}, MustChangePassword: v.MustChange}}
	b := &out.Body
	b.SecondFactor.Shown = v.SecondFactor
	err := s.db.NewRaw(`select p.code, p.name, ?::timestamptz + ?::interval, f.secret is not null,
			(select count(*) from api.one_time_codes c where c.book_id = p.book_id and c.account = ?3 and c.code_set = f.code_set and c.used_at is null)
		from accounting.persons p left join api.second_factors f on f.book_id = p.book_id and f.account = ?3 where p.book_id = ?2 and p.person_id = ?4`,
		v.BeganAt, sessionLife, v.book, v.Account, v.PersonID).Scan(ctx, &b.Person.Code, &b.Person.Name, &b.EndsAt, &b.SecondFactor.CodesOfTime, &b.SecondFactor.OneTimeCodes)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	settings, err := projects.SettingsOf(ctx, s.db, v.book)
	if err != nil {
		return nil, err
	}
	b.SecondFactor.AskedBy = append([]string{}, settings.SecondFactorRoles...)
	held, err := projects.RolesHeld(ctx, s.db, v.book, v.PersonID)
	for _, r := range held {
		role := roleOutput(r)
		b.Roles = append(b.Roles, role)
		if r.Unit == v.UnitID && r.Role == v.Role && r.OnBehalfOf == v.OnBehalfOf {
			b.Acting = &role
		}
	}
	return out, err
}
