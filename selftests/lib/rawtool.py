#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel lets everybody ask of a netdev, and ethtool(8) never does.

rawtool.py DEV xfrm NUMBER	a transform of RSS, RXH_XFRM_*
rawtool.py DEV ether-mac	a rule for ether with a second destination
rawtool.py DEV ip-version	one for IPv4 that matches the version of IP
rawtool.py DEV tx-stamps NUMBER	time stamps of packets that are sent, HWTSTAMP_TX_*
"""
import ctypes
import fcntl
import socket
import struct
import sys

SIOCETHTOOL, SIOCSHWTSTAMP = 0x8946, 0x89b0
SRXCLSRLINS, SRSSH = 0x32, 0x47
ETHER_FLOW, IP_USER_FLOW, FLOW_MAC_EXT = 0x12, 0x0d, 0x40000000
INDIR_NO_CHANGE = 0xffffffff
IP4 = 1
LOC_ANY = 0xffffffff


def ask(dev, command, call=SIOCETHTOOL):
    data = ctypes.create_string_buffer(command, len(command))
    request = struct.pack("=16sQ16x", dev.encode(), ctypes.addressof(data))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            fcntl.ioctl(sock, call, request)
        except OSError as error:
            sys.exit(error.strerror)


def rule(flow_type, key, mask, key_ext=b"", mask_ext=b""):
    """struct ethtool_rxnfc"""
    spec = struct.pack("=I52s20s52s20s4xQI4x", flow_type, key, key_ext, mask, mask_ext, 0, 1)
    return struct.pack("=IIQ", SRXCLSRLINS, 0, 0) + spec + bytes(8)


def main():
    dev, what = sys.argv[1:3]
    if what == "xfrm":
        ask(dev, struct.pack("=4IBB2xI", SRSSH, 0, INDIR_NO_CHANGE, 0, 0, int(sys.argv[3]), 0))
    elif what == "tx-stamps":
        ask(dev, struct.pack("=3i", 0, int(sys.argv[3]), 0), SIOCSHWTSTAMP)
    elif what == "ether-mac":
        extension = bytes(2) + bytes.fromhex("020000000001") + bytes(12)
        ask(dev, rule(ETHER_FLOW | FLOW_MAC_EXT, bytes(52), bytes(52), extension,
                      bytes(2) + b"\xff" * 6 + bytes(12)))
    else:
        # struct ethtool_usrip4_spec: ip_ver is its 14th byte
        ask(dev, rule(IP_USER_FLOW, bytes(13) + bytes([IP4]), bytes(13) + b"\xff"))


if __name__ == "__main__":
    main()
