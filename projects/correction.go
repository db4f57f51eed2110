package projects

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Correction 冲销并更正 takes a wrong voucher back and says the right event, in one act: red and right voucher together or
// not at all. Without a right event it is a plain red voucher, which the books refuse behind a confirmed payment.
type Correction struct {
	Paper
	Voucher string      `json:"voucher"`         // the wrong one: 2025-06 记-0012
	Right   *RightEvent `json:"right,omitempty"` // what should have been said; none: nothing
	Reason  string      `json:"reason"`
	Node    string      `json:"node,omitempty"` // of the wrong voucher; computed
}

// RightEvent is an event in the form of its input.
type RightEvent struct {
	Event string          `json:"event"` // the input's name: Approve, PayCost, …
	Input json.RawMessage `json:"input"`
}

var correctionDocument = documentType{
	kind: "correction", prefix: "GZ", zh: "冲销并更正", en: "correction",
	content: func() Content { return new(Correction) },
	effects: map[string]effect{"submit": tryCorrection, "approve": postCorrection},
}

// complete finds whose the wrong voucher is: one of several units is about no single project.
// Codes: voucher_unknown, document_invalid.
func (k Correction) complete(ctx context.Context, r resolver) (Content, error) {
	original, err := k.original(ctx, r)
	if err != nil {
		return nil, err
	}
	ids := make([]accounting.ProjectID, len(original.Lines))
	for i, l := range original.Lines {
		ids[i] = l.Project
	}
	var whole, oneUnit bool
	err = r.db.NewRaw(`select v.line_count = ?, (select count(distinct l.unit_id) = 1 from accounting.ledgers l where l.book_id = v.book_id and l.project_id in (?))
		from accounting.vouchers v where v.book_id = ? and v.period = ? and v.number = ?`, len(ids), bun.List(ids), r.c.Book, original.No.Period, original.No.Number).Scan(ctx, &whole, &oneUnit)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	if !whole || !oneUnit && !r.c.By.ReadsAll() { // a unit sees its own lines only
		return nil, fault.Invalid("document_invalid", "%s has lines of other units: the bureau corrects it", original.No)
	}
	if k.Node = ""; oneUnit {
		k.Node = original.Lines[0].ProjectCode
	}
	return k, nil
}

func (k Correction) about(context.Context, resolver) (about, error) {
	if err := accounting.CheckText("reason", k.Reason, 100); err != nil {
		return about{}, err
	}
	if k.Right == nil {
		return about{node: k.Node}, nil
	}
	e, err := k.Right.event(Head{})
	if err != nil {
		return about{}, err
	}
	if b, ok := e.(settledByBooks); ok && b.readsBalances() {
		return about{}, fault.Invalid("document_invalid", "%s follows from balances that still hold the wrong voucher: take that back first, then post the event again", k.Right.Event)
	}
	return about{node: k.Node}, nil
}

func (e RightEvent) event(h Head) (Event, error) {
	return EventPaper{Event: e.Event, Input: e.Input}.event(h)
}

func (k Correction) original(ctx context.Context, r resolver) (*accounting.Posted, error) {
	no, err := parseVoucherNo(k.Voucher)
	if err != nil {
		return nil, err
	}
	return accounting.FindVoucher(ctx, r.db, r.c.Book, no)
}

// parseVoucherNo reads 2025-06 记-0012, as vouchers are named everywhere. Codes: document_invalid.
func parseVoucherNo(text string) (accounting.VoucherNo, error) {
	month, number, found := strings.Cut(text, " 记-")
	period, err := accounting.ParsePeriod(month)
	n, wrong := strconv.Atoi(number)
	if !found || err != nil || wrong != nil || n < 1 || n > 9_999_999 {
		return accounting.VoucherNo{}, fault.Invalid("document_invalid", "voucher: %q is not a voucher such as 2025-06 记-0012", text)
	}
	return accounting.VoucherNo{Period: period, Number: n}, nil
}

