package fault

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

func raised(state string) error {
	return &pq.Error{Code: pqerror.Code(state), Message: "as raised", Severity: "ERROR"}
}

// The contract of a posting call hangs on these rows: a 4xx promises that nothing was written, so whatever may have been
// committed is unavailable, with the same key to repeat. No row carries a constraint name, as on a distributed engine.
func TestFromSQL(t *testing.T) {
	for _, tt := range []struct {
		name  string
		err   error
		kind  Kind
		code  string
		retry bool
	}{
		{"a floor, by the guard", raised("AC008"), KindConflict, "budget_exceeded", false},
		{"the period row moved meanwhile", raised("AC900"), KindUnavailable, "busy", true},
		{"a code of ours that no table knows", raised("AC999"), KindInternal, "internal", false},
		{"a serialization failure", raised("40001"), KindUnavailable, "busy", true},
		{"a deadlock", raised("40P01"), KindUnavailable, "busy", true},
		{"a race on a key", raised("23505"), KindConflict, "duplicate", true},
		{"waited too long for a lock", raised("55P03"), KindUnavailable, "busy", false},
		{"a statement was cancelled", raised("57014"), KindUnavailable, "outcome_unknown", false},
		{"the completion is unknown", raised("40003"), KindUnavailable, "outcome_unknown", false},
		{"an idle transaction was ended", raised("25P03"), KindUnavailable, "outcome_unknown", false},
		{"the connection failed", raised("08006"), KindUnavailable, "outcome_unknown", false},
		{"an administrator ended the session", raised("57P01"), KindUnavailable, "outcome_unknown", false},
		{"another session crashed the server", raised("57P02"), KindUnavailable, "outcome_unknown", false},
		{"the server is starting", raised("57P03"), KindUnavailable, "outcome_unknown", false},
		{"the engine failed inside", raised("XX000"), KindUnavailable, "outcome_unknown", false},
		{"a damaged page", raised("XX001"), KindUnavailable, "outcome_unknown", false},
		{"the disk failed", raised("58030"), KindUnavailable, "outcome_unknown", false},
		{"the disk is full", raised("53100"), KindUnavailable, "unavailable", false},
		{"too many connections", raised("53300"), KindUnavailable, "unavailable", false},
		{"a standby was asked to write", raised("25006"), KindUnavailable, "unavailable", false},
		{"a number out of range", raised("22003"), KindInvalid, "value_invalid", false},
		{"a text that is no UUID", raised("22P02"), KindInvalid, "value_invalid", false},
		{"a third decimal", raised("23514"), KindInvalid, "value_invalid", false},
		{"a row that is missing", raised("23503"), KindConflict, "reference_unknown", false},
		{"a grant that is missing", raised("42501"), KindInternal, "internal", false},
		{"a mistake in a statement", raised("42601"), KindInternal, "internal", false},
		{"a statement after a refusal", raised("25P02"), KindInternal, "internal", false},
		{"an exception without a code", raised("P0001"), KindInternal, "internal", false},
		{"an error without a state", raised(""), KindInternal, "internal", false},
		{"no row", sql.ErrNoRows, KindNotFound, "not_found", false},
		{"a broken connection", driver.ErrBadConn, KindUnavailable, "outcome_unknown", false},
		{"the reply was cut", io.ErrUnexpectedEOF, KindUnavailable, "outcome_unknown", false},
		{"the reply never came", io.EOF, KindUnavailable, "outcome_unknown", false},
		{"a reset", &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}, KindUnavailable, "outcome_unknown", false},
		{"the caller's time is up", context.DeadlineExceeded, KindUnavailable, "outcome_unknown", false},
		{"the caller left", context.Canceled, KindUnavailable, "outcome_unknown", false},
		{"the transaction was ended for us", sql.ErrTxDone, KindUnavailable, "outcome_unknown", false},
		{"anything else", errors.New("surprise"), KindInternal, "internal", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, err := range []error{tt.err, fmt.Errorf("post: %w", tt.err)} {
				got := FromSQL(err)
				if Code(got) != tt.code || KindOf(got) != tt.kind || Retryable(got) != tt.retry {
					t.Errorf("%v: code %s, kind %d, retry %t; want %s, %d, %t", err, Code(got), KindOf(got), Retryable(got), tt.code, tt.kind, tt.retry)
				}
				if !errors.Is(got, tt.err) {
					t.Errorf("%v has lost its cause", got)
				}
			}
		})
	}
}

func TestEveryCodeOfOurClassIsMapped(t *testing.T) {
	for _, c := range Catalogue {
		if c.SQLState == "" {
			continue
		}
		got := FromSQL(raised(c.SQLState))
		if Code(got) != c.Code || KindOf(got) != c.Kind {
			t.Errorf("%s gives %s, kind %d; want %s, %d", c.SQLState, Code(got), KindOf(got), c.Code, c.Kind)
		}
		var f *Error
		if !errors.As(got, &f) || f.Detail != "as raised" {
			t.Errorf("%s does not show the sentence of the function", c.SQLState)
		}
	}
	for i := 1; i <= 40; i++ {
		state := fmt.Sprintf("AC%03d", i)
		if !slices.ContainsFunc(Catalogue, func(c Info) bool { return c.SQLState == state }) {
			t.Errorf("%s is in no row", state)
		}
	}
}

// PostgreSQL's own sentences name tables, values and constraints; only sentences of our own functions are shown.
func TestOnlyOurOwnSentencesAreShown(t *testing.T) {
	for _, state := range []string{"23505", "23514", "23503", "22P02", "42501", "42P01", "XX000", "57014", "53100", "40P01", "25006", ""} {
		var f *Error
		if !errors.As(FromSQL(raised(state)), &f) || strings.Contains(f.Detail, "as raised") || f.Detail == "" {
			t.Errorf("%q shows %q", state, f.Detail)
		}
	}
}

func TestFromSQLLeavesFaultsAlone(t *testing.T) {
	if got := FromSQL(nil); got != nil {
		t.Errorf("nil became %v", got)
	}
	refused := fmt.Errorf("approve: %w", Conflict("budget_exceeded", "short by 0.01").Wrap(raised("40001")))
	if got := FromSQL(refused); !errors.Is(got, refused) || Code(got) != "budget_exceeded" || Retryable(got) {
		t.Errorf("a fault became %v", got)
	}
}
