#!/usr/bin/env bats
# In gVisor: GKE Sandbox, Cloud Run. All that its kernel can do is done and proved by what it can tell; what it
# cannot is named. tests/sandboxes/run runs this in Debian's versions of it.

load gvisor

setup_file() {
	SANDBOX_UNAVAILABLE=$(sandbox_available)
	export SANDBOX_UNAVAILABLE
}

setup() {
	[ -z "$SANDBOX_UNAVAILABLE" ] || skip "$SANDBOX_UNAVAILABLE"
}

# Everything inside is this user, without any capability, and has a filter; there are this many processes.
assert_all_dropped() { # UID GID GROUPS COUNT
	local wrong
	wrong=$(sandbox_status | awk -v uid="$1" -v gid="$2" -v groups="$3" -v count="$4" '
		BEGIN { ids["Uid"] = uid; ids["Gid"] = gid }
		{ name = $1; sub(/:$/, "", name); rest = $0; sub(/^[^:]*:[[:space:]]*/, "", rest); sub(/[[:space:]]+$/, "", rest) }
		name == "Name" { who = $2; seen++ }
		name in ids { for (i = 2; i <= 5; i++) if ($i != ids[name]) print who, $0; looked++ }
		name == "Groups" && rest != groups { print who, $0 }
		name ~ /^Cap/ { if ($2 !~ /^0+$/) print who, $0; looked++ }
		name == "Seccomp" { if ($2 != 2) print who, $0; looked++ }
		END { if (seen != count || looked < 7 * count) print seen " processes, " looked " answers" }')
	assert_equal "$wrong" '' "what has not dropped"
}

# Prints "NAME: RESULT" for each system call that is tried: an errno's name, or ok. In the table of names, a line is a
# number.
tries='import ctypes, errno, sys
libc = ctypes.CDLL(None, use_errno=True)
numbers = open(sys.argv[1]).read().splitlines()
for name, *arguments in eval(sys.argv[2]):
    ctypes.set_errno(0)
    result = libc.syscall(numbers.index("\"" + name + "\\0\""), *arguments)
    print(name + ":", "ok" if result >= 0 else errno.errorcode[ctypes.get_errno()])'
names=$BUILD/syscall_names.h

@test "the command and PID 1 are the user, without capabilities, each under a filter of ours" {
	sandbox_start drop-init --user member sh -c 'echo ready; exec sleep 60'
	wait_output ready
	assert_all_dropped 1002 1002 '1002 2000 2001' 2
	assert_equal "$(sandbox_exec sh -c 'tr "\0" " " </proc/1/cmdline')" \
		"drop-init --user member sh -c echo ready; exec sleep 60 " "PID 1"
	sandbox_signal TERM
	namespace_wait
	assert_status 143
	assert_stdout ready
	assert_stderr ''
}

@test "what is read-only after relocation is read-only, and nothing is writable and executable" {
	local offset size
	read -r _ offset _ _ _ size _ < <(readelf -lW "$BUILD/drop-init" | grep GNU_RELRO)
	sandbox_run drop-init --user app cat /proc/1/maps
	assert_status 0
	# A segment's place in memory and in the file are as far apart as its beginnings are.
	awk -v end="$(printf %08x $((offset + size)))" '$6 ~ /drop-init$/ && $2 ~ /^rw/ && $3 == end { found = 1 }
		$2 ~ /wx/ { bad = 1 } END { exit !found || bad }' "$namespace/stdout" || namespace_fail "no such protection"
}

@test "root cannot be had again, and a set-user-ID program gives nothing" {
	sandbox_prepare 'cp "$(command -v id)" /mnt/id; chmod 4755 /mnt/id'
	sandbox_run drop-init --user app --seccomp none sh -c '/mnt/id -u; exec python3 -c "$@"' sh "$tries" "$names" \
		'[("setuid", 0), ("setresgid", -1, 0, -1), ("setgroups", 0, 0), ("chroot", b"/mnt")]'
	assert_status 0
	assert_stdout $'1000\nsetuid: EPERM\nsetresgid: EPERM\nsetgroups: EPERM\nchroot: EPERM'
	assert_stderr ''
}

@test "the default profile refuses there what it refuses on Linux" {
	# A user namespace, AF_PACKET, TIOCSTI. Without a profile this kernel says something else to most of them.
	sandbox_run drop-init --user app python3 -c "$tries" "$names" '[("unshare", 0x10000000), ("ptrace", 0, 0, 0, 0),
		("mount", 0, 0, 0, 0, 0), ("keyctl", 0, 0), ("socket", 17, 3, 0), ("clone3", 0, 0), ("ioctl", 0, 0x5412, 0),
		("getpid",)]'
	assert_status 0
	assert_stdout "$(printf '%s: EPERM\n' unshare ptrace mount keyctl socket; printf '%s\n' 'clone3: ENOSYS' \
		'ioctl: EPERM' 'getpid: ok')"
	assert_stderr ''
}

