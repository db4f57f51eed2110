package accounting

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// Read runs a report in one REPEATABLE READ READ ONLY transaction, so that all its queries see the same books. A report
// put together from two moments would not add up while postings go on. It sees what the context's reader may see: see WithReader.
func Read(ctx context.Context, db *bun.DB, report func(ctx context.Context, tx bun.Tx) error) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fault.FromSQL(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written, so nothing can be lost
	if err := readAs(ctx, tx); err != nil {
		return err
	}
	if err := report(ctx, tx); err != nil {
		return fault.FromSQL(err)
	}
	return nil
}

// recent is how old a moment must be before no posting recorded by then can still be in flight: longer than any
// statement or lock may take.
const recent = time.Minute

// ReadKnown is Read for a report on what the books knew at a moment. If the moment is recent it first waits for the
// postings in flight, because one recorded before the moment but committed after the report would change it afterwards.
// Code: known_in_future.
func ReadKnown(ctx context.Context, db *bun.DB, book BookID, known time.Time, report func(ctx context.Context, tx bun.Tx) error) error {
	if !known.IsZero() {
		var now time.Time
		if err := db.NewRaw(`select clock_timestamp()`).Scan(ctx, &now); err != nil {
			return fault.FromSQL(err)
		}
		if err := notInFuture(known, now); err != nil {
			return err
		}
		if now.Sub(known) < recent {
			if err := db.NewRaw(`select accounting.settle(?)`, book).Scan(ctx, &now); err != nil {
				return fault.FromSQL(err)
			}
		}
	}
	return Read(ctx, db, report)
}

func notInFuture(known, now time.Time) error {
	if known.After(now) {
		return fault.Invalid("known_in_future", "nobody can know at %s what the books will hold then; it is %s", known.Format(time.RFC3339), now.Format(time.RFC3339))
	}
	return nil
}

// scope is what a report looks at: entries up to a day, as the books knew them at a moment.
type scope struct {
	Book         BookID
	AsOf         Date
	Known        time.Time // zero: now
	AfterClosing bool      // with the closing entries of the as-of date's own year
}

// cut is a scope worked out period by period.
type cut struct {
	scope
	periods []cutPeriod // ascending
}

// cutPeriod is a period of a cut: vouchers up to number known count, of last that there are.
type cutPeriod struct {
	period      Period
	last, known int
}

// last is the last period a scope reaches. Adjustments (13) and closing (14) belong to the end of their year: they
// count only as of 31 December, the closing only if asked. Those of earlier years always count.
func (s scope) last() Period {
	p := s.AsOf.Period()
	if p.Month() < 12 || s.AsOf.Day() < 31 {
		return p
	}
	if s.AfterClosing {
		return p + 2
	}
	return p + 1
}

// cut looks up the periods. Codes: date_invalid, known_in_future.
func (s scope) cut(ctx context.Context, db bun.IDB) (cut, error) {
	c := cut{scope: s}
	if s.AsOf.IsZero() {
		return c, fault.Invalid("date_invalid", "a report names the day as of which it is made")
	}
	known := sql.NullTime{Time: s.Known, Valid: !s.Known.IsZero()}
	rows, err := db.QueryContext(ctx, `select p.period, p.last_number,
		case when ?1::timestamptz is null then p.last_number else accounting.known_number(p.book_id, p.period, ?1) end, clock_timestamp()
		from accounting.periods p where p.book_id = ?0 and p.period between 200001 and ?2 order by p.period`, s.Book, known, s.last())
	if err != nil {
		return c, fault.FromSQL(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			p   cutPeriod
			now time.Time
		)
		if err := rows.Scan(&p.period, &p.last, &p.known, &now); err != nil {
			return c, fault.FromSQL(err)
		}
		if err := notInFuture(s.Known, now); err != nil {
			return c, err
		}
		c.periods = append(c.periods, p)
	}
	return c, fault.FromSQL(rows.Err())
}

// fragment is a piece of SQL with its arguments.
type fragment struct {
	sql  string
	args []any
}

func (f *fragment) add(sql string, args ...any) {
	f.sql += sql
	f.args = append(f.args, args...)
}

// filter says which lines a report is about; zero values do not restrict. Its conditions name columns that lines and
// turnover have in common, except the subject, which only lines have.
type filter struct {
	account    string // with its sub-accounts
	leaves     []string
	basis      string
	unit       UnitID
	projects   []ProjectID
	budgetLine BudgetLineID
	subject    SubjectID
	figure     string // a condition of ours, never of a request
}

