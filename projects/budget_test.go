package projects_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// budgetBureau is a bureau with two budget officers and a programme of villages.
type budgetBureau struct {
	*bureau
	ma, li, clerk, head, lead desk
}

func newBudgetBureau(t *testing.T, villages int) *budgetBureau {
	t.Helper()
	b := newBureau(t)
	b.node("2025-10", "ADM", 2025)
	for i := range villages {
		_, err := projects.CreateNode(t.Context(), b.db, b.command(), projects.NewNode{Code: fmt.Sprintf("2025-10-%03d", i+1), Parent: "2025-10", NameZH: "村", Kind: projects.Village, Type: projects.Works, Unit: "ADM"})
		b.must(err)
	}
	d := b.desks([2]string{"ma", "budget_officer"}, [2]string{"li", "budget_officer"}, [2]string{"wu", "project_clerk"}, [2]string{"he", "project_head"}, [2]string{"lu", "lead_approver"})
	return &budgetBureau{b, d["ma budget_officer"], d["li budget_officer"], d["wu project_clerk"], d["he project_head"], d["lu lead_approver"]}
}

func (b *budgetBureau) paper(date string) projects.Paper {
	p := paperOf(date)
	b.number++
	p.DocumentNo = fmt.Sprintf("红财发〔2025〕%d号", b.number)
	return p
}

// pass drafts a document and takes it through its steps.
func (b *budgetBureau) pass(maker desk, kind projects.DocumentKind, content projects.Content, steps ...deskStep) (*projects.Taken, error) {
	b.t.Helper()
	doc, err := projects.Draft(b.t.Context(), b.db, maker.command(), kind, content)
	if err != nil {
		return nil, err
	}
	var taken *projects.Taken
	for _, s := range steps {
		if taken, err = s.desk.take(doc, s.verb); err != nil {
			return nil, err
		}
	}
	return taken, nil
}

func (b *budgetBureau) budget(event, input string) (*projects.Taken, error) {
	p := projects.Budget{EventPaper: projects.EventPaper{Paper: b.paper("2025-01-20"), Node: "2025-10", Event: event, Input: json.RawMessage(input)}}
	return b.pass(b.ma, "budget", &p, deskStep{b.ma, "submit"}, deskStep{b.li, "approve"})
}

func (b *budgetBureau) allocate(a projects.Allocation) (*projects.Taken, error) {
	a.Paper, a.Node, a.Parent = b.paper("2025-02-20"), "2025-10", "2025-10/2025"
	return b.pass(b.ma, "allocation", &a, deskStep{b.ma, "submit"}, deskStep{b.li, "approve"})
}

func weight(n int64) *decimal.Decimal {
	d := decimal.NewFromInt(n)
	return &d
}

// 150,000,000 over 65 villages is one document and one voucher: 50 get 2,307,692.31 and 15 get 2,307,692.30. In steps of a
// yuan what no step holds stays on the parent and is named.
func TestVillagesGetTheirMoneyByOneDocument(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]struct{ first, last, rest string }{"0.01": {"2307692.31", "2307692.30", "0.00"}, "1.00": {"2307693.00", "2307692.00", "0.00"}, "10000.00": {"2310000.00", "2300000.00", "0.00"}} {
		b := newBudgetBureau(t, 65)
		_, err := b.budget("Approve", `{"budget_line":"2025-10/2025","amount":"150000000.00"}`)
		b.must(err)
		a := projects.Allocation{Measure: "yuan", Total: money("150000000.00"), Step: money(step)}
		for i := range 65 {
			a.Rows = append(a.Rows, projects.AllocationRow{Project: fmt.Sprintf("2025-10-%03d", i+1), Weight: weight(1)})
		}
		taken, err := b.allocate(a)
		b.must(err)
		var said projects.Allocation
		b.must(json.Unmarshal(taken.Document.Content, &said))
		if len(taken.Receipts) != 1 || said.Rows[0].Amount.String() != want.first || said.Rows[64].Amount.String() != want.last || said.Rest.String() != want.rest {
			t.Errorf("step %s: %d vouchers, first %s, last %s, rest %s", step, len(taken.Receipts), said.Rows[0].Amount, said.Rows[64].Amount, said.Rest)
		}
	}
}

