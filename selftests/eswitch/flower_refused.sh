#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the card can't do is refused under skip_sw, with a sentence; without
# skip_sw software does it, and the filter says so.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

keys() {
	with_clsact
	no_filter "ARP is matched with arp_op request or reply only" arp flower skip_sw \
		arp_sip 192.0.2.1 action drop
	no_filter "no label is behind the bottom of the stack" mpls_uc flower skip_sw \
		mpls lse depth 1 bos 1 lse depth 2 label 3 action drop
	no_filter "the card does not match l2_miss" ip flower skip_sw l2_miss 1 action drop
	no_filter "ports are matched with ip_proto tcp or udp only" ip flower skip_sw ip_proto sctp \
		dst_port 1000-2000 action drop
	no_filter "the card does not match inner VLAN" 802.1q flower skip_sw vlan_id 3 \
		vlan_ethtype 802.1q cvlan_id 4 action drop
	no_filter "only VLAN tags of type 802.1Q" 802.1ad flower skip_sw vlan_id 3 action drop
	no_filter "a VLAN is matched by a vlan_id or vlan_prio that is not 0" 802.1q flower skip_sw \
		vlan_id 0 action drop
	no_filter "ports are matched with ip_proto tcp or udp only" ip flower skip_sw ip_proto sctp \
		dst_port 5 action drop
	no_filter "nsupported match on control.flags" ip flower skip_sw ip_flags firstfrag \
		action drop
}

actions() {
	local mirror="action mirred egress mirror dev $DEV pipe"

	with_clsact
	no_filter "pass, drop, trap, redirect, mirror, vlan, pedit, goto: not action" ip flower skip_sw \
		action skbedit priority 3
	no_filter "pass, drop, trap, redirect, mirror, vlan, pedit, goto: not action" ip flower skip_sw \
		action mirred egress mirror dev "$DEV" pipe action skbedit priority 3
	no_filter "redirect and mirror go to a port or representor of the same card only" ip flower \
		skip_sw action mirred egress redirect dev lo
	no_filter "redirect and mirror go to a port or representor of the same card only" ip flower \
		skip_sw action mirred ingress mirror dev lo
	no_filter "redirect and mirror go to a port or representor of the same card only" ip flower \
		skip_sw action mirred egress mirror dev "$(port_dev "$PEER_CARD" 1)"
	no_filter "nothing can follow an action that ends the filter" ip flower skip_sw \
		action mirred egress redirect dev "$DEV" action drop
	no_filter "a filter without action is not offloaded" ip flower skip_sw ip_proto udp
	no_filter "Driver does not support selected HW stats type" ip flower skip_sw \
		action drop hw_stats delayed
	# shellcheck disable=SC2086 # words
	no_filter "the card has 4 mirrors a filter" ip flower skip_sw $mirror $mirror $mirror $mirror \
		$mirror action drop
	# shellcheck disable=SC2086 # words
	tc filter add dev "$DEV" ingress protocol ip flower skip_sw $mirror $mirror $mirror \
		$mirror action drop
}

# Rules that name another port and the mode that has none of them.
legacy() {
	local other

	other=$(port_dev "$CARD" 1)
	with_clsact
	mode_set "$CARD" legacy
	defer mode_set "$CARD" switchdev
	no_filter "redirect and mirror need eswitch mode switchdev" ip flower skip_sw \
		action mirred egress redirect dev "$other"
	no_filter "redirect and mirror need eswitch mode switchdev" ip flower skip_sw \
		action mirred egress mirror dev "$other"
	tc filter add dev "$DEV" ingress protocol ip prio 1 flower skip_sw action trap
	tc filter add dev "$DEV" ingress protocol ip prio 2 flower skip_sw action pass
	mode_set "$CARD" switchdev
	# a trap and an accept stay with their port
	mode_set "$CARD" legacy
	mode_set "$CARD" switchdev
	tc filter add dev "$DEV" ingress protocol ip prio 3 flower skip_sw \
		action mirred egress mirror dev "$other"
	expect_refused "legacy has no redirects and mirrors" mode_set "$CARD" legacy
	tc filter del dev "$DEV" ingress
}

