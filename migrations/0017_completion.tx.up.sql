-- How a project ends: its milestones, the assets it makes, its final account 竣工财务决算. Amounts are yuan. What is handed
-- over before the final account is provisional (R20); a final account is accepted only if it is what the books hold.

-- 项目节点: dates from documents. Which may follow which is said by projects.reach_milestone.
create table projects.node_milestones (
  book_id bigint not null,
  node_id uuid not null,
  ordinal int not null check (ordinal > 0),
  milestone text not null check (milestone in ('approved', 'in_progress', 'completed', 'accepted', 'final_account', 'capitalised', 'closed', 'suspended', 'cancelled')),
  day date not null,
  document_id uuid not null,
  primary key (book_id, node_id, ordinal),
  unique (book_id, document_id),
  foreign key (book_id, node_id) references projects.nodes (book_id, node_id),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id)
);
create unique index milestone_once on projects.node_milestones (book_id, node_id, milestone) where milestone not in ('in_progress', 'suspended');

-- 资产登记: what a project made. The value is that of the hand-over; a settled value is final.
create table projects.assets (
  book_id bigint not null,
  asset_id uuid not null,
  node_id uuid not null,
  document_id uuid not null,
  ordinal int not null check (ordinal > 0),
  account text check (account in ('1601', '1801')), -- null: it belongs to another body and stands in no account here
  class text not null check (class <> ''),
  name text not null check (name <> ''),
  owner text not null check (owner <> ''),
  value accounting.yuan not null check (value > 0),
  handed_over_on date not null,
  settled_value accounting.yuan check (settled_value >= 0),
  settled_by uuid, -- the adjustment or final account
  provisional boolean generated always as (settled_value is null) stored,
  primary key (book_id, asset_id),
  unique (book_id, document_id, ordinal),
  foreign key (book_id, node_id) references projects.nodes (book_id, node_id),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  foreign key (book_id, settled_by) references projects.documents (book_id, document_id),
  constraint settled_by_a_document check ((settled_value is null) = (settled_by is null)),
  constraint others_keep_their_value check (account is not null or settled_value is null or settled_value = value)
);
create index assets_of_node on projects.assets (book_id, node_id);

-- 竣工财务决算, one a project. The figures are those the books held on that day, the adjustment it brought included.
create table projects.final_accounts (
  book_id bigint not null,
  document_id uuid not null,
  node_id uuid not null,
  approved_on date not null,
  accepted_on date not null,
  due_on date not null, -- three months after acceptance (R19): later is a warning
  works accounting.yuan not null,
  equipment accounting.yuan not null,
  deferred accounting.yuan not null,
  other accounting.yuan not null,
  to_write_off accounting.yuan not null,
  adjustment accounting.yuan not null,
  handed_over accounting.yuan not null,
  transferred_out accounting.yuan not null,
  written_off accounting.yuan not null,
  rest accounting.yuan not null,
  sources_total accounting.yuan not null,
  uses_total accounting.yuan not null,
  primary key (book_id, document_id),
  unique (book_id, node_id),
  foreign key (book_id, node_id) references projects.nodes (book_id, node_id),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  constraint cost_finds_its_place check (works + equipment + deferred + other + to_write_off + adjustment = handed_over + transferred_out + written_off + rest),
  constraint sources_equal_uses check (sources_total = uses_total)
);

