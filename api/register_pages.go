package api

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// payeesPage lists who is paid; account numbers show their last four digits.
func (s *Server) payeesPage(l *look) (*answer, error) {
	words := strings.TrimSpace(l.values.Get("q"))
	out, err := s.listPayees(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "payees", Caption: l.t("page.payees"), Counted: true, Empty: l.t("payee.empty"), Columns: web.Columns(web.C(web.TextColumn, "field.code"), web.C(web.TextColumn, "money.name"), web.C(web.TextColumn, "column.kind"),
		web.C(web.TextColumn, "field.credit_code"), web.C(web.TextColumn, "field.accounts"), web.C(web.TextColumn, "money.todo"))}
	after, next := l.values.Get("after"), ""
	adds := holds(projects.Drafters("payee"), l.who.Role)
	for _, p := range out.Body.Payees {
		if words != "" && !strings.Contains(p.Code+" "+p.Name+" "+p.CreditCode+" "+strings.Join(p.Accounts, " "), words) {
			continue
		}
		t.Count++
		switch {
		case after != "" && p.Code <= after:
			continue
		case len(t.Rows) == contractsShown:
			next = t.Rows[contractsShown-1].Cells[0].Text
			continue
		}
		todo := web.Text("")
		if adds {
			todo = web.Text(l.t("payee.more_accounts")).To("/documents/new?" + url.Values{"kind": {"payee"}, "code": {p.Code}, "name": {p.Name}, "of.kind": {string(p.Kind)}, "credit_code": {p.CreditCode}}.Encode())
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(p.Code), web.Text(p.Name), web.Text(l.t("choice.payee.kind." + string(p.Kind))), web.Text(p.CreditCode), web.Text(strings.Join(p.Accounts, "、")), todo}})
	}
	if next != "" {
		t.Next, _ = withQuery(l, "after", next)
	}
	if after != "" {
		t.First, _ = withQuery(l, "after", "")
	}
	return &answer{template: "list", title: l.t("page.payees"), list: t, data: listData{Lead: l.t("payee.lead"), Filters: []web.Field{{Name: "q", Label: l.t("money.words"), Kind: web.TextField, Value: words, Help: l.t("money.payee_words")}},
		Actions: l.newDocument(l.t("document.new", kindName(l.lang, "payee")), "payee"), Tables: []*web.Table{t}}}, nil
}

// subsidiesPage lists subsidy batches with what is owed and held of each.
func (s *Server) subsidiesPage(l *look) (*answer, error) {
	batches, err := s.batches(l)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "subsidies", Caption: l.t("page.subsidies"), Counted: true, Count: len(batches), Empty: l.t("subsidy.empty"), Columns: web.Columns(web.C(web.TextColumn, "column.number"), web.C(web.TextColumn, "field.batch"), web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "field.month"),
		web.C(web.NumberColumn, "field.count"), web.C(web.NumberColumn, "field.rate"), web.C(web.MoneyColumn, "column.amount"), web.C(web.DayColumn, "money.published"), web.C(web.StateColumn, "column.state"), web.C(web.MoneyColumn, "money.owed"), web.C(web.MoneyColumn, "money.held"), web.C(web.TextColumn, "money.todo"))}
	var sums [3]accounting.Money
	asks := holds(projects.Drafters("payment_request"), l.who.Role)
	for _, b := range batches {
		todo := web.Text("")
		if room := b.Owed.Sub(b.Held); asks && room.Sign() > 0 {
			todo = web.Text(l.t("subsidy.request")).To("/documents/new?" + url.Values{"kind": {"payment_request"}, "payment": {"subsidy"}, "batch": {b.Code}, "node": {b.Project}, "economic_class": {b.EconomicClass}}.Encode())
		}
		for i, m := range []accounting.Money{b.Total, b.Owed, b.Held} {
			sums[i] = sums[i].Add(m)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(b.Number).To("/documents/" + b.ID.String()), web.Text(b.Code), l.names.project(b.Project), web.Code(b.Month), web.Figure(web.Grouped(itoa(b.Count))), web.Figure(web.Grouped(b.Rate.String())), web.Yuan(b.Total),
			saidDay(l.t("subsidy.published", b.PublishedFrom, b.PublishedUntil)), web.State(b.State, l.t("state."+b.State)), web.Yuan(b.Owed), web.Yuan(b.Held), todo}})
	}
	t.Sum = &sums[0]
	t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Yuan(sums[0]), web.Text(""), web.Text(""), web.Yuan(sums[1]), web.Yuan(sums[2]), web.Text("")}
	return &answer{template: "list", title: l.t("page.subsidies"), list: t, data: listData{Lead: l.t("subsidy.lead"), Actions: l.newDocument(l.t("document.new", kindName(l.lang, "subsidy_batch")), "subsidy_batch"), Tables: []*web.Table{t}}}, nil
}

