package projects_test

import (
	"testing"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// registered enters a payee by two persons.
func (b *payingBureau) registered(form projects.PayeeForm) (string, error) {
	b.t.Helper()
	form.Paper = paperOf("2025-02-01")
	doc, err := b.draft("payee", &form)
	if err != nil {
		return "", err
	}
	b.mustTake(doc, b.clerk, "submit")
	b.mustTake(doc, b.head, "approve")
	return doc.Number, nil
}

func account(number string) []projects.BankAccount {
	return []projects.BankAccount{{Number: number, Bank: "农行红寺堡支行"}}
}

// A supplier is one payee: under two codes one invoice could be paid twice. Its wages account bears its name, and people
// share names. Who adds an account names whose it is.
func TestSupplierIsOnePayee(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	_, err := b.registered(projects.PayeeForm{Name: "某供暖公司", Kind: "company", CreditCode: "91640303X", Accounts: account("6402-0010")})
	b.must(err)
	for _, tt := range []struct {
		form projects.PayeeForm
		code string
	}{
		{projects.PayeeForm{Name: "宁夏某建筑公司", Kind: "company"}, "duplicate"},
		{projects.PayeeForm{Name: "宁夏某建筑公司", Kind: "government"}, "duplicate"},
		{projects.PayeeForm{Name: "别名", Kind: "company", CreditCode: "91640303X"}, "duplicate"},
		{projects.PayeeForm{Name: "宁夏某建筑公司", Kind: "wages_account"}, ""},
		{projects.PayeeForm{Name: "李强", Kind: "person"}, ""},
		{projects.PayeeForm{Name: "李强", Kind: "person"}, ""},
		{projects.PayeeForm{Code: b.payee, Name: "李强", Kind: "person"}, "payee_unknown"},
	} {
		tt.form.Accounts = account("6402-0020")
		if _, err := b.registered(tt.form); fault.Code(err) != tt.code {
			t.Errorf("%s %s %s: %v, want %q", tt.form.Code, tt.form.Name, tt.form.Kind, err, tt.code)
		}
	}
}

// A contract's money goes to its supplier, its wages also to a wages account, and to nobody else who happens to be registered.
func TestContractMoneyGoesToItsSupplier(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	b.mustCarry("contract", clinicContract())
	other, err := b.registered(projects.PayeeForm{Name: "另一公司", Kind: "company", Accounts: account("6402-0010")})
	b.must(err)
	workers, err := b.registered(projects.PayeeForm{Name: "农民工工资专户", Kind: "wages_account", Accounts: account("6402-0011")})
	b.must(err)
	for _, tt := range []struct{ payee, account, kind, code string }{
		{other, "6402-0010", "works", "payee_not_supplier"},
		{other, "6402-0010", "wages", "payee_not_supplier"},
		{workers, "6402-0011", "works", "payee_not_supplier"},
		{workers, "6402-0011", "wages", ""},
		{b.payee, contractorAccount, "works", ""},
	} {
		q := b.request("advance", "CN-1", "100.00")
		q.Payees = []projects.PayeeLine{{Payee: tt.payee, Account: tt.account, Amount: yuan("100.00"), Kind: tt.kind}}
		if _, err := b.clerk.take(b.mustDraft("payment_request", q), "file"); fault.Code(err) != tt.code {
			t.Errorf("%s to %s: %v, want %q", tt.kind, tt.payee, err, tt.code)
		}
	}
}

// An invoice written once with its code and once without is still one invoice.
func TestInvoiceIsWrittenOneWay(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	for _, tt := range []struct{ code, refused string }{{"", ""}, {"064001", "invoice_exceeded"}} {
		q := b.request("fees", "", "100.00")
		q.Invoices = []projects.InvoiceUse{{Payee: b.payee, Code: tt.code, Number: "12345678", Date: accounting.MustDate("2025-03-01"), Amount: yuan("100.00"), Use: yuan("100.00")}}
		if _, err := b.clerk.take(b.mustDraft("payment_request", q), "file"); fault.Code(err) != tt.refused {
			t.Errorf("with the code %q: %v, want %q", tt.code, err, tt.refused)
		}
	}
}

// A receipt is that of one payment. The bank may have paid before the request was written (补录): that is booked on the
// request's day, because the money is held from then on.
func TestReceiptConfirmsOnePayment(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	first, second := b.approved(b.request("fees", "", "100.00")), b.approved(b.request("fees", "", "100.00"))
	enter := func(doc *projects.Document, day, serial string) error {
		return projects.EnterReceipt(t.Context(), b.db, b.payer.command(), doc.Number, 1, projects.Receipt{Date: accounting.MustDate(day), Serial: serial})
	}
	for _, doc := range []*projects.Document{first, second} {
		b.mustTake(doc, b.payer, "order")
		b.must(enter(doc, "2025-03-12", "B-1"))
	}
	_, err := projects.ConfirmLine(t.Context(), b.db, b.treasury.command(), first.Number, 1)
	b.must(err)
	if _, err := projects.ConfirmLine(t.Context(), b.db, b.treasury.command(), second.Number, 1); fault.Code(err) != "duplicate" {
		t.Errorf("confirmed by the receipt of another payment: %v", err)
	}
	for _, tt := range []struct{ day, serial, code string }{{"2025-03-12", "B-1", "receipt_used"}, {"2025-03-09", "B-2", ""}} {
		if err := enter(second, tt.day, tt.serial); fault.Code(err) != tt.code {
			t.Errorf("receipt %s of %s: %v, want %q", tt.serial, tt.day, err, tt.code)
		}
	}
	receipts, err := projects.ConfirmLine(t.Context(), b.db, b.treasury.command(), second.Number, 1)
	b.must(err)
	var booked, paid string
	b.must(pgtest.Superuser(t, b.db).NewRaw(`select v.date, l.paid_on from accounting.vouchers v, projects.payment_lines l where v.period = ? and v.number = ? and l.document_id = ?`,
		int(receipts[0].No.Period), receipts[0].No.Number, second.ID).Scan(t.Context(), &booked, &paid))
	if booked[:10] != "2025-03-10" || paid[:10] != "2025-03-09" {
		t.Errorf("booked on %s, paid by the bank on %s", booked, paid)
	}
}

// What is due next year is not paid this year by a request dated ahead and approved on an earlier day.
func TestNothingIsPostedBeforeTheDayOfItsDocument(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	q := b.request("fees", "", "100.00")
	q.Date = accounting.MustDate("2025-09-30")
	doc := b.mustDraft("payment_request", q)
	b.mustTake(doc, b.clerk, "file")
	b.mustTake(doc, b.head, "review")
	b.mustTake(doc, b.finance, "finance_review")
	for _, tt := range []struct{ day, refused string }{{"2025-09-29", "date_invalid"}, {"2025-10-08", ""}} {
		_, err := projects.Take(t.Context(), b.db, b.treasury.command(), projects.Step{Document: doc.ID, Verb: "approve", Hash: doc.Hash, Date: accounting.MustDate(tt.day)})
		if fault.Code(err) != tt.refused {
			t.Errorf("approved on %s: %v, want %q", tt.day, err, tt.refused)
		}
	}
}

// Money of an earlier year's payment comes back to the project that had paid, and of this year's not before it was paid.
func TestMoneyComesBackToItsProject(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	b.node("2025-06", "ADM", 2026)
	doc := b.paid(b.request("fees", "", "100.00"), "2025-07-25")
	for _, tt := range []struct {
		day, line string
		to        projects.RefundTo
		code      string
	}{{"2026-02-01", "2025-06/2026", "", "budget_line_mismatch"}, {"2025-07-24", "", "available", "date_invalid"}, {"2026-02-01", "2025-05/2026", "", ""}} {
		form := projects.RefundForm{Paper: paperOf(tt.day), Request: doc.Number, Line: 1, Amount: yuan("10.00"), To: tt.to, BudgetLine: tt.line}
		if tt.line != "" {
			form.Standing = "1613.03"
		}
		back, err := b.draft("refund", &form)
		if err == nil {
			b.mustTake(back, b.clerk, "submit")
			_, err = b.treasury.take(back, "approve")
		}
		if fault.Code(err) != tt.code {
			t.Errorf("on %s to %s%s: %v, want %q", tt.day, tt.line, tt.to, err, tt.code)
		}
	}
}
