#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Queues of a netdev that the kernel knows, by netlink.

netqueues.py DEV: "rx N" and "tx N" of each that a NAPI instance serves, in order.
"""
import socket
import struct
import sys

from qstats import NLM_F_DUMP, attr, genl_family, number, request

QUEUE_GET = 10
ID, IFINDEX, TYPE, NAPI = 1, 2, 3, 4


def main():
    """One dump."""
    sock, family = genl_family(b"netdev")
    rows = request(sock, family, QUEUE_GET, NLM_F_DUMP,
                   attr(IFINDEX, struct.pack("=I", socket.if_nametoindex(sys.argv[1]))))
    for kind, index in sorted((number(row[TYPE]), number(row[ID])) for row in rows if NAPI in row):
        print("tx" if kind else "rx", index)


if __name__ == "__main__":
    main()
