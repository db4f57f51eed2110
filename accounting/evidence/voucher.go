// Package evidence proves that vouchers 记账凭证 are what they were when they were posted. It needs nothing but the
// standard library: no database and no other package, so that an auditor can read it whole and run it elsewhere.
//
// A voucher's canonical text covers every legal field. Each field is written as its length in bytes (decimal, no leading
// zero), a colon, and the field itself in UTF-8; nothing stands between fields. The fields, in order:
//
//	"mingzhang.voucher.1"
//	book, period (202506), number in the period
//	date (2025-06-30), kind, source, source document (UUID), memo
//	count of document hashes, then each hash (64 lower-case hexadecimal digits)
//	prepared by, reviewed by, posted by (UUIDs), count of attachments
//	voucher referred to (202506/12; empty for none)
//	recorded at (microseconds since 1970-01-01 00:00 UTC), count of lines
//
// and for each line, in order:
//
//	line number (from 1), account, basis (financial, budgetary, authority)
//	project, budget line, subject (UUIDs; all zeros for none), economic class (empty for none)
//	debit, credit (yuan, always two decimals: 0.00, -420000.00)
//
// UUIDs are lower-case with hyphens. Whole numbers are decimal without sign or leading zeros. The digest of a voucher is
// SHA-256 of a zero byte and the canonical text: the leaf hash of RFC 6962. The digests of a period, in order of number,
// are the leaves of the period's tree; its root is frozen when the period is closed.
package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// version stands in front of each canonical text: another set or order of fields gets another one.
const version = "mingzhang.voucher.1"

// Voucher holds what a voucher's digest covers, as it is stored. Fields that are texts here are hashed as they are:
// no form is mended, or the digest would vouch for what is not in the books.
type Voucher struct {
	Book         int64
	Period       int    // year and month, 202506; months 13 and 14 are adjustment and closing
	Number       int    // from 1, without gaps within the period
	Date         string // 2025-06-30
	Kind         string // ordinary, opening, closing, reversal, correction, demonstration
	Source       string // code of the event
	Document     string // UUID of the source document
	Memo         string
	Documents    [][sha256.Size]byte // SHA-256 of each attached document
	PreparedBy   string
	ReviewedBy   string
	PostedBy     string
	Attachments  int
	RefersPeriod int // with RefersNumber: what is reversed or corrected; both 0 for none
	RefersNumber int
	RecordedAt   time.Time // counts to the microsecond
	Lines        []Line
}

// Line is one debit or credit. Its number is its place in Voucher.Lines, from 1.
type Line struct {
	Account       string
	Basis         string
	Project       string
	BudgetLine    string
	Subject       string
	EconomicClass string
	Debit         string
	Credit        string
}

// Canonical is the text the digest is taken of.
func (v Voucher) Canonical() []byte {
	b := make(fields, 0, 600+300*len(v.Lines)) // room for ordinary memos
	b.text(version)
	b.number(v.Book)
	b.number(int64(v.Period))
	b.number(int64(v.Number))
	b.text(v.Date)
	b.text(v.Kind)
	b.text(v.Source)
	b.text(v.Document)
	b.text(v.Memo)
	b.number(int64(len(v.Documents)))
	for _, h := range v.Documents {
		b.text(hex.EncodeToString(h[:]))
	}
	b.text(v.PreparedBy)
	b.text(v.ReviewedBy)
	b.text(v.PostedBy)
	b.number(int64(v.Attachments))
	b.text(v.refers())
	b.number(v.RecordedAt.UnixMicro())
	b.number(int64(len(v.Lines)))
	for i, l := range v.Lines {
		b.number(int64(i + 1))
		b.text(l.Account)
		b.text(l.Basis)
		b.text(l.Project)
		b.text(l.BudgetLine)
		b.text(l.Subject)
		b.text(l.EconomicClass)
		b.text(l.Debit)
		b.text(l.Credit)
	}
	return b
}

// Leaf is the voucher's digest.
func (v Voucher) Leaf() [32]byte { return LeafHash(v.Canonical()) }

// LeafHash is the digest of a canonical text that is at hand already. The zero byte keeps leaves and inner nodes of
// the tree apart, so that no voucher can be passed off as two subtrees.
func LeafHash(canonical []byte) [32]byte {
	h := sha256.New()
	_, _ = h.Write([]byte{0}) // a hash never fails
	_, _ = h.Write(canonical)
	return [32]byte(h.Sum(nil))
}

func (v Voucher) refers() string {
	if v.RefersPeriod == 0 && v.RefersNumber == 0 {
		return ""
	}
	return strconv.Itoa(v.RefersPeriod) + "/" + strconv.Itoa(v.RefersNumber)
}

// fields grows by length-prefixed fields: no choice of texts can move a boundary between two of them.
type fields []byte

func (f *fields) text(s string) {
	*f = strconv.AppendInt(*f, int64(len(s)), 10)
	*f = append(*f, ':')
	*f = append(*f, s...)
}

func (f *fields) number(n int64) { f.text(strconv.FormatInt(n, 10)) }
