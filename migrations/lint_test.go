package migrations_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mingzhang/migrations/pgtest"
)

// What a book may be moved by: every row of a bureau says whose it is, and every key begins with that. Then the same schema
// runs on one server or on many, and one bureau can be taken out of it.

// registeredTables are all tables of the three schemas. A tenant's rows belong to one book; reference tables are the same everywhere.
// A migration that adds a table names it here.
var registeredTables = map[string]string{
	"accounting.books": "reference",

	"accounting.units": "tenant", "accounting.persons": "tenant", "accounting.accounts": "tenant", "accounting.ledgers": "tenant",
	"accounting.budget_lines": "tenant", "accounting.subjects": "tenant", "accounting.periods": "tenant", "accounting.close_proposals": "tenant",
	"accounting.vouchers": "tenant", "accounting.lines": "tenant", "accounting.reversals": "tenant", "accounting.turnover": "tenant",
	"accounting.verifications": "tenant", "projects.notices": "tenant",
	"accounting.positions": "tenant", "accounting.commands": "tenant", "accounting.refusals": "tenant",
	"projects.nodes": "tenant", "projects.node_parties": "tenant", "projects.funding_sources": "tenant", "projects.plan_lines": "tenant",
	"api.tokens": "tenant", "api.accounts": "tenant", "api.account_documents": "tenant", "api.second_factors": "tenant", "api.one_time_codes": "tenant",
	"api.sessions": "tenant", "api.sign_ins": "tenant",
	"api.backups":     "tenant",
	"projects.payees": "tenant", "projects.payee_accounts": "tenant", "projects.invoices": "tenant", "projects.invoice_uses": "tenant",
	"projects.payment_requests": "tenant", "projects.payment_lines": "tenant", "projects.payment_draws": "tenant", "projects.receipts": "tenant", "projects.reissues": "tenant",
	"projects.files": "tenant", "projects.file_uploads": "tenant", "projects.document_files": "tenant", "projects.settings": "tenant",
	"projects.budget_numbers": "tenant", "projects.subsidy_batches": "tenant", "projects.injections": "tenant", "projects.village_records": "tenant", "projects.cash_plans": "tenant",
	"projects.flows": "tenant", "projects.approval_bands": "tenant", "projects.document_counters": "tenant", "projects.documents": "tenant",
	"projects.duties": "tenant", "projects.acts": "tenant", "projects.outside_acts": "tenant", "projects.role_grants": "tenant",
	"projects.delegations": "tenant", "projects.departures": "tenant",
	"projects.contracts": "tenant", "projects.contract_items": "tenant", "projects.contract_funding": "tenant",
	"projects.certificates": "tenant", "projects.certificate_items": "tenant", "projects.settlements": "tenant",
	"projects.list_profiles": "tenant", "projects.imports": "tenant", "projects.external_codes": "tenant",
	"projects.treasury_payments": "tenant", "projects.treasury_matches": "tenant", "projects.failed_orders": "tenant", "projects.line_vouchers": "tenant",
	"projects.item_reasons": "tenant", "projects.payment_exports": "tenant",
	"projects.bank_accounts": "tenant", "projects.bank_statements": "tenant", "projects.bank_lines": "tenant", "projects.bank_matches": "tenant", "projects.closing_sheets": "tenant",
	"projects.node_milestones": "tenant", "projects.assets": "tenant", "projects.final_accounts": "tenant",
	"projects.progress_entries": "tenant",
}

const ours = `('accounting', 'projects', 'api')`

func TestTablesAreRegistered(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	var found []string
	err := db.NewRaw(`select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in `+ours+` and c.relkind in ('r', 'p', 'f', 'm') and not c.relispartition`).Scan(t.Context(), &found)
	if err != nil {
		t.Fatal(err)
	}
	var registered []string
	for name := range registeredTables {
		registered = append(registered, name)
	}
	slices.Sort(found)
	slices.Sort(registered)
	if diff := cmp.Diff(registered, found); diff != "" {
		t.Errorf("tables (-registered here +in the database)\n%s", diff)
	}
}

// lint is a rule of the catalogue: a query that lists what breaks it, and statements that do, each of which must be listed.
type lint struct {
	name, query string
	breaks      []string
}

// tenantTables lists the tables and partitions that carry rows of bureaus.
const tenantTables = `(select c.oid, n.nspname || '.' || c.relname as name, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
	where n.nspname in ` + ours + ` and c.relkind in ('r', 'p') and (n.nspname, c.relname) <> ('accounting', 'books'))`

// bookColumn is the number of the column that says whose a row is.
const bookColumn = `(select a.attnum from pg_attribute a where a.attrelid = t.oid and a.attname = 'book_id')`

