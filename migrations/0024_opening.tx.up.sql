-- 期初: a book begins at the end of any month with what there is by then. Contracts that run come into being with their figures,
-- out of the very content that two persons signed, so that certificates, payments and retention go on under the same checks.

-- Makes the contract known that stands at a place of an opening document, with a document of its own: what was agreed. The
-- checks of the contracts' table hold from here on.
create function projects.open_contract(in_book bigint, document uuid, place int, contract uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  d projects.documents := projects.signed(in_book, document, 'opening', 'posted'); k jsonb := (d.content::jsonb -> 'contracts') -> (place - 1); a jsonb := k -> 'agreement';
  node uuid; unit uuid; n int; items numeric; certified numeric; made text;
begin
  select l.project_id, l.unit_id into node, unit from accounting.ledgers l where l.book_id = in_book and l.code = a ->> 'node';
  if a is null or node is null then
    raise exception '% says nothing of a contract at place %', d.number, place using errcode = 'AC043';
  end if;
  insert into projects.document_counters as c (book_id, prefix, year, last_number) values (in_book, 'HT', extract(year from (d.content::jsonb ->> 'date')::date)::int, 1)
    on conflict on constraint document_counters_pkey do update set last_number = c.last_number + 1 returning last_number into n;
  made := 'HT-' || extract(year from (d.content::jsonb ->> 'date')::date) || '-' || lpad(n::text, 4, '0');
  insert into projects.documents (book_id, document_id, kind, number, unit_id, node_id, flow, amount, content, content_hash, state, created_by)
    values (in_book, contract, 'contract', made, unit, node, 'works', (a ->> 'price')::numeric, a::text, sha256(convert_to(a::text, 'UTF8')), 'effective', d.created_by);
  insert into projects.contracts (book_id, contract_id, number, node_id, name, type, supplier, credit_code, payee, signed_on, original_price, price, funded, draw_by, recoup_rate, progress_rate, settled_rate,
      retention_rate, defects_months, advance_terms, advance_paid, advance_recouped, certified, certified_payable, payable_paid, deducted, retention_kept, retention_paid, state, settled_price, settled_on)
    values (in_book, contract, a ->> 'number', node, a ->> 'name', a ->> 'type', a #>> '{supplier,name}', coalesce(a #>> '{supplier,credit_code}', ''), coalesce(a #>> '{supplier,payee}', ''),
      (a ->> 'date')::date, (a ->> 'price')::numeric, (a ->> 'price')::numeric, 0, a ->> 'draw_by', (a ->> 'recoup_rate')::numeric, (a ->> 'progress_rate')::numeric, (a ->> 'settled_rate')::numeric,
      (a ->> 'retention_rate')::numeric, (a ->> 'defects_months')::int, (a ->> 'advance')::numeric, (k ->> 'advance_paid')::numeric, (k ->> 'advance_recouped')::numeric, (k ->> 'certified')::numeric,
      (k ->> 'certified')::numeric - (k ->> 'advance_recouped')::numeric - (k ->> 'retention_kept')::numeric, (k ->> 'paid')::numeric, (k ->> 'deducted')::numeric, (k ->> 'retention_kept')::numeric,
      (k ->> 'retention_paid')::numeric, case when k ? 'settled_on' then 'settled' else 'effective' end, case when k ? 'settled_on' then (k ->> 'certified')::numeric end, (k ->> 'settled_on')::date);
  insert into projects.contract_items (book_id, contract_id, code, ordinal, name, unit, quantity, unit_price, amount, certified_quantity, certified_percent, certified_amount, settled_amount)
    select in_book, contract, i ->> 'code', o, i ->> 'name', coalesce(i ->> 'unit', ''), (i ->> 'quantity')::numeric, (i ->> 'unit_price')::numeric, (i ->> 'amount')::numeric,
        coalesce((m ->> 'quantity')::numeric, 0), coalesce((m ->> 'percent')::numeric, 0), coalesce((m ->> 'amount')::numeric, 0), case when k ? 'settled_on' then coalesce((m ->> 'amount')::numeric, 0) end
      from jsonb_array_elements(a -> 'items') with ordinality as x (i, o) left join jsonb_array_elements(k -> 'measured') m on m ->> 'code' = i ->> 'code';
  select sum(i.amount), sum(i.certified_amount) into items, certified from projects.contract_items i where i.book_id = in_book and i.contract_id = contract;
  if items is distinct from (a ->> 'price')::numeric or certified is distinct from (k ->> 'certified')::numeric then
    raise exception 'contract %: items %, price %; certified of items %, of the contract %', a ->> 'number', projects.fen(items), projects.fen((a ->> 'price')::numeric), projects.fen(certified),
      projects.fen((k ->> 'certified')::numeric) using errcode = 'AC048';
  end if;
  perform projects.fund_contract(in_book, contract, contract, a -> 'funding', 1);
end $$;
revoke execute on function projects.open_contract from public;
grant execute on function projects.open_contract to mingzhang_app;
