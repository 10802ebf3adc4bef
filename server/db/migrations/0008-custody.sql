-- How much room a company's files take: kept by triggers, so that no writer can forget it. Bytes that several files
-- share count once; small images count for nobody.

-- A professional's file counts for its company, a client's own for the company that has followed them longest.
alter table item add column quota_company_id uuid references company;
-- An upload under way has its size reserved, from when it is announced until it is a file or given up.
alter table upload add column quota_company_id uuid references company;
create index upload_reserving on upload (quota_company_id) where item_id is null;

create table company_use (
  company_id uuid primary key references company on delete cascade,
  bytes bigint not null default 0 check (bytes >= 0)
);

create function quota_company(of_space uuid) returns uuid language sql stable as $$
  select cc.company_id from space s join client_company cc on cc.client_id = s.client_id and cc.archived_at is null
  where s.id = of_space order by cc.created_at, cc.company_id limit 1
$$;

update item set quota_company_id = coalesce(company_id, quota_company(space_id)) where kind = 'file';
update upload u set quota_company_id = coalesce(
  (select p.company_id from professional p where p.id = u.professional_id), quota_company(u.space_id));

create function set_quota_company() returns trigger language plpgsql as $$
begin
  new.quota_company_id := coalesce(new.company_id, quota_company(new.space_id));
  return new;
end $$;
create trigger item_counts_for before insert on item
  for each row when (new.kind = 'file') execute function set_quota_company();

create function open_use() returns trigger language plpgsql as $$
begin
  insert into company_use (company_id) values (new.id);
  return null;
end $$;
create trigger company_opened after insert on company for each row execute function open_use();

-- Whoever is in the way of somebody else's count waits; companies are always taken in the same order.
create function lock_use(companies uuid[]) returns void language plpgsql as $$
begin
  perform from company_use where company_id = any(companies) order by company_id for no key update;
end $$;

-- Adds the files of a statement, or takes them away: the bytes of those that no other file of the company has.
create function count_use() returns trigger language plpgsql as $$
begin
  perform lock_use((select array_agg(distinct quota_company_id) from changed));
  update company_use u set bytes = u.bytes + case tg_op when 'INSERT' then c.size else -c.size end
  from (
    select x.quota_company_id, sum(b.size) as size
    from (select distinct quota_company_id, blob_id from changed where quota_company_id is not null) x
    join blob b on b.id = x.blob_id
    where not exists (
      select from item i where i.blob_id = x.blob_id and i.quota_company_id = x.quota_company_id
        and not exists (select from changed c where c.id = i.id))
    group by 1
  ) c
  where u.company_id = c.quota_company_id;
  return null;
end $$;
create trigger item_use_added after insert on item referencing new table as changed
  for each statement execute function count_use();
create trigger item_use_removed after delete on item referencing old table as changed
  for each statement execute function count_use();

create function count_use_again(companies uuid[]) returns void language plpgsql as $$
begin
  perform lock_use(companies);
  update company_use u set bytes = coalesce((
    select sum(b.size) from blob b
    where b.id in (select i.blob_id from item i where i.quota_company_id = u.company_id)), 0)
  where u.company_id = any(companies);
end $$;

insert into company_use (company_id) select id from company;
select count_use_again((select array_agg(id) from company));

-- A client's own files count for another company when the one that they counted for no longer follows the client.
create function recount_for_followers() returns trigger language plpgsql as $$
declare
  of_client uuid := coalesce(new.client_id, old.client_id);
  concerned uuid[];
begin
  perform from space s where s.client_id = of_client for no key update;
  with moved as (
    update item i set quota_company_id = quota_company(i.space_id)
    from space s join item was on was.space_id = s.id
    where s.client_id = of_client and i.id = was.id and was.kind = 'file' and was.owner_client_id is not null
      and was.quota_company_id is distinct from quota_company(s.id)
    returning was.quota_company_id as before, i.quota_company_id as after
  )
  select array_agg(distinct c) into concerned from moved, unnest(array[before, after]) c where c is not null;
  if concerned is not null then perform count_use_again(concerned); end if;
  return null;
end $$;
create trigger client_company_counts after insert or delete or update of archived_at on client_company
  for each row execute function recount_for_followers();
