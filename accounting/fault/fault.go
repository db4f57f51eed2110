// Package fault holds the errors people see: a kind, which decides how the caller reacts, a stable code, which
// docs/ERRORS.md explains, and a detail, which shows the arithmetic.
package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// Kind says how a caller should react. Only package api knows which HTTP status that is.
type Kind int

const (
	KindInternal    Kind = iota // our fault; the detail is not shown
	KindInvalid                 // the request can never be right as it is
	KindNotFound                // what it names does not exist for this caller
	KindDenied                  // this caller may not
	KindConflict                // right in form, refused by the state of the books
	KindKeyReused               // the key was used before with another request
	KindUnavailable             // not done, or not known to be done: repeat with the same key
)

// Error is a refusal or failure with its code. Facts are the figures of the detail for programs, as a JSON object.
type Error struct {
	Kind   Kind
	Code   string
	Detail string
	Facts  json.RawMessage
	format string // of which the detail was made, with its figures; empty where the database said it
	args   []any
	cause  error
	retry  bool
}

func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Detail, e.cause)
	}
	return e.Code + ": " + e.Detail
}

func (e *Error) Unwrap() error { return e.cause }

// Wrap keeps what led to the fault for the service's own log; nobody else is shown it.
func (e *Error) Wrap(cause error) *Error {
	e.cause = cause
	return e
}

func Invalid(code, format string, args ...any) *Error {
	return newError(KindInvalid, code, format, args)
}
func NotFound(code, format string, args ...any) *Error {
	return newError(KindNotFound, code, format, args)
}
func Denied(code, format string, args ...any) *Error { return newError(KindDenied, code, format, args) }
func Conflict(code, format string, args ...any) *Error {
	return newError(KindConflict, code, format, args)
}
func KeyReused(code, format string, args ...any) *Error {
	return newError(KindKeyReused, code, format, args)
}
func Unavailable(code, format string, args ...any) *Error {
	return newError(KindUnavailable, code, format, args)
}

// Internal is for what should not happen.
func Internal(cause error) *Error {
	return &Error{Kind: KindInternal, Code: "internal", Detail: "something went wrong on our side", cause: cause}
}

// OutcomeUnknown is for an act whose end was not seen: it may have been done.
func OutcomeUnknown(cause error) *Error {
	return &Error{Kind: KindUnavailable, Code: "outcome_unknown", Detail: "the end of this act was not seen, it may have been done; repeat with the same key", cause: cause}
}

func newError(kind Kind, code, format string, args []any) *Error {
	return &Error{Kind: kind, Code: code, Detail: fmt.Sprintf(format, args...), format: format, args: args}
}

var verb = regexp.MustCompile(`%(%|[-+# 0]*[0-9.]*[a-zA-Z])`)

// Saying is the sentence of the detail with {0}, {1}, … where its figures stand, and these, so that it can be told in another
// language. Empty: the detail was not made of a format.
func (e *Error) Saying() (form string, figures []string) {
	if e.format == "" || fmt.Sprintf(e.format, e.args...) != e.Detail {
		return "", nil
	}
	form = verb.ReplaceAllStringFunc(e.format, func(place string) string {
		if place == "%%" || len(figures) == len(e.args) {
			return "%"
		}
		figures = append(figures, fmt.Sprintf(place, e.args[len(figures)]))
		return fmt.Sprintf("{%d}", len(figures)-1)
	})
	return form, figures
}

// ByCode makes the fault of a code of the catalogue, with facts as the database gave them (may be nil).
func ByCode(code, detail string, facts []byte) *Error {
	for _, c := range Catalogue {
		if c.Code == code {
			return &Error{Kind: c.Kind, Code: code, Detail: detail, Facts: facts}
		}
	}
	return Internal(fmt.Errorf("code %q is not in the catalogue: %s", code, detail))
}

// Code of an error; "" of nil, "internal" of an error that is no fault.
func Code(err error) string {
	var f *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &f):
		return f.Code
	default:
		return "internal"
	}
}

// KindOf an error; an error that is no fault is internal.
func KindOf(err error) Kind {
	var f *Error
	if errors.As(err, &f) {
		return f.Kind
	}
	return KindInternal
}

// Retryable says whether the whole transaction may simply be run again: it lost a deadlock or a race, nothing was done.
func Retryable(err error) bool {
	var f *Error
	return errors.As(err, &f) && f.retry
}
