#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# "state active" looks at all parameters together: each thing that can be
# missing has its sentence, and leaves the group as it was.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

activate() {
	group_state "$CARD" 4 active
}

not_yet() {
	expect_refused "gnic: $1" activate
	expect state "$(group_get "$CARD" 4 state)" = inactive
	expect opstate "$(group_get "$CARD" 4 opstate)" = detached
}

# A write group that has all it needs.
complete() {
	group_add "$CARD" 4
	group_set "$CARD" 4 peer_ip 192.0.2.2 peer_qpn_base 100
}

what_is_missing() {
	group_add "$CARD" 4
	not_yet "a group of type write needs peer_ip"
	group_set "$CARD" 4 peer_ip 192.0.2.2
	not_yet "a group of type write needs peer_qpn_base"
	group_set "$CARD" 4 peer_qpn_base 16777215
	activate
	group_state "$CARD" 4 inactive
	group_set "$CARD" 4 qp_count 2
	not_yet "peer_qpn_base + qp_count is beyond the last QP number"
}

neighbour_lookup() {
	complete
	ip neigh flush dev "$DEV"
	activate
	expect "neighbour known" "$(ip neigh show dev "$DEV" 192.0.2.2 | grep -c lladdr)" = 1
}

neighbour_v6() {
	complete
	group_set "$CARD" 4 peer_ip 2001:db8::2
	ip neigh flush dev "$DEV"
	activate
}

halves_of_an_address() {
	complete
	group_set "$CARD" 4 peer_ip_token ::2
	not_yet "peer_ip_token needs an IPv6 peer_ip that ends with 64 zero bits"
	group_set "$CARD" 4 peer_ip 2001:db8::1:0:0:0
	not_yet "peer_ip_token needs an IPv6 peer_ip that ends with 64 zero bits"
	group_set "$CARD" 4 peer_ip 2001:db8:: local_ip_token ::1
	not_yet "local_ip_token needs an IPv6 local_ip that ends with 64 zero bits"
	group_set "$CARD" 4 local_ip 2001:db8::
	activate
}

nobody_answers() {
	complete
	group_set "$CARD" 4 peer_ip 192.0.2.99
	not_yet "peer_mac is empty and nobody answers for peer_ip"
	group_set "$CARD" 4 peer_mac 02:00:00:00:00:99
	activate
}

no_way() {
	complete
	group_set "$CARD" 4 peer_ip 192.0.2.1
	not_yet "peer_mac is empty and the way to peer_ip is not through the port"
}

port_down() {
	complete
	ip link set "$DEV" down
	defer ip link set "$DEV" up
	not_yet "peer_mac is empty and the port's netdev is down"
	group_set "$CARD" 4 peer_mac 02:00:00:00:00:99
	activate
}

local_address() {
	complete
	group_set "$CARD" 4 peer_mac 02:00:00:00:00:99
	ip addr del 192.0.2.1/24 dev "$DEV"
	defer ip addr add 192.0.2.1/24 dev "$DEV"
	not_yet "local_ip is empty and the port's netdev has no address for peer_ip"
	group_set "$CARD" 4 local_ip 2001:db8::1
	not_yet "local_ip and peer_ip are of different IP versions"
	group_set "$CARD" 4 local_ip 192.0.2.1
	activate
}

path_mtu() {
	complete
	group_set "$CARD" 4 qp_path_mtu 2048
	not_yet "qp_path_mtu 2048 with headers needs a port MTU of 2144"
	ip link set "$DEV" mtu 2143
	defer ip link set "$DEV" mtu 1500
	not_yet "qp_path_mtu 2048 with headers needs a port MTU of 2144"
	ip link set "$DEV" mtu 2144
	activate
	group_state "$CARD" 4 inactive
	# an IPv6 header is 20 bytes longer
	group_set "$CARD" 4 peer_ip 2001:db8::2
	not_yet "qp_path_mtu 2048 with headers needs a port MTU of 2164"
}

