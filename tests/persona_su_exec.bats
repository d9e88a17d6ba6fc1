#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # namespace.bash sets the results; $ in single quotes is the command's
# Called su-exec, it is su-exec, which Debian does not have: so its words and results are written out here.

load persona

# user SPEC EXPECTED: uid:gid:groups HOME
user() {
	namespace_run su-exec "$1" sh -c 'echo "$(id -u):$(id -g):$(id -G) $HOME"'
	assert_status 0
	assert_stderr ''
	assert_stdout "$2"
}

@test "every form of user-spec gives su-exec's uid, gid, groups and HOME" {
	user member '1002:1002:1002 2000 2001 /home/member'
	user 1002 '1002:1002:1002 2000 2001 /home/member'
	user member:daemon '1002:1:1 /home/member'
	user member: '1002:1002:1002 2000 2001 /home/member'
	user 4321:1234 '4321:1234:1234 /'
	user 4321 '4321:0:0 /'
	user root '0:0:0 2001 /root'
	user 0:0 '0:0:0 /root'
	user :daemon '0:1:1 /root'
}

@test "usage is exit status 1" {
	namespace_run su-exec
	assert_status 1
	assert_stderr 'Usage: su-exec user-spec command [args]'
	namespace_run su-exec member
	assert_status 1
	assert_stderr 'Usage: su-exec user-spec command [args]'
}

@test "mended: a uid that is no uid is an error, and never user 0" {
	for spec in 4294967296 4294967296:0 0x10 bogus member:bogus; do
		namespace_run su-exec "$spec" echo started
		assert_status 1
		assert_stdout ''
		grep -q '^su-exec: ' "$namespace/stderr"
	done
}

@test "a command that is not there, or cannot be run, is exit status 1" {
	namespace_run su-exec member nonexistent
	assert_status 1
	assert_stderr 'su-exec: nonexistent: No such file or directory'
	namespace_run su-exec member /tmp
	assert_status 1
	assert_stderr 'su-exec: /tmp: Permission denied'
}

@test "it becomes the command, and changes nothing but the ids and HOME" {
	namespace_run sh -c 'exec 7>&1; USER=me exec su-exec member sh -c "echo \$\$ \$USER >&7; grep -E \"NoNew|Seccomp:\" /proc/self/status"'
	assert_stdout $'1 me\nNoNewPrivs:\t0\nSeccomp:\t0'
}

@test "a script without a first line with #! is run by the shell" {
	printf 'echo "$0 $*"\n' >"$BATS_TEST_TMPDIR/script"
	chmod 755 "$BATS_TEST_TMPDIR/script"
	namespace_run su-exec root "$BATS_TEST_TMPDIR/script" a 'b  c'
	assert_stdout "$BATS_TEST_TMPDIR/script a b  c"
}
