package api

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

var unitKinds = []accounting.UnitKind{"administrative", "institution", "enterprise", "other"}

// unitsPage lists the accounting units.
func (s *Server) unitsPage(l *look) (*answer, error) { return s.showUnits(l, nil) }

func (s *Server) showUnits(l *look, wrong *failed) (*answer, error) {
	out, err := s.units(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "units", Caption: l.t("page.units"), Counted: true, Count: len(out.Body.Units), Columns: web.Columns(web.C(web.TextColumn, "field.code"), web.C(web.TextColumn, "money.name"), web.C(web.TextColumn, "units.kind"))}
	for _, u := range out.Body.Units {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(u.Code).To("/settings/units/" + url.PathEscape(u.Code)), web.Text(u.Name), web.Text(l.t("units.kind." + u.Kind))}})
	}
	data := listData{Lead: l.t("units.lead"), Tables: []*web.Table{t}}
	if holds(arrangers, l.who.Role) {
		var kinds []web.Option
		for _, k := range unitKinds {
			kinds = append(kinds, web.Option{Value: string(k), Text: l.t("units.kind." + string(k))})
		}
		f := l.form("/settings/units", l.t("units.add"), web.Field{Name: "code", Label: l.t("field.code"), Kind: web.TextField, Required: true, Help: l.t("office.code_for_life")}, web.Field{Name: "name", Label: l.t("money.name"), Kind: web.TextField, Required: true},
			web.Field{Name: "kind", Label: l.t("units.kind"), Kind: web.ChoiceField, Required: true, Options: l.chooses(kinds...), Help: l.t("units.kind_help")})
		if err := s.on(l, wrong, f); err != nil {
			return nil, err
		}
		data.Forms = []titledForm{{l.t("units.add"), *f}}
	}
	return &answer{template: "list", title: l.t("page.units"), list: t, data: data, status: wrong.status()}, nil
}

func (s *Server) addUnitByPage(l *look) (*answer, error) {
	in := newUnitRequest{Body: NewUnitInput{Code: l.typed("code"), Name: l.typed("name"), Kind: l.typed("kind")}}
	in.Key = l.key()
	if _, err := s.addUnit(l.ctx, &in); err != nil {
		return s.showUnits(l, &failed{"/settings/units", err, map[string]string{"duplicate": "code", "value_invalid": "kind"}})
	}
	return done("/settings/units", "unit", in.Body.Name)
}

// unitPage shows a unit with its people and the projects whose books it keeps.
func (s *Server) unitPage(l *look) (*answer, error) { return s.showUnit(l, nil) }

