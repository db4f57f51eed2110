-- Closing by two persons: one proposes it after looking at the period, another confirms exactly what was shown. What was
-- closed before reads as it was recorded then: by one.

create table accounting.close_proposals (
  book_id bigint not null,
  period int not null,
  number int not null constraint proposal_number check (number > 0), -- of the period: 1, 2, …
  last_number int not null constraint proposal_last_number check (last_number >= 0), -- of the period when it was looked at
  proposed_by uuid not null,
  proposed_at timestamptz not null default clock_timestamp(),
  outcome text constraint proposal_outcome check (outcome in ('confirmed', 'withdrawn', 'outdated')), -- null: it stands
  ended_by uuid,
  ended_at timestamptz,
  ended_because text constraint proposal_reason check (length(ended_because) between 1 and 500),
  primary key (book_id, period, number),
  foreign key (book_id, period) references accounting.periods (book_id, period),
  foreign key (book_id, proposed_by) references accounting.persons (book_id, person_id),
  foreign key (book_id, ended_by) references accounting.persons (book_id, person_id),
  constraint end_is_whole check ((outcome is null) = (ended_by is null) and (outcome is null) = (ended_at is null)),
  constraint withdrawn_says_why check ((outcome is not distinct from 'withdrawn') = (ended_because is not null)),
  constraint confirmed_by_another check (outcome is distinct from 'confirmed' or ended_by <> proposed_by)
);
create unique index one_proposal_stands on accounting.close_proposals (book_id, period) where outcome is null;
create unique index confirmed_once on accounting.close_proposals (book_id, period) where outcome = 'confirmed';

-- Which periods were closed before two persons were needed: told once, here.
alter table accounting.periods add column closed_by_one boolean not null default false,
  add constraint closed_by_one_is_closed check (state = 'closed' or not closed_by_one);
alter table accounting.periods disable trigger period_moves_forward;
update accounting.periods p set closed_by_one = true where p.state = 'closed';
alter table accounting.periods enable always trigger period_moves_forward;

-- A proposal says what it said, and ends once.
create function accounting.proposal_keeps() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if old.outcome is not null or to_jsonb(old) - array['outcome', 'ended_by', 'ended_at', 'ended_because'] <> to_jsonb(new) - array['outcome', 'ended_by', 'ended_at', 'ended_because'] then
    raise exception 'a proposal to close stays as it was made, and ends once' using errcode = 'AC033';
  end if;
  return new;
end $$;
create trigger proposal_keeps before update on accounting.close_proposals for each row execute function accounting.proposal_keeps();
create trigger proposals_stay before delete on accounting.close_proposals for each row execute function accounting.registry_grows();
create trigger proposals_stay_all before truncate on accounting.close_proposals for each statement execute function accounting.registry_grows();

-- However a period comes to be closed: another person has proposed it with the vouchers it has, and who closes it has confirmed that.
create function accounting.closed_by_two() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if new.closed_by_one and old.closed_by_one is not true then
    raise exception 'period %: since two persons close, none is closed by one', new.period using errcode = 'AC087';
  end if;
  if new.state = 'closed' and not exists (select from accounting.close_proposals c where c.book_id = new.book_id and c.period = new.period and c.outcome = 'confirmed'
      and c.last_number = new.last_number and c.ended_by = new.closed_by and c.proposed_by <> new.closed_by) then
    raise exception 'period % with % vouchers: nobody else has proposed to close it so', new.period, new.last_number using errcode = 'AC087';
  end if;
  return new;
end $$;
create trigger closed_by_two before insert or update of state, closed_by, closed_by_one on accounting.periods for each row execute function accounting.closed_by_two();

alter table accounting.periods enable always trigger closed_by_two;
alter table accounting.close_proposals enable always trigger proposal_keeps, enable always trigger proposals_stay, enable always trigger proposals_stay_all;

