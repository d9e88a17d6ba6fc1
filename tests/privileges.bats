#!/usr/bin/env bats
# The drop and its proof: what every process holds afterwards, and what happens where a step cannot be done.

load namespace

BIND=400 # CAP_NET_BIND_SERVICE, as /proc/PID/status writes it

# bounded CAPABILITIES COMMAND...: run it as root with just these (setpriv's syntax), as a container would.
bounded() {
	local sets=$1
	shift
	namespace_run setpriv --bounding-set "$sets" --inh-caps=-all "$@"
}

# bats test_tags=kernels
@test "after the start no process is root, and every capability set is empty" {
	namespace_start drop-init --user member sh -c 'sleep 60 & wait'
	wait_inside 'sleep' namespace_exec pgrep sleep >/dev/null
	assert_dropped --uid 1002 --gid 1002 --groups 1002,2000,2001
	namespace_stop TERM
	assert_status 143
	assert_stderr ''
}

# bats test_tags=kernels
@test "--port-method capability leaves the command CAP_NET_BIND_SERVICE and nothing else, and PID 1 nothing" {
	namespace_start drop-init --user app --port-method capability --allow-port 80 sleep 60
	wait_inside 'sleep' namespace_exec pgrep sleep >/dev/null
	# Its bounding set cannot be cut any more, but bounds nothing: it will not execute anything.
	assert_dropped --uid 1000 --caps $BIND --init-caps $BIND
	assert_equal "$(grep -cE 'Cap(Inh|Prm|Eff|Amb):.*0000000000000000' "/proc/$NAMESPACE_PID/status")" 4 'empty sets'
	namespace_stop TERM
	assert_status 143
}

# bats test_tags=kernels
@test "a root that was never dropped can signal a command that has become another user" {
	namespace_start drop-init --allow-port 80 --port-method capability setpriv --reuid 1000 --regid 1000 --clear-groups \
		sh -c 'echo ready; exec sleep 60'
	wait_output ready
	namespace_stop TERM
	assert_status 143
	assert_stderr ''
}

@test "root cannot be had again: no set-user-ID file, no securebit, no ambient capability" {
	namespace_run drop-init --user app python3 -c '
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
PR_GET_SECUREBITS, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 27, 28, 47, 2
print("securebits %#x" % libc.prctl(PR_GET_SECUREBITS, 0, 0, 0, 0))
print("ambient", libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 10, 0, 0))
for call in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):
    try:
        call()
        print("got it")
    except PermissionError:
        print("refused")'
	assert_status 0
	assert_stdout $'securebits 0xe3\nambient -1\nrefused\nrefused\nrefused'
	assert_stderr ''
}

@test "--allow-new-privs lets a set-user-ID program work, and is the only way" {
	local probe='import os; print(os.geteuid())'
	namespace_prepare 'cp /usr/bin/python3 /dev/shm/suid; chmod 4755 /dev/shm/suid; mount -o remount,suid,exec /dev/shm'
	namespace_run drop-init --user app --allow-new-privs --seccomp none /dev/shm/suid -c "$probe"
	assert_stdout 0
	namespace_run drop-init --user app --seccomp none /dev/shm/suid -c "$probe"
	assert_stdout 1000
}

# bats test_tags=kernels
@test "Docker's 14 default capabilities are enough for every step" {
	local docker=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service
	bounded "$docker,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap" \
		drop-init -v --user app --chown /dev/shm/data,mkdir --listen 80 \
		sh -c 'grep Cap /proc/self/status; stat -c %u /dev/shm/data'
	assert_status 0
	assert_equal "$(grep -c '0000000000000000$' "$namespace/stdout")" 5 'empty sets'
	assert_equal "$(tail -n 1 "$namespace/stdout")" 1000 'owner of /data'
	assert_equal "$(grep CAP_ "$namespace/stderr")" '' 'capabilities that are missing'
}

# bats test_tags=kernels
@test "with SETUID, SETGID, CHOWN and NET_BIND_SERVICE only, the bounding set stays and -v says so" {
	bounded -all,+chown,+setgid,+setuid,+net_bind_service \
		drop-init -v --user app --listen 80 sh -c 'grep -E "Cap|NoNew" /proc/self/status'
	assert_status 0
	assert_stdout $'CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t00000000000004c1\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1'
	assert_stderr_has 'the capability bounding set stays'
}

@test "uid 0 without any capability cannot step down, and is told which are missing" {
	bounded -all drop-init --user app echo started
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: --user app: root without CAP_SETUID and CAP_SETGID cannot become app (1000:1000) (add SETUID and SETGID, or start as the user)'
}

@test "no_new_privs already set changes nothing" {
	namespace_run setpriv --no-new-privs drop-init --user app sh -c 'id -u; grep -E "CapBnd|NoNew" /proc/self/status'
	assert_status 0
	assert_stdout $'1000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1'
}

@test "a port below 1024 without the capability says which capability is missing" {
	bounded -all,+setgid,+setuid drop-init --user app --listen 80 echo started
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: --listen 80: cannot bind 0.0.0.0:80: Permission denied (start as root, or add NET_BIND_SERVICE)'
	bounded -all,+setgid,+setuid drop-init --user app --allow-port 80 --port-method capability echo started
	assert_status 125
	assert_stdout ''
	assert_stderr_has 'drop-init: --allow-port 80: CAP_NET_BIND_SERVICE is not among our capabilities'
}

# bats test_tags=kernels
@test "in a user namespace with one id, the ids that are not mapped are named" {
	namespace_run unshare --user --map-root-user drop-init --user app echo started
	assert_status 125
	assert_stdout ''
	assert_stderr_has 'cannot become app (1000:1000)'
	assert_stderr_has 'gid_map'
}

