#!/usr/bin/env bats
# Compared with the trusted ones: what Debian's runc really installs, read back from the kernel.
#
# runc gets the profile as Docker's engine would hand it on (seccomp/bundle.py) and loads its filter in a
# container that is created and never started. syscall_filter reads it with PTRACE_SECCOMP_GET_FILTER;
# drop-seccomp diff runs it beside ours, for every number and the boundary values of both.
#
# Known differences, each with its reason:
# - syscalls newer than Debian's libseccomp: it leaves such names out, and we know their numbers
# - x32 where it is not listed: runc kills, we return ENOSYS
# - rules that overlap and differ: libseccomp has an order of its own, we take the profile's; none are in here

bats_require_minimum_version 1.5.0

setup() {
	build=${BUILD:-$BATS_TEST_DIRNAME/../build}
	case $build in /*) ;; *) build=$BATS_TEST_DIRNAME/../$build ;; esac
	PATH=$build:$build/probe:$PATH
	profiles=$BATS_TEST_DIRNAME/../seccomp/profiles
	container=drop-seccomp-$$-$BATS_TEST_NUMBER
	command -v runc >/dev/null || skip "runc is not installed"
	[ "$(uname -m)" = x86_64 ] || skip "the profiles' arguments are x86_64's"
}

teardown() {
	runc --root "$BATS_TEST_TMPDIR/runc" delete --force "$container" 2>/dev/null || true
}

# One line for each call that differs: what diff prints in groups.
# shellcheck disable=SC2016 # awk's
flat='/^[AB]: |^different: / { next }
	/^[a-z0-9_]+:$/ { arch = substr($0, 1, length($0) - 1); depending = 0; next }
	/^  depending on arguments:$/ { depending = 1; next }
	/^  A: .*:$/ { actions = $0; sub(/^ */, "", actions); sub(/:$/, "", actions); next }
	/^    / && !depending { for (i = 1; i <= NF; i++) print arch " " $i ": " actions; next }
	{ sub(/^ */, ""); print arch " " $0 }'

# differences PROFILE [CAP...]: how our filter and runc's differ
differences() {
	local profile=$1 bundle=$BATS_TEST_TMPDIR/bundle
	shift
	rm -rf "$bundle"
	runc --root "$BATS_TEST_TMPDIR/runc" delete --force "$container" 2>/dev/null || true
	python3 "$BATS_TEST_DIRNAME/seccomp/bundle.py" "$profile" "$bundle" "$@"
	runc --root "$BATS_TEST_TMPDIR/runc" create --bundle "$bundle" --pid-file "$bundle/pid" "$container" \
		</dev/null >"$bundle/output" 2>&1 || { cat "$bundle/output" >&2; return 1; }
	syscall_filter "$(cat "$bundle/pid")" >"$bundle/runc.bpf"
	drop-seccomp diff --caps "$(IFS=,; echo "$*")" "$profile" "$bundle/runc.bpf" >"$bundle/diff" 2>"$bundle/said" ||
		[ $? = 1 ]
	awk "$flat" "$bundle/diff"
}

newer='uretprobe|uprobe|statmount|listmount|lsm_get_self_attr|lsm_set_self_attr|lsm_list_modules|mseal'
newer+='|setxattrat|getxattrat|listxattrat|removexattrat|open_tree_attr|file_getattr|file_setattr'
killed_x32="x32 A: SCMP_ACT_ERRNO ENOSYS (38), B: SCMP_ACT_KILL_THREAD, whatever the system call is"

# same PROFILE [CAP...]: no difference but in newer syscalls
same() {
	run -0 differences "$@"
	[ "$(grep -vE "^(x86_64|i386|x32) ($newer): " <<<"$output")" = "" ] || { echo "$output" >&2; false; }
}

# same_but_x32 PROFILE: likewise, for a profile without x32
same_but_x32() {
	run -0 differences "$@"
	[ "$(grep -vE "^(x86_64|i386|x32) ($newer): " <<<"$output")" = "$killed_x32" ] || { echo "$output" >&2; false; }
}

@test "Docker's default profile decides as runc's filter does" {
	same "$profiles/docker-default.json"
}

@test "Docker's default profile with its default capabilities decides as runc's filter does" {
	same "$profiles/docker-default.json" CAP_CHOWN CAP_DAC_OVERRIDE CAP_FSETID CAP_FOWNER CAP_MKNOD \
		CAP_NET_RAW CAP_SETGID CAP_SETUID CAP_SETFCAP CAP_SETPCAP CAP_NET_BIND_SERVICE \
		CAP_SYS_CHROOT CAP_KILL CAP_AUDIT_WRITE
}

@test "Docker's default profile for a privileged command decides as runc's filter does" {
	same "$profiles/docker-default.json" CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_BPF CAP_SYSLOG CAP_SYS_TIME
}

@test "podman's default profile decides as runc's filter does" {
	[ -e /usr/share/containers/seccomp.json ] || skip "golang-github-containers-common is not installed"
	same /usr/share/containers/seccomp.json
	[ "$output" = "" ]
}

@test "the built-in profile decides as runc's filter does" {
	same_but_x32 "$profiles/default.json"
}

@test "every operator decides as in runc's filter" {
	same_but_x32 "$BATS_TEST_DIRNAME/seccomp/operators.json"
}

@test "repeated indexes and swallowed rules decide as in runc's filter" {
	same_but_x32 "$BATS_TEST_DIRNAME/seccomp/repeated.json"
}

@test "every action, and syscalls behind socketcall and ipc, decide as in runc's filter" {
	same_but_x32 "$BATS_TEST_DIRNAME/seccomp/actions.json"
}

@test "includes and excludes decide as in runc's filter" {
	same "$BATS_TEST_DIRNAME/seccomp/limits.json"
	same "$BATS_TEST_DIRNAME/seccomp/limits.json" CAP_SYS_ADMIN
	same "$BATS_TEST_DIRNAME/seccomp/limits.json" CAP_SYS_ADMIN CAP_SYS_TIME
}

@test "syscalls newer than the profile are ENOSYS on all three of its ABIs, as in runc's filter" {
	same "$BATS_TEST_DIRNAME/seccomp/enosys.json"
	[ "$output" = "" ]
}
