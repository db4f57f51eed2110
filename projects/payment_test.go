package projects_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// payingBureau is the clinic's bureau with the five desks of a payment and a registered contractor.
type payingBureau struct {
	*contractBureau
	finance, second, treasury, payer desk
	payee                            string
}

const contractorAccount, wagesAccount = "6402-0001", "6402-0002"

func newPayingBureau(t *testing.T) *payingBureau {
	t.Helper()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025, 2026)
	b.mustRecord(projects.Approve{Head: b.on("2025-01-05"), Draw: draw("2025-05/2025", "8600000.00")}, projects.Issue{Head: b.on("2025-01-06"), Draw: draw("2025-05/2025", "8600000.00")})
	return b.withDesks()
}

// withDesks gives the clinic's bureau its people and the contractor's registration.
func (b *bureau) withDesks() *payingBureau {
	b.t.Helper()
	b.parties("2025-05", projects.Party{Role: projects.Lead, Name: "卫健局"})
	desks := b.desks([2]string{"wu", "project_clerk"}, [2]string{"ma", "project_head"}, [2]string{"li", "lead_approver"},
		[2]string{"bai", "budget_officer"}, [2]string{"hao", "budget_officer"}, [2]string{"tian", "treasury_officer"}, [2]string{"jin", "treasury_officer"})
	p := &payingBureau{&contractBureau{b, desks["wu project_clerk"], desks["ma project_head"], desks["li lead_approver"]},
		desks["bai budget_officer"], desks["hao budget_officer"], desks["tian treasury_officer"], desks["jin treasury_officer"], ""}
	doc := p.mustDraft("payee", &projects.PayeeForm{Paper: paperOf("2025-02-01"), Name: "宁夏某建筑公司", Kind: "company",
		Accounts: []projects.BankAccount{{Number: contractorAccount, Bank: "农行红寺堡支行"}, {Number: wagesAccount, Bank: "农行红寺堡支行"}}})
	p.mustTake(doc, p.clerk, "submit")
	p.mustTake(doc, p.head, "approve")
	p.payee = doc.Number
	return p
}

func (b *payingBureau) mustDraft(kind projects.DocumentKind, content projects.Content) *projects.Document {
	b.t.Helper()
	doc, err := b.draft(kind, content)
	b.must(err)
	return doc
}

func (b *payingBureau) mustTake(doc *projects.Document, who desk, verb string) *projects.Taken {
	b.t.Helper()
	taken, err := who.take(doc, verb)
	if err != nil {
		b.t.Fatalf("%s of %s: %v", verb, doc.Number, err)
	}
	return taken
}

// request asks for money of the clinic's line; parts go to the contractor's wages account and to its own.
func (b *payingBureau) request(kind projects.PaymentKind, contract, amount string) *projects.PaymentRequest {
	return &projects.PaymentRequest{Paper: paperOf("2025-03-10"), Node: "2025-05", Payment: kind, Purpose: "工程款", Contract: contract, EconomicClass: "31001",
		Sources: draws("2025-05/2025", amount), Payees: []projects.PayeeLine{{Payee: b.payee, Account: contractorAccount, Amount: yuan(amount), Kind: "works"}}}
}

// approved takes a request past the unit and the bureau up to its approval.
func (b *payingBureau) approved(q *projects.PaymentRequest) *projects.Document {
	b.t.Helper()
	doc := b.mustDraft("payment_request", q)
	b.mustTake(doc, b.clerk, "file")
	b.mustTake(doc, b.head, "review")
	b.mustTake(doc, b.finance, "finance_review")
	return b.mustTake(doc, b.treasury, "approve").Document
}

// confirm enters the receipt of a line and confirms it by another person.
func (b *payingBureau) confirm(doc *projects.Document, line int, day string) ([]accounting.Receipt, error) {
	b.t.Helper()
	if err := projects.EnterReceipt(b.t.Context(), b.db, b.payer.command(), doc.Number, line, projects.Receipt{Date: accounting.MustDate(day), Serial: fmt.Sprint(doc.Number, "/", line)}); err != nil {
		return nil, err
	}
	return projects.ConfirmLine(b.t.Context(), b.db, b.treasury.command(), doc.Number, line)
}

