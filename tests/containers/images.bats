#!/usr/bin/env bats
# What takes the place of official images' entry scripts: the recipes with Debian's own programs, in a real engine, as
# people run them: as root, by --user, with what root left on a bind mount, with a secret of root's, --read-only, and
# stopped.

# shellcheck disable=SC2154 # low_ports is engine.bash's
# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load engine

recipes=(memcached haproxy redis rabbitmq nginx-templates postgresql mariadb php php/Dockerfile.fpm)

setup_file() {
	local recipe
	engine_start docker base drop-init
	for recipe in "${recipes[@]}"; do
		build "$recipe" || return
	done
}

teardown_file() { engine_stop; }

# build NAME[/DOCKERFILE]: as the recipe's README says, with Debian's packages from the network of this machine.
build() {
	local folder=$ENGINE_ROOT/docker/examples/${1%/*} file=Dockerfile output
	[[ $1 != */* ]] || file=${1#*/}
	output=$(/usr/bin/docker -H "unix://$ENGINE_RUN/docker.sock" build --network host \
		-t "$(image_of "$1")" -f "$folder/$file" "$folder" 2>&1 3>&- 8>&-) || { tail -30 <<<"$output" && return 1; }
}

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

# once OPTION... RECIPE [ARG...]: in the foreground, as bats' run.
once() {
	local options=()
	while [[ $1 == -* ]]; do options+=("$1") && shift; done
	run docker run --rm "--network=${network:-none}" "${options[@]}" "$(image_of "$1")" "${@:2}"
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
	[[ $output != *drop-init:* ]] || { echo "$output" && return 1; }
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

# --- RabbitMQ ------------------------------------------------------------------------------------

# Not by rabbitmqctl: what `docker exec` starts, epmd too, has not come through drop-init.
rabbitmq_is_up() {
	inside ss -Hltn | grep -q ':5672 ' && docker exec --user rabbitmq "$id" rabbitmqctl -q await_startup >/dev/null 2>&1
}

@test "RabbitMQ: on a bind mount with what root left there, with nobody root, and epmd ends with it" {
	folder
	mkdir "$folder/mnesia"
	start "--volume=$folder:/var/lib/rabbitmq" --hostname=queue rabbitmq
	ready rabbitmq_is_up
	dropped rabbitmq
	docker exec "$id" pgrep -x epmd
	[ -z "$(find "$folder" '!' -uid "$(docker exec "$id" id -u rabbitmq)")" ]
	docker exec "$id" sh -c 'cat "/proc/$(pgrep -x beam.smp)/limits"' | grep -Eq '^Max open files +16384 '
	docker exec --user rabbitmq "$id" rabbitmqctl -q add_user somebody word
	stops 0
	again
	ready rabbitmq_is_up
	docker exec --user rabbitmq "$id" rabbitmqctl -q list_users | grep -q '^somebody'
}

# --- nginx ---------------------------------------------------------------------------------------

@test "nginx: templates are filled in by a script that is not root, and port 80 is served" {
	start --read-only --tmpfs=/tmp --env=NAME=somebody nginx-templates
	ready page_is "nginx for somebody"
	dropped www-data
	stops 0
	once nginx-templates id -un
	[ "$output" = www-data ]
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
		--env=POSTGRES_PASSWORD_FILE=/run/secrets/password postgresql
	ready postgres_is_up "it's a secret"
	[[ $(postgres_as wrong) == *"password authentication failed"* ]]
	dropped postgres
	[ "$(stat -c %a "$folder")" = 700 ]
	[ -z "$(find "$folder" '!' -uid "$(docker exec "$id" id -u postgres)")" ]
	run ! grep -sa "a secret" /proc/"$pid"/environ /proc/"$pid"/cmdline
	for one in $(processes_of "$pid"); do
		run ! grep -sa "a secret" "/proc/$one/environ" "/proc/$one/cmdline"
	done
	stops 0
	# What is there already needs no password.
	docker rm "$id" >/dev/null
	start "--volume=$folder:/var/lib/postgresql/data" postgresql
	ready postgres_is_up "it's a secret"
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
	[[ $output == *"POSTGRES_PASSWORD"*"is needed for a new database"* ]]
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
	secret "it's a\\secret"
	start "--volume=$folder:/var/lib/mysql" "$secret" --env=MARIADB_ROOT_PASSWORD_FILE=/run/secrets/password mariadb
	ready mariadb_is_up "it's a\\secret"
	[[ $(mariadb_as wrong) == *"Access denied"* ]]
	dropped mysql
	[ -z "$(find "$folder" '!' -uid "$(docker exec "$id" id -u mysql)")" ]
	stops 0
	start "--volume=$folder:/var/lib/mysql" "--user=$(numbers mariadb mysql)" mariadb
	ready mariadb_is_up "it's a\\secret"
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

@test "Apache with PHP: --read-only, and started as its user" {
	start --read-only --tmpfs=/tmp --tmpfs=/run/apache2 php
	ready page_is "PHP, served by user 33"
	dropped www-data
	stops 0
	start --user=33:33 --sysctl=net.ipv4.ip_unprivileged_port_start=80 php
	ready page_is "PHP, served by user 33"
	dropped www-data
	stops 0
}

fpm_answers() {
	inside "$BATS_TEST_DIRNAME/images/fastcgi.py" 127.0.0.1:9000 /var/www/html/index.php |
		grep -qx "PHP, served by user 33"
}

@test "PHP-FPM: its master is not root either, and its graceful stop ends it" {
	start --read-only --tmpfs=/tmp php/Dockerfile.fpm
	ready fpm_answers
	dropped www-data
	stops 0
	once php/Dockerfile.fpm -t
	[ "$status" = 0 ] && [[ $output == *"test is successful"* ]]
}
