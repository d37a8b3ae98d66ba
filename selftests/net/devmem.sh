#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One queue gets memory of somebody else, and gives it back, while its neighbours go
# on: the kernel's queue API. What arrives in such memory is the matter of the
# kernel's own devmem.py. Topology: lib/guest.sh.

# shellcheck disable=SC2119 # ping_works takes options, or none
. "$(dirname "$0")/../lib/guest.sh"

VERDICT=$TREE/build/bpf/verdict.bpf.o
SAID=/tmp/devmem.said

# Queue 0 is everybody's, queue 1 is for who is sent there, and for our memory.
setup() {
	ethtool -L "$DEV" combined 2
	ethtool -X "$DEV" equal 1
	defer ethtool -X "$DEV" default
	ethtool -G "$DEV" tcp-data-split on
	defer ethtool -G "$DEV" tcp-data-split auto
}

pools() {
	[ "$(python3 "$TREE/selftests/lib/devmem.py" pools "$DEV")" -eq "$1" ]
}

bound() {
	grep -q bound $SAID || ! kill -0 "$BACKGROUND"
}

# bind QUEUE [BYTES]: until the test ends, or unbind; what it says in $SAID
bind() {
	: >$SAID
	background sh -c 'exec python3 "$1" bind "$2" "$3" $5 >"$4" 2>&1' sh \
		"$TREE/selftests/lib/devmem.py" "$DEV" "$1" $SAID "${2:-}"
	wait_for 10 bound
	grep -q bound $SAID || fail "queue $1: $(cat $SAID)"
	wait_for 5 pools 1
}

bind_refused() {
	expect_refused "netlink: error" timeout 20 python3 "$TREE/selftests/lib/devmem.py" \
		bind "$DEV" "$1"
	pools 0 || fail "a page pool has the memory"
}

unbind() {
	kill "$BACKGROUND"
	wait_for 5 pools 0
}

# queue_works QUEUE: what is sent there arrives
queue_works() {
	local rule got

	got=$(mktemp)
	defer rm -f "$got"
	rule=$(ethtool -N "$DEV" flow-type udp4 dst-port 5595 action "$1" | awk '{ print $NF }')
	background socat -u UDP4-RECV:5595 "CREATE:$got"
	wait_for 5 listens u 5595
	peer bash -c 'for i in {1..100}; do echo $i >/dev/udp/192.0.2.1/5595; done'
	wait_for 5 sh -c "[ \$(wc -l <$got) -eq 100 ]"
	kill "$BACKGROUND"
	ethtool -N "$DEV" delete "$rule"
}

# No answer is lost meanwhile, by the queue beside it.
bind_under_traffic() {
	local answers

	setup
	background sh -c 'exec ping -c 1000 -i 0.01 -q 192.0.2.2 >/tmp/devmem.ping'
	answers=$BACKGROUND
	while kill -0 $answers 2>/dev/null; do
		bind 1
		unbind
	done
	grep -q " 0% packet loss" /tmp/devmem.ping || fail "$(grep loss /tmp/devmem.ping)"
	queue_works 1
}

# Whatever the device refuses, the queue goes on as it was.
device_refuses() {
	local opcode

	setup
	for opcode in CQ_CREATE QP_CREATE QP_SPLIT QP_MOVE; do
		fault_command $opcode
		bind_refused 1
		queue_works 1
	done
	bind 1
	unbind
	queue_works 1
}

# Memory that no processor may read: the headers have to go elsewhere.
wants_split() {
	setup
	ethtool -G "$DEV" tcp-data-split off
	bind_refused 1
	queue_works 1
}

# It is the queue's, whatever makes that anew.
outlives_queues() {
	setup
	bind 1
	ethtool -G "$DEV" tx 256
	defer ethtool -G "$DEV" tx 512
	pools 1 || fail "other rings, and the memory is gone"
	ping_works
	ip link set "$DEV" down
	wait_for 5 pools 0
	ip link set "$DEV" up
	wait_for 10 carrier_up
	pools 1 || fail "down and up, and the memory is gone"
	ping_works
	reset_device
	pools 1 || fail "a reset, and the memory is gone"
	ping_works
	unbind
	queue_works 1
}

# Nobody takes the queue away, or what it needs.
keeps_what_it_needs() {
	local said

	setup
	bind 1
	expect_fail ethtool -L "$DEV" combined 1
	said=$(ethtool -G "$DEV" tcp-data-split off 2>&1) && fail "headers come with the payload"
	# newer kernels know by themselves
	[[ $said == *"gnic: tcp-data-split is on while a queue has device memory"* ||
		$said == *"memory provider"* ]] || fail "it said: $said"
	expect_fail ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	pools 1 || fail "the memory is gone"
	ping_works
	unbind
	ethtool -L "$DEV" combined 1
	ethtool -L "$DEV" combined 2
	queue_works 1
}

alloc_fail() {
	"$TREE/selftests/lib/qstats.py" "$DEV" rx-alloc-fail
}

# A ring that has fewer buffers than it has room for drops no frame for that.
less_than_the_ring() {
	local rule dropped failed

	setup
	bind 1 $((64 * 4096))
	rule=$(ethtool -N "$DEV" flow-type tcp4 dst-port 5596 action 1 | awk '{ print $NF }')
	defer ethtool -N "$DEV" delete "$rule"
	dropped=$(stat "$DEV" rx_dropped)
	failed=$(alloc_fail)
	# headers alone, so the stack may read them; nobody listens
	peer bash -c 'for i in {1..20}; do : </dev/tcp/192.0.2.1/5596; done' 2>/dev/null || :
	expect "buffers that were not there" $(($(alloc_fail) - failed)) -ge 20
	expect "dropped" $(($(stat "$DEV" rx_dropped) - dropped)) -lt 5
}

topology_up
trap topology_down EXIT
modprobe -q udmabuf || :
[ -e /dev/udmabuf ] || skip "this kernel has no udmabuf"
guest_main bind_under_traffic device_refuses wants_split outlives_queues keeps_what_it_needs \
	less_than_the_ring
