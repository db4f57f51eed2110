package api

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// deskLimit is how much a desk shows; what has waited longest comes first.
const deskLimit = 200

// deskPage shows what waits for whoever looks, and what that person has sent.
func (s *Server) deskPage(l *look) (*answer, error) {
	var waiting []projects.WaitingDocument
	var sent []projects.Document
	var known names
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if known, err = namesOf(ctx, tx, l.who.Book); err != nil {
			return err
		}
		if waiting, err = projects.Waiting(ctx, tx, l.who.Book, l.who.Actor, deskLimit); err != nil {
			return err
		}
		sent, err = projects.Sent(ctx, tx, l.who.Book, l.who.Person, deskLimit)
		return err
	})
	if err != nil {
		return nil, err
	}
	called, err := s.called(l)
	if err != nil {
		return nil, err
	}
	data := listData{}
	byVerb := map[string]*web.Table{}
	for i := range waiting {
		w := &waiting[i]
		d, err := s.documentOutput(l.ctx, l.who.Book, &w.Document, known)
		if err != nil {
			return nil, err
		}
		verb := w.Verbs[0]
		t := byVerb[verb]
		if t == nil {
			t = documentTable(l, called, l.t("desk.waiting", verbName(l.lang, verb)), nil)
			byVerb[verb] = t
			data.Tables = append(data.Tables, t)
		}
		row := documentTable(l, called, "", []DocumentOutput{d}).Rows[0]
		row.Select = d.ID
		t.Rows, t.Count, t.Counted = append(t.Rows, row), t.Count+1, true
		if d.Amount != nil {
			if t.Sum == nil {
				t.Sum = &accounting.Money{}
			}
			sum := t.Sum.Add(d.Amount.Money)
			t.Sum = &sum
		}
	}
	var sentOut []DocumentOutput
	for i := range sent {
		d, err := s.documentOutput(l.ctx, l.who.Book, &sent[i], known)
		if err != nil {
			return nil, err
		}
		sentOut = append(sentOut, d)
	}
	mine := documentTable(l, called, l.t("desk.sent"), sentOut)
	mine.Empty = l.t("desk.nothing_sent")
	desk := deskData{Sent: mine, Start: l.starts()}
	for _, t := range data.Tables {
		verb := ""
		for v, of := range byVerb {
			if of == t {
				verb = v
			}
		}
		desk.Waiting = append(desk.Waiting, deskGroup{Verb: verb, Name: verbName(l.lang, verb), Table: t})
	}
	return &answer{template: "desk", title: l.t("page.desk"), data: desk}, nil
}

type deskData struct {
	Waiting []deskGroup
	Sent    *web.Table
	Start   []web.MenuItem
}

// deskGroup is what waits for one step; its documents are ticked and reviewed at once.
type deskGroup struct {
	Verb, Name string
	Table      *web.Table
}

// starts are the documents the role begins.
func (l *look) starts() (items []web.MenuItem) {
	for _, f := range projects.DocumentForms() {
		if holds(projects.Drafters(f.Kind), l.who.Role) {
			items = append(items, web.MenuItem{Title: strings.ToUpper(kindName(l.lang, f.Kind)[:1]) + kindName(l.lang, f.Kind)[1:], Path: "/documents/new?kind=" + string(f.Kind)})
		}
	}
	return items
}
