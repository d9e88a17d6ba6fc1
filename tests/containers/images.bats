#!/usr/bin/env bats
# What takes the place of official images' entry scripts: the recipes with Debian's own programs, in a real engine, as
# people run them: as root, by --user, with what root left on a bind mount, with a secret of root's, --read-only, and
# stopped.

# shellcheck disable=SC2154 # low_ports is engine.bash's
# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load engine

recipes=(memcached haproxy redis redis/Dockerfile.password rabbitmq)
recipes+=(nginx-templates postgresql mariadb php php/Dockerfile.fpm)

setup_file() {
	local recipe file
	engine_start docker servers drop-init
	for recipe in "${recipes[@]}"; do
		file=${recipe#*/}
		[[ $recipe == */* ]] || file=Dockerfile
		recipe_image docker "$(image_of "$recipe")" "${recipe%/*}" "$file" || return
	done
}

teardown_file() { engine_stop; }

image_of() {
	tr / - <<<"images-${1,,}"
}

# start OPTION... RECIPE [ARG...]: in the background; sets $id and $pid. Options with a value are written --x=y.
start() {
	local options=()
	while [[ $1 == -* ]]; do options+=("$1") && shift; done
	id=$(docker run -d --network none "${low_ports[@]}" "${options[@]}" "$(image_of "$1")" "${@:2}")
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
}

# once OPTION... RECIPE [ARG...]: in the foreground, as bats' run; what goes on for more than a minute is killed.
once() {
	local options=()
	while [[ $1 == -* ]]; do options+=("$1") && shift; done
	local name=images-once-$BATS_TEST_NUMBER limit
	(sleep 60 && docker kill "$name") >/dev/null 2>&1 3>&- 8>&- &
	limit=$!
	run docker run --rm --name "$name" "--network=${network:-none}" "${options[@]}" "$(image_of "$1")" "${@:2}"
	kill "$limit" 2>/dev/null || true # the sleep below it ends by itself
	echo "$output"
}

# again: the same container once more.
again() {
	docker start "$id" >/dev/null
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
}

running() {
	[ "$pid" -gt 0 ] && kill -0 "$pid" 2>/dev/null
}

# ready COMMAND...: until it succeeds, or else what the container said.
ready() {
	if wait_until 90 succeeds_or_ended "$@" && "$@"; then return; fi
	docker logs "$id" 2>&1 | tail -30
	return 1
}

succeeds_or_ended() {
	"$@" || ! running
}

# Where the container has ended there is nothing to be in.
inside() {
	running && nsenter -t "$pid" -n "$@"
}

page_is() {
	[ "$(inside curl -sf --max-time 10 "http://127.0.0.1:${2-80}/")" = "$1" ]
}

# dropped USER: every process of the container, by the number that only the image knows.
dropped() {
	processes_dropped "$pid" "$(docker exec "$id" id -u "$1")"
}

# stops STATUS: by the image's signal, by itself and not by the engine's KILL; drop-init has had nothing to say.
stops() {
	docker stop -t 40 "$id" >/dev/null
	[ "$(docker inspect -f '{{.State.ExitCode}}' "$id")" = "$1" ] || { docker logs "$id" 2>&1 | tail -20 && return 1; }
	run docker logs "$id"
	output=$(grep drop-init: <<<"$output" | grep -v 'io_uring_setup(2) denied') || return 0 # MariaDB tries that one
	echo "$output" && return 1
}

# numbers RECIPE USER: UID:GID, as the image has them.
numbers() {
	docker run --rm --network none --entrypoint sh "$(image_of "$1")" -c "echo \$(id -u $2):\$(id -g $2)"
}

# secret TEXT: a file of root's that nobody else may read; sets $secret to the option that mounts it.
secret() {
	printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/secret"
	chmod 400 "$BATS_TEST_TMPDIR/secret"
	secret=--volume=$BATS_TEST_TMPDIR/secret:/run/secrets/password:ro
}

# nowhere TEXT: in no process's command line, nor in PID 1's environment.
nowhere() {
	local one
	for one in $(processes_of "$pid"); do
		run ! grep -sqa -e "$1" "/proc/$one/cmdline"
	done
	run ! grep -sqa -e "$1" "/proc/$pid/environ"
}

# folder: as root left it on the host; sets $folder.
folder() {
	folder=$BATS_TEST_TMPDIR/folder
	mkdir "$folder"
	chmod 755 "$folder"
}

# --- memcached -----------------------------------------------------------------------------------

memcached_setting() { # NAME
	inside /usr/bin/python3 -c '
import socket, sys
with socket.create_connection(("127.0.0.1", 11211), 5) as server:
    server.sendall(b"stats settings\r\nquit\r\n")
    lines = server.makefile().read().splitlines()
print(*(line.split()[2] for line in lines if line.split()[1:2] == [sys.argv[1]]))' "$1"
}

has_memcached_setting() {
	[ "$(memcached_setting "$1" 2>/dev/null)" = "$2" ]
}

@test "memcached: no word is memcached, options alone are its own, and another command is that one" {
	start --read-only memcached
	ready has_memcached_setting maxbytes 67108864
	dropped memcache
	stops 0
	start memcached -m 32
	ready has_memcached_setting maxbytes 33554432
	stops 0
	once memcached memcached --version
	[ "$status" = 0 ] && [[ $output == "memcached 1."* ]]
	once memcached id -un
	[ "$output" = memcache ]
}

@test "memcached: started as its user, and refused as another" {
	start "--user=$(numbers memcached memcache)" memcached
	ready has_memcached_setting maxbytes 67108864
	dropped memcache
	stops 0
	once --user=1234:1234 memcached
	[ "$status" = 125 ]
	[[ $output == "drop-init: --user memcache: started as user 1234, which cannot become memcache"* ]]
}

# --- HAProxy -------------------------------------------------------------------------------------

@test "HAProxy: serves port 80, a reload keeps serving, and its soft stop ends it" {
	start --read-only haproxy
	ready page_is HAProxy
	dropped haproxy
	docker kill -s USR2 "$id" >/dev/null
	for _ in {1..20}; do page_is HAProxy; done
	dropped haproxy
	stops 0
}

@test "HAProxy: options alone come behind the default command, and a configuration is mounted" {
	once haproxy -c
	[ "$status" = 0 ] && [[ $output == *"Configuration file is valid"* ]]
	folder
	sed 's/HAProxy/mounted/' "$ENGINE_ROOT/docker/examples/haproxy/haproxy.cfg" >"$folder/haproxy.cfg"
	start "--volume=$folder/haproxy.cfg:/etc/haproxy/haproxy.cfg:ro" "--user=$(numbers haproxy haproxy)" \
		--sysctl=net.ipv4.ip_unprivileged_port_start=80 haproxy
	ready page_is mounted
	dropped haproxy
	stops 0
}

statistics_are() { # STATUS PASSWORD
	[ "$(inside curl -so "$BATS_TEST_TMPDIR/page" -w '%{http_code}' -u "admin:$2" http://127.0.0.1:8404/)" = "$1" ]
}

@test "HAProxy: a secret that only root can read is in its configuration, and without one there is no such page" {
	secret "a word"
	start "$secret" --env=STATS_PASSWORD_FILE=/run/secrets/password --read-only haproxy
	ready statistics_are 200 "a word"
	statistics_are 401 wrong
	nowhere "a word"
	dropped haproxy
	stops 0
	start haproxy
	ready page_is HAProxy
	run ! inside curl -s http://127.0.0.1:8404/
	stops 0
}

# --- Redis ---------------------------------------------------------------------------------------

redis_says() {
	[ "$(docker exec "$id" redis-cli "${@:2}" 2>/dev/null)" = "$1" ]
}

@test "Redis: options alone are redis-server's, on a bind mount with what root left there" {
	folder
	mkdir "$folder/appendonlydir" && touch "$folder/old"
	start "--volume=$folder:/data" --read-only redis --appendonly yes
	ready redis_says PONG ping
	redis_says $'appendonly\nyes' config get appendonly
	dropped redis
	redis_says OK set fruit apple
	[ -z "$(find "$folder" '!' -uid "$(docker exec "$id" id -u redis)")" ]
	stops 0
	again
	ready redis_says apple get fruit
}

@test "Redis: no word is redis-server, redis-cli is not root either, and --user is kept" {
	start redis
	ready redis_says PONG ping
	network=container:$id once redis redis-cli ping
	[ "$output" = PONG ]
	once redis sh -c 'id -un; umask'
	[ "$output" = $'redis\n0077' ]
	stops 0
	start "--user=$(numbers redis redis)" redis
	ready redis_says PONG ping
	dropped redis
	stops 0
}

@test "Redis: a secret that only root can read is its password, with options, as root and by --user" {
	secret 'a \"pineapple"'
	start "$secret" --env=REDIS_PASSWORD_FILE=/run/secrets/password --read-only redis/Dockerfile.password --appendonly yes
	ready redis_says "NOAUTH Authentication required." ping
	[ "$(docker exec -e 'REDISCLI_AUTH=a \"pineapple"' "$id" redis-cli --no-auth-warning config get appendonly)" = $'appendonly\nyes' ]
	nowhere pineapple
	dropped redis
	stops 0
	once redis/Dockerfile.password
	[ "$status" != 0 ] && [[ $output == *"REDIS_PASSWORD"* ]]
	start "--user=$(numbers redis redis)" --env=REDIS_PASSWORD=word redis/Dockerfile.password
	ready redis_says "NOAUTH Authentication required." ping
	stops 0
}

# --- RabbitMQ ------------------------------------------------------------------------------------

# Not by rabbitmqctl: what `docker exec` starts, epmd too, has not come through drop-init.
rabbitmq_is_up() {
	inside ss -Hltn | grep -q ':5672 ' && docker exec --user rabbitmq "$id" rabbitmqctl -q await_startup >/dev/null 2>&1
}

@test "RabbitMQ: on a bind mount with what root left there, with nobody root, and epmd ends with it" {
	folder
	mkdir "$folder/mnesia"
	secret "a word"
	start "--volume=$folder:/var/lib/rabbitmq" "$secret" --env=RABBITMQ_DEFAULT_PASS_FILE=/run/secrets/password \
		--env=RABBITMQ_DEFAULT_USER=admin --hostname=queue --read-only --tmpfs=/tmp --tmpfs=/var/log/rabbitmq rabbitmq
	ready rabbitmq_is_up
	dropped rabbitmq
	docker exec "$id" pgrep -x epmd
	[ -z "$(find "$folder" '!' -uid "$(docker exec "$id" id -u rabbitmq)")" ]
	docker exec "$id" sh -c 'cat "/proc/$(pgrep -x beam.smp)/limits"' | grep -Eq '^Max open files +16384 '
	nowhere "a word"
	docker exec --user rabbitmq "$id" rabbitmqctl -q authenticate_user admin "a word"
	docker exec --user rabbitmq "$id" rabbitmqctl -q add_user somebody word
	stops 0
	docker rm "$id" >/dev/null
	start "--volume=$folder:/var/lib/rabbitmq" "--user=$(numbers rabbitmq rabbitmq)" --hostname=queue rabbitmq
	ready rabbitmq_is_up
	dropped rabbitmq
	docker exec --user rabbitmq "$id" rabbitmqctl -q list_users | grep -q '^somebody'
	stops 0
}

# --- nginx ---------------------------------------------------------------------------------------

private_is() { # STATUS KEY
	[ "$(inside curl -so "$BATS_TEST_TMPDIR/page" -w '%{http_code}' -H "Authorization: Bearer $2" \
		http://127.0.0.1/private)" = "$1" ]
}

@test "nginx: templates are filled in by a script that is not root, with a secret, and port 80 is served" {
	secret key
	start "$secret" --env=API_KEY_FILE=/run/secrets/password --read-only --tmpfs=/tmp --env=NAME=somebody nginx-templates
	ready page_is "nginx for somebody"
	private_is 200 key
	private_is 401 wrong
	dropped www-data
	stops 0
	once nginx-templates id -un
	[ "$output" = www-data ]
}

@test "nginx: started as its user, with the server written in full, and with options alone" {
	start --user=33:33 --sysctl=net.ipv4.ip_unprivileged_port_start=80 --env=API_KEY=key \
		nginx-templates nginx -g "daemon off;"
	ready page_is "nginx for nobody"
	private_is 200 key
	dropped www-data
	stops 0
	once --env=API_KEY=key nginx-templates -t
	[ "$status" = 0 ] && [[ $output == *"test is successful"* ]]
}

# --- PostgreSQL ----------------------------------------------------------------------------------

# postgres_as PASSWORD: what the server says to a client who comes over TCP.
postgres_as() {
	docker exec -e "PGPASSWORD=$1" "$id" psql -h 127.0.0.1 -U postgres -Atc 'select 6 * 7' 2>&1
}

postgres_is_up() {
	[ "$(postgres_as "$1")" = 42 ]
}

@test "PostgreSQL: initialized by a script that is not root, with a secret that only root can read" {
	folder
	secret "it's a secret"
	start "--volume=$folder:/var/lib/postgresql/data" "$secret" \
		--env=POSTGRES_PASSWORD_FILE=/run/secrets/password --read-only --tmpfs=/run/postgresql postgresql -c max_connections=7
	ready postgres_is_up "it's a secret"
	[[ $(postgres_as wrong) == *"password authentication failed"* ]]
	[ "$(docker exec "$id" psql -U postgres -Atc 'show max_connections')" = 7 ]
	dropped postgres
	[ "$(stat -c %a "$folder")" = 700 ]
	[ -z "$(find "$folder" '!' -uid "$(docker exec "$id" id -u postgres)")" ]
	nowhere "a secret"
	for one in $(processes_of "$pid"); do
		run ! grep -sqa "a secret" "/proc/$one/environ" # nor in the server's, which needs it no more
	done
	stops 0
	# What is there already needs no password.
	docker rm "$id" >/dev/null
	start "--volume=$folder:/var/lib/postgresql/data" postgresql postgres -c max_connections=8
	ready postgres_is_up "it's a secret"
	[ "$(docker exec "$id" psql -U postgres -Atc 'show max_connections')" = 8 ]
	stops 0
	# And started as its user, whose folder it is by now.
	start "--volume=$folder:/var/lib/postgresql/data" "--user=$(numbers postgresql postgres)" postgresql
	ready postgres_is_up "it's a secret"
	dropped postgres
	stops 0
}

@test "PostgreSQL: both variables, a missing file, and none at all are errors before anything is made" {
	secret word
	once "$secret" --env=POSTGRES_PASSWORD_FILE=/run/secrets/password --env=POSTGRES_PASSWORD=word postgresql
	[ "$status" = 125 ]
	[[ $output == *POSTGRES_PASSWORD_FILE* && $output != *"word "* ]]
	once --env=POSTGRES_PASSWORD_FILE=/run/secrets/none postgresql
	[ "$status" = 125 ]
	[[ $output == *POSTGRES_PASSWORD* ]]
	once postgresql
	[ "$status" != 0 ]
	[[ $output == *"POSTGRES_PASSWORD"*"the first start needs it"* ]]
	once postgresql psql --version
	[ "$status" = 0 ] && [[ $output == "psql (PostgreSQL) 15"* ]]
}

@test "PostgreSQL: a first start that was cut off leaves no database, and the next one makes it, user, folder and all" {
	folder
	mkdir "$folder/hooks" "$folder/data" "$folder/data/.new" && touch "$folder/data/.new/PG_VERSION"
	echo 'exit 7' >"$folder/hooks/1.sh"
	options=("--volume=$folder/data:/var/lib/postgresql/data" "--volume=$folder/hooks:/docker-entrypoint-initdb.d"
		--env=POSTGRES_PASSWORD=word --env=POSTGRES_USER=shop)
	once "${options[@]}" postgresql
	[ "$status" = 7 ]
	[ ! -e "$folder/data/PG_VERSION" ]
	rm "$folder/hooks/1.sh"
	echo 'create table fruit (name text)' >"$folder/hooks/2.sql"
	start "${options[@]}" postgresql
	# By TCP: the server that initializes the folder listens on a unix socket only.
	is_there() {
		[ "$(docker exec --env=PGPASSWORD=word "$id" psql -h 127.0.0.1 -U shop shop -Atc 'select count(*) from fruit')" = 0 ]
	}
	ready is_there 2>/dev/null
	[ ! -e "$folder/data/.new" ]
	stops 0
}

# --- MariaDB -------------------------------------------------------------------------------------

mariadb_as() {
	docker exec -e "MYSQL_PWD=$1" "$id" mariadb -h 127.0.0.1 -u root -BNe 'select 6 * 7' 2>&1
}

mariadb_is_up() {
	[ "$(mariadb_as "$1")" = 42 ]
}

@test "MariaDB: initialized by a script that is not root, with a secret that only root can read" {
	folder
	secret "it's a\\pineapple"
	mkdir "$folder/.new" && touch "$folder/.new/ibdata1" # of a first start that was cut off
	start "--volume=$folder:/var/lib/mysql" "$secret" --env=MARIADB_ROOT_PASSWORD_FILE=/run/secrets/password \
		--env=MARIADB_DATABASE=shop --env=MARIADB_USER=buyer --env=MARIADB_PASSWORD=word \
		--read-only --tmpfs=/run/mysqld --tmpfs=/tmp mariadb --max-connections=13
	ready mariadb_is_up "it's a\\pineapple"
	[[ $(mariadb_as wrong) == *"Access denied"* ]]
	[ "$(docker exec -e MYSQL_PWD=word "$id" mariadb -u buyer shop -BNe 'select @@max_connections')" = 13 ]
	dropped mysql
	nowhere pineapple
	[ ! -e "$folder/.new" ]
	[ -z "$(find "$folder" '!' -uid "$(docker exec "$id" id -u mysql)")" ]
	stops 0
	start "--volume=$folder:/var/lib/mysql" "--user=$(numbers mariadb mysql)" mariadb
	ready mariadb_is_up "it's a\\pineapple"
	dropped mysql
	stops 0
}

# --- PHP -----------------------------------------------------------------------------------------

@test "Apache with PHP: no process is root, port 80 is served, and its graceful stop ends it" {
	start php
	ready page_is "PHP, served by user 33"
	dropped www-data
	docker logs "$id" 2>/dev/null | grep -q '"GET / HTTP/1.1" 200'
	stops 0
	once php -t
	[ "$status" = 0 ] && [[ $output == *"Syntax OK"* ]]
}

@test "Apache with PHP: --read-only, with a secret that only root can read, and started as its user" {
	secret word
	start --read-only --tmpfs=/tmp --tmpfs=/run/apache2 "$secret" --env=DB_PASSWORD_FILE=/run/secrets/password php
	ready page_is "PHP, served by user 33, with a password"
	dropped www-data
	stops 0
	start --user=33:33 --sysctl=net.ipv4.ip_unprivileged_port_start=80 php
	ready page_is "PHP, served by user 33"
	dropped www-data
	stops 0
}

fpm_answers() {
	inside "$BATS_TEST_DIRNAME/images/fastcgi.py" 127.0.0.1:9000 /var/www/html/index.php |
		grep -qx "PHP, served by user 33$1"
}

@test "PHP-FPM: its master is not root either, and its graceful stop ends it" {
	secret word
	start --read-only --tmpfs=/tmp "$secret" --env=DB_PASSWORD_FILE=/run/secrets/password php/Dockerfile.fpm
	ready fpm_answers ", with a password"
	dropped www-data
	stops 0
	start --user=33:33 php/Dockerfile.fpm
	ready fpm_answers ""
	dropped www-data
	stops 0
	once php/Dockerfile.fpm -t
	[ "$status" = 0 ] && [[ $output == *"test is successful"* ]]
}
