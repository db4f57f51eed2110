package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
	"mingzhang/api/web"
)

// OwnSessionOutput is a session of the account that asks.
type OwnSessionOutput struct {
	BeganAt      time.Time `json:"began_at"`
	SeenAt       time.Time `json:"seen_at"`
	Address      string    `json:"address"`
	Role         string    `json:"role,omitempty" doc:"left out before one is chosen"`
	SecondFactor bool      `json:"second_factor"`
	Own          bool      `json:"own" doc:"the one that asks"`
}

type ownSessionsResponse struct {
	Body struct {
		Sessions []OwnSessionOutput `json:"sessions" nullable:"false" doc:"that have not ended, seen last first"`
	}
}

func (s *Server) ownSessions(ctx context.Context, _ *struct{}) (*ownSessionsResponse, error) {
	v := by(ctx).session
	out := &ownSessionsResponse{}
	out.Body.Sessions = []OwnSessionOutput{}
	err := s.db.NewRaw(`select s.began_at, s.seen_at, s.address, coalesce(s.role, '') as role, s.second_factor, s.session_hash = ? as own from api.sessions s
		where s.book_id = ? and s.account = ? and s.began_at > now() - ?::interval and s.seen_at > now() - ?::interval order by s.seen_at desc`, v.hash, v.book, v.Account, sessionLife, sessionIdle).Scan(ctx, &out.Body.Sessions)
	return out, fault.FromSQL(err)
}

