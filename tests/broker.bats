#!/usr/bin/env bats
# --allow-port's second rung: PID 1 binds the listed ports for a command that has no capability.
# shellcheck disable=SC2086 # a way is a word or two

load namespace

repository=$BATS_TEST_DIRNAME/..
probe=$repository/tests/probe
outer=$BUILD/probe/broker_outer
python=/usr/bin/python3

setup() { needs listener; }

own='drop-init: --allow-port: broker: PID 1 binds these ports for the command, on its own socket'
fresh='drop-init: --allow-port: broker: PID 1 binds these ports for the command, on sockets that it makes for it (pidfd_getfd: Operation not permitted)'

bind='import os, socket, sys
for word in sys.argv[1:]:
    kind, port = word.split(":")
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
    try:
        s.bind(("", int(port)))
        print(word, "bound", flush=True)
    except OSError as e:
        print(word, os.strerror(e.errno), flush=True)'

# bats test_tags=kernels
@test "an unmodified server listens on a listed port as the user, with empty capability sets" {
	namespace_start drop-init --user app --allow-port 80 -- "$python" -m http.server -d /usr/share/misc 80
	wait_url http://127.0.0.1/
	assert_dropped --uid 1000 --gid 1000 --groups 1000 --init-caps 400
	namespace_stop TERM
	assert_status 143
}

@test "-v says that the broker serves, and on whose socket" {
	namespace_run drop-init -v --user app --allow-port 80 -- true
	assert_status 0
	assert_stdout ''
	assert_equal "$(head -n 1 "$namespace/stderr")" "$own" "standard error"
	namespace_run "$outer" pidfd_getfd=EPERM drop-init -v --user app --allow-port 80 -- true
	assert_equal "$(head -n 1 "$namespace/stderr")" "$fresh" "standard error"
}

listener_trace() {
	namespace_run strace -f -qq -X raw -e trace=seccomp,ioctl -o "$namespace/trace" \
		drop-init --user app --allow-port 80 -- true
}

# bats test_tags=kernels
@test "the listener has what newer kernels give: callers that wait killably" {
	needs wait_killable
	listener_trace
	# Once for the trial, once for the command.
	assert_equal "$(grep -cE 'seccomp\(0x1, 0x28, .* = [0-9]+$' "$namespace/trace")" 2 listeners
}

# bats test_tags=kernels
@test "the listener has what newer kernels give: a processor handed over" {
	needs sync_wake_up
	listener_trace
	grep -E 'ioctl\([0-9]+, 0x40082104, 0x1\) += 0$' "$namespace/trace"
}

# bats test_tags=kernels
@test "a port or a protocol that is not listed is refused by the kernel, as ever" {
	for way in env "$outer pidfd_getfd=EPERM"; do
		namespace_run $way drop-init --user app --allow-port 80,udp:53 -- \
			"$python" -c "$bind" tcp:80 tcp:81 udp:80 tcp:53 udp:53 tcp:8080
		assert_status 0
		assert_stdout "$(printf '%s\n' 'tcp:80 bound' 'tcp:81 Permission denied' 'udp:80 Permission denied' \
			'tcp:53 Permission denied' 'udp:53 bound' 'tcp:8080 bound')"
		assert_stderr ''
	done
}

# LACKS: what this kernel has not, or an outer filter takes away.
lacks() {
	LACKS=$("$BUILD/probe/kernel" | sed -n 's/ no$//p' | xargs)
	[[ " $* " != *" no-killable "* ]] || LACKS+=' wait_killable'
	export LACKS
}

# What the kernel does where everybody may bind every port is the yardstick.
manners() {
	lacks "$@"
	namespace_prepare 'echo "${FREE_FROM:-1024}" >/proc/sys/net/ipv4/ip_unprivileged_port_start'
	FREE_FROM=0 namespace_run setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all \
		"$python" -W ignore::DeprecationWarning "$probe/broker_manners.py"
	assert_status 0
	kernels=$stdout
	namespace_run "$@" drop-init --user app --allow-port 80,udp:53 --port-method broker -- \
		"$python" -W ignore::DeprecationWarning "$probe/broker_manners.py"
	assert_status 0
	assert_stdout "$kernels"
	assert_stderr ''
}

