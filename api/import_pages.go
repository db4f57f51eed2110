package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
	"mingzhang/projects/lists"
)

func listForm(kind string) (lists.Form, error) {
	for _, f := range projects.ListForms() {
		if f.Kind == kind {
			return f, nil
		}
	}
	return lists.Form{}, fault.NotFound("list_kind_unknown", "there is no kind of list %q", kind)
}

func listName(lang string, kind string) string {
	f, err := listForm(kind)
	switch {
	case err != nil:
		return kind
	case lang == "en":
		return strings.ToUpper(f.NameEN[:1]) + f.NameEN[1:]
	default:
		return f.NameZH
	}
}

// importsPage shows which lists can be brought and taken out, and which were brought.
func (s *Server) importsPage(l *look) (*answer, error) {
	out, err := s.listImports(l.ctx, &importsRequest{Kind: l.values.Get("kind")})
	if err != nil {
		return nil, err
	}
	persons, err := namesOf(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	brought := importTable(l, persons, out.Body.Imports)
	options := []web.Option{{Text: l.t("choice.all")}}
	for _, f := range projects.ListForms() {
		options = append(options, web.Option{Value: f.Kind, Text: listName(l.lang, f.Kind), Chosen: f.Kind == l.values.Get("kind")})
	}
	data := sectionsData{Lead: l.t("lists.lead"), Sections: []section{{Table: s.kindTable(l), More: []web.MenuItem{{Title: l.t("lists.codes"), Path: "/settings/codes"}}}}}
	if t := s.exportTable(l); len(t.Rows) > 0 {
		data.Sections = append(data.Sections, section{Table: t})
	}
	data.Sections = append(data.Sections, section{Table: brought})
	data.Search = []web.Field{{Name: "kind", Label: l.t("lists.kind"), Kind: web.ChoiceField, Options: options}}
	return &answer{template: "sections", title: l.t("page.imports"), list: brought, data: data}, nil
}

// kindTable offers each kind of list with its template, and its import to whom it is for.
func (s *Server) kindTable(l *look) *web.Table {
	t := &web.Table{Name: "kinds", Caption: l.t("lists.kinds"), Columns: web.Columns(web.C(web.TextColumn, "lists.kind"), web.C(web.TextColumn, "lists.does"), web.C(web.TextColumn, "lists.who"), web.C(web.TextColumn, "lists.template"), web.C(web.TextColumn, "lists.import"))}
	for _, f := range projects.ListForms() {
		var who []string
		for _, role := range projects.Importers(projects.ListKind(f.Kind)) {
			who = append(who, l.t("role."+role))
		}
		bring := web.Text("—")
		if holds(projects.Importers(projects.ListKind(f.Kind)), l.who.Role) {
			bring = web.Text(l.t("lists.bring", listName(l.lang, f.Kind))).To("/imports/new?kind=" + f.Kind)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(listName(l.lang, f.Kind)), web.Text(l.t("lists.does." + f.Kind)), web.Text(strings.Join(who, l.t("lists.and"))),
			web.Text(l.t("lists.template_of", listName(l.lang, f.Kind))).To(base + "/list-kinds/" + f.Kind + "/template"), bring}})
	}
	return t
}

// exportTable are the lists that leave in other systems' shapes.
func (s *Server) exportTable(l *look) *web.Table {
	t := &web.Table{Name: "exports", Caption: l.t("lists.exports"), Columns: web.Columns(web.C(web.TextColumn, "lists.kind"), web.C(web.TextColumn, "lists.does"), web.C(web.TextColumn, "lists.xlsx"), web.C(web.TextColumn, "lists.csv"))}
	row := func(name, address string) {
		join := "?"
		if strings.Contains(address, "?") {
			join = "&"
		}
		said := l.t("lists.export." + name)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(said), web.Text(l.t("lists.export_does." + name)), web.Text(said + " XLSX").To(address + join + "format=xlsx"), web.Text(said + " CSV").To(address + join + "format=csv")}})
	}
	if holds(orderDesks, l.who.Role) {
		row("approved", base+"/payment-exports?state=approved")
		row("ordered", base+"/payment-exports?state=ordered")
	}
	for _, name := range []string{"budget", "contracts", "payees"} {
		row(name, "/"+name)
	}
	return t
}

