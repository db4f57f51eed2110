package projects_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// byHand is a bureau with a project and those who write, review and post vouchers by hand.
type byHand struct {
	*bureau
	wu, zhao, ma desk
}

func newByHand(t *testing.T) byHand {
	t.Helper()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	b.node("2025-06", "INS", 2025)
	desks := b.desks([2]string{"wu", "project_clerk"}, [2]string{"zhao", "project_head"}, [2]string{"ma", "budget_officer"})
	return byHand{b, desks["wu project_clerk"], desks["zhao project_head"], desks["ma budget_officer"]}
}

func debit(account, amount string) projects.ManualLine {
	return projects.ManualLine{Account: account, Project: "2025-05", Debit: yuan(amount)}
}

func credit(account, amount string) projects.ManualLine {
	return projects.ManualLine{Account: account, Project: "2025-05", Credit: yuan(amount)}
}

// written drafts a voucher by hand and submits it.
func (b byHand) written(lines ...projects.ManualLine) (*projects.Document, error) {
	b.t.Helper()
	doc, err := projects.Draft(b.t.Context(), b.db, b.wu.command(), "manual_voucher",
		&projects.ManualVoucher{Paper: projects.Paper{Date: accounting.MustDate("2025-03-05"), Memo: "盘盈固定资产"}, Lines: lines})
	if err != nil {
		return nil, err
	}
	_, err = b.wu.take(doc, "submit")
	return doc, err
}

// A voucher by hand is prepared, reviewed and posted by three persons, and their names stand on it.
func TestManualVoucherIsPreparedReviewedAndPostedByThree(t *testing.T) {
	t.Parallel()
	b := newByHand(t)
	doc, err := b.written(debit("1601", "800.00"), credit("3501", "800.00"))
	b.must(err)
	if _, err := b.ma.take(doc, "post"); fault.Code(err) != "step_not_allowed" {
		t.Errorf("posting what nobody reviewed: %v", err)
	}
	if _, err := b.wu.take(doc, "review"); fault.Code(err) != "role_not_held" {
		t.Errorf("the maker reviewing: %v", err)
	}
	_, err = b.zhao.take(doc, "review")
	b.must(err)
	if _, err := b.zhao.take(doc, "post"); fault.Code(err) != "duty_taken" {
		t.Errorf("the reviewer posting: %v", err)
	}
	done, err := b.ma.take(doc, "post")
	b.must(err)
	v := b.voucher(done.Receipts[0].No)
	if v.Source != "manual" || v.Document != doc.ID || v.PreparedBy.ID != b.wu.who.Person || v.ReviewedBy.ID != b.zhao.who.Person || v.PostedBy.ID != b.ma.who.Person {
		t.Errorf("posted %s of %s by %s, %s, %s", v.Source, v.Document, v.PreparedBy.Code, v.ReviewedBy.Code, v.PostedBy.Code)
	}
}

func (b *bureau) voucher(no accounting.VoucherNo) *accounting.Posted {
	b.t.Helper()
	var v *accounting.Posted
	b.must(accounting.Read(accounting.WithReader(b.t.Context(), accounting.Operator), b.db, func(ctx context.Context, tx bun.Tx) (err error) {
		v, err = accounting.FindVoucher(ctx, tx, book, no)
		return err
	}))
	return v
}

