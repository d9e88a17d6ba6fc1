"""Three programs in one container: --with beside supervisord, s6, runit and a shell's wait."""

import os
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from contenders import DROP_INIT, HERE, USER
from resting import memory, private, woken
from timing import ENVIRONMENT, child_of, median, ratio, spread

ANNOUNCE = str(HERE / "announce")
NAMES = ["a", "b", "c"]
OURS = "drop-init --user --with"
SHELL = "bash, wait -n"
SETTLED = 31  # seconds: an end before that is a failure to drop-init, which then waits
PATIENCE = 60

SUPERVISORD = """[supervisord]
nodaemon=true
user=root
logfile=/dev/null
logfile_maxbytes=0
pidfile={folder}/supervisord.pid
"""
PROGRAM = "[program:{name}]\ncommand={command}\nautorestart=true\nstdout_logfile=NONE\nstderr_logfile=NONE\n"
SCRIPT = """#!/bin/bash
trap 'kill $(jobs -p); wait; exit 143' TERM
{commands}
wait -n
status=$?
kill $(jobs -p)
wait
exit $status
"""


def command(pipe, name):
    return f"{ANNOUNCE} {pipe} {name}"


def drop_init(folder, pipe, *options):
    lines = [word for name in NAMES[:-1] for word in ("--with", f"{name}: {command(pipe, name)}")]
    return [DROP_INIT, "-q", *options, *lines, "--", *command(pipe, NAMES[-1]).split()]


def ours(folder, pipe):
    return drop_init(folder, pipe, "--user", USER)


def supervisord(folder, pipe):
    programs = [PROGRAM.format(name=name, command=command(pipe, name)) for name in NAMES]
    Path(folder, "conf").write_text(SUPERVISORD.format(folder=folder) + "".join(programs))
    return ["/usr/bin/supervisord", "-c", f"{folder}/conf"]


def services(folder, pipe):
    """A folder for each, with a script in it, as s6 and runit both have it."""
    for name in NAMES:
        run = Path(folder, "services", name, "run")
        run.parent.mkdir(parents=True)
        run.write_text(f"#!/bin/sh\nexec {command(pipe, name)}\n")
        run.chmod(0o755)
    return f"{folder}/services"


def s6(folder, pipe):
    return [shutil.which("s6-svscan"), services(folder, pipe)]


def runit(folder, pipe):
    return [shutil.which("runsvdir"), services(folder, pipe)]


def shell(folder, pipe):
    script = Path(folder, "start.sh")
    script.write_text(SCRIPT.format(commands="\n".join(f"{command(pipe, name)} &" for name in NAMES)))
    return ["/bin/bash", str(script)]


CONTENDERS = {
    OURS: ours, "drop-init --with": drop_init, "supervisord": supervisord, "s6": s6, "runit": runit, SHELL: shell,
}
STOP = {"runit": signal.SIGHUP}  # what ends the programs too


