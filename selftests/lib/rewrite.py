#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Send packets of many kinds out of one device and tell what arrives at another.

A request a line, a line back when it is done:
  FILE COPIES VID,...|- FROM TO MAC KIND...

FROM, TO: NETNS/NETDEV or a netdev. Of each KIND (see KINDS) one packet is sent to MAC, from
2001:db8::2 or 192.0.2.2 to ...1, port 4000 to 5000, behind tags or none. FILE gets a line for
each frame that arrives: the kind, whether it is "same" as what was sent or "changed", and all
of it in hex; COPIES of each are waited for, and "nothing" stands for those that do not come.
All checksums are right, but for what a kind says.
"""
import select
import socket
import struct
import sys
import time

from inet import checksum
from netns import packet_socket

MARK = b"gnic rewrites"
SOL_PACKET, PACKET_AUXDATA, TP_STATUS_VLAN_VALID = 263, 8, 1 << 4
V4 = socket.inet_aton("192.0.2.2") + socket.inet_aton("192.0.2.1")
V6 = (socket.inet_pton(socket.AF_INET6, "2001:db8::2") +
      socket.inet_pton(socket.AF_INET6, "2001:db8::1"))
TCP, UDP, ICMP, ICMP6, FRAGMENT, SCTP = 6, 17, 1, 58, 44, 132


def put(data, at, value):
    return data[:at] + struct.pack("!H", value) + data[at + 2:]


def layer4(proto, addrs, payload=MARK):
    """A header and a payload, with the checksum in its place."""
    head = {
        TCP: struct.pack("!HHIIHHHH", 4000, 5000, 1, 2, 0x5018, 512, 0, 0),
        UDP: struct.pack("!HHHH", 4000, 5000, 8 + len(payload), 0),
        ICMP: struct.pack("!BBHHH", 13, 0, 0, 7, 1),
        ICMP6: struct.pack("!BBHHH", 200, 0, 0, 7, 1),
        SCTP: struct.pack("!HHII", 4000, 5000, 1, 0),
    }[proto]
    data = head + payload
    pseudo = b"" if proto == ICMP else addrs + struct.pack("!II", len(data), proto)
    if proto != SCTP:
        at = {TCP: 16, UDP: 6, ICMP: 2, ICMP6: 2}[proto]
        data = put(data, at, checksum(pseudo + data) or (0xffff if proto == UDP else 0))
    return data


def ip4(proto, data, options=b"", fragment=0, tos=0x7d, ttl=64):
    head = struct.pack("!BBHHHBBH", 0x45 + len(options) // 4, tos,
                       20 + len(options) + len(data), 1, fragment, ttl, proto, 0) + V4 + options
    return b"\x08\x00" + put(head, 10, checksum(head)) + data


def ip6(proto, data, hops=64):
    return b"\x86\xdd" + struct.pack("!IHBB", 0x67d12345, len(data), proto, hops) + V6 + data


def fragment6(offset, data):
    return ip6(FRAGMENT, struct.pack("!BBHI", UDP, 0, offset | (not offset), 9) + data)


def parts(data):
    """A datagram cut behind 16 bytes, each with the mark in it."""
    return data[:16], data[16:]


LONG = MARK * 3
FIRST4, LATER4 = parts(layer4(UDP, V4, LONG))
FIRST6, LATER6 = parts(layer4(UDP, V6, LONG))
KINDS = {
    "tcp4": ip4(TCP, layer4(TCP, V4)),
    "udp4": ip4(UDP, layer4(UDP, V4)),
    "udp4-none": ip4(UDP, put(layer4(UDP, V4), 6, 0)),     # no checksum
    "options4": ip4(TCP, layer4(TCP, V4), b"\1\1\1\0"),
    "ttl4": ip4(UDP, layer4(UDP, V4), ttl=0),
    "icmp4": ip4(ICMP, layer4(ICMP, V4)),
    "sctp4": ip4(SCTP, layer4(SCTP, V4)),
    "long4": ip4(UDP, layer4(UDP, V4, LONG)),
    "first4": ip4(UDP, FIRST4 + MARK[:8], fragment=0x2000),
    "later4": ip4(UDP, LATER4, fragment=2),
    "wrong4": ip4(TCP, put(layer4(TCP, V4), 16, 0x1234)),  # a wrong checksum
    "tcp6": ip6(TCP, layer4(TCP, V6)),
    "udp6": ip6(UDP, layer4(UDP, V6)),
    "icmp6": ip6(ICMP6, layer4(ICMP6, V6)),
    "later6": fragment6(16, LATER6),
    "other": b"\x88\xb5" + MARK,
}


def device(name):
    """A socket of a device, opened where that is."""
    netns, _, name = name.rpartition("/")
    sock = packet_socket(netns, name, 3)
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    return sock


def read(sock):
    """A frame with its tag, nothing if it went out."""
    frame, aux, _, address = sock.recvmsg(20000, 256)
    if address[2] == socket.PACKET_OUTGOING:
        return b""
    for _, _, data in aux:
        status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", data[:20])
        if status & TP_STATUS_VLAN_VALID:
            frame = frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
    return frame


def receive(sock, seconds):
    """The next frame of ours in hex."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([sock], [], [], left)[0]:
            frame = read(sock)
            if MARK[:8] in frame:
                return frame.hex()
    return "nothing"


def exchange(here, there, head, kind, copies):
    """Lines about the frames that come of one."""
    sent = (head + KINDS[kind]).ljust(60, b"\0")
    here.send(sent)
    for _ in range(copies):
        frame = receive(there, 3)
        yield f"{kind} {'same' if frame == sent.hex() else 'changed'} {frame}\n"


def answer(line):
    path, copies, tags, here, there, mac, *kinds = line.split()
    head = bytes.fromhex(mac.replace(":", "") + "020000000001")
    for vid in filter(None, tags.strip("-").split(",")):
        head += struct.pack("!HH", 0x8100, int(vid))
    with device(here) as here, device(there) as there, open(path, "w", encoding="ascii") as out:
        for kind in kinds:
            out.writelines(exchange(here, there, head, kind, int(copies)))


def main():
    for line in sys.stdin:
        answer(line)
        print("done", flush=True)


if __name__ == "__main__":
    main()
