-- Payees, invoices, payment requests and what was paid of them. What an approved request pays is read here out of the very
-- content that was approved; lines move by the functions below, and every sum moves relatively under a check. Amounts are yuan.

create table projects.payees (
  book_id bigint not null references accounting.books,
  payee_id uuid not null, -- the document that registered it
  code text not null check (code <> ''),
  name text not null check (name <> ''),
  kind text not null check (kind in ('company', 'person', 'wages_account', 'government', 'village')),
  credit_code text not null,
  primary key (book_id, payee_id),
  unique (book_id, code),
  foreign key (book_id, payee_id) references projects.documents (book_id, document_id)
);
-- A supplier registered twice could bill one invoice twice. People share names, and a builder's wages account bears its own.
create unique index one_payee_of_a_name on projects.payees (book_id, name) where kind not in ('person', 'wages_account');
create unique index one_payee_of_a_credit_code on projects.payees (book_id, credit_code) where credit_code <> '' and kind <> 'wages_account';

-- An account never changes; another one is another row, used only after its waiting time (a setting) unless it is the first.
create table projects.payee_accounts (
  book_id bigint not null,
  payee_id uuid not null,
  account_number text not null check (account_number ~ '^[0-9A-Za-z-]{4,40}$'),
  bank text not null check (bank <> ''),
  bank_code text not null,
  usable_from timestamptz not null,
  document_id uuid not null,
  primary key (book_id, payee_id, account_number),
  foreign key (book_id, payee_id) references projects.payees (book_id, payee_id),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id)
);

-- An invoice is an amount with several uses, reduced by red ones.
create table projects.invoices (
  book_id bigint not null,
  payee_id uuid not null, -- the supplier
  code text not null,     -- empty: 20-digit numbers have none
  number text not null check (number <> ''),
  day date not null,
  amount accounting.yuan not null check (amount > 0),
  red_of text,            -- the number it reduces
  reduced accounting.yuan not null default 0 check (reduced >= 0),
  used accounting.yuan not null default 0 check (used >= 0),
  primary key (book_id, payee_id, code, number),
  foreign key (book_id, payee_id) references projects.payees (book_id, payee_id),
  constraint uses_within_invoice check (used + reduced <= amount),
  constraint red_is_not_used check (red_of is null or used = 0 and reduced = 0)
);

create table projects.invoice_uses (
  book_id bigint not null,
  document_id uuid not null,
  round int not null,
  payee_id uuid not null,
  code text not null,
  number text not null,
  amount accounting.yuan not null check (amount > 0),
  live boolean not null default true,
  primary key (book_id, document_id, round, payee_id, code, number),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  foreign key (book_id, payee_id, code, number) references projects.invoices (book_id, payee_id, code, number)
);

-- A request as it was approved, a row for each round that was.
create table projects.payment_requests (
  book_id bigint not null,
  document_id uuid not null, -- also the ledger's subject
  round int not null,
  payment text not null check (payment in ('advance', 'progress', 'settlement', 'retention', 'fees', 'equipment', 'other', 'direct_grant', 'subsidy', 'injection', 'written_off')),
  contract_id uuid,
  batch_id uuid, -- of a subsidy
  amount accounting.yuan not null check (amount > 0),
  held accounting.yuan not null check (held >= 0), -- still reserved in 9301.04
  paid accounting.yuan not null default 0 check (paid >= 0),
  given_back accounting.yuan not null default 0 check (given_back >= 0), -- of the reservation: returned, cancelled
  approved_at timestamptz not null default clock_timestamp(),
  primary key (book_id, document_id, round),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  foreign key (book_id, contract_id) references projects.contracts (book_id, contract_id),
  foreign key (book_id, batch_id) references accounting.subjects (book_id, subject_id),
  constraint batch_of_subsidy check ((payment = 'subsidy') = (batch_id is not null)),
  constraint request_adds_up check (held + paid + given_back = amount)
);

create table projects.payment_lines (
  book_id bigint not null,
  document_id uuid not null,
  round int not null,
  line_no int not null check (line_no > 0),
  payee_id uuid not null,
  account_number text not null,
  kind text not null check (kind in ('wages', 'works', 'other')),
  amount accounting.yuan not null check (amount > 0),
  state text not null default 'approved' check (state in ('approved', 'ordered', 'confirmed', 'failed', 'cancelled')),
  order_number text, -- 支付凭证号
  paid accounting.yuan not null default 0,
  returned accounting.yuan not null default 0 check (returned >= 0),
  paid_on date, -- by the bank
  failed_by uuid, -- who said that the bank sent it back, before it was confirmed; null: a refund did
  failed_because text check (failed_because <> ''),
  primary key (book_id, document_id, round, line_no),
  unique (book_id, order_number),
  foreign key (book_id, failed_by) references accounting.persons (book_id, person_id),
  foreign key (book_id, document_id, round) references projects.payment_requests (book_id, document_id, round),
  foreign key (book_id, payee_id, account_number) references projects.payee_accounts (book_id, payee_id, account_number),
  constraint line_paid_once check (paid in (0, amount)),
  constraint returned_within_paid check (returned <= paid),
  constraint confirmed_is_paid check ((state = 'confirmed') <= (paid = amount))
);

