#!/usr/bin/env bats
# shellcheck disable=SC2016 # what is expanded is expanded inside
# Helpers that turn on their keeper, on PID 1 and on each other; stops that come at any moment; and a machine that gives
# less than it could. A helper can do to its keeper what any process of its user can, and never gets more.

load namespace

# attack CODE: to /dev/shm/attack.py, a helper's program: KEEPER is its keeper, "refused" says what a call came to.
attack() {
	namespace_prepare "cat >/dev/shm/attack.py <<'END'
$call_numbers
import ctypes, errno, os, signal, socket, sys, time
libc = ctypes.CDLL(None, use_errno=True)
KEEPER = os.getppid()
def refused(what, call, *arguments):
    result = libc.syscall(numbers[call], *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    print(what, os.strerror(ctypes.get_errno()) if result < 0 else 'done', flush=True)
$1
END"
}
attacker='python3 /dev/shm/attack.py'
keeper_of() { tr '\0' '\n' <"/proc/$NAMESPACE_PID/cmdline" | sed -n "s/^$1=.*keeper=\([0-9]*\),.*/\1/p"; }
status_of() { namespace_exec drop-init --status | awk -v name="$1" '$1 == name { print $2 }'; }
is() { [ "$(status_of "$1")" = "$2" ]; }
as() { # UID COMMAND...: inside, as this user
	local uid=$1
	shift
	namespace_exec setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"
}
# stoppable NAME [WHAT]: a helper that says when it is up, and that it got TERM.
stoppable() { echo "sh -c 'trap \"echo $1 TERM; ${2:-exit}\" TERM; echo $1 up; while :; do sleep 0.05; done'"; }

# --- a helper and its keeper ------------------------------------------------------------------------

@test "neither its keeper nor PID 1 can be traced, read, written or robbed of a descriptor by a helper, though it has their user" {
	attack '
vec = (ctypes.c_ulong * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)
for name, pid in (("keeper", KEEPER), ("PID 1", 1)):
    refused(name + " PTRACE_ATTACH", "ptrace", 16, pid, 0, 0)
    refused(name + " PTRACE_SEIZE", "ptrace", 0x4206, pid, 0, 0)
    refused(name + " process_vm_readv", "process_vm_readv", pid, vec, 1, vec, 1, 0)
    refused(name + " process_vm_writev", "process_vm_writev", pid, vec, 1, vec, 1, 0)
    refused(name + " pidfd_getfd", "pidfd_getfd", os.pidfd_open(pid), 3, 0)
    for path in ("mem", "environ", "maps", "exe", "cwd", "root", "fd"):
        try:
            path = f"/proc/{pid}/{path}"
            os.listdir(path) if path[-2:] == "fd" else open(path, "r+b" if path[-3:] == "mem" else "rb").read(1)
            print(path, "open")
        except PermissionError:
            pass
print(os.geteuid(), os.environ.get("PW"), [line.split()[1] for line in open("/proc/self/status") if line[:3] == "Cap"])'
	namespace_prepare 'umask 077; printf s3cret >/dev/shm/pw'
	PW_FILE=/dev/shm/pw namespace_run drop-init --user app --listen 81 --file-env PW \
		--with "w: --once --listen 80 --seccomp none $attacker" -- sh -c 'echo command'
	assert_status 0
	assert_stderr ''
	assert_stdout "$(for name in keeper 'PID 1'; do
		for call in PTRACE_ATTACH PTRACE_SEIZE process_vm_readv process_vm_writev pidfd_getfd; do
			echo "$name $call Operation not permitted"
		done
	done)
1000 None ['0000000000000000', '0000000000000000', '0000000000000000', '0000000000000000', '0000000000000000']
command"
}

@test "a helper cannot signal the keeper of another user's, its helper, or PID 1 of another user" {
	attack '
for name, pid in (("PID 1", 1), ("its keeper", KEEPER - 1)):
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGHUP):
        try:
            os.kill(pid, number)
            print(name, number, "done")
        except PermissionError:
            pass
    refused(name, "prlimit64", pid, 7, (ctypes.c_ulong * 2)(0, 0), 0)
    refused(name, "setpriority", 0, pid, 19)'
	# Keepers are forked one after another, so the one before ours is the number before.
	namespace_run drop-init --user app --seccomp none --with 'a: sleep 60' --with "w: --once --user member $attacker" -- echo command
	assert_status 0
	assert_stderr ''
	assert_stdout 'PID 1 Operation not permitted
PID 1 Operation not permitted
its keeper Operation not permitted
its keeper Operation not permitted
command'
}

