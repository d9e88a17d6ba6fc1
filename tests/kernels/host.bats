#!/usr/bin/env bats
# What only a machine of one's own has: a security module, an engine with bridges, control groups. Runs in
# those of make check-kernels alone, whose settings it changes: tests/kernels/run boots them with an engine's packages.

load ../namespace

# The image is busybox, drop-init, and a folder of nobody's yet.
setup_file() {
	[ "$(cat /proc/1/comm)" = guest ] || skip "only in a machine of make check-kernels"
	command -v dockerd >/dev/null || skip "this machine's root file system was made without an engine"
	mountpoint -q /sys/kernel/security || mount -t securityfs securityfs /sys/kernel/security
	# dockerd gives one of its own only 15 s.
	containerd >"$BATS_FILE_TMPDIR/containerd.log" 2>&1 </dev/null 3>&- &
	wait_until 300 test -S /run/containerd/containerd.sock
	dockerd --containerd /run/containerd/containerd.sock >"$BATS_FILE_TMPDIR/dockerd.log" 2>&1 </dev/null 3>&- &
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

# Whatever stays would hold the output of the tests.
teardown_file() {
	[ "$(cat /proc/1/comm)" = guest ] || return 0
	pkill -KILL -u 2000 || true # what rootless podman leaves: the process that holds its namespaces
	pkill -TERM dockerd || true
	wait_until 60 not pgrep dockerd >/dev/null
	pkill -KILL containerd || true
}

not() { ! "$@"; }

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
	eventually curl -sf -o /dev/null "http://127.0.0.1/"
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
	eventually grep -q '^Uid:.1000' "/proc/$pid/status"
	docker pause frozen
	kill -TERM "$pid"
	sleep 1 # nothing happens, which nothing announces
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

# quota_mount OPTION...: an ext4 with these features, at $folder.
quota_mount() {
	folder=$BATS_TEST_TMPDIR/quota
	modprobe quota_v2 # nothing loads what has no device yet
	mkdir "$folder"
	truncate -s 64M "$folder.ext4"
	mke2fs -q -t ext4 "$@" "$folder.ext4"
}

@test "where the user's quota is used up --chown says so, and nothing starts" {
	quota_mount -O quota -E quotatype=usrquota
	mount -o loop,usrquota "$folder.ext4" "$folder"
	mkdir "$folder/tree"
	head -c 4M /dev/zero >"$folder/tree/large"
	setquota -u 1000 0 1024 0 0 "$folder"
	# Docker's capabilities lack SYS_RESOURCE, for which there is no quota.
	run docker run --rm -v "$folder/tree:/data" image drop-init --user app --chown /data sh -c 'echo started'
	report=$(repquota -u "$folder" 2>&1; grep quota /proc/mounts)
	umount "$folder"
	[ "$status" = 125 ] || namespace_fail "$output $report"
	[[ $output == "drop-init: --chown /data: "*"the new owner's quota is used up"* ]] || namespace_fail "$output"
	[[ $output != *started* ]]
}

@test "a full project quota holds up no change of owner, and files stay in their project" {
	quota_mount -O quota,project -E quotatype=prjquota
	mount -o loop,prjquota "$folder.ext4" "$folder"
	mkdir "$folder/tree"
	chattr -p 7 +P "$folder/tree"
	setquota -P 7 0 1024 0 0 "$folder"
	# Root has none, where it has SYS_RESOURCE.
	! setpriv --bounding-set -sys_resource head -c 4M /dev/zero >"$folder/tree/large" ||
		namespace_fail "there is no quota: $(repquota -P "$folder" 2>&1)"
	run docker run --rm -v "$folder/tree:/data" image drop-init --user app --chown /data ls -n /data
	project=$(lsattr -p "$folder/tree/large" | awk '{ print $1 }')
	umount "$folder"
	[ "$status" = 0 ] || namespace_fail "$output"
	[[ $output == *" 1000 "*" 1000 "*large ]] || namespace_fail "$output"
	[ "$project" = 7 ]
}

# --- user namespaces with many ids ---------------------------------------------------------------------------------

# As a user of its own, with ids from 100000 on.
rootless() {
	setpriv --reuid 2000 --regid 2000 --clear-groups env -i PATH="$PATH" HOME=/home/rootless \
		XDG_RUNTIME_DIR=/run/rootless podman --log-level=error --cgroup-manager=cgroupfs --storage-driver=vfs "$@" 3>&-
}

@test "rootless podman: every step is taken within the ids that the user has, and seen as such from outside" {
	grep -q '^rootless:' /etc/passwd || {
		echo 'rootless:x:2000:2000::/home/rootless:/bin/sh' >>/etc/passwd
		echo 'rootless:x:2000:' >>/etc/group
		echo 'rootless:100000:65536' | tee /etc/subuid >/etc/subgid
		install -d -o 2000 -g 2000 -m 700 /home/rootless /run/rootless
	}
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	rootless import "$BATS_FILE_TMPDIR/image.tar" image >/dev/null
	options=(--network none --cgroups=disabled --runtime crun)
	run rootless run --rm "${options[@]}" image drop-init --user app --chown /data \
		sh -c 'ls -n /data; grep -E "^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; cat /proc/self/uid_map'
	[ "$status" = 0 ] || namespace_fail "$output"
	[[ $output == *" 1000 "*" 1000 "*file* ]] || namespace_fail "$output"
	for line in $'Uid:\t1000\t1000\t1000\t1000' $'CapEff:\t0000000000000000' $'CapBnd:\t0000000000000000' \
		$'NoNewPrivs:\t1' $'Seccomp:\t2'; do
		[[ $output == *"$line"* ]] || namespace_fail "no $line: $output"
	done
	[[ $output =~ [[:space:]]1[[:space:]]+100000[[:space:]]+65536 ]] || namespace_fail "$output"
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