places() {
	with_clsact
	no_filter "matchall has no protocol of VLAN tags" 802.1q matchall skip_sw action drop
	expect_refused "only flower and matchall filters can be offloaded" tc filter add dev "$DEV" \
		ingress protocol all bpf skip_sw bytecode "1,6 0 0 0" action drop
}

feature_off() {
	with_clsact
	ethtool -K "$DEV" hw-tc-offload off
	defer ethtool -K "$DEV" hw-tc-offload on
	no_filter "TC offload is disabled on net device" ip flower skip_sw action drop
}

# As long as there is a filter in the card, which would stay there.
feature_in_use() {
	with_clsact
	flower "$DEV" protocol ip flower skip_sw dst_ip 192.0.2.1 action drop
	expect_logged "tc filters are in the card" ethtool -K "$DEV" hw-tc-offload off
	expect_fail peer ping -c 1 -W 1 192.0.2.1
	tc filter del dev "$DEV" ingress
	ping_works
	# what is wished for already the kernel does not try again
	ethtool -K "$DEV" hw-tc-offload on
	ethtool -K "$DEV" hw-tc-offload off
	ethtool -K "$DEV" hw-tc-offload on
}

# Every mask and priority takes a place of its own.
too_many_masks() {
	local n said

	with_clsact
	for n in $(seq 0 79); do
		said=$(tc filter add dev "$DEV" ingress protocol ip prio 1 flower skip_sw \
			dst_ip "10.0.0.0/$((n % 32 + 1))" src_ip "10.0.0.0/$((n / 32 + 1))" \
			action drop 2>&1) || break
	done
	expect "filters that fit" "$n" -gt 32
	expect "filters that fit" "$n" -lt 79
	[[ $said == *"the card has no room for this rule or for another mask"* ]] || fail "$said"
}

software_does_it() {
	with_clsact
	tc filter add dev "$DEV" ingress protocol ip flower ip_flags firstfrag action drop
	expect not_in_hw "$(filter_json "$DEV" '.not_in_hw // false')" = true
}

# by_software SENTENCE PLACE ARG...: and says why, of a filter that asks for it
by_software() {
	local sentence=$1 said

	shift
	said=$(tc filter add dev "$DEV" "$@" 2>&1)
	[[ $said == *"$sentence: use skip_sw"* ]] || fail "\"$*\" said: $said; not: $sentence"
	tc filter del dev "$DEV" "$1"
}

# An older kernel does not tell a filter that is verbose from one without software.
says_why() {
	[[ $(uname -r) != 6.* ]] || skip "this kernel takes no wish for a sentence alone"
	with_clsact
	by_software "software would mirror once more what goes on to it" ingress protocol ip \
		flower verbose action mirred egress mirror dev "$DEV"
	by_software "software would change once more what goes on to it" ingress protocol ip \
		flower verbose action vlan push id 3
	by_software "what software has done at egress the card would do again" egress protocol ip \
		flower verbose action drop
}

# What goes on to software after a mirror would be mirrored there again.
mirrored_by_one() {
	with_clsact
	tc filter add dev "$DEV" ingress protocol ip flower ip_proto udp dst_port 5000 \
		action mirred egress mirror dev "$DEV"
	expect not_in_hw "$(filter_json "$DEV" '.not_in_hw // false')" = true
	tc filter del dev "$DEV" ingress
	tc filter add dev "$DEV" ingress protocol ip flower ip_proto udp dst_port 5000 \
		action mirred egress mirror dev "$DEV" pipe action drop
	expect in_hw "$(filter_json "$DEV" '.in_hw // false')" = true
}

switch_up
trap switch_down EXIT
guest_main keys actions legacy places feature_off feature_in_use too_many_masks software_does_it mirrored_by_one \
	says_why
