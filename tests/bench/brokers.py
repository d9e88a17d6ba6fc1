"""What --allow-port's broker costs: a bind, and calls that have nothing to do with it."""

import subprocess

from contenders import BUILD, DROP_INIT, HERE, USER
from timing import median

ALONE = "capability: no broker"
OWN = "broker, the command's own socket"
MADE = "broker, sockets that it makes (Docker's profile)"
# Ports below 1024 need a capability here, whatever this machine says.
PRIVATE = ["unshare", "--net", "sh", "-c",
           "ip link set lo up && echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start && exec \"$@\"", "sh"]


def under(method, made=False):
    """A command line that a command is added to; made: as under Docker's own profile."""
    outer = [BUILD / "probe" / "broker_outer", "pidfd_getfd=EPERM", "process_vm_readv=EPERM"] if made else []
    return [*outer, DROP_INIT, "-q", "--user", USER, "--allow-port", "80", "--port-method", method, "--"]


def measure_calls(rounds, count):
    commands = {ALONE: under("capability"), OWN: under("broker"), MADE: under("broker", made=True)}
    times = {label: [] for label in commands}
    for _ in range(rounds):
        for label, argv in commands.items():
            command = [*PRIVATE, *argv, HERE / "accepts", "80", str(count)]
            output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
            rows = (line.split() for line in output.splitlines())
            times[label].append({call: float(ns) / 1e3 for call, ns in rows})
    return times


def measure(report, long):
    times = measure_calls(15 if long else 5, 10000 if long else 3000)
    calls = list(times[ALONE][0])
    medians = {label: {call: median([row[call] for row in rows]) for call in calls} for label, rows in times.items()}
    report.section(
        "A server's calls, µs",
        ["", *(call.replace(",", ", ") for call in calls)],
        [[label, *(f"{row[call]:.1f}" for call in calls)] for label, row in medians.items()],
        "The last one: what a server says of each connection that it accepts, one connection at a time.",
    )
    report.goal("broker: a bind of the command's own socket, µs", medians[OWN]["bind"], 15, "{:.1f}")
    for label in (OWN, MADE):
        report.goal(f"{label}: options of an accepted connection, × without", medians[label][calls[-1]] /
                    medians[ALONE][calls[-1]], 1.1)
