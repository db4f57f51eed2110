package web

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

// Shanghai is the time of the day that people here read on the clock.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// unknown is what stands where a figure is not known. It is never shown as 0.
const unknown = "—"

func functions(lang string) template.FuncMap {
	return template.FuncMap{
		"t":       func(key string, args ...any) string { return T(lang, key, args...) },
		"lang":    func() string { return lang },
		"yuan":    func(m any) string { return amountText(m, false) },
		"money":   amountText,
		"moment":  func(t time.Time) string { return t.In(Shanghai).Format("2006-01-02 15:04") },
		"version": func() string { return Version },
		"query":   withQuery,
		"short": func(text string) string {
			if len(text) > 12 {
				return text[:12]
			}
			return text
		},
		"dict": func(pairs ...any) map[string]any {
			all := map[string]any{}
			for i := 0; i+1 < len(pairs); i += 2 {
				all[fmt.Sprint(pairs[i])] = pairs[i+1]
			}
			return all
		},
		"percent": func(place int) string { return fmt.Sprintf("%d %%", place/100) },
		"list":    func(items ...any) []any { return items },
		"add":     func(a, b int) int { return a + b },
		"join":    strings.Join,
	}
}

// money gives the amount in m, or nil.
func money(m any) *accounting.Money {
	switch m := m.(type) {
	case accounting.Money:
		return &m
	case *accounting.Money:
		return m
	default:
		return nil
	}
}

// amountText is an amount as people read it: thousands apart, two decimals; in 万元 rounded for the eye only.
func amountText(m any, wan bool) string {
	amount := money(m)
	switch {
	case amount == nil:
		return unknown
	case wan:
		return Grouped(amount.Decimal().Div(decimal.New(1, 4)).StringFixed(2))
	default:
		return Grouped(amount.String())
	}
}

// Grouped puts commas between the thousands of a plain number.
func Grouped(number string) string {
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign, number = "-", number[1:]
	}
	whole, rest, point := strings.Cut(number, ".")
	var out strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(digit)
	}
	if point {
		out.WriteString("." + rest)
	}
	return sign + out.String()
}

// withQuery is an address with some of its query changed; an empty value takes the name away.
func withQuery(address string, pairs ...string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	q := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}
