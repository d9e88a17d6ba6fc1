#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # namespace.bash sets the results; $ in single quotes is the command's
# Called dumb-init, it is dumb-init, with its bugs mended.

load persona

# Prints "ready" with its session and process group, and each signal that it gets; QUIT ends it.
talker() {
	cat >"$BATS_TEST_TMPDIR/talker" <<-'END'
		#!/usr/bin/perl
		use POSIX;
		$| = 1;
		POSIX::sigaction($_, POSIX::SigAction->new(sub { print "$_[0]\n"; exit 9 if $_[0] eq "QUIT" }))
			for grep { $_ != 9 && $_ != 19 } 1 .. 31;
		open my $stat, "/proc/self/stat";
		my $session = $$ == (split " ", <$stat> =~ s/.*\) //r)[3];
		print "ready ", $session ? "leader" : "member", "\n";
		POSIX::pause() while 1;
	END
	chmod 755 "$BATS_TEST_TMPDIR/talker"
	talker=$BATS_TEST_TMPDIR/talker
}

@test "exit status, version, help and usage are dumb-init's" {
	same_as dumb-init true
	same_as dumb-init -- sh -c 'echo out; echo err >&2; exit 7'
	same_as dumb-init -c sh -c 'kill -TERM $$'
	same_as dumb-init sh -c 'kill -KILL $$'
	same_as dumb-init --version
	same_as dumb-init -V
	same_as dumb-init --help
	same_as dumb-init -h
	same_as dumb-init
	same_as dumb-init -v
	same_as dumb-init --frob true
	same_as dumb-init -Z true
	same_as dumb-init --rewrite
	same_as dumb-init --verbose=1 true
	same_as dumb-init -r 15:2 --single-child printf '%s|' -c
}

@test "a rewrite that makes no sense is an error, in its words" {
	for rewrite in '' x x:y 15 15::12 15:y 1:32 0:1 32:1; do
		same_as dumb-init -r "$rewrite" true
		assert_status 1
	done
}

@test "the command leads a session of its own, with -c or DUMB_INIT_SETSID=0 it does not" {
	talker
	begin() {
		namespace_start "$@" "$talker"
		wait_output ready
		namespace_stop QUIT
		assert_status 9
		assert_stderr ''
	}
	begin dumb-init
	assert_stdout $'ready leader\nQUIT'
	begin dumb-init -c
	assert_stdout $'ready member\nQUIT'
	DUMB_INIT_SETSID=0 begin dumb-init
	assert_stdout $'ready member\nQUIT'
	DUMB_INIT_SETSID=1 begin dumb-init
	assert_stdout $'ready leader\nQUIT'
}

@test "-r forwards another signal, and 0 drops it" {
	talker
	namespace_start dumb-init -r 15:2 -r 1:0 --rewrite 10:3 "$talker"
	wait_output ready
	namespace_signal TERM
	wait_output INT
	namespace_signal HUP
	namespace_signal USR1
	namespace_wait
	assert_status 9
	assert_stdout $'ready leader\nINT\nQUIT'
}

@test "signals go to the whole session's group, with -c to the command alone" {
	# The command ignores USR1, and ends with its child, which does not.
	family='trap "" USR1; perl -e "\$SIG{USR1} = \"DEFAULT\"; \$| = 1; print \"ready\n\"; sleep 60"; exit 5'
	namespace_start dumb-init sh -c "$family"
	wait_output ready
	namespace_stop USR1
	assert_status 5
	namespace_start dumb-init -c sh -c "$family"
	wait_output ready
	namespace_signal USR1
	kill -0 "$NAMESPACE_PID"
	namespace_stop KILL
}

