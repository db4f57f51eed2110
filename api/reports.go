package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

// Cut says of which day and as of what was known when a report is made.
type Cut struct {
	AsOf         Day       `query:"as_of" required:"true" doc:"last day looked at"`
	Known        time.Time `query:"known_at" doc:"as the books knew it at this moment; now when left out"`
	AfterClosing bool      `query:"after_closing" doc:"with the year's closing entries, as of 31 December"`
}

// AccountRow is an account of a report; balances stand on its normal side.
type AccountRow struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	Normal  string `json:"normal_side"`
	Opening Amount `json:"opening"`
	Debit   Amount `json:"debit"`
	Credit  Amount `json:"credit"`
	Closing Amount `json:"closing"`
}

// TrialBalanceRow is an account, alone or per project or budget line.
type TrialBalanceRow struct {
	AccountRow
	Basis       string `json:"basis"`
	Leaf        bool   `json:"leaf" doc:"false: the sum of its sub-accounts, which have rows of their own"`
	Project     string `json:"project,omitempty"`
	BudgetLine  string `json:"budget_line,omitempty"`
	MonthDebit  Amount `json:"month_debit"`
	MonthCredit Amount `json:"month_credit"`
}

type (
	trialBalanceRequest struct {
		Cut
		From Month `query:"from" doc:"turnover counts from here; from January when left out"`
		Whose
		Account string `query:"account" maxLength:"10" doc:"with its sub-accounts"`
		Basis   string `query:"basis" enum:"financial,budgetary,authority"`
		By      string `query:"by" enum:"account,project,budget_line" default:"account" doc:"how far it is broken down"`
	}
	trialBalanceResponse struct {
		Body struct {
			AsOf string            `json:"as_of" format:"date"`
			Rows []TrialBalanceRow `json:"rows" nullable:"false"`
		}
	}
)

var details = map[string]accounting.Detail{"account": accounting.ByAccount, "project": accounting.ByProject, "budget_line": accounting.ByBudgetLine}

func (s *Server) reportRoutes(api huma.API) {
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: base + path, Summary: summary, Tags: []string{"Reports"}}
	}
	operation(s, api, read("get-trial-balance", "/trial-balance", "科目余额表 Trial balance"), s.trialBalance)
	operation(s, api, read("get-account-statement", "/accounts/{account}/statement", "明细账 Lines of an account with the balance after each"), s.accountStatement)
	operation(s, api, read("get-project-ledger", "/projects/{code}/ledger", "项目明细账 All accounts of a project with their lines"), s.projectLedger)
}

func (s *Server) trialBalance(ctx context.Context, in *trialBalanceRequest) (*trialBalanceResponse, error) {
	book := by(ctx).Book
	q := accounting.TrialBalanceQuery{Book: book, From: in.From.Period, AsOf: in.AsOf.Date, Known: in.Known, AfterClosing: in.AfterClosing, Account: in.Account, Basis: in.Basis, By: details[in.By]}
	out := &trialBalanceResponse{}
	out.Body.AsOf = in.AsOf.String()
	err := accounting.ReadKnown(ctx, s.db, book, in.Known, func(ctx context.Context, tx bun.Tx) error {
		of, err := s.scope(ctx, tx, in.Whose)
		if err != nil {
			return err
		}
		q.Unit, q.Projects, q.BudgetLine = of.unit, of.projects, of.budgetLine
		rows, err := accounting.TrialBalance(ctx, tx, q)
		out.Body.Rows = each(rows, trialBalanceRow)
		return err
	})
	return out, err
}

// whose finds the unit and the project a report is about.
func (s *Server) whose(ctx context.Context, book accounting.BookID, unit, project string) (accounting.UnitID, []accounting.ProjectID, error) {
	u, err := s.unitID(ctx, book, unit)
	if err != nil || project == "" {
		return u, nil, err
	}
	p, err := s.projectID(ctx, book, project)
	return u, []accounting.ProjectID{p}, err
}

func trialBalanceRow(r accounting.TrialBalanceRow) TrialBalanceRow {
	return TrialBalanceRow{
		AccountRow: AccountRow{r.Account, r.Name, string(r.Normal), Amount{r.Opening}, Amount{r.Debit}, Amount{r.Credit}, Amount{r.Closing}},
		Basis:      r.Basis, Leaf: r.Leaf, Project: r.ProjectCode, BudgetLine: r.BudgetLineCode, MonthDebit: Amount{r.MonthDebit}, MonthCredit: Amount{r.MonthCredit},
	}
}
