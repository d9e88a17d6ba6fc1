#!/usr/bin/env bats
# seccomp/profiles/README.md, "From a recording to a running image": its steps, for real.

# shellcheck disable=SC2154 # status and output are bats's
bats_require_minimum_version 1.5.0
load engine

setup_file() {
	engine_start docker app drop-init
	export work=$BATS_FILE_TMPDIR/work
	mkdir -m 1777 "$work"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	record
}

teardown_file() { engine_stop; }

setup() { cd "$work" || return; }

program='import socket, subprocess, threading
server = socket.create_server(("", 8000))
thread = threading.Thread(target=server.close)
thread.start()
thread.join()
print(subprocess.run(["cat", "/etc/hostname"], capture_output=True, text=True).returncode, "fine")'

# with_init OPTION... -- ARG...: the program in a container, under drop-init with those arguments
with_init() {
	local options=()
	until [ "$1" = -- ]; do options+=("$1") && shift; done
	shift
	docker run --rm --network none -v "$BUILD/drop-init:/sbin/drop-init:ro" -v "$work:/rec" "${options[@]}" \
		app drop-init --user 1000:1000 "$@" -- python3 -c "$program"
}

plain() { # OPTION...: the program in a container, by the engine alone
	docker run --rm --network none "$@" app python3 -c "$program"
}

record() {
	[ "$(with_init -- --record /rec/app.json)" = "0 fine" ]
	chmod 644 "$work/app.json"
	"$BUILD/drop-seccomp" compile "$work/app.json" -o "$work/app.bpf"
	python3 -c 'import json, sys
app, engine = (json.load(open(name)) for name in sys.argv[1:])
app["syscalls"] += engine["syscalls"]
json.dump(app, sys.stdout, indent=1)' "$work/app.json" "$ENGINE_ROOT/seccomp/profiles/engine.json" >"$work/docker.json"
}

@test "the recording is a profile, and a narrower one than the default" {
	run -0 "$BUILD/drop-seccomp" check app.json
	[ "$output" = "" ]
	run -1 "$BUILD/drop-seccomp" diff app.json default
	[[ ${lines[-1]} =~ ^different:\ [0-9]+\ system\ calls\ of\  ]]
	run -0 "$BUILD/drop-seccomp" explain app.json bind
	[[ $output == "bind: SCMP_ACT_ALLOW"* ]]
	run -0 "$BUILD/drop-seccomp" explain app.json setuid
	[[ $output == "setuid: SCMP_ACT_ERRNO"* ]]
}

@test "it is compiled in the image's Dockerfile, and the program runs under it and no more" {
	mkdir -p context
	cp app.json context/
	sed -n '/^       FROM drop-init AS tools$/,/^       ENTRYPOINT/p' "$ENGINE_ROOT/seccomp/profiles/README.md" |
		sed 's/^       //' >context/Dockerfile
	[ "$(wc -l <context/Dockerfile)" = 6 ]
	image_build docker recorded context
	run -0 docker run --rm --network none recorded python3 -c "$program"
	[ "$output" = "0 fine" ]
	# what was not recorded is refused, and drop-init names it
	run docker run --rm --network none recorded python3 -c 'import os; os.symlink("x", "/tmp/x")'
	[ "$status" = 1 ]
	local denied='drop-init: python3\[[0-9]+\]: symlink\(2\) denied by the seccomp profile '"'app' \(EPERM"
	[[ $output =~ $denied ]] || { echo "$output" >&2; false; }
}

@test "given to the engine as it is, the container does not start" {
	for options in "" "--user 1000:1000" "--user 1000:1000 --security-opt no-new-privileges"; do
		# shellcheck disable=SC2086 # words
		run plain $options --security-opt "seccomp=$work/app.json"
		[ "$status" != 0 ]
		[[ $output == *"operation not permitted"* ]]
	done
}

@test "with engine.json's rules it starts, as any user, with and without no_new_privs, a terminal and drop-init" {
	run -0 "$BUILD/drop-seccomp" check docker.json
	for options in "" "--user 1000:1000" "--user 1000:1000 --security-opt no-new-privileges" "-t" "--init -w /tmp"; do
		# shellcheck disable=SC2086 # words
		run plain $options --security-opt "seccomp=$work/docker.json"
		[ "${output%$'\r'}" = "0 fine" ] || { echo "$options: $output" >&2; false; }
	done
	for options in "" "--security-opt no-new-privileges" "-t"; do
		# shellcheck disable=SC2086 # words
		run with_init $options --security-opt "seccomp=$work/docker.json" -- --seccomp /rec/app.bpf --listen 80
		[ "${output%$'\r'}" = "0 fine" ] || { echo "drop-init, $options: $output" >&2; false; }
	done
}
