package accounting_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations"
	"mingzhang/migrations/pgtest"
)

// theft is a statement that the role must not get through. Grant is what alone stands in its way: once it is granted, the
// statement gets past the permission, which shows that the row tests what it says. Empty: only ownership or the rank of a
// superuser would do, which nobody can grant.
type theft struct{ role, attack, grant string }

// thefts are all attacks on what the service and the auditor may not touch.
func thefts() (all []theft) {
	const app, auditor = migrations.App, migrations.Auditor
	// The journal and the balances are written by the posting function alone, under its number and its clock.
	for _, table := range []string{"vouchers", "lines", "vouchers_2025", "lines_2025", "reversals", "subjects", "turnover", "positions", "periods", "close_proposals"} {
		all = append(all, onTable(app, table, "insert", "update", "delete", "truncate")...)
	}
	// The registries and logs take new rows from the service; nothing in them goes away.
	for _, table := range []string{"books", "units", "persons", "accounts", "ledgers", "budget_lines", "commands", "refusals"} {
		all = append(all, onTable(app, table, "update", "delete", "truncate")...)
		all = append(all, onTable(auditor, table, "insert", "update", "delete", "truncate")...)
	}
	for _, table := range []string{"vouchers", "lines", "positions", "turnover", "periods", "close_proposals"} {
		all = append(all, onTable(auditor, table, "insert", "update", "delete", "truncate")...)
	}
	rest := []theft{
		// a number or a time of one's own choice
		{app, `insert into accounting.vouchers (number, recorded_at) values (7, '2001-01-01')`, `grant insert on accounting.vouchers to ` + app},
		{app, `update accounting.periods set last_number = 100`, `grant update on accounting.periods to ` + app},
		{app, `update accounting.periods set state = 'open' where state = 'closed'`, `grant update, select on accounting.periods to ` + app},
		{app, `update accounting.commands set at = '2001-01-01'`, `grant update on accounting.commands to ` + app},
		{app, `update accounting.commands set request_hash = sha256('x')`, `grant update on accounting.commands to ` + app},
		{app, `update accounting.commands set actor = gen_random_uuid()`, `grant update on accounting.commands to ` + app},
		// locks that would stop the bureau
		{app, `select 1 from accounting.lines for update`, `grant update on accounting.lines to ` + app},
		{app, `select 1 from accounting.positions for share`, `grant update on accounting.positions to ` + app},
		{app, `do $$ begin lock table accounting.lines in access exclusive mode; end $$`, `grant truncate on accounting.lines to ` + app},
		{auditor, `do $$ begin lock table accounting.vouchers in share mode; end $$`, `grant truncate on accounting.vouchers to ` + auditor},
		// the helpers of the posting function and of the guards
		{app, `select accounting.judge_reversal(1, 1, 1, 1, 1, true)`, `grant execute on function accounting.judge_reversal to ` + app},
		{app, `select accounting.judge_lines()`, `grant execute on function accounting.judge_lines to ` + app},
		{app, `select accounting.judge_vouchers()`, `grant execute on function accounting.judge_vouchers to ` + app},
		{app, `select accounting.judge_positions()`, `grant execute on function accounting.judge_positions to ` + app},
		{app, `select accounting.is_red(1, 1, 1)`, `grant execute on function accounting.is_red to ` + app},
		{app, `select accounting.floor_detail(1, '', null, null, null, 0, 0)`, `grant execute on function accounting.floor_detail to ` + app},
		{app, `select accounting.registry_grows()`, `grant execute on function accounting.registry_grows to ` + app},
		// what the auditor may not do with the service's functions
		{auditor, `select accounting.post(` + strings.TrimSuffix(strings.Repeat("null, ", 30), ", ") + `)`, `grant execute on function accounting.post to ` + auditor},
		{app, `select accounting.standing_proposal(1, 202501, 1)`, `grant execute on function accounting.standing_proposal to ` + app},
		{app, `select accounting.closed_by_two()`, `grant execute on function accounting.closed_by_two to ` + app},
		{auditor, `select accounting.propose_close(1, 202501, 0, null)`, `grant execute on function accounting.propose_close to ` + auditor},
		{auditor, `select accounting.withdraw_close(1, 202501, 1, '', null)`, `grant execute on function accounting.withdraw_close to ` + auditor},
		{auditor, `select accounting.close_period(1, 202501, 1, null)`, `grant execute on function accounting.close_period to ` + auditor},
		{auditor, `select accounting.open_year(1, 2027)`, `grant execute on function accounting.open_year to ` + auditor},
		{auditor, `select accounting.settle(1)`, `grant execute on function accounting.settle to ` + auditor},
		{auditor, `select 1 from api.tokens`, `grant select on api.tokens to ` + auditor},
		// names that could stand before ours
		{app, `create temporary table lines ()`, `grant temporary on database %s to ` + app},
		{app, `create function pg_temp.sha256(bytea) returns bytea language sql as 'select $1'`, `grant temporary on database %s to ` + app},
		{app, `create schema mine`, `grant create on database %s to ` + app},
		{app, `create table public.lines ()`, `grant create on schema public to ` + app},
		{app, `create function public.sha256(bytea) returns bytea language sql as 'select $1'`, `grant create on schema public to ` + app},
		{app, `create table accounting.mine ()`, `grant create on schema accounting to ` + app},
		{app, `create function accounting.field(int) returns text language sql as 'select null'`, `grant create on schema accounting to ` + app},
		{app, `create table migrations.mine ()`, `grant create on schema migrations to ` + app},
		{app, `delete from migrations.applied`, `grant delete on migrations.applied to ` + app},
		// becoming somebody else
		{app, `set role mingzhang_owner`, `grant mingzhang_owner to ` + app},
		{auditor, `set role mingzhang_app`, `grant mingzhang_app to ` + auditor},
		// the server's files and programs
		{app, `select pg_read_file('PG_VERSION')`, `grant execute on function pg_read_file(text) to ` + app},
		{app, `select pg_ls_dir('.')`, `grant execute on function pg_ls_dir(text) to ` + app},
		{app, `select lo_import('PG_VERSION')`, `grant execute on function lo_import(text) to ` + app},
		{app, `copy accounting.lines to program 'true'`, `grant pg_execute_server_program to ` + app},
		{app, `copy (select 1) to '/dev/null'`, `grant pg_write_server_files to ` + app},
		{app, `copy accounting.refusals from '/dev/null'`, `grant pg_read_server_files to ` + app},
		{auditor, `copy (select 1) to program 'true'`, `grant pg_execute_server_program to ` + auditor},
		{app, `select pg_reload_conf()`, `grant execute on function pg_reload_conf to ` + app},
		{app, `set session_replication_role = replica`, `grant set on parameter session_replication_role to ` + app},
	}
	all = append(all, rest...)
	for _, attack := range []string{
		`set session authorization mingzhang_owner`, `alter role mingzhang_app superuser`, `create role mine`, `alter system set fsync = off`,
		`alter table accounting.lines disable trigger judge_lines`, `alter table accounting.lines_2025 disable trigger all`, `drop trigger judge_lines on accounting.lines`,
		`create trigger mine before insert on accounting.lines for each row execute function suppress_redundant_updates_trigger()`,
		`alter table accounting.positions drop constraint floor`, `alter domain accounting.yuan drop constraint yuan_has_two_decimals`,
		`drop function accounting.judge_lines cascade`, `alter function accounting.post security invoker`, `alter function accounting.post set search_path = public`,
		`create or replace function accounting.field(value text) returns text language sql as 'select null'`, `drop table accounting.lines`, `alter table accounting.lines owner to mingzhang_app`,
		`create rule mine as on insert to accounting.lines do instead nothing`, `alter default privileges for role mingzhang_owner grant execute on functions to public`,
		`drop schema accounting cascade`, `create event trigger mine on ddl_command_start execute function mine()`, `create policy mine on accounting.lines`,
		`grant mingzhang_owner to mingzhang_app`, `cluster accounting.commands using commands_pkey`,
	} {
		all = append(all, theft{app, attack, ""}, theft{auditor, attack, ""})
	}
	return all
}

