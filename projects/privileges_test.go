package projects_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/migrations"
	"mingzhang/migrations/pgtest"
)

// mayWrite are the only tables of this schema that the service itself writes: the living tree, which no document makes,
// and what is told of lists that are brought in.
var mayWrite = []string{"insert nodes", "insert node_parties", "insert funding_sources", "insert plan_lines",
	"insert list_profiles", "insert imports", "insert external_codes"}

// ownersFunctions act with the owner's rights. They are what the service may do to rows that documents keep, and therefore
// all listed here: a new one is a decision.
var ownersFunctions = map[string]string{
	migrations.App: `act add_bank_statement approve_reissue draft_notice issue_notice batch_room cancel_line certify_contract change_contract check_completion check_final_account conclude_contract confirm_line draft end_bank_match enter_outside_act enter_receipt enter_receipt_by_list enter_reissue
		estimate_use explain_bank_item explain_item fail_line file_progress first_roles free_invoices give_back_request grant_role hand_over keep_cash_plan keep_closing_sheet keep_file keep_injection keep_line_voucher keep_treasury_payments keep_village_record lend_role light_points lock_batch lock_contract match_bank_items match_bank_lines match_treasury move_on_contract
		note_export open_contract order_lines payee_wait_hours progress_due_day project_figures public_progress published_progress put_in_effect reach_milestone record_departure record_final_account register_bank_account register_payee register_red_invoice reserve_request return_on_line revise
		second_factor_roles settle_assets settle_contract terminate_contract treasury_lists_required undelivered use_budget_number use_invoices withdraw_list`,
	migrations.Auditor: `batch_room estimate_use light_points payee_wait_hours progress_due_day project_figures public_progress second_factor_roles treasury_lists_required undelivered`,
	"nobody":           `bank_blockers close_blockers goes_with_its_list judge_bank_match judge_beside_events registered require_certified treasury_blockers unit_party`,
}

// readersFunctions act with the caller's own rights and only read.
var readersFunctions = map[string]string{
	migrations.App:     `approvers_needed bank_balances bank_begins bank_ledger bank_open_items concerns executed fen holds is_left_to_admin leads manual_ban minimum_persons nodes_led open_items oversees payable_formula planned reaches readable_nodes readable_projects roles_held steps treasury_rows`,
	migrations.Auditor: `approvers_needed bank_balances bank_begins bank_ledger bank_open_items executed fen holds is_left_to_admin leads manual_ban minimum_persons open_items oversees payable_formula planned reaches roles_held steps treasury_rows`,
}

// A function with the owner's rights is called by those named for it; the others, which trust their callers, by nobody.
func TestWhoCallsTheFunctions(t *testing.T) {
	t.Parallel()
	super := pgtest.Superuser(t, pgtest.Open(t))
	var functions []struct {
		Name, Call         string
		Definer            bool
		App, Auditor, Else bool
	}
	err := super.NewRaw(`select p.proname as name, p.oid::regproc || '(' || array_to_string(array(select 'null::' || format_type(a, null) from unnest(p.proargtypes) a), ', ') || ')' as call, p.prosecdef as definer,
			has_function_privilege(?, p.oid, 'execute') as app, has_function_privilege(?, p.oid, 'execute') as auditor, has_function_privilege('public', p.oid, 'execute') as else
		from pg_proc p where p.pronamespace = 'projects'::regnamespace`, migrations.App, migrations.Auditor).Scan(t.Context(), &functions)
	if err != nil {
		t.Fatal(err)
	}
	asOwner, asCaller := map[string]string{}, map[string]string{}
	for _, f := range functions {
		lists := asCaller
		if f.Definer {
			lists = asOwner
		}
		if f.Else {
			t.Errorf("%s is everybody's", f.Name)
		}
		if f.App {
			lists[migrations.App] += f.Name + " "
		}
		if f.Auditor {
			lists[migrations.Auditor] += f.Name + " "
		}
		if f.Definer && !f.App && !f.Auditor {
			lists["nobody"] += f.Name + " "
		}
		for role, may := range map[string]bool{migrations.App: f.App, migrations.Auditor: f.Auditor} {
			if !may {
				refusedUntilGranted(t, super, role, "select "+f.Call, fmt.Sprintf("grant execute on function projects.%s to %s", f.Name, role))
			}
		}
	}
	for _, role := range []string{migrations.App, migrations.Auditor, "nobody"} {
		for _, name := range strings.Fields(asOwner[role]) {
			if !slices.Contains(strings.Fields(ownersFunctions[role]), name) {
				t.Errorf("with the owner's rights %s is called by %s", name, role)
			}
		}
		for _, name := range strings.Fields(asCaller[role]) {
			if !slices.Contains(strings.Fields(readersFunctions[role]), name) {
				t.Errorf("with own rights %s is called by %s", name, role)
			}
		}
	}
}

