#!/usr/bin/env bats
# --install: the binary copies itself, for init containers and images without a shell.

load namespace

@test "--install copies the binary, whole and executable, and the copy works" {
	namespace_run drop-init --install /dev/shm/copy
	assert_status 0
	assert_stdout ''
	assert_stderr ''
	namespace_run sh -c 'drop-init --install /dev/shm/copy && cmp "$(command -v drop-init)" /dev/shm/copy && stat -c %a /dev/shm/copy && ls /dev/shm'
	assert_status 0
	assert_stdout $'755\ncopy'
}

@test "--install into a folder keeps the name, and replaces what is there" {
	namespace_run sh -c 'echo old >/dev/shm/drop-init; drop-init --install /dev/shm && cmp "$(command -v drop-init)" /dev/shm/drop-init && ls /dev/shm'
	assert_status 0
	assert_stdout drop-init
}

@test "--install where nothing can be written says so" {
	namespace_run drop-init --install /nosuch/copy
	assert_status 125
	assert_stderr "drop-init: --install /nosuch/copy: cannot open '/nosuch': No such file or directory"
}

@test "--install into a folder that is not there makes no file of its name" {
	namespace_run sh -c 'drop-init --install /dev/shm/bin/; status=$?; ls /dev/shm; exit $status'
	assert_status 125
	assert_stdout ''
	assert_stderr "drop-init: --install /dev/shm/bin/: cannot open '/dev/shm/bin': No such file or directory"
}

@test "--install writes into no file that somebody else has put there" {
	namespace_run sh -c 'chmod 1777 /dev/shm; cd /dev/shm
		setpriv --reuid 1000 --clear-groups sh -c "echo mine >copy.new; chmod 666 copy.new"
		drop-init --install /dev/shm/copy && stat -c "%u %a" copy && cmp "$(command -v drop-init)" copy
		mkfifo fifo.new; drop-init --install /dev/shm/fifo && cmp "$(command -v drop-init)" fifo && ls'
	assert_status 0
	assert_stderr ''
	assert_stdout $'0 755\ncopy\nfifo'
}
