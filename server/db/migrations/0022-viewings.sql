-- When somebody's viewing of a file was last written down: what is fetched again soon after belongs to it. The log itself
-- is what is kept; should a crash empty this, the next request is written down once more.
create unlogged table viewing (
  actor_id uuid not null,
  item_id uuid not null,
  action text not null,
  at timestamptz not null,
  primary key (actor_id, item_id, action)
);
