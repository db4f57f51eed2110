package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// monthsOffered is how many months back an entry can be chosen to be of.
const monthsOffered = 24

// progressPage lists the reader's projects with what was said of a month.
func (s *Server) progressPage(l *look) (*answer, error) {
	today, err := s.today(l.ctx)
	if err != nil {
		return nil, err
	}
	month, err := s.entryMonth(l, today)
	if err != nil {
		return nil, err
	}
	board, err := s.progressBoard(l, month, today)
	if err != nil {
		return nil, err
	}
	unit, which := l.values.Get("unit"), l.values.Get("which")
	t := &web.Table{Dense: true, Name: "progress-" + month.String(), Caption: l.t("progress.of_month", month), Counted: true, Empty: l.t("progress.empty"), Columns: web.Columns(web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "office.answers"),
		web.C(web.DayColumn, "office.due_month"), web.C(web.StateColumn, "progress.this_month"), web.C(web.NumberColumn, "progress.percent"), web.C(web.TextColumn, "progress.problems"), web.C(web.TextColumn, "progress.measures"), web.C(web.TextColumn, "progress.filed_by"),
		web.C(web.DayColumn, "progress.filed_on"), web.C(web.TextColumn, "progress.missing"), web.C(web.TextColumn, "money.todo"))}
	owed, filed := 0, 0
	for _, p := range board {
		if unit != "" && !slices.ContainsFunc(p.Answers, func(u projects.PartyUnit) bool { return u.Code == unit }) {
			continue
		}
		if p.Owes {
			owed++
			if p.Entry != nil {
				filed++
			}
		}
		if which == "" && !p.Owes && p.Last == nil || which == "missing" && len(p.Missing) == 0 && (!p.Owes || p.Entry != nil) {
			continue
		}
		t.Rows = append(t.Rows, progressRow(l, p))
	}
	t.Count = len(t.Rows)
	units, err := accounting.Units(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	options := []web.Option{{Text: l.t("choice.all")}}
	for _, u := range units {
		if slices.ContainsFunc(board, func(p projects.ProgressDue) bool {
			return slices.ContainsFunc(p.Answers, func(x projects.PartyUnit) bool { return x.Code == u.Code })
		}) {
			options = append(options, web.Option{Value: u.Code, Text: u.Name, Chosen: u.Code == unit})
		}
	}
	shown := []web.Option{{Text: l.t("progress.which.owed")}, {Value: "missing", Text: l.t("progress.which.missing"), Chosen: which == "missing"}, {Value: "all", Text: l.t("progress.which.all"), Chosen: which == "all"}}
	return &answer{template: "list", title: l.t("page.progress"), list: t, data: listData{Lead: l.t("progress.lead", month, s.lastDay(board), filed, owed), Tables: []*web.Table{t},
		Filters: []web.Field{{Name: "month", Label: l.t("field.month"), Kind: web.ChoiceField, Options: months(today, month)}, {Name: "unit", Label: l.t("office.answers"), Kind: web.ChoiceField, Options: options},
			{Name: "which", Label: l.t("progress.which"), Kind: web.ChoiceField, Options: shown}}}}, nil
}

// lastDay is the last day on which the entry of the month is in time, of any project.
func (s *Server) lastDay(board []projects.ProgressDue) string {
	if len(board) == 0 {
		return "—"
	}
	return board[0].Due.String()
}

