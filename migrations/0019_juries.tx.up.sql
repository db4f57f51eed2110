-- Juries over what documents keep: whoever writes the rows, they are those of a document that stands where it must, and what
-- was signed does not change under the signatures. The functions that write them ask the same in better words.

-- What a document is does not change; what it says changes at its maker's desk only; its state is where its last act led.
create function projects.document_keeps() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare a projects.acts;
begin
  if (old.book_id, old.document_id, old.kind, old.number, old.unit_id, old.created_by, old.created_at) is distinct from
      (new.book_id, new.document_id, new.kind, new.number, new.unit_id, new.created_by, new.created_at) then
    raise exception '%: only what it says and where it stands may change', old.number using errcode = 'AC034';
  end if;
  if (old.node_id, old.flow, old.amount, old.content, old.content_hash) is distinct from (new.node_id, new.flow, new.amount, new.content, new.content_hash)
      and (old.state not in ('draft', 'returned') or new.state <> old.state or new.content_hash <> sha256(convert_to(new.content, 'UTF8'))) then
    raise exception '% is %: what was shown to others does not change, and its hash is that of what it says', old.number, old.state using errcode = 'AC033';
  end if;
  if new.state <> old.state or new.round <> old.round then
    select * into a from projects.acts x where x.book_id = old.book_id and x.document_id = old.document_id order by x.ordinal desc limit 1;
    if (a.from_state, a.to_state, a.round, old.round + (new.state = 'returned')::int) is distinct from (old.state, new.state, old.round, new.round) then
      raise exception '% does not come from % to % without an act', old.number, old.state, new.state using errcode = 'AC043';
    end if;
  end if;
  return new;
end $$;
create trigger document_keeps before update on projects.documents for each row execute function projects.document_keeps();
alter table projects.documents enable always trigger document_keeps;

-- Who takes a document back says why.
alter table projects.acts add constraint taken_back_says_why check (verb not in ('return', 'reject', 'recall', 'cancel_order') or reason <> '');

-- What rows were written for does not change; only what becomes of it does.
do $$
declare k record;
begin
  for k in values
      ('outside_acts', 'document_id, verb, document_hash, name, office, day, paper_hash, entered_by'),
      ('role_grants', 'person_id, unit_id, role, from_day, document_id'),
      ('delegations', 'from_person, to_person, unit_id, role, from_day, until_day, document_id'),
      ('payment_requests', 'payment, contract_id, amount'),
      ('payment_lines', 'payee_id, kind, amount'),
      ('invoices', 'payee_id, code, number, red_of'),
      ('invoice_uses', 'document_id, round, payee_id, code, number')
  loop
    execute format('create trigger basis_is_final before update of %2$s on projects.%1$I for each row execute function accounting.journal_is_final()', k.column1, k.column2);
    execute format('alter table projects.%I enable always trigger basis_is_final', k.column1);
  end loop;
end $$;

alter table projects.payment_requests add constraint contract_of_payment check ((contract_id is not null) = (payment in ('advance', 'progress', 'settlement', 'retention')));
create index payment_requests_of_contract on projects.payment_requests (book_id, contract_id);

-- The jury over approved requests. Fewer desks are for villages and small direct payments; a village has voted and published;
-- a contract is the project's, holds what its requests hold, and pays its retention when that is due (R16, R22).
create function projects.judge_request() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare d projects.documents; k jsonb; c projects.contracts; village boolean; held numeric; requested numeric; due date;
begin
  select * into d from projects.documents x where x.book_id = new.book_id and x.document_id = new.document_id;
  k := d.content;
  if (d.kind, d.state, d.round, d.amount, k ->> 'payment') is distinct from ('payment_request', 'approved', new.round, new.amount, new.payment) then
    raise exception '% was not approved as it is written down', d.number using errcode = 'AC043';
  end if;
  village := exists (select from projects.nodes n left join projects.nodes p on p.book_id = n.book_id and p.node_id = n.parent_id
    where n.book_id = d.book_id and n.node_id = d.node_id and 'village' in (n.kind, p.kind));
  if d.flow = 'small' and not village
      and (new.contract_id is not null or not coalesce(d.amount <= (select f.up_to from projects.flows f where f.book_id = d.book_id and f.flow = 'small'), false)) then
    raise exception '% passed three desks, which are for villages and small direct payments: recall and revise it', d.number using errcode = 'AC043';
  end if;
  if village and not exists (select from projects.village_records v where v.book_id = d.book_id and v.node_id = d.node_id) then
    raise exception '%: no vote of the village and no published list is recorded', k ->> 'node' using errcode = 'AC055';
  end if;
  if new.contract_id is null then
    return null;
  end if;
  select * into c from projects.contracts x where x.book_id = new.book_id and x.contract_id = new.contract_id;
  if c.node_id is distinct from d.node_id then
    raise exception 'contract % is not of the project of %', c.number, d.number using errcode = 'AC048';
  end if;
  held := case new.payment when 'advance' then c.advance_held when 'retention' then c.retention_held else c.payable_held end;
  select sum(r.held) into requested from projects.payment_requests r where r.book_id = new.book_id and r.contract_id = new.contract_id
    and case r.payment when 'settlement' then 'progress' else r.payment end = case new.payment when 'settlement' then 'progress' else new.payment end;
  if requested > held then
    raise exception 'contract % holds %, its requests come to %: % too much', c.number, projects.fen(held), projects.fen(requested), projects.fen(requested - held) using errcode = 'AC048';
  end if;
  if new.payment = 'retention' then
    due := coalesce((select m.day from projects.node_milestones m where m.book_id = c.book_id and m.node_id = c.node_id and m.milestone = 'accepted'), c.settled_on) + make_interval(months => c.defects_months);
    if due is null or due > (k ->> 'date')::date then
      raise exception 'contract %: retention is due on %, asked on %', c.number, coalesce(due::text, '(neither accepted nor settled)'), k ->> 'date' using errcode = 'AC048';
    end if;
  end if;
  return null;
end $$;
create trigger judge_request after insert on projects.payment_requests for each row execute function projects.judge_request();
alter table projects.payment_requests enable always trigger judge_request;

-- A request, and a contract, draw on budget lines of their own project.
create function projects.judge_draw() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare line text;
begin
  select b.code into line from accounting.budget_lines b where b.book_id = new.book_id and b.budget_line_id = new.budget_line_id
    and b.project_id is distinct from (select d.node_id from projects.documents d where d.book_id = new.book_id and d.document_id = case tg_table_name when 'contract_funding' then (to_jsonb(new) ->> 'contract_id')::uuid else new.document_id end);
  if found then
    raise exception 'budget line % is of another project', line using errcode = 'AC014';
  end if;
  return null;
end $$;
create trigger judge_draw after insert on projects.payment_draws for each row execute function projects.judge_draw();
create trigger judge_draw after insert on projects.contract_funding for each row execute function projects.judge_draw();
alter table projects.payment_draws enable always trigger judge_draw;
alter table projects.contract_funding enable always trigger judge_draw;

revoke execute on function projects.document_keeps, projects.judge_request, projects.judge_draw from public;
