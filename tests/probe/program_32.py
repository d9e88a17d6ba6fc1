"""Writes a program for i386 that calls getpid(2) and exits with 7: not every machine has a compiler for one. elf(5)"""
import os
import struct
import sys

START = 0x08048000
GETPID_AND_EXIT = bytes.fromhex("b814000000 cd80 b801000000 bb07000000 cd80")

header = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\1\1\1", 2, 3, 1, START + 84, 52, 0, 0, 52, 32, 1, 0, 0, 0)
segment = struct.pack("<8I", 1, 0, START, START, 84 + len(GETPID_AND_EXIT), 84 + len(GETPID_AND_EXIT), 5, 4096)
with open(sys.argv[1], "wb") as program:
    program.write(header + segment + GETPID_AND_EXIT)
os.chmod(sys.argv[1], 0o755)
