#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""fechist.py DEV: "SYMBOLS CODEWORDS" of each bin of the histogram of FEC; nothing if the
kernel has none."""
import sys

from ethnl import FLAG_STATS, Ethtool, several
from qstats import attrs, number

FEC_GET = 29
STATS, HIST = 5, 5
LOW, VALUE = 2, 4


def main():
    for kind, data in several(Ethtool(sys.argv[1]).get(FEC_GET, FLAG_STATS)[STATS]):
        if kind == HIST:
            row = attrs(data)
            print(number(row[LOW]), number(row[VALUE]))


if __name__ == "__main__":
    main()