func importTable(l *look, persons names, imports []projects.Import) *web.Table {
	t := &web.Table{Name: "imports", Caption: l.t("lists.brought"), Empty: l.t("lists.none_brought"), Count: len(imports), Counted: len(imports) < mostImports, Columns: web.Columns(web.C(web.DayColumn, "column.at"), web.C(web.TextColumn, "lists.kind"), web.C(web.TextColumn, "lists.source"),
		web.C(web.TextColumn, "field.month"), web.C(web.TextColumn, "lists.covers"), web.C(web.NumberColumn, "lists.rows"), web.C(web.NumberColumn, "lists.added"), web.C(web.MoneyColumn, "lists.total"), web.C(web.TextColumn, "lists.brought_by"), web.C(web.StateColumn, "column.state"))}
	for _, i := range imports {
		state := web.State("ok", l.t("lists.counts"))
		if i.WithdrawnAt != nil {
			state = web.State("withdrawn", l.t("lists.withdrawn"))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Moment(i.ImportedAt).To("/imports/" + i.ID.String()), web.Text(listName(l.lang, string(i.Kind))), web.Text(i.Source), web.Text(i.Of), web.Text(i.Covers), web.Number(i.Rows), web.Number(i.Added),
			web.Maybe(i.Total), web.Text(persons[i.ImportedBy].Name), state}})
	}
	return t
}

// mostImports is how many lists are shown, newest first.
const mostImports = 200

// newImportPage asks for the file and what it is of.
func (s *Server) newImportPage(l *look) (*answer, error) { return s.askFile(l, nil) }

func (s *Server) askFile(l *look, wrong *web.Problem) (*answer, error) {
	kind := l.values.Get("kind")
	f, err := listForm(kind)
	if err == nil {
		err = mayImport(l.who, projects.ListKind(kind))
	}
	if err != nil {
		return nil, err
	}
	form := web.Form{Action: "/imports/new", Key: l.key(), Submit: l.t("lists.preview"), Files: true, Error: wrong, Lead: l.t("lists.does." + kind), Hidden: []web.Hidden{{Name: "kind", Value: kind}}}
	file := web.Field{Name: "file", Label: l.t("lists.file"), Kind: web.FilesField, Help: l.t("lists.file_help")}
	for _, hash := range l.values["file"] {
		file.Files = append(file.Files, web.Hidden{Value: hash, Name: hash[:min(len(hash), 12)]})
	}
	source := web.Field{Name: "source", Label: l.t("lists.source"), Kind: web.TextField, Required: true, Value: l.values.Get("source"), Help: l.t("lists.source_help")}
	out, err := s.listImports(l.ctx, &importsRequest{Kind: kind})
	if err != nil {
		return nil, err
	}
	for _, i := range out.Body.Imports {
		if !slices.ContainsFunc(source.Options, func(o web.Option) bool { return o.Value == i.Source }) {
			source.Options = append(source.Options, web.Option{Value: i.Source, Text: i.Source})
		}
	}
	if source.Value == "" && len(source.Options) > 0 {
		source.Value = source.Options[0].Value
	}
	of, err := s.coverFields(l, kind)
	if err != nil {
		return nil, err
	}
	form.Fields = append(append([]web.Field{source}, of...), file)
	a := &answer{template: "sections", title: l.t("lists.bring", listName(l.lang, kind)), data: sectionsData{Sections: []section{{Form: &form, Note: l.t("lists.safe_note")}, {Table: columnTable(l, f), More: []web.MenuItem{
		{Title: l.t("lists.template_of", listName(l.lang, kind)), Path: base + "/list-kinds/" + kind + "/template"}, {Title: l.t("page.imports"), Path: "/imports"}}}}}}
	if wrong != nil {
		a.status = http.StatusUnprocessableEntity
	}
	return a, nil
}

