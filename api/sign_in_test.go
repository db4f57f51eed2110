package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"mingzhang/api"
	"mingzhang/migrations/pgtest"
	"mingzhang/seeds"
)

// A person signs in with a start password, makes it an own one, chooses a role and works; each step gives the browser
// another cookie, and the one before is worth nothing.
func TestPersonSignsInAndWorks(t *testing.T) {
	t.Parallel()
	b := newOffice(t)
	b.colleagues("budget_officer", "auditor")
	start := b.opened("budget_officer", "ma.li")
	v := b.visitor("10.0.0.1")
	var s api.SessionOutput
	a := v.signIn("ma.li", start, "")
	b.must(json.Unmarshal(a.body, &s))
	if a.status != http.StatusOK || !s.MustChangePassword || s.Person.Code != "budget_officer" || s.Acting != nil || len(s.Roles) != 1 || s.Roles[0].Unit != "101" || s.Roles[0].Role != "budget_officer" {
		t.Fatalf("signed in: %d %s", a.status, a.body)
	}
	cookie := a.header.Get("Set-Cookie")
	for _, attribute := range []string{"__Host-mingzhang=640303.", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Strict"} {
		if !strings.Contains(cookie, attribute) || strings.Contains(cookie, "Domain") || strings.Contains(cookie, "Max-Age") {
			t.Errorf("the cookie is %s, lacks %q", cookie, attribute)
		}
	}
	if a.header.Get("Cache-Control") != "no-store" {
		t.Error("the answer may be kept")
	}
	if a := v.send(http.MethodGet, "/periods", ""); a.code() != "password_change_needed" || a.status != http.StatusForbidden {
		t.Errorf("working with a start password: %d %s", a.status, a.body)
	}
	for _, weak := range []string{"elf Zeichen", "ma.li", "ma.li2025!!!!", "111111111111", "Password1234", api.DemoPassword, start} {
		if a := v.send(http.MethodPost, "/session/password", fmt.Sprintf(`{"old":%q,"new":%q}`, start, weak)); a.code() != "password_weak" || strings.Contains(string(a.body), weak) {
			t.Errorf("the new password %q: %d %s", weak, a.status, a.body)
		}
	}
	first := v.cookie
	v.does(http.MethodPost, "/session/password", fmt.Sprintf(`{"old":%q,"new":%q}`, start, ownPassword), &s)
	if a := v.send(http.MethodGet, "/periods", ""); a.code() != "role_needed" {
		t.Errorf("working without a role: %d %s", a.status, a.body)
	}
	if a := v.send(http.MethodPost, "/session/role", `{"unit":"101","role":"admin"}`); a.code() != "role_not_held" {
		t.Errorf("choosing a role that is not held: %d %s", a.status, a.body)
	}
	second := v.cookie
	v.does(http.MethodPost, "/session/role", `{"unit":"101","role":"budget_officer"}`, &s)
	if s.Acting == nil || s.Acting.Role != "budget_officer" || s.MustChangePassword {
		t.Errorf("acting as %+v", s)
	}
	v.does(http.MethodGet, "/periods", "", nil)
	v.does(http.MethodPost, "/units", `{"code":"203","name":"水务局","kind":"administrative"}`, nil)
	if a := v.send(http.MethodPost, "/persons", `{"code":"x","name":"某","unit":"101"}`); a.code() != "forbidden" {
		t.Errorf("another role's command: %d %s", a.status, a.body)
	}
	third := v.cookie
	v.does(http.MethodDelete, "/session", "", nil)
	for when, old := range map[string]string{"before the password": first, "before the role": second, "before signing out": third} {
		if a := (&visitor{b: b, address: "10.0.0.1", cookie: old}).send(http.MethodGet, "/session", ""); a.status != http.StatusUnauthorized || a.code() != "unauthorized" {
			t.Errorf("the cookie of %s: %d %s", when, a.status, a.body)
		}
	}
	var stored int
	b.must(b.db.NewRaw(`select count(*) from api.sessions`).Scan(t.Context(), &stored))
	if stored != 0 {
		t.Errorf("%d sessions are left", stored)
	}
}

