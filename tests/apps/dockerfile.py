#!/usr/bin/python3
"""Read a recipe's Dockerfile for the tests, which have no registry and need no container engine.

    dockerfile.py build DOCKERFILE                  a shell script that does what `docker build` would
    dockerfile.py run DOCKERFILE [-E ENTRYPOINT] [-e K=V]... [ARG]...
                                                    what `docker run` would start, each word ended by a NUL:
                                                    the user, the folder, K=V..., an empty word, the command
    dockerfile.py volumes|stop|health DOCKERFILE    the volumes, one a line; the signal that stops it; its health check

The script runs in a root laid over the machine's: FROM is the machine itself, and of `apt-get install` it
checks that the packages are there. COPY reads from /tmp/context, and COPY --from=drop-init from /tmp/drop-init.
Anything in a Dockerfile that is not understood is an error, so that no line of a recipe goes untested.
"""
import json
import re
import shlex
import sys


def instructions(path):
    text = "".join(line for line in open(path) if not line.lstrip().startswith("#"))
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word.upper(), rest.strip()


def arguments(rest):
    """The words of an instruction that takes a list, which must be in JSON: a shell would be PID 1 otherwise."""
    words = json.loads(rest)
    assert all(isinstance(word, str) for word in words), rest
    return words


def pairs(rest):
    return [word for word in shlex.split(rest) if "=" in word or sys.exit(f"ENV without '=': {rest}")]


def read(path):
    image = {"user": "root", "folder": "/", "env": [], "volumes": [], "entry": [], "cmd": [], "stop": "TERM",
             "health": [], "steps": []}
    for word, rest in instructions(path):
        if word == "FROM":
            # A stage starts from the bare system, but its files stay where they are for COPY --from.
            image.update(user="root", folder="/", env=[], volumes=[], entry=[], cmd=[])
        elif word in ("RUN", "COPY"):
            image["steps"].append((word, rest, image["folder"], list(image["env"])))
        elif word == "WORKDIR":
            image["folder"] = rest
            image["steps"].append(("RUN", "mkdir -p " + shlex.quote(rest), "/", []))
        elif word == "ENV":
            image["env"] += pairs(rest)
        elif word == "USER":
            image["user"] = rest
        elif word == "VOLUME":
            image["volumes"] += arguments(rest)
        elif word == "ENTRYPOINT":
            image["entry"] = arguments(rest)
        elif word == "CMD":
            image["cmd"] = arguments(rest)
        elif word == "STOPSIGNAL":
            image["stop"] = rest.removeprefix("SIG")
        elif word == "HEALTHCHECK":
            image["health"] = arguments(rest.removeprefix("CMD"))
        elif word != "EXPOSE":
            sys.exit(f"{path}: do not know {word}")
    return image


def installed(command):
    """`apt-get install` as a check; None where the command is something else."""
    if "apt-get" not in command:
        return None
    match = re.fullmatch(r"apt-get update +&& apt-get install -y --no-install-recommends +([a-z0-9.+ -]+)"
                         r"&& rm -rf /var/lib/apt/lists/\*", command)
    if not match:
        sys.exit(f"do not know this use of apt-get: {command}")
    return "\n".join(f"dpkg-query -W -f '${{Status}}' {package} | grep -q 'ok installed'"
                     for package in match.group(1).split())


def copy(rest):
    *flags, = (word for word in rest.split() if word.startswith("--"))
    *sources, target = (word for word in rest.split() if not word.startswith("--"))
    base = "/tmp/context/"
    owner = ""
    for flag in flags:
        name, _, value = flag.partition("=")
        if name == "--from":
            base = "/tmp/drop-init/" if value == "drop-init" else "/"
        elif name == "--chown":
            owner = value
        else:
            sys.exit(f"do not know COPY {flag}")
    sources = [base + source.lstrip("/") for source in sources]
    lines = [f"mkdir -p {target}"] if target.endswith("/") or target == "." else []
    for source in sources:
        inside = f"{target.rstrip('/')}/{source.rstrip('/').split('/')[-1]}"
        lines.append(f"if [ -d {source} ]; then mkdir -p {target}; cp -R {source}/. {target}/;"
                     f" elif [ {source} != {target} ] && [ {source} != {inside} ]; then cp -R {source} {target}; fi")
    if owner:
        lines.append(f"chown -R {owner} {target}")
    return "\n".join(lines)


# The machine's own people are not in the distribution's image.
BARE = """
for file in passwd group; do
    awk -F: '$3 < 1000 || $3 > 60000' /etc/$file >/tmp/$file
    cat /tmp/$file >/etc/$file
done
"""


def build(image):
    print("set -eux" + BARE)
    for word, rest, folder, env in image["steps"]:
        exports = "".join(f"export {shlex.quote(pair)}; " for pair in env)
        body = copy(rest) if word == "COPY" else installed(rest) or rest
        print(f"(cd {shlex.quote(folder)}; {exports}\n{body}\n)")


def run(image, words):
    env = list(image["env"])
    if words[:1] == ["-E"]:
        image.update(entry=[words[1]], cmd=[])
        words = words[2:]
    while words[:1] == ["-e"]:
        env.append(words[1])
        words = words[2:]
    command = image["entry"] + (words or image["cmd"])
    sys.stdout.write("".join(word + "\0" for word in [image["user"], image["folder"], *env, "", *command]))


def main(what, path, *words):
    image = read(path)
    if what == "build":
        build(image)
    elif what == "run":
        run(image, list(words))
    elif what == "volumes":
        print("\n".join(image["volumes"]))
    elif what == "stop":
        print(image["stop"])
    elif what == "health":
        print(shlex.join(image["health"]))


main(*sys.argv[1:])
