package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/pquerna/otp/totp"
	"github.com/uptrace/bun"

	"mingzhang/api"
	"mingzhang/migrations/pgtest"
)

// everything is the text of all rows of all tables, of the log and of what was answered: where a secret could be found again.
func (b *bureau) everything() string {
	b.t.Helper()
	var tables []string
	b.must(b.db.NewRaw(`select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('accounting', 'projects', 'api') and c.relkind in ('r', 'p') and not c.relispartition`).Scan(b.t.Context(), &tables))
	all := b.log.String()
	super := pgtest.Superuser(b.t, b.db)
	for _, table := range tables {
		var text string
		b.must(super.NewRaw(`select coalesce(string_agg(x::text, ' '), '') from `+table+` x`).Scan(b.t.Context(), &text))
		all += text
	}
	return all
}

// An account is opened by two: the administrator writes the document, another approves it and is shown the start password
// once. Nobody opens or resets one alone, nor approves the own one, and no password is found anywhere afterwards.
func TestAccountsAreOpenedAndResetByTwo(t *testing.T) {
	t.Parallel()
	b := newOffice(t)
	people := b.colleagues("admin", "admin", "budget_officer", "project_clerk")
	admin, second, officer := people["admin"], people["admin 2"], people["budget_officer"]
	paper := func(person, account string, reset bool) string {
		return fmt.Sprintf(`{"date":%q,"person":%q,"account":%q,"reset":%t}`, day(0), person, account, reset)
	}
	granted := func(content string, by colleague) string {
		t.Helper()
		a := admin.signs("account", content, by)
		var taken struct{ Document api.DocumentOutput }
		b.must(json.Unmarshal(a.body, &taken))
		if a.status != http.StatusOK || taken.Document.State != "granted" {
			t.Fatalf("%s: %d %s", content, a.status, a.body)
		}
		return taken.Document.ID
	}
	if a := admin.signs("account", paper("project_clerk", "wu", false), admin); a.code() != "duty_taken" {
		t.Errorf("opening alone: %d %s", a.status, a.body)
	}
	if a := admin.signs("account", paper("budget_officer", "li", false), officer); a.code() != "duty_taken" {
		t.Errorf("approving the own account: %d %s", a.status, a.body)
	}
	id := granted(paper("project_clerk", "wu", false), officer)
	start := func(by colleague, account, document string) answer {
		return by.send(http.MethodPost, "/sign-in-accounts/"+account+"/start-password", fmt.Sprintf(`{"document":%q}`, document))
	}
	for _, by := range []colleague{admin, second} {
		if a := start(by, "wu", id); a.code() != "start_password_made" {
			t.Errorf("the start password for who has not approved: %d %s", a.status, a.body)
		}
	}
	var made struct{ Account, Password string }
	a := b.send(http.MethodPost, "/api/v1/sign-in-accounts/wu/start-password", officer.token, "start-1", fmt.Sprintf(`{"document":%q}`, id))
	b.must(json.Unmarshal(a.body, &made))
	if a.status != http.StatusOK || made.Account != "wu" || len(made.Password) < 16 || a.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("the start password: %d %s", a.status, a.body)
	}
	for _, key := range []string{"start-1", "start-2"} {
		if a := b.send(http.MethodPost, "/api/v1/sign-in-accounts/wu/start-password", officer.token, key, fmt.Sprintf(`{"document":%q}`, id)); a.code() != "start_password_made" {
			t.Errorf("once more: %d %s", a.status, a.body)
		}
	}
	v := b.visitor("10.0.0.1").signsIn("wu", made.Password, "")
	v.does(http.MethodPost, "/session/password", fmt.Sprintf(`{"old":%q,"new":%q}`, made.Password, ownPassword), nil)
	if found := b.everything(); strings.Contains(found, ownPassword) || strings.Contains(found, made.Password) {
		t.Error("a password is kept in clear")
	}

	for content, code := range map[string]string{
		paper("project_clerk", "li", true): "sign_in_account_unknown", paper("budget_officer", "wu", true): "sign_in_account_unknown", paper("budget_officer", "wu", false): "duplicate",
		paper("nobody", "x1", false): "person_unknown", paper("budget_officer", "两个字", false): "document_invalid",
	} {
		if a := admin.send(http.MethodPost, "/documents/account", content); a.code() != code {
			t.Errorf("%s: %d %s, want %s", content, a.status, a.body, code)
		}
	}

	// Who forgot the password: the old one ends with the approval.
	id = granted(paper("project_clerk", "wu", true), second)
	if a := v.send(http.MethodGet, "/session", ""); a.status != http.StatusUnauthorized {
		t.Errorf("the session of an account that was reset: %d %s", a.status, a.body)
	}
	if a := v.signIn("wu", ownPassword, ""); a.code() != "sign_in_refused" {
		t.Errorf("the old password: %d %s", a.status, a.body)
	}
	b.must(json.Unmarshal(start(second, "wu", id).body, &made))
	b.visitor("10.0.0.1").signsIn("wu", made.Password, "")
	b.moves(`update api.accounts set start_until = now() where account = 'wu'`)
	if a := b.visitor("10.0.0.1").signIn("wu", made.Password, ""); a.code() != "sign_in_refused" {
		t.Errorf("a start password after its time: %d %s", a.status, a.body)
	}
	var list struct{ Accounts []api.SignInAccountOutput }
	admin.does(http.MethodGet, "/sign-in-accounts", "", &list)
	if len(list.Accounts) != 1 || list.Accounts[0].State != "has_start_password" || list.Accounts[0].Person.Code != "project_clerk" || list.Accounts[0].LastSignIn == nil {
		t.Errorf("the list shows %+v", list)
	}
}

