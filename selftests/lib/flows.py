#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames that a NIC tells apart: flows.py DEV DMAC COUNT [KEY=VALUE...]

l4=udp|tcp|sctp|NUMBER  v6=1  port=N (of the peer)  dport=N  src=1, dst=1: that
port varies  swap=1: addresses and ports the other way round  label=1: it varies
tos=N  tag=TCI  type=N: no IP  smac=MAC  fragment=1
"""

import socket
import struct
import sys

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


def main():
    opt = {"l4": "udp", "v6": "", "port": "1024", "dport": "9", "src": "", "dst": "", "swap": "",
           "label": "", "tos": "0", "tag": "", "type": "", "smac": "", "fragment": ""}
    opt.update(arg.split("=") for arg in sys.argv[4:])
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind((sys.argv[1], 0))
    mac = bytes.fromhex(sys.argv[2].replace(":", ""))
    smac = bytes.fromhex(opt["smac"].replace(":", "")) or s.getsockname()[4]
    for i in range(int(sys.argv[3])):
        if opt["type"]:
            frame = struct.pack("!H", int(opt["type"], 0)) + bytes(46)
        else:
            frame = (b"\x86\xdd" if opt["v6"] else b"\x08\x00") + ip_packet(opt, i)
        if opt["tag"]:
            frame = b"\x81\x00" + struct.pack("!H", int(opt["tag"], 0)) + frame
        s.send(mac + smac + frame)


main()
