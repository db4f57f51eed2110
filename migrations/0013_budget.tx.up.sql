-- Registers beside the budget: numbers of documents that were used, lists of subsidies, what a village resolved, injections,
-- and what is planned to be paid in each quarter. Each row says what an approved document says. Amounts are yuan.

-- A number 文号 brings one event about on one budget line, once.
create table projects.budget_numbers (
  book_id bigint not null,
  document_no text not null,
  event text not null,
  budget_line text not null, -- as the document names it
  document_id uuid not null,
  primary key (book_id, document_no, event, budget_line),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id)
);

-- 补贴批次: a count times a rate; the list of names stays with the unit.
create table projects.subsidy_batches (
  book_id bigint not null,
  batch_id uuid not null, -- the document and the ledger's subject
  node_id uuid not null,
  code text not null check (code <> ''),
  month text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  count int not null check (count > 0),
  rate numeric(20, 4) not null check (rate > 0),
  total accounting.yuan not null check (total > 0),
  published_from date not null,
  published_until date not null check (published_until >= published_from),
  locked_on date not null,
  primary key (book_id, batch_id),
  unique (book_id, code),
  foreign key (book_id, batch_id) references projects.documents (book_id, document_id),
  foreign key (book_id, node_id) references projects.nodes (book_id, node_id),
  constraint batch_is_count_times_rate check (total = round(count * rate, 2)),
  constraint list_published_before check (published_until <= locked_on) -- R22
);

-- 注资备查: what the bureau owns of an enterprise, which no account of this book shows.
create table projects.injections (
  book_id bigint not null,
  injection_id uuid not null, -- the document
  node_id uuid not null,
  investee text not null check (investee <> ''),
  day date not null,
  amount accounting.yuan not null check (amount > 0),
  share numeric(7, 4) check (share > 0 and share <= 100), -- percent; null: not agreed
  agreement text not null check (agreement <> ''),          -- number of the agreement
  expected_income accounting.yuan check (expected_income >= 0), -- a year
  primary key (book_id, injection_id),
  unique (book_id, node_id, investee, agreement, day), -- one agreement may be paid in parts, each on its day
  foreign key (book_id, injection_id) references projects.documents (book_id, document_id),
  foreign key (book_id, node_id) references projects.nodes (book_id, node_id)
);

-- 村项目: what the village resolved 一事一议 and published; the latest document of a village counts.
create table projects.village_records (
  book_id bigint not null,
  node_id uuid not null,
  document_id uuid not null,
  voted_on date not null,
  published_on date not null check (published_on >= voted_on),
  mode text not null check (mode in ('builds', 'grants')),
  township text not null check (township <> ''),
  owner text not null, -- after hand-over; empty while not known
  county accounting.yuan not null check (county >= 0),
  bridging accounting.yuan not null check (bridging >= 0),
  self_raised accounting.yuan not null check (self_raised >= 0),
  labour accounting.yuan not null check (labour >= 0),
  primary key (book_id, document_id),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  foreign key (book_id, node_id) references projects.nodes (book_id, node_id)
);
create index village_records_of_node on projects.village_records (book_id, node_id);

-- 用款计划 by quarter: a warning, never a limit. The latest document of a line and quarter counts.
create table projects.cash_plans (
  book_id bigint not null,
  budget_line_id uuid not null,
  quarter int not null check (quarter between 1 and 4),
  document_id uuid not null,
  amount accounting.yuan not null check (amount >= 0),
  primary key (book_id, budget_line_id, quarter, document_id),
  foreign key (book_id, budget_line_id) references accounting.budget_lines (book_id, budget_line_id),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id)
);

