#!/usr/bin/env bats
# Started in every way that people start a container: what the command is then, by the kernel's word.
#
# Each row runs in Docker and in podman. `expect` says the status, the standard output and the standard
# error, each whole; `start` takes what follows `docker run --rm`. The command is start/who.c, which prints
# /proc/self/status in one line: caps is every set but the bounding one, filters counts seccomp filters
# (the engine's own is the first).

# shellcheck disable=SC2154,SC2030,SC2031 # low_ports is engine.bash's; each test is a subshell
bats_require_minimum_version 1.5.0
load engine

port_refused='drop-init: --allow-port 80: CAP_NET_BIND_SERVICE is not among our capabilities (start as root with NET_BIND_SERVICE, give the binary cap_net_bind_service=p, or set the sysctl net.ipv4.ip_unprivileged_port_start)'
dropped='uid=1000 gid=1000 groups=1000 caps=0 bounding=0 new_privs=no filters=2'

setup_file() {
	engine_start both base app drop-init
	local context=$BATS_FILE_TMPDIR/context image
	cp -r "$BATS_TEST_DIRNAME/start" "$context"
	musl-gcc -static -Os -o "$context/who" "$context/who.c"
	cp /bin/busybox /lib/ld-musl-x86_64.so.1 "$context"
	musl-gcc -Os -o "$context/who-musl" "$context/who.c"
	for image in debian capability busybox scratch; do
		image_build docker "start-$image" -f "$context/$image.Dockerfile" "$context"
		image_build podman "start-$image" -f "$context/$image.Dockerfile" "$context"
	done
}

teardown() { docker_init; }
teardown_file() { engine_stop; }

expect() {
	expected_status=$1 expected_stdout=$2 expected_stderr=$3
}

start() {
	local engine status
	for engine in ${engines:-docker podman}; do
		status=0
		"$engine" run --rm --network "${network:-none}" "$@" \
			>"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
		compare "$engine" 'standard error' "$expected_stderr" "$(cat "$BATS_TEST_TMPDIR/stderr")"
		compare "$engine" 'standard output' "$expected_stdout" "$(cat "$BATS_TEST_TMPDIR/stdout")"
		compare "$engine" status "$expected_status" "$status"
	done
}

compare() {
	[ "$3" = "$4" ] && return
	printf '%s, %s:\n  expected: %q\n  was:      %q\n' "$1" "$2" "$3" "$4"
	return 1
}

# --- as root -------------------------------------------------------------------------------------

@test "started as root: the command is the user, with no capability and two filters" {
	expect 0 "$dropped" ''
	start start-debian --user app who
}

@test "the command's status is the container's" {
	expect 7 "$dropped" ''
	start start-debian --user app who exit=7
}

@test "a command that is not there is 127, and one that cannot be executed 126" {
	expect 127 '' 'drop-init: nothing: command not found (install it in the image, or give its path)'
	start start-debian --user app nothing
	expect 126 '' 'drop-init: /etc/passwd: cannot run it: Permission denied (it is not executable: chmod +x /etc/passwd)'
	start start-debian --user app /etc/passwd
}

@test "root start, port 80: bound by the unmodified command, and port 81 is not" {
	expect 0 "$dropped"$'\nport 80: bound\nport 81: Permission denied' ''
	start "${low_ports[@]}" start-debian --user app --allow-port 80 who bind=80 bind=81
}

@test "root start, port 80, Docker's own default: nothing is needed, and nothing is kept" {
	engines=docker
	expect 0 "$dropped"$'\nport 80: bound' ''
	start start-debian --user app --allow-port 80 who bind=80
}

@test "root start with a volume: it is given to the user first" {
	expect 0 "$dropped"$'\n/data/new: written' ''
	start -v /data start-debian --user app --chown /data who write=/data/new
}

@test "root start, seccomp=unconfined: the same, by drop-init's filter alone" {
	expect 0 "${dropped%filters=*}filters=1" ''
	start --security-opt seccomp=unconfined start-debian --user app who
}

# --- as the user from the start ------------------------------------------------------------------

