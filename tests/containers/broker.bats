#!/usr/bin/env bats
# --allow-port's broker in Docker and in podman, each under its own default profile: the servers of tests/servers.bash
# answer on port 80 as uid 1000 with empty capability sets.

# shellcheck disable=SC2154,SC2034,SC2030,SC2031 # variables of what is loaded; each test is a subshell
bats_require_minimum_version 1.5.0
load engine
load ../servers

setup_file() {
	servers_prepare "$BATS_FILE_TMPDIR/work"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	engine_start both app
}

teardown_file() { engine_stop; }

setup() { server_work=$BATS_FILE_TMPDIR/work; }

# Docker switches IPv6 off where it does not know of any.
network=(--network none "${low_ports[@]}" --sysctl net.ipv6.conf.lo.disable_ipv6=0)

# brokered ENGINE OPTION... -- ARG...: in the background, with drop-init's arguments; sets $id and $pid.
brokered() {
	local engine=$1 options=()
	shift
	until [ "$1" = -- ]; do options+=("$1") && shift; done
	shift
	id=$("$engine" run -d "${network[@]}" -v "$BUILD/drop-init:/sbin/drop-init:ro" \
		-v "$server_sources:$server_sources:ro" \
		-v "$server_work:$server_work" -e PYTHONDONTWRITEBYTECODE=1 --entrypoint /sbin/drop-init \
		"${options[@]}" app -v --user 1000:1000 --allow-port 80 "$@")
	pid=$("$engine" inspect -f '{{.State.Pid}}' "$id")
}

visit() { nsenter --target "$pid" --net curl --fail --silent --max-time 5 "$@" 3>&- 8>&-; }

# Says what it said, where it does not answer as it should.
answers() {
	local engine=$1 name=$2 url
	server "$name"
	brokered "$engine" -- --port-method broker -- "${server_command[@]}" || return
	for url in "${server_urls[@]}"; do
		wait_until 30 visit --output /dev/null "$url" && [ "$(visit "$url")" = "$server_body" ] && continue
		printf '%s in %s: no answer from %s\n' "$name" "$engine" "$url"
		"$engine" logs "$id"
		return 1
	done
	processes_dropped "$pid" 1000
	"$engine" rm -f "$id" >/dev/null
}

all_answer() {
	local name names
	mapfile -t names < <(server_names | grep -E "$2")
	for name in "${names[@]}"; do
		answers "$1" "$name"
	done
}

python='^(http|Flask|Django|gunicorn|uWSGI|Tornado|CherryPy|uvicorn)'
others='^(Node|nginx|busybox|Go)'

@test "each server is in one half of the list" {
	[ "$(server_names | grep -cE "$python")" = 17 ]
	[ "$(server_names | grep -cE "$others")" = 11 ]
	[ "$(server_names | grep -c .)" = 28 ]
}

@test "Docker, its own profile: 17 servers in Python answer on port 80" { all_answer docker "$python"; }

@test "Docker, its own profile: Node, nginx, busybox and Go answer on port 80" { all_answer docker "$others"; }

@test "podman, its own profile: 17 servers in Python answer on port 80" { all_answer podman "$python"; }

@test "podman, its own profile: Node, nginx, busybox and Go answer on port 80" { all_answer podman "$others"; }

# says ENGINE TEXT OPTION...: busybox answers, and drop-init has said of --allow-port just this.
says() {
	local engine=$1 text=$2
	shift 2
	brokered "$engine" "$@" -- busybox httpd -f -p 80 -h "$server_work"
	wait_until 30 visit --output /dev/null http://127.0.0.1/
	run -0 "$engine" logs "$id"
	[ "$(grep -- --allow-port <<<"$output")" = "drop-init: --allow-port: $text" ] ||
		{ printf '%s: %s\n' "$engine" "$output" && return 1; }
}

@test "PID 1 binds the command's own socket where the engine's profile lets it, and one that it has made where not" {
	own='broker: PID 1 binds these ports for the command, on its own socket'
	made='broker: PID 1 binds these ports for the command, on sockets that it makes for it (pidfd_getfd: Operation not permitted)'
	says podman "$own"
	says docker "$made"
	says docker "$own" --cap-add SYS_PTRACE
	says docker "$own" --security-opt seccomp=unconfined
}

@test "without NET_BIND_SERVICE there is no rung, and with a port that is free for all nothing is done" {
	for engine in docker podman; do
		run -125 "$engine" run --rm "${network[@]}" -v "$BUILD/drop-init:/sbin/drop-init:ro" --cap-drop NET_BIND_SERVICE \
			--entrypoint /sbin/drop-init app --user 1000:1000 --allow-port 80 true
		[[ $output == 'drop-init: --allow-port 80: CAP_NET_BIND_SERVICE is not among our capabilities '* ]]
		says "$engine" 'nothing to do: any user may bind ports from 0 on here, listed or not' --sysctl net.ipv4.ip_unprivileged_port_start=0
	done
}
