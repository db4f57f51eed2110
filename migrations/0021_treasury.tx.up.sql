-- What the treasury says it paid, month by month, against what the books executed: its list, which payment line each row is
-- of and why, what is open on either side with a named reason and an owner, and the month that closes only with both.
-- Nothing here posts: a row becomes a payment when a second person confirms the line it matches. Amounts are yuan.

-- A row of the treasury's list 国库支付清单; a payment and its return are two. What overlaps an earlier list says the same.
create table projects.treasury_payments (
  book_id bigint not null,
  voucher_no text not null check (length(voucher_no) between 1 and 60), -- 支付凭证号
  returned boolean not null, -- 退回标志
  import_id uuid not null,
  row_no int not null check (row_no > 0), -- in the file
  month int not null,
  day date not null,
  payee text not null,
  account_number text not null,
  amount accounting.yuan not null check (amount > 0),
  indicator text not null,    -- 指标文号
  project_code text not null, -- the province's
  purpose text not null,      -- 用途
  primary key (book_id, voucher_no, returned),
  foreign key (book_id, import_id) references projects.imports (book_id, import_id),
  constraint day_in_month check (extract(year from day) * 100 + extract(month from day) = month)
);
create index treasury_payments_by_month on projects.treasury_payments (book_id, month);
create index treasury_payments_of_import on projects.treasury_payments (book_id, import_id);

-- Orders the bank sent back. A line ordered again has another number; lists still come with this one.
create table projects.failed_orders (
  book_id bigint not null,
  order_number text not null,
  document_id uuid not null,
  round int not null,
  line_no int not null,
  failed_at timestamptz not null default clock_timestamp(),
  primary key (book_id, order_number),
  foreign key (book_id, document_id, round, line_no) references projects.payment_lines (book_id, document_id, round, line_no)
);
create index failed_orders_of_line on projects.failed_orders (book_id, document_id, round, line_no);
create function projects.note_failed_order() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into projects.failed_orders (book_id, order_number, document_id, round, line_no) values (new.book_id, new.order_number, new.document_id, new.round, new.line_no);
  return null;
end $$;
create trigger note_failed_order after update of state on projects.payment_lines for each row when (new.state = 'failed' and old.state <> 'failed') execute function projects.note_failed_order();
alter table projects.payment_lines enable always trigger note_failed_order;

-- Which order of which line a row is of, and why that is thought. One order is paid once.
create table projects.treasury_matches (
  book_id bigint not null,
  voucher_no text not null,
  returned boolean not null,
  document_id uuid not null, -- the payment request
  round int not null,
  line_no int not null,
  order_number text not null,
  reason text not null check (reason in ('voucher_number', 'request_number', 'voucher_in_request', 'amount_and_account')),
  matched_at timestamptz not null default clock_timestamp(),
  primary key (book_id, voucher_no, returned),
  foreign key (book_id, voucher_no, returned) references projects.treasury_payments (book_id, voucher_no, returned),
  foreign key (book_id, document_id, round, line_no) references projects.payment_lines (book_id, document_id, round, line_no)
);
create unique index order_is_paid_once on projects.treasury_matches (book_id, document_id, round, line_no, order_number) where not returned;