// endOtherSessions ends the account's sessions but the one that asks.
func (s *Server) endOtherSessions(ctx context.Context, _ *endSessionRequest) (*ownSessionsResponse, error) {
	v := by(ctx).session
	err := s.act(ctx, v, "session.end_others", func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from api.sessions where book_id = ? and account = ? and session_hash <> ?`, v.book, v.Account, v.hash)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.ownSessions(ctx, nil)
}

// mePage is the own account: roles, password, second factor, sessions.
func (s *Server) mePage(l *look) (*answer, error) { return s.showMe(l, nil) }

func (s *Server) showMe(l *look, wrong *failed) (*answer, error) {
	called, err := s.called(l)
	if err != nil {
		return nil, err
	}
	shown, err := s.showSession(l.ctx, l.who.session)
	if err != nil {
		return nil, err
	}
	me := shown.Body
	roles := &web.Table{Name: "roles", Caption: l.t("me.roles"), Empty: l.t("role.none"), Columns: web.Columns(web.C(web.TextColumn, "column.role"), web.C(web.TextColumn, "column.unit"), web.C(web.TextColumn, "people.lent_by"), web.C(web.DayColumn, "field.from"), web.C(web.DayColumn, "field.until"), web.C(web.StateColumn, "column.state"))}
	for _, r := range me.Roles {
		state := web.Text("")
		if me.Acting != nil && *me.Acting == r {
			state = web.State("ok", l.t("me.acting"))
		}
		roles.Rows = append(roles.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("role." + r.Role)), called.unit(r.Unit), web.Text(called.persons[r.OnBehalfOf]), web.Code(r.From), web.Code(r.Until), state}})
	}
	asked := make([]string, len(me.SecondFactor.AskedBy))
	for i, r := range me.SecondFactor.AskedBy {
		asked[i] = l.t("role." + r)
	}
	if len(asked) == 0 {
		asked = []string{l.t("settings.nobody")}
	}
	yesNo := func(yes bool) web.Cell { return web.Text(l.t("choice.bool." + strconv.FormatBool(yes))) }
	left := web.Number(me.SecondFactor.OneTimeCodes)
	if n := me.SecondFactor.OneTimeCodes; n > 0 && n <= 2 {
		left = web.State("yellow", strconv.Itoa(n))
	}
	second := section{Title: l.t("page.second_factor"), Facts: []web.Fact{fact(l.t("me.device"), yesNo(me.SecondFactor.CodesOfTime)), fact(l.t("me.codes_left"), left), fact(l.t("me.shown"), yesNo(me.SecondFactor.Shown)), fact(l.t("settings.second_factor"), web.Text(l.listed(asked)))}, Note: l.t("me.second_factor_note")}
	codes := l.form("/me/codes", l.t("me.print_codes"), web.Field{Name: "password", Label: l.t("field.password"), Kind: web.SecretField, Required: true})
	codes.Lead = l.t("me.print_codes_lead")
	for i := range codes.Fields {
		codes.Fields[i].Value = "" // a password is not sent back
	}
	if err := s.on(l, wrong, codes); err != nil {
		return nil, err
	}
	sessions, err := s.sessionsSection(l)
	if err != nil {
		return nil, err
	}
	data := sectionsData{Facts: []web.Fact{fact(l.t("column.person"), web.Text(me.Person.Name)), fact(l.t("field.account"), web.Code(me.Account)), fact(l.t("me.ends"), web.Moment(me.EndsAt))},
		Actions:  []web.MenuItem{{Title: l.t("page.choose_role"), Path: "/role"}, {Title: l.t("page.password"), Path: "/password"}, {Title: l.t("me.set_device"), Path: "/second-factor"}, {Title: l.t("page.tokens"), Path: "/settings/tokens"}},
		Sections: []section{{Table: roles}, second, {Title: l.t("me.print_codes"), Form: codes}, sessions}}
	return &answer{template: "sections", title: l.t("page.me"), data: data, status: wrong.status()}, nil
}

func (s *Server) sessionsSection(l *look) (section, error) {
	out, err := s.ownSessions(l.ctx, nil)
	if err != nil {
		return section{}, err
	}
	t := &web.Table{Name: "sessions", Caption: l.t("me.sessions"), Counted: true, Count: len(out.Body.Sessions), Columns: web.Columns(web.C(web.DayColumn, "me.began"), web.C(web.DayColumn, "me.seen"), web.C(web.TextColumn, "sign_ins.address"), web.C(web.TextColumn, "column.role"), web.C(web.StateColumn, "column.state"))}
	for _, x := range out.Body.Sessions {
		role, state := "", web.State("filed", l.t("me.other_session"))
		if x.Role != "" {
			role = l.t("role." + x.Role)
		}
		if x.Own {
			state = web.State("ok", l.t("me.this_session"))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Moment(x.BeganAt), web.Moment(x.SeenAt), web.Text(x.Address), web.Text(role), state}})
	}
	part := section{Title: l.t("me.sessions"), Table: t}
	if len(out.Body.Sessions) > 1 {
		part.Form = &web.Form{Action: "/me/sessions", Key: uuid.NewString(), Submit: l.t("me.end_others"), Lead: l.t("me.end_others_lead")}
	}
	return part, nil
}

// printCodesByPage shows ten one-time codes, once, to be printed.
func (s *Server) printCodesByPage(l *look) (*answer, error) {
	out, err := s.printOneTimeCodes(l.ctx, &passwordAgainRequest{Body: PasswordAgainInput{Password: l.values.Get("password")}})
	if err != nil {
		return s.showMe(l, &failed{"/me/codes", err, map[string]string{"sign_in_refused": "password"}})
	}
	t := &web.Table{Name: "codes", Caption: l.t("me.codes", len(out.Body.Codes)), Columns: web.Columns(web.C(web.NumberColumn, "me.number"), web.C(web.CodeColumn, "me.code"), web.C(web.TextColumn, "me.used"))}
	for i, code := range out.Body.Codes {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Number(i + 1), web.Code(code), web.Text(strings.Repeat("　", 6))}})
	}
	return &answer{template: "list", title: l.t("me.codes", len(out.Body.Codes)), setCookie: out.SetCookie, status: http.StatusOK,
		data: listData{Lead: l.t("me.codes_lead"), Tables: []*web.Table{t}, Actions: []web.MenuItem{{Title: l.t("accounts.noted"), Path: "/me"}}}}, nil
}

func (s *Server) endOtherSessionsByPage(l *look) (*answer, error) {
	if _, err := s.endOtherSessions(l.ctx, nil); err != nil {
		return nil, err
	}
	return done("/me", "sessions_ended", "")
}
