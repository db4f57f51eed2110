package api

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// settingsPage shows the settings in effect, what is set up where, and how old the backups are.
func (s *Server) settingsPage(l *look) (*answer, error) {
	out, err := s.settings(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	var sections []section
	if l.who.ReadsAll() {
		backups, err := s.backupFacts(l)
		if err != nil {
			return nil, err
		}
		sections = append(sections, backups)
	}
	actions := []web.MenuItem{{Title: l.t("page.nodes"), Path: "/settings/projects"}, {Title: l.t("page.units"), Path: "/settings/units"}, {Title: l.t("page.people"), Path: "/settings/people"}}
	for _, i := range []menuItem{{"sign_in_accounts", "/settings/accounts", accountKeepers}, {"sign_ins", "/settings/sign-ins", administrators}, {"chart", "/settings/chart", nil}, {"sources", "/settings/sources", nil}, {"budget", "/budget", nil}, {"codes", "/settings/codes", nil}, {"tokens", "/settings/tokens", nil}} {
		if len(i.roles) == 0 || holds(i.roles, l.who.Role) {
			actions = append(actions, web.MenuItem{Title: l.t("page." + i.name), Path: i.path})
		}
	}
	parameters := section{Table: l.settingsTable(out.Body), Note: l.t("settings.note")}
	sections = append([]section{parameters}, sections...)
	return &answer{template: "sections", title: l.t("page.settings"), list: parameters.Table, data: sectionsData{Sections: sections, Actions: append(actions, l.settingActions()...)}}, nil
}

// settingActions are the documents that change settings.
func (l *look) settingActions() []web.MenuItem {
	return append(l.newDocument(l.t("document.new", kindName(l.lang, "setting")), "setting"), web.MenuItem{Title: l.t("settings.documents"), Path: "/documents?kind=setting"})
}

func (l *look) settingsTable(now projects.Settings) *web.Table {
	t := &web.Table{Name: "settings", Caption: l.t("settings.in_effect"), Columns: web.Columns(web.C(web.TextColumn, "settings.setting"), web.C(web.TextColumn, "settings.value"), web.C(web.TextColumn, "settings.means"), web.C(web.TextColumn, "money.todo"))}
	change := func(pairs ...string) web.Cell {
		if items := l.newDocument(l.t("settings.change"), "setting", pairs...); len(items) > 0 {
			return web.Text(items[0].Title).To(items[0].Path)
		}
		return web.Text("")
	}
	row := func(name, value string, pairs ...string) {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("settings." + name)), web.Text(value), web.Text(l.t("settings." + name + "_means")), change(pairs...)}})
	}
	for _, f := range now.Flows {
		value := l.t("settings.persons", f.MinimumPersons)
		pairs := []string{"flows.0.flow", string(f.Flow), "flows.0.minimum_persons", strconv.Itoa(f.MinimumPersons)}
		if f.Flow == projects.SmallFlow {
			upTo := l.t("settings.villages_only")
			if f.UpTo != nil {
				upTo = l.t("settings.up_to", web.Grouped(f.UpTo.String()))
				pairs = append(pairs, "flows.0.up_to", f.UpTo.String())
			}
			value += l.t("office.comma") + upTo
		}
		row("flow_"+string(f.Flow), value, pairs...)
	}
	var bands, pairs []string
	for i, b := range now.ApprovalBands {
		bands = append(bands, l.t("settings.band", web.Grouped(b.FromAmount.String()), b.Approvers))
		at := fmt.Sprintf("approval_bands.%d.", i)
		pairs = append(pairs, at+"from_amount", b.FromAmount.String(), at+"approvers", strconv.Itoa(b.Approvers))
	}
	if len(bands) == 0 {
		bands = []string{l.t("settings.one_approver")}
	}
	row("approval_bands", strings.Join(bands, l.t("office.comma")), pairs...)
	row("payee_wait", l.t("settings.hours", now.PayeeWaitHours), "payee_wait_hours", strconv.Itoa(now.PayeeWaitHours))
	roles := make([]string, len(now.SecondFactorRoles))
	for i, r := range now.SecondFactorRoles {
		roles[i] = l.t("role." + r)
	}
	if len(roles) == 0 {
		roles = []string{l.t("settings.nobody")}
	}
	row("second_factor", l.listed(roles))
	row("treasury_lists", l.t("choice.treasury_lists."+now.TreasuryLists), "treasury_lists", now.TreasuryLists)
	row("progress_due", l.t("settings.due_day", now.ProgressDueDay), "progress_due_day", strconv.Itoa(now.ProgressDueDay))
	row("lights", l.t("settings.points", now.Lights.Yellow.StringFixed(2), now.Lights.Red.StringFixed(2)), "lights.yellow", now.Lights.Yellow.StringFixed(2), "lights.red", now.Lights.Red.StringFixed(2))
	row("public_progress", l.t("choice.public_progress."+now.PublicProgress), "public_progress", now.PublicProgress)
	return t
}

