package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// What the operation log shows, newest first.
type (
	CommandOutput struct {
		At     time.Time       `json:"at"`
		Actor  string          `json:"actor" doc:"code of a person"`
		Name   string          `json:"name" doc:"the verb: voucher.post, event.I1"`
		Key    string          `json:"key"`
		Answer json.RawMessage `json:"answer" doc:"what was answered"`
	}

	RefusalOutput struct {
		At     time.Time `json:"at"`
		Actor  string    `json:"actor" doc:"code of a person"`
		Name   string    `json:"name"`
		Key    string    `json:"key"`
		Code   string    `json:"code"`
		Detail string    `json:"detail"`
	}
)

type (
	logRequest struct {
		From  time.Time `query:"from"`
		To    time.Time `query:"to" doc:"exclusive"`
		Actor string    `query:"actor" maxLength:"64" doc:"code of a person"`
		Name  string    `query:"name" maxLength:"64" doc:"the verb"`
		Key   string    `query:"key" maxLength:"200"`
		Limit int       `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		Next  string    `query:"next" maxLength:"400" doc:"next of the page before"`
	}
	commandsResponse struct {
		Body struct {
			Commands []CommandOutput `json:"commands" nullable:"false"`
			Next     string          `json:"next,omitempty" doc:"left out on the last page"`
		}
	}
	refusalsResponse struct {
		Body struct {
			Refusals []RefusalOutput `json:"refusals" nullable:"false"`
			Next     string          `json:"next,omitempty" doc:"left out on the last page"`
		}
	}
)

func (s *Server) logRoutes(api huma.API) {
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: base + path, Summary: summary, Tags: []string{"Operation log"}, Metadata: map[string]any{rolesKey: wholeBook}}
	}
	operation(s, api, read("list-commands", "/log/commands", "操作日志 What was done, by whom, newest first"), s.commands)
	operation(s, api, read("list-refusals", "/log/refusals", "What was attempted and refused, newest first"), s.refusals)
}

func (s *Server) commands(ctx context.Context, in *logRequest) (*commandsResponse, error) {
	q, err := s.logQuery(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &commandsResponse{}
	out.Body.Commands, out.Body.Next, err = logPage(accounting.Commands(ctx, s.db, q), in.Limit, func(c accounting.LoggedCommand) (CommandOutput, accounting.LogMark) {
		return CommandOutput{c.At, c.Actor.Code, c.Name, c.Key, c.Answer}, accounting.LogMark{At: c.At, Key: c.Key}
	})
	return out, err
}

func (s *Server) refusals(ctx context.Context, in *logRequest) (*refusalsResponse, error) {
	q, err := s.logQuery(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &refusalsResponse{}
	out.Body.Refusals, out.Body.Next, err = logPage(accounting.Refusals(ctx, s.db, q), in.Limit, func(r accounting.Refusal) (RefusalOutput, accounting.LogMark) {
		return RefusalOutput{r.At, r.Actor.Code, r.Name, r.Key, r.Code, r.Detail}, accounting.LogMark{At: r.At, Key: r.Key}
	})
	return out, err
}

// logQuery asks for one entry more than the page, which tells whether there is a next page.
func (s *Server) logQuery(ctx context.Context, in *logRequest) (q accounting.LogQuery, err error) {
	q = accounting.LogQuery{Book: by(ctx).Book, From: in.From, To: in.To, Name: in.Name, Key: in.Key, Limit: in.Limit + 1}
	if in.Actor != "" {
		if q.Actor.UUID, err = s.directory.find(ctx, q.Book, "person", in.Actor); err != nil {
			return q, err
		}
	}
	if in.Next != "" {
		q.After, err = logMark(in.Next)
	}
	return q, err
}

func logPage[A, B any](entries iter.Seq2[A, error], limit int, show func(A) (B, accounting.LogMark)) (page []B, next string, err error) {
	page = []B{}
	var mark accounting.LogMark
	for e, err := range entries {
		if err != nil {
			return nil, "", err
		}
		if len(page) == limit {
			return page, base64.RawURLEncoding.EncodeToString([]byte(mark.At.Format(time.RFC3339Nano) + " " + mark.Key)), nil
		}
		var one B
		one, mark = show(e)
		page = append(page, one)
	}
	return page, "", nil
}

// logMark reads back what logPage handed out.
func logMark(text string) (accounting.LogMark, error) {
	plain, err := base64.RawURLEncoding.DecodeString(text)
	at, key, _ := strings.Cut(string(plain), " ")
	when, wrong := time.Parse(time.RFC3339Nano, at)
	if err != nil || wrong != nil {
		return accounting.LogMark{}, fault.Invalid("request_invalid", "next: not what a page gave as next")
	}
	return accounting.LogMark{At: when, Key: key}, nil
}
