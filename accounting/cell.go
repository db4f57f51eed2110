package accounting

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// CellQuery says which lines a figure of a report adds up: every figure of a trial balance or a reconciliation is one.
// Zero values do not restrict.
type CellQuery struct {
	Book         BookID
	Accounts     []string // with their sub-accounts; one written -1613.07 is left out of them again
	Basis        string
	From, To     Period // inclusive
	AsOf         Date
	Known        time.Time // as the books were known then; zero: now. Within the last minute: inside ReadKnown
	AfterClosing bool      // with the closing entries of the as-of date's year
	NoClosing    bool      // without those of any year
	Unit         UnitID
	Projects     []ProjectID
	BudgetLine   BudgetLineID
	Subject      SubjectID
	After        CellMark
	Limit        int // zero: all
}

// CellMark is a place among the lines, which come in order of period, number and line.
type CellMark struct {
	No     VoucherNo
	LineNo int
}

// CellSum is how many lines a cell has and what they come to, in yuan.
type CellSum struct {
	Lines         int
	Debit, Credit Money
}

// CellLine is a line behind a figure.
type CellLine struct {
	No             VoucherNo
	LineNo         int
	Date           Date
	Source         string
	Memo           string
	Account        string
	AccountName    string
	ProjectCode    string
	BudgetLineCode string
	SubjectKind    SubjectKind
	SubjectCode    string
	EconomicClass  string
	Debit, Credit  Money
}

// cell works out the periods and the conditions. Codes: date_invalid, known_in_future, account_unknown.
func (q CellQuery) cell(ctx context.Context, db bun.IDB) (cut, filter, error) {
	only := filter{basis: q.Basis, unit: q.Unit, projects: q.Projects, budgetLine: q.BudgetLine, subject: q.Subject}
	c, err := scope{q.Book, q.AsOf, q.Known, q.AfterClosing}.cut(ctx, db)
	if err != nil {
		return c, only, err
	}
	c.periods = slices.DeleteFunc(c.periods, func(p cutPeriod) bool {
		return p.period < q.From || q.To != 0 && p.period > q.To || q.NoClosing && p.period.Month() == 14
	})
	if len(q.Accounts) > 0 {
		only.leaves, err = leaves(ctx, db, q.Book, q.Accounts)
	}
	return c, only, err
}

// leaves are the accounts with lines that a list of accounts means. Code: account_unknown.
func leaves(ctx context.Context, db bun.IDB, book BookID, accounts []string) ([]string, error) {
	wanted, out := []string{}, []string{}
	for _, a := range accounts {
		if without, found := strings.CutPrefix(a, "-"); found {
			out = append(out, without)
		} else {
			wanted = append(wanted, a)
		}
	}
	found, err := collect(ctx, db, fragment{`select a.code from accounting.accounts a where a.book_id = ? and a.leaf
		and (a.code = any (?::text[]) or split_part(a.code, '.', 1) = any (?::text[])) and not (a.code = any (?::text[]) or split_part(a.code, '.', 1) = any (?::text[])) order by a.code`,
		[]any{book, pq.Array(wanted), pq.Array(wanted), pq.Array(out), pq.Array(out)}}, func(code *string) []any { return []any{code} })
	if err == nil && len(found) == 0 {
		err = fault.Invalid("account_unknown", "the chart has no account %s", clip(strings.Join(accounts, ", ")))
	}
	return found, err
}

// SumCell adds the lines of a cell up: the amounts from turnover as far as it knows them, the number of lines from the lines.
func SumCell(ctx context.Context, db bun.IDB, q CellQuery) (sum CellSum, err error) {
	c, only, err := q.cell(ctx, db)
	if err != nil {
		return sum, err
	}
	lines := c.counted(only, Date{})
	var f fragment
	if only.subject.IsZero() {
		moves := c.moves(only, ByAccount, "0")
		f.add(`select n.lines, t.debit, t.credit from (select coalesce(sum(m.debit), 0) as debit, coalesce(sum(m.credit), 0) as credit from `+moves.sql, moves.args...)
		f.add(` m) t, `+lines.sql+` n`, lines.args...)
	} else {
		seen, where := c.seen(200001), only.where(c.Book)
		f.add(`select count(*), coalesce(sum(x.debit), 0), coalesce(sum(x.credit), 0) from `+seen.sql, seen.args...)
		f.add(` where true`+where.sql, where.args...)
	}
	found, err := collect(ctx, db, f, func(s *CellSum) []any { return []any{&s.Lines, &s.Debit, &s.Credit} })
	if err != nil {
		return sum, err
	}
	return found[0], nil
}

