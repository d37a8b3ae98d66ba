#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Bytes that the page pools of a netdev have in use, and how many there are, by netlink."""
import socket
import sys

from qstats import NLM_F_DUMP, genl_family, number, request

PAGE_POOL_GET = 5
IFINDEX, INFLIGHT_MEM = 2, 5


def main():
    sock, family = genl_family(b"netdev")
    index = socket.if_nametoindex(sys.argv[1])
    pools = [number(row.get(INFLIGHT_MEM, b"\0"))
             for row in request(sock, family, PAGE_POOL_GET, NLM_F_DUMP, b"")
             if number(row.get(IFINDEX, b"\0")) == index]
    print(sum(pools), len(pools))


if __name__ == "__main__":
    main()