@test "bind has the kernel's manners: results, sharing, options, flags, mistakes, threads, signals" {
	manners env
}

@test "bind has the kernel's manners where PID 1 has to make the sockets" {
	manners "$outer" pidfd_getfd=EPERM process_vm_readv=EPERM
}

@test "before Linux 5.19, where any signal interrupts a bind, its manners are the kernel's all the same" {
	manners "$outer" no-killable
	manners "$outer" no-killable pidfd_getfd=EPERM process_vm_readv=EPERM
}

@test "before Linux 6.9, where only processes have pidfds, threads bind too" {
	namespace_run "$outer" no-thread drop-init --user app --allow-port 80 --port-method broker -- "$python" -c 'import os, socket, threading
def bind(what):
    with socket.socket() as s:
        s.bind(("", 80))
        print(what, s.getsockname(), flush=True)
for _ in range(2):
    t = threading.Thread(target=bind, args=["thread"]); t.start(); t.join()
if os.fork() == 0:
    t = threading.Thread(target=bind, args=["child"]); t.start(); t.join()
    os._exit(0)
os.wait()'
	assert_status 0
	assert_stdout "$(printf '%s\n' "thread ('0.0.0.0', 80)" "thread ('0.0.0.0', 80)" "child ('0.0.0.0', 80)")"
	assert_stderr ''
}

# A kernel limit: before PID 1 has taken the call, a few microseconds, a signal interrupts it.
@test "a signal handler that restarts no call sees EINTR at worst, and the next try binds" {
	for way in env "$outer no-killable"; do
		lacks $way
		namespace_run $way drop-init --user app --allow-port 80 --port-method broker -- \
			"$python" -c 'import errno, os, signal, socket, time
began = time.monotonic()
for _ in range(100):
    with socket.socket() as s: s.bind(("", 80))
period = max(0.0001, (time.monotonic() - began) / 25) # at least four binds: emulated, one takes longer than that
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, period, period)
interrupted = lost = 0
for _ in range(3000):
    with socket.socket() as s:
        while True:
            try:
                s.bind(("", 80))
                break
            except InterruptedError:
                interrupted += 1
            except OSError as error:
                if error.errno != errno.EINVAL or "wait_killable" not in os.environ["LACKS"]: raise
                lost += 1
                break
signal.setitimer(signal.ITIMER_REAL, 0)
print("rare" if interrupted < 1500 and lost < 30 else f"{interrupted} {lost}")'
		assert_status 0
		assert_stdout rare
	done
}

@test "an address that changes while it is looked at binds nothing but the listed port" {
	for way in env "$outer pidfd_getfd=EPERM"; do
		namespace_run $way drop-init --user app --allow-port 80 --port-method broker -- \
			"$BUILD/probe/broker_race" address 2
		assert_status 0
		assert_stdout 'tcp 80'
	done
}

@test "a descriptor that is replaced meanwhile binds no socket of another kind" {
	for way in env "$outer pidfd_getfd=EPERM"; do
		namespace_run $way drop-init --user app --allow-port 80 --port-method broker -- \
			"$BUILD/probe/broker_race" descriptor 2
		assert_status 0
		assert_stdout 'tcp 80'
	done
}

@test "the command can neither trace PID 1, nor read its memory, nor take its descriptors" {
	namespace_run drop-init --user app --seccomp none --allow-port 80 -- "$python" "$probe/broker_intrude.py"
	assert_status 0
	assert_stdout "$(printf '%s\n' 'ptrace attach: EPERM' 'ptrace seize: EPERM' 'process_vm_readv: EPERM' \
		'process_vm_writev: EPERM' '/proc/1/mem: EACCES' '/proc/1/environ: EACCES' '/proc/1/maps: EACCES' \
		'/proc/1/fd: EACCES' 'pidfd_getfd: EPERM')"
}

