package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// WaitingOutput is a document that waits for the sender.
type WaitingOutput struct {
	DocumentOutput
	Verbs []string `json:"verbs" nullable:"false" doc:"what brings it on"`
}

// BalanceChangeOutput is an account's balance before and after a step, on its normal side.
type BalanceChangeOutput struct {
	Account    string `json:"account"`
	Name       string `json:"name"`
	Project    string `json:"project"`
	BudgetLine string `json:"budget_line,omitempty"`
	Subject    string `json:"subject,omitempty"`
	Before     Amount `json:"before"`
	After      Amount `json:"after"`
}

type (
	deskResponse struct {
		Body struct {
			Waiting  []WaitingOutput       `json:"waiting" nullable:"false" doc:"what has waited longest first"`
			Sent     []DocumentOutput      `json:"sent" nullable:"false" doc:"what the sender wrote and others have on their desks, newest first"`
			Closings []CloseProposalOutput `json:"closings" nullable:"false" doc:"proposals to close a period that the sender can confirm"`
			Alerts   []AlertOutput         `json:"alerts" nullable:"false" doc:"what concerns the sender's unit or the sender: overdue, due, open, to hand over"`
		}
	}
	foreseeRequest struct {
		ID   string `path:"id" format:"uuid"`
		Verb string `query:"verb" maxLength:"40" doc:"when left out, the first that the sender can bring it on by; without one nothing happens"`

		OutsideAct string `query:"outside_act" maxLength:"36" doc:"the signature on paper that the step would check"`
	}
	foreseeResponse struct {
		Body struct {
			State    string                `json:"state" doc:"of the document afterwards"`
			Complete bool                  `json:"complete" doc:"false: it still needs others"`
			Vouchers []VoucherOutput       `json:"vouchers" nullable:"false" doc:"as they would be posted; their numbers may be others' by then"`
			Balances []BalanceChangeOutput `json:"balances" nullable:"false"`

			Payments        []VoucherOutput `json:"payments,omitempty" doc:"of an order: what the bank's confirmations will post, as if they came today"`
			PaymentsRefused *Problem        `json:"payments_refused,omitempty" doc:"why they would not be posted as the books stand"`
		}
	}
)

func (s *Server) deskRoutes(api huma.API) {
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: base + path, Summary: summary, Tags: []string{"Documents"}}
	}
	operation(s, api, read("get-desk", "/desk", "工作台 What waits for the sender, and what the sender has under way"), s.getDesk)
	operation(s, api, read("foresee-step", "/documents/{id}/foreseen", "办理前预览 What a step would bring about: nothing of it happens"), s.foresee)
}

// deskLimit is how much a desk shows; what has waited longest comes first.
const deskLimit = 200

func (s *Server) getDesk(ctx context.Context, _ *struct{}) (*deskResponse, error) {
	out, who := &deskResponse{}, by(ctx)
	out.Body.Waiting, out.Body.Sent = []WaitingOutput{}, []DocumentOutput{}
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		known, err := namesOf(ctx, tx, who.Book)
		if err != nil {
			return err
		}
		waiting, err := projects.Waiting(ctx, tx, who.Book, who.Actor, deskLimit)
		if err != nil {
			return err
		}
		for i := range waiting {
			d, err := s.documentOutput(ctx, who.Book, &waiting[i].Document, known)
			if err != nil {
				return err
			}
			d.Content = nil
			out.Body.Waiting = append(out.Body.Waiting, WaitingOutput{d, waiting[i].Verbs})
		}
		sent, err := projects.Sent(ctx, tx, who.Book, who.Person, deskLimit)
		if err != nil {
			return err
		}
		for i := range sent {
			d, err := s.documentOutput(ctx, who.Book, &sent[i], known)
			if err != nil {
				return err
			}
			d.Content = nil
			out.Body.Sent = append(out.Body.Sent, d)
		}
		standing, err := closingsOf(ctx, tx, who)
		if err != nil {
			return err
		}
		out.Body.Closings = each(standing.toConfirm, closeProposalOutput)
		out.Body.Alerts, err = s.alerts(ctx, tx, who, standing)
		return err
	})
}

