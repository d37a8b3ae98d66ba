#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Send test frames out of one device and look at what arrives at another.

A request a line, a line back: "fine", or what is not.
    [-m MAC] [-n COUNT] [-k SKIP] [-p PORT,...] FROM TO SENT EXPECTED

FROM, TO: a netdev, NETNS/NETDEV, or tap:NETDEV, where frames come and go as they do
for a machine behind it. Each frame has SENT bytes, what arrives of it EXPECTED, 0:
nothing arrives, of all of them. The content is compared, as far as there are both and
but for SKIP bytes that were put in front of it, or taken from there (SKIP < 0).

-m MAC         where to, instead of to everybody
-n COUNT       frames (5)
-p PORT,...    datagrams of UDP to these ports in turn, 192.0.2.2 to 192.0.2.1,
               instead of frames of a type of their own
"""
import argparse
import contextlib
import fcntl
import os
import select
import socket
import struct
import sys
import time

from inet import checksum
from netns import packet_socket

TEST_TYPE, IP_TYPE = b"\x88\xb5", b"\x08\x00"
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454ca, 2, 0x1000


class Netdev:
    """A device of the stack."""

    def __init__(self, netns, name):
        self.sock = packet_socket(netns, name, 3)
        self.mac = self.sock.getsockname()[4]
        self.send = self.sock.send

    def fileno(self):
        return self.sock.fileno()

    def close(self):
        self.sock.close()

    def read(self):
        """A frame that came in, nothing if it went out."""
        frame, address = self.sock.recvfrom(20000)
        return b"" if address[2] == socket.PACKET_OUTGOING else frame


class Tap:
    """What is behind a tap."""

    mac = bytes.fromhex("020000000001")

    def __init__(self, name):
        self.file = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.file, TUNSETIFF,
                    struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))

    def fileno(self):
        return self.file

    def close(self):
        os.close(self.file)

    def send(self, frame):
        os.write(self.file, frame)

    def read(self):
        return os.read(self.file, 20000)


def device(name):
    """Opened where it is; we stay where we are."""
    if name.startswith("tap:"):
        return Tap(name[4:])
    netns, _, name = name.rpartition("/")
    return Netdev(netns, name)


def datagram(size, port):
    """An IP packet of so many bytes."""
    head = struct.pack("!BxHxxxxBBxx", 0x45, size, 64, socket.IPPROTO_UDP)
    head += socket.inet_aton("192.0.2.2") + socket.inet_aton("192.0.2.1")
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return head + struct.pack("!HHHH", 40000, port, size - 20, 0) + os.urandom(size - 28)


def is_test(frame, port):
    if port is None:
        return frame[12:14] == TEST_TYPE
    return frame[12:14] == IP_TYPE and frame[36:38] == struct.pack("!H", port)


def receive(there, port, seconds):
    """The next test frame, or nothing."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([there], [], [], left)[0]:
            frame = there.read()
            if is_test(frame, port):
                return frame
    return b""


class Wrong(Exception):
    """What arrived is not what should."""


def check(args, data, frame):
    if len(frame) != args.expected:
        raise Wrong(f"sent {args.sent}, got {len(frame)}, not {args.expected}")
    frame = frame[14 + max(args.skip, 0):]
    data = data[max(-args.skip, 0):]
    if any(a != b for a, b in zip(frame, data)):
        raise Wrong("the content changed")


def parser_of_requests():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("-m", dest="mac", default="ff:ff:ff:ff:ff:ff")
    parser.add_argument("-n", dest="count", type=int, default=5)
    parser.add_argument("-k", dest="skip", type=int, default=0)
    parser.add_argument("-p", dest="ports", default="")
    parser.add_argument("here")
    parser.add_argument("there")
    parser.add_argument("sent", type=int)
    parser.add_argument("expected", type=int)
    return parser


def silence(i, args):
    """How long nothing comes: after the last frame, before it just what lets the
    device take each of many."""
    return 0.5 if i == args.count - 1 else 0.01


def exchange(args, here, there):
    ports = [int(port) for port in args.ports.split(",") if port] or [None]
    head = bytes.fromhex(args.mac.replace(":", "")) + here.mac
    for i in range(args.count):
        port = ports[i % len(ports)]
        if port is None:
            data = os.urandom(args.sent - 14)
            here.send(head + TEST_TYPE + data)
        else:
            data = datagram(args.sent - 14, port)
            here.send(head + IP_TYPE + data)
        check(args, data, receive(there, port, 3 if args.expected else silence(i, args)))


def answer(args):
    try:
        with contextlib.ExitStack() as opened:
            here = opened.enter_context(contextlib.closing(device(args.here)))
            there = here
            if args.there != args.here:
                there = opened.enter_context(contextlib.closing(device(args.there)))
            exchange(args, here, there)
    except (OSError, Wrong) as why:
        return why
    return "fine"


def main():
    parser = parser_of_requests()
    for line in sys.stdin:
        print(answer(parser.parse_args(line.split())), flush=True)


if __name__ == "__main__":
    main()
