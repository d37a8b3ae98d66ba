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

# exchange SENT EXPECTED: test frames of so many bytes from the peer, and how
# long what comes back is; 0: nothing comes back. The content is compared.
exchange() {
	peer python3 - "$PEER_DEV" "$(cat "/sys/class/net/$DEV/address")" "$1" "$2" <<-'PYTHON'
		import os, socket, sys
		dev, mac, size, expected = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
		s.bind((dev, 0x88b5))
		s.settimeout(3 if expected else 0.5)
		own = s.getsockname()[4]
		data = os.urandom(size - 14)
		for _ in range(5):
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
		    if back[14:] != data[:max(0, expected - 14)]:
		        sys.exit("the content changed")
	PYTHON
}

# all_arrive COMMAND: while it runs, the peer sends and every frame is seen to
# arrive, by the counters of both ends.
all_arrive() {
	local sent received replies

	sent=$(peer cat "/sys/class/net/$PEER_DEV/statistics/tx_packets")
	received=$(stat "$DEV" rx_packets)
	peer ping -q -i 0.003 -w 12 -c 1500 192.0.2.1 >/tmp/pings &
	"$@"
	wait $!
	sleep 0.5
	replies=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' /tmp/pings)
	sent=$(($(peer cat "/sys/class/net/$PEER_DEV/statistics/tx_packets") - sent))
	received=$(($(stat "$DEV" rx_packets) - received))
	note "$sent sent, $received received, $replies replies: $(tail -n 2 /tmp/pings | head -n 1)"
	expect "frames that arrived" "$received" -eq "$sent"
	grep -q " 0% packet loss" /tmp/pings || fail "replies are missing"
}
