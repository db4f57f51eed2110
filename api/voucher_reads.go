package api

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// VoucherOutput is a voucher as it stands in the books.
type VoucherOutput struct {
	Voucher     string             `json:"voucher" doc:"period, word and number: 2025-06 记-0012"`
	Period      string             `json:"period"`
	Number      int                `json:"number"`
	Date        string             `json:"date" format:"date"`
	Kind        string             `json:"kind"`
	Source      string             `json:"source" doc:"event code"`
	Document    string             `json:"document,omitempty" format:"uuid"`
	Memo        string             `json:"memo"`
	PreparedBy  string             `json:"prepared_by" doc:"code of a person"`
	ReviewedBy  string             `json:"reviewed_by"`
	PostedBy    string             `json:"posted_by"`
	Attachments int                `json:"attachments"`
	Documents   []string           `json:"documents,omitempty" doc:"SHA-256 of attached files"`
	Refers      string             `json:"refers,omitempty" doc:"what it reverses or corrects"`
	ReversedBy  string             `json:"reversed_by,omitempty"`
	RecordedAt  time.Time          `json:"recorded_at"`
	Digest      string             `json:"digest"`
	Lines       []PostedLineOutput `json:"lines" nullable:"false"`
}

// PostedLineOutput is a line with the names a reader needs.
type PostedLineOutput struct {
	Account       string `json:"account"`
	AccountName   string `json:"account_name"`
	Basis         string `json:"basis"`
	Project       string `json:"project"`
	BudgetLine    string `json:"budget_line,omitempty"`
	SubjectKind   string `json:"subject_kind,omitempty"`
	Subject       string `json:"subject,omitempty"`
	EconomicClass string `json:"economic_class,omitempty"`
	Debit         Amount `json:"debit"`
	Credit        Amount `json:"credit"`
}

type (
	getVoucherRequest struct{ VoucherPlace }
	voucherResponse   struct{ Body VoucherOutput }

	listVouchersRequest struct {
		From    Month  `query:"from" doc:"first period; from the first when left out"`
		To      Month  `query:"to" doc:"last period"`
		Project string `query:"project" maxLength:"64" doc:"vouchers with a line of this project"`
		Unit    string `query:"unit" maxLength:"64"`
		Source  string `query:"source" maxLength:"12" doc:"event code"`
		Search  string `query:"search" maxLength:"64" doc:"in the summary; a number or an amount is looked for as such too"`
		Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
		Next    string `query:"next" pattern:"^[0-9]{4}-[0-9]{2}/[0-9]{1,7}$" doc:"next of the page before"`
	}
	listVouchersResponse struct {
		Body struct {
			Vouchers []VoucherOutput `json:"vouchers" nullable:"false"`
			Next     string          `json:"next,omitempty" doc:"left out on the last page"`
		}
	}
)

// VoucherSumOutput is the head of a list of vouchers.
type VoucherSumOutput struct {
	Vouchers  int    `json:"vouchers"`
	Financial Amount `json:"financial" doc:"debits; by unit or project those of its own lines"`
	Budgetary Amount `json:"budgetary"`
	Authority Amount `json:"authority"`
}

type (
	sumVouchersRequest struct {
		From    Month  `query:"from"`
		To      Month  `query:"to"`
		Project string `query:"project" maxLength:"64"`
		Unit    string `query:"unit" maxLength:"64"`
		Source  string `query:"source" maxLength:"12"`
		Search  string `query:"search" maxLength:"64"`
	}
	sumVouchersResponse struct{ Body VoucherSumOutput }
)

// sumVouchers is the head of listVouchers: how many there are on all pages and what they come to.
func (s *Server) sumVouchers(ctx context.Context, in *sumVouchersRequest) (*sumVouchersResponse, error) {
	q, err := s.voucherQuery(ctx, by(ctx).Book, &listVouchersRequest{From: in.From, To: in.To, Project: in.Project, Unit: in.Unit, Source: in.Source, Search: in.Search})
	if err != nil {
		return nil, err
	}
	sum, err := s.voucherHeads.Sum(ctx, by(ctx).Actor, q)
	return &sumVouchersResponse{voucherSum(sum)}, err
}

func voucherSum(sum accounting.VoucherSum) VoucherSumOutput {
	return VoucherSumOutput{sum.Vouchers, Amount{sum.Financial}, Amount{sum.Budgetary}, Amount{sum.Authority}}
}

func (s *Server) getVoucher(ctx context.Context, in *getVoucherRequest) (*voucherResponse, error) {
	out := &voucherResponse{}
	err := accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		p, err := accounting.FindVoucher(ctx, tx, by(ctx).Book, in.no())
		if err == nil {
			out.Body = voucherOutput(*p)
		}
		return err
	})
	return out, err
}