@test "a command that was started with no more than a filter cannot trace PID 1, however early it tries" {
	echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["chroot"], "action": "SCMP_ACT_ERRNO"}]}' >"$namespace/open.json"
	drop-seccomp compile "$namespace/open.json" -o "$namespace/open.bpf"
	chmod 755 "$namespace" "$BATS_RUN_TMPDIR"
	namespace_run setpriv --reuid 1000 --regid 1000 --clear-groups \
		sh -c 'for i in $(seq 100); do drop-init --seccomp "$1" "$2"; done | sort | uniq -c' sh \
		"$namespace/open.bpf" "$BUILD/probe/broker_seize"
	assert_stdout '    100 EPERM'
}

@test "no namespace, no passed socket, no io_uring and no other kind of socket leads to a port that is not listed" {
	for way in env "$outer pidfd_getfd=EPERM"; do
		namespace_run $way drop-init --user app --seccomp none --allow-port 80 --port-method broker -- \
			"$python" "$probe/broker_escape.py"
		assert_status 0
		assert_stdout "$(printf '%s\n' "a namespace of one's own, a listed port: bound" \
			"a namespace of one's own, another port: bound" 'from there, a socket of ours, another port: EACCES' \
			'a socket of theirs that they sent, another port: bound' 'a socket of ours that was sent: bound' \
			'io_uring: not bound' 'raw: not bound' 'ping: not bound' 'UDP-Lite: not bound' 'SCTP: not bound' \
			'DCCP: not bound' 'L2TP: not bound')"
		assert_equal "$(wc -l <"$namespace/stderr")" 1 "lines of standard error"
		assert_stderr_has 'its protocol is neither TCP nor UDP'
	done
}

# Nothing is to be told from a socket that nobody else has had in his hands.
@test "a socket that PID 1 has made closes when the command closes it, and PID 1 keeps none that is in use" {
	namespace_start "$outer" pidfd_getfd=EPERM drop-init --user app --allow-port 80 --port-method broker -- "$python" -c 'import os, select, signal, socket, time
def listen(bound):
    s = socket.socket()
    if bound: s.bind(("127.0.0.1", 0))
    s.listen()
    return s
def refused(address):
    for _ in range(100): # where nobody has bound it, the first one to come finds out
        with socket.socket() as c:
            try: c.connect(address)
            except ConnectionRefusedError: return True
            except ConnectionResetError: pass # while it was closed
        time.sleep(0.01)
for bound in True, False:
    s = listen(bound); address = "127.0.0.1", s.getsockname()[1]
    s.close()
    print("closed", refused(address), flush=True)
s = listen(True)
for _ in range(500):
    c = socket.create_connection(s.getsockname())
    a, _ = s.accept()
    c.close()
    a.settimeout(5)
    assert a.recv(1) == b""
    a.close()
waiting = [socket.socket() for _ in range(300)]
for w in waiting: w.close()
first = socket.socket(); first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
more = [socket.socket() for _ in range(200)]
first.bind(("", 80))
print(first.getsockname(), flush=True)
for m in more: m.close()
for _ in range(300): socket.socket().close()
print("done", flush=True)
signal.pause()'
	wait_output 'done'
	assert_stdout "$(printf '%s\n' 'closed True' 'closed True' "('0.0.0.0', 80)" 'done')"
	assert_stderr ''
	[ "$(find "/proc/$NAMESPACE_PID/fd" -type l | wc -l)" -lt 40 ] ||
		namespace_fail "$(ls -l "/proc/$NAMESPACE_PID/fd")"
}

@test "a trial whose judge is killed is no trial, and does not hold up the start" {
	namespace_run strace -f -qq -o /dev/null -e trace=pidfd_open -e inject=pidfd_open:signal=KILL \
		drop-init --user app --allow-port 80 --port-method broker -- echo started
	assert_status 125
	assert_stdout ''
	assert_stderr_has 'the trial process could not be started'
}