func onTable(role, table string, verbs ...string) (all []theft) {
	statements := map[string]string{
		"insert": `insert into accounting.%s default values`, "update": `update accounting.%s set book_id = book_id`, "delete": `delete from accounting.%s`, "truncate": `truncate accounting.%s`,
	}
	for _, verb := range verbs {
		grant := fmt.Sprintf("grant %s, select on accounting.%s to %s", verb, table, role)
		if verb == "insert" && (table == "turnover" || table == "positions") {
			grant += "; alter table accounting." + table + " disable row level security" // which refuses it too, by the same SQLSTATE
		}
		all = append(all, theft{role, fmt.Sprintf(statements[verb], table), grant})
	}
	return all
}

// Whatever the service or the auditor tries past their grants is refused as not permitted; and where a grant is what stands
// in the way, the same attack gets past it once that is given.
func TestNobodyGetsPastTheirGrants(t *testing.T) {
	t.Parallel()
	c := guardedBooks(t)
	super := pgtest.Superuser(t, c.db)
	logins := map[string]*bun.DB{migrations.App: c.db, migrations.Auditor: pgtest.Login(t, c.db, migrations.Auditor)}
	all := thefts()
	for _, x := range all {
		_, err := logins[x.role].ExecContext(t.Context(), x.attack)
		if state := sqlState(t, err); state != "42501" {
			t.Errorf("%s as %s: SQLSTATE %q, %v; want 42501", x.attack, x.role, state, err)
			continue
		}
		if x.grant != "" {
			if state := granted(t, super, x); state == "42501" {
				t.Errorf("%s as %s: still not permitted after %s; the row does not test what it says", x.attack, x.role, x.grant)
			}
		}
	}
	t.Logf("%d attacks", len(all))
	// To grant what one does not own is a warning, no error: nothing must have come of it.
	var may bool
	_, _ = c.db.ExecContext(t.Context(), `grant all on accounting.lines, accounting.positions to mingzhang_app`)
	if err := super.NewRaw(`select has_table_privilege('mingzhang_app', 'accounting.lines', 'insert, update, delete') or has_any_column_privilege('mingzhang_app', 'accounting.positions', 'update')`).Scan(t.Context(), &may); err != nil || may {
		t.Errorf("the service granted itself the journal: %v, %v", may, err)
	}
	if n := c.count(t); n != 5 {
		t.Errorf("%d vouchers after the attacks, want 5", n)
	}
	c.sound(t)
}

