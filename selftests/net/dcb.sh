#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Traffic classes: mqprio, dcb ets and maxrate. What they do on the wire is seen
# in the order of frames that wait together: the port is silenced, the queues
# are filled, and then it may send. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

PORT=5562
FRAMES=300	# of each class; fewer than a ring has
ORDER=/tmp/dcb.order

ets_get() {
	dcb -j ets show dev "$DEV" | jq -c "$1"
}

# Classes 0 to 2, a queue each.
mqprio() {
	tc qdisc replace dev "$DEV" root handle 100: mqprio num_tc 3 map 0 1 2 0 0 0 0 0 \
		queues 1@0 1@1 1@2 hw 1
}

mqprio_up() {
	mqprio
	defer tc qdisc del dev "$DEV" root
	queue_limits "$DEV" max
	defer queue_limits "$DEV" 0
	send 5 >/dev/null
}

ets_default() {
	dcb ets set dev "$DEV" tc-tsa all:strict tc-bw all:0 \
		prio-tc 0:0 1:1 2:2 3:3 4:4 5:5 6:6 7:7
	dcb maxrate set dev "$DEV" tc-maxrate all:0
}

# Frames of the classes 0 to 2, of 500 octets; the first octet of the payload says which.
send() {
	python3 - "$1" "$PORT" <<-'END'
	import socket, sys

	for prio in range(3):
	    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	    s.setsockopt(socket.SOL_SOCKET, 32, 4 << 20)  # SO_SNDBUFFORCE
	    s.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, prio)
	    for i in range(int(sys.argv[1])):
	        s.sendto(str(prio).encode() * 458, ("192.0.2.2", int(sys.argv[2])))
	END
}

# In which order frames of all classes arrive that were there together: $ORDER.
order() {
	local receiver

	rm -f "$ORDER"
	ip netns exec "$PEER" python3 - $((3 * FRAMES)) "$PORT" "$ORDER" <<-'END' &
	import os, socket, sys

	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
	s.bind(("192.0.2.2", int(sys.argv[2])))
	s.settimeout(15)
	seen = "".join(chr(s.recv(2048)[0]) for i in range(int(sys.argv[1])))
	with open(sys.argv[3] + ".new", "w") as f:
	    f.write(seen)
	os.rename(sys.argv[3] + ".new", sys.argv[3])
	END
	receiver=$!
	wait_for 5 peer_listens u "$PORT"
	ping -c 1 -W 2 -q 192.0.2.2 >/dev/null	# no neighbour is looked for meanwhile
	silence 0 0 20000
	send $FRAMES
	wait_for 5 posted
	silence 0 0 0
	wait $receiver || fail "frames are missing"
}

class_of() {
	cat "/sys/class/net/$DEV/queues/tx-$1/traffic_class"
}

# Nothing is left in the qdiscs.
posted() {
	! tc -s qdisc show dev "$DEV" | grep -q "backlog [1-9]"
}

runs() {
	fold -w1 "$ORDER" | uniq | tr -d '\n'
}

