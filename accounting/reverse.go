package accounting

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// reasonLimit leaves room in the memo for the voucher it names.
const reasonLimit = 120

// ReversalRequest asks for a red voucher 红字冲销, or for a red voucher with the right one behind it 冲销并更正.
type ReversalRequest struct {
	No         VoucherNo
	On         Date
	Reason     string
	PreparedBy PersonID
	ReviewedBy PersonID
}

// Reverse makes the red voucher of a voucher: all lines of all bases again, negative and on the same side, so that
// turnover too ends as if it had never been posted (R05). The caller posts it, and names who posts.
// Codes: voucher_unknown, text_invalid, reversal_year.
func Reverse(ctx context.Context, db bun.IDB, book BookID, no VoucherNo, on Date, reason string, prepared, reviewed PersonID) (Voucher, error) {
	original, err := FindVoucher(ctx, db, book, no)
	if err != nil {
		return Voucher{}, err
	}
	return original.reversed(on, reason, prepared, reviewed)
}

func (p *Posted) reversed(on Date, reason string, prepared, reviewed PersonID) (Voucher, error) {
	if err := CheckText("reason", reason, reasonLimit); err != nil {
		return Voucher{}, err
	}
	no := p.No
	if on.Year() != no.Period.Year() { // said before the books find that its budget lines are of another year
		return Voucher{}, fault.Conflict("reversal_year", "%s is of %d, the red voucher of %d; an earlier year is corrected by a blue voucher (R05)", no, no.Period.Year(), on.Year())
	}
	red := Voucher{
		Book: p.Book, Date: on, Kind: Reversal, Source: p.Source, Document: p.Document,
		Memo: "冲销 " + p.citation() + ": " + reason, Refers: &no, PreparedBy: prepared, ReviewedBy: reviewed,
	}
	if no.Period.Month() > 12 {
		red.Period = no.Period // what was posted outside the months is taken back there
	}
	for _, l := range p.Lines {
		red.Lines = append(red.Lines, Line{Account: l.Account, Debit: l.Debit.Neg(), Credit: l.Credit.Neg(), Dims: Dims{
			Project: l.Project, BudgetLine: l.BudgetLine, Subject: Subject{ID: l.Subject}, EconomicClass: l.EconomicClass,
		}})
	}
	return red, nil
}

// citation names a voucher as a later one writes it: 2025-07 记-0002 (2025-07-05).
func (p *Posted) citation() string { return fmt.Sprintf("%s (%s)", p.No, p.Date) }

// Correct posts the red voucher of a voucher and the right one behind it in one act: a confirmed payment must never
// stand reversed alone, because the money is gone. The right voucher's date and persons count for both; what it leaves
// empty (source with document, memo, period 13 or 14) follows the original. Codes: those of Reverse and Post.
func Correct(ctx context.Context, tx bun.Tx, book BookID, no VoucherNo, right Voucher, reason string) ([]Receipt, error) {
	original, err := FindVoucher(ctx, tx, book, no)
	if err != nil {
		return nil, err
	}
	red, err := original.reversed(right.Date, reason, right.PreparedBy, right.ReviewedBy)
	if err != nil {
		return nil, err
	}
	red.PostedBy = right.PostedBy
	right.Book, right.Kind, right.Refers = book, Correction, &no
	if right.Source == "" {
		right.Source, right.Document = original.Source, original.Document
	}
	if right.Memo == "" {
		right.Memo = "更正 " + original.citation() + ": " + reason
	}
	if right.Period == 0 {
		right.Period = red.Period
	}
	return Post(ctx, tx, red, right)
}

// ReverseVoucher is the command that takes a voucher back. A voucher behind a confirmed payment is refused here: it
// needs CorrectVoucher. Codes: those of Reverse and Books.Post (already_reversed, reversal_of_red, reversal_year, payment_confirmed, …).
func ReverseVoucher(ctx context.Context, books *Books, db *bun.DB, c Command, r ReversalRequest) (Receipt, error) {
	c.Body = r
	var red Voucher
	err := Read(WithReader(ctx, c.By), db, func(ctx context.Context, tx bun.Tx) (err error) {
		red, err = Reverse(ctx, tx, c.Book, r.No, r.On, r.Reason, r.PreparedBy, r.ReviewedBy)
		return err
	})
	if err != nil {
		recordRefusal(ctx, db, c, err)
		return Receipt{}, err
	}
	red.PostedBy = c.By.Person
	return books.Post(ctx, c, red)
}

// CorrectVoucher is the command that replaces a voucher by the right one, in one act with its red one; it answers both,
// the red one first. The right voucher's date and persons count for both.
func CorrectVoucher(ctx context.Context, db *bun.DB, c Command, no VoucherNo, right Voucher, reason string) ([]Receipt, error) {
	right.Book, right.PostedBy = c.Book, c.By.Person
	c.Body = struct {
		No     VoucherNo
		Right  Voucher
		Reason string
	}{no, right, reason}
	return Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) ([]Receipt, error) {
		return Correct(ctx, tx, c.Book, no, right, reason)
	})
}
