#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""devlink_mode.py BUS/DEVICE MODE: set an eswitch mode by its number, also one
that the devlink program has no word for. Prints the kernel's sentence."""
import os
import socket
import struct
import sys

NETLINK_EXT_ACK, SOL_NETLINK, NETLINK_GENERIC = 11, 270, 16
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2
ESWITCH_SET = 30
ATTR_BUS, ATTR_DEV, ATTR_ESWITCH_MODE = 1, 2, 25
REQUEST, ACK, NLMSG_ERROR, NLMSGERR_ATTR_MSG = 1, 4, 2, 1
F_CAPPED, F_ACK_TLVS = 0x100, 0x200


def attr(kind, data):
    return struct.pack("HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def attrs(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        found[kind & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def call(sock, family, command, payload, flags=REQUEST | ACK):
    body = struct.pack("BBH", command, 1, 0) + payload
    sock.send(struct.pack("IHHII", 16 + len(body), family, flags, 1, 0) + body)
    return sock.recv(65536)


def family_id(sock):
    reply = call(sock, GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
                 attr(CTRL_ATTR_FAMILY_NAME, b"devlink\0"), REQUEST)
    return struct.unpack("H", attrs(reply[20:])[CTRL_ATTR_FAMILY_ID])[0]


def sentence(reply):
    _, kind, flags = struct.unpack_from("IHH", reply)
    error = struct.unpack_from("i", reply, 16)[0]
    if kind != NLMSG_ERROR or not error:
        return 0, ""
    inner = struct.unpack_from("I", reply, 20)[0]
    start = 20 + (16 if flags & F_CAPPED else (inner + 3) & ~3)
    text = attrs(reply[start:]).get(NLMSGERR_ATTR_MSG, b"") if flags & F_ACK_TLVS else b""
    return -error, text.rstrip(b"\0").decode()


def main():
    bus, device = sys.argv[1].split("/")
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC) as sock:
        sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        sock.settimeout(5)
        reply = call(sock, family_id(sock), ESWITCH_SET,
                     attr(ATTR_BUS, bus.encode() + b"\0") +
                     attr(ATTR_DEV, device.encode() + b"\0") +
                     attr(ATTR_ESWITCH_MODE, struct.pack("H", int(sys.argv[2]))))
    error, text = sentence(reply)
    if error:
        print(f"{text}: {os.strerror(error)}")
    return 1 if error else 0


if __name__ == "__main__":
    sys.exit(main())
