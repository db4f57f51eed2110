-- Lists people bring: how the lists of a source are read, which list was taken in when, and the codes other systems give our
-- projects and budget lines.

create table projects.list_profiles (
  book_id bigint not null references accounting.books,
  kind text not null,
  source text not null check (length(source) between 1 and 100),
  profile text not null, -- JSON of lists.Profile
  changed_by uuid not null,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (book_id, kind, source),
  foreign key (book_id, changed_by) references accounting.persons (book_id, person_id)
);

-- A list is taken in once: the same file of the same source again adds nothing.
create table projects.imports (
  book_id bigint not null references accounting.books,
  import_id uuid not null,
  kind text not null,
  source text not null check (length(source) between 1 and 100),
  file_sha256 bytea not null,
  month int, -- 202503: of a list that covers one
  row_count int not null check (row_count > 0),
  added int not null check (added >= 0),
  total accounting.yuan, -- of its amounts; null: it has none
  imported_by uuid not null,
  imported_at timestamptz not null default clock_timestamp(),
  primary key (book_id, import_id),
  constraint list_imported_once unique (book_id, kind, source, file_sha256),
  foreign key (book_id, file_sha256) references projects.files (book_id, sha256),
  foreign key (book_id, imported_by) references accounting.persons (book_id, person_id)
);
create index imports_by_month on projects.imports (book_id, kind, month);

-- Codes of other systems (项目代码 of the province's, 指标 of the treasury's). One code of a system is one thing here; one
-- project or budget line may have several.
create table projects.external_codes (
  book_id bigint not null references accounting.books,
  system text not null check (length(system) between 1 and 100),
  code text not null check (length(code) between 1 and 100),
  project_id uuid,
  budget_line_id uuid,
  set_by uuid not null,
  set_at timestamptz not null default clock_timestamp(),
  primary key (book_id, system, code),
  foreign key (book_id, project_id) references projects.nodes (book_id, node_id),
  foreign key (book_id, budget_line_id) references accounting.budget_lines (book_id, budget_line_id),
  foreign key (book_id, set_by) references accounting.persons (book_id, person_id),
  constraint code_is_of_one check ((project_id is null) <> (budget_line_id is null))
);
create index external_codes_of_project on projects.external_codes (book_id, project_id);
create index external_codes_of_budget_line on projects.external_codes (book_id, budget_line_id);

create trigger register_stays before delete on projects.imports for each row execute function accounting.registry_grows();
create trigger registers_stay before truncate on projects.imports for each statement execute function accounting.registry_grows();
create trigger register_is_final before update on projects.imports for each row execute function accounting.journal_is_final();
alter table projects.imports enable always trigger register_stays, enable always trigger registers_stay, enable always trigger register_is_final;
create trigger register_stays before delete on projects.external_codes for each row execute function accounting.registry_grows();
create trigger registers_stay before truncate on projects.external_codes for each statement execute function accounting.registry_grows();
create trigger register_is_final before update on projects.external_codes for each row execute function accounting.journal_is_final();
alter table projects.external_codes enable always trigger register_stays, enable always trigger registers_stay, enable always trigger register_is_final;

grant select, insert on projects.imports, projects.external_codes to mingzhang_app;
grant select, insert, update (profile, changed_by, changed_at) on projects.list_profiles to mingzhang_app;
grant select on projects.list_profiles, projects.imports, projects.external_codes to mingzhang_auditor;

-- A list names units' payees and payments: who reads all reads it, and who brought it.
create policy unit_reads on projects.imports for select to mingzhang_app using (
  (select current_setting('mingzhang.reads', true) = 'all')
  or exists (select from accounting.persons p where p.book_id = imports.book_id and p.person_id = imports.imported_by and p.unit_id = (select accounting.reader_unit())));
create policy unit_adds on projects.imports for insert to mingzhang_app with check (true);
create policy auditor_reads on projects.imports for select to mingzhang_auditor using (true);
alter table projects.imports enable row level security;
