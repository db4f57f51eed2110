-- Lists again: a list is the same only for the same month and account; a wrong one is withdrawn by another person with a trace;
-- bank lines are matched by hand; and what was signed at a month's close stays as it was. Amounts are yuan.

-- The same file may be the list of another month, account or programme.
alter table projects.imports drop constraint list_imported_once;
alter table projects.imports
  add column covers text not null default '', -- of a bank statement: the account's number; of villages: the programme's code
  add column withdrawn_by uuid,
  add column withdrawn_at timestamptz,
  add column withdrawn_because text check (length(withdrawn_because) between 1 and 500),
  add column withdrawn_rows jsonb, -- what the list had brought, with what it was matched with
  add foreign key (book_id, withdrawn_by) references accounting.persons (book_id, person_id),
  add constraint withdrawn_by_another check (withdrawn_by <> imported_by),
  add constraint withdrawal_is_whole check (num_nonnulls(withdrawn_by, withdrawn_at, withdrawn_because, withdrawn_rows) in (0, 4));
drop trigger register_is_final on projects.imports;
update projects.imports i set covers = a.number from projects.bank_statements s join projects.bank_accounts a using (book_id, bank_account_id) where s.book_id = i.book_id and s.import_id = i.import_id;
create trigger register_is_final before update of book_id, import_id, kind, source, file_sha256, month, row_count, added, total, imported_by, imported_at, covers on projects.imports
  for each row execute function accounting.journal_is_final();
create trigger withdrawn_once before update on projects.imports for each row when (old.withdrawn_at is not null) execute function accounting.journal_is_final();
alter table projects.imports enable always trigger register_is_final, enable always trigger withdrawn_once;
create unique index list_imported_once on projects.imports (book_id, kind, source, file_sha256, month, covers) nulls not distinct where withdrawn_at is null;
revoke insert on projects.imports from mingzhang_app;
grant insert (book_id, import_id, kind, source, file_sha256, month, row_count, added, total, imported_by, imported_at, covers) on projects.imports to mingzhang_app;

-- A statement in the place of a withdrawn one is explained anew. Null: from before this was noted.
alter table projects.bank_statements add column taken_in_at timestamptz;
alter table projects.bank_statements alter column taken_in_at set default clock_timestamp();

-- A match counts from the first month that was open when it was made, and until it is ended: the sheet of a closed month stays
-- as it was. What is ended stays as its history.
alter table projects.bank_matches drop constraint bank_matches_pkey, drop constraint bank_matches_book_id_period_number_voucher_line_key, drop constraint bank_matches_reason_check;
alter table projects.bank_matches
  add column ordinal int not null default 1 check (ordinal > 0), -- of the line's matches
  add column counts_from int,
  add column because text check (length(because) between 1 and 500), -- of one by hand
  add column ended_from int,
  add column ended_by uuid,
  add column ended_at timestamptz,
  add column ended_because text check (length(ended_because) between 1 and 500);
update projects.bank_matches set counts_from = greatest(month, period);
alter table projects.bank_matches
  alter column counts_from set not null,
  alter column ordinal drop default,
  add primary key (book_id, bank_account_id, month, line_no, ordinal),
  add foreign key (book_id, ended_by) references accounting.persons (book_id, person_id),
  add constraint bank_matches_reason_check check (reason in ('serial', 'amount_and_day', 'amount', 'by_hand')),
  add constraint by_hand_says_why check ((reason = 'by_hand') = (because is not null)),
  add constraint counts_when_both_are_there check (counts_from >= month and counts_from >= period),
  add constraint ends_after_it_began check (ended_from >= counts_from),
  add constraint end_is_whole check (num_nonnulls(ended_from, ended_by, ended_at, ended_because) in (0, 4));
create unique index bank_line_matched_once on projects.bank_matches (book_id, bank_account_id, month, line_no) where ended_from is null;
create unique index voucher_line_matched_once on projects.bank_matches (book_id, period, number, voucher_line) where ended_from is null;
create index bank_matches_of_voucher_line on projects.bank_matches (book_id, period, number, voucher_line);
create trigger match_is_final before update of book_id, bank_account_id, month, line_no, ordinal, period, number, voucher_line, counts_from, reason, because, matched_by, matched_at on projects.bank_matches
  for each row execute function accounting.journal_is_final();
create trigger match_ends_once before update on projects.bank_matches for each row when (old.ended_from is not null) execute function accounting.journal_is_final();

-- Both lines of a match are of the same account and come to the same, on the same side.
create function projects.judge_bank_match() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
create trigger judge_bank_match before insert on projects.bank_matches for each row execute function projects.judge_bank_match();
alter table projects.bank_matches enable always trigger match_is_final, enable always trigger match_ends_once, enable always trigger judge_bank_match;

