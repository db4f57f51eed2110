-- Signing in. One person may have several accounts and stays one person: duties, roles and acts know persons only. Nobody
-- gets into another's account alone: it is opened, and its password reset, by a document of two persons.
create table api.accounts (
  book_id bigint not null,
  account text not null check (account ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
  person_id uuid not null,
  password_hash text check (password_hash like '$argon2id$%'), -- null: it waits for its start password
  start_until timestamptz, -- the password is a start password, good until then and changed at the first sign-in; null: its owner's own
  opened_at timestamptz not null default clock_timestamp(),
  disabled_at timestamptz,
  primary key (book_id, account),
  foreign key (book_id, person_id) references accounting.persons (book_id, person_id)
);
create index accounts_of_person on api.accounts (book_id, person_id);

-- The documents that opened accounts or reset passwords, each of which takes effect once and brings about one start password.
create table api.account_documents (
  book_id bigint not null,
  document_id uuid not null,
  account text not null,
  in_effect_at timestamptz not null default clock_timestamp(),
  start_password_at timestamptz,
  primary key (book_id, document_id),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  foreign key (book_id, account) references api.accounts (book_id, account)
);

-- What an account asks for besides its password. The secret is read by the service at each sign-in, so it is kept as it is:
-- see docs/DECISIONS.md.
create table api.second_factors (
  book_id bigint not null,
  account text not null,
  secret text,           -- base32, confirmed by a first code
  waiting_secret text,   -- shown, not confirmed yet
  last_step bigint not null default 0, -- of 30 s since 1970, the last whose code was taken
  code_set uuid,         -- of the one-time codes that count
  primary key (book_id, account),
  foreign key (book_id, account) references api.accounts (book_id, account)
);

create table api.one_time_codes (
  book_id bigint not null,
  account text not null,
  code_hash bytea not null check (octet_length(code_hash) = 32),
  code_set uuid not null,
  made_at timestamptz not null default clock_timestamp(),
  used_at timestamptz,
  primary key (book_id, account, code_hash),
  foreign key (book_id, account) references api.accounts (book_id, account)
);

-- A session is known by the hash of what the browser's cookie carries. It ends 12 h after the sign-in, or 30 min after it was
-- last seen, and its row is removed when it is ended before. A new hash at a change of role leaves its beginning as it was.
create table api.sessions (
  book_id bigint not null,
  session_hash bytea not null check (octet_length(session_hash) = 32),
  account text not null,
  unit_id uuid, -- of the role chosen
  role text,
  on_behalf_of uuid,
  second_factor boolean not null,
  address text not null,
  began_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz not null default clock_timestamp(),
  primary key (book_id, session_hash),
  foreign key (book_id, account) references api.accounts (book_id, account),
  foreign key (book_id, unit_id) references accounting.units (book_id, unit_id),
  foreign key (book_id, on_behalf_of) references accounting.persons (book_id, person_id),
  constraint role_of_a_unit check (num_nonnulls(unit_id, role) in (0, 2))
);
create index sessions_of_account on api.sessions (book_id, account);

-- Every attempt. 'tried' is written before the password is looked at, so that attempts at one moment count each other; what
-- it came to follows. 'confirmed': a session showed its password again.
create table api.sign_ins (
  book_id bigint not null references accounting.books,
  sign_in_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  account text not null check (account <> ''), -- of a name that is no account: ? and a digest, because people type passwords there
  address text not null,
  outcome text not null check (outcome in ('tried', 'refused', 'locked', 'signed_in', 'confirmed')),
  primary key (book_id, sign_in_id)
);
create index sign_ins_by_account on api.sign_ins (book_id, account, at);
create index sign_ins_by_address on api.sign_ins (book_id, address, at);
create index sign_ins_by_moment on api.sign_ins (book_id, at);

-- Until when a name is locked for an address, as of a moment: for 15 min from the fifth failure within 15 min on the name, or
-- the fiftieth from the address. Failures from elsewhere do not lock an address from which the account was signed in to
-- within 90 days, so that nobody is kept out of the own office by somebody outside. A success forgives the failures before it
-- from its address, and no others.
create function api.locked_until(in_book bigint, name text, from_address text, moment timestamptz) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp as $$
  with known as (
    select exists (select from api.sign_ins s where s.book_id = in_book and s.account = name and s.address = from_address and s.outcome = 'signed_in'
      and s.at > moment - interval '90 days' and s.at < moment) as here
  ), failed as (
    select t.at, t.account, t.address from api.sign_ins t
     where t.book_id = in_book and t.outcome = 'tried' and t.at > moment - interval '30 minutes' and t.at < moment and (t.account = name or t.address = from_address)
       and not exists (select from api.sign_ins s where s.book_id = in_book and s.account = t.account and s.address = t.address and s.outcome in ('signed_in', 'confirmed') and s.at > t.at and s.at < moment)
  ), counted as (
    select f.at, 5 as most, count(*) over (order by f.at range between interval '15 minutes' preceding and current row) as n
      from failed f cross join known where f.account = name and (not known.here or f.address = from_address)
    union all
    select f.at, 50, count(*) over (order by f.at range between interval '15 minutes' preceding and current row) from failed f where f.address = from_address
  )
  select max(c.at) + interval '15 minutes' from counted c where c.n >= c.most having max(c.at) + interval '15 minutes' > moment
$$;

-- Opens the account a granted document names, or resets it: the old password, the second factor and all sessions end with the
-- approval, also of an account that was disabled. Who gets the account has not approved it.
create function api.carry_out_account(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents; k jsonb; who uuid;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document and x.kind = 'account' and x.state = 'granted' for update;
  if not found or exists (select from api.account_documents x where x.book_id = in_book and x.document_id = document) then
    raise exception 'there is no granted account document that waits to take effect' using errcode = 'AC043';
  end if;
  k := d.content;
  who := projects.person_called(in_book, k ->> 'person');
  if exists (select from projects.acts a where a.book_id = in_book and a.document_id = document and a.verb = 'approve' and a.person_id = who) then
    raise exception 'nobody approves % for oneself', d.number using errcode = 'AC045';
  end if;
  if exists (select from projects.departures l where l.book_id = in_book and l.person_id = who and l.left_on <= current_date) then
    raise exception '% has left', k ->> 'person' using errcode = 'AC044';
  end if;
  if coalesce((k ->> 'reset')::boolean, false) then
    update api.accounts a set password_hash = null, start_until = null, disabled_at = null where a.book_id = in_book and a.account = k ->> 'account' and a.person_id = who;
    if not found then
      raise exception '% has no account %', k ->> 'person', k ->> 'account' using errcode = 'AC080';
    end if;
    update api.second_factors f set secret = null, waiting_secret = null, code_set = null where f.book_id = in_book and f.account = k ->> 'account';
    delete from api.sessions s where s.book_id = in_book and s.account = k ->> 'account';
  else
    insert into api.accounts (book_id, account, person_id) values (in_book, k ->> 'account', who);
  end if;
  insert into api.account_documents (book_id, document_id, account) values (in_book, document, k ->> 'account');
end $$;

-- Sets the start password of a document's account: once, by who approved the document, who is shown it.
create function api.start_password(in_book bigint, document uuid, approver uuid, hash text) returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare name text;
begin
  update api.account_documents x set start_password_at = clock_timestamp()
   where x.book_id = in_book and x.document_id = document and x.start_password_at is null
     and exists (select from projects.acts a where a.book_id = in_book and a.document_id = document and a.verb = 'approve' and a.person_id = approver) returning x.account into name;
  if name is not null then
    update api.accounts a set password_hash = hash, start_until = clock_timestamp() + interval '7 days' where a.book_id = in_book and a.account = name and a.password_hash is null and a.disabled_at is null;
  end if;
  if name is null or not found then
    raise exception 'a start password is made once for an approved document, by who approved it' using errcode = 'AC081';
  end if;
  return name;
end $$;

-- Opens an account with its start password by hand of the operator on the server: for the first persons of a book, who cannot
-- sign documents yet.
create function api.open_account(in_book bigint, person uuid, name text, hash text) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into api.accounts (book_id, account, person_id, password_hash, start_until) values (in_book, name, person, hash, clock_timestamp() + interval '7 days')
$$;

-- Gives every person of a demonstration an account by the person's code with the published password.
create function api.open_demonstration_accounts(in_book bigint, hash text) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into api.accounts (book_id, account, person_id, password_hash)
    select p.book_id, p.code, p.person_id, hash from accounting.persons p join accounting.books b using (book_id)
     where b.book_id = in_book and b.kind = 'demo' and p.code ~ '^[a-z0-9][a-z0-9._-]{1,63}$' on conflict do nothing
$$;

-- Changes a password from one to another, and ends the account's sessions but one.
create function api.change_password(in_book bigint, name text, old_hash text, new_hash text, but_session bytea) returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update api.accounts a set password_hash = new_hash, start_until = null where a.book_id = in_book and a.account = name and a.password_hash = old_hash and a.disabled_at is null;
  if not found then
    return false;
  end if;
  delete from api.sessions s where s.book_id = in_book and s.account = name and s.session_hash <> but_session;
  return true;
end $$;

create function api.disable_account(in_book bigint, name text) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update api.accounts a set disabled_at = coalesce(a.disabled_at, clock_timestamp()) where a.book_id = in_book and a.account = name;
  if not found then
    raise exception 'this book has no account %', name using errcode = 'AC080';
  end if;
  delete from api.sessions s where s.book_id = in_book and s.account = name;
end $$;

-- An account is its person's for ever, a code that was used stays used, and what was attempted stays written.
create function api.account_keeps() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if (old.book_id, old.account, old.person_id, old.opened_at) is distinct from (new.book_id, new.account, new.person_id, new.opened_at) then
    raise exception 'account % stays its person''s', old.account using errcode = 'AC034';
  end if;
  return new;
end $$;
create function api.one_time_code_keeps() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if old.used_at is not null or to_jsonb(old) - 'used_at' <> to_jsonb(new) - 'used_at' then
    raise exception 'a one-time code is used once' using errcode = 'AC034';
  end if;
  return new;
end $$;
create trigger account_keeps before update on api.accounts for each row execute function api.account_keeps();
create trigger one_time_code_keeps before update on api.one_time_codes for each row execute function api.one_time_code_keeps();
create trigger sign_in_keeps before update on api.sign_ins for each row execute function accounting.registry_grows();
alter table api.accounts enable always trigger account_keeps;
alter table api.one_time_codes enable always trigger one_time_code_keeps;
alter table api.sign_ins enable always trigger sign_in_keeps;
do $$
declare t text;
begin
  foreach t in array array['accounts', 'account_documents', 'second_factors', 'one_time_codes', 'sign_ins'] loop
    execute format('create trigger row_stays before delete on api.%I for each row execute function accounting.registry_grows()', t);
    execute format('create trigger rows_stay before truncate on api.%I for each statement execute function accounting.registry_grows()', t);
    execute format('alter table api.%I enable always trigger row_stays, enable always trigger rows_stay', t);
  end loop;
end $$;

-- A token is of a person in a role of a unit; its identity names it without telling it.
alter table api.tokens add column token_id uuid, add column unit_id uuid;
update api.tokens t set token_id = gen_random_uuid(), unit_id = p.unit_id from accounting.persons p where p.book_id = t.book_id and p.person_id = t.person_id;
alter table api.tokens alter column token_id set not null, alter column unit_id set not null, add unique (book_id, token_id),
  add foreign key (book_id, unit_id) references accounting.units (book_id, unit_id);

grant select on api.accounts to mingzhang_app;
grant select (book_id, document_id, account, start_password_at) on api.account_documents to mingzhang_app;
grant select, insert, update (secret, waiting_secret, last_step, code_set) on api.second_factors to mingzhang_app;
grant select, insert, update (used_at) on api.one_time_codes to mingzhang_app;
grant select, delete, insert (book_id, session_hash, account, second_factor, address), update (session_hash, unit_id, role, on_behalf_of, second_factor, seen_at) on api.sessions to mingzhang_app;
grant select, insert (book_id, sign_in_id, account, address, outcome) on api.sign_ins to mingzhang_app;
revoke execute on function api.locked_until, api.carry_out_account, api.start_password, api.open_account, api.open_demonstration_accounts, api.change_password, api.disable_account,
  api.account_keeps, api.one_time_code_keeps from public;
grant execute on function api.locked_until, api.carry_out_account, api.start_password, api.open_account, api.open_demonstration_accounts, api.change_password, api.disable_account to mingzhang_app;
