-- The books: registries that only grow, the journal, and the balances kept beside it.
-- book_id leads every key, so that the same schema runs on one server, a replicated one and a sharded one.

create schema if not exists accounting;

-- numeric(20,2) would round a third decimal silently; this domain refuses it, and NaN and infinity with it.
create domain accounting.yuan as numeric
  constraint yuan_has_two_decimals check (scale(value) <= 2 and abs(value) < 1e15);

create table accounting.books (
  book_id bigint primary key,
  code text not null unique,
  name text not null,
  kind text not null check (kind in ('real', 'demo')),
  currency text not null default 'CNY',
  created_at timestamptz not null default now()
);

create table accounting.units (
  book_id bigint not null references accounting.books,
  unit_id uuid not null,
  code text not null,
  name text not null,
  kind text not null check (kind in ('administrative', 'institution', 'enterprise', 'other')),
  primary key (book_id, unit_id),
  unique (book_id, code)
);

create table accounting.persons (
  book_id bigint not null references accounting.books,
  person_id uuid not null,
  code text not null,
  name text not null,
  unit_id uuid not null,
  primary key (book_id, person_id),
  unique (book_id, code),
  foreign key (book_id, unit_id) references accounting.units (book_id, unit_id)
);

-- mask packs what the posting function asks of an account into one number, so that a line costs one look-up:
-- 1 leaf, 2 takes a budget line, 4 takes an economic class, 8 floor, 16 normal side is credit, 32 zero after each
-- voucher, 64 cancels over the book, 128 budgetary, 256 authority, 512 x kind of subject (1 contract, 2 request, 3 batch, 4 injection).
create table accounting.accounts (
  book_id bigint not null references accounting.books,
  code text not null check (code ~ '^[1-9][0-9]{3}(\.[0-9]{2})?$'),
  name_zh text not null,
  name_en text not null,
  type text not null,
  normal_side text not null check (normal_side in ('debit', 'credit')),
  basis text not null,
  leaf boolean not null,
  takes_line boolean not null,
  takes_subject text not null check (takes_subject in ('', 'contract', 'request', 'batch', 'injection')),
  takes_class boolean not null,
  rule text not null check (rule in ('', 'floor', 'voucher_zero', 'book_zero')),
  statutory_code text,
  mask int not null generated always as (
    leaf::int + 2 * takes_line::int + 4 * takes_class::int + 8 * (rule = 'floor')::int + 16 * (normal_side = 'credit')::int
    + 32 * (rule = 'voucher_zero')::int + 64 * (rule = 'book_zero')::int
    + 128 * (basis = 'budgetary')::int + 256 * (basis = 'authority')::int
    + 512 * case takes_subject when 'contract' then 1 when 'request' then 2 when 'batch' then 3 when 'injection' then 4 else 0 end) stored,
  primary key (book_id, code),
  -- the first digit tells the basis
  constraint account_basis check (basis = case when code < '6' then 'financial' when code < '9' then 'budgetary' else 'authority' end)
);

-- A ledger is a project's self-balancing set of accounts. Its accounting unit stays for life.
create table accounting.ledgers (
  book_id bigint not null references accounting.books,
  project_id uuid not null,
  unit_id uuid not null,
  code text not null,
  primary key (book_id, project_id),
  unique (book_id, code),
  foreign key (book_id, unit_id) references accounting.units (book_id, unit_id)
);
create index ledgers_by_unit on accounting.ledgers (book_id, unit_id);

create table accounting.budget_lines (
  book_id bigint not null,
  budget_line_id uuid not null,
  project_id uuid not null,
  fiscal_year int not null check (fiscal_year between 2000 and 2999),
  code text not null,
  fund_nature text not null check (fund_nature in ('general_public_budget', 'government_fund')),
  funding_source text not null,
  functional_class text not null default '',
  carried_from uuid,
  primary key (book_id, budget_line_id),
  unique (book_id, code),
  foreign key (book_id, project_id) references accounting.ledgers (book_id, project_id),
  foreign key (book_id, carried_from) references accounting.budget_lines (book_id, budget_line_id),
  check (budget_line_id <> '00000000-0000-0000-0000-000000000000')
);
create index budget_lines_by_project on accounting.budget_lines (book_id, project_id);
create unique index budget_line_carried_once on accounting.budget_lines (book_id, carried_from) where carried_from is not null;

