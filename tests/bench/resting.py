"""What an init costs while nothing happens, and how fast it passes a signal on."""

import os
import re
import signal
import time
from pathlib import Path

from contenders import LEAST, STAMP, droppers, inits
from report import microseconds
from timing import median, ratio, spread, standing

MEMORY = ["Rss", "Pss", "Private_Clean", "Private_Dirty"]


def memory(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return {field: int(re.search(rf"{field}:\s+(\d+)", text)[1]) for field in MEMORY}


def private(size):
    return size["Private_Clean"] + size["Private_Dirty"]


def woken(pid):
    return sum(map(int, re.findall(r"ctxt_switches:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())))


def latency(pid, answers):
    sent = time.monotonic_ns()
    os.kill(pid, signal.SIGUSR1)
    seconds, nanoseconds = (int.from_bytes(part, "little") for part in halves(os.read(answers, 16)))
    return (seconds * 10**9 + nanoseconds - sent) / 1e9


def halves(stamp):
    return stamp[:8], stamp[8:]


def measure(report, long):
    commands = {**inits(), "drop-init --user": droppers()["drop-init --user"]}
    commands = {label: [*argv, STAMP, "answer"] for label, argv in commands.items()}
    idle = 30 if long else 5
    with standing(commands) as started:
        time.sleep(0.5)  # what an init does after the start of its command is no wake-up
        before = {label: woken(pid) for label, (pid, _) in started.items()}
        time.sleep(idle)
        wakes = {label: woken(pid) - before[label] for label, (pid, _) in started.items()}
        sizes = {label: memory(pid) for label, (pid, _) in started.items()}
        times = {label: [] for label in started}
        for _ in range(2000 if long else 500):
            for label, (pid, answers) in started.items():
                times[label].append(latency(pid, answers))

    report.section(
        "Memory and wake-ups",
        ["PID 1", "resident", "proportional", "private", "private, dirty", f"wake-ups in {idle} s"],
        [
            [label, *(f"{kib} KiB" for kib in (
                size["Rss"], size["Pss"], private(size), size["Private_Dirty"])),
             wakes[label]]
            for label, size in sizes.items()
        ],
    )
    report.section(
        "From kill(2) of PID 1 to the command",
        ["", "median", "middle half", "ratio"],
        [
            [label, microseconds(median(all_of)), "{:,.0f} to {:,.0f}".format(*(x * 1e6 for x in spread(all_of))),
             f"{ratio(times['drop-init'], all_of):.2f}"]
            for label, all_of in times.items()
        ],
    )
    report.chart("private", {label: private(size) for label, size in sizes.items() if label != LEAST})
    for label in ("drop-init", "drop-init --user"):
        report.goal(f"{label}: resident, KiB", sizes[label]["Rss"], 384, "{}")
        report.goal(f"{label}: private, KiB", private(sizes[label]), 64, "{}")
    report.goal("wake-ups while idle", wakes["drop-init"] + wakes["drop-init --user"], 0, "{}")
