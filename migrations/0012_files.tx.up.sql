-- What stands beside the events: vouchers written by hand and corrections, and how far they may reach.

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

-- The kind of the document that keeps registers beside a voucher: contracts, requests, assets. A right voucher stands for
-- the one it corrects, so the chain is followed to its first. Null: no document, or one whose figures are the voucher's.
create function projects.register_behind(in_book bigint, in_period int, in_number int) returns text language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare v accounting.vouchers;
begin
  loop
    select * into v from accounting.vouchers x where x.book_id = in_book and x.period = in_period and x.number = in_number;
    exit when not found or v.kind <> 'correction';
    in_period := v.refers_period; in_number := v.refers_number;
  end loop;
  return (select d.kind from projects.documents d where d.book_id = in_book and d.document_id = v.source_document and d.kind not in ('budget', 'year_end', 'manual_voucher', 'correction'));
end $$;

-- What a document keeps in its own registers stays as it was posted: held, certified, owed and paid per contract, request and
-- budget line, and what was handed over. Red and right voucher together leave it alone, a red one by itself never does.
create function projects.judge_red_voucher(red accounting.vouchers, right_period int, right_number int) returns void language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare kept text := projects.register_behind(red.book_id, red.refers_period, red.refers_number); wrong record;
begin
  if kept is null then
    return;
  end if;
  select l.account, a.name_zh, sum(l.debit - l.credit) as moved into wrong
    from accounting.lines l join accounting.accounts a on a.book_id = l.book_id and a.code = l.account
   where l.book_id = red.book_id and (l.period, l.number) in ((red.period, red.number), (right_period, right_number))
     and (a.basis = 'authority' or a.takes_subject <> '' or kept = 'completion' and a.type = 'asset')
   group by l.account, a.name_zh, l.project_id, l.budget_line_id, l.subject_id having sum(l.debit - l.credit) <> 0 order by l.account limit 1;
  if found then
    raise exception 'account % % would move by %, which the register of its % keeps: correct it by documents of that kind', wrong.account, wrong.name_zh, round(wrong.moved, 2), kept using errcode = 'AC071';
  end if;
end $$;

-- Other vouchers do not even ask for these functions, which open the journal.
create function projects.judge_beside_events() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare v accounting.vouchers; right_one record;
begin
  for v in select n.* from new_vouchers n where n.source = 'manual' or n.kind = 'reversal' loop
    if v.source = 'manual' then
      perform projects.judge_manual_voucher(v);
    end if;
    if v.kind = 'reversal' then
      select n.period, n.number into right_one from new_vouchers n where n.book_id = v.book_id and n.kind = 'correction' and n.refers_period = v.refers_period and n.refers_number = v.refers_number;
      perform projects.judge_red_voucher(v, right_one.period, right_one.number);
    end if;
  end loop;
  return null;
end $$;
create trigger judge_beside_events after insert on accounting.vouchers referencing new table as new_vouchers for each statement execute function projects.judge_beside_events();
alter table accounting.vouchers enable always trigger judge_beside_events;

revoke execute on function projects.manual_ban, projects.judge_manual_voucher, projects.register_behind, projects.judge_red_voucher, projects.judge_beside_events from public;
grant execute on function projects.manual_ban to mingzhang_app, mingzhang_auditor;