func (s *Server) listVouchers(ctx context.Context, in *listVouchersRequest) (*listVouchersResponse, error) {
	q, err := s.voucherQuery(ctx, by(ctx).Book, in)
	if err != nil {
		return nil, err
	}
	return s.pageOfVouchers(ctx, q, in.Limit)
}

// pageOfVouchers answers a query that asks for one voucher more.
func (s *Server) pageOfVouchers(ctx context.Context, q accounting.VoucherQuery, limit int) (*listVouchersResponse, error) {
	out := &listVouchersResponse{}
	out.Body.Vouchers = []VoucherOutput{}
	err := accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		for p, err := range accounting.Vouchers(ctx, tx, q) {
			if err != nil {
				return err
			}
			if len(out.Body.Vouchers) == limit {
				last := out.Body.Vouchers[limit-1]
				out.Body.Next = fmt.Sprintf("%s/%d", last.Period, last.Number)
				break
			}
			out.Body.Vouchers = append(out.Body.Vouchers, voucherOutput(p))
		}
		return nil
	})
	return out, err
}

// voucherQuery asks for one voucher more than the page, which tells whether there is a next page.
func (s *Server) voucherQuery(ctx context.Context, book accounting.BookID, in *listVouchersRequest) (q accounting.VoucherQuery, err error) {
	q = accounting.VoucherQuery{Book: book, From: in.From.Period, To: in.To.Period, Source: in.Source, Search: in.Search, Limit: in.Limit + 1}
	if q.Project, err = s.projectID(ctx, book, in.Project); err != nil {
		return q, err
	}
	if q.Unit, err = s.unitID(ctx, book, in.Unit); err != nil {
		return q, err
	}
	if in.Next != "" {
		q.After, err = voucherNo(in.Next)
	}
	return q, err
}

// voucherNo reads a voucher's number as pages hand it out: 2025-06/12.
func voucherNo(text string) (no accounting.VoucherNo, err error) {
	if len(text) < 9 || text[7] != '/' {
		return no, fault.Invalid("request_invalid", "next: not what a page gave as next")
	}
	if no.Period, err = accounting.ParsePeriod(text[:7]); err != nil {
		return no, err
	}
	if _, err := fmt.Sscanf(text[8:], "%d", &no.Number); err != nil || no.Number < 1 {
		return no, fault.Invalid("request_invalid", "next: not what a page gave as next")
	}
	return no, nil
}

// projectID and unitID find what a query names; nothing named restricts nothing.
func (s *Server) projectID(ctx context.Context, book accounting.BookID, code string) (id accounting.ProjectID, err error) {
	if code != "" {
		id, err = s.project(ctx, book, code)
	}
	return id, err
}

// project finds a project by its code. One whose books the caller does not read is not there.
func (s *Server) project(ctx context.Context, book accounting.BookID, code string) (id accounting.ProjectID, err error) {
	if id.UUID, err = s.directory.find(ctx, book, "project", code); err != nil || by(ctx).ReadsAll() {
		return id, err
	}
	may, err := projects.MayRead(ctx, s.db, id)
	if err == nil && !may {
		err = notFound("project", code)
	}
	return id, err
}

func (s *Server) unitID(ctx context.Context, book accounting.BookID, code string) (id accounting.UnitID, err error) {
	if code != "" {
		id.UUID, err = s.directory.find(ctx, book, "unit", code)
	}
	return id, err
}

func voucherOutput(p accounting.Posted) VoucherOutput {
	out := VoucherOutput{
		Voucher: p.No.String(), Period: p.No.Period.String(), Number: p.No.Number, Date: p.Date.String(), Kind: string(p.Kind), Source: p.Source, Memo: p.Memo,
		PreparedBy: p.PreparedBy.Code, ReviewedBy: p.ReviewedBy.Code, PostedBy: p.PostedBy.Code, Attachments: p.Attachments, Documents: each(p.Documents, accounting.Hash.String),
		Refers: citation(p.Refers), ReversedBy: citation(p.ReversedBy), RecordedAt: p.RecordedAt, Digest: p.Digest.String(),
	}
	if p.Document != uuid.Nil {
		out.Document = p.Document.String()
	}
	out.Lines = each(p.Lines, func(l accounting.PostedLine) PostedLineOutput {
		return PostedLineOutput{Account: l.Account, AccountName: l.AccountName, Basis: l.Basis, Project: l.ProjectCode, BudgetLine: l.BudgetLineCode,
			SubjectKind: string(l.SubjectKind), Subject: l.SubjectCode, EconomicClass: l.EconomicClass, Debit: Amount{l.Debit}, Credit: Amount{l.Credit}}
	})
	return out
}

func citation(no *accounting.VoucherNo) string {
	if no == nil {
		return ""
	}
	return no.String()
}

// each turns rows into what the API shows of them; of none it is an empty list, not null.
func each[A, B any](all []A, show func(A) B) []B {
	out := make([]B, len(all))
	for i, a := range all {
		out[i] = show(a)
	}
	return out
}
