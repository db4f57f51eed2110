-- What a two-line voucher of this program leaves behind, written by one function call of one client and nothing else:
-- no checks, no floor, no digest, no guards, no number without gaps (that row would queue everybody). How far the program
-- is from here is what its features and its service cost.
create schema rows;
create sequence rows.numbers;
create table rows.vouchers (
  book_id bigint not null, period int not null, number int not null, date date not null, kind text not null, source text not null, source_document uuid not null,
  memo text not null, document_hashes bytea not null, prepared_by uuid not null, reviewed_by uuid not null, posted_by uuid not null, attachment_count int not null,
  refers_period int, refers_number int, line_count int not null, recorded_at timestamptz not null, digest bytea not null,
  primary key (book_id, period, number), unique (book_id, period, number, line_count));
create table rows.lines (
  book_id bigint not null, period int not null, number int not null, line_no int not null, line_count int not null, date date not null, account text not null, basis text not null,
  project_id uuid not null, budget_line_id uuid not null, subject_id uuid not null, economic_class text not null, debit numeric not null, credit numeric not null,
  primary key (book_id, period, number, line_no));
create index on rows.lines (book_id, project_id, account, period);
create table rows.turnover (
  book_id bigint not null, period int not null, account text not null, project_id uuid not null, budget_line_id uuid not null, debit numeric not null, credit numeric not null,
  primary key (book_id, period, account, project_id, budget_line_id)) with (fillfactor = 60);
create table rows.positions (
  book_id bigint not null, account text not null, normal_side text not null, project_id uuid not null, budget_line_id uuid not null, subject_id uuid not null, debit numeric not null, credit numeric not null,
  primary key (book_id, account, project_id, budget_line_id, subject_id)) with (fillfactor = 50);
create table rows.commands (
  book_id bigint not null, key text not null, name text not null, actor uuid not null, at timestamptz not null, request_hash bytea not null, target uuid not null, answer jsonb,
  primary key (book_id, key));
create index on rows.commands (book_id, at);
create table rows.projects (i int primary key, project_id uuid not null, budget_line_id uuid not null);
insert into rows.projects select g, gen_random_uuid(), gen_random_uuid() from generate_series(1, 1000) g;

create function rows.post(p_project int, p_fen bigint) returns int language plpgsql as $$
declare
  zero constant uuid := '00000000-0000-0000-0000-000000000000';
  who constant uuid := '11111111-1111-1111-1111-111111111111';
  sum constant bytea := '\x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
  yuan constant numeric := p_fen / 100.0;
  n int := nextval('rows.numbers');
  p uuid;
  b uuid;
begin
  select x.project_id, x.budget_line_id into p, b from rows.projects x where x.i = p_project;
  insert into rows.positions as x values (640303, '9201', 'debit', p, b, zero, yuan, 0)
    on conflict (book_id, account, project_id, budget_line_id, subject_id) do update set debit = x.debit + excluded.debit;
  insert into rows.turnover as t values (640303, 202512, '9101', p, b, 0, yuan), (640303, 202512, '9201', p, b, yuan, 0)
    on conflict (book_id, period, account, project_id, budget_line_id) do update set debit = t.debit + excluded.debit, credit = t.credit + excluded.credit;
  insert into rows.vouchers values (640303, 202512, n, '2025-12-10', 'ordinary', 'M', zero, '测速', '', who, who, who, 1, null, null, 2, clock_timestamp(), sum);
  insert into rows.lines values
    (640303, 202512, n, 1, 2, '2025-12-10', '9201', 'authority', p, b, zero, '', yuan, 0),
    (640303, 202512, n, 2, 2, '2025-12-10', '9101', 'authority', p, b, zero, '', 0, yuan);
  insert into rows.commands values (640303, 'b1-1-' || n, 'voucher.post', who, clock_timestamp(), sum, zero,
    jsonb_build_object('period', 202512, 'number', n, 'recorded_at', clock_timestamp(), 'digest', encode(sum, 'hex')));
  return n;
end $$;
