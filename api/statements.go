package api

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Page is how much of a statement is wanted. Lines can come in between while somebody pages: known_at holds the books still.
type Page struct {
	From  Day    `query:"from" doc:"first day; 1 January of the as-of date's year when left out"`
	Limit int    `query:"limit" minimum:"1" maximum:"5000" default:"1000"`
	Next  string `query:"next" pattern:"^[0-9]{4}-[0-9]{2}/[0-9]{1,7}/[0-9]{1,5}$" doc:"next of the page before"`
}

// StatementLineOutput is a line with the balance after it, on the normal side.
type StatementLineOutput struct {
	Voucher       string `json:"voucher"`
	Date          string `json:"date" format:"date"`
	Kind          string `json:"kind"`
	Source        string `json:"source"`
	Memo          string `json:"memo"`
	Account       string `json:"account"`
	Project       string `json:"project"`
	BudgetLine    string `json:"budget_line,omitempty"`
	SubjectKind   string `json:"subject_kind,omitempty"`
	Subject       string `json:"subject,omitempty"`
	EconomicClass string `json:"economic_class,omitempty"`
	Debit         Amount `json:"debit"`
	Credit        Amount `json:"credit"`
	Balance       Amount `json:"balance"`
}

type (
	accountStatementRequest struct {
		Account string `path:"account" maxLength:"10" doc:"with its sub-accounts"`
		Cut
		Page
		Whose
	}
	projectLedgerRequest struct {
		Code string `path:"code" maxLength:"64"`
		Cut
		Page
	}
	statementResponse struct {
		Body StatementOutput
	}
)

// StatementOutput is what was there before and a page of lines.
type StatementOutput struct {
	Accounts []AccountRow          `json:"accounts" nullable:"false"`
	Count    *int                  `json:"count,omitempty" doc:"lines of all pages; of an account's statement only"`
	Before   *Amount               `json:"before,omitempty" doc:"balance before the first line of this page; of an account's statement only"`
	Lines    []StatementLineOutput `json:"lines" nullable:"false"`
	Next     string                `json:"next,omitempty" doc:"left out on the last page"`
}

func (s *Server) accountStatement(ctx context.Context, in *accountStatementRequest) (*statementResponse, error) {
	q := in.query(by(ctx).Book, in.Page)
	q.Account = in.Account
	var after *accounting.CellMark
	var err error
	if in.Next != "" {
		if after, err = lineMark(in.Next); err != nil {
			return nil, err
		}
	}
	out := &statementResponse{}
	err = accounting.ReadKnown(ctx, s.db, q.Book, q.Known, func(ctx context.Context, tx bun.Tx) error {
		of, err := s.scope(ctx, tx, in.Whose)
		if err != nil {
			return err
		}
		q.Unit, q.Projects, q.BudgetLine = of.unit, of.projects, of.budgetLine
		p, err := accounting.PageStatement(ctx, tx, q, after, in.Limit)
		if err != nil {
			return err
		}
		out.Body = StatementOutput{Accounts: []AccountRow{accountRow(p.Account)}, Count: &p.Count, Before: &Amount{p.Before}, Lines: each(p.Lines, statementLine)}
		if p.Next != nil {
			out.Body.Next = fmt.Sprintf("%s/%d/%d", p.Next.No.Period, p.Next.No.Number, p.Next.LineNo)
		}
		return nil
	})
	return out, err
}

func (s *Server) projectLedger(ctx context.Context, in *projectLedgerRequest) (*statementResponse, error) {
	q := in.query(by(ctx).Book, in.Page)
	project, err := s.projectID(ctx, q.Book, in.Code)
	if err != nil {
		return nil, err
	}
	q.Projects = []accounting.ProjectID{project}
	return s.statement(ctx, q, in.Page, accounting.ProjectLedger)
}

func (c Cut) query(book accounting.BookID, p Page) accounting.StatementQuery {
	return accounting.StatementQuery{Book: book, From: p.From.Date, AsOf: c.AsOf.Date, Known: c.Known, AfterClosing: c.AfterClosing}
}

func (s *Server) statement(ctx context.Context, q accounting.StatementQuery, p Page, report func(context.Context, bun.IDB, accounting.StatementQuery) (*accounting.Statement, error)) (*statementResponse, error) {
	out := &statementResponse{}
	var err error
	if p.Next != "" {
		if q.After, err = lineMark(p.Next); err != nil {
			return nil, err
		}
	}
	q.Limit = p.Limit + 1 // one more tells whether there is a next page
	err = accounting.ReadKnown(ctx, s.db, q.Book, q.Known, func(ctx context.Context, tx bun.Tx) error {
		st, err := report(ctx, tx, q)
		if err != nil {
			return err
		}
		out.Body, err = p.of(st)
		return err
	})
	return out, err
}

func accountRow(a accounting.StatementAccount) AccountRow {
	return AccountRow{a.Account, a.Name, string(a.Normal), Amount{a.Opening}, Amount{a.Debit}, Amount{a.Credit}, Amount{a.Closing}}
}

// of reads a page, which is after the line whose place the page before gave.
func (p Page) of(st *accounting.Statement) (StatementOutput, error) {
	out := StatementOutput{Lines: []StatementLineOutput{}}
	out.Accounts = each(st.Accounts, accountRow)
	last := ""
	for l, err := range st.Lines {
		if err != nil {
			return out, err
		}
		if len(out.Lines) == p.Limit {
			out.Next = last
			return out, nil
		}
		last = place(l)
		out.Lines = append(out.Lines, statementLine(l))
	}
	if p.Next != "" && len(out.Lines) == 0 {
		return out, fault.Invalid("request_invalid", "next: no page of this statement ended at %s", p.Next)
	}
	return out, nil
}

func place(l accounting.StatementLine) string {
	return fmt.Sprintf("%s/%d/%d", l.No.Period, l.No.Number, l.LineNo)
}

func statementLine(l accounting.StatementLine) StatementLineOutput {
	return StatementLineOutput{
		Voucher: l.No.String(), Date: l.Date.String(), Kind: string(l.Kind), Source: l.Source, Memo: l.Memo, Account: l.Account, Project: l.ProjectCode, BudgetLine: l.BudgetLineCode,
		SubjectKind: string(l.SubjectKind), Subject: l.SubjectCode, EconomicClass: l.EconomicClass, Debit: Amount{l.Debit}, Credit: Amount{l.Credit}, Balance: Amount{l.Balance},
	}
}