func progressRow(l *look, p projects.ProgressDue) web.Row {
	state, percent, problems, measures, by, day := web.State("draft", l.t("progress.not_owed")), web.Text("—"), web.Text(""), web.Text(""), web.Text(""), web.Text("")
	if p.Owes {
		state = web.State("filed", l.t("progress.open_until", p.Due))
	}
	shown := p.Entry
	if shown == nil && p.Last != nil { // the newest before is better than nothing, and says of which month it is
		shown = p.Last
		percent = web.Figure(l.t("progress.percent_of", p.Last.Percent, p.Last.Month))
	}
	if p.Entry != nil {
		state = web.State("ok", l.t("progress.is_filed"))
		percent = web.Figure(p.Entry.Percent + "%").With(progressBar(l, p.Entry.Percent))
		problems, measures, by, day = web.Text(p.Entry.Problems), web.Text(p.Entry.Measures), web.Text(p.Entry.Person), web.Day(p.Entry.Date)
	}
	if shown != nil {
		percent = percent.To("/progress/" + url.PathEscape(p.Project))
	}
	missing := web.Text("")
	row := web.Row{Indent: p.Depth}
	if len(p.Missing) > 0 {
		missing, row.Class = web.Text(l.monthSpans(p.Missing)).To("/progress/"+url.PathEscape(p.Project)+"?month="+p.Missing[0]), "alert"
	}
	todo := web.Text(l.t("progress.former")).To("/progress/" + url.PathEscape(p.Project))
	if holds(progressDesks, l.who.Role) {
		todo.Text = l.t("progress.file")
		if p.Entry != nil {
			todo.Text = l.t("progress.mend")
		}
	}
	row.Cells = []web.Cell{l.names.project(p.Project), web.Text(l.unitNames(p.Answers)), web.Code(p.DueMonth), state, percent, problems, measures, by, day, missing, todo}
	return row
}

// monthSpans says months, those that follow each other as one span.
func (l *look) monthSpans(months []string) string {
	var said []string
	for i := 0; i < len(months); {
		j := i
		for j+1 < len(months) && follows(months[j], months[j+1]) {
			j++
		}
		if j == i {
			said = append(said, months[i])
		} else {
			said = append(said, l.t("progress.span", months[i], months[j], j-i+1))
		}
		i = j + 1
	}
	return strings.Join(said, l.t("office.comma"))
}

// follows says whether a month is the one after another.
func follows(month, next string) bool {
	m, err := accounting.ParsePeriod(month)
	return err == nil && accounting.NewDate(m.Year(), time.Month(m.Month())+1, 1).Period().String() == next
}

// progressBar shows how far the work is.
func progressBar(l *look, percent string) *web.Bar {
	share, err := decimal.NewFromString(percent)
	if err != nil {
		return nil
	}
	return &web.Bar{Label: l.t("progress.percent") + " " + percent + "%", Parts: []web.BarPart{{Class: "paid", Width: permille(share)}}}
}

// permille is a share in percent as a place on a bar; what is beyond its end stands at the end.
func permille(percent decimal.Decimal) int {
	return max(0, min(1000, int(percent.Mul(decimal.NewFromInt(10)).Round(0).IntPart())))
}

// entryMonth is the month asked about, else the one that is reported on now.
func (s *Server) entryMonth(l *look, today accounting.Date) (accounting.Period, error) {
	if text := l.values.Get("month"); text != "" {
		return calendarMonth(text)
	}
	return projects.EntryMonth(l.ctx, s.db, l.who.Book, today)
}

// months offers those until a day, the latest first, and the one chosen.
func months(until accounting.Date, chosen accounting.Period) (options []web.Option) {
	there := false
	for i := range monthsOffered {
		m := accounting.NewDate(until.Year(), until.Month()-time.Month(i), 1).Period()
		there = there || m == chosen
		options = append(options, web.Option{Value: m.String(), Text: m.String(), Chosen: m == chosen})
	}
	if !there && chosen != 0 {
		options = append(options, web.Option{Value: chosen.String(), Text: chosen.String(), Chosen: true})
	}
	return options
}

func (s *Server) progressBoard(l *look, month accounting.Period, asOf accounting.Date) (board []projects.ProgressDue, err error) {
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		board, err = projects.ProgressBoard(ctx, tx, l.who.Book, month, asOf)
		return err
	})
	return board, err
}

// projectProgressPage shows what was said of a project month by month, and asks for the next entry.
func (s *Server) projectProgressPage(l *look) (*answer, error) { return s.askProgress(l, nil) }