-- Which budget line pays how much of a payee line, filled in order, and how much of it came back there.
create table projects.payment_draws (
  book_id bigint not null,
  document_id uuid not null,
  round int not null,
  line_no int not null,
  budget_line_id uuid not null,
  ordinal int not null,
  amount accounting.yuan not null check (amount > 0),
  returned accounting.yuan not null default 0 check (returned >= 0),
  constraint returned_within_draw check (returned <= amount),
  primary key (book_id, document_id, round, line_no, budget_line_id),
  foreign key (book_id, document_id, round, line_no) references projects.payment_lines (book_id, document_id, round, line_no),
  foreign key (book_id, budget_line_id) references accounting.budget_lines (book_id, budget_line_id)
);

-- What the bank did, from a scanned receipt: entered by one person, checked by another.
create table projects.receipts (
  book_id bigint not null,
  document_id uuid not null,
  round int not null,
  line_no int not null,
  attempt int not null check (attempt > 0),
  bank_date date not null,
  bank_serial text not null,
  paper_hash bytea check (octet_length(paper_hash) = 32),
  entered_by uuid not null,
  entered_at timestamptz not null default clock_timestamp(),
  checked_by uuid,
  primary key (book_id, document_id, round, line_no, attempt),
  foreign key (book_id, document_id, round, line_no) references projects.payment_lines (book_id, document_id, round, line_no),
  foreign key (book_id, entered_by) references accounting.persons (book_id, person_id),
  foreign key (book_id, checked_by) references accounting.persons (book_id, person_id),
  constraint receipt_checked_by_another check (checked_by <> entered_by)
);
create unique index receipt_confirms_once on projects.receipts (book_id, bank_serial, bank_date) where checked_by is not null;
create trigger carry_paper after insert on projects.receipts for each row execute function projects.carry_paper();
alter table projects.receipts enable always trigger carry_paper;

-- 退票: a line whose order failed is ordered again, to another account of the payee only when a second person agrees.
create table projects.reissues (
  book_id bigint not null,
  document_id uuid not null,
  round int not null,
  line_no int not null,
  attempt int not null check (attempt > 0),
  account_number text not null,
  reason text not null check (reason <> ''),
  entered_by uuid not null,
  approved_by uuid,
  primary key (book_id, document_id, round, line_no, attempt),
  foreign key (book_id, document_id, round, line_no) references projects.payment_lines (book_id, document_id, round, line_no),
  foreign key (book_id, entered_by) references accounting.persons (book_id, person_id),
  constraint reissue_approved_by_another check (approved_by <> entered_by)
);