// An unknown name, a wrong password, a disabled account and one without a password answer the same; five failures on a name
// lock it, known or not, and a quarter of an hour later it is open again.
func TestFailuresLockForAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	b := newOffice(t)
	b.colleagues("budget_officer", "admin")
	home := b.settled("budget_officer", "ma", "10.0.0.1")
	admin := b.settled("admin", "root.admin", "10.0.0.2").acts("101", "admin")
	admin.does(http.MethodPost, "/sign-in-accounts/root.admin/disable", `{"reason":"试"}`, nil)
	outside := b.visitor("203.0.113.9")
	wrong := outside.signIn("ma", "a wrong password", "")
	if wrong.status != http.StatusUnauthorized || wrong.code() != "sign_in_refused" {
		t.Fatalf("a wrong password: %d %s", wrong.status, wrong.body)
	}
	for name, account := range map[string]string{"an unknown name": "nobody", "no possible name": "Robert'); --", "a disabled account": "root.admin"} {
		if a := outside.signIn(account, ownPassword, ""); a.status != wrong.status || string(a.body) != string(wrong.body) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for _, name := range []string{"ma", "nobody"} {
		for range 4 {
			outside.signIn(name, "a wrong password", "")
		}
		a := outside.signIn(name, ownPassword, "")
		if a.status != http.StatusTooManyRequests || a.code() != "sign_in_locked" || a.header.Get("Retry-After") == "" || len(a.header.Get("Retry-After")) > 3 {
			t.Errorf("the sixth attempt on %s: %d %s, again after %q", name, a.status, a.body, a.header.Get("Retry-After"))
		}
	}
	if a := b.visitor("203.0.113.77").signIn("ma", ownPassword, ""); a.code() != "sign_in_locked" {
		t.Errorf("a locked name from a third address: %d %s", a.status, a.body)
	}
	// Where the account has been used before, nobody outside shuts its person out.
	home.signsIn("ma", ownPassword, "")
	if a := outside.signIn("ma", ownPassword, ""); a.code() != "sign_in_locked" {
		t.Errorf("a success at home opened the lock outside: %d %s", a.status, a.body)
	}
	b.moves(`update api.sign_ins set at = at - interval '14 minutes'`)
	if a := outside.signIn("ma", ownPassword, ""); a.code() != "sign_in_locked" {
		t.Errorf("after 14 minutes: %d %s", a.status, a.body)
	}
	b.moves(`update api.sign_ins set at = at - interval '70 seconds'`)
	outside.signsIn("ma", ownPassword, "")

	// What was tried is kept, and the administrator reads it.
	var list struct {
		SignIns []api.SignInOutput `json:"sign_ins"`
	}
	b.must(json.Unmarshal(b.send(http.MethodGet, "/api/v1/sign-ins?limit=500", b.tokens["admin"], "", "").body, &list))
	count := map[string]int{}
	for _, s := range list.SignIns {
		name := s.Account
		if strings.HasPrefix(name, "?") {
			name = "?"
		}
		count[name+" "+s.Outcome]++
	}
	if count["ma refused"] != 5 || count["ma signed_in"] != 3 || count["ma confirmed"] != 1 || count["? refused"] != 6 || count["ma locked"] < 2 || count["ma tried"] != 0 {
		t.Errorf("the list shows %v", count)
	}
}

// Fifty failures from an address lock it for every name; elsewhere people go on.
func TestFailuresOfAnAddressLockIt(t *testing.T) {
	t.Parallel()
	b := newOffice(t)
	b.colleagues("budget_officer")
	start := b.opened("budget_officer", "ma")
	b.moves(`insert into api.sign_ins (book_id, sign_in_id, account, address, outcome) select ?, gen_random_uuid(), 'name' || n, '203.0.113.9', 'tried' from generate_series(1, 49) n`, book)
	outside := b.visitor("203.0.113.9")
	if a := outside.signIn("ma", "a wrong password", ""); a.code() != "sign_in_refused" {
		t.Errorf("the fiftieth: %d %s", a.status, a.body)
	}
	if a := outside.signIn("ma", start, ""); a.code() != "sign_in_locked" {
		t.Errorf("the fifty-first: %d %s", a.status, a.body)
	}
	b.visitor("10.0.0.1").signsIn("ma", start, "")
}

