"""What the filter costs the command, and what --record does."""

import os
import pwd
import subprocess
import tempfile

from contenders import BUILD, DROP_INIT, HERE, USER
from timing import median, race, ratio, spread

PLAIN = "no filter"
FILTER = "default profile"
DOCKER = "Docker's default"
EXPLAINED = "default, denials explained"

# Which of them our profile, and Docker's, judges by arguments: calls.c has them in this order.
BY_NUMBER = ["getppid", "read", "write", "clock_gettime", "futex"]
BY_ARGUMENT = ["ioctl", "socket"]  # prlimit64(2): Docker's judges nothing there
CLOCK = 1.5  # ns: two runs of one and the same differ by so much
DOCKERS_CAPABILITIES = "CHOWN,DAC_OVERRIDE,FSETID,FOWNER,MKNOD,NET_RAW,SETGID,SETUID,SETFCAP,SETPCAP,NET_BIND_SERVICE," \
    "SYS_CHROOT,KILL,AUDIT_WRITE"


def docker_filter(folder):
    """Docker's profile as drop-seccomp compiles it: no engine's own is quicker."""
    path = f"{folder}/docker.bpf"
    os.chmod(folder, 0o755)  # the user reads it
    subprocess.run([BUILD / "drop-seccomp", "compile", "--caps", DOCKERS_CAPABILITIES, "docker-default", "-o", path],
                   check=True)
    return path


def under_filters(docker):
    """Command lines that a command is added to; docker: the file of its filter."""
    return {
        PLAIN: [DROP_INIT, "-q", "--user", USER, "--seccomp", "none", "--"],
        FILTER: [DROP_INIT, "-q", "--user", USER, "--"],
        # as an engine has it: without what drop-init puts in front
        DOCKER: [BUILD / "probe" / "syscall", "-u", str(pwd.getpwnam(USER).pw_uid), "-f", docker],
    }


def measure_calls(rounds, docker):
    commands = {**under_filters(docker), EXPLAINED: [DROP_INIT, "--user", USER, "--"]}
    times = {label: [] for label in commands}
    for _ in range(rounds):
        for label, argv in commands.items():
            output = subprocess.run([*argv, HERE / "calls"], capture_output=True, check=True, text=True).stdout
            times[label].append({name: float(ns) for name, ns in (line.split() for line in output.splitlines())})
    return times


def added(times, label, call):
    """What a filter adds to a call, ns: the median over the rounds."""
    return median([a[call] - b[call] for a, b in zip(times[label], times[PLAIN])])


def report_calls(report, times):
    calls = list(times[PLAIN][0])
    report.section(
        "A system call, ns",
        ["", *calls],
        [[label, *(f"{median([row[call] for row in rows]):,.0f}" for call in calls)] for label, rows in times.items()],
        "Each as cheap as it can be, through the kernel; ioctl(2) on no descriptor, socket(2) of no type, "
        "prlimit64(2) of no resource; mount(2) is refused.",
    )
    report.section(
        "What a filter adds, ns",
        ["", *calls],
        [[label, *(f"{added(times, label, call):,.0f}" for call in calls)] for label in (FILTER, DOCKER)],
    )
    for calls, limit, kind in ((BY_NUMBER, 1.0, "no argument"), (BY_ARGUMENT, 1.5, "an argument")):
        for call in calls:
            ours, theirs = added(times, FILTER, call), added(times, DOCKER, call)
            share = 1.0 if abs(ours - theirs) < CLOCK else ours / max(theirs, CLOCK)
            report.goal(f"{call}(2), {kind} judged: what the filter adds × what Docker's adds", share, limit)
    explained = median([row["mount"] for row in times[EXPLAINED]])
    report.goal("a refused call with denials explained, µs", explained / 1e3, 10, "{:.1f}")


def measure_record(report, rounds, profile):
    django = ["/usr/bin/python3", "-c", "import django"]
    runs = race(
        {
            "alone": django,
            "drop-init": [DROP_INIT, "--", *django],
            "drop-init --record": [DROP_INIT, "--record", profile, "--", *django],
        },
        rounds,
    )
    ends = {label: [run.end for run in those] for label, those in runs.items()}
    report.section(
        "python3 -c 'import django', recorded",
        ["", "median", "middle half", "ratio to alone"],
        [
            [label, f"{median(times) * 1e3:.0f} ms", "{:.0f} to {:.0f}".format(*(x * 1e3 for x in spread(times))),
             f"{ratio(times, ends['alone']):.2f}"]
            for label, times in ends.items()
        ],
    )
    report.goal("--record: × alone", ratio(ends["drop-init --record"], ends["alone"]), 1.3)


def measure(report, long):
    with tempfile.TemporaryDirectory(prefix="drop-init-bench.") as folder:
        report_calls(report, measure_calls(41 if long else 15, docker_filter(folder)))
        measure_record(report, 31 if long else 15, f"{folder}/profile.json")