func (s *Server) askProgress(l *look, failed error) (*answer, error) {
	code := l.Param("code")
	sections, err := s.progressSections(l, code, failed)
	if err != nil {
		return nil, err
	}
	a := &answer{template: "sections", title: l.t("progress.title", code+" "+l.names.nodes[code]), data: sectionsData{Sections: sections,
		Actions: []web.MenuItem{{Title: l.t("progress.to_project"), Path: "/projects/" + url.PathEscape(code)}, {Title: l.t("page.progress"), Path: "/progress"}}}}
	for i := range sections {
		if sections[i].Table != nil && sections[i].Table.Name == "progress-"+code {
			a.list = sections[i].Table
		}
	}
	if failed != nil {
		a.status = http.StatusUnprocessableEntity
	}
	return a, nil
}

// progressSections are what a project's page says of its progress: where it stands, the form for the next entry for those who
// file it, and the former entries. Codes: node_unknown.
func (s *Server) progressSections(l *look, code string, failed error) ([]section, error) {
	if _, err := s.called(l); err != nil {
		return nil, err
	}
	today, err := s.today(l.ctx)
	if err != nil {
		return nil, err
	}
	month, err := s.entryMonth(l, today)
	if err != nil {
		return nil, err
	}
	board, err := s.progressBoard(l, month, today)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(board, func(p projects.ProgressDue) bool { return p.Project == code })
	if at < 0 {
		return nil, fault.NotFound("node_unknown", "there is no project %q for you", code)
	}
	p := board[at]
	facts := []web.Fact{fact(l.t("office.answers"), web.Text(l.unitNames(p.Answers))), fact(l.t("office.due_month"), web.Text(p.DueMonth)), fact(l.t("column.state"), stateCell(l, p.State))}
	if p.Last != nil {
		facts = append(facts, fact(l.t("progress.newest"), web.Figure(l.t("progress.percent_of", p.Last.Percent, p.Last.Month)).With(progressBar(l, p.Last.Percent))))
	}
	if len(p.Missing) > 0 {
		facts = append(facts, fact(l.t("progress.missing"), web.State("red", l.monthSpans(p.Missing))))
	}
	sections := []section{{Facts: facts}}
	if holds(progressDesks, l.who.Role) {
		f := s.progressForm(l, p, month, today)
		if failed != nil {
			if err := s.refused(l, f, failed, map[string]string{"progress_falls": "reason", "progress_invalid": "percent", "period_invalid": "month", "date_invalid": "date"}); err != nil {
				return nil, err
			}
		}
		sections = append(sections, section{Title: l.t("progress.file"), Form: f})
	}
	table, err := s.entriesTable(l, code)
	if err != nil {
		return nil, err
	}
	return append(sections, section{Table: table}), nil
}

// projectProgress is the progress on a project's own page.
func (s *Server) projectProgress(l *look, v *projectView) error {
	sections, err := s.progressSections(l, v.row.Code, nil)
	if err != nil {
		return err
	}
	title := l.t("progress.former_entries")
	for _, x := range sections {
		if x.Form != nil {
			title = l.t("progress.file")
			continue
		}
		v.Sections = append(v.Sections, projectSection{Title: x.Title, Facts: x.Facts, Table: x.Table})
		if x.Table != nil {
			v.list = x.Table
		}
	}
	v.Actions = append(v.Actions, web.MenuItem{Title: title, Path: "/progress/" + url.PathEscape(v.row.Code)})
	return nil
}

// stateCell says where a project stands.
func stateCell(l *look, state string) web.Cell {
	shape := map[string]string{"finished": "ok", "cancelled": "cancelled", "suspended": "yellow"}[state]
	if shape == "" {
		shape = "filed"
	}
	return web.State(shape, l.t("office.state."+state))
}

