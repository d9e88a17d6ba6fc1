#!/usr/bin/env bats
# How drop-init speaks: one line, on standard error, that shows what the user typed and cannot be forged.

load namespace

@test "silent on success" {
	namespace_run drop-init --user app true
	assert_status 0
	assert_stdout ''
	assert_stderr ''
}

@test "control characters in what was typed are escaped, so a message is always one line" {
	namespace_run drop-init --user $'a\nb\e[31m\t\x01' true
	assert_status 125
	assert_stderr "drop-init: --user a\\nb\\x1b[31m\\t\\x01: no user 'a\\nb\\x1b[31m\\t\\x01' in /etc/passwd (add it to the image, or give numbers: UID:GID)"
}

@test "what is wrong with a long word is said behind its beginning" {
	namespace_run drop-init --expand -- sh -c "$(head -c 6000 /dev/zero | tr '\0' x) \$1"
	assert_status 125
	assert_stderr "drop-init: $(head -c 1000 /dev/zero | tr '\0' x)…: a '\$' without a name behind it (\$\$ is a dollar sign)"
}

@test "--log-format json is one object a line, whatever was typed" {
	namespace_run drop-init --log-format json --user $'a"b\\c\n\x01' true
	assert_status 125
	[ "$(wc -l <"$namespace/stderr")" = 1 ]
	python3 - "$namespace/stderr" <<-'END'
		import json, sys
		line = json.load(open(sys.argv[1]))
		assert line["level"] == "error" and line["program"] == "drop-init", line
		assert line["message"].startswith('--user a"b\\c\\n\\x01: no user') or "a\"b\\c" in line["message"], line
	END
}

@test "--log-format json is for what is wrong with the options behind it, too" {
	for wrong in --bad --user=; do
		namespace_run drop-init --log-format=json "$wrong" true
		assert_status 125
		python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))["level"] == "error"' "$namespace/stderr"
	done
}

@test "--log-format json is UTF-8, whatever bytes were typed" {
	typed=$'\xff \xc3y \xed\xa0\x80 \xf4\x90\x80\x80 \xc0\xaf \u00e9 \U1f600 \xe2\x82'
	namespace_run drop-init --log-format json --user "$typed" true
	assert_status 125
	python3 - "$namespace/stderr" <<-'END'
		import json, sys
		said = json.loads(open(sys.argv[1], "rb").read().decode("utf-8"))["message"]
		typed = r"\xff \xc3y \xed\xa0\x80 \xf4\x90\x80\x80 \xc0\xaf " + "\u00e9 \U0001f600 " + r"\xe2\x82"
		assert said.startswith("--user " + typed + ": no user '" + typed + "'"), ascii(said)
	END
}

@test "a message longer than a line's room is cut, and stays valid JSON" {
	namespace_run drop-init --log-format json --user "$(head -c 9000 /dev/zero | tr '\0' '"')" true
	assert_status 125
	python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$namespace/stderr"
}

@test "-v tells each step on standard error, and the command's standard output stays its own" {
	namespace_run drop-init -v --user app --listen 80 --chown /dev/shm/data,mkdir echo out
	assert_status 0
	assert_stdout out
	assert_stderr_has 'drop-init: --listen 80: bound 0.0.0.0:80, passed as descriptor 3'
	assert_stderr_has 'drop-init: --chown /dev/shm/data,mkdir: '
}

@test "a failure of ours is also written to the termination log, where there is one" {
	namespace_log
	namespace_run drop-init --user nosuch true
	assert_status 125
	assert_equal "$(<"$namespace/log")" "$stderr" 'termination log'
	[ -s "$namespace/log" ]
}

@test "what a health check is answered is no container's last word" {
	namespace_log
	for words in '--status' '--signal TERM nosuch' '--check --user nosuch true'; do
		namespace_run sh -c "drop-init $words; exit 3"
		assert_status 3
		assert_equal "$(<"$namespace/log")" '' "termination log after $words"
	done
}

