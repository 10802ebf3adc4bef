-- Which database this is. Where its files lie says the same, so that neither is ever taken for another's: a database
-- that is new, or another one, would find that nothing refers to these files, and sweep them away. No backup has it: what is restored is another one.
create table installation (
  one boolean primary key default true check (one),
  id uuid not null default gen_random_uuid(),
  -- From the first time that its files' place was marked: a place without a mark is then not the one.
  marked boolean not null default false
);
insert into installation default values;

-- Stored bytes that nothing refers to, and since when that is known: their age doesn't tell for how long somebody could
-- have noticed that the database is older than they are. Should a crash empty this, that begins anew.
create unlogged table extra_name (
  name text primary key,
  seen_at timestamptz not null
);
