-- What only a large book meets.

-- A number as people cite it: filled up with zeros, never cut. lpad alone cuts what is longer, so that the 10,000th document of
-- a kind and year was given the number of the 1,000th and refused.
create function accounting.padded(n bigint, digits int) returns text language sql immutable set search_path = pg_catalog, pg_temp as $$
  select lpad(n::text, greatest(digits, length(n::text)), '0')
$$;
grant execute on function accounting.padded(bigint, int) to mingzhang_app, mingzhang_auditor;

-- The functions that give or cite numbers stay as they are but for that.
do $$
declare f regproc; was text; made text;
begin
  foreach f in array array['accounting.check_special', 'projects.draft', 'projects.next_number', 'projects.open_contract', 'projects.open_items']::regproc[] loop
    was := pg_get_functiondef(f);
    made := regexp_replace(was, 'lpad\(([\w.]*)::text, ([46]), ''0''\)', 'accounting.padded(\1, \2)', 'g');
    if made = was then
      raise exception '% pads no number', f;
    end if;
    execute made;
  end loop;
end $$;

-- What a person sent, newest first.
create index documents_by_person on projects.documents (book_id, created_by, document_id);

-- Heads of the list of documents are added up in the index alone, without the documents' texts.
drop index projects.documents_by_state;
create index documents_by_state on projects.documents (book_id, kind, state, unit_id) include (node_id, amount);

-- When a book was verified as a whole, and what did not hold. Pages show it, because they do not read every line at each look.
create table accounting.verifications (
  book_id bigint not null references accounting.books,
  verified_at timestamptz not null, -- the books as they were then
  vouchers int not null check (vouchers >= 0), -- that were read
  failed text[] not null, -- names of the checks that did not hold
  primary key (book_id, verified_at)
);
grant select, insert on accounting.verifications to mingzhang_app;
grant select on accounting.verifications to mingzhang_auditor;
