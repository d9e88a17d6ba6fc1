#!/usr/bin/python3
"""Ask a FastCGI server for a script, and print what it answers.

fastcgi.py HOST:PORT SCRIPT
"""

import socket
import struct
import sys

BEGIN, PARAMS, STDIN, STDOUT, RESPONDER = 1, 4, 5, 6, 1


def record(kind, body):
    return struct.pack("!BBHHBB", 1, kind, 1, len(body), 0, 0) + body


def parameters(values):
    pairs = ((key.encode(), value.encode()) for key, value in values.items())
    return b"".join(struct.pack("!BB", len(key), len(value)) + key + value for key, value in pairs)


def main(server, script):
    host, _, port = server.partition(":")
    values = {"SCRIPT_FILENAME": script, "REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1"}
    with socket.create_connection((host, int(port)), 5) as connection, connection.makefile("rb") as stream:
        connection.sendall(record(BEGIN, struct.pack("!HB5x", RESPONDER, 0)) + record(PARAMS, parameters(values)) +
                           record(PARAMS, b"") + record(STDIN, b""))
        while header := stream.read(8):
            _, kind, _, length, padding, _ = struct.unpack("!BBHHBB", header)
            body = stream.read(length + padding)[:length]
            if kind == STDOUT:
                sys.stdout.write(body.decode())


main(*sys.argv[1:])