-- The voucher of each confirmed order: several lines of a request have one each. It is written beside the voucher, in one act.
create table projects.line_vouchers (
  book_id bigint not null,
  period int not null,
  number int not null,
  document_id uuid not null,
  round int not null,
  line_no int not null,
  order_number text not null,
  primary key (book_id, document_id, period, number), -- a voucher is of one request
  foreign key (book_id, document_id, round, line_no) references projects.payment_lines (book_id, document_id, round, line_no)
);
create index line_vouchers_of_line on projects.line_vouchers (book_id, document_id, round, line_no);
-- Lines confirmed before this table was there: the nth of an amount has the nth voucher of that amount.
insert into projects.line_vouchers (book_id, period, number, document_id, round, line_no, order_number)
  select v.book_id, v.period, v.number, l.document_id, l.round, l.line_no, l.order_number
  from (select x.*, row_number() over (partition by x.book_id, x.document_id, x.amount order by x.paid_on, x.round, x.line_no) as nth from projects.payment_lines x where x.state = 'confirmed') l
  join (select w.book_id, w.period, w.number, w.source_document, sum(m.debit) as amount, row_number() over (partition by w.book_id, w.source_document, sum(m.debit) order by w.recorded_at, w.number) as nth
    from accounting.vouchers w join accounting.lines m on m.book_id = w.book_id and m.period = w.period and m.number = w.number and m.account = '9401' and m.debit > 0
    where w.source in ('P1', 'P3', 'P4', 'P5', 'B2', 'G1', 'K1', 'T4') and w.kind in ('ordinary', 'demonstration') group by w.book_id, w.period, w.number, w.source_document, w.recorded_at) v
    on v.book_id = l.book_id and v.source_document = l.document_id and v.amount = l.amount and v.nth = l.nth;

-- Why something is open and whose it is. The latest counts, the others are its history.
create table projects.item_reasons (
  book_id bigint not null,
  item_id uuid not null,
  ordinal int not null check (ordinal > 0),
  reason text not null check (length(reason) between 1 and 500),
  owner_id uuid not null,
  given_by uuid not null,
  given_at timestamptz not null default clock_timestamp(),
  primary key (book_id, item_id, ordinal),
  foreign key (book_id, owner_id) references accounting.persons (book_id, person_id),
  foreign key (book_id, given_by) references accounting.persons (book_id, person_id)
);

-- Lists of approved requests that were handed out for the provincial system: each file is noted once for whoever took it.
create table projects.payment_exports (
  book_id bigint not null references accounting.books,
  file_sha256 bytea not null check (octet_length(file_sha256) = 32),
  state text not null check (state in ('approved', 'ordered')),
  format text not null check (format in ('xlsx', 'csv')),
  row_count int not null check (row_count >= 0),
  total accounting.yuan not null,
  exported_by uuid not null,
  exported_at timestamptz not null default clock_timestamp(),
  primary key (book_id, file_sha256, exported_by),
  foreign key (book_id, exported_by) references accounting.persons (book_id, person_id)
);

-- Whether a month needs its treasury list is a setting of the book: real ones do unless a document of two says otherwise.
alter table projects.settings add column treasury_lists text check (treasury_lists in ('required', 'not_required')); -- null: the document does not say

