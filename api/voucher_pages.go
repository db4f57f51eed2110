package api

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

const vouchersShown = 50

// vouchersPage lists vouchers in order of number, a month unless more is asked for, with how many there are and what they come to.
func (s *Server) vouchersPage(l *look) (*answer, error) {
	periods, latest, err := s.periodOptions(l)
	if err != nil {
		return nil, err
	}
	in := listVouchersRequest{Project: l.values.Get("project"), Unit: l.values.Get("unit"), Source: l.values.Get("source"), Search: strings.TrimSpace(l.values.Get("search")), Limit: vouchersShown, Next: l.values.Get("next")}
	if in.From, err = l.monthAsked("from"); err != nil {
		return nil, err
	}
	if in.To, err = l.monthAsked("to"); err != nil {
		return nil, err
	}
	if _, asked := l.values["from"]; !asked { // all periods are asked for by an empty one
		in.From.Period, in.To.Period = latest, latest
	}
	if l.values.Get("format") != "" {
		in.Limit, in.Next = mostExported, ""
	}
	head, out, more, err := s.vouchersShown(l, &in)
	if err != nil {
		return nil, err
	}
	if in.Limit == mostExported && out.Body.Next != "" {
		return nil, fault.Invalid("request_invalid", "%s", l.t("lines.too_many", head.Body.Vouchers, mostExported))
	}
	t, err := s.voucherList(l, &in, &head.Body, out.Body.Vouchers)
	if err != nil {
		return nil, err
	}
	if more {
		t.Notes = append(t.Notes, l.t("vouchers.most_searched", mostSearched))
	}
	if out.Body.Next != "" {
		t.Next, _ = withQuery(l, "next", out.Body.Next)
	}
	if in.Next != "" {
		t.First, _ = withQuery(l, "next", "")
	}
	scope, err := s.scopeFields(l)
	if err != nil {
		return nil, err
	}
	chosen := func(name string, m Month) web.Field {
		f := l.choice(name, "books."+name, periods)
		for i := range f.Options {
			f.Options[i].Chosen = f.Options[i].Value == periodOr(m, "")
		}
		return f
	}
	filters := append([]web.Field{chosen("from", in.From), chosen("to", in.To)}, scope...)
	filters = append(filters, l.choice("source", "column.event", l.eventOptions()), l.textField("search", "table.search", "help.voucher_search"))
	data := moneyList{Filters: filters, sectionsData: sectionsData{Lead: l.t("vouchers.lead"), Sections: []section{{Table: t, Review: &reviewOf{Action: "/api/v1/voucher-files", Buttons: []web.Button{{Text: l.t("vouchers.archive"), Quiet: true}}}}}}}
	if in.From.Period != 0 && in.From == in.To && head.Body.Vouchers > 0 {
		print := url.Values{"layout": {"a4"}}
		if in.Unit != "" {
			print.Set("unit", in.Unit)
		}
		data.Actions = append(data.Actions, web.MenuItem{Title: l.t("vouchers.print_month"), Path: "/api/v1/periods/" + in.From.String() + "/vouchers/print?" + print.Encode()})
	}
	return &answer{template: "money_list", title: l.t("page.vouchers"), list: t, wan: true, data: data}, nil
}

// mostSearched is how many vouchers a search shows: whoever finds more looks for something narrower.
const mostSearched = 1000

// vouchersShown are a page of vouchers and the head of all pages. A search reads the summaries once for both; more says that
// it found more than it shows.
func (s *Server) vouchersShown(l *look, in *listVouchersRequest) (head *sumVouchersResponse, out *listVouchersResponse, more bool, err error) {
	if in.Search == "" || l.values.Get("format") != "" {
		if head, err = s.sumVouchers(l.ctx, &sumVouchersRequest{From: in.From, To: in.To, Project: in.Project, Unit: in.Unit, Source: in.Source, Search: in.Search}); err == nil {
			out, err = s.listVouchers(l.ctx, in)
		}
		return head, out, false, err
	}
	q, err := s.voucherQuery(l.ctx, l.who.Book, in)
	if err != nil {
		return nil, nil, false, err
	}
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if !l.who.ReadsAll() && q.Project.IsZero() && q.Unit.IsZero() { // which vouchers these are is known sooner than what they say
			if q.Projects, _, err = projects.ReadableProjects(ctx, tx); err != nil {
				return err
			}
		}
		q.Found, err = accounting.SearchVouchers(ctx, tx, q, mostSearched+1)
		return err
	})
	if err != nil {
		return nil, nil, false, err
	}
	if more = len(q.Found) > mostSearched; more {
		q.Found = q.Found[:mostSearched]
	}
	if q.Found == nil {
		q.Found = []accounting.VoucherNo{}
	}
	sum, err := s.voucherHeads.Sum(l.ctx, l.who.Actor, q)
	if err != nil {
		return nil, nil, false, err
	}
	after := slices.IndexFunc(q.Found, q.After.Before)
	if after < 0 {
		after = len(q.Found)
	}
	q.Found, q.Projects = q.Found[after:], nil
	if len(q.Found) > in.Limit {
		q.Found = q.Found[:in.Limit+1]
	}
	out, err = s.pageOfVouchers(l.ctx, q, in.Limit)
	return &sumVouchersResponse{voucherSum(sum)}, out, more, err
}

