package api_test

import (
	"net/http"
	"strings"
	"testing"

	"mingzhang/migrations"
	"mingzhang/migrations/pgtest"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	for path, says := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": `mingzhang_requests_total{route="/api/v1/budget-lines",status="201"} 3`} {
		if a := b.send(http.MethodGet, path, "", "", ""); a.status != http.StatusOK || !strings.Contains(string(a.body), says) {
			t.Errorf("%s: %d, does not say %q", path, a.status, says)
		}
	}
	if a := b.send(http.MethodGet, "/nowhere", "", "", ""); a.status != http.StatusNotFound || a.code() != "not_found" {
		t.Errorf("/nowhere: %d %s", a.status, a.body)
	}
}

// A service that cannot write is alive and not ready, and says 503 to whoever wants something.
func TestReadyMeansThatWritingIsPossible(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	readOnly, err := migrations.OpenDB(pgtest.DSN(t, db, migrations.App) + " default_transaction_read_only=on")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = readOnly.Close() })
	for name, b := range map[string]*bureau{"read only": serve(t, db, readOnly), "gone": serve(t, db, nowhere(t))} {
		if a := b.send(http.MethodGet, "/healthz", "", "", ""); a.status != http.StatusOK {
			t.Errorf("%s: /healthz %d", name, a.status)
		}
		if a := b.send(http.MethodGet, "/readyz", "", "", ""); a.status != http.StatusServiceUnavailable || a.code() != "unavailable" {
			t.Errorf("%s: /readyz %d %s", name, a.status, a.body)
		}
	}
	gone := serve(t, db, nowhere(t))
	if a := gone.send(http.MethodGet, "/api/v1/periods", "mz_1_x", "", ""); a.status != http.StatusServiceUnavailable {
		t.Errorf("without a database: %d %s", a.status, a.body)
	}
}
