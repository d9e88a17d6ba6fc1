#!/usr/bin/env bats
# shellcheck disable=SC2016 # what is expanded is expanded inside
# A hostile environment: what was asked for happens, or one line says why it does not, and nothing else.

load namespace

# ran OPTION...: the command ran as app, without a capability and with a filter, and nothing was said.
ran() {
	namespace_run "$@"
	assert_status 0
	assert_stderr ''
}

# refused LINE COMMAND...: it did not run, and this is the line.
refused() {
	local line=$1
	shift
	namespace_run "$@"
	assert_status 125
	assert_stdout ''
	assert_stderr "drop-init: $line"
}

# The command of most tests: who it is, in a line.
who='echo $(id -u) $(grep -c "^Cap.*0000000000000000" /proc/self/status) $(sed -n "s/^Seccomp:\t//p" /proc/self/status)'
app='1000 5 2'

# --- descriptors ---------------------------------------------------------------------------------

@test "closed standard streams are /dev/null in the command, and no file gets their numbers" {
	ran sh -c 'exec drop-init --user app sh -c "readlink /proc/\$\$/fd/0 /proc/\$\$/fd/2 >&1" <&- 2>&-'
	assert_stdout $'/dev/null\n/dev/null'
	ran sh -c 'exec drop-init --user app --listen 80 sh -c "readlink /proc/\$\$/fd/1 >/dev/shm/streams; ls /proc/\$\$/fd >>/dev/shm/streams" >&-'
	assert_stdout ''
}

@test "of thousands of inherited descriptors the command gets none" {
	ran python3 -c '
import os, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (6000, 6000)) # a login may give 1024
held = [os.open("/etc/shadow", os.O_RDONLY) for _ in range(5000)]
for fd in held:
    os.set_inheritable(fd, True)
os.execvp("drop-init", ["drop-init", "--user", "app", "sh", "-c", "ls /proc/$$/fd"])'
	assert_stdout $'0\n1\n2'
}

# Otherwise /proc tells which descriptors there are to be kept from the command.
seals_without_proc() { "$BUILD/probe/kernel" close_range_cloexec >/dev/null; }
cannot_seal='cannot keep inherited descriptors from the command: WHY (raise the limit of open files, mount /proc, or use Linux 5.11 or later)'

@test "a limit of three open files is said, and one of eight is enough" {
	skip_sanitized "the dynamic linker needs more"
	refused 'cannot read /etc/passwd: No file descriptors available' \
		prlimit --nofile=3 drop-init --user app true
	refused 'cannot receive signals: No file descriptors available' prlimit --nofile=3 drop-init true
	line='true: not starting it: cannot load the seccomp filter: No file descriptors available'
	seals_without_proc || line="${cannot_seal/WHY/No file descriptors available}"
	refused "$line" prlimit --nofile=4 drop-init --user app true
	ran prlimit --nofile=8 drop-init --user app sh -c "$who"
	assert_stdout "$app"
}

# --- limits --------------------------------------------------------------------------------------

@test "a limit of processes is said, whoever it counts for" {
	local line='cannot create a process: Resource temporarily unavailable (its user is at the limit of processes: ulimit -u)'
	refused "true: $line" prlimit --nproc=0 drop-init --user app true
	refused "true: $line" setpriv --reuid 1000 --regid 1000 --clear-groups prlimit --nproc=0 drop-init true
	refused '--allow-port 80: no broker can be had here: clone: Resource temporarily unavailable' \
		prlimit --nproc=0 drop-init --user app --allow-port 80 --port-method broker true
	# One for us and one for the command: none is left for the thread that answers it.
	namespace_user lonely 54321
	refused 'cannot start the thread that answers the command: Resource temporarily unavailable (its user is at the limit of processes: ulimit -u)' \
		prlimit --nproc=2 drop-init --user lonely sleep 60
}

@test "signals that the command sends to each thread of PID 1 by itself are in nobody's way" {
	namespace_start drop-init --user app --allow-port 80 -- python3 -c "$call_numbers"'import ctypes, os, signal, socket
libc = ctypes.CDLL(None)
every = signal.valid_signals()
signal.pthread_sigmask(signal.SIG_BLOCK, every) # the first thread passes them on
for task in os.listdir("/proc/1/task"):
    for number in sorted(every) * 300:
        libc.syscall(numbers["tgkill"], 1, int(task), number)
while signal.sigtimedwait(every, 0.5): pass
print("sent", flush=True)
signal.sigwait([signal.SIGUSR1])
s = socket.socket()
s.bind(("", 80))
print("bound", libc.syscall(numbers["chroot"], 0), flush=True)
signal.sigwait([signal.SIGTERM])
os._exit(3)'
	wait_output sent
	namespace_signal USR1
	wait_output 'bound -1'
	namespace_stop TERM
	[ "$elapsed" -lt 5000 ]
}

