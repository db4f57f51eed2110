package api

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// documentsPage lists documents, newest first.
func (s *Server) documentsPage(l *look) (*answer, error) {
	in := listDocumentsRequest{Kind: l.values.Get("kind"), State: l.values.Get("state"), Project: l.values.Get("project"), Before: l.values.Get("before"), Limit: 50, Number: strings.TrimSpace(l.values.Get("q"))}
	if l.values.Get("format") != "" {
		in.Limit, in.Before = mostExported, ""
	}
	n, sum, err := s.sumDocuments(l.ctx, &in)
	if err != nil {
		return nil, err
	}
	if in.Limit == mostExported && n > mostExported {
		return nil, fault.Invalid("request_invalid", "%s", l.t("lines.too_many", n, mostExported))
	}
	out, err := s.listDocuments(l.ctx, &in)
	if err != nil {
		return nil, err
	}
	called, err := s.called(l)
	if err != nil {
		return nil, err
	}
	t := documentTable(l, called, l.t("page.documents"), out.Body.Documents)
	if t.Count, t.Counted = n, true; in.Kind != "" { // an appropriation and what is paid out of it add up to nothing
		t.Sum = &sum
	}
	if out.Body.Next != "" {
		t.Next, _ = withQuery(l, "before", out.Body.Next)
	}
	if in.Before != "" {
		t.First, _ = withQuery(l, "before", "")
	}
	kinds := []web.Option{{Text: l.t("choice.all")}}
	var actions []web.MenuItem
	for _, f := range projects.DocumentForms() {
		kinds = append(kinds, web.Option{Value: string(f.Kind), Text: kindName(l.lang, f.Kind), Chosen: string(f.Kind) == in.Kind})
		if in.Kind == string(f.Kind) && holds(projects.Drafters(f.Kind), l.who.Role) {
			actions = append(actions, web.MenuItem{Title: l.t("document.new", kindName(l.lang, f.Kind)), Path: "/documents/new?kind=" + string(f.Kind)})
		}
	}
	states, err := projects.DocumentStates(l.ctx, s.db, projects.DocumentKind(in.Kind))
	if err != nil {
		return nil, err
	}
	var named []web.Option
	for _, state := range states {
		named = append(named, web.Option{Value: state, Text: l.t("state." + state)})
	}
	filters := []web.Field{{Name: "kind", Label: l.t("column.kind"), Kind: web.ChoiceField, Options: kinds}, l.choice("state", "column.state", named), {Name: "project", Label: l.t("column.project"), Kind: web.TextField, Value: in.Project},
		{Name: "q", Label: l.t("column.number"), Kind: web.TextField, Value: in.Number, Help: l.t("help.document_number")}}
	return &answer{template: "list", title: l.t("page.documents"), list: t, data: listData{Filters: filters, Tables: []*web.Table{t}, Actions: actions}}, nil
}

// listData is what a page of lists shows.
type listData struct {
	Lead    string
	Filters []web.Field
	Actions []web.MenuItem
	Tables  []*web.Table
	Choose  *web.Form // around the tables: what is ticked is sent
	Forms   []titledForm
}

type titledForm struct {
	Title string
	Form  web.Form
}

func holds(roles []string, role string) bool {
	for _, r := range roles {
		if r == role {
			return true
		}
	}
	return false
}

// withQuery is the address of this page with some of its query changed.
func withQuery(l *look, pairs ...string) (string, error) {
	u := *l.Request().URL
	q := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		if q.Del(pairs[i]); pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	u.RawQuery = q.Encode()
	return u.RequestURI(), nil
}

func documentTable(l *look, called *namesHere, caption string, documents []DocumentOutput) *web.Table {
	t := &web.Table{Name: "documents", Caption: caption, Columns: web.Columns(web.C(web.TextColumn, "column.number"), web.C(web.TextColumn, "column.kind"), web.C(web.TextColumn, "column.project"),
		web.C(web.TextColumn, "column.unit"), web.C(web.MoneyColumn, "column.amount"), web.C(web.StateColumn, "column.state"), web.C(web.TextColumn, "column.made_by"), web.C(web.DayColumn, "column.since"))}
	for _, d := range documents {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(d.Number).To("/documents/" + d.ID), web.Text(kindName(l.lang, projects.DocumentKind(d.Kind))), called.project(d.Project), called.unit(d.Unit),
			web.Maybe(d.Amount.money()), web.State(d.State, l.t("state."+d.State)), web.Text(d.CreatedBy.Name), web.Moment(d.Since)}})
	}
	return t
}

