package lists

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

// Measure is the unit amounts are written in.
type Measure string

const (
	Yuan Measure = "yuan" // 元
	Wan  Measure = "wan"  // 万元
)

// narrow turns full-width digits and signs into those a keyboard has; names keep what they are written with.
var narrow = strings.NewReplacer(fullWidth()...)

func fullWidth() (pairs []string) {
	for r := '！'; r <= '～'; r++ {
		pairs = append(pairs, string(r), string(r-'！'+'!'))
	}
	return append(pairs, "　", " ", "￥", "¥", "−", "-", "–", "-", "—", "-", "\u00a0", " ")
}

// amount reads an amount as people write it: ￥1,234.50, （1,234.50） for what is negative, full-width digits, a lone dash for
// nothing. A number of a workbook is read with the fifteen digits it shows: what lies behind them is how computers store it.
func amount(c Cell, measure Measure) (m accounting.Money, nothing bool, err error) {
	text := strings.ReplaceAll(narrow.Replace(c.Text), " ", "")
	if text == "" || strings.Trim(text, "-") == "" {
		return m, true, nil
	}
	if strings.HasSuffix(text, "万元") || strings.HasSuffix(text, "万") || strings.HasSuffix(text, "亿元") || strings.HasSuffix(text, "亿") {
		return m, false, fmt.Errorf("%q is written with its unit; write digits and say in the heading whether they are 元 or 万元", c.Text)
	}
	digits := strings.TrimSuffix(text, "元")
	inner, negative := strings.CutPrefix(digits, "(")
	if negative {
		if inner, negative = strings.CutSuffix(inner, ")"); !negative {
			return m, false, fmt.Errorf("%q is not an amount", c.Text)
		}
		digits = inner
	}
	minus := strings.HasPrefix(digits, "-")
	digits = strings.TrimPrefix(strings.TrimPrefix(digits, "-"), "¥")
	if digits, err = withoutCommas(digits); err != nil {
		return m, false, fmt.Errorf("%q: %w", c.Text, err)
	}
	d, err := decimal.NewFromString(digits)
	if err != nil || strings.ContainsAny(digits, "eE") && c.Kind != NumberCell || strings.HasPrefix(digits, "+") {
		return m, false, fmt.Errorf("%q is not an amount", c.Text)
	}
	if c.Kind != TextCell {
		d = shownDigits(d)
	}
	if measure == Wan {
		d = d.Mul(decimal.New(1, 4))
	}
	if negative != minus {
		d = d.Neg()
	}
	if !d.Equal(d.Round(2)) {
		return m, false, fmt.Errorf("%q comes to %s yuan, which is not whole fen", c.Text, d)
	}
	if d.Abs().GreaterThanOrEqual(decimal.New(1, 15)) {
		return m, false, fmt.Errorf("%q has more than 15 digits before the point", c.Text)
	}
	return accounting.RoundToMoney(d), false, nil
}

// shownDigits is a number with the fifteen significant digits a workbook keeps.
func shownDigits(d decimal.Decimal) decimal.Decimal {
	if d.IsZero() {
		return d
	}
	return d.Round(15 - int32(d.NumDigits()) - d.Exponent()) //nolint:gosec // a cell has at most 32,767 digits
}

var grouped = regexp.MustCompile(`^\d{1,3}(,\d{3})*(\.\d*)?$`)

// withoutCommas takes commas that group thousands, and no others: 1,5 may be one and a half to whoever wrote it.
func withoutCommas(digits string) (string, error) {
	if !strings.Contains(digits, ",") {
		return digits, nil
	}
	if !grouped.MatchString(digits) {
		return "", fmt.Errorf("the commas do not group thousands")
	}
	return strings.ReplaceAll(digits, ",", ""), nil
}

var dayForm = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$`)

// day reads a day as people write it: 2025-06-30, 2025/6/30, 2025.6.30, 2025年6月30日, 20250630, with or without a time of day,
// or the count of days a workbook stores.
func day(c Cell, from1904 bool) (accounting.Date, error) {
	text := strings.TrimSpace(narrow.Replace(c.Text))
	if len(text) == 8 && strings.Trim(text, "0123456789") == "" {
		text = text[:4] + "-" + text[4:6] + "-" + text[6:]
	}
	if f := dayForm.FindStringSubmatch(text); f != nil {
		year, _ := strconv.Atoi(f[1])
		month, _ := strconv.Atoi(f[2])
		of, _ := strconv.Atoi(f[3])
		d := accounting.NewDate(year, time.Month(month), of)
		if d.Year() != year || int(d.Month()) != month || d.Day() != of || year < 1949 || year > 2199 {
			return accounting.Date{}, fmt.Errorf("%q is no day of the calendar", c.Text)
		}
		return d, nil
	}
	count, err := decimal.NewFromString(text)
	if err != nil || c.Kind != NumberCell {
		return accounting.Date{}, fmt.Errorf("%q is not a day such as 2025-06-30 or 20250630", c.Text)
	}
	days := count.IntPart()
	if days < 18_000 || days > 110_000 {
		return accounting.Date{}, fmt.Errorf("%q is stored as a number and is no count of days", c.Text)
	}
	if from1904 {
		days += 1462
	}
	return accounting.NewDate(1899, time.December, 30).AddDays(int(days)), nil
}

// identifier reads a number that is a name: an account, a voucher's number, an identity card. A workbook that stored it as a
// number has lost its leading zeros without a trace, and its digits beyond the fifteenth, which shows.
func identifier(c Cell) (string, error) {
	text := strings.ReplaceAll(narrow.Replace(c.Text), " ", "")
	if c.Kind != NumberCell {
		if exponent.MatchString(text) {
			return "", fmt.Errorf("%q has lost its digits: format the column as text where it was made, and export it again", c.Text)
		}
		return text, nil
	}
	d, err := decimal.NewFromString(text)
	if err != nil || !d.IsInteger() || d.Sign() < 0 {
		return "", fmt.Errorf("%q is stored as a number and is no count of digits: format the column as text", c.Text)
	}
	if len(d.String()) > 15 {
		return "", fmt.Errorf("%q is stored as a number and has lost its digits after the fifteenth: format the column as text and enter it again", c.Text)
	}
	return d.String(), nil
}

// number reads a quantity or a price, which are not money: its digits as text.
func number(c Cell) (string, error) {
	text, err := withoutCommas(strings.ReplaceAll(narrow.Replace(c.Text), " ", ""))
	if err != nil {
		return "", fmt.Errorf("%q: %w", c.Text, err)
	}
	d, err := decimal.NewFromString(strings.TrimPrefix(text, "¥"))
	if err != nil || c.Kind == TextCell && strings.ContainsAny(text, "eE+") {
		return "", fmt.Errorf("%q is not a number", c.Text)
	}
	if c.Kind == NumberCell {
		d = shownDigits(d)
	}
	return d.String(), nil
}

var exponent = regexp.MustCompile(`^\d(\.\d+)?[eE]\+?\d+$`)

// yes reads a mark such as 退回标志.
func yes(c Cell) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(narrow.Replace(c.Text))) {
	case "", "0", "否", "无", "n", "no", "false", "正常", "未退回":
		return false, nil
	case "1", "是", "有", "y", "yes", "true", "退回", "已退回", "退票", "√":
		return true, nil
	}
	return false, fmt.Errorf("%q is neither 是 nor 否", c.Text)
}
