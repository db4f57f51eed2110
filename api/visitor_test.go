package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/migrations/pgtest"
)

// newOffice is a bureau behind a proxy, so that people come from addresses of their own.
func newOffice(t *testing.T) *bureau {
	t.Helper()
	b := newBureau(t)
	b.reach(api.Reach{Loopback: true, Proxy: true})
	return b
}

// visitor is a browser at an address. It keeps the cookie it is given, under its name.
type visitor struct {
	b       *bureau
	address string
	cookie  string // name=value
}

const ownPassword = "海原县的风很大 2025"

func (b *bureau) visitor(address string) *visitor { return &visitor{b: b, address: address} }

// send sends a request as the service's own page does; a Set-Cookie is kept.
func (v *visitor) send(method, path, body string) answer {
	v.b.t.Helper()
	v.b.keys++
	return v.sendWith(method, path, body, map[string]string{"Idempotency-Key": fmt.Sprint("visit-", v.b.keys), "Sec-Fetch-Site": "same-origin"})
}

func (v *visitor) sendWith(method, path, body string, headers map[string]string) answer {
	v.b.t.Helper()
	r, err := http.NewRequestWithContext(v.b.t.Context(), method, v.b.url+"/api/v1"+path, bytes.NewBufferString(body))
	v.b.must(err)
	r.Header.Set("X-Forwarded-For", v.address)
	if v.address == "" {
		r.Header.Del("X-Forwarded-For")
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if v.cookie != "" {
		r.Header.Set("Cookie", v.cookie)
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	v.b.must(err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	v.b.must(err)
	if set := res.Header.Get("Set-Cookie"); set != "" {
		v.cookie, _, _ = strings.Cut(set, ";")
	}
	return answer{res.StatusCode, text, res.Header}
}

// does sends what must be accepted, and reads the answer into out unless it is nil.
func (v *visitor) does(method, path, body string, out any) answer {
	v.b.t.Helper()
	a := v.send(method, path, body)
	if a.status >= 300 {
		v.b.t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
	}
	if out != nil {
		v.b.must(json.Unmarshal(a.body, out))
	}
	return a
}

// signIn tries to; a refused one leaves the cookie as it was.
func (v *visitor) signIn(account, password, code string) answer {
	v.b.t.Helper()
	body, err := json.Marshal(api.SignInInput{Book: int64(book), Account: account, Password: password, Code: code})
	v.b.must(err)
	return v.send(http.MethodPost, "/session", string(body))
}

func (v *visitor) signsIn(account, password, code string) *visitor {
	v.b.t.Helper()
	if a := v.signIn(account, password, code); a.status != http.StatusOK {
		v.b.t.Fatalf("signing in as %s: %d %s", account, a.status, a.body)
	}
	return v
}

func (v *visitor) acts(unit, role string) *visitor {
	v.b.t.Helper()
	v.does(http.MethodPost, "/session/role", fmt.Sprintf(`{"unit":%q,"role":%q}`, unit, role), nil)
	return v
}

// opened opens an account as the operator does; it answers the start password.
func (b *bureau) opened(person, account string) string {
	b.t.Helper()
	b.keys++
	password, err := api.OpenAccount(b.t.Context(), b.db, accounting.Command{Book: book, Key: fmt.Sprint("open-", b.keys), By: b.head}, person, account)
	b.must(err)
	return password
}

// settled is somebody signed in who has changed the start password to the own one.
func (b *bureau) settled(person, account, address string) *visitor {
	b.t.Helper()
	start := b.opened(person, account)
	v := b.visitor(address).signsIn(account, start, "")
	v.does(http.MethodPost, "/session/password", fmt.Sprintf(`{"old":%q,"new":%q}`, start, ownPassword), nil)
	return v
}

// moves changes rows past the service, as only a superuser can; so a test waits for nothing.
func (b *bureau) moves(query string, args ...any) {
	b.t.Helper()
	tx, err := pgtest.Superuser(b.t, b.db).BeginTx(b.t.Context(), nil)
	b.must(err)
	for _, q := range []string{`alter table api.sign_ins disable trigger user`, query, `alter table api.sign_ins enable always trigger sign_in_keeps, enable always trigger row_stays, enable always trigger rows_stay`} {
		if q == query {
			_, err = tx.ExecContext(b.t.Context(), q, args...)
		} else {
			_, err = tx.ExecContext(b.t.Context(), q)
		}
		b.must(err)
	}
	b.must(tx.Commit())
}
