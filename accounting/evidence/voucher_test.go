package evidence

import (
	"bytes"
	"encoding/hex"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	none = "00000000-0000-0000-0000-000000000000"
	some = "0190a6c2-7d3e-7000-8000-000000000001"
)

// sample is the voucher of testdata/voucher.canonical, which another program wrote.
func sample() Voucher {
	return Voucher{
		Book: 640303, Period: 202506, Number: 12, Date: "2025-06-30", Kind: "reversal", Source: "P4", Document: none, Memo: "冲销 2025-06 记-0003: 9:多付🏠",
		Documents:  [][32]byte{{0xab, 31: 0xcd}, {}},
		PreparedBy: some, ReviewedBy: "0190a6c2-7d3e-7000-8000-000000000002", PostedBy: some, RefersPeriod: 202506, RefersNumber: 3,
		RecordedAt: time.Date(2025, 6, 30, 8, 15, 0, 123456000, time.UTC),
		Lines: []Line{
			{"1613.03", "financial", some, none, none, "", "-420000.00", "0.00"},
			{"7101", "budgetary", some, some, none, "30902", "0.00", "-0.01"},
		},
	}
}

func TestCanonicalIsWhatWasCommitted(t *testing.T) {
	want, err := os.ReadFile("testdata/voucher.canonical")
	if err != nil {
		t.Fatal(err)
	}
	if got := sample().Canonical(); !bytes.Equal(got, want) {
		t.Errorf("canonical text\n%s\nwant\n%s", got, want)
	}
	leaf := sample().Leaf()
	if got, want := hex.EncodeToString(leaf[:]), "7acfc51e864c8336caf86cee64bd097e08f8f3d9c8c9a858deb27755b9365f51"; got != want {
		t.Errorf("leaf %s, want %s", got, want)
	}
}

// Each row: what is done to the committed text → what the error says; nothing of it may be read.
func TestParseCanonicalRefuses(t *testing.T) {
	whole := string(sample().Canonical())
	for _, tt := range []struct{ name, old, new, says string }{
		{"another version", "mingzhang.voucher.1", "mingzhang.voucher.2", "version"},
		{"a length with a leading zero", "6:640303", "06:640303", "length"},
		{"a length with a sign", "6:640303", "+6:640303", "length"},
		{"a length beyond the end", "6:640303", "9999:640303", "announced"},
		{"a length beyond any", "6:640303", "99999999999999999999:640303", "length"},
		{"a leading zero", "6:640303", "7:0640303", "book"},
		{"a period of month 15", "6:2025062:12", "6:2025152:12", "period"},
		{"number 0", "2:12", "1:0", "number"},
		{"a day that is none", "2025-06-30", "2025-06-31", "date"},
		{"a capital in a UUID", "0190a6c2-7d3e-7000-8000-000000000002", "0190A6c2-7d3e-7000-8000-000000000002", "reviewed"},
		{"a capital in a hash", "64:ab", "64:Ab", "document hash"},
		{"one hash less than counted", "1:264:ab", "1:164:ab", "prepared by"},
		{"one hash more than counted", "1:264:ab", "1:364:ab", "document hash"},
		{"broken UTF-8", "冲销", "冲\xff\xff\xff", "UTF-8"},
		{"half a reference", "8:202506/3", "6:202506", "referred"},
		{"a reference without number", "8:202506/3", "7:202506/", "referred"},
		{"a negative moment", "16:1751271300123456", "17:-1751271300123456", "recorded"},
		{"one line less than counted", "1:21:17:1613.03", "1:11:17:1613.03", "follow"},
		{"one line more than counted", "1:21:17:1613.03", "1:31:17:1613.03", "line number"},
		{"lines in another order", "1:24:7101", "1:34:7101", "line number"},
		{"an unknown basis", "9:budgetary", "9:Budgetary", "basis"},
		{"one decimal", "5:-0.01", "4:-0.1", "amount"},
		{"three decimals", "5:-0.01", "6:-0.010", "amount"},
		{"minus zero", "4:0.005:-0.01", "5:-0.005:-0.01", "amount"},
		{"an amount with a leading zero", "5:-0.01", "6:-00.01", "amount"},
		{"an amount with a plus", "5:-0.01", "5:+0.01", "amount"},
		{"an amount without yuan", "5:-0.01", "4:-.01", "amount"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if strings.Count(whole, tt.old) != 1 {
				t.Fatalf("%q stands %d times in the text", tt.old, strings.Count(whole, tt.old))
			}
			v, err := ParseCanonical([]byte(strings.Replace(whole, tt.old, tt.new, 1)))
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want one about %s", err, tt.says)
			}
			if !reflect.DeepEqual(v, Voucher{}) {
				t.Errorf("half a voucher: %+v", v)
			}
		})
	}
	for n := range len(whole) {
		if _, err := ParseCanonical([]byte(whole[:n])); err == nil {
			t.Errorf("read the first %d of %d bytes", n, len(whole))
		}
	}
	if _, err := ParseCanonical([]byte(whole + "0:")); err == nil {
		t.Error("read on behind the end")
	}
}

