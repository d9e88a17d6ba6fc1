"""bind(2) in all the ways that programs call it, one line for each: what came back, and what the socket is then.

The lines do not depend on the machine: where the kernel itself lets everybody bind, and where a broker does it
for a command without capabilities, they must be the same.
"""
import array
import collections
import ctypes
import errno
import fcntl
import os
import resource
import select
import signal
import socket
import struct
import sys
import threading

libc = ctypes.CDLL(None, use_errno=True)
PORT, UDP_PORT = 80, 53
lacks = os.environ.get("LACKS", "").split()


def outcome(action, *arguments):
    try:
        return action(*arguments) or "ok"
    except OSError as e:
        return errno.errorcode[e.errno]


def say(what, result):
    print(f"{what}: {result}", flush=True)


def raw_bind(fd, address, length):
    if libc.bind(fd, address, ctypes.c_uint(length)) < 0:
        raise OSError(ctypes.get_errno(), "bind")


def tcp(family=socket.AF_INET, *options):
    s = socket.socket(family, socket.SOCK_STREAM)
    for level, name, value in options:
        s.setsockopt(level, name, value)
    return s


REUSEADDR = (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
REUSEPORT = (socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
V6ONLY = (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
DUAL = (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)


def addresses():
    for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::"),
                         (socket.AF_INET6, "::1"), (socket.AF_INET6, "::ffff:0.0.0.0"),
                         (socket.AF_INET, "192.0.2.1")):
        with tcp(family) as s:
            say(f"address {host}", f"{outcome(s.bind, (host, PORT))} {s.getsockname()[:2]}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        say("udp", f"{outcome(s.bind, ('', UDP_PORT))} {s.getsockname()}")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
        say("udp6", f"{outcome(s.bind, ('::', UDP_PORT))} {s.getsockname()[:2]}")
    mptcp = 262
    for family, host in ((socket.AF_INET, ""), (socket.AF_INET6, "::")) if has_mptcp() else ():
        with socket.socket(family, socket.SOCK_STREAM, mptcp) as s:
            say("mptcp", f"{outcome(s.bind, (host, PORT))} {s.getsockname()[:2]} {s.getsockopt(1, socket.SO_PROTOCOL)}")


def has_mptcp():
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262).close()
    except OSError:
        return False
    return True


def sharing():
    with tcp(socket.AF_INET, REUSEADDR) as a, tcp(socket.AF_INET, REUSEADDR) as b:
        say("first", outcome(a.bind, ("", PORT)))
        say("listening", outcome(a.listen))
        say("second", outcome(b.bind, ("", PORT)))
        say("again", outcome(a.bind, ("", PORT)))
    with tcp(socket.AF_INET, REUSEPORT) as a, tcp(socket.AF_INET, REUSEPORT) as b, tcp() as c:
        for name, s in (("a", a), ("b", b), ("c, which does not share", c)):
            say(f"shared by {name}", f"{outcome(s.bind, ('', PORT))} {s.getsockopt(*REUSEPORT[:2])}")
        say("both listen", f"{outcome(a.listen)} {outcome(b.listen)}")
    with tcp(socket.AF_INET6, V6ONLY) as a, tcp() as b:
        say("v6only beside IPv4", f"{outcome(a.bind, ('::', PORT))} {outcome(b.bind, ('', PORT))}")
    with tcp(socket.AF_INET6, DUAL) as a, tcp() as b:
        say("dual, and IPv4", f"{outcome(a.bind, ('::', PORT))} {outcome(b.bind, ('', PORT))}")
    for _ in range(3):
        with tcp() as a:
            say("freed by close", f"{outcome(a.bind, ('', PORT))} {outcome(a.listen)}")


def flags():
    for blocking in (True, False):
        for inherit in (True, False):
            with tcp() as s:
                s.setblocking(blocking)
                s.set_inheritable(inherit)
                before = fcntl.fcntl(s, fcntl.F_GETFL), fcntl.fcntl(s, fcntl.F_GETFD)
                result = outcome(s.bind, ("", PORT))
                after = fcntl.fcntl(s, fcntl.F_GETFL), fcntl.fcntl(s, fcntl.F_GETFD)
                say(f"blocking {blocking} inheritable {inherit}", f"{result} {before == after}")


def options():
    kept = [REUSEADDR, REUSEPORT, (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
            (socket.SOL_SOCKET, socket.SO_RCVBUF, 32768), (socket.SOL_SOCKET, socket.SO_SNDBUF, 65536),
            (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1), (socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 3),
            (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 77), (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 11),
            (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4), (socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1000),
            (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 5000), (socket.SOL_SOCKET, socket.SO_PRIORITY, 3),
            (socket.IPPROTO_IP, 15, 1), (socket.IPPROTO_IP, socket.IP_TOS, 16), (socket.IPPROTO_IP, 10, 2),
            (socket.IPPROTO_IPV6, socket.IPV6_TCLASS, 8), (socket.IPPROTO_IPV6, 23, 2), V6ONLY,
            (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 7)),
            (socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 3, 500000)),
            (socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 4, 0)),
            (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo"), (socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"reno"),
            (socket.IPPROTO_IP, socket.IP_TTL, 33), (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 44),
            (socket.IPPROTO_TCP, socket.TCP_WINDOW_CLAMP, 30000)]

    def values(s):
        return [s.getsockopt(*o[:2], 16) for o in kept]

    with tcp(socket.AF_INET6, *kept) as s:
        before = values(s)
        result = outcome(s.bind, ("::", PORT))
        say("options stay", f"{result} {before == values(s)} {values(s)}")
    with tcp(socket.AF_INET, REUSEADDR, (socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)) as s:
        say("an option that is taken back", f"{outcome(s.bind, ('', PORT))} {s.getsockopt(*REUSEADDR[:2])}")


def identity():
    """Whatever knew the socket before knows it afterwards."""
    with tcp(socket.AF_INET, REUSEADDR) as s, select.epoll() as poll:
        poll.register(s, select.EPOLLIN)
        copy = s.dup()
        inode = os.fstat(s.fileno()).st_ino
        result = outcome(s.bind, ("", PORT))
        say("a copy is bound", f"{result} {copy.getsockname()} {os.fstat(copy.fileno()).st_ino == inode}")
        s.listen()
        with tcp() as client:
            client.connect(("127.0.0.1", PORT))
            say("epoll sees it", [event for _, event in poll.poll(5)] == [select.EPOLLIN])
        copy.close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        group = socket.inet_aton("224.0.0.251") + socket.inet_aton("127.0.0.1")
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        result = outcome(s.bind, ("", UDP_PORT))
        say("still in its group",
            f"{result} {outcome(s.setsockopt, socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, group)}")
    with tcp() as s:
        say("elsewhere first", outcome(s.bind, ("192.0.2.1", PORT)))
        say("then here", outcome(s.bind, ("127.0.0.1", PORT)))


def crowd():
    """Each has its own options, however many there are, and the first ones bind last."""
    sockets = [[] for _ in range(8)]

    def make(mine):
        mine += [tcp(socket.AF_INET, REUSEPORT, (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)) for _ in range(20)]

    threads = [threading.Thread(target=make, args=(mine,)) for mine in sockets]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    results = {(outcome(mine[0].bind, ("", PORT)), mine[0].getsockopt(*REUSEPORT[:2]),
                mine[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) for mine in sockets}
    say("the first of each thread", sorted(results))
    for mine in sockets:
        for s in mine:
            s.close()


def mistakes():
    good = struct.pack("=HH4s8s", socket.AF_INET, socket.htons(PORT), b"\0" * 4, b"\0" * 8)
    other = struct.pack("=HH4s8s", socket.AF_PACKET, socket.htons(PORT), b"\0" * 4, b"\0" * 8)
    unspecified = struct.pack("=HH4s8s", 0, socket.htons(PORT), b"\0" * 4, b"\0" * 8)
    for what, address, length in (("no bytes", good, 0), ("two bytes", good, 2), ("four bytes", good, 4),
                                  ("fifteen bytes", good, 15), ("sixteen bytes", good, 16),
                                  ("too many bytes", good + b"\0" * 200, 129), ("a negative length", good, -1),
                                  ("another family", other, 16), ("no family", unspecified, 16),
                                  ("no memory", None, 16), ("a wild pointer", ctypes.c_void_p(8), 16)):
        with tcp() as s:
            say(what, outcome(raw_bind, s.fileno(), address, length))
    with tcp(socket.AF_INET6) as s:
        say("an IPv4 address for IPv6", outcome(raw_bind, s.fileno(), good, 16))
    with open(os.devnull, "rb") as f:
        say("no socket", outcome(raw_bind, f.fileno(), good, 16))
    say("no descriptor", outcome(raw_bind, 999, good, 16))
    with tcp() as s:
        say("a number that is cut to 32 bits", outcome(raw_bind, ctypes.c_long(s.fileno() | 1 << 40), good, 16))


def others():
    with socket.socket(socket.AF_UNIX) as s:
        say("unix", outcome(s.bind, "\0drop-init-manners"))
    for port in (0, 8080):
        with tcp() as s:
            say(f"port {port}", outcome(s.bind, ("", port)))


def threads():
    def bind(unshare):
        if unshare:
            os.close(os.dup(0))
            say("own descriptors", "ok" if libc.unshare(0x400) == 0 else "no")
        with tcp(socket.AF_INET, REUSEADDR) as s:
            say("in a thread", f"{outcome(s.bind, ('', PORT))} {s.getsockname()}")

    for unshare in (False, True) if "thread_pidfd" not in lacks else (False,):
        thread = threading.Thread(target=bind, args=(unshare,))
        thread.start()
        thread.join()
    with tcp(socket.AF_INET, REUSEADDR) as s:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            with tcp(socket.AF_INET, REUSEADDR) as t:
                say("in a child", f"{outcome(t.bind, ('', PORT))} {outcome(t.listen)}")
            os._exit(0)
        os.waitpid(pid, 0)
        say("after a child", f"{outcome(s.bind, ('', PORT))} {outcome(s.listen)}")


def own_filter():
    allow = array.array("B", struct.pack("=HBBI", 0x06, 0, 0, 0x7fff0000))
    address, _ = allow.buffer_info()
    program = struct.pack("HxxxxxxP", 1, address)
    say("a filter of its own", "ok" if libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program) == 0 else "no")
    with tcp() as s:
        say("bind under it", outcome(s.bind, ("", PORT)))


def interrupted():
    if "addfd_send" in lacks:  # a socket(2) that is interrupted can leave one behind that nobody knows
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.siginterrupt(signal.SIGALRM, False)
    signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
    results = collections.Counter()
    for _ in range(500):  # emulated, one takes a tenth of a second
        with tcp(socket.AF_INET, REUSEADDR) as s:
            results[outcome(s.bind, ("", PORT))] += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
    if "wait_killable" in lacks and results["EINVAL"] <= 20:
        del results["EINVAL"]  # see broker_unheard()
    say("10,000 signals a second", " ".join(sorted(results)))


for part in (addresses, sharing, flags, options, identity, crowd, mistakes, others, threads, own_filter, interrupted):
    part()
