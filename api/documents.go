package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

const (
	documentsPath = base + "/documents"
	documentPath  = documentsPath + "/{id}"
)

// StepInput is what an act on a document says besides its verb. The hash is that of the content its actor has seen.
type StepInput struct {
	Hash       string `json:"hash" pattern:"^[0-9a-f]{64}$" doc:"hash of the content that was shown"`
	Reason     string `json:"reason,omitempty" maxLength:"500" doc:"why; needed to return, reject, recall and cancel"`
	Date       *Day   `json:"date,omitempty" doc:"the voucher's day, where the act posts; the document's own when left out"`
	OnBehalfOf string `json:"on_behalf_of,omitempty" maxLength:"64" doc:"code of the person who delegated the role"`
	OutsideAct string `json:"outside_act,omitempty" format:"uuid" doc:"the signature on paper that this act checks"`
}

// OutsideActInput is a signature on paper of somebody without an account.
type OutsideActInput struct {
	Verb   string `json:"verb" maxLength:"40" doc:"what was signed: supervise, countersign, review"`
	Hash   string `json:"hash" pattern:"^[0-9a-f]{64}$" doc:"hash of the content that was signed"`
	Name   string `json:"name" minLength:"1" maxLength:"100"`
	Office string `json:"office" minLength:"1" maxLength:"100"`
	Date   Day    `json:"date" doc:"day of the signature"`
	Paper  string `json:"paper" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the scan"`
}

type (
	draftRequest struct {
		KeyHeader
		RawBody []byte `contentType:"application/json"`
	}
	reviseRequest struct {
		KeyHeader
		ID      string `path:"id" format:"uuid"`
		RawBody []byte `contentType:"application/json"`
	}
	stepRequest struct {
		KeyHeader
		ID   string `path:"id" format:"uuid"`
		Body StepInput
	}
	outsideActRequest struct {
		KeyHeader
		ID   string `path:"id" format:"uuid"`
		Body OutsideActInput
	}
)

func (s *Server) documentRoutes(api huma.API) {
	command := func(id, method, path, summary string, status int, roles []string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"Documents"}, DefaultStatus: status,
			MaxBodyBytes: bulkBodyLimit, Metadata: map[string]any{rolesKey: roles}}
	}
	contents := &huma.Schema{}
	for _, f := range projects.DocumentForms() {
		name := strings.ReplaceAll(string(f.Kind), "_", "-")
		op := command("draft-"+name, http.MethodPost, documentsPath+"/"+name, f.NameZH+" Draft a "+f.NameEN, http.StatusCreated, projects.Drafters(f.Kind))
		op.SkipValidateBody, op.RequestBody = true, body(api, reflect.TypeOf(f.New()).Elem())
		contents.AnyOf = append(contents.AnyOf, op.RequestBody.Content["application/json"].Schema)
		operation(s, api, op, func(ctx context.Context, in *draftRequest) (*documentResponse, error) { return s.draft(ctx, in, f) })
	}
	revise := command("revise-document", http.MethodPut, documentPath, "Change what a document says, at its maker's desk", http.StatusOK, projects.Drafters(""))
	revise.SkipValidateBody, revise.RequestBody = true, &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: contents}}}
	operation(s, api, revise, s.revise)
	for _, v := range projects.DocumentVerbs() {
		op := command(strings.ReplaceAll(v.Name, "_", "-")+"-document", http.MethodPost, documentPath+"/"+v.Name, v.NameZH+" "+v.NameEN, http.StatusOK, v.Roles)
		operation(s, api, op, func(ctx context.Context, in *stepRequest) (*takenResponse, error) { return s.take(ctx, in, v.Name) })
	}
	operation(s, api, command("enter-outside-act", http.MethodPost, documentPath+"/outside-acts", "Enter a signature on paper; it counts when another person has checked it", http.StatusCreated, projects.DeskRoles()), s.enterOutsideAct)
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"Documents"}}
	}
	operation(s, api, read("list-documents", documentsPath, "单据 Documents, newest first"), s.listDocuments)
	operation(s, api, read("get-document", documentPath, "One document with its acts and what can be done with it now"), s.getDocument)
}

