-- What a malware scanner said of a blob's bytes: 'none' while there is no scanner; 'waiting' until it was asked;
-- 'unscannable' where it answered that it can't look. What it once found infected stays so, scanner or not.
alter table blob
  add column scan text not null default 'none'
    check (scan in ('none', 'waiting', 'clean', 'unscannable', 'infected')),
  -- By the scanner's own name for it.
  add column malware text,
  -- Not to be scanned before: another process is at it, or it failed lately. Null: at once.
  add column scan_after timestamptz,
  add check ((scan = 'infected') = (malware is not null));
create index blob_to_scan on blob (scan, created_at) where scan in ('waiting', 'unscannable');
