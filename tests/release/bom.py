#!/usr/bin/env python3
"""A release's SBOMs and its VEX document, against the published schema and against what was linked.

    bom.py SCHEMAS DIST VERSION ARCH LINKED

SCHEMAS has CycloneDX's as its JavaScript library brings them. LINKED: a line "program source version" for each package
of Debian's that an archive in the linker's map belongs to. SPDX publishes no schema in a registry that we reach: what
its specification (2.3, clauses 6 to 11) asks of such a document is below.
"""
import glob
import hashlib
import json
import re
import sys
import urllib.parse

import jsonschema

schemas, dist, version, arch, linked = sys.argv[1:]
LICENCE = re.compile(r"[A-Za-z0-9.-]+( WITH [A-Za-z0-9.-]+)?$")
CPE = re.compile(r"cpe:2\.3:a:[^:]+:[^:]+:[^:]+(:\*){7}$")
PURL = re.compile(r"pkg:(generic|deb/[a-z]+)/[a-z0-9-]+@[^?@]+(\?[a-z]+=[^&]+(&[a-z]+=[^&]+)*)?$")


def load(kind):
    return json.load(open(f"{dist}/drop-init-{version}-{arch}.{kind}.json"))


def sha256(name):
    return hashlib.sha256(open(f"{dist}/{name}-{version}-{arch}", "rb").read()).hexdigest()


def wanted():
    """{program: {(source, version)}}; what .ci/libcap-ng built has no revision of Debian's."""
    made = {}
    for line in open(linked):
        program, source, of = line.split()
        made.setdefault(program, set()).add((source, of))
    return made


def of_purl(purl):
    assert PURL.match(purl), purl
    name, rest = purl.split("?")[0].rsplit("/", 1)[1].split("@")
    return name, urllib.parse.unquote(rest)


def check_cyclonedx(bom):
    store = {}
    for path in glob.glob(schemas + "/*.schema.json"):
        schema = json.load(open(path))
        store[schema.get("$id", path)] = schema
    schema = store["http://cyclonedx.org/schema/bom-1.6.schema.json"]
    resolver = jsonschema.RefResolver(schema["$id"], schema, store={
        **store, **{"http://cyclonedx.org/schema/" + path.rsplit("/", 1)[1]: json.load(open(path))
                    for path in glob.glob(schemas + "/*.schema.json")}})
    jsonschema.Draft7Validator(schema, resolver=resolver).validate(bom)
    broken = json.loads(json.dumps(bom))
    broken["components"][0]["type"] = "programme"
    assert list(jsonschema.Draft7Validator(schema, resolver=resolver).iter_errors(broken)), "the schema refuses nothing"

    assert bom["specVersion"] == "1.6" and bom["metadata"]["component"]["version"] == version
    by_ref = {item["bom-ref"]: item for item in bom["components"]}
    programs = {item["name"]: item for item in bom["components"] if item["type"] == "application"}
    depends = {item["ref"]: item.get("dependsOn", []) for item in bom["dependencies"]}
    assert set(depends) == set(by_ref) | {bom["metadata"]["component"]["bom-ref"]}, depends
    for item in bom["components"]:
        assert item["licenses"] and CPE.match(item["cpe"]) and PURL.match(item["purl"]), item
    for name, program in programs.items():
        assert program["hashes"] == [{"alg": "SHA-256", "content": sha256(name)}], name
    return {name: {of_purl(by_ref[ref]["purl"]) for ref in depends[program["bom-ref"]]}
            for name, program in programs.items()}


def check_spdx(document):
    assert document["spdxVersion"] == "SPDX-2.3" and document["dataLicense"] == "CC0-1.0"
    assert document["SPDXID"] == "SPDXRef-DOCUMENT" and document["name"]
    assert re.match(r"[a-z][a-z0-9+.-]*:[^#]+$", document["documentNamespace"]), "a URI without a fragment"
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", document["creationInfo"]["created"])
    for creator in document["creationInfo"]["creators"]:
        assert re.match(r"(Person|Organization|Tool): \S", creator), creator
    packages = {item["SPDXID"]: item for item in document["packages"]}
    assert len(packages) == len(document["packages"]), "an id twice"
    for identity, item in packages.items():
        assert re.match(r"SPDXRef-[A-Za-z0-9.-]+$", identity), identity
        assert item["name"] and item["versionInfo"] and item["downloadLocation"] == "NOASSERTION"
        assert item["filesAnalyzed"] is False and "packageVerificationCode" not in item
        assert LICENCE.match(item["licenseConcluded"]) and LICENCE.match(item["licenseDeclared"]), item
        assert {(ref["referenceCategory"], ref["referenceType"]) for ref in item["externalRefs"]} == \
            {("SECURITY", "cpe23Type"), ("PACKAGE-MANAGER", "purl")}, item
    described, links = set(), {}
    for relation in document["relationships"]:
        one, kind, other = relation["spdxElementId"], relation["relationshipType"], relation["relatedSpdxElement"]
        assert one in packages or one == "SPDXRef-DOCUMENT", one
        assert other in packages and kind in ("DESCRIBES", "STATIC_LINK"), relation
        if kind == "DESCRIBES":
            described.add(packages[other]["name"])
        else:
            locators = {ref["referenceType"]: ref["referenceLocator"] for ref in packages[other]["externalRefs"]}
            links.setdefault(packages[one]["name"], set()).add(of_purl(locators["purl"]))
    for name in described:
        checksum, = packages["SPDXRef-" + name]["checksums"]
        assert checksum == {"algorithm": "SHA256", "checksumValue": sha256(name)}, name
    assert described == {"drop-init", "drop-seccomp"}, described
    return links


def check_openvex(document, bom):
    known = {item["purl"] for item in bom["components"]}
    assert document["@context"].startswith("https://openvex.dev/ns/v0.2") and document["version"] == 1
    assert document["@id"] and document["author"] and document["timestamp"] and document["statements"]
    for statement in document["statements"]:
        assert re.match(r"CVE-\d{4}-\d+$", statement["vulnerability"]["name"]), statement
        assert statement["status"] == "not_affected" and statement["justification"] == "vulnerable_code_not_present"
        assert statement["impact_statement"]
        for product in statement["products"]:
            assert {product["@id"], *[part["@id"] for part in product["subcomponents"]]} <= known, product


bom = load("cdx")
assert check_cyclonedx(bom) == wanted(), (check_cyclonedx(bom), wanted())
assert check_spdx(load("spdx")) == wanted(), check_spdx(load("spdx"))
check_openvex(load("openvex"), bom)
