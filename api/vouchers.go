package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

const (
	voucherPath = "/api/v1/vouchers"
	bulkPath    = "/api/v1/vouchers/bulk"
	bulkAtMost  = 1000
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
	receiptResponse struct{ Body ReceiptOutput }
	postBulkRequest struct {
		KeyHeader
		Body struct {
			Vouchers []VoucherInput `json:"vouchers" minItems:"1" maxItems:"1000"`
		}
	}
	bulkResponse struct {
		Body struct {
			Results []BulkResult `json:"results"`
		}
	}
)

// BulkResult answers one voucher of a bulk by its ordinal: a receipt or a problem.
type BulkResult struct {
	Ordinal int            `json:"ordinal" doc:"from 1"`
	Receipt *ReceiptOutput `json:"receipt,omitempty"`
	Problem *Problem       `json:"problem,omitempty"`
}

func (s *Server) voucherRoutes(api huma.API) {
	operation(s, api, huma.Operation{OperationID: "post-voucher", Method: http.MethodPost, Path: voucherPath, Summary: "Post a voucher", Tags: []string{"Vouchers"},
		DefaultStatus: http.StatusCreated, MaxBodyBytes: bodyLimit, Metadata: map[string]any{rightKey: rightPost}}, s.postVoucher)
	operation(s, api, huma.Operation{OperationID: "post-vouchers", Method: http.MethodPost, Path: bulkPath, Summary: "Post up to 1,000 vouchers, each answered by itself", Tags: []string{"Vouchers"},
		MaxBodyBytes: bulkBodyLimit, Metadata: map[string]any{rightKey: rightPost}}, s.postVouchers)
}

func (s *Server) postVoucher(ctx context.Context, in *postVoucherRequest) (*receiptResponse, error) {
	p, err := s.posting(ctx, by(ctx), in.Key, &in.Body)
	if err != nil {
		return nil, err
	}
	r, err := s.books.Post(ctx, p.Command, p.Voucher)
	if err != nil {
		return nil, err
	}
	return &receiptResponse{receiptOutput(r)}, nil
}

// postVouchers gives each voucher a key of its own, made from the request's key and its ordinal, so that a repeat of the
// request posts only what is missing.
func (s *Server) postVouchers(ctx context.Context, in *postBulkRequest) (*bulkResponse, error) {
	who := by(ctx)
	out := &bulkResponse{}
	out.Body.Results = make([]BulkResult, len(in.Body.Vouchers))
	all := make([]accounting.Posting, 0, len(in.Body.Vouchers))
	place := make([]int, 0, len(in.Body.Vouchers))
	for i := range in.Body.Vouchers {
		out.Body.Results[i].Ordinal = i + 1
		p, err := s.posting(ctx, who, in.Key+"/"+strconv.Itoa(i+1), &in.Body.Vouchers[i])
		if err != nil {
			out.Body.Results[i].Problem = s.problem(ctx, err)
			continue
		}
		all, place = append(all, p), append(place, i)
	}
	for j, o := range s.books.PostAll(ctx, all) {
		if result := &out.Body.Results[place[j]]; o.Err != nil {
			result.Problem = s.problem(ctx, o.Err)
		} else {
			r := receiptOutput(o.Receipt)
			result.Receipt = &r
		}
	}
	return out, nil
}

// posting turns the input into a command with its voucher: codes become identities.
func (s *Server) posting(ctx context.Context, who caller, key string, in *VoucherInput) (p accounting.Posting, err error) {
	p.Command = accounting.Command{Book: who.Book, Key: key, Name: "voucher.post", By: who.Actor, Body: in}
	v := accounting.Voucher{Book: who.Book, Date: in.Date.Date, Kind: accounting.Kind(in.Kind), Source: in.Source, Memo: in.Memo, ReviewedBy: who.Person, PostedBy: who.Person, Attachments: in.Attachments}
	if v.Source == "" {
		v.Source = "M"
	}
	if in.Period != "" {
		if v.Period, err = accounting.ParsePeriod(in.Period); err != nil {
			return p, err
		}
	}
	if in.Document != "" {
		if v.Document, err = accounting.ParseID(in.Document); err != nil {
			return p, err
		}
	}
	if v.Documents, err = hashes(in.Documents); err != nil {
		return p, err
	}
	prepared, err := s.directory.find(ctx, who.Book, "person", in.PreparedBy)
	if err != nil {
		return p, err
	}
	v.PreparedBy = accounting.PersonID{UUID: prepared}
	v.Lines = make([]accounting.Line, len(in.Lines))
	for i := range in.Lines {
		if v.Lines[i], err = s.line(ctx, who.Book, &in.Lines[i]); err != nil {
			return p, err
		}
	}
	p.Voucher = v
	return p, nil
}

func (s *Server) line(ctx context.Context, book accounting.BookID, in *LineInput) (l accounting.Line, err error) {
	l.Account, l.EconomicClass = in.Account, in.EconomicClass
	if in.Basis != "" && in.Basis != accounting.Basis(in.Account) {
		return l, fault.Invalid("basis_mismatch", "account %s is of the basis %s, not %s", in.Account, accounting.Basis(in.Account), in.Basis)
	}
	var id uuid.UUID
	if id, err = s.directory.find(ctx, book, "project", in.Project); err != nil {
		return l, err
	}
	l.Project = accounting.ProjectID{UUID: id}
	if in.BudgetLine != "" {
		if id, err = s.directory.find(ctx, book, "budget line", in.BudgetLine); err != nil {
			return l, err
		}
		l.BudgetLine = accounting.BudgetLineID{UUID: id}
	}
	if in.Subject != nil {
		if l.Subject, err = s.directory.subject(ctx, book, *in.Subject); err != nil {
			return l, err
		}
	}
	if in.Debit != nil {
		l.Debit = in.Debit.Money
	}
	if in.Credit != nil {
		l.Credit = in.Credit.Money
	}
	return l, nil
}

func hashes(texts []string) ([]accounting.Hash, error) {
	out := make([]accounting.Hash, len(texts))
	for i, t := range texts {
		if err := out[i].UnmarshalText([]byte(t)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
