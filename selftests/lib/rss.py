#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""RSS by netlink, which says why not; ethtool asks by a call that can't.

rss.py DEV [context=N] WHAT=NUMBER...: hfunc, xfrm, indir (numbers with commas), or what is hashed
of a flow: ip4, udp4, udp6, esp4 (RXH_* of ethtool.h). With "delete" or "create" for WHAT=NUMBER
the context is deleted or made. 4: the kernel knows no such message.
"""
import struct
import sys

from ethnl import Ethtool, nested
from qstats import attr

COMMANDS = {"create": 49, "delete": 50}
RSS_SET, FLOW_HASH = 48, 8
ATTRS = {"context": 2, "hfunc": 3, "indir": 4, "xfrm": 6}
FLOWS = {"ip4": 2, "udp4": 6, "udp6": 7, "esp4": 12}


def attribute(what, value):
    """what=value"""
    numbers = struct.pack(f"={value.count(',') + 1}I", *(int(n, 0) for n in value.split(",")))
    if what in FLOWS:
        return nested(FLOW_HASH, attr(FLOWS[what], numbers))
    return attr(ATTRS[what], numbers)


def main():
    """One message."""
    netdev = Ethtool(sys.argv[1])
    command, payload = RSS_SET, b""
    for word in sys.argv[2:]:
        if word in COMMANDS:
            command = COMMANDS[word]
        else:
            payload += attribute(*word.split("="))
    netdev.set_or_skip(command, payload)


if __name__ == "__main__":
    main()
