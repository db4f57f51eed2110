package projects

import (
	"context"
	"time"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// BudgetExecution 预算执行情况 is how far the year's authority is used as of a day, before the year's closing, per project and
	// fund nature (public-finance-rules 4.4). Amounts are yuan, shares percent.
	BudgetExecution struct {
		AsOf      accounting.Date   `json:"as_of"`
		TimeShare decimal.Decimal   `json:"time_share"` // 序时进度: days of the year that have passed
		Rows      []BudgetUse       `json:"rows" nullable:"false"`
		Total     BudgetUse         `json:"total"`
		Unit      accounting.UnitID `json:"-"`
	}

	// BudgetUse is a row. What changed is told apart by how: added, cut, moved between projects (split to children, too).
	BudgetUse struct {
		Project        string                `json:"project"`
		Name           string                `json:"name"`
		Unit           string                `json:"unit"` // name of the accounting unit
		FundNature     accounting.FundNature `json:"fund_nature"`
		Original       accounting.Money      `json:"original"` // 年初预算, with what was carried over from last year
		Added          accounting.Money      `json:"added"`    // 追加
		Cut            accounting.Money      `json:"cut"`      // 追减, below zero
		Moved          accounting.Money      `json:"moved"`    // 调剂, 切块 and all else
		Adjusted       accounting.Money      `json:"adjusted"` // 调整后预算
		Issued         accounting.Money      `json:"issued"`
		Frozen         accounting.Money      `json:"frozen"`
		HeldByContract accounting.Money      `json:"held_by_contract"`
		HeldByRequest  accounting.Money      `json:"held_by_request"`
		Month          accounting.Money      `json:"month"` // 本月支出
		Year           accounting.Money      `json:"year"`  // 本年累计支出
		Rest           accounting.Money      `json:"rest"`  // 指标结余: adjusted less the year's spending
		Progress       *decimal.Decimal      `json:"progress"`
		Gap            *decimal.Decimal      `json:"gap"` // progress less the share of time
	}
)

// ExecuteBudget reads the report for the context's reader; a zero unit is all.
func ExecuteBudget(ctx context.Context, db bun.IDB, book accounting.BookID, asOf accounting.Date, unit accounting.UnitID) (*BudgetExecution, error) {
	e := &BudgetExecution{AsOf: asOf, Unit: unit, Rows: []BudgetUse{}}
	first := time.Date(asOf.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
	days := decimal.NewFromInt(int64(first.AddDate(1, 0, 0).Sub(first).Hours()) / 24)
	day := time.Date(asOf.Year(), time.Month(asOf.Month()), asOf.Day(), 0, 0, 0, 0, time.UTC)
	e.TimeShare = decimal.NewFromInt(int64(day.Sub(first).Hours())/24+1).Mul(hundred).DivRound(days, 2)
	err := db.NewRaw(`select n.code as project, n.name_zh as name, coalesce(u.name, '') as unit, t.fund_nature, t.original, t.added, t.cut, t.adjusted - t.original - t.added - t.cut as moved, t.adjusted,
			t.adjusted - t.to_issue as issued, t.frozen, t.held_by_contract, t.held_by_request, t.month, t.year, t.adjusted - t.year as rest
		from (select l.project_id, b.fund_nature,
				coalesce(sum(l.credit - l.debit) filter (where l.account = '9101' and v.source in ('I1', 'O1', 'Y4')), 0) as original,
				coalesce(sum(l.credit - l.debit) filter (where l.account = '9101' and v.source in ('I3+', 'P7')), 0) as added,
				coalesce(sum(l.credit - l.debit) filter (where l.account = '9101' and v.source in ('I3-', 'Y5')), 0) as cut,
				coalesce(sum(l.credit - l.debit) filter (where l.account = '9101'), 0) as adjusted,
				coalesce(sum(l.debit - l.credit) filter (where l.account = '9201'), 0) as to_issue,
				coalesce(sum(l.debit - l.credit) filter (where l.account = '9301.02'), 0) as frozen,
				coalesce(sum(l.debit - l.credit) filter (where l.account = '9301.03'), 0) as held_by_contract,
				coalesce(sum(l.debit - l.credit) filter (where l.account = '9301.04'), 0) as held_by_request,
				coalesce(sum(l.debit - l.credit) filter (where l.account = '9401' and v.date >= make_date(?2, ?3, 1)), 0) as month,
				coalesce(sum(l.debit - l.credit) filter (where l.account = '9401'), 0) as year
			from accounting.lines l join accounting.vouchers v using (book_id, period, number)
			join accounting.budget_lines b on b.book_id = l.book_id and b.budget_line_id = l.budget_line_id
			where l.book_id = ?0 and l.period between ?2 * 100 + 1 and ?2 * 100 + 13 and v.period between ?2 * 100 + 1 and ?2 * 100 + 13 and v.date <= ?1 and l.account >= '9' group by l.project_id, b.fund_nature) t
		join projects.nodes n on n.book_id = ?0 and n.node_id = t.project_id
		left join accounting.ledgers g on g.book_id = n.book_id and g.project_id = n.node_id left join accounting.units u on u.book_id = g.book_id and u.unit_id = g.unit_id
		where (?4::uuid is null or g.unit_id = ?4) and (t.original <> 0 or t.adjusted <> 0 or t.year <> 0 or t.added <> 0 or t.cut <> 0) order by n.code, t.fund_nature`,
		book, asOf, asOf.Year(), int(asOf.Month()), nullable(unit.UUID)).Scan(ctx, &e.Rows)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	for i := range e.Rows {
		e.Rows[i].share(e.TimeShare)
		e.Total.add(e.Rows[i])
	}
	e.Total.share(e.TimeShare)
	return e, nil
}

// share works the progress out; without a budget there is none.
func (u *BudgetUse) share(time decimal.Decimal) {
	if u.Adjusted.Sign() <= 0 {
		return
	}
	progress := u.Year.Decimal().Mul(hundred).DivRound(u.Adjusted.Decimal(), 2)
	gap := progress.Sub(time)
	u.Progress, u.Gap = &progress, &gap
}

func (u *BudgetUse) add(o BudgetUse) {
	others := o.figures()
	for i, mine := range u.figures() {
		*mine = mine.Add(*others[i])
	}
}

func (u *BudgetUse) figures() []*accounting.Money {
	return []*accounting.Money{&u.Original, &u.Added, &u.Cut, &u.Moved, &u.Adjusted, &u.Issued, &u.Frozen, &u.HeldByContract, &u.HeldByRequest, &u.Month, &u.Year, &u.Rest}
}
