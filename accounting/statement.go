package accounting

import (
	"context"
	"iter"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// StatementQuery asks for the lines of an account 明细账, or of projects over all their accounts. Zero values do not restrict.
type StatementQuery struct {
	Book         BookID
	Account      string // with its sub-accounts
	From         Date   // zero: 1 January of the as-of date's year
	AsOf         Date
	Known        time.Time // as the books were known then; zero: now. Within the last minute: inside ReadKnown
	AfterClosing bool
	Unit         UnitID
	Projects     []ProjectID
	BudgetLine   BudgetLineID
	Subject      SubjectID
	After        *CellMark // only the lines after this one
	Limit        int       // zero: all
}

// StatementAccount is an account of a statement, in yuan; balances stand on its normal side.
type StatementAccount struct {
	Account string
	Name    string
	Normal  Side
	Opening Money // before From
	Debit   Money
	Credit  Money
	Closing Money
}

// StatementLine is a line with the balance after it. The balance is added up when it is asked for, never stored: a
// back-dated voucher would make stored ones lie.
type StatementLine struct {
	No             VoucherNo
	LineNo         int
	Date           Date
	Kind           Kind
	Source         string
	Memo           string
	Account        string
	Project        ProjectID
	ProjectCode    string
	BudgetLineCode string
	SubjectKind    SubjectKind
	SubjectCode    string
	EconomicClass  string
	Debit, Credit  Money
	Balance        Money // on the normal side of its account in the statement
}

// Statement is an account's lines with what was there before. Lines are read while they are asked for, once.
type Statement struct {
	Accounts []StatementAccount
	Lines    iter.Seq2[StatementLine, error]
}

// AccountStatement is one account's lines in order of time, with one running balance. Of a roll-up account it shows the
// lines of all its parts. Codes: account_unknown, date_invalid, period_invalid, known_in_future.
func AccountStatement(ctx context.Context, db bun.IDB, q StatementQuery) (*Statement, error) {
	account, err := collect(ctx, db, fragment{`select a.code, a.name_zh, a.normal_side from accounting.accounts a where a.book_id = ? and a.code = ?`, []any{q.Book, q.Account}},
		func(a *StatementAccount) []any { return []any{&a.Account, &a.Name, &a.Normal} })
	if err != nil {
		return nil, err
	}
	if len(account) == 0 {
		return nil, fault.Invalid("account_unknown", "the chart has no account %q", clip(q.Account))
	}
	parts, lines, err := statement(ctx, db, q, false, account[0].Normal)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		opening, closing := p.Opening, p.Closing
		if p.Normal != account[0].Normal {
			opening, closing = opening.Neg(), closing.Neg()
		}
		a := &account[0]
		a.Opening, a.Closing, a.Debit, a.Credit = a.Opening.Add(opening), a.Closing.Add(closing), a.Debit.Add(p.Debit), a.Credit.Add(p.Credit)
	}
	return &Statement{account, lines}, nil
}

// ProjectLedger is all accounts of projects with their lines 项目明细账: account by account in order of time, each with
// its own running balance. Accounts without lines in the time are listed with their opening balance.
func ProjectLedger(ctx context.Context, db bun.IDB, q StatementQuery) (*Statement, error) {
	if len(q.Projects) == 0 && q.Unit.IsZero() {
		return nil, fault.Invalid("project_unknown", "a project ledger names its projects or a unit")
	}
	accounts, lines, err := statement(ctx, db, q, true, "")
	if err != nil {
		return nil, err
	}
	return &Statement{accounts, lines}, nil
}

