package accounting

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// Detail says how far a trial balance is broken down.
type Detail int

const (
	ByAccount    Detail = iota
	ByProject           // account and project
	ByBudgetLine        // account, project and budget line
)

// TrialBalanceQuery asks for a trial balance 科目余额表. Zero values do not restrict.
type TrialBalanceQuery struct {
	Book         BookID
	From         Period // turnover counts from here; zero: January of the as-of date's year
	AsOf         Date
	Known        time.Time // as the books were known then; zero: now. Within the last minute: inside ReadKnown
	AfterClosing bool      // with the year's closing entries, as of 31 December
	Unit         UnitID
	Projects     []ProjectID
	BudgetLine   BudgetLineID
	Account      string // with its sub-accounts
	Basis        string
	By           Detail
}

// TrialBalanceRow is one account, alone or per project or budget line, in yuan. Opening and Closing stand on the
// account's normal side: negative means that the balance is on the other side.
type TrialBalanceRow struct {
	Account        string
	Name           string
	Basis          string
	Normal         Side
	Leaf           bool // false: the sum of its sub-accounts, which have rows of their own
	Project        ProjectID
	ProjectCode    string
	BudgetLine     BudgetLineID
	BudgetLineCode string

	Opening                 Money
	Debit, Credit           Money // since From
	MonthDebit, MonthCredit Money // in the as-of date's month, adjustments and closing included if the report has them
	Closing                 Money
}

// TrialBalance adds the books up, sorted by account, project and budget line, roll-up accounts before their parts.
// Codes: date_invalid, period_invalid, known_in_future.
func TrialBalance(ctx context.Context, db bun.IDB, q TrialBalanceQuery) ([]TrialBalanceRow, error) {
	c, err := scope{q.Book, q.AsOf, q.Known, q.AfterClosing}.cut(ctx, db)
	if err != nil {
		return nil, err
	}
	from := q.From
	if from == 0 {
		from = Period(q.AsOf.Year()*100 + 1)
	}
	if from > c.last() {
		return nil, fault.Invalid("period_invalid", "a report from %s as of %s has no days", from, q.AsOf)
	}
	moves := c.moves(filter{account: q.Account, basis: q.Basis, unit: q.Unit, projects: q.Projects, budgetLine: q.BudgetLine}, q.By,
		fmt.Sprintf("case when x.period < %d then 0 when x.period < %d then 1 else 2 end", from, q.AsOf.Period())) // whole numbers
	var f fragment
	f.add(`select t.account, a.name_zh, a.basis, a.normal_side, coalesce(t.project, ?), coalesce(g.code, ''), coalesce(t.line, ?), coalesce(b.code, ''), t.opening, t.debit, t.credit, t.month_debit, t.month_credit
		from (select m.account, m.project_id, m.budget_line_id,
				coalesce(sum(m.debit - m.credit) filter (where m.slot = 0), 0),
				coalesce(sum(m.debit) filter (where m.slot > 0), 0), coalesce(sum(m.credit) filter (where m.slot > 0), 0),
				coalesce(sum(m.debit) filter (where m.slot = 2), 0), coalesce(sum(m.credit) filter (where m.slot = 2), 0)
			from `, ProjectID{}, BudgetLineID{})
	f.add(moves.sql, moves.args...)
	f.add(` m group by 1, 2, 3) t(account, project, line, opening, debit, credit, month_debit, month_credit)
		join accounting.accounts a on a.book_id = ? and a.code = t.account
		left join accounting.ledgers g on g.book_id = a.book_id and g.project_id = t.project
		left join accounting.budget_lines b on b.book_id = a.book_id and b.budget_line_id = t.line
		order by t.account, g.code, b.code`, q.Book)
	rows, err := collect(ctx, db, f, func(r *TrialBalanceRow) []any {
		return []any{&r.Account, &r.Name, &r.Basis, &r.Normal, &r.Project, &r.ProjectCode, &r.BudgetLine, &r.BudgetLineCode, &r.Opening, &r.Debit, &r.Credit, &r.MonthDebit, &r.MonthCredit}
	})
	if err != nil {
		return nil, err
	}
	// what was known to be nothing, or was taken back, is no row
	rows = slices.DeleteFunc(rows, func(r TrialBalanceRow) bool { return r.Opening.IsZero() && r.Debit.IsZero() && r.Credit.IsZero() })
	for i := range rows {
		r := &rows[i]
		r.Leaf = true
		r.Closing = r.Opening.Add(r.Debit).Sub(r.Credit)
		if r.Normal == Credit {
			r.Opening, r.Closing = r.Opening.Neg(), r.Closing.Neg()
		}
	}
	return rollUp(ctx, db, q.Book, rows)
}

