#!/usr/bin/env bats
# PID 1's own seccomp filter: what it leaves of a PID 1 that somebody else has taken over. That everything works
# under it is what all the other tests show.

load namespace

# What the filters of a PID 1 that was started with these options allow, read back from the kernel: of its first
# thread in loop.calls, of the one that answers, where there is one, in answering.calls.
under=()
allowed() {
	local file task
	rm -f "$namespace"/*.calls
	namespace_start "${under[@]}" drop-init "$@"
	wait_file /proc/1/task/1/children
	namespace_locked() {
		! grep -L "^Seccomp_filters:.$((1 + (${#under[@]} > 0)))$" "/proc/$NAMESPACE_PID"/task/*/status | grep -q .
	}
	wait_inside "filter of PID 1's own" namespace_locked
	for task in "/proc/$NAMESPACE_PID"/task/*; do
		file=$namespace/answering.calls
		[ "${task##*/}" != "$NAMESPACE_PID" ] || file=$namespace/loop.calls
		"$BUILD/probe/syscall_filter" "${task##*/}" >"$namespace/filter"
		drop-seccomp show "$namespace/filter" | awk '/^instructions:$/ { exit }
			/SCMP_ACT_ALLOW:/ { plain = 1; next }
			/SCMP_ACT_KILL_PROCESS:/ { plain = 0 }
			/by the first/ { plain = 0; call = $1 }
			plain { for (i = 1; i <= NF; i++) print $i }
			/SCMP_ACT_ALLOW if/ { sub(/.*if /, call " "); print }' | sort >"$file"
	done
	namespace_stop
}

# number CALL: on this machine, or nothing where it has no such call.
number() { awk -v name="\"$1\\\\0\"" '$0 == name { print NR - 1 }' "$BUILD/syscall_names.h"; }

# Of these lines those whose call this machine has. O_NOFOLLOW is another bit on arm64.
on_this_machine() {
	local line nofollow=()
	[ "$(uname -m)" != aarch64 ] || nofollow=(-e s/0x220243/0x208243/ -e s/0x20201/0x8201/)
	printf '%s\n' "$@" | while IFS= read -r line; do
		[ -z "$(number "${line%%,*}")" ] || echo "$line"
	done | sed "${nofollow[@]}" -e ''
}

# has WHOSE CALLS...: WHOSE list is these, and no more.
has() {
	local whose=$1
	shift
	assert_equal "$(<"$namespace/$whose.calls")" "$(on_this_machine "$@" | sort)" "what $whose may call"
}

both='brk
clock_gettime
close
exit
fcntl, args[1] == 0x2
fstat
futex
getpid
madvise, args[2] == 0x4
madvise, args[2] == 0x8
mmap, args[2] & 0xfffffffc == 0x0
mprotect, args[2] & 0xfffffffc == 0x0
munmap
newfstatat
open, args[1] & 0x220243 == 0x0
openat, args[2] & 0x220243 == 0x0
poll
ppoll
pread64
pwritev2
read
restart_syscall
stat
write'

loop='exit_group
getdents64
ioctl, args[1] == 0xc048ff0b
kill
open, args[1] & 0x220243 == 0x20201
openat, args[2] & 0x220243 == 0x20201
pidfd_open
pidfd_send_signal
rt_sigaction, args[0] == 0x11
wait4
waitid'

answering='ioctl, args[1] == 0x40082102
ioctl, args[1] == 0xc0182101
ioctl, args[1] == 0xc0502100
rt_sigprocmask'

# bats test_tags=kernels
@test "of all system calls PID 1 can make the few that its loop needs" {
	skip_sanitized "flags of open(2) have other numbers in glibc, and the sanitizers are linked against that"
	allowed --user app --seccomp none sleep 60
	has loop "$both" "$loop"
	[ ! -e "$namespace/answering.calls" ]
}