func sqlState(t *testing.T, err error) string {
	t.Helper()
	var p *pq.Error
	if err != nil && !errors.As(err, &p) {
		t.Fatal(err)
	}
	if p == nil {
		return ""
	}
	return string(p.Code)
}

// granted tries an attack after its grant and takes both back.
func granted(t *testing.T, super *bun.DB, x theft) string {
	t.Helper()
	ctx := t.Context()
	tx, err := super.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	var database string
	if err := tx.NewRaw(`select current_database()`).Scan(ctx, &database); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(x.grant, "%s") {
		x.grant = fmt.Sprintf(x.grant, database)
	}
	// The session's own rank must go too: SET and COPY ask who has logged in.
	for _, s := range []string{x.grant, `set local session authorization ` + x.role, x.attack} {
		if _, err = tx.Tx.ExecContext(ctx, s); err != nil && s != x.attack {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return sqlState(t, err)
}

// Even somebody who may create temporary objects, named like all that the posting function uses, and set what he likes for
// his session, changes neither what is posted nor its digest.
func TestShadowsHaveNoEffectOnPosting(t *testing.T) {
	t.Parallel()
	c := guardedBooks(t)
	super := pgtest.Superuser(t, c.db)
	ctx := t.Context()
	tx, err := super.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	var database string
	if err := tx.NewRaw(`select current_database()`).Scan(ctx, &database); err != nil {
		t.Fatal(err)
	}
	shadows := []string{`grant temporary on database ` + database + ` to mingzhang_app`, `set local session authorization mingzhang_app`}
	tables := []string{"accounts", "ledgers", "budget_lines", "subjects", "persons", "books", "periods", "vouchers", "lines", "reversals", "positions", "turnover", "commands", "refusals"}
	for _, table := range tables {
		shadows = append(shadows, `create temporary table `+table+` (like accounting.`+table+`)`)
	}
	shadows = append(shadows,
		`create function pg_temp.sha256(bytea) returns bytea language sql as $$ select '\x00'::bytea $$`,
		`create function pg_temp.clock_timestamp() returns timestamptz language sql as $$ select '2001-01-01'::timestamptz $$`,
		`create function pg_temp.octet_length(text) returns int language sql as $$ select 1 $$`,
		`create function pg_temp.field(text) returns text language sql as $$ select '' $$`,
		`create function pg_temp.round(numeric, int) returns numeric language sql as $$ select 0.00 $$`,
		`create domain pg_temp.uuid as pg_catalog.text`, `create domain pg_temp.numeric as pg_catalog.int4`, `create domain pg_temp.text as pg_catalog.int4`,
		`set local search_path = pg_temp, accounting, pg_catalog`, `set local datestyle = 'ISO, DMY'`, `set local bytea_output = escape`, `set local timezone = 'Pacific/Kiritimati'`,
		`set local extra_float_digits = 0`, `set local intervalstyle = sql_standard`,
	)
	for _, s := range shadows {
		if _, err := tx.Tx.ExecContext(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	m := accounting.MustMoney("5.00")
	v := c.voucher("2025-03-09", "I5", accounting.Dr("9301.02", m, c.on(0)), accounting.Cr("9301.01", m, c.on(0)))
	got, err := accounting.Post(ctx, tx, v)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{`reset session authorization`, `set local search_path = pg_catalog, pg_temp`, `set local datestyle = 'ISO, YMD'`, `set local bytea_output = hex`, `set local timezone = 'UTC'`} {
		if _, err := tx.Tx.ExecContext(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	var age float64
	if err := tx.NewRaw(`select extract(epoch from clock_timestamp() - recorded_at)::float8 from accounting.vouchers where period = ? and number = ?`, got[0].No.Period, got[0].No.Number).Scan(ctx, &age); err != nil || age < 0 || age > 60 {
		t.Errorf("recorded %v seconds ago, %v", age, err)
	}
	if got[0].No.Number != 4 {
		t.Errorf("number %v, want the next of March", got[0].No)
	}
	for _, table := range tables {
		var rows int
		if err := tx.NewRaw(`select count(*) from pg_temp.?`, bun.Ident(table)).Scan(ctx, &rows); err != nil || rows != 0 {
			t.Errorf("%d rows went into the shadow of %s, %v", rows, table, err)
		}
	}
	report, err := accounting.Verify(ctx, tx, accounting.VerifyOptions{Book: c.id})
	if err != nil || !report.OK() {
		t.Errorf("verification: %v, %v", report.Failed(), err)
	}
}
