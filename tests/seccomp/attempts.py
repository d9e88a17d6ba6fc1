#!/usr/bin/env python3
"""attempts.py PROFILE NAMES: what to try of a profile, and what it says about it.

NAMES has the "#define __NR_name number" of <sys/syscall.h>. Each line: the answer that the profile promises (ALLOW,
EPERM or ENOSYS), the syscall's number, and six arguments: bad pointers, but for what the rule is about.
"""
import json
import re
import sys

BAD = 0xffffffffffffffff
# newer than the installed kernel headers may be
NEWER = {"uretprobe": 335, "uprobe": 336, "cachestat": 451, "fchmodat2": 452,
         "map_shadow_stack": 453, "futex_wake": 454, "futex_wait": 455, "futex_requeue": 456,
         "mseal": 462, "setxattrat": 463,
         "getxattrat": 464, "listxattrat": 465, "removexattrat": 466, "open_tree_attr": 467}
LAST = 600
# Nothing but a signal handler's end may call it; anywhere else it jumps to where nobody knows.
# The kernel passes uprobe and uretprobe by every filter (its own trampolines make them).
UNTRIED = {"rt_sigreturn", "uretprobe", "uprobe"}


def numbers(path):
    with open(path, encoding="utf-8") as file:
        found = re.findall(r"#define __NR_(\w+) (\d+)", file.read())
    return NEWER | {name: int(number) for name, number in found}


def argument_lists(rule):
    conditions = rule.get("args", [])
    repeated = len({condition["index"] for condition in conditions}) < len(conditions)
    for group in [[condition] for condition in conditions] if repeated else [conditions]:
        arguments = [BAD] * 6
        for condition in group:
            assert condition["op"] == "SCMP_CMP_MASKED_EQ"
            arguments[condition["index"]] = condition["valueTwo"]
        yield arguments


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        profile = json.load(file)
    known = numbers(sys.argv[2])
    assert (profile["defaultAction"], profile["defaultErrnoRet"]) == ("SCMP_ACT_ERRNO", 38)
    unlisted = set(range(LAST)) | {0x40000000, 0x40000000 + 39, 0x7fffffff}
    unlisted -= {known[name] for name in UNTRIED}
    for rule in profile["syscalls"]:
        answer = "ALLOW" if rule["action"] == "SCMP_ACT_ALLOW" else "EPERM"
        for name in set(rule["names"]) & set(known):
            unlisted.discard(known[name])
            if name in UNTRIED or rule.get("includes"):
                continue
            for arguments in argument_lists(rule):
                print(answer, known[name], *arguments)
    for number in sorted(unlisted):
        print("ENOSYS", number, *[BAD] * 6)


main()
