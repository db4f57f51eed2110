package api

import (
	"net/http"
	"net/url"
	"strings"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// noticesPage lists the notices and lets an inspector draft the one of a month.
func (s *Server) noticesPage(l *look) (*answer, error) { return s.listNotices(l, nil) }

func (s *Server) listNotices(l *look, wrong error) (*answer, error) {
	out, err := s.notices(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "notices", Caption: l.t("page.notices"), Counted: true, Count: len(out.Body.Notices), Empty: l.t("notice.empty"), Columns: web.Columns(web.C(web.TextColumn, "notice.issue"), web.C(web.DayColumn, "field.month"), web.C(web.DayColumn, "notice.day"),
		web.C(web.StateColumn, "column.state"), web.C(web.TextColumn, "notice.drafted_by"), web.C(web.TextColumn, "notice.decided_by"), web.C(web.TextColumn, "notice.print"))}
	for _, n := range out.Body.Notices {
		page := "/notices/" + n.ID.String()
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(l.noticeName(n.KeptNotice)).To(page), web.Text(n.Month), web.Day(n.Day), noticeState(l, n.State), web.Text(n.Drafter), web.Text(n.Decider), web.Text(l.t("notice.pdf")).To(base + page + "/print")}})
	}
	data, status := sectionsData{Lead: l.t("notice.lead"), Sections: []section{{Table: t}}}, http.StatusOK
	if holds(inspectors, l.who.Role) {
		f, err := s.noticeForm(l)
		if err != nil {
			return nil, err
		}
		if wrong != nil {
			if err := s.refused(l, f, wrong, map[string]string{"notice_invalid": "month", "date_invalid": "date"}); err != nil {
				return nil, err
			}
			status = http.StatusUnprocessableEntity
		}
		data.Sections = append(data.Sections, section{Title: l.t("notice.draft"), Form: f})
	}
	return &answer{template: "sections", title: l.t("page.notices"), list: t, data: data, status: status}, nil
}

// noticeForm offers the month before this one, on today's day.
func (s *Server) noticeForm(l *look) (*web.Form, error) {
	today, err := s.today(l.ctx)
	if err != nil {
		return nil, err
	}
	month, day := l.values.Get("month"), l.values.Get("date")
	if day == "" {
		day = today.String()
	}
	if month == "" {
		month = monthStart(today).AddDays(-1).Period().String()
	}
	return &web.Form{Action: "/notices", Key: l.key(), Submit: l.t("notice.draft"), Lead: l.t("notice.draft_lead"), Fields: []web.Field{
		{Name: "month", Label: l.t("field.month"), Kind: web.TextField, Required: true, Value: month, Help: l.t("notice.month_help")},
		{Name: "date", Label: l.t("notice.day"), Kind: web.DayField, Required: true, Value: day},
		{Name: "demands", Label: l.t("notice.demands"), Kind: web.AreaField, Wide: true, Value: l.values.Get("demands"), Help: l.t("notice.demands_help")},
	}}, nil
}

// draftNoticeByPage drafts and shows the draft.
func (s *Server) draftNoticeByPage(l *look) (*answer, error) {
	in := draftNoticeRequest{Body: NoticeInput{Demands: strings.FieldsFunc(l.values.Get("demands"), func(r rune) bool { return r == '\r' || r == '\n' })}}
	in.Key = l.key()
	var err error
	if in.Body.Month.Period, err = calendarMonth(strings.TrimSpace(l.values.Get("month"))); err == nil {
		in.Body.Date.Date, err = accounting.ParseDate(strings.TrimSpace(l.values.Get("date")))
	}
	if err == nil {
		in.Body.OnBehalfOf, err = s.lenderOf(l)
	}
	if err == nil {
		var out *noticeResponse
		if out, err = s.draftNotice(l.ctx, &in); err == nil {
			return goTo("/notices/" + out.Body.ID.String() + "?done=notice_drafted")
		}
	}
	return s.listNotices(l, err)
}

// lenderOf is the code of who lent the role; empty: nobody.
func (s *Server) lenderOf(l *look) (string, error) {
	if l.who.OnBehalfOf.IsZero() {
		return "", nil
	}
	return s.directory.code(l.ctx, l.who.Book, "person", l.who.OnBehalfOf.UUID)
}