@test "while the trial has a port for a moment somebody else can bind it" {
	namespace_start strace -f -qq -o "$namespace/trace" -e trace=bind -e inject=bind:delay_exit=3000000 \
		drop-init --user app --allow-port 80 --port-method broker -- sleep 60
	eventually grep -q 'bind(.*htons(80).* = 0' "$namespace/trace" # the judge's; the tenant's has not returned
	namespace_exec "$python" -c 'import socket; socket.create_server(("127.0.0.1", 80))'
	namespace_stop KILL
}

# Each time that PID 1 is asked its thread wakes up. The first descriptors are those that listeners have, too.
@test "what a server does with its connections is not asked of PID 1" {
	for way in env "$outer pidfd_getfd=EPERM"; do
		namespace_run $way drop-init --user app --allow-port 80 --port-method broker -- \
			"$python" -c 'import glob, re, socket, struct
def asked():
    states = [open(f).read() for f in glob.glob("/proc/1/task/*/status")]
    return sum(int(re.search("\nvoluntary_ctxt_switches:\\s+(\\d+)", s)[1]) for s in states)
with socket.create_server(("", 80)) as s, socket.create_connection(("127.0.0.1", 80)) as c:
    a, _ = s.accept()
    socket.socket().close() # it is settled by the time that this one is
    before = asked()
    for _ in range(500):
        a.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        a.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        a.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        a.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
        c.send(b"x"); a.recv(1); a.getsockname(); a.getpeername()
        socket.socket(socket.AF_UNIX).close(); socket.socket(type=socket.SOCK_DGRAM).close()
    print("not asked" if asked() - before < 50 else asked() - before)'
		assert_status 0
		assert_stdout 'not asked'
	done
}

@test "with a low limit of open files the sockets that come last can be bound, and others are said to be too old" {
	namespace_run sh -c 'ulimit -n 64; exec "$@"' sh "$outer" pidfd_getfd=EPERM drop-init --user app --allow-port 80 --port-method broker -- \
		"$python" -c 'import socket
many = []
try:
    while True: many.append(socket.socket())
except OSError as e: print(e.strerror)
many.pop().close()
s = socket.socket()
s.bind(("", 80))
print(s.getsockname())
s.close()
try: many[0].bind(("", 80))
except OSError as e: print(e.strerror)'
	assert_status 0
	assert_stdout "$(printf '%s\n' 'Too many open files' "('0.0.0.0', 80)" 'Permission denied')"
	assert_stderr_has 'or too many came after it)'
}

@test "a bind that a slow machine takes long for is none whose answer was lost" {
	namespace_run strace -f -qq -o /dev/null -e trace=bind -e inject=bind:delay_enter=1500000 \
		drop-init -v --user app --seccomp none --allow-port 80 -- true
	assert_status 0
	assert_equal "$(head -n 1 "$namespace/stderr")" "$own" "standard error"
}

@test "where a listener can be made, and nothing received from it, the command gets the capability" {
	namespace_run "$outer" no-receive drop-init -v --user app --seccomp none --allow-port 80 -- true
	assert_status 0
	assert_stderr_has "(no broker: answering a bind: Operation not permitted)"
}

@test "a socket of another network namespace is left to the kernel" {
	for way in env "$outer pidfd_getfd=EPERM"; do
		namespace_run $way drop-init --user app --seccomp none --allow-port 80 -- \
			bwrap --bind / / --unshare-user --unshare-net --uid 1000 "$python" -c "$bind" tcp:80
		assert_status 0
		assert_stdout 'tcp:80 Permission denied'
		assert_stderr ''
	done
}

