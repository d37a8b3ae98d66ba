#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# flower filters that the card executes: what they match, what they do, what
# they count. Most are skip_sw, so that software can't do it in their place.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
# shellcheck source=selftests/lib/sender.sh
. "$(dirname "$0")/../lib/sender.sh"

REPLACES=/tmp/replaces.$$

drop_counts() {
	flower "$DEV" protocol ip flower skip_sw ip_proto udp dst_port 5000 action drop
	in_hw "$DEV"
	expect "datagrams for port 5000" "$(received from_peer 192.0.2.1 5000 20 64)" = 0
	expect "datagrams for port 5001" "$(received from_peer 192.0.2.1 5001 20 64)" = 20
	expect packets "$(hw_packets "$DEV")" = 20
	# Ethernet, IPv4 and UDP headers and 64 bytes
	expect bytes "$(filter_json "$DEV" '.actions[0].stats.hw_bytes')" = $((20 * (14 + 20 + 8 + 64)))
	tc filter del dev "$DEV" ingress
	expect "datagrams behind" "$(received from_peer 192.0.2.1 5000 20 64)" = 20
}

drop_without_skip_sw() {
	flower "$DEV" protocol ip flower ip_proto udp dst_port 5000 action drop
	in_hw "$DEV"
	expect "datagrams" "$(received from_peer 192.0.2.1 5000 10 64)" = 0
	expect "done by the card" "$(hw_packets "$DEV")" = 10
	expect "done by software" "$(filter_json "$DEV" '.actions[0].stats.sw_packets // 0')" = 0
}

skip_hw_stays_out() {
	flower "$DEV" protocol ip flower skip_hw ip_proto udp dst_port 5000 action drop
	expect not_in_hw "$(filter_json "$DEV" '.not_in_hw // false')" = true
	expect "datagrams" "$(received from_peer 192.0.2.1 5000 10 64)" = 0
}

last_used() {
	flower "$DEV" protocol ip flower skip_sw ip_proto udp dst_port 5000 action drop
	sleep 2
	expect "unused for" "$(filter_json "$DEV" '.actions[0].last_used')" -ge 1
	from_peer 192.0.2.1 5000 1 64
	expect "used before" "$(filter_json "$DEV" '.actions[0].last_used')" -le 1
}

# match ARG...: frames that a filter with these keys takes of one datagram to port 5000
match() {
	local before

	tc filter add dev "$DEV" ingress "$@"
	in_hw "$DEV"
	before=$(hw_packets "$DEV")
	from_peer "${ADDRESS:-192.0.2.1}" 5000 1 "${SIZE:-64}"
	echo $(($(hw_packets "$DEV") - before))
	tc filter del dev "$DEV" ingress
}

# matches FRAMES KEY...
matches() {
	local want=$1

	shift
	expect "match of $*" \
		"$(match protocol "${PROTOCOL:-ip}" flower skip_sw "$@" action drop)" = "$want"
}

ipv4_keys() {
	local mac peer_mac

	mac=$(cat "/sys/class/net/$DEV/address")
	peer_mac=$(peer cat "/sys/class/net/$PEER_DEV/address")
	with_clsact
	matches 1 ip_proto udp
	matches 0 ip_proto tcp
	matches 1 ip_proto udp dst_port 5000
	matches 0 ip_proto udp dst_port 5001
	matches 0 ip_proto udp src_port 1
	matches 1 dst_ip 192.0.2.1 ip_proto udp
	matches 0 dst_ip 192.0.2.3 ip_proto udp
	matches 1 src_ip 192.0.2.0/24 ip_proto udp
	matches 0 src_ip 198.51.100.0/24 ip_proto udp
	matches 1 src_ip 192.0.2.2 dst_ip 192.0.2.1 ip_proto udp dst_port 5000
	matches 1 dst_mac "$mac" ip_proto udp
	matches 1 src_mac "$peer_mac" ip_proto udp
	matches 0 src_mac "$mac" ip_proto udp
	matches 1 src_mac "${peer_mac%:*}:00/ff:ff:ff:ff:ff:00" ip_proto udp
	PROTOCOL=ipv6 matches 0 ip_proto udp
	PROTOCOL=802.1Q matches 0 vlan_id 5
}

ipv6_keys() {
	with_clsact
	export ADDRESS=2001:db8::1 PROTOCOL=ipv6
	matches 1 ip_proto udp dst_port 5000
	matches 1 dst_ip 2001:db8::1 ip_proto udp
	matches 0 dst_ip 2001:db8::2 ip_proto udp
	matches 1 src_ip 2001:db8::/32 ip_proto udp
	matches 0 src_ip 2001:db9::/32 ip_proto udp
	PROTOCOL=ip matches 0 ip_proto udp
}

# A datagram of 4000 bytes comes in three pieces, none of which has ports.
fragments() {
	with_clsact
	for PROTOCOL in ip ipv6; do
		[ $PROTOCOL = ip ] || ADDRESS=2001:db8::1
		matches 1 ip_flags nofrag ip_proto udp dst_port 5000
		matches 0 ip_flags frag ip_proto udp
		SIZE=4000 matches 0 ip_flags nofrag ip_proto udp
		SIZE=4000 matches 3 ip_flags frag ip_proto udp
		SIZE=4000 matches 3 ip_proto udp
		SIZE=4000 matches 0 ip_proto udp dst_port 5000
	done
}

