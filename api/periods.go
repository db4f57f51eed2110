package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"mingzhang/accounting"
	"mingzhang/projects"
)

type (
	openYearRequest struct {
		KeyHeader
		Year int `path:"year" minimum:"2024" maximum:"2040" doc:"the years a book can hold"`
	}
	closePeriodRequest struct {
		KeyHeader
		Period Month `path:"period"`
	}
	blockersRequest struct {
		Period Month `path:"period"`
	}

	openYearResponse struct {
		Body struct {
			Year int `json:"year"`
		}
	}
	rootResponse struct {
		Body struct {
			Period   string `json:"period"`
			Root     string `json:"root" doc:"root of the tree over the period's vouchers (RFC 6962); keep it outside"`
			Vouchers int    `json:"vouchers"`
		}
	}
	blockersResponse struct {
		Body struct {
			Blockers []BlockerOutput `json:"blockers" nullable:"false" doc:"none: the period can be closed"`
		}
	}
	periodsResponse struct {
		Body struct {
			Periods []PeriodOutput `json:"periods" nullable:"false"`
		}
	}
)

// BlockerOutput is what stands in the way of closing a period, with its figures.
type BlockerOutput struct {
	Name   string `json:"name"`
	Detail string `json:"detail"`
}

// PeriodOutput is a period of the book.
type PeriodOutput struct {
	Period   string     `json:"period"`
	Closed   bool       `json:"closed"`
	Vouchers int        `json:"vouchers"`
	Root     string     `json:"root,omitempty"`
	ClosedAt *time.Time `json:"closed_at,omitempty"`
	ClosedBy string     `json:"closed_by,omitempty" doc:"code of a person"`
}

func (s *Server) periodRoutes(api huma.API) {
	command := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: base + path, Summary: summary, Tags: []string{"Periods"}, DefaultStatus: http.StatusOK, Metadata: map[string]any{rightKey: rightArrange}}
	}
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: base + path, Summary: summary, Tags: []string{"Periods"}}
	}
	operation(s, api, command("open-year", "/years/{year}/open", "Open the fourteen periods of a year"), s.openYear)
	operation(s, api, command("close-period", "/periods/{period}/close", "结账 Close a period for good"), s.closePeriod)
	blockers := read("list-blockers", "/periods/{period}/blockers", "What stands in the way of closing a period, in the whole book")
	blockers.Metadata = map[string]any{rolesKey: wholeBook}
	operation(s, api, blockers, s.blockers)
	operation(s, api, read("list-periods", "/periods", "The periods of the book"), s.periods)
}

func (s *Server) openYear(ctx context.Context, in *openYearRequest) (*openYearResponse, error) {
	year, err := accounting.OpenBookYear(ctx, s.db, by(ctx).command(in.Key, "year.open"), in.Year)
	if err != nil {
		return nil, err
	}
	out := &openYearResponse{}
	out.Body.Year = year
	return out, nil
}

func (s *Server) closePeriod(ctx context.Context, in *closePeriodRequest) (*rootResponse, error) {
	root, err := projects.CloseMonth(ctx, s.db, by(ctx).command(in.Key, "period.close"), in.Period.Period)
	if err != nil {
		return nil, err
	}
	out := &rootResponse{}
	out.Body.Period, out.Body.Root, out.Body.Vouchers = root.Period.String(), root.Hash.String(), root.TreeSize
	return out, nil
}

func (s *Server) blockers(ctx context.Context, in *blockersRequest) (*blockersResponse, error) {
	found, err := accounting.Blockers(ctx, s.db, by(ctx).Book, in.Period.Period)
	if err != nil {
		return nil, err
	}
	out := &blockersResponse{}
	out.Body.Blockers = each(found, func(b accounting.Blocker) BlockerOutput { return BlockerOutput(b) })
	return out, nil
}

func (s *Server) periods(ctx context.Context, _ *struct{}) (*periodsResponse, error) {
	found, err := accounting.Periods(ctx, s.db, by(ctx).Book)
	if err != nil {
		return nil, err
	}
	out := &periodsResponse{}
	out.Body.Periods = each(found, func(p accounting.PeriodState) PeriodOutput {
		o := PeriodOutput{Period: p.Period.String(), Closed: p.Closed, Vouchers: p.Vouchers}
		if p.Closed {
			o.Root, o.ClosedAt, o.ClosedBy = p.Root.String(), &p.ClosedAt, p.ClosedBy.Code
		}
		return o
	})
	return out, nil
}
