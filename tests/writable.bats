#!/usr/bin/env bats
# --writable: the command does not start into a PermissionError, and the message says what mends it.

load namespace

@test "a path that the user can write to starts the command" {
	namespace_prepare 'mkdir /dev/shm/mine; chown 1000 /dev/shm/mine'
	namespace_run drop-init --user app --writable /dev/shm/mine --writable /dev/shm/ echo started
	assert_status 0
	assert_stdout started
	assert_stderr ''
}

@test "a folder of root's is named with its owner, its mode and the option that mends it" {
	namespace_prepare 'mkdir /dev/shm/extra; chmod 755 /dev/shm/extra'
	namespace_run drop-init --user app --writable /dev/shm/extra echo started
	assert_status 125
	assert_stdout ''
	assert_stderr "drop-init: --writable /dev/shm/extra: '/dev/shm/extra' belongs to 0:0 with mode 0755, so user 1000 may not write there (add --chown /dev/shm/extra)"
	namespace_run drop-init --user app --chown /dev/shm/extra --writable /dev/shm/extra echo started
	assert_status 0
	assert_stdout started
}

@test "the component that stands in the way is named, not the path's end" {
	namespace_prepare 'mkdir -p /dev/shm/a/b/c; chmod 700 /dev/shm/a; chown -R 1000 /dev/shm/a/b'
	namespace_run drop-init --user app --writable /dev/shm/a/b/c echo started
	assert_status 125
	assert_stderr "drop-init: --writable /dev/shm/a/b/c: '/dev/shm/a' belongs to 0:0 with mode 0700, so user 1000 may not pass through it (give it to the user, or open it to others: chmod o+x)"
}

@test "a missing path says that it is missing" {
	namespace_run drop-init --user app --writable /dev/shm/none/x echo started
	assert_status 125
	assert_stderr "drop-init: --writable /dev/shm/none/x: '/dev/shm/none' does not exist (create it, or add --chown /dev/shm/none/x,mkdir)"
}

@test "a read-only file system says that it is one" {
	namespace_prepare 'mkdir /dev/shm/ro; mount -t tmpfs -o mode=777,ro tmpfs /dev/shm/ro'
	namespace_run drop-init --user app --writable /dev/shm/ro echo started
	assert_status 125
	assert_stderr "drop-init: --writable /dev/shm/ro: '/dev/shm/ro' is on a read-only file system (mount a volume there)"
}