@test "a command that sandboxes itself with bwrap and stays in the network still gets its port" {
	for way in env "$outer pidfd_getfd=EPERM"; do
		namespace_run $way drop-init --user app --seccomp none --allow-port 80 -- \
			bwrap --bind / / --unshare-user --unshare-pid --proc /proc "$python" -c "$bind" tcp:80 tcp:81
		assert_status 0
		assert_stdout "$(printf '%s\n' 'tcp:80 bound' 'tcp:81 Permission denied')"
		assert_stderr ''
	done
}

@test "a program that hides its memory gets the kernel's refusal, and one line says why" {
	namespace_run drop-init --user app --seccomp none --allow-port 80 -- "$python" -c 'import ctypes
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
import socket
for _ in range(3):
    try: socket.socket().bind(("", 80))
    except OSError as e: print(e.strerror)'
	assert_status 0
	assert_stdout "$(printf '%s\n' 'Permission denied' 'Permission denied' 'Permission denied')"
	assert_stderr_has ']: its bind(2) is left to the kernel: reading its memory: Permission denied'
	assert_equal "$(wc -l <"$namespace/stderr")" 1 "lines of standard error"
}

flood='import os, signal, socket
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
for _ in range(8):
    if os.fork() == 0:
        while True:
            with socket.socket() as s:
                try: s.bind(("", 80))
                except OSError: pass
print("ready", flush=True)
for _ in range(200):
    signal.sigwait([signal.SIGRTMIN])
print("all 200", flush=True)
while True: signal.pause()'

@test "a flood of binds keeps no signal waiting" {
	namespace_start drop-init --user app --allow-port 80 --stop-timeout 1 -- "$python" -c "$flood"
	wait_output ready
	for _ in {1..200}; do
		kill -s RTMIN "$NAMESPACE_PID"
	done
	NAMESPACE_TIMEOUT=60 wait_output 'all 200'
	namespace_stop TERM
	assert_status 143
	[ "$elapsed" -lt 5000 ]
}

@test "a flood of binds keeps no orphan waiting where PID 1 has to reap" {
	namespace_start "$BUILD/probe/older_kernel" drop-init --user app --allow-port 80 --stop-timeout 1 -- \
		"$python" -c 'import os, socket, time
for _ in range(8):
    if os.fork() == 0:
        while True:
            with socket.socket() as s:
                try: s.bind(("", 80))
                except OSError: pass
for _ in range(200):
    pid = os.fork()
    if pid == 0:
        if os.fork() == 0: os._exit(0)
        os._exit(0)
    os.waitpid(pid, 0)
print("200 orphans", flush=True)
time.sleep(60)'
	NAMESPACE_TIMEOUT=60 wait_output '200 orphans'
	namespace_reaped() { ! namespace_table | awk '$3 == "Z"' | grep .; }
	wait_until $((NAMESPACE_TIMEOUT / 10)) namespace_reaped
	namespace_stop TERM
	assert_status 143
}

# bats test_tags=kernels
@test "callers that are killed in the middle of a bind do PID 1 no harm" {
	namespace_run drop-init --user app --allow-port 80 -- "$python" -c 'import os, signal, socket, time
for _ in range(200):
    pid = os.fork()
    if pid == 0:
        while True:
            with socket.socket() as s:
                try: s.bind(("", 80))
                except OSError: pass
    time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
s = socket.socket()
s.bind(("", 80))
print("bound")'
	assert_status 0
	assert_stdout bound
	assert_stderr ''
}

@test "what the command left behind can still bind while it is being stopped" {
	namespace_run drop-init --user app --allow-port 80 -- "$python" -c 'import os, signal, socket
r, w = os.pipe()
if os.fork() == 0:
    def end(*_):
        socket.socket().bind(("", 80))
        print("bound at the end", flush=True)
        os._exit(0)
    signal.signal(signal.SIGTERM, end)
    os.write(w, b"x")
    while True: signal.pause()
os.read(r, 1)'
	assert_status 0
	assert_stdout 'bound at the end'
	assert_stderr ''
}

# --- down the ladder -----------------------------------------------------------------------------

