#!/usr/bin/env bats
# shellcheck disable=SC2154 # namespace.bash sets the results
# Every signal reaches the command: at once, at start-up, in a storm, in order.

load namespace

probe=$BUILD/probe

# Each with its number, in ascending order; not KILL, STOP and CHLD, nor libc's own 32 and 33.
forwardable() { seq 1 64 | grep -vxE '9|17|19|32|33'; }

# bats test_tags=kernels
@test "every signal from 1 to 64 that can be forwarded reaches the command" {
	namespace_start drop-init "$probe/signal_log" 59
	wait_output ready
	expected=ready
	for number in $(forwardable); do
		kill -s "$number" "$NAMESPACE_PID"
		expected+=$'\n'$number
		eventually grep -qx "$number" "$namespace/stdout"
	done
	namespace_wait
	assert_status 0
	assert_stdout "$expected"
	assert_stderr ''
}

# bats test_tags=kernels
@test "the signals that libc keeps for itself, 32 and 33, are forwarded too" {
	namespace_start strace -f -qq -e trace=pidfd_send_signal -o "$BATS_TEST_TMPDIR/trace" drop-init sleep 60
	eventually namespace_has sleep
	init=$(pgrep -P "$NAMESPACE_PID" drop-init)
	kill -s 33 "$init"
	eventually grep -q 'pidfd_send_signal(.*RT_1' "$BATS_TEST_TMPDIR/trace"
}

namespace_has() { namespace_table | grep -q " $1 "; }

# bats test_tags=kernels
@test "real-time signals arrive in order, each as often as it was sent, with its value" {
	namespace_start drop-init "$probe/signal_log" 61
	wait_output ready
	expected=ready
	for value in $(seq 60); do
		/bin/kill -q "$value" -s 40 "$NAMESPACE_PID"
		expected+=$'\n'"40 value $value"
	done
	kill -s QUIT "$NAMESPACE_PID"
	namespace_wait
	assert_status 0
	# QUIT is the lower number, so it may overtake what is still queued.
	assert_equal "$(grep -vx 3 "$namespace/stdout")" "$expected"
}

@test "of 1,000 TERMs that are sent the moment the command appears none is lost, with and without -g" {
	run "$probe/term_at_start" 300 drop-init sleep 60
	assert_equal "$output" '0 of 300 lost'
	run "$probe/term_at_start" 1000 drop-init -g sleep 60
	assert_equal "$output" '0 of 1000 lost'
	run "$probe/term_at_start" 300 drop-init --user 1000:1000 sleep 60
	assert_equal "$output" '0 of 300 lost'
	run "$probe/term_at_start" 100 "$probe/older_kernel" drop-init -g sleep 60
	assert_equal "$output" '0 of 100 lost'
}

# The moments between which dumb-init, tini -g and catatonit -g lose it, made long.
@test "a TERM is not lost when the making of the group, the unblocking or the execution takes its time" {
	for call in setpgid rt_sigprocmask execve; do
		for words in 'drop-init -g' drop-init "$probe/older_kernel drop-init -g"; do
			# shellcheck disable=SC2086
			strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=$call -e inject=$call:delay_enter=100000 \
				$words sleep 60 3>&- &
			strace=$! child=
			until [ -n "$child" ]; do
				init=$(pgrep -P "$strace" -x drop-init) || continue
				read -r child <"/proc/$init/task/$init/children" || true
			done
			kill -s TERM "$init"
			status=0
			wait "$strace" || status=$?
			assert_equal "$status" 143 "$words with a delay at $call"
			grep -q DELAYED "$BATS_TEST_TMPDIR/trace"
		done
	done
}

@test "no signal is lost in a storm of orphans" {
	run "$probe/storm" 60 drop-init
	[[ $output == '0 of 60 lost,'* ]] || namespace_fail "$output"
	run "$probe/storm" 60 "$probe/older_kernel" drop-init
	[[ $output == '0 of 60 lost,'* ]] || namespace_fail "$output"
}

# Where the kernel tells how processes end, no zombie forms; elsewhere one batch of them is in its way, at most.
@test "a signal overtakes 10,000 zombies" {
	overtakes() {
		run "$probe/zombies" 10000 "$probe/older_kernel" drop-init
		read -r answered reaped <<<"$output"
		[ $((answered * 4)) -lt "$reaped" ]
	}
	# Others use this machine too.
	overtakes || overtakes || overtakes || namespace_fail "it took $answered us of $reaped"
}

