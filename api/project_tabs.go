package api

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

const (
	tabRows  = 100   // of a tab's page
	fileRows = 20000 // of a tab's list as a file
)

// pageSize is how many rows a page has; a file has as many as there are.
func (l *look) pageSize(rows int) int {
	if l.values.Get("format") != "" {
		return fileRows
	}
	return rows
}

// next leads to the page after this one, and back to the first.
func (l *look) turn(t *web.Table, name, next string) {
	if next != "" {
		t.Next, _ = withQuery(l, name, next)
	}
	if l.values.Get(name) != "" {
		t.First, _ = withQuery(l, name, "")
	}
}

// projectFiles lists what is attached to the project's documents.
func (s *Server) projectFiles(l *look, v *projectView) error {
	const most = 500
	var found []projects.AttachedFile
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		found, err = projects.FilesOf(ctx, tx, l.who.Book, v.ids, l.pageSize(most)+1)
		return err
	})
	if err != nil {
		return err
	}
	t := &web.Table{Name: "files-" + v.row.Code, Caption: l.t("project.files"), Empty: l.t("project.no_files"), Columns: web.Columns(web.C(web.TextColumn, "column.file"), web.C(web.NumberColumn, "project.size"), web.C(web.TextColumn, "column.kind"),
		web.C(web.TextColumn, "project.document"), web.C(web.StateColumn, "column.state"), web.C(web.TextColumn, "project.hash"))}
	if len(found) > l.pageSize(most) {
		found = found[:l.pageSize(most)]
		t.Notes = []string{l.t("project.most_files", most)}
	} else {
		t.Count, t.Counted = len(found), true
	}
	for _, f := range found {
		hash := f.Hash.String()
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(f.Name).To("/api/v1/files/" + hash), web.Figure(fileSize(f.Size)), web.Text(kindName(l.lang, f.Kind)), web.Code(f.Number).To("/documents/" + f.Document.String()),
			web.State(f.State, l.t("state."+f.State)), web.Text(hash[:16] + "…")}})
	}
	v.Sections, v.list = []projectSection{{Table: t}}, t
	return nil
}

func fileSize(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%d.%d MB", bytes>>20, bytes>>10%1024*10/1024)
	case bytes >= 1<<10:
		return strconv.FormatInt(bytes>>10, 10) + " kB"
	default:
		return strconv.FormatInt(bytes, 10) + " B"
	}
}

