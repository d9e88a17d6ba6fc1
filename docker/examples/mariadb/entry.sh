#!/bin/sh
# The part of the official image's script that needs no root: a new database gets its password. It runs as mysql.
set -eu
if [ "$1" = mariadbd ] && [ ! -d /var/lib/mysql/mysql ]; then
	: "${MARIADB_ROOT_PASSWORD:?or MARIADB_ROOT_PASSWORD_FILE is needed for a new database}"
	mariadb-install-db --auth-root-authentication-method=normal --skip-test-db >/dev/null
	password=$(printf %s "$MARIADB_ROOT_PASSWORD" | sed "s/[\\\\']/\\\\&/g")
	mariadbd --bootstrap <<-END
		FLUSH PRIVILEGES;
		ALTER USER root@localhost IDENTIFIED BY '$password';
		CREATE USER root@'%' IDENTIFIED BY '$password';
		GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;
	END
fi
unset MARIADB_ROOT_PASSWORD
exec "$@"
