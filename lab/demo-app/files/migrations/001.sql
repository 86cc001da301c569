create table items (name text primary key);
insert into items values ('anvil'), ('bolt');
grant select on items to demo;
