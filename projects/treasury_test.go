package projects_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

const treasuryHeading = "支付凭证号,日期,收款人,账号,金额,指标文号,项目代码,用途,退回标志\n"

// treasuryList stores rows as the treasury's list of a month.
func (d desk) treasuryList(month string, rows ...string) projects.ImportRequest {
	d.b.t.Helper()
	r := d.list("treasury-payments", "红寺堡区国库集中支付清单（单位：元）,,,,,,,,\n"+treasuryHeading+strings.Join(rows, "\n")+"\n")
	period, err := accounting.ParsePeriod(month)
	d.b.must(err)
	r.Month = &period
	return r
}

func (d desk) bringsList(month string, rows ...string) *projects.Import {
	d.b.t.Helper()
	i, err := d.takesIn(d.treasuryList(month, rows...))
	d.b.must(err)
	return i
}

func (d desk) confirmsList(i *projects.Import, vouchers ...string) []projects.ConfirmedPayment {
	d.b.t.Helper()
	all, err := projects.ConfirmTreasuryList(d.b.t.Context(), d.b.db, d.command(), i.ID, projects.ConfirmTreasury{VoucherNos: vouchers})
	d.b.must(err)
	return all
}

func (b *payingBureau) rows(i *projects.Import) (found []projects.TreasuryPayment) {
	b.t.Helper()
	b.read(func(ctx context.Context, tx bun.Tx) (err error) {
		found, err = projects.TreasuryPayments(ctx, tx, book, i.ID)
		return err
	})
	return found
}

func (b *payingBureau) items(state projects.ItemState) (found []projects.TreasuryItem) {
	b.t.Helper()
	b.read(func(ctx context.Context, tx bun.Tx) (err error) {
		found, err = projects.TreasuryItems(ctx, tx, projects.ItemQuery{Book: book, State: state, AsOf: accounting.MustDate("2025-04-10")})
		return err
	})
	return found
}

// kinds are the items of a state in words.
func (b *payingBureau) kinds(state projects.ItemState) string {
	b.t.Helper()
	var words []string
	for _, i := range b.items(state) {
		words = append(words, string(i.Kind)+" "+i.Voucher)
	}
	return strings.Join(words, ", ")
}

func (b *payingBureau) explain(item uuid.UUID, reason string) {
	b.t.Helper()
	b.must(projects.ExplainItem(b.t.Context(), b.db, b.treasury.command(), item, projects.ItemReason{Reason: reason, Owner: "tian"}))
}

// orderedFees is a request of one line that is ordered, with its order's number 支付凭证号.
func (b *payingBureau) orderedFees(amount string) (doc *projects.Document, order string) {
	b.t.Helper()
	doc = b.approved(b.request("fees", "", amount))
	b.mustTake(doc, b.payer, "order")
	return doc, b.order(doc)
}

func (b *payingBureau) order(doc *projects.Document) (order string) {
	b.t.Helper()
	b.read(func(ctx context.Context, tx bun.Tx) error {
		lines, err := projects.PaymentLines(ctx, tx, *doc)
		if err == nil {
			order = lines[len(lines)-1].OrderNumber
		}
		return err
	})
	return order
}

const builder = "宁夏某建筑公司"

// Rows find their orders by the voucher's number, by our request's number in 用途 and by amount and account; that alone posts
// nothing, and who took the list in confirms nothing.
func TestTreasuryListIsMatchedAndConfirmedByAnother(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	_, byOrder := b.orderedFees("100.00")
	named, _ := b.orderedFees("200.00")
	_, _ = b.orderedFees("300.00")
	list := b.payer.bringsList("2025-03",
		byOrder+",20250314,"+builder+","+contractorAccount+",100.00,,,工程款,否",
		"64030325000001,2025/3/17,"+builder+","+contractorAccount+",200.00,,,"+named.Number+" 工程款,",
		"64030325000002,2025-03-18,宁夏 某建筑公司,"+contractorAccount+",300.00,,,工程款,",
		"64030325000003,2025-03-19,某超市,6402-9999,70.00,,,办公用品,",
		"合计,,,,670.00,,,,")
	var reasons []string
	for _, r := range b.rows(list) {
		reasons = append(reasons, r.State+" "+r.Reason)
	}
	if got := strings.Join(reasons, ", "); got != "matched voucher_number, matched request_number, matched amount_and_account, unknown " {
		t.Errorf("rows are %s", got)
	}
	if n := b.countAll(`select count(*) from accounting.lines where account = '9401'`); n != 0 {
		t.Errorf("the list posted %d lines by itself", n)
	}
	if _, err := projects.ConfirmTreasuryList(t.Context(), b.db, b.payer.command(), list.ID, projects.ConfirmTreasury{}); fault.Code(err) != "duty_taken" {
		t.Errorf("who took the list in confirms it: %v", err)
	}
	if _, err := projects.ConfirmTreasuryList(t.Context(), b.db, b.clerk.command(), list.ID, projects.ConfirmTreasury{}); fault.Code(err) != "role_not_held" {
		t.Errorf("a clerk confirms: %v", err)
	}
	done := b.treasury.confirmsList(list)
	for _, d := range done {
		if !d.Confirmed || len(d.Receipts) != 1 {
			t.Errorf("%+v", d)
		}
	}
	if len(done) != 3 || b.kinds(projects.OpenState) != "paid_not_booked 64030325000003" || b.now(named).State != "confirmed" {
		t.Errorf("%d confirmed; open: %s; request %s", len(done), b.kinds(projects.OpenState), b.now(named).State)
	}
	if n := b.countAll(`select count(*) from accounting.vouchers where source = 'P4' and date in ('2025-03-14', '2025-03-17', '2025-03-18')`); n != 3 {
		t.Errorf("%d vouchers on the bank's days", n)
	}
	if again := b.treasury.confirmsList(list); len(again) != 0 {
		t.Errorf("confirmed twice: %+v", again)
	}
}

// A list that overlaps an earlier one brings only what is new; one that says otherwise is refused with both figures.
func TestTreasuryListsOverlap(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	row := func(n int, amount string) string {
		return fmt.Sprintf("6403032500000%d,2025-03-1%d,某公司,6402-9999,%s,,,货款,", n, n, amount)
	}
	first := b.payer.bringsList("2025-03", row(1, "10.00"), row(2, "20.00"))
	again := b.payer.bringsList("2025-03", row(1, "10.00"), row(2, "20.00"))
	longer := b.payer.bringsList("2025-03", row(1, "10.00"), row(2, "20.00"), row(3, "30.00"))
	if first.Added != 2 || again.ID != first.ID || longer.Added != 1 || len(b.rows(longer)) != 1 {
		t.Errorf("added %d, %d, again %t", first.Added, longer.Added, again.ID == first.ID)
	}
	for name, x := range map[string]struct{ rows, want string }{
		"another amount":      {row(2, "20.01"), "row 3: 支付凭证 64030325000002 was taken in before and says otherwise: amount 20.00 then, 20.01 now"},
		"a day of next month": {"64030325000009,2025-04-01,某公司,6402-9999,1.00,,,,", "2025-04-01 is not in 2025-03"},
		"a voucher twice":     {row(4, "1.00") + "\n" + row(4, "1.00"), "row 4: 支付凭证 64030325000004 stands in row 3 already"},
		"nothing":             {row(4, "0.00"), "pays nothing"},
		"a wrong total":       {row(4, "1.00") + "\n合计,,,,2.00,,,,", "the total states 2.00 yuan, the rows come to 1.00"},
		"digits lost":         {"1.5E+17,2025-03-14,某公司,6402-9999,1.00,,,,", "row 3"},
	} {
		if _, err := b.payer.takesIn(b.payer.treasuryList("2025-03", x.rows)); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	shorter := b.payer.previews(b.payer.treasuryList("2025-03", row(1, "10.00")))
	if shorter.Counts[projects.SameRow] != 1 || shorter.Counts[projects.MissingThere] != 2 {
		t.Errorf("a shorter list: %+v", shorter.Counts)
	}
}

// A payment that was confirmed by its receipt must be in the list as the receipt said, or it is a difference.
func TestListMustAgreeWithReceipts(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	pays := func(amount, day string) (*projects.Document, string) {
		doc, order := b.orderedFees(amount)
		_, err := b.confirm(doc, 1, day)
		b.must(err)
		return doc, order
	}
	_, right := pays("100.00", "2025-03-14")
	late, lateOrder := pays("200.00", "2025-03-14")
	_, _ = pays("300.00", "2025-03-14")
	b.payer.bringsList("2025-03", right+",2025-03-14,"+builder+","+contractorAccount+",100.00,,,,", lateOrder+",2025-03-15,"+builder+","+contractorAccount+",200.00,,,,")
	if got := b.kinds(projects.OpenState); got != "not_in_list 2025-03 记-0006, disagrees "+lateOrder {
		t.Errorf("open: %s", got)
	}
	for _, i := range b.items(projects.OpenState) {
		if i.Kind == projects.DisagreesItem && (i.Request != late.Number || i.Detail != "paid here on 2025-03-14, in the list on 2025-03-15") {
			t.Errorf("%+v", i)
		}
		b.explain(i.ID, "银行次日入账")
	}
	if got := b.kinds(projects.OpenState); got != "" {
		t.Errorf("still open: %s", got)
	}
	if items := b.items(projects.ExplainedState); len(items) != 2 || items[0].Owner != "tian" || items[0].GivenBy != "tian" || items[0].Age != 27 {
		t.Errorf("explained: %+v", items)
	}
	b.explain(b.items(projects.ExplainedState)[0].ID, "次月清单")
	if n := b.countAll(`select count(*) from projects.item_reasons`); n != 3 {
		t.Errorf("%d reasons are kept", n)
	}
}

// What the list says otherwise than the order is not confirmed by it: that row is named, the rest goes.
func TestOrdersTheListContradictsStayOpen(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	_, wrong := b.orderedFees("100.00")
	_, elsewhere := b.orderedFees("200.00")
	_, good := b.orderedFees("300.00")
	list := b.payer.bringsList("2025-03", wrong+",2025-03-14,"+builder+","+contractorAccount+",100.01,,,,", elsewhere+",2025-03-14,"+builder+","+wagesAccount+",200.00,,,,", good+",2025-03-14,"+builder+","+contractorAccount+",300.00,,,,")
	var codes []string
	for _, d := range b.treasury.confirmsList(list) {
		codes = append(codes, d.Code)
	}
	if strings.Join(codes, " ") != "list_disagrees list_disagrees " {
		t.Errorf("answers %q", codes)
	}
	if got := b.kinds(projects.OpenState); got != "paid_not_booked "+wrong+", paid_not_booked "+elsewhere {
		t.Errorf("open: %s", got)
	}
}

// A payment without a request waits as 已付未记 until a late request has passed its desks and is confirmed.
func TestPaidNotBookedIsClearedByALateRequest(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	list := b.payer.bringsList("2025-03", "64030325000007,2025-03-19,"+builder+","+wagesAccount+",70.00,,,办公用品,")
	q := b.request("fees", "", "70.00")
	q.Purpose = "补录 64030325000007 办公用品"
	late := b.approved(q)
	if rows := b.rows(list); rows[0].State != "unknown" {
		t.Errorf("approved only: %+v", rows[0])
	}
	b.mustTake(late, b.payer, "order")
	if rows := b.rows(list); rows[0].State != "matched" || rows[0].Reason != "voucher_in_request" {
		t.Errorf("ordered: %+v", rows[0])
	}
	if b.kinds(projects.OpenState) != "paid_not_booked 64030325000007" {
		t.Errorf("open: %s", b.kinds(projects.OpenState))
	}
	// To the contractor's other account than the treasury paid to, it is not confirmed by the list.
	if done := b.treasury.confirmsList(list); len(done) != 1 || done[0].Code != "list_disagrees" {
		t.Errorf("%+v", done)
	}
	b.must(projects.FailLine(t.Context(), b.db, b.payer.command(), late.Number, 1, "账号不符"))
	_, err := projects.CancelLine(t.Context(), b.db, b.treasury.command(), late.Number, 1, accounting.MustDate("2025-03-20"))
	b.must(err)
}

// What came back is open until a refund of that payment is posted, or the order failed before it was booked.
func TestReturnsOfTheList(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	paid, order := b.orderedFees("100.00")
	list := b.payer.bringsList("2025-03", order+",2025-03-14,"+builder+","+contractorAccount+",100.00,,,,")
	b.treasury.confirmsList(list)
	failing, failed := b.orderedFees("200.00")
	back := b.payer.bringsList("2025-04", order+",2025-04-02,"+builder+","+contractorAccount+",100.00,,,,退回",
		failed+",2025-04-03,"+builder+","+contractorAccount+",200.00,,,,", failed+",2025-04-04,"+builder+","+contractorAccount+",-200.00,,,,")
	if got := b.kinds(projects.OpenState); got != "returned "+order+", paid_not_booked "+failed+", returned "+failed {
		t.Errorf("open: %s", got)
	}
	if done := b.treasury.confirmsList(back, failed); len(done) != 1 || done[0].Code != "step_not_allowed" {
		t.Errorf("what came back is confirmed: %+v", done)
	}
	b.must(projects.FailLine(t.Context(), b.db, b.payer.command(), failing.Number, 1, "户名不符"))
	refund := b.mustDraft("refund", &projects.RefundForm{Paper: paperOf("2025-04-05"), Request: paid.Number, Line: 1, Amount: yuan("100.00"), To: projects.BackAvailable})
	b.mustTake(refund, b.clerk, "submit")
	b.mustTake(refund, b.treasury, "approve")
	if got := b.kinds(projects.OpenState); got != "" {
		t.Errorf("open: %s", got)
	}
	if got := b.kinds(projects.ClearedState); got != "paid_not_booked "+order+", returned "+order+", paid_not_booked "+failed+", returned "+failed {
		t.Errorf("cleared: %s", got)
	}
	// Ordered again, the line is paid by its new order.
	b.must(projects.AskReissue(t.Context(), b.db, b.payer.command(), failing.Number, 1, projects.Reissue{Account: wagesAccount, Reason: "改付"}))
	b.must(projects.ApproveReissue(t.Context(), b.db, b.treasury.command(), failing.Number, 1))
	again := b.payer.bringsList("2025-04", b.order(failing)+",2025-04-08,"+builder+","+wagesAccount+",200.00,,,,")
	if done := b.treasury.confirmsList(again); len(done) != 1 || !done[0].Confirmed {
		t.Errorf("%+v", done)
	}
}
