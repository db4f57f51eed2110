package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/migrations"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

const book accounting.BookID = 640303

// bureau is a book served over real HTTP: a programme 2025-05 with a project below it and a project 2025-06 beside, lines
// of 2025 and 2026, a clerk who prepares and a head who sends.
type bureau struct {
	t      testing.TB
	db     *bun.DB
	url    string
	head   accounting.Actor
	tokens map[string]string // by role
	keys   int
	reach  func(api.Reach)
	server *api.Server
	log    *logged
}

// logged is what the service wrote into its log.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newBureau(t testing.TB) *bureau {
	t.Helper()
	db := pgtest.Open(t)
	b := serve(t, db, pgtest.Service(t, db))
	unit := accounting.UnitID{UUID: accounting.NewID()}
	b.head = accounting.Actor{Person: accounting.PersonID{UUID: accounting.NewID()}, Unit: unit}
	ctx := t.Context()
	b.must(accounting.AddBook(ctx, db, accounting.Book{ID: book, Code: "640303", Name: "红寺堡区财政局", Kind: accounting.RealBook}))
	b.must(accounting.AddUnit(ctx, db, accounting.Unit{Book: book, ID: unit, Code: "101", Name: "住建局", Kind: accounting.Administrative}))
	b.must(accounting.AddPerson(ctx, db, accounting.Person{Book: book, ID: b.head.Person, Code: "head", Name: "负责人", Unit: unit}))
	b.must(accounting.AddPerson(ctx, db, accounting.Person{Book: book, ID: accounting.PersonID{UUID: accounting.NewID()}, Code: "clerk", Name: "经办", Unit: unit}))
	b.must(accounting.AddAccounts(ctx, db, book, projects.Chart()))
	b.must(accounting.OpenYear(ctx, db, book, 2025))
	b.must(accounting.OpenYear(ctx, db, book, 2026))
	for _, role := range api.Roles {
		id := accounting.PersonID{UUID: accounting.NewID()}
		b.must(accounting.AddPerson(ctx, db, accounting.Person{Book: book, ID: id, Code: "office-" + role, Name: "某", Unit: unit}))
		b.grant(id, unit, role)
	}
	for _, role := range api.TokenRoles {
		b.tokens[role] = b.token(role, time.Hour)
	}
	second := accounting.PersonID{UUID: accounting.NewID()} // who confirms a close
	b.must(accounting.AddPerson(ctx, db, accounting.Person{Book: book, ID: second, Code: "office-second", Name: "某", Unit: unit}))
	b.grant(second, unit, "budget_officer")
	b.tokens[confirmer] = b.tokenOf(api.NewToken{Person: "office-second", Role: "budget_officer", Valid: time.Hour})
	b.store("budget_officer", "红财发〔2025〕9号.pdf", paperFile)
	b.made("/funding-sources", `{"code":"county","name":"区级","kind":"county"}`)
	for _, n := range []string{`"code":"2025-05","kind":"programme"`, `"code":"2025-05-01","parent":"2025-05","kind":"project"`, `"code":"2025-06","kind":"project"`} {
		b.made("/projects", `{`+n+`,"name_zh":"项目","type":"works","unit":"101"}`)
	}
	for _, line := range []string{`"2025-05-01","fiscal_year":2025`, `"2025-05-01","fiscal_year":2026`, `"2025-06","fiscal_year":2025`} {
		b.made("/budget-lines", `{"project":`+line+`,"fund_nature":"general_public_budget","funding_source":"county"}`)
	}
	b.event("approval", `"budget_line":"2025-05-01/2025","amount":"1000000.00"`)
	b.event("issue", `"budget_line":"2025-05-01/2025","amount":"600000.00"`)
	return b
}

// serve starts the service on served; owner is the same database reached directly.
func serve(t testing.TB, owner, served *bun.DB) *bureau {
	t.Helper()
	files, err := projects.OpenFileFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	log := new(logged)
	s, e := api.New(served, files, slog.New(slog.NewTextHandler(log, nil)))
	web := httptest.NewServer(e)
	t.Cleanup(func() { web.Close(); s.Close() })
	return &bureau{t: t, db: owner, url: web.URL, tokens: map[string]string{}, reach: func(r api.Reach) { s.ReachedBy(e, r) }, server: s, log: log}
}

func (b *bureau) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// token is one of the office's person in that role; a program's is the head's.
func (b *bureau) token(role string, valid time.Duration) string {
	b.t.Helper()
	person := "office-" + role
	if role == "system" {
		person = "head"
	}
	return b.tokenOf(api.NewToken{Person: person, Role: role, Valid: valid})
}

func (b *bureau) tokenOf(in api.NewToken) string {
	b.t.Helper()
	b.keys++
	token, err := api.CreateToken(b.t.Context(), b.db, accounting.Command{Book: book, Key: fmt.Sprint("token-", b.keys), Name: "token.create", By: b.head}, in)
	b.must(err)
	return token
}