// backupFacts are how the books stand with their backups.
func (s *Server) backupFacts(l *look) (section, error) {
	state, books, err := Backups(l.ctx, s.db)
	if err != nil || !books {
		return section{}, err
	}
	out := section{Title: l.t("settings.backups"), Note: l.t("settings.backups_note", int(BackupLate.Hours()))}
	if state.Good == nil {
		out.Facts = []web.Fact{fact(l.t("column.state"), web.State("red", l.t("settings.no_backup")))}
	} else {
		shape, said := "ok", l.t("settings.backup_age", ageText(l, state.Age))
		if state.Late() {
			shape = "red"
		}
		out.Facts = []web.Fact{fact(l.t("column.state"), web.State(shape, said)), fact(l.t("settings.backup_begun"), web.Moment(state.Good.StartedAt)), fact(l.t("column.file"), web.Text(state.Good.File))}
		if state.Good.Size != nil {
			out.Facts = append(out.Facts, fact(l.t("settings.backup_size"), web.Figure(web.Grouped(strconv.FormatInt(*state.Good.Size, 10)))))
		}
	}
	if state.Trouble != "" {
		out.Facts = append(out.Facts, fact(l.t("settings.backup_trouble"), web.State("red", state.Trouble)))
	}
	return out, nil
}

// ageText is an age in hours, or in days from two on.
func ageText(l *look, age time.Duration) string {
	if hours := int(age.Hours()); hours < 48 {
		return l.t("settings.hours", hours)
	}
	return l.t("document.days", int(age.Hours())/24)
}

// chartPage is the chart of accounts.
func (s *Server) chartPage(l *look) (*answer, error) {
	out, err := s.accounts(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	words, basis := l.typed("q"), l.values.Get("basis")
	t := &web.Table{Name: "chart", Caption: l.t("page.chart"), Counted: true, Columns: web.Columns(web.C(web.TextColumn, "column.account"), web.C(web.TextColumn, "money.name"), web.C(web.TextColumn, "chart.basis"), web.C(web.TextColumn, "chart.normal"), web.C(web.TextColumn, "chart.takes"),
		web.C(web.TextColumn, "chart.rule"), web.C(web.CodeColumn, "chart.statutory"))}
	for _, a := range out.Body.Accounts {
		name := l.inLanguage(a.NameZH, a.NameEN)
		if basis != "" && a.Basis != basis || words != "" && !strings.Contains(a.Code+" "+a.NameZH+" "+a.NameEN, words) {
			continue
		}
		var takes []string
		if a.TakesLine {
			takes = append(takes, l.t("chart.takes_line"))
		}
		if a.TakesClass {
			takes = append(takes, l.t("chart.takes_class"))
		}
		if a.TakesSubject != "" {
			takes = append(takes, l.t("chart.subject."+a.TakesSubject))
		}
		rule := ""
		if a.Rule != "" {
			rule = l.t("chart.rule." + a.Rule)
		}
		row := web.Row{Indent: strings.Count(a.Code, "."), Cells: []web.Cell{web.Code(a.Code), web.Text(name), web.Text(l.t("basis." + a.Basis)), web.Text(l.t("column." + a.Normal)), web.Text(l.listed(takes)), web.Text(rule), web.Code(a.StatutoryCode)}}
		if !a.Leaf {
			row.Class = "group"
		} else {
			row.Cells[0].Link = "/accounts/" + a.Code
		}
		t.Rows = append(t.Rows, row)
	}
	t.Count = len(t.Rows)
	bases := []web.Option{{Text: l.t("choice.all")}}
	for _, b := range []string{"financial", "budgetary", "authority"} {
		bases = append(bases, web.Option{Value: b, Text: l.t("basis." + b), Chosen: b == basis})
	}
	return &answer{template: "list", title: l.t("page.chart"), list: t, data: listData{Lead: l.t("chart.lead"), Tables: []*web.Table{t}, Filters: []web.Field{{Name: "q", Label: l.t("money.words"), Kind: web.TextField, Value: words}, {Name: "basis", Label: l.t("chart.basis"), Kind: web.ChoiceField, Options: bases}}}}, nil
}

// sourcesPage lists where money comes from.
func (s *Server) sourcesPage(l *look) (*answer, error) { return s.showSources(l, nil) }

var sourceKinds = []projects.SourceKind{projects.CentralTransfer, projects.ProvincialTransfer, projects.County, projects.Bond, projects.AssetIncome, projects.Donation}

func (s *Server) showSources(l *look, wrong *failed) (*answer, error) {
	sources, err := projects.FundingSources(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "sources", Caption: l.t("page.sources"), Counted: true, Count: len(sources), Empty: l.t("sources.empty"), Columns: web.Columns(web.C(web.TextColumn, "field.code"), web.C(web.TextColumn, "money.name"), web.C(web.TextColumn, "column.kind"))}
	for _, f := range sources {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(f.Code), web.Text(f.Name), web.Text(l.t("sources.kind." + string(f.Kind)))}})
	}
	data := listData{Lead: l.t("sources.lead"), Tables: []*web.Table{t}, Actions: []web.MenuItem{{Title: l.t("page.budget"), Path: "/budget"}}}
	if holds(arrangers, l.who.Role) {
		var kinds []web.Option
		for _, k := range sourceKinds {
			kinds = append(kinds, web.Option{Value: string(k), Text: l.t("sources.kind." + string(k))})
		}
		f := l.form("/settings/sources", l.t("sources.add"), web.Field{Name: "code", Label: l.t("field.code"), Kind: web.TextField, Required: true}, web.Field{Name: "name", Label: l.t("money.name"), Kind: web.TextField, Required: true},
			web.Field{Name: "kind", Label: l.t("column.kind"), Kind: web.ChoiceField, Required: true, Options: l.chooses(kinds...)})
		if err := s.on(l, wrong, f); err != nil {
			return nil, err
		}
		data.Forms = []titledForm{{l.t("sources.add"), *f}}
	}
	return &answer{template: "list", title: l.t("page.sources"), list: t, data: data, status: wrong.status()}, nil
}

