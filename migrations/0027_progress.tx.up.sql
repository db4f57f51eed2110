-- 进度填报: what the unit of a project, or a unit that leads it, says once a month about how far the work is. An entry never
-- changes: a later one of the same month is its next version. Settings say until when a month's entry is due and from how many
-- points of lag on a light is yellow or red.

create table projects.progress_entries (
  book_id bigint not null,
  node_id uuid not null,
  month int not null, -- 202503
  version int not null check (version > 0), -- the last one counts
  percent numeric(5,2) not null, -- 形象进度
  problems text not null check (length(problems) <= 2000), -- 存在问题; empty: none
  measures text not null check (length(measures) <= 2000), -- 下步措施
  reason text not null check (length(reason) <= 2000),     -- why it is less than was said before
  day date not null, -- 填报日期
  filed_by uuid not null, -- 填报人
  unit_id uuid not null,  -- for which unit
  role text not null,
  on_behalf_of uuid,      -- who lent the role
  filed_at timestamptz not null default clock_timestamp(),
  primary key (book_id, node_id, month, version),
  foreign key (book_id, node_id) references projects.nodes (book_id, node_id),
  foreign key (book_id, filed_by) references accounting.persons (book_id, person_id),
  foreign key (book_id, on_behalf_of) references accounting.persons (book_id, person_id),
  foreign key (book_id, unit_id) references accounting.units (book_id, unit_id),
  constraint month_of_a_year check (month between 200001 and 299912 and month % 100 between 1 and 12),
  constraint percent_of_the_work check (percent between 0 and 100)
);

-- The jury over every entry, whoever wrote the row: of no month to come, on a day that is there, by somebody who holds a role
-- in a unit that keeps or leads the project, next after the version before; and what goes back says why.
create function projects.judge_progress() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare project text; former record; later record; last int;
begin
  select n.code into project from projects.nodes n where n.book_id = new.book_id and n.node_id = new.node_id;
  if new.month > to_char(current_date, 'YYYYMM')::int or new.day > current_date or new.day < make_date(new.month / 100, new.month % 100, 1) then
    raise exception 'progress of %, filed on %: a month is reported on from its first day on, and no day to come', to_char(make_date(new.month / 100, new.month % 100, 1), 'YYYY-MM'), new.day using errcode = 'AC085';
  end if;
  if new.role not in ('project_clerk', 'project_head', 'lead_approver') then
    raise exception 'progress is filed by project_clerk, project_head or lead_approver, not by %', new.role using errcode = 'AC044';
  end if;
  if not projects.holds(new.book_id, new.filed_by, new.unit_id, new.role, new.on_behalf_of) then
    raise exception 'role % of this unit is not held today', new.role using errcode = 'AC044';
  end if;
  if not projects.concerns(new.book_id, new.node_id, new.unit_id) then
    raise exception 'this unit neither keeps nor leads %', project using errcode = 'AC044';
  end if;
  select coalesce(max(e.version), 0) into last from projects.progress_entries e
    where e.book_id = new.book_id and e.node_id = new.node_id and e.month = new.month and e.version <> new.version;
  if new.version <> last + 1 then
    raise exception 'progress of % has % versions in this month: the next is not %', project, last, new.version using errcode = 'AC085';
  end if;
  select e.month, e.percent into former from projects.progress_entries e
    where e.book_id = new.book_id and e.node_id = new.node_id and e.month <= new.month and (e.month, e.version) <> (new.month, new.version) order by e.month desc, e.version desc limit 1;
  select e.month, e.percent into later from projects.progress_entries e
    where e.book_id = new.book_id and e.node_id = new.node_id and e.month > new.month order by e.month, e.version desc limit 1;
  if new.reason = '' and former.percent > new.percent then
    raise exception '% was at % %% by the entry of %: % %% is less and needs a reason', project, former.percent, former.month, new.percent using errcode = 'AC086';
  end if;
  if new.reason = '' and later.percent < new.percent then
    raise exception '% is at % %% by the entry of %: % %% before is more and needs a reason', project, later.percent, later.month, new.percent using errcode = 'AC086';
  end if;
  return null;
end $$;
create trigger judge_progress after insert on projects.progress_entries for each row execute function projects.judge_progress();
create trigger entry_is_final before update or delete on projects.progress_entries for each row execute function accounting.journal_is_final();
create trigger entries_are_final before truncate on projects.progress_entries for each statement execute function accounting.journal_is_final();
alter table projects.progress_entries enable always trigger judge_progress, enable always trigger entry_is_final, enable always trigger entries_are_final;