@test "where files may have no length, messages are lost and the command is not" {
	namespace_run prlimit --fsize=0 drop-init -v --user app sh -c 'exit 3'
	assert_status 3
	assert_equal "$(wc -c <"$namespace/stderr")" 0 'bytes of messages'
	namespace_run prlimit --fsize=0 drop-init --user nobody-knows true
	assert_status 125
}

@test "a stack that is too small is said before it overflows" {
	refused 'a stack of 56 KiB is too small (ulimit -s 64)' bash -c 'ulimit -s 56; exec drop-init --user app true'
	ran bash -c 'ulimit -s 64; exec drop-init --user app --listen 80 --chown /dev/shm/x,mkdir --allow-port 81 true'
}

@test "the longest command line and the largest environment that the kernel takes arrive whole" {
	ran python3 -c '
import os
os.execvp("drop-init", ["drop-init", "--user", "app", "sh", "-c", "echo $# ${#1}", "sh",
    "x" * 131000] + ["y" * 100] * 15000)'
	assert_stdout '15001 131000'
	ran python3 -c '
import os
for i in range(15000):
    os.environ[f"V{i}"] = "y" * 100
os.execvp("drop-init", ["drop-init", "--user", "app", "sh", "-c", "env | grep -c ^V"])'
	assert_stdout 15000
}

# --- what is missing -----------------------------------------------------------------------------