// rollUp adds the summary accounts: 1613 above 1613.01 and 1613.02, per project and budget line like its parts.
func rollUp(ctx context.Context, db bun.IDB, book BookID, leaves []TrialBalanceRow) ([]TrialBalanceRow, error) {
	summaries, err := collect(ctx, db, fragment{`select a.code, a.name_zh, a.normal_side from accounting.accounts a where a.book_id = ? and not a.leaf`, []any{book}},
		func(r *TrialBalanceRow) []any { return []any{&r.Account, &r.Name, &r.Normal} })
	if err != nil {
		return nil, err
	}
	named := make(map[string]TrialBalanceRow, len(summaries))
	for _, s := range summaries {
		named[s.Account] = s
	}
	type key struct {
		account string
		project ProjectID
		line    BudgetLineID
	}
	sums := make(map[key]*TrialBalanceRow)
	all := leaves
	for _, r := range leaves {
		code, _, isPart := strings.Cut(r.Account, ".")
		summary, known := named[code]
		if !isPart || !known {
			continue
		}
		k := key{code, r.Project, r.BudgetLine}
		s := sums[k]
		if s == nil {
			s = &TrialBalanceRow{Account: code, Name: summary.Name, Basis: r.Basis, Normal: summary.Normal, Project: r.Project, ProjectCode: r.ProjectCode, BudgetLine: r.BudgetLine, BudgetLineCode: r.BudgetLineCode}
			sums[k] = s
		}
		opening, closing := r.Opening, r.Closing
		if r.Normal != s.Normal {
			opening, closing = opening.Neg(), closing.Neg()
		}
		s.Opening, s.Closing = s.Opening.Add(opening), s.Closing.Add(closing)
		s.Debit, s.Credit = s.Debit.Add(r.Debit), s.Credit.Add(r.Credit)
		s.MonthDebit, s.MonthCredit = s.MonthDebit.Add(r.MonthDebit), s.MonthCredit.Add(r.MonthCredit)
	}
	for _, s := range sums {
		all = append(all, *s)
	}
	slices.SortStableFunc(all, func(a, b TrialBalanceRow) int {
		return cmpOr(strings.Compare(a.Account, b.Account), strings.Compare(a.ProjectCode, b.ProjectCode), strings.Compare(a.BudgetLineCode, b.BudgetLineCode))
	})
	return all, nil
}

func cmpOr(orders ...int) int {
	for _, o := range orders {
		if o != 0 {
			return o
		}
	}
	return 0
}

// SubjectBalance is what an account holds for one contract, request, batch or injection, on its normal side, in yuan.
type SubjectBalance struct {
	Account        string
	Normal         Side
	Project        ProjectID
	ProjectCode    string
	BudgetLine     BudgetLineID
	BudgetLineCode string
	Subject        SubjectID
	SubjectKind    SubjectKind
	SubjectCode    string
	UnitCode       string
	Since          Date  // of the first line
	Debit, Credit  Money // all there ever was, up to the day
	Balance        Money
}

// SubjectQuery asks for balances by subject; it names accounts, projects or a subject, because it reads lines.
type SubjectQuery struct {
	Book     BookID
	AsOf     Date
	Known    time.Time
	Account  string
	Unit     UnitID
	Projects []ProjectID
	Subject  SubjectID
	Open     []string // instead of an account: what is not settled of these, which have a floor
}

// SubjectBalances adds lines up per account, project, budget line and subject. Lines without a subject stay out.
func SubjectBalances(ctx context.Context, db bun.IDB, q SubjectQuery) ([]SubjectBalance, error) {
	c, err := scope{q.Book, q.AsOf, q.Known, false}.cut(ctx, db)
	if err != nil {
		return nil, err
	}
	where := filter{account: q.Account, leaves: q.Open, unit: q.Unit, projects: q.Projects, subject: q.Subject}.where(q.Book)
	f := fragment{sql: `select t.account, a.normal_side, t.project_id, g.code, t.budget_line_id, coalesce(b.code, ''), t.subject_id, s.kind, s.code, u.code, t.since, t.debit, t.credit,
			case a.normal_side when 'debit' then t.debit - t.credit else t.credit - t.debit end
		from (select x.account, x.project_id, x.budget_line_id, x.subject_id, min(x.date) as since, sum(x.debit) as debit, sum(x.credit) as credit from `}
	seen := c.seen(200001)
	f.add(seen.sql, seen.args...)
	f.add(` where x.subject_id <> '00000000-0000-0000-0000-000000000000'`+where.sql, where.args...)
	if len(q.Open) > 0 && q.Known.IsZero() {
		// Whatever was open on the day is open now or was moved since: so the few are found by the positions, and only their lines are read.
		open := pq.Array(q.Open)
		var last Period
		if err := db.NewRaw(`select coalesce(max(p.period), 0) from accounting.periods p where p.book_id = ? and p.last_number > 0`, q.Book).Scan(ctx, &last); err != nil {
			return nil, fault.FromSQL(err)
		}
		f.add(` and x.subject_id = any (array(select p.subject_id from accounting.positions p where p.book_id = ? and p.account = any (?::text[]) and p.debit <> p.credit
			union select m.subject_id from accounting.ledgers l cross join lateral (select y.subject_id from accounting.lines y where y.book_id = l.book_id and y.project_id = l.project_id and y.account = any (?::text[])
				and y.period between ? and ? and (y.date > ? or y.period % 100 > 12) offset 0) m where l.book_id = ?))`,
			q.Book, open, open, q.AsOf.Period(), last, q.AsOf, q.Book)
	}
	f.add(` group by 1, 2, 3, 4`)
	if len(q.Open) > 0 {
		f.add(` having sum(x.debit) <> sum(x.credit)`)
	}
	f.add(`) t
		join accounting.accounts a on a.book_id = ? and a.code = t.account
		join accounting.ledgers g on g.book_id = a.book_id and g.project_id = t.project_id
		join accounting.units u on u.book_id = g.book_id and u.unit_id = g.unit_id
		join accounting.subjects s on s.book_id = a.book_id and s.subject_id = t.subject_id
		left join accounting.budget_lines b on b.book_id = a.book_id and b.budget_line_id = t.budget_line_id
		order by t.account, g.code, b.code, s.kind, s.code`, q.Book)
	return collect(ctx, db, f, func(r *SubjectBalance) []any {
		return []any{&r.Account, &r.Normal, &r.Project, &r.ProjectCode, &r.BudgetLine, &r.BudgetLineCode, &r.Subject, &r.SubjectKind, &r.SubjectCode, &r.UnitCode, &r.Since, &r.Debit, &r.Credit, &r.Balance}
	})
}
