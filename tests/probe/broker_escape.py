"""Ways around the list of ports, tried without a filter: each line says how the kernel or PID 1 answered.

A child makes user and network namespaces of its own; sockets pass between it and us.
"""
import array
import ctypes
import errno
import os
import socket
import struct

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def bind(what, s, port=80, host=""):
    try:
        s.bind((host, port))
        result = "bound"
    except OSError as e:
        result = errno.errorcode[e.errno]
    print(f"{what}: {result}", flush=True)


def fd_send(channel, s):
    channel.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [s.fileno()]))])


def fd_receive(channel):
    _, ancillary, _, _ = channel.recvmsg(1, socket.CMSG_SPACE(4))
    return socket.socket(fileno=struct.unpack("i", ancillary[0][2])[0])


def child(channel):
    mine = socket.socket()
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0:
        print("no namespaces here")
        os._exit(0)
    # Root in its own namespaces, it needs nobody there, for whatever port.
    bind("a namespace of one's own, a listed port", socket.socket())
    bind("a namespace of one's own, another port", socket.socket(), 81)
    bind("from there, a socket of ours, another port", mine, 81)
    fd_send(channel, socket.socket())
    channel.recv(1)
    os._exit(0)


def namespaces():
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        child(theirs)
    bind("a socket of theirs that they sent, another port", fd_receive(ours), 81)
    ours.send(b"x")
    os.waitpid(pid, 0)
    with socket.socket() as s:
        fd_send(ours, s)
        with fd_receive(theirs) as t:
            bind("a socket of ours that was sent", t)


def ring():
    """IORING_OP_BIND (Linux 6.11), which no seccomp filter sees."""
    parameters = (ctypes.c_uint32 * 30)()
    fd = libc.syscall(425, 4, parameters)
    if fd < 0:
        print("io_uring: not bound")
        return
    sq_entries, cq_entries, sq_off = parameters[0], parameters[1], parameters[10:20]
    cq_off = parameters[20:30]
    rings = libc.mmap(None, max(sq_off[6] + sq_entries * 4, cq_off[5] + cq_entries * 16), 3, 1, fd, 0)
    entries = libc.mmap(None, sq_entries * 64, 3, 1, fd, 0x10000000)
    s = socket.socket()
    address = ctypes.create_string_buffer(struct.pack("=HH12x", socket.AF_INET, socket.htons(80)))
    entry = struct.pack("=BBHiQQII28x", 56, 0, 0, s.fileno(), 16, ctypes.addressof(address), 0, 0)
    ctypes.memmove(entries, entry.ljust(64, b"\0"), 64)
    ctypes.c_uint32.from_address(rings + sq_off[6]).value = 0
    ctypes.c_uint32.from_address(rings + sq_off[1]).value += 1
    libc.syscall(426, fd, 1, 1, 1, None, 0)
    result = ctypes.c_int32.from_address(rings + cq_off[5] + 8).value
    print("io_uring:", "not bound" if result < 0 else "bound")  # EINVAL before Linux 6.11


def kinds():
    """Ports that are no TCP or UDP port; not every kernel has each kind, and what L2TP binds to is no port at all."""
    for name, kind, protocol in (("raw", socket.SOCK_RAW, 6), ("ping", socket.SOCK_DGRAM, 1),
                                 ("UDP-Lite", socket.SOCK_DGRAM, 136),
                                 ("SCTP", socket.SOCK_STREAM, 132), ("DCCP", 6, 33), ("L2TP", socket.SOCK_DGRAM, 115)):
        try:
            with socket.socket(socket.AF_INET, kind, protocol) as s:
                s.bind(("", 80))
                print(f"{name}:", "bound" if s.getsockname()[1] == 80 else "not bound")
        except OSError:
            print(f"{name}: not bound")


namespaces()
ring()
kinds()
