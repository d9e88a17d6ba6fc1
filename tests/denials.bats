#!/usr/bin/env bats
# What drop-init's profile refuses with EPERM is said once, and refused as before.

load namespace

outer=$BUILD/probe/broker_outer
python=/usr/bin/python3

# What the first line of a run says besides.
advice='; --record FILE finds out what it needs, --seccomp docker-default.json allows what Docker does'

# Each argument is a call: its name (or number), then its arguments. Prints what came back.
calls=$call_numbers'import ctypes, errno, sys
libc = ctypes.CDLL(None, use_errno=True)
for word in sys.argv[1:]:
    values = [numbers[n] if n in numbers else int(n, 0) for n in word.split(",")]
    result = libc.syscall(*map(ctypes.c_long, values))
    print(word, errno.errorcode[ctypes.get_errno()] if result < 0 else result)'

# bats test_tags=kernels
@test "a refused call is explained with its program and profile, and the command gets its EPERM" {
	namespace_run drop-init --user app -- "$python" -c "$calls" chroot,0
	assert_status 0
	assert_stdout 'chroot,0 EPERM'
	assert_equal "${stderr/\[[0-9]*\]/[N]}" \
		"drop-init: python3[N]: chroot(2) denied by the seccomp profile 'default' (EPERM$advice)" "standard error"
}

@test "where nothing can be received from a listener, what would be explained is ENOSYS, and PID 1 rests" {
	namespace_run "$outer" no-receive drop-init --user app -- "$python" -c "$calls" chroot,0 chroot,0
	assert_status 0
	assert_stdout $'chroot,0 ENOSYS\nchroot,0 ENOSYS'
	assert_stderr 'drop-init: what the command asks of PID 1 is no longer answered: Operation not permitted (what its filter reports is ENOSYS from now on)'
}

# bats test_tags=kernels
@test "the argument that decided is named: a family, a request, flags" {
	namespace_run drop-init --user app -- "$python" -c "$calls" socket,38,5,0 ioctl,0,0x5412,0 unshare,0x50000000 \
		clone,0x20000011,0,0,0,0
	assert_status 0
	assert_stdout "$(printf '%s\n' 'socket,38,5,0 EPERM' 'ioctl,0,0x5412,0 EPERM' 'unshare,0x50000000 EPERM' \
		'clone,0x20000011,0,0,0,0 EPERM')"
	assert_equal "$(sed 's/^drop-init: python3\[[0-9]*\]: //; s/ denied by.*//' "$namespace/stderr")" "$(printf '%s\n' \
		'socket(2) with argument 0 = 38 (AF_ALG)' 'ioctl(2) with argument 1 = 0x5412 (TIOCSTI)' \
		'unshare(2) with argument 0 = 0x50000000 (CLONE_NEWUSER|CLONE_NEWNET)' \
		'clone(2) with argument 0 = 0x20000011 (CLONE_NEWPID)')" "explained calls"
}

@test "an argument is named by what it means beside the others: protocols of a family" {
	for call in socket,16,3,9:NETLINK_AUDIT socket,16,3,12:NETLINK_NETFILTER; do
		namespace_run drop-init --user app -- "$python" -c "$calls" "${call%:*}"
		assert_stdout "${call%:*} EPERM"
		[[ $stderr == *": socket(2) with argument 2 = "*" (${call#*:}) denied by "* ]]
	done
}

@test "each program and each call is named once" {
	namespace_run drop-init --user app -- sh -c 'for i in 1 2 3; do
		chroot / true; unshare --map-root-user true; unshare --user true; setarch --addr-no-randomize true; done'
	assert_equal "$(sed 's/\[[0-9]*\]//; s/(2).*//' <<<"$(grep ^drop-init: "$namespace/stderr")" | sort)" \
		"$(printf '%s\n' 'drop-init: chroot: chroot' 'drop-init: setarch: personality' \
			'drop-init: unshare: unshare')" "explained calls"
}

@test "what the profile answers with ENOSYS is not mentioned" {
	namespace_run drop-init --user app -- "$python" -c "$calls" clone3,0,0 9999
	assert_status 0
	assert_stdout "$(printf '%s\n' 'clone3,0,0 ENOSYS' '9999 ENOSYS')"
	assert_stderr ''
}

