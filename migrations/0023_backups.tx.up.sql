-- When a book was last backed up, and how that went: an archive holds all books of the database, and each of them says so, because a
-- bureau asks about its own. The night's archive does not hold its own row; the next night's does.
create table api.backups (
  book_id bigint not null references accounting.books,
  started_at timestamptz not null,
  finished_at timestamptz not null check (finished_at >= started_at),
  good boolean not null, -- written, read again and whole
  file text not null,
  size bigint, -- bytes
  sha256 bytea check (octet_length(sha256) = 32), -- of the archive as it lies there
  encrypted boolean not null,
  trouble text not null default '', -- why it is not good
  primary key (book_id, started_at),
  constraint good_is_whole check (good = (size is not null and sha256 is not null) and good = (trouble = ''))
);
grant select, insert on api.backups to mingzhang_app;
grant select on api.backups to mingzhang_auditor;
