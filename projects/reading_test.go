package projects_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// readByAll are tables that hang on documents and are every reader's all the same.
var readByAll = map[string]string{
	"projects.role_grants":    "who may do what is asked before anything is shown",
	"projects.payees":         "one register for all units, so that a supplier is one payee",
	"projects.payee_accounts": "belongs to that register; lists mask the numbers",
	"projects.budget_numbers": "the budget is the bureau's and published",
	"projects.cash_plans":     "the budget is the bureau's and published",
	"projects.invoices":       "an invoice is used once over all units",
	"projects.delegations":    "like what they lend",
	"projects.departures":     "who left is every colleague's to know",
	"api.account_documents":   "which document made which account; nobody is shown it",
}

// readWhenIssued are tables of the bureau of which every unit reads what has left it: see the test of their policy.
var readWhenIssued = []string{"projects.notices"} // TestNoticesStay

// twoUnits is a book in which two units have vouchers and a document each, and rows in every table that is guarded, all in
// a superuser's transaction.
type twoUnits struct {
	t      *testing.T
	tx     bun.Tx
	unit   [2]accounting.UnitID
	tables []string // with row-level security
}

func newTwoUnits(t *testing.T) twoUnits {
	t.Helper()
	b := newBureau(t)
	ctx, u := t.Context(), twoUnits{t: t, unit: [2]accounting.UnitID{b.unit}}
	b.node("2025-05", "ADM", 2025)
	b.node("2025-06", "INS", 2025)
	b.must(b.db.NewRaw(`select unit_id from accounting.units where code = 'INS'`).Scan(ctx, &u.unit[1]))
	for _, line := range []string{"2025-05/2025", "2025-06/2025"} {
		b.mustRecord(&projects.Approve{Head: b.on("2025-03-01"), Draw: draw(line, "100.00")})
	}
	super := pgtest.Superuser(t, b.db)
	var err error
	u.tx, err = super.BeginTx(ctx, nil)
	b.must(err)
	t.Cleanup(func() { _ = u.tx.Rollback() })
	for _, unit := range u.unit { // the document of a unit has the unit's identity, and so has whatever hangs on it
		u.do(`insert into projects.documents (book_id, document_id, kind, number, unit_id, flow, content, content_hash, state, created_by)
			values (?, ?1, 'contract', ?1, ?1, 'works', '{}', sha256('{}'), 'draft', ?2)`, book, unit, b.clerk)
	}
	for _, unit := range u.unit { // and so has a person of it
		u.do(`insert into accounting.persons (book_id, person_id, code, name, unit_id) values (?, ?1, ?1, ?1, ?1)`, book, unit)
	}
	b.must(u.tx.NewRaw(`select c.oid::regclass::text from pg_class c where c.relrowsecurity and not c.relispartition and c.oid <> all (?::regclass[]) order by 1`, pq.Array(readWhenIssued)).Scan(ctx, &u.tables))
	for _, table := range u.tables {
		if strings.HasPrefix(table, "projects.") && table != "projects.documents" {
			u.fill(table)
		}
	}
	return u
}

func (u twoUnits) do(sql string, args ...any) {
	u.t.Helper()
	if _, err := u.tx.ExecContext(u.t.Context(), sql, args...); err != nil {
		u.t.Fatalf("%s: %v", sql, err)
	}
}

