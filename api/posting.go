package api

import (
	"context"

	"github.com/google/uuid"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// posting turns the input into a command with its voucher: codes become identities.
func (s *Server) posting(ctx context.Context, who caller, key string, in *VoucherInput) (p accounting.Posting, err error) {
	p.Command = who.command(key, "voucher.post")
	p.Command.Body = in
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
	if l.Project, err = s.project(ctx, book, in.Project); err != nil {
		return l, err
	}
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
