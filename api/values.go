package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

// codeExtension names, in a schema, the code of a value that does not fit it.
const codeExtension = "x-error-code"

func refusedAs(code string) map[string]any { return map[string]any{codeExtension: code} }

// Amount is Money with its place in the API description: a string, because a JSON number has been through a float.
type Amount struct{ accounting.Money }

// Schema tells the pattern accounting.ParseMoney reads.
func (Amount) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^(-?[1-9][0-9]{0,14}(\.[0-9]{1,2})?|0(\.[0-9]{1,2})?|-0\.(0[1-9]|[1-9][0-9]?))$`, Description: "yuan, at most two decimals, as text; -0 is refused", Examples: []any{"8600000.00"}, Extensions: refusedAs("amount_invalid")}
}

// money is what a field that may be left out says, or nil.
func (a *Amount) money() *accounting.Money {
	if a == nil {
		return nil
	}
	return &a.Money
}

func amount(m *accounting.Money) *Amount {
	if m == nil {
		return nil
	}
	return &Amount{*m}
}

// Factor is a rate in yuan per unit, or a quantity: more decimals than money has, and text for the same reason.
type Factor struct{ decimal.Decimal }

// Schema keeps a factor to what a plan line can hold.
func (Factor) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?$`, Description: "a rate (four decimals) or quantity (three), as text", Examples: []any{"80.5"}, Extensions: refusedAs("amount_invalid")}
}

func (f *Factor) decimal() *decimal.Decimal {
	if f == nil {
		return nil
	}
	return &f.Decimal
}

func factor(d *decimal.Decimal) *Factor {
	if d == nil {
		return nil
	}
	return &Factor{*d}
}

// Day is a Date with its place in the API description.
type Day struct{ accounting.Date }

// Schema is that of a day without a time.
func (Day) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Examples: []any{"2025-06-30"}, Extensions: refusedAs("date_invalid")}
}

// Month is a Period as people write it.
type Month struct{ accounting.Period }

// Schema has the months, 13 for adjustments and 14 for the year's closing.
func (Month) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^[0-9]{4}-(0[1-9]|1[0-4])$`, Description: "a month, or 13 for adjustments, 14 for the year's closing", Examples: []any{"2025-06"}, Extensions: refusedAs("period_invalid")}
}

func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

func (m *Month) UnmarshalText(text []byte) (err error) {
	m.Period, err = accounting.ParsePeriod(string(text))
	return err
}

// personCode stands where events hold a person's identity: over HTTP people are named by code.
type personCode struct{}

func (personCode) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Description: "code of the person who prepared it; never the sender", Examples: []any{"budget"}}
}

// describe makes the API description show types of the use cases as people send them.
func describe(r huma.Registry) {
	r.RegisterTypeAlias(reflect.TypeFor[accounting.Money](), reflect.TypeFor[Amount]())
	r.RegisterTypeAlias(reflect.TypeFor[accounting.Date](), reflect.TypeFor[Day]())
	r.RegisterTypeAlias(reflect.TypeFor[accounting.Period](), reflect.TypeFor[Month]())
	r.RegisterTypeAlias(reflect.TypeFor[accounting.PersonID](), reflect.TypeFor[personCode]())
}