# How many frames of class $1 came until the last of class $2.
before_last() {
	local seen

	seen=$(cat "$ORDER")
	seen=${seen%"$2"*}
	seen=${seen//[!$1]/}
	echo ${#seen}
}

without_mqprio() {
	mqprio
	expect "class of queue 2" "$(class_of 2)" = 2
	tc qdisc del dev "$DEV" root
	expect "class of queue 2" "$(class_of 2)" = 0
	ping_works
}

map_moves_priorities() {
	mqprio_up
	defer ets_default
	order
	expect "order, higher is first" "$(runs)" = 210
	dcb ets set dev "$DEV" prio-tc 0:7 2:0
	order
	expect "order of other classes" "$(runs)" = 012
}

ets_shares() {
	local count

	mqprio_up
	defer ets_default
	dcb ets set dev "$DEV" tc-tsa 0:ets 1:ets tc-bw 0:25 1:75
	order
	expect "strict class is first" "$(head -c $FRAMES "$ORDER" | tr -d 2)" = ""
	count=$(before_last 0 1)
	note "25% against 75%: $count frames against $FRAMES"
	expect "frames of 25%" "$count" -ge 90
	expect "frames of 25%" "$count" -le 110
	dcb ets set dev "$DEV" tc-bw 0:100 1:0
	order
	expect "order without a share" "$(runs)" = 201
}

class_limit() {
	mqprio_up
	defer ets_default
	dcb maxrate set dev "$DEV" tc-maxrate 0:8mbit
	limited
}

# Class 0 takes its time.
limited() {
	local begin ms

	silence 0 0 20000
	send $FRAMES
	wait_for 5 posted
	begin=$(date +%s%N)
	silence 0 0 0
	wait_for 10 sent_all 0
	ms=$((($(date +%s%N) - begin) / 1000000))
	note "$FRAMES frames of 504 octets at 8 Mbit/s: $ms ms"
	expect "ms" "$ms" -ge 140
}

# The same, by mqprio.
channel_limit() {
	tc qdisc add dev "$DEV" root handle 100: mqprio num_tc 3 map 0 1 2 0 0 0 0 0 \
		queues 1@0 1@1 1@2 hw 1 mode channel shaper bw_rlimit max_rate 8Mbit 1Gbit 2Gbit
	defer tc qdisc del dev "$DEV" root
	expect "limits" "$(dcb -j maxrate show dev "$DEV" | jq -c '.tc_maxrate[:4]')" = \
		"[1000000,125000000,250000000,0]"
	queue_limits "$DEV" max
	defer queue_limits "$DEV" 0
	send 5 >/dev/null
	limited
	tc qdisc del dev "$DEV" root
	expect "limits" "$(dcb -j maxrate show dev "$DEV" | jq -c '.tc_maxrate | unique')" = "[0]"
	ping_works
}

sent_all() {
	local bql=/sys/class/net/$DEV/queues/tx-$1/byte_queue_limits/inflight

	[ "$(cat "$bql")" -eq 0 ]
}

walked() {
	local tc

	defer ets_default
	expect "classes" "$(ets_get .ets_cap)" -eq 8
	for tc in 0 3 7; do
		dcb ets set dev "$DEV" tc-tsa all:strict $tc:ets tc-bw all:0 $tc:100
		expect "tsa" "$(ets_get ".tc_tsa[$tc]")" = '"ets"'
		expect "share" "$(ets_get ".tc_bw[$tc]")" -eq 100
		dcb ets set dev "$DEV" prio-tc all:$tc
		expect "map" "$(ets_get '.prio_tc | unique | length')" -eq 1
		expect "map" "$(ets_get '.prio_tc[5]')" -eq $tc
		dcb maxrate set dev "$DEV" tc-maxrate $tc:1mbit
		dcb maxrate set dev "$DEV" tc-maxrate $tc:1tbit
		ping_works
		dcb maxrate set dev "$DEV" tc-maxrate $tc:0
	done
	dcb ets set dev "$DEV" tc-tsa all:ets tc-bw 0:12 1:13 2:12 3:13 4:12 5:13 6:12 7:13
	ping_works
	expect "DCBX" "$(dcb -j dcbx show dev "$DEV" | jq -c .)" = '{"host":true,"ieee":true}'
	dcb dcbx set dev "$DEV" host ieee
	expect_fail dcb dcbx set dev "$DEV" host cee
}

# dcb(8) knows as well that there is no such class.
ets_set_class_8() {
	python3 - "$DEV" <<-'PYTHON'
		import socket, struct, sys

		def attr(kind, data):
		    raw = struct.pack("=HH", 4 + len(data), kind) + data
		    return raw + bytes(-len(raw) % 4)

		# struct ieee_ets: prio_tc follows willing, ets_cap, cbs, two shares and tc_tsa
		ets = bytes(27) + bytes([8] + [0] * 7) + bytes(24)
		body = struct.pack("=BBH", 0, 20, 0) + attr(1, sys.argv[1].encode() + b"\0") + \
		    attr(13, attr(1, ets))
		sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
		sock.send(struct.pack("=IHHII", 16 + len(body), 79, 1, 1, 0) + body)
		answer = sock.recv(4096)
		# the answer's only attribute is an error, or none
		sys.exit(int(struct.unpack_from("=H", answer, 4)[0] == 2 or answer[24] != 0))
	PYTHON
}

refused() {
	local before

	before=$(ets_get .)
	expect_logged "share 50%, not 100%" dcb ets set dev "$DEV" tc-tsa 0:ets tc-bw 0:50 1:50
	expect_logged "priority 0: there is no class 8" ets_set_class_8
	expect_logged "neither strict nor ets" dcb ets set dev "$DEV" tc-tsa 0:cbs
	expect_logged "from 1 Mbit/s" dcb maxrate set dev "$DEV" tc-maxrate 0:999kbit
	expect_logged "from 1 Mbit/s" dcb maxrate set dev "$DEV" tc-maxrate 0:1001gbit
	fault_command PORT_ETS
	expect_fail dcb ets set dev "$DEV" prio-tc 0:7
	fault_command PORT_ETS
	expect_fail dcb maxrate set dev "$DEV" tc-maxrate 0:10mbit
	expect "ets" "$(ets_get .)" = "$before"
	dcb maxrate show dev "$DEV" | grep -qi "10mbit" && fail "a limit that was refused"
	ping_works
}

mqprio_refused() {
	local add=(tc qdisc add dev "$DEV" root mqprio num_tc) channel

	channel=("${add[@]}" 2 map 0 1 queues 1@0 1@1 hw 1 mode channel shaper bw_rlimit)
	defer ets_default

	expect_refused "guarantees no rate" "${channel[@]}" min_rate 1Gbit 2Gbit
	expect_refused "from 1 Mbit/s" "${channel[@]}" max_rate 1Gbit 999kbit
	expect_refused "from 1 Mbit/s" "${channel[@]}" max_rate 1Gbit 1001Gbit
	fault_command PORT_ETS
	expect_refused "refuses the limits" "${channel[@]}" max_rate 1Gbit 2Gbit
	dcb maxrate set dev "$DEV" tc-maxrate 5:1gbit
	expect_refused "limits classes already" "${channel[@]}" max_rate 1Gbit 2Gbit
	dcb maxrate set dev "$DEV" tc-maxrate all:0
	dcb ets set dev "$DEV" prio-tc 0:1
	expect_refused "two priorities in class 1" "${channel[@]}" max_rate 1Gbit 2Gbit
	dcb ets set dev "$DEV" prio-tc 0:0
	expect_refused "at most 8 classes" "${add[@]}" 9 map 0 1 2 3 4 5 6 7 8 \
		queues 1@0 1@1 1@2 1@3 1@4 1@5 1@6 1@7 1@8 hw 1
	expect_refused preempt "${add[@]}" 2 map 0 1 queues 1@0 1@1 hw 1 fp P E
	expect_fail "${add[@]}" 2 map 0 1 queues 1@0 1@10 hw 1
	fault_command QP_PRIO 1
	expect_refused "refuses the priorities" "${add[@]}" 3 map 0 1 2 queues 1@0 1@1 1@2 hw 1
	tc qdisc show dev "$DEV" | grep -q mqprio && fail "mqprio is there"
	expect "class of queue 2" "$(class_of 2)" = 0
	ping_works
}

survives() {
	mqprio_up
	defer ets_default
	dcb ets set dev "$DEV" prio-tc 0:7 2:0
	expect_logged "class 2 of mqprio has queue 2" ethtool -L "$DEV" combined 2
	ethtool -L "$DEV" combined 10
	defer ethtool -L "$DEV" combined 9
	ethtool -G "$DEV" tx 1024
	defer ethtool -G "$DEV" tx 512
	order
	expect "order with other queues" "$(runs)" = 012
	reset_device
	expect "classes" "$(ets_get '.prio_tc[2]')" -eq 0
	send 5
	order
	expect "order after a reset" "$(runs)" = 012
}

device_keeps_limits() {
	tc qdisc replace dev "$DEV" root handle 100: mqprio num_tc 3 map 0 1 2 0 0 0 0 0 \
		queues 1@0 1@1 1@2 hw 1 mode channel shaper bw_rlimit max_rate 1Gbit 1Gbit 1Gbit
	fault_command PORT_ETS
	dmesg -C
	tc qdisc del dev "$DEV" root
	dmesg | grep -q "classes keep the limits of mqprio" || fail "nothing was said of limits"
	dcb maxrate set dev "$DEV" tc-maxrate all:0bit
}

# What destroys mqprio can't be refused.
device_keeps_priority() {
	mqprio
	fault_command QP_PRIO
	tc qdisc del dev "$DEV" root
	wait_for 5 ping_works
	mqprio_up
	order
	expect "order" "$(runs)" = 210
	fault_command QP_PRIO
	fault_command CQ_CREATE
	dmesg -C
	tc qdisc del dev "$DEV" root
	fault_clear
	dmesg | grep -q "queues keep the priorities of mqprio" || fail "nothing was said of priorities"
	# until they are made anew
	ethtool -G "$DEV" tx 1024
	ethtool -G "$DEV" tx 512
	device_keeps_limits
}

topology_up
COMBINED=$(channels_now)
PEER_COMBINED=$(peer ethtool -l "$PEER_DEV" | awk '/^Combined:/ { value = $2 } END { print value }')
finish() {
	ethtool -L "$DEV" combined "$COMBINED"
	peer ethtool -L "$PEER_DEV" combined "$PEER_COMBINED"
	peer ethtool -G "$PEER_DEV" rx 512
	topology_down
}
trap finish EXIT
ethtool -L "$DEV" combined 9
# one queue at the far end: the order of frames is that of the wire
peer ethtool -L "$PEER_DEV" combined 1
peer ethtool -G "$PEER_DEV" rx 2048
guest_main without_mqprio map_moves_priorities ets_shares class_limit channel_limit walked \
	refused mqprio_refused survives device_keeps_priority
