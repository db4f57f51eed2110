-- PostgreSQL 15, written by: go test ./migrations -run Schema -update
CREATE SCHEMA accounting;

ALTER SCHEMA accounting OWNER TO mingzhang_owner;

CREATE SCHEMA api;

ALTER SCHEMA api OWNER TO mingzhang_owner;

CREATE SCHEMA projects;

ALTER SCHEMA projects OWNER TO mingzhang_owner;

CREATE TYPE accounting.posting_answer AS (
	ordinal integer,
	outcome text,
	period integer,
	number integer,
	recorded_at timestamp with time zone,
	digest bytea,
	code text,
	detail text,
	facts jsonb,
	answer jsonb
);

ALTER TYPE accounting.posting_answer OWNER TO mingzhang_owner;

CREATE DOMAIN accounting.yuan AS numeric
	CONSTRAINT yuan_has_two_decimals CHECK (((scale(VALUE) <= 2) AND (abs(VALUE) < '1000000000000000'::numeric)));

ALTER DOMAIN accounting.yuan OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.balance_fault(p_book bigint, p_account text[], p_mask integer[], p_project uuid[], p_budget_line uuid[], p_debit numeric[], p_credit numeric[], OUT code text, OUT detail text) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with l as (select p_account[g.i] as account, p_mask[g.i] as mask, p_project[g.i] as project, p_budget_line[g.i] as line, p_debit[g.i] as debit, p_credit[g.i] as credit from generate_series(1, cardinality(p_account)) g(i)),
  unbalanced as (
    select l.project, l.mask & 384 as basis, case when l.mask & 256 <> 0 then l.line end as line, sum(l.debit) as d, sum(l.credit) as c
      from l group by 1, 2, 3 having sum(l.debit) <> sum(l.credit) order by 2, 1, 3 limit 1),
  uncleared as (
    select l.account, sum(l.debit - l.credit) as rest from l where l.mask & 96 <> 0
     group by l.account, case when l.mask & 32 <> 0 then l.line end having sum(l.debit - l.credit) <> 0 order by 1 limit 1)
  select 'voucher_unbalanced', format('project %s, basis %s%s: debit %s, credit %s, difference %s',
           coalesce((select g.code from accounting.ledgers g where g.book_id = p_book and g.project_id = u.project), u.project::text),
           case u.basis when 0 then 'financial' when 128 then 'budgetary' else 'authority' end,
           coalesce(', budget line ' || (select b.code from accounting.budget_lines b where b.book_id = p_book and b.budget_line_id = u.line), ''), u.d, u.c, u.d - u.c)
    from unbalanced u
  union all
  select 'clearing_not_zero', format('account %s is left at %s after the voucher; it must clear within it', u.account, u.rest) from uncleared u
   limit 1
$$;

ALTER FUNCTION accounting.balance_fault(p_book bigint, p_account text[], p_mask integer[], p_project uuid[], p_budget_line uuid[], p_debit numeric[], p_credit numeric[], OUT code text, OUT detail text) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.blockers(p_book bigint, p_period integer) RETURNS TABLE(name text, detail text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select 'period_unknown', format('period %s is not opened in this book', p_period)
   where not exists (select 1 from accounting.periods p where p.book_id = p_book and p.period = p_period)
  union all
  select 'period_closed', format('period %s is closed already', p.period) from accounting.periods p where p.book_id = p_book and p.period = p_period and p.state = 'closed'
  union all
  select 'earlier_period_open', format('period %s is still open', p.period) from accounting.periods p where p.book_id = p_book and p.period < p_period and p.state = 'open'
  union all
  -- Locking a year (period 14): nothing held by a request, and every revenue, expense and budget cell cleared into carry-over.
  select 'request_hold_left', format('budget line %s: request %s still holds %s', b.code, s.code, round(x.debit - x.credit, 2))
    from accounting.positions x
    join accounting.budget_lines b on b.book_id = x.book_id and b.budget_line_id = x.budget_line_id and b.fiscal_year = p_period / 100
    join accounting.subjects s on s.book_id = x.book_id and s.subject_id = x.subject_id
   where p_period % 100 = 14 and x.book_id = p_book and x.account = '9301.04' and x.debit <> x.credit
  union all
  select 'account_not_cleared', format('project %s, account %s: %s is left', l.code, t.account, round(sum(t.debit - t.credit), 2))
    from accounting.turnover t join accounting.ledgers l on l.book_id = t.book_id and l.project_id = t.project_id
   where p_period % 100 = 14 and t.book_id = p_book and t.period between p_period / 100 * 100 + 1 and p_period
     and (left(t.account, 1) in ('4', '5', '6', '7') or left(t.account, 1) = '9')
   group by l.code, t.account, t.budget_line_id having sum(t.debit) <> sum(t.credit)
  union all
  select b.name, b.detail from projects.close_blockers(p_book, p_period) b
$$;

ALTER FUNCTION accounting.blockers(p_book bigint, p_period integer) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.check_special(p_book bigint, p_kind text, p_period integer, p_refers_period integer, p_refers_number integer, p_account text[], p_project uuid[], p_budget_line uuid[], p_subject uuid[], p_class text[], p_debit numeric[], p_credit numeric[], p_correction_follows boolean, p_reversal_before boolean, OUT code text, OUT detail text) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  target accounting.vouchers;
  red accounting.reversals;
  name constant text := format('%s-%s 记-%s', p_refers_period / 100, lpad((p_refers_period % 100)::text, 2, '0'), accounting.padded(p_refers_number, 4));
begin
  if p_kind = 'opening' then
    select format('project %s has vouchers already; an opening is its first', l.code) into detail
      from accounting.ledgers l where l.book_id = p_book and l.project_id = any(p_project)
       and exists (select 1 from accounting.turnover t where t.book_id = p_book and t.project_id = l.project_id) order by l.code limit 1;
    if found then code := 'opening_late'; end if;
    return;
  end if;
  if p_kind = 'correction' then
    if not p_reversal_before then
      code := 'kind_not_allowed'; detail := format('a correction of %s stands right behind its red voucher, in one act', name);
    end if;
    return;
  end if;
  select * into target from accounting.vouchers v where v.book_id = p_book and v.period = p_refers_period and v.number = p_refers_number;
  if not found then
    code := 'voucher_unknown'; detail := format('there is no voucher %s', name); return;
  end if;
  if target.kind = 'reversal' then
    code := 'reversal_of_red'; detail := format('%s is a red voucher itself', name); return;
  end if;
  if p_refers_period / 100 <> p_period / 100 then
    code := 'reversal_year'; detail := format('%s is of %s, the red voucher of %s; an earlier year is corrected by a blue voucher (R05)', name, p_refers_period / 100, p_period / 100); return;
  end if;
  if (p_refers_period % 100 = 14) <> (p_period % 100 = 14) then
    code := 'period_event'; detail := format('a closing voucher is reversed in period 14 and only there; %s', name); return;
  end if;
  select * into red from accounting.reversals r where r.book_id = p_book and r.period = p_refers_period and r.number = p_refers_number;
  if found then
    code := 'already_reversed'; detail := format('%s was reversed by %s-%s 记-%s', name, red.by_period / 100, lpad((red.by_period % 100)::text, 2, '0'), accounting.padded(red.by_number, 4)); return;
  end if;
  if not p_correction_follows and exists (select 1 from accounting.lines l where l.book_id = p_book and l.period = p_refers_period and l.number = p_refers_number and l.account = '9401' and l.debit > 0) then
    code := 'payment_confirmed'; detail := format('%s stands behind a confirmed payment: it is corrected (red and right voucher in one act), never merely reversed', name); return;
  end if;
  if exists (
    select 1 from (
      select l.account, l.project_id, l.budget_line_id, l.subject_id, l.economic_class, -l.debit as debit, -l.credit as credit
        from accounting.lines l where l.book_id = p_book and l.period = p_refers_period and l.number = p_refers_number
      union all
      select p_account[g.i], p_project[g.i], p_budget_line[g.i], p_subject[g.i], p_class[g.i], -p_debit[g.i], -p_credit[g.i] from generate_series(1, cardinality(p_account)) g(i)
    ) x group by x.account, x.project_id, x.budget_line_id, x.subject_id, x.economic_class having sum(x.debit) <> 0 or sum(x.credit) <> 0)
    or target.line_count <> cardinality(p_account) then
    code := 'reversal_mismatch'; detail := format('a red voucher repeats all lines of %s with negative amounts on the same side', name);
  end if;
end $$;

ALTER FUNCTION accounting.check_special(p_book bigint, p_kind text, p_period integer, p_refers_period integer, p_refers_number integer, p_account text[], p_project uuid[], p_budget_line uuid[], p_subject uuid[], p_class text[], p_debit numeric[], p_credit numeric[], p_correction_follows boolean, p_reversal_before boolean, OUT code text, OUT detail text) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.close_period(p_book bigint, p_period integer, p_proposal integer, p_by uuid) RETURNS bytea
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  b record;
  c accounting.close_proposals;
  frozen bytea;
  counted int;
begin
  perform 1 from accounting.periods p where p.book_id = p_book and p.period = p_period for update;
  select string_agg(x.name || ': ' || x.detail, '; ' order by x.name, x.detail) as all_of_them, count(*) as n into b from accounting.blockers(p_book, p_period) x;
  if b.n > 0 then
    raise exception '%', b.all_of_them using errcode = 'AC038';
  end if;
  c := accounting.standing_proposal(p_book, p_period, p_proposal);
  if c.proposed_by = p_by then
    raise exception 'who has proposed to close a period does not confirm it: another person does' using errcode = 'AC045';
  end if;
  select accounting.tree_root(array_agg(v.digest order by v.number)), count(*) into frozen, counted
    from accounting.vouchers v where v.book_id = p_book and v.period = p_period;
  if counted <> c.last_number then
    raise exception 'period %: proposed with % vouchers, % are there now, % more; propose it anew', p_period, c.last_number, counted, counted - c.last_number using errcode = 'AC088';
  end if;
  update accounting.close_proposals x set outcome = 'confirmed', ended_by = p_by, ended_at = clock_timestamp() where x.book_id = p_book and x.period = p_period and x.number = p_proposal;
  update accounting.periods p set state = 'closed', root = frozen, tree_size = counted, closed_at = clock_timestamp(), closed_by = p_by
   where p.book_id = p_book and p.period = p_period;
  return frozen;
end $$;

ALTER FUNCTION accounting.close_period(p_book bigint, p_period integer, p_proposal integer, p_by uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.closed_by_two() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if new.closed_by_one and old.closed_by_one is not true then
    raise exception 'period %: since two persons close, none is closed by one', new.period using errcode = 'AC087';
  end if;
  if new.state = 'closed' and not exists (select from accounting.close_proposals c where c.book_id = new.book_id and c.period = new.period and c.outcome = 'confirmed'
      and c.last_number = new.last_number and c.ended_by = new.closed_by and c.proposed_by <> new.closed_by) then
    raise exception 'period % with % vouchers: nobody else has proposed to close it so', new.period, new.last_number using errcode = 'AC087';
  end if;
  return new;
end $$;

ALTER FUNCTION accounting.closed_by_two() OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.command_is_final() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if tg_op <> 'UPDATE' or old.answer is not null or to_jsonb(old) - 'answer' <> to_jsonb(new) - 'answer' then
    raise exception 'a command that happened is final: % refused', lower(tg_op) using errcode = 'AC033';
  end if;
  return new;
end $$;

ALTER FUNCTION accounting.command_is_final() OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.field(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select octet_length(value)::text || ':' || value $$;

ALTER FUNCTION accounting.field(value text) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.floor_detail(p_book bigint, p_account text, p_project uuid, p_budget_line uuid, p_subject uuid, p_balance numeric, p_asked numeric, OUT detail text, OUT facts jsonb) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select format('%s %s, project %s%s%s: available %s, asked %s, short by %s', x.account, x.name, x.project,
           coalesce(', budget line ' || x.line, ''), coalesce(', ' || x.subject, ''), x.available, x.asked, x.short),
         jsonb_strip_nulls(jsonb_build_object('account', x.account, 'project', x.project, 'budget_line', x.line, 'subject', x.subject, 'available', x.available, 'asked', x.asked, 'short', x.short))
    from (select p_account as account,
             (select a.name_zh from accounting.accounts a where a.book_id = p_book and a.code = p_account) as name,
             (select l.code from accounting.ledgers l where l.book_id = p_book and l.project_id = p_project) as project,
             (select b.code from accounting.budget_lines b where b.book_id = p_book and b.budget_line_id = p_budget_line) as line,
             (select s.kind || ' ' || s.code from accounting.subjects s where s.book_id = p_book and s.subject_id = p_subject) as subject,
             round(p_balance, 2)::text as available, round(p_asked, 2)::text as asked, round(p_asked - p_balance, 2)::text as short) x
$$;

ALTER FUNCTION accounting.floor_detail(p_book bigint, p_account text, p_project uuid, p_budget_line uuid, p_subject uuid, p_balance numeric, p_asked numeric, OUT detail text, OUT facts jsonb) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.is_red(p_book bigint, p_period integer, p_number integer) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return (select v.kind = 'reversal' from accounting.vouchers v where v.book_id = p_book and v.period = p_period and v.number = p_number);
end $$;

ALTER FUNCTION accounting.is_red(p_book bigint, p_period integer, p_number integer) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.journal_is_final() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  raise exception 'posted vouchers are final: % on % refused (R02)', lower(tg_op), tg_table_name using errcode = 'AC033';
end $$;

ALTER FUNCTION accounting.journal_is_final() OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.judge_lines() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  zero constant uuid := '00000000-0000-0000-0000-000000000000';
  b record;
begin
  -- All lines of a voucher come together, so that later none can be added; negative amounts stand only in a red voucher.
  select l.book_id, l.period, l.number, count(*) <> min(l.line_count) or min(l.line_count) <> max(l.line_count) as incomplete into b
    from new_lines l group by l.book_id, l.period, l.number
  having count(*) <> min(l.line_count) or min(l.line_count) <> max(l.line_count)
      or bool_or(l.debit < 0 or l.credit < 0) and not accounting.is_red(l.book_id, l.period, l.number) limit 1;
  if found and b.incomplete then
    raise exception 'voucher % of % does not come with all of its lines', b.number, b.period using errcode = 'AC036';
  elsif found then
    raise exception 'voucher % of %: negative amounts stand only in a red voucher', b.number, b.period using errcode = 'AC028';
  end if;
  -- Σ debit = Σ credit per voucher, project and basis; in the authority basis also per budget line (R01); what clears, clears.
  select l.period, l.number, l.project_id, l.basis into b from new_lines l
   group by l.book_id, l.period, l.number, l.project_id, l.basis, case when l.basis = 'authority' then l.budget_line_id else zero end
  having sum(l.debit) <> sum(l.credit) limit 1;
  if found then
    raise exception 'voucher % of %: project %, basis % does not balance', b.number, b.period, b.project_id, b.basis using errcode = 'AC001';
  end if;
  -- Account, dimensions, project, budget line and subject of every line exist and fit.
  select l.period, l.number, l.line_no, l.account, l.why into b from (
    select l.*, case
        when a.mask is null then 'AC003'
        when a.mask & 1 = 0 then 'AC004'
        when l.basis <> case when a.mask & 256 <> 0 then 'authority' when a.mask & 128 <> 0 then 'budgetary' else 'financial' end then 'AC005'
        when (select 1 from accounting.ledgers g where g.book_id = l.book_id and g.project_id = l.project_id) is null then 'AC012'
        when (l.budget_line_id = zero) <> (a.mask & 2 = 0) then case when a.mask & 2 = 0 then 'AC011' else 'AC010' end
        when a.mask & 2 <> 0 and (select 1 from accounting.budget_lines c where c.book_id = l.book_id and c.budget_line_id = l.budget_line_id
            and c.project_id = l.project_id and c.fiscal_year = l.period / 100) is null then 'AC014'
        when (l.subject_id = zero) <> (a.mask >> 9 = 0) then case when a.mask >> 9 = 0 then 'AC011' else 'AC010' end
        when a.mask >> 9 <> 0 and (select case s.kind when 'contract' then 1 when 'request' then 2 when 'batch' then 3 else 4 end
            from accounting.subjects s where s.book_id = l.book_id and s.subject_id = l.subject_id) is distinct from a.mask >> 9 then 'AC016'
        when (l.economic_class = '') <> (a.mask & 4 = 0) then case when a.mask & 4 = 0 then 'AC030' else 'AC029' end
        when a.mask & 96 <> 0 and (select sum(x.debit) - sum(x.credit) from new_lines x where x.book_id = l.book_id and x.period = l.period and x.number = l.number and x.account = l.account
            and (a.mask & 32 = 0 or x.budget_line_id = l.budget_line_id)) <> 0 then 'AC026'
        when l.account = '9401' and l.debit > 0 and l.period % 100 = 13 then 'AC031'
      end as why
    from (select l.*, (select c.mask from accounting.accounts c where c.book_id = l.book_id and c.code = l.account) as mask from new_lines l offset 0) l
    cross join lateral (select l.mask) a
  ) l where l.why is not null limit 1;
  if found then
    raise exception 'voucher % of %, line %: account % does not take this line', b.number, b.period, b.line_no, b.account using errcode = b.why;
  end if;
  return null;
end $$;

ALTER FUNCTION accounting.judge_lines() OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.judge_positions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if exists (select 1 from new_positions p where p.debit <> 0 or p.credit <> 0
      or (select a.normal_side from accounting.accounts a where a.book_id = p.book_id and a.code = p.account and a.rule = 'floor') is distinct from p.normal_side) then
    raise exception 'a position starts at zero, on the side of its account, which has a floor' using errcode = 'AC034';
  end if;
  return null;
end $$;

ALTER FUNCTION accounting.judge_positions() OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.judge_reversal(p_book bigint, p_period integer, p_number integer, p_refers_period integer, p_refers_number integer, p_corrected boolean) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if not exists (select 1 from accounting.reversals r where r.book_id = p_book and r.period = p_refers_period and r.number = p_refers_number and r.by_period = p_period and r.by_number = p_number) then
    return 'AC019';
  end if;
  if not p_corrected and exists (select 1 from accounting.lines l where l.book_id = p_book and l.period = p_refers_period and l.number = p_refers_number and l.account = '9401' and l.debit > 0) then
    return 'AC032';
  end if;
  if exists (
    select 1 from (
      select l.account, l.project_id, l.budget_line_id, l.subject_id, l.economic_class, l.debit, l.credit from accounting.lines l where l.book_id = p_book and l.period = p_refers_period and l.number = p_refers_number
      union all
      select l.account, l.project_id, l.budget_line_id, l.subject_id, l.economic_class, l.debit, l.credit from accounting.lines l where l.book_id = p_book and l.period = p_period and l.number = p_number) x
    group by x.account, x.project_id, x.budget_line_id, x.subject_id, x.economic_class having sum(x.debit) <> 0 or sum(x.credit) <> 0) then
    return 'AC019';
  end if;
  return null;
end $$;

ALTER FUNCTION accounting.judge_reversal(p_book bigint, p_period integer, p_number integer, p_refers_period integer, p_refers_number integer, p_corrected boolean) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.judge_vouchers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  b record;
begin
  select v.period, v.number, v.why into b from (
    select v.*, case
        when (select count(*) from accounting.persons p where p.book_id = v.book_id and p.person_id = any (array[v.prepared_by, v.reviewed_by, v.posted_by]))
          <> case when v.posted_by in (v.prepared_by, v.reviewed_by) then 2 else 3 end then 'AC024'
        when v.kind <> 'reversal' and (v.period % 100 = 14) <> (v.source in ('Y1', 'Y2', 'Y3')) then 'AC031'
        when v.kind = 'demonstration' and (select k.kind from accounting.books k where k.book_id = v.book_id) <> 'demo' then 'AC037'
        when v.kind = 'reversal' then accounting.judge_reversal(v.book_id, v.period, v.number, v.refers_period, v.refers_number,
          (select 1 from new_vouchers c where c.book_id = v.book_id and c.kind = 'correction' and c.refers_period = v.refers_period and c.refers_number = v.refers_number) is not null)
      end as why
    from new_vouchers v) v where v.why is not null limit 1;
  if found then
    raise exception 'voucher % of % does not stand', b.number, b.period using errcode = b.why;
  end if;
  return null;
end $$;

ALTER FUNCTION accounting.judge_vouchers() OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.known_number(p_book bigint, p_period integer, p_at timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  low int := 0;
  high int;
  middle int;
begin
  select p.last_number into high from accounting.periods p where p.book_id = p_book and p.period = p_period;
  while low < coalesce(high, 0) loop
    middle := (low + high + 1) / 2;
    if (select v.recorded_at from accounting.vouchers v where v.book_id = p_book and v.period = p_period and v.number = middle) <= p_at then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end $$;

ALTER FUNCTION accounting.known_number(p_book bigint, p_period integer, p_at timestamp with time zone) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.line_detail(p_book bigint, p_code text, p_line integer, p_account text, p_project uuid, p_budget_line uuid, p_subject uuid, p_period integer, p_debit numeric, p_credit numeric) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select format('line %s, account %s %s, project %s', p_line, p_account,
      coalesce((select a.name_zh from accounting.accounts a where a.book_id = p_book and a.code = p_account), '(not in the chart)'),
      coalesce((select l.code from accounting.ledgers l where l.book_id = p_book and l.project_id = p_project), p_project::text))
    || case p_code
      when 'account_summary' then ': only its sub-accounts are posted'
      when 'amount_invalid' then format(': debit %s, credit %s; exactly one of them must be given, with at most two decimals', p_debit, p_credit)
      when 'line_negative' then format(': debit %s, credit %s; only a red voucher has negative amounts', p_debit, p_credit)
      when 'project_unknown' then ': this book has no such project ledger'
      when 'dimension_required' then format(': the account takes %s', (select concat_ws(' and ', case when a.takes_line then 'a budget line' end, nullif(a.takes_subject, '')) from accounting.accounts a where a.book_id = p_book and a.code = p_account))
      when 'dimension_not_allowed' then format(': the account takes %s', (select coalesce(nullif(concat_ws(' and ', case when a.takes_line then 'a budget line' end, nullif(a.takes_subject, '')), ''), 'neither budget line nor subject') from accounting.accounts a where a.book_id = p_book and a.code = p_account))
      when 'budget_line_unknown' then format(': no budget line %s', p_budget_line)
      when 'budget_line_mismatch' then format(': budget line %s is of project %s and year %s, the voucher of %s',
          (select b.code from accounting.budget_lines b where b.book_id = p_book and b.budget_line_id = p_budget_line),
          (select l.code from accounting.budget_lines b join accounting.ledgers l on l.book_id = b.book_id and l.project_id = b.project_id where b.book_id = p_book and b.budget_line_id = p_budget_line),
          (select b.fiscal_year from accounting.budget_lines b where b.book_id = p_book and b.budget_line_id = p_budget_line), p_period / 100)
      when 'subject_unknown' then format(': no subject %s', p_subject)
      when 'subject_kind' then format(': the subject is a %s', (select s.kind from accounting.subjects s where s.book_id = p_book and s.subject_id = p_subject))
      else '' end
$$;

ALTER FUNCTION accounting.line_detail(p_book bigint, p_code text, p_line integer, p_account text, p_project uuid, p_budget_line uuid, p_subject uuid, p_period integer, p_debit numeric, p_credit numeric) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.open_year(p_book bigint, p_year integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  insert into accounting.periods (book_id, period, state) select p_book, p_year * 100 + g.i, 'open' from generate_series(1, 14) g(i) on conflict do nothing
$$;

ALTER FUNCTION accounting.open_year(p_book bigint, p_year integer) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.padded(n bigint, digits integer) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select lpad(n::text, greatest(digits, length(n::text)), '0')
$$;

ALTER FUNCTION accounting.padded(n bigint, digits integer) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.period_moves_forward() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'open' or new.last_number <> 0 then
      raise exception 'a period opens empty' using errcode = 'AC006';
    end if;
  elsif old.state = 'closed' or new.last_number < old.last_number or new.period <> old.period or new.book_id <> old.book_id then
    raise exception 'period % is %, last number %: it cannot go back', old.period, old.state, old.last_number using errcode = 'AC006';
  end if;
  return new;
end $$;

ALTER FUNCTION accounting.period_moves_forward() OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.post(p_book bigint, p_key text[], p_name text[], p_hash bytea[], p_target uuid[], p_date date[], p_period integer[], p_kind text[], p_source text[], p_document uuid[], p_memo text[], p_document_hashes bytea[], p_prepared uuid[], p_reviewed uuid[], p_posted uuid[], p_attachments integer[], p_refers_period integer[], p_refers_number integer[], p_line_count integer[], p_voucher integer[], p_line_no integer[], p_account text[], p_project uuid[], p_budget_line uuid[], p_subject uuid[], p_subject_kind integer[], p_subject_code text[], p_class text[], p_debit numeric[], p_credit numeric[]) RETURNS SETOF accounting.posting_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_material TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET "DateStyle" TO 'ISO, YMD'
    AS $$
declare
  zero constant uuid := '00000000-0000-0000-0000-000000000000';
  n constant int := cardinality(p_date);
  m constant int := cardinality(p_account);
  v_code text[];        -- why the voucher is refused; null while it is good
  v_detail text[];
  v_facts jsonb[];
  v_answer jsonb[];     -- what an earlier run of its key answered
  v_good boolean[];
  v_head text[]; v_tail text[]; -- its canonical text before and after the number
  v_lines text[];       -- and that of its lines
  v_number int[];
  v_digest bytea[];
  l_mask int[];
  l_bad text[];
  l_absent boolean[];   -- a floored key without a position row yet
  l_text text[];
  k_row tid[]; k_account text[]; k_project uuid[]; k_line uuid[]; k_subject uuid[]; -- locked positions, in key order
  k_debit numeric[]; k_credit numeric[]; k_balance numeric[]; k_low numeric;
  w_voucher int[]; w_key int[]; w_debit numeric[]; w_credit numeric[]; w_net numeric[]; -- voucher by key, for the walk
  absent boolean := false; declares boolean := false; refused boolean := false; special boolean := false; posted int := 0;
  run numeric; suspect boolean; code text; detail text; facts jsonb; legal text;
  i int; j int; first int := 1; last int; short int; step int; counted int; touched int; this_period int; next_period int;
  recorded timestamptz;
begin
  -- 1. The vouchers: was the key answered before, is the period open, may it stand by itself; refusals in this order of precedence.
  select array_agg(x.answer), array_agg(x.head), array_agg(x.tail),
         array_agg(case
           when x.answer is not null then case when x.answer ->> 'hash' <> encode(p_hash[x.i], 'hex') then 'key_reused' end
           when x.state is null then 'period_unknown'
           when x.state <> 'open' then 'period_closed'
           when p_prepared[x.i] = p_reviewed[x.i] then 'same_person'
           when x.people <> case when p_posted[x.i] in (p_prepared[x.i], p_reviewed[x.i]) then 2 else 3 end then 'person_unknown'
           when p_attachments[x.i] < 1 and p_kind[x.i] not in ('opening', 'closing', 'reversal', 'demonstration') then 'attachment_required'
           when p_kind[x.i] = 'demonstration' and (select b.kind from accounting.books b where b.book_id = p_book) <> 'demo' then 'kind_not_allowed'
           when p_line_count[x.i] < 2 then 'voucher_empty'
           when (p_period[x.i] % 100 = 14) <> (p_source[x.i] in ('Y1', 'Y2', 'Y3')) and p_kind[x.i] <> 'reversal' then 'period_event'
         end),
         bool_or(p_kind[x.i] in ('reversal', 'correction', 'opening'))
    into v_answer, v_head, v_tail, v_code, special
    from (select g.i,
             case when p_key is not null then (select jsonb_build_object('hash', encode(c.request_hash, 'hex'), 'answer', c.answer) from accounting.commands c where c.book_id = p_book and c.key = p_key[g.i]) end as answer,
             (select p.state from accounting.periods p where p.book_id = p_book and p.period = p_period[g.i]) as state,
             (select count(*) from accounting.persons a where a.book_id = p_book and a.person_id = any (array[p_prepared[g.i], p_reviewed[g.i], p_posted[g.i]])) as people,
             '19:mingzhang.voucher.1' || accounting.field(p_book::text) || accounting.field(p_period[g.i]::text) as head,
             accounting.field(p_date[g.i]::text) || accounting.field(p_kind[g.i]) || accounting.field(p_source[g.i]) || accounting.field(p_document[g.i]::text) || accounting.field(p_memo[g.i])
               || accounting.field((octet_length(p_document_hashes[g.i]) / 32)::text)
               || case when octet_length(p_document_hashes[g.i]) = 0 then '' else regexp_replace(encode(p_document_hashes[g.i], 'hex'), '(.{64})', '64:\1', 'g') end
               || accounting.field(p_prepared[g.i]::text) || accounting.field(p_reviewed[g.i]::text) || accounting.field(p_posted[g.i]::text) || accounting.field(p_attachments[g.i]::text)
               || accounting.field(coalesce(p_refers_period[g.i]::text || '/' || p_refers_number[g.i]::text, '')) as tail
            from generate_series(1, n) g(i) offset 0) x;

  -- 2. The lines: account, dimensions, amounts, canonical text.
  select array_agg(x.mask), array_agg(x.bad), array_agg(x.absent), array_agg(x.text), bool_or(x.absent), bool_or(p_subject_kind[x.i] <> 0)
    into l_mask, l_bad, l_absent, l_text, absent, declares
    from (
      select a.i, a.mask,
        case
          when a.mask is null then 'account_unknown'
          when a.mask & 1 = 0 then 'account_summary'
          when p_debit[a.i] is null or p_credit[a.i] is null or scale(p_debit[a.i]) is null or scale(p_credit[a.i]) is null
            or scale(p_debit[a.i]) > 2 or scale(p_credit[a.i]) > 2 or abs(p_debit[a.i]) >= 1e15 or abs(p_credit[a.i]) >= 1e15
            or (p_debit[a.i] = 0) = (p_credit[a.i] = 0) then 'amount_invalid'
          when (p_debit[a.i] < 0 or p_credit[a.i] < 0) and p_kind[p_voucher[a.i]] <> 'reversal' then 'line_negative'
          when a.mask & 2 = 0 and p_budget_line[a.i] <> zero then 'dimension_not_allowed'
          when a.mask & 2 <> 0 and p_budget_line[a.i] = zero then 'dimension_required'
          -- a budget line that fits proves the project
          when a.mask & 2 = 0 and (select 1 from accounting.ledgers l where l.book_id = p_book and l.project_id = p_project[a.i]) is null then 'project_unknown'
          when a.mask & 2 <> 0 and a.fits is null then 'budget_line_unknown'
          when a.mask & 2 <> 0 and not a.fits then 'budget_line_mismatch'
          when a.mask >> 9 = 0 and p_subject[a.i] <> zero then 'dimension_not_allowed'
          when a.mask >> 9 <> 0 and p_subject[a.i] = zero then 'dimension_required'
          when a.mask >> 9 <> 0 and coalesce(a.subject, p_subject_kind[a.i]) <> a.mask >> 9 then case when coalesce(a.subject, p_subject_kind[a.i]) = 0 then 'subject_unknown' else 'subject_kind' end
          when p_subject_kind[a.i] <> 0 and a.subject is null and (select 1 from accounting.subjects s where s.book_id = p_book
              and s.kind <> '' and s.kind = (array['contract', 'request', 'batch', 'injection'])[p_subject_kind[a.i]] and s.code = p_subject_code[a.i]) is not null then 'subject_code_taken'
          when a.mask & 4 <> 0 and p_class[a.i] = '' then 'economic_class_required'
          when a.mask & 4 = 0 and p_class[a.i] <> '' then 'economic_class_not_allowed'
          when p_account[a.i] = '9401' and p_debit[a.i] > 0 and p_period[p_voucher[a.i]] % 100 = 13 then 'period_event'
        end as bad,
        a.mask & 8 <> 0 and (select 1 from accounting.positions x where x.book_id = p_book and x.account = p_account[a.i] and x.project_id = p_project[a.i]
          and x.budget_line_id = p_budget_line[a.i] and x.subject_id = p_subject[a.i]) is null as absent,
        accounting.field(a.line_no::text) || accounting.field(p_account[a.i])
          || case when a.mask & 256 <> 0 then '9:authority' when a.mask & 128 <> 0 then '9:budgetary' else '9:financial' end
          || '36:' || p_project[a.i]::text || '36:' || p_budget_line[a.i]::text || '36:' || p_subject[a.i]::text
          || accounting.field(p_class[a.i]) || accounting.field(round(p_debit[a.i], 2)::text) || accounting.field(round(p_credit[a.i], 2)::text) as text
      from (select g.i, p_line_no[g.i] as line_no,
               (select c.mask from accounting.accounts c where c.book_id = p_book and c.code = p_account[g.i]) as mask,
               case when p_budget_line[g.i] <> zero then (select b.project_id = p_project[g.i] and b.fiscal_year = p_period[p_voucher[g.i]] / 100
                 from accounting.budget_lines b where b.book_id = p_book and b.budget_line_id = p_budget_line[g.i]) end as fits,
               case when p_subject[g.i] <> zero then (select case s.kind when 'contract' then 1 when 'request' then 2 when 'batch' then 3 else 4 end
                 from accounting.subjects s where s.book_id = p_book and s.subject_id = p_subject[g.i]) end as subject
              from generate_series(1, m) g(i) offset 0) a
    ) x;

  -- 3. Each voucher with its lines. A running sum over neighbouring lines tells most that balance; the rest is added up exactly.
  for i in 1..n loop
    last := first + p_line_count[i] - 1;
    code := v_code[i];
    if v_answer[i] is null and code is null then
      run := 0; suspect := false; legal := '';
      for j in first..last loop
        code := l_bad[j];
        if code is not null then -- said here, because the loop's j is gone behind it
          detail := accounting.line_detail(p_book, code, j - first + 1, p_account[j], p_project[j], p_budget_line[j], p_subject[j], p_period[i], p_debit[j], p_credit[j]);
          exit;
        end if;
        if j > first and (p_project[j] <> p_project[j - 1] or l_mask[j] & 384 <> l_mask[j - 1] & 384 or l_mask[j] & 256 <> 0 and p_budget_line[j] <> p_budget_line[j - 1]) and run <> 0 then
          suspect := true;
        end if;
        run := run + p_debit[j] - p_credit[j];
        suspect := suspect or l_mask[j] & 96 <> 0;
        legal := legal || l_text[j];
      end loop;
      if code is null then
        v_lines[i] := legal;
        if suspect or run <> 0 then
          select b.code, b.detail into code, detail
            from accounting.balance_fault(p_book, p_account[first:last], l_mask[first:last], p_project[first:last], p_budget_line[first:last], p_debit[first:last], p_credit[first:last]) b;
        end if;
        if code is null and special and p_kind[i] in ('reversal', 'correction', 'opening') then
          select r.code, r.detail into code, detail from accounting.check_special(p_book, p_kind[i], p_period[i], p_refers_period[i], p_refers_number[i],
            p_account[first:last], p_project[first:last], p_budget_line[first:last], p_subject[first:last], p_class[first:last], p_debit[first:last], p_credit[first:last],
            p_key is null and i < n and p_kind[i + 1] = 'correction' and p_refers_period[i + 1] = p_refers_period[i] and p_refers_number[i + 1] = p_refers_number[i],
            p_key is null and i > 1 and p_kind[i - 1] = 'reversal' and p_refers_period[i - 1] = p_refers_period[i] and p_refers_number[i - 1] = p_refers_number[i]) r;
        end if;
      end if;
    elsif code is not null then
      detail := accounting.voucher_detail(p_book, code, p_key[i], p_date[i], p_period[i], p_source[i], p_prepared[i], p_reviewed[i], p_line_count[i]);
    end if;
    if code is not null then
      v_code[i] := code; v_detail[i] := detail; v_good[i] := false; refused := true;
    else
      v_good[i] := v_answer[i] is null;
      if v_good[i] then posted := posted + 1; end if;
    end if;
    first := last + 1;
  end loop;

  if posted > 0 then
    -- 4. Positions: zero rows first (an upsert with a floor would refuse every legal decrease), then lock in key order, then decide.
    if absent then
      insert into accounting.positions (book_id, account, normal_side, project_id, budget_line_id, subject_id, debit, credit)
      select p_book, z.account, case when z.mask & 16 <> 0 then 'credit' else 'debit' end, z.project, z.line, z.subject, 0, 0
        from (select distinct p_account[g.i] as account, l_mask[g.i] as mask, p_project[g.i] as project, p_budget_line[g.i] as line, p_subject[g.i] as subject
                from generate_series(1, m) g(i) where l_absent[g.i] and v_good[p_voucher[g.i]] order by 1, 3, 4, 5) z
      on conflict do nothing;
    end if;
    select min(x.balance - y.decrease), array_agg(x.place), array_agg(y.d), array_agg(y.c), array_agg(x.balance), array_agg(y.account), array_agg(y.project), array_agg(y.line), array_agg(y.subject)
      into k_low, k_row, k_debit, k_credit, k_balance, k_account, k_project, k_line, k_subject
      from (select p_account[g.i] as account, p_project[g.i] as project, p_budget_line[g.i] as line, p_subject[g.i] as subject, sum(p_debit[g.i]) as d, sum(p_credit[g.i]) as c,
                   sum(case when l_mask[g.i] & 16 = 0 then greatest(p_credit[g.i], 0) - least(p_debit[g.i], 0) else greatest(p_debit[g.i], 0) - least(p_credit[g.i], 0) end) as decrease
              from generate_series(1, m) g(i) where l_mask[g.i] & 8 <> 0 and v_good[p_voucher[g.i]] group by 1, 2, 3, 4 order by 1, 2, 3, 4) y
     cross join lateral (select p.ctid as place, case p.normal_side when 'debit' then p.debit - p.credit else p.credit - p.debit end as balance
              from accounting.positions p where p.book_id = p_book and p.account = y.account and p.project_id = y.project and p.budget_line_id = y.line and p.subject_id = y.subject for update) x;

    -- 5. If even all decreases together leave every key at zero or above, no order of the vouchers can cross a floor.
    -- (The final sum alone would not do: a draw followed by a top-up would pass.) Otherwise walk the vouchers one by one.
    if k_low < 0 then
      select array_agg(w.voucher), array_agg(w.key), array_agg(w.d), array_agg(w.c), array_agg(w.net)
        into w_voucher, w_key, w_debit, w_credit, w_net
        from (select y.voucher, y.key, sum(y.d) as d, sum(y.c) as c, sum(y.net) as net
                from (select p_voucher[g.i] as voucher, dense_rank() over (order by p_account[g.i], p_project[g.i], p_budget_line[g.i], p_subject[g.i]) as key, p_debit[g.i] as d, p_credit[g.i] as c,
                             case when l_mask[g.i] & 16 = 0 then p_debit[g.i] - p_credit[g.i] else p_credit[g.i] - p_debit[g.i] end as net
                        from generate_series(1, m) g(i) where l_mask[g.i] & 8 <> 0 and v_good[p_voucher[g.i]]) y
               group by 1, 2 order by 1, 2) w;
      step := 1;
      while step <= cardinality(w_voucher) loop
        i := w_voucher[step]; j := step; short := null;
        while j <= cardinality(w_voucher) and w_voucher[j] = i loop
          if short is null and k_balance[w_key[j]] + w_net[j] < 0 then short := j; end if;
          j := j + 1;
        end loop;
        for j in step..j - 1 loop
          if short is null then
            k_balance[w_key[j]] := k_balance[w_key[j]] + w_net[j];
          else
            k_debit[w_key[j]] := k_debit[w_key[j]] - w_debit[j];
            k_credit[w_key[j]] := k_credit[w_key[j]] - w_credit[j];
          end if;
          step := j + 1;
        end loop;
        if short is not null then
          v_good[i] := false; refused := true; posted := posted - 1;
          v_code[i] := case when k_account[w_key[short]] like '9%' then 'budget_exceeded' else 'balance_exceeded' end;
          select x.detail, x.facts into detail, facts
            from accounting.floor_detail(p_book, k_account[w_key[short]], k_project[w_key[short]], k_line[w_key[short]], k_subject[w_key[short]], k_balance[w_key[short]], -w_net[short]) x;
          v_detail[i] := detail; v_facts[i] := facts;
        end if;
      end loop;
    end if;
  end if;

  if posted > 0 then
    -- The rows are locked, so their place stays; if it did not after all, the call is repeated rather than half done.
    update accounting.positions x set debit = x.debit + k_debit[g.i], credit = x.credit + k_credit[g.i]
      from generate_series(1, cardinality(k_row)) g(i) where x.ctid = k_row[g.i];
    get diagnostics touched = row_count;
    if touched <> coalesce(cardinality(k_row), 0) then
      raise exception 'positions moved under the lock' using errcode = 'AC900';
    end if;

    -- 6. Turnover, in key order.
    insert into accounting.turnover as t (book_id, period, account, project_id, budget_line_id, debit, credit)
    select p_book, y.period, y.account, y.project, y.line, y.d, y.c
      from (select p_period[p_voucher[g.i]] as period, p_account[g.i] as account, p_project[g.i] as project, p_budget_line[g.i] as line, sum(p_debit[g.i]) as d, sum(p_credit[g.i]) as c
              from generate_series(1, m) g(i) where v_good[p_voucher[g.i]] group by 1, 2, 3, 4 order by 1, 2, 3, 4) y
    on conflict (book_id, period, account, project_id, budget_line_id) do update set debit = t.debit + excluded.debit, credit = t.credit + excluded.credit;

    -- 7. The period rows, in order: gate and counter at once. A close that came between is seen here and the call repeated.
    this_period := null;
    loop
      next_period := null; counted := 0;
      for i in 1..n loop
        if v_good[i] and (this_period is null or p_period[i] > this_period) then
          if next_period is null or p_period[i] < next_period then next_period := p_period[i]; counted := 1;
          elsif p_period[i] = next_period then counted := counted + 1; end if;
        end if;
      end loop;
      this_period := next_period;
      exit when this_period is null;
      update accounting.periods p set last_number = p.last_number + counted where p.book_id = p_book and p.period = this_period and p.state = 'open' returning p.last_number into last;
      if not found then
        raise exception 'period % was closed meanwhile', this_period using errcode = 'AC900';
      end if;
      last := last - counted;
      for i in 1..n loop
        if v_good[i] and p_period[i] = this_period then last := last + 1; v_number[i] := last; end if;
      end loop;
    end loop;

    -- 8. Read only now, so that it rises with the number.
    recorded := clock_timestamp();
    -- 9. Subjects that are new, then everything else by one statement, so that the guards see vouchers and lines together.
    if declares then
      insert into accounting.subjects (book_id, subject_id, kind, code)
      select p_book, z.subject, (array['contract', 'request', 'batch', 'injection'])[z.kind], z.code
        from (select distinct p_subject[g.i] as subject, p_subject_kind[g.i] as kind, p_subject_code[g.i] as code from generate_series(1, m) g(i)
               where p_subject_kind[g.i] <> 0 and v_good[p_voucher[g.i]] order by 1) z
      on conflict do nothing;
    end if;
    if special then
      insert into accounting.reversals (book_id, period, number, by_period, by_number)
      select p_book, p_refers_period[g.i], p_refers_number[g.i], p_period[g.i], v_number[g.i] from generate_series(1, n) g(i) where v_good[g.i] and p_kind[g.i] = 'reversal';
    end if;
    select array_agg(case when v_good[g.i] then sha256('\x00'::bytea || convert_to(v_head[g.i] || accounting.field(v_number[g.i]::text) || v_tail[g.i]
             || accounting.field(((extract(epoch from recorded) * 1000000)::bigint)::text) || accounting.field(p_line_count[g.i]::text) || v_lines[g.i], 'UTF8')) end)
      into v_digest from generate_series(1, n) g(i);
    with
      v as (insert into accounting.vouchers (book_id, period, number, date, kind, source, source_document, memo, document_hashes, prepared_by, reviewed_by, posted_by, attachment_count, refers_period, refers_number, line_count, recorded_at, digest)
        select p_book, p_period[g.i], v_number[g.i], p_date[g.i], p_kind[g.i], p_source[g.i], p_document[g.i], p_memo[g.i], p_document_hashes[g.i], p_prepared[g.i], p_reviewed[g.i], p_posted[g.i], p_attachments[g.i],
               p_refers_period[g.i], p_refers_number[g.i], p_line_count[g.i], recorded, v_digest[g.i]
          from generate_series(1, n) g(i) where v_good[g.i]),
      l as (insert into accounting.lines (book_id, period, number, line_no, line_count, date, account, basis, project_id, budget_line_id, subject_id, economic_class, debit, credit)
        select p_book, p_period[p_voucher[g.i]], v_number[p_voucher[g.i]], p_line_no[g.i], p_line_count[p_voucher[g.i]], p_date[p_voucher[g.i]], p_account[g.i],
               case when l_mask[g.i] & 256 <> 0 then 'authority' when l_mask[g.i] & 128 <> 0 then 'budgetary' else 'financial' end,
               p_project[g.i], p_budget_line[g.i], p_subject[g.i], p_class[g.i], p_debit[g.i], p_credit[g.i]
          from generate_series(1, m) g(i) where v_good[p_voucher[g.i]])
    insert into accounting.commands (book_id, key, name, actor, at, request_hash, target, answer)
    select p_book, p_key[g.i], p_name[g.i], p_posted[g.i], recorded, p_hash[g.i], p_target[g.i],
           jsonb_build_object('period', p_period[g.i], 'number', v_number[g.i], 'recorded_at', recorded, 'digest', encode(v_digest[g.i], 'hex'))
      from generate_series(1, n) g(i) where v_good[g.i] and p_key is not null;
  end if;

  -- A refusal decided after waiting for another session may be that session's doing: the same key, or a reversal of the
  -- same voucher, has used up what this one lacks. Then the call is repeated and answers by what happened.
  if refused and exists (
    select 1 from generate_series(1, n) g(i) where v_code[g.i] is not null and v_answer[g.i] is null and (
      p_key is not null and (select 1 from accounting.commands c where c.book_id = p_book and c.key = p_key[g.i]) is not null
      or special and p_kind[g.i] = 'reversal' and v_code[g.i] in ('budget_exceeded', 'balance_exceeded')
        and (select 1 from accounting.reversals r where r.book_id = p_book and r.period = p_refers_period[g.i] and r.number = p_refers_number[g.i]) is not null)) then
    raise exception 'decided meanwhile by another session' using errcode = 'AC900';
  end if;
  if refused and p_key is not null then
    insert into accounting.refusals (book_id, refusal_id, at, actor, name, key, code, detail)
    select p_book, gen_random_uuid(), clock_timestamp(), p_posted[g.i], p_name[g.i], p_key[g.i], v_code[g.i], coalesce(v_detail[g.i], '') from generate_series(1, n) g(i) where v_code[g.i] is not null;
  end if;

  return query
    select g.i,
      case when v_code[g.i] is not null then 'refused' when v_good[g.i] then 'posted' else 'replayed' end,
      case when v_good[g.i] then p_period[g.i] end, case when v_good[g.i] then v_number[g.i] end,
      case when v_good[g.i] then recorded end, case when v_good[g.i] then v_digest[g.i] end,
      v_code[g.i], v_detail[g.i], v_facts[g.i], case when v_code[g.i] is null then v_answer[g.i] -> 'answer' end
    from generate_series(1, n) g(i);
end $$;

ALTER FUNCTION accounting.post(p_book bigint, p_key text[], p_name text[], p_hash bytea[], p_target uuid[], p_date date[], p_period integer[], p_kind text[], p_source text[], p_document uuid[], p_memo text[], p_document_hashes bytea[], p_prepared uuid[], p_reviewed uuid[], p_posted uuid[], p_attachments integer[], p_refers_period integer[], p_refers_number integer[], p_line_count integer[], p_voucher integer[], p_line_no integer[], p_account text[], p_project uuid[], p_budget_line uuid[], p_subject uuid[], p_subject_kind integer[], p_subject_code text[], p_class text[], p_debit numeric[], p_credit numeric[]) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.proposal_keeps() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if old.outcome is not null or to_jsonb(old) - array['outcome', 'ended_by', 'ended_at', 'ended_because'] <> to_jsonb(new) - array['outcome', 'ended_by', 'ended_at', 'ended_because'] then
    raise exception 'a proposal to close stays as it was made, and ends once' using errcode = 'AC033';
  end if;
  return new;
end $$;

ALTER FUNCTION accounting.proposal_keeps() OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.propose_close(p_book bigint, p_period integer, p_shown integer, p_by uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  p accounting.periods;
  c accounting.close_proposals;
  b record;
  given int;
begin
  select * into p from accounting.periods x where x.book_id = p_book and x.period = p_period for update;
  select string_agg(x.name || ': ' || x.detail, '; ' order by x.name, x.detail) as all_of_them, count(*) as n into b from accounting.blockers(p_book, p_period) x;
  if b.n > 0 then
    raise exception '%', b.all_of_them using errcode = 'AC038';
  end if;
  if p.last_number <> p_shown then
    raise exception 'period %: % vouchers were seen, % are there now, % more', p_period, p_shown, p.last_number, p.last_number - p_shown using errcode = 'AC088';
  end if;
  select * into c from accounting.close_proposals x where x.book_id = p_book and x.period = p_period and x.outcome is null;
  if c.last_number = p.last_number then
    raise exception 'period %: proposal % to close it with % vouchers stands since %', p_period, c.number, c.last_number, to_char(c.proposed_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') using errcode = 'AC089';
  end if;
  update accounting.close_proposals x set outcome = 'outdated', ended_by = p_by, ended_at = clock_timestamp() where x.book_id = p_book and x.period = p_period and x.outcome is null;
  insert into accounting.close_proposals (book_id, period, number, last_number, proposed_by)
    select p_book, p_period, coalesce(max(x.number), 0) + 1, p.last_number, p_by from accounting.close_proposals x where x.book_id = p_book and x.period = p_period
    returning number into given;
  return given;
end $$;

ALTER FUNCTION accounting.propose_close(p_book bigint, p_period integer, p_shown integer, p_by uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.reader_unit() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select nullif(nullif(current_setting('mingzhang.reads', true), ''), 'all')::uuid
$$;

ALTER FUNCTION accounting.reader_unit() OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.registry_grows() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  raise exception '%.% only grows: % refused', tg_table_schema, tg_table_name, lower(tg_op) using errcode = 'AC034';
end $$;

ALTER FUNCTION accounting.registry_grows() OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.registry_keeps() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if to_jsonb(old) - array['name', 'name_zh', 'name_en', 'statutory_code', 'unit_name'] <> to_jsonb(new) - array['name', 'name_zh', 'name_en', 'statutory_code', 'unit_name'] then
    raise exception '%.%: only a name may change', tg_table_schema, tg_table_name using errcode = 'AC034';
  end if;
  return new;
end $$;

ALTER FUNCTION accounting.registry_keeps() OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.settle(p_book bigint) RETURNS timestamp with time zone
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform 1 from accounting.periods p where p.book_id = p_book and p.state = 'open' order by p.period for share;
  return clock_timestamp();
end $$;

ALTER FUNCTION accounting.settle(p_book bigint) OWNER TO mingzhang_owner;

CREATE TABLE accounting.close_proposals (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    last_number integer NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    outcome text,
    ended_by uuid,
    ended_at timestamp with time zone,
    ended_because text,
    CONSTRAINT confirmed_by_another CHECK (((outcome IS DISTINCT FROM 'confirmed'::text) OR (ended_by <> proposed_by))),
    CONSTRAINT end_is_whole CHECK ((((outcome IS NULL) = (ended_by IS NULL)) AND ((outcome IS NULL) = (ended_at IS NULL)))),
    CONSTRAINT proposal_last_number CHECK ((last_number >= 0)),
    CONSTRAINT proposal_number CHECK ((number > 0)),
    CONSTRAINT proposal_outcome CHECK ((outcome = ANY (ARRAY['confirmed'::text, 'withdrawn'::text, 'outdated'::text]))),
    CONSTRAINT proposal_reason CHECK (((length(ended_because) >= 1) AND (length(ended_because) <= 500))),
    CONSTRAINT withdrawn_says_why CHECK (((NOT (outcome IS DISTINCT FROM 'withdrawn'::text)) = (ended_because IS NOT NULL)))
);

ALTER TABLE accounting.close_proposals OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.standing_proposal(p_book bigint, p_period integer, p_proposal integer) RETURNS accounting.close_proposals
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare c accounting.close_proposals;
begin
  select * into c from accounting.close_proposals x where x.book_id = p_book and x.period = p_period and x.number = p_proposal;
  if not found then
    raise exception 'period %: there is no proposal % to close it', p_period, coalesce(p_proposal::text, '(none)') using errcode = 'AC087';
  end if;
  if c.outcome is not null then
    raise exception 'period %: proposal % to close it was % on %', p_period, p_proposal, c.outcome, to_char(c.ended_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') using errcode = 'AC087';
  end if;
  return c;
end $$;

ALTER FUNCTION accounting.standing_proposal(p_book bigint, p_period integer, p_proposal integer) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.tree_root(p_leaves bytea[]) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  level bytea[] := p_leaves;
  above bytea[];
  i int;
begin
  if coalesce(cardinality(level), 0) = 0 then
    return sha256('');
  end if;
  while cardinality(level) > 1 loop
    above := array_fill(null::bytea, array[(cardinality(level) + 1) / 2]);
    for i in 1..cardinality(above) loop
      above[i] := case when 2 * i <= cardinality(level) then sha256('\x01'::bytea || level[2 * i - 1] || level[2 * i]) else level[2 * i - 1] end;
    end loop;
    level := above;
  end loop;
  return level[1];
end $$;

ALTER FUNCTION accounting.tree_root(p_leaves bytea[]) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.voucher_detail(p_book bigint, p_code text, p_key text, p_date date, p_period integer, p_source text, p_prepared uuid, p_reviewed uuid, p_line_count integer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select case p_code
    when 'key_reused' then format('key %s was used before with another request', p_key)
    when 'period_unknown' then format('%s lies in period %s, which this book has not opened', p_date, p_period)
    when 'period_closed' then format('period %s is closed, date %s', p_period, p_date)
    when 'same_person' then 'a voucher is prepared by one person and reviewed by another'
    when 'person_unknown' then format('this book does not know the person who %s', case
      when not exists (select 1 from accounting.persons a where a.book_id = p_book and a.person_id = p_prepared) then 'prepared it'
      when not exists (select 1 from accounting.persons a where a.book_id = p_book and a.person_id = p_reviewed) then 'reviewed it' else 'posts it' end)
    when 'attachment_required' then 'a voucher has at least one attachment (R06)'
    when 'kind_not_allowed' then 'only a demonstration book takes vouchers without paper'
    when 'voucher_empty' then format('%s lines; a voucher has at least two', p_line_count)
    when 'period_event' then format('period 14 takes Y1, Y2, Y3 and nothing else, and they no other period; this is %s in %s', p_source, p_period)
  end
$$;

ALTER FUNCTION accounting.voucher_detail(p_book bigint, p_code text, p_key text, p_date date, p_period integer, p_source text, p_prepared uuid, p_reviewed uuid, p_line_count integer) OWNER TO mingzhang_owner;

CREATE FUNCTION accounting.withdraw_close(p_book bigint, p_period integer, p_proposal integer, p_because text, p_by uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform 1 from accounting.periods p where p.book_id = p_book and p.period = p_period for update;
  perform accounting.standing_proposal(p_book, p_period, p_proposal);
  update accounting.close_proposals x set outcome = 'withdrawn', ended_by = p_by, ended_at = clock_timestamp(), ended_because = p_because
   where x.book_id = p_book and x.period = p_period and x.number = p_proposal;
end $$;

ALTER FUNCTION accounting.withdraw_close(p_book bigint, p_period integer, p_proposal integer, p_because text, p_by uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION api.account_keeps() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if (old.book_id, old.account, old.person_id, old.opened_at) is distinct from (new.book_id, new.account, new.person_id, new.opened_at) then
    raise exception 'account % stays its person''s', old.account using errcode = 'AC034';
  end if;
  return new;
end $$;

ALTER FUNCTION api.account_keeps() OWNER TO mingzhang_owner;

CREATE FUNCTION api.carry_out_account(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents; k jsonb; who uuid;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document and x.kind = 'account' and x.state = 'granted' for update;
  if not found or exists (select from api.account_documents x where x.book_id = in_book and x.document_id = document) then
    raise exception 'there is no granted account document that waits to take effect' using errcode = 'AC043';
  end if;
  k := d.content;
  who := projects.person_called(in_book, k ->> 'person');
  if exists (select from projects.acts a where a.book_id = in_book and a.document_id = document and a.verb = 'approve' and a.person_id = who) then
    raise exception 'nobody approves % for oneself', d.number using errcode = 'AC045';
  end if;
  if exists (select from projects.departures l where l.book_id = in_book and l.person_id = who and l.left_on <= current_date) then
    raise exception '% has left', k ->> 'person' using errcode = 'AC044';
  end if;
  if coalesce((k ->> 'reset')::boolean, false) then
    update api.accounts a set password_hash = null, start_until = null, disabled_at = null where a.book_id = in_book and a.account = k ->> 'account' and a.person_id = who;
    if not found then
      raise exception '% has no account %', k ->> 'person', k ->> 'account' using errcode = 'AC080';
    end if;
    update api.second_factors f set secret = null, waiting_secret = null, code_set = null where f.book_id = in_book and f.account = k ->> 'account';
    delete from api.sessions s where s.book_id = in_book and s.account = k ->> 'account';
  else
    insert into api.accounts (book_id, account, person_id) values (in_book, k ->> 'account', who);
  end if;
  insert into api.account_documents (book_id, document_id, account) values (in_book, document, k ->> 'account');
end $$;

ALTER FUNCTION api.carry_out_account(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION api.change_password(in_book bigint, name text, old_hash text, new_hash text, but_session bytea) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  update api.accounts a set password_hash = new_hash, start_until = null where a.book_id = in_book and a.account = name and a.password_hash = old_hash and a.disabled_at is null;
  if not found then
    return false;
  end if;
  delete from api.sessions s where s.book_id = in_book and s.account = name and s.session_hash <> but_session;
  return true;
end $$;

ALTER FUNCTION api.change_password(in_book bigint, name text, old_hash text, new_hash text, but_session bytea) OWNER TO mingzhang_owner;

CREATE FUNCTION api.disable_account(in_book bigint, name text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  update api.accounts a set disabled_at = coalesce(a.disabled_at, clock_timestamp()) where a.book_id = in_book and a.account = name;
  if not found then
    raise exception 'this book has no account %', name using errcode = 'AC080';
  end if;
  delete from api.sessions s where s.book_id = in_book and s.account = name;
end $$;

ALTER FUNCTION api.disable_account(in_book bigint, name text) OWNER TO mingzhang_owner;

CREATE FUNCTION api.locked_until(in_book bigint, name text, from_address text, moment timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with known as (
    select exists (select from api.sign_ins s where s.book_id = in_book and s.account = name and s.address = from_address and s.outcome = 'signed_in'
      and s.at > moment - interval '90 days' and s.at < moment) as here
  ), failed as (
    select t.at, t.account, t.address from api.sign_ins t
     where t.book_id = in_book and t.outcome = 'tried' and t.at > moment - interval '30 minutes' and t.at < moment and (t.account = name or t.address = from_address)
       and not exists (select from api.sign_ins s where s.book_id = in_book and s.account = t.account and s.address = t.address and s.outcome in ('signed_in', 'confirmed') and s.at > t.at and s.at < moment)
  ), counted as (
    select f.at, 5 as most, count(*) over (order by f.at range between interval '15 minutes' preceding and current row) as n
      from failed f cross join known where f.account = name and (not known.here or f.address = from_address)
    union all
    select f.at, 50, count(*) over (order by f.at range between interval '15 minutes' preceding and current row) from failed f where f.address = from_address
  )
  select max(c.at) + interval '15 minutes' from counted c where c.n >= c.most having max(c.at) + interval '15 minutes' > moment
$$;

ALTER FUNCTION api.locked_until(in_book bigint, name text, from_address text, moment timestamp with time zone) OWNER TO mingzhang_owner;

CREATE FUNCTION api.one_time_code_keeps() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if old.used_at is not null or to_jsonb(old) - 'used_at' <> to_jsonb(new) - 'used_at' then
    raise exception 'a one-time code is used once' using errcode = 'AC034';
  end if;
  return new;
end $$;

ALTER FUNCTION api.one_time_code_keeps() OWNER TO mingzhang_owner;

CREATE FUNCTION api.open_account(in_book bigint, person uuid, name text, hash text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  insert into api.accounts (book_id, account, person_id, password_hash, start_until) values (in_book, name, person, hash, clock_timestamp() + interval '7 days')
$$;

ALTER FUNCTION api.open_account(in_book bigint, person uuid, name text, hash text) OWNER TO mingzhang_owner;

CREATE FUNCTION api.open_demonstration_accounts(in_book bigint, hash text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
  insert into api.accounts (book_id, account, person_id, password_hash)
    select p.book_id, p.code, p.person_id, hash from accounting.persons p join accounting.books b using (book_id)
     where b.book_id = in_book and b.kind = 'demo' and p.code ~ '^[a-z0-9][a-z0-9._-]{1,63}$' on conflict do nothing
$_$;

ALTER FUNCTION api.open_demonstration_accounts(in_book bigint, hash text) OWNER TO mingzhang_owner;

CREATE FUNCTION api.start_password(in_book bigint, document uuid, approver uuid, hash text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare name text;
begin
  update api.account_documents x set start_password_at = clock_timestamp()
   where x.book_id = in_book and x.document_id = document and x.start_password_at is null
     and exists (select from projects.acts a where a.book_id = in_book and a.document_id = document and a.verb = 'approve' and a.person_id = approver) returning x.account into name;
  if name is not null then
    update api.accounts a set password_hash = hash, start_until = clock_timestamp() + interval '7 days' where a.book_id = in_book and a.account = name and a.password_hash is null and a.disabled_at is null;
  end if;
  if name is null or not found then
    raise exception 'a start password is made once for an approved document, by who approved it' using errcode = 'AC081';
  end if;
  return name;
end $$;

ALTER FUNCTION api.start_password(in_book bigint, document uuid, approver uuid, hash text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.act(in_book bigint, document uuid, by_verb text, person uuid, in_unit uuid, as_role text, behalf uuid, shown_hash bytea, because text, outside uuid DEFAULT NULL::uuid, OUT old_state text, OUT new_state text, OUT ordinal integer, OUT complete boolean) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  d projects.documents := projects.require_document(in_book, document, person, in_unit, as_role, behalf);
  s record; o projects.outside_acts; has text; persons int; signed int; wanted int; payer uuid := in_unit;
begin
  if d.content_hash <> shown_hash then
    raise exception '% says something else than what was shown; look at it again', d.number using errcode = 'AC042';
  end if;
  select * into s from projects.steps() x where x.kind = d.kind and x.verb = by_verb and x.from_state = d.state and x.flow in ('', d.flow);
  if not found then
    raise exception '% is %; from there: %', d.number, d.state, coalesce((select string_agg(distinct x.verb, ', ') from projects.steps() x
      where x.kind = d.kind and x.from_state = d.state and x.flow in ('', d.flow)), 'nothing more') using errcode = 'AC043';
  end if;
  if outside is null then
    if not as_role = any (s.roles) then
      raise exception '% of a % is for %, not for %', by_verb, d.kind, array_to_string(s.roles, ', '), as_role using errcode = 'AC044';
    end if;
    if projects.is_left_to_admin(in_book, d.kind, s.duty, as_role) then
      raise exception '% of a % is for the administrator, whom this book has', by_verb, d.kind using errcode = 'AC044';
    end if;
    insert into projects.duties (book_id, document_id, person_id, duty) values (in_book, document, person, s.duty) on conflict do nothing;
    select x.duty into has from projects.duties x where x.book_id = in_book and x.document_id = document and x.person_id = person;
    if has <> s.duty then
      raise exception 'this person has the duty % on % already and cannot also %', has, d.number, by_verb || case when d.kind = 'payment_request' and not exists (
          select from projects.role_grants g where g.book_id = in_book and g.role = any (s.roles) and projects.reaches(d, g.role, g.unit_id) and projects.holds(in_book, g.person_id, g.unit_id, g.role, null)
            and not exists (select from projects.duties x where x.book_id = in_book and x.document_id = document and x.person_id = g.person_id and x.duty <> s.duty))
        then format('; nobody else is left who could: a payment of the flow %s takes %s different persons', d.flow, projects.minimum_persons(in_book, d.flow)) else '' end using errcode = 'AC045';
    end if;
  else
    select * into o from projects.outside_acts x where x.book_id = in_book and x.outside_act_id = outside and x.document_id = document for update;
    if not found or o.checked_by is not null or o.verb <> by_verb or not 'outside' = any (s.roles) then
      raise exception 'there is no outside act to check here' using errcode = 'AC043';
    end if;
    if o.entered_by = person then
      raise exception 'an outside act is entered by one person and checked by another' using errcode = 'AC045';
    end if;
    if o.document_hash <> d.content_hash then
      raise exception '% says something else than what was signed outside', d.number using errcode = 'AC042';
    end if;
    update projects.outside_acts x set checked_by = person where x.book_id = in_book and x.outside_act_id = outside;
  end if;
  old_state := d.state; new_state := s.to_state;

  if d.kind = 'payment_request' and by_verb = 'approve' then
    -- the payer's organisation is not to approve alone what it leads (programme 10)
    if payer in (select l.unit_id from projects.leads(in_book, d.node_id) l) and exists (select from projects.leads(in_book, d.node_id) l where l.unit_id <> payer)
      and not exists (select from projects.acts a where a.book_id = in_book and a.document_id = document and a.round = d.round and a.verb = 'lead_approve'
        and a.unit_id <> payer and a.unit_id in (select l.unit_id from projects.leads(in_book, d.node_id) l)) then
      raise exception 'the paying unit leads this project too: another lead unit approves first' using errcode = 'AC046';
    end if;
    wanted := projects.approvers_needed(in_book, d.amount);
    select count(distinct coalesce(a.outside_name, a.person_id::text)) + 1 into signed from projects.acts a where a.book_id = in_book and a.document_id = document and a.round = d.round
      and a.verb in ('approve', 'countersign') and (a.entered_by is not null or a.person_id <> person);
    if signed < wanted then
      new_state := d.state;
    end if;
  end if;
  if d.kind = 'payment_request' and by_verb = 'order' then
    -- who acted on it before it went back to its maker, and not since, has not acted on what is paid
    select count(*) into persons from projects.duties x where x.book_id = in_book and x.document_id = document and (x.person_id = act.person
      or d.round = coalesce((select max(a.round) from projects.acts a where a.book_id = in_book and a.document_id = document and a.person_id = x.person_id and a.entered_by is null),
        case when x.duty in ('prepare', 'file') then 0 else d.round end)); -- to have written it is no act
    if persons < projects.minimum_persons(in_book, d.flow) then
      raise exception '% different persons have acted on %, its flow needs %', persons, d.number, projects.minimum_persons(in_book, d.flow) using errcode = 'AC047';
    end if;
  end if;

  select coalesce(max(a.ordinal), 0) + 1 into act.ordinal from projects.acts a where a.book_id = in_book and a.document_id = document;
  insert into projects.acts (book_id, document_id, ordinal, round, verb, duty, from_state, to_state, person_id, unit_id, role, on_behalf_of, document_hash, reason,
      outside_name, outside_office, outside_date, paper_hash, entered_by)
    values (in_book, document, act.ordinal, d.round, by_verb, s.duty, old_state, new_state, person, in_unit, as_role, behalf, shown_hash, because, o.name, o.office, o.day, o.paper_hash, o.entered_by);
  update projects.documents x set state = new_state, since = case when new_state = old_state then x.since else clock_timestamp() end,
      round = x.round + (new_state = 'returned')::int where x.book_id = in_book and x.document_id = document;
  complete := new_state <> old_state or s.from_state = s.to_state;
end $$;

ALTER FUNCTION projects.act(in_book bigint, document uuid, by_verb text, person uuid, in_unit uuid, as_role text, behalf uuid, shown_hash bytea, because text, outside uuid, OUT old_state text, OUT new_state text, OUT ordinal integer, OUT complete boolean) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.add_bank_statement(in_book bigint, in_account uuid, of_month integer, by_import uuid, opens numeric, said jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare a projects.bank_accounts; before_month int := case when of_month % 100 = 1 then of_month - 89 else of_month - 1 end; closed numeric; wrong record; came numeric; went numeric; ends numeric; n int;
begin
  select * into a from projects.bank_accounts x where x.book_id = in_book and x.bank_account_id = in_account for update;
  perform from accounting.periods p where p.book_id = in_book and p.period = of_month for share;
  if exists (select from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = in_account and s.month = of_month) then
    raise exception 'account %: the statement of % is in already', a.number, of_month using errcode = 'AC074';
  end if;
  if exists (select from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = in_account) then
    select s.closing into closed from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = in_account and s.month = before_month;
    if closed is null then
      raise exception 'account %: the statement of % comes first', a.number, before_month using errcode = 'AC074';
    end if;
    if closed <> opens then
      raise exception 'account %: % opens with %, % closed with %: % apart', a.number, of_month, projects.fen(opens), before_month, projects.fen(closed), projects.fen(opens - closed) using errcode = 'AC074';
    end if;
  else
    before_month := null;
  end if;
  select count(*), coalesce(sum(x.received), 0), coalesce(sum(x.paid), 0) into n, came, went from jsonb_to_recordset(said) as x (received numeric, paid numeric);
  insert into projects.bank_statements (book_id, bank_account_id, month, month_before, import_id, opening, received, paid, closing, line_count)
    values (in_book, in_account, of_month, before_month, by_import, opens, came, went, opens + came - went, n);
  insert into projects.bank_lines (book_id, bank_account_id, month, line_no, day, received, paid, balance, party, party_number, memo, serial)
    select in_book, in_account, of_month, x.line_no, x.day, x.received, x.paid, x.balance, x.party, x.party_number, x.memo, x.serial
      from jsonb_to_recordset(said) as x (line_no int, day date, received numeric, paid numeric, balance numeric, party text, party_number text, memo text, serial text);
  select * into wrong from (select l.line_no, l.balance, opens + sum(l.received - l.paid) over (order by l.line_no) as follows from projects.bank_lines l
    where l.book_id = in_book and l.bank_account_id = in_account and l.month = of_month) x where x.balance <> x.follows order by x.line_no limit 1;
  if found then
    raise exception 'account %, line % of %: the balance is %, it follows %', a.number, wrong.line_no, of_month, projects.fen(wrong.balance), projects.fen(wrong.follows) using errcode = 'AC074';
  end if;
end $$;

ALTER FUNCTION projects.add_bank_statement(in_book bigint, in_account uuid, of_month integer, by_import uuid, opens numeric, said jsonb) OWNER TO mingzhang_owner;

CREATE TABLE projects.contracts (
    book_id bigint NOT NULL,
    contract_id uuid NOT NULL,
    number text NOT NULL,
    node_id uuid NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    supplier text NOT NULL,
    credit_code text NOT NULL,
    payee text NOT NULL,
    signed_on date NOT NULL,
    original_price accounting.yuan NOT NULL,
    price accounting.yuan NOT NULL,
    funded accounting.yuan NOT NULL,
    draw_by text NOT NULL,
    recoup_rate numeric(7,4),
    progress_rate numeric(7,4) NOT NULL,
    settled_rate numeric(7,4) NOT NULL,
    retention_rate numeric(7,4) NOT NULL,
    defects_months integer NOT NULL,
    state text DEFAULT 'effective'::text NOT NULL,
    settled_price accounting.yuan,
    settled_on date,
    terminated_on date,
    advance_terms accounting.yuan NOT NULL,
    advance_held accounting.yuan DEFAULT 0 NOT NULL,
    advance_paid accounting.yuan DEFAULT 0 NOT NULL,
    advance_recouped accounting.yuan DEFAULT 0 NOT NULL,
    certified accounting.yuan DEFAULT 0 NOT NULL,
    certified_payable accounting.yuan DEFAULT 0 NOT NULL,
    payable_held accounting.yuan DEFAULT 0 NOT NULL,
    payable_paid accounting.yuan DEFAULT 0 NOT NULL,
    deducted accounting.yuan DEFAULT 0 NOT NULL,
    retention_kept accounting.yuan DEFAULT 0 NOT NULL,
    retention_held accounting.yuan DEFAULT 0 NOT NULL,
    retention_paid accounting.yuan DEFAULT 0 NOT NULL,
    retention_forfeited accounting.yuan DEFAULT 0 NOT NULL,
    claimed accounting.yuan DEFAULT 0 NOT NULL,
    claim_returned accounting.yuan DEFAULT 0 NOT NULL,
    payable_now numeric GENERATED ALWAYS AS (GREATEST((0)::numeric, LEAST((((certified_payable)::numeric - (payable_held)::numeric) - (payable_paid)::numeric), ((((((price)::numeric - (advance_held)::numeric) - (advance_paid)::numeric) - (payable_held)::numeric) - (payable_paid)::numeric) - (retention_kept)::numeric), ((((round(((
CASE
    WHEN (state = 'settled'::text) THEN settled_rate
    ELSE progress_rate
END * (certified)::numeric) / (100)::numeric), 2) - (advance_recouped)::numeric) - (payable_held)::numeric) - (payable_paid)::numeric) - (deducted)::numeric)))) STORED,
    CONSTRAINT advance_within_terms CHECK ((((advance_held)::numeric + (advance_paid)::numeric) <= (advance_terms)::numeric)),
    CONSTRAINT certified_adds_up CHECK (((certified_payable)::numeric = ((((certified)::numeric + (claimed)::numeric) - (advance_recouped)::numeric) - (retention_kept)::numeric))),
    CONSTRAINT certified_within_price CHECK (((certified)::numeric <= (price)::numeric)),
    CONSTRAINT contracts_advance_held_check CHECK (((advance_held)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_advance_paid_check CHECK (((advance_paid)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_advance_recouped_check CHECK (((advance_recouped)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_certified_check CHECK (((certified)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_certified_payable_check CHECK (((certified_payable)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_check CHECK ((((advance_terms)::numeric >= (0)::numeric) AND ((advance_terms)::numeric <= (price)::numeric))),
    CONSTRAINT contracts_claim_returned_check CHECK (((claim_returned)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_claimed_check CHECK (((claimed)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_deducted_check CHECK (((deducted)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_defects_months_check CHECK (((defects_months >= 0) AND (defects_months <= 120))),
    CONSTRAINT contracts_draw_by_check CHECK ((draw_by = ANY (ARRAY['order'::text, 'shares'::text]))),
    CONSTRAINT contracts_funded_check CHECK (((funded)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_name_check CHECK ((name <> ''::text)),
    CONSTRAINT contracts_number_check CHECK ((number <> ''::text)),
    CONSTRAINT contracts_original_price_check CHECK (((original_price)::numeric > (0)::numeric)),
    CONSTRAINT contracts_payable_held_check CHECK (((payable_held)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_payable_paid_check CHECK (((payable_paid)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_price_check CHECK (((price)::numeric > (0)::numeric)),
    CONSTRAINT contracts_progress_rate_check CHECK (((progress_rate > (0)::numeric) AND (progress_rate <= (100)::numeric))),
    CONSTRAINT contracts_recoup_rate_check CHECK (((recoup_rate >= (0)::numeric) AND (recoup_rate <= (100)::numeric))),
    CONSTRAINT contracts_retention_forfeited_check CHECK (((retention_forfeited)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_retention_held_check CHECK (((retention_held)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_retention_kept_check CHECK (((retention_kept)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_retention_paid_check CHECK (((retention_paid)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_retention_rate_check CHECK (((retention_rate >= (0)::numeric) AND (retention_rate < (100)::numeric))),
    CONSTRAINT contracts_settled_price_check CHECK (((settled_price)::numeric >= (0)::numeric)),
    CONSTRAINT contracts_settled_rate_check CHECK (((settled_rate > (0)::numeric) AND (settled_rate <= (100)::numeric))),
    CONSTRAINT contracts_state_check CHECK ((state = ANY (ARRAY['effective'::text, 'settled'::text, 'terminated'::text]))),
    CONSTRAINT contracts_supplier_check CHECK ((supplier <> ''::text)),
    CONSTRAINT contracts_type_check CHECK ((type = ANY (ARRAY['works'::text, 'goods'::text, 'services'::text]))),
    CONSTRAINT funded_within_price CHECK (((funded)::numeric <= (price)::numeric)),
    CONSTRAINT paid_within_certified CHECK ((((payable_held)::numeric + (payable_paid)::numeric) <= (certified_payable)::numeric)),
    CONSTRAINT recouped_within_advance CHECK (((advance_recouped)::numeric <= (advance_paid)::numeric)),
    CONSTRAINT retention_of_works_at_most_three_percent CHECK (((type <> 'works'::text) OR (retention_rate <= (3)::numeric))),
    CONSTRAINT retention_within_kept CHECK (((((retention_held)::numeric + (retention_paid)::numeric) + (retention_forfeited)::numeric) <= (retention_kept)::numeric)),
    CONSTRAINT retention_within_rate CHECK (((retention_kept)::numeric <= round((((certified)::numeric * retention_rate) / (100)::numeric), 2))),
    CONSTRAINT returned_within_claim CHECK (((claim_returned)::numeric <= (claimed)::numeric)),
    CONSTRAINT settled_closes_advance CHECK (((state <> 'settled'::text) OR (((advance_held)::numeric = (0)::numeric) AND ((advance_paid)::numeric = (advance_recouped)::numeric)))),
    CONSTRAINT settled_is_whole CHECK (((num_nonnulls(settled_price, settled_on) =
CASE state
    WHEN 'settled'::text THEN 2
    ELSE 0
END) AND ((settled_price IS NULL) OR ((settled_price)::numeric = (certified)::numeric)))),
    CONSTRAINT terminated_has_day CHECK (((state <> 'terminated'::text) OR (terminated_on IS NOT NULL)))
);

ALTER TABLE projects.contracts OWNER TO mingzhang_owner;

CREATE FUNCTION projects.add_certificate(c projects.contracts, document uuid, day date, k jsonb, settles boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare i jsonb; now projects.contract_items; total numeric := 0; reached numeric; n int; gross numeric := (k ->> 'gross')::numeric;
begin
  select coalesce(max(x.number), 0) + 1 into n from projects.certificates x where x.book_id = c.book_id and x.contract_id = c.contract_id;
  if n is distinct from (k ->> 'certificate_no')::int then
    raise exception 'contract %: the next certificate is no. %, not no. %', c.number, n, k ->> 'certificate_no' using errcode = 'AC043';
  end if;
  if c.certified + gross > c.price then
    raise exception 'contract %: price %, certified %, asked %: % too much', c.number, projects.fen(c.price), projects.fen(c.certified), projects.fen(gross), projects.fen(c.certified + gross - c.price) using errcode = 'AC048';
  end if;
  if (k ->> 'recouped')::numeric > c.advance_paid - c.advance_recouped then
    raise exception 'contract %: advance paid %, recouped %, asked %: % too much', c.number, projects.fen(c.advance_paid), projects.fen(c.advance_recouped), projects.fen((k ->> 'recouped')::numeric),
      projects.fen((k ->> 'recouped')::numeric - c.advance_paid + c.advance_recouped) using errcode = 'AC048';
  end if;
  update projects.contracts x set certified = x.certified + gross, advance_recouped = x.advance_recouped + (k ->> 'recouped')::numeric, retention_kept = x.retention_kept + (k ->> 'retained')::numeric,
      certified_payable = x.certified_payable + (k ->> 'net')::numeric, deducted = x.deducted + coalesce((k ->> 'deducted')::numeric, 0),
      state = case when settles then 'settled' else x.state end, settled_price = case when settles then x.certified + gross end, settled_on = case when settles then day end
    where x.book_id = c.book_id and x.contract_id = c.contract_id returning * into c;
  insert into projects.certificates (book_id, certificate_id, contract_id, number, day, gross, recouped, retained, deducted, net, certified, payable_now, formula)
    values (c.book_id, document, c.contract_id, n, day, gross, (k ->> 'recouped')::numeric, (k ->> 'retained')::numeric, coalesce((k ->> 'deducted')::numeric, 0), (k ->> 'net')::numeric,
      c.certified, c.payable_now, projects.payable_formula(c));
  for i in select * from jsonb_array_elements(k -> 'items') loop
    select * into now from projects.contract_items x where x.book_id = c.book_id and x.contract_id = c.contract_id and x.code = i ->> 'code';
    if not found then
      raise exception 'contract % has no item %', c.number, i ->> 'code' using errcode = 'AC048';
    end if;
    if settles then
      i := jsonb_build_object('code', now.code, 'amount', (i ->> 'amount')::numeric - now.certified_amount);
      update projects.contract_items x set settled_amount = x.certified_amount + (i ->> 'amount')::numeric where x.book_id = c.book_id and x.contract_id = c.contract_id and x.code = now.code;
    else
      now.certified_quantity := now.certified_quantity + coalesce((i ->> 'quantity')::numeric, 0);
      now.certified_percent := now.certified_percent + coalesce((i ->> 'percent')::numeric, 0);
      if now.certified_quantity > now.quantity or now.certified_percent > 100 then
        raise exception 'contract %: item % would reach % of %', c.number, now.code, coalesce(now.certified_quantity::text, now.certified_percent || ' %'), coalesce(now.quantity::text, '100 %') using errcode = 'AC048';
      end if;
      reached := case when now.quantity is null then round(now.amount * now.certified_percent / 100, 2) else round(now.certified_quantity * now.unit_price, 2) end;
      if reached is distinct from now.certified_amount + (i ->> 'amount')::numeric then
        raise exception 'contract %: item % comes to %, of which % is certified: not % but %', c.number, now.code, projects.fen(reached), projects.fen(now.certified_amount),
          projects.fen((i ->> 'amount')::numeric), projects.fen(reached - now.certified_amount) using errcode = 'AC042';
      end if;
      update projects.contract_items x set certified_quantity = now.certified_quantity, certified_percent = now.certified_percent, certified_amount = reached
        where x.book_id = c.book_id and x.contract_id = c.contract_id and x.code = now.code;
    end if;
    insert into projects.certificate_items (book_id, certificate_id, contract_id, code, quantity, percent, cumulative, amount)
      values (c.book_id, document, c.contract_id, now.code, (i ->> 'quantity')::numeric, (i ->> 'percent')::numeric, (i ->> 'cumulative')::numeric, (i ->> 'amount')::numeric);
    total := total + (i ->> 'amount')::numeric;
  end loop;
  if total <> gross then
    raise exception 'contract %: the items of certificate no. % come to %, not %', c.number, n, projects.fen(total), projects.fen(gross) using errcode = 'AC042';
  end if;
end $$;

ALTER FUNCTION projects.add_certificate(c projects.contracts, document uuid, day date, k jsonb, settles boolean) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.add_milestone(in_book bigint, in_node uuid, reached text, on_day date, document uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  way text[] := '{approved,in_progress,completed,accepted,final_account,capitalised,closed}'; now projects.node_milestones; n projects.nodes; follows boolean;
begin
  select * into n from projects.nodes x where x.book_id = in_book and x.node_id = in_node for update;
  select * into now from projects.node_milestones m where m.book_id = in_book and m.node_id = in_node order by m.ordinal desc limit 1;
  follows := case
    when now.milestone in ('closed', 'cancelled') then false
    when now.milestone = 'suspended' then reached in ('in_progress', 'cancelled')
    when reached in ('suspended', 'cancelled') then coalesce(now.milestone, 'approved') in ('approved', 'in_progress')
    when reached in ('final_account', 'capitalised') then now.milestone = way[array_position(way, reached) - 1]
    when reached = 'closed' and n.type = 'works' then coalesce(now.milestone in ('final_account', 'capitalised'), false)
    else coalesce(array_position(way, reached) > array_position(way, now.milestone), true)
  end;
  if not coalesce(follows, false) or on_day < now.day then
    raise exception 'project % is % since %: it does not become % on %', n.code, coalesce(now.milestone, 'a draft'), coalesce(now.day::text, 'its beginning'), reached, on_day using errcode = 'AC064';
  end if;
  if reached = 'capitalised' then
    perform projects.require_certified(in_book, in_node);
  end if;
  insert into projects.node_milestones (book_id, node_id, ordinal, milestone, day, document_id) values (in_book, in_node, coalesce(now.ordinal, 0) + 1, reached, on_day, document);
end $$;

ALTER FUNCTION projects.add_milestone(in_book bigint, in_node uuid, reached text, on_day date, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.approve_reissue(in_book bigint, document uuid, line integer, year integer, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare l projects.payment_lines; r projects.reissues;
begin
  perform projects.require_desk(in_book, document, person, in_unit, as_role, '{treasury_officer}');
  l := projects.line_of(in_book, document, line, '{failed}');
  select * into r from projects.reissues x where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = line order by x.attempt desc limit 1 for update;
  if not found or r.approved_by is not null then
    raise exception 'line %: no new order waits to be approved', line using errcode = 'AC043';
  end if;
  if r.entered_by = person then
    raise exception 'a new order is entered by one person and approved by another' using errcode = 'AC045';
  end if;
  update projects.reissues x set approved_by = person where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = line and x.attempt = r.attempt;
  update projects.payment_lines x set state = 'ordered', account_number = r.account_number, order_number = projects.next_number(in_book, 'ZFPZ', approve_reissue.year)
    where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = line;
end $$;

ALTER FUNCTION projects.approve_reissue(in_book bigint, document uuid, line integer, year integer, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.approvers_needed(in_book bigint, of_amount numeric) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select coalesce((select b.approvers from projects.approval_bands b where b.book_id = in_book and b.from_amount <= of_amount order by b.from_amount desc limit 1), 1)
$$;

ALTER FUNCTION projects.approvers_needed(in_book bigint, of_amount numeric) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.asset_keeps() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if to_jsonb(old) - array['settled_value', 'settled_by', 'provisional'] <> to_jsonb(new) - array['settled_value', 'settled_by', 'provisional'] or new.settled_value is null then
    raise exception 'asset %: only its settled value may change', old.name using errcode = 'AC034';
  end if;
  return new;
end $$;

ALTER FUNCTION projects.asset_keeps() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.bank_balances(in_book bigint, in_account uuid, of_month integer, OUT ledger numeric, OUT statement numeric, OUT beginning numeric) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare begun int := projects.bank_begins(in_book, in_account);
begin
  select coalesce(sum(l.amount), 0), -coalesce(sum(l.amount) filter (where l.period <= begun), 0) into ledger, beginning from projects.bank_ledger(in_book, in_account, of_month) l;
  select s.closing into statement from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = in_account and s.month = of_month;
  beginning := beginning + coalesce((select s.closing from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = in_account and s.month = begun),
    (select s.opening from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = in_account and s.month > begun order by s.month limit 1), 0);
end $$;

ALTER FUNCTION projects.bank_balances(in_book bigint, in_account uuid, of_month integer, OUT ledger numeric, OUT statement numeric, OUT beginning numeric) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.bank_begins(in_book bigint, in_account uuid) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select greatest((select case when min(s.month) % 100 = 1 then min(s.month) - 89 else min(s.month) - 1 end from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = in_account),
    (select min(v.period) from projects.bank_ledger(in_book, in_account, 999912) l join accounting.vouchers v on v.book_id = in_book and v.period = l.period and v.number = l.number and v.kind = 'opening'))
$$;

ALTER FUNCTION projects.bank_begins(in_book bigint, in_account uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.bank_blockers(in_book bigint, of_month integer) RETURNS TABLE(name text, detail text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select 'bank_account_missing', format('project %s has money on %s and no account with a bank is registered for it', g.code, t.account)
    from accounting.turnover t join accounting.ledgers g on g.book_id = t.book_id and g.project_id = t.project_id
   where of_month % 100 <= 12 and projects.treasury_lists_required(in_book) and t.book_id = in_book and t.period <= of_month and t.account in ('1002.01', '1002.02')
     and not exists (select from projects.bank_accounts a where a.book_id = in_book and a.ledger_account = t.account and (a.node_id = t.project_id or a.node_id is null and a.unit_id = g.unit_id))
   group by g.code, t.account having sum(t.debit) <> sum(t.credit) or bool_or(t.period = of_month)
  union all
  select 'bank_statement_missing', format('account %s: the statement of %s is not in', a.number, of_month)
    from projects.bank_accounts a
   where of_month % 100 <= 12 and projects.treasury_lists_required(in_book) and a.book_id = in_book and not exists (select from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = a.bank_account_id and s.month = of_month)
     and ((select coalesce(sum(l.amount) <> 0 or bool_or(l.period = of_month), false) from projects.bank_ledger(in_book, a.bank_account_id, of_month) l)
       or coalesce((select s.closing <> 0 from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = a.bank_account_id and s.month < of_month order by s.month desc limit 1), false))
  union all
  select 'bank_item_open', format('account %s: %s %s of %s has no reason and owner', a.number, i.side, i.amount, coalesce(i.day::text, 'the beginning'))
    from projects.bank_accounts a, projects.bank_open_items(in_book, a.bank_account_id, of_month) i
   where of_month % 100 <= 12 and projects.treasury_lists_required(in_book) and a.book_id = in_book and i.reason is null
$$;

ALTER FUNCTION projects.bank_blockers(in_book bigint, of_month integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.bank_ledger(in_book bigint, in_account uuid, until integer) RETURNS TABLE(period integer, number integer, voucher_line integer, day date, amount numeric)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select l.period, l.number, l.line_no, l.date, l.debit - l.credit
    from projects.bank_accounts a
    join accounting.ledgers g on g.book_id = a.book_id and (g.project_id = a.node_id or a.node_id is null and g.unit_id = a.unit_id
      and not exists (select from projects.bank_accounts o where o.book_id = a.book_id and o.ledger_account = a.ledger_account and o.node_id = g.project_id))
    join accounting.lines l on l.book_id = a.book_id and l.project_id = g.project_id and l.account = a.ledger_account and l.period <= until
   where a.book_id = in_book and a.bank_account_id = in_account
$$;

ALTER FUNCTION projects.bank_ledger(in_book bigint, in_account uuid, until integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.bank_open_items(in_book bigint, in_account uuid, of_month integer) RETURNS TABLE(item_id uuid, side text, month integer, line_no integer, period integer, number integer, voucher_line integer, day date, amount numeric, memo text, party text, serial text, reason text, owner_id uuid)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare begun int := projects.bank_begins(in_book, in_account); started numeric := (select b.beginning from projects.bank_balances(in_book, in_account, of_month) b);
begin
  return query
  with gone as materialized (
    select r.period, r.number from accounting.reversals r where r.book_id = in_book and r.by_period <= of_month and r.period > begun
    union all select r.by_period, r.by_number from accounting.reversals r where r.book_id = in_book and r.by_period <= of_month and r.period > begun
  ), matched as materialized (
    select m.* from projects.bank_matches m where m.book_id = in_book and m.bank_account_id = in_account and m.counts_from <= of_month and (m.ended_from is null or m.ended_from > of_month)
      and not exists (select from gone g where g.period = m.period and g.number = m.number)
  ), items as (
    select md5(format('bank %s/%s/%s', in_account, b.month, b.line_no))::uuid as item_id, 'bank' as side, b.month, b.line_no, null::int as period, null::int as number, null::int as voucher_line, b.day, (b.received - b.paid)::numeric as amount, b.memo, b.party, b.serial
      from projects.bank_lines b where b.book_id = in_book and b.bank_account_id = in_account and b.month > begun and b.month <= of_month
        and not exists (select from matched m where m.month = b.month and m.line_no = b.line_no)
    union all
    select md5(format('bank %s voucher %s/%s/%s', in_account, l.period, l.number, l.voucher_line))::uuid, 'ledger', null, null, l.period, l.number, l.voucher_line, l.day, l.amount, v.memo, '', ''
      from projects.bank_ledger(in_book, in_account, of_month) l join accounting.vouchers v on v.book_id = in_book and v.period = l.period and v.number = l.number
     where l.period > begun and not exists (select from gone g where g.period = l.period and g.number = l.number)
       and not exists (select from matched m where m.period = l.period and m.number = l.number and m.voucher_line = l.voucher_line)
    union all
    select md5(format('bank %s beginning', in_account))::uuid, 'beginning', null, null, null, null, null, null, started, '', '', '' where started <> 0
  )
  select i.*, s.reason, s.owner_id from items i left join lateral (
    select r.reason, r.owner_id from projects.item_reasons r where r.book_id = in_book and r.item_id = i.item_id
      and (i.side <> 'bank' or r.given_at > (select coalesce(t.taken_in_at, '-infinity') from projects.bank_statements t where t.book_id = in_book and t.bank_account_id = in_account and t.month = i.month)) order by r.ordinal desc limit 1) s on true
   order by i.side, i.day, i.month, i.line_no, i.period, i.number, i.voucher_line;
end $$;

ALTER FUNCTION projects.bank_open_items(in_book bigint, in_account uuid, of_month integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.batch_room(in_book bigint, in_node uuid, in_batch uuid, OUT owed numeric, OUT held numeric) RETURNS record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select coalesce((select sum(p.credit - p.debit) from accounting.positions p where p.book_id = in_book and p.account in ('2303', '2307.03') and p.project_id = in_node and p.subject_id = in_batch), 0),
    coalesce((select sum(r.held) from projects.payment_requests r join projects.documents d on d.book_id = r.book_id and d.document_id = r.document_id
      where r.book_id = in_book and r.batch_id = in_batch and d.node_id = in_node), 0)
$$;

ALTER FUNCTION projects.batch_room(in_book bigint, in_node uuid, in_batch uuid, OUT owed numeric, OUT held numeric) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.cancel_line(in_book bigint, document uuid, line integer, person uuid, in_unit uuid, as_role text, OUT of_round integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare l projects.payment_lines;
begin
  perform projects.require_desk(in_book, document, person, in_unit, as_role, '{treasury_officer}');
  l := projects.line_of(in_book, document, line, '{failed}');
  if l.failed_by = person then -- or one person alone takes back what the bank may have paid
    raise exception 'line %: who said that the bank sent it back does not give it up too', line using errcode = 'AC045';
  end if;
  update projects.payment_lines x set state = 'cancelled' where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = line;
  update projects.payment_requests x set held = x.held - l.amount, given_back = x.given_back + l.amount where x.book_id = in_book and x.document_id = document and x.round = l.round;
  perform projects.free_excess(in_book, document);
  if not exists (select from projects.payment_lines x where x.book_id = in_book and x.document_id = document and x.round = l.round and x.state not in ('confirmed', 'cancelled')) then
    perform projects.follow(in_book, document, 'complete', person, in_unit, as_role);
  end if;
  of_round := l.round;
end $$;

ALTER FUNCTION projects.cancel_line(in_book bigint, document uuid, line integer, person uuid, in_unit uuid, as_role text, OUT of_round integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.carry_attachments() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare attached jsonb := new.content::jsonb -> 'attachments'; hash text;
begin
  if jsonb_typeof(attached) = 'array' then
    for hash in select distinct h from jsonb_array_elements_text(attached) h order by h loop
      perform projects.carry_file(new.book_id, new.document_id, decode(hash, 'hex'));
    end loop;
  end if;
  return null;
end $$;

ALTER FUNCTION projects.carry_attachments() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.carry_file(in_book bigint, document uuid, hash bytea) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if not exists (select from projects.files f where f.book_id = in_book and f.sha256 = hash) then
    raise exception 'no file % is stored here', encode(hash, 'hex') using errcode = 'AC072';
  end if;
  insert into projects.document_files (book_id, document_id, sha256) values (in_book, document, hash) on conflict do nothing;
end $$;

ALTER FUNCTION projects.carry_file(in_book bigint, document uuid, hash bytea) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.carry_paper() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if new.paper_hash is not null then
    perform projects.carry_file(new.book_id, new.document_id, new.paper_hash);
  end if;
  return null;
end $$;

ALTER FUNCTION projects.carry_paper() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.certify_contract(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'certificate', 'certified'); k jsonb := d.content;
begin
  perform projects.add_certificate(projects.contract_of(in_book, k, '{effective}'), document, (k ->> 'date')::date, k, false);
end $$;

ALTER FUNCTION projects.certify_contract(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.change_contract(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  d projects.documents := projects.signed(in_book, document, 'change_order', 'posted'); k jsonb := d.content;
  c projects.contracts := projects.contract_of(in_book, k, '{effective}'); i jsonb; now projects.contract_items; after numeric;
begin
  for i in select * from jsonb_array_elements(coalesce(k -> 'items', '[]')) loop
    select * into now from projects.contract_items x where x.book_id = in_book and x.contract_id = c.contract_id and x.code = i ->> 'code';
    if not found then
      insert into projects.contract_items (book_id, contract_id, code, ordinal, name, unit, quantity, unit_price, amount)
        select in_book, c.contract_id, i ->> 'code', max(x.ordinal) + 1, i ->> 'name', coalesce(i ->> 'unit', ''), (i ->> 'quantity')::numeric, (i ->> 'unit_price')::numeric, (i ->> 'amount')::numeric
        from projects.contract_items x where x.book_id = in_book and x.contract_id = c.contract_id;
    else
      if (i ->> 'amount')::numeric < now.certified_amount or (i ->> 'quantity')::numeric < now.certified_quantity then
        raise exception 'contract %: item % would come to % (%), % (%) is certified', c.number, now.code, projects.fen((i ->> 'amount')::numeric), coalesce(i ->> 'quantity', '-'),
          projects.fen(now.certified_amount), now.certified_quantity using errcode = 'AC048';
      end if;
      update projects.contract_items x set quantity = (i ->> 'quantity')::numeric, amount = (i ->> 'amount')::numeric
        where x.book_id = in_book and x.contract_id = c.contract_id and x.code = now.code;
    end if;
  end loop;
  select sum(x.amount) into after from projects.contract_items x where x.book_id = in_book and x.contract_id = c.contract_id;
  if after is distinct from (k ->> 'price_after')::numeric then
    raise exception '% says something else than what was shown: the items of contract % come to %, not %', d.number, c.number, projects.fen(after), k ->> 'price_after' using errcode = 'AC042';
  end if;
  if after > c.price then
    perform projects.require_estimate(in_book, c.node_id, c.number, after - c.price, k ->> 'estimate_change');
  end if;
  after := after - coalesce((select sum((x ->> 'amount')::numeric) from jsonb_array_elements(coalesce(k -> 'fund', '[]')) x), 0)
    + coalesce((select sum((x ->> 'amount')::numeric) from jsonb_array_elements(coalesce(k -> 'release', '[]')) x), 0);
  if c.funded > after then
    raise exception 'contract %: funded % in the end would be % above the price: release it', c.number, projects.fen(c.funded), projects.fen(c.funded - after) using errcode = 'AC048';
  end if;
  -- give back before the price falls, take more after it has risen
  perform projects.fund_contract(in_book, c.contract_id, document, coalesce(k -> 'release', '[]'), -1);
  update projects.contracts x set price = (k ->> 'price_after')::numeric where x.book_id = in_book and x.contract_id = c.contract_id;
  perform projects.fund_contract(in_book, c.contract_id, document, coalesce(k -> 'fund', '[]'), 1);
end $$;

ALTER FUNCTION projects.change_contract(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.check_completion(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents; k jsonb; i jsonb; named numeric; asked numeric; changes numeric; a record; r record;
begin
  select * into strict d from projects.documents x where x.book_id = in_book and x.document_id = document and x.kind = 'completion';
  k := d.content; i := k -> 'input';
  if k ->> 'event' in ('HandOver', 'TransferOut') then
    perform projects.require_certified(in_book, d.node_id);
    select coalesce(sum((x ->> 'value')::numeric), 0) into named from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x;
    asked := coalesce((i ->> 'works')::numeric, 0) + coalesce((i ->> 'equipment')::numeric, 0) + coalesce((i ->> 'other')::numeric, 0);
    if named <> asked then
      raise exception 'handed over %, the assets named come to %: difference %', projects.fen(asked), projects.fen(named), projects.fen(asked - named) using errcode = 'AC061';
    end if;
  elsif k ->> 'event' = 'AdjustAsset' then
    changes := coalesce((i ->> 'increase')::numeric, 0) - coalesce((i ->> 'decrease')::numeric, 0);
    for a in select x ->> 'asset' as asked_for, (x ->> 'value')::numeric as becomes, s.* from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x
        left join projects.assets s on s.book_id = in_book and s.node_id = d.node_id and s.asset_id::text = x ->> 'asset' loop
      if a.account is null then
        raise exception 'asset % is none of this project in the books', a.asked_for using errcode = 'AC061';
      end if;
      if not a.provisional and (changes <> 0 or coalesce((i ->> 'increase')::numeric, 0) <> 0) then
        raise exception 'asset % is final at %, not provisional', a.name, projects.fen(a.settled_value) using errcode = 'AC062';
      end if;
    end loop;
    if coalesce((i ->> 'increase')::numeric, 0) + coalesce((i ->> 'decrease')::numeric, 0) <> 0 and a.asset_id is null then
      raise exception 'an adjustment names the provisional assets whose value it settles' using errcode = 'AC062';
    end if;
    for r in select s.account, sum((x ->> 'value')::numeric - coalesce(s.settled_value, s.value)) as change from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x
        join projects.assets s on s.book_id = in_book and s.node_id = d.node_id and s.asset_id::text = x ->> 'asset' group by 1 order by 1 loop
      select * into a from projects.registered(in_book, d.node_id, r.account);
      asked := a.books + case when r.account = i ->> 'asset' then changes else 0 end;
      if a.register + r.change <> asked then
        raise exception 'account %: assets % and changes % = %, the books will hold %: difference %', r.account, projects.fen(a.register), projects.fen(r.change), projects.fen(a.register + r.change),
          projects.fen(asked), projects.fen(asked - a.register - r.change) using errcode = 'AC061';
      end if;
    end loop;
  end if;
end $$;

ALTER FUNCTION projects.check_completion(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.check_final_account(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents; k jsonb; wrong text; changed numeric; t record;
begin
  select * into strict d from projects.documents x where x.book_id = in_book and x.document_id = document and x.kind = 'final_account';
  k := d.content;
  if exists (select from projects.final_accounts f where f.book_id = in_book and f.node_id = d.node_id) then
    raise exception 'this project has its final account' using errcode = 'AC064';
  end if;
  if not exists (select from projects.node_milestones m where m.book_id = in_book and m.node_id = d.node_id and m.milestone = 'accepted') then
    raise exception 'this project is not accepted yet' using errcode = 'AC064';
  end if;
  select string_agg(case when a.asset_id is null then format('asset %s is none of this project', x.asset) when x.n is null then format('asset %s is missing', a.name)
      when x.n > 1 then format('asset %s stands there %s times', a.name, x.n) when a.account is null then format('asset %s: %s stated, transferred out at %s', a.name, projects.fen(x.value), projects.fen(a.value))
      else format('asset %s: %s stated, final at %s', a.name, projects.fen(x.value), projects.fen(a.settled_value)) end, '; ' order by a.name) into wrong
    from projects.assets a full join (select x ->> 'asset' as asset, count(*) as n, min((x ->> 'value')::numeric) as value from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x group by 1) x on x.asset = a.asset_id::text
      and a.book_id = in_book and a.node_id = d.node_id
    where (a.asset_id is null or a.book_id = in_book and a.node_id = d.node_id)
      and (a.asset_id is null or x.n is distinct from 1 or x.value <> coalesce(a.settled_value, case when a.account is null then a.value end, x.value));
  if wrong is not null then
    raise exception '%', wrong using errcode = 'AC062';
  end if;

    select coalesce(sum(x.v) filter (where x.side = 'source'), 0) as sources, coalesce(sum(x.v) filter (where x.side = 'use'), 0) as uses, coalesce(sum(x.v) filter (where x.side = 'cost'), 0) as cost,
        coalesce(sum(x.v) filter (where x.side = 'use' and x.item in ('handed_over', 'transferred_out', 'written_off', 'rest')), 0) as placed, coalesce(sum(x.v) filter (where x.item = 'handed_over'), 0) as handed_over,
        string_agg(x.item || ' ' || projects.fen(x.v), ' + ' order by x.item) filter (where x.side = 'source' and x.v <> 0) as of_sources, string_agg(x.item || ' ' || projects.fen(x.v), ' + ' order by x.item) filter (where x.side = 'use' and x.v <> 0) as of_uses,
        string_agg(x.item || ' ' || projects.fen(x.v), ' + ' order by x.item) filter (where x.side = 'cost' and x.v <> 0) as of_cost,
        string_agg(x.item || ' ' || projects.fen(x.v), ' + ' order by x.item) filter (where x.side = 'use' and x.item in ('handed_over', 'transferred_out', 'written_off', 'rest') and x.v <> 0) as of_places
      into t from projects.stated_figures(k) x (side, item, v);
    if t.sources <> t.uses then
      raise exception 'sources % = %, uses % = %: difference %', t.of_sources, projects.fen(t.sources), t.of_uses, projects.fen(t.uses), projects.fen(t.sources - t.uses) using errcode = 'AC063';
    end if;
    if t.cost <> t.placed then
      raise exception 'cost % = %, % = %: difference %', t.of_cost, projects.fen(t.cost), t.of_places, projects.fen(t.placed), projects.fen(t.cost - t.placed) using errcode = 'AC063';
    end if;

  -- what the books will hold when the assets have the values stated
  select coalesce(sum((x ->> 'value')::numeric - coalesce(a.settled_value, a.value)), 0) into changed from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x
    join projects.assets a on a.book_id = in_book and a.asset_id::text = x ->> 'asset' and a.account is not null;
  select string_agg(format('%s %s: %s stated, %s in the books, difference %s', side, item, projects.fen(stated), projects.fen(held), projects.fen(stated - held)), '; ' order by side, item) into wrong
    from (select coalesce(s.side, b.side) as side, coalesce(s.item, b.item) as item, coalesce(s.amount, 0) as stated, coalesce(b.amount, 0) as held
      from projects.stated_figures(k) s full join (select f.side, f.item, sum(f.amount) as amount from (select * from projects.project_figures(in_book, d.node_id)
          union all values ('cost', 'adjustment', changed), ('use', 'handed_over', changed), ('source', 'carried', changed)) as f (side, item, amount) group by 1, 2) b on b.side = s.side and b.item = s.item) x
    where stated <> held;
  if wrong is not null then
    raise exception '%', wrong using errcode = 'AC063';
  end if;
  select coalesce(sum((x ->> 'value')::numeric), 0) into changed from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x
    join projects.assets a on a.book_id = in_book and a.asset_id::text = x ->> 'asset' and a.account is not null;
  if changed <> t.handed_over then
    raise exception 'handed over %, the assets listed come to %: difference %', projects.fen(t.handed_over), projects.fen(changed), projects.fen(t.handed_over - changed) using errcode = 'AC063';
  end if;
end $$;

ALTER FUNCTION projects.check_final_account(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.close_blockers(in_book bigint, in_period integer) RETURNS TABLE(name text, detail text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select * from projects.treasury_blockers(in_book, in_period)
  union all select * from projects.bank_blockers(in_book, in_period)
$$;

ALTER FUNCTION projects.close_blockers(in_book bigint, in_period integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.concerns(in_book bigint, of_node uuid, of_unit uuid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with theirs as (
    select l.unit_id from accounting.ledgers l where l.book_id = in_book and l.project_id = of_node
    union select l.unit_id from projects.leads(in_book, of_node) l
  )
  select of_node is null or of_unit in (select t.unit_id from theirs t) or not exists (select from theirs)
$$;

ALTER FUNCTION projects.concerns(in_book bigint, of_node uuid, of_unit uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.conclude_contract(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'contract', 'effective'); k jsonb := d.content; items numeric;
begin
  perform projects.require_estimate(in_book, d.node_id, k ->> 'number', (k ->> 'price')::numeric, k ->> 'estimate_change');
  insert into projects.contracts (book_id, contract_id, number, node_id, name, type, supplier, credit_code, payee, signed_on, original_price, price, funded, draw_by,
      recoup_rate, progress_rate, settled_rate, retention_rate, defects_months, advance_terms)
    values (in_book, document, k ->> 'number', d.node_id, k ->> 'name', k ->> 'type', k #>> '{supplier,name}', coalesce(k #>> '{supplier,credit_code}', ''), coalesce(k #>> '{supplier,payee}', ''),
      (k ->> 'date')::date, (k ->> 'price')::numeric, (k ->> 'price')::numeric, 0, k ->> 'draw_by', (k ->> 'recoup_rate')::numeric, (k ->> 'progress_rate')::numeric,
      (k ->> 'settled_rate')::numeric, (k ->> 'retention_rate')::numeric, (k ->> 'defects_months')::int, (k ->> 'advance')::numeric);
  insert into projects.contract_items (book_id, contract_id, code, ordinal, name, unit, quantity, unit_price, amount)
    select in_book, document, i ->> 'code', n, i ->> 'name', coalesce(i ->> 'unit', ''), (i ->> 'quantity')::numeric, (i ->> 'unit_price')::numeric, (i ->> 'amount')::numeric
    from jsonb_array_elements(k -> 'items') with ordinality as x (i, n);
  select sum(i.amount) into items from projects.contract_items i where i.book_id = in_book and i.contract_id = document;
  if items is distinct from (k ->> 'price')::numeric then
    raise exception 'contract %: items % , price %', k ->> 'number', projects.fen(items), projects.fen((k ->> 'price')::numeric) using errcode = 'AC048';
  end if;
  perform projects.fund_contract(in_book, document, document, k -> 'funding', 1);
end $$;

ALTER FUNCTION projects.conclude_contract(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.confirm_line(in_book bigint, document uuid, line integer, person uuid, in_unit uuid, as_role text, OUT bank_day date, OUT maker uuid, OUT of_round integer) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare l projects.payment_lines; r projects.receipts;
begin
  perform projects.require_desk(in_book, document, person, in_unit, as_role, '{treasury_officer,project_clerk,budget_officer,project_head}');
  l := projects.line_of(in_book, document, line, '{ordered}');
  select * into r from projects.receipts x where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = line order by x.attempt desc limit 1 for update;
  if not found or r.checked_by is not null then
    raise exception 'line %: no receipt waits to be checked', line using errcode = 'AC043';
  end if;
  if r.entered_by = person then
    raise exception 'a receipt is entered by one person and checked by another' using errcode = 'AC045';
  end if;
  update projects.receipts x set checked_by = person where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = line and x.attempt = r.attempt;
  update projects.payment_lines x set state = 'confirmed', paid = x.paid + x.amount, paid_on = r.bank_date
    where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = line;
  update projects.payment_requests x set held = x.held - l.amount, paid = x.paid + l.amount where x.book_id = in_book and x.document_id = document and x.round = l.round;
  if not exists (select from projects.payment_lines x where x.book_id = in_book and x.document_id = document and x.round = l.round and x.state not in ('confirmed', 'cancelled')) then
    perform projects.follow(in_book, document, 'complete', person, in_unit, as_role);
  end if;
  bank_day := r.bank_date; maker := r.entered_by; of_round := l.round;
end $$;

ALTER FUNCTION projects.confirm_line(in_book bigint, document uuid, line integer, person uuid, in_unit uuid, as_role text, OUT bank_day date, OUT maker uuid, OUT of_round integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.contract_of(in_book bigint, content jsonb, any_of text[]) RETURNS projects.contracts
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare c projects.contracts;
begin
  select * into c from projects.contracts x where x.book_id = in_book and x.number = content ->> 'contract' for update;
  if not found then
    raise exception 'there is no contract %', content ->> 'contract' using errcode = 'AC041';
  end if;
  if not c.state = any (any_of) then
    raise exception 'contract % is %', c.number, c.state using errcode = 'AC043';
  end if;
  return c;
end $$;

ALTER FUNCTION projects.contract_of(in_book bigint, content jsonb, any_of text[]) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.document_keeps() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare a projects.acts;
begin
  if (old.book_id, old.document_id, old.kind, old.number, old.unit_id, old.created_by, old.created_at) is distinct from
      (new.book_id, new.document_id, new.kind, new.number, new.unit_id, new.created_by, new.created_at) then
    raise exception '%: only what it says and where it stands may change', old.number using errcode = 'AC034';
  end if;
  if (old.node_id, old.flow, old.amount, old.content, old.content_hash) is distinct from (new.node_id, new.flow, new.amount, new.content, new.content_hash)
      and (old.state not in ('draft', 'returned') or new.state <> old.state or new.content_hash <> sha256(convert_to(new.content, 'UTF8'))) then
    raise exception '% is %: what was shown to others does not change, and its hash is that of what it says', old.number, old.state using errcode = 'AC033';
  end if;
  if new.state <> old.state or new.round <> old.round then
    select * into a from projects.acts x where x.book_id = old.book_id and x.document_id = old.document_id order by x.ordinal desc limit 1;
    if (a.from_state, a.to_state, a.round, old.round + (new.state = 'returned')::int) is distinct from (old.state, new.state, old.round, new.round) then
      raise exception '% does not come from % to % without an act', old.number, old.state, new.state using errcode = 'AC043';
    end if;
  end if;
  return new;
end $$;

ALTER FUNCTION projects.document_keeps() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.draft(in_book bigint, document uuid, of_kind text, prefix text, year integer, of_unit uuid, of_node uuid, by_flow text, of_amount numeric, of_content text, person uuid, in_unit uuid, as_role text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare n int; made text; d projects.documents;
begin
  if not exists (select from projects.steps() s where s.kind = of_kind and s.from_state = 'draft' and as_role = any (s.roles)) then
    raise exception 'role % drafts no %', as_role, of_kind using errcode = 'AC044';
  end if;
  if projects.is_left_to_admin(in_book, of_kind, 'prepare', as_role) then
    raise exception 'a % is made by the administrator, whom this book has', of_kind using errcode = 'AC044';
  end if;
  if not projects.holds(in_book, person, in_unit, as_role, null) then
    raise exception 'role % of this unit is not held today', as_role using errcode = 'AC044';
  end if;
  insert into projects.document_counters as c (book_id, prefix, year, last_number) values (in_book, draft.prefix, draft.year, 1)
    on conflict on constraint document_counters_pkey do update set last_number = c.last_number + 1 returning last_number into n;
  made := draft.prefix || '-' || draft.year || '-' || accounting.padded(n, 4);
  insert into projects.documents (book_id, document_id, kind, number, unit_id, node_id, flow, amount, content, content_hash, state, created_by)
    values (in_book, document, of_kind, made, of_unit, of_node, by_flow, of_amount, of_content, sha256(convert_to(of_content, 'UTF8')), 'draft', person) returning * into d;
  if not projects.reaches(d, as_role, in_unit) or not projects.oversees(as_role) and not projects.concerns(in_book, of_node, of_unit) then
    raise exception 'there is no such project for your unit' using errcode = 'AC041';
  end if;
  perform projects.writes(d, person);
  return made;
end $$;

ALTER FUNCTION projects.draft(in_book bigint, document uuid, of_kind text, prefix text, year integer, of_unit uuid, of_node uuid, by_flow text, of_amount numeric, of_content text, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.draft_notice(in_book bigint, id uuid, of_month integer, on_day date, said text, person uuid, in_unit uuid, as_role text, behalf uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if as_role <> 'inspector' or not projects.holds(in_book, person, in_unit, as_role, behalf) then
    raise exception 'a notice is drafted by an inspector' using errcode = 'AC044';
  end if;
  if on_day > current_date then
    raise exception 'a notice is of no day to come: %', on_day using errcode = 'AC043';
  end if;
  perform from accounting.books b where b.book_id = in_book for no key update;
  update projects.notices n set state = 'withdrawn', decided_by = person, decided_at = clock_timestamp() where n.book_id = in_book and n.month = of_month and n.state = 'draft';
  insert into projects.notices (book_id, notice_id, month, day, state, content, content_hash, drafted_by) values (in_book, id, of_month, on_day, 'draft', said, sha256(convert_to(said, 'UTF8')), person);
end $$;

ALTER FUNCTION projects.draft_notice(in_book bigint, id uuid, of_month integer, on_day date, said text, person uuid, in_unit uuid, as_role text, behalf uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.end_bank_match(in_book bigint, in_account uuid, of_month integer, of_line integer, why text, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare m projects.bank_matches; closed boolean;
begin
  if as_role <> 'treasury_officer' or not projects.holds(in_book, person, in_unit, as_role, null) then
    raise exception 'this is for treasury_officer who holds the role today, not for %', as_role using errcode = 'AC044';
  end if;
  perform from projects.bank_accounts a where a.book_id = in_book and a.bank_account_id = in_account for update;
  select * into m from projects.bank_matches x where x.book_id = in_book and x.bank_account_id = in_account and x.month = of_month and x.line_no = of_line and x.ended_from is null;
  if not found then
    raise exception 'line % of % is not matched', of_line, of_month using errcode = 'AC041';
  end if;
  select p.state = 'closed' into closed from accounting.periods p where p.book_id = in_book and p.period = m.counts_from for share;
  if closed then
    raise exception 'the match counts from % on, which is closed', m.counts_from using errcode = 'AC006';
  end if;
  update projects.bank_matches x set ended_from = m.counts_from, ended_by = person, ended_at = clock_timestamp(), ended_because = why
   where x.book_id = in_book and x.bank_account_id = in_account and x.month = of_month and x.line_no = of_line and x.ordinal = m.ordinal;
end $$;

ALTER FUNCTION projects.end_bank_match(in_book bigint, in_account uuid, of_month integer, of_line integer, why text, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.enter_outside_act(in_book bigint, id uuid, document uuid, by_verb text, shown_hash bytea, of_name text, of_office text, on_day date, paper bytea, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.require_document(in_book, document, person, in_unit, as_role, null);
begin
  if d.content_hash <> shown_hash then
    raise exception '% says something else than what was signed', d.number using errcode = 'AC042';
  end if;
  if not exists (select from projects.steps() s where s.kind = d.kind and s.verb = by_verb and s.from_state = d.state and s.flow in ('', d.flow) and 'outside' = any (s.roles)) then
    raise exception '% is %: nobody outside signs % now', d.number, d.state, by_verb using errcode = 'AC043';
  end if;
  insert into projects.outside_acts (book_id, outside_act_id, document_id, verb, document_hash, name, office, day, paper_hash, entered_by)
    values (in_book, id, document, by_verb, shown_hash, of_name, of_office, on_day, paper, person);
end $$;

ALTER FUNCTION projects.enter_outside_act(in_book bigint, id uuid, document uuid, by_verb text, shown_hash bytea, of_name text, of_office text, on_day date, paper bytea, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.enter_receipt(in_book bigint, document uuid, line integer, on_date date, serial text, paper bytea, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare l projects.payment_lines;
begin
  perform projects.require_desk(in_book, document, person, in_unit, as_role, '{treasury_officer,project_clerk,budget_officer,project_head}');
  l := projects.line_of(in_book, document, line, '{ordered}');
  if exists (select from projects.receipts r where r.book_id = in_book and r.bank_serial = serial and r.bank_date = on_date and r.checked_by is not null) then
    raise exception 'receipt % of % has confirmed a payment before', serial, on_date using errcode = 'AC067';
  end if;
  insert into projects.receipts (book_id, document_id, round, line_no, attempt, bank_date, bank_serial, paper_hash, entered_by)
    select in_book, document, l.round, line, coalesce(max(r.attempt), 0) + 1, on_date, serial, paper, person from projects.receipts r
    where r.book_id = in_book and r.document_id = document and r.round = l.round and r.line_no = line;
end $$;

ALTER FUNCTION projects.enter_receipt(in_book bigint, document uuid, line integer, on_date date, serial text, paper bytea, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.enter_receipt_by_list(in_book bigint, of_import uuid, of_voucher text, person uuid, in_unit uuid, as_role text, OUT document uuid, OUT line integer) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare i projects.imports; p projects.treasury_payments; m projects.treasury_matches; l projects.payment_lines;
begin
  if as_role <> 'treasury_officer' or not projects.holds(in_book, person, in_unit, as_role, null) then
    raise exception 'this is for treasury_officer who holds the role today, not for %', as_role using errcode = 'AC044';
  end if;
  select * into i from projects.imports x where x.book_id = in_book and x.import_id = of_import for share;
  if i.withdrawn_at is not null then
    raise exception 'the list was withdrawn: %', i.withdrawn_because using errcode = 'AC043';
  end if;
  select * into p from projects.treasury_payments x where x.book_id = in_book and x.import_id = of_import and x.voucher_no = of_voucher and not x.returned;
  select * into m from projects.treasury_matches x where x.book_id = in_book and x.voucher_no = p.voucher_no and not x.returned;
  if i.imported_by = person then
    raise exception 'who took the list in does not confirm by it: another treasury officer does' using errcode = 'AC045';
  end if;
  if m.voucher_no is null then
    raise exception 'voucher %: no request fits it' , of_voucher using errcode = 'AC043';
  end if;
  perform projects.require_desk(in_book, m.document_id, person, in_unit, as_role, '{treasury_officer}');
  l := projects.line_of(in_book, m.document_id, m.line_no, '{ordered}');
  if l.round <> m.round or l.order_number <> m.order_number then
    raise exception 'voucher %: the line was ordered again as %', of_voucher, l.order_number using errcode = 'AC043';
  end if;
  if exists (select from projects.treasury_payments x where x.book_id = in_book and x.voucher_no = of_voucher and x.returned and x.amount = p.amount) then
    raise exception 'voucher %: the list says it came back; the line has failed', of_voucher using errcode = 'AC043';
  end if;
  if l.amount <> p.amount or p.account_number <> '' and l.account_number <> p.account_number then
    raise exception 'voucher %: % to account …% here, % to account …% in the list', of_voucher, projects.fen(l.amount), right(l.account_number, 4), projects.fen(p.amount), right(p.account_number, 4) using errcode = 'AC073';
  end if;
  insert into projects.receipts (book_id, document_id, round, line_no, attempt, bank_date, bank_serial, paper_hash, entered_by)
    select in_book, m.document_id, m.round, m.line_no, coalesce(max(r.attempt), 0) + 1, p.day, p.voucher_no, i.file_sha256, i.imported_by from projects.receipts r
    where r.book_id = in_book and r.document_id = m.document_id and r.round = m.round and r.line_no = m.line_no;
  document := m.document_id; line := m.line_no;
end $$;

ALTER FUNCTION projects.enter_receipt_by_list(in_book bigint, of_import uuid, of_voucher text, person uuid, in_unit uuid, as_role text, OUT document uuid, OUT line integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.enter_reissue(in_book bigint, document uuid, line integer, to_account text, because text, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare l projects.payment_lines;
begin
  perform projects.require_desk(in_book, document, person, in_unit, as_role, '{treasury_officer,project_clerk}');
  l := projects.line_of(in_book, document, line, '{failed}');
  perform projects.require_usable(in_book, l.payee_id, to_account);
  insert into projects.reissues (book_id, document_id, round, line_no, attempt, account_number, reason, entered_by)
    select in_book, document, l.round, line, coalesce(max(r.attempt), 0) + 1, to_account, because, person from projects.reissues r
    where r.book_id = in_book and r.document_id = document and r.round = l.round and r.line_no = line;
end $$;

ALTER FUNCTION projects.enter_reissue(in_book bigint, document uuid, line integer, to_account text, because text, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.estimate_use(in_book bigint, node uuid, OUT estimate numeric, OUT contracted numeric, OUT beside numeric) RETURNS record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select coalesce((select case when bool_and(projects.planned(p) is not null) then sum(projects.planned(p)) end from projects.plan_lines p where p.book_id = in_book and p.node_id = node),
      (select n.stated_amount from projects.nodes n where n.book_id = in_book and n.node_id = node and not n.approximate)),
    coalesce((select sum(coalesce(c.settled_price, case when c.state = 'terminated' then c.certified else c.price end)) from projects.contracts c where c.book_id = in_book and c.node_id = node), 0),
    greatest(0, coalesce((select sum(t.debit - t.credit) from accounting.turnover t where t.book_id = in_book and t.project_id = node and t.account = '9401' and t.period % 100 <> 14), 0)
      + coalesce((select sum(p.debit - p.credit) from accounting.positions p where p.book_id = in_book and p.project_id = node and p.account = '9301.04'), 0)
      - coalesce((select sum(c.advance_held + c.advance_paid + c.payable_held + c.payable_paid + c.retention_held + c.retention_paid) from projects.contracts c where c.book_id = in_book and c.node_id = node), 0))
$$;

ALTER FUNCTION projects.estimate_use(in_book bigint, node uuid, OUT estimate numeric, OUT contracted numeric, OUT beside numeric) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.executed(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) RETURNS TABLE(period integer, number integer, date date, source text, kind text, memo text, root_period integer, root_number integer, budget_line_id uuid, amount numeric)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with recursive moved as (
    select l.period, l.number, l.budget_line_id, sum(l.debit - l.credit) as amount from accounting.lines l
    where l.book_id = in_book and l.period between from_month and to_month and l.period % 100 <= 12 and l.account = '9401' group by l.period, l.number, l.budget_line_id),
  chain as (
    select distinct m.period, m.number, m.period as at_period, m.number as at_number from moved m
    union all select c.period, c.number, v.refers_period, v.refers_number from chain c
      join accounting.vouchers v on v.book_id = in_book and v.period = c.at_period and v.number = c.at_number where v.refers_period is not null)
  select m.period, m.number, v.date, v.source, v.kind, v.memo, c.at_period, c.at_number, m.budget_line_id, m.amount from moved m
  join accounting.vouchers v on v.book_id = in_book and v.period = m.period and v.number = m.number and v.recorded_at <= known
  join chain c on c.period = m.period and c.number = m.number
  join accounting.vouchers r on r.book_id = in_book and r.period = c.at_period and r.number = c.at_number and r.refers_period is null
$$;

ALTER FUNCTION projects.executed(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.explain_bank_item(in_book bigint, in_account uuid, of_month integer, item uuid, because text, owner uuid, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if as_role not in ('treasury_officer', 'budget_officer', 'project_clerk') or not projects.holds(in_book, person, in_unit, as_role, null) then
    raise exception 'this is for treasury_officer, budget_officer, project_clerk who hold the role today, not for %', as_role using errcode = 'AC044';
  end if;
  perform from projects.bank_accounts a where a.book_id = in_book and a.bank_account_id = in_account for update;
  if not exists (select from projects.bank_open_items(in_book, in_account, of_month) i where i.item_id = item) then
    raise exception 'there is no such open item' using errcode = 'AC041';
  end if;
  insert into projects.item_reasons (book_id, item_id, ordinal, reason, owner_id, given_by)
    select in_book, item, coalesce(max(x.ordinal), 0) + 1, because, owner, person from projects.item_reasons x where x.book_id = in_book and x.item_id = item;
end $$;

ALTER FUNCTION projects.explain_bank_item(in_book bigint, in_account uuid, of_month integer, item uuid, because text, owner uuid, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.explain_item(in_book bigint, item uuid, because text, owner uuid, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if as_role not in ('treasury_officer', 'budget_officer') or not projects.holds(in_book, person, in_unit, as_role, null) then
    raise exception 'this is for treasury_officer, budget_officer who hold the role today, not for %', as_role using errcode = 'AC044';
  end if;
  if not exists (select from projects.open_items(in_book, 0, 999912, 'infinity') i where i.item_id = item and i.state <> 'cleared') then
    raise exception 'there is no such open item' using errcode = 'AC041';
  end if;
  perform pg_advisory_xact_lock(hashtextextended(item::text, 21));
  insert into projects.item_reasons (book_id, item_id, ordinal, reason, owner_id, given_by)
    select in_book, item, coalesce(max(x.ordinal), 0) + 1, because, owner, person from projects.item_reasons x where x.book_id = in_book and x.item_id = item;
end $$;

ALTER FUNCTION projects.explain_item(in_book bigint, item uuid, because text, owner uuid, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.fail_line(in_book bigint, document uuid, line integer, because text, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare l projects.payment_lines;
begin
  perform projects.require_desk(in_book, document, person, in_unit, as_role, '{treasury_officer}');
  l := projects.line_of(in_book, document, line, '{ordered}');
  if coalesce(because, '') = '' then
    raise exception 'line %: write why the bank sent it back', line using errcode = 'AC043';
  end if;
  update projects.payment_lines x set state = 'failed', failed_by = person, failed_because = because where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = line;
end $$;

ALTER FUNCTION projects.fail_line(in_book bigint, document uuid, line integer, because text, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.fen(amount numeric) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ select round(amount, 2)::numeric(20, 2)::text $$;

ALTER FUNCTION projects.fen(amount numeric) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.file_progress(in_book bigint, node uuid, of_month integer, of_percent numeric, of_problems text, of_measures text, because text, on_day date, person uuid, in_unit uuid, as_role text, behalf uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare made int;
begin
  perform from projects.nodes n where n.book_id = in_book and n.node_id = node for no key update;
  select coalesce(max(e.version), 0) + 1 into made from projects.progress_entries e where e.book_id = in_book and e.node_id = node and e.month = of_month;
  insert into projects.progress_entries (book_id, node_id, month, version, percent, problems, measures, reason, day, filed_by, unit_id, role, on_behalf_of)
    values (in_book, node, of_month, made, of_percent, of_problems, of_measures, because, on_day, person, in_unit, as_role, behalf);
  return made;
end $$;

ALTER FUNCTION projects.file_progress(in_book bigint, node uuid, of_month integer, of_percent numeric, of_problems text, of_measures text, because text, on_day date, person uuid, in_unit uuid, as_role text, behalf uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.first_roles(in_book bigint, persons uuid[], units uuid[], roles text[], from_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform from accounting.books b where b.book_id = in_book for update;
  if exists (select from projects.role_grants g where g.book_id = in_book) then
    raise exception 'this book has roles already: more are granted by document' using errcode = 'AC044';
  end if;
  insert into projects.role_grants (book_id, grant_id, person_id, unit_id, role, from_day) select in_book, gen_random_uuid(), p, u, r, from_day from unnest(persons, units, roles) as t (p, u, r);
end $$;

ALTER FUNCTION projects.first_roles(in_book bigint, persons uuid[], units uuid[], roles text[], from_day date) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.follow(in_book bigint, document uuid, by_verb text, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents; s record;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document for update;
  select * into s from projects.steps() x where x.kind = d.kind and x.verb = by_verb and x.from_state = d.state;
  insert into projects.acts (book_id, document_id, ordinal, round, verb, duty, from_state, to_state, person_id, unit_id, role, document_hash)
    select in_book, document, coalesce(max(a.ordinal), 0) + 1, d.round, by_verb, s.duty, d.state, s.to_state, person, in_unit, as_role, d.content_hash
    from projects.acts a where a.book_id = in_book and a.document_id = document;
  update projects.documents x set state = s.to_state, since = clock_timestamp() where x.book_id = in_book and x.document_id = document;
end $$;

ALTER FUNCTION projects.follow(in_book bigint, document uuid, by_verb text, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.free_excess(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare u record; excess numeric; part numeric;
begin
  select (select coalesce(sum(x.amount), 0) from projects.invoice_uses x where x.book_id = in_book and x.document_id = document and x.live)
      - (select coalesce(sum(l.amount - l.returned), 0) from projects.payment_lines l where l.book_id = in_book and l.document_id = document and l.state <> 'cancelled') into excess;
  for u in select x.* from projects.invoice_uses x where x.book_id = in_book and x.document_id = document and x.live order by x.round desc, x.payee_id desc, x.code desc, x.number desc loop
    exit when excess <= 0;
    part := least(excess, u.amount);
    update projects.invoice_uses x set live = part < u.amount, amount = case when part < u.amount then x.amount - part else x.amount end
      where x.book_id = in_book and x.document_id = document and x.round = u.round and x.payee_id = u.payee_id and x.code = u.code and x.number = u.number;
    update projects.invoices x set used = x.used - part where x.book_id = in_book and x.payee_id = u.payee_id and x.code = u.code and x.number = u.number;
    excess := excess - part;
  end loop;
end $$;

ALTER FUNCTION projects.free_excess(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.free_invoices(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if (select d.state from projects.documents d where d.book_id = in_book and d.document_id = document for update) not in ('returned', 'rejected', 'withdrawn') then
    raise exception 'the request still uses its invoices' using errcode = 'AC043';
  end if;
  with freed as (
    update projects.invoice_uses u set live = false where u.book_id = in_book and u.document_id = document and u.live returning u.payee_id, u.code, u.number, u.amount)
  update projects.invoices i set used = i.used - f.amount from freed f where i.book_id = in_book and i.payee_id = f.payee_id and i.code = f.code and i.number = f.number;
end $$;

ALTER FUNCTION projects.free_invoices(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.fund_contract(in_book bigint, contract uuid, document uuid, draws jsonb, sign integer) RETURNS numeric
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare total numeric; first int; found int;
begin
  select coalesce(max(f.ordinal), 0) into first from projects.contract_funding f where f.book_id = in_book and f.contract_id = contract and f.document_id = document;
  insert into projects.contract_funding (book_id, contract_id, document_id, ordinal, budget_line_id, amount)
    select in_book, contract, document, first + f.n, b.budget_line_id, sign * (f.draw ->> 'amount')::numeric from jsonb_array_elements(draws) with ordinality as f (draw, n)
    join projects.contracts c on c.book_id = in_book and c.contract_id = contract
    join accounting.budget_lines b on b.book_id = in_book and b.project_id = c.node_id and f.draw ->> 'budget_line' in (b.code, b.budget_line_id::text);
  get diagnostics found = row_count;
  if found <> jsonb_array_length(draws) then
    raise exception 'a budget line is not one of the contract''s project' using errcode = 'AC048';
  end if;
  select coalesce(sum((x ->> 'amount')::numeric), 0) into total from jsonb_array_elements(draws) x;
  update projects.contracts c set funded = c.funded + sign * total where c.book_id = in_book and c.contract_id = contract;
  return total;
end $$;

ALTER FUNCTION projects.fund_contract(in_book bigint, contract uuid, document uuid, draws jsonb, sign integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.give_back_request(in_book bigint, document uuid) RETURNS TABLE(budget_line_id uuid, amount numeric)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare r projects.payment_requests;
begin
  if (select d.state from projects.documents d where d.book_id = in_book and d.document_id = document for update) <> 'returned' then
    raise exception 'the request was not returned' using errcode = 'AC043';
  end if;
  select * into r from projects.payment_requests x where x.book_id = in_book and x.document_id = document order by x.round desc limit 1 for update;
  if exists (select from projects.payment_lines l where l.book_id = in_book and l.document_id = document and l.round = r.round and l.state = 'confirmed') then
    raise exception 'a line of the request is paid: cancel the others, or let them be returned' using errcode = 'AC043';
  end if;
  update projects.payment_requests x set given_back = x.given_back + x.held, held = 0 where x.book_id = in_book and x.document_id = document and x.round = r.round;
  return query with gone as (
      update projects.payment_lines l set state = 'cancelled' where l.book_id = in_book and l.document_id = document and l.round = r.round and l.state <> 'cancelled' returning l.line_no)
    select w.budget_line_id, sum(w.amount) from projects.payment_draws w join gone g on g.line_no = w.line_no
      where w.book_id = in_book and w.document_id = document and w.round = r.round group by w.budget_line_id;
end $$;

ALTER FUNCTION projects.give_back_request(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.goes_with_its_list() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare stays boolean;
begin
  case tg_table_name
    when 'treasury_payments', 'bank_statements' then
      stays := exists (select from gone g where not exists (select from projects.imports i where i.book_id = g.book_id and i.import_id = g.import_id and i.withdrawn_at is not null));
    when 'treasury_matches' then
      stays := exists (select from gone g where not exists (select from projects.treasury_payments p join projects.imports i on i.book_id = p.book_id and i.import_id = p.import_id
        where p.book_id = g.book_id and p.voucher_no = g.voucher_no and p.returned = g.returned and i.withdrawn_at is not null));
    else
      stays := exists (select from gone g where not exists (select from projects.bank_statements s join projects.imports i on i.book_id = s.book_id and i.import_id = s.import_id
        where s.book_id = g.book_id and s.bank_account_id = g.bank_account_id and s.month = g.month and i.withdrawn_at is not null));
  end case;
  if stays then
    raise exception '%.% only grows: delete refused, its list is not withdrawn', tg_table_schema, tg_table_name using errcode = 'AC034';
  end if;
  return null;
end $$;

ALTER FUNCTION projects.goes_with_its_list() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.grant_role(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  d projects.documents := projects.granted(in_book, document, 'role_grant', 'person'); k jsonb := d.content; who uuid := projects.person_called(in_book, k ->> 'person');
  ends boolean := coalesce((k ->> 'end')::boolean, false); last date;
begin
  if ends then
    last := projects.last_day(k);
    update projects.role_grants g set until_day = last, ended_by = document
      where g.book_id = in_book and g.person_id = who and g.unit_id = d.unit_id and g.role = k ->> 'role' and g.from_day <= last and coalesce(g.until_day, 'infinity') > last;
    if not found then
      raise exception '% does not hold % of this unit beyond %', k ->> 'person', k ->> 'role', last using errcode = 'AC044';
    end if;
    return;
  end if;
  if exists (select from projects.role_grants g where g.book_id = in_book and g.person_id = who and g.unit_id = d.unit_id and g.role = k ->> 'role'
      and g.from_day <= coalesce((k ->> 'until')::date, 'infinity') and (k ->> 'from')::date <= coalesce(g.until_day, 'infinity')) then
    raise exception '% holds % of this unit in these days already', k ->> 'person', k ->> 'role' using errcode = 'AC043';
  end if;
  insert into projects.role_grants (book_id, grant_id, person_id, unit_id, role, from_day, until_day, document_id)
    values (in_book, gen_random_uuid(), who, d.unit_id, k ->> 'role', (k ->> 'from')::date, (k ->> 'until')::date, document);
end $$;

ALTER FUNCTION projects.grant_role(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE TABLE projects.documents (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    kind text NOT NULL,
    number text NOT NULL,
    unit_id uuid NOT NULL,
    node_id uuid,
    flow text NOT NULL,
    amount accounting.yuan,
    content text NOT NULL,
    content_hash bytea NOT NULL,
    state text NOT NULL,
    round integer DEFAULT 1 NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    since timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT documents_content_hash_check CHECK ((octet_length(content_hash) = 32)),
    CONSTRAINT documents_flow_check CHECK ((flow = ANY (ARRAY['works'::text, 'small'::text]))),
    CONSTRAINT documents_number_check CHECK ((number <> ''::text)),
    CONSTRAINT documents_round_check CHECK ((round > 0))
);

ALTER TABLE projects.documents OWNER TO mingzhang_owner;

CREATE FUNCTION projects.granted(in_book bigint, document uuid, of_kind text, for_person text) RETURNS projects.documents
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents; who uuid;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document and x.kind = of_kind and x.state = 'granted' for update;
  if not found or document in (select g.document_id from projects.role_grants g where g.book_id = in_book union select g.ended_by from projects.role_grants g where g.book_id = in_book
      union select l.document_id from projects.delegations l where l.book_id = in_book union select l.ended_by from projects.delegations l where l.book_id = in_book
      union select l.document_id from projects.departures l where l.book_id = in_book) then
    raise exception 'there is no granted % that waits to take effect', of_kind using errcode = 'AC043';
  end if;
  who := projects.person_called(in_book, d.content::jsonb ->> for_person);
  if exists (select from projects.acts a where a.book_id = in_book and a.document_id = document and a.verb = 'approve' and a.person_id = who) then
    raise exception 'nobody approves % for oneself', d.number using errcode = 'AC045';
  end if;
  perform from accounting.persons p where p.book_id = in_book and p.person_id = who for no key update; -- one change at a time
  if exists (select from projects.departures l where l.book_id = in_book and l.person_id = who) then
    raise exception '% has left', d.content::jsonb ->> for_person using errcode = 'AC044';
  end if;
  return d;
end $$;

ALTER FUNCTION projects.granted(in_book bigint, document uuid, of_kind text, for_person text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.hand_over(in_book bigint, document uuid, ids uuid[], on_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'completion', 'posted'); k jsonb := d.content; final uuid; keeper text;
begin
  if k ->> 'event' not in ('HandOver', 'TransferOut') then
    raise exception '% hands nothing over', d.number using errcode = 'AC043';
  end if;
  perform from projects.nodes n where n.book_id = in_book and n.node_id = d.node_id for update;
  perform projects.check_completion(in_book, document);
  select f.document_id into final from projects.final_accounts f where f.book_id = in_book and f.node_id = d.node_id;
  select u.name into keeper from accounting.ledgers l join accounting.units u on u.book_id = l.book_id and u.unit_id = l.unit_id where l.book_id = in_book and l.project_id = d.node_id;
  insert into projects.assets (book_id, asset_id, node_id, document_id, ordinal, account, class, name, owner, value, handed_over_on, settled_value, settled_by)
    select in_book, ids[n], d.node_id, document, n, case when k ->> 'event' = 'HandOver' then k -> 'input' ->> 'asset' end, x ->> 'class', x ->> 'name', coalesce(x ->> 'owner', keeper), (x ->> 'value')::numeric,
      on_day, case when final is not null then (x ->> 'value')::numeric end, final
    from jsonb_array_elements(k -> 'assets') with ordinality as a (x, n);
end $$;

ALTER FUNCTION projects.hand_over(in_book bigint, document uuid, ids uuid[], on_day date) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.holds(in_book bigint, person uuid, in_unit uuid, as_role text, behalf uuid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select not exists (select from projects.departures d where d.book_id = in_book and d.person_id in (person, behalf) and d.left_on <= current_date)
    and exists (select from projects.role_grants g where g.book_id = in_book and g.person_id = coalesce(behalf, person) and g.unit_id = in_unit and g.role = as_role
      and current_date between g.from_day and coalesce(g.until_day, 'infinity'))
    and (behalf is null or exists (select from projects.delegations d where d.book_id = in_book and d.from_person = behalf and d.to_person = person and d.unit_id = in_unit and d.role = as_role
      and current_date between d.from_day and least(d.until_day, d.ended_on)))
$$;

ALTER FUNCTION projects.holds(in_book bigint, person uuid, in_unit uuid, as_role text, behalf uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.is_left_to_admin(in_book bigint, of_kind text, of_duty text, as_role text) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select of_kind in ('role_grant', 'departure', 'account') and of_duty = 'prepare' and as_role <> 'admin'
    and exists (select from projects.role_grants g where g.book_id = in_book and g.role = 'admin' and projects.holds(in_book, g.person_id, g.unit_id, 'admin', null))
$$;

ALTER FUNCTION projects.is_left_to_admin(in_book bigint, of_kind text, of_duty text, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.issue_notice(in_book bigint, id uuid, shown bytea, person uuid, in_unit uuid, as_role text, behalf uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare n projects.notices; following int;
begin
  if as_role <> 'inspector' or not projects.holds(in_book, person, in_unit, as_role, behalf) then
    raise exception 'a notice is issued by an inspector' using errcode = 'AC044';
  end if;
  perform from accounting.books b where b.book_id = in_book for no key update; -- numbers of a year are given one after the other
  select * into n from projects.notices x where x.book_id = in_book and x.notice_id = id for update;
  if not found or n.state <> 'draft' then
    raise exception 'only a draft is issued' using errcode = 'AC043';
  end if;
  if n.content_hash <> shown then
    raise exception 'the notice says something else than what was shown' using errcode = 'AC042';
  end if;
  if person = n.drafted_by or behalf = n.drafted_by then
    raise exception 'a notice is drafted by one person and issued by another' using errcode = 'AC023';
  end if;
  select coalesce(max(x.issue), 0) + 1 into following from projects.notices x where x.book_id = in_book and extract(year from x.day) = extract(year from n.day);
  update projects.notices x set state = 'issued', issue = following, decided_by = person, decided_at = clock_timestamp() where x.book_id = in_book and x.notice_id = id;
  return following;
end $$;

ALTER FUNCTION projects.issue_notice(in_book bigint, id uuid, shown bytea, person uuid, in_unit uuid, as_role text, behalf uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.judge_acts() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare wrong record;
begin
  select d.number, a.verb into wrong from new_acts a join projects.documents d using (book_id, document_id)
    where d.content_hash <> a.document_hash or not exists (select from projects.steps() s where s.kind = d.kind and s.flow in ('', d.flow) and s.verb = a.verb and s.duty = a.duty
      and s.from_state = a.from_state and a.to_state in (s.from_state, s.to_state)) limit 1;
  if found then
    raise exception '% of % is no step of its kind, or not of its content', wrong.verb, wrong.number using errcode = 'AC043';
  end if;
  return null;
end $$;

ALTER FUNCTION projects.judge_acts() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.judge_bank_match() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare bank numeric; ours numeric;
begin
  select b.received - b.paid into bank from projects.bank_lines b where b.book_id = new.book_id and b.bank_account_id = new.bank_account_id and b.month = new.month and b.line_no = new.line_no;
  select l.debit - l.credit into ours from accounting.lines l
    join projects.bank_accounts a on a.book_id = l.book_id and a.bank_account_id = new.bank_account_id and a.ledger_account = l.account
    join accounting.ledgers g on g.book_id = l.book_id and g.project_id = l.project_id and (g.project_id = a.node_id or a.node_id is null and g.unit_id = a.unit_id)
   where l.book_id = new.book_id and l.period = new.period and l.number = new.number and l.line_no = new.voucher_line;
  if bank is distinct from ours or bank is null then
    raise exception 'line % of %: %; line % of voucher %/% on the same account: %', new.line_no, new.month, coalesce(projects.fen(bank), 'none'), new.voucher_line, new.period, new.number, coalesce(projects.fen(ours), 'none')
      using errcode = 'AC077';
  end if;
  return new;
end $$;

ALTER FUNCTION projects.judge_bank_match() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.judge_beside_events() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare v accounting.vouchers; right_one record;
begin
  for v in select n.* from new_vouchers n where n.source = 'manual' or n.kind = 'reversal' loop
    if v.source = 'manual' then
      perform projects.judge_manual_voucher(v);
    end if;
    if v.kind = 'reversal' then
      select n.period, n.number into right_one from new_vouchers n where n.book_id = v.book_id and n.kind = 'correction' and n.refers_period = v.refers_period and n.refers_number = v.refers_number;
      perform projects.judge_red_voucher(v, right_one.period, right_one.number);
    end if;
  end loop;
  return null;
end $$;

ALTER FUNCTION projects.judge_beside_events() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.judge_draw() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare line text;
begin
  select b.code into line from accounting.budget_lines b where b.book_id = new.book_id and b.budget_line_id = new.budget_line_id
    and b.project_id is distinct from (select d.node_id from projects.documents d where d.book_id = new.book_id and d.document_id = case tg_table_name when 'contract_funding' then (to_jsonb(new) ->> 'contract_id')::uuid else new.document_id end);
  if found then
    raise exception 'budget line % is of another project', line using errcode = 'AC014';
  end if;
  return null;
end $$;

ALTER FUNCTION projects.judge_draw() OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
)
PARTITION BY RANGE (period);

ALTER TABLE accounting.vouchers OWNER TO mingzhang_owner;

CREATE FUNCTION projects.judge_manual_voucher(v accounting.vouchers) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare wrong record;
begin
  select l.line_no, l.account, a.name_zh, projects.manual_ban(a) as why into wrong
    from accounting.lines l join accounting.accounts a on a.book_id = l.book_id and a.code = l.account
   where l.book_id = v.book_id and l.period = v.period and l.number = v.number and projects.manual_ban(a) is not null order by l.line_no limit 1;
  if found then
    raise exception 'line %, account % %: not by hand, %', wrong.line_no, wrong.account, wrong.name_zh, wrong.why using errcode = 'AC070';
  end if;
  if v.kind <> 'reversal' and (select count(distinct a.verb) from projects.documents d join projects.acts a on a.book_id = d.book_id and a.document_id = d.document_id and a.document_hash = d.content_hash
      where d.book_id = v.book_id and d.document_id = v.source_document and d.kind = 'manual_voucher'
        and (a.verb, a.person_id) in (('submit', v.prepared_by), ('review', v.reviewed_by), ('post', v.posted_by))) < 3 then
    raise exception 'a voucher by hand is the voucher of its document, with the document''s maker, reviewer and poster' using errcode = 'AC070';
  end if;
end $$;

ALTER FUNCTION projects.judge_manual_voucher(v accounting.vouchers) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.judge_notice() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if old.state <> 'draft' or (new.book_id, new.notice_id, new.month, new.day, new.content, new.drafted_by, new.drafted_at) <> (old.book_id, old.notice_id, old.month, old.day, old.content, old.drafted_by, old.drafted_at) then
    raise exception 'a notice stays as it was written' using errcode = 'AC043';
  end if;
  return new;
end $$;

ALTER FUNCTION projects.judge_notice() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.judge_progress() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare project text; former record; later record; last int;
begin
  select n.code into project from projects.nodes n where n.book_id = new.book_id and n.node_id = new.node_id;
  if new.month > to_char(current_date, 'YYYYMM')::int or new.day > current_date or new.day < make_date(new.month / 100, new.month % 100, 1) then
    raise exception 'progress of %, filed on %: a month is reported on from its first day on, and no day to come', to_char(make_date(new.month / 100, new.month % 100, 1), 'YYYY-MM'), new.day using errcode = 'AC085';
  end if;
  if new.role not in ('project_clerk', 'project_head', 'lead_approver') then
    raise exception 'progress is filed by project_clerk, project_head or lead_approver, not by %', new.role using errcode = 'AC044';
  end if;
  if not projects.holds(new.book_id, new.filed_by, new.unit_id, new.role, new.on_behalf_of) then
    raise exception 'role % of this unit is not held today', new.role using errcode = 'AC044';
  end if;
  if not projects.concerns(new.book_id, new.node_id, new.unit_id) then
    raise exception 'this unit neither keeps nor leads %', project using errcode = 'AC044';
  end if;
  select coalesce(max(e.version), 0) into last from projects.progress_entries e
    where e.book_id = new.book_id and e.node_id = new.node_id and e.month = new.month and e.version <> new.version;
  if new.version <> last + 1 then
    raise exception 'progress of % has % versions in this month: the next is not %', project, last, new.version using errcode = 'AC085';
  end if;
  select e.month, e.percent into former from projects.progress_entries e
    where e.book_id = new.book_id and e.node_id = new.node_id and e.month <= new.month and (e.month, e.version) <> (new.month, new.version) order by e.month desc, e.version desc limit 1;
  select e.month, e.percent into later from projects.progress_entries e
    where e.book_id = new.book_id and e.node_id = new.node_id and e.month > new.month order by e.month, e.version desc limit 1;
  if new.reason = '' and former.percent > new.percent then
    raise exception '% was at % %% by the entry of %: % %% is less and needs a reason', project, former.percent, former.month, new.percent using errcode = 'AC086';
  end if;
  if new.reason = '' and later.percent < new.percent then
    raise exception '% is at % %% by the entry of %: % %% before is more and needs a reason', project, later.percent, later.month, new.percent using errcode = 'AC086';
  end if;
  return null;
end $$;

ALTER FUNCTION projects.judge_progress() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.judge_red_voucher(red accounting.vouchers, right_period integer, right_number integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare kept text := projects.register_behind(red.book_id, red.refers_period, red.refers_number); wrong record;
begin
  if kept is null then
    for wrong in select distinct l.project_id, s.subject_id, s.code from accounting.lines l join accounting.subjects s on s.book_id = l.book_id and s.subject_id = l.subject_id and s.kind = 'batch'
        where l.book_id = red.book_id and (l.period, l.number) in ((red.period, red.number), (right_period, right_number)) order by s.subject_id loop
      perform projects.require_batch(red.book_id, wrong.project_id, wrong.subject_id, wrong.code, 0);
    end loop;
    return;
  end if;
  select l.account, a.name_zh, sum(l.debit - l.credit) as moved into wrong
    from accounting.lines l join accounting.accounts a on a.book_id = l.book_id and a.code = l.account
   where l.book_id = red.book_id and (l.period, l.number) in ((red.period, red.number), (right_period, right_number))
     and (a.basis = 'authority' or a.takes_subject <> '' or kept = 'completion' and a.type = 'asset')
   group by l.account, a.name_zh, l.project_id, l.budget_line_id, l.subject_id having sum(l.debit - l.credit) <> 0 order by l.account limit 1;
  if found then
    raise exception 'account % % would move by %, which the register of its % keeps: correct it by documents of that kind', wrong.account, wrong.name_zh, round(wrong.moved, 2), kept using errcode = 'AC071';
  end if;
end $$;

ALTER FUNCTION projects.judge_red_voucher(red accounting.vouchers, right_period integer, right_number integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.judge_request() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents; k jsonb; c projects.contracts; village boolean; held numeric; requested numeric; due date;
begin
  select * into d from projects.documents x where x.book_id = new.book_id and x.document_id = new.document_id;
  k := d.content;
  if (d.kind, d.state, d.round, d.amount, k ->> 'payment') is distinct from ('payment_request', 'approved', new.round, new.amount, new.payment) then
    raise exception '% was not approved as it is written down', d.number using errcode = 'AC043';
  end if;
  village := exists (select from projects.nodes n left join projects.nodes p on p.book_id = n.book_id and p.node_id = n.parent_id
    where n.book_id = d.book_id and n.node_id = d.node_id and 'village' in (n.kind, p.kind));
  if d.flow = 'small' and not village
      and (new.contract_id is not null or not coalesce(d.amount <= (select f.up_to from projects.flows f where f.book_id = d.book_id and f.flow = 'small'), false)) then
    raise exception '% passed three desks, which are for villages and small direct payments: recall and revise it', d.number using errcode = 'AC043';
  end if;
  if village and not exists (select from projects.village_records v where v.book_id = d.book_id and v.node_id = d.node_id) then
    raise exception '%: no vote of the village and no published list is recorded', k ->> 'node' using errcode = 'AC055';
  end if;
  if new.contract_id is null then
    return null;
  end if;
  select * into c from projects.contracts x where x.book_id = new.book_id and x.contract_id = new.contract_id;
  if c.node_id is distinct from d.node_id then
    raise exception 'contract % is not of the project of %', c.number, d.number using errcode = 'AC048';
  end if;
  held := case new.payment when 'advance' then c.advance_held when 'retention' then c.retention_held else c.payable_held end;
  select sum(r.held) into requested from projects.payment_requests r where r.book_id = new.book_id and r.contract_id = new.contract_id
    and case r.payment when 'settlement' then 'progress' else r.payment end = case new.payment when 'settlement' then 'progress' else new.payment end;
  if requested > held then
    raise exception 'contract % holds %, its requests come to %: % too much', c.number, projects.fen(held), projects.fen(requested), projects.fen(requested - held) using errcode = 'AC048';
  end if;
  if new.payment = 'retention' then
    due := coalesce((select m.day from projects.node_milestones m where m.book_id = c.book_id and m.node_id = c.node_id and m.milestone = 'accepted'), c.settled_on) + make_interval(months => c.defects_months);
    if due is null or due > (k ->> 'date')::date then
      raise exception 'contract %: retention is due on %, asked on %', c.number, coalesce(due::text, '(neither accepted nor settled)'), k ->> 'date' using errcode = 'AC048';
    end if;
  end if;
  return null;
end $$;

ALTER FUNCTION projects.judge_request() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.judge_roles() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  who uuid := coalesce(to_jsonb(new) ->> 'person_id', to_jsonb(new) ->> 'to_person'); -- of a grant, of a delegation
  two record;
begin
  with held as (
    select g.role, g.from_day, coalesce(g.until_day, 'infinity') as until_day from projects.role_grants g where g.book_id = new.book_id and g.person_id = who
    union all
    select d.role, d.from_day, least(d.until_day, d.ended_on) from projects.delegations d where d.book_id = new.book_id and d.to_person = who
  )
  select a.role as one, b.role as another into two from held a
    join held b on projects.sort_of_role(b.role) > projects.sort_of_role(a.role) and a.from_day <= b.until_day and b.from_day <= a.until_day limit 1;
  if found then
    raise exception 'one person would be % and %: who administers, who audits and who works with money are different persons', two.one, two.another using errcode = 'AC052';
  end if;
  return null;
end $$;

ALTER FUNCTION projects.judge_roles() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.keep_cash_plan(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'cash_plan', 'posted'); k jsonb := d.content;
begin
  insert into projects.cash_plans (book_id, budget_line_id, quarter, document_id, amount)
    select in_book, b.budget_line_id, (q ->> 'quarter')::int, document, (q ->> 'amount')::numeric from jsonb_array_elements(k -> 'quarters') q
    join accounting.budget_lines b on b.book_id = in_book and b.code = q ->> 'budget_line';
end $$;

ALTER FUNCTION projects.keep_cash_plan(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.keep_closing_sheet(in_book bigint, in_period integer, of_kind text, of_account text, said text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if not exists (select from accounting.periods p where p.book_id = in_book and p.period = in_period and p.state = 'closed' and p.closed_at >= transaction_timestamp()) then
    raise exception 'the sheets of % are kept at its close', in_period using errcode = 'AC043';
  end if;
  insert into projects.closing_sheets (book_id, period, kind, account, content, content_hash) values (in_book, in_period, of_kind, of_account, said, sha256(convert_to(said, 'UTF8')));
end $$;

ALTER FUNCTION projects.keep_closing_sheet(in_book bigint, in_period integer, of_kind text, of_account text, said text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.keep_file(in_book bigint, hash bytea, of_size bigint, of_type text, of_name text, person uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  insert into projects.files (book_id, sha256, size, media_type, name, stored_by) values (in_book, hash, of_size, of_type, of_name, person) on conflict do nothing;
  insert into projects.file_uploads (book_id, sha256, person_id) values (in_book, hash, person) on conflict do nothing;
end $$;

ALTER FUNCTION projects.keep_file(in_book bigint, hash bytea, of_size bigint, of_type text, of_name text, person uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.keep_injection(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'injection_record', 'posted'); k jsonb := d.content;
begin
  insert into projects.injections (book_id, injection_id, node_id, investee, day, amount, share, agreement, expected_income)
    values (in_book, document, d.node_id, k ->> 'investee', (k ->> 'date')::date, (k ->> 'amount')::numeric, (k ->> 'share')::numeric, k ->> 'agreement', (k ->> 'expected_income')::numeric);
end $$;

ALTER FUNCTION projects.keep_injection(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.keep_line_voucher(in_book bigint, document uuid, line integer, in_period integer, of_number integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare l projects.payment_lines := projects.line_of(in_book, document, line, '{confirmed}');
begin
  if not exists (select from accounting.vouchers v where v.book_id = in_book and v.period = in_period and v.number = of_number and v.source_document = document) then
    raise exception 'voucher %/% is not of this request', in_period, of_number using errcode = 'AC043';
  end if;
  insert into projects.line_vouchers (book_id, period, number, document_id, round, line_no, order_number) values (in_book, in_period, of_number, document, l.round, line, l.order_number);
end $$;

ALTER FUNCTION projects.keep_line_voucher(in_book bigint, document uuid, line integer, in_period integer, of_number integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.keep_treasury_payments(in_book bigint, of_import uuid, list_rows jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare i projects.imports;
begin
  select * into i from projects.imports x where x.book_id = in_book and x.import_id = of_import and x.kind = 'treasury-payments' and x.withdrawn_at is null;
  if not found then
    raise exception 'there is no such treasury list' using errcode = 'AC041';
  end if;
  perform from accounting.periods p where p.book_id = in_book and p.period = i.month for share;
  insert into projects.treasury_payments (book_id, voucher_no, returned, import_id, row_no, month, day, payee, account_number, amount, indicator, project_code, purpose)
    select in_book, r.voucher_no, r.returned, of_import, r.row_no, i.month, r.day, r.payee, r.account_number, r.amount, r.indicator, r.project_code, r.purpose
    from jsonb_to_recordset(list_rows) as r (voucher_no text, returned boolean, row_no int, day date, payee text, account_number text, amount numeric, indicator text, project_code text, purpose text);
end $$;

ALTER FUNCTION projects.keep_treasury_payments(in_book bigint, of_import uuid, list_rows jsonb) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.keep_village_record(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'village_record', 'posted'); k jsonb := d.content;
begin
  insert into projects.village_records (book_id, node_id, document_id, voted_on, published_on, mode, township, owner, county, bridging, self_raised, labour)
    values (in_book, d.node_id, document, (k ->> 'voted_on')::date, (k ->> 'published_on')::date, k ->> 'mode', k ->> 'township', coalesce(k ->> 'owner', ''),
      (k ->> 'county')::numeric, (k ->> 'bridging')::numeric, (k ->> 'self_raised')::numeric, (k ->> 'labour')::numeric);
end $$;

ALTER FUNCTION projects.keep_village_record(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.last_day(k jsonb) RETURNS date
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if (k ->> 'until')::date >= current_date - 1 then
    return (k ->> 'until')::date;
  end if;
  raise exception 'a role ends yesterday at the earliest, not on %', k ->> 'until' using errcode = 'AC043';
end $$;

ALTER FUNCTION projects.last_day(k jsonb) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.leads(for_book bigint, for_node uuid) RETURNS TABLE(unit_id uuid)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with recursive up as (
    select n.node_id, n.parent_id, 1 as distance from projects.nodes n where n.book_id = for_book and n.node_id = for_node
    union all
    select n.node_id, n.parent_id, up.distance + 1 from up join projects.nodes n on n.book_id = for_book and n.node_id = up.parent_id
  ), named as (
    select p.unit_id, dense_rank() over (order by up.distance) as nearness from up
    join projects.node_parties p on p.book_id = for_book and p.node_id = up.node_id and p.role = 'lead' and p.valid
  )
  select distinct named.unit_id from named where named.nearness = 1 and named.unit_id is not null
$$;

ALTER FUNCTION projects.leads(for_book bigint, for_node uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.lend_role(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  d projects.documents := projects.granted(in_book, document, 'delegation', 'to'); k jsonb := d.content;
  borrower uuid := projects.person_called(in_book, k ->> 'to'); lender uuid := projects.person_called(in_book, k ->> 'lender'); last date;
begin
  if lender is distinct from (select a.person_id from projects.acts a where a.book_id = in_book and a.document_id = document and a.verb = 'submit' order by a.ordinal desc limit 1) then
    raise exception '% does not lend this role: somebody else has submitted %', k ->> 'lender', d.number using errcode = 'AC044';
  end if;
  if coalesce((k ->> 'end')::boolean, false) then
    last := projects.last_day(k);
    update projects.delegations l set ended_on = last, ended_by = document
      where l.book_id = in_book and l.from_person = lender and l.to_person = borrower and l.unit_id = d.unit_id and l.role = k ->> 'role' and least(l.until_day, l.ended_on) > last;
    if not found then
      raise exception '% has not lent % to % beyond %', k ->> 'lender', k ->> 'role', k ->> 'to', last using errcode = 'AC044';
    end if;
    return;
  end if;
  if not projects.holds(in_book, lender, d.unit_id, k ->> 'role', null) then
    raise exception '% does not hold % of this unit and cannot lend it', k ->> 'lender', k ->> 'role' using errcode = 'AC044';
  end if;
  insert into projects.delegations (book_id, delegation_id, from_person, to_person, unit_id, role, from_day, until_day, document_id)
    values (in_book, gen_random_uuid(), lender, borrower, d.unit_id, k ->> 'role', (k ->> 'from')::date, (k ->> 'until')::date, document);
end $$;

ALTER FUNCTION projects.lend_role(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.light_points(in_book bigint, OUT yellow numeric, OUT red numeric) RETURNS record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select x.yellow_points, x.red_points from (
    select s.yellow_points, s.red_points, s.in_effect_at from projects.settings s where s.book_id = in_book and s.red_points is not null
    union all select 5.00, 15.00, '-infinity') x
  order by x.in_effect_at desc limit 1
$$;

ALTER FUNCTION projects.light_points(in_book bigint, OUT yellow numeric, OUT red numeric) OWNER TO mingzhang_owner;

CREATE TABLE projects.payment_lines (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    round integer NOT NULL,
    line_no integer NOT NULL,
    payee_id uuid NOT NULL,
    account_number text NOT NULL,
    kind text NOT NULL,
    amount accounting.yuan NOT NULL,
    state text DEFAULT 'approved'::text NOT NULL,
    order_number text,
    paid accounting.yuan DEFAULT 0 NOT NULL,
    returned accounting.yuan DEFAULT 0 NOT NULL,
    paid_on date,
    failed_by uuid,
    failed_because text,
    CONSTRAINT confirmed_is_paid CHECK (((state = 'confirmed'::text) <= ((paid)::numeric = (amount)::numeric))),
    CONSTRAINT line_paid_once CHECK ((((paid)::numeric = (0)::numeric) OR ((paid)::numeric = (amount)::numeric))),
    CONSTRAINT payment_lines_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT payment_lines_failed_because_check CHECK ((failed_because <> ''::text)),
    CONSTRAINT payment_lines_kind_check CHECK ((kind = ANY (ARRAY['wages'::text, 'works'::text, 'other'::text]))),
    CONSTRAINT payment_lines_line_no_check CHECK ((line_no > 0)),
    CONSTRAINT payment_lines_returned_check CHECK (((returned)::numeric >= (0)::numeric)),
    CONSTRAINT payment_lines_state_check CHECK ((state = ANY (ARRAY['approved'::text, 'ordered'::text, 'confirmed'::text, 'failed'::text, 'cancelled'::text]))),
    CONSTRAINT returned_within_paid CHECK (((returned)::numeric <= (paid)::numeric))
);

ALTER TABLE projects.payment_lines OWNER TO mingzhang_owner;

CREATE FUNCTION projects.line_of(in_book bigint, document uuid, line integer, wanted text[]) RETURNS projects.payment_lines
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare l projects.payment_lines;
begin
  select * into l from projects.payment_lines x where x.book_id = in_book and x.document_id = document and x.line_no = line order by x.round desc limit 1 for update;
  if not found then
    raise exception 'the request has no line % that was approved', line using errcode = 'AC043';
  end if;
  if not l.state = any (wanted) then
    raise exception 'line % is %; this needs %', line, l.state, array_to_string(wanted, ' or ') using errcode = 'AC043';
  end if;
  return l;
end $$;

ALTER FUNCTION projects.line_of(in_book bigint, document uuid, line integer, wanted text[]) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.lock_batch(in_book bigint, document uuid, on_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'subsidy_batch', 'locked'); k jsonb := d.content;
begin
  if (k ->> 'published_until')::date > on_day then
    raise exception 'list % is published until %, locked on %', k ->> 'code', k ->> 'published_until', on_day using errcode = 'AC053';
  end if;
  insert into projects.subsidy_batches (book_id, batch_id, node_id, code, month, count, rate, total, published_from, published_until, locked_on)
    values (in_book, document, d.node_id, k ->> 'code', k ->> 'month', (k ->> 'count')::int, (k ->> 'rate')::numeric, (k ->> 'total')::numeric,
      (k ->> 'published_from')::date, (k ->> 'published_until')::date, on_day);
end $$;

ALTER FUNCTION projects.lock_batch(in_book bigint, document uuid, on_day date) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.lock_contract(in_book bigint, contract uuid) RETURNS projects.contracts
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare c projects.contracts;
begin
  select * into c from projects.contracts x where x.book_id = in_book and x.contract_id = contract for update;
  if not found then
    raise exception 'there is no such contract' using errcode = 'AC041';
  end if;
  return c;
end $$;

ALTER FUNCTION projects.lock_contract(in_book bigint, contract uuid) OWNER TO mingzhang_owner;

CREATE TABLE accounting.accounts (
    book_id bigint NOT NULL,
    code text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    type text NOT NULL,
    normal_side text NOT NULL,
    basis text NOT NULL,
    leaf boolean NOT NULL,
    takes_line boolean NOT NULL,
    takes_subject text NOT NULL,
    takes_class boolean NOT NULL,
    rule text NOT NULL,
    statutory_code text,
    mask integer GENERATED ALWAYS AS (((((((((((leaf)::integer + (2 * (takes_line)::integer)) + (4 * (takes_class)::integer)) + (8 * ((rule = 'floor'::text))::integer)) + (16 * ((normal_side = 'credit'::text))::integer)) + (32 * ((rule = 'voucher_zero'::text))::integer)) + (64 * ((rule = 'book_zero'::text))::integer)) + (128 * ((basis = 'budgetary'::text))::integer)) + (256 * ((basis = 'authority'::text))::integer)) + (512 *
CASE takes_subject
    WHEN 'contract'::text THEN 1
    WHEN 'request'::text THEN 2
    WHEN 'batch'::text THEN 3
    WHEN 'injection'::text THEN 4
    ELSE 0
END))) STORED NOT NULL,
    CONSTRAINT account_basis CHECK ((basis =
CASE
    WHEN (code < '6'::text) THEN 'financial'::text
    WHEN (code < '9'::text) THEN 'budgetary'::text
    ELSE 'authority'::text
END)),
    CONSTRAINT accounts_code_check CHECK ((code ~ '^[1-9][0-9]{3}(\.[0-9]{2})?$'::text)),
    CONSTRAINT accounts_normal_side_check CHECK ((normal_side = ANY (ARRAY['debit'::text, 'credit'::text]))),
    CONSTRAINT accounts_rule_check CHECK ((rule = ANY (ARRAY[''::text, 'floor'::text, 'voucher_zero'::text, 'book_zero'::text]))),
    CONSTRAINT accounts_takes_subject_check CHECK ((takes_subject = ANY (ARRAY[''::text, 'contract'::text, 'request'::text, 'batch'::text, 'injection'::text])))
);

ALTER TABLE accounting.accounts OWNER TO mingzhang_owner;

CREATE FUNCTION projects.manual_ban(a accounting.accounts) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select case
    when a.basis = 'authority' then 'the indicator ledger moves with budgets, contracts, requests and payments'
    when a.code like '4001%' or a.code like '6001%' then 'an appropriation is received by the payment that draws it'
    when a.code like '7%' then 'budgetary expenditure is the payment''s own entry'
    when a.takes_subject <> '' then format('it is kept for each %s and moves with its documents', a.takes_subject)
    when a.rule = 'floor' then 'its balance has a floor, which only its own events respect'
  end
$$;

ALTER FUNCTION projects.manual_ban(a accounting.accounts) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.match_bank_items(in_book bigint, in_account uuid, bank_item uuid, our_item uuid, why text, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare b record; l record;
begin
  if as_role <> 'treasury_officer' or not projects.holds(in_book, person, in_unit, as_role, null) then
    raise exception 'this is for treasury_officer who holds the role today, not for %', as_role using errcode = 'AC044';
  end if;
  perform from projects.bank_accounts a where a.book_id = in_book and a.bank_account_id = in_account for update;
  perform from accounting.periods p where p.book_id = in_book and p.state = 'open' order by p.period for share; -- a close waits, or is waited for
  select * into b from projects.bank_open_items(in_book, in_account, 999912) i where i.item_id = bank_item and i.side = 'bank';
  select * into l from projects.bank_open_items(in_book, in_account, 999912) i where i.item_id = our_item and i.side = 'ledger';
  if b.item_id is null or l.item_id is null then
    raise exception 'there is no such open item of %', case when b.item_id is null then 'the bank' else 'the books' end using errcode = 'AC041';
  end if;
  insert into projects.bank_matches (book_id, bank_account_id, month, line_no, ordinal, period, number, voucher_line, counts_from, reason, because, matched_by)
    select in_book, in_account, b.month, b.line_no, n.ordinal, l.period, l.number, l.voucher_line, n.counts_from, 'by_hand', why, person
      from projects.next_bank_match(in_book, in_account, b.month, b.line_no, l.period, l.number, l.voucher_line) n;
end $$;

ALTER FUNCTION projects.match_bank_items(in_book bigint, in_account uuid, bank_item uuid, our_item uuid, why text, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.match_bank_lines(in_book bigint, in_account uuid, person uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare begun int; rule text; found_now int; found_all int := 0;
begin
  perform from projects.bank_accounts a where a.book_id = in_book and a.bank_account_id = in_account for update;
  perform from accounting.periods p where p.book_id = in_book and p.state = 'open' order by p.period for share; -- a close waits, or is waited for
  begun := projects.bank_begins(in_book, in_account);
  update projects.bank_matches m set ended_from = greatest(m.counts_from, r.by_period), ended_by = person, ended_at = clock_timestamp(), ended_because = 'the voucher was reversed' from accounting.reversals r
   where m.book_id = in_book and m.bank_account_id = in_account and m.ended_from is null and r.book_id = in_book and r.period = m.period and r.number = m.number;
  foreach rule in array array['serial', 'amount_and_day', 'amount', 'amount', 'amount'] loop -- what was nearer to another finds its next nearest in the next round
    with b as (
      select x.month, x.line_no, x.day, (x.received - x.paid)::numeric as amount, x.serial from projects.bank_lines x
       where x.book_id = in_book and x.bank_account_id = in_account and x.month > begun
         and not exists (select from projects.bank_matches m where m.book_id = in_book and m.bank_account_id = in_account and m.month = x.month and m.line_no = x.line_no and m.ended_from is null)
    ), l as (
      select x.*, v.memo from projects.bank_ledger(in_book, in_account, 999912) x join accounting.vouchers v on v.book_id = in_book and v.period = x.period and v.number = x.number
       where x.period > begun
         and not exists (select from projects.bank_matches m where m.book_id = in_book and m.period = x.period and m.number = x.number and m.voucher_line = x.voucher_line and m.ended_from is null)
         and not exists (select from accounting.reversals r where r.book_id = in_book and (r.period, r.number) = (x.period, x.number))
         and not exists (select from accounting.reversals r where r.book_id = in_book and (r.by_period, r.by_number) = (x.period, x.number))
    ), ways as (
      select b.month, b.line_no, l.period, l.number, l.voucher_line,
          row_number() over (partition by b.month, b.line_no order by abs(b.day - l.day), l.day, l.period, l.number, l.voucher_line) as first_for_bank,
          row_number() over (partition by l.period, l.number, l.voucher_line order by abs(b.day - l.day), b.day, b.month, b.line_no) as first_for_ledger
        from b join l on l.amount = b.amount and case rule when 'serial' then length(b.serial) >= 6 and position(b.serial in l.memo) > 0 when 'amount' then abs(b.day - l.day) <= 10 end
       where rule <> 'amount_and_day'
    ), bn as (
      select b.*, row_number() over (partition by b.amount, b.day order by b.month, b.line_no) as place from b where rule = 'amount_and_day'
    ), ln as (
      select l.*, row_number() over (partition by l.amount, l.day order by l.period, l.number, l.voucher_line) as place from l where rule = 'amount_and_day'
    ), pairs as (
      select w.month, w.line_no, w.period, w.number, w.voucher_line from ways w where w.first_for_bank = 1 and w.first_for_ledger = 1
      union all
      select bn.month, bn.line_no, ln.period, ln.number, ln.voucher_line from bn join ln using (amount, day, place)
    )
    insert into projects.bank_matches (book_id, bank_account_id, month, line_no, ordinal, period, number, voucher_line, counts_from, reason, matched_by)
      select in_book, in_account, p.month, p.line_no, n.ordinal, p.period, p.number, p.voucher_line, n.counts_from, rule, person from pairs p
        cross join lateral projects.next_bank_match(in_book, in_account, p.month, p.line_no, p.period, p.number, p.voucher_line) n
       where not exists (select from projects.bank_matches m where m.book_id = in_book and m.bank_account_id = in_account and (m.month, m.line_no, m.period, m.number, m.voucher_line) = (p.month, p.line_no, p.period, p.number, p.voucher_line));
    get diagnostics found_now = row_count;
    found_all := found_all + found_now;
  end loop;
  return found_all;
end $$;

ALTER FUNCTION projects.match_bank_lines(in_book bigint, in_account uuid, person uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.match_treasury(in_book bigint) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare made int; more int;
begin
  -- orders that no list has brought yet
  with rows_left as (
    select p.*, (regexp_match(upper(p.purpose), 'ZF-[0-9]{4}-[0-9]{4,}'))[1] as request from projects.treasury_payments p
    where p.book_id = in_book and not p.returned and not exists (select from projects.treasury_matches m where m.book_id = p.book_id and m.voucher_no = p.voucher_no and m.returned = p.returned)),
  orders as (
    select o.*, d.number, d.content::jsonb ->> 'purpose' as purpose, coalesce(r.bank_serial, '') as serial, y.name
    from (select l.document_id, l.round, l.line_no, l.order_number, l.amount, l.account_number, l.payee_id, l.state, l.paid_on from projects.payment_lines l
            where l.book_id = in_book and l.state in ('ordered', 'confirmed') and l.order_number is not null
          union all select f.document_id, f.round, f.line_no, f.order_number, l.amount, '', l.payee_id, 'failed', null from projects.failed_orders f
            join projects.payment_lines l on l.book_id = f.book_id and l.document_id = f.document_id and l.round = f.round and l.line_no = f.line_no where f.book_id = in_book) o
    join projects.documents d on d.book_id = in_book and d.document_id = o.document_id
    join projects.payees y on y.book_id = in_book and y.payee_id = o.payee_id
    left join lateral (select x.bank_serial from projects.receipts x where x.book_id = in_book and x.document_id = o.document_id and x.round = o.round and x.line_no = o.line_no and x.checked_by is not null
      and o.state = 'confirmed' order by x.attempt desc limit 1) r on true
    where not exists (select from projects.treasury_matches m where m.book_id = in_book and m.document_id = o.document_id and m.round = o.round and m.line_no = o.line_no and m.order_number = o.order_number and not m.returned)),
  named as ( -- numbers that a request names itself
    select o.document_id, o.round, o.line_no, o.order_number, o.amount, (regexp_matches(o.purpose, '[0-9A-Za-z][0-9A-Za-z-]{5,}', 'g'))[1] as word from orders o),
  fits as (
    select p.voucher_no, o.document_id, o.round, o.line_no, o.order_number, 1 as rank, 'voucher_number' as reason from rows_left p join orders o on o.order_number = p.voucher_no
    union select p.voucher_no, o.document_id, o.round, o.line_no, o.order_number, 1, 'voucher_number' from rows_left p join orders o on o.serial = p.voucher_no and o.amount = p.amount
    union select p.voucher_no, o.document_id, o.round, o.line_no, o.order_number, 2 + (o.account_number <> p.account_number)::int, 'request_number'
      from rows_left p join orders o on o.number = p.request and o.amount = p.amount where o.state <> 'failed'
    union select p.voucher_no, o.document_id, o.round, o.line_no, o.order_number, 4, 'voucher_in_request' from rows_left p join named o on o.word = p.voucher_no and o.amount = p.amount
    union select p.voucher_no, o.document_id, o.round, o.line_no, o.order_number, 5, 'amount_and_account'
      from rows_left p join orders o on o.amount = p.amount and o.account_number = p.account_number and (p.payee = '' or projects.plain_name(p.payee) = projects.plain_name(o.name))
      where o.state = 'ordered' or o.state = 'confirmed' and abs(o.paid_on - p.day) <= 10),
  best as (
    select f.*, min(f.rank) over (partition by f.voucher_no) as of_row, min(f.rank) over (partition by f.document_id, f.round, f.line_no, f.order_number) as of_order from fits f),
  single as (
    select b.*, count(*) over (partition by b.voucher_no) as orders_of_row, count(*) over (partition by b.document_id, b.round, b.line_no, b.order_number) as rows_of_order
    from best b where b.rank = b.of_row and b.rank = b.of_order)
  insert into projects.treasury_matches (book_id, voucher_no, returned, document_id, round, line_no, order_number, reason)
    select in_book, s.voucher_no, false, s.document_id, s.round, s.line_no, s.order_number, s.reason from single s where s.orders_of_row = 1 and s.rows_of_order = 1 on conflict do nothing;
  get diagnostics made = row_count;
  -- What came back is of the order that was paid with its number, else of the paid line it names or fits.
  with rows_left as (
    select p.*, (regexp_match(upper(p.purpose), 'ZF-[0-9]{4}-[0-9]{4,}'))[1] as request from projects.treasury_payments p
    where p.book_id = in_book and p.returned and not exists (select from projects.treasury_matches m where m.book_id = p.book_id and m.voucher_no = p.voucher_no and m.returned)),
  orders as (
    select l.document_id, l.round, l.line_no, v.order_number, l.amount, l.paid - l.returned as left_of, l.account_number, d.number from projects.payment_lines l
    join projects.documents d on d.book_id = l.book_id and d.document_id = l.document_id
    join lateral (select l.order_number where l.order_number is not null union select f.order_number from projects.failed_orders f
      where f.book_id = l.book_id and f.document_id = l.document_id and f.round = l.round and f.line_no = l.line_no) v on true
    where l.book_id = in_book),
  fits as (
    select p.voucher_no, m.document_id, m.round, m.line_no, m.order_number, 1 as rank, 'voucher_number' as reason from rows_left p
      join projects.treasury_matches m on m.book_id = in_book and m.voucher_no = p.voucher_no and not m.returned
    union select p.voucher_no, o.document_id, o.round, o.line_no, o.order_number, 2, 'voucher_number' from rows_left p join orders o on o.order_number = p.voucher_no
    union select p.voucher_no, o.document_id, o.round, o.line_no, o.order_number, 3 + (o.amount <> p.amount)::int, 'request_number' from rows_left p join orders o on o.number = p.request and o.left_of >= p.amount
    union select p.voucher_no, o.document_id, o.round, o.line_no, o.order_number, 5, 'amount_and_account' from rows_left p join orders o on o.amount = p.amount and o.account_number = p.account_number and o.left_of >= p.amount),
  best as (select f.*, min(f.rank) over (partition by f.voucher_no) as of_row from fits f),
  single as (select b.*, count(*) over (partition by b.voucher_no) as orders_of_row from best b where b.rank = b.of_row)
  insert into projects.treasury_matches (book_id, voucher_no, returned, document_id, round, line_no, order_number, reason)
    select in_book, s.voucher_no, true, s.document_id, s.round, s.line_no, s.order_number, s.reason from single s where s.orders_of_row = 1 on conflict do nothing;
  get diagnostics more = row_count;
  return made + more;
end $$;

ALTER FUNCTION projects.match_treasury(in_book bigint) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.minimum_persons(in_book bigint, of_flow text) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select coalesce((select f.minimum_persons from projects.flows f where f.book_id = in_book and f.flow = of_flow), case of_flow when 'works' then 5 else 3 end)
$$;

ALTER FUNCTION projects.minimum_persons(in_book bigint, of_flow text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.move_on_contract(in_book bigint, contract uuid, money text, act text, amount numeric) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  c projects.contracts := projects.lock_contract(in_book, contract);
  held numeric; room numeric; said text; d record;
begin
  if amount is null or amount <= 0 then
    raise exception 'contract %: % of % is no amount to %', c.number, projects.fen(amount), money, act using errcode = 'AC048';
  end if;
  held := case money when 'advance' then c.advance_held when 'payable' then c.payable_held when 'retention' then c.retention_held end;
  if act = 'hold' and money = 'advance' then
    room := case when c.state = 'effective' then c.advance_terms - c.advance_held - c.advance_paid else 0 end;
    said := format('advance agreed %s, requested %s, paid %s', projects.fen(c.advance_terms), projects.fen(c.advance_held), projects.fen(c.advance_paid));
  elsif act = 'hold' and money = 'payable' then
    room := c.payable_now;
    said := 'payable now ' || projects.payable_formula(c);
  elsif act in ('hold', 'forfeit') and money = 'retention' then
    room := c.retention_kept - c.retention_forfeited - c.retention_held - c.retention_paid;
    said := format('retention kept %s, forfeited %s, requested %s, paid %s', projects.fen(c.retention_kept), projects.fen(c.retention_forfeited), projects.fen(c.retention_held), projects.fen(c.retention_paid));
  elsif act in ('release', 'pay') and held is not null then
    room := held;
    said := format('%s requested %s', money, projects.fen(held));
  elsif act = 'return' and money = 'advance' then
    room := c.advance_paid - c.advance_recouped;
    said := format('advance paid %s, recouped %s', projects.fen(c.advance_paid), projects.fen(c.advance_recouped));
  elsif act = 'return' and money = 'payable' then
    room := c.payable_paid;
    said := format('paid %s', projects.fen(c.payable_paid));
  elsif act = 'return' and money = 'retention' then
    room := c.retention_paid;
    said := format('retention paid %s', projects.fen(c.retention_paid));
  elsif act = 'return' and money = 'claim' then
    room := c.claimed - c.claim_returned;
    said := format('paid too much %s, returned %s', projects.fen(c.claimed), projects.fen(c.claim_returned));
  else
    raise exception 'contract %: nobody can % %', c.number, act, money using errcode = 'AC048';
  end if;
  if amount > room then
    raise exception 'contract %: %; asked %: % too much', c.number, said, projects.fen(amount), projects.fen(amount - room) using errcode = 'AC048';
  end if;
  select case act when 'hold' then amount when 'return' then 0 when 'forfeit' then 0 else -amount end as held, case act when 'pay' then amount when 'return' then -amount else 0 end as paid into d;
  update projects.contracts x set
      advance_held = x.advance_held + case money when 'advance' then d.held else 0 end, advance_paid = x.advance_paid + case money when 'advance' then d.paid else 0 end,
      payable_held = x.payable_held + case money when 'payable' then d.held else 0 end, payable_paid = x.payable_paid + case money when 'payable' then d.paid else 0 end,
      retention_held = x.retention_held + case money when 'retention' then d.held else 0 end, retention_paid = x.retention_paid + case money when 'retention' then d.paid else 0 end,
      retention_forfeited = x.retention_forfeited + case act when 'forfeit' then amount else 0 end,
      claim_returned = x.claim_returned + case money when 'claim' then amount else 0 end
    where x.book_id = in_book and x.contract_id = contract;
end $$;

ALTER FUNCTION projects.move_on_contract(in_book bigint, contract uuid, money text, act text, amount numeric) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.next_bank_match(in_book bigint, in_account uuid, of_month integer, of_line integer, in_period integer, in_number integer, in_voucher_line integer, OUT ordinal integer, OUT counts_from integer) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select coalesce((select max(m.ordinal) from projects.bank_matches m where m.book_id = in_book and m.bank_account_id = in_account and m.month = of_month and m.line_no = of_line), 0) + 1,
    greatest(of_month, in_period, (select min(p.period) from accounting.periods p where p.book_id = in_book and p.state = 'open'),
      (select max(m.ended_from) from projects.bank_matches m where m.book_id = in_book and m.bank_account_id = in_account and m.month = of_month and m.line_no = of_line),
      (select max(m.ended_from) from projects.bank_matches m where m.book_id = in_book and m.period = in_period and m.number = in_number and m.voucher_line = in_voucher_line))
$$;

ALTER FUNCTION projects.next_bank_match(in_book bigint, in_account uuid, of_month integer, of_line integer, in_period integer, in_number integer, in_voucher_line integer, OUT ordinal integer, OUT counts_from integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.next_number(in_book bigint, of_prefix text, of_year integer) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare n int;
begin
  insert into projects.document_counters as c (book_id, prefix, year, last_number) values (in_book, of_prefix, of_year, 1)
    on conflict on constraint document_counters_pkey do update set last_number = c.last_number + 1 returning last_number into n;
  return of_prefix || '-' || of_year || '-' || accounting.padded(n, 6);
end $$;

ALTER FUNCTION projects.next_number(in_book bigint, of_prefix text, of_year integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.nodes_led() RETURNS SETOF uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with recursive led as (
    select p.book_id, p.node_id from projects.node_parties p where p.unit_id = (select accounting.reader_unit()) and p.role = 'lead' and p.valid
    union
    select n.book_id, n.node_id from led join projects.nodes n on n.book_id = led.book_id and n.parent_id = led.node_id
     where not exists (select from projects.node_parties p where p.book_id = n.book_id and p.node_id = n.node_id and p.role = 'lead' and p.valid)
  )
  select led.node_id from led
$$;

ALTER FUNCTION projects.nodes_led() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.note_export(in_book bigint, file bytea, of_state text, of_format text, rows_in integer, total_of numeric, person uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  insert into projects.payment_exports (book_id, file_sha256, state, format, row_count, total, exported_by) values (in_book, file, of_state, of_format, rows_in, total_of, person) on conflict do nothing
$$;

ALTER FUNCTION projects.note_export(in_book bigint, file bytea, of_state text, of_format text, rows_in integer, total_of numeric, person uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.note_failed_order() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  insert into projects.failed_orders (book_id, order_number, document_id, round, line_no) values (new.book_id, new.order_number, new.document_id, new.round, new.line_no);
  return null;
end $$;

ALTER FUNCTION projects.note_failed_order() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.open_contract(in_book bigint, document uuid, place integer, contract uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  d projects.documents := projects.signed(in_book, document, 'opening', 'posted'); k jsonb := (d.content::jsonb -> 'contracts') -> (place - 1); a jsonb := k -> 'agreement';
  node uuid; unit uuid; n int; items numeric; certified numeric; made text;
begin
  select l.project_id, l.unit_id into node, unit from accounting.ledgers l where l.book_id = in_book and l.code = a ->> 'node';
  if a is null or node is null then
    raise exception '% says nothing of a contract at place %', d.number, place using errcode = 'AC043';
  end if;
  insert into projects.document_counters as c (book_id, prefix, year, last_number) values (in_book, 'HT', extract(year from (d.content::jsonb ->> 'date')::date)::int, 1)
    on conflict on constraint document_counters_pkey do update set last_number = c.last_number + 1 returning last_number into n;
  made := 'HT-' || extract(year from (d.content::jsonb ->> 'date')::date) || '-' || accounting.padded(n, 4);
  insert into projects.documents (book_id, document_id, kind, number, unit_id, node_id, flow, amount, content, content_hash, state, created_by)
    values (in_book, contract, 'contract', made, unit, node, 'works', (a ->> 'price')::numeric, a::text, sha256(convert_to(a::text, 'UTF8')), 'effective', d.created_by);
  insert into projects.contracts (book_id, contract_id, number, node_id, name, type, supplier, credit_code, payee, signed_on, original_price, price, funded, draw_by, recoup_rate, progress_rate, settled_rate,
      retention_rate, defects_months, advance_terms, advance_paid, advance_recouped, certified, certified_payable, payable_paid, deducted, retention_kept, retention_paid, state, settled_price, settled_on)
    values (in_book, contract, a ->> 'number', node, a ->> 'name', a ->> 'type', a #>> '{supplier,name}', coalesce(a #>> '{supplier,credit_code}', ''), coalesce(a #>> '{supplier,payee}', ''),
      (a ->> 'date')::date, (a ->> 'price')::numeric, (a ->> 'price')::numeric, 0, a ->> 'draw_by', (a ->> 'recoup_rate')::numeric, (a ->> 'progress_rate')::numeric, (a ->> 'settled_rate')::numeric,
      (a ->> 'retention_rate')::numeric, (a ->> 'defects_months')::int, (a ->> 'advance')::numeric, (k ->> 'advance_paid')::numeric, (k ->> 'advance_recouped')::numeric, (k ->> 'certified')::numeric,
      (k ->> 'certified')::numeric - (k ->> 'advance_recouped')::numeric - (k ->> 'retention_kept')::numeric, (k ->> 'paid')::numeric, (k ->> 'deducted')::numeric, (k ->> 'retention_kept')::numeric,
      (k ->> 'retention_paid')::numeric, case when k ? 'settled_on' then 'settled' else 'effective' end, case when k ? 'settled_on' then (k ->> 'certified')::numeric end, (k ->> 'settled_on')::date);
  insert into projects.contract_items (book_id, contract_id, code, ordinal, name, unit, quantity, unit_price, amount, certified_quantity, certified_percent, certified_amount, settled_amount)
    select in_book, contract, i ->> 'code', o, i ->> 'name', coalesce(i ->> 'unit', ''), (i ->> 'quantity')::numeric, (i ->> 'unit_price')::numeric, (i ->> 'amount')::numeric,
        coalesce((m ->> 'quantity')::numeric, 0), coalesce((m ->> 'percent')::numeric, 0), coalesce((m ->> 'amount')::numeric, 0), case when k ? 'settled_on' then coalesce((m ->> 'amount')::numeric, 0) end
      from jsonb_array_elements(a -> 'items') with ordinality as x (i, o) left join jsonb_array_elements(k -> 'measured') m on m ->> 'code' = i ->> 'code';
  select sum(i.amount), sum(i.certified_amount) into items, certified from projects.contract_items i where i.book_id = in_book and i.contract_id = contract;
  if items is distinct from (a ->> 'price')::numeric or certified is distinct from (k ->> 'certified')::numeric then
    raise exception 'contract %: items %, price %; certified of items %, of the contract %', a ->> 'number', projects.fen(items), projects.fen((a ->> 'price')::numeric), projects.fen(certified),
      projects.fen((k ->> 'certified')::numeric) using errcode = 'AC048';
  end if;
  perform projects.fund_contract(in_book, contract, contract, a -> 'funding', 1);
end $$;

ALTER FUNCTION projects.open_contract(in_book bigint, document uuid, place integer, contract uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.open_items(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) RETURNS TABLE(item_id uuid, kind text, month integer, day date, voucher text, amount numeric, request text, line_no integer, detail text, state text, cleared_in integer, reason text, owner_id uuid, given_by uuid, given_at timestamp with time zone)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with theirs as (select t.*, i.imported_at as since from projects.treasury_rows(in_book, 0, to_month, known) t join projects.imports i on i.book_id = in_book and i.import_id = t.import_id),
  found as (
    select t.item_id, case when t.returned then 'returned' else 'paid_not_booked' end as kind, t.month, t.day, t.voucher_no as voucher, t.amount, t.request, t.line_no,
      concat_ws('; ', case when t.reason is null then 'no request fits' else 'matched by ' || t.reason end, case when t.line_state <> 'confirmed' then t.disagrees end) as detail,
      t.period is not null or t.gone as cleared, t.period as cleared_in, t.since from theirs t where t.month >= from_month
    union all
    select md5('differs ' || t.item_id)::uuid, 'disagrees', t.month, t.day, t.voucher_no, t.amount, t.request, t.line_no, t.disagrees, false, null, t.since from theirs t
      where t.month >= from_month and t.period is not null and t.disagrees is not null
    union all
    select md5('voucher ' || x.root_period || ' ' || x.root_number || ' ' || x.period || ' ' || in_book)::uuid, 'not_in_list', x.period, min(x.date), format('%s-%s 记-%s', x.root_period / 100, lpad((x.root_period % 100)::text, 2, '0'), accounting.padded(x.root_number, 4)), sum(x.amount), null, null,
      min(x.source || ' ' || x.memo), false, null, null
    from projects.executed(in_book, from_month, to_month, known) x
    where x.kind <> 'opening' and exists (select from projects.imports i where i.book_id = in_book and i.kind = 'treasury-payments' and i.month = x.period and i.imported_at <= known and (i.withdrawn_at is null or i.withdrawn_at > known))
      and not exists (select from theirs t where t.period = x.root_period and t.number = x.root_number)
    group by x.period, x.root_period, x.root_number having sum(x.amount) <> 0)
  select f.item_id, f.kind, f.month, f.day, f.voucher, f.amount, f.request, f.line_no, f.detail, case when f.cleared then 'cleared' when n.reason is null then 'open' else 'explained' end,
    f.cleared_in, n.reason, n.owner_id, n.given_by, n.given_at from found f
  left join lateral (select x.* from projects.item_reasons x where x.book_id = in_book and x.item_id = f.item_id and x.given_at <= known and (f.since is null or x.given_at > f.since) order by x.ordinal desc limit 1) n on true
$$;

ALTER FUNCTION projects.open_items(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.order_lines(in_book bigint, document uuid, year integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'payment_request', 'ordered'); l record;
begin
  for l in select x.round, x.line_no from projects.payment_lines x where x.book_id = in_book and x.document_id = document and x.round = d.round and x.state = 'approved' order by x.line_no loop
    update projects.payment_lines x set state = 'ordered', order_number = projects.next_number(in_book, 'ZFPZ', order_lines.year)
      where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = l.line_no;
  end loop;
end $$;

ALTER FUNCTION projects.order_lines(in_book bigint, document uuid, year integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.oversees(as_role text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select as_role in ('budget_officer', 'treasury_officer', 'auditor', 'inspector', 'admin')
$$;

ALTER FUNCTION projects.oversees(as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.party_unit() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  new.unit_id := (select u.unit_id from accounting.units u where u.book_id = new.book_id and u.name = new.name order by u.code limit 1);
  return new;
end $$;

ALTER FUNCTION projects.party_unit() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.payable_formula(c projects.contracts) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select format('%s %% × %s certified − %s recouped − %s paid − %s requested − %s deductions = %s, at most %s certified and unpaid and %s left of the price', trim_scale(rate), projects.fen(c.certified),
    projects.fen(c.advance_recouped), projects.fen(c.payable_paid), projects.fen(c.payable_held), projects.fen(c.deducted),
    projects.fen(rate * c.certified / 100 - c.advance_recouped - c.payable_paid - c.payable_held - c.deducted), projects.fen(c.certified_payable - c.payable_held - c.payable_paid),
    projects.fen(c.price - c.advance_held - c.advance_paid - c.payable_held - c.payable_paid - c.retention_kept))
  from (select case when c.state = 'settled' then c.settled_rate else c.progress_rate end) as r (rate)
$$;

ALTER FUNCTION projects.payable_formula(c projects.contracts) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.payee_wait_hours(in_book bigint) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select coalesce((select s.payee_wait_hours from projects.settings s where s.book_id = in_book and s.payee_wait_hours is not null order by s.in_effect_at desc limit 1), 24)
$$;

ALTER FUNCTION projects.payee_wait_hours(in_book bigint) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.person_called(in_book bigint, by_code text) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare id uuid;
begin
  select p.person_id into id from accounting.persons p where p.book_id = in_book and p.code = by_code;
  if id is null then
    raise exception 'this book has no person with the code %', coalesce(by_code, '(none)') using errcode = 'AC024';
  end if;
  return id;
end $$;

ALTER FUNCTION projects.person_called(in_book bigint, by_code text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.plain_name(name text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select regexp_replace(translate(name, '（）()　 ·•', ''), '\s', '', 'g')
$$;

ALTER FUNCTION projects.plain_name(name text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.plain_number(document_no text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select translate(document_no, '[]【】（）()［］﹝﹞０１２３４５６７８９ 　', '〔〕〔〕〔〕〔〕〔〕〔〕0123456789')
$$;

ALTER FUNCTION projects.plain_number(document_no text) OWNER TO mingzhang_owner;

CREATE TABLE projects.plan_lines (
    book_id bigint NOT NULL,
    plan_line_id uuid NOT NULL,
    node_id uuid NOT NULL,
    kind text NOT NULL,
    amount accounting.yuan,
    rate numeric(20,4),
    quantity numeric(20,3),
    unit text NOT NULL,
    note text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT lump_or_rate CHECK (
CASE kind
    WHEN 'lump'::text THEN ((amount IS NOT NULL) AND (rate IS NULL) AND (quantity IS NULL))
    ELSE ((amount IS NULL) AND (rate IS NOT NULL))
END),
    CONSTRAINT plan_lines_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT plan_lines_kind_check CHECK ((kind = ANY (ARRAY['lump'::text, 'rate'::text]))),
    CONSTRAINT plan_lines_quantity_check CHECK ((quantity >= (0)::numeric)),
    CONSTRAINT plan_lines_rate_check CHECK ((rate > (0)::numeric))
);

ALTER TABLE projects.plan_lines OWNER TO mingzhang_owner;

CREATE FUNCTION projects.planned(line projects.plan_lines) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    AS $$ select case line.kind when 'lump' then line.amount else round(line.rate * line.quantity, 2) end $$;

ALTER FUNCTION projects.planned(line projects.plan_lines) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.progress_due_day(in_book bigint) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select coalesce((select s.progress_due_day from projects.settings s where s.book_id = in_book and s.progress_due_day is not null order by s.in_effect_at desc limit 1), 5)
$$;

ALTER FUNCTION projects.progress_due_day(in_book bigint) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.project_figures(in_book bigint, in_node uuid) RETURNS TABLE(side text, item text, amount numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with moved as (
    select l.account, l.budget_line_id, coalesce(o.source, v.source) as event, sum(l.debit) as debit, sum(l.credit) as credit, sum(l.debit - l.credit) as net
    from accounting.lines l
    join accounting.vouchers v on v.book_id = l.book_id and v.period = l.period and v.number = l.number
    left join accounting.reversals r on r.book_id = v.book_id and r.by_period = v.period and r.by_number = v.number
    left join accounting.vouchers o on o.book_id = r.book_id and o.period = r.period and o.number = r.number
    where l.book_id = in_book and l.project_id = in_node and l.basis = 'financial' and l.period % 100 <> 14
    group by 1, 2, 3
  ), figures as (
    select 'cost' as side, case m.account when '1613.01' then 'works' when '1613.02' then 'equipment' when '1613.03' then 'deferred' when '1613.04' then 'other' else 'to_write_off' end as item, m.net as amount
      from moved m where m.account in ('1613.01', '1613.02', '1613.03', '1613.04', '1613.05') and m.event not in ('T1', 'T2', 'T3', 'T4')
    union all select 'cost', 'to_write_off', case m.account when '1613.05' then m.debit else -m.credit end from moved m where m.event = 'T4' and m.account in ('1613.05', '1613.01')
    union all select 'cost', 'adjustment', m.net from moved m where m.account in ('1601', '1801') and m.event not in ('T2', 'O1')
    union all
    select case when u.item is null then 'source' else 'use' end, coalesce(u.item, s.item), case when u.item is null then -m.net else m.net end
    from moved m
    cross join lateral (select case when m.account in ('1601', '1801') and m.event <> 'O1' then 'handed_over' when m.account = '3401' then 'transferred_out' when m.account = '5301' then 'written_off'
        when m.account like '1613.%' and m.account <> '1613.07' then 'rest' when m.account like '1214.%' then 'advances' when m.account = '1218' then 'claims' when m.account like '1002.%' then 'money'
        when m.account like '5%' then 'expenses' end) as u (item)
    left join accounting.budget_lines b on b.book_id = in_book and b.budget_line_id = m.budget_line_id
    cross join lateral (select case when m.account like '4001.%' then 'funding ' || b.funding_source when m.account in ('2307.01', '2502.01') then 'retention' when m.account like '2%' then 'payables'
        else 'carried' end) as s (item)
  )
  select f.side, f.item, sum(f.amount) from figures f group by 1, 2 having sum(f.amount) <> 0
$$;

ALTER FUNCTION projects.project_figures(in_book bigint, in_node uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.public_progress(in_book bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select coalesce((select s.public_progress = 'published' from projects.settings s where s.book_id = in_book and s.public_progress is not null order by s.in_effect_at desc limit 1),
    (select b.kind = 'demo' from accounting.books b where b.book_id = in_book), false)
$$;

ALTER FUNCTION projects.public_progress(in_book bigint) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.published_progress() RETURNS TABLE(book_id bigint, book_name text, demo boolean, as_of date, code text, parent text, works boolean, name_zh text, name_en text, due_month text, leads text[], plan numeric, paid numeric, certified numeric, percent numeric, percent_month integer)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select b.book_id, b.name, b.kind = 'demo', c.as_of, n.code, coalesce(u.code, ''), n.type = 'works', n.name_zh, n.name_en, coalesce(n.due_month, ''),
      array(select p.name from projects.node_parties p where p.book_id = n.book_id and p.node_id = n.node_id and p.role = 'lead' and p.valid order by p.ordinal),
      (select sum(projects.planned(l)) from projects.plan_lines l where l.book_id = n.book_id and l.node_id = n.node_id),
      coalesce(t.paid, 0), case when n.type = 'works' then coalesce(t.certified, 0) end, e.percent, e.month
    from accounting.books b
    cross join lateral (select max(p.period) as period from accounting.periods p where p.book_id = b.book_id and p.state = 'closed' and p.period % 100 <= 13) as last
    cross join lateral (select last.period, (make_date(last.period / 100, least(last.period % 100, 12), 1) + interval '1 month - 1 day')::date as as_of, last.period / 100 * 100 + least(last.period % 100, 12) as month) as c
    join projects.nodes n on n.book_id = b.book_id
    left join projects.nodes u on u.book_id = n.book_id and u.node_id = n.parent_id
    left join lateral (
      select sum(t.debit - t.credit) filter (where t.account = '9401') as paid, sum(t.debit - t.credit) filter (where t.account <> '9401') as certified
        from accounting.turnover t
       where t.book_id = n.book_id and t.project_id = n.node_id and t.period <= c.period and t.period % 100 <> 14
         and (t.account = '9401' or t.account like '1613.%' and t.account <> '1613.07' or t.account in ('1601', '1801', '3401', '5301'))) as t on true
    left join lateral (
      select x.percent, x.month from projects.progress_entries x where x.book_id = n.book_id and x.node_id = n.node_id and x.month <= c.month order by x.month desc, x.version desc limit 1) as e on true
   where projects.public_progress(b.book_id) and c.period is not null
   order by b.kind desc, b.book_id, n.code
$$;

ALTER FUNCTION projects.published_progress() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.put_in_effect(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents; said jsonb;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document for update;
  if not found or d.kind <> 'setting' or d.state <> 'posted' or exists (select from projects.settings s where s.book_id = in_book and s.document_id = document) then
    raise exception 'settings are put in effect once, by a document that another person approved' using errcode = 'AC043';
  end if;
  said := d.content::jsonb;
  insert into projects.settings (book_id, document_id, payee_wait_hours, second_factor_roles, treasury_lists, progress_due_day, yellow_points, red_points, public_progress)
    values (in_book, document, (said ->> 'payee_wait_hours')::int,
      case when said ? 'second_factor_roles' then array(select r from jsonb_array_elements_text(said -> 'second_factor_roles') r order by r) end, said ->> 'treasury_lists',
      (said ->> 'progress_due_day')::int, (said #>> '{lights,yellow}')::numeric, (said #>> '{lights,red}')::numeric, said ->> 'public_progress');
  insert into projects.flows as f (book_id, flow, minimum_persons, up_to)
    select in_book, x.flow, x.minimum_persons, x.up_to from jsonb_to_recordset(coalesce(said -> 'flows', '[]')) as x (flow text, minimum_persons int, up_to numeric)
    on conflict (book_id, flow) do update set minimum_persons = excluded.minimum_persons, up_to = excluded.up_to;
  if said ? 'approval_bands' then
    delete from projects.approval_bands b where b.book_id = in_book;
    insert into projects.approval_bands (book_id, from_amount, approvers)
      select in_book, x.from_amount, x.approvers from jsonb_to_recordset(said -> 'approval_bands') as x (from_amount numeric, approvers int);
  end if;
end $$;

ALTER FUNCTION projects.put_in_effect(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.reach_milestone(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'milestone', 'posted'); k jsonb := d.content;
begin
  if k ->> 'milestone' = 'final_account' then
    raise exception 'the final account itself brings that about' using errcode = 'AC064';
  end if;
  perform projects.add_milestone(in_book, d.node_id, k ->> 'milestone', (k ->> 'date')::date, document);
end $$;

ALTER FUNCTION projects.reach_milestone(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.reaches(d projects.documents, as_role text, in_unit uuid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select projects.oversees(as_role) or d.unit_id = in_unit
    or as_role = 'lead_approver' and in_unit in (select l.unit_id from projects.leads(d.book_id, d.node_id) l)
    or as_role = 'supervisor' and exists (select from projects.node_parties p where p.book_id = d.book_id and p.node_id = d.node_id and p.role = 'supervisor' and p.valid and p.unit_id = in_unit)
$$;

ALTER FUNCTION projects.reaches(d projects.documents, as_role text, in_unit uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.readable_nodes() RETURNS SETOF uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select n from projects.readable_projects() n
  union select p.node_id from projects.node_parties p where p.unit_id = (select accounting.reader_unit()) and p.role = 'supervisor' and p.valid
$$;

ALTER FUNCTION projects.readable_nodes() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.readable_projects() RETURNS SETOF uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select l.project_id from accounting.ledgers l where l.unit_id = (select accounting.reader_unit())
  union select n from projects.nodes_led() n
$$;

ALTER FUNCTION projects.readable_projects() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.record_departure(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  d projects.documents := projects.granted(in_book, document, 'departure', 'person'); k jsonb := d.content; day date := (k ->> 'left_on')::date;
  leaver uuid := projects.person_called(in_book, k ->> 'person'); heir uuid := projects.person_called(in_book, k ->> 'successor'); last date;
begin
  if exists (select from projects.departures l where l.book_id = in_book and l.person_id = heir) then
    raise exception '% has left and succeeds nobody', k ->> 'successor' using errcode = 'AC044';
  end if;
  insert into projects.departures (book_id, person_id, left_on, successor, recorded_by, document_id)
    select in_book, leaver, day, heir, a.person_id, document from projects.acts a where a.book_id = in_book and a.document_id = document and a.verb = 'approve';
  last := greatest(day, current_date) - 1; -- what was done in a role before today stays done
  update projects.role_grants g set until_day = greatest(g.from_day, last), ended_by = document where g.book_id = in_book and g.person_id = leaver and coalesce(g.until_day, 'infinity') > last;
  update projects.delegations l set ended_on = last, ended_by = document where l.book_id = in_book and leaver in (l.from_person, l.to_person) and least(l.until_day, l.ended_on) > last;
end $$;

ALTER FUNCTION projects.record_departure(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.record_final_account(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'final_account', 'approved'); k jsonb := d.content; day date := (k ->> 'date')::date; accepted date;
begin
  perform from projects.nodes n where n.book_id = in_book and n.node_id = d.node_id for update;
  perform projects.check_final_account(in_book, document);
  select m.day into accepted from projects.node_milestones m where m.book_id = in_book and m.node_id = d.node_id and m.milestone = 'accepted';
  insert into projects.final_accounts (book_id, document_id, node_id, approved_on, accepted_on, due_on, works, equipment, deferred, other, to_write_off, adjustment,
      handed_over, transferred_out, written_off, rest, sources_total, uses_total)
    select in_book, document, d.node_id, day, accepted, (accepted + interval '3 months')::date,
      sum(amount) filter (where side = 'cost' and item = 'works'), sum(amount) filter (where side = 'cost' and item = 'equipment'), sum(amount) filter (where side = 'cost' and item = 'deferred'),
      sum(amount) filter (where side = 'cost' and item = 'other'), sum(amount) filter (where side = 'cost' and item = 'to_write_off'), sum(amount) filter (where side = 'cost' and item = 'adjustment'),
      sum(amount) filter (where item = 'handed_over'), sum(amount) filter (where item = 'transferred_out'), sum(amount) filter (where item = 'written_off'), sum(amount) filter (where item = 'rest'),
      sum(amount) filter (where side = 'source'), sum(amount) filter (where side = 'use')
    from projects.stated_figures(k);
  perform projects.add_milestone(in_book, d.node_id, 'final_account', day, document);
end $$;

ALTER FUNCTION projects.record_final_account(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.register_bank_account(in_book bigint, id uuid, of_number text, of_bank text, of_account text, of_unit uuid, of_node uuid, person uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if of_node is not null and not exists (select from accounting.ledgers l where l.book_id = in_book and l.project_id = of_node and l.unit_id = of_unit) then
    raise exception 'the project is not one of the unit' using errcode = 'AC012';
  end if;
  insert into projects.bank_accounts (book_id, bank_account_id, number, bank, ledger_account, unit_id, node_id, registered_by)
    values (in_book, id, of_number, of_bank, of_account, of_unit, of_node, person);
end $$;

ALTER FUNCTION projects.register_bank_account(in_book bigint, id uuid, of_number text, of_bank text, of_account text, of_unit uuid, of_node uuid, person uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.register_behind(in_book bigint, in_period integer, in_number integer) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare v accounting.vouchers;
begin
  loop
    select * into v from accounting.vouchers x where x.book_id = in_book and x.period = in_period and x.number = in_number;
    exit when not found or v.kind <> 'correction';
    in_period := v.refers_period; in_number := v.refers_number;
  end loop;
  return (select d.kind from projects.documents d where d.book_id = in_book and d.document_id = v.source_document and d.kind not in ('budget', 'year_end', 'manual_voucher', 'correction'));
end $$;

ALTER FUNCTION projects.register_behind(in_book bigint, in_period integer, in_number integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.register_invoice(in_book bigint, payee uuid, of_code text, of_number text, on_day date, of_amount numeric) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare i projects.invoices;
begin
  perform from projects.payees p where p.book_id = in_book and p.payee_id = payee for no key update; -- one way of writing a number at a time
  select * into i from projects.invoices x where x.book_id = in_book and x.payee_id = payee and x.number = of_number and x.code <> of_code and '' in (x.code, of_code) limit 1;
  if found then
    raise exception 'invoice % is registered with the code "%": with "%" it would be paid a second time', of_number, i.code, of_code using errcode = 'AC050';
  end if;
  insert into projects.invoices (book_id, payee_id, code, number, day, amount) values (in_book, payee, of_code, of_number, on_day, of_amount)
    on conflict (book_id, payee_id, code, number) do update set day = excluded.day, amount = excluded.amount where invoices.used = 0 and invoices.reduced = 0 and invoices.red_of is null;
  select * into i from projects.invoices x where x.book_id = in_book and x.payee_id = payee and x.code = of_code and x.number = of_number;
  if i.red_of is not null then
    raise exception 'invoice % is a red one: it pays nothing', of_number using errcode = 'AC050';
  end if;
  if i.amount <> of_amount or i.day <> on_day then
    raise exception 'invoice % is registered with % of %', of_number, projects.fen(i.amount), i.day using errcode = 'AC050';
  end if;
end $$;

ALTER FUNCTION projects.register_invoice(in_book bigint, payee uuid, of_code text, of_number text, on_day date, of_amount numeric) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.register_payee(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'payee', 'registered'); k jsonb := d.content; p projects.payees;
begin
  if k ->> 'code' is null then
    insert into projects.payees (book_id, payee_id, code, name, kind, credit_code) values (in_book, document, d.number, k ->> 'name', k ->> 'kind', coalesce(k ->> 'credit_code', '')) returning * into p;
  else
    select * into p from projects.payees x where x.book_id = in_book and x.code = k ->> 'code' and x.name = k ->> 'name' for update;
    if not found then
      raise exception 'there is no payee % called %', k ->> 'code', k ->> 'name' using errcode = 'AC042';
    end if;
  end if;
  insert into projects.payee_accounts (book_id, payee_id, account_number, bank, bank_code, usable_from, document_id)
    select in_book, p.payee_id, a ->> 'number', a ->> 'bank', coalesce(a ->> 'bank_code', ''), clock_timestamp() + case when k ->> 'code' is null then interval '0' else make_interval(hours => projects.payee_wait_hours(in_book)) end, document
    from jsonb_array_elements(k -> 'accounts') a;
end $$;

ALTER FUNCTION projects.register_payee(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.register_red_invoice(in_book bigint, of_payee text, of_code text, of_number text, on_day date, of_amount numeric, red_code text, red_number text, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare i projects.invoices;
begin
  if not as_role = any ('{treasury_officer,project_clerk}') or not projects.holds(in_book, person, in_unit, as_role, null) then
    raise exception 'this is for treasury_officer, project_clerk who hold the role today, not for %', as_role using errcode = 'AC044';
  end if;
  select x.* into i from projects.payees p join projects.invoices x on x.book_id = p.book_id and x.payee_id = p.payee_id
    where p.book_id = in_book and p.code = of_payee and x.code = red_code and x.number = red_number and x.red_of is null for update of x;
  if not found then
    raise exception 'there is no invoice % of this supplier to reduce', red_number using errcode = 'AC050';
  end if;
  if of_amount > i.amount - i.reduced - i.used then
    raise exception 'invoice %: %, reduced %, used %; taken off %: % too much', i.number, projects.fen(i.amount), projects.fen(i.reduced), projects.fen(i.used), projects.fen(of_amount),
      projects.fen(of_amount - (i.amount - i.reduced - i.used)) using errcode = 'AC050';
  end if;
  insert into projects.invoices (book_id, payee_id, code, number, day, amount, red_of) values (in_book, i.payee_id, of_code, of_number, on_day, of_amount, i.number);
  update projects.invoices x set reduced = x.reduced + of_amount where x.book_id = in_book and x.payee_id = i.payee_id and x.code = i.code and x.number = i.number;
end $$;

ALTER FUNCTION projects.register_red_invoice(in_book bigint, of_payee text, of_code text, of_number text, on_day date, of_amount numeric, red_code text, red_number text, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.registered(in_book bigint, in_node uuid, in_account text, OUT register numeric, OUT books numeric) RETURNS record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select coalesce((select sum(coalesce(a.settled_value, a.value)) from projects.assets a where a.book_id = in_book and a.node_id = in_node and a.account = in_account), 0),
    coalesce((select sum(l.debit - l.credit) from accounting.lines l join accounting.vouchers v on v.book_id = l.book_id and v.period = l.period and v.number = l.number
      where l.book_id = in_book and l.project_id = in_node and l.account = in_account and v.source <> 'O1'), 0)
$$;

ALTER FUNCTION projects.registered(in_book bigint, in_node uuid, in_account text, OUT register numeric, OUT books numeric) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.require_batch(in_book bigint, in_node uuid, in_batch uuid, code text, asked numeric) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare b record;
begin
  perform from accounting.subjects s where s.book_id = in_book and s.subject_id = in_batch for no key update; -- one change of a batch at a time
  select * into b from projects.batch_room(in_book, in_node, in_batch);
  if asked > b.owed - b.held then
    raise exception 'batch %: owed %, requested %, asked %: % too much', code, projects.fen(b.owed), projects.fen(b.held), projects.fen(asked), projects.fen(asked - b.owed + b.held) using errcode = 'AC065';
  end if;
end $$;

ALTER FUNCTION projects.require_batch(in_book bigint, in_node uuid, in_batch uuid, code text, asked numeric) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.require_certified(in_book bigint, in_node uuid) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare open text; advance numeric;
begin
  select string_agg(u.said, '; ' order by u.contract) into open from projects.undelivered(in_book, in_node) u;
  if open is not null then
    raise exception 'work is not certified yet: %', open using errcode = 'AC060';
  end if;
  select sum(p.debit - p.credit) into advance from accounting.positions p where p.book_id = in_book and p.project_id = in_node and p.account in ('1214.01', '1214.02');
  if advance <> 0 then
    raise exception '% of advances is neither recouped nor returned', projects.fen(advance) using errcode = 'AC060';
  end if;
end $$;

ALTER FUNCTION projects.require_certified(in_book bigint, in_node uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.require_desk(in_book bigint, document uuid, person uuid, in_unit uuid, as_role text, roles text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform projects.require_document(in_book, document, person, in_unit, as_role, null);
  if not as_role = any (roles) then
    raise exception 'this is for %, not for %', array_to_string(roles, ', '), as_role using errcode = 'AC044';
  end if;
end $$;

ALTER FUNCTION projects.require_desk(in_book bigint, document uuid, person uuid, in_unit uuid, as_role text, roles text[]) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.require_document(in_book bigint, document uuid, person uuid, in_unit uuid, as_role text, behalf uuid) RETURNS projects.documents
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document for update;
  if not found or not projects.reaches(d, as_role, in_unit) then
    raise exception 'there is no such document for you' using errcode = 'AC041';
  end if;
  if as_role in ('auditor', 'inspector') then
    raise exception 'role % reads and does nothing with documents', as_role using errcode = 'AC044';
  end if;
  if not projects.holds(in_book, person, in_unit, as_role, behalf) then
    raise exception 'role % of this unit is not held today', as_role using errcode = 'AC044';
  end if;
  return d;
end $$;

ALTER FUNCTION projects.require_document(in_book bigint, document uuid, person uuid, in_unit uuid, as_role text, behalf uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.require_estimate(in_book bigint, node uuid, number text, added numeric, approved_by text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare u record;
begin
  perform from projects.nodes n where n.book_id = in_book and n.node_id = node for update;
  select * into u from projects.estimate_use(in_book, node);
  if coalesce(approved_by, '') = '' and u.contracted + u.beside + added > u.estimate then
    raise exception 'contract %: estimate of the project %, contracts %, paid or requested beside contracts %, added %: % too much without an approved change of the estimate', number,
      projects.fen(u.estimate), projects.fen(u.contracted), projects.fen(u.beside), projects.fen(added), projects.fen(u.contracted + u.beside + added - u.estimate) using errcode = 'AC048';
  end if;
end $$;

ALTER FUNCTION projects.require_estimate(in_book bigint, node uuid, number text, added numeric, approved_by text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.require_payable(d projects.documents) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare k jsonb := d.content; c projects.contracts; p record; v projects.village_records; used numeric;
begin
  select * into c from projects.contracts x where x.book_id = d.book_id and x.number = k ->> 'contract';
  if found then
    select y.code, y.name into p from jsonb_array_elements(k -> 'payees') l join projects.payees y on y.book_id = d.book_id and y.code = l ->> 'payee'
      where not (y.name = c.supplier and c.payee in ('', y.code)) and not (l ->> 'kind' = 'wages' and y.kind = 'wages_account') limit 1;
    if found then
      raise exception 'contract % is of %, payee % is %', c.number, c.supplier, p.code, p.name using errcode = 'AC066';
    end if;
  end if;
  select * into v from projects.village_records x where x.book_id = d.book_id and x.node_id = d.node_id order by x.document_id desc limit 1;
  if found then
    perform from projects.nodes n where n.book_id = d.book_id and n.node_id = d.node_id for no key update; -- one request of a village at a time
    select coalesce(sum(r.held + r.paid - (select coalesce(sum(l.returned), 0) from projects.payment_lines l where l.book_id = r.book_id and l.document_id = r.document_id and l.round = r.round)), 0) into used
      from projects.payment_requests r join projects.documents x on x.book_id = r.book_id and x.document_id = r.document_id where x.book_id = d.book_id and x.node_id = d.node_id;
    if used + d.amount > v.county + v.bridging then
      raise exception 'the village voted for % of the county and % bridging, requested and paid %, asked %: % too much', projects.fen(v.county), projects.fen(v.bridging), projects.fen(used), projects.fen(d.amount),
        projects.fen(used + d.amount - v.county - v.bridging) using errcode = 'AC055';
    end if;
  end if;
end $$;

ALTER FUNCTION projects.require_payable(d projects.documents) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.require_usable(in_book bigint, payee uuid, account text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare a projects.payee_accounts;
begin
  select * into a from projects.payee_accounts x where x.book_id = in_book and x.payee_id = payee and x.account_number = account;
  if not found then
    raise exception 'the payee has no such account' using errcode = 'AC042';
  end if;
  if a.usable_from > clock_timestamp() then
    raise exception 'the account is new; it may be used from %', to_char(a.usable_from at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') using errcode = 'AC051';
  end if;
end $$;

ALTER FUNCTION projects.require_usable(in_book bigint, payee uuid, account text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.reserve_request(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  d projects.documents := projects.signed(in_book, document, 'payment_request', 'approved'); k jsonb := d.content; l record; s record; n int := 0; has numeric; takes numeric;
  source int := 0; sources jsonb := k -> 'sources'; rest_of_source numeric := 0; line_id uuid; batch uuid;
begin
  perform projects.require_payable(d);
  if k ->> 'payment' = 'subsidy' then
    select x.subject_id into batch from accounting.subjects x where x.book_id = in_book and x.kind <> '' and x.kind = 'batch' and x.code = k ->> 'batch';
    perform projects.require_batch(in_book, d.node_id, batch, k ->> 'batch', d.amount);
  end if;
  insert into projects.payment_requests (book_id, document_id, round, payment, contract_id, batch_id, amount, held) values (in_book, document, d.round, k ->> 'payment',
    (select c.contract_id from projects.contracts c where c.book_id = in_book and c.number = k ->> 'contract'), batch, d.amount, d.amount);
  for l in select p ->> 'payee' as payee, p ->> 'account' as account, p ->> 'kind' as kind, (p ->> 'amount')::numeric as amount from jsonb_array_elements(k -> 'payees') with ordinality t (p, o) order by o loop
    n := n + 1;
    insert into projects.payment_lines (book_id, document_id, round, line_no, payee_id, account_number, kind, amount)
      select in_book, document, d.round, n, p.payee_id, l.account, l.kind, l.amount from projects.payees p where p.book_id = in_book and p.code = l.payee;
    perform projects.require_usable(in_book, (select p.payee_id from projects.payees p where p.book_id = in_book and p.code = l.payee), l.account);
    has := l.amount;
    while has > 0 loop
      if rest_of_source = 0 then
        select (x ->> 'amount')::numeric, b.budget_line_id into rest_of_source, line_id from accounting.budget_lines b, (select sources -> source as x) t
          where b.book_id = in_book and (b.code = x ->> 'budget_line' or b.budget_line_id::text = x ->> 'budget_line');
        if rest_of_source is null then
          raise exception 'the sources of % come to less than its lines', d.number using errcode = 'AC042';
        end if;
        source := source + 1;
      end if;
      takes := least(has, rest_of_source);
      insert into projects.payment_draws (book_id, document_id, round, line_no, budget_line_id, ordinal, amount) values (in_book, document, d.round, n, line_id, source, takes);
      has := has - takes; rest_of_source := rest_of_source - takes;
    end loop;
  end loop;
  if rest_of_source <> 0 or source <> jsonb_array_length(sources) or d.amount <> (select sum(x.amount) from projects.payment_lines x where x.book_id = in_book and x.document_id = document and x.round = d.round) then
    raise exception 'lines and sources of % do not come to the same', d.number using errcode = 'AC042';
  end if;
end $$;

ALTER FUNCTION projects.reserve_request(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.return_on_line(in_book bigint, document uuid, refund uuid, person uuid, in_unit uuid, as_role text) RETURNS TABLE(to_line text, part numeric)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, refund, 'refund', 'posted'); k jsonb := d.content; l projects.payment_lines; sum_back numeric := (k ->> 'amount')::numeric; w record; rest numeric := sum_back;
begin
  perform from projects.documents x where x.book_id = in_book and x.document_id = document for update;
  if not exists (select from projects.documents x where x.book_id = in_book and x.document_id = document and x.number = k ->> 'request') then
    raise exception '% is about another request', d.number using errcode = 'AC042';
  end if;
  select * into l from projects.payment_lines x where x.book_id = in_book and x.document_id = document and x.line_no = (k ->> 'line')::int and x.state = 'confirmed' order by x.round desc limit 1 for update;
  if not found then
    raise exception 'line % of the request is not paid', k ->> 'line' using errcode = 'AC043';
  end if;
  if sum_back > l.paid - l.returned then
    raise exception 'line % was paid with %, % came back before, now %: % too much', l.line_no, projects.fen(l.paid), projects.fen(l.returned), projects.fen(sum_back),
      projects.fen(sum_back - (l.paid - l.returned)) using errcode = 'AC049';
  end if;
  if k ->> 'to' = 'request' then
    if sum_back <> l.paid or l.returned > 0 then
      raise exception 'line %: a line is paid again whole, % of %', l.line_no, projects.fen(sum_back), projects.fen(l.paid) using errcode = 'AC049';
    end if;
    update projects.payment_lines x set state = 'failed', paid = 0 where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = l.line_no;
    update projects.payment_requests x set held = x.held + sum_back, paid = x.paid - sum_back where x.book_id = in_book and x.document_id = document and x.round = l.round;
    if (select x.state from projects.documents x where x.book_id = in_book and x.document_id = document) = 'confirmed' then
      perform projects.follow(in_book, document, 'reopen', person, in_unit, as_role);
    end if;
  else
    update projects.payment_lines x set returned = x.returned + sum_back where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = l.line_no;
    perform projects.free_excess(in_book, document);
  end if;
  for w in select x.*, b.code from projects.payment_draws x join accounting.budget_lines b on b.book_id = x.book_id and b.budget_line_id = x.budget_line_id
      where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = l.line_no order by x.ordinal desc loop
    to_line := w.code; part := least(rest, w.amount - w.returned);
    continue when part <= 0;
    rest := rest - part;
    if k ->> 'to' is distinct from 'request' then
      update projects.payment_draws x set returned = x.returned + part
        where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = l.line_no and x.budget_line_id = w.budget_line_id;
    end if;
    return next;
  end loop;
end $$;

ALTER FUNCTION projects.return_on_line(in_book bigint, document uuid, refund uuid, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.revise(in_book bigint, document uuid, of_node uuid, by_flow text, of_amount numeric, of_content text, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.require_document(in_book, document, person, in_unit, as_role, null);
begin
  if not projects.oversees(as_role) and not projects.concerns(in_book, of_node, d.unit_id) then
    raise exception 'there is no such project for your unit' using errcode = 'AC041';
  end if;
  if d.state not in ('draft', 'returned') then
    raise exception '% is %: what was shown to others does not change; recall it first', d.number, d.state using errcode = 'AC043';
  end if;
  if not exists (select from projects.steps() s where s.kind = d.kind and s.from_state = d.state and as_role = any (s.roles)) then
    raise exception 'role % does not write %', as_role, d.kind using errcode = 'AC044';
  end if;
  if projects.is_left_to_admin(in_book, d.kind, 'prepare', as_role) then
    raise exception 'a % is made by the administrator, whom this book has', d.kind using errcode = 'AC044';
  end if;
  perform projects.writes(d, person);
  update projects.documents x set node_id = of_node, flow = by_flow, amount = of_amount, content = of_content, content_hash = sha256(convert_to(of_content, 'UTF8'))
    where x.book_id = in_book and x.document_id = document;
end $$;

ALTER FUNCTION projects.revise(in_book bigint, document uuid, of_node uuid, by_flow text, of_amount numeric, of_content text, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.roles_held(in_book bigint, person uuid) RETURNS TABLE(unit_id uuid, role text, on_behalf_of uuid, from_day date, until_day date)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select g.unit_id, g.role, null::uuid, g.from_day, g.until_day from projects.role_grants g
   where g.book_id = in_book and g.person_id = person and current_date between g.from_day and coalesce(g.until_day, 'infinity') and projects.holds(in_book, person, g.unit_id, g.role, null)
  union all
  select l.unit_id, l.role, l.from_person, l.from_day, least(l.until_day, l.ended_on) from projects.delegations l
   where l.book_id = in_book and l.to_person = person and current_date between l.from_day and least(l.until_day, l.ended_on) and projects.holds(in_book, person, l.unit_id, l.role, l.from_person)
$$;

ALTER FUNCTION projects.roles_held(in_book bigint, person uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.second_factor_roles(in_book bigint) RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select coalesce((select s.second_factor_roles from projects.settings s where s.book_id = in_book and s.second_factor_roles is not null order by s.in_effect_at desc limit 1), '{}')
$$;

ALTER FUNCTION projects.second_factor_roles(in_book bigint) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.settle_assets(in_book bigint, document uuid) RETURNS TABLE(account text, change numeric)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare d projects.documents; k jsonb;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document
    and (x.kind = 'completion' and x.state = 'posted' and x.content::jsonb ->> 'event' = 'AdjustAsset' or x.kind = 'final_account' and x.state = 'approved') for update;
  if not found then
    raise exception 'there is nothing signed that settles assets' using errcode = 'AC043';
  end if;
  k := d.content;
  perform from projects.assets a where a.book_id = in_book and a.node_id = d.node_id order by a.asset_id for update;
  if d.kind = 'completion' then
    perform projects.check_completion(in_book, document);
  elsif not exists (select from projects.final_accounts f where f.book_id = in_book and f.document_id = document) then
    raise exception '% is not recorded', d.number using errcode = 'AC043';
  end if;
  return query with stated as (
    select a.asset_id, a.account, a.provisional, coalesce(a.settled_value, a.value) as was, (x ->> 'value')::numeric as becomes from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x
    join projects.assets a on a.book_id = in_book and a.node_id = d.node_id and a.asset_id::text = x ->> 'asset'
  ), settled as (
    update projects.assets a set settled_value = s.becomes, settled_by = document from stated s where a.book_id = in_book and a.asset_id = s.asset_id and (s.provisional or s.becomes <> s.was)
  )
  select s.account, sum(s.becomes - s.was) from stated s where s.account is not null group by 1 order by 1;
end $$;

ALTER FUNCTION projects.settle_assets(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.settle_contract(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  d projects.documents := projects.signed(in_book, document, 'settlement', 'posted'); k jsonb := d.content; day date := (k ->> 'date')::date;
  c projects.contracts := projects.contract_of(in_book, k, '{effective,terminated}'); agreed numeric := (k ->> 'settled_price')::numeric;
  unpaid numeric := (k ->> 'cut_unpaid')::numeric; retained numeric := (k ->> 'cut_retained')::numeric; over numeric := (k ->> 'overpaid')::numeric; released numeric;
begin
  if c.advance_held > 0 or c.advance_paid - c.advance_recouped <> (case when agreed > c.certified then (k #>> '{rest,recouped}')::numeric else 0 end) then
    raise exception 'contract %: advance requested %, paid %, recouped %: pay, certify or return it first', c.number, projects.fen(c.advance_held), projects.fen(c.advance_paid),
      projects.fen(c.advance_recouped) using errcode = 'AC048';
  end if;
  if agreed > c.certified then
    if c.certified + (k #>> '{rest,gross}')::numeric is distinct from agreed then
      raise exception 'contract %: certified % and the rest % are not the settled price %', c.number, projects.fen(c.certified), k #>> '{rest,gross}', projects.fen(agreed) using errcode = 'AC042';
    end if;
    perform projects.add_certificate(c, document, day, (k -> 'rest') || jsonb_build_object('items', k -> 'items'), true);
  else
    if c.certified - agreed <> unpaid + retained + over then
      raise exception 'contract %: certified % less settled % is not % unpaid, % retained and % overpaid', c.number, projects.fen(c.certified), projects.fen(agreed), unpaid, retained, over using errcode = 'AC042';
    end if;
    if c.retention_held + c.retention_paid + c.retention_forfeited > c.retention_kept - retained then
      raise exception 'contract %: retention requested %, paid %, forfeited %, kept after the cut %', c.number, projects.fen(c.retention_held), projects.fen(c.retention_paid),
        projects.fen(c.retention_forfeited), projects.fen(c.retention_kept - retained) using errcode = 'AC048';
    end if;
    if unpaid > c.certified_payable - c.payable_held - c.payable_paid then
      raise exception 'contract %: certified payable %, requested %, paid %: % cannot be cut; return the requests first', c.number, projects.fen(c.certified_payable), projects.fen(c.payable_held),
        projects.fen(c.payable_paid), projects.fen(unpaid) using errcode = 'AC048';
    end if;
    update projects.contracts x set certified = agreed, certified_payable = x.certified_payable - unpaid, retention_kept = x.retention_kept - retained, claimed = x.claimed + over,
        state = 'settled', settled_price = agreed, settled_on = day where x.book_id = in_book and x.contract_id = c.contract_id;
    update projects.contract_items x set settled_amount = (i ->> 'amount')::numeric from jsonb_array_elements(k -> 'items') i
      where x.book_id = in_book and x.contract_id = c.contract_id and x.code = i ->> 'code';
  end if;
  if (select sum(coalesce(x.settled_amount, 0)) from projects.contract_items x where x.book_id = in_book and x.contract_id = c.contract_id) is distinct from agreed then
    raise exception 'contract %: the settled items do not come to %', c.number, projects.fen(agreed) using errcode = 'AC042';
  end if;
  released := projects.fund_contract(in_book, c.contract_id, document, coalesce(k -> 'release', '[]'), -1);
  insert into projects.settlements (book_id, settlement_id, contract_id, day, settled_price, certified_before, cut_unpaid, cut_retained, overpaid, overpaid_due, released)
    values (in_book, document, c.contract_id, day, agreed, c.certified, unpaid, retained, over, case when over > 0 then day + 30 end, released);
end $$;

ALTER FUNCTION projects.settle_contract(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.signed(in_book bigint, document uuid, of_kind text, in_state text) RETURNS projects.documents
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document and x.kind = of_kind and x.state = in_state for update;
  if not found then
    raise exception 'there is no % that is %', of_kind, in_state using errcode = 'AC043';
  end if;
  return d;
end $$;

ALTER FUNCTION projects.signed(in_book bigint, document uuid, of_kind text, in_state text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.sort_of_role(role text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select case when role = 'admin' then 'administers' when role in ('auditor', 'inspector') then 'audits' else 'works with money' end
$$;

ALTER FUNCTION projects.sort_of_role(role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.stated_figures(k jsonb) RETURNS TABLE(side text, item text, amount numeric)
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select 'cost', c.key, c.value::numeric from jsonb_each_text(k -> 'cost') c
  union all select 'use', u.key, u.value::numeric from jsonb_each_text(k -> 'uses') u
  union all select 'source', s.key, s.value::numeric from jsonb_each_text((k -> 'sources') - 'funding') s
  union all select 'source', 'funding ' || (f ->> 'source'), sum((f ->> 'amount')::numeric) from jsonb_array_elements(coalesce(k -> 'sources' -> 'funding', '[]')) f group by 2
$$;

ALTER FUNCTION projects.stated_figures(k jsonb) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.steps() RETURNS TABLE(kind text, flow text, verb text, from_state text, to_state text, duty text, roles text[])
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  values
    -- 预算: budget versions, allocations
    ('budget', '', 'submit', 'draft', 'submitted', 'prepare', '{budget_officer}'::text[]),
    ('budget', '', 'submit', 'returned', 'submitted', 'prepare', '{budget_officer}'),
    ('budget', '', 'approve', 'submitted', 'posted', 'approve', '{budget_officer}'),
    ('budget', '', 'return', 'submitted', 'returned', 'approve', '{budget_officer}'),
    ('budget', '', 'reject', 'submitted', 'rejected', 'approve', '{budget_officer}'),
    ('budget', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{budget_officer}'),
    ('budget', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{budget_officer}'),
    -- 合同
    ('contract', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('contract', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('contract', '', 'sign', 'submitted', 'signed', 'sign', '{project_head}'),
    ('contract', '', 'approve', 'signed', 'effective', 'approve', '{lead_approver}'),
    ('contract', '', 'return', 'submitted', 'returned', 'sign', '{project_head}'),
    ('contract', '', 'return', 'signed', 'returned', 'approve', '{lead_approver}'),
    ('contract', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('contract', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    -- 变更签证, 结算, 终止
    ('change_order', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('change_order', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('change_order', '', 'review', 'submitted', 'reviewed', 'review', '{supervisor,project_head,outside}'),
    ('change_order', '', 'approve', 'reviewed', 'posted', 'approve', '{lead_approver}'),
    ('change_order', '', 'return', 'submitted', 'returned', 'review', '{supervisor,project_head}'),
    ('change_order', '', 'return', 'reviewed', 'returned', 'approve', '{lead_approver}'),
    ('change_order', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('change_order', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    ('settlement', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('settlement', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('settlement', '', 'review', 'submitted', 'reviewed', 'review', '{project_head}'),
    ('settlement', '', 'approve', 'reviewed', 'posted', 'approve', '{lead_approver}'),
    ('settlement', '', 'return', 'submitted', 'returned', 'review', '{project_head}'),
    ('settlement', '', 'return', 'reviewed', 'returned', 'approve', '{lead_approver}'),
    ('settlement', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('settlement', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    ('termination', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('termination', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('termination', '', 'review', 'submitted', 'reviewed', 'review', '{project_head}'),
    ('termination', '', 'approve', 'reviewed', 'posted', 'approve', '{lead_approver}'),
    ('termination', '', 'return', 'submitted', 'returned', 'review', '{project_head}'),
    ('termination', '', 'return', 'reviewed', 'returned', 'approve', '{lead_approver}'),
    ('termination', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('termination', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    -- 计量支付证书
    ('certificate', '', 'submit', 'draft', 'measured', 'prepare', '{project_clerk}'),
    ('certificate', '', 'submit', 'returned', 'measured', 'prepare', '{project_clerk}'),
    ('certificate', 'works', 'supervise', 'measured', 'supervisor_signed', 'supervise', '{supervisor,outside}'),
    ('certificate', 'works', 'verify', 'supervisor_signed', 'verified', 'verify', '{project_head}'),
    ('certificate', 'small', 'verify', 'measured', 'verified', 'verify', '{project_head}'),
    ('certificate', '', 'certify', 'verified', 'certified', 'approve', '{lead_approver}'),
    ('certificate', '', 'return', 'measured', 'returned', 'verify', '{project_head}'),
    ('certificate', '', 'return', 'supervisor_signed', 'returned', 'verify', '{project_head}'),
    ('certificate', '', 'return', 'verified', 'returned', 'approve', '{lead_approver}'),
    ('certificate', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('certificate', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    -- 支付申请: five desks, or three for villages and small direct payments
    ('payment_request', '', 'file', 'draft', 'filed', 'file', '{project_clerk}'),
    ('payment_request', '', 'file', 'returned', 'filed', 'file', '{project_clerk}'),
    ('payment_request', 'works', 'review', 'filed', 'unit_reviewed', 'unit_review', '{project_head}'),
    ('payment_request', 'works', 'finance_review', 'unit_reviewed', 'finance_reviewed', 'finance_review', '{budget_officer}'),
    ('payment_request', 'works', 'lead_approve', 'finance_reviewed', 'finance_reviewed', 'lead_approve', '{lead_approver}'),
    ('payment_request', 'works', 'countersign', 'finance_reviewed', 'finance_reviewed', 'countersign', '{outside}'),
    ('payment_request', 'works', 'approve', 'finance_reviewed', 'approved', 'approve', '{treasury_officer}'),
    ('payment_request', 'small', 'lead_approve', 'filed', 'filed', 'lead_approve', '{lead_approver}'),
    ('payment_request', 'small', 'countersign', 'filed', 'filed', 'countersign', '{outside}'),
    ('payment_request', 'small', 'approve', 'filed', 'approved', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('payment_request', '', 'wait', 'approved', 'waiting_for_cash', 'order', '{treasury_officer}'),
    ('payment_request', '', 'order', 'approved', 'ordered', 'order', '{treasury_officer}'),
    ('payment_request', '', 'order', 'waiting_for_cash', 'ordered', 'order', '{treasury_officer}'),
    ('payment_request', 'works', 'return', 'filed', 'returned', 'unit_review', '{project_head}'),
    ('payment_request', 'small', 'return', 'filed', 'returned', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('payment_request', 'works', 'return', 'unit_reviewed', 'returned', 'finance_review', '{budget_officer}'),
    ('payment_request', 'works', 'return', 'finance_reviewed', 'returned', 'approve', '{treasury_officer}'),
    ('payment_request', '', 'return', 'approved', 'returned', 'order', '{treasury_officer}'),
    ('payment_request', '', 'return', 'waiting_for_cash', 'returned', 'order', '{treasury_officer}'),
    ('payment_request', '', 'recall', 'filed', 'returned', 'file', '{project_clerk}'),
    ('payment_request', '', 'recall', 'unit_reviewed', 'returned', 'file', '{project_clerk}'),
    ('payment_request', '', 'recall', 'finance_reviewed', 'returned', 'file', '{project_clerk}'),
    ('payment_request', '', 'recall', 'approved', 'returned', 'file', '{project_clerk}'),
    ('payment_request', '', 'recall', 'waiting_for_cash', 'returned', 'file', '{project_clerk}'),
    ('payment_request', 'works', 'reject', 'filed', 'rejected', 'unit_review', '{project_head}'),
    ('payment_request', 'works', 'reject', 'unit_reviewed', 'rejected', 'finance_review', '{budget_officer}'),
    ('payment_request', 'works', 'reject', 'finance_reviewed', 'rejected', 'approve', '{treasury_officer}'),
    ('payment_request', 'small', 'reject', 'filed', 'rejected', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('payment_request', '', 'withdraw', 'draft', 'withdrawn', 'file', '{project_clerk}'),
    ('payment_request', '', 'withdraw', 'returned', 'withdrawn', 'file', '{project_clerk}'),
    -- the rest of a returned order, when nothing more will be paid of it
    ('payment_request', '', 'cancel_order', 'ordered', 'returned', 'order', '{treasury_officer}'),
    ('payment_request', '', 'complete', 'ordered', 'confirmed', 'confirm', '{}'),
    ('payment_request', '', 'reopen', 'confirmed', 'ordered', 'confirm', '{}'),
    -- 收款人
    ('payee', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk,treasury_officer}'),
    ('payee', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk,treasury_officer}'),
    ('payee', '', 'approve', 'submitted', 'registered', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('payee', '', 'return', 'submitted', 'returned', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('payee', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk,treasury_officer}'),
    ('payee', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk,treasury_officer}'),
    -- 角色授予, 授权, 离岗
    ('account', '', 'submit', 'draft', 'submitted', 'prepare', '{admin,budget_officer}'),
    ('account', '', 'approve', 'submitted', 'granted', 'approve', '{admin,budget_officer}'),
    ('account', '', 'reject', 'submitted', 'rejected', 'approve', '{admin,budget_officer}'),
    ('account', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{admin,budget_officer}'),
    ('role_grant', '', 'submit', 'draft', 'submitted', 'prepare', '{admin,budget_officer}'),
    ('role_grant', '', 'approve', 'submitted', 'granted', 'approve', '{admin,budget_officer,project_head}'),
    ('role_grant', '', 'reject', 'submitted', 'rejected', 'approve', '{admin,budget_officer,project_head}'),
    ('role_grant', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{admin,budget_officer}'),
    ('delegation', '', 'submit', 'draft', 'submitted', 'prepare', '{budget_officer,treasury_officer,project_clerk,project_head,lead_approver}'),
    ('delegation', '', 'approve', 'submitted', 'granted', 'approve', '{admin,budget_officer,project_head}'),
    ('delegation', '', 'reject', 'submitted', 'rejected', 'approve', '{admin,budget_officer,project_head}'),
    ('delegation', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{budget_officer,treasury_officer,project_clerk,project_head,lead_approver}'),
    ('departure', '', 'submit', 'draft', 'submitted', 'prepare', '{admin,budget_officer}'),
    ('departure', '', 'approve', 'submitted', 'granted', 'approve', '{admin,budget_officer,project_head}'),
    ('departure', '', 'reject', 'submitted', 'rejected', 'approve', '{admin,budget_officer,project_head}'),
    ('departure', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{admin,budget_officer}'),
    -- 补贴批次: published, then locked, which posts what is owed
    ('subsidy_batch', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('subsidy_batch', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('subsidy_batch', '', 'publish', 'submitted', 'publicised', 'verify', '{project_head}'),
    ('subsidy_batch', '', 'lock', 'publicised', 'locked', 'approve', '{lead_approver}'),
    ('subsidy_batch', '', 'return', 'submitted', 'returned', 'verify', '{project_head}'),
    ('subsidy_batch', '', 'return', 'publicised', 'returned', 'approve', '{lead_approver}'),
    ('subsidy_batch', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('subsidy_batch', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    -- 分配, 用款计划, 注资备查, 村级记录
    ('allocation', '', 'submit', 'draft', 'submitted', 'prepare', '{budget_officer}'),
    ('allocation', '', 'submit', 'returned', 'submitted', 'prepare', '{budget_officer}'),
    ('allocation', '', 'approve', 'submitted', 'posted', 'approve', '{budget_officer}'),
    ('allocation', '', 'return', 'submitted', 'returned', 'approve', '{budget_officer}'),
    ('allocation', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{budget_officer}'),
    ('allocation', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{budget_officer}'),
    ('cash_plan', '', 'submit', 'draft', 'submitted', 'prepare', '{budget_officer}'),
    ('cash_plan', '', 'submit', 'returned', 'submitted', 'prepare', '{budget_officer}'),
    ('cash_plan', '', 'approve', 'submitted', 'posted', 'approve', '{budget_officer}'),
    ('cash_plan', '', 'return', 'submitted', 'returned', 'approve', '{budget_officer}'),
    ('cash_plan', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{budget_officer}'),
    ('cash_plan', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{budget_officer}'),
    ('injection_record', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('injection_record', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('injection_record', '', 'approve', 'submitted', 'posted', 'approve', '{project_head}'),
    ('injection_record', '', 'return', 'submitted', 'returned', 'approve', '{project_head}'),
    ('injection_record', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('injection_record', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    ('village_record', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('village_record', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('village_record', '', 'approve', 'submitted', 'posted', 'approve', '{project_head,budget_officer}'),
    ('village_record', '', 'return', 'submitted', 'returned', 'approve', '{project_head,budget_officer}'),
    ('village_record', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('village_record', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    -- 基金、注资 outside the budget; refunds of payments; 完工; 年终
    ('fund', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk,treasury_officer}'),
    ('fund', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk,treasury_officer}'),
    ('fund', '', 'approve', 'submitted', 'posted', 'approve', '{project_head,treasury_officer}'),
    ('fund', '', 'return', 'submitted', 'returned', 'approve', '{project_head,treasury_officer}'),
    ('fund', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk,treasury_officer}'),
    ('fund', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk,treasury_officer}'),
    ('refund', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk,treasury_officer}'),
    ('refund', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk,treasury_officer}'),
    ('refund', '', 'approve', 'submitted', 'posted', 'approve', '{treasury_officer}'),
    ('refund', '', 'return', 'submitted', 'returned', 'approve', '{treasury_officer}'),
    ('refund', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk,treasury_officer}'),
    ('refund', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk,treasury_officer}'),
    ('completion', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('completion', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('completion', '', 'approve', 'submitted', 'posted', 'approve', '{lead_approver,budget_officer}'),
    ('completion', '', 'return', 'submitted', 'returned', 'approve', '{lead_approver,budget_officer}'),
    ('completion', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('completion', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    ('final_account', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('final_account', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('final_account', '', 'review', 'submitted', 'reviewed', 'review', '{project_head}'),
    ('final_account', '', 'approve', 'reviewed', 'approved', 'approve', '{budget_officer}'),
    ('final_account', '', 'return', 'submitted', 'returned', 'review', '{project_head}'),
    ('final_account', '', 'return', 'reviewed', 'returned', 'approve', '{budget_officer}'),
    ('final_account', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('final_account', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    ('milestone', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('milestone', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('milestone', '', 'approve', 'submitted', 'posted', 'approve', '{lead_approver}'),
    ('milestone', '', 'return', 'submitted', 'returned', 'approve', '{lead_approver}'),
    ('milestone', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('milestone', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    ('year_end', '', 'submit', 'draft', 'submitted', 'prepare', '{budget_officer}'),
    ('year_end', '', 'approve', 'submitted', 'posted', 'approve', '{budget_officer}'),
    ('year_end', '', 'return', 'submitted', 'withdrawn', 'approve', '{budget_officer}'),
    ('year_end', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{budget_officer}'),
    -- 期初: the balances a book begins with
    ('opening', '', 'submit', 'draft', 'submitted', 'prepare', '{budget_officer}'),
    ('opening', '', 'submit', 'returned', 'submitted', 'prepare', '{budget_officer}'),
    ('opening', '', 'approve', 'submitted', 'posted', 'approve', '{budget_officer}'),
    ('opening', '', 'return', 'submitted', 'returned', 'approve', '{budget_officer}'),
    ('opening', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{budget_officer}'),
    ('opening', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{budget_officer}'),
    -- 参数设置
    ('setting', '', 'submit', 'draft', 'submitted', 'prepare', '{admin,budget_officer}'),
    ('setting', '', 'submit', 'returned', 'submitted', 'prepare', '{admin,budget_officer}'),
    ('setting', '', 'approve', 'submitted', 'posted', 'approve', '{budget_officer}'),
    ('setting', '', 'return', 'submitted', 'returned', 'approve', '{budget_officer}'),
    ('setting', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{admin,budget_officer}'),
    ('setting', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{admin,budget_officer}'),
    -- 手工凭证 and 冲销并更正
    ('manual_voucher', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('manual_voucher', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('manual_voucher', '', 'review', 'submitted', 'reviewed', 'review', '{project_head,budget_officer}'),
    ('manual_voucher', '', 'post', 'reviewed', 'posted', 'post', '{treasury_officer,budget_officer,project_head}'),
    ('manual_voucher', '', 'return', 'submitted', 'returned', 'review', '{project_head,budget_officer}'),
    ('manual_voucher', '', 'return', 'reviewed', 'returned', 'post', '{treasury_officer,budget_officer,project_head}'),
    ('manual_voucher', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('manual_voucher', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('correction', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('correction', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('correction', '', 'approve', 'submitted', 'posted', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('correction', '', 'return', 'submitted', 'returned', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('correction', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('correction', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk,budget_officer,treasury_officer}')
$$;

ALTER FUNCTION projects.steps() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.terminate_contract(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'termination', 'posted'); k jsonb := d.content; c projects.contracts := projects.contract_of(in_book, k, '{effective}');
begin
  perform projects.fund_contract(in_book, c.contract_id, document, coalesce(k -> 'release', '[]'), -1);
  update projects.contracts x set state = 'terminated', terminated_on = (k ->> 'date')::date where x.book_id = in_book and x.contract_id = c.contract_id;
end $$;

ALTER FUNCTION projects.terminate_contract(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.treasury_blockers(in_book bigint, in_period integer) RETURNS TABLE(name text, detail text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select 'treasury_list_missing', format('executed in %s: %s; no treasury list of the month was taken in', in_period, projects.fen(sum(x.amount))) from projects.executed(in_book, in_period, in_period, 'infinity') x
   where in_period % 100 <= 12 and projects.treasury_lists_required(in_book) and x.kind <> 'opening'
     and not exists (select from projects.imports i where i.book_id = in_book and i.kind = 'treasury-payments' and i.month = in_period and i.withdrawn_at is null) having count(*) > 0
  union all
  select 'difference_unexplained', format('%s %s of %s: %s; %s', o.kind, o.voucher, o.day, projects.fen(o.amount), o.detail) from projects.open_items(in_book, 0, in_period, 'infinity') o
   where in_period % 100 <= 12 and projects.treasury_lists_required(in_book) and o.state = 'open' and (o.kind <> 'not_in_list' or o.month = in_period)
$$;

ALTER FUNCTION projects.treasury_blockers(in_book bigint, in_period integer) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.treasury_lists_required(in_book bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select coalesce((select s.treasury_lists = 'required' from projects.settings s where s.book_id = in_book and s.treasury_lists is not null order by s.in_effect_at desc limit 1),
    (select b.kind = 'real' from accounting.books b where b.book_id = in_book))
$$;

ALTER FUNCTION projects.treasury_lists_required(in_book bigint) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.treasury_rows(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) RETURNS TABLE(item_id uuid, voucher_no text, returned boolean, import_id uuid, row_no integer, month integer, day date, payee text, account_number text, amount numeric, indicator text, project_code text, purpose text, document_id uuid, round integer, line_no integer, request text, reason text, line_state text, period integer, number integer, gone boolean, disagrees text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with said as (
    select p.voucher_no, p.returned, p.import_id, p.row_no, p.month, p.day, p.payee, p.account_number, p.amount::numeric as amount, p.indicator, p.project_code, p.purpose, m.document_id, m.round, m.line_no, m.order_number, m.reason
    from projects.treasury_payments p
    join projects.imports i on i.book_id = p.book_id and i.import_id = p.import_id and i.imported_at <= known
    left join projects.treasury_matches m on m.book_id = p.book_id and m.voucher_no = p.voucher_no and m.returned = p.returned and m.matched_at <= known
    where p.book_id = in_book
    union all -- what was withdrawn later was known then
    select w.voucher_no, w.returned, i.import_id, w.row_no, w.month, w.day, w.payee, w.account_number, w.amount, w.indicator, w.project_code, w.purpose, m.document_id, m.round, m.line_no, m.order_number, m.reason
    from projects.imports i
    cross join lateral jsonb_to_recordset(i.withdrawn_rows) as w (voucher_no text, returned boolean, row_no int, month int, day date, payee text, account_number text, amount numeric, indicator text, project_code text, purpose text,
      document_id uuid, round int, line_no int, order_number text, reason text, matched_at timestamptz)
    left join lateral (select w.document_id, w.round, w.line_no, w.order_number, w.reason where w.matched_at <= known) m on true
    where i.book_id = in_book and i.kind = 'treasury-payments' and i.imported_at <= known and i.withdrawn_at > known),
  refunds as (
    select q.document_id, (k ->> 'line')::int as line_no, (k ->> 'amount')::numeric as amount, v.period, v.number,
      row_number() over (partition by q.document_id, k ->> 'line', (k ->> 'amount')::numeric order by v.period, v.number) as nth
    from (select d.document_id, d.content::jsonb as k from projects.documents d where d.book_id = in_book and d.kind = 'refund' and d.state = 'posted') d
    join projects.documents q on q.book_id = in_book and q.number = k ->> 'request'
    join accounting.vouchers v on v.book_id = in_book and v.source_document = d.document_id and v.source in ('P6', 'P7') and v.kind <> 'correction' and v.recorded_at <= known),
  returns as (
    select s.voucher_no, s.document_id, s.line_no, s.amount, row_number() over (partition by s.document_id, s.line_no, s.amount order by s.day, s.voucher_no) as nth from said s where s.returned and s.document_id is not null),
  booked as (
    select s.voucher_no, s.returned, v.period, v.number from said s
      join projects.line_vouchers v on v.book_id = in_book and v.document_id = s.document_id and v.round = s.round and v.line_no = s.line_no and v.order_number = s.order_number
      join accounting.vouchers w on w.book_id = v.book_id and w.period = v.period and w.number = v.number and w.recorded_at <= known where not s.returned
    union all select r.voucher_no, true, f.period, f.number from returns r join refunds f on f.document_id = r.document_id and f.line_no = r.line_no and f.amount = r.amount and f.nth = r.nth)
  select md5('treasury ' || s.voucher_no || case when s.returned then ' returned' else '' end || in_book)::uuid, s.voucher_no, s.returned, s.import_id, s.row_no, s.month, s.day, s.payee, s.account_number, s.amount,
    s.indicator, s.project_code, s.purpose, s.document_id, s.round, s.line_no, d.number, s.reason, l.state, b.period, b.number,
    b.period is null and o.voucher_no is not null and (s.document_id is null or f.order_number is not null),
    case when not s.returned and s.document_id is not null then nullif(concat_ws('; ',
      case when l.amount <> s.amount then format('amount here %s, in the list %s', projects.fen(l.amount), projects.fen(s.amount)) end,
      case when l.order_number = s.order_number and s.account_number <> '' and l.account_number <> s.account_number then format('account here …%s, in the list …%s', right(l.account_number, 4), right(s.account_number, 4)) end,
      case when l.order_number = s.order_number and l.state = 'confirmed' and l.paid_on <> s.day then format('paid here on %s, in the list on %s', l.paid_on, s.day) end,
      case when l.order_number = s.order_number and l.state = 'confirmed' and s.voucher_no not in (s.order_number, r.bank_serial) then format('voucher here %s by receipt %s, in the list %s', s.order_number, r.bank_serial, s.voucher_no) end), '') end
  from said s
  left join booked b on b.voucher_no = s.voucher_no and b.returned = s.returned
  left join projects.documents d on d.book_id = in_book and d.document_id = s.document_id
  left join projects.payment_lines l on l.book_id = in_book and l.document_id = s.document_id and l.round = s.round and l.line_no = s.line_no
  left join projects.failed_orders f on f.book_id = in_book and f.order_number = s.order_number and f.failed_at <= known
  left join lateral (select x.bank_serial from projects.receipts x where x.book_id = in_book and x.document_id = s.document_id and x.round = s.round and x.line_no = s.line_no and x.checked_by is not null
    order by x.attempt desc limit 1) r on true
  left join said o on o.voucher_no = s.voucher_no and o.returned <> s.returned and o.amount = s.amount and not exists (select from booked x where x.voucher_no = o.voucher_no and not x.returned)
  where s.month between from_month and to_month
$$;

ALTER FUNCTION projects.treasury_rows(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.undelivered(in_book bigint, in_node uuid) RETURNS TABLE(contract text, amount numeric, said text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with ledger as (
    select p.subject_id, coalesce(sum(p.debit - p.credit) filter (where p.account = '9301.03'), 0) as held,
      coalesce(sum(p.credit - p.debit) filter (where p.account in ('2307.01', '2502.01')), 0) as retained, coalesce(sum(p.credit - p.debit) filter (where p.account = '2302.02'), 0) as payable
    from accounting.positions p where p.book_id = in_book and p.project_id = in_node and p.account in ('9301.03', '2307.01', '2502.01', '2302.02') group by 1
  ), contracts as (
    select * from projects.contracts c where c.book_id = in_book and c.node_id = in_node
  ), open as (
    select coalesce(c.number, s.code) as contract, coalesce(l.held, 0) as held, coalesce(l.retained, 0) - coalesce(c.retention_held, 0) as retained, coalesce(l.payable, 0) - coalesce(c.payable_held, 0) as payable,
      c.price, c.certified, c.state = 'effective' as works_on
    from ledger l full join contracts c on c.contract_id = l.subject_id
    left join accounting.subjects s on s.book_id = in_book and s.subject_id = l.subject_id
  )
  select o.contract, case when by_price then o.price - o.certified else o.held - o.retained - o.payable end,
    case when by_price then format('contract %s: price %s, certified %s, not certified %s', o.contract, projects.fen(o.price), projects.fen(o.certified), projects.fen(o.price - o.certified))
      else format('contract %s: held %s, retention %s, certified and unpaid %s, not certified %s', o.contract, projects.fen(o.held), projects.fen(o.retained), projects.fen(o.payable), projects.fen(o.held - o.retained - o.payable)) end
  from open o cross join lateral (select coalesce(o.works_on and o.price - o.certified > o.held - o.retained - o.payable, false)) as b (by_price)
  where greatest(o.held - o.retained - o.payable, case when o.works_on then o.price - o.certified end) > 0
$$;

ALTER FUNCTION projects.undelivered(in_book bigint, in_node uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.unit_party() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  update projects.node_parties p set unit_id = new.unit_id where p.book_id = new.book_id and p.name = new.name and p.unit_id is null;
  return null;
end $$;

ALTER FUNCTION projects.unit_party() OWNER TO mingzhang_owner;

CREATE FUNCTION projects.use_budget_number(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  d projects.documents := projects.signed(in_book, document, 'budget', 'posted'); k jsonb := d.content; said text := k ->> 'event'; plain text := projects.plain_number(k ->> 'document_no');
  named text[]; lines text[]; used text;
begin
  perform pg_advisory_xact_lock(hashtextextended('document number ' || plain, in_book)); -- of two at once the second sees the first
  if said = 'Indicators' then
    select array_agg(distinct w ->> 'budget_line') into named from jsonb_array_elements(k #> '{input,rows}') w;
  else
    named := array[coalesce(k #>> '{input,budget_line}', k #>> '{input,parent}', k #>> '{input,from}', '')];
  end if;
  select array_agg(distinct coalesce(c.code, i.code, n.line)) into lines from unnest(named) n (line)
    left join accounting.budget_lines c on c.book_id = in_book and c.code = n.line
    left join accounting.budget_lines i on i.book_id = in_book and i.budget_line_id = case when n.line ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then n.line::uuid end;
  select x.number into used from projects.budget_numbers n join projects.documents x on x.book_id = n.book_id and x.document_id = n.document_id
    where n.book_id = in_book and projects.plain_number(n.document_no) = plain
      and ('Indicators' in (said, n.event) or n.event = said and n.budget_line = any (named || lines))
    order by x.number limit 1;
  if used is not null then
    raise exception '文号 % brought % about on this budget line before, by %', k ->> 'document_no', said, used using errcode = 'AC054';
  end if;
  insert into projects.budget_numbers (book_id, document_no, event, budget_line, document_id) select in_book, k ->> 'document_no', said, l, document from unnest(lines) l;
end $_$;

ALTER FUNCTION projects.use_budget_number(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.use_invoices(in_book bigint, document uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare d projects.documents := projects.signed(in_book, document, 'payment_request', 'filed'); u record; payee uuid; left_of numeric;
begin
  perform projects.require_payable(d); -- the maker hears it, not only who approves
  if (select sum((i ->> 'use')::numeric) from jsonb_array_elements(coalesce(d.content::jsonb -> 'invoices', '[]')) i) > d.amount then
    raise exception '% uses more of its invoices than it pays', d.number using errcode = 'AC050';
  end if;
  for u in select i ->> 'payee' as payee, coalesce(i ->> 'code', '') as code, i ->> 'number' as number, (i ->> 'date')::date as day, (i ->> 'amount')::numeric as amount, (i ->> 'use')::numeric as use
      from jsonb_array_elements(coalesce(d.content::jsonb -> 'invoices', '[]')) i order by 1, 2, 3 loop
    select p.payee_id into payee from projects.payees p where p.book_id = in_book and p.code = u.payee;
    perform projects.register_invoice(in_book, payee, u.code, u.number, u.day, u.amount);
    select x.amount - x.reduced - x.used into left_of from projects.invoices x where x.book_id = in_book and x.payee_id = payee and x.code = u.code and x.number = u.number for update;
    if u.use > left_of then
      raise exception 'invoice %: % left, asked %: % too much', u.number, projects.fen(left_of), projects.fen(u.use), projects.fen(u.use - left_of) using errcode = 'AC050';
    end if;
    update projects.invoices x set used = x.used + u.use where x.book_id = in_book and x.payee_id = payee and x.code = u.code and x.number = u.number;
    insert into projects.invoice_uses (book_id, document_id, round, payee_id, code, number, amount) values (in_book, document, d.round, payee, u.code, u.number, u.use);
  end loop;
end $$;

ALTER FUNCTION projects.use_invoices(in_book bigint, document uuid) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.withdraw_list(in_book bigint, of_import uuid, why text, person uuid, in_unit uuid, as_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare i projects.imports; s projects.bank_statements; said jsonb; rests text;
begin
  if as_role not in ('treasury_officer', 'budget_officer') or not projects.holds(in_book, person, in_unit, as_role, null) then
    raise exception 'this is for treasury_officer, budget_officer who hold the role today, not for %', as_role using errcode = 'AC044';
  end if;
  select * into i from projects.imports x where x.book_id = in_book and x.import_id = of_import for update; -- so does a confirmation by it
  if not found then
    raise exception 'there is no such list' using errcode = 'AC041';
  end if;
  if i.kind not in ('treasury-payments', 'bank-statement') then
    raise exception 'a list of the kind % made documents: withdraw or reject those', i.kind using errcode = 'AC076';
  end if;
  if i.imported_by = person then
    raise exception 'who took the list in does not withdraw it: another officer does' using errcode = 'AC045';
  end if;
  if i.kind = 'treasury-payments' then
    perform pg_advisory_xact_lock(hashtextextended('treasury list', in_book));
  else
    perform from projects.bank_accounts a where a.book_id = in_book and a.number = i.covers for update;
  end if;
  perform from accounting.periods p where p.book_id = in_book and p.period >= i.month order by p.period for share; -- a close waits, or is waited for
  select * into s from projects.bank_statements x where x.book_id = in_book and x.import_id = of_import;
  rests := case when i.withdrawn_at is not null then format('it was withdrawn before: %s', i.withdrawn_because) end;
  if rests is null then
    select format('the close of %s rests on it', p.period) into rests from accounting.periods p where p.book_id = in_book and p.period >= i.month and p.state = 'closed' and p.closed_at > i.imported_at order by p.period limit 1;
  end if;
  if rests is null then
    select format('the statement of %s continues it: withdraw that first', x.month) into rests from projects.bank_statements x where x.book_id = in_book and x.bank_account_id = s.bank_account_id and x.month_before = s.month;
  end if;
  if rests is null and i.kind = 'treasury-payments' then -- what a later list said alike is kept under this one
    select format('a list of %s was taken in later, from %s with %s rows: withdraw that first', x.month, x.source, x.row_count) into rests from projects.imports x
     where x.book_id = in_book and x.kind = i.kind and x.month = i.month and x.withdrawn_at is null and x.imported_at > i.imported_at order by x.imported_at desc limit 1;
  end if;
  if rests is null then
    select format('payment voucher %s was confirmed by it', p.voucher_no) into rests from projects.treasury_payments p
      join projects.treasury_matches m on m.book_id = p.book_id and m.voucher_no = p.voucher_no and m.returned = p.returned
      join projects.receipts r on r.book_id = m.book_id and r.document_id = m.document_id and r.round = m.round and r.line_no = m.line_no and r.bank_serial = p.voucher_no and r.paper_hash = i.file_sha256
     where p.book_id = in_book and p.import_id = of_import and not p.returned order by p.row_no limit 1;
  end if;
  if rests is not null then
    raise exception '%', rests using errcode = 'AC076';
  end if;
  if i.kind = 'treasury-payments' then
    select coalesce(jsonb_agg(to_jsonb(x) order by x.row_no), '[]') into said from (
      select p.voucher_no, p.returned, p.row_no, p.month, p.day, p.payee, p.account_number, p.amount, p.indicator, p.project_code, p.purpose, m.document_id, m.round, m.line_no, m.order_number, m.reason, m.matched_at
        from projects.treasury_payments p left join projects.treasury_matches m on m.book_id = p.book_id and m.voucher_no = p.voucher_no and m.returned = p.returned where p.book_id = in_book and p.import_id = of_import) x;
  else
    select coalesce(jsonb_agg(to_jsonb(b) - 'book_id' || jsonb_build_object('matches', (select coalesce(jsonb_agg(to_jsonb(m) - 'book_id' order by m.ordinal), '[]') from projects.bank_matches m
        where m.book_id = b.book_id and m.bank_account_id = b.bank_account_id and m.month = b.month and m.line_no = b.line_no)) order by b.line_no), '[]') into said
      from projects.bank_lines b where b.book_id = in_book and b.bank_account_id = s.bank_account_id and b.month = s.month;
  end if;
  update projects.imports x set withdrawn_by = person, withdrawn_at = clock_timestamp(), withdrawn_because = why, withdrawn_rows = said where x.book_id = in_book and x.import_id = of_import;
  delete from projects.treasury_matches m using projects.treasury_payments p where p.book_id = in_book and p.import_id = of_import and m.book_id = in_book and m.voucher_no = p.voucher_no and m.returned = p.returned;
  delete from projects.treasury_payments p where p.book_id = in_book and p.import_id = of_import;
  delete from projects.bank_matches m where m.book_id = in_book and m.bank_account_id = s.bank_account_id and m.month = s.month;
  delete from projects.bank_lines b where b.book_id = in_book and b.bank_account_id = s.bank_account_id and b.month = s.month;
  delete from projects.bank_statements x where x.book_id = in_book and x.import_id = of_import;
end $$;

ALTER FUNCTION projects.withdraw_list(in_book bigint, of_import uuid, why text, person uuid, in_unit uuid, as_role text) OWNER TO mingzhang_owner;

CREATE FUNCTION projects.writes(d projects.documents, person uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare prepares text := (select s.duty from projects.steps() s where s.kind = d.kind and s.from_state = 'draft' and s.verb in ('submit', 'file') limit 1); has text;
begin
  insert into projects.duties (book_id, document_id, person_id, duty) values (d.book_id, d.document_id, person, prepares) on conflict do nothing;
  select x.duty into has from projects.duties x where x.book_id = d.book_id and x.document_id = d.document_id and x.person_id = person;
  if has <> prepares then
    raise exception 'this person has the duty % on % already and cannot also write it', has, d.number using errcode = 'AC045';
  end if;
end $$;

ALTER FUNCTION projects.writes(d projects.documents, person uuid) OWNER TO mingzhang_owner;

CREATE TABLE accounting.books (
    book_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    currency text DEFAULT 'CNY'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT books_kind_check CHECK ((kind = ANY (ARRAY['real'::text, 'demo'::text])))
);

ALTER TABLE accounting.books OWNER TO mingzhang_owner;

CREATE TABLE accounting.budget_lines (
    book_id bigint NOT NULL,
    budget_line_id uuid NOT NULL,
    project_id uuid NOT NULL,
    fiscal_year integer NOT NULL,
    code text NOT NULL,
    fund_nature text NOT NULL,
    funding_source text NOT NULL,
    functional_class text DEFAULT ''::text NOT NULL,
    carried_from uuid,
    CONSTRAINT budget_lines_budget_line_id_check CHECK ((budget_line_id <> '00000000-0000-0000-0000-000000000000'::uuid)),
    CONSTRAINT budget_lines_fiscal_year_check CHECK (((fiscal_year >= 2000) AND (fiscal_year <= 2999))),
    CONSTRAINT budget_lines_fund_nature_check CHECK ((fund_nature = ANY (ARRAY['general_public_budget'::text, 'government_fund'::text])))
);

ALTER TABLE accounting.budget_lines OWNER TO mingzhang_owner;

CREATE TABLE accounting.commands (
    book_id bigint NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    actor uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    request_hash bytea NOT NULL,
    target uuid NOT NULL,
    answer jsonb,
    CONSTRAINT commands_key_check CHECK (((key <> ''::text) AND (octet_length(key) <= 200))),
    CONSTRAINT commands_request_hash_check CHECK ((octet_length(request_hash) = 32))
);

ALTER TABLE accounting.commands OWNER TO mingzhang_owner;

CREATE TABLE accounting.ledgers (
    book_id bigint NOT NULL,
    project_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    code text NOT NULL
);

ALTER TABLE accounting.ledgers OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
)
PARTITION BY RANGE (period);

ALTER TABLE accounting.lines OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2024 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2024 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2025 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2025 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2026 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2026 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2027 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2027 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2028 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2028 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2029 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2029 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2030 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2030 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2031 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2031 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2032 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2032 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2033 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2033 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2034 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2034 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2035 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2035 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2036 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2036 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2037 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2037 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2038 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2038 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2039 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2039 OWNER TO mingzhang_owner;

CREATE TABLE accounting.lines_2040 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    line_no integer NOT NULL,
    line_count integer NOT NULL,
    date date NOT NULL,
    account text NOT NULL,
    basis text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    economic_class text NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT line_within_count CHECK (((line_no >= 1) AND (line_no <= line_count))),
    CONSTRAINT lines_economic_class_check CHECK ((economic_class ~ '^[0-9]{0,7}$'::text)),
    CONSTRAINT one_side CHECK ((((debit)::numeric = (0)::numeric) <> ((credit)::numeric = (0)::numeric)))
);

ALTER TABLE accounting.lines_2040 OWNER TO mingzhang_owner;

CREATE TABLE accounting.periods (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    state text NOT NULL,
    last_number integer DEFAULT 0 NOT NULL,
    root bytea,
    tree_size integer,
    closed_at timestamp with time zone,
    closed_by uuid,
    closed_by_one boolean DEFAULT false NOT NULL,
    CONSTRAINT closed_by_one_is_closed CHECK (((state = 'closed'::text) OR (NOT closed_by_one))),
    CONSTRAINT closed_has_root CHECK (((state = 'closed'::text) = ((root IS NOT NULL) AND (tree_size IS NOT NULL) AND (closed_at IS NOT NULL) AND (closed_by IS NOT NULL)))),
    CONSTRAINT periods_last_number_check CHECK ((last_number >= 0)),
    CONSTRAINT periods_period_check CHECK (((((period % 100) >= 1) AND ((period % 100) <= 14)) AND (((period / 100) >= 2024) AND ((period / 100) <= 2040)))),
    CONSTRAINT periods_root_check CHECK ((octet_length(root) = 32)),
    CONSTRAINT periods_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
);

ALTER TABLE accounting.periods OWNER TO mingzhang_owner;

CREATE TABLE accounting.persons (
    book_id bigint NOT NULL,
    person_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    unit_id uuid NOT NULL
);

ALTER TABLE accounting.persons OWNER TO mingzhang_owner;

CREATE TABLE accounting.positions (
    book_id bigint NOT NULL,
    account text NOT NULL,
    normal_side text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL,
    CONSTRAINT floor CHECK ((
CASE normal_side
    WHEN 'debit'::text THEN ((debit)::numeric - (credit)::numeric)
    ELSE ((credit)::numeric - (debit)::numeric)
END >= (0)::numeric))
)
WITH (fillfactor='50');

ALTER TABLE accounting.positions OWNER TO mingzhang_owner;

CREATE TABLE accounting.refusals (
    book_id bigint NOT NULL,
    refusal_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor uuid NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    code text NOT NULL,
    detail text NOT NULL
);

ALTER TABLE accounting.refusals OWNER TO mingzhang_owner;

CREATE TABLE accounting.reversals (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    by_period integer NOT NULL,
    by_number integer NOT NULL,
    CONSTRAINT same_fiscal_year CHECK (((period / 100) = (by_period / 100)))
);

ALTER TABLE accounting.reversals OWNER TO mingzhang_owner;

CREATE TABLE accounting.subjects (
    book_id bigint NOT NULL,
    subject_id uuid NOT NULL,
    kind text NOT NULL,
    code text NOT NULL,
    CONSTRAINT subjects_kind_check CHECK ((kind = ANY (ARRAY['contract'::text, 'request'::text, 'batch'::text, 'injection'::text]))),
    CONSTRAINT subjects_subject_id_check CHECK ((subject_id <> '00000000-0000-0000-0000-000000000000'::uuid))
);

ALTER TABLE accounting.subjects OWNER TO mingzhang_owner;

CREATE TABLE accounting.turnover (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    account text NOT NULL,
    project_id uuid NOT NULL,
    budget_line_id uuid NOT NULL,
    debit accounting.yuan NOT NULL,
    credit accounting.yuan NOT NULL
)
WITH (fillfactor='60');

ALTER TABLE accounting.turnover OWNER TO mingzhang_owner;

CREATE TABLE accounting.units (
    book_id bigint NOT NULL,
    unit_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    CONSTRAINT units_kind_check CHECK ((kind = ANY (ARRAY['administrative'::text, 'institution'::text, 'enterprise'::text, 'other'::text])))
);

ALTER TABLE accounting.units OWNER TO mingzhang_owner;

CREATE TABLE accounting.verifications (
    book_id bigint NOT NULL,
    verified_at timestamp with time zone NOT NULL,
    vouchers integer NOT NULL,
    failed text[] NOT NULL,
    CONSTRAINT verifications_vouchers_check CHECK ((vouchers >= 0))
);

ALTER TABLE accounting.verifications OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2024 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2024 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2025 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2025 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2026 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2026 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2027 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2027 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2028 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2028 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2029 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2029 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2030 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2030 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2031 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2031 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2032 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2032 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2033 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2033 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2034 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2034 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2035 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2035 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2036 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2036 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2037 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2037 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2038 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2038 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2039 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2039 OWNER TO mingzhang_owner;

CREATE TABLE accounting.vouchers_2040 (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_document uuid NOT NULL,
    memo text NOT NULL,
    document_hashes bytea NOT NULL,
    prepared_by uuid NOT NULL,
    reviewed_by uuid NOT NULL,
    posted_by uuid NOT NULL,
    attachment_count integer NOT NULL,
    refers_period integer,
    refers_number integer,
    line_count integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT attachment_or_exempt CHECK (((attachment_count > 0) OR (kind = ANY (ARRAY['opening'::text, 'closing'::text, 'reversal'::text, 'demonstration'::text])))),
    CONSTRAINT date_in_period CHECK (((EXTRACT(year FROM date) = ((period / 100))::numeric) AND (((period % 100) > 12) OR (EXTRACT(month FROM date) = ((period % 100))::numeric)))),
    CONSTRAINT prepared_and_reviewed_by_two CHECK ((prepared_by <> reviewed_by)),
    CONSTRAINT refers_when_it_must CHECK (((kind = ANY (ARRAY['reversal'::text, 'correction'::text])) = ((refers_period IS NOT NULL) AND (refers_number IS NOT NULL)))),
    CONSTRAINT vouchers_attachment_count_check CHECK ((attachment_count >= 0)),
    CONSTRAINT vouchers_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT vouchers_document_hashes_check CHECK (((octet_length(document_hashes) % 32) = 0)),
    CONSTRAINT vouchers_kind_check CHECK ((kind = ANY (ARRAY['ordinary'::text, 'opening'::text, 'closing'::text, 'reversal'::text, 'correction'::text, 'demonstration'::text]))),
    CONSTRAINT vouchers_line_count_check CHECK ((line_count >= 2)),
    CONSTRAINT vouchers_memo_check CHECK (((memo <> ''::text) AND (memo !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT vouchers_number_check CHECK ((number > 0)),
    CONSTRAINT vouchers_source_check CHECK ((source ~ '^[A-Za-z0-9+-]{1,12}$'::text))
);

ALTER TABLE accounting.vouchers_2040 OWNER TO mingzhang_owner;

CREATE TABLE api.account_documents (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    account text NOT NULL,
    in_effect_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    start_password_at timestamp with time zone
);

ALTER TABLE api.account_documents OWNER TO mingzhang_owner;

CREATE TABLE api.accounts (
    book_id bigint NOT NULL,
    account text NOT NULL,
    person_id uuid NOT NULL,
    password_hash text,
    start_until timestamp with time zone,
    opened_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    disabled_at timestamp with time zone,
    CONSTRAINT accounts_account_check CHECK ((account ~ '^[a-z0-9][a-z0-9._-]{1,63}$'::text)),
    CONSTRAINT accounts_password_hash_check CHECK ((password_hash ~~ '$argon2id$%'::text))
);

ALTER TABLE api.accounts OWNER TO mingzhang_owner;

CREATE TABLE api.backups (
    book_id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone NOT NULL,
    good boolean NOT NULL,
    file text NOT NULL,
    size bigint,
    sha256 bytea,
    encrypted boolean NOT NULL,
    trouble text DEFAULT ''::text NOT NULL,
    CONSTRAINT backups_check CHECK ((finished_at >= started_at)),
    CONSTRAINT backups_sha256_check CHECK ((octet_length(sha256) = 32)),
    CONSTRAINT good_is_whole CHECK (((good = ((size IS NOT NULL) AND (sha256 IS NOT NULL))) AND (good = (trouble = ''::text))))
);

ALTER TABLE api.backups OWNER TO mingzhang_owner;

CREATE TABLE api.one_time_codes (
    book_id bigint NOT NULL,
    account text NOT NULL,
    code_hash bytea NOT NULL,
    code_set uuid NOT NULL,
    made_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT one_time_codes_code_hash_check CHECK ((octet_length(code_hash) = 32))
);

ALTER TABLE api.one_time_codes OWNER TO mingzhang_owner;

CREATE TABLE api.second_factors (
    book_id bigint NOT NULL,
    account text NOT NULL,
    secret text,
    waiting_secret text,
    last_step bigint DEFAULT 0 NOT NULL,
    code_set uuid
);

ALTER TABLE api.second_factors OWNER TO mingzhang_owner;

CREATE TABLE api.sessions (
    book_id bigint NOT NULL,
    session_hash bytea NOT NULL,
    account text NOT NULL,
    unit_id uuid,
    role text,
    on_behalf_of uuid,
    second_factor boolean NOT NULL,
    address text NOT NULL,
    began_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT role_of_a_unit CHECK ((num_nonnulls(unit_id, role) = ANY (ARRAY[0, 2]))),
    CONSTRAINT sessions_session_hash_check CHECK ((octet_length(session_hash) = 32))
);

ALTER TABLE api.sessions OWNER TO mingzhang_owner;

CREATE TABLE api.sign_ins (
    book_id bigint NOT NULL,
    sign_in_id uuid NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    account text NOT NULL,
    address text NOT NULL,
    outcome text NOT NULL,
    CONSTRAINT sign_ins_account_check CHECK ((account <> ''::text)),
    CONSTRAINT sign_ins_outcome_check CHECK ((outcome = ANY (ARRAY['tried'::text, 'refused'::text, 'locked'::text, 'signed_in'::text, 'confirmed'::text])))
);

ALTER TABLE api.sign_ins OWNER TO mingzhang_owner;

CREATE TABLE api.tokens (
    book_id bigint NOT NULL,
    token_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    token_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    CONSTRAINT tokens_role_check CHECK ((role = ANY (ARRAY['budget_officer'::text, 'treasury_officer'::text, 'project_clerk'::text, 'project_head'::text, 'supervisor'::text, 'lead_approver'::text, 'auditor'::text, 'inspector'::text, 'admin'::text, 'system'::text]))),
    CONSTRAINT tokens_token_hash_check CHECK ((octet_length(token_hash) = 32))
);

ALTER TABLE api.tokens OWNER TO mingzhang_owner;

CREATE TABLE projects.acts (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    ordinal integer NOT NULL,
    round integer NOT NULL,
    verb text NOT NULL,
    duty text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    person_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    role text NOT NULL,
    on_behalf_of uuid,
    document_hash bytea NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    outside_name text,
    outside_office text,
    outside_date date,
    paper_hash bytea,
    entered_by uuid,
    separated_person uuid GENERATED ALWAYS AS (
CASE
    WHEN ((entered_by IS NULL) AND (duty <> 'confirm'::text)) THEN person_id
    ELSE NULL::uuid
END) STORED,
    CONSTRAINT acts_ordinal_check CHECK ((ordinal > 0)),
    CONSTRAINT acts_paper_hash_check CHECK ((octet_length(paper_hash) = 32)),
    CONSTRAINT outside_act_by_two CHECK ((entered_by <> person_id)),
    CONSTRAINT outside_act_is_whole CHECK ((num_nonnulls(outside_name, outside_office, outside_date, paper_hash, entered_by) = ANY (ARRAY[0, 5]))),
    CONSTRAINT taken_back_says_why CHECK (((verb <> ALL (ARRAY['return'::text, 'reject'::text, 'recall'::text, 'cancel_order'::text])) OR (reason <> ''::text)))
);

ALTER TABLE projects.acts OWNER TO mingzhang_owner;

CREATE TABLE projects.approval_bands (
    book_id bigint NOT NULL,
    from_amount accounting.yuan NOT NULL,
    approvers integer NOT NULL,
    CONSTRAINT approval_bands_approvers_check CHECK (((approvers >= 1) AND (approvers <= 5))),
    CONSTRAINT approval_bands_from_amount_check CHECK (((from_amount)::numeric >= (0)::numeric))
);

ALTER TABLE projects.approval_bands OWNER TO mingzhang_owner;

CREATE TABLE projects.assets (
    book_id bigint NOT NULL,
    asset_id uuid NOT NULL,
    node_id uuid NOT NULL,
    document_id uuid NOT NULL,
    ordinal integer NOT NULL,
    account text,
    class text NOT NULL,
    name text NOT NULL,
    owner text NOT NULL,
    value accounting.yuan NOT NULL,
    handed_over_on date NOT NULL,
    settled_value accounting.yuan,
    settled_by uuid,
    provisional boolean GENERATED ALWAYS AS ((settled_value IS NULL)) STORED,
    CONSTRAINT assets_account_check CHECK ((account = ANY (ARRAY['1601'::text, '1801'::text]))),
    CONSTRAINT assets_class_check CHECK ((class <> ''::text)),
    CONSTRAINT assets_name_check CHECK ((name <> ''::text)),
    CONSTRAINT assets_ordinal_check CHECK ((ordinal > 0)),
    CONSTRAINT assets_owner_check CHECK ((owner <> ''::text)),
    CONSTRAINT assets_settled_value_check CHECK (((settled_value)::numeric >= (0)::numeric)),
    CONSTRAINT assets_value_check CHECK (((value)::numeric > (0)::numeric)),
    CONSTRAINT others_keep_their_value CHECK (((account IS NOT NULL) OR (settled_value IS NULL) OR ((settled_value)::numeric = (value)::numeric))),
    CONSTRAINT settled_by_a_document CHECK (((settled_value IS NULL) = (settled_by IS NULL)))
);

ALTER TABLE projects.assets OWNER TO mingzhang_owner;

CREATE TABLE projects.bank_accounts (
    book_id bigint NOT NULL,
    bank_account_id uuid NOT NULL,
    number text NOT NULL,
    bank text NOT NULL,
    ledger_account text NOT NULL,
    unit_id uuid NOT NULL,
    node_id uuid,
    registered_by uuid NOT NULL,
    registered_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT bank_accounts_bank_check CHECK ((bank <> ''::text)),
    CONSTRAINT bank_accounts_ledger_account_check CHECK ((ledger_account = ANY (ARRAY['1002.01'::text, '1002.02'::text]))),
    CONSTRAINT bank_accounts_number_check CHECK ((number <> ''::text))
);

ALTER TABLE projects.bank_accounts OWNER TO mingzhang_owner;

CREATE TABLE projects.bank_lines (
    book_id bigint NOT NULL,
    bank_account_id uuid NOT NULL,
    month integer NOT NULL,
    line_no integer NOT NULL,
    day date NOT NULL,
    received accounting.yuan NOT NULL,
    paid accounting.yuan NOT NULL,
    balance accounting.yuan NOT NULL,
    party text NOT NULL,
    party_number text NOT NULL,
    memo text NOT NULL,
    serial text NOT NULL,
    CONSTRAINT bank_lines_line_no_check CHECK ((line_no > 0)),
    CONSTRAINT day_of_the_month CHECK ((((EXTRACT(year FROM day) * (100)::numeric) + EXTRACT(month FROM day)) = (month)::numeric)),
    CONSTRAINT received_or_paid CHECK ((((received)::numeric = (0)::numeric) <> ((paid)::numeric = (0)::numeric)))
);

ALTER TABLE projects.bank_lines OWNER TO mingzhang_owner;

CREATE TABLE projects.bank_matches (
    book_id bigint NOT NULL,
    bank_account_id uuid NOT NULL,
    month integer NOT NULL,
    line_no integer NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    voucher_line integer NOT NULL,
    reason text NOT NULL,
    matched_by uuid NOT NULL,
    matched_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    ordinal integer NOT NULL,
    counts_from integer NOT NULL,
    because text,
    ended_from integer,
    ended_by uuid,
    ended_at timestamp with time zone,
    ended_because text,
    CONSTRAINT bank_matches_because_check CHECK (((length(because) >= 1) AND (length(because) <= 500))),
    CONSTRAINT bank_matches_ended_because_check CHECK (((length(ended_because) >= 1) AND (length(ended_because) <= 500))),
    CONSTRAINT bank_matches_ordinal_check CHECK ((ordinal > 0)),
    CONSTRAINT bank_matches_reason_check CHECK ((reason = ANY (ARRAY['serial'::text, 'amount_and_day'::text, 'amount'::text, 'by_hand'::text]))),
    CONSTRAINT by_hand_says_why CHECK (((reason = 'by_hand'::text) = (because IS NOT NULL))),
    CONSTRAINT counts_when_both_are_there CHECK (((counts_from >= month) AND (counts_from >= period))),
    CONSTRAINT end_is_whole CHECK ((num_nonnulls(ended_from, ended_by, ended_at, ended_because) = ANY (ARRAY[0, 4]))),
    CONSTRAINT ends_after_it_began CHECK ((ended_from >= counts_from))
);

ALTER TABLE projects.bank_matches OWNER TO mingzhang_owner;

CREATE TABLE projects.bank_statements (
    book_id bigint NOT NULL,
    bank_account_id uuid NOT NULL,
    month integer NOT NULL,
    month_before integer,
    import_id uuid NOT NULL,
    opening accounting.yuan NOT NULL,
    received accounting.yuan NOT NULL,
    paid accounting.yuan NOT NULL,
    closing accounting.yuan NOT NULL,
    line_count integer NOT NULL,
    taken_in_at timestamp with time zone DEFAULT clock_timestamp(),
    CONSTRAINT bank_statements_line_count_check CHECK ((line_count >= 0)),
    CONSTRAINT bank_statements_month_check CHECK ((((month % 100) >= 1) AND ((month % 100) <= 12))),
    CONSTRAINT before_is_the_month_before CHECK ((month_before =
CASE
    WHEN ((month % 100) = 1) THEN (month - 89)
    ELSE (month - 1)
END)),
    CONSTRAINT statement_adds_up CHECK (((closing)::numeric = (((opening)::numeric + (received)::numeric) - (paid)::numeric)))
);

ALTER TABLE projects.bank_statements OWNER TO mingzhang_owner;

CREATE TABLE projects.budget_numbers (
    book_id bigint NOT NULL,
    document_no text NOT NULL,
    event text NOT NULL,
    budget_line text NOT NULL,
    document_id uuid NOT NULL
);

ALTER TABLE projects.budget_numbers OWNER TO mingzhang_owner;

CREATE TABLE projects.cash_plans (
    book_id bigint NOT NULL,
    budget_line_id uuid NOT NULL,
    quarter integer NOT NULL,
    document_id uuid NOT NULL,
    amount accounting.yuan NOT NULL,
    CONSTRAINT cash_plans_amount_check CHECK (((amount)::numeric >= (0)::numeric)),
    CONSTRAINT cash_plans_quarter_check CHECK (((quarter >= 1) AND (quarter <= 4)))
);

ALTER TABLE projects.cash_plans OWNER TO mingzhang_owner;

CREATE TABLE projects.certificate_items (
    book_id bigint NOT NULL,
    certificate_id uuid NOT NULL,
    contract_id uuid NOT NULL,
    code text NOT NULL,
    quantity numeric(20,3),
    percent numeric(6,3),
    cumulative numeric(20,3),
    amount accounting.yuan NOT NULL
);

ALTER TABLE projects.certificate_items OWNER TO mingzhang_owner;

CREATE TABLE projects.certificates (
    book_id bigint NOT NULL,
    certificate_id uuid NOT NULL,
    contract_id uuid NOT NULL,
    number integer NOT NULL,
    day date NOT NULL,
    gross accounting.yuan NOT NULL,
    recouped accounting.yuan NOT NULL,
    retained accounting.yuan NOT NULL,
    deducted accounting.yuan NOT NULL,
    net accounting.yuan NOT NULL,
    certified accounting.yuan NOT NULL,
    payable_now accounting.yuan NOT NULL,
    formula text NOT NULL,
    CONSTRAINT certificate_adds_up CHECK (((net)::numeric = (((gross)::numeric - (recouped)::numeric) - (retained)::numeric))),
    CONSTRAINT certificates_deducted_check CHECK (((deducted)::numeric >= (0)::numeric)),
    CONSTRAINT certificates_gross_check CHECK (((gross)::numeric > (0)::numeric)),
    CONSTRAINT certificates_net_check CHECK (((net)::numeric >= (0)::numeric)),
    CONSTRAINT certificates_number_check CHECK ((number > 0)),
    CONSTRAINT certificates_payable_now_check CHECK (((payable_now)::numeric >= (0)::numeric)),
    CONSTRAINT certificates_recouped_check CHECK (((recouped)::numeric >= (0)::numeric)),
    CONSTRAINT certificates_retained_check CHECK (((retained)::numeric >= (0)::numeric))
);

ALTER TABLE projects.certificates OWNER TO mingzhang_owner;

CREATE TABLE projects.closing_sheets (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    kind text NOT NULL,
    account text NOT NULL,
    content text NOT NULL,
    content_hash bytea NOT NULL,
    kept_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT closing_sheets_kind_check CHECK ((kind = ANY (ARRAY['treasury'::text, 'bank'::text]))),
    CONSTRAINT hash_is_of_content CHECK ((content_hash = sha256(convert_to(content, 'UTF8'::name))))
);

ALTER TABLE projects.closing_sheets OWNER TO mingzhang_owner;

CREATE TABLE projects.contract_funding (
    book_id bigint NOT NULL,
    contract_id uuid NOT NULL,
    document_id uuid NOT NULL,
    ordinal integer NOT NULL,
    budget_line_id uuid NOT NULL,
    amount accounting.yuan NOT NULL,
    CONSTRAINT contract_funding_amount_check CHECK (((amount)::numeric <> (0)::numeric)),
    CONSTRAINT contract_funding_ordinal_check CHECK ((ordinal > 0))
);

ALTER TABLE projects.contract_funding OWNER TO mingzhang_owner;

CREATE TABLE projects.contract_items (
    book_id bigint NOT NULL,
    contract_id uuid NOT NULL,
    code text NOT NULL,
    ordinal integer NOT NULL,
    name text NOT NULL,
    unit text NOT NULL,
    quantity numeric(20,3),
    unit_price numeric(20,4),
    amount accounting.yuan NOT NULL,
    certified_quantity numeric(20,3) DEFAULT 0 NOT NULL,
    certified_percent numeric(6,3) DEFAULT 0 NOT NULL,
    certified_amount accounting.yuan DEFAULT 0 NOT NULL,
    settled_amount accounting.yuan,
    CONSTRAINT certified_within_item CHECK ((((certified_amount)::numeric <= (amount)::numeric) AND ((quantity IS NULL) OR (certified_quantity <= quantity)))),
    CONSTRAINT contract_items_amount_check CHECK (((amount)::numeric >= (0)::numeric)),
    CONSTRAINT contract_items_certified_amount_check CHECK (((certified_amount)::numeric >= (0)::numeric)),
    CONSTRAINT contract_items_certified_percent_check CHECK (((certified_percent >= (0)::numeric) AND (certified_percent <= (100)::numeric))),
    CONSTRAINT contract_items_certified_quantity_check CHECK ((certified_quantity >= (0)::numeric)),
    CONSTRAINT contract_items_code_check CHECK ((code <> ''::text)),
    CONSTRAINT contract_items_name_check CHECK ((name <> ''::text)),
    CONSTRAINT contract_items_ordinal_check CHECK ((ordinal > 0)),
    CONSTRAINT contract_items_quantity_check CHECK ((quantity >= (0)::numeric)),
    CONSTRAINT contract_items_settled_amount_check CHECK (((settled_amount)::numeric >= (0)::numeric)),
    CONSTRAINT contract_items_unit_price_check CHECK ((unit_price > (0)::numeric)),
    CONSTRAINT quantity_or_lump CHECK (((num_nonnulls(quantity, unit_price) = ANY (ARRAY[0, 2])) AND ((quantity IS NULL) OR ((amount)::numeric = round((quantity * unit_price), 2)))))
);

ALTER TABLE projects.contract_items OWNER TO mingzhang_owner;

CREATE TABLE projects.delegations (
    book_id bigint NOT NULL,
    delegation_id uuid NOT NULL,
    from_person uuid NOT NULL,
    to_person uuid NOT NULL,
    unit_id uuid NOT NULL,
    role text NOT NULL,
    from_day date NOT NULL,
    until_day date NOT NULL,
    ended_on date,
    document_id uuid,
    ended_by uuid,
    CONSTRAINT delegations_check CHECK ((until_day >= from_day)),
    CONSTRAINT delegations_check1 CHECK ((from_person <> to_person)),
    CONSTRAINT role_is_lent CHECK ((role <> ALL (ARRAY['admin'::text, 'auditor'::text, 'inspector'::text])))
);

ALTER TABLE projects.delegations OWNER TO mingzhang_owner;

CREATE TABLE projects.departures (
    book_id bigint NOT NULL,
    person_id uuid NOT NULL,
    left_on date NOT NULL,
    successor uuid NOT NULL,
    recorded_by uuid NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    document_id uuid,
    CONSTRAINT departures_check CHECK ((successor <> person_id))
);

ALTER TABLE projects.departures OWNER TO mingzhang_owner;

CREATE TABLE projects.document_counters (
    book_id bigint NOT NULL,
    prefix text NOT NULL,
    year integer NOT NULL,
    last_number integer NOT NULL,
    CONSTRAINT document_counters_last_number_check CHECK ((last_number > 0))
);

ALTER TABLE projects.document_counters OWNER TO mingzhang_owner;

CREATE TABLE projects.document_files (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    sha256 bytea NOT NULL
);

ALTER TABLE projects.document_files OWNER TO mingzhang_owner;

CREATE TABLE projects.duties (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    person_id uuid NOT NULL,
    duty text NOT NULL
);

ALTER TABLE projects.duties OWNER TO mingzhang_owner;

CREATE TABLE projects.external_codes (
    book_id bigint NOT NULL,
    system text NOT NULL,
    code text NOT NULL,
    project_id uuid,
    budget_line_id uuid,
    set_by uuid NOT NULL,
    set_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT code_is_of_one CHECK (((project_id IS NULL) <> (budget_line_id IS NULL))),
    CONSTRAINT external_codes_code_check CHECK (((length(code) >= 1) AND (length(code) <= 100))),
    CONSTRAINT external_codes_system_check CHECK (((length(system) >= 1) AND (length(system) <= 100)))
);

ALTER TABLE projects.external_codes OWNER TO mingzhang_owner;

CREATE TABLE projects.failed_orders (
    book_id bigint NOT NULL,
    order_number text NOT NULL,
    document_id uuid NOT NULL,
    round integer NOT NULL,
    line_no integer NOT NULL,
    failed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE projects.failed_orders OWNER TO mingzhang_owner;

CREATE TABLE projects.file_uploads (
    book_id bigint NOT NULL,
    sha256 bytea NOT NULL,
    person_id uuid NOT NULL,
    uploaded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE projects.file_uploads OWNER TO mingzhang_owner;

CREATE TABLE projects.files (
    book_id bigint NOT NULL,
    sha256 bytea NOT NULL,
    size bigint NOT NULL,
    media_type text NOT NULL,
    name text NOT NULL,
    stored_by uuid NOT NULL,
    stored_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT files_media_type_check CHECK ((media_type <> ''::text)),
    CONSTRAINT files_name_check CHECK ((name <> ''::text)),
    CONSTRAINT files_sha256_check CHECK ((octet_length(sha256) = 32)),
    CONSTRAINT files_size_check CHECK (((size >= 1) AND (size <= 209715200)))
);

ALTER TABLE projects.files OWNER TO mingzhang_owner;

CREATE TABLE projects.final_accounts (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    node_id uuid NOT NULL,
    approved_on date NOT NULL,
    accepted_on date NOT NULL,
    due_on date NOT NULL,
    works accounting.yuan NOT NULL,
    equipment accounting.yuan NOT NULL,
    deferred accounting.yuan NOT NULL,
    other accounting.yuan NOT NULL,
    to_write_off accounting.yuan NOT NULL,
    adjustment accounting.yuan NOT NULL,
    handed_over accounting.yuan NOT NULL,
    transferred_out accounting.yuan NOT NULL,
    written_off accounting.yuan NOT NULL,
    rest accounting.yuan NOT NULL,
    sources_total accounting.yuan NOT NULL,
    uses_total accounting.yuan NOT NULL,
    CONSTRAINT cost_finds_its_place CHECK ((((((((works)::numeric + (equipment)::numeric) + (deferred)::numeric) + (other)::numeric) + (to_write_off)::numeric) + (adjustment)::numeric) = ((((handed_over)::numeric + (transferred_out)::numeric) + (written_off)::numeric) + (rest)::numeric))),
    CONSTRAINT sources_equal_uses CHECK (((sources_total)::numeric = (uses_total)::numeric))
);

ALTER TABLE projects.final_accounts OWNER TO mingzhang_owner;

CREATE TABLE projects.flows (
    book_id bigint NOT NULL,
    flow text NOT NULL,
    minimum_persons integer NOT NULL,
    up_to accounting.yuan,
    CONSTRAINT flows_flow_check CHECK ((flow = ANY (ARRAY['works'::text, 'small'::text]))),
    CONSTRAINT flows_minimum_persons_check CHECK (((minimum_persons >= 3) AND (minimum_persons <= 9))),
    CONSTRAINT flows_up_to_check CHECK (((up_to)::numeric > (0)::numeric))
);

ALTER TABLE projects.flows OWNER TO mingzhang_owner;

CREATE TABLE projects.funding_sources (
    book_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    CONSTRAINT funding_sources_code_check CHECK ((code <> ''::text)),
    CONSTRAINT funding_sources_kind_check CHECK ((kind = ANY (ARRAY['central_transfer'::text, 'provincial_transfer'::text, 'county'::text, 'bond'::text, 'asset_income'::text, 'donation'::text]))),
    CONSTRAINT funding_sources_name_check CHECK ((name <> ''::text))
);

ALTER TABLE projects.funding_sources OWNER TO mingzhang_owner;

CREATE TABLE projects.imports (
    book_id bigint NOT NULL,
    import_id uuid NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    file_sha256 bytea NOT NULL,
    month integer,
    row_count integer NOT NULL,
    added integer NOT NULL,
    total accounting.yuan,
    imported_by uuid NOT NULL,
    imported_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    covers text DEFAULT ''::text NOT NULL,
    withdrawn_by uuid,
    withdrawn_at timestamp with time zone,
    withdrawn_because text,
    withdrawn_rows jsonb,
    CONSTRAINT imports_added_check CHECK ((added >= 0)),
    CONSTRAINT imports_row_count_check CHECK ((row_count > 0)),
    CONSTRAINT imports_source_check CHECK (((length(source) >= 1) AND (length(source) <= 100))),
    CONSTRAINT imports_withdrawn_because_check CHECK (((length(withdrawn_because) >= 1) AND (length(withdrawn_because) <= 500))),
    CONSTRAINT withdrawal_is_whole CHECK ((num_nonnulls(withdrawn_by, withdrawn_at, withdrawn_because, withdrawn_rows) = ANY (ARRAY[0, 4]))),
    CONSTRAINT withdrawn_by_another CHECK ((withdrawn_by <> imported_by))
);

ALTER TABLE projects.imports OWNER TO mingzhang_owner;

CREATE TABLE projects.injections (
    book_id bigint NOT NULL,
    injection_id uuid NOT NULL,
    node_id uuid NOT NULL,
    investee text NOT NULL,
    day date NOT NULL,
    amount accounting.yuan NOT NULL,
    share numeric(7,4),
    agreement text NOT NULL,
    expected_income accounting.yuan,
    CONSTRAINT injections_agreement_check CHECK ((agreement <> ''::text)),
    CONSTRAINT injections_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT injections_expected_income_check CHECK (((expected_income)::numeric >= (0)::numeric)),
    CONSTRAINT injections_investee_check CHECK ((investee <> ''::text)),
    CONSTRAINT injections_share_check CHECK (((share > (0)::numeric) AND (share <= (100)::numeric)))
);

ALTER TABLE projects.injections OWNER TO mingzhang_owner;

CREATE TABLE projects.invoice_uses (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    round integer NOT NULL,
    payee_id uuid NOT NULL,
    code text NOT NULL,
    number text NOT NULL,
    amount accounting.yuan NOT NULL,
    live boolean DEFAULT true NOT NULL,
    CONSTRAINT invoice_uses_amount_check CHECK (((amount)::numeric > (0)::numeric))
);

ALTER TABLE projects.invoice_uses OWNER TO mingzhang_owner;

CREATE TABLE projects.invoices (
    book_id bigint NOT NULL,
    payee_id uuid NOT NULL,
    code text NOT NULL,
    number text NOT NULL,
    day date NOT NULL,
    amount accounting.yuan NOT NULL,
    red_of text,
    reduced accounting.yuan DEFAULT 0 NOT NULL,
    used accounting.yuan DEFAULT 0 NOT NULL,
    CONSTRAINT invoices_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT invoices_number_check CHECK ((number <> ''::text)),
    CONSTRAINT invoices_reduced_check CHECK (((reduced)::numeric >= (0)::numeric)),
    CONSTRAINT invoices_used_check CHECK (((used)::numeric >= (0)::numeric)),
    CONSTRAINT red_is_not_used CHECK (((red_of IS NULL) OR (((used)::numeric = (0)::numeric) AND ((reduced)::numeric = (0)::numeric)))),
    CONSTRAINT uses_within_invoice CHECK ((((used)::numeric + (reduced)::numeric) <= (amount)::numeric))
);

ALTER TABLE projects.invoices OWNER TO mingzhang_owner;

CREATE TABLE projects.item_reasons (
    book_id bigint NOT NULL,
    item_id uuid NOT NULL,
    ordinal integer NOT NULL,
    reason text NOT NULL,
    owner_id uuid NOT NULL,
    given_by uuid NOT NULL,
    given_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT item_reasons_ordinal_check CHECK ((ordinal > 0)),
    CONSTRAINT item_reasons_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 500)))
);

ALTER TABLE projects.item_reasons OWNER TO mingzhang_owner;

CREATE TABLE projects.line_vouchers (
    book_id bigint NOT NULL,
    period integer NOT NULL,
    number integer NOT NULL,
    document_id uuid NOT NULL,
    round integer NOT NULL,
    line_no integer NOT NULL,
    order_number text NOT NULL
);

ALTER TABLE projects.line_vouchers OWNER TO mingzhang_owner;

CREATE TABLE projects.list_profiles (
    book_id bigint NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    profile text NOT NULL,
    changed_by uuid NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT list_profiles_source_check CHECK (((length(source) >= 1) AND (length(source) <= 100)))
);

ALTER TABLE projects.list_profiles OWNER TO mingzhang_owner;

CREATE TABLE projects.node_milestones (
    book_id bigint NOT NULL,
    node_id uuid NOT NULL,
    ordinal integer NOT NULL,
    milestone text NOT NULL,
    day date NOT NULL,
    document_id uuid NOT NULL,
    CONSTRAINT node_milestones_milestone_check CHECK ((milestone = ANY (ARRAY['approved'::text, 'in_progress'::text, 'completed'::text, 'accepted'::text, 'final_account'::text, 'capitalised'::text, 'closed'::text, 'suspended'::text, 'cancelled'::text]))),
    CONSTRAINT node_milestones_ordinal_check CHECK ((ordinal > 0))
);

ALTER TABLE projects.node_milestones OWNER TO mingzhang_owner;

CREATE TABLE projects.node_parties (
    book_id bigint NOT NULL,
    node_id uuid NOT NULL,
    role text NOT NULL,
    ordinal integer NOT NULL,
    name text NOT NULL,
    valid boolean DEFAULT true NOT NULL,
    unit_id uuid,
    CONSTRAINT node_parties_name_check CHECK ((name <> ''::text)),
    CONSTRAINT node_parties_ordinal_check CHECK ((ordinal > 0)),
    CONSTRAINT node_parties_role_check CHECK ((role = ANY (ARRAY['leader'::text, 'lead'::text, 'cooperating'::text, 'supervisor'::text, 'contractor'::text])))
);

ALTER TABLE projects.node_parties OWNER TO mingzhang_owner;

CREATE TABLE projects.nodes (
    book_id bigint NOT NULL,
    node_id uuid NOT NULL,
    parent_id uuid,
    code text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    kind text NOT NULL,
    type text NOT NULL,
    due_month text,
    stated_amount accounting.yuan,
    approximate boolean NOT NULL,
    target accounting.yuan,
    seed_ref jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by uuid NOT NULL,
    CONSTRAINT nodes_check CHECK ((node_id <> parent_id)),
    CONSTRAINT nodes_code_check CHECK (((code <> ''::text) AND (length(code) <= 40))),
    CONSTRAINT nodes_due_month_check CHECK ((due_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
    CONSTRAINT nodes_kind_check CHECK ((kind = ANY (ARRAY['programme'::text, 'project'::text, 'subproject'::text, 'site'::text, 'village'::text, 'fund'::text]))),
    CONSTRAINT nodes_name_zh_check CHECK ((name_zh <> ''::text)),
    CONSTRAINT nodes_stated_amount_check CHECK (((stated_amount)::numeric > (0)::numeric)),
    CONSTRAINT nodes_target_check CHECK (((target)::numeric > (0)::numeric)),
    CONSTRAINT nodes_type_check CHECK ((type = ANY (ARRAY['works'::text, 'subsidy'::text, 'investment'::text, 'fund'::text, 'award'::text])))
);

ALTER TABLE projects.nodes OWNER TO mingzhang_owner;

CREATE TABLE projects.notices (
    book_id bigint NOT NULL,
    notice_id uuid NOT NULL,
    month integer NOT NULL,
    day date NOT NULL,
    state text NOT NULL,
    issue integer,
    content text NOT NULL,
    content_hash bytea NOT NULL,
    drafted_by uuid NOT NULL,
    drafted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    decided_by uuid,
    decided_at timestamp with time zone,
    CONSTRAINT decided_or_draft CHECK ((((state = 'draft'::text) = (decided_by IS NULL)) AND ((state = 'draft'::text) = (decided_at IS NULL)) AND ((state = 'issued'::text) = (issue IS NOT NULL)))),
    CONSTRAINT hash_is_of_content CHECK ((content_hash = sha256(convert_to(content, 'UTF8'::name)))),
    CONSTRAINT issued_by_another CHECK (((state <> 'issued'::text) OR (decided_by <> drafted_by))),
    CONSTRAINT month_is_over CHECK ((day > ((make_date((month / 100), (month % 100), 1) + '1 mon -1 days'::interval))::date)),
    CONSTRAINT notices_issue_check CHECK ((issue > 0)),
    CONSTRAINT notices_month_check CHECK ((((month >= 200001) AND (month <= 299912)) AND (((month % 100) >= 1) AND ((month % 100) <= 12)))),
    CONSTRAINT notices_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'issued'::text, 'withdrawn'::text])))
);

ALTER TABLE projects.notices OWNER TO mingzhang_owner;

CREATE TABLE projects.outside_acts (
    book_id bigint NOT NULL,
    outside_act_id uuid NOT NULL,
    document_id uuid NOT NULL,
    verb text NOT NULL,
    document_hash bytea NOT NULL,
    name text NOT NULL,
    office text NOT NULL,
    day date NOT NULL,
    paper_hash bytea NOT NULL,
    entered_by uuid NOT NULL,
    entered_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    checked_by uuid,
    CONSTRAINT outside_act_checked_by_another CHECK ((checked_by <> entered_by)),
    CONSTRAINT outside_acts_name_check CHECK ((name <> ''::text)),
    CONSTRAINT outside_acts_office_check CHECK ((office <> ''::text)),
    CONSTRAINT outside_acts_paper_hash_check CHECK ((octet_length(paper_hash) = 32))
);

ALTER TABLE projects.outside_acts OWNER TO mingzhang_owner;

CREATE TABLE projects.payee_accounts (
    book_id bigint NOT NULL,
    payee_id uuid NOT NULL,
    account_number text NOT NULL,
    bank text NOT NULL,
    bank_code text NOT NULL,
    usable_from timestamp with time zone NOT NULL,
    document_id uuid NOT NULL,
    CONSTRAINT payee_accounts_account_number_check CHECK ((account_number ~ '^[0-9A-Za-z-]{4,40}$'::text)),
    CONSTRAINT payee_accounts_bank_check CHECK ((bank <> ''::text))
);

ALTER TABLE projects.payee_accounts OWNER TO mingzhang_owner;

CREATE TABLE projects.payees (
    book_id bigint NOT NULL,
    payee_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    credit_code text NOT NULL,
    CONSTRAINT payees_code_check CHECK ((code <> ''::text)),
    CONSTRAINT payees_kind_check CHECK ((kind = ANY (ARRAY['company'::text, 'person'::text, 'wages_account'::text, 'government'::text, 'village'::text]))),
    CONSTRAINT payees_name_check CHECK ((name <> ''::text))
);

ALTER TABLE projects.payees OWNER TO mingzhang_owner;

CREATE TABLE projects.payment_draws (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    round integer NOT NULL,
    line_no integer NOT NULL,
    budget_line_id uuid NOT NULL,
    ordinal integer NOT NULL,
    amount accounting.yuan NOT NULL,
    returned accounting.yuan DEFAULT 0 NOT NULL,
    CONSTRAINT payment_draws_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT payment_draws_returned_check CHECK (((returned)::numeric >= (0)::numeric)),
    CONSTRAINT returned_within_draw CHECK (((returned)::numeric <= (amount)::numeric))
);

ALTER TABLE projects.payment_draws OWNER TO mingzhang_owner;

CREATE TABLE projects.payment_exports (
    book_id bigint NOT NULL,
    file_sha256 bytea NOT NULL,
    state text NOT NULL,
    format text NOT NULL,
    row_count integer NOT NULL,
    total accounting.yuan NOT NULL,
    exported_by uuid NOT NULL,
    exported_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT payment_exports_file_sha256_check CHECK ((octet_length(file_sha256) = 32)),
    CONSTRAINT payment_exports_format_check CHECK ((format = ANY (ARRAY['xlsx'::text, 'csv'::text]))),
    CONSTRAINT payment_exports_row_count_check CHECK ((row_count >= 0)),
    CONSTRAINT payment_exports_state_check CHECK ((state = ANY (ARRAY['approved'::text, 'ordered'::text])))
);

ALTER TABLE projects.payment_exports OWNER TO mingzhang_owner;

CREATE TABLE projects.payment_requests (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    round integer NOT NULL,
    payment text NOT NULL,
    contract_id uuid,
    batch_id uuid,
    amount accounting.yuan NOT NULL,
    held accounting.yuan NOT NULL,
    paid accounting.yuan DEFAULT 0 NOT NULL,
    given_back accounting.yuan DEFAULT 0 NOT NULL,
    approved_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT batch_of_subsidy CHECK (((payment = 'subsidy'::text) = (batch_id IS NOT NULL))),
    CONSTRAINT contract_of_payment CHECK (((contract_id IS NOT NULL) = (payment = ANY (ARRAY['advance'::text, 'progress'::text, 'settlement'::text, 'retention'::text])))),
    CONSTRAINT payment_requests_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT payment_requests_given_back_check CHECK (((given_back)::numeric >= (0)::numeric)),
    CONSTRAINT payment_requests_held_check CHECK (((held)::numeric >= (0)::numeric)),
    CONSTRAINT payment_requests_paid_check CHECK (((paid)::numeric >= (0)::numeric)),
    CONSTRAINT payment_requests_payment_check CHECK ((payment = ANY (ARRAY['advance'::text, 'progress'::text, 'settlement'::text, 'retention'::text, 'fees'::text, 'equipment'::text, 'other'::text, 'direct_grant'::text, 'subsidy'::text, 'injection'::text, 'written_off'::text]))),
    CONSTRAINT request_adds_up CHECK (((((held)::numeric + (paid)::numeric) + (given_back)::numeric) = (amount)::numeric))
);

ALTER TABLE projects.payment_requests OWNER TO mingzhang_owner;

CREATE TABLE projects.progress_entries (
    book_id bigint NOT NULL,
    node_id uuid NOT NULL,
    month integer NOT NULL,
    version integer NOT NULL,
    percent numeric(5,2) NOT NULL,
    problems text NOT NULL,
    measures text NOT NULL,
    reason text NOT NULL,
    day date NOT NULL,
    filed_by uuid NOT NULL,
    unit_id uuid NOT NULL,
    role text NOT NULL,
    on_behalf_of uuid,
    filed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT month_of_a_year CHECK ((((month >= 200001) AND (month <= 299912)) AND (((month % 100) >= 1) AND ((month % 100) <= 12)))),
    CONSTRAINT percent_of_the_work CHECK (((percent >= (0)::numeric) AND (percent <= (100)::numeric))),
    CONSTRAINT progress_entries_measures_check CHECK ((length(measures) <= 2000)),
    CONSTRAINT progress_entries_problems_check CHECK ((length(problems) <= 2000)),
    CONSTRAINT progress_entries_reason_check CHECK ((length(reason) <= 2000)),
    CONSTRAINT progress_entries_version_check CHECK ((version > 0))
);

ALTER TABLE projects.progress_entries OWNER TO mingzhang_owner;

CREATE TABLE projects.receipts (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    round integer NOT NULL,
    line_no integer NOT NULL,
    attempt integer NOT NULL,
    bank_date date NOT NULL,
    bank_serial text NOT NULL,
    paper_hash bytea,
    entered_by uuid NOT NULL,
    entered_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    checked_by uuid,
    CONSTRAINT receipt_checked_by_another CHECK ((checked_by <> entered_by)),
    CONSTRAINT receipts_attempt_check CHECK ((attempt > 0)),
    CONSTRAINT receipts_paper_hash_check CHECK ((octet_length(paper_hash) = 32))
);

ALTER TABLE projects.receipts OWNER TO mingzhang_owner;

CREATE TABLE projects.reissues (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    round integer NOT NULL,
    line_no integer NOT NULL,
    attempt integer NOT NULL,
    account_number text NOT NULL,
    reason text NOT NULL,
    entered_by uuid NOT NULL,
    approved_by uuid,
    CONSTRAINT reissue_approved_by_another CHECK ((approved_by <> entered_by)),
    CONSTRAINT reissues_attempt_check CHECK ((attempt > 0)),
    CONSTRAINT reissues_reason_check CHECK ((reason <> ''::text))
);

ALTER TABLE projects.reissues OWNER TO mingzhang_owner;

CREATE TABLE projects.role_grants (
    book_id bigint NOT NULL,
    grant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    role text NOT NULL,
    from_day date NOT NULL,
    until_day date,
    document_id uuid,
    ended_by uuid,
    CONSTRAINT role_grants_check CHECK ((until_day >= from_day)),
    CONSTRAINT role_grants_role_check CHECK ((role = ANY (ARRAY['budget_officer'::text, 'treasury_officer'::text, 'project_clerk'::text, 'project_head'::text, 'supervisor'::text, 'lead_approver'::text, 'auditor'::text, 'inspector'::text, 'admin'::text])))
);

ALTER TABLE projects.role_grants OWNER TO mingzhang_owner;

CREATE TABLE projects.settings (
    book_id bigint NOT NULL,
    document_id uuid NOT NULL,
    in_effect_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    payee_wait_hours integer,
    second_factor_roles text[],
    treasury_lists text,
    progress_due_day integer,
    yellow_points numeric(5,2),
    red_points numeric(5,2),
    public_progress text,
    CONSTRAINT lights_in_order CHECK (((num_nonnulls(yellow_points, red_points) = 0) OR COALESCE(((yellow_points >= (0)::numeric) AND (yellow_points < red_points) AND (red_points <= (100)::numeric)), false))),
    CONSTRAINT settings_payee_wait_hours_check CHECK (((payee_wait_hours >= 0) AND (payee_wait_hours <= 720))),
    CONSTRAINT settings_progress_due_day_check CHECK (((progress_due_day >= 1) AND (progress_due_day <= 28))),
    CONSTRAINT settings_public_progress_check CHECK ((public_progress = ANY (ARRAY['published'::text, 'not_published'::text]))),
    CONSTRAINT settings_treasury_lists_check CHECK ((treasury_lists = ANY (ARRAY['required'::text, 'not_required'::text])))
);

ALTER TABLE projects.settings OWNER TO mingzhang_owner;

CREATE TABLE projects.settlements (
    book_id bigint NOT NULL,
    settlement_id uuid NOT NULL,
    contract_id uuid NOT NULL,
    day date NOT NULL,
    settled_price accounting.yuan NOT NULL,
    certified_before accounting.yuan NOT NULL,
    cut_unpaid accounting.yuan NOT NULL,
    cut_retained accounting.yuan NOT NULL,
    overpaid accounting.yuan NOT NULL,
    overpaid_due date,
    released accounting.yuan NOT NULL,
    CONSTRAINT cut_adds_up CHECK ((((settled_price)::numeric >= (certified_before)::numeric) OR (((certified_before)::numeric - (settled_price)::numeric) = (((cut_unpaid)::numeric + (cut_retained)::numeric) + (overpaid)::numeric)))),
    CONSTRAINT overpaid_is_due CHECK ((((overpaid)::numeric > (0)::numeric) = (overpaid_due IS NOT NULL))),
    CONSTRAINT settlements_cut_retained_check CHECK (((cut_retained)::numeric >= (0)::numeric)),
    CONSTRAINT settlements_cut_unpaid_check CHECK (((cut_unpaid)::numeric >= (0)::numeric)),
    CONSTRAINT settlements_overpaid_check CHECK (((overpaid)::numeric >= (0)::numeric)),
    CONSTRAINT settlements_released_check CHECK (((released)::numeric >= (0)::numeric)),
    CONSTRAINT settlements_settled_price_check CHECK (((settled_price)::numeric >= (0)::numeric))
);

ALTER TABLE projects.settlements OWNER TO mingzhang_owner;

CREATE TABLE projects.subsidy_batches (
    book_id bigint NOT NULL,
    batch_id uuid NOT NULL,
    node_id uuid NOT NULL,
    code text NOT NULL,
    month text NOT NULL,
    count integer NOT NULL,
    rate numeric(20,4) NOT NULL,
    total accounting.yuan NOT NULL,
    published_from date NOT NULL,
    published_until date NOT NULL,
    locked_on date NOT NULL,
    CONSTRAINT batch_is_count_times_rate CHECK (((total)::numeric = round(((count)::numeric * rate), 2))),
    CONSTRAINT list_published_before CHECK ((published_until <= locked_on)),
    CONSTRAINT subsidy_batches_check CHECK ((published_until >= published_from)),
    CONSTRAINT subsidy_batches_code_check CHECK ((code <> ''::text)),
    CONSTRAINT subsidy_batches_count_check CHECK ((count > 0)),
    CONSTRAINT subsidy_batches_month_check CHECK ((month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
    CONSTRAINT subsidy_batches_rate_check CHECK ((rate > (0)::numeric)),
    CONSTRAINT subsidy_batches_total_check CHECK (((total)::numeric > (0)::numeric))
);

ALTER TABLE projects.subsidy_batches OWNER TO mingzhang_owner;

CREATE TABLE projects.treasury_matches (
    book_id bigint NOT NULL,
    voucher_no text NOT NULL,
    returned boolean NOT NULL,
    document_id uuid NOT NULL,
    round integer NOT NULL,
    line_no integer NOT NULL,
    order_number text NOT NULL,
    reason text NOT NULL,
    matched_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT treasury_matches_reason_check CHECK ((reason = ANY (ARRAY['voucher_number'::text, 'request_number'::text, 'voucher_in_request'::text, 'amount_and_account'::text])))
);

ALTER TABLE projects.treasury_matches OWNER TO mingzhang_owner;

CREATE TABLE projects.treasury_payments (
    book_id bigint NOT NULL,
    voucher_no text NOT NULL,
    returned boolean NOT NULL,
    import_id uuid NOT NULL,
    row_no integer NOT NULL,
    month integer NOT NULL,
    day date NOT NULL,
    payee text NOT NULL,
    account_number text NOT NULL,
    amount accounting.yuan NOT NULL,
    indicator text NOT NULL,
    project_code text NOT NULL,
    purpose text NOT NULL,
    CONSTRAINT day_in_month CHECK ((((EXTRACT(year FROM day) * (100)::numeric) + EXTRACT(month FROM day)) = (month)::numeric)),
    CONSTRAINT treasury_payments_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT treasury_payments_row_no_check CHECK ((row_no > 0)),
    CONSTRAINT treasury_payments_voucher_no_check CHECK (((length(voucher_no) >= 1) AND (length(voucher_no) <= 60)))
);

ALTER TABLE projects.treasury_payments OWNER TO mingzhang_owner;

CREATE TABLE projects.village_records (
    book_id bigint NOT NULL,
    node_id uuid NOT NULL,
    document_id uuid NOT NULL,
    voted_on date NOT NULL,
    published_on date NOT NULL,
    mode text NOT NULL,
    township text NOT NULL,
    owner text NOT NULL,
    county accounting.yuan NOT NULL,
    bridging accounting.yuan NOT NULL,
    self_raised accounting.yuan NOT NULL,
    labour accounting.yuan NOT NULL,
    CONSTRAINT village_records_bridging_check CHECK (((bridging)::numeric >= (0)::numeric)),
    CONSTRAINT village_records_check CHECK ((published_on >= voted_on)),
    CONSTRAINT village_records_county_check CHECK (((county)::numeric >= (0)::numeric)),
    CONSTRAINT village_records_labour_check CHECK (((labour)::numeric >= (0)::numeric)),
    CONSTRAINT village_records_mode_check CHECK ((mode = ANY (ARRAY['builds'::text, 'grants'::text]))),
    CONSTRAINT village_records_self_raised_check CHECK (((self_raised)::numeric >= (0)::numeric)),
    CONSTRAINT village_records_township_check CHECK ((township <> ''::text))
);

ALTER TABLE projects.village_records OWNER TO mingzhang_owner;

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2024 FOR VALUES FROM (202401) TO (202501);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2025 FOR VALUES FROM (202501) TO (202601);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2026 FOR VALUES FROM (202601) TO (202701);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2027 FOR VALUES FROM (202701) TO (202801);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2028 FOR VALUES FROM (202801) TO (202901);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2029 FOR VALUES FROM (202901) TO (203001);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2030 FOR VALUES FROM (203001) TO (203101);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2031 FOR VALUES FROM (203101) TO (203201);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2032 FOR VALUES FROM (203201) TO (203301);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2033 FOR VALUES FROM (203301) TO (203401);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2034 FOR VALUES FROM (203401) TO (203501);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2035 FOR VALUES FROM (203501) TO (203601);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2036 FOR VALUES FROM (203601) TO (203701);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2037 FOR VALUES FROM (203701) TO (203801);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2038 FOR VALUES FROM (203801) TO (203901);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2039 FOR VALUES FROM (203901) TO (204001);

ALTER TABLE ONLY accounting.lines ATTACH PARTITION accounting.lines_2040 FOR VALUES FROM (204001) TO (204101);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2024 FOR VALUES FROM (202401) TO (202501);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2025 FOR VALUES FROM (202501) TO (202601);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2026 FOR VALUES FROM (202601) TO (202701);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2027 FOR VALUES FROM (202701) TO (202801);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2028 FOR VALUES FROM (202801) TO (202901);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2029 FOR VALUES FROM (202901) TO (203001);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2030 FOR VALUES FROM (203001) TO (203101);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2031 FOR VALUES FROM (203101) TO (203201);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2032 FOR VALUES FROM (203201) TO (203301);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2033 FOR VALUES FROM (203301) TO (203401);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2034 FOR VALUES FROM (203401) TO (203501);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2035 FOR VALUES FROM (203501) TO (203601);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2036 FOR VALUES FROM (203601) TO (203701);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2037 FOR VALUES FROM (203701) TO (203801);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2038 FOR VALUES FROM (203801) TO (203901);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2039 FOR VALUES FROM (203901) TO (204001);

ALTER TABLE ONLY accounting.vouchers ATTACH PARTITION accounting.vouchers_2040 FOR VALUES FROM (204001) TO (204101);

ALTER TABLE ONLY accounting.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (book_id, code);

ALTER TABLE ONLY accounting.books
    ADD CONSTRAINT books_code_key UNIQUE (code);

ALTER TABLE ONLY accounting.books
    ADD CONSTRAINT books_pkey PRIMARY KEY (book_id);

ALTER TABLE ONLY accounting.budget_lines
    ADD CONSTRAINT budget_lines_book_id_code_key UNIQUE (book_id, code);

ALTER TABLE ONLY accounting.budget_lines
    ADD CONSTRAINT budget_lines_pkey PRIMARY KEY (book_id, budget_line_id);

ALTER TABLE ONLY accounting.close_proposals
    ADD CONSTRAINT close_proposals_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.commands
    ADD CONSTRAINT commands_pkey PRIMARY KEY (book_id, key);

ALTER TABLE ONLY accounting.ledgers
    ADD CONSTRAINT ledgers_book_id_code_key UNIQUE (book_id, code);

ALTER TABLE ONLY accounting.ledgers
    ADD CONSTRAINT ledgers_pkey PRIMARY KEY (book_id, project_id);

ALTER TABLE ONLY accounting.lines
    ADD CONSTRAINT lines_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2024
    ADD CONSTRAINT lines_2024_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2025
    ADD CONSTRAINT lines_2025_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2026
    ADD CONSTRAINT lines_2026_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2027
    ADD CONSTRAINT lines_2027_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2028
    ADD CONSTRAINT lines_2028_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2029
    ADD CONSTRAINT lines_2029_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2030
    ADD CONSTRAINT lines_2030_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2031
    ADD CONSTRAINT lines_2031_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2032
    ADD CONSTRAINT lines_2032_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2033
    ADD CONSTRAINT lines_2033_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2034
    ADD CONSTRAINT lines_2034_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2035
    ADD CONSTRAINT lines_2035_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2036
    ADD CONSTRAINT lines_2036_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2037
    ADD CONSTRAINT lines_2037_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2038
    ADD CONSTRAINT lines_2038_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2039
    ADD CONSTRAINT lines_2039_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.lines_2040
    ADD CONSTRAINT lines_2040_pkey PRIMARY KEY (book_id, period, number, line_no);

ALTER TABLE ONLY accounting.periods
    ADD CONSTRAINT periods_pkey PRIMARY KEY (book_id, period);

ALTER TABLE ONLY accounting.persons
    ADD CONSTRAINT persons_book_id_code_key UNIQUE (book_id, code);

ALTER TABLE ONLY accounting.persons
    ADD CONSTRAINT persons_pkey PRIMARY KEY (book_id, person_id);

ALTER TABLE ONLY accounting.positions
    ADD CONSTRAINT positions_pkey PRIMARY KEY (book_id, account, project_id, budget_line_id, subject_id);

ALTER TABLE ONLY accounting.refusals
    ADD CONSTRAINT refusals_pkey PRIMARY KEY (book_id, refusal_id);

ALTER TABLE ONLY accounting.reversals
    ADD CONSTRAINT reversals_book_id_by_period_by_number_key UNIQUE (book_id, by_period, by_number);

ALTER TABLE ONLY accounting.reversals
    ADD CONSTRAINT reversals_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.subjects
    ADD CONSTRAINT subjects_pkey PRIMARY KEY (book_id, subject_id);

ALTER TABLE ONLY accounting.turnover
    ADD CONSTRAINT turnover_pkey PRIMARY KEY (book_id, period, account, project_id, budget_line_id);

ALTER TABLE ONLY accounting.units
    ADD CONSTRAINT units_book_id_code_key UNIQUE (book_id, code);

ALTER TABLE ONLY accounting.units
    ADD CONSTRAINT units_pkey PRIMARY KEY (book_id, unit_id);

ALTER TABLE ONLY accounting.verifications
    ADD CONSTRAINT verifications_pkey PRIMARY KEY (book_id, verified_at);

ALTER TABLE ONLY accounting.vouchers
    ADD CONSTRAINT vouchers_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2024
    ADD CONSTRAINT vouchers_2024_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers
    ADD CONSTRAINT vouchers_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2024
    ADD CONSTRAINT vouchers_2024_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2025
    ADD CONSTRAINT vouchers_2025_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2025
    ADD CONSTRAINT vouchers_2025_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2026
    ADD CONSTRAINT vouchers_2026_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2026
    ADD CONSTRAINT vouchers_2026_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2027
    ADD CONSTRAINT vouchers_2027_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2027
    ADD CONSTRAINT vouchers_2027_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2028
    ADD CONSTRAINT vouchers_2028_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2028
    ADD CONSTRAINT vouchers_2028_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2029
    ADD CONSTRAINT vouchers_2029_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2029
    ADD CONSTRAINT vouchers_2029_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2030
    ADD CONSTRAINT vouchers_2030_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2030
    ADD CONSTRAINT vouchers_2030_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2031
    ADD CONSTRAINT vouchers_2031_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2031
    ADD CONSTRAINT vouchers_2031_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2032
    ADD CONSTRAINT vouchers_2032_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2032
    ADD CONSTRAINT vouchers_2032_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2033
    ADD CONSTRAINT vouchers_2033_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2033
    ADD CONSTRAINT vouchers_2033_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2034
    ADD CONSTRAINT vouchers_2034_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2034
    ADD CONSTRAINT vouchers_2034_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2035
    ADD CONSTRAINT vouchers_2035_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2035
    ADD CONSTRAINT vouchers_2035_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2036
    ADD CONSTRAINT vouchers_2036_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2036
    ADD CONSTRAINT vouchers_2036_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2037
    ADD CONSTRAINT vouchers_2037_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2037
    ADD CONSTRAINT vouchers_2037_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2038
    ADD CONSTRAINT vouchers_2038_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2038
    ADD CONSTRAINT vouchers_2038_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2039
    ADD CONSTRAINT vouchers_2039_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2039
    ADD CONSTRAINT vouchers_2039_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY accounting.vouchers_2040
    ADD CONSTRAINT vouchers_2040_book_id_period_number_line_count_key UNIQUE (book_id, period, number, line_count);

ALTER TABLE ONLY accounting.vouchers_2040
    ADD CONSTRAINT vouchers_2040_pkey PRIMARY KEY (book_id, period, number);

ALTER TABLE ONLY api.account_documents
    ADD CONSTRAINT account_documents_pkey PRIMARY KEY (book_id, document_id);

ALTER TABLE ONLY api.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (book_id, account);

ALTER TABLE ONLY api.backups
    ADD CONSTRAINT backups_pkey PRIMARY KEY (book_id, started_at);

ALTER TABLE ONLY api.one_time_codes
    ADD CONSTRAINT one_time_codes_pkey PRIMARY KEY (book_id, account, code_hash);

ALTER TABLE ONLY api.second_factors
    ADD CONSTRAINT second_factors_pkey PRIMARY KEY (book_id, account);

ALTER TABLE ONLY api.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (book_id, session_hash);

ALTER TABLE ONLY api.sign_ins
    ADD CONSTRAINT sign_ins_pkey PRIMARY KEY (book_id, sign_in_id);

ALTER TABLE ONLY api.tokens
    ADD CONSTRAINT tokens_book_id_token_id_key UNIQUE (book_id, token_id);

ALTER TABLE ONLY api.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (book_id, token_hash);

ALTER TABLE ONLY projects.acts
    ADD CONSTRAINT acts_pkey PRIMARY KEY (book_id, document_id, ordinal);

ALTER TABLE ONLY projects.approval_bands
    ADD CONSTRAINT approval_bands_pkey PRIMARY KEY (book_id, from_amount);

ALTER TABLE ONLY projects.assets
    ADD CONSTRAINT assets_book_id_document_id_ordinal_key UNIQUE (book_id, document_id, ordinal);

ALTER TABLE ONLY projects.assets
    ADD CONSTRAINT assets_pkey PRIMARY KEY (book_id, asset_id);

ALTER TABLE ONLY projects.bank_accounts
    ADD CONSTRAINT bank_accounts_book_id_number_key UNIQUE (book_id, number);

ALTER TABLE ONLY projects.bank_accounts
    ADD CONSTRAINT bank_accounts_pkey PRIMARY KEY (book_id, bank_account_id);

ALTER TABLE ONLY projects.bank_lines
    ADD CONSTRAINT bank_lines_pkey PRIMARY KEY (book_id, bank_account_id, month, line_no);

ALTER TABLE ONLY projects.bank_matches
    ADD CONSTRAINT bank_matches_pkey PRIMARY KEY (book_id, bank_account_id, month, line_no, ordinal);

ALTER TABLE ONLY projects.bank_statements
    ADD CONSTRAINT bank_statements_book_id_bank_account_id_month_closing_key UNIQUE (book_id, bank_account_id, month, closing);

ALTER TABLE ONLY projects.bank_statements
    ADD CONSTRAINT bank_statements_pkey PRIMARY KEY (book_id, bank_account_id, month);

ALTER TABLE ONLY projects.budget_numbers
    ADD CONSTRAINT budget_numbers_pkey PRIMARY KEY (book_id, document_no, event, budget_line);

ALTER TABLE ONLY projects.cash_plans
    ADD CONSTRAINT cash_plans_pkey PRIMARY KEY (book_id, budget_line_id, quarter, document_id);

ALTER TABLE ONLY projects.certificate_items
    ADD CONSTRAINT certificate_items_pkey PRIMARY KEY (book_id, certificate_id, code);

ALTER TABLE ONLY projects.certificates
    ADD CONSTRAINT certificates_book_id_contract_id_number_key UNIQUE (book_id, contract_id, number);

ALTER TABLE ONLY projects.certificates
    ADD CONSTRAINT certificates_pkey PRIMARY KEY (book_id, certificate_id);

ALTER TABLE ONLY projects.closing_sheets
    ADD CONSTRAINT closing_sheets_pkey PRIMARY KEY (book_id, period, kind, account);

ALTER TABLE ONLY projects.contract_funding
    ADD CONSTRAINT contract_funding_pkey PRIMARY KEY (book_id, contract_id, document_id, ordinal);

ALTER TABLE ONLY projects.contract_items
    ADD CONSTRAINT contract_items_book_id_contract_id_ordinal_key UNIQUE (book_id, contract_id, ordinal);

ALTER TABLE ONLY projects.contract_items
    ADD CONSTRAINT contract_items_pkey PRIMARY KEY (book_id, contract_id, code);

ALTER TABLE ONLY projects.contracts
    ADD CONSTRAINT contracts_book_id_number_key UNIQUE (book_id, number);

ALTER TABLE ONLY projects.contracts
    ADD CONSTRAINT contracts_pkey PRIMARY KEY (book_id, contract_id);

ALTER TABLE ONLY projects.delegations
    ADD CONSTRAINT delegations_pkey PRIMARY KEY (book_id, delegation_id);

ALTER TABLE ONLY projects.departures
    ADD CONSTRAINT departures_pkey PRIMARY KEY (book_id, person_id);

ALTER TABLE ONLY projects.document_counters
    ADD CONSTRAINT document_counters_pkey PRIMARY KEY (book_id, prefix, year);

ALTER TABLE ONLY projects.document_files
    ADD CONSTRAINT document_files_pkey PRIMARY KEY (book_id, document_id, sha256);

ALTER TABLE ONLY projects.documents
    ADD CONSTRAINT documents_book_id_number_key UNIQUE (book_id, number);

ALTER TABLE ONLY projects.documents
    ADD CONSTRAINT documents_pkey PRIMARY KEY (book_id, document_id);

ALTER TABLE ONLY projects.duties
    ADD CONSTRAINT duties_book_id_document_id_person_id_duty_key UNIQUE (book_id, document_id, person_id, duty);

ALTER TABLE ONLY projects.duties
    ADD CONSTRAINT duties_pkey PRIMARY KEY (book_id, document_id, person_id);

ALTER TABLE ONLY projects.external_codes
    ADD CONSTRAINT external_codes_pkey PRIMARY KEY (book_id, system, code);

ALTER TABLE ONLY projects.failed_orders
    ADD CONSTRAINT failed_orders_pkey PRIMARY KEY (book_id, order_number);

ALTER TABLE ONLY projects.file_uploads
    ADD CONSTRAINT file_uploads_pkey PRIMARY KEY (book_id, sha256, person_id);

ALTER TABLE ONLY projects.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (book_id, sha256);

ALTER TABLE ONLY projects.final_accounts
    ADD CONSTRAINT final_accounts_book_id_node_id_key UNIQUE (book_id, node_id);

ALTER TABLE ONLY projects.final_accounts
    ADD CONSTRAINT final_accounts_pkey PRIMARY KEY (book_id, document_id);

ALTER TABLE ONLY projects.flows
    ADD CONSTRAINT flows_pkey PRIMARY KEY (book_id, flow);

ALTER TABLE ONLY projects.funding_sources
    ADD CONSTRAINT funding_sources_pkey PRIMARY KEY (book_id, code);

ALTER TABLE ONLY projects.imports
    ADD CONSTRAINT imports_pkey PRIMARY KEY (book_id, import_id);

ALTER TABLE ONLY projects.injections
    ADD CONSTRAINT injections_book_id_node_id_investee_agreement_day_key UNIQUE (book_id, node_id, investee, agreement, day);

ALTER TABLE ONLY projects.injections
    ADD CONSTRAINT injections_pkey PRIMARY KEY (book_id, injection_id);

ALTER TABLE ONLY projects.invoice_uses
    ADD CONSTRAINT invoice_uses_pkey PRIMARY KEY (book_id, document_id, round, payee_id, code, number);

ALTER TABLE ONLY projects.invoices
    ADD CONSTRAINT invoices_pkey PRIMARY KEY (book_id, payee_id, code, number);

ALTER TABLE ONLY projects.item_reasons
    ADD CONSTRAINT item_reasons_pkey PRIMARY KEY (book_id, item_id, ordinal);

ALTER TABLE ONLY projects.line_vouchers
    ADD CONSTRAINT line_vouchers_pkey PRIMARY KEY (book_id, document_id, period, number);

ALTER TABLE ONLY projects.list_profiles
    ADD CONSTRAINT list_profiles_pkey PRIMARY KEY (book_id, kind, source);

ALTER TABLE ONLY projects.node_milestones
    ADD CONSTRAINT node_milestones_book_id_document_id_key UNIQUE (book_id, document_id);

ALTER TABLE ONLY projects.node_milestones
    ADD CONSTRAINT node_milestones_pkey PRIMARY KEY (book_id, node_id, ordinal);

ALTER TABLE ONLY projects.node_parties
    ADD CONSTRAINT node_parties_pkey PRIMARY KEY (book_id, node_id, role, ordinal);

ALTER TABLE ONLY projects.nodes
    ADD CONSTRAINT nodes_book_id_code_key UNIQUE (book_id, code);

ALTER TABLE ONLY projects.nodes
    ADD CONSTRAINT nodes_pkey PRIMARY KEY (book_id, node_id);

ALTER TABLE ONLY projects.notices
    ADD CONSTRAINT notices_pkey PRIMARY KEY (book_id, notice_id);

ALTER TABLE ONLY projects.bank_accounts
    ADD CONSTRAINT one_bank_account_each UNIQUE NULLS NOT DISTINCT (book_id, ledger_account, unit_id, node_id);

ALTER TABLE ONLY projects.outside_acts
    ADD CONSTRAINT outside_acts_pkey PRIMARY KEY (book_id, outside_act_id);

ALTER TABLE ONLY projects.payee_accounts
    ADD CONSTRAINT payee_accounts_pkey PRIMARY KEY (book_id, payee_id, account_number);

ALTER TABLE ONLY projects.payees
    ADD CONSTRAINT payees_book_id_code_key UNIQUE (book_id, code);

ALTER TABLE ONLY projects.payees
    ADD CONSTRAINT payees_pkey PRIMARY KEY (book_id, payee_id);

ALTER TABLE ONLY projects.payment_draws
    ADD CONSTRAINT payment_draws_pkey PRIMARY KEY (book_id, document_id, round, line_no, budget_line_id);

ALTER TABLE ONLY projects.payment_exports
    ADD CONSTRAINT payment_exports_pkey PRIMARY KEY (book_id, file_sha256, exported_by);

ALTER TABLE ONLY projects.payment_lines
    ADD CONSTRAINT payment_lines_book_id_order_number_key UNIQUE (book_id, order_number);

ALTER TABLE ONLY projects.payment_lines
    ADD CONSTRAINT payment_lines_pkey PRIMARY KEY (book_id, document_id, round, line_no);

ALTER TABLE ONLY projects.payment_requests
    ADD CONSTRAINT payment_requests_pkey PRIMARY KEY (book_id, document_id, round);

ALTER TABLE ONLY projects.plan_lines
    ADD CONSTRAINT plan_lines_pkey PRIMARY KEY (book_id, plan_line_id);

ALTER TABLE ONLY projects.progress_entries
    ADD CONSTRAINT progress_entries_pkey PRIMARY KEY (book_id, node_id, month, version);

ALTER TABLE ONLY projects.receipts
    ADD CONSTRAINT receipts_pkey PRIMARY KEY (book_id, document_id, round, line_no, attempt);

ALTER TABLE ONLY projects.reissues
    ADD CONSTRAINT reissues_pkey PRIMARY KEY (book_id, document_id, round, line_no, attempt);

ALTER TABLE ONLY projects.role_grants
    ADD CONSTRAINT role_grants_pkey PRIMARY KEY (book_id, grant_id);

ALTER TABLE ONLY projects.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (book_id, document_id);

ALTER TABLE ONLY projects.settlements
    ADD CONSTRAINT settlements_book_id_contract_id_key UNIQUE (book_id, contract_id);

ALTER TABLE ONLY projects.settlements
    ADD CONSTRAINT settlements_pkey PRIMARY KEY (book_id, settlement_id);

ALTER TABLE ONLY projects.subsidy_batches
    ADD CONSTRAINT subsidy_batches_book_id_code_key UNIQUE (book_id, code);

ALTER TABLE ONLY projects.subsidy_batches
    ADD CONSTRAINT subsidy_batches_pkey PRIMARY KEY (book_id, batch_id);

ALTER TABLE ONLY projects.treasury_matches
    ADD CONSTRAINT treasury_matches_pkey PRIMARY KEY (book_id, voucher_no, returned);

ALTER TABLE ONLY projects.treasury_payments
    ADD CONSTRAINT treasury_payments_pkey PRIMARY KEY (book_id, voucher_no, returned);

ALTER TABLE ONLY projects.village_records
    ADD CONSTRAINT village_records_pkey PRIMARY KEY (book_id, document_id);

CREATE UNIQUE INDEX budget_line_carried_once ON accounting.budget_lines USING btree (book_id, carried_from) WHERE (carried_from IS NOT NULL);

CREATE INDEX budget_lines_by_project ON accounting.budget_lines USING btree (book_id, project_id);

CREATE INDEX commands_by_time ON accounting.commands USING brin (at);

CREATE UNIQUE INDEX confirmed_once ON accounting.close_proposals USING btree (book_id, period) WHERE (outcome = 'confirmed'::text);

CREATE INDEX ledgers_by_unit ON accounting.ledgers USING btree (book_id, unit_id);

CREATE INDEX lines_of_account ON ONLY accounting.lines USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2024_book_id_project_id_account_period_idx ON accounting.lines_2024 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_of_subject ON ONLY accounting.lines USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2024_book_id_subject_id_account_period_idx ON accounting.lines_2024 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2025_book_id_project_id_account_period_idx ON accounting.lines_2025 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2025_book_id_subject_id_account_period_idx ON accounting.lines_2025 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2026_book_id_project_id_account_period_idx ON accounting.lines_2026 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2026_book_id_subject_id_account_period_idx ON accounting.lines_2026 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2027_book_id_project_id_account_period_idx ON accounting.lines_2027 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2027_book_id_subject_id_account_period_idx ON accounting.lines_2027 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2028_book_id_project_id_account_period_idx ON accounting.lines_2028 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2028_book_id_subject_id_account_period_idx ON accounting.lines_2028 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2029_book_id_project_id_account_period_idx ON accounting.lines_2029 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2029_book_id_subject_id_account_period_idx ON accounting.lines_2029 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2030_book_id_project_id_account_period_idx ON accounting.lines_2030 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2030_book_id_subject_id_account_period_idx ON accounting.lines_2030 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2031_book_id_project_id_account_period_idx ON accounting.lines_2031 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2031_book_id_subject_id_account_period_idx ON accounting.lines_2031 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2032_book_id_project_id_account_period_idx ON accounting.lines_2032 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2032_book_id_subject_id_account_period_idx ON accounting.lines_2032 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2033_book_id_project_id_account_period_idx ON accounting.lines_2033 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2033_book_id_subject_id_account_period_idx ON accounting.lines_2033 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2034_book_id_project_id_account_period_idx ON accounting.lines_2034 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2034_book_id_subject_id_account_period_idx ON accounting.lines_2034 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2035_book_id_project_id_account_period_idx ON accounting.lines_2035 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2035_book_id_subject_id_account_period_idx ON accounting.lines_2035 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2036_book_id_project_id_account_period_idx ON accounting.lines_2036 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2036_book_id_subject_id_account_period_idx ON accounting.lines_2036 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2037_book_id_project_id_account_period_idx ON accounting.lines_2037 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2037_book_id_subject_id_account_period_idx ON accounting.lines_2037 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2038_book_id_project_id_account_period_idx ON accounting.lines_2038 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2038_book_id_subject_id_account_period_idx ON accounting.lines_2038 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2039_book_id_project_id_account_period_idx ON accounting.lines_2039 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2039_book_id_subject_id_account_period_idx ON accounting.lines_2039 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE INDEX lines_2040_book_id_project_id_account_period_idx ON accounting.lines_2040 USING btree (book_id, project_id, account, period);

CREATE INDEX lines_2040_book_id_subject_id_account_period_idx ON accounting.lines_2040 USING btree (book_id, subject_id, account, period) WHERE (subject_id <> '00000000-0000-0000-0000-000000000000'::uuid);

CREATE UNIQUE INDEX one_proposal_stands ON accounting.close_proposals USING btree (book_id, period) WHERE (outcome IS NULL);

CREATE INDEX refusals_by_time ON accounting.refusals USING brin (at);

CREATE UNIQUE INDEX subjects_by_code ON accounting.subjects USING btree (book_id, kind, code) WHERE (kind <> ''::text);

CREATE INDEX vouchers_by_document ON ONLY accounting.vouchers USING btree (source_document);

CREATE INDEX vouchers_2024_source_document_idx ON accounting.vouchers_2024 USING btree (source_document);

CREATE INDEX vouchers_2025_source_document_idx ON accounting.vouchers_2025 USING btree (source_document);

CREATE INDEX vouchers_2026_source_document_idx ON accounting.vouchers_2026 USING btree (source_document);

CREATE INDEX vouchers_2027_source_document_idx ON accounting.vouchers_2027 USING btree (source_document);

CREATE INDEX vouchers_2028_source_document_idx ON accounting.vouchers_2028 USING btree (source_document);

CREATE INDEX vouchers_2029_source_document_idx ON accounting.vouchers_2029 USING btree (source_document);

CREATE INDEX vouchers_2030_source_document_idx ON accounting.vouchers_2030 USING btree (source_document);

CREATE INDEX vouchers_2031_source_document_idx ON accounting.vouchers_2031 USING btree (source_document);

CREATE INDEX vouchers_2032_source_document_idx ON accounting.vouchers_2032 USING btree (source_document);

CREATE INDEX vouchers_2033_source_document_idx ON accounting.vouchers_2033 USING btree (source_document);

CREATE INDEX vouchers_2034_source_document_idx ON accounting.vouchers_2034 USING btree (source_document);

CREATE INDEX vouchers_2035_source_document_idx ON accounting.vouchers_2035 USING btree (source_document);

CREATE INDEX vouchers_2036_source_document_idx ON accounting.vouchers_2036 USING btree (source_document);

CREATE INDEX vouchers_2037_source_document_idx ON accounting.vouchers_2037 USING btree (source_document);

CREATE INDEX vouchers_2038_source_document_idx ON accounting.vouchers_2038 USING btree (source_document);

CREATE INDEX vouchers_2039_source_document_idx ON accounting.vouchers_2039 USING btree (source_document);

CREATE INDEX vouchers_2040_source_document_idx ON accounting.vouchers_2040 USING btree (source_document);

CREATE INDEX accounts_of_person ON api.accounts USING btree (book_id, person_id);

CREATE INDEX sessions_of_account ON api.sessions USING btree (book_id, account);

CREATE INDEX sign_ins_by_account ON api.sign_ins USING btree (book_id, account, at);

CREATE INDEX sign_ins_by_address ON api.sign_ins USING btree (book_id, address, at);

CREATE INDEX sign_ins_by_moment ON api.sign_ins USING btree (book_id, at);

CREATE INDEX assets_of_node ON projects.assets USING btree (book_id, node_id);

CREATE UNIQUE INDEX bank_line_matched_once ON projects.bank_matches USING btree (book_id, bank_account_id, month, line_no) WHERE (ended_from IS NULL);

CREATE INDEX bank_matches_of_voucher_line ON projects.bank_matches USING btree (book_id, period, number, voucher_line);

CREATE INDEX budget_numbers_plain ON projects.budget_numbers USING btree (book_id, projects.plain_number(document_no));

CREATE INDEX contracts_of_node ON projects.contracts USING btree (book_id, node_id);

CREATE UNIQUE INDEX delegations_by_document ON projects.delegations USING btree (book_id, document_id);

CREATE INDEX delegations_from ON projects.delegations USING btree (book_id, from_person);

CREATE INDEX delegations_to ON projects.delegations USING btree (book_id, to_person);

CREATE INDEX document_files_by_file ON projects.document_files USING btree (book_id, sha256);

CREATE INDEX documents_by_node ON projects.documents USING btree (book_id, node_id);

CREATE INDEX documents_by_person ON projects.documents USING btree (book_id, created_by, document_id);

CREATE INDEX documents_by_state ON projects.documents USING btree (book_id, kind, state, flow, unit_id) INCLUDE (node_id, amount);

CREATE INDEX external_codes_of_budget_line ON projects.external_codes USING btree (book_id, budget_line_id);

CREATE INDEX external_codes_of_project ON projects.external_codes USING btree (book_id, project_id);

CREATE INDEX failed_orders_of_line ON projects.failed_orders USING btree (book_id, document_id, round, line_no);

CREATE INDEX imports_by_month ON projects.imports USING btree (book_id, kind, month);

CREATE UNIQUE INDEX issue_of_a_year ON projects.notices USING btree (book_id, EXTRACT(year FROM day), issue);

CREATE INDEX line_vouchers_of_line ON projects.line_vouchers USING btree (book_id, document_id, round, line_no);

CREATE UNIQUE INDEX list_imported_once ON projects.imports USING btree (book_id, kind, source, file_sha256, month, covers) NULLS NOT DISTINCT WHERE (withdrawn_at IS NULL);

CREATE UNIQUE INDEX list_of_number_once ON projects.documents USING btree (book_id, projects.plain_number(((content)::jsonb ->> 'document_no'::text))) WHERE ((kind = 'budget'::text) AND (state <> ALL (ARRAY['withdrawn'::text, 'rejected'::text])) AND (((content)::jsonb ->> 'event'::text) = 'Indicators'::text));

CREATE UNIQUE INDEX milestone_once ON projects.node_milestones USING btree (book_id, node_id, milestone) WHERE (milestone <> ALL (ARRAY['in_progress'::text, 'suspended'::text]));

CREATE INDEX nodes_by_parent ON projects.nodes USING btree (book_id, parent_id);

CREATE UNIQUE INDEX one_draft_of_a_month ON projects.notices USING btree (book_id, month) WHERE (state = 'draft'::text);

CREATE UNIQUE INDEX one_open_certificate ON projects.documents USING btree (book_id, (((content)::jsonb ->> 'contract'::text))) WHERE ((kind = 'certificate'::text) AND (state <> ALL (ARRAY['certified'::text, 'withdrawn'::text])));

CREATE UNIQUE INDEX one_payee_of_a_credit_code ON projects.payees USING btree (book_id, credit_code) WHERE ((credit_code <> ''::text) AND (kind <> 'wages_account'::text));

CREATE UNIQUE INDEX one_payee_of_a_name ON projects.payees USING btree (book_id, name) WHERE (kind <> ALL (ARRAY['person'::text, 'wages_account'::text]));

CREATE UNIQUE INDEX order_is_paid_once ON projects.treasury_matches USING btree (book_id, document_id, round, line_no, order_number) WHERE (NOT returned);

CREATE INDEX payment_requests_of_contract ON projects.payment_requests USING btree (book_id, contract_id);

CREATE INDEX plan_lines_of_node ON projects.plan_lines USING btree (book_id, node_id);

CREATE UNIQUE INDEX receipt_confirms_once ON projects.receipts USING btree (book_id, bank_serial, bank_date) WHERE (checked_by IS NOT NULL);

CREATE UNIQUE INDEX role_grants_by_document ON projects.role_grants USING btree (book_id, document_id);

CREATE INDEX role_grants_of_person ON projects.role_grants USING btree (book_id, person_id);

CREATE UNIQUE INDEX statements_begin_once ON projects.bank_statements USING btree (book_id, bank_account_id) WHERE (month_before IS NULL);

CREATE INDEX treasury_payments_by_month ON projects.treasury_payments USING btree (book_id, month);

CREATE INDEX treasury_payments_of_import ON projects.treasury_payments USING btree (book_id, import_id);

CREATE INDEX village_records_of_node ON projects.village_records USING btree (book_id, node_id);

CREATE UNIQUE INDEX voucher_line_matched_once ON projects.bank_matches USING btree (book_id, period, number, voucher_line) WHERE (ended_from IS NULL);

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2024_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2024_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2024_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2025_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2025_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2025_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2026_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2026_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2026_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2027_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2027_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2027_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2028_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2028_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2028_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2029_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2029_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2029_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2030_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2030_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2030_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2031_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2031_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2031_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2032_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2032_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2032_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2033_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2033_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2033_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2034_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2034_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2034_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2035_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2035_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2035_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2036_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2036_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2036_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2037_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2037_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2037_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2038_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2038_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2038_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2039_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2039_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2039_pkey;

ALTER INDEX accounting.lines_of_account ATTACH PARTITION accounting.lines_2040_book_id_project_id_account_period_idx;

ALTER INDEX accounting.lines_of_subject ATTACH PARTITION accounting.lines_2040_book_id_subject_id_account_period_idx;

ALTER INDEX accounting.lines_pkey ATTACH PARTITION accounting.lines_2040_pkey;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2024_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2024_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2024_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2025_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2025_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2025_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2026_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2026_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2026_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2027_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2027_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2027_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2028_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2028_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2028_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2029_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2029_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2029_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2030_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2030_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2030_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2031_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2031_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2031_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2032_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2032_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2032_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2033_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2033_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2033_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2034_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2034_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2034_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2035_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2035_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2035_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2036_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2036_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2036_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2037_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2037_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2037_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2038_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2038_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2038_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2039_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2039_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2039_source_document_idx;

ALTER INDEX accounting.vouchers_book_id_period_number_line_count_key ATTACH PARTITION accounting.vouchers_2040_book_id_period_number_line_count_key;

ALTER INDEX accounting.vouchers_pkey ATTACH PARTITION accounting.vouchers_2040_pkey;

ALTER INDEX accounting.vouchers_by_document ATTACH PARTITION accounting.vouchers_2040_source_document_idx;

CREATE TRIGGER closed_by_two BEFORE INSERT OR UPDATE OF state, closed_by, closed_by_one ON accounting.periods FOR EACH ROW EXECUTE FUNCTION accounting.closed_by_two();

ALTER TABLE accounting.periods ENABLE ALWAYS TRIGGER closed_by_two;

CREATE TRIGGER command_is_final BEFORE DELETE OR UPDATE ON accounting.commands FOR EACH ROW EXECUTE FUNCTION accounting.command_is_final();

ALTER TABLE accounting.commands ENABLE ALWAYS TRIGGER command_is_final;

CREATE TRIGGER commands_stay BEFORE TRUNCATE ON accounting.commands FOR EACH STATEMENT EXECUTE FUNCTION accounting.command_is_final();

ALTER TABLE accounting.commands ENABLE ALWAYS TRIGGER commands_stay;

CREATE TRIGGER journal_is_final BEFORE DELETE OR UPDATE ON accounting.lines FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE accounting.lines ENABLE ALWAYS TRIGGER journal_is_final;

CREATE TRIGGER journal_is_final BEFORE DELETE OR UPDATE ON accounting.refusals FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE accounting.refusals ENABLE ALWAYS TRIGGER journal_is_final;

CREATE TRIGGER journal_is_final BEFORE DELETE OR UPDATE ON accounting.reversals FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE accounting.reversals ENABLE ALWAYS TRIGGER journal_is_final;

CREATE TRIGGER journal_is_final BEFORE DELETE OR UPDATE ON accounting.vouchers FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE accounting.vouchers ENABLE ALWAYS TRIGGER journal_is_final;

CREATE TRIGGER journal_stays BEFORE TRUNCATE ON accounting.lines FOR EACH STATEMENT EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE accounting.lines ENABLE ALWAYS TRIGGER journal_stays;

CREATE TRIGGER journal_stays BEFORE TRUNCATE ON accounting.refusals FOR EACH STATEMENT EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE accounting.refusals ENABLE ALWAYS TRIGGER journal_stays;

CREATE TRIGGER journal_stays BEFORE TRUNCATE ON accounting.reversals FOR EACH STATEMENT EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE accounting.reversals ENABLE ALWAYS TRIGGER journal_stays;

CREATE TRIGGER journal_stays BEFORE TRUNCATE ON accounting.vouchers FOR EACH STATEMENT EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE accounting.vouchers ENABLE ALWAYS TRIGGER journal_stays;

CREATE TRIGGER judge_beside_events AFTER INSERT ON accounting.vouchers REFERENCING NEW TABLE AS new_vouchers FOR EACH STATEMENT EXECUTE FUNCTION projects.judge_beside_events();

ALTER TABLE accounting.vouchers ENABLE ALWAYS TRIGGER judge_beside_events;

CREATE TRIGGER judge_lines AFTER INSERT ON accounting.lines REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION accounting.judge_lines();

ALTER TABLE accounting.lines ENABLE ALWAYS TRIGGER judge_lines;

CREATE TRIGGER judge_positions AFTER INSERT ON accounting.positions REFERENCING NEW TABLE AS new_positions FOR EACH STATEMENT EXECUTE FUNCTION accounting.judge_positions();

ALTER TABLE accounting.positions ENABLE ALWAYS TRIGGER judge_positions;

CREATE TRIGGER judge_vouchers AFTER INSERT ON accounting.vouchers REFERENCING NEW TABLE AS new_vouchers FOR EACH STATEMENT EXECUTE FUNCTION accounting.judge_vouchers();

ALTER TABLE accounting.vouchers ENABLE ALWAYS TRIGGER judge_vouchers;

CREATE TRIGGER period_moves_forward BEFORE INSERT OR UPDATE ON accounting.periods FOR EACH ROW EXECUTE FUNCTION accounting.period_moves_forward();

ALTER TABLE accounting.periods ENABLE ALWAYS TRIGGER period_moves_forward;

CREATE TRIGGER periods_stay BEFORE DELETE ON accounting.periods FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.periods ENABLE ALWAYS TRIGGER periods_stay;

CREATE TRIGGER periods_stay_all BEFORE TRUNCATE ON accounting.periods FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.periods ENABLE ALWAYS TRIGGER periods_stay_all;

CREATE TRIGGER positions_stay BEFORE DELETE ON accounting.positions FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.positions ENABLE ALWAYS TRIGGER positions_stay;

CREATE TRIGGER proposal_keeps BEFORE UPDATE ON accounting.close_proposals FOR EACH ROW EXECUTE FUNCTION accounting.proposal_keeps();

ALTER TABLE accounting.close_proposals ENABLE ALWAYS TRIGGER proposal_keeps;

CREATE TRIGGER proposals_stay BEFORE DELETE ON accounting.close_proposals FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.close_proposals ENABLE ALWAYS TRIGGER proposals_stay;

CREATE TRIGGER proposals_stay_all BEFORE TRUNCATE ON accounting.close_proposals FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.close_proposals ENABLE ALWAYS TRIGGER proposals_stay_all;

CREATE TRIGGER registry_grows BEFORE DELETE ON accounting.accounts FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.accounts ENABLE ALWAYS TRIGGER registry_grows;

CREATE TRIGGER registry_grows BEFORE DELETE ON accounting.books FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.books ENABLE ALWAYS TRIGGER registry_grows;

CREATE TRIGGER registry_grows BEFORE DELETE ON accounting.budget_lines FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.budget_lines ENABLE ALWAYS TRIGGER registry_grows;

CREATE TRIGGER registry_grows BEFORE DELETE ON accounting.ledgers FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.ledgers ENABLE ALWAYS TRIGGER registry_grows;

CREATE TRIGGER registry_grows BEFORE DELETE ON accounting.persons FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.persons ENABLE ALWAYS TRIGGER registry_grows;

CREATE TRIGGER registry_grows BEFORE DELETE ON accounting.subjects FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.subjects ENABLE ALWAYS TRIGGER registry_grows;

CREATE TRIGGER registry_grows BEFORE DELETE ON accounting.units FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.units ENABLE ALWAYS TRIGGER registry_grows;

CREATE TRIGGER registry_keeps BEFORE UPDATE ON accounting.accounts FOR EACH ROW EXECUTE FUNCTION accounting.registry_keeps();

ALTER TABLE accounting.accounts ENABLE ALWAYS TRIGGER registry_keeps;

CREATE TRIGGER registry_keeps BEFORE UPDATE ON accounting.books FOR EACH ROW EXECUTE FUNCTION accounting.registry_keeps();

ALTER TABLE accounting.books ENABLE ALWAYS TRIGGER registry_keeps;

CREATE TRIGGER registry_keeps BEFORE UPDATE ON accounting.budget_lines FOR EACH ROW EXECUTE FUNCTION accounting.registry_keeps();

ALTER TABLE accounting.budget_lines ENABLE ALWAYS TRIGGER registry_keeps;

CREATE TRIGGER registry_keeps BEFORE UPDATE ON accounting.ledgers FOR EACH ROW EXECUTE FUNCTION accounting.registry_keeps();

ALTER TABLE accounting.ledgers ENABLE ALWAYS TRIGGER registry_keeps;

CREATE TRIGGER registry_keeps BEFORE UPDATE ON accounting.persons FOR EACH ROW EXECUTE FUNCTION accounting.registry_keeps();

ALTER TABLE accounting.persons ENABLE ALWAYS TRIGGER registry_keeps;

CREATE TRIGGER registry_keeps BEFORE UPDATE ON accounting.subjects FOR EACH ROW EXECUTE FUNCTION accounting.registry_keeps();

ALTER TABLE accounting.subjects ENABLE ALWAYS TRIGGER registry_keeps;

CREATE TRIGGER registry_keeps BEFORE UPDATE ON accounting.units FOR EACH ROW EXECUTE FUNCTION accounting.registry_keeps();

ALTER TABLE accounting.units ENABLE ALWAYS TRIGGER registry_keeps;

CREATE TRIGGER registry_stays BEFORE TRUNCATE ON accounting.accounts FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.accounts ENABLE ALWAYS TRIGGER registry_stays;

CREATE TRIGGER registry_stays BEFORE TRUNCATE ON accounting.books FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.books ENABLE ALWAYS TRIGGER registry_stays;

CREATE TRIGGER registry_stays BEFORE TRUNCATE ON accounting.budget_lines FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.budget_lines ENABLE ALWAYS TRIGGER registry_stays;

CREATE TRIGGER registry_stays BEFORE TRUNCATE ON accounting.ledgers FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.ledgers ENABLE ALWAYS TRIGGER registry_stays;

CREATE TRIGGER registry_stays BEFORE TRUNCATE ON accounting.persons FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.persons ENABLE ALWAYS TRIGGER registry_stays;

CREATE TRIGGER registry_stays BEFORE TRUNCATE ON accounting.subjects FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.subjects ENABLE ALWAYS TRIGGER registry_stays;

CREATE TRIGGER registry_stays BEFORE TRUNCATE ON accounting.units FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.units ENABLE ALWAYS TRIGGER registry_stays;

CREATE TRIGGER turnover_stays BEFORE DELETE ON accounting.turnover FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE accounting.turnover ENABLE ALWAYS TRIGGER turnover_stays;

CREATE TRIGGER unit_party AFTER INSERT OR UPDATE OF name ON accounting.units FOR EACH ROW EXECUTE FUNCTION projects.unit_party();

ALTER TABLE accounting.units ENABLE ALWAYS TRIGGER unit_party;

CREATE TRIGGER account_keeps BEFORE UPDATE ON api.accounts FOR EACH ROW EXECUTE FUNCTION api.account_keeps();

ALTER TABLE api.accounts ENABLE ALWAYS TRIGGER account_keeps;

CREATE TRIGGER one_time_code_keeps BEFORE UPDATE ON api.one_time_codes FOR EACH ROW EXECUTE FUNCTION api.one_time_code_keeps();

ALTER TABLE api.one_time_codes ENABLE ALWAYS TRIGGER one_time_code_keeps;

CREATE TRIGGER row_stays BEFORE DELETE ON api.account_documents FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE api.account_documents ENABLE ALWAYS TRIGGER row_stays;

CREATE TRIGGER row_stays BEFORE DELETE ON api.accounts FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE api.accounts ENABLE ALWAYS TRIGGER row_stays;

CREATE TRIGGER row_stays BEFORE DELETE ON api.one_time_codes FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE api.one_time_codes ENABLE ALWAYS TRIGGER row_stays;

CREATE TRIGGER row_stays BEFORE DELETE ON api.second_factors FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE api.second_factors ENABLE ALWAYS TRIGGER row_stays;

CREATE TRIGGER row_stays BEFORE DELETE ON api.sign_ins FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE api.sign_ins ENABLE ALWAYS TRIGGER row_stays;

CREATE TRIGGER rows_stay BEFORE TRUNCATE ON api.account_documents FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE api.account_documents ENABLE ALWAYS TRIGGER rows_stay;

CREATE TRIGGER rows_stay BEFORE TRUNCATE ON api.accounts FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE api.accounts ENABLE ALWAYS TRIGGER rows_stay;

CREATE TRIGGER rows_stay BEFORE TRUNCATE ON api.one_time_codes FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE api.one_time_codes ENABLE ALWAYS TRIGGER rows_stay;

CREATE TRIGGER rows_stay BEFORE TRUNCATE ON api.second_factors FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE api.second_factors ENABLE ALWAYS TRIGGER rows_stay;

CREATE TRIGGER rows_stay BEFORE TRUNCATE ON api.sign_ins FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE api.sign_ins ENABLE ALWAYS TRIGGER rows_stay;

CREATE TRIGGER sign_in_keeps BEFORE UPDATE ON api.sign_ins FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE api.sign_ins ENABLE ALWAYS TRIGGER sign_in_keeps;

CREATE TRIGGER act_is_final BEFORE UPDATE ON projects.acts FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.acts ENABLE ALWAYS TRIGGER act_is_final;

CREATE TRIGGER act_is_final BEFORE UPDATE ON projects.departures FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.departures ENABLE ALWAYS TRIGGER act_is_final;

CREATE TRIGGER act_is_final BEFORE UPDATE ON projects.duties FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.duties ENABLE ALWAYS TRIGGER act_is_final;

CREATE TRIGGER asset_keeps BEFORE UPDATE ON projects.assets FOR EACH ROW EXECUTE FUNCTION projects.asset_keeps();

ALTER TABLE projects.assets ENABLE ALWAYS TRIGGER asset_keeps;

CREATE TRIGGER basis_is_final BEFORE UPDATE OF from_person, to_person, unit_id, role, from_day, until_day, document_id ON projects.delegations FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.delegations ENABLE ALWAYS TRIGGER basis_is_final;

CREATE TRIGGER basis_is_final BEFORE UPDATE OF document_id, round, payee_id, code, number ON projects.invoice_uses FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.invoice_uses ENABLE ALWAYS TRIGGER basis_is_final;

CREATE TRIGGER basis_is_final BEFORE UPDATE OF payee_id, code, number, red_of ON projects.invoices FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.invoices ENABLE ALWAYS TRIGGER basis_is_final;

CREATE TRIGGER basis_is_final BEFORE UPDATE OF document_id, verb, document_hash, name, office, day, paper_hash, entered_by ON projects.outside_acts FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.outside_acts ENABLE ALWAYS TRIGGER basis_is_final;

CREATE TRIGGER basis_is_final BEFORE UPDATE OF payee_id, kind, amount ON projects.payment_lines FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.payment_lines ENABLE ALWAYS TRIGGER basis_is_final;

CREATE TRIGGER basis_is_final BEFORE UPDATE OF payment, contract_id, amount ON projects.payment_requests FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.payment_requests ENABLE ALWAYS TRIGGER basis_is_final;

CREATE TRIGGER basis_is_final BEFORE UPDATE OF person_id, unit_id, role, from_day, document_id ON projects.role_grants FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.role_grants ENABLE ALWAYS TRIGGER basis_is_final;

CREATE TRIGGER carry_attachments AFTER INSERT OR UPDATE OF content ON projects.documents FOR EACH ROW EXECUTE FUNCTION projects.carry_attachments();

ALTER TABLE projects.documents ENABLE ALWAYS TRIGGER carry_attachments;

CREATE TRIGGER carry_paper AFTER INSERT ON projects.outside_acts FOR EACH ROW EXECUTE FUNCTION projects.carry_paper();

ALTER TABLE projects.outside_acts ENABLE ALWAYS TRIGGER carry_paper;

CREATE TRIGGER carry_paper AFTER INSERT ON projects.receipts FOR EACH ROW EXECUTE FUNCTION projects.carry_paper();

ALTER TABLE projects.receipts ENABLE ALWAYS TRIGGER carry_paper;

CREATE TRIGGER certificate_is_final BEFORE UPDATE ON projects.certificate_items FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.certificate_items ENABLE ALWAYS TRIGGER certificate_is_final;

CREATE TRIGGER certificate_is_final BEFORE UPDATE ON projects.certificates FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.certificates ENABLE ALWAYS TRIGGER certificate_is_final;

CREATE TRIGGER certificate_is_final BEFORE UPDATE ON projects.contract_funding FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.contract_funding ENABLE ALWAYS TRIGGER certificate_is_final;

CREATE TRIGGER certificate_is_final BEFORE UPDATE ON projects.settlements FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.settlements ENABLE ALWAYS TRIGGER certificate_is_final;

CREATE TRIGGER completion_is_final BEFORE UPDATE ON projects.final_accounts FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.final_accounts ENABLE ALWAYS TRIGGER completion_is_final;

CREATE TRIGGER completion_is_final BEFORE UPDATE ON projects.node_milestones FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.node_milestones ENABLE ALWAYS TRIGGER completion_is_final;

CREATE TRIGGER completion_stays BEFORE DELETE ON projects.assets FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.assets ENABLE ALWAYS TRIGGER completion_stays;

CREATE TRIGGER completion_stays BEFORE DELETE ON projects.final_accounts FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.final_accounts ENABLE ALWAYS TRIGGER completion_stays;

CREATE TRIGGER completion_stays BEFORE DELETE ON projects.node_milestones FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.node_milestones ENABLE ALWAYS TRIGGER completion_stays;

CREATE TRIGGER completions_stay BEFORE TRUNCATE ON projects.assets FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.assets ENABLE ALWAYS TRIGGER completions_stay;

CREATE TRIGGER completions_stay BEFORE TRUNCATE ON projects.final_accounts FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.final_accounts ENABLE ALWAYS TRIGGER completions_stay;

CREATE TRIGGER completions_stay BEFORE TRUNCATE ON projects.node_milestones FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.node_milestones ENABLE ALWAYS TRIGGER completions_stay;

CREATE TRIGGER contract_stays BEFORE DELETE ON projects.certificate_items FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.certificate_items ENABLE ALWAYS TRIGGER contract_stays;

CREATE TRIGGER contract_stays BEFORE DELETE ON projects.certificates FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.certificates ENABLE ALWAYS TRIGGER contract_stays;

CREATE TRIGGER contract_stays BEFORE DELETE ON projects.contract_funding FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.contract_funding ENABLE ALWAYS TRIGGER contract_stays;

CREATE TRIGGER contract_stays BEFORE DELETE ON projects.contract_items FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.contract_items ENABLE ALWAYS TRIGGER contract_stays;

CREATE TRIGGER contract_stays BEFORE DELETE ON projects.contracts FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.contracts ENABLE ALWAYS TRIGGER contract_stays;

CREATE TRIGGER contract_stays BEFORE DELETE ON projects.settlements FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.settlements ENABLE ALWAYS TRIGGER contract_stays;

CREATE TRIGGER contracts_stay BEFORE TRUNCATE ON projects.certificate_items FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.certificate_items ENABLE ALWAYS TRIGGER contracts_stay;

CREATE TRIGGER contracts_stay BEFORE TRUNCATE ON projects.certificates FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.certificates ENABLE ALWAYS TRIGGER contracts_stay;

CREATE TRIGGER contracts_stay BEFORE TRUNCATE ON projects.contract_funding FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.contract_funding ENABLE ALWAYS TRIGGER contracts_stay;

CREATE TRIGGER contracts_stay BEFORE TRUNCATE ON projects.contract_items FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.contract_items ENABLE ALWAYS TRIGGER contracts_stay;

CREATE TRIGGER contracts_stay BEFORE TRUNCATE ON projects.contracts FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.contracts ENABLE ALWAYS TRIGGER contracts_stay;

CREATE TRIGGER contracts_stay BEFORE TRUNCATE ON projects.settlements FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.settlements ENABLE ALWAYS TRIGGER contracts_stay;

CREATE TRIGGER document_keeps BEFORE UPDATE ON projects.documents FOR EACH ROW EXECUTE FUNCTION projects.document_keeps();

ALTER TABLE projects.documents ENABLE ALWAYS TRIGGER document_keeps;

CREATE TRIGGER document_stays BEFORE DELETE ON projects.acts FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.acts ENABLE ALWAYS TRIGGER document_stays;

CREATE TRIGGER document_stays BEFORE DELETE ON projects.delegations FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.delegations ENABLE ALWAYS TRIGGER document_stays;

CREATE TRIGGER document_stays BEFORE DELETE ON projects.departures FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.departures ENABLE ALWAYS TRIGGER document_stays;

CREATE TRIGGER document_stays BEFORE DELETE ON projects.document_counters FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.document_counters ENABLE ALWAYS TRIGGER document_stays;

CREATE TRIGGER document_stays BEFORE DELETE ON projects.documents FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.documents ENABLE ALWAYS TRIGGER document_stays;

CREATE TRIGGER document_stays BEFORE DELETE ON projects.duties FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.duties ENABLE ALWAYS TRIGGER document_stays;

CREATE TRIGGER document_stays BEFORE DELETE ON projects.outside_acts FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.outside_acts ENABLE ALWAYS TRIGGER document_stays;

CREATE TRIGGER document_stays BEFORE DELETE ON projects.role_grants FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.role_grants ENABLE ALWAYS TRIGGER document_stays;

CREATE TRIGGER documents_stay BEFORE TRUNCATE ON projects.acts FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.acts ENABLE ALWAYS TRIGGER documents_stay;

CREATE TRIGGER documents_stay BEFORE TRUNCATE ON projects.delegations FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.delegations ENABLE ALWAYS TRIGGER documents_stay;

CREATE TRIGGER documents_stay BEFORE TRUNCATE ON projects.departures FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.departures ENABLE ALWAYS TRIGGER documents_stay;

CREATE TRIGGER documents_stay BEFORE TRUNCATE ON projects.document_counters FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.document_counters ENABLE ALWAYS TRIGGER documents_stay;

CREATE TRIGGER documents_stay BEFORE TRUNCATE ON projects.documents FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.documents ENABLE ALWAYS TRIGGER documents_stay;

CREATE TRIGGER documents_stay BEFORE TRUNCATE ON projects.duties FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.duties ENABLE ALWAYS TRIGGER documents_stay;

CREATE TRIGGER documents_stay BEFORE TRUNCATE ON projects.outside_acts FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.outside_acts ENABLE ALWAYS TRIGGER documents_stay;

CREATE TRIGGER documents_stay BEFORE TRUNCATE ON projects.role_grants FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.role_grants ENABLE ALWAYS TRIGGER documents_stay;

CREATE TRIGGER entries_are_final BEFORE TRUNCATE ON projects.progress_entries FOR EACH STATEMENT EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.progress_entries ENABLE ALWAYS TRIGGER entries_are_final;

CREATE TRIGGER entry_is_final BEFORE DELETE OR UPDATE ON projects.progress_entries FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.progress_entries ENABLE ALWAYS TRIGGER entry_is_final;

CREATE TRIGGER file_stays BEFORE DELETE OR UPDATE ON projects.document_files FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.document_files ENABLE ALWAYS TRIGGER file_stays;

CREATE TRIGGER file_stays BEFORE DELETE OR UPDATE ON projects.file_uploads FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.file_uploads ENABLE ALWAYS TRIGGER file_stays;

CREATE TRIGGER file_stays BEFORE DELETE OR UPDATE ON projects.files FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.files ENABLE ALWAYS TRIGGER file_stays;

CREATE TRIGGER files_stay BEFORE TRUNCATE ON projects.document_files FOR EACH STATEMENT EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.document_files ENABLE ALWAYS TRIGGER files_stay;

CREATE TRIGGER files_stay BEFORE TRUNCATE ON projects.file_uploads FOR EACH STATEMENT EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.file_uploads ENABLE ALWAYS TRIGGER files_stay;

CREATE TRIGGER files_stay BEFORE TRUNCATE ON projects.files FOR EACH STATEMENT EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.files ENABLE ALWAYS TRIGGER files_stay;

CREATE TRIGGER goes_with_its_list AFTER DELETE ON projects.bank_lines REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION projects.goes_with_its_list();

ALTER TABLE projects.bank_lines ENABLE ALWAYS TRIGGER goes_with_its_list;

CREATE TRIGGER goes_with_its_list AFTER DELETE ON projects.bank_matches REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION projects.goes_with_its_list();

ALTER TABLE projects.bank_matches ENABLE ALWAYS TRIGGER goes_with_its_list;

CREATE TRIGGER goes_with_its_list AFTER DELETE ON projects.bank_statements REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION projects.goes_with_its_list();

ALTER TABLE projects.bank_statements ENABLE ALWAYS TRIGGER goes_with_its_list;

CREATE TRIGGER goes_with_its_list AFTER DELETE ON projects.treasury_matches REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION projects.goes_with_its_list();

ALTER TABLE projects.treasury_matches ENABLE ALWAYS TRIGGER goes_with_its_list;

CREATE TRIGGER goes_with_its_list AFTER DELETE ON projects.treasury_payments REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION projects.goes_with_its_list();

ALTER TABLE projects.treasury_payments ENABLE ALWAYS TRIGGER goes_with_its_list;

CREATE TRIGGER judge_acts AFTER INSERT ON projects.acts REFERENCING NEW TABLE AS new_acts FOR EACH STATEMENT EXECUTE FUNCTION projects.judge_acts();

ALTER TABLE projects.acts ENABLE ALWAYS TRIGGER judge_acts;

CREATE TRIGGER judge_bank_match BEFORE INSERT ON projects.bank_matches FOR EACH ROW EXECUTE FUNCTION projects.judge_bank_match();

ALTER TABLE projects.bank_matches ENABLE ALWAYS TRIGGER judge_bank_match;

CREATE TRIGGER judge_draw AFTER INSERT ON projects.contract_funding FOR EACH ROW EXECUTE FUNCTION projects.judge_draw();

ALTER TABLE projects.contract_funding ENABLE ALWAYS TRIGGER judge_draw;

CREATE TRIGGER judge_draw AFTER INSERT ON projects.payment_draws FOR EACH ROW EXECUTE FUNCTION projects.judge_draw();

ALTER TABLE projects.payment_draws ENABLE ALWAYS TRIGGER judge_draw;

CREATE TRIGGER judge_notice BEFORE UPDATE ON projects.notices FOR EACH ROW EXECUTE FUNCTION projects.judge_notice();

ALTER TABLE projects.notices ENABLE ALWAYS TRIGGER judge_notice;

CREATE TRIGGER judge_progress AFTER INSERT ON projects.progress_entries FOR EACH ROW EXECUTE FUNCTION projects.judge_progress();

ALTER TABLE projects.progress_entries ENABLE ALWAYS TRIGGER judge_progress;

CREATE TRIGGER judge_request AFTER INSERT ON projects.payment_requests FOR EACH ROW EXECUTE FUNCTION projects.judge_request();

ALTER TABLE projects.payment_requests ENABLE ALWAYS TRIGGER judge_request;

CREATE TRIGGER judge_roles AFTER INSERT OR UPDATE ON projects.delegations FOR EACH ROW EXECUTE FUNCTION projects.judge_roles();

ALTER TABLE projects.delegations ENABLE ALWAYS TRIGGER judge_roles;

CREATE TRIGGER judge_roles AFTER INSERT OR UPDATE ON projects.role_grants FOR EACH ROW EXECUTE FUNCTION projects.judge_roles();

ALTER TABLE projects.role_grants ENABLE ALWAYS TRIGGER judge_roles;

CREATE TRIGGER match_ends_once BEFORE UPDATE ON projects.bank_matches FOR EACH ROW WHEN ((old.ended_from IS NOT NULL)) EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.bank_matches ENABLE ALWAYS TRIGGER match_ends_once;

CREATE TRIGGER match_is_final BEFORE UPDATE OF book_id, bank_account_id, month, line_no, ordinal, period, number, voucher_line, counts_from, reason, because, matched_by, matched_at ON projects.bank_matches FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.bank_matches ENABLE ALWAYS TRIGGER match_is_final;

CREATE TRIGGER note_failed_order AFTER UPDATE OF state ON projects.payment_lines FOR EACH ROW WHEN (((new.state = 'failed'::text) AND (old.state <> 'failed'::text))) EXECUTE FUNCTION projects.note_failed_order();

ALTER TABLE projects.payment_lines ENABLE ALWAYS TRIGGER note_failed_order;

CREATE TRIGGER notice_stays BEFORE DELETE ON projects.notices FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.notices ENABLE ALWAYS TRIGGER notice_stays;

CREATE TRIGGER notices_stay BEFORE TRUNCATE ON projects.notices FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.notices ENABLE ALWAYS TRIGGER notices_stay;

CREATE TRIGGER party_unit BEFORE INSERT OR UPDATE OF name ON projects.node_parties FOR EACH ROW EXECUTE FUNCTION projects.party_unit();

ALTER TABLE projects.node_parties ENABLE ALWAYS TRIGGER party_unit;

CREATE TRIGGER payment_is_final BEFORE UPDATE ON projects.payee_accounts FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.payee_accounts ENABLE ALWAYS TRIGGER payment_is_final;

CREATE TRIGGER payment_is_final BEFORE UPDATE ON projects.payees FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.payees ENABLE ALWAYS TRIGGER payment_is_final;

CREATE TRIGGER payment_is_final BEFORE UPDATE OF amount, budget_line_id, ordinal ON projects.payment_draws FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.payment_draws ENABLE ALWAYS TRIGGER payment_is_final;

CREATE TRIGGER payment_is_final BEFORE UPDATE OF bank_date, bank_serial, paper_hash, entered_by ON projects.receipts FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.receipts ENABLE ALWAYS TRIGGER payment_is_final;

CREATE TRIGGER payment_is_final BEFORE UPDATE OF account_number, reason, entered_by ON projects.reissues FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.reissues ENABLE ALWAYS TRIGGER payment_is_final;

CREATE TRIGGER payment_stays BEFORE DELETE ON projects.invoice_uses FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.invoice_uses ENABLE ALWAYS TRIGGER payment_stays;

CREATE TRIGGER payment_stays BEFORE DELETE ON projects.invoices FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.invoices ENABLE ALWAYS TRIGGER payment_stays;

CREATE TRIGGER payment_stays BEFORE DELETE ON projects.payee_accounts FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.payee_accounts ENABLE ALWAYS TRIGGER payment_stays;

CREATE TRIGGER payment_stays BEFORE DELETE ON projects.payees FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.payees ENABLE ALWAYS TRIGGER payment_stays;

CREATE TRIGGER payment_stays BEFORE DELETE ON projects.payment_draws FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.payment_draws ENABLE ALWAYS TRIGGER payment_stays;

CREATE TRIGGER payment_stays BEFORE DELETE ON projects.payment_lines FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.payment_lines ENABLE ALWAYS TRIGGER payment_stays;

CREATE TRIGGER payment_stays BEFORE DELETE ON projects.payment_requests FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.payment_requests ENABLE ALWAYS TRIGGER payment_stays;

CREATE TRIGGER payment_stays BEFORE DELETE ON projects.receipts FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.receipts ENABLE ALWAYS TRIGGER payment_stays;

CREATE TRIGGER payment_stays BEFORE DELETE ON projects.reissues FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.reissues ENABLE ALWAYS TRIGGER payment_stays;

CREATE TRIGGER payments_stay BEFORE TRUNCATE ON projects.invoice_uses FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.invoice_uses ENABLE ALWAYS TRIGGER payments_stay;

CREATE TRIGGER payments_stay BEFORE TRUNCATE ON projects.invoices FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.invoices ENABLE ALWAYS TRIGGER payments_stay;

CREATE TRIGGER payments_stay BEFORE TRUNCATE ON projects.payee_accounts FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.payee_accounts ENABLE ALWAYS TRIGGER payments_stay;

CREATE TRIGGER payments_stay BEFORE TRUNCATE ON projects.payees FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.payees ENABLE ALWAYS TRIGGER payments_stay;

CREATE TRIGGER payments_stay BEFORE TRUNCATE ON projects.payment_draws FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.payment_draws ENABLE ALWAYS TRIGGER payments_stay;

CREATE TRIGGER payments_stay BEFORE TRUNCATE ON projects.payment_lines FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.payment_lines ENABLE ALWAYS TRIGGER payments_stay;

CREATE TRIGGER payments_stay BEFORE TRUNCATE ON projects.payment_requests FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.payment_requests ENABLE ALWAYS TRIGGER payments_stay;

CREATE TRIGGER payments_stay BEFORE TRUNCATE ON projects.receipts FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.receipts ENABLE ALWAYS TRIGGER payments_stay;

CREATE TRIGGER payments_stay BEFORE TRUNCATE ON projects.reissues FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.reissues ENABLE ALWAYS TRIGGER payments_stay;

CREATE TRIGGER register_is_final BEFORE UPDATE ON projects.bank_accounts FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.bank_accounts ENABLE ALWAYS TRIGGER register_is_final;

CREATE TRIGGER register_is_final BEFORE UPDATE ON projects.bank_lines FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.bank_lines ENABLE ALWAYS TRIGGER register_is_final;

CREATE TRIGGER register_is_final BEFORE UPDATE ON projects.bank_statements FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.bank_statements ENABLE ALWAYS TRIGGER register_is_final;

CREATE TRIGGER register_is_final BEFORE UPDATE ON projects.budget_numbers FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.budget_numbers ENABLE ALWAYS TRIGGER register_is_final;

CREATE TRIGGER register_is_final BEFORE UPDATE ON projects.cash_plans FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.cash_plans ENABLE ALWAYS TRIGGER register_is_final;

CREATE TRIGGER register_is_final BEFORE UPDATE ON projects.external_codes FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.external_codes ENABLE ALWAYS TRIGGER register_is_final;

CREATE TRIGGER register_is_final BEFORE UPDATE OF book_id, import_id, kind, source, file_sha256, month, row_count, added, total, imported_by, imported_at, covers ON projects.imports FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.imports ENABLE ALWAYS TRIGGER register_is_final;

CREATE TRIGGER register_is_final BEFORE UPDATE ON projects.injections FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.injections ENABLE ALWAYS TRIGGER register_is_final;

CREATE TRIGGER register_is_final BEFORE UPDATE ON projects.subsidy_batches FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.subsidy_batches ENABLE ALWAYS TRIGGER register_is_final;

CREATE TRIGGER register_is_final BEFORE UPDATE ON projects.village_records FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.village_records ENABLE ALWAYS TRIGGER register_is_final;

CREATE TRIGGER register_stays BEFORE DELETE ON projects.bank_accounts FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.bank_accounts ENABLE ALWAYS TRIGGER register_stays;

CREATE TRIGGER register_stays BEFORE DELETE ON projects.budget_numbers FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.budget_numbers ENABLE ALWAYS TRIGGER register_stays;

CREATE TRIGGER register_stays BEFORE DELETE ON projects.cash_plans FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.cash_plans ENABLE ALWAYS TRIGGER register_stays;

CREATE TRIGGER register_stays BEFORE DELETE ON projects.external_codes FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.external_codes ENABLE ALWAYS TRIGGER register_stays;

CREATE TRIGGER register_stays BEFORE DELETE ON projects.imports FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.imports ENABLE ALWAYS TRIGGER register_stays;

CREATE TRIGGER register_stays BEFORE DELETE ON projects.injections FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.injections ENABLE ALWAYS TRIGGER register_stays;

CREATE TRIGGER register_stays BEFORE DELETE ON projects.subsidy_batches FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.subsidy_batches ENABLE ALWAYS TRIGGER register_stays;

CREATE TRIGGER register_stays BEFORE DELETE ON projects.village_records FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.village_records ENABLE ALWAYS TRIGGER register_stays;

CREATE TRIGGER registers_stay BEFORE TRUNCATE ON projects.bank_accounts FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.bank_accounts ENABLE ALWAYS TRIGGER registers_stay;

CREATE TRIGGER registers_stay BEFORE TRUNCATE ON projects.bank_lines FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.bank_lines ENABLE ALWAYS TRIGGER registers_stay;

CREATE TRIGGER registers_stay BEFORE TRUNCATE ON projects.bank_statements FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.bank_statements ENABLE ALWAYS TRIGGER registers_stay;

CREATE TRIGGER registers_stay BEFORE TRUNCATE ON projects.budget_numbers FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.budget_numbers ENABLE ALWAYS TRIGGER registers_stay;

CREATE TRIGGER registers_stay BEFORE TRUNCATE ON projects.cash_plans FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.cash_plans ENABLE ALWAYS TRIGGER registers_stay;

CREATE TRIGGER registers_stay BEFORE TRUNCATE ON projects.external_codes FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.external_codes ENABLE ALWAYS TRIGGER registers_stay;

CREATE TRIGGER registers_stay BEFORE TRUNCATE ON projects.imports FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.imports ENABLE ALWAYS TRIGGER registers_stay;

CREATE TRIGGER registers_stay BEFORE TRUNCATE ON projects.injections FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.injections ENABLE ALWAYS TRIGGER registers_stay;

CREATE TRIGGER registers_stay BEFORE TRUNCATE ON projects.subsidy_batches FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.subsidy_batches ENABLE ALWAYS TRIGGER registers_stay;

CREATE TRIGGER registers_stay BEFORE TRUNCATE ON projects.village_records FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.village_records ENABLE ALWAYS TRIGGER registers_stay;

CREATE TRIGGER setting_stays BEFORE DELETE OR UPDATE ON projects.settings FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.settings ENABLE ALWAYS TRIGGER setting_stays;

CREATE TRIGGER settings_stay BEFORE TRUNCATE ON projects.settings FOR EACH STATEMENT EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.settings ENABLE ALWAYS TRIGGER settings_stay;

CREATE TRIGGER sheet_is_final BEFORE DELETE OR UPDATE ON projects.closing_sheets FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.closing_sheets ENABLE ALWAYS TRIGGER sheet_is_final;

CREATE TRIGGER sheets_stay BEFORE TRUNCATE ON projects.closing_sheets FOR EACH STATEMENT EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.closing_sheets ENABLE ALWAYS TRIGGER sheets_stay;

CREATE TRIGGER treasuries_stay BEFORE TRUNCATE ON projects.failed_orders FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.failed_orders ENABLE ALWAYS TRIGGER treasuries_stay;

CREATE TRIGGER treasuries_stay BEFORE TRUNCATE ON projects.item_reasons FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.item_reasons ENABLE ALWAYS TRIGGER treasuries_stay;

CREATE TRIGGER treasuries_stay BEFORE TRUNCATE ON projects.line_vouchers FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.line_vouchers ENABLE ALWAYS TRIGGER treasuries_stay;

CREATE TRIGGER treasuries_stay BEFORE TRUNCATE ON projects.payment_exports FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.payment_exports ENABLE ALWAYS TRIGGER treasuries_stay;

CREATE TRIGGER treasuries_stay BEFORE TRUNCATE ON projects.treasury_matches FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.treasury_matches ENABLE ALWAYS TRIGGER treasuries_stay;

CREATE TRIGGER treasuries_stay BEFORE TRUNCATE ON projects.treasury_payments FOR EACH STATEMENT EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.treasury_payments ENABLE ALWAYS TRIGGER treasuries_stay;

CREATE TRIGGER treasury_is_final BEFORE UPDATE ON projects.failed_orders FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.failed_orders ENABLE ALWAYS TRIGGER treasury_is_final;

CREATE TRIGGER treasury_is_final BEFORE UPDATE ON projects.item_reasons FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.item_reasons ENABLE ALWAYS TRIGGER treasury_is_final;

CREATE TRIGGER treasury_is_final BEFORE UPDATE ON projects.line_vouchers FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.line_vouchers ENABLE ALWAYS TRIGGER treasury_is_final;

CREATE TRIGGER treasury_is_final BEFORE UPDATE ON projects.payment_exports FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.payment_exports ENABLE ALWAYS TRIGGER treasury_is_final;

CREATE TRIGGER treasury_is_final BEFORE UPDATE ON projects.treasury_matches FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.treasury_matches ENABLE ALWAYS TRIGGER treasury_is_final;

CREATE TRIGGER treasury_is_final BEFORE UPDATE ON projects.treasury_payments FOR EACH ROW EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.treasury_payments ENABLE ALWAYS TRIGGER treasury_is_final;

CREATE TRIGGER treasury_stays BEFORE DELETE ON projects.failed_orders FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.failed_orders ENABLE ALWAYS TRIGGER treasury_stays;

CREATE TRIGGER treasury_stays BEFORE DELETE ON projects.item_reasons FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.item_reasons ENABLE ALWAYS TRIGGER treasury_stays;

CREATE TRIGGER treasury_stays BEFORE DELETE ON projects.line_vouchers FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.line_vouchers ENABLE ALWAYS TRIGGER treasury_stays;

CREATE TRIGGER treasury_stays BEFORE DELETE ON projects.payment_exports FOR EACH ROW EXECUTE FUNCTION accounting.registry_grows();

ALTER TABLE projects.payment_exports ENABLE ALWAYS TRIGGER treasury_stays;

CREATE TRIGGER withdrawn_once BEFORE UPDATE ON projects.imports FOR EACH ROW WHEN ((old.withdrawn_at IS NOT NULL)) EXECUTE FUNCTION accounting.journal_is_final();

ALTER TABLE projects.imports ENABLE ALWAYS TRIGGER withdrawn_once;

ALTER TABLE ONLY accounting.accounts
    ADD CONSTRAINT accounts_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY accounting.budget_lines
    ADD CONSTRAINT budget_lines_book_id_carried_from_fkey FOREIGN KEY (book_id, carried_from) REFERENCES accounting.budget_lines(book_id, budget_line_id);

ALTER TABLE ONLY accounting.budget_lines
    ADD CONSTRAINT budget_lines_book_id_project_id_fkey FOREIGN KEY (book_id, project_id) REFERENCES accounting.ledgers(book_id, project_id);

ALTER TABLE ONLY accounting.close_proposals
    ADD CONSTRAINT close_proposals_book_id_ended_by_fkey FOREIGN KEY (book_id, ended_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY accounting.close_proposals
    ADD CONSTRAINT close_proposals_book_id_period_fkey FOREIGN KEY (book_id, period) REFERENCES accounting.periods(book_id, period);

ALTER TABLE ONLY accounting.close_proposals
    ADD CONSTRAINT close_proposals_book_id_proposed_by_fkey FOREIGN KEY (book_id, proposed_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY accounting.ledgers
    ADD CONSTRAINT ledgers_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY accounting.ledgers
    ADD CONSTRAINT ledgers_book_id_unit_id_fkey FOREIGN KEY (book_id, unit_id) REFERENCES accounting.units(book_id, unit_id);

ALTER TABLE ONLY accounting.lines_2024
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2024(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2025
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2025(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2026
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2026(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2027
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2027(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2028
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2028(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2029
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2029(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2030
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2030(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2031
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2031(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2032
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2032(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2033
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2033(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2034
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2034(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2035
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2035(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2036
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2036(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2037
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2037(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2038
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2038(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2039
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2039(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.lines_2040
    ADD CONSTRAINT line_of_voucher FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.vouchers_2040(book_id, period, number, line_count);

ALTER TABLE ONLY accounting.periods
    ADD CONSTRAINT periods_book_id_closed_by_fkey FOREIGN KEY (book_id, closed_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY accounting.periods
    ADD CONSTRAINT periods_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY accounting.persons
    ADD CONSTRAINT persons_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY accounting.persons
    ADD CONSTRAINT persons_book_id_unit_id_fkey FOREIGN KEY (book_id, unit_id) REFERENCES accounting.units(book_id, unit_id);

ALTER TABLE ONLY accounting.reversals
    ADD CONSTRAINT reversals_book_id_period_number_fkey FOREIGN KEY (book_id, period, number) REFERENCES accounting.vouchers(book_id, period, number);

ALTER TABLE ONLY accounting.subjects
    ADD CONSTRAINT subjects_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY accounting.units
    ADD CONSTRAINT units_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY accounting.verifications
    ADD CONSTRAINT verifications_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY accounting.vouchers_2024
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2024(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2025
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2025(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2026
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2026(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2027
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2027(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2028
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2028(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2029
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2029(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2030
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2030(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2031
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2031(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2032
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2032(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2033
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2033(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2034
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2034(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2035
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2035(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2036
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2036(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2037
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2037(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2038
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2038(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2039
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2039(book_id, period, number, line_no);

ALTER TABLE ONLY accounting.vouchers_2040
    ADD CONSTRAINT voucher_has_lines FOREIGN KEY (book_id, period, number, line_count) REFERENCES accounting.lines_2040(book_id, period, number, line_no);

ALTER TABLE ONLY api.account_documents
    ADD CONSTRAINT account_documents_book_id_account_fkey FOREIGN KEY (book_id, account) REFERENCES api.accounts(book_id, account);

ALTER TABLE ONLY api.account_documents
    ADD CONSTRAINT account_documents_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY api.accounts
    ADD CONSTRAINT accounts_book_id_person_id_fkey FOREIGN KEY (book_id, person_id) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY api.backups
    ADD CONSTRAINT backups_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY api.one_time_codes
    ADD CONSTRAINT one_time_codes_book_id_account_fkey FOREIGN KEY (book_id, account) REFERENCES api.accounts(book_id, account);

ALTER TABLE ONLY api.second_factors
    ADD CONSTRAINT second_factors_book_id_account_fkey FOREIGN KEY (book_id, account) REFERENCES api.accounts(book_id, account);

ALTER TABLE ONLY api.sessions
    ADD CONSTRAINT sessions_book_id_account_fkey FOREIGN KEY (book_id, account) REFERENCES api.accounts(book_id, account);

ALTER TABLE ONLY api.sessions
    ADD CONSTRAINT sessions_book_id_on_behalf_of_fkey FOREIGN KEY (book_id, on_behalf_of) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY api.sessions
    ADD CONSTRAINT sessions_book_id_unit_id_fkey FOREIGN KEY (book_id, unit_id) REFERENCES accounting.units(book_id, unit_id);

ALTER TABLE ONLY api.sign_ins
    ADD CONSTRAINT sign_ins_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY api.tokens
    ADD CONSTRAINT tokens_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY api.tokens
    ADD CONSTRAINT tokens_book_id_person_id_fkey FOREIGN KEY (book_id, person_id) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY api.tokens
    ADD CONSTRAINT tokens_book_id_unit_id_fkey FOREIGN KEY (book_id, unit_id) REFERENCES accounting.units(book_id, unit_id);

ALTER TABLE ONLY projects.acts
    ADD CONSTRAINT acts_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.acts
    ADD CONSTRAINT acts_book_id_document_id_separated_person_duty_fkey FOREIGN KEY (book_id, document_id, separated_person, duty) REFERENCES projects.duties(book_id, document_id, person_id, duty);

ALTER TABLE ONLY projects.acts
    ADD CONSTRAINT acts_book_id_entered_by_fkey FOREIGN KEY (book_id, entered_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.acts
    ADD CONSTRAINT acts_book_id_person_id_fkey FOREIGN KEY (book_id, person_id) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.approval_bands
    ADD CONSTRAINT approval_bands_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.assets
    ADD CONSTRAINT assets_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.assets
    ADD CONSTRAINT assets_book_id_node_id_fkey FOREIGN KEY (book_id, node_id) REFERENCES projects.nodes(book_id, node_id);

ALTER TABLE ONLY projects.assets
    ADD CONSTRAINT assets_book_id_settled_by_fkey FOREIGN KEY (book_id, settled_by) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.bank_accounts
    ADD CONSTRAINT bank_accounts_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.bank_accounts
    ADD CONSTRAINT bank_accounts_book_id_node_id_fkey FOREIGN KEY (book_id, node_id) REFERENCES accounting.ledgers(book_id, project_id);

ALTER TABLE ONLY projects.bank_accounts
    ADD CONSTRAINT bank_accounts_book_id_registered_by_fkey FOREIGN KEY (book_id, registered_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.bank_accounts
    ADD CONSTRAINT bank_accounts_book_id_unit_id_fkey FOREIGN KEY (book_id, unit_id) REFERENCES accounting.units(book_id, unit_id);

ALTER TABLE ONLY projects.bank_lines
    ADD CONSTRAINT bank_lines_book_id_bank_account_id_month_fkey FOREIGN KEY (book_id, bank_account_id, month) REFERENCES projects.bank_statements(book_id, bank_account_id, month);

ALTER TABLE ONLY projects.bank_matches
    ADD CONSTRAINT bank_matches_book_id_bank_account_id_month_line_no_fkey FOREIGN KEY (book_id, bank_account_id, month, line_no) REFERENCES projects.bank_lines(book_id, bank_account_id, month, line_no);

ALTER TABLE ONLY projects.bank_matches
    ADD CONSTRAINT bank_matches_book_id_ended_by_fkey FOREIGN KEY (book_id, ended_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.bank_matches
    ADD CONSTRAINT bank_matches_book_id_matched_by_fkey FOREIGN KEY (book_id, matched_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.bank_matches
    ADD CONSTRAINT bank_matches_book_id_period_number_voucher_line_fkey FOREIGN KEY (book_id, period, number, voucher_line) REFERENCES accounting.lines(book_id, period, number, line_no);

ALTER TABLE ONLY projects.bank_statements
    ADD CONSTRAINT bank_statements_book_id_bank_account_id_fkey FOREIGN KEY (book_id, bank_account_id) REFERENCES projects.bank_accounts(book_id, bank_account_id);

ALTER TABLE ONLY projects.bank_statements
    ADD CONSTRAINT bank_statements_book_id_import_id_fkey FOREIGN KEY (book_id, import_id) REFERENCES projects.imports(book_id, import_id);

ALTER TABLE ONLY projects.budget_numbers
    ADD CONSTRAINT budget_numbers_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.cash_plans
    ADD CONSTRAINT cash_plans_book_id_budget_line_id_fkey FOREIGN KEY (book_id, budget_line_id) REFERENCES accounting.budget_lines(book_id, budget_line_id);

ALTER TABLE ONLY projects.cash_plans
    ADD CONSTRAINT cash_plans_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.certificate_items
    ADD CONSTRAINT certificate_items_book_id_certificate_id_fkey FOREIGN KEY (book_id, certificate_id) REFERENCES projects.certificates(book_id, certificate_id);

ALTER TABLE ONLY projects.certificate_items
    ADD CONSTRAINT certificate_items_book_id_contract_id_code_fkey FOREIGN KEY (book_id, contract_id, code) REFERENCES projects.contract_items(book_id, contract_id, code);

ALTER TABLE ONLY projects.certificates
    ADD CONSTRAINT certificates_book_id_certificate_id_fkey FOREIGN KEY (book_id, certificate_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.certificates
    ADD CONSTRAINT certificates_book_id_contract_id_fkey FOREIGN KEY (book_id, contract_id) REFERENCES projects.contracts(book_id, contract_id);

ALTER TABLE ONLY projects.closing_sheets
    ADD CONSTRAINT closing_sheets_book_id_period_fkey FOREIGN KEY (book_id, period) REFERENCES accounting.periods(book_id, period);

ALTER TABLE ONLY projects.contract_funding
    ADD CONSTRAINT contract_funding_book_id_budget_line_id_fkey FOREIGN KEY (book_id, budget_line_id) REFERENCES accounting.budget_lines(book_id, budget_line_id);

ALTER TABLE ONLY projects.contract_funding
    ADD CONSTRAINT contract_funding_book_id_contract_id_fkey FOREIGN KEY (book_id, contract_id) REFERENCES projects.contracts(book_id, contract_id);

ALTER TABLE ONLY projects.contract_funding
    ADD CONSTRAINT contract_funding_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.contract_items
    ADD CONSTRAINT contract_items_book_id_contract_id_fkey FOREIGN KEY (book_id, contract_id) REFERENCES projects.contracts(book_id, contract_id);

ALTER TABLE ONLY projects.contracts
    ADD CONSTRAINT contracts_book_id_contract_id_fkey FOREIGN KEY (book_id, contract_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.contracts
    ADD CONSTRAINT contracts_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.contracts
    ADD CONSTRAINT contracts_book_id_node_id_fkey FOREIGN KEY (book_id, node_id) REFERENCES projects.nodes(book_id, node_id);

ALTER TABLE ONLY projects.delegations
    ADD CONSTRAINT delegations_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.delegations
    ADD CONSTRAINT delegations_book_id_ended_by_fkey FOREIGN KEY (book_id, ended_by) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.delegations
    ADD CONSTRAINT delegations_book_id_from_person_fkey FOREIGN KEY (book_id, from_person) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.delegations
    ADD CONSTRAINT delegations_book_id_to_person_fkey FOREIGN KEY (book_id, to_person) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.departures
    ADD CONSTRAINT departures_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.departures
    ADD CONSTRAINT departures_book_id_person_id_fkey FOREIGN KEY (book_id, person_id) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.departures
    ADD CONSTRAINT departures_book_id_successor_fkey FOREIGN KEY (book_id, successor) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.document_counters
    ADD CONSTRAINT document_counters_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.document_files
    ADD CONSTRAINT document_files_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.document_files
    ADD CONSTRAINT document_files_book_id_sha256_fkey FOREIGN KEY (book_id, sha256) REFERENCES projects.files(book_id, sha256);

ALTER TABLE ONLY projects.documents
    ADD CONSTRAINT documents_book_id_created_by_fkey FOREIGN KEY (book_id, created_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.documents
    ADD CONSTRAINT documents_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.documents
    ADD CONSTRAINT documents_book_id_node_id_fkey FOREIGN KEY (book_id, node_id) REFERENCES projects.nodes(book_id, node_id);

ALTER TABLE ONLY projects.documents
    ADD CONSTRAINT documents_book_id_unit_id_fkey FOREIGN KEY (book_id, unit_id) REFERENCES accounting.units(book_id, unit_id);

ALTER TABLE ONLY projects.duties
    ADD CONSTRAINT duties_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.duties
    ADD CONSTRAINT duties_book_id_person_id_fkey FOREIGN KEY (book_id, person_id) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.external_codes
    ADD CONSTRAINT external_codes_book_id_budget_line_id_fkey FOREIGN KEY (book_id, budget_line_id) REFERENCES accounting.budget_lines(book_id, budget_line_id);

ALTER TABLE ONLY projects.external_codes
    ADD CONSTRAINT external_codes_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.external_codes
    ADD CONSTRAINT external_codes_book_id_project_id_fkey FOREIGN KEY (book_id, project_id) REFERENCES projects.nodes(book_id, node_id);

ALTER TABLE ONLY projects.external_codes
    ADD CONSTRAINT external_codes_book_id_set_by_fkey FOREIGN KEY (book_id, set_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.failed_orders
    ADD CONSTRAINT failed_orders_book_id_document_id_round_line_no_fkey FOREIGN KEY (book_id, document_id, round, line_no) REFERENCES projects.payment_lines(book_id, document_id, round, line_no);

ALTER TABLE ONLY projects.file_uploads
    ADD CONSTRAINT file_uploads_book_id_person_id_fkey FOREIGN KEY (book_id, person_id) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.file_uploads
    ADD CONSTRAINT file_uploads_book_id_sha256_fkey FOREIGN KEY (book_id, sha256) REFERENCES projects.files(book_id, sha256);

ALTER TABLE ONLY projects.files
    ADD CONSTRAINT files_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.files
    ADD CONSTRAINT files_book_id_stored_by_fkey FOREIGN KEY (book_id, stored_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.final_accounts
    ADD CONSTRAINT final_accounts_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.final_accounts
    ADD CONSTRAINT final_accounts_book_id_node_id_fkey FOREIGN KEY (book_id, node_id) REFERENCES projects.nodes(book_id, node_id);

ALTER TABLE ONLY projects.flows
    ADD CONSTRAINT flows_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.funding_sources
    ADD CONSTRAINT funding_sources_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.imports
    ADD CONSTRAINT imports_book_id_file_sha256_fkey FOREIGN KEY (book_id, file_sha256) REFERENCES projects.files(book_id, sha256);

ALTER TABLE ONLY projects.imports
    ADD CONSTRAINT imports_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.imports
    ADD CONSTRAINT imports_book_id_imported_by_fkey FOREIGN KEY (book_id, imported_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.imports
    ADD CONSTRAINT imports_book_id_withdrawn_by_fkey FOREIGN KEY (book_id, withdrawn_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.injections
    ADD CONSTRAINT injections_book_id_injection_id_fkey FOREIGN KEY (book_id, injection_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.injections
    ADD CONSTRAINT injections_book_id_node_id_fkey FOREIGN KEY (book_id, node_id) REFERENCES projects.nodes(book_id, node_id);

ALTER TABLE ONLY projects.invoice_uses
    ADD CONSTRAINT invoice_uses_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.invoice_uses
    ADD CONSTRAINT invoice_uses_book_id_payee_id_code_number_fkey FOREIGN KEY (book_id, payee_id, code, number) REFERENCES projects.invoices(book_id, payee_id, code, number);

ALTER TABLE ONLY projects.invoices
    ADD CONSTRAINT invoices_book_id_payee_id_fkey FOREIGN KEY (book_id, payee_id) REFERENCES projects.payees(book_id, payee_id);

ALTER TABLE ONLY projects.item_reasons
    ADD CONSTRAINT item_reasons_book_id_given_by_fkey FOREIGN KEY (book_id, given_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.item_reasons
    ADD CONSTRAINT item_reasons_book_id_owner_id_fkey FOREIGN KEY (book_id, owner_id) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.line_vouchers
    ADD CONSTRAINT line_vouchers_book_id_document_id_round_line_no_fkey FOREIGN KEY (book_id, document_id, round, line_no) REFERENCES projects.payment_lines(book_id, document_id, round, line_no);

ALTER TABLE ONLY projects.list_profiles
    ADD CONSTRAINT list_profiles_book_id_changed_by_fkey FOREIGN KEY (book_id, changed_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.list_profiles
    ADD CONSTRAINT list_profiles_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.node_milestones
    ADD CONSTRAINT node_milestones_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.node_milestones
    ADD CONSTRAINT node_milestones_book_id_node_id_fkey FOREIGN KEY (book_id, node_id) REFERENCES projects.nodes(book_id, node_id);

ALTER TABLE ONLY projects.node_parties
    ADD CONSTRAINT node_parties_book_id_node_id_fkey FOREIGN KEY (book_id, node_id) REFERENCES projects.nodes(book_id, node_id);

ALTER TABLE ONLY projects.nodes
    ADD CONSTRAINT nodes_book_id_created_by_fkey FOREIGN KEY (book_id, created_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.nodes
    ADD CONSTRAINT nodes_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.nodes
    ADD CONSTRAINT nodes_book_id_parent_id_fkey FOREIGN KEY (book_id, parent_id) REFERENCES projects.nodes(book_id, node_id);

ALTER TABLE ONLY projects.notices
    ADD CONSTRAINT notices_book_id_decided_by_fkey FOREIGN KEY (book_id, decided_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.notices
    ADD CONSTRAINT notices_book_id_drafted_by_fkey FOREIGN KEY (book_id, drafted_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.notices
    ADD CONSTRAINT notices_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.bank_statements
    ADD CONSTRAINT opens_as_the_month_before_closed FOREIGN KEY (book_id, bank_account_id, month_before, opening) REFERENCES projects.bank_statements(book_id, bank_account_id, month, closing);

ALTER TABLE ONLY projects.outside_acts
    ADD CONSTRAINT outside_acts_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.outside_acts
    ADD CONSTRAINT outside_acts_book_id_entered_by_fkey FOREIGN KEY (book_id, entered_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.payee_accounts
    ADD CONSTRAINT payee_accounts_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.payee_accounts
    ADD CONSTRAINT payee_accounts_book_id_payee_id_fkey FOREIGN KEY (book_id, payee_id) REFERENCES projects.payees(book_id, payee_id);

ALTER TABLE ONLY projects.payees
    ADD CONSTRAINT payees_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.payees
    ADD CONSTRAINT payees_book_id_payee_id_fkey FOREIGN KEY (book_id, payee_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.payment_draws
    ADD CONSTRAINT payment_draws_book_id_budget_line_id_fkey FOREIGN KEY (book_id, budget_line_id) REFERENCES accounting.budget_lines(book_id, budget_line_id);

ALTER TABLE ONLY projects.payment_draws
    ADD CONSTRAINT payment_draws_book_id_document_id_round_line_no_fkey FOREIGN KEY (book_id, document_id, round, line_no) REFERENCES projects.payment_lines(book_id, document_id, round, line_no);

ALTER TABLE ONLY projects.payment_exports
    ADD CONSTRAINT payment_exports_book_id_exported_by_fkey FOREIGN KEY (book_id, exported_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.payment_exports
    ADD CONSTRAINT payment_exports_book_id_fkey FOREIGN KEY (book_id) REFERENCES accounting.books(book_id);

ALTER TABLE ONLY projects.payment_lines
    ADD CONSTRAINT payment_lines_book_id_document_id_round_fkey FOREIGN KEY (book_id, document_id, round) REFERENCES projects.payment_requests(book_id, document_id, round);

ALTER TABLE ONLY projects.payment_lines
    ADD CONSTRAINT payment_lines_book_id_failed_by_fkey FOREIGN KEY (book_id, failed_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.payment_lines
    ADD CONSTRAINT payment_lines_book_id_payee_id_account_number_fkey FOREIGN KEY (book_id, payee_id, account_number) REFERENCES projects.payee_accounts(book_id, payee_id, account_number);

ALTER TABLE ONLY projects.payment_requests
    ADD CONSTRAINT payment_requests_book_id_batch_id_fkey FOREIGN KEY (book_id, batch_id) REFERENCES accounting.subjects(book_id, subject_id);

ALTER TABLE ONLY projects.payment_requests
    ADD CONSTRAINT payment_requests_book_id_contract_id_fkey FOREIGN KEY (book_id, contract_id) REFERENCES projects.contracts(book_id, contract_id);

ALTER TABLE ONLY projects.payment_requests
    ADD CONSTRAINT payment_requests_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.plan_lines
    ADD CONSTRAINT plan_lines_book_id_node_id_fkey FOREIGN KEY (book_id, node_id) REFERENCES projects.nodes(book_id, node_id);

ALTER TABLE ONLY projects.progress_entries
    ADD CONSTRAINT progress_entries_book_id_filed_by_fkey FOREIGN KEY (book_id, filed_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.progress_entries
    ADD CONSTRAINT progress_entries_book_id_node_id_fkey FOREIGN KEY (book_id, node_id) REFERENCES projects.nodes(book_id, node_id);

ALTER TABLE ONLY projects.progress_entries
    ADD CONSTRAINT progress_entries_book_id_on_behalf_of_fkey FOREIGN KEY (book_id, on_behalf_of) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.progress_entries
    ADD CONSTRAINT progress_entries_book_id_unit_id_fkey FOREIGN KEY (book_id, unit_id) REFERENCES accounting.units(book_id, unit_id);

ALTER TABLE ONLY projects.receipts
    ADD CONSTRAINT receipts_book_id_checked_by_fkey FOREIGN KEY (book_id, checked_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.receipts
    ADD CONSTRAINT receipts_book_id_document_id_round_line_no_fkey FOREIGN KEY (book_id, document_id, round, line_no) REFERENCES projects.payment_lines(book_id, document_id, round, line_no);

ALTER TABLE ONLY projects.receipts
    ADD CONSTRAINT receipts_book_id_entered_by_fkey FOREIGN KEY (book_id, entered_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.reissues
    ADD CONSTRAINT reissues_book_id_document_id_round_line_no_fkey FOREIGN KEY (book_id, document_id, round, line_no) REFERENCES projects.payment_lines(book_id, document_id, round, line_no);

ALTER TABLE ONLY projects.reissues
    ADD CONSTRAINT reissues_book_id_entered_by_fkey FOREIGN KEY (book_id, entered_by) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.role_grants
    ADD CONSTRAINT role_grants_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.role_grants
    ADD CONSTRAINT role_grants_book_id_ended_by_fkey FOREIGN KEY (book_id, ended_by) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.role_grants
    ADD CONSTRAINT role_grants_book_id_person_id_fkey FOREIGN KEY (book_id, person_id) REFERENCES accounting.persons(book_id, person_id);

ALTER TABLE ONLY projects.role_grants
    ADD CONSTRAINT role_grants_book_id_unit_id_fkey FOREIGN KEY (book_id, unit_id) REFERENCES accounting.units(book_id, unit_id);

ALTER TABLE ONLY projects.settings
    ADD CONSTRAINT settings_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.settlements
    ADD CONSTRAINT settlements_book_id_contract_id_fkey FOREIGN KEY (book_id, contract_id) REFERENCES projects.contracts(book_id, contract_id);

ALTER TABLE ONLY projects.settlements
    ADD CONSTRAINT settlements_book_id_settlement_id_fkey FOREIGN KEY (book_id, settlement_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.subsidy_batches
    ADD CONSTRAINT subsidy_batches_book_id_batch_id_fkey FOREIGN KEY (book_id, batch_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.subsidy_batches
    ADD CONSTRAINT subsidy_batches_book_id_node_id_fkey FOREIGN KEY (book_id, node_id) REFERENCES projects.nodes(book_id, node_id);

ALTER TABLE ONLY projects.treasury_matches
    ADD CONSTRAINT treasury_matches_book_id_document_id_round_line_no_fkey FOREIGN KEY (book_id, document_id, round, line_no) REFERENCES projects.payment_lines(book_id, document_id, round, line_no);

ALTER TABLE ONLY projects.treasury_matches
    ADD CONSTRAINT treasury_matches_book_id_voucher_no_returned_fkey FOREIGN KEY (book_id, voucher_no, returned) REFERENCES projects.treasury_payments(book_id, voucher_no, returned);

ALTER TABLE ONLY projects.treasury_payments
    ADD CONSTRAINT treasury_payments_book_id_import_id_fkey FOREIGN KEY (book_id, import_id) REFERENCES projects.imports(book_id, import_id);

ALTER TABLE ONLY projects.village_records
    ADD CONSTRAINT village_records_book_id_document_id_fkey FOREIGN KEY (book_id, document_id) REFERENCES projects.documents(book_id, document_id);

ALTER TABLE ONLY projects.village_records
    ADD CONSTRAINT village_records_book_id_node_id_fkey FOREIGN KEY (book_id, node_id) REFERENCES projects.nodes(book_id, node_id);

CREATE POLICY auditor_reads ON accounting.lines FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON accounting.positions FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON accounting.turnover FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON accounting.vouchers FOR SELECT TO mingzhang_auditor USING (true);

ALTER TABLE accounting.lines ENABLE ROW LEVEL SECURITY;

ALTER TABLE accounting.positions ENABLE ROW LEVEL SECURITY;

ALTER TABLE accounting.turnover ENABLE ROW LEVEL SECURITY;

CREATE POLICY unit_reads ON accounting.lines FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (project_id IN ( SELECT projects.readable_projects() AS readable_projects))));

CREATE POLICY unit_reads ON accounting.positions FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (project_id IN ( SELECT projects.readable_projects() AS readable_projects))));

CREATE POLICY unit_reads ON accounting.turnover FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (project_id IN ( SELECT projects.readable_projects() AS readable_projects))));

CREATE POLICY unit_reads ON accounting.vouchers FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM accounting.lines l
  WHERE ((l.book_id = vouchers.book_id) AND (l.period = vouchers.period) AND (l.number = vouchers.number))))));

ALTER TABLE accounting.vouchers ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.acts ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.assets ENABLE ROW LEVEL SECURITY;

CREATE POLICY auditor_reads ON projects.acts FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.assets FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.bank_accounts FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.bank_lines FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.bank_matches FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.bank_statements FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.certificate_items FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.certificates FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.closing_sheets FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.contract_funding FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.contract_items FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.contracts FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.document_files FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.documents FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.duties FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.failed_orders FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.final_accounts FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.imports FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.injections FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.invoice_uses FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.item_reasons FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.line_vouchers FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.node_milestones FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.notices FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.outside_acts FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.payment_draws FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.payment_exports FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.payment_lines FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.payment_requests FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.progress_entries FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.receipts FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.reissues FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.settings FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.settlements FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.subsidy_batches FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.treasury_matches FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.treasury_payments FOR SELECT TO mingzhang_auditor USING (true);

CREATE POLICY auditor_reads ON projects.village_records FOR SELECT TO mingzhang_auditor USING (true);

ALTER TABLE projects.bank_accounts ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.bank_lines ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.bank_matches ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.bank_statements ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.certificate_items ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.certificates ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.closing_sheets ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.contract_funding ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.contract_items ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.contracts ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.document_files ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.documents ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.duties ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.failed_orders ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.final_accounts ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.imports ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.injections ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.invoice_uses ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.item_reasons ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.line_vouchers ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.node_milestones ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.notices ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.outside_acts ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.payment_draws ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.payment_exports ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.payment_lines ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.payment_requests ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.progress_entries ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.receipts ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.reissues ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.settings ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.settlements ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.subsidy_batches ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.treasury_matches ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects.treasury_payments ENABLE ROW LEVEL SECURITY;

CREATE POLICY unit_adds ON projects.imports FOR INSERT TO mingzhang_app WITH CHECK (true);

CREATE POLICY unit_reads ON projects.acts FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = acts.book_id) AND (p.document_id = acts.document_id))))));

CREATE POLICY unit_reads ON projects.assets FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (node_id IN ( SELECT projects.readable_nodes() AS readable_nodes))));

CREATE POLICY unit_reads ON projects.bank_accounts FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (unit_id = ( SELECT accounting.reader_unit() AS reader_unit))));

CREATE POLICY unit_reads ON projects.bank_lines FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.bank_accounts a
  WHERE ((a.book_id = bank_lines.book_id) AND (a.bank_account_id = bank_lines.bank_account_id))))));

CREATE POLICY unit_reads ON projects.bank_matches FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.bank_accounts a
  WHERE ((a.book_id = bank_matches.book_id) AND (a.bank_account_id = bank_matches.bank_account_id))))));

CREATE POLICY unit_reads ON projects.bank_statements FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.bank_accounts a
  WHERE ((a.book_id = bank_statements.book_id) AND (a.bank_account_id = bank_statements.bank_account_id))))));

CREATE POLICY unit_reads ON projects.certificate_items FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.contracts p
  WHERE ((p.book_id = certificate_items.book_id) AND (p.contract_id = certificate_items.contract_id))))));

CREATE POLICY unit_reads ON projects.certificates FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.contracts p
  WHERE ((p.book_id = certificates.book_id) AND (p.contract_id = certificates.contract_id))))));

CREATE POLICY unit_reads ON projects.closing_sheets FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.bank_accounts a
  WHERE ((a.book_id = closing_sheets.book_id) AND (a.number = closing_sheets.account))))));

CREATE POLICY unit_reads ON projects.contract_funding FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.contracts p
  WHERE ((p.book_id = contract_funding.book_id) AND (p.contract_id = contract_funding.contract_id))))));

CREATE POLICY unit_reads ON projects.contract_items FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.contracts p
  WHERE ((p.book_id = contract_items.book_id) AND (p.contract_id = contract_items.contract_id))))));

CREATE POLICY unit_reads ON projects.contracts FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = contracts.book_id) AND (p.document_id = contracts.contract_id))))));

CREATE POLICY unit_reads ON projects.document_files FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = document_files.book_id) AND (p.document_id = document_files.document_id))))));

CREATE POLICY unit_reads ON projects.documents FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (unit_id = ( SELECT accounting.reader_unit() AS reader_unit)) OR (node_id IN ( SELECT projects.readable_nodes() AS readable_nodes))));

CREATE POLICY unit_reads ON projects.duties FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = duties.book_id) AND (p.document_id = duties.document_id))))));

CREATE POLICY unit_reads ON projects.failed_orders FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents d
  WHERE ((d.book_id = failed_orders.book_id) AND (d.document_id = failed_orders.document_id))))));

CREATE POLICY unit_reads ON projects.final_accounts FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (node_id IN ( SELECT projects.readable_nodes() AS readable_nodes))));

CREATE POLICY unit_reads ON projects.imports FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM accounting.persons p
  WHERE ((p.book_id = imports.book_id) AND (p.person_id = imports.imported_by) AND (p.unit_id = ( SELECT accounting.reader_unit() AS reader_unit)))))));

CREATE POLICY unit_reads ON projects.injections FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = injections.book_id) AND (p.document_id = injections.injection_id))))));

CREATE POLICY unit_reads ON projects.invoice_uses FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = invoice_uses.book_id) AND (p.document_id = invoice_uses.document_id))))));

CREATE POLICY unit_reads ON projects.item_reasons FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM accounting.persons p
  WHERE ((p.book_id = item_reasons.book_id) AND (p.person_id = ANY (ARRAY[item_reasons.given_by, item_reasons.owner_id])) AND (p.unit_id = ( SELECT accounting.reader_unit() AS reader_unit)))))));

CREATE POLICY unit_reads ON projects.line_vouchers FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents d
  WHERE ((d.book_id = line_vouchers.book_id) AND (d.document_id = line_vouchers.document_id))))));

CREATE POLICY unit_reads ON projects.node_milestones FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (node_id IN ( SELECT projects.readable_nodes() AS readable_nodes))));

CREATE POLICY unit_reads ON projects.notices FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR ((state = 'issued'::text) AND ( SELECT (COALESCE(current_setting('mingzhang.reads'::text, true), ''::text) <> ''::text)))));

CREATE POLICY unit_reads ON projects.outside_acts FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = outside_acts.book_id) AND (p.document_id = outside_acts.document_id))))));

CREATE POLICY unit_reads ON projects.payment_draws FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = payment_draws.book_id) AND (p.document_id = payment_draws.document_id))))));

CREATE POLICY unit_reads ON projects.payment_exports FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM accounting.persons p
  WHERE ((p.book_id = payment_exports.book_id) AND (p.person_id = payment_exports.exported_by) AND (p.unit_id = ( SELECT accounting.reader_unit() AS reader_unit)))))));

CREATE POLICY unit_reads ON projects.payment_lines FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = payment_lines.book_id) AND (p.document_id = payment_lines.document_id))))));

CREATE POLICY unit_reads ON projects.payment_requests FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = payment_requests.book_id) AND (p.document_id = payment_requests.document_id))))));

CREATE POLICY unit_reads ON projects.progress_entries FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (node_id IN ( SELECT projects.readable_nodes() AS readable_nodes))));

CREATE POLICY unit_reads ON projects.receipts FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = receipts.book_id) AND (p.document_id = receipts.document_id))))));

CREATE POLICY unit_reads ON projects.reissues FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = reissues.book_id) AND (p.document_id = reissues.document_id))))));

CREATE POLICY unit_reads ON projects.settings FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = settings.book_id) AND (p.document_id = settings.document_id))))));

CREATE POLICY unit_reads ON projects.settlements FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.contracts p
  WHERE ((p.book_id = settlements.book_id) AND (p.contract_id = settlements.contract_id))))));

CREATE POLICY unit_reads ON projects.subsidy_batches FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = subsidy_batches.book_id) AND (p.document_id = subsidy_batches.batch_id))))));

CREATE POLICY unit_reads ON projects.treasury_matches FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents d
  WHERE ((d.book_id = treasury_matches.book_id) AND (d.document_id = treasury_matches.document_id))))));

CREATE POLICY unit_reads ON projects.treasury_payments FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.treasury_matches m
  WHERE ((m.book_id = treasury_payments.book_id) AND (m.voucher_no = treasury_payments.voucher_no) AND (m.returned = treasury_payments.returned))))));

CREATE POLICY unit_reads ON projects.village_records FOR SELECT TO mingzhang_app USING ((( SELECT (current_setting('mingzhang.reads'::text, true) = 'all'::text)) OR (EXISTS ( SELECT
   FROM projects.documents p
  WHERE ((p.book_id = village_records.book_id) AND (p.document_id = village_records.document_id))))));

ALTER TABLE projects.village_records ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA accounting TO mingzhang_app;
GRANT USAGE ON SCHEMA accounting TO mingzhang_auditor;

GRANT USAGE ON SCHEMA api TO mingzhang_app;
GRANT USAGE ON SCHEMA api TO mingzhang_auditor;

GRANT USAGE ON SCHEMA projects TO mingzhang_app;
GRANT USAGE ON SCHEMA projects TO mingzhang_auditor;

REVOKE ALL ON FUNCTION accounting.balance_fault(p_book bigint, p_account text[], p_mask integer[], p_project uuid[], p_budget_line uuid[], p_debit numeric[], p_credit numeric[], OUT code text, OUT detail text) FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.blockers(p_book bigint, p_period integer) FROM PUBLIC;
GRANT ALL ON FUNCTION accounting.blockers(p_book bigint, p_period integer) TO mingzhang_app;
GRANT ALL ON FUNCTION accounting.blockers(p_book bigint, p_period integer) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION accounting.check_special(p_book bigint, p_kind text, p_period integer, p_refers_period integer, p_refers_number integer, p_account text[], p_project uuid[], p_budget_line uuid[], p_subject uuid[], p_class text[], p_debit numeric[], p_credit numeric[], p_correction_follows boolean, p_reversal_before boolean, OUT code text, OUT detail text) FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.close_period(p_book bigint, p_period integer, p_proposal integer, p_by uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION accounting.close_period(p_book bigint, p_period integer, p_proposal integer, p_by uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION accounting.closed_by_two() FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.command_is_final() FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.field(value text) FROM PUBLIC;
GRANT ALL ON FUNCTION accounting.field(value text) TO mingzhang_app;
GRANT ALL ON FUNCTION accounting.field(value text) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION accounting.floor_detail(p_book bigint, p_account text, p_project uuid, p_budget_line uuid, p_subject uuid, p_balance numeric, p_asked numeric, OUT detail text, OUT facts jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.is_red(p_book bigint, p_period integer, p_number integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.journal_is_final() FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.judge_lines() FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.judge_positions() FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.judge_reversal(p_book bigint, p_period integer, p_number integer, p_refers_period integer, p_refers_number integer, p_corrected boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.judge_vouchers() FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.known_number(p_book bigint, p_period integer, p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION accounting.known_number(p_book bigint, p_period integer, p_at timestamp with time zone) TO mingzhang_app;
GRANT ALL ON FUNCTION accounting.known_number(p_book bigint, p_period integer, p_at timestamp with time zone) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION accounting.line_detail(p_book bigint, p_code text, p_line integer, p_account text, p_project uuid, p_budget_line uuid, p_subject uuid, p_period integer, p_debit numeric, p_credit numeric) FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.open_year(p_book bigint, p_year integer) FROM PUBLIC;
GRANT ALL ON FUNCTION accounting.open_year(p_book bigint, p_year integer) TO mingzhang_app;

REVOKE ALL ON FUNCTION accounting.padded(n bigint, digits integer) FROM PUBLIC;
GRANT ALL ON FUNCTION accounting.padded(n bigint, digits integer) TO mingzhang_app;
GRANT ALL ON FUNCTION accounting.padded(n bigint, digits integer) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION accounting.period_moves_forward() FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.post(p_book bigint, p_key text[], p_name text[], p_hash bytea[], p_target uuid[], p_date date[], p_period integer[], p_kind text[], p_source text[], p_document uuid[], p_memo text[], p_document_hashes bytea[], p_prepared uuid[], p_reviewed uuid[], p_posted uuid[], p_attachments integer[], p_refers_period integer[], p_refers_number integer[], p_line_count integer[], p_voucher integer[], p_line_no integer[], p_account text[], p_project uuid[], p_budget_line uuid[], p_subject uuid[], p_subject_kind integer[], p_subject_code text[], p_class text[], p_debit numeric[], p_credit numeric[]) FROM PUBLIC;
GRANT ALL ON FUNCTION accounting.post(p_book bigint, p_key text[], p_name text[], p_hash bytea[], p_target uuid[], p_date date[], p_period integer[], p_kind text[], p_source text[], p_document uuid[], p_memo text[], p_document_hashes bytea[], p_prepared uuid[], p_reviewed uuid[], p_posted uuid[], p_attachments integer[], p_refers_period integer[], p_refers_number integer[], p_line_count integer[], p_voucher integer[], p_line_no integer[], p_account text[], p_project uuid[], p_budget_line uuid[], p_subject uuid[], p_subject_kind integer[], p_subject_code text[], p_class text[], p_debit numeric[], p_credit numeric[]) TO mingzhang_app;

REVOKE ALL ON FUNCTION accounting.proposal_keeps() FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.propose_close(p_book bigint, p_period integer, p_shown integer, p_by uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION accounting.propose_close(p_book bigint, p_period integer, p_shown integer, p_by uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION accounting.reader_unit() FROM PUBLIC;
GRANT ALL ON FUNCTION accounting.reader_unit() TO mingzhang_app;

REVOKE ALL ON FUNCTION accounting.registry_grows() FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.registry_keeps() FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.settle(p_book bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION accounting.settle(p_book bigint) TO mingzhang_app;

GRANT SELECT ON TABLE accounting.close_proposals TO mingzhang_app;
GRANT SELECT ON TABLE accounting.close_proposals TO mingzhang_auditor;

REVOKE ALL ON FUNCTION accounting.standing_proposal(p_book bigint, p_period integer, p_proposal integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.tree_root(p_leaves bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION accounting.tree_root(p_leaves bytea[]) TO mingzhang_app;
GRANT ALL ON FUNCTION accounting.tree_root(p_leaves bytea[]) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION accounting.voucher_detail(p_book bigint, p_code text, p_key text, p_date date, p_period integer, p_source text, p_prepared uuid, p_reviewed uuid, p_line_count integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION accounting.withdraw_close(p_book bigint, p_period integer, p_proposal integer, p_because text, p_by uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION accounting.withdraw_close(p_book bigint, p_period integer, p_proposal integer, p_because text, p_by uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION api.account_keeps() FROM PUBLIC;

REVOKE ALL ON FUNCTION api.carry_out_account(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION api.carry_out_account(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION api.change_password(in_book bigint, name text, old_hash text, new_hash text, but_session bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION api.change_password(in_book bigint, name text, old_hash text, new_hash text, but_session bytea) TO mingzhang_app;

REVOKE ALL ON FUNCTION api.disable_account(in_book bigint, name text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.disable_account(in_book bigint, name text) TO mingzhang_app;

REVOKE ALL ON FUNCTION api.locked_until(in_book bigint, name text, from_address text, moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION api.locked_until(in_book bigint, name text, from_address text, moment timestamp with time zone) TO mingzhang_app;

REVOKE ALL ON FUNCTION api.one_time_code_keeps() FROM PUBLIC;

REVOKE ALL ON FUNCTION api.open_account(in_book bigint, person uuid, name text, hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.open_account(in_book bigint, person uuid, name text, hash text) TO mingzhang_app;

REVOKE ALL ON FUNCTION api.open_demonstration_accounts(in_book bigint, hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.open_demonstration_accounts(in_book bigint, hash text) TO mingzhang_app;

REVOKE ALL ON FUNCTION api.start_password(in_book bigint, document uuid, approver uuid, hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.start_password(in_book bigint, document uuid, approver uuid, hash text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.act(in_book bigint, document uuid, by_verb text, person uuid, in_unit uuid, as_role text, behalf uuid, shown_hash bytea, because text, outside uuid, OUT old_state text, OUT new_state text, OUT ordinal integer, OUT complete boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.act(in_book bigint, document uuid, by_verb text, person uuid, in_unit uuid, as_role text, behalf uuid, shown_hash bytea, because text, outside uuid, OUT old_state text, OUT new_state text, OUT ordinal integer, OUT complete boolean) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.add_bank_statement(in_book bigint, in_account uuid, of_month integer, by_import uuid, opens numeric, said jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.add_bank_statement(in_book bigint, in_account uuid, of_month integer, by_import uuid, opens numeric, said jsonb) TO mingzhang_app;

GRANT SELECT ON TABLE projects.contracts TO mingzhang_app;
GRANT SELECT ON TABLE projects.contracts TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.add_certificate(c projects.contracts, document uuid, day date, k jsonb, settles boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.add_milestone(in_book bigint, in_node uuid, reached text, on_day date, document uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.approve_reissue(in_book bigint, document uuid, line integer, year integer, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.approve_reissue(in_book bigint, document uuid, line integer, year integer, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.approvers_needed(in_book bigint, of_amount numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.approvers_needed(in_book bigint, of_amount numeric) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.approvers_needed(in_book bigint, of_amount numeric) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.asset_keeps() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.bank_balances(in_book bigint, in_account uuid, of_month integer, OUT ledger numeric, OUT statement numeric, OUT beginning numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.bank_balances(in_book bigint, in_account uuid, of_month integer, OUT ledger numeric, OUT statement numeric, OUT beginning numeric) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.bank_balances(in_book bigint, in_account uuid, of_month integer, OUT ledger numeric, OUT statement numeric, OUT beginning numeric) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.bank_begins(in_book bigint, in_account uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.bank_begins(in_book bigint, in_account uuid) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.bank_begins(in_book bigint, in_account uuid) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.bank_blockers(in_book bigint, of_month integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.bank_ledger(in_book bigint, in_account uuid, until integer) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.bank_ledger(in_book bigint, in_account uuid, until integer) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.bank_ledger(in_book bigint, in_account uuid, until integer) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.bank_open_items(in_book bigint, in_account uuid, of_month integer) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.bank_open_items(in_book bigint, in_account uuid, of_month integer) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.bank_open_items(in_book bigint, in_account uuid, of_month integer) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.batch_room(in_book bigint, in_node uuid, in_batch uuid, OUT owed numeric, OUT held numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.batch_room(in_book bigint, in_node uuid, in_batch uuid, OUT owed numeric, OUT held numeric) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.batch_room(in_book bigint, in_node uuid, in_batch uuid, OUT owed numeric, OUT held numeric) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.cancel_line(in_book bigint, document uuid, line integer, person uuid, in_unit uuid, as_role text, OUT of_round integer) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.cancel_line(in_book bigint, document uuid, line integer, person uuid, in_unit uuid, as_role text, OUT of_round integer) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.carry_attachments() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.carry_file(in_book bigint, document uuid, hash bytea) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.carry_paper() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.certify_contract(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.certify_contract(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.change_contract(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.change_contract(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.check_completion(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.check_completion(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.check_final_account(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.check_final_account(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.close_blockers(in_book bigint, in_period integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.concerns(in_book bigint, of_node uuid, of_unit uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.concerns(in_book bigint, of_node uuid, of_unit uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.conclude_contract(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.conclude_contract(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.confirm_line(in_book bigint, document uuid, line integer, person uuid, in_unit uuid, as_role text, OUT bank_day date, OUT maker uuid, OUT of_round integer) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.confirm_line(in_book bigint, document uuid, line integer, person uuid, in_unit uuid, as_role text, OUT bank_day date, OUT maker uuid, OUT of_round integer) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.contract_of(in_book bigint, content jsonb, any_of text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.document_keeps() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.draft(in_book bigint, document uuid, of_kind text, prefix text, year integer, of_unit uuid, of_node uuid, by_flow text, of_amount numeric, of_content text, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.draft(in_book bigint, document uuid, of_kind text, prefix text, year integer, of_unit uuid, of_node uuid, by_flow text, of_amount numeric, of_content text, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.draft_notice(in_book bigint, id uuid, of_month integer, on_day date, said text, person uuid, in_unit uuid, as_role text, behalf uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.draft_notice(in_book bigint, id uuid, of_month integer, on_day date, said text, person uuid, in_unit uuid, as_role text, behalf uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.end_bank_match(in_book bigint, in_account uuid, of_month integer, of_line integer, why text, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.end_bank_match(in_book bigint, in_account uuid, of_month integer, of_line integer, why text, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.enter_outside_act(in_book bigint, id uuid, document uuid, by_verb text, shown_hash bytea, of_name text, of_office text, on_day date, paper bytea, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.enter_outside_act(in_book bigint, id uuid, document uuid, by_verb text, shown_hash bytea, of_name text, of_office text, on_day date, paper bytea, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.enter_receipt(in_book bigint, document uuid, line integer, on_date date, serial text, paper bytea, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.enter_receipt(in_book bigint, document uuid, line integer, on_date date, serial text, paper bytea, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.enter_receipt_by_list(in_book bigint, of_import uuid, of_voucher text, person uuid, in_unit uuid, as_role text, OUT document uuid, OUT line integer) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.enter_receipt_by_list(in_book bigint, of_import uuid, of_voucher text, person uuid, in_unit uuid, as_role text, OUT document uuid, OUT line integer) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.enter_reissue(in_book bigint, document uuid, line integer, to_account text, because text, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.enter_reissue(in_book bigint, document uuid, line integer, to_account text, because text, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.estimate_use(in_book bigint, node uuid, OUT estimate numeric, OUT contracted numeric, OUT beside numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.estimate_use(in_book bigint, node uuid, OUT estimate numeric, OUT contracted numeric, OUT beside numeric) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.estimate_use(in_book bigint, node uuid, OUT estimate numeric, OUT contracted numeric, OUT beside numeric) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.executed(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.executed(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.executed(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.explain_bank_item(in_book bigint, in_account uuid, of_month integer, item uuid, because text, owner uuid, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.explain_bank_item(in_book bigint, in_account uuid, of_month integer, item uuid, because text, owner uuid, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.explain_item(in_book bigint, item uuid, because text, owner uuid, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.explain_item(in_book bigint, item uuid, because text, owner uuid, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.fail_line(in_book bigint, document uuid, line integer, because text, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.fail_line(in_book bigint, document uuid, line integer, because text, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.fen(amount numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.fen(amount numeric) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.fen(amount numeric) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.file_progress(in_book bigint, node uuid, of_month integer, of_percent numeric, of_problems text, of_measures text, because text, on_day date, person uuid, in_unit uuid, as_role text, behalf uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.file_progress(in_book bigint, node uuid, of_month integer, of_percent numeric, of_problems text, of_measures text, because text, on_day date, person uuid, in_unit uuid, as_role text, behalf uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.first_roles(in_book bigint, persons uuid[], units uuid[], roles text[], from_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.first_roles(in_book bigint, persons uuid[], units uuid[], roles text[], from_day date) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.follow(in_book bigint, document uuid, by_verb text, person uuid, in_unit uuid, as_role text) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.free_excess(in_book bigint, document uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.free_invoices(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.free_invoices(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.fund_contract(in_book bigint, contract uuid, document uuid, draws jsonb, sign integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.give_back_request(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.give_back_request(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.goes_with_its_list() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.grant_role(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.grant_role(in_book bigint, document uuid) TO mingzhang_app;

GRANT SELECT ON TABLE projects.documents TO mingzhang_app;
GRANT SELECT ON TABLE projects.documents TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.granted(in_book bigint, document uuid, of_kind text, for_person text) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.hand_over(in_book bigint, document uuid, ids uuid[], on_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.hand_over(in_book bigint, document uuid, ids uuid[], on_day date) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.holds(in_book bigint, person uuid, in_unit uuid, as_role text, behalf uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.holds(in_book bigint, person uuid, in_unit uuid, as_role text, behalf uuid) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.holds(in_book bigint, person uuid, in_unit uuid, as_role text, behalf uuid) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.is_left_to_admin(in_book bigint, of_kind text, of_duty text, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.is_left_to_admin(in_book bigint, of_kind text, of_duty text, as_role text) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.is_left_to_admin(in_book bigint, of_kind text, of_duty text, as_role text) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.issue_notice(in_book bigint, id uuid, shown bytea, person uuid, in_unit uuid, as_role text, behalf uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.issue_notice(in_book bigint, id uuid, shown bytea, person uuid, in_unit uuid, as_role text, behalf uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.judge_acts() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.judge_bank_match() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.judge_beside_events() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.judge_draw() FROM PUBLIC;

GRANT SELECT ON TABLE accounting.vouchers TO mingzhang_app;
GRANT SELECT ON TABLE accounting.vouchers TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.judge_manual_voucher(v accounting.vouchers) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.judge_notice() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.judge_progress() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.judge_red_voucher(red accounting.vouchers, right_period integer, right_number integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.judge_request() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.judge_roles() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.keep_cash_plan(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.keep_cash_plan(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.keep_closing_sheet(in_book bigint, in_period integer, of_kind text, of_account text, said text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.keep_closing_sheet(in_book bigint, in_period integer, of_kind text, of_account text, said text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.keep_file(in_book bigint, hash bytea, of_size bigint, of_type text, of_name text, person uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.keep_file(in_book bigint, hash bytea, of_size bigint, of_type text, of_name text, person uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.keep_injection(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.keep_injection(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.keep_line_voucher(in_book bigint, document uuid, line integer, in_period integer, of_number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.keep_line_voucher(in_book bigint, document uuid, line integer, in_period integer, of_number integer) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.keep_treasury_payments(in_book bigint, of_import uuid, list_rows jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.keep_treasury_payments(in_book bigint, of_import uuid, list_rows jsonb) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.keep_village_record(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.keep_village_record(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.last_day(k jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.leads(for_book bigint, for_node uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.leads(for_book bigint, for_node uuid) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.leads(for_book bigint, for_node uuid) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.lend_role(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.lend_role(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.light_points(in_book bigint, OUT yellow numeric, OUT red numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.light_points(in_book bigint, OUT yellow numeric, OUT red numeric) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.light_points(in_book bigint, OUT yellow numeric, OUT red numeric) TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.payment_lines TO mingzhang_app;
GRANT SELECT ON TABLE projects.payment_lines TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.line_of(in_book bigint, document uuid, line integer, wanted text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.lock_batch(in_book bigint, document uuid, on_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.lock_batch(in_book bigint, document uuid, on_day date) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.lock_contract(in_book bigint, contract uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.lock_contract(in_book bigint, contract uuid) TO mingzhang_app;

GRANT SELECT,INSERT ON TABLE accounting.accounts TO mingzhang_app;
GRANT SELECT ON TABLE accounting.accounts TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.manual_ban(a accounting.accounts) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.manual_ban(a accounting.accounts) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.manual_ban(a accounting.accounts) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.match_bank_items(in_book bigint, in_account uuid, bank_item uuid, our_item uuid, why text, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.match_bank_items(in_book bigint, in_account uuid, bank_item uuid, our_item uuid, why text, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.match_bank_lines(in_book bigint, in_account uuid, person uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.match_bank_lines(in_book bigint, in_account uuid, person uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.match_treasury(in_book bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.match_treasury(in_book bigint) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.minimum_persons(in_book bigint, of_flow text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.minimum_persons(in_book bigint, of_flow text) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.minimum_persons(in_book bigint, of_flow text) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.move_on_contract(in_book bigint, contract uuid, money text, act text, amount numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.move_on_contract(in_book bigint, contract uuid, money text, act text, amount numeric) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.next_bank_match(in_book bigint, in_account uuid, of_month integer, of_line integer, in_period integer, in_number integer, in_voucher_line integer, OUT ordinal integer, OUT counts_from integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.next_number(in_book bigint, of_prefix text, of_year integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.nodes_led() FROM PUBLIC;
GRANT ALL ON FUNCTION projects.nodes_led() TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.note_export(in_book bigint, file bytea, of_state text, of_format text, rows_in integer, total_of numeric, person uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.note_export(in_book bigint, file bytea, of_state text, of_format text, rows_in integer, total_of numeric, person uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.note_failed_order() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.open_contract(in_book bigint, document uuid, place integer, contract uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.open_contract(in_book bigint, document uuid, place integer, contract uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.open_items(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.open_items(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.open_items(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.order_lines(in_book bigint, document uuid, year integer) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.order_lines(in_book bigint, document uuid, year integer) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.oversees(as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.oversees(as_role text) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.oversees(as_role text) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.party_unit() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.payable_formula(c projects.contracts) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.payable_formula(c projects.contracts) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.payable_formula(c projects.contracts) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.payee_wait_hours(in_book bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.payee_wait_hours(in_book bigint) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.payee_wait_hours(in_book bigint) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.person_called(in_book bigint, by_code text) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.plain_name(name text) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.plain_number(document_no text) FROM PUBLIC;

GRANT SELECT,INSERT ON TABLE projects.plan_lines TO mingzhang_app;
GRANT SELECT ON TABLE projects.plan_lines TO mingzhang_auditor;

GRANT UPDATE(quantity) ON TABLE projects.plan_lines TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.planned(line projects.plan_lines) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.planned(line projects.plan_lines) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.planned(line projects.plan_lines) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.progress_due_day(in_book bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.progress_due_day(in_book bigint) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.progress_due_day(in_book bigint) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.project_figures(in_book bigint, in_node uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.project_figures(in_book bigint, in_node uuid) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.project_figures(in_book bigint, in_node uuid) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.public_progress(in_book bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.public_progress(in_book bigint) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.public_progress(in_book bigint) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.published_progress() FROM PUBLIC;
GRANT ALL ON FUNCTION projects.published_progress() TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.put_in_effect(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.put_in_effect(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.reach_milestone(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.reach_milestone(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.reaches(d projects.documents, as_role text, in_unit uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.reaches(d projects.documents, as_role text, in_unit uuid) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.reaches(d projects.documents, as_role text, in_unit uuid) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.readable_nodes() FROM PUBLIC;
GRANT ALL ON FUNCTION projects.readable_nodes() TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.readable_projects() FROM PUBLIC;
GRANT ALL ON FUNCTION projects.readable_projects() TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.record_departure(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.record_departure(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.record_final_account(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.record_final_account(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.register_bank_account(in_book bigint, id uuid, of_number text, of_bank text, of_account text, of_unit uuid, of_node uuid, person uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.register_bank_account(in_book bigint, id uuid, of_number text, of_bank text, of_account text, of_unit uuid, of_node uuid, person uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.register_behind(in_book bigint, in_period integer, in_number integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.register_invoice(in_book bigint, payee uuid, of_code text, of_number text, on_day date, of_amount numeric) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.register_payee(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.register_payee(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.register_red_invoice(in_book bigint, of_payee text, of_code text, of_number text, on_day date, of_amount numeric, red_code text, red_number text, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.register_red_invoice(in_book bigint, of_payee text, of_code text, of_number text, on_day date, of_amount numeric, red_code text, red_number text, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.registered(in_book bigint, in_node uuid, in_account text, OUT register numeric, OUT books numeric) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.require_batch(in_book bigint, in_node uuid, in_batch uuid, code text, asked numeric) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.require_certified(in_book bigint, in_node uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.require_desk(in_book bigint, document uuid, person uuid, in_unit uuid, as_role text, roles text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.require_document(in_book bigint, document uuid, person uuid, in_unit uuid, as_role text, behalf uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.require_estimate(in_book bigint, node uuid, number text, added numeric, approved_by text) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.require_payable(d projects.documents) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.require_usable(in_book bigint, payee uuid, account text) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.reserve_request(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.reserve_request(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.return_on_line(in_book bigint, document uuid, refund uuid, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.return_on_line(in_book bigint, document uuid, refund uuid, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.revise(in_book bigint, document uuid, of_node uuid, by_flow text, of_amount numeric, of_content text, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.revise(in_book bigint, document uuid, of_node uuid, by_flow text, of_amount numeric, of_content text, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.roles_held(in_book bigint, person uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.roles_held(in_book bigint, person uuid) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.roles_held(in_book bigint, person uuid) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.second_factor_roles(in_book bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.second_factor_roles(in_book bigint) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.second_factor_roles(in_book bigint) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.settle_assets(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.settle_assets(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.settle_contract(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.settle_contract(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.signed(in_book bigint, document uuid, of_kind text, in_state text) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.sort_of_role(role text) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.stated_figures(k jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.steps() FROM PUBLIC;
GRANT ALL ON FUNCTION projects.steps() TO mingzhang_app;
GRANT ALL ON FUNCTION projects.steps() TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.terminate_contract(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.terminate_contract(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.treasury_blockers(in_book bigint, in_period integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.treasury_lists_required(in_book bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.treasury_lists_required(in_book bigint) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.treasury_lists_required(in_book bigint) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.treasury_rows(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.treasury_rows(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.treasury_rows(in_book bigint, from_month integer, to_month integer, known timestamp with time zone) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.undelivered(in_book bigint, in_node uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.undelivered(in_book bigint, in_node uuid) TO mingzhang_app;
GRANT ALL ON FUNCTION projects.undelivered(in_book bigint, in_node uuid) TO mingzhang_auditor;

REVOKE ALL ON FUNCTION projects.unit_party() FROM PUBLIC;

REVOKE ALL ON FUNCTION projects.use_budget_number(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.use_budget_number(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.use_invoices(in_book bigint, document uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.use_invoices(in_book bigint, document uuid) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.withdraw_list(in_book bigint, of_import uuid, why text, person uuid, in_unit uuid, as_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION projects.withdraw_list(in_book bigint, of_import uuid, why text, person uuid, in_unit uuid, as_role text) TO mingzhang_app;

REVOKE ALL ON FUNCTION projects.writes(d projects.documents, person uuid) FROM PUBLIC;

GRANT SELECT,INSERT ON TABLE accounting.books TO mingzhang_app;
GRANT SELECT ON TABLE accounting.books TO mingzhang_auditor;

GRANT UPDATE(name) ON TABLE accounting.books TO mingzhang_app;

GRANT SELECT,INSERT ON TABLE accounting.budget_lines TO mingzhang_app;
GRANT SELECT ON TABLE accounting.budget_lines TO mingzhang_auditor;

GRANT SELECT,INSERT ON TABLE accounting.commands TO mingzhang_app;
GRANT SELECT ON TABLE accounting.commands TO mingzhang_auditor;

GRANT UPDATE(answer) ON TABLE accounting.commands TO mingzhang_app;

GRANT SELECT,INSERT ON TABLE accounting.ledgers TO mingzhang_app;
GRANT SELECT ON TABLE accounting.ledgers TO mingzhang_auditor;

GRANT SELECT ON TABLE accounting.lines TO mingzhang_app;
GRANT SELECT ON TABLE accounting.lines TO mingzhang_auditor;

GRANT SELECT ON TABLE accounting.periods TO mingzhang_app;
GRANT SELECT ON TABLE accounting.periods TO mingzhang_auditor;

GRANT SELECT,INSERT ON TABLE accounting.persons TO mingzhang_app;
GRANT SELECT ON TABLE accounting.persons TO mingzhang_auditor;

GRANT UPDATE(name) ON TABLE accounting.persons TO mingzhang_app;

GRANT SELECT ON TABLE accounting.positions TO mingzhang_app;
GRANT SELECT ON TABLE accounting.positions TO mingzhang_auditor;

GRANT SELECT,INSERT ON TABLE accounting.refusals TO mingzhang_app;
GRANT SELECT ON TABLE accounting.refusals TO mingzhang_auditor;

GRANT SELECT ON TABLE accounting.reversals TO mingzhang_app;
GRANT SELECT ON TABLE accounting.reversals TO mingzhang_auditor;

GRANT SELECT ON TABLE accounting.subjects TO mingzhang_app;
GRANT SELECT ON TABLE accounting.subjects TO mingzhang_auditor;

GRANT SELECT ON TABLE accounting.turnover TO mingzhang_app;
GRANT SELECT ON TABLE accounting.turnover TO mingzhang_auditor;

GRANT SELECT,INSERT ON TABLE accounting.units TO mingzhang_app;
GRANT SELECT ON TABLE accounting.units TO mingzhang_auditor;

GRANT UPDATE(name) ON TABLE accounting.units TO mingzhang_app;

GRANT SELECT,INSERT ON TABLE accounting.verifications TO mingzhang_app;
GRANT SELECT ON TABLE accounting.verifications TO mingzhang_auditor;

GRANT SELECT(book_id) ON TABLE api.account_documents TO mingzhang_app;

GRANT SELECT(document_id) ON TABLE api.account_documents TO mingzhang_app;

GRANT SELECT(account) ON TABLE api.account_documents TO mingzhang_app;

GRANT SELECT(start_password_at) ON TABLE api.account_documents TO mingzhang_app;

GRANT SELECT ON TABLE api.accounts TO mingzhang_app;

GRANT SELECT,INSERT ON TABLE api.backups TO mingzhang_app;
GRANT SELECT ON TABLE api.backups TO mingzhang_auditor;

GRANT SELECT,INSERT ON TABLE api.one_time_codes TO mingzhang_app;

GRANT UPDATE(used_at) ON TABLE api.one_time_codes TO mingzhang_app;

GRANT SELECT,INSERT ON TABLE api.second_factors TO mingzhang_app;

GRANT UPDATE(secret) ON TABLE api.second_factors TO mingzhang_app;

GRANT UPDATE(waiting_secret) ON TABLE api.second_factors TO mingzhang_app;

GRANT UPDATE(last_step) ON TABLE api.second_factors TO mingzhang_app;

GRANT UPDATE(code_set) ON TABLE api.second_factors TO mingzhang_app;

GRANT SELECT,DELETE ON TABLE api.sessions TO mingzhang_app;

GRANT INSERT(book_id) ON TABLE api.sessions TO mingzhang_app;

GRANT INSERT(session_hash),UPDATE(session_hash) ON TABLE api.sessions TO mingzhang_app;

GRANT INSERT(account) ON TABLE api.sessions TO mingzhang_app;

GRANT UPDATE(unit_id) ON TABLE api.sessions TO mingzhang_app;

GRANT UPDATE(role) ON TABLE api.sessions TO mingzhang_app;

GRANT UPDATE(on_behalf_of) ON TABLE api.sessions TO mingzhang_app;

GRANT INSERT(second_factor),UPDATE(second_factor) ON TABLE api.sessions TO mingzhang_app;

GRANT INSERT(address) ON TABLE api.sessions TO mingzhang_app;

GRANT UPDATE(seen_at) ON TABLE api.sessions TO mingzhang_app;

GRANT SELECT ON TABLE api.sign_ins TO mingzhang_app;

GRANT INSERT(book_id) ON TABLE api.sign_ins TO mingzhang_app;

GRANT INSERT(sign_in_id) ON TABLE api.sign_ins TO mingzhang_app;

GRANT INSERT(account) ON TABLE api.sign_ins TO mingzhang_app;

GRANT INSERT(address) ON TABLE api.sign_ins TO mingzhang_app;

GRANT INSERT(outcome) ON TABLE api.sign_ins TO mingzhang_app;

GRANT SELECT,INSERT ON TABLE api.tokens TO mingzhang_app;

GRANT UPDATE(revoked_at) ON TABLE api.tokens TO mingzhang_app;

GRANT SELECT ON TABLE projects.acts TO mingzhang_app;
GRANT SELECT ON TABLE projects.acts TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.approval_bands TO mingzhang_app;
GRANT SELECT ON TABLE projects.approval_bands TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.assets TO mingzhang_app;
GRANT SELECT ON TABLE projects.assets TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.bank_accounts TO mingzhang_app;
GRANT SELECT ON TABLE projects.bank_accounts TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.bank_lines TO mingzhang_app;
GRANT SELECT ON TABLE projects.bank_lines TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.bank_matches TO mingzhang_app;
GRANT SELECT ON TABLE projects.bank_matches TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.bank_statements TO mingzhang_app;
GRANT SELECT ON TABLE projects.bank_statements TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.budget_numbers TO mingzhang_app;
GRANT SELECT ON TABLE projects.budget_numbers TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.cash_plans TO mingzhang_app;
GRANT SELECT ON TABLE projects.cash_plans TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.certificate_items TO mingzhang_app;
GRANT SELECT ON TABLE projects.certificate_items TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.certificates TO mingzhang_app;
GRANT SELECT ON TABLE projects.certificates TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.closing_sheets TO mingzhang_app;
GRANT SELECT ON TABLE projects.closing_sheets TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.contract_funding TO mingzhang_app;
GRANT SELECT ON TABLE projects.contract_funding TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.contract_items TO mingzhang_app;
GRANT SELECT ON TABLE projects.contract_items TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.delegations TO mingzhang_app;
GRANT SELECT ON TABLE projects.delegations TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.departures TO mingzhang_app;
GRANT SELECT ON TABLE projects.departures TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.document_files TO mingzhang_app;
GRANT SELECT ON TABLE projects.document_files TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.duties TO mingzhang_app;
GRANT SELECT ON TABLE projects.duties TO mingzhang_auditor;

GRANT SELECT,INSERT ON TABLE projects.external_codes TO mingzhang_app;
GRANT SELECT ON TABLE projects.external_codes TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.failed_orders TO mingzhang_app;
GRANT SELECT ON TABLE projects.failed_orders TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.file_uploads TO mingzhang_app;
GRANT SELECT ON TABLE projects.file_uploads TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.files TO mingzhang_app;
GRANT SELECT ON TABLE projects.files TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.final_accounts TO mingzhang_app;
GRANT SELECT ON TABLE projects.final_accounts TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.flows TO mingzhang_app;
GRANT SELECT ON TABLE projects.flows TO mingzhang_auditor;

GRANT SELECT,INSERT ON TABLE projects.funding_sources TO mingzhang_app;
GRANT SELECT ON TABLE projects.funding_sources TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.imports TO mingzhang_app;
GRANT SELECT ON TABLE projects.imports TO mingzhang_auditor;

GRANT INSERT(book_id) ON TABLE projects.imports TO mingzhang_app;

GRANT INSERT(import_id) ON TABLE projects.imports TO mingzhang_app;

GRANT INSERT(kind) ON TABLE projects.imports TO mingzhang_app;

GRANT INSERT(source) ON TABLE projects.imports TO mingzhang_app;

GRANT INSERT(file_sha256) ON TABLE projects.imports TO mingzhang_app;

GRANT INSERT(month) ON TABLE projects.imports TO mingzhang_app;

GRANT INSERT(row_count) ON TABLE projects.imports TO mingzhang_app;

GRANT INSERT(added) ON TABLE projects.imports TO mingzhang_app;

GRANT INSERT(total) ON TABLE projects.imports TO mingzhang_app;

GRANT INSERT(imported_by) ON TABLE projects.imports TO mingzhang_app;

GRANT INSERT(imported_at) ON TABLE projects.imports TO mingzhang_app;

GRANT INSERT(covers) ON TABLE projects.imports TO mingzhang_app;

GRANT SELECT ON TABLE projects.injections TO mingzhang_app;
GRANT SELECT ON TABLE projects.injections TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.invoice_uses TO mingzhang_app;
GRANT SELECT ON TABLE projects.invoice_uses TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.invoices TO mingzhang_app;
GRANT SELECT ON TABLE projects.invoices TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.item_reasons TO mingzhang_app;
GRANT SELECT ON TABLE projects.item_reasons TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.line_vouchers TO mingzhang_app;
GRANT SELECT ON TABLE projects.line_vouchers TO mingzhang_auditor;

GRANT SELECT,INSERT ON TABLE projects.list_profiles TO mingzhang_app;
GRANT SELECT ON TABLE projects.list_profiles TO mingzhang_auditor;

GRANT UPDATE(profile) ON TABLE projects.list_profiles TO mingzhang_app;

GRANT UPDATE(changed_by) ON TABLE projects.list_profiles TO mingzhang_app;

GRANT UPDATE(changed_at) ON TABLE projects.list_profiles TO mingzhang_app;

GRANT SELECT ON TABLE projects.node_milestones TO mingzhang_app;
GRANT SELECT ON TABLE projects.node_milestones TO mingzhang_auditor;

GRANT SELECT,INSERT ON TABLE projects.node_parties TO mingzhang_app;
GRANT SELECT ON TABLE projects.node_parties TO mingzhang_auditor;

GRANT UPDATE(name) ON TABLE projects.node_parties TO mingzhang_app;

GRANT UPDATE(valid) ON TABLE projects.node_parties TO mingzhang_app;

GRANT SELECT,INSERT ON TABLE projects.nodes TO mingzhang_app;
GRANT SELECT ON TABLE projects.nodes TO mingzhang_auditor;

GRANT UPDATE(name_zh) ON TABLE projects.nodes TO mingzhang_app;

GRANT UPDATE(name_en) ON TABLE projects.nodes TO mingzhang_app;

GRANT UPDATE(due_month) ON TABLE projects.nodes TO mingzhang_app;

GRANT SELECT ON TABLE projects.notices TO mingzhang_app;
GRANT SELECT ON TABLE projects.notices TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.outside_acts TO mingzhang_app;
GRANT SELECT ON TABLE projects.outside_acts TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.payee_accounts TO mingzhang_app;
GRANT SELECT ON TABLE projects.payee_accounts TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.payees TO mingzhang_app;
GRANT SELECT ON TABLE projects.payees TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.payment_draws TO mingzhang_app;
GRANT SELECT ON TABLE projects.payment_draws TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.payment_exports TO mingzhang_app;
GRANT SELECT ON TABLE projects.payment_exports TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.payment_requests TO mingzhang_app;
GRANT SELECT ON TABLE projects.payment_requests TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.progress_entries TO mingzhang_app;
GRANT SELECT ON TABLE projects.progress_entries TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.receipts TO mingzhang_app;
GRANT SELECT ON TABLE projects.receipts TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.reissues TO mingzhang_app;
GRANT SELECT ON TABLE projects.reissues TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.role_grants TO mingzhang_app;
GRANT SELECT ON TABLE projects.role_grants TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.settings TO mingzhang_app;
GRANT SELECT ON TABLE projects.settings TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.settlements TO mingzhang_app;
GRANT SELECT ON TABLE projects.settlements TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.subsidy_batches TO mingzhang_app;
GRANT SELECT ON TABLE projects.subsidy_batches TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.treasury_matches TO mingzhang_app;
GRANT SELECT ON TABLE projects.treasury_matches TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.treasury_payments TO mingzhang_app;
GRANT SELECT ON TABLE projects.treasury_payments TO mingzhang_auditor;

GRANT SELECT ON TABLE projects.village_records TO mingzhang_app;
GRANT SELECT ON TABLE projects.village_records TO mingzhang_auditor;

ALTER DEFAULT PRIVILEGES FOR ROLE mingzhang_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;
