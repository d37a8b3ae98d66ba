#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""RSS by netlink, which says why not; ethtool asks by a call that can't.

rss.py DEV [context=N] WHAT=NUMBER...: hfunc, xfrm. With "delete" for WHAT=NUMBER the context
is deleted. 4: the kernel knows no such message.
"""
import struct
import sys

from ethnl import Ethtool
from qstats import attr

RSS_SET, RSS_DELETE = 48, 50
ATTRS = {"context": 2, "hfunc": 3, "xfrm": 6}
EXIT_SKIP = 4
UNKNOWN = "netlink: error 95"


def main():
    """One message."""
    netdev = Ethtool(sys.argv[1])
    command, payload = RSS_SET, b""
    for word in sys.argv[2:]:
        if word == "delete":
            command = RSS_DELETE
        else:
            what, value = word.split("=")
            payload += attr(ATTRS[what], struct.pack("=I", int(value)))
    try:
        netdev.set(command, payload)
    except SystemExit as error:
        if error.code == UNKNOWN:
            sys.exit(EXIT_SKIP)
        raise


if __name__ == "__main__":
    main()
