-- What stands beside the events: vouchers written by hand, and how far they may reach.

-- Why an account is not written by hand: its money moves with a document that says more than a voucher can. Null: it may.
create function projects.manual_ban(a accounting.accounts) returns text language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case
    when a.basis = 'authority' then 'the indicator ledger moves with budgets, contracts, requests and payments'
    when a.code like '4001%' or a.code like '6001%' then 'an appropriation is received by the payment that draws it'
    when a.code like '7%' then 'budgetary expenditure is the payment''s own entry'
    when a.takes_subject <> '' then format('it is kept for each %s and moves with its documents', a.takes_subject)
    when a.rule = 'floor' then 'its balance has a floor, which only its own events respect'
  end
$$;

-- The jury over vouchers written by hand, whoever wrote them: a document of that kind stands behind each, its maker, its
-- reviewer and who posts it are those of the document, and its lines stay off what moves by events.
create function projects.judge_manual_voucher(v accounting.vouchers) returns void language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare wrong record;
begin
  select l.line_no, l.account, a.name_zh, projects.manual_ban(a) as why into wrong
    from accounting.lines l join accounting.accounts a on a.book_id = l.book_id and a.code = l.account
   where l.book_id = v.book_id and l.period = v.period and l.number = v.number and projects.manual_ban(a) is not null order by l.line_no limit 1;
  if found then
    raise exception 'line %, account % %: not by hand, %', wrong.line_no, wrong.account, wrong.name_zh, wrong.why using errcode = 'AC070';
  end if;
  if v.kind <> 'reversal' and (select count(distinct a.verb) from projects.documents d join projects.acts a on a.book_id = d.book_id and a.document_id = d.document_id and a.document_hash = d.content_hash
      where d.book_id = v.book_id and d.document_id = v.source_document and d.kind = 'manual_voucher'
        and (a.verb, a.person_id) in (('submit', v.prepared_by), ('review', v.reviewed_by), ('post', v.posted_by))) < 3 then
    raise exception 'a voucher by hand is the voucher of its document, with the document''s maker, reviewer and poster' using errcode = 'AC070';
  end if;
end $$;

-- Other vouchers do not even ask for the function, which opens the journal.
create function projects.judge_manual_vouchers() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare v accounting.vouchers;
begin
  for v in select n.* from new_vouchers n where n.source = 'manual' loop
    perform projects.judge_manual_voucher(v);
  end loop;
  return null;
end $$;
create trigger judge_manual_vouchers after insert on accounting.vouchers referencing new table as new_vouchers for each statement execute function projects.judge_manual_vouchers();
alter table accounting.vouchers enable always trigger judge_manual_vouchers;

revoke execute on function projects.manual_ban, projects.judge_manual_voucher, projects.judge_manual_vouchers from public;
grant execute on function projects.manual_ban to mingzhang_app, mingzhang_auditor;