// voucherList is a page of vouchers; of one unit with the unit's own sequence.
func (s *Server) voucherList(l *look, in *listVouchersRequest, head *VoucherSumOutput, vouchers []VoucherOutput) (*web.Table, error) {
	t := &web.Table{Name: "vouchers", SelectName: "voucher", Caption: l.t("page.vouchers"), Count: head.Vouchers, Counted: true, Wan: l.wan(), Empty: l.t("vouchers.empty"), Columns: web.Columns(web.C(web.CodeColumn, "column.voucher"), web.C(web.DayColumn, "column.date"),
		web.C(web.TextColumn, "column.event"), web.C(web.TextColumn, "column.memo"), web.C(web.TextColumn, "column.project"), web.C(web.MoneyColumn, "books.financial_debit"), web.C(web.MoneyColumn, "books.budgetary_debit"), web.C(web.MoneyColumn, "books.authority_debit"), web.C(web.StateColumn, "column.state"))}
	places := map[string]accounting.UnitPlace{}
	if in.Unit != "" {
		t.Columns = slices.Insert(t.Columns, 1, web.C(web.NumberColumn, "books.unit_place"))
		found, err := s.unitPlaces(l.ctx, in.Unit, vouchers)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			places[p.No.String()] = p
		}
		t.Notes = append(t.Notes, l.t("books.unit_place_note"))
	}
	if in.Unit != "" || in.Project != "" {
		t.Notes = append(t.Notes, l.t("vouchers.own_lines_note"))
	}
	for _, v := range vouchers {
		sums := debits(v)
		var projects []string
		for _, x := range v.Lines {
			if !slices.Contains(projects, x.Project) {
				projects = append(projects, x.Project)
			}
		}
		project := l.names.project(projects[0])
		if len(projects) > 1 {
			project.Text += l.t("vouchers.more_projects", len(projects))
		}
		row := web.Row{Select: v.Period + "/" + itoa(v.Number), Cells: []web.Cell{web.Code(v.Voucher).To(voucherLink(v.Period, v.Number)), saidDay(v.Date), web.Text(l.event(v.Source)), web.Text(v.Memo), project, yuanOrNone(sums[0]), yuanOrNone(sums[1]), yuanOrNone(sums[2]), l.voucherState(v)}}
		if in.Unit != "" {
			p := places[v.Voucher]
			row.Cells = slices.Insert(row.Cells, 1, web.Figure(itoa(p.Place)+"/"+itoa(p.Of)))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Total = make([]web.Cell, len(t.Columns))
	t.Total[0] = web.Text(l.t("lines.total", head.Vouchers))
	n := len(t.Columns)
	t.Total[n-4], t.Total[n-3], t.Total[n-2] = web.Yuan(head.Financial.Money), web.Yuan(head.Budgetary.Money), web.Yuan(head.Authority.Money)
	return t, nil
}

func yuanOrNone(m accounting.Money) web.Cell { return side(Amount{m}) }

// voucherState says what a voucher is among others: red, corrected, taken back.
func (l *look) voucherState(v VoucherOutput) web.Cell {
	switch {
	case v.ReversedBy != "":
		return web.State("red", l.t("voucher.reversed"))
	case v.Kind == "reversal":
		return web.State("red", l.t("voucher.kind.reversal"))
	default:
		return web.State("posted", l.t("voucher.kind."+v.Kind))
	}
}

func (s *Server) unitPlaces(ctx context.Context, unit string, vouchers []VoucherOutput) (places []accounting.UnitPlace, err error) {
	book := by(ctx).Book
	id, err := s.unitID(ctx, book, unit)
	if err != nil || len(vouchers) == 0 {
		return nil, err
	}
	numbers := make([]accounting.VoucherNo, len(vouchers))
	for i, v := range vouchers {
		if numbers[i].Period, err = accounting.ParsePeriod(v.Period); err != nil {
			return nil, err
		}
		numbers[i].Number = v.Number
	}
	return places, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		places, err = accounting.UnitPlaces(ctx, tx, book, id, numbers...)
		return err
	})
}

