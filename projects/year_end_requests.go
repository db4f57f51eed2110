package projects

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// RequestOutcome is what the return in bulk came to for one payment request.
type RequestOutcome struct {
	Number   string `json:"number"`
	State    string `json:"state"` // it is in now
	Returned bool   `json:"returned"`
	Code     string `json:"code,omitempty"` // why not
	Detail   string `json:"detail,omitempty"`
}

// requestInFlight is a payment request that holds authority at the year's end.
type requestInFlight struct {
	ID     uuid.UUID         `bun:"document_id"`
	Number string            `bun:"number"`
	State  string            `bun:"state"`
	Hash   accounting.Hash   `bun:"content_hash"`
	Amount *accounting.Money `bun:"amount"`
}

// requestsInFlight lists the requests of a year that are approved and neither paid nor returned.
func requestsInFlight(ctx context.Context, db bun.IDB, book accounting.BookID, year int) ([]requestInFlight, error) {
	found := []requestInFlight{}
	err := db.NewRaw(`select document_id, number, state, content_hash, amount from projects.documents
		where book_id = ? and kind = 'payment_request' and state in ('approved', 'waiting_for_cash', 'ordered') and left(content::jsonb ->> 'date', 4) = ?::text order by number`, book, year).Scan(ctx, &found)
	return found, fault.FromSQL(err)
}

// ReturnRequests returns what is in flight at the year's end: each request by a step of its own, wholly or not at all, on
// the year's last day. Its hold is given back, so the authority is carried over with the rest. A repeat of the key goes on
// with the same list. Codes: reason_required, key_malformed; those of single requests stand in their outcome.
func ReturnRequests(ctx context.Context, db *bun.DB, c accounting.Command, year int, reason string) ([]RequestOutcome, error) {
	c.Name, c.Body = "year.return_requests", map[string]any{"year": year, "reason": reason}
	if len(c.Key) > 150 {
		return nil, accounting.Refuse(ctx, db, c, fault.Invalid("key_malformed", "the key has %d bytes, at most 150: each request gets its own", len(c.Key)))
	}
	list, err := accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) ([]requestInFlight, error) {
		if err := accounting.CheckText("reason", reason, 500); err != nil {
			return nil, fault.Invalid("reason_required", "write why the requests are returned, in at most 500 characters")
		}
		return requestsInFlight(ctx, tx, c.Book, year)
	})
	if err != nil {
		return nil, err
	}
	outcomes := make([]RequestOutcome, len(list))
	for i, r := range list {
		one := c
		one.Key = c.Key + "/" + r.Number
		s := Step{Document: r.ID, Verb: "return", Hash: r.Hash, Reason: reason, Date: accounting.NewDate(year, time.December, 31)}
		if r.State == "ordered" {
			s.Verb = "cancel_order"
		}
		outcomes[i] = RequestOutcome{Number: r.Number, State: r.State}
		taken, err := Take(ctx, db, one, s)
		if err == nil {
			outcomes[i].Returned, outcomes[i].State = true, taken.Document.State
			continue
		}
		outcomes[i].Code = fault.Code(err)
		var f *fault.Error
		if errors.As(err, &f) {
			outcomes[i].Detail = f.Detail
		}
	}
	return outcomes, nil
}
