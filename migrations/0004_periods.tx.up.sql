-- Opening and closing of periods, and the questions that need the period rows.

create function accounting.open_year(p_book bigint, p_year int) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into accounting.periods (book_id, period, state) select p_book, p_year * 100 + g.i, 'open' from generate_series(1, 14) g(i) on conflict do nothing
$$;

-- What stands in the way of closing a period, by name. The close asks the same question under the lock.
create function accounting.blockers(p_book bigint, p_period int) returns table (name text, detail text) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
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
$$;

-- RFC 6962 root of the leaves in order: pairs are hashed level by level, an odd last node moves up unchanged.
create function accounting.tree_root(p_leaves bytea[]) returns bytea language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  level bytea[] := p_leaves;
  above bytea[];
  i int;
begin
  if coalesce(cardinality(level), 0) = 0 then
    return sha256('');
  end if;
  while cardinality(level) > 1 loop
    above := array_fill(null::bytea, array[(cardinality(level) + 1) / 2]);
    for i in 1..cardinality(above) loop
      above[i] := case when 2 * i <= cardinality(level) then sha256('\x01'::bytea || level[2 * i - 1] || level[2 * i]) else level[2 * i - 1] end;
    end loop;
    level := above;
  end loop;
  return level[1];
end $$;

-- Closes a period: lock its row, ask the blockers again, freeze the root over the stored digests. There is no un-close (R30).
create function accounting.close_period(p_book bigint, p_period int, p_by uuid) returns bytea language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  b record;
  frozen bytea;
  counted int;
begin
  perform 1 from accounting.periods p where p.book_id = p_book and p.period = p_period for update;
  select string_agg(x.name || ': ' || x.detail, '; ' order by x.name, x.detail) as all_of_them, count(*) as n into b from accounting.blockers(p_book, p_period) x;
  if b.n > 0 then
    raise exception '%', b.all_of_them using errcode = 'AC038';
  end if;
  select accounting.tree_root(array_agg(v.digest order by v.number)), count(*) into frozen, counted
    from accounting.vouchers v where v.book_id = p_book and v.period = p_period;
  update accounting.periods p set state = 'closed', root = frozen, tree_size = counted, closed_at = clock_timestamp(), closed_by = p_by
   where p.book_id = p_book and p.period = p_period;
  return frozen;
end $$;

-- The last number of a period that was recorded by a moment. recorded_at rises with the number, so halving finds it.
create function accounting.known_number(p_book bigint, p_period int, p_at timestamptz) returns int language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  low int := 0;
  high int;
  middle int;
begin
  select p.last_number into high from accounting.periods p where p.book_id = p_book and p.period = p_period;
  while low < coalesce(high, 0) loop
    middle := (low + high + 1) / 2;
    if (select v.recorded_at from accounting.vouchers v where v.book_id = p_book and v.period = p_period and v.number = middle) <= p_at then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end $$;

-- Waits until no posting of the book is in flight, so that "as known at" a past moment can never change afterwards.
create function accounting.settle(p_book bigint) returns timestamptz language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform 1 from accounting.periods p where p.book_id = p_book and p.state = 'open' order by p.period for share;
  return clock_timestamp();
end $$;
