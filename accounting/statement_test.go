package accounting_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

func (s *story) statement(t testing.TB, q accounting.StatementQuery) (accounting.StatementAccount, []string) {
	t.Helper()
	q.Book = s.id
	var (
		account accounting.StatementAccount
		lines   []string
	)
	s.read(t, q.Known, func(ctx context.Context, tx bun.Tx) error {
		st, err := accounting.AccountStatement(ctx, tx, q)
		if err != nil {
			return err
		}
		account = st.Accounts[0]
		for l, err := range st.Lines {
			if err != nil {
				return err
			}
			lines = append(lines, fmt.Sprintf("%s %s %s %s %s", l.Date, l.Account, l.Debit, l.Credit, l.Balance))
		}
		return nil
	})
	return account, lines
}

// A statement begins with what was there before, runs line by line, and ends with the trial balance.
func TestStatementRunsFromOpeningToClosing(t *testing.T) {
	t.Parallel()
	s := tell(t)
	for _, tt := range []struct {
		name             string
		q                accounting.StatementQuery
		opening, closing string
		lines            string
	}{
		{"retention over the year's end", accounting.StatementQuery{Account: "2307.01", From: accounting.MustDate("2026-01-01"), AsOf: accounting.MustDate("2026-06-30")}, "120.00", "0.00",
			"2026-02-03 2307.01 120.00 0.00 0.00"},
		{"by contract", accounting.StatementQuery{Account: "2307.01", Subject: s.subjects["HT-1"], From: accounting.MustDate("2026-01-01"), AsOf: accounting.MustDate("2026-06-30")}, "120.00", "0.00",
			"2026-02-03 2307.01 120.00 0.00 0.00"},
		{"the late voucher in its place, the wrong one and its red one", accounting.StatementQuery{Account: "1613", AsOf: accounting.MustDate("2025-07-31")}, "0.00", "4520.00",
			"2025-06-10 1613.03 100.00 0.00 100.00|2025-06-20 1613.01 4000.00 0.00 4100.00|2025-07-05 1613.03 420.00 0.00 4520.00|2025-07-18 1613.03 -420.00 0.00 4100.00|2025-07-18 1613.02 420.00 0.00 4520.00"},
		{"as known before the late voucher", accounting.StatementQuery{Account: "1613", AsOf: accounting.MustDate("2025-07-31"), Known: s.moment["before the late voucher"]}, "0.00", "4000.00",
			"2025-06-20 1613.01 4000.00 0.00 4000.00"},
		{"from the middle of a month", accounting.StatementQuery{Account: "1613.03", From: accounting.MustDate("2025-06-11"), AsOf: accounting.MustDate("2025-07-10")}, "100.00", "520.00",
			"2025-07-05 1613.03 420.00 0.00 520.00"},
		{"revenue before the closing of its own year", accounting.StatementQuery{Account: "4001.01", From: accounting.MustDate("2025-09-02"), AsOf: accounting.MustDate("2025-12-31")}, "5060.00", "5360.00",
			"2025-09-02 4001.01 0.00 300.00 5360.00"},
		{"revenue of the next year begins at nothing", accounting.StatementQuery{Account: "4001.01", AsOf: accounting.MustDate("2026-02-28")}, "0.00", "120.00",
			"2026-02-03 4001.01 0.00 120.00 120.00"},
	} {
		a, lines := s.statement(t, tt.q)
		if a.Opening.String() != tt.opening || a.Closing.String() != tt.closing || strings.Join(lines, "|") != tt.lines {
			t.Errorf("%s: opening %s, closing %s, lines\n%s", tt.name, a.Opening, a.Closing, strings.Join(lines, "\n"))
		}
	}
	if _, err := accounting.AccountStatement(t.Context(), s.db, accounting.StatementQuery{Book: s.id, Account: "1999", AsOf: accounting.MustDate("2025-07-31")}); fault.Code(err) != "account_unknown" {
		t.Errorf("an account that is not in the chart: %v", err)
	}
}

