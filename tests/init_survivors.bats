#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # namespace.bash sets the results; $ in single quotes is the command's
# What the command leaves behind is asked to end, has time for it, and is killed when it does not.

load namespace

setup() {
	# These say when they are ready, write down the signal that they end by, and fork nothing.
	cat >"$BATS_TEST_TMPDIR/ends-by" <<-'END'
		#!/usr/bin/perl
		$| = 1;
		$SIG{$_} = "IGNORE" for qw(TERM INT);
		$SIG{$ARGV[0]} = sub { print "got $ARGV[0]\n"; exit } if @ARGV;
		print "ready\n";
		sleep 1 while 1;
	END
	chmod 755 "$BATS_TEST_TMPDIR/ends-by"
	polite="$BATS_TEST_TMPDIR/ends-by TERM"
	stubborn="$BATS_TEST_TMPDIR/ends-by"
}

milliseconds() {
	local begin
	begin=$(date +%s%3N)
	"$@"
	took=$(($(date +%s%3N) - begin))
}

# leave_behind COMMAND DROP-INIT...: the command leaves COMMAND behind, in a session of its own.
leave_behind() {
	local left=$1
	shift
	rm -f "$BATS_TEST_TMPDIR/fifo"
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	namespace_start "$@" sh -c "setsid $left & cat $BATS_TEST_TMPDIR/fifo; exit 7"
	wait_output ready
	milliseconds end_command
}
end_command() {
	: >"$BATS_TEST_TMPDIR/fifo"
	namespace_wait
}

# bats test_tags=kernels
@test "what is left gets a TERM, in whatever session it is, and time to act on it" {
	leave_behind "$polite" drop-init
	assert_status 7
	assert_stdout $'ready\ngot TERM'
	assert_stderr ''
	[ "$took" -lt 4500 ] # --stop-timeout is 5 s
}

@test "without the newer kernel's help the same" {
	leave_behind "$polite" "$BUILD/probe/older_kernel" drop-init
	assert_status 7
	assert_stdout $'ready\ngot TERM'
	assert_stderr ''
	[ "$took" -lt 4500 ]
}

@test "-v says who is left and gets a TERM, and by what signal the command was ended" {
	leave_behind "$polite" drop-init -v
	[[ $stderr =~ ^'drop-init: ending what is left: ends-by['[0-9]+']'$ ]] || namespace_fail "said otherwise"
	namespace_start drop-init -v sleep 60
	eventually sleeps
	namespace_stop TERM
	assert_stderr 'drop-init: sleep was ended by SIGTERM'
}

@test "nobody left: it ends at once" {
	namespace_start drop-init sleep 60
	eventually sleeps
	milliseconds namespace_stop TERM
	[ "$took" -lt 4500 ]
	assert_stderr ''
}
sleeps() { namespace_table | grep -q ' sleep S '; }

@test "a stopped process is woken, so that it can act on the TERM" {
	namespace_start drop-init sh -c "$polite & sleep 0.3; kill -STOP \$!; exit 0"
	namespace_wait
	assert_status 0
	assert_stdout $'ready\ngot TERM'
	assert_stderr ''
}

# bats test_tags=kernels
@test "what does not end in time is killed, and one line says which" {
	leave_behind "$stubborn" drop-init --stop-timeout 0.4
	assert_status 7
	[ "$took" -ge 390 ]
	[ "$took" -lt 4500 ]
	assert_stdout ready
	[[ $stderr =~ ^'drop-init: killed what was left 0.400 s after the command: ends-by['[0-9]+']'$ ]]
}

@test "--stop-timeout 0 waits for nobody" {
	leave_behind "$stubborn" drop-init --stop-timeout 0
	assert_status 7
	[ "$took" -lt 4500 ]
	assert_stderr_has 'drop-init: killed what was left 0.000 s after the command: ends-by['
}

@test "a flood of signals from what is left does not put the end off" {
	cat >"$BATS_TEST_TMPDIR/flood" <<-'END'
		#!/usr/bin/perl
		$| = 1;
		$SIG{$_} = "IGNORE" for keys %SIG;
		print "ready\n";
		select(undef, undef, undef, 0.01) until getppid() == 1; # before that it would end the command
		1 while kill("USR1", 1) && kill(36, 1) && kill(40, 1);
	END
	chmod 755 "$BATS_TEST_TMPDIR/flood"
	leave_behind "$BATS_TEST_TMPDIR/flood" drop-init --stop-timeout 0.4
	[ "$took" -lt 5000 ]
	assert_stderr_has 'drop-init: killed what was left 0.400 s after the command: flood['
}

