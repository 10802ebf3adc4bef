-- What is known of a picture before it is there: a ThumbHash (base64) of the small one, the size of the whole (pixels,
-- or points of a page), and how long what it stands for plays (seconds).
alter table preview add column hash text;
alter table preview add column original_width integer;
alter table preview add column original_height integer;
alter table preview add column duration double precision;
-- An office file as pages; and of a film, which of its bytes go to nobody but its owner.
alter table preview drop constraint preview_variant_check;
alter table preview add constraint preview_variant_check
  check (variant in ('thumb', 'view', 'shared', 'pages', 'blanks'));
