package projects_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/uptrace/bun"
	"github.com/xuri/excelize/v2"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

const fundNumber = "6402000000000000123"

// bankingBureau has the relief fund's project with its account at a bank.
type bankingBureau struct {
	*bureau
	tian, hai, wu desk
}

func newBankingBureau(t *testing.T) bankingBureau {
	t.Helper()
	b := newBureau(t)
	b.node("2025-09", "ADM")
	_, err := projects.RegisterBankAccount(t.Context(), b.db, b.command(), projects.NewBankAccount{Number: fundNumber, Bank: "某银行红寺堡支行", Account: "1002.02", Project: "2025-09"})
	b.must(err)
	desks := b.desks([2]string{"tian", "treasury_officer"}, [2]string{"hai", "treasury_officer"}, [2]string{"wu", "project_clerk"})
	return bankingBureau{b, desks["tian treasury_officer"], desks["hai treasury_officer"], desks["wu project_clerk"]}
}

// receives posts a donation on a day, with a summary of its own.
func (b bankingBureau) receives(day, amount, memo string) {
	b.t.Helper()
	h := b.on(day)
	h.Memo = memo
	b.mustRecord(projects.FundReceipt{Head: h, Project: "2025-09", Amount: yuan(amount)})
}

func (b bankingBureau) helps(day, amount string) {
	b.t.Helper()
	b.mustRecord(projects.Relief{Head: b.on(day), Project: "2025-09", Amount: yuan(amount)})
}

// statement is the bank's list of a month.
func (b bankingBureau) statement(month, content string) projects.ImportRequest {
	b.t.Helper()
	r := b.tian.list("bank-statement", content)
	period, err := accounting.ParsePeriod(month)
	b.must(err)
	r.Month, r.Account, r.Source = &period, fundNumber, "某银行"
	return r
}

func (b bankingBureau) brings(month, rows string) (*projects.Import, error) {
	b.t.Helper()
	return b.tian.takesIn(b.statement(month, bankHeading+rows))
}

func (b bankingBureau) mustBring(month, rows string) {
	b.t.Helper()
	if _, err := b.brings(month, rows); err != nil {
		b.t.Fatal(err)
	}
}

const bankHeading = "交易日期,摘要,对方户名,对方账号,借方发生额,贷方发生额,余额,交易流水号\n"

func (b bankingBureau) sheet(month string) (s *projects.BankReconciliation) {
	b.t.Helper()
	period, err := accounting.ParsePeriod(month)
	b.must(err)
	b.readAll(func(ctx context.Context, tx bun.Tx) (err error) {
		s, err = projects.ReconcileBank(ctx, tx, book, fundNumber, period)
		return err
	})
	return s
}

// short is a sheet in one line: both columns, then what is open, then what was found.
func short(s *projects.BankReconciliation) string {
	words := []string{fmt.Sprintf("%s+%s-%s=%s", s.Ledger, s.BankIn, s.BankOut, s.Adjusted)}
	if s.Bank != nil {
		words = append(words, fmt.Sprintf("%s+%s-%s=%s apart %s", s.Bank, s.UnitIn, s.UnitOut, s.BankSide, s.Apart))
	}
	for _, i := range s.Items {
		words = append(words, strings.TrimSpace(fmt.Sprintf("%s %s %s %s%s", i.Side, i.Date, i.Amount, i.Reason, i.Owner)))
	}
	for _, m := range s.Matches {
		words = append(words, fmt.Sprintf("%d=%s %s", m.Line, m.Voucher, m.Reason))
	}
	return strings.Join(words, "; ")
}

func (b bankingBureau) shows(month, want string) {
	b.t.Helper()
	if got := short(b.sheet(month)); got != want {
		b.t.Errorf("%s:\n%s, want\n%s", month, got, want)
	}
}

