-- Documents: what people draft, review, approve and carry out. A document's content is canonical JSON, exactly what is shown
-- to who acts on it; its state moves only by projects.act, which knows every step, who may take it and what it needs.

-- A flow is the row of desks a document passes. How many different persons must have acted on it is a setting of the book,
-- never fewer than a maker, a checker and a payer; without a row: works 5, small 3.
create table projects.flows (
  book_id bigint not null references accounting.books,
  flow text not null check (flow in ('works', 'small')),
  minimum_persons int not null check (minimum_persons between 3 and 9),
  up_to accounting.yuan check (up_to > 0), -- the largest payment that may take the small flow
  primary key (book_id, flow)
);

-- From an amount on, a payment needs this many approvers. Without a row one approves.
create table projects.approval_bands (
  book_id bigint not null references accounting.books,
  from_amount accounting.yuan not null check (from_amount >= 0),
  approvers int not null check (approvers between 1 and 5),
  primary key (book_id, from_amount)
);

create table projects.document_counters (
  book_id bigint not null references accounting.books,
  prefix text not null,
  year int not null,
  last_number int not null check (last_number > 0),
  primary key (book_id, prefix, year)
);

create table projects.documents (
  book_id bigint not null references accounting.books,
  document_id uuid not null,
  kind text not null,
  number text not null check (number <> ''),
  unit_id uuid not null, -- whose document it is
  node_id uuid,          -- the project it is about
  flow text not null check (flow in ('works', 'small')),
  amount accounting.yuan, -- yuan, what it comes to; null where it states none
  content text not null,
  content_hash bytea not null check (octet_length(content_hash) = 32),
  state text not null,
  round int not null default 1 check (round > 0), -- rises with each return to the maker
  created_by uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  since timestamptz not null default clock_timestamp(), -- at its present desk
  primary key (book_id, document_id),
  unique (book_id, number),
  foreign key (book_id, unit_id) references accounting.units (book_id, unit_id),
  foreign key (book_id, node_id) references projects.nodes (book_id, node_id),
  foreign key (book_id, created_by) references accounting.persons (book_id, person_id)
);
create index documents_by_state on projects.documents (book_id, kind, state, unit_id);
create index documents_by_node on projects.documents (book_id, node_id);

-- One person has one duty on a document, for all its rounds: the primary key is the separation of duties.
create table projects.duties (
  book_id bigint not null,
  document_id uuid not null,
  person_id uuid not null,
  duty text not null,
  primary key (book_id, document_id, person_id),
  unique (book_id, document_id, person_id, duty),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  foreign key (book_id, person_id) references accounting.persons (book_id, person_id)
);

-- Each act with the hash of what was shown. An outside act is somebody's without an account: name, office, day and the
-- scanned paper, entered by one person and checked by another.
create table projects.acts (
  book_id bigint not null,
  document_id uuid not null,
  ordinal int not null check (ordinal > 0),
  round int not null,
  verb text not null,
  duty text not null,
  from_state text not null,
  to_state text not null,
  person_id uuid not null, -- of an outside act: who checked it
  unit_id uuid not null,
  role text not null,
  on_behalf_of uuid, -- who delegated the role
  document_hash bytea not null,
  reason text not null default '',
  at timestamptz not null default clock_timestamp(),
  outside_name text,
  outside_office text,
  outside_date date,
  paper_hash bytea check (octet_length(paper_hash) = 32),
  entered_by uuid,
  primary key (book_id, document_id, ordinal),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  foreign key (book_id, person_id) references accounting.persons (book_id, person_id),
  foreign key (book_id, entered_by) references accounting.persons (book_id, person_id),
  -- An outside act is nobody's duty here: neither who enters the paper nor who checks it signs for the other.
  separated_person uuid generated always as (case when entered_by is null and duty <> 'confirm' then person_id end) stored,
  foreign key (book_id, document_id, separated_person, duty) references projects.duties (book_id, document_id, person_id, duty),
  constraint outside_act_is_whole check (num_nonnulls(outside_name, outside_office, outside_date, paper_hash, entered_by) in (0, 5)),
  constraint outside_act_by_two check (entered_by <> person_id)
);

-- Outside acts that wait for the second person.
create table projects.outside_acts (
  book_id bigint not null,
  outside_act_id uuid not null,
  document_id uuid not null,
  verb text not null,
  document_hash bytea not null,
  name text not null check (name <> ''),
  office text not null check (office <> ''),
  day date not null,
  paper_hash bytea not null check (octet_length(paper_hash) = 32),
  entered_by uuid not null,
  entered_at timestamptz not null default clock_timestamp(),
  checked_by uuid,
  primary key (book_id, outside_act_id),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  foreign key (book_id, entered_by) references accounting.persons (book_id, person_id),
  constraint outside_act_checked_by_another check (checked_by <> entered_by)
);

-- Who holds which role in which unit, from a document made by one and checked by another.
create table projects.role_grants (
  book_id bigint not null,
  grant_id uuid not null,
  person_id uuid not null,
  unit_id uuid not null,
  role text not null check (role in ('budget_officer', 'treasury_officer', 'project_clerk', 'project_head', 'supervisor', 'lead_approver', 'auditor', 'inspector', 'admin')),
  from_day date not null,
  until_day date check (until_day >= from_day),
  document_id uuid, -- null only for those a book begins with
  ended_by uuid,    -- the document that ended it before its time
  primary key (book_id, grant_id),
  foreign key (book_id, person_id) references accounting.persons (book_id, person_id),
  foreign key (book_id, unit_id) references accounting.units (book_id, unit_id),
  foreign key (book_id, document_id) references projects.documents (book_id, document_id),
  foreign key (book_id, ended_by) references projects.documents (book_id, document_id)
);
create index role_grants_of_person on projects.role_grants (book_id, person_id);

