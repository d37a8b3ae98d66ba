# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The same flow by a tc rule that the card executes.

demo_rule() {
	local host device

	step "The same flow by a tc flower rule in hardware"
	run tc qdisc add dev b0 clsact
	run tc filter add dev b0 ingress protocol ip pref 1 flower skip_sw ip_proto udp \
		src_ip 10.0.0.1 dst_ip 10.0.0.2 src_port "$SENDER_PORT" dst_port "$FLOW_PORT" \
		action mirred egress redirect dev "$RAW_REP"
	expect "rules of b0 in hardware" 1 "$(rules '[.[] | select(.options.in_hw)] | length')"
	tcpdump -p -i b0 -w "$TMP/seen.pcap" "udp dst port $FLOW_PORT" 2>"$TMP/tcpdump" &
	host=$!
	wait_until 10 "tcpdump listens" grep -q listening "$TMP/tcpdump"
	traffic
	expect "SHA-256 of the file, from the memory of card 1" \
		"$(sum "$TMP/file.$FLOW_PORT")" "$(sum "$TMP/steered")"
	check_others
	kill "$host"
	wait "$host" || stop "tcpdump watches until it is told to end" "exit status $?"
	tcpdump -r "$TMP/seen.pcap" >"$TMP/seen" || stop "tcpdump reads what it wrote" "exit status $?"
	expect "packets of the flow that the host saw" 0 "$(wc -l <"$TMP/seen")"
	run tc -s filter show dev b0 ingress
	device=$(rules '[.[].options.actions[]?.stats.hw_packets // empty] | add')
	expect "packets that the rule counted, in the device" "$CHUNKS" "$device"
	run tc qdisc del dev b0 clsact
}

# rules FILTER: the flower rules of b0, through jq
rules() {
	tc -s -j filter show dev b0 ingress | jq -r "$1"
}
