"""--chown against what scripts use, on the file systems that containers have."""

import os
import shutil
import subprocess
import time
from itertools import count

from contenders import DROP_INIT, others
from places import PLACES, has_loop_devices, place, warm
from timing import median, race, ratio, spread

USERS = count(100001)  # each change of owner is to another one
FOLDERS_IN_A_FOLDER = 100
MANY = 500  # files in a folder where that is not what is looked at
SHAPES = {"folders of 20": 20, "folders of 50,000": 50000}
OURS = "drop-init --chown"


def make_tree(root, files, in_a_folder):
    for number in range(files):
        folder = f"{root}/{number // in_a_folder // FOLDERS_IN_A_FOLDER}/{number // in_a_folder}"
        if number % in_a_folder == 0:
            os.makedirs(folder, exist_ok=True)
        os.close(os.open(f"{folder}/file-{number}", os.O_CREAT | os.O_WRONLY, 0o644))
    own(root, next(USERS))
    subprocess.run(["sync", "--file-system", root], check=True)
    time.sleep(0.1)  # what has just changed is not trusted by --chown before the clock has ticked


def own(root, uid):
    subprocess.run(["chown", "-R", f"{uid}:{uid}", root], check=True)


def own_a_hundredth(root, uid):
    for folder, _, names in os.walk(root):
        for name in names[::100]:
            os.chown(f"{folder}/{name}", uid, uid)


def latest_change(root):
    return max(os.lstat(f"{folder}/{name}").st_ctime_ns
               for folder, folders, names in os.walk(root) for name in [".", *folders, *names])


def own_commands(root, uid):
    # --exec, so that the peak of memory is that of the process that walked.
    programs = {OURS: DROP_INIT, **others()}
    return {label: [path, "--exec", "--chown", f"{root},owner={uid}:{uid}", "--", "/bin/true"]
            for label, path in programs.items()}


def commands(root, was, uid):
    """was: another user's uid whose files are to be changed; chown --from knows no "anybody else"."""
    owner = f"{uid}:{uid}"
    return {
        **own_commands(root, uid),
        "chown -R": ["/bin/chown", "-R", owner, root],
        "chown -R --from": ["/bin/chown", "-R", f"--from={was}:{was}", owner, root],
        "busybox chown -R": [shutil.which("busybox"), "chown", "-R", owner, root],
        "find -exec chown": ["/usr/bin/find", root, "(", "!", "-uid", str(uid), "-o", "!", "-gid", str(uid), ")",
                             "-exec", "chown", "-h", owner, "{}", "+"],
    }


def owner_now(root):
    return os.stat(root).st_uid


def prepare_nothing(root):
    uid = owner_now(root)
    return uid - 1, uid


def prepare_hundredth(root):
    was, uid = next(USERS), owner_now(root)
    own_a_hundredth(root, was)
    return was, uid


def prepare_all(root):
    return owner_now(root), next(USERS)


def once(command):
    """The run with a tree that is as it was prepared; timer's warming-up run would change it."""
    return race({"": command}, 1, warm=False)[""][0]


def measure_case(root, prepare, rounds, labels=None, before=lambda: None):
    """Each label once in each round, which begins with another one each time. before() comes before each run."""
    labels = labels or list(commands(root, 0, 0))
    runs = {label: [] for label in labels}
    for turn in range(rounds):
        shift = turn % len(labels)
        for label in labels[shift:] + labels[:shift]:
            before()
            was, uid = prepare(root)
            subprocess.run(["sync", "--file-system", root], check=True)
            runs[label].append(once(commands(root, was, uid)[label]))
    return runs


def show_case(report, title, runs):
    ours = [run.end for run in runs[OURS]]
    report.section(
        title,
        ["", "median", "middle half", "ratio", "processor time", "peak of memory"],
        [
            [label, f"{median([run.end for run in those]):.2f} s",
             "{:.2f} to {:.2f}".format(*spread([run.end for run in those])),
             f"{ratio(ours, [run.end for run in those]):.2f}",
             f"{median([run.processor for run in those]):.2f} s", f"{max(run.peak for run in those):,} KiB"]
            for label, those in runs.items()
        ],
    )


