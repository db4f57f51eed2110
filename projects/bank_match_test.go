package projects_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// item is the open item of a side with an amount on a month's sheet.
func (b bankingBureau) item(month, side, amount string) uuid.UUID {
	b.t.Helper()
	for _, i := range b.sheet(month).Items {
		if i.Side == side && i.Amount.String() == amount {
			return i.ID
		}
	}
	b.t.Fatalf("no open %s of %s in %s: %s", side, amount, month, short(b.sheet(month)))
	return uuid.Nil
}

func (d desk) pairs(bank, ours uuid.UUID) error {
	return projects.MatchBankItems(d.b.t.Context(), d.b.db, d.command(), fundNumber, projects.BankPair{Bank: bank, Ours: ours, Reason: "回单为证"})
}

func (d desk) parts(month accounting.Period, line int) error {
	return projects.EndBankMatch(d.b.t.Context(), d.b.db, d.command(), fundNumber, month, line, "弄错了")
}

// What the rules do not find, an officer matches by hand, one with one and of the same amount, and takes apart again while
// the month is open; by itself it is not put together again.
func TestBankLineIsMatchedByHand(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	b.receives("2025-03-03", "1000.00", "捐款")
	b.receives("2025-03-04", "500.00", "捐款")
	b.helps("2025-03-05", "1000.00")
	b.mustBring("2025-03", "2025-03-30,捐款,甲,,,1000.00,1000.00,1\n")
	bank, ours := b.item("2025-03", "bank_in", "1000.00"), b.item("2025-03", "unit_in", "1000.00")
	refuses(t, b.tian.pairs(bank, b.item("2025-03", "unit_in", "500.00")), "bank_match_unequal", "line 1 of 202503: 1000.00; line 1 of voucher 202503/2 on the same account: 500.00")
	refuses(t, b.tian.pairs(bank, b.item("2025-03", "unit_out", "1000.00")), "bank_match_unequal", "1000.00; line 2 of voucher 202503/3 on the same account: -1000.00")
	refuses(t, b.tian.pairs(ours, bank), "document_unknown", "no such open item of the bank")
	refuses(t, b.tian.pairs(bank, bank), "document_unknown", "no such open item of the books")
	refuses(t, b.wu.pairs(bank, ours), "role_not_held", "treasury_officer")
	b.must(b.tian.pairs(bank, ours))
	if m := b.sheet("2025-03").Matches; len(m) != 1 || m[0].Reason != "by_hand" || m[0].Because != "回单为证" || m[0].By != "tian" {
		t.Errorf("%+v", m)
	}
	refuses(t, b.tian.pairs(bank, ours), "document_unknown", "")
	refuses(t, b.wu.parts(202503, 1), "role_not_held", "")
	refuses(t, b.tian.parts(202503, 2), "document_unknown", "line 2 of 202503 is not matched")
	b.must(b.tian.parts(202503, 1))
	b.item("2025-03", "bank_in", "1000.00")
	if n, err := projects.MatchBank(t.Context(), b.db, b.tian.command(), fundNumber); err != nil || n != 0 {
		t.Errorf("%d found, %v", n, err)
	}
	b.must(b.tian.pairs(bank, ours))
	if n := b.countAll(`select count(*) from projects.bank_matches where ended_from is null or ended_because = '弄错了'`); n != 2 {
		t.Errorf("%d matches are kept", n)
	}
	for _, month := range []accounting.Period{202501, 202502, 202503} {
		b.closes(month)
	}
	refuses(t, b.tian.parts(202503, 1), "period_closed", "the match counts from 202503 on, which is closed")
}

// What an officer takes apart stays apart, also where a rule had found it.
func TestWhatWasTakenApartStaysApart(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	b.receives("2025-03-03", "1000.00", "捐款")
	b.mustBring("2025-03", "2025-03-03,捐款,甲,,,1000.00,1000.00,1\n")
	b.must(b.tian.parts(202503, 1))
	if n, err := projects.MatchBank(t.Context(), b.db, b.tian.command(), fundNumber); err != nil || n != 0 {
		t.Errorf("%d found, %v", n, err)
	}
	b.item("2025-03", "unit_in", "1000.00")
}