@test "-q keeps errors and drops the rest" {
	namespace_run drop-init -q --stop-timeout 0 sh -c 'setsid sleep 60 & exit 0'
	assert_status 0
	assert_stderr ''
	namespace_run drop-init -q --user 0 true
	assert_stderr 'drop-init: --user 0: this is user 0, and drop-init only steps down from root (name another user, or leave --user out)'
}

@test "a standard error that is full and that nobody reads keeps neither signals nor the end waiting" {
	namespace_start sh -c 'mkfifo /dev/shm/fifo; exec drop-init -w "$@" 2<>/dev/shm/fifo' sh perl -e '
		use Fcntl;
		$| = 1;
		fcntl STDERR, F_SETFL, O_RDWR | O_NONBLOCK;
		for my $size (4096, 1) { 1 while syswrite STDERR, "x" x $size }
		fcntl STDERR, F_SETFL, O_RDWR;
		$SIG{TERM} = sub { exit 3 };
		for (1 .. 3) { my $pid = fork // die; if (!$pid) { fork // die; exit } waitpid $pid, 0 }
		print "ready\n";
		sleep 60'
	wait_output ready
	namespace_signal TERM
	namespace_wait 10
	assert_status 3
}

# Signals have to wait for one line, not for each.
@test "a terminal that was stopped keeps a TERM waiting for one line at most, and goes on afterwards" {
	namespace_run python3 -c 'import os, pty, signal, subprocess, sys, termios, time
orphans = """
$| = 1;
for (1 .. 60) { my $pid = fork // die; if (!$pid) { fork // die; exit } waitpid $pid, 0 }
$SIG{TERM} = sub { my $pid = fork // die; if (!$pid) { fork // die; exit } waitpid $pid, 0; sleep 1; exit 3 };
print "ready\n";
sleep 60"""
controller, terminal = pty.openpty()
termios.tcflow(terminal, termios.TCOOFF)
init = subprocess.Popen(["drop-init", "-w", "perl", "-e", orphans], stderr=terminal, stdout=subprocess.PIPE)
init.stdout.readline()
begin = time.monotonic()
init.terminate()
print(init.stdout.read(1) == b"", end=" ")
time.sleep(0)
print(time.monotonic() - begin < 3)
termios.tcflow(terminal, termios.TCOON)
print(init.wait(10))'
	assert_status 0
	assert_stdout "$(printf '%s\n' 'True True' 3)"
}

@test "a terminal that stops in the middle of a line keeps PID 1 from nothing" {
	namespace_run python3 -c 'import os, pty, signal, subprocess, termios, time
orphans = "trap \"exit 5\" TERM; i=0; while [ $((i += 1)) -lt 200 ]; do sh -c \"true & true & true &\"; done; echo; sleep 60 & wait"
for options in ["-w"], ["-vv"], ["--user", "1000:1000", "-w"]:
    unread, terminal = pty.openpty() # full after 4 KiB, as nobody reads there
    init = subprocess.Popen(["drop-init", *options, "sh", "-c", orphans], stderr=terminal, stdout=subprocess.PIPE,
                            start_new_session=True)
    time.sleep(0.3) # there is nothing to wait for: it may stop anywhere
    termios.tcflow(terminal, termios.TCOOFF)
    init.stdout.read(1)
    init.terminate()
    print(init.wait(15))'
	assert_status 0
	assert_stdout $'5\n5\n5'
}

@test "a pipe that others fill keeps PID 1 from nothing" {
	needs pipe_nowait
	namespace_run python3 -c 'import fcntl, os, signal, subprocess, sys, time
unread, log = os.pipe()
fcntl.fcntl(log, fcntl.F_SETPIPE_SZ, 4096)
os.set_blocking(unread, False)
init = subprocess.Popen(["drop-init", "-vv", sys.argv[1]], stderr=log, stdout=subprocess.PIPE)
init.stdout.readline()
end = time.monotonic() + 5
while time.monotonic() < end:
    init.send_signal(signal.SIGHUP) # a message each
    try: os.read(unread, 4096)
    except BlockingIOError: pass
time.sleep(0.3)
begin = time.monotonic()
init.terminate()
print(init.wait(10), time.monotonic() - begin < 3)' "$BUILD/probe/pipe_filler"
	assert_status 0
	assert_stdout '3 True'
}
