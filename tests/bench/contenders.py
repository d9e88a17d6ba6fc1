"""Who is measured: drop-init, the peers that are installed or given in PEERS=, and the least there can be."""

import os
import pwd
import shutil
from pathlib import Path

BUILD = Path(os.environ["BUILD"])
HERE = BUILD / "bench"  # our own programs
DROP_INIT = str(BUILD / "drop-init")
STAMP = str(HERE / "stamp")
USER = "nobody"
LEAST = "no libc, least possible"

# Kinds are told by how the base name begins: "/tmp/catatonit-musl" is a catatonit.
INITS = {name: ["--"] for name in ("tini", "dumb-init", "catatonit")}
STEPPERS = {
    "gosu": [USER],
    "su-exec": [USER],
    "setpriv": ["--reuid", USER, "--regid", str(pwd.getpwnam(USER).pw_gid), "--init-groups", "--no-new-privs"],
    "s6-setuidgid": [USER],
}


OWN = ["drop-init"]  # other builds of ours


def kind_of(path, kinds):
    return next((kind for kind in kinds if os.path.basename(path).startswith(kind)), None)


def given():
    """The paths in PEERS=, and those that tests/bench/peers has built, each of a kind that is known."""
    paths = [os.path.abspath(path) for path in os.environ.get("PEERS", "").split()]
    paths += sorted(map(str, HERE.glob("peers/*")))
    for path in paths:
        if not os.access(path, os.X_OK):
            raise SystemExit(f"bench: PEERS: {path}: not a program")
        if not any(kind_of(path, kinds) for kinds in (INITS, STEPPERS, OWN)):
            names = ", ".join([*INITS, *STEPPERS, *OWN])
            raise SystemExit(f"bench: PEERS: {path}: its name begins with none of {names}")
    return paths


def found(kinds):
    """A label and the command line of each peer of these kinds; those of PEERS= come first."""
    paths = [path for path in given() if kind_of(path, kinds)]
    paths += [path for path in map(shutil.which, kinds) if path]
    return {
        (path if path.startswith("/usr/") else os.path.basename(path)): [path, *kinds[kind_of(path, kinds)]]
        for path in paths
    }


def given_one(kind):
    """The label of the first peer of that kind in PEERS=."""
    return next((os.path.basename(path) for path in given() if kind_of(path, [kind])), None)


def others():
    """Builds of drop-init in PEERS=."""
    return {os.path.basename(path): path for path in given() if kind_of(path, OWN)}


def inits():
    return {"drop-init": [DROP_INIT, "--"], LEAST: [str(HERE / "least")], **found(INITS)}


def pairs():
    """An init and a stepper: each stepper under the catatonit that is first, and tini with gosu."""
    peers = found(INITS)
    first = next((label for label in peers if "catatonit" in label), None)
    made = {}
    for label, command in found(STEPPERS).items():
        under = "/usr/bin/tini" if label.endswith("/gosu") and "/usr/bin/tini" in peers else first
        if under:
            made[f"{under} + {label}"] = [*peers[under], *command]
    return made


def droppers():
    return {
        "drop-init --user": [DROP_INIT, "--user", USER, "--"],
        LEAST: [str(HERE / "least-drop")],
        **pairs(),
    }
