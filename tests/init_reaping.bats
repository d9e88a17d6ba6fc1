#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # namespace.bash sets the results; $ in single quotes is the command's
# Orphans are reaped, or never become zombies; the command's own status comes through.

load namespace

probe=$BUILD/probe

# A hundred orphans that end at once, and then the command goes on.
orphans='for i in $(seq 100); do (sleep 0.01 &); done; sleep 0.3; echo ready; read -r line'

# Both ways by which PID 1 learns of ends: the status that outlives the process, and waitpid(2).
both_kernels() {
	"$@" env
	"$@" "$probe/older_kernel"
}

leaves_no_zombie() {
	namespace_start "$1" drop-init bash -c "$orphans; exec sleep 60"
	wait_output ready
	eventually no_zombie
	namespace_stop TERM
	assert_status 143
	assert_stdout ready
	assert_stderr ''
}

no_zombie() { ! namespace_table | awk '$3 == "Z"' | grep -q .; }

# bats test_tags=kernels
@test "a hundred orphans leave no zombie" {
	both_kernels leaves_no_zombie
}

# bats test_tags=kernels
@test "how a process ended is told right where its first thread had ended before, whoever tells it" {
	thread='import ctypes, os, threading, time
threading.Thread(target=lambda: (time.sleep(0.2), ACTION)).start()
ctypes.CDLL(None).pthread_exit(None)'
	for init in env "$probe/older_kernel"; do
		namespace_run "$init" drop-init python3 -c "${thread/ACTION/os._exit(3)}"
		assert_status 3
		namespace_run "$init" drop-init python3 -c "${thread/ACTION/os.kill(os.getpid(), 9)}"
		assert_status 137
	done
}

@test "where the kernel tells how a process ended, SIGCHLD is ignored and no zombie can form" {
	namespace_start sleep 60
	given=$(awk '/^SigIgn/ { print $2 }' "/proc/$NAMESPACE_PID/status")
	namespace_stop KILL
	namespace_start drop-init sleep 60
	ignored=$(awk '/^SigIgn/ { print $2 }' "/proc/$NAMESPACE_PID/status")
	[ $((16#$ignored >> 16 & 1)) = 1 ] || skip "this kernel has no PIDFD_INFO_EXIT"
	assert_equal "$(namespace_exec awk '/^SigIgn/ { print $2 }' /proc/2/status)" "$given"
	namespace_stop
	namespace_start "$probe/older_kernel" drop-init sleep 60
	ignored=$(awk '/^SigIgn/ { print $2 }' "/proc/$NAMESPACE_PID/status")
	assert_equal $((16#$ignored >> 16 & 1)) 0
}

passes_status() {
	for code in 0 1 42 125 126 127 128 255; do
		namespace_run "$1" drop-init sh -c "exit $code"
		assert_status "$code"
		assert_stdout ''
		assert_stderr ''
	done
	for name in HUP INT TERM KILL USR1 SEGV; do
		namespace_run "$1" drop-init sh -c "ulimit -c 0; kill -s $name \$\$"
		assert_status $((128 + $(kill -l $name)))
		assert_equal "$signal" 0
	done
}

@test "the exit status is the command's own, and 128+n when signal n ended it" {
	both_kernels passes_status
}

@test "--remap-exit makes the codes it names 0, and no other" {
	namespace_run drop-init -e 143 --remap-exit 7 sh -c 'exit 7'
	assert_status 0
	namespace_run drop-init -e 143 -e 7 sh -c 'exit 8'
	assert_status 8
	namespace_start drop-init -e 143 sleep 60
	namespace_stop TERM
	assert_status 0
}

@test "--warn-on-reap says each orphan's name, pid and status, and nothing of the command" {
	namespace_run drop-init -w sh -c "$namespace_orphan"'orphan "exit 3"; orphan "kill -KILL \$\$"; exit 4'
	assert_status 4
	assert_equal "$(sed -E 's/\[[0-9]+\]/[PID]/' "$namespace/stderr" | sort)" \
		$'drop-init: reaped orphan sh[PID]: SIGKILL\ndrop-init: reaped orphan sh[PID]: exit status 3'
}

@test "--warn-on-reap says so of an orphan that ends while PID 1 looks for others, too" {
	namespace_run strace -f -qq -o /dev/null -e trace=waitid -e inject=waitid:delay_exit=200000 \
		drop-init -w sh -c 'for i in 1 2 3 4 5 6; do (sh -c "exit 3" &); sleep 0.25; done; sleep 1'
	assert_status 0
	assert_equal "$(grep -c 'reaped orphan sh\[.*\]: exit status 3' "$namespace/stderr")" 6 lines
}

@test "started with SIGCHLD ignored, drop-init still learns how the command ended" {
	for kernel in env "$probe/older_kernel"; do
		namespace_run perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' "$kernel" drop-init sh -c 'exit 9'
		assert_status 9
		assert_stderr ''
	done
}

@test "not PID 1, it is a subreaper without being asked, and says nothing about it" {
	namespace_start sh -c 'drop-init sh -c "(setsid sleep 50 &) ; echo ready; exec sleep 60"; exec sleep 60'
	wait_output ready
	init=$(namespace_table | awk '$2 == "drop-init" { print $1 }')
	eventually child_of "$init"
	assert_stderr ''
}

child_of() { [ "$(namespace_exec sh -c "grep -lsE '^PPid:[[:space:]]$1$' /proc/[0-9]*/status | wc -l")" = 2 ]; }

@test "nothing wakes it up while nothing happens" {
	for options in "" "--user app"; do
		# shellcheck disable=SC2086 # two words
		namespace_start drop-init $options sleep 60
		eventually is_asleep
		before=$(switches)
		sleep 1.5 # nothing happens, which nothing announces
		assert_equal "$(switches)" "$before" "context switches"
		namespace_stop
	done
}

is_asleep() { grep -q '^State:.S' "/proc/$NAMESPACE_PID/status" && namespace_table | grep -q ' sleep S '; }
switches() { awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$NAMESPACE_PID"/task/*/status; }

@test "closed standard streams are filled, for drop-init and for the command" {
	namespace_run sh -c 'exec drop-init sh -c "readlink /proc/self/fd/0; readlink /proc/self/fd/2" <&- 2>&-'
	assert_status 0
	assert_stdout $'/dev/null\n/dev/null'
	assert_stderr ''
}

@test "option parsing stops at the command: its options are its own" {
	namespace_run drop-init echo -l --help -v
	assert_status 0
	assert_stdout '-l --help -v'
	assert_stderr ''
	namespace_run drop-init -- echo -- -x
	assert_stdout '-- -x'
}

@test "a command that cannot be executed: 127 where there is none, 126 where it cannot be run" {
	namespace_run drop-init /nonexistent
	assert_status 127
	assert_stdout ''
	assert_stderr_has "drop-init: /nonexistent: "
	namespace_run drop-init no-such-command
	assert_status 127
	namespace_run drop-init /etc
	assert_status 126
	namespace_run drop-init /etc/passwd
	assert_status 126
	namespace_run drop-init --no-such-option
	assert_status 125
	namespace_run drop-init
	assert_status 125
}

@test "PID 1 does not keep the folder busy that the command was started in" {
	namespace_start sh -c 'cd /tmp && exec drop-init sh -c "pwd; exec sleep 60"'
	wait_output /tmp
	eventually is_asleep
	assert_equal "$(readlink "/proc/$NAMESPACE_PID/cwd")" /
}