// grant gives a role past the document it takes.
func (b *bureau) grant(person accounting.PersonID, unit accounting.UnitID, role string) {
	b.t.Helper()
	_, err := pgtest.Superuser(b.t, b.db).ExecContext(b.t.Context(), `insert into projects.role_grants (book_id, grant_id, person_id, unit_id, role, from_day) values (?, ?, ?, ?, ?, '2025-01-01')`,
		book, accounting.NewID(), person, unit, role)
	b.must(err)
}

// answer is what came back.
type answer struct {
	status int
	body   []byte
	header http.Header
}

func (a answer) code() string {
	var p api.Problem
	_ = json.Unmarshal(a.body, &p) // no problem has no code
	return p.Code
}

// send sends a request as it is; an empty key or token sends none.
func (b *bureau) send(method, path, token, key, body string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, bytes.NewBufferString(body))
	b.must(err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	b.must(err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	b.must(err)
	if said := english.Find(text); said != nil && res.Header.Get("Content-Type") == "application/problem+json" {
		b.t.Errorf("%s %s: whoever reads Chinese is told %q in %s", method, path, said, text)
	}
	return answer{res.StatusCode, text, res.Header}
}

// english is a piece of a sentence that was left in English.
var english = regexp.MustCompile(`\b[a-z]{3,} [a-z]{2,} [a-z]{2,}\b`)

// post sends a command under a key of its own: of a program where it posts without a document, else of the budget officer.
func (b *bureau) post(path, body string) answer {
	b.t.Helper()
	b.keys++
	return b.send(http.MethodPost, "/api/v1"+path, b.tokens[sender(path)], fmt.Sprint("key-", b.keys), body)
}

func sender(path string) string {
	if strings.HasPrefix(path, "/vouchers") || strings.HasPrefix(path, "/events/") {
		return "system"
	}
	if strings.HasPrefix(path, "/periods/") && strings.HasSuffix(path, "/close") {
		return confirmer
	}
	return "budget_officer"
}

// confirmer is the second budget officer's token, who confirms what the first proposes to close.
const confirmer = "budget_officer 2"

// proposes proposes to close a period with the vouchers it has.
func (b *bureau) proposes(period string) api.CloseProposalOutput {
	b.t.Helper()
	var now struct{ Periods []api.PeriodOutput }
	b.get("/periods", &now)
	i := slices.IndexFunc(now.Periods, func(p api.PeriodOutput) bool { return p.Period == period })
	var p api.CloseProposalOutput
	b.must(json.Unmarshal(b.made("/periods/"+period+"/close-proposals", fmt.Sprintf(`{"vouchers":%d}`, now.Periods[i].Vouchers)).body, &p))
	return p
}

// closes closes a period by its two persons.
func (b *bureau) closes(period string) {
	b.t.Helper()
	b.made("/periods/"+period+"/close", fmt.Sprintf(`{"proposal":%d}`, b.proposes(period).Number))
}

func (b *bureau) made(path, body string) answer {
	b.t.Helper()
	a := b.post(path, body)
	if a.status != http.StatusCreated && a.status != http.StatusOK {
		b.t.Fatalf("%s %s: %d %s", path, body, a.status, a.body)
	}
	return a
}

func (b *bureau) event(name, figures string) answer {
	b.t.Helper()
	return b.made("/events/"+name, `{"date":"2025-03-05","document_no":"红财发〔2025〕1号","prepared_by":"clerk","attachments":1,`+figures+`}`)
}

// get reads into out what an auditor sees.
func (b *bureau) get(path string, out any) {
	b.t.Helper()
	a := b.send(http.MethodGet, "/api/v1"+path, b.tokens["auditor"], "", "")
	if a.status != http.StatusOK {
		b.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	b.must(json.Unmarshal(a.body, out))
}

// written counts vouchers and commands.
func (b *bureau) written() (n [2]int) {
	b.t.Helper()
	b.must(b.db.NewRaw(`select (select count(*) from accounting.vouchers), (select count(*) from accounting.commands)`).Scan(b.t.Context(), &n[0], &n[1]))
	return n
}

// voucher is the body of a voucher of 1,000 yuan from 9201 to 9301.01, changed by pairs of old and new text.
func voucher(changes ...string) string {
	text := []byte(`{"date":"2025-04-01","memo":"测试","prepared_by":"clerk","attachments":1,"lines":[` +
		`{"account":"9301.01","project":"2025-05-01","budget_line":"2025-05-01/2025","debit":"1000.00"},` +
		`{"account":"9201","project":"2025-05-01","budget_line":"2025-05-01/2025","credit":"1000.00"}]}`)
	for i := 0; i < len(changes); i += 2 {
		if !bytes.Contains(text, []byte(changes[i])) {
			panic("the voucher has no " + changes[i])
		}
		text = bytes.ReplaceAll(text, []byte(changes[i]), []byte(changes[i+1]))
	}
	return string(text)
}

// nowhere is a database that does not answer.
func nowhere(t testing.TB) *bun.DB {
	t.Helper()
	db, err := migrations.OpenDB("host=127.0.0.1 port=1 user=nobody dbname=none sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
