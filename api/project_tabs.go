package api

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
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

// sourceName is what a voucher is about, in words.
func (l *look) sourceName(source string, kind accounting.Kind) string {
	name := ""
	for _, e := range projects.Events() {
		if e.Code == source {
			name = eventName(l.lang, e)
			break
		}
	}
	if name == "" {
		name = l.t("project.voucher_kind.ordinary")
	}
	if kind == accounting.Reversal || kind == accounting.Correction {
		return l.t("project.voucher_kind."+string(kind), name)
	}
	return name
}

// projectVouchers is 项目专账: the vouchers of the project in its own sequence n/N, beside their numbers in the book.
func (s *Server) projectVouchers(l *look, v *projectView) error {
	q := accounting.VoucherQuery{Book: l.who.Book, Projects: v.ids, Limit: l.pageSize(tabRows) + 1}
	var err error
	if next := l.values.Get("next"); next != "" {
		if q.After, err = voucherNo(next); err != nil {
			return err
		}
	}
	var places []accounting.VoucherPlace
	t := &web.Table{Name: "vouchers-" + v.row.Code, Caption: l.t("project.vouchers"), Empty: l.t("project.no_vouchers"), Notes: []string{l.t("project.vouchers_note")}, Columns: web.Columns(web.C(web.CodeColumn, "project.place"), web.C(web.CodeColumn, "column.voucher"),
		web.C(web.DayColumn, "column.date"), web.C(web.TextColumn, "column.event"), web.C(web.TextColumn, "column.memo"), web.C(web.MoneyColumn, "project.own_debit"), web.C(web.CodeColumn, "project.document"))}
	next := ""
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if places, err = accounting.VoucherPlaces(ctx, tx, q); err != nil {
			return err
		}
		i := 0
		for p, err := range accounting.Vouchers(ctx, tx, q) {
			if err != nil {
				return err
			}
			if i == q.Limit-1 {
				next = fmt.Sprintf("%s/%d", places[i-1].No.Period, places[i-1].No.Number)
				break
			}
			t.Rows = append(t.Rows, l.projectVoucher(p, places[i], v.ids))
			i++
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(places) > 0 {
		t.Count, t.Counted = places[0].Of, true
	}
	l.turn(t, "next", next)
	v.Sections, v.list = []projectSection{{Table: t}}, t
	return nil
}

func (l *look) projectVoucher(p accounting.Posted, place accounting.VoucherPlace, ids []accounting.ProjectID) web.Row {
	var debit accounting.Money
	for _, line := range p.Lines {
		if slices.Contains(ids, line.Project) {
			debit = debit.Add(line.Debit)
		}
	}
	to := fmt.Sprintf("/vouchers/%s/%d", p.No.Period, p.No.Number)
	document := web.Text("")
	if p.Document != uuid.Nil {
		document = web.Code(l.t("project.open_document")).To("/documents/" + p.Document.String())
	}
	row := web.Row{Cells: []web.Cell{web.Code(fmt.Sprintf("%d/%d", place.Place, place.Of)), web.Code(p.No.String()).To(to), web.Day(p.Date), web.Text(l.sourceName(p.Source, p.Kind)), web.Text(p.Memo), web.Yuan(debit).To(to), document}}
	if p.Kind == accounting.Reversal {
		row.Class = "alert"
	}
	return row
}

// ledgerFigures are those whose lines a page shows, in the order of the choice.
var ledgerFigures = []string{"approved", "to_issue", "issued", "available", "frozen", "held_by_contract", "held_by_request", "executed", "executed_total", "certified", "advance", "payable", "retention"}

// projectLines is 台账: what a figure or an account is made of, with the balance after each line; without one, every account
// of the project.
func (s *Server) projectLines(l *look, v *projectView) error {
	q := accounting.StatementQuery{Book: l.who.Book, AsOf: v.asOf, Unit: v.unit, Projects: v.ids}
	page := Page{Limit: l.pageSize(tabRows), Next: l.values.Get("next")}
	var err error
	if from := l.values.Get("from"); from != "" {
		if q.From, err = accounting.ParseDate(from); err != nil {
			return err
		}
	}
	if line := l.values.Get("line"); line != "" {
		id, err := s.directory.find(l.ctx, l.who.Book, "budget line", line)
		if err != nil {
			return err
		}
		q.BudgetLine = accounting.BudgetLineID{UUID: id}
	}
	figure, account := l.values.Get("figure"), strings.TrimSpace(l.values.Get("account"))
	report := accounting.ProjectLedger
	caption := l.t("project.all_lines")
	switch {
	case figure != "":
		report = func(ctx context.Context, db bun.IDB, q accounting.StatementQuery) (*accounting.Statement, error) {
			return accounting.FigureLines(ctx, db, q, figure)
		}
		if !slices.Contains(ledgerFigures, figure) {
			return fault.Invalid("request_invalid", "figure: there is no figure %q", figure)
		}
		caption = l.t("project.lines_of", l.t("overview.column."+figure))
	case account != "":
		q.Account, report = account, accounting.AccountStatement
		caption = l.t("project.lines_of", account)
	}
	out, err := s.statement(l.ctx, q, page, report)
	if err != nil {
		return err
	}
	s.ledgerFilters(l, v, figure, account)
	lines, err := s.lineTable(l, v, out.Body, caption, figure != "")
	if err != nil {
		return err
	}
	if lines.Name = "ledger-" + v.row.Code; figure+account != "" {
		lines.Name += "-" + figure + account
	}
	l.turn(lines, "next", out.Body.Next)
	if figure == "" {
		v.Sections = append(v.Sections, projectSection{Table: s.accountTable(l, v, out.Body.Accounts)})
	} else {
		lines.Notes = []string{l.t("project.figure_note." + noteOf(figure, q))}
	}
	v.Sections, v.list = append(v.Sections, projectSection{Table: lines}), lines
	return nil
}

// noteOf says over which time a figure adds up.
func noteOf(figure string, q accounting.StatementQuery) string {
	switch {
	case !q.From.IsZero():
		return "from"
	case !q.BudgetLine.IsZero(), figure == "executed_total", figure == "certified":
		return "years"
	case slices.Contains([]string{"advance", "payable", "retention"}, figure):
		return "balance"
	default:
		return "year"
	}
}

func (s *Server) ledgerFilters(l *look, v *projectView, figure, account string) {
	options := []web.Option{{Text: l.t("choice.all")}}
	for _, name := range ledgerFigures {
		options = append(options, web.Option{Value: name, Text: l.t("overview.column." + name), Chosen: name == figure})
	}
	v.Kept = slices.DeleteFunc(v.Kept, func(h web.Hidden) bool { return h.Name == "figure" || h.Name == "account" })
	v.Filters = append(v.Filters, web.Field{Name: "from", Label: l.t("project.from"), Kind: web.DayField, Value: l.values.Get("from")}, web.Field{Name: "figure", Label: l.t("project.figure"), Kind: web.ChoiceField, Options: options},
		web.Field{Name: "account", Label: l.t("column.account"), Kind: web.TextField, Value: account})
}

// accountTable are the accounts of a ledger; each leads to its lines.
func (s *Server) accountTable(l *look, v *projectView, accounts []AccountRow) *web.Table {
	t := &web.Table{Name: "accounts-" + v.row.Code, Caption: l.t("project.accounts"), Empty: l.t("project.no_lines"), Columns: web.Columns(web.C(web.TextColumn, "column.account"), web.C(web.MoneyColumn, "project.opening"), web.C(web.MoneyColumn, "column.debit"),
		web.C(web.MoneyColumn, "column.credit"), web.C(web.TextColumn, "project.side"), web.C(web.MoneyColumn, "project.closing"))}
	for _, a := range accounts {
		to := l.projectLink(v.row.Code, v.asOf, "tab", "ledger", "account", a.Account, "as_of", v.asOf.String(), "from", l.values.Get("from"), "unit", l.values.Get("unit"))
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(a.Account + " " + a.Name).To(to), web.Yuan(a.Opening.Money).To(to), web.Yuan(a.Debit.Money).To(to), web.Yuan(a.Credit.Money).To(to), web.Text(l.t("project.side." + a.Normal)), web.Yuan(a.Closing.Money).To(to)}})
	}
	return t
}

