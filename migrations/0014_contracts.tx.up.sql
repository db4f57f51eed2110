-- Contracts and what is certified, kept back and settled of them. The figures of a contract come from documents that were
-- signed, read here out of the very content that was signed; they move only relatively, under checks, in the functions below.
-- Amounts are yuan, rates are percent.

create table projects.contracts (
  book_id bigint not null references accounting.books,
  contract_id uuid not null, -- the document and the ledger's subject
  number text not null check (number <> ''),
  node_id uuid not null,
  name text not null check (name <> ''),
  type text not null check (type in ('works', 'goods', 'services')),
  supplier text not null check (supplier <> ''),
  credit_code text not null, -- 统一社会信用代码; empty: none is known
  payee text not null,       -- in the register of payees; empty: not registered yet
  signed_on date not null,
  original_price accounting.yuan not null check (original_price > 0),
  price accounting.yuan not null check (price > 0), -- with the changes approved since
  funded accounting.yuan not null check (funded >= 0),
  draw_by text not null check (draw_by in ('order', 'shares')),
  recoup_rate numeric(7, 4) check (recoup_rate between 0 and 100), -- of each certificate; null: everything at settlement
  progress_rate numeric(7, 4) not null check (progress_rate > 0 and progress_rate <= 100),
  settled_rate numeric(7, 4) not null check (settled_rate > 0 and settled_rate <= 100),
  retention_rate numeric(7, 4) not null check (retention_rate >= 0 and retention_rate < 100),
  defects_months int not null check (defects_months between 0 and 120),
  state text not null default 'effective' check (state in ('effective', 'settled', 'terminated')),
  settled_price accounting.yuan check (settled_price >= 0),
  settled_on date,
  terminated_on date,

  advance_terms accounting.yuan not null check (advance_terms >= 0 and advance_terms <= price),
  advance_held accounting.yuan not null default 0 check (advance_held >= 0),
  advance_paid accounting.yuan not null default 0 check (advance_paid >= 0),
  advance_recouped accounting.yuan not null default 0 check (advance_recouped >= 0),
  certified accounting.yuan not null default 0 check (certified >= 0),
  certified_payable accounting.yuan not null default 0 check (certified_payable >= 0),
  payable_held accounting.yuan not null default 0 check (payable_held >= 0),
  payable_paid accounting.yuan not null default 0 check (payable_paid >= 0),
  deducted accounting.yuan not null default 0 check (deducted >= 0),
  retention_kept accounting.yuan not null default 0 check (retention_kept >= 0),
  retention_held accounting.yuan not null default 0 check (retention_held >= 0),
  retention_paid accounting.yuan not null default 0 check (retention_paid >= 0),
  retention_forfeited accounting.yuan not null default 0 check (retention_forfeited >= 0),
  claimed accounting.yuan not null default 0 check (claimed >= 0), -- 多付款应收
  claim_returned accounting.yuan not null default 0 check (claim_returned >= 0),

  -- 本期可付: the rate of what was certified, less the advance recouped, what was paid or is asked for, and deductions;
  -- never above what was certified and is neither paid nor asked for, nor what advance and retention leave of the price: an
  -- advance that is recouped at settlement only would otherwise be paid a second time as progress.
  payable_now numeric generated always as (greatest(0, least(certified_payable - payable_held - payable_paid,
    price - advance_held - advance_paid - payable_held - payable_paid - retention_kept,
    round((case when state = 'settled' then settled_rate else progress_rate end) * certified / 100, 2) - advance_recouped - payable_held - payable_paid - deducted))) stored,

  primary key (book_id, contract_id),
  unique (book_id, number),
  foreign key (book_id, contract_id) references projects.documents (book_id, document_id),
  foreign key (book_id, node_id) references projects.nodes (book_id, node_id),
  constraint retention_of_works_at_most_three_percent check (type <> 'works' or retention_rate <= 3), -- R16
  constraint funded_within_price check (funded <= price),
  constraint advance_within_terms check (advance_held + advance_paid <= advance_terms),
  constraint recouped_within_advance check (advance_recouped <= advance_paid),
  constraint certified_within_price check (certified <= price),
  constraint certified_adds_up check (certified_payable = certified + claimed - advance_recouped - retention_kept),
  constraint paid_within_certified check (payable_held + payable_paid <= certified_payable),
  constraint retention_within_rate check (retention_kept <= round(certified * retention_rate / 100, 2)),
  constraint retention_within_kept check (retention_held + retention_paid + retention_forfeited <= retention_kept),
  constraint returned_within_claim check (claim_returned <= claimed),
  constraint settled_is_whole check (num_nonnulls(settled_price, settled_on) = case state when 'settled' then 2 else 0 end and (settled_price is null or settled_price = certified)),
  constraint settled_closes_advance check (state <> 'settled' or (advance_held = 0 and advance_paid = advance_recouped)),
  constraint terminated_has_day check (state <> 'terminated' or terminated_on is not null)
);
create index contracts_of_node on projects.contracts (book_id, node_id);

