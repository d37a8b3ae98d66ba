#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# AF_XDP without copies: sockets of all kinds, what they may be combined with,
# and what happens to the port around them. What the peer sends comes back by
# the sockets (xsk.c) and is compared.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/frames.sh"
. "$(dirname "$0")/../lib/counted.sh"
. "$(dirname "$0")/../lib/xdp.sh"

# round SIZE...: frames of these sizes come back, and nothing else is disturbed.
round() {
	local size

	for size; do
		exchange "$size" "$size"
	done
	ping_works
}

one_queue() {
	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
}

need_wakeup() {
	xsk -w
	round 60 64 1514
	xsk_stop
	expect "received" "$(figure received)" -eq 15
	expect "sent" "$(figure sent)" -eq 15
	expect "invalid" "$(figure invalid)" -eq 0
}

no_need_wakeup() {
	xsk
	round 60 1514
}

copy_mode() {
	xsk -c
	round 60 1514
}

# interrupts_of COMMAND...: how many of queue 0 came meanwhile
interrupts_of() {
	local before

	before=$(interrupts 0)
	"$@"
	echo $(($(interrupts 0) - before))
}

# Whoever asks all the time needs no interrupt, and gets none.
# put_off NS: interrupts of the netdev, for so long
put_off() {
	echo 2 >"/sys/class/net/$DEV/napi_defer_hard_irqs"
	echo "$1" >"/sys/class/net/$DEV/gro_flush_timeout"
	defer sh -c "echo 0 >/sys/class/net/$DEV/napi_defer_hard_irqs"
	defer sh -c "echo 0 >/sys/class/net/$DEV/gro_flush_timeout"
}

busy_poll() {
	local asleep busy

	one_queue
	xsk -w
	asleep=$(interrupts_of exchange 60 60 0 100)
	xsk_stop
	put_off 500000000
	xsk -b -w
	busy=$(interrupts_of exchange 60 60 0 100)
	note "$asleep interrupts, busy $busy"
	expect "interrupts" "$asleep" -ge 50
	expect "interrupts" "$busy" -lt $((asleep / 4))
	round 60 1514
}

chunks() {
	xsk -w -s 2048
	round 60 1514
	xsk_stop
	xsk -w -s 2048 -H 128
	round 60 1514
}

unaligned() {
	sysctl -q -w vm.nr_hugepages=4
	xsk -w -u -s 3000
	round 60 1514
	xsk_stop
	mtu 9000
	xsk -w -g -u -s 2500
	round 60 9014
}

multi_buffer() {
	mtu 9600
	xsk -w -g
	round 60 3456 3457 6912 6913 9614
	ping_works -s 9572 -M "do"
	xsk_stop
	xsk -w -g -s 2048
	round 60 1408 1409 9614
}

several_sockets() {
	one_queue
	xsk -w -k 3
	round 60 1514 60
	xsk_stop
	expect "sent by all" "$(figure sent)" -eq 15
}

# Received into the pool and sent out of it, without the socket.
send_back() {
	PROGRAM=xsk_shape xsk -w -g
	shape 0 0 0 $XDP_TX
	round 60 1514
	mtu 9600
	round 3456 3457 9614
	exchange 1514 1514 0 300
	shape 16 0 0 $XDP_TX
	exchange 200 184 -16
	exchange 9614 9598 -16
	shape -16 0 0 $XDP_TX
	exchange 200 216 16
	exchange 8000 8016 16
	shape 0 -200 0 $XDP_TX
	exchange 1000 800
	exchange 9614 9414
	xsk_stop
	expect "of the socket" "$(figure received)" -eq 0
}

# Up the stack, copied out of the pool.
pass_shapes() {
	mtu 9600
	PROGRAM=xsk_shape xsk -w -g
	passes_shapes 200 1514 3472 3473 9598
	xsk_stop
	expect "of the socket" "$(figure received)" -eq 0
}

# elsewhere DEV: where frames go
elsewhere() {
	# shellcheck disable=SC2046 # bytes are words
	bpftool map update name elsewhere key 0 0 0 0 value $(le32 "$(ifindex "$1")")
}

# Out of the pool to where no socket is: copied, in as many buffers as they have. What is not
# taken there is an error, and neither buffers nor copies are lost.
redirect_elsewhere() {
	ip link add gnicnone type dummy
	defer ip link del gnicnone
	mtu 9600
	peer ip link set "$PEER_DEV" promisc on
	defer peer ip link set "$PEER_DEV" promisc off
	PROGRAM=xsk_elsewhere xsk -w -g
	elsewhere "$DEV"
	round 60 1514 3456 3457 6913 9614
	elsewhere gnicnone
	errors 60
	errors 9614
	exchange 9614 0 0 400
	elsewhere "$DEV"
	round 9614
	xsk_stop
	expect "of the socket" "$(figure received)" -eq 0
}