def below(pid):
    """The processes that are below this one."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            yield child
            yield from below(child)


def words(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]


class Container:
    def __init__(self, pid, outside, pipe):
        self.pid, self.outside, self.pipe = pid, outside, pipe

    def stamp(self):
        """When the next program began."""
        if not select.select([self.pipe], [], [], PATIENCE)[0]:
            raise SystemExit(f"bench: helpers: {words(self.pid)}: no program began")
        seconds, nanoseconds = struct.unpack("=qq", os.read(self.pipe, 16))
        return seconds + nanoseconds / 1e9

    def programs(self):
        """The three, by name."""
        found = {words(pid)[2]: pid for pid in below(self.pid) if words(pid)[:1] == [ANNOUNCE]}
        if sorted(found) != NAMES:
            raise SystemExit(f"bench: helpers: {words(self.pid)}: runs {found}")
        return found

    def others(self):
        """What is there besides the three, PID 1 first."""
        return [pid for pid in (self.pid, *below(self.pid)) if words(pid)[:1] != [ANNOUNCE]]

    def processor(self):
        """Seconds that those others have had."""
        tasks = [task for pid in self.others() for task in Path(f"/proc/{pid}/task").iterdir()]
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def kill(self):
        """--kill-child does not reach a PID 1 that has become another user. prctl(2), PR_SET_PDEATHSIG"""
        if self.outside.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def ended(self):
        """When it has, seconds."""
        self.outside.wait(PATIENCE)
        return time.monotonic()


@contextmanager
def started(label):
    """A container that runs all three, and the time that this took."""
    with tempfile.TemporaryDirectory(prefix="drop-init-bench.") as folder, ExitStack() as stack:
        os.chmod(folder, 0o755)
        name = f"{folder}/pipe"
        os.mkfifo(name)
        os.chmod(name, 0o666)
        pipe = os.open(name, os.O_RDWR)
        stack.callback(os.close, pipe)
        argv = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", ANNOUNCE, name, "--",
                *CONTENDERS[label](folder, name)]
        outside = stack.enter_context(subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT,
            start_new_session=True, preexec_fn=take_precedence))
        stack.callback(outside.kill)
        made = Container(child_of(outside.pid), outside, pipe)
        stack.callback(made.kill)
        begin = made.stamp()
        yield made, max(made.stamp() for _ in NAMES) - begin


def take_precedence():
    """Before whatever else the machine does, as timer.c has it."""
    os.setpriority(os.PRIO_PROCESS, 0, -15)
    with open("/proc/self/autogroup", "w") as file:
        file.write("-15")


def measure_starts(rounds):
    """{label: [seconds]}: to the start of the last of the three, from a stop signal to the end of all, and from the
    end of one to the end of all where that is what is to happen."""
    starts, stops, ends = ({label: [] for label in CONTENDERS} for _ in range(3))
    labels = list(CONTENDERS)
    for turn in range(rounds):
        for label in labels[turn % len(labels):] + labels[:turn % len(labels)]:
            with started(label) as (made, taken):
                starts[label].append(taken)
                ends_with_one = label == SHELL or label.startswith("drop-init")
                times, victim, number = stops, made.pid, STOP.get(label, signal.SIGTERM)
                if ends_with_one and turn % 2:
                    times, victim, number = ends, made.programs()[NAMES[-1]], signal.SIGKILL
                begin = time.monotonic()
                os.kill(victim, number)
                times[label].append(made.ended() - begin)
    return starts, stops, ends


def restarted(made, name, by=None):
    """Seconds from the end of a program to its next start; by: whom to signal instead, and how."""
    begin = time.monotonic()
    os.kill(*(by or (made.programs()[name], signal.SIGKILL)))
    return made.stamp() - begin


def keeper(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def restart_each(label, made):
    """As its control program asks for it: drop-init waits where a program ends by itself."""
    for name in NAMES[:-1]:
        pid = made.programs()[name]
        restarted(made, name, (keeper(pid), signal.SIGHUP) if label.startswith("drop-init") else (pid, signal.SIGTERM))


def measure_standing(containers, idle, restarts):
    """{label: {what: number}}, all of them side by side."""
    results = {}
    time.sleep(2)
    before = {label: sum(map(woken, made.others())) for label, made in containers.items()}
    time.sleep(idle)
    for label, made in containers.items():
        pids = made.others()
        sizes = list(map(memory, pids))
        results[label] = {
            "processes": len(pids), "pss": sum(size["Pss"] for size in sizes),
            "private": sum(map(private, sizes)),
            "keeper": max(map(private, sizes[1:]), default=None),
            "wakes": sum(map(woken, pids)) - before[label],
        }
    supervised = {label: made for label, made in containers.items() if label != SHELL}
    for label, made in supervised.items():
        results[label]["again"] = [restarted(made, name) for name in NAMES[:-1]]
    costs = {label: [] for label in supervised}
    for _ in range(restarts):
        time.sleep(1.2)  # s6 and runit wait where a program ran for less than a second
        for label, made in supervised.items():
            begin = made.processor()
            restart_each(label, made)
            costs[label].append((made.processor() - begin) / (len(NAMES) - 1))
    for label, those in costs.items():
        results[label]["processor"] = those
    return results


def milliseconds(times):
    return f"{median(times) * 1e3:,.1f} ms" if times else "–"


def report_times(report, starts, stops, ends, rounds):
    report.section(
        "Three programs: start and end",
        ["", "until all three run", "middle half, ms", "ratio", "a stop signal, until all has ended",
         "the command's end, until all has"],
        [[label, milliseconds(starts[label]), "{:,.1f} to {:,.1f}".format(*(x * 1e3 for x in spread(starts[label]))),
          f"{ratio(starts[OURS], starts[label]):.3f}", milliseconds(stops[label]), milliseconds(ends[label])]
         for label in CONTENDERS],
        f"Medians of {rounds} rounds. runsvdir ends the container without waiting for its programs.",
    )


def report_standing(report, results, idle):
    report.section(
        "Three programs: what is not they",
        ["", "processes", "proportional", "ratio", "private", f"wake-ups in {idle} s", "an end, until it runs again",
         "processor time for 1,000 restarts"],
        [[label, row["processes"], f"{row['pss']:,} KiB", f"{results[OURS]['pss'] / row['pss']:.3f}",
          f"{row['private']:,} KiB", row["wakes"], milliseconds(row.get("again")),
          f"{median(row['processor']) * 1e6:,.0f} ms" if "processor" in row else "–"]
         for label, row in results.items()],
        "Processor time is that of the supervising processes, for restarts that are asked for. drop-init runs its "
        "programs as a user and under a filter in the first row; all others run them as root.",
    )


def measure(report, long):
    rounds, idle, restarts = (40, 120, 100) if long else (20, SETTLED, 15)
    starts, stops, ends = measure_starts(rounds)
    report_times(report, starts, stops, ends, rounds)
    with ExitStack() as stack:
        containers = {label: stack.enter_context(started(label))[0] for label in CONTENDERS}
        results = measure_standing(containers, idle, restarts)
    report_standing(report, results, idle)
    report.chart("helpers", {label: row["pss"] for label, row in results.items()})
    report.goal("start of a command and two helpers, ms", median(starts["drop-init --with"]) * 1e3, 3, "{:.1f}")
    report.goal("private memory of a keeper, KiB", results[OURS]["keeper"], 48, "{}")
    report.goal("wake-ups of PID 1 and its keepers while idle", results[OURS]["wakes"], 0, "{}")
