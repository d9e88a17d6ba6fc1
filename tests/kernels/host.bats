#!/usr/bin/env bats
# What only a machine of one's own has: a security module, an engine with bridges, control groups, quotas. Runs in
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
	umount /mnt 2>/dev/null
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

# quota_mount: an ext4 of its own at /mnt, with quotas for users and projects.
quota_mount() {
	truncate -s 64M "$BATS_TEST_TMPDIR/disk"
	mke2fs -q -t ext4 -O quota,project -E quotatype=usrquota:prjquota "$BATS_TEST_TMPDIR/disk"
	mount -o loop,usrquota,prjquota "$BATS_TEST_TMPDIR/disk" /mnt || namespace_fail "$(dmesg | tail -n 5)"
}

@test "a project quota that is used up: the folder that cannot be made is named, and the command is not started" {
	quota_mount
	mkdir /mnt/project
	chattr -p 7 +P /mnt/project
	setquota -P 7 0 0 0 3 /mnt
	namespace_run drop-init --user app --chown /mnt/project/data,mkdir -- touch /mnt/project/data/started
	assert_status 0
	assert_equal "$(lsattr -dp /mnt/project/data | awk '{ print $1 }')" 7 "project"
	namespace_run drop-init --user app --chown /mnt/project/more,mkdir -- touch /mnt/started
	assert_status 125
	assert_stdout ''
	assert_stderr_has '--chown /mnt/project/more'
	assert_stderr_has 'Disk quota exceeded'
	[ ! -e /mnt/started ]
}

@test "a user's quota that a change of owner would exceed ends the run, and names the file" {
	quota_mount
	mkdir /mnt/data
	touch /mnt/data/{1,2,3}
	setquota -u 1000 0 0 0 2 /mnt
	namespace_run drop-init --user app --chown /mnt/data -- touch /mnt/data/started
	assert_status 125
	assert_stdout ''
	assert_stderr_has 'Disk quota exceeded'
	assert_stderr_has '/mnt/data'
	[ ! -e /mnt/data/started ]
}

# --- podman without root -------------------------------------------------------------------------------------------

# rootless COMMAND...: as a user with 65536 ids of its own.
rootless() {
	grep -q '^rootless:' /etc/passwd || {
		echo rootless:x:3000:3000::/home/rootless:/bin/sh >>/etc/passwd
		echo rootless:x:3000: >>/etc/group
		echo rootless:100000:65536 | tee /etc/subuid >/etc/subgid
		install -d -o 3000 -g 3000 -m 700 /home/rootless /run/user/3000
		mount --make-rshared / # as a machine's own init leaves it
	}
	cd /home || return # any folder that is open to that user
	setpriv --reuid 3000 --regid 3000 --clear-groups env HOME=/home/rootless XDG_RUNTIME_DIR=/run/user/3000 \
		PATH=/usr/bin:/bin:/usr/sbin:/sbin "$@" 3>&-
}

rootless_run() {
	rootless podman --cgroup-manager=cgroupfs --storage-driver=vfs --runtime=runc run --rm --pull=never \
		--cgroups=disabled --network=none "$@"
}

@test "rootless podman: many ids, and the user is one of them; an id that is not mapped is named" {
	rootless podman --storage-driver=vfs import - localhost/image <"$BATS_FILE_TMPDIR/image.tar"
	run rootless_run "${low_ports[@]}" localhost/image drop-init --user app --chown /data --allow-port 80 -- \
		sh -c 'id; ls -ldn /data /data/file; grep -E "Cap(Eff|Prm|Bnd)" /proc/self/status; httpd -p 80 -h /www'
	[ "$status" = 0 ]
	[ "${lines[0]}" = 'uid=1000(app) gid=1000(app) groups=1000(app)' ]
	[ "$(grep -c ' 1000 *1000 ' <<<"$output")" = 2 ]
	[ "$(grep -cE 'Cap(Eff|Prm|Bnd):.0000000000000000' <<<"$output")" = 3 ]
	run rootless_run localhost/image drop-init --user 200000:200000 -- true
	[ "$status" = 125 ]
	[[ $output == *uid_map* ]]
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
