package api

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// signInPage asks who somebody is. Where the page leads afterwards is one of our own addresses.
func (s *Server) signInPage(l *look) (*answer, error) {
	return s.askSignIn(l, nil)
}

func (s *Server) askSignIn(l *look, wrong *web.Problem) (*answer, error) {
	var books []accounting.Book
	if err := s.db.NewSelect().Model(&books).Order("kind desc", "book_id").Scan(l.ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	f := web.Form{Action: "/sign-in", Submit: l.t("page.sign_in"), Error: wrong, Hidden: []web.Hidden{{Name: "then", Value: ownAddress(l.values.Get("then"))}}}
	f.Fields = []web.Field{
		{Name: "book", Label: l.t("field.book"), Kind: web.ChoiceField, Required: true, Wide: true},
		{Name: "account", Label: l.t("field.account"), Kind: web.TextField, Required: true, Value: l.values.Get("account")},
		{Name: "password", Label: l.t("field.password"), Kind: web.SecretField, Required: true},
		{Name: "code", Label: l.t("field.code_of_moment"), Kind: web.TextField, Help: l.t("help.code_of_moment")},
	}
	demo := false
	for _, b := range books {
		id := strconv.FormatInt(int64(b.ID), 10)
		demo = demo || b.Kind == accounting.DemoBook
		f.Fields[0].Options = append(f.Fields[0].Options, web.Option{Value: id, Text: b.Name, Chosen: l.values.Get("book") == id})
	}
	a := &answer{template: "sign_in", title: l.t("page.sign_in"), data: map[string]any{"Form": f, "Demo": demo && s.visitOf(l.Context).local, "Password": DemoPassword}}
	may, err := s.mayStart(l)
	if err != nil {
		return nil, err
	}
	if data, ok := a.data.(map[string]any); ok {
		data["FirstStart"] = may
	}
	if wrong != nil {
		a.status = http.StatusUnauthorized
	}
	return a, nil
}

// ownAddress keeps an address of ours, and nothing else.
func ownAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(text, "\\\r\n") {
		return ""
	}
	return text
}

func (s *Server) signInByPage(l *look) (*answer, error) {
	book, _ := strconv.ParseInt(l.values.Get("book"), 10, 64)
	try := attempt{book: accounting.BookID(book), name: strings.TrimSpace(l.values.Get("account")), password: l.values.Get("password"), code: strings.TrimSpace(l.values.Get("code")), visit: s.visitOf(l.Context)}
	a, err := s.beginSession(l, try, l.values.Get("then"))
	if err != nil && fault.KindOf(err) == fault.KindDenied {
		return s.askSignIn(l, s.asProblem(l, err))
	}
	return a, err
}

// beginSession signs in, and takes the only role where there is one only.
func (s *Server) beginSession(l *look, try attempt, then string) (*answer, error) {
	a, err := s.signIn(l.ctx, try)
	if err != nil {
		return nil, err
	}
	text, err := s.openSession(l.ctx, try.book, a, try.address)
	if err != nil {
		return nil, err
	}
	v, err := s.session(l.ctx, text)
	if err != nil {
		return nil, err
	}
	held, err := projects.RolesHeld(l.ctx, s.db, try.book, v.PersonID)
	if err != nil {
		return nil, err
	}
	if len(held) == 1 {
		if text, err = s.actAs(l.ctx, v, held[0]); err != nil {
			return nil, err
		}
		if then = ownAddress(then); then == "" {
			then = "/desk"
		}
		return &answer{location: then, setCookie: s.cookie(text)}, nil
	}
	return &answer{location: "/role", setCookie: s.cookie(text)}, nil
}

func (s *Server) signOutByPage(l *look) (*answer, error) {
	v := l.who.session
	_, err := s.db.ExecContext(l.ctx, `delete from api.sessions where book_id = ? and session_hash = ?`, v.book, v.hash)
	return &answer{location: "/sign-in", setCookie: s.cookie("")}, fault.FromSQL(err)
}

// rolePage lets somebody choose in which role to act.
func (s *Server) rolePage(l *look) (*answer, error) {
	held, err := projects.RolesHeld(l.ctx, s.db, l.who.Book, l.who.Person)
	if err != nil {
		return nil, err
	}
	type choice struct {
		Text, Value string
		Here        bool
	}
	var choices []choice
	for i, r := range held {
		text := l.t("role."+r.Role) + "（" + r.UnitName + "）"
		if r.Lender != "" {
			text += " " + l.t("page.on_behalf_of", r.Lender)
		}
		choices = append(choices, choice{text, strconv.Itoa(i), r.Unit == l.who.Unit && r.Role == l.who.Role && r.OnBehalfOf == l.who.OnBehalfOf})
	}
	return &answer{template: "role", title: l.t("page.choose_role"), data: choices}, nil
}

func (s *Server) chooseRoleByPage(l *look) (*answer, error) {
	held, err := projects.RolesHeld(l.ctx, s.db, l.who.Book, l.who.Person)
	if err != nil {
		return nil, err
	}
	i, err := strconv.Atoi(l.values.Get("role"))
	if err != nil || i < 0 || i >= len(held) {
		return goTo("/role")
	}
	text, err := s.actAs(l.ctx, l.who.session, held[i])
	return &answer{location: "/desk", setCookie: s.cookie(text)}, err
}

