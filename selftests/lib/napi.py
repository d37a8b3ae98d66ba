#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Settings of the NAPI instances of a netdev, by netlink.

napi.py DEV: "ID DEFER-HARD-IRQS GRO-FLUSH-TIMEOUT PID" of each, in order.
napi.py DEV set ID DEFER-HARD-IRQS GRO-FLUSH-TIMEOUT: of one.
"""
import socket
import struct
import sys

from qstats import NLM_F_DUMP, attr, genl_family, number, request

NAPI_GET, NAPI_SET = 11, 14
IFINDEX, ID, PID, DEFER, FLUSH = 1, 2, 4, 5, 6
NLM_F_ACK = 4


def show(sock, family, dev):
    rows = request(sock, family, NAPI_GET, NLM_F_DUMP,
                   attr(IFINDEX, struct.pack("=I", socket.if_nametoindex(dev))))
    for row in sorted(rows, key=lambda row: number(row[ID])):
        print(*(number(row.get(name, b"\0")) for name in (ID, DEFER, FLUSH, PID)))


def main():
    sock, family = genl_family(b"netdev")
    if sys.argv[2:]:
        napi, defer, flush = (int(word) for word in sys.argv[3:6])
        request(sock, family, NAPI_SET, NLM_F_ACK,
                attr(ID, struct.pack("=I", napi)) + attr(DEFER, struct.pack("=I", defer)) +
                attr(FLUSH, struct.pack("=I", flush)))
    else:
        show(sock, family, sys.argv[1])


if __name__ == "__main__":
    main()
