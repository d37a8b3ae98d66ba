#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Memory of somebody else for receive queues, by netlink.

	devmem.py bind DEV QUEUE [BYTES]	binds some of /dev/udmabuf, says "bound",
		and keeps it until it is told to end
	devmem.py pools DEV	how many page pools have such memory
"""
import fcntl
import os
import signal
import socket
import struct
import sys

from qstats import NLM_F_DUMP, attr, genl_family, number, request

PAGE_POOL_GET, BIND_RX = 5, 13
POOL_IFINDEX, POOL_DETACH_TIME, POOL_DMABUF = 2, 6, 7
DMABUF_IFINDEX, DMABUF_QUEUES, DMABUF_FD = 1, 2, 3
QUEUE_ID, QUEUE_TYPE, QUEUE_TYPE_RX = 1, 3, 0
NESTED = 0x8000
UDMABUF_CREATE = 0x40187542
SIZE = 8 << 20


def u32(value):
    return struct.pack("=I", value)


def dmabuf(size):
    memory = os.memfd_create("devmem", os.MFD_ALLOW_SEALING)
    os.ftruncate(memory, size)
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    with open("/dev/udmabuf", "rb") as device:
        return fcntl.ioctl(device, UDMABUF_CREATE,
                           bytearray(struct.pack("=IIQQ", memory, 0, 0, size)))


def bind(dev, queue, size=SIZE):
    sock, family = genl_family(b"netdev")
    nest = attr(QUEUE_TYPE, u32(QUEUE_TYPE_RX)) + attr(QUEUE_ID, u32(int(queue)))
    request(sock, family, BIND_RX, 0,
            attr(DMABUF_IFINDEX, u32(socket.if_nametoindex(dev))) +
            attr(DMABUF_QUEUES | NESTED, nest) + attr(DMABUF_FD, u32(dmabuf(int(size)))))
    print("bound", flush=True)
    signal.pause()


def pools(dev):
    sock, family = genl_family(b"netdev")
    index = socket.if_nametoindex(dev)
    rows = request(sock, family, PAGE_POOL_GET, NLM_F_DUMP, b"")
    print(sum(POOL_DMABUF in row and POOL_DETACH_TIME not in row
              for row in rows if number(row.get(POOL_IFINDEX, b"\0")) == index))


def main():
    {"bind": bind, "pools": pools}[sys.argv[1]](*sys.argv[2:])


main()
