package seeds

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// banked wants the fund's sheets to show true figures: our side is the ledger's, the bank's is the statement's, what is open makes
// both the same, and everything open is explained.
func banked(t *testing.T, db *bun.DB) {
	sheet := func(month accounting.Period) (s *projects.BankReconciliation) {
		err := accounting.Read(accounting.WithReader(t.Context(), accounting.Operator), db, func(ctx context.Context, tx bun.Tx) (err error) {
			s, err = projects.ReconcileBank(ctx, tx, DemoBook, fundNumber, month)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	interest := ask[accounting.Money](t, db, `select received from projects.bank_lines where book_id = ? and memo = '结息'`, DemoBook)
	for _, tt := range []struct {
		month        accounting.Period
		open         string
		found        string
		unequalSides bool
	}{
		{202510, "", "amount_and_day", false},
		{202511, "unit_out 2025-11-28 1800.00", "amount", true},
		{202512, "bank_in 2025-12-21 " + interest.String() + ", unit_out 2025-12-31 1200.00", "amount", true},
		{202601, "", "amount", false},
	} {
		s := sheet(tt.month)
		ledger := ask[accounting.Money](t, db, `select sum(l.debit - l.credit) from accounting.lines l join accounting.ledgers g on g.book_id = l.book_id and g.project_id = l.project_id
			where l.book_id = ? and l.account = '1002.02' and g.code = '2025-03-2' and l.date < make_date(? / 100, ? % 100, 1) + interval '1 month'`, DemoBook, int(tt.month), int(tt.month))
		said := ask[accounting.Money](t, db, `select sum(received - paid) from projects.bank_lines where book_id = ? and month <= ?`, DemoBook, int(tt.month))
		if s.Bank == nil {
			t.Fatalf("%s: there is no statement", tt.month)
		}
		if !s.Ledger.Equal(ledger) || !s.Bank.Equal(said) {
			t.Errorf("%s: our side %s, the ledger %s; the bank's %s, its lines %s", tt.month, s.Ledger, ledger, s.Bank, said)
		}
		if !s.Adjusted.Equal(*s.BankSide) || !s.Apart.IsZero() || s.Adjusted.Equal(accounting.Money{}) {
			t.Errorf("%s: the sides come to %s and %s", tt.month, s.Adjusted, s.BankSide)
		}
		if s.Ledger.Equal(*s.Bank) == tt.unequalSides {
			t.Errorf("%s: the books say %s, the bank %s", tt.month, s.Ledger, s.Bank)
		}
		var open []string
		for _, i := range s.Items {
			open = append(open, strings.Join([]string{i.Side, i.Date.String(), i.Amount.String()}, " "))
			if i.Reason == "" || i.Owner == "" {
				t.Errorf("%s: %s of %s is not explained", tt.month, i.Side, i.Date)
			}
		}
		if got := strings.Join(open, ", "); got != tt.open {
			t.Errorf("%s: open is %s, want %s", tt.month, got, tt.open)
		}
		if len(s.Matches) == 0 || s.Matches[0].Reason != tt.found {
			t.Errorf("%s: found %+v, want by %s", tt.month, s.Matches, tt.found)
		}
	}
	if booked := ask[string](t, db, `select reason from projects.bank_matches m join projects.bank_lines b using (book_id, bank_account_id, month, line_no) where m.book_id = ? and b.memo = '结息'`, DemoBook); booked != "serial" {
		t.Errorf("the interest was found by %s", booked)
	}
}

// The bank's interest is of each day's balance; what we pay on a Friday, or before New Year, leaves on the next working day.
func TestBankMoves(t *testing.T) {
	t.Parallel()
	entry := func(day, amount string) Entry {
		return Entry{Date: accounting.MustDate(day), Amount: accounting.MustMoney(amount)}
	}
	moved := bankMoves([]Entry{entry("2025-12-01", "3600000.00"), entry("2025-12-05", "-1800000.00"), entry("2025-12-31", "-1.00")}, accounting.MustDate("2026-01-31"))
	var got []string
	for _, m := range moved {
		got = append(got, m.day.String()+" "+m.amount.String())
	}
	// 7 days of 3,600,000 and 13 of 1,800,000 at 0.05% of 360 days: 35.00 and 32.50
	if want := "2025-12-01 3600000.00, 2025-12-08 -1800000.00, 2025-12-21 67.50, 2026-01-05 -1.00"; strings.Join(got, ", ") != want {
		t.Errorf("the bank did %s, want %s", strings.Join(got, ", "), want)
	}
	if text := statementText(moved, 202601); !strings.Contains(text, "期初余额,,,,1800067.50") || !strings.Contains(text, "期末余额,,,,1800066.50") || strings.Contains(text, "2025-") {
		t.Errorf("January's statement: %s", text)
	}
}