def time_ratio(runs, peer):
    return ratio([run.end for run in runs[OURS]], [run.end for run in runs[peer]])


def inodes_written(root):
    before = latest_change(root)
    was, uid = prepare_nothing(root)
    once(commands(root, was, uid)[OURS])
    return int(latest_change(root) != before)


def chart_case(report, title, runs):
    report.chart(title, {label: median([run.end for run in those]) for label, those in runs.items()})


def measure_goals(report, root, files, rounds):
    of = f"of {files:,} files"
    make_tree(root, files, MANY)
    everything = measure_case(root, prepare_all, rounds)
    show_case(report, f"Ownership: all {of} to change", everything)
    chart_case(report, "chown all", everything)
    report.goal(f"all {of} to change: × chown -R", time_ratio(everything, "chown -R"), 0.75)
    nothing = measure_case(root, prepare_nothing, rounds)
    show_case(report, f"Ownership: nothing {of} to change", nothing)
    chart_case(report, "chown nothing", nothing)
    report.goal(f"nothing {of} to change: × chown -R --from", time_ratio(nothing, "chown -R --from"), 0.55)
    report.goal("and written, nevertheless", inodes_written(root), 0, "{}")
    show_case(report, f"Ownership: 1 % {of} to change", measure_case(root, prepare_hundredth, rounds))
    peak = max(run.peak for run in everything[OURS])
    report.goal(f"peak of memory in the walk {of}, KiB", peak, 4096, "{:,}")


def preparations(made, changes):
    """What brings the place to where a run begins, by name: as after a boot, and as after a look at everything."""

    def again():
        if changes and hasattr(made, "renew"):
            made.renew()
        warm(made.root)

    return {"warm": again, **({"cold": made.cool} if hasattr(made, "cool") else {})}


def matrix_row(case, runs, ours, peer):
    row = [case, f"{median([run.end for run in runs[peer]]):.2f} s"]
    for label in ours:
        own = [run.end for run in runs[label]]
        low, high = spread([a / b.end for a, b in zip(own, runs[peer])])
        row.append(f"{ratio(own, [run.end for run in runs[peer]]):.2f} ({low:.2f} to {high:.2f})")
    return [*row, *(f"{ratio([run.end for run in runs[OURS]], [run.end for run in runs[label]]):.2f}"
                    for label in ours[1:])]


def matrix_rows(made, shape, rounds):
    ours = list(own_commands("", 0))
    for what, prepare, peer in [("all", prepare_all, "chown -R"), ("nothing", prepare_nothing, "chown -R --from")]:
        for state, before in preparations(made, what == "all").items():
            if hasattr(made, "renew"):
                made.renew()
            runs = measure_case(made.root, prepare, rounds, [*ours, peer], before)
            yield matrix_row(f"{what} to change, {state}, {shape}", runs, ours, peer)


def measure_matrix(report, kind, files, rounds):
    ours = list(own_commands("", 0))
    rows = []
    for shape, in_a_folder in SHAPES.items():
        with place(kind, files) as made:
            make_tree(getattr(made, "source", made.root), files, in_a_folder)
            rows += matrix_rows(made, shape, rounds)
    report.section(f"Ownership: {kind}, {files:,} files", ["", "chown -R", *(f"{label} ×" for label in ours),
                                                           *(f"{OURS} × {label}" for label in ours[1:])], rows,
                   f"chown -R --from where there is nothing to change. Ratios are medians of {rounds} rounds, in "
                   "brackets their middle half.")


def measure(report, long):
    with place("ext4", 200000) as made:
        measure_goals(report, made.root, 200000, 5)
    if long:
        for files, rounds in [(200000, 7), (1000000, 3)]:
            for kind in PLACES if has_loop_devices() else ["tmpfs"]:
                measure_matrix(report, kind, files, rounds)