// where writes the conditions, each with a leading "and".
func (f filter) where(book BookID) fragment {
	var w fragment
	if f.account != "" {
		w.add(` and (x.account = ? or x.account like ?)`, f.account, f.account+".%")
	}
	if len(f.leaves) > 0 {
		w.add(` and x.account = any (?::text[])`, pq.Array(f.leaves))
	}
	switch f.basis {
	case "financial":
		w.add(` and x.account < '6'`)
	case "budgetary":
		w.add(` and x.account >= '6' and x.account < '9'`)
	case "authority":
		w.add(` and x.account >= '9'`)
	}
	if !f.unit.IsZero() {
		w.add(` and x.project_id in (select g.project_id from accounting.ledgers g where g.book_id = ? and g.unit_id = ?)`, book, f.unit)
	}
	if len(f.projects) > 0 {
		ids := make([]string, len(f.projects))
		for i, p := range f.projects {
			ids[i] = p.String()
		}
		w.add(` and x.project_id = any (?::uuid[])`, pq.Array(ids))
	}
	if !f.budgetLine.IsZero() {
		w.add(` and x.budget_line_id = ?`, f.budgetLine)
	}
	if !f.subject.IsZero() {
		w.add(` and x.subject_id = ?`, f.subject)
	}
	if f.figure != "" {
		w.add(` and ` + f.figure)
	}
	return w
}

// moves is a subquery that adds up to the cut, with the columns slot, account, project_id, budget_line_id, debit, credit;
// what by does not tell apart is null, slot is an expression over x.period. Whole periods come from turnover. A period that counts in part, because of the day
// or of what was known, comes from whichever lines are fewer: those that count, or those that do not, taken off the turnover.
// Each part is summed before they are put together, which halves the time (measured over a million lines).
func (c cut) moves(f filter, by Detail, slot string) fragment {
	where := f.where(c.Book)
	columns := []string{"null::uuid as project_id, null::uuid as budget_line_id", "x.project_id, null::uuid as budget_line_id", "x.project_id, x.budget_line_id"}[by]
	var parts fragment
	part := func(table, sign, condition string, args ...any) {
		if parts.sql != "" {
			parts.add(` union all `)
		}
		parts.add(`select `+slot+` as slot, x.account, `+columns+`, `+sign+`sum(x.debit) as debit, `+sign+`sum(x.credit) as credit
			from accounting.`+table+` x where x.book_id = ? and `, c.Book)
		parts.add(condition, args...)
		parts.add(where.sql+` group by 1, 2, 3, 4`, where.args...)
	}
	var wholes []int64
	for _, p := range c.periods {
		partMonth := p.period == c.AsOf.Period() && c.AsOf.Day() < c.AsOf.LastOfMonth().Day()
		switch {
		case p.known == 0 && p.last > 0:
		case partMonth && (c.AsOf.Day() <= 15 || 2*p.known < p.last):
			part("lines", "", `x.period = ? and x.number <= ? and x.date <= ?`, p.period, p.known, c.AsOf)
		case 2*p.known < p.last:
			part("lines", "", `x.period = ? and x.number <= ?`, p.period, p.known)
		default:
			wholes = append(wholes, int64(p.period))
			if p.known < p.last {
				part("lines", "-", `x.period = ? and x.number > ?`, p.period, p.known)
			}
			if partMonth {
				part("lines", "-", `x.period = ? and x.number <= ? and x.date > ?`, p.period, p.known, c.AsOf)
			}
		}
	}
	part("turnover", "", `x.period = any (?::int[])`, pq.Array(wholes))
	return fragment{"(" + parts.sql + ")", parts.args}
}

// seen is a from-clause over the lines x of the cut between two periods: each with its period's last known number s.
func (c cut) seen(from Period) fragment {
	var periods, known []int64
	for _, p := range c.periods {
		if p.period >= from && p.known > 0 {
			periods, known = append(periods, int64(p.period)), append(known, int64(p.known))
		}
	}
	return fragment{` unnest(?::int[], ?::int[]) s(period, known) join accounting.lines x
		on x.book_id = ? and x.period = s.period and x.number <= s.known and x.period between ? and ? and (x.date <= ? or x.period % 100 > 12) `,
		[]any{pq.Array(periods), pq.Array(known), c.Book, from, c.last(), c.AsOf}}
}