-- Work that contracts of a project still owe: what they hold of the budget, less what is certified and unpaid, less the
-- retention, or the rest of the price of a contract that is not settled, whichever is more.
create function projects.undelivered(in_book bigint, in_node uuid) returns table (contract text, amount numeric, said text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with ledger as (
    select p.subject_id, coalesce(sum(p.debit - p.credit) filter (where p.account = '9301.03'), 0) as held,
      coalesce(sum(p.credit - p.debit) filter (where p.account in ('2307.01', '2502.01')), 0) as retained, coalesce(sum(p.credit - p.debit) filter (where p.account = '2302.02'), 0) as payable
    from accounting.positions p where p.book_id = in_book and p.project_id = in_node and p.account in ('9301.03', '2307.01', '2502.01', '2302.02') group by 1
  ), contracts as (
    select * from projects.contracts c where c.book_id = in_book and c.node_id = in_node
  ), open as (
    select coalesce(c.number, s.code) as contract, coalesce(l.held, 0) as held, coalesce(l.retained, 0) - coalesce(c.retention_held, 0) as retained, coalesce(l.payable, 0) - coalesce(c.payable_held, 0) as payable,
      c.price, c.certified, c.state = 'effective' as works_on
    from ledger l full join contracts c on c.contract_id = l.subject_id
    left join accounting.subjects s on s.book_id = in_book and s.subject_id = l.subject_id
  )
  select o.contract, case when by_price then o.price - o.certified else o.held - o.retained - o.payable end,
    case when by_price then format('contract %s: price %s, certified %s, not certified %s', o.contract, projects.fen(o.price), projects.fen(o.certified), projects.fen(o.price - o.certified))
      else format('contract %s: held %s, retention %s, certified and unpaid %s, not certified %s', o.contract, projects.fen(o.held), projects.fen(o.retained), projects.fen(o.payable), projects.fen(o.held - o.retained - o.payable)) end
  from open o cross join lateral (select coalesce(o.works_on and o.price - o.certified > o.held - o.retained - o.payable, false)) as b (by_price)
  where greatest(o.held - o.retained - o.payable, case when o.works_on then o.price - o.certified end) > 0
$$;

create function projects.require_certified(in_book bigint, in_node uuid) returns void language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare open text; advance numeric;
begin
  select string_agg(u.said, '; ' order by u.contract) into open from projects.undelivered(in_book, in_node) u;
  if open is not null then
    raise exception 'work is not certified yet: %', open using errcode = 'AC060';
  end if;
  select sum(p.debit - p.credit) into advance from accounting.positions p where p.book_id = in_book and p.project_id = in_node and p.account in ('1214.01', '1214.02');
  if advance <> 0 then
    raise exception '% of advances is neither recouped nor returned', projects.fen(advance) using errcode = 'AC060';
  end if;
end $$;

-- What the books hold of a project since it began: 'cost' by component, 'use' and 'source' of funds. Moving cost within the
-- books (T1 to T4) is no cost; closings of the year are no movement. Every financial account stands in one use or source.
create function projects.project_figures(in_book bigint, in_node uuid) returns table (side text, item text, amount numeric)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with moved as (
    select l.account, l.budget_line_id, coalesce(o.source, v.source) as event, sum(l.debit) as debit, sum(l.credit) as credit, sum(l.debit - l.credit) as net
    from accounting.lines l
    join accounting.vouchers v on v.book_id = l.book_id and v.period = l.period and v.number = l.number
    left join accounting.reversals r on r.book_id = v.book_id and r.by_period = v.period and r.by_number = v.number
    left join accounting.vouchers o on o.book_id = r.book_id and o.period = r.period and o.number = r.number
    where l.book_id = in_book and l.project_id = in_node and l.basis = 'financial' and l.period % 100 <> 14
    group by 1, 2, 3
  ), figures as (
    select 'cost' as side, case m.account when '1613.01' then 'works' when '1613.02' then 'equipment' when '1613.03' then 'deferred' when '1613.04' then 'other' else 'to_write_off' end as item, m.net as amount
      from moved m where m.account in ('1613.01', '1613.02', '1613.03', '1613.04', '1613.05') and m.event not in ('T1', 'T2', 'T3', 'T4')
    union all select 'cost', 'to_write_off', case m.account when '1613.05' then m.debit else -m.credit end from moved m where m.event = 'T4' and m.account in ('1613.05', '1613.01')
    union all select 'cost', 'adjustment', m.net from moved m where m.account in ('1601', '1801') and m.event not in ('T2', 'O1')
    union all
    select case when u.item is null then 'source' else 'use' end, coalesce(u.item, s.item), case when u.item is null then -m.net else m.net end
    from moved m
    cross join lateral (select case when m.account in ('1601', '1801') and m.event <> 'O1' then 'handed_over' when m.account = '3401' then 'transferred_out' when m.account = '5301' then 'written_off'
        when m.account like '1613.%' and m.account <> '1613.07' then 'rest' when m.account like '1214.%' then 'advances' when m.account = '1218' then 'claims' when m.account like '1002.%' then 'money'
        when m.account like '5%' then 'expenses' end) as u (item)
    left join accounting.budget_lines b on b.book_id = in_book and b.budget_line_id = m.budget_line_id
    cross join lateral (select case when m.account like '4001.%' then 'funding ' || b.funding_source when m.account in ('2307.01', '2502.01') then 'retention' when m.account like '2%' then 'payables'
        else 'carried' end) as s (item)
  )
  select f.side, f.item, sum(f.amount) from figures f group by 1, 2 having sum(f.amount) <> 0
$$;

-- What assets of a project stand in an account's register, and what the books hold there without what it began with.
create function projects.registered(in_book bigint, in_node uuid, in_account text, out register numeric, out books numeric)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce((select sum(coalesce(a.settled_value, a.value)) from projects.assets a where a.book_id = in_book and a.node_id = in_node and a.account = in_account), 0),
    coalesce((select sum(l.debit - l.credit) from accounting.lines l join accounting.vouchers v on v.book_id = l.book_id and v.period = l.period and v.number = l.number
      where l.book_id = in_book and l.project_id = in_node and l.account = in_account and v.source <> 'O1'), 0)
$$;

-- Refuses a completion document that the books' floors alone would let through.
create function projects.check_completion(in_book bigint, document uuid) returns void language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents; k jsonb; i jsonb; named numeric; asked numeric; changes numeric; a record; r record;
begin
  select * into strict d from projects.documents x where x.book_id = in_book and x.document_id = document and x.kind = 'completion';
  k := d.content; i := k -> 'input';
  if k ->> 'event' in ('HandOver', 'TransferOut') then
    perform projects.require_certified(in_book, d.node_id);
    select coalesce(sum((x ->> 'value')::numeric), 0) into named from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x;
    asked := coalesce((i ->> 'works')::numeric, 0) + coalesce((i ->> 'equipment')::numeric, 0) + coalesce((i ->> 'other')::numeric, 0);
    if named <> asked then
      raise exception 'handed over %, the assets named come to %: difference %', projects.fen(asked), projects.fen(named), projects.fen(asked - named) using errcode = 'AC061';
    end if;
  elsif k ->> 'event' = 'AdjustAsset' then
    changes := coalesce((i ->> 'increase')::numeric, 0) - coalesce((i ->> 'decrease')::numeric, 0);
    for a in select x ->> 'asset' as asked_for, (x ->> 'value')::numeric as becomes, s.* from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x
        left join projects.assets s on s.book_id = in_book and s.node_id = d.node_id and s.asset_id::text = x ->> 'asset' loop
      if a.account is null then
        raise exception 'asset % is none of this project in the books', a.asked_for using errcode = 'AC061';
      end if;
      if not a.provisional and (changes <> 0 or coalesce((i ->> 'increase')::numeric, 0) <> 0) then
        raise exception 'asset % is final at %, not provisional', a.name, projects.fen(a.settled_value) using errcode = 'AC062';
      end if;
    end loop;
    if coalesce((i ->> 'increase')::numeric, 0) + coalesce((i ->> 'decrease')::numeric, 0) <> 0 and a.asset_id is null then
      raise exception 'an adjustment names the provisional assets whose value it settles' using errcode = 'AC062';
    end if;
    for r in select s.account, sum((x ->> 'value')::numeric - coalesce(s.settled_value, s.value)) as change from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x
        join projects.assets s on s.book_id = in_book and s.node_id = d.node_id and s.asset_id::text = x ->> 'asset' group by 1 order by 1 loop
      select * into a from projects.registered(in_book, d.node_id, r.account);
      asked := a.books + case when r.account = i ->> 'asset' then changes else 0 end;
      if a.register + r.change <> asked then
        raise exception 'account %: assets % and changes % = %, the books will hold %: difference %', r.account, projects.fen(a.register), projects.fen(r.change), projects.fen(a.register + r.change),
          projects.fen(asked), projects.fen(asked - a.register - r.change) using errcode = 'AC061';
      end if;
    end loop;
  end if;
end $$;

-- Writes what a hand-over (T2) or transfer (T3) makes into the register of assets.
create function projects.hand_over(in_book bigint, document uuid, ids uuid[], on_day date) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.signed(in_book, document, 'completion', 'posted'); k jsonb := d.content; final uuid; keeper text;
begin
  if k ->> 'event' not in ('HandOver', 'TransferOut') then
    raise exception '% hands nothing over', d.number using errcode = 'AC043';
  end if;
  perform from projects.nodes n where n.book_id = in_book and n.node_id = d.node_id for update;
  perform projects.check_completion(in_book, document);
  select f.document_id into final from projects.final_accounts f where f.book_id = in_book and f.node_id = d.node_id;
  select u.name into keeper from accounting.ledgers l join accounting.units u on u.book_id = l.book_id and u.unit_id = l.unit_id where l.book_id = in_book and l.project_id = d.node_id;
  insert into projects.assets (book_id, asset_id, node_id, document_id, ordinal, account, class, name, owner, value, handed_over_on, settled_value, settled_by)
    select in_book, ids[n], d.node_id, document, n, case when k ->> 'event' = 'HandOver' then k -> 'input' ->> 'asset' end, x ->> 'class', x ->> 'name', coalesce(x ->> 'owner', keeper), (x ->> 'value')::numeric,
      on_day, case when final is not null then (x ->> 'value')::numeric end, final
    from jsonb_array_elements(k -> 'assets') with ordinality as a (x, n);
end $$;

-- Makes provisional assets final, by an adjustment (T5) or the final account, and answers the change per account.
create function projects.settle_assets(in_book bigint, document uuid) returns table (account text, change numeric) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare d projects.documents; k jsonb;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document
    and (x.kind = 'completion' and x.state = 'posted' and x.content::jsonb ->> 'event' = 'AdjustAsset' or x.kind = 'final_account' and x.state = 'approved') for update;
  if not found then
    raise exception 'there is nothing signed that settles assets' using errcode = 'AC043';
  end if;
  k := d.content;
  perform from projects.assets a where a.book_id = in_book and a.node_id = d.node_id order by a.asset_id for update;
  if d.kind = 'completion' then
    perform projects.check_completion(in_book, document);
  elsif not exists (select from projects.final_accounts f where f.book_id = in_book and f.document_id = document) then
    raise exception '% is not recorded', d.number using errcode = 'AC043';
  end if;
  return query with stated as (
    select a.asset_id, a.account, a.provisional, coalesce(a.settled_value, a.value) as was, (x ->> 'value')::numeric as becomes from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x
    join projects.assets a on a.book_id = in_book and a.node_id = d.node_id and a.asset_id::text = x ->> 'asset'
  ), settled as (
    update projects.assets a set settled_value = s.becomes, settled_by = document from stated s where a.book_id = in_book and a.asset_id = s.asset_id and (s.provisional or s.becomes <> s.was)
  )
  select s.account, sum(s.becomes - s.was) from stated s where s.account is not null group by 1 order by 1;
end $$;

-- Refuses a final account that does not add up or is not what the books hold, with every difference.
create function projects.check_final_account(in_book bigint, document uuid) returns void language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents; k jsonb; wrong text; changed numeric; t record;
begin
  select * into strict d from projects.documents x where x.book_id = in_book and x.document_id = document and x.kind = 'final_account';
  k := d.content;
  if exists (select from projects.final_accounts f where f.book_id = in_book and f.node_id = d.node_id) then
    raise exception 'this project has its final account' using errcode = 'AC064';
  end if;
  if not exists (select from projects.node_milestones m where m.book_id = in_book and m.node_id = d.node_id and m.milestone = 'accepted') then
    raise exception 'this project is not accepted yet' using errcode = 'AC064';
  end if;
  select string_agg(case when a.asset_id is null then format('asset %s is none of this project', x.asset) when x.n is null then format('asset %s is missing', a.name)
      when x.n > 1 then format('asset %s stands there %s times', a.name, x.n) when a.account is null then format('asset %s: %s stated, transferred out at %s', a.name, projects.fen(x.value), projects.fen(a.value))
      else format('asset %s: %s stated, final at %s', a.name, projects.fen(x.value), projects.fen(a.settled_value)) end, '; ' order by a.name) into wrong
    from projects.assets a full join (select x ->> 'asset' as asset, count(*) as n, min((x ->> 'value')::numeric) as value from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x group by 1) x on x.asset = a.asset_id::text
      and a.book_id = in_book and a.node_id = d.node_id
    where (a.asset_id is null or a.book_id = in_book and a.node_id = d.node_id)
      and (a.asset_id is null or x.n is distinct from 1 or x.value <> coalesce(a.settled_value, case when a.account is null then a.value end, x.value));
  if wrong is not null then
    raise exception '%', wrong using errcode = 'AC062';
  end if;

    select coalesce(sum(x.v) filter (where x.side = 'source'), 0) as sources, coalesce(sum(x.v) filter (where x.side = 'use'), 0) as uses, coalesce(sum(x.v) filter (where x.side = 'cost'), 0) as cost,
        coalesce(sum(x.v) filter (where x.side = 'use' and x.item in ('handed_over', 'transferred_out', 'written_off', 'rest')), 0) as placed, coalesce(sum(x.v) filter (where x.item = 'handed_over'), 0) as handed_over,
        string_agg(x.item || ' ' || projects.fen(x.v), ' + ' order by x.item) filter (where x.side = 'source' and x.v <> 0) as of_sources, string_agg(x.item || ' ' || projects.fen(x.v), ' + ' order by x.item) filter (where x.side = 'use' and x.v <> 0) as of_uses,
        string_agg(x.item || ' ' || projects.fen(x.v), ' + ' order by x.item) filter (where x.side = 'cost' and x.v <> 0) as of_cost,
        string_agg(x.item || ' ' || projects.fen(x.v), ' + ' order by x.item) filter (where x.side = 'use' and x.item in ('handed_over', 'transferred_out', 'written_off', 'rest') and x.v <> 0) as of_places
      into t from projects.stated_figures(k) x (side, item, v);
    if t.sources <> t.uses then
      raise exception 'sources % = %, uses % = %: difference %', t.of_sources, projects.fen(t.sources), t.of_uses, projects.fen(t.uses), projects.fen(t.sources - t.uses) using errcode = 'AC063';
    end if;
    if t.cost <> t.placed then
      raise exception 'cost % = %, % = %: difference %', t.of_cost, projects.fen(t.cost), t.of_places, projects.fen(t.placed), projects.fen(t.cost - t.placed) using errcode = 'AC063';
    end if;

  -- what the books will hold when the assets have the values stated
  select coalesce(sum((x ->> 'value')::numeric - coalesce(a.settled_value, a.value)), 0) into changed from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x
    join projects.assets a on a.book_id = in_book and a.asset_id::text = x ->> 'asset' and a.account is not null;
  select string_agg(format('%s %s: %s stated, %s in the books, difference %s', side, item, projects.fen(stated), projects.fen(held), projects.fen(stated - held)), '; ' order by side, item) into wrong
    from (select coalesce(s.side, b.side) as side, coalesce(s.item, b.item) as item, coalesce(s.amount, 0) as stated, coalesce(b.amount, 0) as held
      from projects.stated_figures(k) s full join (select f.side, f.item, sum(f.amount) as amount from (select * from projects.project_figures(in_book, d.node_id)
          union all values ('cost', 'adjustment', changed), ('use', 'handed_over', changed), ('source', 'carried', changed)) as f (side, item, amount) group by 1, 2) b on b.side = s.side and b.item = s.item) x
    where stated <> held;
  if wrong is not null then
    raise exception '%', wrong using errcode = 'AC063';
  end if;
  select coalesce(sum((x ->> 'value')::numeric), 0) into changed from jsonb_array_elements(coalesce(k -> 'assets', '[]')) x
    join projects.assets a on a.book_id = in_book and a.asset_id::text = x ->> 'asset' and a.account is not null;
  if changed <> t.handed_over then
    raise exception 'handed over %, the assets listed come to %: difference %', projects.fen(t.handed_over), projects.fen(changed), projects.fen(t.handed_over - changed) using errcode = 'AC063';
  end if;
end $$;

-- The figures a final account states, named as projects.project_figures names them.
create function projects.stated_figures(k jsonb) returns table (side text, item text, amount numeric) language sql immutable set search_path = pg_catalog, pg_temp as $$
  select 'cost', c.key, c.value::numeric from jsonb_each_text(k -> 'cost') c
  union all select 'use', u.key, u.value::numeric from jsonb_each_text(k -> 'uses') u
  union all select 'source', s.key, s.value::numeric from jsonb_each_text((k -> 'sources') - 'funding') s
  union all select 'source', 'funding ' || (f ->> 'source'), sum((f ->> 'amount')::numeric) from jsonb_array_elements(coalesce(k -> 'sources' -> 'funding', '[]')) f group by 2
$$;

-- Records an approved final account: once a project, with the day it was due.
create function projects.record_final_account(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.signed(in_book, document, 'final_account', 'approved'); k jsonb := d.content; day date := (k ->> 'date')::date; accepted date;
begin
  perform from projects.nodes n where n.book_id = in_book and n.node_id = d.node_id for update;
  perform projects.check_final_account(in_book, document);
  select m.day into accepted from projects.node_milestones m where m.book_id = in_book and m.node_id = d.node_id and m.milestone = 'accepted';
  insert into projects.final_accounts (book_id, document_id, node_id, approved_on, accepted_on, due_on, works, equipment, deferred, other, to_write_off, adjustment,
      handed_over, transferred_out, written_off, rest, sources_total, uses_total)
    select in_book, document, d.node_id, day, accepted, (accepted + interval '3 months')::date,
      sum(amount) filter (where side = 'cost' and item = 'works'), sum(amount) filter (where side = 'cost' and item = 'equipment'), sum(amount) filter (where side = 'cost' and item = 'deferred'),
      sum(amount) filter (where side = 'cost' and item = 'other'), sum(amount) filter (where side = 'cost' and item = 'to_write_off'), sum(amount) filter (where side = 'cost' and item = 'adjustment'),
      sum(amount) filter (where item = 'handed_over'), sum(amount) filter (where item = 'transferred_out'), sum(amount) filter (where item = 'written_off'), sum(amount) filter (where item = 'rest'),
      sum(amount) filter (where side = 'source'), sum(amount) filter (where side = 'use')
    from projects.stated_figures(k);
  perform projects.add_milestone(in_book, d.node_id, 'final_account', day, document);
end $$;

-- Adds a milestone where it may follow: forward only; a suspended project goes on or is cancelled.
create function projects.add_milestone(in_book bigint, in_node uuid, reached text, on_day date, document uuid) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  way text[] := '{approved,in_progress,completed,accepted,final_account,capitalised,closed}'; now projects.node_milestones; n projects.nodes; follows boolean;
begin
  select * into n from projects.nodes x where x.book_id = in_book and x.node_id = in_node for update;
  select * into now from projects.node_milestones m where m.book_id = in_book and m.node_id = in_node order by m.ordinal desc limit 1;
  follows := case
    when now.milestone in ('closed', 'cancelled') then false
    when now.milestone = 'suspended' then reached in ('in_progress', 'cancelled')
    when reached in ('suspended', 'cancelled') then coalesce(now.milestone, 'approved') in ('approved', 'in_progress')
    when reached in ('final_account', 'capitalised') then now.milestone = way[array_position(way, reached) - 1]
    when reached = 'closed' and n.type = 'works' then coalesce(now.milestone in ('final_account', 'capitalised'), false)
    else coalesce(array_position(way, reached) > array_position(way, now.milestone), true)
  end;
  if not coalesce(follows, false) or on_day < now.day then
    raise exception 'project % is % since %: it does not become % on %', n.code, coalesce(now.milestone, 'a draft'), coalesce(now.day::text, 'its beginning'), reached, on_day using errcode = 'AC064';
  end if;
  if reached = 'capitalised' then
    perform projects.require_certified(in_book, in_node);
  end if;
  insert into projects.node_milestones (book_id, node_id, ordinal, milestone, day, document_id) values (in_book, in_node, coalesce(now.ordinal, 0) + 1, reached, on_day, document);
end $$;

create function projects.reach_milestone(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.signed(in_book, document, 'milestone', 'posted'); k jsonb := d.content;
begin
  if k ->> 'milestone' = 'final_account' then
    raise exception 'the final account itself brings that about' using errcode = 'AC064';
  end if;
  perform projects.add_milestone(in_book, d.node_id, k ->> 'milestone', (k ->> 'date')::date, document);
end $$;

do $$
declare t text;
begin
  foreach t in array array['node_milestones', 'assets', 'final_accounts'] loop
    execute format('create trigger completion_stays before delete on projects.%I for each row execute function accounting.registry_grows()', t);
    execute format('create trigger completions_stay before truncate on projects.%I for each statement execute function accounting.registry_grows()', t);
    execute format('alter table projects.%I enable always trigger completion_stays, enable always trigger completions_stay', t);
    execute format('create policy unit_reads on projects.%I for select to mingzhang_app using ((select current_setting(''mingzhang.reads'', true) = ''all'') or node_id in (select projects.readable_nodes()))', t);
    execute format('create policy auditor_reads on projects.%I for select to mingzhang_auditor using (true)', t);
    execute format('alter table projects.%I enable row level security', t);
  end loop;
  foreach t in array array['node_milestones', 'final_accounts'] loop
    execute format('create trigger completion_is_final before update on projects.%I for each row execute function accounting.journal_is_final()', t);
    execute format('alter table projects.%I enable always trigger completion_is_final', t);
  end loop;
end $$;

-- An asset's value is settled, nothing else of it changes.
create function projects.asset_keeps() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if to_jsonb(old) - array['settled_value', 'settled_by', 'provisional'] <> to_jsonb(new) - array['settled_value', 'settled_by', 'provisional'] or new.settled_value is null then
    raise exception 'asset %: only its settled value may change', old.name using errcode = 'AC034';
  end if;
  return new;
end $$;
create trigger asset_keeps before update on projects.assets for each row execute function projects.asset_keeps();
alter table projects.assets enable always trigger asset_keeps;

grant select on projects.node_milestones, projects.assets, projects.final_accounts to mingzhang_app, mingzhang_auditor;
revoke execute on function projects.undelivered, projects.require_certified, projects.project_figures, projects.registered, projects.check_completion, projects.hand_over, projects.settle_assets,
  projects.check_final_account, projects.stated_figures, projects.record_final_account, projects.add_milestone, projects.reach_milestone, projects.asset_keeps from public;
grant execute on function projects.undelivered, projects.project_figures to mingzhang_app, mingzhang_auditor;
grant execute on function projects.check_completion, projects.hand_over, projects.settle_assets, projects.check_final_account, projects.record_final_account, projects.reach_milestone to mingzhang_app;