-- Registers a payee, or more accounts of one, as the approved document says.
create function projects.register_payee(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- An invoice is known from its first use. While nothing uses or reduces it, what was mistyped may still be written right.
create function projects.register_invoice(in_book bigint, payee uuid, of_code text, of_number text, on_day date, of_amount numeric) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
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

-- A red invoice takes off what is not used of the invoice it names; a request that uses more is recalled or returned first.
create function projects.register_red_invoice(in_book bigint, of_payee text, of_code text, of_number text, on_day date, of_amount numeric, red_code text, red_number text,
  person uuid, in_unit uuid, as_role text) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- Takes a filed request's uses of invoices, and gives them back when it returns to its maker or ends.
create function projects.use_invoices(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

create function projects.free_invoices(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (select d.state from projects.documents d where d.book_id = in_book and d.document_id = document for update) not in ('returned', 'rejected', 'withdrawn') then
    raise exception 'the request still uses its invoices' using errcode = 'AC043';
  end if;
  with freed as (
    update projects.invoice_uses u set live = false where u.book_id = in_book and u.document_id = document and u.live returning u.payee_id, u.code, u.number, u.amount)
  update projects.invoices i set used = i.used - f.amount from freed f where i.book_id = in_book and i.payee_id = f.payee_id and i.code = f.code and i.number = f.number;
end $$;

-- What a request gave up or got back for good no longer uses its invoices: the last ones are free for so much.
create function projects.free_excess(in_book bigint, document uuid) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
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

-- Refuses an account that is not registered or still waits.
create function projects.require_usable(in_book bigint, payee uuid, account text) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
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

-- What a project owes of a subsidy batch, what requests already hold of it, and so what may still be asked for.
create function projects.batch_room(in_book bigint, in_node uuid, in_batch uuid, out owed numeric, out held numeric) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce((select sum(p.credit - p.debit) from accounting.positions p where p.book_id = in_book and p.account in ('2303', '2307.03') and p.project_id = in_node and p.subject_id = in_batch), 0),
    coalesce((select sum(r.held) from projects.payment_requests r join projects.documents d on d.book_id = r.book_id and d.document_id = r.document_id
      where r.book_id = in_book and r.batch_id = in_batch and d.node_id = in_node), 0)
$$;

-- Refuses to ask for more of a batch than is owed and not held, so that no payment of it can fall below what is owed.
create function projects.require_batch(in_book bigint, in_node uuid, in_batch uuid, code text, asked numeric) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare b record;
begin
  perform from accounting.subjects s where s.book_id = in_book and s.subject_id = in_batch for no key update; -- one change of a batch at a time
  select * into b from projects.batch_room(in_book, in_node, in_batch);
  if asked > b.owed - b.held then
    raise exception 'batch %: owed %, requested %, asked %: % too much', code, projects.fen(b.owed), projects.fen(b.held), projects.fen(asked), projects.fen(asked - b.owed + b.held) using errcode = 'AC065';
  end if;
end $$;

-- What no budget line refuses: a contract's money goes to its supplier and, as wages, to a wages account; a village gets what
-- it voted for, in all its requests together.
create function projects.require_payable(d projects.documents) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
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

-- Writes an approved request down: its lines, and which budget line pays what of each, filled in order.
create function projects.reserve_request(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- Gives back what was reserved and is not paid, when an approved request returns.
create function projects.give_back_request(in_book bigint, document uuid) returns table (budget_line_id uuid, amount numeric) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- Orders the lines of a request: each gets its number 支付凭证号.
create function projects.order_lines(in_book bigint, document uuid, year int) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.signed(in_book, document, 'payment_request', 'ordered'); l record;
begin
  for l in select x.round, x.line_no from projects.payment_lines x where x.book_id = in_book and x.document_id = document and x.round = d.round and x.state = 'approved' order by x.line_no loop
    update projects.payment_lines x set state = 'ordered', order_number = projects.next_number(in_book, 'ZFPZ', order_lines.year)
      where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = l.line_no;
  end loop;
end $$;

create function projects.next_number(in_book bigint, of_prefix text, of_year int) returns text language plpgsql set search_path = pg_catalog, pg_temp as $$
declare n int;
begin
  insert into projects.document_counters as c (book_id, prefix, year, last_number) values (in_book, of_prefix, of_year, 1)
    on conflict on constraint document_counters_pkey do update set last_number = c.last_number + 1 returning last_number into n;
  return of_prefix || '-' || of_year || '-' || lpad(n::text, 6, '0');
end $$;

-- Finds and locks a line of a request's present round for who works on it.
create function projects.line_of(in_book bigint, document uuid, line int, wanted text[]) returns projects.payment_lines language plpgsql set search_path = pg_catalog, pg_temp as $$
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

create function projects.require_desk(in_book bigint, document uuid, person uuid, in_unit uuid, as_role text, roles text[]) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform projects.require_document(in_book, document, person, in_unit, as_role, null);
  if not as_role = any (roles) then
    raise exception 'this is for %, not for %', array_to_string(roles, ', '), as_role using errcode = 'AC044';
  end if;
end $$;

create function projects.enter_receipt(in_book bigint, document uuid, line int, on_date date, serial text, paper bytea, person uuid, in_unit uuid, as_role text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- Takes a step of the request that follows from its lines and is nobody's desk.
create function projects.follow(in_book bigint, document uuid, by_verb text, person uuid, in_unit uuid, as_role text) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare d projects.documents; s record;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document for update;
  select * into s from projects.steps() x where x.kind = d.kind and x.verb = by_verb and x.from_state = d.state;
  insert into projects.acts (book_id, document_id, ordinal, round, verb, duty, from_state, to_state, person_id, unit_id, role, document_hash)
    select in_book, document, coalesce(max(a.ordinal), 0) + 1, d.round, by_verb, s.duty, d.state, s.to_state, person, in_unit, as_role, d.content_hash
    from projects.acts a where a.book_id = in_book and a.document_id = document;
  update projects.documents x set state = s.to_state, since = clock_timestamp() where x.book_id = in_book and x.document_id = document;
end $$;

-- Confirms a line from its receipt, by another person than who entered it: paid once, out of what the request holds.
create function projects.confirm_line(in_book bigint, document uuid, line int, person uuid, in_unit uuid, as_role text, out bank_day date, out maker uuid, out of_round int)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

create function projects.fail_line(in_book bigint, document uuid, line int, because text, person uuid, in_unit uuid, as_role text) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare l projects.payment_lines;
begin
  perform projects.require_desk(in_book, document, person, in_unit, as_role, '{treasury_officer}');
  l := projects.line_of(in_book, document, line, '{ordered}');
  if coalesce(because, '') = '' then
    raise exception 'line %: write why the bank sent it back', line using errcode = 'AC043';
  end if;
  update projects.payment_lines x set state = 'failed', failed_by = person, failed_because = because where x.book_id = in_book and x.document_id = document and x.round = l.round and x.line_no = line;
end $$;

create function projects.enter_reissue(in_book bigint, document uuid, line int, to_account text, because text, person uuid, in_unit uuid, as_role text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare l projects.payment_lines;
begin
  perform projects.require_desk(in_book, document, person, in_unit, as_role, '{treasury_officer,project_clerk}');
  l := projects.line_of(in_book, document, line, '{failed}');
  perform projects.require_usable(in_book, l.payee_id, to_account);
  insert into projects.reissues (book_id, document_id, round, line_no, attempt, account_number, reason, entered_by)
    select in_book, document, l.round, line, coalesce(max(r.attempt), 0) + 1, to_account, because, person from projects.reissues r
    where r.book_id = in_book and r.document_id = document and r.round = l.round and r.line_no = line;
end $$;

create function projects.approve_reissue(in_book bigint, document uuid, line int, year int, person uuid, in_unit uuid, as_role text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- Gives up a line that failed: what it held goes back.
create function projects.cancel_line(in_book bigint, document uuid, line int, person uuid, in_unit uuid, as_role text, out of_round int) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- Money of a confirmed line that came back, never more than that payment: to be paid again, the line fails and its hold
-- revives. Answers to which budget lines how much goes, the last that paid first.
create function projects.return_on_line(in_book bigint, document uuid, refund uuid, person uuid, in_unit uuid, as_role text) returns table (to_line text, part numeric)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

do $$
declare t text;
begin
  foreach t in array array['payees', 'payee_accounts', 'invoices', 'invoice_uses', 'payment_requests', 'payment_lines', 'payment_draws', 'receipts', 'reissues'] loop
    execute format('create trigger payment_stays before delete on projects.%I for each row execute function accounting.registry_grows()', t);
    execute format('create trigger payments_stay before truncate on projects.%I for each statement execute function accounting.registry_grows()', t);
    execute format('alter table projects.%I enable always trigger payment_stays, enable always trigger payments_stay', t);
  end loop;
  foreach t in array array['payees', 'payee_accounts', 'receipts', 'reissues', 'payment_draws'] loop
    execute format('create trigger payment_is_final before update %2$s on projects.%1$I for each row execute function accounting.journal_is_final()', t,
      case t when 'payment_draws' then 'of amount, budget_line_id, ordinal' when 'receipts' then 'of bank_date, bank_serial, paper_hash, entered_by' when 'reissues' then 'of account_number, reason, entered_by' else '' end);
    execute format('alter table projects.%I enable always trigger payment_is_final', t);
  end loop;
end $$;

grant select on projects.payees, projects.payee_accounts, projects.invoices, projects.invoice_uses, projects.payment_requests, projects.payment_lines, projects.payment_draws, projects.receipts, projects.reissues
  to mingzhang_app, mingzhang_auditor;
revoke execute on function projects.register_payee, projects.register_invoice, projects.register_red_invoice, projects.use_invoices, projects.free_invoices, projects.free_excess, projects.require_usable, projects.batch_room, projects.require_batch, projects.require_payable, projects.reserve_request, projects.give_back_request, projects.order_lines,
  projects.next_number, projects.line_of, projects.require_desk, projects.enter_receipt, projects.follow, projects.confirm_line, projects.fail_line, projects.enter_reissue, projects.approve_reissue,
  projects.cancel_line, projects.return_on_line from public;
grant execute on function projects.batch_room to mingzhang_app, mingzhang_auditor;
grant execute on function projects.register_payee, projects.register_red_invoice, projects.use_invoices, projects.free_invoices, projects.reserve_request, projects.give_back_request, projects.order_lines,
  projects.enter_receipt, projects.confirm_line, projects.fail_line, projects.enter_reissue, projects.approve_reissue, projects.cancel_line, projects.return_on_line to mingzhang_app;