-- A role lent to another person for some days.
create table projects.delegations (
  book_id bigint not null,
  delegation_id uuid not null,
  from_person uuid not null,
  to_person uuid not null,
  unit_id uuid not null,
  role text not null,
  from_day date not null,
  until_day date not null check (until_day >= from_day),
  ended_on date, -- the last day, when it ended before its time
  document_id uuid,
  ended_by uuid,
  primary key (book_id, delegation_id),
  foreign key (book_id, from_person) references accounting.persons (book_id, person_id),
  foreign key (book_id, to_person) references accounting.persons (book_id, person_id),
  check (from_person <> to_person)
);
create index delegations_to on projects.delegations (book_id, to_person);

-- A person who leaves is disabled, never deleted (R31); a successor takes over.
create table projects.departures (
  book_id bigint not null,
  person_id uuid not null,
  left_on date not null,
  successor uuid not null,
  recorded_by uuid not null,
  recorded_at timestamptz not null default clock_timestamp(),
  document_id uuid,
  primary key (book_id, person_id),
  foreign key (book_id, person_id) references accounting.persons (book_id, person_id),
  foreign key (book_id, successor) references accounting.persons (book_id, person_id),
  check (successor <> person_id)
);

-- Which unit a party of a node is, where the name is one of the book's units: duty separation by organisation needs it.
alter table projects.node_parties add column unit_id uuid;
update projects.node_parties p set unit_id = u.unit_id from accounting.units u where u.book_id = p.book_id and u.name = p.name;
create function projects.party_unit() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.unit_id := (select u.unit_id from accounting.units u where u.book_id = new.book_id and u.name = new.name order by u.code limit 1);
  return new;
end $$;
create trigger party_unit before insert or update of name on projects.node_parties for each row execute function projects.party_unit();
alter table projects.node_parties enable always trigger party_unit;

