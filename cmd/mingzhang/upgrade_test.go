package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"mingzhang/accounting"
	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
)

// The release before this one had the migrations up to this.
const lastOfPrevious = "0009_grants.tx.up.sql"

// previousRelease makes a data folder as the previous release left it: its schema, and a book with a closed month and an open one.
func previousRelease(t *testing.T, dir string) {
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
	previousSchema(t, db)
	service, err := migrations.OpenDB(cluster.DSN(migrations.App, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = service.Close() }()
	previousBook(t, bun.NewDB(db, pgdialect.New()), service)
}

func previousSchema(t *testing.T, db *sql.DB) {
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
		if name > lastOfPrevious {
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

func previousBook(t *testing.T, owner, service *bun.DB) {
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
	if _, err := accounting.ClosePeriod(t.Context(), service, command("close"), 202501); err != nil {
		t.Fatal(err)
	}
}

// The way from the release before to this one, and to another PostgreSQL: this program backs the old books up as they are, and
// restores them into its own schema. Roots and sums come along, and the old folder is left as it was.
func TestPreviousReleaseIsBackedUpAndRestoredByThisOne(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	previousRelease(t, p.path("var"))
	p.run("backup", "old.tar")
	m := manifestOf(t, p.path("old.tar"))
	if n := len(m.Migrations); n != 8 || m.Migrations[n-1].Name != lastOfPrevious {
		t.Fatalf("the backup changed what it backed up: %v", m.Migrations)
	}
	if _, there := m.Tables["projects.documents"]; there {
		t.Error("the previous release had documents")
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
