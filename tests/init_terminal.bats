#!/usr/bin/env bats
# shellcheck disable=SC2154 # namespace.bash sets the results
# The terminal is the command's: job control, Ctrl-C and Ctrl-Z work, and no foreground is stolen.

load namespace

# terminal SCRIPT: run a python script with "start(argv)", which runs argv in a terminal of its own and
# returns (pid, descriptor), "read_until(descriptor, text)", and "state(pid)".
terminal() {
	cat >"$BATS_TEST_TMPDIR/terminal.py" <<-'END'
		import os, pty, re, select, signal, sys, time
		def start(*argv):
		    pid, terminal = pty.fork()
		    if not pid:
		        os.execvp(argv[0], argv)
		    return pid, terminal
		def read_until(terminal, text, seconds=10):
		    seen, end = "", time.time() + seconds
		    while not re.search(text, seen):
		        if not select.select([terminal], [], [], max(0, end - time.time()))[0]:
		            sys.exit(f"no {text!r} in {seen!r}")
		        try:
		            seen += os.read(terminal, 4096).decode()
		        except OSError:
		            sys.exit(f"closed before {text!r}: {seen!r}")
		    return seen
		def children(pid):
		    return [int(n) for n in open(f"/proc/{pid}/task/{pid}/children").read().split()]
		def stat(pid):
		    return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
		def wait_state(pid, state):
		    end = time.time() + 10
		    while stat(pid)[0] != state:
		        if time.time() > end:
		            sys.exit(f"{pid} is {stat(pid)[0]}, not {state}")
		        time.sleep(0.01)
		def foreground(terminal):
		    return os.tcgetpgrp(terminal)
		def wait_foreground(terminal, name):
		    end = time.time() + 10
		    while open(f"/proc/{foreground(terminal)}/comm").read() != name + "\n":
		        if time.time() > end:
		            sys.exit(f"{name} does not come to the foreground")
		        time.sleep(0.01)
		def status(pid):
		    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
	END
	cat >>"$BATS_TEST_TMPDIR/terminal.py"
	run timeout 30 python3 "$BATS_TEST_TMPDIR/terminal.py"
	[ "$status" = 0 ] || namespace_fail "$output"
}

@test "the command is in the foreground of the terminal, in a process group of its own" {
	terminal <<-'END'
		pid, terminal = start("drop-init", "sh", "-c", "echo ready; read line")
		read_until(terminal, "ready")
		child = children(pid)[0]
		assert foreground(terminal) == child, (foreground(terminal), child)
		os.write(terminal, b"end\n")
		assert status(pid) == 0
	END
}

@test "Ctrl-C reaches the command once" {
	terminal <<-'END'
		pid, terminal = start("drop-init", "perl", "-e", '$| = 1; $SIG{INT} = sub { $n++ }; print "ready\n"; sleep 1 for 1 .. 2; print "INT $n\n"')
		read_until(terminal, "ready")
		os.write(terminal, b"\x03")
		read_until(terminal, "INT 1\r")
		assert status(pid) == 0
	END
}

@test "Ctrl-Z stops the command, and CONT to drop-init lets it go on" {
	terminal <<-'END'
		pid, terminal = start("drop-init", "sh", "-c", "echo ready; read line; echo got $line")
		read_until(terminal, "ready")
		child = children(pid)[0]
		os.write(terminal, b"\x1a")
		wait_state(child, "T")
		os.kill(pid, signal.SIGCONT)
		wait_state(child, "S")
		os.write(terminal, b"it\n")
		read_until(terminal, "got it")
		assert status(pid) == 0
	END
}

@test "a shell under drop-init has job control: fg and Ctrl-Z" {
	terminal <<-'END'
		os.environ["PS1"] = "prompt> "
		pid, terminal = start("drop-init", "bash", "--norc", "--noediting", "-i")
		seen = read_until(terminal, "prompt> ")
		assert "no job control" not in seen, seen
		os.write(terminal, b"sleep 60\n")
		wait_foreground(terminal, "sleep")
		os.write(terminal, b"\x1a")
		read_until(terminal, "Stopped.*\n.*prompt> ")
		os.write(terminal, b"fg\n")
		read_until(terminal, "sleep 60")
		wait_foreground(terminal, "sleep")
		os.write(terminal, b"\x03")
		read_until(terminal, "prompt> ")
		os.write(terminal, b"exit 6\n")
		assert status(pid) == 6
	END
}

@test "started in the background, it does not take the foreground" {
	terminal <<-'END'
		os.environ["PS1"] = "prompt> "
		pid, terminal = start("bash", "--norc", "--noediting", "-i")
		read_until(terminal, "prompt> ")
		os.write(terminal, b"drop-init sh -c 'echo is'' ready; exec sleep 60' &\n")
		read_until(terminal, "is ready")
		time.sleep(0.1)
		assert foreground(terminal) == pid, (foreground(terminal), pid)
		os.write(terminal, b"kill %1; wait %1; echo status $?; exit 0\n")
		read_until(terminal, "status 143")
		assert status(pid) == 0
	END
}

@test "the terminal's end (HUP) reaches the command" {
	terminal <<-'END'
		pid, terminal = start("drop-init", "sleep", "60")
		end = time.time() + 10
		while (not children(pid) or foreground(terminal) != children(pid)[0]) and time.time() < end:
		    time.sleep(0.01)
		os.close(terminal)
		assert status(pid) == 129
	END
}

@test "standard output belongs to the command, at every verbosity" {
	namespace_run drop-init -vvv sh -c 'echo only this; (sleep 0.05 &); sleep 0.1'
	assert_status 0
	assert_stdout 'only this'
}