func (s *Server) draft(ctx context.Context, in *draftRequest, form projects.DocumentForm) (*documentResponse, error) {
	who, content := by(ctx), form.New()
	c := who.command(in.Key, string(form.Kind)+".draft")
	if err := strictly(in.RawBody, content); err != nil {
		return nil, accounting.Refuse(ctx, s.db, c, err)
	}
	d, err := projects.Draft(ctx, s.db, c, form.Kind, content)
	return s.documentAnswer(ctx, who, d, err)
}

func (s *Server) revise(ctx context.Context, in *reviseRequest) (*documentResponse, error) {
	who := by(ctx)
	c := who.command(in.Key, "document.revise")
	id, content, err := s.revised(ctx, who, in)
	if err != nil {
		return nil, accounting.Refuse(ctx, s.db, c, err)
	}
	d, err := projects.Revise(ctx, s.db, c, id, content)
	return s.documentAnswer(ctx, who, d, err)
}

// revised reads what a document shall say, which its kind decides.
func (s *Server) revised(ctx context.Context, who caller, in *reviseRequest) (id uuid.UUID, content projects.Content, err error) {
	if id, err = accounting.ParseID(in.ID); err != nil {
		return id, nil, err
	}
	err = accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		d, err := projects.FindDocument(ctx, tx, who.Book, id)
		if err != nil {
			return err
		}
		for _, f := range projects.DocumentForms() {
			if f.Kind == d.Kind {
				content = f.New()
				return strictly(in.RawBody, content)
			}
		}
		return fault.Invalid("document_invalid", "documents of the kind %s are not revised", d.Kind)
	})
	return id, content, err
}

func (s *Server) take(ctx context.Context, in *stepRequest, verb string) (*takenResponse, error) {
	who := by(ctx)
	c := who.command(in.Key, "document."+verb)
	step, err := s.step(ctx, who, in, verb)
	if err != nil {
		return nil, accounting.Refuse(ctx, s.db, c, err)
	}
	taken, err := projects.Take(ctx, s.db, c, step)
	if err != nil {
		return nil, err
	}
	return s.takenAnswer(ctx, who, taken)
}

// step turns what people write into an act: codes become identities.
func (s *Server) step(ctx context.Context, who caller, in *stepRequest, verb string) (step projects.Step, err error) {
	step.Verb, step.Reason, step.OnBehalfOf = verb, in.Body.Reason, who.OnBehalfOf
	if step.Document, err = accounting.ParseID(in.ID); err != nil {
		return step, err
	}
	if err = step.Hash.UnmarshalText([]byte(in.Body.Hash)); err != nil {
		return step, err
	}
	if in.Body.Date != nil {
		step.Date = in.Body.Date.Date
	}
	if in.Body.OnBehalfOf != "" {
		if step.OnBehalfOf.UUID, err = s.directory.find(ctx, who.Book, "person", in.Body.OnBehalfOf); err != nil {
			return step, err
		}
	}
	if in.Body.OutsideAct != "" {
		step.Outside, err = accounting.ParseID(in.Body.OutsideAct)
	}
	return step, err
}

func (s *Server) enterOutsideAct(ctx context.Context, in *outsideActRequest) (*enteredResponse, error) {
	who, b := by(ctx), in.Body
	c := who.command(in.Key, "document.outside_act")
	signed := projects.OutsideSignature{Verb: b.Verb, Name: b.Name, Office: b.Office, Date: b.Date.Date}
	var err error
	if signed.Document, err = accounting.ParseID(in.ID); err == nil {
		if err = signed.Hash.UnmarshalText([]byte(b.Hash)); err == nil {
			err = signed.Paper.UnmarshalText([]byte(b.Paper))
		}
	}
	if err != nil {
		return nil, accounting.Refuse(ctx, s.db, c, err)
	}
	id, err := projects.EnterOutsideAct(ctx, s.db, c, signed)
	if err != nil {
		return nil, err
	}
	out := &enteredResponse{}
	out.Body.ID = id.String()
	return out, nil
}
