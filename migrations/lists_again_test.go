package migrations_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"mingzhang/migrations"
	"mingzhang/migrations/pgtest"
)

// Lists, statements and matches that were there before lists could be withdrawn say of what they are, and stand as they stood.
func TestListsFromBeforeKnowTheirAccount(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.tx.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	before, all := fstest.MapFS{}, fstest.MapFS{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if all[f] = (&fstest.MapFile{Data: text}); f < "0025" {
			before[f] = all[f]
		}
	}
	db := pgtest.Unmigrated(t)
	if err := migrations.PrepareRoles(t.Context(), db.DB); err != nil {
		t.Fatal(err)
	}
	if err := migrations.UpFS(t.Context(), db.DB, before); err != nil {
		t.Fatal(err)
	}
	const one, list, other = `'00000000-0000-0000-0000-000000000001'`, `'00000000-0000-0000-0000-000000000002'`, `'00000000-0000-0000-0000-000000000003'`
	do(t, db, `set session_replication_role = replica;
		insert into projects.bank_accounts values (1, `+one+`, '6402', '某银行', '1002.01', `+one+`, null, `+one+`);
		insert into projects.imports (book_id, import_id, kind, source, file_sha256, month, row_count, added, imported_by) values
			(1, `+list+`, 'bank-statement', '某银行', sha256('a'), 202503, 1, 1, `+one+`), (1, `+other+`, 'payees', '本局', sha256('b'), null, 1, 1, `+one+`);
		insert into projects.bank_statements (book_id, bank_account_id, month, import_id, opening, received, paid, closing, line_count) values (1, `+one+`, 202503, `+list+`, 0, 5, 0, 5, 1);
		insert into projects.bank_lines values (1, `+one+`, 202503, 1, '2025-03-04', 5, 0, 5, '', '', '', '');
		insert into projects.bank_matches (book_id, bank_account_id, month, line_no, period, number, voucher_line, reason, matched_by) values (1, `+one+`, 202503, 1, 202504, 1, 1, 'amount', `+one+`);
		set session_replication_role = origin`)
	if err := migrations.UpFS(t.Context(), db.DB, all); err != nil {
		t.Fatal(err)
	}
	got := ask(t, db, `select string_agg(concat_ws(' ', i.kind, nullif(i.covers, ''), i.withdrawn_at, m.ordinal, m.counts_from, m.ended_from, s.taken_in_at), '; ' order by i.kind) from projects.imports i
		left join projects.bank_statements s using (book_id, import_id) left join projects.bank_matches m on m.book_id = s.book_id and m.bank_account_id = s.bank_account_id and m.month = s.month`)
	if got != "bank-statement 6402 1 202504; payees" {
		t.Errorf("lists from before: %s", got)
	}
}