// The maker hears at once what the books would refuse.
func TestManualVoucherIsCheckedWhenSubmitted(t *testing.T) {
	t.Parallel()
	b := newByHand(t)
	classed := debit("1601", "5.00")
	classed.EconomicClass = goodsUsed
	for code, lines := range map[string][]projects.ManualLine{
		"voucher_empty":              {debit("1601", "5.00")},
		"voucher_unbalanced":         {debit("1601", "5.00"), credit("3501", "4.99")},
		"account_unknown":            {debit("1699", "5.00"), credit("3501", "5.00")},
		"account_summary":            {debit("5001", "5.00"), credit("3501", "5.00")},
		"economic_class_required":    {debit("5901", "5.00"), credit("3501", "5.00")},
		"economic_class_not_allowed": {classed, credit("3501", "5.00")},
		"amount_invalid":             {debit("1601", "0.00"), credit("3501", "5.00")},
		"project_unknown":            {{Account: "1601", Project: "2031-99", Debit: yuan("5.00")}, credit("3501", "5.00")},
	} {
		if _, err := b.written(lines...); fault.Code(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	// One voucher is one unit's, also when the bureau writes it.
	foreign := []projects.ManualLine{debit("1601", "5.00"), credit("3501", "5.00"), {Account: "1601", Project: "2025-06", Debit: yuan("5.00")}, {Account: "3501", Project: "2025-06", Credit: yuan("5.00")}}
	b.wu = b.ma
	if _, err := b.written(foreign...); fault.Code(err) != "document_invalid" {
		t.Errorf("of two units: %v", err)
	}
}

// What moves with its documents is not written by hand: the document refuses it and names why, and so does the database
// when a voucher says of itself that it is written by hand.
func TestManualVoucherKeepsOffWhatMovesByEvents(t *testing.T) {
	t.Parallel()
	b := newByHand(t)
	line := accounting.Dims{Project: b.project("2025-05"), BudgetLine: b.budgetLine("2025-05/2025")}
	plain := accounting.Dims{Project: line.Project}
	contract := accounting.Dims{Project: line.Project, Subject: accounting.Subject{ID: accounting.SubjectID{UUID: accounting.NewID()}, Kind: accounting.Contract, Code: "HT-1"}}
	spent, spentBudget := plain, line
	spent.EconomicClass, spentBudget.EconomicClass = goodsUsed, goodsUsed
	five := yuan("5.00")
	for name, refused := range map[string]struct {
		lines []projects.ManualLine
		past  []accounting.Line
	}{
		"the indicator ledger": {[]projects.ManualLine{debit("9201", "5.00"), credit("9101", "5.00")}, []accounting.Line{accounting.Dr("9201", five, line), accounting.Cr("9101", five, line)}},
		"an appropriation":     {[]projects.ManualLine{debit("1601", "5.00"), credit("4001.01", "5.00")}, []accounting.Line{accounting.Dr("1601", five, plain), accounting.Cr("4001.01", five, line)}},
		"budget receipts":      {[]projects.ManualLine{debit("8001.02", "5.00"), credit("6001", "5.00")}, []accounting.Line{accounting.Dr("8001.02", five, plain), accounting.Cr("6001", five, line)}},
		"budget expenditure":   {[]projects.ManualLine{debit("7901", "5.00"), credit("8001.02", "5.00")}, []accounting.Line{accounting.Dr("7901", five, spentBudget), accounting.Cr("8001.02", five, plain)}},
		"a contract's account": {[]projects.ManualLine{debit("1218", "5.00"), credit("3501", "5.00")}, []accounting.Line{accounting.Dr("1218", five, contract), accounting.Cr("3501", five, plain)}},
		"a floor":              {[]projects.ManualLine{debit("1002.01", "5.00"), credit("3501", "5.00")}, []accounting.Line{accounting.Dr("1002.01", five, plain), accounting.Cr("3501", five, plain)}},
		"nobody's document":    {nil, []accounting.Line{accounting.Dr("1601", five, plain), accounting.Cr("3501", five, plain)}},
	} {
		if refused.lines != nil {
			if _, err := b.written(refused.lines...); fault.Code(err) != "account_not_manual" {
				t.Errorf("%s by document: %v", name, err)
			}
		}
		v := accounting.Voucher{Book: book, Date: accounting.MustDate("2025-03-05"), Kind: accounting.Demonstration, Source: "manual", Document: uuid.Nil, Memo: "past the document",
			PreparedBy: b.wu.who.Person, ReviewedBy: b.zhao.who.Person, PostedBy: b.ma.who.Person, Lines: refused.past}
		if _, err := b.books.Post(t.Context(), b.command(), v); fault.Code(err) != "account_not_manual" {
			t.Errorf("%s past the document: %v", name, err)
		}
		v.Source = "M" // of a program of the bureau: the lines themselves stand
		if _, err := b.books.Post(t.Context(), b.command(), v); err != nil {
			t.Errorf("%s as another event: %v", name, err)
		}
	}
}

func (b *bureau) project(code string) (id accounting.ProjectID) {
	b.t.Helper()
	b.must(b.db.NewRaw(`select project_id from accounting.ledgers where book_id = ? and code = ?`, book, code).Scan(b.t.Context(), &id))
	return id
}

func (b *bureau) budgetLine(code string) (id accounting.BudgetLineID) {
	b.t.Helper()
	b.must(b.db.NewRaw(`select budget_line_id from accounting.budget_lines where book_id = ? and code = ?`, book, code).Scan(b.t.Context(), &id))
	return id
}
