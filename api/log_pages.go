package api

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

const logShown = 100

// plainActs are the commands that have a text of their own; steps of documents and events have theirs elsewhere.
var plainActs = []string{"account.disable", "account.open", "account.start_password", "bank.explain", "bank.match", "bank.match_by_hand", "bank.unmatch", "bank_account.register", "budget_line.add", "document.outside_act", "document.revise", "external_code.set", "file.store",
	"invoice.red", "list.import", "list.withdraw", "node.create", "node.dates", "node.parties", "node.rename", "node.unit", "notice.draft", "notice.issue", "password.change", "payment.approve_reissue", "payment.cancel", "payment.confirm", "payment.fail", "payment.receipt", "payment.reissue", "period.close", "period.propose_close", "period.withdraw_close", "person.add", "person.rename", "plan.add", "plan.quantity", "progress.file", "second_factor.confirm", "second_factor.offer", "second_factor.print_codes", "session.end_others", "source.add", "token.create", "token.revoke", "treasury.confirm", "treasury.confirm_line",
	"treasury.explain", "unit.add", "unit.rename", "voucher.correct", "voucher.post", "voucher.reverse", "year.open", "year.return_requests"}

// reasoned are commands that need a reason which stands nowhere else; they answer it.
var reasoned = []string{"account.disable", "bank.match_by_hand", "bank.unmatch"}

// logPage shows what was done, or attempted and refused: by whom, when, what, newest first.
func (s *Server) logPage(l *look) (*answer, error) {
	refused := l.values.Get("of") == "refusals"
	in, err := s.logAsked(l)
	if err != nil {
		return nil, err
	}
	persons, err := s.personNames(l)
	if err != nil {
		return nil, err
	}
	var t *web.Table
	var next string
	if refused {
		out, err := s.refusals(l.ctx, in)
		if err != nil {
			return nil, err
		}
		t, next = l.refusalTable(out.Body.Refusals, persons), out.Body.Next
	} else {
		out, err := s.commands(l.ctx, in)
		if err != nil {
			return nil, err
		}
		t, next = l.commandTable(out.Body.Commands, persons), out.Body.Next
	}
	if next != "" {
		t.Next, _ = withQuery(l, "next", next)
	}
	if in.Next != "" {
		t.First, _ = withQuery(l, "next", "")
	}
	tabs := []web.MenuItem{{Title: l.t("log.commands"), Path: "/log", Here: !refused}, {Title: l.t("log.refusals"), Path: "/log?of=refusals", Here: refused}}
	data := moneyList{Filters: l.logFilters(persons), sectionsData: sectionsData{Lead: l.t("log.lead"), Actions: tabs, Sections: []section{{Table: t, Note: l.t("log.note")}}}}
	return &answer{template: "money_list", title: l.t("page.log"), list: t, data: data}, nil
}

func (s *Server) logAsked(l *look) (*logRequest, error) {
	in := &logRequest{Actor: l.values.Get("actor"), Name: strings.TrimSpace(l.values.Get("name")), Key: strings.TrimSpace(l.values.Get("command")), Limit: logShown, Next: l.values.Get("next")}
	var err error
	if in.From, err = momentAsked(l.values.Get("from")); err != nil {
		return nil, err
	}
	if in.To, err = momentAsked(l.values.Get("to")); err != nil {
		return nil, err
	}
	if text := strings.TrimSpace(l.values.Get("to")); len(text) == len(time.DateOnly) {
		in.To = in.To.AddDate(0, 0, 1) // the whole of the day
	}
	if l.values.Get("format") != "" {
		in.Limit, in.Next = mostExported, ""
	}
	return in, nil
}