// Guesses sent at one moment count each other: no more than five of them are looked at, and a lucky one is not told.
func TestGuessesAtOneMomentCountEachOther(t *testing.T) {
	t.Parallel()
	b := newOffice(t)
	b.colleagues("budget_officer")
	b.opened("budget_officer", "ma")
	body := `{"book":640303,"account":"ma","password":"a wrong password"}`
	var looked atomic.Int32
	var all sync.WaitGroup
	for range 24 {
		all.Go(func() {
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/api/v1/session", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			_ = res.Body.Close()
			if res.StatusCode == http.StatusUnauthorized {
				looked.Add(1)
			} else if res.StatusCode != http.StatusTooManyRequests {
				t.Errorf("answered %d", res.StatusCode)
			}
		})
	}
	all.Wait()
	if looked.Load() > 5 {
		t.Errorf("%d guesses were looked at", looked.Load())
	}
}

// A page of another site sends nothing in a person's name: not with the cookie, not without the header that forms lack.
func TestOtherSitesSendNothing(t *testing.T) {
	t.Parallel()
	b := newOffice(t)
	b.colleagues("budget_officer")
	v := b.settled("budget_officer", "ma", "10.0.0.1").acts("101", "budget_officer")
	const unit = `{"code":"203","name":"水务局","kind":"administrative"}`
	for _, headers := range []map[string]string{
		{"Idempotency-Key": "x", "Sec-Fetch-Site": "cross-site"}, {"Idempotency-Key": "x", "Sec-Fetch-Site": "same-site"}, {"Idempotency-Key": "x", "Origin": "https://elsewhere.example"},
	} {
		if a := v.sendWith(http.MethodPost, "/units", unit, headers); a.code() != "cross_site" || a.status != http.StatusForbidden {
			t.Errorf("with %v: %d %s", headers, a.status, a.body)
		}
		if a := b.visitor("10.0.0.1").sendWith(http.MethodPost, "/session", `{"book":640303,"account":"ma","password":"x"}`, headers); a.code() != "cross_site" {
			t.Errorf("signing in with %v: %d %s", headers, a.status, a.body)
		}
	}
	if a := v.sendWith(http.MethodPost, "/units", unit, nil); a.code() != "key_required" {
		t.Errorf("without the header: %d %s", a.status, a.body)
	}
	if a := v.sendWith(http.MethodDelete, "/session", "", nil); a.code() != "key_required" {
		t.Errorf("signing out without the header: %d %s", a.status, a.body)
	}
	v.does(http.MethodPost, "/units", unit, nil)
}

// The published password of a demonstration counts from this machine to this machine, and nowhere else.
func TestDemonstrationIsForThisMachine(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	b := serve(t, db, pgtest.Service(t, db))
	_, err := seeds.OpenDemonstration(t.Context(), db)
	b.must(err)
	for range 2 {
		b.must(api.OpenDemonstrationAccounts(t.Context(), b.db, seeds.DemoBook))
	}
	sign := func(address string) answer {
		return b.visitor(address).send(http.MethodPost, "/session", fmt.Sprintf(`{"book":%d,"account":"clerk-101","password":%q}`, seeds.DemoBook, api.DemoPassword))
	}
	for _, x := range []struct {
		name    string
		reach   api.Reach
		address string
		status  int
	}{
		{"a service that nobody told how it is reached", api.Reach{}, "", http.StatusUnauthorized},
		{"behind a proxy", api.Reach{Loopback: true, Proxy: true}, "127.0.0.1", http.StatusUnauthorized},
		{"a proxy nobody told of", api.Reach{Loopback: true}, "203.0.113.9", http.StatusUnauthorized},
		{"this machine", api.Reach{Loopback: true}, "", http.StatusOK},
	} {
		b.reach(x.reach)
		if a := sign(x.address); a.status != x.status {
			t.Errorf("%s: %d %s", x.name, a.status, a.body)
		} else if cookie := a.header.Get("Set-Cookie"); x.status == http.StatusOK && (!strings.HasPrefix(cookie, "mingzhang=") || strings.Contains(cookie, "Secure")) {
			t.Errorf("on this machine the cookie is %s", cookie)
		}
	}
	var real int
	b.must(b.db.NewRaw(`select count(*) from api.accounts a join accounting.books b using (book_id) where b.kind = 'real'`).Scan(t.Context(), &real))
	if real != 0 {
		t.Errorf("%d accounts of real books have the published password", real)
	}
}
