#!/usr/bin/env bats
# --record FILE: the profile that the command needs, and no more.

# shellcheck disable=SC2086 # a command is a few words
load namespace

outer=$BUILD/probe/broker_outer
servers=$BATS_TEST_DIRNAME/probe/servers
python=/usr/bin/python3

setup() {
	chmod 755 "$namespace" "$BATS_RUN_TMPDIR"
	file=$namespace/profile.json
}

# The recording in words: "name", "name ARGUMENT=VALUE", "name -> errno", one a line.
recorded() {
	"$python" -c 'import json, sys
profile = json.load(open(sys.argv[1]))
print(profile["defaultAction"], profile["defaultErrnoRet"], *profile["architectures"])
for rule in profile["syscalls"]:
    end = " -> %d" % rule["errnoRet"] if rule["action"] != "SCMP_ACT_ALLOW" else ""
    for a in rule.get("args", []):
        assert (a["op"], a["value"]) == ("SCMP_CMP_MASKED_EQ", 0xffffffff)
        end += " %d=%#x" % (a["index"], a["valueTwo"])
    for name in rule["names"]:
        print(name + end)' "$file"
}

calls=$call_numbers'import ctypes, sys
libc = ctypes.CDLL(None)
for word in sys.argv[1:]:
    libc.syscall(*[ctypes.c_long(numbers[n] if n in numbers else int(n, 0)) for n in word.split(",")])'

# bats test_tags=kernels
@test "the calls of the command are in the file, with the arguments that matter, in order" {
	namespace_run drop-init --user app --record "$file" -- "$python" -c "$calls" sync socket,1,1,0 socket,2,1,0 \
		socket,38,5,0 ioctl,0,0x5412,0 ioctl,0,0x5401,0 prctl,4,0,0,0 personality,0xffffffff unshare,0x10000000
	assert_status 0
	assert_stdout ''
	assert_stderr ''
	recorded >"$namespace/words"
	grep -E '^(sync|socket|prctl|personality|unshare|ioctl 1=0x54(12|01)|clone3)' "$namespace/words" >"$namespace/some"
	assert_equal "$(<"$namespace/some")" "$(printf '%s\n' sync unshare 'ioctl 1=0x5401' 'ioctl 1=0x5412' \
		'personality 0=0xffffffff' 'prctl 0=0x4' 'socket 0=0x1' 'socket 0=0x2' 'socket 0=0x26' 'clone3 -> 38')" \
		"recorded calls"
	assert_equal "$(head -n 1 "$namespace/words")" "SCMP_ACT_ERRNO 1 SCMP_ARCH_$(uname -m | tr '[:lower:]' '[:upper:]')" \
		"the defaults"
	sed '1d; / /d' "$namespace/words" | LC_ALL=C sort -c
	assert_equal "$(grep -E '^(mount|ptrace|bind|chroot)' "$namespace/words")" '' "calls that nobody made"
}

# What strace(1) sees of it; the first six are in every recording.
traced() {
	{
		printf '%s\n' execve exit exit_group restart_syscall rt_sigreturn sched_yield
		setpriv --reuid 1000 --regid 1000 --clear-groups strace -qq -f "$@" 2>&1 >"$namespace/ignored" |
			sed -nE 's/^(\[pid +[0-9]+\] )?([a-z0-9_]+)\(.*/\2/p'
	} | sort -u
}

@test "no call is in the file that the command has not made, and none is missing" {
	printf '#!/bin/cat\n' >"$namespace/script"
	cp /bin/busybox "$namespace"
	printf '#! %s cat\n' "$namespace/busybox" >"$namespace/static"
	chmod 755 "$namespace"/{script,static}
	# A file on the file system of the output, in both: cat copies within one by another call.
	for command in "/bin/cat $namespace/etc/passwd" "$namespace/script" \
		"busybox cat $namespace/etc/passwd" "$namespace/static" "perl -e fork;wait"; do
		rm -f "$file"
		namespace_run drop-init --user app --record "$file" -- $command
		assert_status 0
		assert_equal "$(recorded | sed '1d; /^clone3/d; s/ .*//' | sort -u)" \
			"$(traced $command | sed '/^clone3$/d')" "$command"
	done
}