func (s *Server) batches(l *look) (batches []projects.BatchRow, err error) {
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		batches, err = projects.Batches(ctx, tx, l.who.Book)
		return err
	})
	return batches, err
}

// villagesPage lists the villages' projects with what each has resolved and published.
func (s *Server) villagesPage(l *look) (*answer, error) {
	out, err := s.listVillages(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "villages", Caption: l.t("page.villages"), Counted: true, Empty: l.t("village.empty"), Columns: web.Columns(web.C(web.TextColumn, "column.project"), web.C(web.DayColumn, "field.voted_on"), web.C(web.DayColumn, "field.published_on"),
		web.C(web.TextColumn, "field.mode"), web.C(web.TextColumn, "field.township"), web.C(web.TextColumn, "field.owner"), web.C(web.MoneyColumn, "field.county"), web.C(web.MoneyColumn, "field.bridging"), web.C(web.MoneyColumn, "field.self_raised"), web.C(web.MoneyColumn, "field.labour"), web.C(web.TextColumn, "money.todo"))}
	words, records := strings.TrimSpace(l.values.Get("q")), holds(projects.Drafters("village_record"), l.who.Role)
	var sums [4]accounting.Money
	for _, v := range out.Body.Villages {
		if words != "" && !strings.Contains(v.Project+" "+v.Name+" "+v.Township, words) {
			continue
		}
		row := web.Row{Cells: []web.Cell{l.names.project(v.Project), dayOrNone(v.VotedOn), dayOrNone(v.PublishedOn)}}
		mode := ""
		if v.Mode != "" {
			mode = l.t("choice.mode." + v.Mode)
		}
		row.Cells = append(row.Cells, web.Text(mode), web.Text(v.Township), web.Text(v.Owner))
		for i, m := range []*accounting.Money{v.County, v.Bridging, v.SelfRaised, v.Labour} {
			if m != nil {
				sums[i] = sums[i].Add(*m)
			}
			row.Cells = append(row.Cells, web.Maybe(m))
		}
		todo := web.Text("")
		if records {
			todo = web.Text(l.t("village.record")).To("/documents/new?" + url.Values{"kind": {"village_record"}, "node": {v.Project}}.Encode())
		}
		t.Rows = append(t.Rows, web.Row{Cells: append(row.Cells, todo)})
	}
	t.Count = len(t.Rows)
	t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Yuan(sums[0]), web.Yuan(sums[1]), web.Yuan(sums[2]), web.Yuan(sums[3]), web.Text("")}
	return &answer{template: "list", title: l.t("page.villages"), list: t, data: listData{Lead: l.t("village.lead"), Filters: []web.Field{{Name: "q", Label: l.t("money.words"), Kind: web.TextField, Value: words}},
		Actions: l.newDocument(l.t("document.new", kindName(l.lang, "village_record")), "village_record"), Tables: []*web.Table{t}}}, nil
}

func dayOrNone(d *accounting.Date) web.Cell {
	if d == nil {
		return web.Text("—")
	}
	return web.Day(*d)
}

// injectionsPage is the memo register of injections, with the funds that have a register of their own.
func (s *Server) injectionsPage(l *look) (*answer, error) {
	out, err := s.listInjections(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "injections", Caption: l.t("injection.register"), Counted: true, Count: len(out.Body.Injections), Empty: l.t("injection.empty"), Columns: injectionColumns()}
	var sum accounting.Money
	for _, i := range out.Body.Injections {
		t.Rows = append(t.Rows, web.Row{Cells: injectionCells(l, i)})
		sum = sum.Add(i.Amount)
	}
	t.Sum = &sum
	t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text(""), web.Yuan(sum), web.Text(""), web.Text("")}
	funds, err := s.funds(l, out.Body.Injections)
	if err != nil {
		return nil, err
	}
	list := &web.Table{Name: "funds", Caption: l.t("fund.funds"), Empty: l.t("fund.none"), Columns: web.Columns(web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "money.register"))}
	for _, code := range funds {
		list.Rows = append(list.Rows, web.Row{Cells: []web.Cell{l.names.project(code), web.Text(l.t("fund.register")).To("/funds/" + url.PathEscape(code))}})
	}
	actions := l.newDocument(l.t("document.new", kindName(l.lang, "injection_record")), "injection_record")
	actions = append(actions, l.newDocument(l.t("document.new", kindName(l.lang, "fund")), "fund")...)
	return &answer{template: "list", title: l.t("page.injections"), list: t, data: listData{Lead: l.t("injection.lead"), Actions: actions, Tables: []*web.Table{t, list}}}, nil
}

