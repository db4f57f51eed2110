package projects

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Event is what a document says happened: the input of one row of the event table. Inputs are no stored rows, so they
// carry json tags and the API takes them as they are. Amounts are yuan.
type Event interface {
	// EventCode is the event's code in the event table: I1, P3, …
	EventCode() string
	head() Head
	// entries finds what the event names and says what is to be put into which row: one entry, one voucher.
	entries(ctx context.Context, r resolver) ([]entry, error)
}

// Head is what every event carries besides its figures.
type Head struct {
	Date        accounting.Date     `json:"date"`
	Period      accounting.Period   `json:"period,omitempty"`      // only 13 (adjustment); months follow from the date
	DocumentNo  string              `json:"document_no,omitempty"` // 文号
	Memo        string              `json:"memo,omitempty"`        // the event's name and 文号 when empty
	PreparedBy  accounting.PersonID `json:"prepared_by"`
	Attachments int                 `json:"attachments"`
	Documents   []accounting.Hash   `json:"documents,omitempty"`
	Document    uuid.UUID           `json:"-"` // the stored document behind the event, when this package keeps one
	Demo        bool                `json:"-"` // a demonstration without paper behind it; only a demonstration book takes it
}

func (h Head) head() Head { return h }

// entry is one voucher to be: a row, what goes into it and, for the summary, what it is about.
type entry struct {
	row   eventRow
	facts eventFacts
	about string
}

// one is the usual case: an event is one voucher.
func one(event, variant string, f eventFacts) []entry {
	return []entry{{row: eventRule(event, variant), facts: f}}
}

// settledByBooks is an event whose figures or refusals come from balances. A repeat of its key must answer before they are
// read again, so it runs in a transaction of its own; the others only post and go through the book's batch worker.
type settledByBooks interface{ readsBalances() bool }

// explained is an event that can say more about a refusal than the floor that refused it.
type explained interface {
	explain(ctx context.Context, r resolver, refused *fault.Error)
}

// Record posts an event. The reviewer is who acts; the command's body is the event.
// Codes: those of the event's input and of accounting.post.
func Record(ctx context.Context, books *accounting.Books, db *bun.DB, c accounting.Command, e Event) ([]accounting.Receipt, error) {
	c.Name, c.Body = "event."+e.EventCode(), e
	if s, ok := e.(settledByBooks); ok && s.readsBalances() {
		return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) ([]accounting.Receipt, error) {
			vs, err := Vouchers(ctx, tx, c, e)
			if err != nil {
				return nil, err
			}
			return accounting.Post(ctx, tx, vs...)
		})
	}
	vs, err := asWho(ctx, db, c, e) // from the registries alone
	if err != nil {
		return nil, accounting.Refuse(ctx, db, c, err)
	}
	receipt, err := books.Post(ctx, c, vs[0])
	if err != nil {
		return nil, explainLater(ctx, db, c, e, err)
	}
	return []accounting.Receipt{receipt}, nil
}

// Vouchers makes the vouchers of an event without posting them: for documents that post within their own transaction.
// Codes: document_no_required, amount_invalid, project_unknown, budget_line_unknown, subject_unknown, nothing_to_post and
// those of the event's input.
func Vouchers(ctx context.Context, db bun.IDB, c accounting.Command, e Event) ([]accounting.Voucher, error) {
	entries, err := e.entries(ctx, resolver{db, c})
	if err != nil {
		return nil, err
	}
	vs := make([]accounting.Voucher, 0, len(entries))
	for _, en := range entries {
		v, err := e.head().voucher(c, en)
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
	}
	if len(vs) == 0 {
		return nil, fault.Conflict("nothing_to_post", "event %s: the books hold nothing for it", e.EventCode())
	}
	return vs, nil
}

// numbered are the events that only a document with a number 文号 can bring about.
var numbered = map[string]bool{"I1": true, "I3+": true, "I3-": true, "I4": true, "I4s": true}

func (h Head) voucher(c accounting.Command, en entry) (accounting.Voucher, error) {
	event := en.row.event
	if numbered[event] && strings.TrimSpace(h.DocumentNo) == "" {
		return accounting.Voucher{}, fault.Invalid("document_no_required", "%s %s is the act of a document: its number (文号) is missing", event, en.row.zh)
	}
	lines, err := en.row.lines(en.facts)
	if err != nil {
		return accounting.Voucher{}, err
	}
	if len(lines) == 0 {
		return accounting.Voucher{}, fault.Conflict("nothing_to_post", "event %s: all its figures are zero", event)
	}
	v := accounting.Voucher{
		Book: c.Book, Date: h.Date, Period: h.Period, Kind: accounting.Ordinary, Source: event, Document: h.Document, Memo: h.memo(en),
		PreparedBy: h.PreparedBy, ReviewedBy: c.By.Person, PostedBy: c.By.Person, Attachments: h.Attachments, Documents: h.Documents, Lines: lines,
	}
	switch {
	case event == "O1":
		v.Kind = accounting.Opening
	case strings.HasPrefix(event, "Y"):
		v.Kind = accounting.Closing
	case h.Demo:
		v.Kind = accounting.Demonstration
	}
	return v, nil
}

// memo is the summary 摘要. The number of the document always stands in it: nothing else on the voucher carries it.
func (h Head) memo(en entry) string {
	text := h.Memo
	if text == "" {
		text = strings.TrimSpace(en.row.zh + " " + en.about)
	}
	if h.DocumentNo != "" && !strings.Contains(text, h.DocumentNo) {
		text += " " + h.DocumentNo
	}
	return text
}

func explain(ctx context.Context, r resolver, e Event, err error) error {
	x, ok := e.(explained)
	if !ok {
		return err
	}
	if f, ok := asFault(err); ok && f.Code == "budget_exceeded" {
		x.explain(ctx, r, f)
	}
	return err
}

// explainLater explains a refusal whose transaction is over. Without an explanation the refusal stands as it is.
func explainLater(ctx context.Context, db *bun.DB, c accounting.Command, e Event, refused error) error {
	_ = accounting.Read(accounting.WithReader(ctx, c.By), db, func(ctx context.Context, tx bun.Tx) error {
		refused = explain(ctx, resolver{tx, c}, e, refused)
		return nil
	})
	return refused
}

// Correct takes back a voucher and posts the right one, of the event as it should have been, in one act 冲销并更正.
// Codes: those of Record and accounting.Correct.
func Correct(ctx context.Context, db *bun.DB, c accounting.Command, wrong accounting.VoucherNo, right Event, reason string) ([]accounting.Receipt, error) {
	var vs []accounting.Voucher
	err := accounting.Read(accounting.WithReader(ctx, c.By), db, func(ctx context.Context, tx bun.Tx) (err error) {
		vs, err = Vouchers(ctx, tx, c, right)
		return err
	})
	if err != nil {
		return nil, accounting.Refuse(ctx, db, c, err)
	}
	return accounting.CorrectVoucher(ctx, db, c, wrong, vs[0], reason)
}
