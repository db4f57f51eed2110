package accounting

// checks are the invariants of the books, in the order in which a reader wants to know: first each voucher, then the
// order of vouchers, then what is kept beside them. Columns: period, number, project, budget line, account, difference, detail.
var checks = []check{
	{name: "voucher_balance", promise: "debits equal credits per voucher, project and basis, in the authority basis per budget line (R01)", query: `
		select x.period, x.number, x.project_id, case when x.basis = 'authority' then x.budget_line_id end, string_agg(distinct x.account, ' '), sum(x.debit) - sum(x.credit),
			format('%s basis: debit %s, credit %s', x.basis, sum(x.debit), sum(x.credit))
		from accounting.lines x where x.book_id = ?0 and x.period = ?1
		group by x.period, x.number, x.project_id, x.basis, case when x.basis = 'authority' then x.budget_line_id end having sum(x.debit) <> sum(x.credit)`},
	{name: "line_count", promise: "every voucher has all of its lines, every line its voucher", query: `
		select ?1::int, coalesce(v.number, l.number), l.project_id, null::uuid, l.account, null::numeric,
			case when v.number is null then format('%s lines without a voucher', l.n) else format('%s of %s lines', coalesce(l.n, 0), v.line_count) end
		from (select v.number, v.line_count from accounting.vouchers v where v.book_id = ?0 and v.period = ?1) v
		full join (select x.number, count(*) as n, min(x.line_no) as low, max(x.line_no) as high, min(x.line_count) as told, (array_agg(x.project_id))[1] as project_id, min(x.account) as account
			from accounting.lines x where x.book_id = ?0 and x.period = ?1 group by x.number) l on l.number = v.number
		where v.number is null or l.n is distinct from v.line_count::bigint or l.low <> 1 or l.high <> v.line_count or l.told <> v.line_count`},
	{name: "numbers_gapless", promise: "numbers of a period run from 1 to its last number without a gap", query: `
		select p.period, null::int, null::uuid, null::uuid, null::text, null::numeric,
			format('%s vouchers, numbers %s to %s, last number given %s', v.n, v.low, v.high, p.last_number)
			|| coalesce(', first missing ' || (select min(g.i) from generate_series(1, p.last_number) g(i) where v.n < p.last_number
				and not exists (select 1 from accounting.vouchers w where w.book_id = ?0 and w.period = ?1 and w.number = g.i)), '')
		from accounting.periods p cross join (select count(*) as n, coalesce(min(w.number), 1) as low, coalesce(max(w.number), 0) as high from accounting.vouchers w where w.book_id = ?0 and w.period = ?1) v
		where p.book_id = ?0 and p.period = ?1 and (v.n <> v.high or v.low <> 1 or v.high <> p.last_number)`},
	{name: "recorded_order", promise: "the time of recording never falls while the number rises", query: `
		select v.period, v.number, null::uuid, null::uuid, null::text, null::numeric, format('recorded %s, the voucher before it %s', v.recorded_at, v.before)
		from (select w.period, w.number, w.recorded_at, lag(w.recorded_at) over (order by w.number) as before from accounting.vouchers w where w.book_id = ?0 and w.period = ?1) v
		where v.recorded_at < v.before`},
	{name: "clearing_zero", promise: "clearing accounts (9601, 9701) are zero after each voucher per budget line, 1613.07 after each voucher over its projects", query: `
		select x.period, x.number, (array_agg(x.project_id))[1], case when a.rule = 'voucher_zero' then x.budget_line_id end, x.account, sum(x.debit) - sum(x.credit), null::text
		from accounting.lines x join accounting.accounts a on a.book_id = x.book_id and a.code = x.account and a.rule in ('voucher_zero', 'book_zero')
		where x.book_id = ?0 and x.period = ?1
		group by x.period, x.number, x.account, a.rule, case when a.rule = 'voucher_zero' then x.budget_line_id end having sum(x.debit) <> sum(x.credit)`},
	{name: "dimensions", promise: "every line has the account, project, budget line, subject and class its account asks for", query: `
		select y.period, y.number, y.project_id, y.budget_line_id, y.account, y.debit - y.credit, format('line %s: %s', y.line_no, y.why) from (
			select x.*, case
				when a.code is null then 'account not in the chart'
				when not a.leaf then 'roll-up account'
				when x.basis <> a.basis then 'basis ' || x.basis
				when (x.debit = 0) = (x.credit = 0) then format('debit %s and credit %s', x.debit, x.credit)
				when g.project_id is null then 'project without a ledger'
				when (x.budget_line_id = z.id) = a.takes_line then case when a.takes_line then 'budget line missing' else 'budget line superfluous' end
				when a.takes_line and b.budget_line_id is null then 'budget line unknown, or of another project or year'
				when (x.subject_id = z.id) = (a.takes_subject <> '') then case when a.takes_subject <> '' then a.takes_subject || ' missing' else 'subject superfluous' end
				when a.takes_subject <> '' and s.kind is distinct from a.takes_subject then 'subject is no ' || a.takes_subject
				when (x.economic_class = '') = a.takes_class then case when a.takes_class then 'economic class missing' else 'economic class superfluous' end
			end as why
			from accounting.lines x cross join (select '00000000-0000-0000-0000-000000000000'::uuid) z(id)
			left join accounting.accounts a on a.book_id = x.book_id and a.code = x.account
			left join accounting.ledgers g on g.book_id = x.book_id and g.project_id = x.project_id
			left join accounting.budget_lines b on b.book_id = x.book_id and b.budget_line_id = x.budget_line_id and b.project_id = x.project_id and b.fiscal_year = x.period / 100
			left join accounting.subjects s on s.book_id = x.book_id and s.subject_id = x.subject_id
			where x.book_id = ?0 and x.period = ?1) y where y.why is not null`},
	{name: "period_gate", promise: "every voucher lies in an opened period, dated in it as its lines are; 14 takes Y1 to Y3 and nothing else, 13 no payment", query: `
		select v.period, v.number, null::uuid, null::uuid, null::text, null::numeric, case
			when p.period is null then 'the period was never opened'
			when extract(year from v.date) <> v.period / 100 or v.period % 100 < 13 and extract(month from v.date) <> v.period % 100 then format('dated %s', v.date)
			when v.kind <> 'reversal' and (v.period % 100 = 14) <> (v.source in ('Y1', 'Y2', 'Y3')) then format('%s does not belong there', v.source)
			else 'a line of another date, or a payment in period 13' end
		from accounting.vouchers v left join accounting.periods p on p.book_id = v.book_id and p.period = v.period
		where v.book_id = ?0 and v.period = ?1 and (p.period is null
			or extract(year from v.date) <> v.period / 100 or v.period % 100 < 13 and extract(month from v.date) <> v.period % 100
			or v.kind <> 'reversal' and (v.period % 100 = 14) <> (v.source in ('Y1', 'Y2', 'Y3'))
			or exists (select 1 from accounting.lines x where x.book_id = ?0 and x.period = ?1 and x.number = v.number and (x.date <> v.date or x.period % 100 = 13 and x.account = '9401' and x.debit > 0)))`},
	{name: "two_persons", promise: "a voucher is prepared by one known person, reviewed by another, and has attachments unless its kind is exempt (R06)", query: `
		select v.period, v.number, null::uuid, null::uuid, null::text, null::numeric, case
			when v.prepared_by = v.reviewed_by then 'prepared and reviewed by one person'
			when v.attachment_count < 1 and v.kind not in ('opening', 'closing', 'reversal', 'demonstration') then 'no attachment' else 'a person the book does not know' end
		from accounting.vouchers v where v.book_id = ?0 and v.period = ?1 and (v.prepared_by = v.reviewed_by
			or v.attachment_count < 1 and v.kind not in ('opening', 'closing', 'reversal', 'demonstration')
			or not exists (select 1 from accounting.persons p where p.book_id = ?0 and p.person_id = v.prepared_by)
			or not exists (select 1 from accounting.persons p where p.book_id = ?0 and p.person_id = v.reviewed_by)
			or not exists (select 1 from accounting.persons p where p.book_id = ?0 and p.person_id = v.posted_by))`},
	{name: "reversals_exact", promise: "a red voucher takes back its original line by line, once, in its year; nothing else is negative; a payment is never merely reversed", query: reversalsExact},
	{name: "digests", promise: "each voucher's digest is the digest of its stored fields", run: verifyDigests},
	{name: "roots", promise: "a closed period's frozen root is the root over its vouchers", run: verifyRoot},
	{name: "closed_by_two", promise: "a period is closed by one person as another has proposed it, with the vouchers proposed; one closed before that was asked for says so", query: `
		select p.period, null::int, null::uuid, null::uuid, null::text, null::numeric, case
			when p.closed_by_one then format('closed %s and said to be closed by one, after two were asked for', p.closed_at)
			when c.number is null then 'closed without a confirmed proposal'
			else format('%s vouchers, proposed with %s; proposed by %s, confirmed by %s, closed by %s', p.tree_size, c.last_number, c.proposed_by, c.ended_by, p.closed_by) end
		from accounting.periods p left join accounting.close_proposals c on c.book_id = p.book_id and c.period = p.period and c.outcome = 'confirmed'
		where p.book_id = ?0 and p.period = ?1 and p.state = 'closed' and case
			when p.closed_by_one then c.number is not null or p.closed_at > (select min(x.proposed_at) from accounting.close_proposals x where x.book_id = ?0)
			else c.number is null or c.last_number <> p.tree_size or c.ended_by <> p.closed_by or c.proposed_by = p.closed_by end`},
	{name: "turnover_equal_lines", promise: "turnover equals the lines per period, account, project and budget line", query: `
		select ?1::int, null::int, y.project_id, y.budget_line_id, y.account, sum(y.debit - y.credit), format('turnover less lines: debit %s, credit %s', sum(y.debit), sum(y.credit)) from (
			select t.account, t.project_id, t.budget_line_id, t.debit::numeric, t.credit::numeric from accounting.turnover t where t.book_id = ?0 and t.period = ?1
			union all
			select x.account, x.project_id, x.budget_line_id, -sum(x.debit), -sum(x.credit) from accounting.lines x where x.book_id = ?0 and x.period = ?1 group by 1, 2, 3) y(account, project_id, budget_line_id, debit, credit)
		group by y.account, y.project_id, y.budget_line_id having sum(y.debit) <> 0 or sum(y.credit) <> 0`},
	{name: "positions_equal_lines", whole: true, promise: "positions of floored accounts equal the lines per account, project, budget line and subject", query: `
		select null::int, null::int, y.project_id, y.budget_line_id, y.account, sum(y.debit - y.credit), format('position less lines: debit %s, credit %s', sum(y.debit), sum(y.credit))
			|| coalesce(', ' || (select s.kind || ' ' || s.code from accounting.subjects s where s.book_id = ?0 and s.subject_id = y.subject_id), '') from (
			select p.account, p.project_id, p.budget_line_id, p.subject_id, p.debit::numeric, p.credit::numeric from accounting.positions p where p.book_id = ?0
			union all
			select x.account, x.project_id, x.budget_line_id, x.subject_id, -sum(x.debit), -sum(x.credit) from accounting.lines x
			join accounting.accounts a on a.book_id = x.book_id and a.code = x.account and a.rule = 'floor'
			where x.book_id = ?0 and x.period between 200001 and 999914 group by 1, 2, 3, 4) y(account, project_id, budget_line_id, subject_id, debit, credit)
		group by y.account, y.project_id, y.budget_line_id, y.subject_id having sum(y.debit) <> 0 or sum(y.credit) <> 0`},
	{name: "floors", whole: true, promise: "no account with a floor is below zero on its normal side per project, budget line and subject, by its lines", query: `
		select null::int, null::int, x.project_id, x.budget_line_id, x.account, sum(case a.normal_side when 'debit' then x.debit - x.credit else x.credit - x.debit end),
			(select s.kind || ' ' || s.code from accounting.subjects s where s.book_id = ?0 and s.subject_id = x.subject_id)
		from accounting.lines x join accounting.accounts a on a.book_id = x.book_id and a.code = x.account and a.rule = 'floor'
		where x.book_id = ?0 and x.period between 200001 and 999914
		group by x.account, x.project_id, x.budget_line_id, x.subject_id having sum(case a.normal_side when 'debit' then x.debit - x.credit else x.credit - x.debit end) < 0`},
	// Over all lines: the closing (Y3) takes both sides of the identity to zero, the carry-over (Y4) opens the next line.
	{name: "authority_identity", whole: true, promise: "per budget line, approved 9101 = 9201 + 9301.* + 9401", query: `
		select null::int, null::int, y.project_id, y.budget_line_id, '9101', y.approved - y.used, format('approved %s, to issue, available, held and executed %s', y.approved, y.used) from (
			select x.project_id, x.budget_line_id, coalesce(sum(x.credit - x.debit) filter (where x.account = '9101'), 0) as approved,
				coalesce(sum(x.debit - x.credit) filter (where x.account in ('9201', '9401') or x.account like '9301.%'), 0) as used
			from accounting.lines x where x.book_id = ?0 and x.period between 200001 and 999914 and x.basis = 'authority' group by 1, 2) y where y.approved <> y.used`},
	{name: "commands_answered", whole: true, promise: "every command has its answer, and every posting's answer is a voucher with that digest", query: `
		select case when jsonb_exists(c.answer, 'digest') then (c.answer ->> 'period')::int end, case when jsonb_exists(c.answer, 'digest') then (c.answer ->> 'number')::int end, null::uuid, null::uuid, null::text, null::numeric,
			format('command %s %s: %s', c.name, c.key, case when c.answer is null then 'no answer' when v.number is null then 'its voucher is not there' else 'its voucher has another digest' end)
		from accounting.commands c left join accounting.vouchers v on v.book_id = c.book_id and v.period between 200001 and 999914
			and v.period = (case when jsonb_exists(c.answer, 'digest') then c.answer ->> 'period' end)::int and v.number = (case when jsonb_exists(c.answer, 'digest') then c.answer ->> 'number' end)::int
		where c.book_id = ?0 and (c.answer is null or jsonb_exists(c.answer, 'digest') and (v.number is null or encode(v.digest, 'hex') <> c.answer ->> 'digest'))`},
}

