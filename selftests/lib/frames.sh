# SPDX-License-Identifier: GPL-2.0-only
# Test frames between the two ends of guest.sh's cable.
# shellcheck shell=bash

# mtu BYTES: of both ends, until the test ends.
mtu() {
	ip link set "$DEV" mtu "$1"
	peer ip link set "$PEER_DEV" mtu "$1"
	defer ip link set "$DEV" mtu 1500
	defer peer ip link set "$PEER_DEV" mtu 1500
}

# exchange SENT EXPECTED [SKIP [COUNT]]: COUNT (5) test frames of so many bytes
# from the peer, and how long what comes back is; 0: nothing comes back. The
# content is compared, as far as there are both and but for SKIP bytes that were
# put in front of it.
exchange() {
	peer python3 - "$PEER_DEV" "$(cat "/sys/class/net/$DEV/address")" "$1" "$2" "${3:-0}" \
		"${4:-5}" <<-'PYTHON'
		import os, socket, sys
		dev, mac = sys.argv[1:3]
		size, expected, skip, count = (int(word) for word in sys.argv[3:7])
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
		s.bind((dev, 0x88b5))
		s.settimeout(3 if expected else 0.5)
		own = s.getsockname()[4]
		data = os.urandom(size - 14)
		for _ in range(count):
		    s.send(bytes.fromhex(mac.replace(":", "")) + own + b"\x88\xb5" + data)
		    try:
		        while True:
		            back, address = s.recvfrom(20000)
		            if address[2] != socket.PACKET_OUTGOING:
		                break
		    except TimeoutError:
		        back = b""
		    if len(back) != expected:
		        sys.exit(f"sent {size}, got {len(back)}, not {expected}")
		    back = back[14 + skip:]
		    if any(a != b for a, b in zip(back, data)):
		        sys.exit("the content changed")
	PYTHON
}

# all_arrive COMMAND: while it runs, the peer sends, and every frame arrives and
# is answered: by the port's counter and by what the peer gets back.
all_arrive() {
	local before sent

	before=$(stat "$DEV" rx_packets)
	peer ping -q -i 0.005 -W 5 -c 800 192.0.2.1 >/tmp/pings &
	"$@"
	wait $! || true
	note "$(grep loss /tmp/pings)"
	sent=$(awk '/loss/ { print $1 }' /tmp/pings)
	grep -q " 0% packet loss" /tmp/pings || fail "replies are missing"
	expect "frames that arrived" "$(($(stat "$DEV" rx_packets) - before))" -ge "$sent"
}
