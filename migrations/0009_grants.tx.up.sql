-- Who may do what. The service owns nothing and has no INSERT on the journal; the auditor reads; nobody inherits from public.
revoke all on schema accounting from public;
grant usage on schema accounting to mingzhang_app, mingzhang_auditor;
revoke execute on all functions in schema accounting from public;

do $$
declare t text;
begin
  -- Grants stand on parents only: a partition reached directly would bypass the guards.
  foreach t in array array['books', 'units', 'persons', 'accounts', 'ledgers', 'budget_lines', 'subjects', 'periods', 'vouchers', 'lines', 'reversals', 'turnover', 'positions', 'commands', 'refusals'] loop
    execute format('grant select on accounting.%I to mingzhang_app, mingzhang_auditor', t);
  end loop;
  foreach t in array array['books', 'units', 'persons', 'accounts', 'ledgers', 'budget_lines', 'commands', 'refusals'] loop
    execute format('grant insert on accounting.%I to mingzhang_app', t);
  end loop;
end $$;
grant update (name) on accounting.books, accounting.units, accounting.persons to mingzhang_app;
grant update (answer) on accounting.commands to mingzhang_app;

grant execute on function accounting.post, accounting.open_year, accounting.close_period, accounting.settle to mingzhang_app;
grant execute on function accounting.blockers, accounting.known_number, accounting.tree_root, accounting.field to mingzhang_app, mingzhang_auditor;