const reversalsExact = `
	with red as (
		select v.period, v.number, v.refers_period, v.refers_number, r.by_period, r.by_number from accounting.vouchers v
		left join accounting.reversals r on r.book_id = v.book_id and r.period = v.refers_period and r.number = v.refers_number
		where v.book_id = ?0 and v.period = ?1 and v.kind = 'reversal')
	select d.period, d.number, y.project_id, y.budget_line_id, y.account, sum(y.debit - y.credit), format('with its original %s-%s it leaves debit %s, credit %s', d.refers_period, d.refers_number, sum(y.debit), sum(y.credit))
	from red d join lateral (
		select x.account, x.project_id, x.budget_line_id, x.subject_id, x.economic_class, x.debit::numeric as debit, x.credit::numeric as credit from accounting.lines x where x.book_id = ?0 and x.period = d.period and x.number = d.number
		union all
		select x.account, x.project_id, x.budget_line_id, x.subject_id, x.economic_class, x.debit::numeric, x.credit::numeric from accounting.lines x where x.book_id = ?0 and x.period = d.refers_period and x.number = d.refers_number) y on true
	group by d.period, d.number, d.refers_period, d.refers_number, y.account, y.project_id, y.budget_line_id, y.subject_id, y.economic_class having sum(y.debit) <> 0 or sum(y.credit) <> 0
	union all
	select d.period, d.number, null, null, null, null, 'its original is not marked as reversed by it' from red d where d.by_period is distinct from d.period or d.by_number is distinct from d.number
	union all
	select d.period, d.number, null, null, null, null, 'its original is of another year' from red d where d.refers_period / 100 <> d.period / 100
	union all
	select d.period, d.number, null, null, null, null, 'a payment stands reversed without the right voucher behind it' from red d
	where exists (select 1 from accounting.lines x where x.book_id = ?0 and x.period = d.refers_period and x.number = d.refers_number and x.account = '9401' and x.debit > 0)
		and not exists (select 1 from accounting.vouchers c where c.book_id = ?0 and c.period between d.refers_period / 100 * 100 and d.refers_period / 100 * 100 + 14 and c.kind = 'correction' and c.refers_period = d.refers_period and c.refers_number = d.refers_number)
	union all
	select r.by_period, r.by_number, null, null, null, null, format('%s-%s is marked as reversed by it, but it is no red voucher of that', r.period, r.number) from accounting.reversals r
	where r.book_id = ?0 and r.by_period = ?1 and not exists (select 1 from red d where d.number = r.by_number and d.refers_period = r.period and d.refers_number = r.number)
	union all
	select x.period, x.number, x.project_id, null, x.account, x.debit - x.credit, 'a negative amount in a voucher that reverses nothing' from accounting.lines x
	join accounting.vouchers v on v.book_id = x.book_id and v.period = x.period and v.number = x.number and v.kind <> 'reversal'
	where x.book_id = ?0 and x.period = ?1 and (x.debit < 0 or x.credit < 0)`
