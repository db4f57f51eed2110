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

// importInput is what the address or the form of a preview says. What is said of columns counts instead of what is kept for the
// source.
func importInput(values url.Values) ImportInput {
	in := ImportInput{Kind: values.Get("kind"), Source: values.Get("source"), File: values.Get("file"), Month: values.Get("month"), Account: values.Get("account"), Project: values.Get("project")}
	if values.Get("profiled") == "" {
		return in
	}
	in.Profile = &lists.Profile{Sheet: strings.TrimSpace(values.Get("sheet")), Measure: lists.Measure(values.Get("list_measure")), Headings: map[string]string{}}
	for name := range values {
		if field, ok := strings.CutPrefix(name, "heading."); ok && values.Get(name) != "" {
			in.Profile.Headings[field] = values.Get(name)
		}
	}
	return in
}

// previewPage shows what taking a list in would do. Nothing of it happens.
func (s *Server) previewPage(l *look) (*answer, error) { return s.askImport(l, nil) }

// takeInByPage takes a list in, all of it or nothing; what is refused is shown row by row.
func (s *Server) takeInByPage(l *look) (*answer, error) {
	in := importRequest{KeyHeader{l.key()}, importInput(l.values)}
	out, err := s.importList(l.ctx, &in)
	switch {
	case err == nil:
		return goTo("/imports/" + out.Body.ID.String() + "?done=imported")
	case unsaid(err):
		return nil, err
	default:
		return s.askImport(l, s.wrong(l, err))
	}
}

// askImport shows a preview, with what was wrong when the list was to be taken in.
func (s *Server) askImport(l *look, wrong *web.Problem) (*answer, error) {
	in := importInput(l.values)
	f, err := listForm(in.Kind)
	if err != nil {
		return nil, err
	}
	out, err := s.previewImport(l.ctx, &previewRequest{in})
	if err != nil && (unsaid(err) || fault.Code(err) == "forbidden") {
		return nil, err
	}
	p := &projects.ImportPreview{}
	if err != nil {
		wrong = s.wrong(l, err)
	} else if p = out.Body; len(p.Problems) > 0 {
		wrong = &web.Problem{Title: l.t("lists.refused", len(p.Problems)), Detail: l.t("lists.refused_detail")}
	}
	data := sectionsData{Problem: wrong}
	if len(p.Problems) > 0 {
		data.Sections = append(data.Sections, section{Table: problemTable(l, p), More: l.unknownCodes(p, in.Source)})
	}
	if wrong == nil {
		data.Lead = l.t("lists.preview_lead")
	}
	if err == nil {
		if p.Rows > 0 && len(p.Problems) == 0 {
			data.Sections = append(data.Sections, section{Title: l.t("lists.differences"), Facts: countFacts(l, p), Table: differenceTable(l, p), Form: importForm(l)})
		}
		data.Sections = append(data.Sections, understood(l, p, f))
	}
	file, err := s.previewed(l, in)
	if err != nil {
		return nil, err
	}
	profile, err := s.profileForm(l, f, p, in)
	if err != nil {
		return nil, err
	}
	data.Facts = append([]web.Fact{fact(l.t("lists.kind"), web.Text(listName(l.lang, in.Kind))), fact(l.t("lists.source"), web.Text(in.Source))}, coverFacts(l, in)...)
	data.Facts = append(data.Facts, file...)
	again := url.Values{"kind": {in.Kind}, "source": {in.Source}, "month": {in.Month}, "account": {in.Account}, "project": {in.Project}}
	data.Sections = append(data.Sections, profile, section{More: []web.MenuItem{{Title: l.t("lists.another_file"), Path: "/imports/new?" + again.Encode()}, {Title: l.t("page.imports"), Path: "/imports"}}})
	a := &answer{template: "sections", title: l.t("lists.preview_of", listName(l.lang, in.Kind)), data: data}
	if wrong != nil {
		a.status = http.StatusUnprocessableEntity
	}
	return a, nil
}

// coverFacts say what a list is of, as it was chosen.
func coverFacts(l *look, in ImportInput) (facts []web.Fact) {
	for _, f := range []struct{ label, value string }{{"field.month", in.Month}, {"lists.account", in.Account}, {"lists.programme", in.Project}} {
		if f.value != "" {
			facts = append(facts, fact(l.t(f.label), web.Text(f.value)))
		}
	}
	return facts
}

// previewed is the file that is looked at; nothing where it is not there for who asks, which the preview has said.
func (s *Server) previewed(l *look, in ImportInput) (facts []web.Fact, err error) {
	var hash accounting.Hash
	if hash.UnmarshalText([]byte(in.File)) != nil {
		return nil, nil
	}
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		file, err := projects.FindFile(ctx, tx, l.who.Book, l.who.Actor, hash)
		if err == nil {
			facts = []web.Fact{fact(l.t("lists.file"), web.Text(file.Name).To(base+"/files/"+in.File))}
		}
		return err
	})
	if fault.Code(err) == "file_unknown" {
		err = nil
	}
	return facts, err
}