// statement finds opening and closing balances per leaf and the lines between. Each account runs by itself, or all
// together on one side.
func statement(ctx context.Context, db bun.IDB, q StatementQuery, eachByItself bool, side Side) ([]StatementAccount, iter.Seq2[StatementLine, error], error) {
	now, err := scope{q.Book, q.AsOf, q.Known, q.AfterClosing}.cut(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	from := q.From
	if from.IsZero() {
		from = NewDate(q.AsOf.Year(), 1, 1)
	}
	if from.After(q.AsOf) {
		return nil, nil, fault.Invalid("period_invalid", "a statement from %s to %s has no days", from, q.AsOf)
	}
	// What was there before 1 January includes the closing of earlier years.
	before, err := scope{q.Book, from.AddDays(-1), q.Known, true}.cut(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	only := filter{account: q.Account, unit: q.Unit, projects: q.Projects, budgetLine: q.BudgetLine, subject: q.Subject}
	accounts, err := statementAccounts(ctx, db, before, now, only)
	if err != nil {
		return nil, nil, err
	}
	return accounts, statementLines(ctx, db, now, from, q, only, openings(accounts, eachByItself, side), eachByItself, side), nil
}

// statementAccounts compares two cuts. With a subject only lines know; otherwise turnover answers.
func statementAccounts(ctx context.Context, db bun.IDB, before, now cut, only filter) ([]StatementAccount, error) {
	source := func(c cut) fragment {
		if only.subject.IsZero() {
			m := c.moves(only, ByAccount, "0")
			return fragment{`select x.account, x.debit, x.credit from ` + m.sql + ` x`, m.args}
		}
		f := fragment{sql: `select x.account, x.debit::numeric, x.credit::numeric from `}
		seen, where := c.seen(200001), only.where(c.Book)
		f.add(seen.sql, seen.args...)
		f.add(` where true`+where.sql, where.args...)
		return f
	}
	b, n := source(before), source(now)
	var f fragment
	f.add(`select a.code, a.name_zh, a.normal_side, t.opening * a.sign, t.debit, t.credit, t.closing * a.sign
		from (select y.account, sum(y.opening) as opening, sum(y.debit) as debit, sum(y.credit) as credit, sum(y.closing) as closing from (
			select w.account, w.debit - w.credit as opening, -w.debit as debit, -w.credit as credit, 0 as closing from (`)
	f.add(b.sql+`) w union all select w.account, 0, w.debit, w.credit, w.debit - w.credit from (`, b.args...)
	f.add(n.sql+`) w) y group by y.account) t`, n.args...)
	f.add(` join (select c.*, case c.normal_side when 'debit' then 1 else -1 end as sign from accounting.accounts c) a on a.book_id = ? and a.code = t.account order by a.code`, now.Book)
	return collect(ctx, db, f, func(a *StatementAccount) []any {
		return []any{&a.Account, &a.Name, &a.Normal, &a.Opening, &a.Debit, &a.Credit, &a.Closing}
	})
}

// openings gives each account's opening balance as debit less credit, under "" if all run together.
func openings(accounts []StatementAccount, eachByItself bool, side Side) map[string]Money {
	all := make(map[string]Money, len(accounts))
	for _, a := range accounts {
		signed, key := a.Opening, a.Account
		if a.Normal == Credit {
			signed = signed.Neg()
		}
		if !eachByItself {
			key = ""
		}
		all[key] = all[key].Add(signed)
	}
	return all
}

// statementLines gives each line its balance before it picks those that are asked for, and only these their names.
func statementLines(ctx context.Context, db bun.IDB, c cut, from Date, q StatementQuery, only filter, opening map[string]Money, eachByItself bool, side Side) iter.Seq2[StatementLine, error] {
	order, partition := "x.period, x.date, x.number, x.line_no", ""
	if eachByItself {
		order, partition = "x.account, "+order, "partition by x.account "
	}
	seen, where := c.seen(from.Period()), only.where(c.Book)
	f := fragment{sql: `with w as materialized (select x.book_id, x.period, x.number, x.line_no, x.date, x.account, x.project_id, x.budget_line_id, x.subject_id, x.economic_class, x.debit, x.credit,
			sum(x.debit - x.credit) over (` + partition + `order by x.period, x.date, x.number, x.line_no rows unbounded preceding) as balance, row_number() over (order by ` + order + `) as place from `}
	f.add(seen.sql, seen.args...)
	f.add(` where (x.date >= ? or x.period % 100 > 12)`+where.sql+`)
		select x.period, x.number, x.line_no, x.date, v.kind, v.source, v.memo, x.account, a.normal_side, x.project_id, coalesce(g.code, ''), coalesce(b.code, ''),
			coalesce(s2.kind, ''), coalesce(s2.code, ''), x.economic_class, x.debit, x.credit, x.balance
		from (select * from w`, append([]any{from}, where.args...)...)
	if q.After != nil {
		f.add(` where w.place > (select p.place from w p where p.period = ? and p.number = ? and p.line_no = ?)`, q.After.No.Period, q.After.No.Number, q.After.LineNo)
	}
	if q.Limit > 0 {
		f.add(` order by w.place limit ?`, q.Limit)
	}
	f.add(`) x join accounting.vouchers v on v.book_id = x.book_id and v.period = x.period and v.number = x.number and v.period between ? and ?
		join accounting.accounts a on a.book_id = x.book_id and a.code = x.account
		left join accounting.ledgers g on g.book_id = x.book_id and g.project_id = x.project_id
		left join accounting.budget_lines b on b.book_id = x.book_id and b.budget_line_id = x.budget_line_id
		left join accounting.subjects s2 on s2.book_id = x.book_id and s2.subject_id = x.subject_id
		order by x.place`, from.Period(), c.last())
	return func(yield func(StatementLine, error) bool) {
		var normal Side
		for l, err := range stream(ctx, db, f, func(l *StatementLine) []any {
			return []any{&l.No.Period, &l.No.Number, &l.LineNo, &l.Date, &l.Kind, &l.Source, &l.Memo, &l.Account, &normal, &l.Project, &l.ProjectCode, &l.BudgetLineCode,
				&l.SubjectKind, &l.SubjectCode, &l.EconomicClass, &l.Debit, &l.Credit, &l.Balance}
		}) {
			if err == nil {
				key, shown := l.Account, normal
				if !eachByItself {
					key, shown = "", side
				}
				if l.Balance = l.Balance.Add(opening[key]); shown == Credit {
					l.Balance = l.Balance.Neg()
				}
			}
			if !yield(l, err) {
				return
			}
		}
	}
}
