-- Who reads what. A unit's people read the unit's projects and documents and those of projects it leads; the bureau, its
-- auditors and inspectors read all. Who reads is said by a setting of the transaction: mingzhang.reads is 'all' or a unit.
-- Without it nothing is seen, so a query that forgot to say who asks shows nothing rather than everything.
-- Only reading is guarded here: the functions that write are the owner's, whom these policies do not bind.
-- A setting is asked for in a sub-select, so that a query asks once and not for every row.

create function accounting.reader_unit() returns uuid language sql stable parallel safe set search_path = pg_catalog, pg_temp as $$
  select nullif(nullif(current_setting('mingzhang.reads', true), ''), 'all')::uuid
$$;

-- The projects a unit leads: those that name it and, below them, those that name no lead of their own (see projects.leads).
create function projects.nodes_led() returns setof uuid language sql stable parallel safe set search_path = pg_catalog, pg_temp as $$
  with recursive led as (
    select p.book_id, p.node_id from projects.node_parties p where p.unit_id = (select accounting.reader_unit()) and p.role = 'lead' and p.valid
    union
    select n.book_id, n.node_id from led join projects.nodes n on n.book_id = led.book_id and n.parent_id = led.node_id
     where not exists (select from projects.node_parties p where p.book_id = n.book_id and p.node_id = n.node_id and p.role = 'lead' and p.valid)
  )
  select led.node_id from led
$$;

-- The projects whose books a unit reads.
create function projects.readable_projects() returns setof uuid language sql stable parallel safe set search_path = pg_catalog, pg_temp as $$
  select l.project_id from accounting.ledgers l where l.unit_id = (select accounting.reader_unit())
  union select n from projects.nodes_led() n
$$;

-- The projects whose documents a unit reads: a supervisor's firm signs certificates of what it supervises.
create function projects.readable_nodes() returns setof uuid language sql stable parallel safe set search_path = pg_catalog, pg_temp as $$
  select n from projects.readable_projects() n
  union select p.node_id from projects.node_parties p where p.unit_id = (select accounting.reader_unit()) and p.role = 'supervisor' and p.valid
$$;

revoke execute on function accounting.reader_unit, projects.nodes_led, projects.readable_projects, projects.readable_nodes from public;
grant execute on function accounting.reader_unit, projects.nodes_led, projects.readable_projects, projects.readable_nodes to mingzhang_app;

do $$
declare t text;
begin
  foreach t in array array['accounting.lines', 'accounting.turnover', 'accounting.positions'] loop
    execute format('create policy unit_reads on %s for select to mingzhang_app using (
      (select current_setting(''mingzhang.reads'', true) = ''all'') or project_id in (select projects.readable_projects()))', t);
  end loop;
end $$;

-- A voucher may have lines of several units: each of them sees it with the own lines.
create policy unit_reads on accounting.vouchers for select to mingzhang_app using (
  (select current_setting('mingzhang.reads', true) = 'all')
  or exists (select from accounting.lines l where l.book_id = vouchers.book_id and l.period = vouchers.period and l.number = vouchers.number));

create policy unit_reads on projects.documents for select to mingzhang_app using (
  (select current_setting('mingzhang.reads', true) = 'all') or unit_id = (select accounting.reader_unit()) or node_id in (select projects.readable_nodes()));

-- What hangs on a document, or on what a document made, is seen by who sees that.
do $$
declare g record;
begin
  for g in values ('acts', 'document_id', 'documents', 'document_id'), ('duties', 'document_id', 'documents', 'document_id'), ('outside_acts', 'document_id', 'documents', 'document_id'),
      ('contracts', 'contract_id', 'documents', 'document_id'), ('contract_items', 'contract_id', 'contracts', 'contract_id'), ('contract_funding', 'contract_id', 'contracts', 'contract_id'),
      ('certificates', 'contract_id', 'contracts', 'contract_id'), ('certificate_items', 'contract_id', 'contracts', 'contract_id'), ('settlements', 'contract_id', 'contracts', 'contract_id'),
      ('payment_requests', 'document_id', 'documents', 'document_id'), ('payment_lines', 'document_id', 'documents', 'document_id'), ('payment_draws', 'document_id', 'documents', 'document_id'),
      ('receipts', 'document_id', 'documents', 'document_id'), ('reissues', 'document_id', 'documents', 'document_id'), ('invoice_uses', 'document_id', 'documents', 'document_id'),
      ('subsidy_batches', 'batch_id', 'documents', 'document_id'), ('injections', 'injection_id', 'documents', 'document_id'), ('village_records', 'document_id', 'documents', 'document_id'),
      ('document_files', 'document_id', 'documents', 'document_id'), ('settings', 'document_id', 'documents', 'document_id')
  loop
    execute format('create policy unit_reads on projects.%1$I for select to mingzhang_app using (
      (select current_setting(''mingzhang.reads'', true) = ''all'') or exists (select from projects.%3$I p where p.book_id = %1$I.book_id and p.%4$I = %1$I.%2$I))',
      g.column1, g.column2, g.column3, g.column4);
  end loop;
end $$;

do $$
declare t text;
begin
  foreach t in array array['accounting.vouchers', 'accounting.lines', 'accounting.turnover', 'accounting.positions', 'projects.documents', 'projects.acts', 'projects.duties', 'projects.outside_acts',
      'projects.contracts', 'projects.contract_items', 'projects.contract_funding', 'projects.certificates', 'projects.certificate_items', 'projects.settlements',
      'projects.payment_requests', 'projects.payment_lines', 'projects.payment_draws', 'projects.receipts', 'projects.reissues', 'projects.invoice_uses', 'projects.subsidy_batches', 'projects.injections', 'projects.village_records', 'projects.document_files', 'projects.settings'] loop
    execute format('create policy auditor_reads on %s for select to mingzhang_auditor using (true)', t);
    execute format('alter table %s enable row level security', t);
  end loop;
end $$;

-- A supervisor's firm works by program too. Programs of the bureau itself post without a document, in a role that no person
-- holds (接口账户): what people bring into the books is a document.
alter table api.tokens drop constraint if exists tokens_role_check, add constraint tokens_role_check
  check (role in ('budget_officer', 'treasury_officer', 'project_clerk', 'project_head', 'supervisor', 'lead_approver', 'auditor', 'inspector', 'admin', 'system'));

-- What was known at a moment is a number of the whole period, whoever asks.
alter function accounting.known_number security definer;