func problemTable(l *look, p *projects.ImportPreview) *web.Table {
	t := &web.Table{Name: "problems", Caption: l.t("lists.problems"), Count: len(p.Problems), Counted: true, Columns: web.Columns(web.C(web.TextColumn, "lists.row"), web.C(web.TextColumn, "lists.cell"), web.C(web.TextColumn, "lists.column"), web.C(web.TextColumn, "lists.problem"))}
	for _, d := range p.Problems {
		t.Rows = append(t.Rows, web.Row{Class: "alert", Cells: []web.Cell{l.place(d.Row), web.Text(d.Cell), web.Text(d.Column), web.Text(web.Said(l.lang, d.Detail))}})
	}
	return t
}

// place is a row of the file; 0: the list as a whole.
func (l *look) place(row int) web.Cell {
	if row == 0 {
		return web.Text(l.t("lists.whole"))
	}
	return web.Text(l.t("lists.row_no", row))
}

// changes in the order in which they are looked at.
var changes = []projects.Change{projects.NewRow, projects.ChangedRow, projects.MissingHere, projects.MissingThere, projects.SameRow}

func countFacts(l *look, p *projects.ImportPreview) (facts []web.Fact) {
	for _, c := range changes {
		facts = append(facts, fact(l.t("lists.change."+string(c)), web.Text(l.t("lists.count", p.Counts[c]))))
	}
	return facts
}

func differenceTable(l *look, p *projects.ImportPreview) *web.Table {
	t := &web.Table{Name: "differences", Caption: l.t("lists.differences"), Empty: l.t("lists.no_differences"), Columns: web.Columns(web.C(web.TextColumn, "lists.row"), web.C(web.TextColumn, "lists.what"), web.C(web.StateColumn, "lists.change"), web.C(web.TextColumn, "lists.detail"))}
	shapes := map[projects.Change]string{projects.NewRow: "draft", projects.ChangedRow: "yellow", projects.MissingHere: "yellow", projects.MissingThere: "yellow"}
	sorted := slices.Clone(p.Differences)
	slices.SortStableFunc(sorted, func(a, b projects.Difference) int {
		return slices.Index(changes, a.Change) - slices.Index(changes, b.Change)
	})
	told := 0
	for _, d := range sorted {
		row := web.Text(l.t("lists.only_here"))
		if d.Row > 0 {
			row = l.place(d.Row)
		} else if d.Change != projects.MissingThere {
			row = web.Text("—")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{row, web.Text(d.Key), web.State(shapes[d.Change], l.t("lists.change."+string(d.Change))), web.Text(web.Commas(web.Said(l.lang, d.Detail)))}})
	}
	for c, n := range p.Counts {
		if c != projects.SameRow {
			told += n
		}
	}
	if told > len(sorted) {
		t.Notes = append(t.Notes, l.t("lists.first_differences", len(sorted), told))
	}
	return t
}

// importForm takes in exactly what is shown.
func importForm(l *look) *web.Form {
	f := &web.Form{Action: "/imports", Key: l.key(), Submit: l.t("lists.take_in")}
	for _, h := range l.sent() {
		if h.Name != "key" && h.Value != "" {
			f.Hidden = append(f.Hidden, h)
		}
	}
	return f
}

// understood shows as what the file was read: sheet, measure, rows, totals, headings.
func understood(l *look, p *projects.ImportPreview, f lists.Form) section {
	out := section{Title: l.t("lists.understood")}
	if p.Rows == 0 && len(p.Headings) == 0 {
		out.Table = beginTable(l, p)
		return out
	}
	out.Facts = []web.Fact{fact(l.t("lists.measure"), web.Text(l.t("lists.measure."+string(p.Measure)))), fact(l.t("lists.rows_read"), web.Number(p.Rows))}
	if p.Sheet != "" {
		out.Facts = append(out.Facts, fact(l.t("lists.sheet"), web.Text(p.Sheet)))
	}
	t := &web.Table{Name: "headings", Caption: l.t("lists.headings"), Columns: web.Columns(web.C(web.TextColumn, "lists.column"), web.C(web.TextColumn, "lists.heading"), web.C(web.TextColumn, "lists.required"), web.C(web.MoneyColumn, "lists.column_total"), web.C(web.StateColumn, "lists.confirmed"))}
	for _, c := range f.Columns {
		heading, there := p.Headings[c.Field]
		if !there {
			continue
		}
		sum, said := web.Text(""), web.Text("")
		if m, ok := p.Totals[c.Field]; ok {
			sum, said = web.Yuan(m), web.Text(l.t("lists.not_stated"))
		}
		if slices.Contains(p.Confirmed, c.Field) {
			said = web.State("ok", l.t("lists.stated"))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(c.Heading), web.Text(heading), web.Text(l.required(c.Required)), sum, said}})
	}
	for _, texts := range []struct {
		key string
		all []string
	}{{"lists.title", p.Title}, {"lists.unused", p.Unused}, {"lists.notes", p.Notes}} {
		if len(texts.all) > 0 {
			t.Notes = append(t.Notes, l.t(texts.key, strings.Join(texts.all, "、")))
		}
	}
	out.Table = t
	return out
}

