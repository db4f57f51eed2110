-- The independent jury. Whatever writes to the journal, the posting function included, is judged here again,
-- by statement triggers that see all new rows at once. Each rule raises its own SQLSTATE of class AC.

-- Registries that lines point to grow, but a row is never removed or re-keyed: so lines check them instead of carrying foreign keys.
create function accounting.registry_grows() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '%.% only grows: % refused', tg_table_schema, tg_table_name, lower(tg_op) using errcode = 'AC034';
end $$;

-- Names may be mended; what lines rely on may not.
create function accounting.registry_keeps() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if to_jsonb(old) - array['name', 'name_zh', 'name_en', 'statutory_code', 'unit_name'] <> to_jsonb(new) - array['name', 'name_zh', 'name_en', 'statutory_code', 'unit_name'] then
    raise exception '%.%: only a name may change', tg_table_schema, tg_table_name using errcode = 'AC034';
  end if;
  return new;
end $$;

create function accounting.journal_is_final() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'posted vouchers are final: % on % refused (R02)', lower(tg_op), tg_table_name using errcode = 'AC033';
end $$;

do $$
declare t text;
begin
  foreach t in array array['books', 'units', 'persons', 'accounts', 'ledgers', 'budget_lines', 'subjects'] loop
    execute format('create trigger registry_keeps before update on accounting.%I for each row execute function accounting.registry_keeps()', t);
    execute format('create trigger registry_grows before delete on accounting.%I for each row execute function accounting.registry_grows()', t);
    execute format('create trigger registry_stays before truncate on accounting.%I for each statement execute function accounting.registry_grows()', t);
    execute format('alter table accounting.%I enable always trigger registry_keeps, enable always trigger registry_grows, enable always trigger registry_stays', t);
  end loop;
  foreach t in array array['vouchers', 'lines', 'reversals', 'refusals'] loop
    execute format('create trigger journal_is_final before update or delete on accounting.%I for each row execute function accounting.journal_is_final()', t);
    execute format('create trigger journal_stays before truncate on accounting.%I for each statement execute function accounting.journal_is_final()', t);
    execute format('alter table accounting.%I enable always trigger journal_is_final, enable always trigger journal_stays', t);
  end loop;
end $$;

-- A command row is written once; only its answer may follow, once.
create function accounting.command_is_final() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op <> 'UPDATE' or old.answer is not null or to_jsonb(old) - 'answer' <> to_jsonb(new) - 'answer' then
    raise exception 'a command that happened is final: % refused', lower(tg_op) using errcode = 'AC033';
  end if;
  return new;
end $$;
create trigger command_is_final before update or delete on accounting.commands for each row execute function accounting.command_is_final();
create trigger commands_stay before truncate on accounting.commands for each statement execute function accounting.command_is_final();
alter table accounting.commands enable always trigger command_is_final, enable always trigger commands_stay;

-- A period only moves forward: numbers rise, a closed period stays closed (R30: there is no un-close).
create function accounting.period_moves_forward() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
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
create trigger period_moves_forward before insert or update on accounting.periods for each row execute function accounting.period_moves_forward();
create trigger periods_stay before delete on accounting.periods for each row execute function accounting.registry_grows();
create trigger periods_stay_all before truncate on accounting.periods for each statement execute function accounting.registry_grows();
alter table accounting.periods enable always trigger period_moves_forward, enable always trigger periods_stay, enable always trigger periods_stay_all;

-- Balances kept beside the journal start at zero and are never removed.
-- A position's side is its account's: the floor would otherwise look the wrong way.
create function accounting.judge_positions() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select 1 from new_positions p where p.debit <> 0 or p.credit <> 0
      or (select a.normal_side from accounting.accounts a where a.book_id = p.book_id and a.code = p.account and a.rule = 'floor') is distinct from p.normal_side) then
    raise exception 'a position starts at zero, on the side of its account, which has a floor' using errcode = 'AC034';
  end if;
  return null;
end $$;
create trigger judge_positions after insert on accounting.positions referencing new table as new_positions for each statement execute function accounting.judge_positions();
alter table accounting.positions enable always trigger judge_positions;
create trigger positions_stay before delete on accounting.positions for each row execute function accounting.registry_grows();
create trigger turnover_stays before delete on accounting.turnover for each row execute function accounting.registry_grows();
alter table accounting.positions enable always trigger positions_stay;
alter table accounting.turnover enable always trigger turnover_stays;

-- A red voucher is the exact negative of what it reverses, which is noted as reversed by it; a payment is corrected, never
-- merely reversed. A function of its own, because reversals are rare and this reads the journal: null when all is well.
create function accounting.judge_reversal(p_book bigint, p_period int, p_number int, p_refers_period int, p_refers_number int, p_corrected boolean) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
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

-- A function of its own, so that ordinary vouchers do not even open the partitioned table for it.
create function accounting.is_red(p_book bigint, p_period int, p_number int) returns boolean language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select v.kind = 'reversal' from accounting.vouchers v where v.book_id = p_book and v.period = p_period and v.number = p_number);
end $$;

create function accounting.judge_lines() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

create function accounting.judge_vouchers() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

create trigger judge_lines after insert on accounting.lines referencing new table as new_lines for each statement execute function accounting.judge_lines();
create trigger judge_vouchers after insert on accounting.vouchers referencing new table as new_vouchers for each statement execute function accounting.judge_vouchers();
alter table accounting.lines enable always trigger judge_lines;
alter table accounting.vouchers enable always trigger judge_vouchers;
