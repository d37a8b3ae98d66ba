#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Flows for the tests of accelerated RFS.

	arfs.py read PORT		takes all that comes, by TCP and UDP
	arfs.py tcp|udp ADDRESS PORT	sends a little, all the time
	arfs.py many ADDRESS PORT COUNT	so many flows of TCP, a little by each, all the time
	arfs.py reaches DEV QUEUE	waits until what comes does so by that queue
		alone, and then for a while
"""

import resource
import selectors
import socket
import sys
import time

from qstats import Queues

PAUSE = 0.005
SECONDS = 60	# until flows have moved
WINDOW = 0.3
WINDOWS = 20
MANY = 5	# frames in a window: more than what else there is on a wire


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def take(poll, sock):
    """The kernel knows the reader of connected sockets only."""
    if sock.type == socket.SOCK_DGRAM:
        sock.connect(sock.recvfrom(65536)[1])
    elif not sock.recv(65536):
        poll.unregister(sock)
        sock.close()


def read(port):
    poll = selectors.DefaultSelector()
    listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True,
                                    backlog=500)
    udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    udp.bind(("::", port))
    poll.register(listener, selectors.EVENT_READ)
    poll.register(udp, selectors.EVENT_READ)
    while True:
        for key, _ in poll.select():
            if key.fileobj is listener:
                poll.register(listener.accept()[0], selectors.EVENT_READ)
            else:
                take(poll, key.fileobj)


def write(kind, address, port):
    kinds = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
    sock = socket.socket(family(address), kinds[kind])
    sock.connect((address, port))
    if kind == "tcp":
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        sock.send(b"x" * 100)
        time.sleep(PAUSE)


def many(address, port, count):
    socks = [socket.create_connection((address, port)) for _ in range(count)]
    while True:
        for sock in socks:
            sock.send(b"x")
        time.sleep(0.2)


def received(queues):
    return {queue: count for kind, queue, count in queues.packets() if kind == "rx"}


def only(queues, number):
    """That queue alone has received what came in a window, and something did: on a busy
    machine in a later one."""
    for _ in range(WINDOWS):
        before = received(queues)
        time.sleep(WINDOW)
        busy = [queue for queue, count in received(queues).items()
                if count - before[queue] >= MANY]
        if busy:
            return busy == [number]
    return False


def reaches(dev, number):
    queues = Queues(dev)
    end = time.monotonic() + SECONDS
    while not only(queues, number):
        if time.monotonic() > end:
            sys.exit(f"not to queue {number}")
    if not only(queues, number):
        sys.exit(f"not only to queue {number}")


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    command, args = sys.argv[1], sys.argv[2:]
    if command == "read":
        read(int(args[0]))
    elif command == "many":
        many(args[0], int(args[1]), int(args[2]))
    elif command == "reaches":
        reaches(args[0], int(args[1]))
    else:
        write(command, args[0], int(args[1]))


main()
