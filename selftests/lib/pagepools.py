#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Bytes that the page pools of a netdev have in use, by netlink."""
import socket
import sys

from qstats import (
    CTRL_ATTR_FAMILY_ID,
    CTRL_ATTR_FAMILY_NAME,
    CTRL_CMD_GETFAMILY,
    GENL_ID_CTRL,
    NETLINK_GENERIC,
    NLM_F_DUMP,
    attr,
    number,
    request,
)

PAGE_POOL_GET = 5
IFINDEX, INFLIGHT_MEM = 2, 5


def main():
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
    found = request(sock, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0,
                    attr(CTRL_ATTR_FAMILY_NAME, b"netdev\0"))
    family = number(found[0][CTRL_ATTR_FAMILY_ID])
    index = socket.if_nametoindex(sys.argv[1])
    print(sum(number(row.get(INFLIGHT_MEM, b"\0"))
              for row in request(sock, family, PAGE_POOL_GET, NLM_F_DUMP, b"")
              if number(row.get(IFINDEX, b"\0")) == index))


if __name__ == "__main__":
    main()
