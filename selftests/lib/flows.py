#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames that a NIC tells apart, and which queues of it they reach.

flows.py DEV NETNS PEER_DEV: a request a line, a line back for each.
  send DMAC COUNT [KEY=VALUE...]    from PEER_DEV in NETNS
  busy DMAC COUNT [KEY=VALUE...]    the same; answer: the receive queues of DEV
                                    that got at least 5 frames of it, in order
l4=udp|tcp|sctp|NUMBER  v6=1  port=N (of the peer)  dport=N  src=1, dst=1: that
port varies  swap=1: addresses and ports the other way round  label=1: it varies
tos=N  tag=TCI  type=N: no IP  smac=MAC  fragment=1
"""

import socket
import struct
import sys
import time

from netns import packet_socket
from qstats import Queues

PROTO = {"tcp": 6, "udp": 17, "sctp": 132}


def l4_header(proto, sport, dport):
    if proto == 6:
        return struct.pack("!HHIIBBHHH", sport, dport, 1, 1, 0x50, 0x10, 99, 0, 0)
    if proto == 17:
        return struct.pack("!HHHH", sport, dport, 28, 0)
    return struct.pack("!HHII", sport, dport, 1, 1)


def ip_packet(opt, i):
    proto = PROTO.get(opt["l4"]) or int(opt["l4"])
    ports = [int(opt["port"], 0) + (i * 7919 % 50000 if opt["src"] else 0),
             int(opt["dport"], 0) + (i * 7919 % 50000 if opt["dst"] else 0)]
    addrs = ["2001:db8::2", "2001:db8::1"] if opt["v6"] else ["192.0.2.2", "192.0.2.1"]
    if opt["swap"]:
        ports.reverse()
        addrs.reverse()
    payload = l4_header(proto, *ports) + bytes(20)
    tos = int(opt["tos"], 0)
    if opt["v6"]:
        addrs = [socket.inet_pton(socket.AF_INET6, a) for a in addrs]
        word = 6 << 28 | tos << 20 | (i * 40503 % 0xfffff if opt["label"] else 0)
        return struct.pack("!IHBB16s16s", word, len(payload), proto, 64, *addrs) + payload
    addrs = [socket.inet_aton(a) for a in addrs]
    return struct.pack("!BBHHHBBH4s4s", 0x45, tos, 20 + len(payload), 1,
                       0x2000 if opt["fragment"] else 0, 64, proto, 0, *addrs) + payload


DEFAULTS = {"l4": "udp", "v6": "", "port": "1024", "dport": "9", "src": "", "dst": "", "swap": "",
            "label": "", "tos": "0", "tag": "", "type": "", "smac": "", "fragment": ""}


def send(sock, dmac, count, opt):
    mac = bytes.fromhex(dmac.replace(":", ""))
    smac = bytes.fromhex(opt["smac"].replace(":", "")) or sock.getsockname()[4]
    for i in range(count):
        if opt["type"]:
            frame = struct.pack("!H", int(opt["type"], 0)) + bytes(46)
        else:
            frame = (b"\x86\xdd" if opt["v6"] else b"\x08\x00") + ip_packet(opt, i)
        if opt["tag"]:
            frame = b"\x81\x00" + struct.pack("!H", int(opt["tag"], 0)) + frame
        sock.send(mac + smac + frame)


def received(queues):
    return {index: packets for kind, index, packets in queues.packets() if kind == "rx"}


def settle(queues, before, count):
    """Counters once all have come, or after half a second, for some may not."""
    end = time.monotonic() + 0.5
    while True:
        after = received(queues)
        grown = {i: n - before.get(i, 0) for i, n in after.items()}
        if sum(grown.values()) >= count or time.monotonic() > end:
            return grown
        time.sleep(0.02)


def answer(sock, queues, line):
    verb, dmac, count, *options = line.split()
    opt = DEFAULTS | dict(option.split("=") for option in options)
    before = received(queues)
    send(sock, dmac, int(count), opt)
    grown = settle(queues, before, int(count))
    return " ".join(str(i) for i, n in grown.items() if n >= 5) if verb == "busy" else "sent"


def main():
    queues = Queues(sys.argv[1])
    sock = packet_socket(sys.argv[2], sys.argv[3])
    for line in sys.stdin:
        print(answer(sock, queues, line), flush=True)


main()