// projectReconciliation is the project's row of the reconciliation: why plan and payments differ, the promises about its
// books, and what is open.
func (s *Server) projectReconciliation(l *look, v *projectView) error {
	// The rows are those of the reader's projects; the checks look at all lines, so they read as the operator.
	report, err := projects.Reconcile(accounting.WithReader(l.ctx, accounting.Operator), s.db, projects.ReconcileQuery{Book: l.who.Book, AsOf: v.asOf, Unit: v.unit, Projects: v.ids, KeptOnly: !byLines(l)})
	if err != nil {
		return err
	}
	verified, err := s.verifiedFacts(l)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(report.Projects, func(p projects.ProjectRow) bool { return p.Code == v.row.Code })
	if at < 0 {
		return nil
	}
	p := report.Projects[at]
	figures := &web.Table{Name: "reconciliation-" + p.Code, Caption: l.t("project.reconciled", v.asOf.String()), Columns: web.Columns(web.C(web.TextColumn, "project.item"), web.C(web.MoneyColumn, "column.amount"))}
	figure := func(key string, m *accounting.Money, link string) {
		if m != nil {
			cell := web.Yuan(*m)
			if link != "" {
				cell = cell.To(link)
			}
			figures.Rows = append(figures.Rows, web.Row{Cells: []web.Cell{web.Text(l.t(key)), cell}})
		}
	}
	link := func(name string) string { return l.linesLink(p.Code, name, v.asOf) }
	figure("overview.column.plan", p.Plan, l.projectLink(p.Code, v.asOf)+"#plan")
	figure("overview.column.executed_total", p.ExecutedTotal, link("executed_total"))
	figure("project.plan_minus_executed", p.PlanMinusExecuted, "")
	if p.Plan == nil {
		figures.Notes = []string{l.t("project.no_plan_note")}
	}
	v.Sections = append(v.Sections, projectSection{Table: figures})
	if p.Reasons != nil {
		why := &web.Table{Name: "reasons-" + p.Code, Caption: l.t("project.reasons"), Columns: figures.Columns, Notes: []string{l.t("project.reasons_note")}}
		var sum accounting.Money
		for _, r := range []struct {
			name, link string
			m          accounting.Money
		}{{"not_approved", "", p.Reasons.NotApproved}, {"to_issue", link("to_issue"), p.Reasons.ToIssue}, {"available", link("available"), p.Reasons.Available}, {"frozen", link("frozen"), p.Reasons.Frozen},
			{"held_by_contract", link("held_by_contract"), p.Reasons.HeldByContract}, {"held_by_request", link("held_by_request"), p.Reasons.HeldByRequest}} {
			cell := web.Yuan(r.m)
			if r.link != "" {
				cell = cell.To(r.link)
			}
			sum = sum.Add(r.m)
			why.Rows = append(why.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("ladder." + r.name)), cell}})
		}
		why.Total = []web.Cell{web.Text(l.t("table.sum")), web.Yuan(sum)}
		v.Sections = append(v.Sections, projectSection{Table: why})
	}
	more := &web.Table{Name: "balances-" + p.Code, Caption: l.t("project.other_balances"), Columns: figures.Columns}
	for _, b := range []struct {
		name string
		m    *accounting.Money
	}{{"certified", p.Certified}, {"advance", p.Advance}, {"payable", p.Payable}, {"retention", p.Retention}} {
		if b.m != nil {
			more.Rows = append(more.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("overview.column." + b.name)), web.Yuan(*b.m).To(link(b.name))}})
		}
	}
	checks := &web.Table{Name: "checks-" + p.Code, Caption: l.t("project.checks"), Columns: web.Columns(web.C(web.TextColumn, "project.check"), web.C(web.StateColumn, "column.state"), web.C(web.TextColumn, "column.reason"))}
	for _, c := range p.Checks {
		row := web.Row{Cells: []web.Cell{web.Text(l.t("project.check." + c.Name)), web.State("ok", l.t("project.check_ok")), web.Text(l.checkDetail(c))}}
		if c.OK {
			row.Cells[2] = web.Text("")
		} else {
			row.Class, row.Cells[1] = "alert", web.State("failed", l.t("project.check_failed"))
		}
		checks.Rows = append(checks.Rows, row)
	}
	v.Sections = append(v.Sections, projectSection{Table: more}, projectSection{Table: checks, Facts: verified}, projectSection{Table: l.openItems(v, report.OpenItems)})
	v.list = figures
	return nil
}

func (l *look) openItems(v *projectView, items []projects.OpenItem) *web.Table {
	t := &web.Table{Name: "open-" + v.row.Code, Caption: l.t("project.open_items"), Empty: l.t("project.no_open_items"), Columns: web.Columns(web.C(web.TextColumn, "project.item"), web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "column.subject"),
		web.C(web.MoneyColumn, "column.amount"), web.C(web.NumberColumn, "project.age"), web.C(web.TextColumn, "column.reason"))}
	mine := map[string]bool{}
	for _, r := range v.all.Rows {
		mine[r.Code] = slices.Contains(v.ids, r.Node.ID)
	}
	for _, i := range items {
		if !mine[i.Project] {
			continue
		}
		age := ""
		if i.Age != nil {
			age = strconv.Itoa(*i.Age)
		}
		kind := l.t("project.open.other")
		if web.Has("project.open." + i.Kind) {
			kind = l.t("project.open." + i.Kind)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(kind), web.Text(i.Project).To(l.projectLink(i.Project, v.asOf)), web.Text(i.Subject), web.Yuan(i.Amount), web.Figure(age), web.Text(i.Reason)}})
	}
	return t
}