-- 工程量清单: an item by quantity and unit price, or one by percent of a lump sum.
create table projects.contract_items (
  book_id bigint not null,
  contract_id uuid not null,
  code text not null check (code <> ''),
  ordinal int not null check (ordinal > 0),
  name text not null check (name <> ''),
  unit text not null,
  quantity numeric(20, 3) check (quantity >= 0),
  unit_price numeric(20, 4) check (unit_price > 0),
  amount accounting.yuan not null check (amount >= 0),
  certified_quantity numeric(20, 3) not null default 0 check (certified_quantity >= 0),
  certified_percent numeric(6, 3) not null default 0 check (certified_percent between 0 and 100),
  certified_amount accounting.yuan not null default 0 check (certified_amount >= 0),
  settled_amount accounting.yuan check (settled_amount >= 0), -- measured for the settlement: an item may come to more than agreed, the whole may not
  primary key (book_id, contract_id, code),
  unique (book_id, contract_id, ordinal),
  foreign key (book_id, contract_id) references projects.contracts (book_id, contract_id),
  constraint quantity_or_lump check (num_nonnulls(quantity, unit_price) in (0, 2) and (quantity is null or amount = round(quantity * unit_price, 2))),
  constraint certified_within_item check (certified_amount <= amount and (quantity is null or certified_quantity <= quantity))
);

-- Where the money of a contract comes from: what each document added, or gave back below zero.
create table projects.contract_funding (
  book_id bigint not null,
  contract_id uuid not null,
  document_id uuid not null,
  ordinal int not null check (ordinal > 0),
  budget_line_id uuid not null,
  amount accounting.yuan not null check (amount <> 0),
  primary key (book_id, contract_id, document_id, ordinal),
  foreign key (book_id, contract_id) references projects.contracts (book_id, contract_id),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  foreign key (book_id, budget_line_id) references accounting.budget_lines (book_id, budget_line_id)
);

-- 计量支付证书, or the last one within a settlement: computed once, final.
create table projects.certificates (
  book_id bigint not null,
  certificate_id uuid not null, -- the document
  contract_id uuid not null,
  number int not null check (number > 0),
  day date not null,
  gross accounting.yuan not null check (gross > 0),
  recouped accounting.yuan not null check (recouped >= 0),
  retained accounting.yuan not null check (retained >= 0),
  deducted accounting.yuan not null check (deducted >= 0),
  net accounting.yuan not null check (net >= 0),
  certified accounting.yuan not null, -- with the earlier ones
  payable_now accounting.yuan not null check (payable_now >= 0), -- when it was certified
  formula text not null,
  primary key (book_id, certificate_id),
  unique (book_id, contract_id, number),
  foreign key (book_id, certificate_id) references projects.documents (book_id, document_id),
  foreign key (book_id, contract_id) references projects.contracts (book_id, contract_id),
  constraint certificate_adds_up check (net = gross - recouped - retained)
);

create table projects.certificate_items (
  book_id bigint not null,
  certificate_id uuid not null,
  contract_id uuid not null,
  code text not null,
  quantity numeric(20, 3),  -- this period
  percent numeric(6, 3),     -- this period
  cumulative numeric(20, 3), -- quantity or percent, with the earlier ones
  amount accounting.yuan not null,
  primary key (book_id, certificate_id, code),
  foreign key (book_id, certificate_id) references projects.certificates (book_id, certificate_id),
  foreign key (book_id, contract_id, code) references projects.contract_items (book_id, contract_id, code)
);

