"""Requests per second of real servers: under a filter, and where --allow-port has PID 1 asked."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from brokers import ALONE, MADE, OWN, PRIVATE, under
from contenders import USER
from filters import DOCKER, FILTER, PLAIN, docker_filter, under_filters
from timing import median, ratio

PATIENCE = 30
NGINX = """daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    tcp_nodelay on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen {port} so_keepalive=on; return 200 "served\\n"; }}
}}
"""
GUNICORN = """def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "7")])
    return [b"served\\n"]
"""
NODE = """require("http").createServer({{ noDelay: true, keepAlive: true }}, (request, response) => response.end("served\\n"))
    .listen({port}, "0.0.0.0");
"""
# net/http gives each connection both options by itself.
GO = """package main

import (
	"io"
	"net/http"
)

func main() {{
	panic(http.ListenAndServe(":{port}", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {{
		io.WriteString(w, "served\\n")
	}})))
}}
"""


def nginx(folder, port):
    Path(folder, "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    return ["/usr/sbin/nginx", "-c", f"{folder}/nginx.conf"]


def gunicorn(folder, port):
    Path(folder, "served.py").write_text(GUNICORN)
    return ["/usr/bin/gunicorn", "--chdir", folder, "--workers", "1", "--threads", "4", "--log-level", "error",
            "--worker-tmp-dir", folder, "--bind", f"0.0.0.0:{port}", "served:app"]


def node(folder, port):
    Path(folder, "served.js").write_text(NODE.format(port=port))
    return [shutil.which("node"), f"{folder}/served.js"]


def go(folder, port):
    Path(folder, "served.go").write_text(GO.format(port=port))
    subprocess.run(["/usr/bin/go", "build", "-o", f"{folder}/served", f"{folder}/served.go"], check=True,
                   env={**os.environ, "HOME": folder, "GOFLAGS": "-buildvcs=false", "GO111MODULE": "off"})
    return [f"{folder}/served"]


def is_listening(pid, port):
    rows = [row.split() for row in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    rows += [row.split() for row in Path(f"/proc/{pid}/net/tcp6").read_text().splitlines()[1:]]
    return any(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


@contextmanager
def serving(argv, port):
    """In a network of its own, whose process it yields."""
    with subprocess.Popen([*PRIVATE, *argv], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
        try:
            end = time.monotonic() + PATIENCE
            while server.poll() is None and not is_listening(server.pid, port) and time.monotonic() < end:
                time.sleep(0.01)
            if server.poll() is not None or not is_listening(server.pid, port):
                server.kill()
                raise SystemExit(f"bench: servers: {argv}: does not listen: {server.stderr.read().decode()}")
            yield server.pid
        finally:
            server.terminate()


def requests(pid, port, seconds, *options):
    """How many each second, and how many in all."""
    output = subprocess.run(
        ["nsenter", "--target", str(pid), "--net", "wrk", "--threads", "1", "--connections", "16", "--duration",
         f"{seconds}s", *options, f"http://127.0.0.1:{port}/"], stdout=subprocess.PIPE, check=True, text=True).stdout
    if "errors" in output or "Non-2xx" in output:
        raise SystemExit(f"bench: servers: {output}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", output)[1]), int(re.search(r"(\d+) requests in", output)[1])


def measure_each(ways, server, port, rounds, seconds, *options):
    """{way: [requests a second]}, each once in each round, begun by another one each time; and all requests."""
    rates, count, labels = {label: [] for label in ways}, 0, list(ways)
    for turn in range(rounds):
        for label in labels[turn % len(labels):] + labels[:turn % len(labels)]:
            with serving([*ways[label], *server], port) as pid:
                rate, served = requests(pid, port, seconds, *options)
                rates[label].append(rate)
                count += served
    return rates, count


def row(name, rates, base):
    return [name, f"{median(rates[base]):,.0f} /s",
            *(f"{ratio(those, rates[base]):.3f}" for label, those in rates.items() if label != base)]


def measure_filters(report, folder, rounds, seconds):
    ways = under_filters(docker_filter(folder))
    rows = []
    for name, make in {"nginx": nginx, "gunicorn": gunicorn, "node": node}.items():
        rates, _ = measure_each(ways, make(folder, 8080), 8080, rounds, seconds)
        rows.append(row(name, rates, PLAIN))
        report.goal(f"{name}: time for a request under the filter × under Docker's", ratio(rates[DOCKER], rates[FILTER]),
                    1.03)
    report.section("Requests that are served in a second, under a filter",
                   ["", PLAIN, *(f"{label} ×" for label in ways if label != PLAIN)], rows,
                   f"wrk, 16 connections that stay, {seconds} s each; ratios are medians of {rounds} rounds.")


def measure_brokers(report, folder, rounds, seconds):
    ways = {ALONE: under("capability"), OWN: under("broker"), MADE: under("broker", made=True)}
    rows, least = [], None
    for name, make in {"nginx": nginx, "node": node, "go": go}.items():
        rates, count = measure_each(ways, make(folder, 80), 80, rounds, seconds, "--header", "Connection: close")
        least = min(count // rounds // len(ways), least or count)
        rows.append(row(name, rates, ALONE))
        for label in (OWN, MADE):
            report.goal(f"{name}, {label}: time for a connection × without", ratio(rates[ALONE], rates[label]), 1.03)
    report.section("Connections that are accepted in a second, with --allow-port 80",
                   ["", ALONE, *(f"{label} ×" for label in ways if label != ALONE)], rows,
                   f"Each with TCP_NODELAY and SO_KEEPALIVE, and one request; at least {least:,} connections of each in a "
                   f"round. Ratios are medians of {rounds} rounds.")


def measure(report, long):
    rounds, seconds = (15, 5) if long else (5, 2)
    with tempfile.TemporaryDirectory(prefix="drop-init-bench.") as folder:
        os.chown(folder, pwd.getpwnam(USER).pw_uid, -1)
        measure_filters(report, folder, rounds, seconds)
        measure_brokers(report, folder, rounds, seconds)
