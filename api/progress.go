package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// progressDesks may file the entry of a month: the unit that keeps the project and those that lead it.
var progressDesks = []string{"project_clerk", "project_head", "lead_approver"}

// ProgressInput is the entry of a month.
type ProgressInput struct {
	Month      Month  `json:"month"`
	Percent    string `json:"percent" pattern:"^(100(\\.00?)?|[0-9]{1,2}(\\.[0-9]{1,2})?)$" example:"45.50" doc:"形象进度, 0 to 100"`
	Problems   string `json:"problems,omitempty" maxLength:"2000" doc:"存在问题"`
	Measures   string `json:"measures,omitempty" maxLength:"2000" doc:"下步措施"`
	Reason     string `json:"reason,omitempty" maxLength:"2000" doc:"why it is less than was said before"`
	Date       Day    `json:"date" doc:"填报日期"`
	OnBehalfOf string `json:"on_behalf_of,omitempty" maxLength:"64" doc:"code of the person who lent the role"`
}

type (
	fileProgressRequest struct {
		KeyHeader
		Code string `path:"code" maxLength:"40"`
		Body ProgressInput
	}
	progressResponse    struct{ Body projects.ProgressEntry }
	listProgressRequest struct {
		Project  string `query:"project" maxLength:"40" doc:"code"`
		Month    Month  `query:"month"`
		AsOf     Day    `query:"as_of" doc:"filed until this day; all when left out"`
		Versions bool   `query:"versions" doc:"also those that a later one of the month replaced"`
		Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
		Before   string `query:"before" maxLength:"80" doc:"next of the page before"`
	}
	listProgressResponse struct {
		Body struct {
			Entries []projects.ProgressEntry `json:"entries" nullable:"false" doc:"newest month first"`
			Next    string                   `json:"next,omitempty" doc:"left out on the last page"`
		}
	}
)

func (s *Server) progressRoutes(api huma.API) {
	operation(s, api, huma.Operation{OperationID: "file-progress", Method: http.MethodPost, Path: nodePath + "/{code}/progress", Summary: "进度填报 File the entry of a month; one of the same month before it stays as its former version",
		Tags: []string{"Progress"}, DefaultStatus: http.StatusCreated, MaxBodyBytes: bodyLimit, Metadata: map[string]any{rolesKey: progressDesks}}, s.fileProgress)
	operation(s, api, huma.Operation{OperationID: "list-progress", Method: http.MethodGet, Path: base + "/progress", Summary: "进度 The entries that were filed, newest month first", Tags: []string{"Progress"}}, s.listProgress)
}

func (s *Server) fileProgress(ctx context.Context, in *fileProgressRequest) (*progressResponse, error) {
	who, b := by(ctx), in.Body
	percent, err := decimal.NewFromString(b.Percent)
	if err != nil {
		return nil, err // the pattern lets none through
	}
	entry := projects.NewProgress{Node: in.Code, Month: b.Month.Period, Percent: percent, Problems: b.Problems, Measures: b.Measures, Reason: b.Reason, Date: b.Date.Date}
	if b.OnBehalfOf != "" {
		lender, err := s.directory.find(ctx, who.Book, "person", b.OnBehalfOf)
		if err != nil {
			return nil, err
		}
		entry.OnBehalfOf = accounting.PersonID{UUID: lender}
	}
	filed, err := projects.FileProgress(ctx, s.db, who.command(in.Key, ""), entry)
	if err != nil {
		return nil, err
	}
	return &progressResponse{*filed}, nil
}

func (s *Server) listProgress(ctx context.Context, in *listProgressRequest) (*listProgressResponse, error) {
	out := &listProgressResponse{}
	q := projects.ProgressQuery{Book: by(ctx).Book, Node: in.Project, Month: in.Month.Period, AsOf: in.AsOf.Date, Versions: in.Versions, Limit: in.Limit + 1, Before: in.Before}
	err := accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Entries, err = projects.ProgressEntries(ctx, tx, q)
		return err
	})
	if len(out.Body.Entries) > in.Limit { // one more was asked for than the page holds
		out.Body.Entries = out.Body.Entries[:in.Limit]
		out.Body.Next = out.Body.Entries[in.Limit-1].Key()
	}
	return out, err
}
