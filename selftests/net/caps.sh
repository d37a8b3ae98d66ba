#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Cards that can less: what a device does not say it can, the driver does not ask of it, and
# a user hears that it can't. The device refuses what goes with a capability that it lacks,
# and the driver's log would tell. Topology: lib/guest.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
# shellcheck source=selftests/lib/stream.sh
. "$TREE/selftests/lib/stream.sh"

VERDICT=$TREE/build/bpf/verdict.bpf.o
ALL=SHADOW_DB,CSUM,TSO,VLAN,RSS,FLOW,RC,COMPUTE,LOOPBACK,MODERATION,RX_TSTAMP,QP_MOVE,RX_SPLIT
ALL+=,GRO,RX_MODE,VLAN_RX,TUNNEL,USO,RSS_QUEUES,FLOW_QUEUES,CQE_TIMER,PAUSE,MODULE,PORT_SPLIT
ALL+=,LAUNCH,FW,INJECT,SCHED,PHC,DCB,TX_RATE,SCTP

# without CAPS [LIMITS]: the card lacks them until the test ends, and its driver finds it so
without() {
	DEV=$(port_devs | head -n 1)
	CARD=$(own_card)
	lacks "$@"
	defer rebind
	defer lacks ''
	dmesg -C
	rebind
	topology_up
	defer topology_down
}

# lacks CAPS [LIMITS]: from its next reset on, which probe asks for. LIMITS is what it says of
# its limits: "NAME": NUMBER, with commas
lacks() {
	model "{\"cmd\": \"without\", \"card\": 0, \"caps\": \"$1\", \"limits\": {${2:-}}}" |
		grep -q '"ok":true'
}

rebind() {
	echo "${CARD#pci/}" >/sys/bus/pci/drivers/gnic/unbind
	echo "${CARD#pci/}" >/sys/bus/pci/drivers/gnic/bind
}

# Bytes come as they were, and nothing was asked of the device that it had to refuse.
works() {
	ping_works
	ping6_works -s 1400
	stream TCP4 192.0.2.2 1000000
	nothing_refused
}

nothing_refused() {
	if dmesg | grep "can't do that"; then
		fail "the device was asked for what it can't do"
	fi
}

# never FEATURE...: off, and nobody can turn it on
never() {
	local feature features

	features=$(ethtool -k "$DEV")
	for feature; do
		[[ $features == *"$feature: off [fixed]"* ]] || fail "$feature is not off for good"
	done
}

# A card with no capability at all is a port that sends and receives.
plain() {
	without $ALL
	works
	never tx-checksum-ip-generic rx-checksumming tx-checksum-sctp tx-tcp-segmentation \
		tx-tcp6-segmentation tx-udp-segmentation tx-udp_tnl-segmentation receive-hashing \
		tx-gre-segmentation rx-vlan-offload tx-vlan-offload rx-vlan-filter rx-gro-hw \
		tx-vlan-stag-hw-insert rx-vlan-stag-hw-parse loopback rx-fcs rx-all \
		ntuple-filters hw-tc-offload
	expect channels "$(ethtool --json -l "$DEV" | jq '.[]."combined-max"')" -eq 1
	expect clock "$(ethtool -T "$DEV" | grep -c 'Clock: none')" -eq 1
	expect pause "$(ethtool -a "$DEV" | grep -c ':.*off')" -eq 3
	ethtool "$DEV" | grep -q 'Supported pause frame use: No' || fail "pause is supported"
	ethtool -t "$DEV" offline
	ethtool -G "$DEV" rx 256 tx 256
	ip link set "$DEV" mtu 8000
	works
	ip link set "$DEV" mtu 1500
	plain_refuses
}

