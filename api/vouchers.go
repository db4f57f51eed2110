package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"mingzhang/accounting"
)

const (
	base        = "/api/v1"
	voucherPath = base + "/vouchers"
)

// LineInput is one debit or credit. Projects, budget lines and subjects are named by their codes.
type LineInput struct {
	Account       string        `json:"account" maxLength:"10" doc:"leaf of the chart, such as 9301.01"`
	Basis         string        `json:"basis,omitempty" enum:"financial,budgetary,authority" doc:"optional; must be the one the account's first digit tells"`
	Project       string        `json:"project" maxLength:"64" doc:"project code, such as 2025-05"`
	BudgetLine    string        `json:"budget_line,omitempty" maxLength:"64" doc:"budget line code, where the account takes one"`
	Subject       *SubjectInput `json:"subject,omitempty" doc:"contract, request, batch or injection, where the account takes one"`
	EconomicClass string        `json:"economic_class,omitempty" maxLength:"7" doc:"on 5xxx and 7xxx, such as 30201"`
	Debit         *Amount       `json:"debit,omitempty" doc:"yuan; exactly one of debit and credit"`
	Credit        *Amount       `json:"credit,omitempty" doc:"yuan"`
}

// SubjectInput names a subject by kind and code. A code seen for the first time is registered by the posting.
type SubjectInput struct {
	ID   string `json:"id,omitempty" format:"uuid" doc:"optional identity of a new subject; saves a look-up"`
	Kind string `json:"kind" enum:"contract,request,batch,injection"`
	Code string `json:"code" minLength:"1" maxLength:"64"`
}

// VoucherInput is a voucher to post. The sender's token is the reviewer.
type VoucherInput struct {
	Date        Day         `json:"date"`
	Period      string      `json:"period,omitempty" pattern:"^[0-9]{4}-(13|14)$" doc:"only for 13 and 14; months follow from the date"`
	Kind        string      `json:"kind,omitempty" enum:"ordinary,opening,closing,demonstration" doc:"ordinary when left out"`
	Source      string      `json:"source,omitempty" pattern:"^[A-Za-z0-9+-]{1,12}$" doc:"event code; M (manual) when left out"`
	Document    string      `json:"document,omitempty" format:"uuid" doc:"the document behind it"`
	Memo        string      `json:"memo" minLength:"1" maxLength:"200" doc:"summary 摘要"`
	PreparedBy  string      `json:"prepared_by" maxLength:"64" doc:"code of the person who prepared it; never the sender"`
	Attachments int         `json:"attachments" minimum:"0" maximum:"9999" doc:"number of attached documents 附单据张数"`
	Documents   []string    `json:"documents,omitempty" maxItems:"100" doc:"SHA-256 of attached files, hexadecimal"`
	Lines       []LineInput `json:"lines" minItems:"1" maxItems:"10000"`
}

// ReceiptOutput is the answer to a posted voucher.
type ReceiptOutput struct {
	Voucher    string    `json:"voucher" doc:"period, word and number: 2025-06 记-0012"`
	Period     string    `json:"period"`
	Number     int       `json:"number"`
	RecordedAt time.Time `json:"recorded_at"`
	Digest     string    `json:"digest" doc:"leaf hash of the voucher in its period's tree"`
	Replayed   bool      `json:"replayed" doc:"true when the key had been used before: this is the first answer"`
}

func receiptOutput(r accounting.Receipt) ReceiptOutput {
	return ReceiptOutput{Voucher: r.No.String(), Period: r.No.Period.String(), Number: r.No.Number, RecordedAt: r.RecordedAt, Digest: r.Digest.String(), Replayed: r.Replayed}
}

// KeyHeader makes a command happen once.
type KeyHeader struct {
	Key string `header:"Idempotency-Key" required:"true" maxLength:"200" doc:"chosen by the sender before the first attempt; repeat it after 503"`
}

type (
	postVoucherRequest struct {
		KeyHeader
		Body VoucherInput
	}
	receiptResponse  struct{ Body ReceiptOutput }
	receiptsResponse struct {
		Body struct {
			Receipts []ReceiptOutput `json:"receipts" doc:"one for each voucher, mostly one" nullable:"false"`
		}
	}
)

func receipts(all []accounting.Receipt) *receiptsResponse {
	out := &receiptsResponse{}
	out.Body.Receipts = each(all, receiptOutput)
	return out
}

func (s *Server) voucherRoutes(api huma.API) {
	command := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: path, Summary: summary, Tags: []string{"Vouchers"}, DefaultStatus: http.StatusCreated,
			MaxBodyBytes: bodyLimit, Metadata: map[string]any{rightKey: rightPost}}
	}
	operation(s, api, command("post-voucher", voucherPath, "Post a voucher"), s.postVoucher)
	operation(s, api, command("reverse-voucher", onePath+"/reverse", "冲销 Take a voucher back by a red one"), s.reverseVoucher)
	operation(s, api, command("correct-voucher", onePath+"/correct", "冲销并更正 Take a voucher back and post the right one, in one act"), s.correctVoucher)
	s.bulkRoute(api)
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"Vouchers"}}
	}
	operation(s, api, read("list-vouchers", voucherPath, "Vouchers in order of period and number"), s.listVouchers)
	operation(s, api, read("sum-vouchers", base+"/voucher-sum", "How many vouchers a list has, and what they come to"), s.sumVouchers)
	operation(s, api, read("get-voucher", onePath, "One voucher by its number"), s.getVoucher)
}

func (s *Server) postVoucher(ctx context.Context, in *postVoucherRequest) (*receiptResponse, error) {
	p, err := s.posting(ctx, by(ctx), in.Key, &in.Body)
	if err != nil {
		return nil, accounting.Refuse(ctx, s.db, p.Command, err)
	}
	r, err := s.books.Post(ctx, p.Command, p.Voucher)
	if err != nil {
		return nil, err
	}
	return &receiptResponse{receiptOutput(r)}, nil
}
