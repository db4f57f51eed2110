package projects_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// clinicBooks has a programme with a plan of 8,600,000.00 and, below it, the building, on which everything happens: a
// contract of 1,000.00, an advance, a certificate, a payment.
func clinicBooks(t *testing.T) *bureau {
	t.Helper()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	b.node("2025-05-1", "ADM", 2025)
	plan := yuan("8600000.00")
	_, err := projects.AddPlanLine(t.Context(), b.db, b.command(), projects.NewPlanLine{Node: "2025-05", Amount: &plan})
	b.must(err)
	const line, child = "2025-05/2025", "2025-05-1/2025"
	contract, request := projects.Ref("HT-1"), projects.Ref("ZF-1")
	b.mustRecord(
		projects.Approve{Head: b.on("2025-01-20"), Draw: draw(line, "8600000.00")},
		projects.Split{Head: b.on("2025-02-01"), Parent: line, Parts: []projects.SplitPart{{BudgetLine: child, Amount: ptr(yuan("2000.00"))}}},
		projects.Issue{Head: b.on("2025-02-10"), Draw: draw(child, "1500.00")},
		projects.Freeze{Head: b.on("2025-02-11"), Draw: draw(child, "50.00")},
		projects.Commit{Head: b.on("2025-03-05"), Contract: contract, Sources: draws(child, "1000.00")},
		projects.Certify{Head: b.on("2025-05-15"), Project: "2025-05-1", Contract: contract, Gross: yuan("400.00"), Retained: yuan("12.00")},
		projects.HoldForRequest{Head: b.on("2025-06-01"), Request: request, Contract: contract, Sources: draws(child, "340.00")},
		projects.PayProgress{Paid: projects.Paid{Head: b.on("2025-06-05"), Request: request, Sources: draws(child, "300.00"), EconomicClass: goodsUsed}, Contract: contract},
	)
	return b
}

func (b *bureau) reconcile(day string) *projects.Reconciliation {
	b.t.Helper()
	r, err := projects.Reconcile(b.t.Context(), b.db, projects.ReconcileQuery{Book: book, AsOf: accounting.MustDate(day)})
	b.must(err)
	return r
}

func row(t testing.TB, r *projects.Reconciliation, code string) projects.ProjectRow {
	t.Helper()
	for _, p := range r.Projects {
		if p.Code == code {
			return p
		}
	}
	t.Fatalf("no row %s", code)
	return projects.ProjectRow{}
}

func TestReconcileShowsWhereTheMoneyIs(t *testing.T) {
	t.Parallel()
	b := clinicBooks(t)
	r := b.reconcile("2025-12-31")
	if !r.OK {
		t.Errorf("not ok: %+v", r.Projects)
	}
	text, err := json.Marshal(row(t, r, "2025-05"))
	b.must(err)
	var got map[string]any
	b.must(json.Unmarshal(text, &got))
	for column, want := range map[string]any{
		"plan": "8600000.00", "approved": "8600000.00", "to_issue": "8598500.00", "available": "450.00", "frozen": "50.00", "held_by_contract": "660.00",
		"held_by_request": "40.00", "executed": "300.00", "executed_total": "300.00", "certified": "400.00", "advance": "0.00", "payable": "88.00", "retention": "12.00", "plan_minus_executed": "8599700.00",
	} {
		if got[column] != want {
			t.Errorf("2025-05 %s: %v, want %v", column, got[column], want)
		}
	}
	own := row(t, r, "2025-05").Own
	if own.Approved.String() != "8598000.00" || own.Executed.String() != "0.00" {
		t.Errorf("own figures of the programme: approved %s, executed %s", own.Approved, own.Executed)
	}
	reasons := row(t, r, "2025-05").Reasons
	if sum := accounting.Sum(reasons.NotApproved, reasons.ToIssue, reasons.Available, reasons.Frozen, reasons.HeldByContract, reasons.HeldByRequest); !sum.Equal(yuan("8599700.00")) {
		t.Errorf("reasons add up to %s", sum)
	}
	if child := row(t, r, "2025-05-1"); child.Plan != nil || child.PlanMinusExecuted != nil || child.Reasons != nil {
		t.Errorf("a plan was invented for the building: %v", child.Plan)
	}
	if len(r.OpenItems) != 1 || r.OpenItems[0].Subject != "ZF-1" || r.OpenItems[0].Amount.String() != "40.00" {
		t.Errorf("open items %+v", r.OpenItems)
	}
	if before := row(t, b.reconcile("2025-05-31"), "2025-05"); before.Executed.String() != "0.00" || before.HeldByContract.String() != "1000.00" {
		t.Errorf("as of May: executed %s, held by contract %s", before.Executed, before.HeldByContract)
	}
}