@test "signals to its keeper restart a helper and no more: the keeper stays, and a flood of them holds no stop up" {
	attack '
for number in range(1, 65):
    if number not in (signal.SIGHUP, signal.SIGKILL, signal.SIGSTOP, 32, 33):
        os.kill(KEEPER, number)
print("keeper", KEEPER, flush=True)
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGRTMIN + 5, signal.SIGCHLD):
            try:
                os.kill(KEEPER, number)
            except BlockingIOError:
                pass
time.sleep(60)'
	namespace_start drop-init --user app --seccomp none --with "a: $(stoppable a)" \
		--with "w: --user member --stop-timeout 0.5 $attacker" -- sh -c 'echo up; sleep 60'
	wait_output 'a up'
	eventually sh -c '[ "$(grep -c ^keeper "$1")" -ge 3 ]' sh "$namespace/stdout"
	assert_equal "$(grep ^keeper "$namespace/stdout" | sort -u | wc -l)" 1 'keepers'
	namespace_stop
	assert_status 143
	assert_stdout_has 'a TERM'
	[ "$elapsed" -lt 10000 ]
}

@test "signals to the keeper of a --once do nothing: it runs to its end, and the container goes on" {
	namespace_start drop-init --user app --with 'first: --once sh -c "kill -HUP \$PPID; kill -USR1 \$PPID; sleep 0.3; echo whole"' \
		-- sh -c 'echo command; exec sleep 60'
	wait_output $'whole\ncommand'
	namespace_stop TERM
	assert_status 143
	assert_stderr ''
}

@test "the lowest priority and the tightest limits keep no keeper from its work" {
	attack '
refused("renice", "setpriority", 0, KEEPER, 19)
refused("ioprio", "ioprio_set", 1, KEEPER, 3 << 13)
refused("idle", "sched_setscheduler", KEEPER, 5, ctypes.byref(ctypes.c_int(0)))
for limit in (2, 3, 4):           # of data, stack and core
    refused("limit", "prlimit64", KEEPER, limit, (ctypes.c_ulong * 2)(2, 2), 0)
sys.exit(1)'
	namespace_start drop-init --user app --seccomp none --with "a: $(stoppable a)" \
		--with "w: --user member $attacker" -- sh -c 'echo up; sleep 60'
	wait_output 'again in 1.0 s'
	wait_output 'a up'
	assert_equal "$(sed -n '/up/d; p; /limit/q' "$namespace/stdout")" \
		$'renice done\nioprio done\nidle done\nlimit done' 'what it may'
	namespace_stop
	assert_status 143
	assert_stdout_has 'a TERM'
}

@test "a helper that takes its keeper's open files away ends the container with 125, and is told so" {
	attack 'libc.prlimit(KEEPER, 7, (ctypes.c_ulong * 2)(0, 0), None); os.kill(KEEPER, signal.SIGWINCH); time.sleep(60)'
	namespace_run drop-init --user app --seccomp none --with "w: --user member $attacker" -- sleep 60
	assert_status 125
	assert_stderr 'drop-init: w: cannot wait for events: Invalid argument'
}

@test "a helper that takes PID 1's open files away while others start ends the container: no stop signal waits for ever" {
	attack 'libc.prlimit(1, 7, (ctypes.c_ulong * 2)(0, 0), None); print("taken", flush=True)
open("/dev/shm/taken", "w"); time.sleep(60)'
	namespace_run drop-init --user app --seccomp none \
		--with 'a: --optional --restart never sh -c "until [ -e /dev/shm/taken ]; do sleep 0.2; done"' \
		--with "o: --once --stop-timeout 0.5 $attacker" -- echo started
	assert_status 125
	assert_stdout taken
	assert_stderr_has 'drop-init: cannot wait for helpers: Invalid argument'
}