@test "--user 1000:1000 at run time: the rest of the drop is done" {
	expect 0 "${dropped/bounding=0/bounding=a80425fb}" ''
	start --user 1000:1000 start-debian --user app who
}

@test "--user 1000:1000 at run time, port 80: refused before the command starts, naming the capability" {
	expect 125 '' "$port_refused"
	start --user 1000:1000 "${low_ports[@]}" start-debian --user app --allow-port 80 who bind=80
}

@test "USER 1000 with the file capability =p: port 80 is bound" {
	expect 0 "${dropped/bounding=0/bounding=a80425fb}"$'\nport 80: bound\nport 81: Permission denied' ''
	start "${low_ports[@]}" start-capability --user app --allow-port 80 who bind=80 bind=81
}

@test "USER 1000 with the file capability =p, no port asked for: harmless" {
	expect 0 "${dropped/bounding=0/bounding=a80425fb}" ''
	start start-capability --user app who
}

@test "USER 1000 with the file capability =p and --cap-drop ALL: still starts, but cannot have port 80" {
	expect 0 "$dropped" ''
	start --cap-drop ALL start-capability --user app who
	expect 125 '' "$port_refused"
	start --cap-drop ALL "${low_ports[@]}" start-capability --user app --allow-port 80 who bind=80
}

@test "another user than the one to become: refused, naming both" {
	expect 125 '' 'drop-init: --user app: started as user 1001, which cannot become app (1000:1000) (start as root, or as that user)'
	start --user 1001:1001 start-debian --user app who
}

# --- fewer capabilities --------------------------------------------------------------------------

@test "root with --cap-drop ALL: refused, naming what to add" {
	expect 125 '' 'drop-init: --user app: root without CAP_SETUID and CAP_SETGID cannot become app (1000:1000) (add SETUID and SETGID, or start as the user)'
	start --cap-drop ALL start-debian --user app who
}

@test "root with SETUID and SETGID only: dropped; the bounding set is what it was, and empty where SETPCAP is added" {
	expect 0 "${dropped/bounding=0/bounding=c0}" ''
	start --cap-drop ALL --cap-add SETUID --cap-add SETGID start-debian --user app who
	expect 0 "$dropped" ''
	start --cap-drop ALL --cap-add SETUID --cap-add SETGID --cap-add SETPCAP start-debian --user app who
}

@test "root with the capabilities that Kubernetes' baseline admits: everything at once" {
	expect 0 "$dropped"$'\n/data/new: written\nport 80: bound' ''
	start --cap-drop ALL --cap-add CHOWN --cap-add FOWNER --cap-add DAC_OVERRIDE --cap-add SETUID --cap-add SETGID \
		--cap-add SETPCAP --cap-add NET_BIND_SERVICE --security-opt no-new-privileges --read-only \
		-v /data "${low_ports[@]}" start-debian --user app --chown /data --allow-port 80 who write=/data/new bind=80
}

# --- no-new-privileges, read-only ----------------------------------------------------------------

@test "no-new-privileges, as root: the drop is no privilege, so all is as without it" {
	expect 0 "$dropped"$'\nport 80: bound' ''
	start --security-opt no-new-privileges "${low_ports[@]}" start-debian --user app --allow-port 80 who bind=80
}

@test "no-new-privileges with the file capability: it does not count, and the message says so" {
	expect 125 '' "$port_refused"
	start --security-opt no-new-privileges "${low_ports[@]}" start-capability --user app --allow-port 80 who bind=80
}

@test "--read-only: nothing is written but what was asked for" {
	expect 0 "$dropped"$'\n/data/new: written\n/srv/new: Read-only file system' ''
	start --read-only -v /data start-debian --user app --chown /data --chown /home/app who write=/data/new write=/srv/new
}

@test "--read-only: a folder there that would have to change is refused, not skipped" {
	expect 125 '' "drop-init: --chown /srv: cannot change the owner of '/srv': Read-only file system (mount it writable, or chown it in the image)"
	start --read-only start-debian --user app --chown /srv who
}

# --- other namespaces ----------------------------------------------------------------------------

@test "the host's network: port 80 stays the host's rule, and is bound where it is allowed" {
	network=host
	expect 0 "$dropped" ''
	start start-debian --user app who
}