# The bits that the mask has, of two frames whose others differ.
type_of_service() {
	flower "$DEV" protocol ip flower skip_sw ip_proto icmp ip_tos 0x20/0xfc action pass
	in_hw "$DEV"
	for tos in 0x20 0x21 0x40 0; do
		peer ping -c 2 -i 0.05 -Q $tos -q 192.0.2.1 >/dev/null
	done
	expect packets "$(hw_packets "$DEV")" = 4
}

vlan_keys() {
	peer ip link add link "$PEER_DEV" name peer.5 type vlan id 5
	defer peer ip link del peer.5
	# nothing but what is sent here
	peer sysctl -q -w net.ipv6.conf.peer/5.disable_ipv6=1
	peer ip addr add 198.51.100.2/24 dev peer.5
	peer ip link set peer.5 up
	peer ip neigh add 198.51.100.1 dev peer.5 lladdr "$(cat "/sys/class/net/$DEV/address")"
	with_clsact
	export ADDRESS=198.51.100.1 PROTOCOL=802.1Q
	matches 1 vlan_id 5
	matches 1 vlan_id 5 vlan_ethtype ipv4 ip_proto udp dst_port 5000
	matches 0 vlan_id 6
	matches 0 vlan_id 5 vlan_prio 3
	# a filter for IPv4 does not see IPv4 behind a tag
	PROTOCOL=ip matches 0 ip_proto udp
}

# The lower number wins, whichever came first.
priority() {
	flower "$DEV" protocol ip prio 20 flower skip_sw ip_proto udp action drop
	tc filter add dev "$DEV" ingress protocol ip prio 10 flower skip_sw ip_proto udp \
		dst_port 5000 action mirred egress redirect dev "$DEV"
	from_peer 192.0.2.1 5000 4 64
	from_peer 192.0.2.1 5001 3 64
	expect "of prio 10" "$(tc -j -s filter show dev "$DEV" ingress prio 10 |
		jq '[.[] | select(.options.actions)][0].options.actions[0].stats.hw_packets')" = 4
	expect "of prio 20" "$(tc -j -s filter show dev "$DEV" ingress prio 20 |
		jq '[.[] | select(.options.actions)][0].options.actions[0].stats.hw_packets')" = 3
}

# Out where it came in: the peer gets its own frame back.
redirect_to_wire() {
	local before

	flower "$DEV" protocol ip flower skip_sw ip_proto udp dst_port 5000 \
		action mirred egress redirect dev "$DEV"
	before=$(peer cat "/sys/class/net/$PEER_DEV/statistics/rx_packets")
	peer ip link set "$PEER_DEV" promisc on
	defer peer ip link set "$PEER_DEV" promisc off
	expect "datagrams at the host" "$(received from_peer 192.0.2.1 5000 10 64)" = 0
	expect "frames back at the peer" \
		$(($(peer cat "/sys/class/net/$PEER_DEV/statistics/rx_packets") - before)) -ge 10
	expect packets "$(hw_packets "$DEV")" = 10
}

redirect_to_other_port() {
	local other before

	other=$(port_dev "$CARD" 1)
	[ -n "$other" ] || skip "one port"
	ip link set "$other" up
	defer ip link set "$other" down
	ip link set "$(port_dev "$PEER_CARD" 1)" up
	before=$(ethtool -S "$other" --groups eth-mac 2>/dev/null | awk '/FramesTransmittedOK/ { print $2 }')
	[ -n "$before" ] || skip "no frame counters"
	wait_for 5 grep -q 1 "/sys/class/net/$other/carrier"
	flower "$DEV" protocol ip flower skip_sw ip_proto udp dst_port 5000 \
		action mirred egress redirect dev "$other"
	from_peer 192.0.2.1 5000 10 64
	expect packets "$(hw_packets "$DEV")" = 10
	expect "frames at the other port" $(($(ethtool -S "$other" --groups eth-mac |
		awk '/FramesTransmittedOK/ { print $2 }') - before)) -ge 10
}

redirect_to_group() {
	local rep out=/tmp/flower.$$

	group_add "$CARD" 7
	group_set "$CARD" 7 qp_type raw qp_count 2
	group_state "$CARD" 7 active
	rep=$(rep_dev "$CARD" 7)
	"$GNICCTL" accel recv -d "$CARD" --group 7 --count 8 --udp-payload --out "$out" \
		--timeout 10 >/dev/null 2>"$out.err" &
	wait_for 5 grep -q ready "$out.err"
	flower "$DEV" protocol ip flower skip_sw ip_proto udp dst_ip 192.0.2.1 dst_port 5000 \
		action mirred egress redirect dev "$rep"
	expect "datagrams at the host" "$(received from_peer 192.0.2.1 5000 8 64)" = 0
	wait $! || fail "$(cat "$out.err")"
	expect packets "$(hw_packets "$DEV")" = 8
	expect "bytes in the group" "$(wc -c <"$out")" = $((8 * 64))
}

