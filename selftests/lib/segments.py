#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Segments of a TCP flow, sent as close together as the qdisc fq lets them be, and
what comes out of a router that has merged them and cut them again.

segments.py DEV NETNS PEER_DEV: a request a line, a line back for each.
  NETNS FAR WHAT...    from PEER_DEV to DEV, and what FAR in NETNS gets of it; answer:
                       how many DEV has merged, and a sentence, as each is what was
                       sent but for its hop limit; or "-" and what is wrong

WHAT: "outer=4", "outer=6": in IP in IP; "inner=4", "inner=6"; "fixed-outer" and
"fixed-inner": identifications that do not grow; "fragment": DF is not set; "ext": IPv6
destination options in front of TCP; "tos": every third is of another kind outside.
"""
import socket
import struct
import sys
import time

from inet import checksum
from netns import packet_socket
from qstats import NAMES, Queues, number

COUNT, MSS = 12, 1000
SO_TXTIME, CLOCK_MONOTONIC = 61, 1
ADDRESSES = {4: ("192.0.2.2", "198.51.100.2"), 6: ("2001:db8::2", "2001:db8:f::2")}
INNER = {4: ("10.8.0.2", "10.8.0.1"), 6: ("2001:db8:8::2", "2001:db8:8::1")}
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
TTL = 33


def pair(version, names):
    return b"".join(socket.inet_pton(FAMILY[version], name) for name in names)


def ip_header(version, names, proto, length, number, tos, ttl, frag):
    addresses = pair(version, names)
    if version == 6:
        return struct.pack("!IHBB", 6 << 28 | tos << 20 | 0x12345, length, proto, ttl) + addresses
    head = struct.pack("!BBHHHBBH", 0x45, tos, 20 + length, number & 0xffff, frag, ttl, proto, 0)
    return head[:10] + struct.pack("!H", checksum(head + addresses)) + addresses


def numbers(what, i):
    """Identifications of the @i-th packet, outside and inside."""
    return 0xfffa + (0 if "fixed-outer" in what else i), 100 + (0 if "fixed-inner" in what else i)


def segment(what, i, ttl, ids=None):
    """The @i-th packet; with other identifications than those that were asked for."""
    outer_id, inner_id = ids or numbers(what, i)
    version, outer = what["inner"], what.get("outer")
    names = INNER[version] if outer else ADDRESSES[version]
    frag = 0 if "fragment" in what else 0x4000
    tos = 8 if "tos" in what and i % 3 == 2 else 0
    data = bytes((i * 7 + j) % 251 for j in range(MSS))
    tcp = struct.pack("!HHIIBBHHH", 4000, 4001, 1000 + i * MSS, 1, 0x50,
                      0x18 if i == COUNT - 1 else 0x10, 100, 0, 0)
    pseudo = pair(version, names) + struct.pack("!II", len(tcp) + MSS, 6)
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp + data)) + tcp[18:] + data
    proto = 6
    if "ext" in what and version == 6:
        tcp, proto = bytes((6, 0, 1, 4, 0, 0, 0, 0)) + tcp, 60
    packet = ip_header(version, names, proto, len(tcp), inner_id,
                       0 if outer else tos, TTL if outer else ttl, frag) + tcp
    if not outer:
        return version, packet
    proto = 4 if version == 4 else 41
    return outer, ip_header(outer, ADDRESSES[outer], proto, len(packet), outer_id, tos, ttl,
                            frag) + packet


def send(sock, mac, what):
    when = time.clock_gettime_ns(CLOCK_MONOTONIC) + 100_000_000
    for i in range(COUNT):
        version, packet = segment(what, i, TTL)
        eth = mac + sock.getsockname()[4] + (b"\x08\x00" if version == 4 else b"\x86\xdd")
        sock.sendmsg([eth + packet],
                     [(socket.SOL_SOCKET, SO_TXTIME, struct.pack("=Q", when))])


def may_grow(what):
    """What no kernel can tell a cutter may grow from segment to segment, outside and inside."""
    return ("outer" in what and "fixed-outer" in what or "fragment" in what, "fragment" in what)


def ids_of(what, packet):
    """Identifications of a packet that came; 0 of IPv6."""
    inner = {4: 20, 6: 40}.get(what.get("outer"), 0)
    return tuple(int.from_bytes(packet[at + 4:at + 6]) if packet[at] >> 4 == 4 else 0
                 for at in (0, inner))


def as_sent(what, i, got):
    """The @i-th packet as it should have come: of those that were merged with the one before
    it some identifications may be the next ones."""
    sent, came = numbers(what, i), ids_of(what, got[i])
    before = ids_of(what, got[i - 1]) if i else came
    ids = [came[k] if grows and i and came[k] == (before[k] + 1) & 0xffff else sent[k]
           for k, grows in enumerate(may_grow(what))]
    return segment(what, i, TTL - 1, ids)[1]


def receive(sock, what):
    """What came, or less after five seconds."""
    version = what.get("outer") or what["inner"]
    names, got = pair(version, ADDRESSES[version]), []
    sock.settimeout(5)
    while len(got) < COUNT:
        try:
            frame, address = sock.recvfrom(70000)
        except TimeoutError:
            break
        if address[2] != socket.PACKET_OUTGOING and names in frame[14:54]:
            got.append(frame[14:])
    return got


def compare(got, what):
    """(is it right?, a sentence)"""
    if len(got) < COUNT:
        return False, f"{len(got)} of {COUNT} came"
    for i, packet in enumerate(got):
        want = as_sent(what, i, got)
        if packet != want:
            return False, f"packet {i}: {packet[:120].hex()}, not {want[:120].hex()}"
    return True, "as sent"


def merged(queues):
    return sum(number(row.get(NAMES["hw-gro-wire-packets"], b"\0")) for row in queues.rows())


def burst(queues, sender, mac, line):
    netns, far, *words = line.split()
    what = {}
    for word in words:
        name, _, value = word.partition("=")
        what[name] = int(value) if value else True
    before = merged(queues)
    with packet_socket(netns, far, 3) as receiver:
        send(sender, mac, what)
        right, said = compare(receive(receiver, what), what)
    return f"{merged(queues) - before if right else '-'} {said}"


def main():
    dev, netns, peer_dev = sys.argv[1:]
    with packet_socket("", dev) as near:
        mac = near.getsockname()[4]
    sender = packet_socket(netns, peer_dev)
    sender.setsockopt(socket.SOL_SOCKET, SO_TXTIME, struct.pack("=II", CLOCK_MONOTONIC, 0))
    queues = Queues(dev)
    for line in sys.stdin:
        print(burst(queues, sender, mac, line), flush=True)


if __name__ == "__main__":
    main()