# A ring of 512 buffers, a pool of 64: nothing stands still.
small_pool() {
	one_queue
	xsk -w -f 64 -p 40
	exchange 60 60 0 100
	ping_works
}

# Without buffers the socket gets nothing, and the processor rests.
no_buffers() {
	local before after missed

	one_queue
	missed=$(stat "$DEV" rx_missed_errors)
	xsk -w -p 0
	exchange 60 0
	before=$(awk '/^cpu /{ print $2 + $3 + $4 + $7 + $8 }' /proc/stat)
	sleep 2
	after=$(awk '/^cpu /{ print $2 + $3 + $4 + $7 + $8 }' /proc/stat)
	note "$((after - before)) ticks in 2 s"
	expect "busy ticks" "$((after - before))" -lt 120
	expect "missed frames" "$(($(stat "$DEV" rx_missed_errors) - missed))" -gt 0
	xsk_stop
	ping_works
}

reconfigure() {
	xsk -w
	round 60
	ethtool -G "$DEV" rx 128 tx 128
	round 1514
	ethtool -G "$DEV" rx 512 tx 512
	ethtool -L "$DEV" combined 4
	ethtool -X "$DEV" equal 1
	defer ethtool -X "$DEV" default
	round 60
	ethtool -X "$DEV" default
	ethtool -L "$DEV" combined 2
	ip link set "$DEV" mtu 1400
	ip link set "$DEV" mtu 1500
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	round 1514
}

# steer QUEUES: datagrams to port 7000 + N arrive at queue N
steer() {
	local queue

	for queue in $(seq 0 $(($1 - 1))); do
		ethtool -N "$DEV" flow-type udp4 dst-port $((7000 + queue)) \
			action "$queue" loc $((10 + queue))
		defer ethtool -N "$DEV" delete $((10 + queue))
	done
}

four_channels() {
	ethtool -L "$DEV" combined 4
	defer ethtool -L "$DEV" combined 2
}

# each_received COUNT...: by the socket of queue 0, 1, ...
each_received() {
	local queue=0 count

	for count; do
		expect "received by queue $queue" "$(figure "received_$queue")" -eq "$count"
		expect "sent by queue $queue" "$(figure "sent_$queue")" -eq "$count"
		queue=$((queue + 1))
	done
	expect "received" "$(figure received)" -eq $(($(echo "$@" | tr ' ' +)))
}

# Sockets of four queues, with one umem for all and with one each.
steered_queues() {
	local option

	four_channels
	steer 4
	for option in "" -o; do
		PROGRAM=xsk_udp xsk -w -n 4 $option
		exchange_udp 7000,7001,7002,7003 200 40
		exchange_udp 7003,7002,7003 1514 30
		ping_works
		xsk_stop
		each_received 10 10 20 30
	done
}

# What the hash spreads reaches every socket, and nothing is lost on the way.
spread_queues() {
	local ports queue

	four_channels
	ports=$(seq -s, 7000 7063)
	PROGRAM=xsk_udp xsk -w -n 4
	exchange_udp "$ports" 200 128
	xsk_stop
	expect "received" "$(figure received)" -eq 128
	for queue in 0 1 2 3; do
		note "queue $queue: $(figure "received_$queue")"
		expect "received by queue $queue" "$(figure "received_$queue")" -gt 0
	done
}

# One queue of several has a pool: its neighbours receive into pages as ever.
another_queue() {
	steer 2
	PROGRAM=xsk_udp xsk -w -q 1
	exchange_udp 7001 200 20
	ping_works
	xsk_stop
	expect "received" "$(figure received_1)" -eq 20
}

channels_in_use() {
	xsk -w -q 1
	expect_refused "AF_XDP" ethtool -L "$DEV" combined 1
	xsk_stop
	ethtool -L "$DEV" combined 1
	xsk_fails "Invalid argument" -q 1
	ethtool -L "$DEV" combined 2
}

# A pool that frames of the MTU do not fit is not bound, nor is a program loaded.
buffers_too_small() {
	mtu 9000
	xsk_fails "Invalid argument" -w -s 2048
	xsk -w -g -s 2048
	ip link set dev "$DEV" xdpdrv off
	expect_refused "needs a program with frags" \
		ip link set dev "$DEV" xdpdrv object "$SHAPE" program xdp_single
}

# An MTU that comes later is not refused: a pool stays for a while when its socket is gone.
# Of a socket that takes one buffer a frame, longer frames are dropped and counted.
mtu_beyond_the_buffers() {
	xsk -w -s 2048
	mtu 9000
	round 60 1792
	errors 1793
	errors 9014
	round 60 1792
	xsk_stop
	ip link set "$DEV" mtu 9600
	expect "received" "$(figure received)" -eq 20
}

