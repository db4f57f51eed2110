package api_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"mingzhang/api"
)

// mayOpen says a second time who opens the pages of the office that are not everybody's.
var mayOpen = map[string]string{
	"GET /inspection": "book", "GET /inspection/:code": "book", "POST /progress/:code": "progress", "POST /notices": "notices", "POST /notices/:id/issue": "notices",
	"POST /settings/units": "arrange", "POST /settings/units/:code": "arrange", "POST /settings/people": "admin", "POST /settings/people/:code": "admin",
	"GET /settings/accounts": "accounts", "POST /settings/accounts/disable": "admin", "POST /settings/accounts/start-password": "accounts", "GET /settings/sign-ins": "admin",
	"POST /settings/sources": "arrange", "POST /settings/codes": "arrange", "GET /settings/projects/new": "arrange", "POST /settings/projects/new": "arrange", "GET /settings/projects/:code": "arrange",
	"POST /settings/projects/:code/:change": "arrange",
}

// examples are addresses of the demonstration that every role may name.
var examples = map[string]string{
	"/projects/": "2025-05", "/progress/": "2025-05", "/inspection/": "2025-05", "/settings/projects/": "2025-05", "/settings/units/": "106", "/settings/people/": "clerk-106", "/contracts/": "HT-05-01", "/funds/": "2025-03-2",
	"/vouchers/": "2025-03/1", "/accounts/": "9401",
}

// addressOf fills in what a page's address names; what is not among the examples names nothing.
func addressOf(path, document string) string {
	for prefix, example := range examples {
		if rest, ok := strings.CutPrefix(path, prefix+":"); ok {
			names := strings.Count(example, "/") + 1
			parts := strings.SplitN(rest, "/", names+1)
			path = prefix + example
			if len(parts) > names {
				path += "/" + parts[names]
			}
		}
	}
	path = strings.Replace(path, "/documents/:id", "/documents/"+document, 1)
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, ":") {
			parts[i] = "1"
		}
	}
	return strings.Join(parts, "/")
}

// still lets redirects be seen.
func (r *reader) still() *reader {
	r.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return r
}

// asks sends what a page's address takes, with an empty form where it is one.
func (r *reader) asksFor(p api.PageInfo, address string) {
	r.t.Helper()
	if p.Method == http.MethodGet {
		r.get(address)
		return
	}
	r.send(address, url.Values{"key": {"matrix " + address}})
}

// Every page for every role: those it is for get it or a refusal of what they sent, the others are told that it is not theirs, and
// nobody meets a fault of ours.
func TestEveryPageForEveryRole(t *testing.T) {
	b := demonstration(t)
	accounts := map[string]string{"admin": "admin", "budget_officer": "budget", "treasury_officer": "treasury", "project_clerk": "clerk-106", "project_head": "head-106", "lead_approver": "lead-106", "auditor": "auditor", "inspector": "inspector"}
	pages := b.server.Pages()
	if len(pages) < 60 {
		t.Fatalf("only %d pages", len(pages))
	}
	for _, p := range pages {
		if group, restricted := mayOpen[p.Method+" "+p.Path]; restricted {
			if want := slices.DeleteFunc(slices.Clone(groups[group]), func(role string) bool { return role == "system" }); !slices.Equal(slices.Sorted(slices.Values(p.Roles)), slices.Sorted(slices.Values(want))) {
				t.Errorf("%s %s is open to %v, want %v", p.Method, p.Path, p.Roles, want)
			}
		} else if strings.HasPrefix(p.Path, "/settings") && p.Method != http.MethodGet && p.Path != "/settings/tokens/revoke" {
			t.Errorf("%s %s changes the set-up: say in mayOpen for whom it is", p.Method, p.Path)
		}
	}
	documents := map[string]string{}
	people := map[string]*reader{}
	for role, account := range accounts {
		people[role] = b.reads(t, account)
		var found struct {
			Documents []struct{ ID string }
		}
		people[role].json("/documents?limit=1", &found)
		documents[role] = "0190a6c2-7d3e-7000-8000-000000000001"
		if len(found.Documents) > 0 {
			documents[role] = found.Documents[0].ID
		}
		people[role].still()
	}
	people["supervisor"] = b.joins(t, "supervisor-1", "supervisor").still()
	documents["supervisor"] = "0190a6c2-7d3e-7000-8000-000000000001"
	for _, role := range api.Roles {
		t.Run(role, func(t *testing.T) {
			r := people[role]
			r.t = t
			for _, p := range pages {
				if p.Open || p.Session && p.Method != http.MethodGet { // the way in and out
					continue
				}
				r.asksFor(p, addressOf(p.Path, documents[role]))
				refused := r.status == http.StatusForbidden && strings.Contains(r.text, "不能打开这个页面")
				allowed := len(p.Roles) == 0 || slices.Contains(p.Roles, role)
				if refused == allowed || r.status >= 500 || p.Method == http.MethodGet && !slices.Contains([]int{200, 303, 400, 403, 404, 422}, r.status) {
					t.Errorf("%s %s: %d %s", p.Method, r.at, r.status, words(r.page))
				}
			}
		})
	}
}

