#!/usr/bin/env bats
# shellcheck disable=SC2154 # output, stderr and lines are bats's
# What drop-seccomp can be told to do, and the profiles that come with it.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	build=${BUILD:-$BATS_TEST_DIRNAME/../build}
	case $build in /*) ;; *) build=$BATS_TEST_DIRNAME/../$build ;; esac
	PATH=$build:$PATH
	profiles=$BATS_TEST_DIRNAME/../seccomp/profiles
}

# explained EXPECTED ARGUMENT...: all that explain prints, and nothing else
explained() {
	local expected=$1
	shift
	run -0 --separate-stderr drop-seccomp explain "$@"
	[ "$output$stderr" = "$expected" ] || { echo "$output $stderr" >&2; false; }
}

@test "compile writes the same filter to a file, to standard output, and for -" {
	run -0 --separate-stderr drop-seccomp compile "$profiles/default.json" -o a.bpf
	[ "$output$stderr" = "" ]
	drop-seccomp compile -o - "$profiles/default.json" >b.bpf
	drop-seccomp compile "$profiles/default.json" >c.bpf
	cmp a.bpf b.bpf
	cmp a.bpf c.bpf
	[ "$(head -c 8 a.bpf)" = drop-bpf ]
}

@test "a filter that cannot be written is an error" {
	run -125 --separate-stderr drop-seccomp compile "$profiles/default.json" -o absent/a.bpf
	[ "$stderr" = "drop-seccomp: absent/a.bpf: cannot write the filter: No such file or directory" ]
	run -125 --separate-stderr bash -c "drop-seccomp compile '$profiles/default.json' >/dev/full"
	[ "$stderr" = "drop-seccomp: standard output: cannot write the filter: No space left on device" ]
}

@test "what is wrong with a command line is said, with status 125" {
	local line
	for line in "" frobnicate compile "compile a b" "explain $profiles/default.json" "compile --frobnicate x" \
		"compile -z x" "compile --arch z80 x" "compile --caps ROOT x" "compile --kernel six x" "compile x --arch"; do
		# shellcheck disable=SC2086 # words of a command line
		run -125 --separate-stderr drop-seccomp $line
		[ "$output" = "" ]
		[[ $stderr == "drop-seccomp: "* ]]
		[ "$(wc -l <<<"$stderr")" = 1 ]
	done
}

@test "help and version are for standard output" {
	run -0 --separate-stderr drop-seccomp --help
	[[ $output == *"drop-seccomp compile PROFILE.json [-o FILTER] [--arch ARCH]... [--caps LIST] [--kernel X.Y] [--strict]"* ]]
	[ "$stderr" = "" ]
	run -0 --separate-stderr drop-seccomp --version
	[[ $output == "drop-seccomp "* ]]
}

@test "rules for capabilities, kernels and architectures are judged by the options" {
	local profile=$BATS_TEST_DIRNAME/seccomp/limits.json
	explained "quotactl: SCMP_ACT_ALLOW, by defaultAction" "$profile" quotactl
	explained "quotactl: SCMP_ACT_ERRNO EPERM (1), by syscalls[0]" --caps CAP_SYS_ADMIN "$profile" quotactl
	explained "swapon: SCMP_ACT_ALLOW, by defaultAction" --caps sys_admin "$profile" swapon
	explained "swapon: SCMP_ACT_ERRNO EPERM (1), by syscalls[1]" --caps SYS_TIME,SYS_ADMIN "$profile" swapon
	explained "swapoff: SCMP_ACT_ERRNO EPERM (1), by syscalls[2]" --caps "" "$profile" swapoff
	explained "swapoff: SCMP_ACT_ALLOW, by defaultAction" --caps CAP_SYS_TIME "$profile" swapoff
	explained "iopl: SCMP_ACT_ALLOW, by defaultAction" --kernel 4.7 "$profile" iopl
	explained "iopl: SCMP_ACT_ERRNO EPERM (1), by syscalls[5]" --kernel 4.8 "$profile" iopl
	explained "acct: SCMP_ACT_ALLOW, by defaultAction" --arch x86_64 "$profile" acct
	explained "acct: SCMP_ACT_ERRNO EPERM (1), by syscalls[3]" --arch aarch64 "$profile" acct
}

@test "--arch takes the place of the profile's architectures" {
	drop-seccomp compile --arch x86_64 "$profiles/docker-default.json" -o one.bpf
	drop-seccomp compile --arch x86_64 --arch SCMP_ARCH_X86 "$profiles/docker-default.json" -o two.bpf
	run -0 drop-seccomp diff one.bpf two.bpf
	[ "$(cut -d' ' -f1 <<<"$output" | sort -u)" = i386 ]
	run -0 drop-seccomp show two.bpf
	[ "$(grep -c '^[a-z0-9_]*:$' <<<"$output")" = 3 ] # x86_64, i386, instructions
}

@test "explain names the rule that decides, in a profile" {
	explained "mount: SCMP_ACT_ERRNO EPERM (1), by syscalls[1] (mounting, which only root can do outside a user namespace; its newer interface has a record (CVE-2022-0185))" \
		"$profiles/default.json" mount
	run -0 drop-seccomp explain "$profiles/default.json" ioctl 0 0x5412
	[[ $output == "ioctl: SCMP_ACT_ERRNO EPERM (1), by syscalls["*"TIOCSTI"* ]]
	run -0 drop-seccomp explain "$profiles/default.json" ioctl 0 0x100005412
	[[ $output == "ioctl: SCMP_ACT_ERRNO EPERM (1), by syscalls["*"TIOCSTI"* ]]
	explained "clone3: SCMP_ACT_ERRNO ENOSYS (38), by defaultAction" "$profiles/default.json" clone3
	explained "1000: SCMP_ACT_ERRNO ENOSYS (38), by its number, which is above every one in the profile" \
		"$profiles/docker-default.json" 1000
	explained "0x40000000: SCMP_ACT_ERRNO ENOSYS (38), by its number, which is x32's (and that is not one of the architectures)" \
		"$profiles/default.json" 0x40000000
}

@test "explain tells all cases of a syscall whose arguments are not given" {
	run -0 drop-seccomp explain "$profiles/docker-default.json" personality
	[ "${lines[0]}" = "personality: SCMP_ACT_ALLOW if args[0] == 0x0, by syscalls[2] (PER_LINUX, PER_LINUX32, UNAME26, and asking)" ]
	[ "${lines[5]}" = "personality: SCMP_ACT_ERRNO EPERM (1), by defaultAction" ]
	drop-seccomp compile "$profiles/docker-default.json" -o docker.bpf
	run -0 drop-seccomp explain docker.bpf personality
	[[ $output == *"personality: SCMP_ACT_ALLOW if high half of args[0] == 0x0 and args[0] == 0x20008, by instruction "* ]]
}

@test "explain, show and diff take filters without their profile" {
	drop-seccomp compile "$profiles/default.json" -o default.bpf
	run -0 --separate-stderr drop-seccomp explain default.bpf mount
	[[ $output == "mount: SCMP_ACT_ERRNO EPERM (1), by instruction "* ]]
	run -0 --separate-stderr drop-seccomp show default.bpf
	[ "${lines[0]}" = "name: default" ]
	[[ $output == *"  SCMP_ACT_ERRNO EPERM (1):"*" mount "* ]]
	[[ $output == *"  socketpair, by the first of these that holds:"* ]]
	[ "$(drop-seccomp diff default.bpf "$profiles/default.json")" = "" ]
}

@test "diff finds what differs for one value of one argument alone" {
	local rule='{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 2, "value": VALUE, "op": "SCMP_CMP_LT"}]}'
	echo "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [${rule/VALUE/8589934597}]}" >a.json
	echo "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [${rule/VALUE/8589934598}]}" >b.json
	run -0 drop-seccomp diff a.json b.json
	[ "$output" = "x86_64 socket: SCMP_ACT_ERRNO EPERM (1) | SCMP_ACT_ALLOW, as for args[2] = 0x200000005" ]
}

@test "a filter that is damaged, cut short or foreign is refused" {
	drop-seccomp compile "$profiles/default.json" -o good.bpf
	head -c 1000 good.bpf >bad.bpf
	run -125 drop-seccomp show bad.bpf
	[ "$output" = "drop-seccomp: bad.bpf: is cut short (copy or compile it again)" ]
	head -c 20 good.bpf >bad.bpf
	run -125 drop-seccomp show bad.bpf
	cat good.bpf good.bpf >bad.bpf
	run -125 drop-seccomp show bad.bpf
	[ "$output" = "drop-seccomp: bad.bpf: has something behind the filter" ]
	cp good.bpf bad.bpf
	printf '\377' | dd of=bad.bpf bs=1 seek=500 conv=notrunc status=none
	run -125 drop-seccomp show bad.bpf
	[[ $output == "drop-seccomp: bad.bpf: is damaged: its checksum is wrong"* ]]
}

@test "a range that libseccomp 2.5 compiles wrongly is refused, never written" {
	echo '{"defaultAction": "SCMP_ACT_TRAP", "syscalls": [{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [
		{"index": 0, "value": 4294967302, "op": "SCMP_CMP_LT"},
		{"index": 0, "value": 21474836485, "op": "SCMP_CMP_GT"}]}]}' >p.json
	run drop-seccomp compile p.json -o p.bpf
	if [ "$status" = 0 ]; then # a libseccomp in which this is mended
		[[ $(drop-seccomp explain p.bpf socket 0x100000006) == "socket: SCMP_ACT_TRAP"* ]]
	else
		[ "$status" = 125 ]
		[[ $output == "drop-seccomp: p.json: libseccomp miscompiles it: on x86_64 socket (41) with arguments 0x1"* ]]
		[ ! -e p.bpf ]
	fi
}

@test "README.md's table is what default.json says" {
	"$profiles/document.py" "$build/drop-seccomp" >table
	sed -n '/^| syscall | when/,/^$/p' "$profiles/README.md" | sed '/^$/d' | diff - table
}

@test "every shipped profile compiles with --strict, and without a word" {
	local profile
	for profile in "$profiles"/*.json; do
		run -0 --separate-stderr drop-seccomp compile --strict "$profile" -o x.bpf
		[ "$stderr" = "" ] || { echo "$stderr" >&2; false; }
	done
}

@test "the built-in filter is no larger than libseccomp's tree for Docker's default" {
	drop-seccomp compile "$profiles/default.json" -o own.bpf
	drop-seccomp compile "$profiles/docker-default.json" -o docker.bpf
	[ "$(stat -c %s own.bpf)" -le "$(stat -c %s docker.bpf)" ]
}
