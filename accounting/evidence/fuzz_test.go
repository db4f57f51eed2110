package evidence

import (
	"bytes"
	"reflect"
	"testing"
	"time"
)

// What is read is what would be written: no two texts stand for one voucher.
func FuzzParseCanonical(f *testing.F) {
	f.Add(sample().Canonical())
	f.Add(Voucher{}.Canonical())
	f.Add([]byte("19:mingzhang.voucher.1"))
	f.Add([]byte("999999999999999999:"))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := ParseCanonical(text)
		if err != nil {
			return
		}
		if got := v.Canonical(); !bytes.Equal(got, text) {
			t.Errorf("read %q, written again %q", text, got)
		}
	})
}

// No two vouchers share a text, even if their fields hold anything. The fuzzer sets fields of two vouchers from the same
// few texts, cut at places of its choice, so that a boundary that could move would.
func FuzzCanonicalIsInjective(f *testing.F) {
	f.Add("P4", "付款3:abc", "1:0", uint8(1), uint8(2), uint8(0), int64(1), int64(1))
	f.Add("", "::", "12:", uint8(0), uint8(1), uint8(5), int64(0), int64(10))
	f.Fuzz(func(t *testing.T, a, b, c string, cut, other, shape uint8, m, n int64) {
		v, w := shaped(a, b, c, cut, shape, m), shaped(a, b, c, other, shape>>4, n)
		if same := bytes.Equal(v.Canonical(), w.Canonical()); same != reflect.DeepEqual(v, w) {
			t.Errorf("same text: %v\n%+v\n%+v", same, v, w)
		}
		if got, err := ParseCanonical(v.Canonical()); err == nil && !reflect.DeepEqual(got, v) {
			t.Errorf("written %+v, read %+v", v, got)
		}
	})
}

func shaped(a, b, c string, cut, shape uint8, n int64) Voucher {
	all := a + b + c
	i := min(int(cut), len(all))
	v := Voucher{
		Book: n, Number: int(cut), Date: a, Kind: all[:i], Source: all[i:], Document: b, Memo: all[i:] + c,
		PreparedBy: all[:i], ReviewedBy: c, PostedBy: all[i:], Attachments: int(shape), RecordedAt: time.UnixMicro(n).UTC(),
	}
	if shape&1 != 0 {
		v.RefersPeriod, v.RefersNumber = int(cut)+1, int(shape)
	}
	for range shape & 2 {
		v.Documents = append(v.Documents, [32]byte{cut, shape})
	}
	for range shape >> 2 & 3 {
		v.Lines = append(v.Lines, Line{all[:i], all[i:], a, b, c, all, all[i:], all[:i]})
	}
	return v
}
