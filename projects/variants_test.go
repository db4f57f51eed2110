package projects_test

import (
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// posts records an event and compares the lines of its vouchers, written as "Dr 9201 2025-05/2025 8600000.00": account,
// then budget line or project, then subject, then amount.
func (b *bureau) posts(e projects.Event, vouchers ...string) {
	b.t.Helper()
	receipts, err := b.record(e)
	if err != nil {
		b.t.Fatalf("%s %T: %v", e.EventCode(), e, err)
	}
	if len(receipts) != len(vouchers) {
		b.t.Fatalf("%s: %d vouchers, want %d", e.EventCode(), len(receipts), len(vouchers))
	}
	for i, r := range receipts {
		v, err := accounting.FindVoucher(b.t.Context(), b.db, book, r.No)
		b.must(err)
		var got []string
		for _, l := range v.Lines {
			side, m := "Dr", l.Debit
			if m.IsZero() {
				side, m = "Cr", l.Credit
			}
			words := []string{side, l.Account, l.ProjectCode}
			if l.BudgetLineCode != "" {
				words[2] = l.BudgetLineCode
			}
			if l.SubjectCode != "" {
				words = append(words, l.SubjectCode)
			}
			got = append(got, strings.Join(append(words, m.String()), " "))
		}
		want := strings.Split(strings.Join(strings.Fields(vouchers[i]), " "), "; ")
		sort.Strings(got)
		sort.Strings(want)
		if diff := cmp.Diff(want, got); diff != "" {
			b.t.Fatalf("%s %T voucher %d (-want +books)\n%s", e.EventCode(), e, i+1, diff)
		}
	}
}

// What the worked examples leave out: institutions, government funds, several sources, money that comes back by other ways.
func TestEventsTheExamplesLeaveOut(t *testing.T) {
	b := newWorks(t)
	ctx := b.t.Context()
	_, err := projects.AddBudgetLine(ctx, b.db, b.command(), projects.NewBudgetLine{Node: "2025-04", FiscalYear: 2025, Code: "2025-04/2025/基金", FundNature: accounting.GovernmentFund, FundingSource: "county"})
	b.must(err)
	h := b.on("2025-05-06")
	b.mustRecord(projects.Supplement{Head: h, Draw: draw("2025-04/2025/基金", "5000")})
	two := []projects.Draw{draw("2025-04/2025", "70"), draw("2025-04/2025/基金", "30")}

	// A contract of two sources: a pair per source; the institution's revenue follows each source's nature.
	b.posts(projects.Commit{Head: h, Contract: projects.Ref("HT-4"), Sources: two}, `Dr 9301.03 2025-04/2025 HT-4 70.00; Cr 9301.01 2025-04/2025 70.00;
		Dr 9301.03 2025-04/2025/基金 HT-4 30.00; Cr 9301.01 2025-04/2025/基金 30.00`)
	b.mustRecord(
		projects.Certify{Head: h, Project: "2025-04", Contract: projects.Ref("HT-4"), Gross: yuan("100")},
		projects.HoldForRequest{Head: h, Request: projects.Ref("ZF-4b"), Contract: projects.Ref("HT-4"), Sources: two},
	)
	pay := projects.Paid{Head: h, Request: projects.Ref("ZF-4b"), Sources: two, EconomicClass: goodsUsed}
	b.posts(projects.PayProgress{Paid: pay, Contract: projects.Ref("HT-4")}, `Dr 9401 2025-04/2025 70.00; Cr 9301.04 2025-04/2025 ZF-4b 70.00; Dr 2302.02 2025-04 HT-4 70.00; Cr 4001.01 2025-04/2025 70.00; Dr 7201 2025-04/2025 70.00; Cr 6001 2025-04/2025 70.00;
		Dr 9401 2025-04/2025/基金 30.00; Cr 9301.04 2025-04/2025/基金 ZF-4b 30.00; Dr 2302.02 2025-04 HT-4 30.00; Cr 4001.02 2025-04/2025/基金 30.00; Dr 7201 2025-04/2025/基金 30.00; Cr 6001 2025-04/2025/基金 30.00`)

	// Money back: the payable revives with the contract's hold, or the authority becomes available.
	b.posts(projects.Refund{Head: h, PaidOn: h.Date, Debited: "2302.02", To: projects.PayableBack, Sources: draws("2025-04/2025", "20"), Contract: projects.Ref("HT-4"), EconomicClass: goodsUsed},
		`Dr 9301.03 2025-04/2025 HT-4 20.00; Cr 9401 2025-04/2025 20.00; Dr 4001.01 2025-04/2025 20.00; Cr 2302.02 2025-04 HT-4 20.00; Dr 6001 2025-04/2025 20.00; Cr 7201 2025-04/2025 20.00`)
	b.mustRecord(projects.PayCost{Paid: b.paid("ZF-4", "2025-04/2025", "100"), Cost: "1613.04"})
	b.posts(projects.Refund{Head: h, PaidOn: h.Date, Debited: "1613.04", To: projects.BackAvailable, Sources: draws("2025-04/2025", "10"), EconomicClass: goodsUsed},
		`Dr 9301.01 2025-04/2025 10.00; Cr 9401 2025-04/2025 10.00; Dr 4001.01 2025-04/2025 10.00; Cr 1613.04 2025-04 10.00; Dr 6001 2025-04/2025 10.00; Cr 7201 2025-04/2025 10.00`)
	b.posts(projects.HandOver{Head: h, Project: "2025-04", Asset: "1601", Works: yuan("100"), Other: yuan("90")}, `Dr 1601 2025-04 190.00; Cr 1613.01 2025-04 100.00; Cr 1613.04 2025-04 90.00`)

	// An institution owes subsidies on 2307.03.
	b.posts(projects.ApproveList{Head: h, Project: "2025-04", Batch: projects.Ref("BT-4"), Amount: yuan("50"), EconomicClass: goodsUsed}, `Dr 5001.03 2025-04 50.00; Cr 2307.03 2025-04 BT-4 50.00`)

	// Written off when paid.
	b.mustRecord(projects.HoldForRequest{Head: h, Request: projects.Ref("ZF-4c"), Sources: draws("2025-04/2025", "8")})
	b.posts(projects.PayWrittenOff{Paid: b.paid("ZF-4c", "2025-04/2025", "8")}, `Dr 9401 2025-04/2025 8.00; Cr 9301.04 2025-04/2025 ZF-4c 8.00; Dr 1613.05 2025-04 8.00; Cr 4001.01 2025-04/2025 8.00; Dr 7201 2025-04/2025 8.00; Cr 6001 2025-04/2025 8.00;
		Dr 5301 2025-04 8.00; Cr 1613.05 2025-04 8.00`)

	// Settled lower: not owed, not retained, and what was overpaid to return.
	b.posts(projects.CutSettlement{Head: h, Project: "2025-05", Contract: projects.Ref("HT-1"), Unpaid: yuan("97"), Retained: yuan("3"), Overpaid: yuan("11")},
		`Dr 2302.02 2025-05 HT-1 97.00; Dr 2307.01 2025-05 HT-1 3.00; Dr 1218 2025-05 HT-1 11.00; Cr 1613.01 2025-05 111.00`)
	b.posts(projects.Reduce{Head: h, Draw: draw("2025-05/2025", "600000"), From: projects.ToIssue}, `Dr 9101 2025-05/2025 600000.00; Cr 9201 2025-05/2025 600000.00`)

	// The final account is higher, then lower than the provisional value; 3501 never keeps a rest.
	next := b.on("2026-02-02")
	b.posts(projects.AdjustAsset{Head: next, Project: "2025-04", Asset: "1601", Increase: yuan("9")}, `Dr 1601 2025-04 9.00; Cr 3501 2025-04 9.00; Dr 3501 2025-04 9.00; Cr 3001 2025-04 9.00`)
	b.posts(projects.AdjustAsset{Head: next, Project: "2025-04", Asset: "1601", Decrease: yuan("4")}, `Dr 3501 2025-04 4.00; Cr 1601 2025-04 4.00; Dr 3001 2025-04 4.00; Cr 3501 2025-04 4.00`)

	// Last year's money back to the unit's own bank.
	b.posts(projects.RefundEarlierYear{Head: next, PaidOn: h.Date, OwnBank: true, Project: "2025-04", Standing: "1601", Amount: yuan("5")},
		`Dr 1002.01 2025-04 5.00; Cr 1601 2025-04 5.00; Dr 8001.02 2025-04 5.00; Cr 8101.02 2025-04 5.00`)
}

// An opening takes balances of all kinds; the rest is the project's surplus and, for authority, its approved budget.
func TestOpeningKeepsEveryBalance(t *testing.T) {
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	b.posts(projects.Opening{Head: b.on("2025-01-01"), Balances: []projects.OpeningBalance{
		{Account: "1613.01", Project: "2025-05", Balance: yuan("1000")},
		{Account: "2302.02", Project: "2025-05", Subject: projects.Ref("HT-0"), Balance: yuan("300")},
		{Account: "9301.01", BudgetLine: "2025-05/2025", Balance: yuan("40")},
		{Account: "9301.03", BudgetLine: "2025-05/2025", Subject: projects.Ref("HT-0b"), Balance: yuan("60")},
	}}, `Dr 1613.01 2025-05 1000.00; Cr 2302.02 2025-05 HT-0 300.00; Cr 3001 2025-05 700.00; Dr 9301.01 2025-05/2025 40.00; Dr 9301.03 2025-05/2025 HT-0b 60.00; Cr 9101 2025-05/2025 100.00`)
}

// The year's end of a whole book: a deficit turns sides, what is frozen, not issued and held per contract survives, and a
// second run closes only what was posted since.
func TestYearEndOfTheBook(t *testing.T) {
	b := newWorks(t)
	h := b.on("2025-12-20")
	b.mustRecord(
		projects.PayCost{Paid: b.paid("ZF-4", "2025-04/2025", "60"), Cost: "1613.02"},
		projects.TransferOut{Head: h, Project: "2025-04", Equipment: yuan("60")},
		projects.RefundEarlierYear{Head: h, PaidOn: accounting.MustDate("2024-12-01"), BudgetLine: "2025-04/2025", Standing: "1601", Amount: yuan("3")},
		projects.ReturnRequest{Head: h, Request: projects.Ref("ZF-4"), Sources: draws("2025-04/2025", "40")},
		projects.ReturnRequest{Head: h, Request: projects.Ref("ZF-7"), Sources: draws("2025-07/2025", "100")},
		projects.Freeze{Head: h, Draw: draw("2025-05/2025", "7")},
		projects.ApproveList{Head: h, Project: "2025-04", Batch: projects.Ref("BT-1"), Amount: yuan("50"), EconomicClass: "30305"},
		projects.ApproveList{Head: h, Project: "2025-04", Batch: projects.Ref("BT-2"), Amount: yuan("20"), EconomicClass: "30306"},
		projects.FundReceipt{Head: h, Project: "2025-06", Amount: yuan("1")},
	)
	end := projects.YearEnd{Head: h, Year: 2025}
	b.posts(projects.CloseBudgetary{YearEnd: end}, `Dr 6001 2025-04/2025 60.00; Cr 8101.01 2025-04 60.00; Dr 8101.01 2025-04 60.00; Cr 7201 2025-04/2025 60.00`, `Dr 6001 2025-05/2025 1500000.00; Cr 8101.01 2025-05 1500000.00; Dr 8101.01 2025-05 1500000.00; Cr 7101 2025-05/2025 1500000.00`)
	b.posts(projects.CloseFinancial{YearEnd: end},
		`Dr 3301 2025-04 50.00; Cr 5001.03 2025-04 50.00; Dr 3301 2025-04 20.00; Cr 5001.03 2025-04 20.00; Dr 4001.01 2025-04/2025 60.00; Cr 3301 2025-04 60.00;
		Cr 3301 2025-04 10.00; Dr 3302 2025-04 10.00; Cr 3302 2025-04 10.00; Dr 3001 2025-04 10.00; Dr 3001 2025-04 60.00; Cr 3401 2025-04 60.00; Dr 3001 2025-04 3.00; Cr 3501 2025-04 3.00`,
		`Dr 4001.01 2025-05/2025 1500000.00; Cr 3301 2025-05 1500000.00; Dr 3301 2025-05 1500000.00; Cr 3302 2025-05 1500000.00; Dr 3302 2025-05 1500000.00; Cr 3001 2025-05 1500000.00`)
	whole := func(line, unissued, available string) string {
		left := yuan(unissued).Add(yuan(available)).String()
		return strings.NewReplacer("L", line, "X", left, "U", unissued, "V", available).Replace(`Dr 9601 L X; Cr 9201 L U; Cr 9301.01 L V; Dr 9101 L X; Cr 9701 L X; Dr 9701 L X; Cr 9601 L X`)
	}
	b.posts(projects.CarryAuthority{YearEnd: end}, `Dr 9601 2025-04/2025 8599943.00; Cr 9201 2025-04/2025 600000.00; Cr 9301.01 2025-04/2025 7999943.00;
		Dr 9101 2025-04/2025 8600003.00; Cr 9401 2025-04/2025 60.00; Cr 9701 2025-04/2025 8599943.00; Dr 9701 2025-04/2025 8599943.00; Cr 9601 2025-04/2025 8599943.00`,
		`Dr 9601 2025-05/2025 7100000.00; Cr 9201 2025-05/2025 600000.00; Cr 9301.01 2025-05/2025 2999993.00; Cr 9301.02 2025-05/2025 7.00; Cr 9301.03 2025-05/2025 HT-1 3500000.00;
		Dr 9101 2025-05/2025 8600000.00; Cr 9401 2025-05/2025 1500000.00; Cr 9701 2025-05/2025 7100000.00; Dr 9701 2025-05/2025 7100000.00; Cr 9601 2025-05/2025 7100000.00`,
		`Dr 9601 2025-06/2025 1000000.00; Cr 9201 2025-06/2025 1000000.00; Dr 9101 2025-06/2025 1000000.00; Cr 9701 2025-06/2025 1000000.00; Dr 9701 2025-06/2025 1000000.00; Cr 9601 2025-06/2025 1000000.00`,
		whole("2025-07/2025", "600000.00", "8000000.00"))
	for _, again := range []projects.Event{projects.CloseBudgetary{YearEnd: end}, projects.CloseFinancial{YearEnd: end}, projects.CarryAuthority{YearEnd: end}} {
		if _, err := b.record(again); err == nil || !strings.Contains(err.Error(), "nothing_to_post") {
			t.Fatalf("%s a second time: %v", again.EventCode(), err)
		}
	}
	var left []string
	b.must(b.db.NewRaw(`select name || ' ' || detail from accounting.blockers(?, 202514) where name in ('account_not_cleared', 'request_hold_left')`, book).Scan(b.t.Context(), &left))
	if len(left) > 0 {
		t.Errorf("the year cannot be locked: %v", left)
	}
	// 2025-05/2026 exists already for new money, so the carried line has a code of its own.
	carry := projects.CarryIn{YearEnd: projects.YearEnd{Head: b.on("2026-01-04"), Year: 2025, Projects: []string{"2025-05"}}}
	b.posts(carry, `Dr 9201 2025-05/2026-c 7100000.00; Cr 9101 2025-05/2026-c 7100000.00; Dr 9301.01 2025-05/2026-c 2999993.00; Dr 9301.02 2025-05/2026-c 7.00; Dr 9301.03 2025-05/2026-c HT-1 3500000.00; Cr 9201 2025-05/2026-c 6500000.00`)
	if _, err := b.record(carry); err == nil || !strings.Contains(err.Error(), "nothing_to_post") {
		t.Fatalf("carried in twice: %v", err)
	}
}

// Own money makes receipts and expenditure differ: the rest of either sign reaches 8101.04.
func TestYearEndCarriesSurplusAndDeficit(t *testing.T) {
	b := newBureau(t)
	b.node("2025-04", "ADM", 2025)
	b.node("2025-05", "ADM", 2025)
	b.mustRecord(projects.Opening{Head: b.on("2025-01-01"), Balances: []projects.OpeningBalance{
		{Account: "6001", BudgetLine: "2025-04/2025", Balance: yuan("10")}, {Account: "8001.02", Project: "2025-04", Balance: yuan("10")},
		{Account: "7101", BudgetLine: "2025-05/2025", Balance: yuan("10"), EconomicClass: goodsUsed}, {Account: "8001.02", Project: "2025-05", Balance: yuan("-10")},
	}})
	b.posts(projects.CloseBudgetary{YearEnd: projects.YearEnd{Head: b.on("2025-12-31"), Year: 2025}},
		`Dr 6001 2025-04/2025 10.00; Cr 8101.01 2025-04 10.00; Dr 8101.01 2025-04 10.00; Cr 8101.04 2025-04 10.00`,
		`Dr 8101.01 2025-05 10.00; Cr 7101 2025-05/2025 10.00; Dr 8101.04 2025-05 10.00; Cr 8101.01 2025-05 10.00`)
}

// A split by weight deals whole steps; what no step holds stays on the parent and is named.
func TestSplitByWeight(t *testing.T) {
	b := newWorks(t)
	half, step := decimal.NewFromInt(1), accounting.StepWan
	in := projects.Split{Head: b.on("2025-04-01"), Parent: "2025-06/2025", Total: ptr(yuan("955000")), Step: &step, Parts: []projects.SplitPart{{BudgetLine: "2025-06-2/2025", Weight: &half}, {BudgetLine: "2025-06-1/2025", Weight: &half}}}
	shares, rest, err := in.Shares()
	b.must(err)
	if rest.String() != "5000.00" || len(shares) != 2 {
		t.Fatalf("shares %v, rest %s", shares, rest)
	}
	b.posts(in, `Dr 9101 2025-06/2025 950000.00; Cr 9201 2025-06/2025 950000.00; Dr 9201 2025-06-1/2025 480000.00; Cr 9101 2025-06-1/2025 480000.00; Dr 9201 2025-06-2/2025 470000.00; Cr 9101 2025-06-2/2025 470000.00`)
}
