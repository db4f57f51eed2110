package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// PaymentDays is how long a payment request stood where, over all its rounds, in days with two decimals: from its draft
	// to now or to its confirmation. A small request stands with whoever decides on it, so with the finance bureau when
	// its officer did or may still.
	PaymentDays struct {
		Request string           `json:"request"` // number
		ID      uuid.UUID        `json:"id"`
		Unit    string           `json:"unit"`    // code
		Project string           `json:"project"` // code
		Amount  accounting.Money `json:"amount"`
		State   string           `json:"state"`
		Month   string           `json:"month,omitempty"` // it was confirmed in; empty: on its way
		AtUnit  string           `json:"at_unit"`         // drafts, returned ones and the unit's own review
		Finance string           `json:"finance"`         // review and approval
		Cash    string           `json:"cash"`            // approved, waiting for cash
		Bank    string           `json:"bank"`            // ordered, until the bank has paid
		Total   string           `json:"total"`
	}

	// UnitDays are the payments of a unit that were confirmed in a month: median and longest, in days with two decimals.
	UnitDays struct {
		Unit     string `json:"unit"` // code
		UnitName string `json:"unit_name"`
		Month    string `json:"month"`
		Payments int    `json:"payments"`
		AtUnit   Spread `bun:"embed:at_unit_" json:"at_unit"`
		Finance  Spread `bun:"embed:finance_" json:"finance"`
		Cash     Spread `bun:"embed:cash_" json:"cash"`
		Bank     Spread `bun:"embed:bank_" json:"bank"`
		Total    Spread `bun:"embed:total_" json:"total"`
	}

	// Spread is the middle and the end of what was measured.
	Spread struct {
		Median string `json:"median"`
		Max    string `json:"max"`
	}

	// PaymentDaysQuery says which payments; zero values do not restrict.
	PaymentDaysQuery struct {
		Book   accounting.BookID
		Unit   accounting.UnitID
		Month  accounting.Period // confirmed in
		Before uuid.UUID         // requests made before this one: the next page
		Limit  int
	}
)

// stays are the payment requests of a query, newest first, with the days they spent at each place.
const stays = `with requests as materialized (
		select d.* from projects.documents d where d.book_id = ?0 and d.kind = 'payment_request' and (?1::uuid is null or d.unit_id = ?1) and (?3::uuid is null or d.document_id < ?3)
			and (?2 = '' or d.state = 'confirmed' and exists (select from projects.acts a where a.book_id = d.book_id and a.document_id = d.document_id and a.to_state = 'confirmed' and to_char(a.at, 'YYYY-MM') = ?2))
		order by d.document_id desc limit case when ?2 = '' then ?4::bigint end
	), moves as (
		select r.document_id, 0 as ordinal, 'draft' as state, r.created_at as since, '' as by_role from requests r
		union all select a.document_id, a.ordinal, a.to_state, a.at, a.role from projects.acts a join requests r using (document_id) where a.book_id = ?0 and a.to_state <> a.from_state
	), parts as (
		select m.*, lead(m.since) over w as until, lead(m.by_role) over w as left_by from moves m window w as (partition by m.document_id order by m.ordinal)
	), stays as (
		select p.document_id, extract(epoch from coalesce(p.until, clock_timestamp()) - p.since) / 86400 as days,
			max(p.since) filter (where p.state = 'confirmed') over (partition by p.document_id) as confirmed_at,
			case when p.state in ('draft', 'returned') then 'unit' when p.state = 'filed' and (p.left_by in ('budget_officer', 'treasury_officer') or p.left_by is null and r.flow = 'small') then 'finance'
				when p.state = 'filed' then 'unit' when p.state in ('unit_reviewed', 'finance_reviewed') then 'finance' when p.state in ('approved', 'waiting_for_cash') then 'cash' when p.state = 'ordered' then 'bank' end as place
		from parts p join requests r using (document_id)
	), spent as (
		select r.document_id, r.number, r.unit_id, r.node_id, r.amount, r.state, case when r.state = 'confirmed' then to_char(max(s.confirmed_at), 'YYYY-MM') else '' end as month,
			coalesce(sum(s.days) filter (where s.place = 'unit'), 0) as at_unit, coalesce(sum(s.days) filter (where s.place = 'finance'), 0) as finance,
			coalesce(sum(s.days) filter (where s.place = 'cash'), 0) as cash, coalesce(sum(s.days) filter (where s.place = 'bank'), 0) as bank, coalesce(sum(s.days) filter (where s.place is not null), 0) as total
		from requests r join stays s using (document_id) group by r.document_id, r.number, r.unit_id, r.node_id, r.amount, r.state
	) `

func (q PaymentDaysQuery) month() string {
	if q.Month == 0 {
		return ""
	}
	return q.Month.String()
}

// DaysOfPayments lists payment requests with the days they spent where, newest first, as far as who asks reads them.
func DaysOfPayments(ctx context.Context, db bun.IDB, q PaymentDaysQuery) ([]PaymentDays, error) {
	days := []PaymentDays{}
	err := db.NewRaw(stays+`select s.number as request, s.document_id as id, u.code as unit, coalesce(n.code, '') as project, coalesce(s.amount, 0) as amount, s.state, s.month,
			round(s.at_unit, 2)::text as at_unit, round(s.finance, 2)::text as finance, round(s.cash, 2)::text as cash, round(s.bank, 2)::text as bank, round(s.total, 2)::text as total
		from spent s join accounting.units u on u.book_id = ?0 and u.unit_id = s.unit_id left join projects.nodes n on n.book_id = ?0 and n.node_id = s.node_id
		where (?2 = '' or s.month = ?2) order by s.document_id desc limit ?4`,
		q.Book, nullable(q.Unit.UUID), q.month(), nullable(q.Before), limitOrAll(q.Limit)).Scan(ctx, &days)
	return days, fault.FromSQL(err)
}

// DaysByUnit lists median and longest of the payments that were confirmed, by unit and month.
func DaysByUnit(ctx context.Context, db bun.IDB, q PaymentDaysQuery) ([]UnitDays, error) {
	days := []UnitDays{}
	spread := func(place string) string {
		return `round((percentile_cont(0.5) within group (order by s.` + place + `))::numeric, 2)::text as ` + place + `_median, round(max(s.` + place + `), 2)::text as ` + place + `_max`
	}
	err := db.NewRaw(stays+`select u.code as unit, u.name as unit_name, s.month, count(*) as payments, `+spread("at_unit")+`, `+spread("finance")+`, `+spread("cash")+`, `+spread("bank")+`, `+spread("total")+`
		from spent s join accounting.units u on u.book_id = ?0 and u.unit_id = s.unit_id
		where s.month <> '' and (?2 = '' or s.month = ?2) group by u.code, u.name, s.month order by s.month desc, u.code`,
		q.Book, nullable(q.Unit.UUID), q.month(), nil, nil).Scan(ctx, &days)
	return days, fault.FromSQL(err)
}