plain_refuses() {
	expect_refused "can't talk to modules" ethtool -m "$DEV"
	expect_refused "does not split" ethtool -G "$DEV" tcp-data-split on
	expect_refused "has no CQE mode" ethtool -C "$DEV" cqe-mode-rx on
	expect_refused "not supported" ethtool -A "$DEV" rx on
	expect_refused "not supported" ethtool -X "$DEV" context new
	expect_refused "not supported" ethtool -N "$DEV" flow-type tcp4 dst-port 5 action 0
	expect_refused "not supported" dcb pfc set dev "$DEV" prio-pfc 1:on
	expect_refused "failed to setup ETF" tc qdisc replace dev "$DEV" root etf \
		clockid CLOCK_TAI delta 1000000 offload
	expect_fail sh -c "echo 100 >/sys/class/net/$DEV/queues/tx-0/tx_maxrate"
	expect_refused "not supported" ethtool -W "$DEV" 8
	expect_refused "not supported" hwstamp_ctl -i "$DEV" -t 1 -r 1
	by_netlink "gnic: the device has no clock" tsconfig.py 1
	expect_refused "no faults on demand" devlink health test "$CARD" reporter fw
	expect_refused "has none" devlink dev eswitch set "$CARD" mode switchdev
	expect_refused "mode switchdev only" devlink port add "$CARD" flavour pcisf pfnum 0 sfnum 1
	expect_refused "" devlink port split "$CARD/0" count 2
	expect_refused "this device has no RC" devlink dev param set "$CARD" name enable_rdma \
		value true cmode driverinit
	expect versions "$(devlink -j dev info "$CARD" | jq -c '.info[].versions.running | keys')" \
		= '["fw"]'
	nothing_refused
}

# Of a device that can't exchange a queue for another all are made anew together: frames are
# lost, the port is not.
queues_all_together() {
	without QP_MOVE
	ethtool -L "$DEV" combined 1
	works
	ethtool -L "$DEV" combined 2
	ethtool -G "$DEV" rx 256
	ip link set "$DEV" mtu 8000
	works
	ip link set "$DEV" mtu 1500
	ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	works
	ip link set dev "$DEV" xdpdrv off
	devlink health recover "$(eth_of "$CARD")" reporter rx
	wait_for 10 ping_works
	works
	ethtool -L "$DEV" combined 1 tx 3
	works
	ethtool -L "$DEV" combined 1 rx 2 tx 0
	works
	sleep 8	# the watchdog looks at transmit queues that are gone, too
	expect "timeouts" "$(dmesg | grep -c 'timed out')" -eq 0
}

# Doorbells and interrupts by registers alone.
doorbells_by_register() {
	without SHADOW_DB
	works
	stream TCP6 "[2001:db8::2]" 8000000
	ping -c 200 -f -q 192.0.2.2
	ethtool -L "$DEV" combined 1 rx 0 tx 2
	works
	ethtool -L "$DEV" combined 1 rx 2 tx 0
	works
}

# by_netlink SENTENCE PROGRAM ARG...: refused so, if the kernel has room for a reason
by_netlink() {
	local sentence=$1 said status=0

	shift
	said=$("$TREE/selftests/lib/$1" "$DEV" "${@:2}" 2>&1) || status=$?
	[ $status -eq $EXIT_SKIP ] || [[ $status -ne 0 && $said == *"$sentence"* ]] ||
		fail "\"$*\" said: $said; not: $sentence"
}

half_refuses() {
	expect_refused "not supported" ethtool -X "$DEV" hfunc xor
	by_netlink "gnic: the device hashes by Toeplitz only" rss.py hfunc=2
	expect_refused "not supported" ethtool -X "$DEV" context new
	by_netlink "gnic: the device has no contexts besides the default one" rss.py create
	expect_refused "the device has no priorities" tc qdisc replace dev "$DEV" root mqprio \
		num_tc 1 map 0 queues 1@0 hw 1
	nothing_refused
}

# What builds on a capability goes with it; tags are the kernel's then.
half() {
	without RSS_QUEUES,CSUM,VLAN,DCB
	works
	half_refuses
	never tx-checksum-ip-generic ntuple-filters tx-vlan-offload
	expect segmentation "$(ethtool -k "$DEV" | grep -c 'tx-tcp-segmentation: off')" -eq 1
	ip link add link "$DEV" name "$DEV.7" type vlan id 7
	defer ip link del "$DEV.7"
	peer ip link add link "$PEER_DEV" name "$PEER_DEV.7" type vlan id 7
	ip addr add 198.51.100.1/24 dev "$DEV.7"
	peer ip addr add 198.51.100.2/24 dev "$PEER_DEV.7"
	ip link set "$DEV.7" up
	peer ip link set "$PEER_DEV.7" up
	wait_for 5 ping -c 1 -W 1 198.51.100.2
	stream TCP4 198.51.100.2 1000000
	nothing_refused
}

