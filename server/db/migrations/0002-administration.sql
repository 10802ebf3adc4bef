-- Somebody asked to work for a company, who hasn't accepted. Until they do they are no professional: nothing is in
-- their reach, and whether the address is somebody's already shows nowhere.
create table professional_invitation (
  id uuid primary key default gen_random_uuid(),
  company_id uuid not null references company on delete cascade,
  name text not null,
  email text not null check (email = lower(email)),
  profile text not null check (profile in ('super_admin', 'branch_admin', 'manager', 'employee', 'read_only')),
  invited_by uuid not null references professional on delete cascade,
  -- Of the newest letter; only the SHA-256 is kept.
  token_hash bytea unique,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, company_id)
);
create index on professional_invitation (company_id, email);
create index on professional_invitation (invited_by);

create table professional_invitation_branch (
  invitation_id uuid not null,
  company_id uuid not null,
  branch_id uuid not null,
  primary key (invitation_id, branch_id),
  foreign key (invitation_id, company_id) references professional_invitation (id, company_id) on delete cascade,
  foreign key (branch_id, company_id) references branch (id, company_id) on delete cascade
);
create index on professional_invitation_branch (branch_id);
