#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""bo.py SIZE FLAGS...: makes a buffer object of the first card's with each of these flags, one
after the other, and says OK or the error of each. Imported ones are a page of a heap."""
import errno
import fcntl
import glob
import os
import struct
import sys

CREATE = 0xc0286441	# DRM_IOCTL_GNIC_BO_CREATE
IMPORT = 4	# DRM_GNIC_BO_IMPORT
HEAP_ALLOC = 0xc0184800


def page():
    heap = os.open("/dev/dma_heap/system", os.O_RDWR)
    return struct.unpack("QIIQ", fcntl.ioctl(heap, HEAP_ALLOC,
                                             struct.pack("QIIQ", 4096, 0, os.O_RDWR, 0)))[1]


def make(accel, size, flags):
    size, fd = (0, page()) if flags & IMPORT else (size, 0)
    try:
        fcntl.ioctl(accel, CREATE, struct.pack("QIIQQiI", size, flags, 0, 0, 0, fd, 0))
        return "OK"
    except OSError as error:
        return errno.errorcode[error.errno]


def main():
    first = min(glob.glob("/sys/bus/pci/drivers/gnic/*/gnic.accel.*/accel/accel*"))
    accel = os.open("/dev/accel/" + os.path.basename(first), os.O_RDWR)
    print(*(make(accel, int(sys.argv[1]), int(flags)) for flags in sys.argv[2:]))


main()
