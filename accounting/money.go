package accounting

import (
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"mingzhang/accounting/fault"
)

// Money is an exact amount in yuan with at most two decimals (whole fen). It travels as text: in JSON as a string, in
// PostgreSQL as the domain accounting.yuan. The zero value is 0.00. Two amounts are compared with Cmp or Equal:
// == does not compile, because 1.0 and 1.00 would differ.
type Money struct {
	_ [0]func()
	d decimal.Decimal
}

// ParseMoney reads -?(0|[1-9][0-9]{0,14})(.[0-9]{1,2})? in ASCII and nothing else: no third decimal, no exponent, no
// plus sign, no minus zero, no separators. Code: amount_invalid.
func ParseMoney(text string) (Money, error) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, cents, point := strings.Cut(digits, ".")
	ok := len(whole) >= 1 && len(whole) <= 15 && isDigits(whole) && (len(whole) == 1 || whole[0] != '0') &&
		(!point || len(cents) >= 1 && len(cents) <= 2 && isDigits(cents)) &&
		(!negative || strings.Trim(whole+cents, "0") != "")
	if !ok {
		return Money{}, fault.Invalid("amount_invalid", "%q is not an amount in yuan such as 1234.50: digits, at most 15 before and 2 after the point", clip(text))
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return Money{}, fault.Invalid("amount_invalid", "%q is not an amount in yuan", clip(text))
	}
	return Money{d: d}, nil
}

// MustMoney is ParseMoney for amounts written in the program; it panics on a bad one.
func MustMoney(text string) Money {
	m, err := ParseMoney(text)
	if err != nil {
		panic(err)
	}
	return m
}

// Fen makes an amount of whole fen (1/100 yuan).
func Fen(n int64) Money { return Money{d: decimal.New(n, -2)} }

// RoundToMoney rounds a computed figure (rate times quantity, a share) half up to whole fen: rounding is always this explicit.
func RoundToMoney(d decimal.Decimal) Money { return Money{d: d.Round(2)} }

func (m Money) Add(o Money) Money { return Money{d: m.d.Add(o.d)} }
func (m Money) Sub(o Money) Money { return Money{d: m.d.Sub(o.d)} }
func (m Money) Neg() Money        { return Money{d: m.d.Neg()} }
func (m Money) Cmp(o Money) int   { return m.d.Cmp(o.d) }
func (m Money) Sign() int         { return m.d.Sign() }
func (m Money) IsZero() bool      { return m.d.IsZero() }
func (m Money) Equal(o Money) bool {
	return m.d.Equal(o.d)
}

// Decimal gives the figure to rates and shares, which are not money.
func (m Money) Decimal() decimal.Decimal { return m.d }

// String always has two decimals: 150000000.00.
func (m Money) String() string { return m.d.StringFixed(2) }

// Sum adds amounts up; of none it is 0.00.
func Sum(amounts ...Money) Money {
	var total Money
	for _, a := range amounts {
		total = total.Add(a)
	}
	return total
}

func (m Money) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

func (m *Money) UnmarshalText(text []byte) error {
	parsed, err := ParseMoney(string(text))
	if err != nil {
		return err
	}
	*m = parsed
	return nil
}

// UnmarshalJSON takes a string only: a JSON number has been through a float before anybody could look at it.
func (m *Money) UnmarshalJSON(data []byte) error {
	if len(data) < 2 || data[0] != '"' || data[len(data)-1] != '"' {
		return fault.Invalid("amount_invalid", "an amount is a JSON string such as \"1234.50\", not %s", clip(string(data)))
	}
	return m.UnmarshalText(data[1 : len(data)-1])
}

func (m Money) Value() (driver.Value, error) { return m.String(), nil }

func (m *Money) Scan(src any) error {
	switch v := src.(type) {
	case []byte:
		return m.scanText(string(v))
	case string:
		return m.scanText(v)
	case int64:
		*m = Money{d: decimal.NewFromInt(v)}
		return nil
	default:
		return fmt.Errorf("money: cannot scan %T", src)
	}
}

// scanText accepts what sums in SQL give: any number of digits, as long as no part of a fen is lost.
func (m *Money) scanText(text string) error {
	d, err := decimal.NewFromString(text)
	if err != nil {
		return fmt.Errorf("money: scan %q: %w", text, err)
	}
	if !d.Equal(d.Round(2)) {
		return fmt.Errorf("money: %s is not whole fen", text)
	}
	*m = Money{d: d}
	return nil
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// clip keeps a refused text short enough to show.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