create or replace function projects.put_in_effect(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents; said jsonb;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document for update;
  if not found or d.kind <> 'setting' or d.state <> 'posted' or exists (select from projects.settings s where s.book_id = in_book and s.document_id = document) then
    raise exception 'settings are put in effect once, by a document that another person approved' using errcode = 'AC043';
  end if;
  said := d.content::jsonb;
  insert into projects.settings (book_id, document_id, payee_wait_hours, treasury_lists) values (in_book, document, (said ->> 'payee_wait_hours')::int, said ->> 'treasury_lists');
  insert into projects.flows as f (book_id, flow, minimum_persons, up_to)
    select in_book, x.flow, x.minimum_persons, x.up_to from jsonb_to_recordset(coalesce(said -> 'flows', '[]')) as x (flow text, minimum_persons int, up_to numeric)
    on conflict (book_id, flow) do update set minimum_persons = excluded.minimum_persons, up_to = excluded.up_to;
  if said ? 'approval_bands' then
    delete from projects.approval_bands b where b.book_id = in_book;
    insert into projects.approval_bands (book_id, from_amount, approvers)
      select in_book, x.from_amount, x.approvers from jsonb_to_recordset(said -> 'approval_bands') as x (from_amount numeric, approvers int);
  end if;
end $$;

create function projects.treasury_lists_required(in_book bigint) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce((select s.treasury_lists = 'required' from projects.settings s where s.book_id = in_book and s.treasury_lists is not null order by s.in_effect_at desc limit 1),
    (select b.kind = 'real' from accounting.books b where b.book_id = in_book))
$$;

-- Keeps rows of a list of its own month. A month that is being closed is waited for: either it sees the rows, or they are late.
create function projects.keep_treasury_payments(in_book bigint, of_import uuid, list_rows jsonb) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare i projects.imports;
begin
  select * into i from projects.imports x where x.book_id = in_book and x.import_id = of_import and x.kind = 'treasury-payments';
  if not found then
    raise exception 'there is no such treasury list' using errcode = 'AC041';
  end if;
  perform from accounting.periods p where p.book_id = in_book and p.period = i.month for share;
  insert into projects.treasury_payments (book_id, voucher_no, returned, import_id, row_no, month, day, payee, account_number, amount, indicator, project_code, purpose)
    select in_book, r.voucher_no, r.returned, of_import, r.row_no, i.month, r.day, r.payee, r.account_number, r.amount, r.indicator, r.project_code, r.purpose
    from jsonb_to_recordset(list_rows) as r (voucher_no text, returned boolean, row_no int, day date, payee text, account_number text, amount numeric, indicator text, project_code text, purpose text);
end $$;

-- A payee's name as two systems may write it: without brackets and spaces.
create function projects.plain_name(name text) returns text language sql immutable set search_path = pg_catalog, pg_temp as $$
  select regexp_replace(translate(name, '（）()　 ·•', ''), '\s', '', 'g')
$$;

-- Finds for each row without one the order it is of: by the voucher's number; by our request's number in 用途, or the
-- voucher's number in the request, with the amount; by amount, account and payee. Only when exactly one order fits, and that
-- order fits no other row as well. It posts nothing.
create function projects.match_treasury(in_book bigint) returns int language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare made int; more int;
begin
  if not exists (select from projects.treasury_payments p where p.book_id = in_book
      and not exists (select from projects.treasury_matches m where m.book_id = p.book_id and m.voucher_no = p.voucher_no and m.returned = p.returned)) then
    return 0;
  end if;
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

-- The treasury's rows up to a month as known at a moment, each with its line, its voucher and what is wrong with it. A payment
-- that came back before it was booked, with its order failed, needs no booking, nor does its return.
create function projects.treasury_rows(in_book bigint, from_month int, to_month int, known timestamptz) returns table (
  item_id uuid, voucher_no text, returned boolean, import_id uuid, row_no int, month int, day date, payee text, account_number text, amount numeric, indicator text, project_code text, purpose text,
  document_id uuid, round int, line_no int, request text, reason text, line_state text, period int, number int, gone boolean, disagrees text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with said as (
    select p.*, m.document_id, m.round, m.line_no, m.order_number, m.reason from projects.treasury_payments p
    join projects.imports i on i.book_id = p.book_id and i.import_id = p.import_id and i.imported_at <= known
    left join projects.treasury_matches m on m.book_id = p.book_id and m.voucher_no = p.voucher_no and m.returned = p.returned and m.matched_at <= known
    where p.book_id = in_book),
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

-- What the books executed (9401) in months, voucher by voucher and budget line by budget line, with the first voucher of each
-- chain of corrections.
create function projects.executed(in_book bigint, from_month int, to_month int, known timestamptz) returns table (
  period int, number int, date date, source text, kind text, memo text, root_period int, root_number int, budget_line_id uuid, amount numeric)
language sql stable set search_path = pg_catalog, pg_temp as $$
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

-- All that is or was open, from a month to a month, as known at a moment. Of our own vouchers those of months whose list is in.
create function projects.open_items(in_book bigint, from_month int, to_month int, known timestamptz) returns table (
  item_id uuid, kind text, month int, day date, voucher text, amount numeric, request text, line_no int, detail text, state text, cleared_in int, reason text, owner_id uuid, given_by uuid, given_at timestamptz)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with theirs as (select * from projects.treasury_rows(in_book, 0, to_month, known)),
  found as (
    select t.item_id, case when t.returned then 'returned' else 'paid_not_booked' end as kind, t.month, t.day, t.voucher_no as voucher, t.amount, t.request, t.line_no,
      concat_ws('; ', case when t.reason is null then 'no request fits' else 'matched by ' || t.reason end, case when t.line_state <> 'confirmed' then t.disagrees end) as detail,
      t.period is not null or t.gone as cleared, t.period as cleared_in from theirs t where t.month >= from_month
    union all
    select md5('differs ' || t.item_id)::uuid, 'disagrees', t.month, t.day, t.voucher_no, t.amount, t.request, t.line_no, t.disagrees, false, null from theirs t
      where t.month >= from_month and t.period is not null and t.disagrees is not null
    union all
    select md5('voucher ' || x.root_period || ' ' || x.root_number || ' ' || x.period || ' ' || in_book)::uuid, 'not_in_list', x.period, min(x.date), format('%s-%s 记-%s', x.root_period / 100, lpad((x.root_period % 100)::text, 2, '0'), lpad(x.root_number::text, 4, '0')), sum(x.amount), null, null,
      min(x.source || ' ' || x.memo), false, null
    from projects.executed(in_book, from_month, to_month, known) x
    where x.kind <> 'opening' and exists (select from projects.imports i where i.book_id = in_book and i.kind = 'treasury-payments' and i.month = x.period and i.imported_at <= known)
      and not exists (select from theirs t where t.period = x.root_period and t.number = x.root_number)
    group by x.period, x.root_period, x.root_number having sum(x.amount) <> 0)
  select f.item_id, f.kind, f.month, f.day, f.voucher, f.amount, f.request, f.line_no, f.detail, case when f.cleared then 'cleared' when n.reason is null then 'open' else 'explained' end,
    f.cleared_in, n.reason, n.owner_id, n.given_by, n.given_at from found f
  left join lateral (select x.* from projects.item_reasons x where x.book_id = in_book and x.item_id = f.item_id and x.given_at <= known order by x.ordinal desc limit 1) n on true
$$;

-- Names a reason and an owner for something open. The first word is kept beside the last.
create function projects.explain_item(in_book bigint, item uuid, because text, owner uuid, person uuid, in_unit uuid, as_role text) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- The list as the receipt of the line its row matches: who took the list in entered it, who confirms is another.
create function projects.enter_receipt_by_list(in_book bigint, of_import uuid, of_voucher text, person uuid, in_unit uuid, as_role text, out document uuid, out line int)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare i projects.imports; p projects.treasury_payments; m projects.treasury_matches; l projects.payment_lines;
begin
  if as_role <> 'treasury_officer' or not projects.holds(in_book, person, in_unit, as_role, null) then
    raise exception 'this is for treasury_officer who holds the role today, not for %', as_role using errcode = 'AC044';
  end if;
  select * into i from projects.imports x where x.book_id = in_book and x.import_id = of_import;
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

-- Notes which voucher a confirmed line became.
create function projects.keep_line_voucher(in_book bigint, document uuid, line int, in_period int, of_number int) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare l projects.payment_lines := projects.line_of(in_book, document, line, '{confirmed}');
begin
  if not exists (select from accounting.vouchers v where v.book_id = in_book and v.period = in_period and v.number = of_number and v.source_document = document) then
    raise exception 'voucher %/% is not of this request', in_period, of_number using errcode = 'AC043';
  end if;
  insert into projects.line_vouchers (book_id, period, number, document_id, round, line_no, order_number) values (in_book, in_period, of_number, document, l.round, line, l.order_number);
end $$;

create function projects.note_export(in_book bigint, file bytea, of_state text, of_format text, rows_in int, total_of numeric, person uuid) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into projects.payment_exports (book_id, file_sha256, state, format, row_count, total, exported_by) values (in_book, file, of_state, of_format, rows_in, total_of, person) on conflict do nothing
$$;

-- What of the treasury's side stands in the way of closing a month (R23): its list is missing, or something open has no reason
-- and owner yet. What is named is carried.
create function projects.treasury_blockers(in_book bigint, in_period int) returns table (name text, detail text) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select 'treasury_list_missing', format('executed in %s: %s; no treasury list of the month was taken in', in_period, projects.fen(sum(x.amount))) from projects.executed(in_book, in_period, in_period, 'infinity') x
   where in_period % 100 <= 12 and projects.treasury_lists_required(in_book) and x.kind <> 'opening'
     and not exists (select from projects.imports i where i.book_id = in_book and i.kind = 'treasury-payments' and i.month = in_period) having count(*) > 0
  union all
  select 'difference_unexplained', format('%s %s of %s: %s; %s', o.kind, o.voucher, o.day, projects.fen(o.amount), o.detail) from projects.open_items(in_book, 0, in_period, 'infinity') o
   where in_period % 100 <= 12 and projects.treasury_lists_required(in_book) and o.state = 'open' and (o.kind <> 'not_in_list' or o.month = in_period)
$$;

-- What else than the ledger itself stands in the way of closing a period. Each part of the product adds its own here.
create function projects.close_blockers(in_book bigint, in_period int) returns table (name text, detail text) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select * from projects.treasury_blockers(in_book, in_period)
$$;

create or replace function accounting.blockers(p_book bigint, p_period int) returns table (name text, detail text) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
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

do $$
declare t text;
begin
  foreach t in array array['treasury_payments', 'failed_orders', 'treasury_matches', 'line_vouchers', 'item_reasons', 'payment_exports'] loop
    execute format('create trigger treasury_stays before delete on projects.%I for each row execute function accounting.registry_grows()', t);
    execute format('create trigger treasuries_stay before truncate on projects.%I for each statement execute function accounting.registry_grows()', t);
    execute format('create trigger treasury_is_final before update on projects.%I for each row execute function accounting.journal_is_final()', t);
    execute format('alter table projects.%I enable always trigger treasury_stays, enable always trigger treasuries_stay, enable always trigger treasury_is_final', t);
    -- The treasury's list is of all units at once: who reads all reads it, and a unit what is of its own requests or its own people's.
    execute format('create policy unit_reads on projects.%1$I for select to mingzhang_app using ((select current_setting(''mingzhang.reads'', true) = ''all'') or exists (select from %2$s))', t, case t
      when 'treasury_payments' then 'projects.treasury_matches m where m.book_id = treasury_payments.book_id and m.voucher_no = treasury_payments.voucher_no and m.returned = treasury_payments.returned'
      when 'item_reasons' then 'accounting.persons p where p.book_id = item_reasons.book_id and p.person_id in (item_reasons.given_by, item_reasons.owner_id) and p.unit_id = (select accounting.reader_unit())'
      when 'payment_exports' then 'accounting.persons p where p.book_id = payment_exports.book_id and p.person_id = payment_exports.exported_by and p.unit_id = (select accounting.reader_unit())'
      else format('projects.documents d where d.book_id = %1$I.book_id and d.document_id = %1$I.document_id', t) end);
    execute format('create policy auditor_reads on projects.%I for select to mingzhang_auditor using (true)', t);
    execute format('alter table projects.%I enable row level security', t);
    execute format('grant select on projects.%I to mingzhang_app, mingzhang_auditor', t);
  end loop;
end $$;

revoke execute on function projects.note_failed_order, projects.treasury_lists_required, projects.keep_treasury_payments, projects.plain_name, projects.match_treasury, projects.treasury_rows, projects.executed,
  projects.open_items, projects.explain_item, projects.enter_receipt_by_list, projects.keep_line_voucher, projects.note_export, projects.treasury_blockers, projects.close_blockers from public;
grant execute on function projects.treasury_lists_required, projects.treasury_rows, projects.executed, projects.open_items to mingzhang_app, mingzhang_auditor;
grant execute on function projects.keep_treasury_payments, projects.match_treasury, projects.explain_item, projects.enter_receipt_by_list, projects.keep_line_voucher, projects.note_export to mingzhang_app;