@test "of what a script names as its interpreter nothing but a file is opened" {
	mkfifo "$namespace/pipe"
	printf '#!%s\n' "$namespace/pipe" >"$namespace/script"
	chmod 755 "$namespace"/{script,pipe}
	namespace_run strace -f -qq -e trace=open,openat -P "$namespace/pipe" -o "$namespace/trace" \
		drop-init --user app --record "$file" -- "$namespace/script"
	assert_status 126
	assert_equal "$(<"$namespace/trace")" '' "opened"
}

@test "what a recording knows already is not asked for again" {
	local first
	asked() {
		namespace_run drop-init --user app --record "$file" -- "$python" -c 'import os
for _ in range(3000): os.getppid()
import glob, re
print(sum(int(re.search("\nvoluntary_ctxt_switches:\\s+(\\d+)", open(f).read())[1])
    for f in glob.glob("/proc/1/task/*/status")))'
		assert_status 0
	}
	asked
	first=$stdout
	[ "$first" -gt 100 ]
	asked
	[ "$stdout" -lt $((first / 4)) ] || { echo "$first, then $stdout"; false; }
}

@test "the same command records the same file" {
	namespace_run drop-init --user app --record "$file" -- cat /etc/passwd
	cp "$file" "$namespace/first"
	namespace_run drop-init --user app --record "$file" -- cat /etc/passwd
	cmp "$file" "$namespace/first"
}

@test "a second recording is merged into the first, also after somebody indented it anew" {
	namespace_run drop-init --user app --record "$file" -- "$python" -c "$calls" sync socket,1,1,0
	recorded | sort >"$namespace/first"
	"$python" -c 'import json, sys
profile = json.load(open(sys.argv[1]))
json.dump(profile, open(sys.argv[1], "w"))' "$file"
	namespace_run drop-init --user app --record "$file" -- "$python" -c "$calls" umask,0 socket,10,1,0
	assert_status 0
	assert_equal "$(comm -23 "$namespace/first" <(recorded | sort))" '' "lost calls"
	assert_equal "$(comm -13 "$namespace/first" <(recorded | sort))" $'socket 0=0xa\numask' "added calls"
}

@test "threads, children and what outlives the command are recorded too" {
	namespace_run drop-init --user app --record "$file" -- "$python" -c "$call_numbers
import ctypes, os, signal, threading
libc = ctypes.CDLL(None)
t = threading.Thread(target=lambda: libc.syscall(numbers['sync'])); t.start(); t.join()
r, w = os.pipe()
if os.fork() == 0:
    def end(*_):
        libc.syscall(numbers['umask'], 0)
        os._exit(0)
    signal.signal(signal.SIGTERM, end)
    os.write(w, b'x')
    while True: signal.pause()
os.read(r, 1)"
	assert_status 0
	recorded | grep -x sync
	recorded | grep -x umask
}

@test "a command that is killed or crashes leaves its recording" {
	for signal in KILL SEGV; do
		rm -f "$file"
		namespace_run drop-init --user app --record "$file" -- "$python" -c "$calls
import os, signal
os.kill(os.getpid(), signal.SIG$signal)" sync
		[ "$status" -ge 128 ]
		recorded | grep -x sync
	done
}

@test "what is not a recording is refused before the command starts, and left as it was" {
	local good
	namespace_run drop-init --user app --record "$file" -- true
	good=$(<"$file")
	refused() {
		printf '%s' "$2" >"$file"
		namespace_run drop-init --user app --record "$file" -- echo started
		assert_status 125
		assert_stdout ''
		assert_stderr "drop-init: --record $file: cannot record into it: $1"
		printf '%s' "$2" | cmp - "$file"
	}
	refused 'it is not JSON as --record writes it' 'hello'
	refused 'it is not JSON as --record writes it' "${good%\}}"
	refused 'there is something behind the profile' "$good x"
	refused 'it is for another architecture' "${good/SCMP_ARCH_/SCMP_ARCH_OTHER_}"
	refused 'its default action is not SCMP_ACT_ERRNO' "${good/ACT_ERRNO/ACT_ALLOW}"
	refused 'its default error is not EPERM' "${good/\"defaultErrnoRet\": 1/\"defaultErrnoRet\": 38}"
	refused 'it names a system call that this machine does not have' "${good/\"read\"/\"reed\"}"
	refused 'a rule does something else than to allow calls' "${good/ACT_ALLOW/ACT_KILL}"
	refused 'a rule has a key that --record does not write' "${good/\"action\"/\"minKernel\"}"
	refused 'it has a key that --record does not write' "${good/\"architectures\"/\"listenerPath\"}"
	refused 'it holds a string that --record does not write' "${good/Written/\\u0041}"
	refused 'it holds a number that --record does not write' "${good/\"defaultErrnoRet\": 1/\"defaultErrnoRet\": -1}"
	refused 'it is not a profile that --record has written' "$(head -c 70000 /dev/zero | tr '\0' ' ')"
}

