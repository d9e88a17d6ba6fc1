"""Orphans and signals in numbers that inits are not used to."""

import re
import subprocess

from contenders import BUILD, HERE, LEAST, inits
from timing import median, race, ratio

PROBE = BUILD / "probe"


def probe(name, count, argv):
    """The numbers in a probe's answer."""
    output = subprocess.run([PROBE / name, str(count), *argv], stdout=subprocess.PIPE, text=True).stdout
    return [int(number) for number in re.findall(r"\d+", output)]


def zombies(argv):
    """(seconds, how many) while 20,000 orphans end."""
    output = subprocess.run([HERE / "zombies", "20000", *argv], stdout=subprocess.PIPE, check=True, text=True).stdout
    return [(int(time) / 1e3, int(count)) for time, count in map(str.split, output.splitlines())]


def report_zombies(report, commands):
    crowds = {label: zombies(argv) for label, argv in commands.items() if label != LEAST}
    report.section(
        "Zombies, while 20,000 orphans end",
        ["PID 1", "most at a time", "until the last is gone"],
        [[label, f"{max(count for _, count in points):,}",
          f"{max((time for time, count in points if count), default=0):.2f} s"] for label, points in crowds.items()],
        "Eight generators of groups of fifty; looked at every 10 ms, in one run of each.",
    )
    report.chart("zombies", {label: points for label, points in crowds.items() if "musl" not in label})


def measure(report, long):
    report_zombies(report, inits())
    orphans, signals, starts = (100000, 1000, 1000) if long else (20000, 100, 300)
    commands = inits()
    flow = race({label: [*argv, str(HERE / "orphans"), str(orphans)] for label, argv in commands.items()}, 3)
    ours = [run.start for run in flow["drop-init"]]
    rows, lost = [], {}
    for label, argv in commands.items():
        storm = probe("storm", signals, argv)
        term = probe("term_at_start", starts, [*argv, "/bin/sleep", "60"])
        lost[label] = storm[0], term[0]
        taken = [run.start for run in flow[label]]
        rows.append([
            label, f"{orphans / median(taken):,.0f} /s", f"{ratio(ours, taken):.2f}",
            f"{storm[0]} of {storm[1]}", f"{storm[2]:,} µs", f"{storm[3]:,} /s", f"{term[0]} of {term[1]}",
        ])
    report.section(
        "Orphans, a storm of them, and TERM at the start",
        ["PID 1", "orphans", "ratio of time", "storm: signals lost", "latency", "orphans", "TERM lost at start"],
        rows,
        "The storm is eight generators of groups of fifty. A probe gives up after five lost signals.",
    )
    report.goal("signals lost in a storm", lost["drop-init"][0], 0, "{}")
    report.goal("TERMs lost at the start", lost["drop-init"][1], 0, "{}")
