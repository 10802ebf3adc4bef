-- Whether what the rows say is what the store holds, and what to do where it isn't.

-- Bytes that a check didn't find as they were stored: gone, altered, not to be read, or sealed by a key that is lost.
-- Null is what everybody hopes for. Whoever sees the file is told.
alter table blob add column damage text check (damage in ('missing', 'damaged', 'unreadable', 'locked'));
create index blob_damaged on blob (id) where damage is not null;
-- Stored as they were given, by an earlier version: sealed in the background.
create index blob_plain on blob (id) where strpos(key, '.') = 0;
create index preview_plain on preview (key) where strpos(key, '.') = 0;

-- One reading of everything. The schedule's goes on where it stopped, slice by slice, in any process.
create table check_run (
  id bigint generated always as identity primary key,
  by text not null check (by in ('schedule', 'command')),
  started_at timestamptz not null,
  ended_at timestamptz,
  -- What is being looked at, and how far that has come: a name in the store, or an id.
  step text not null,
  after text not null default '',
  files bigint not null default 0,
  previews bigint not null default 0,
  bytes bigint not null default 0,
  -- How many of each kind of finding.
  found jsonb not null default '{}'
);
create unique index check_run_under_way on check_run (by) where by = 'schedule' and ended_at is null;
create index on check_run (ended_at desc) where ended_at is not null;

-- How many files of each company a check looked at: as of its end, so that nobody sees from it when one is added.
create table check_run_company (
  run_id bigint not null references check_run on delete cascade,
  company_id uuid not null references company on delete cascade,
  files bigint not null,
  primary key (run_id, company_id)
);
create index on check_run_company (company_id, run_id);

-- Names whose bytes were removed because nothing referred to them. Whoever was about to is refused: a row without
-- bytes is worse than an upload that begins again. Writers of one name and its remover wait for each other.
create table removed_name (
  name text primary key,
  at timestamptz not null default now()
);

create function lock_name(name text, remove boolean) returns void language plpgsql as $$
begin
  -- 256 locks for all names: thousands of rows in one statement mustn't take thousands.
  if remove then perform pg_advisory_xact_lock(4226023, hashtext(name) & 255);
  else perform pg_advisory_xact_lock_shared(4226023, hashtext(name) & 255);
  end if;
end $$;

create function refuse_removed_name() returns trigger language plpgsql as $$
declare
  its_name text := split_part(new.key, '.', 1);
begin
  perform lock_name(its_name, false);
  if exists (select from removed_name r where r.name = its_name) then
    raise exception 'the bytes of % were removed', its_name;
  end if;
  return new;
end $$;
create trigger blob_has_bytes before insert or update of key on blob
  for each row execute function refuse_removed_name();
create trigger preview_has_bytes before insert or update of key on preview
  for each row when (new.key is not null) execute function refuse_removed_name();
