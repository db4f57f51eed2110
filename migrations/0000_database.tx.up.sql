-- The three schemas are named like the Go packages that write to them. Opening a schema grants nothing in it:
-- each table and function says for itself who may use it.
create schema accounting;
create schema projects;
create schema api;

grant usage on schema accounting, projects, api to mingzhang_app, mingzhang_auditor;

-- PostgreSQL lets everybody call a new function unless told otherwise. Ours are closed until granted by name, because
-- some of them run with the owner's rights.
alter default privileges for role mingzhang_owner revoke execute on functions from public;