@test "a signal that comes meanwhile is passed on to those who are left" {
	namespace_start drop-init sh -c "$BATS_TEST_TMPDIR/ends-by INT & sleep 0.3; echo gone"
	wait_output gone
	namespace_stop INT
	assert_status 0
	assert_stdout $'ready\ngone\ngot INT'
	assert_stderr ''
}

@test "not PID 1, it ends its descendants and nobody else" {
	namespace_start sh -c "sleep 77 & drop-init --stop-timeout 0.3 sh -c '(setsid sleep 88 &); (trap \"\" TERM; exec setsid sleep 99) & sleep 0.2; exit 3'; echo \$?; exec sleep 60"
	wait_output 3
	assert_equal "$(namespace_table | awk '$2 == "sleep"' | wc -l)" 2
	assert_equal "$(namespace_exec pgrep -af 'sleep (88|99)' || true)" ''
	assert_stderr_has 'drop-init: killed what was left 0.300 s after the command: sleep['
}

@test "not PID 1, what it may not kill is named and left, after a second" {
	# The command is another user's from the moment that it leaves something behind.
	namespace_start setpriv --bounding-set=-kill sh -c "drop-init --stop-timeout 0.2 \
		setpriv --reuid 1000 --clear-groups sh -c '(trap \"\" TERM; exec setsid sleep 50) & sleep 0.3; exit 5'; echo \$?; exec sleep 60"
	milliseconds wait_output 5
	[ "$took" -lt 4000 ]
	wait_output 'left behind'
	[[ $(<"$namespace/stderr") =~ 'cannot kill sleep['[0-9]+']: left behind' ]]
}

@test "not PID 1, what was killed and only not reaped in time is not called left behind" {
	needs exit_info # or the command's end would not be known either
	namespace_run strace -qq -o /dev/null -e inject=wait4:retval=0 drop-init --stop-timeout 0.2 \
		sh -c '(trap "" TERM; exec setsid sleep 50) & sleep 0.3; exit 5'
	assert_status 5
	[[ $stderr =~ ^'drop-init: killed what was left 0.200 s after the command: sleep['[0-9]+']'$ ]] || namespace_fail "said more"
}

# Sets "group": a control group with 24 MiB, of whichever version there is. cgroups(7)
memory_group() {
	group=/sys/fs/cgroup/memory/drop-init-test-$$
	if grep -qw memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null; then
		group=/sys/fs/cgroup/drop-init-test-$$
		echo +memory 2>/dev/null >/sys/fs/cgroup/cgroup.subtree_control || true # a container's group may have it already
	fi
	mkdir "$group" 2>/dev/null || skip "no control group for memory can be made"
	if [ -e "$group/memory.max" ]; then
		echo $((24 * 1024 * 1024)) >"$group/memory.max"
		echo 0 2>/dev/null >"$group/memory.swap.max" || true # no swap
	elif [ -e "$group/memory.limit_in_bytes" ]; then
		echo $((24 * 1024 * 1024)) >"$group/memory.limit_in_bytes"
		echo $((24 * 1024 * 1024)) 2>/dev/null >"$group/memory.memsw.limit_in_bytes" || true # it is not counted
	else
		rmdir "$group"
		skip "a control group for memory is not to be had here"
	fi
}

# bats test_tags=kernels
@test "killed for want of memory is said in words, in the termination log too" {
	memory_group
	namespace_log
	namespace_start sh -c "echo \$\$ >$group/cgroup.procs; exec drop-init perl -e 'my \$x = \"x\" x (64 << 20); print 1'"
	namespace_wait
	rmdir "$group"
	assert_status 137
	assert_stdout ''
	assert_stderr 'drop-init: perl was killed, and its cgroup ran out of memory (out-of-memory kills: 1; its limit is 24 MiB)'
	assert_equal "$(<"$namespace/log")" "$stderr" 'termination log'
}

@test "a SIGKILL without any lack of memory is not explained" {
	namespace_run drop-init sh -c 'kill -KILL $$'
	assert_status 137
	assert_stderr ''
}

@test "a message of ours that nobody reads is a SIGPIPE for nobody: what is left keeps its time" {
	namespace_run bash -c 'exec drop-init -v -- sh -c "(trap \"echo PIPE\" PIPE; trap \"sleep 0.3; echo cleaned; exit\" TERM
		echo up; while :; do sleep 0.05; done) 2>/dev/null & sleep 0.3" 2> >(exec true)'
	assert_status 0
	assert_stdout $'up\ncleaned'
}
