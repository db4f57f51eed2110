package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// projectFunds lists the budget lines, each with its ladder.
func (s *Server) projectFunds(l *look, v *projectView) error {
	var lines []accounting.LineLadder
	codes := map[accounting.ProjectID]projects.Node{}
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		lines, err = accounting.LineLadders(ctx, tx, accounting.ReconcileQuery{Book: l.who.Book, AsOf: v.asOf, Unit: v.unit, Projects: v.ids})
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range v.all.Rows {
		codes[r.Node.ID] = r.Node
	}
	t := &web.Table{Name: "funds-" + v.row.Code, Caption: l.t("project.funds"), Empty: l.t("project.no_funds"), Notes: []string{l.t("project.funds_note")}, Columns: web.Columns(
		web.C(web.CodeColumn, "column.budget_line"), web.C(web.CodeColumn, "column.project"), web.C(web.NumberColumn, "project.year"))}
	columns := []struct {
		figure string
		of     func(accounting.LineLadder) accounting.Money
	}{
		{"approved", func(x accounting.LineLadder) accounting.Money { return x.Approved }}, {"to_issue", func(x accounting.LineLadder) accounting.Money { return x.ToIssue }},
		{"available", func(x accounting.LineLadder) accounting.Money { return x.Available }}, {"frozen", func(x accounting.LineLadder) accounting.Money { return x.Frozen }},
		{"held_by_contract", func(x accounting.LineLadder) accounting.Money { return x.HeldByContract }}, {"held_by_request", func(x accounting.LineLadder) accounting.Money { return x.HeldByRequest }},
		{"executed", func(x accounting.LineLadder) accounting.Money { return x.Executed }},
	}
	for _, c := range columns {
		t.Columns = append(t.Columns, web.C(web.MoneyColumn, "overview.column."+c.figure))
	}
	t.Columns = append(t.Columns, web.C(web.NumberColumn, "project.year_rate"))
	t.Count, t.Counted = len(lines), true
	for i, line := range lines {
		if i == 0 || lines[i-1].FiscalYear != line.FiscalYear {
			sum := web.Row{Class: "group", Cells: []web.Cell{web.Text(l.t("project.year_lines", line.FiscalYear)), web.Text(""), web.Number(line.FiscalYear)}}
			for _, c := range columns {
				var m accounting.Money
				for _, other := range lines {
					if other.FiscalYear == line.FiscalYear {
						m = m.Add(c.of(other))
					}
				}
				sum.Cells = append(sum.Cells, web.Yuan(m))
			}
			t.Rows = append(t.Rows, web.Row{Class: sum.Class, Cells: append(sum.Cells, web.Text(""))})
		}
		cells := []web.Cell{web.Code(line.Code), web.Code(codes[line.Project].Code).To(l.projectLink(codes[line.Project].Code, v.asOf)), web.Number(line.FiscalYear)}
		for _, c := range columns {
			cells = append(cells, web.Yuan(c.of(line)).To(l.linesLink(v.row.Code, c.figure, v.asOf, "line", line.Code)))
		}
		at := v.asOf
		if line.FiscalYear < at.Year() {
			at = accounting.NewDate(line.FiscalYear, 12, 31)
		}
		passed := projects.YearPassed(at)
		t.Rows = append(t.Rows, web.Row{Indent: 1, Cells: append(cells, l.percentBar(projects.Percent(&line.Executed, &line.Approved), &passed))})
	}
	v.Stack = l.ladder("ladder", l.nodeName(*v.node), v.row, v.asOf)
	if v.Stack.Parts == nil {
		v.Stack = nil
	}
	v.Sections, v.list = []projectSection{{Table: t}}, t
	if holds(projects.Drafters("budget"), l.who.Role) {
		v.Actions = append(v.Actions, web.MenuItem{Title: l.t("document.new", kindName(l.lang, "budget")), Path: "/documents/new?kind=budget"})
	}
	return nil
}