// issueNoticeByPage issues the very text that was shown.
func (s *Server) issueNoticeByPage(l *look) (*answer, error) {
	in := issueNoticeRequest{ID: l.Param("id"), Body: IssueInput{Hash: l.values.Get("hash")}}
	in.Key = l.key()
	var err error
	if in.Body.OnBehalfOf, err = s.lenderOf(l); err != nil {
		return nil, err
	}
	if l.values.Get("confirmed") == "" {
		err = fault.Invalid("request_invalid", "%s", l.t("notice.confirm_first"))
	} else if _, err = s.issueNotice(l.ctx, &in); err == nil {
		return goTo("/notices/" + in.ID + "?done=notice_issued")
	}
	return s.showNotice(l, err)
}

func (s *Server) noticePage(l *look) (*answer, error) { return s.showNotice(l, nil) }

// showNotice is a notice as it was written, with the step that is left.
func (s *Server) showNotice(l *look, wrong error) (*answer, error) {
	if l.values.Get("measure") == "" {
		l.values.Set("measure", "wan")
	}
	out, err := s.notice(l.ctx, &noticeRequest{ID: l.Param("id")})
	if err != nil {
		return nil, err
	}
	k, n := out.Body.KeptNotice, out.Body.Notice
	units := l.groupTable("notice-"+n.Month, l.t("notice.ranking"), n.Units, n.Total, func(projects.OverviewGroup) string { return "" })
	units.Columns = append([]web.Column{web.C(web.NumberColumn, "notice.place")}, units.Columns...)
	for i := range units.Rows {
		place := web.Figure("—")
		if p := n.Place(i); p > 0 {
			place = web.Number(p)
		}
		units.Rows[i].Cells = append([]web.Cell{place}, units.Rows[i].Cells...)
	}
	units.Total = append([]web.Cell{web.Text("")}, units.Total...)
	units.Notes = append(units.Notes, l.t("notice.joint_note"))
	data := moneyList{sectionsData: sectionsData{Lead: l.t("notice.said", n.AsOf, countLights(l, n.Total)), Facts: []web.Fact{fact(l.t("notice.issue"), web.Text(l.noticeName(k))), fact(l.t("column.state"), noticeState(l, k.State)), fact(l.t("field.month"), web.Text(n.Month)), fact(l.t("notice.day"), web.Day(n.Date)),
		fact(l.t("notice.drafted_by"), web.Text(k.Drafter)), fact(l.t("notice.decided_by"), web.Text(k.Decider)), fact(l.t("notice.known_at"), web.Moment(n.KnownAt)), fact(l.t("notice.hash"), web.Text(k.Hash.String()))},
		Actions: []web.MenuItem{{Title: l.t("notice.pdf"), Path: base + "/notices/" + k.ID.String() + "/print"}, {Title: l.t("page.notices"), Path: "/notices"}},
		Sections: []section{{Title: l.t("notice.part_ranking"), Words: []string{l.inLanguage(n.Formula.ZH, n.Formula.EN)}, Table: units},
			{Title: l.t("notice.part_late"), Table: l.lateTable(n)}, {Title: l.t("notice.part_overdue"), Table: l.noticeOverdue(n)}, {Title: l.t("notice.part_problems"), Table: l.issuesTable(n)}}}}
	demands := section{Title: l.t("notice.demands"), Words: n.Demands}
	if len(n.Demands) == 0 {
		demands.Note = l.t("notice.no_demands")
	}
	data.Sections = append(data.Sections, demands)
	status := http.StatusOK
	if k.State == "draft" && holds(inspectors, l.who.Role) && (k.DraftedBy != l.who.Person || wrong != nil) {
		f := &web.Form{Action: "/notices/" + k.ID.String() + "/issue", Key: l.key(), Submit: l.t("notice.issue_it"), Lead: l.t("notice.issue_lead"), Hidden: []web.Hidden{{Name: "hash", Value: k.Hash.String()}},
			Fields: []web.Field{{Name: "confirmed", Label: l.t("notice.confirm"), Kind: web.CheckField}}}
		if wrong != nil {
			if err := s.refused(l, f, wrong, nil); err != nil {
				return nil, err
			}
			status = http.StatusUnprocessableEntity
		}
		data.Sections = append(data.Sections, section{Title: l.t("notice.issue_it"), Form: f})
	} else if k.State == "draft" {
		data.Sections = append(data.Sections, section{Note: l.t("notice.by_another")})
	}
	return &answer{template: "money_list", title: l.t("notice.title", n.Month), list: units, wan: true, data: data, status: status}, nil
}