# The device cuts a frame to 17 buffers at most, here of 512 bytes.
mtu_beyond_the_device() {
	ip link set "$DEV" mtu 300
	defer ip link set "$DEV" mtu 1500
	xsk -w -s 2048 -H 1280
	expect_logged "allow an MTU of 8682 at most" ip link set "$DEV" mtu 8683
	ip link set "$DEV" mtu 8682
	exchange 512 512
	errors 513
}

# rx-all: frames longer than the MTU, of more buffers than the program takes
rx_all() {
	PROGRAM=xsk_single xsk -w -g
	longer_frames
	round 60 1514
	errors 5000
	xsk_stop
	expect "received" "$(figure received)" -eq 10
}

bind_and_let_go() {
	"$XSK" -w -B 12 "$DEV" "$SOCKETS" xsk_frags >/tmp/xsk 2>&1 || fail "$(cat /tmp/xsk)"
}

bind_under_load() {
	one_queue
	all_arrive bind_and_let_go
}

# What waits for its interrupt, which may be late, is not forgotten with its queue.
bind_while_put_off() {
	one_queue
	put_off 300000000
	all_arrive bind_and_let_go
}

hints() {
	PROGRAM=xsk_hints xsk -w
	exchange 100 100
	xsk_stop
	expect "time of a frame" "$(figure rx_tstamp)" -gt 0
}

# What the socket sends has the time at which it left.
tx_time() {
	PROGRAM=xsk_hints xsk -w -m 2
	exchange 100 100
	xsk_stop
	expect "stamped" "$(figure stamped)" -eq "$(figure sent)"
	expect "left behind it came" "$(figure tx_tstamp)" -gt "$(figure rx_tstamp)"
	mtu 9000
	xsk -w -g -m 2
	exchange 8000 8000
	xsk_stop
	expect "stamped, many buffers" "$(figure stamped)" -eq 5
}

# It leaves when it shall; what is too far away, or was, at once.
launch_time() {
	local far

	grep -q gnic_xsk_request_launch_time /proc/kallsyms ||
		skip "AF_XDP of this kernel has no launch time"
	PROGRAM=xsk_hints xsk -w -m 6 -l 30000000
	exchange 100 100
	xsk_stop
	expect "launch time" "$(figure tx_tstamp)" -ge $(($(figure rx_tstamp) + 30000000))
	expect "sent" "$(figure sent)" -eq 5
	far=$(ethtool_stat "$DEV" tx_launch_far)
	PROGRAM=xsk_hints xsk -w -m 6 -l 60000000000
	exchange 100 100
	xsk_stop
	expect "not waited for" "$(figure tx_tstamp)" -lt $(($(figure rx_tstamp) + 30000000000))
	expect "too far" "$(ethtool_stat "$DEV" tx_launch_far)" -eq $((far + 5))
	PROGRAM=xsk_hints xsk -w -m 6 -l -60000000000
	exchange 100 100
	xsk_stop
	expect "sent" "$(figure sent)" -eq 5
	expect "too far" "$(ethtool_stat "$DEV" tx_launch_far)" -eq $((far + 5))
}

# The device fills the checksum of bytes 14.. into bytes 16 and 17.
checksum() {
	xsk -w -m 1
	peer python3 - "$PEER_DEV" "$(cat "/sys/class/net/$DEV/address")" <<-'PYTHON'
		import os, socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
		s.bind((sys.argv[1], 0x88b5))
		s.settimeout(3)
		data = os.urandom(2) + b"\0\0" + os.urandom(196)
		s.send(bytes.fromhex(sys.argv[2].replace(":", "")) + s.getsockname()[4] + b"\x88\xb5" + data)
		while True:
		    back, address = s.recvfrom(2000)
		    if address[2] != socket.PACKET_OUTGOING:
		        break
		total = sum(int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2))
		while total >> 16:
		    total = (total & 0xffff) + (total >> 16)
		if back[14:16] != data[:2] or back[18:] != data[4:]:
		    sys.exit("the content changed")
		if int.from_bytes(back[16:18], "big") != 0xffff - total:
		    sys.exit(f"checksum {back[16:18].hex()}, not {0xffff - total:04x}")
	PYTHON
}

topology_up
trap topology_down EXIT
guest_main need_wakeup no_need_wakeup copy_mode busy_poll chunks unaligned multi_buffer \
	several_sockets steered_queues spread_queues another_queue send_back \
	redirect_elsewhere pass_shapes small_pool no_buffers reconfigure channels_in_use \
	buffers_too_small mtu_beyond_the_buffers mtu_beyond_the_device rx_all bind_under_load \
	bind_while_put_off hints checksum tx_time launch_time
