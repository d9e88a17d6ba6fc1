"""How long it takes until the command runs."""

from contenders import DROP_INIT, LEAST, STAMP, USER, droppers, given_one, inits
from report import microseconds
from timing import median, race, ratio, spread


def rows(runs, ours):
    for label, those in runs.items():
        starts, ends = [run.start for run in those], [run.end for run in those]
        low, high = spread(starts)
        own = runs[ours]
        yield [
            label,
            microseconds(median(starts)),
            f"{low * 1e6:,.0f} to {high * 1e6:,.0f}",
            f"{ratio([run.start for run in own], starts):.2f}",
            microseconds(median(ends)),
            f"{ratio([run.end for run in own], ends):.2f}",
        ]


HEADERS = ["as PID 1", "until the command runs", "middle half", "ratio", "until it has ended", "ratio"]
NOTE = (
    "From execve(2) of the init. Ratios are drop-init's time to this one's, medians of {} rounds in which each "
    "ran once. The command has no libc either: alone it takes {}."
)


def chart_of(runs, scale):
    return {label: median([run.start for run in those]) * scale for label, those in runs.items()
            if label != LEAST and "seccomp" not in label}


def start_ratio(runs, ours, label):
    if label not in runs:
        return None
    return ratio([run.start for run in runs[ours]], [run.start for run in runs[label]])


def plain(report, rounds):
    commands = {label: [*argv, STAMP] for label, argv in inits().items()}
    runs = race({"the command": [STAMP], **commands}, rounds)
    alone = microseconds(median([run.start for run in runs.pop("the command")]))
    report.section("Start", HEADERS, rows(runs, "drop-init"), NOTE.format(rounds, alone))
    report.chart("start", chart_of(runs, 1e6))
    musl = given_one("catatonit")
    report.goal("start: × catatonit (musl)", start_ratio(runs, "drop-init", musl), 1.1)


def dropping(report, rounds):
    ours = "drop-init --user"
    without = "drop-init --user --seccomp none"
    commands = {**droppers(), without: [DROP_INIT, "--user", USER, "--seccomp", "none", "--"]}
    runs = race({label: [*argv, STAMP] for label, argv in commands.items()}, rounds)
    report.section(
        "Start with a user by name and the default filter",
        HEADERS,
        rows(runs, ours),
        "Only drop-init and the least possible load a filter, and only drop-init empties every capability set "
        "and proves it. The least possible knows the user's number.",
    )
    report.goal("start with user and filter: × tini + gosu",
                start_ratio(runs, ours, "/usr/bin/tini + /usr/sbin/gosu"), 0.3)
    report.chart("start with a user", chart_of(runs, 1e6))
    added = median([a.start - b.start for a, b in zip(runs[ours], runs[without])])
    report.goal("what the filter adds to the start, µs", added * 1e6, 100, "{:.0f}")


def measure(report, long):
    rounds = 3000 if long else 600
    plain(report, rounds)
    dropping(report, rounds // 2)
