#!/usr/bin/env python3
"""What is in a release's programs: CycloneDX 1.6, SPDX 2.3 and OpenVEX, from what the linker says that it took.

    bom.py OUT RELEASE.json

RELEASE.json: {"version", "commit", "epoch", "arch", "distro": "debian-12", "packages": {PACKAGE: [SOURCE, VERSION]},
"programs": {NAME: [FILE, LINKER_MAP]}}. An archive in a map that is not in the table below is an error.
"""
import datetime
import hashlib
import json
import re
import sys
import uuid

# By the archive's name in the linker's map: the component, its licence, the vendor in its CPE, and the package that
# knows its version. musl's and glibc's are told apart by their folder.
LIBRARIES = {
    "musl/libc.a": ("musl", "MIT", "musl-libc:musl", "musl-dev"),
    "libc.a": ("glibc", "LGPL-2.1-or-later", "gnu:glibc", "libc6-dev"),
    "libcap-ng.a": ("libcap-ng", "LGPL-2.1-or-later", "libcap-ng_project:libcap-ng", "libcap-ng"),
    "libseccomp.a": ("libseccomp", "LGPL-2.1-only", "libseccomp_project:libseccomp", "libseccomp-dev"),
    "libjansson.a": ("jansson", "MIT", "jansson_project:jansson", "libjansson-dev"),
    "libgcc.a": ("libgcc", "GPL-3.0-or-later WITH GCC-exception-3.1", "gnu:gcc", "libgcc-dev"),
    "libgcc_eh.a": ("libgcc", "GPL-3.0-or-later WITH GCC-exception-3.1", "gnu:gcc", "libgcc-dev"),
}
MAKER = "The drop-init maintainers"
DESCRIPTIONS = {
    "drop-init": "PID 1 for containers that drops root",
    "drop-seccomp": "compiles seccomp profiles, and tells what they do",
}
# What a scanner finds by a component's version, and why it does not apply: the archive's members that have the flaw.
NOT_LINKED = [
    ("CVE-2025-26519", "musl", ("iconv",), "iconv(3) is not linked into drop-init, and nothing converts character sets"),
]


def members(linker_map):
    """{archive in LIBRARIES: names of the members that were taken}"""
    taken = {}
    for archive, member in re.findall(r"^(/?\S+\.a)\(([^)]+)\)$", open(linker_map).read(), re.MULTILINE):
        name = archive.rsplit("/", 1)[1]
        key = "musl/" + name if "-musl/" in archive else name
        if key not in LIBRARIES:
            sys.exit(f"bom.py: {linker_map}: nobody has said what {archive} is")
        taken.setdefault(key, set()).add(member.rsplit(".", 1)[0])
    if not taken:
        sys.exit(f"bom.py: {linker_map}: not a linker's map of a static program")
    return taken


def upstream(version):
    """1:2.36-9+deb12u1 → 2.36"""
    return re.sub(r"^\d+:", "", version).rsplit("-", 1)[0].split("+")[0]


def library(key, release):
    name, licence, vendor, package = LIBRARIES[key]
    source, version = release["packages"][package]
    system = release["distro"].split("-")[0]
    purl = f"pkg:deb/{system}/{source}@{version}?arch=source&distro={release['distro']}" if "-" in version \
        else f"pkg:generic/{source}@{version}"
    return {"name": name, "version": upstream(version), "licence": licence, "purl": purl.replace("+", "%2B"),
            "cpe": f"cpe:2.3:a:{vendor}:{upstream(version)}:*:*:*:*:*:*:*"}


def inventory(release):
    programs, libraries = [], {}
    for name, (path, linker_map) in release["programs"].items():
        parts = {library(key, release)["name"]: library(key, release) for key in members(linker_map)}
        libraries.update(parts)
        programs.append({
            "name": name, "version": release["version"], "licence": "MIT", "description": DESCRIPTIONS[name],
            "purl": f"pkg:generic/{name}@{release['version']}?arch={release['arch']}",
            "cpe": f"cpe:2.3:a:drop-init:{name}:{release['version']}:*:*:*:*:*:*:*",
            "sha256": hashlib.sha256(open(path, "rb").read()).hexdigest(), "parts": sorted(parts)})
    return programs, [libraries[name] for name in sorted(libraries)]


def licences(expression):
    return [{"expression": expression}] if " " in expression else [{"license": {"id": expression}}]