// counted is a subquery that counts the lines of a cut, since a day if there is one. Whole periods are counted in the index by
// project and account alone, which is why every project is asked for by itself.
func (c cut) counted(only filter, since Date) fragment {
	f, where := fragment{sql: `(select sum(k.n) as lines from (`}, only.where(c.Book)
	var wholes []int64
	for _, p := range c.periods {
		partMonth := p.period == c.AsOf.Period() && c.AsOf.Day() < c.AsOf.LastOfMonth().Day()
		begins := !since.IsZero() && p.period == since.Period() && since.Day() > 1
		switch {
		case p.known == 0 || !since.IsZero() && p.period < since.Period():
		case partMonth || begins || p.known < p.last:
			f.add(`select count(*) as n from accounting.lines x where x.book_id = ? and x.period = ? and x.number <= ?`, c.Book, p.period, p.known)
			if partMonth {
				f.add(` and x.date <= ?`, c.AsOf)
			}
			if begins {
				f.add(` and x.date >= ?`, since)
			}
			f.add(where.sql+` union all `, where.args...)
		default:
			wholes = append(wholes, int64(p.period))
		}
	}
	f.add(`select count(*) as n from accounting.ledgers g join accounting.lines x on x.book_id = g.book_id and x.project_id = g.project_id
		where g.book_id = ? and x.book_id = ? and x.period = any (?::int[])`+where.sql+`) k)`, append([]any{c.Book, c.Book, pq.Array(wholes)}, where.args...)...)
	return f
}

// CellLines gives a page of the lines behind a figure. A page of a busy account ends in its first period; a quiet account has
// few lines in each, so the next query reads twice as many periods.
func CellLines(ctx context.Context, db bun.IDB, q CellQuery) (all []CellLine, err error) {
	c, only, err := q.cell(ctx, db)
	if err != nil {
		return nil, err
	}
	where := only.where(c.Book)
	if q.After.No.Number > 0 {
		where.add(` and (x.period, x.number, x.line_no) > (?, ?, ?)`, q.After.No.Period, q.After.No.Number, q.After.LineNo)
	}
	moved, err := c.moved(ctx, db, only)
	if err != nil {
		return nil, err
	}
	periods := slices.DeleteFunc(slices.Clone(c.periods), func(p cutPeriod) bool {
		return p.period < q.After.No.Period || p.known == 0 || !moved[p.period]
	})
	for together := 1; len(periods) > 0; together *= 2 {
		n := min(together, len(periods))
		f := fragment{sql: `select x.period, x.number, x.line_no, x.date, v.source, v.memo, x.account, a.name_zh, coalesce(g.code, ''), coalesce(b.code, ''), coalesce(u.kind, ''), coalesce(u.code, ''), x.economic_class, x.debit, x.credit from `}
		f.named(c.page(periods[:n], where, `x.period, x.number, x.line_no`, q.Limit, len(all)))
		lines, err := collect(ctx, db, f, func(l *CellLine) []any {
			return []any{&l.No.Period, &l.No.Number, &l.LineNo, &l.Date, &l.Source, &l.Memo, &l.Account, &l.AccountName, &l.ProjectCode, &l.BudgetLineCode, &l.SubjectKind, &l.SubjectCode, &l.EconomicClass, &l.Debit, &l.Credit}
		})
		if all = append(all, lines...); err != nil || len(all) == q.Limit {
			return all, err
		}
		periods = periods[n:]
	}
	return all, nil
}

// moved are the periods in which something of a cell was ever posted, as turnover knows it.
func (c cut) moved(ctx context.Context, db bun.IDB, only filter) (map[Period]bool, error) {
	only.subject = SubjectID{} // which turnover does not tell apart
	where := only.where(c.Book)
	found, err := collect(ctx, db, fragment{`select distinct x.period from accounting.turnover x where x.book_id = ?` + where.sql, append([]any{c.Book}, where.args...)}, func(p *Period) []any { return []any{p} })
	moved := make(map[Period]bool, len(found))
	for _, p := range found {
		moved[p] = true
	}
	return moved, err
}

// page is a subquery of the lines of some periods in an order, at most as many as are left of a limit; zero: all. Then come the
// order and the periods.
func (c cut) page(ps []cutPeriod, where fragment, order string, limit, have int) (f fragment, _ string, first, last Period) {
	first, last = ps[0].period, ps[len(ps)-1].period
	periods, known := make([]int64, len(ps)), make([]int64, len(ps))
	for i, p := range ps {
		periods[i], known[i] = int64(p.period), int64(p.known)
	}
	if first == last {
		f = fragment{`(select x.* from accounting.lines x where x.book_id = ? and x.period = ? and x.number <= ?`, []any{c.Book, first, known[0]}}
	} else {
		f = fragment{`(select x.* from accounting.lines x where x.book_id = ? and x.period between ? and ? and x.number <= (?::int[])[array_position(?::int[], x.period)]`,
			[]any{c.Book, first, last, pq.Array(known), pq.Array(periods)}}
	}
	f.add(` and (x.date <= ? or x.period % 100 > 12)`, c.AsOf)
	f.add(where.sql+` order by `+order, where.args...)
	if limit > 0 {
		f.add(` limit ?`, limit-have)
	}
	f.add(`)`)
	return f, order, first, last
}

// named adds to a subquery of lines x what they are called, and puts them into their order again.
func (f *fragment) named(lines fragment, order string, first, last Period) {
	f.add(lines.sql, lines.args...)
	f.add(` x join accounting.vouchers v on v.book_id = x.book_id and v.period = x.period and v.number = x.number and v.period between ? and ?
		join accounting.accounts a on a.book_id = x.book_id and a.code = x.account
		left join accounting.ledgers g on g.book_id = x.book_id and g.project_id = x.project_id
		left join accounting.budget_lines b on b.book_id = x.book_id and b.budget_line_id = x.budget_line_id
		left join accounting.subjects u on u.book_id = x.book_id and u.subject_id = x.subject_id
		order by `+order, first, last)
}
