#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tags that filters push, pop and change, chains, and filters for what is sent. All of
# them are skip_sw, so that software can't do it in the card's place.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
# shellcheck source=selftests/lib/sender.sh
. "$(dirname "$0")/../lib/sender.sh"

UDP="ip_proto udp dst_port 5000"

# in_chain CHAIN PROTOCOL ARG...: an ingress filter of $DEV
in_chain() {
	local chain=$1 protocol=$2

	shift 2
	tc filter add dev "$DEV" ingress chain "$chain" protocol "$protocol" prio 10 \
		flower skip_sw "$@"
}

at_egress() {
	local chain=$1 protocol=$2

	shift 2
	tc filter add dev "$DEV" egress chain "$chain" protocol "$protocol" prio 10 \
		flower skip_sw "$@"
}

# count WHICH WHERE CHAIN: packets of the filter there
count() {
	tc -j -s filter show dev "$DEV" "$2" chain "$3" prio 10 |
		jq "[.[] | select(.options.actions)][0].options.actions[0].stats.$1 // 0"
}

# The receive filter of $DEV lets all VLANs pass.
with_all_vlans() {
	with_clsact
	ip link set "$DEV" promisc on
	defer ip link set "$DEV" promisc off
}

# software_sees DEV ARG...: frames with a tag that software drops
software_sees() {
	local dev=$1

	shift
	tc filter add dev "$dev" ingress protocol 802.1q prio 1 flower skip_hw "$@" action drop
}

seen() {
	tc -j -s filter show dev "$1" ingress prio 1 |
		jq '[.[] | select(.options.actions)][0].options.actions[0].stats.packets'
}

# The peer counts frames with a tag.
peer_sees() {
	peer tc qdisc add dev "$PEER_DEV" clsact
	defer peer tc qdisc del dev "$PEER_DEV" clsact
	peer ip link set "$PEER_DEV" promisc on
	defer peer ip link set "$PEER_DEV" promisc off
	peer tc filter add dev "$PEER_DEV" ingress protocol 802.1q prio 1 flower skip_hw \
		"$@" action drop
}

peer_seen() {
	peer tc -j -s filter show dev "$PEER_DEV" ingress prio 1 |
		jq '[.[] | select(.options.actions)][0].options.actions[0].stats.packets'
}

# The peer sends to 198.51.100.1 with tag 7.
peer_with_tag() {
	peer ip link add link "$PEER_DEV" name v7 type vlan id 7
	defer peer ip link del v7
	peer ip addr add 198.51.100.2/24 dev v7
	peer ip link set v7 up
	peer ip neigh replace 198.51.100.1 dev v7 lladdr "$(cat "/sys/class/net/$DEV/address")"
	ip addr add 198.51.100.1/24 dev "$DEV"
	defer ip addr del 198.51.100.1/24 dev "$DEV"
}

push_puts_a_tag_on() {
	with_all_vlans
	software_sees "$DEV" vlan_id 100 vlan_prio 5 vlan_ethtype ip
	# shellcheck disable=SC2086 # words
	in_chain 0 ip $UDP action vlan push id 100 priority 5
	expect "without a tag" "$(received from_peer 192.0.2.1 5000 6 64)" = 0
	soon "with the tag" 6 seen "$DEV"
	expect "in the card" "$(count hw_packets ingress 0)" = 6
}

pop_takes_it_off() {
	peer_with_tag
	with_clsact
	expect "without a rule" "$(received from_peer 198.51.100.1 5000 4 64)" = 0
	in_chain 0 802.1q vlan_id 7 action vlan pop
	expect "without the tag" "$(received from_peer 198.51.100.1 5000 4 64)" = 4
}

modify_changes_it() {
	peer_with_tag
	with_all_vlans
	software_sees "$DEV" vlan_id 8 vlan_prio 3 vlan_ethtype ip
	in_chain 0 802.1q vlan_id 7 action vlan modify id 8 priority 3
	from_peer 198.51.100.1 5000 5 64
	soon "with the other tag" 5 seen "$DEV"
}

# A VLAN device brings its tag into the receive filter.
push_for_a_vlan_device() {
	ip link add link "$DEV" name v100 type vlan id 100
	defer ip link del v100
	ip addr add 198.51.100.1/24 dev v100
	ip link set v100 up
	with_clsact
	# shellcheck disable=SC2086 # words
	in_chain 0 ip $UDP action vlan push id 100
	peer ip addr add 198.51.100.2/24 dev "$PEER_DEV"
	defer peer ip addr del 198.51.100.2/24 dev "$PEER_DEV"
	peer ip neigh replace 198.51.100.1 dev "$PEER_DEV" \
		lladdr "$(cat "/sys/class/net/$DEV/address")"
	expect "at the VLAN device" "$(received from_peer 198.51.100.1 5000 5 64)" = 5
}

