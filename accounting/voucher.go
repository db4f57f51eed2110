package accounting

import (
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"mingzhang/accounting/fault"
)

// Kind says what sort of voucher it is; R06 lets some kinds stand without attachments.
type Kind string

const (
	Ordinary      Kind = "ordinary"
	Opening       Kind = "opening"       // O1, the first voucher of its projects
	Closing       Kind = "closing"       // Y1–Y5
	Reversal      Kind = "reversal"      // 红字冲销, refers to what it reverses
	Correction    Kind = "correction"    // the right voucher behind its red one, refers to what it corrects
	Demonstration Kind = "demonstration" // only in a demonstration book, without paper behind it
)

// Hash is the SHA-256 of a document. In text and JSON it is lower-case hex.
type Hash [sha256.Size]byte

func (h Hash) String() string               { return hex.EncodeToString(h[:]) }
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != 2*len(h) {
		return fault.Invalid("hash_invalid", "a SHA-256 has 64 hexadecimal digits, this has %d", len(text))
	}
	if _, err := hex.Decode(h[:], text); err != nil {
		return fault.Invalid("hash_invalid", "%q is not a SHA-256 in hexadecimal", clip(string(text)))
	}
	return nil
}

// Side is debit 借 or credit 贷.
type Side string

const (
	Debit  Side = "debit"
	Credit Side = "credit"
)

// SubjectKind is what a line may be about besides its project.
type SubjectKind string

const (
	Contract  SubjectKind = "contract"
	Request   SubjectKind = "request"
	Batch     SubjectKind = "batch"
	Injection SubjectKind = "injection"
)

// Subject names a contract, request, batch or injection document. With a Code the line also registers it, if it is new,
// in the act of posting: so a refused voucher leaves no subject behind.
type Subject struct {
	ID   SubjectID
	Kind SubjectKind
	Code string
}

// Dims are the dimensions of a line. The account says which it takes (public-finance-rules section 2).
type Dims struct {
	Project       ProjectID
	BudgetLine    BudgetLineID
	Subject       Subject
	EconomicClass string // on 5xxx and 7xxx
}

// Line is one debit or credit in yuan. Negative amounts only in a reversal.
type Line struct {
	Account string
	Dims
	Debit, Credit Money
}

// Dr is a debit line.
func Dr(account string, m Money, d Dims) Line { return Line{Account: account, Dims: d, Debit: m} }

// Cr is a credit line.
func Cr(account string, m Money, d Dims) Line { return Line{Account: account, Dims: d, Credit: m} }

// Voucher 记账凭证 is a request to post. What is read back is a Posted.
type Voucher struct {
	Book        BookID
	Date        Date
	Period      Period // only for 13 and 14, which the caller names; months follow from the date
	Kind        Kind   // empty means Ordinary
	Source      string // the event, as in the event table: I1, P3, …; M for a manual voucher
	Document    uuid.UUID
	Memo        string
	Refers      *VoucherNo // what a reversal reverses or a correction corrects
	PreparedBy  PersonID
	ReviewedBy  PersonID
	PostedBy    PersonID
	Attachments int
	Documents   []Hash
	Lines       []Line
}

// Receipt is the answer to a posted voucher. Its JSON form is what accounting.post keeps in commands.
type Receipt struct {
	No         VoucherNo
	RecordedAt time.Time
	Digest     Hash
	Replayed   bool // the command had run before; this is its first answer
}

type receiptJSON struct {
	Period     Period    `json:"period"`
	Number     int       `json:"number"`
	RecordedAt time.Time `json:"recorded_at"`
	Digest     Hash      `json:"digest"`
}

func (r Receipt) MarshalJSON() ([]byte, error) {
	return json.Marshal(receiptJSON{r.No.Period, r.No.Number, r.RecordedAt, r.Digest})
}

func (r *Receipt) UnmarshalJSON(data []byte) error {
	var j receiptJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*r = Receipt{No: VoucherNo{j.Period, j.Number}, RecordedAt: j.RecordedAt, Digest: j.Digest}
	return nil
}