// The fund's quarter: what both have is found by number, by amount and day and by amount; what only one has is carried with
// its reason until the other has it too; both sides come to the same.
func TestBankSheetCarriesWhatOneSideHas(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	b.receives("2025-03-03", "1000.00", "捐款 回单20250303001")
	b.receives("2025-03-04", "1000.00", "捐款")
	b.helps("2025-03-10", "300.00")
	b.helps("2025-03-31", "50.00")
	b.mustBring("2025-03", "2025-03-04,捐款,甲,0101,,1000.00,1000.00,20250303001\n2025-03-04,捐款,乙,0102,,1000.00,2000.00,20250303002\n"+
		"2025-03-12,救助,丙,0103,300.00,,1700.00,20250312001\n2025-03-31,结息,,,,1.23,1701.23,20250331001\n")
	b.shows("2025-03", "1650.00+1.23-0.00=1651.23; 1701.23+0.00-50.00=1651.23 apart 0.00; bank_in 2025-03-31 1.23; unit_out 2025-03-31 50.00; "+
		"1=2025-03 记-0001 serial; 2=2025-03 记-0002 amount_and_day; 3=2025-03 记-0003 amount")
	for _, i := range b.sheet("2025-03").Items {
		b.must(projects.ExplainBankItem(t.Context(), b.db, b.tian.command(), fundNumber, 202503, i.ID, projects.BankItemReason{Reason: "跨月", Owner: "wu"}))
	}
	b.receives("2025-04-02", "1.23", "结息")
	b.mustBring("2025-04", "2025-04-01,救助,丁,0104,50.00,,1651.23,20250401001\n")
	if n, err := projects.MatchBank(t.Context(), b.db, b.tian.command(), fundNumber); err != nil || n != 0 {
		t.Errorf("%d found after all was: %v", n, err)
	}
	b.shows("2025-03", "1650.00+1.23-0.00=1651.23; 1701.23+0.00-50.00=1651.23 apart 0.00; bank_in 2025-03-31 1.23 跨月wu; unit_out 2025-03-31 50.00 跨月wu; "+
		"1=2025-03 记-0001 serial; 2=2025-03 记-0002 amount_and_day; 3=2025-03 记-0003 amount")
	b.shows("2025-04", "1651.23+0.00-0.00=1651.23; 1651.23+0.00-0.00=1651.23 apart 0.00; 1=2025-03 记-0004 amount")
	content, err := b.sheet("2025-03").Workbook()
	b.must(err)
	f, err := excelize.OpenReader(bytes.NewReader(content))
	b.must(err)
	rows, err := f.GetRows("余额调节表")
	b.must(err)
	if len(rows) != 10 || rows[4][1] != "1,651.23" || rows[4][3] != "1,651.23" || rows[8][5] != "跨月" {
		t.Errorf("the printed sheet: %q", rows)
	}
}

// A voucher that is taken back is no longer the bank's line; the right one is.
func TestBankLineFollowsTheRightVoucher(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	b.receives("2025-03-03", "1000.00", "捐款")
	b.mustBring("2025-03", "2025-03-03,捐款,甲,,,1000.00,1000.00,1\n")
	_, err := accounting.ReverseVoucher(t.Context(), b.books, b.db, b.command(), accounting.ReversalRequest{No: accounting.VoucherNo{Period: 202503, Number: 1}, On: accounting.MustDate("2025-03-05"), PreparedBy: b.clerk, ReviewedBy: b.head, Reason: "错"})
	b.must(err)
	b.shows("2025-03", "0.00+1000.00-0.00=1000.00; 1000.00+0.00-0.00=1000.00 apart 0.00; bank_in 2025-03-03 1000.00; 1=2025-03 记-0001 amount_and_day")
	b.receives("2025-03-05", "1000.00", "捐款")
	n, err := projects.MatchBank(t.Context(), b.db, b.tian.command(), fundNumber)
	b.must(err)
	b.shows("2025-03", "1000.00+0.00-0.00=1000.00; 1000.00+0.00-0.00=1000.00 apart 0.00; 1=2025-03 记-0003 amount")
	if n != 1 {
		t.Errorf("%d found", n)
	}
}

