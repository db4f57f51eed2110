-- 公开: the progress of the programmes for everybody, without signing in. Whether it is given out is a setting that two persons
-- decide: a real book gives out nothing until then, the demonstration's book does. Given out is how a book stood at the end of
-- its last closed month, so that nobody outside sees a figure that can still change, or one of a day in progress.

alter table projects.settings add column public_progress text check (public_progress in ('published', 'not_published')); -- null: the document does not say

create or replace function projects.put_in_effect(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

create function projects.public_progress(in_book bigint) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce((select s.public_progress = 'published' from projects.settings s where s.book_id = in_book and s.public_progress is not null order by s.in_effect_at desc limit 1),
    (select b.kind = 'demo' from accounting.books b where b.book_id = in_book), false)
$$;

-- All that somebody who has not signed in is told, and the only door to it: of every book that gives it out, its projects as they
-- stood at the end of the last closed month. No payee, no account and no person is among the columns; plan, paid and certified
-- are a project's own, which its reader adds up. Period 13 belongs to December once it is closed too; 14 pays nothing out.
create function projects.published_progress() returns table (book_id bigint, book_name text, demo boolean, as_of date, code text, parent text, works boolean, name_zh text, name_en text, due_month text,
  leads text[], plan numeric, paid numeric, certified numeric, percent numeric, percent_month int)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
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

revoke execute on function projects.public_progress, projects.published_progress from public;
grant execute on function projects.public_progress to mingzhang_app, mingzhang_auditor;
grant execute on function projects.published_progress to mingzhang_app;

-- 督查通报: the notice of a month as it was issued. What it says is kept as canonical JSON with its hash, so that a ranking stays
-- what was told the units when the books say something else later. One inspector drafts it, another issues exactly that.
create table projects.notices (
  book_id bigint not null references accounting.books,
  notice_id uuid not null,
  month int not null check (month between 200001 and 299912 and month % 100 between 1 and 12),
  day date not null,
  state text not null check (state in ('draft', 'issued', 'withdrawn')),
  issue int check (issue > 0), -- 第 n 期 of the day's year
  content text not null, -- canonical JSON
  content_hash bytea not null,
  drafted_by uuid not null,
  drafted_at timestamptz not null default clock_timestamp(),
  decided_by uuid, -- who issued or withdrew it
  decided_at timestamptz,
  primary key (book_id, notice_id),
  foreign key (book_id, drafted_by) references accounting.persons (book_id, person_id),
  foreign key (book_id, decided_by) references accounting.persons (book_id, person_id),
  constraint hash_is_of_content check (content_hash = sha256(convert_to(content, 'UTF8'))),
  constraint month_is_over check (day > (make_date(month / 100, month % 100, 1) + interval '1 month - 1 day')::date),
  constraint issued_by_another check (state <> 'issued' or decided_by <> drafted_by),
  constraint decided_or_draft check ((state = 'draft') = (decided_by is null) and (state = 'draft') = (decided_at is null) and (state = 'issued') = (issue is not null))
);
create unique index one_draft_of_a_month on projects.notices (book_id, month) where state = 'draft';
create unique index issue_of_a_year on projects.notices (book_id, extract(year from day), issue);

-- What was issued or withdrawn never changes, and a draft only by being issued or withdrawn.
create function projects.judge_notice() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if old.state <> 'draft' or (new.book_id, new.notice_id, new.month, new.day, new.content, new.drafted_by, new.drafted_at) <> (old.book_id, old.notice_id, old.month, old.day, old.content, old.drafted_by, old.drafted_at) then
    raise exception 'a notice stays as it was written' using errcode = 'AC043';
  end if;
  return new;
end $$;
create trigger judge_notice before update on projects.notices for each row execute function projects.judge_notice();
create trigger notice_stays before delete on projects.notices for each row execute function accounting.registry_grows();
create trigger notices_stay before truncate on projects.notices for each statement execute function accounting.registry_grows();
alter table projects.notices enable always trigger judge_notice, enable always trigger notice_stays, enable always trigger notices_stay;

-- A draft is the bureau's; what was issued is read by everybody who has signed in.
create policy unit_reads on projects.notices for select to mingzhang_app using (
  (select current_setting('mingzhang.reads', true) = 'all') or state = 'issued' and (select coalesce(current_setting('mingzhang.reads', true), '') <> ''));
create policy auditor_reads on projects.notices for select to mingzhang_auditor using (true);
alter table projects.notices enable row level security;

-- Drafts the notice of a month; a draft that was there before is withdrawn.
create function projects.draft_notice(in_book bigint, id uuid, of_month int, on_day date, said text, person uuid, in_unit uuid, as_role text, behalf uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

-- Issues the very text that was shown, under the next number of its year.
create function projects.issue_notice(in_book bigint, id uuid, shown bytea, person uuid, in_unit uuid, as_role text, behalf uuid) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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

grant select on projects.notices to mingzhang_app, mingzhang_auditor;
revoke execute on function projects.judge_notice, projects.draft_notice, projects.issue_notice from public;
grant execute on function projects.draft_notice, projects.issue_notice to mingzhang_app;
