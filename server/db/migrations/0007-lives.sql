-- Records that were merged into another and are no more: whoever comes with the old address finds the one that stayed,
-- and the audit log the name. Without foreign keys on what is gone.
create table merged_client (
  id uuid primary key,
  space_id uuid not null unique,
  name text not null,
  into_client_id uuid not null references client,
  at timestamptz not null default now()
);
create index on merged_client (into_client_id);
