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
	grep -Fxq "${greeting:-hello from Flask}" "$output.page"
	grep -Fxq 'stopped breakpoint' "$output"
}

# The client goes when its input ends. It is named, as bats' own clock is a child of the test too.
debug_end() {
	exec 9>&-
	wait "$client"
}

f5_files=$BATS_TEST_DIRNAME/../../docker/vscode/f5

# f5_read PLATFORM PORT WHAT: customOptions, env (K=V, one a line), or the configuration that the extension makes of
# the two files; PORT stands in for their 80.
f5_read() {
	/usr/bin/python3 - "$f5_files/${1,,}" "$2" "$3" <<-'END'
		import json, re, sys
		folder, port, what = sys.argv[1:]
		def read(name):
		    return json.loads("".join(line for line in open(f"{folder}/{name}") if not line.lstrip().startswith("//")))
		build, run = read("tasks.json")["tasks"]
		launch, = read("launch.json")["configurations"]
		assert build["dockerBuild"]["pull"] is False and run["dependsOn"] == [build["label"]]
		assert launch["preLaunchTask"] == run["label"]
		python = run["python"]
		arguments = [re.sub("^80$|(?<=:)80$", port, word) for word in python.get("args", [])]
		kind = launch["python"]["projectType"]
		if what == "customOptions":
		    print(run["dockerRun"]["customOptions"])
		elif what == "env":
		    print(*(f"{key}={value}" for key, value in run["dockerRun"].get("env", {}).items()), sep="\n")
		else:
		    mapping, = launch["python"]["pathMappings"]
		    mapping["localRoot"] = mapping["localRoot"].replace("${workspaceFolder}", "/workspace")
		    print(json.dumps({
		        "type": "python-container", "request": "launch", "name": launch["name"], "args": arguments,
		        **({"module": python["module"]} if "module" in python else {"program": python["file"]}),
		        "pathMappings": [mapping], "clientOS": "unix", "justMyCode": True, "django": kind == "django",
		        "fastapi": kind == "fastapi", "jinja": kind == "flask", "console": "internalConsole",
		        "redirectOutput": True, "cwd": ".", "python": "python3"}))
	END
}

# f5 PLATFORM IMAGE [OPTIONS]: what the extension does with tasks.json: an idle python3 in place of the entry point.
f5() {
	local options name
	options=$(f5_read "$1" 80 customOptions)
	name=$(f5_read "$1" 80 env)
	# The extension brings a debugpy of its own and mounts it there.
	[ -d "$BATS_TEST_TMPDIR/debugpy" ] ||
		docker run --rm --network none --entrypoint tar app -C /usr/lib/python3/dist-packages -c debugpy |
		tar -C "$BATS_TEST_TMPDIR" -x
	# shellcheck disable=SC2086 # options, as a shell would read them
	docker run -dt --network none "${low_ports[@]}" ${3-$options} --entrypoint python3 \
		-v "$BATS_TEST_TMPDIR/debugpy:/debugpy:ro" ${name:+-e "$name"} "$2"
}

# f5_stops PLATFORM PORT FILE LINE [OPTIONS]: at a breakpoint of the app, and all is 5678.
f5_stops() {
	local platform=$1 port=$2 file=$3 line=$4 image=${1,,}-$2-file pid configuration
	render "$platform" "$port" file
	build
	id=$(f5 "$platform" "$image" "${@:5}")
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
	configuration=$(f5_read "$platform" "$port" configuration)
	greeting="hello from $platform" debug "$pid" "$port" "$tests/debug.py" launch "$configuration" \
		"/workspace/$file" "$line" /usr/bin/docker -H "unix://$ENGINE_RUN/docker.sock" exec -i "$id" python3 /debugpy/adapter
	all_are 5678 "$id"
	debug_end
	docker rm -f "$id" >/dev/null
}

@test "F5 on port 80 with the files for Flask: the debugger and the app are 5678, and it stops at a breakpoint" {
	f5_stops Flask 80 app.py 9
}

@test "F5 on port 80 with the files for Django" {
	f5_stops Django 80 shop/urls.py 7
}

@test "F5 on port 80 with the files for FastAPI" {
	f5_stops FastAPI 80 app.py 10
}

@test "F5 on port 80 with the files for a program of one's own" {
	f5_stops General 80 app.py 9
}

@test "F5 on port 8000 needs no option: the image's own user is the debugger's" {
	f5_stops Flask 8000 app.py 9 ''
}

@test "F5 on port 80 without them: the debugger would be root, which is why the options are there" {
	render Flask 80 file
	build
	id=$(f5 Flask flask-80-file '')
	[ "$(docker exec "$id" id -u)" = 0 ]
}

@test "what the template says of F5 is what the files have" {
	render Flask 80 file
	grep -Fq "\"customOptions\": \"$(f5_read Flask 80 customOptions)\"" "$folder/Dockerfile"
	grep -Fq '"pull": false' "$folder/Dockerfile"
	grep -Fq '"pull": true' "$BATS_TEST_DIRNAME/../../docker/vscode/README.md"
}

# all_are UID CONTAINER: while the debugger is still there, so the idle python3 and all that exec brought.
all_are() {
	docker top "$2" -eo pid,uid,comm >"$BATS_TEST_TMPDIR/top"
	[ "$(tail -n +2 "$BATS_TEST_TMPDIR/top" | awk '{ print $2 }' | sort -u)" = "$1" ]
}
