-- The bank's side: accounts with a bank, the statements of each month, which line of a statement is which line of the ledger,
-- and why the rest is not (yet). Amounts are yuan.

-- An account with a bank holds money that the ledger has on 1002.*: of one project or, without one, of all projects of a unit
-- that have none of their own.
create table projects.bank_accounts (
  book_id bigint not null references accounting.books,
  bank_account_id uuid not null,
  number text not null check (number <> ''),
  bank text not null check (bank <> ''),
  ledger_account text not null check (ledger_account in ('1002.01', '1002.02')),
  unit_id uuid not null,
  node_id uuid,
  registered_by uuid not null,
  registered_at timestamptz not null default clock_timestamp(),
  primary key (book_id, bank_account_id),
  unique (book_id, number),
  constraint one_bank_account_each unique nulls not distinct (book_id, ledger_account, unit_id, node_id),
  foreign key (book_id, unit_id) references accounting.units (book_id, unit_id),
  foreign key (book_id, node_id) references accounting.ledgers (book_id, project_id),
  foreign key (book_id, registered_by) references accounting.persons (book_id, person_id)
);

-- 对账单: each opens with what the month before closed with; only the first of an account has none before it.
create table projects.bank_statements (
  book_id bigint not null,
  bank_account_id uuid not null,
  month int not null check (month % 100 between 1 and 12), -- 202503
  month_before int,
  import_id uuid not null,
  opening accounting.yuan not null,
  received accounting.yuan not null,
  paid accounting.yuan not null,
  closing accounting.yuan not null,
  line_count int not null check (line_count >= 0),
  primary key (book_id, bank_account_id, month),
  unique (book_id, bank_account_id, month, closing),
  foreign key (book_id, bank_account_id) references projects.bank_accounts (book_id, bank_account_id),
  foreign key (book_id, import_id) references projects.imports (book_id, import_id),
  constraint opens_as_the_month_before_closed foreign key (book_id, bank_account_id, month_before, opening) references projects.bank_statements (book_id, bank_account_id, month, closing),
  constraint before_is_the_month_before check (month_before = case when month % 100 = 1 then month - 89 else month - 1 end),
  constraint statement_adds_up check (closing = opening + received - paid)
);
create unique index statements_begin_once on projects.bank_statements (book_id, bank_account_id) where month_before is null;

create table projects.bank_lines (
  book_id bigint not null,
  bank_account_id uuid not null,
  month int not null,
  line_no int not null check (line_no > 0),
  day date not null,
  received accounting.yuan not null,
  paid accounting.yuan not null,
  balance accounting.yuan not null, -- after it
  party text not null,
  party_number text not null,
  memo text not null,
  serial text not null,
  primary key (book_id, bank_account_id, month, line_no),
  foreign key (book_id, bank_account_id, month) references projects.bank_statements (book_id, bank_account_id, month),
  constraint received_or_paid check ((received = 0) <> (paid = 0)),
  constraint day_of_the_month check (extract(year from day) * 100 + extract(month from day) = month)
);

-- Which line of a statement is which line of the ledger, and by what it was found. A match of a voucher that was reversed
-- since is taken back, so that the right voucher can be matched.
create table projects.bank_matches (
  book_id bigint not null,
  bank_account_id uuid not null,
  month int not null,
  line_no int not null,
  period int not null,
  number int not null,
  voucher_line int not null,
  reason text not null check (reason in ('serial', 'amount_and_day', 'amount')),
  matched_by uuid not null,
  matched_at timestamptz not null default clock_timestamp(),
  primary key (book_id, bank_account_id, month, line_no),
  unique (book_id, period, number, voucher_line),
  foreign key (book_id, bank_account_id, month, line_no) references projects.bank_lines (book_id, bank_account_id, month, line_no),
  foreign key (book_id, period, number) references accounting.vouchers (book_id, period, number),
  foreign key (book_id, matched_by) references accounting.persons (book_id, person_id)
);

