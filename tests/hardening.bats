#!/usr/bin/env bats
# What a bug in drop-init or drop-seccomp would find in its way, read from the programs themselves.
# The Makefile says why the static drop-init is not position-independent.

load namespace

setup_file() {
	export dynamic=$BATS_FILE_TMPDIR/dynamic

	make -s BUILD="$dynamic" STATIC=0 "$dynamic/drop-init" 2>&1
	make -s BUILD="$BUILD" "$BUILD/image/drop-seccomp" 2>&1
}

# Each program that is built, by its path: for every one of them these hold.
programs() {
	echo "$BUILD/drop-init" "$BUILD/drop-seccomp" "$BUILD/image/drop-seccomp" "$dynamic/drop-init"
}

segments() { readelf -lW "$1" | awk '/^  [A-Z_]+ +0x/'; }

# Those of a segment's flags that it has, as "R E" is "RE".
flags_of() { segments "$1" | awk -v name="$2" '$1 == name { print substr($0, match($0, /[R ][W ][E ] +0x[0-9a-f]+$/), 3) }' | tr -d ' '; }

calls_to() { objdump -d --no-show-raw-insn "$1" | grep -c "call.*<$2[@>]"; }

@test "no segment of any program can be both written and executed" {
	for program in $(programs); do
		assert_equal "$(segments "$program" | grep -c LOAD | awk '$1 >= 2 { print "several" }')" several "$program"
		assert_equal "$(flags_of "$program" LOAD | grep 'WE')" '' "$program"
	done
}

@test "no program's stack can be executed" {
	for program in $(programs); do
		assert_equal "$(flags_of "$program" GNU_STACK)" RW "$program"
	done
}

@test "no program has text relocations, nor a path that libraries are looked for in" {
	for program in $(programs); do
		assert_equal "$(readelf -dW "$program" | grep -E 'TEXTREL|RPATH|RUNPATH')" '' "$program"
	done
}

@test "what is linked against glibc is PIE, bound at once, and read-only after that" {
	for program in "$BUILD/drop-seccomp" "$BUILD/image/drop-seccomp" "$dynamic/drop-init"; do
		readelf -hW "$program" | grep -q 'Type: *DYN' || namespace_fail "$program is not PIE"
		readelf -dW "$program" | grep -qE 'FLAGS_1.* NOW.* PIE' || namespace_fail "$program is not bound at once"
		assert_equal "$(flags_of "$program" GNU_RELRO)" R "$program"
	done
}

@test "what is linked against glibc is fortified" {
	for program in "$BUILD/drop-seccomp" "$dynamic/drop-init"; do
		nm -D "$program" | grep -q ' U __[a-z]*printf_chk' || namespace_fail "$program is not"
	done
}

# musl has no fortify. strcpy(3) and stpcpy(3) remain, where the length was counted before (init/environment.c,
# init/profile.c) and where the compiler knows it; the dynamic build is of the same sources, and fortified.
@test "the static drop-init calls no function that formats, reads or appends without a bound" {
	readelf -sW "$BUILD"/init/*.o | awk '$7 == "UND" { print $8 }' >"$BATS_TEST_TMPDIR/called"
	[ "$(grep -cx snprintf "$BATS_TEST_TMPDIR/called")" -gt 9 ]
	assert_equal "$(grep -xE '(strn?cat|v?sprintf|gets|[fsv]*scanf|realpath|getwd)' "$BATS_TEST_TMPDIR/called")" ''
}

@test "the stack protector guards every program" {
	for program in "$BUILD/drop-init.debug" "$dynamic/drop-init.debug" "$BUILD/drop-seccomp"; do
		[ "$(calls_to "$program" __stack_chk_fail)" -gt 25 ] || namespace_fail "$program: $(calls_to "$program" __stack_chk_fail) guarded"
	done
}

# musl protects nothing after relocation in a static program, so what there is to protect has to be little: its
# own few pointers. Tables of functions and of text are constants at fixed addresses, in read-only memory.
@test "the static drop-init needs no relocation, and RELRO would protect less than 256 bytes of it" {
	readelf -hW "$BUILD/drop-init" | grep -q 'Type: *EXEC' || namespace_fail "PIE: check GNU_RELRO instead"
	assert_equal "$(readelf -rW "$BUILD/drop-init" | tr -d '\n')" 'There are no relocations in this file.'
	[ "$(readelf -SW "$BUILD/drop-init.debug" | sed 's/^ *\[ *[0-9]*\] //' |
		awk '$1 ~ /^\.(data\.rel\.ro|got|got\.plt|init_array|fini_array|dynamic)$/ { print "0x" $5 }' |
		{ total=0; while read -r size; do total=$((total + size)); done; echo "$total"; })" -lt 256 ]
	readelf -sW "$BUILD/drop-init.debug" | awk '$8 == "option_table" { print $7 }' >"$BATS_TEST_TMPDIR/section"
	readelf -SW "$BUILD/drop-init.debug" | tr -d '[]' |
		awk -v n="$(cat "$BATS_TEST_TMPDIR/section")" '$1 == n { print $2 }' | grep -qxE '\.(loop|start|other)_text' # init/layout.ld's: beside code
}

@test "the kernel maps nothing of PID 1 that can be both written and executed, at addresses that differ each time" {
	local -A stacks=()
	for _ in 1 2 3; do
		namespace_start drop-init sleep 30
		wait_file /proc/1/task/1/children
		grep -q 'r-x' "/proc/$NAMESPACE_PID/maps"
		assert_equal "$(grep 'wx' "/proc/$NAMESPACE_PID/maps")" ''
		stacks[$(grep -F '[stack]' "/proc/$NAMESPACE_PID/maps")]=1
		namespace_stop
	done
	[ ${#stacks[@]} -gt 1 ]
}
