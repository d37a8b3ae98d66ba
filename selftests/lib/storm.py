#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Asks the far end of a cable for silence, again and again without a break.

storm.py DEV [PRIORITIES]: by pause frames until it is killed, or by PFC frames for the
priorities of this mask.
"""
import socket
import struct
import sys

CONTROL = bytes.fromhex("0180c2000001") + b"\x02\0\0\0\0\1" + b"\x88\x08"
PAUSE, PFC = 0x0001, 0x0101
LONGEST = 0xffff                # quanta
FRAME_MIN = 60


def frame(prios):
    """One that asks for the longest silence."""
    if prios is None:
        body = struct.pack("!HH", PAUSE, LONGEST)
    else:
        times = [LONGEST if prios >> i & 1 else 0 for i in range(8)]
        body = struct.pack("!HH8H", PFC, prios, *times)
    return (CONTROL + body).ljust(FRAME_MIN, b"\0")


def main():
    """Never ends by itself."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((sys.argv[1], 0))
    data = frame(int(sys.argv[2], 0) if len(sys.argv) > 2 else None)
    while True:
        try:
            sock.send(data)
        except OSError:         # no room at the moment
            pass


if __name__ == "__main__":
    main()
