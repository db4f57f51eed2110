package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

type (
	yearEndRequest struct {
		Year int `path:"year" minimum:"2024" maximum:"2040"`
	}
	returnRequestsRequest struct {
		KeyHeader
		Year int `path:"year" minimum:"2024" maximum:"2040"`
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"why; each request's maker reads it"`
		}
	}

	yearEndResponse        struct{ Body projects.YearEndState }
	returnRequestsResponse struct {
		Body struct {
			Requests []projects.RequestOutcome `json:"requests" nullable:"false" doc:"one outcome each; what was refused stands as it was"`
		}
	}
)

func (s *Server) yearEndRoutes(api huma.API) {
	operation(s, api, huma.Operation{OperationID: "get-year-end", Method: http.MethodGet, Path: base + "/years/{year}/end", Summary: "年终结账 The steps of the year's end, what stands in their way and what comes next",
		Tags: []string{"Periods"}, Metadata: map[string]any{rolesKey: wholeBook}}, s.yearEnd)
	operation(s, api, huma.Operation{OperationID: "return-requests", Method: http.MethodPost, Path: base + "/years/{year}/return-requests", Summary: "年终退回在途申请 Return every payment request of the year that is approved and not paid",
		Tags: []string{"Periods"}, DefaultStatus: http.StatusOK, Metadata: map[string]any{rolesKey: []string{"treasury_officer"}}}, s.returnRequests)
}

func (s *Server) yearEnd(ctx context.Context, in *yearEndRequest) (*yearEndResponse, error) {
	out := &yearEndResponse{}
	err := accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body, err = projects.YearEnds(ctx, tx, by(ctx).Book, in.Year)
		return err
	})
	return out, err
}

func (s *Server) returnRequests(ctx context.Context, in *returnRequestsRequest) (out *returnRequestsResponse, err error) {
	out = &returnRequestsResponse{}
	out.Body.Requests, err = projects.ReturnRequests(ctx, s.db, by(ctx).command(in.Key, "year.return_requests"), in.Year, in.Body.Reason)
	return out, err
}