# A device that is another after a reset is not taken for the one that it was: its reporter
# says so, and a reload takes it as it is.
another_after_reset() {
	without ''
	lacks TSO
	reset_card "$CARD"
	wait_for 10 fw_is error
	dmesg | grep -q "did not come back from a reset as it was" || fail "nothing was said of it"
	expect_fail ping -c 1 -W 1 192.0.2.2
	devlink dev reload "$CARD"
	fw_is healthy
	DEV=$(port_devs | head -n 1)
	never tx-tcp-segmentation
}

fw_is() {
	[ "$(reporter_state "$CARD" fw)" = "$1" ]
}

# A device that can't have QPs, or more than there are numbers for, is left alone.
no_numbers_of_qps() {
	local qps

	DEV=$(port_devs | head -n 1)
	CARD=$(own_card)
	defer works_again
	for qps in 0 1 $(((1 << 24) + 1)); do
		lacks '' "\"qps_per_port\": $qps"
		echo "${CARD#pci/}" >/sys/bus/pci/drivers/gnic/unbind
		expect_logged "a port can't have $qps QPs" \
			sh -c "echo ${CARD#pci/} >/sys/bus/pci/drivers/gnic/bind"
		[ -z "$(port_devs)" ] || fail "there are netdevs"
		works_again
	done
	topology_up
	defer topology_down
	works
}

works_again() {
	lacks ''
	[ -e "/sys/bus/pci/drivers/gnic/${CARD#pci/}" ] ||
		echo "${CARD#pci/}" >/sys/bus/pci/drivers/gnic/bind
}

# RC QPs of the plainest kind.
rdma_of_less() {
	local sf type

	without '' '"rc": 0, "wq_log_max": 10'
	mode_set "$CARD" switchdev
	defer mode_set "$CARD" legacy
	group_add "$CARD" 3
	sf=$(group_sf "$CARD" 3)
	for type in send_rdv recv_rdv read_rdv read_rdv_endp; do
		expect_refused "gnic: qp_type: this device knows no rendezvous" \
			param_set "$sf" qp_type $type
	done
	expect_refused "gnic: cc_mode: this device does not do it by delay" \
		param_set "$sf" cc_mode delay
	expect_refused "gnic: cc_mode: this device does not do it by marks" \
		param_set "$sf" cc_mode dcqcn
	expect_refused "gnic: loss_recovery: this device resends all behind a gap" \
		param_set "$sf" loss_recovery selective
	expect_refused "gnic: qp_adaptive_timeout: time-outs of this device are all alike" \
		param_set "$sf" qp_adaptive_timeout true
	expect_refused "gnic: loopback: this device sends all RDMA to the wire" \
		param_set "$sf" loopback true
	expect_refused "gnic: encap: this device has no encapsulation" param_set "$sf" encap ipv4
	expect_refused "gnic: encap: this device has no encapsulation" param_set "$sf" encap udp
	expect_refused "gnic: qp_wq_depth: this device has queues of at most 1024" \
		param_set "$sf" qp_wq_depth 2048
	group_set "$CARD" 3 qp_type write cc_mode window loss_recovery go_back_n encap none \
		qp_adaptive_timeout false loopback false qp_wq_depth 1024
	expect "room for offers" "$(resource "$CARD" offers size)" -eq 0
	nothing_refused
}

# bo_errors FLAGS...: what making such buffer objects says, one after the other
bo_errors() {
	"$TREE/selftests/lib/bo.py" 4096 "$@"
}

