# SPDX-License-Identifier: GPL-2.0-only
"""What ethtool has no word for: its netlink family, of one netdev."""
import struct
import sys

from qstats import attr, genl_family, request

HEADER, DEV_NAME, FLAGS = 1, 2, 3
FLAG_STATS = 4
NESTED = 0x8000
NLM_F_ACK = 4
UNKNOWN = "netlink: error 95"
EXIT_SKIP = 4


def nested(kind, *parts):
    return attr(kind | NESTED, b"".join(parts))


def several(data):
    """(kind, payload) of attributes of which there may be several of a kind"""
    while data:
        length, kind = struct.unpack_from("=HH", data)
        yield kind & ~NESTED, data[4:length]
        data = data[(length + 3) & ~3:]


class Ethtool:
    """Commands to DEV."""

    def __init__(self, dev):
        self.sock, self.family = genl_family(b"ethtool")
        self.header = attr(DEV_NAME, dev.encode() + b"\0")

    def get(self, command, flags=0):
        """The attributes of the answer."""
        header = nested(HEADER, self.header, attr(FLAGS, struct.pack("=I", flags)))
        return request(self.sock, self.family, command, 0, header)[0]

    def set(self, command, payload):
        request(self.sock, self.family, command, NLM_F_ACK,
                nested(HEADER, self.header) + payload)

    def set_or_skip(self, command, payload):
        """Exit with 4: the kernel knows no such message."""
        try:
            self.set(command, payload)
        except SystemExit as error:
            if error.code == UNKNOWN:
                sys.exit(EXIT_SKIP)
            raise
