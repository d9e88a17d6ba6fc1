#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # namespace.bash sets the results; $ in single quotes is the command's
# drop-init run by qemu-user, as in an image that is built or run for another architecture: no seccomp, two to four
# signals that cannot be blocked, and a vfork that neither waits nor shares memory.

load namespace

emulator=qemu-$(uname -m)

setup() {
	skip_sanitized "the emulator has no room for its shadow"
}

@test "emulated, it is an init: the command's status, its signals, its orphans" {
	namespace_run "$emulator" "$BUILD/drop-init" sh -c 'exit 42'
	assert_status 42
	assert_stderr ''
	namespace_start "$emulator" "$BUILD/drop-init" perl -e '$| = 1; $SIG{TERM} = sub { print "got TERM\n"; exit 3 };
		fork // die or exit; print "ready\n"; sleep 60'
	wait_output ready
	namespace_stop TERM
	assert_status 3
	assert_stdout $'ready\ngot TERM'
}

@test "emulated, a command that cannot be executed is said, with 127 and 126" {
	namespace_run "$emulator" "$BUILD/drop-init" no-such-command
	assert_status 127
	assert_stderr 'drop-init: no-such-command: command not found (install it in the image, or give its path)'
	printf 'no program\n' >"$namespace/program"
	chmod 755 "$namespace/program" "$namespace" "$BATS_RUN_TMPDIR"
	for options in '' '--user app --seccomp none'; do
		# shellcheck disable=SC2086 # several words
		namespace_run "$emulator" "$BUILD/drop-init" $options "$namespace/program"
		assert_status 126
		assert_stderr_has "drop-init: $namespace/program: cannot run it: Exec format error (a script needs a first line with #!)"
	done
}

@test "emulated, --user steps down with --seccomp none, and without that says what is missing" {
	why="profile 'default': this kernel has no seccomp (add --seccomp none to go without, or DROP_INIT_SECCOMP=none for an emulated build alone)"
	namespace_run "$emulator" "$BUILD/drop-init" --user app id -u
	assert_status 125
	assert_stderr "drop-init: $why"
	namespace_run "$emulator" "$BUILD/drop-init" --check --user app id -u
	assert_status 125
	assert_stdout_has "$why"
	namespace_run env DROP_INIT_SECCOMP=none "$emulator" "$BUILD/drop-init" --user app --listen 80 \
		sh -c 'id -u; [ "$LISTEN_PID" = $$ ] && echo "its own"'
	assert_status 0
	assert_stdout $'1000\nits own'
	assert_stderr_has "PID 1 has no seccomp filter of its own"
}
