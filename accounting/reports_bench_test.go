package accounting_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
)

// million fills a book with a million lines: 200 projects, 24 months, 125,000 vouchers of eight lines in three bases,
// recorded on the day they are dated. Inserted past the posting function, which would take a minute, but sound: Verify holds.
func million(b *testing.B) *story {
	b.Helper()
	s := newStory(b, pgtest.Open(b))
	x := s.breakIn(b)
	x.do(`insert into accounting.ledgers select ?0, gen_random_uuid(), ?1, 'G-' || i from generate_series(1, 200) i`, s.id, s.unit)
	x.do(`insert into accounting.budget_lines select ?, gen_random_uuid(), g.project_id, y, g.code || '/' || y, 'general_public_budget', 'county', '', null from accounting.ledgers g cross join generate_series(2025, 2026) y where g.code like 'G-%'`, s.id)
	x.do(`create temporary table v as select i, 202501 + (i * 24 / 125000 / 12) * 100 + i * 24 / 125000 % 12 as period, i * 24 % 125000 / 24 as seq, i % 200 as p, 100 + i % 977 as amount from generate_series(0, 124999) i`)
	x.do(`create temporary table n as select v.*, row_number() over (partition by period order by i) as number,
		make_date(period / 100, period % 100, 1) + (row_number() over (partition by period order by i) * 28 / 5300)::int as date, g.project_id, b.budget_line_id
		from v join (select project_id, row_number() over (order by project_id) - 1 as p from accounting.ledgers where code like 'G-%') g on g.p = v.p
		join accounting.budget_lines b on b.project_id = g.project_id and b.fiscal_year = v.period / 100`)
	x.do(`create temporary table l as select n.*, k.line_no, k.account, k.class, case when k.takes then n.budget_line_id else '00000000-0000-0000-0000-000000000000' end as line, case when k.line_no % 2 = 1 then amount else 0 end::numeric as debit, case when k.line_no % 2 = 0 then amount else 0 end::numeric as credit,
		case when k.account < '6' then 'financial' when k.account < '9' then 'budgetary' else 'authority' end as basis
		from n cross join (values (1, '1613.01', false, ''), (2, '4001.01', true, ''), (3, '7101', true, '30901'), (4, '6001', true, ''), (5, '9301.01', true, ''), (6, '9101', true, ''), (7, '9401', true, ''), (8, '9301.01', true, '')) k(line_no, account, takes, class)`)
	x.do(`insert into accounting.lines select ?, period, number, line_no, 8, date, account, basis, project_id, line, '00000000-0000-0000-0000-000000000000', class, debit, credit from l order by period, number, line_no`, s.id)
	x.do(`insert into accounting.vouchers select ?0, n.period, n.number, n.date, 'ordinary', 'M', '00000000-0000-0000-0000-000000000000', 'memo ' || n.i, '', ?1, ?2, ?1, 1, null, null, 8, n.date + interval '9 hours' + n.number * interval '1 second', sha256('') from n order by n.period, n.number`, s.id, s.person[0], s.person[1])
	x.do(`update accounting.vouchers v set digest = sha256('\x00'::bytea || convert_to(
		accounting.field('mingzhang.voucher.1') || accounting.field(v.book_id::text) || accounting.field(v.period::text) || accounting.field(v.number::text) || accounting.field(v.date::text) || accounting.field(v.kind) || accounting.field(v.source)
		|| accounting.field(v.source_document::text) || accounting.field(v.memo) || accounting.field('0') || accounting.field(v.prepared_by::text) || accounting.field(v.reviewed_by::text) || accounting.field(v.posted_by::text) || accounting.field('1') || accounting.field('')
		|| accounting.field((extract(epoch from v.recorded_at) * 1000000)::bigint::text) || accounting.field('8') || t.text, 'UTF8'))
		from (select l.period, l.number, string_agg(accounting.field(l.line_no::text) || accounting.field(l.account) || accounting.field(l.basis) || accounting.field(l.project_id::text) || accounting.field(l.line::text) || accounting.field('00000000-0000-0000-0000-000000000000')
			|| accounting.field(l.class) || accounting.field(round(l.debit, 2)::text) || accounting.field(round(l.credit, 2)::text), '' order by l.line_no) as text from l group by 1, 2) t where t.period = v.period and t.number = v.number and v.period between 202501 and 202612`)
	x.do(`insert into accounting.turnover select ?, period, account, project_id, line, sum(debit), sum(credit) from l group by 2, 3, 4, 5`, s.id)
	x.do(`insert into accounting.positions select l.book_id, l.account, a.normal_side, l.project_id, l.budget_line_id, l.subject_id, sum(l.debit), sum(l.credit) from accounting.lines l join accounting.accounts a on a.book_id = l.book_id and a.code = l.account and a.rule = 'floor' group by 1, 2, 3, 4, 5, 6`)
	x.do(`update accounting.periods p set last_number = n.last from (select period, max(number) as last from n group by 1) n where n.period = p.period`)
	x.do(`vacuum analyze`)
	return s
}