// The sheets of a closed month are what they were at its close, whatever is said, matched, booked or reversed later; the
// check computes them again, and names what is not the same.
func TestSheetsOfTheCloseAreKept(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	b.receives("2025-03-03", "1000.00", "捐款")
	b.receives("2025-03-04", "7.00", "捐款")
	b.mustBring("2025-03", "2025-03-04,捐款,甲,,,7.00,7.00,1\n2025-03-30,捐款,甲,,,1000.00,1007.00,2\n")
	if b.sheet("2025-03").Kept != nil {
		t.Error("an open month's sheet is kept")
	}
	for _, month := range []accounting.Period{202501, 202502, 202503} {
		b.closes(month)
	}
	s := b.sheet("2025-03")
	was := short(s)
	if s.Kept == nil || len(s.Items) != 2 || s.Ledger.String() != "1007.00" {
		t.Fatalf("%+v", s)
	}
	printed, err := s.Workbook()
	b.must(err)
	if len(printed) < 2000 {
		t.Errorf("a workbook of %d bytes", len(printed))
	}
	b.must(projects.ExplainBankItem(t.Context(), b.db, b.tian.command(), fundNumber, 202504, b.item("2025-03", "bank_in", "1000.00"), projects.BankItemReason{Reason: "在途", Owner: "wu"}))
	b.must(b.tian.pairs(b.item("2025-03", "bank_in", "1000.00"), b.item("2025-03", "unit_in", "1000.00")))
	_, err = accounting.ReverseVoucher(t.Context(), b.books, b.db, b.command(), accounting.ReversalRequest{No: accounting.VoucherNo{Period: 202503, Number: 2}, On: accounting.MustDate("2025-04-05"), PreparedBy: b.clerk, ReviewedBy: b.head, Reason: "错"})
	b.must(err)
	_, err = projects.MatchBank(t.Context(), b.db, b.tian.command(), fundNumber)
	b.must(err)
	b.shows("2025-03", was)
	if found, n := b.sheetsCheck(); found != "" || n != 6 {
		t.Errorf("%d sheets: %s", n, found)
	}
	super := pgtest.Superuser(t, b.db)
	_, err = super.NewRaw(`alter table projects.bank_statements disable trigger all; update projects.bank_statements set closing = 1008, received = 1008; alter table projects.bank_statements enable trigger all`).Exec(t.Context())
	b.must(err)
	if found, _ := b.sheetsCheck(); found != "余额调节表 "+fundNumber+": the bank's balance: 1007.00 at the close, 1008.00 now; 余额调节表 "+fundNumber+": the difference: 0.00 at the close, -1.00 now" {
		t.Errorf("found %s", found)
	}
	_, err = projects.CloseMonth(t.Context(), b.db, b.command(), accounting.CloseConfirmation{Period: 202503, Proposal: 1})
	refuses(t, err, "close_blocked", "period_closed")
	_, err = b.db.NewRaw(`select projects.keep_closing_sheet(640303, 202503, 'bank', 'x', '{}')`).Exec(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the sheets of 202503 are kept at its close") {
		t.Errorf("a sheet after the close: %v", err)
	}
	_, err = b.closePeriod(202504)
	b.must(err)
	if found, _ := b.sheetsCheck(); !strings.Contains(found, "closed without its sheets") {
		t.Errorf("found %s", found)
	}
}

// sheetsCheck checks the kept sheets and tells what it found.
func (b *bureau) sheetsCheck() (found string, n int) {
	b.t.Helper()
	var details []string
	b.readAll(func(ctx context.Context, tx bun.Tx) (err error) {
		n, err = projects.VerifySheets(ctx, tx, book, func(f accounting.Finding) { details = append(details, f.Detail) })
		return err
	})
	return strings.Join(details, "; "), n
}
