package accounting_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
)

// guardedBooks is a county with something of everything: authority, a contract, a payment, a red voucher, a closed month.
func guardedBooks(t *testing.T) *county {
	t.Helper()
	c := newCounty(t, pgtest.Open(t))
	c.approve(t, 0, "2025-02-20", "100.00")
	m := accounting.MustMoney
	with := func(d accounting.Dims, kind accounting.SubjectKind, code string) accounting.Dims {
		d.Subject = accounting.Subject{ID: accounting.SubjectID{UUID: accounting.NewID()}, Kind: kind, Code: code}
		return d
	}
	request := with(c.on(0), accounting.Request, "ZF-1")
	c.mustPost(t, c.voucher("2025-03-01", "I7", accounting.Dr("9301.04", m("20.00"), request), accounting.Cr("9301.01", m("20.00"), c.on(0))))
	request.Subject.Code = ""
	classed := c.on(0)
	classed.EconomicClass = "30201"
	c.mustPost(t, c.voucher("2025-03-02", "P4",
		accounting.Dr("1613.03", m("20.00"), c.at(0)), accounting.Cr("4001.01", m("20.00"), c.on(0)),
		accounting.Dr("7101", m("20.00"), classed), accounting.Cr("6001", m("20.00"), c.on(0)),
		accounting.Dr("9401", m("20.00"), c.on(0)), accounting.Cr("9301.04", m("20.00"), request)))
	c.mustPost(t, c.voucher("2025-03-03", "I5", accounting.Dr("9301.02", m("5.00"), c.on(0)), accounting.Cr("9301.01", m("5.00"), c.on(0))))
	c.exec(t, `select accounting.propose_close(?, 202501, 0, ?)`, c.id, c.person[2])
	c.exec(t, `select accounting.close_period(?, 202501, 1, ?)`, c.id, c.person[3])
	return c
}

// raw writes a voucher past the posting function: number 9 of March, which is to be judged by the guards alone. Each line
// is account, basis, project, budget line, subject, class, debit, credit as SQL. head overrides columns of the voucher.
func (c *county) raw(head map[string]string, lines ...string) string {
	columns := map[string]string{"period": "202503", "number": "9", "date": "'2025-03-09'", "kind": "'ordinary'", "source": "'M'", "source_document": "'" + zeroID + "'", "memo": "'past the door'",
		"document_hashes": "''", "prepared_by": "'" + c.person[0].String() + "'", "reviewed_by": "'" + c.person[1].String() + "'", "posted_by": "'" + c.person[3].String() + "'",
		"attachment_count": "1", "refers_period": "null", "refers_number": "null", "line_count": fmt.Sprint(len(lines)), "recorded_at": "now()", "digest": "sha256('x')"}
	for k, v := range head {
		columns[k] = v
	}
	names := []string{}
	values := []string{}
	for _, k := range slices.Sorted(mapKeys(columns)) {
		names, values = append(names, k), append(values, columns[k])
	}
	rows := make([]string, len(lines))
	for i, l := range lines {
		rows[i] = fmt.Sprintf("(%d, %s, %s, %d, %s, %s, %s)", c.id, columns["period"], columns["number"], i+1, fmt.Sprint(len(lines)), columns["date"], l)
	}
	return fmt.Sprintf(`with v as (insert into accounting.vouchers (book_id, %s) values (%d, %s))
		insert into accounting.lines (book_id, period, number, line_no, line_count, date, account, basis, project_id, budget_line_id, subject_id, economic_class, debit, credit) values %s`,
		strings.Join(names, ", "), c.id, strings.Join(values, ", "), strings.Join(rows, ", "))
}

// proposal writes a first proposal to close a period with no voucher, and its end if it has one, past the functions.
func (c *county) proposal(period int, outcome string, by, end int) string {
	ended := fmt.Sprintf("'%s', '%s', now(), null", outcome, c.person[end])
	if outcome == "" {
		ended = "null, null, null, null"
	}
	return fmt.Sprintf(`insert into accounting.close_proposals values (%d, %d, 1, 0, '%s', now(), %s); `, c.id, period, c.person[by], ended)
}

