"""What is copied into an image."""

import os
import shutil

from contenders import DROP_INIT

# Of each: what is copied. Static, so that nothing else is needed; but supervisord needs a Python.
FILES = {
    "drop-init": [DROP_INIT],
    "tini-static": ["/usr/bin/tini-static"],
    "dumb-init": ["/usr/bin/dumb-init"],
    "catatonit": ["/usr/bin/catatonit"],
    "gosu": ["/usr/sbin/gosu"],
    "tini-static + gosu": ["/usr/bin/tini-static", "/usr/sbin/gosu"],
}
LIMIT = 384


def is_static(path):
    """No program interpreter. elf(5)"""
    with open(path, "rb") as file:
        return b"ld-linux" not in file.read(4096)


def measure(report, long):
    sizes = {label: sum(os.path.getsize(path) for path in paths) / 1024 for label, paths in FILES.items()
             if all(map(shutil.which, paths))}
    report.section(
        "Size", ["", "KiB", "ratio", ""],
        [[label, f"{size:,.0f}", f"{sizes['drop-init'] / size:.2f}",
          "static" if all(map(is_static, FILES[label])) else "needs a libc"] for label, size in sizes.items()],
    )
    report.chart("size", sizes)
    report.goal("size of drop-init, KiB", sizes["drop-init"], LIMIT, "{:.0f}")