@test "a profile as Docker/OCI JSON is compiled and loaded there" {
	sandbox_prepare 'echo "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"sethostname\"],
		\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 95}]}" >/mnt/p.json; chmod 644 /mnt/p.json'
	sandbox_run drop-init -q --user app --seccomp /mnt/p.json python3 -c "$tries" "$names" '[("sethostname", b"x", 1)]'
	assert_stderr ''
	assert_stdout 'sethostname: ENOTSUP'
	assert_status 0
}

@test "no descriptor of ours or of our caller's reaches the command" {
	sandbox_prepare 'exec 7</etc/passwd 9</etc/group'
	sandbox_run drop-init --user app python3 -c 'import os
for fd in range(64):
    try: os.fstat(fd); print(fd)
    except OSError: pass'
	assert_stdout $'0\n1\n2'
	assert_status 0
}

@test "PID 1's memory is closed to the command, without a filter too" {
	# PTRACE_ATTACH, PTRACE_SEIZE
	sandbox_run drop-init --user app --seccomp none sh -c 'python3 -c "$@"; head -c 1 /proc/1/mem' sh \
		"$tries" "$names" '[("ptrace", 16, 1, 0, 0), ("ptrace", 0x4206, 1, 0, 0)]'
	assert_status 1
	assert_stdout $'ptrace: EPERM\nptrace: EPERM'
	assert_stderr_has 'Permission denied'
}

@test "what this kernel lacks is named on -v, with what it comes to" {
	sandbox_run drop-init -v --user app true
	assert_status 0
	assert_stderr_has 'drop-init: this kernel has no securebits to set (no_new_privs keeps it from mattering)'
	assert_stderr_has 'drop-init: denials are not explained: this kernel has no seccomp listeners'
	sandbox_run drop-init --user app true
	assert_stderr ''
}

@test "--record needs a listener, and says before the start that there is none" {
	sandbox_prepare 'mkdir -m 777 /mnt/d'
	sandbox_run drop-init --user app --record /mnt/d/p.json echo started
	assert_status 125
	assert_stdout ''
	assert_stderr_has 'drop-init: --record /mnt/d/p.json: this kernel has no seccomp listeners'
	sandbox_run drop-init --check --user app --record /mnt/d/p.json echo started
	assert_status 125
	assert_stdout_has 'NO  record      /mnt/d/p.json: this kernel has no seccomp listeners'
}

# --- files -------------------------------------------------------------------------------------------

@test "--chown gives a tree away, links and sockets too, and writes nothing twice" {
	sandbox_prepare 'mkdir -p /mnt/t/a/b; echo x >/mnt/t/a/f; ln -s f /mnt/t/a/link; mkfifo /mnt/t/a/b/fifo
		echo y >/mnt/t/two; ln /mnt/t/two /mnt/t/names; cp "$(command -v id)" /mnt/t/suid; chmod 4755 /mnt/t/suid'
	sandbox_run drop-init -v --user app --chown /mnt/t -- python3 -c 'import os
for folder, folders, files in os.walk("/mnt/t"):
    for name in ["."] + files:
        status = os.lstat(folder + "/" + name)
        print(folder + "/" + name, status.st_uid, status.st_gid)' 
	assert_status 0
	assert_equal "$(sort <<<"$stdout")" "$(sort <<-'END'
		/mnt/t/. 1000 1000
		/mnt/t/a/. 1000 1000
		/mnt/t/a/b/. 1000 1000
		/mnt/t/a/b/fifo 1000 1000
		/mnt/t/a/f 1000 1000
		/mnt/t/a/link 1000 1000
		/mnt/t/names 0 0
		/mnt/t/suid 0 0
		/mnt/t/two 0 0
	END
	)" "owners"
	assert_stderr_has '--chown /mnt/t: looked at 9, changed 6'
}