func (s *Server) progressForm(l *look, p projects.ProgressDue, month accounting.Period, today accounting.Date) *web.Form {
	action := "/progress/" + url.PathEscape(p.Project)
	typed := func(name string) string { return strings.TrimSpace(l.values.Get(name)) }
	if l.Request().Method == http.MethodGet && p.Entry != nil { // the month's own entry is mended
		typed = func(name string) string {
			return map[string]string{"percent": p.Entry.Percent, "problems": p.Entry.Problems, "measures": p.Entry.Measures}[name]
		}
	}
	day := typed("date")
	if day == "" {
		day = today.String()
	}
	return &web.Form{Action: action, Key: l.key(), Submit: l.t("progress.file"), Lead: l.t("progress.form_lead"), Fields: []web.Field{
		{Name: "month", Label: l.t("field.month"), Kind: web.ChoiceField, Required: true, Options: months(today, month)},
		{Name: "percent", Label: l.t("progress.percent"), Kind: web.NumberField, Required: true, Value: typed("percent"), Help: l.t("progress.percent_help")},
		{Name: "date", Label: l.t("progress.filed_on"), Kind: web.DayField, Required: true, Value: day},
		{Name: "problems", Label: l.t("progress.problems"), Kind: web.AreaField, Wide: true, Value: typed("problems")},
		{Name: "measures", Label: l.t("progress.measures"), Kind: web.AreaField, Wide: true, Value: typed("measures")},
		{Name: "reason", Label: l.t("progress.reason"), Kind: web.AreaField, Wide: true, Value: typed("reason"), Help: l.t("progress.reason_help")},
	}}
}

func (s *Server) fileProgressByPage(l *look) (*answer, error) {
	in := fileProgressRequest{Code: l.Param("code"), Body: ProgressInput{Problems: l.values.Get("problems"), Measures: l.values.Get("measures"), Reason: strings.TrimSpace(l.values.Get("reason"))}}
	in.Key = l.key()
	err := s.readProgress(l, &in.Body)
	if err == nil {
		if _, err = s.fileProgress(l.ctx, &in); err == nil {
			return goTo("/progress/" + url.PathEscape(in.Code) + "?" + url.Values{"month": {in.Body.Month.String()}, "done": {"progress"}, "what": {in.Body.Month.String()}}.Encode())
		}
	}
	if l.values.Get("month") != "" {
		if _, wrong := calendarMonth(l.values.Get("month")); wrong != nil {
			l.values.Del("month")
		}
	}
	return s.askProgress(l, err)
}

func (s *Server) readProgress(l *look, in *ProgressInput) (err error) {
	if in.Month.Period, err = calendarMonth(l.values.Get("month")); err != nil {
		return err
	}
	if in.Date.Date, err = accounting.ParseDate(strings.TrimSpace(l.values.Get("date"))); err != nil {
		return err
	}
	in.Percent = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(l.values.Get("percent")), "%"), "％")
	if _, wrong := decimal.NewFromString(in.Percent); wrong != nil {
		return fault.Invalid("progress_invalid", "%s: 0–100", l.t("progress.percent"))
	}
	if !l.who.OnBehalfOf.IsZero() {
		in.OnBehalfOf, err = s.directory.code(l.ctx, l.who.Book, "person", l.who.OnBehalfOf.UUID)
	}
	return err
}

// entriesTable lists every entry of a project with its versions, the newest month first.
func (s *Server) entriesTable(l *look, code string) (*web.Table, error) {
	out, err := s.listProgress(l.ctx, &listProgressRequest{Project: code, Versions: true, Limit: 500})
	if err != nil {
		return nil, err
	}
	t := &web.Table{Dense: true, Name: "progress-" + code, Caption: l.t("progress.entries"), Counted: true, Count: len(out.Body.Entries), Empty: l.t("progress.no_entries"), Columns: web.Columns(web.C(web.DayColumn, "field.month"), web.C(web.NumberColumn, "progress.percent"), web.C(web.TextColumn, "progress.problems"),
		web.C(web.TextColumn, "progress.measures"), web.C(web.TextColumn, "progress.reason"), web.C(web.TextColumn, "progress.filed_by"), web.C(web.DayColumn, "progress.filed_on"), web.C(web.StateColumn, "column.state"))}
	for _, e := range out.Body.Entries {
		state := web.State("ok", l.t("progress.counts"))
		if e.Superseded {
			state = web.State("draft", l.t("progress.superseded", e.Version))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Code(e.Month), web.Figure(e.Percent + "%").With(progressBar(l, e.Percent)), web.Text(e.Problems), web.Text(e.Measures), web.Text(e.Reason),
			web.Text(fmt.Sprintf("%s（%s）", e.Person, e.UnitName)), web.Day(e.Date), state}})
	}
	return t, nil
}
