package projects_test

import (
	"encoding/json"
	"testing"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// wrongly is a bureau whose books hold a wrong voucher, 2025-01 记-0001: 8,600,000.00 approved instead of 6,800,000.00.
type wrongly struct {
	*bureau
	wu, ma, li desk
}

func newWrongly(t *testing.T) wrongly {
	t.Helper()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	b.node("2025-06", "INS", 2025)
	desks := b.desks([2]string{"wu", "project_clerk"}, [2]string{"ma", "budget_officer"}, [2]string{"li", "treasury_officer"})
	b.mustRecord(projects.Approve{Head: b.on("2025-01-20"), Draw: draw("2025-05/2025", "8600000.00")})
	return wrongly{b, desks["wu project_clerk"], desks["ma budget_officer"], desks["li treasury_officer"]}
}

func right(event, input string) *projects.RightEvent {
	return &projects.RightEvent{Event: event, Input: json.RawMessage(input)}
}

func granted(amount, class string) *projects.RightEvent {
	return right("Grant", `{"request":"ZF-1","sources":[{"budget_line":"2025-05/2025","amount":"`+amount+`"}],"economic_class":"`+class+`","expense":"5001.02"}`)
}

// submitted drafts a correction of a voucher and submits it.
func (b wrongly) submitted(by desk, voucher, date string, r *projects.RightEvent) (*projects.Document, error) {
	b.t.Helper()
	doc, err := projects.Draft(b.t.Context(), b.db, by.command(), "correction",
		&projects.Correction{Paper: projects.Paper{Date: accounting.MustDate(date), DocumentNo: "红财发〔2025〕1号"}, Voucher: voucher, Right: r, Reason: "金额录错"})
	if err != nil {
		return nil, err
	}
	_, err = by.take(doc, "submit")
	return doc, err
}

const lessApproved = `{"budget_line":"2025-05/2025","amount":"6800000.00"}`

// Red and right voucher come in one act of two persons, in the wrong one's month while it is open and else in the first open
// month, whatever day the document has.
func TestCorrectionGoesIntoTheFirstOpenMonth(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]struct {
		closed    int
		dated, on string
	}{
		"its month is open":        {0, "2025-01-25", "2025-01-25"},
		"found in March":           {0, "2025-03-03", "2025-01-31"},
		"dated before it":          {0, "2025-01-02", "2025-01-20"},
		"its month is closed":      {1, "2025-01-25", "2025-02-01"},
		"two months are closed":    {2, "2025-03-03", "2025-03-03"},
		"all its months are over":  {12, "2025-12-31", "2025-12-31"},
		"found when it is too old": {13, "2025-12-31", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newWrongly(t)
			for m := 1; m <= at.closed; m++ {
				_, err := b.closePeriod(accounting.Period(202500 + m))
				b.must(err)
			}
			doc, err := b.submitted(b.ma, "2025-01 记-0001", at.dated, right("Approve", lessApproved))
			if at.on == "" {
				if fault.Code(err) != "period_closed" {
					t.Errorf("without an open month: %v", err)
				}
				return
			}
			b.must(err)
			if _, err := b.ma.take(doc, "approve"); fault.Code(err) != "duty_taken" {
				t.Errorf("alone: %v", err)
			}
			done, err := b.li.take(doc, "approve")
			b.must(err)
			if len(done.Receipts) != 2 {
				t.Fatalf("%d vouchers", len(done.Receipts))
			}
			red, blue := b.voucher(done.Receipts[0].No), b.voucher(done.Receipts[1].No)
			if red.Kind != accounting.Reversal || blue.Kind != accounting.Correction || red.Date.String() != at.on || blue.Date.String() != at.on || red.Refers.Number != 1 || *blue.Refers != *red.Refers {
				t.Errorf("a %s of %s on %s and a %s of %s on %s", red.Kind, red.Refers, red.Date, blue.Kind, blue.Refers, blue.Date)
			}
			if red.Document != doc.ID || blue.Document != doc.ID || blue.PreparedBy.ID != b.ma.who.Person || blue.ReviewedBy.ID != b.li.who.Person || blue.Attachments != 1 {
				t.Errorf("made by %s, reviewed by %s, %d attachments", blue.PreparedBy.Code, blue.ReviewedBy.Code, blue.Attachments)
			}
			if at.closed >= 12 && blue.No.Period != 202513 {
				t.Errorf("posted in %s", blue.No.Period)
			}
			if got := b.balances()["9101 | 2025-05 | 2025-05/2025 | "]; got != "-6800000.00" {
				t.Errorf("approved after it: %s", got)
			}
		})
	}
}