// What a statement says must follow, from the month before and from row to row, whichever way the bank prints it.
func TestBankStatementChain(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	march := "2025-03-04,捐款,甲,,,1000.00,1000.00,1\n2025-03-12,救助,乙,,300.00,,700.00,2\n"
	for name, c := range map[string]struct{ rows, want string }{
		"a balance that does not follow":  {strings.Replace(march, ",700.00", ",710.00", 1), "1000.00 + 0.00 − 300.00 = 700.00, the balance says 710.00: 10.00 apart"},
		"a row that is missing":           {march + "2025-03-13,救助,乙,,100.00,,500.00,4\n", "700.00 + 0.00 − 100.00 = 600.00, the balance says 500.00"},
		"another opening balance":         {",期初余额,,,,,5.00,\n" + march, "5.00 + 1000.00 − 0.00 = 1005.00, the balance says 1000.00"},
		"another closing balance":         {march + ",期末余额,,,,,701.00,\n", "its rows lead to 700.00, it closes with 701.00: 1.00 apart"},
		"a wrong total":                   {march + "合计,,,,300.00,1001.00,,\n", "the total states 1001.00 yuan, the rows come to 1000.00: 1.00 apart"},
		"a day of another month":          {march + "2025-04-01,救助,乙,,100.00,,600.00,3\n", "2025-04-01 is not in 2025-03"},
		"a row of both sides":             {march + "2025-03-14,x,乙,,100.00,100.00,700.00,3\n", "received 100.00, paid 100.00: a row is one of both"},
		"a formula":                       {march + "2025-03-14,x,乙,,=1+1,,698.00,3\n", "a formula"},
		"an account that lost its digits": {march + "2025-03-14,x,乙,6.4E+18,1.00,,699.00,3\n", "lost its digits"},
	} {
		if _, err := b.brings("2025-03", c.rows); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := b.statement("2025-03", "账号：6402000000000000999,,,,,,,\n"+bankHeading+march)
	if _, err := b.tian.takesIn(other); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), "is of account 6402000000000000999, not of "+fundNumber) {
		t.Errorf("the statement of another account: %v", err)
	}
	other.Account = "1"
	if _, err := b.tian.takesIn(other); fault.Code(err) != "bank_account_unknown" {
		t.Errorf("an account nobody registered: %v", err)
	}
	// The newest first, with titles, its account and ends.
	b.mustBring("2025-03", "2025-03-12,救助,乙,,300.00,,700.00,2\n2025-03-04,捐款,甲,,,1000.00,1000.00,1\n")
	if _, err := b.brings("2025-03", march); err != nil {
		t.Errorf("the same in another file: %v", err)
	}
	if _, err := b.brings("2025-03", "2025-03-04,捐款,甲,,,1000.00,1000.00,1\n"); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), "is in with 2 rows, the list has 1") {
		t.Errorf("a shorter one of the same month: %v", err)
	}
	april := "2025-04-04,捐款,甲,,,1.00,801.00,3\n"
	for month, want := range map[string]string{"2025-04": "2025-04 opens with 800.00, 2025-03 closed with 700.00: 100.00 apart", "2025-05": "the statement of 2025-04 comes first"} {
		_, err := b.brings(month, strings.Replace(april, "2025-04", month, 1))
		if fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", month, err)
		}
	}
	b.mustBring("2025-04", strings.Replace(april, "801", "701", 1))
	if n := b.countAll(`select count(*) from projects.bank_lines`); n != 3 {
		t.Errorf("%d lines are in", n)
	}
}

// The connection dies while a statement is taken in: nothing of it is there, and the same can be brought again.
func TestBankStatementKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	r := b.statement("2025-03", bankHeading+"2025-03-04,捐款,甲,,,1000.00,1000.00,1\n")
	c := b.tian.command()
	killed := 0
	_, err := projects.TakeIn(t.Context(), b.db, b.files, c, r, func(done, of int) {
		killed = b.countAll(`select count(*) from (select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and state = 'idle in transaction' and query ~ 'add_bank_statement') x`)
	})
	if err == nil || killed != 1 {
		t.Fatalf("%d connections killed, said %v", killed, err)
	}
	if n := b.countAll(`select (select count(*) from projects.imports) + (select count(*) from projects.bank_statements) + (select count(*) from projects.bank_lines)`); n != 0 {
		t.Errorf("%d rows stayed", n)
	}
	if _, err = projects.TakeIn(t.Context(), b.db, b.files, c, r, func(int, int) {}); err != nil {
		t.Errorf("again: %v", err)
	}
}

// Two bring the same month at once, one as it is and one without a row: one is in, whole, and the other is told so.
func TestBankStatementsMeet(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	first := "2025-03-04,捐款,甲,,,1000.00,1000.00,1\n"
	requests := []projects.ImportRequest{b.statement("2025-03", bankHeading+first), b.statement("2025-03", bankHeading+first+"2025-03-12,救助,乙,,300.00,,700.00,2\n")}
	commands := []accounting.Command{b.tian.command(), b.tian.command()}
	waits, super := make(chan struct{}), pgtest.Superuser(t, b.db)
	results := make(chan error, 2)
	go func() {
		_, err := projects.TakeIn(t.Context(), b.db, b.files, commands[0], requests[0], func(int, int) {
			close(waits) // its statement is written and not yet there for others
			for waiting := 0; waiting == 0; {
				if err := super.NewRaw(`select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ 'add_bank_statement'`).Scan(t.Context(), &waiting); err != nil {
					t.Error(err)
					return
				}
			}
		})
		results <- err
	}()
	<-waits
	_, err := projects.TakeIn(t.Context(), b.db, b.files, commands[1], requests[1], func(int, int) {})
	if fault.Code(err) != "statement_broken" || !strings.Contains(err.Error(), "the statement of 202503 is in already") {
		t.Errorf("the second: %v", err)
	}
	b.must(<-results)
	if n := b.countAll(`select count(*) from projects.bank_lines`); n != 1 {
		t.Errorf("%d lines", n)
	}
}

