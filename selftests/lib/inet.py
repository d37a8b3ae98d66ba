# SPDX-License-Identifier: GPL-2.0-only
"""What headers of the internet have in common."""
import struct


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return 0xffff - total
