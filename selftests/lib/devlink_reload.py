#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""devlink_reload.py BUS DEV ACTION LIMIT: a reload with numbers, as bits.

devlink(8) names all limits that it knows in the selector of the attribute, and
the kernel's policy (netlink_gen.c) has no bit for the first of them: "limit
no_reset" never gets beyond the policy. This asks for the one bit that it means.
"""

import os
import socket
import struct
import sys

GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR, NLMSGERR_ATTR_MSG = 1, 4, 2, 1
NETLINK_GENERIC, SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 16, 270, 10, 11
CMD_RELOAD, ATTR_BUS_NAME, ATTR_DEV_NAME = 37, 1, 2
ATTR_RELOAD_ACTION, ATTR_RELOAD_LIMITS = 153, 155


def attr(kind, data):
    return struct.pack("<HH", len(data) + 4, kind) + data + bytes(-len(data) % 4)


def attrs(data):
    while len(data) >= 4:
        size, kind = struct.unpack_from("<HH", data)
        yield kind & 0x3FFF, data[4:size]
        data = data[(size + 3) & ~3:]


def call(sock, family, command, body):
    message = struct.pack("<BBH", command, 1, 0) + body
    sock.send(struct.pack("<IHHII", len(message) + 16, family, NLM_F_REQUEST | NLM_F_ACK, 1, 0)
              + message)
    while True:
        data = sock.recv(65536)
        while data:
            size, kind = struct.unpack_from("<IH", data)
            if kind != NLMSG_ERROR:
                reply = data[20:size]
            else:
                error = -struct.unpack_from("<i", data, 16)[0]
                texts = dict(attrs(data[36:size])) if error else {}
                if error:
                    text = texts.get(NLMSGERR_ATTR_MSG, b"").rstrip(b"\0").decode()
                    sys.exit(f"Error: {text} ({os.strerror(error)})")
                return reply
            data = data[(size + 3) & ~3:]


def main():
    bus, dev, action, limit = sys.argv[1:]
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
    sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
    sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
    reply = call(sock, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, attr(CTRL_ATTR_FAMILY_NAME, b"devlink\0"))
    family = struct.unpack("<H", dict(attrs(reply))[CTRL_ATTR_FAMILY_ID])[0]
    bit = 1 << int(limit)
    call(sock, family, CMD_RELOAD,
         attr(ATTR_BUS_NAME, bus.encode() + b"\0") + attr(ATTR_DEV_NAME, dev.encode() + b"\0")
         + attr(ATTR_RELOAD_ACTION, struct.pack("<B", int(action)))
         + attr(ATTR_RELOAD_LIMITS, struct.pack("<II", bit, bit)))


if __name__ == "__main__":
    main()
