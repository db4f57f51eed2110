package projects_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// newWorks is a bureau where 2025-05 has a contract, an advance paid and a first certificate; 2025-06 has a budget to split;
// 2025-04 belongs to an institution, 2025-07 to an enterprise, which keeps no budgetary accounts.
func newWorks(t testing.TB) *bureau {
	t.Helper()
	b := newBureau(t)
	b.node("2025-04", "INS", 2025)
	b.node("2025-05", "ADM", 2025, 2026)
	b.node("2025-06", "ADM", 2025)
	b.node("2025-06-1", "ADM", 2025)
	b.node("2025-06-2", "ADM", 2025)
	b.node("2025-07", "ENT", 2025)
	h := b.on("2025-03-01")
	for _, line := range []string{"2025-04/2025", "2025-05/2025", "2025-07/2025"} {
		b.mustRecord(projects.Approve{Head: h, Draw: draw(line, "8600000.00")}, projects.Issue{Head: h, Draw: draw(line, "8000000.00")})
	}
	b.mustRecord(
		projects.Approve{Head: h, Draw: draw("2025-06/2025", "1000000.00")},
		projects.Commit{Head: h, Contract: projects.Ref("HT-1"), Sources: draws("2025-05/2025", "5000000.00")},
		projects.HoldForRequest{Head: h, Request: projects.Ref("ZF-1"), Contract: projects.Ref("HT-1"), Sources: draws("2025-05/2025", "1500000.00")},
		projects.PayAdvance{Paid: b.paid("ZF-1", "2025-05/2025", "1500000.00"), Contract: projects.Ref("HT-1")},
		projects.Certify{Head: h, Project: "2025-05", Contract: projects.Ref("HT-1"), Gross: yuan("1000000"), Recouped: yuan("300000"), Retained: yuan("30000")},
		projects.HoldForRequest{Head: h, Request: projects.Ref("ZF-4"), Sources: draws("2025-04/2025", "100.00")},
		projects.HoldForRequest{Head: h, Request: projects.Ref("ZF-7"), Sources: draws("2025-07/2025", "100.00")},
	)
	return b
}

func (b *bureau) paid(request, line, amount string) projects.Paid {
	return projects.Paid{Head: b.on("2025-03-02"), Request: projects.Ref(request), Sources: draws(line, amount), EconomicClass: goodsUsed}
}

