package accounting_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
)

func (s *story) verify(t testing.TB) accounting.Report {
	t.Helper()
	var report accounting.Report
	s.read(t, time.Time{}, func(ctx context.Context, tx bun.Tx) (err error) {
		report, err = accounting.Verify(ctx, tx, accounting.VerifyOptions{Book: s.id})
		return err
	})
	return report
}

// thief is an administrator with all guards off, who knows the books and mends what would betray him.
type thief struct {
	*story
	t  testing.TB
	db *bun.DB
}

func (s *story) breakIn(t testing.TB) *thief {
	t.Helper()
	x := &thief{s, t, pgtest.Superuser(t, s.db)}
	x.do(`alter table accounting.positions drop constraint floor`)
	for _, table := range []string{"vouchers", "lines", "reversals", "turnover", "positions", "periods", "close_proposals", "commands",
		"vouchers_2025", "vouchers_2026", "vouchers_2027", "lines_2025", "lines_2026", "lines_2027"} {
		x.do(`alter table accounting.` + table + ` disable trigger all`)
	}
	return x
}

func (x *thief) do(query string, args ...any) {
	x.t.Helper()
	if _, err := x.db.ExecContext(context.Background(), query, args...); err != nil {
		x.t.Fatalf("%s: %v", query, err)
	}
}

