#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The programs of xdp-tools at our port, with a known number of frames from the far end,
# by its xdp-trafficgen. Topology: lib/devlink.sh
# (Documentation/interop.rst). Kernels: one

. "$(dirname "$0")/../lib/devlink.sh"
. "$TREE/selftests/lib/xdp.sh"
. "$TREE/selftests/lib/sender.sh"

WORK=/tmp/xdp-tools
COUNT=4096	# frames that a generator sends, as fast as it can
SOME=64		# of them that a slow receiver has room for

# What a tool of this age asks of the kernel is there: xdp-tools traces events by
# arguments, which newer kernels have changed.
need_tracing() {
	case $(uname -r) in
	6.*) ;;
	*) skip "xdp-tools of this release does not know this kernel's trace events" ;;
	esac
}

# generate: $COUNT datagrams from the peer's driver to the address of ours
generate() {
	peer timeout -s INT 60 xdp-trafficgen udp "$PEER_DEV" -n $COUNT -t 1 \
		-m "$(cat "/sys/class/net/$DEV/address")" >$WORK/generator.log 2>&1 || true
	grep -q '[1-9][0-9]* xmit/s' $WORK/generator.log || fail "$(cat $WORK/generator.log)"
}

attached() {
	ip -j link show dev "$1" | jq -e '.[].xdp' >/dev/null
}

# bench MODE ARG...: it runs until the test ends, or bench_ends
bench() {
	mkdir -p $WORK
	defer rm -rf $WORK
	xdp-bench "$@" >$WORK/bench.log 2>&1 &
	BENCH=$!
	defer kill -INT "$BENCH"
	wait_for 10 attached "$DEV"
}

bench_ends() {
	kill -INT "$BENCH"
	wait "$BENCH" || fail "$(cat $WORK/bench.log)"
}

# What its last lines say: "Packets received    : 4096"
bench_said() {
	sed -n "s/^ *$1 *: *\([0-9,]*\) *$/\1/p" $WORK/bench.log | tr -d , | tail -n 1
}

# grows "COMMAND": the number that it prints, by $SOME at least
grows() {
	local reading=$1 before

	before=$($reading)
	generate
	wait_for 10 grown "$reading" "$before"
}

grown() {
	[ $(($($1) - $2)) -ge $SOME ]
}

# The generator sends by our driver's ndo_xdp_xmit, as many as it was told to.
generator_sends() {
	need_tracing
	mkdir -p $WORK
	defer rm -rf $WORK
	grows "cat /sys/class/net/$DEV/statistics/rx_packets"
}

bench_drops() {
	need_tracing
	for how in "-p no-touch" "-p read-data" "-p parse-ip -l load-bytes" "-m skb"; do
		read -ra options <<<"$how"
		apart bench_drops_so "${options[@]}"
	done
}

bench_drops_so() {
	bench drop "$DEV" "$@"
	generate
	sleep 1
	bench_ends
	expect "dropped" "$(bench_said 'Rx dropped')" -ge $SOME
}

bench_turns_round() {
	need_tracing
	peer ip link set "$PEER_DEV" promisc on
	defer peer ip link set "$PEER_DEV" promisc off
	bench tx "$DEV"
	grows "ip netns exec $PEER cat /sys/class/net/$PEER_DEV/statistics/rx_packets"
	bench_ends
}

# Out at our second port, whose far end counts.
bench_redirects() {
	need_tracing
	ip link set "$SECOND" up
	defer ip link set "$SECOND" down
	ip link set "$FAR_SECOND" up promisc on
	defer ip link set "$FAR_SECOND" down promisc off
	wait_for 10 grep -q 1 "/sys/class/net/$FAR_SECOND/carrier"
	for mode in redirect redirect-map redirect-multi; do
		apart bench_redirects_so $mode
	done
}

bench_redirects_so() {
	bench "$1" "$DEV" "$SECOND"
	grows "cat /sys/class/net/$FAR_SECOND/statistics/rx_packets"
	bench_ends
}

redirected() {
	ethtool -S "$DEV" | awk '$1 == "rx_xdp_redirect:" { print $2 }'
}

# Other processors take the frames from the queue's, and give them to the stack.
bench_redirects_to_processors() {
	need_tracing
	bench redirect-cpu "$DEV" -c 0 -c 1
	grows redirected
	bench_ends
}

