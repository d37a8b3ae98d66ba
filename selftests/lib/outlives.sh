# SPDX-License-Identifier: GPL-2.0-only
# What a port has and does, and something that happens to its card meanwhile.
# shellcheck shell=bash
# shellcheck disable=SC2119 # ping_works takes options, or none

port_works() {
	wait_for 20 carrier_up
	wait_for 5 ping_works
	ping_works -s 1400
	ping6_works
}

# Other settings than those at the start, until the test ends.
settings_change() {
	ethtool -G "$DEV" rx 256 tx 128
	defer ethtool -G "$DEV" rx 512 tx 512
	ethtool -L "$DEV" combined 3
	defer ethtool -L "$DEV" combined 2
	ethtool -C "$DEV" adaptive-rx off rx-usecs 17
	defer ethtool -C "$DEV" rx-usecs 8 adaptive-rx on
	ethtool -X "$DEV" weight 1 2 1
	defer ethtool -X "$DEV" default
	ethtool -N "$DEV" flow-type udp4 dst-port 5596 action 2 loc 7 >/dev/null
	defer ethtool -N "$DEV" delete 7
	ip link set "$DEV" mtu 3000
	peer ip link set "$PEER_DEV" mtu 3000
	defer ip link set "$DEV" mtu 1500
	defer peer ip link set "$PEER_DEV" mtu 1500
	wait_for 10 carrier_up
}

# as text
settings() {
	ethtool -g "$DEV"
	ethtool -l "$DEV"
	ethtool -c "$DEV"
	ethtool -x "$DEV"
	ethtool -n "$DEV"
	ethtool -k "$DEV"
	ethtool -a "$DEV"
	ip -d -j link show "$DEV" | jq '.[] | {mtu, address, promiscuity, flags}'
}

# settings_outlive COMMAND...: so do counters
settings_outlive() {
	local before packets

	settings_change
	packets=$(stat "$DEV" rx_packets)
	before=$(settings)
	"$@"
	port_works
	ping_works -s 2900 -M "do"
	[ "$(settings)" = "$before" ] || fail "$(diff <(echo "$before") <(settings))"
	expect "packets" "$(stat "$DEV" rx_packets)" -gt "$packets"
}

# stream_outlives COMMAND...: the stream is in the middle
stream_outlives() {
	local got

	got=$(mktemp)
	defer rm -f "$got" "$got.sent"
	head -c 30000000 /dev/urandom >"$got.sent"
	peer_background socat -u TCP4-LISTEN:5597,reuseaddr "CREATE:$got"
	wait_for 5 peer_listens t 5597
	background socat -u "OPEN:$got.sent" TCP4:192.0.2.2:5597
	wait_for 5 test -s "$got"
	"$@"
	wait_for 60 cmp -s "$got" "$got.sent"
	port_works
}

# down_outlives COMMAND...: a port that is down stays so, and comes up when told to
down_outlives() {
	ip link set "$DEV" down
	"$@"
	ip link show "$DEV" | grep -q "state DOWN" || fail "it is not down"
	ip link set "$DEV" up
	port_works
}
