package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

var explainDesks = []string{"budget_officer", "treasury_officer"}

// itemsPage lists what the books and the treasury do not say alike, oldest first, with reason, owner and age.
func (s *Server) itemsPage(l *look) (*answer, error) { return s.askReasons(l, nil) }

func (s *Server) askReasons(l *look, wrong *web.Problem) (*answer, error) {
	month, months, err := s.monthAsked(l)
	if err != nil {
		return nil, err
	}
	day, err := s.today(l.ctx)
	if err != nil {
		return nil, err
	}
	if end := monthEnd(month); end.Before(day) {
		day = end
	}
	state := l.values.Get("state")
	if !slices.Contains([]string{"", "open", "explained", "cleared"}, state) {
		state = ""
	}
	out, err := s.openItems(l.ctx, &openItemsRequest{State: state, Month: Month{month}, AsOf: Day{Date: day}})
	if err != nil {
		return nil, err
	}
	items := out.Body.Items
	t := l.itemTable(items, holds(explainDesks, l.who.Role))
	part := section{Table: t}
	ticked := false
	for _, r := range t.Rows {
		ticked = ticked || r.Select != ""
	}
	if ticked {
		fields, err := s.reasonFields(l)
		if err != nil {
			return nil, err
		}
		part.Choose = &web.Form{Action: "/treasury/items", Key: l.key(), Error: wrong, Submit: l.t("lists.explain_ticked"), Fields: fields, Hidden: []web.Hidden{{Name: "month", Value: month.String()}, {Name: "state", Value: state}}}
	}
	states := []web.Option{{Text: l.t("choice.all")}}
	for _, word := range []string{"open", "explained", "cleared"} {
		states = append(states, web.Option{Value: word, Text: l.t("lists.item." + word), Chosen: word == state})
	}
	data := sectionsData{Lead: l.t("lists.items_lead"), Facts: l.itemFacts(items), Tabs: l.treasuryTabs("/treasury/items", month), Search: []web.Field{l.monthField(months, month), {Name: "state", Label: l.t("column.state"), Kind: web.ChoiceField, Options: states}}, Sections: []section{part}}
	a := &answer{template: "sections", title: l.t("lists.items_of", month), list: t, data: data}
	if wrong != nil {
		a.status = http.StatusUnprocessableEntity
	}
	return a, nil
}

