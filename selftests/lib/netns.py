# SPDX-License-Identifier: GPL-2.0-only
"""Sockets in other network namespaces."""
import os
import socket


def packet_socket(netns, dev, protocol=0):
    """Of @dev in @netns, "": here. A socket belongs to the namespace in which it was made;
    we stay where we are."""
    with open("/proc/self/ns/net", "rb") as own:
        if netns:
            with open(f"/run/netns/{netns}", "rb") as other:
                os.setns(other.fileno(), os.CLONE_NEWNET)
        try:
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
            sock.bind((dev, protocol))
        finally:
            os.setns(own.fileno(), os.CLONE_NEWNET)
    return sock
