package projects_test

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

func (d desk) withdraws(i *projects.Import, why string) error {
	_, err := projects.WithdrawImport(d.b.t.Context(), d.b.db, d.command(), i.ID, projects.Withdrawal{Reason: why})
	return err
}

func (b bankingBureau) closes(month accounting.Period) {
	b.t.Helper()
	_, err := projects.CloseMonth(b.t.Context(), b.db, b.command(), b.mustPropose(month))
	b.must(err)
}

// refuses asks for a refusal by its code and words.
func refuses(t *testing.T, err error, code, words string) {
	t.Helper()
	if fault.Code(err) != code || err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("want %s %q, got %v", code, words, err)
	}
}

// The same file is the same list for the same month and account only.
func TestSameFileOfAnotherMonthOrAccount(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	b.node("2025-11", "ADM")
	_, err := projects.RegisterBankAccount(t.Context(), b.db, b.command(), projects.NewBankAccount{Number: "6409", Bank: "某银行", Account: "1002.02", Project: "2025-11"})
	b.must(err)
	march := bankHeading + "2025-03-04,捐款,甲,,,1000.00,1000.00,1\n"
	first, err := b.tian.takesIn(b.statement("2025-03", march))
	b.must(err)
	other := b.statement("2025-03", march)
	other.Account = "6409"
	second, err := b.tian.takesIn(other)
	b.must(err)
	if again, err := b.tian.takesIn(b.statement("2025-03", march)); err != nil || again.ID != first.ID || second.ID == first.ID || second.Covers != "6409" {
		t.Errorf("%+v, of the other account %+v, again %+v, %v", first, second, again, err)
	}
	_, err = b.tian.takesIn(b.statement("2025-04", march))
	refuses(t, err, "list_invalid", "2025-03-04 is not in 2025-04")
	if n := b.countAll(`select count(*) from projects.bank_statements`); n != 2 {
		t.Errorf("%d statements", n)
	}
	list := b.tian.treasuryList("2025-03", unknownMarch)
	_, err = b.tian.takesIn(list)
	b.must(err)
	april := accounting.Period(202504)
	list.Month = &april
	_, err = b.tian.takesIn(list)
	refuses(t, err, "list_invalid", "2025-03-14 is not in 2025-04")
}

const unknownMarch = "64030325000001,2025-03-14,某公司,6402-9999,10.00,,,,"

// A wrong statement goes by another person's hand with its matches, leaves its trace, and the right one takes its place,
// explained anew; not once a later one continues it or a close rests on it.
func TestStatementIsWithdrawnByAnother(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	hai := b.hai
	b.receives("2025-03-03", "1000.00", "捐款")
	const wrong = "2025-03-04,捐款,甲,,,1000.00,1000.00,1\n2025-03-05,捐款,乙,,,9.00,1009.00,2\n"
	march, err := b.brings("2025-03", wrong)
	b.must(err)
	b.must(projects.ExplainBankItem(t.Context(), b.db, b.tian.command(), fundNumber, 202503, b.sheet("2025-03").Items[0].ID, projects.BankItemReason{Reason: "待查", Owner: "wu"}))
	april, err := b.brings("2025-04", ",期初余额,,,,,1009.00,\n,期末余额,,,,,1009.00,\n")
	b.must(err)
	refuses(t, b.tian.withdraws(march, "拿错了"), "duty_taken", "who took the list in does not withdraw it")
	refuses(t, b.wu.withdraws(march, "拿错了"), "role_not_held", "not for project_clerk")
	refuses(t, hai.withdraws(march, ""), "reason_required", "")
	refuses(t, hai.withdraws(march, "拿错了"), "list_stays", "the statement of 202504 continues it")
	b.must(hai.withdraws(april, "三月的错了"))
	vouchers := b.countAll(`select count(*) from accounting.lines`)
	b.must(hai.withdraws(march, "拿错了"))
	refuses(t, hai.withdraws(march, "再一次"), "list_stays", "it was withdrawn before: 拿错了")
	b.shows("2025-03", "1000.00+0.00-0.00=1000.00")
	if n := b.countAll(`select (select count(*) from projects.bank_statements) + (select count(*) from projects.bank_lines) + (select count(*) from projects.bank_matches)`); n != 0 || b.countAll(`select count(*) from accounting.lines`) != vouchers {
		t.Errorf("%d rows stay", n)
	}
	if n := b.countAll(`select count(*) from projects.imports where withdrawn_because = '拿错了' and withdrawn_rows -> 0 -> 'matches' -> 0 ->> 'reason' = 'amount'
		and (withdrawn_rows -> 1 ->> 'balance')::numeric = 1009`); n != 1 {
		t.Errorf("%d traces", n)
	}
	if content, err := hai.fetch(march.File); err != nil || !strings.Contains(content, "1009.00") {
		t.Errorf("the withdrawn file: %q, %v", content, err)
	}
	again, err := b.brings("2025-03", wrong)
	b.must(err)
	if again.ID == march.ID {
		t.Error("the withdrawn list answers for the new one")
	}
	b.shows("2025-03", "1000.00+9.00-0.00=1009.00; 1009.00+0.00-0.00=1009.00 apart 0.00; bank_in 2025-03-05 9.00; 1=2025-03 记-0001 amount")
	b.must(hai.withdraws(again, "还是错的"))
	b.mustBring("2025-03", "2025-03-04,捐款,甲,,,1000.00,1000.00,1\n")
	last, err := b.brings("2025-04", ",期初余额,,,,,1000.00,\n,期末余额,,,,,1000.00,\n")
	b.must(err)
	for _, month := range []accounting.Period{202501, 202502, 202503, 202504} {
		b.closes(month)
	}
	refuses(t, hai.withdraws(last, "晚了"), "list_stays", "the close of 202504 rests on it")
}