// Each check is broken by a fen behind the guards, with everything else mended, and fails alone, naming the place and the
// difference.
func TestReconcileChecksFailAlone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		check   string
		names   []string // what the detail must name
		tampers []string // @ stands for the payment's voucher, $ for the building
	}{
		{"authority_identity", []string{"2025-05-1", "9101", "-0.01"}, []string{
			`update accounting.lines l set debit = debit + 0.01 where @ and account = '9401'`,
			addLine("9601", "authority", "0", "0.01"),
			turnover("9401", "debit"), newTurnover("9601", "0", "0.01"),
			`update accounting.positions p set debit = debit + 0.01 where account = '9401' and $`}},
		{"balanced_financial", []string{"2025-05-1", "4001.01", "-0.01"}, []string{`update accounting.lines l set credit = credit + 0.01 where @ and account = '4001.01'`, turnover("4001.01", "credit")}},
		{"balanced_budgetary", []string{"2025-05-1", "6001", "-0.01"}, []string{`update accounting.lines l set credit = credit + 0.01 where @ and account = '6001'`, turnover("6001", "credit")}},
		{"balanced_authority", []string{"2025-05-1", "9601", "0.01"}, []string{addLine("9601", "authority", "0.01", "0"), newTurnover("9601", "0.01", "0")}},
		{"positions_equal_lines", []string{"2025-05-1", "9301.02", "0.01"}, []string{`update accounting.positions p set debit = debit + 0.01 where account = '9301.02' and $`}},
		{"turnover_equal_lines", []string{"2025-05-1", "4001.01", "0.01"}, []string{turnover("4001.01", "credit")}},
		{"root_equals_vouchers", []string{"2025-01"}, []string{`update accounting.periods set root = sha256('forged') where period = 202501`}},
		{"plan_covers_approved", []string{"2025-05", "9101", "0.01"}, []string{
			`update accounting.lines l set credit = credit + 0.01 where l.account = '9101' and l.credit = 8600000`, `update accounting.lines l set debit = debit + 0.01 where l.account = '9201' and l.debit = 8600000`,
			`update accounting.turnover t set credit = credit + 0.01 where t.account = '9101' and t.credit = 8600000`, `update accounting.turnover t set debit = debit + 0.01 where t.account = '9201' and t.debit = 8600000`,
			`update accounting.positions p set debit = debit + 0.01 where p.account = '9201' and p.debit = 8600000`}},
	} {
		t.Run(tt.check, func(t *testing.T) {
			t.Parallel()
			b := clinicBooks(t)
			_, err := b.closePeriod(202501)
			b.must(err)
			thief := pgtest.Superuser(t, b.db)
			disarm(t, thief)
			replace := strings.NewReplacer(
				"@", `(l.period, l.number) in (select v.period, v.number from accounting.vouchers v where v.source = 'P3')`,
				"$", `project_id = (select project_id from accounting.ledgers where code = '2025-05-1')`)
			for _, s := range tt.tampers {
				done, err := thief.ExecContext(t.Context(), replace.Replace(s))
				if err != nil {
					t.Fatalf("%s: %v", s, err)
				}
				if n, _ := done.RowsAffected(); n != 1 {
					t.Fatalf("%s: %d rows", s, n)
				}
			}
			r := b.reconcile("2025-12-31")
			if r.OK {
				t.Error("the reconciliation still says ok")
			}
			failed := map[string]string{}
			for _, p := range r.Projects {
				for _, c := range p.Checks {
					if !c.OK {
						failed[c.Name] = c.Detail
					}
				}
			}
			if len(failed) != 1 || failed[tt.check] == "" {
				t.Fatalf("failed checks %v, want %s alone", failed, tt.check)
			}
			for _, name := range tt.names {
				if !strings.Contains(failed[tt.check], name) {
					t.Errorf("%q does not name %s", failed[tt.check], name)
				}
			}
		})
	}
}

