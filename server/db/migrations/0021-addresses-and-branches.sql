-- When a client's record got the address that an invitation went to, and from whom: kept when the address goes, since
-- whoever opens that account sees all that was ever shared with the client. Null where there never was one, or where it
-- is from before this was kept and still there.
alter table client add column addressed_at timestamptz;
alter table client add column addressed_by uuid references professional;
update client c set addressed_at = c.created_at
where c.email is null and c.person_id is null and exists (select from item i where i.owner_client_id = c.id);

-- A branch that nobody uses any more: nothing comes to it, and items that were made in it keep it.
alter table branch add column archived_at timestamptz;
