#!/usr/bin/env bats
# shellcheck disable=SC2154 # namespace.bash sets the results
# What the other tests rest on: that namespace.bash reports what happened and hides nothing.

load namespace

@test "an exit status comes through as it is, and a signal is told from 128+n" {
	namespace_run sh -c 'exit 143'
	assert_status 143
	assert_equal "$signal" 0

	namespace_start sleep 60
	namespace_stop KILL
	assert_status 137
	assert_equal "$signal" 9
}

@test "standard output and error come through byte for byte, each by itself" {
	namespace_run sh -c 'printf "a\nb\n"; echo c >&2'
	assert_stdout $'a\nb'
	assert_stderr c
	run assert_stdout a
	[ "$status" = 1 ]
}

@test "the command is PID 1 with no signal ignored or blocked, and a port below 1024 is privileged" {
	namespace_run sh -c 'echo $$; grep -E "^Sig(Blk|Ign)" /proc/self/status; cat /proc/sys/net/ipv4/ip_unprivileged_port_start'
	assert_status 0
	# 32 and 33 are glibc's own: its posix_spawn, which make uses, ignores them, and nobody may change that back.
	assert_equal "${stdout/000000018/000000000}" \
		$'1\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n1024'
	assert_stderr ''
}

@test "users added for a test are seen inside, and nowhere else" {
	namespace_user visitor 4242 4242 shared
	namespace_run id visitor
	assert_stdout 'uid=4242(visitor) gid=4242(visitor) groups=4242(visitor),2000(shared)'
	run id visitor
	[ "$status" = 1 ]
}

@test "a root of its own keeps every change to itself" {
	namespace_overlay
	namespace_run sh -c 'mkdir /app-of-this-test; echo changed >>/etc/hostname; exec cat /etc/hostname'
	assert_status 0
	assert_stdout_has changed
	[ ! -e /app-of-this-test ]
	run grep -q changed /etc/hostname
	[ "$status" -ne 0 ]
}

@test "a process that keeps root, a capability or its freedom from a filter does not pass for dropped" {
	namespace_start setpriv --reuid 1000 --regid 1000 --clear-groups --bounding-set=-all --no-new-privs \
		sleep 60
	assert_dropped --uid 1000 --gid 1000 --groups - --seccomp 0
	INIT_IS_FILTERED=1 run assert_dropped --uid 1000
	[ "$status" = 1 ]
	[[ $output == "process 1 (sleep): seccomp"* ]]

	namespace_start sleep 60
	INIT_IS_FILTERED=1 run assert_dropped
	[ "$status" = 1 ]
	[[ $output == "process 1 (sleep): user group"*"CapPrm CapEff CapBnd no_new_privs seccomp"* ]]
}

@test "a survivor that the kernel kills with its PID 1 is found out" {
	namespace_start sh -c 'trap "exit 0" TERM; sleep 60 & echo ready; wait'
	wait_output ready
	namespace_account
	namespace_stop TERM
	assert_status 0
	run assert_stopped_cleanly
	[ "$status" = 1 ]
	[[ $output == *"(sleep)"* ]]
}