// fill puts a row of each unit into a table: every identity in it is that of the unit's document, or its project's. What
// else a row must be is of no matter here, so its checks and triggers go first.
func (u twoUnits) fill(table string) {
	u.t.Helper()
	ctx := u.t.Context()
	var checks []string
	if err := u.tx.NewRaw(`select conname from pg_constraint where conrelid = ?::regclass and conparentid = 0 and contype in ('c', 'f', 'u')`, table).Scan(ctx, &checks); err != nil {
		u.t.Fatal(err)
	}
	u.do(`alter table ` + table + ` disable trigger all`)
	for _, c := range checks {
		u.do(`alter table ` + table + ` drop constraint if exists "` + c + `" cascade`)
	}
	var indexes []string
	if err := u.tx.NewRaw(`select i.indexrelid::regclass::text from pg_index i where i.indrelid = ?::regclass and i.indisunique and not exists (select from pg_constraint k where k.conindid = i.indexrelid)`, table).Scan(ctx, &indexes); err != nil {
		u.t.Fatal(err)
	}
	for _, i := range indexes {
		u.do(`drop index ` + i)
	}
	var columns []struct{ Name, Type string }
	err := u.tx.NewRaw(`select attname as name, coalesce(nullif(t.typbasetype, 0), t.oid)::regtype::text as type from pg_attribute a join pg_type t on t.oid = a.atttypid
		where attrelid = ?::regclass and attnum > 0 and not attisdropped and attnotnull and not atthasdef and attgenerated = ''`, table).Scan(ctx, &columns)
	if err != nil {
		u.t.Fatal(err)
	}
	values := map[string]string{"bigint": "640303", "uuid": "?0", "text": "?0", "integer": "1", "numeric": "1", "bytea": "sha256('x')", "date": "'2025-03-01'", "boolean": "false",
		"jsonb": "'{}'", "timestamp with time zone": "now()"}
	var names, list []string
	for _, c := range columns {
		v := values[c.Type]
		if strings.HasSuffix(c.Type, "[]") {
			v = "'{}'"
		}
		if c.Name == "node_id" || c.Name == "project_id" {
			v = `(select l.project_id from accounting.ledgers l where l.unit_id = ?0)`
		}
		if v == "" {
			u.t.Fatalf("%s.%s: the test has no value of type %s", table, c.Name, c.Type)
		}
		names, list = append(names, c.Name), append(list, v)
	}
	for _, unit := range u.unit {
		u.do(fmt.Sprintf(`insert into %s (%s) values (%s)`, table, strings.Join(names, ", "), strings.Join(list, ", ")), unit)
	}
}

// sees counts the rows of a table that the service sees when a transaction says this of who reads; superuser: all there are.
func (u twoUnits) sees(table, reads string) (n int) {
	u.t.Helper()
	u.do(`savepoint reading`)
	if reads != "superuser" {
		u.do(`set local role mingzhang_app`)
		u.do(`select set_config('mingzhang.reads', ?, true)`, reads)
	}
	if err := u.tx.NewRaw(`select count(*) from `+table).Scan(u.t.Context(), &n); err != nil {
		u.t.Fatalf("%s: %v", table, err)
	}
	u.do(`rollback to savepoint reading`)
	return n
}

// wrong says what is wrong with who sees what of a table; nothing, when it is guarded.
func (u twoUnits) wrong(table string) string {
	u.t.Helper()
	all, first, second := u.sees(table, "superuser"), u.sees(table, u.unit[0].String()), u.sees(table, u.unit[1].String())
	switch {
	case all < 2:
		u.t.Fatalf("%s has no rows of two units", table)
	case u.sees(table, "") != 0 || u.sees(table, accounting.NewID().String()) != 0:
		return "a stranger sees some"
	case u.sees(table, "all") != all:
		return "the bureau does not see all"
	case first == 0 || second == 0 || first+second != all:
		return fmt.Sprintf("the units see %d and %d of %d", first, second, all)
	}
	return ""
}

// A unit sees its own rows of every guarded table, the bureau all, and who does not say for whom nothing; each policy is
// what makes it so.
func TestPoliciesShowAUnitItsOwnRows(t *testing.T) {
	t.Parallel()
	u := newTwoUnits(t)
	if len(u.tables) < 8 {
		t.Errorf("only %v are guarded", u.tables)
	}
	for _, table := range u.tables {
		if found := u.wrong(table); found != "" {
			t.Errorf("%s: %s", table, found)
		}
		for _, sabotage := range []string{
			`drop policy unit_reads on ` + table, `alter policy unit_reads on ` + table + ` using (true)`, `alter table ` + table + ` disable row level security`,
			`drop policy unit_reads on ` + table + `; create policy unit_reads on ` + table + ` for select to mingzhang_app using (current_setting('mingzhang.reads', true) = 'all')`,
		} {
			u.do(`savepoint sound`)
			if _, err := u.tx.Tx.ExecContext(t.Context(), sabotage); err != nil {
				t.Fatalf("%s: %v", sabotage, err)
			}
			if u.wrong(table) == "" {
				t.Errorf("nobody notices %s", sabotage)
			}
			u.do(`rollback to savepoint sound`)
		}
	}
	// The auditor's own login reads all without saying so.
	for _, table := range u.tables {
		u.do(`savepoint reading`)
		u.do(`set local role mingzhang_auditor`)
		var n int
		if err := u.tx.NewRaw(`select count(*) from `+table).Scan(t.Context(), &n); err != nil || n < 2 {
			t.Errorf("the auditor sees %d rows of %s, %v", n, table, err)
		}
		u.do(`rollback to savepoint reading`)
	}
}

