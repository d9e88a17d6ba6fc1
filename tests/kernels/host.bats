#!/usr/bin/env bats
# What only a machine of one's own has: a security module, an engine with bridges, control groups. Runs in
# those of make check-kernels alone, whose settings it changes: tests/kernels/run boots them with an engine's packages.

load ../namespace

# The image is busybox, drop-init, and a folder of nobody's yet.
setup_file() {
	[ "$(cat /proc/1/comm)" = guest ] || skip "only in a machine of make check-kernels"
	command -v dockerd >/dev/null || skip "this machine's root file system was made without an engine"
	mountpoint -q /sys/kernel/security || mount -t securityfs securityfs /sys/kernel/security
	dockerd >"$BATS_FILE_TMPDIR/dockerd.log" 2>&1 </dev/null 3>&- &
	wait_until 300 docker version >/dev/null 2>&1 || {
		tail "$BATS_FILE_TMPDIR/dockerd.log" >&2
		return 1
	}
	mkdir -p "$BATS_FILE_TMPDIR/image"/{bin,etc,data,right,proc,sys,dev,tmp,www}
	cd "$BATS_FILE_TMPDIR/image" || return
	cp /bin/busybox "$BUILD/drop-init" bin
	for name in sh httpd id cat ls awk sleep grep true; do ln -s busybox "bin/$name"; done
	printf 'root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n' >etc/passwd
	printf 'root:x:0:\napp:x:1000:\n' >etc/group
	echo served >www/index.html
	touch data/file right/file
	chown -R 1000:1000 right
	tar -c . >"$BATS_FILE_TMPDIR/image.tar"
	docker import "$BATS_FILE_TMPDIR/image.tar" image >/dev/null
}

teardown() {
	docker ps -aq | xargs -r docker rm -f >/dev/null 2>&1
	namespace_cleanup
}

low_ports=(--sysctl net.ipv4.ip_unprivileged_port_start=1024)

container_pid() { docker inspect -f '{{.State.Pid}}' "$1"; }

yama() { echo "$1" >/proc/sys/kernel/yama/ptrace_scope; }

# --- an engine, its bridge, its security module --------------------------------------------------------------------

@test "Docker with AppArmor, a bridge and -p 80:80: an unmodified server answers as the user, with no capability" {
	docker run -d --name web "${low_ports[@]}" -p 80:80 image \
		drop-init -v --user app --allow-port 80 -- httpd -f -p 80 -h /www
	wait_until "$NAMESPACE_TIMEOUT" curl -sf -o /dev/null "http://127.0.0.1/"
	[ "$(curl -s http://127.0.0.1/)" = served ]
	[ "$(curl -s "http://$(docker inspect -f '{{.NetworkSettings.IPAddress}}' web)/")" = served ]
	[ "$(cat "/proc/$(container_pid web)/attr/current")" = 'docker-default (enforce)' ]
	NAMESPACE_PID=$(container_pid web) assert_dropped --uid 1000 --gid 1000 --groups 1000 --init-caps 400
	[[ $(docker logs web 2>&1) == *"--allow-port: broker: PID 1 binds these ports for the command"* ]]
	docker stop -t "$NAMESPACE_TIMEOUT" web
	[ "$(docker inspect -f '{{.State.ExitCode}}' web)" = 143 ]
}

@test "Docker hands nothing down: the command has its three streams and no other descriptor" {
	run docker run --rm image drop-init --user app sh -c 'ls /proc/self/fd'
	[ "$output" = $'0\n1\n2\n3' ] # 3 is the folder that ls reads
}

# --- control groups of version 2 -----------------------------------------------------------------------------------

@test "a command that is killed for want of memory is said so, with its cgroup's limit" {
	[ -e /sys/fs/cgroup/cgroup.controllers ]
	run docker run -m 24m --name hungry image drop-init --user app awk 'BEGIN { x = "xxxxxxxx"; for (;;) x = x x }'
	[ "$status" = 137 ]
	run docker logs hungry
	[[ $output == "drop-init: awk was killed, and its cgroup ran out of memory (out-of-memory kills: "*"its limit is 24 MiB"* ]] ||
		namespace_fail "$output"
}

@test "a signal that comes while the container is frozen is not lost" {
	docker run -d --name frozen image drop-init --user app sleep 1000
	pid=$(container_pid frozen)
	wait_until "$NAMESPACE_TIMEOUT" grep -q '^Uid:.1000' "/proc/$pid/status"
	docker pause frozen
	kill -TERM "$pid"
	sleep 1
	[ "$(docker inspect -f '{{.State.Running}}' frozen)" = true ]
	docker unpause frozen
	[ "$(docker wait frozen)" = 143 ]
}

# --- file systems --------------------------------------------------------------------------------------------------

@test "overlayfs on ext4: a tree that is right is not copied up, and one that is not gets its owner" {
	[ "$(docker info -f '{{.Driver}}')" = overlay2 ]
	docker run --name right image drop-init --user app --chown /right -- true
	[ "$(docker diff right)" = '' ]
	docker run --name wrong image drop-init --user app --chown /data -- true
	[ "$(docker diff wrong)" = $'C /data\nC /data/file' ]
}

# --- Yama: ever stricter, and 3 stays until the machine is off -----------------------------------------------------

@test "Yama 1: PID 1 may read its own child, so the broker answers and the command has no capability" {
	yama 1
	namespace_start drop-init --user app --allow-port 80 --port-method broker -- python3 -m http.server 80
	wait_port 80
	assert_dropped --uid 1000 --gid 1000 --groups 1000 --init-caps 400
	namespace_stop
	assert_status 143
}

# falls: nobody without CAP_SYS_PTRACE may read another's memory, so there is no broker. -v says why.
falls() {
	namespace_run drop-init --user app --allow-port 80 --port-method broker -- true
	assert_status 125
	assert_stderr 'drop-init: --allow-port 80: no broker can be had here: reading its memory: Permission denied'
	namespace_start drop-init -v --user app --allow-port 80 -- python3 -m http.server 80
	wait_port 80
	assert_dropped --uid 1000 --gid 1000 --groups 1000 --caps 400 --init-caps 400
	namespace_stop
	assert_stderr_has 'capability: the command keeps CAP_NET_BIND_SERVICE and nothing else, so it may bind every low port (no broker: reading its memory: Permission denied)'
}

@test "Yama 2: the command's memory cannot be read, so it gets the capability, and -v says why" {
	yama 2
	falls
}

@test "Yama 3: the same" {
	yama 3
	falls
}