# What a rung lacks is said when it is forced; without force the next one is taken.
falls() {
	local why=$1
	shift
	namespace_run "$@" drop-init --user app --allow-port 80 --port-method broker -- "$python" -c "$bind" tcp:80
	assert_status 125
	assert_stdout ''
	assert_stderr "drop-init: --allow-port 80: no broker can be had here: $why"
	namespace_run "$@" drop-init --user app --allow-port 80 -- "$python" -c "$bind" tcp:80
	assert_status 0
	assert_stdout 'tcp:80 bound'
}

@test "where an outer supervisor has the listener, the command gets the capability" {
	falls 'an outer supervisor has the only seccomp listener, or there is none' "$outer" listener
}

@test "where a filter around us refuses listeners, the command gets the capability" {
	falls 'an outer supervisor has the only seccomp listener, or there is none' "$outer" no-listener
}

# Yama 2 and 3 refuse what lets one process into another: PTRACE_MODE_ATTACH, for anybody without CAP_SYS_PTRACE.
@test "where PID 1 may not read the command's memory, as with Yama 2 and 3, the command gets the capability" {
	local pid memory=()
	for pid in {1..40}; do
		memory+=(-P "/proc/$pid/mem")
	done
	falls 'reading its memory: Permission denied' "$outer" process_vm_readv=EPERM pidfd_getfd=EPERM \
		strace -f -qq -o /dev/null "${memory[@]}" -e inject=open,openat:error=EACCES
}

@test "where /proc is not there and process_vm_readv is refused, the command gets the capability" {
	skip_sanitized "ASan says that it misses /proc"
	needs close_range_cloexec # what is inherited is found there otherwise
	falls 'reading its memory: No such file or directory' "$outer" process_vm_readv=EPERM pidfd_getfd=EPERM \
		sh -c 'mount -t tmpfs tmpfs /proc && exec "$@"' sh
}

@test "without pidfd_getfd, as before Linux 5.6, PID 1 makes the sockets" {
	namespace_run "$outer" pidfd_getfd=ENOSYS drop-init -v --user app --allow-port 80 -- "$python" -c "$bind" tcp:80 tcp:81
	assert_stdout "$(printf '%s\n' 'tcp:80 bound' 'tcp:81 Permission denied')"
	assert_stderr_has "${fresh/Operation not permitted/Function not implemented}"
}

@test "without pidfds the command gets the capability" {
	falls 'pidfd_open: Function not implemented' "$outer" pidfd_open=ENOSYS
}

@test "without CAP_NET_BIND_SERVICE there is no rung left, and it says what to add" {
	namespace_run setpriv --bounding-set -net_bind_service drop-init --user app --allow-port 80 -- true
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: --allow-port 80: CAP_NET_BIND_SERVICE is not among our capabilities (start as root with NET_BIND_SERVICE, give the binary cap_net_bind_service=p, or set the sysctl net.ipv4.ip_unprivileged_port_start)'
}

@test "with --exec nobody is left to be a broker, and the command gets the capability" {
	namespace_run drop-init -v --exec --user app --allow-port 80 -- "$python" -c "$bind" tcp:80
	assert_status 0
	assert_stdout 'tcp:80 bound'
	assert_stderr_has '(no broker: --exec leaves nobody to be one)'
}

@test "--check tries the broker for real, and changes nothing" {
	namespace_run drop-init --check --user app --allow-port 80 -- true
	assert_status 0
	assert_stdout_has 'ok  allow-port  80: broker: PID 1 binds these ports for the command, on its own socket'
	assert_stderr ''
}

@test "a port that is in use already does not mislead the handshake" {
	namespace_run sh -c "$python -m http.server 80 >/dev/null 2>&1 & until ss -Hltn 'sport = :80' | grep -q .; do :; done
				exec drop-init -v --stop-timeout 0.1 --user app --allow-port 80 -- true"
	assert_status 0
	assert_stderr_has "$own"
}
