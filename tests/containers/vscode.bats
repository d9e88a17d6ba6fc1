#!/usr/bin/env bats
# VS Code's templates: rendered by the real Handlebars for each platform, port list and kind of entry point,
# then built, started and asked for a page in a real engine; and F5, as the extension does it.

# shellcheck disable=SC2154,SC2030,SC2031 # low_ports is engine.bash's; each test is a subshell
bats_require_minimum_version 1.5.0
load engine

tests=$BATS_TEST_DIRNAME/vscode

setup_file() {
	engine_start docker app drop-init
	npm_ready
	image_build docker python:3-slim -f "$tests/python.Dockerfile" "$tests"
}

teardown_file() { engine_stop; }

# render PLATFORM PORTS KIND: a workspace with the app and what the extension writes; sets $folder.
render() {
	local artifact=app wsgi=
	[ "$1" != Django ] || artifact=manage wsgi=shop.wsgi
	[ "$3" = module ] || artifact=$artifact.py
	folder=$BATS_TEST_TMPDIR/${1,,}-${2//,/-}-$3
	cp -r "$tests/apps/$1" "$folder"
	port_of "$1" "$2" >"$folder/port"
	/usr/bin/node "$tests/render.js" "$folder" "$1" "$2" "$3=$artifact" "$wsgi"
}

# The port that the app is to be found on: the first of the list, else the extension's default.
port_of() {
	case $1/$2 in
	Flask/none | Flask/undefined) echo 5002 ;;
	*/none | */undefined) echo 8000 ;;
	*) echo "${2%%,*}" ;;
	esac
}

build() {
	image_build docker "$(basename "$folder")" "$folder"
}

# Asked from inside the container's network, as there is none outside.
page() {
	nsenter -t "$1" -n curl -sf --max-time 10 "http://127.0.0.1:$2/"
}

# Not by connecting: a debugger would take that for its client.
listens() {
	nsenter -t "$1" -n ss -Hltn | grep -q ":$2 "
}

# Files that are the same to the byte for two entry points (Flask's app.py and app) are built once.
served=()
serve_each_port() {
	local ports kind sum pid id port
	for ports in 80 80,8443 8000 none undefined; do
		for kind in file module; do
			render "$1" "$ports" "$kind"
			sum=$(cat "$folder/Dockerfile" "$folder/port" | cksum)
			[[ " ${served[*]} " != *" $sum "* ]] || continue
			served+=("$sum")
			port=$(port_of "$1" "$ports")
			echo "$1, ports $ports, $kind:"
			build
			id=$(docker run -d --network none "${low_ports[@]}" "$(basename "$folder")")
			pid=$(docker inspect -f '{{.State.Pid}}' "$id")
			wait_until 20 page "$pid" "$port" || { docker logs "$id" && return 1; }
			[ "$(page "$pid" "$port")" = "hello from $1" ]
			processes_dropped "$pid" 5678
			docker rm -f "$id" >/dev/null
		done
	done
}

@test "Django serves on any port, as 5678 and with no capability" {
	serve_each_port Django
}

@test "Flask serves on any port, as 5678 and with no capability" {
	serve_each_port Flask
}

@test "FastAPI serves on any port, as 5678 and with no capability" {
	serve_each_port FastAPI
}

@test "a program of one's own serves on any port, as 5678 and with no capability" {
	serve_each_port General
}

@test "docker stop is passed on: the app ends by itself, at once" {
	render Flask 80 file
	build
	id=$(docker run -d --network none "${low_ports[@]}" flask-80-file)
	wait_until 20 page "$(docker inspect -f '{{.State.Pid}}' "$id")" 80
	docker stop -t 20 "$id"
	[ "$(docker inspect -f '{{.State.ExitCode}}' "$id")" = 0 ]
	docker logs "$id" 2>&1 | grep -q 'Shutting down: Master'
}

# --- the files themselves ------------------------------------------------------------------------