// coverFields ask what a list is of: its month, its account with a bank, the programme of its villages.
func (s *Server) coverFields(l *look, kind string) (fields []web.Field, err error) {
	if projects.Monthly(projects.ListKind(kind)) {
		month, months, err := s.monthAsked(l)
		if err != nil {
			return nil, err
		}
		fields = append(fields, l.monthField(months, month))
	}
	if kind == "bank-statement" {
		out, err := s.bankAccounts(l.ctx, nil)
		if err != nil {
			return nil, err
		}
		f := web.Field{Name: "account", Label: l.t("lists.account"), Kind: web.ChoiceField, Required: true, Options: []web.Option{{Text: l.t("form.choose")}}}
		for _, a := range out.Body.Accounts {
			f.Options = append(f.Options, web.Option{Value: a.Number, Text: a.Bank + " " + a.Number, Chosen: a.Number == l.values.Get("account")})
		}
		if len(out.Body.Accounts) == 0 {
			f.Help = l.t("lists.no_account")
		}
		fields = append(fields, f)
	}
	if kind == "villages" {
		called, err := s.called(l)
		if err != nil {
			return nil, err
		}
		f := web.Field{Name: "project", Label: l.t("lists.programme"), Kind: web.ChoiceField, Required: true, Options: []web.Option{{Text: l.t("form.choose")}}}
		var codes []string
		for code := range called.nodes {
			codes = append(codes, code)
		}
		slices.Sort(codes)
		for _, code := range codes {
			f.Options = append(f.Options, web.Option{Value: code, Text: code + " " + called.nodes[code], Chosen: code == l.values.Get("project")})
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// columnTable says which columns a list has.
func columnTable(l *look, f lists.Form) *web.Table {
	t := &web.Table{Name: "columns", Caption: l.t("lists.columns"), Columns: web.Columns(web.C(web.TextColumn, "lists.column"), web.C(web.TextColumn, "lists.required"), web.C(web.TextColumn, "lists.also"), web.C(web.TextColumn, "lists.column_help"))}
	for _, c := range f.Columns {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(c.Heading), web.Text(l.required(c.Required)), web.Text(strings.Join(c.Also, "、")), web.Text(c.Help)}})
	}
	return t
}

func (l *look) required(is bool) string {
	if is {
		return l.t("lists.required")
	}
	return ""
}

// uploadByPage stores the file and goes on to what was understood of it.
func (s *Server) uploadByPage(l *look) (*answer, error) {
	if err := mayImport(l.who, projects.ListKind(l.values.Get("kind"))); err != nil {
		return nil, err
	}
	err := s.storeAttached(l)
	if err == nil && len(l.values["file"]) != 1 {
		err = fault.Invalid("request_invalid", "%s", l.t("lists.one_file"))
	}
	if err != nil {
		if unsaid(err) {
			return nil, err
		}
		return s.askFile(l, s.wrong(l, err))
	}
	q := url.Values{}
	for _, name := range []string{"kind", "source", "file", "month", "account", "project"} {
		if v := strings.TrimSpace(l.values.Get(name)); v != "" {
			q.Set(name, v)
		}
	}
	return goTo("/imports/preview?" + q.Encode())
}

// importPage shows a list that was taken in, and where it went.
func (s *Server) importPage(l *look) (*answer, error) { return s.askWithdrawal(l, nil) }

func (s *Server) askWithdrawal(l *look, wrong *web.Problem) (*answer, error) {
	id, err := accounting.ParseID(l.Param("id"))
	if err != nil {
		return nil, err
	}
	var i *projects.Import
	var file *projects.File
	var persons names
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if i, err = projects.FindImport(ctx, tx, l.who.Book, id); err != nil {
			return err
		}
		if file, err = projects.FindFile(ctx, tx, l.who.Book, l.who.Actor, i.File); err != nil && fault.Code(err) != "file_unknown" {
			return err
		}
		persons, err = namesOf(ctx, tx, l.who.Book)
		return err
	})
	if err != nil {
		return nil, err
	}
	data := sectionsData{Facts: []web.Fact{fact(l.t("lists.kind"), web.Text(listName(l.lang, string(i.Kind)))), fact(l.t("lists.source"), web.Text(i.Source)), fact(l.t("lists.rows"), web.Number(i.Rows)), fact(l.t("lists.added"), web.Number(i.Added)),
		fact(l.t("lists.brought_by"), web.Text(persons[i.ImportedBy].Name)), fact(l.t("column.at"), web.Moment(i.ImportedAt))}}
	if i.Of != "" {
		data.Facts = append(data.Facts, fact(l.t("field.month"), web.Text(i.Of)))
	}
	if i.Covers != "" {
		data.Facts = append(data.Facts, fact(l.t("lists.covers"), web.Text(i.Covers)))
	}
	if i.Total != nil {
		data.Facts = append(data.Facts, fact(l.t("lists.total"), web.Yuan(*i.Total)))
	}
	if file != nil {
		data.Facts = append(data.Facts, fact(l.t("lists.file"), web.Text(file.Name).To(base+"/files/"+i.File.String())))
	}
	if i.WithdrawnAt != nil {
		data.Lead = l.t("lists.withdrawn_lead")
		data.Facts = append(data.Facts, fact(l.t("column.state"), web.State("withdrawn", l.t("lists.withdrawn"))), fact(l.t("lists.withdrawn_by"), web.Text(persons[*i.WithdrawnBy].Name)), fact(l.t("lists.withdrawn_at"), web.Moment(*i.WithdrawnAt)), fact(l.t("field.reason"), web.Text(*i.WithdrawnBecause)))
		data.Sections = []section{{More: []web.MenuItem{{Title: l.t("page.imports"), Path: "/imports"}}}}
	} else {
		data.Sections = []section{{Title: l.t("lists.goes_on"), Note: l.t("lists.goes_on." + string(i.Kind)), More: s.goesOn(l, i)}}
		data.Sections = append(data.Sections, l.withdrawal(i, wrong)...)
	}
	a := &answer{template: "sections", title: l.t("lists.one", listName(l.lang, string(i.Kind))), data: data}
	if wrong != nil {
		a.status = http.StatusUnprocessableEntity
	}
	return a, nil
}

