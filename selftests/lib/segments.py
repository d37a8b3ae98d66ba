#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Segments of a TCP flow, sent as close together as the qdisc fq lets them be, and
what comes out of a router that has merged them and cut them again.

segments.py send DEV MAC WHAT...
segments.py receive DEV WHAT...: until all have come, each as it was sent but for its
    hop limit; 1 if not.

WHAT: "outer=4", "outer=6": in IP in IP; "inner=4", "inner=6"; "fixed-outer" and
"fixed-inner": identifications that do not grow; "fragment": DF is not set; "ext": IPv6
destination options in front of TCP; "tos": every third is of another kind outside.
"""
import socket
import struct
import sys
import time

COUNT, MSS = 12, 1000
SO_TXTIME, CLOCK_MONOTONIC = 61, 1
ADDRESSES = {4: ("192.0.2.2", "198.51.100.2"), 6: ("2001:db8::2", "2001:db8:f::2")}
INNER = {4: ("10.8.0.2", "10.8.0.1"), 6: ("2001:db8:8::2", "2001:db8:8::1")}
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
TTL = 33


def fold(raw, total=0):
    raw += bytes(len(raw) % 2)
    total += sum(struct.unpack(f"!{len(raw) // 2}H", raw))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pair(version, names):
    return b"".join(socket.inet_pton(FAMILY[version], name) for name in names)


def ip_header(version, names, proto, length, number, tos, ttl, frag):
    addresses = pair(version, names)
    if version == 6:
        return struct.pack("!IHBB", 6 << 28 | tos << 20 | 0x12345, length, proto, ttl) + addresses
    head = struct.pack("!BBHHHBBH", 0x45, tos, 20 + length, number & 0xffff, frag, ttl, proto, 0)
    return head[:10] + struct.pack("!H", fold(head + addresses)) + addresses


def segment(what, i, ttl, fixed=None):
    """The @i-th packet; @fixed: which identifications stay, instead of what was asked for."""
    fixed = what if fixed is None else fixed
    version, outer = what["inner"], what.get("outer")
    names = INNER[version] if outer else ADDRESSES[version]
    frag = 0 if "fragment" in what else 0x4000
    tos = 8 if "tos" in what and i % 3 == 2 else 0
    data = bytes((i * 7 + j) % 251 for j in range(MSS))
    tcp = struct.pack("!HHIIBBHHH", 4000, 4001, 1000 + i * MSS, 1, 0x50,
                      0x18 if i == COUNT - 1 else 0x10, 100, 0, 0)
    pseudo = pair(version, names) + struct.pack("!II", len(tcp) + MSS, 6)
    tcp = tcp[:16] + struct.pack("!H", fold(pseudo + tcp + data)) + tcp[18:] + data
    proto = 6
    if "ext" in what and version == 6:
        tcp, proto = bytes((6, 0, 1, 4, 0, 0, 0, 0)) + tcp, 60
    packet = ip_header(version, names, proto, len(tcp), 100 + (0 if "fixed-inner" in fixed else i),
                       0 if outer else tos, TTL if outer else ttl, frag) + tcp
    if not outer:
        return version, packet
    proto = 4 if version == 4 else 41
    return outer, ip_header(outer, ADDRESSES[outer], proto, len(packet),
                            0xfffa + (0 if "fixed-outer" in fixed else i), tos, ttl, frag) + packet


def send(dev, mac, what):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((dev, 0))
    sock.setsockopt(socket.SOL_SOCKET, SO_TXTIME, struct.pack("=II", CLOCK_MONOTONIC, 0))
    own = sock.getsockname()[4]
    when = time.clock_gettime_ns(CLOCK_MONOTONIC) + 100_000_000
    for i in range(COUNT):
        version, packet = segment(what, i, TTL)
        eth = bytes.fromhex(mac.replace(":", "")) + own + (b"\x08\x00" if version == 4 else b"\x86\xdd")
        sock.sendmsg([eth + packet],
                     [(socket.SOL_SOCKET, SO_TXTIME, struct.pack("=Q", when))])
    time.sleep(0.3)


def kinds(what):
    """Which identifications may have stayed: what no kernel can tell a cutter may grow."""
    given = {name for name in ("fixed-outer", "fixed-inner") if name in what}
    may = [given]
    if "fixed-outer" in given and what.get("outer"):
        may.append(given - {"fixed-outer"})
    if "fragment" in what:
        may.append(set())
    return may


def receive(dev, what):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.bind((dev, 3))
    sock.settimeout(5)
    version = what.get("outer") or what["inner"]
    names, got = pair(version, ADDRESSES[version]), []
    print("ready", flush=True)
    while len(got) < COUNT:
        try:
            frame, address = sock.recvfrom(70000)
        except TimeoutError:
            sys.exit(f"{len(got)} of {COUNT} came")
        if address[2] != socket.PACKET_OUTGOING and names in frame[14:54]:
            got.append(frame[14:])
    for fixed in kinds(what):
        want = [segment(what, i, TTL - 1, fixed)[1] for i in range(COUNT)]
        if got == want:
            print(f"as sent, ids that stayed: {' '.join(sorted(fixed)) or 'none'}")
            return
    bad = next(i for i in range(COUNT) if got[i] != want[i])
    sys.exit(f"packet {bad}: {got[bad][:120].hex()}, not {want[bad][:120].hex()}")


def main():
    words = sys.argv[4:] if sys.argv[1] == "send" else sys.argv[3:]
    what = {}
    for word in words:
        name, _, value = word.partition("=")
        what[name] = int(value) if value else True
    if sys.argv[1] == "send":
        send(sys.argv[2], sys.argv[3], what)
    else:
        receive(sys.argv[2], what)


if __name__ == "__main__":
    main()
