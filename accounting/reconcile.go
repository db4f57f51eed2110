package accounting

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// ReconcileQuery asks for the ladder of a book's projects from approval to payment.
type ReconcileQuery struct {
	Book     BookID
	AsOf     Date
	Known    time.Time // as the books were known then; zero: now. Within the last minute: inside ReadKnown
	Unit     UnitID
	Projects []ProjectID
}

// LadderRow is one project's own figures in yuan, without its children's. The first seven are of the as-of date's fiscal
// year, before its closing, and are never summed over years: what is carried over would count twice.
type LadderRow struct {
	Project ProjectID
	Code    string
	Unit    UnitID

	Approved       Money // 9101 指标批复
	ToIssue        Money // 9201 待下达
	Available      Money // 9301.01 可执行
	Frozen         Money // 9301.02
	HeldByContract Money // 9301.03
	HeldByRequest  Money // 9301.04
	Executed       Money // 9401 已执行

	ExecutedTotal Money // 9401 over all years, without any closing
	Certified     Money // all years without any closing: 1613 less 1613.07, 1601, 1801 and, because what was handed over is still invested, 3401 and 5301. Only for works.
	Advance       Money // 1214, paid before work was done
	Payable       Money // 2302.02, certified and not yet paid
	Retention     Money // 2307.01 and 2502.01
}

// LadderRows computes the row of every project that has a ledger, by code, from turnover and lines alone: plan, tree
// sums and reasons are package projects' business. Codes: date_invalid, known_in_future.
func LadderRows(ctx context.Context, db bun.IDB, q ReconcileQuery) ([]LadderRow, error) {
	c, err := scope{q.Book, q.AsOf, q.Known, false}.cut(ctx, db)
	if err != nil {
		return nil, err
	}
	january := Period(q.AsOf.Year()*100 + 1)
	only := filter{unit: q.Unit, projects: q.Projects}
	moves, where := c.moves(only, ByProject, fmt.Sprintf("case when x.period >= %d then 2 when x.period %% 100 = 14 then 1 else 0 end", january)), only.where(q.Book)
	f := fragment{sql: `select x.project_id, x.code, x.unit_id`}
	year := func(sign, accounts string) {
		f.add(`, coalesce(sum(` + sign + `(m.debit - m.credit)) filter (where m.account = '` + accounts + `' and m.slot = 2), 0)`)
	}
	year("-", "9101")
	year("", "9201")
	year("", "9301.01")
	year("", "9301.02")
	year("", "9301.03")
	year("", "9301.04")
	year("", "9401")
	f.add(`, coalesce(sum(m.debit - m.credit) filter (where m.account = '9401' and m.slot <> 1), 0)
		, coalesce(sum(m.debit - m.credit) filter (where (m.account like '1613.%' and m.account <> '1613.07' or m.account in ('1601', '1801', '3401', '5301')) and m.slot <> 1), 0)
		, coalesce(sum(m.debit - m.credit) filter (where m.account like '1214.%'), 0)
		, coalesce(sum(m.credit - m.debit) filter (where m.account = '2302.02'), 0)
		, coalesce(sum(m.credit - m.debit) filter (where m.account in ('2307.01', '2502.01')), 0)
		from accounting.ledgers x left join `)
	f.add(moves.sql, moves.args...)
	f.add(` m on m.project_id = x.project_id where x.book_id = ?`+where.sql, append([]any{q.Book}, where.args...)...)
	f.add(` group by x.project_id, x.code, x.unit_id order by x.code`)
	return collect(ctx, db, f, func(r *LadderRow) []any {
		return []any{&r.Project, &r.Code, &r.Unit, &r.Approved, &r.ToIssue, &r.Available, &r.Frozen, &r.HeldByContract, &r.HeldByRequest, &r.Executed,
			&r.ExecutedTotal, &r.Certified, &r.Advance, &r.Payable, &r.Retention}
	})
}