func kindName(lang string, kind projects.DocumentKind) string {
	for _, f := range projects.DocumentForms() {
		if f.Kind == kind {
			if lang == "en" {
				return f.NameEN
			}
			return f.NameZH
		}
	}
	return string(kind)
}

func verbName(lang, verb string) string {
	for _, v := range projects.DocumentVerbs() {
		if v.Name == verb {
			if lang == "en" {
				return v.NameEN
			}
			return v.NameZH
		}
	}
	return verb
}

// shape finds the form of a kind, and of the event that a paper of it says.
func (s *Server) shape(l *look, kind, event string) (*formShape, error) {
	shape := &formShape{l: l, wrong: map[string]string{}}
	for _, f := range projects.DocumentForms() {
		if string(f.Kind) == kind {
			shape.form = f
		}
	}
	if shape.form.New == nil {
		return nil, fault.NotFound("not_found", "there is no kind of document %q", kind)
	}
	for _, e := range projects.Events() {
		if e.Name == event && holds(shape.form.Events, event) {
			shape.event = &e
		}
	}
	return shape, nil
}

// newDocumentPage asks what a new document says; copy fills it as a former one was.
func (s *Server) newDocumentPage(l *look) (*answer, error) {
	kind, event, tree := l.values.Get("kind"), l.values.Get("event"), map[string]any{}
	if of := l.values.Get("copy"); of != "" {
		d, err := s.getDocument(l.ctx, &getDocumentRequest{ID: of})
		if err != nil {
			return nil, err
		}
		if tree, err = contentTree(d.Body.Content); err != nil {
			return nil, err
		}
		for _, own := range []string{"attachments", "invoices", "document_no", "date"} { // each is of one document only
			delete(tree, own)
		}
		leaveOpen(d.Body.Kind, tree)
		kind = d.Body.Kind
		event, _ = tree["event"].(string)
	}
	shape, err := s.shape(l, kind, event)
	if err != nil {
		return nil, err
	}
	if len(shape.form.Events) > 0 && shape.event == nil {
		return s.chooseEvent(l, shape)
	}
	for name, value := range shape.read(beforehand(l.values)) { // what a link fills in
		if _, there := tree[name]; !there {
			tree[name] = value
		}
	}
	if _, dated := tree["date"]; !dated {
		today, err := s.today(l.ctx)
		if err != nil {
			return nil, err
		}
		tree["date"] = today.String()
	}
	if err := s.fillIn(l, shape, tree); err != nil {
		return nil, err
	}
	return s.askDocument(l, shape, tree, "/documents/new", nil)
}

// beforehand are the values of a link to a form, without those that choose the form; a field called as one of them is written
// of.FIELD.
func beforehand(values url.Values) url.Values {
	given := url.Values{}
	for name, v := range values {
		if rest, ok := strings.CutPrefix(name, "of."); ok {
			given[rest] = v
		} else if name != "kind" && name != "event" && name != "copy" {
			given[name] = v
		}
	}
	return given
}

// today is the database's day, which judges what is late.
func (s *Server) today(ctx context.Context) (day accounting.Date, err error) {
	err = s.db.NewRaw(`select (now() at time zone 'Asia/Shanghai')::date`).Scan(ctx, &day)
	return day, fault.FromSQL(err)
}

func (s *Server) chooseEvent(l *look, shape *formShape) (*answer, error) {
	var items []web.MenuItem
	for _, e := range projects.Events() {
		if holds(shape.form.Events, e.Name) {
			items = append(items, web.MenuItem{Title: eventName(l.lang, e), Path: "/documents/new?" + url.Values{"kind": {string(shape.form.Kind)}, "event": {e.Name}}.Encode()})
		}
	}
	return &answer{template: "choose", title: l.t("document.new", kindName(l.lang, shape.form.Kind)), data: items}, nil
}