func (s *Server) showUnit(l *look, wrong *failed) (*answer, error) {
	code := l.Param("code")
	out, err := s.units(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(out.Body.Units, func(u UnitOutput) bool { return u.Code == code })
	if at < 0 {
		return nil, fault.NotFound("unit_unknown", "there is no unit %q", code)
	}
	u := out.Body.Units[at]
	nodes, err := s.listNodes(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	kept := &web.Table{Name: "projects-of-unit", Caption: l.t("units.projects"), Counted: true, Empty: l.t("units.no_projects"), Columns: web.Columns(web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "column.kind"), web.C(web.DayColumn, "office.due_month"))}
	for _, n := range nodes.Body.Projects {
		if n.Unit == code {
			kept.Rows = append(kept.Rows, web.Row{Cells: []web.Cell{l.names.project(n.Code), web.Text(l.t("project.kind." + n.Kind)), web.Text(n.DueMonth)}})
		}
	}
	kept.Count = len(kept.Rows)
	data := sectionsData{Facts: []web.Fact{fact(l.t("field.code"), web.Code(u.Code)), fact(l.t("units.kind"), web.Text(l.t("units.kind."+u.Kind)))}, Actions: []web.MenuItem{{Title: l.t("page.units"), Path: "/settings/units"}}, Sections: []section{{Table: kept}}}
	if l.who.ReadsAll() {
		data.Actions = append(data.Actions, web.MenuItem{Title: l.t("units.people"), Path: "/settings/people?unit=" + url.QueryEscape(code)})
	}
	if holds(arrangers, l.who.Role) {
		f := l.form("/settings/units/"+url.PathEscape(code), l.t("office.rename"), web.Field{Name: "name", Label: l.t("money.name"), Kind: web.TextField, Required: true, Value: u.Name})
		if err := s.on(l, wrong, f); err != nil {
			return nil, err
		}
		data.Sections = append(data.Sections, section{Title: l.t("office.rename"), Form: f})
	}
	return &answer{template: "sections", title: l.t("units.title", u.Name), list: kept, data: data, status: wrong.status()}, nil
}

func (s *Server) renameUnitByPage(l *look) (*answer, error) {
	in := renameRequest{Code: l.Param("code"), Body: NameInput{Name: l.typed("name")}}
	in.Key = l.key()
	path := "/settings/units/" + url.PathEscape(in.Code)
	if _, err := s.renameUnit(l.ctx, &in); err != nil {
		return s.showUnit(l, &failed{path, err, map[string]string{"text_invalid": "name"}})
	}
	return done(path, "renamed", in.Body.Name)
}

// peoplePage lists who works with the books and as what; a unit's people see their own unit's.
func (s *Server) peoplePage(l *look) (*answer, error) { return s.showPeople(l, nil) }

func (s *Server) showPeople(l *look, wrong *failed) (*answer, error) {
	unit := l.who.Unit
	if l.who.ReadsAll() {
		var err error
		if unit, err = s.unitID(l.ctx, l.who.Book, l.values.Get("unit")); err != nil {
			return nil, err
		}
	}
	persons, err := s.personsInOffice(l, unit)
	if err != nil {
		return nil, err
	}
	words, role := l.typed("q"), l.values.Get("role")
	t := &web.Table{Name: "people", Caption: l.t("page.people"), Counted: true, Empty: l.t("people.empty"), Columns: web.Columns(web.C(web.TextColumn, "column.person"), web.C(web.TextColumn, "field.code"), web.C(web.TextColumn, "column.unit"), web.C(web.TextColumn, "people.roles"), web.C(web.StateColumn, "column.state"))}
	for _, p := range persons {
		var roles []string
		has := role == ""
		for _, r := range p.Roles {
			roles, has = append(roles, l.roleText(r, p.Unit)), has || r.Role == role
		}
		if !has || words != "" && !strings.Contains(p.Code+" "+p.Name, words) {
			continue
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(p.Name).To("/settings/people/" + url.PathEscape(p.Code)), web.Text(p.Code), l.names.unit(p.Unit), web.Text(l.listed(roles)), l.presence(p.LeftOn, len(roles) > 0)}})
	}
	l.paged(t)
	data := listData{Lead: l.t("people.lead"), Tables: []*web.Table{t}, Filters: []web.Field{{Name: "q", Label: l.t("money.words"), Kind: web.TextField, Value: words}, {Name: "role", Label: l.t("column.role"), Kind: web.ChoiceField, Options: l.roleOptions(role)}}}
	for _, kind := range []projects.DocumentKind{"role_grant", "delegation", "departure", "account"} {
		data.Actions = append(data.Actions, l.newDocument(l.t("document.new", kindName(l.lang, kind)), kind)...)
	}
	if holds(administrators, l.who.Role) {
		f := l.form("/settings/people", l.t("people.add"), web.Field{Name: "code", Label: l.t("field.code"), Kind: web.TextField, Required: true, Help: l.t("office.code_for_life")}, web.Field{Name: "name", Label: l.t("column.person"), Kind: web.TextField, Required: true},
			web.Field{Name: "unit", Label: l.t("column.unit"), Kind: web.ChoiceField, Required: true, Options: l.unitOptions()})
		if err := s.on(l, wrong, f); err != nil {
			return nil, err
		}
		data.Forms = []titledForm{{l.t("people.add"), *f}}
	} else if l.who.ReadsAll() {
		units := l.unitOptions()
		units[0].Text = l.t("choice.all")
		data.Filters = append(data.Filters, web.Field{Name: "unit", Label: l.t("column.unit"), Kind: web.ChoiceField, Options: units})
		for i, o := range data.Filters[2].Options {
			data.Filters[2].Options[i].Chosen = o.Value == l.values.Get("unit")
		}
	}
	return &answer{template: "list", title: l.t("page.people"), list: t, data: data, status: wrong.status()}, nil
}

