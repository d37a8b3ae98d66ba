#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What a netdev says of itself and XDP, by netlink (dev-get): words in one line."""
import socket
import struct
import sys

from qstats import attr, genl_family, number, request

DEV_GET = 1
IFINDEX, XDP_FEATURES = 1, 3
WORDS = ("basic", "redirect", "ndo-xmit", "xsk-zerocopy", "hw-offload", "rx-sg",
         "ndo-xmit-sg")


def main():
    sock, family = genl_family(b"netdev")
    index = struct.pack("=I", socket.if_nametoindex(sys.argv[1]))
    features = number(request(sock, family, DEV_GET, 0, attr(IFINDEX, index))[0][XDP_FEATURES])
    print(*(word for bit, word in enumerate(WORDS) if features >> bit & 1))


if __name__ == "__main__":
    main()
