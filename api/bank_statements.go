package api

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

type (
	bankMonthsRequest struct {
		Account string `path:"account" maxLength:"100" doc:"the number of the account"`
	}
	bankMonthsResponse struct {
		Body struct {
			Account projects.OwnBankAccount `json:"account"`
			Months  []projects.BankMonth    `json:"months" nullable:"false" doc:"oldest first"`
		}
	}
	bankLinesResponse struct {
		Body struct {
			Lines []projects.BankLine `json:"lines" nullable:"false" doc:"none: the statement is not in, or nothing moved"`
		}
	}
)

func (s *Server) bankMonths(ctx context.Context, in *bankMonthsRequest) (*bankMonthsResponse, error) {
	out, book := &bankMonthsResponse{}, by(ctx).Book
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		account, err := projects.FindBankAccount(ctx, tx, book, in.Account)
		if err != nil {
			return err
		}
		out.Body.Account = *account
		out.Body.Months, err = projects.BankMonths(ctx, tx, book, in.Account)
		return err
	})
}

func (s *Server) bankLines(ctx context.Context, in *bankSheetRequest) (*bankLinesResponse, error) {
	out, book := &bankLinesResponse{}, by(ctx).Book
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Lines, err = projects.BankLines(ctx, tx, book, in.Account, in.Month.Period)
		return err
	})
}