-- 结算: what a contract came to in the end, and what was over.
create table projects.settlements (
  book_id bigint not null,
  settlement_id uuid not null, -- the document
  contract_id uuid not null,
  day date not null,
  settled_price accounting.yuan not null check (settled_price >= 0),
  certified_before accounting.yuan not null,
  cut_unpaid accounting.yuan not null check (cut_unpaid >= 0),
  cut_retained accounting.yuan not null check (cut_retained >= 0),
  overpaid accounting.yuan not null check (overpaid >= 0),
  overpaid_due date, -- 30 days after the settlement
  released accounting.yuan not null check (released >= 0),
  primary key (book_id, settlement_id),
  unique (book_id, contract_id),
  foreign key (book_id, settlement_id) references projects.documents (book_id, document_id),
  foreign key (book_id, contract_id) references projects.contracts (book_id, contract_id),
  constraint cut_adds_up check (settled_price >= certified_before or certified_before - settled_price = cut_unpaid + cut_retained + overpaid),
  constraint overpaid_is_due check ((overpaid > 0) = (overpaid_due is not null))
);

-- One certificate of a contract is under way at a time: the next begins where this one ends.
create unique index one_open_certificate on projects.documents (book_id, ((content::jsonb) ->> 'contract')) where kind = 'certificate' and state not in ('certified', 'withdrawn');

-- Fen are written out: 40.00, not 40.
create function projects.fen(amount numeric) returns text language sql immutable set search_path = pg_catalog, pg_temp as $$ select round(amount, 2)::numeric(20, 2)::text $$;

create function projects.payable_formula(c projects.contracts) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('%s %% × %s certified − %s recouped − %s paid − %s requested − %s deductions = %s, at most %s certified and unpaid and %s left of the price', trim_scale(rate), projects.fen(c.certified),
    projects.fen(c.advance_recouped), projects.fen(c.payable_paid), projects.fen(c.payable_held), projects.fen(c.deducted),
    projects.fen(rate * c.certified / 100 - c.advance_recouped - c.payable_paid - c.payable_held - c.deducted), projects.fen(c.certified_payable - c.payable_held - c.payable_paid),
    projects.fen(c.price - c.advance_held - c.advance_paid - c.payable_held - c.payable_paid - c.retention_kept))
  from (select case when c.state = 'settled' then c.settled_rate else c.progress_rate end) as r (rate)
$$;

-- A contract under lock, for who decides by its figures.
create function projects.lock_contract(in_book bigint, contract uuid) returns projects.contracts language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare c projects.contracts;
begin
  select * into c from projects.contracts x where x.book_id = in_book and x.contract_id = contract for update;
  if not found then
    raise exception 'there is no such contract' using errcode = 'AC041';
  end if;
  return c;
end $$;

-- Reserves what a payment will consume (hold), gives it back (release), consumes it (pay) or takes it back from the
-- payee (return): of the advance, of what was certified, of the retention, or of what was paid too much. Retention that
-- nobody asks for may be forfeited.
create function projects.move_on_contract(in_book bigint, contract uuid, money text, act text, amount numeric) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  c projects.contracts := projects.lock_contract(in_book, contract);
  held numeric; room numeric; said text; d record;
begin
  if amount is null or amount <= 0 then
    raise exception 'contract %: % of % is no amount to %', c.number, projects.fen(amount), money, act using errcode = 'AC048';
  end if;
  held := case money when 'advance' then c.advance_held when 'payable' then c.payable_held when 'retention' then c.retention_held end;
  if act = 'hold' and money = 'advance' then
    room := case when c.state = 'effective' then c.advance_terms - c.advance_held - c.advance_paid else 0 end;
    said := format('advance agreed %s, requested %s, paid %s', projects.fen(c.advance_terms), projects.fen(c.advance_held), projects.fen(c.advance_paid));
  elsif act = 'hold' and money = 'payable' then
    room := c.payable_now;
    said := 'payable now ' || projects.payable_formula(c);
  elsif act in ('hold', 'forfeit') and money = 'retention' then
    room := c.retention_kept - c.retention_forfeited - c.retention_held - c.retention_paid;
    said := format('retention kept %s, forfeited %s, requested %s, paid %s', projects.fen(c.retention_kept), projects.fen(c.retention_forfeited), projects.fen(c.retention_held), projects.fen(c.retention_paid));
  elsif act in ('release', 'pay') and held is not null then
    room := held;
    said := format('%s requested %s', money, projects.fen(held));
  elsif act = 'return' and money = 'advance' then
    room := c.advance_paid - c.advance_recouped;
    said := format('advance paid %s, recouped %s', projects.fen(c.advance_paid), projects.fen(c.advance_recouped));
  elsif act = 'return' and money = 'payable' then
    room := c.payable_paid;
    said := format('paid %s', projects.fen(c.payable_paid));
  elsif act = 'return' and money = 'retention' then
    room := c.retention_paid;
    said := format('retention paid %s', projects.fen(c.retention_paid));
  elsif act = 'return' and money = 'claim' then
    room := c.claimed - c.claim_returned;
    said := format('paid too much %s, returned %s', projects.fen(c.claimed), projects.fen(c.claim_returned));
  else
    raise exception 'contract %: nobody can % %', c.number, act, money using errcode = 'AC048';
  end if;
  if amount > room then
    raise exception 'contract %: %; asked %: % too much', c.number, said, projects.fen(amount), projects.fen(amount - room) using errcode = 'AC048';
  end if;
  select case act when 'hold' then amount when 'return' then 0 when 'forfeit' then 0 else -amount end as held, case act when 'pay' then amount when 'return' then -amount else 0 end as paid into d;
  update projects.contracts x set
      advance_held = x.advance_held + case money when 'advance' then d.held else 0 end, advance_paid = x.advance_paid + case money when 'advance' then d.paid else 0 end,
      payable_held = x.payable_held + case money when 'payable' then d.held else 0 end, payable_paid = x.payable_paid + case money when 'payable' then d.paid else 0 end,
      retention_held = x.retention_held + case money when 'retention' then d.held else 0 end, retention_paid = x.retention_paid + case money when 'retention' then d.paid else 0 end,
      retention_forfeited = x.retention_forfeited + case act when 'forfeit' then amount else 0 end,
      claim_returned = x.claim_returned + case money when 'claim' then amount else 0 end
    where x.book_id = in_book and x.contract_id = contract;