// lineTable are lines with the balance after each.
func (s *Server) lineTable(l *look, v *projectView, out StatementOutput, caption string, figure bool) (*web.Table, error) {
	accounts, err := accounting.Accounts(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(accounts))
	for _, a := range accounts {
		if names[a.Code] = a.NameZH; l.lang == "en" && a.NameEN != "" {
			names[a.Code] = a.NameEN
		}
	}
	balance := "project.balance"
	if figure {
		balance = "project.sum_so_far"
	}
	t := &web.Table{Caption: caption, Empty: l.t("project.no_lines"), Columns: web.Columns(web.C(web.DayColumn, "column.date"), web.C(web.CodeColumn, "column.voucher"), web.C(web.TextColumn, "column.event"), web.C(web.TextColumn, "column.memo"),
		web.C(web.TextColumn, "column.account"), web.C(web.CodeColumn, "column.project"), web.C(web.CodeColumn, "column.budget_line"), web.C(web.CodeColumn, "column.subject"), web.C(web.MoneyColumn, "column.debit"), web.C(web.MoneyColumn, "column.credit"),
		web.C(web.MoneyColumn, balance))}
	for _, line := range out.Lines {
		to := citedVoucher(line.Voucher)
		subject := web.Code(line.Subject)
		if line.SubjectKind == string(accounting.Contract) {
			subject = subject.To("/contracts/" + line.Subject)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Code(line.Date), web.Code(line.Voucher).To(to), web.Text(l.sourceName(line.Source, accounting.Kind(line.Kind))), web.Text(line.Memo), web.Text(line.Account + " " + names[line.Account]),
			web.Code(line.Project).To(l.projectLink(line.Project, v.asOf)), web.Code(line.BudgetLine), subject, notZero(line.Debit.Money, to), notZero(line.Credit.Money, to), web.Yuan(line.Balance.Money)}})
	}
	return t, nil
}

// citedVoucher is the address of a voucher cited as 2025-06 记-0012.
func citedVoucher(cited string) string {
	period, number, _ := strings.Cut(cited, " 记-")
	return "/vouchers/" + period + "/" + strings.TrimLeft(number, "0")
}

// notZero is an amount, or nothing on the side of a line that has none.
func notZero(m accounting.Money, to string) web.Cell {
	if m.IsZero() {
		return web.Text("")
	}
	return web.Yuan(m).To(to)
}

// projectReconciliation is the project's row of the reconciliation: why plan and payments differ, the promises about its
// books, and what is open.
func (s *Server) projectReconciliation(l *look, v *projectView) error {
	// The rows are those of the reader's projects; the checks look at all lines, so they read as the operator.
	report, err := projects.Reconcile(accounting.WithReader(l.ctx, accounting.Operator), s.db, projects.ReconcileQuery{Book: l.who.Book, AsOf: v.asOf, Unit: v.unit, Projects: v.ids})
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
	v.Sections = append(v.Sections, projectSection{Table: more}, projectSection{Table: checks}, projectSection{Table: l.openItems(v, report.OpenItems)})
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