# RDMA to the port's own address: a rule by RoCE destination leads it to the group.
redirect_roce() {
	local out=/tmp/roce.$$ address

	pair_up 5 1
	for card in "$CARD" "$PEER_CARD"; do
		group_state "$card" 5 inactive
	done
	group_set "$PEER_CARD" 5 peer_mac "$(cat "/sys/class/net/$DEV/address")"
	group_state "$CARD" 5 active
	group_state "$PEER_CARD" 5 active
	flower "$DEV" protocol ip flower skip_sw dst_ip 192.0.2.1 ip_proto udp dst_port 4791 \
		action mirred egress redirect dev "$(rep_dev "$CARD" 5)"
	"$GNICCTL" accel target -d "$CARD" --group 5 --size 64K --out "$out" --timeout 10 \
		>"$out.log" 2>&1 &
	wait_for 5 grep -q 0x "$out.log"
	address=$(grep -o '0x[0-9a-f]*' "$out.log" | head -n 1)
	head -c 50000 /dev/urandom >"$out.in"
	"$GNICCTL" accel rdma -d "$PEER_CARD" --group 5 --file "$out.in" --to "$address" >/dev/null
	wait $! || fail "$(cat "$out.log")"
	cmp "$out.in" "$out"
	expect packets "$(hw_packets "$DEV")" -ge 49
}

# A representor that goes away leaves a rule that drops, as in software.
target_goes_away() {
	devlink port add "$CARD" flavour pcisf pfnum 0 sfnum 7 >/dev/null
	flower "$DEV" protocol ip flower skip_sw ip_proto udp dst_port 5000 \
		action mirred egress redirect dev "$(rep_dev "$CARD" 7)"
	from_peer 192.0.2.1 5000 3 64
	group_del "$CARD" 7
	expect "datagrams" "$(received from_peer 192.0.2.1 5000 4 64)" = 0
	expect "counted on" "$(hw_packets "$DEV")" = 7
}

# replace PRIO ACTION: the filter with this priority is another one from now on
replace() {
	tc filter replace dev "$DEV" ingress protocol ip prio "$1" handle 1 \
		flower skip_sw ip_proto udp dst_port 5000 action "$2"
}

replaced() {
	local action

	with_clsact
	for action in drop pass drop; do
		replace 1 $action
		in_hw "$DEV"
		expect "datagrams, $action" "$(received from_peer 192.0.2.1 5000 5 64)" = \
			"$([ $action = drop ] && echo 0 || echo 5)"
		expect "packets, $action" "$(hw_packets "$DEV")" = 5
	done
	tc filter del dev "$DEV" ingress
	expect "datagrams behind" "$(received from_peer 192.0.2.1 5000 5 64)" = 5
}

# Until $REPLACES is gone. One that is killed leaves a tc behind, which holds the qdisc.
replace_on() {
	while [ -e "$REPLACES" ] && replace 1 pass; do :; done
}

# No frame comes between the old filter and the new one: it would be dropped.
replaced_under_traffic() {
	local done=0

	with_clsact
	replace 2 drop
	replace 1 pass
	touch "$REPLACES"
	background replace_on
	for _ in {1..8}; do
		done=$((done + $(received from_peer 192.0.2.1 5000 50 64)))
	done
	kill -0 "$BACKGROUND" || fail "a filter was not taken"
	rm "$REPLACES"
	wait "$BACKGROUND"
	expect "datagrams" $done = 400
}

many_rules() {
	local batch=/tmp/batch.$$ n

	with_clsact
	for n in $(seq 2000 2999); do
		echo "filter add dev $DEV ingress protocol ip prio 1 handle $n flower skip_sw" \
			"ip_proto udp dst_ip 192.0.2.1 dst_port $n action drop"
	done >"$batch"
	tc -b "$batch"
	expect "datagrams for the last" "$(received from_peer 192.0.2.1 2999 5 64)" = 0
	expect "datagrams for none" "$(received from_peer 192.0.2.1 3000 5 64)" = 5
}

shared_block() {
	local other

	other=$(port_dev "$CARD" 1)
	[ -n "$other" ] || skip "one port"
	tc qdisc add dev "$DEV" ingress_block 7 clsact
	defer tc qdisc del dev "$DEV" clsact
	tc qdisc add dev "$other" ingress_block 7 clsact
	defer tc qdisc del dev "$other" clsact
	tc filter add block 7 protocol ip flower skip_sw ip_proto udp dst_port 5000 action drop
	expect "in_hw_count" "$(tc -j filter show block 7 |
		jq '[.[] | select(.options)][0].options.in_hw_count')" = 2
	expect "datagrams" "$(received from_peer 192.0.2.1 5000 5 64)" = 0
}

switch_up
sender_start
trap 'server_stop; switch_down' EXIT
guest_main drop_counts drop_without_skip_sw skip_hw_stays_out last_used ipv4_keys ipv6_keys \
	fragments type_of_service vlan_keys priority redirect_to_wire redirect_to_other_port \
	redirect_to_group redirect_roce target_goes_away replaced replaced_under_traffic \
	many_rules shared_block
