#!/usr/bin/env python3
"""bundle.py PROFILE FOLDER [CAP...]: an OCI bundle whose process has a profile, for runc create.

Does what Docker's engine does with a profile before runc gets it: takes out the entries that are
for other architectures, kernels and capabilities, and turns archMap into architectures.
"""
import json
import os
import platform
import sys

ARCHES = {"x86_64": ("amd64", "SCMP_ARCH_X86_64"), "aarch64": ("arm64", "SCMP_ARCH_AARCH64")}
ACTION_KEYS = ("names", "action", "errnoRet", "args")


def version(text):
    return tuple(int(part.split("-")[0]) for part in text.split(".")[:2])


def wanted(entry, arch, caps):
    includes, excludes = entry.get("includes") or {}, entry.get("excludes") or {}
    kernel = version(platform.release())
    if arch in (excludes.get("arches") or []) or caps & set(excludes.get("caps") or []):
        return False
    if excludes.get("minKernel") and kernel >= version(excludes["minKernel"]):
        return False
    if includes.get("arches") and arch not in includes["arches"]:
        return False
    if not set(includes.get("caps") or []) <= caps:
        return False
    return not includes.get("minKernel") or kernel >= version(includes["minKernel"])


def convert(profile, caps):
    arch, scmp = ARCHES[platform.machine()]
    result = {"defaultAction": profile["defaultAction"], "syscalls": []}
    if profile.get("defaultErrnoRet") is not None:
        result["defaultErrnoRet"] = profile["defaultErrnoRet"]
    arches = profile.get("architectures") or []
    for entry in profile.get("archMap") or []:
        if entry["architecture"] == scmp:
            arches = [scmp] + (entry.get("subArchitectures") or [])
    if arches:
        result["architectures"] = arches
    for entry in profile["syscalls"]:
        if "name" in entry:
            entry["names"] = [entry["name"]]
        if wanted(entry, arch, caps):
            result["syscalls"].append(
                {key: entry[key] for key in ACTION_KEYS if entry.get(key) is not None})
    return result


def main():
    path, folder, caps = sys.argv[1], sys.argv[2], set(sys.argv[3:])
    with open(path, encoding="utf-8") as file:
        profile = json.load(file)
    os.makedirs(folder + "/rootfs/proc")
    with open(folder + "/rootfs/never", "w", encoding="utf-8"):
        os.chmod(folder + "/rootfs/never", 0o755)
    config = {
        "ociVersion": "1.0.2",
        "process": {"user": {"uid": 0, "gid": 0}, "args": ["/never"], "cwd": "/",
                    "noNewPrivileges": False,
                    "capabilities": {"bounding": [], "effective": [], "permitted": []}},
        "root": {"path": "rootfs"},
        "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
        "linux": {"namespaces": [{"type": name} for name in ("pid", "mount", "ipc", "uts")],
                  "seccomp": convert(profile, caps)},
    }
    with open(folder + "/config.json", "w", encoding="utf-8") as file:
        json.dump(config, file, indent=1)


main()
