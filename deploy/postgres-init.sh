#!/bin/bash
# Users and databases on an empty PostgreSQL; run by the image's own start script, as the superuser. Guanjia and
# Temporal have a user each: neither can read what belongs to the other.
set -euo pipefail

psql --set=ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set=guanjia="$GUANJIA_DB_PASSWORD" --set=temporal="$TEMPORAL_DB_PASSWORD" <<'SQL'
create role guanjia login password :'guanjia';
create database guanjia owner guanjia;
revoke connect on database guanjia from public;
-- Its own schema job makes Temporal's two databases.
create role temporal login createdb password :'temporal';
SQL