end $$;

-- The document a function below carries out: of its kind, at the state its last signature brought it to.
create function projects.signed(in_book bigint, document uuid, of_kind text, in_state text) returns projects.documents language plpgsql set search_path = pg_catalog, pg_temp as $$
declare d projects.documents;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document and x.kind = of_kind and x.state = in_state for update;
  if not found then
    raise exception 'there is no % that is %', of_kind, in_state using errcode = 'AC043';
  end if;
  return d;
end $$;

create function projects.contract_of(in_book bigint, content jsonb, any_of text[]) returns projects.contracts language plpgsql set search_path = pg_catalog, pg_temp as $$
declare c projects.contracts;
begin
  select * into c from projects.contracts x where x.book_id = in_book and x.number = content ->> 'contract' for update;
  if not found then
    raise exception 'there is no contract %', content ->> 'contract' using errcode = 'AC041';
  end if;
  if not c.state = any (any_of) then
    raise exception 'contract % is %', c.number, c.state using errcode = 'AC043';
  end if;
  return c;
end $$;

-- Adds (sign 1) or gives back (sign -1) money of budget lines of the contract's project and answers the sum, not below zero.
create function projects.fund_contract(in_book bigint, contract uuid, document uuid, draws jsonb, sign int) returns numeric language plpgsql set search_path = pg_catalog, pg_temp as $$
declare total numeric; first int; found int;
begin
  select coalesce(max(f.ordinal), 0) into first from projects.contract_funding f where f.book_id = in_book and f.contract_id = contract and f.document_id = document;
  insert into projects.contract_funding (book_id, contract_id, document_id, ordinal, budget_line_id, amount)
    select in_book, contract, document, first + f.n, b.budget_line_id, sign * (f.draw ->> 'amount')::numeric from jsonb_array_elements(draws) with ordinality as f (draw, n)
    join projects.contracts c on c.book_id = in_book and c.contract_id = contract
    join accounting.budget_lines b on b.book_id = in_book and b.project_id = c.node_id and f.draw ->> 'budget_line' in (b.code, b.budget_line_id::text);
  get diagnostics found = row_count;
  if found <> jsonb_array_length(draws) then
    raise exception 'a budget line is not one of the contract''s project' using errcode = 'AC048';
  end if;
  select coalesce(sum((x ->> 'amount')::numeric), 0) into total from jsonb_array_elements(draws) x;
  update projects.contracts c set funded = c.funded + sign * total where c.book_id = in_book and c.contract_id = contract;
  return total;
end $$;

