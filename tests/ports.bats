#!/usr/bin/env bats
# --allow-port: the first and the third rung of the ladder. broker.bats has the second.

load namespace

bind='import socket, sys
s = socket.socket(); s.bind(("0.0.0.0", int(sys.argv[1]))); print("bound", s.getsockname()[1])'

@test "where the sysctl frees the port nothing is done, and -v says so" {
	namespace_prepare 'echo 80 >/proc/sys/net/ipv4/ip_unprivileged_port_start'
	namespace_run drop-init -v --user app --allow-port 80 python3 -c "$bind" 80
	assert_status 0
	assert_stdout 'bound 80'
	assert_stderr_has 'drop-init: --allow-port: nothing to do: any user may bind ports from 80 on here, listed or not'
}

@test "where the sysctl cannot be read, a bind without capabilities is tried, and its answer counts" {
	for first in 0 1024; do
		namespace_prepare "echo $first >/proc/sys/net/ipv4/ip_unprivileged_port_start"
		# shellcheck disable=SC2016
		namespace_run sh -c 'mount -t tmpfs none /proc/sys && exec "$@"' sh \
			drop-init -v --user app --allow-port 80 python3 -c "$bind" 80
		assert_status 0
		assert_stdout 'bound 80'
		case $first in
		0) assert_stderr_has 'drop-init: --allow-port: nothing to do: any user may bind ports from 0 on here, listed or not' ;;
		*) assert_stderr_has 'drop-init: --allow-port: broker: PID 1 binds these ports for the command' ;;
		esac
	done
}

@test "without --allow-port the server fails with its own error" {
	namespace_run drop-init --user app python3 -c "$bind" 80
	assert_status 1
	assert_stdout ''
	assert_stderr_has 'PermissionError: [Errno 13] Permission denied'
}

# bats test_tags=kernels
@test "--port-method capability lets the unmodified command bind" {
	namespace_run drop-init --user app --allow-port 80 --port-method capability python3 -c "$bind" 80
	assert_status 0
	assert_stdout 'bound 80'
	assert_stderr ''
}

# bats test_tags=kernels
@test "a non-root start with the file capability can raise it for the command" {
	namespace_prepare 'mount -o remount,exec /dev/shm; cp "$(command -v drop-init)" /dev/shm/drop; setcap cap_net_bind_service=p /dev/shm/drop'
	namespace_run setpriv --reuid 1000 --regid 1000 --clear-groups \
		/dev/shm/drop --user 1000:1000 --groups none --allow-port 80 --port-method capability python3 -c "$bind" 80
	assert_status 0
	assert_stdout 'bound 80'
	namespace_run setpriv --reuid 1000 --regid 1000 --clear-groups \
		/dev/shm/drop --allow-port 80 --port-method capability python3 -c "$bind" 80
	assert_status 0
	assert_stdout 'bound 80'
}

@test "without --user root keeps its capabilities, and so needs nothing" {
	namespace_run drop-init -v --allow-port 80 python3 -c "$bind" 80
	assert_status 0
	assert_stdout 'bound 80'
	assert_stderr 'drop-init: --allow-port: the command keeps the capabilities that it has'
}

# Where this kernel has it, it is hidden.
# bats test_tags=kernels
@test "before Linux 5.14, where no socket tells its network namespace, the caller's decides" {
	for way in no-cookie "no-cookie pidfd_getfd=EPERM"; do
		# shellcheck disable=SC2086 # a word or two
		namespace_run "$BUILD/probe/broker_outer" $way drop-init --user app --allow-port 80 --port-method broker -- \
			python3 -c "$bind" 80
		assert_status 0
		assert_stdout 'bound 80'
		# shellcheck disable=SC2086
		namespace_run "$BUILD/probe/broker_outer" $way drop-init --user app --seccomp none --allow-port 80 \
			--port-method broker -- \
			bwrap --bind / / --unshare-user --unshare-net --uid 1000 python3 -c "$bind" 80
		assert_stdout ''
		assert_stderr_has 'Permission denied'
	done
}