func (s *Server) foresee(ctx context.Context, in *foreseeRequest) (*foreseeResponse, error) {
	d, err := s.getDocument(ctx, &getDocumentRequest{ID: in.ID})
	if err != nil {
		return nil, err
	}
	out := &foreseeResponse{}
	if i := slices.IndexFunc(d.Body.Verbs, forward); in.Verb == "" && i >= 0 {
		in.Verb = d.Body.Verbs[i]
	}
	if in.Verb == "" {
		out.Body.State, out.Body.Vouchers, out.Body.Balances = d.Body.State, []VoucherOutput{}, []BalanceChangeOutput{}
		return out, nil
	}
	step, err := s.step(ctx, by(ctx), &stepRequest{ID: in.ID, Body: StepInput{Hash: d.Body.Hash, Reason: "—", OutsideAct: in.OutsideAct}}, in.Verb)
	if err != nil {
		return nil, err
	}
	foreseen, err := projects.Foresee(ctx, s.db, by(ctx).command("foresee", ""), step)
	return s.foreseen(ctx, foreseen, err)
}

// foreseen is what was foreseen, or its refusal.
func (s *Server) foreseen(ctx context.Context, f *projects.Foreseen, err error) (*foreseeResponse, error) {
	if err != nil {
		return nil, err
	}
	out := &foreseeResponse{}
	out.Body.State, out.Body.Complete, out.Body.Vouchers = f.State, f.Complete, each(f.Vouchers, voucherOutput)
	out.Body.Balances = each(f.Balances, func(b projects.BalanceChange) BalanceChangeOutput {
		return BalanceChangeOutput{b.Account, b.AccountName, b.Project, b.BudgetLine, b.Subject, Amount{b.Before}, Amount{b.After}}
	})
	if out.Body.Payments = each(f.Payments, voucherOutput); f.PaymentsRefused != nil {
		out.Body.PaymentsRefused = s.problem(ctx, f.PaymentsRefused)
	}
	return out, nil
}

// deskPage shows what waits for whoever looks, by what is to be done, and what that person has sent.
func (s *Server) deskPage(l *look) (*answer, error) {
	desk, err := s.getDesk(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	called, err := s.called(l)
	if err != nil {
		return nil, err
	}
	persons, err := s.personNames(l)
	if err != nil {
		return nil, err
	}
	data := deskData{Closings: l.closingTable(desk.Body.Closings, persons), Sent: documentTable(l, called, l.t("desk.sent"), desk.Body.Sent), Start: l.starts()}
	data.Sent.Empty = l.t("desk.nothing_sent")
	if len(desk.Body.Alerts) > 0 {
		data.Alerts = alertTable(l, called, desk.Body.Alerts)
	}
	for _, w := range desk.Body.Waiting {
		data.add(l, called, w)
	}
	return &answer{template: "desk", title: l.t("page.desk"), data: data}, nil
}

type deskData struct {
	Waiting  []*deskGroup
	Closings *web.Table // nil: no close waits for whoever looks
	Alerts   *web.Table // nil: there is nothing to be told of
	Sent     *web.Table
	Start    []web.MenuItem
}

// deskGroup is what waits for one step; its documents are ticked and reviewed at once.
type deskGroup struct {
	Verb, Name string
	Table      *web.Table
}

// add puts a document under what is to be done with it.
func (d *deskData) add(l *look, called *namesHere, w WaitingOutput) {
	verb := w.Verbs[0]
	var group *deskGroup
	for _, g := range d.Waiting {
		if g.Verb == verb {
			group = g
		}
	}
	if group == nil {
		group = &deskGroup{verb, verbName(l.lang, verb), documentTable(l, called, l.t("desk.waiting", verbName(l.lang, verb)), nil)}
		group.Table.Counted = true
		d.Waiting = append(d.Waiting, group)
	}
	row := documentTable(l, called, "", []DocumentOutput{w.DocumentOutput}).Rows[0]
	row.Select = w.ID
	group.Table.Rows = append(group.Table.Rows, row)
	group.Table.Count++
	if w.Amount != nil {
		sum := w.Amount.Money
		if group.Table.Sum != nil {
			sum = sum.Add(*group.Table.Sum)
		}
		group.Table.Sum = &sum
	}
}

// starts are the documents the role begins.
func (l *look) starts() (items []web.MenuItem) {
	for _, f := range projects.DocumentForms() {
		if holds(projects.Drafters(f.Kind), l.who.Role) {
			items = append(items, web.MenuItem{Title: kindName(l.lang, f.Kind), Path: "/documents/new?kind=" + string(f.Kind)})
		}
	}
	return items
}