@test "--chown gives a mounted volume away, as seen from outside too, and leaves what is mounted below it" {
	mkdir -p "$namespace/volume/a/b" "$namespace/other"
	touch "$namespace"/volume/{f,a/b/g} "$namespace/other/o"
	mkdir "$namespace/volume/mounted"
	ln -s /etc/passwd "$namespace/volume/link"
	sandbox_set 'spec["mounts"].append(mount("/srv", "bind", folder + "/volume", "bind", "rw"))'
	sandbox_set 'spec["mounts"].append(mount("/srv/mounted", "bind", folder + "/other", "bind", "rw"))'
	sandbox_run drop-init --user app --chown /srv --writable /srv -- sh -c 'echo new >/srv/a/b/h; cat /srv/a/b/h'
	assert_stdout new
	assert_status 0
	assert_equal "$(cd "$namespace/volume" && find . -printf '%p %U:%G\n' | sort)" "$(sort <<-'END'
		. 1000:1000
		./a 1000:1000
		./a/b 1000:1000
		./a/b/g 1000:1000
		./a/b/h 1000:1000
		./f 1000:1000
		./link 1000:1000
		./mounted 0:0
	END
	)" "owners"
	assert_equal "$(stat -c %u "$namespace/other" "$namespace/other/o" /etc/passwd | xargs)" '0 0 0' "others' owners"
}

@test "--chown makes a folder with its mode; what is right already is not changed" {
	sandbox_run drop-init -v --user app --chown /mnt/new/deep,mkdir,mode=0750 -- \
		python3 -c 'import os; s = os.stat("/mnt/new/deep"); print(oct(s.st_mode), s.st_uid, os.stat("/mnt/new").st_uid)'
	assert_stdout '0o40750 1000 0'
	assert_status 0
	sandbox_prepare 'mkdir /mnt/t; touch /mnt/t/f; chown -h 1000:1000 /mnt/t /mnt/t/f'
	sandbox_run drop-init -v --user app --chown /mnt/t -- true
	assert_stderr_has '--chown /mnt/t: looked at 2, changed 0'
}

@test "--chown refuses a symbolic link as its path" {
	sandbox_prepare 'mkdir /mnt/t; ln -s t /mnt/link'
	sandbox_run drop-init --user app --chown /mnt/link -- echo started
	assert_status 125
	assert_stdout ''
	assert_stderr_has '--chown /mnt/link'
}

@test "--writable asks as the user" {
	sandbox_prepare 'mkdir -m 755 /mnt/t'
	sandbox_run drop-init --user app --writable /mnt/t echo started
	assert_status 125
	assert_stdout ''
	assert_stderr_has 'drop-init: --writable /mnt/t'
	sandbox_run drop-init --user app --chown /mnt/t --writable /mnt/t echo started
	assert_stdout started
}

@test "--file-env reads as root what the user cannot" {
	sandbox_prepare 'echo s3cret >/run/s; chmod 600 /run/s; export PASSWORD_FILE=/run/s'
	sandbox_run drop-init --user app --file-env PASSWORD -- sh -c 'echo "$PASSWORD/$PASSWORD_FILE"; cat /run/s'
	assert_status 1
	assert_stdout s3cret/
	assert_stderr_has 'Permission denied'
}

@test "limits, umask, folder and environment reach the command" {
	sandbox_run drop-init --user app --limit nofile=200:300,core=0 --umask 027 --chdir /mnt --env A=b -- \
		sh -c 'echo $(ulimit -n) $(ulimit -Hn) $(ulimit -c) $(umask) $PWD $A $HOME $USER'
	assert_stderr ''
	assert_stdout '200 300 0 0027 /mnt b /home/app app'
	assert_status 0
}

# --- sockets -----------------------------------------------------------------------------------------

bind='import socket, sys
for kind, port in (socket.SOCK_STREAM, 80), (socket.SOCK_DGRAM, 53):
    s = socket.socket(socket.AF_INET, kind); s.bind(("", port)); print("bound", s.getsockname()[1])'

