package accounting

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/lib/pq"
	"github.com/uptrace/bun"
)

// VoucherSum is the head of a list of vouchers: how many there are, and the debits of each basis in yuan. With a project or a
// unit the amounts are those of its own lines.
type VoucherSum struct {
	Vouchers                        int
	Financial, Budgetary, Authority Money
}

// VoucherHeads knows what the vouchers of each period come to, per unit and event. Vouchers are never changed and their numbers
// only grow, so what was added up once stays, and only what came since is read.
type VoucherHeads struct {
	db      *bun.DB
	mu      sync.Mutex
	periods map[bookPeriod]*periodHead
}

type (
	bookPeriod struct {
		book   BookID
		period Period
	}
	// headOf is a unit's lines of an event; a zero unit stands for all units.
	headOf struct {
		unit   UnitID
		source string
	}
	periodHead struct {
		last int // number up to which it counts
		of   map[headOf]VoucherSum
	}
)

// NewVoucherHeads reads from db as the operator.
func NewVoucherHeads(db *bun.DB) *VoucherHeads {
	return &VoucherHeads{db: db, periods: make(map[bookPeriod]*periodHead)}
}

// Sum is the head of a list that reader asks for. By project or with a search it is added up from the vouchers found.
func (h *VoucherHeads) Sum(ctx context.Context, reader Actor, q VoucherQuery) (sum VoucherSum, err error) {
	ctx = WithReader(ctx, reader)
	if !q.Project.IsZero() || len(q.Projects) > 0 || q.Search != "" || q.Found != nil || !reader.ReadsAll() && q.Unit != reader.Unit {
		return sum, Read(ctx, h.db, func(ctx context.Context, tx bun.Tx) (err error) {
			sum, err = sumVouchers(ctx, tx, q)
			return err
		})
	}
	return sum, Read(WithReader(ctx, Operator), h.db, func(ctx context.Context, tx bun.Tx) error {
		from, to := q.bounds()
		states, err := collect(ctx, tx, fragment{`select p.period, p.last_number from accounting.periods p where p.book_id = ? and p.period between ? and ? and p.last_number > 0`, []any{q.Book, from, to}},
			func(no *VoucherNo) []any { return []any{&no.Period, &no.Number} })
		for _, last := range states {
			head, err := h.upTo(ctx, tx, q.Book, last)
			if err != nil {
				return err
			}
			for of, s := range head {
				if of.unit == q.Unit && (q.Source == "" || q.Source == of.source) {
					sum = sum.plus(s)
				}
			}
		}
		return err
	})
}

func (s VoucherSum) plus(o VoucherSum) VoucherSum {
	return VoucherSum{s.Vouchers + o.Vouchers, s.Financial.Add(o.Financial), s.Budgetary.Add(o.Budgetary), s.Authority.Add(o.Authority)}
}

const sumsByBasis = `coalesce(sum(x.debit) filter (where x.account < '6'), 0), coalesce(sum(x.debit) filter (where x.account >= '6' and x.account < '9'), 0), coalesce(sum(x.debit) filter (where x.account >= '9'), 0)`

// upTo is the head of a period up to its last voucher.
func (h *VoucherHeads) upTo(ctx context.Context, tx bun.Tx, book BookID, last VoucherNo) (map[headOf]VoucherSum, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	head := h.periods[bookPeriod{book, last.Period}]
	if head != nil && head.last >= last.Number {
		return head.of, nil
	}
	next := periodHead{last: last.Number, of: make(map[headOf]VoucherSum)}
	from := 0
	if head != nil {
		from = head.last
		maps.Copy(next.of, head.of) // readers may hold the old one
	}
	type row struct {
		headOf
		VoucherSum
	}
	found, err := collect(ctx, tx, fragment{`select coalesce(g.unit_id, ?), v.source, count(distinct v.number), ` + sumsByBasis + `
		from accounting.lines x join accounting.ledgers g on g.book_id = x.book_id and g.project_id = x.project_id
		join accounting.vouchers v on v.book_id = x.book_id and v.period = x.period and v.number = x.number
		where x.book_id = ? and x.period = ? and x.number > ? and x.number <= ? and v.book_id = ? and v.period = ? group by grouping sets ((v.source, g.unit_id), (v.source))`,
		[]any{UnitID{}, book, last.Period, from, last.Number, book, last.Period}},
		func(r *row) []any {
			return []any{&r.unit, &r.source, &r.Vouchers, &r.Financial, &r.Budgetary, &r.Authority}
		})
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		next.of[r.headOf] = next.of[r.headOf].plus(r.VoucherSum)
	}
	h.periods[bookPeriod{book, last.Period}] = &next
	return next.of, nil
}

// sumVouchers adds the vouchers of a query up as its reader sees them.
func sumVouchers(ctx context.Context, db bun.IDB, q VoucherQuery) (sum VoucherSum, err error) {
	from, to := q.bounds()
	where := q.only().where(q.Book)
	found := VoucherQuery{Book: q.Book, From: q.From, To: q.To, Source: q.Source, Search: q.Search}.where(VoucherNo{}, 0)
	var f fragment
	switch {
	case q.Found != nil && len(q.Found) == 0:
		return sum, nil
	case q.Found != nil:
		periods, numbers := split(q.Found)
		f.add(`select count(distinct (x.period, x.number)), `+sumsByBasis+` from unnest(?::int[], ?::int[]) v(period, number)
			cross join lateral (select x.* from accounting.lines x where x.book_id = ? and x.period = v.period and x.number = v.number and x.period between ? and ? offset 0) x where true`,
			periods, numbers, q.Book, q.Found[0].Period, q.Found[len(q.Found)-1].Period)
	case found.sql == "":
		f.add(`select (select count(*) from (select distinct x.period, x.number from accounting.lines x where x.book_id = ? and x.period between ? and ?`, q.Book, from, to)
		f.add(where.sql+`) d), `+sumsByBasis+` from accounting.turnover x where x.book_id = ? and x.period between ? and ?`, append(where.args, q.Book, from, to)...)
	default:
		f.add(`with v as materialized (select v.period, v.number from accounting.vouchers v where v.book_id = ? and v.period between ? and ?`, q.Book, from, to)
		f.add(found.sql, found.args...)
		f.add(`) select count(distinct (x.period, x.number)), `+sumsByBasis+` from v join accounting.lines x on x.book_id = ? and x.period = v.period and x.number = v.number and x.period between ? and ? where true`, q.Book, from, to)
	}
	f.add(where.sql, where.args...)
	all, err := collect(ctx, db, f, func(s *VoucherSum) []any { return []any{&s.Vouchers, &s.Financial, &s.Budgetary, &s.Authority} })
	if err != nil {
		return sum, err
	}
	return all[0], nil
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
