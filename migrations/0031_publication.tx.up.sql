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
