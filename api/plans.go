package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// Inputs of the commands on plans and on where money comes from.
type (
	PlanLineInput struct {
		Amount   *Amount `json:"amount,omitempty" doc:"a lump sum, or"`
		Rate     *Factor `json:"rate,omitempty" doc:"yuan per unit, at most four decimals"`
		Quantity *Factor `json:"quantity,omitempty" doc:"at most three decimals; left out while it is not known"`
		Unit     string  `json:"unit,omitempty" maxLength:"40" doc:"人, 户, 月·人"`
		Note     string  `json:"note,omitempty" maxLength:"200"`
	}

	QuantityInput struct {
		Quantity *Factor `json:"quantity,omitempty" doc:"left out: not known after all"`
	}

	SourceInput struct {
		Code string `json:"code" maxLength:"40"`
		Name string `json:"name" maxLength:"100"`
		Kind string `json:"kind" enum:"central_transfer,provincial_transfer,county,bond,asset_income,donation"`
	}

	BudgetLineInput struct {
		Project         string `json:"project" maxLength:"40" doc:"code of a node that has its accounting unit"`
		FiscalYear      int    `json:"fiscal_year" minimum:"2000" maximum:"2999"`
		Code            string `json:"code,omitempty" maxLength:"60" doc:"project/year, such as 2025-05/2025, when left out"`
		FundNature      string `json:"fund_nature" enum:"general_public_budget,government_fund"`
		FundingSource   string `json:"funding_source" maxLength:"40" doc:"code"`
		FunctionalClass string `json:"functional_class,omitempty" maxLength:"20"`
	}
)

type (
	quantityRequest struct {
		KeyHeader
		Line string `path:"id" format:"uuid"`
		Body QuantityInput
	}
	sourceRequest struct {
		KeyHeader
		Body SourceInput
	}
	budgetLineRequest struct {
		KeyHeader
		Body BudgetLineInput
	}
)

// What the commands answer.
type (
	PlanLineOutput struct {
		ID       string  `json:"id" format:"uuid"`
		Kind     string  `json:"kind" doc:"lump or rate"`
		Amount   *Amount `json:"amount,omitempty"`
		Rate     *Factor `json:"rate,omitempty"`
		Quantity *Factor `json:"quantity,omitempty"`
		Unit     string  `json:"unit,omitempty"`
		Note     string  `json:"note,omitempty"`
		Planned  *Amount `json:"planned,omitempty" doc:"yuan; left out while the quantity is not known"`
	}

	BudgetLineOutput struct {
		Code            string `json:"code"`
		Project         string `json:"project"`
		FiscalYear      int    `json:"fiscal_year"`
		FundNature      string `json:"fund_nature"`
		FundingSource   string `json:"funding_source"`
		FunctionalClass string `json:"functional_class,omitempty"`
	}

	planLineResponse   struct{ Body PlanLineOutput }
	sourceResponse     struct{ Body SourceInput }
	budgetLineResponse struct{ Body BudgetLineOutput }
)

func (s *Server) planRoutes(api huma.API) {
	command := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: base + path, Summary: summary, Tags: []string{"Plans and budget lines"}, DefaultStatus: http.StatusCreated,
			MaxBodyBytes: bodyLimit, Metadata: map[string]any{rightKey: rightArrange}}
	}
	operation(s, api, command("add-plan-line", "/projects/{code}/plan-lines", "计划明细 Add a lump sum or a rate to a plan"), s.addPlanLine)
	operation(s, api, command("set-plan-quantity", "/plan-lines/{id}/quantity", "Say how many there are, once that is known"), s.setQuantity)
	operation(s, api, command("add-funding-source", "/funding-sources", "资金来源 Register where money comes from"), s.addSource)
	operation(s, api, command("add-budget-line", "/budget-lines", "指标 Register a budget line; it holds nothing until approved"), s.addBudgetLine)
}

func (s *Server) addPlanLine(ctx context.Context, in *nodeRequest[PlanLineInput]) (*planLineResponse, error) {
	b := in.Body
	l, err := projects.AddPlanLine(ctx, s.db, by(ctx).command(in.Key, ""), projects.NewPlanLine{
		Node: in.Code, Amount: b.Amount.money(), Rate: b.Rate.decimal(), Quantity: b.Quantity.decimal(), Unit: b.Unit, Note: b.Note})
	return planLineAnswer(l, err)
}

func (s *Server) setQuantity(ctx context.Context, in *quantityRequest) (*planLineResponse, error) {
	id, err := accounting.ParseID(in.Line)
	if err != nil {
		return nil, err
	}
	l, err := projects.SetPlanQuantity(ctx, s.db, by(ctx).command(in.Key, ""), projects.PlanQuantity{Line: id, Quantity: in.Body.Quantity.decimal()})
	return planLineAnswer(l, err)
}

func planLineAnswer(l *projects.PlanLine, err error) (*planLineResponse, error) {
	if err != nil {
		return nil, err
	}
	return &planLineResponse{PlanLineOutput{ID: l.ID.String(), Kind: string(l.Kind), Amount: amount(l.Amount), Rate: factor(l.Rate), Quantity: factor(l.Quantity), Unit: l.Unit, Note: l.Note, Planned: amount(l.Planned())}}, nil
}

func (s *Server) addSource(ctx context.Context, in *sourceRequest) (*sourceResponse, error) {
	f, err := projects.AddFundingSource(ctx, s.db, by(ctx).command(in.Key, ""), projects.NewFundingSource{Code: in.Body.Code, Name: in.Body.Name, Kind: projects.SourceKind(in.Body.Kind)})
	if err != nil {
		return nil, err
	}
	return &sourceResponse{SourceInput{f.Code, f.Name, string(f.Kind)}}, nil
}

func (s *Server) addBudgetLine(ctx context.Context, in *budgetLineRequest) (*budgetLineResponse, error) {
	b := in.Body
	l, err := projects.AddBudgetLine(ctx, s.db, by(ctx).command(in.Key, ""), projects.NewBudgetLine{
		Node: b.Project, FiscalYear: b.FiscalYear, Code: b.Code, FundNature: accounting.FundNature(b.FundNature), FundingSource: b.FundingSource, FunctionalClass: b.FunctionalClass})
	if err != nil {
		return nil, err
	}
	return &budgetLineResponse{budgetLineOutput(*l, b.Project)}, nil
}

func budgetLineOutput(l accounting.BudgetLine, project string) BudgetLineOutput {
	return BudgetLineOutput{Code: l.Code, Project: project, FiscalYear: l.FiscalYear, FundNature: string(l.FundNature), FundingSource: l.FundingSource, FunctionalClass: l.FunctionalClass}
}
