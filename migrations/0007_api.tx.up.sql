-- What package api keeps: the tokens programs act by. Only their hash is stored.
create schema if not exists api;
create table api.tokens (
  book_id bigint not null references accounting.books,
  token_hash bytea not null check (octet_length(token_hash) = 32),
  person_id uuid not null,
  role text not null check (role in ('budget_officer', 'treasury_officer', 'project_clerk', 'project_head', 'lead_approver', 'auditor', 'inspector', 'admin')),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (book_id, token_hash),
  foreign key (book_id, person_id) references accounting.persons (book_id, person_id)
);
grant usage on schema api to mingzhang_app;
grant select, insert, update (revoked_at) on api.tokens to mingzhang_app;
