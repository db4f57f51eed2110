package api

import (
	"context"
	"net/url"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// paperPage asks who signed on paper, when, and for the scan. Another person compares it with the document.
func (s *Server) paperPage(l *look) (*answer, error) { return s.askPaper(l, nil) }

func (s *Server) askPaper(l *look, wrong *web.Problem) (*answer, error) {
	d, err := s.getDocument(l.ctx, &getDocumentRequest{ID: l.Param("id")})
	if err != nil {
		return nil, err
	}
	verbs, err := s.signedOutside(l, d.Body.ID)
	if err != nil {
		return nil, err
	}
	if len(verbs) == 0 {
		return nil, fault.NotFound("not_found", "%s", l.t("paper.none"))
	}
	options := []web.Option{}
	for _, v := range verbs {
		options = append(options, web.Option{Value: v, Text: verbName(l.lang, v), Chosen: v == l.values.Get("signed")})
	}
	f := web.Form{Action: "/documents/" + d.Body.ID + "/paper", Key: l.key(), Submit: l.t("paper.enter"), Lead: l.t("paper.lead"), Files: true, Error: wrong, Hidden: []web.Hidden{{Name: "hash", Value: d.Body.Hash}}, Fields: []web.Field{
		{Name: "signed", Label: l.t("paper.signed"), Kind: web.ChoiceField, Required: true, Options: options}, {Name: "name", Label: l.t("paper.name"), Kind: web.TextField, Required: true, Value: l.values.Get("name")},
		{Name: "office", Label: l.t("paper.office"), Kind: web.TextField, Required: true, Value: l.values.Get("office")}, {Name: "date", Label: l.t("paper.date"), Kind: web.DayField, Required: true, Value: l.values.Get("date")},
		{Name: "paper", Label: l.t("payment.scan"), Kind: web.FilesField, Help: l.t("money.scan"), Files: storedFiles(l.values["paper"])}}}
	placeError(f.Fields, wrong)
	a := &answer{template: "form", title: l.t("paper.title", kindName(l.lang, projects.DocumentKind(d.Body.Kind))+" "+d.Body.Number), data: f}
	if wrong != nil {
		a.status = 422
	}
	return a, nil
}

// enterPaper enters what the form says.
func (s *Server) enterPaper(l *look) (*answer, error) {
	if err := s.storeAttached(l); err != nil {
		return nil, err
	}
	in := outsideActRequest{ID: l.Param("id"), Body: OutsideActInput{Verb: l.values.Get("signed"), Hash: l.values.Get("hash"), Name: l.typed("name"), Office: l.typed("office"), Paper: l.values.Get("paper")}}
	in.Key = l.key()
	err := in.Body.Date.UnmarshalText([]byte(l.values.Get("date")))
	if err == nil && in.Body.Paper == "" {
		err = fault.Invalid("document_invalid", "%s", l.t("paper.scan_missing"))
	}
	if err == nil {
		_, err = s.enterOutsideAct(l.ctx, &in)
	}
	if err != nil {
		if kind := fault.KindOf(err); kind == fault.KindUnavailable || kind == fault.KindInternal {
			return nil, err
		}
		l.values.Del("key")
		return s.askPaper(l, s.asProblem(l, err))
	}
	return goTo("/documents/" + in.ID + "?done=paper")
}

// signedOutside are the steps that somebody without an account may sign on paper now.
func (s *Server) signedOutside(l *look, document string) (verbs []string, err error) {
	id, err := accounting.ParseID(document)
	if err != nil {
		return nil, err
	}
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		verbs, err = projects.OutsideVerbs(ctx, tx, l.who.Book, id, l.who.Actor)
		return err
	})
	return verbs, err
}

// paperOf is the signature on paper that a step is about to check: the one chosen, else the first that waits for it.
func paperOf(chosen url.Values, d *DocumentDetail, verb string) string {
	if id := chosen.Get("outside_act"); id != "" || chosen.Has("outside_act") {
		return id
	}
	for _, o := range d.OutsideActs {
		if o.Verb == verb {
			return o.ID
		}
	}
	return ""
}
