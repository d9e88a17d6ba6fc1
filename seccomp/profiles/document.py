#!/usr/bin/env python3
"""document.py DROP_SECCOMP: print the table of README.md, from default.json itself.

Whether Docker's default refuses the same is asked of drop-seccomp, with docker-default.json.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
NUMA = ("get_mempolicy", "mbind", "migrate_pages", "move_pages", "set_mempolicy", "set_mempolicy_home_node")
IO_URING = ("io_uring_setup", "io_uring_enter", "io_uring_register")
ENOSYS_WHY = {
    "clone3": "no filter can see its flags; libc falls back to clone",
    "statmount": "tells of mounts outside the container's own",
    "listmount": "tells of mounts outside the container's own",
    **dict.fromkeys(IO_URING, "a second way into the kernel that no filter sees (CVE-2022-2602); libuv tries it at "
                    "each start, and does without"),
    **dict.fromkeys(NUMA, "where memory lies on machines of several nodes (CVE-2017-7616, CVE-2017-14140); the JVM "
                    "asks at each start, and takes it that there is one"),
}
REFUSED, ABSENT = "EPERM", "ENOSYS"


def explain(tool, profile, name, arguments=()):
    command = [tool, "explain", profile, name] + [str(argument) for argument in arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout


def samples(rule):
    """Arguments for each of a rule's alternatives, all of which are SCMP_CMP_MASKED_EQ."""
    conditions = rule.get("args", [])
    if len({condition["index"] for condition in conditions}) == len(conditions):
        arguments = [0] * 6
        for condition in conditions:
            arguments[condition["index"]] = condition["valueTwo"]
        return [arguments]
    result = []
    for condition in conditions:
        mask, value, before = condition["value"], condition["valueTwo"], [0] * condition["index"]
        small = [number for number in range(64) if number & mask == value]
        result += [before + [number] for number in small or [value]]
    return result


def same(tool, docker, name, rule):
    """Does Docker's default refuse what a rule refuses?"""
    answers = {"SCMP_ACT_ALLOW" in explain(tool, docker, name, arguments)
               for arguments in samples(rule)}
    if len(answers) == 2:
        return "in part"
    return "no" if True in answers else "yes"


def refused_rows(tool, own, docker, rule):
    when, why = "always", rule.get("comment", "")
    if rule.get("args"):
        when, why = why.split(": ", 1)
    for name in rule["names"]:
        answers = {explain(tool, own, name, arguments) for arguments in samples(rule)}
        if answers == {""}:
            continue  # another architecture's name
        assert all("EPERM" in answer for answer in answers), name
        yield name, when, REFUSED, why, same(tool, docker, name, rule)


def rows(tool, own, docker, profile):
    elsewhere = {"arches": ["s390", "s390x"]}
    for rule in profile["syscalls"]:
        if rule["action"] == "SCMP_ACT_ERRNO" and rule.get("includes") != elsewhere:
            yield from refused_rows(tool, own, docker, rule)
    for name, why in ENOSYS_WHY.items():
        assert "ENOSYS" in explain(tool, own, name), name
        yield name, "always", ABSENT, why, same(tool, docker, name, {})


def compiled(tool, name, folder):
    path = os.path.join(folder, name + ".bpf")
    profile = os.path.join(HERE, name + ".json")
    subprocess.run([tool, "compile", "--arch", "x86_64", profile, "-o", path], check=True)
    return path


def main():
    tool, last = sys.argv[1], None
    with open(os.path.join(HERE, "default.json"), encoding="utf-8") as file:
        profile = json.load(file)
    print("| syscall | when | answer | why | refused by Docker's default |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        own, docker = (compiled(tool, name, folder) for name in ("default", "docker-default"))
        for row in rows(tool, own, docker, profile):
            # several rules for one thing: alternatives that one rule cannot say
            if row != last:
                print("| `{}` | {} | {} | {} | {} |".format(*row))
            last = row


main()