// Nobody without a session gets anything but the sign-in.
func TestNoPageForNobody(t *testing.T) {
	b := demonstration(t)
	r := b.nobody(t).still()
	var open []string
	for _, p := range b.server.Pages() {
		if p.Open {
			open = append(open, p.Method+" "+p.Path)
			continue
		}
		res := b.answerTo(t, r, p)
		_ = res.Body.Close()
		if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != "/sign-in" && !strings.HasPrefix(to, "/sign-in?then=") {
			t.Errorf("%s %s: %d to %q", p.Method, p.Path, res.StatusCode, to)
		}
	}
	want := []string{"GET /", "GET /demonstration", "GET /first-start", "GET /public", "GET /public/:code", "GET /sign-in", "POST /demonstration", "POST /first-start", "POST /sign-in"}
	if slices.Sort(open); !slices.Equal(open, want) {
		t.Errorf("open without a session: %v, want %v", open, want)
	}
}

func (b *bureau) answerTo(t *testing.T, r *reader, p api.PageInfo) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), p.Method, b.url+addressOf(p.Path, "0190a6c2-7d3e-7000-8000-000000000001"), strings.NewReader(""))
	b.must(err)
	req.Header.Set("Origin", b.url)
	req.Header.Set("Accept", "text/html")
	if p.Method != http.MethodGet {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := r.client.Do(req)
	b.must(err)
	return res
}

// joins lets somebody join the unit 106 in a role, with an account of the own, over pages and by two persons.
func (b *bureau) joins(t *testing.T, code, role string) *reader {
	t.Helper()
	admin, budget := b.reads(t, "admin"), b.reads(t, "budget-head")
	admin.get("/settings/people").fills("/settings/people", map[string]string{"code": code, "name": "示例·" + code, "unit": "106"})
	b.document(t, admin, budget, "/documents/new?"+url.Values{"kind": {"role_grant"}, "person": {code}, "unit": {"106"}}.Encode(), map[string]string{"role": role, "from": "2026-01-01", "date": "2026-01-01"})
	b.document(t, admin, budget, "/documents/new?"+url.Values{"kind": {"account"}, "person": {code}, "account": {code}}.Encode(), map[string]string{"date": "2026-01-01"})
	budget.get("/settings/accounts").fills("/settings/accounts/start-password", nil)
	password := ""
	for td := range nodes(budget.page, "td") {
		password = words(td)
	}
	const own = "eine lange Losung 0001"
	r := b.nobody(t)
	r.get("/sign-in").fills("/sign-in", map[string]string{"book": "640303900", "account": code, "password": password})
	r.get("/password").fills("/password", map[string]string{"old": password, "new": own, "again": own})
	if r.get("/desk"); r.at != "/desk" {
		t.Fatalf("%s stands at %s", code, r.at)
	}
	return r
}