# Two programs at one port, by libxdp's dispatcher: each is asked in its turn.
loader_chains() {
	xdp-loader load -m native -P 20 "$DEV" /usr/lib/x86_64-linux-gnu/bpf/xdpfilt_alw_ip.o
	defer xdp-loader unload -a "$DEV"
	xdp-loader load -m native -P 10 "$DEV" /usr/lib/x86_64-linux-gnu/bpf/xdpfilt_alw_eth.o
	expect "programs" "$(xdp-loader status "$DEV" | grep -c xdpfilt_)" -eq 2
	ping_works
	xdp-loader unload -a "$DEV"
	ping_works
}

filter_blocks() {
	xdp-filter load -m native "$DEV"
	defer xdp-filter unload "$DEV"
	xdp-filter ip -m src 192.0.2.2
	expect_fail ping -c 2 -i 0.1 -W 1 -q 192.0.2.2
	xdp-filter status | grep -q '192.0.2.2 .*src .*[1-9]' || fail "$(xdp-filter status)"
	xdp-filter ip -m src -r 192.0.2.2
	ping_works
	xdp-filter ether -m src "$(peer cat "/sys/class/net/$PEER_DEV/address")"
	expect_fail ping -c 2 -i 0.1 -W 1 -q 192.0.2.2
}

# answers_dumped [FILTER]: answers to a ping that are in the file by now, a line for each capture
answers_dumped() {
	tcpdump -t -n -r $WORK/both.pcapng "icmp[0] == 0${1:+ and $1}" 2>/dev/null
}

# The file is there before xdpdump listens, first at one end and then at the other.
both_ends_listen() {
	ping -c 1 -W 2 -q 192.0.2.2
	[ -n "$(answers_dumped | sort | uniq -d)" ]
}

# It may end without what it has not read yet, and is told of each capture to read it soon.
all_are_dumped() {
	[ "$(answers_dumped "ip[2:2] == 128" | wc -l)" -ge 6 ]
}

# What a program gets, and what it makes of it: two captures of each frame. Those that count
# have a size of their own.
dump_sees_both_ends() {
	mkdir -p $WORK
	defer rm -rf $WORK
	attach "$VERDICT" xdp_pass
	xdpdump -i "$DEV" --rx-capture entry,exit --perf-wakeup 1 \
		-w $WORK/both.pcapng >$WORK/dump.log 2>&1 &
	DUMP=$!
	defer kill -INT "$DUMP"
	wait_for 20 both_ends_listen
	ping_works -s 100
	wait_for 20 all_are_dumped
	kill -INT "$DUMP"
	wait "$DUMP" || fail "$(cat $WORK/dump.log)"
	expect "captures" "$(tshark -r $WORK/both.pcapng -Y 'icmp.type == 0 && ip.len == 128' \
		2>/dev/null | wc -l)" -eq 6
}

# Our port is a router's: what comes for a net behind its second port goes there, in the
# driver, by the kernel's tables.
forwards_by_the_tables() {
	local before

	ip addr add 198.51.100.1/24 dev "$SECOND"
	defer ip addr flush dev "$SECOND"
	ip link set "$SECOND" up
	defer ip link set "$SECOND" down
	ip link set "$FAR_SECOND" up promisc on
	defer ip link set "$FAR_SECOND" down promisc off
	wait_for 10 grep -q 1 "/sys/class/net/$FAR_SECOND/carrier"
	ip neigh replace 198.51.100.2 lladdr 02:00:00:00:00:99 dev "$SECOND"
	peer ip route add 198.51.100.0/24 via 192.0.2.1
	defer peer ip route del 198.51.100.0/24
	sysctl -q -w net.ipv4.ip_forward=1
	defer sysctl -q -w net.ipv4.ip_forward=0
	xdp-forward load "$DEV" "$SECOND"
	defer xdp-forward unload "$DEV" "$SECOND"
	before=$(redirected)
	from_peer 198.51.100.2 7 100
	wait_for 10 grown redirected "$before"
}

switch_up
sender_start
trap 'server_stop; switch_down' EXIT
SECOND=$(port_dev "$CARD" 1) FAR_SECOND=$(port_dev "$PEER_CARD" 1)
guest_main generator_sends bench_drops bench_turns_round bench_redirects \
	bench_redirects_to_processors loader_chains filter_blocks dump_sees_both_ends \
	forwards_by_the_tables