@test "strangers who flood NOTIFY_SOCKET, with descriptors too, are not believed, and do not keep READY=1 out" {
	attack '
address = "\0" + (sys.argv + [os.environ.get("NOTIFY_SOCKET", "")])[1][1:]
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
if len(sys.argv) == 1:
    print(os.environ["NOTIFY_SOCKET"], flush=True)
    while not os.path.exists("/dev/shm/go"):
        time.sleep(0.02)
    print("says", flush=True)
    notify.sendto(b"READY=1", address)
    time.sleep(60)
while True:
    try:
        notify.sendmsg([b"READY=1\n"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, bytes(4 * 200))], 0, address)
    except OSError as error:              # as many as may be on their way
        assert error.errno in (errno.ETOOMANYREFS, errno.EAGAIN), error'
	namespace_start drop-init --user app --with "w: --ready notify --user member $attacker" \
		-- sh -c 'echo command; sleep 60'
	wait_output @
	address=$(sed -n '/^@/p' "$namespace/stdout")
	as 1001 python3 /dev/shm/attack.py "$address" 2>"$namespace/flood" &
	flood=$!
	sleep 0.3 # nothing happens, which nothing announces
	kill -0 "$flood" || namespace_fail "nobody floods: $(<"$namespace/flood")"
	assert_equal "$(grep -c command "$namespace/stdout")" 0 'commands started by a stranger'
	namespace_exec touch /dev/shm/go
	wait_output command
	assert_stdout_has says
	kill "$flood"
	wait "$flood" || true
	few_files() { [ "$(namespace_exec sh -c 'ls /proc/$0/fd | wc -l' "$(keeper_of w)")" -lt 12 ]; }
	eventually few_files || namespace_fail 'descriptors of strangers stay'
	namespace_stop
	assert_status 143
}

@test "forged titles and names are believed by nobody: signals go to the helper, or nowhere" {
	attack 'os.execvp("bash", ["bash", "-c", "echo w up; exec -a \"drop-init: a\" bash -c \"trap \\\"echo forger HUP\\\" HUP; while :; do sleep 0.05; done\""])'
	namespace_start drop-init --user app --with "a: --user member $(stoppable a)" \
		--with "w: --user member $attacker" -- sleep 60
	wait_output 'a up'
	wait_output 'w up'
	namespace_exec drop-init --restart-helper a
	wait_output 'a TERM'
	eventually sh -c '[ "$(grep -c "a up" "$1")" = 2 ]' sh "$namespace/stdout"
	assert_equal "$(grep -c forger "$namespace/stdout")" 0 'signals to the forger'
	namespace_stop
}

# --- stops at any moment ----------------------------------------------------------------------------

@test "of 120 stops that come while helpers start, restart, back off and end none is lost" {
	run python3 "$NAMESPACE_REPOSITORY/tests/probe/helpers_stop.py" 120 "$(date +%s)"
	assert_equal "$output" '0 of 120 lost'
}

@test "a second stop signal does not kill what is still within its time" {
	namespace_start drop-init --user app --with "w: --stop-timeout 20 $(stoppable w 'until [ -e /dev/shm/saved ]; do sleep 0.05; done; echo w saved; exit')" -- \
		sh -c 'trap "echo c TERM; exit 5" TERM; echo c up; while :; do sleep 0.05; done'
	wait_output 'w up'
	wait_output 'c up'
	namespace_signal TERM
	wait_output 'w TERM'
	namespace_signal TERM
	namespace_signal INT
	sleep 0.3 # nothing happens, which nothing announces
	namespace_exec touch /dev/shm/saved
	namespace_wait
	assert_status 5
	assert_stderr ''
	assert_stdout_has 'w saved'
}

@test "keepers that are stopped hold the end up no longer than their --stop-timeout and a second, together for all --together" {
	namespace_start drop-init --user app --with 'a: --user member --together --stop-timeout 1 sleep 60' \
		--with 'b: --user member --together --stop-timeout 1 sleep 60' \
			--with 'c: --user member --together --stop-timeout 1 sleep 60' \
		-- sh -c 'echo up; sleep 60'
	wait_output up
	as 1002 kill -STOP "$(keeper_of a)" "$(keeper_of b)" "$(keeper_of c)"
	namespace_stop
	assert_status 143
	assert_equal "$(sort "$namespace/stderr")" "$(printf 'drop-init: %s: it has not ended in its time: left to the kernel\n' a b c)" lines
	[ "$elapsed" -ge 1900 ] && [ "$elapsed" -lt 5500 ] # one after another it would be six seconds
}

@test "a keeper that is stopped is no survivor of the command's, and what its helper is has a name" {
	namespace_start drop-init --user app --stop-timeout 0 --with 'w: --user member --stop-timeout 0 sleep 60' -- \
		sh -c 'echo up; exec sleep 60'
	wait_output up
	as 1002 kill -STOP "$(keeper_of w)"
	namespace_stop
	assert_status 143
	assert_equal "$(sed -n '/killed what/s/\[[0-9]*\]/[N]/gp' "$namespace/stderr")" \
		'drop-init: killed what was left 0.000 s after the command: sleep[N]' 'survivors'
}

