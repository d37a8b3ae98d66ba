#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Receive buffers of a port (dcb buffer): bursts that a short ring can't hold, a priority
# that is lossless and stops no other, and settings. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

TOTAL=1048576
PORT=5571
SLOW=3		# priority of DSCP 26; its queue is looked at every 60 ms
FAST=2		# priority of DSCP 2, and by its type of service of what is sent so
COUNT=/tmp/buffer.count

buffer() {
	dcb buffer set dev "$DEV" "$@"
}

buffer_default() {
	buffer prio-buffer 0:0 1:1 2:2 3:3 4:4 5:5 6:6 7:7 buffer-size all:0
}

shown() {
	dcb -j buffer show dev "$DEV" | jq -c "$1"
}

# diagnosed BUFFER MEMBER
diagnosed() {
	receive_buffer "$(eth_of "$(own_card)")" "$@"
}

pause() {
	ethtool -A "$DEV" autoneg "$1" rx "$1" tx "$1"
	wait_for 10 carrier_up
}

# receiver FRAMES: counts them in $COUNT, and says there if one came before its turn. It waits
# for as long as it takes until the first one comes or $COUNT.go is there, then for 8 seconds.
receiver() {
	rm -f "$COUNT" "$COUNT.go"
	python3 - "$1" "$PORT" "$COUNT" <<-'END' &
	import os, socket, sys, time

	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)  # SO_RCVBUFFORCE
	s.bind(("192.0.2.1", int(sys.argv[2])))
	s.settimeout(0.2)
	seen = []
	end = None
	while len(seen) < int(sys.argv[1]) and (not end or time.monotonic() < end):
	    try:
	        seen.append(int(s.recv(2048)[:6]))
	        end = time.monotonic() + 8
	    except socket.timeout:
	        if not end and os.path.exists(sys.argv[3] + ".go"):
	            end = time.monotonic() + 8
	with open(sys.argv[3] + ".new", "w") as f:
	    f.write(f"{len(seen)}" if seen == sorted(seen) else "not in order")
	os.rename(sys.argv[3] + ".new", sys.argv[3])
	END
	RECEIVER=$!
	defer kill "$RECEIVER"
	wait_for 5 listens u "$PORT"
}

# sender FRAMES SNDBUF: of 200 octets, their number first, of priority and DSCP $SLOW
sender() {
	ip netns exec "$PEER" python3 - "$1" "$2" "$PORT" $SLOW <<-'END'
	import socket, sys

	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.setsockopt(socket.SOL_SOCKET, 32, int(sys.argv[2]))  # SO_SNDBUFFORCE
	s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 26 << 2)
	s.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, int(sys.argv[4]))
	for i in range(int(sys.argv[1])):
	    s.sendto(f"{i:06}".encode() + bytes(152), ("192.0.2.1", int(sys.argv[3])))
	END
}

# burst [COMMAND...]: how many of 300 frames come that leave the far end at once
burst() {
	receiver 300
	ping -c 1 -W 2 -q 192.0.2.2 >/dev/null	# no neighbour is looked for meanwhile
	silence 0 1 20000
	sender 300 $((4 << 20))
	wait_for 5 peer_posted
	silence 0 1 0
	: >"$COUNT.go"
	"$@"
	wait "$RECEIVER"
	ARRIVED=$(cat "$COUNT")
}

burst_up() {
	pause off
	defer pause on
	few_buffers 60000
	peer_queue_limits "$PEER_DEV" max 192.0.2.1
	defer peer_queue_limits "$PEER_DEV" 0 192.0.2.1
	defer buffer_default
}

waits_for_buffers() {
	local lost

	burst_up
	lost=$(stat "$DEV" rx_missed_errors)
	burst
	note "$ARRIVED of 300 without a buffer"
	expect "frames without a buffer" "$ARRIVED" -lt 300
	lost=$((lost + 300 - ARRIVED))
	wait_for 5 eval "[ \"\$(stat $DEV rx_missed_errors)\" -eq $lost ]"
	# the priority is that of PCP, which the frames have not
	buffer buffer-size 0:256K
	burst
	expect "frames with a buffer" "$ARRIVED" = 300
	expect "used" "$(diagnosed 0 used)" -eq 0
	expect "peak" "$(diagnosed 0 peak)" -gt $((100 * 256))
	expect "dropped" "$(diagnosed 0 dropped)" -eq 0
	sleep 2		# drops are counted every now and then
	expect "lost" "$(stat "$DEV" rx_missed_errors)" -eq $lost
}

# One that is too small holds so many; of the others the priority has nothing.
holds_so_many() {
	burst_up
	buffer prio-buffer 0:5 buffer-size 5:2560
	burst
	note "$ARRIVED of 300 with room for 10"
	expect "frames" "$ARRIVED" -lt 300
	expect "peak" "$(diagnosed 5 peak)" -eq 2560
	expect "dropped" "$(diagnosed 5 dropped)" -eq $((300 - ARRIVED))
	buffer prio-buffer 0:0 buffer-size 1:512K
	burst
	expect "frames of a priority without a buffer" "$ARRIVED" -lt 300
	expect "peak" "$(diagnosed 1 peak)" -eq 0
}

