package accounting_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

func equal(n int) []decimal.Decimal {
	w := make([]decimal.Decimal, n)
	for i := range w {
		w[i] = decimal.NewFromInt(1)
	}
	return w
}

// 150,000,000 yuan over 65 villages: the extra fen go to the first ones by code.
func TestAllocateVillageFund(t *testing.T) {
	for _, tt := range []struct {
		name        string
		step        accounting.Money
		many, few   string
		first, last int // how many get many, how many few
		rest        string
	}{
		{"in fen", accounting.StepFen, "2307692.31", "2307692.30", 50, 15, "0.00"},
		{"in yuan", accounting.StepYuan, "2307693.00", "2307692.00", 20, 45, "0.00"},
		{"in ten thousands", accounting.StepWan, "2310000.00", "2300000.00", 50, 15, "0.00"},
		{"in 70,000s, which do not go up", accounting.MustMoney("70000"), "2310000.00", "2240000.00", 62, 3, "60000.00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parts, rest, err := accounting.Allocate(accounting.MustMoney("150000000"), equal(65), tt.step)
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range parts {
				want := tt.many
				if i >= tt.first {
					want = tt.few
				}
				if p.String() != want {
					t.Fatalf("part %d is %s, want %s", i+1, p, want)
				}
			}
			if len(parts) != tt.first+tt.last || rest.String() != tt.rest {
				t.Fatalf("%d parts, rest %s; want %d and %s", len(parts), rest, tt.first+tt.last, tt.rest)
			}
		})
	}
}

// Whatever is split: parts and rest add up to the total, parts are whole steps, the rest is less than one step, nobody is
// more than a step from the exact share, and more weight never gets less.
func TestAllocateLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(0, 1e15).Draw(t, "total")
		step := rapid.OneOf(rapid.SampledFrom([]int64{1, 100, 1_000_000}), rapid.Int64Range(1, 10_000)).Draw(t, "step")
		raw := rapid.SliceOfN(rapid.Int64Range(0, 1e9), 1, 80).Draw(t, "weights")
		raw[rapid.IntRange(0, len(raw)-1).Draw(t, "heavy")]++ // not all zero
		weights := make([]decimal.Decimal, len(raw))
		sum := decimal.Zero
		for i, w := range raw {
			weights[i] = decimal.New(w, -3)
			sum = sum.Add(weights[i])
		}
		parts, rest, err := accounting.Allocate(accounting.Fen(total), weights, accounting.Fen(step))
		if err != nil {
			t.Fatal(err)
		}
		if all := accounting.Sum(parts...).Add(rest); !all.Equal(accounting.Fen(total)) {
			t.Fatalf("parts and rest are %s of %s", all, accounting.Fen(total))
		}
		if rest.Sign() < 0 || rest.Cmp(accounting.Fen(step)) >= 0 {
			t.Fatalf("rest %s with step %s", rest, accounting.Fen(step))
		}
		dealt := accounting.Fen(total).Sub(rest).Decimal()
		for i, p := range parts {
			if !p.Decimal().Mod(accounting.Fen(step).Decimal()).IsZero() {
				t.Fatalf("part %s is no whole number of %s", p, accounting.Fen(step))
			}
			// |part × sum − dealt × weight| < step × sum: no division, so no rounding in the judge
			off := p.Decimal().Mul(sum).Sub(dealt.Mul(weights[i])).Abs()
			if off.GreaterThanOrEqual(accounting.Fen(step).Decimal().Mul(sum)) {
				t.Fatalf("part %d of weight %s is %s, more than a step from its share", i+1, weights[i], p)
			}
			for j := range parts {
				if raw[j] > raw[i] && parts[j].Cmp(p) < 0 {
					t.Fatalf("weight %d gets %s, weight %d gets %s", raw[j], parts[j], raw[i], p)
				}
			}
		}
	})
}

func TestAllocateRefuses(t *testing.T) {
	one, zero, minus := decimal.NewFromInt(1), decimal.Zero, decimal.NewFromInt(-1)
	for _, tt := range []struct {
		name    string
		total   string
		weights []decimal.Decimal
		step    string
	}{
		{"nobody to give to", "1", nil, "0.01"},
		{"weights that are all zero", "1", []decimal.Decimal{zero, zero}, "0.01"},
		{"a negative weight", "1", []decimal.Decimal{one, minus}, "0.01"},
		{"a negative total", "-1", []decimal.Decimal{one}, "0.01"},
		{"a step of zero", "1", []decimal.Decimal{one}, "0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := accounting.Allocate(accounting.MustMoney(tt.total), tt.weights, accounting.MustMoney(tt.step))
			if fault.Code(err) != "allocation_invalid" {
				t.Fatalf("got %v", err)
			}
		})
	}
}
