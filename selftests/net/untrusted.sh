#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Requests of a process that make no sense: whatever it asks for in the header
# of PACKET_VNET_HDR, the queue goes on. Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

# requests MAC: each of a table, each on a queue of every kind of header.
requests() {
	python3 - "$DEV" "$1" <<-'PYTHON'
		import random, socket, struct, sys
		dev, mac = sys.argv[1], bytes.fromhex(sys.argv[2].replace(":", ""))
		SOL_PACKET, VNET_HDR, BYPASS = 263, 15, 20
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((dev, 0))
		own = s.getsockname()[4]
		s.setsockopt(SOL_PACKET, VNET_HDR, 1)
		TCP4, UDP, TCP6, UDP_L4, ECN = 1, 3, 4, 5, 0x80
		AT = (0, 1, 12, 13, 14, 20, 33, 100, 230, 234, 240, 250, 252, 300, 800, 898, 65535)

		def tcp(doff=5):
		    return struct.pack("!HHIIBBHHH", 1, 2, 3, 4, doff << 4, 0x10, 100, 0, 0)

		def ip4(l4, proto=6, ihl=5, frag=0):
		    head = struct.pack("!BBHHHBBH4s4s", 0x40 | ihl, 0, 20 + len(l4), 1, frag,
		                       64, proto, 0, socket.inet_aton("192.0.2.1"),
		                       socket.inet_aton("192.0.2.2"))
		    return head + bytes(max(0, ihl - 5) * 4) + l4

		def ip6(l4, proto=6, ext=0):
		    chain = bytes([proto, ext // 8 - 1]) + bytes(ext - 2) if ext else b""
		    head = struct.pack("!IHBB", 6 << 28, len(l4) + ext, 60 if ext else proto, 64)
		    return head + socket.inet_pton(socket.AF_INET6, "2001:db8::1") + \
		        socket.inet_pton(socket.AF_INET6, "2001:db8::2") + chain + l4

		def eth(data, kind=0x0800, tags=0):
		    return mac + own + b"\x81\x00\x00\x07" * tags + struct.pack("!H", kind) + data

		sent = refused = 0
		def send(frame, gso, start, offset, hdr_len, mss, need=1, proto=0):
		    global sent, refused
		    vnet = struct.pack("=BBHHHH", need, gso, hdr_len & 0xffff, mss,
		                       start & 0xffff, offset)
		    try:
		        if proto:
		            s.sendto(vnet + frame, (dev, proto))
		        else:
		            s.send(vnet + frame)
		        sent += 1
		    except OSError:
		        refused += 1

		data = bytes(6000)
		udp = struct.pack("!HHHH", 1, 2, 8 + len(data), 0)
		frames = [
		    (eth(ip4(tcp() + data)), TCP4, 34, 16),
		    (eth(ip4(tcp(15) + data)), TCP4, 34, 16),
		    (eth(ip4(tcp(0) + data)), TCP4, 34, 16),
		    (eth(ip4(tcp() + data, frag=0x2000)), TCP4, 34, 16),
		    (eth(ip4(tcp() + data, frag=5)), TCP4, 34, 16),
		    (eth(ip4(tcp() + data, ihl=15)), TCP4, 74, 16),
		    (eth(ip4(tcp() + data, ihl=15)), TCP4, 34, 16),
		    (eth(ip4(tcp() + data, ihl=2)), TCP4, 34, 16),
		    (eth(ip4(tcp() + data), 0x88b5), TCP4, 34, 16),
		    (eth(ip4(tcp() + data), 0x86dd), TCP4, 34, 16),
		    (eth(ip4(tcp() + data), tags=1), TCP4, 38, 16),
		    (eth(ip4(tcp() + data), tags=3), TCP4, 46, 16),
		    (eth(ip4(udp + data, 17)), UDP_L4, 34, 6),
		    (eth(ip4(udp + data, 6)), UDP_L4, 34, 6),
		    (eth(ip4(udp + data, 17)), UDP, 34, 6),
		    (eth(ip4(tcp() + data)), TCP4 | ECN, 34, 16),
		    (eth(ip6(tcp() + data), 0x86dd), TCP6, 54, 16),
		    (eth(ip6(tcp() + data, ext=64), 0x86dd), TCP6, 118, 16),
		    (eth(ip6(tcp() + data, ext=400), 0x86dd), TCP6, 454, 16),
		    (eth(ip6(tcp() + data, ext=400), 0x86dd), TCP6, 54, 16),
		    (eth(ip6(tcp() + data), 0x0800), TCP6, 54, 16),
		    (eth(ip6(udp + data, 17), 0x86dd), UDP_L4, 54, 6),
		    (eth(ip4(tcp() + data)), TCP6, 34, 16),
		]
		for bypass in (0, 1):
		    s.setsockopt(SOL_PACKET, BYPASS, bypass)
		    for frame, gso, start, offset in frames:
		        for mss in (1, 7, 536, 1400, 5000, 9600, 65535):
		            send(frame, gso, start, offset, start + 20, mss)
		        for hdr_len in (0, 1, 14, 33, 200, 300, 5000, 65535):
		            send(frame, gso, start, offset, hdr_len, 1400)
		        for kind in (0x0800, 0x86dd, 0x8100, 0x88b5, 0x6558):
		            send(frame, gso, start, offset, start + 20, 1400, proto=kind)
		        send(frame, gso, start, offset, start + 20, 1400, need=0)
		        for other in (TCP4, TCP6, UDP_L4, UDP):
		            send(frame, other, start, offset, start + 20, 1400)
		        short = frame[:900]
		        for at in AT:
		            for off in (0, 6, 16, 62, 63, 64, 200, 65535):
		                send(short, 0, at, off, 0, 0)
		                send(frame, gso, at, off, start + 20, 1400)
		    random.seed(1)
		    for _ in range(3000):
		        frame, gso, start, offset = random.choice(frames)
		        frame = bytearray(frame)
		        for _ in range(random.randrange(4)):
		            frame[random.randrange(12, 100)] = random.randrange(256)
		        size = random.choice((60, 300, 1500, 4000, 9000))
		        send(bytes(frame[:size]), random.choice((0, gso)),
		             random.choice((start, random.randrange(300))),
		             random.choice((offset, random.randrange(300))),
		             random.choice((start + 20, random.randrange(300))),
		             random.choice((1400, random.randrange(9000))))
		print(f"sent {sent}, refused {refused}")
		sys.exit(sent < 1000)
	PYTHON
}

# No queue had to be made anew, and the log has nothing to say.
send_everything() {
	local before

	before=$(ethtool_stat "$DEV" queue_resets)
	requests "$(peer cat "/sys/class/net/$PEER_DEV/address")"
	ping_works -s 1400
	sleep 1
	expect "queues that were made anew" "$(ethtool_stat "$DEV" queue_resets)" -eq "$before"
	ping_works
}

topology_up
trap topology_down EXIT
guest_main send_everything