// Nobody but the functions writes what documents keep: the service and the auditor are refused, and by their grants alone.
func TestNobodyWritesPastTheFunctions(t *testing.T) {
	t.Parallel()
	super := pgtest.Superuser(t, pgtest.Open(t))
	var tables []string
	if err := super.NewRaw(`select relname from pg_class where relnamespace = 'projects'::regnamespace and relkind = 'r' order by 1`).Scan(t.Context(), &tables); err != nil {
		t.Fatal(err)
	}
	attacks := 0
	for _, table := range tables {
		for verb, attack := range map[string]string{
			"insert": "insert into projects.%s default values", "update": "update projects.%s set book_id = book_id", "delete": "delete from projects.%s", "truncate": "truncate projects.%s",
		} {
			for _, role := range []string{migrations.App, migrations.Auditor} {
				if role == migrations.App && slices.Contains(mayWrite, verb+" "+table) {
					continue
				}
				attacks++
				refusedUntilGranted(t, super, role, fmt.Sprintf(attack, table), fmt.Sprintf("grant %s, select on projects.%s to %s; alter table projects.%[2]s disable row level security", verb, table, role))
			}
		}
	}
	var columns []string
	err := super.NewRaw(`select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relnamespace = 'projects'::regnamespace and c.relkind = 'r' and a.attnum > 0
		and (has_column_privilege(?, c.oid, a.attnum, 'update') or has_column_privilege(?, c.oid, a.attnum, 'update')) order by 1`, migrations.App, migrations.Auditor).Scan(t.Context(), &columns)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(columns, " "), "list_profiles.changed_at list_profiles.changed_by list_profiles.profile node_parties.name node_parties.valid nodes.due_month nodes.name_en nodes.name_zh plan_lines.quantity"; got != want {
		t.Errorf("columns that are updated without a document: %s, want %s", got, want)
	}
	t.Logf("%d attacks on %d tables", attacks, len(tables))
}

// refusedUntilGranted tries a statement as a role, which is not permitted, and again with the grant that alone stood in the
// way: what then refuses it, if anything, is something else.
func refusedUntilGranted(t *testing.T, super *bun.DB, role, statement, grant string) {
	t.Helper()
	tx, err := super.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	do := func(statement string) (state, message string) {
		_, err := tx.Tx.ExecContext(t.Context(), statement)
		var refused *pq.Error
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("%s: %v", statement, err)
		}
		if refused == nil {
			return "", ""
		}
		return string(refused.Code), refused.Message
	}
	const notPermitted = "42501"
	do("savepoint before; set local role " + role)
	state, first := do(statement)
	if state != notPermitted {
		t.Errorf("%s as %s: SQLSTATE %q, want %s", statement, role, state, notPermitted)
	}
	if state, message := do("rollback to savepoint before; " + grant + "; set local role " + role); state != "" {
		t.Fatalf("%s: %s", grant, message)
	}
	if _, message := do(statement); message == first {
		t.Errorf("%s as %s: not permitted even after %s", statement, role, grant)
	}
}