@test "-v and DUMB_INIT_DEBUG=1 say what happens, in its words" {
	told='[dumb-init] setsid complete.
[dumb-init] Child spawned with PID 2.
[dumb-init] Received signal 17.
[dumb-init] A child with PID 2 exited with exit status 3.
[dumb-init] Forwarded signal 15 to children.
[dumb-init] Child exited with status 3. Goodbye.'
	for words in -v --verbose; do
		namespace_run dumb-init "$words" sh -c 'exit 3'
		assert_status 3
		assert_stderr "$told"
	done
	DUMB_INIT_DEBUG=1 namespace_run dumb-init sh -c 'exit 3'
	assert_stderr "$told"
	DUMB_INIT_DEBUG=0 namespace_run dumb-init sh -c 'exit 3'
	assert_stderr ''
	# The peer says all of that, too.
	peer namespace_run dumb-init -v sh -c 'exit 3'
	while read -r line; do
		grep -qxF "$line" "$namespace/stderr"
	done <<<"$told"
	talker
	namespace_start dumb-init -c -v -r 1:0 "$talker"
	wait_output ready
	namespace_signal HUP
	wait_output 'Not forwarding'
	namespace_stop KILL
	assert_stderr_has '[dumb-init] Received signal 1.'
	assert_stderr_has '[dumb-init] Not forwarding signal 1 to children (ignored).'
	namespace_run dumb-init -v sh -c "$namespace_orphan"'orphan "exit 4"; kill -KILL $$'
	assert_status 137
	grep -qx '\[dumb-init\] A child with PID [0-9]* exited with exit status 4\.' "$namespace/stderr"
	assert_stderr_has '[dumb-init] A child with PID 2 was terminated by signal 9.'
	assert_stderr_has '[dumb-init] Child exited with status 137. Goodbye.'
}

@test "mended: a command that is not there is 127, one that cannot be run 126; the words are its own" {
	for command in /nonexistent nonexistent /tmp; do
		peer namespace_run dumb-init "$command"
		assert_status 2
		text=$(<"$namespace/stderr")
		namespace_run dumb-init "$command"
		assert_status "$([ "$command" = /tmp ] && echo 126 || echo 127)"
		assert_stderr "$text"
	done
}

@test "it is in / before the command starts, which is where it was called" {
	for words in dumb-init 'dumb-init -c'; do
		for _ in $(seq 20); do
			# It lets go of the folder when it is its turn again.
			# shellcheck disable=SC2086
			run $words sh -c 'cd /tmp && readlink /proc/$PPID/cwd; readlink /proc/self/cwd
				for _ in $(seq 500); do
					ls -l /proc/$PPID/fd | grep -q "$OLDPWD" || exec echo let go
					sleep 0.01
				done'
			assert_equal "$output" $'/\n/tmp\nlet go'
		done
		run $words readlink /proc/self/cwd
		assert_equal "$output" "$PWD"
	done
}

@test "a script without a first line with #! is run by the shell" {
	printf 'echo "$0 $*"\n' >"$BATS_TEST_TMPDIR/script"
	chmod 755 "$BATS_TEST_TMPDIR/script"
	same_as dumb-init "$BATS_TEST_TMPDIR/script" a 'b  c'
}

# Not PID 1, as below a shell or a supervisor.

state_is() { grep -q "^State:.*$2" "/proc/$1/status"; }

@test "TSTP, TTIN and TTOU stop it and the command, and CONT lets both go on" {
	talker
	for words in dumb-init 'dumb-init -r 20:15 -r 21:15 -r 22:15' 'dumb-init -c'; do
		# shellcheck disable=SC2086
		$words "$talker" >"$BATS_TEST_TMPDIR/out" 3>&- &
		init=$!
		eventually grep -q ready "$BATS_TEST_TMPDIR/out"
		child=$(pgrep -P "$init")
		for name in TSTP TTIN TTOU; do
			: >"$BATS_TEST_TMPDIR/out"
			kill -s "$name" "$init"
			eventually state_is "$init" stopped
			case $words in
			dumb-init) eventually state_is "$child" stopped ;;
			*-c) eventually grep -q "$name" "$BATS_TEST_TMPDIR/out" ;;
			*) eventually grep -q TERM "$BATS_TEST_TMPDIR/out" ;;
			esac
			kill -s CONT "$init"
			eventually grep -q CONT "$BATS_TEST_TMPDIR/out"
			state_is "$init" sleeping || state_is "$init" running
		done
		kill -s QUIT "$init"
		! wait "$init"
	done
}

