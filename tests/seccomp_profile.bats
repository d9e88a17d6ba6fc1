#!/usr/bin/env bats
# What the built-in profiles promise the command of a PID 1, and leave to it: asked of the kernel.

load namespace

python=/usr/bin/python3

# Calls by name and arguments, each "name,1,2": prints what came back. "tid" and "pid" are the caller's.
calls='import ctypes, errno, os, sys, threading
libc = ctypes.CDLL(None, use_errno=True)
numbers = {"prlimit64": 302, "setpriority": 141, "ioprio_set": 251, "sched_setparam": 142, "sched_setscheduler": 144,
    "sched_setattr": 314, "sched_setaffinity": 203, "socket": 41, "io_uring_setup": 425, "io_uring_enter": 426,
    "io_uring_register": 427, "get_mempolicy": 239, "mbind": 237}
if os.uname().machine == "aarch64":
    numbers.update({"prlimit64": 261, "setpriority": 140, "ioprio_set": 30, "sched_setparam": 118,
        "sched_setscheduler": 119, "sched_setattr": 274, "sched_setaffinity": 122, "socket": 198,
        "get_mempolicy": 236, "mbind": 235})
room = (ctypes.c_uint64 * 32)()
def value(word):
    own = {"tid": threading.get_native_id(), "pid": os.getpid(), "pgrp": os.getpgrp(), "room": ctypes.addressof(room)}
    return ctypes.c_ulong(own[word] if word in own else int(word, 0))
def run(words):
    for word in words:
        name, *arguments = word.split(",")
        result = libc.syscall(numbers[name], *map(value, arguments))
        print(word, errno.errorcode[ctypes.get_errno()] if result < 0 else "ok")
'

# answers PROFILE: reads "call answer" lines, makes the calls as the command, in a thread, and compares
# shellcheck disable=SC2046 # the calls have no blanks
answers() {
	local lines
	lines=$(cat)
	namespace_run drop-init -q --user app --seccomp "$1" -- "$python" -c "$calls
thread = threading.Thread(target=run, args=[sys.argv[1:]])
thread.start()
thread.join()" $(cut -d' ' -f1 <<<"$lines")
	assert_status 0
	assert_stderr ''
	assert_stdout "$lines"
}

@test "the command cannot change limits of PID 1, its own only" {
	for profile in default strict; do
		answers "$profile" <<-'END'
			prlimit64,1,0,room,0 EPERM
			prlimit64,1,7,0,room EPERM
			prlimit64,0x100000001,7,0,room EPERM
			prlimit64,0xffffffff00000001,7,0,room EPERM
			prlimit64,2,7,0,room EPERM
			prlimit64,pid,7,0,room EPERM
			prlimit64,-1,7,0,room EPERM
			prlimit64,0,7,0,room ok
			prlimit64,0x100000000,7,0,room ok
		END
	done
}

@test "PID 1 lives on when the command tries to take its processor time and its files" {
	namespace_start drop-init --user app -- sh -c "prlimit --pid 1 --cpu=0 --nofile=0; echo tried; exec sleep 60"
	wait_output tried
	namespace_exec grep -c "Max open files.* 0  *0 " /proc/1/limits && false
	namespace_stop TERM
	assert_status 143
	[[ $stderr == *"prlimit64(2) with argument 0 = 0x1 denied by the seccomp profile 'default' (EPERM"* ]]
}

@test "the command cannot change priority or scheduling of PID 1; its own, and its threads', it can" {
	answers default <<-'END'
		setpriority,0,1,19 EPERM
		setpriority,0,0x100000001,19 EPERM
		setpriority,1,1,19 EPERM
		setpriority,2,0,19 EPERM
		setpriority,2,1000,19 EPERM
		setpriority,0,0,19 ok
		setpriority,0,tid,19 ok
		setpriority,0,pid,19 ok
		setpriority,1,0,19 ok
		setpriority,1,pgrp,19 ok
		ioprio_set,1,1,0x6000 EPERM
		ioprio_set,2,1,0x6000 EPERM
		ioprio_set,3,1000,0x6000 EPERM
		ioprio_set,1,0,0x6000 ok
		ioprio_set,1,tid,0x6000 ok
		ioprio_set,2,0,0x6000 ok
		sched_setscheduler,1,5,room EPERM
		sched_setscheduler,0x500000001,5,room EPERM
		sched_setparam,1,room EPERM
		sched_setattr,1,room,0 EPERM
	END
	namespace_run drop-init --user app -- "$python" -c '
import os, threading
os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
os.sched_setscheduler(threading.get_native_id(), os.SCHED_IDLE, os.sched_param(0))
print(os.sched_getscheduler(0) == os.SCHED_IDLE, os.sched_getscheduler(1) == os.SCHED_OTHER, os.getpriority(0, 1) < 19)'
	assert_status 0
	assert_stderr ''
	assert_stdout 'True True True'
}