// What a list says in 万元 is read exactly; what is not whole fen is refused with its row, and villages without money stay
// visible. Several batches add up.
func TestListsAreReadToTheFen(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 3)
	_, err := b.budget("Approve", `{"budget_line":"2025-10/2025","amount":"1000000.00"}`)
	b.must(err)
	rows := func(values ...string) (all []projects.AllocationRow) {
		for i, v := range values {
			all = append(all, projects.AllocationRow{Project: fmt.Sprintf("2025-10-%03d", i+1), Value: v})
		}
		return all
	}
	_, err = b.allocate(projects.Allocation{Measure: "wan", Rows: rows("23.076923", "23.0769231")})
	if fault.Code(err) != "document_invalid" || !strings.Contains(err.Error(), "row 2, 2025-10-002: 23.0769231 万元 is 230769.231 yuan") {
		t.Errorf("a tenth of a fen: %v", err)
	}
	for range 2 {
		_, err = b.allocate(projects.Allocation{Measure: "wan", Rows: rows("23.076923", "0.5")})
		b.must(err)
	}
	if _, err = b.allocate(projects.Allocation{Measure: "yuan", Rows: rows("600000")}); fault.Code(err) != "budget_exceeded" {
		t.Errorf("more than the parent has: %v", err)
	}
	b.readAll(func(ctx context.Context, tx bun.Tx) error {
		got, err := projects.Allocated(ctx, tx, book, "2025-10", 2025)
		if len(got) != 3 || got[0].Allocated.String() != "461538.46" || got[1].Allocated.String() != "10000.00" || got[2].Allocated != nil {
			t.Errorf("allocated %+v", got)
		}
		return err
	})
}

func (b *bureau) readAll(report func(ctx context.Context, tx bun.Tx) error) {
	b.t.Helper()
	b.must(accounting.Read(accounting.WithReader(b.t.Context(), accounting.Operator), b.db, report))
}

// A number 文号 brings one thing about once; a cut into what a contract holds is refused with what may be cut.
func TestBudgetNumbersAreUsedOnce(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 0)
	paper := b.paper("2025-01-20")
	said := func(p projects.Paper, event, input string) (*projects.Taken, error) {
		return b.pass(b.ma, "budget", &projects.Budget{EventPaper: projects.EventPaper{Paper: p, Node: "2025-10", Event: event, Input: json.RawMessage(input)}}, deskStep{b.ma, "submit"}, deskStep{b.li, "approve"})
	}
	_, err := said(paper, "Approve", `{"budget_line":"2025-10/2025","amount":"100.00"}`)
	b.must(err)
	if _, err := said(paper, "Approve", `{"budget_line":"2025-10/2025","amount":"100.00"}`); fault.Code(err) != "document_no_used" || !strings.Contains(err.Error(), "YS-2025-0001") {
		t.Errorf("the same number again: %v", err)
	}
	_, err = said(paper, "Issue", `{"budget_line":"2025-10/2025","amount":"100.00"}`)
	b.must(err)
	paper.DocumentNo = ""
	if _, err := said(paper, "Issue", `{"budget_line":"2025-10/2025","amount":"1.00"}`); fault.Code(err) != "document_no_required" {
		t.Errorf("without a number: %v", err)
	}
	b.mustRecord(projects.Commit{Head: b.on("2025-03-01"), Contract: projects.Ref("CN-1"), Sources: draws("2025-10/2025", "70.00")})
	if _, err := b.budget("Reduce", `{"budget_line":"2025-10/2025","amount":"50.00","from":"available"}`); fault.Code(err) != "budget_exceeded" || !strings.Contains(err.Error(), "70.00") || !strings.Contains(err.Error(), "30.00") {
		t.Errorf("a cut into what a contract holds: %v", err)
	}
}

// A subsidy is a count times a rate; its list is locked only when it has hung for its days (R22).
func TestSubsidyListsHangBeforeTheyAreLocked(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 0)
	b.parties("2025-10", projects.Party{Role: projects.Lead, Name: "卫健局"})
	list := func(until, total string) (*projects.Taken, error) {
		s := projects.SubsidyBatch{Paper: paperOf("2025-03-05"), Node: "2025-10", Code: "BT-" + until, Month: "2025-03", Count: 333, Rate: decimal.RequireFromString("12.3456"), EconomicClass: "30307",
			PublishedAt: "公示栏", PublishedFrom: accounting.MustDate("2025-02-20"), PublishedUntil: accounting.MustDate(until)}
		if total != "" {
			s.Total = money(total)
		}
		return b.pass(b.clerk, "subsidy_batch", &s, deskStep{b.clerk, "submit"}, deskStep{b.head, "publish"}, deskStep{b.lead, "lock"})
	}
	if _, err := list("2025-03-01", "4111.09"); fault.Code(err) != "document_invalid" || !strings.Contains(err.Error(), "4111.08") {
		t.Errorf("a total that is not count times rate: %v", err)
	}
	if _, err := list("2025-03-06", ""); fault.Code(err) != "list_not_published" {
		t.Errorf("locked while it hangs: %v", err)
	}
	taken, err := list("2025-03-01", "4111.08")
	b.must(err)
	if len(taken.Receipts) != 1 || taken.Document.State != "locked" {
		t.Errorf("locked: %+v", taken)
	}
}