@test "a link, a folder and a place that is not there are refused before the command starts" {
	echo precious >"$namespace/precious"
	ln -s precious "$namespace/link" # root's, in a folder of root's: followed, but what it leads to is no recording
	namespace_run drop-init --user app --record "$namespace/link" -- echo started
	assert_status 125
	assert_stdout ''
	assert_stderr "drop-init: --record $namespace/link: cannot record into it: it is not JSON as --record writes it"
	: >"$namespace/other"
	ln "$namespace/other" "$file"
	namespace_run drop-init --user app --record "$file" -- echo started
	assert_status 125
	assert_stdout ''
	assert_stderr "drop-init: --record $file: cannot record into it: it has several names, and may be somebody's"
	rm "$file"
	ln -s nowhere/ "$namespace/tonowhere"
	for place in "$namespace"/{etc,nowhere/file,nowhere/,tonowhere,other/} /dev/null; do
		namespace_run drop-init --user app --record "$place" -- echo started
		assert_status 125
		assert_stdout ''
		assert_stderr_has "drop-init: --record $place: "
	done
	[ ! -e "$namespace/nowhere" ]
}

# What root opens, whoever has written it, nobody but the user reads.
@test "an earlier recording is read after the drop, and by --check in a process that has dropped" {
	namespace_run drop-init --user app --record "$file" -- true
	for check in '' --check; do
		# shellcheck disable=SC2086 # a word or none
		namespace_run strace -f -qq -e trace=setresuid,pread64 -o "$namespace/trace" \
			drop-init $check --user app --record "$file" -- true
		grep -E 'setresuid\(1000|"\{.n.t\\"defaultAction' "$namespace/trace" | sed -E 's/^[0-9]+ +([a-z0-9]+).*/\1/' |
			uniq >"$namespace/order"
		assert_equal "$(grep -n pread64 "$namespace/order")" 2:pread64 "what comes after the drop"
	done
}

@test "-v says how much was recorded, and what of it is new" {
	namespace_run drop-init -v --user app --record "$file" -- true
	[[ $stderr =~ "drop-init: --record $file: "[0-9]+" system calls, of them "[0-9]+" that were not there before" ]]
	namespace_run drop-init -v --user app --record "$file" -- true
	assert_stderr_has ' system calls, of them 0 that were not there before'
}

@test "a program for another architecture is not recorded: refused, or said where it is a child" {
	[ "$(uname -m)" = x86_64 ] || skip "the program is for x86_64's 32 bits"
	"$python" "$BATS_TEST_DIRNAME/probe/program_32.py" "$namespace/old"
	namespace_run "$namespace/old"
	[ "$status" = 7 ] || skip "this kernel runs no 32-bit programs"
	for check in '' --check; do
		namespace_run drop-init $check --user app --record "$file" -- "$namespace/old"
		assert_status 125
		grep -qF "cannot record $namespace/old: it is a program for another architecture: i386, 32 bits, not x86-64" \
			"$namespace"/std*
	done
	namespace_prepare "cp $namespace/old /dev/shm/old; chmod 700 /dev/shm/old"
	namespace_run drop-init --check --user app --chown /dev/shm/old --record "$file" -- /dev/shm/old
	assert_status 125
	assert_stdout_has 'NO  command     cannot record /dev/shm/old: it is a program for another architecture'
	namespace_run drop-init --user app --record "$file" -- sh -c '"$0"; echo $?' "$namespace/old"
	assert_status 0
	assert_stdout 7
	[[ $stderr =~ ^"drop-init: old["[0-9]+"] is a program for another architecture: what it calls is not recorded, and will be refused"$ ]]
}