func (l *look) noticeName(k projects.KeptNotice) string {
	if k.Issue == 0 {
		return l.t("notice.without_issue")
	}
	return l.t("notice.issue_of", k.Day.Year(), k.Issue)
}

func noticeState(l *look, state string) web.Cell {
	shape := map[string]string{"draft": "draft", "issued": "posted", "withdrawn": "withdrawn"}[state]
	return web.State(shape, l.t("notice.state."+state))
}

// lateTable says of each programme with a yellow or red light why, point by point, with what it rests on.
func (l *look) lateTable(n *projects.Notice) *web.Table {
	t := &web.Table{Name: "late", Caption: l.t("notice.late"), Empty: l.t("notice.none_late"), Columns: web.Columns(web.C(web.TextColumn, "column.project"), web.C(web.StateColumn, "inspection.light"), web.C(web.CodeColumn, "notice.rule"), web.C(web.LongColumn, "notice.fact"), web.C(web.TextColumn, "notice.basis"))}
	for _, p := range n.Programmes {
		for i, r := range p.Reasons {
			cells := []web.Cell{web.Text(""), web.Text("")}
			if i == 0 {
				project := l.names.project(p.Code)
				project.Note = l.t("notice.answer", l.unitNames(p.Leads), l.listed(p.Leaders))
				cells = []web.Cell{project, lightCell(l, p.Light)}
			}
			fact := web.Text(l.inLanguage(r.ZH, r.EN))
			fact.Kind = web.LongColumn
			t.Rows = append(t.Rows, web.Row{Cells: append(cells, web.Code(l.t("notice.rule."+r.Rule)), fact, l.basisCell(n, r))})
		}
	}
	return t
}

// basisCell leads to what a reason can be looked up in, for whoever may read it.
func (l *look) basisCell(n *projects.Notice, r projects.NoticeReason) web.Cell {
	c := web.Text(l.t("notice.basis."+r.Basis, r.Source))
	if !l.who.ReadsAll() {
		return c
	}
	switch r.Basis {
	case "ledger":
		figure := "executed_total"
		if r.Rule == "unspent" {
			figure = "available"
		}
		return c.To("/projects/" + url.PathEscape(r.Source) + "?" + url.Values{"tab": {"ledger"}, "figure": {figure}, "as_of": {n.AsOf.String()}}.Encode())
	case "entries":
		return c.To("/progress/" + url.PathEscape(r.Source))
	case "document":
		return c.To("/documents?" + url.Values{"q": {r.Source}}.Encode())
	}
	return c.To("/projects/" + url.PathEscape(r.Source))
}

// noticeOverdue is the list of what is overdue, without links for units that may not follow them.
func (l *look) noticeOverdue(n *projects.Notice) *web.Table {
	t := l.overdueTable(n.Overdue)
	t.Caption = l.t("notice.overdue", n.Date)
	if !l.who.ReadsAll() {
		for i := range t.Rows {
			for j := range t.Rows[i].Cells {
				t.Rows[i].Cells[j].Link = ""
			}
		}
	}
	return t
}

// issuesTable repeats what units filed: 存在问题 and 下步措施.
func (l *look) issuesTable(n *projects.Notice) *web.Table {
	t := &web.Table{Name: "problems", Caption: l.t("notice.problems"), Empty: l.t("notice.no_problems"), Columns: web.Columns(web.C(web.TextColumn, "column.project"), web.C(web.NumberColumn, "progress.percent"), web.C(web.TextColumn, "progress.problems"), web.C(web.TextColumn, "progress.measures"), web.C(web.TextColumn, "progress.filed_by"), web.C(web.DayColumn, "progress.filed_on"))}
	for _, p := range n.Issues() {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{l.names.project(p.Code), web.Figure(l.t("progress.percent_of", p.Entry.Percent, p.Entry.Month)), web.Text(p.Entry.Problems), web.Text(p.Entry.Measures), web.Text(p.Entry.Person), web.Day(p.Entry.Date)}})
	}
	return t
}