// memoLimit keeps a summary to what a voucher form can print. It has room for all that a document may say, its memo and its number (文号):
// what was approved and paid must not fail to be booked for the length of its words.
const memoLimit = 700

// wellFormed checks what needs no book: the rest is decided where the book is, in accounting.post.
func (v Voucher) wellFormed() error {
	switch {
	case v.Book <= 0:
		return fault.Invalid("book_unknown", "a voucher belongs to a book")
	case v.Date.IsZero():
		return fault.Invalid("date_invalid", "a voucher has a date")
	case v.Period != 0 && (v.Period.Year() != v.Date.Year() || v.Period.Month() <= 12 && v.Period != v.Date.Period()):
		return fault.Invalid("period_invalid", "date %s does not lie in period %s", v.Date, v.Period)
	case len(v.Lines) < 2:
		return fault.Invalid("voucher_empty", "%d lines; a voucher has at least two", len(v.Lines))
	case len(v.Lines) > 10_000:
		return fault.Invalid("voucher_too_long", "%d lines; a voucher has at most 10,000", len(v.Lines))
	case v.Attachments < 0:
		return fault.Invalid("attachment_required", "attachment count %d", v.Attachments)
	case (v.Kind == Reversal || v.Kind == Correction) != (v.Refers != nil):
		return fault.Invalid("kind_not_allowed", "a reversal or correction names its voucher, and no other kind does")
	}
	if err := CheckText("memo", v.Memo, memoLimit); err != nil {
		return err
	}
	for i, l := range v.Lines {
		if l.Subject.Code != "" && l.Subject.Kind.number() == 0 {
			return fault.Invalid("subject_kind", "line %d registers a subject of kind %q", i+1, l.Subject.Kind)
		}
		if len(l.EconomicClass) > 7 || !isDigits(l.EconomicClass) {
			return fault.Invalid("economic_class_invalid", "line %d: %q is not an economic class such as 30201", i+1, clip(l.EconomicClass))
		}
	}
	return nil
}

// period is where the voucher goes.
func (v Voucher) period() Period {
	if v.Period != 0 {
		return v.Period
	}
	return v.Date.Period()
}

func (v Voucher) kind() Kind {
	if v.Kind == "" {
		return Ordinary
	}
	return v.Kind
}

// number is the kind's place in accounting.accounts.mask; 0 is no kind.
func (k SubjectKind) number() int {
	switch k {
	case Contract:
		return 1
	case Request:
		return 2
	case Batch:
		return 3
	case Injection:
		return 4
	default:
		return 0
	}
}

// Basis is told by the first digit of the account: financial 1–5, budgetary 6–8, authority 9.
func Basis(account string) string {
	switch {
	case account >= "9":
		return "authority"
	case account >= "6":
		return "budgetary"
	default:
		return "financial"
	}
}

// CheckText refuses what no form prints: nothing, too much, control characters, broken UTF-8. Code: text_invalid.
func CheckText(field, text string, limit int) error {
	if text == "" {
		return fault.Invalid("text_invalid", "%s is empty", field)
	}
	if n := utf8.RuneCountInString(text); n > limit {
		return fault.Invalid("text_invalid", "%s has %d characters, at most %d", field, n, limit)
	}
	if !utf8.ValidString(text) {
		return fault.Invalid("text_invalid", "%s is not valid UTF-8", field)
	}
	for _, r := range text {
		if unicode.IsControl(r) {
			return fault.Invalid("text_invalid", "%s contains the control character %s", field, fmt.Sprintf("U+%04X", r))
		}
	}
	return nil
}

func (h Hash) Value() (driver.Value, error) { return h[:], nil }

func (h *Hash) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok || len(b) != len(h) {
		return fmt.Errorf("a hash has %d bytes, not %T of %d", len(h), src, len(b))
	}
	copy(h[:], b)
	return nil
}
