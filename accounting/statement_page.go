package accounting

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// StatementPage is a page of an account's statement. Before is the balance before its first line: the opening balance on the
// first page, what the last page ended with on a later one.
type StatementPage struct {
	Account StatementAccount
	Count   int // lines of the whole statement
	Before  Money
	Lines   []StatementLine
	Next    *CellMark // nil: there is no next page
}

// PageStatement gives a page of AccountStatement without reading the lines of the pages before: what they come to is known
// from turnover. Codes: account_unknown, date_invalid, period_invalid, known_in_future; request_invalid for a page after a
// line that the statement does not have.
func PageStatement(ctx context.Context, db bun.IDB, q StatementQuery, after *CellMark, limit int) (*StatementPage, error) {
	st, err := AccountStatement(ctx, db, q) // its lines are not asked for
	if err != nil {
		return nil, err
	}
	page := &StatementPage{Account: st.Accounts[0], Before: st.Accounts[0].Opening}
	c, err := scope{q.Book, q.AsOf, q.Known, q.AfterClosing}.cut(ctx, db)
	if err != nil {
		return nil, err
	}
	if q.From.IsZero() {
		q.From = NewDate(q.AsOf.Year(), 1, 1)
	}
	only := filter{unit: q.Unit, projects: q.Projects, budgetLine: q.BudgetLine, subject: q.Subject}
	if only.leaves, err = leaves(ctx, db, q.Book, []string{q.Account}); err != nil {
		return nil, err
	}
	n := c.counted(only, q.From)
	if err := db.NewRaw(`select n.lines from `+n.sql+` n`, n.args...).Scan(ctx, &page.Count); err != nil {
		return nil, fault.FromSQL(err)
	}
	since, begins := only.where(c.Book), q.From.Period()
	since.add(` and (x.date >= ? or x.period % 100 > 12)`, q.From)
	if after != nil {
		day, err := c.pageEnd(ctx, db, since, *after)
		if err != nil {
			return nil, err
		}
		begins = max(begins, after.No.Period)
		since.add(` and (x.period, x.date, x.number, x.line_no) > (?, ?, ?, ?)`, after.No.Period, day, after.No.Number, after.LineNo)
		if page.Before, err = c.balanceAfter(ctx, db, only, *after, day); err != nil {
			return nil, err
		}
		if page.Account.Normal == Credit {
			page.Before = page.Before.Neg()
		}
	}
	if page.Lines, err = c.statementLines(ctx, db, begins, since, limit+1); err != nil {
		return nil, err
	}
	if len(page.Lines) > limit {
		page.Lines = page.Lines[:limit]
		last := page.Lines[limit-1]
		page.Next = &CellMark{last.No, last.LineNo}
	}
	balance := page.Before
	for i := range page.Lines {
		l := &page.Lines[i]
		if page.Account.Normal == Credit {
			balance = balance.Add(l.Credit).Sub(l.Debit)
		} else {
			balance = balance.Add(l.Debit).Sub(l.Credit)
		}
		l.Balance = balance
	}
	return page, nil
}

// statementLines are lines in a statement's order, without their balances.
func (c cut) statementLines(ctx context.Context, db bun.IDB, begins Period, where fragment, limit int) (all []StatementLine, err error) {
	for _, p := range c.periods {
		if p.period < begins || p.known == 0 {
			continue
		}
		f := fragment{sql: `select x.period, x.number, x.line_no, x.date, v.kind, v.source, v.memo, x.account, x.project_id, coalesce(g.code, ''), coalesce(b.code, ''), coalesce(u.kind, ''), coalesce(u.code, ''), x.economic_class, x.debit, x.credit from `}
		f.named(c.page([]cutPeriod{p}, where, `x.date, x.number, x.line_no`, limit, len(all)))
		lines, err := collect(ctx, db, f, func(l *StatementLine) []any {
			return []any{&l.No.Period, &l.No.Number, &l.LineNo, &l.Date, &l.Kind, &l.Source, &l.Memo, &l.Account, &l.Project, &l.ProjectCode, &l.BudgetLineCode, &l.SubjectKind, &l.SubjectCode, &l.EconomicClass, &l.Debit, &l.Credit}
		})
		if all = append(all, lines...); err != nil || len(all) == limit {
			return all, err
		}
	}
	return all, nil
}

// pageEnd is the day of the line a page ended with, which has to be one of the statement.
func (c cut) pageEnd(ctx context.Context, db bun.IDB, where fragment, at CellMark) (Date, error) {
	f := fragment{sql: `select x.date from `}
	seen := c.seen(at.No.Period)
	f.add(seen.sql, seen.args...)
	f.add(` where x.period = ? and x.number = ? and x.line_no = ?`, at.No.Period, at.No.Number, at.LineNo)
	f.add(where.sql, where.args...)
	days, err := collect(ctx, db, f, func(d *Date) []any { return []any{d} })
	if err == nil && len(days) == 0 {
		err = fault.Invalid("request_invalid", "next: no page of this statement ended with line %d of %s", at.LineNo, at.No)
	}
	if err != nil {
		return Date{}, err
	}
	return days[0], nil
}

// balanceAfter is what all lines up to one come to, as debit less credit: earlier periods by their turnover, its own by its lines.
func (c cut) balanceAfter(ctx context.Context, db bun.IDB, only filter, at CellMark, day Date) (balance Money, err error) {
	earlier := c
	earlier.periods = slices.DeleteFunc(slices.Clone(c.periods), func(p cutPeriod) bool { return p.period >= at.No.Period })
	f := fragment{sql: `select coalesce(sum(y.debit - y.credit), 0) from (`}
	if only.subject.IsZero() {
		m := earlier.moves(only, ByAccount, "0")
		f.add(`select m.debit, m.credit from `+m.sql+` m`, m.args...)
	} else {
		seen, where := earlier.seen(200001), only.where(c.Book)
		f.add(`select x.debit, x.credit from `+seen.sql, seen.args...)
		f.add(` where true`+where.sql, where.args...)
	}
	own := c
	own.periods = slices.DeleteFunc(slices.Clone(c.periods), func(p cutPeriod) bool { return p.period != at.No.Period })
	seen, where := own.seen(at.No.Period), only.where(c.Book)
	f.add(` union all select x.debit, x.credit from `+seen.sql, seen.args...)
	f.add(` where (x.date, x.number, x.line_no) <= (?, ?, ?)`, day, at.No.Number, at.LineNo)
	f.add(where.sql+`) y`, where.args...)
	return balance, fault.FromSQL(db.NewRaw(f.sql, f.args...).Scan(ctx, &balance))
}