@test "--allow-port: this kernel lets any user bind any port, which is tried and not assumed" {
	sandbox_run drop-init -v --user app --allow-port 80,udp:53 python3 -c "$bind"
	assert_status 0
	assert_stdout $'bound 80\nbound 53'
	assert_stderr_has 'drop-init: --allow-port: nothing to do: any user may bind ports from 0 on here, listed or not'
	sandbox_run drop-init --check --user app --allow-port 80 true
	assert_status 0
	assert_stdout_has 'ok  allow-port  80: nothing to do: any user may bind ports from 0 on here, listed or not'
}

@test "where a rung is forced that this kernel has not, the message names the way out" {
	sandbox_run drop-init --user app --allow-port 80 --port-method capability echo started
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: --allow-port 80: this kernel has no ambient capabilities (use --listen, which needs none)'
	sandbox_run drop-init --user app --allow-port 80 --port-method broker echo started
	assert_status 125
	assert_stdout ''
	assert_stderr_has 'drop-init: --allow-port 80: no broker can be had here: '
}

@test "--listen passes a low port and a socket file with owner and mode, and both listen" {
	sandbox_run drop-init --user app --listen 80,name=web --listen unix:/run/s,mode=600 python3 -c 'import os, socket
print(os.environ["LISTEN_FDS"], os.environ["LISTEN_PID"] == str(os.getpid()), os.environ["LISTEN_FDNAMES"])
s = os.stat("/run/s"); print(oct(s.st_mode), s.st_uid, s.st_gid)
for fd, family, address in (3, socket.AF_INET, ("127.0.0.1", 80)), (4, socket.AF_UNIX, "/run/s"):
    server = socket.socket(fileno=fd); client = socket.socket(family); client.connect(address)
    peer, _ = server.accept(); client.sendall(b"hello"); print(peer.recv(5).decode())'
	assert_stderr ''
	assert_stdout $'2 True web:unknown\n0o140600 1000 1000\nhello\nhello'
	assert_status 0
}

# --- init --------------------------------------------------------------------------------------------

@test "signals from outside reach the command, rewritten where that was asked for" {
	sandbox_start drop-init --user app --rewrite TERM:QUIT python3 -c 'import signal, sys
def caught(number, frame):
    print(signal.Signals(number).name, flush=True)
    if number == signal.SIGQUIT: sys.exit(7)
for number in signal.SIGHUP, signal.SIGUSR1, signal.SIGQUIT, signal.SIGWINCH: signal.signal(number, caught)
print("ready", flush=True)
while True: signal.pause()'
	wait_output ready
	for name in HUP USR1 WINCH; do
		sandbox_signal "$name"
		wait_output "SIG$name"
	done
	sandbox_signal TERM
	namespace_wait
	assert_stdout $'ready\nSIGHUP\nSIGUSR1\nSIGWINCH\nSIGQUIT'
	assert_stderr ''
	assert_status 7
}

@test "orphans are reaped while the command runs, each with a line on --warn-on-reap" {
	sandbox_start drop-init --user app --warn-on-reap sh -c 'for i in 1 2 3 4 5 6 7 8; do sh -c "sleep 0.1 &"; done
		echo ready; exec sleep 60'
	wait_output ready
	reaped() { [ "$(grep -c 'sleep\[' "$namespace/stderr")" = 8 ]; }
	wait_until 20 reaped
	assert_all_dropped 1000 1000 1000 2
	sandbox_signal TERM
	namespace_wait
	assert_status 143
}

@test "what the command leaves behind gets TERM, and KILL after --stop-timeout" {
	sandbox_run drop-init --user app sh -c 'sh -c "trap \"echo told; exit\" TERM; echo ready >/mnt/p
		while :; do sleep 0.1 2>/dev/null; done" 2>/dev/null &
		until [ -e /mnt/p ]; do sleep 0.1; done; exit 4'
	assert_status 4
	assert_stdout told
	assert_stderr ''
	sandbox_run drop-init --user app --stop-timeout 0.5 sh -c 'trap "" TERM; sleep 99 & exit 5'
	assert_status 5
	assert_stderr_has 'drop-init: killed what was left 0.500 s after the command: sleep['
}

@test "--stop-delay holds a stop signal, and the command's exit status is the container's" {
	sandbox_start drop-init --user app --stop-delay 1 -- \
		sh -c 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done'
	wait_output ready
	sandbox_signal TERM
	namespace_wait
	assert_status 9
	[ "$elapsed" -ge 1000 ] || namespace_fail "it ended after $elapsed ms"
}

