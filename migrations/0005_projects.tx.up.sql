-- The living tree of projects, who answers for each, where its money comes from and what is planned. A node's identity is
-- the project of the ledger: a node gets its ledger (accounting.ledgers) with its accounting unit, once and for life.
-- Amounts are yuan; what the county has not stated is null, never zero.

create table projects.nodes (
  book_id bigint not null references accounting.books,
  node_id uuid not null,
  parent_id uuid,
  code text not null check (code <> '' and length(code) <= 40),
  name_zh text not null check (name_zh <> ''),
  name_en text not null,
  kind text not null check (kind in ('programme', 'project', 'subproject', 'site', 'village', 'fund')),
  type text not null check (type in ('works', 'subsidy', 'investment', 'fund', 'award')),
  due_month text check (due_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  stated_amount accounting.yuan check (stated_amount > 0),
  approximate boolean not null,
  target accounting.yuan check (target > 0),
  seed_ref jsonb,
  created_at timestamptz not null default now(),
  created_by uuid not null,
  primary key (book_id, node_id),
  unique (book_id, code),
  foreign key (book_id, parent_id) references projects.nodes (book_id, node_id),
  foreign key (book_id, created_by) references accounting.persons (book_id, person_id),
  check (node_id <> parent_id)
);
create index nodes_by_parent on projects.nodes (book_id, parent_id);

create table projects.node_parties (
  book_id bigint not null,
  node_id uuid not null,
  role text not null check (role in ('leader', 'lead', 'cooperating', 'supervisor', 'contractor')),
  ordinal int not null check (ordinal > 0),
  name text not null check (name <> ''),
  valid boolean not null default true,
  primary key (book_id, node_id, role, ordinal),
  foreign key (book_id, node_id) references projects.nodes (book_id, node_id)
);

create table projects.funding_sources (
  book_id bigint not null references accounting.books,
  code text not null check (code <> ''),
  name text not null check (name <> ''),
  kind text not null check (kind in ('central_transfer', 'provincial_transfer', 'county', 'bond', 'asset_income', 'donation')),
  primary key (book_id, code)
);

-- A lump sum in yuan, or a rate in yuan per unit times a quantity that may not be known yet.
create table projects.plan_lines (
  book_id bigint not null,
  plan_line_id uuid not null,
  node_id uuid not null,
  kind text not null check (kind in ('lump', 'rate')),
  amount accounting.yuan check (amount > 0),
  rate numeric(20,4) check (rate > 0),
  quantity numeric(20,3) check (quantity >= 0),
  unit text not null,
  note text not null,
  created_at timestamptz not null default now(),
  primary key (book_id, plan_line_id),
  foreign key (book_id, node_id) references projects.nodes (book_id, node_id),
  constraint lump_or_rate check (case kind when 'lump' then amount is not null and rate is null and quantity is null else amount is null and rate is not null end)
);
create index plan_lines_of_node on projects.plan_lines (book_id, node_id);

-- round() on numeric rounds half away from zero, which above zero is half up. Null while the quantity is not known.
create function projects.planned(line projects.plan_lines) returns numeric language sql immutable
  as $$ select case line.kind when 'lump' then line.amount else round(line.rate * line.quantity, 2) end $$;

revoke all on schema projects from public;
grant select on projects.nodes, projects.node_parties, projects.funding_sources, projects.plan_lines to mingzhang_app, mingzhang_auditor;
grant insert on projects.nodes, projects.node_parties, projects.funding_sources, projects.plan_lines to mingzhang_app;
grant update (name_zh, name_en, due_month) on projects.nodes to mingzhang_app;
grant update (name, valid) on projects.node_parties to mingzhang_app;
grant update (quantity) on projects.plan_lines to mingzhang_app;
grant execute on function projects.planned to mingzhang_app, mingzhang_auditor;
