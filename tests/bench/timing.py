"""Running commands side by side, and what can be said of the times."""

import os
import signal
import statistics
import subprocess
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from contenders import HERE


# A container's.
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOSTNAME": "bench", "HOME": "/root", "LANG": "C.UTF-8"}


@dataclass
class Run:
    start: float  # seconds from execve(2) to the stamp of the command
    end: float  # to its end
    peak: int  # KiB
    processor: float  # seconds


def race(commands, rounds, warm=True):
    """Run each of {label: argv} once in each round. Returns {label: [Run, one for each round]}. One more round
    comes first, to warm the caches."""
    labels = list(commands)
    line = [str(HERE / "timer"), str(rounds + warm)]
    for label in labels:
        line += [";", *commands[label]]
    output = subprocess.run(line, stdout=subprocess.PIPE, check=True, text=True, env=ENVIRONMENT).stdout
    runs = {label: [] for label in labels}
    for index, start, end, status, peak, processor in (map(int, row.split()) for row in output.splitlines()):
        if status:
            raise SystemExit(f"bench: {' '.join(commands[labels[index]])}: exit status {status}")
        runs[labels[index]].append(Run(start / 1e9, end / 1e9, peak, processor / 1e6))
    return {label: all_of[warm:] for label, all_of in runs.items()}


def median(values):
    return statistics.median(values)


def ratio(ours, theirs):
    """The median of the ratios within each round: what slowed down a whole round falls out."""
    return statistics.median(a / b for a, b in zip(ours, theirs))


def spread(values):
    """The middle half."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4)
    return low, high


def child_of(pid):
    for _ in range(2000):
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = file.read().split()
        if children:
            return int(children[0])
        time.sleep(0.001)
    raise SystemExit("bench: no process appeared in the namespace")


@contextmanager
def standing(commands):
    """Start all of {label: argv} as PID 1. Yields {label: (pid, their standard output)} when each has
    written there for the first time, and kills them in the end."""
    with ExitStack() as stack:
        started = {}
        for label, argv in commands.items():
            outside = stack.enter_context(
                subprocess.Popen(["unshare", "--pid", "--fork", *argv], stdout=subprocess.PIPE, bufsize=0,
                                 env=ENVIRONMENT)
            )
            pid = child_of(outside.pid)
            stack.callback(os.kill, pid, signal.SIGKILL)
            stack.callback(outside.kill)  # first, or unshare would complain
            os.read(outside.stdout.fileno(), 16)
            started[label] = pid, outside.stdout.fileno()
        yield started
