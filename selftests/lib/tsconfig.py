#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Time stamps by netlink, which says why not; hwstamp_ctl asks by a call that can't.

tsconfig.py DEV TYPE: of packets that are sent, HWTSTAMP_TX_* of net_tstamp.h. 4: the kernel
knows no such message.
"""
import struct
import sys

from ethnl import Ethtool, nested
from qstats import attr

TSCONFIG_SET, TX_TYPES = 47, 3
NOMASK, SIZE, VALUE = 1, 2, 4


def main():
    """One message."""
    bit = 1 << int(sys.argv[2])
    types = nested(TX_TYPES, attr(NOMASK, b""), attr(SIZE, struct.pack("=I", 4)),
                   attr(VALUE, struct.pack("=I", bit)))
    Ethtool(sys.argv[1]).set_or_skip(TSCONFIG_SET, types)


if __name__ == "__main__":
    main()
