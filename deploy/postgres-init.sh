#!/bin/bash
# Users and databases on an empty PostgreSQL; run by the image's own start script, as the superuser. Guanjia and
# Temporal have users of their own: neither can read what belongs to the other. DEPLOY is where database-roles.sql is.
set -euo pipefail

psql --set=ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set=guanjia="$GUANJIA_DB_PASSWORD" --set=app="$GUANJIA_APP_DB_PASSWORD" --set=temporal="$TEMPORAL_DB_PASSWORD" <<'SQL'
create role guanjia login password :'guanjia';
create role guanjia_app login password :'app';
create database guanjia owner guanjia;
revoke connect on database guanjia from public;
grant connect, temporary on database guanjia to guanjia_app;
-- Its own schema job makes Temporal's two databases.
create role temporal login createdb password :'temporal';
SQL

psql --set=ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname guanjia --single-transaction \
  --command='set role guanjia' --file="${DEPLOY:-/deploy}/database-roles.sql"
