package accounting

import (
	"database/sql/driver"
	"fmt"
	"time"

	"mingzhang/accounting/fault"
)

// Date is a day without time or zone. The zero Date is no day; whoever needs one refuses it.
type Date struct{ t time.Time }

// NewDate makes a day; months and days beyond the calendar roll over as in package time.
func NewDate(year int, month time.Month, day int) Date {
	return Date{time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
}

// ParseDate reads 2025-06-30. Code: date_invalid.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || len(text) != len(time.DateOnly) {
		return Date{}, fault.Invalid("date_invalid", "%q is not a day such as 2025-06-30", clip(text))
	}
	return Date{t}, nil
}

// MustDate is ParseDate for days written in the program.
func MustDate(text string) Date {
	d, err := ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func (d Date) IsZero() bool       { return d.t.IsZero() }
func (d Date) Year() int          { return d.t.Year() }
func (d Date) Month() time.Month  { return d.t.Month() }
func (d Date) Day() int           { return d.t.Day() }
func (d Date) AddDays(n int) Date { return Date{d.t.AddDate(0, 0, n)} }
func (d Date) Before(o Date) bool { return d.t.Before(o.t) }
func (d Date) After(o Date) bool  { return d.t.After(o.t) }

// DaysTo is how many days later another day is.
func (d Date) DaysTo(o Date) int { return int(o.t.Sub(d.t).Hours() / 24) }

// Period is the month the day lies in.
func (d Date) Period() Period { return Period(d.t.Year()*100 + int(d.t.Month())) }

// LastOfMonth is the last day of the day's month.
func (d Date) LastOfMonth() Date { return NewDate(d.Year(), d.Month()+1, 0) }

func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.t.Format(time.DateOnly)
}

func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
	case time.Time:
		*d = NewDate(v.Year(), v.Month(), v.Day())
	case []byte:
		return d.UnmarshalText(v[:min(len(v), len(time.DateOnly))])
	case string:
		return d.UnmarshalText([]byte(v[:min(len(v), len(time.DateOnly))]))
	default:
		return fmt.Errorf("date: cannot scan %T", src)
	}
	return nil
}

// Period is year*100 + 01…12 for months, 13 for adjustments and 14 for the year's closing: 202506.
type Period int

func (p Period) Year() int      { return int(p) / 100 }
func (p Period) Month() int     { return int(p) % 100 }
func (p Period) String() string { return fmt.Sprintf("%04d-%02d", p.Year(), p.Month()) }

// ParsePeriod reads 2025-06 (also -13 and -14). Code: period_invalid.
func ParsePeriod(text string) (Period, error) {
	var year, month int
	if n, err := fmt.Sscanf(text, "%4d-%2d", &year, &month); err != nil || n != 2 || len(text) != 7 || month < 1 || month > 14 || year < 1000 {
		return 0, fault.Invalid("period_invalid", "%q is not a period such as 2025-06", clip(text))
	}
	return Period(year*100 + month), nil
}
