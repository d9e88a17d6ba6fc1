"""--chown against what scripts use."""

import os
import shutil
import subprocess
import tempfile
import time
from itertools import count

from contenders import DROP_INIT
from timing import median, race, ratio, spread

FILES_IN_A_FOLDER = 500
USERS = count(100001)  # each change of owner is to another one


def make_tree(root, files):
    for number in range(files):
        folder = f"{root}/{number // FILES_IN_A_FOLDER // 20}/{number // FILES_IN_A_FOLDER}"
        if number % FILES_IN_A_FOLDER == 0:
            os.makedirs(folder, exist_ok=True)
        os.close(os.open(f"{folder}/file-{number}", os.O_CREAT | os.O_WRONLY, 0o644))


def own(root, uid):
    subprocess.run(["chown", "-R", f"{uid}:{uid}", root], check=True)


def own_a_hundredth(root, uid):
    for folder, _, names in os.walk(root):
        for name in names[::100]:
            os.chown(f"{folder}/{name}", uid, uid)


def latest_change(root):
    return max(os.lstat(f"{folder}/{name}").st_ctime_ns
               for folder, folders, names in os.walk(root) for name in [".", *folders, *names])


def commands(root, was, uid):
    """was: another user's uid whose files are to be changed; chown --from knows no "anybody else"."""
    owner = f"{uid}:{uid}"
    # --exec, so that the peak of memory is that of the process that walked.
    return {
        "drop-init --chown": [DROP_INIT, "--exec", "--chown", f"{root},owner={owner}", "--", "/bin/true"],
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


def measure_case(root, prepare, rounds):
    runs = {label: [] for label in commands(root, 0, 0)}
    for turn in range(rounds):
        labels = list(runs)
        for label in labels[turn % len(labels):] + labels[:turn % len(labels)]:
            was, uid = prepare(root)
            runs[label].append(once(commands(root, was, uid)[label]))
    return runs


def show_case(report, title, runs):
    ours = [run.end for run in runs["drop-init --chown"]]
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
    return ratio([run.end for run in runs["drop-init --chown"]], [run.end for run in runs[peer]])


def inodes_written(root):
    before = latest_change(root)
    was, uid = prepare_nothing(root)
    once(commands(root, was, uid)["drop-init --chown"])
    return int(latest_change(root) != before)


def measure_tree(report, root, files, rounds):
    of = f"of {files:,} files"
    make_tree(root, files)
    own(root, next(USERS))
    time.sleep(0.1)  # what has just changed is not trusted by --chown before the clock has ticked
    everything = measure_case(root, prepare_all, rounds)
    show_case(report, f"Ownership: all {of} to change", everything)
    report.goal(f"all {of} to change: × chown -R", time_ratio(everything, "chown -R"), 0.65)
    nothing = measure_case(root, prepare_nothing, rounds)
    show_case(report, f"Ownership: nothing {of} to change", nothing)
    report.goal(f"nothing {of} to change: × chown -R --from", time_ratio(nothing, "chown -R --from"), 0.7)
    report.goal("and written, nevertheless", inodes_written(root), 0, "{}")
    show_case(report, f"Ownership: 1 % {of} to change", measure_case(root, prepare_hundredth, rounds))
    peak = max(run.peak for run in everything["drop-init --chown"])
    report.goal(f"peak of memory in the walk {of}, KiB", peak, 4096, "{:,}")


def measure(report, long):
    for files, rounds in [(200000, 5)] + ([(1000000, 3)] if long else []):
        with tempfile.TemporaryDirectory(prefix="drop-init-bench.") as root:
            measure_tree(report, root, files, rounds)
