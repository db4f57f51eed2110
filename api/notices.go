package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// inspectors draft and issue notices.
var inspectors = []string{"inspector"}

type (
	// NoticeInput is what the drafter of a notice says; all else the books say.
	NoticeInput struct {
		Month      Month    `json:"month" doc:"that is over"`
		Date       Day      `json:"date" doc:"of the notice, after the month"`
		Demands    []string `json:"demands,omitempty" maxItems:"50" doc:"工作要求, one by one; together at most 2000 characters"`
		OnBehalfOf string   `json:"on_behalf_of,omitempty" maxLength:"64" doc:"code of the person who lent the role"`
	}
	// IssueInput binds the issue to what was shown.
	IssueInput struct {
		Hash       string `json:"hash" minLength:"64" maxLength:"64" doc:"of the notice that was shown"`
		OnBehalfOf string `json:"on_behalf_of,omitempty" maxLength:"64" doc:"code of the person who lent the role"`
	}
	// NoticeOutput is a notice as it is kept.
	NoticeOutput struct {
		projects.KeptNotice
		Month  string           `json:"month"`
		Notice *projects.Notice `json:"notice,omitempty" doc:"what it says"`
	}
)

type (
	draftNoticeRequest struct {
		KeyHeader
		Body NoticeInput
	}
	issueNoticeRequest struct {
		KeyHeader
		ID   string `path:"id" format:"uuid"`
		Body IssueInput
	}
	noticeRequest struct {
		ID string `path:"id" format:"uuid"`
	}
	noticeResponse  struct{ Body NoticeOutput }
	noticesResponse struct {
		Body struct {
			Notices []NoticeOutput `json:"notices" nullable:"false" doc:"newest month first, without what they say"`
		}
	}
)

func (s *Server) noticeRoutes(api huma.API) {
	command := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: base + path, Summary: summary, Tags: []string{"Inspection"}, DefaultStatus: http.StatusOK, MaxBodyBytes: bodyLimit, Metadata: map[string]any{rolesKey: inspectors}}
	}
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: base + path, Summary: summary, Tags: []string{"Inspection"}}
	}
	operation(s, api, command("draft-notice", "/notices", "起草督查通报 Draft the notice of a month from what the books say now; a former draft of the month is withdrawn"), s.draftNotice)
	operation(s, api, command("issue-notice", "/notices/{id}/issue", "签发督查通报 Issue another person's draft, exactly as it was shown"), s.issueNotice)
	operation(s, api, read("list-notices", "/notices", "督查通报 The notices; drafts are seen by the bureau only"), s.notices)
	operation(s, api, read("get-notice", "/notices/{id}", "A notice as it was issued: it does not change when the books do"), s.notice)
}

func (s *Server) lender(ctx context.Context, code string) (accounting.PersonID, error) {
	if code == "" {
		return accounting.PersonID{}, nil
	}
	id, err := s.directory.find(ctx, by(ctx).Book, "person", code)
	return accounting.PersonID{UUID: id}, err
}

func (s *Server) draftNotice(ctx context.Context, in *draftNoticeRequest) (*noticeResponse, error) {
	lender, err := s.lender(ctx, in.Body.OnBehalfOf)
	if err != nil {
		return nil, err
	}
	k, err := projects.DraftNotice(ctx, s.db, by(ctx).command(in.Key, ""), projects.NewNotice{Month: in.Body.Month.Period, Date: in.Body.Date.Date, Demands: in.Body.Demands, OnBehalfOf: lender})
	if err != nil {
		return nil, err
	}
	return noticeWhole(k)
}

func (s *Server) issueNotice(ctx context.Context, in *issueNoticeRequest) (*noticeResponse, error) {
	issue := projects.IssuedNotice{}
	var err error
	if issue.OnBehalfOf, err = s.lender(ctx, in.Body.OnBehalfOf); err != nil {
		return nil, err
	}
	if issue.ID, err = accounting.ParseID(in.ID); err != nil {
		return nil, err
	}
	if err := issue.Hash.UnmarshalText([]byte(in.Body.Hash)); err != nil {
		return nil, err
	}
	k, err := projects.IssueNotice(ctx, s.db, by(ctx).command(in.Key, ""), issue)
	if err != nil {
		return nil, err
	}
	return noticeWhole(k)
}

func noticeOutput(k projects.KeptNotice) NoticeOutput {
	return NoticeOutput{KeptNotice: k, Month: k.Month.String()}
}

func noticeWhole(k *projects.KeptNotice) (*noticeResponse, error) {
	out := noticeOutput(*k)
	var err error
	out.Notice, err = k.Says()
	return &noticeResponse{out}, err
}

func (s *Server) notices(ctx context.Context, _ *struct{}) (*noticesResponse, error) {
	out, book := &noticesResponse{}, by(ctx).Book
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		all, err := projects.Notices(ctx, tx, book)
		out.Body.Notices = each(all, noticeOutput)
		return err
	})
}

func (s *Server) notice(ctx context.Context, in *noticeRequest) (*noticeResponse, error) {
	id, err := accounting.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	k, err := s.keptNotice(ctx, id)
	if err != nil {
		return nil, err
	}
	return noticeWhole(k)
}

func (s *Server) keptNotice(ctx context.Context, id uuid.UUID) (k *projects.KeptNotice, err error) {
	err = accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		k, err = projects.FindNotice(ctx, tx, by(ctx).Book, id)
		return err
	})
	return k, err
}
