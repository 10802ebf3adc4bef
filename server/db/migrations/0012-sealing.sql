-- What seals the secrets of a company's blobs; itself wrapped by the master key, which is kept elsewhere. One more is
-- for what belongs to no company.
create table company_key (
  id integer generated always as identity primary key,
  company_id uuid unique nulls not distinct references company,
  wrapped bytea not null,
  -- Tells which master key wrapped it, and nothing about it.
  master text not null,
  created_at timestamptz not null default now()
);

-- A blob's key is its name in the store and, where it is sealed, its wrapped secret behind a dot. Whoever knows the
-- store asks by names.
create unique index blob_by_name on blob (split_part(key, '.', 1));
create unique index preview_by_name on preview (split_part(key, '.', 1));
create unique index upload_by_name on upload (split_part(staging, '.', 1));

-- What the blob store wants to know again beside the offset.
alter table upload add column state bytea;
