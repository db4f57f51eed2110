package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// effect is what a step would do, as the page before it shows it.
type effect struct {
	Number   string
	Amount   *accounting.Money
	Words    string // 大写
	Facts    []web.Fact
	Refused  *web.Problem
	After    web.Cell
	More     bool // it needs others too
	Vouchers []voucherView
	Balances *web.Table

	Payments        []voucherView // of an order: what the bank's confirmations will post
	PaymentsRefused *web.Problem
}

// voucherView is a voucher with its three bases side by side.
type voucherView struct {
	Title, Memo string
	Facts       []web.Fact
	Bases       []*web.Table
}

// reviewPage shows exactly what a step will do before anybody takes it: payees, amounts, papers, balances before and after,
// and the voucher that will be posted.
func (s *Server) reviewPage(l *look) (*answer, error) {
	verb := l.values.Get("verb")
	d, err := s.getDocument(l.ctx, &getDocumentRequest{ID: l.Param("id")})
	if err != nil {
		return nil, err
	}
	return s.askStep(l, &d.Body, verb, nil)
}

func (s *Server) askStep(l *look, d *DocumentDetail, verb string, wrong *web.Problem) (*answer, error) {
	paper := paperOf(l.values, d, verb)
	e, err := s.effect(l, &d.DocumentOutput, verb, paper)
	if err != nil {
		return nil, err
	}
	f := web.Form{Action: "/documents/" + d.ID + "/" + verb, Key: l.key(), Error: wrong, Submit: l.t("review.confirm", verbName(l.lang, verb)), Hidden: []web.Hidden{{Name: "hash", Value: d.Hash}}}
	f.Fields = []web.Field{{Name: "reason", Label: l.t("field.reason"), Kind: web.AreaField, Wide: true, Value: l.values.Get("reason"), Required: !forward(verb) && verb != "withdraw"}}
	if len(d.OutsideActs) > 0 {
		papers := []web.Option{{Text: l.t("review.own_act")}}
		for _, o := range d.OutsideActs {
			if o.Verb == verb {
				papers = append(papers, web.Option{Value: o.ID, Text: l.t("review.paper", o.Name, o.Office, o.Date), Chosen: o.ID == paper})
			}
		}
		f.Fields = append(f.Fields, web.Field{Name: "outside_act", Label: l.t("field.outside_act"), Kind: web.ChoiceField, Options: papers})
	}
	if len(e.Vouchers) > 0 {
		f.Fields = append(f.Fields, web.Field{Name: "date", Label: l.t("field.voucher_date"), Kind: web.DayField, Value: l.values.Get("date"), Help: l.t("help.voucher_date")})
	}
	a := &answer{template: "review", title: verbName(l.lang, verb) + " · " + kindName(l.lang, projects.DocumentKind(d.Kind)) + " " + d.Number,
		data: map[string]any{"D": d, "E": e, "Form": f, "Verb": verbName(l.lang, verb), "Possible": holds(d.Verbs, verb), "Back": !forward(verb)}}
	if wrong != nil {
		a.status = 422
	}
	return a, nil
}

// effect foresees a step on a document.
func (s *Server) effect(l *look, d *DocumentOutput, verb, paper string) (*effect, error) {
	e := &effect{Number: d.Number, Amount: d.Amount.money()}
	if e.Amount != nil {
		e.Words = e.Amount.Words()
	}
	var err error
	if e.Facts, err = s.documentFacts(l, d); err != nil {
		return nil, err
	}
	foreseen, err := s.foresee(l.ctx, &foreseeRequest{ID: d.ID, Verb: verb, OutsideAct: paper})
	shown, err := s.effectOf(l, foreseen, err)
	if err != nil {
		return nil, err
	}
	shown.Number, shown.Amount, shown.Words, shown.Facts = e.Number, e.Amount, e.Words, e.Facts
	return shown, nil
}

// effectOf is what was foreseen as pages show it; err is its refusal.
func (s *Server) effectOf(l *look, foreseen *foreseeResponse, err error) (*effect, error) {
	e := &effect{}
	if err != nil {
		if kind := fault.KindOf(err); kind == fault.KindInternal || kind == fault.KindUnavailable {
			return nil, err
		}
		e.Refused = s.asProblem(l, err)
		return e, nil
	}
	e.After, e.More = web.State(foreseen.Body.State, l.t("state."+foreseen.Body.State)), !foreseen.Body.Complete
	e.Vouchers, e.Payments = each(foreseen.Body.Vouchers, l.voucherView), each(foreseen.Body.Payments, l.voucherView)
	if refused := foreseen.Body.PaymentsRefused; refused != nil {
		e.PaymentsRefused = webProblem(l.lang, refused)
	}
	if len(foreseen.Body.Balances) > 0 {
		e.Balances = &web.Table{Caption: l.t("review.balances"), Columns: web.Columns(web.C(web.TextColumn, "column.budget_line"), web.C(web.TextColumn, "column.account"), web.C(web.TextColumn, "column.subject"),
			web.C(web.MoneyColumn, "column.before"), web.C(web.MoneyColumn, "column.after"))}
		for _, b := range foreseen.Body.Balances {
			line := b.BudgetLine
			if line == "" {
				line = b.Project
			}
			e.Balances.Rows = append(e.Balances.Rows, web.Row{Cells: []web.Cell{web.Text(line), web.Text(b.Account + " " + b.Name), web.Text(b.Subject), web.Yuan(b.Before.Money), web.Yuan(b.After.Money)}})
		}
	}
	return e, nil
}