# What waits for a queue comes to the one that takes its place.
goes_with_the_queue() {
	burst_up
	buffer buffer-size 0:256K
	burst ethtool -G "$DEV" rx 128
	expect "frames" "$ARRIVED" = 300
	burst ethtool -X "$DEV" equal 1
	ethtool -X "$DEV" default
	expect "frames" "$ARRIVED" = 300
	expect "dropped" "$(diagnosed 0 dropped)" -eq 0
}

requests() {
	dcb -j -s pfc show dev "$DEV" | jq ".requests[$1]"
}

pfc_off() {
	dcb pfc set dev "$DEV" prio-pfc all:off
	peer dcb pfc set dev "$PEER_DEV" prio-pfc all:off
}

app_default() {
	dcb app flush dev "$DEV"
	dcb apptrust set dev "$DEV" order pcp
}

# Queues and priorities of their own, at both ends; the one of $SLOW is slow.
priorities_up() {
	peer tc qdisc replace dev "$PEER_DEV" root handle 100: mqprio num_tc 4 map 0 1 2 3 \
		queues 1@0 1@1 1@2 1@3 hw 1
	defer peer tc qdisc del dev "$PEER_DEV" root
	# one that drops nothing of what waits for long
	peer tc qdisc add dev "$PEER_DEV" parent 100:$((SLOW + 1)) pfifo limit 3000
	dcb apptrust set dev "$DEV" order dscp pcp
	dcb app add dev "$DEV" dscp-prio 26:$SLOW 2:$FAST
	defer app_default
	ethtool -G "$DEV" rx 64
	defer ethtool -G "$DEV" rx 512
	ethtool -X "$DEV" equal 1
	defer ethtool -X "$DEV" default
	ethtool -N "$DEV" flow-type udp4 dst-port $PORT action 1 loc 0 >/dev/null
	defer ethtool -N "$DEV" delete 0
	ethtool --per-queue "$DEV" queue_mask 0x2 --coalesce rx-usecs 60000
	defer ethtool --per-queue "$DEV" queue_mask 0x2 --coalesce rx-usecs 4
	dcb pfc set dev "$DEV" prio-pfc all:off $SLOW:on $FAST:on
	peer dcb pfc set dev "$PEER_DEV" prio-pfc all:off $SLOW:on $FAST:on
	defer pfc_off
	defer buffer_default
}

# The far end is silent in one priority again and again, and in no other.
stops_one_priority() {
	local slow fast lost sender

	priorities_up
	buffer buffer-size $SLOW:32K $FAST:32K
	slow=$(requests $SLOW) fast=$(requests $FAST)
	lost=$(stat "$DEV" rx_missed_errors)
	receiver 3000
	ping -c 1 -W 2 -q 192.0.2.2 >/dev/null
	sender 3000 $((128 << 10)) &
	sender=$!
	wait_for 10 eval "[ \"\$(requests $SLOW)\" -gt $slow ]"
	peer ping -c 10 -i 0.01 -W 2 -Q 8 -q 192.0.2.1 >/tmp/buffer.ping || :
	slow=$(requests $SLOW)
	wait "$sender"
	: >"$COUNT.go"
	peer tc -s qdisc show dev "$PEER_DEV" | grep -q "dropped [1-9]" && fail "the far end drops"
	wait "$RECEIVER"
	expect "dropped" "$(diagnosed $SLOW dropped)" -eq 0
	expect "frames" "$(cat "$COUNT")" = 3000
	grep -q ' 0% packet loss' /tmp/buffer.ping || fail "$(grep loss /tmp/buffer.ping)"
	expect "requests of the slow one, behind the pings" "$(requests $SLOW)" -gt "$slow"
	expect "requests of the other" "$(requests $FAST)" -eq "$fast"
	expect "requests of those without" "$(requests 0)" -eq 0
	expect "peak" "$(diagnosed $SLOW peak)" -gt $((16 << 10))
	sleep 2		# drops are counted every now and then
	expect "lost" "$(stat "$DEV" rx_missed_errors)" -eq "$lost"
}

settings() {
	defer buffer_default
	expect "buffers" "$(shown .prio_buffer)" = "[0,1,2,3,4,5,6,7]"
	expect "sizes" "$(shown .buffer_size)" = "[0,0,0,0,0,0,0,0]"
	expect "total" "$(shown .total_size)" -eq $TOTAL
	buffer buffer-size 0:1 1:256 2:257 7:100K
	expect "sizes" "$(shown .buffer_size)" = "[256,256,512,0,0,0,0,102400]"
	buffer prio-buffer all:7 5:0
	expect "buffers" "$(shown .prio_buffer)" = "[7,7,7,7,7,0,7,7]"
	expect "sizes" "$(shown .buffer_size)" = "[256,256,512,0,0,0,0,102400]"
	buffer buffer-size all:128K
	expect "sizes" "$(shown '.buffer_size | unique')" = "[131072]"
	ping_works
	buffer_default
	expect "buffers" "$(shown .prio_buffer)" = "[0,1,2,3,4,5,6,7]"
	ping_works
}

