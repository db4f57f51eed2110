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
-- budget line, and what was handed over. Red and right voucher together leave it alone, a red one by itself never does. What
-- requests hold of a subsidy batch stays owed, also where no document has posted its list.
create function projects.judge_red_voucher(red accounting.vouchers, right_period int, right_number int) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare kept text := projects.register_behind(red.book_id, red.refers_period, red.refers_number); wrong record;
begin
  if kept is null then
    for wrong in select distinct l.project_id, s.subject_id, s.code from accounting.lines l join accounting.subjects s on s.book_id = l.book_id and s.subject_id = l.subject_id and s.kind = 'batch'
        where l.book_id = red.book_id and (l.period, l.number) in ((red.period, red.number), (right_period, right_number)) order by s.subject_id loop
      perform projects.require_batch(red.book_id, wrong.project_id, wrong.subject_id, wrong.code, 0);
    end loop;
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

-- Files. Their bytes are kept outside the database under their SHA-256, once however often they are handed in; the row comes
-- after the bytes, so a row without bytes is damage and not an upload that broke off.
create table projects.files (
  book_id bigint not null references accounting.books,
  sha256 bytea not null check (octet_length(sha256) = 32),
  size bigint not null check (size between 1 and 209715200), -- bytes, at most 200 MB
  media_type text not null check (media_type <> ''),          -- told by the content
  name text not null check (name <> ''),                      -- as it was first handed in
  stored_by uuid not null,
  stored_at timestamptz not null default clock_timestamp(),
  primary key (book_id, sha256),
  foreign key (book_id, stored_by) references accounting.persons (book_id, person_id)
);

-- Who handed the bytes in: each of them may read and attach the file, nobody by knowing its hash.
create table projects.file_uploads (
  book_id bigint not null,
  sha256 bytea not null,
  person_id uuid not null,
  uploaded_at timestamptz not null default clock_timestamp(),
  primary key (book_id, sha256, person_id),
  foreign key (book_id, sha256) references projects.files (book_id, sha256),
  foreign key (book_id, person_id) references accounting.persons (book_id, person_id)
);

-- Which document carries which file: attachments of its content, papers of its outside acts. What it once carried stays:
-- it was shown to who acted on it.
create table projects.document_files (
  book_id bigint not null,
  document_id uuid not null,
  sha256 bytea not null,
  primary key (book_id, document_id, sha256),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  foreign key (book_id, sha256) references projects.files (book_id, sha256)
);
create index document_files_by_file on projects.document_files (book_id, sha256);

create function projects.keep_file(in_book bigint, hash bytea, of_size bigint, of_type text, of_name text, person uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into projects.files (book_id, sha256, size, media_type, name, stored_by) values (in_book, hash, of_size, of_type, of_name, person) on conflict do nothing;
  insert into projects.file_uploads (book_id, sha256, person_id) values (in_book, hash, person) on conflict do nothing;
end $$;

create function projects.carry_file(in_book bigint, document uuid, hash bytea) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from projects.files f where f.book_id = in_book and f.sha256 = hash) then
    raise exception 'no file % is stored here', encode(hash, 'hex') using errcode = 'AC072';
  end if;
  insert into projects.document_files (book_id, document_id, sha256) values (in_book, document, hash) on conflict do nothing;
end $$;

create function projects.carry_attachments() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare attached jsonb := new.content::jsonb -> 'attachments'; hash text;
begin
  if jsonb_typeof(attached) = 'array' then
    for hash in select distinct h from jsonb_array_elements_text(attached) h order by h loop
      perform projects.carry_file(new.book_id, new.document_id, decode(hash, 'hex'));
    end loop;
  end if;
  return null;
end $$;
create trigger carry_attachments after insert or update of content on projects.documents for each row execute function projects.carry_attachments();
alter table projects.documents enable always trigger carry_attachments;

create function projects.carry_paper() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.paper_hash is not null then
    perform projects.carry_file(new.book_id, new.document_id, new.paper_hash);
  end if;
  return null;
end $$;
create trigger carry_paper after insert on projects.outside_acts for each row execute function projects.carry_paper();
alter table projects.outside_acts enable always trigger carry_paper;

