package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Step is one person's act on a document, on exactly the content whose hash is given.
type Step struct {
	Document   uuid.UUID           `json:"-"`
	Verb       string              `json:"-"`
	Hash       accounting.Hash     `json:"hash"`
	Reason     string              `json:"reason,omitempty"`      // why it is returned, rejected, recalled, withdrawn
	Date       accounting.Date     `json:"date,omitzero"`         // the voucher's day, when the act posts; the document's own when empty
	OnBehalfOf accounting.PersonID `json:"on_behalf_of,omitzero"` // who delegated the role
	Outside    uuid.UUID           `json:"outside_act,omitzero"`  // the act on paper that is checked by this step
}

// Taken is what a step came to.
type Taken struct {
	Document *Document            `json:"document"`
	From     string               `json:"from"`
	Complete bool                 `json:"complete"` // false: it needs more approvers
	Receipts []accounting.Receipt `json:"receipts,omitempty"`
}

// reasoned are the verbs that take a document back: whoever gets it is told why.
var reasoned = map[string]bool{"return": true, "reject": true, "recall": true, "cancel_order": true}

// Take takes one step of a document: the database checks state, role, duty, hash and number of persons, and what the step
// brings about is posted in the same transaction. Codes: document_unknown, document_changed, step_not_allowed,
// role_not_held, duty_taken, organisation_conflict, too_few_persons, reason_required and those of the postings.
func Take(ctx context.Context, db *bun.DB, c accounting.Command, s Step) (*Taken, error) {
	c.Name, c.Body, c.Target = "document."+s.Verb, s, s.Document
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*Taken, error) {
		return take(ctx, tx, c, s)
	})
}

// take is Take within a transaction, for acts that follow from another and for those that are only foreseen.
func take(ctx context.Context, tx bun.Tx, c accounting.Command, s Step) (*Taken, error) {
	c.Target = s.Document // what the document says is compared with others, not with itself
	if reasoned[s.Verb] || s.Reason != "" {
		if err := accounting.CheckText("reason", s.Reason, 500); err != nil {
			return nil, fault.Invalid("reason_required", "%s: write why, in at most 500 characters", s.Verb)
		}
	}
	var moved struct {
		OldState, NewState string
		Ordinal            int
		Complete           bool
	}
	err := tx.NewRaw(`select * from projects.act(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.Book, s.Document, s.Verb, c.By.Person, c.By.Unit, c.By.Role,
		nullable(s.OnBehalfOf.UUID), s.Hash[:], s.Reason, nullable(s.Outside)).Scan(ctx, &moved)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	d, err := FindDocument(ctx, tx, c.Book, s.Document)
	if err != nil {
		return nil, err
	}
	taken := Taken{Document: d, From: moved.OldState, Complete: moved.Complete}
	if !moved.Complete {
		return &taken, nil
	}
	t, err := documentTypeOf(d.Kind)
	if err != nil {
		return nil, err
	}
	if run := t.effects[s.Verb]; run != nil {
		d.State = moved.OldState // an effect may ask where it came from
		if taken.Receipts, err = run(ctx, tx, c, d, s); err != nil {
			return nil, err
		}
		if taken.Document, err = FindDocument(ctx, tx, c.Book, s.Document); err != nil {
			return nil, err
		}
	}
	return &taken, nil
}

// OutsideSignature is an act of somebody without an account, on paper.
type OutsideSignature struct {
	Document uuid.UUID       `json:"-"`
	Verb     string          `json:"verb"`
	Hash     accounting.Hash `json:"hash"` // of what was signed
	Name     string          `json:"name"`
	Office   string          `json:"office"`
	Date     accounting.Date `json:"date"`
	Paper    accounting.Hash `json:"paper"` // the scan
}

// EnterOutsideAct enters a signature on paper; Take with its identity, by another person who checks it, makes it count.
// Codes: document_unknown, document_changed, step_not_allowed, text_invalid.
func EnterOutsideAct(ctx context.Context, db *bun.DB, c accounting.Command, in OutsideSignature) (uuid.UUID, error) {
	c.Name, c.Body, c.Target = "document.outside_act", in, in.Document
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (uuid.UUID, error) {
		for field, text := range map[string]string{"name": in.Name, "office": in.Office} {
			if err := accounting.CheckText(field, text, 100); err != nil {
				return uuid.Nil, err
			}
		}
		if in.Date.IsZero() || in.Paper == (accounting.Hash{}) {
			return uuid.Nil, fault.Invalid("document_invalid", "an outside act has its day and the scanned paper's SHA-256")
		}
		id := accounting.NewID()
		_, err := tx.ExecContext(ctx, `select projects.enter_outside_act(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.Book, id, in.Document, in.Verb, in.Hash[:], in.Name, in.Office, in.Date,
			in.Paper[:], c.By.Person, c.By.Unit, c.By.Role)
		if err != nil {
			return id, fault.FromSQL(err)
		}
		return id, attached(ctx, tx, c, in.Paper)
	})
}

// dated is the day a step posts on.
func (s Step) dated(d accounting.Date) accounting.Date {
	if s.Date.IsZero() {
		return d
	}
	return s.Date
}

// eventHead is the head of the event a document brings about: its maker prepared it, who acts reviewed it, its papers are
// the voucher's attachments. A demonstration without paper says so. Codes: date_invalid.
func eventHead(ctx context.Context, tx bun.Tx, d *Document, p Paper, s Step) (Head, error) {
	if s.dated(p.Date).Before(p.Date) { // or a retention due next year would be paid this year
		return Head{}, fault.Invalid("date_invalid", "date: %s is before %s, the day of %s", s.Date, p.Date, d.Number)
	}
	h := Head{Date: s.dated(p.Date), DocumentNo: p.DocumentNo, Memo: p.Memo, Attachments: len(p.Attachments), Documents: p.Attachments, Document: d.ID}
	if h.Memo == "" {
		h.Memo = d.Number
	}
	err := tx.NewRaw(`select a.person_id as prepared_by, b.kind = 'demo' as demo from projects.acts a join accounting.books b using (book_id)
		where a.book_id = ? and a.document_id = ? and a.from_state in ('draft', 'returned') order by a.ordinal desc limit 1`, d.Book, d.ID).Scan(ctx, &h.PreparedBy, &h.Demo)
	h.Demo = h.Demo && h.Attachments == 0
	return h, fault.FromSQL(err)
}

// postEvent posts the vouchers of an event within the document's transaction.
func postEvent(ctx context.Context, tx bun.Tx, c accounting.Command, e Event) ([]accounting.Receipt, error) {
	vs, err := Vouchers(ctx, tx, c, e)
	if err != nil {
		return nil, err
	}
	receipts, err := accounting.Post(ctx, tx, vs...)
	if err != nil {
		return nil, explain(ctx, resolver{tx, c}, e, err)
	}
	return receipts, nil
}
