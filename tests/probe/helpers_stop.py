"""helpers_stop.py COUNT SEED: COUNT containers whose helpers start, restart, back off and end, each stopped by a TERM
0 to 50 ms, some up to 700 ms, after drop-init's first instructions. A line for each that did not end as it should: in
its time, with 143 or with what its command makes of TERM, and with no keeper left to the kernel, which writes down how
each process ended (acct(2)). The last line is how many were stopped."""

import ctypes
import os
import random
import signal
import struct
import sys
import tempfile
import time

CLONE_NEWNS, CLONE_NEWPID, MS_REC, MS_PRIVATE = 0x20000, 0x20000000, 0x4000, 0x40000
AT_ONCE = 4  # nearly all of it is waiting
SECONDS = 20  # for one end: the slowest helper has 0.3 s, but the machine may have much else to do
libc = ctypes.CDLL(None, use_errno=True)

STUBBORN = "--stop-timeout 0.3 sh -c 'trap \"\" TERM; while :; do sleep 0.1; done'"
HELPERS = (
    "true",
    "false",
    "sleep 60",
    "--together sleep 60",
    "--once sleep 0.02",
    "--every 1s true",
    "--restart on-failure true",
    STUBBORN,
    "--together " + STUBBORN,
    "sh -c 'kill -HUP $PPID; sleep 60'",  # has its keeper restart it, again and again
    "sh -c 'setsid sleep 60 & exit 1'",  # and what it leaves behind
)
# The command, and how it may end. A stop while helpers start, or before its trap is set, is always 143.
COMMANDS = (
    (["sleep", "60"], {143}),
    (["sleep", "0.02"], {143, 0}),
    (["sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.02; done"], {143, 7}),
)


def checked(result):
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def container_start(arguments, accounts, output):
    """Its PID 1, as its parent sees it."""
    checked(libc.unshare(CLONE_NEWPID))
    pid = os.fork()
    if pid:
        return pid
    checked(libc.unshare(CLONE_NEWNS))
    checked(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    checked(libc.mount(b"proc", b"/proc", b"proc", 0, None))
    checked(libc.acct(accounts.encode()))
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.setsid()
    os.execvp(arguments[0], arguments)


def is_listening(pid):
    """Before that, the kernel keeps a TERM from every PID 1. It may have ended by now."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        now = dict(line.split(":", 1) for line in file)
    blocked = int(now["SigBlk"], 16)
    return now["State"].strip()[0] == "Z" or now["Name"].strip() == "drop-init" and blocked >> signal.SIGTERM - 1 & 1


def end_wait(pid):
    """Its exit status; None where it had to be killed."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def killed_in(accounts):
    with open(accounts, "rb") as file:
        records = [record for record in iter(lambda: file.read(64), b"")]
    ends = [(record[48:].split(b"\0")[0].decode(), struct.unpack_from("I", record, 4)[0]) for record in records]
    return [name for name, code in ends if code & 127 == signal.SIGKILL]


def one_stop(seed, folder):
    chance = random.Random(seed)
    helpers = [f"h{i}: {chance.choice(HELPERS)}" for i in range(chance.randint(1, 4))]
    command, allowed = chance.choice(COMMANDS)
    delay = chance.uniform(0, 0.05 if chance.random() < 0.7 else 0.7)
    arguments = ["drop-init", "--user", "1000:1000", "--seccomp", "none"]
    arguments += [word for line in helpers for word in ("--with", line)]
    accounts = os.path.join(folder, f"{seed}.accounts")
    output = os.open(os.path.join(folder, f"{seed}.output"), os.O_RDWR | os.O_CREAT | os.O_APPEND)
    os.close(os.open(accounts, os.O_CREAT | os.O_WRONLY))

    pid = container_start(arguments + ["--", *command], accounts, output)
    while not is_listening(pid):
        time.sleep(0.0005)
    time.sleep(delay)
    os.kill(pid, signal.SIGTERM)
    status = end_wait(pid)
    killed = killed_in(accounts)
    # The command's status is the container's; whoever ignores TERM is killed by its keeper.
    wrong = status not in allowed or "drop-init" in killed or killed and not any(STUBBORN in h for h in helpers)
    if wrong:
        said = os.pread(output, 2000, 0).decode()
        print(f"seed {seed}: status {status}, killed {killed}, after {delay:.3f} s: {helpers} -- {command}\n{said}", flush=True)
    return wrong


def one_stop_and_exit(seed, folder):
    wrong = True
    try:
        wrong = one_stop(seed, folder)
    except OSError as error:
        print(f"seed {seed}: {error}", flush=True)
    finally:
        os._exit(1 if wrong else 0)


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    wrong = running = 0
    with tempfile.TemporaryDirectory() as folder:
        for i in range(count):
            if running == AT_ONCE:
                wrong += os.wait()[1] != 0
                running -= 1
            if os.fork() == 0:
                one_stop_and_exit(seed + i, folder)
            running += 1
        while running:
            wrong += os.wait()[1] != 0
            running -= 1
    print(f"{wrong} of {count} lost")
    return wrong != 0


sys.exit(main())
