package projects_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

// afterStep is the books after a step of an example.
type afterStep struct {
	step     string
	posted   []accounting.VoucherNo // by this step
	balances map[string]string      // account | project | budget line | kind:subject → debit less credit, in yuan
}

// judged compares the balances after every step with the text file a reader can check by hand, and has hledger, which
// shares no line with us, add the same balances up again from our journal.
func (b *bureau) judged(name string, moments []afterStep) {
	b.t.Helper()
	var text strings.Builder
	for _, m := range moments {
		fmt.Fprintf(&text, "after %s\n", m.step)
		for _, key := range slices.Sorted(maps.Keys(m.balances)) {
			fmt.Fprintf(&text, "  %-60s %18s\n", key, m.balances[key])
		}
	}
	golden := filepath.Join("testdata", "balances", name+".txt")
	if *update {
		b.must(os.MkdirAll(filepath.Dir(golden), 0o750))
		b.must(os.WriteFile(golden, []byte(text.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	b.must(err)
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		b.t.Errorf("%s (-file +books), rewrite with -update\n%s", golden, diff)
	}
	transactions := b.transactions()
	posted := map[string]bool{}
	for _, m := range moments {
		for _, no := range m.posted {
			posted[no.String()] = true
		}
		var journal strings.Builder
		for _, tx := range transactions {
			if posted[tx.code] {
				journal.WriteString(tx.text + "\n\n")
			}
		}
		if diff := cmp.Diff(withoutKinds(m.balances), addedByHledger(b.t, journal.String())); diff != "" {
			b.t.Errorf("%s after %s (-books +hledger)\n%s", name, m.step, diff)
		}
	}
}

type transaction struct{ code, text string }

var voucherCode = regexp.MustCompile(`^[0-9-]+(?:=[0-9-]+)? \(([^)]*)\)`)

// transactions are the vouchers' parts of our journal, without its balance assertions: those would be our own word.
func (b *bureau) transactions() (txs []transaction) {
	b.t.Helper()
	var out bytes.Buffer
	b.must(accounting.Read(b.t.Context(), b.db, func(ctx context.Context, tx bun.Tx) error {
		return accounting.WriteJournal(ctx, tx, &out, accounting.JournalQuery{Book: book})
	}))
	for _, block := range strings.Split(out.String(), "\n\n") {
		block = strings.TrimSpace(block)
		if code := voucherCode.FindStringSubmatch(block); code != nil {
			txs = append(txs, transaction{code[1], block})
		}
	}
	return txs
}

func addedByHledger(t testing.TB, journal string) map[string]string {
	t.Helper()
	path, err := exec.LookPath("hledger")
	if err != nil {
		t.Fatal("hledger is missing; it re-adds our books independently: apt-get install -y hledger")
	}
	cmd := exec.CommandContext(t.Context(), path, "-f", "-", "bal", "--flat", "--no-total", "-O", "csv")
	cmd.Env = append(os.Environ(), "LANG=C.UTF-8", "LC_ALL=C.UTF-8")
	cmd.Stdin = strings.NewReader(journal)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("hledger: %v\n%s", err, out)
	}
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for _, row := range rows[1:] {
		parts := append(strings.Split(row[0], ":")[1:], "", "", "")[:4]
		for i := range parts {
			parts[i] = strings.TrimPrefix(strings.TrimSpace(parts[i]), "-")
		}
		sums[strings.Join(parts, " | ")] = strings.TrimPrefix(row[1], "CNY ")
	}
	return sums
}

// withoutKinds names subjects as the journal does, by code alone.
func withoutKinds(balances map[string]string) map[string]string {
	out := map[string]string{}
	for key, balance := range balances {
		at := strings.LastIndex(key, " | ") + len(" | ")
		subject := key[at:]
		out[key[:at]+subject[strings.Index(subject, ":")+1:]] = balance
	}
	return out
}