create policy unit_reads on projects.progress_entries for select to mingzhang_app using (
  (select current_setting('mingzhang.reads', true) = 'all') or node_id in (select projects.readable_nodes()));
create policy auditor_reads on projects.progress_entries for select to mingzhang_auditor using (true);
alter table projects.progress_entries enable row level security;

-- Files an entry, as the next version of its month. Two at once wait for each other at the project.
create function projects.file_progress(in_book bigint, node uuid, of_month int, of_percent numeric, of_problems text, of_measures text, because text, on_day date,
  person uuid, in_unit uuid, as_role text, behalf uuid) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare made int;
begin
  perform from projects.nodes n where n.book_id = in_book and n.node_id = node for no key update;
  select coalesce(max(e.version), 0) + 1 into made from projects.progress_entries e where e.book_id = in_book and e.node_id = node and e.month = of_month;
  insert into projects.progress_entries (book_id, node_id, month, version, percent, problems, measures, reason, day, filed_by, unit_id, role, on_behalf_of)
    values (in_book, node, of_month, made, of_percent, of_problems, of_measures, because, on_day, person, in_unit, as_role, behalf);
  return made;
end $$;

-- Settings: the day of the next month until which an entry is filed, and the lights.
alter table projects.settings
  add column progress_due_day int check (progress_due_day between 1 and 28), -- null: the document does not say
  add column yellow_points numeric(5,2),
  add column red_points numeric(5,2),
  add constraint lights_in_order check (num_nonnulls(yellow_points, red_points) = 0 or coalesce(yellow_points >= 0 and yellow_points < red_points and red_points <= 100, false));

create or replace function projects.put_in_effect(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents; said jsonb;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document for update;
  if not found or d.kind <> 'setting' or d.state <> 'posted' or exists (select from projects.settings s where s.book_id = in_book and s.document_id = document) then
    raise exception 'settings are put in effect once, by a document that another person approved' using errcode = 'AC043';
  end if;
  said := d.content::jsonb;
  insert into projects.settings (book_id, document_id, payee_wait_hours, second_factor_roles, treasury_lists, progress_due_day, yellow_points, red_points)
    values (in_book, document, (said ->> 'payee_wait_hours')::int,
      case when said ? 'second_factor_roles' then array(select r from jsonb_array_elements_text(said -> 'second_factor_roles') r order by r) end, said ->> 'treasury_lists',
      (said ->> 'progress_due_day')::int, (said #>> '{lights,yellow}')::numeric, (said #>> '{lights,red}')::numeric);
  insert into projects.flows as f (book_id, flow, minimum_persons, up_to)
    select in_book, x.flow, x.minimum_persons, x.up_to from jsonb_to_recordset(coalesce(said -> 'flows', '[]')) as x (flow text, minimum_persons int, up_to numeric)
    on conflict (book_id, flow) do update set minimum_persons = excluded.minimum_persons, up_to = excluded.up_to;
  if said ? 'approval_bands' then
    delete from projects.approval_bands b where b.book_id = in_book;
    insert into projects.approval_bands (book_id, from_amount, approvers)
      select in_book, x.from_amount, x.approvers from jsonb_to_recordset(said -> 'approval_bands') as x (from_amount numeric, approvers int);
  end if;
end $$;

-- The entry of a month is filed until the 5th of the next unless two persons have said otherwise.
create function projects.progress_due_day(in_book bigint) returns int language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce((select s.progress_due_day from projects.settings s where s.book_id = in_book and s.progress_due_day is not null order by s.in_effect_at desc limit 1), 5)
$$;

-- More than so many points behind, a light is yellow, or red.
create function projects.light_points(in_book bigint, out yellow numeric, out red numeric) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select x.yellow_points, x.red_points from (
    select s.yellow_points, s.red_points, s.in_effect_at from projects.settings s where s.book_id = in_book and s.red_points is not null
    union all select 5.00, 15.00, '-infinity') x
  order by x.in_effect_at desc limit 1
$$;

grant select on projects.progress_entries to mingzhang_app, mingzhang_auditor;
revoke execute on function projects.judge_progress, projects.file_progress, projects.progress_due_day, projects.light_points from public;
grant execute on function projects.file_progress to mingzhang_app;
grant execute on function projects.progress_due_day, projects.light_points to mingzhang_app, mingzhang_auditor;
