#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is built upon ports: bonds, bridges, and whatever brings addresses, tags or
# headers of its own. The third and fourth port are the second cable of some.
# Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/stream.sh"

answers() {
	ping -c 1 -W 1 -q "$1" >/dev/null
}

# address DEV SUBNET: .1 here and .2 at the peer, of the devices of this name, up
address() {
	ip addr add "$2.1/24" dev "$1"
	peer ip addr add "$2.2/24" dev "$1"
	ip link set "$1" up
	peer ip link set "$1" up
	wait_for 10 answers "$2.2"
}

# The second cable, too; all ends down, and without an address.
two_cables() {
	SECOND=${PORTS[2]} PEER_SECOND=${PORTS[3]}
	[ -n "$PEER_SECOND" ] || skip "needs four ports"
	ip link set "$PEER_SECOND" netns "$PEER"
	defer wait_for 5 test -e "/sys/class/net/$PEER_SECOND"
	defer ip -n "$PEER" link set "$PEER_SECOND" netns 1
	defer ip -n "$PEER" link set "$PEER_SECOND" down
	defer ip link set "$SECOND" down
	ip link set "$SECOND" down
	ip link set "$DEV" down
	peer ip link set "$PEER_DEV" down
	defer wait_for 10 carrier_up
	defer peer ip link set "$PEER_DEV" up
	defer ip link set "$DEV" up
}

# cables_up: the cables come up on both sides
cables_up() {
	ip link set "$DEV" up
	ip link set "$SECOND" up
	peer ip link set "$PEER_DEV" up
	peer ip link set "$PEER_SECOND" up
}

# bond MODE [ARG...]
bond() {
	two_cables
	ip link add bond9 type bond mode "$@" miimon 50
	defer ip link del bond9
	peer ip link add bond9 type bond mode "$@" miimon 50
	defer peer ip link del bond9
	ip link set "$DEV" master bond9
	ip link set "$SECOND" master bond9
	peer ip link set "$PEER_DEV" master bond9
	peer ip link set "$PEER_SECOND" master bond9
	address bond9 10.9.0
}

# Either cable will do.
survives_a_cable() {
	stream TCP4 10.9.0.2 3000000
	ip link set "$DEV" down
	wait_for 10 answers 10.9.0.2
	ip link set "$DEV" up
	wait_for 10 grep -q 1 "/sys/class/net/$DEV/carrier"
	ip link set "$SECOND" down
	wait_for 10 answers 10.9.0.2
	stream TCP4 10.9.0.2 3000000
}

bond_active_backup() {
	bond active-backup
	survives_a_cable
}

both_aggregate() {
	[ "$(cat /sys/class/net/bond9/bonding/ad_num_ports)" -eq 2 ]
}

bond_lacp() {
	bond 802.3ad lacp_rate fast xmit_hash_policy layer3+4
	wait_for 15 both_aggregate
	survives_a_cable
}

# Frames come on one side and leave by the other, tagged, between two hosts.
bridged() {
	two_cables
	ip netns add gnic-other
	defer ip netns del gnic-other
	peer ip link set "$PEER_SECOND" netns gnic-other
	defer ip -n gnic-other link set "$PEER_SECOND" netns "$PEER"
	ip link add br9 type bridge vlan_filtering 1 vlan_default_pvid 0
	defer ip link del br9
	ip link set "$DEV" master br9
	ip link set "$SECOND" master br9
	bridge vlan add dev "$DEV" vid 7
	bridge vlan add dev "$SECOND" vid 7 pvid untagged
	ip link set br9 up
	peer ip link add link "$PEER_DEV" name vlan7 type vlan id 7
	defer peer ip link del vlan7
	peer ip addr add 10.9.0.2/24 dev vlan7
	ip -n gnic-other addr add 10.9.0.3/24 dev "$PEER_SECOND"
	cables_at_the_far_end
	peer ip link set vlan7 up
	wait_for 10 ip netns exec gnic-other ping -c 1 -W 1 -q 10.9.0.2
	bridge fdb show br br9 | grep -q "dev $SECOND vlan 7" || fail "nothing is learned"
	peer ping -c 3 -i 0.05 -W 2 -q -s 1472 -M "do" 10.9.0.3 >/dev/null
}

cables_at_the_far_end() {
	ip link set "$DEV" up
	ip link set "$SECOND" up
	peer ip link set "$PEER_DEV" up
	ip -n gnic-other link set "$PEER_SECOND" up
}

# over TYPE MODE PEER_MODE: another netdev on each end
over() {
	ip link add over9 link "$DEV" type "$1" mode "$2"
	defer ip link del over9
	peer ip link add over9 link "$PEER_DEV" type "$1" mode "$3"
	defer peer ip link del over9
	address over9 10.9.0
	stream TCP4 10.9.0.2 3000000
}

# An address more in the filter, and nobody need be promiscuous.
macvlan() {
	over macvlan bridge bridge
	expect "promiscuity" "$(ip -d -j link show "$DEV" | jq '.[].promiscuity')" -eq 0
}

macvlan_passthru() {
	over macvlan passthru bridge
}

ipvlan() {
	over ipvlan l2 l2
}

# macsec_end NETNS DEV KEY PEER_DEV_ADDRESS PEER_KEY
macsec_end() {
	local at=(ip netns exec "$1" ip)

	[ -n "$1" ] || at=(ip)
	"${at[@]}" link add link "$2" over9 type macsec encrypt on
	"${at[@]}" macsec add over9 tx sa 0 pn 1 on key "$3" "${3}000000000000000000000000000000"
	"${at[@]}" macsec add over9 rx port 1 address "$4"
	"${at[@]}" macsec add over9 rx port 1 address "$4" sa 0 pn 1 on \
		key "$5" "${5}000000000000000000000000000000"
}

macsec() {
	modprobe -q macsec || skip "this kernel has no macsec"
	defer ip link del over9
	defer peer ip link del over9
	macsec_end "" "$DEV" 01 "$(peer cat "/sys/class/net/$PEER_DEV/address")" 02
	macsec_end "$PEER" "$PEER_DEV" 02 "$(cat "/sys/class/net/$DEV/address")" 01
	address over9 10.9.0
	stream TCP4 10.9.0.2 3000000
}

# Its header stands in front of IP: no sum of the device's may be wrong for that.
hsr() {
	modprobe -q hsr || skip "this kernel has no HSR"
	two_cables
	cables_up
	ip link add over9 type hsr slave1 "$DEV" slave2 "$SECOND" version 1
	defer ip link del over9
	peer ip link add over9 type hsr slave1 "$PEER_DEV" slave2 "$PEER_SECOND" version 1
	defer peer ip link del over9
	address over9 10.9.0
	ping -c 5 -i 0.05 -W 2 -q 10.9.0.2 >/dev/null
	stream TCP4 10.9.0.2 3000000
}

topology_up
trap topology_down EXIT
guest_main bond_active_backup bond_lacp bridged macvlan macvlan_passthru ipvlan macsec hsr