func eventName(lang string, e projects.EventKind) string {
	if lang == "en" {
		return e.NameEN
	}
	return e.NameZH
}

func (s *Server) askDocument(l *look, shape *formShape, tree map[string]any, action string, wrong *web.Problem) (*answer, error) {
	var err error
	named := shape.registries(reflect.TypeOf(shape.form.New()).Elem(), "", tree)
	if shape.set, err = s.registered(l, mostChosen, slices.Compact(slices.Sorted(slices.Values(named)))...); err != nil {
		return nil, err
	}
	if shape.files, err = s.filesNamed(l, tree); err != nil {
		return nil, err
	}
	f := web.Form{Action: action, Key: l.key(), Submit: l.t("document.keep"), Files: true, Error: wrong, Lead: l.t("form.lead"), Hidden: []web.Hidden{{Name: "document_kind", Value: string(shape.form.Kind)}}}
	if err := s.helpForm(l, shape, tree, &f); err != nil {
		return nil, err
	}
	title := kindName(l.lang, shape.form.Kind)
	if shape.form.Kind == "payment_request" {
		f.Said = "/documents/new/said"
	}
	if shape.event != nil {
		f.Hidden = append(f.Hidden, web.Hidden{Name: "event", Value: shape.event.Name})
		title += " · " + eventName(l.lang, *shape.event)
	}
	f.Fields = shape.fields(tree)
	placeError(f.Fields, wrong)
	a := &answer{template: "form", title: title, data: f}
	if wrong != nil {
		a.status = 422
	}
	return a, nil
}

// placeError puts what is wrong beside the field its text begins with.
func placeError(fields []web.Field, wrong *web.Problem) {
	if wrong == nil {
		return
	}
	for i := range fields {
		if wrong.Field != "" && (fields[i].Name == wrong.Field || strings.HasSuffix(fields[i].Name, "."+wrong.Field)) {
			fields[i].Error = wrong.Detail
		}
		placeError(fields[i].Fields, wrong)
	}
}

// draftByPage keeps what was filled in as a draft, or gives the form back with what is wrong.
func (s *Server) draftByPage(l *look) (*answer, error) {
	return s.keepDocument(l, l.values.Get("document_kind"), "/documents/new", func(shape *formShape, content projects.Content) (*projects.Document, error) {
		return projects.Draft(l.ctx, s.db, l.who.command(l.key(), ""), shape.form.Kind, content)
	})
}

func (s *Server) reviseByPage(l *look) (*answer, error) {
	id, err := accounting.ParseID(l.Param("id"))
	if err != nil {
		return nil, err
	}
	return s.keepDocument(l, l.values.Get("document_kind"), "/documents/"+id.String()+"/edit", func(_ *formShape, content projects.Content) (*projects.Document, error) {
		return projects.Revise(l.ctx, s.db, l.who.command(l.key(), ""), id, content)
	})
}

func (s *Server) keepDocument(l *look, kind, action string, keep func(*formShape, projects.Content) (*projects.Document, error)) (*answer, error) {
	shape, err := s.shape(l, kind, l.values.Get("event"))
	if err != nil {
		return nil, err
	}
	if err := s.storeAttached(l); err != nil {
		return s.askDocument(l, shape, shape.read(l.values), action, s.asProblem(l, err))
	}
	if gone := l.values.Get("fewer"); gone != "" {
		for name := range l.values {
			if strings.HasPrefix(name, gone+".") {
				delete(l.values, name)
			}
		}
	}
	tree := shape.read(l.values)
	if l.values.Get("more") != "" || l.values.Get("fewer") != "" {
		if err := s.fillIn(l, shape, tree); err != nil {
			return nil, err
		}
		return s.askDocument(l, shape, tree, action, nil)
	}
	var content projects.Content
	if err = s.nameAccounts(l, shape, tree); err == nil {
		content, err = shape.content(tree)
	}
	if err == nil {
		err = s.checkInvoices(l, shape, content)
	}
	var d *projects.Document
	if err == nil {
		d, err = keep(shape, content)
	}
	switch {
	case err == nil:
		return goTo("/documents/" + d.ID.String() + "?done=kept")
	case fault.KindOf(err) == fault.KindUnavailable:
		return nil, err
	case fault.Code(err) == "key_reused":
		return &answer{template: "problem", title: l.t("problem.sent_before"), status: 422, data: web.Problem{Title: l.t("problem.sent_before"), Detail: l.t("problem.sent_before_detail")}}, nil
	default:
		return s.askDocument(l, shape, tree, action, s.asProblem(l, err))
	}
}