// voucherPage shows a voucher with its three bases side by side, who signed it, and where it comes from.
func (s *Server) voucherPage(l *look) (*answer, error) {
	no, err := voucherNo(l.Param("period") + "/" + l.Param("number"))
	if err != nil {
		return nil, fault.NotFound("voucher_unknown", "there is no voucher %s/%s", l.Param("period"), l.Param("number"))
	}
	out, err := s.getVoucher(l.ctx, &getVoucherRequest{VoucherPlace{Month{no.Period}, no.Number}})
	if err != nil {
		return nil, err
	}
	v := out.Body
	origin, err := s.voucherOrigin(l, v)
	if err != nil {
		return nil, err
	}
	facts := []web.Fact{fact(l.t("column.date"), saidDay(v.Date)), fact(l.t("column.event"), web.Text(l.event(v.Source))), fact(l.t("column.state"), l.voucherState(v)), fact(l.t("column.memo"), web.Text(v.Memo))}
	facts = append(facts, origin.facts...)
	for _, c := range []struct{ label, no string }{{"voucher.refers_" + v.Kind, v.Refers}, {"voucher.reversed_by", v.ReversedBy}} {
		if c.no != "" {
			facts = append(facts, fact(l.t(c.label), cited(c.no)))
		}
	}
	facts = append(facts, fact(l.t("voucher.prepared_by"), web.Text(origin.names[v.PreparedBy])), fact(l.t("voucher.reviewed_by"), web.Text(origin.names[v.ReviewedBy])), fact(l.t("voucher.posted_by"), web.Text(origin.names[v.PostedBy])),
		fact(l.t("voucher.recorded_at"), web.Moment(v.RecordedAt)), fact(l.t("voucher.attachments"), web.Number(v.Attachments)))
	data := voucherData{Facts: facts, Bases: l.basesOf(v), Files: origin.files, Digest: v.Digest, Actions: l.voucherActions(v, origin.document)}
	return &answer{template: "voucher", title: l.t("page.voucher") + " " + v.Voucher, data: data}, nil
}

type voucherData struct {
	Facts   []web.Fact
	Bases   []*web.Table
	Files   *web.Table
	Actions []web.MenuItem
	Digest  string
}

// cited leads to a voucher that another one names.
func cited(no string) web.Cell {
	period, number, _ := strings.Cut(no, " 记-")
	return web.Code(no).To("/vouchers/" + period + "/" + strings.TrimLeft(number, "0"))
}

// origin is what stands behind a voucher: its document, whose it is, the files it carries.
type origin struct {
	document *DocumentOutput
	facts    []web.Fact
	files    *web.Table
	names    map[string]string // persons by code
}

func (s *Server) voucherOrigin(l *look, v VoucherOutput) (*origin, error) {
	o := &origin{names: map[string]string{}}
	persons, err := accounting.Persons(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	for _, p := range persons {
		o.names[p.Code] = p.Name
	}
	if v.Document != "" {
		d, err := s.getDocument(l.ctx, &getDocumentRequest{ID: v.Document})
		switch {
		case err == nil:
			o.document = &d.Body.DocumentOutput
			o.facts = append(o.facts, fact(l.t("voucher.document"), web.Text(kindName(l.lang, projects.DocumentKind(d.Body.Kind))+" "+d.Body.Number).To("/documents/"+d.Body.ID)))
		case fault.KindOf(err) != fault.KindNotFound: // a voucher of the bureau's own programs has no document here
			return nil, err
		}
	}
	places, err := s.unitPlaces(l.ctx, "", []VoucherOutput{v})
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		o.facts = append(o.facts, fact(l.t("books.unit_place"), web.Text(l.names.units[p.UnitCode]+" "+itoa(p.Place)+"/"+itoa(p.Of)).To("/vouchers?"+url.Values{"from": {v.Period}, "to": {v.Period}, "unit": {p.UnitCode}}.Encode())))
	}
	o.files, err = s.voucherFiles(l, v, o.document)
	return o, err
}