// demonstrationPage lets one person see the work of all, in a demonstration on this machine only.
func (s *Server) demonstrationPage(l *look) (*answer, error) {
	var persons []struct{ Code, Name, Unit, Role string }
	err := s.db.NewRaw(`select p.code, p.name, u.name as unit, coalesce(min(r.role), '') as role from accounting.persons p join accounting.books b using (book_id)
		left join accounting.units u on u.book_id = p.book_id and u.unit_id = p.unit_id
		left join projects.role_grants r on r.book_id = p.book_id and r.person_id = p.person_id
		where b.kind = 'demo' and exists (select from api.accounts a where a.book_id = p.book_id and a.person_id = p.person_id)
		group by p.code, p.name, u.name, p.unit_id order by min(u.code), min(p.person_id::text)`).Scan(l.ctx, &persons)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	if !s.visitOf(l.Context).local {
		return nil, fault.NotFound("not_found", "persons are switched on this machine only")
	}
	type person struct{ Code, Name, Role string }
	type group struct {
		Unit    string
		Persons []person
	}
	var groups []group
	for _, p := range persons {
		if len(groups) == 0 || groups[len(groups)-1].Unit != p.Unit {
			groups = append(groups, group{Unit: p.Unit})
		}
		g := &groups[len(groups)-1]
		role := ""
		if p.Role != "" {
			role = l.t("role." + p.Role)
		}
		g.Persons = append(g.Persons, person{p.Code, p.Name, role})
	}
	return &answer{template: "demonstration", title: l.t("page.demonstration"), data: groups}, nil
}

func (s *Server) switchPerson(l *look) (*answer, error) {
	var book accounting.BookID
	if err := s.db.NewRaw(`select book_id from accounting.books where kind = 'demo' order by book_id limit 1`).Scan(l.ctx, &book); err != nil {
		return nil, fault.FromSQL(err)
	}
	return s.beginSession(l, attempt{book: book, name: l.values.Get("account"), password: DemoPassword, visit: s.visitOf(l.Context)}, "")
}

// passwordPage changes the own password; a start password is changed before anything else.
func (s *Server) passwordPage(l *look) (*answer, error) { return s.askPassword(l, nil) }

func (s *Server) askPassword(l *look, wrong *web.Problem) (*answer, error) {
	f := web.Form{Action: "/password", Key: l.key(), Submit: l.t("page.password"), Error: wrong, Fields: []web.Field{
		{Name: "old", Label: l.t("field.old_password"), Kind: web.SecretField, Required: true},
		{Name: "new", Label: l.t("field.new_password"), Kind: web.SecretField, Required: true, Help: l.t("help.new_password")},
		{Name: "again", Label: l.t("field.again_password"), Kind: web.SecretField, Required: true},
	}}
	return &answer{template: "form", title: l.t("page.password"), data: f}, nil
}

func (s *Server) changePasswordByPage(l *look) (*answer, error) {
	if l.values.Get("new") != l.values.Get("again") {
		return s.askPassword(l, &web.Problem{Title: l.t("problem.passwords_differ")})
	}
	in := passwordRequest{Body: PasswordInput{Old: l.values.Get("old"), New: l.values.Get("new")}}
	out, err := s.changePassword(l.ctx, &in)
	if err != nil {
		return s.askPassword(l, s.asProblem(l, err))
	}
	return &answer{location: "/role", setCookie: out.SetCookie}, nil
}

// secondFactorPage shows a secret for a device, or takes its first code.
func (s *Server) secondFactorPage(l *look) (*answer, error) { return s.askSecondFactor(l, nil, nil) }

func (s *Server) askSecondFactor(l *look, wrong *web.Problem, offered *secretResponse) (*answer, error) {
	f := web.Form{Action: "/second-factor", Key: l.key(), Error: wrong, Submit: l.t("page.second_factor"), Fields: []web.Field{{Name: "password", Label: l.t("field.password"), Kind: web.SecretField, Required: true}}}
	data := map[string]any{"Form": &f}
	if offered != nil {
		f.Fields = []web.Field{{Name: "code", Label: l.t("field.code_of_moment"), Kind: web.TextField, Required: true}}
		square, err := web.DrawQR(offered.Body.URL)
		if err != nil {
			return nil, fault.Internal(err)
		}
		data["QR"], data["Secret"], data["URL"] = square, web.InFours(offered.Body.Secret), offered.Body.URL
	}
	return &answer{template: "second_factor", title: l.t("page.second_factor"), data: data}, nil
}

func (s *Server) setSecondFactor(l *look) (*answer, error) {
	if code := strings.TrimSpace(l.values.Get("code")); code != "" {
		out, err := s.confirmSecondFactor(l.ctx, &codeRequest{Body: CodeInput{Code: code}})
		if err != nil {
			return s.askSecondFactor(l, s.asProblem(l, err), nil)
		}
		return &answer{location: "/desk", setCookie: out.SetCookie}, nil
	}
	out, err := s.offerSecondFactor(l.ctx, &passwordAgainRequest{Body: PasswordAgainInput{Password: l.values.Get("password")}})
	if err != nil {
		return s.askSecondFactor(l, s.asProblem(l, err), nil)
	}
	return s.askSecondFactor(l, nil, out)
}

// firstPage leads to the desk, or to the sign-in.
func (s *Server) firstPage(*look) (*answer, error) { return goTo("/desk") }