-- What a node may cost 概算, what its contracts come to and what was paid or requested beside contracts. Null: not known.
create function projects.estimate_use(in_book bigint, node uuid, out estimate numeric, out contracted numeric, out beside numeric)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce((select case when bool_and(projects.planned(p) is not null) then sum(projects.planned(p)) end from projects.plan_lines p where p.book_id = in_book and p.node_id = node),
      (select n.stated_amount from projects.nodes n where n.book_id = in_book and n.node_id = node and not n.approximate)),
    coalesce((select sum(coalesce(c.settled_price, case when c.state = 'terminated' then c.certified else c.price end)) from projects.contracts c where c.book_id = in_book and c.node_id = node), 0),
    greatest(0, coalesce((select sum(t.debit - t.credit) from accounting.turnover t where t.book_id = in_book and t.project_id = node and t.account = '9401' and t.period % 100 <> 14), 0)
      + coalesce((select sum(p.debit - p.credit) from accounting.positions p where p.book_id = in_book and p.project_id = node and p.account = '9301.04'), 0)
      - coalesce((select sum(c.advance_held + c.advance_paid + c.payable_held + c.payable_paid + c.retention_held + c.retention_paid) from projects.contracts c where c.book_id = in_book and c.node_id = node), 0))
$$;

create function projects.require_estimate(in_book bigint, node uuid, number text, added numeric, approved_by text) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare u record;
begin
  perform from projects.nodes n where n.book_id = in_book and n.node_id = node for update;
  select * into u from projects.estimate_use(in_book, node);
  if coalesce(approved_by, '') = '' and u.contracted + u.beside + added > u.estimate then
    raise exception 'contract %: estimate of the project %, contracts %, paid or requested beside contracts %, added %: % too much without an approved change of the estimate', number,
      projects.fen(u.estimate), projects.fen(u.contracted), projects.fen(u.beside), projects.fen(added), projects.fen(u.contracted + u.beside + added - u.estimate) using errcode = 'AC048';
  end if;
end $$;