var lints = []lint{
	{"every row says whose book it is in", `select t.name from ` + tenantTables + ` t
		where not exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'book_id' and a.attnotnull and a.atttypid = 'bigint'::regtype)`,
		[]string{`create table api.x (id uuid)`, `create table api.x (book_id bigint)`, `create table projects.x (book_id int not null)`}},
	{"every table has a primary key", `select t.name from ` + tenantTables + ` t where not exists (select from pg_constraint k where k.conrelid = t.oid and k.contype = 'p')`,
		[]string{`create table api.x (book_id bigint not null)`}},
	{"primary keys, unique rules and their indexes begin with the book", `select t.name || ' ' || i.indexrelid::regclass from ` + tenantTables + ` t join pg_index i on i.indrelid = t.oid
		where i.indisunique and i.indkey[0] is distinct from ` + bookColumn,
		[]string{`create table api.x (book_id bigint not null, id uuid primary key)`, `create unique index x on accounting.units (code)`, `create unique index x on accounting.units (code, book_id)`,
			`alter table projects.nodes add constraint x unique (node_id)`, `create unique index x on accounting.units ((lower(code)))`}},
	{"foreign keys pair book with book, first", `select t.name || ' ' || k.conname from ` + tenantTables + ` t join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
		where k.conkey[1] is distinct from ` + bookColumn + ` or k.confkey[1] is distinct from (select a.attnum from pg_attribute a where a.attrelid = k.confrelid and a.attname = 'book_id')`,
		[]string{
			`create unique index u on projects.nodes (node_id); alter table projects.nodes add foreign key (parent_id) references projects.nodes (node_id)`,
			`create unique index u on projects.nodes (node_id, book_id); alter table projects.nodes add foreign key (parent_id, book_id) references projects.nodes (node_id, book_id)`,
		}},
	{"foreign keys do nothing by themselves", `select t.name || ' ' || k.conname from ` + tenantTables + ` t join pg_constraint k on k.conrelid = t.oid and k.contype = 'f' where k.confdeltype <> 'a' or k.confupdtype <> 'a'`,
		[]string{`create table api.x (book_id bigint not null references accounting.books on delete set null)`, `create table api.x (book_id bigint not null references accounting.books on update cascade)`}},
	{"nothing is put off to the end of a transaction", `select k.conname::text from pg_constraint k join pg_namespace n on n.oid = k.connamespace where n.nspname in ` + ours + ` and k.condeferrable
		union all select t.tgname::text from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname in ` + ours + ` and t.tgdeferrable and not t.tgisinternal`,
		[]string{`create table api.x (book_id bigint not null, id uuid, primary key (book_id, id) deferrable)`, `alter table projects.nodes add constraint x foreign key (book_id) references accounting.books deferrable initially deferred`,
			`create constraint trigger x after insert on accounting.units deferrable for each row execute function accounting.registry_grows()`}},
	{"no number comes from a sequence", `select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ` + ours + ` and c.relkind = 'S'
		union all select t.name || '.' || a.attname from ` + tenantTables + ` t join pg_attribute a on a.attrelid = t.oid and a.attidentity <> ''
		union all select t.name || ' ' || pg_get_expr(d.adbin, d.adrelid) from ` + tenantTables + ` t join pg_attrdef d on d.adrelid = t.oid where pg_get_expr(d.adbin, d.adrelid) like '%nextval%'`,
		[]string{`create table api.x (id bigserial)`, `create table api.x (id bigint generated always as identity)`, `create sequence api.x`}},
	{"every view asks with the reader's rights", `select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ` + ours + ` and c.relkind in ('v', 'm') and not coalesce(c.reloptions, '{}') && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1']`,
		[]string{`create view api.x as select 1`, `create view api.x with (security_invoker = false) as select 1`, `create materialized view api.x as select 1`}},
	{"the list of books points to no bureau's rows", `select k.conname::text from pg_constraint k where k.conrelid = 'accounting.books'::regclass and k.contype = 'f'`,
		[]string{`alter table accounting.books add foreign key (book_id, code) references accounting.units (book_id, code)`}},
	{"who acts with the owner's rights looks up names in the catalogue first", `select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		where n.nspname in ` + ours + ` and p.prosecdef and not coalesce(p.proconfig, '{}') @> array['search_path=pg_catalog, pg_temp']`,
		[]string{`create function api.x() returns int language sql security definer as 'select 1'`, `create function api.x() returns int language sql security definer set search_path = public as 'select 1'`}},
	{"no function is everybody's", `select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		where n.nspname in ` + ours + ` and has_function_privilege('public', p.oid, 'execute')`,
		[]string{`create function api.x() returns int language sql as 'select 1'; grant execute on function api.x to public`}},
}

// Each rule holds, and each of its counterexamples would be found.
func TestCatalogueKeepsItsRules(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	super := pgtest.Superuser(t, db)
	for _, l := range lints {
		t.Run(l.name, func(t *testing.T) {
			for i, breaking := range append([]string{""}, l.breaks...) {
				tx, err := super.BeginTx(t.Context(), nil)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := tx.Tx.ExecContext(t.Context(), breaking); err != nil {
					t.Fatalf("%s: %v", breaking, err)
				}
				var found []string
				if err := tx.NewRaw(l.query).Scan(t.Context(), &found); err != nil {
					t.Fatal(err)
				}
				_ = tx.Rollback()
				if i == 0 && len(found) > 0 {
					t.Errorf("breaks the rule: %s", strings.Join(found, ", "))
				}
				if i > 0 && len(found) == 0 {
					t.Errorf("the rule does not find: %s", breaking)
				}
			}
		})
	}
}

// The name of a constraint differs from engine to engine; what happened is told by the SQLSTATE alone.
func TestNobodyAsksForTheNameOfAConstraint(t *testing.T) {
	t.Parallel()
	read := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != ".." && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		read++
		for _, place := range constraintNames(t, path, nil) {
			t.Errorf("%s asks for the name of a constraint", place)
		}
		return nil
	})
	if err != nil || read < 50 {
		t.Errorf("%d files read, %v", read, err)
	}
	if found := constraintNames(t, "example.go", "package x\nfunc f(e *pq.Error) bool { return e.Constraint == `floor` }\n"); len(found) != 1 {
		t.Error("the rule does not find its counterexample")
	}
}

func constraintNames(t *testing.T, path string, text any) (places []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Constraint" {
			places = append(places, files.Position(s.Pos()).String())
		}
		return true
	})
	return places
}