# A card by whose rendezvous nobody reads lets no memory be read, wherever it is from; one
# that can't put pieces together has none of the host.
memory_of_less() {
	cards_find
	[ -n "$(compute_of "$CARD")" ] || skip "no compute device"
	expect "errors of all that there is" "$(bo_errors 0 8 2 10 4 12)" = "OK OK OK OK OK OK"
	without '' '"rc": 0'
	expect "errors without rendezvous" "$(bo_errors 0 8 2 10 4 12)" = \
		"OK ENOTSUP OK ENOTSUP OK ENOTSUP"
	lacks '' '"segments": 0'
	topology_down
	rebind
	topology_up
	expect "errors without segments" "$(bo_errors 0 8 2)" = "OK OK ENOTSUP"
}

# Rules of the plainest kind.
rules_of_less() {
	local mirror="this card has no mirror, trap and ingress redirect"

	without FLOW_QUEUES '"flow": 0, "flow_mirrors": 0, "flow_edits": 0'
	mode_set "$CARD" switchdev
	defer mode_set "$CARD" legacy
	with_clsact
	no_filter "this card does not match fragments" ip flower skip_sw ip_flags frag action drop
	no_filter "this card does not match a type of service" ip flower skip_sw ip_tos 4 action drop
	no_filter "this card does not match a time to live" ip flower skip_sw ip_ttl 3 action drop
	no_filter "this card does not match ICMP" ip flower skip_sw ip_proto icmp type 8 action drop
	no_filter "the card does not match TCP flags" ip flower skip_sw ip_proto tcp tcp_flags 2 \
		action drop
	no_filter "the card does not match ARP" arp flower skip_sw arp_op request action drop
	no_filter "the card does not match MPLS" mpls_uc flower skip_sw mpls lse depth 1 label 3 \
		action drop
	no_filter "this card does not match ranges of ports" ip flower skip_sw ip_proto udp \
		dst_port 10-20 action drop
	no_filter "this card does not count VLAN tags" all flower skip_sw num_of_vlans 1 action drop
	no_filter "$mirror" ip flower skip_sw action trap
	no_filter "$mirror" ip flower skip_sw action mirred egress mirror dev "$DEV" pipe action drop
	no_filter "$mirror" ip flower skip_sw action mirred ingress redirect dev "$DEV"
	no_filter "this card has chain 0 only" ip chain 1 flower skip_sw action drop
	no_filter "this card has chain 0 only" ip flower skip_sw action goto chain 1
	no_filter "this card does not rewrite headers" ip flower skip_sw action pedit ex \
		munge ip ttl set 9
	tc filter add dev "$DEV" ingress protocol ip flower skip_sw ip_proto udp dst_port 5596 \
		action drop
	works
}

# tc may have them all.
rules_to_the_end() {
	local port said

	with_clsact
	for port in {1..200}; do
		said=$(tc filter add dev "$DEV" ingress protocol ip prio 1 flower skip_sw ip_proto udp \
			dst_port "$port" action drop 2>&1) || break
	done
	[[ $port -gt 10 && $said == *"gnic: no more than 160 rules of this kind"* ]] ||
		fail "rule $port: $said"
}

# Fewer of what is counted.
numbers_of_less() {
	local eth

	without '' '"functions": 0, "filter_macs": 2, "rss_contexts": 2, "flows": 160, "rx_buffer": 0'
	expect_fail dcb buffer show dev "$DEV"
	expect_fail dcb buffer set dev "$DEV" buffer-size 0:1K
	dcb pfc set dev "$DEV" prio-pfc 3:on
	dcb pfc set dev "$DEV" prio-pfc 3:off
	expect_refused "gnic: switchdev needs functions and this device has none" \
		mode_set "$CARD" switchdev
	eth=$(eth_of "$CARD")
	expect "addresses" "$(resource "$eth" macs size)" -eq 2
	expect_refused "gnic: max_macs: 1 to 2" param_set "$CARD" max_macs 3 driverinit
	expect "rules" "$(resource "$CARD" flows size)" -eq 160
	ethtool -X "$DEV" context new >/dev/null
	defer ethtool -X "$DEV" context 1 delete
	expect_refused "No space left on device" ethtool -X "$DEV" context new
	by_netlink "gnic: the device has contexts up to 1" rss.py create
	rules_to_the_end
	works
}

guest_main plain queues_all_together doorbells_by_register half another_after_reset \
	no_numbers_of_qps rdma_of_less memory_of_less rules_of_less numbers_of_less