-- What a list brought goes with it when it is withdrawn, and not otherwise.
create function projects.goes_with_its_list() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
do $$
declare t text;
begin
  foreach t in array array['treasury_payments', 'treasury_matches', 'bank_statements', 'bank_lines', 'bank_matches'] loop
    if t <> 'bank_matches' then
      execute format('drop trigger %s on projects.%I', case when t like 'bank%' then 'register_stays' else 'treasury_stays' end, t);
    end if;
    execute format('create trigger goes_with_its_list after delete on projects.%I referencing old table as gone for each statement execute function projects.goes_with_its_list()', t);
    execute format('alter table projects.%I enable always trigger goes_with_its_list', t);
  end loop;
end $$;

create or replace function projects.keep_treasury_payments(in_book bigint, of_import uuid, list_rows jsonb) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

create or replace function projects.treasury_rows(in_book bigint, from_month int, to_month int, known timestamptz) returns table (
  item_id uuid, voucher_no text, returned boolean, import_id uuid, row_no int, month int, day date, payee text, account_number text, amount numeric, indicator text, project_code text, purpose text,
  document_id uuid, round int, line_no int, request text, reason text, line_state text, period int, number int, gone boolean, disagrees text)
language sql stable set search_path = pg_catalog, pg_temp as $$
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

-- A reason holds for the row that was there when it was given: what a later list says in the place of a withdrawn one is
-- explained anew.
create or replace function projects.open_items(in_book bigint, from_month int, to_month int, known timestamptz) returns table (
  item_id uuid, kind text, month int, day date, voucher text, amount numeric, request text, line_no int, detail text, state text, cleared_in int, reason text, owner_id uuid, given_by uuid, given_at timestamptz)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with theirs as (select t.*, i.imported_at as since from projects.treasury_rows(in_book, 0, to_month, known) t join projects.imports i on i.book_id = in_book and i.import_id = t.import_id),
  found as (
    select t.item_id, case when t.returned then 'returned' else 'paid_not_booked' end as kind, t.month, t.day, t.voucher_no as voucher, t.amount, t.request, t.line_no,
      concat_ws('; ', case when t.reason is null then 'no request fits' else 'matched by ' || t.reason end, case when t.line_state <> 'confirmed' then t.disagrees end) as detail,
      t.period is not null or t.gone as cleared, t.period as cleared_in, t.since from theirs t where t.month >= from_month
    union all
    select md5('differs ' || t.item_id)::uuid, 'disagrees', t.month, t.day, t.voucher_no, t.amount, t.request, t.line_no, t.disagrees, false, null, t.since from theirs t
      where t.month >= from_month and t.period is not null and t.disagrees is not null
    union all
    select md5('voucher ' || x.root_period || ' ' || x.root_number || ' ' || x.period || ' ' || in_book)::uuid, 'not_in_list', x.period, min(x.date), format('%s-%s 记-%s', x.root_period / 100, lpad((x.root_period % 100)::text, 2, '0'), lpad(x.root_number::text, 4, '0')), sum(x.amount), null, null,
      min(x.source || ' ' || x.memo), false, null, null
    from projects.executed(in_book, from_month, to_month, known) x
    where x.kind <> 'opening' and exists (select from projects.imports i where i.book_id = in_book and i.kind = 'treasury-payments' and i.month = x.period and i.imported_at <= known and (i.withdrawn_at is null or i.withdrawn_at > known))
      and not exists (select from theirs t where t.period = x.root_period and t.number = x.root_number)
    group by x.period, x.root_period, x.root_number having sum(x.amount) <> 0)
  select f.item_id, f.kind, f.month, f.day, f.voucher, f.amount, f.request, f.line_no, f.detail, case when f.cleared then 'cleared' when n.reason is null then 'open' else 'explained' end,
    f.cleared_in, n.reason, n.owner_id, n.given_by, n.given_at from found f
  left join lateral (select x.* from projects.item_reasons x where x.book_id = in_book and x.item_id = f.item_id and x.given_at <= known and (f.since is null or x.given_at > f.since) order by x.ordinal desc limit 1) n on true
$$;

create or replace function projects.treasury_blockers(in_book bigint, in_period int) returns table (name text, detail text) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select 'treasury_list_missing', format('executed in %s: %s; no treasury list of the month was taken in', in_period, projects.fen(sum(x.amount))) from projects.executed(in_book, in_period, in_period, 'infinity') x
   where in_period % 100 <= 12 and projects.treasury_lists_required(in_book) and x.kind <> 'opening'
     and not exists (select from projects.imports i where i.book_id = in_book and i.kind = 'treasury-payments' and i.month = in_period and i.withdrawn_at is null) having count(*) > 0
  union all
  select 'difference_unexplained', format('%s %s of %s: %s; %s', o.kind, o.voucher, o.day, projects.fen(o.amount), o.detail) from projects.open_items(in_book, 0, in_period, 'infinity') o
   where in_period % 100 <= 12 and projects.treasury_lists_required(in_book) and o.state = 'open' and (o.kind <> 'not_in_list' or o.month = in_period)
$$;