// withdrawn are the kinds that can be withdrawn: lists that only compare.
var withdrawn = []string{"treasury-payments", "bank-statement"}

// withdrawal offers 撤回 of a list that was taken in by mistake, to another person than who took it in.
func (l *look) withdrawal(i *projects.Import, wrong *web.Problem) []section {
	switch {
	case !slices.Contains(withdrawn, string(i.Kind)) || !holds(explainDesks, l.who.Role):
		return nil
	case i.ImportedBy == l.who.Person:
		return []section{{Note: l.t("lists.withdraw_another")}}
	}
	reason := web.Field{Name: "reason", Label: l.t("field.reason"), Kind: web.AreaField, Wide: true, Required: true, Value: l.values.Get("reason")}
	return []section{{Title: l.t("lists.withdraw"), Form: &web.Form{Action: "/imports/" + i.ID.String() + "/withdraw", Key: l.key(), Error: wrong, Lead: l.t("lists.withdraw_lead"), Submit: l.t("lists.withdraw"), Fields: []web.Field{reason}}}}
}

// withdrawByPage takes a list out again; its file, who withdrew it and why stay.
func (s *Server) withdrawByPage(l *look) (*answer, error) {
	in := withdrawRequest{KeyHeader{l.key()}, l.Param("id"), projects.Withdrawal{Reason: strings.TrimSpace(l.values.Get("reason"))}}
	if _, err := s.withdrawImport(l.ctx, &in); err != nil {
		if unsaid(err) {
			return nil, err
		}
		return s.askWithdrawal(l, s.wrong(l, err))
	}
	return goTo("/imports/" + l.Param("id") + "?done=list_withdrawn")
}

// goesOn leads to what a list brought.
func (s *Server) goesOn(l *look, i *projects.Import) []web.MenuItem {
	to := func(key, path string) web.MenuItem { return web.MenuItem{Title: l.t(key), Path: path, Here: true} }
	again := web.MenuItem{Title: l.t("page.imports"), Path: "/imports"}
	switch i.Kind {
	case "payees":
		return []web.MenuItem{to("lists.see_payees", "/documents?kind=payee"), again}
	case "contracts":
		return []web.MenuItem{to("lists.see_contracts", "/documents?kind=contract"), again}
	case "indicators":
		return []web.MenuItem{to("lists.see_indicators", "/documents?kind=budget"), again}
	case "villages":
		return []web.MenuItem{to("lists.see_villages", "/villages"), again}
	case "treasury-payments":
		if !l.who.ReadsAll() {
			return []web.MenuItem{again}
		}
		return []web.MenuItem{to("lists.see_rows", "/treasury/lists/"+i.ID.String()), {Title: l.t("lists.see_sheet"), Path: "/treasury/sheet?month=" + i.Of}, again}
	case "bank-statement":
		return []web.MenuItem{to("lists.bank_sheet", bankPath(i.Covers, i.Of)), {Title: l.t("lists.chain"), Path: bankPath(i.Covers)}, again}
	default:
		return []web.MenuItem{to("lists.see_opening", "/documents?kind=opening"), again}
	}
}
