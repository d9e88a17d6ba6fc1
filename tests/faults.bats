#!/usr/bin/env bats
# Each system call of a start fails, one at a time: a sample. All of them: make check-faults.

load namespace

# injected OPTION...: each run of these holds.
injected() {
	run tests/faults/run "$@"
	[[ $status = 0 && ${lines[-1]} =~ ^[0-9]{2,}" injected, "[0-9]{2,}" held, 0 let through"$ ]] ||
		namespace_fail "$output"
}

# Those of which each call was made to fail in every way, without one that got through. How often PID 1 wakes differs,
# and so which calls a sample has. Helpers, whose processes run side by side, and all with a SIGTERM: make check-faults.
@test "one in 37 of all ways for one system call to fail lets nothing through" {
	injected --every 37 --offset 7 --plan full --plan groups --plan exec --plan broker --plan json --plan files --plan init
}

@test "a wait for events that fails, or ends for nothing, keeps no SIGTERM back" {
	local call=ppoll # what there is of it on arm64
	[ "$(uname -m)" != x86_64 ] || call=poll
	injected --signals --plan full --call "$call" --jobs 6
}

# witness NAME OPTION...: what the command got, in a file of that name.
witness() {
	local name=$1
	shift
	namespace_run drop-init -q --user member "$@" "$BUILD/faults/witness"
	assert_status 7
	cp "$namespace/stdout" "$BATS_TEST_TMPDIR/$name"
}

@test "the witness sees the difference when something else is asked for" {
	local options
	cd "$BATS_TEST_TMPDIR"
	witness first
	witness again
	cmp first again
	for options in '--groups none' '--umask 027' '--seccomp none' '--allow-new-privs --seccomp none' \
		'--listen 127.0.0.1:81' '--user webuser' \
		'--allow-port 80 --port-method capability'; do
		# shellcheck disable=SC2086 # several words
		witness other $options
		! cmp -s first other || namespace_fail "no difference seen: $options"
	done
}
