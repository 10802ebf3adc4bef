-- What people are told in the app, a row each. Whoever is told acts as that professional or client; as neither: as
-- whomever they act.
create table notification (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references person on delete cascade,
  to_professional_id uuid references professional on delete cascade,
  to_client_id uuid references client on delete cascade,
  kind text not null,
  -- What it is about; names are read when it is shown. With a space or an item it shows only to who reaches or sees it.
  space_id uuid references space on delete cascade,
  item_id uuid references item on delete cascade,
  professional_id uuid references professional on delete cascade,
  client_id uuid references client on delete cascade,
  group_id uuid references client_group on delete cascade,
  company_id uuid references company on delete cascade,
  details jsonb not null default '{}',
  created_at timestamptz not null default now(),
  read_at timestamptz,
  check (num_nonnulls(to_professional_id, to_client_id) <= 1)
);
create index on notification (person_id, created_at desc, id);
create index on notification (to_client_id);
create index on notification (client_id);
create index on notification (space_id);
create index on notification (item_id);

-- An external asked to be involved, who hasn't answered. Until they accept they are no stakeholder, and nothing tells
-- whether the address is somebody's.
create table stakeholder_invitation (
  id uuid primary key default gen_random_uuid(),
  space_id uuid not null references space on delete cascade,
  company_id uuid not null references company on delete cascade,
  email text not null check (email = lower(email)),
  invited_by uuid not null references professional on delete cascade,
  -- Of the newest letter; only the SHA-256 is kept.
  token_hash bytea unique,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  unique (space_id, company_id, email)
);
create index on stakeholder_invitation (email);
create index on stakeholder_invitation (invited_by);

-- Somebody with an account asked whether a company may follow them: `client_id` is the record that it made meanwhile,
-- which is nobody's until they accept. It waits as long as that record keeps the address.
create table client_request (
  client_id uuid primary key references client on delete cascade,
  email text not null check (email = lower(email)),
  asked_by uuid not null references professional on delete cascade,
  token_hash bytea unique,
  expires_at timestamptz,
  asked_at timestamptz not null default now(),
  refused_at timestamptz
);
create index on client_request (email);
