"""What the filter costs the command, and what --record does."""

import subprocess
import tempfile

from contenders import DROP_INIT, HERE, USER
from timing import median, race, ratio, spread

PLAIN = "no filter"
FILTER = "default profile"


def measure_calls(rounds):
    commands = {
        PLAIN: [DROP_INIT, "-q", "--user", USER, "--seccomp", "none", "--"],
        FILTER: [DROP_INIT, "-q", "--user", USER, "--"],
        "and denials explained": [DROP_INIT, "--user", USER, "--"],
    }
    times = {label: [] for label in commands}
    for _ in range(rounds):
        for label, argv in commands.items():
            output = subprocess.run([*argv, HERE / "calls"], capture_output=True, check=True, text=True).stdout
            times[label].append([float(number) for number in output.split()])
    return times


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
    times = measure_calls(25 if long else 9)
    kinds = ["judged by number", "judged by argument", "refused"]
    report.section(
        "A system call",
        ["", *kinds],
        [
            [label, *(f"{median([row[kind] for row in rows]):,.0f} ns" for kind in range(3))]
            for label, rows in times.items()
        ],
        "getppid(2); ioctl(2) on no descriptor; mount(2), which without a filter the kernel refuses.",
    )
    for kind in range(2):
        added = median([a[kind] - b[kind] for a, b in zip(times[FILTER], times[PLAIN])])
        report.goal(f"a call {kinds[kind]}: what the filter adds, ns", added, 100, "{:.0f}")
    explained = median([row[2] for row in times["and denials explained"]])
    report.goal("a refused call with denials explained, µs", explained / 1e3, 10, "{:.1f}")
    with tempfile.TemporaryDirectory(prefix="drop-init-bench.") as folder:
        measure_record(report, 31 if long else 15, f"{folder}/profile.json")