@test "what the kernel itself refuses is not blamed on the profile" {
	namespace_run drop-init --user app -- "$python" -c "$calls" prctl,35,1,0,0,0 setuid,0
	assert_status 0
	assert_stdout "$(printf '%s\n' 'prctl,35,1,0,0,0 EPERM' 'setuid,0 EPERM')"
	assert_stderr ''
}

@test "-q keeps the refusals and leaves the explanations out" {
	namespace_run drop-init -q --user app -- "$python" -c "$calls" chroot,0
	assert_status 0
	assert_stdout 'chroot,0 EPERM'
	assert_stderr ''
}

@test "--log-format json makes an object of each" {
	namespace_run drop-init --log-format json --user app -- "$python" -c "$calls" chroot,0
	assert_status 0
	assert_equal "$("$python" -c 'import json, re, sys
for line in sys.stdin:
    line = json.loads(line)
    print(line["program"], line["level"], re.sub("[0-9]+", "N", line["message"]))' <"$namespace/stderr")" \
		"drop-init warning pythonN[N]: chroot(N) denied by the seccomp profile 'default' (EPERM$advice)" "standard error"
}

@test "a profile of one's own is named, and compares as many bits as it says" {
	cat >"$namespace/mine.json" <<-'END'
		{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
			{"names": ["sched_get_priority_max"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1,
				"args": [{"index": 0, "value": 5, "op": "SCMP_CMP_EQ"}]},
			{"names": ["sched_get_priority_min"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
			{"names": ["sync"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}
	END
	chmod 755 "$namespace" "$BATS_RUN_TMPDIR"
	namespace_run drop-init --user app --seccomp "$namespace/mine.json" -- "$python" -c "$calls" \
		sched_get_priority_max,0 sched_get_priority_max,5 sched_get_priority_min,0 sync
	assert_status 0
	assert_stdout "$(printf '%s\n' 'sched_get_priority_max,0 0' 'sched_get_priority_max,5 EPERM' \
		'sched_get_priority_min,0 ENOSYS' 'sync EPERM')"
	assert_equal "$(sed 's/python3\[[0-9]*\]/P/' "$namespace/stderr")" "$(printf '%s\n' \
		"drop-init: P: sched_get_priority_max(2) with argument 0 = 0x5 denied by the seccomp profile 'mine' (EPERM$advice)" \
		"drop-init: P: sync(2) denied by the seccomp profile 'mine' (EPERM)")" "standard error"
}

# bats test_tags=kernels
@test "a thread is called by its process's name and number" {
	namespace_run drop-init --user app -- "$python" -c 'import ctypes, os, threading
libc = ctypes.CDLL(None, use_errno=True)
def work():
    libc.prctl(15, b"worker")
    libc.chroot(0)
    libc.chroot(0)
threads = [threading.Thread(target=work) for _ in range(4)]
for t in threads: t.start()
for t in threads: t.join()
print(os.getpid())'
	assert_status 0
	assert_stderr "drop-init: python3[$stdout]: chroot(2) denied by the seccomp profile 'default' (EPERM$advice)"
}

@test "a thread that has no name of its own has its process's number, too" {
	namespace_run drop-init --user app -- "$python" -c 'import ctypes, os, threading
t = threading.Thread(target=lambda: ctypes.CDLL(None).chroot(0)); t.start(); t.join()
print(os.getpid())'
	assert_status 0
	assert_stderr "drop-init: python3[$stdout]: chroot(2) denied by the seccomp profile 'default' (EPERM$advice)"
}

@test "what can be done about refusals is said once in a run" {
	namespace_run drop-init --user app -- sh -c 'chroot / true; unshare --user true; chroot / true'
	assert_equal "$(grep -c -- '--record FILE' "$namespace/stderr")" 1 "lines with advice"
	assert_equal "$(grep -c 'denied by the seccomp profile' "$namespace/stderr")" 2 "denials"
}

@test "a flood of refusals writes one line and keeps no signal waiting" {
	namespace_start drop-init --user app --stop-timeout 1 -- "$python" -c 'import ctypes, os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
libc = ctypes.CDLL(None)
for _ in range(8):
    if os.fork() == 0:
        while True: libc.chroot(0)
print("ready", flush=True)
for _ in range(200):
    signal.sigwait([signal.SIGRTMIN])
print("all 200", flush=True)
while True: signal.pause()'
	wait_output ready
	for _ in {1..200}; do
		kill -s RTMIN "$NAMESPACE_PID"
	done
	NAMESPACE_TIMEOUT=60 wait_output 'all 200'
	namespace_stop TERM
	assert_status 143
	assert_equal "$(wc -l <"$namespace/stderr")" 1 "lines of standard error"
}

@test "a log that nobody reads keeps no signal waiting" {
	namespace_run "$python" -c 'import fcntl, os, subprocess, sys
unread, log = os.pipe()
os.write(log, b"x" * fcntl.fcntl(log, fcntl.F_SETPIPE_SZ, 4096))
command = "import ctypes, signal; print(ctypes.CDLL(None).chroot(0), flush=True); signal.pause()"
init = subprocess.Popen(["drop-init", "-v", "--user", "app", sys.executable, "-c", command],
                        stderr=log, stdout=subprocess.PIPE)
print(init.stdout.readline())
init.terminate()
print(init.wait(10))'
	assert_status 0
	assert_stdout "$(printf '%s\n' "b'-1\\n'" 143)"
}

@test "a program that changes its name for each call cannot flood the log" {
	namespace_run drop-init --user app -- "$python" -c 'import ctypes
libc = ctypes.CDLL(None, use_errno=True)
results = set()
for i in range(2000):
    libc.prctl(15, str(i).encode())
    results.add((libc.chroot(0), ctypes.get_errno()))
print(results)'
	assert_status 0
	assert_stdout '{(-1, 1)}'
	assert_equal "$(wc -l <"$namespace/stderr")" 65 "lines of standard error"
	assert_equal "$(tail -n 1 "$namespace/stderr")" \
		'drop-init: that is enough of them: no more denials are reported' "last line"
}

@test "a name with control characters stays in its line" {
	namespace_run drop-init --user app -- "$python" -c 'import ctypes
libc = ctypes.CDLL(None)
libc.prctl(15, b"a\x1b[31m\nb")
libc.chroot(0)'
	assert_status 0
	assert_equal "$(wc -l <"$namespace/stderr")" 1 "lines of standard error"
	assert_stderr_has 'drop-init: a\x1b[31m'
}

@test "where an outer supervisor has the listener, the kernel refuses alone, and -v says so" {
	namespace_run "$outer" listener drop-init -v --user app -- "$python" -c "$calls" chroot,0
	assert_status 0
	assert_stdout 'chroot,0 EPERM'
	assert_stderr_has 'drop-init: denials are not explained: an outer supervisor has the only seccomp listener that there can be'
	namespace_run "$outer" no-listener drop-init --user app -- "$python" -c "$calls" chroot,0
	assert_stdout 'chroot,0 EPERM'
	assert_stderr ''
}

@test "what an outer profile refuses first is not ours to explain" {
	namespace_run "$outer" process_vm_readv=EPERM drop-init --user app -- \
		"$python" -c "$calls" process_vm_readv,1,0,0,0,0,0
	assert_status 0
	assert_stdout 'process_vm_readv,1,0,0,0,0,0 EPERM'
	assert_stderr ''
}

@test "a profile without execve or exit_group is refused before anything starts, by --check as well" {
	chmod 755 "$namespace" "$BATS_RUN_TMPDIR"
	refused() {
		local why="profile 'closed' does not plainly allow $1(2), so nothing could be started under it, or end (drop-seccomp check says more)"
		echo "$2" >"$namespace/closed.json"
		namespace_run drop-init --user app --seccomp "$namespace/closed.json" -- echo started
		assert_status 125
		assert_stdout ''
		assert_equal "$(tail -n 1 "$namespace/stderr")" "drop-init: $why" "standard error"
		namespace_run drop-init --check --user app --seccomp "$namespace/closed.json" -- echo started
		assert_status 125
		assert_stdout_has "$why"
	}
	refused execve '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{"names": ["execve", "sync"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}'
	refused execve '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []}'
	refused exit_group '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{"names": ["exit", "exit_group"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}'
}

@test "a child that no filter lets exit ends all the same, and PID 1 says why" {
	namespace_run "$outer" no-exit drop-init --user app -- /etc/passwd
	assert_status 126
	assert_stdout ''
	assert_stderr_has 'drop-init: /etc/passwd: cannot run it: '
}

@test "what kills a 32-bit program is said, in the termination log too, and --check says it before" {
	[ "$(uname -m)" = x86_64 ] || skip "the program is for x86_64's 32 bits"
	"$python" "$BATS_TEST_DIRNAME/probe/program_32.py" "$namespace/old"
	chmod 755 "$namespace" "$BATS_RUN_TMPDIR"
	namespace_run drop-init --user app --seccomp none -- "$namespace/old"
	[ "$status" = 7 ] || skip "this kernel runs no 32-bit programs"
	namespace_log
	namespace_run drop-init --user app -- "$namespace/old"
	assert_status 159
	assert_stderr "drop-init: $namespace/old was killed by SIGSYS: it is a program for another architecture: i386, 32 bits, not x86-64, and the seccomp profile 'default' is for that one alone (--seccomp with a profile for both, or --seccomp none)"
	assert_equal "$(<"$namespace/log")" "$stderr" 'termination log'
	namespace_run drop-init --check --user app -- "$namespace/old"
	assert_status 125
	assert_stdout_has "it is a program for another architecture: i386, 32 bits, not x86-64, which the seccomp profile 'default' kills"
	namespace_run drop-init --check --user app --seccomp none -- "$namespace/old"
	assert_status 0
}

@test "a call that a profile kills is said to be the profile's, and an outer profile's to be that one's" {
	cat >"$namespace/deadly.json" <<-'END'
		{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
			{"names": ["sync"], "action": "SCMP_ACT_KILL_PROCESS"}, {"names": ["syslog"], "action": "SCMP_ACT_TRAP"}]}
	END
	chmod 755 "$namespace" "$BATS_RUN_TMPDIR"
	for call in sync syslog,0,0,0; do
		namespace_run drop-init --user app --seccomp "$namespace/deadly.json" -- "$python" -c "$calls" "$call"
		assert_status 159
		assert_stderr "drop-init: $python was killed by SIGSYS: the seccomp profile 'deadly' answers a call of it so, or it became a program for another architecture (--record FILE finds out what it needs)"
	done
	namespace_run drop-init sh -c 'kill -SYS $$'
	assert_status 159
	assert_stderr 'drop-init: sh was killed by SIGSYS: an outer seccomp profile, as a container engine'"'s, answers a call of it so"
}

@test "a death before or at the execution names the profile" {
	cat >"$namespace/deadly.json" <<-'END'
		{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["brk"], "action": "SCMP_ACT_KILL_PROCESS"}]}
	END
	chmod 755 "$namespace" "$BATS_RUN_TMPDIR"
	namespace_run drop-init --user app --seccomp "$namespace/deadly.json" -- true
	assert_status 159
	assert_stderr_has "true was killed by SIGSYS: the seccomp profile 'deadly' answers"
	namespace_run drop-init --user app -- sh -c 'kill -SEGV $$'
	assert_status 139
	assert_stderr "drop-init: sh was killed by SIGSEGV at its start: the seccomp profile 'default' may refuse what it needs for that (--record FILE finds out)"
	namespace_run drop-init --user app -- sh -c 'sleep 1.1; kill -SEGV $$'
	assert_status 139
	assert_stderr ''
}

@test "a refusal while the command's children are being stopped is still answered" {
	namespace_run drop-init --user app -- "$python" -c 'import ctypes, os, signal
libc = ctypes.CDLL(None)
r, w = os.pipe()
if os.fork() == 0:
    def end(*_):
        print(libc.chroot(0), flush=True)
        os._exit(0)
    signal.signal(signal.SIGTERM, end)
    os.write(w, b"x")
    while True: signal.pause()
os.read(r, 1)'
	assert_status 0
	assert_stdout -1
	assert_equal "$(wc -l <"$namespace/stderr")" 1 "lines of standard error"
}
