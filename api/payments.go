package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

const (
	requestsPath = base + "/payment-requests"
	linePath     = requestsPath + "/{number}/lines/{line}"
)

// ReceiptInput is what the bank did with a line.
type ReceiptInput struct {
	Date   Day    `json:"date" doc:"the bank's"`
	Serial string `json:"serial" minLength:"1" maxLength:"60" doc:"银行交易流水号"`
	Paper  string `json:"paper,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the scanned receipt"`
}

// ReissueInput asks for a new order of a line that failed.
type ReissueInput struct {
	Account string `json:"account" minLength:"4" maxLength:"40" doc:"an account of the same payee"`
	Reason  string `json:"reason" minLength:"1" maxLength:"500"`
}

// FailureInput says why the bank sent a line back.
type FailureInput struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// CancelInput gives up a line that failed.
type CancelInput struct {
	Date Day `json:"date" doc:"the voucher's day"`
}

type (
	lineRequest[B any] struct {
		KeyHeader
		Number string `path:"number" maxLength:"40"`
		Line   int    `path:"line" minimum:"1"`
		Body   B
	}
	lineCommand struct {
		KeyHeader
		Number string `path:"number" maxLength:"40"`
		Line   int    `path:"line" minimum:"1"`
	}
	requestByNumber struct {
		Number string `path:"number" maxLength:"40"`
	}
	requestResponse struct {
		Body struct {
			DocumentDetail
			projects.RequestView
		}
	}
	queuedLinesRequest struct {
		State string `query:"state" enum:"ordered,failed" default:"ordered" doc:"ordered: waits for the bank; failed: sent back"`
		After string `query:"after" maxLength:"40" doc:"next of the page before"`
		Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	}
	queuedLinesResponse struct {
		Body struct {
			Lines []projects.QueuedLine `json:"lines" nullable:"false"`
			Total projects.LineSum      `json:"total" doc:"of all lines in the state, not of this page only"`
			Next  string                `json:"next,omitempty" doc:"left out on the last page"`
		}
	}
	payeesResponse struct {
		Body struct {
			Payees []projects.Payee `json:"payees" nullable:"false"`
		}
	}
)

// Who works on the lines of an order: receipts are entered and checked at any desk of the flow, orders are the treasury's.
var (
	receiptDesks = []string{"budget_officer", "treasury_officer", "project_clerk", "project_head"}
	orderDesks   = []string{"treasury_officer"}
	reissueDesks = []string{"treasury_officer", "project_clerk"}
)

func (s *Server) paymentRoutes(api huma.API) {
	command := func(id, verb, summary string, roles []string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: linePath + "/" + verb, Summary: summary, Tags: []string{"Payments"}, DefaultStatus: http.StatusCreated,
			Metadata: map[string]any{rolesKey: roles}}
	}
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"Payments"}}
	}
	operation(s, api, read("list-payees", base+"/payees", "收款人 Payees, accounts by their last four digits"), s.listPayees)
	operation(s, api, read("list-payment-requests", requestsPath, "支付申请 Requests, newest first, with what is payable and the days at their desk"), s.listRequests)
	operation(s, api, read("get-payment-request", requestsPath+"/{number}", "支付申请 A request with its budget, lines, acts and days at each desk"), s.getRequest)
	operation(s, api, read("list-payment-lines", base+"/payment-lines", "支付明细 Lines that wait for the bank or for a new order, the longest ordered first"), s.listQueuedLines)
	operation(s, api, command("enter-receipt", "receipt", "录入回单 Enter the bank's receipt of a line", receiptDesks), func(ctx context.Context, in *lineRequest[ReceiptInput]) (*receiptsResponse, error) {
		r := projects.Receipt{Date: in.Body.Date.Date, Serial: in.Body.Serial}
		if in.Body.Paper != "" {
			var h accounting.Hash
			if err := h.UnmarshalText([]byte(in.Body.Paper)); err != nil {
				return nil, err
			}
			r.Paper = &h
		}
		return receipts(nil), projects.EnterReceipt(ctx, s.db, by(ctx).command(in.Key, ""), in.Number, in.Line, r)
	})
	operation(s, api, command("confirm-line", "confirm", "核对回单 Confirm a line by its receipt, as another person than who entered it", receiptDesks), func(ctx context.Context, in *lineCommand) (*receiptsResponse, error) {
		all, err := projects.ConfirmLine(ctx, s.db, by(ctx).command(in.Key, ""), in.Number, in.Line)
		return receipts(all), err
	})
	operation(s, api, command("fail-line", "fail", "退票 The bank sent a line back before it was confirmed", orderDesks), func(ctx context.Context, in *lineRequest[FailureInput]) (*receiptsResponse, error) {
		return receipts(nil), projects.FailLine(ctx, s.db, by(ctx).command(in.Key, ""), in.Number, in.Line, in.Body.Reason)
	})
	operation(s, api, command("ask-reissue", "reissue", "申请重发 Ask for a new order of a line that failed", reissueDesks), func(ctx context.Context, in *lineRequest[ReissueInput]) (*receiptsResponse, error) {
		return receipts(nil), projects.AskReissue(ctx, s.db, by(ctx).command(in.Key, ""), in.Number, in.Line, projects.Reissue{Account: in.Body.Account, Reason: in.Body.Reason})
	})
	operation(s, api, command("approve-reissue", "approve-reissue", "同意重发 Order a failed line again, as another person than who asked", orderDesks), func(ctx context.Context, in *lineCommand) (*receiptsResponse, error) {
		return receipts(nil), projects.ApproveReissue(ctx, s.db, by(ctx).command(in.Key, ""), in.Number, in.Line)
	})
	operation(s, api, command("cancel-line", "cancel", "撤销明细 Give up a line that failed: what it held goes back", orderDesks), func(ctx context.Context, in *lineRequest[CancelInput]) (*receiptsResponse, error) {
		all, err := projects.CancelLine(ctx, s.db, by(ctx).command(in.Key, ""), in.Number, in.Line, in.Body.Date.Date)
		return receipts(all), err
	})
}

func (s *Server) getRequest(ctx context.Context, in *requestByNumber) (*requestResponse, error) {
	out, who := &requestResponse{}, by(ctx)
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if out.Body.RequestView, err = projects.ViewRequest(ctx, tx, who.Book, in.Number); err != nil {
			return err
		}
		out.Body.DocumentDetail, err = s.documentDetail(ctx, tx, who, out.Body.Document)
		return err
	})
}

func (s *Server) listPayees(ctx context.Context, _ *struct{}) (*payeesResponse, error) {
	out, book := &payeesResponse{}, by(ctx).Book
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Payees, err = projects.Payees(ctx, tx, book)
		return err
	})
}

func (s *Server) listQueuedLines(ctx context.Context, in *queuedLinesRequest) (*queuedLinesResponse, error) {
	out := &queuedLinesResponse{}
	q := projects.LineQuery{Book: by(ctx).Book, State: in.State, After: in.After, Limit: in.Limit + 1}
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if out.Body.Total, err = projects.SumQueuedLines(ctx, tx, q); err != nil {
			return err
		}
		if out.Body.Lines, err = projects.QueuedLines(ctx, tx, q); err != nil {
			return err
		}
		if len(out.Body.Lines) > in.Limit { // one more was asked for than the page holds
			out.Body.Lines = out.Body.Lines[:in.Limit]
			out.Body.Next = out.Body.Lines[in.Limit-1].OrderNumber
		}
		return nil
	})
}
