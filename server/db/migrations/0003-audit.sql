-- What was done, by whom, when and from where: one row for each company that it concerns. Entries outlive what they
-- speak of, so nothing but the company is a foreign key; names of people are read from their rows when shown.
create table audit_entry (
  id bigint generated always as identity primary key,
  company_id uuid not null references company,
  at timestamptz not null default clock_timestamp(),
  -- The closed list is in core/api/audit.ts.
  action text not null,
  -- Who did it; neither: the software.
  professional_id uuid,
  client_id uuid,
  -- Only in the entries of the actor's own company, or of those that follow the client.
  address text,
  space_id uuid,
  item_id uuid,
  -- The item as it was: its name, and the columns of it that the rule reads.
  item jsonb,
  -- Whom it is about. What happens in a space is about its client or group.
  subject_professional_id uuid,
  subject_client_id uuid,
  subject_group_id uuid,
  details jsonb not null default '{}',
  check (num_nonnulls(professional_id, client_id) <= 1),
  check ((item_id is null) = (item is null))
);
create index audit_entry_by_time on audit_entry (company_id, at desc, id desc);
create index audit_entry_by_action on audit_entry (company_id, action, at desc, id desc);
create index audit_entry_by_professional on audit_entry (company_id, professional_id, at desc, id desc)
  where professional_id is not null;
create index audit_entry_by_client on audit_entry (company_id, subject_client_id, at desc, id desc)
  where subject_client_id is not null;
create index audit_entry_by_group on audit_entry (company_id, subject_group_id, at desc, id desc)
  where subject_group_id is not null;
create index audit_entry_by_subject on audit_entry (company_id, subject_professional_id, at desc, id desc)
  where subject_professional_id is not null;
create index audit_entry_by_item on audit_entry (item_id, at desc) where item_id is not null;

create function refuse_rewriting() returns trigger language plpgsql as $$
begin raise exception 'entries of the audit log are only ever added'; end $$;
create trigger audit_entry_kept before update or delete or truncate on audit_entry
  for each statement execute function refuse_rewriting();
