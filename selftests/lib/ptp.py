#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Clocks and time stamps for tests in shell.

	ptp.py pin DEVICE PIN none|extts|perout CHANNEL
	ptp.py perout DEVICE CHANNEL PERIOD [HIGH [PHASE]]	0 ends it
	ptp.py extts DEVICE CHANNEL rising|falling|both COUNT	prints them
	ptp.py rate DEVICE SECONDS	the clock's against the system's
	ptp.py now DEVICE
	ptp.py tx ADDRESS PORT		sends a datagram, prints when it left
	ptp.py txtime ADDRESS PORT AHEAD	likewise; it is to leave in AHEAD
		nanoseconds of CLOCK_TAI: prints when that is, and when it was
	ptp.py rx PORT			gets a datagram, prints when it came

Times are in nanoseconds; "none" is a stamp that is not there.
"""

import fcntl
import os
import select
import socket
import struct
import sys
import time

FUNCS = {"none": 0, "extts": 1, "perout": 2}
EDGES = {"rising": 1 << 1, "falling": 1 << 2, "both": 3 << 1}
ENABLE = 1
DUTY_CYCLE, PHASE = 1 << 1, 1 << 2
NSEC = 1000000000

SO_TIMESTAMPING = 37
SO_TXTIME = 61
SOF_TX_HARDWARE, SOF_RX_HARDWARE, SOF_RAW_HARDWARE = 1 << 0, 1 << 2, 1 << 6


def request(number, size):
    """_IOW('=', number, size)"""
    return 1 << 30 | size << 16 | ord("=") << 8 | number


def clock_time(nsec):
    return struct.pack("=qII", nsec // NSEC, nsec % NSEC, 0)


def clock(fd):
    return time.clock_gettime_ns((~fd << 3) | 3)


def pin(fd, index, func, channel):
    desc = struct.pack("=64sIII20x", b"", int(index), FUNCS[func], int(channel))
    fcntl.ioctl(fd, request(16, len(desc)), desc)


def perout(fd, channel, period, high=0, phase=0):
    period, high, phase = int(period), int(high), int(phase)
    flags = (DUTY_CYCLE if high else 0) | (PHASE if period else 0)
    req = clock_time(phase) + clock_time(period)
    req += struct.pack("=II", int(channel), flags) + clock_time(high)
    fcntl.ioctl(fd, request(12, len(req)), req)


def extts(fd, channel, edges, count):
    req = struct.pack("=II8x", int(channel), ENABLE | EDGES[edges])
    fcntl.ioctl(fd, request(11, len(req)), req)
    for _ in range(int(count)):
        if not select.select([fd], [], [], 10)[0]:
            print("none")
            break
        sec, nsec, index = struct.unpack("=qI4xI12x", os.read(fd, 32))
        print(sec * NSEC + nsec, index)
    fcntl.ioctl(fd, request(11, len(req)), struct.pack("=II8x", int(channel), 0))


def rate(fd, seconds):
    """Parts per million that the clock is faster"""
    first, raw = clock(fd), time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
    time.sleep(float(seconds))
    passed = clock(fd) - first
    raw = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW) - raw
    print((passed - raw) * 1000000 // raw)


def stamped(flags):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, flags | SOF_RAW_HARDWARE)
    return sock


def hardware(ancillary):
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPING:
            sec, nsec = struct.unpack("=32xqq", data[:48])
            return sec * NSEC + nsec
    return "none"


def left(sock):
    poll = select.poll()
    poll.register(sock, 0)
    if not poll.poll(5000):
        return "none"
    return hardware(sock.recvmsg(2048, 512, socket.MSG_ERRQUEUE)[1])


def tx(address, port):
    sock = stamped(SOF_TX_HARDWARE)
    sock.sendto(b"time", (address, int(port)))
    print(left(sock))


def txtime(address, port, ahead):
    sock = stamped(SOF_TX_HARDWARE)
    sock.setsockopt(socket.SOL_SOCKET, SO_TXTIME, struct.pack("=iI", time.CLOCK_TAI, 0))
    when = time.clock_gettime_ns(time.CLOCK_TAI) + int(ahead)
    sock.sendmsg([b"time"], [(socket.SOL_SOCKET, SO_TXTIME, struct.pack("=Q", when))], 0,
                 (address, int(port)))
    print(when, left(sock))


def rx(port):
    sock = stamped(SOF_RX_HARDWARE)
    sock.bind(("", int(port)))
    print("ready", flush=True)
    sock.settimeout(10)
    print(hardware(sock.recvmsg(2048, 512)[1]), flush=True)


def main():
    command, args = sys.argv[1], sys.argv[2:]
    if command in ("tx", "txtime", "rx"):
        {"tx": tx, "txtime": txtime, "rx": rx}[command](*args)
        return
    fd = os.open(args[0], os.O_RDWR)
    if command == "now":
        print(clock(fd))
    else:
        {"pin": pin, "perout": perout, "extts": extts, "rate": rate}[command](fd, *args[1:])


if __name__ == "__main__":
    main()
