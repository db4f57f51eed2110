package accounting_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
)

// hledger runs the outside judge over a journal.
func hledger(t testing.TB, journal string, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("hledger")
	if err != nil {
		t.Fatal("hledger is missing; it re-adds our books independently: apt-get install -y hledger")
	}
	file := filepath.Join(t.TempDir(), "books.journal")
	if err := os.WriteFile(file, []byte(journal), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, append(args, "-f", file)...)
	cmd.Env = append(os.Environ(), "LANG=C.UTF-8", "LC_ALL=C.UTF-8")
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	return string(out) + problems.String(), err
}

func (s *story) journal(t testing.TB, q accounting.JournalQuery) string {
	t.Helper()
	q.Book = s.id
	var out bytes.Buffer
	s.read(t, time.Time{}, func(ctx context.Context, tx bun.Tx) error { return accounting.WriteJournal(ctx, tx, &out, q) })
	return out.String()
}

// hledger, which shares no line with us, finds every transaction balanced, every balance as asserted, every account
// declared, and the same trial balance to the fen.
func TestHledgerAgreesWithTheTrialBalance(t *testing.T) {
	t.Parallel()
	s := tell(t)
	for _, tt := range []struct {
		name, asOf   string
		q            accounting.JournalQuery
		afterClosing bool
		project      []accounting.ProjectID
	}{
		{"June", "2025-06-30", accounting.JournalQuery{To: 202506}, false, nil},
		{"the year before closing", "2025-12-31", accounting.JournalQuery{To: 202513}, false, nil},
		{"the year after closing", "2025-12-31", accounting.JournalQuery{To: 202514}, true, nil},
		{"both years", "2026-12-31", accounting.JournalQuery{}, false, nil},
		{"one project", "2026-12-31", accounting.JournalQuery{Projects: s.project[:1]}, false, s.project[:1]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			journal := s.journal(t, tt.q)
			if out, err := hledger(t, journal, "check", "--strict"); err != nil {
				t.Fatalf("hledger check: %v\n%s", err, out)
			}
			out, err := hledger(t, journal, "bal", "--flat", "--no-total", "--no-elide", "-O", "csv")
			if err != nil {
				t.Fatalf("hledger bal: %v\n%s", err, out)
			}
			rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			theirs := map[string]accounting.Money{} // account, project
			for _, r := range rows[1:] {
				parts := strings.Split(r[0], ":")
				key := parts[1] + " " + parts[2]
				amount := accounting.Money{}
				if r[1] != "0" {
					amount = accounting.MustMoney(strings.TrimPrefix(r[1], "CNY "))
				}
				theirs[key] = theirs[key].Add(amount)
			}
			ours := map[string]accounting.Money{}
			for _, r := range s.trialBalance(t, accounting.TrialBalanceQuery{AsOf: accounting.MustDate(tt.asOf), AfterClosing: tt.afterClosing, By: accounting.ByProject, Projects: tt.project}) {
				if r.Leaf {
					ours[r.Account+" "+r.ProjectCode] = r.Closing
					if r.Normal == accounting.Credit {
						ours[r.Account+" "+r.ProjectCode] = r.Closing.Neg()
					}
				}
			}
			for key, amount := range theirs {
				if !amount.Equal(ours[key]) {
					t.Errorf("%s: hledger %s, ours %s", key, amount, ours[key])
				}
				delete(ours, key)
			}
			for key, amount := range ours {
				if !amount.IsZero() {
					t.Errorf("%s: hledger nothing, ours %s", key, amount)
				}
			}
		})
	}
}

// Each row: what is changed in the journal → hledger refuses it.
func TestHledgerSeesWhatIsBroken(t *testing.T) {
	t.Parallel()
	journal := tell(t).journal(t, accounting.JournalQuery{})
	for _, tt := range []struct{ name, old, new, says string }{
		{"one fen in a line", "financial:1613.01:2025-05  CNY 4000.00\n", "financial:1613.01:2025-05  CNY 4000.01\n", "could not balance"},
		{"one fen in both sides of a voucher", "financial:1613.01:2025-05  CNY 4000.00\n    financial:1214.02:2025-05:-:HT-1  CNY -1200.00\n", "financial:1613.01:2025-05  CNY 4000.01\n    financial:1214.02:2025-05:-:HT-1  CNY -1200.01\n", "assertion"},
		{"an account nobody declared", "financial:1613.01:2025-05  CNY 4000.00\n", "financial:1613.01:2025-05:x  CNY 4000.00\n", "undeclared account"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(journal, tt.old) {
				t.Fatalf("the journal has no %q:\n%s", tt.old, journal)
			}
			out, err := hledger(t, strings.Replace(journal, tt.old, tt.new, 1), "check", "--strict")
			if err == nil || !strings.Contains(out, tt.says) {
				t.Errorf("hledger says %v: %s", err, out)
			}
		})
	}
}

// Codes and memos that would break a journal are escaped in one fixed way, and arrive in hledger as written.
func TestJournalEscapes(t *testing.T) {
	t.Parallel()
	s := newStory(t, pgtest.Open(t))
	s.approve(t, 1, "2025-01-20", "100.00")
	v := s.entry("2025-02-01", "I6", 1, "D 9301.03 L c:a 1", "C 9301.01 L 1")
	v.Lines[0].Subject.Code = "合同:1; 两个  空格 🏠 (x) %|-"
	v.Memo = "; 备注 | * ! (括号) 🏠 50% 两个  空格；全角"
	s.mustPost(t, v)
	journal := s.journal(t, accounting.JournalQuery{})
	for _, want := range []string{"合同%3A1%3B%20两个%20%20空格%20%F0%9F%8F%A0%20%28x%29%20%25%7C-", ") %3B 备注 %7C * ! (括号) %F0%9F%8F%A0 50%25 两个  空格；全角\n"} {
		if !strings.Contains(journal, want) {
			t.Errorf("%q is not in\n%s", want, journal)
		}
	}
	if out, err := hledger(t, journal, "check", "--strict"); err != nil {
		t.Errorf("hledger check: %v\n%s", err, out)
	}
	out, err := hledger(t, journal, "accounts", "--used")
	if err != nil || !strings.Contains(out, "authority:9301.03:2025-06:2025-06/2025:合同%3A1%3B%20两个%20%20空格%20%F0%9F%8F%A0%20%28x%29%20%25%7C-\n") {
		t.Errorf("hledger accounts: %v\n%s", err, out)
	}
}