func (s *Server) personsInOffice(l *look, unit accounting.UnitID) (persons []projects.PersonInOffice, err error) {
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		persons, err = projects.PersonsInOffice(ctx, tx, l.who.Book, unit)
		return err
	})
	return persons, err
}

// roleText is a role with its unit, where that is another than the person's own, and who lent it.
func (l *look) roleText(r projects.HeldRole, own string) string {
	text := l.t("role." + r.Role)
	if r.UnitCode != own {
		text += "（" + r.UnitName + "）"
	}
	if r.Lender != "" {
		text += l.t("page.on_behalf_of", l.names.persons[r.Lender])
	}
	return text
}

func (l *look) presence(leftOn accounting.Date, hasRole bool) web.Cell {
	switch {
	case !leftOn.IsZero():
		return web.State("cancelled", l.t("people.left", leftOn))
	case hasRole:
		return web.State("ok", l.t("people.in_office"))
	}
	return web.State("draft", l.t("people.no_role"))
}

func (l *look) roleOptions(chosen string) []web.Option {
	options := []web.Option{{Text: l.t("choice.all")}}
	for _, r := range Roles {
		options = append(options, web.Option{Value: r, Text: l.t("role." + r), Chosen: r == chosen})
	}
	return options
}

// unitOptions offers the units by code.
func (l *look) unitOptions() []web.Option {
	options := []web.Option{{Text: l.t("form.choose")}}
	codes := make([]string, 0, len(l.names.units))
	for code := range l.names.units {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		options = append(options, web.Option{Value: code, Text: l.names.units[code]})
	}
	return options
}

func (s *Server) addPersonByPage(l *look) (*answer, error) {
	in := newPersonRequest{Body: NewPersonInput{Code: l.typed("code"), Name: l.typed("name"), Unit: l.typed("unit")}}
	in.Key = l.key()
	if _, err := s.addPerson(l.ctx, &in); err != nil {
		l.values.Set("unit", "") // no filter of the list
		return s.showPeople(l, &failed{"/settings/people", err, map[string]string{"duplicate": "code", "unit_unknown": "unit"}})
	}
	return done("/settings/people/"+url.PathEscape(in.Body.Code), "person", in.Body.Name)
}

// personPage shows a person: the roles, what is handed over when the person leaves, and the documents that change either.
func (s *Server) personPage(l *look) (*answer, error) { return s.showPerson(l, nil) }