// disarm takes every guard away that stands between an administrator and the figures.
func disarm(t testing.TB, db *bun.DB) {
	t.Helper()
	for _, s := range []string{`alter table accounting.positions drop constraint floor`, `alter table accounting.lines drop constraint line_within_count`} {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"lines", "lines_2025", "vouchers", "vouchers_2025", "turnover", "positions", "periods"} {
		if _, err := db.ExecContext(t.Context(), `alter table accounting.`+table+` disable trigger all`); err != nil {
			t.Fatal(err)
		}
	}
}

// addLine slips another line into the payment's voucher.
func addLine(account, basis, debit, credit string) string {
	return `insert into accounting.lines select l.book_id, l.period, l.number, 99, l.line_count, l.date, '` + account + `', '` + basis + `', l.project_id, l.budget_line_id, l.subject_id, '', ` + debit + `, ` + credit + `
		from accounting.lines l where @ and l.account = '9401'`
}

func turnover(account, side string) string {
	return `update accounting.turnover t set ` + side + ` = ` + side + ` + 0.01 where account = '` + account + `' and period = 202506 and $`
}

func newTurnover(account, debit, credit string) string {
	return `insert into accounting.turnover select t.book_id, t.period, '` + account + `', t.project_id, t.budget_line_id, ` + debit + `, ` + credit + ` from accounting.turnover t where account = '9401' and period = 202506 and $`
}

func TestReconciliationForSpreadsheets(t *testing.T) {
	t.Parallel()
	b := clinicBooks(t)
	_, err := projects.RenameNode(t.Context(), b.db, b.command(), projects.NodeNames{Node: "2025-05-1", NameZH: "=1+1"})
	b.must(err)
	var out bytes.Buffer
	b.must(b.reconcile("2025-12-31").WriteCSV(&out))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i, want := range []string{"\ufeffbook,640303", "as_of,2025-12-31", "known_at,now", "sha256,", "code,name,parent,plan,"} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d is %q, want %q", i+1, lines[i], want)
		}
	}
	if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "2025-05-1,'=1+1,2025-05,,2000.00,") }) {
		t.Errorf("the building's row is not as expected:\n%s", out.String())
	}
	var table bytes.Buffer
	b.must(b.reconcile("2025-12-31").WriteTable(&table, "zh"))
	if !strings.Contains(table.String(), "8,600,000.00") || !strings.Contains(table.String(), "全部核对通过") {
		t.Error(table.String())
	}
}

// What was recorded later changes the report as of a day, and not what was known on it.
func TestReconcileAsOfAndKnownAt(t *testing.T) {
	t.Parallel()
	b := clinicBooks(t)
	var before accounting.Receipt
	receipts, err := b.record(projects.Issue{Head: b.on("2025-11-01"), Draw: draw("2025-05-1/2025", "100.00")})
	b.must(err)
	before = receipts[0]
	b.mustRecord(projects.Issue{Head: b.on("2025-07-01"), Draw: draw("2025-05-1/2025", "7.00")}) // late
	read := func(q projects.ReconcileQuery) string {
		q.Book, q.AsOf = book, accounting.MustDate("2025-07-31")
		r, err := projects.Reconcile(context.WithoutCancel(t.Context()), b.db, q)
		b.must(err)
		return row(t, r, "2025-05-1").Available.String()
	}
	if now, then := read(projects.ReconcileQuery{}), read(projects.ReconcileQuery{Known: before.RecordedAt}); now != "457.00" || then != "450.00" {
		t.Errorf("available at the end of July: %s, as known before the late voucher %s; want 457.00 and 450.00", now, then)
	}
}
