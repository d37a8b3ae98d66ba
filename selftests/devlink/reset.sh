#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Resets that a netdev lives through: of the function, by the user.
# All that was set is as it was. Topology: lib/devlink.sh. Kernels: one

# shellcheck disable=SC2119 # ping_works takes options, or none
# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
. "$(dirname "$0")/../lib/flows.sh"
. "$(dirname "$0")/../lib/frames.sh"

XDP=$TREE/build/selftests/xdp

phc() {
	local command=$1

	shift
	python3 "$TREE/selftests/lib/ptp.py" "$command" "/dev/$PTP" "$@"
}

# A context, and rules for a queue and for it. All else goes to queues 0 and 1.
configure_steering() {
	local context

	ethtool -X "$DEV" weight 3 1 0
	context=$(ethtool -X "$DEV" context new start 2 equal 1)
	ethtool -N "$DEV" flow-type udp4 dst-port 7001 action 2 >/dev/null
	ethtool -N "$DEV" flow-type udp4 dst-port 7002 context "${context##* }" >/dev/null
	ethtool -N "$DEV" flow-type udp4 dst-port 7003 action -1 >/dev/null
}

# Pin 0 drives pin 1, the clock is 5 % too fast.
configure_clock() {
	PTP=$(basename "$(echo "/sys/class/net/$DEV/device/ptp/"ptp*)")
	phc_ctl "/dev/$PTP" freq 50000000 >/dev/null
	phc pin 0 perout 0
	phc pin 1 extts 1
	phc perout 0 50000000
	hwstamp_ctl -i "$DEV" -t 1 -r 1 >/dev/null
}

configure_tunnel() {
	ip link add tun9 type vxlan id 9 dstport 4789 noudpcsum local 192.0.2.1 remote 192.0.2.2 \
		dev "$DEV"
	ip addr add 10.9.0.1/24 dev tun9
	ip link set tun9 up
	peer ip link add tun9 type vxlan id 9 dstport 4789 noudpcsum local 192.0.2.2 \
		remote 192.0.2.1 dev "$PEER_DEV"
	peer ip addr add 10.9.0.2/24 dev tun9
	peer ip link set tun9 up
}

configure_link() {
	ethtool -s "$DEV" speed 50000 lanes 2 autoneg off
	peer ethtool -s "$PEER_DEV" speed 50000 lanes 2 autoneg off
	ethtool --set-fec "$DEV" encoding rs
	peer ethtool --set-fec "$PEER_DEV" encoding rs
	ethtool -A "$DEV" autoneg off rx off tx off
	ethtool --set-module "$DEV" power-mode-policy high
}

configure() {
	ethtool -L "$DEV" combined 3
	ethtool -G "$DEV" rx 256 tx 128
	ethtool -C "$DEV" rx-usecs 12
	ethtool -K "$DEV" rxvlan off tso off
	configure_steering
	configure_clock
	configure_link
	configure_tunnel
	ip link set "$DEV" mtu 3000
	peer ip link set "$PEER_DEV" mtu 3000
	ip link add link "$DEV" name gnicvlan type vlan id 7
	ip addr add 192.0.7.1/24 dev gnicvlan
	ip link set gnicvlan up
	peer ip link add link "$PEER_DEV" name peervlan type vlan id 7
	peer ip addr add 192.0.7.2/24 dev peervlan
	peer ip link set peervlan up
	ip maddr add 01:00:5e:01:02:03 dev "$DEV"
	tc qdisc replace dev "$DEV" clsact
	tc filter add dev "$DEV" ingress protocol ip pref 1 flower skip_sw \
		ip_proto udp dst_port 7777 action drop
}

# What is set, as the tools say it.
settings() {
	port_settings
	ethtool -k "$DEV"
	ethtool "$DEV" | grep -v 'Link detected'
	ethtool --show-module "$DEV"
	ethtool --show-tunnels "$DEV"
	hwstamp_ctl -i "$DEV"
	ip -o link show "$DEV" | sed 's/ state .*//'
	ip maddr show dev "$DEV"
	tc filter show dev "$DEV" ingress
}

wire_works() {
	wait_for 20 carrier_up
	wait_for 20 ping -c 1 -W 1 192.0.2.2
	ping_works
	ping_works -s 2900
	ping -c 3 -i 0.05 -W 2 -q 192.0.7.2 >/dev/null
}

dropped() {
	tc -j -s filter show dev "$DEV" ingress |
		jq '[.[] | select(.options)][0].options.actions[0].stats.hw_packets // 0'
}

