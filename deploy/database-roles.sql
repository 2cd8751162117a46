-- Who may do what in the database guanjia: its owner, guanjia, migrates; API and workers work in it as guanjia_app. They
-- can neither change a table nor take the trigger from the audit log, whoever has got hold of their password.
-- Run in guanjia as its owner, on an empty database or one that is in use; safe to repeat.
grant select, insert, update, delete on all tables in schema public to guanjia_app;
grant usage, select on all sequences in schema public to guanjia_app;
alter default privileges in schema public grant select, insert, update, delete on tables to guanjia_app;
alter default privileges in schema public grant usage, select on sequences to guanjia_app;
