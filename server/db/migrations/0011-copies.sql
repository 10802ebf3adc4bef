-- A copy of somebody else's file: who owns it has not thereby the bytes that were uploaded of a photo.
alter table item add column of_another boolean not null default false;
