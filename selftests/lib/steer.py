#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames for bpf/steer_devmap.bpf.c, and the keys that they have.

steer.py keys          a line a flow: NAME KEY, in hex
steer.py frames DIR    a file a frame; a line each: NAME COUNTER, what it is to be counted as:
                       redirect, pass, other or no_group
"""
import os
import socket
import struct
import sys

TCP, UDP, ICMP, FRAGMENT, OPTIONS = 6, 17, 1, 44, 60
MAC = bytes.fromhex("020000000002020000000001")
QPN = 0x123456
V4 = [socket.inet_aton(a) for a in ("10.0.0.1", "10.0.0.2")]
V6 = [socket.inet_pton(socket.AF_INET6, a) for a in ("2001:db8::1", "2001:db8::2")]


def key(addresses, sport, dport, proto=UDP, qpn=0):
    src, dst = addresses
    return (src.ljust(16, b"\0") + dst.ljust(16, b"\0") +
            struct.pack("!HHIBB2x", sport, dport, qpn, 4 if len(dst) == 4 else 6, proto))


def roce_key(addresses):
    return key((b"", addresses[1]), 0, 4791, qpn=QPN)


KEYS = {
    "udp4": key(V4, 4000, 5000),
    "tcp4": key(V4, 4000, 5000, TCP),
    "udp6": key(V6, 4000, 5000),
    "roce4": roce_key(V4),
    "roce6": roce_key(V6),
    # of these there is no group
    "nobody": key(V4, 4000, 5001),
    "roce-flow": key(V4, 4000, 4791),
}


def udp(payload=b"payload", dport=5000):
    return struct.pack("!HHHH", 4000, dport, 8 + len(payload), 0) + payload


def tcp():
    return struct.pack("!HHIIBBHHH", 4000, 5000, 1, 1, 0x50, 0x10, 99, 0, 0)


def bth(qpn, marks=0):
    return struct.pack("!BBHII", 10, 0, 0xffff, marks << 24 | qpn, 1)


def ip4(data, proto=UDP, options=b"", fragment=0, addresses=V4, ihl=None):
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    return b"\x08\0" + struct.pack("!BBHHHBBH", 0x40 | ihl, 0, 20 + len(options) + len(data), 1,
                                   fragment, 64, proto, 0) + b"".join(addresses) + options + data


def ip6(data, proto=UDP):
    return b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(data), proto, 64) + b"".join(V6) + data


def tag(frame, ethertype=0x8100):
    return struct.pack("!HH", ethertype, 7) + frame


FRAMES = {
    "redirect": {
        "udp4": ip4(udp()),
        "udp4-empty": ip4(udp(b"")),
        "udp4-options": ip4(udp(), options=b"\1" * 40),
        "udp4-dont-fragment": ip4(udp(), fragment=0x4000),
        "udp4-vlan": tag(ip4(udp())),
        "udp4-qinq": tag(tag(ip4(udp())), 0x88a8),
        "udp4-jumbo": ip4(udp(bytes(8000))),
        "tcp4": ip4(tcp(), TCP),
        "udp6": ip6(udp()),
        "udp6-vlan": tag(ip6(udp())),
        "roce4": ip4(udp(bth(QPN), 4791)),
        "roce4-marked": ip4(udp(bth(QPN, 0xc0), 4791)),
        "roce6": ip6(udp(bth(QPN), 4791)),
        "roce6-qinq": tag(tag(ip6(udp(bth(QPN), 4791)), 0x88a8)),
    },
    "pass": {
        "other-port": ip4(udp(dport=5002)),
        "other-way": ip4(udp(), addresses=V4[::-1]),
        "tcp6": ip6(tcp(), TCP),
        "roce6-other-qp": ip6(udp(bth(QPN + 1), 4791)),
        "roce6-cut": ip6(udp(bth(QPN)[:8], 4791)),
    },
    "other": {
        "arp": b"\x08\x06" + bytes(28),
        "icmp4": ip4(bytes(8), ICMP),
        "three-tags": tag(tag(tag(ip4(udp())))),
        "first-fragment": ip4(udp(), fragment=0x2000),
        "later-fragment": ip4(udp(), fragment=100),
        "fragment6": ip6(struct.pack("!BBHI", UDP, 0, 1, 9) + udp(), FRAGMENT),
        "options6": ip6(struct.pack("!BBHI", UDP, 0, 0x0104, 0) + udp(), OPTIONS),
        "no-header4": b"\x08\0",
        "short-header4": ip4(udp(), ihl=4),
        "cut-header4": ip4(b"")[:-1],
        "cut-options4": ip4(b"", ihl=15),
        "cut-udp4": ip4(udp()[:7]),
        "cut-tcp4": ip4(tcp()[:19], TCP),
        "cut-header6": ip6(b"")[:-1],
        "cut-tag": tag(b"")[:4],
    },
    "no_group": {
        "nobody": ip4(udp(dport=5001)),
        "roce4-other-qp": ip4(udp(bth(QPN + 1), 4791)),
    },
}


def main():
    if sys.argv[1] == "keys":
        for name, value in KEYS.items():
            print(name, value.hex(" "))
        return
    for counter, frames in FRAMES.items():
        for name, frame in frames.items():
            with open(os.path.join(sys.argv[2], name), "wb") as file:
                file.write(MAC + frame)
            print(name, counter)


main()
