package projects

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// EventPaper is a document that says one event of the event table, in the form of the event's input. Its day, number 文号,
// summary and attachments are the document's; who made it is told by its acts.
type EventPaper struct {
	Paper
	Node  string          `json:"node,omitempty"` // code of the project it is about
	Event string          `json:"event"`          // the input's name: Approve, Split, …
	Input json.RawMessage `json:"input"`
}

// event reads the input and puts the head on it. Codes: document_invalid and those of the input's own values.
func (p EventPaper) event(h Head) (Event, error) {
	kinds := Events()
	i := slices.IndexFunc(kinds, func(k EventKind) bool { return k.Name == p.Event })
	if i < 0 {
		return nil, fault.Invalid("document_invalid", "event: there is no event %q", p.Event)
	}
	input := kinds[i].New()
	d := json.NewDecoder(bytes.NewReader(p.Input))
	d.DisallowUnknownFields()
	if err := d.Decode(input); err != nil {
		if f, ok := asFault(err); ok {
			return nil, f
		}
		return nil, fault.Invalid("document_invalid", "input of %s: %s", p.Event, strings.TrimPrefix(err.Error(), "json: "))
	}
	head := reflect.ValueOf(input).Elem().FieldByName("Head")
	if !head.IsZero() {
		return nil, fault.Invalid("document_invalid", "input of %s: day, number, summary, maker and attachments stand on the document, not in its input", p.Event)
	}
	head.Set(reflect.ValueOf(h))
	e, _ := EventIn(input)
	return e, nil
}

// says refuses a paper that is none of the kind's events.
func (p EventPaper) says(events ...string) error {
	if !slices.Contains(events, p.Event) {
		return fault.Invalid("document_invalid", "event: this kind of document says one of %s, not %q", strings.Join(events, ", "), p.Event)
	}
	_, err := p.event(Head{})
	return err
}

// eventOf is the event a document of this form brings about when a step is taken.
func eventOf(ctx context.Context, tx bun.Tx, d *Document, s Step) (Event, error) {
	p, err := contentOf[EventPaper](d)
	if err != nil {
		return nil, err
	}
	h, err := eventHead(ctx, tx, d, p.Paper, s)
	if err != nil {
		return nil, err
	}
	return p.event(h)
}

// checkEvent runs the event without posting, so that the maker and not the approver sees what is wrong with it.
func checkEvent(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	e, err := eventOf(ctx, tx, d, s)
	if err != nil {
		return nil, err
	}
	vs, err := Vouchers(ctx, tx, c, e)
	if err != nil {
		return nil, err
	}
	return nil, ownProjects(ctx, tx, d, vs)
}

// postPaper posts the document's event.
func postPaper(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	e, err := eventOf(ctx, tx, d, s)
	if err != nil {
		return nil, err
	}
	return postEvent(ctx, tx, c, e)
}

// ownProjects refuses a unit's document whose voucher would touch another unit's projects; the bureau's own documents may.
// Codes: document_invalid.
func ownProjects(ctx context.Context, tx bun.Tx, d *Document, vs []accounting.Voucher) error {
	if d.Kind == "budget" || d.Kind == "year_end" {
		return nil
	}
	ids := map[accounting.ProjectID]bool{}
	var list []accounting.ProjectID
	for _, v := range vs {
		for _, l := range v.Lines {
			if !ids[l.Project] {
				ids[l.Project], list = true, append(list, l.Project)
			}
		}
	}
	var foreign []string
	err := tx.NewRaw(`select l.code from accounting.ledgers l where l.book_id = ? and l.project_id in (?) and l.unit_id <> ? order by l.code limit 3`, d.Book, bun.List(list), d.Unit).Scan(ctx, &foreign)
	if err != nil {
		return fault.FromSQL(err)
	}
	if len(foreign) > 0 {
		return fault.Invalid("document_invalid", "%s is a document of another unit than that of %s", d.Number, strings.Join(foreign, ", "))
	}
	return nil
}

// PreparedBy is the event as prepared by a person.
func PreparedBy(e Event, person accounting.PersonID) Event {
	copied := reflect.New(reflect.TypeOf(e)).Elem()
	copied.Set(reflect.ValueOf(e))
	h := e.head()
	h.PreparedBy = person
	copied.FieldByName("Head").Set(reflect.ValueOf(h))
	prepared, _ := EventIn(copied.Addr().Interface())
	return prepared
}
