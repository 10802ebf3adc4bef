-- Listings whose cost follows what is shown, not what is there; changes of many items that count once.

create extension if not exists btree_gin;

-- Where an item lies: its folder or, at the root, its space. One constant for an index to start from, since IS NULL
-- is none that an order can rely on.
alter table item add column place_id uuid not null generated always as (coalesce(parent_id, space_id)) stored;

-- Of a folder: whether a file somewhere inside has a level that includes the client. Kept by the triggers below.
alter table item add column holds_for_client boolean not null default false;
-- What a client may see is among these. Only an index to the rule, which is asked of each of them still: what doesn't
-- reach the client costs their listings nothing, however much there is.
alter table item add column reaches_client boolean not null generated always as
  (holds_for_client or level in ('me_client', 'company_client', 'everybody', 'client')) stored;

update item f set holds_for_client = true where f.kind = 'folder' and exists (
  select from folder_content c where c.folder_id = f.id and c.kind = 'file' and c.count > 0
    and c.level in ('me_client', 'company_client', 'everybody', 'client'));

-- Folders and files are listed one after the other, so that every order is an index read forwards or backwards.
drop index item_by_name, item_by_time, item_by_words;
create index item_by_name on item (place_id, kind, name collate natural_order, id) where deletion_id is null;
create index item_by_time on item (place_id, kind, created_at, id) where deletion_id is null;
create index item_by_space on item (space_id, kind, created_at, id) where deletion_id is null;
create index item_by_name_for_client on item (place_id, kind, name collate natural_order, id)
  where deletion_id is null and reaches_client;
create index item_by_time_for_client on item (place_id, kind, created_at, id)
  where deletion_id is null and reaches_client;
create index item_by_space_for_client on item (space_id, kind, created_at, id)
  where deletion_id is null and reaches_client;
create index item_by_words on item using gin (space_id, folded(name) gin_trgm_ops) where deletion_id is null;

-- What folders hold, counted once per statement: thousands of items that vanish together are one change to each folder
-- above them and not thousands of versions of the same rows.
drop trigger item_added on item;
drop trigger item_changed on item;
drop function keep_folder_content();
drop function count_inside(item, uuid, integer, boolean);

-- Adds the counts of `changes` to the folder that each names and to every folder above it.
create function count_inside(changes folder_content[]) returns void language plpgsql as $$
declare
  for_client uuid[];
begin
  with recursive above(origin, id) as (
    select distinct c.folder_id, c.folder_id from unnest(changes) c
    union all
    select a.origin, i.parent_id from above a join item i on i.id = a.id where i.parent_id is not null
  ), counted as (
    insert into folder_content as f
      select a.id, c.kind, c.level, c.owner_professional_id, c.owner_client_id, c.company_id, c.branch_id,
             c.audience, c.protected, sum(c.count)
      from above a join unnest(changes) c on c.folder_id = a.origin
      group by 1, 2, 3, 4, 5, 6, 7, 8, 9
      having sum(c.count) <> 0
    on conflict (folder_id, kind, level, owner_professional_id, owner_client_id, company_id, branch_id, audience,
                 protected)
      do update set count = f.count + excluded.count
    returning f.folder_id, f.kind, f.level
  )
  select array_agg(distinct folder_id) into for_client from counted
  where kind = 'file' and level in ('me_client', 'company_client', 'everybody', 'client');

  update item f set holds_for_client = not f.holds_for_client
  where f.id = any(for_client) and f.holds_for_client <> exists (
    select from folder_content c where c.folder_id = f.id and c.kind = 'file' and c.count > 0
      and c.level in ('me_client', 'company_client', 'everybody', 'client'));
end $$;

create function keep_folder_content() returns trigger language plpgsql as $$
declare
  changes folder_content[];
begin
  if tg_op = 'INSERT' then
    select array_agg(c) into changes from (
      select parent_id, kind, level, owner_professional_id, owner_client_id, company_id, branch_id, audience, protected,
             count(*)
      from come where parent_id is not null and deletion_id is null
      group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    ) c;
  else
    with changed as (
      select o, n, o.deletion_id is null and n.deletion_id is null and o.parent_id is distinct from n.parent_id as moved
      from gone o join come n using (id)
      where (o.parent_id, o.level, o.owner_professional_id, o.owner_client_id, o.company_id, o.branch_id, o.audience,
             o.protected, o.deletion_id is null)
        is distinct from
        (n.parent_id, n.level, n.owner_professional_id, n.owner_client_id, n.company_id, n.branch_id, n.audience,
         n.protected, n.deletion_id is null)
    ), side(i, sign, moved) as (
      select o, -1, moved from changed union all select n, 1, moved from changed
    )
    select array_agg(c) into changes from (
      select (i).parent_id, (i).kind, (i).level, (i).owner_professional_id, (i).owner_client_id, (i).company_id,
             (i).branch_id, (i).audience, (i).protected, sum(sign)
      from side where (i).parent_id is not null and (i).deletion_id is null
      group by 1, 2, 3, 4, 5, 6, 7, 8, 9
      union all
      -- A moved folder takes its content along; a deleted one does not, since its items are deleted one by one.
      select (i).parent_id, c.kind, c.level, c.owner_professional_id, c.owner_client_id, c.company_id, c.branch_id,
             c.audience, c.protected, sign * c.count
      from side join folder_content c on c.folder_id = (i).id
      where moved and (i).parent_id is not null and c.count <> 0
    ) c;
  end if;
  if changes is not null then perform count_inside(changes); end if;
  return null;
end $$;

create trigger item_added after insert on item referencing new table as come
  for each statement execute function keep_folder_content();
create trigger item_changed after update on item referencing old table as gone new table as come
  for each statement execute function keep_folder_content();
