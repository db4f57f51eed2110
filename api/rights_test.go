package api_test

import (
	"encoding/json"
	"maps"
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
	Way       string   `json:"x-way"`
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

// Groups of roles, written down a second time.
var groups = map[string][]string{
	"all":      {"budget_officer", "treasury_officer", "project_clerk", "project_head", "supervisor", "lead_approver", "auditor", "inspector", "admin", "system"},
	"book":     {"budget_officer", "treasury_officer", "auditor", "inspector", "admin", "system"}, // who reads every unit's books
	"post":     {"system"},                                                                        // programs of the bureau only: what people bring into the books is a document
	"arrange":  {"budget_officer"},
	"desks":    {"budget_officer", "treasury_officer", "project_clerk", "project_head", "supervisor", "lead_approver", "admin"}, // all but who only reads
	"admin":    {"admin"},
	"accounts": {"admin", "budget_officer"},
	"treasury": {"treasury_officer"},
	"explain":  {"budget_officer", "treasury_officer"},
	"receipts": {"budget_officer", "treasury_officer", "project_clerk", "project_head"},
	"reissues": {"treasury_officer", "project_clerk"},
	"notices":  {"inspector"},
	"lists":    {"budget_officer", "treasury_officer", "project_clerk"},
	"progress": {"project_clerk", "project_head", "lead_approver"},
	"drafts":   {"budget_officer", "treasury_officer", "project_clerk", "project_head", "lead_approver", "admin"},
}

// whoMay says of each operation which group may use it. Operations on documents that the steps name are told by the steps.
var whoMay = map[string]string{
	"get-voucher": "all", "list-vouchers": "all", "get-account-statement": "all", "get-project-ledger": "all", "get-trial-balance": "all", "list-lines": "all", "get-audit-tables": "all", "get-audit-table": "all", "get-voucher-files": "all", "sum-vouchers": "all", "get-reconciliation": "all",
	"get-document": "all", "list-documents": "all", "get-desk": "all", "foresee-step": "all", "get-file": "all", "get-settings": "all", "store-file": "desks",
	"print-document": "all", "print-voucher": "all", "print-month": "all", "print-statement": "all", "print-reconciliation": "all", "print-budget-execution": "all", "print-project-register": "all", "print-bank-reconciliation": "all",
	"print-treasury-reconciliation": "book", "print-payment-order": "all",
	"list-accounts": "all", "list-budget-lines": "all", "list-periods": "all", "list-persons": "all", "list-projects": "all", "list-units": "all",
	"get-handover": "all", "list-roles-of-person": "all", "add-person": "admin", "rename-person": "admin", "add-unit": "arrange", "rename-unit": "arrange",
	"file-progress": "progress", "list-progress": "all", "list-overdue": "all", "list-payment-days": "all", "list-payment-days-by-unit": "all", "get-project-register": "all", "get-overview": "book", "draft-notice": "notices", "issue-notice": "notices", "list-notices": "all", "get-notice": "all", "print-notice": "all",
	"list-blockers": "book", "list-commands": "book", "list-refusals": "book",
	"post-voucher": "post", "post-vouchers": "post", "reverse-voucher": "post", "correct-voucher": "post",
	"add-budget-line": "arrange", "add-funding-source": "arrange", "add-plan-line": "arrange", "set-plan-quantity": "arrange",
	"create-project": "arrange", "rename-project": "arrange", "set-project-dates": "arrange", "set-project-parties": "arrange", "set-project-unit": "arrange",
	"open-year": "arrange", "propose-close": "arrange", "withdraw-close": "arrange", "close-period": "arrange", "list-close-proposals": "all",
	"get-apportionment": "all", "get-final-account": "all", "list-assets": "all", "list-milestones": "all",
	"get-contract": "all", "list-contracts": "all", "list-certificates": "all",
	"get-allocation": "all", "list-villages": "all", "list-injections": "all", "get-fund-register": "all", "list-budget-ladders": "all",
	"get-payment-request": "all", "list-payment-requests": "all", "list-payees": "all", "list-payment-lines": "all",
	"enter-receipt": "receipts", "confirm-line": "receipts", "fail-line": "treasury", "ask-reissue": "reissues", "approve-reissue": "treasury", "cancel-line": "treasury",
	"list-sign-in-accounts": "admin", "disable-sign-in-account": "admin", "list-sign-ins": "admin", "make-start-password": "accounts", "list-tokens": "all", "revoke-token": "all",
	"list-bank-accounts": "all", "register-bank-account": "arrange", "match-bank-account": "lists", "list-bank-statements": "all", "list-bank-lines": "all", "get-bank-reconciliation": "all", "get-bank-reconciliation-workbook": "all", "explain-bank-item": "lists", "match-bank-items": "treasury", "end-bank-match": "treasury",
	"preview-import": "lists", "import-list": "lists", "withdraw-import": "explain", "list-imports": "all", "list-list-kinds": "all", "get-list-template": "all", "set-external-code": "arrange",
	"get-treasury-list": "book", "confirm-treasury-list": "treasury", "list-open-items": "book", "explain-open-item": "explain", "get-treasury-reconciliation": "book", "export-payments": "treasury",
	"get-year-end": "book", "return-requests": "treasury",
	"revise-document": "drafts", "enter-outside-act": "desks",
}

// ways are the operations that are no role's: those of a session, which tokens do not use, and the way in.
var ways = map[string]string{
	"sign-in": "open", "get-session": "session", "list-own-sessions": "session", "end-other-sessions": "session", "sign-out": "session", "choose-role": "session", "change-password": "session", "offer-second-factor": "session",
	"confirm-second-factor": "session", "print-one-time-codes": "session", "get-public-progress": "open",
}

// allowed says who may use an operation; a new one without a row fails.
func (b *bureau) allowed(op operation) []string {
	b.t.Helper()
	if group, written := whoMay[op.ID]; written {
		return groups[group]
	}
	if strings.HasPrefix(op.ID, "event-") {
		return groups["post"]
	}
	// draft-payment-request by who files or submits one; finance-review-document by who the steps name for the verb of any kind.
	condition, name := "s.verb = ?", strings.TrimSuffix(op.ID, "-document")
	if kind, drafts := strings.CutPrefix(op.ID, "draft-"); drafts {
		condition, name = "s.from_state = 'draft' and s.kind = ?", kind
	}
	var roles []string
	b.must(b.db.NewRaw(`select distinct r from projects.steps() s cross join unnest(s.roles) r where `+condition, strings.ReplaceAll(name, "-", "_")).Scan(b.t.Context(), &roles))
	if len(roles) == 0 {
		b.t.Errorf("%s %s (%s): no row says who may use it", op.method, op.path, op.ID)
	}
	if slices.Contains(roles, "outside") {
		return groups["desks"]
	}
	return roles
}

// example fills the places of an address with things there are.
var example = strings.NewReplacer("{period}", "2025-02", "{number}", "1", "{account}", "9201", "{code}", "2025-06", "{hash}", emptyHash, "{id}", "0190a6c2-7d3e-7000-8000-000000000001", "{year}", "2025", "{line}", "1", "{kind}", "payees", "{import}", "0190a6c2-7d3e-7000-8000-000000000001", "{month}", "2025-02", "{table}", "accounts")

// Every operation is tried by every role and by nobody: empty requests, so whoever is let through gets told so, or does
// something harmless.
func TestRolesByOperations(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	rows, others := maps.Clone(whoMay), maps.Clone(ways)
	for _, op := range b.operations() {
		delete(rows, op.ID)
		if op.Way != "" || ways[op.ID] != "" {
			delete(others, op.ID)
			b.tryWay(op)
			continue
		}
		if op.method != http.MethodGet && op.Right == "" && len(op.Roles) == 0 {
			t.Errorf("%s %s asks for no right", op.method, op.path)
		}
		may := b.allowed(op)
		for _, role := range api.TokenRoles {
			a := b.send(op.method, example.Replace(op.path), b.tokens[role], "matrix-"+op.ID+role, "")
			allowed := slices.Contains(may, role)
			if refused := a.status == http.StatusForbidden && a.code() == "forbidden"; refused == allowed || a.status == http.StatusUnauthorized || a.status >= 500 {
				t.Errorf("%s by %s: allowed %t, got %d %s", op.ID, role, allowed, a.status, a.body)
			}
		}
		if a := b.send(op.method, example.Replace(op.path), "", "matrix-"+op.ID, ""); a.status != http.StatusUnauthorized || a.code() != "unauthorized" {
			t.Errorf("%s without a token: %d %s", op.ID, a.status, a.body)
		}
	}
	for _, left := range []map[string]string{rows, others} {
		for id := range left {
			t.Errorf("there is a row for %s, which is no operation", id)
		}
	}
}

// tryWay tries an operation that goes by no role: a session's own affairs are no token's, and the way in asks for nobody.
func (b *bureau) tryWay(op operation) {
	b.t.Helper()
	if op.Way != ways[op.ID] {
		b.t.Errorf("%s goes the way %q, want %q", op.ID, op.Way, ways[op.ID])
	}
	for _, token := range []string{b.tokens["admin"], b.tokens["system"], ""} {
		a := b.send(op.method, op.path, token, "way-"+op.ID, "")
		if in := a.status == http.StatusBadRequest || a.code() == "not_published"; in != (op.Way == "open") || !in && (a.status != http.StatusUnauthorized || a.code() != "unauthorized") {
			b.t.Errorf("%s without a session: %d %s", op.ID, a.status, a.body)
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