// bases are the three kinds of books a voucher stands in, in the order vouchers show them.
var bases = []string{"financial", "budgetary", "authority"}

func (l *look) voucherView(v VoucherOutput) voucherView {
	out := voucherView{Title: v.Voucher, Memo: v.Memo}
	for _, basis := range bases {
		t := &web.Table{Caption: l.t("basis." + basis), Empty: l.t("basis.empty"), Columns: web.Columns(web.C(web.TextColumn, "column.account"), web.C(web.MoneyColumn, "column.debit"), web.C(web.MoneyColumn, "column.credit"))}
		var debit, credit accounting.Money
		for _, line := range v.Lines {
			if line.Basis != basis {
				continue
			}
			name := l.named(line.Account, line.AccountName)
			for _, dimension := range []string{line.Project, line.BudgetLine, line.Subject} {
				if dimension != "" && dimension != line.Project || dimension == line.Project && line.BudgetLine == "" {
					name += " · " + dimension
				}
			}
			debit, credit = debit.Add(line.Debit.Money), credit.Add(line.Credit.Money)
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(name), side(line.Debit), side(line.Credit)}})
		}
		t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Yuan(debit), web.Yuan(credit)}
		out.Bases = append(out.Bases, t)
	}
	return out
}

// side is an amount of a voucher; the other side stays empty.
func side(a Amount) web.Cell {
	if a.IsZero() {
		return web.Text("")
	}
	return web.Yuan(a.Money)
}

// stepByPage takes a step on exactly what was shown.
func (s *Server) stepByPage(l *look) (*answer, error) {
	verb := l.Param("verb")
	in := stepRequest{ID: l.Param("id"), Body: StepInput{Hash: l.values.Get("hash"), Reason: strings.TrimSpace(l.values.Get("reason")), OutsideAct: l.values.Get("outside_act")}}
	in.Key = l.key()
	if day := l.values.Get("date"); day != "" {
		in.Body.Date = new(Day)
		if err := in.Body.Date.UnmarshalText([]byte(day)); err != nil {
			return nil, err
		}
	}
	_, err := s.take(l.ctx, &in, verb)
	if err == nil {
		return goTo("/documents/" + in.ID + "?done=" + verb)
	}
	if kind := fault.KindOf(err); kind == fault.KindUnavailable || kind == fault.KindInternal {
		return nil, err
	}
	d, missing := s.getDocument(l.ctx, &getDocumentRequest{ID: in.ID})
	if missing != nil {
		return nil, err
	}
	l.values.Del("key") // a refused key is free again, but what is changed now is another request
	return s.askStep(l, &d.Body, verb, s.asProblem(l, err))
}

// mostReviewed is how many documents are reviewed at once.
const mostReviewed = 200

// reviewManyPage shows the effect of one step on each of the documents that were ticked, and the sum.
func (s *Server) reviewManyPage(l *look) (*answer, error) { return s.askMany(l, nil) }

