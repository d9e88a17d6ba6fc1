#!/usr/bin/env bats
# shellcheck disable=SC2154 # output and status are bats's
# The profile language: every word of it, and every way to get one wrong.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	build=${BUILD:-$BATS_TEST_DIRNAME/../build}
	case $build in /*) ;; *) build=$BATS_TEST_DIRNAME/../$build ;; esac
	PATH=$build:$PATH
}

# profile RULES [MORE KEYS]: p.json with ERRNO as its default
profile() {
	printf '{"defaultAction": "SCMP_ACT_ERRNO"%s, "syscalls": [%s]}\n' "${2:-}" "$1" >p.json
}

# refuses MESSAGE: p.json is refused with that message alone, and no filter is left behind
refuses() {
	run -125 --separate-stderr drop-seccomp compile p.json -o p.bpf
	[ "$output" = "" ]
	[ "$stderr" = "drop-seccomp: p.json: $1" ] || { echo "$stderr" >&2; false; }
	[ ! -e p.bpf ]
}

# says SYSCALL [ARG...]: explain prints $expected first
says() {
	local expected=$1
	shift
	run -0 --separate-stderr drop-seccomp explain p.json "$@"
	[[ "${lines[0]}" == "$expected"* ]] || { echo "$output $stderr" >&2; false; }
}

allow='{"names": ["read"], "action": "SCMP_ACT_ALLOW"}'

@test "an unknown key is refused by its place, at every level" {
	profile "$allow" ', "Flags": []'
	refuses "Flags: unknown key"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "priority": 1}'
	refuses "syscalls[0].priority: unknown key"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ", "x": 1}]}'
	refuses "syscalls[0].args[0].x: unknown key"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": {"cap": []}}'
	refuses "syscalls[0].includes.cap: unknown key"
	profile "$allow" ', "archMap": [{"architecture": "SCMP_ARCH_X86", "sub": []}]'
	refuses "archMap[0].sub: unknown key"
}

@test "an unknown word is refused by its place" {
	profile "$allow" ', "flags": ["SECCOMP_FILTER_FLAG_NONE"]'
	refuses "flags[0]: unknown flag 'SECCOMP_FILTER_FLAG_NONE'"
	profile "$allow" ', "architectures": ["SCMP_ARCH_Z80"]'
	refuses "architectures[0]: unknown architecture 'SCMP_ARCH_Z80'"
	profile "$allow, {\"names\": [\"write\"], \"action\": \"ALLOW\"}"
	refuses "syscalls[1].action: unknown action 'ALLOW' (SCMP_ACT_ALLOW, ERRNO, KILL, KILL_THREAD, KILL_PROCESS, LOG, NOTIFY, TRACE or TRAP)"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "=="}]}'
	refuses "syscalls[0].args[0].op: unknown operator '==' (SCMP_CMP_NE, LT, LE, EQ, GE, GT or MASKED_EQ)"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_ROOT"]}}'
	refuses "syscalls[0].includes.caps[0]: unknown capability 'CAP_ROOT'"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["z80"]}}'
	refuses "syscalls[0].excludes.arches[0]: unknown architecture 'z80'"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4"}}'
	refuses "syscalls[0].includes.minKernel: '4' is not a version like 4.8"
	profile '{"names": ["read"], "action": "SCMP_ACT_ERRNO", "errno": "ENONE"}'
	refuses "syscalls[0].errno: unknown errno 'ENONE'"
}

@test "a value of the wrong kind is refused by its place" {
	profile '{"names": "read", "action": "SCMP_ACT_ALLOW"}'
	refuses "syscalls[0].names: must be an array"
	profile '{"names": [3], "action": "SCMP_ACT_ALLOW"}'
	refuses "syscalls[0].names[0]: must be a string"
	profile '7'
	refuses "syscalls[0]: must be an object"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}]}'
	refuses "syscalls[0].args[0].index: must be a whole number from 0 to 5"
	local number
	for number in -1 1.5 1e3 18446744073709551616 '"1"' true; do
		profile "{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, \"value\": $number, \"op\": \"SCMP_CMP_EQ\"}]}"
		refuses "syscalls[0].args[0].value: must be a whole number from 0 to 18446744073709551615"
	done
	profile '{"names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4096}'
	refuses "syscalls[0].errnoRet: must be a whole number from 0 to 4094"
}

@test "null is absent where Docker writes it for nothing, and else of the wrong kind" {
	profile '{"names": ["execve", "exit_group"], "action": "SCMP_ACT_ALLOW", "args": null, "includes": null,
		"excludes": {"caps": null}, "errnoRet": null}' ', "architectures": null, "flags": null, "archMap": null'
	run -0 --separate-stderr drop-seccomp check p.json
	[ "$output$stderr" = "" ]
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "valueTwo": null, "op": "SCMP_CMP_EQ"}]}'
	refuses "syscalls[0].args[0].valueTwo: must be a whole number from 0 to 18446744073709551615"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": null, "value": 1, "op": "SCMP_CMP_EQ"}]}'
	refuses "syscalls[0].args[0].index: must be a whole number from 0 to 5"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": null, "op": "SCMP_CMP_EQ"}]}'
	refuses "syscalls[0].args[0].value: must be a whole number from 0 to 18446744073709551615"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": null}]}'
	refuses "syscalls[0].args[0].op: must be a string"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [null]}'
	refuses "syscalls[0].args[0]: must be an object"
	profile '{"names": ["read", null], "action": "SCMP_ACT_ALLOW"}'
	refuses "syscalls[0].names[1]: must be a string"
	profile '{"names": ["read"], "action": null}'
	refuses "syscalls[0].action: must be a string"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": null}}'
	refuses "syscalls[0].includes.minKernel: must be a string"
	profile "$allow, null"
	refuses "syscalls[1]: must be an object"
}

@test "what is missing is refused by its place" {
	echo '{"syscalls": []}' >p.json
	refuses "defaultAction: is missing"
	profile '{"action": "SCMP_ACT_ALLOW"}'
	refuses "syscalls[0].names: is missing"
	profile '{"names": ["read"]}'
	refuses "syscalls[0].action: is missing"
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1}]}'
	refuses "syscalls[0].args[0].op: is missing"
}

@test "what contradicts itself is refused by its place" {
	profile "$allow" ', "architectures": ["SCMP_ARCH_X86"], "archMap": [{"architecture": "SCMP_ARCH_X86_64"}]'
	refuses "archMap: and architectures are both given (keep one)"
	profile '{"names": ["read"], "name": "read", "action": "SCMP_ACT_ALLOW"}'
	refuses "syscalls[0].name: and names are both given (keep one)"
	profile '{"names": ["read"], "action": "SCMP_ACT_ERRNO", "errno": "EPERM", "errnoRet": 2}'
	refuses "syscalls[0].errno: EPERM is 1, but errnoRet is 2"
	echo '{"defaultAction": "SCMP_ACT_NOTIFY"}' >p.json
	refuses "defaultAction: SCMP_ACT_NOTIFY cannot be the default (nobody would answer)"
	echo '{"defaultAction": "SCMP_ACT_LOG", "defaultAction": "SCMP_ACT_ALLOW"}' >p.json
	refuses "line 1, column 49: not JSON: duplicate object key near '\"defaultAction\"'"
}

@test "check names every problem, not only the first" {
	profile '{"names": ["read"], "action": "X", "colour": 1}, {"action": "SCMP_ACT_ALLOW"}' ', "flags": 3'
	run -125 --separate-stderr drop-seccomp check p.json
	[ "$output" = "" ]
	local place
	for place in 'flags: must be' 'syscalls[0].action: unknown' 'syscalls[0].colour: unknown key' \
		'syscalls[1].names: is missing'; do
		[[ $stderr == *"drop-seccomp: p.json: $place"* ]]
	done
}

@test "an unknown syscall warns, and is an error with --strict" {
	profile '{"names": ["execve", "exit_group", "frobnicate"], "action": "SCMP_ACT_ALLOW"}'
	run -0 --separate-stderr drop-seccomp compile p.json -o p.bpf
	[ "$stderr" = "drop-seccomp: p.json: warning: syscalls[0].names[2]: unknown syscall 'frobnicate' is left out" ]
	[ -s p.bpf ]
	rm p.bpf
	run -125 --separate-stderr drop-seccomp compile --strict p.json -o p.bpf
	[[ $stderr == *"syscalls[0].names[2]: unknown syscall 'frobnicate'"* ]]
	[ ! -e p.bpf ]
}

@test "a rule that can have no effect is pointed out" {
	profile '{"names": ["read"], "action": "SCMP_ACT_ERRNO"},
		{"names": ["write"], "action": "SCMP_ACT_LOG", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
		{"names": ["write"], "action": "SCMP_ACT_ALLOW"},
		{"names": ["close"], "action": "SCMP_ACT_ALLOW",
		"args": [{"index": 0, "value": 4, "valueTwo": 5, "op": "SCMP_CMP_MASKED_EQ"}]}'
	run -0 --separate-stderr drop-seccomp compile p.json -o p.bpf
	[[ $stderr == *"warning: syscalls[0]: has no effect: its action is the default action"* ]]
	[[ $stderr == *"warning: syscalls[1]: has no effect on 'write': syscalls[2] decides on it without a condition"* ]]
	[[ $stderr == *"warning: syscalls[3].args[0].valueTwo: has bits that are not in the mask (value): they have no effect"* ]]
}

@test "podman's names for errnos are understood" {
	echo '{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrno": "ENOSYS", "syscalls": [
		{"names": ["read"], "action": "SCMP_ACT_ERRNO", "errno": "EWOULDBLOCK"}]}' >p.json
	says "read: SCMP_ACT_ERRNO EAGAIN (11), by syscalls[0]" read
	says "write: SCMP_ACT_ERRNO ENOSYS (38), by defaultAction" write
}

@test "values need all 64 bits, and compare without a sign" {
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 2, "value": 18446744073709551614, "op": "SCMP_CMP_GE"}]}'
	says "read: SCMP_ACT_ERRNO EPERM (1), by defaultAction" read 0 0 0xfffffffffffffffd
	says "read: SCMP_ACT_ALLOW, by syscalls[0]" read 0 0 18446744073709551615
}

@test "conditions of one rule must all hold, but conditions on one argument are alternatives" {
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [
		{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 2, "op": "SCMP_CMP_NE"}]},
		{"names": ["write"], "action": "SCMP_ACT_ALLOW", "args": [
		{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]}'
	says "read: SCMP_ACT_ALLOW" read 1 3
	says "read: SCMP_ACT_ERRNO" read 1 2
	says "read: SCMP_ACT_ERRNO" read 2 3
	says "write: SCMP_ACT_ALLOW" write 1
	says "write: SCMP_ACT_ALLOW" write 2
	says "write: SCMP_ACT_ERRNO" write 3
}

@test "a word in the wrong place costs nothing but a message: no control character reaches the terminal" {
	printf '{"defaultAction": "\\u001b[31mred\\n"}' >p.json
	run -125 --separate-stderr drop-seccomp check p.json
	[[ $stderr == *"unknown action '\\x1b[31mred\\x0a'"* ]]
	[ "$(wc -l <<<"$stderr")" = 1 ]
}

@test "no input crashes it or makes it hang: cut short, deep, large, binary, empty" {
	local profile=$BATS_TEST_DIRNAME/../seccomp/profiles/default.json length
	for length in 1 7 100 1000 5000 20000; do
		head -c "$length" "$profile" >p.json
		run -125 drop-seccomp check p.json
	done
	for length in 1000 500000; do
		head -c "$length" /dev/zero | tr '\0' '[' >p.json
		run -125 drop-seccomp check p.json
		head -c "$length" /dev/zero | sed 's/\x00/{"syscalls":/g' >p.json
		run -125 drop-seccomp check p.json
	done
	head -c 100000 "$(command -v drop-seccomp)" >p.json
	run -125 drop-seccomp check p.json
	: >p.json
	run -125 drop-seccomp check p.json
	[ "$output" = "drop-seccomp: p.json: cannot read: it is empty" ]
	run -125 drop-seccomp check .
	run -125 drop-seccomp check absent.json
	[ "$output" = "drop-seccomp: absent.json: cannot open: No such file or directory" ]
	head -c 2000000 /dev/zero | tr '\0' ' ' >p.json
	run -125 drop-seccomp check p.json
	[ "$output" = "drop-seccomp: p.json: is larger than 1048576 bytes" ]
}

@test "a hundred thousand rules are judged within seconds" {
	{
		printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"action": "SCMP_ACT_ALLOW", "names": ["read"'
		yes ',"write","lseek"' | head -n 50000 | tr -d '\n'
		printf ']}]}'
	} >p.json
	run -0 timeout 10 drop-seccomp compile p.json -o p.bpf
	{
		printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"action": "SCMP_ACT_ALLOW", "names": ["read"], "args": ['
		seq -f '{"index":0,"value":%.0f,"op":"SCMP_CMP_EQ"},' 1 7 63000 | tr -d '\n'
		printf '{"index":0,"value":0,"op":"SCMP_CMP_EQ"}]}]}'
	} >p.json
	run -125 timeout 10 drop-seccomp check p.json
	[[ $output == *"makes a longer filter than the 4096 instructions that the kernel takes"* ]]
}

@test "a profile that would be longer than the kernel takes is refused within seconds, whatever its conditions are" {
	python3 - <<-'END'
		import json
		def arg(index, value, op, two=0):
		    return {"index": index, "value": value, "valueTwo": two, "op": "SCMP_CMP_" + op}
		def profile(name, lists):
		    rules = [{"names": ["read", "ioctl"], "action": "SCMP_ACT_ALLOW", "args": args} for args in lists]
		    with open(name + ".json", "w") as file:
		        json.dump({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": rules}, file)
		far = 2**33
		profile("ranges", [[arg(0, i * 10, "GE"), arg(1, i * 11, "LE")] for i in range(2000)])
		profile("wide", [[arg(n, far * (i + 3) + i * 7 + n, "NE") for n in range(6)] for i in range(1500)])
		profile("masks", [[arg(0, far * 4 + 5 * i + 3, "MASKED_EQ", 5 * i + 2), arg(1, i * 9, "GT")] for i in range(3000)])
		profile("mixed", [[arg(i % 6, i * 977 % 4093, "MASKED_EQ", i), arg((i + 1) % 6, i * far, "LT"),
		                   arg((i + 3) % 6, i, "EQ")] for i in range(2500)])
	END
	for name in ranges wide masks mixed; do
		SECONDS=0
		run timeout 30 drop-seccomp check "$name.json"
		[ "$status" = 125 ]
		[[ $output == *"$name.json: makes a longer filter than the 4096 instructions that the kernel takes"* ]]
		[ "$SECONDS" -le 10 ]
	done
}

@test "of rules that overlap and differ the first in the profile decides" {
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 2, "value": 4, "op": "SCMP_CMP_EQ"}]},
		{"names": ["read"], "action": "SCMP_ACT_LOG", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
		{"names": ["read"], "action": "SCMP_ACT_TRAP", "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_LT"}]}'
	says "read: SCMP_ACT_ALLOW" read 1 0 4
	says "read: SCMP_ACT_LOG" read 1 0 5
	says "read: SCMP_ACT_TRAP" read 0 0 5
	says "read: SCMP_ACT_ERRNO" read 2 0 5
	drop-seccomp compile p.json -o p.bpf
	for arguments in "1 0 4" "1 0 5" "0 0 0" "2 0 0"; do
		# shellcheck disable=SC2086 # three words
		[ "$(drop-seccomp explain p.json read $arguments | cut -d, -f1)" = \
			"$(drop-seccomp explain p.bpf read $arguments | cut -d, -f1)" ]
	done
}

@test "two rules that say different things of the same calls are refused" {
	profile '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 2, "value": 4, "op": "SCMP_CMP_EQ"}]},
		{"names": ["write", "read"], "action": "SCMP_ACT_LOG", "args": [{"index": 2, "value": 4, "op": "SCMP_CMP_EQ"}]}'
	refuses "syscalls[1]: contradicts syscalls[0] on 'read'"
}