// storeAttached stores the files a form brings; from then on they go along by their SHA-256.
func (s *Server) storeAttached(l *look) error {
	form := l.Request().MultipartForm
	if form == nil {
		return nil
	}
	for name, headers := range form.File {
		field, ok := strings.CutSuffix(name, ".files")
		for i, h := range headers {
			if !ok || h.Size == 0 {
				continue
			}
			content, err := h.Open()
			if err != nil {
				return fault.Internal(err)
			}
			stored, err := projects.StoreFile(l.ctx, s.db, s.files, l.who.command(fmt.Sprintf("%s/%s/%d", l.key(), field, i), ""), h.Filename, content)
			if err = errors.Join(err, content.Close()); err != nil {
				return err
			}
			l.values.Add(field, stored.Hash.String())
		}
	}
	return nil
}

// documentPage shows a document with all that happened to it and what can be done with it.
func (s *Server) documentPage(l *look) (*answer, error) {
	d, err := s.getDocument(l.ctx, &getDocumentRequest{ID: l.Param("id")})
	if err != nil {
		return nil, err
	}
	facts, err := s.documentFacts(l, &d.Body.DocumentOutput)
	if err != nil {
		return nil, err
	}
	vouchers, err := s.vouchersOf(l, d.Body.ID)
	if err != nil {
		return nil, err
	}
	called, err := s.called(l)
	if err != nil {
		return nil, err
	}
	data := documentData{D: d.Body, Project: called.project(d.Body.Project), Unit: called.unit(d.Body.Unit), Kind: kindName(l.lang, projects.DocumentKind(d.Body.Kind)), State: web.State(d.Body.State, l.t("state."+d.Body.State)), Facts: facts, Acts: actTable(l, d.Body.Acts), Vouchers: vouchers}
	for _, v := range d.Body.Verbs {
		data.Verbs = append(data.Verbs, web.MenuItem{Title: verbName(l.lang, v), Path: "/documents/" + d.Body.ID + "/review?verb=" + v, Here: forward(v)})
	}
	if holds(projects.DeskRoles(), l.who.Role) {
		signed, err := s.signedOutside(l, d.Body.ID)
		if err != nil {
			return nil, err
		}
		data.Paper = len(signed) > 0
	}
	drafts := holds(projects.Drafters(projects.DocumentKind(d.Body.Kind)), l.who.Role)
	data.Editable = drafts && (d.Body.State == "draft" || d.Body.State == "returned")
	data.Copyable = drafts
	data.Printed = d.Body.Kind == "payment_request"
	for _, t := range d.Body.DeskTimes {
		data.Desks = append(data.Desks, web.Fact{Label: l.t("state." + t.State), Cell: web.Text(l.t("document.days", fmt.Sprintf("%.1f", float64(t.Seconds)/86400)))})
	}
	return &answer{template: "document", title: data.Kind + " " + d.Body.Number, data: data}, nil
}

type documentData struct {
	D        DocumentDetail
	Kind     string
	State    web.Cell
	Project  web.Cell
	Unit     web.Cell
	Facts    []web.Fact
	Acts     *web.Table
	Vouchers *web.Table
	Desks    []web.Fact
	Verbs    []web.MenuItem
	Editable bool
	Copyable bool
	Printed  bool
	Paper    bool // somebody may sign it on paper now
}

func forward(verb string) bool {
	return !holds([]string{"return", "reject", "recall", "cancel_order", "withdraw"}, verb)
}