// voucherFiles lists the papers a voucher rests on: those its digest covers, and those of its document.
func (s *Server) voucherFiles(l *look, v VoucherOutput, d *DocumentOutput) (*web.Table, error) {
	t := &web.Table{Caption: l.t("voucher.files"), Empty: l.t("voucher.no_files"), Columns: web.Columns(web.C(web.TextColumn, "column.file"), web.C(web.NumberColumn, "column.size"), web.C(web.TextColumn, "column.hash"))}
	hashes := make([]accounting.Hash, len(v.Documents))
	for i, h := range v.Documents {
		if err := hashes[i].UnmarshalText([]byte(h)); err != nil {
			return nil, err
		}
	}
	id := uuid.Nil
	if d != nil {
		id = uuid.MustParse(d.ID)
	}
	return t, accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		files, err := projects.FilesBehind(ctx, tx, l.who.Book, id, hashes)
		for _, f := range files {
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(f.Name).To("/api/v1/files/" + f.Hash.String()), web.Figure(web.Grouped(itoa(int(f.Size)))), web.Text(f.Hash.String())}})
		}
		return err
	})
}

// basesOf are the lines of a voucher by basis; each account leads to its statement.
func (l *look) basesOf(v VoucherOutput) (tables []*web.Table) {
	for _, basis := range bases {
		t := &web.Table{Caption: l.t("basis." + basis), Empty: l.t("basis.empty"), Columns: web.Columns(web.C(web.TextColumn, "column.account"), web.C(web.MoneyColumn, "column.debit"), web.C(web.MoneyColumn, "column.credit"))}
		var debit, credit accounting.Money
		for _, x := range v.Lines {
			if x.Basis != basis {
				continue
			}
			q := url.Values{"project": {x.Project}, "as_of": {v.Date}}
			account := web.Text(l.named(x.Account, x.AccountName)).To("/accounts/" + x.Account + "?" + q.Encode())
			said := []string{x.Project + " " + l.names.nodes[x.Project]}
			for _, more := range []string{x.BudgetLine, l.subjectName(x.SubjectKind, x.Subject), x.EconomicClass} {
				if more != "" {
					said = append(said, more)
				}
			}
			account.Note = strings.Join(said, " · ")
			debit, credit = debit.Add(x.Debit.Money), credit.Add(x.Credit.Money)
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{account, side(x.Debit), side(x.Credit)}})
		}
		t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Yuan(debit), web.Yuan(credit)}
		tables = append(tables, t)
	}
	return tables
}

// voucherActions are the ways to take a voucher back with the right one in its place, to print it, and to its neighbours.
func (l *look) voucherActions(v VoucherOutput, d *DocumentOutput) (items []web.MenuItem) {
	here := voucherLink(v.Period, v.Number)
	if d != nil && v.ReversedBy == "" && v.Kind != "reversal" && holds(projects.Drafters("correction"), l.who.Role) {
		items = append(items, web.MenuItem{Title: l.t("voucher.correct"), Path: "/documents/new?" + rightSaid(v, d).Encode()})
	}
	for _, layout := range []string{"a4", "two_on_a4", "240x140"} {
		items = append(items, web.MenuItem{Title: l.t("voucher.print." + layout), Path: "/api/v1" + here + "/print?layout=" + layout})
	}
	if v.Number > 1 {
		items = append(items, web.MenuItem{Title: l.t("voucher.before"), Path: voucherLink(v.Period, v.Number-1)})
	}
	return append(items, web.MenuItem{Title: l.t("voucher.month"), Path: "/vouchers?" + url.Values{"from": {v.Period}, "to": {v.Period}}.Encode()})
}

// rightSaid fills a correction in: the wrong voucher, and what its document said where that is an event, to be put right.
func rightSaid(v VoucherOutput, d *DocumentOutput) url.Values {
	q := url.Values{"kind": {"correction"}, "voucher": {v.Voucher}}
	tree, err := contentTree(d.Content)
	event, _ := tree["event"].(string)
	if err != nil || event == "" {
		return q
	}
	q.Set("right.event", event)
	input, _ := tree["input"].(map[string]any)
	for name, value := range input {
		switch value := value.(type) {
		case string:
			q.Set("right.input."+name, value)
		case json.Number:
			q.Set("right.input."+name, value.String())
		}
	}
	return q
}
