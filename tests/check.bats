#!/usr/bin/env bats
# --check: one line a step, what will be done and whether it can be; it changes nothing.

load namespace

@test "--check names every user, port and path, and ends with 0 where all can be done" {
	namespace_prepare 'mkdir /dev/shm/data /dev/shm/open; touch /dev/shm/data/file; chmod 777 /dev/shm/open'
	namespace_run drop-init --check --user member --listen 80,name=web --listen unix:/dev/shm/s --chown /dev/shm/data \
		--writable /dev/shm/open --writable /dev/shm/data --allow-port 443 --port-method capability sh
	assert_status 0
	assert_stderr ''
	assert_stdout 'ok  allow-port  443: capability: the command keeps CAP_NET_BIND_SERVICE and nothing else, so it may bind every low port
ok  seccomp     '"$(sed -n 's/^ok  seccomp *//p' "$namespace/stdout")"'
ok  chown       /dev/shm/data to 1002:1002: '"$(sed -n 's/^ok  chown .*1002:1002: //p' "$namespace/stdout")"'
ok  listen      0.0.0.0:80, passed by LISTEN_FDS as '"'web'"' (IPv4; [::]:80 is both families)
ok  listen      /dev/shm/s, passed by LISTEN_FDS
ok  user        member (1002:1002), groups 1002 2000 2001, HOME=/home/member, only CAP_NET_BIND_SERVICE, no_new_privs
ok  writable    /dev/shm/open: yes
ok  writable    /dev/shm/data: yes, once --chown /dev/shm/data is done
ok  command     /usr/bin/sh, as a child of this init'
}

@test "--check says which families a socket is of, and what to write for both" {
	namespace_run drop-init --check --listen udp:53 --listen 127.0.0.1:81 --listen '[::]:82' true
	assert_stdout_has 'ok  listen      udp:0.0.0.0:53, passed by LISTEN_FDS (IPv4; udp:[::]:53 is both families)'
	assert_stdout_has 'ok  listen      127.0.0.1:81, passed by LISTEN_FDS'
	assert_equal "$(grep -c 'both families' "$namespace/stdout")" 1 'hints'
	namespace_run drop-init --listen 'udp:[::]:53' python3 -c 'import socket; s = socket.socket(fileno=3); print(s.family.name, s.type.name, s.getsockopt(41, 26))'
	assert_stdout 'AF_INET6 SOCK_DGRAM 0'
}

@test "--check changes nothing" {
	namespace_run drop-init --check --user app --chown /dev/shm/new,mkdir --listen unix:/dev/shm/s --listen 80 true
	assert_status 0
	namespace_run sh -c 'ls -A /dev/shm'
	assert_stdout ''
	namespace_prepare 'mkdir /dev/shm/data; touch /dev/shm/data/file'
	namespace_run sh -c 'drop-init --check --user app --chown /dev/shm/data true >/dev/null; stat -c %u /dev/shm/data/file'
	assert_stdout 0
}

@test "--check knows that --chown makes the folder of a unix socket" {
	namespace_run drop-init --check --user app --chown /dev/shm/new,mkdir --listen unix:/dev/shm/new/s --seccomp none true
	assert_status 0
	assert_stdout_has "ok  listen      /dev/shm/new/s, passed by LISTEN_FDS, once --chown /dev/shm/new,mkdir is done"
	namespace_run drop-init --check --user app --listen unix:/dev/shm/new/s --seccomp none true
	assert_status 125
	assert_stdout_has 'NO  listen      /dev/shm/new/s: No such file or directory'
}

@test "--check says what cannot be done and what to do, and ends with 125" {
	namespace_run drop-init --check --user app --writable /root/x --listen 192.0.2.1:80 nosuch
	assert_status 125
	assert_stderr ''
	grep -q '^NO  command     nosuch: not found' "$namespace/stdout"
	grep -q '^NO  listen      192.0.2.1:80: ' "$namespace/stdout"
	grep -q "^NO  writable    /root/x: '/root' belongs to 0:0 with mode 07*00, so user 1000 may not pass through it" "$namespace/stdout"
}

@test "--check --allow-port 80 without a command says what would help" {
	namespace_run setpriv --reuid 1000 --regid 1000 --clear-groups drop-init --check --allow-port 80
	assert_status 125
	assert_stdout_has 'NO  allow-port  80: CAP_NET_BIND_SERVICE is not among our capabilities (start as root with NET_BIND_SERVICE'
}

