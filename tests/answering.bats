#!/usr/bin/env bats
# shellcheck disable=SC2154 # namespace.bash sets the results
# PID 1 never waits for what the command does: a thread of its own answers the command's calls.

load namespace

probe=$BUILD/probe
broker=(--user app --allow-port 80 --port-method broker)

# What a task of PID 1's says of itself: "FIELD VALUE" for the first thread, then for the others.
tasks() {
	awk -v field="$1:" '$1 == field { print $2 }' "/proc/$NAMESPACE_PID/status" \
		/proc/"$NAMESPACE_PID"/task/*/status | sed 1d
}

# The broker's thread waits for a close(2) of what it took from the command. Neither kernel's PID 1 does.
lingers() {
	namespace_start "$1" drop-init "${broker[@]}" --stop-timeout 0.5 -- "$probe/broker_linger" 30
	wait_output lingers
	for number in 1 10 34; do
		namespace_signal "$number"
		wait_output "signal $number"
	done
	orphans_go() { ! namespace_table | awk '$3 == "Z"' | grep -q .; }
	namespace_exec sh -c '(sleep 0.01 &) ; (sleep 0.01 &)'
	eventually orphans_go
	namespace_stop TERM
	assert_status 7
	[ "$elapsed" -lt 15000 ] || namespace_fail "it took $elapsed ms to end"
}

@test "a socket of the command's that will not close holds up neither signals nor reaping nor the end" {
	lingers env
	lingers "$probe/older_kernel"
}

@test "--record waits a second at most for what its thread waits for, and is written" {
	chmod 755 "$namespace" "$BATS_RUN_TMPDIR"
	namespace_start drop-init "${broker[@]}" --record "$namespace/profile.json" --stop-timeout 0.5 -- \
		"$probe/broker_linger" 60
	# Each call of the command's waits behind that one, so it cannot say so itself; this is close(2).
	closes() { grep -qE '^(3|57) ' /proc/"$NAMESPACE_PID"/task/*/syscall; }
	closes_for_long() { closes && sleep 0.2 && closes; }
	wait_until 60 closes_for_long
	# shellcheck disable=SC2034 # namespace_wait reads it
	namespace_signalled=${EPOCHREALTIME/./}
	kill -KILL "$(namespace_table | awk '$2 == "broker_linger" { print $NF; exit }')"
	namespace_wait
	assert_status 137
	[ "$elapsed" -lt 30000 ] || namespace_fail "it took $elapsed ms to end"
	grep -q '"setsockopt"' "$namespace/profile.json"
}

@test "both threads block every signal, and the first has no capability" {
	namespace_start drop-init "${broker[@]}" sleep 60
	two_threads() { [ "$(tasks Seccomp)" = $'2\n2' ]; }
	eventually two_threads
	assert_equal "$(tasks SigBlk)" $'fffffffffffbfeff\nfffffffffffbfeff' "blocked signals"
	assert_equal "$(tasks CapEff)" $'0000000000000000\n0000000000000400' "effective capabilities"
	assert_equal "$(tasks CapPrm)" $'0000000000000000\n0000000000000400' "permitted capabilities"
}

# 33 and 34 are unblocked for a moment when the thread is made. The user is nobody else's: the kernel counts what is
# queued by user, and other tests flood theirs.
@test "signals that libc uses itself are not lost while the thread is made, and end no subreaper" {
	for number in 32 33 34; do
		run "$probe/term_at_start" 300:$number drop-init --user 31032:31032 sleep 60
		assert_equal "$output" '0 of 300 lost'
		# shellcheck disable=SC2016 # expanded inside
		namespace_run sh -c 'for one in $(seq 20); do
				drop-init --user app sleep 60 &
				until pgrep -x sleep >/dev/null; do :; done
				kill -s "$0" $!; wait $!; echo $?
			done | uniq -c' "$number"
		assert_equal "$(xargs <<<"$stdout")" "20 $((128 + number))"
	done
}

@test "PID 1 keeps no descriptor but its own: neither what it inherited nor the command's sockets" {
	for options in '' '--user app' '--user app --allow-port 81 --port-method broker'; do
		# shellcheck disable=SC2016,SC2086 # expanded inside; several words
		namespace_start sh -c 'exec 7</etc/passwd 8>/dev/shm/leak; exec drop-init "$@"' sh $options --listen 80 sleep 60
		namespace_settled() { namespace_table | grep -q ' sleep S ' && ! tasks State | grep -qv S; }
		eventually namespace_settled
		readlink "/proc/$NAMESPACE_PID"/fd/* | sed -nE 's/^(anon_inode:.*|socket|pipe|.*leak|.*passwd).*/\1/p' | sort >"$namespace/open"
		assert_equal "$(grep -vE '^anon_inode:(\[signalfd\]|\[pidfd\]|seccomp notify)$' "$namespace/open")" '' "open"
		namespace_stop
	done
}