@test "a user namespace: its root is enough" {
	engines=podman
	expect 0 "$dropped"$'\n/data/new: written' ''
	start --uidmap 0:100000:65536 --gidmap 0:100000:65536 -v /data \
		start-debian --user app --chown /data who write=/data/new
}

@test "a user namespace of one id: refused, naming the map" {
	engines=podman
	expect 125 '' 'drop-init: cannot become app (1000:1000): setgroups: Invalid argument (an id is not mapped in this user namespace: see uid_map and gid_map)'
	start --uidmap 0:100000:1 --gidmap 0:100000:1 start-debian --user app who
}

# --- images that hold less -----------------------------------------------------------------------

@test "an image of busybox and musl: names, volumes and ports as in Debian" {
	expect 0 "$dropped"$'\n/data/new: written\nport 80: bound' ''
	start -v /data "${low_ports[@]}" start-busybox --user app --chown /data --allow-port 80 \
		who-musl write=/data/new bind=80
}

@test "a scratch image, with no passwd file: numbers do" {
	expect 0 "$dropped"$'\n/data/new: written\nport 80: bound' ''
	start -v /data "${low_ports[@]}" start-scratch --user 1000:1000 --chown /data --allow-port 80 \
		/who write=/data/new bind=80
}

@test "a scratch image started as the number that it is to be" {
	expect 0 "${dropped/bounding=0/bounding=a80425fb}" ''
	start --user 1000:1000 start-scratch --user 1000:1000 /who
}

# --- not PID 1, and signals ----------------------------------------------------------------------

# running ENGINE OPTION... IMAGE ARG...: in the background; sets $id when the command has said "waiting".
running() {
	local engine=$1
	shift
	id=$("$engine" run -d --network none "$@") || return
	wait_until 20 log_has "$engine" waiting
}

log_has() {
	"$1" logs "$id" 2>&1 | grep -q "^$2"
}

@test "docker stop: TERM reaches the command, and its status is the container's" {
	for engine in docker podman; do
		running "$engine" start-debian --user app who wait exit=7
		"$engine" stop -t 20 "$id"
		[ "$("$engine" wait "$id")" = 7 ]
		run "$engine" logs "$id"
		compare "$engine" logs "$dropped"$'\nwaiting\ngot TERM' "$(tr -d '\r' <<<"$output")"
	done
}

@test "PID 1 itself is the user too, and holds no capability, not even in the bounding set" {
	for engine in docker podman; do
		running "$engine" start-debian --user app who wait
		pid=$("$engine" inspect -f '{{.State.Pid}}' "$id")
		[ "$(awk '/^(Uid|Gid|Groups):/ { $1 = ""; print }' "/proc/$pid/status" | tr -s ' \n' ' ')" = \
			" 1000 1000 1000 1000 1000 1000 1000 1000 1000 " ]
		[ "$(awk '/^Cap/ { print $2 }' "/proc/$pid/status" | sort -u)" = 0000000000000000 ]
		processes_dropped "$pid" 1000
	done
}

@test "under the engine's own --init: the same, and TERM passes both" {
	for engine in docker podman; do
		running "$engine" --init start-debian --user app who wait exit=7
		"$engine" stop -t 20 "$id"
		[ "$("$engine" wait "$id")" = 7 ]
		run "$engine" logs "$id"
		compare "$engine" logs "$dropped"$'\nwaiting\ngot TERM' "$(tr -d '\r' <<<"$output")"
	done
}

@test "drop-init as the init of docker run --init and of podman's --init-path: the command is its child, and TERM passes" {
	docker_init "$BUILD/drop-init"
	options=()
	for engine in docker podman; do
		running "$engine" --init "${options[@]}" --entrypoint who start-debian wait exit=7
		pid=$("$engine" inspect -f '{{.State.Pid}}' "$id")
		cmp "/proc/$pid/exe" "$BUILD/drop-init"
		[ "$(cat "/proc/$(tr -d ' ' <"/proc/$pid/task/$pid/children")/comm")" = who ]
		"$engine" stop -t 20 "$id"
		[ "$("$engine" wait "$id")" = 7 ]
		run "$engine" logs "$id"
		[[ $(tr -d '\r' <<<"$output") == "uid=0 "*$'\nwaiting\ngot TERM' ]] # nothing from us, for nothing was asked
		options=(--init-path "$BUILD/drop-init")
	done
}