// vouchers are the red one and, if there is a right event, the right one behind it. The reviewer is who acts.
func (k Correction) vouchers(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Voucher, error) {
	original, err := k.original(ctx, resolver{tx, c})
	if err != nil {
		return nil, err
	}
	h, err := eventHead(ctx, tx, d, k.Paper, s)
	if err != nil {
		return nil, err
	}
	if h.Date, h.Period, err = openDay(ctx, tx, original, h.Date); err != nil {
		return nil, err
	}
	red, err := accounting.Reverse(ctx, tx, c.Book, original.No, h.Date, k.Reason, h.PreparedBy, c.By.Person)
	if err != nil {
		return nil, err
	}
	red.Document, red.Period, red.PostedBy = d.ID, h.Period, c.By.Person
	red.Attachments, red.Documents = h.Attachments, h.Documents
	if k.Right == nil {
		return []accounting.Voucher{red}, nil
	}
	// The right voucher rests on the papers of the wrong one too.
	h.Attachments, h.Documents, h.Demo = h.Attachments+original.Attachments, append(h.Documents, original.Documents...), false
	if h.Memo = k.Memo; h.Memo == "" {
		h.Memo = "更正 " + original.No.String() + ": " + k.Reason
	}
	e, err := k.Right.event(h)
	if err != nil {
		return nil, err
	}
	vs, err := Vouchers(ctx, tx, c, e)
	if err != nil {
		return nil, err
	}
	if len(vs) != 1 {
		return nil, fault.Invalid("document_invalid", "%s comes to %d vouchers; one takes the place of one", k.Right.Event, len(vs))
	}
	right := vs[0]
	right.Kind, right.Refers = accounting.Correction, &original.No
	return []accounting.Voucher{red, right}, nil
}

// openDay is the day a correction is posted on: in the original's month while that is open, else in the first open month of
// the same year; the document's own day where it lies in it. Month 13 is named, months follow from the day.
// Codes: period_closed.
func openDay(ctx context.Context, tx bun.Tx, original *accounting.Posted, day accounting.Date) (accounting.Date, accounting.Period, error) {
	year, last := original.Date.Year(), accounting.NewDate(original.Date.Year(), 12, 31)
	if special := original.No.Period; special.Month() > 12 { // what was posted outside the months is taken back there
		return last, special, nil
	}
	var found []accounting.Period
	err := tx.NewRaw(`select p.period from accounting.periods p where p.book_id = ? and p.state = 'open' and p.period between ? and ? order by p.period limit 1`,
		original.Book, original.No.Period, accounting.Period(year*100+13)).Scan(ctx, &found)
	if err != nil {
		return day, 0, fault.FromSQL(err)
	}
	if len(found) == 0 {
		return day, 0, fault.Conflict("period_closed", "%s: no month of %d is open any more; an earlier year is corrected by a blue voucher (R05)", original.No, year)
	}
	open := found[0]
	if open.Month() == 13 {
		return last, open, nil
	}
	if first := accounting.NewDate(year, time.Month(open.Month()), 1); day.Before(first) {
		day = first
	} else if end := first.LastOfMonth(); day.After(end) {
		day = end
	}
	if day.Before(original.Date) {
		day = original.Date
	}
	return day, 0, nil
}

// errTried takes a trial back.
var errTried = errors.New("tried")

// tryCorrection posts the correction and takes it back at once, so that the maker and not the approver hears what the books
// refuse. Somebody stands in as the reviewer, who is not known yet.
func tryCorrection(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	k, err := contentOf[Correction](d)
	if err != nil {
		return nil, err
	}
	reviewer := c
	err = tx.NewRaw(`select p.person_id from accounting.persons p where p.book_id = ? and p.person_id <> ? limit 1`, c.Book, c.By.Person).Scan(ctx, &reviewer.By.Person)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	err = tx.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		vs, err := k.vouchers(ctx, tx, reviewer, d, s)
		if err != nil {
			return err
		}
		if !c.By.ReadsAll() {
			if err := ownProjects(ctx, tx, d, vs); err != nil {
				return err
			}
		}
		if _, err := accounting.Post(ctx, tx, vs...); err != nil {
			return err
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		return nil, nil
	}
	return nil, err
}

// postCorrection posts red and right voucher in one act. Codes: those of accounting.Post and of the right event,
// payment_confirmed, register_differs.
func postCorrection(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	k, err := contentOf[Correction](d)
	if err != nil {
		return nil, err
	}
	vs, err := k.vouchers(ctx, tx, c, d, s)
	if err != nil {
		return nil, err
	}
	return accounting.Post(ctx, tx, vs...)
}
