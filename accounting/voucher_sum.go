package accounting

import (
	"context"
	"slices"

	"github.com/lib/pq"
	"github.com/uptrace/bun"
)

// VoucherSum is the head of a list of vouchers: how many there are, and the debits of each basis in yuan. With a project or a
// unit the amounts are those of its own lines.
type VoucherSum struct {
	Vouchers                        int
	Financial, Budgetary, Authority Money
}

// SumVouchers counts vouchers and adds up their debits: by the numbers given and turnover where nothing but periods, projects
// and units is asked for, else by the vouchers found.
func SumVouchers(ctx context.Context, db bun.IDB, q VoucherQuery) (sum VoucherSum, err error) {
	from, to := q.From, q.To
	if from == 0 {
		from = 200001
	}
	if to == 0 {
		to = 999914
	}
	only := filter{unit: q.Unit}
	if !q.Project.IsZero() {
		only.projects = []ProjectID{q.Project}
	}
	bases := `coalesce(sum(x.debit) filter (where x.account < '6'), 0), coalesce(sum(x.debit) filter (where x.account >= '6' and x.account < '9'), 0), coalesce(sum(x.debit) filter (where x.account >= '9'), 0)`
	where := only.where(q.Book)
	var f fragment
	switch {
	case q.Source != "" || q.Search != "":
		cond := q.where(VoucherNo{})
		f.add(`with v as materialized (select v.period, v.number from accounting.vouchers v where v.book_id = ? and v.period between ? and ?`, q.Book, from, to)
		f.add(cond.sql, cond.args...)
		f.add(`) select (select count(*) from v), `+bases+` from v join accounting.lines x on x.book_id = ? and x.period = v.period and x.number = v.number and x.period between ? and ?`, q.Book, from, to)
		f.add(` where true`+where.sql, where.args...)
	default:
		f.add(`select case when coalesce(current_setting('mingzhang.reads', true), '') = 'all' and ? then (select coalesce(sum(p.last_number), 0) from accounting.periods p where p.book_id = ? and p.period between ? and ?)
			else (select count(*) from (select distinct x.period, x.number from accounting.lines x where x.book_id = ? and x.period between ? and ?`, q.Unit.IsZero() && q.Project.IsZero(), q.Book, from, to, q.Book, from, to)
		f.add(where.sql+`) d) end, `, where.args...)
		f.add(bases+` from accounting.turnover x where x.book_id = ? and x.period between ? and ?`, q.Book, from, to)
		f.add(where.sql, where.args...)
	}
	found, err := collect(ctx, db, f, func(s *VoucherSum) []any { return []any{&s.Vouchers, &s.Financial, &s.Budgetary, &s.Authority} })
	if err != nil {
		return sum, err
	}
	return found[0], nil
}

// UnitPlace is a voucher's place n of N among those of an accounting unit in its month: the unit's own sequence.
type UnitPlace struct {
	No       VoucherNo
	Unit     UnitID
	UnitCode string
	Place    int
	Of       int
}

// UnitPlaces gives the places of vouchers among those of each unit that has lines on them; with a unit, of that one only.
func UnitPlaces(ctx context.Context, db bun.IDB, book BookID, unit UnitID, numbers ...VoucherNo) ([]UnitPlace, error) {
	periods, ps, ns := []int64{}, make([]int64, len(numbers)), make([]int64, len(numbers))
	for i, no := range numbers {
		ps[i], ns[i] = int64(no.Period), int64(no.Number)
		if !slices.Contains(periods, ps[i]) {
			periods = append(periods, ps[i])
		}
	}
	f := fragment{sql: `with d as (select distinct x.period, x.number, g.unit_id from accounting.ledgers g join accounting.lines x on x.book_id = g.book_id and x.project_id = g.project_id
		where g.book_id = ? and x.period = any (?::int[])`, args: []any{book, pq.Array(periods)}}
	if !unit.IsZero() {
		f.add(` and g.unit_id = ?`, unit)
	}
	f.add(`), p as (select d.*, row_number() over (partition by d.period, d.unit_id order by d.number) as place, count(*) over (partition by d.period, d.unit_id) as total from d)
		select p.period, p.number, p.unit_id, u.code, p.place, p.total from p join accounting.units u on u.book_id = ? and u.unit_id = p.unit_id
		where (p.period, p.number) in (select * from unnest(?::int[], ?::int[])) order by p.period, p.number, u.code`, book, pq.Array(ps), pq.Array(ns))
	return collect(ctx, db, f, func(p *UnitPlace) []any {
		return []any{&p.No.Period, &p.No.Number, &p.Unit, &p.UnitCode, &p.Place, &p.Of}
	})
}
