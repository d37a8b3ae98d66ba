#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Open vSwitch with two ports of our card in its bridge, and what it learns in our
# hardware. Each port is cabled to a host:
#
#   host A                 default namespace                   host B
#   198.51.100.1                                         198.51.100.2
#   PEER_CARD port 0 ---- port 0 of CARD          PEER_CARD port 1
#                              [ br-test ]                 |
#                         port 1 of CARD ------------------+
# (Documentation/interop.rst). Kernels: one

. "$(dirname "$0")/../lib/devlink.sh"

WORK=/tmp/openvswitch
BRIDGE=br-test
A=ovs-a B=ovs-b

# host NAMESPACE DEV ADDRESS
host() {
	ip netns add "$1"
	ip link set "$2" netns "$1"
	ip -n "$1" addr add "$3/24" dev "$2"
	ip -n "$1" link set "$2" up
}

in_host() {
	command ip netns exec "$@"
}

hosts_up() {
	need_cards 2
	PORT_A=$(port_dev "$CARD" 0) PORT_B=$(port_dev "$CARD" 1)
	HOST_A=$(port_dev "$PEER_CARD" 0) HOST_B=$(port_dev "$PEER_CARD" 1)
	mode_set "$CARD" switchdev
	host $A "$HOST_A" 198.51.100.1
	host $B "$HOST_B" 198.51.100.2
	ip link set "$PORT_A" up
	ip link set "$PORT_B" up
}

hosts_down() {
	ip netns del $A
	ip netns del $B
	ip link set "$PORT_A" down
	ip link set "$PORT_B" down
	wait_for 5 hosts_are_back
	mode_set "$CARD" legacy
}

hosts_are_back() {
	[ -n "$(port_dev "$PEER_CARD" 0)" ] && [ -n "$(port_dev "$PEER_CARD" 1)" ]
}

# A database and a switch of our own.
ovs_up() {
	mkdir -p $WORK
	export OVS_RUNDIR=$WORK OVS_LOGDIR=$WORK OVS_DBDIR=$WORK
	modprobe openvswitch
	ovsdb-tool create $WORK/conf.db /usr/share/openvswitch/vswitch.ovsschema
	ovsdb-server $WORK/conf.db "--remote=punix:$WORK/db.sock" --detach --pidfile \
		--log-file 2>/dev/null
	ovs-vsctl --no-wait init
	ovs-vsctl --no-wait set Open_vSwitch . other_config:hw-offload=true
	ovs-vswitchd --detach --pidfile --log-file 2>/dev/null
}

ovs_down() {
	ovs-appctl -t ovs-vswitchd exit --cleanup
	ovs-appctl -t ovsdb-server exit
	tc qdisc del dev "$PORT_A" ingress 2>/dev/null
	tc qdisc del dev "$PORT_B" ingress 2>/dev/null
	rm -rf $WORK
}

bridge() {
	ovs-vsctl add-br $BRIDGE -- add-port $BRIDGE "$PORT_A" -- add-port $BRIDGE "$PORT_B"
	defer ovs-vsctl del-br $BRIDGE
	wait_for 10 in_host $A ping -c 1 -W 1 -q 198.51.100.2
}

# Flows of which all that is done is done by a card.
offloaded() {
	ovs-appctl dpctl/dump-flows -m type=offloaded | grep 'offloaded:yes'
}

# offloaded_flow FROM TO REGEX: there is one
offloaded_flow() {
	offloaded | grep "in_port($1)" | grep "actions:$2" | grep -q "$3"
}

# watched DEV COMMAND...: how many frames came to our processors by DEV during it
watched() {
	local dev=$1

	shift
	frames_during ip tcpdump -i "$dev" -- "$@"
}

# watched_in_b FILTER COMMAND...: how many of those for host B it has got during it
watched_in_b() {
	local filter=$1

	shift
	frames_during "$filter" ip netns exec $B tcpdump -i "$HOST_B" -- "$@"
}

# frames_during FILTER TCPDUMP... -- COMMAND...
frames_during() {
	local filter=$1 file=$WORK/watched.pcap dump=() watcher

	shift
	while [ "$1" != -- ]; do
		dump+=("$1")
		shift
	done
	shift
	rm -f $WORK/watched.log
	command "${dump[@]}" --immediate-mode -Q in -U -w $file "$filter" \
		2>$WORK/watched.log &
	watcher=$!
	wait_for 10 grep -q listening $WORK/watched.log
	"$@" >/dev/null
	sleep 1 # what has come is written
	kill $watcher
	wait $watcher
	tcpdump -r $file 2>/dev/null | wc -l
}