// anyVoucher draws well-formed vouchers, with texts that look like boundaries of fields.
func anyVoucher() *rapid.Generator[Voucher] {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9:]{0,12}`), rapid.SampledFrom([]string{"", "付款", "🏠", "3:abc", "0:0:"}))
	uuid := rapid.OneOf(rapid.Just(none), rapid.StringMatching(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`))
	amount := rapid.StringMatching(`0\.00|-?[1-9][0-9]{0,14}\.[0-9]{2}|-?0\.0[1-9]`)
	hash := rapid.Map(rapid.SliceOfN(rapid.Byte(), 32, 32), func(b []byte) [32]byte { return [32]byte(b) })
	period := rapid.Map(rapid.IntRange(0, 17*14-1), func(i int) int { return (2024+i/14)*100 + 1 + i%14 })
	line := rapid.Custom(func(t *rapid.T) Line {
		return Line{
			text.Draw(t, "account"), rapid.SampledFrom([]string{"financial", "budgetary", "authority"}).Draw(t, "basis"),
			uuid.Draw(t, "project"), uuid.Draw(t, "budget line"), uuid.Draw(t, "subject"), text.Draw(t, "class"), amount.Draw(t, "debit"), amount.Draw(t, "credit"),
		}
	})
	return rapid.Custom(func(t *rapid.T) Voucher {
		v := Voucher{
			Book: rapid.Int64Min(1).Draw(t, "book"), Period: period.Draw(t, "period"), Number: rapid.IntRange(1, 1<<31-1).Draw(t, "number"),
			Date: rapid.StringMatching(`20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])`).Draw(t, "date"),
			Kind: text.Draw(t, "kind"), Source: text.Draw(t, "source"), Document: uuid.Draw(t, "document"), Memo: text.Draw(t, "memo"),
			PreparedBy: uuid.Draw(t, "prepared"), ReviewedBy: uuid.Draw(t, "reviewed"), PostedBy: uuid.Draw(t, "posted"),
			Attachments: rapid.IntRange(0, 1<<31-1).Draw(t, "attachments"), RecordedAt: time.UnixMicro(rapid.Int64Min(0).Draw(t, "recorded")).UTC(),
		}
		if rapid.Bool().Draw(t, "refers") {
			v.RefersPeriod, v.RefersNumber = period.Draw(t, "refers period"), rapid.IntRange(1, 1<<31-1).Draw(t, "refers number")
		}
		// nil for none, as ParseCanonical has it
		v.Documents = append(v.Documents, rapid.SliceOfN(hash, 0, 4).Draw(t, "hashes")...)
		v.Lines = append(v.Lines, rapid.SliceOfN(line, 0, 6).Draw(t, "lines")...)
		return v
	})
}

func TestCanonicalRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyVoucher().Draw(t, "voucher")
		got, err := ParseCanonical(v.Canonical())
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Fatalf("read back %+v, %v", got, err)
		}
	})
}

// Any one byte of the text changed, added or taken away is noticed: by the reader, or because another voucher is read.
func TestNoByteIsIdle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyVoucher().Draw(t, "voucher")
		forged := v.Canonical()
		i := rapid.IntRange(0, len(forged)-1).Draw(t, "place")
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			forged[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		case 1:
			forged = append(forged[:i], forged[i+1:]...)
		default:
			forged = append(forged[:i], append([]byte{rapid.Byte().Draw(t, "byte")}, forged[i:]...)...)
		}
		if bytes.Equal(forged, v.Canonical()) {
			return // a byte beside its equal
		}
		got, err := ParseCanonical(forged)
		if err == nil && (reflect.DeepEqual(got, v) || got.Leaf() == v.Leaf()) {
			t.Fatal("the forged text reads as the same voucher")
		}
	})
}