func (s *Server) showPerson(l *look, wrong *failed) (*answer, error) {
	code := l.Param("code")
	held, err := s.rolesOfPerson(l.ctx, &personRequest{Code: code})
	if err != nil {
		return nil, err
	}
	over, err := s.handover(l.ctx, &handoverRequest{Code: code})
	if err != nil {
		return nil, err
	}
	h := over.Body
	roles := &web.Table{Name: "roles-" + code, Caption: l.t("people.roles"), Counted: true, Count: len(held.Body.Roles), Empty: l.t("people.no_roles"), Columns: web.Columns(web.C(web.TextColumn, "column.role"), web.C(web.TextColumn, "column.unit"), web.C(web.TextColumn, "people.lent_by"), web.C(web.DayColumn, "field.from"), web.C(web.DayColumn, "field.until"), web.C(web.TextColumn, "money.todo"))}
	for _, r := range held.Body.Roles {
		todo := web.Text("")
		if r.OnBehalfOf == "" {
			if items := l.newDocument(l.t("people.end_role"), "role_grant", "person", code, "unit", r.Unit, "role", r.Role, "end", "true"); len(items) > 0 {
				todo = web.Text(items[0].Title).To(items[0].Path)
			}
		}
		roles.Rows = append(roles.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("role." + r.Role)), l.names.unit(r.Unit), web.Text(l.names.persons[r.OnBehalfOf]), web.Code(r.From), web.Code(r.Until), todo}})
	}
	var leftOn accounting.Date
	if h.LeftOn != "" {
		if leftOn, err = accounting.ParseDate(h.LeftOn); err != nil {
			return nil, err
		}
	}
	data := sectionsData{Facts: []web.Fact{fact(l.t("field.code"), web.Code(code)), fact(l.t("column.unit"), l.names.unit(h.Person.Unit)), fact(l.t("column.state"), l.presence(leftOn, len(held.Body.Roles) > 0))}}
	if h.Successor != nil {
		data.Facts = append(data.Facts, fact(l.t("field.successor"), web.Text(h.Successor.Name)))
	}
	data.Actions = append(data.Actions, l.newDocument(l.t("people.grant"), "role_grant", "person", code, "unit", h.Person.Unit)...)
	data.Actions = append(data.Actions, l.newDocument(l.t("people.open_account"), "account", "person", code, "account", strings.ToLower(code))...)
	data.Actions = append(data.Actions, l.newDocument(l.t("people.leaves"), "departure", "person", code)...)
	data.Actions = append(data.Actions, web.MenuItem{Title: l.t("page.people"), Path: "/settings/people"})
	open, waiting := documentTable(l, l.names, l.t("people.open"), h.Open), documentTable(l, l.names, l.t("people.waiting"), h.Waiting)
	open.Name, open.Counted, open.Count, open.Empty = "handover-open-"+code, true, len(h.Open), l.t("people.nothing_open")
	waiting.Counted, waiting.Count, waiting.Empty = true, len(h.Waiting), l.t("people.nothing_waits")
	data.Sections = append(data.Sections, section{Table: roles}, section{Title: l.t("people.handover"), Words: []string{l.t("people.handover_lead")}, Table: open}, section{Table: waiting})
	if holds(administrators, l.who.Role) {
		f := l.form("/settings/people/"+url.PathEscape(code), l.t("office.rename"), web.Field{Name: "name", Label: l.t("column.person"), Kind: web.TextField, Required: true, Value: h.Person.Name})
		if err := s.on(l, wrong, f); err != nil {
			return nil, err
		}
		data.Sections = append(data.Sections, section{Title: l.t("office.rename"), Form: f})
	}
	return &answer{template: "sections", title: l.t("people.title", h.Person.Name), list: open, data: data, status: wrong.status()}, nil
}

func (s *Server) renamePersonByPage(l *look) (*answer, error) {
	in := renameRequest{Code: l.Param("code"), Body: NameInput{Name: l.typed("name")}}
	in.Key = l.key()
	path := "/settings/people/" + url.PathEscape(in.Code)
	if _, err := s.renamePerson(l.ctx, &in); err != nil {
		return s.showPerson(l, &failed{path, err, map[string]string{"text_invalid": "name"}})
	}
	return done(path, "renamed", in.Body.Name)
}

// accountShapes are the shapes of an account's states.
var accountShapes = map[string]string{"waits_for_start_password": "draft", "has_start_password": "filed", "own_password": "ok", "disabled": "cancelled"}

// signInAccountsPage lists accounts, and the start passwords that whoever looks hands over.
func (s *Server) signInAccountsPage(l *look) (*answer, error) { return s.showAccounts(l, nil) }