// The maker hears when the document is submitted what the books would refuse, and nothing of the trial stays.
func TestCorrectionIsTriedWhenSubmitted(t *testing.T) {
	t.Parallel()
	b := newWrongly(t)
	b.mustRecord(
		projects.Issue{Head: b.on("2025-01-21"), Draw: draw("2025-05/2025", "100.00")},
		projects.HoldForRequest{Head: b.on("2025-01-22"), Request: projects.Ref("ZF-1"), Sources: draws("2025-05/2025", "40.00")},
		projects.Grant{Paid: projects.Paid{Head: b.on("2025-01-23"), Request: projects.Ref("ZF-1"), Sources: draws("2025-05/2025", "40.00"), EconomicClass: goodsUsed}, Expense: "5001.02"},
		projects.Approve{Head: b.on("2025-01-24"), Draw: draw("2025-06/2025", "7.00")},
	)
	const none = ""
	for name, x := range map[string]struct {
		by            desk
		voucher, date string
		right         *projects.RightEvent
		code          string
	}{
		"no such name":                     {b.ma, "2025-01-0001", "2025-01-25", nil, "document_invalid"},
		"no such voucher":                  {b.ma, "2025-01 记-0099", "2025-01-25", nil, "voucher_unknown"},
		"what is issued already":           {b.ma, "2025-01 记-0001", "2025-01-25", nil, "budget_exceeded"},
		"less than is issued":              {b.ma, "2025-01 记-0001", "2025-01-25", right("Approve", `{"budget_line":"2025-05/2025","amount":"99.00"}`), "budget_exceeded"},
		"a confirmed payment, merely red":  {b.ma, "2025-01 记-0004", "2025-01-25", nil, "payment_confirmed"},
		"a confirmed payment, of another":  {b.ma, "2025-01 记-0004", "2025-01-25", granted("40.00", "30299"), none},
		"an event of balances":             {b.ma, "2025-01 记-0001", "2025-01-25", right("CloseBudgetary", `{"year":2025}`), "document_invalid"},
		"the next year":                    {b.ma, "2025-01 记-0005", "2026-02-01", right("Approve", `{"budget_line":"2025-06/2025","amount":"8.00"}`), none},
		"another unit's voucher":           {b.wu, "2025-01 记-0005", "2025-01-25", nil, "voucher_unknown"},
		"another unit's project":           {b.wu, "2025-01 记-0001", "2025-01-25", right("Approve", `{"budget_line":"2025-06/2025","amount":"8600000.00"}`), "budget_line_unknown"},
		"another project, by the bureau":   {b.ma, "2025-01 记-0005", "2025-01-25", right("Approve", `{"budget_line":"2025-05/2025","amount":"7.00"}`), none},
		"without saying why in the input":  {b.ma, "2025-01 记-0001", "2025-01-25", right("Approve", `{"budget_line":"2025-05/2025","amount":"1.00","memo":"x"}`), "document_invalid"},
		"an event there is not":            {b.ma, "2025-01 记-0001", "2025-01-25", right("Nothing", `{}`), "document_invalid"},
		"a plain red one of what is whole": {b.ma, "2025-01 记-0005", "2025-01-25", nil, none},
	} {
		if _, err := b.submitted(x.by, x.voucher, x.date, x.right); fault.Code(err) != x.code {
			t.Errorf("%s: %v, want %s", name, err, x.code)
		}
	}
	if got := b.count("vouchers"); got != 5 {
		t.Errorf("%d vouchers after trials, want 5", got)
	}
}

// What a document keeps in its own register is not moved by correcting its voucher, by document or past it; what the register
// does not keep is.
func TestCorrectionLeavesRegistersAlone(t *testing.T) {
	t.Parallel()
	b := newWrongly(t)
	payment := accounting.NewID()
	_, err := pgtest.Superuser(t, b.db).ExecContext(t.Context(), `insert into projects.documents (book_id, document_id, kind, number, unit_id, flow, content, content_hash, state, created_by)
		values (?, ?, 'payment_request', 'ZF-1', ?, 'works', '{}', sha256('{}'), 'confirmed', ?)`, book, payment, b.unit, b.clerk)
	b.must(err)
	behind := b.on("2025-01-23")
	behind.Document = payment
	b.mustRecord(
		projects.Issue{Head: b.on("2025-01-21"), Draw: draw("2025-05/2025", "100.00")},
		projects.HoldForRequest{Head: behind, Request: projects.Ref("ZF-1"), Sources: draws("2025-05/2025", "40.00")},
	)
	if _, err := b.submitted(b.ma, "2025-01 记-0003", "2025-01-25", nil); fault.Code(err) != "register_differs" {
		t.Errorf("a plain red voucher: %v", err)
	}
	_, err = accounting.ReverseVoucher(t.Context(), b.books, b.db, b.command(), accounting.ReversalRequest{No: accounting.VoucherNo{Period: 202501, Number: 3}, On: accounting.MustDate("2025-01-25"), Reason: "past it", PreparedBy: b.clerk, ReviewedBy: b.head})
	if fault.Code(err) != "register_differs" {
		t.Errorf("past the document: %v", err)
	}
	b.mustRecord(projects.Grant{Paid: projects.Paid{Head: behind, Request: projects.Ref("ZF-1"), Sources: draws("2025-05/2025", "40.00"), EconomicClass: goodsUsed}, Expense: "5001.02"})
	if _, err := b.submitted(b.ma, "2025-01 记-0004", "2025-01-25", granted("30.00", "30201")); fault.Code(err) != "register_differs" {
		t.Errorf("another amount: %v", err)
	}
	classed := granted("40.00", "30299")
	doc, err := b.submitted(b.ma, "2025-01 记-0004", "2025-01-25", classed)
	b.must(err)
	_, err = b.li.take(doc, "approve")
	b.must(err)
	// The right voucher stands for the wrong one: it is kept from the register in the same way.
	if _, err := b.submitted(b.ma, "2025-01 记-0006", "2025-01-25", granted("30.00", "30201")); fault.Code(err) != "register_differs" {
		t.Errorf("another amount after a correction: %v", err)
	}
}