// Whatever hangs on a document by a foreign key, also over others, is guarded like it.
func TestWhatHangsOnDocumentsIsGuarded(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	var hanging []struct {
		Name    string
		Guarded bool
	}
	err := db.NewRaw(`with recursive hang as (
			select 'projects.documents'::regclass::oid as oid
			union
			select k.conrelid from hang join pg_constraint k on k.confrelid = hang.oid and k.contype = 'f')
		select c.oid::regclass::text as name, c.relrowsecurity and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'unit_reads')
			and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'auditor_reads') as guarded
		from hang join pg_class c using (oid) order by 1`).Scan(t.Context(), &hanging)
	if err != nil {
		t.Fatal(err)
	}
	exceptions := len(readByAll)
	for _, h := range hanging {
		if reason := readByAll[h.Name]; reason != "" {
			exceptions--
		} else if !h.Guarded {
			t.Errorf("%s hangs on documents and anybody reads it: guard it in the migration 0016_reading, or say why not", h.Name)
		}
	}
	if exceptions != 0 || len(hanging) < 6 {
		t.Errorf("exceptions that are none: %d; hanging: %v", exceptions, hanging)
	}
}

// The projects a unit leads by the policies are those whose leads, asked one by one, it is among.
func TestLedProjectsAreThoseWhoseLeadsSaySo(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	for _, code := range []string{"2025-01", "2025-01-01", "2025-01-01-01", "2025-01-02", "2025-01-02-01", "2025-02", "2025-02-01"} {
		b.node(code, "ADM")
	}
	for node, parties := range map[string][]projects.Party{
		"2025-01": {{Role: "lead", Name: "卫生院"}}, "2025-01-01": {{Role: "lead", Name: "供暖公司"}, {Role: "lead", Name: "卫生院"}}, "2025-01-02": {{Role: "lead", Name: "不在册的单位"}},
		"2025-02-01": {{Role: "cooperating", Name: "卫生院"}, {Role: "supervisor", Name: "供暖公司"}},
	} {
		_, err := projects.SetParties(t.Context(), b.db, b.command(), projects.NodeParties{Node: node, Parties: parties})
		b.must(err)
	}
	var units []uuid.UUID
	b.must(b.db.NewRaw(`select unit_id from accounting.units`).Scan(t.Context(), &units))
	total := 0
	for _, unit := range units {
		tx, err := b.db.BeginTx(t.Context(), nil)
		b.must(err)
		_, err = tx.ExecContext(t.Context(), `select set_config('mingzhang.reads', ?, true)`, unit.String())
		b.must(err)
		var led, asked []string
		b.must(tx.NewRaw(`select n.code from projects.nodes_led() l join projects.nodes n on n.node_id = l order by 1`).Scan(t.Context(), &led))
		b.must(tx.NewRaw(`select n.code from projects.nodes n where ? in (select l.unit_id from projects.leads(n.book_id, n.node_id) l) order by 1`, unit).Scan(t.Context(), &asked))
		_ = tx.Rollback()
		if !slices.Equal(led, asked) {
			t.Errorf("unit %s leads %v by the policies, %v by the leads", unit, led, asked)
		}
		total += len(led)
	}
	if total != 5 {
		t.Errorf("%d pairs of a unit and a project it leads, want 5", total)
	}
}
