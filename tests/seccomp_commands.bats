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
	for line in "" frobnicate compile "compile a b" explain "explain read 1 2 3 4 5 6 7 8" "compile --frobnicate x" \
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
	[[ $output == *"drop-seccomp compile PROFILE [-o FILTER] [--arch ARCH]... [--caps LIST] [--kernel X.Y] [--strict]"* ]]
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
	explained "iopl: SCMP_ACT_ALLOW, by defaultAction" --arch x86_64 --kernel 4.7 "$profile" iopl
	explained "iopl: SCMP_ACT_ERRNO EPERM (1), by syscalls[5]" --arch x86_64 --kernel 4.8 "$profile" iopl
	explained "acct: SCMP_ACT_ALLOW, by defaultAction" --arch x86_64 "$profile" acct
	explained "acct: SCMP_ACT_ERRNO EPERM (1), by syscalls[3]" --arch aarch64 "$profile" acct
}

@test "--arch takes the place of the profile's architectures" {
	drop-seccomp compile --arch x86_64 "$profiles/docker-default.json" -o one.bpf
	drop-seccomp compile --arch x86_64 --arch SCMP_ARCH_X86 "$profiles/docker-default.json" -o two.bpf
	run -1 drop-seccomp diff one.bpf two.bpf
	[ "$output" = "$(printf '%s\n' "A: one.bpf" "B: two.bpf" i386: \
		"  A: SCMP_ACT_KILL_THREAD, whatever the system call is; B: by its own rules" "different: all of i386")" ]
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
	[ "$(uname -m)" != x86_64 ] || explained "0x40000000: SCMP_ACT_ERRNO ENOSYS (38), by its number, which is x32's (and that is not one of the architectures)" \
		"$profiles/default.json" 0x40000000
}

@test "explain tells all cases of a syscall whose arguments are not given" {
	run -0 drop-seccomp explain "$profiles/docker-default.json" personality
	[ "${lines[0]}" = "personality: SCMP_ACT_ALLOW if args[0] == 0x0, by syscalls[2] (PER_LINUX, PER_LINUX32, UNAME26, and asking)" ]
	[ "${lines[5]}" = "personality: SCMP_ACT_ERRNO EPERM (1), by defaultAction" ]
	drop-seccomp compile "$profiles/docker-default.json" -o docker.bpf
	run -0 drop-seccomp explain docker.bpf personality
	[[ $output == *"personality: SCMP_ACT_ALLOW if high half of args[0] == 0x0 and args[0] == 0x20008 (UNAME26), by instruction "* ]]
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
	run -1 --separate-stderr drop-seccomp diff a.json b.json
	[ "$stderr" = "" ]
	[ "$output" = "$(printf '%s\n' "A: a.json" "B: b.json" "$(uname -m):" "  depending on arguments:" \
		"    socket: A: SCMP_ACT_ERRNO EPERM (1), B: SCMP_ACT_ALLOW, as for args[2] = 0x200000005" \
		"different: 1 system calls of $(uname -m) (1 depending on arguments)")" ]
}