// paid pays a request in one line, from draft to the bank's confirmation.
func (b *payingBureau) paid(q *projects.PaymentRequest, day string) *projects.Document {
	b.t.Helper()
	doc := b.approved(q)
	b.mustTake(doc, b.payer, "order")
	_, err := b.confirm(doc, 1, day)
	b.must(err)
	return b.now(doc)
}

func (b *payingBureau) now(doc *projects.Document) *projects.Document {
	b.t.Helper()
	var found *projects.Document
	b.read(func(ctx context.Context, tx bun.Tx) (err error) {
		found, err = projects.FindDocument(ctx, tx, book, doc.ID)
		return err
	})
	return found
}

func (b *payingBureau) read(report func(ctx context.Context, tx bun.Tx) error) {
	b.t.Helper()
	b.must(accounting.Read(accounting.WithReader(b.t.Context(), accounting.Operator), b.db, report))
}

// available is what the clinic's line still has, held by contract and by requests.
func (b *payingBureau) authority(line string) (available, byContract, byRequest string) {
	b.t.Helper()
	sums := map[string]accounting.Money{}
	b.read(func(ctx context.Context, tx bun.Tx) error {
		var rows []struct {
			Account string
			Amount  accounting.Money
		}
		err := tx.NewRaw(`select p.account, sum(p.debit - p.credit) as amount from accounting.positions p join accounting.budget_lines l using (book_id, budget_line_id)
			where l.code = ? and p.account like '9301%' group by 1`, line).Scan(ctx, &rows)
		for _, r := range rows {
			sums[r.Account] = r.Amount
		}
		return err
	})
	return sums["9301.01"].String(), sums["9301.03"].String(), sums["9301.04"].String()
}

// The clinic's payments of worked example A: five persons pass each, and the figures are the example's to the fen.
func TestClinicIsPaidByDocuments(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	b.mustCarry("contract", measuredClinic())
	b.paid(b.request("advance", "CN-1", "2340000.00"), "2025-03-14")
	b.mustCarry("certificate", &projects.Certificate{Paper: paperOf("2025-06-30"), Contract: "CN-1", Items: []projects.MeasuredItem{{Code: "1", Quantity: rate("2000")}}})
	if _, err := b.draft("payment_request", b.request("progress", "CN-1", "2200000.01")); fault.Code(err) != "contract_exceeded" || !strings.Contains(err.Error(), "0.01 too much") {
		t.Errorf("a fen above payable now: %v", err)
	}
	doc := b.paid(b.request("progress", "CN-1", "2200000.00"), "2025-07-11")
	if doc.State != "confirmed" {
		t.Errorf("paid request is %s", doc.State)
	}
	k := b.contract("CN-1")
	if k.PayablePaid.String() != "2200000.00" || k.AdvancePaid.String() != "2340000.00" || k.PayableNow.String() != "0.00" {
		t.Errorf("contract paid %s and %s, payable now %s", k.AdvancePaid, k.PayablePaid, k.PayableNow)
	}
	b.paid(b.request("fees", "", "420000.00"), "2025-07-25")
	available, byContract, byRequest := b.authority("2025-05/2025")
	if available != "380000.00" || byContract != "3260000.00" || byRequest != "0.00" {
		t.Errorf("available %s, held by contract %s, by request %s", available, byContract, byRequest)
	}
}

// What approval reserved comes back to the fen when the maker recalls the request, and the next round is signed anew.
func TestRecalledRequestGivesBackWhatItReserved(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	b.mustCarry("contract", clinicContract())
	doc := b.approved(b.request("advance", "CN-1", "2340000.00"))
	if _, byContract, byRequest := b.authority("2025-05/2025"); byContract != "5460000.00" || byRequest != "2340000.00" {
		t.Errorf("approved: contract holds %s, request %s", byContract, byRequest)
	}
	if _, err := projects.Revise(t.Context(), b.db, b.clerk.command(), doc.ID, b.request("fees", "", "1000.00")); fault.Code(err) != "step_not_allowed" {
		t.Errorf("changing what was approved: %v", err)
	}
	b.mustTake(doc, b.clerk, "recall")
	if _, byContract, byRequest := b.authority("2025-05/2025"); byContract != "7800000.00" || byRequest != "0.00" {
		t.Errorf("recalled: contract holds %s, request %s", byContract, byRequest)
	}
	if k := b.contract("CN-1"); !k.AdvanceHeld.IsZero() {
		t.Errorf("the contract still has %s of its advance requested", k.AdvanceHeld)
	}
	b.mustTake(doc, b.clerk, "file")
	b.mustTake(doc, b.head, "review")
	b.mustTake(doc, b.finance, "finance_review")
	b.mustTake(doc, b.treasury, "approve")
	b.mustTake(doc, b.payer, "order")
	_, err := b.confirm(doc, 1, "2025-03-14")
	b.must(err)
}

