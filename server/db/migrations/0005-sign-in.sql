-- Signing in for health data: second factors, links by mail, devices that are known, sessions that one tells apart.

-- A professional of such a company gets nothing of it in a session without a second factor.
alter table company add second_factor_required boolean not null default false;

-- Whether it was opened with a second factor: an app's code, a recovery code or a passkey, which is two in one.
alter table session add two_factors boolean not null default false;
alter table session add used_at timestamptz not null default now();
update session set used_at = updated_at;

-- An app that shows codes (TOTP). It counts once a first code was right.
create table authenticator (
  person_id uuid primary key references person on delete cascade,
  -- Encrypted with the key of the installation.
  secret text not null,
  confirmed_at timestamptz,
  -- Of the last code that was taken: none works twice.
  last_step bigint not null default 0,
  created_at timestamptz not null
);

-- They are random and long: a plain hash can't be reversed.
create table recovery_code (
  person_id uuid not null references person on delete cascade,
  hash bytea not null,
  used_at timestamptz,
  primary key (person_id, hash)
);

create table passkey (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references person on delete cascade,
  name text not null,
  -- As the browser names it: base64url.
  credential_id text not null unique,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  created_at timestamptz not null,
  used_at timestamptz
);
create index on passkey (person_id);

-- Secrets that work once and for minutes; only the SHA-256 is kept. 'link' and 'reset' are mailed; 'second_step' stands
-- for a first factor that was right; 'passkey' is what a passkey must sign, of nobody in particular when signing in.
create table sign_in_token (
  hash bytea primary key,
  purpose text not null check (purpose in ('link', 'reset', 'second_step', 'passkey')),
  person_id uuid references person on delete cascade,
  -- Wrong codes given for a second step.
  tries integer not null default 0,
  expires_at timestamptz not null
);
create index on sign_in_token (expires_at);
create index on sign_in_token (person_id);

-- Browsers from which somebody has signed in: known by a cookie, of which only the SHA-256 is kept.
create table device (
  person_id uuid not null references person on delete cascade,
  token_hash bytea not null,
  used_at timestamptz not null,
  primary key (token_hash, person_id)
);
create index on device (person_id);