func (l *look) itemTable(items []projects.TreasuryItem, tick bool) *web.Table {
	t := &web.Table{Name: "open-items", Caption: l.t("lists.items"), Empty: l.t("lists.no_items"), Count: len(items), Counted: true, Columns: web.Columns(web.C(web.TextColumn, "column.voucher"), web.C(web.TextColumn, "lists.item_kind"), web.C(web.DayColumn, "column.date"), web.C(web.MoneyColumn, "column.amount"),
		web.C(web.TextColumn, "lists.request"), web.C(web.TextColumn, "lists.detail"), web.C(web.NumberColumn, "lists.age"), web.C(web.TextColumn, "field.reason"), web.C(web.TextColumn, "lists.owner"), web.C(web.StateColumn, "column.state"))}
	for _, i := range items {
		row := web.Row{Cells: []web.Cell{web.Text(i.Voucher).To("/treasury/items/" + i.ID.String()), web.Text(web.Said(l.lang, string(i.Kind))), web.Day(i.Day), web.Yuan(i.Amount), web.Text(i.Request), web.Text(l.detail(i.Detail)), web.Number(i.Age),
			web.Text(i.Reason), web.Text(l.personName(i.Owner)), web.State(map[projects.ItemState]string{projects.OpenState: "yellow", projects.ExplainedState: "submitted", projects.ClearedState: "closed"}[i.State], l.t("lists.item."+string(i.State)))}}
		if tick && i.State != projects.ClearedState {
			row.Select = i.ID.String()
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// itemFacts say how many items are in each state, and how much they come to.
func (l *look) itemFacts(items []projects.TreasuryItem) (facts []web.Fact) {
	for _, state := range []projects.ItemState{projects.OpenState, projects.ExplainedState, projects.ClearedState} {
		n, sum := 0, accounting.Money{}
		for _, i := range items {
			if i.State == state {
				n, sum = n+1, sum.Add(i.Amount)
			}
		}
		facts = append(facts, fact(l.t("lists.item."+string(state)), web.Text(l.t("lists.count_sum", n, web.Grouped(sum.String())))))
	}
	return facts
}

// explainItemsByPage gives the ticked items one reason and owner. Each is a command of its own, so a repeat goes on.
func (s *Server) explainItemsByPage(l *look) (*answer, error) {
	key, ids := l.key(), l.ticked()
	if len(ids) == 0 {
		return s.askReasons(l, &web.Problem{Title: l.t("lists.tick_first"), Detail: l.t("lists.tick_first_detail")})
	}
	for _, id := range ids {
		if err := s.explain(l, key+"/"+id, id); err != nil {
			if unsaid(err) {
				return nil, err
			}
			return s.askReasons(l, s.wrong(l, err))
		}
	}
	q := url.Values{"month": {l.values.Get("month")}, "state": {l.values.Get("state")}, "done": {"explained"}, "what": {l.t("lists.count", len(ids))}}
	return goTo("/treasury/items?" + q.Encode())
}

func (s *Server) explain(l *look, key, id string) error {
	_, err := s.explainItem(l.ctx, &explainItemRequest{KeyHeader{key}, id, projects.ItemReason{Reason: strings.TrimSpace(l.values.Get("reason")), Owner: l.values.Get("owner")}})
	return err
}

// itemPage shows one open item with all its reasons and what mends it.
func (s *Server) itemPage(l *look) (*answer, error) { return s.askReason(l, nil) }

func (s *Server) askReason(l *look, wrong *web.Problem) (*answer, error) {
	id, err := accounting.ParseID(l.Param("id"))
	if err != nil {
		return nil, err
	}
	today, err := s.today(l.ctx)
	if err != nil {
		return nil, err
	}
	var i *projects.TreasuryItem
	var history []projects.GivenReason
	var late *projects.LateRequest
	var request uuid.UUID
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if i, err = projects.FindTreasuryItem(ctx, tx, l.who.Book, id, today); err != nil {
			return err
		}
		if history, err = projects.ItemReasons(ctx, tx, l.who.Book, id); err != nil {
			return err
		}
		if i.Request != "" {
			d, err := projects.FindDocumentByNumber(ctx, tx, l.who.Book, i.Request)
			if err != nil {
				return err
			}
			request = d.ID
		}
		late, err = projects.FindLateRequest(ctx, tx, l.who.Book, *i)
		return err
	})
	if err != nil {
		return nil, err
	}
	data := sectionsData{Lead: l.t("lists.item_lead." + string(i.Kind)), Facts: []web.Fact{fact(l.t("lists.item_kind"), web.Text(web.Said(l.lang, string(i.Kind)))), fact(l.t("column.state"), web.Text(l.t("lists.item."+string(i.State)))), fact(l.t("column.voucher"), voucherCell(i.Voucher)),
		fact(l.t("column.date"), web.Day(i.Day)), fact(l.t("column.amount"), web.Yuan(i.Amount)), fact(l.t("lists.age"), web.Number(i.Age)), fact(l.t("lists.detail"), web.Text(l.detail(i.Detail))),
		fact(l.t("field.month"), web.Text(i.Month).To("/treasury/items?month="+i.Month))}}
	if i.Request != "" {
		data.Facts = append(data.Facts, fact(l.t("lists.request"), web.Text(i.Request).To("/documents/"+request.String())))
		if i.LineNo > 0 {
			data.Sections = append(data.Sections, section{More: []web.MenuItem{{Title: l.t("lists.see_line"), Path: linePageOf(i.Request, i.LineNo)}}})
		}
	}
	if late != nil {
		data.Sections = append(data.Sections, l.lateSection(late))
	}
	if i.State != projects.ClearedState && holds(explainDesks, l.who.Role) {
		fields, err := s.reasonFields(l)
		if err != nil {
			return nil, err
		}
		data.Sections = append(data.Sections, section{Title: l.t("lists.explain"), Form: &web.Form{Action: "/treasury/items/" + id.String(), Key: l.key(), Error: wrong, Submit: l.t("lists.explain"), Fields: fields}})
	}
	data.Sections = append(data.Sections, section{Table: reasonTable(l, history)})
	a := &answer{template: "sections", title: l.t("lists.item_of", i.Voucher), data: data}
	if wrong != nil {
		a.status = http.StatusUnprocessableEntity
	}
	return a, nil
}

func reasonTable(l *look, history []projects.GivenReason) *web.Table {
	t := &web.Table{Name: "reasons", Caption: l.t("lists.reasons"), Empty: l.t("lists.no_reasons"), Columns: web.Columns(web.C(web.DayColumn, "column.at"), web.C(web.TextColumn, "field.reason"), web.C(web.TextColumn, "lists.owner"), web.C(web.TextColumn, "lists.given_by"))}
	for _, r := range history {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Moment(r.GivenAt), web.Text(r.Reason), web.Text(r.Owner), web.Text(r.GivenBy)}})
	}
	return t
}

// lateSection is 补录: a request filled in from the treasury's row, for whoever writes requests; others pass its address on.
func (l *look) lateSection(late *projects.LateRequest) section {
	purpose := strings.TrimSpace(late.VoucherNo + " " + late.Purpose)
	q := url.Values{"kind": {"payment_request"}, "purpose": {purpose}, "memo": {l.t("lists.late_memo", late.VoucherNo, late.Day)}, "payees.0.amount": {late.Amount.String()}, "sources.0.amount": {late.Amount.String()}}
	for name, value := range map[string]string{"node": late.Project, "payees.0.payee": late.Payee, "sources.0.budget_line": late.BudgetLine} {
		if value != "" {
			q.Set(name, value)
		}
	}
	address := "/documents/new?" + q.Encode()
	out := section{Title: l.t("lists.late"), Facts: []web.Fact{fact(l.t("lists.payee"), web.Text(late.PayeeName)), fact(l.t("column.amount"), web.Yuan(late.Amount)), fact(l.t("field.purpose"), web.Text(purpose))}, Note: l.t("lists.late_note")}
	if holds(projects.Drafters("payment_request"), l.who.Role) {
		out.More = []web.MenuItem{{Title: l.t("lists.late_write"), Path: address, Here: true}}
	} else {
		out.Words = []string{l.t("lists.late_pass_on"), l.Scheme() + "://" + l.Request().Host + address}
	}
	return out
}

// explainItemByPage names the reason and the owner of one item.
func (s *Server) explainItemByPage(l *look) (*answer, error) {
	if err := s.explain(l, l.key(), l.Param("id")); err != nil {
		if unsaid(err) {
			return nil, err
		}
		return s.askReason(l, s.wrong(l, err))
	}
	return goTo("/treasury/items/" + l.Param("id") + "?done=explained&what=" + url.QueryEscape(l.t("lists.count", 1)))
}
