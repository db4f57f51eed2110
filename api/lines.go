package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// Whose says whose lines a report is about.
type Whose struct {
	Unit       string `query:"unit" maxLength:"64" doc:"code of an accounting unit"`
	Project    string `query:"project" maxLength:"64"`
	Below      bool   `query:"below" doc:"with the projects below it"`
	BudgetLine string `query:"budget_line" maxLength:"64"`
}

// scope is whose lines are meant, by identity.
type scope struct {
	unit       accounting.UnitID
	projects   []accounting.ProjectID
	budgetLine accounting.BudgetLineID
}

// scope finds the identities inside a transaction that reads as who asks: what they may not read is not there.
func (s *Server) scope(ctx context.Context, tx bun.Tx, w Whose) (of scope, err error) {
	book := by(ctx).Book
	if of.unit, err = s.unitID(ctx, book, w.Unit); err != nil {
		return of, err
	}
	if w.BudgetLine != "" {
		if of.budgetLine.UUID, err = s.directory.find(ctx, book, "budget line", w.BudgetLine); err != nil {
			return of, err
		}
	}
	switch {
	case w.Project == "":
		return of, nil
	case w.Below:
		if of.projects, err = projects.Subtree(ctx, tx, book, w.Project); err == nil && len(of.projects) == 0 {
			err = notFound("node", w.Project)
		}
		return of, err
	}
	p, err := s.project(ctx, book, w.Project)
	of.projects = []accounting.ProjectID{p}
	return of, err
}

// CellLineOutput is a line behind a figure.
type CellLineOutput struct {
	Voucher       string `json:"voucher"`
	Period        string `json:"period"`
	Number        int    `json:"number"`
	Line          int    `json:"line"`
	Date          string `json:"date" format:"date"`
	Source        string `json:"source" doc:"event code"`
	Memo          string `json:"memo"`
	Account       string `json:"account"`
	AccountName   string `json:"account_name"`
	Project       string `json:"project"`
	BudgetLine    string `json:"budget_line,omitempty"`
	SubjectKind   string `json:"subject_kind,omitempty"`
	Subject       string `json:"subject,omitempty"`
	EconomicClass string `json:"economic_class,omitempty"`
	Debit         Amount `json:"debit"`
	Credit        Amount `json:"credit"`
}

type (
	linesRequest struct {
		Cut
		Whose
		Account     []string `query:"account,explode" maxItems:"20" doc:"with its sub-accounts; a minus before one leaves it out again"`
		Basis       string   `query:"basis" enum:"financial,budgetary,authority"`
		From        Month    `query:"from" doc:"first period; from the first when left out"`
		To          Month    `query:"to" doc:"last period"`
		NoClosing   bool     `query:"no_closing" doc:"without the closing entries of any year"`
		SubjectKind string   `query:"subject_kind" enum:"contract,request,batch,injection"`
		Subject     string   `query:"subject" maxLength:"64" doc:"code of a contract, request, batch or injection"`
		Limit       int      `query:"limit" minimum:"1" maximum:"5000" default:"100"`
		Next        string   `query:"next" pattern:"^[0-9]{4}-[0-9]{2}/[0-9]{1,7}/[0-9]{1,5}$" doc:"next of the page before"`
	}
	linesResponse struct{ Body LinesOutput }
)

// LinesOutput is what a figure is made of.
type LinesOutput struct {
	Count   int              `json:"count" doc:"of all pages"`
	Debit   Amount           `json:"debit" doc:"of all pages"`
	Credit  Amount           `json:"credit" doc:"of all pages"`
	Balance Amount           `json:"balance" doc:"debit less credit"`
	Lines   []CellLineOutput `json:"lines" nullable:"false"`
	Next    string           `json:"next,omitempty" doc:"left out on the last page"`
}

func (s *Server) lineRoutes(api huma.API) {
	operation(s, api, huma.Operation{OperationID: "list-lines", Method: http.MethodGet, Path: base + "/lines", Summary: "The lines behind a figure of a report, with their sum", Tags: []string{"Reports"}}, s.lines)
}

func (s *Server) lines(ctx context.Context, in *linesRequest) (*linesResponse, error) {
	q := accounting.CellQuery{Book: by(ctx).Book, Accounts: in.Account, Basis: in.Basis, From: in.From.Period, To: in.To.Period, AsOf: in.AsOf.Date, Known: in.Known, AfterClosing: in.AfterClosing, NoClosing: in.NoClosing, Limit: in.Limit + 1}
	out := &linesResponse{}
	if in.Next != "" {
		mark, err := lineMark(in.Next)
		if err != nil {
			return nil, err
		}
		q.After = *mark
	}
	err := accounting.ReadKnown(ctx, s.db, q.Book, in.Known, func(ctx context.Context, tx bun.Tx) error {
		of, err := s.scope(ctx, tx, in.Whose)
		if err != nil {
			return err
		}
		q.Unit, q.Projects, q.BudgetLine = of.unit, of.projects, of.budgetLine
		if in.Subject != "" {
			if q.Subject, err = accounting.FindSubject(ctx, tx, q.Book, accounting.SubjectKind(in.SubjectKind), in.Subject); err != nil {
				return err
			}
		}
		sum, err := accounting.SumCell(ctx, tx, q)
		if err != nil {
			return err
		}
		found, err := accounting.CellLines(ctx, tx, q)
		if err != nil {
			return err
		}
		if len(found) > in.Limit { // one more was asked for than the page holds
			found = found[:in.Limit]
			last := found[in.Limit-1]
			out.Body.Next = fmt.Sprintf("%s/%d/%d", last.No.Period, last.No.Number, last.LineNo)
		}
		out.Body.Count, out.Body.Debit, out.Body.Credit, out.Body.Balance = sum.Lines, Amount{sum.Debit}, Amount{sum.Credit}, Amount{sum.Debit.Sub(sum.Credit)}
		out.Body.Lines = each(found, cellLineOutput)
		return nil
	})
	return out, err
}

func cellLineOutput(l accounting.CellLine) CellLineOutput {
	return CellLineOutput{Voucher: l.No.String(), Period: l.No.Period.String(), Number: l.No.Number, Line: l.LineNo, Date: l.Date.String(), Source: l.Source, Memo: l.Memo, Account: l.Account, AccountName: l.AccountName,
		Project: l.ProjectCode, BudgetLine: l.BudgetLineCode, SubjectKind: string(l.SubjectKind), Subject: l.SubjectCode, EconomicClass: l.EconomicClass, Debit: Amount{l.Debit}, Credit: Amount{l.Credit}}
}

// lineMark reads a line's place as pages hand it out: 2025-06/12/3.
func lineMark(text string) (*accounting.CellMark, error) {
	m := &accounting.CellMark{}
	var year, month int
	if n, err := fmt.Sscanf(text, "%4d-%2d/%d/%d", &year, &month, &m.No.Number, &m.LineNo); err != nil || n != 4 || m.No.Number < 1 {
		return nil, fault.Invalid("request_invalid", "next: not what a page gave as next")
	}
	m.No.Period = accounting.Period(year*100 + month)
	return m, nil
}