@test "a command that is a line of a file is recorded, and refused where it is another architecture's" {
	"$python" -c 'import sys
program = bytearray(open("/bin/true", "rb").read())
program[18:20] = b"\x16\0" # EM_S390
open(sys.argv[1], "wb").write(program)' "$namespace/other"
	chmod 755 "$namespace/other"
	printf 'web: true\n' >"$namespace/true.lines"
	printf 'web: other\n' >"$namespace/other.lines"
	for check in '' --check; do
		namespace_run drop-init $check --user app --record "$file" --with-file "$namespace/true.lines"
		assert_status 0
	done
	grep -q exit_group "$file"
	for check in '' --check; do
		for command in "--with-file $namespace/other.lines" '-- other'; do
			namespace_run env PATH="$namespace:$PATH" drop-init $check --user app --record "$file" $command
			assert_status 125
			grep -qF "cannot record $namespace/other: it is a program for another architecture: " "$namespace"/std*
		done
	done
}

@test "a recording that cannot be written ends in an error" {
	namespace_prepare 'mount -t tmpfs -o size=4k,mode=1777 tmpfs /mnt; head -c 4096 /dev/zero >/mnt/full || true; : >/mnt/profile.json'
	namespace_run drop-init --user app --record /mnt/profile.json -- echo started
	assert_status 125
	assert_stdout started
	assert_stderr 'drop-init: --record /mnt/profile.json: cannot write it: No space left on device'
}

@test "--record leaves out every profile, so a profile beside it is refused" {
	namespace_run drop-init --user app --seccomp default --record "$file" -- echo started
	assert_status 125
	assert_stdout ''
	assert_stderr 'drop-init: --record: it records without a profile (leave --seccomp out)'
}

@test "the comment says when an outer profile may have hidden calls, and keeps saying it" {
	namespace_run drop-init --user app --record "$file" -- true
	assert_equal "$(grep 'outer profile' "$file")" '' "the comment"
	namespace_run "$outer" process_vm_readv=EPERM drop-init --user app --record "$file" -- true
	grep -q '"comment": "Written by drop-init --record. What an outer profile refused' "$file"
	namespace_run drop-init --user app --record "$file" -- true
	grep -q 'What an outer profile refused' "$file"
}

# --- recorded, compiled, applied -----------------------------------------------------------------

load_test() {
	wait_url http://127.0.0.1/
	for _ in {1..20}; do
		namespace_visit curl --fail --silent --max-time 5 http://127.0.0.1/ http://127.0.0.1/?x=1 >/dev/null
	done
	namespace_visit curl --silent --max-time 5 http://127.0.0.1/missing >/dev/null
}

@test "--listen takes no descriptor away from the recording" {
	namespace_run drop-init --user app --listen 80 --listen 81 --record "$file" -- "$python" -c 'import socket
print(socket.socket(fileno=3).getsockname(), socket.socket(fileno=4).getsockname())'
	assert_status 0
	assert_stderr ''
	assert_stdout "('0.0.0.0', 80) ('0.0.0.0', 81)"
	recorded | grep -x getsockname
}

# A server under its own recording serves the same load, and nothing is denied.
records_and_runs() {
	namespace_start drop-init --user app --allow-port 80 --record "$file" -- "$@"
	load_test
	namespace_stop TERM
	recorded | grep -x bind
	drop-seccomp check "$file" >/dev/null
	namespace_start drop-init --user app --allow-port 80 --seccomp "$file" -- "$@"
	load_test
	assert_dropped --uid 1000 --init-caps 400
	namespace_stop TERM
	assert_equal "$(grep -F 'denied by the seccomp profile' "$namespace/stderr")" '' "denials"
}

@test "gunicorn with Flask runs under what was recorded of it" {
	records_and_runs gunicorn --chdir "$servers" -w 2 -b 0.0.0.0:80 flask_app:app
}

@test "Node runs under what was recorded of it" {
	command -v node >/dev/null || skip "node is not installed"
	records_and_runs node "$servers/server.js"
}

@test "a static Go server runs under what was recorded of it" {
	records_and_runs "$BUILD/probe/go-server" tcp
}