// BenchmarkReports measures what people wait for, over a million lines.
func BenchmarkReports(b *testing.B) {
	s := million(b)
	read := func(b *testing.B, report func(ctx context.Context, tx bun.Tx) error) {
		for b.Loop() {
			if err := accounting.Read(b.Context(), s.db, report); err != nil {
				b.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name  string
		asOf  string
		known time.Time
		by    accounting.Detail
	}{
		{"month's end", "2026-06-30", time.Time{}, accounting.ByAccount},
		{"10th", "2026-06-10", time.Time{}, accounting.ByAccount},
		{"15th", "2026-06-15", time.Time{}, accounting.ByAccount},
		{"25th", "2026-06-25", time.Time{}, accounting.ByAccount},
		{"15th by project", "2026-06-15", time.Time{}, accounting.ByProject},
		{"year's end known in mid-June", "2026-12-31", time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC), accounting.ByAccount},
	} {
		b.Run("trial balance/"+tt.name, func(b *testing.B) {
			read(b, func(ctx context.Context, tx bun.Tx) error {
				_, err := accounting.TrialBalance(ctx, tx, accounting.TrialBalanceQuery{Book: s.id, AsOf: accounting.MustDate(tt.asOf), Known: tt.known, By: tt.by})
				return err
			})
		})
	}
	b.Run("ladder/15th", func(b *testing.B) {
		read(b, func(ctx context.Context, tx bun.Tx) error {
			_, err := accounting.LadderRows(ctx, tx, accounting.ReconcileQuery{Book: s.id, AsOf: accounting.MustDate("2026-06-15")})
			return err
		})
	})
	b.Run("statement/9301.01 of all projects, June", func(b *testing.B) {
		read(b, func(ctx context.Context, tx bun.Tx) error {
			st, err := accounting.AccountStatement(ctx, tx, accounting.StatementQuery{Book: s.id, Account: "9301.01", From: accounting.MustDate("2026-06-01"), AsOf: accounting.MustDate("2026-06-30")})
			if err != nil {
				return err
			}
			for _, err := range st.Lines {
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
	b.Run("journal", func(b *testing.B) {
		read(b, func(ctx context.Context, tx bun.Tx) error {
			return accounting.WriteJournal(ctx, tx, io.Discard, accounting.JournalQuery{Book: s.id})
		})
	})
	b.Run("verify", func(b *testing.B) {
		started := time.Now()
		read(b, func(ctx context.Context, tx bun.Tx) error {
			report, err := accounting.Verify(ctx, tx, accounting.VerifyOptions{Book: s.id, Progress: func(check string, done, of int) {
				if done == of {
					b.Logf("%6.2f s %s", time.Since(started).Seconds(), check)
				}
			}})
			if !report.OK() {
				for _, c := range report.Checks {
					if c.Count > 0 {
						b.Errorf("%s: %d, %s", c.Name, c.Count, c.Findings[0])
					}
				}
			}
			return err
		})
	})
}
