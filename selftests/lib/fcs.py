#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Frames of a private type, for the tests of rx-fcs and rx-all.

	fcs.py see DEV COUNT FILE	"ready", and then "SIZE good|bad|none whole|changed"
					by what the last four octets are and whether the
					rest is as it was sent
	fcs.py emit DEV MAC SIZE...	frames of so many octets without FCS
"""
import os
import socket
import sys
import zlib

ETH_TYPE = 0x88b5
FILL = 0xa5


def judge(frame):
    body, fcs = frame[:-4], int.from_bytes(frame[-4:], "little")
    if zlib.crc32(body) == fcs:
        kind = "good"
    else:
        kind = "none" if set(frame[14:]) == {FILL} else "bad"
    return f"{len(frame)} {kind} {'whole' if set(body[14:]) == {FILL} else 'changed'}"


def see(dev, count, path):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_TYPE))
    sock.bind((dev, ETH_TYPE))
    with open(path, "w", buffering=1, encoding="ascii") as out:
        print("ready", file=out)
        for _ in range(count):
            print(judge(sock.recv(65536)), file=out)


def emit(dev, mac, sizes):
    # each processor sends by a queue of its own, and queues overtake each other
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((dev, 0))
    head = bytes.fromhex(mac.replace(":", "")) + sock.getsockname()[4] + \
        ETH_TYPE.to_bytes(2, "big")
    for size in sizes:
        sock.send(head + bytes([FILL]) * (size - len(head)))


def main():
    command, dev, args = sys.argv[1], sys.argv[2], sys.argv[3:]
    if command == "see":
        see(dev, int(args[0]), args[1])
    else:
        emit(dev, args[0], [int(size) for size in args[1:]])


main()
