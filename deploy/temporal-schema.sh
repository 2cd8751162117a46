#!/bin/sh
# Temporal's two databases on PostgreSQL: made when they are not there, then brought up to the version of this image.
# Address and login come from the environment (SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD, SQL_PLUGIN). Safe to repeat.
set -eu

tool=${TEMPORAL_SQL_TOOL:-temporal-sql-tool}

prepare() {
  database=$1
  schema=$2
  "$tool" --db "$database" create-database
  # Begins the table of versions where there is none.
  "$tool" --db "$database" setup-schema -v 0.0
  "$tool" --db "$database" update-schema --schema-name "$schema"
}

prepare temporal postgresql/v12/temporal
prepare temporal_visibility postgresql/v12/visibility