# The rule is in the card again, and its counter goes on.
rule_works() {
	local before

	before=$(dropped)
	peer bash -c 'for _ in 1 2 3 4 5; do echo x >/dev/udp/192.0.2.1/7777; done'
	wait_for 5 dropped_more "$((before + 5))"
}

# port PORT: where frames for this UDP port go
port() {
	busy 10 dport="$1"
}

steering_works() {
	expect "rule for a queue" "$(port 7001)" = 2
	expect "rule for a context" "$(port 7002)" = 2
	expect "rule that drops" "$(port 7003)" = ""
	expect "no rule" "$(port 7004)" != 2
}

# Tags are not stripped, and another VID does not come in.
vlans_work() {
	local before

	before=$(stat "$DEV" rx_packets)
	frames 20 tag=9
	expect "unknown tag" $(($(stat "$DEV" rx_packets) - before)) -lt 20
	before=$(stat "$DEV" rx_packets)
	frames 20 tag=7
	expect "known tag" $(($(stat "$DEV" rx_packets) - before)) -ge 20
}

multicast_works() {
	local before

	before=$(stat "$DEV" rx_packets)
	DMAC=01:00:5e:01:02:03 frames 20
	expect "joined multicast" $(($(stat "$DEV" rx_packets) - before)) -ge 20
	before=$(stat "$DEV" rx_packets)
	DMAC=01:00:5e:01:02:04 frames 20
	expect "multicast of nobody" $(($(stat "$DEV" rx_packets) - before)) -lt 20
}

inner_checksums() {
	python3 "$TREE/selftests/lib/qstats.py" "$DEV" csum-unnecessary
}

# The device has looked behind the port of the tunnel.
tunnel_works() {
	local before

	ping -c 1 -W 2 -q 10.9.0.2 >/dev/null
	before=$(inner_checksums)
	peer bash -c 'for _ in 1 2 3 4 5; do echo x >/dev/udp/10.9.0.1/7005; done'
	sleep 0.2
	expect "checksums in the tunnel" \
		$(($(inner_checksums) - before)) -ge 5
}

clock_works() {
	local rate edge

	rate=$(phc rate 0.5)
	expect "ppm faster" "$rate" -gt 30000
	expect "ppm faster" "$rate" -lt 70000
	edge=$(timeout 5 python3 "$TREE/selftests/lib/ptp.py" extts "/dev/$PTP" 1 rising 2 | wc -l)
	expect "edges" "$edge" -eq 2
	[ "$(phc_stamp)" != none ] || fail "a packet that was not stamped"
}

phc_stamp() {
	python3 "$TREE/selftests/lib/ptp.py" tx 192.0.2.2 7006
}

all_works() {
	wire_works
	rule_works
	steering_works
	vlans_work
	multicast_works
	tunnel_works
	clock_works
}

dropped_more() {
	[ "$(dropped)" -ge "$1" ]
}

# survives COMMAND...: under traffic
survives() {
	local before after index

	before=$(settings)
	index=$(cat "/sys/class/net/$DEV/ifindex")
	background ping -i 0.01 -q 192.0.2.2
	"$@"
	wire_works
	kill "$BACKGROUND"
	after=$(settings)
	[ "$before" = "$after" ] || fail "settings: $(diff <(echo "$before") <(echo "$after"))"
	expect ifindex "$(cat "/sys/class/net/$DEV/ifindex")" = "$index"
	all_works
}

function_reset() {
	all_works
	survives reset_card "$CARD"
}

function_resets() {
	for _ in 1 2 3; do
		reset_card "$CARD"
	done
	wire_works
}

# By the health reporter, after an error of the device.
device_recovers() {
	survives recover
}

recover() {
	local before

	devlink health set "$CARD" reporter fw grace_period 0
	before=$(recoveries "$CARD")
	devlink health test "$CARD" reporter fw
	wait_for 20 recovered "$before"
}

recovered() {
	recovered_since "$CARD" "$1" && carrier_up
}

# Bytes in the queueing disciplines of queues.
waiting() {
	tc -s -j qdisc show dev "$DEV" | jq '[.[] | select(.kind == "fq_codel").backlog] | add'
}

none_waits() {
	[ "$(waiting)" -eq 0 ]
}

# The kernel hears of links once a second. If it just has, the link is up again
# before it knows that it was down, and what waits is not thrown away.
link_news() {
	ip link add gnicnews type dummy
	defer ip link del gnicnews
	ip link set gnicnews up
	ip link set gnicnews carrier off
}

# What is for UDP port 7010 goes to queue 1, all else to queue 0.
queue_alone() {
	tc filter add dev "$DEV" egress protocol ip pref 1 flower ip_proto udp dst_port 7010 \
		action skbedit queue_mapping 1
	tc filter add dev "$DEV" egress pref 2 matchall action skbedit queue_mapping 0
	defer tc filter del dev "$DEV" egress
}