// A project's ledger lists all its accounts; each runs from its opening to what the trial balance says.
func TestProjectLedgerEndsInTheTrialBalance(t *testing.T) {
	t.Parallel()
	s := tell(t)
	for _, asOf := range []string{"2025-06-15", "2025-12-31", "2026-02-28"} {
		day := accounting.MustDate(asOf)
		want := map[string]string{}
		for _, r := range s.trialBalance(t, accounting.TrialBalanceQuery{AsOf: day, Projects: s.project[:1]}) {
			if r.Leaf {
				want[r.Account] = r.Closing.String()
			}
		}
		last := map[string]string{}
		s.read(t, time.Time{}, func(ctx context.Context, tx bun.Tx) error {
			st, err := accounting.ProjectLedger(ctx, tx, accounting.StatementQuery{Book: s.id, AsOf: day, Projects: s.project[:1]})
			if err != nil {
				return err
			}
			for _, a := range st.Accounts {
				last[a.Account] = a.Opening.String()
			}
			for l, err := range st.Lines {
				if err != nil {
					return err
				}
				last[l.Account] = l.Balance.String()
			}
			for _, a := range st.Accounts {
				if a.Closing.String() != last[a.Account] {
					t.Errorf("%s, %s: lines end at %s, closing is %s", asOf, a.Account, last[a.Account], a.Closing)
				}
			}
			return nil
		})
		for account, closing := range want {
			if last[account] != closing {
				t.Errorf("%s, %s: ledger %s, trial balance %s", asOf, account, last[account], closing)
			}
		}
	}
}

// What contracts and requests hold as of a day.
func TestSubjectBalances(t *testing.T) {
	t.Parallel()
	s := tell(t)
	for _, tt := range []struct{ asOf, account, subject, balance string }{
		{"2025-06-19", "1214", "HT-1", "2340.00"},
		{"2025-06-20", "1214", "HT-1", "1140.00"},
		{"2025-06-25", "2302.02", "HT-1", "2680.00"},
		{"2025-06-28", "2302.02", "HT-1", "480.00"},
		{"2025-06-26", "9301.04", "ZF-2", "2200.00"},
		{"2026-03-01", "2307.01", "HT-1", "0.00"},
	} {
		s.read(t, time.Time{}, func(ctx context.Context, tx bun.Tx) error {
			rows, err := accounting.SubjectBalances(ctx, tx, accounting.SubjectQuery{Book: s.id, AsOf: accounting.MustDate(tt.asOf), Account: tt.account, Subject: s.subjects[tt.subject]})
			if err != nil {
				return err
			}
			if len(rows) != 1 || rows[0].Balance.String() != tt.balance || rows[0].SubjectCode != tt.subject {
				t.Errorf("%s, %s of %s: %+v, want %s", tt.asOf, tt.account, tt.subject, rows, tt.balance)
			}
			return nil
		})
	}
}

// The ladder of a project: the year's figures before closing, the totals over all years.
func TestLadder(t *testing.T) {
	t.Parallel()
	s := tell(t)
	for _, tt := range []struct {
		name, asOf string
		known      time.Time
		want       string // approved … executed | total, certified | advance, payable, retention
	}{
		{"March", "2025-03-31", time.Time{}, "8600.00 0.00 800.00 0.00 5460.00 0.00 2340.00|2340.00 0.00|2340.00 0.00 0.00"},
		{"a request holds", "2025-06-27", time.Time{}, "8600.00 0.00 700.00 0.00 3260.00 2200.00 2440.00|2440.00 4100.00|1140.00 2680.00 120.00"},
		{"as known before the late voucher", "2025-06-27", s.moment["before the late voucher"], "8600.00 0.00 800.00 0.00 3260.00 2200.00 2340.00|2340.00 4000.00|1140.00 2680.00 120.00"},
		{"year's end, before closing: what was handed over is still invested", "2025-12-31", time.Time{}, "8600.00 0.00 280.00 0.00 3260.00 0.00 5060.00|5060.00 4520.00|1140.00 480.00 120.00"},
		{"carried over", "2026-02-28", time.Time{}, "3540.00 0.00 280.00 0.00 3140.00 0.00 120.00|5180.00 4520.00|1140.00 480.00 0.00"},
	} {
		s.read(t, tt.known, func(ctx context.Context, tx bun.Tx) error {
			rows, err := accounting.LadderRows(ctx, tx, accounting.ReconcileQuery{Book: s.id, AsOf: accounting.MustDate(tt.asOf), Known: tt.known})
			if err != nil {
				return err
			}
			r := rows[0]
			got := fmt.Sprintf("%s %s %s %s %s %s %s|%s %s|%s %s %s", r.Approved, r.ToIssue, r.Available, r.Frozen, r.HeldByContract, r.HeldByRequest, r.Executed, r.ExecutedTotal, r.Certified, r.Advance, r.Payable, r.Retention)
			if len(rows) != 3 || r.Code != "2025-05" || got != tt.want {
				t.Errorf("%s: %d rows, %s\n got %s\nwant %s", tt.name, len(rows), r.Code, got, tt.want)
			}
			return nil
		})
	}
}
