package accounting_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
)

var (
	batches   = flag.Int("batches", 120, "random batches to compare with vouchers posted one by one")
	batchSeed = flag.Uint64("batch-seed", 0, "seed of the random batches; 0 takes one by chance")
)

// However many vouchers the worker takes into one call, each is answered and booked as if it had been posted alone and in
// its turn. The same random vouchers go to one book all at once and to its twin one by one.
func TestABatchIsItsVouchersOneByOne(t *testing.T) {
	t.Parallel()
	seed := *batchSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("repeat with -run TestABatchIsItsVouchersOneByOne -batch-seed=%d -batches=%d", seed, *batches)
	a := newCounty(t, pgtest.Open(t))
	g := newBatchMaker(t, a, rand.New(rand.NewPCG(seed, 1)))
	b := a.twin(t)
	both := []*county{a, b}
	closed := accounting.Period(202501)
	codes := map[string]int{}
	for n := range *batches {
		if n%(*batches/4+1) == 0 { // from time to time a month closes
			for _, c := range both {
				c.keys = 1_000_000 + 10*int(closed)
				c.close(t, closed)
			}
			closed++
		}
		all := g.batch()
		a.keys = n * 1000
		b.keys = a.keys
		at := a.together(t, all)
		plug := accounting.Posting{Command: b.command("plug"), Voucher: b.i1("2031-01-01", 0)}
		_, _ = b.books.Post(t.Context(), plug.Command, plug.Voucher) // the twin is refused it too
		for i, p := range all {
			receipt, err := b.books.Post(t.Context(), p.Command, p.Voucher)
			if got, want := answered(at[i].Receipt, at[i].Err), answered(receipt, err); got != want {
				t.Fatalf("batch %d, voucher %d of %d, %s:\n in the batch: %s\n alone:        %s", n, i+1, len(all), p.Voucher.Memo, got, want)
			}
			codes[fault.Code(err)]++
			g.learn(p, receipt, err)
		}
	}
	for _, query := range batchStates {
		if diff := cmp.Diff(b.rows(t, query), a.rows(t, query)); diff != "" {
			t.Errorf("after all batches (-alone +in batches): %s\n%s", query, diff)
		}
	}
	for _, c := range both {
		c.sound(t)
	}
	var calls, posted int
	if err := a.db.NewRaw(`select count(distinct recorded_at), count(*) from accounting.vouchers`).Scan(t.Context(), &calls, &posted); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d vouchers in %d calls; answers %v", posted, calls, codes)
	if posted < 3*calls/2 {
		t.Errorf("%d vouchers took %d calls: this compares no batches", posted, calls)
	}
	if *batches >= 100 {
		for _, code := range expectedCodes {
			if codes[code] == 0 {
				t.Errorf("no voucher was answered %q: the batches do not hold what they should", code)
			}
		}
	}
}

var expectedCodes = []string{
	"", "budget_exceeded", "account_unknown", "dimension_required", "voucher_unbalanced", "period_closed", "period_unknown", "budget_line_mismatch", "key_reused",
	"voucher_unknown", "reversal_mismatch", "already_reversed", "kind_not_allowed", "opening_late", "subject_code_taken", "subject_unknown",
	"same_person", "amount_invalid", "line_negative", "text_invalid",
}

// What the books hold in the end, but for times and what follows from them.
var batchStates = []string{
	`select account, normal_side, project_id, budget_line_id, subject_id, debit::numeric(20, 2), credit::numeric(20, 2) from accounting.positions order by 1, 3, 4, 5`,
	`select period, account, project_id, budget_line_id, debit::numeric(20, 2), credit::numeric(20, 2) from accounting.turnover order by 1, 2, 3, 4`,
	`select period, state, last_number, tree_size from accounting.periods order by 1`,
	`select period, number, line_no, line_count, date, account, basis, project_id, budget_line_id, subject_id, economic_class, debit, credit from accounting.lines order by 1, 2, 3`,
	`select period, number, date, kind, source, source_document, memo, prepared_by, reviewed_by, posted_by, attachment_count, refers_period, refers_number, line_count from accounting.vouchers order by 1, 2`,
	`select * from accounting.reversals order by 1, 2, 3`,
	`select * from accounting.subjects order by 1, 2`,
	`select key, name, actor, request_hash, target, answer - 'recorded_at' - 'digest' - 'Hash' - 'At' as answer from accounting.commands order by 1`,
	`select key, code, detail, count(*) from accounting.refusals group by 1, 2, 3 order by 1, 2, 3`,
}

func answered(r accounting.Receipt, err error) string {
	if err == nil {
		return fmt.Sprint("posted ", r.No, " replayed ", r.Replayed)
	}
	if f := (*fault.Error)(nil); asFault(err, &f) {
		return fmt.Sprint(f.Code, ": ", f.Detail, " ", string(f.Facts))
	}
	return err.Error()
}

func (c *county) rows(t testing.TB, query string) []string {
	t.Helper()
	var rows []string
	if err := c.db.NewRaw(`select x::text from (`+query+`) x`).Scan(t.Context(), &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// twin is another book of the same identities in a database of its own.
func (c *county) twin(t testing.TB) *county {
	t.Helper()
	ctx := t.Context()
	twin := *c
	twin.db = pgtest.Open(t)
	twin.books = accounting.NewBooks(twin.db)
	t.Cleanup(twin.books.Close)
	for _, table := range []string{"books", "units", "persons", "accounts", "ledgers", "budget_lines"} {
		var columns, rows string
		err := c.db.NewRaw(`select (select string_agg(column_name, ', ') from information_schema.columns where table_schema = 'accounting' and table_name = ? and is_generated = 'NEVER'),
			(select json_agg(x) from accounting.? x)`, table, bun.Ident(table)).Scan(ctx, &columns, &rows)
		if err != nil {
			t.Fatal(err)
		}
		columns = strings.TrimSpace(columns)
		if _, err := twin.db.ExecContext(ctx, fmt.Sprintf(`insert into accounting.%[1]s (%[2]s) select %[2]s from json_populate_recordset(null::accounting.%[1]s, ?::json)`, table, columns), rows); err != nil {
			t.Fatal(err)
		}
	}
	twin.exec(t, `select accounting.open_year(?, 2025), accounting.open_year(?, 2026)`, c.id, c.id)
	return &twin
}