# What the JVM, Go's and OpenMP's runtimes do at their start.
@test "threads are bound to processors by their own numbers" {
	namespace_run drop-init --user app -- "$python" -c '
import os, threading
cpus = os.sched_getaffinity(0)
def bind():
    os.sched_setaffinity(threading.get_native_id(), {min(cpus)})
    print(os.sched_getaffinity(threading.get_native_id()) == {min(cpus)})
thread = threading.Thread(target=bind)
thread.start()
thread.join()
os.sched_setaffinity(0, cpus)
os.sched_setaffinity(os.getpid(), cpus)'
	assert_status 0
	assert_stderr ''
	assert_stdout True
}

@test "of internet protocols a web application gets those that it needs, and no module is asked for" {
	for profile in default strict; do
		{
			for family in 2 10; do
				for protocol in 0 6 262; do echo "socket,$family,1,$protocol ok"; done
				for protocol in 0 17 136; do echo "socket,$family,2,$protocol ok"; done
				for protocol in 132 33 115 256 255 47 2 41 50 103 261 263 511; do
					for type in 1 2 3 5; do echo "socket,$family,$type,$protocol EPERM"; done
				done
			done
			echo "socket,0x500000002,1,0x700000084 EPERM"
			echo "socket,1,1,0 ok"
			echo "socket,16,3,0 ok"
		} | sed "$(have 1 262 || echo '/,262 /d'); $(have 2 136 || echo '/,136 /d')" | answers "$profile"
	done
}

# have TYPE PROTOCOL: is it there without a filter? MPTCP may be off, and the newest kernels have no UDP-Lite.
have() { "$python" -c "import socket; socket.socket(2, $1, $2)" 2>/dev/null; }

@test "ICMP is left to the kernel's own rule, net.ipv4.ping_group_range" {
	namespace_prepare 'echo 0 65534 >/proc/sys/net/ipv4/ping_group_range'
	answers default <<-'END'
		socket,2,2,1 ok
		socket,10,2,58 ok
	END
}

@test "io_uring and NUMA are not there, as to a program that probes for them, and nothing is said" {
	for profile in default strict; do
		answers "$profile" <<-'END'
			io_uring_setup,8,room ENOSYS
			io_uring_enter,-1,0,0,0,0,0 ENOSYS
			io_uring_register,-1,0,0,0 ENOSYS
			get_mempolicy,0,0,0,0,0 ENOSYS
			mbind,0,0,0,0,0,0 ENOSYS
		END
	done
	namespace_run drop-init --user app -- "$python" -c "$calls
run(['io_uring_setup,8,room', 'get_mempolicy,0,0,0,0,0'])"
	assert_stderr ''
}

@test "the profiles that are built in go by their names, and what is none is refused with them" {
	for profile in default strict; do
		namespace_run drop-init --user app --seccomp "$profile" -- grep ^Seccomp: /proc/self/status
		assert_status 0
		assert_stdout $'Seccomp:\t2'
	done
	namespace_run drop-init --user app --seccomp strickt -- true
	assert_status 125
	assert_stderr 'drop-init: --seccomp strickt: neither default, strict nor none, and no file of this name'
}

@test "a JSON file in the working folder is that file, whatever it is called" {
	for name in docker-default -o; do
		namespace_run sh -c "cd /dev/shm && echo '{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [
			{\"names\": [\"chroot\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 7}]}' >./$name && chmod 755 . ./$name &&
			exec drop-init --user app --seccomp $name -- $python -c 'import os; os.chroot(\".\")'"
		[[ $stderr == *"OSError: [Errno 7] Argument list too long: '.'"* ]] || namespace_fail "$stderr"
	done
}
