-- The one door for postings. One voucher is an array of one; there is no second path.

-- One field of the canonical text: its length in bytes, a colon, then itself (accounting/evidence writes the same).
-- Plain enough for the planner to write it into the calling statement: as a call of its own it would cost more than the rest.
create function accounting.field(value text) returns text language sql immutable parallel safe
  as $$ select octet_length(value)::text || ':' || value $$;

create type accounting.posting_answer as (
  ordinal int,
  outcome text,       -- posted, replayed, refused
  period int,
  number int,
  recorded_at timestamptz,
  digest bytea,
  code text,
  detail text,
  facts jsonb,
  answer jsonb
);

-- Says in words and figures why a line cannot be posted. Only refusals come here, so it may look things up again.
create function accounting.line_detail(p_book bigint, p_code text, p_line int, p_account text, p_project uuid, p_budget_line uuid, p_subject uuid, p_period int, p_debit numeric, p_credit numeric)
returns text language sql stable
set search_path = pg_catalog, pg_temp
as $$
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

-- What only a reversal, its correction or an opening must satisfy.
create function accounting.check_special(
  p_book bigint, p_kind text, p_period int, p_refers_period int, p_refers_number int,
  p_account text[], p_project uuid[], p_budget_line uuid[], p_subject uuid[], p_class text[], p_debit numeric[], p_credit numeric[],
  p_correction_follows boolean, p_reversal_before boolean, out code text, out detail text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  target accounting.vouchers;
  red accounting.reversals;
  name constant text := format('%s-%s 记-%s', p_refers_period / 100, lpad((p_refers_period % 100)::text, 2, '0'), lpad(p_refers_number::text, 4, '0'));
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
    code := 'already_reversed'; detail := format('%s was reversed by %s-%s 记-%s', name, red.by_period / 100, lpad((red.by_period % 100)::text, 2, '0'), lpad(red.by_number::text, 4, '0')); return;
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

-- Why a floor would be crossed, with the arithmetic, in words and as facts.
create function accounting.floor_detail(p_book bigint, p_account text, p_project uuid, p_budget_line uuid, p_subject uuid, p_balance numeric, p_asked numeric, out detail text, out facts jsonb)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
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

-- The same for what is wrong with a voucher as a whole.
create function accounting.voucher_detail(p_book bigint, p_code text, p_key text, p_date date, p_period int, p_source text, p_prepared uuid, p_reviewed uuid, p_line_count int)
returns text language sql stable
set search_path = pg_catalog, pg_temp
as $$
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

-- Which project, basis and budget line do not balance, by how much; or which clearing account keeps a rest. No row: all is well.
create function accounting.balance_fault(p_book bigint, p_account text[], p_mask int[], p_project uuid[], p_budget_line uuid[], p_debit numeric[], p_credit numeric[], out code text, out detail text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
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

-- Posts vouchers, each as if it were posted alone and in this order. The caller sends no two vouchers of one key, no
-- subject declared by an earlier voucher of the same call, and a reversal or an opening only as the first of its call
-- (with the correction behind it); what depends on an earlier voucher goes into the next call.
--
-- p_key null: the caller's own transaction; nothing is written to commands or refusals, a refusal is for it to roll back.
create function accounting.post(
  p_book bigint,
  p_key text[], p_name text[], p_hash bytea[], p_target uuid[],
  p_date date[], p_period int[], p_kind text[], p_source text[], p_document uuid[], p_memo text[], p_document_hashes bytea[],
  p_prepared uuid[], p_reviewed uuid[], p_posted uuid[], p_attachments int[], p_refers_period int[], p_refers_number int[], p_line_count int[],
  p_voucher int[], p_line_no int[], p_account text[], p_project uuid[], p_budget_line uuid[], p_subject uuid[], p_subject_kind int[], p_subject_code text[],
  p_class text[], p_debit numeric[], p_credit numeric[]
) returns setof accounting.posting_answer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
-- Arrays are estimated at a thousand rows, which tempts the planner into joining whole registries: keep it on index look-ups.
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
set enable_material = off
set plan_cache_mode = force_generic_plan
-- A digest is over the date's text, which must not depend on who is connected.
set datestyle = 'ISO, YMD'
as $$
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