func (s *Server) showAccounts(l *look, wrong *failed) (*answer, error) {
	waiting, err := s.startPasswords(l)
	if err != nil {
		return nil, err
	}
	data := sectionsData{Lead: l.t("accounts.lead"), Actions: l.newDocument(l.t("people.open_account"), "account")}
	data.Actions = append(data.Actions, web.MenuItem{Title: l.t("accounts.documents"), Path: "/documents?kind=account"})
	if len(waiting) > 0 {
		var options []web.Option
		for _, w := range waiting {
			options = append(options, web.Option{Value: w.Document.String(), Text: w.Account + " " + w.Person, Chosen: len(waiting) == 1})
		}
		f := l.form("/settings/accounts/start-password", l.t("accounts.make"), web.Field{Name: "document", Label: l.t("accounts.of"), Kind: web.ChoiceField, Required: true, Options: options})
		if err := s.on(l, wrong, f); err != nil {
			return nil, err
		}
		f.Lead = l.t("accounts.make_lead")
		data.Sections = append(data.Sections, section{Title: l.t("accounts.waiting", len(waiting)), Form: f})
	}
	a := &answer{template: "sections", title: l.t("page.sign_in_accounts"), status: wrong.status()}
	if holds(administrators, l.who.Role) {
		data.Actions = append(data.Actions, web.MenuItem{Title: l.t("page.sign_ins"), Path: "/settings/sign-ins"})
		t, usable, err := s.accountsTable(l)
		if err != nil {
			return nil, err
		}
		f := l.form("/settings/accounts/disable", l.t("accounts.disable"), web.Field{Name: "account", Label: l.t("field.account"), Kind: web.ChoiceField, Required: true, Options: l.chooses(usable...)}, web.Field{Name: "reason", Label: l.t("field.reason"), Kind: web.AreaField, Wide: true, Required: true})
		f.Lead = l.t("accounts.disable_lead")
		if err := s.on(l, wrong, f); err != nil {
			return nil, err
		}
		data.Search = []web.Field{{Name: "q", Label: l.t("money.words"), Kind: web.TextField, Value: l.typed("q")}}
		data.Sections, a.list = append(data.Sections, section{Table: t}, section{Title: l.t("accounts.disable"), Form: f}), t
	} else if len(waiting) == 0 {
		data.Sections = append(data.Sections, section{Note: l.t("accounts.none_waits")})
	}
	a.data = data
	return a, nil
}

func (s *Server) accountsTable(l *look) (t *web.Table, usable []web.Option, err error) {
	out, err := s.listAccounts(l.ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	t = &web.Table{Name: "sign-in-accounts", Caption: l.t("page.sign_in_accounts"), Counted: true, Count: len(out.Body.Accounts), Empty: l.t("accounts.empty"), Columns: web.Columns(web.C(web.TextColumn, "field.account"), web.C(web.TextColumn, "column.person"), web.C(web.StateColumn, "column.state"), web.C(web.TextColumn, "page.second_factor"),
		web.C(web.DayColumn, "accounts.opened"), web.C(web.DayColumn, "accounts.last"), web.C(web.TextColumn, "money.todo"))}
	words := l.typed("q")
	for _, a := range out.Body.Accounts {
		if words != "" && !strings.Contains(a.Account+" "+a.Person.Name, words) {
			continue
		}
		second, last, todo := web.Text(l.t("choice.bool.false")), web.Text(""), web.Text("")
		if a.SecondFactor {
			second = web.Text(l.t("choice.bool.true"))
		}
		if a.LastSignIn != nil {
			last = web.Moment(*a.LastSignIn)
		}
		if items := l.newDocument(l.t("accounts.reset"), "account", "person", a.Person.Code, "account", a.Account, "reset", "true"); len(items) > 0 {
			todo = web.Text(items[0].Title).To(items[0].Path)
		}
		if a.State != "disabled" {
			usable = append(usable, web.Option{Value: a.Account, Text: a.Account + " " + a.Person.Name})
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(a.Account), web.Text(a.Person.Name).To("/settings/people/" + url.PathEscape(a.Person.Code)), web.State(accountShapes[a.State], l.t("accounts.state."+a.State)), second, web.Moment(a.OpenedAt), last, todo}})
	}
	l.paged(t)
	return t, usable, nil
}

