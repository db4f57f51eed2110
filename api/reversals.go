package api

import (
	"context"

	"mingzhang/accounting"
)

const onePath = voucherPath + "/{period}/{number}"

// VoucherPlace names a voucher in an address.
type VoucherPlace struct {
	Period Month `path:"period"`
	Number int   `path:"number" minimum:"1" maximum:"9999999"`
}

func (p VoucherPlace) no() accounting.VoucherNo {
	return accounting.VoucherNo{Period: p.Period.Period, Number: p.Number}
}

// ReversalInput asks for the red voucher of a voucher.
type ReversalInput struct {
	Date       Day    `json:"date" doc:"day of the red voucher, in the original's fiscal year"`
	Reason     string `json:"reason" minLength:"1" maxLength:"120"`
	PreparedBy string `json:"prepared_by" maxLength:"64" doc:"code of the person who prepared it; never the sender"`
}

// CorrectionInput asks for the red voucher and the right one behind it; the right one's date and preparer count for both.
type CorrectionInput struct {
	Reason  string       `json:"reason" minLength:"1" maxLength:"120"`
	Voucher VoucherInput `json:"voucher" doc:"the right voucher; kind is ignored, source and document follow the original when left out"`
}

type (
	reverseRequest struct {
		KeyHeader
		VoucherPlace
		Body ReversalInput
	}
	correctRequest struct {
		KeyHeader
		VoucherPlace
		Body CorrectionInput
	}
)

func (s *Server) reverseVoucher(ctx context.Context, in *reverseRequest) (*receiptResponse, error) {
	who := by(ctx)
	c := who.command(in.Key, "voucher.reverse")
	prepared, err := s.directory.find(ctx, who.Book, "person", in.Body.PreparedBy)
	if err != nil {
		return nil, accounting.Refuse(ctx, s.db, c, err)
	}
	r, err := accounting.ReverseVoucher(ctx, s.books, s.db, c, accounting.ReversalRequest{
		No: in.no(), On: in.Body.Date.Date, Reason: in.Body.Reason, PreparedBy: accounting.PersonID{UUID: prepared}, ReviewedBy: who.Person})
	if err != nil {
		return nil, err
	}
	return &receiptResponse{receiptOutput(r)}, nil
}

func (s *Server) correctVoucher(ctx context.Context, in *correctRequest) (*receiptsResponse, error) {
	p, err := s.posting(ctx, by(ctx), in.Key, &in.Body.Voucher)
	p.Command.Name = "voucher.correct"
	if err != nil {
		return nil, accounting.Refuse(ctx, s.db, p.Command, err)
	}
	p.Voucher.Source = in.Body.Voucher.Source // empty: the original's, not M
	all, err := accounting.CorrectVoucher(ctx, s.db, p.Command, in.no(), p.Voucher, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return receipts(all), nil
}