@test "once one helper has begun the end no other start is waited for" {
	namespace_run drop-init --user app --with 'w: --restart never sh -c "sleep 0.2; exit 7"' \
		--with 'o: --once sleep 600' -- echo started
	assert_status 7
	assert_stdout ''
	namespace_run drop-init --user app --with "w: sh -c 'sleep 0.2; kill -KILL \$PPID'" \
		--with 'o: --once sleep 600' -- echo started
	assert_status 125
	assert_stderr 'drop-init: w: its keeper was killed, so nobody looks after it'
}

@test "the status is that of whoever began the end, whatever the helpers do after it" {
	namespace_run drop-init --user app --with 'a: --restart never sh -c "until [ -e /dev/shm/x ]; do sleep 0.02; done; exit 9"' \
		--with "b: $(stoppable b 'touch /dev/shm/x; sleep 0.5; exit')" -- \
		sh -c 'sleep 0.4; exit 3'
	assert_status 3
	assert_stdout_has 'b TERM'
}

# --- with less than there could be ------------------------------------------------------------------

@test "a fork that fails at a restart is one more failure, and not the end" {
	namespace_prepare 'mkfifo -m 666 /dev/shm/fifo'
	namespace_start drop-init --user app --with 'w: --user member sh -c "echo run; read x </dev/shm/fifo; exit 1"' -- sleep 60
	wait_output run
	as 1002 prlimit --pid "$(keeper_of w)" --nproc=0:
	namespace_exec sh -c 'echo >/dev/shm/fifo'
	wait_output 'drop-init: w: sh: cannot create a process: Resource temporarily unavailable (its user is at the limit of processes: ulimit -u): started again in 1.0 s'
	as 1002 prlimit --pid "$(keeper_of w)" --nproc=100:
	eventually sh -c '[ "$(grep -c run "$1")" = 2 ]' sh "$namespace/stdout"
	is w running
	namespace_stop
	assert_status 143
}

@test "a run of --every that takes longer than its time is left alone, and the next one starts at its next time" {
	namespace_run drop-init --user app --with 'w: --every 1s sh -c "date +%s%N; sleep 1.4; echo end"' -- sleep 4.8
	assert_status 0
	assert_stderr ''
	# two seconds from start to start, less what a start takes, and each has its end before the next
	awk '/end/ { ends++; next } { if (NR > 1 && ($1 - last < 1.6e9 || ends != starts)) exit 1; last = $1; starts++ }
		END { exit starts < 2 }' "$namespace/stdout" || namespace_fail 'runs'
}

@test "a stop while a line of --once runs is its stop too, and ends with 128 and its number" {
	namespace_start drop-init --user app --with "a: $(stoppable a)" \
		--with "o: --once $(stoppable o 'exit 3')" -- echo started
	wait_output 'a up'
	wait_output 'o up'
	namespace_account
	namespace_stop
	assert_status 143
	assert_equal "$(grep -v up "$namespace/stdout")" $'o TERM\na TERM' order
	assert_stderr ''
	assert_stopped_cleanly
}

@test "with hidepid=2 helpers start, restart and end as ever, and root sees how they are" {
	namespace_start sh -c 'mount -o remount,hidepid=2 /proc; exec drop-init --user app --seccomp none \
		--with "w: --user member sh -c \"pgrep -xc tail; setsid tail -f /dev/null & sleep 0.1; exit 1\"" \
		--with "$1" -- sh -c "echo up; sleep 60"' sh "a: --user member $(stoppable a)"
	wait_output 'again in 1.0 s'
	wait_output 'a up'
	is a running
	namespace_stop
	assert_status 143
	assert_stdout_has 'a TERM'
	assert_equal "$(grep -cx 0 "$namespace/stdout")" \
		"$(grep -cE '^[0-9]+$' "$namespace/stdout")" 'starts with nothing left behind'
}

@test "without CAP_KILL in the container helpers of other users stop as ever, under a root PID 1 too" {
	for user in '' '--user app'; do
		# shellcheck disable=SC2086
		namespace_start setpriv --bounding-set=-kill --inh-caps=-kill drop-init $user \
			--with "a: --user member $(stoppable a)" \
			--with "b: --user webuser --together --rewrite TERM:INT sh -c 'trap \"echo b INT; exit\" INT; echo b up; while :; do sleep 0.05; done'" \
			-- sh -c 'trap "exit 5" TERM; echo c up; while :; do sleep 0.05; done'
		for name in a b c; do wait_output "$name up"; done
		namespace_account
		namespace_exec setpriv --bounding-set=-kill drop-init --signal CONT a
		namespace_stop
		assert_status 5
		assert_equal "$(grep -v up "$namespace/stdout")" $'b INT\na TERM' order
		assert_stderr ''
		assert_stopped_cleanly
	done
}
