package evidence_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/lib/pq"

	"mingzhang/accounting"
	"mingzhang/accounting/evidence"
	"mingzhang/migrations/pgtest"
)

// memo draws what people write, and what would move a field's boundary if one could be moved.
func memo(r *rand.Rand) string {
	pieces := []string{"支付工程款", "冲销", "🏠", "👩‍🏫", "é", "e\u0301", "𠮷", "Ñandú", "3:abc", "0:", "19:mingzhang.voucher.1", ":", "12", " ", "'; --", `\x00`, "\u3000", "\u202e"}
	var b strings.Builder
	b.WriteString("付")
	for range r.IntN(12) {
		if r.IntN(4) > 0 {
			b.WriteString(pieces[r.IntN(len(pieces))])
		} else if c := rune(0x20 + r.IntN(0x2fa20)); !unicode.IsControl(c) && (c < 0xd800 || c > 0xdfff) {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func hashes(r *rand.Rand) []accounting.Hash {
	list := make([]accounting.Hash, r.IntN(5))
	for i := range list {
		for j := range list[i] {
			list[i][j] = byte(r.Uint32())
		}
	}
	return list
}

// random is a voucher of one to four balanced pairs of all three bases, with and without each dimension.
func (c *county) random(r *rand.Rand) accounting.Voucher {
	v := accounting.Voucher{
		Book: c.id, Date: accounting.MustDate(fmt.Sprintf("2025-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28))), Memo: memo(r), Documents: hashes(r), Attachments: 1 + r.IntN(3),
		PreparedBy: c.person[r.IntN(2)], ReviewedBy: c.person[2], PostedBy: c.person[r.IntN(4)], Source: []string{"M", "I3+", "T3", "a-Z0"}[r.IntN(4)],
	}
	if r.IntN(2) == 0 {
		v.Document = accounting.NewID()
	}
	switch r.IntN(8) {
	case 0:
		v.Kind, v.Attachments = accounting.Demonstration, 0
	case 1:
		v.Date, v.Period = accounting.MustDate("2025-12-31"), 202513
	}
	for range 1 + r.IntN(4) {
		m := accounting.MustMoney(fmt.Sprintf("%d.%02d", r.Int64N([]int64{1, 10, 1e6, 1e11}[r.IntN(4)]), 1+r.IntN(99)))
		if r.IntN(6) == 0 {
			m = accounting.MustMoney([]string{"5", "5.5", "100000", "0.1"}[r.IntN(4)]) // fewer decimals than are hashed
		}
		i := r.IntN(len(c.project))
		on, at := c.on(i), c.at(i)
		switch r.IntN(4) {
		case 0:
			v.Lines = append(v.Lines, accounting.Dr("9201", m, on), accounting.Cr("9101", m, on))
		case 1:
			v.Lines = append(v.Lines, accounting.Cr("3001", m, at), accounting.Dr("1613.01", m, at))
		case 2:
			classed := at
			classed.EconomicClass = []string{"30201", "3", "3099901"}[r.IntN(3)]
			v.Lines = append(v.Lines, accounting.Dr("5901", m, classed), accounting.Cr("3001", m, at))
		default:
			classed := on
			classed.EconomicClass = "30902"
			v.Lines = append(v.Lines, accounting.Dr("7101", m, classed), accounting.Cr("6001", m, on))
			about := on
			about.Subject = accounting.Subject{ID: accounting.SubjectID{UUID: accounting.NewID()}, Kind: accounting.Contract, Code: "HT-" + accounting.NewID().String()}
			v.Lines = append(v.Lines, accounting.Dr("9301.03", accounting.MustMoney("0.01"), about), accounting.Cr("9301.01", accounting.MustMoney("0.01"), on))
		}
	}
	return v
}

// Two programs that share no code, PL/pgSQL and Go, must give one digest for each voucher, over all sorts of them.
func TestDigestIsTheDatabases(t *testing.T) {
	t.Parallel()
	const vouchers = 500
	c := newCounty(t, pgtest.Open(t))
	for i := range c.project {
		c.approve(t, i, "2025-01-02", "1000.00")
	}
	r := rand.New(rand.NewPCG(2025, 6))
	for i := range vouchers {
		receipt := c.mustPost(t, c.random(r))
		switch i % 10 {
		case 3:
			c.reverse(t, receipt.No, memo(r))
		case 7:
			c.correct(t, receipt.No, c.random(r), memo(r))
		}
	}
	stored := c.read(t)
	kinds, subjects, several := map[string]int{}, 0, 0
	for _, s := range stored {
		if leaf := s.Leaf(); leaf != s.digest {
			t.Fatalf("stored digest %x, computed %x of\n%s", s.digest, leaf, s.Canonical())
		}
		v := s.Voucher
		if got, err := evidence.ParseCanonical(v.Canonical()); err != nil || !reflect.DeepEqual(got, v) {
			t.Fatalf("%+v\nread back as %+v, %v", v, got, err)
		}
		kinds[v.Kind]++
		if len(v.Documents) > 1 {
			several++
		}
		if slices.ContainsFunc(v.Lines, func(l evidence.Line) bool { return l.Subject != (accounting.SubjectID{}).String() }) {
			subjects++
		}
	}
	if len(stored) < vouchers || kinds["reversal"] < 90 || kinds["correction"] < 40 || kinds["demonstration"] < 40 || kinds["ordinary"] < 200 || subjects < 100 || several < 100 {
		t.Errorf("too little was compared: %v, %d with subjects, %d with several documents", kinds, subjects, several)
	}
	// the receipts' digests, in order of number, are the leaves of the tree the closing freezes
	for _, period := range []int{202501, 202502} {
		var leaves [][32]byte
		for _, s := range stored {
			if s.Period == period {
				leaves = append(leaves, s.digest)
			}
		}
		root := c.close(t, accounting.Period(period))
		if root.TreeSize != len(leaves) || evidence.Root(leaves) != root.Hash {
			t.Errorf("period %d closed with root %s over %d, its %d leaves give %x", period, root.Hash, root.TreeSize, len(leaves), evidence.Root(leaves))
		}
	}
}

func TestRootIsTheDatabases(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	r := rand.New(rand.NewPCG(6962, 1))
	var leaves [][32]byte
	for n := range 71 {
		list := make(pq.ByteaArray, n)
		for i, l := range leaves {
			list[i] = l[:]
		}
		var root []byte
		if err := db.QueryRowContext(t.Context(), "select accounting.tree_root(?::bytea[])", sqlText(t, list)).Scan(&root); err != nil {
			t.Fatal(err)
		}
		if want := evidence.Root(leaves); string(root) != string(want[:]) {
			t.Errorf("%d leaves: the database has root %x, want %x", n, root, want)
		}
		leaves = append(leaves, evidence.LeafHash(fmt.Append(nil, r.Uint64())))
	}
	var root []byte
	if err := db.QueryRowContext(t.Context(), "select accounting.tree_root(null)").Scan(&root); err != nil {
		t.Fatal(err)
	}
	if want := evidence.Root(nil); string(root) != string(want[:]) {
		t.Errorf("a period without vouchers has root %x, want %x", root, want)
	}
}

func sqlText(t *testing.T, list pq.ByteaArray) any {
	t.Helper()
	v, err := list.Value()
	if err != nil {
		t.Fatal(err)
	}
	return v
}