-- A contract takes effect as it was signed.
create function projects.conclude_contract(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.signed(in_book, document, 'contract', 'effective'); k jsonb := d.content; items numeric;
begin
  perform projects.require_estimate(in_book, d.node_id, k ->> 'number', (k ->> 'price')::numeric, k ->> 'estimate_change');
  insert into projects.contracts (book_id, contract_id, number, node_id, name, type, supplier, credit_code, payee, signed_on, original_price, price, funded, draw_by,
      recoup_rate, progress_rate, settled_rate, retention_rate, defects_months, advance_terms)
    values (in_book, document, k ->> 'number', d.node_id, k ->> 'name', k ->> 'type', k #>> '{supplier,name}', coalesce(k #>> '{supplier,credit_code}', ''), coalesce(k #>> '{supplier,payee}', ''),
      (k ->> 'date')::date, (k ->> 'price')::numeric, (k ->> 'price')::numeric, 0, k ->> 'draw_by', (k ->> 'recoup_rate')::numeric, (k ->> 'progress_rate')::numeric,
      (k ->> 'settled_rate')::numeric, (k ->> 'retention_rate')::numeric, (k ->> 'defects_months')::int, (k ->> 'advance')::numeric);
  insert into projects.contract_items (book_id, contract_id, code, ordinal, name, unit, quantity, unit_price, amount)
    select in_book, document, i ->> 'code', n, i ->> 'name', coalesce(i ->> 'unit', ''), (i ->> 'quantity')::numeric, (i ->> 'unit_price')::numeric, (i ->> 'amount')::numeric
    from jsonb_array_elements(k -> 'items') with ordinality as x (i, n);
  select sum(i.amount) into items from projects.contract_items i where i.book_id = in_book and i.contract_id = document;
  if items is distinct from (k ->> 'price')::numeric then
    raise exception 'contract %: items % , price %', k ->> 'number', projects.fen(items), projects.fen((k ->> 'price')::numeric) using errcode = 'AC048';
  end if;
  perform projects.fund_contract(in_book, document, document, k -> 'funding', 1);
end $$;

-- A change order: items new or changed, money added or given back. Nothing certified is taken back by it.
create function projects.change_contract(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  d projects.documents := projects.signed(in_book, document, 'change_order', 'posted'); k jsonb := d.content;
  c projects.contracts := projects.contract_of(in_book, k, '{effective}'); i jsonb; now projects.contract_items; after numeric;
begin
  for i in select * from jsonb_array_elements(coalesce(k -> 'items', '[]')) loop
    select * into now from projects.contract_items x where x.book_id = in_book and x.contract_id = c.contract_id and x.code = i ->> 'code';
    if not found then
      insert into projects.contract_items (book_id, contract_id, code, ordinal, name, unit, quantity, unit_price, amount)
        select in_book, c.contract_id, i ->> 'code', max(x.ordinal) + 1, i ->> 'name', coalesce(i ->> 'unit', ''), (i ->> 'quantity')::numeric, (i ->> 'unit_price')::numeric, (i ->> 'amount')::numeric
        from projects.contract_items x where x.book_id = in_book and x.contract_id = c.contract_id;
    else
      if (i ->> 'amount')::numeric < now.certified_amount or (i ->> 'quantity')::numeric < now.certified_quantity then
        raise exception 'contract %: item % would come to % (%), % (%) is certified', c.number, now.code, projects.fen((i ->> 'amount')::numeric), coalesce(i ->> 'quantity', '-'),
          projects.fen(now.certified_amount), now.certified_quantity using errcode = 'AC048';
      end if;
      update projects.contract_items x set quantity = (i ->> 'quantity')::numeric, amount = (i ->> 'amount')::numeric
        where x.book_id = in_book and x.contract_id = c.contract_id and x.code = now.code;
    end if;
  end loop;
  select sum(x.amount) into after from projects.contract_items x where x.book_id = in_book and x.contract_id = c.contract_id;
  if after is distinct from (k ->> 'price_after')::numeric then
    raise exception '% says something else than what was shown: the items of contract % come to %, not %', d.number, c.number, projects.fen(after), k ->> 'price_after' using errcode = 'AC042';
  end if;
  if after > c.price then
    perform projects.require_estimate(in_book, c.node_id, c.number, after - c.price, k ->> 'estimate_change');
  end if;
  after := after - coalesce((select sum((x ->> 'amount')::numeric) from jsonb_array_elements(coalesce(k -> 'fund', '[]')) x), 0)
    + coalesce((select sum((x ->> 'amount')::numeric) from jsonb_array_elements(coalesce(k -> 'release', '[]')) x), 0);
  if c.funded > after then
    raise exception 'contract %: funded % in the end would be % above the price: release it', c.number, projects.fen(c.funded), projects.fen(c.funded - after) using errcode = 'AC048';
  end if;
  -- give back before the price falls, take more after it has risen
  perform projects.fund_contract(in_book, c.contract_id, document, coalesce(k -> 'release', '[]'), -1);
  update projects.contracts x set price = (k ->> 'price_after')::numeric where x.book_id = in_book and x.contract_id = c.contract_id;
  perform projects.fund_contract(in_book, c.contract_id, document, coalesce(k -> 'fund', '[]'), 1);
end $$;

-- Adds a certificate to its contract; the last one stands within the settlement, where items are settled by amount.
create function projects.add_certificate(c projects.contracts, document uuid, day date, k jsonb, settles boolean) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare i jsonb; now projects.contract_items; total numeric := 0; reached numeric; n int; gross numeric := (k ->> 'gross')::numeric;
begin
  select coalesce(max(x.number), 0) + 1 into n from projects.certificates x where x.book_id = c.book_id and x.contract_id = c.contract_id;
  if n is distinct from (k ->> 'certificate_no')::int then
    raise exception 'contract %: the next certificate is no. %, not no. %', c.number, n, k ->> 'certificate_no' using errcode = 'AC043';
  end if;
  if c.certified + gross > c.price then
    raise exception 'contract %: price %, certified %, asked %: % too much', c.number, projects.fen(c.price), projects.fen(c.certified), projects.fen(gross), projects.fen(c.certified + gross - c.price) using errcode = 'AC048';
  end if;
  if (k ->> 'recouped')::numeric > c.advance_paid - c.advance_recouped then
    raise exception 'contract %: advance paid %, recouped %, asked %: % too much', c.number, projects.fen(c.advance_paid), projects.fen(c.advance_recouped), projects.fen((k ->> 'recouped')::numeric),
      projects.fen((k ->> 'recouped')::numeric - c.advance_paid + c.advance_recouped) using errcode = 'AC048';
  end if;
  update projects.contracts x set certified = x.certified + gross, advance_recouped = x.advance_recouped + (k ->> 'recouped')::numeric, retention_kept = x.retention_kept + (k ->> 'retained')::numeric,
      certified_payable = x.certified_payable + (k ->> 'net')::numeric, deducted = x.deducted + coalesce((k ->> 'deducted')::numeric, 0),
      state = case when settles then 'settled' else x.state end, settled_price = case when settles then x.certified + gross end, settled_on = case when settles then day end
    where x.book_id = c.book_id and x.contract_id = c.contract_id returning * into c;
  insert into projects.certificates (book_id, certificate_id, contract_id, number, day, gross, recouped, retained, deducted, net, certified, payable_now, formula)
    values (c.book_id, document, c.contract_id, n, day, gross, (k ->> 'recouped')::numeric, (k ->> 'retained')::numeric, coalesce((k ->> 'deducted')::numeric, 0), (k ->> 'net')::numeric,
      c.certified, c.payable_now, projects.payable_formula(c));
  for i in select * from jsonb_array_elements(k -> 'items') loop
    select * into now from projects.contract_items x where x.book_id = c.book_id and x.contract_id = c.contract_id and x.code = i ->> 'code';
    if not found then
      raise exception 'contract % has no item %', c.number, i ->> 'code' using errcode = 'AC048';
    end if;
    if settles then
      i := jsonb_build_object('code', now.code, 'amount', (i ->> 'amount')::numeric - now.certified_amount);
      update projects.contract_items x set settled_amount = x.certified_amount + (i ->> 'amount')::numeric where x.book_id = c.book_id and x.contract_id = c.contract_id and x.code = now.code;
    else
      now.certified_quantity := now.certified_quantity + coalesce((i ->> 'quantity')::numeric, 0);
      now.certified_percent := now.certified_percent + coalesce((i ->> 'percent')::numeric, 0);
      if now.certified_quantity > now.quantity or now.certified_percent > 100 then
        raise exception 'contract %: item % would reach % of %', c.number, now.code, coalesce(now.certified_quantity::text, now.certified_percent || ' %'), coalesce(now.quantity::text, '100 %') using errcode = 'AC048';
      end if;
      reached := case when now.quantity is null then round(now.amount * now.certified_percent / 100, 2) else round(now.certified_quantity * now.unit_price, 2) end;
      if reached is distinct from now.certified_amount + (i ->> 'amount')::numeric then
        raise exception 'contract %: item % comes to %, of which % is certified: not % but %', c.number, now.code, projects.fen(reached), projects.fen(now.certified_amount),
          projects.fen((i ->> 'amount')::numeric), projects.fen(reached - now.certified_amount) using errcode = 'AC042';
      end if;
      update projects.contract_items x set certified_quantity = now.certified_quantity, certified_percent = now.certified_percent, certified_amount = reached
        where x.book_id = c.book_id and x.contract_id = c.contract_id and x.code = now.code;
    end if;
    insert into projects.certificate_items (book_id, certificate_id, contract_id, code, quantity, percent, cumulative, amount)
      values (c.book_id, document, c.contract_id, now.code, (i ->> 'quantity')::numeric, (i ->> 'percent')::numeric, (i ->> 'cumulative')::numeric, (i ->> 'amount')::numeric);
    total := total + (i ->> 'amount')::numeric;
  end loop;
  if total <> gross then
    raise exception 'contract %: the items of certificate no. % come to %, not %', c.number, n, projects.fen(total), projects.fen(gross) using errcode = 'AC042';
  end if;
end $$;

create function projects.certify_contract(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.signed(in_book, document, 'certificate', 'certified'); k jsonb := d.content;
begin
  perform projects.add_certificate(projects.contract_of(in_book, k, '{effective}'), document, (k ->> 'date')::date, k, false);
end $$;

-- A settlement certifies the rest, or takes back what was certified too much, and fixes the price for good.
create function projects.settle_contract(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  d projects.documents := projects.signed(in_book, document, 'settlement', 'posted'); k jsonb := d.content; day date := (k ->> 'date')::date;
  c projects.contracts := projects.contract_of(in_book, k, '{effective,terminated}'); agreed numeric := (k ->> 'settled_price')::numeric;
  unpaid numeric := (k ->> 'cut_unpaid')::numeric; retained numeric := (k ->> 'cut_retained')::numeric; over numeric := (k ->> 'overpaid')::numeric; released numeric;
begin
  if c.advance_held > 0 or c.advance_paid - c.advance_recouped <> (case when agreed > c.certified then (k #>> '{rest,recouped}')::numeric else 0 end) then
    raise exception 'contract %: advance requested %, paid %, recouped %: pay, certify or return it first', c.number, projects.fen(c.advance_held), projects.fen(c.advance_paid),
      projects.fen(c.advance_recouped) using errcode = 'AC048';
  end if;
  if agreed > c.certified then
    if c.certified + (k #>> '{rest,gross}')::numeric is distinct from agreed then
      raise exception 'contract %: certified % and the rest % are not the settled price %', c.number, projects.fen(c.certified), k #>> '{rest,gross}', projects.fen(agreed) using errcode = 'AC042';
    end if;
    perform projects.add_certificate(c, document, day, (k -> 'rest') || jsonb_build_object('items', k -> 'items'), true);
  else
    if c.certified - agreed <> unpaid + retained + over then
      raise exception 'contract %: certified % less settled % is not % unpaid, % retained and % overpaid', c.number, projects.fen(c.certified), projects.fen(agreed), unpaid, retained, over using errcode = 'AC042';
    end if;
    if c.retention_held + c.retention_paid + c.retention_forfeited > c.retention_kept - retained then
      raise exception 'contract %: retention requested %, paid %, forfeited %, kept after the cut %', c.number, projects.fen(c.retention_held), projects.fen(c.retention_paid),
        projects.fen(c.retention_forfeited), projects.fen(c.retention_kept - retained) using errcode = 'AC048';
    end if;
    if unpaid > c.certified_payable - c.payable_held - c.payable_paid then
      raise exception 'contract %: certified payable %, requested %, paid %: % cannot be cut; return the requests first', c.number, projects.fen(c.certified_payable), projects.fen(c.payable_held),
        projects.fen(c.payable_paid), projects.fen(unpaid) using errcode = 'AC048';
    end if;
    update projects.contracts x set certified = agreed, certified_payable = x.certified_payable - unpaid, retention_kept = x.retention_kept - retained, claimed = x.claimed + over,
        state = 'settled', settled_price = agreed, settled_on = day where x.book_id = in_book and x.contract_id = c.contract_id;
    update projects.contract_items x set settled_amount = (i ->> 'amount')::numeric from jsonb_array_elements(k -> 'items') i
      where x.book_id = in_book and x.contract_id = c.contract_id and x.code = i ->> 'code';
  end if;
  if (select sum(coalesce(x.settled_amount, 0)) from projects.contract_items x where x.book_id = in_book and x.contract_id = c.contract_id) is distinct from agreed then
    raise exception 'contract %: the settled items do not come to %', c.number, projects.fen(agreed) using errcode = 'AC042';
  end if;
  released := projects.fund_contract(in_book, c.contract_id, document, coalesce(k -> 'release', '[]'), -1);
  insert into projects.settlements (book_id, settlement_id, contract_id, day, settled_price, certified_before, cut_unpaid, cut_retained, overpaid, overpaid_due, released)
    values (in_book, document, c.contract_id, day, agreed, c.certified, unpaid, retained, over, case when over > 0 then day + 30 end, released);
end $$;

create function projects.terminate_contract(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.signed(in_book, document, 'termination', 'posted'); k jsonb := d.content; c projects.contracts := projects.contract_of(in_book, k, '{effective}');
begin
  perform projects.fund_contract(in_book, c.contract_id, document, coalesce(k -> 'release', '[]'), -1);
  update projects.contracts x set state = 'terminated', terminated_on = (k ->> 'date')::date where x.book_id = in_book and x.contract_id = c.contract_id;
end $$;

do $$
declare t text;
begin
  foreach t in array array['contracts', 'contract_items', 'contract_funding', 'certificates', 'certificate_items', 'settlements'] loop
    execute format('create trigger contract_stays before delete on projects.%I for each row execute function accounting.registry_grows()', t);
    execute format('create trigger contracts_stay before truncate on projects.%I for each statement execute function accounting.registry_grows()', t);
    execute format('alter table projects.%I enable always trigger contract_stays, enable always trigger contracts_stay', t);
  end loop;
  foreach t in array array['contract_funding', 'certificates', 'certificate_items', 'settlements'] loop
    execute format('create trigger certificate_is_final before update on projects.%I for each row execute function accounting.journal_is_final()', t);
    execute format('alter table projects.%I enable always trigger certificate_is_final', t);
  end loop;
end $$;

grant select on projects.contracts, projects.contract_items, projects.contract_funding, projects.certificates, projects.certificate_items, projects.settlements to mingzhang_app, mingzhang_auditor;
revoke execute on function projects.fen, projects.payable_formula, projects.lock_contract, projects.move_on_contract, projects.signed, projects.contract_of, projects.fund_contract, projects.estimate_use,
  projects.require_estimate, projects.conclude_contract, projects.change_contract, projects.add_certificate, projects.certify_contract, projects.settle_contract, projects.terminate_contract from public;
grant execute on function projects.fen, projects.payable_formula, projects.estimate_use to mingzhang_app, mingzhang_auditor;
grant execute on function projects.lock_contract, projects.move_on_contract, projects.conclude_contract, projects.change_contract, projects.certify_contract, projects.settle_contract,
  projects.terminate_contract to mingzhang_app;
