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
	allocationRequest struct {
		Code string `path:"code" maxLength:"40"`
		AsOf Day    `query:"as_of" required:"true" doc:"its year is looked at"`
	}
	allocationResponse struct {
		Body struct {
			Children []projects.AllocatedChild `json:"children" nullable:"false" doc:"every project directly below, also those with nothing yet"`
		}
	}
	villagesResponse struct {
		Body struct {
			Villages []projects.VillageRecord `json:"villages" nullable:"false"`
		}
	}
	fundRegisterRequest struct {
		Code string `path:"code" maxLength:"40" doc:"code of the fund's or injection's project; those below it count"`
		AsOf Day    `query:"as_of" doc:"up to this day; left out: all there is"`
	}
	fundRegisterResponse struct{ Body projects.FundRegister }
	laddersRequest       struct {
		Year    int    `query:"year" minimum:"2000" maximum:"2999" required:"true" doc:"fiscal year of the lines"`
		Project string `query:"project" maxLength:"40" doc:"code; lines of the projects below it count"`
		After   string `query:"after" maxLength:"60" doc:"next of the page before"`
		Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	}
	laddersResponse struct {
		Body struct {
			Lines []projects.LadderLine `json:"lines" nullable:"false"`
			Total projects.LadderSum    `json:"total" doc:"of all lines asked for, not of this page only"`
			Next  string                `json:"next,omitempty" doc:"left out on the last page"`
		}
	}
	injectionsResponse struct {
		Body struct {
			Injections []projects.Injection `json:"injections" nullable:"false"`
		}
	}
)

func (s *Server) budgetRoutes(api huma.API) {
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"Budget"}}
	}
	operation(s, api, read("get-allocation", nodePath+"/{code}/allocation", "分配情况 What the projects below a project have got of a year"), s.getAllocation)
	operation(s, api, read("list-budget-ladders", base+"/budget-ladders", "预算指标 Budget lines of a year with what is approved, to issue, available, frozen, held and executed, by code"), s.listLadders)
	operation(s, api, read("list-villages", base+"/villages", "村级记录 Every village's project with its vote, list and owner"), s.listVillages)
	operation(s, api, read("list-injections", base+"/injections", "注资备查簿 Memo register of injections"), s.listInjections)
	operation(s, api, read("get-fund-register", base+"/funds/{code}/register", "备查簿 Register of a fund: money in and out with its balance, injections with their total"), s.getFundRegister)
}

func (s *Server) getFundRegister(ctx context.Context, in *fundRegisterRequest) (*fundRegisterResponse, error) {
	out, book := &fundRegisterResponse{}, by(ctx).Book
	if _, err := s.project(ctx, book, in.Code); err != nil {
		return nil, err
	}
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body, err = projects.FundRegisterOf(ctx, tx, book, in.Code, in.AsOf.Date)
		return err
	})
}

func (s *Server) getAllocation(ctx context.Context, in *allocationRequest) (*allocationResponse, error) {
	out, book := &allocationResponse{}, by(ctx).Book
	if _, err := s.project(ctx, book, in.Code); err != nil {
		return nil, err
	}
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Children, err = projects.Allocated(ctx, tx, book, in.Code, in.AsOf.Year())
		return err
	})
}

func (s *Server) listVillages(ctx context.Context, _ *struct{}) (*villagesResponse, error) {
	out, book := &villagesResponse{}, by(ctx).Book
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Villages, err = projects.VillageRecords(ctx, tx, book)
		return err
	})
}

func (s *Server) listInjections(ctx context.Context, _ *struct{}) (*injectionsResponse, error) {
	out, book := &injectionsResponse{}, by(ctx).Book
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Injections, err = projects.Injections(ctx, tx, book)
		return err
	})
}

func (s *Server) listLadders(ctx context.Context, in *laddersRequest) (*laddersResponse, error) {
	out, who := &laddersResponse{}, by(ctx)
	q := projects.LadderQuery{Book: who.Book, Year: in.Year, Project: in.Project, After: in.After, Limit: in.Limit + 1}
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if out.Body.Total, err = projects.SumLadders(ctx, tx, q, who.Actor); err != nil {
			return err
		}
		if out.Body.Lines, err = projects.Ladders(ctx, tx, q, who.Actor); err != nil {
			return err
		}
		if len(out.Body.Lines) > in.Limit { // one more was asked for than the page holds
			out.Body.Lines = out.Body.Lines[:in.Limit]
			out.Body.Next = out.Body.Lines[in.Limit-1].BudgetLine
		}
		return nil
	})
}