// beginTable shows the first rows of a file whose heading was not found.
func beginTable(l *look, p *projects.ImportPreview) *web.Table {
	t := &web.Table{Name: "begins", Caption: l.t("lists.begins"), Empty: l.t("lists.nothing_read")}
	width := 0
	for _, row := range p.Begins {
		width = max(width, len(row))
	}
	for range min(width, mostColumns) {
		t.Columns = append(t.Columns, web.C(web.TextColumn, "lists.column"))
	}
	for _, row := range p.Begins {
		cells := make([]web.Cell, len(t.Columns))
		for i := range cells {
			cells[i] = web.Text("")
			if i < len(row) {
				cells[i].Text = row[i]
			}
		}
		t.Rows = append(t.Rows, web.Row{Cells: cells})
	}
	return t
}

// mostColumns is how many columns of an unknown file are shown.
const mostColumns = 30

// profileForm asks which heading is which field. It asks for another preview; what it says is kept when the list is taken in.
func (s *Server) profileForm(l *look, f lists.Form, p *projects.ImportPreview, in ImportInput) (section, error) {
	now := lists.Profile{}
	if in.Profile != nil {
		now = *in.Profile
	} else {
		err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
			now, err = projects.ListProfile(ctx, tx, l.who.Book, projects.ListKind(in.Kind), in.Source)
			return err
		})
		if err != nil {
			return section{}, err
		}
	}
	headings := headingsOf(p)
	form := &web.Form{Action: "/imports/preview", Key: l.key(), Submit: l.t("lists.read_again"), Lead: l.t("lists.profile_lead"), Hidden: []web.Hidden{{Name: "profiled", Value: "yes"}}}
	for _, h := range []web.Hidden{{Name: "kind", Value: in.Kind}, {Name: "source", Value: in.Source}, {Name: "file", Value: in.File}, {Name: "month", Value: in.Month}, {Name: "account", Value: in.Account}, {Name: "project", Value: in.Project}} {
		if h.Value != "" {
			form.Hidden = append(form.Hidden, h)
		}
	}
	measures := []web.Option{{Text: l.t("lists.as_said")}}
	for _, m := range []lists.Measure{lists.Yuan, lists.Wan} {
		measures = append(measures, web.Option{Value: string(m), Text: l.t("lists.measure." + string(m)), Chosen: now.Measure == m})
	}
	form.Fields = []web.Field{{Name: "sheet", Label: l.t("lists.sheet"), Kind: web.TextField, Value: now.Sheet, Help: l.t("lists.sheet_help")}, {Name: "list_measure", Label: l.t("lists.measure"), Kind: web.ChoiceField, Options: measures}}
	for _, c := range f.Columns {
		told := now.Headings[c.Field]
		field := web.Field{Name: "heading." + c.Field, Label: c.Heading, Kind: web.ChoiceField, Options: []web.Option{{Text: l.t("lists.by_name")}}}
		if found := p.Headings[c.Field]; found != "" && told == "" {
			field.Options[0].Text = l.t("lists.found_by_name", found)
		}
		for _, h := range headings {
			field.Options = append(field.Options, web.Option{Value: h, Text: h, Chosen: h == told})
		}
		if told != "" && !slices.Contains(headings, told) {
			field.Options = append(field.Options, web.Option{Value: told, Text: told, Chosen: true})
		}
		form.Fields = append(form.Fields, field)
	}
	return section{Title: l.t("lists.profile"), Form: form}, nil
}

// readAgainByPage goes to the preview by other columns, whose address says all of it.
func (s *Server) readAgainByPage(l *look) (*answer, error) {
	q := url.Values{}
	for name := range l.values {
		if v := strings.TrimSpace(l.values.Get(name)); v != "" && name != "key" {
			q.Set(name, v)
		}
	}
	return goTo("/imports/preview?" + q.Encode())
}

// headingsOf are the texts that may be headings.
func headingsOf(p *projects.ImportPreview) (all []string) {
	add := func(text string) {
		if text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	for _, heading := range p.Headings {
		add(heading)
	}
	for _, text := range p.Unused {
		add(text)
	}
	slices.Sort(all)
	for _, row := range p.Begins {
		for _, text := range row {
			add(text)
		}
	}
	return all
}

// unknownCodes lead from a preview to where a project code that is not known here is said.
func (l *look) unknownCodes(p *projects.ImportPreview, source string) (items []web.MenuItem) {
	for _, d := range p.Differences {
		if d.Change == projects.MissingHere && p.Kind == "indicators" && len(items) < mostCodes {
			items = append(items, web.MenuItem{Title: l.t("lists.say_code", d.Key), Path: "/settings/codes?" + url.Values{"system": {source}, "code": {d.Key}}.Encode()})
		}
	}
	return items
}

// mostCodes is how many unknown codes are offered at once.
const mostCodes = 10