-- What a line may be about besides its project: a contract, a payment request, a subsidy batch, an injection document.
create table accounting.subjects (
  book_id bigint not null references accounting.books,
  subject_id uuid not null,
  kind text not null check (kind in ('contract', 'request', 'batch', 'injection')),
  code text not null,
  primary key (book_id, subject_id),
  check (subject_id <> '00000000-0000-0000-0000-000000000000')
);

-- Partial only in form: a plan made while the table is empty would otherwise take this index, by its first column alone,
-- to look an identity up, and read every subject for each line for as long as the plan is kept.
create unique index subjects_by_code on accounting.subjects (book_id, kind, code) where kind <> '';

-- One row is the gate of a period, its voucher counter and, once closed, its root: posting updates it, closing locks it.
create table accounting.periods (
  book_id bigint not null references accounting.books,
  period int not null check (period % 100 between 1 and 14 and period / 100 between 2024 and 2040),
  state text not null check (state in ('open', 'closed')),
  last_number int not null default 0 check (last_number >= 0),
  root bytea check (octet_length(root) = 32),
  tree_size int,
  closed_at timestamptz,
  closed_by uuid,
  primary key (book_id, period),
  foreign key (book_id, closed_by) references accounting.persons (book_id, person_id),
  constraint closed_has_root check ((state = 'closed') = (root is not null and tree_size is not null and closed_at is not null and closed_by is not null))
);

create table accounting.vouchers (
  book_id bigint not null,
  period int not null,
  number int not null check (number > 0),
  date date not null,
  kind text not null check (kind in ('ordinary', 'opening', 'closing', 'reversal', 'correction', 'demonstration')),
  source text not null check (source ~ '^[A-Za-z0-9+-]{1,12}$'),
  source_document uuid not null,
  memo text not null check (memo <> '' and memo !~ '[\x01-\x1f\x7f]'),
  document_hashes bytea not null check (octet_length(document_hashes) % 32 = 0),
  prepared_by uuid not null,
  reviewed_by uuid not null,
  posted_by uuid not null,
  attachment_count int not null check (attachment_count >= 0),
  refers_period int,
  refers_number int,
  line_count int not null check (line_count >= 2),
  recorded_at timestamptz not null,
  digest bytea not null check (octet_length(digest) = 32),
  primary key (book_id, period, number),
  unique (book_id, period, number, line_count),
  constraint prepared_and_reviewed_by_two check (prepared_by <> reviewed_by),
  -- R06: only these kinds may stand without an attachment
  constraint attachment_or_exempt check (attachment_count > 0 or kind in ('opening', 'closing', 'reversal', 'demonstration')),
  constraint refers_when_it_must check ((kind in ('reversal', 'correction')) = (refers_period is not null and refers_number is not null)),
  constraint date_in_period check (extract(year from date) = period / 100 and (period % 100 > 12 or extract(month from date) = period % 100))
) partition by range (period);

create table accounting.lines (
  book_id bigint not null,
  period int not null,
  number int not null,
  line_no int not null,
  line_count int not null,
  date date not null,
  account text not null,
  basis text not null,
  project_id uuid not null,
  budget_line_id uuid not null,
  subject_id uuid not null,
  economic_class text not null check (economic_class ~ '^[0-9]{0,7}$'),
  debit accounting.yuan not null,
  credit accounting.yuan not null,
  -- with the key on line_count no line can ever be added to a voucher that has all of its lines
  constraint line_within_count check (line_no between 1 and line_count),
  constraint one_side check ((debit = 0) <> (credit = 0))
) partition by range (period);
create index lines_of_account on accounting.lines (book_id, project_id, account, period);
create index lines_of_subject on accounting.lines (book_id, subject_id, account, period) where subject_id <> '00000000-0000-0000-0000-000000000000';
-- Made last: on an empty table all indexes look equally cheap, PostgreSQL then takes the newest, and a plan made so is kept
-- while the year fills. With another index the key from voucher to line would read all lines of the period per voucher.
alter table accounting.lines add primary key (book_id, period, number, line_no);

