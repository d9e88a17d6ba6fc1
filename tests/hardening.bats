#!/usr/bin/env bats
# What a bug in drop-init or drop-seccomp would find in its way, read from the programs themselves.

load namespace

# A machine of make check-kernels builds nothing: there the running program is looked at alone.
setup_file() {
	command -v cc >/dev/null || return 0
	export dynamic=$BATS_FILE_TMPDIR/dynamic

	make -s BUILD="$dynamic" STATIC=0 "$dynamic/drop-init" 2>&1
	make -s BUILD="$BUILD" "$BUILD/image/drop-seccomp" 2>&1
}

built_here() { [ -n "${dynamic:-}" ] || skip "there is no compiler, so nothing is built here"; }

# Each program that is built, by its path: for every one of them these hold.
programs() {
	echo "$BUILD/drop-init" "$BUILD/drop-seccomp" "$BUILD/image/drop-seccomp" "$dynamic/drop-init"
}

segments() { readelf -lW "$1" | awk '/^  [A-Z_]+ +0x/'; }

# Those of a segment's flags that it has, as "R E" is "RE".
flags_of() { segments "$1" | awk -v name="$2" '$1 == name { print substr($0, match($0, /[R ][W ][E ] +0x[0-9a-f]+$/), 3) }' | tr -d ' '; }

calls_to() { objdump -d --no-show-raw-insn "$1" | grep -c "call.*<$2[@>]"; }

@test "no segment of any program can be both written and executed" {
	built_here
	for program in $(programs); do
		assert_equal "$(segments "$program" | grep -c LOAD | awk '$1 >= 2 { print "several" }')" several "$program"
		assert_equal "$(flags_of "$program" LOAD | grep 'WE')" '' "$program"
	done
}

@test "no program's stack can be executed" {
	built_here
	for program in $(programs); do
		assert_equal "$(flags_of "$program" GNU_STACK)" RW "$program"
	done
}

@test "no program has text relocations, nor a path that libraries are looked for in" {
	built_here
	for program in $(programs); do
		assert_equal "$(readelf -dW "$program" | grep -E 'TEXTREL|RPATH|RUNPATH')" '' "$program"
	done
}

@test "every program is PIE, bound at once, and read-only after that" {
	built_here
	for program in $(programs); do
		readelf -hW "$program" | grep -q 'Type: *DYN' || namespace_fail "$program is not PIE"
		readelf -dW "$program" | grep -qE 'FLAGS_1.* NOW.* PIE' || namespace_fail "$program is not bound at once"
		assert_equal "$(flags_of "$program" GNU_RELRO)" R "$program"
	done
}

@test "what is linked against glibc is fortified" {
	built_here
	for program in "$BUILD/drop-seccomp" "$dynamic/drop-init"; do
		nm -D "$program" | grep -q ' U __[a-z]*printf_chk' || namespace_fail "$program is not"
	done
}

# musl has no fortify. realpath(3) writes PATH_MAX bytes at most, and init/chown/foresee.c has room for them.
# strcpy(3) and stpcpy(3) remain, where the length was counted before (init/steps/environment.c,
# init/filter/profile.c) and where the compiler knows it; the dynamic build is of the same sources, and fortified.
@test "the static drop-init calls no function that formats, reads or appends without a bound" {
	built_here
	readelf -sW "$BUILD"/init/*.o "$BUILD"/init/*/*.o | awk '$7 == "UND" { print $8 }' >"$BATS_TEST_TMPDIR/called"
	[ "$(grep -cx snprintf "$BATS_TEST_TMPDIR/called")" -gt 9 ]
	assert_equal "$(grep -xE '(strn?cat|v?sprintf|gets|[fsv]*scanf|getwd)' "$BATS_TEST_TMPDIR/called")" ''
}

@test "the stack protector guards every program" {
	built_here
	for program in "$BUILD/drop-init.debug" "$dynamic/drop-init.debug" "$BUILD/drop-seccomp"; do
		[ "$(calls_to "$program" __stack_chk_fail)" -gt 25 ] ||
			namespace_fail "$program: $(calls_to "$program" __stack_chk_fail) guarded"
	done
}

# musl leaves it writable in a static program, so what counts is the mapping and not the header.
# bats test_tags=kernels
@test "what the linker set aside to be read-only after relocation is read-only in a running PID 1" {
	local program start size base from to range flags found
	for program in "$BUILD/drop-init" ${dynamic:+"$dynamic/drop-init"}; do
		found=
		namespace_start "$program" sleep 30
		wait_file /proc/1/task/1/children
		read -r start size < <(segments "$program" | awk '$1 == "GNU_RELRO" { print $3, $6 }')
		base=$(awk -v name="$program" '$6 == name { print $1; exit }' "/proc/$NAMESPACE_PID/maps")
		from=$((0x${base%%-*} + start)) to=$(((0x${base%%-*} + start + size) / 4096 * 4096))
		while read -r range flags _; do
			[ $((0x${range%-*})) -ge "$to" ] || [ $((0x${range#*-})) -le "$from" ] || found+=" $flags"
		done <"/proc/$NAMESPACE_PID/maps"
		# shellcheck disable=SC2086 # one a line
		assert_equal "$(printf '%s\n' $found | sort -u)" r--p "$program"
		namespace_stop
	done
}

# bats test_tags=kernels
@test "the kernel maps nothing of PID 1 that can be both written and executed" {
	namespace_start drop-init sleep 30
	wait_file /proc/1/task/1/children
	grep -q 'r-x' "/proc/$NAMESPACE_PID/maps"
	assert_equal "$(grep 'wx' "/proc/$NAMESPACE_PID/maps")" ''
	namespace_stop
}

@test "the addresses of PID 1 differ each time" {
	[ "$(cat /proc/sys/kernel/randomize_va_space)" != 0 ] || skip "this kernel was told to randomise no addresses"
	local -A stacks=()
	for _ in 1 2 3; do
		namespace_start drop-init sleep 30
		wait_file /proc/1/task/1/children
		stacks[$(grep -F '[stack]' "/proc/$NAMESPACE_PID/maps")]=1
		namespace_stop
	done
	[ ${#stacks[@]} -gt 1 ]
}
