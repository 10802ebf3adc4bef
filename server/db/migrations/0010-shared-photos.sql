-- A third picture of an image: whole, for others than its owner.
alter table preview drop constraint preview_variant_check;
alter table preview add constraint preview_variant_check check (variant in ('thumb', 'view', 'shared'));
