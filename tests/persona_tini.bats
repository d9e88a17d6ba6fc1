#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # namespace.bash sets the results; $ in single quotes is the command's
# Called tini, or docker-init, it is tini, with its bugs mended.

load persona

@test "the command's exit status is tini's, remapped or not" {
	same_as tini true
	same_as tini -- sh -c 'echo out; echo err >&2; exit 7'
	same_as tini -e 7 -- sh -c 'exit 7'
	same_as tini -e 143 -g -- sh -c 'kill -TERM $$'
	same_as tini -- sh -c 'kill -KILL $$'
	same_as tini -s -e 3 -e 4 -- sh -c 'exit 4'
	same_as tini -gse4 -- sh -c 'exit 4'
}

@test "--version is what dockerd reads, and -h and -l write to standard output" {
	same_as tini --version
	namespace_run docker-init --version
	assert_stdout 'tini version 0.19.0'
	namespace_run tini -h
	assert_status 0
	assert_stdout_has 'Usage: tini [OPTIONS] PROGRAM -- [ARGS] | --version'
	for option in --version '-h,' -s: '-p SIGNAL' -v: -w: -g: '-e EXIT_CODE' '-l,'; do
		assert_stdout_has " $option"
	done
	assert_stderr ''
	namespace_run tini -l
	assert_status 0
	assert_stdout "$(drop-init --licence)"
}

@test "a command line that makes no sense is exit status 1, with the usage on standard error" {
	for words in '' -Z -e '-e 256 true' '-p FOO true' --frob; do
		# shellcheck disable=SC2086
		peer namespace_run tini $words
		assert_status 1
		# shellcheck disable=SC2086
		namespace_run tini $words
		assert_status 1
		assert_stdout ''
		[ -s "$namespace/stderr" ]
	done
	namespace_run tini -Z
	assert_stderr_has "tini: invalid option -- 'Z'"
	assert_stderr_has 'Usage: tini'
	namespace_run tini -e 256 true
	assert_stderr '[FATAL tini (1)] -e 256: not an exit status from 0 to 255'
}

@test "a command that is not there is 127, one that cannot be run 126, in tini's words" {
	same_exec() {
		peer namespace_run tini "$1"
		expected=$status text=$(sed 's/^.*)\] //' "$namespace/stderr")
		namespace_run tini "$1"
		assert_status "$expected"
		assert_status "$2"
		assert_stderr "[FATAL tini (1)] $text"
	}
	same_exec /nonexistent 127
	same_exec nonexistent 127
	same_exec /tmp 126
	echo 'echo no' >"$BATS_TEST_TMPDIR/no"
	chmod 644 "$BATS_TEST_TMPDIR/no"
	same_exec "$BATS_TEST_TMPDIR/no" 126
}

@test "a script without a first line with #! is run by the shell, with its arguments" {
	printf 'echo "$0 $*"\n' >"$BATS_TEST_TMPDIR/script"
	chmod 755 "$BATS_TEST_TMPDIR/script"
	same_as tini "$BATS_TEST_TMPDIR/script" a 'b  c'
	same_as tini "$BATS_TEST_TMPDIR/script"
}

@test "mended: option parsing stops at the first operand" {
	namespace_run tini printf '%s|' -l -h
	assert_status 0
	assert_equal "$(<"$namespace/stdout")" '-l|-h|'
}

@test "mended: its messages go to standard error at every verbosity" {
	namespace_run tini -vvv true
	assert_status 0
	assert_stdout ''
	assert_stderr $'[INFO  tini (1)] Spawned child process \'true\' with pid \'2\'\n[INFO  tini (1)] Main child exited normally (with status \'0\')'
	TINI_VERBOSITY=3 namespace_start tini sleep 60
	wait_output Spawned
	namespace_stop TERM
	assert_status 143
	assert_stdout ''
	assert_stderr_has "[DEBUG tini (1)] Passing signal: 'SIGTERM'"
	assert_stderr_has "[INFO  tini (1)] Main child exited with signal (with signal 'SIGTERM')"
}

