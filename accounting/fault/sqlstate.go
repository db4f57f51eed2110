package fault

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/lib/pq"
)

// FromSQL turns what the database answered into a fault, by SQLSTATE alone: constraint names and messages change with
// the engine. A fault passes unchanged, nil stays nil.
func FromSQL(err error) error {
	var f *Error
	if err == nil || errors.As(err, &f) {
		return err
	}
	var p *pq.Error
	if errors.As(err, &p) {
		return fromState(string(p.Code), p.Message, err)
	}
	var netErr net.Error // also of a dial: database/sql may have sent the statement on a connection that broke before
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return NotFound("not_found", "there is no such thing").Wrap(err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, sql.ErrConnDone), errors.Is(err, sql.ErrTxDone), errors.Is(err, net.ErrClosed), errors.As(err, &netErr):
		return OutcomeUnknown(err)
	}
	return Internal(err)
}

func fromState(state, message string, cause error) error {
	for _, c := range Catalogue {
		if state != "" && c.SQLState == state { // most rows have none
			return &Error{Kind: c.Kind, Code: c.Code, Detail: message, cause: cause}
		}
	}
	switch {
	case state == "23505", state == "23P01":
		// mostly a race on a key: the repeat finds the winner's row and answers by it. If it lasts, the code is taken.
		return &Error{Kind: KindConflict, Code: "duplicate", Detail: "this code or number is taken", cause: cause, retry: true}
	case state == "AC900", state == "40001", state == "40P01":
		return &Error{Kind: KindUnavailable, Code: "busy", Detail: "another act was in the way; repeat with the same key", cause: cause, retry: true}
	case state == "55P03":
		return Unavailable("busy", "waited too long for another act to end; repeat with the same key").Wrap(cause)
	case state == "57014", state == "25P03", state == "40003", strings.HasPrefix(state, "08"), strings.HasPrefix(state, "57P"),
		strings.HasPrefix(state, "XX"), strings.HasPrefix(state, "58"): // a server that fails inside does not know either
		return OutcomeUnknown(cause)
	case state == "25006":
		return Unavailable("unavailable", "the database is a standby and takes no entries; repeat with the same key").Wrap(cause)
	case strings.HasPrefix(state, "53"):
		return Unavailable("unavailable", "the database has no room or no connection left; repeat with the same key").Wrap(cause)
	case state == "22003", state == "22P02", state == "23514", state == "22007", state == "22008", state == "23502", state == "22021", state == "22001", state == "22P05":
		return Invalid("value_invalid", "a value is outside what the books can hold").Wrap(cause)
	case state == "23503":
		return Conflict("reference_unknown", "something it refers to does not exist in this book").Wrap(cause)
	}
	return Internal(cause)
}