func (l *look) logFilters(persons map[string]string) []web.Field {
	var people []web.Option
	for code, name := range persons {
		people = append(people, web.Option{Value: code, Text: name + " " + code})
	}
	slices.SortFunc(people, func(a, b web.Option) int { return strings.Compare(a.Text, b.Text) })
	var acts []web.Option
	for _, v := range projects.DocumentVerbs() {
		acts = append(acts, web.Option{Value: "document." + v.Name, Text: l.act("document." + v.Name)})
	}
	for _, f := range projects.DocumentForms() {
		acts = append(acts, web.Option{Value: string(f.Kind) + ".draft", Text: l.act(string(f.Kind) + ".draft")})
	}
	for _, a := range plainActs {
		acts = append(acts, web.Option{Value: a, Text: l.act(a)})
	}
	day := func(name string) web.Field {
		return web.Field{Name: name, Label: l.t("log." + name), Kind: web.TextField, Value: l.values.Get(name), Help: l.t("help.known_at")}
	}
	of := web.Field{Name: "of", Label: l.t("column.kind"), Kind: web.ChoiceField, Options: []web.Option{{Text: l.t("log.commands")}, {Value: "refusals", Text: l.t("log.refusals"), Chosen: l.values.Get("of") == "refusals"}}}
	return []web.Field{of, l.choice("actor", "column.person", people), day("from"), day("to"), l.choice("name", "log.act", acts), l.textField("command", "log.key", "")}
}

// act is what a command is called.
func (l *look) act(name string) string {
	subject, verb, _ := strings.Cut(name, ".")
	switch {
	case web.Has("act." + name):
		return l.t("act." + name)
	case verb == "draft" || verb == "draft_many":
		return l.t("act."+verb, kindName(l.lang, projects.DocumentKind(subject)))
	case subject == "document":
		return l.t("act.document", verbName(l.lang, verb))
	case subject == "event":
		return l.t("act.event", l.event(verb))
	}
	return name
}

func (l *look) commandTable(commands []CommandOutput, persons map[string]string) *web.Table {
	t := &web.Table{Name: "log", Caption: l.t("log.commands"), Empty: l.t("log.none"), Columns: web.Columns(web.C(web.DayColumn, "column.at"), web.C(web.TextColumn, "column.person"), web.C(web.TextColumn, "log.act"), web.C(web.TextColumn, "log.about"), web.C(web.TextColumn, "log.key"))}
	for _, c := range commands {
		about := l.about(c.Answer)
		var why string
		if slices.Contains(reasoned, c.Name) && json.Unmarshal(c.Answer, &why) == nil {
			about = web.Text(why)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{saidDay(c.At.In(web.Shanghai).Format("2006-01-02 15:04:05")), web.Text(persons[c.Actor]), web.Text(l.act(c.Name)), about, web.Text(c.Key)}})
	}
	return t
}

func (l *look) refusalTable(refusals []RefusalOutput, persons map[string]string) *web.Table {
	t := &web.Table{Name: "refusals", Caption: l.t("log.refusals"), Empty: l.t("log.no_refusals"), Columns: web.Columns(web.C(web.DayColumn, "column.at"), web.C(web.TextColumn, "column.person"), web.C(web.TextColumn, "log.act"), web.C(web.TextColumn, "column.reason"), web.C(web.TextColumn, "column.detail"))}
	for _, r := range refusals {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{saidDay(r.At.In(web.Shanghai).Format("2006-01-02 15:04:05")), web.Text(persons[r.Actor]), web.Text(l.act(r.Name)), web.Text(title(r.Code, l.lang)), web.Text(web.Said(l.lang, r.Detail))}})
	}
	return t
}

// about says what a command came to: its document or its vouchers; what else it answers has no page.
func (l *look) about(answer json.RawMessage) web.Cell {
	type voucher struct {
		Period int `json:"period"`
		Number any `json:"number"`
	}
	var said struct {
		ID       string `json:"id"`
		Document *struct {
			ID     string `json:"id"`
			Number string `json:"number"`
		} `json:"document"`
		voucher
	}
	var several []voucher
	if json.Unmarshal(answer, &said) != nil && json.Unmarshal(answer, &several) == nil && len(several) > 0 {
		said.voucher = several[0]
	}
	switch number := said.Number.(type) {
	case string:
		if said.ID != "" {
			return web.Text(number).To("/documents/" + url.PathEscape(said.ID))
		}
	case float64:
		if said.Period > 0 {
			no := accounting.VoucherNo{Period: accounting.Period(said.Period), Number: int(number)}
			return web.Text(no.String()).To(voucherLink(no.Period.String(), no.Number))
		}
	}
	if said.Document != nil && said.Document.ID != "" {
		return web.Text(said.Document.Number).To("/documents/" + url.PathEscape(said.Document.ID))
	}
	return web.Text("")
}
