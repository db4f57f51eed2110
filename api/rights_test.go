package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mingzhang/api"
)

type operation struct {
	ID        string   `json:"operationId"`
	Right     string   `json:"x-right"`
	Roles     []string `json:"x-roles"`
	Responses map[string]json.RawMessage
	method    string
	path      string
}

// operations are all there are, from the description the service itself gives out.
func (b *bureau) operations() []operation {
	b.t.Helper()
	var spec struct {
		Paths map[string]map[string]operation
	}
	b.must(json.Unmarshal(b.send(http.MethodGet, "/openapi.json", "", "", "").body, &spec))
	var all []operation
	for path, methods := range spec.Paths {
		for method, op := range methods {
			op.method, op.path = strings.ToUpper(method), path
			all = append(all, op)
		}
	}
	if len(all) < 60 {
		b.t.Fatalf("only %d operations", len(all))
	}
	slices.SortFunc(all, func(x, y operation) int { return strings.Compare(x.ID, y.ID) })
	return all
}

// mayDo is who may do what, written down a second time: roles that are not named here only read.
var mayDo = map[string][]string{
	"budget_officer":   {"post", "arrange"},
	"treasury_officer": {"post"},
	"lead_approver":    {"post"},
	"project_head":     {"post"},
}

func TestRolesByOperations(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	// Empty requests: whoever is let through gets told so, or does something harmless.
	fill := strings.NewReplacer("{period}", "2025-02", "{number}", "1", "{account}", "9201", "{code}", "2025-06", "{id}", "0190a6c2-7d3e-7000-8000-000000000001", "{year}", "2025")
	for _, op := range b.operations() {
		if op.method != http.MethodGet && op.Right != "post" && op.Right != "arrange" && len(op.Roles) == 0 {
			t.Errorf("%s %s asks for the right %q: a command without a right", op.method, op.path, op.Right)
		}
		for _, role := range api.Roles {
			a := b.send(op.method, fill.Replace(op.path), b.tokens[role], "matrix-"+op.ID+role, "")
			allowed := op.method == http.MethodGet || slices.Contains(mayDo[role], op.Right) || slices.Contains(op.Roles, role)
			if refused := a.status == http.StatusForbidden && a.code() == "forbidden"; refused == allowed || a.status == http.StatusUnauthorized || a.status >= 500 {
				t.Errorf("%s by %s: allowed %t, got %d %s", op.ID, role, allowed, a.status, a.body)
			}
		}
		if a := b.send(op.method, fill.Replace(op.path), "", "matrix-"+op.ID, ""); a.status != http.StatusUnauthorized || a.code() != "unauthorized" {
			t.Errorf("%s without a token: %d %s", op.ID, a.status, a.body)
		}
	}
}

// Whatever is wrong with a token, the answer is the same.
func TestTokensThatAreNoneGet401(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	good := b.tokens["auditor"]
	revoked, used := b.token("auditor", time.Hour), b.token("auditor", time.Hour)
	const path = "/api/v1/periods"
	if a := b.send(http.MethodGet, path, used, "", ""); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	revoke := func(token string) {
		_, err := b.db.ExecContext(t.Context(), `update api.tokens set revoked_at = now() where book_id = ? and token_hash = sha256(?::bytea)`, book, []byte(token))
		b.must(err)
	}
	revoke(revoked)
	for name, token := range map[string]string{
		"none": "", "a wrong one": good[:len(good)-1] + "~", "one of another book": strings.Replace(good, "_640303_", "_1_", 1), "no book's": "mz_x_y", "text": "Basic abc",
		"an expired one": b.token("auditor", -time.Second), "a revoked one": revoked,
	} {
		a := b.send(http.MethodGet, path, token, "", "")
		if a.status != http.StatusUnauthorized || a.code() != "unauthorized" || a.header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	// A used one is remembered for three seconds, no longer.
	revoke(used)
	for deadline := time.Now().Add(10 * time.Second); b.send(http.MethodGet, path, used, "", "").status != http.StatusUnauthorized; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a revoked token still works after ten seconds")
		}
	}
}