func actTable(l *look, acts []ActOutput) *web.Table {
	t := &web.Table{Caption: l.t("document.acts"), Empty: l.t("document.no_acts"), Columns: web.Columns(web.C(web.DayColumn, "column.at"), web.C(web.TextColumn, "column.act"), web.C(web.TextColumn, "column.person"),
		web.C(web.TextColumn, "column.role"), web.C(web.StateColumn, "column.state"), web.C(web.TextColumn, "column.reason"))}
	for _, a := range acts {
		who := a.Person.Name
		if a.Outside != nil {
			who = l.t("document.outside", a.Outside.Name, a.Outside.Office, a.Outside.Date, a.Person.Name)
		}
		if a.OnBehalfOf != nil {
			who += " " + l.t("page.on_behalf_of", a.OnBehalfOf.Name)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Moment(a.At), web.Text(verbName(l.lang, a.Verb)), web.Text(who), web.Text(l.t("role." + a.Role)), web.State(a.To, l.t("state."+a.To)), web.Text(a.Reason)}})
	}
	return t
}

// vouchersOf lists what a document has posted.
func (s *Server) vouchersOf(l *look, document string) (*web.Table, error) {
	id, err := uuid.Parse(document)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Caption: l.t("document.vouchers"), Empty: l.t("document.no_vouchers"), Columns: voucherColumns()}
	return t, accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		for v, err := range accounting.Vouchers(ctx, tx, accounting.VoucherQuery{Book: l.who.Book, Document: id}) {
			if err != nil {
				return err
			}
			t.Rows = append(t.Rows, l.voucherRow(voucherOutput(v)))
		}
		return nil
	})
}

func voucherColumns() []web.Column {
	return web.Columns(web.C(web.CodeColumn, "column.voucher"), web.C(web.DayColumn, "column.date"), web.C(web.TextColumn, "column.event"), web.C(web.TextColumn, "column.memo"), web.C(web.MoneyColumn, "books.financial_debit"), web.C(web.MoneyColumn, "books.budgetary_debit"), web.C(web.MoneyColumn, "books.authority_debit"))
}

func (l *look) voucherRow(v VoucherOutput) web.Row {
	sums := debits(v)
	return web.Row{Cells: []web.Cell{web.Code(v.Voucher).To(voucherLink(v.Period, v.Number)), saidDay(v.Date), web.Text(l.event(v.Source)), web.Text(v.Memo), yuanOrNone(sums[0]), yuanOrNone(sums[1]), yuanOrNone(sums[2])}}
}

// debits are what a voucher comes to in each basis.
func debits(v VoucherOutput) (sums [3]accounting.Money) {
	for _, x := range v.Lines {
		i := slices.Index(bases, x.Basis)
		sums[i] = sums[i].Add(x.Debit.Money)
	}
	return sums
}

// editDocumentPage gives a document's form filled as it stands.
func (s *Server) editDocumentPage(l *look) (*answer, error) {
	d, err := s.getDocument(l.ctx, &getDocumentRequest{ID: l.Param("id")})
	if err != nil {
		return nil, err
	}
	tree, err := contentTree(d.Body.Content)
	if err != nil {
		return nil, err
	}
	leaveOpen(d.Body.Kind, tree)
	event, _ := tree["event"].(string)
	shape, err := s.shape(l, d.Body.Kind, event)
	if err != nil {
		return nil, err
	}
	return s.askDocument(l, shape, tree, "/documents/"+d.Body.ID+"/edit", nil)
}

// documentFacts shows what a document says, under the names of its form.
func (s *Server) documentFacts(l *look, d *DocumentOutput) ([]web.Fact, error) {
	tree, err := contentTree(d.Content)
	if err != nil {
		return nil, err
	}
	event, _ := tree["event"].(string)
	shape, err := s.shape(l, d.Kind, event)
	if err != nil {
		return nil, err
	}
	if err := s.names(l, shape, tree); err != nil {
		return nil, err
	}
	facts := shape.facts(reflect.TypeOf(shape.form.New()).Elem(), "", tree)
	if shape.event != nil {
		facts = append([]web.Fact{{Label: l.t("column.event"), Cell: web.Text(eventName(l.lang, *shape.event))}}, facts...)
	}
	return facts, nil
}
