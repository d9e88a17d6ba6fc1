#!/usr/bin/env bats
# docker/README.md, the page for people who switch: each snippet is taken from there and run for real.

# shellcheck disable=SC2154,SC2030,SC2031,SC2034
bats_require_minimum_version 1.5.0
load engine
load page

page=$BATS_TEST_DIRNAME/../../docker/README.md page_images=switch

setup_file() {
	local context=$BATS_FILE_TMPDIR/gitea
	engine_start docker base app drop-init
	cp -r "$BATS_TEST_DIRNAME/switch" "$context"
	(cd "$ENGINE_ROOT/docker/examples/go" && CGO_ENABLED=0 GOCACHE="$ENGINE_HOME/go" go build -o "$context/forge" .)
	image_build docker gitea -f "$context/gitea.Dockerfile" "$context"
}

teardown_file() { engine_stop; }

# --- the page ------------------------------------------------------------------------------------

@test "every snippet of the page is run here, and each has a name of its own" {
	local names
	names=$(awk '/^```./ { print $2 }' "$page")
	[ "$(grep -c '^```.' "$page")" = "$(sort -u <<<"$names" | grep -c .)" ]
	for name in $names; do
		grep -Eq "(build|snippet) $name( |;|$|\))" "$BATS_TEST_FILENAME" || { echo "not run: $name" && return 1; }
	done
}

@test "every option that the page names is one of drop-init's, or of docker's" {
	local option help
	help=$("$BUILD/drop-init" --help)
	for option in $(grep -o -- '`[^`]*`' "$page" | grep -oE -- '(^|[` ])--[a-z-]+' | tr -d '` ' | sort -u); do
		case $option in
		--) continue ;;
		--appendonly | --restart | --cap-drop | --read-only) continue ;; # redis's and docker's
		esac
		# Those of a helper's line are in the man page alone.
		grep -q -- "$option\b" <<<"$help" || grep -qF -- "${option//-/\\-}" "$ENGINE_ROOT/init/cli/drop-init.8" ||
			{ echo "no such option: $option" && return 1; }
	done
}