@test "an image with no port below 1024 starts as its user, by number, which runAsNonRoot asks for" {
	for ports in 8000 none undefined; do
		render Django "$ports" file
		build
		[ "$(docker inspect -f '{{.Config.User}}' "$(basename "$folder")")" = 5678:5678 ]
	done
}

@test "ports below 1024 are allowed by name, and no others" {
	render Flask 80,8443 file
	grep -Fx 'ENTRYPOINT ["drop-init", "--user", "5678:5678", "--allow-port", "80,8443", "--"]' "$folder/Dockerfile"
	grep -Fx 'EXPOSE 80 8443' "$folder/Dockerfile"
}

@test "Django without a wsgi.py: the extension's comment stands above the command" {
	render Django 80 file
	/usr/bin/node "$tests/render.js" "$folder" Django 80 file=manage.py ''
	grep -A1 -Fx '# File wsgi.py was not found. Please enter the Python path to wsgi file.' "$folder/Dockerfile" |
		grep -Fx 'CMD ["gunicorn", "--bind", "0.0.0.0:80", "pythonPath.to.wsgi"]'
}

@test "no file says undefined, and none has an escaped character, for any platform, ports and entry point" {
	for platform in Django Flask FastAPI General; do
		for ports in 80 80,8443 8000 none undefined; do
			for kind in file module; do
				render "$platform" "$ports" "$kind"
				run ! grep -E '[: ]undefined(["[:space:]]|$)|&[a-z#]|\{\{' "$folder/Dockerfile" "$folder"/compose*.yaml
			done
		done
	done
}

@test "the compose files are what docker-compose takes, for any platform, ports and entry point" {
	for platform in Django Flask FastAPI General; do
		for ports in 80,8443 none undefined; do
			for kind in file module; do
				render "$platform" "$ports" "$kind"
				docker-compose -f "$folder/compose.yaml" config --quiet
				docker-compose -f "$folder/compose.debug.yaml" config --quiet
			done
		done
	done
}

# --- run by compose ------------------------------------------------------------------------------

compose() {
	DOCKER_HOST=unix://$ENGINE_RUN/docker.sock docker-compose --project-directory "$folder" -f "$folder/$1" \
		-f "$BATS_TEST_TMPDIR/network.yaml" "${@:2}" 3>&- 8>&-
}

# There is no bridge here; and ports below 1024 are to be what they are elsewhere.
compose_network() {
	cat >"$BATS_TEST_TMPDIR/network.yaml" <<-END
		services:
		  $(basename "$folder"):
		    network_mode: none
		    sysctls: [net.ipv4.ip_unprivileged_port_start=1024]
	END
	for file in compose.yaml compose.debug.yaml; do
		/usr/bin/python3 - "$folder/$file" <<-'END'
			import sys, yaml
			text = yaml.safe_load(open(sys.argv[1]))
			for service in text["services"].values():
			    service.pop("ports", None)
			text["version"] = "3"
			yaml.safe_dump(text, open(sys.argv[1], "w"))
		END
	done
}

@test "compose.yaml: with the four capabilities of its steps and no-new-privileges, port 80 is served" {
	render Flask 80,8443 file
	compose_network
	compose compose.yaml up -d --build --force-recreate
	id=$(compose compose.yaml ps -q)
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
	wait_until 20 page "$pid" 80 || docker logs "$id"
	[ "$(page "$pid" 80)" = "hello from Flask" ]
	processes_dropped "$pid" 5678
	compose compose.yaml down
}

@test "compose.debug.yaml: the debugger listens under drop-init, and stops at a breakpoint of the app on port 80" {
	render Flask 80,8443 file
	compose_network
	compose compose.debug.yaml up -d --build --force-recreate
	id=$(compose compose.debug.yaml ps -q)
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
	wait_until 60 listens "$pid" 5678 || { docker logs "$id" && return 1; }
	debug "$pid" 80 nsenter -t "$pid" -n "$tests/debug.py" attach 127.0.0.1:5678 /app/app.py 9
	processes_dropped "$pid" 5678
	debug_end
	compose compose.debug.yaml down
}

# --- F5 ------------------------------------------------------------------------------------------

