#!/usr/bin/env bats
# PID 1's own seccomp filter: what it leaves of a PID 1 that somebody else has taken over. That everything works
# under it is what all the other tests show.

load namespace

# What the filter of a PID 1 that was started with these options allows, read back from the kernel.
allowed() {
	namespace_start drop-init "$@"
	wait_file /proc/1/task/1/children
	namespace_locked() { [ "$(awk '/^Seccomp:/ { print $2 }' "/proc/$NAMESPACE_PID/status")" = 2 ]; }
	wait_inside "filter of PID 1's own" namespace_locked
	"$BUILD/probe/syscall_filter" "$NAMESPACE_PID" >"$namespace/filter"
	namespace_stop
	drop-seccomp show "$namespace/filter" | awk '/^instructions:$/ { exit }
		/SCMP_ACT_ALLOW:/ { plain = 1; next }
		/SCMP_ACT_KILL_PROCESS:/ { plain = 0 }
		/by the first/ { call = $1 }
		plain { for (i = 1; i <= NF; i++) print $i }
		/SCMP_ACT_ALLOW if/ { sub(/.*if /, call " "); print }' | sort
}

loop='brk
clock_gettime
close
exit
exit_group
fcntl, args[1] == 0x2
fstat
getdents64
getpid
ioctl, args[1] == 0xc048ff0b
kill
madvise, args[2] == 0x4
mmap, args[2] == 0x3
munmap
newfstatat
open, args[1] & 0x220243 == 0x0
open, args[1] & 0x220243 == 0x20001
openat, args[2] & 0x220243 == 0x0
openat, args[2] & 0x220243 == 0x20001
pidfd_open
pidfd_send_signal
poll
ppoll
read
restart_syscall
rt_sigaction, args[0] == 0x11
stat
wait4
waitid
write'

answering='ioctl, args[1] == 0x40082102
ioctl, args[1] == 0xc0182101
ioctl, args[1] == 0xc0502100
pread64'

# both LIST...: the lists in one, sorted.
both() { printf '%s\n' "$@" | sort; }

@test "of all system calls PID 1 can make the few that its loop needs" {
	skip_sanitized "flags of open(2) have other numbers in glibc, and the sanitizers are linked against that"
	[ "$(uname -m)" = x86_64 ] || skip "the list is of x86_64"
	assert_equal "$(allowed --user app --seccomp none sleep 60)" "$loop" "allowed calls"
}

@test "explaining denials, brokering ports and recording add what each of them takes" {
	skip_sanitized "the same"
	[ "$(uname -m)" = x86_64 ] || skip "the list is of x86_64"
	assert_equal "$(allowed --user app sleep 60)" "$(both "$loop" "$answering")" "calls to explain"
	assert_equal "$(allowed --user app --allow-port 80 --port-method broker sleep 60)" \
		"$(both "$loop" "$answering" bind getsockopt pidfd_getfd process_vm_readv)" "the broker's calls"
	assert_equal "$(allowed --user app --record "$namespace/profile.json" sleep 60)" \
		"$(both "$loop" "$answering" ftruncate lseek)" "the recorder's calls"
}

# escape CALL...: drop-init whose PID 1 makes this call, with these arguments, when its loop begins.
escape() {
	namespace_run env ESCAPE="$*" "$BUILD/lockdown/escape" --user app true
}

@test "a PID 1 that leaves its loop is killed, and the container with it" {
	escape 39 # getpid: the probe does get there
	assert_status 90
	# execve, fork, socket, ptrace, setuid, prctl, mount, bpf, io_uring_setup, mprotect and mmap to execute, open
	# to create, to cut, openat to write, TIOCSTI, a signal's handler, and getpid as x32 calls it
	for call in '59' '57' '41 2 1' '101 0' '105 0' '157 38' '165' '321' '425' '10 0 4096 7' '9 0 4096 7 34' \
		'2 0 0x41' '2 0 0x200' '257 -100 0 1' '16 0 0x5412' '13 10' '0x40000027'; do
		# shellcheck disable=SC2086 # several words
		escape $call
		assert_equal "$call: $status" "$call: 159"
		assert_equal "$signal" 31
	done
}

@test "without --user and without a filter PID 1 has none either" {
	namespace_run drop-init grep -E 'NoNewPrivs|Seccomp:' /proc/1/status
	assert_stdout $'NoNewPrivs:\t0\nSeccomp:\t0'
}

@test "where PID 1 cannot have a filter, -v says so and the command runs" {
	namespace_run "$BUILD/probe/broker_outer" seccomp=EINVAL drop-init -v --user app --seccomp none true
	assert_status 0
	assert_stderr_has 'drop-init: PID 1 has no seccomp filter of its own: Invalid argument'
}
