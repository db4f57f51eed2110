package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"mingzhang/accounting"
)

// What the registers show. They are short, so they come whole.
type (
	AccountOutput struct {
		Code          string `json:"code"`
		NameZH        string `json:"name_zh"`
		NameEN        string `json:"name_en"`
		Normal        string `json:"normal_side"`
		Basis         string `json:"basis"`
		Leaf          bool   `json:"leaf" doc:"only leaves are posted"`
		TakesLine     bool   `json:"takes_budget_line"`
		TakesSubject  string `json:"takes_subject,omitempty"`
		TakesClass    bool   `json:"takes_economic_class"`
		Rule          string `json:"rule,omitempty" doc:"floor: never below zero; voucher_zero: zero after each voucher; book_zero: cancels over the book"`
		StatutoryCode string `json:"statutory_code,omitempty"`
	}

	UnitOutput struct {
		Code string `json:"code"`
		Name string `json:"name"`
		Kind string `json:"kind"`
	}

	PersonOutput struct {
		Code string `json:"code"`
		Name string `json:"name"`
		Unit string `json:"unit" doc:"code"`
	}
)

type (
	accountsResponse struct {
		Body struct {
			Accounts []AccountOutput `json:"accounts" nullable:"false"`
		}
	}
	unitsResponse struct {
		Body struct {
			Units []UnitOutput `json:"units" nullable:"false"`
		}
	}
	personsResponse struct {
		Body struct {
			Persons []PersonOutput `json:"persons" nullable:"false"`
		}
	}
	budgetLinesResponse struct {
		Body struct {
			BudgetLines []BudgetLineOutput `json:"budget_lines" nullable:"false"`
		}
	}
)

func (s *Server) registerRoutes(api huma.API) {
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: base + path, Summary: summary, Tags: []string{"Registers"}}
	}
	operation(s, api, read("list-accounts", "/accounts", "会计科目 The chart of accounts"), s.accounts)
	operation(s, api, read("list-units", "/units", "核算单位 Accounting units"), s.units)
	operation(s, api, read("list-persons", "/persons", "Persons who prepare, review and post"), s.persons)
	operation(s, api, read("list-budget-lines", "/budget-lines", "指标 Budget lines"), s.budgetLines)
}

func (s *Server) accounts(ctx context.Context, _ *struct{}) (*accountsResponse, error) {
	found, err := accounting.Accounts(ctx, s.db, by(ctx).Book)
	if err != nil {
		return nil, err
	}
	out := &accountsResponse{}
	out.Body.Accounts = each(found, func(a accounting.Account) AccountOutput {
		return AccountOutput{Code: a.Code, NameZH: a.NameZH, NameEN: a.NameEN, Normal: string(a.NormalSide), Basis: a.Basis, Leaf: a.Leaf, TakesLine: a.TakesLine,
			TakesSubject: string(a.TakesSubject), TakesClass: a.TakesClass, Rule: string(a.Rule), StatutoryCode: a.StatutoryCode}
	})
	return out, nil
}

func (s *Server) units(ctx context.Context, _ *struct{}) (*unitsResponse, error) {
	found, err := accounting.Units(ctx, s.db, by(ctx).Book)
	if err != nil {
		return nil, err
	}
	out := &unitsResponse{}
	out.Body.Units = each(found, func(u accounting.Unit) UnitOutput { return UnitOutput{u.Code, u.Name, string(u.Kind)} })
	return out, nil
}

func (s *Server) persons(ctx context.Context, _ *struct{}) (*personsResponse, error) {
	found, err := accounting.Persons(ctx, s.db, by(ctx).Book)
	if err != nil {
		return nil, err
	}
	out := &personsResponse{}
	out.Body.Persons = make([]PersonOutput, len(found))
	for i, p := range found {
		unit, err := s.directory.code(ctx, p.Book, "unit", p.Unit.UUID)
		if err != nil {
			return nil, err
		}
		out.Body.Persons[i] = PersonOutput{p.Code, p.Name, unit}
	}
	return out, nil
}

func (s *Server) budgetLines(ctx context.Context, _ *struct{}) (*budgetLinesResponse, error) {
	found, err := accounting.BudgetLines(ctx, s.db, by(ctx).Book)
	if err != nil {
		return nil, err
	}
	out := &budgetLinesResponse{}
	out.Body.BudgetLines = make([]BudgetLineOutput, len(found))
	for i, l := range found {
		project, err := s.directory.code(ctx, l.Book, "project", l.Project.UUID)
		if err != nil {
			return nil, err
		}
		out.Body.BudgetLines[i] = budgetLineOutput(l, project)
	}
	return out, nil
}
