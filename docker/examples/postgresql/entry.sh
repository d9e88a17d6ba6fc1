#!/bin/sh
# The part of the official image's script that needs no root: a new database gets its password. It runs as postgres.
set -eu
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
	: "${POSTGRES_PASSWORD:?or POSTGRES_PASSWORD_FILE is needed for a new database}"
	printf '%s\n' "$POSTGRES_PASSWORD" |
		initdb --username=postgres --pwfile=/dev/stdin --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
	echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
fi
unset POSTGRES_PASSWORD
exec "$@"