@test "--check as root without SETUID and SETGID names them" {
	namespace_run setpriv --bounding-set=-all drop-init --check --user app true
	assert_status 125
	assert_stdout_has 'NO  user        app (1000:1000): root without CAP_SETUID and CAP_SETGID cannot become app'
}

@test "--check installs nothing, and says whether --install can" {
	namespace_run sh -c 'drop-init --check --install /dev/shm/copy; ls /dev/shm'
	assert_stdout_has 'ok  install     /dev/shm/copy: this binary will be there, and nothing else be done'
	assert_equal "$(grep -cx copy "$namespace/stdout")" 0 'copies'
	namespace_run drop-init --check --install /nosuch/copy
	assert_status 125
	assert_stdout_has 'NO  install     /nosuch/copy: No such file or directory'
}

@test "--check looks at the file of --record, and makes none" {
	namespace_run sh -c 'drop-init --check --record /dev/shm/new true; ls /dev/shm'
	assert_stdout_has 'ok  record      /dev/shm/new: the profile that the command needs will be there'
	assert_equal "$(grep -cx new "$namespace/stdout")" 0 'recordings'
	namespace_run drop-init --check --record /nosuch/file true
	assert_status 125
	assert_stdout_has 'NO  record      /nosuch/file: No such file or directory'
	namespace_run sh -c 'echo mine >/dev/shm/file; drop-init --check --record /dev/shm/file true; echo $?; cat /dev/shm/file'
	assert_stdout_has 'NO  record      /dev/shm/file: it is not JSON as --record writes it'
	assert_stdout_has $'125\nmine'
}

