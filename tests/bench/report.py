"""Tables, and what misses its goal."""

import os
import platform
import re
import time
from pathlib import Path

import picture


def microseconds(seconds):
    return f"{seconds * 1e6:,.0f} µs"


def table(headers, rows):
    """As Markdown, with columns that line up on a screen too."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [headers, *rows]) for i in range(len(headers))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths)] for row in [headers, *rows]]
    lines.insert(1, ["-" * width for width in widths])
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


class Report:
    def __init__(self):
        self.sections = []
        self.goals = []
        self.charts = []

    def section(self, title, headers, rows, note=""):
        text = f"## {title}\n\n{table(headers, rows)}" + (f"\n{note}\n" if note else "")
        self.sections.append(text)
        print(text, flush=True)

    def chart(self, title, values):
        """values: {label: number}, for the picture; less is better."""
        self.charts.append((title, {label.replace("/usr/bin/", "").replace("/usr/sbin/", ""): value
                                    for label, value in values.items()}))

    def goal(self, what, value, limit, form="{:.2f}"):
        """value is to be at most the limit; None: it could not be measured."""
        verdict = "reached" if value is not None and value <= limit else "**missed**"
        measured = "not measured" if value is None else form.format(value)
        self.goals.append([what, "≤ " + form.format(limit), measured, verdict if value is not None else ""])

    def machine(self):
        cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        return (
            f"{time.strftime('%Y-%m-%d')}, Linux {platform.release()}, {os.cpu_count()} × "
            f"{cpu[1] if cpu else platform.machine()}, load {os.getloadavg()[0]:.1f}"
        )

    def finish(self, path):
        goals = table(["what", "goal", "measured", ""], self.goals)
        missed = sum("missed" in row[3] for row in self.goals)
        summary = f"{self.machine()}. {missed} of {len(self.goals)} goals missed.\n\n{goals}"
        print(summary)
        path.write_text("# Numbers\n\n" + "\n".join([summary, *self.sections]))
        if self.charts:
            path.with_suffix(".svg").write_text(picture.draw(self.charts, f"Less is better. {self.machine()}"))