@test "without /proc it steps down as well" {
	skip_sanitized "ASan says that it misses /proc"
	namespace_prepare 'true'
	if ! seals_without_proc; then
		refused "${cannot_seal/WHY/No such file or directory}" \
			sh -c 'umount -l /proc; mount -t tmpfs none /proc; exec drop-init --user app true'
		return
	fi
	namespace_run sh -c 'umount -l /proc; mount -t tmpfs none /proc; exec drop-init --user app --chown /dev/shm/x,mkdir \
		--listen 80 --allow-port 81 python3 -c "
import ctypes, os
libc = ctypes.CDLL(None)
print(os.getresuid(), libc.prctl(21), libc.prctl(39, 0, 0, 0, 0),
    [n for n in range(41) if libc.prctl(23, n)], os.stat(\"/dev/shm/x\").st_uid)"'
	# The broker looks there whose socket it is; without, the command has the capability.
	assert_stdout '(1000, 1000, 1000) 2 1 [10] 1000'
	assert_status 0
	assert_stderr ''
}

@test "without /dev only a closed standard stream stands in the way" {
	ran sh -c 'mount -t tmpfs none /dev; exec drop-init --user app sh -c "$0"' "$who"
	assert_stdout "$app"
	refused 'descriptor 0 is closed and cannot be filled from /dev/null: No such file or directory' \
		sh -c 'mount -t tmpfs none /dev; exec drop-init --user app true <&-'
}

@test "without /etc numbers work, and a name is said to be unknown" {
	ran sh -c 'mount -t tmpfs none /etc; exec drop-init --user 1000:1000 sh -c "$0"' "$who"
	assert_stdout "$app"
	refused "--user app: no user 'app' in /etc/passwd (add it to the image, or give numbers: UID:GID)" \
		sh -c 'mount -t tmpfs none /etc; exec drop-init --user app true'
	refused '--user 1000: user 1000 has no entry in /etc/passwd, so its group must be given too (--user 1000:GROUP)' \
		sh -c 'mount -t tmpfs none /etc; exec drop-init --user 1000 true'
}

@test "where everything is read-only, only what has to be changed stands in the way" {
	local all='cut -d" " -f5 /proc/self/mountinfo | while read -r m; do mount -o remount,bind,ro "$m" 2>/dev/null; done'
	namespace_prepare 'mkdir -p /dev/shm/right /dev/shm/wrong; chown 1000:1000 /dev/shm/right'
	ran sh -c "$all"'; exec drop-init --user app --chown /dev/shm/right --listen 80 sh -c "touch /dev/shm/right/x 2>/dev/null || $0"' "$who"
	assert_stdout "$app"
	namespace_run sh -c "$all"'; exec drop-init --user app --chown /dev/shm/wrong echo ran'
	assert_status 125
	assert_stdout ''
	assert_stderr "drop-init: --chown /dev/shm/wrong: cannot change the owner of '/dev/shm/wrong': Read-only file system (mount it writable, or chown it in the image)"
}

# --- users ---------------------------------------------------------------------------------------

# passwd BYTES: a file that ends with these, as printf(1) writes them.
passwd() {
	printf 'root:x:0:0::/:/bin/sh\n' >"$namespace/etc/passwd"
	# shellcheck disable=SC2059 # it is a format
	printf "$1" >>"$namespace/etc/passwd"
}

@test "in a passwd file with NULs, duplicates, a line of 1 MiB and no end the first whole entry counts" {
	passwd 'app\0:x:0:0::/:\nbad\0app:x:0:0::/:\napp:x:1000:1000::/home/app:/bin/sh\napp:x:0:0::/root:/bin/sh'
	ran drop-init --user app sh -c "$who"
	assert_stdout "$app"
	{
		head -c 1048576 /dev/zero | tr '\0' a
		printf ':x:0:0::/:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh'
	} >"$namespace/etc/passwd"
	ran drop-init --user app sh -c "$who"
	assert_stdout "$app"
	printf 'app:x:1000:1000:%01048576d:/home/app:/bin/sh' 0 >"$namespace/etc/passwd"
	ran drop-init --user app sh -c 'echo $HOME'
	assert_stdout /home/app
}

@test "no number in a passwd file becomes root by being too large, signed or padded" {
	local number
	for number in 4294967296 -1 4294967295 0x0 ' 0' 1e3 '' 18446744073709551616 1000x; do
		passwd "app:x:$number:1000::/home/app:/bin/sh\n"
		namespace_run drop-init --user app sh -c 'id -u'
		assert_status 125
		assert_stdout ''
		assert_equal "$(wc -l <"$namespace/stderr")" 1 "lines for '$number'"
	done
	passwd 'app:x:0:0::/home/app:/bin/sh\n'
	refused '--user app: this is user 0, and drop-init only steps down from root (name another user, or leave --user out)' drop-init --user app true
}

# --- an attacker's environment -------------------------------------------------------------------

@test "a set-user-ID or set-group-ID copy does nothing" {
	local mode
	for mode in 4755 2755; do
		namespace_run sh -c 'mount -o remount,suid,exec /dev/shm; cp "$(command -v drop-init)" /dev/shm/copy
			chmod "$0" /dev/shm/copy; exec setpriv --reuid 1000 --regid 1000 --clear-groups /dev/shm/copy id -u' "$mode"
		assert_status 125
		assert_stdout ''
		assert_stderr 'drop-init: started set-user-ID or set-group-ID, which it is not made for (chmod ug-s the binary)'
	done
}

@test "the dynamic linker's variables are nothing to us, and reach the command as they are" {
	skip_sanitized "a dynamic program has a linker that reads them"
	namespace_run env LD_PRELOAD=/dev/shm/evil.so LD_AUDIT=/dev/shm/evil.so LD_LIBRARY_PATH=/dev/shm \
		drop-init --user app /bin/busybox sh -c 'echo $LD_PRELOAD $LD_AUDIT $LD_LIBRARY_PATH'
	assert_status 0
	assert_stdout '/dev/shm/evil.so /dev/shm/evil.so /dev/shm'
	assert_stderr ''
}

@test "LISTEN_* variables that are not for us name no descriptor, and those that are must be right" {
	ran env LISTEN_FDS=1 LISTEN_PID=77 LISTEN_FDNAMES=x LISTEN_PIDFDID=3 drop-init --user app \
		sh -c 'env | grep ^LISTEN_ || ls /proc/$$/fd'
	assert_stdout $'0\n1\n2'
	refused 'LISTEN_FDS=4097: not a number from 0 to 4096' env LISTEN_FDS=4097 LISTEN_PID=1 drop-init --user app true
	refused 'LISTEN_FDS=-1: not a number from 0 to 4096' env LISTEN_FDS=-1 LISTEN_PID=1 drop-init --user app true
	refused 'LISTEN_FDS=3: descriptor 3: Bad file descriptor' env LISTEN_FDS=3 LISTEN_PID=1 drop-init --user app true
	ran env LISTEN_FDS=1 LISTEN_PID=4294967297 drop-init --user app sh -c 'echo ${LISTEN_FDS-none}'
	assert_stdout none
}

# --- a command that turns on PID 1 ---------------------------------------------------------------

# survives CODE: the command, of the same user as PID 1, does this to it; PID 1 then reports its end. No profile
# stands in its way.
survives() {
	namespace_run drop-init --user app --seccomp "${PROFILE:-none}" python3 -c "$call_numbers
import ctypes, os, signal, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def refused(call, *arguments):
    result = libc.syscall(call, *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    print(os.strerror(ctypes.get_errno()) if result < 0 else 'done')
$1
sys.stdout.flush()
os._exit(4)"
	assert_status 4
	[ -n "${PROFILE:-}" ] || assert_stderr ''
}

@test "PID 1 cannot be killed or stopped by the command" {
	survives '
for number in (signal.SIGKILL, signal.SIGSTOP):
    os.kill(1, number)
for number in range(1, 65):
    if number not in (9, 19, 32, 33):
        signal.signal(number, signal.SIG_IGN)
        os.kill(1, number)
while open("/proc/1/stat").read().split()[2] not in "S":
    time.sleep(0.01)
print("there")'
	assert_stdout there
}

# bats test_tags=kernels
@test "PID 1 cannot be traced, read or written by the command" {
	survives '
refused(numbers["ptrace"], 16, 1, 0, 0)           # PTRACE_ATTACH
refused(numbers["ptrace"], 0x4206, 1, 0, 0)       # PTRACE_SEIZE
vec = (ctypes.c_ulong * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)
refused(numbers["process_vm_readv"], 1, vec, 1, vec, 1, 0)
for name in ("mem", "environ", "maps", "fd", "cwd", "root", "exe"):
    try:
        path = "/proc/1/" + name
        print(name, os.listdir(path) if name == "fd" else
              os.readlink(path) if name in ("cwd", "root", "exe") else len(open(path).read()))
    except OSError as error:
        print(name, error.strerror)
pidfd = os.pidfd_open(1)
refused(numbers["pidfd_getfd"], pidfd, 0, 0)'
	assert_stdout 'Operation not permitted
Operation not permitted
Operation not permitted
mem Permission denied
environ Permission denied
maps Permission denied
fd Permission denied
cwd Permission denied
root Permission denied
exe Permission denied
Operation not permitted'
}

@test "PID 1 with the lowest priority and the tightest limits still reaps and reports" {
	survives '
for name, arguments in (("setpriority", (0, 1, 19)), ("ioprio_set", (1, 1, 3 << 13)),
                        ("sched_setscheduler", (1, 5, ctypes.byref(ctypes.c_int(0))))):
    refused(numbers[name], *arguments)
for limit in (1, 2, 3, 4, 6, 9):                  # of file size, data, stack, core, processes, memory
    refused(numbers["prlimit64"], 1, limit, (ctypes.c_ulong * 2)(2, 2), 0)
pid = os.fork()
if pid == 0:
    if os.fork() == 0:
        os._exit(0)
    os._exit(0)
os.waitpid(pid, 0)
print("there")'
	assert_stdout "$(printf 'done\n%.0s' 1 2 3 4 5 6 7 8 9)"$'\nthere'
}

@test "a command that takes PID 1's open files away has ended itself, and is told so" {
	namespace_run drop-init --user app --seccomp none python3 -c '
import ctypes, os, signal, time
ctypes.CDLL(None).prlimit(1, 7, (ctypes.c_ulong * 2)(0, 0), None)
os.kill(1, signal.SIGWINCH)
time.sleep(30)'
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: cannot wait for events: Invalid argument'
}

@test "a flood of signals, orphans and denied calls ends when the command does" {
	PROFILE=default survives '
for round in range(200):
    if os.fork() == 0:
        if os.fork() == 0:
            for _ in range(50):
                os.kill(1, signal.SIGWINCH)
                libc.mount(0, 0, 0, 0, 0)
            os._exit(0)
        os._exit(0)
    os.wait()
print("there")'
	assert_stdout there
	assert_equal "$(wc -l <"$namespace/stderr")" 1 'lines, for all denied calls'
}
