-- People. Roles, delegations and departures take effect by documents that two persons have signed: the functions here read
-- the document again and write exactly what it says, so nothing else can be passed to them.

create unique index role_grants_by_document on projects.role_grants (book_id, document_id);
create unique index delegations_by_document on projects.delegations (book_id, document_id);
create index delegations_from on projects.delegations (book_id, from_person);
alter table projects.delegations
  add foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  add foreign key (book_id, ended_by) references projects.documents (book_id, document_id),
  add constraint role_is_lent check (role not in ('admin', 'auditor', 'inspector'));
alter table projects.departures add foreign key (book_id, document_id) references projects.documents (book_id, document_id);

-- Who administers, who audits and who works with money are different persons (R25), today and in the days to come.
create function projects.sort_of_role(role text) returns text language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when role = 'admin' then 'administers' when role in ('auditor', 'inspector') then 'audits' else 'works with money' end
$$;

create function projects.judge_roles() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  who uuid := coalesce(to_jsonb(new) ->> 'person_id', to_jsonb(new) ->> 'to_person'); -- of a grant, of a delegation
  two record;
begin
  with held as (
    select g.role, g.from_day, coalesce(g.until_day, 'infinity') as until_day from projects.role_grants g where g.book_id = new.book_id and g.person_id = who
    union all
    select d.role, d.from_day, least(d.until_day, d.ended_on) from projects.delegations d where d.book_id = new.book_id and d.to_person = who
  )
  select a.role as one, b.role as another into two from held a
    join held b on projects.sort_of_role(b.role) > projects.sort_of_role(a.role) and a.from_day <= b.until_day and b.from_day <= a.until_day limit 1;
  if found then
    raise exception 'one person would be % and %: who administers, who audits and who works with money are different persons', two.one, two.another using errcode = 'AC052';
  end if;
  return null;
end $$;
create trigger judge_roles after insert or update on projects.role_grants for each row execute function projects.judge_roles();
create trigger judge_roles after insert or update on projects.delegations for each row execute function projects.judge_roles();
alter table projects.role_grants enable always trigger judge_roles;
alter table projects.delegations enable always trigger judge_roles;

-- A person by the code a document names.
create function projects.person_called(in_book bigint, by_code text) returns uuid language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare id uuid;
begin
  select p.person_id into id from accounting.persons p where p.book_id = in_book and p.code = by_code;
  if id is null then
    raise exception 'this book has no person with the code %', coalesce(by_code, '(none)') using errcode = 'AC024';
  end if;
  return id;
end $$;

-- The document behind a grant: it stands approved, has not taken effect before and was not approved by whom it is for.
create function projects.granted(in_book bigint, document uuid, of_kind text, for_person text) returns projects.documents language plpgsql set search_path = pg_catalog, pg_temp as $$
declare d projects.documents; who uuid;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document and x.kind = of_kind and x.state = 'granted' for update;
  if not found or document in (select g.document_id from projects.role_grants g where g.book_id = in_book union select g.ended_by from projects.role_grants g where g.book_id = in_book
      union select l.document_id from projects.delegations l where l.book_id = in_book union select l.ended_by from projects.delegations l where l.book_id = in_book
      union select l.document_id from projects.departures l where l.book_id = in_book) then
    raise exception 'there is no granted % that waits to take effect', of_kind using errcode = 'AC043';
  end if;
  who := projects.person_called(in_book, d.content::jsonb ->> for_person);
  if exists (select from projects.acts a where a.book_id = in_book and a.document_id = document and a.verb = 'approve' and a.person_id = who) then
    raise exception 'nobody approves % for oneself', d.number using errcode = 'AC045';
  end if;
  perform from accounting.persons p where p.book_id = in_book and p.person_id = who for no key update; -- one change at a time
  if exists (select from projects.departures l where l.book_id = in_book and l.person_id = who) then
    raise exception '% has left', d.content::jsonb ->> for_person using errcode = 'AC044';
  end if;
  return d;
end $$;

-- What ends, ends from today on at the earliest: what was done in the role before stays done.
create function projects.last_day(k jsonb) returns date language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if (k ->> 'until')::date >= current_date - 1 then
    return (k ->> 'until')::date;
  end if;
  raise exception 'a role ends yesterday at the earliest, not on %', k ->> 'until' using errcode = 'AC043';
end $$;

