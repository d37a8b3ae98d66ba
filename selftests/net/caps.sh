#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Cards that can less: what a device does not say it can, the driver does not ask of it, and
# a user hears that it can't. The device refuses what goes with a capability that it lacks,
# and the driver's log would tell. Topology: lib/guest.sh. Kernels: one

# shellcheck source=selftests/lib/guest.sh
. "$(dirname "$0")/../lib/guest.sh"
# shellcheck source=selftests/lib/stream.sh
. "$TREE/selftests/lib/stream.sh"

VERDICT=$TREE/build/bpf/verdict.bpf.o
ALL=SHADOW_DB,CSUM,TSO,VLAN,RSS,FLOW,RC,COMPUTE,LOOPBACK,MODERATION,RX_TSTAMP,QP_MOVE,RX_SPLIT
ALL+=,GRO,RX_MODE,VLAN_RX,TUNNEL,USO,RSS_QUEUES,FLOW_QUEUES,CQE_TIMER,PAUSE,MODULE,PORT_SPLIT
ALL+=,LAUNCH,FW,INJECT,SCHED,PHC,DCB,TX_RATE,SCTP

# without CAPS: the card lacks them until the test ends, and its driver finds it so
without() {
	DEV=$(port_devs | head -n 1)
	CARD=$(own_card)
	lacks "$1"
	defer rebind
	defer lacks ''
	dmesg -C
	rebind
	topology_up
	defer topology_down
}

# lacks CAPS: from its next reset on, which probe asks for
lacks() {
	model "{\"cmd\": \"without\", \"card\": 0, \"caps\": \"$1\"}" | grep -q '"ok":true'
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
}

# Doorbells and interrupts by registers alone.
doorbells_by_register() {
	without SHADOW_DB
	works
	stream TCP6 "[2001:db8::2]" 8000000
	ping -c 200 -f -q 192.0.2.2
}

# What builds on a capability goes with it; tags are the kernel's then.
half() {
	without RSS_QUEUES,CSUM,VLAN
	works
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

guest_main plain queues_all_together doorbells_by_register half another_after_reset