func (s *Server) addSourceByPage(l *look) (*answer, error) {
	in := sourceRequest{Body: SourceInput{Code: l.typed("code"), Name: l.typed("name"), Kind: l.typed("kind")}}
	in.Key = l.key()
	if _, err := s.addSource(l.ctx, &in); err != nil {
		return s.showSources(l, &failed{"/settings/sources", err, map[string]string{"duplicate": "code", "funding_source_invalid": "kind"}})
	}
	return done("/settings/sources", "source", in.Body.Name)
}

// done goes to a page that says what has been done with what.
func done(path, key, what string) (*answer, error) {
	return goTo(path + "?" + url.Values{"done": {key}, "what": {what}}.Encode())
}

// codesPage lists what other systems call projects and budget lines.
func (s *Server) codesPage(l *look) (*answer, error) { return s.showCodes(l, nil) }

func (s *Server) showCodes(l *look, wrong *failed) (*answer, error) {
	codes, err := projects.ExternalCodes(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "external-codes", Caption: l.t("page.codes"), Counted: true, Count: len(codes), Empty: l.t("codes.empty"), Columns: web.Columns(web.C(web.TextColumn, "codes.system"), web.C(web.TextColumn, "codes.code"), web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "column.budget_line"), web.C(web.TextColumn, "codes.set_by"))}
	for _, c := range codes {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(c.System), web.Text(c.Code), l.names.project(c.Project), web.Text(c.BudgetLine), web.Text(c.SetBy)}})
	}
	data := listData{Lead: l.t("codes.lead"), Tables: []*web.Table{t}}
	if holds(arrangers, l.who.Role) {
		set, err := s.registered(l, 0, "nodes", "budget_lines")
		if err != nil {
			return nil, err
		}
		f := l.form("/settings/codes", l.t("codes.add"), web.Field{Name: "system", Label: l.t("codes.system"), Kind: web.TextField, Required: true, Value: "省一体化"}, web.Field{Name: "code", Label: l.t("codes.code"), Kind: web.TextField, Required: true},
			web.Field{Name: "project", Label: l.t("column.project"), Kind: web.ChoiceField, Options: l.chooses(set["nodes"]...), Help: l.t("codes.either")}, web.Field{Name: "budget_line", Label: l.t("column.budget_line"), Kind: web.ChoiceField, Options: l.chooses(set["budget_lines"]...)})
		if err := s.on(l, wrong, f); err != nil {
			return nil, err
		}
		data.Forms = []titledForm{{l.t("codes.add"), *f}}
	}
	return &answer{template: "list", title: l.t("page.codes"), list: t, data: data, status: wrong.status()}, nil
}

func (s *Server) setCodeByPage(l *look) (*answer, error) {
	in := externalCodeRequest{Body: projects.NewExternalCode{System: l.typed("system"), Code: l.typed("code"), Project: l.typed("project"), BudgetLine: l.typed("budget_line")}}
	in.Key = l.key()
	if _, err := s.setExternalCode(l.ctx, &in); err != nil {
		return s.showCodes(l, &failed{"/settings/codes", err, map[string]string{"duplicate": "code", "document_invalid": "project", "node_unknown": "project", "budget_line_unknown": "budget_line"}})
	}
	return done("/settings/codes", "code", in.Body.Code)
}