# Frames that wait behind a slow queue leave, though none comes behind them.
waiting_frames_leave() {
	local limit=/sys/class/net/$DEV/queues/tx-1/tx_maxrate

	queue_alone
	echo 1 >"$limit"
	defer sh -c "echo 0 >$limit"
	python3 - <<-'PYTHON'
		import socket
		for _ in range(10):
		    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		    for _ in range(50):
		        s.sendto(bytes(1400), ("192.0.2.2", 7010))
	PYTHON
	link_news
	reset_card "$CARD"
	note "behind the reset $(waiting) bytes wait"
	echo 0 >"$limit"
	wait_for 5 none_waits
	wire_works
}

# The program runs, and sends frames back.
xdp_program_stays() {
	local id

	ip link set "$DEV" xdp obj "$XDP/shape.bpf.o" program xdp_echo
	defer ip link set "$DEV" xdp off
	exchange 200 200
	id=$(ip -j link show "$DEV" | jq .[].xdp.prog.id)
	background ping -i 0.01 -q 192.0.2.2
	reset_card "$CARD"
	wait_for 20 carrier_up
	expect program "$(ip -j link show "$DEV" | jq .[].xdp.prog.id)" = "$id"
	exchange 200 200
	wire_works
}

# Sockets without copies, on one of three queues, get and send as before.
xdp_sockets_stay() {
	ethtool -X "$DEV" equal 1
	"$XDP/bin/xsk" -w "$DEV" "$XDP/xsk.bpf.o" xsk_frags >/tmp/xsk 2>&1 &
	defer kill $!
	wait_for 5 grep -q ready /tmp/xsk
	exchange 200 200
	reset_card "$CARD"
	wait_for 20 carrier_up
	exchange 200 200
	exchange 1514 1514
	wire_works
}

# Payload in pages of its own.
split_stays() {
	ethtool -G "$DEV" tcp-data-split on 2>/dev/null || skip "no tcp-data-split"
	defer ethtool -G "$DEV" tcp-data-split off
	reset_card "$CARD"
	wait_for 20 carrier_up
	ethtool -g "$DEV" | grep -q 'TCP data split:.*on' || fail "not split any more"
	wire_works
}

# Down it stays down, and comes up when it is told to.
reset_while_down() {
	ip link set "$DEV" down
	reset_card "$CARD"
	expect state "$(cat "/sys/class/net/$DEV/operstate")" = down
	ip link set "$DEV" up
	ip addr replace 192.0.2.1/24 dev "$DEV"
	wire_works
}

# Groups keep their parameters, become inactive, and can be used again.
groups_stay() {
	group_add "$CARD" 9
	group_set "$CARD" 9 qp_type raw qp_count 4
	ip link set "$(rep_dev "$CARD" 9)" up
	group_state "$CARD" 9 active
	reset_card "$CARD"
	expect mode "$(mode_get "$CARD")" = switchdev
	expect state "$(group_get "$CARD" 9 state)" = inactive
	expect qp_count "$(group_param "$CARD" 9 qp_count)" = 4
	group_state "$CARD" 9 active
	expect state "$(group_get "$CARD" 9 state)" = active
	wire_works
}

# The device does not come back: the card says so, and a reload helps.
reset_fails() {
	model '{"cmd": "fault", "kind": "command", "card": 0, "opcode": "EQ_CREATE", "status": "INTERNAL"}' >/dev/null
	reset_card "$CARD" || :
	dmesg | tail -n 20 | grep -q "no recovery" || fail "nothing was said of it"
	timeout 20 ethtool "$DEV" >/dev/null 2>&1 || :
	ip link del tun9
	devlink dev reload "$CARD"
	peer_as_ever
	DEV=$(port_dev "$CARD" 0)
	ip addr replace 192.0.2.1/24 dev "$DEV"
	ip link set "$DEV" up
	wait_for 20 carrier_up
	wait_for 20 ping -c 1 -W 1 192.0.2.2
	ping_works
}

peer_as_ever() {
	peer ethtool -s "$PEER_DEV" autoneg on
	peer ethtool --set-fec "$PEER_DEV" encoding auto
	peer ip link set "$PEER_DEV" mtu 1500
}

cleanup() {
	server_stop
	peer_as_ever
	switch_down
}

switch_up
flows_start
trap cleanup EXIT
configure
guest_main function_reset device_recovers function_resets waiting_frames_leave \
	xdp_program_stays xdp_sockets_stay split_stays reset_while_down groups_stay reset_fails