def cyclonedx(release, programs, libraries):
    def component(item, kind):
        made = {"type": kind, "bom-ref": item["purl"], "name": item["name"], "version": item["version"],
                "licenses": licences(item["licence"]), "cpe": item["cpe"], "purl": item["purl"]}
        if "sha256" in item:
            made["description"] = item["description"]
            made["hashes"] = [{"alg": "SHA-256", "content": item["sha256"]}]
        return made

    root = f"pkg:generic/drop-init@{release['version']}"
    refs = {item["name"]: item["purl"] for item in libraries}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{identity(release, programs)}", "version": 1,
        "metadata": {
            "timestamp": timestamp(release), "lifecycles": [{"phase": "build"}],
            "component": {"type": "application", "bom-ref": root, "name": "drop-init", "version": release["version"],
                          "licenses": licences("MIT"), "purl": root,
                          "properties": [{"name": "drop-init:commit", "value": release["commit"]},
                                         {"name": "drop-init:architecture", "value": release["arch"]}]},
            "supplier": {"name": MAKER}},
        "components": [component(item, "application") for item in programs] +
                      [component(item, "library") for item in libraries],
        "dependencies": [{"ref": root, "dependsOn": [item["purl"] for item in programs]}] +
                        [{"ref": item["purl"], "dependsOn": [refs[name] for name in item["parts"]]}
                         for item in programs] + [{"ref": item["purl"]} for item in libraries]}


def spdx(release, programs, libraries):
    def package(item):
        made = {"SPDXID": "SPDXRef-" + item["name"], "name": item["name"], "versionInfo": item["version"],
                "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": item["licence"],
                "licenseDeclared": item["licence"], "copyrightText": "NOASSERTION",
                "primaryPackagePurpose": "APPLICATION" if "sha256" in item else "LIBRARY",
                "externalRefs": [
                    {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": item["cpe"]},
                    {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                     "referenceLocator": item["purl"]}]}
        if "sha256" in item:
            made["supplier"] = f"Organization: {MAKER}"
            made["summary"] = item["description"]
            made["checksums"] = [{"algorithm": "SHA256", "checksumValue": item["sha256"]}]
        return made

    def relation(one, kind, other):
        return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}

    name = f"drop-init-{release['version']}-{release['arch']}"
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": name,
        "documentNamespace": f"urn:uuid:{identity(release, programs)}",
        "creationInfo": {"created": timestamp(release), "creators": [f"Organization: {MAKER}"],
                         "comment": f"commit {release['commit']}"},
        "packages": [package(item) for item in programs + libraries],
        "relationships": [relation("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-" + item["name"]) for item in programs] +
                         [relation("SPDXRef-" + item["name"], "STATIC_LINK", "SPDXRef-" + part)
                          for item in programs for part in item["parts"]]}


def openvex(release, programs, libraries):
    statements = []
    for flaw, name, absent, why in NOT_LINKED:
        for item in programs:
            if name not in item["parts"]:
                continue
            taken = members(release["programs"][item["name"]][1])
            for part in absent:
                if any(part in taken[key] for key in taken if LIBRARIES[key][0] == name):
                    sys.exit(f"bom.py: {item['name']} has {name}'s {part}: {flaw} may apply")
            statements.append({
                "vulnerability": {"name": flaw}, "timestamp": timestamp(release),
                "products": [{"@id": item["purl"], "identifiers": {"purl": item["purl"], "cpe23": item["cpe"]},
                              "subcomponents": [{"@id": part["purl"]} for part in libraries if part["name"] == name]}],
                "status": "not_affected", "justification": "vulnerable_code_not_present", "impact_statement": why})
    return {"@context": "https://openvex.dev/ns/v0.2.0", "@id": f"urn:uuid:{identity(release, programs, 'vex')}",
            "author": MAKER, "timestamp": timestamp(release), "version": 1, "statements": statements}


def identity(release, programs, *what):
    """The same for the same bytes, as a build that is repeated must say the same."""
    return uuid.uuid5(uuid.NAMESPACE_OID, " ".join([release["version"], *[item["sha256"] for item in programs], *what]))


def timestamp(release):
    return datetime.datetime.fromtimestamp(release["epoch"], datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def main():
    out, path = sys.argv[1:]
    release = json.load(open(path))
    programs, libraries = inventory(release)
    for make, suffix in ((cyclonedx, "cdx"), (spdx, "spdx"), (openvex, "openvex")):
        with open(f"{out}/drop-init-{release['version']}-{release['arch']}.{suffix}.json", "w") as file:
            json.dump(make(release, programs, libraries), file, indent=2)
            file.write("\n")


main()