// tokensPage lists the tokens of programs: the own ones, of the administrator all.
func (s *Server) tokensPage(l *look) (*answer, error) {
	out, err := s.listTokens(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "tokens", Caption: l.t("page.tokens"), Counted: true, Count: len(out.Body.Tokens), Empty: l.t("tokens.empty"), Columns: web.Columns(web.C(web.TextColumn, "column.person"), web.C(web.TextColumn, "column.unit"), web.C(web.TextColumn, "column.role"), web.C(web.StateColumn, "column.state"), web.C(web.DayColumn, "tokens.made"), web.C(web.DayColumn, "tokens.expires"))}
	var valid []web.Option
	words := l.typed("q")
	for _, k := range out.Body.Tokens {
		if words != "" && !strings.Contains(strings.Join([]string{k.Person.Code, k.Person.Name, l.t("role." + k.Role), l.names.unit(k.Unit).Text, k.Unit}, " "), words) {
			continue
		}
		shape := "ok"
		if k.State != "valid" {
			shape = "cancelled"
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(k.Person.Name), l.names.unit(k.Unit), web.Text(l.t("role." + k.Role)), web.State(shape, l.t("tokens.state."+k.State)), web.Moment(k.CreatedAt), web.Moment(k.ExpiresAt)}})
		if k.State == "valid" {
			valid = append(valid, web.Option{Value: k.ID, Text: k.Person.Name + " " + l.t("role."+k.Role) + " " + k.CreatedAt.In(web.Shanghai).Format("2006-01-02 15:04")})
		}
	}
	l.paged(t)
	data := sectionsData{Lead: l.t("tokens.lead"), Search: []web.Field{{Name: "q", Label: l.t("money.words"), Kind: web.TextField, Value: words}}, Sections: []section{{Table: t}}}
	if len(valid) > 0 {
		data.Sections = append(data.Sections, section{Title: l.t("tokens.revoke"), Form: &web.Form{Action: "/settings/tokens/revoke", Key: uuid.NewString(), Submit: l.t("tokens.revoke"), Lead: l.t("tokens.revoke_lead"),
			Fields: []web.Field{{Name: "id", Label: l.t("tokens.token"), Kind: web.ChoiceField, Required: true, Options: l.chooses(valid...)}}}})
	}
	return &answer{template: "sections", title: l.t("page.tokens"), list: t, data: data}, nil
}

func (s *Server) revokeTokenByPage(l *look) (*answer, error) {
	in := tokenRequest{ID: l.typed("id")}
	in.Key = l.key()
	if in.ID == "" {
		return nil, fault.Invalid("request_invalid", "%s", l.t("tokens.token"))
	}
	out, err := s.revokeToken(l.ctx, &in)
	if err != nil {
		return nil, err
	}
	return done("/settings/tokens", "token", out.Body.Person.Name)
}

// signInsPage is the log of attempts to sign in, the newest first.
func (s *Server) signInsPage(l *look) (*answer, error) {
	in := signInsRequest{Account: l.typed("account"), Address: l.typed("address"), Limit: 101}
	if text := l.values.Get("before"); text != "" {
		var err error
		if in.Before, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return nil, fault.Invalid("request_invalid", "before: %q is no moment", text)
		}
	}
	out, err := s.listSignIns(l.ctx, &in)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "sign-ins", Caption: l.t("page.sign_ins"), Empty: l.t("sign_ins.empty"), Columns: web.Columns(web.C(web.DayColumn, "column.at"), web.C(web.TextColumn, "field.account"), web.C(web.TextColumn, "sign_ins.address"), web.C(web.StateColumn, "sign_ins.outcome"))}
	for i, x := range out.Body.SignIns {
		if i == 100 {
			t.Next, _ = withQuery(l, "before", out.Body.SignIns[99].At.Format(time.RFC3339Nano))
			break
		}
		shape := map[string]string{"signed_in": "ok", "confirmed": "ok", "locked": "red", "refused": "yellow"}[x.Outcome]
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(x.At.In(web.Shanghai).Format("2006-01-02 15:04:05")), web.Text(x.Account), web.Text(x.Address), web.State(shape, l.t("sign_ins.outcome."+x.Outcome))}})
	}
	if !in.Before.IsZero() {
		t.First, _ = withQuery(l, "before", "")
	}
	return &answer{template: "list", title: l.t("page.sign_ins"), list: t, data: listData{Lead: l.t("sign_ins.lead"), Tables: []*web.Table{t}, Filters: []web.Field{{Name: "account", Label: l.t("field.account"), Kind: web.TextField, Value: in.Account}, {Name: "address", Label: l.t("sign_ins.address"), Kind: web.TextField, Value: in.Address}}}}, nil
}
