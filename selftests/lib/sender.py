#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sends what it is told to, from the network namespace that it runs in.

A request a line, a line back for each: "sent", or why not.
  udp ADDRESS PORT COUNT [SIZE]    datagrams of SIZE (64) bytes, each full of its number
  frame DEV HEX [COUNT]            one, as it is
"""
import socket
import sys


def udp(address, port, count, size="64"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        for i in range(int(count)):
            sock.sendto(i.to_bytes(4, "big") * (int(size) // 4), (address, int(port)))


def frame(dev, content, count="1"):
    data = bytes.fromhex(content).ljust(60, b"\0")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((dev, 0))
        for _ in range(int(count)):
            sock.send(data)


def answer(line):
    verb, *words = line.split()
    try:
        {"udp": udp, "frame": frame}[verb](*words)
    except OSError as error:
        return error
    return "sent"


def main():
    for line in sys.stdin:
        print(answer(line), flush=True)


main()
