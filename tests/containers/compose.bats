#!/usr/bin/env bats
# docker/compose: nginx in front of a uWSGI app over a shared socket folder, and a worker that gets its tasks by Redis
# over another, by the real docker-compose.

# shellcheck disable=SC2154 # engine.bash's
bats_require_minimum_version 1.5.0
load engine

setup_file() {
	engine_start docker base drop-init
	# There is no bridge here; and a port below 1024 is to be what it is elsewhere.
	cat >"$BATS_FILE_TMPDIR/network.yaml" <<-'END'
		services:
		  app: {build: {context: app, network: host}}
		  worker: {build: {context: app, network: host}}
		  queue: {build: {context: queue, network: host}}
		  web:
		    build: {context: web, network: host}
		    network_mode: none
		    sysctls: [net.ipv4.ip_unprivileged_port_start=1024]
	END
	compose up -d --build --force-recreate >"$BATS_FILE_TMPDIR/up" 2>&1 || { cat "$BATS_FILE_TMPDIR/up" && return 1; }
	for service in web app worker queue; do
		pid_of "$service" >"$BATS_FILE_TMPDIR/$service"
	done
	wait_until 30 page >/dev/null || { compose logs | tail -30 && return 1; }
}

teardown_file() {
	compose down -v >/dev/null 2>&1
	engine_stop
}

setup() {
	web=$(<"$BATS_FILE_TMPDIR/web")
	app=$(<"$BATS_FILE_TMPDIR/app")
	worker=$(<"$BATS_FILE_TMPDIR/worker")
	queue=$(<"$BATS_FILE_TMPDIR/queue")
}

compose() {
	DOCKER_HOST=unix://$ENGINE_RUN/docker.sock docker-compose -p drop-init \
		--project-directory "$ENGINE_ROOT/docker/compose" \
		-f "$ENGINE_ROOT/docker/compose/compose.yaml" -f "$BATS_FILE_TMPDIR/network.yaml" "$@" 3>&- 8>&-
}

pid_of() {
	docker inspect -f '{{.State.Pid}}' "$(compose ps -q "$1")"
}

page() {
	nsenter -t "$(<"$BATS_FILE_TMPDIR/web")" -n curl -sf --max-time 30 "http://127.0.0.1:80/$1"
}

@test "a page comes through nginx on port 80 and the socket from the app" {
	[ "$(page)" = "hello from uid 1000" ]
}

@test "no process of any service is root or holds a capability" {
	processes_dropped "$web" 33
	processes_dropped "$app" 1000
	processes_dropped "$worker" 1000
	processes_dropped "$queue" 999
}

@test "a task goes from the app by Redis's socket to the worker, and its result comes back" {
	[ "$(page order)" = "packed by uid 1000" ]
}

@test "the health check runs as the user, and says so when the app is gone" {
	local id
	id=$(compose ps -q app)
	[ "$(docker inspect -f '{{.State.Health.Status}}' "$id")" = healthy ]
	mapfile -t check < <(docker inspect -f '{{range .Config.Healthcheck.Test}}{{println .}}{{end}}' "$id")
	[ "$(docker exec "$id" "${check[@]:1:5}" id -u)" = 1000 ]
	docker exec "$id" "${check[@]:1:7}" "${check[8]}"
	run ! docker exec "$id" "${check[@]:1:7}" "${check[8]/app.sock/none.sock}"
}

@test "the socket is open to nginx's group and to nobody else" {
	[ "$(stat -c '%u:%g %a %F' "/proc/$app/root/run/app/app.sock")" = "1000:33 660 socket" ]
	[ "$(stat -c '%u:%g %a' "/proc/$app/root/run/app")" = "1000:1000 755" ]
	connect() {
		nsenter -t "$app" -m -- setpriv --reuid 1001 --regid "$1" --clear-groups python3 -c '
import socket
socket.socket(socket.AF_UNIX).connect("/run/app/app.sock")'
	}
	connect 33
	run connect 1001
	[[ $output == *PermissionError* ]]
}

@test "nothing but nginx has a network, and the root file systems cannot be written" {
	for pid in "$app" "$worker" "$queue"; do
		[ "$(nsenter -t "$pid" -n ip -o link | wc -l)" = 1 ]
	done
	for pid in "$web" "$app" "$worker" "$queue"; do
		awk '$2 == "/" { print $4 }' "/proc/$pid/mounts" | grep -Eq '^ro(,|$)'
	done
}

@test "each stops by itself at once: nginx by QUIT, uWSGI, Celery and Redis by TERM" {
	local start=$SECONDS service
	compose stop -t 20
	[ $((SECONDS - start)) -lt 10 ]
	for service in web app worker queue; do
		echo "$service:"
		docker logs "$(compose ps -q "$service")" 2>&1 | tail
		[ "$(docker inspect -f '{{.State.ExitCode}}' "$(compose ps -q "$service")")" = 0 ]
	done
	docker logs "$(compose ps -q web)" 2>&1 | grep -q 'gracefully shutting down'
}