ping_hosts() {
	in_host $A ping -c "$1" -i 0.02 -q 198.51.100.2
}

# pings_offloaded: those of both directions, while they are in use
pings_offloaded() {
	ping_hosts 3
	offloaded_flow "$PORT_A" "$PORT_B" 'eth_type(0x0800)' &&
		offloaded_flow "$PORT_B" "$PORT_A" 'eth_type(0x0800)'
}

# What the first frames teach the switch, the card does from then on.
flows_go_to_the_card() {
	local hits

	bridge
	wait_for 10 pings_offloaded
	expect "frames at our processors" "$(watched "$PORT_A" ping_hosts 50)" -eq 0
	hits=$(tc_hits "$PORT_A")
	ping_hosts 50
	wait_for 5 hits_since "$PORT_A" "$hits" 50
}

# Packets that the card has counted in rules of a port's ingress.
tc_hits() {
	tc -j -s filter show dev "$1" ingress |
		jq '[.[].options.actions[]?.stats.hw_packets // 0] | add // 0'
}

hits_since() {
	[ $(($(tc_hits "$1") - $2)) -ge "$3" ]
}

# A connection: as many bytes as it takes, both directions in hardware.
connection() {
	local got=$WORK/got sent=$WORK/sent

	bridge
	head -c 8M /dev/urandom >$sent
	in_host $B socat -u TCP4-LISTEN:5001,reuseaddr "CREATE:$got" &
	wait_for 5 in_host $B sh -c 'ss -Hlnt sport = 5001 | grep -q .'
	in_host $A socat -u "OPEN:$sent" TCP4:198.51.100.2:5001
	wait $!
	cmp $got $sent
	wait_for 5 hits_since "$PORT_A" 0 500
}

# Rules that the switch was given, not such that it learned: what is to be dropped is
# dropped by the card, and the rest goes on.
drops_are_the_cards() {
	local hits

	bridge
	ovs-ofctl add-flow $BRIDGE "priority=100,udp,tp_dst=7,actions=drop"
	wait_for 10 drop_offloaded
	hits=$(tc_hits "$PORT_A")
	expect "frames at our processors" "$(watched "$PORT_A" send_to_b 7 20)" -eq 0
	wait_for 5 hits_since "$PORT_A" "$hits" 20
	ping_hosts 3
}

drop_offloaded() {
	send_to_b 7 1
	offloaded_flow "$PORT_A" drop 'udp'
}

send_to_b() {
	nsenter --net=/run/netns/$A bash -c "$(declare -f send_udp); send_udp 198.51.100.2 $*"
}

# A field that the switch sets is set by the card, which mends the sum of the header.
changes_are_the_cards() {
	bridge
	ovs-ofctl add-flow $BRIDGE "priority=100,icmp,actions=mod_nw_tos:32,normal"
	wait_for 10 change_offloaded
	expect "frames at our processors" "$(watched "$PORT_A" ping_hosts 20)" -eq 0
	expect "changed frames at B" "$(watched_in_b 'ip[1] = 32' ping_hosts 20)" -eq 20
}

change_offloaded() {
	ping_hosts 3
	offloaded_flow "$PORT_A" 'set(ipv4(tos=0x20' 'eth_type(0x0800)'
}

# What the card refuses, the switch does: nothing is lost but speed.
rest_is_software() {
	bridge
	ovs-ofctl add-flow $BRIDGE "priority=100,icmp,actions=ct(commit),normal"
	wait_for 10 connection_tracked
	in_host $A ping -c 5 -i 0.1 -W 2 -q 198.51.100.2
	if offloaded_flow "$PORT_A" ct 'eth_type(0x0800)'; then
		fail "a rule that the card cannot do is said to be there"
	fi
}

# The rule was offered to the card, which is not where it is.
connection_tracked() {
	ping_hosts 3
	tc filter show dev "$PORT_A" ingress | grep -A 2 not_in_hw | grep -q 'ct commit'
}

# Flows that nobody uses leave the card, and those of a bridge that is gone.
flows_leave() {
	bridge
	wait_for 10 pings_offloaded
	ovs-vsctl set Open_vSwitch . other_config:max-idle=2000
	wait_for 20 no_flows
	ping_hosts 3
	ovs-vsctl del-br $BRIDGE
	wait_for 5 no_rules
}

no_rules() {
	[ -z "$(tc filter show dev "$PORT_A" ingress 2>/dev/null)" ]
}

no_flows() {
	! offloaded | grep -q 'eth_type(0x0800)'
}

hosts_up
ovs_up
trap 'ovs_down; hosts_down' EXIT
guest_main flows_go_to_the_card connection drops_are_the_cards changes_are_the_cards \
	rest_is_software flows_leave
