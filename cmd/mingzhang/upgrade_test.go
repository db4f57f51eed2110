package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"mingzhang/accounting"
	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
)

// The first release had the migrations up to this.
const lastOfFirst = "0009_grants.tx.up.sql"

// firstRelease makes a data folder as the first release left it: its schema, and a book with a closed month and an open one.
func firstRelease(t *testing.T, dir string) {
	t.Helper()
	cluster, err := pglocal.Start(t.Context(), pglocal.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	}()
	if err := cluster.EnsureDatabase(t.Context(), databaseName); err != nil {
		t.Fatal(err)
	}
	db, err := migrations.OpenOwner(cluster.DSN(pglocal.Admin, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := migrations.PrepareRoles(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	firstSchema(t, db)
	service, err := migrations.OpenDB(cluster.DSN(migrations.App, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = service.Close() }()
	firstBook(t, bun.NewDB(db, pgdialect.New()), service)
}

func firstSchema(t *testing.T, db *sql.DB) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	do := func(statement string, args ...any) {
		if _, err := tx.ExecContext(t.Context(), statement, args...); err != nil {
			t.Fatalf("%.60s: %v", statement, err)
		}
	}
	do(`set local role mingzhang_owner; set local search_path = ''; create schema migrations;
		create table migrations.applied (name text primary key, sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'), applied_at timestamptz not null default clock_timestamp(), applied_by text not null default session_user);
		grant usage on schema migrations to mingzhang_app, mingzhang_auditor; grant select on migrations.applied to mingzhang_app, mingzhang_auditor`)
	files, err := filepath.Glob("../../migrations/*.tx.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files { // sorted
		name := filepath.Base(f)
		if name > lastOfFirst {
			break
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(text)
		do(string(text))
		do(`insert into migrations.applied (name, sha256) values ($1, $2)`, name, hex.EncodeToString(sum[:]))
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func firstBook(t *testing.T, owner, service *bun.DB) {
	t.Helper()
	unit, maker, checker := accounting.NewID(), accounting.NewID(), accounting.NewID()
	project, line := accounting.ProjectID{UUID: accounting.NewID()}, accounting.BudgetLineID{UUID: accounting.NewID()}
	for _, s := range []struct {
		statement string
		args      []any
	}{
		{`insert into accounting.books (book_id, code, name, kind) values (640303, '640303', '红寺堡区财政局', 'real')`, nil},
		{`insert into accounting.units (book_id, unit_id, code, name, kind) values (640303, ?, '101', '住建局', 'administrative')`, []any{unit}},
		{`insert into accounting.persons (book_id, person_id, code, name, unit_id) values (640303, ?, 'p1', '人员一', ?), (640303, ?, 'p2', '人员二', ?)`, []any{maker, unit, checker, unit}},
		{`insert into accounting.accounts (book_id, code, name_zh, name_en, type, normal_side, basis, leaf, takes_line, takes_subject, takes_class, rule)
			values (640303, '9101', '指标文', '', '', 'credit', 'authority', true, true, '', false, ''), (640303, '9201', '待分指标', '', '', 'debit', 'authority', true, true, '', false, 'floor')`, nil},
		{`select accounting.open_year(640303, 2025)`, nil},
		{`insert into accounting.ledgers (book_id, project_id, unit_id, code) values (640303, ?, ?, '2025-05')`, []any{project, unit}},
		{`insert into accounting.budget_lines (book_id, budget_line_id, project_id, fiscal_year, code, fund_nature, funding_source) values (640303, ?, ?, 2025, '2025-05/2025', 'general_public_budget', 'county')`, []any{line, project}},
	} {
		if _, err := owner.ExecContext(t.Context(), s.statement, s.args...); err != nil {
			t.Fatalf("%.60s: %v", s.statement, err)
		}
	}
	books := accounting.NewBooks(service)
	defer books.Close()
	command := func(key string) accounting.Command {
		return accounting.Command{Book: 640303, Key: key, Name: "voucher.post", Body: key, By: accounting.Actor{Person: accounting.PersonID{UUID: checker}}}
	}
	on := accounting.Dims{Project: project, BudgetLine: line}
	for _, day := range []string{"2025-01-10", "2025-01-20", "2025-02-10"} {
		_, err := books.Post(t.Context(), command(day), accounting.Voucher{Book: 640303, Date: accounting.MustDate(day), Source: "I1", Memo: day, PreparedBy: accounting.PersonID{UUID: maker},
			ReviewedBy: accounting.PersonID{UUID: checker}, PostedBy: accounting.PersonID{UUID: checker}, Attachments: 1,
			Lines: []accounting.Line{accounting.Dr("9201", accounting.MustMoney("100.01"), on), accounting.Cr("9101", accounting.MustMoney("100.01"), on)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := service.ExecContext(t.Context(), `select accounting.close_period(640303, 202501, ?)`, checker); err != nil { // it took one person then
		t.Fatal(err)
	}
}

// The way from the first release to this one, and to another PostgreSQL: this program backs the old books up as they are, and
// restores them into its own schema. Roots and sums come along, and the old folder is left as it was.
func TestFirstReleaseIsBackedUpAndRestoredByThisOne(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	firstRelease(t, p.path("var"))
	p.run("backup", "old.tar")
	m := manifestOf(t, p.path("old.tar"))
	if n := len(m.Migrations); n != 8 || m.Migrations[n-1].Name != lastOfFirst {
		t.Fatalf("the backup changed what it backed up: %v", m.Migrations)
	}
	if _, there := m.Tables["projects.documents"]; there {
		t.Error("the first release had documents")
	}
	b := m.Books[0]
	if b.Vouchers != 3 || b.CompleteTo == nil || len(b.Periods) != 2 || b.Periods[0].Root == "" || b.Periods[1].LastNumber != 1 || b.Turnover[0].Debit != "300.03" {
		t.Errorf("the manifest says %+v", b)
	}
	out := p.run("restore", "old.tar", "--data-dir", "new")
	if !strings.Contains(out, "the first 0010_documents") || !strings.Contains(out, "3 vouchers, sums and 1 roots as in the archive") {
		t.Error(out)
	}
	p.run("backup", "new.tar", "--data-dir", "new")
	after := manifestOf(t, p.path("new.tar"))
	if err := compareTotals(m.Books, after.Books); err != nil {
		t.Error(err)
	}
	after.Books[0].Turnover[0].Debit = "300.04"
	if err := compareTotals(m.Books, after.Books); code(err) != "restore_differs" {
		t.Errorf("a fen too much passes: %v", err)
	}
	after.Books[0].Turnover[0].Debit = "300.03"
	after.Books[0].Periods[0].Root = strings.Repeat("0", 64)
	if err := compareTotals(m.Books, after.Books); code(err) != "restore_differs" {
		t.Errorf("another root passes: %v", err)
	}
}

// previousBooks is an archive that the program of the previous release made, after its demonstration and the month of docs/MONTH.md: two
// books with documents of all kinds, a treasury's list with its matches, sheets, open items, closed months, attachments. At the next release it
// is replaced by one that release's program made in the same way.
const (
	previousBooks  = "testdata/books-d267124.tar"
	lastOfPrevious = "0024_opening.tx.up.sql"
)

// previousRelease makes a data folder as the previous release left it, without a step of this one's schema.
func previousRelease(t *testing.T, dir string) manifest {
	t.Helper()
	m := manifestOf(t, previousBooks)
	archive, err := os.Open(previousBooks)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	cluster, err := pglocal.Start(t.Context(), pglocal.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	}()
	if err := cluster.EnsureDatabase(t.Context(), databaseName); err != nil {
		t.Fatal(err)
	}
	dsn := cluster.DSN(pglocal.Admin, databaseName)
	db, err := migrations.OpenOwner(dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := migrations.PrepareRoles(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	r := &restoring{options: &options{dataDir: dir}, archive: archive, say: func(string, ...any) {}, target: target{dsn: dsn, cluster: cluster, major: m.Major}}
	if err := r.load(t.Context(), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// wholeAfterwards expects of books that came from the previous release what they were, by this one's checks.
func (p *program) wholeAfterwards(before manifest, dataDir string) {
	p.t.Helper()
	for _, b := range before.Books {
		if out := p.run("verify", "--data-dir", dataDir, "--book", fmt.Sprint(b.Book)); strings.Contains(out, "FAIL") || !strings.Contains(out, "ok    ") {
			p.t.Error(out)
		}
		report := p.run("reconcile", "--data-dir", dataDir, "--book", fmt.Sprint(b.Book), "--as-of", "2026-12-31", "--known-at", b.CompleteTo.Format(time.RFC3339Nano), "--lang", "en")
		if !strings.Contains(report, "all checks hold") {
			p.t.Error(report)
		}
	}
	if out := p.run("doctor", "--data-dir", dataDir); !strings.Contains(out, "the database is up to date") || !strings.Contains(out, "have their rights and no more") {
		p.t.Error(out)
	}
	archive := dataDir + "-after.tar"
	p.run("backup", archive, "--data-dir", dataDir)
	after := manifestOf(p.t, p.path(archive))
	if err := compareTotals(before.Books, after.Books); err != nil {
		p.t.Error(err)
	}
	for table, n := range before.Tables {
		if after.Tables[table] < n {
			p.t.Errorf("%s had %d rows and has %d", table, n, after.Tables[table])
		}
	}
	if n, _ := after.files(); n != 12 || len(after.Lacking) > 0 {
		p.t.Errorf("%d files came along, %d are lacking", n, len(after.Lacking))
	}
}

// A newer program is put on the old one's data folder, which is the usual upgrade: its backup of them changes nothing, its first start
// brings the schema up to date, and the service goes on with the next numbers.
func TestPreviousReleaseIsUpgradedInPlace(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	m := previousRelease(t, p.path("var"))
	if n := len(m.Migrations); m.Migrations[n-1].Name != lastOfPrevious || len(m.Books) != 2 || m.Tables["projects.documents"] < 100 || m.Program != "d267124" {
		t.Fatalf("%s is not what the previous release left: %v, %d books, %d documents", previousBooks, m.Migrations[n-1], len(m.Books), m.Tables["projects.documents"])
	}
	p.run("backup", "before.tar")
	before := manifestOf(t, p.path("before.tar"))
	if n := len(before.Migrations); before.Migrations[n-1].Name != lastOfPrevious || !maps.Equal(before.Tables, m.Tables) {
		t.Errorf("the backup before the upgrade changed something: %v", before.Migrations[n-1])
	}
	p.serve("--book", "640303900").stop()
	p.wholeAfterwards(m, "var")
}

// The same books, restored by the newer program.
func TestPreviousReleaseIsRestored(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	archive, err := filepath.Abs(previousBooks)
	if err != nil {
		t.Fatal(err)
	}
	out := p.run("restore", archive, "--data-dir", "new")
	if lacking, err := migrations.Lacking(manifestOf(t, previousBooks).Migrations); err != nil || len(lacking) > 0 && !strings.Contains(out, "migrations more, the first "+strings.TrimSuffix(lacking[0], ".tx.up.sql")) {
		t.Errorf("%v %v\n%s", err, lacking, out)
	}
	p.wholeAfterwards(manifestOf(t, previousBooks), "new")
}
