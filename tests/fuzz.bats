#!/usr/bin/env bats
# Every input that fuzzing has kept, run again under ASan and UBSan. make fuzz finds new ones.

load namespace

setup_file() {
	make -s BUILD="$BUILD" replays 2>&1
}

replay() { # HARNESS: every input ends it cleanly, and what must hold of it holds
	local inputs=("$NAMESPACE_REPOSITORY/tests/fuzz/corpus/$1"/*)

	[ ${#inputs[@]} -gt 1 ]
	# What is known to stay is known by its callers, which are behind a libc without frame pointers.
	ASAN_OPTIONS=fast_unwind_on_malloc=0 run "$BUILD/replay/$1" "${inputs[@]}" >/dev/null
	# shellcheck disable=SC2154 # run sets it
	[ "$status" = 0 ] || namespace_fail "$output"
	assert_equal "$(grep -c "corpus/$1/" <<<"$output")" ${#inputs[@]} "inputs of $1"
}

@test "the command line and its environment twins are parsed, or refused in words" { replay options; }

@test "an address that is understood can be written, and read again as the same" { replay address; }

@test "no passwd or group file makes a user root, or its groups unsorted" { replay database; }

@test "no filter file is run but one that the kernel takes" { replay filter; }

@test "no notification binds a port that is not listed, or lets a refused call carry on" { replay notify; }

@test "a recording that is read is written again as it was" { replay record; }

@test "drop-seccomp shows any filter that it takes" { replay show; }

@test "a profile is compiled to what the kernel takes, or there is an error that says why not" { replay profile; }
