package fault_test

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

	"mingzhang/accounting/fault"
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
		kind  fault.Kind
		code  string
		retry bool
	}{
		{"a floor, by the guard", raised("AC008"), fault.KindConflict, "budget_exceeded", false},
		{"the period row moved meanwhile", raised("AC900"), fault.KindUnavailable, "busy", true},
		{"a code of ours that no table knows", raised("AC999"), fault.KindInternal, "internal", false},
		{"a serialization failure", raised("40001"), fault.KindUnavailable, "busy", true},
		{"a deadlock", raised("40P01"), fault.KindUnavailable, "busy", true},
		{"a race on a key", raised("23505"), fault.KindConflict, "duplicate", true},
		{"waited too long for a lock", raised("55P03"), fault.KindUnavailable, "busy", false},
		{"a statement was cancelled", raised("57014"), fault.KindUnavailable, "outcome_unknown", false},
		{"the completion is unknown", raised("40003"), fault.KindUnavailable, "outcome_unknown", false},
		{"an idle transaction was ended", raised("25P03"), fault.KindUnavailable, "outcome_unknown", false},
		{"the connection failed", raised("08006"), fault.KindUnavailable, "outcome_unknown", false},
		{"an administrator ended the session", raised("57P01"), fault.KindUnavailable, "outcome_unknown", false},
		{"another session crashed the server", raised("57P02"), fault.KindUnavailable, "outcome_unknown", false},
		{"the server is starting", raised("57P03"), fault.KindUnavailable, "outcome_unknown", false},
		{"the engine failed inside", raised("XX000"), fault.KindUnavailable, "outcome_unknown", false},
		{"a damaged page", raised("XX001"), fault.KindUnavailable, "outcome_unknown", false},
		{"the disk failed", raised("58030"), fault.KindUnavailable, "outcome_unknown", false},
		{"the disk is full", raised("53100"), fault.KindUnavailable, "unavailable", false},
		{"too many connections", raised("53300"), fault.KindUnavailable, "unavailable", false},
		{"a standby was asked to write", raised("25006"), fault.KindUnavailable, "unavailable", false},
		{"a number out of range", raised("22003"), fault.KindInvalid, "value_invalid", false},
		{"a text that is no UUID", raised("22P02"), fault.KindInvalid, "value_invalid", false},
		{"a third decimal", raised("23514"), fault.KindInvalid, "value_invalid", false},
		{"a row that is missing", raised("23503"), fault.KindConflict, "reference_unknown", false},
		{"a grant that is missing", raised("42501"), fault.KindInternal, "internal", false},
		{"a mistake in a statement", raised("42601"), fault.KindInternal, "internal", false},
		{"a statement after a refusal", raised("25P02"), fault.KindInternal, "internal", false},
		{"an exception without a code", raised("P0001"), fault.KindInternal, "internal", false},
		{"an error without a state", raised(""), fault.KindInternal, "internal", false},
		{"no row", sql.ErrNoRows, fault.KindNotFound, "not_found", false},
		{"a broken connection", driver.ErrBadConn, fault.KindUnavailable, "outcome_unknown", false},
		{"the reply was cut", io.ErrUnexpectedEOF, fault.KindUnavailable, "outcome_unknown", false},
		{"the reply never came", io.EOF, fault.KindUnavailable, "outcome_unknown", false},
		{"a reset", &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}, fault.KindUnavailable, "outcome_unknown", false},
		{"the caller's time is up", context.DeadlineExceeded, fault.KindUnavailable, "outcome_unknown", false},
		{"the caller left", context.Canceled, fault.KindUnavailable, "outcome_unknown", false},
		{"the transaction was ended for us", sql.ErrTxDone, fault.KindUnavailable, "outcome_unknown", false},
		{"anything else", errors.New("surprise"), fault.KindInternal, "internal", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, err := range []error{tt.err, fmt.Errorf("post: %w", tt.err)} {
				got := fault.FromSQL(err)
				if fault.Code(got) != tt.code || fault.KindOf(got) != tt.kind || fault.Retryable(got) != tt.retry {
					t.Errorf("%v: code %s, kind %d, retry %t; want %s, %d, %t", err, fault.Code(got), fault.KindOf(got), fault.Retryable(got), tt.code, tt.kind, tt.retry)
				}
				if !errors.Is(got, tt.err) {
					t.Errorf("%v has lost its cause", got)
				}
			}
		})
	}
}

func TestEveryCodeOfOurClassIsMapped(t *testing.T) {
	for _, c := range fault.Catalogue {
		if c.SQLState == "" {
			continue
		}
		got := fault.FromSQL(raised(c.SQLState))
		if fault.Code(got) != c.Code || fault.KindOf(got) != c.Kind {
			t.Errorf("%s gives %s, kind %d; want %s, %d", c.SQLState, fault.Code(got), fault.KindOf(got), c.Code, c.Kind)
		}
		var f *fault.Error
		if !errors.As(got, &f) || f.Detail != "as raised" {
			t.Errorf("%s does not show the sentence of the function", c.SQLState)
		}
	}
	for i := 1; i <= 40; i++ {
		state := fmt.Sprintf("AC%03d", i)
		if !slices.ContainsFunc(fault.Catalogue, func(c fault.Info) bool { return c.SQLState == state }) {
			t.Errorf("%s is in no row", state)
		}
	}
}

// PostgreSQL's own sentences name tables, values and constraints; only sentences of our own functions are shown.
func TestOnlyOurOwnSentencesAreShown(t *testing.T) {
	for _, state := range []string{"23505", "23514", "23503", "22P02", "42501", "42P01", "XX000", "57014", "53100", "40P01", "25006", ""} {
		var f *fault.Error
		if !errors.As(fault.FromSQL(raised(state)), &f) || strings.Contains(f.Detail, "as raised") || f.Detail == "" {
			t.Errorf("%q shows %q", state, f.Detail)
		}
	}
}

func TestFromSQLLeavesFaultsAlone(t *testing.T) {
	if got := fault.FromSQL(nil); got != nil {
		t.Errorf("nil became %v", got)
	}
	refused := fmt.Errorf("approve: %w", fault.Conflict("budget_exceeded", "short by 0.01").Wrap(raised("40001")))
	if got := fault.FromSQL(refused); !errors.Is(got, refused) || fault.Code(got) != "budget_exceeded" || fault.Retryable(got) {
		t.Errorf("a fault became %v", got)
	}
}
