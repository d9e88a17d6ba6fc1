#!/usr/bin/env bats
# docker/compose: nginx in front of a uWSGI app over a shared socket folder, by the real docker-compose.

# shellcheck disable=SC2154 # engine.bash's
bats_require_minimum_version 1.5.0
load engine

setup_file() {
	engine_start docker base drop-init
	# There is no bridge here; and a port below 1024 is to be what it is elsewhere.
	cat >"$BATS_FILE_TMPDIR/network.yaml" <<-'END'
		services:
		  app: {build: {context: app, network: host}}
		  web:
		    build: {context: web, network: host}
		    network_mode: none
		    sysctls: [net.ipv4.ip_unprivileged_port_start=1024]
	END
	compose up -d --build --force-recreate >"$BATS_FILE_TMPDIR/up" 2>&1 || { cat "$BATS_FILE_TMPDIR/up" && return 1; }
	pid_of web >"$BATS_FILE_TMPDIR/web"
	pid_of app >"$BATS_FILE_TMPDIR/app"
	wait_until 30 page >/dev/null || { compose logs | tail -30 && return 1; }
}

teardown_file() {
	compose down -v >/dev/null 2>&1
	engine_stop
}

setup() {
	web=$(<"$BATS_FILE_TMPDIR/web")
	app=$(<"$BATS_FILE_TMPDIR/app")
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
	nsenter -t "$(<"$BATS_FILE_TMPDIR/web")" -n curl -sf --max-time 10 http://127.0.0.1:80/
}

@test "a page comes through nginx on port 80 and the socket from the app" {
	[ "$(page)" = "hello from uid 1000" ]
}

@test "no process of either service is root or holds a capability" {
	processes_dropped "$web" 33
	processes_dropped "$app" 1000
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

@test "the app has no network, and the root file systems cannot be written" {
	[ "$(nsenter -t "$app" -n ip -o link | wc -l)" = 1 ]
	for pid in "$web" "$app"; do
		awk '$2 == "/" { print $4 }' "/proc/$pid/mounts" | grep -Eq '^ro(,|$)'
	done
}

@test "each stops by itself at once: nginx by QUIT, uWSGI by TERM" {
	local start=$SECONDS service
	compose stop -t 20
	[ $((SECONDS - start)) -lt 10 ]
	for service in web app; do
		echo "$service:"
		docker logs "$(compose ps -q "$service")" 2>&1 | tail
		[ "$(docker inspect -f '{{.State.ExitCode}}' "$(compose ps -q "$service")")" = 0 ]
	done
	docker logs "$(compose ps -q web)" 2>&1 | grep -q 'gracefully shutting down'
}