-- Every step of every kind of document: from a state, by a verb, to a state, as whose duty, by which roles ('outside': also
-- as an outside act). A step without a flow is one of both. A verb whose two states are the same is an act beside the way.
create function projects.steps() returns table (kind text, flow text, verb text, from_state text, to_state text, duty text, roles text[])
language sql immutable set search_path = pg_catalog, pg_temp as $$
  values
    -- 预算: budget versions, allocations
    ('budget', '', 'submit', 'draft', 'submitted', 'prepare', '{budget_officer}'::text[]),
    ('budget', '', 'submit', 'returned', 'submitted', 'prepare', '{budget_officer}'),
    ('budget', '', 'approve', 'submitted', 'posted', 'approve', '{budget_officer}'),
    ('budget', '', 'return', 'submitted', 'returned', 'approve', '{budget_officer}'),
    ('budget', '', 'reject', 'submitted', 'rejected', 'approve', '{budget_officer}'),
    ('budget', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{budget_officer}'),
    ('budget', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{budget_officer}'),
    -- 合同
    ('contract', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('contract', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('contract', '', 'sign', 'submitted', 'signed', 'sign', '{project_head}'),
    ('contract', '', 'approve', 'signed', 'effective', 'approve', '{lead_approver}'),
    ('contract', '', 'return', 'submitted', 'returned', 'sign', '{project_head}'),
    ('contract', '', 'return', 'signed', 'returned', 'approve', '{lead_approver}'),
    ('contract', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('contract', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    -- 变更签证, 结算, 终止
    ('change_order', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('change_order', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('change_order', '', 'review', 'submitted', 'reviewed', 'review', '{supervisor,project_head,outside}'),
    ('change_order', '', 'approve', 'reviewed', 'posted', 'approve', '{lead_approver}'),
    ('change_order', '', 'return', 'submitted', 'returned', 'review', '{supervisor,project_head}'),
    ('change_order', '', 'return', 'reviewed', 'returned', 'approve', '{lead_approver}'),
    ('change_order', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('change_order', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    ('settlement', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('settlement', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('settlement', '', 'review', 'submitted', 'reviewed', 'review', '{project_head}'),
    ('settlement', '', 'approve', 'reviewed', 'posted', 'approve', '{lead_approver}'),
    ('settlement', '', 'return', 'submitted', 'returned', 'review', '{project_head}'),
    ('settlement', '', 'return', 'reviewed', 'returned', 'approve', '{lead_approver}'),
    ('settlement', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('settlement', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    ('termination', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('termination', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('termination', '', 'review', 'submitted', 'reviewed', 'review', '{project_head}'),
    ('termination', '', 'approve', 'reviewed', 'posted', 'approve', '{lead_approver}'),
    ('termination', '', 'return', 'submitted', 'returned', 'review', '{project_head}'),
    ('termination', '', 'return', 'reviewed', 'returned', 'approve', '{lead_approver}'),
    ('termination', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('termination', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    -- 计量支付证书
    ('certificate', '', 'submit', 'draft', 'measured', 'prepare', '{project_clerk}'),
    ('certificate', '', 'submit', 'returned', 'measured', 'prepare', '{project_clerk}'),
    ('certificate', 'works', 'supervise', 'measured', 'supervisor_signed', 'supervise', '{supervisor,outside}'),
    ('certificate', 'works', 'verify', 'supervisor_signed', 'verified', 'verify', '{project_head}'),
    ('certificate', 'small', 'verify', 'measured', 'verified', 'verify', '{project_head}'),
    ('certificate', '', 'certify', 'verified', 'certified', 'approve', '{lead_approver}'),
    ('certificate', '', 'return', 'measured', 'returned', 'verify', '{project_head}'),
    ('certificate', '', 'return', 'supervisor_signed', 'returned', 'verify', '{project_head}'),
    ('certificate', '', 'return', 'verified', 'returned', 'approve', '{lead_approver}'),
    ('certificate', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('certificate', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    -- 支付申请: five desks, or three for villages and small direct payments
    ('payment_request', '', 'file', 'draft', 'filed', 'file', '{project_clerk}'),
    ('payment_request', '', 'file', 'returned', 'filed', 'file', '{project_clerk}'),
    ('payment_request', 'works', 'review', 'filed', 'unit_reviewed', 'unit_review', '{project_head}'),
    ('payment_request', 'works', 'finance_review', 'unit_reviewed', 'finance_reviewed', 'finance_review', '{budget_officer}'),
    ('payment_request', 'works', 'lead_approve', 'finance_reviewed', 'finance_reviewed', 'lead_approve', '{lead_approver}'),
    ('payment_request', 'works', 'countersign', 'finance_reviewed', 'finance_reviewed', 'countersign', '{outside}'),
    ('payment_request', 'works', 'approve', 'finance_reviewed', 'approved', 'approve', '{treasury_officer}'),
    ('payment_request', 'small', 'lead_approve', 'filed', 'filed', 'lead_approve', '{lead_approver}'),
    ('payment_request', 'small', 'countersign', 'filed', 'filed', 'countersign', '{outside}'),
    ('payment_request', 'small', 'approve', 'filed', 'approved', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('payment_request', '', 'wait', 'approved', 'waiting_for_cash', 'order', '{treasury_officer}'),
    ('payment_request', '', 'order', 'approved', 'ordered', 'order', '{treasury_officer}'),
    ('payment_request', '', 'order', 'waiting_for_cash', 'ordered', 'order', '{treasury_officer}'),
    ('payment_request', 'works', 'return', 'filed', 'returned', 'unit_review', '{project_head}'),
    ('payment_request', 'small', 'return', 'filed', 'returned', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('payment_request', 'works', 'return', 'unit_reviewed', 'returned', 'finance_review', '{budget_officer}'),
    ('payment_request', 'works', 'return', 'finance_reviewed', 'returned', 'approve', '{treasury_officer}'),
    ('payment_request', '', 'return', 'approved', 'returned', 'order', '{treasury_officer}'),
    ('payment_request', '', 'return', 'waiting_for_cash', 'returned', 'order', '{treasury_officer}'),
    ('payment_request', '', 'recall', 'filed', 'returned', 'file', '{project_clerk}'),
    ('payment_request', '', 'recall', 'unit_reviewed', 'returned', 'file', '{project_clerk}'),
    ('payment_request', '', 'recall', 'finance_reviewed', 'returned', 'file', '{project_clerk}'),
    ('payment_request', '', 'recall', 'approved', 'returned', 'file', '{project_clerk}'),
    ('payment_request', '', 'recall', 'waiting_for_cash', 'returned', 'file', '{project_clerk}'),
    ('payment_request', 'works', 'reject', 'filed', 'rejected', 'unit_review', '{project_head}'),
    ('payment_request', 'works', 'reject', 'unit_reviewed', 'rejected', 'finance_review', '{budget_officer}'),
    ('payment_request', 'works', 'reject', 'finance_reviewed', 'rejected', 'approve', '{treasury_officer}'),
    ('payment_request', 'small', 'reject', 'filed', 'rejected', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('payment_request', '', 'withdraw', 'draft', 'withdrawn', 'file', '{project_clerk}'),
    ('payment_request', '', 'withdraw', 'returned', 'withdrawn', 'file', '{project_clerk}'),
    -- the rest of a returned order, when nothing more will be paid of it
    ('payment_request', '', 'cancel_order', 'ordered', 'returned', 'order', '{treasury_officer}'),
    ('payment_request', '', 'complete', 'ordered', 'confirmed', 'confirm', '{}'),
    ('payment_request', '', 'reopen', 'confirmed', 'ordered', 'confirm', '{}'),
    -- 收款人
    ('payee', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk,treasury_officer}'),
    ('payee', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk,treasury_officer}'),
    ('payee', '', 'approve', 'submitted', 'registered', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('payee', '', 'return', 'submitted', 'returned', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('payee', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk,treasury_officer}'),
    ('payee', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk,treasury_officer}'),
    -- 角色授予, 授权, 离岗
    ('account', '', 'submit', 'draft', 'submitted', 'prepare', '{admin,budget_officer}'),
    ('account', '', 'approve', 'submitted', 'granted', 'approve', '{admin,budget_officer}'),
    ('account', '', 'reject', 'submitted', 'rejected', 'approve', '{admin,budget_officer}'),
    ('account', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{admin,budget_officer}'),
    ('role_grant', '', 'submit', 'draft', 'submitted', 'prepare', '{admin,budget_officer}'),
    ('role_grant', '', 'approve', 'submitted', 'granted', 'approve', '{admin,budget_officer,project_head}'),
    ('role_grant', '', 'reject', 'submitted', 'rejected', 'approve', '{admin,budget_officer,project_head}'),
    ('role_grant', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{admin,budget_officer}'),
    ('delegation', '', 'submit', 'draft', 'submitted', 'prepare', '{budget_officer,treasury_officer,project_clerk,project_head,lead_approver}'),
    ('delegation', '', 'approve', 'submitted', 'granted', 'approve', '{admin,budget_officer,project_head}'),
    ('delegation', '', 'reject', 'submitted', 'rejected', 'approve', '{admin,budget_officer,project_head}'),
    ('delegation', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{budget_officer,treasury_officer,project_clerk,project_head,lead_approver}'),
    ('departure', '', 'submit', 'draft', 'submitted', 'prepare', '{admin,budget_officer}'),
    ('departure', '', 'approve', 'submitted', 'granted', 'approve', '{admin,budget_officer,project_head}'),
    ('departure', '', 'reject', 'submitted', 'rejected', 'approve', '{admin,budget_officer,project_head}'),
    ('departure', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{admin,budget_officer}'),
    -- 补贴批次: published, then locked, which posts what is owed
    ('subsidy_batch', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('subsidy_batch', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('subsidy_batch', '', 'publish', 'submitted', 'publicised', 'verify', '{project_head}'),
    ('subsidy_batch', '', 'lock', 'publicised', 'locked', 'approve', '{lead_approver}'),
    ('subsidy_batch', '', 'return', 'submitted', 'returned', 'verify', '{project_head}'),
    ('subsidy_batch', '', 'return', 'publicised', 'returned', 'approve', '{lead_approver}'),
    ('subsidy_batch', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('subsidy_batch', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    -- 分配, 用款计划, 注资备查, 村级记录
    ('allocation', '', 'submit', 'draft', 'submitted', 'prepare', '{budget_officer}'),
    ('allocation', '', 'submit', 'returned', 'submitted', 'prepare', '{budget_officer}'),
    ('allocation', '', 'approve', 'submitted', 'posted', 'approve', '{budget_officer}'),
    ('allocation', '', 'return', 'submitted', 'returned', 'approve', '{budget_officer}'),
    ('allocation', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{budget_officer}'),
    ('allocation', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{budget_officer}'),
    ('cash_plan', '', 'submit', 'draft', 'submitted', 'prepare', '{budget_officer}'),
    ('cash_plan', '', 'submit', 'returned', 'submitted', 'prepare', '{budget_officer}'),
    ('cash_plan', '', 'approve', 'submitted', 'posted', 'approve', '{budget_officer}'),
    ('cash_plan', '', 'return', 'submitted', 'returned', 'approve', '{budget_officer}'),
    ('cash_plan', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{budget_officer}'),
    ('cash_plan', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{budget_officer}'),
    ('injection_record', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('injection_record', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('injection_record', '', 'approve', 'submitted', 'posted', 'approve', '{project_head}'),
    ('injection_record', '', 'return', 'submitted', 'returned', 'approve', '{project_head}'),
    ('injection_record', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('injection_record', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    ('village_record', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('village_record', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('village_record', '', 'approve', 'submitted', 'posted', 'approve', '{project_head,budget_officer}'),
    ('village_record', '', 'return', 'submitted', 'returned', 'approve', '{project_head,budget_officer}'),
    ('village_record', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('village_record', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    -- 基金、注资 outside the budget; refunds of payments; 完工; 年终
    ('fund', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk,treasury_officer}'),
    ('fund', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk,treasury_officer}'),
    ('fund', '', 'approve', 'submitted', 'posted', 'approve', '{project_head,treasury_officer}'),
    ('fund', '', 'return', 'submitted', 'returned', 'approve', '{project_head,treasury_officer}'),
    ('fund', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk,treasury_officer}'),
    ('fund', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk,treasury_officer}'),
    ('refund', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk,treasury_officer}'),
    ('refund', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk,treasury_officer}'),
    ('refund', '', 'approve', 'submitted', 'posted', 'approve', '{treasury_officer}'),
    ('refund', '', 'return', 'submitted', 'returned', 'approve', '{treasury_officer}'),
    ('refund', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk,treasury_officer}'),
    ('refund', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk,treasury_officer}'),
    ('completion', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('completion', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('completion', '', 'approve', 'submitted', 'posted', 'approve', '{lead_approver,budget_officer}'),
    ('completion', '', 'return', 'submitted', 'returned', 'approve', '{lead_approver,budget_officer}'),
    ('completion', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('completion', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    ('final_account', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('final_account', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('final_account', '', 'review', 'submitted', 'reviewed', 'review', '{project_head}'),
    ('final_account', '', 'approve', 'reviewed', 'approved', 'approve', '{budget_officer}'),
    ('final_account', '', 'return', 'submitted', 'returned', 'review', '{project_head}'),
    ('final_account', '', 'return', 'reviewed', 'returned', 'approve', '{budget_officer}'),
    ('final_account', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('final_account', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    ('milestone', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk}'),
    ('milestone', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk}'),
    ('milestone', '', 'approve', 'submitted', 'posted', 'approve', '{lead_approver}'),
    ('milestone', '', 'return', 'submitted', 'returned', 'approve', '{lead_approver}'),
    ('milestone', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk}'),
    ('milestone', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk}'),
    ('year_end', '', 'submit', 'draft', 'submitted', 'prepare', '{budget_officer}'),
    ('year_end', '', 'approve', 'submitted', 'posted', 'approve', '{budget_officer}'),
    ('year_end', '', 'return', 'submitted', 'withdrawn', 'approve', '{budget_officer}'),
    ('year_end', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{budget_officer}'),
    -- 期初: the balances a book begins with
    ('opening', '', 'submit', 'draft', 'submitted', 'prepare', '{budget_officer}'),
    ('opening', '', 'submit', 'returned', 'submitted', 'prepare', '{budget_officer}'),
    ('opening', '', 'approve', 'submitted', 'posted', 'approve', '{budget_officer}'),
    ('opening', '', 'return', 'submitted', 'returned', 'approve', '{budget_officer}'),
    ('opening', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{budget_officer}'),
    ('opening', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{budget_officer}'),
    -- 参数设置
    ('setting', '', 'submit', 'draft', 'submitted', 'prepare', '{admin,budget_officer}'),
    ('setting', '', 'submit', 'returned', 'submitted', 'prepare', '{admin,budget_officer}'),
    ('setting', '', 'approve', 'submitted', 'posted', 'approve', '{budget_officer}'),
    ('setting', '', 'return', 'submitted', 'returned', 'approve', '{budget_officer}'),
    ('setting', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{admin,budget_officer}'),
    ('setting', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{admin,budget_officer}'),
    -- 手工凭证 and 冲销并更正
    ('manual_voucher', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('manual_voucher', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('manual_voucher', '', 'review', 'submitted', 'reviewed', 'review', '{project_head,budget_officer}'),
    ('manual_voucher', '', 'post', 'reviewed', 'posted', 'post', '{treasury_officer,budget_officer,project_head}'),
    ('manual_voucher', '', 'return', 'submitted', 'returned', 'review', '{project_head,budget_officer}'),
    ('manual_voucher', '', 'return', 'reviewed', 'returned', 'post', '{treasury_officer,budget_officer,project_head}'),
    ('manual_voucher', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('manual_voucher', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('correction', '', 'submit', 'draft', 'submitted', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('correction', '', 'submit', 'returned', 'submitted', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('correction', '', 'approve', 'submitted', 'posted', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('correction', '', 'return', 'submitted', 'returned', 'approve', '{project_head,budget_officer,treasury_officer}'),
    ('correction', '', 'withdraw', 'draft', 'withdrawn', 'prepare', '{project_clerk,budget_officer,treasury_officer}'),
    ('correction', '', 'withdraw', 'returned', 'withdrawn', 'prepare', '{project_clerk,budget_officer,treasury_officer}')
$$;

-- The units that lead a node: those named for it or, where it names none, for the nearest node above.
create function projects.leads(for_book bigint, for_node uuid) returns table (unit_id uuid) language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive up as (
    select n.node_id, n.parent_id, 1 as distance from projects.nodes n where n.book_id = for_book and n.node_id = for_node
    union all
    select n.node_id, n.parent_id, up.distance + 1 from up join projects.nodes n on n.book_id = for_book and n.node_id = up.parent_id
  ), named as (
    select p.unit_id, dense_rank() over (order by up.distance) as nearness from up
    join projects.node_parties p on p.book_id = for_book and p.node_id = up.node_id and p.role = 'lead' and p.valid
  )
  select distinct named.unit_id from named where named.nearness = 1 and named.unit_id is not null
$$;

-- Whether a role reaches the documents of all units.
create function projects.oversees(as_role text) returns boolean language sql immutable set search_path = pg_catalog, pg_temp as $$
  select as_role in ('budget_officer', 'treasury_officer', 'auditor', 'inspector', 'admin')
$$;

-- Whether a person holds a role in a unit today, by an own grant or, on behalf of another, by a delegation of a role that one
-- holds. Who has left holds none.
create function projects.holds(in_book bigint, person uuid, in_unit uuid, as_role text, behalf uuid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select not exists (select from projects.departures d where d.book_id = in_book and d.person_id in (person, behalf) and d.left_on <= current_date)
    and exists (select from projects.role_grants g where g.book_id = in_book and g.person_id = coalesce(behalf, person) and g.unit_id = in_unit and g.role = as_role
      and current_date between g.from_day and coalesce(g.until_day, 'infinity'))
    and (behalf is null or exists (select from projects.delegations d where d.book_id = in_book and d.from_person = behalf and d.to_person = person and d.unit_id = in_unit and d.role = as_role
      and current_date between d.from_day and least(d.until_day, d.ended_on)))
$$;

-- Whether somebody else would do what is the administrator's: make grants, departures and accounts. A book without an
-- administrator, such as a township of three, or one whose only administrator has left, has them made by a budget officer;
-- while it has one, nobody who works with money does (R25).
create function projects.is_left_to_admin(in_book bigint, of_kind text, of_duty text, as_role text) returns boolean language sql stable set search_path = pg_catalog, pg_temp as $$
  select of_kind in ('role_grant', 'departure', 'account') and of_duty = 'prepare' and as_role <> 'admin'
    and exists (select from projects.role_grants g where g.book_id = in_book and g.role = 'admin' and projects.holds(in_book, g.person_id, g.unit_id, 'admin', null))
$$;

-- Whether a role of a unit reaches a document: the bureau's officers reach all, a lead approver what the unit leads or
-- owns, everybody else what belongs to the own unit.
create function projects.reaches(d projects.documents, as_role text, in_unit uuid) returns boolean language sql stable set search_path = pg_catalog, pg_temp as $$
  select projects.oversees(as_role) or d.unit_id = in_unit
    or as_role = 'lead_approver' and in_unit in (select l.unit_id from projects.leads(d.book_id, d.node_id) l)
    or as_role = 'supervisor' and exists (select from projects.node_parties p where p.book_id = d.book_id and p.node_id = d.node_id and p.role = 'supervisor' and p.valid and p.unit_id = in_unit)
$$;

-- Whether a unit may write about a project: the one that keeps its books, those that lead it and, of one that nobody keeps
-- or leads yet, any.
create function projects.concerns(in_book bigint, of_node uuid, of_unit uuid) returns boolean language sql stable set search_path = pg_catalog, pg_temp as $$
  with theirs as (
    select l.unit_id from accounting.ledgers l where l.book_id = in_book and l.project_id = of_node
    union select l.unit_id from projects.leads(in_book, of_node) l
  )
  select of_node is null or of_unit in (select t.unit_id from theirs t) or not exists (select from theirs)
$$;

-- Refuses a person who does not hold the role, with one answer for a foreign unit's document and an absent one.
create function projects.require_document(in_book bigint, document uuid, person uuid, in_unit uuid, as_role text, behalf uuid) returns projects.documents
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare d projects.documents;
begin
  select * into d from projects.documents x where x.book_id = in_book and x.document_id = document for update;
  if not found or not projects.reaches(d, as_role, in_unit) then
    raise exception 'there is no such document for you' using errcode = 'AC041';
  end if;
  if as_role in ('auditor', 'inspector') then
    raise exception 'role % reads and does nothing with documents', as_role using errcode = 'AC044';
  end if;
  if not projects.holds(in_book, person, in_unit, as_role, behalf) then
    raise exception 'role % of this unit is not held today', as_role using errcode = 'AC044';
  end if;
  return d;
end $$;

-- Drafts a document. Only who may submit its kind drafts one, and only in the own unit unless the role is the bureau's.
create function projects.draft(in_book bigint, document uuid, of_kind text, prefix text, year int, of_unit uuid, of_node uuid, by_flow text, of_amount numeric, of_content text,
  person uuid, in_unit uuid, as_role text) returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare n int; made text; d projects.documents;
begin
  if not exists (select from projects.steps() s where s.kind = of_kind and s.from_state = 'draft' and as_role = any (s.roles)) then
    raise exception 'role % drafts no %', as_role, of_kind using errcode = 'AC044';
  end if;
  if projects.is_left_to_admin(in_book, of_kind, 'prepare', as_role) then
    raise exception 'a % is made by the administrator, whom this book has', of_kind using errcode = 'AC044';
  end if;
  if not projects.holds(in_book, person, in_unit, as_role, null) then
    raise exception 'role % of this unit is not held today', as_role using errcode = 'AC044';
  end if;
  insert into projects.document_counters as c (book_id, prefix, year, last_number) values (in_book, draft.prefix, draft.year, 1)
    on conflict on constraint document_counters_pkey do update set last_number = c.last_number + 1 returning last_number into n;
  made := draft.prefix || '-' || draft.year || '-' || lpad(n::text, 4, '0');
  insert into projects.documents (book_id, document_id, kind, number, unit_id, node_id, flow, amount, content, content_hash, state, created_by)
    values (in_book, document, of_kind, made, of_unit, of_node, by_flow, of_amount, of_content, sha256(convert_to(of_content, 'UTF8')), 'draft', person) returning * into d;
  if not projects.reaches(d, as_role, in_unit) or not projects.oversees(as_role) and not projects.concerns(in_book, of_node, of_unit) then
    raise exception 'there is no such project for your unit' using errcode = 'AC041';
  end if;
  perform projects.writes(d, person);
  return made;
end $$;

-- Who writes what a document says prepares it, whoever hands it on: neither checks nor approves the own figures.
create function projects.writes(d projects.documents, person uuid) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare prepares text := (select s.duty from projects.steps() s where s.kind = d.kind and s.from_state = 'draft' and s.verb in ('submit', 'file') limit 1); has text;
begin
  insert into projects.duties (book_id, document_id, person_id, duty) values (d.book_id, d.document_id, person, prepares) on conflict do nothing;
  select x.duty into has from projects.duties x where x.book_id = d.book_id and x.document_id = d.document_id and x.person_id = person;
  if has <> prepares then
    raise exception 'this person has the duty % on % already and cannot also write it', has, d.number using errcode = 'AC045';
  end if;
end $$;

-- Changes what a document says, which only its maker's desk can: whatever was signed before was of another content.
create function projects.revise(in_book bigint, document uuid, of_node uuid, by_flow text, of_amount numeric, of_content text, person uuid, in_unit uuid, as_role text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.require_document(in_book, document, person, in_unit, as_role, null);
begin
  if not projects.oversees(as_role) and not projects.concerns(in_book, of_node, d.unit_id) then
    raise exception 'there is no such project for your unit' using errcode = 'AC041';
  end if;
  if d.state not in ('draft', 'returned') then
    raise exception '% is %: what was shown to others does not change; recall it first', d.number, d.state using errcode = 'AC043';
  end if;
  if not exists (select from projects.steps() s where s.kind = d.kind and s.from_state = d.state and as_role = any (s.roles)) then
    raise exception 'role % does not write %', as_role, d.kind using errcode = 'AC044';
  end if;
  if projects.is_left_to_admin(in_book, d.kind, 'prepare', as_role) then
    raise exception 'a % is made by the administrator, whom this book has', d.kind using errcode = 'AC044';
  end if;
  perform projects.writes(d, person);
  update projects.documents x set node_id = of_node, flow = by_flow, amount = of_amount, content = of_content, content_hash = sha256(convert_to(of_content, 'UTF8'))
    where x.book_id = in_book and x.document_id = document;
end $$;

create function projects.minimum_persons(in_book bigint, of_flow text) returns int language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce((select f.minimum_persons from projects.flows f where f.book_id = in_book and f.flow = of_flow), case of_flow when 'works' then 5 else 3 end)
$$;

create function projects.approvers_needed(in_book bigint, of_amount numeric) returns int language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce((select b.approvers from projects.approval_bands b where b.book_id = in_book and b.from_amount <= of_amount order by b.from_amount desc limit 1), 1)
$$;

-- Takes one step of a document as one person's act on exactly the content whose hash is given, and answers the state it is
-- in now. An approval that needs more approvers leaves it where it was.
create function projects.act(in_book bigint, document uuid, by_verb text, person uuid, in_unit uuid, as_role text, behalf uuid, shown_hash bytea, because text,
  outside uuid default null, out old_state text, out new_state text, out ordinal int, out complete boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  d projects.documents := projects.require_document(in_book, document, person, in_unit, as_role, behalf);
  s record; o projects.outside_acts; has text; persons int; signed int; wanted int; payer uuid := in_unit;
begin
  if d.content_hash <> shown_hash then
    raise exception '% says something else than what was shown; look at it again', d.number using errcode = 'AC042';
  end if;
  select * into s from projects.steps() x where x.kind = d.kind and x.verb = by_verb and x.from_state = d.state and x.flow in ('', d.flow);
  if not found then
    raise exception '% is %; from there: %', d.number, d.state, coalesce((select string_agg(distinct x.verb, ', ') from projects.steps() x
      where x.kind = d.kind and x.from_state = d.state and x.flow in ('', d.flow)), 'nothing more') using errcode = 'AC043';
  end if;
  if outside is null then
    if not as_role = any (s.roles) then
      raise exception '% of a % is for %, not for %', by_verb, d.kind, array_to_string(s.roles, ', '), as_role using errcode = 'AC044';
    end if;
    if projects.is_left_to_admin(in_book, d.kind, s.duty, as_role) then
      raise exception '% of a % is for the administrator, whom this book has', by_verb, d.kind using errcode = 'AC044';
    end if;
    insert into projects.duties (book_id, document_id, person_id, duty) values (in_book, document, person, s.duty) on conflict do nothing;
    select x.duty into has from projects.duties x where x.book_id = in_book and x.document_id = document and x.person_id = person;
    if has <> s.duty then
      raise exception 'this person has the duty % on % already and cannot also %', has, d.number, by_verb || case when d.kind = 'payment_request' and not exists (
          select from projects.role_grants g where g.book_id = in_book and g.role = any (s.roles) and projects.reaches(d, g.role, g.unit_id) and projects.holds(in_book, g.person_id, g.unit_id, g.role, null)
            and not exists (select from projects.duties x where x.book_id = in_book and x.document_id = document and x.person_id = g.person_id and x.duty <> s.duty))
        then format('; nobody else is left who could: a payment of the flow %s takes %s different persons', d.flow, projects.minimum_persons(in_book, d.flow)) else '' end using errcode = 'AC045';
    end if;
  else
    select * into o from projects.outside_acts x where x.book_id = in_book and x.outside_act_id = outside and x.document_id = document for update;
    if not found or o.checked_by is not null or o.verb <> by_verb or not 'outside' = any (s.roles) then
      raise exception 'there is no outside act to check here' using errcode = 'AC043';
    end if;
    if o.entered_by = person then
      raise exception 'an outside act is entered by one person and checked by another' using errcode = 'AC045';
    end if;
    if o.document_hash <> d.content_hash then
      raise exception '% says something else than what was signed outside', d.number using errcode = 'AC042';
    end if;
    update projects.outside_acts x set checked_by = person where x.book_id = in_book and x.outside_act_id = outside;
  end if;
  old_state := d.state; new_state := s.to_state;

  if d.kind = 'payment_request' and by_verb = 'approve' then
    -- the payer's organisation is not to approve alone what it leads (programme 10)
    if payer in (select l.unit_id from projects.leads(in_book, d.node_id) l) and exists (select from projects.leads(in_book, d.node_id) l where l.unit_id <> payer)
      and not exists (select from projects.acts a where a.book_id = in_book and a.document_id = document and a.round = d.round and a.verb = 'lead_approve'
        and a.unit_id <> payer and a.unit_id in (select l.unit_id from projects.leads(in_book, d.node_id) l)) then
      raise exception 'the paying unit leads this project too: another lead unit approves first' using errcode = 'AC046';
    end if;
    wanted := projects.approvers_needed(in_book, d.amount);
    select count(distinct coalesce(a.outside_name, a.person_id::text)) + 1 into signed from projects.acts a where a.book_id = in_book and a.document_id = document and a.round = d.round
      and a.verb in ('approve', 'countersign') and (a.entered_by is not null or a.person_id <> person);
    if signed < wanted then
      new_state := d.state;
    end if;
  end if;
  if d.kind = 'payment_request' and by_verb = 'order' then
    -- who acted on it before it went back to its maker, and not since, has not acted on what is paid
    select count(*) into persons from projects.duties x where x.book_id = in_book and x.document_id = document and (x.person_id = act.person
      or d.round = coalesce((select max(a.round) from projects.acts a where a.book_id = in_book and a.document_id = document and a.person_id = x.person_id and a.entered_by is null),
        case when x.duty in ('prepare', 'file') then 0 else d.round end)); -- to have written it is no act
    if persons < projects.minimum_persons(in_book, d.flow) then
      raise exception '% different persons have acted on %, its flow needs %', persons, d.number, projects.minimum_persons(in_book, d.flow) using errcode = 'AC047';
    end if;
  end if;

  select coalesce(max(a.ordinal), 0) + 1 into act.ordinal from projects.acts a where a.book_id = in_book and a.document_id = document;
  insert into projects.acts (book_id, document_id, ordinal, round, verb, duty, from_state, to_state, person_id, unit_id, role, on_behalf_of, document_hash, reason,
      outside_name, outside_office, outside_date, paper_hash, entered_by)
    values (in_book, document, act.ordinal, d.round, by_verb, s.duty, old_state, new_state, person, in_unit, as_role, behalf, shown_hash, because, o.name, o.office, o.day, o.paper_hash, o.entered_by);
  update projects.documents x set state = new_state, since = case when new_state = old_state then x.since else clock_timestamp() end,
      round = x.round + (new_state = 'returned')::int where x.book_id = in_book and x.document_id = document;
  complete := new_state <> old_state or s.from_state = s.to_state;
end $$;

-- Enters somebody's signature on paper; it counts when another person has checked it against the scan.
create function projects.enter_outside_act(in_book bigint, id uuid, document uuid, by_verb text, shown_hash bytea, of_name text, of_office text, on_day date, paper bytea, person uuid, in_unit uuid, as_role text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare d projects.documents := projects.require_document(in_book, document, person, in_unit, as_role, null);
begin
  if d.content_hash <> shown_hash then
    raise exception '% says something else than what was signed', d.number using errcode = 'AC042';
  end if;
  if not exists (select from projects.steps() s where s.kind = d.kind and s.verb = by_verb and s.from_state = d.state and s.flow in ('', d.flow) and 'outside' = any (s.roles)) then
    raise exception '% is %: nobody outside signs % now', d.number, d.state, by_verb using errcode = 'AC043';
  end if;
  insert into projects.outside_acts (book_id, outside_act_id, document_id, verb, document_hash, name, office, day, paper_hash, entered_by)
    values (in_book, id, document, by_verb, shown_hash, of_name, of_office, on_day, paper, person);
end $$;

-- The roles a book begins with: once, before anyone holds any. Later ones need a document.
create function projects.first_roles(in_book bigint, persons uuid[], units uuid[], roles text[], from_day date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from accounting.books b where b.book_id = in_book for update;
  if exists (select from projects.role_grants g where g.book_id = in_book) then
    raise exception 'this book has roles already: more are granted by document' using errcode = 'AC044';
  end if;
  insert into projects.role_grants (book_id, grant_id, person_id, unit_id, role, from_day) select in_book, gen_random_uuid(), p, u, r, from_day from unnest(persons, units, roles) as t (p, u, r);
end $$;

-- What was signed is final.
do $$
declare t text;
begin
  foreach t in array array['acts', 'duties', 'role_grants', 'delegations', 'departures', 'document_counters', 'documents', 'outside_acts'] loop
    execute format('create trigger document_stays before delete on projects.%I for each row execute function accounting.registry_grows()', t);
    execute format('create trigger documents_stay before truncate on projects.%I for each statement execute function accounting.registry_grows()', t);
    execute format('alter table projects.%I enable always trigger document_stays, enable always trigger documents_stay', t);
  end loop;
  foreach t in array array['acts', 'duties', 'departures'] loop
    execute format('create trigger act_is_final before update on projects.%I for each row execute function accounting.journal_is_final()', t);
    execute format('alter table projects.%I enable always trigger act_is_final', t);
  end loop;
end $$;

-- The jury over every act, whoever wrote it: it is a step of that kind of document, on the content the document has.
create function projects.judge_acts() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare wrong record;
begin
  select d.number, a.verb into wrong from new_acts a join projects.documents d using (book_id, document_id)
    where d.content_hash <> a.document_hash or not exists (select from projects.steps() s where s.kind = d.kind and s.flow in ('', d.flow) and s.verb = a.verb and s.duty = a.duty
      and s.from_state = a.from_state and a.to_state in (s.from_state, s.to_state)) limit 1;
  if found then
    raise exception '% of % is no step of its kind, or not of its content', wrong.verb, wrong.number using errcode = 'AC043';
  end if;
  return null;
end $$;
create trigger judge_acts after insert on projects.acts referencing new table as new_acts for each statement execute function projects.judge_acts();
alter table projects.acts enable always trigger judge_acts;

grant select on projects.flows, projects.approval_bands, projects.documents, projects.duties, projects.acts, projects.outside_acts, projects.role_grants, projects.delegations, projects.departures
  to mingzhang_app, mingzhang_auditor;
revoke execute on function projects.steps, projects.leads, projects.holds, projects.is_left_to_admin, projects.reaches, projects.require_document, projects.draft, projects.revise, projects.minimum_persons,
  projects.approvers_needed, projects.act, projects.writes, projects.enter_outside_act, projects.first_roles, projects.judge_acts, projects.party_unit from public;
grant execute on function projects.steps, projects.leads, projects.holds, projects.is_left_to_admin, projects.reaches, projects.minimum_persons, projects.approvers_needed to mingzhang_app, mingzhang_auditor;
grant execute on function projects.draft, projects.revise, projects.act, projects.enter_outside_act, projects.first_roles to mingzhang_app;
revoke execute on function projects.oversees, projects.concerns from public;
grant execute on function projects.oversees to mingzhang_app, mingzhang_auditor;