# The first card's other port hears the tag that the card has made of another.
redirect_with_a_tag() {
	local port far

	far=$(port_dev "$PEER_CARD" 1) port=$(port_dev "$CARD" 1)
	for dev in "$port" "$far"; do
		ip link set "$dev" promisc on up
		defer ip link set "$dev" promisc off down
	done
	wait_for 10 grep -q 1 "/sys/class/net/$far/carrier"
	with_clsact
	tc qdisc add dev "$far" clsact
	defer tc qdisc del dev "$far" clsact
	software_sees "$far" vlan_id 30
	# shellcheck disable=SC2086 # words
	in_chain 0 ip $UDP action vlan push id 30 pipe action mirred egress redirect dev "$port"
	from_peer 192.0.2.1 5000 5 64
	soon "on the wire" 5 seen "$far"
}

# Chain 5 sees what chain 0 has made, and the host gets what chain 5 leaves.
goto_another_chain() {
	with_all_vlans
	software_sees "$DEV" vlan_id 100
	# shellcheck disable=SC2086 # words
	in_chain 0 ip $UDP action vlan push id 100 pipe action goto chain 5
	from_peer 192.0.2.1 5000 3 64
	soon "behind an empty chain" 3 seen "$DEV"
	in_chain 5 all num_of_vlans 1 action drop
	from_peer 192.0.2.1 5000 4 64
	expect "of chain 0" "$(count hw_packets ingress 0)" = 7
	expect "of chain 5" "$(count hw_packets ingress 5)" = 4
	expect "behind chain 5" "$(seen "$DEV")" = 3
}

# Both know it, each counts in its own way: there is no tag to be put on twice.
goto_in_both() {
	with_clsact
	# shellcheck disable=SC2086 # words
	tc filter add dev "$DEV" ingress chain 0 protocol ip prio 10 flower $UDP action goto chain 1
	# shellcheck disable=SC2086 # words
	tc filter add dev "$DEV" ingress chain 1 protocol ip prio 10 flower $UDP action drop
	expect "datagrams" "$(received from_peer 192.0.2.1 5000 5 64)" = 0
	expect "of chain 1" "$(count hw_packets ingress 1)" = 5
}

number_of_vlans() {
	peer_with_tag
	with_clsact
	in_chain 0 all num_of_vlans 1 dst_mac "$(cat "/sys/class/net/$DEV/address")" action drop
	from_peer 198.51.100.1 5000 4 64
	expect "untagged" "$(received from_peer 192.0.2.1 5000 3 64)" = 3
	expect "with one tag" "$(count hw_packets ingress 0)" = 4
}

# What is behind as many tags as are asked for.
protocol_behind_tags() {
	with_all_vlans
	# shellcheck disable=SC2086 # words
	in_chain 0 ip $UDP action vlan push id 7 pipe action vlan push id 100 pipe \
		action goto chain 5
	in_chain 5 all num_of_vlans 2 cvlan_ethtype ipv6 action pass
	from_peer 192.0.2.1 5000 3 64
	expect "of IPv6" "$(count hw_packets ingress 5)" = 0
	tc filter del dev "$DEV" ingress chain 5
	in_chain 5 all num_of_vlans 2 cvlan_ethtype ipv4 action pass
	from_peer 192.0.2.1 5000 3 64
	expect "of IPv4" "$(count hw_packets ingress 5)" = 3
	expect_refused "the card does not match inner VLAN" in_chain 6 all num_of_vlans 3 \
		cvlan_ethtype ipv4 action pass
}

# What the host sends.
egress_has_filters() {
	with_clsact
	peer_sees vlan_id 9
	# shellcheck disable=SC2086 # words
	at_egress 0 ip $UDP action vlan push id 9 pipe action goto chain 2
	at_egress 2 802.1q vlan_id 9 action pass
	send_udp 192.0.2.2 5000 5 64
	soon "at the peer" 5 peer_seen
	expect "of chain 0" "$(count hw_packets egress 0)" = 5
	expect "of chain 2" "$(count hw_packets egress 2)" = 5
	expect "from the peer" "$(received from_peer 192.0.2.1 5000 3 64)" = 3
	expect "of chain 0" "$(count hw_packets egress 0)" = 5
	tc filter del dev "$DEV" egress chain 2
	tc filter del dev "$DEV" egress chain 0
	# shellcheck disable=SC2086 # words
	at_egress 0 ip $UDP action drop
	send_udp 192.0.2.2 5000 4 64
	expect "dropped" "$(count hw_packets egress 0)" = 4
	expect "at the peer" "$(peer_seen)" = 5
}