const zeroID = "00000000-0000-0000-0000-000000000000"

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (c *county) sqlLine(account, basis string, project int, line, subject, class, debit, credit string) string {
	if line == "line" {
		line = c.line[project].String()
	}
	if line == "" {
		line = zeroID
	}
	if subject == "" {
		subject = zeroID
	}
	return fmt.Sprintf("'%s', '%s', '%s', '%s', '%s', '%s', %s, %s", account, basis, c.project[project], line, subject, class, debit, credit)
}

// Each guard is attacked past the posting function, as the owner of the tables: present, it refuses with its SQLSTATE;
// dropped, the attack passes and the verification says so (check), or there is nothing left to say it (check empty).
func TestGuards(t *testing.T) {
	t.Parallel()
	c := guardedBooks(t)
	owner := pgtest.Superuser(t, c.db)
	const (
		judgeLines    = `alter table accounting.lines disable trigger judge_lines`
		judgeVouchers = `alter table accounting.vouchers disable trigger judge_vouchers`
		final         = `drop trigger journal_is_final on accounting.%s`
	)
	const byTwo = `drop trigger closed_by_two on accounting.periods`
	shut := func(period int) string { // as the fourth person could past the function
		return fmt.Sprintf(`update accounting.periods p set state = 'closed', root = sha256(''), tree_size = p.last_number, closed_at = now(), closed_by = '%s' where period = %d`, c.person[3], period)
	}
	dropCheck := func(table, name string) string { return "alter table accounting." + table + " drop constraint " + name }
	fine := c.sqlLine("9201", "authority", 0, "line", "", "", "1", "0")
	good := []string{fine, c.sqlLine("9101", "authority", 0, "line", "", "", "0", "1")}
	built := c.sqlLine("1613.03", "financial", 0, "", "", "", "1", "0")
	surplus := c.sqlLine("3001", "financial", 0, "", "", "", "0", "1")
	pair := func(first string) []string { return []string{first, surplus} }
	other := c.line[1].String()
	red := map[string]string{"kind": "'reversal'", "attachment_count": "0", "refers_period": "202503"}
	reversed := func(number string) map[string]string {
		h := map[string]string{"refers_number": number}
		for k, v := range red {
			h[k] = v
		}
		return h
	}
	mark := func(number string) string {
		return fmt.Sprintf(`insert into accounting.reversals values (%d, 202503, %s, 202503, 9); `, c.id, number)
	}
	for _, tt := range []struct {
		name, drop, attack, state, check string
	}{
		{"a voucher is not changed", fmt.Sprintf(final, "vouchers"), `update accounting.vouchers set memo = 'other' where period = 202503 and number = 1`, "AC033", "digests"},
		{"a line is not changed", fmt.Sprintf(final, "lines"), `update accounting.lines set debit = debit + 0.01 where period = 202503 and number = 1 and line_no = 1`, "AC033", "voucher_balance"},
		{"a line is not removed", fmt.Sprintf(final, "lines") + `; alter table accounting.vouchers_2025 drop constraint voucher_has_lines`, `delete from accounting.lines where period = 202503 and number = 1 and line_no = 2`, "AC033", "line_count"},
		{"a voucher is not removed", fmt.Sprintf(final, "vouchers") + `; alter table accounting.lines_2025 drop constraint line_of_voucher`, `delete from accounting.vouchers where period = 202503 and number = 3`, "AC033", "numbers_gapless"},
		{"the journal is not emptied", `drop trigger journal_stays on accounting.lines; drop trigger journal_stays on accounting.vouchers; drop trigger journal_stays on accounting.reversals; alter table projects.bank_matches disable trigger user`,
			`truncate accounting.lines, accounting.vouchers, accounting.reversals cascade`, "AC033", "numbers_gapless"},
		{"a refusal is not removed", fmt.Sprintf(final, "refusals"), fmt.Sprintf(`insert into accounting.refusals values (%d, gen_random_uuid(), now(), '%s', 'n', 'k', 'c', 'd'); delete from accounting.refusals`, c.id, zeroID), "AC033", ""},
		{"a command keeps its answer", `drop trigger command_is_final on accounting.commands`, `update accounting.commands set answer = '{"period": 202503, "number": 1, "digest": "00"}'`, "AC033", "commands_answered"},
		{"a command is not removed", `drop trigger command_is_final on accounting.commands`, `delete from accounting.commands`, "AC033", ""},

		{"debits equal credits", judgeLines, c.raw(nil, fine, c.sqlLine("9101", "authority", 0, "line", "", "", "0", "1.01")), "AC001", "voucher_balance"},
		{"a project balances by itself", judgeLines, c.raw(nil, built, c.sqlLine("3001", "financial", 1, "", "", "", "0", "1")), "AC001", "voucher_balance"},
		{"the account is in the chart", judgeLines, c.raw(nil, pair(c.sqlLine("1999", "financial", 0, "", "", "", "1", "0"))...), "AC003", "dimensions"},
		{"the basis is the account's", judgeLines, c.raw(nil, c.sqlLine("1613.03", "budgetary", 0, "", "", "", "1", "0"), c.sqlLine("3001", "budgetary", 0, "", "", "", "0", "1")), "AC005", "dimensions"},
		{"the budget line is not missing", judgeLines, c.raw(nil, c.sqlLine("9201", "authority", 0, "", "", "", "1", "0"), c.sqlLine("9101", "authority", 0, "", "", "", "0", "1")), "AC010", "dimensions"},
		{"the budget line is not superfluous", judgeLines, c.raw(nil, pair(c.sqlLine("1613.03", "financial", 0, "line", "", "", "1", "0"))...), "AC011", "dimensions"},
		{"the budget line is the project's", judgeLines, c.raw(nil, c.sqlLine("9201", "authority", 0, other, "", "", "1", "0"), c.sqlLine("9101", "authority", 0, other, "", "", "0", "1")), "AC014", "dimensions"},
		{"the subject is registered", judgeLines, c.raw(nil, pair(c.sqlLine("1218", "financial", 0, "", accounting.NewID().String(), "", "1", "0"))...), "AC016", "dimensions"},
		{"the economic class is not missing", judgeLines, c.raw(nil, pair(c.sqlLine("5901", "financial", 0, "", "", "", "1", "0"))...), "AC029", "dimensions"},
		{"the economic class is not superfluous", judgeLines, c.raw(nil, pair(c.sqlLine("1613.03", "financial", 0, "", "", "301", "1", "0"))...), "AC030", "dimensions"},
		{"a clearing account clears", judgeLines, c.raw(nil, c.sqlLine("9601", "authority", 0, "line", "", "", "1", "0"), c.sqlLine("9101", "authority", 0, "line", "", "", "0", "1")), "AC026", "clearing_zero"},
		{"only a red voucher is negative", judgeLines, c.raw(nil, c.sqlLine("9201", "authority", 0, "line", "", "", "-1", "0"), c.sqlLine("9101", "authority", 0, "line", "", "", "0", "-1")), "AC028", "reversals_exact"},
		{"the adjustment period takes no payment", judgeLines, c.raw(map[string]string{"period": "202513", "date": "'2025-12-31'"}, c.sqlLine("9401", "authority", 0, "line", "", "", "1", "0"), c.sqlLine("9101", "authority", 0, "line", "", "", "0", "1")), "AC031", "period_gate"},
		{"a voucher has its lines", `alter table accounting.vouchers_2025 drop constraint voucher_has_lines`, strings.SplitN(strings.TrimPrefix(c.raw(map[string]string{"line_count": "2"}), "with v as ("), ")\n", 2)[0], "23503", "line_count"},
		{"a line has its voucher", `alter table accounting.lines_2025 drop constraint line_of_voucher`, strings.SplitN(c.raw(nil, good...), "\n", 2)[1], "23503", "line_count"},
		{"no line is added later", judgeLines + `; alter table accounting.lines_2025 drop constraint line_of_voucher`, fmt.Sprintf(`insert into accounting.lines values (%d, 202503, 1, 3, 4, '2025-03-01', %s), (%d, 202503, 1, 4, 4, '2025-03-01', %s)`, c.id, good[0], c.id, good[1]), "23503 AC036", "line_count"},
		{"a line number is within the count", dropCheck("lines", "line_within_count") + "; " + judgeLines + `; alter table accounting.lines_2025 drop constraint line_of_voucher`, fmt.Sprintf(`insert into accounting.lines values (%d, 202503, 1, 3, 2, '2025-03-01', %s)`, c.id, good[0]), "23514", "line_count"},
		{"a line has one side", dropCheck("lines", "one_side"), c.raw(nil, c.sqlLine("9201", "authority", 0, "line", "", "", "1", "1"), c.sqlLine("9101", "authority", 0, "line", "", "", "1", "1")), "23514", "dimensions"},
		{"there is no third decimal", `alter domain accounting.yuan drop constraint yuan_has_two_decimals`, c.raw(nil, c.sqlLine("9201", "authority", 0, "line", "", "", "0.005", "0"), c.sqlLine("9101", "authority", 0, "line", "", "", "0", "0.005")), "23514", ""},
		{"a number is given once", `alter table accounting.vouchers drop constraint vouchers_pkey cascade; alter table accounting.vouchers drop constraint vouchers_book_id_period_number_line_count_key cascade; alter table accounting.lines drop constraint lines_pkey cascade`, strings.ReplaceAll(c.raw(map[string]string{"number": "1", "line_count": "2"}, good...), "'past the door'", "'twice'"), "23505", "numbers_gapless"},

		{"one prepares, another reviews", dropCheck("vouchers", "prepared_and_reviewed_by_two") + "; " + judgeVouchers, c.raw(map[string]string{"reviewed_by": "'" + c.person[0].String() + "'"}, good...), "23514", "two_persons"},
		{"the persons are known", judgeVouchers, c.raw(map[string]string{"posted_by": "'" + accounting.NewID().String() + "'"}, good...), "AC024", "two_persons"},
		{"a voucher has paper", dropCheck("vouchers", "attachment_or_exempt"), c.raw(map[string]string{"attachment_count": "0"}, good...), "23514", "two_persons"},
		{"the date lies in the period", dropCheck("vouchers", "date_in_period"), c.raw(map[string]string{"date": "'2025-04-01'"}, good...), "23514", "period_gate"},
		{"the closing period takes the year's end only", judgeVouchers, c.raw(map[string]string{"period": "202514", "date": "'2025-12-31'"}, good...), "AC031", "period_gate"},
		{"a red voucher names its original", dropCheck("vouchers", "refers_when_it_must") + "; " + judgeVouchers, c.raw(map[string]string{"kind": "'reversal'", "attachment_count": "0"}, good...), "23514", ""},
		{"a red voucher is its original's negative", judgeVouchers + ";" + judgeLines, mark("3") + c.raw(reversed("3"), c.sqlLine("9301.02", "authority", 0, "line", "", "", "-4", "0"), c.sqlLine("9301.01", "authority", 0, "line", "", "", "0", "-4")), "AC019", "reversals_exact"},
		{"a payment is not merely reversed", judgeVouchers, mark("2") + c.raw(reversed("2"),
			c.sqlLine("1613.03", "financial", 0, "", "", "", "-20", "0"), c.sqlLine("4001.01", "financial", 0, "line", "", "", "0", "-20"),
			c.sqlLine("7101", "budgetary", 0, "line", "", "30201", "-20", "0"), c.sqlLine("6001", "budgetary", 0, "line", "", "", "0", "-20"),
			c.sqlLine("9401", "authority", 0, "line", "", "", "-20", "0"), c.sqlLine("9301.04", "authority", 0, "line", c.subject(t, "ZF-1"), "", "0", "-20")), "AC032", "reversals_exact"},
		{"a voucher is reversed once", dropCheck("reversals", "reversals_pkey") + "; " + dropCheck("reversals", "reversals_book_id_by_period_by_number_key"), mark("3") + mark("3"), "23505", "reversals_exact"},
		{"a reversal stays in its year", dropCheck("reversals", "same_fiscal_year"), fmt.Sprintf(`insert into accounting.reversals values (%d, 202503, 3, 202601, 1)`, c.id), "23514", "reversals_exact"},

		{"no position is below its floor", dropCheck("positions", "floor"), `update accounting.positions set credit = credit + 1000 where account = '9301.01'`, "23514", "positions_equal_lines"},
		{"a position starts at zero", `alter table accounting.positions disable trigger judge_positions`, fmt.Sprintf(`insert into accounting.positions values (%d, '9301.02', 'debit', '%s', '%s', '%s', 1, 0)`, c.id, c.project[1], c.line[1], zeroID), "AC034", "positions_equal_lines"},
		{"a position is not removed", `drop trigger positions_stay on accounting.positions`, `delete from accounting.positions`, "AC034", "positions_equal_lines"},
		{"turnover is not removed", `drop trigger turnover_stays on accounting.turnover`, `delete from accounting.turnover`, "AC034", "turnover_equal_lines"},
		{"a closed period stays closed", `drop trigger period_moves_forward on accounting.periods`, `update accounting.periods set state = 'open', root = null, tree_size = null, closed_at = null, closed_by = null where period = 202501`, "AC006", ""},
		{"a closed period has its root", dropCheck("periods", "closed_has_root"), c.proposal(202504, "confirmed", 2, 3) + `update accounting.periods set state = 'closed', closed_by = '` + c.person[3].String() + `' where period = 202504`, "23514", "roots"},
		{"a period is closed as it was proposed", byTwo, shut(202504), "AC087", "closed_by_two"},
		{"a proposal that stands is no confirmation", byTwo, c.proposal(202504, "", 2, 3) + shut(202504), "AC087", "closed_by_two"},
		{"a period is closed with what was proposed", byTwo, c.proposal(202503, "confirmed", 2, 3) + shut(202503), "AC087", "closed_by_two"},
		{"a period is closed by who confirmed it", byTwo, c.proposal(202504, "confirmed", 2, 1) + shut(202504), "AC087", "closed_by_two"},
		{"no period is closed by one any more", byTwo, strings.Replace(shut(202504), "set ", "set closed_by_one = true, ", 1), "AC087", "closed_by_two"},
		{"one closed by one is closed", dropCheck("periods", "closed_by_one_is_closed") + "; " + byTwo, `update accounting.periods set closed_by_one = true where period = 202504`, "AC087 23514", ""},
		{"a close is confirmed by another", dropCheck("close_proposals", "confirmed_by_another") + "; " + byTwo, c.proposal(202504, "confirmed", 3, 3) + shut(202504), "23514", "closed_by_two"},
		{"one proposal stands", `drop index accounting.one_proposal_stands`, c.proposal(202504, "", 2, 3) + strings.Replace(c.proposal(202504, "", 2, 3), ", 1,", ", 2,", 1), "23505", ""},
		{"a close is confirmed once", `drop index accounting.confirmed_once`, c.proposal(202504, "confirmed", 2, 3) + strings.Replace(c.proposal(202504, "confirmed", 2, 3), ", 1,", ", 2,", 1), "23505", ""},
		{"a withdrawal says why", dropCheck("close_proposals", "withdrawn_says_why"), c.proposal(202504, "withdrawn", 2, 3), "23514", ""},
		{"an end is whole", dropCheck("close_proposals", "end_is_whole"), strings.Replace(c.proposal(202504, "withdrawn", 2, 3), "now(), null)", "null, 'x')", 1), "23514", ""},
		{"a proposal keeps what it said", `drop trigger proposal_keeps on accounting.close_proposals`, c.proposal(202504, "", 2, 3) + `update accounting.close_proposals set last_number = 7 where period = 202504`, "AC033", ""},
		{"a proposal ends once", `drop trigger proposal_keeps on accounting.close_proposals`, `update accounting.close_proposals set outcome = 'withdrawn', ended_because = 'x'`, "AC033", "closed_by_two"},
		{"a proposal is not removed", `drop trigger proposals_stay on accounting.close_proposals`, `delete from accounting.close_proposals`, "AC034", "closed_by_two"},
		{"proposals are not emptied", `drop trigger proposals_stay_all on accounting.close_proposals`, `truncate accounting.close_proposals`, "AC034", "closed_by_two"},
		{"numbers do not go back", `drop trigger period_moves_forward on accounting.periods`, `update accounting.periods set last_number = 0 where period = 202503`, "AC006", "numbers_gapless"},
		{"a period is not removed", `drop trigger periods_stay on accounting.periods`, `delete from accounting.periods where period = 202503`, "AC034", "period_gate"},
		{"an account is not removed", `drop trigger registry_grows on accounting.accounts`, `delete from accounting.accounts where code = '9301.02'`, "AC034", "dimensions"},
		{"an account keeps its rules", `drop trigger registry_keeps on accounting.accounts`, `update accounting.accounts set takes_line = false where code = '4001.01'`, "AC034", "dimensions"},
		{"a budget line keeps its year", `drop trigger registry_keeps on accounting.budget_lines`, `update accounting.budget_lines set fiscal_year = 2027 where code = '2025-05/2025'`, "AC034", "dimensions"},
		{"a project keeps its unit", `drop trigger registry_keeps on accounting.ledgers`, fmt.Sprintf(`insert into accounting.units values (%d, gen_random_uuid(), 'U2', 'other', 'other'); update accounting.ledgers set unit_id = (select unit_id from accounting.units where code = 'U2')`, c.id), "AC034", ""},
		{"a subject keeps its kind", `drop trigger registry_keeps on accounting.subjects`, `update accounting.subjects set kind = 'contract'`, "AC034", "dimensions"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if state := attack(t, owner, "", tt.attack, nil); !strings.Contains(tt.state, state) || state == "" {
				t.Errorf("with the guard: SQLSTATE %q, want %s", state, tt.state)
			}
			if state := attack(t, owner, tt.drop, tt.attack, func(ctx context.Context, tx bun.Tx) {
				if tt.check == "" {
					return
				}
				report, err := accounting.Verify(ctx, tx, accounting.VerifyOptions{Book: c.id, Only: []string{tt.check}})
				if err != nil || report.OK() {
					t.Errorf("without the guard: check %s finds nothing (%v)", tt.check, err)
				}
			}); state != "" {
				t.Errorf("without the guard: still refused with %s; the row does not test what it says", state)
			}
		})
	}
}

func (c *county) subject(t testing.TB, code string) (id string) {
	t.Helper()
	if err := c.db.NewRaw(`select subject_id from accounting.subjects where code = ?`, code).Scan(t.Context(), &id); err != nil {
		t.Fatal(err)
	}
	return id
}

// attack runs statements as the owner of the tables and takes everything back. It answers the SQLSTATE of the refusal.
func attack(t *testing.T, super *bun.DB, drop, statements string, passed func(context.Context, bun.Tx)) string {
	t.Helper()
	ctx := t.Context()
	tx, err := super.BeginTx(ctx, &sql.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, s := range []string{drop, `set local role mingzhang_owner`} {
		if s == "" {
			continue
		}
		if _, err := tx.Tx.ExecContext(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if _, err := tx.Tx.ExecContext(ctx, statements); err != nil {
		var p *pq.Error
		if !errors.As(err, &p) {
			t.Fatalf("%s: %v", statements, err)
		}
		if passed != nil {
			t.Log(p.Message)
		}
		return string(p.Code)
	}
	if passed != nil {
		passed(ctx, tx)
	}
	return ""
}
