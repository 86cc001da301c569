-- Expands: version 1 does not know the column and does not need it.
alter table items add column price integer;
