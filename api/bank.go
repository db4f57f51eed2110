package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

type (
	bankAccountsResponse struct {
		Body struct {
			Accounts []projects.OwnBankAccount `json:"accounts" nullable:"false"`
		}
	}
	newBankAccountRequest struct {
		KeyHeader
		Body projects.NewBankAccount
	}
	bankAccountResponse struct{ Body *projects.OwnBankAccount }
	matchBankRequest    struct {
		KeyHeader
		Account string `path:"account" maxLength:"100"`
	}
	matchBankResponse struct {
		Body struct {
			Found int `json:"found" doc:"lines whose voucher was found now"`
		}
	}
	bankSheetRequest struct {
		Account string `path:"account" maxLength:"100" doc:"the number of the account"`
		Month   Month  `path:"month"`
	}
	bankSheetResponse struct {
		Body *projects.BankReconciliation
	}
	bankPairRequest struct {
		KeyHeader
		Account string `path:"account" maxLength:"100"`
		Body    projects.BankPair
	}
	unmatchBankRequest struct {
		KeyHeader
		Account string `path:"account" maxLength:"100"`
		Month   Month  `path:"month" doc:"of the statement"`
		Line    int    `path:"line" minimum:"1" doc:"of the statement"`
		Body    struct {
			Reason string `json:"reason"`
		}
	}
	bankReasonRequest struct {
		KeyHeader
		Account string `path:"account" maxLength:"100"`
		Month   Month  `path:"month"`
		ID      string `path:"id" format:"uuid"`
		Body    projects.BankItemReason
	}
)

func (s *Server) bankRoutes(api huma.API) {
	const sheet = base + "/bank-reconciliation/{account}/{month}"
	importers := map[string]any{rolesKey: projects.Importers("bank-statement")}
	tagged := func(id, method, path, summary string, status int, metadata map[string]any) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"Bank"}, DefaultStatus: status, Metadata: metadata}
	}
	operation(s, api, tagged("list-bank-accounts", http.MethodGet, base+"/bank-accounts", "银行账户 Accounts with a bank", http.StatusOK, nil), s.bankAccounts)
	operation(s, api, tagged("register-bank-account", http.MethodPost, base+"/bank-accounts", "Register an account with a bank", http.StatusCreated, map[string]any{rightKey: rightArrange}), s.registerBankAccount)
	operation(s, api, tagged("match-bank-account", http.MethodPost, base+"/bank-accounts/{account}/match", "Look again for the vouchers of what is open", http.StatusOK, importers), s.matchBank)
	operation(s, api, tagged("match-bank-items", http.MethodPost, base+"/bank-accounts/{account}/matches", "手工勾对 Say that an open item of the bank and one of the books are the same", http.StatusNoContent, map[string]any{rolesKey: orderDesks}), s.matchBankItems)
	operation(s, api, tagged("end-bank-match", http.MethodPost, sheet+"/matches/{line}/undo", "取消勾对 Take a match apart while its month is open", http.StatusNoContent, map[string]any{rolesKey: orderDesks}), s.endBankMatch)
	operation(s, api, tagged("list-bank-statements", http.MethodGet, base+"/bank-accounts/{account}/statements", "对账单 The months of an account, each opening as the one before closed", http.StatusOK, nil), s.bankMonths)
	operation(s, api, tagged("list-bank-lines", http.MethodGet, sheet+"/lines", "The movements of a month's statement", http.StatusOK, nil), s.bankLines)
	operation(s, api, tagged("get-bank-reconciliation", http.MethodGet, sheet, "余额调节表 Our balance and the bank's at the end of a month", http.StatusOK, nil), s.bankSheet)
	book := tagged("get-bank-reconciliation-workbook", http.MethodGet, sheet+"/workbook", "The sheet as a workbook", http.StatusOK, nil)
	book.Responses = map[string]*huma.Response{"200": {Description: "a workbook", Content: map[string]*huma.MediaType{workbookType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	operation(s, api, book, s.bankWorkbook)
	operation(s, api, tagged("explain-bank-item", http.MethodPost, sheet+"/items/{id}/reason", "Say why an item is open and who sees to it", http.StatusNoContent, importers), s.explainBankItem)
}

func (s *Server) bankAccounts(ctx context.Context, _ *struct{}) (*bankAccountsResponse, error) {
	out, book := &bankAccountsResponse{}, by(ctx).Book
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Accounts, err = projects.BankAccounts(ctx, tx, book)
		return err
	})
}

func (s *Server) registerBankAccount(ctx context.Context, in *newBankAccountRequest) (*bankAccountResponse, error) {
	a, err := projects.RegisterBankAccount(ctx, s.db, by(ctx).command(in.Key, ""), in.Body)
	return &bankAccountResponse{a}, err
}

func (s *Server) matchBank(ctx context.Context, in *matchBankRequest) (out *matchBankResponse, err error) {
	out = &matchBankResponse{}
	out.Body.Found, err = projects.MatchBank(ctx, s.db, by(ctx).command(in.Key, ""), in.Account)
	return out, err
}

func (s *Server) matchBankItems(ctx context.Context, in *bankPairRequest) (*struct{}, error) {
	return nil, projects.MatchBankItems(ctx, s.db, by(ctx).command(in.Key, ""), in.Account, in.Body)
}

func (s *Server) endBankMatch(ctx context.Context, in *unmatchBankRequest) (*struct{}, error) {
	return nil, projects.EndBankMatch(ctx, s.db, by(ctx).command(in.Key, ""), in.Account, in.Month.Period, in.Line, in.Body.Reason)
}

func (s *Server) bankSheet(ctx context.Context, in *bankSheetRequest) (*bankSheetResponse, error) {
	out, book := &bankSheetResponse{}, by(ctx).Book
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body, err = projects.ReconcileBank(ctx, tx, book, in.Account, in.Month.Period)
		return err
	})
}

func (s *Server) bankWorkbook(ctx context.Context, in *bankSheetRequest) (*workbookResponse, error) {
	sheet, err := s.bankSheet(ctx, in)
	if err != nil {
		return nil, err
	}
	content, err := sheet.Body.Workbook()
	return workbook(fmt.Sprintf("余额调节表 %s %s", in.Account, in.Month), content), err
}

func (s *Server) explainBankItem(ctx context.Context, in *bankReasonRequest) (*struct{}, error) {
	c := by(ctx).command(in.Key, "bank.explain")
	id, err := accounting.ParseID(in.ID)
	if err != nil {
		return nil, accounting.Refuse(ctx, s.db, c, err)
	}
	return nil, projects.ExplainBankItem(ctx, s.db, c, in.Account, in.Month.Period, id, in.Body)
}
