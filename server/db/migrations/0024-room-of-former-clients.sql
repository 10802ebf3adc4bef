-- What a client adds whom nobody follows any more counts for the company that was the last to: it would count for
-- nobody, without an end, and fall to a company all at once when one follows them again.

create or replace function quota_company(of_space uuid) returns uuid language sql stable as $$
  select cc.company_id from space s join client_company cc on cc.client_id = s.client_id
  where s.id = of_space
  order by cc.archived_at desc nulls first, cc.created_at, cc.company_id limit 1
$$;

update item set quota_company_id = quota_company(space_id)
where kind = 'file' and owner_client_id is not null and quota_company_id is null;
update upload set quota_company_id = quota_company(space_id)
where client_id is not null and quota_company_id is null and item_id is null;
select count_use_again((select array_agg(id) from company));
