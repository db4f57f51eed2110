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
	completionRequest struct {
		Code string `path:"code" maxLength:"40" doc:"code of the project"`
	}
	apportionmentResponse struct{ Body projects.Apportionment }
	finalAccountResponse  struct{ Body projects.FinalAccountState }
	assetsResponse        struct {
		Body struct {
			Assets []projects.Asset `json:"assets" nullable:"false"`
		}
	}
	milestonesResponse struct {
		Body struct {
			Milestones []projects.Milestone `json:"milestones" nullable:"false"`
		}
	}
)

func (s *Server) completionRoutes(api huma.API) {
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: base + "/projects/{code}" + path, Summary: summary, Tags: []string{"Completion"}}
	}
	operation(s, api, read("get-apportionment", "/apportionment", "待摊投资分摊 How deferred investment goes to what was built, exactly"), s.apportionment)
	operation(s, api, read("get-final-account", "/final-account", "竣工财务决算 What the final account says from the books, when it is due and what is open"), s.finalAccount)
	operation(s, api, read("list-assets", "/assets", "资产登记 The assets a project made, provisional until they are settled"), s.assets)
	operation(s, api, read("list-milestones", "/milestones", "项目节点 The points a project has come to"), s.milestones)
}

// ofProject runs a read about a project; one whose books the caller does not read is not there.
func ofProject[A any](ctx context.Context, s *Server, code string, read func(context.Context, bun.IDB, accounting.BookID, accounting.Actor, string) (A, error)) (answer A, err error) {
	who := by(ctx)
	if _, err = s.project(ctx, who.Book, code); err != nil {
		return answer, err
	}
	err = accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		answer, err = read(ctx, tx, who.Book, who.Actor, code)
		return err
	})
	return answer, err
}

func (s *Server) apportionment(ctx context.Context, in *completionRequest) (*apportionmentResponse, error) {
	a, err := ofProject(ctx, s, in.Code, projects.ProposeApportionment)
	return &apportionmentResponse{a}, err
}

func (s *Server) finalAccount(ctx context.Context, in *completionRequest) (*finalAccountResponse, error) {
	f, err := ofProject(ctx, s, in.Code, projects.FinalAccountOf)
	return &finalAccountResponse{f}, err
}

func (s *Server) assets(ctx context.Context, in *completionRequest) (out *assetsResponse, err error) {
	out = &assetsResponse{}
	out.Body.Assets, err = ofProject(ctx, s, in.Code, projects.Assets)
	return out, err
}

func (s *Server) milestones(ctx context.Context, in *completionRequest) (out *milestonesResponse, err error) {
	out = &milestonesResponse{}
	out.Body.Milestones, err = ofProject(ctx, s, in.Code, projects.Milestones)
	return out, err
}