// A treasury list goes unless something was confirmed by it; what was known of it stays known.
func TestTreasuryListIsWithdrawnByAnother(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	_, order := b.orderedFees("100.00")
	wrong := []string{order + ",2025-03-14," + builder + "," + contractorAccount + ",100.00,,,,", "64030325000003,2025-03-19,某超市,6402-9999,70.00,,,,"}
	list := b.payer.bringsList("2025-03", wrong...)
	b.explain(b.items(projects.OpenState)[1].ID, "待查")
	longer := b.payer.bringsList("2025-03", append(wrong, "64030325000004,2025-03-20,某超市,6402-9999,80.00,,,,")...)
	var known string
	b.must(pgtest.Superuser(t, b.db).NewRaw(`select clock_timestamp()::text`).Scan(t.Context(), &known))
	then := b.itemsKnown(known)
	refuses(t, b.treasury.withdraws(list, "重复"), "list_stays", "a list of 202503 was taken in later, from 省一体化 with 3 rows: withdraw that first")
	b.must(b.treasury.withdraws(longer, "重复"))
	b.must(b.treasury.withdraws(list, "金额错"))
	if n := b.countAll(`select (select count(*) from projects.treasury_payments) + (select count(*) from projects.treasury_matches)`); n != 0 || len(b.rows(list)) != 0 || b.kinds("") != "" {
		t.Errorf("%d rows stay; items %s", n, b.kinds(""))
	}
	if again := b.itemsKnown(known); again != then || !strings.Contains(then, "explained") || !strings.Contains(then, "64030325000004") {
		t.Errorf("known then:\n%s\nsaid now:\n%s", then, again)
	}
	if done := b.treasury.confirmsList(list); len(done) != 0 {
		t.Errorf("a withdrawn list confirms %+v", done)
	}
	if b.sheet(202503).ListTaken {
		t.Error("a withdrawn list is in")
	}
	right := b.payer.bringsList("2025-03", wrong...)
	if got := b.kinds(projects.OpenState); right.ID == list.ID || got != "paid_not_booked "+order+", paid_not_booked 64030325000003" {
		t.Errorf("the reason for a withdrawn row holds for another's: open %s", got)
	}
	b.treasury.confirmsList(right)
	refuses(t, b.treasury.withdraws(right, "又错"), "list_stays", "payment voucher "+order+" was confirmed by it")
	payees, err := b.clerk.takesIn(b.clerk.list("payees", twoPayees))
	b.must(err)
	refuses(t, b.treasury.withdraws(payees, "错"), "list_stays", "a list of the kind payees made documents")
}

// itemsKnown are the items as known at a moment, in words.
func (b *payingBureau) itemsKnown(at string) (said string) {
	b.t.Helper()
	b.read(func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw(`select coalesce(string_agg(concat_ws(' ', i.kind, i.voucher, i.amount, i.detail, i.state, i.reason), e'\n' order by i.voucher), '') from projects.open_items(?, 0, 999912, ?) i`, book, at).Scan(ctx, &said)
	})
	return said
}