@test "diff groups what differs alike, and says nothing where nothing differs" {
	local rule='"action": "SCMP_ACT_ALLOW"'
	echo "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": [\"read\", \"write\", \"mseal\"], $rule}]}" >a.json
	echo "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": [\"mseal\", \"fsync\"], $rule}]}" >b.json
	run -1 --separate-stderr drop-seccomp diff a.json b.json
	[ "$stderr" = "" ]
	[ "$output" = "$(printf '%s\n' "A: a.json" "B: b.json" "$(uname -m):" "  A: SCMP_ACT_ALLOW, B: SCMP_ACT_ERRNO EPERM (1):" \
		"    read write" "  A: SCMP_ACT_ERRNO EPERM (1), B: SCMP_ACT_ALLOW:" "    fsync" \
		"different: 3 system calls of $(uname -m)")" ]
	run -0 --separate-stderr drop-seccomp diff a.json a.json
	[ "$output$stderr" = "" ]
	run -125 --separate-stderr drop-seccomp diff a.json absent.json
	[ "$output" = "" ]
}

@test "explain takes the profile and the call in either order, or the built-in profile" {
	echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_LOG"}]}' >p.json
	explained "read: SCMP_ACT_LOG, by syscalls[0]" p.json read
	explained "read: SCMP_ACT_LOG, by syscalls[0]" read p.json
	explained "read: SCMP_ACT_LOG, by syscalls[0]" read p.json 7
	local built_in
	built_in=$(drop-seccomp explain "$profiles/default.json" mount)
	explained "$built_in" mount
	explained "$built_in" mount default
	explained "$built_in" default mount
	run -125 --separate-stderr drop-seccomp explain absent.json mount
	[ "$stderr" = "drop-seccomp: absent.json: cannot open: No such file or directory" ]
	run -125 --separate-stderr drop-seccomp explain frobnicate
	[ "$stderr" = "drop-seccomp: explain: $(uname -m) has no system call 'frobnicate'" ]
}

@test "explain takes names for arguments, and prints them" {
	run -0 drop-seccomp explain socket AF_INET
	[[ $output == "socket: SCMP_ACT_ALLOW"* ]]
	run -0 drop-seccomp explain default socket AF_ALG
	[[ $output == "socket: SCMP_ACT_ERRNO EPERM (1)"* ]]
	run -0 drop-seccomp explain clone "CLONE_NEWUSER|CLONE_NEWNS"
	[[ $output == "clone: SCMP_ACT_ERRNO EPERM (1)"* ]]
	run -0 drop-seccomp explain ioctl 0 TIOCSTI
	[[ $output == "ioctl: SCMP_ACT_ERRNO EPERM (1)"* ]]
	run -125 --separate-stderr drop-seccomp explain socket AF_FROB
	[ "$stderr" = "drop-seccomp: explain: argument 'AF_FROB' is neither a number nor a name that is known for argument 0 of socket(2)" ]
	drop-seccomp compile default -o default.bpf
	run -0 drop-seccomp explain default.bpf ioctl
	[[ $output == *"if args[1] == 0x5412 (TIOCSTI), by instruction "* ]]
	run -0 drop-seccomp explain default socket
	[[ $output == *"args[2] & 0xffffffff == 0x0 (NETLINK_ROUTE)"* ]]
	run -0 drop-seccomp explain default clone
	[[ $output == *"args[0] & 0x10000000 == 0x10000000 (CLONE_NEWUSER)"* ]]
}

@test "the profiles that come with drop-init have names" {
	local name
	for name in default strict docker-default; do
		drop-seccomp compile "$name" -o named.bpf
		drop-seccomp compile "$profiles/$name.json" -o file.bpf
		cmp named.bpf file.bpf
	done
}

@test "check ends with 1 for a profile that nothing can be started under, and compile warns" {
	profile() { # CALL...: refuses these and allows all else
		printf '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"action": "SCMP_ACT_ERRNO", "names": [%s]}]}' "$1" >p.json
	}
	profile '"execve"'
	run -1 --separate-stderr drop-seccomp check p.json
	[ "$output" = "" ]
	[ "$stderr" = "drop-seccomp: p.json: refuses execve(2): nothing can be started under it" ]
	run -0 --separate-stderr drop-seccomp compile p.json -o p.bpf
	[ "$stderr" = "drop-seccomp: p.json: warning: refuses execve(2): drop-init will start nothing under it" ]
	run -1 --separate-stderr drop-seccomp check p.bpf
	[ "$stderr" = "drop-seccomp: p.bpf: refuses execve(2): nothing can be started under it" ]
	profile '"exit", "exit_group"'
	run -1 --separate-stderr drop-seccomp check p.json
	[ "$stderr" = "drop-seccomp: p.json: refuses exit_group(2): nothing can be started under it" ]
	profile '"exit"'
	run -0 --separate-stderr drop-seccomp check p.json
	[ "$output$stderr" = "" ]
	echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []}' >p.json
	run -1 --separate-stderr drop-seccomp check p.json
	echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["execvee", "exit_group"], "action": "SCMP_ACT_ALLOW"}]}' >p.json
	run -1 --separate-stderr drop-seccomp check p.json
	[[ $stderr == *"unknown syscall 'execvee'"*"refuses execve(2)"* ]]
	echo '{"defaultAction": "SCMP_ACT_LOG"}' >p.json
	run -0 drop-seccomp check p.json
	for name in default strict docker-default; do
		run -0 --separate-stderr drop-seccomp check "$name"
		[ "$output$stderr" = "" ]
		run -0 --separate-stderr drop-seccomp check --arch arm64 "$name"
	done
}

@test "a filter that is damaged, cut short or foreign is refused" {
	drop-seccomp compile "$profiles/default.json" -o good.bpf
	head -c 1000 good.bpf >bad.bpf
	run -125 drop-seccomp show bad.bpf
	[ "$output" = "drop-seccomp: bad.bpf: cut short, or longer than it says (compile it again)" ]
	head -c 20 good.bpf >bad.bpf
	run -125 drop-seccomp show bad.bpf
	cat good.bpf good.bpf >bad.bpf
	run -125 drop-seccomp show bad.bpf
	[ "$output" = "drop-seccomp: bad.bpf: cut short, or longer than it says (compile it again)" ]
	cp good.bpf bad.bpf
	printf '\377' | dd of=bad.bpf bs=1 seek=500 conv=notrunc status=none
	run -125 drop-seccomp show bad.bpf
	[ "$output" = "drop-seccomp: bad.bpf: damaged: the checksum does not match (compile it again)" ]
	run -125 drop-seccomp compile good.bpf -o x.bpf
	[ "$output" = "drop-seccomp: good.bpf: is a compiled filter already" ]
}

@test "a range that libseccomp 2.5 compiles wrongly is compiled rightly" {
	echo '{"defaultAction": "SCMP_ACT_TRAP", "syscalls": [{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [
		{"index": 0, "value": 4294967302, "op": "SCMP_CMP_LT"},
		{"index": 0, "value": 21474836485, "op": "SCMP_CMP_GT"}]}]}' >p.json
	drop-seccomp compile p.json -o p.bpf
	for value in 0 0x100000005 0x500000006 0x600000000; do
		[[ $(drop-seccomp explain p.bpf socket $value) == "socket: SCMP_ACT_ALLOW, by instruction "* ]]
	done
	for value in 0x100000006 0x1ffffffff 0x500000005; do
		[[ $(drop-seccomp explain p.bpf socket $value) == "socket: SCMP_ACT_TRAP, by instruction "* ]]
	done
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
