# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Link, ping and iperf3 over the wire.

demo_wire() {
	step "Link up"
	run ip -n far addr add 10.0.0.1/24 dev a0
	run ip addr add 10.0.0.2/24 dev b0
	run ip -n far addr add 10.0.1.1/24 dev a1
	run ip -n near addr add 10.0.1.2/24 dev b1
	run ip -n far link set a0 up
	run ip -n far link set a1 up
	run ip -n near link set b1 up
	run ip link set b0 up
	run ip -n near link set lo up
	wait_until 20 "b0 has a carrier" carrier b0
	run ethtool b0
	expect "carrier of b0" 1 "$(cat /sys/class/net/b0/carrier)"

	step "Ping and iperf3 between two namespaces, over the wire"
	run ip netns exec far ping -c 5 -i 0.2 -q 10.0.1.2
	ip netns exec near iperf3 -s -1 >/dev/null 2>&1 &
	IPERF=$!
	wait_until 10 "iperf3 listens" listens near 5201
	run_tail 4 ip netns exec far iperf3 -c 10.0.1.2 -t 3 -f m
	wait "$IPERF" || stop "the iperf3 server ends well" "exit status $?"
}

listens() {
	ip netns exec "$1" ss -Hltn "sport = :$2" | grep -q .
}