@test "in another container's PID namespace: the same, and TERM reaches the command" {
	for engine in docker podman; do
		running "$engine" start-debian --user app who wait
		first=$id
		running "$engine" --pid "container:$first" start-debian --user app who wait exit=7
		"$engine" stop -t 20 "$id"
		[ "$("$engine" wait "$id")" = 7 ]
		run "$engine" logs "$id"
		compare "$engine" logs "$dropped"$'\nwaiting\ngot TERM' "$(tr -d '\r' <<<"$output")"
	done
}

# --- a terminal ----------------------------------------------------------------------------------

terminal() {
	for engine in docker podman; do
		run "$BATS_TEST_DIRNAME/start/terminal" "$ENGINE_ROOT" "$engine" start-debian "$1"
		echo "$engine: $output"
		[ "$status" = 0 ]
	done
}

@test "-it: the terminal is the command's, and ^C ends it" {
	terminal command
}

@test "-it with bash: job control, with ^Z, fg and ^C" {
	terminal jobs
}

# --- the README's line ---------------------------------------------------------------------------

# shop: the recipe that has the README's ENTRYPOINT, built as it stands, with Debian's own packages.
shop() {
	docker build --quiet --network host -t shop "$ENGINE_ROOT/docker/examples/shop" 3>&- 8>&-
	id=$(docker run -d --network none "${low_ports[@]}" -v /data shop)
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
	wait_until 20 page || { docker logs "$id" && return 1; }
}

page() {
	nsenter -t "$pid" -n curl -sf --max-time 10 http://127.0.0.1:80/
}

@test "the README's ENTRYPOINT is the recipe's, and serves a page on a port 80 that is privileged" {
	local entrypoint='ENTRYPOINT ["drop-init", "--user", "app", "--chown", "/data", "--listen", "80", "--"]'
	grep -Fxq "$entrypoint" "$ENGINE_ROOT/README.md"
	grep -Fxq "$entrypoint" "$ENGINE_ROOT/docker/examples/shop/Dockerfile"
	shop
	[ "$(nsenter -t "$pid" -n cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" = 1024 ]
	[ "$(page)" = "Visit 2, served by user 1000 in groups [1000]" ]
}

@test "the README's ENTRYPOINT: no process is root, and each has every capability set empty" {
	shop
	processes_of "$pid" >"$BATS_TEST_TMPDIR/pids"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/pids")" -ge 3 ] # drop-init, gunicorn and its worker
	while read -r one; do
		echo "$(tr '\0' ' ' <"/proc/$one/cmdline"):"
		[ "$(awk '/^[UG]id:/ { print $2, $3, $4, $5 }' "/proc/$one/status" | sort -u)" = "1000 1000 1000 1000" ]
		[ "$(awk '/^Cap(Inh|Prm|Eff|Bnd|Amb):/ { print $2 }' "/proc/$one/status" | uniq -c)" = "      5 0000000000000000" ]
		[ "$(awk '/^NoNewPrivs:/ { print $2 }' "/proc/$one/status")" = 1 ]
	done <"$BATS_TEST_TMPDIR/pids"
}

# The least of three, as the engine and a busy machine take time too.
@test "the README's ENTRYPOINT: docker stop ends it in well under a second, with gunicorn's own status" {
	local start milliseconds least=1000000
	for _ in 1 2 3; do
		shop
		docker exec "$id" true # so that what is timed is not the engine waking up
		start=${EPOCHREALTIME/./}
		docker stop -t 20 "$id"
		milliseconds=$(((${EPOCHREALTIME/./} - start) / 1000))
		echo "stopped in $milliseconds ms"
		[ "$(docker inspect -f '{{.State.ExitCode}}' "$id")" = 0 ]
		docker logs "$id" 2>&1 | grep -q 'Shutting down: Master'
		[ "$milliseconds" -ge "$least" ] || least=$milliseconds
	done
	[ "$least" -lt 1000 ]
}