// projectContracts lists the contracts with what is certified, paid, kept back and payable.
func (s *Server) projectContracts(l *look, v *projectView) error {
	var found []projects.Contract
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		found, err = projects.ContractsOf(ctx, tx, l.who.Book, v.ids)
		return err
	})
	if err != nil {
		return err
	}
	t := &web.Table{Name: "contracts-" + v.row.Code, Caption: l.t("project.contracts"), Empty: l.t("project.no_contracts"), Columns: web.Columns(web.C(web.CodeColumn, "project.contract"), web.C(web.TextColumn, "project.name"), web.C(web.TextColumn, "project.supplier"),
		web.C(web.DayColumn, "project.signed_on"), web.C(web.StateColumn, "column.state"), web.C(web.MoneyColumn, "project.price"), web.C(web.MoneyColumn, "project.gross_total"), web.C(web.MoneyColumn, "project.advance_open"),
		web.C(web.MoneyColumn, "project.contract_paid"), web.C(web.MoneyColumn, "project.retention_open"), web.C(web.MoneyColumn, "project.payable_now"))}
	t.Count, t.Counted = len(found), true
	sums := make([]accounting.Money, 6)
	for _, k := range found {
		price := k.Price
		if k.SettledPrice != nil {
			price = *k.SettledPrice
		}
		amounts := []accounting.Money{price, k.Certified, k.AdvancePaid.Sub(k.AdvanceRecouped), k.AdvancePaid.Add(k.PayablePaid).Add(k.RetentionPaid), k.RetentionKept.Sub(k.RetentionPaid).Sub(k.RetentionForfeited), k.PayableNow}
		cells := []web.Cell{web.Code(k.Number).To("/contracts/" + k.Number), web.Text(k.Name), web.Text(k.Supplier), web.Day(k.SignedOn), web.State(k.State, l.t("state."+k.State))}
		for i, m := range amounts {
			sums[i] = sums[i].Add(m)
			cells = append(cells, web.Yuan(m).To("/contracts/"+k.Number))
		}
		t.Rows = append(t.Rows, web.Row{Cells: cells})
	}
	if len(found) > 0 {
		t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text(""), web.Text("")}
		for _, m := range sums {
			t.Total = append(t.Total, web.Yuan(m))
		}
	}
	v.Sections, v.list = []projectSection{{Table: t}}, t
	v.drafts(l, "contract", "change_order", "settlement")
	return nil
}

// drafts offers new documents about the project, and the list of those there are.
func (v *projectView) drafts(l *look, kinds ...projects.DocumentKind) {
	for _, kind := range kinds {
		if holds(projects.Drafters(kind), l.who.Role) {
			v.Actions = append(v.Actions, web.MenuItem{Title: l.t("document.new", kindName(l.lang, kind)), Path: "/documents/new?kind=" + string(kind) + "&node=" + v.row.Code})
		}
	}
	v.Actions = append(v.Actions, web.MenuItem{Title: l.t("project.documents", kindName(l.lang, kinds[0])), Path: "/documents?kind=" + string(kinds[0]) + "&project=" + v.row.Code})
}