# bats test_tags=kernels
@test "--rewrite forwards another signal, by name or number, and SIG:0 none" {
	namespace_start drop-init -r TERM:QUIT -r SIGUSR1:0 --rewrite 12:40 "$probe/signal_log"
	wait_output ready
	namespace_signal USR1
	namespace_signal USR2
	wait_output 40
	namespace_stop TERM
	assert_status 0
	assert_stdout $'ready\n40\n3'
	assert_stderr ''
}

@test "--group signals the whole process group, and without it only the command is" {
	script="$probe/signal_log & $probe/signal_log & wait"
	namespace_start drop-init -g bash -c "trap '' HUP; $script"
	eventually namespace_lines 2
	namespace_signal HUP
	eventually namespace_lines 4
	namespace_signal KILL
	namespace_wait

	namespace_start drop-init "$probe/signal_log"
	wait_output ready
	namespace_stop QUIT
	assert_stdout $'ready\n3'
}

@test "--group reaches a command that has left its process group" {
	namespace_start drop-init -g perl -e '$| = 1;
		my $child = fork // die;
		if (!$child) { sleep 60; exit }
		setpgrp $child, $child;
		setpgrp 0, $child;
		$SIG{TERM} = sub { kill "KILL", $child; print "got TERM\n"; exit 3 };
		print "ready\n";
		sleep 60'
	wait_output ready
	namespace_stop TERM
	assert_status 3
	assert_stdout $'ready\ngot TERM'
}

namespace_lines() { [ "$(wc -l <"$namespace/stdout")" = "$1" ]; }

@test "--stop-delay holds the first TERM that long, other signals not at all" {
	namespace_start drop-init --stop-delay 3 "$probe/signal_log" 3
	wait_output ready
	namespace_signal TERM
	namespace_signal TERM
	namespace_signal HUP
	eventually grep -qx 1 "$namespace/stdout"
	before=$namespace_signalled
	wait_output 15
	[ $((${EPOCHREALTIME/./} - before)) -ge 2990000 ]
	namespace_stop TERM
	[ "$elapsed" -lt 2900 ]
	assert_status 0
	assert_stdout $'ready\n1\n15\n15'
	assert_stderr ''
}

@test "a signal that may not be sent to the command is said, and is not the end" {
	namespace_start setpriv --bounding-set=-kill drop-init \
		setpriv --reuid 1000 --clear-groups "$probe/signal_log"
	wait_output ready
	namespace_signal HUP
	wait_output 'cannot forward'
	# From outside: who kills it from inside dies with the namespace, maybe before it has ended itself.
	kill -KILL "$(namespace_table | awk '$2 == "signal_log" { print $NF }')"
	namespace_wait
	assert_status 137
	assert_stdout ready
	assert_stderr 'drop-init: cannot forward SIGHUP to the command: Operation not permitted (it runs as another user, and we have no CAP_KILL)'
}

@test "PID 1 that steps down can signal the command without CAP_KILL" {
	namespace_start setpriv --bounding-set=-kill drop-init --user app "$probe/signal_log"
	wait_output ready
	namespace_stop QUIT
	assert_status 0
	assert_stdout $'ready\n3'
	assert_stderr ''
}

@test "the command starts with the signal mask and dispositions that drop-init was started with" {
	cat >"$BATS_TEST_TMPDIR/start" <<-'END'
		import os, signal, sys
		signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTTIN})
		for ignored in signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE, signal.SIGTSTP:
		    signal.signal(ignored, signal.SIG_IGN)
		signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
		os.execvp(sys.argv[1], sys.argv[1:])
	END
	namespace_run python3 "$BATS_TEST_TMPDIR/start" drop-init grep -E '^Sig(Blk|Ign)' /proc/self/status
	assert_status 0
	assert_stdout $'SigBlk:\t0000000000100200\nSigIgn:\t0000000000091001'
	assert_stderr ''
}

@test "--parent-death sends the command a signal when drop-init's parent dies" {
	namespace_start sh -c "sh -c 'drop-init -p TERM $probe/signal_log 1 & sleep 60' & echo \$! >$BATS_TEST_TMPDIR/parent; exec sleep 60"
	wait_output ready
	namespace_exec kill -KILL "$(<"$BATS_TEST_TMPDIR/parent")"
	wait_output 15
	assert_stdout $'ready\n15'
	namespace_signal KILL
}
