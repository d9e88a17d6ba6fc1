"""What was measured, as data: a section each, kept in one file, so that sections measured at other times stay."""

import json
import os
import platform
import re
import subprocess
import time
from pathlib import Path

import pages
from contenders import DROP_INIT


def microseconds(seconds):
    return f"{seconds * 1e6:,.0f} µs"


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"Linux {platform.release()}, {os.cpu_count()} × {cpu[1].strip() if cpu else platform.machine()}"


def program():
    said = subprocess.run([DROP_INIT, "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout
    return said.strip()


class Report:
    def __init__(self, path):
        self.path = path
        self.sections = json.loads(path.read_text()) if path.exists() else {}
        self.current = None

    def begin(self, name):
        """Until end() nothing that was measured before is given up."""
        self.name = name
        self.current = {"date": time.strftime("%Y-%m-%d"), "machine": machine(), "program": program(),
                        "load": round(os.getloadavg()[0], 1), "tables": [], "goals": [], "charts": {}}

    def end(self):
        self.sections[self.name] = self.current
        self.path.write_text(json.dumps(self.sections, indent=1, ensure_ascii=False) + "\n")

    def section(self, title, headers, rows, note=""):
        """A table."""
        table = {"title": title, "headers": headers, "rows": [[str(cell) for cell in row] for row in rows],
                 "note": note}
        self.current["tables"].append(table)
        print(pages.section(table), flush=True)

    def chart(self, name, values):
        """values: {label: number, or pairs of seconds and a number}, for picture.py; less is better."""
        self.current["charts"][name] = {
            label.replace("/usr/bin/", "").replace("/usr/sbin/", ""): value for label, value in values.items()
        }

    def goal(self, what, value, limit, form="{:.2f}"):
        """value is to be at most the limit; None: it could not be measured."""
        verdict = "" if value is None else "reached" if value <= limit else "**missed**"
        measured = "not measured" if value is None else form.format(value)
        self.current["goals"].append([what, "≤ " + form.format(limit), measured, verdict])
