package accounting_test

import (
	"encoding/json"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

func TestParseMoney(t *testing.T) { // text → how it is shown; "" means refused as amount_invalid
	for _, tt := range []struct{ name, text, want string }{
		{"zero", "0", "0.00"},
		{"whole yuan", "25000000", "25000000.00"},
		{"one decimal", "0.5", "0.50"},
		{"a fen", "0.01", "0.01"},
		{"negative", "-420000.00", "-420000.00"},
		{"fifteen digits, the most the books hold", "999999999999999.99", "999999999999999.99"},
		{"sixteen digits", "9999999999999999.99", ""},
		{"third decimal", "1.005", ""},
		{"third decimal that is zero", "1.000", ""},
		{"exponent", "1e2", ""},
		{"NaN", "NaN", ""},
		{"infinity", "Infinity", ""},
		{"minus zero", "-0", ""},
		{"minus zero with decimals", "-0.00", ""},
		{"plus sign", "+1", ""},
		{"two signs", "--1", ""},
		{"leading zero", "007.00", ""},
		{"nothing before the point", ".50", ""},
		{"nothing after the point", "1.", ""},
		{"two points", "1.2.3", ""},
		{"separators", "1,234.50", ""},
		{"full-width digits", "１２３.４５", ""},
		{"Arabic digits", "٣.٥٠", ""},
		{"currency sign", "￥12", ""},
		{"spaces around", " 12.00 ", ""},
		{"a line end", "12.00\n", ""},
		{"hexadecimal", "0x10", ""},
		{"empty", "", ""},
		{"only a sign", "-", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := accounting.ParseMoney(tt.text)
			if tt.want == "" {
				if fault.Code(err) != "amount_invalid" {
					t.Fatalf("%q gave %s, %v; want amount_invalid", tt.text, m, err)
				}
				return
			}
			if err != nil || m.String() != tt.want {
				t.Fatalf("%q gave %s, %v; want %s", tt.text, m, err, tt.want)
			}
		})
	}
}

func TestMoneyInJSONIsText(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		ok         bool
	}{
		{"a string", `{"amount":"1234.5"}`, true},
		{"a number has been a float", `{"amount":1234.5}`, false},
		{"a whole number", `{"amount":1234}`, false},
		{"an escaped digit is not what a person wrote", `{"amount":"\u0031"}`, false},
		{"a boolean", `{"amount":true}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var in struct {
				Amount accounting.Money `json:"amount"`
			}
			err := json.Unmarshal([]byte(tt.text), &in)
			if (err == nil) != tt.ok {
				t.Fatalf("%s: %v", tt.text, err)
			}
			if out, _ := json.Marshal(in); tt.ok && string(out) != `{"amount":"1234.50"}` {
				t.Fatalf("written as %s", out)
			}
		})
	}
}

// Fen in, text out, text in: nothing is gained or lost on the way, and sums agree with whole numbers.
func TestMoneyIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(-1e16, 1e16).Draw(t, "a")
		b := rapid.Int64Range(-1e16, 1e16).Draw(t, "b")
		m, err := accounting.ParseMoney(accounting.Fen(a).String())
		if err != nil || !m.Equal(accounting.Fen(a)) {
			t.Fatalf("%d fen came back as %s, %v", a, m, err)
		}
		if sum := accounting.Fen(a).Add(accounting.Fen(b)); !sum.Equal(accounting.Fen(a + b)) {
			t.Fatalf("%d + %d fen is %s", a, b, sum)
		}
		var scanned accounting.Money
		if err := scanned.Scan([]byte(accounting.Fen(a).String())); err != nil || !scanned.Equal(accounting.Fen(a)) {
			t.Fatalf("%d fen scanned as %s, %v", a, scanned, err)
		}
	})
}

func TestRoundingIsHalfUp(t *testing.T) {
	for _, tt := range []struct{ figure, want string }{
		{"0.005", "0.01"}, {"0.0049999", "0.00"}, {"1.115", "1.12"}, {"400393.1204", "400393.12"},
	} {
		if got := accounting.RoundToMoney(decimal.RequireFromString(tt.figure)).String(); got != tt.want {
			t.Errorf("%s rounds to %s, want %s", tt.figure, got, tt.want)
		}
	}
}

func TestScanRefusesPartsOfAFen(t *testing.T) {
	var m accounting.Money
	for _, bad := range []any{"1.005", []byte("0.001"), 1.5, nil} {
		if err := m.Scan(bad); err == nil {
			t.Errorf("%v was taken as %s", bad, m)
		}
	}
}
