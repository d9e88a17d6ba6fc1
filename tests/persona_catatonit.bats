#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # namespace.bash sets the results; $ in single quotes is the command's
# Called catatonit, it is catatonit, with its bugs mended.

load persona

@test "exit status is catatonit's" {
	same_as catatonit true
	same_as catatonit -- sh -c 'echo out; echo err >&2; exit 7'
	same_as catatonit -g -- sh -c 'kill -TERM $$'
	same_as catatonit -- sh -c 'kill -KILL $$'
}

@test "-V and --version say so in the way that dockerd and podman read, -h and -L print" {
	for option in -V --version; do
		peer namespace_run catatonit "$option"
		grep -qx 'tini version [0-9.]*_catatonit' "$namespace/stdout"
		namespace_run catatonit "$option"
		assert_status 0
		grep -qx 'tini version [0-9.]*_catatonit' "$namespace/stdout"
		assert_stderr ''
	done
	namespace_run catatonit -h
	assert_status 0
	for option in g h L P V; do
		assert_stdout_has " -$option"
	done
	namespace_run catatonit -L
	assert_stdout "$(drop-init --licence)"
}

@test "a command line that makes no sense is exit status 1, with the usage on standard error" {
	for words in '' -Z --frob; do
		# shellcheck disable=SC2086
		peer namespace_run catatonit $words
		assert_status 1
		# shellcheck disable=SC2086
		namespace_run catatonit $words
		assert_status 1
		assert_stdout ''
		assert_stderr_has 'usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]'
	done
}

@test "mended: a command that is not there is 127, one that cannot be run 126" {
	for command in /nonexistent nonexistent /tmp; do
		peer namespace_run catatonit "$command"
		assert_status 1
	done
	namespace_run catatonit /nonexistent
	assert_status 127
	assert_stderr 'ERROR (catatonit:1): failed to exec pid1: /nonexistent: No such file or directory'
	namespace_run catatonit /tmp
	assert_status 126
	assert_stderr 'ERROR (catatonit:1): failed to exec pid1: /tmp: Permission denied'
}

@test "mended: option parsing stops at the first operand" {
	peer namespace_run catatonit ls -l -d /
	assert_status 1
	namespace_run catatonit ls -l -d /
	assert_status 0
	assert_stdout_has root
	assert_stderr ''
}

@test "mended: the command's signal mask is as it was, so that Ctrl-Z works" {
	namespace_run catatonit grep SigBlk /proc/self/status
	assert_stdout $'SigBlk:\t0000000000000000'
}

@test "-g signals the command's whole process group" {
	# The command ignores USR1, and ends with its child, which does not.
	family='trap "" USR1; perl -e "\$SIG{USR1} = \"DEFAULT\"; \$| = 1; print \"ready\n\"; sleep 60"; exit 5'
	namespace_start catatonit -g sh -c "$family"
	wait_output ready
	namespace_stop USR1
	assert_status 5
}

@test "CATATONIT_DEBUG says what happens, on standard error" {
	CATATONIT_DEBUG=1 namespace_run catatonit sh -c "$namespace_orphan"'orphan "exit 3"'
	assert_status 0
	assert_stdout ''
	assert_stderr_has 'DEBUG (catatonit:1): pid1 (2) spawned: sh'
	grep -qx 'DEBUG (catatonit:1): child process [0-9]* exited with code 3' "$namespace/stderr"
	namespace_run catatonit sh -c "$namespace_orphan"'orphan "exit 3"'
	assert_stderr ''
}

# As podman starts it in a pod.
@test "-P pauses without a command, reaps, holds no folder, and ends with exit status 0 by TERM and by INT" {
	for number in TERM INT; do
		namespace_start sh -c 'cd /tmp; (sleep 0.1 &); exec catatonit -P'
		at_root() { [ "$(readlink "/proc/$NAMESPACE_PID/cwd")" = / ]; }
		eventually at_root
		alone() { [ "$(namespace_table | wc -l)" = 1 ]; }
		eventually alone
		namespace_signal HUP
		namespace_signal CONT
		namespace_stop "$number"
		assert_status 0
		assert_stdout ''
		assert_stderr ''
	done
	# As the peer does, but for the folder.
	same_pause() {
		namespace_start catatonit -P
		blocked() { grep -q '^SigBlk:.*[1-9a-f]' "/proc/$NAMESPACE_PID/status"; }
		eventually blocked
		namespace_stop INT
		assert_status 0
	}
	peer same_pause
	same_pause
}

@test "sockets of LISTEN_FDS are the command's, whose pid they are told" {
	namespace_run sh -c 'exec 3</dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec catatonit sh -c "test \$LISTEN_PID = \$\$ && test -e /proc/self/fd/3 && echo \$LISTEN_FDS"'
	assert_status 0
	assert_stdout 1
}

@test "a script without a first line with #! is run by the shell" {
	printf 'echo "$0 $*"\n' >"$BATS_TEST_TMPDIR/script"
	chmod 755 "$BATS_TEST_TMPDIR/script"
	same_as catatonit "$BATS_TEST_TMPDIR/script" a 'b  c'
}

@test "not PID 1: it is a silent subreaper, and leaves what outlives the command alone" {
	for init in peer command; do
		rm -f "$BATS_TEST_TMPDIR"/{fifo,out}
		mkfifo "$BATS_TEST_TMPDIR/fifo"
		"$init" catatonit -- sh -c 'perl -e '\''$SIG{TERM} = sub { print "TERM\n" }; $| = 1; print "$$\n"; sleep 1 while 1'\'' &
			read line <'"$BATS_TEST_TMPDIR/fifo" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
		pid=$!
		eventually test -s "$BATS_TEST_TMPDIR/out"
		echo >"$BATS_TEST_TMPDIR/fifo"
		wait "$pid"
		read -r survivor <"$BATS_TEST_TMPDIR/out"
		kill -KILL "$survivor"
		assert_equal "$(<"$BATS_TEST_TMPDIR/out")" "$survivor"
	done
}
