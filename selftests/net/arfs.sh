#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Accelerated RFS: flows follow their readers from processor to processor.
# Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

# moved IRQ CPU: a vector moves when it is raised, here by a frame for its queue
moved() {
	peer bash -c "echo >/dev/udp/192.0.2.1/9"
	[ "$(cat "/proc/irq/$1/effective_affinity_list")" = "$2" ]
}

# vector_to QUEUE CPU: seen by the driver within a second
vector_to() {
	local irq rule

	irq=$(awk -v name="gnic-0.0-$1@" 'index($0, name) { print +$1; exit }' /proc/interrupts)
	echo "$2" >"/proc/irq/$irq/smp_affinity_list"
	rule=$(ethtool -N "$DEV" flow-type udp4 dst-port 9 action "$1" | awk '{ print $NF }')
	wait_for 5 moved "$irq" "$2"
	ethtool -N "$DEV" delete "$rule"
}

# All that no rule takes goes to queue 0; queue N is processor N's.
setup() {
	local queue

	[ "$(nproc)" -ge 2 ] || skip "needs two processors"
	ethtool -L "$DEV" combined 2
	ethtool -X "$DEV" equal 1
	for queue in 0 1; do
		vector_to $queue $queue
		echo "$1" >"/sys/class/net/$DEV/queues/rx-$queue/rps_flow_cnt"
		defer sh -c "echo 0 >/sys/class/net/$DEV/queues/rx-$queue/rps_flow_cnt"
	done
	sleep 1.5
	sysctl -q -w net.core.rps_sock_flow_entries=32768
	defer sysctl -q -w net.core.rps_sock_flow_entries=0
	defer ethtool -X "$DEV" default
	defer ethtool -K "$DEV" ntuple on
	defer ethtool -K "$DEV" ntuple off
}

arfs() {
	ethtool_stat "$DEV" "arfs_$1"
}

# reader CPU: of what comes to port 5000, TCP and UDP; $READER
reader() {
	background taskset -c "$1" python3 "$TREE/selftests/lib/arfs.py" read 5000
	READER=$BACKGROUND
	wait_for 5 listens t 5000
	wait_for 5 listens u 5000
}

# writer tcp|udp ADDRESS: a little, all the time; $WRITER
writer() {
	peer_background python3 "$TREE/selftests/lib/arfs.py" "$1" "$2" 5000
	WRITER=$BACKGROUND
}

# reaches QUEUE: and only that, soon and then for a while
reaches() {
	python3 "$TREE/selftests/lib/arfs.py" reaches "$DEV" "$1"
}

# Another flow: for one that has a rule, as it thinks, the stack does not ask again.
again() {
	kill "$WRITER"
	writer tcp 192.0.2.1
}

# One of TCP, there and back, and one of UDP.
follows() {
	local moved

	setup 1024
	reader 1
	writer tcp 192.0.2.1
	reaches 1
	expect "rules" "$(arfs added)" -gt 0
	moved=$(arfs moved)
	taskset -a -cp 0 "$READER" >/dev/null
	reaches 0
	expect "moved" "$(arfs moved)" -gt "$moved"
	kill "$WRITER"
	writer udp 2001:db8::1
	taskset -a -cp 1 "$READER" >/dev/null
	reaches 1
}

# The vector of queue 1 goes to processor 0, and flows for it with it.
vectors_move() {
	local queue

	setup 1024
	reader 1
	writer tcp 192.0.2.1
	reaches 1
	for queue in 0 1; do
		vector_to $queue $((1 - queue))
	done
	sleep 1.5
	taskset -a -cp 0 "$READER" >/dev/null
	again
	reaches 1
}

# What the user says goes first, and stays when flows end.
ntuple_goes_first() {
	setup 1024
	reader 1
	ethtool -N "$DEV" flow-type tcp4 dst-port 5000 action 0 >/dev/null
	writer tcp 192.0.2.1
	sleep 1
	reaches 0
	ethtool -N "$DEV" delete "$(ethtool -n "$DEV" | awk '/^Filter:/ { print $2 }')"
	again
	reaches 1
}

# Fewer queues, more, none at all: the flow goes on, and back to its queue.
queues_change() {
	setup 1024
	reader 1
	writer tcp 192.0.2.1
	reaches 1
	ethtool -L "$DEV" combined 1
	reaches 0
	ethtool -L "$DEV" combined 2
	# a queue that comes back has no table of flows
	echo 1024 >"/sys/class/net/$DEV/queues/rx-1/rps_flow_cnt"
	again
	reaches 1
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 5 carrier_up
	again
	reaches 1
	ethtool -K "$DEV" ntuple off
	reaches 0
	ethtool -K "$DEV" ntuple on
	again
	reaches 1
}

# A rule ends when other flows have long been handled where it leads.
rules_expire() {
	local expired

	setup 16
	expired=$(arfs expired)
	reader 1
	writer tcp 192.0.2.1
	reaches 1
	kill "$WRITER" "$READER"
	for cpu in 0 1; do
		taskset -c $cpu ping -f -q -c 1000 127.0.0.1 >/dev/null
	done
	wait_for 10 sh -c "[ \$(ethtool -S $DEV | awk '\$1 == \"arfs_expired:\" { print \$2 }') -gt $expired ]"
	ping_works
}

# full ADDED REFUSED: there are more rules, and more that there is no room for
full() {
	[ "$(arfs added)" -gt $(($1 + 200)) ] && [ "$(arfs refused)" -gt "$2" ]
}

# More flows than there may be rules: the others stay where they are.
too_many() {
	local added expired refused

	setup 4096
	added=$(arfs added) expired=$(arfs expired) refused=$(arfs refused)
	reader 1
	peer_background python3 "$TREE/selftests/lib/arfs.py" many 192.0.2.1 5000 1500
	wait_for 20 full "$added" "$refused"
	added=$(($(arfs added) - added)) expired=$(($(arfs expired) - expired))
	refused=$(($(arfs refused) - refused))
	note "added $added expired $expired refused $refused"
	expect "at once" $((added - expired)) -le 1024
	ping_works
}

topology_up
trap topology_down EXIT
guest_main follows vectors_move ntuple_goes_first queues_change rules_expire \
	too_many