// projectCertificates lists what was certified.
func (s *Server) projectCertificates(l *look, v *projectView) error {
	var found []projects.CertificateRow
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		found, err = projects.CertificatesOf(ctx, tx, l.who.Book, v.ids)
		return err
	})
	if err != nil {
		return err
	}
	t := &web.Table{Name: "certificates-" + v.row.Code, Caption: l.t("project.certificates"), Empty: l.t("project.no_certificates"), Notes: []string{l.t("project.certificates_note")}, Columns: web.Columns(web.C(web.TextColumn, "column.number"),
		web.C(web.CodeColumn, "project.contract"), web.C(web.NumberColumn, "project.period_no"), web.C(web.DayColumn, "column.date"), web.C(web.MoneyColumn, "project.gross"), web.C(web.MoneyColumn, "project.recouped"),
		web.C(web.MoneyColumn, "project.retained"), web.C(web.MoneyColumn, "project.net"), web.C(web.MoneyColumn, "project.gross_total"), web.C(web.MoneyColumn, "project.payable_then"))}
	t.Count, t.Counted = len(found), true
	sums := make([]accounting.Money, 4)
	for _, c := range found {
		to := "/documents/" + c.ID.String()
		for i, m := range []accounting.Money{c.Gross, c.Recouped, c.Retained, c.Net} {
			sums[i] = sums[i].Add(m)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Code(c.Document).To(to), web.Code(c.Contract).To("/contracts/" + c.Contract), web.Number(c.Number), web.Day(c.Day), web.Yuan(c.Gross).To(to), web.Yuan(c.Recouped).To(to),
			web.Yuan(c.Retained).To(to), web.Yuan(c.Net).To(to), web.Yuan(c.Certified).To("/contracts/" + c.Contract), web.Yuan(c.PayableNow).To(to)}})
	}
	if len(found) > 0 {
		t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text("")}
		for _, m := range sums {
			t.Total = append(t.Total, web.Yuan(m))
		}
		t.Total = append(t.Total, web.Text(""), web.Text(""))
	}
	v.Sections, v.list = []projectSection{{Table: t}}, t
	v.drafts(l, "certificate")
	return nil
}

// projectPayments lists the payment requests, the newest first.
func (s *Server) projectPayments(l *look, v *projectView) error {
	q := projects.RequestQuery{Book: l.who.Book, Nodes: v.ids, Limit: l.pageSize(tabRows) + 1}
	if before := l.values.Get("before"); before != "" {
		id, err := accounting.ParseID(before)
		if err != nil {
			return err
		}
		q.Before = id
	}
	var found []projects.RequestRow
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		found, err = projects.Requests(ctx, tx, q)
		return err
	})
	if err != nil {
		return err
	}
	next := ""
	if len(found) == q.Limit {
		found = found[:q.Limit-1]
		next = found[len(found)-1].ID.String()
	}
	t := &web.Table{Name: "payments-" + v.row.Code, Caption: l.t("project.payments"), Empty: l.t("project.no_payments"), Columns: web.Columns(web.C(web.TextColumn, "column.number"), web.C(web.TextColumn, "project.payment"),
		web.C(web.TextColumn, "project.purpose"), web.C(web.CodeColumn, "project.contract"), web.C(web.StateColumn, "column.state"), web.C(web.MoneyColumn, "project.asked"), web.C(web.MoneyColumn, "project.held"), web.C(web.MoneyColumn, "project.paid"),
		web.C(web.NumberColumn, "project.days_at_desk"))}
	sums := make([]accounting.Money, 3)
	for _, r := range found {
		to := "/documents/" + r.ID.String()
		contract := web.Code(r.Contract)
		if r.Contract != "" {
			contract = contract.To("/contracts/" + r.Contract)
		}
		for i, m := range []accounting.Money{r.Amount, r.Held, r.Paid} {
			sums[i] = sums[i].Add(m)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Code(r.Number).To(to), web.Text(l.t("choice.payment." + string(r.Payment))), web.Text(r.Purpose), contract, web.State(r.State, l.t("state."+r.State)),
			web.Yuan(r.Amount).To(to), web.Yuan(r.Held).To(to), web.Yuan(r.Paid).To(to), web.Number(r.DaysAtDesk)}})
	}
	if len(found) > 0 && next == "" && q.Before == uuid.Nil { // the whole list stands here
		t.Count, t.Counted = len(found), true
		t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text(""), web.Text("")}
		for _, m := range sums {
			t.Total = append(t.Total, web.Yuan(m))
		}
		t.Total = append(t.Total, web.Text(""))
	}
	l.turn(t, "before", next)
	v.Sections, v.list = []projectSection{{Table: t}}, t
	v.drafts(l, "payment_request", "refund")
	return nil
}