// Each situation is refused with its code, says why, leaves a line among the refusals and nothing in the books.
func TestRefusals(t *testing.T) {
	b := newWorks(t)
	h := b.on("2025-04-01")
	noNumber, sameHand, noPaper := h, h, h
	noNumber.DocumentNo = " "
	sameHand.PreparedBy = b.head
	noPaper.Attachments = 0
	ht1 := projects.Ref("HT-1")
	part := func(line, amount string) projects.SplitPart {
		m := yuan(amount)
		return projects.SplitPart{BudgetLine: line, Amount: &m}
	}
	half := decimal.New(5, -1)
	for _, tt := range []struct {
		name   string
		event  projects.Event
		code   string
		detail string // what the arithmetic must show
	}{
		{"a budget without its document number", projects.Approve{Head: noNumber, Draw: draw("2025-05/2025", "1")}, "document_no_required", "文号"},
		{"a supplement without its document number", projects.Supplement{Head: noNumber, Draw: draw("2025-05/2025", "1")}, "document_no_required", "文号"},
		{"a transfer without its document number", projects.Transfer{Head: noNumber, From: "2025-05/2025", To: "2025-06/2025", Amount: yuan("1")}, "document_no_required", "文号"},
		{"prepared and reviewed by one person", projects.Issue{Head: sameHand, Draw: draw("2025-05/2025", "1")}, "same_person", ""},
		{"no paper behind it", projects.Issue{Head: noPaper, Draw: draw("2025-05/2025", "1")}, "attachment_required", ""},
		{"a budget line nobody registered", projects.Issue{Head: h, Draw: draw("2025-99/2025", "1")}, "budget_line_unknown", "2025-99/2025"},
		{"a budget line of another year", projects.Approve{Head: h, Draw: draw("2025-05/2026", "1")}, "budget_line_mismatch", ""},
		{"an amount of zero", projects.Issue{Head: h, Draw: draw("2025-05/2025", "0")}, "amount_invalid", "0.00"},
		{"a negative amount", projects.Issue{Head: h, Draw: draw("2025-05/2025", "-5")}, "amount_invalid", "-5.00"},
		{"issued a fen more than approved", projects.Issue{Head: h, Draw: draw("2025-05/2025", "600000.01")}, "budget_exceeded", "short by 0.01"},
		{"cut what a contract holds", projects.Reduce{Head: h, Draw: draw("2025-05/2025", "3000000.01"), From: projects.Available}, "budget_exceeded", "contracts hold 3500000.00, requests 0.00, frozen 0.00, spent 1500000.00: at most 3000000.00 may be cut"},
		{"cut from nowhere", projects.Reduce{Head: h, Draw: draw("2025-05/2025", "1")}, "account_choice_invalid", ""},
		{"a transfer to itself", projects.Transfer{Head: h, From: "2025-05/2025", To: "2025-05/2025", Amount: yuan("1")}, "budget_line_mismatch", ""},
		{"a transfer above what is available", projects.Transfer{Head: h, From: "2025-05/2025", To: "2025-06/2025", Amount: yuan("3000000.01")}, "budget_exceeded", "short by 0.01"},
		{"a split to a project elsewhere in the tree", projects.Split{Head: h, Parent: "2025-06/2025", Parts: []projects.SplitPart{part("2025-05/2025", "1")}}, "not_below_parent", "2025-05/2025"},
		{"a split to a child without a line", projects.Split{Head: h, Parent: "2025-06/2025", Parts: []projects.SplitPart{part("2025-06-3/2025", "1")}}, "budget_line_unknown", "2025-06-3/2025"},
		{"a full split that leaves a fen", projects.Split{Head: h, Parent: "2025-06/2025", Full: true, Parts: []projects.SplitPart{part("2025-06-1/2025", "500000"), part("2025-06-2/2025", "499999.99")}}, "split_not_exact", "difference 0.01"},
		{"a split above the parent", projects.Split{Head: h, Parent: "2025-06/2025", Parts: []projects.SplitPart{part("2025-06-1/2025", "1000000.01")}}, "budget_exceeded", "short by 0.01"},
		{"a split that mixes amounts and weights", projects.Split{Head: h, Parent: "2025-06/2025", Parts: []projects.SplitPart{part("2025-06-1/2025", "1"), {BudgetLine: "2025-06-2/2025", Weight: &half}}}, "allocation_invalid", "2025-06-2/2025"},
		{"a child twice in one split", projects.Split{Head: h, Parent: "2025-06/2025", Parts: []projects.SplitPart{part("2025-06-1/2025", "1"), part("2025-06-1/2025", "2")}}, "allocation_invalid", "twice"},
		{"frozen more than is available", projects.Freeze{Head: h, Draw: draw("2025-05/2025", "3000000.01")}, "budget_exceeded", ""},
		{"thawed what was never frozen", projects.Thaw{Head: h, Draw: draw("2025-05/2025", "1")}, "budget_exceeded", ""},
		{"a contract above what is available", projects.Commit{Head: h, Contract: projects.Ref("HT-2"), Sources: draws("2025-05/2025", "3000000.01")}, "budget_exceeded", "short by 0.01"},
		{"released more than the contract holds", projects.Release{Head: h, Contract: ht1, Sources: draws("2025-05/2025", "3500000.01")}, "budget_exceeded", "contract HT-1"},
		{"a contract nobody signed", projects.Release{Head: h, Contract: projects.Ref("HT-9"), Sources: draws("2025-05/2025", "1")}, "subject_unknown", "HT-9"},
		{"a request above its contract's hold", projects.HoldForRequest{Head: h, Request: projects.Ref("ZF-2"), Contract: ht1, Sources: draws("2025-05/2025", "3500000.01")}, "budget_exceeded", ""},
		{"a request that was paid is returned", projects.ReturnRequest{Head: h, Request: projects.Ref("ZF-1"), Contract: ht1, Sources: draws("2025-05/2025", "1")}, "budget_exceeded", "request ZF-1"},
		{"paid twice", projects.PayAdvance{Paid: b.paid("ZF-1", "2025-05/2025", "1500000.00"), Contract: ht1}, "budget_exceeded", "request ZF-1"},
		{"paid without a request", projects.PayProgress{Paid: b.paid("ZF-99", "2025-05/2025", "1"), Contract: ht1}, "subject_unknown", "ZF-99"},
		{"paid without an economic class", projects.PayCost{Paid: projects.Paid{Head: h, Request: projects.Ref("ZF-4"), Sources: draws("2025-04/2025", "1")}, Cost: "1613.03"}, "economic_class_required", ""},
		{"a cost that no payment of this kind has", projects.PayCost{Paid: b.paid("ZF-4", "2025-04/2025", "1"), Cost: "1601"}, "account_choice_invalid", "1613.03"},
		{"budgetary accounts of an enterprise", projects.PayCost{Paid: b.paid("ZF-7", "2025-07/2025", "100"), Cost: "1613.03"}, "unit_kind_not_allowed", "enterprise"},
		{"recouped above the advance held", projects.Certify{Head: h, Project: "2025-05", Contract: ht1, Gross: yuan("2000000"), Recouped: yuan("1200000.01")}, "balance_exceeded", "short by 0.01"},
		{"a certificate that comes out below zero", projects.Certify{Head: h, Project: "2025-05", Contract: ht1, Gross: yuan("100"), Recouped: yuan("98"), Retained: yuan("3")}, "certificate_negative", "= -1.00"},
		{"a negative retention", projects.Certify{Head: h, Project: "2025-05", Contract: ht1, Gross: yuan("100"), Retained: yuan("-3")}, "amount_invalid", "-3.00"},
		{"forfeited more than is retained", projects.ForfeitRetention{Head: h, Project: "2025-05", Contract: ht1, Amount: yuan("30000.01"), Cost: "1613.01"}, "balance_exceeded", "short by 0.01"},
		{"settled below nothing", projects.CutSettlement{Head: h, Project: "2025-05", Contract: ht1}, "nothing_to_post", ""},
		{"a refund of an earlier year's payment by P6", projects.Refund{Head: b.on("2026-01-10"), PaidOn: accounting.MustDate("2025-12-30"), Debited: "1214.02", To: projects.PayableBack, Sources: draws("2025-05/2026", "1"), Contract: ht1}, "payment_of_earlier_year", "P7"},
		{"a refund of this year's payment by P7", projects.RefundEarlierYear{Head: h, PaidOn: accounting.MustDate("2025-03-02"), Standing: "1601", BudgetLine: "2025-05/2025", Amount: yuan("1")}, "payment_of_this_year", "P6"},
		{"more back than was executed", projects.Refund{Head: h, PaidOn: accounting.MustDate("2025-03-02"), Debited: "1214.02", To: projects.PayableBack, Sources: draws("2025-05/2025", "1500000.01"), Contract: ht1, EconomicClass: goodsUsed}, "balance_exceeded", "short by 300000.01"},
		{"apportioned a fen too little", projects.Apportion{Head: h, Project: "2025-05", Works: yuan("400393.12"), Equipment: yuan("19606.87"), Total: yuan("420000")}, "allocation_invalid", "difference 0.01"},
		{"handed over while an advance is open", projects.HandOver{Head: h, Project: "2025-05", Asset: "1601", Works: yuan("1000000")}, "advance_open", "1200000.00"},
		{"transferred out while an advance is open", projects.TransferOut{Head: h, Project: "2025-05", Works: yuan("1000000")}, "advance_open", "1200000.00"},
		{"written off more than was built", projects.WriteOff{Head: h, Project: "2025-05", Amount: yuan("1000000.01"), EconomicClass: goodsUsed}, "balance_exceeded", "short by 0.01"},
		{"fees passed down to a stranger", projects.PassDown{Head: h, Parent: "2025-06", Children: []projects.ProjectAmount{{Project: "2025-05", Amount: yuan("1")}}}, "not_below_parent", ""},
		{"claimed more than was built", projects.ClaimOverpayment{Head: h, Project: "2025-05", Contract: ht1, Amount: yuan("1000000.01")}, "balance_exceeded", ""},
		{"a project without a ledger", projects.FundReceipt{Head: h, Project: "2025-77", Amount: yuan("1")}, "project_unknown", "2025-77"},
		{"the fund helps with more than it holds", projects.Relief{Head: h, Project: "2025-05", Amount: yuan("1")}, "balance_exceeded", ""},
		{"passed on what never came", projects.PassOnInjection{Head: h, Project: "2025-05", Injection: projects.Ref("ZZ-9"), Amount: yuan("1")}, "subject_unknown", ""},
		{"a batch paid above its list", projects.PaySubsidy{Paid: b.paid("ZF-4", "2025-04/2025", "1"), Batch: projects.Ref("BT-9")}, "subject_unknown", ""},
		{"a grant in an account of works", projects.Grant{Paid: b.paid("ZF-4", "2025-04/2025", "1"), Expense: "1613.01"}, "account_choice_invalid", ""},
		{"an opening after the first voucher", projects.Opening{Head: h, Balances: []projects.OpeningBalance{{Account: "1601", Project: "2025-05", Balance: yuan("1")}}}, "opening_late", "2025-05"},
		{"an opening that states the rest itself", projects.Opening{Head: h, Balances: []projects.OpeningBalance{{Account: "3001", Project: "2025-06-1", Balance: yuan("1")}}}, "account_unknown", "3001"},
		{"authority carried over while a request is in flight", projects.CarryAuthority{YearEnd: projects.YearEnd{Head: h, Year: 2025}}, "request_hold_left", "request ZF-4 holds 100.00"},
		{"carried in what Y3 has not left", projects.CarryIn{YearEnd: projects.YearEnd{Head: b.on("2026-01-05"), Year: 2025}}, "nothing_to_post", ""},
		{"carried in to the year it comes from", projects.CarryIn{YearEnd: projects.YearEnd{Head: h, Year: 2025}}, "date_invalid", ""},
		{"a year without anything to close", projects.CloseBudgetary{YearEnd: projects.YearEnd{Head: h, Year: 2026}}, "nothing_to_post", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			vouchers, subjects, refusals := b.count("vouchers"), b.count("subjects"), b.count("refusals")
			receipts, err := b.record(tt.event)
			if fault.Code(err) != tt.code {
				t.Fatalf("got %v %v, want %s", receipts, err, tt.code)
			}
			if !strings.Contains(err.Error(), tt.detail) {
				t.Errorf("says %q, want in it %q", err, tt.detail)
			}
			if fault.KindOf(fault.ByCode(tt.code, "", nil)) != fault.KindOf(err) {
				t.Errorf("%s is of another kind in the catalogue", tt.code)
			}
			if b.count("vouchers") != vouchers || b.count("subjects") != subjects || b.count("refusals") != refusals+1 {
				t.Errorf("vouchers %d → %d, subjects %d → %d, refusals %d → %d", vouchers, b.count("vouchers"), subjects, b.count("subjects"), refusals, b.count("refusals"))
			}
		})
	}
}