-- The proposal of a period that stands, or why there is none; the period's row is locked.
create function accounting.standing_proposal(p_book bigint, p_period int, p_proposal int) returns accounting.close_proposals language plpgsql set search_path = pg_catalog, pg_temp as $$
declare c accounting.close_proposals;
begin
  select * into c from accounting.close_proposals x where x.book_id = p_book and x.period = p_period and x.number = p_proposal;
  if not found then
    raise exception 'period %: there is no proposal % to close it', p_period, coalesce(p_proposal::text, '(none)') using errcode = 'AC087';
  end if;
  if c.outcome is not null then
    raise exception 'period %: proposal % to close it was % on %', p_period, p_proposal, c.outcome, to_char(c.ended_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') using errcode = 'AC087';
  end if;
  return c;
end $$;

-- Proposes to close a period that can be closed, with the vouchers whoever proposes it has seen. One proposal stands at a time; one that
-- vouchers have overtaken gives way.
create function accounting.propose_close(p_book bigint, p_period int, p_shown int, p_by uuid) returns int language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  p accounting.periods;
  c accounting.close_proposals;
  b record;
  given int;
begin
  select * into p from accounting.periods x where x.book_id = p_book and x.period = p_period for update;
  select string_agg(x.name || ': ' || x.detail, '; ' order by x.name, x.detail) as all_of_them, count(*) as n into b from accounting.blockers(p_book, p_period) x;
  if b.n > 0 then
    raise exception '%', b.all_of_them using errcode = 'AC038';
  end if;
  if p.last_number <> p_shown then
    raise exception 'period %: % vouchers were seen, % are there now, % more', p_period, p_shown, p.last_number, p.last_number - p_shown using errcode = 'AC088';
  end if;
  select * into c from accounting.close_proposals x where x.book_id = p_book and x.period = p_period and x.outcome is null;
  if c.last_number = p.last_number then
    raise exception 'period %: proposal % to close it with % vouchers stands since %', p_period, c.number, c.last_number, to_char(c.proposed_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') using errcode = 'AC089';
  end if;
  update accounting.close_proposals x set outcome = 'outdated', ended_by = p_by, ended_at = clock_timestamp() where x.book_id = p_book and x.period = p_period and x.outcome is null;
  insert into accounting.close_proposals (book_id, period, number, last_number, proposed_by)
    select p_book, p_period, coalesce(max(x.number), 0) + 1, p.last_number, p_by from accounting.close_proposals x where x.book_id = p_book and x.period = p_period
    returning number into given;
  return given;
end $$;

-- Withdraws a proposal: who made it, or who would have confirmed it, says why.
create function accounting.withdraw_close(p_book bigint, p_period int, p_proposal int, p_because text, p_by uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform 1 from accounting.periods p where p.book_id = p_book and p.period = p_period for update;
  perform accounting.standing_proposal(p_book, p_period, p_proposal);
  update accounting.close_proposals x set outcome = 'withdrawn', ended_by = p_by, ended_at = clock_timestamp(), ended_because = p_because
   where x.book_id = p_book and x.period = p_period and x.number = p_proposal;
end $$;

-- Closes a period that another person has proposed to close: lock its row, ask the blockers again, hold what is there against what was
-- proposed, freeze the root over the stored digests. There is no un-close (R30).
drop function accounting.close_period(bigint, int, uuid);
create function accounting.close_period(p_book bigint, p_period int, p_proposal int, p_by uuid) returns bytea language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  b record;
  c accounting.close_proposals;
  frozen bytea;
  counted int;
begin
  perform 1 from accounting.periods p where p.book_id = p_book and p.period = p_period for update;
  select string_agg(x.name || ': ' || x.detail, '; ' order by x.name, x.detail) as all_of_them, count(*) as n into b from accounting.blockers(p_book, p_period) x;
  if b.n > 0 then
    raise exception '%', b.all_of_them using errcode = 'AC038';
  end if;
  c := accounting.standing_proposal(p_book, p_period, p_proposal);
  if c.proposed_by = p_by then
    raise exception 'who has proposed to close a period does not confirm it: another person does' using errcode = 'AC045';
  end if;
  select accounting.tree_root(array_agg(v.digest order by v.number)), count(*) into frozen, counted
    from accounting.vouchers v where v.book_id = p_book and v.period = p_period;
  if counted <> c.last_number then
    raise exception 'period %: proposed with % vouchers, % are there now, % more; propose it anew', p_period, c.last_number, counted, counted - c.last_number using errcode = 'AC088';
  end if;
  update accounting.close_proposals x set outcome = 'confirmed', ended_by = p_by, ended_at = clock_timestamp() where x.book_id = p_book and x.period = p_period and x.number = p_proposal;
  update accounting.periods p set state = 'closed', root = frozen, tree_size = counted, closed_at = clock_timestamp(), closed_by = p_by
   where p.book_id = p_book and p.period = p_period;
  return frozen;
end $$;

revoke execute on function accounting.proposal_keeps, accounting.closed_by_two, accounting.standing_proposal, accounting.propose_close, accounting.withdraw_close, accounting.close_period from public;
grant execute on function accounting.propose_close, accounting.withdraw_close, accounting.close_period to mingzhang_app;
grant select on accounting.close_proposals to mingzhang_app, mingzhang_auditor;