-- A list that is being withdrawn is waited for.
create or replace function projects.enter_receipt_by_list(in_book bigint, of_import uuid, of_voucher text, person uuid, in_unit uuid, as_role text, out document uuid, out line int)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- Withdraws a list that was taken in by mistake: what it brought goes, with its matches; nothing posted is touched. Who took it in does
-- not, nor is it possible once a close, a later statement or list, or a confirmed payment rests on it. Its file stays, and
-- with it who withdrew it when and why.
create function projects.withdraw_list(in_book bigint, of_import uuid, why text, person uuid, in_unit uuid, as_role text) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

create or replace function projects.bank_open_items(in_book bigint, in_account uuid, of_month int)
returns table (item_id uuid, side text, month int, line_no int, period int, number int, voucher_line int, day date, amount numeric, memo text, party text, serial text, reason text, owner_id uuid)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
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

-- The month a match would count from: both lines are there, the month is open, and no earlier match of either line counts
-- any more.
create function projects.next_bank_match(in_book bigint, in_account uuid, of_month int, of_line int, in_period int, in_number int, in_voucher_line int, out ordinal int, out counts_from int)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce((select max(m.ordinal) from projects.bank_matches m where m.book_id = in_book and m.bank_account_id = in_account and m.month = of_month and m.line_no = of_line), 0) + 1,
    greatest(of_month, in_period, (select min(p.period) from accounting.periods p where p.book_id = in_book and p.state = 'open'),
      (select max(m.ended_from) from projects.bank_matches m where m.book_id = in_book and m.bank_account_id = in_account and m.month = of_month and m.line_no = of_line),
      (select max(m.ended_from) from projects.bank_matches m where m.book_id = in_book and m.period = in_period and m.number = in_number and m.voucher_line = in_voucher_line))
$$;

-- Finds which line of the statements is which of the ledger: by the bank's number in the voucher's summary, by amount and
-- day, by the amount within ten days. Equal ones are taken in their order. What a person took apart is not put together again.
create or replace function projects.match_bank_lines(in_book bigint, in_account uuid, person uuid) returns int language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- A month that is being closed is waited for, so that its sheet is with the statement or before it.
create or replace function projects.add_bank_statement(in_book bigint, in_account uuid, of_month int, by_import uuid, opens numeric, said jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- Says by hand that two open items are one.
create function projects.match_bank_items(in_book bigint, in_account uuid, bank_item uuid, our_item uuid, why text, person uuid, in_unit uuid, as_role text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- Takes a match apart while the month it counts from is open.
create function projects.end_bank_match(in_book bigint, in_account uuid, of_month int, of_line int, why text, person uuid, in_unit uuid, as_role text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- The sheets of a month as they were at its close: what was signed.
create table projects.closing_sheets (
  book_id bigint not null,
  period int not null,
  kind text not null check (kind in ('treasury', 'bank')), -- 支出对账, 余额调节表
  account text not null, -- number of the account with a bank; of the treasury's empty
  content text not null, -- canonical JSON
  content_hash bytea not null,
  kept_at timestamptz not null default clock_timestamp(),
  primary key (book_id, period, kind, account),
  foreign key (book_id, period) references accounting.periods (book_id, period),
  constraint hash_is_of_content check (content_hash = sha256(convert_to(content, 'UTF8')))
);
create trigger sheet_is_final before update or delete on projects.closing_sheets for each row execute function accounting.journal_is_final();
create trigger sheets_stay before truncate on projects.closing_sheets for each statement execute function accounting.journal_is_final();
alter table projects.closing_sheets enable always trigger sheet_is_final, enable always trigger sheets_stay;
create policy unit_reads on projects.closing_sheets for select to mingzhang_app using ((select current_setting('mingzhang.reads', true) = 'all')
  or exists (select from projects.bank_accounts a where a.book_id = closing_sheets.book_id and a.number = closing_sheets.account));
create policy auditor_reads on projects.closing_sheets for select to mingzhang_auditor using (true);
alter table projects.closing_sheets enable row level security;
grant select on projects.closing_sheets to mingzhang_app, mingzhang_auditor;

-- Keeps a sheet in the very transaction that closes its month, and at no other time.
create function projects.keep_closing_sheet(in_book bigint, in_period int, of_kind text, of_account text, said text) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from accounting.periods p where p.book_id = in_book and p.period = in_period and p.state = 'closed' and p.closed_at >= transaction_timestamp()) then
    raise exception 'the sheets of % are kept at its close', in_period using errcode = 'AC043';
  end if;
  insert into projects.closing_sheets (book_id, period, kind, account, content, content_hash) values (in_book, in_period, of_kind, of_account, said, sha256(convert_to(said, 'UTF8')));
end $$;

revoke execute on function projects.judge_bank_match, projects.goes_with_its_list, projects.withdraw_list, projects.next_bank_match, projects.match_bank_items, projects.end_bank_match, projects.keep_closing_sheet from public;
grant execute on function projects.withdraw_list, projects.match_bank_items, projects.end_bank_match, projects.keep_closing_sheet to mingzhang_app;
