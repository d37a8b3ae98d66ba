#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Counters of each queue of a netdev, by netlink: "rx 0 PACKETS", "tx 0 ...".

qstats.py DEV NAME...: the sum over all queues of each of these, in one line.
"""
import socket
import struct
import sys

NETLINK_GENERIC = 16
GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 3, 1, 2
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLMSGERR_ATTR_MSG = 1
SOL_NETLINK, NETLINK_EXT_ACK = 270, 11
QSTATS_GET = 12
IFINDEX, QUEUE_TYPE, QUEUE_ID, SCOPE = 1, 2, 3, 4
PACKETS = (8, 10)  # by queue type
SCOPE_QUEUE = 1
NAMES = {"rx-packets": 8, "rx-alloc-fail": 12,
         "csum-complete": 15, "csum-unnecessary": 16, "csum-none": 17,
         "hw-gro-packets": 19, "hw-gro-wire-packets": 21,
         "hw-gso-packets": 28, "hw-gso-bytes": 29,
         "hw-gso-wire-packets": 30, "hw-gso-wire-bytes": 31}


def attr(kind, data):
    raw = struct.pack("=HH", 4 + len(data), kind) + data
    return raw + bytes(-len(raw) % 4)


def attrs(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found[kind & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def sentence(data):
    """What the kernel says of an error, behind the request that it sends back."""
    length, = struct.unpack_from("=I", data, 4)
    said = attrs(data[4 + ((length + 3) & ~3):]).get(NLMSGERR_ATTR_MSG)
    return ": " + said.rstrip(b"\0").decode() if said else ""


def messages(sock, dump):
    """(type, payload) until the dump ends or a single answer came."""
    while True:
        data = sock.recv(65536)
        while data:
            length, kind = struct.unpack_from("=IH", data)
            if kind == NLMSG_ERROR:
                error = -struct.unpack_from("=i", data, 16)[0]
                if error:
                    sys.exit(f"netlink: error {error}{sentence(data[16:length])}")
            if kind in (NLMSG_ERROR, NLMSG_DONE):
                return
            yield kind, data[16:length]
            if not dump:
                return
            data = data[(length + 3) & ~3:]


def request(sock, family, command, flags, payload):
    genl = struct.pack("=BBH", command, 1, 0) + payload
    head = struct.pack("=IHHII", 16 + len(genl), family, NLM_F_REQUEST | flags, 1, 0)
    sock.send(head + genl)
    return [attrs(data[4:]) for _, data in messages(sock, flags)]


def number(data):
    return int.from_bytes(data, sys.byteorder)


def genl_family(name):
    """A socket, and the number of the family."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
    sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
    found = request(sock, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0,
                    attr(CTRL_ATTR_FAMILY_NAME, name + b"\0"))
    return sock, number(found[0][CTRL_ATTR_FAMILY_ID])


class Queues:
    """Counters of the queues of DEV, in the namespace that opened it."""

    def __init__(self, dev):
        self.sock, self.family = genl_family(b"netdev")
        self.index = struct.pack("=I", socket.if_nametoindex(dev))

    def rows(self):
        return request(self.sock, self.family, QSTATS_GET, NLM_F_DUMP,
                       attr(IFINDEX, self.index) + attr(SCOPE, struct.pack("=Q", SCOPE_QUEUE)))

    def packets(self):
        """(rx or tx, number, packets) of each queue"""
        for row in self.rows():
            kind = number(row[QUEUE_TYPE])
            yield ("rx" if kind == 0 else "tx", number(row[QUEUE_ID]),
                   number(row.get(PACKETS[kind], b"\0")))


def main():
    queues = Queues(sys.argv[1])
    if sys.argv[2:]:
        rows = queues.rows()
        print(*(sum(number(row.get(NAMES[name], b"\0")) for row in rows)
                for name in sys.argv[2:]))
        return
    for row in queues.packets():
        print(*row)


if __name__ == "__main__":
    main()