func (b *bureau) count(table string) (n int) {
	b.t.Helper()
	b.must(b.db.NewRaw("select count(*) from accounting."+table).Scan(b.t.Context(), &n))
	return n
}

// The same key does the event once, whichever way it goes to the books; another event under it is refused.
func TestEventsHappenOncePerKey(t *testing.T) {
	b := newWorks(t)
	m := yuan("400000")
	for _, tt := range []struct {
		name         string
		event, other projects.Event
	}{
		{"through the batch worker", projects.Issue{Head: b.on("2025-04-01"), Draw: draw("2025-05/2025", "600000.00")}, projects.Issue{Head: b.on("2025-04-01"), Draw: draw("2025-05/2025", "1.00")}},
		{"in a transaction that reads balances", projects.Split{Head: b.on("2025-04-01"), Parent: "2025-06/2025", Full: true, Parts: []projects.SplitPart{{BudgetLine: "2025-06-1/2025", Amount: &m}, {BudgetLine: "2025-06-2/2025", Amount: ptr(yuan("600000"))}}},
			projects.Split{Head: b.on("2025-04-01"), Parent: "2025-06/2025", Full: true, Parts: []projects.SplitPart{{BudgetLine: "2025-06-1/2025", Amount: &m}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := b.command()
			first, err := projects.Record(b.t.Context(), b.books, b.db, c, tt.event)
			if err != nil {
				t.Fatal(err)
			}
			again, err := projects.Record(b.t.Context(), b.books, b.db, c, tt.event)
			if err != nil || again[0].No != first[0].No || again[0].Digest != first[0].Digest {
				t.Fatalf("the repeat answered %v, %v; first %v", again, err, first)
			}
			if _, err := projects.Record(b.t.Context(), b.books, b.db, c, tt.other); fault.Code(err) != "key_reused" {
				t.Fatalf("another event under the key: %v", err)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }
