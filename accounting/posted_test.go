package accounting_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// A correction leaves turnover as if the wrong voucher had never been: no inflated debits in either account.
func TestCorrectionLeavesNoTraceInTurnover(t *testing.T) {
	t.Parallel()
	s := tell(t)
	for _, r := range s.trialBalance(t, accounting.TrialBalanceQuery{AsOf: accounting.MustDate("2025-07-31")}) {
		if r.Account == "1613.03" && (r.MonthDebit.String() != "0.00" || r.MonthCredit.String() != "0.00" || r.Closing.String() != "100.00") {
			t.Errorf("1613.03 in July: %s %s, closing %s", r.MonthDebit, r.MonthCredit, r.Closing)
		}
		if r.Account == "9401" && r.Closing.String() != "5060.00" {
			t.Errorf("executed: %s", r.Closing)
		}
	}
	var red, original *accounting.Posted
	s.read(t, time.Time{}, func(ctx context.Context, tx bun.Tx) (err error) {
		if red, err = accounting.FindVoucher(ctx, tx, s.id, s.no["red"]); err == nil {
			original, err = accounting.FindVoucher(ctx, tx, s.id, s.no["wrong"])
		}
		return err
	})
	if want := "冲销 2025-07 记-0002 (2025-07-05): 设备款误记待摊投资"; red.Memo != want {
		t.Errorf("memo %q, want %q", red.Memo, want)
	}
	if original.ReversedBy == nil || *original.ReversedBy != s.no["red"] || red.Refers == nil || *red.Refers != s.no["wrong"] || red.Kind != accounting.Reversal {
		t.Errorf("the vouchers do not name each other: %+v %+v", original.ReversedBy, red.Refers)
	}
	if len(red.Lines) != len(original.Lines) || red.PreparedBy.Name != "人员1" || red.Lines[0].AccountName == "" || red.Lines[5].SubjectCode != "ZF-3" {
		t.Errorf("red voucher read back: %+v", red)
	}
	for i, l := range red.Lines {
		if o := original.Lines[i]; !l.Debit.Equal(o.Debit.Neg()) || !l.Credit.Equal(o.Credit.Neg()) || l.Account != o.Account {
			t.Errorf("line %d: %+v against %+v", i+1, l, o)
		}
	}
}

// Each row: what somebody tries to take back → why it is refused.
func TestReversalIsRefused(t *testing.T) {
	t.Parallel()
	s := tell(t)
	for _, tt := range []struct {
		name string
		no   accounting.VoucherNo
		on   string
		code string
	}{
		{"a payment alone", s.no["right"], "2025-07-30", "payment_confirmed"},
		{"a voucher twice", s.no["freeze"], "2025-07-30", "already_reversed"},
		{"a red voucher", s.no["red"], "2025-07-30", "reversal_of_red"},
		{"a voucher of last year", s.no["certificate"], "2026-01-30", "reversal_year"},
		{"what the next vouchers built on", s.no["certificate"], "2025-12-30", "balance_exceeded"},
		{"what does not exist", accounting.VoucherNo{Period: 202507, Number: 99}, "2025-07-30", "voucher_unknown"},
	} {
		r := accounting.ReversalRequest{No: tt.no, On: accounting.MustDate(tt.on), Reason: "试", PreparedBy: s.person[0], ReviewedBy: s.person[1]}
		if _, err := accounting.ReverseVoucher(t.Context(), s.books, s.db, s.command("voucher.reverse"), r); fault.Code(err) != tt.code {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.code)
		}
	}
	var refused []string
	s.read(t, time.Time{}, func(ctx context.Context, tx bun.Tx) error {
		for r, err := range accounting.Refusals(ctx, tx, accounting.LogQuery{Book: s.id, Name: "voucher.reverse"}) {
			if err != nil {
				return err
			}
			refused = append([]string{r.Code}, refused...)
		}
		return nil
	})
	if len(refused) != 6 {
		t.Errorf("the refusals log holds %v", refused)
	}
}

// The list of vouchers can be narrowed, page by page, and the operation log says who did what.
func TestVouchersAndLogAreFound(t *testing.T) {
	t.Parallel()
	s := tell(t)
	count := func(q accounting.VoucherQuery) (n int) {
		q.Book = s.id
		s.read(t, time.Time{}, func(ctx context.Context, tx bun.Tx) error {
			for _, err := range accounting.Vouchers(ctx, tx, q) {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		})
		return n
	}
	for _, tt := range []struct {
		name string
		q    accounting.VoucherQuery
		want int
	}{
		{"all", accounting.VoucherQuery{}, 31},
		{"July", accounting.VoucherQuery{From: 202507, To: 202507}, 6},
		{"July after the second", accounting.VoucherQuery{From: 202507, To: 202507, After: accounting.VoucherNo{Period: 202507, Number: 2}}, 4},
		{"of a project", accounting.VoucherQuery{Project: s.project[1]}, 7},
		{"of a project without any", accounting.VoucherQuery{Project: s.project[2]}, 0},
		{"of the unit", accounting.VoucherQuery{Unit: s.unit, Limit: 5}, 5},
		{"of an event", accounting.VoucherQuery{Source: "P4"}, 4},
	} {
		if got := count(tt.q); got != tt.want {
			t.Errorf("%s: %d vouchers, want %d", tt.name, got, tt.want)
		}
	}
	s.read(t, time.Time{}, func(ctx context.Context, tx bun.Tx) error {
		var names []string
		for c, err := range accounting.Commands(ctx, tx, accounting.LogQuery{Book: s.id, Limit: 1}) {
			if err != nil {
				return err
			}
			names = append(names, fmt.Sprintf("%s by %s: %t", c.Name, c.Actor.Name, len(c.Answer) > 2))
		}
		if fmt.Sprint(names) != "[period.close by 人员4: true]" {
			t.Errorf("newest command: %v", names)
		}
		return nil
	})
	if _, err := accounting.FindVoucher(t.Context(), s.db, s.id, accounting.VoucherNo{Period: 202507, Number: 7}); fault.Code(err) != "voucher_unknown" {
		t.Errorf("a voucher that is not there: %v", err)
	}
}