// Wages and works of one request are ordered, confirmed and sent back by themselves.
func TestLinesOfARequestArePaidByThemselves(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	q := b.request("fees", "", "100.00")
	q.Payees = []projects.PayeeLine{{Payee: b.payee, Account: wagesAccount, Amount: yuan("30.00"), Kind: "wages"}, {Payee: b.payee, Account: contractorAccount, Amount: yuan("70.00"), Kind: "works"}}
	doc := b.approved(q)
	if _, err := b.treasury.take(doc, "order"); fault.Code(err) != "duty_taken" {
		t.Errorf("who approved orders: %v", err)
	}
	b.mustTake(doc, b.payer, "order")
	if err := projects.EnterReceipt(t.Context(), b.db, b.payer.command(), doc.Number, 1, projects.Receipt{Date: accounting.MustDate("2025-03-12"), Serial: "R-1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := projects.ConfirmLine(t.Context(), b.db, b.payer.command(), doc.Number, 1); fault.Code(err) != "duty_taken" {
		t.Errorf("who entered the receipt confirms it: %v", err)
	}
	_, err := projects.ConfirmLine(t.Context(), b.db, b.treasury.command(), doc.Number, 1)
	b.must(err)
	if _, err := projects.ConfirmLine(t.Context(), b.db, b.treasury.command(), doc.Number, 1); fault.Code(err) != "step_not_allowed" {
		t.Errorf("confirming twice: %v", err)
	}
	b.must(projects.FailLine(t.Context(), b.db, b.payer.command(), doc.Number, 2, "户名不符"))
	if state := b.now(doc).State; state != "ordered" {
		t.Errorf("with a line sent back the request is %s", state)
	}
	b.must(projects.AskReissue(t.Context(), b.db, b.payer.command(), doc.Number, 2, projects.Reissue{Account: wagesAccount, Reason: "改付工资专户"}))
	if err := projects.ApproveReissue(t.Context(), b.db, b.payer.command(), doc.Number, 2); fault.Code(err) != "duty_taken" {
		t.Errorf("who asks for a new order approves it: %v", err)
	}
	b.must(projects.ApproveReissue(t.Context(), b.db, b.treasury.command(), doc.Number, 2))
	_, err = b.confirm(doc, 2, "2025-03-20")
	b.must(err)
	if state := b.now(doc).State; state != "confirmed" {
		t.Errorf("with all lines paid the request is %s", state)
	}
}

// A line given up after the bank sent it back gives its authority back; the rest stays paid.
func TestFailedLineIsGivenUp(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	doc := b.approved(b.request("fees", "", "100.00"))
	b.mustTake(doc, b.payer, "order")
	b.must(projects.FailLine(t.Context(), b.db, b.payer.command(), doc.Number, 1, "户名不符"))
	giveUp := func(who desk) error {
		_, err := projects.CancelLine(t.Context(), b.db, who.command(), doc.Number, 1, accounting.MustDate("2025-03-20"))
		return err
	}
	if err := giveUp(b.payer); fault.Code(err) != "duty_taken" {
		t.Errorf("who said it came back gives it up: %v", err)
	}
	b.must(giveUp(b.treasury))
	if available, _, byRequest := b.authority("2025-05/2025"); available != "8600000.00" || byRequest != "0.00" {
		t.Errorf("available %s, held by requests %s", available, byRequest)
	}
}

// Money that comes back in the same year never exceeds the payment it came from, and goes where the bureau says.
func TestMoneyComesBackOnce(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	doc := b.paid(b.request("fees", "", "420000.00"), "2025-07-25")
	refund := func(amount string, to projects.RefundTo) (*projects.Taken, error) {
		back := b.mustDraft("refund", &projects.RefundForm{Paper: paperOf("2025-08-01"), Request: doc.Number, Line: 1, Amount: yuan(amount), To: to})
		b.mustTake(back, b.clerk, "submit")
		return b.treasury.take(back, "approve")
	}
	_, err := refund("20000.00", projects.BackAvailable)
	b.must(err)
	if _, err := refund("400000.01", projects.BackAvailable); fault.Code(err) != "payment_exceeded" || !strings.Contains(err.Error(), "0.01 too much") {
		t.Errorf("more back than was paid: %v", err)
	}
	if available, _, _ := b.authority("2025-05/2025"); available != "8200000.00" {
		t.Errorf("available %s", available)
	}
	again := b.paid(b.request("fees", "", "50.00"), "2025-07-26")
	doc = again
	_, err = refund("50.00", projects.PayAgain)
	b.must(err)
	if state := b.now(again).State; state != "ordered" {
		t.Errorf("to be paid again the request is %s", state)
	}
	b.must(projects.AskReissue(t.Context(), b.db, b.payer.command(), again.Number, 1, projects.Reissue{Account: contractorAccount, Reason: "重付"}))
	b.must(projects.ApproveReissue(t.Context(), b.db, b.treasury.command(), again.Number, 1))
	_, err = b.confirm(again, 1, "2025-08-05")
	b.must(err)
}

// An invoice has an amount: its uses over requests never exceed it, and a returned request gives its use back.
func TestInvoiceIsUsedUpOnce(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	with := func(use string) *projects.PaymentRequest {
		q := b.request("fees", "", use)
		q.Invoices = []projects.InvoiceUse{{Payee: b.payee, Number: "25642000000012345678", Date: accounting.MustDate("2025-03-01"), Amount: yuan("100.00"), Use: yuan(use)}}
		return q
	}
	first := b.mustDraft("payment_request", with("60.00"))
	b.mustTake(first, b.clerk, "file")
	second := b.mustDraft("payment_request", with("50.00"))
	if _, err := b.clerk.take(second, "file"); fault.Code(err) != "invoice_exceeded" || !strings.Contains(err.Error(), "40.00 left") {
		t.Errorf("using 110 of 100: %v", err)
	}
	b.mustTake(first, b.clerk, "recall")
	b.mustTake(second, b.clerk, "file")
}

// A further account of a payee is used only when its waiting time is over; the first is used at once.
func TestChangedAccountWaits(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	doc := b.mustDraft("payee", &projects.PayeeForm{Paper: paperOf("2025-02-01"), Code: b.payee, Name: "宁夏某建筑公司", Kind: "company", Accounts: []projects.BankAccount{{Number: "6402-0099", Bank: "建行"}}})
	b.mustTake(doc, b.clerk, "submit")
	b.mustTake(doc, b.head, "approve")
	q := b.request("fees", "", "100.00")
	q.Payees[0].Account = "6402-0099"
	if _, err := b.draft("payment_request", q); fault.Code(err) != "payee_waiting" {
		t.Errorf("paying to an account changed today: %v", err)
	}
	q.Payees[0].Account = "6402-0098"
	if _, err := b.draft("payment_request", q); fault.Code(err) != "payee_unknown" {
		t.Errorf("paying to an unknown account: %v", err)
	}
}

// Who asks for more than the budget line has is told at once; the approval is where it is refused.
func TestRequestBeyondTheBudgetIsWarnedOf(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	doc := b.mustDraft("payment_request", b.request("fees", "", "8600000.01"))
	if !strings.Contains(string(doc.Content), "has 8600000.00 available, asked 8600000.01: short by 0.01") {
		t.Errorf("no warning: %s", doc.Content)
	}
	if doc = b.mustDraft("payment_request", b.request("fees", "", "8600000.00")); strings.Contains(string(doc.Content), "short by") {
		t.Errorf("warned of what there is: %s", doc.Content)
	}
}