@test "a command that cannot be found or executed, and one that is killed, have a shell's statuses" {
	sandbox_run drop-init --user app /mnt/nothing
	assert_status 127
	sandbox_run drop-init --user app /etc/passwd
	assert_status 126
	sandbox_run drop-init --user app sh -c 'kill -KILL $$'
	assert_status 137
}

@test "a failure of ours is in the termination log as well" {
	install -m 666 /dev/null "$namespace/log" # as kubelet makes it
	sandbox_set 'spec["mounts"].append(mount("/dev/termination-log", "bind", folder + "/log", "bind", "rw"))'
	sandbox_run drop-init --user app --writable /usr true
	assert_status 125
	assert_stderr_has 'drop-init: --writable /usr'
	assert_stderr "$(<"$namespace/log")"
}

@test "--exec becomes the command, and tini's name is a plain init" {
	sandbox_run drop-init --user app --exec sh -c 'echo $$; id -u'
	assert_stdout $'1\n1000'
	sandbox_prepare 'cp "$(command -v drop-init)" /mnt/tini'
	sandbox_run /mnt/tini -g -- sh -c 'echo $(($$ > 1)); id -u; exit 3'
	assert_stdout $'1\n0'
	assert_stderr ''
	assert_status 3
}

@test "helpers run beside the command as their own users, are started again, and stopped in reverse" {
	# shellcheck disable=SC2016
	sandbox_prepare 'mkdir -m 777 /mnt/d; cat >/mnt/worker <<"END"
		echo start >>/mnt/d/starts
		[ $(wc -l </mnt/d/starts) -gt 1 ] || exit 1
		trap "echo worker; exit" TERM
		echo ready
		while :; do sleep 0.1; done
END'
	sandbox_start drop-init --user app --with 'first: --once sh -c "echo once"' \
		--with 'worker: --user member sh /mnt/worker' -- sh -c 'trap "echo command; exit 3" TERM; while :; do sleep 0.1; done'
	wait_output ready
	assert_equal "$(sandbox_status | awk '$1 == "Uid:" { print $2 }' | sort -u | xargs)" '1000 1002' "users"
	! sandbox_status | grep -E '^(Uid|Gid):.*\<0\>' || namespace_fail "somebody inside is root"
	! sandbox_status | grep -E '^Cap(Prm|Eff|Inh|Bnd):' | grep -vE '\<0+$' || namespace_fail "somebody has a capability"
	sandbox_exec drop-init --status >"$namespace/said" 2>&1 && namespace_fail "--status succeeded"
	grep -qF 'drop-init: --status: PID 1 does not show what it looks after: it has not come so far, or this kernel does not let it change its command line (gVisor' \
		"$namespace/said"
	sandbox_signal TERM
	namespace_wait
	assert_stdout $'once\nready\ncommand\nworker'
	assert_status 3
}

# --- other starts ------------------------------------------------------------------------------------

@test "root without SETUID and SETGID is told so, and nothing is started" {
	sandbox_set 'for held in spec["process"]["capabilities"].values(): held[:] = ["CAP_CHOWN"]'
	sandbox_run drop-init --user app echo started
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: --user app: root without CAP_SETUID and CAP_SETGID cannot become app (1000:1000) (add SETUID and SETGID, or start as the user)'
}

@test "a start as the user needs no capability, and still gets the filter" {
	sandbox_set 'spec["process"]["user"] = {"uid": 1000, "gid": 1000, "additionalGids": [3000]}'
	sandbox_set 'spec["process"]["capabilities"] = {}'
	sandbox_start drop-init --user 1000:1000 --groups keep sh -c 'echo ready; exec sleep 60'
	wait_output ready
	assert_all_dropped 1000 1000 "${SANDBOX_GROUPS:-3000}" 2
	sandbox_signal TERM
	namespace_wait
	assert_status 143
	assert_stderr ''
}

@test "--check says what will run, and changes nothing" {
	sandbox_prepare 'mkdir /mnt/t'
	sandbox_run sh -c 'drop-init --check --user app --chown /mnt/t --listen 80 --writable /mnt/t true &&
		python3 -c "import os; print(os.stat(\"/mnt/t\").st_uid)"'
	assert_stderr ''
	assert_stdout_has 'ok  user        app (1000:1000), groups 1000'
	assert_stdout_has 'ok  chown       /mnt/t'
	assert_equal "${stdout##*$'\n'}" 0 "owner"
	assert_status 0
}