// A village's money waits for its vote and published list; every village is listed, with or without a record.
func TestVillageVotesBeforeItsMoneyIsSpent(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 2)
	q := projects.PaymentRequest{Paper: paperOf("2025-03-10"), Node: "2025-10-001", Payment: "written_off", Purpose: "清淤", EconomicClass: "31005", Sources: draws("2025-10-001/2025", "10.00"),
		Payees: []projects.PayeeLine{{Payee: b.payee(), Account: "6402-0001", Amount: yuan("10.00"), Kind: "other"}}}
	_, err := projects.AddBudgetLine(t.Context(), b.db, b.command(), projects.NewBudgetLine{Node: "2025-10-001", FiscalYear: 2025, FundNature: accounting.GeneralPublicBudget, FundingSource: "county"})
	b.must(err)
	if _, err := projects.Draft(t.Context(), b.db, b.clerk.command(), "payment_request", &q); fault.Code(err) != "village_not_voted" {
		t.Errorf("spending before the vote: %v", err)
	}
	record := projects.VillageForm{Paper: paperOf("2025-03-01"), Node: "2025-10-001", VotedOn: accounting.MustDate("2025-02-10"), PublishedOn: accounting.MustDate("2025-02-12"), Mode: "builds", Township: "大河乡", County: yuan("10.00")}
	_, err = b.pass(b.clerk, "village_record", &record, deskStep{b.clerk, "submit"}, deskStep{b.head, "approve"})
	b.must(err)
	doc, err := projects.Draft(t.Context(), b.db, b.clerk.command(), "payment_request", &q)
	b.must(err)
	if doc.Flow != projects.SmallFlow {
		t.Errorf("a village's payment takes the flow %s", doc.Flow)
	}
	_, err = b.clerk.take(doc, "file")
	b.must(err)
	q.Payees[0].Amount, q.Sources[0].Amount = yuan("10.01"), yuan("10.01")
	if doc, err = projects.Draft(t.Context(), b.db, b.clerk.command(), "payment_request", &q); err == nil {
		_, err = b.clerk.take(doc, "file")
	}
	if fault.Code(err) != "village_not_voted" || !strings.Contains(err.Error(), "10.01: 0.01 too much") {
		t.Errorf("a fen more than the village voted for: %v", err)
	}
	b.readAll(func(ctx context.Context, tx bun.Tx) error {
		rows, err := projects.VillageRecords(ctx, tx, book)
		if len(rows) != 2 || rows[0].VotedOn == nil || rows[1].VotedOn != nil {
			t.Errorf("villages %+v", rows)
		}
		return err
	})
}

// payee registers a company with one account.
func (b *budgetBureau) payee() string {
	b.t.Helper()
	taken, err := b.pass(b.clerk, "payee", &projects.PayeeForm{Paper: paperOf("2025-02-01"), Name: "某公司", Kind: "company", Accounts: []projects.BankAccount{{Number: "6402-0001", Bank: "农行"}}},
		deskStep{b.clerk, "submit"}, deskStep{b.head, "approve"})
	b.must(err)
	return taken.Document.Number
}

// Asking for more than the quarter's cash plan is warned of and not refused.
func TestCashPlanWarns(t *testing.T) {
	t.Parallel()
	b := newBudgetBureau(t, 0)
	_, err := b.budget("Approve", `{"budget_line":"2025-10/2025","amount":"1000.00"}`)
	b.must(err)
	plan := projects.CashPlan{Paper: paperOf("2025-01-25"), Quarters: []projects.QuarterPlan{{BudgetLine: "2025-10/2025", Quarter: 1, Amount: yuan("100.00")}}}
	_, err = b.pass(b.ma, "cash_plan", &plan, deskStep{b.ma, "submit"}, deskStep{b.li, "approve"})
	b.must(err)
	payee := b.payee()
	for m, warned := range map[string]bool{"100.00": false, "100.01": true} {
		q := projects.PaymentRequest{Paper: paperOf("2025-03-10"), Node: "2025-10", Payment: "fees", Purpose: "设计费", EconomicClass: "31005", Sources: draws("2025-10/2025", m),
			Payees: []projects.PayeeLine{{Payee: payee, Account: "6402-0001", Amount: yuan(m), Kind: "other"}}}
		doc, err := projects.Draft(t.Context(), b.db, b.clerk.command(), "payment_request", &q)
		b.must(err)
		if got := strings.Contains(string(doc.Content), "0.01 above it"); got != warned {
			t.Errorf("%s of 100.00: %s", m, doc.Content)
		}
	}
}
