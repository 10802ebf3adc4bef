-- The house: people, spaces, items. Names are those of the field; timestamps are UTC instants.

create collation natural_order (provider = icu, locale = 'und-u-kn-true');
create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- Accents and case never matter to somebody who searches. (unaccent() alone is only STABLE.)
create function folded(text) returns text language sql immutable strict parallel safe
  as $$ select lower(public.unaccent('public.unaccent'::regdictionary, $1)) $$;

------------------------------------------------------------------------------------------------ sign-in
-- The four tables that the sign-in library keeps (person, session, credential, verification).

create table person (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  email text not null unique check (email = lower(email)),
  email_verified boolean not null default false,
  image text,
  language text not null default 'en' check (language in ('en', 'fr', 'es')),
  theme text not null default 'system' check (theme in ('system', 'light', 'dark')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table session (
  id uuid primary key default gen_random_uuid(),
  token text not null unique,
  person_id uuid not null references person on delete cascade,
  -- The professional or client as whom this session acts; a person may be several.
  acting_as uuid,
  ip_address text,
  user_agent text,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index on session (person_id);

create table credential (
  id uuid primary key default gen_random_uuid(),
  account_id text not null,
  provider_id text not null,
  person_id uuid not null references person on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index on credential (person_id, provider_id);

create table verification (
  id uuid primary key default gen_random_uuid(),
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index on verification (identifier);

-- How often something was tried, by a key that names what and by whom; counts afresh from `resets_at` on.
create table rate_limit (
  key text primary key,
  count integer not null,
  resets_at timestamptz not null
);
create index on rate_limit (resets_at);

-- Single-use, short-lived tokens; only their SHA-256 is kept.
create table invitation (
  id uuid primary key default gen_random_uuid(),
  token_hash bytea not null unique,
  purpose text not null check (purpose in ('set_up', 'join')),
  person_id uuid references person on delete cascade,
  company_id uuid,
  invited_by uuid references person on delete set null,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  check ((purpose = 'join') = (person_id is not null))
);
create index on invitation (person_id);

------------------------------------------------------------------------------------------------ people

create table company (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  default_level text not null default 'me'
    check (default_level in ('me', 'branch', 'company', 'me_client', 'company_client', 'everybody')),
  retention_days integer not null default 0 check (retention_days between 0 and 3650),
  quota_bytes bigint check (quota_bytes >= 0),
  created_at timestamptz not null default now()
);
alter table invitation add foreign key (company_id) references company on delete cascade;

create table branch (
  id uuid primary key default gen_random_uuid(),
  company_id uuid not null references company,
  name text not null,
  created_at timestamptz not null default now(),
  unique (id, company_id)
);
create index on branch (company_id);

-- A person at work in a company. An erased account leaves the row, named "former member".
create table professional (
  id uuid primary key default gen_random_uuid(),
  company_id uuid not null references company,
  person_id uuid references person on delete set null,
  name text not null,
  profile text not null check (profile in ('super_admin', 'branch_admin', 'manager', 'employee', 'read_only')),
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  unique (company_id, person_id),
  unique (id, company_id)
);
create index on professional (person_id);

create table professional_branch (
  professional_id uuid not null,
  company_id uuid not null,
  branch_id uuid not null,
  primary key (professional_id, branch_id),
  foreign key (professional_id, company_id) references professional (id, company_id) on delete cascade,
  foreign key (branch_id, company_id) references branch (id, company_id) on delete cascade
);
create index on professional_branch (branch_id);

create table client (
  id uuid primary key default gen_random_uuid(),
  person_id uuid unique references person on delete set null,
  name text not null,
  -- Where an invitation goes; the account, once it exists, has its own.
  email text check (email = lower(email)),
  access_ended_at timestamptz,
  created_at timestamptz not null default now()
);
create index on client (email);

-- A client followed by a company; each link is separate.
create table client_company (
  client_id uuid not null references client on delete cascade,
  company_id uuid not null references company,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (client_id, company_id)
);
create index on client_company (company_id);

create table client_branch (
  client_id uuid not null,
  company_id uuid not null,
  branch_id uuid not null,
  primary key (client_id, branch_id),
  foreign key (client_id, company_id) references client_company on delete cascade,
  foreign key (branch_id, company_id) references branch (id, company_id) on delete cascade
);
create index on client_branch (branch_id);

create table client_group (
  id uuid primary key default gen_random_uuid(),
  company_id uuid not null references company,
  name text not null,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, company_id)
);
create index on client_group (company_id);

create table group_branch (
  group_id uuid not null,
  company_id uuid not null,
  branch_id uuid not null,
  primary key (group_id, branch_id),
  foreign key (group_id, company_id) references client_group (id, company_id) on delete cascade,
  foreign key (branch_id, company_id) references branch (id, company_id) on delete cascade
);
create index on group_branch (branch_id);

create table group_member (
  group_id uuid not null references client_group on delete cascade,
  client_id uuid not null references client on delete cascade,
  since timestamptz not null default now(),
  primary key (group_id, client_id)
);
create index on group_member (client_id);

------------------------------------------------------------------------------------------------ spaces

-- One storage area: a client's files, a group's files, or a professional's library.
create table space (
  id uuid primary key default gen_random_uuid(),
  client_id uuid unique references client,
  group_id uuid unique references client_group,
  professional_id uuid unique references professional,
  created_at timestamptz not null default now(),
  check (num_nonnulls(client_id, group_id, professional_id) = 1)
);

-- A professional involved in a client's record or in a group.
create table stakeholder (
  space_id uuid not null references space,
  professional_id uuid not null references professional,
  status text not null default 'active' check (status in ('invited', 'active', 'declined', 'archived')),
  since timestamptz not null default now(),
  added_by uuid references professional,
  ended_at timestamptz,
  primary key (space_id, professional_id)
);
create index on stakeholder (professional_id) where status = 'active';

------------------------------------------------------------------------------------------------ items

-- Bytes in the blob store. Written once; the row exists only after the bytes are durable.
create table blob (
  id uuid primary key default gen_random_uuid(),
  key text not null unique,
  size bigint not null check (size >= 0),
  sha256 bytea not null,
  type text not null,
  created_at timestamptz not null default now()
);

-- Small images made from a blob; a row without key is a failure, not tried again.
create table preview (
  blob_id uuid not null references blob on delete cascade,
  variant text not null check (variant in ('thumb', 'view')),
  key text unique,
  type text,
  size bigint,
  width integer,
  height integer,
  problem text,
  created_at timestamptz not null default now(),
  primary key (blob_id, variant),
  check ((key is null) = (problem is not null))
);

-- One deletion by one person; whole until purged, so that it can be undone whole.
create table deletion (
  id uuid primary key default gen_random_uuid(),
  space_id uuid not null references space,
  professional_id uuid references professional,
  client_id uuid references client,
  at timestamptz not null default now(),
  undo_until timestamptz not null,
  purge_after timestamptz not null,
  check (num_nonnulls(professional_id, client_id) = 1)
);
create index on deletion (purge_after);

create table item (
  id uuid primary key default gen_random_uuid(),
  space_id uuid not null references space,
  parent_id uuid,
  kind text not null check (kind in ('file', 'folder')),
  name text not null check (name <> '' and octet_length(name) <= 1020),
  -- Who made it. Where it is protected nobody owns it: the level counts from this professional.
  owner_professional_id uuid references professional,
  owner_client_id uuid references client,
  protected boolean not null default false,
  -- Set when it is made, never recomputed.
  company_id uuid references company,
  branch_id uuid references branch,
  -- A professional's file has a level; a folder counts as its company's; a client's file is 'client'.
  level text not null
    check (level in ('me', 'branch', 'company', 'me_client', 'company_client', 'everybody', 'client')),
  -- The professionals that a client chose; null: all who are involved.
  audience uuid[],
  blob_id uuid references blob,
  deletion_id uuid references deletion,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  unique (id, space_id),
  foreign key (parent_id, space_id) references item (id, space_id),
  check (parent_id <> id),
  check (num_nonnulls(owner_professional_id, owner_client_id) = 1),
  check ((kind = 'file') = (blob_id is not null)),
  check (kind = 'file' or (level = 'company' and audience is null)),
  check ((level = 'client') = (owner_client_id is not null)),
  check (audience is null or level = 'client'),
  check (owner_client_id is not null or company_id is not null),
  check (level <> 'branch' or branch_id is not null)
);
create index item_by_name on item (space_id, parent_id, kind desc, name collate natural_order, id)
  where deletion_id is null;
create index item_by_time on item (space_id, parent_id, kind desc, created_at, id) where deletion_id is null;
create index item_by_parent on item (parent_id);
create index item_by_blob on item (blob_id);
create index item_by_deletion on item (deletion_id) where deletion_id is not null;
create index item_by_words on item using gin (folded(name) gin_trgm_ops) where deletion_id is null;

-- What lies anywhere inside a folder, by who may see it: the columns of an item that the rule reads, with a
-- count. The rule is asked of these few rows instead of walking the tree. Kept by triggers below, so that no
-- writer can forget it; every writer holds its space's row lock.
create table folder_content (
  folder_id uuid not null references item on delete cascade,
  kind text not null,
  level text not null,
  owner_professional_id uuid,
  owner_client_id uuid,
  company_id uuid,
  branch_id uuid,
  audience uuid[],
  protected boolean not null,
  count bigint not null,
  unique nulls not distinct
    (folder_id, kind, level, owner_professional_id, owner_client_id, company_id, branch_id, audience, protected)
);

-- Adds sign × (the class of one item and, if it brings them along, of all inside it) to the folder `parent`
-- and every folder above it.
create function count_inside(it item, parent uuid, sign integer, with_content boolean) returns void
language sql as $$
  insert into folder_content as f
    with recursive above(id) as (
      select parent where parent is not null
      union all
      select i.parent_id from item i join above a on i.id = a.id where i.parent_id is not null
    ), class as (
      select it.kind, it.level, it.owner_professional_id, it.owner_client_id, it.company_id, it.branch_id,
             it.audience, it.protected, 1::bigint as count
      union all
      select c.kind, c.level, c.owner_professional_id, c.owner_client_id, c.company_id, c.branch_id,
             c.audience, c.protected, c.count
      from folder_content c where c.folder_id = it.id and with_content
    )
    select a.id, c.kind, c.level, c.owner_professional_id, c.owner_client_id, c.company_id, c.branch_id,
           c.audience, c.protected, sign * sum(c.count)
    from above a cross join class c
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
  on conflict (folder_id, kind, level, owner_professional_id, owner_client_id, company_id, branch_id, audience,
               protected)
    do update set count = f.count + excluded.count
$$;

create function keep_folder_content() returns trigger language plpgsql as $$
declare
  gone boolean := tg_op = 'UPDATE' and old.deletion_id is null;
  come boolean := new.deletion_id is null;
  moved boolean := gone and come and old.parent_id is distinct from new.parent_id;
begin
  -- A moved folder takes its content along; a deleted one does not, since its items are deleted one by one.
  if gone then perform count_inside(old, old.parent_id, -1, moved); end if;
  if come then perform count_inside(new, new.parent_id, 1, moved); end if;
  return null;
end $$;

create trigger item_added after insert on item
  for each row execute function keep_folder_content();
create trigger item_changed after update on item
  for each row when (
    (old.parent_id, old.level, old.owner_professional_id, old.owner_client_id, old.company_id, old.branch_id,
     old.audience, old.protected, old.deletion_id is null)
    is distinct from
    (new.parent_id, new.level, new.owner_professional_id, new.owner_client_id, new.company_id, new.branch_id,
     new.audience, new.protected, new.deletion_id is null))
  execute function keep_folder_content();

-- Rows go for good only after they were deleted softly: nothing skips the undo, the counts or the sweep.
create function refuse_purge() returns trigger language plpgsql as $$
begin raise exception 'item % is not deleted', old.id; end $$;
create trigger item_purged before delete on item
  for each row when (old.deletion_id is null) execute function refuse_purge();

------------------------------------------------------------------------------------------------ uploads

-- An upload under way. `bytes` of it are durable in the blob store's staging area; only then is it said so.
create table upload (
  id uuid primary key default gen_random_uuid(),
  space_id uuid not null references space,
  parent_id uuid,
  professional_id uuid references professional,
  client_id uuid references client,
  name text not null,
  level text not null,
  branch_id uuid references branch,
  audience uuid[],
  size bigint not null check (size > 0),
  bytes bigint not null default 0 check (bytes between 0 and size),
  staging text not null unique,
  item_id uuid,
  -- A lease: whoever holds it writes; it runs out by itself when that process dies.
  held_by uuid,
  held_until timestamptz,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  check (num_nonnulls(professional_id, client_id) = 1)
);
create index on upload (expires_at);
