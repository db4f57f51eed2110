-- 指标: a list of the province's brings many budget lines about under one number 文号. Whoever brings it, and however the
-- number is written, it brings its money about once.

-- A number without what people write differently: brackets, full-width digits, spaces.
create function projects.plain_number(document_no text) returns text language sql immutable parallel safe as $$
  select translate(document_no, '[]【】（）()［］﹝﹞０１２３４５６７８９ 　', '〔〕〔〕〔〕〔〕〔〕〔〕0123456789')
$$;

-- Of a number's list only one document waits or has taken effect.
create unique index list_of_number_once on projects.documents (book_id, projects.plain_number(content::jsonb ->> 'document_no'))
  where kind = 'budget' and state not in ('withdrawn', 'rejected') and content::jsonb ->> 'event' = 'Indicators';

create index budget_numbers_plain on projects.budget_numbers (book_id, projects.plain_number(document_no));

-- A number that a list brought about is the list's alone; other numbers bring each event about on a budget line once, by
-- whatever name the document calls the line. The numbers of each budget line go out with the requests that draw on it.
create or replace function projects.use_budget_number(in_book bigint, document uuid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  d projects.documents := projects.signed(in_book, document, 'budget', 'posted'); k jsonb := d.content; said text := k ->> 'event'; plain text := projects.plain_number(k ->> 'document_no');
  named text[]; lines text[]; used text;
begin
  perform pg_advisory_xact_lock(hashtextextended('document number ' || plain, in_book)); -- of two at once the second sees the first
  if said = 'Indicators' then
    select array_agg(distinct w ->> 'budget_line') into named from jsonb_array_elements(k #> '{input,rows}') w;
  else
    named := array[coalesce(k #>> '{input,budget_line}', k #>> '{input,parent}', k #>> '{input,from}', '')];
  end if;
  select array_agg(distinct coalesce(c.code, i.code, n.line)) into lines from unnest(named) n (line)
    left join accounting.budget_lines c on c.book_id = in_book and c.code = n.line
    left join accounting.budget_lines i on i.book_id = in_book and i.budget_line_id = case when n.line ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then n.line::uuid end;
  select x.number into used from projects.budget_numbers n join projects.documents x on x.book_id = n.book_id and x.document_id = n.document_id
    where n.book_id = in_book and projects.plain_number(n.document_no) = plain
      and ('Indicators' in (said, n.event) or n.event = said and n.budget_line = any (named || lines))
    order by x.number limit 1;
  if used is not null then
    raise exception '文号 % brought % about on this budget line before, by %', k ->> 'document_no', said, used using errcode = 'AC054';
  end if;
  insert into projects.budget_numbers (book_id, document_no, event, budget_line, document_id) select in_book, k ->> 'document_no', said, l, document from unnest(lines) l;
end $$;

revoke execute on function projects.plain_number from public;