@test "explaining denials, brokering ports and recording add what each of them takes to the thread that answers" {
	skip_sanitized "the same"
	allowed --user app sleep 60
	has loop "$both" "$loop"
	has answering "$both" "$answering"
	allowed --user app --allow-port 80 --port-method broker sleep 60
	has loop "$both" "$loop"
	has answering "$both" "$answering" bind getsockopt pidfd_getfd pidfd_open process_vm_readv
	under=("$BUILD/probe/broker_outer" pidfd_getfd=EPERM)
	allowed --user app --allow-port 80 --port-method broker sleep 60
	under=()
	has loop "$both" "$loop"
	has answering "$both" "$answering" bind getsockopt pidfd_getfd pidfd_open process_vm_readv \
		epoll_ctl epoll_pwait epoll_wait getpeername 'ioctl, args[1] == 0x40182103' socket
	allowed --user app --record "$namespace/profile.json" sleep 60
	has loop "$both" "$loop" ftruncate lseek
	has answering "$both" "$answering"
}

# escape CALL [ARGUMENT]...: drop-init whose PID 1 makes this call when its loop begins. x32 calls getpid by its bit.
escape() {
	namespace_run env ESCAPE="$(numbered "$@")" "$BUILD/lockdown/escape" --user app sleep 60
}
numbered() { echo "$(number "$1") ${*:2}"; }

# Sets "calls": of these, each with its arguments, those that this machine has.
choose_calls() {
	local call
	calls=()
	for call in "$@"; do
		[ -z "$(number "${call%% *}")" ] || calls+=("$call")
	done
}

# bats test_tags=kernels
@test "a PID 1 that leaves its loop is killed, and the container with it" {
	escape getpid # the probe does get there
	assert_status 90
	# mprotect and mmap to execute, the listener's SECCOMP_IOCTL_NOTIF_RECV and rt_sigprocmask, which are the other
	# thread's, open to create, to cut, openat to write, TIOCSTI, a signal's handler
	choose_calls execve fork clone 'socket 2 1' 'ptrace 0' 'setuid 0' 'prctl 38' mount bpf io_uring_setup \
		'mprotect 0 4096 7' \
		'mmap 0 4096 7 34' 'ioctl 0 0xc0502100' 'rt_sigprocmask 0' 'open 0 0x41' 'open 0 0x200' 'openat -100 0 1' \
		'ioctl 0 0x5412' 'rt_sigaction 10'
	for call in "${calls[@]}"; do
		# shellcheck disable=SC2086 # several words
		escape $call
		assert_equal "$call: $status" "$call: 159"
		assert_equal "$signal" 31
		assert_stderr ''
	done
	[ "$(uname -m)" = x86_64 ] || return 0
	namespace_run env ESCAPE=0x40000027 "$BUILD/lockdown/escape" --user app sleep 60 # getpid, as x32 calls it
	assert_status 159
	assert_stderr ''
}

@test "the thread that answers is killed for what is the loop's to do, or nobody's" {
	namespace_run env ESCAPE_FROM=answering ESCAPE="$(number getpid)" "$BUILD/lockdown/escape" --user app sleep 0.5
	assert_status 0
	assert_stderr escaped # the probe does get there
	# pidfd_getfd takes a descriptor as a broker does; open to write
	choose_calls execve fork clone 'kill 2 9' 'wait4 -1' 'exit_group 0' 'bind 0' 'pidfd_getfd 0 0' 'open 0 0x20201' \
		'openat -100 0 1'
	for call in "${calls[@]}"; do
		# shellcheck disable=SC2086 # several words
		namespace_run env ESCAPE_FROM=answering ESCAPE="$(numbered $call)" "$BUILD/lockdown/escape" --user app sleep 5
		assert_equal "$call: $status" "$call: 159"
		assert_equal "$signal" 31
		assert_stderr ''
	done
}

@test "without --user and without a filter PID 1 has none either" {
	namespace_run drop-init grep -E 'NoNewPrivs|Seccomp:' /proc/1/status
	assert_stdout $'NoNewPrivs:\t0\nSeccomp:\t0'
}

@test "where PID 1 cannot have a filter, or only seems to get one, that is a warning and the command runs" {
	namespace_run "$BUILD/probe/broker_outer" seccomp=EINVAL drop-init --user app --seccomp none true
	assert_status 0
	assert_stderr 'drop-init: PID 1 has no seccomp filter of its own: Invalid argument'
	namespace_run strace -qq -o "$namespace/trace" -e trace=seccomp -e inject=seccomp:retval=0 \
		drop-init --user app --seccomp none true
	assert_status 0
	assert_stderr_has 'drop-init: PID 1 has no seccomp filter of its own: State not recoverable'
}