@test "PID 1 is not dumpable: the command cannot trace it or read its memory" {
	namespace_run drop-init --user app python3 -c '
import os
for path in ("/proc/1/mem", "/proc/1/environ", "/proc/1/fd"):
    try:
        os.listdir(path) if path.endswith("fd") else open(path, "rb").read(1)
        print("open", path)
    except PermissionError:
        print("refused", path)'
	assert_stdout $'refused /proc/1/mem\nrefused /proc/1/environ\nrefused /proc/1/fd'
}

@test "a set-user-ID copy refuses to run" {
	namespace_prepare 'cp "$(command -v drop-init)" /dev/shm/drop; chmod 4755 /dev/shm/drop; mount -o remount,suid,exec /dev/shm'
	namespace_run setpriv --reuid 1000 --regid 1000 --clear-groups /dev/shm/drop echo started
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: started set-user-ID or set-group-ID, which it is not made for (chmod ug-s the binary)'
}

@test "--umask is the command's umask" {
	namespace_run drop-init --user app --umask 077 sh -c umask
	assert_stdout 0077
}

@test "the command may open its standard streams again by name" {
	namespace_run sh -c 'drop-init --user app sh -c "echo one >/dev/stdout; echo two >/proc/self/fd/1; echo three >/dev/stderr" 2>&1 | cat'
	assert_stdout $'one\ntwo\nthree'
}

@test "a file that is only read as standard input does not become the user's" {
	NAMESPACE_STDIN=$BATS_TEST_TMPDIR/input
	echo text >"$NAMESPACE_STDIN"
	namespace_run drop-init --user app cat
	assert_stdout text
	assert_equal "$(stat -c %u "$NAMESPACE_STDIN")" 0 'owner of the input'
}

@test "inherited descriptors do not reach the command of --user" {
	namespace_run sh -c 'exec 7</etc/hostname 9</etc/passwd; exec drop-init --user app sh -c "ls /proc/self/fd"'
	assert_status 0
	assert_stdout $'0\n1\n2\n3' # 3 is ls' own
	namespace_run sh -c 'exec 7</etc/hostname; exec drop-init test -e /proc/self/fd/7'
	assert_status 0 # without --user nothing is taken away
}

# bats test_tags=kernels
@test "--exec becomes the command: same process, everything dropped, nobody else" {
	namespace_start drop-init --exec --user app --listen 80,name=web python3 -c 'import os, time
print(os.getpid(), os.environ["LISTEN_PID"], os.environ["LISTEN_FDS"], flush=True)
time.sleep(60)'
	wait_output '1 1 1'
	assert_dropped --uid 1000
	assert_equal "$(namespace_table | wc -l)" 1 processes
	namespace_signal KILL
	namespace_wait
	assert_status 137
}

@test "a folder among the standard streams or the sockets ends the run: it could lead out of the root" {
	namespace_run sh -c 'exec drop-init --user app echo started </'
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: descriptor 0 is a folder, which the command could leave its root by (pass a file, a pipe or a terminal)'
	LISTEN_FDS=1 LISTEN_PID=1 namespace_run sh -c 'exec drop-init --user app echo started 3</'
	assert_status 125
	assert_stderr 'drop-init: descriptor 3 is a folder, which the command could leave its root by (pass sockets)'
}

@test "a working folder outside of the root ends the run" {
	skip_sanitized "no shared library is in that root"
	namespace_run sh -c 'mkdir -p /dev/shm/root/dev && cp "$(command -v drop-init)" /dev/shm/root && cd / &&
		touch /dev/shm/root/dev/null && mount --bind /dev/null /dev/shm/root/dev/null &&
		exec perl -e "chroot q(/dev/shm/root); exec qw(/drop-init --user 1000:1000 /drop-init --version)"'
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: the working folder lies outside of the root, which the command could leave that way (start drop-init in a folder of the container)'
}

@test "the keys of root's session are not handed down" {
	keys='import ctypes, platform, sys
add_key, request_key, keyctl = (248, 249, 250) if platform.machine() == "x86_64" else (217, 218, 219)
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
number = lambda n: ctypes.c_long(n)
def give():
    libc.syscall(number(keyctl), number(1), None)
    assert libc.syscall(number(add_key), b"user", b"drop-init-test", b"secret", number(6), number(-3)) > 0
def find():
    return libc.syscall(number(request_key), b"user", b"drop-init-test", None, number(0)) > 0
'
	needs keyrings
	namespace_run python3 -c "$keys
import os
give()
print('root', find(), flush=True)
os.execvp('drop-init', ['drop-init', *sys.argv[2:], 'python3', '-c', sys.argv[1] + 'print(find())'])" \
		"$keys" --seccomp none --user app
	assert_status 0
	assert_stderr ''
	assert_stdout $'root True\nFalse'
}

@test "the compiler of a JSON profile inherits no descriptor" {
	namespace_prepare 'cp "$(command -v drop-init)" /dev/shm/init; echo "{}" >/dev/shm/p.json'
	namespace_prepare 'printf "#!/bin/sh\nls -l /proc/self/fd | grep -c secret >&2\nexit 1\n" >/dev/shm/drop-seccomp'
	namespace_prepare 'chmod 755 /dev/shm /dev/shm/drop-seccomp; echo hidden >/dev/shm/secret; chmod 600 /dev/shm/secret'
	namespace_run sh -c 'exec /dev/shm/init --user app --seccomp /dev/shm/p.json echo started 7</dev/shm/secret'
	assert_status 125
	assert_stdout ''
	assert_equal "${lines[0]-$(head -n 1 "$namespace/stderr")}" 0 'descriptors that the compiler has'
}
