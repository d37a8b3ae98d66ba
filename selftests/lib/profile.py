#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Profiles that DIM chooses from.

profile.py DEV rx|tx: "USECS FRAMES" of each step, a line each.
profile.py DEV rx|tx USECS...: sets them; frames are all 64.
"""
import struct
import sys

from ethnl import Ethtool, nested, several
from qstats import attr, attrs, number

COALESCE_GET, COALESCE_SET = 19, 20
PROFILE = {"rx": 29, "tx": 30}
STEP, USECS, FRAMES = 1, 1, 2


def step(usecs, frames):
    return nested(STEP, attr(USECS, struct.pack("=I", usecs)),
                  attr(FRAMES, struct.pack("=I", frames)))


def main():
    dev, kind = sys.argv[1:3]
    netdev = Ethtool(dev)
    if sys.argv[3:]:
        netdev.set(COALESCE_SET,
                   nested(PROFILE[kind], *(step(int(usecs), 64) for usecs in sys.argv[3:])))
        return
    for _, data in several(netdev.get(COALESCE_GET)[PROFILE[kind]]):
        row = attrs(data)
        print(number(row[USECS]), number(row[FRAMES]))


if __name__ == "__main__":
    main()