-- Registers an account with a bank for a project or, without one, for a unit.
create function projects.register_bank_account(in_book bigint, id uuid, of_number text, of_bank text, of_account text, of_unit uuid, of_node uuid, person uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if of_node is not null and not exists (select from accounting.ledgers l where l.book_id = in_book and l.project_id = of_node and l.unit_id = of_unit) then
    raise exception 'the project is not one of the unit' using errcode = 'AC012';
  end if;
  insert into projects.bank_accounts (book_id, bank_account_id, number, bank, ledger_account, unit_id, node_id, registered_by)
    values (in_book, id, of_number, of_bank, of_account, of_unit, of_node, person);
end $$;

-- The lines of the ledger that an account with a bank holds.
create function projects.bank_ledger(in_book bigint, in_account uuid, until int) returns table (period int, number int, voucher_line int, day date, amount numeric)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select l.period, l.number, l.line_no, l.date, l.debit - l.credit
    from projects.bank_accounts a
    join accounting.ledgers g on g.book_id = a.book_id and (g.project_id = a.node_id or a.node_id is null and g.unit_id = a.unit_id
      and not exists (select from projects.bank_accounts o where o.book_id = a.book_id and o.ledger_account = a.ledger_account and o.node_id = g.project_id))
    join accounting.lines l on l.book_id = a.book_id and l.project_id = g.project_id and l.account = a.ledger_account and l.period <= until
   where a.book_id = in_book and a.bank_account_id = in_account
$$;

-- The month up to whose end both sides count as one figure: the one before the first statement or, in a book that began
-- later, the one it was opened in.
create function projects.bank_begins(in_book bigint, in_account uuid) returns int language sql stable set search_path = pg_catalog, pg_temp as $$
  select greatest((select case when min(s.month) % 100 = 1 then min(s.month) - 89 else min(s.month) - 1 end from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = in_account),
    (select min(v.period) from projects.bank_ledger(in_book, in_account, 999912) l join accounting.vouchers v on v.book_id = in_book and v.period = l.period and v.number = l.number and v.kind = 'opening'))
$$;

-- 余额调节表 in one row: both balances at the month's end, and the difference both sides began with.
create function projects.bank_balances(in_book bigint, in_account uuid, of_month int, out ledger numeric, out statement numeric, out beginning numeric)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare begun int := projects.bank_begins(in_book, in_account);
begin
  select coalesce(sum(l.amount), 0), -coalesce(sum(l.amount) filter (where l.period <= begun), 0) into ledger, beginning from projects.bank_ledger(in_book, in_account, of_month) l;
  select s.closing into statement from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = in_account and s.month = of_month;
  beginning := beginning + coalesce((select s.closing from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = in_account and s.month = begun),
    (select s.opening from projects.bank_statements s where s.book_id = in_book and s.bank_account_id = in_account and s.month > begun order by s.month limit 1), 0);
end $$;

-- What is open at the end of a month: what one side has and the other has not by then. A voucher and its red one are nothing.
create function projects.bank_open_items(in_book bigint, in_account uuid, of_month int)
returns table (item_id uuid, side text, month int, line_no int, period int, number int, voucher_line int, day date, amount numeric, memo text, party text, serial text, reason text, owner_id uuid)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare begun int := projects.bank_begins(in_book, in_account); started numeric := (select b.beginning from projects.bank_balances(in_book, in_account, of_month) b);
begin
  return query
  with gone as materialized (
    select r.period, r.number from accounting.reversals r where r.book_id = in_book and r.by_period <= of_month and r.period > begun
    union all select r.by_period, r.by_number from accounting.reversals r where r.book_id = in_book and r.by_period <= of_month and r.period > begun
  ), matched as materialized (
    select m.* from projects.bank_matches m where m.book_id = in_book and m.bank_account_id = in_account and m.month <= of_month and m.period <= of_month
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
    select r.reason, r.owner_id from projects.item_reasons r where r.book_id = in_book and r.item_id = i.item_id order by r.ordinal desc limit 1) s on true
   order by i.side, i.day, i.month, i.line_no, i.period, i.number, i.voucher_line;
end $$;

-- Finds which line of the statements is which of the ledger: by the bank's number in the voucher's summary, by amount and
-- day, by the amount within ten days. Equal ones are taken in their order.
create function projects.match_bank_lines(in_book bigint, in_account uuid, person uuid) returns int language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare begun int; rule text; found_now int; found_all int := 0;
begin
  perform from projects.bank_accounts a where a.book_id = in_book and a.bank_account_id = in_account for update;
  begun := projects.bank_begins(in_book, in_account);
  delete from projects.bank_matches m using accounting.reversals r where m.book_id = in_book and m.bank_account_id = in_account and r.book_id = in_book and r.period = m.period and r.number = m.number;
  foreach rule in array array['serial', 'amount_and_day', 'amount', 'amount', 'amount'] loop -- what was nearer to another finds its next nearest in the next round
    with b as (
      select x.month, x.line_no, x.day, (x.received - x.paid)::numeric as amount, x.serial from projects.bank_lines x
       where x.book_id = in_book and x.bank_account_id = in_account and x.month > begun
         and not exists (select from projects.bank_matches m where m.book_id = in_book and m.bank_account_id = in_account and m.month = x.month and m.line_no = x.line_no)
    ), l as (
      select x.*, v.memo from projects.bank_ledger(in_book, in_account, 999912) x join accounting.vouchers v on v.book_id = in_book and v.period = x.period and v.number = x.number
       where x.period > begun
         and not exists (select from projects.bank_matches m where m.book_id = in_book and m.period = x.period and m.number = x.number and m.voucher_line = x.voucher_line)
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
    insert into projects.bank_matches (book_id, bank_account_id, month, line_no, period, number, voucher_line, reason, matched_by)
      select in_book, in_account, p.month, p.line_no, p.period, p.number, p.voucher_line, rule, person from pairs p;
    get diagnostics found_now = row_count;
    found_all := found_all + found_now;
  end loop;
  return found_all;
end $$;

-- Takes a statement in: it opens with what the month before closed with, every balance follows from the one before it.
create function projects.add_bank_statement(in_book bigint, in_account uuid, of_month int, by_import uuid, opens numeric, said jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare a projects.bank_accounts; before_month int := case when of_month % 100 = 1 then of_month - 89 else of_month - 1 end; closed numeric; wrong record; came numeric; went numeric; ends numeric; n int;
begin
  select * into a from projects.bank_accounts x where x.book_id = in_book and x.bank_account_id = in_account for update;
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

-- Names a reason and an owner for something open at the end of a month. What was said before stays as its history.
create function projects.explain_bank_item(in_book bigint, in_account uuid, of_month int, item uuid, because text, owner uuid, person uuid, in_unit uuid, as_role text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- What of the bank's side stands in the way of closing a month: a statement that is not in, money of no account, an open item
-- without a reason and an owner (R23).
-- Whether it is asked is the setting of the treasury's list: the files of the month are asked for, or not.
create function projects.bank_blockers(in_book bigint, of_month int) returns table (name text, detail text) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
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

create or replace function projects.close_blockers(in_book bigint, in_period int) returns table (name text, detail text) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select * from projects.treasury_blockers(in_book, in_period)
  union all select * from projects.bank_blockers(in_book, in_period)
$$;

do $$
declare t text;
begin
  foreach t in array array['bank_accounts', 'bank_statements', 'bank_lines'] loop
    execute format('create trigger register_stays before delete on projects.%I for each row execute function accounting.registry_grows()', t);
    execute format('create trigger registers_stay before truncate on projects.%I for each statement execute function accounting.registry_grows()', t);
    execute format('create trigger register_is_final before update on projects.%I for each row execute function accounting.journal_is_final()', t);
    execute format('alter table projects.%I enable always trigger register_stays, enable always trigger registers_stay, enable always trigger register_is_final', t);
  end loop;
end $$;

grant select on projects.bank_accounts, projects.bank_statements, projects.bank_lines, projects.bank_matches to mingzhang_app, mingzhang_auditor;
revoke execute on function projects.register_bank_account, projects.bank_ledger, projects.bank_begins, projects.bank_balances, projects.bank_open_items, projects.match_bank_lines, projects.add_bank_statement,
  projects.explain_bank_item, projects.bank_blockers from public;
grant execute on function projects.bank_ledger, projects.bank_begins, projects.bank_balances, projects.bank_open_items to mingzhang_app, mingzhang_auditor;
grant execute on function projects.register_bank_account, projects.match_bank_lines, projects.add_bank_statement, projects.explain_bank_item to mingzhang_app;

-- A unit reads its own accounts; the bureau reads all.
create policy unit_reads on projects.bank_accounts for select to mingzhang_app using (
  (select current_setting('mingzhang.reads', true) = 'all') or unit_id = (select accounting.reader_unit()));
do $$
declare t text;
begin
  foreach t in array array['bank_statements', 'bank_lines', 'bank_matches'] loop
    execute format('create policy unit_reads on projects.%1$I for select to mingzhang_app using ((select current_setting(''mingzhang.reads'', true) = ''all'')
      or exists (select from projects.bank_accounts a where a.book_id = %1$I.book_id and a.bank_account_id = %1$I.bank_account_id))', t);
  end loop;
  foreach t in array array['bank_accounts', 'bank_statements', 'bank_lines', 'bank_matches'] loop
    execute format('create policy auditor_reads on projects.%I for select to mingzhang_auditor using (true)', t);
    execute format('alter table projects.%I enable row level security', t);
  end loop;
end $$;