port_without_netdev() {
	local eth

	complete
	group_set "$CARD" 4 port 1
	eth=$(devlink -j dev show "$CARD" | jq -r '.dev[].nested_devlink | keys[] |
		select(contains("eth"))' | sort -V | sed -n 2p)
	eth=${eth#auxiliary/}
	echo "$eth" >/sys/bus/auxiliary/drivers/gnic.eth/unbind
	defer sh -c "echo $eth >/sys/bus/auxiliary/drivers/gnic.eth/bind"
	not_yet "port 1 has no netdev"
}

# The ring of offers is at the other end, and as long as the queues here want it.
rendezvous_depths() {
	complete
	for type in recv_rdv read_rdv; do
		group_set "$CARD" 4 qp_type $type qp_wq_depth 512
		not_yet "a group of type $type needs a qp_rdv_depth of 4 times qp_wq_depth"
		group_set "$CARD" 4 qp_wq_depth 256
		activate
		expect "offers of $type" "$(resource "$CARD" offers occ)" -eq 0
		group_state "$CARD" 4 inactive
	done
	group_set "$CARD" 4 qp_wq_depth 512
	for type in send_rdv read_rdv_endp; do
		group_set "$CARD" 4 qp_type $type
		activate
		expect "offers of $type" "$(resource "$CARD" offers occ)" -eq 1024
		group_state "$CARD" 4 inactive
	done
	group_set "$CARD" 4 peer_qpn_base 0
	not_yet "a group of type read_rdv_endp needs peer_qpn_base"
}

# What all groups of a card keep is bounded, alone and together.
rendezvous_budget() {
	local most

	complete
	most=$(resource "$CARD" offers size)
	group_set "$CARD" 4 qp_type send_rdv qp_rdv_depth 131072 qp_count $((most / 131072 + 1))
	not_yet "qp_count times qp_rdv_depth: the card keeps $most offers"
	group_set "$CARD" 4 qp_count $((most / 131072))
	activate
	expect offers "$(resource "$CARD" offers occ)" -eq "$most"
	group_add "$CARD" 8
	group_set "$CARD" 8 qp_type read_rdv_endp qp_rdv_depth 64 peer_ip 192.0.2.2 \
		peer_qpn_base 200
	expect_refused "gnic: the device has no room for the QPs of this group, or for offers" \
		group_state "$CARD" 8 active
	group_state "$CARD" 4 inactive
	group_state "$CARD" 8 active
	expect offers "$(resource "$CARD" offers occ)" -eq 64
}

# What the device is told, and tells.
rendezvous_contexts() {
	local type kind expected=(write 1 0 send_rdv 3 7 recv_rdv 1 7 read_rdv 1 7 read_rdv_endp 2 7)

	complete
	group_set "$CARD" 4 qp_rdv_depth 128 qp_wq_depth 32
	for ((i = 0; i < ${#expected[@]}; i += 3)); do
		type=${expected[i]}
		group_set "$CARD" 4 qp_type "$type"
		activate
		kind=$(devlink -j health diagnose "$(group_sf "$CARD" 4)" reporter qp |
			jq -r '.qps[0].requester | "\(.wq_type) \(.remote_wq_log_sz) \(.remote_pi) \(.remote_ci)"')
		expect "context of $type" "$kind" = "${expected[i + 1]} ${expected[i + 2]} 0 0"
		group_state "$CARD" 4 inactive
	done
}

raw_needs_nothing() {
	group_add "$CARD" 4
	group_set "$CARD" 4 qp_type raw
	activate
	group_state "$CARD" 4 inactive
	group_set "$CARD" 4 qp_count 256
	activate
	group_state "$CARD" 4 inactive
	group_set "$CARD" 4 qp_count 257
	not_yet "a group of type raw has at most 256 QPs"
}

other_port() {
	local rep

	complete
	rep=$(rep_dev "$CARD" 4)
	ip link set "$rep" up
	expect_refused "gnic: port: $rep is up, set it down first" group_set "$CARD" 4 port 1
	ip link set "$rep" down
	flower "$rep" protocol ip flower skip_sw action drop
	expect_refused "gnic: port: $rep has rules in the card" group_set "$CARD" 4 port 1
	tc filter del dev "$rep" ingress
	group_set "$CARD" 4 port 1 peer_mac 02:00:00:00:00:99 local_ip 198.51.100.1
	ip link set "$rep" up
	activate
	expect "representor is the same" "$(rep_dev "$CARD" 4)" = "$rep"
}

switch_up
trap switch_down EXIT
guest_main what_is_missing neighbour_lookup neighbour_v6 halves_of_an_address nobody_answers \
	no_way port_down local_address path_mtu port_without_netdev rendezvous_depths \
	rendezvous_budget rendezvous_contexts raw_needs_nothing other_port