# debug PID PORT CLIENT...: starts the client, asks for the page until the breakpoint is reached, and gets
# the page after it. The debugged process's own number in its namespace is in $debugged.
debug() {
	local pid=$1 port=$2 output=$BATS_TEST_TMPDIR/debug
	shift 2
	mkfifo "$BATS_TEST_TMPDIR/hold"
	"$@" >"$output" 2>"$output.err" <"$BATS_TEST_TMPDIR/hold" 3>&- &
	client=$!
	exec 9>"$BATS_TEST_TMPDIR/hold"
	wait_until 30 grep -q '^pid' "$output" || { cat "$output" "$output.err" && return 1; }
	wait_until 30 page "$pid" "$port" >"$output.page"
	grep -Fxq "hello from Flask" "$output.page"
	grep -Fxq 'stopped breakpoint' "$output"
}

# The client goes when its input ends. It is named, as bats' own clock is a child of the test too.
debug_end() {
	exec 9>&-
	wait "$client"
}

# What the extension does with tasks.json: an idle python3 in place of the entry point.
f5() {
	local json=$tests/../../../docker/vscode/tasks.json options
	options=$(grep -v '^\s*//' "$json" | /usr/bin/python3 -c '
import json, sys
print(*[t["dockerRun"]["customOptions"] for t in json.load(sys.stdin)["tasks"] if t["type"] == "docker-run"])')
	# The extension brings a debugpy of its own and mounts it there.
	[ -d "$BATS_TEST_TMPDIR/debugpy" ] || docker run --rm --network none --entrypoint tar app -C /usr/lib/python3/dist-packages -c debugpy |
		tar -C "$BATS_TEST_TMPDIR" -x
	# shellcheck disable=SC2086 # options, as a shell would read them
	docker run -dt --network none ${2-$options} --entrypoint python3 \
		-v "$BATS_TEST_TMPDIR/debugpy:/debugpy:ro" -e FLASK_APP=app.py "$1"
}

configuration='{"type": "python-container", "request": "launch", "name": "F5", "module": "flask",
	"args": ["run", "--no-debugger", "--no-reload", "--host", "0.0.0.0", "--port", "PORT"],
	"pathMappings": [{"localRoot": "/workspace", "remoteRoot": "/app"}], "clientOS": "unix", "justMyCode": true,
	"jinja": true, "console": "internalConsole", "redirectOutput": true, "cwd": ".", "python": "python3"}'

@test "F5 on port 80 with the options of tasks.json: the debugger and the app are 5678, and it stops at a breakpoint" {
	render Flask 80 file
	build
	id=$(f5 flask-80-file)
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
	debug "$pid" 80 "$tests/debug.py" launch "${configuration/PORT/80}" /workspace/app.py 9 \
		/usr/bin/docker -H "unix://$ENGINE_RUN/docker.sock" exec -i "$id" python3 /debugpy/adapter
	all_are 5678 "$id"
	debug_end
}

@test "F5 on port 8000 needs no option: the image's own user is the debugger's" {
	render Flask 8000 file
	build
	id=$(f5 flask-8000-file '')
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
	debug "$pid" 8000 "$tests/debug.py" launch "${configuration/PORT/8000}" /workspace/app.py 9 \
		/usr/bin/docker -H "unix://$ENGINE_RUN/docker.sock" exec -i "$id" python3 /debugpy/adapter
	all_are 5678 "$id"
	debug_end
}

@test "F5 on port 80 without them: the debugger would be root, which is why the options are there" {
	render Flask 80 file
	build
	id=$(f5 flask-80-file '')
	[ "$(docker exec "$id" id -u)" = 0 ]
}

# all_are UID CONTAINER: while the debugger is still there, so the idle python3 and all that exec brought.
all_are() {
	docker top "$2" -eo pid,uid,comm >"$BATS_TEST_TMPDIR/top"
	[ "$(tail -n +2 "$BATS_TEST_TMPDIR/top" | awk '{ print $2 }' | sort -u)" = "$1" ]
}