func (s *Server) askMany(l *look, results *web.Table) (*answer, error) {
	verb, ids := l.values.Get("verb"), l.values["id"]
	if len(ids) == 0 || len(ids) > mostReviewed {
		return nil, fault.Invalid("request_invalid", "%s", l.t("review.most", len(ids), mostReviewed))
	}
	called, err := s.called(l)
	if err != nil {
		return nil, err
	}
	var sum accounting.Money
	t := &web.Table{Caption: l.t("review.each"), Columns: web.Columns(web.C(web.TextColumn, "column.number"), web.C(web.TextColumn, "column.project"), web.C(web.MoneyColumn, "column.amount"), web.C(web.StateColumn, "column.after_step"), web.C(web.TextColumn, "column.effect"))}
	var effects []*effect
	hidden := []web.Hidden{{Name: "verb", Value: verb}}
	for _, id := range ids {
		d, err := s.getDocument(l.ctx, &getDocumentRequest{ID: id})
		if err != nil {
			return nil, err
		}
		e, err := s.effect(l, &d.Body.DocumentOutput, verb, "")
		if err != nil {
			return nil, err
		}
		row := web.Row{Cells: []web.Cell{web.Text(d.Body.Number).To("/documents/" + id), called.project(d.Body.Project), web.Maybe(e.Amount)}}
		if e.Refused != nil {
			row.Class = "alert"
			row.Cells = append(row.Cells, web.State("rejected", l.t("review.refused")), web.Text(e.Refused.Title+" "+e.Refused.Detail))
		} else {
			row.Cells = append(row.Cells, e.After, web.Text(l.posts(e)))
			hidden = append(hidden, web.Hidden{Name: "id", Value: id}, web.Hidden{Name: "hash." + id, Value: d.Body.Hash})
			effects = append(effects, e)
			if e.Amount != nil {
				sum = sum.Add(*e.Amount)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	t.Total = []web.Cell{web.Text(l.t("review.sum_of", len(effects))), web.Text(""), web.Yuan(sum), web.Text(""), web.Text("")}
	hidden = append(hidden, web.Hidden{Name: "list", Value: listHash(hidden)})
	f := web.Form{Action: "/review", Key: l.key(), Submit: l.t("review.confirm_all", verbName(l.lang, verb), len(effects)), Hidden: hidden}
	return &answer{template: "review_many", title: l.t("review.many", verbName(l.lang, verb)), data: map[string]any{"Table": t, "Effects": effects, "Form": f, "Any": len(effects) > 0, "Results": results, "Words": sum.Words()}}, nil
}

// posts says how many vouchers a step brings about, now or when the bank has paid.
func (l *look) posts(e *effect) string {
	switch {
	case e.PaymentsRefused != nil:
		return l.t("review.payments_refused") + " " + e.PaymentsRefused.Title + " " + e.PaymentsRefused.Detail
	case len(e.Payments) > 0:
		return l.t("review.posts_later", len(e.Payments))
	default:
		return l.t("review.posts", len(e.Vouchers))
	}
}

// listHash binds one confirmation to exactly the documents and contents that were shown.
func listHash(hidden []web.Hidden) string {
	sum := sha256.New()
	for _, h := range hidden {
		if h.Name == "verb" || h.Name == "id" || strings.HasPrefix(h.Name, "hash.") {
			_, _ = fmt.Fprintf(sum, "%s=%s\n", h.Name, h.Value)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// takeManyByPage takes the step on each document of the list; a refused one is named and the rest go.
func (s *Server) takeManyByPage(l *look) (*answer, error) {
	verb := l.values.Get("verb")
	shown := []web.Hidden{{Name: "verb", Value: verb}}
	for _, id := range l.values["id"] {
		shown = append(shown, web.Hidden{Name: "id", Value: id}, web.Hidden{Name: "hash." + id, Value: l.values.Get("hash." + id)})
	}
	if listHash(shown) != l.values.Get("list") || len(l.values["id"]) > mostReviewed {
		return nil, fault.Conflict("document_changed", "%s", l.t("review.list_changed"))
	}
	t := &web.Table{Caption: l.t("review.done"), Columns: web.Columns(web.C(web.TextColumn, "column.number"), web.C(web.MoneyColumn, "column.amount"), web.C(web.StateColumn, "column.state"), web.C(web.TextColumn, "column.reason"))}
	list, err := uuid.Parse(l.key())
	if err != nil {
		return nil, fault.Invalid("key_malformed", "the form's key is not one of ours")
	}
	for _, id := range l.values["id"] {
		in := stepRequest{ID: id, Body: StepInput{Hash: l.values.Get("hash." + id)}}
		in.Key = list.String() + "/" + id
		out, err := s.take(l.ctx, &in, verb)
		if err == nil {
			d := out.Body.Document
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(d.Number).To("/documents/" + id), web.Maybe(d.Amount.money()), web.State(d.State, l.t("state."+d.State)), web.Text("")}})
			continue
		}
		if kind := fault.KindOf(err); kind == fault.KindUnavailable || kind == fault.KindInternal {
			return nil, err // what went, stays; the safe retry does the rest under the same keys
		}
		p := s.asProblem(l, err)
		t.Rows = append(t.Rows, web.Row{Class: "alert", Cells: []web.Cell{web.Text(s.numberOf(l, id)).To("/documents/" + id), web.Maybe(nil), web.State("rejected", l.t("review.refused")), web.Text(p.Title + " " + p.Detail)}})
	}
	return &answer{template: "list", title: l.t("review.many", verbName(l.lang, verb)), data: listData{Tables: []*web.Table{t}}}, nil
}

func (s *Server) numberOf(l *look, id string) string {
	d, err := s.getDocument(l.ctx, &getDocumentRequest{ID: id})
	if err != nil {
		return id
	}
	return d.Body.Number
}