@test "not PID 1 and no subreaper: it warns, unless TINI_VERBOSITY is 0" {
	bats_require_minimum_version 1.5.0
	for init in peer command; do
		run --separate-stderr "$init" tini true
		[ "$status" = 0 ]
		[[ $stderr == '[WARN  tini ('*')] Tini is not running as PID 1 and isn'\''t registered as a child subreaper.'* ]]
		[[ $stderr == *"zombie reaping won't work."* ]]
		TINI_VERBOSITY=0 run "$init" tini true
		[ "$output" = '' ]
	done
}

@test "-s, TINI_SUBREAPER, even empty, or a parent that says so make it a subreaper that does not warn" {
	# The command waits for an orphan, which says who its new parent is.
	cat >"$BATS_TEST_TMPDIR/orphan" <<-'END'
		#!/usr/bin/perl
		pipe my $end, my $held;
		unless (fork) {
			my $parent = $$;
			exit if fork;
			select undef, undef, undef, 0.01 while getppid == $parent;
			open my $comm, "/proc/" . getppid . "/comm";
			print <$comm>;
			exit;
		}
		close $held;
		<$end>;
	END
	chmod 755 "$BATS_TEST_TMPDIR/orphan"
	prctl=$(($(grep -nxF '"prctl\0"' "$CALL_NUMBERS" | cut -d : -f 1) - 1))
	for init in 'tini -s' 'env TINI_SUBREAPER= tini' "perl -e syscall($prctl,36,1,0,0,0);exec@ARGV tini"; do
		# shellcheck disable=SC2086
		run $init "$BATS_TEST_TMPDIR/orphan"
		assert_equal "$output" tini "parent of an orphan of '$init'"
	done
	run tini "$BATS_TEST_TMPDIR/orphan"
	[[ $output == *"reaping won't work"* ]]
	[ "${lines[-1]}" != tini ]
}

@test "-w says each orphan that it reaps" {
	namespace_run tini -w sh -c "$namespace_orphan"'orphan "exit 3"'
	assert_status 0
	assert_stdout ''
	grep -qx '\[WARN  tini (1)\] Reaped zombie process with pid=[0-9]*' "$namespace/stderr"
	assert_equal "$(wc -l <"$namespace/stderr")" 1
}

@test "-g and TINI_KILL_PROCESS_GROUP signal the command's whole process group" {
	# The command ignores USR1, and ends with its child, which does not.
	family='trap "" USR1; perl -e "\$SIG{USR1} = \"DEFAULT\"; \$| = 1; print \"ready\n\"; sleep 60"; exit 5'
	signalled() {
		namespace_start "$@" sh -c "$family"
		wait_output ready
		namespace_signal USR1
	}
	signalled tini -g
	namespace_wait
	assert_status 5
	TINI_KILL_PROCESS_GROUP=1 signalled tini
	namespace_wait
	assert_status 5
	signalled tini
	kill -0 "$NAMESPACE_PID"
	namespace_stop KILL
}

@test "-p SIGNAL comes when the parent dies" {
	namespace_start sh -c 'sh -c "tini -s -p SIGUSR1 -- perl -e \"\\\$SIG{USR1} = sub { print qq(USR1) ; exit }; \\\$| = 1; print qq(ready ); sleep 60\" & echo \$! >/dev/shm/tini; sleep 0.5; kill -KILL \$\$"; sleep 1'
	namespace_wait
	assert_stdout_has 'ready USR1'
}

@test "what outlives the command: left alone where it is not PID 1, and asked to end where it is" {
	survivor='perl -e '\''$SIG{TERM} = sub { print "TERM\n"; exit }; $| = 1; print "$$\n"; sleep 1 while 1'\'' & sleep 0.5'
	tini -s sh -c "$survivor" >"$BATS_TEST_TMPDIR/out"
	read -r pid <"$BATS_TEST_TMPDIR/out"
	kill -0 "$pid"
	kill -KILL "$pid"
	namespace_run tini sh -c "$survivor"
	assert_status 0
	assert_stdout_has TERM
}

@test "mended: SIGCHLD that is inherited as ignored, and a closed standard input, keep nothing from working" {
	run env --ignore-signal=CHLD tini -s sh -c 'exit 7'
	[ "$status" = 7 ]
	run sh -c 'exec tini -s sh -c "exit 7" <&-'
	[ "$status" = 7 ]
}

@test "it is tini as a symbolic link, a hard link and a copy, and by its path" {
	ln "$BUILD/drop-init" "$BUILD/tini" 2>/dev/null || cp "$BUILD/drop-init" "$BUILD/tini"
	cp "$BUILD/drop-init" "$BATS_TEST_TMPDIR/docker-init"
	for program in "$BUILD/tini" "$BATS_TEST_TMPDIR/docker-init" "$BATS_FILE_TMPDIR/ours/tini"; do
		run "$program" --version
		[ "$output" = 'tini version 0.19.0' ]
	done
	rm "$BUILD/tini"
	run drop-init --version
	[[ $output == drop-init* ]]
}

@test "what tini cannot do is asked for by the variables of drop-init" {
	DROP_INIT_USER=member namespace_run docker-init -- sh -c 'id -u; grep NoNewPrivs /proc/self/status; env | grep DROP_INIT'
	assert_stdout $'1002\nNoNewPrivs:\t1'
	DROP_INIT_USER=nobody-at-all namespace_run docker-init true
	assert_status 1
	assert_stderr_has "[FATAL tini (1)] --user nobody-at-all: no user 'nobody-at-all' in /etc/passwd"
	DROP_INIT_FROB=1 namespace_run tini true
	assert_status 1
	assert_stderr_has '[FATAL tini (1)] DROP_INIT_FROB=1: no option has this name'
	DROP_INIT_REMAP_EXIT=4 namespace_run tini -e 3 sh -c 'exit 4'
	assert_status 0
	namespace_run sh -c 'DROP_INIT_INSTALL=/dev/shm/copy DROP_INIT_CHECK=1 docker-init echo started; ls /dev/shm'
	assert_stdout started
}