// One person with two accounts is one person: what one makes, the other does not approve.
func TestTwoAccountsAreOnePerson(t *testing.T) {
	t.Parallel()
	b := newOffice(t)
	b.colleagues("budget_officer", "budget_officer")
	morning := b.settled("budget_officer", "ma.budget", "10.0.0.1").acts("101", "budget_officer")
	evening := b.settled("budget_officer", "ma.second", "10.0.0.2").acts("101", "budget_officer")
	other := b.settled("budget_officer 2", "li", "10.0.0.3").acts("101", "budget_officer")
	var d api.DocumentOutput
	morning.does(http.MethodPost, "/documents/budget", fmt.Sprintf(budgetPaper, "10.00"), &d)
	hash := fmt.Sprintf(`{"hash":%q}`, d.Hash)
	morning.does(http.MethodPost, "/documents/"+d.ID+"/submit", hash, nil)
	if a := evening.send(http.MethodPost, "/documents/"+d.ID+"/approve", hash); a.code() != "duty_taken" {
		t.Errorf("approving by the second account: %d %s", a.status, a.body)
	}
	other.does(http.MethodPost, "/documents/"+d.ID+"/approve", hash, nil)
}

// What has ended counts at the next request: the time, the role, the account, the person's work here, the password.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	b := newOffice(t)
	people := b.colleagues("admin", "budget_officer", "project_head", "project_clerk", "project_clerk")
	gone := func(what string, v *visitor, status int, code string) {
		t.Helper()
		if a := v.send(http.MethodGet, "/periods", ""); a.status != status || a.code() != code {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	v := b.settled("project_clerk", "wu", "10.0.0.1").acts("101", "project_clerk")
	elsewhere := b.visitor("10.0.0.2").signsIn("wu", ownPassword, "").acts("101", "project_clerk")
	v.does(http.MethodPost, "/session/password", fmt.Sprintf(`{"old":%q,"new":"another %s"}`, ownPassword, ownPassword), nil)
	v.does(http.MethodGet, "/periods", "", nil)
	gone("another session of a changed password", elsewhere, http.StatusUnauthorized, "unauthorized")

	for what, change := range map[string]string{"seen 31 minutes ago": `seen_at = now() - interval '31 minutes'`, "begun 12 hours ago": `began_at = now() - interval '12 hours 1 second'`} {
		other := b.visitor("10.0.0.3").signsIn("wu", "another "+ownPassword, "").acts("101", "project_clerk")
		b.moves(`update api.sessions set ` + change + ` where address = '10.0.0.3'`)
		gone(what, other, http.StatusUnauthorized, "unauthorized")
	}
	// Choosing a role again does not make the session younger.
	var before, after time.Time
	const begun = `select began_at from api.sessions where account = 'wu' and address = '10.0.0.1'`
	b.must(b.db.NewRaw(begun).Scan(t.Context(), &before))
	v.acts("101", "project_clerk")
	b.must(b.db.NewRaw(begun).Scan(t.Context(), &after))
	if !before.Equal(after) {
		t.Errorf("the session of %s began at %s when a role was chosen", before, after)
	}
	b.moves(`update projects.role_grants set until_day = current_date - 1 where person_id = ?`, people["project_clerk"].who.Person)
	gone("a role that ended", v, http.StatusForbidden, "role_not_held")
	v.does(http.MethodGet, "/session", "", nil)

	second := b.settled("project_clerk 2", "zhao", "10.0.0.4").acts("101", "project_clerk")
	leave := fmt.Sprintf(`{"date":%q,"person":"project_clerk 2","left_on":%q,"successor":"project_clerk"}`, day(0), day(0))
	if a := people["admin"].signs("departure", leave, people["project_head"]); a.status != http.StatusOK {
		t.Fatalf("leaving: %d %s", a.status, a.body)
	}
	gone("who left", second, http.StatusUnauthorized, "unauthorized")
	if a := b.visitor("10.0.0.4").signIn("zhao", ownPassword, ""); a.code() != "sign_in_refused" {
		t.Errorf("who left signs in: %d %s", a.status, a.body)
	}

	officer := b.settled("budget_officer", "ma", "10.0.0.5").acts("101", "budget_officer")
	people["admin"].does(http.MethodPost, "/sign-in-accounts/ma/disable", `{"reason":"手机丢失"}`, &struct{}{})
	gone("a disabled account", officer, http.StatusUnauthorized, "unauthorized")
}

// A role for which two persons have asked for a second factor is used with one: a code of the moment or a printed one, each
// of which counts once.
func TestRolesAskForASecondFactor(t *testing.T) {
	t.Parallel()
	b := newOffice(t)
	people := b.colleagues("budget_officer", "budget_officer", "project_clerk")
	v := b.settled("budget_officer", "ma", "10.0.0.1").acts("101", "budget_officer")
	setting := fmt.Sprintf(`{"date":%q,"second_factor_roles":["budget_officer"]}`, day(0))
	if a := people["budget_officer"].signs("setting", setting, people["budget_officer 2"]); a.status != http.StatusOK {
		t.Fatalf("the setting: %d %s", a.status, a.body)
	}
	var settings struct {
		Roles []string `json:"second_factor_roles"`
	}
	b.get("/settings", &settings)
	if len(settings.Roles) != 1 || settings.Roles[0] != "budget_officer" {
		t.Errorf("the settings show %v", settings)
	}
	if a := v.send(http.MethodGet, "/periods", ""); a.code() != "second_factor_needed" || a.status != http.StatusForbidden {
		t.Errorf("without a second factor: %d %s", a.status, a.body)
	}
	if a := v.send(http.MethodPost, "/session/second-factor", `{"password":"a wrong password"}`); a.code() != "sign_in_refused" {
		t.Errorf("a secret for whoever sits there: %d %s", a.status, a.body)
	}
	var offered struct{ Secret, URL string }
	again := fmt.Sprintf(`{"password":%q}`, ownPassword)
	v.does(http.MethodPost, "/session/second-factor", again, &offered)
	if a := v.send(http.MethodPost, "/session/second-factor/confirm", `{"code":"no code"}`); a.code() != "second_factor_invalid" {
		t.Errorf("confirming by no code: %d %s", a.status, a.body)
	}
	now := func() string {
		code, err := totp.GenerateCode(offered.Secret, time.Now())
		b.must(err)
		return code
	}
	code := now()
	v.does(http.MethodPost, "/session/second-factor/confirm", fmt.Sprintf(`{"code":%q}`, code), nil)
	v.does(http.MethodGet, "/periods", "", nil)
	for what, shown := range map[string]string{"none": "", "the one that confirmed": code, "a wrong one": "no code"} {
		if a := b.visitor("10.0.0.1").signIn("ma", ownPassword, shown); a.code() != "sign_in_refused" {
			t.Errorf("signing in with %s: %d %s", what, a.status, a.body)
		}
	}
	b.moves(`update api.second_factors set last_step = 0`)
	code = now()
	b.visitor("10.0.0.1").signsIn("ma", ownPassword, code).acts("101", "budget_officer").does(http.MethodGet, "/periods", "", nil)
	if a := b.visitor("10.0.0.1").signIn("ma", ownPassword, code); a.code() != "sign_in_refused" {
		t.Errorf("a code of the moment twice: %d %s", a.status, a.body)
	}

	var printed, newer struct{ Codes []string }
	v.does(http.MethodPost, "/session/one-time-codes", again, &printed)
	if len(printed.Codes) != 10 || !strings.Contains(offered.URL, "otpauth://totp/Mingzhang:ma@640303") {
		t.Errorf("printed %v, offered %s", printed.Codes, offered.URL)
	}
	b.visitor("10.0.0.1").signsIn("ma", ownPassword, printed.Codes[0]).acts("101", "budget_officer").does(http.MethodGet, "/periods", "", nil)
	if a := b.visitor("10.0.0.1").signIn("ma", ownPassword, printed.Codes[0]); a.code() != "sign_in_refused" {
		t.Errorf("a printed code twice: %d %s", a.status, a.body)
	}
	b.visitor("10.0.0.1").signsIn("ma", ownPassword, strings.ToLower(printed.Codes[1])).does(http.MethodPost, "/session/one-time-codes", again, &newer)
	if a := b.visitor("10.0.0.1").signIn("ma", ownPassword, printed.Codes[2]); a.code() != "sign_in_refused" {
		t.Errorf("a code of the sheet before: %d %s", a.status, a.body)
	}
	found := b.everything()
	for _, code := range append(printed.Codes, newer.Codes...) {
		if strings.Contains(found, code) || strings.Contains(found, strings.ReplaceAll(code, "-", "")) {
			t.Error("a printed code is kept")
		}
	}
	var s api.SessionOutput
	v.does(http.MethodGet, "/session", "", &s)
	if !s.SecondFactor.CodesOfTime || s.SecondFactor.OneTimeCodes != 10 || len(s.SecondFactor.AskedBy) != 1 {
		t.Errorf("the session shows %+v", s.SecondFactor)
	}
	// Another role goes on as before.
	b.settled("project_clerk", "wu", "10.0.0.2").acts("101", "project_clerk").does(http.MethodGet, "/periods", "", nil)
}

// A role that was lent is chosen for a session, and what is done in it names who lent it.
func TestSessionActsOnBehalf(t *testing.T) {
	t.Parallel()
	b := newOffice(t)
	people := b.colleagues("budget_officer", "budget_officer", "project_head", "project_clerk")
	maker, lender := people["budget_officer"], people["budget_officer 2"]
	lend := fmt.Sprintf(`{"date":%q,"role":"budget_officer","to":"project_clerk","from":%q,"until":%q}`, day(0), day(0), day(1))
	if a := lender.signs("delegation", lend, people["project_head"]); a.status != http.StatusOK {
		t.Fatalf("lending: %d %s", a.status, a.body)
	}
	var d api.DocumentOutput
	maker.does(http.MethodPost, "/documents/budget", fmt.Sprintf(budgetPaper, "10.00"), &d)
	hash := fmt.Sprintf(`{"hash":%q}`, d.Hash)
	maker.does(http.MethodPost, "/documents/"+d.ID+"/submit", hash, &struct{}{})
	v := b.settled("project_clerk", "wu", "10.0.0.1")
	if a := v.send(http.MethodPost, "/session/role", `{"unit":"101","role":"budget_officer"}`); a.code() != "role_not_held" {
		t.Errorf("a lent role as an own one: %d %s", a.status, a.body)
	}
	v.does(http.MethodPost, "/session/role", `{"unit":"101","role":"budget_officer","on_behalf_of":"budget_officer 2"}`, nil)
	v.does(http.MethodPost, "/documents/"+d.ID+"/approve", hash, nil)
	var detail api.DocumentDetail
	v.does(http.MethodGet, "/documents/"+d.ID, "", &detail)
	if act := detail.Acts[len(detail.Acts)-1]; act.OnBehalfOf == nil || act.OnBehalfOf.Code != "budget_officer 2" || act.Person.Code != "project_clerk" {
		t.Errorf("the act shows %+v", act)
	}
}

// Tokens are listed by who has them and by the administrator, never shown again, revoked by either, and end with the role.
func TestTokensAreListedAndRevoked(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	people := b.colleagues("budget_officer", "project_clerk")
	officer, clerk := people["budget_officer"], people["project_clerk"]
	admin := colleague{b, b.head, b.tokens["admin"]}
	var own, all struct{ Tokens []api.TokenOutput }
	clerk.does(http.MethodGet, "/tokens", "", &own)
	a := admin.send(http.MethodGet, "/tokens", "")
	b.must(json.Unmarshal(a.body, &all))
	if len(own.Tokens) != 1 || own.Tokens[0].Person.Code != "project_clerk" || own.Tokens[0].Unit != "101" || own.Tokens[0].State != "valid" || len(all.Tokens) != 13 || strings.Contains(string(a.body), "mz_") {
		t.Errorf("the clerk sees %+v, the administrator %s", own, a.body)
	}
	path := "/tokens/" + own.Tokens[0].ID + "/revoke"
	foreign, absent := officer.send(http.MethodPost, path, ""), officer.send(http.MethodPost, "/tokens/0190a6c2-7d3e-7000-8000-000000000001/revoke", "")
	if foreign.status != http.StatusNotFound || foreign.code() != "token_unknown" || strings.Replace(string(foreign.body), own.Tokens[0].ID, "0190a6c2-7d3e-7000-8000-000000000001", 1) != string(absent.body) {
		t.Errorf("somebody else's: %s, none: %s", foreign.body, absent.body)
	}
	var revoked api.TokenOutput
	admin.does(http.MethodPost, path, "", &revoked)
	if a := clerk.send(http.MethodGet, "/periods", ""); revoked.State != "revoked" || a.status != http.StatusUnauthorized {
		t.Errorf("revoked is %+v, and the token gets %d %s", revoked, a.status, a.body)
	}
	token := b.tokenOf(api.NewToken{Person: "project_clerk", Role: "budget_officer", Valid: time.Hour})
	if a := b.send(http.MethodGet, "/api/v1/periods", token, "", ""); a.status != http.StatusUnauthorized {
		t.Errorf("a token of a role that is not held: %d %s", a.status, a.body)
	}
	token = b.tokenOf(api.NewToken{Person: "project_clerk", Role: "project_clerk", Valid: time.Hour})
	b.moves(`update projects.role_grants set until_day = current_date - 1 where person_id = ?`, clerk.who.Person)
	if a := b.send(http.MethodGet, "/api/v1/periods", token, "", ""); a.status != http.StatusUnauthorized {
		t.Errorf("a token of a role that ended: %d %s", a.status, a.body)
	}
}

// Past the service's own functions nobody opens, re-points or empties an account, forgets an attempt or makes a session older
// than it is; what the service does not need it does not have, and the auditor sees none of it.
func TestDatabaseGuardsAccounts(t *testing.T) {
	t.Parallel()
	b := newOffice(t)
	b.colleagues("budget_officer", "project_clerk")
	b.settled("budget_officer", "ma", "10.0.0.1")
	var document string
	b.must(b.db.NewRaw(`select gen_random_uuid()::text`).Scan(t.Context(), &document))
	logins := map[string]*bun.DB{"app": pgtest.Service(t, b.db), "owner": pgtest.Superuser(t, b.db), "auditor": pgtest.Login(t, b.db, "mingzhang_auditor")}
	const denied, grows, unfit = "42501", "AC034", "AC043"
	for _, x := range []struct {
		who   string
		query string
		state string
	}{
		{"app", `insert into api.accounts (book_id, account, person_id) select book_id, 'thief', person_id from accounting.persons limit 1`, denied},
		{"app", `update api.accounts set password_hash = '$argon2id$x'`, denied},
		{"app", `update api.accounts set person_id = person_id`, denied},
		{"app", `update api.sessions set began_at = now()`, denied},
		{"app", `update api.sessions set account = 'x'`, denied},
		{"app", `insert into api.sign_ins (book_id, sign_in_id, account, address, outcome, at) values (640303, gen_random_uuid(), 'ma', 'x', 'signed_in', '2030-01-01')`, denied},
		{"app", `update api.sign_ins set outcome = 'signed_in'`, denied},
		{"app", `delete from api.sign_ins`, denied},
		{"app", `delete from api.one_time_codes`, denied},
		{"app", `update api.tokens set person_id = person_id`, denied},
		{"app", `select api.carry_out_account(640303, '` + document + `')`, unfit},
		{"app", `select api.start_password(640303, '` + document + `', '` + document + `', '$argon2id$x')`, "AC081"},
		{"owner", `update api.accounts set person_id = (select person_id from accounting.persons where code = 'project_clerk')`, grows},
		{"owner", `update api.accounts set account = 'other'`, grows},
		{"owner", `delete from api.accounts`, grows},
		{"owner", `truncate api.sign_ins`, grows},
		{"owner", `update api.sign_ins set address = 'x'`, grows},
		{"owner", `delete from api.sign_ins`, grows},
		{"owner", `update api.accounts set password_hash = 'in clear'`, "23514"},
		{"auditor", `select password_hash from api.accounts`, denied},
		{"auditor", `select account from api.sign_ins`, denied},
		{"auditor", `select secret from api.second_factors`, denied},
		{"auditor", `select session_hash from api.sessions`, denied},
	} {
		_, err := logins[x.who].ExecContext(t.Context(), x.query)
		var refused *pq.Error
		if !errors.As(err, &refused) || string(refused.Code) != x.state {
			t.Errorf("%s: %s: %v, want %s", x.who, x.query, err, x.state)
		}
	}
}