-- A year holds its periods 01 to 14. There is no default partition: a year that was not made is refused.
-- A line belongs to its voucher and that voucher's count; a voucher has its last line. The keys stand between the two
-- partitions of a year: on the parents each check would open all seventeen years (measured: 0.2 ms a line instead of 0.01).
do $$ begin
  for y in 2024..2040 loop
    execute format('create table accounting.vouchers_%s partition of accounting.vouchers for values from (%s) to (%s)', y, y * 100 + 1, (y + 1) * 100 + 1);
    execute format('create table accounting.lines_%s partition of accounting.lines for values from (%s) to (%s)', y, y * 100 + 1, (y + 1) * 100 + 1);
    execute format('alter table accounting.lines_%1$s add constraint line_of_voucher foreign key (book_id, period, number, line_count) references accounting.vouchers_%1$s (book_id, period, number, line_count)', y);
    execute format('alter table accounting.vouchers_%1$s add constraint voucher_has_lines foreign key (book_id, period, number, line_count) references accounting.lines_%1$s (book_id, period, number, line_no)', y);
  end loop;
end $$;

-- A unique rule over all years cannot stand on the partitioned table: hence a table of its own. Reversed once.
create table accounting.reversals (
  book_id bigint not null,
  period int not null,
  number int not null,
  by_period int not null,
  by_number int not null,
  primary key (book_id, period, number),
  unique (book_id, by_period, by_number),
  foreign key (book_id, period, number) references accounting.vouchers (book_id, period, number), -- by_* is judged with the red voucher, which comes after this row
  constraint same_fiscal_year check (period / 100 = by_period / 100)
);

-- Movement per period: answers trial balances without reading lines. No subject, or it would grow like the lines.
create table accounting.turnover (
  book_id bigint not null,
  period int not null,
  account text not null,
  project_id uuid not null,
  budget_line_id uuid not null,
  debit accounting.yuan not null,
  credit accounting.yuan not null,
  primary key (book_id, period, account, project_id, budget_line_id)
) with (fillfactor = 60);

-- What accounts with a floor hold now, per key. The CHECK is why overspending is impossible and not merely refused.
create table accounting.positions (
  book_id bigint not null,
  account text not null,
  normal_side text not null,
  project_id uuid not null,
  budget_line_id uuid not null,
  subject_id uuid not null,
  debit accounting.yuan not null,
  credit accounting.yuan not null,
  primary key (book_id, account, project_id, budget_line_id, subject_id),
  constraint floor check (case normal_side when 'debit' then debit - credit else credit - debit end >= 0)
) with (fillfactor = 50);

-- Idempotency and the operation log are one table: a command that happened is a row with its answer.
create table accounting.commands (
  book_id bigint not null,
  key text not null check (key <> '' and octet_length(key) <= 200),
  name text not null,
  actor uuid not null,
  at timestamptz not null,
  request_hash bytea not null check (octet_length(request_hash) = 32),
  target uuid not null,
  answer jsonb,
  primary key (book_id, key)
);
create index commands_by_time on accounting.commands using brin (at); -- rows come in the order of time, so a summary of blocks is enough

-- Attempts that were refused: nothing else of them is in the books.
create table accounting.refusals (
  book_id bigint not null,
  refusal_id uuid not null,
  at timestamptz not null,
  actor uuid not null,
  name text not null,
  key text not null,
  code text not null,
  detail text not null,
  primary key (book_id, refusal_id)
);
create index refusals_by_time on accounting.refusals using brin (at);