-- Gives the role a document grants in its unit, or ends one.
create function projects.grant_role(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  d projects.documents := projects.granted(in_book, document, 'role_grant', 'person'); k jsonb := d.content; who uuid := projects.person_called(in_book, k ->> 'person');
  ends boolean := coalesce((k ->> 'end')::boolean, false); last date;
begin
  if ends then
    last := projects.last_day(k);
    update projects.role_grants g set until_day = last, ended_by = document
      where g.book_id = in_book and g.person_id = who and g.unit_id = d.unit_id and g.role = k ->> 'role' and g.from_day <= last and coalesce(g.until_day, 'infinity') > last;
    if not found then
      raise exception '% does not hold % of this unit beyond %', k ->> 'person', k ->> 'role', last using errcode = 'AC044';
    end if;
    return;
  end if;
  if exists (select from projects.role_grants g where g.book_id = in_book and g.person_id = who and g.unit_id = d.unit_id and g.role = k ->> 'role'
      and g.from_day <= coalesce((k ->> 'until')::date, 'infinity') and (k ->> 'from')::date <= coalesce(g.until_day, 'infinity')) then
    raise exception '% holds % of this unit in these days already', k ->> 'person', k ->> 'role' using errcode = 'AC043';
  end if;
  insert into projects.role_grants (book_id, grant_id, person_id, unit_id, role, from_day, until_day, document_id)
    values (in_book, gen_random_uuid(), who, d.unit_id, k ->> 'role', (k ->> 'from')::date, (k ->> 'until')::date, document);
end $$;

-- Lends a role for some days, or ends that. Only who holds a role by an own grant lends it: what was lent is not lent on.
create function projects.lend_role(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  d projects.documents := projects.granted(in_book, document, 'delegation', 'to'); k jsonb := d.content;
  borrower uuid := projects.person_called(in_book, k ->> 'to'); lender uuid := projects.person_called(in_book, k ->> 'lender'); last date;
begin
  if lender is distinct from (select a.person_id from projects.acts a where a.book_id = in_book and a.document_id = document and a.verb = 'submit' order by a.ordinal desc limit 1) then
    raise exception '% does not lend this role: somebody else has submitted %', k ->> 'lender', d.number using errcode = 'AC044';
  end if;
  if coalesce((k ->> 'end')::boolean, false) then
    last := projects.last_day(k);
    update projects.delegations l set ended_on = last, ended_by = document
      where l.book_id = in_book and l.from_person = lender and l.to_person = borrower and l.unit_id = d.unit_id and l.role = k ->> 'role' and least(l.until_day, l.ended_on) > last;
    if not found then
      raise exception '% has not lent % to % beyond %', k ->> 'lender', k ->> 'role', k ->> 'to', last using errcode = 'AC044';
    end if;
    return;
  end if;
  if not projects.holds(in_book, lender, d.unit_id, k ->> 'role', null) then
    raise exception '% does not hold % of this unit and cannot lend it', k ->> 'lender', k ->> 'role' using errcode = 'AC044';
  end if;
  insert into projects.delegations (book_id, delegation_id, from_person, to_person, unit_id, role, from_day, until_day, document_id)
    values (in_book, gen_random_uuid(), lender, borrower, d.unit_id, k ->> 'role', (k ->> 'from')::date, (k ->> 'until')::date, document);
end $$;

-- Records that a person leaves: roles end the day before, and so does what was lent by or to this person.
create function projects.record_departure(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  d projects.documents := projects.granted(in_book, document, 'departure', 'person'); k jsonb := d.content; day date := (k ->> 'left_on')::date;
  leaver uuid := projects.person_called(in_book, k ->> 'person'); heir uuid := projects.person_called(in_book, k ->> 'successor'); last date;
begin
  if exists (select from projects.departures l where l.book_id = in_book and l.person_id = heir) then
    raise exception '% has left and succeeds nobody', k ->> 'successor' using errcode = 'AC044';
  end if;
  insert into projects.departures (book_id, person_id, left_on, successor, recorded_by, document_id)
    select in_book, leaver, day, heir, a.person_id, document from projects.acts a where a.book_id = in_book and a.document_id = document and a.verb = 'approve';
  last := greatest(day, current_date) - 1; -- what was done in a role before today stays done
  update projects.role_grants g set until_day = greatest(g.from_day, last), ended_by = document where g.book_id = in_book and g.person_id = leaver and coalesce(g.until_day, 'infinity') > last;
  update projects.delegations l set ended_on = last, ended_by = document where l.book_id = in_book and leaver in (l.from_person, l.to_person) and least(l.until_day, l.ended_on) > last;
end $$;

-- The roles a person holds today, own ones and lent ones.
create function projects.roles_held(in_book bigint, person uuid) returns table (unit_id uuid, role text, on_behalf_of uuid, from_day date, until_day date)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select g.unit_id, g.role, null::uuid, g.from_day, g.until_day from projects.role_grants g
   where g.book_id = in_book and g.person_id = person and current_date between g.from_day and coalesce(g.until_day, 'infinity') and projects.holds(in_book, person, g.unit_id, g.role, null)
  union all
  select l.unit_id, l.role, l.from_person, l.from_day, least(l.until_day, l.ended_on) from projects.delegations l
   where l.book_id = in_book and l.to_person = person and current_date between l.from_day and least(l.until_day, l.ended_on) and projects.holds(in_book, person, l.unit_id, l.role, l.from_person)
$$;

-- Parties of projects may be named before their unit is registered: then they become it.
create function projects.unit_party() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update projects.node_parties p set unit_id = new.unit_id where p.book_id = new.book_id and p.name = new.name and p.unit_id is null;
  return null;
end $$;
create trigger unit_party after insert or update of name on accounting.units for each row execute function projects.unit_party();
alter table accounting.units enable always trigger unit_party;

revoke execute on function projects.sort_of_role, projects.judge_roles, projects.person_called, projects.granted, projects.last_day, projects.grant_role, projects.lend_role, projects.record_departure,
  projects.roles_held, projects.unit_party from public;
grant execute on function projects.grant_role, projects.lend_role, projects.record_departure to mingzhang_app;
grant execute on function projects.roles_held to mingzhang_app, mingzhang_auditor;