@test "--check cuts no port, group or path off" {
	ports=$(seq -s, 2000 2199) groups=$(seq -s, 3000 3199)
	path=/dev/shm/$(printf 'a%.0s' {1..200})/$(printf 'b%.0s' {1..200})
	path+=${path#/dev/shm}${path#/dev/shm}${path#/dev/shm}
	namespace_run drop-init --check --user app --groups "$groups" --allow-port "$ports" --chown "$path,mkdir" true
	assert_status 0
	assert_stdout_has "ok  allow-port  $ports: nothing to do"
	assert_stdout_has "ok  user        app (1000:1000), groups ${groups//,/ }, HOME="
	assert_stdout_has "ok  chown       $path to 1000:1000"
}

@test "--check knows what listens already, at a unix socket or on an IPv6 port, and what is asked for twice" {
	namespace_start python3 -c 'import socket, time
unix = socket.socket(socket.AF_UNIX); unix.bind("/dev/shm/s"); unix.listen()
v4 = socket.socket(); v4.bind(("0.0.0.0", 8080)); v4.listen()
print("ready", flush=True); time.sleep(60)'
	wait_output ready
	run namespace_exec drop-init --check --listen unix:/dev/shm/s --listen '[::]:8080' --listen '[::]:8080,v6only' true
	assert_equal "$status" 125 status
	[[ ${lines[1]} == 'NO  listen      /dev/shm/s: Address'*'in use (something else listens there)' ]]
	[[ ${lines[2]} == 'NO  listen      [::]:8080: Address'*'in use (something else listens there)' ]]
	[[ ${lines[3]} == 'ok  listen      [::]:8080, passed by LISTEN_FDS' ]] # the other one is not to be had
	run namespace_exec drop-init --check --listen '[::]:8080,v6only' --listen 9090 --listen 9090 true
	assert_equal "$status" 125 status
	[[ ${lines[1]} == "ok  listen      [::]:8080, passed by LISTEN_FDS" ]]
	[[ ${lines[3]} == 'NO  listen      0.0.0.0:9090: Address'*'in use (--listen 9090 has it: leave one out, or give both the key reuseport)' ]]
}

@test "--check tries the drop itself, in a process of its own" {
	namespace_log
	namespace_run unshare --user --map-root-user drop-init --check --user app --seccomp none true
	assert_status 125
	assert_stderr ''
	assert_stdout 'ok  seccomp     none
NO  user        app (1000:1000): cannot become app (1000:1000): setresgid: Invalid argument (an id is not mapped in this user namespace: see uid_map and gid_map)
ok  command     /usr/bin/true, as a child of this init'
	assert_equal "$(<"$namespace/log")" '' 'termination log'
}

@test "--check looks at the command with the user's eyes" {
	namespace_prepare 'mkdir -m 700 /dev/shm/closed; cp /bin/true /dev/shm/closed; touch /dev/shm/plain; chmod 755 /dev/shm'
	for case in "/dev/shm/plain: cannot run it: Permission denied (it is not executable: chmod +x /dev/shm/plain)" \
		"/dev/shm: cannot run it: Is a directory (it is a directory: name the program in it)" \
		"/dev/shm/closed/true: cannot run it: Permission denied (the folder '/dev/shm/closed' belongs to 0:0 with mode 0700"; do
		namespace_run drop-init --check --user app "${case%%:*}"
		assert_status 125
		assert_stdout_has "NO  command     $case"
	done
	namespace_run drop-init --check /dev/shm/plain
	assert_status 125
	assert_stdout_has "NO  command     /dev/shm/plain: cannot run it: Permission denied (it is not executable"
	namespace_run drop-init --check --user app --chown /dev/shm/closed /dev/shm/closed/true
	assert_status 0
	namespace_run drop-init --check /dev/shm/closed/true
	assert_status 0
}

@test "--check knows that giving something away takes CAP_CHOWN" {
	namespace_prepare 'mkdir -m 777 /dev/shm/data; chown 1000:1000 /dev/shm/data; chmod 777 /dev/shm'
	namespace_run setpriv --reuid 1000 --regid 1000 --clear-groups drop-init --check \
		--chown /dev/shm/data,owner=5:5 --listen unix:/dev/shm/s,owner=0:0 true
	assert_status 125
	assert_stdout_has "NO  chown       /dev/shm/data: cannot change the owner of '/dev/shm/data': Operation not permitted (start as root, or set fsGroup in Kubernetes)"
	assert_stdout_has 'NO  listen      /dev/shm/s: Operation not permitted (a capability is missing'
	namespace_run setpriv --reuid 1000 --regid 1000 --clear-groups drop-init --check \
		--chown /dev/shm/data,owner=1000:1000 --listen unix:/dev/shm/s,owner=1000:1000 true
	assert_status 0
}

# agree STATUS ARG...: --check and the run say the same of --user app --seccomp none ARG...
agree() {
	local status=$1
	shift
	namespace_run drop-init --check --user app --seccomp none "$@" true
	assert_status "$status"
	cp "$namespace/stdout" "$BATS_TEST_TMPDIR/checked"
	namespace_run drop-init -q --user app --seccomp none "$@" true
	assert_status "$status"
}

@test "--check says what a filter cannot be composed of, as the run does" {
	chmod 755 "$namespace" "$BATS_RUN_TMPDIR"
	rule() { printf '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["%s"],"action":"%s"}]}' "$@" >"$namespace/p.json"; }
	rule mkdirat SCMP_ACT_NOTIFY
	wrong="the seccomp profile 'p' cannot be loaded: it notifies a supervisor of its own (SCMP_ACT_NOTIFY), and the command can have only one"
	namespace_run drop-init --user app --seccomp "$namespace/p.json" -- true
	assert_status 125
	assert_stderr "drop-init: $wrong"
	namespace_run drop-init --check --user app --seccomp "$namespace/p.json" -- true
	assert_status 125
	assert_stdout_has "$wrong"
	needs listener
	rule bind SCMP_ACT_ERRNO
	for check in '' --check; do
		namespace_run drop-init $check --user app --allow-port 80 --port-method broker --seccomp "$namespace/p.json" -- true
		assert_status 125
		grep -qF "it refuses bind(2) or plain TCP and UDP sockets, or judges them by their arguments, which leaves no place for --allow-port's broker (use --port-method capability)" \
			"$namespace"/std*
	done
	namespace_run drop-init --user app --allow-port 80 --port-method capability --seccomp "$namespace/p.json" -- true
	assert_status 0
}

@test "--check says no to --writable where --chown will leave the file alone, and the run does" {
	namespace_prepare 'mkdir -p /dev/shm/data/sub /dev/shm/data/mount; cd /dev/shm/data; touch plain one setuid capable
		ln one two; chmod 4755 setuid; chmod 755 capable; setcap cap_net_raw+ep capable; mount -t tmpfs -o mode=755 \
			tmpfs mount'
	agree 0 --chown /dev/shm/data --writable /dev/shm/data/plain --writable /dev/shm/data/sub
	grep -Fx 'ok  writable    /dev/shm/data/plain: yes, once --chown /dev/shm/data is done' "$BATS_TEST_TMPDIR/checked"
	for case in 'two=it has several links, so it is another file too: add the key hardlinks' \
		'setuid=it is set-user-ID or set-group-ID' 'capable=it has file capabilities' 'mount=it is a mount point'; do
		agree 125 --chown /dev/shm/data --writable "/dev/shm/data/${case%%=*}"
		grep -F "NO  writable    /dev/shm/data/${case%%=*}: '/dev/shm/data/${case%%=*}' will belong to 0:0 with mode " \
			"$BATS_TEST_TMPDIR/checked" | grep -F ", which does not let user 1000 in: ${case#*=}"
	done
	agree 0 --chown /dev/shm/data,hardlinks --writable /dev/shm/data/two
}

@test "--check follows --chown through policies, modes, spellings and links, as the run does" {
	namespace_prepare 'mkdir -p /dev/shm/data/sub /dev/shm/outside /dev/shm/closed/data; chmod 700 /dev/shm/closed
		touch /dev/shm/data/sub/file; ln -s ../../outside /dev/shm/data/sub/out; ln -s sub /dev/shm/data/in'
	agree 0 --chown /dev/shm/data --writable /dev/shm//data/./sub/../sub/file --writable /dev/shm/data/in/file
	agree 125 --chown /dev/shm/data --writable /dev/shm/data/sub/out
	agree 125 --chown /dev/shm/closed/data --writable /dev/shm/closed/data
	agree 125 --chown /dev/shm/data,mode=500 --writable /dev/shm/data
	agree 125 --chown /dev/shm/data,mode=600 --chdir /dev/shm/data
	agree 0 --chown /dev/shm/data,mode=700 --chdir /dev/shm/data/sub
	agree 125 --chown /dev/shm/data --writable /dev/shm/data/none
	agree 0 --chown /dev/shm/new/deep,mkdir,mode=700 --writable /dev/shm/new/deep
	namespace_prepare 'chown 1000:1000 /dev/shm/data'
	agree 125 --chown /dev/shm/new/deep,mkdir --writable /dev/shm/new
	agree 125 --chown /dev/shm/data,policy=root-mismatch --writable /dev/shm/data/sub/file
	agree 125 --chown /dev/shm/data --chown /dev/shm/data/sub,owner=5:5 --writable /dev/shm/data/sub
	namespace_prepare 'chown -R 1000:1000 /dev/shm/data'
	agree 125 --chown /dev/shm/data,owner=5:5 --writable /dev/shm/data/sub
}

@test "--check knows what --chown makes on its way, closes to the user, and makes no folder of" {
	namespace_prepare 'mkdir /dev/shm/srv; cp /bin/true /dev/shm/srv/app; chown -R 1000:1000 /dev/shm/srv; chmod 700 /dev/shm/srv'
	agree 0 --chown /dev/shm/new/m,mkdir --chdir /dev/shm/new
	agree 0 --chown /dev/shm/other/m,mkdir --listen unix:/dev/shm/other/s
	agree 125 --chown /dev/shm/srv --chdir /dev/shm/srv/app
	namespace_run drop-init --check --user app --chown /dev/shm/srv,owner=5:5 -- /dev/shm/srv/app
	assert_status 125
	assert_stdout_has 'which does not let user 1000 in, once --chown /dev/shm/srv,owner=5:5 is done'
}

@test "--check of a command that is a line of a file does not drop twice" {
	namespace_prepare 'echo "web: --chdir /usr true" >/dev/shm/Procfile'
	for check in '' --check; do
		namespace_run drop-init $check --user app --allow-port 80 --with-file /dev/shm/Procfile
		assert_status 0
		assert_stderr ''
	done
}

# bats test_tags=kernels
@test "a command on a PATH below --chdir is looked for there" {
	namespace_prepare 'mkdir -p /dev/shm/app/bin; printf "#!/bin/sh\necho found\n" >/dev/shm/app/bin/foo; chmod 755 /dev/shm/app/bin/foo'
	PATH=bin:$PATH agree 0 --chdir /dev/shm/app -- foo
	assert_stdout found
	PATH=$PATH:bin namespace_run drop-init --chdir /dev/shm/app -- nosuch
	assert_status 127
}