// forge inserts a voucher with everything around it right: number, digest, turnover and positions.
func (x *thief) forge(v accounting.Voucher) accounting.VoucherNo {
	x.t.Helper()
	period := v.Period
	if period == 0 {
		period = v.Date.Period()
	}
	no := accounting.VoucherNo{Period: period}
	if err := x.db.NewRaw(`select coalesce(max(number), 0) + 1 from accounting.vouchers where book_id = ? and period = ?`, x.id, period).Scan(context.Background(), &no.Number); err != nil {
		x.t.Fatal(err)
	}
	kind, refersPeriod, refersNumber := v.Kind, sql.NullInt64{}, sql.NullInt64{}
	if kind == "" {
		kind = accounting.Ordinary
	}
	if v.Refers != nil {
		refersPeriod, refersNumber = sql.NullInt64{Int64: int64(v.Refers.Period), Valid: true}, sql.NullInt64{Int64: int64(v.Refers.Number), Valid: true}
		x.do(`insert into accounting.reversals values (?, ?, ?, ?, ?)`, x.id, v.Refers.Period, v.Refers.Number, no.Period, no.Number)
	}
	x.do(`insert into accounting.vouchers (book_id, period, number, date, kind, source, source_document, memo, document_hashes, prepared_by, reviewed_by, posted_by, attachment_count, refers_period, refers_number, line_count, recorded_at, digest)
		values (?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, clock_timestamp(), sha256(''))`,
		x.id, no.Period, no.Number, v.Date, kind, v.Source, v.Document, v.Memo, v.PreparedBy, v.ReviewedBy, v.PostedBy, v.Attachments, refersPeriod, refersNumber, max(2, len(v.Lines)))
	for i, l := range v.Lines {
		x.do(`insert into accounting.lines values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, x.id, no.Period, no.Number, i+1, len(v.Lines), v.Date, l.Account, accounting.Basis(l.Account),
			l.Project, l.BudgetLine, l.Subject.ID, l.EconomicClass, l.Debit, l.Credit)
		x.do(`insert into accounting.turnover as t values (?, ?, ?, ?, ?, ?, ?) on conflict (book_id, period, account, project_id, budget_line_id) do update set debit = t.debit + excluded.debit, credit = t.credit + excluded.credit`,
			x.id, no.Period, l.Account, l.Project, l.BudgetLine, l.Debit, l.Credit)
		x.do(`insert into accounting.positions as p select book_id, code, normal_side, ?, ?, ?, ?, ? from accounting.accounts where book_id = ? and code = ? and rule = 'floor'
			on conflict (book_id, account, project_id, budget_line_id, subject_id) do update set debit = p.debit + excluded.debit, credit = p.credit + excluded.credit`,
			l.Project, l.BudgetLine, l.Subject.ID, l.Debit, l.Credit, x.id, l.Account)
	}
	x.do(`update accounting.periods set last_number = last_number + 1 where book_id = ? and period = ?`, x.id, no.Period)
	x.sign(no)
	return no
}

// sign gives a voucher the digest of whatever it now holds.
func (x *thief) sign(no accounting.VoucherNo) {
	x.t.Helper()
	v, _, err := accounting.Evidence(context.Background(), x.db, x.id, no)
	if err != nil {
		x.t.Fatal(err)
	}
	leaf := v.Leaf()
	x.do(`update accounting.vouchers set digest = ? where book_id = ? and period = ? and number = ?`, leaf[:], x.id, no.Period, no.Number)
}

func TestVerifyFindsNothingInSoundBooks(t *testing.T) {
	t.Parallel()
	s := tell(t)
	report := s.verify(t)
	for _, c := range report.Checks {
		for _, f := range c.Findings {
			t.Errorf("%s: %s", c.Name, f)
		}
	}
	if len(report.Checks) != 17 || report.Vouchers != 31 {
		t.Errorf("%d checks over %d vouchers", len(report.Checks), report.Vouchers)
	}
}

// Whatever an administrator changes by one fen, mending everything that would betray him but one thing: exactly the
// check of that thing fails, and says where and by how much.
func TestVerifyNamesExactlyWhatIsBroken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		check string
		name  string
		crime func(x *thief)
		says  []string
	}{
		{"voucher_balance", "one fen more revenue than expense", func(x *thief) {
			x.forge(x.entry("2025-08-01", "M", 1, "D 7101 L k:30999 5.00", "C 6001 L 5.01"))
		}, []string{"2025-08 记-0001", "project 2025-06", "6001 7101", "difference -0.01"}},
		{"line_count", "a voucher without lines", func(x *thief) { x.forge(x.entry("2025-08-01", "M", 1)) }, []string{"2025-08 记-0001", "0 of 2 lines"}},
		{"line_count", "lines without a voucher", func(x *thief) {
			no := x.forge(x.entry("2025-08-01", "M", 1, "D 3001 0.01", "C 3302 0.01"))
			x.do(`delete from accounting.vouchers where book_id = ? and period = ? and number = ?`, x.id, no.Period, no.Number)
			x.do(`update accounting.periods set last_number = 0 where book_id = ? and period = ?`, x.id, no.Period)
		}, []string{"2025-08 记-0001", "project 2025-06", "2 lines without a voucher"}},
		{"numbers_gapless", "a number given to nobody", func(x *thief) {
			x.do(`update accounting.periods set last_number = last_number + 1 where book_id = ? and period = 202507`, x.id)
		}, []string{"2025-07", "last number given 7", "first missing 7"}},
		{"recorded_order", "a voucher recorded before its predecessor", func(x *thief) {
			x.do(`update accounting.vouchers set recorded_at = recorded_at - interval '1 day' where book_id = ? and period = 202507 and number = 4`, x.id)
			x.sign(accounting.VoucherNo{Period: 202507, Number: 4})
		}, []string{"2025-07 记-0004"}},
		{"clearing_zero", "a clearing account that keeps one fen", func(x *thief) {
			v := x.entry("2025-12-31", "Y3", 1, "D 9601 L 0.01", "C 9701 L 0.01")
			v.Kind, v.Period = accounting.Closing, 202514
			x.forge(v)
		}, []string{"project 2025-06", "account 9601", "difference 0.01"}},
		{"clearing_zero", "costs passed down and not taken up", func(x *thief) {
			x.forge(x.entry("2025-08-01", "T1s", 0, "D 1613.07 0.01", "C 3001 0.01"))
		}, []string{"project 2025-05", "account 1613.07", "difference 0.01"}},
		{"dimensions", "an expense without its class", func(x *thief) {
			x.forge(x.entry("2025-08-01", "M", 1, "D 5001.03 0.01", "C 3001 0.01"))
		}, []string{"project 2025-06", "account 5001.03", "difference 0.01", "economic class missing"}},
		{"dimensions", "authority on the line of another year", func(x *thief) {
			x.forge(x.entry("2025-08-01", "I1", 1, "D 9201 N 0.01", "C 9101 N 0.01"))
		}, []string{"project 2025-06", "account 9101", "difference -0.01", "another project or year"}},
		{"period_gate", "a voucher dated in another month", func(x *thief) {
			x.do(`alter table accounting.vouchers drop constraint date_in_period`)
			v := x.entry("2025-09-01", "M", 1, "D 3001 0.01", "C 3302 0.01")
			v.Period = 202508
			x.forge(v)
		}, []string{"2025-08 记-0001", "dated 2025-09-01"}},
		{"period_gate", "a voucher in a year never opened", func(x *thief) {
			x.forge(x.entry("2027-09-01", "M", 1, "D 3001 0.01", "C 3302 0.01"))
		}, []string{"2027-09 记-0001", "never opened"}},
		{"two_persons", "a voucher reviewed by who prepared it", func(x *thief) {
			x.do(`alter table accounting.vouchers drop constraint prepared_and_reviewed_by_two`)
			v := x.entry("2025-08-01", "M", 1, "D 3001 0.01", "C 3302 0.01")
			v.ReviewedBy = v.PreparedBy
			x.forge(v)
		}, []string{"2025-08 记-0001", "one person"}},
		{"closed_by_two", "a month closed by who proposed it", func(x *thief) {
			x.do(`alter table accounting.close_proposals drop constraint confirmed_by_another`)
			x.do(`update accounting.close_proposals c set proposed_by = p.closed_by from accounting.periods p where p.period = c.period and p.book_id = c.book_id`)
		}, []string{"2025-01", "vouchers, proposed with"}},
		{"closed_by_two", "a month said to be closed before two were asked for", func(x *thief) {
			x.do(`update accounting.periods set closed_by_one = true where state = 'closed'`)
		}, []string{"2025-01", "closed by one, after two"}},
		{"reversals_exact", "a red voucher one fen short", func(x *thief) {
			no := x.forge(x.entry("2025-08-01", "M", 1, "D 3001 5.00", "C 3302 5.00"))
			v := x.entry("2025-08-02", "M", 1, "D 3001 -4.99", "C 3302 -4.99")
			v.Kind, v.Refers = accounting.Reversal, &no
			x.forge(v)
		}, []string{"2025-08 记-0002", "project 2025-06", "account 3001", "difference 0.01"}},
		{"reversals_exact", "a payment reversed alone", func(x *thief) {
			no := x.no["retention"]
			v := x.entry("2026-08-02", "P5", 0, "D 2307.01 c:HT-1 -120", "C 4001.01 N -120", "D 7101 N k:30901 -120", "C 6001 N -120", "D 9401 N -120", "C 9301.04 N r:ZF-5 -120")
			v.Kind, v.Refers = accounting.Reversal, &no
			x.forge(v)
		}, []string{"2026-08 记-0001", "a payment stands reversed"}},
		{"reversals_exact", "a negative amount in an ordinary voucher", func(x *thief) {
			x.forge(x.entry("2025-08-01", "M", 1, "D 3001 -0.01", "C 3302 -0.01"))
		}, []string{"account 3001", "difference -0.01"}},
		{"digests", "another memo", func(x *thief) {
			x.do(`update accounting.vouchers set memo = memo || '.' where book_id = ? and period = 202507 and number = 1`, x.id)
		}, []string{"2025-07 记-0001", "stored digest"}},
		{"roots", "a voucher of a closed month, with its digest", func(x *thief) {
			x.do(`update accounting.vouchers set memo = memo || '.' where book_id = ? and period = 202501 and number = 1`, x.id)
			x.sign(accounting.VoucherNo{Period: 202501, Number: 1})
			x.do(`update accounting.commands c set answer = jsonb_set(c.answer, '{digest}', to_jsonb(encode(v.digest, 'hex'))) from accounting.vouchers v
				where v.book_id = c.book_id and v.period = 202501 and v.number = 1 and jsonb_exists(c.answer, 'digest') and c.answer ->> 'period' = '202501' and c.answer ->> 'number' = '1'`)
		}, []string{"period 2025-01", "frozen root"}},
		{"turnover_equal_lines", "turnover of one fen", func(x *thief) {
			x.do(`update accounting.turnover set debit = debit + 0.01 where book_id = ? and period = 202507 and account = '1613.02'`, x.id)
		}, []string{"period 2025-07", "project 2025-05", "account 1613.02", "difference 0.01"}},
		{"positions_equal_lines", "a position of one fen", func(x *thief) {
			x.do(`update accounting.positions set debit = debit + 0.01 where book_id = ? and account = '1613.02'`, x.id)
		}, []string{"project 2025-05", "account 1613.02", "difference 0.01"}},
		{"floors", "one fen handed over that was never built", func(x *thief) {
			x.forge(x.entry("2026-08-01", "T2", 0, "D 1601 3500.01", "C 1613.01 3500.01"))
		}, []string{"project 2025-05", "account 1613.01", "difference -0.01"}},
		{"authority_identity", "authority hidden on an account of the thief's", func(x *thief) {
			x.do(`insert into accounting.accounts (book_id, code, name_zh, name_en, type, normal_side, basis, leaf, takes_line, takes_subject, takes_class, rule) values (?, '9999', '小金库', '', '', 'debit', 'authority', true, true, '', false, '')`, x.id)
			x.forge(x.entry("2026-08-01", "M", 0, "D 9999 N 0.01", "C 9301.01 N 0.01"))
		}, []string{"project 2025-05", "budget line 2025-05/2026", "account 9101", "difference 0.01"}},
		{"commands_answered", "an answer that names another number", func(x *thief) {
			x.do(`update accounting.commands set answer = jsonb_set(answer, '{number}', '99') where book_id = ? and jsonb_exists(answer, 'digest') and answer ->> 'period' = '202507' and answer ->> 'number' = '1'`, x.id)
		}, []string{"2025-07 记-0099", "its voucher is not there"}},
		{"commands_answered", "a command that never ended", func(x *thief) {
			x.do(`insert into accounting.commands select book_id, 'ghost', name, actor, at, request_hash, target, null from accounting.commands limit 1`)
		}, []string{"ghost", "no answer"}},
	} {
		t.Run(tt.check+"/"+tt.name, func(t *testing.T) {
			t.Parallel()
			s := tell(t)
			tt.crime(s.breakIn(t))
			report := s.verify(t)
			if !slices.Equal(report.Failed(), []string{tt.check}) {
				for _, c := range report.Checks {
					t.Errorf("%s: %v", c.Name, c.Findings)
				}
			}
			for _, c := range report.Checks {
				if text := fmt.Sprint(c.Findings); c.Name == tt.check {
					for _, want := range tt.says {
						if !strings.Contains(text, want) {
							t.Errorf("%q is not in %s", want, text)
						}
					}
				}
			}
		})
	}
}

// The digest the database stored is the digest this program computes, whatever a voucher holds.
func TestDigestsAgreeForRandomVouchers(t *testing.T) {
	t.Parallel()
	s := newStory(t, pgtest.Open(t))
	text := rapid.StringMatching(`[\p{Han}\p{L}\p{N}\p{P}\p{S} "\\{},':;|%]{1,60}`)
	rapid.Check(t, func(r *rapid.T) {
		v := s.voucher(fmt.Sprintf("2025-%02d-%02d", rapid.IntRange(1, 12).Draw(r, "month"), rapid.IntRange(1, 28).Draw(r, "day")), rapid.StringMatching(`[A-Za-z0-9+-]{1,12}`).Filter(func(s string) bool { return s != "Y1" && s != "Y2" && s != "Y3" }).Draw(r, "source"))
		v.Memo, v.Attachments = text.Draw(r, "memo"), rapid.IntRange(1, 99).Draw(r, "attachments")
		v.Document = accounting.NewID()
		for range rapid.IntRange(0, 3).Draw(r, "documents") {
			v.Documents = append(v.Documents, accounting.Hash(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(r, "hash")))
		}
		for range rapid.IntRange(1, 4).Draw(r, "pairs") {
			m := accounting.Fen(rapid.Int64Range(1, 1e16).Draw(r, "fen"))
			i := rapid.IntRange(0, 2).Draw(r, "project")
			classed := s.on(i)
			classed.EconomicClass = rapid.StringMatching(`[0-9]{1,7}`).Draw(r, "class")
			v.Lines = append(v.Lines, accounting.Dr("7101", m, classed), accounting.Cr("6001", m, s.on(i)))
		}
		receipt, err := s.post(v)
		if err != nil {
			r.Fatal(err)
		}
		e, stored, err := accounting.Evidence(t.Context(), s.db, s.id, receipt.No)
		if err != nil {
			r.Fatal(err)
		}
		if leaf := e.Leaf(); leaf != stored || stored != receipt.Digest || e.Memo != v.Memo {
			r.Fatalf("%s: stored %x, computed %x from %s", receipt.No, stored, leaf, e.Canonical())
		}
	})
}
