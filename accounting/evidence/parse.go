package evidence

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ParseCanonical reads a canonical text. It is strict: each field has the one form Canonical would give it, counts agree,
// and nothing follows the last line. So what it accepts is, byte for byte, the Canonical of what it returns. It judges
// form only: whether a voucher balances or its kind exists is not a question of evidence.
func ParseCanonical(text []byte) (Voucher, error) {
	r := reader{rest: text}
	if got := r.text("version"); r.err == nil && got != version {
		r.fail("version", got, "not "+version)
	}
	v := Voucher{Book: r.number("book", 1, math.MaxInt64), Period: r.period("period"), Number: r.count("number", 1)}
	v.Date = r.date("date")
	v.Kind = r.text("kind")
	v.Source = r.text("source")
	v.Document = r.uuid("source document")
	v.Memo = r.text("memo")
	for n := r.count("count of document hashes", 0); n > 0 && r.err == nil; n-- {
		v.Documents = append(v.Documents, r.hash("document hash"))
	}
	v.PreparedBy = r.uuid("prepared by")
	v.ReviewedBy = r.uuid("reviewed by")
	v.PostedBy = r.uuid("posted by")
	v.Attachments = r.count("count of attachments", 0)
	v.RefersPeriod, v.RefersNumber = r.refers("voucher referred to")
	v.RecordedAt = time.UnixMicro(r.number("recorded at", 0, math.MaxInt64)).UTC()
	n := r.count("count of lines", 0)
	for i := 1; i <= n && r.err == nil; i++ {
		if got := r.count("line number", 1); r.err == nil && got != i {
			r.fail("line number", strconv.Itoa(got), "expected "+strconv.Itoa(i))
		}
		v.Lines = append(v.Lines, Line{
			Account: r.text("account"), Basis: r.basis("basis"),
			Project: r.uuid("project"), BudgetLine: r.uuid("budget line"), Subject: r.uuid("subject"),
			EconomicClass: r.text("economic class"), Debit: r.amount("debit"), Credit: r.amount("credit"),
		})
	}
	if r.err == nil && len(r.rest) > 0 {
		r.err = fmt.Errorf("evidence: %d bytes follow the last line", len(r.rest))
	}
	if r.err != nil {
		return Voucher{}, r.err
	}
	return v, nil
}

// reader takes one field after another; after a first error every field is empty.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(name, value, why string) {
	if r.err == nil {
		r.err = fmt.Errorf("evidence: %s %.80q: %s", name, value, why)
	}
}

func (r *reader) text(name string) string {
	if r.err != nil {
		return ""
	}
	start := r.rest[:min(len(r.rest), 20)] // the longest length and its colon fit in
	digits, _, found := bytes.Cut(start, []byte(":"))
	n, err := strconv.Atoi(string(digits))
	if !found || err != nil || n < 0 || strconv.Itoa(n) != string(digits) {
		r.fail(name, string(start), "does not start with a length and a colon")
		return ""
	}
	r.rest = r.rest[len(digits)+1:]
	if n > len(r.rest) {
		r.fail(name, string(r.rest), fmt.Sprintf("%d bytes announced, %d are left", n, len(r.rest)))
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	if !utf8.ValidString(s) {
		r.fail(name, s, "not UTF-8")
		return ""
	}
	return s
}

func (r *reader) number(name string, low, high int64) int64 {
	return r.whole(name, r.text(name), low, high)
}

// whole reads the plain form only: ParseInt would also take +7 and 007.
func (r *reader) whole(name, s string, low, high int64) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != s || n < low || n > high {
		r.fail(name, s, fmt.Sprintf("not a whole number from %d", low))
		return 0
	}
	return n
}

// count is a number that PostgreSQL keeps as integer.
func (r *reader) count(name string, low int64) int {
	return int(r.number(name, low, math.MaxInt32))
}

func (r *reader) period(name string) int { return r.periodOf(name, r.text(name)) }

func (r *reader) periodOf(name, s string) int {
	p := int(r.whole(name, s, 100001, 999914))
	if r.err == nil && (p%100 < 1 || p%100 > 14) {
		r.fail(name, s, "its month is not one of 01 to 14")
	}
	return p
}

func (r *reader) refers(name string) (period, number int) {
	s := r.text(name)
	if s == "" {
		return 0, 0
	}
	p, n, _ := strings.Cut(s, "/") // without a slash n is empty, which is no number
	return r.periodOf(name, p), int(r.whole(name, n, 1, math.MaxInt32))
}

func (r *reader) date(name string) string {
	s := r.text(name)
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		r.fail(name, s, "not a day such as 2025-06-30")
	}
	return s
}

func (r *reader) basis(name string) string {
	s := r.text(name)
	if s != "financial" && s != "budgetary" && s != "authority" {
		r.fail(name, s, "not financial, budgetary or authority")
	}
	return s
}

func (r *reader) uuid(name string) string {
	s := r.text(name)
	ok := len(s) == 36
	for i := 0; ok && i < len(s); i++ {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			ok = s[i] == '-'
		} else {
			ok = s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'f'
		}
	}
	if !ok {
		r.fail(name, s, "not a UUID in lower case")
	}
	return s
}

func (r *reader) hash(name string) (h [32]byte) {
	s := r.text(name)
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) || hex.EncodeToString(b) != s {
		r.fail(name, s, "not 64 lower-case hexadecimal digits")
		return h
	}
	return [32]byte(b)
}

// amount is yuan with two decimals; zero has no sign.
func (r *reader) amount(name string) string {
	s := r.text(name)
	whole, fen, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	ok := len(fen) == 2 && whole != "" && (whole == "0" || whole[0] != '0') && s != "-0.00"
	for _, c := range whole + fen {
		ok = ok && c >= '0' && c <= '9'
	}
	if !ok {
		r.fail(name, s, "not an amount with two decimals such as -420000.00")
	}
	return s
}