do $$
declare t text;
begin
  foreach t in array array['files', 'file_uploads', 'document_files'] loop
    execute format('create trigger file_stays before update or delete on projects.%I for each row execute function accounting.journal_is_final()', t);
    execute format('create trigger files_stay before truncate on projects.%I for each statement execute function accounting.journal_is_final()', t);
    execute format('alter table projects.%I enable always trigger file_stays, enable always trigger files_stay', t);
  end loop;
end $$;

grant select on projects.files, projects.file_uploads, projects.document_files to mingzhang_app, mingzhang_auditor;
revoke execute on function projects.keep_file, projects.carry_file, projects.carry_attachments, projects.carry_paper from public;
grant execute on function projects.keep_file to mingzhang_app;

-- Settings of the book: how many persons a flow needs, from what amount on a payment needs more approvers, how long a payee's
-- changed account waits. They are changed by documents of two persons, each of which takes effect once.
create table projects.settings (
  book_id bigint not null,
  document_id uuid not null,
  in_effect_at timestamptz not null default clock_timestamp(),
  payee_wait_hours int check (payee_wait_hours between 0 and 720), -- null: the document does not say
  second_factor_roles text[], -- all that ask for a second factor; null: the document does not say
  primary key (book_id, document_id),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id)
);
create trigger setting_stays before update or delete on projects.settings for each row execute function accounting.journal_is_final();
create trigger settings_stay before truncate on projects.settings for each statement execute function accounting.journal_is_final();
alter table projects.settings enable always trigger setting_stays, enable always trigger settings_stay;

-- Takes what an approved document of settings says, and nothing else. Bands are stated all together.
create function projects.put_in_effect(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents; said jsonb;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document for update;
  if not found or d.kind <> 'setting' or d.state <> 'posted' or exists (select from projects.settings s where s.book_id = in_book and s.document_id = document) then
    raise exception 'settings are put in effect once, by a document that another person approved' using errcode = 'AC043';
  end if;
  said := d.content::jsonb;
  insert into projects.settings (book_id, document_id, payee_wait_hours, second_factor_roles)
    values (in_book, document, (said ->> 'payee_wait_hours')::int, case when said ? 'second_factor_roles' then array(select r from jsonb_array_elements_text(said -> 'second_factor_roles') r order by r) end);
  insert into projects.flows as f (book_id, flow, minimum_persons, up_to)
    select in_book, x.flow, x.minimum_persons, x.up_to from jsonb_to_recordset(coalesce(said -> 'flows', '[]')) as x (flow text, minimum_persons int, up_to numeric)
    on conflict (book_id, flow) do update set minimum_persons = excluded.minimum_persons, up_to = excluded.up_to;
  if said ? 'approval_bands' then
    delete from projects.approval_bands b where b.book_id = in_book;
    insert into projects.approval_bands (book_id, from_amount, approvers)
      select in_book, x.from_amount, x.approvers from jsonb_to_recordset(said -> 'approval_bands') as x (from_amount numeric, approvers int);
  end if;
end $$;

-- How many hours a payee's changed account waits before it is paid to, for accounts registered from now on.
create function projects.payee_wait_hours(in_book bigint) returns int language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce((select s.payee_wait_hours from projects.settings s where s.book_id = in_book and s.payee_wait_hours is not null order by s.in_effect_at desc limit 1), 24)
$$;

-- The roles in which a session needs a second factor; none until two persons have said so.
create function projects.second_factor_roles(in_book bigint) returns text[] language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce((select s.second_factor_roles from projects.settings s where s.book_id = in_book and s.second_factor_roles is not null order by s.in_effect_at desc limit 1), '{}')
$$;

grant select on projects.settings to mingzhang_app, mingzhang_auditor;
revoke execute on function projects.put_in_effect, projects.payee_wait_hours, projects.second_factor_roles from public;
grant execute on function projects.put_in_effect to mingzhang_app;
grant execute on function projects.payee_wait_hours, projects.second_factor_roles to mingzhang_app, mingzhang_auditor;
