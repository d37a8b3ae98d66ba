#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""One end of flows of numbered datagrams, both ways.

counted.py LOCAL REMOTE: to the same program at REMOTE until SIGTERM, then until the other
end has got all, for a while. "N lost of M" of what the other end has sent, and which.
"""
import selectors
import signal
import socket
import struct
import sys
import time

PORT = 5590                     # of the first flow
FLOWS = 8
INTERVAL = 0.006                # s between two datagrams of a flow: changes need processors, too
TAIL = 15                       # s that the other end may take to stop
SO_RCVBUFFORCE = 33
WORDS = struct.Struct("!QQ")    # which of these, and a number
NUMBERED, LAST, HELLO = range(3)
PADDING = bytes(184)


class Flow:
    """What one pair of ports has sent and got."""

    def __init__(self, local, remote, port):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
        self.sock.bind((local, port))
        self.sock.setblocking(False)
        self.remote = (remote, port)
        self.sent = 0
        self.heard = False
        self.got = set()
        self.total = None

    def put(self, kind, number=0):
        """False: the socket has no room now."""
        try:
            self.sock.sendto(WORDS.pack(kind, number) + PADDING, self.remote)
        except BlockingIOError:
            return False
        return True

    def send(self):
        """The next one, as soon as the other end is there."""
        if self.heard:
            self.sent += self.put(NUMBERED, self.sent)
        else:
            self.put(HELLO)

    def take(self):
        """All that have come so far."""
        try:
            while True:
                kind, number = WORDS.unpack(self.sock.recv(2000)[:WORDS.size])
                self.heard = True
                if kind == NUMBERED:
                    self.got.add(number)
                elif kind == LAST:
                    self.total = number
        except BlockingIOError:
            pass

    def lost(self):
        """Numbers of those that have not come."""
        return sorted(set(range(self.total)) - self.got)

    def whole(self):
        """The other end has told how many there are, and they are here."""
        return self.total is not None and len(self.got) == self.total


class End:
    """All flows."""

    def __init__(self, local, remote):
        self.flows = [Flow(local, remote, PORT + i) for i in range(FLOWS)]
        self.selector = selectors.DefaultSelector()
        for flow in self.flows:
            self.selector.register(flow.sock, selectors.EVENT_READ, flow)
        self.stopping = False
        signal.signal(signal.SIGTERM, self.stop)

    def stop(self, *_):
        """The handler of SIGTERM."""
        self.stopping = True

    def take(self, seconds):
        """What comes in this time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for key, _ in self.selector.select(left):
                key.data.take()

    def run(self):
        """Until it is told to stop."""
        while not self.stopping:
            for flow in self.flows:
                flow.send()
            self.take(INTERVAL)

    def finish(self):
        """Until all is here; a while longer, for the other end wants to hear of our last one."""
        end = time.monotonic() + TAIL
        whole = False
        while time.monotonic() < end:
            for flow in self.flows:
                flow.put(LAST, flow.sent)
            self.take(0.1)
            if not whole and all(flow.whole() for flow in self.flows):
                whole = True
                end = min(end, time.monotonic() + 1)


def main():
    """Tells what it has seen."""
    end = End(*sys.argv[1:3])
    end.run()
    end.finish()
    if any(flow.total is None or not flow.sent for flow in end.flows):
        sys.exit("the other end was not heard of")
    lost = [flow.lost() for flow in end.flows]
    print(sum(map(len, lost)), "lost of", sum(flow.total for flow in end.flows), end="")
    print(*(f", flow {i}: {numbers[0]} to {numbers[-1]}"
            for i, numbers in enumerate(lost) if numbers), sep="")


if __name__ == "__main__":
    main()