// The bank's message does what its table does, and both are one statement.
func TestBankStatementAsMessage(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	message := `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><Othr><Id>` + fundNumber + `</Id></Othr></Id></Acct>
		<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">150000000.01</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
		<Ntry><Amt Ccy="CNY">150000000.01</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2025-03-04</Dt></BookgDt><AcctSvcrRef>X1</AcctSvcrRef></Ntry></Stmt></BkToCstmrStmt></Document>`
	_, err := b.tian.takesIn(b.statement("2025-03", message))
	b.must(err)
	b.shows("2025-03", "0.00+150000000.01-0.00=150000000.01; 150000000.01+0.00-0.00=150000000.01 apart 0.00; bank_in 2025-03-04 150000000.01")
	if _, err = b.brings("2025-03", "2025-03-04,,,,,150000000.01,150000000.01,X1\n"); err != nil {
		t.Errorf("the same as a table: %v", err)
	}
	if _, err = b.tian.takesIn(b.statement("2025-04", strings.ReplaceAll(strings.ReplaceAll(message, fundNumber, "1"), "2025-03-04", "2025-04-04"))); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), "of account 1, not of") {
		t.Errorf("a message of another account: %v", err)
	}
}

// A month of a real book closes when the statement is in and everything open has a reason and an owner; what the account began
// with otherwise than the ledger is such an item too.
func TestMonthClosesWithItsBankSheet(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	_, err := pgtest.Superuser(t, b.db).NewRaw(`alter table accounting.books disable trigger all; update accounting.books set kind = 'real'; alter table accounting.books enable trigger all`).Exec(t.Context())
	b.must(err)
	blockers := func(month accounting.Period, want ...string) {
		t.Helper()
		var got []string
		all, err := accounting.Blockers(t.Context(), b.db, book, month)
		b.must(err)
		for _, x := range all {
			if x.Name != "earlier_period_open" {
				got = append(got, x.Name+" "+x.Detail)
			}
		}
		if strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("%s: %s", month, strings.Join(got, "; "))
		}
	}
	blockers(202502)
	b.receives("2025-03-04", "10.00", "捐款")
	b.mustRecord(projects.ReceiveInjection{Head: b.on("2025-03-04"), Project: "2025-09", Injection: projects.Ref("ZZ-1"), Amount: yuan("5.00")})
	blockers(202503, "bank_account_missing project 2025-09 has money on 1002.01 and no account with a bank is registered for it", "bank_statement_missing account "+fundNumber+": the statement of 202503 is not in")
	_, err = projects.RegisterBankAccount(t.Context(), b.db, b.command(), projects.NewBankAccount{Number: "7", Bank: "某银行", Account: "1002.01", Unit: "ADM"})
	b.must(err)
	own := b.statement("2025-03", bankHeading+"2025-03-04,注资,甲,,,5.00,5.00,1\n")
	own.Account = "7"
	_, err = b.tian.takesIn(own)
	b.must(err)
	b.mustBring("2025-03", "2025-03-04,捐款,甲,,,10.00,12.50,1\n")
	b.shows("2025-03", "10.00+0.00-0.00=10.00; 12.50+0.00-0.00=12.50 apart -2.50; beginning  2.50; 1=2025-03 记-0001 amount_and_day")
	blockers(202503, "bank_item_open account "+fundNumber+": beginning 2.50 of the beginning has no reason and owner")
	b.must(projects.ExplainBankItem(t.Context(), b.db, b.wu.command(), fundNumber, 202503, b.sheet("2025-03").Items[0].ID, projects.BankItemReason{Reason: "历年利息未入账", Owner: "wu"}))
	blockers(202503)
	blockers(202504, "bank_statement_missing account "+fundNumber+": the statement of 202504 is not in", "bank_statement_missing account 7: the statement of 202504 is not in")
}