create function projects.use_budget_number(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.signed(in_book, document, 'budget', 'posted'); k jsonb := d.content; used text;
begin
  insert into projects.budget_numbers (book_id, document_no, event, budget_line, document_id)
    select in_book, k ->> 'document_no', k ->> 'event', coalesce(k #>> '{input,budget_line}', k #>> '{input,parent}', k #>> '{input,from}', ''), document on conflict do nothing;
  if not found then
    select x.number into used from projects.budget_numbers n join projects.documents x on x.book_id = n.book_id and x.document_id = n.document_id
      where n.book_id = in_book and n.document_no = k ->> 'document_no' and n.event = k ->> 'event' and n.budget_line = coalesce(k #>> '{input,budget_line}', k #>> '{input,parent}', k #>> '{input,from}', '');
    raise exception '文号 % brought % about on this budget line before, by %', k ->> 'document_no', k ->> 'event', used using errcode = 'AC054';
  end if;
end $$;

create function projects.lock_batch(in_book bigint, document uuid, on_day date) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.signed(in_book, document, 'subsidy_batch', 'locked'); k jsonb := d.content;
begin
  if (k ->> 'published_until')::date > on_day then
    raise exception 'list % is published until %, locked on %', k ->> 'code', k ->> 'published_until', on_day using errcode = 'AC053';
  end if;
  insert into projects.subsidy_batches (book_id, batch_id, node_id, code, month, count, rate, total, published_from, published_until, locked_on)
    values (in_book, document, d.node_id, k ->> 'code', k ->> 'month', (k ->> 'count')::int, (k ->> 'rate')::numeric, (k ->> 'total')::numeric,
      (k ->> 'published_from')::date, (k ->> 'published_until')::date, on_day);
end $$;

create function projects.keep_injection(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.signed(in_book, document, 'injection_record', 'posted'); k jsonb := d.content;
begin
  insert into projects.injections (book_id, injection_id, node_id, investee, day, amount, share, agreement, expected_income)
    values (in_book, document, d.node_id, k ->> 'investee', (k ->> 'date')::date, (k ->> 'amount')::numeric, (k ->> 'share')::numeric, k ->> 'agreement', (k ->> 'expected_income')::numeric);
end $$;

create function projects.keep_village_record(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.signed(in_book, document, 'village_record', 'posted'); k jsonb := d.content;
begin
  insert into projects.village_records (book_id, node_id, document_id, voted_on, published_on, mode, township, owner, county, bridging, self_raised, labour)
    values (in_book, d.node_id, document, (k ->> 'voted_on')::date, (k ->> 'published_on')::date, k ->> 'mode', k ->> 'township', coalesce(k ->> 'owner', ''),
      (k ->> 'county')::numeric, (k ->> 'bridging')::numeric, (k ->> 'self_raised')::numeric, (k ->> 'labour')::numeric);
end $$;

create function projects.keep_cash_plan(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.signed(in_book, document, 'cash_plan', 'posted'); k jsonb := d.content;
begin
  insert into projects.cash_plans (book_id, budget_line_id, quarter, document_id, amount)
    select in_book, b.budget_line_id, (q ->> 'quarter')::int, document, (q ->> 'amount')::numeric from jsonb_array_elements(k -> 'quarters') q
    join accounting.budget_lines b on b.book_id = in_book and b.code = q ->> 'budget_line';
end $$;

do $$
declare t text;
begin
  foreach t in array array['budget_numbers', 'subsidy_batches', 'injections', 'village_records', 'cash_plans'] loop
    execute format('create trigger register_stays before delete on projects.%I for each row execute function accounting.registry_grows()', t);
    execute format('create trigger registers_stay before truncate on projects.%I for each statement execute function accounting.registry_grows()', t);
    execute format('create trigger register_is_final before update on projects.%I for each row execute function accounting.journal_is_final()', t);
    execute format('alter table projects.%I enable always trigger register_stays, enable always trigger registers_stay, enable always trigger register_is_final', t);
  end loop;
end $$;

grant select on projects.budget_numbers, projects.subsidy_batches, projects.injections, projects.village_records, projects.cash_plans to mingzhang_app, mingzhang_auditor;
revoke execute on function projects.use_budget_number, projects.lock_batch, projects.keep_injection, projects.keep_village_record, projects.keep_cash_plan from public;
grant execute on function projects.use_budget_number, projects.lock_batch, projects.keep_injection, projects.keep_village_record, projects.keep_cash_plan to mingzhang_app;
