#!/usr/bin/python3
"""A debugger's client, by the Debug Adapter Protocol, as far as VS Code goes when F5 is pressed.

    debug.py launch 'JSON of the configuration' FILE LINE COMMAND...     the adapter is COMMAND, on its stdin
    debug.py attach HOST:PORT FILE LINE                                  the adapter listens

Sets a breakpoint, prints `pid N` of the process that is being debugged, then `stopped` when it gets there
(the page has to be asked for by somebody else), lets it go on, and ends when standard input ends.
"""

import json
import os
import socket
import subprocess
import sys
import threading


class Adapter:
    def __init__(self, reading, writing):
        self.reading, self.writing, self.sequence = reading, writing, 0

    def send(self, command, **arguments):
        self.sequence += 1
        body = json.dumps({"seq": self.sequence, "type": "request", "command": command,
                           "arguments": arguments}).encode()
        self.writing.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.writing.flush()

    def receive(self):
        length = 0
        while (line := self.reading.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            length = int(value) if name == b"Content-Length" else length
        if not length:
            sys.exit("the adapter has ended")
        return json.loads(self.reading.read(length))

    def wait(self, kind, name):
        """The next message of this kind; a failed answer to anything ends the run."""
        while True:
            message = self.receive()
            if message["type"] == "response" and not message["success"]:
                sys.exit(f"{message['command']}: {message.get('message')}")
            if message.get(kind) == name:
                return message


def debug(adapter, request, configuration, file, line):
    adapter.send("initialize", clientID="vscode", adapterID="python", pathFormat="path", linesStartAt1=True)
    adapter.wait("command", "initialize")
    adapter.send(request, **configuration)
    adapter.wait("event", "initialized")
    adapter.send("setBreakpoints", source={"path": file}, breakpoints=[{"line": int(line)}])
    adapter.wait("command", "setBreakpoints")
    adapter.send("configurationDone")
    process = adapter.wait("event", "process")
    print("pid", process["body"]["systemProcessId"], flush=True)
    stopped = adapter.wait("event", "stopped")
    print("stopped", stopped["body"]["reason"], flush=True)
    adapter.send("continue", threadId=stopped["body"]["threadId"])
    adapter.wait("command", "continue")
    threading.Thread(target=lambda: [adapter.receive() for _ in iter(int, 1)], daemon=True).start()
    sys.stdin.read()
    os._exit(0)  # the thread has the stream's lock while it waits, so closing would wait for ever


def main():
    request, target, file, line, *command = sys.argv[1:]
    if request == "launch":
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            debug(Adapter(process.stdout, process.stdin), request, json.loads(target), file, line)
            process.stdin.close()
    else:
        host, _, port = target.partition(":")
        with socket.create_connection((host, int(port))) as connection, connection.makefile("rwb") as stream:
            debug(Adapter(stream, stream), request, {"justMyCode": True}, file, line)


main()
