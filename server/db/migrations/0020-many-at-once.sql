-- Thousands of items that change in one statement cost what they are, not their square. A trigger's plans are kept
-- from when it was first asked, about a single row: whatever is joined to the rows of a statement has an index.

create or replace function keep_folder_content() returns trigger language plpgsql as $$
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
    with side as (
      select id, parent_id, kind, level, owner_professional_id, owner_client_id, company_id, branch_id, audience,
             protected, -1 as sign
      from gone where deletion_id is null
      union all
      select id, parent_id, kind, level, owner_professional_id, owner_client_id, company_id, branch_id, audience,
             protected, 1
      from come where deletion_id is null
    ), moved as (
      select id, array_agg(parent_id order by sign) as parents from side where kind = 'folder'
      group by id having count(*) = 2 and count(distinct coalesce(parent_id, id)) = 2
    )
    select array_agg(c) into changes from (
      -- What is as it was is taken away and added again: nothing.
      select parent_id, kind, level, owner_professional_id, owner_client_id, company_id, branch_id, audience, protected,
             sum(sign)
      from side where parent_id is not null
      group by 1, 2, 3, 4, 5, 6, 7, 8, 9 having sum(sign) <> 0
      union all
      -- A moved folder takes its content along; a deleted one does not, since its items are deleted one by one.
      select m.parents[which], c.kind, c.level, c.owner_professional_id, c.owner_client_id, c.company_id, c.branch_id,
             c.audience, c.protected, case which when 1 then -c.count else c.count end
      from moved m cross join generate_series(1, 2) which join folder_content c on c.folder_id = m.id
      where m.parents[which] is not null and c.count <> 0
    ) c;
  end if;
  if changes is not null then perform count_inside(changes); end if;
  return null;
end $$;

-- What many files at once take: each was held against all the others of its statement.

create or replace function count_use() returns trigger language plpgsql as $$
begin
  perform lock_use((select array_agg(distinct quota_company_id) from changed));
  update company_use u set bytes = u.bytes + case tg_op when 'INSERT' then c.size else -c.size end
  from (
    select x.quota_company_id, sum(b.size) as size
    from (
      select quota_company_id, blob_id, case tg_op when 'INSERT' then count(*) else 0 end as own
      from changed where quota_company_id is not null group by 1, 2
    ) x
    join blob b on b.id = x.blob_id
    -- Those of the statement are among the items, or no longer: whatever is more is another file of the company.
    where (select count(*) from (
      select from item i where i.blob_id = x.blob_id and i.quota_company_id = x.quota_company_id limit x.own + 1
    ) same) = x.own
    group by 1
  ) c
  where u.company_id = c.quota_company_id;
  return null;
end $$;