# Of what the card cuts into segments each has the tag.
egress_of_segments() {
	with_clsact
	peer_sees vlan_id 9
	# shellcheck disable=SC2086 # words
	at_egress 0 ip $UDP action vlan push id 9
	python3 - <<-'PY'
	import socket
	UDP_SEGMENT = 103
	sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1000)
	sender.sendto(bytes(5000), ("192.0.2.2", 5000))
	PY
	soon "at the peer" 5 peer_seen
	expect "segments" "$(count hw_packets egress 0)" = 5
}

# A copy has the tags that the frame had by then; that of a target that is gone has none.
mirrors_between_tags() {
	local rep

	devlink port add "$CARD" flavour pcisf pfnum 0 sfnum 7 >/dev/null
	rep=$(rep_dev "$CARD" 7)
	ip link set "$rep" up
	tc qdisc add dev "$rep" clsact
	software_sees "$rep" vlan_id 40
	with_all_vlans
	software_sees "$DEV" vlan_id 50
	# shellcheck disable=SC2086 # words
	in_chain 0 ip $UDP action mirred ingress mirror dev "$rep" pipe \
		action vlan push id 40 pipe action mirred ingress mirror dev "$rep" pipe \
		action vlan modify id 50 priority 1
	from_peer 192.0.2.1 5000 3 64
	soon "copies with a tag" 3 seen "$rep"
	soon "with the last tag" 3 seen "$DEV"
	group_del "$CARD" 7
	from_peer 192.0.2.1 5000 4 64
	soon "without copies" 7 seen "$DEV"
}

chains_outlive_a_reset() {
	with_all_vlans
	software_sees "$DEV" vlan_id 100
	# shellcheck disable=SC2086 # words
	in_chain 0 ip $UDP action goto chain 5
	in_chain 5 ip dst_ip 192.0.2.1 action vlan push id 100
	devlink health set "$CARD" reporter fw grace_period 0
	devlink health test "$CARD" reporter fw
	wait_for 20 recovered_since "$CARD" 0
	wait_for 20 carrier_up
	from_peer 192.0.2.1 5000 3 64
	soon "with the tag" 3 seen "$DEV"
	expect "of chain 5" "$(count hw_packets ingress 5)" = 3
}

# no SENTENCE WHERE ARG...
no() {
	local sentence=$1

	shift
	expect_refused "$sentence" tc filter add dev "$DEV" "$@"
}

refused() {
	local push="action vlan push id 3 pipe"

	with_clsact
	no "goto leads to a later chain" ingress chain 5 protocol ip flower skip_sw action goto chain 5
	no "goto leads to a later chain" ingress chain 5 protocol ip flower skip_sw action goto chain 4
	no "goto leads to a later chain" ingress protocol ip flower skip_sw action goto chain 32768
	no "the last chain of the card is 32767" ingress chain 32768 protocol ip flower skip_sw \
		action drop
	no "nothing can follow an action that ends the filter" ingress protocol ip flower \
		skip_sw action goto chain 1 action drop
	# shellcheck disable=SC2086 # words
	no "the card has 4 VLAN actions a filter" ingress protocol ip flower skip_sw \
		$push $push $push $push action vlan pop
	no "vlan modify needs a priority that is not 0" ingress protocol 802.1q flower skip_sw \
		vlan_id 7 action vlan modify id 8
	no "what the host sends is not trapped" egress protocol ip flower skip_sw action trap
	tc filter add dev "$DEV" ingress protocol 802.1q flower skip_sw vlan_id 7 vlan_prio 0 \
		action vlan modify id 8
	tc filter add dev "$DEV" ingress chain 32767 protocol ip flower skip_sw action drop
}

# What software does as well would be done twice.
by_software_alone() {
	with_clsact
	tc filter add dev "$DEV" ingress protocol ip flower action vlan push id 3
	expect not_in_hw "$(filter_json "$DEV" '.not_in_hw // false')" = true
	tc filter del dev "$DEV" ingress
	tc filter add dev "$DEV" ingress protocol ip flower action vlan push id 3 pipe action drop
	expect in_hw "$(filter_json "$DEV" '.in_hw // false')" = true
	tc filter add dev "$DEV" egress protocol ip flower action drop
	expect not_in_hw "$(tc -j filter show dev "$DEV" egress |
		jq '[.[] | select(.options.not_in_hw)] | length')" = 1
}

switch_up
sender_start
trap 'server_stop; switch_down' EXIT
guest_main push_puts_a_tag_on push_for_a_vlan_device pop_takes_it_off modify_changes_it \
	redirect_with_a_tag goto_another_chain goto_in_both number_of_vlans \
	protocol_behind_tags egress_has_filters egress_of_segments mirrors_between_tags \
	chains_outlive_a_reset refused by_software_alone