// waitingPassword is an account whose start password is handed over by who approved its document.
type waitingPassword struct {
	Document uuid.UUID
	Account  string
	Person   string // name
	Since    time.Time
}

// startPasswordsWaiting are the start passwords that a person has yet to make and hand over: of each account that waits for one, the
// last document says who.
func (s *Server) startPasswordsWaiting(ctx context.Context, tx bun.IDB, who caller) (all []waitingPassword, err error) {
	err = tx.NewRaw(`select l.document_id as document, l.account, p.name as person, l.at as since from api.accounts a
		cross join lateral (select d.document_id, a.account, y.at, y.person_id from projects.documents d join projects.acts y on y.book_id = d.book_id and y.document_id = d.document_id and y.verb = 'approve'
			where d.book_id = a.book_id and d.kind = 'account' and d.state = 'granted' and d.content::jsonb ->> 'account' = a.account order by y.at desc limit 1) l
		join accounting.persons p on p.book_id = a.book_id and p.person_id = a.person_id
		where a.book_id = ? and l.person_id = ? and a.password_hash is null and a.disabled_at is null order by l.at`, who.Book, who.Person).Scan(ctx, &all)
	return all, fault.FromSQL(err)
}

// startPasswords are those that whoever looks hands over.
func (s *Server) startPasswords(l *look) (all []waitingPassword, err error) {
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		all, err = s.startPasswordsWaiting(ctx, tx, l.who)
		return err
	})
	return all, err
}

// startPasswordByPage shows a start password, once, to be handed over on paper.
func (s *Server) startPasswordByPage(l *look) (*answer, error) {
	const action = "/settings/accounts/start-password"
	waiting, err := s.startPasswords(l)
	if err != nil {
		return nil, err
	}
	in := startPasswordRequest{Body: StartPasswordInput{Document: l.typed("document")}}
	in.Key = l.key()
	person := ""
	for _, w := range waiting {
		if w.Document.String() == in.Body.Document {
			in.Account, person = w.Account, w.Person
		}
	}
	if in.Account == "" {
		return nil, fault.Conflict("start_password_made", "%s", l.t("accounts.none_waits"))
	}
	out, err := s.makeStartPassword(l.ctx, &in)
	if err != nil {
		return s.showAccounts(l, &failed{action, err, nil})
	}
	return s.secretsPage(l, l.t("accounts.password_title", person), l.t("accounts.password_lead", person), "/settings/accounts", [][2]string{{out.Body.Account, out.Body.Password}}), nil
}

// secretsPage shows what is shown once, to be printed or written down. It is no list that could be saved.
func (s *Server) secretsPage(l *look, title, lead, back string, secrets [][2]string) *answer {
	t := &web.Table{Name: "secrets", Caption: title, Columns: web.Columns(web.C(web.CodeColumn, "field.account"), web.C(web.CodeColumn, "accounts.secret"))}
	for _, x := range secrets {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Code(x[0]), web.Code(x[1])}})
	}
	return &answer{template: "list", title: title, data: listData{Lead: lead, Tables: []*web.Table{t}, Actions: []web.MenuItem{{Title: l.t("accounts.noted"), Path: back}}}}
}

func (s *Server) disableByPage(l *look) (*answer, error) {
	in := disableRequest{Account: l.typed("account"), Body: DisableInput{Reason: l.typed("reason")}}
	in.Key = l.key()
	if _, err := s.disableAccount(l.ctx, &in); err != nil {
		return s.showAccounts(l, &failed{"/settings/accounts/disable", err, map[string]string{"sign_in_account_unknown": "account", "text_invalid": "reason"}})
	}
	return done("/settings/accounts", "disabled", in.Account)
}