@test "what outlives the command gets one TERM where it has a session, and none with -c; nothing is killed" {
	survivor='perl -e '\''$SIG{TERM} = sub { print "TERM\n" }; $SIG{HUP} = sub { print "HUP\n"; exit };
		$| = 1; print "$$\n"; sleep 1 while 1'\'' & read line <'"$BATS_TEST_TMPDIR/fifo; exit 6"
	for words in dumb-init 'dumb-init -c'; do
		rm -f "$BATS_TEST_TMPDIR/fifo"
		mkfifo "$BATS_TEST_TMPDIR/fifo"
		: >"$BATS_TEST_TMPDIR/out"
		$words sh -c "$survivor" >"$BATS_TEST_TMPDIR/out" 3>&- &
		init=$!
		eventually test -s "$BATS_TEST_TMPDIR/out"
		echo >"$BATS_TEST_TMPDIR/fifo"
		status=0
		wait "$init" || status=$?
		assert_status 6
		read -r pid <"$BATS_TEST_TMPDIR/out"
		[ "$words" != dumb-init ] || eventually grep -q TERM "$BATS_TEST_TMPDIR/out"
		kill -s HUP "$pid"
		eventually grep -q HUP "$BATS_TEST_TMPDIR/out"
		[ "$words" = dumb-init ] || ! grep -q TERM "$BATS_TEST_TMPDIR/out"
	done
}

@test "mended: real-time signals are forwarded, and a HUP at the start is not swallowed" {
	namespace_start dumb-init "$BUILD/probe/signal_log" 3
	wait_output ready
	kill -s 40 "$NAMESPACE_PID"
	wait_output 40
	kill -s HUP "$NAMESPACE_PID"
	kill -s CONT "$NAMESPACE_PID"
	namespace_wait
	assert_status 0
	assert_equal "$(sort "$namespace/stdout" | tr '\n' ' ')" '1 18 40 ready '
}

@test "the terminal is the command's: its session has job control, and the hang-up of the hand-over is nobody's" {
	cat >"$BATS_TEST_TMPDIR/terminal.py" <<-'END'
		import os, pty, re, signal, sys
		def start(*argv):
		    pid, terminal = pty.fork()
		    if not pid:
		        os.execvp(argv[0], argv)
		    return pid, terminal
		def read_until(terminal, text):
		    seen = ""
		    while not re.search(text, seen):
		        seen += os.read(terminal, 4096).decode()
		    return seen
		pid, terminal = start("dumb-init", "-v", "bash", "-mc", "echo flags $-; sleep 60")
		seen = read_until(terminal, r"flags \w*m\w*")
		os.kill(pid, signal.SIGHUP)
		seen += read_until(terminal, "Goodbye")
		print(seen)
		assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 129
		for number in (1, 18):
		    assert f"Ignoring tty hand-off signal {number}." in seen, number
		assert "Forwarded signal 1 to children." in seen
		assert "Forwarded signal 18 to children." not in seen
	END
	run python3 "$BATS_TEST_TMPDIR/terminal.py"
	[ "$status" = 0 ] || namespace_fail "$output"
}

@test "of 300 TERMs that are sent the moment the command appears none is lost" {
	run "$BUILD/probe/term_at_start" 300 dumb-init sleep 60
	assert_equal "$output" '0 of 300 lost'
	run "$BUILD/probe/term_at_start" 100 dumb-init -c sleep 60
	assert_equal "$output" '0 of 100 lost'
}

@test "what dumb-init cannot do is asked for by the variables of drop-init" {
	DROP_INIT_USER=member namespace_run dumb-init sh -c 'id -u; grep NoNewPrivs /proc/self/status'
	assert_stdout $'1002\nNoNewPrivs:\t1'
	DROP_INIT_REWRITE=TERM:QUIT namespace_start dumb-init -r 15:2 sleep 60
	namespace_stop TERM
	assert_status 130
}