refused() {
	local before

	defer buffer_default
	defer pfc_off
	buffer buffer-size all:127K 0:135K
	before=$(shown .)
	expect_logged "the port has $TOTAL" buffer buffer-size 7:130049
	expect_logged "the port has $TOTAL" buffer buffer-size all:1G
	expect_fail buffer prio-buffer 0:8
	fault_command PORT_BUFFER
	expect_fail buffer prio-buffer 0:7
	expect "settings" "$(shown .)" = "$before"
	dcb pfc set dev "$DEV" prio-pfc 4:on
	expect_logged "priority 4 has flow control, its buffer 4 no room" buffer buffer-size 4:0
	expect_logged "priority 4 has flow control, its buffer 6 no room" \
		buffer prio-buffer 4:6 buffer-size 6:0
	buffer prio-buffer 4:5 5:4 buffer-size 4:0
	expect_logged "buffer 4 of priority 5 has no room" dcb pfc set dev "$DEV" prio-pfc 5:on
	# if nobody has a buffer nobody needs one
	buffer buffer-size all:0
	dcb pfc set dev "$DEV" prio-pfc 5:on
	expect_logged "has flow control" buffer buffer-size 0:1K
	ping_works
}

survives() {
	local before

	burst_up
	buffer prio-buffer 0:6 buffer-size 6:256K 2:1K
	before=$(shown .)
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	expect "settings" "$(shown .)" = "$before"
	burst
	expect "frames" "$ARRIVED" = 300
	reset_device
	expect "settings after a reset" "$(shown .)" = "$before"
	pause off
	burst
	expect "frames after a reset" "$ARRIVED" = 300
	expect "peak after a reset" "$(diagnosed 6 peak)" -gt $((100 * 256))
	buffer_default
	burst
	expect "frames without a buffer" "$ARRIVED" -lt 300
}

# The queue, or the device, goes while frames wait.
goes_while_frames_wait() {
	burst_up
	buffer buffer-size 0:256K
	burst ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	expect "used" "$(diagnosed 0 used)" -eq 0
	burst ethtool -L "$DEV" combined 1
	ethtool -L "$DEV" combined 4
	expect "used" "$(diagnosed 0 used)" -eq 0
	burst reset_device
	expect "used" "$(diagnosed 0 used)" -eq 0
	ping_works
}

# forget_all: the netdev goes, and another comes
forget_all() {
	local eth

	eth=$(eth_of "$(own_card)")
	echo "${eth#auxiliary/}" >/sys/bus/auxiliary/drivers/gnic.eth/unbind
	echo "${eth#auxiliary/}" >/sys/bus/auxiliary/drivers/gnic.eth/bind
	wait_for 5 test -e "/sys/class/net/$DEV"
	ip addr add 192.0.2.1/24 dev "$DEV"
	ip link set "$DEV" up
	ip addr add 2001:db8::1/64 dev "$DEV" nodad
	sysctl -q -w "net.ipv6.conf.$DEV.keep_addr_on_down=1"
	ethtool -L "$DEV" combined 4
	wait_for 10 carrier_up
}

# The device does what a netdev shows, not what the one before it wanted.
another_netdev() {
	pause off
	defer pause on
	peer_queue_limits "$PEER_DEV" max 192.0.2.1
	defer peer_queue_limits "$PEER_DEV" 0 192.0.2.1
	buffer buffer-size 0:256K
	forget_all
	expect "sizes" "$(shown '.buffer_size | unique')" = "[0]"
	few_buffers 60000
	burst
	note "$ARRIVED of 300 without a buffer"
	expect "frames" "$ARRIVED" -lt 300
}

# storm MS: for how long a queue without buffers is waited for, and who is asked is silent
storm() {
	ethtool --set-tunable "$DEV" pfc-prevention-tout "$1"
	peer ethtool --set-tunable "$PEER_DEV" pfc-prevention-tout "$1"
}

topology_up
COMBINED=$(channels_now)
finish() {
	ethtool -L "$DEV" combined "$COMBINED"
	peer ethtool -L "$PEER_DEV" combined "$COMBINED"
	storm 65535
	topology_down
}
trap finish EXIT
ethtool -L "$DEV" combined 4
peer ethtool -L "$PEER_DEV" combined 4
# a machine that is busy may be slow
storm 8000
guest_main waits_for_buffers holds_so_many goes_with_the_queue stops_one_priority settings \
	refused survives goes_while_frames_wait another_netdev