func injectionColumns() []web.Column {
	return web.Columns(web.C(web.DayColumn, "column.date"), web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "field.investee"), web.C(web.TextColumn, "field.injection_record.agreement"), web.C(web.MoneyColumn, "column.amount"),
		web.C(web.NumberColumn, "field.injection_record.share"), web.C(web.MoneyColumn, "field.expected_income"))
}

func injectionCells(l *look, i projects.Injection) []web.Cell {
	share := ""
	if i.Share != nil {
		share = i.Share.String()
	}
	return []web.Cell{web.Day(i.Day), l.names.project(i.Project), web.Text(i.Investee), web.Text(i.Agreement), web.Yuan(i.Amount), web.Figure(share), web.Maybe(i.ExpectedIncome)}
}

// funds are the projects that have a register and that who looks reads: funds, and what injections are of.
func (s *Server) funds(l *look, injections []projects.Injection) (funds []string, err error) {
	var nodes []projects.Node
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		nodes, err = projects.Tree(ctx, tx, l.who.Book)
		return err
	})
	for _, n := range nodes {
		if n.Kind != projects.Fund && !slices.ContainsFunc(injections, func(i projects.Injection) bool { return i.Project == n.Code }) {
			continue
		}
		_, err := s.project(l.ctx, l.who.Book, n.Code)
		if err == nil {
			funds = append(funds, n.Code)
		} else if kind := fault.KindOf(err); kind == fault.KindInternal || kind == fault.KindUnavailable {
			return nil, err
		} // else it is another unit's
	}
	return funds, err
}

// fundPage is the register of a fund: money in and out with its balance, and what is owned.
func (s *Server) fundPage(l *look) (*answer, error) {
	in := fundRegisterRequest{Code: l.Param("code")}
	if day := l.values.Get("as_of"); day != "" {
		if err := in.AsOf.UnmarshalText([]byte(day)); err != nil {
			return nil, err
		}
	}
	out, err := s.getFundRegister(l.ctx, &in)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "fund-" + in.Code, Caption: l.t("fund.money"), Empty: l.t("fund.empty"), Counted: true, Count: len(out.Body.Money), Columns: web.Columns(web.C(web.DayColumn, "column.date"), web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "column.account"), web.C(web.TextColumn, "money.document_no"),
		web.C(web.TextColumn, "column.voucher"), web.C(web.TextColumn, "column.memo"), web.C(web.MoneyColumn, "money.in"), web.C(web.MoneyColumn, "money.out"), web.C(web.MoneyColumn, "money.balance"))}
	var came, went accounting.Money
	for _, m := range out.Body.Money {
		voucher := web.Text(m.Voucher)
		if period, number, ok := strings.Cut(m.Voucher, " 记-"); ok {
			voucher.Link = "/vouchers/" + period + "/" + strings.TrimLeft(number, "0")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Day(m.Date), l.names.project(m.Project), web.Text(m.Account), web.Text(m.DocumentNo), voucher, web.Text(m.Memo), web.Yuan(m.In), web.Yuan(m.Out), web.Yuan(m.Balance)}})
		came, went = came.Add(m.In), went.Add(m.Out)
	}
	t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Yuan(came), web.Yuan(went), web.Yuan(came.Sub(went))}
	owned := &web.Table{Name: "stakes-" + in.Code, Caption: l.t("injection.register"), Empty: l.t("injection.empty"), Columns: append(injectionColumns(), web.C(web.MoneyColumn, "money.so_far"))}
	for _, i := range out.Body.Injections {
		owned.Rows = append(owned.Rows, web.Row{Cells: append(injectionCells(l, i.Injection), web.Yuan(i.Total))})
	}
	return &answer{template: "list", title: l.t("fund.title", in.Code), list: t, data: listData{Filters: []web.Field{{Name: "as_of", Label: l.t("money.as_of"), Kind: web.DayField, Value: l.values.Get("as_of")}},
		Actions: l.newDocument(l.t("document.new", kindName(l.lang, "fund")), "fund", "node", in.Code, "event", ""), Tables: []*web.Table{t, owned}}}, nil
}