@test "every key that the page names for a socket is taken" {
	local keys=name=a,backlog=5,v6only,reuseport,freebind,keepalive,defer-accept=5,device=lo
	for key in ${keys//,/ }; do
		grep -q "\`${key%%=*}\`" "$page"
	done
	run "$BUILD/drop-init" --check --listen "[::1]:8080,$keys" true
	echo "$output"
	[ "$status" = 0 ]
}

# --- from tini -----------------------------------------------------------------------------------

@test "tini: an init and nothing more" {
	build tini
	start tini
	serves 8000
	[ "$(name_of_pid_1)" = drop-init ]
	[ "$(stat -c %u "/proc/$pid")" = 0 ]
	stops 143
	[ "$(docker logs "$id" 2>&1 | grep -c drop-init)" = 0 ]
}

@test "tini by its name: the file alone is replaced" {
	build tini-name
	start tini-name
	serves 8000
	cmp "/proc/$pid/exe" "$BUILD/drop-init"
	stops 143
	run -0 docker run --rm --network none --entrypoint tini switch-tini-name --version
	[[ $output == "tini version "* ]]
	run -0 docker run --rm --network none --entrypoint tini -e TINI_VERBOSITY=3 switch-tini-name -e 7 sh -c 'exit 7'
	[[ $output == *"Spawned child process 'sh' with"* ]]
}

@test "tini: its options mean the same" {
	build tini
	run -0 docker run --rm --network none --entrypoint drop-init switch-tini \
		-s -w -v -p KILL -e 143 -g -- sh -c 'kill -TERM $$'
	run -7 docker run --rm --network none --entrypoint drop-init switch-tini -r TERM:QUIT -g sh -c 'exit 7'
	run -127 docker run --rm --network none --entrypoint drop-init switch-tini nosuch
	run -126 docker run --rm --network none --entrypoint drop-init switch-tini /etc/passwd
}

@test "tini: what is left behind gets TERM before it is killed" {
	build tini
	run -0 docker run --rm --network none switch-tini \
		sh -c '(trap "echo got TERM; exit" TERM; echo ready >&3; while :; do sleep 0.1; done) 3>/tmp/ready & until [ -s /tmp/ready ]; do sleep 0.1; done'
	[[ $output == *"got TERM"* ]] # the shell may say that its sleep was terminated
}

@test "tini with --user: the same, and no process is root" {
	build tini-user
	start tini-user
	serves 8000
	processes_dropped "$pid" 1000
	stops 143
}

@test "tini with --user: /proc/1/fd/1 is closed to everybody, and what the page says instead reaches the log" {
	build tini-user
	start tini-user
	serves 8000
	for user in 0:0 1000:1000; do
		run ! docker exec --user "$user" "$id" sh -c 'echo to PID 1 >/proc/1/fd/1'
		[[ $output == *"Permission denied"* ]]
	done
	# shellcheck disable=SC2016 # the shell inside; python3 is the command here
	docker exec --user 1000:1000 "$id" sh -c 'echo to the command >/proc/$(pgrep -xo python3)/fd/1'
	[ "$(docker logs "$id" 2>&1 | grep '^to ')" = "to the command" ]
	[ "$(docker run --rm --network none switch-tini-user sh -c 'echo again >/dev/stdout')" = again ]
}

@test "by the name of an init: its user comes from the environment, too" {
	build tini-name
	[ "$(docker run --rm --network none -e DROP_INIT_USER=1000:1000 switch-tini-name id -u)" = 1000 ]
}

# --- from gosu -----------------------------------------------------------------------------------

@test "redis without its script: the volume is redis's, the dump is for redis only, and no process is root" {
	build redis
	docker volume rm -f switch-redis >/dev/null
	# As an earlier container by root would have left it.
	docker run --rm --network none -v switch-redis:/data --entrypoint sh switch-redis -c 'mkdir /data/appendonlydir; touch /data/old; chown -R 0:0 /data'
	start redis -v switch-redis:/data
	wait_until 20 redis_answers
	[ "$(docker exec "$id" redis-cli set fruit apple)" = OK ]
	user=$(docker exec "$id" id -u redis)
	processes_dropped "$pid" "$user"
	[ "$(docker exec "$id" find /data '!' -user redis)" = "" ]
	stops 0
	docker logs "$id" 2>&1 | grep -q 'DB saved on disk'

	docker start "$id" >/dev/null
	wait_until 20 redis_answers
	[ "$(docker exec "$id" redis-cli get fruit)" = apple ]
	[ "$(docker exec "$id" stat -c '%U %a' /data/dump.rdb)" = "redis 600" ]
	stops 0
}

redis_answers() {
	[ "$(docker exec "$id" redis-cli ping 2>/dev/null)" = PONG ]
}

@test "redis: another command is not root either, options come after the command, and --user is kept or refused" {
	build redis
	user=$(docker run --rm --network none switch-redis id -u)
	group=$(docker run --rm --network none switch-redis id -g)
	[ "$user" != 0 ]
	docker run --rm --network none switch-redis redis-server --version | grep -q '^Redis server v=7'
	docker run --rm --network none switch-redis --version | grep -q '^Redis server v=7'
	[ "$(docker run --rm --network none --user "$user:$group" -v switch-redis:/data switch-redis id -u)" = "$user" ]
	run -125 docker run --rm --network none --user 1234:1234 switch-redis id -u
	[[ $output == "drop-init: --user redis: started as user 1234, which cannot become redis ($user:$group)"* ]]
	[ "$(docker run --rm --network none switch-redis sh -c umask)" = 0077 ]
}

@test "a script that stays runs as the user, after the volume has been given to it" {
	build script entry.sh $'#!/bin/sh\nid -u >/data/made-by\nexec "$@"'
	start script -v /data
	wait_until 20 docker exec "$id" pgrep -x sleep 2>/dev/null || wait_until 20 test -s "/proc/$pid/root/data/made-by"
	[ "$(cat "/proc/$pid/root/data/made-by")" = 1000 ]
	processes_dropped "$pid" 1000
	stops 143
}

@test "a script that needs root ends with drop-init, which is then PID 1 and not root" {
	build script entry.sh $'#!/bin/sh\nset -e\necho by root >/etc/made\n'"$(snippet last-line)"
	id=$(docker run -d --network none -v /data --entrypoint /entry.sh switch-script sleep infinity)
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
	is_drop_init() { [ "$(name_of_pid_1)" = drop-init ] && [ "$(processes_of "$pid" | wc -l)" = 2 ]; }
	wait_until 20 is_drop_init
	wait_until 20 processes_dropped "$pid" 1000 2>/dev/null
	[ "$(stat -c '%u %s' "/proc/$pid/root/etc/made")" = "0 8" ]
	[ "$(stat -c %u "/proc/$pid/root/data")" = 1000 ]
	stops 143
}

@test "gosu by its name: the script is as it was, and the command is PID 1 and the user" {
	build gosu-name entry.sh $'#!/bin/sh\nset -e\necho by root >/etc/made\nexec gosu app "$@"'
	start gosu-name
	is_sleep() { [ "$(name_of_pid_1)" = sleep ]; }
	wait_until 20 is_sleep
	[ "$(awk '/^Uid:/ { print $2, $3, $4 }' "/proc/$pid/status")" = "1000 1000 1000" ]
	[ "$(awk '/^Cap(Prm|Eff):/ { print $2 }' "/proc/$pid/status" | sort -u)" = 0000000000000000 ]
	[ "$(stat -c '%u' "/proc/$pid/root/etc/made")" = 0 ]
	docker rm -f "$id"
}

@test "gosu elsewhere: drop-init --exec becomes the command" {
	build script entry.sh $'#!/bin/sh\nexec "$@"'
	# shellcheck disable=SC2016 # the shell inside
	run -0 docker run --rm --network none --entrypoint drop-init switch-script \
		--exec --user app -- sh -c 'echo $$ $(id -u)'
	[ "$output" = "1 1000" ]
}

# --- from setcap and authbind --------------------------------------------------------------------

@test "setcap on an interpreter: with --cap-drop ALL it cannot be executed, as the page says" {
	build low-port
	image_build docker switch-setcap - <<-'END'
		FROM python:3-slim
		RUN setcap cap_net_bind_service=+ep "$(readlink -f /usr/bin/python3)"
		USER 1000:1000
	END
	run ! docker run --rm --network none --cap-drop ALL switch-setcap python3 -c 'print("ran")'
	[[ $output == *"not permitted"* ]]
	[ "$(docker run --rm --network none --cap-drop ALL --entrypoint drop-init switch-low-port python3 -c 'print("ran")')" = ran ]
}

@test "--allow-port in place of setcap: port 80 and no other, and no capability" {
	build low-port
	start low-port "${low_ports[@]}"
	serves 80
	processes_dropped "$pid" 1000
	stops 143
	run ! docker run --rm --network none "${low_ports[@]}" switch-low-port python3 -m http.server 81
	[[ $output == *"Permission denied"* ]]
}

@test "setcap on drop-init: an image that never starts as root serves port 80, with --cap-drop ALL it still starts" {
	build low-port-user
	start low-port-user "${low_ports[@]}"
	serves 80
	processes_dropped "$pid" 1000
	stops 143
	# Nothing is lost where port 80 needs no capability, as in Docker since 20.10.
	start low-port-user --cap-drop ALL
	serves 80
	stops 143
}

# --- from supervisord ----------------------------------------------------------------------------

worker=$'import time\nprint("worker: ready", flush=True)\ntime.sleep(3600)'

# helper NAME FIELD: of --status, as root asks for it.
helper() {
	docker exec "$id" drop-init --status --log-format json | /usr/bin/python3 -c '
import json, sys
for line in sys.stdin:
    helper = json.loads(line)
    if helper["name"] == sys.argv[1]:
        print(helper[sys.argv[2]])' "$@"
}

# Every process is one of these users, holds no capability, and can gain nothing; PID 1 may bind the command's ports.
dropped_to() { # UID...
	local one users=" $* "
	for one in $(processes_of "$pid"); do
		awk -v users="$users" '
			/^Uid:/ { wrong = wrong || !index(users, " " $2 " ") || $3 != $2 || $4 != $2 || $5 != $2 }
			/^Cap(Prm|Eff|Amb):/ { wrong = wrong || $2 !~ /^0000000000000[04]00$/ }
			/^NoNewPrivs:/ { wrong = wrong || $2 != 1 }
			END { exit wrong }' "/proc/$one/status" || { cat "/proc/$one/cmdline" "/proc/$one/status" && return 1; }
	done
}

@test "supervisord: a step before, a worker of another user and a job beside the command, and no process is root" {
	build supervisord worker.py "$worker"
	start supervisord "${low_ports[@]}"
	serves 80
	[ "$(docker logs "$id" 2>&1 | head -1)" = migrated ]
	helper_is() { [ "$(helper "$1" "$2")" = "$3" ]; }
	wait_until 20 helper_is worker state running
	dropped_to 1000 1001
	[ "$(helper migrate state) $(helper command state)" = "done running" ]
	docker exec "$id" drop-init --status # the health check

	first=$(helper worker pid)
	run -125 docker exec --user web "$id" drop-init --restart-helper worker
	docker exec "$id" drop-init --restart-helper worker
	is_another() { [ "$(helper worker state)" = running ] && [ "$(helper worker pid)" != "$first" ]; }
	wait_until 20 is_another
	docker exec --user jobs "$id" drop-init --signal TERM worker
	wait_until 20 helper_is worker restarts 2
	serves 80
	stops 143
}

@test "supervisord: when the command dies the container ends with its status" {
	build supervisord worker.py "$worker"
	start supervisord "${low_ports[@]}"
	serves 80
	docker exec --user web "$id" sh -c "kill -KILL $(helper command pid)"
	[ "$(docker wait "$id")" = 137 ]
}

@test "a Procfile as it is: the line called web is the command, on the port of the environment" {
	build procfile-image worker.py "$worker" Procfile "$(snippet procfile)"
	start procfile-image -e PORT=8001
	serves 8001
	[ "$(helper command state) $(helper worker state)" = "running running" ]
	processes_dropped "$pid" 1000
	stops 143
	printf 'web: python3 -m http.server $PORT\nworker: --user 0 python3 worker.py\n' >"$BATS_TEST_TMPDIR/Procfile"
	run -125 docker run --rm --network none -v "$BATS_TEST_TMPDIR/Procfile:/app/Procfile:ro" switch-procfile-image
	[[ $output == *"--user"* ]]
}

# --- from systemd --------------------------------------------------------------------------------

@test "the gitea unit: the socket is handed over, and gitea finds it by the address in app.ini" {
	build gitea app.ini "$(snippet gitea-config)"
	start gitea "${low_ports[@]}" -v /var/lib/gitea
	serves 80
	user=$(docker exec "$id" id -u git)
	grep -q "served by user $user" "$BATS_TEST_TMPDIR/page"
	processes_dropped "$pid" "$user"
	[ "$(docker exec "$id" stat -c '%U %U' /var/lib/gitea /run/gitea | sort -u)" = "git git" ]
	tr '\0' '\n' <"/proc/$(child_of "$pid")/environ" | grep -qx HOME=/var/lib/gitea
	stops 143
}

child_of() {
	tr -d ' ' <"/proc/$1/task/$1/children"
}

@test "without the socket the same program cannot serve, so it was the socket" {
	build gitea app.ini "$(snippet gitea-config)"
	run ! docker run --rm --network none "${low_ports[@]}" --entrypoint gitea switch-gitea web --config /etc/gitea/app.ini
	[[ $output == *LISTEN_PID* ]]
}
